/* mlops performance: how good predictions are in files, by their labels or before there are any.
 *
 * Rows are sorted by segment and query, so that each of these is one run of rows.
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BINARY = 1, CLASSES, REGRESSION, RANKING };
enum { PLAIN = 3 /* of --calibration: none */ };

/* What is read of a table. */
typedef struct rows {
    int64_t n, k;        /* k: columns of predictions */
    double *predictions; /* n * k, row-major */
    double *labels;      /* NULL: not asked for */
    int64_t *classes;    /* the same of classes; below 0: not known */
    double *weights;     /* NULL: none */
    int64_t *queries;    /* the first row of each one's query; NULL: none */
    int64_t *segments;   /* the same of segments */
    char **names;        /* of the segments, by that row */
} rows;

static int no_memory(void) { return cli_complain("out of memory"); }

static void free_texts(char **texts, int64_t n) {
    for (int64_t i = 0; texts && i < n; i++) free(texts[i]);
    free(texts);
}

static void rows_free(rows *self) {
    free_texts(self->names, self->n);
    free(self->segments);
    free(self->queries);
    free(self->weights);
    free(self->classes);
    free(self->labels);
    free(self->predictions);
}

/* ---- columns ---- */

static int column_of(int64_t *out, const mlops_table *table, const char *name, const char *path) {
    *out = mlops_table_find(table, name);
    return *out < 0 ? cli_complain("%s has no column '%s'", path, name) : CLI_OK;
}

/* values[i * stride] of row i, NaN for a null; a name of NULL asks for nothing. */
static int take_values(double **out, const mlops_table *table, const char *name, int64_t stride,
                       const char *path) {
    int64_t column, n = mlops_table_n_rows(table);
    mlops_error error;
    if (!name) return CLI_OK;
    int status = column_of(&column, table, name, path);
    if (status) return status;
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    if (values && !*out) *out = calloc((size_t)n * (size_t)stride + 1, sizeof **out);
    if (!values || !*out) status = no_memory();
    else if (mlops_table_values(table, column, values, n, &error)) status = cli_fail(path, &error);
    for (int64_t i = 0; !status && i < n; i++) (*out)[i * stride] = values[i];
    free(values);
    return status;
}

/* Any column as texts, each to be freed; "" for a null. */
static int take_texts(char ***out, const mlops_table *table, const char *name, const char *path) {
    int64_t column, n = mlops_table_n_rows(table);
    if (!name) return CLI_OK;
    int status = column_of(&column, table, name, path);
    if (status) return status;
    *out = calloc((size_t)n + 1, sizeof **out);
    for (int64_t i = 0; *out && i < n; i++) {
        size_t size = 0;
        (void)mlops_table_text(table, column, i, NULL, 0, &size); /* nulls have none */
        if (!((*out)[i] = calloc(size + 1, 1))) return no_memory();
        (void)mlops_table_text(table, column, i, (*out)[i], size + 1, NULL);
    }
    return *out ? CLI_OK : no_memory();
}

/* Places of the labels among the names, or the labels themselves if they are whole numbers. */
static int take_classes(rows *self, const mlops_table *table, const mlops_table *names,
                        const char *target, const char *path) {
    char **texts = NULL;
    int status = take_texts(&texts, table, target, path);
    self->classes = calloc((size_t)self->n + 1, sizeof *self->classes);
    if (!status && !self->classes) status = no_memory();
    for (int64_t i = 0; !status && i < self->n; i++) {
        char *end;
        int64_t at = *texts[i] ? mlops_table_find(names, texts[i]) : -1;
        if (at < 0 && *texts[i]) {
            at = strtoll(texts[i], &end, 10);
            if (*end || at < 0 || at >= self->k)
                status = cli_complain("%s: column '%s', row %lld, counted from 0: '%s' is no class;"
                                      " --classes names them in the order of --prediction",
                                      path, target, (long long)i, texts[i]);
        }
        self->classes[i] = at;
    }
    free_texts(texts, self->n);
    return status;
}

/* ---- order ---- */

/* A row, by its text or by its segment and query. */
typedef struct place {
    const char *text;
    int64_t segment, query, row;
} place;

static int by_number(int64_t a, int64_t b) { return a < b ? -1 : a > b; }

static int by_text(const void *a, const void *b) {
    const place *x = a, *y = b;
    int order = strcmp(x->text, y->text);
    return order ? order : by_number(x->row, y->row);
}

