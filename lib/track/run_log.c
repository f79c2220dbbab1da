/* Points that wait, and how they become records.
 *
 * Owns the run's waiting points. Invariants: a point that was refused does not wait; a metric's
 * blocks are numbered by the points before them, so that they join without a gap; its latest point
 * and count change in the commit that has the block.
 */
#include "sys/hash.h"
#include "track/track.h"

#include <string.h>

enum {
    WAIT_POINTS = 1000,
    WAIT_NS = 1000000000,
    CALL_MAX = 1000000 /* points of one call: 24 MB of a change's 64 MiB */
};

static const int64_t METRIC_MAX = 9999999999; /* points: ten digits keep their order */

void mlops__waiting_clear(mlops__waiting *self, const mlops_allocator *allocator) {
    for (size_t i = 0; i < self->n; i++) {
        mlops__buf_free(&self->series[i].points);
        mlops__free(allocator, self->series[i].name, self->series[i].name_size);
    }
    mlops__free(allocator, self->series, self->cap * sizeof *self->series);
    memset(self, 0, sizeof *self);
}

/* ---- staging ---- */

static mlops_status put_latest(mlops_change *change, const mlops__key *key,
                               const mlops__point *latest, int64_t n, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_f64(&json, "value", latest->value);
    mlops__record_put_i64(&json, "step", latest->step);
    mlops__record_put_i64(&json, "time_ns", latest->time_ns);
    mlops__record_put_i64(&json, "n", n);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_METRICS, key, &buf, err);
}

