/* mlops performance: how good predictions are in files, by their labels or before there are any. */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- what is printed ---- */

typedef struct printer {
    const cli_args *args;
    int task;
    FILE *to; /* CSV */
    char *text;
    size_t size;
    int64_t n_left_out;             /* of all rows */
    mlops_calibration *calibration; /* of estimates; NULL: none */
} printer;

typedef int part_verb(printer *self, const cli_rows *part, const char *segment);

static void put_number(FILE *to, double value) {
    fputc(',', to);
    if (value - value == 0) cli_number(to, value);
}

static void put_line(printer *self, const char *segment, const char *metric) {
    if (self->args->by) {
        if (segment) cli_csv_text(self->to, segment);
        fputc(',', self->to);
    }
    fputs(metric, self->to);
}

/* All rows, in their order where there are no queries, so that errors name them; then segments. */
static int each_part(printer *self, cli_rows *all, part_verb *verb) {
    int status = all->queries ? cli_rows_sort(all, 0) : CLI_OK;
    if (!status) status = verb(self, all, NULL);
    const int64_t *segments = all->segments;
    if (!status && segments) status = cli_rows_sort(all, 1);
    for (int64_t from = 0, to; !status && segments && from < all->n; from = to) {
        for (to = from + 1; to < all->n && segments[to] == segments[from];) to++;
        cli_rows part = cli_rows_part(all, from, to - from);
        status = verb(self, &part, all->names[segments[from]]);
    }
    return status;
}

static int print(printer *self, cli_rows *all, part_verb *verb, const char *heads) {
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_table *table = NULL;
    mlops_error error;
    csv.types = self->args->by ? "segment=string,metric=string,value=float64"
                               : "metric=string,value=float64";
    self->to = open_memstream(&self->text, &self->size);
    if (!self->to) return cli_no_memory();
    fprintf(self->to, "%s%s\n", self->args->by ? "segment," : "", heads);
    int status = each_part(self, all, verb);
    if (fclose(self->to) && !status) status = cli_no_memory();
    if (!status && mlops_table_parse(&table, self->text, self->size, &csv, &error))
        status = cli_fail(NULL, &error);
    if (!status) status = cli_list(table, self->args);
    if (!status && self->n_left_out) {
        cli_note();
        fprintf(stderr, "%lld row%s without label or prediction %s left out\n",
                (long long)self->n_left_out, self->n_left_out == 1 ? "" : "s",
                self->n_left_out == 1 ? "is" : "are");
    }
    mlops_table_unref(table);
    free(self->text);
    return status;
}

/* ---- by labels ---- */

static mlops_status measure(mlops_metrics *out, const cli_rows *part, int task,
                            const mlops_metric_opts *opts, mlops_error *error) {
    if (task == CLI_BINARY)
        return mlops_metric_binary(out, part->predictions, part->labels, part->n, opts, error);
    if (task == CLI_CLASSES)
        return mlops_metric_classes(out, part->predictions, part->n, part->k, part->classes, NULL,
                                    opts, error);
    if (task == CLI_REGRESSION)
        return mlops_metric_regression(out, part->predictions, part->labels, part->n, opts, error);
    return mlops_metric_ranking(out, part->predictions, part->labels, part->queries, part->n, opts,
                                error);
}