static int by_segment(const void *a, const void *b) {
    const place *x = a, *y = b;
    int order = by_number(x->segment, y->segment);
    if (!order) order = by_number(x->query, y->query);
    return order ? order : by_number(x->row, y->row);
}

/* The first row that has the text of each row; NULL without texts, or without memory. */
static int64_t *first_rows(char **texts, int64_t n, int *status) {
    if (*status || !texts) return NULL;
    place *places = calloc((size_t)n + 1, sizeof *places);
    int64_t *out = calloc((size_t)n + 1, sizeof *out), first = 0;
    if (!places || !out) *status = no_memory();
    for (int64_t i = 0; !*status && i < n; i++) places[i] = (place){texts[i], 0, 0, i};
    if (!*status) qsort(places, (size_t)n, sizeof *places, by_text);
    for (int64_t i = 0; !*status && i < n; i++) {
        if (strcmp(places[first].text, places[i].text) != 0) first = i;
        out[places[i].row] = places[first].row;
    }
    free(places);
    return out;
}

static void reorder(void *values, size_t size, const place *places, int64_t n, char *room) {
    if (!values) return;
    for (int64_t i = 0; i < n; i++)
        memcpy(room + (size_t)i * size, (char *)values + (size_t)places[i].row * size, size);
    memcpy(values, room, (size_t)n * size);
}

/* Brings the rows of a query together, or of a segment and a query in it; else as they came. */
static int sort_rows(rows *self, int by_segments) {
    int64_t n = self->n;
    size_t size = (size_t)self->k * sizeof *self->predictions;
    place *places = calloc((size_t)n + 1, sizeof *places);
    char *room = malloc((size_t)n * size + 1);
    int status = places && room ? CLI_OK : no_memory();
    for (int64_t i = 0; !status && i < n; i++) {
        places[i].segment = by_segments ? self->segments[i] : 0;
        places[i].query = self->queries ? self->queries[i] : 0;
        places[i].row = i;
    }
    if (!status) {
        qsort(places, (size_t)n, sizeof *places, by_segment);
        reorder(self->predictions, size, places, n, room);
        reorder(self->labels, sizeof *self->labels, places, n, room);
        reorder(self->classes, sizeof *self->classes, places, n, room);
        reorder(self->weights, sizeof *self->weights, places, n, room);
        reorder(self->queries, sizeof *self->queries, places, n, room);
        reorder(self->segments, sizeof *self->segments, places, n, room);
    }
    free(room);
    free(places);
    return status;
}

/* ---- reading ---- */

/* The kind of task; 0 after saying what is wrong. */
static int task_of(const cli_args *args, int64_t k) {
    int task = args->tool ? args->tool : k > 1 ? CLASSES : BINARY;
    if (task != CLASSES && k > 1)
        return cli_usage(args->command, "--prediction is one column but of classes"), 0;
    if (task == CLASSES && k < 2)
        return cli_usage(args->command, "--prediction has a column for each class"), 0;
    if ((task == RANKING) != (args->key != NULL))
        return cli_usage(args->command, "--query goes with --task ranking, and is needed there"), 0;
    if (args->threshold == args->threshold && task != BINARY)
        return cli_usage(args->command, "--threshold goes with --task binary"), 0;
    if (args->take && task != BINARY)
        return cli_usage(args->command, "--scale goes with --task binary"), 0;
    if (args->depth && task != CLASSES && task != RANKING)
        return cli_usage(args->command, "--k goes with classes and rankings"), 0;
    return task;
}

static int take_all(rows *self, const mlops_table *table, const mlops_table *names, int task,
                    const cli_args *args, int labelled, const char *path) {
    const mlops_table *classes = names;
    mlops_table *named = NULL;
    char **queries = NULL;
    int status = CLI_OK;
    for (int64_t i = 0; !status && i < self->k; i++) {
        double *from = self->predictions ? self->predictions + i : NULL;
        status = take_values(&from, table, mlops_table_name(names, i), self->k, path);
        if (!self->predictions) self->predictions = from;
    }
    if (!status && args->classes) status = cli_names(&named, args->classes, "--classes");
    if (named) classes = named;
    if (!status && mlops_table_n_columns(classes) != self->k)
        status = cli_usage(args->command, "--classes names one class for each --prediction");
    if (!status && labelled && task == CLASSES)
        status = take_classes(self, table, classes, args->target, path);
    else if (!status && labelled) status = take_values(&self->labels, table, args->target, 1, path);
    if (!status) status = take_values(&self->weights, table, args->keys, 1, path);
    if (!status) status = take_texts(&self->names, table, args->by, path);
    if (!status) status = take_texts(&queries, table, args->key, path);
    self->segments = first_rows(self->names, self->n, &status);
    self->queries = first_rows(queries, self->n, &status);
    free_texts(queries, self->n);
    mlops_table_unref(named);
    return status;
}

