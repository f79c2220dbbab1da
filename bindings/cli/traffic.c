/* What the rows of 'mlops watch' bring beside their columns: predictions, ids and segments; and the
 * labels that come later.
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is expected ---- */

/* By number, but for cost: there are no costs here. */
static const char *const METRICS[] = {"auc",       "accuracy", "balanced_accuracy",
                                      "precision", "recall",   "specificity",
                                      "f1",        "brier",    "log_loss",
                                      "",          "mae",      "mse",
                                      "rmse",      "mape",     "rmsle"};

enum { N_METRICS = sizeof METRICS / sizeof METRICS[0] };

static int check_metric(const cli_args *args) {
    for (int i = 0; args->metric && i < N_METRICS; i++)
        if (!strcmp(METRICS[i], args->metric)) return CLI_OK;
    if (!args->metric) return CLI_OK;
    return cli_usage(args->command,
                     "--metric: '%s' is not one of auc, accuracy, balanced_accuracy, precision, "
                     "recall, specificity, f1, brier, log_loss, mae, mse, rmse, mape, rmsle",
                     args->metric);
}

static mlops_monitor_labels_opts label_opts(const cli_args *args, int64_t k) {
    mlops_monitor_labels_opts opts = MLOPS_MONITOR_LABELS_OPTS_INIT;
    for (int i = 0; args->metric && i < N_METRICS; i++)
        if (!strcmp(METRICS[i], args->metric)) opts.metric = (mlops_monitor_metric)i;
    opts.tolerance = args->share;
    if (args->threshold == args->threshold) {
        opts.flags = MLOPS_MONITOR_LABELS_SET_THRESHOLD;
        opts.threshold = args->threshold;
    }
    opts.n_classes = k > 1 ? k : 0;
    return opts;
}

static mlops_calibration_method method_of(const cli_args *args) {
    return args->output == 2 ? MLOPS_CALIBRATION_PLATT : MLOPS_CALIBRATION_ISOTONIC;
}

static mlops_status expect_binary(mlops_monitor *monitor, const cli_rows *known,
                                  const cli_args *args, mlops_error *error) {
    mlops_monitor_labels_opts opts = label_opts(args, 1);
    mlops_performance *counts = NULL;
    mlops_calibration *calibration = NULL;
    mlops_status status = MLOPS_OK;
    if (known->n) {
        status = mlops_performance_new(&counts, NULL, error);
        if (!status)
            status = mlops_performance_add(counts, known->predictions, known->labels, NULL,
                                           known->n, error);
        if (!status && args->output != CLI_UNCALIBRATED)
            status = mlops_calibration_fit(&calibration, method_of(args), known->predictions,
                                           known->labels, NULL, known->n, NULL, error);
    }
    if (!status) status = mlops_monitor_expect_labels(monitor, counts, calibration, &opts, error);
    mlops_calibration_unref(calibration);
    mlops_performance_free(counts);
    return status;
}

static mlops_status expect_classes(mlops_monitor *monitor, const cli_rows *known,
                                   const cli_args *args, mlops_error *error) {
    const int64_t k = known->k, n = known->n;
    mlops_monitor_labels_opts opts = label_opts(args, k);
    mlops_class_performance *counts = NULL;
    mlops_calibration *calibration = NULL;
    double *p = known->predictions;
    mlops_status status = MLOPS_OK;
    if (n) status = mlops_class_performance_new(&counts, k, NULL, error);
    if (n && !status && args->output != CLI_UNCALIBRATED)
        status = mlops_calibration_fit_classes(&calibration, method_of(args), p, n, k,
                                               known->classes, NULL, NULL, error);
    for (int64_t i = 0; !status && i < n; i++, p += k) {
        int64_t predicted = cli_most_probable(p, k);
        if (calibration) status = mlops_calibration_apply_classes(calibration, p, p, 1, k, error);
        if (!status)
            status = mlops_class_performance_add(counts, p, 1, k, &known->classes[i], &predicted,
                                                 NULL, error);
    }
    if (!status) status = mlops_monitor_expect_classes(monitor, counts, calibration, &opts, error);
    mlops_calibration_unref(calibration);
    mlops_class_performance_free(counts);
    return status;
}

