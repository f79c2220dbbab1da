/* From a table to an alarm, on real data: train with XGBoost, load its file, prove the predictions
 * equal, bundle, watch production, and say what has drifted. examples/run.sh runs it.
 */
#include "story.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 200, WINDOW = 2000, LATENCY_ROWS = 2000, BATCH_ROWS = 1024 };

typedef struct story {
    settings settings;
    dataset data;
    int64_t *train;
    int64_t n_train;
    trainer *trainer;
    mlops_model *model;
    mlops_reference *reference;
    mlops_monitor *monitor;
    int64_t width;
    char model_path[1024];
    char bundle_path[1024];
    char report_path[1024];
} story;

static void tell_data(story *self) {
    static const char *const tasks[] = {"two classes", "several classes", "a number"};
    step_begin("Read the table");
    dataset_load(&self->data, &self->settings);
    step_say("%s: %lld rows, %lld features, target '%s' (%s)", self->settings.data,
             (long long)self->data.n_rows, (long long)self->data.n_features, self->settings.target,
             tasks[self->data.task]);
    if (*self->data.left_out) step_say("left out: %s", self->data.left_out);
    uint64_t state = 7;
    self->train = must_alloc((size_t)self->data.n_rows, sizeof *self->train);
    for (int64_t i = 0; i < self->data.n_rows; i++)
        if (draw_unit(&state) < 0.7) self->train[self->n_train++] = i;
    step_end();
}

static void tell_training(story *self) {
    step_begin("Train with XGBoost, save its file");
    self->trainer = trainer_train(&self->data, self->train, self->n_train, ROUNDS);
    trainer_save(self->trainer, self->model_path);
    step_say("%d rounds on %lld rows, saved as %s", ROUNDS, (long long)self->n_train,
             self->model_path);
    step_end();
}

static void tell_loading(story *self) {
    mlops_error error;
    step_begin("Load the file that XGBoost saved");
    must(mlops_model_load(&self->model, self->model_path, NULL, &error), &error);
    self->width = mlops_model_width(self->model, MLOPS_MODEL_OUTPUT_PREDICTION);
    step_say("%lld trees, %lld features, %lld value%s a row",
             (long long)mlops_model_width(self->model, MLOPS_MODEL_OUTPUT_LEAF),
             (long long)mlops_model_n_features(self->model), (long long)self->width,
             self->width == 1 ? "" : "s");
    step_end();
}

static void predict(const story *self, const float *x, int64_t n, double *out) {
    mlops_status status =
        mlops_model_predict(self->model, x, n, self->data.n_features, out, self->width);
    if (!status) return;
    fprintf(stderr, "story: predict: %s\n", mlops_status_name(status));
    exit(1);
}

static void tell_equality(story *self) {
    int64_t n = self->data.n_rows, total = n * self->width, same = 0;
    step_begin("Predict every row with both");
    double *ours = must_alloc((size_t)total, sizeof *ours);
    predict(self, self->data.x, n, ours);
    const float *theirs = trainer_predict(self->trainer, self->data.x, n, self->data.n_features);
    for (int64_t i = 0; i < total; i++) same += ours[i] == (double)theirs[i];
    free(ours);
    if (same != total) {
        say_bad("%lld of %lld values differ", (long long)(total - same), (long long)total);
        exit(1);
    }
    say_good("%lld values, every one equal to XGBoost's, bit for bit", (long long)total);
    step_end();
}

static void tell_latency(story *self) {
    static double ours[LATENCY_ROWS], theirs[LATENCY_ROWS];
    int64_t d = self->data.n_features, batch = self->data.n_rows;
    if (batch > BATCH_ROWS) batch = BATCH_ROWS;
    double *out = must_alloc((size_t)(BATCH_ROWS * self->width), sizeof *out);
    step_begin("How long does it take?");
    for (int i = 0; i < LATENCY_ROWS; i++) {
        const float *row = self->data.x + i % self->data.n_rows * d;
        double t = now_us();
        predict(self, row, 1, out);
        ours[i] = now_us() - t;
        t = now_us();
        trainer_predict(self->trainer, row, 1, d);
        theirs[i] = now_us() - t;
    }
    double a = median_us(ours, LATENCY_ROWS), b = median_us(theirs, LATENCY_ROWS);
    step_say("a row, median:   %8.2f us   XGBoost %8.2f us   %.0f times", a, b, b / a);
    for (int i = 0; i < 21; i++) {
        double t = now_us();
        predict(self, self->data.x, batch, out);
        ours[i] = now_us() - t;
        t = now_us();
        trainer_predict(self->trainer, self->data.x, batch, d);
        theirs[i] = now_us() - t;
    }
    a = median_us(ours, 21) / (double)batch, b = median_us(theirs, 21) / (double)batch;
    step_say("in a batch:      %8.2f us   XGBoost %8.2f us   %.0f times", a, b, b / a);
    free(out);
    step_end();
}

