/* A monitor's state as bytes, and back.
 *
 * Owns their layout. Invariants: a state is read by monitors alone that were made alike, so that
 * edges, names and options need not be in it; the newest complete window is kept as counts and is
 * judged again, to the same verdicts; after an error the monitor is empty.
 */
#include "monitor/state.h"
#include "base/bits.h"
#include "base/sealed.h"
#include "monitor/monitor_segments.h"
#include "policy/policy.h"

#include <mlops/monitor_state.h>

#include <string.h>

/* The bytes, little-endian, between the frame's (base/sealed.h):
 *
 *     16  of SHA-256 of what the monitor was made of: columns and their reference, options
 *     i64 windows, rows, rows of the current window, of the newest complete one, errors
 *     i64 when the current window is due, when the newest one ended
 *     f64 alpha of the newest one, if there is one
 *     of each feature watched: i64 values and nulls of the windows before; of the current window
 *         u32 size and mlops_profile_save(), or where it is not numeric i64 nulls and counts of its
 *         cells; of the newest window, if there is one, i64 values, nulls, f64 mean, least,
 *         greatest, i64 counts of its cells; where the reference knows which values it has had
 *         (profile/seen.h), counts of cells are followed by 32 i64: values by how often their slot
 *         came there
 *     profiles, each u32 size and bytes: predictions of the current window, of the newest one, in
 *         all; latencies
 *     u64 nanoseconds of all latencies
 *     i64 when rows were added last
 *     where there are segments: u32 slots with a key, u32 the one that was entered; of each key
 *         u32 size, bytes; of each slot, with a key or without, i64 rows, of the current window, of
 *         the newest one; features as above, and profiles but for latencies; labels_state.c
 *     where there is a policy: u32 1 if the current window is vetoed, u32 size, mlops_policy_save()
 *     where labels are expected: labels_state.c
 */
#define MAGIC 0x4d4d4c4du /* "MLMM" */

enum { VERSION = 1, DIGEST = 16 };

/* ---- numbers ---- */

void mlops__state_put_f64(mlops__buf *out, double value) {
    mlops__buf_u64(out, value == value ? mlops__bits_of(value) : MLOPS__NAN_BITS);
}

double mlops__state_f64(mlops__cursor *in) {
    uint64_t bits = mlops__cursor_u64(in);
    double value = mlops__f64_of(bits);
    if (!(value - value == 0) && bits != MLOPS__NAN_BITS) in->failed = 1;
    return value;
}

int64_t mlops__state_i64(mlops__cursor *in, int64_t least, int64_t most) {
    int64_t value = mlops__cursor_i64(in);
    if (value >= least && value <= most) return value;
    in->failed = 1;
    return least;
}

/* ---- what a monitor was made of ---- */

void mlops__state_hash(mlops__sha256 *to, double value) {
    uint8_t bytes[8];
    mlops__store_u64(bytes, value == value ? mlops__bits_of(value) : MLOPS__NAN_BITS);
    mlops__sha256_add(to, bytes, sizeof bytes);
}

static void hash_feature(mlops__sha256 *to, const mlops__feature *feature) {
    const mlops__reference_column *column = feature->column;
    const double numbers[] = {
        (double)column->type,  (double)column->exact, column->hidden, (double)column->n_null,
        (double)column->n_nan, column->mean,          column->sd,     (double)feature->place};
    mlops__sha256_add(to, column->name, strlen(column->name) + 1);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) mlops__state_hash(to, numbers[i]);
    for (int64_t i = 0; i < feature->n_cells; i++) {
        mlops__state_hash(to, (double)feature->reference[i]);
        if (feature->edges && i + 1 < feature->n_cells) mlops__state_hash(to, feature->edges[i]);
    }
    for (int64_t i = 0; i < column->n_categories; i++)
        mlops__sha256_add(to, column->categories[i], strlen(column->categories[i]) + 1);
    for (int64_t i = 0; column->seen && i < column->seen->n; i++)
        mlops__state_hash(to, (double)column->seen->slots[i]);
}