static mlops_status expect_numbers(mlops_monitor *monitor, const cli_rows *known,
                                   const cli_args *args, mlops_error *error) {
    mlops_monitor_labels_opts opts = label_opts(args, 1);
    mlops_regression_performance *sums = NULL;
    mlops_status status = MLOPS_OK;
    if (known->n) status = mlops_regression_performance_new(&sums, NULL, error);
    if (known->n && !status)
        status = mlops_regression_performance_add(sums, known->predictions, known->labels, NULL,
                                                  known->n, error);
    if (!status) status = mlops_monitor_expect_numbers(monitor, sums, &opts, error);
    mlops_regression_performance_free(sums);
    return status;
}

static int expect_labels(cli_traffic *self, const cli_args *args) {
    cli_args plain = *args;
    cli_rows known = {0};
    mlops_error error;
    mlops_status failed;
    int status = cli_names(&self->predictions, args->prediction, "--prediction");
    if (status) return status;
    self->k = mlops_table_n_columns(self->predictions);
    if (!(self->task = cli_task(args, self->k))) return CLI_USAGE;
    if (self->task == CLI_RANKING) return cli_usage(args->command, "--task is no ranking");
    plain.by = plain.key = NULL;
    if (args->validation) status = cli_rows_load(&known, &self->task, args->validation, &plain, 1);
    if (!status && args->validation && !(known.n = cli_rows_keep(&known)))
        status = cli_complain("%s has no row with prediction and label", args->validation);
    known.k = self->k;
    if (!status) {
        if (self->task == CLI_BINARY) failed = expect_binary(self->monitor, &known, args, &error);
        else if (self->task == CLI_CLASSES)
            failed = expect_classes(self->monitor, &known, args, &error);
        else failed = expect_numbers(self->monitor, &known, args, &error);
        if (failed) status = cli_fail(args->validation, &error);
    }
    cli_rows_free(&known);
    return status;
}

/* "2/3": two of the newest three windows. */
static int set_policy(cli_traffic *self, const cli_args *args) {
    mlops_policy_opts opts = MLOPS_POLICY_OPTS_INIT;
    mlops_error error;
    char *slash, *end;
    opts.k = opts.n = strtoll(args->alarm, &slash, 10);
    end = slash;
    if (*slash == '/') opts.n = strtoll(slash + 1, &end, 10);
    if (slash == args->alarm || *end || end == slash + 1 || opts.k < 1 || opts.n < opts.k)
        return cli_usage(args->command, "--alarm: '%s' is not K/N windows, such as 2/3",
                         args->alarm);
    return mlops_monitor_set_policy(self->monitor, &opts, &error) ? cli_fail(NULL, &error) : CLI_OK;
}