static void make_reference(story *self) {
    int64_t d = self->data.n_features;
    double *rows = must_alloc((size_t)(self->n_train * d), sizeof *rows);
    for (int64_t i = 0; i < self->n_train; i++)
        for (int64_t j = 0; j < d; j++) rows[i * d + j] = self->data.x[self->train[i] * d + j];
    char *names = dataset_name_list(&self->data);
    mlops_table *table;
    mlops_error error;
    must(mlops_table_from_matrix(&table, rows, self->n_train, d, names, NULL, &error), &error);
    must(mlops_reference_new(&self->reference, table, NULL, &error), &error);
    mlops_table_unref(table);
    free(names);
    free(rows);
}

static void tell_bundle(story *self) {
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    mlops_bundle *bundle;
    mlops_error error;
    mlops_id id;
    step_begin("Bundle the model with its reference");
    make_reference(self);
    opts.reference = self->reference;
    opts.name = self->settings.target;
    opts.version = "1";
    must(mlops_bundle_write(self->bundle_path, self->model, &opts, &error), &error);
    must(mlops_bundle_load(&bundle, self->bundle_path, NULL, &error), &error);
    mlops_bundle_id(bundle, &id);
    step_say("%s, id %02x%02x%02x%02x...; every byte checked, golden rows predicted",
             self->bundle_path, id.bytes[0], id.bytes[1], id.bytes[2], id.bytes[3]);
    mlops_model_unref(self->model); /* from here on the model comes out of the bundle */
    self->model = mlops_model_ref(mlops_bundle_model(bundle));
    mlops_bundle_unref(bundle);
    step_end();
}

static void serve(story *self, float *row) {
    double out[64];
    double *p = self->width <= 64 ? out : must_alloc((size_t)self->width, sizeof *p);
    double t = now_us();
    predict(self, row, 1, p);
    mlops_monitor_add_latency(self->monitor, (int64_t)((now_us() - t) * 1000));
    mlops_monitor_add(self->monitor, row, 1, self->data.n_features, p, self->width);
    if (p != out) free(p);
}

static void tell_verdict(const story *self) {
    mlops_drift *drift;
    mlops_error error;
    must(mlops_monitor_drift(&drift, self->monitor, &error), &error);
    int64_t n = mlops_drift_n_columns(drift), shown = 0;
    mlops_drift_verdict verdict = mlops_drift_overall(drift);
    if (verdict == MLOPS_DRIFT_NO)
        say_good("no drift: none of %lld columns has moved beyond tolerance", (long long)n);
    else if (verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA)
        say_good("no alarm in %lld columns; %lld rows of reference are too few to rule drift out",
                 (long long)n, (long long)self->n_train);
    else
        say_bad("drift in %lld of %lld columns", (long long)mlops_drift_n_drifted(drift),
                (long long)n);
    for (int64_t i = 0; i < n && shown < 8; i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c) || c.verdict != MLOPS_DRIFT_YES) continue;
        shown++;
        step_say("  %-24s %-5s %.3f, at least %.3f (tolerance %.2f), p %.1e", c.name, c.test,
                 c.effect, c.effect_low, c.tolerance, c.p_adjusted);
    }
    mlops_drift_unref(drift);
}

static void tell_calm(story *self) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_error error;
    int64_t d = self->data.n_features;
    uint64_t state = 11;
    float *row = must_alloc((size_t)d, sizeof *row);
    step_begin("Production, as the table was");
    opts.window_rows = WINDOW;
    opts.name = self->settings.target;
    must(mlops_monitor_new_reference(&self->monitor, self->model, self->reference, &opts, &error),
         &error);
    for (int64_t i = 0; i < WINDOW; i++) {
        uint64_t at = draw(&state) % (uint64_t)self->data.n_rows;
        memcpy(row, self->data.x + (int64_t)at * d, (size_t)d * sizeof *row);
        serve(self, row);
    }
    step_say("%d rows drawn from the table, predicted and watched", WINDOW);
    tell_verdict(self);
    free(row);
    step_end();
}

/* The first feature at or behind from that takes many values, or -1. */
static int64_t continuous(const dataset *data, int64_t from) {
    for (int64_t j = from; j < data->n_features; j++) {
        int64_t changes = 0;
        for (int64_t i = 1; i < data->n_rows; i++)
            changes += data->x[i * data->n_features + j] != data->x[(i - 1) * data->n_features + j];
        if (changes > data->n_rows / 2) return j;
    }
    return -1;
}