static void hash_policy(mlops__sha256 *to, const mlops__policy_rules *rules) {
    const double numbers[] = {
        (double)rules->k, (double)rules->n, (double)rules->calm,    rules->over,
        rules->clear,     rules->critical,  (double)rules->pause_ns};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) mlops__state_hash(to, numbers[i]);
}

static void hash_all(const mlops_monitor *self, uint8_t digest[32]) {
    mlops__sha256 to;
    const double numbers[] = {(double)self->window_rows,
                              (double)self->window_ns,
                              (double)self->false_alarm_ns,
                              self->alpha_of_all,
                              self->rule.alpha,
                              self->rule.ks_tolerance,
                              self->rule.tv_tolerance,
                              (double)self->rule.rows_min,
                              (double)self->rule.correction,
                              (double)self->width,
                              (double)self->n_features,
                              self->scored != NULL,
                              self->policy != NULL};
    mlops__sha256_init(&to, mlops__sha256_blocks_scalar);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        mlops__state_hash(&to, numbers[i]);
    for (int64_t i = 0; i < self->n_features; i++) hash_feature(&to, &self->features[i]);
    if (self->scored) mlops__monitor_labels_hash(self->scored, &to);
    if (self->policy) hash_policy(&to, &self->policy->rules);
    if (self->segments) mlops__state_hash(&to, (double)self->segments->cap);
    mlops__sha256_end(&to, digest);
}

/* ---- putting ---- */

static void put_cells(mlops__buf *out, const int64_t *cells, int64_t n) {
    for (int64_t i = 0; i < n; i++) mlops__buf_i64(out, cells[i]);
}

static void put_feature(mlops__buf *out, const mlops__feature *self, int has_newest) {
    mlops__buf_i64(out, self->n_before);
    mlops__buf_i64(out, self->n_null_before);
    if (self->profile) {
        MLOPS__SEALED_PUT(out, mlops_profile_save, self->profile);
    } else {
        mlops__buf_i64(out, self->n_null);
        put_cells(out, self->counts, self->n_counts);
    }
    if (!has_newest) return;
    mlops__buf_i64(out, self->kept_side.n);
    mlops__buf_i64(out, self->kept_side.n_null);
    mlops__state_put_f64(out, self->kept_side.mean);
    mlops__state_put_f64(out, self->kept_side.min);
    mlops__state_put_f64(out, self->kept_side.max);
    put_cells(out, self->kept, self->n_counts);
}

static void put_windows(mlops__buf *out, const mlops_monitor *self) {
    for (int64_t i = 0; i < self->n_features; i++)
        put_feature(out, &self->features[i], self->n_windows > 0);
    MLOPS__SEALED_PUT(out, mlops_profile_save, self->window);
    MLOPS__SEALED_PUT(out, mlops_profile_save, self->newest);
    MLOPS__SEALED_PUT(out, mlops_profile_save, self->predictions);
}

static void put_segments(mlops__buf *out, const mlops__segments *self) {
    mlops__buf_u32(out, (uint32_t)self->n);
    mlops__buf_u32(out, (uint32_t)self->current);
    for (int64_t i = 1; i < self->n; i++) {
        uint32_t n = (uint32_t)strlen(self->slots[i].key);
        mlops__buf_u32(out, n);
        mlops__buf_put(out, self->slots[i].key, n);
    }
    for (int64_t i = 0; i < self->cap; i++) {
        const mlops_monitor *of = self->slots[i].monitor;
        mlops__buf_i64(out, of->n_rows);
        mlops__buf_i64(out, of->n_window);
        mlops__buf_i64(out, of->n_newest);
        put_windows(out, of);
        if (of->scored) mlops__monitor_labels_put(of, out);
    }
}