/* What would change nothing without another option is refused. */
static int check_needs(const cli_args *args) {
    const int scored = args->prediction != NULL, labelled = scored && args->target;
    const struct {
        int given, enough;
        const char *option, *needs;
    } rules[] = {
        {args->validation != NULL, labelled, "validation", "--prediction and --target"},
        {args->labels != NULL, labelled && args->request && args->instance, "labels",
         "--prediction, --target, --request and --instance"},
        {args->request != NULL, scored, "request", "--prediction"},
        {args->target != NULL, scored, "target", "--prediction"},
        {args->classes != NULL, scored, "classes", "--prediction"},
        {args->threshold == args->threshold, scored, "threshold", "--prediction"},
        {args->task != 0, scored, "task", "--prediction"},
        {args->metric != NULL, scored, "metric", "--prediction"},
        {args->share > 0, scored, "tolerance", "--prediction"},
        {args->output != 0, args->validation != NULL, "calibration", "--validation"},
        {args->newest, args->instance != NULL, "anew", "--instance"},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (rules[i].given && !rules[i].enough)
            return cli_usage(args->command, "--%s needs %s", rules[i].option, rules[i].needs);
    return CLI_OK;
}

int cli_traffic_begin(cli_traffic *self, mlops_watch *watch, const cli_args *args) {
    mlops_error error;
    *self = (cli_traffic){.args = args, .watch = watch};
    int status = check_needs(args);
    if (!status) status = check_metric(args);
    if (status) return status;
    if (mlops_watch_monitor(&self->monitor, watch, &error)) return cli_fail(NULL, &error);
    if (args->prediction) status = expect_labels(self, args);
    if (!status && args->by && mlops_monitor_expect_segments(self->monitor, NULL, &error))
        status = cli_fail(NULL, &error);
    if (!status && args->alarm) status = set_policy(self, args);
    uint32_t flags = args->newest ? MLOPS_WATCH_ANEW : 0;
    if (!status && args->instance && mlops_watch_resume(watch, args->instance, flags, &error))
        status = cli_fail(args->words[0], &error);
    return status;
}

void cli_traffic_end(cli_traffic *self) {
    mlops_table_unref(self->predictions);
    mlops_monitor_free(self->monitor);
}

/* ---- rows ---- */

static int take_ids(int64_t **out, const mlops_table *table, const char *name, const char *path) {
    char **texts = NULL;
    int64_t n = mlops_table_n_rows(table);
    if (!name) return CLI_OK;
    int status = cli_texts(&texts, table, name, path);
    if (!status && !(*out = calloc((size_t)n + 1, sizeof **out))) status = cli_no_memory();
    for (int64_t i = 0; !status && i < n; i++) (*out)[i] = mlops_monitor_id(texts[i]);
    cli_free_texts(texts, n);
    return status;
}

static int take_segments(int64_t **out, cli_traffic *self, const mlops_table *table,
                         const char *path) {
    char **texts = NULL;
    int64_t n = mlops_table_n_rows(table);
    if (!self->args->by) return CLI_OK;
    int status = cli_texts(&texts, table, self->args->by, path);
    if (!status && !(*out = calloc((size_t)n + 1, sizeof **out))) status = cli_no_memory();
    for (int64_t i = 0; !status && i < n; i++)
        (*out)[i] = mlops_monitor_segment(self->monitor, texts[i]);
    cli_free_texts(texts, n);
    return status;
}

static mlops_status add_rows(cli_traffic *self, const mlops_table *table, const cli_rows *rows,
                             const int64_t *ids, const int64_t *segments, mlops_error *error) {
    int64_t n = mlops_table_n_rows(table), width = self->predictions ? self->k : 0;
    if (segments)
        return mlops_monitor_add_segments_table(self->monitor, table, segments, n,
                                                rows->predictions, width, ids, NULL, error);
    if (self->predictions)
        return mlops_monitor_add_scored_table(self->monitor, table, rows->predictions, n, width,
                                              ids, NULL, error);
    return mlops_monitor_add_table(self->monitor, table, error);
}

int cli_traffic_add(cli_traffic *self, const mlops_table *table) {
    static const char path[] = "standard input";
    cli_rows rows = {.n = mlops_table_n_rows(table), .k = self->k};
    int64_t *ids = NULL, *segments = NULL, room;
    mlops_error error;
    int status = CLI_OK;
    for (int64_t i = 0; !status && i < self->k; i++) {
        double *from = rows.predictions ? rows.predictions + i : NULL;
        status = cli_values(&from, table, mlops_table_name(self->predictions, i), self->k, path);
        if (!rows.predictions) rows.predictions = from;
    }
    if (!status) status = take_ids(&ids, table, self->args->request, path);
    if (!status) status = take_segments(&segments, self, table, path);
    if (!status && add_rows(self, table, &rows, ids, segments, &error))
        status = cli_fail(path, &error);
    if (!status && mlops_watch_room(self->watch, &room, &error))
        status = cli_fail(self->args->words[0], &error);
    free(segments);
    free(ids);
    cli_rows_free(&rows);
    return status;
}

/* ---- labels ---- */

static int add_labels(cli_traffic *self, const cli_rows *rows, int64_t *ids) {
    mlops_error error;
    double *labels = calloc((size_t)rows->n + 1, sizeof *labels);
    int64_t n = 0;
    if (!labels) return cli_no_memory();
    for (int64_t i = 0; i < rows->n; i++) {
        double label = rows->classes ? (double)rows->classes[i] : rows->labels[i];
        if (isnan(label) || (rows->classes && label < 0)) continue;
        if (ids[i] == mlops_monitor_id("")) continue; /* of no request that is known */
        ids[n] = ids[i];
        labels[n++] = label;
    }
    int status = CLI_OK;
    if (mlops_monitor_add_labels(self->monitor, ids, labels, NULL, n, &error))
        status = cli_fail(self->args->labels, &error);
    free(labels);
    return status;
}

/* The table of labels, whose ids are texts, whatever they look like, as those of rows are. */
static int load_labels(mlops_table **out, const cli_args *args) {
    cli_args typed = *args;
    char *types = NULL, *id = NULL;
    size_t size = 0, n = strlen(args->request) + sizeof "=string";
    FILE *to = open_memstream(&types, &size);
    *out = NULL;
    if (to && (id = malloc(n))) {
        snprintf(id, n, "%s=string", args->request);
        cli_csv_text(to, id);
        if (args->csv_types) fprintf(to, ",%s", args->csv_types);
    }
    int failed = !to || fclose(to) || !id;
    typed.csv_types = types;
    int status = failed ? cli_no_memory() : cli_load_table(out, args->labels, &typed);
    free(id);
    free(types);
    return status;
}

int cli_traffic_labels(cli_traffic *self) {
    const cli_args *args = self->args;
    mlops_table *table = NULL, *named = NULL;
    cli_rows rows = {.k = self->k};
    int64_t *ids = NULL;
    int status = load_labels(&table, args);
    if (!status) rows.n = mlops_table_n_rows(table);
    if (!status) status = take_ids(&ids, table, args->request, args->labels);
    if (!status && args->classes) status = cli_names(&named, args->classes, "--classes");
    if (!status && self->task == CLI_CLASSES)
        status = cli_classes(&rows, table, named ? named : self->predictions, args->target,
                             args->labels);
    else if (!status) status = cli_values(&rows.labels, table, args->target, 1, args->labels);
    if (!status) status = add_labels(self, &rows, ids);
    free(ids);
    cli_rows_free(&rows);
    mlops_table_unref(named);
    mlops_table_unref(table);
    return status;
}

/* ---- what came of it ---- */

static void tell_loss(const char *kind, mlops_drift_verdict verdict, double loss, int json) {
    if (json) {
        static const char *const words[] = {"not enough data", "no", "yes"};
        printf(",\"%s\":\"%s\",\"%s_loss\":", kind, words[verdict], kind);
        cli_json_number(stdout, loss);
    } else if (verdict == MLOPS_DRIFT_YES) printf(", %s worse by %.3g", kind, loss);
}

void cli_traffic_tell(const cli_traffic *self) {
    mlops_monitor_labels labels = MLOPS_MONITOR_LABELS_INIT;
    mlops_policy_decision decision = MLOPS_POLICY_DECISION_INIT;
    char reason[2048];
    int json = self->args->json;
    if (!mlops_monitor_summarize_labels(self->monitor, &labels)) {
        tell_loss("measured", labels.measured, labels.measured_loss, json);
        tell_loss("estimated", labels.estimated, labels.estimated_loss, json);
    }
    if (mlops_monitor_alarm(self->monitor, &decision)) return;
    if (json && !mlops_monitor_alarm_reason(self->monitor, reason, sizeof reason, NULL))
        printf(",\"alarm\":%s", reason);
    if (json) return;
    if (decision.event == MLOPS_POLICY_RAISED) fputs(", alarm raised", stdout);
    else if (decision.event == MLOPS_POLICY_ENDED) fputs(", alarm over", stdout);
    else if (decision.alarmed) fputs(", alarm lasts", stdout);
}
