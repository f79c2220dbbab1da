/* The lifecycle's models: runs, registration, gates, promotion and rollback. */
#include "life.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LATENCY_ROWS = 2000 };

static double score(const life *self, const float *predictions, const part *p) {
    int64_t k = self->n_classes > 2 ? self->n_classes : 1;
    double *values = must_alloc((size_t)(p->n * k), sizeof *values);
    double *labels = must_alloc((size_t)p->n, sizeof *labels);
    int64_t *classes = must_alloc((size_t)p->n, sizeof *classes);
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    mlops_error error;
    for (int64_t i = 0; i < p->n * k; i++) values[i] = predictions[i];
    for (int64_t i = 0; i < p->n; i++) labels[i] = p->y[i], classes[i] = (int64_t)p->y[i];
    if (self->task == TASK_BINARY)
        must(mlops_metric_binary(&m, values, labels, p->n, NULL, &error), &error);
    else if (self->task == TASK_CLASSES)
        must(mlops_metric_classes(&m, values, p->n, k, classes, NULL, NULL, &error), &error);
    else must(mlops_metric_regression(&m, values, labels, p->n, NULL, &error), &error);
    must(mlops_metric_find(&info, self->metric, &error), &error);
    free(values);
    free(labels);
    free(classes);
    return mlops_metric_value(&m, info.metric);
}

static const char **feature_names(const life *self) {
    int64_t d = mlops_feature_n_outputs(self->features);
    const char **names = must_alloc((size_t)d, sizeof *names);
    for (int64_t j = 0; j < d; j++) names[j] = mlops_feature_output_name(self->features, j);
    return names;
}

/* Trains on a part, logging what the held-out rows say as it goes. */
static trainer *train(life *self, mlops_run *run, const part *rows, const part *held, int rounds) {
    int64_t d = mlops_feature_n_outputs(self->features);
    const char **names = feature_names(self);
    mlops_error error;
    trainer *t = trainer_new(rows->x, rows->y, rows->n, d, names, self->task, self->n_classes);
    for (int i = 0; i < rounds; i++) {
        trainer_step(t);
        if (i % 10 != 9 && i != rounds - 1) continue;
        double value = score(self, trainer_predict(t, held->x, held->n, d), held);
        must(mlops_run_log(run, self->metric, value, i + 1, &error), &error);
    }
    free(names);
    trainer_save(t, self->model_path);
    return t;
}

static mlops_run *run_begin(life *self, const char *name, int rounds) {
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    mlops_run *run;
    mlops_error error;
    char text[32];
    opts.name = name;
    opts.actor = "lifecycle";
    opts.source = "examples/lifecycle";
    opts.dataset = DATASET;
    must(mlops_run_start(&run, self->store, "weekly", &opts, &error), &error);
    snprintf(text, sizeof text, "%d", rounds);
    must(mlops_run_param(run, "rounds", text, &error), &error);
    must(mlops_run_param(run, "max_depth", "6", &error), &error);
    must(mlops_run_param(run, "eta", "0.1", &error), &error);
    snprintf(self->run, sizeof self->run, "%s", mlops_run_id(run));
    return run;
}

static void run_end(life *self, mlops_run *run) {
    mlops_error error;
    must(mlops_run_artifact_file(run, "model.json", self->model_path, &error), &error);
    must(mlops_run_end(run, MLOPS_RUN_FINISHED, &error), &error);
    mlops_run_close(run);
}

static double last_logged(const life *self) {
    mlops_run *run;
    mlops_table *points;
    mlops_error error;
    must(mlops_run_open(&run, self->store, self->run, &error), &error);
    must(mlops_run_points(&points, run, self->metric, &error), &error);
    int64_t n = mlops_table_n_rows(points);
    double *values = must_alloc((size_t)n, sizeof *values);
    must(mlops_table_values(points, mlops_table_find(points, "value"), values, n, &error), &error);
    double value = n ? values[n - 1] : (double)NAN;
    free(values);
    mlops_table_unref(points);
    mlops_run_close(run);
    return value;
}

