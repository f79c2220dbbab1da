/* Predictions, labels and segments of a table's rows.
 *
 * Rows are sorted by segment and query, so that each of these is one run of rows.
 */
#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int cli_no_memory(void) { return cli_complain("out of memory"); }

void cli_free_texts(char **texts, int64_t n) {
    for (int64_t i = 0; texts && i < n; i++) free(texts[i]);
    free(texts);
}

void cli_rows_free(cli_rows *self) {
    cli_free_texts(self->names, self->n);
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
int cli_values(double **out, const mlops_table *table, const char *name, int64_t stride,
               const char *path) {
    int64_t column, n = mlops_table_n_rows(table);
    mlops_error error;
    if (!name) return CLI_OK;
    int status = column_of(&column, table, name, path);
    if (status) return status;
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    if (values && !*out) *out = calloc((size_t)n * (size_t)stride + 1, sizeof **out);
    if (!values || !*out) status = cli_no_memory();
    else if (mlops_table_values(table, column, values, n, &error)) status = cli_fail(path, &error);
    for (int64_t i = 0; !status && i < n; i++) (*out)[i * stride] = values[i];
    free(values);
    return status;
}

/* Any column as texts, each to be freed; "" for a null. */
int cli_texts(char ***out, const mlops_table *table, const char *name, const char *path) {
    int64_t column, n = mlops_table_n_rows(table);
    if (!name) return CLI_OK;
    int status = column_of(&column, table, name, path);
    if (status) return status;
    *out = calloc((size_t)n + 1, sizeof **out);
    for (int64_t i = 0; *out && i < n; i++) {
        size_t size = 0;
        (void)mlops_table_text(table, column, i, NULL, 0, &size); /* nulls have none */
        if (!((*out)[i] = calloc(size + 1, 1))) return cli_no_memory();
        (void)mlops_table_text(table, column, i, (*out)[i], size + 1, NULL);
    }
    return *out ? CLI_OK : cli_no_memory();
}

/* Places of the labels among the names, or the labels themselves if they are whole numbers. */
int cli_classes(cli_rows *self, const mlops_table *table, const mlops_table *names,
                const char *target, const char *path) {
    char **texts = NULL;
    int status = cli_texts(&texts, table, target, path);
    self->classes = calloc((size_t)self->n + 1, sizeof *self->classes);
    if (!status && !self->classes) status = cli_no_memory();
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
    cli_free_texts(texts, self->n);
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
    if (!places || !out) *status = cli_no_memory();
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
int cli_rows_sort(cli_rows *self, int by_segments) {
    int64_t n = self->n;
    size_t size = (size_t)self->k * sizeof *self->predictions;
    place *places = calloc((size_t)n + 1, sizeof *places);
    char *room = malloc((size_t)n * size + 1);
    int status = places && room ? CLI_OK : cli_no_memory();
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
int cli_task(const cli_args *args, int64_t k) {
    int task = args->task ? args->task : k > 1 ? CLI_CLASSES : CLI_BINARY;
    if (task != CLI_CLASSES && k > 1)
        return cli_usage(args->command, "--prediction is one column but of classes"), 0;
    if (task == CLI_CLASSES && k < 2)
        return cli_usage(args->command, "--prediction has a column for each class"), 0;
    if ((task == CLI_RANKING) != (args->key != NULL))
        return cli_usage(args->command, "--query goes with --task ranking, and is needed there"), 0;
    if (args->threshold == args->threshold && task != CLI_BINARY)
        return cli_usage(args->command, "--threshold goes with --task binary"), 0;
    if (args->take && task != CLI_BINARY)
        return cli_usage(args->command, "--scale goes with --task binary"), 0;
    if (args->depth && task != CLI_CLASSES && task != CLI_RANKING)
        return cli_usage(args->command, "--k goes with classes and rankings"), 0;
    return task;
}

int cli_rows_take(cli_rows *self, const mlops_table *table, const mlops_table *names, int task,
                  const cli_args *args, int labelled, const char *path) {
    const mlops_table *classes = names;
    mlops_table *named = NULL;
    char **queries = NULL;
    int status = CLI_OK;
    for (int64_t i = 0; !status && i < self->k; i++) {
        double *from = self->predictions ? self->predictions + i : NULL;
        status = cli_values(&from, table, mlops_table_name(names, i), self->k, path);
        if (!self->predictions) self->predictions = from;
    }
    if (!status && args->classes) status = cli_names(&named, args->classes, "--classes");
    if (named) classes = named;
    if (!status && mlops_table_n_columns(classes) != self->k)
        status = cli_usage(args->command, "--classes names one class for each --prediction");
    if (!status && labelled && task == CLI_CLASSES)
        status = cli_classes(self, table, classes, args->target, path);
    else if (!status && labelled) status = cli_values(&self->labels, table, args->target, 1, path);
    if (!status) status = cli_values(&self->weights, table, args->keys, 1, path);
    if (!status) status = cli_texts(&self->names, table, args->by, path);
    if (!status) status = cli_texts(&queries, table, args->key, path);
    self->segments = first_rows(self->names, self->n, &status);
    self->queries = first_rows(queries, self->n, &status);
    cli_free_texts(queries, self->n);
    mlops_table_unref(named);
    return status;
}

int cli_rows_load(cli_rows *self, int *task, const char *path, const cli_args *args, int labelled) {
    mlops_table *table = NULL, *names = NULL;
    *self = (cli_rows){0};
    int status = cli_names(&names, args->prediction, "--prediction");
    if (!status) {
        self->k = mlops_table_n_columns(names);
        if (!(*task = cli_task(args, self->k))) status = CLI_USAGE;
    }
    if (!status) status = cli_load_table(&table, path, args);
    if (!status) {
        self->n = mlops_table_n_rows(table);
        status = cli_rows_take(self, table, names, *task, args, labelled, path);
    }
    mlops_table_unref(table);
    mlops_table_unref(names);
    return status;
}

/* The n rows from one on, borrowed. */
cli_rows cli_rows_part(const cli_rows *self, int64_t from, int64_t n) {
    cli_rows part = {.n = n, .k = self->k, .predictions = self->predictions + from * self->k};
    if (self->labels) part.labels = self->labels + from;
    if (self->classes) part.classes = self->classes + from;
    if (self->weights) part.weights = self->weights + from;
    if (self->queries) part.queries = self->queries + from;
    return part;
}

int64_t cli_rows_known(const cli_rows *part) {
    int64_t n = 0;
    for (int64_t i = 0; i < part->n; i++) {
        int known = !part->classes || part->classes[i] >= 0;
        if (part->labels) known &= !isnan(part->labels[i]);
        for (int64_t j = 0; j < part->k; j++) known &= !isnan(part->predictions[i * part->k + j]);
        n += known;
    }
    return n;
}

/* Rows with a label to the front. */
int64_t cli_rows_keep(cli_rows *self) {
    int64_t n = 0;
    for (int64_t i = 0; i < self->n; i++) {
        cli_rows one = cli_rows_part(self, i, 1);
        if (!cli_rows_known(&one)) continue;
        memmove(self->predictions + n * self->k, one.predictions,
                (size_t)self->k * sizeof *self->predictions);
        if (self->labels) self->labels[n] = *one.labels;
        if (self->classes) self->classes[n] = *one.classes;
        n++;
    }
    return n;
}

int64_t cli_most_probable(const double *probabilities, int64_t k) {
    int64_t best = 0;
    for (int64_t j = 1; j < k; j++)
        if (probabilities[j] > probabilities[best]) best = j;
    return best;
}