/* The latest point so far; *n is 0 if there is none. The commit expects it to be so still. */
static mlops_status read_latest(mlops_run *self, mlops__index *index, mlops_change *change,
                                const mlops__key *key, mlops__point *out, int64_t *n,
                                mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__bytes value = {NULL, 0};
    *n = 0;
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_METRICS, mlops__key_bytes(key), &value, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__change_expect(change, MLOPS__TABLE_METRICS, mlops__key_bytes(key),
                                    (mlops__bytes){NULL, 0}, err);
    MLOPS_TRY(status);
    MLOPS_TRY(
        mlops__change_expect(change, MLOPS__TABLE_METRICS, mlops__key_bytes(key), value, err));
    mlops__arena_init(&arena, &mlops__store_host(self->store)->allocator, SIZE_MAX);
    status = mlops__record_parse(&record, value, &arena, err);
    if (!status) status = mlops__run_latest(&record, out, n, err);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status put_blocks(mlops_run *self, mlops_change *change, const mlops__series *series,
                               int64_t first, mlops_error *err) {
    mlops__buf block;
    mlops_status status = MLOPS_OK;
    size_t n = series->points.size / MLOPS__POINT_SIZE;
    mlops__buf_init(&block, &mlops__store_host(self->store)->allocator);
    for (size_t at = 0; at < n && !status;) {
        mlops__key key;
        size_t part = n - at < MLOPS__POINTS_BLOCK ? n - at : MLOPS__POINTS_BLOCK;
        mlops__run_key(&key, self->id, series->name);
        mlops__key_number(&key, first + (int64_t)at);
        block.size = 0;
        mlops__points_put(&block, series->points.data + at * MLOPS__POINT_SIZE, (uint32_t)part);
        status = block.status
                     ? mlops__fail_nomem(err, part * MLOPS__POINT_SIZE)
                     : mlops__change_put(change, MLOPS__TABLE_POINTS, mlops__key_bytes(&key),
                                         (mlops__bytes){block.data, block.size}, err);
        at += part;
    }
    mlops__buf_free(&block);
    return status;
}

static mlops_status stage_series(mlops_run *self, mlops__index *index, mlops_change *change,
                                 const mlops__series *series, mlops_error *err) {
    mlops__key key;
    mlops__point latest = {0, 0, 0};
    int64_t first, n = (int64_t)(series->points.size / MLOPS__POINT_SIZE);
    mlops__run_key(&key, self->id, series->name);
    MLOPS_TRY(read_latest(self, index, change, &key, &latest, &first, err));
    if (n > METRIC_MAX - first)
        return mlops__fail(err, MLOPS_E_LIMIT, "the metric '%s' would have more than %lld points",
                           series->name, (long long)METRIC_MAX);
    for (int64_t i = 0; i < n; i++) {
        mlops__point point = mlops__point_load(series->points.data + (size_t)i * MLOPS__POINT_SIZE);
        if (first + i == 0 || mlops__point_is_later(&point, &latest)) latest = point;
    }
    MLOPS_TRY(put_blocks(self, change, series, first, err));
    return put_latest(change, &key, &latest, first + n, err);
}

mlops_status mlops__waiting_stage(mlops_run *self, mlops__index *index, mlops_change *change,
                                  mlops_error *err) {
    for (size_t i = 0; i < self->waiting.n; i++)
        MLOPS_TRY(stage_series(self, index, change, &self->waiting.series[i], err));
    return MLOPS_OK;
}

/* ---- logging ---- */

static mlops_status grow(mlops__waiting *self, const mlops_allocator *allocator, mlops_error *err) {
    size_t cap = self->cap ? self->cap * 2 : 8;
    mlops__series *more = mlops__alloc_array(allocator, cap, sizeof *more);
    if (!more) return mlops__fail_nomem(err, cap * sizeof *more);
    if (self->n) memcpy(more, self->series, self->n * sizeof *more);
    mlops__free(allocator, self->series, self->cap * sizeof *more);
    self->series = more;
    self->cap = cap;
    return MLOPS_OK;
}

/* The series of a metric, at the end if it has none yet. */
static mlops_status find(mlops__waiting *self, const char *metric, const mlops_allocator *allocator,
                         size_t *out, mlops_error *err) {
    size_t n = strlen(metric);
    uint64_t hash = mlops__hash_64(metric, n);
    for (*out = 0; *out < self->n; ++*out)
        if (self->series[*out].hash == hash && !strcmp(self->series[*out].name, metric))
            return MLOPS_OK;
    if (self->n == self->cap) MLOPS_TRY(grow(self, allocator, err));
    mlops__series *series = &self->series[self->n];
    series->hash = hash;
    series->name_size = n + 1;
    series->name = mlops__copy_text(allocator, metric, n);
    if (!series->name) return mlops__fail_nomem(err, n + 1);
    mlops__buf_init(&series->points, allocator);
    self->n++;
    return MLOPS_OK;
}

/* As it was before points came to a series: with so many in all, and so many bytes there. */
static void take_back(mlops__waiting *self, const mlops_allocator *allocator, size_t i,
                      int64_t n_points, size_t size) {
    mlops__series *series = &self->series[i];
    self->n_points = n_points;
    series->points.size = size;
    series->points.status = MLOPS_OK;
    if (size > 0) return;
    mlops__buf_free(&series->points);
    mlops__free(allocator, series->name, series->name_size);
    self->n--; /* a series without points is the last one: it came with them */
}

typedef struct batch {
    const double *values;
    const int64_t *steps, *times_ns;
    int64_t n;
} batch;

static mlops_status add(mlops_run *self, size_t i, const batch *points, mlops_error *err) {
    mlops__waiting *waiting = &self->waiting;
    mlops__buf *out = &waiting->series[i].points;
    const mlops_clock *clock = &mlops__store_host(self->store)->clock;
    int64_t now = points->times_ns ? 0 : clock->now_ns(clock->ctx);
    int64_t since_ns = clock->monotonic_ns(clock->ctx) - self->committed_ns;
    for (int64_t k = 0; k < points->n; k++) {
        mlops__point point = {points->steps ? points->steps[k] : k,
                              points->times_ns ? points->times_ns[k] : now, points->values[k]};
        mlops__point_put(out, &point);
    }
    if (out->status) return mlops__fail_nomem(err, (size_t)points->n * MLOPS__POINT_SIZE);
    waiting->n_points += points->n;
    if (waiting->n_points < WAIT_POINTS && since_ns < WAIT_NS) return MLOPS_OK;
    const mlops__run_verb nothing = {NULL, NULL, 0, NULL};
    return mlops__run_write(self, &nothing, err);
}

static mlops_status log_batch(mlops_run *self, const char *metric, const batch *points,
                              mlops_error *err) {
    size_t i;
    const mlops_allocator *allocator = &mlops__store_host(self->store)->allocator;
    MLOPS_TRY(mlops__run_change(self, err));
    MLOPS_TRY(find(&self->waiting, metric, allocator, &i, err));
    size_t size = self->waiting.series[i].points.size;
    int64_t n_points = self->waiting.n_points;
    mlops_status status = add(self, i, points, err);
    if (!status) return MLOPS_OK;
    take_back(&self->waiting, allocator, i, n_points, size);
    return status;
}

mlops_status mlops_run_log_points(mlops_run *self, const char *metric, const double *values,
                                  const int64_t *steps, const int64_t *times_ns, int64_t n,
                                  mlops_error *err) {
    const batch points = {values, steps, times_ns, n};
    MLOPS_TRY(mlops__run_key_check("the name of the metric", metric, err));
    if (n < 0 || n > CALL_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "%lld points; 0 to %d are allowed", (long long)n,
                           CALL_MAX);
    if (n > 0 && !values) return mlops__fail(err, MLOPS_E_INVALID, "the values are NULL");
    MLOPS_TRY(mlops__run_enter(self, err));
    mlops_status status = n ? log_batch(self, metric, &points, err) : MLOPS_OK;
    mlops__run_leave(self);
    return status;
}

mlops_status mlops_run_log(mlops_run *self, const char *metric, double value, int64_t step,
                           mlops_error *err) {
    return mlops_run_log_points(self, metric, &value, &step, NULL, 1, err);
}