static int measure_part(printer *self, const cli_rows *part, const char *segment) {
    const cli_args *args = self->args;
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics found = MLOPS_METRICS_INIT;
    mlops_error error;
    opts.flags = self->task == CLI_RANKING ? 0 : MLOPS_METRIC_SKIP_NAN;
    if (self->task == CLI_CLASSES) opts.flags |= MLOPS_METRIC_ONE_VS_REST;
    if (args->threshold == args->threshold) opts.flags |= MLOPS_METRIC_SET_THRESHOLD;
    opts.threshold = opts.flags & MLOPS_METRIC_SET_THRESHOLD ? args->threshold : 0;
    opts.scale = (mlops_metric_scale)(args->take ? args->take - 1 : 0);
    opts.k = (int32_t)args->depth;
    opts.weights = part->weights;
    opts.n_weights = part->weights ? part->n : 0;
    if (segment && self->task != CLI_RANKING && cli_rows_known(part) == 0) {
        put_line(self, segment, "");
        fputs(",,0\n", self->to);
        return CLI_OK;
    }
    if (measure(&found, part, self->task, &opts, &error)) return cli_fail(args->words[0], &error);
    if (!segment && self->task != CLI_RANKING) self->n_left_out = found.n_nan;
    for (int64_t i = 0; i < mlops_metric_count(); i++) {
        mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
        if (mlops_metric_at(&info, i) || !(info.tasks & (uint32_t)found.task)) continue;
        put_line(self, segment, info.name);
        put_number(self->to, mlops_metric_value(&found, info.metric));
        fprintf(self->to, ",%lld\n", (long long)found.n);
    }
    return CLI_OK;
}

static int performance_measure(const cli_args *args) {
    printer self = {.args = args};
    cli_rows all;
    if (!args->prediction || !args->target)
        return cli_usage(args->command, "--prediction and --target are needed");
    int status = cli_rows_load(&all, &self.task, args->words[0], args, 1);
    if (!status) status = print(&self, &all, measure_part, "metric,value,n");
    cli_rows_free(&all);
    return status;
}

/* ---- before there are labels ---- */

static int fit(printer *self, const cli_args *args) {
    mlops_calibration_method method =
        args->output == 2 ? MLOPS_CALIBRATION_PLATT : MLOPS_CALIBRATION_ISOTONIC;
    mlops_error error;
    mlops_status failed;
    cli_args plain = *args;
    cli_rows known;
    plain.by = NULL;
    int status = cli_rows_load(&known, &self->task, args->words[0], &plain, 1);
    int64_t n = status ? 0 : cli_rows_keep(&known);
    if (!status && self->task != CLI_BINARY && self->task != CLI_CLASSES)
        status = cli_usage(args->command, "--task is binary or classes");
    if (!status && args->output != CLI_UNCALIBRATED) {
        if (self->task == CLI_BINARY)
            failed = mlops_calibration_fit(&self->calibration, method, known.predictions,
                                           known.labels, NULL, n, NULL, &error);
        else
            failed = mlops_calibration_fit_classes(&self->calibration, method, known.predictions, n,
                                                   known.k, known.classes, NULL, NULL, &error);
        if (failed) status = cli_fail(args->words[0], &error);
    }
    cli_rows_free(&known);
    return status;
}

static mlops_status estimate_classes(mlops_table **out, double *known, int64_t n, int64_t k,
                                     const mlops_calibration *calibration,
                                     const mlops_performance_opts *opts, mlops_error *error) {
    mlops_class_performance *counts = NULL;
    mlops_status status = mlops_class_performance_new(&counts, k, NULL, error);
    for (int64_t i = 0; !status && i < n; i++) {
        double *row = known + i * k;
        int64_t predicted = cli_most_probable(row, k);
        if (calibration)
            status = mlops_calibration_apply_classes(calibration, row, row, 1, k, error);
        if (!status)
            status = mlops_class_performance_add(counts, row, 1, k, NULL, &predicted, NULL, error);
    }
    if (!status) status = mlops_class_performance_estimate(out, counts, opts, error);
    mlops_class_performance_free(counts);
    return status;
}

/* room has n scores, and room for as many probabilities. */
static mlops_status estimate_binary(mlops_table **out, double *room, int64_t n,
                                    const mlops_calibration *calibration,
                                    const mlops_performance_opts *opts, mlops_error *error) {
    mlops_status status = MLOPS_OK;
    if (calibration) status = mlops_calibration_apply(calibration, room, room + n, n, error);
    if (status) return status;
    return mlops_performance_estimate_rows(out, room, calibration ? room + n : NULL, n, opts,
                                           error);
}