static int rows_load(rows *self, int *task, const char *path, const cli_args *args, int labelled) {
    mlops_table *table = NULL, *names = NULL;
    *self = (rows){0};
    int status = cli_names(&names, args->columns, "--prediction");
    if (!status) {
        self->k = mlops_table_n_columns(names);
        if (!(*task = task_of(args, self->k))) status = CLI_USAGE;
    }
    if (!status) status = cli_load_table(&table, path, args);
    if (!status) {
        self->n = mlops_table_n_rows(table);
        status = take_all(self, table, names, *task, args, labelled, path);
    }
    mlops_table_unref(table);
    mlops_table_unref(names);
    return status;
}

/* The n rows from one on, borrowed. */
static rows part_of(const rows *self, int64_t from, int64_t n) {
    rows part = {.n = n, .k = self->k, .predictions = self->predictions + from * self->k};
    if (self->labels) part.labels = self->labels + from;
    if (self->classes) part.classes = self->classes + from;
    if (self->weights) part.weights = self->weights + from;
    if (self->queries) part.queries = self->queries + from;
    return part;
}

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

typedef int part_verb(printer *self, const rows *part, const char *segment);

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
static int each_part(printer *self, rows *all, part_verb *verb) {
    int status = all->queries ? sort_rows(all, 0) : CLI_OK;
    if (!status) status = verb(self, all, NULL);
    const int64_t *segments = all->segments;
    if (!status && segments) status = sort_rows(all, 1);
    for (int64_t from = 0, to; !status && segments && from < all->n; from = to) {
        for (to = from + 1; to < all->n && segments[to] == segments[from];) to++;
        rows part = part_of(all, from, to - from);
        status = verb(self, &part, all->names[segments[from]]);
    }
    return status;
}