static void put_policy(mlops__buf *out, const mlops_monitor *self) {
    mlops__buf_u32(out, (uint32_t)self->vetoed);
    MLOPS__SEALED_PUT(out, mlops_policy_save, self->policy);
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_monitor *self = of;
    uint8_t digest[32] = {0};
    if (out->data) hash_all(self, digest); /* else the size alone is asked for */
    mlops__buf_put(out, digest, DIGEST);
    mlops__buf_i64(out, self->n_windows);
    mlops__buf_i64(out, self->n_rows);
    mlops__buf_i64(out, self->n_window);
    mlops__buf_i64(out, self->n_newest);
    mlops__buf_i64(out, self->n_errors);
    mlops__buf_i64(out, self->due_ns);
    mlops__buf_i64(out, self->window_end_ns);
    if (self->n_windows) mlops__state_put_f64(out, self->newest_rule.alpha);
    put_windows(out, self);
    MLOPS__SEALED_PUT(out, mlops_profile_save, self->latency.profile);
    mlops__buf_u64(out, self->latency.sum_ns);
    mlops__buf_i64(out, self->newest_row_ns);
    if (self->segments) put_segments(out, self->segments);
    if (self->policy) put_policy(out, self);
    if (self->scored) mlops__monitor_labels_put(self, out);
}

