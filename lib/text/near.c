/* "Did you mean": the known name that is nearest to an unknown one.
 *
 * Owns nothing. Invariant: the work for a candidate is bounded, since names beyond NAME_MAX bytes
 * are near to none.
 */
#include "text/near.h"

enum { NAME_MAX = 64 };

static int small(int c) { return c >= 'A' && c <= 'Z' ? c | 0x20 : c; }

static int differ(char a, char b) { return small(a) != small(b); }

static int least(int a, int b) { return a < b ? a : b; }

/* Optimal string alignment, in rows. */
static int distance(const char *a, size_t n, const char *b, size_t m) {
    int rows[3][NAME_MAX + 1];
    int *before = rows[0], *row = rows[1], *last = rows[2];
    for (size_t j = 0; j <= m; j++) row[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *spare = last;
        last = before;
        before = row;
        row = spare;
        row[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            int best = before[j - 1] + differ(a[i - 1], b[j - 1]);
            best = least(best, least(before[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && !differ(a[i - 1], b[j - 2]) && !differ(a[i - 2], b[j - 1]))
                best = least(best, last[j - 2] + 1);
            row[j] = best;
        }
    }
    return row[m];
}

void mlops__near_begin(mlops__near *self, const char *name, size_t n) {
    int allowed = n < 3 ? 1 : (int)((n > NAME_MAX ? NAME_MAX : n) / 3);
    *self = (mlops__near){name, n, allowed + 1, NULL, 0};
}

void mlops__near_consider(mlops__near *self, const char *candidate, size_t m) {
    if (m > NAME_MAX || self->n > NAME_MAX || m == 0) return;
    int d = distance(self->name, self->n, candidate, m);
    if (d >= self->best || d >= (int)m) return;
    self->best = d;
    self->found = candidate;
    self->n_found = m;
}
