/* "Did you mean": the known name that is nearest to an unknown one.
 *
 * Owns nothing. Invariant: what is suggested differs by at most a third of the unknown name's bytes
 * (letters added, left out, changed, or swapped with a neighbour; capitals do not count), and the
 * first of equally near ones is taken.
 */
#include "expr/expr_tree.h"

#include <string.h>

enum { NAME_MAX = 64, SCAN_MAX = 10000 };

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

typedef struct search {
    const char *name;
    size_t n;
    int best;
    const char *found;
} search;

static search begin(const char *name, size_t n) {
    int allowed = n < 3 ? 1 : (int)(n / 3);
    return (search){name, n, allowed + 1, NULL};
}

static void consider(search *self, const char *candidate) {
    size_t m = strlen(candidate);
    if (m > NAME_MAX || self->n > NAME_MAX || m == 0) return;
    int d = distance(self->name, self->n, candidate, m);
    if (d >= self->best || d >= (int)m) return;
    self->best = d;
    self->found = candidate;
}

const char *mlops__expr_nearest(const mlops__expr_scope *scope, const char *name, size_t n) {
    search s = begin(name, n);
    const char *known;
    if (!scope->known) return NULL;
    for (int64_t i = 0; i < SCAN_MAX && (known = scope->known(scope->user, i)); i++)
        consider(&s, known);
    return s.found;
}

const char *mlops__expr_nearest_function(const mlops__expr_scope *scope, const char *name,
                                         size_t n) {
    search s = begin(name, n);
    for (int op = 0; op < OP_COUNT; op++)
        if (mlops__expr_forms[op].rule) consider(&s, mlops__expr_forms[op].text);
    for (size_t i = 0; i < scope->n_functions; i++) consider(&s, scope->functions[i].name);
    for (size_t i = 0; scope->expand && scope->expanding[i]; i++) consider(&s, scope->expanding[i]);
    return s.found;
}