static void put_estimates(printer *self, const mlops_table *table, const char *segment, int64_t n) {
    static const char *const COLUMNS[] = {"metric", "value", "sampling_error", "low", "high"};
    for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
        char text[64];
        put_line(self, segment, cli_cell(table, COLUMNS[0], i, text, sizeof text));
        for (int j = 1; j < 5; j++)
            fprintf(self->to, ",%s", cli_cell(table, COLUMNS[j], i, text, sizeof text));
        fprintf(self->to, ",%lld\n", (long long)n);
    }
}

static int estimate_part(printer *self, const cli_rows *part, const char *segment) {
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    mlops_table *table = NULL;
    mlops_error error;
    mlops_status status;
    const int64_t k = part->k;
    int64_t n = 0;
    double *known = calloc((size_t)part->n * (size_t)k * 2 + 1, sizeof *known);
    if (!known) return cli_no_memory();
    for (int64_t i = 0; i < part->n; i++) {
        cli_rows one = cli_rows_part(part, i, 1);
        if (!cli_rows_known(&one)) continue;
        memcpy(known + n++ * k, one.predictions, (size_t)k * sizeof *known);
    }
    if (!segment) self->n_left_out = part->n - n;
    if (self->args->threshold == self->args->threshold) {
        opts.flags = MLOPS_PERFORMANCE_SET_THRESHOLD;
        opts.threshold = self->args->threshold;
    }
    opts.confidence = self->args->share;
    if (self->task == CLI_BINARY)
        status = estimate_binary(&table, known, n, self->calibration, &opts, &error);
    else status = estimate_classes(&table, known, n, k, self->calibration, &opts, &error);
    free(known);
    if (status && !(segment && n == 0)) return cli_fail(self->args->words[1], &error);
    if (status) put_line(self, segment, ""), fputs(",,,,,0\n", self->to);
    else put_estimates(self, table, segment, n);
    mlops_table_unref(table);
    return CLI_OK;
}

static int performance_estimate(const cli_args *args) {
    printer self = {.args = args};
    cli_rows all = {0};
    if (!args->prediction || !args->target)
        return cli_usage(args->command, "--prediction and --target are needed");
    if (!strcmp(args->words[0], "-") && !strcmp(args->words[1], "-"))
        return cli_usage(args->command, "standard input can be one of the tables, not both");
    int status = fit(&self, args);
    if (!status) status = cli_rows_load(&all, &self.task, args->words[1], args, 0);
    if (!status)
        status = print(&self, &all, estimate_part, "metric,value,sampling_error,low,high,n");
    mlops_calibration_unref(self.calibration);
    cli_rows_free(&all);
    return status;
}

const cli_command cli_performance_commands[] = {
    {"performance measure", "TABLE", "performance measure list read-csv",
     "Say how well predictions agree with labels.",
     "TABLE has predictions and, in another column, labels. One column of predictions are scores\n"
     "of label 1, several the probabilities of classes, in whose order --classes names them\n"
     "unless their columns have the names; --task says so of numbers and rankings. Rows whose\n"
     "label or prediction is missing are left out. TABLE may be -, for standard input.\n\n"
     "Examples:\n"
     "  mlops performance measure scored.csv --prediction score --target fraud --threshold 0.3\n"
     "  mlops performance measure scored.csv --prediction cat,dog,bird --target animal --by "
     "country\n"
     "  mlops performance measure priced.csv --task regression --prediction price --target paid\n"
     "  mlops performance measure found.csv --task ranking --prediction score --target clicked \\\n"
     "      --query search --k 10",
     performance_measure},
    {"performance estimate", "REFERENCE TABLE", "performance estimate list read-csv",
     "Estimate how good predictions are before there are labels.",
     "Scores of REFERENCE, which has labels, are calibrated; from the scores of TABLE follows\n"
     "what is to be expected of its labels (CBPE). It holds as long as a score means what it\n"
     "meant in REFERENCE. One of the two may be -, for standard input.\n\n"
     "Examples:\n"
     "  mlops performance estimate validation.csv live.csv --prediction score --target fraud\n"
     "  mlops performance estimate validation.csv live.csv --prediction cat,dog --target animal",
     performance_estimate},
    {0},
};