mlops_status mlops_monitor_suspend(const mlops_monitor *self, void *bytes, size_t cap,
                                   size_t *needed) {
    mlops__monitor_settle(self);
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

/* ---- reading ---- */

typedef struct reader {
    mlops__cursor in;
    void *room; /* for a profile that is read */
    size_t size;
} reader;

/* Into an empty profile, which is configured as the other was. */
static void read_profile(reader *self, mlops_profile *into, int64_t n_max) {
    mlops_profile *read;
    uint32_t n = mlops__cursor_u32(&self->in);
    const uint8_t *bytes = mlops__cursor_take(&self->in, n);
    if (!bytes) return;
    if (mlops_profile_load(&read, self->room, self->size, bytes, n) ||
        mlops_profile_merge(into, read) || mlops__monitor_summary(into).n > n_max)
        self->in.failed = 1;
}

/* Counts of cells, which add up to what is returned, most at the most. */
static int64_t read_cells(mlops__cursor *in, int64_t *cells, int64_t n, int64_t most) {
    int64_t total = 0;
    for (int64_t i = 0; i < n; i++) {
        cells[i] = mlops__state_i64(in, 0, most - total);
        total += cells[i];
    }
    return total;
}

/* Cells and, where they are told, how often slots came, of the same values. */
static int64_t read_counts(mlops__cursor *in, const mlops__feature *of, int64_t *counts,
                           int64_t most) {
    int64_t n_times = of->n_counts - of->n_cells, total = read_cells(in, counts, of->n_cells, most);
    if (n_times > 0 && read_cells(in, counts + of->n_cells, n_times, total) != total)
        in->failed = 1;
    return total;
}

static void read_feature(reader *self, const mlops_monitor *monitor, mlops__feature *feature) {
    mlops__cursor *in = &self->in;
    int64_t n_window = monitor->n_window, n_newest = monitor->n_newest, before;
    before = monitor->n_rows - n_window;
    feature->n_before = mlops__state_i64(in, feature->place < 0 ? 0 : before, before);
    feature->n_null_before = mlops__state_i64(in, 0, feature->n_before);
    if (feature->profile) {
        read_profile(self, feature->profile, n_window);
    } else {
        feature->n_null = mlops__state_i64(in, 0, n_window);
        (void)read_counts(in, feature, feature->counts, n_window - feature->n_null);
    }
    if (feature->place >= 0 && mlops__feature_values(feature) != monitor->n_rows) in->failed = 1;
    if (!monitor->n_windows) return;
    mlops__drift_side *side = &feature->kept_side;
    side->n = mlops__state_i64(in, 0, n_newest);
    side->n_null = mlops__state_i64(in, 0, n_newest - side->n);
    side->mean = mlops__state_f64(in);
    side->min = mlops__state_f64(in);
    side->max = mlops__state_f64(in);
    if (side->min > side->max || read_counts(in, feature, feature->kept, side->n) != side->n)
        in->failed = 1;
}

static void read_windows(reader *from, mlops_monitor *self) {
    for (int64_t i = 0; i < self->n_features && !from->in.failed; i++)
        read_feature(from, self, &self->features[i]);
    read_profile(from, self->window, self->n_window);
    read_profile(from, self->newest, self->n_newest);
    read_profile(from, self->predictions, self->n_rows);
}

static void read_keys(mlops_monitor *self, mlops__cursor *in) {
    mlops__segments *segments = self->segments;
    uint32_t n = mlops__cursor_u32(in), current = mlops__cursor_u32(in);
    if (n < 1 || n > segments->cap || current >= n) in->failed = 1;
    for (uint32_t i = 1; i < n && !in->failed; i++) {
        uint32_t size = mlops__cursor_u32(in);
        const uint8_t *key = mlops__cursor_take(in, size);
        if (!key || !mlops__segments_name(self, (const char *)key, size)) in->failed = 1;
    }
    segments->current = in->failed ? 0 : current;
}

/* Rows of the segments must add up to the monitor's. */
static void read_segments(reader *from, mlops_monitor *self) {
    mlops__cursor *in = &from->in;
    mlops__segments *segments = self->segments;
    int64_t n_rows = self->n_rows, n_window = self->n_window, n_newest = self->n_newest;
    read_keys(self, in);
    for (int64_t i = 0; i < segments->cap && !in->failed; i++) {
        mlops_monitor *of = segments->slots[i].monitor;
        of->n_windows = self->n_windows;
        of->newest_rule = self->newest_rule;
        of->newest_rule.alpha /= (double)segments->cap;
        of->n_rows = mlops__state_i64(in, 0, i < segments->n ? n_rows : 0);
        of->n_window = mlops__state_i64(in, 0, n_window < of->n_rows ? n_window : of->n_rows);
        int64_t before = of->n_rows - of->n_window;
        of->n_newest = mlops__state_i64(in, 0, n_newest < before ? n_newest : before);
        n_rows -= of->n_rows;
        n_window -= of->n_window;
        n_newest -= of->n_newest;
        read_windows(from, of);
        if (of->scored && !in->failed && !mlops__monitor_labels_read(of, in)) in->failed = 1;
    }
    if (n_rows || n_window || n_newest) in->failed = 1;
}

/* Its rules must be those of the policy that is there. */
static void read_policy(mlops_monitor *self, mlops__cursor *in) {
    const mlops__policy_rules rules = self->policy->rules;
    size_t size = mlops_policy_size();
    self->vetoed = (int32_t)mlops__cursor_u32(in);
    if (self->vetoed != 0 && self->vetoed != 1) in->failed = 1;
    uint32_t n = mlops__cursor_u32(in);
    const uint8_t *bytes = mlops__cursor_take(in, n);
    mlops_policy *policy;
    if (!bytes) return;
    if (mlops_policy_load(&policy, self->policy, size, bytes, n) ||
        memcmp(&self->policy->rules, &rules, sizeof rules) != 0) {
        in->failed = 1;
        self->policy->rules = rules;
    }
}

/* What follows the digest, into an empty monitor. */
static int read_all(mlops_monitor *self, reader *from) {
    mlops__cursor *in = &from->in;
    int64_t before;
    self->n_windows = mlops__state_i64(in, 0, INT64_MAX - 1);
    self->n_rows = mlops__state_i64(in, self->n_windows, INT64_MAX);
    self->n_window = mlops__state_i64(in, 0, self->window_rows - 1);
    before = self->n_rows - self->n_window;
    self->n_newest = mlops__state_i64(in, self->n_windows > 0, self->window_rows);
    self->n_errors = mlops__state_i64(in, 0, INT64_MAX);
    self->due_ns = mlops__cursor_i64(in);
    self->window_end_ns = mlops__cursor_i64(in);
    if (before < self->n_windows || self->n_newest > before || (!self->n_windows && before))
        return 0;
    self->newest_rule = self->rule;
    if (self->n_windows) self->newest_rule.alpha = mlops__state_f64(in);
    if (!(self->newest_rule.alpha >= 0 && self->newest_rule.alpha < 1)) return 0;
    read_windows(from, self);
    read_profile(from, self->latency.profile, INT64_MAX);
    self->latency.sum_ns = mlops__cursor_u64(in);
    self->newest_row_ns = mlops__cursor_i64(in);
    if (self->segments && !in->failed) read_segments(from, self);
    if (self->policy && !in->failed) read_policy(self, in);
    if (in->failed || (self->scored && !mlops__monitor_labels_read(self, in))) return 0;
    return mlops__cursor_left(in) == 0;
}

/* Of a segment, all. */
static void forget_windows(mlops_monitor *self) {
    for (int64_t i = 0; i < self->n_features; i++) {
        mlops__feature *feature = &self->features[i];
        feature->n_before = feature->n_null_before = feature->n_null = 0;
        if (feature->profile) mlops_profile_reset(feature->profile);
        else memset(feature->counts, 0, (size_t)feature->n_counts * sizeof *feature->counts);
    }
    mlops_profile_reset(self->window);
    mlops_profile_reset(self->newest);
    mlops_profile_reset(self->predictions);
    self->n_windows = self->n_rows = self->n_window = self->n_newest = self->n_errors = 0;
    self->n_pending = self->n_pending_predictions = self->n_drifted = 0;
    self->verdict = MLOPS_DRIFT_NOT_ENOUGH_DATA;
    if (self->scored) mlops__monitor_labels_reset(self->scored);
}

static void forget(mlops_monitor *self) {
    forget_windows(self);
    if (self->segments) mlops__segments_forget(self->segments);
    for (int64_t i = 0; self->segments && i < self->segments->cap; i++)
        forget_windows(self->segments->slots[i].monitor);
    mlops_profile_reset(self->latency.profile);
    self->latency.sum_ns = 0;
    self->window_end_ns = mlops__host_now(&self->host);
    self->vetoed = 0;
    self->newest_row_ns = 0;
    if (self->policy) {
        const mlops__policy_rules rules = self->policy->rules;
        (void)mlops__policy_place(&self->policy, self->policy, mlops_policy_size(), &rules, NULL);
    }
}

static mlops_status read_state(mlops_monitor *self, reader *from, mlops_error *err) {
    uint8_t own[32];
    const uint8_t *digest = mlops__cursor_take(&from->in, DIGEST);
    hash_all(self, own);
    if (digest && memcmp(digest, own, DIGEST))
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "monitor: the state is of a monitor with another reference, other "
                           "columns or options; make this one as that was made");
    if (digest && read_all(self, from)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "monitor: the state's parts contradict each other");
}

mlops_status mlops_monitor_resume(mlops_monitor *self, const void *bytes, size_t n,
                                  mlops_error *err) {
    reader from = {.size = self->profile_max};
    forget(self);
    mlops_status status = mlops__sealed_open(&from.in, bytes, n, MAGIC, VERSION);
    if (status)
        return mlops__fail(err, status,
                           status == MLOPS_E_CORRUPT
                               ? "monitor: these bytes are no state of a monitor, or damaged"
                               : "monitor: the state is of another version of its format");
    from.room = mlops__alloc(&self->host.allocator, from.size);
    if (!from.room) return mlops__fail_nomem(err, from.size);
    status = read_state(self, &from, err);
    mlops__free(&self->host.allocator, from.room, from.size);
    if (status) forget(self);
    else if (self->n_windows) mlops__monitor_judge_newest(self);
    for (int64_t i = 0; self->n_windows && self->segments && i < self->segments->n; i++)
        mlops__monitor_judge_newest(self->segments->slots[i].monitor);
    return status;
}
