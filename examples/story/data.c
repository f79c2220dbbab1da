/* From a CSV file to what a trainer takes. Numbers stay; a text column becomes the code of each of
 * its values in the order of first appearance; text with too many values (an identifier, a time) is
 * left out, and the story says so.
 */
#include "story.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CODES_MAX = 64, CLASSES_MAX = 20, TEXT_MAX = 256 };

typedef struct codes {
    char texts[CODES_MAX][TEXT_MAX];
    int n;
} codes;

static void fail(const char *format, const char *name, long long row) {
    fprintf(stderr, format, name, row);
    fputc('\n', stderr);
    exit(1);
}

static mlops_table *load(const settings *s, const char *path) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    mlops_error error;
    opts.skip_lines = s->skip_lines;
    if (s->column_names) {
        opts.names = s->column_names;
        opts.flags = MLOPS_CSV_NO_HEADER;
    }
    must(mlops_table_load(&table, path, &opts, &error), &error);
    return table;
}

/* Code of a text; -1 if the table of codes is full. */
static int code_of(codes *self, const char *text) {
    for (int i = 0; i < self->n; i++)
        if (!strcmp(self->texts[i], text)) return i;
    if (self->n == CODES_MAX) return -1;
    snprintf(self->texts[self->n], TEXT_MAX, "%s", text);
    return self->n++;
}

/* Values of a column as numbers; 0 if it is text with too many values. */
static int numbers(const mlops_table *table, int64_t column, double *out) {
    int64_t n = mlops_table_n_rows(table);
    mlops_error error;
    if (mlops_table_type(table, column) != MLOPS_TYPE_STRING) {
        must(mlops_table_values(table, column, out, n, &error), &error);
        return 1;
    }
    codes *found = must_alloc(1, sizeof *found);
    int code = 0;
    for (int64_t row = 0; row < n && code >= 0; row++) {
        char text[TEXT_MAX];
        size_t needed = 0;
        mlops_table_text(table, column, row, text, sizeof text, &needed);
        code = needed ? code_of(found, text) : 0;
        out[row] = needed ? code : (double)NAN;
    }
    free(found);
    return code >= 0;
}

static int named(const char *list, const char *name) {
    size_t n = strlen(name);
    for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == n && !memcmp(p, name, n)) return 1;
    return 0;
}

static void leave_out(dataset *self, const char *name) {
    size_t n = strlen(self->left_out);
    char *longer = must_alloc(n + strlen(name) + 3, 1);
    sprintf(longer, "%s%s%s", self->left_out, n ? ", " : "", name);
    free(self->left_out);
    self->left_out = longer;
}

static void add_feature(dataset *self, const char *name, const double *values, int64_t stride) {
    size_t n = strlen(name) + 1;
    self->names[self->n_features] = must_alloc(n, 1);
    memcpy(self->names[self->n_features], name, n);
    for (int64_t row = 0; row < self->n_rows; row++)
        self->x[row * stride + self->n_features] = (float)values[row];
    self->n_features++;
}

/* Moves the rows together once it is known how many columns are features. */
static void pack(dataset *self, int64_t stride) {
    for (int64_t row = 0; row < self->n_rows; row++)
        memmove(self->x + row * self->n_features, self->x + row * stride,
                (size_t)self->n_features * sizeof *self->x);
}

static void take_target(dataset *self, const char *name, const double *values) {
    double seen[CLASSES_MAX + 1];
    int n = 0, whole = 1;
    for (int64_t row = 0; row < self->n_rows; row++) {
        if (isnan(values[row]))
            fail("story: target '%s' is missing in row %lld; drop such rows first", name, row + 1);
        self->y[row] = (float)values[row];
        whole &= values[row] == floor(values[row]) && values[row] >= 0;
        int i = 0;
        while (i < n && seen[i] != values[row]) i++;
        if (i == n && n <= CLASSES_MAX) seen[n++] = values[row];
    }
    if (n < 2) fail("story: target '%s' has one value only%.0lld; nothing to learn", name, 0);
    double top = 0;
    for (int i = 0; i < n; i++) top = seen[i] > top ? seen[i] : top;
    int classes = whole && n <= CLASSES_MAX && top < n;
    self->task = !classes ? TASK_REGRESSION : n == 2 ? TASK_BINARY : TASK_CLASSES;
    self->n_classes = classes ? n : 0;
}

static void start(dataset *self, const mlops_table *table) {
    size_t n = (size_t)mlops_table_n_rows(table), d = (size_t)mlops_table_n_columns(table);
    *self = (dataset){0};
    self->n_rows = (int64_t)n;
    self->names = must_alloc(d, sizeof *self->names);
    self->x = must_alloc(n * d, sizeof *self->x);
    self->y = must_alloc(n, sizeof *self->y);
    self->left_out = must_alloc(1, 1);
}

void dataset_load(dataset *self, const settings *s) {
    mlops_table *table = load(s, s->data);
    int64_t d = mlops_table_n_columns(table), target = mlops_table_find(table, s->target);
    if (target < 0)
        fail("story: there is no column '%s' in the file; --target names one that is there%.0lld",
             s->target, 0);
    if (mlops_table_n_rows(table) < 100)
        fail("story: '%s' has %lld rows; 100 are the least to learn from", s->data,
             (long long)mlops_table_n_rows(table));
    start(self, table);
    double *values = must_alloc((size_t)self->n_rows, sizeof *values);
    for (int64_t i = 0; i < d; i++) {
        const char *name = mlops_table_name(table, i);
        int usable = !named(s->ignore, name) && numbers(table, i, values);
        if (i == target && usable) take_target(self, name, values);
        else if (i == target)
            fail("story: target '%s' is text with too many values%.0lld", name, 0);
        else if (usable) add_feature(self, name, values, d);
        else leave_out(self, name);
    }
    pack(self, d);
    free(values);
    mlops_table_unref(table);
}

void dataset_load_like(dataset *self, const dataset *like, const settings *s) {
    mlops_table *table = load(s, s->production);
    start(self, table);
    double *values = must_alloc((size_t)self->n_rows, sizeof *values);
    free(self->x);
    self->x = must_alloc((size_t)(self->n_rows * like->n_features), sizeof *self->x);
    free(self->names);
    self->names = must_alloc((size_t)like->n_features, sizeof *self->names);
    for (int64_t i = 0; i < like->n_features; i++) {
        int64_t column = mlops_table_find(table, like->names[i]);
        if (column < 0 || !numbers(table, column, values))
            fail("story: production has no usable column '%s'%.0lld", like->names[i], 0);
        add_feature(self, like->names[i], values, like->n_features);
    }
    free(values);
    mlops_table_unref(table);
}

char *dataset_name_list(const dataset *self) {
    size_t n = 1;
    for (int64_t i = 0; i < self->n_features; i++) n += 2 * strlen(self->names[i]) + 3;
    char *list = must_alloc(n, 1), *out = list;
    for (int64_t i = 0; i < self->n_features; i++) {
        if (i) *out++ = ',';
        *out++ = '"';
        for (const char *p = self->names[i]; *p; p++) {
            if (*p == '"') *out++ = '"';
            *out++ = *p;
        }
        *out++ = '"';
    }
    return list;
}

void dataset_free(dataset *self) {
    for (int64_t i = 0; i < self->n_features; i++) free(self->names[i]);
    free(self->names);
    free(self->x);
    free(self->y);
    free(self->left_out);
}
