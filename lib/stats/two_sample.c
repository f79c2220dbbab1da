/* The two-sample verbs: copies, drops NaN, sorts, merges once, and finds p.
 *
 * Owns mlops_stats_compare() and its form for columns. Invariant: the caller's samples are never
 * changed, and everything in the result comes from whole-number gaps or compensated sums.
 */
#include "base/opts.h"
#include "column/table.h"
#include "stats/stats.h"
#include "sys/host.h"

#include <string.h>

#define AUTO_EXACT 10000
#define PAIRS_MAX  ((int64_t)1 << 62)

/* A sample on its way: what to merge, and the copy that it lives in, if there is one. */
typedef struct sample {
    const double *values;
    int64_t n;
    int64_t n_nan;
    double *copy;
    int64_t room;
} sample;

static void sample_free(sample *self, const mlops_allocator *allocator) {
    mlops__free(allocator, self->copy, (size_t)self->room * sizeof(double));
    self->copy = NULL;
}

static mlops_status sample_alloc(sample *self, int64_t n, const mlops_allocator *allocator) {
    size_t size; /* not cleared: most of a scratch is never touched */
    memset(self, 0, sizeof *self);
    if (n == 0) return MLOPS_OK;
    if (mlops__mul((size_t)n, sizeof(double), &size)) self->copy = mlops__alloc(allocator, size);
    if (!self->copy) return MLOPS_E_NOMEM;
    self->room = n;
    return MLOPS_OK;
}

/* Sorts as many values as there is room for; they may lie in the copy. scratch grows to that. */
static mlops_status sample_sort(sample *self, const double *values, sample *scratch,
                                const mlops__host *host) {
    if (scratch->room < self->room) {
        sample_free(scratch, &host->allocator);
        MLOPS_TRY(sample_alloc(scratch, self->room, &host->allocator));
    }
    self->n = mlops__sort_f64(host->cpu, self->copy, scratch->copy, values, self->room);
    self->n_nan = self->room - self->n;
    self->values = self->copy;
    return MLOPS_OK;
}

static mlops_status sample_from(sample *self, const double *values, int64_t n, int sorted,
                                sample *scratch, const mlops__host *host) {
    if (sorted) {
        sample borrowed = {values, n, 0, NULL, 0};
        *self = borrowed;
        return MLOPS_OK;
    }
    MLOPS_TRY(sample_alloc(self, n, &host->allocator));
    return sample_sort(self, values, scratch, host);
}

static mlops_status sample_from_column(sample *self, const mlops__column *column, sample *scratch,
                                       const mlops__host *host) {
    MLOPS_TRY(sample_alloc(self, column->n_rows, &host->allocator));
    for (int64_t i = 0; i < column->n_rows; i++) self->copy[i] = mlops__column_f64(column, i);
    return sample_sort(self, self->copy, scratch, host);
}

int64_t mlops__common(int64_t a, int64_t b) {
    while (b != 0) {
        int64_t r = a % b;
        a = b;
        b = r;
    }
    return a;
}

static mlops_status find_p(mlops_stats_two_sample *out, int64_t gap, const mlops_stats_opts *opts,
                           const mlops_allocator *allocator) {
    int64_t n = out->n, m = out->m;
    int small = n <= AUTO_EXACT && m <= AUTO_EXACT;
    if (opts->method == MLOPS_STATS_EXACT || (opts->method == MLOPS_STATS_AUTO && small)) {
        double p = -1;
        MLOPS_TRY(
            mlops__ks_exact(&p, allocator, gap / mlops__common(n, m), n, m, opts->alternative));
        if (p >= 0) {
            out->ks_p = p;
            out->ks_exact = 1;
            return MLOPS_OK;
        }
    }
    out->ks_p = mlops__ks_asymptotic(out->ks, n, m, opts->alternative);
    return MLOPS_OK;
}

static mlops_status judge(mlops_stats_two_sample *out, const sample *x, const sample *y,
                          const mlops_stats_opts *opts, const mlops__host *host) {
    mlops__merged merged;
    mlops__merge(&merged, host->cpu, x->values, x->n, y->values, y->n,
                 mlops__measures_merge(opts->measures));
    int low = -merged.gap_low > merged.gap_high;
    if (opts->alternative != MLOPS_STATS_TWO_SIDED) low = opts->alternative == MLOPS_STATS_LESS;
    int64_t gap = low ? -merged.gap_low : merged.gap_high;
    out->ks_sign = low ? -1 : 1;
    out->ks_location = low ? merged.at_low : merged.at_high;
    out->n = x->n;
    out->m = y->n;
    out->n_nan = x->n_nan;
    out->m_nan = y->n_nan;
    out->ks = (double)gap / ((double)x->n * (double)y->n);
    out->wasserstein = merged.wasserstein;
    out->energy = merged.energy;
    MLOPS_TRY(find_p(out, gap, opts, &host->allocator));
    return mlops__stats_measure(out, x->values, y->values, &merged, opts, &host->allocator);
}

