/* Segments of a monitor.
 *
 * Owns their keys, and of which segment a row is. Invariants: each row of the monitor is one of
 * exactly one segment; a segment has as many windows as the monitor, those without rows of it among
 * them.
 */
#include "monitor/monitor_segments.h"

#include "base/opts.h"
#include "column/rows.h"
#include "drift/judge.h"
#include "monitor/monitor.h"
#include "text/utf8.h"

#include <mlops/monitor_segment.h>

#include <string.h>

enum { SEGMENTS_DEFAULT = 16 };

static const char OTHER[] = "other";

/* ---- keys ---- */

static void put_key(mlops_monitor *monitor, mlops__segment *slot, const char *key, size_t n) {
    memcpy(slot->key, key, n);
    slot->key[n] = 0;
    size_t at = mlops__monitor_label(slot->labels, "model", monitor->name);
    at += mlops__monitor_label(slot->labels + at, ",segment", slot->key);
    slot->monitor->n_labels = at;
}

/* -1: no slot has it. */
static int64_t find(const mlops__segments *self, const char *key, size_t n) {
    for (int64_t i = 0; i < self->n; i++)
        if (memcmp(self->slots[i].key, key, n) == 0 && self->slots[i].key[n] == 0) return i;
    return -1;
}

int mlops__segments_name(mlops_monitor *monitor, const char *key, size_t n) {
    mlops__segments *self = monitor->segments;
    if (n == 0 || n >= MLOPS__SEGMENT_KEY || memchr(key, 0, n) || mlops__utf8_check(key, n) != n ||
        self->n == self->cap || find(self, key, n) >= 0)
        return 0;
    put_key(monitor, &self->slots[self->n++], key, n);
    return 1;
}

void mlops__segments_forget(mlops__segments *self) {
    self->n = 1;
    self->current = 0;
}

/* ---- making ---- */

static mlops_status make_slot(mlops__segment *slot, mlops_monitor *parent) {
    size_t size = 32 + 2 * strlen(parent->name) + (size_t)2 * MLOPS__SEGMENT_KEY;
    slot->monitor = mlops__arena_alloc(&parent->arena, sizeof *slot->monitor);
    slot->labels = mlops__arena_alloc(&parent->arena, size);
    if (!slot->monitor || !slot->labels) return MLOPS_E_NOMEM;
    slot->monitor->name = slot->key;
    slot->monitor->labels = slot->labels;
    MLOPS_TRY(mlops__monitor_bind_segment(slot->monitor, parent));
    return parent->scored ? mlops__monitor_labels_segment(slot->monitor) : MLOPS_OK;
}

mlops_status mlops_monitor_expect_segments(mlops_monitor *self,
                                           const mlops_monitor_segments_opts *given,
                                           mlops_error *err) {
    mlops_monitor_segments_opts o;
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, given, "mlops_monitor_segments_opts", err));
    if (!o.n_segments) o.n_segments = SEGMENTS_DEFAULT;
    if (o.flags || o.n_segments < 1 || o.n_segments > MLOPS__SEGMENTS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_monitor_segments_opts: %s",
                           o.flags ? "flags are not 0" : "n_segments is not 1 to 256");
    if (self->segments || self->n_rows || self->n_pending)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: segments are expected once, and before the first row");
    mlops__arena *arena = &self->arena;
    mlops__segments *segments = mlops__arena_alloc(arena, sizeof *segments);
    if (!segments) return mlops__fail_nomem(err, sizeof *segments);
    segments->cap = o.n_segments + 1;
    segments->slots = mlops__arena_array(arena, (size_t)segments->cap, sizeof *segments->slots);
    if (!segments->slots) return mlops__fail_nomem(err, arena->used);
    for (int64_t i = 0; i < segments->cap; i++)
        if (make_slot(&segments->slots[i], self)) return mlops__fail_nomem(err, arena->used);
    put_key(self, segments->slots, OTHER, sizeof OTHER - 1);
    mlops__segments_forget(segments);
    self->segments = segments;
    return MLOPS_OK;
}

/* ---- adding ---- */

int64_t mlops__segments_run(mlops__segments *self, int64_t n) {
    int64_t i = 1;
    if (!self->given) return n;
    self->current = self->given[0];
    while (i < n && self->given[i] == self->current) i++;
    self->given += i;
    return i;
}

mlops_monitor *mlops__segments_current(const mlops__segments *self) {
    return self->slots[self->current].monitor;
}

mlops__scored mlops__segments_part(const mlops__scored *scored) {
    mlops__scored part = {NULL, 0, NULL, NULL};
    if (scored) part = *scored;
    part.ids = NULL;
    return part;
}

int64_t mlops_monitor_segment(mlops_monitor *self, const char *key) {
    mlops__segments *segments = self->segments;
    if (!segments || !key) return 0;
    size_t n = strlen(key);
    int64_t found = n < MLOPS__SEGMENT_KEY ? find(segments, key, n) : 0;
    if (found >= 0) return found;
    return mlops__segments_name(self, key, n) ? segments->n - 1 : 0;
}

mlops_status mlops_monitor_enter_segment(mlops_monitor *self, int64_t segment) {
    mlops__segments *segments = self->segments;
    if (!segments || segment < 0 || segment >= segments->n) return MLOPS_E_INVALID;
    segments->current = segment;
    return MLOPS_OK;
}

static mlops_status expected(const mlops_monitor *self, mlops_error *err) {
    if (self->segments) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "monitor: no segments are expected; call mlops_monitor_expect_segments() "
                       "ahead of the first row");
}