static int print(printer *self, rows *all, part_verb *verb, const char *heads) {
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_table *table = NULL;
    mlops_error error;
    csv.types = self->args->by ? "segment=string,metric=string,value=float64"
                               : "metric=string,value=float64";
    self->to = open_memstream(&self->text, &self->size);
    if (!self->to) return no_memory();
    fprintf(self->to, "%s%s\n", self->args->by ? "segment," : "", heads);
    int status = each_part(self, all, verb);
    if (fclose(self->to) && !status) status = no_memory();
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

static mlops_status measure(mlops_metrics *out, const rows *part, int task,
                            const mlops_metric_opts *opts, mlops_error *error) {
    if (task == BINARY)
        return mlops_metric_binary(out, part->predictions, part->labels, part->n, opts, error);
    if (task == CLASSES)
        return mlops_metric_classes(out, part->predictions, part->n, part->k, part->classes, NULL,
                                    opts, error);
    if (task == REGRESSION)
        return mlops_metric_regression(out, part->predictions, part->labels, part->n, opts, error);
    return mlops_metric_ranking(out, part->predictions, part->labels, part->queries, part->n, opts,
                                error);
}

static int64_t n_known(const rows *part) {
    int64_t n = 0;
    for (int64_t i = 0; i < part->n; i++) {
        int known = !part->classes || part->classes[i] >= 0;
        if (part->labels) known &= !isnan(part->labels[i]);
        for (int64_t j = 0; j < part->k; j++) known &= !isnan(part->predictions[i * part->k + j]);
        n += known;
    }
    return n;
}

static int measure_part(printer *self, const rows *part, const char *segment) {
    const cli_args *args = self->args;
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics found = MLOPS_METRICS_INIT;
    mlops_error error;
    opts.flags = self->task == RANKING ? 0 : MLOPS_METRIC_SKIP_NAN;
    if (self->task == CLASSES) opts.flags |= MLOPS_METRIC_ONE_VS_REST;
    if (args->threshold == args->threshold) opts.flags |= MLOPS_METRIC_SET_THRESHOLD;
    opts.threshold = opts.flags & MLOPS_METRIC_SET_THRESHOLD ? args->threshold : 0;
    opts.scale = (mlops_metric_scale)(args->take ? args->take - 1 : 0);
    opts.k = (int32_t)args->depth;
    opts.weights = part->weights;
    opts.n_weights = part->weights ? part->n : 0;
    if (segment && self->task != RANKING && n_known(part) == 0) {
        put_line(self, segment, "");
        fputs(",,0\n", self->to);
        return CLI_OK;
    }
    if (measure(&found, part, self->task, &opts, &error)) return cli_fail(args->words[0], &error);
    if (!segment && self->task != RANKING) self->n_left_out = found.n_nan;
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
    rows all;
    if (!args->columns || !args->target)
        return cli_usage(args->command, "--prediction and --target are needed");
    int status = rows_load(&all, &self.task, args->words[0], args, 1);
    if (!status) status = print(&self, &all, measure_part, "metric,value,n");
    rows_free(&all);
    return status;
}

/* ---- before there are labels ---- */

/* Rows with a label to the front. */
static int64_t keep_known(rows *self) {
    int64_t n = 0;
    for (int64_t i = 0; i < self->n; i++) {
        rows one = part_of(self, i, 1);
        if (!n_known(&one)) continue;
        memmove(self->predictions + n * self->k, one.predictions,
                (size_t)self->k * sizeof *self->predictions);
        if (self->labels) self->labels[n] = *one.labels;
        if (self->classes) self->classes[n] = *one.classes;
        n++;
    }
    return n;
}

static int fit(printer *self, const cli_args *args) {
    mlops_calibration_method method =
        args->output == 2 ? MLOPS_CALIBRATION_PLATT : MLOPS_CALIBRATION_ISOTONIC;
    mlops_error error;
    mlops_status failed;
    cli_args plain = *args;
    rows known;
    plain.by = NULL;
    int status = rows_load(&known, &self->task, args->words[0], &plain, 1);
    int64_t n = status ? 0 : keep_known(&known);
    if (!status && self->task != BINARY && self->task != CLASSES)
        status = cli_usage(args->command, "--task is binary or classes");
    if (!status && args->output != PLAIN) {
        if (self->task == BINARY)
            failed = mlops_calibration_fit(&self->calibration, method, known.predictions,
                                           known.labels, NULL, n, NULL, &error);
        else
            failed = mlops_calibration_fit_classes(&self->calibration, method, known.predictions, n,
                                                   known.k, known.classes, NULL, NULL, &error);
        if (failed) status = cli_fail(args->words[0], &error);
    }
    rows_free(&known);
    return status;
}

static int64_t most_probable(const double *probabilities, int64_t k) {
    int64_t best = 0;
    for (int64_t j = 1; j < k; j++)
        if (probabilities[j] > probabilities[best]) best = j;
    return best;
}

static mlops_status estimate_classes(mlops_table **out, double *known, int64_t n, int64_t k,
                                     const mlops_calibration *calibration,
                                     const mlops_performance_opts *opts, mlops_error *error) {
    mlops_class_performance *counts = NULL;
    mlops_status status = mlops_class_performance_new(&counts, k, NULL, error);
    for (int64_t i = 0; !status && i < n; i++) {
        double *row = known + i * k;
        int64_t predicted = most_probable(row, k);
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

static int estimate_part(printer *self, const rows *part, const char *segment) {
    mlops_performance_opts opts = MLOPS_PERFORMANCE_OPTS_INIT;
    mlops_table *table = NULL;
    mlops_error error;
    mlops_status status;
    const int64_t k = part->k;
    int64_t n = 0;
    double *known = calloc((size_t)part->n * (size_t)k * 2 + 1, sizeof *known);
    if (!known) return no_memory();
    for (int64_t i = 0; i < part->n; i++) {
        rows one = part_of(part, i, 1);
        if (!n_known(&one)) continue;
        memcpy(known + n++ * k, one.predictions, (size_t)k * sizeof *known);
    }
    if (!segment) self->n_left_out = part->n - n;
    if (self->args->threshold == self->args->threshold) {
        opts.flags = MLOPS_PERFORMANCE_SET_THRESHOLD;
        opts.threshold = self->args->threshold;
    }
    opts.confidence = self->args->share;
    if (self->task == BINARY)
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
    rows all = {0};
    if (!args->columns || !args->target)
        return cli_usage(args->command, "--prediction and --target are needed");
    if (!strcmp(args->words[0], "-") && !strcmp(args->words[1], "-"))
        return cli_usage(args->command, "standard input can be one of the tables, not both");
    int status = fit(&self, args);
    if (!status) status = rows_load(&all, &self.task, args->words[1], args, 0);
    if (!status)
        status = print(&self, &all, estimate_part, "metric,value,sampling_error,low,high,n");
    mlops_calibration_unref(self.calibration);
    rows_free(&all);
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