static mlops_status check_opts(mlops_stats_opts *out, mlops__host *host,
                               const mlops_stats_opts *opts, mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, opts, "mlops_stats_opts", err));
    if ((out->flags & ~(uint32_t)(MLOPS_STATS_X_SORTED | MLOPS_STATS_Y_SORTED)) != 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_stats_opts.flags has an unknown bit");
    if (out->method < MLOPS_STATS_AUTO || out->method > MLOPS_STATS_ASYMPTOTIC)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_stats_opts.method is none of the three");
    if (out->alternative < MLOPS_STATS_TWO_SIDED || out->alternative > MLOPS_STATS_GREATER)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_stats_opts.alternative is none of the three");
    if (out->measures >= 2 * (uint32_t)MLOPS_STATS_EPPS)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_stats_opts.measures has an unknown bit");
    return mlops__host_init(host, out->host, err);
}

static mlops_status check_sizes(const sample *x, const sample *y, const mlops_stats_opts *opts,
                                mlops_error *err) {
    if (x->n < 1 || y->n < 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "the %s sample has no value that counts; each needs 1 or more besides "
                           "NaN and nulls",
                           x->n < 1 ? "first" : "second");
    if (x->n > PAIRS_MAX / y->n)
        return mlops__fail(err, MLOPS_E_INVALID, "samples of %lld and %lld values are too large",
                           (long long)x->n, (long long)y->n);
    if (mlops__measures_merge(opts->measures) && x->n > MLOPS__MERGE_RANKS_MAX - y->n)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "samples of %lld and %lld values are too large for ranks: both together "
                           "may have %lld",
                           (long long)x->n, (long long)y->n, (long long)MLOPS__MERGE_RANKS_MAX);
    return MLOPS_OK;
}

/* Ends both samples, whatever status says, and hands the result out if it is good. */
static mlops_status finish(mlops_stats_two_sample *out, mlops_status status, sample *x, sample *y,
                           const mlops_stats_opts *opts, const mlops__host *host,
                           mlops_error *err) {
    mlops_stats_two_sample result = MLOPS_STATS_TWO_SAMPLE_INIT;
    if (status == MLOPS_OK) status = check_sizes(x, y, opts, err);
    if (status == MLOPS_OK) {
        status = judge(&result, x, y, opts, host);
        if (status == MLOPS_E_NOMEM) mlops__fail_nomem(err, (size_t)y->n * sizeof(double));
    }
    sample_free(x, &host->allocator);
    sample_free(y, &host->allocator);
    if (status < 0) return status;
    return mlops__opts_result(out, &result, sizeof result, "mlops_stats_two_sample", err);
}

mlops_status mlops_stats_compare(mlops_stats_two_sample *out, const double *x, int64_t n,
                                 const double *y, int64_t m, const mlops_stats_opts *opts,
                                 mlops_error *err) {
    mlops_stats_opts local;
    mlops__host host;
    sample a = {NULL, 0, 0, NULL, 0}, b = a, scratch = a;
    MLOPS_TRY(check_opts(&local, &host, opts, err));
    if (!out || n < 0 || m < 0 || (n > 0 && !x) || (m > 0 && !y))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "a sample or the result is NULL, or a size is "
                           "negative");
    mlops_status status =
        sample_from(&a, x, n, (local.flags & MLOPS_STATS_X_SORTED) != 0, &scratch, &host);
    if (status == MLOPS_OK)
        status = sample_from(&b, y, m, (local.flags & MLOPS_STATS_Y_SORTED) != 0, &scratch, &host);
    sample_free(&scratch, &host.allocator);
    if (status < 0) mlops__fail_nomem(err, (size_t)(n > m ? n : m) * sizeof(double));
    return finish(out, status, &a, &b, &local, &host, err);
}

static mlops_status numeric(const mlops__column **out, const mlops_table *table, int64_t index,
                            mlops_error *err) {
    if (!table || index < 0 || index >= mlops_table_n_columns(table))
        return mlops__fail(err, MLOPS_E_INVALID, "there is no column %lld", (long long)index);
    *out = mlops__table_column(table, index);
    if ((*out)->type == MLOPS_TYPE_STRING)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "column \"%s\" holds strings; it must be numeric to be compared here",
                           (*out)->name);
    return MLOPS_OK;
}

mlops_status mlops_stats_compare_columns(mlops_stats_two_sample *out, const mlops_table *x,
                                         int64_t x_column, const mlops_table *y, int64_t y_column,
                                         const mlops_stats_opts *opts, mlops_error *err) {
    mlops_stats_opts local;
    mlops__host host;
    const mlops__column *first = NULL, *second = NULL;
    sample a = {NULL, 0, 0, NULL, 0}, b = a, scratch = a;
    MLOPS_TRY(check_opts(&local, &host, opts, err));
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "the result is NULL");
    if (local.flags != 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "columns are always sorted by the library: "
                           "mlops_stats_opts.flags must be 0");
    MLOPS_TRY(numeric(&first, x, x_column, err));
    MLOPS_TRY(numeric(&second, y, y_column, err));
    mlops_status status = sample_from_column(&a, first, &scratch, &host);
    if (status == MLOPS_OK) status = sample_from_column(&b, second, &scratch, &host);
    sample_free(&scratch, &host.allocator);
    if (status < 0) {
        int64_t n = first->n_rows > second->n_rows ? first->n_rows : second->n_rows;
        mlops__fail_nomem(err, (size_t)n * sizeof(double));
    }
    return finish(out, status, &a, &b, &local, &host, err);
}
