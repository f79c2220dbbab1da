/* Statistics of ranks over two sorted samples: Mann-Whitney, ties, Cramer-von Mises, and
 * Anderson-Darling.
 *
 * Owns the walk by distinct values. Of a value that a of x and b of y have, p and q of them below
 * it, the midranks among x and y alone are p + (a + 1) / 2 and q + (b + 1) / 2. Invariant: what is
 * whole, times two or four, is summed in integers and rounded once at the end.
 */
#include "base/wide.h"
#include "stats/stats.h"

/* How many values of x and of y are passed. */
typedef struct walk {
    int64_t p, q;
} walk;

/* Sums over distinct values. */
typedef struct sums {
    uint64_t u_twice;
    mlops__i128 ties;
    mlops__i128 x, y; /* squares of rank in both less rank in one's own sample, times 4 */
    double anderson, lost;
} sums;

static mlops__i128 product(uint64_t a, uint64_t b) {
    mlops__u128 found = mlops__mul_u64(a, b);
    return (mlops__i128){found.low, (int64_t)found.high};
}

static mlops__i128 times(uint64_t a, mlops__i128 b) { /* wraps */
    mlops__i128 found = product(a, b.low);
    found.high = (int64_t)((uint64_t)found.high + a * (uint64_t)b.high);
    return found;
}

static mlops__i128 minus(mlops__i128 a, mlops__i128 b) { /* a + ~b + 1 */
    return mlops__i128_add(mlops__i128_add(a, (mlops__i128){~b.low, ~b.high}), (mlops__i128){1, 0});
}

/* n^3 - n. */
static mlops__i128 cube(uint64_t n) { return product(n * n - 1, n); }

/* (n^3 - n) / 3 */
static mlops__i128 third(uint64_t n) {
    return n % 3 == 0 ? product(n * n - 1, n / 3) : product((n * n - 1) / 3, n);
}

static void add_u64(mlops__i128 *self, uint64_t x) {
    self->low += x;
    self->high += self->low < x;
}

/* p and q values below one that a and b have. A difference of ranks is q + b / 2 and something that
 * runs evenly from -(a - 1) / 2 to its opposite. */
static void add_ranks(sums *self, uint64_t p, uint64_t q, uint64_t a, uint64_t b) {
    uint64_t below_x = 2 * q + b, below_y = 2 * p + a;
    self->u_twice += a * below_x;
    if (a + b == 1) {
        add_u64(&self->x, a * below_x * below_x);
        add_u64(&self->y, b * below_y * below_y);
        return;
    }
    self->x = mlops__i128_add(self->x, product(a * below_x, below_x));
    self->y = mlops__i128_add(self->y, product(b * below_y, below_y));
    self->ties = mlops__i128_add(self->ties, cube(a + b));
    self->x = mlops__i128_add(self->x, third(a));
    self->y = mlops__i128_add(self->y, third(b));
}

/* t (gap of the CDFs in the middle of the value)^2 / (F (1 - F) - t / 4N), with F of both in the
 * middle; without what cancels in the denominator. */
static void add_anderson(sums *self, int64_t n, int64_t m, int64_t p, int64_t q, int64_t a,
                         int64_t b) {
    double below = (double)(p + q), above = (double)(n - p - a + m - q - b), t = (double)(a + b);
    double gap = (double)((int64_t)((uint64_t)m * (uint64_t)(2 * p + a) -
                                    (uint64_t)n * (uint64_t)(2 * q + b)));
    double under = 4 * below * above + t * (below + above);
    if (!(under > 0)) return;
    double term = t * gap * gap / under, sum = self->anderson + term;
    self->lost +=
        self->anderson >= term ? (self->anderson - sum) + term : (term - sum) + self->anderson;
    self->anderson = sum;
}

static void finish(mlops__merged *out, const sums *self, int64_t n, int64_t m, unsigned wanted) {
    uint64_t pairs = (uint64_t)n * (uint64_t)m;
    double size = (double)n + (double)m;
    if (wanted & MLOPS__MERGE_RANKS) {
        mlops__i128 both =
            mlops__i128_add(times((uint64_t)n, self->x), times((uint64_t)m, self->y));
        mlops__i128 excess = minus(times(6, both), product(16 * pairs - 4, pairs));
        out->u_twice = (int64_t)self->u_twice;
        out->ties = mlops__i128_mean(self->ties, 0, 1);
        out->cvm_excess = mlops__i128_mean(excess, 2, 1);
    }
    if (wanted & MLOPS__MERGE_ANDERSON)
        out->anderson = (self->anderson + self->lost) / (double)pairs * ((size - 1) / size);
}

static void add_value(sums *self, walk from, walk to, int64_t n, int64_t m, unsigned wanted) {
    int64_t a = to.p - from.p, b = to.q - from.q;
    if (wanted & MLOPS__MERGE_RANKS)
        add_ranks(self, (uint64_t)from.p, (uint64_t)from.q, (uint64_t)a, (uint64_t)b);
    if (wanted & MLOPS__MERGE_ANDERSON) add_anderson(self, n, m, from.p, from.q, a, b);
}

void mlops__merge_ranks(mlops__merged *out, const double *x, int64_t n, const double *y, int64_t m,
                        unsigned wanted) {
    sums all = {0, {0, 0}, {0, 0}, {0, 0}, 0, 0};
    walk from = {0, 0}, to = {0, 0};
    double at = x[0] < y[0] ? x[0] : y[0];
    while (to.p < n && to.q < m) { /* without branches on the side, which nothing foretells */
        double left = x[to.p], right = y[to.q], next = left < right ? left : right;
        if (next != at) {
            add_value(&all, from, to, n, m, wanted);
            from = to;
            at = next;
        }
        to.p += left <= right;
        to.q += left > right;
    }
    for (;;) {
        while (to.p < n && x[to.p] == at) to.p++;
        while (to.q < m && y[to.q] == at) to.q++;
        add_value(&all, from, to, n, m, wanted);
        if (to.p == n && to.q == m) break;
        at = to.p < n ? x[to.p] : y[to.q];
        from = to;
    }
    finish(out, &all, n, m, wanted);
}
