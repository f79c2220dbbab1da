/* The monitor as an object: options, beginning, end, and what it answers.
 *
 * Owns the shares of model and reference and the arena in which all else lives. Invariant: after
 * the constructor nothing is allocated any more but for the objects that callers ask for.
 */
#include "monitor/monitor.h"
#include "base/opts.h"
#include "file/container.h"
#include "file/file.h"
#include "monitor/monitor_inside.h"
#include "text/utf8.h"

#include <string.h>

enum { WINDOW_DEFAULT = 1000, WINDOW_MIN = 50 };

static mlops_status with_defaults(mlops_monitor_opts *out, const mlops_monitor_opts *given,
                                  mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_monitor_opts", err));
    if (out->flags & ~(uint32_t)MLOPS_MONITOR_ALPHA_OF_ALL)
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_monitor_opts: flags are 0x%x; set 0 or MLOPS_MONITOR_ALPHA_OF_ALL", out->flags);
    if (out->window_ns < 0 || out->false_alarm_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_monitor_opts: %s is negative; nanoseconds, or 0 for none",
                           out->window_ns < 0 ? "window_ns" : "false_alarm_ns");
    if (!out->name) out->name = "default";
    if (mlops__utf8_check(out->name, strlen(out->name)) != strlen(out->name))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_monitor_opts: name is no UTF-8");
    if (!out->window_rows) out->window_rows = out->window_ns ? INT64_MAX : WINDOW_DEFAULT;
    if (out->window_rows < WINDOW_MIN)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_monitor_opts: window_rows is %lld; it must be 50 or more",
                           (long long)out->window_rows);
    return MLOPS_OK;
}

/* Rule and names of what is watched. */
static mlops_status read_opts(mlops__drift_rule *rule, mlops__monitor_names *names,
                              const mlops_monitor_opts *opts, mlops_error *err) {
    mlops_reference_opts reference;
    mlops_drift_opts drift;
    MLOPS_TRY(mlops__opts_copy(&reference, sizeof reference, opts->reference,
                               "mlops_reference_opts", err));
    MLOPS_TRY(mlops__opts_copy(&drift, sizeof drift, opts->drift, "mlops_drift_opts", err));
    *names = (mlops__monitor_names){reference.columns, drift.columns, drift.ignore};
    if (opts->false_alarm_ns && (drift.alpha != 0 || opts->flags))
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_monitor_opts: false_alarm_ns takes the place of drift.alpha; give "
            "one of them");
    return mlops__drift_rule_init(rule, opts->drift, 0, err);
}

static mlops_status fill(mlops_monitor *self, const mlops_monitor_opts *opts, mlops_error *err) {
    mlops__monitor_names names;
    MLOPS_TRY(read_opts(&self->rule, &names, opts, err));
    self->alpha_of_all = (opts->flags & MLOPS_MONITOR_ALPHA_OF_ALL) != 0;
    self->false_alarm_ns = opts->false_alarm_ns;
    self->window_rows = opts->window_rows;
    self->window_ns = opts->window_ns;
    self->window_end_ns = mlops__host_now(&self->host);
    self->name = mlops__arena_text(&self->arena, opts->name, strlen(opts->name));
    if (!self->name) return mlops__fail_nomem(err, strlen(opts->name));
    return mlops__monitor_bind(self, &names, err);
}

