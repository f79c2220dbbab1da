/* Sums over queries: adding, merging, reading, bytes.
 *
 * Owns the layout of a mlops_ranking_performance. Invariants: each metric of a query is rounded
 * once and sums are whole numbers, so that no order of queries or parts can be told; a call that
 * fails has added nothing.
 */
#include "base/opts.h"
#include "base/sealed.h"
#include "base/storage.h"
#include "metric/metric.h"
#include "performance/performance.h"
#include "sys/hosted.h"

#include <mlops/performance_ranking.h>

#include <string.h>

/* The bytes, little-endian; sums have 128 bits, the low half first:
 *
 *     offset  size  what
 *          0     4  magic "MLRK"
 *          4     4  version, 1
 *          8     8  k, flags (u32 each)
 *         16    24  queries; those without a relevant row; weight, units of 2^-20 (i64 each)
 *         40    16  squares of the weights, units of 2^-40
 *         56    96  metrics from ndcg to hit_rate times weights, units of 2^-72
 *        152     4  CRC-32 of all before it
 */
#define MAGIC 0x4b524c4du

enum { VERSION = 1, TERMS = 6, FLAGS = MLOPS_METRIC_EXPONENTIAL | MLOPS_METRIC_IN_ORDER };

_Static_assert((int)MLOPS_RANKING_PERFORMANCE_EXPONENTIAL == (int)MLOPS_METRIC_EXPONENTIAL &&
                   (int)MLOPS_RANKING_PERFORMANCE_IN_ORDER == (int)MLOPS_METRIC_IN_ORDER,
               "flags of rows are flags of sums");

struct mlops_ranking_performance {
    uint32_t k, flags;
    int64_t n, n_empty, total;
    mlops__i128 squares, sums[TERMS];
};

size_t mlops_ranking_performance_size(void) { return sizeof(mlops_ranking_performance); }

void mlops_ranking_performance_reset(mlops_ranking_performance *self) {
    mlops_ranking_performance fresh = {self->k, self->flags, 0, 0, 0, {0, 0}, {{0, 0}}};
    *self = fresh;
}

static mlops_status check_opts(mlops_ranking_performance_opts *out,
                               const mlops_ranking_performance_opts *given, mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_ranking_performance_opts", err));
    if (out->k >= 0 && !(out->flags & ~(uint32_t)FLAGS) && !out->reserved) return MLOPS_OK;
    return mlops__fail(
        err, MLOPS_E_INVALID,
        "mlops_ranking_performance_opts: k is below 0, flags has an unknown bit, or reserved is "
        "not 0");
}

static mlops_status begin(mlops_ranking_performance **out, void *mem, size_t size, int32_t k,
                          uint32_t flags) {
    MLOPS_TRY(mlops__storage(mem, size, sizeof **out));
    *out = mem;
    (*out)->k = (uint32_t)k;
    (*out)->flags = flags;
    mlops_ranking_performance_reset(*out);
    return MLOPS_OK;
}

mlops_status mlops_ranking_performance_init(mlops_ranking_performance **out, void *mem, size_t size,
                                            const mlops_ranking_performance_opts *given) {
    mlops_ranking_performance_opts opts;
    *out = NULL;
    MLOPS_TRY(check_opts(&opts, given, NULL));
    return begin(out, mem, size, opts.k, opts.flags);
}

mlops_status mlops_ranking_performance_new(mlops_ranking_performance **out,
                                           const mlops_ranking_performance_opts *given,
                                           mlops_error *err) {
    mlops_ranking_performance_opts opts;
    void *mem;
    *out = NULL;
    MLOPS_TRY(check_opts(&opts, given, err));
    MLOPS_TRY(mlops__hosted_new(&mem, sizeof **out, opts.host, err));
    return begin(out, mem, sizeof **out, opts.k, opts.flags);
}

void mlops_ranking_performance_free(mlops_ranking_performance *self) { mlops__hosted_free(self); }

/* ---- adding ---- */

typedef struct input {
    const double *scores, *relevances, *weights;
    const int64_t *queries;
    int64_t n;
} input;

/* The row behind a query, and what the query weighs. */
static int64_t end_of(const input *in, int64_t from, int64_t *units) {
    int64_t to = from + 1;
    (void)mlops__units_of(units, in->weights ? in->weights[from] : 1);
    while (to < in->n && in->queries[to] == in->queries[from]) to++;
    return to;
}

static mlops_status check_room(const mlops_ranking_performance *self, int64_t units, int64_t n,
                               mlops_error *err) {
    int64_t most = MLOPS__UNITS_MAX;
    if (units <= most - self->total && n <= most - self->n_empty) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "performance: the weights would add up to more than 2^41");
}

static mlops_status check(const mlops_ranking_performance *self, const input *in, int64_t *longest,
                          mlops_error *err) {
    int64_t units = 0, all = 0;
    for (int64_t i = 0; i < in->n; i++) {
        const char *wrong = mlops__units_of(&units, in->weights ? in->weights[i] : 1);
        if (!wrong) wrong = mlops__query_wrong(in->scores[i], in->relevances[i], self->flags);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
    }
    for (int64_t from = 0, to; from < in->n; from = to) {
        to = end_of(in, from, &units);
        if (to - from > *longest) *longest = to - from;
        if (all <= MLOPS__UNITS_MAX) all += units;
    }
    return check_room(self, all, in->n, err);
}

