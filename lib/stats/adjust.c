/* P-values of several tests, adjusted.
 *
 * Owns mlops_stats_adjust() and sorting by a heap. Invariant: adjusted values rise as p does, and
 * equal p stay equal.
 */
#include "base/opts.h"
#include "stats/stats.h"
#include "sys/host.h"

#include <string.h>

static void sift(int64_t *order, int64_t root, int64_t n, mlops__after *after,
                 const void *context) {
    for (int64_t child = 2 * root + 1; child < n; child = 2 * root + 1) {
        if (child + 1 < n && after(context, order[child + 1], order[child])) child++;
        if (!after(context, order[child], order[root])) return;
        int64_t swap = order[root];
        order[root] = order[child];
        order[child] = swap;
        root = child;
    }
}

void mlops__sort_order(int64_t *order, int64_t n, mlops__after *after, const void *context) {
    for (int64_t i = 0; i < n; i++) order[i] = i;
    for (int64_t i = n / 2 - 1; i >= 0; i--) sift(order, i, n, after, context);
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t swap = order[0];
        order[0] = order[i];
        order[i] = swap;
        sift(order, 0, i, after, context);
    }
}

typedef struct values {
    char *p;
    size_t stride;
} values;

static double *value(const values *self, int64_t i) {
    return (double *)(void *)(self->p + (size_t)i * self->stride);
}

/* What was not tested is last. */
static int of_higher_p(const void *context, int64_t a, int64_t b) {
    const values *self = context;
    double p = *value(self, a), q = *value(self, b);
    if (p != p) p = 2;
    if (q != q) q = 2;
    return p > q || (!(p < q) && a > b);
}

void mlops__adjust(double *p, size_t stride, int64_t *order, int64_t n,
                   mlops_stats_correction correction) {
    values all = {(char *)p, stride};
    int64_t tested = 0;
    double before = 0, sum = 0;
    mlops__sort_order(order, n, of_higher_p, &all);
    for (; tested < n && *value(&all, order[tested]) >= 0; tested++)
        sum += 1 / (double)(tested + 1);
    double size = (double)tested;
    for (int64_t i = 0; i < tested && correction <= MLOPS_STATS_BONFERRONI; i++) {
        double *at = value(&all, order[i]);
        double risen = *at * (correction == MLOPS_STATS_HOLM ? (double)(tested - i) : size);
        before = risen > before ? risen : before;
        *at = before < 1 ? before : 1;
    }
    before = 1;
    for (int64_t i = tested; i > 0 && correction > MLOPS_STATS_BONFERRONI; i--) {
        double *at = value(&all, order[i - 1]);
        double risen = *at * (size / (double)i) * (correction == MLOPS_STATS_BY ? sum : 1);
        *at = before = risen < before ? risen : before;
    }
}

mlops_status mlops_stats_adjust(const double *p, int64_t n, mlops_stats_correction correction,
                                double *out, const mlops_host *host, mlops_error *err) {
    mlops__host local;
    MLOPS_TRY(mlops__host_init(&local, host, err));
    if (n < 0 || (n > 0 && (!p || !out)))
        return mlops__fail(err, MLOPS_E_INVALID, "p or out is NULL, or n is negative");
    if (correction < MLOPS_STATS_HOLM || correction > MLOPS_STATS_BY)
        return mlops__fail(err, MLOPS_E_INVALID, "the correction is none of the four");
    for (int64_t i = 0; i < n; i++)
        if (p[i] < 0 || p[i] > 1)
            return mlops__fail(err, MLOPS_E_INVALID, "p[%lld] is not in [0, 1]", (long long)i);
    if (n == 0) return MLOPS_OK;
    int64_t *order = mlops__alloc_array(&local.allocator, (size_t)n, sizeof *order);
    if (!order) return mlops__fail_nomem(err, (size_t)n * sizeof *order);
    if (out != p) memmove(out, p, (size_t)n * sizeof *out);
    mlops__adjust(out, sizeof *out, order, n, correction);
    mlops__free(&local.allocator, order, (size_t)n * sizeof *order);
    return MLOPS_OK;
}