static mlops_status make(mlops_monitor **out, mlops_model *model, mlops_reference *reference,
                         int of_bundle, const mlops_monitor_opts *opts, mlops_error *err) {
    mlops_monitor_opts o;
    mlops__host host;
    MLOPS_TRY(with_defaults(&o, opts, err));
    MLOPS_TRY(mlops__host_init(&host, o.host, err));
    mlops_monitor *self = mlops__alloc_zero(&host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = host;
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    self->model = model ? mlops_model_ref(model) : NULL;
    self->of_bundle = of_bundle;
    self->reference = mlops_reference_ref(reference);
    mlops_status status = fill(self, &o, err);
    if (status == MLOPS_OK) *out = self;
    else mlops_monitor_free(self);
    return status;
}

mlops_status mlops_monitor_new_reference(mlops_monitor **out, mlops_model *model,
                                         mlops_reference *reference, const mlops_monitor_opts *opts,
                                         mlops_error *err) {
    *out = NULL;
    return make(out, model, reference, 0, opts, err);
}

/* The model of a bundle, if it has names; else NULL, and of any other file. */
static mlops_status carried_model(mlops_model **out, const char *path, const mlops_host *given,
                                  mlops_error *err) {
    *out = NULL;
    mlops__host host;
    mlops__file_view file;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    MLOPS_TRY(mlops__file_open(&file, &host, path, SIZE_MAX, 1, err));
    int is_bundle = mlops__container_kind(file.data, file.size) == MLOPS__KIND_BUNDLE;
    mlops__file_close(&file, &host);
    if (!is_bundle) return MLOPS_OK;
    opts.host = given;
    opts.memory_max = INT64_MAX;
    MLOPS_TRY(mlops_model_load(out, path, &opts, err));
    if (mlops_model_feature_name(*out, 0)) return MLOPS_OK;
    mlops_model_unref(*out);
    *out = NULL;
    return MLOPS_OK;
}

mlops_status mlops_monitor_new(mlops_monitor **out, mlops_model *model, const char *reference,
                               const mlops_monitor_opts *opts, mlops_error *err) {
    *out = NULL;
    mlops_monitor_opts o;
    mlops_reference_opts how;
    MLOPS_TRY(with_defaults(&o, opts, err));
    MLOPS_TRY(mlops__opts_copy(&how, sizeof how, o.reference, "mlops_reference_opts", err));
    if (!how.host) how.host = o.host;
    mlops_reference *loaded;
    mlops_model *carried = NULL;
    MLOPS_TRY(mlops_reference_load(&loaded, reference, &how, err));
    mlops_status status = model ? MLOPS_OK : carried_model(&carried, reference, how.host, err);
    if (status == MLOPS_OK)
        status = make(out, model ? model : carried, loaded, carried != NULL, opts, err);
    mlops_model_unref(carried);
    mlops_reference_unref(loaded);
    return status;
}

mlops_monitor *mlops__monitor_share(mlops_monitor *self) {
    self->n_others++;
    return self;
}

void mlops_monitor_free(mlops_monitor *self) {
    if (!self || self->n_others-- > 0) return;
    mlops_allocator allocator = self->host.allocator;
    mlops_reference_unref(self->reference);
    if (self->model) mlops_model_unref(self->model);
    if (self->scored) mlops_calibration_unref(self->scored->calibration);
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
}

int64_t mlops_monitor_n_features(const mlops_monitor *self) { return self->width; }

int64_t mlops_monitor_n_windows(const mlops_monitor *self) {
    mlops__monitor_settle(self);
    return self->n_windows;
}

mlops_drift_verdict mlops_monitor_verdict(const mlops_monitor *self) {
    mlops__monitor_settle(self);
    return self->verdict;
}

int64_t mlops_monitor_n_drifted(const mlops_monitor *self) {
    mlops__monitor_settle(self);
    return self->n_drifted;
}

mlops_status mlops_monitor_add_errors(mlops_monitor *self, int64_t n) {
    if (n < 0) return MLOPS_E_INVALID;
    if (n > INT64_MAX - self->n_errors) return MLOPS_E_LIMIT;
    self->n_errors += n;
    return MLOPS_OK;
}

mlops_status mlops_monitor_add_latency(mlops_monitor *self, int64_t duration_ns) {
    return mlops__latency_add(&self->latency, duration_ns);
}

/* What there is before the first window is complete is judged aside. */
static mlops_status judge_part(mlops_drift **out, const mlops_monitor *self, mlops_error *err) {
    mlops__arena arena;
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    size_t n = (size_t)self->n_features, n_cells = 1;
    for (size_t i = 0; i < n; i++) {
        size_t cells = (size_t)self->features[i].n_counts;
        n_cells = cells > n_cells ? cells : n_cells;
    }
    mlops__drift_judged *judged = mlops__arena_array(&arena, n, sizeof *judged);
    int64_t *order = mlops__arena_array(&arena, n, sizeof *order);
    int64_t *cells = mlops__arena_array(&arena, n_cells, sizeof *cells);
    mlops_status status;
    if (judged && order && cells) {
        mlops__drift_rule rule = mlops__monitor_rule(self, mlops__host_now(&self->host));
        mlops__monitor_judge(self, &rule, judged, order, cells);
        status = mlops__drift_from_columns(out, &self->host, &rule, judged, self->n_features, err);
    } else {
        status = mlops__fail_nomem(err, n * sizeof *judged);
    }
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops_monitor_drift(mlops_drift **out, const mlops_monitor *self, mlops_error *err) {
    *out = NULL;
    mlops__monitor_settle(self);
    if (!self->n_windows) return judge_part(out, self, err);
    return mlops__drift_from_columns(out, &self->host, &self->newest_rule, self->judged,
                                     self->n_features, err);
}