static double deviation(const dataset *data, int64_t feature) {
    double n = 0, sum = 0, squares = 0;
    for (int64_t i = 0; i < data->n_rows; i++) {
        double v = data->x[i * data->n_features + feature];
        if (isnan(v)) continue;
        n++, sum += v, squares += v * v;
    }
    return n > 0 ? sqrt(fmax(squares / n - sum / n * (sum / n), 0)) : 0;
}

static void tell_shift(story *self) {
    int64_t d = self->data.n_features, grows = continuous(&self->data, 0);
    if (grows < 0) grows = 0;
    int64_t missing = d > 1 ? (grows + 1) % d : -1;
    double step = 0.75 * deviation(&self->data, grows);
    uint64_t state = 13;
    float *row = must_alloc((size_t)d, sizeof *row);
    step_begin("Production shifts");
    step_say("'%s' grows by %.3g (three quarters of its standard deviation)",
             self->data.names[grows], step);
    if (missing >= 0)
        step_say("'%s' goes missing in a fifth of the rows", self->data.names[missing]);
    for (int64_t i = 0; i < WINDOW; i++) {
        uint64_t at = draw(&state) % (uint64_t)self->data.n_rows;
        memcpy(row, self->data.x + (int64_t)at * d, (size_t)d * sizeof *row);
        row[grows] = (float)(row[grows] + step);
        if (missing >= 0 && draw_unit(&state) < 0.2) row[missing] = (float)NAN;
        serve(self, row);
    }
    tell_verdict(self);
    free(row);
    step_end();
}

static void tell_production(story *self) {
    dataset live;
    step_begin("Production, from the file");
    dataset_load_like(&live, &self->data, &self->settings);
    step_say("%s: %lld rows", self->settings.production, (long long)live.n_rows);
    for (int64_t i = 0; i < live.n_rows; i++) {
        serve(self, live.x + i * self->data.n_features);
        if ((i + 1) % WINDOW == 0) tell_verdict(self);
    }
    dataset_free(&live);
    step_end();
}

static void tell_report(story *self) {
    static char text[1 << 20];
    mlops_error error;
    step_begin("Report and metrics");
    must(mlops_monitor_save(self->monitor, self->report_path, &error), &error);
    size_t needed = 0;
    mlops_status status = mlops_monitor_metrics(self->monitor, text, sizeof text, &needed);
    step_say("%s; %zu bytes of Prometheus text%s", self->report_path, needed,
             status ? " (more than the buffer holds)" : "");
    step_end();
}

static int parse(settings *s, int argc, char **argv) {
    *s = (settings){.out = "."};
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];
        if (!strcmp(argv[i], "--data")) s->data = value;
        else if (!strcmp(argv[i], "--target")) s->target = value;
        else if (!strcmp(argv[i], "--ignore")) s->ignore = value;
        else if (!strcmp(argv[i], "--production")) s->production = value;
        else if (!strcmp(argv[i], "--out")) s->out = value;
        else if (!strcmp(argv[i], "--skip-lines")) s->skip_lines = atoi(value);
        else if (!strcmp(argv[i], "--names")) s->column_names = value;
        else return 0;
    }
    return argc % 2 == 1 && s->data && s->target;
}

int main(int argc, char **argv) {
    story self = {0};
    if (!parse(&self.settings, argc, argv)) {
        fprintf(stderr,
                "usage: story --data FILE --target COLUMN [--ignore A,B] [--production FILE]\n"
                "             [--out FOLDER] [--skip-lines N] [--names A,B,...]\n");
        return 2;
    }
    snprintf(self.model_path, sizeof self.model_path, "%s/model.json", self.settings.out);
    snprintf(self.bundle_path, sizeof self.bundle_path, "%s/model.bundle", self.settings.out);
    snprintf(self.report_path, sizeof self.report_path, "%s/report.html", self.settings.out);
    tell_data(&self);
    tell_training(&self);
    tell_loading(&self);
    tell_equality(&self);
    tell_latency(&self);
    tell_bundle(&self);
    tell_calm(&self);
    if (self.settings.production) tell_production(&self);
    else tell_shift(&self);
    tell_report(&self);
    mlops_monitor_free(self.monitor);
    mlops_reference_unref(self.reference);
    mlops_model_unref(self.model);
    trainer_free(self.trainer);
    dataset_free(&self.data);
    free(self.train);
    return 0;
}