static void add_query(mlops_ranking_performance *self, const input *in, int64_t from, int64_t to,
                      int64_t units, mlops__weighted *room) {
    mlops__query found;
    for (int64_t i = from; i < to; i++)
        room[i - from] = (mlops__weighted){in->scores[i], in->relevances[i]};
    if (!mlops__query_judge(&found, room, to - from, (int64_t)self->k, self->flags)) {
        self->n_empty++;
        return;
    }
    self->n++;
    self->total += units;
    mlops__wide_put(&self->squares, (uint64_t)units, (uint64_t)units);
    for (size_t i = 0; i < TERMS; i++)
        mlops__wide_put(&self->sums[i], (uint64_t)units, mlops__share_units(found.value[i]));
}

mlops_status mlops_ranking_performance_add(mlops_ranking_performance *self, const double *scores,
                                           const double *relevances, const int64_t *queries,
                                           const double *weights, int64_t n,
                                           const mlops_host *given, mlops_error *err) {
    input in = {scores, relevances, weights, queries, n};
    mlops__host host;
    int64_t longest = 0, units;
    if (!self || n < 0 || n > MLOPS__METRIC_ROWS_MAX ||
        (n > 0 && (!scores || !relevances || !queries)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: sums, scores, relevances or queries are NULL, or rows not "
                           "0 to 2^32");
    MLOPS_TRY(check(self, &in, &longest, err));
    MLOPS_TRY(mlops__host_init(&host, given, err));
    MLOPS_TRY(mlops__queries_apart(&host, queries, n, err));
    if (!n) return MLOPS_OK;
    size_t each = 3 * sizeof(mlops__weighted);
    mlops__weighted *room = mlops__alloc_array(&host.allocator, (size_t)longest, each);
    if (!room) return mlops__fail_nomem(err, (size_t)longest * each);
    for (int64_t from = 0, to; from < n; from = to) {
        to = end_of(&in, from, &units);
        if (units) add_query(self, &in, from, to, units, room);
    }
    mlops__free(&host.allocator, room, (size_t)longest * each);
    return MLOPS_OK;
}

mlops_status mlops_ranking_performance_merge(mlops_ranking_performance *self,
                                             const mlops_ranking_performance *other,
                                             mlops_error *err) {
    if (!self || !other || self == other || self->k != other->k || self->flags != other->flags)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: sums are merged with other sums, of the same k and flags");
    MLOPS_TRY(check_room(self, other->total, other->n_empty, err));
    self->n += other->n;
    self->n_empty += other->n_empty;
    self->total += other->total;
    self->squares = mlops__i128_add(self->squares, other->squares);
    for (size_t i = 0; i < TERMS; i++)
        self->sums[i] = mlops__i128_add(self->sums[i], other->sums[i]);
    return MLOPS_OK;
}

mlops_status mlops_ranking_performance_metrics(mlops_metrics *out,
                                               const mlops_ranking_performance *self,
                                               mlops_error *err) {
    mlops_metrics m;
    if (!self->n)
        return mlops__fail(err, MLOPS_E_INVALID, "none of %lld queries has a relevant row",
                           (long long)self->n_empty);
    mlops__metrics_start(&m, MLOPS_METRIC_RANKING);
    m.n = self->n;
    m.n_nan = self->n_empty;
    m.weight = mlops__weight_of(self->total);
    double *values[TERMS] = {&m.ndcg,           &m.map,         &m.mrr,
                             &m.precision_at_k, &m.recall_at_k, &m.hit_rate};
    for (size_t i = 0; i < TERMS; i++)
        *values[i] = mlops__i128_mean(self->sums[i], MLOPS__SCORE_BITS, self->total);
    return mlops__metrics_end(out, &m, err);
}

/* ---- bytes ---- */

static void put_all(const void *of, mlops__buf *out) {
    const mlops_ranking_performance *self = of;
    mlops__buf_u32(out, self->k);
    mlops__buf_u32(out, self->flags);
    mlops__buf_i64(out, self->n);
    mlops__buf_i64(out, self->n_empty);
    mlops__buf_i64(out, self->total);
    mlops__wide_write(out, self->squares);
    for (size_t i = 0; i < TERMS; i++) mlops__wide_write(out, self->sums[i]);
}

mlops_status mlops_ranking_performance_save(const mlops_ranking_performance *self, void *bytes,
                                            size_t cap, size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static int read_all(mlops_ranking_performance *self, mlops__cursor *in) {
    self->n = mlops__cursor_i64(in);
    self->n_empty = mlops__cursor_i64(in);
    self->total = mlops__cursor_i64(in);
    self->squares = mlops__wide_read(in);
    for (size_t i = 0; i < TERMS; i++) self->sums[i] = mlops__wide_read(in);
    if (in->failed || mlops__cursor_left(in) || self->n_empty < 0 ||
        self->n_empty > MLOPS__UNITS_MAX ||
        !mlops__weights_agree(self->n, self->total, self->squares))
        return 0;
    for (size_t i = 0; i < TERMS; i++)
        if (!mlops__wide_within(self->sums[i], self->total, 0, (uint64_t)1 << MLOPS__SCORE_BITS))
            return 0;
    return 1;
}

mlops_status mlops_ranking_performance_load(mlops_ranking_performance **out, void *mem, size_t size,
                                            const void *bytes, size_t n) {
    mlops_ranking_performance *self;
    mlops__cursor in;
    *out = NULL;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    uint32_t k = mlops__cursor_u32(&in), flags = mlops__cursor_u32(&in);
    if (k > INT32_MAX || flags & ~(uint32_t)FLAGS) return MLOPS_E_CORRUPT;
    MLOPS_TRY(begin(&self, mem, size, (int32_t)k, flags));
    if (!read_all(self, &in)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