static void tell_latency(const mlops_model *model, trainer *t, const part *rows, int64_t d) {
    static double ours[LATENCY_ROWS], theirs[LATENCY_ROWS];
    int64_t width = mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION);
    double *out = must_alloc((size_t)width, sizeof *out);
    for (int i = 0; i < LATENCY_ROWS; i++) {
        const float *row = rows->x + i % rows->n * d;
        double begun = now_us();
        if (mlops_model_predict(model, row, 1, d, out, width)) fail("%s", "predicting failed");
        ours[i] = now_us() - begun;
        begun = now_us();
        trainer_predict(t, row, 1, d);
        theirs[i] = now_us() - begun;
    }
    double a = median_us(ours, LATENCY_ROWS), b = median_us(theirs, LATENCY_ROWS);
    step_say("a row: %.2f us; XGBoost: %.2f us, %.0f times", a, b, b / a);
    free(out);
}

/* Predictions of the file are those of the trainer that wrote it, bit for bit. */
static void compare(const life *self, trainer *t, const part *rows) {
    mlops_model *model;
    mlops_error error;
    int64_t d = mlops_feature_n_outputs(self->features), same = 0;
    must(mlops_model_load(&model, self->model_path, NULL, &error), &error);
    int64_t width = mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION),
            total = rows->n * width;
    double *ours = must_alloc((size_t)total, sizeof *ours);
    if (mlops_model_predict(model, rows->x, rows->n, d, ours, width))
        fail("%s", "predicting failed");
    const float *theirs = trainer_predict(t, rows->x, rows->n, d);
    for (int64_t i = 0; i < total; i++) same += ours[i] == (double)theirs[i];
    free(ours);
    if (same != total)
        fail("%lld of %lld values differ from XGBoost's", (long long)(total - same),
             (long long)total);
    say_good("%lld predictions, every one equal to XGBoost's, bit for bit", (long long)total);
    tell_latency(model, t, rows, d);
    mlops_model_unref(model);
}

void tell_training(life *self, const char *title) {
    step_begin(title);
    part rows = load_part(self, MLOPS_PART_TRAIN), held = load_part(self, MLOPS_PART_HELD_OUT);
    mlops_run *run = run_begin(self, title, ROUNDS);
    trainer *t = train(self, run, &rows, &held, ROUNDS);
    run_end(self, run);
    step_say("%d rounds on %lld rows, run %.8s: %s %.4f on the rows that were held out", ROUNDS,
             (long long)rows.n, self->run, self->metric, last_logged(self));
    compare(self, t, &rows);
    trainer_free(t);
    free_part(&rows);
    free_part(&held);
    step_end();
}

/* ---- the registry ---- */

/* Names of the classes as the option wants them: a list, quoted as in a CSV line. */
static char *class_list(const life *self) {
    char *list = NULL;
    size_t size = 0;
    if (self->task == TASK_REGRESSION) return NULL;
    FILE *out = open_memstream(&list, &size);
    if (!out) fail("%s", "out of memory");
    for (int64_t k = 0; k < self->n_classes; k++)
        fprintf(out, "%s\"%s\"", k ? "," : "", self->classes[k]);
    fclose(out);
    return list;
}

void tell_registration(life *self) {
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_reference *reference;
    mlops_model *model;
    mlops_error error;
    step_begin("Register the model, with where it came from");
    must(mlops_model_load(&model, self->model_path, NULL, &error), &error);
    must(mlops_dataset_reference(&reference, self->store, DATASET, NULL, NULL, &error), &error);
    char *classes = class_list(self);
    opts.file = self->model_path;
    opts.features = self->features;
    opts.reference = reference;
    opts.run = self->run;
    opts.classes = classes;
    mlops_change *change = change_begin(self, NULL);
    must(mlops_registry_register(change, &self->version, MODEL, model, &opts, &error), &error);
    change_end(change);
    step_say("version %lld of '%s': run %.8s, commit %02x%02x%02x%02x, %lld features",
             (long long)self->version, MODEL, self->run, self->commit.bytes[0],
             self->commit.bytes[1], self->commit.bytes[2], self->commit.bytes[3],
             (long long)mlops_feature_n_outputs(self->features));
    free(classes);
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    step_end();
}