static mlops_status check(const mlops_monitor *self, const int64_t *segments, int64_t n,
                          const int64_t *ids, const double *weights, mlops_error *err) {
    MLOPS_TRY(expected(self, err));
    if (n > 0 && !segments) return mlops__fail(err, MLOPS_E_INVALID, "monitor: segments are NULL");
    if (!self->scored && (ids || weights))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: ids or weights are given, and no labels are expected");
    for (int64_t i = 0; i < n; i++)
        if (segments[i] < 0 || segments[i] >= self->segments->n)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "row %lld, counted from 0: there is no segment %lld", (long long)i,
                               (long long)segments[i]);
    return MLOPS_OK;
}

mlops_status mlops_monitor_add_segments(mlops_monitor *self, const float *rows, int64_t n_rows,
                                        int64_t n_features, const int64_t *segments,
                                        const double *scores, int64_t width, const int64_t *ids,
                                        const double *weights, mlops_error *err) {
    MLOPS_TRY(mlops__monitor_check_rows(self, rows, n_rows, n_features, err));
    MLOPS_TRY(check(self, segments, n_rows, ids, weights, err));
    int64_t entered = self->segments->current;
    mlops_status status;
    self->segments->given = segments;
    if (self->scored)
        status = mlops_monitor_add_scored(self, rows, n_rows, n_features, scores, width, ids,
                                          weights, err);
    else status = mlops_monitor_add(self, rows, n_rows, n_features, scores, width);
    self->segments->given = NULL;
    self->segments->current = entered;
    if (status == MLOPS_E_LIMIT && !self->scored)
        return mlops__fail(err, status, "monitor: more than 2^63 - 1 rows in all");
    if (status && !self->scored)
        return mlops__fail(err, status, "monitor: scores are NULL, or their width is 0");
    return status;
}

mlops_status mlops_monitor_add_segments_table(mlops_monitor *self, const mlops_table *table,
                                              const int64_t *segments, int64_t n,
                                              const double *scores, int64_t width,
                                              const int64_t *ids, const double *weights,
                                              mlops_error *err) {
    if (n != mlops_table_n_rows(table) || (!self->scored && scores))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "monitor: segments of %lld rows, and the table has %lld; scores are "
                           "given only where labels are expected",
                           (long long)n, (long long)mlops_table_n_rows(table));
    MLOPS_TRY(check(self, segments, n, ids, weights, err));
    int64_t entered = self->segments->current;
    mlops_status status;
    self->segments->given = segments;
    if (self->scored)
        status = mlops_monitor_add_scored_table(self, table, scores, n, width, ids, weights, err);
    else status = mlops_monitor_add_table(self, table, err);
    self->segments->given = NULL;
    self->segments->current = entered;
    return status;
}

/* ---- what is told ---- */

static void put_loss(mlops__rows *out, const mlops__score_loss *loss) {
    mlops__rows_text(out, mlops__drift_word(loss->verdict));
    if (loss->value - loss->value == 0) mlops__rows_f64(out, loss->value);
    else mlops__rows_null(out);
}

static void put_segment(mlops__rows *out, const mlops_monitor *self) {
    mlops__monitor_settle(self);
    mlops__rows_text(out, self->name);
    mlops__rows_i64(out, self->n_rows);
    mlops__rows_i64(out, self->n_newest);
    mlops__rows_text(out, mlops__drift_word(self->verdict));
    mlops__rows_i64(out, self->n_drifted);
    if (self->scored) {
        put_loss(out, &self->scored->measured);
        put_loss(out, &self->scored->estimated);
        return;
    }
    for (int i = 0; i < 4; i++) mlops__rows_null(out);
}

mlops_status mlops_monitor_segments(mlops_table **out, const mlops_monitor *self,
                                    mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"segment", MLOPS_TYPE_STRING},        {"n_rows", MLOPS_TYPE_INT64},
        {"window_rows", MLOPS_TYPE_INT64},     {"verdict", MLOPS_TYPE_STRING},
        {"n_drifted", MLOPS_TYPE_INT64},       {"measured", MLOPS_TYPE_STRING},
        {"measured_loss", MLOPS_TYPE_FLOAT64}, {"estimated", MLOPS_TYPE_STRING},
        {"estimated_loss", MLOPS_TYPE_FLOAT64}};
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(expected(self, err));
    MLOPS_TRY(
        mlops__rows_begin(&rows, &self->host, columns, sizeof columns / sizeof *columns, err));
    for (int64_t i = 0; i < self->segments->n; i++)
        put_segment(&rows, self->segments->slots[i].monitor);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

static mlops_status segment_at(const mlops_monitor **out, const mlops_monitor *self,
                               int64_t segment, mlops_error *err) {
    MLOPS_TRY(expected(self, err));
    if (segment < 0 || segment >= self->segments->n)
        return mlops__fail(err, MLOPS_E_INVALID, "monitor: there is no segment %lld",
                           (long long)segment);
    *out = self->segments->slots[segment].monitor;
    return MLOPS_OK;
}

mlops_status mlops_monitor_segment_drift(mlops_drift **out, const mlops_monitor *self,
                                         int64_t segment, mlops_error *err) {
    const mlops_monitor *of;
    *out = NULL;
    MLOPS_TRY(segment_at(&of, self, segment, err));
    return mlops_monitor_drift(out, of, err);
}

mlops_status mlops_monitor_segment_performance(mlops_table **out, const mlops_monitor *self,
                                               int64_t segment, mlops_error *err) {
    const mlops_monitor *of;
    *out = NULL;
    MLOPS_TRY(segment_at(&of, self, segment, err));
    return mlops_monitor_performance(out, of, err);
}