void tell_gate(life *self) {
    mlops_error error;
    step_begin("Store the gate");
    mlops_change *change = change_begin(self, NULL);
    must(mlops_registry_set_gate(change, MODEL, "champion", self->gate, &error), &error);
    change_end(change);
    step_say("champion: %s", self->gate);
    step_end();
}

static void tell_decision(const life *self) {
    mlops_table *decisions;
    mlops_error error;
    char text[1024] = "";
    must(mlops_registry_decisions(&decisions, self->store, MODEL, "champion", &error), &error);
    int64_t n = mlops_table_n_rows(decisions);
    if (n)
        mlops_table_text(decisions, mlops_table_find(decisions, "explanation"), n - 1, text,
                         sizeof text, NULL);
    step_say("%s", text);
    mlops_table_unref(decisions);
}

/* Promotes a version if the gate lets it; says why, either way. */
static void promote(life *self, const char *which) {
    mlops_error error;
    mlops_change *change = change_begin(self, NULL);
    mlops_status status = mlops_registry_promote(change, MODEL, which, "champion", NULL, &error);
    if (status && status != MLOPS_E_REFUSED) must(status, &error);
    change_end(change); /* a refusal is kept as well */
    if (status) say_bad("version %s is refused", which);
    else say_good("version %s is the champion", which);
    tell_decision(self);
}

void tell_promotion(life *self) {
    char which[24];
    snprintf(which, sizeof which, "%lld", (long long)self->version);
    step_begin("Promote it through the gate");
    promote(self, which);
    step_end();
}

/* A model that learnt from labels that were mixed up must not pass. */
void tell_refusal(life *self) {
    step_begin("Somebody mixes the labels up");
    part rows = load_part(self, MLOPS_PART_TRAIN), held = load_part(self, MLOPS_PART_HELD_OUT);
    for (int64_t i = rows.n - 1; i > 0; i--) {
        int64_t k = (int64_t)(draw(&self->state) % (uint64_t)(i + 1));
        float swapped = rows.y[i];
        rows.y[i] = rows.y[k];
        rows.y[k] = swapped;
    }
    mlops_run *run = run_begin(self, "labels mixed up", 10);
    trainer_free(train(self, run, &rows, &held, 10));
    run_end(self, run);
    free_part(&rows);
    free_part(&held);
    step_end();
    tell_registration(self);
    tell_promotion(self);
}

static void tell_history(const life *self) {
    mlops_table *history;
    mlops_error error;
    must(mlops_registry_history(&history, self->store, MODEL, "champion", &error), &error);
    int64_t n = mlops_table_n_rows(history), column = mlops_table_find(history, "time_ns");
    int64_t *times = must_alloc((size_t)n, sizeof *times);
    must(mlops_table_integers(history, column, times, n, &error), &error);
    for (int64_t i = 0; i < n; i++) {
        char action[64];
        int64_t at = 0;
        mlops_table_text(history, mlops_table_find(history, "action"), i, action, sizeof action,
                         NULL);
        must(mlops_registry_alias_at(&at, self->store, MODEL, "champion", times[i], &error),
             &error);
        time_t seconds = (time_t)(times[i] / 1000000000);
        char when[32];
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S", gmtime(&seconds));
        step_say("%s.%03d UTC, %s: the champion is version %lld", when,
                 (int)(times[i] / 1000000 % 1000), action, (long long)at);
    }
    free(times);
    mlops_table_unref(history);
}

void tell_rollback(life *self) {
    mlops_error error;
    int64_t version = 0;
    step_begin("Roll back, and ask who was champion when");
    mlops_change *change = change_begin(self, NULL);
    mlops_status status = mlops_registry_rollback(change, &version, MODEL, "champion",
                                                  "the lifecycle shows it", &error);
    if (status == MLOPS_E_NOT_FOUND) {
        step_say("%s", error.message);
        mlops_change_free(change);
    } else {
        must(status, &error);
        change_end(change);
        say_good("version %lld is the champion again", (long long)version);
    }
    tell_history(self);
    step_end();
}
