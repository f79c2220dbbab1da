/* The lifecycle's data: commits, profile, features. */
#include "life.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char DATASET[] = "table", PATH[] = "data.csv", MODEL[] = "model", DEPLOYMENT[] = "api";

mlops_change *change_begin(const life *self, const char *note) {
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    mlops_change *change;
    mlops_error error;
    opts.actor = "lifecycle";
    opts.note = note;
    must(mlops_change_new(&change, self->store, &opts, &error), &error);
    return change;
}

int64_t change_end(mlops_change *change) {
    mlops_error error;
    int64_t seq = 0;
    must(mlops_change_commit(change, &seq, &error), &error);
    mlops_change_free(change);
    return seq;
}

void tell_store(life *self) {
    mlops_error error;
    char *path = text_of("%s/lifecycle.mlops", self->s.out);
    step_begin("Open a store");
    must(mlops_store_open(&self->store, path, NULL, &error), &error);
    step_say("%s: one directory, no server", path);
    free(path);
    step_end();
}

/* ---- the first commit ---- */

/* A part of the rows is kept back, to come as production; where there is a file of production, none
 * are. */
static void choose_rows(life *self) {
    int64_t n = self->table.n_rows;
    self->order = must_alloc((size_t)n, sizeof *self->order);
    for (int64_t i = 0; i < n; i++) self->order[i] = i;
    self->n_first = n;
    if (self->s.production) {
        lines_load(&self->production, self->s.production, NULL);
        if (self->s.labels) lines_load(&self->labels, self->s.labels, NULL);
        return;
    }
    for (int64_t i = n - 1; i > 0; i--) {
        int64_t k = (int64_t)(draw(&self->state) % (uint64_t)(i + 1)), swapped = self->order[i];
        self->order[i] = self->order[k];
        self->order[k] = swapped;
    }
    self->n_first = n * 7 / 10;
}

/* Commits the CSV file, with a split, and gives the commit a tag. */
static void commit(life *self, const char *message, const char *tag) {
    mlops_error error;
    mlops_draft *draft;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft_table_opts table_opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    mlops_change *change = change_begin(self, message);
    opts.message = message;
    table_opts.target = self->s.target;
    table_opts.time = self->s.time;
    split.kind = self->s.time                    ? MLOPS_SPLIT_TIME
                 : self->task == TASK_REGRESSION ? MLOPS_SPLIT_RANDOM
                                                 : MLOPS_SPLIT_STRATIFIED;
    must(mlops_draft_new(&draft, change, DATASET, &opts, &error), &error);
    must(mlops_draft_add_csv(draft, PATH, self->csv_path, &table_opts, &error), &error);
    must(mlops_draft_split(draft, PATH, &split, &error), &error);
    must(mlops_draft_commit(draft, &self->commit, &error), &error);
    mlops_draft_free(draft);
    change_end(change);
    change = change_begin(self, NULL);
    must(mlops_dataset_tag(change, DATASET, tag, NULL, &error), &error);
    change_end(change);
}

/* Commits that break it are refused. */
static void expect(life *self, const char *text) {
    mlops_error error;
    mlops_expectations *expectations;
    mlops_change *change = change_begin(self, NULL);
    must(mlops_expectations_parse(&expectations, text, NULL, &error), &error);
    must(mlops_dataset_expect(change, DATASET, PATH, expectations, &error), &error);
    mlops_expectations_unref(expectations);
    change_end(change);
    step_say("from now on every commit must hold to: %s", text);
}

/* Numbers by value, texts by their bytes. */
static int ascending(const void *a, const void *b) {
    const char *x = *(char *const *)a, *y = *(char *const *)b;
    char *x_end, *y_end;
    double u = strtod(x, &x_end), v = strtod(y, &y_end);
    if (*x_end || *y_end) return strcmp(x, y);
    return (u > v) - (u < v);
}

/* What is to be learnt: texts or a few whole numbers are classes. */
static void find_task(life *self, int64_t target) {
    int64_t n = 0, whole = 1;
    for (int64_t i = 0; i < self->table.n_rows; i++) {
        const char *field = self->table.fields[i * self->table.n_columns + target];
        if (!*field)
            fail("target '%s' is missing in row %lld; drop such rows first", self->s.target,
                 (long long)i + 1);
        char *end;
        double value = strtod(field, &end);
        whole &= *end != 0 || value == floor(value);
        int64_t k = 0;
        while (k < n && k < CLASSES_MAX && strcmp(self->classes[k], field) != 0) k++;
        if (k == n && n < CLASSES_MAX) self->classes[n] = (char *)field;
        n += k == n;
    }
    if (n < 2) fail("target '%s' has one value only; nothing to learn", self->s.target);
    self->task = n == 2 && whole            ? TASK_BINARY
                 : n < CLASSES_MAX && whole ? TASK_CLASSES
                                            : TASK_REGRESSION;
    self->n_classes = self->task == TASK_REGRESSION ? 0 : n;
    qsort(self->classes, (size_t)self->n_classes, sizeof *self->classes, ascending);
    self->metric = self->task == TASK_BINARY    ? "auc"
                   : self->task == TASK_CLASSES ? "accuracy"
                                                : "r2";
    self->gate = self->task == TASK_BINARY ? "auc >= 0.75 and auc >= champion.auc - 0.005"
                 : self->task == TASK_CLASSES
                     ? "accuracy >= 0.5 and accuracy >= champion.accuracy - 0.005"
                     : "r2 >= 0.2 and r2 >= champion.r2 - 0.005";
}

void tell_first_commit(life *self) {
    char digits[9];
    step_begin("Commit the data");
    lines_load(&self->table, self->s.data, &self->s);
    int64_t target = lines_find(&self->table, self->s.target);
    if (target < 0)
        fail("there is no column '%s' in the file; --target names one that is there",
             self->s.target);
    if (self->table.n_rows < 100)
        fail("'%s' has %lld rows; 100 are the least to learn from", self->s.data,
             (long long)self->table.n_rows);
    find_task(self, target);
    choose_rows(self);
    lines_output *out = lines_begin(self->csv_path, &self->table);
    for (int64_t i = 0; i < self->n_first; i++)
        lines_write(out, &self->table, self->order[i], NULL, NULL, NULL, NULL);
    lines_end(out);
    commit(self, "first rows", "v1");
    for (int i = 0; i < 4; i++) snprintf(digits + 2 * i, 3, "%02x", self->commit.bytes[i]);
    step_say("%s: %lld rows, commit %s, tag v1", self->s.data, (long long)self->n_first, digits);
    expect(self, "row_count() >= 100");
    step_end();
}

/* ---- profile and features ---- */

void tell_profile(life *self) {
    mlops_error error;
    mlops_table *train, *held;
    int64_t numbers = 0, texts = 0, nulls = 0;
    step_begin("Validate and profile");
    must(mlops_dataset_table(&train, self->store, DATASET, "v1", NULL, MLOPS_PART_TRAIN, &error),
         &error);
    must(mlops_dataset_table(&held, self->store, DATASET, "v1", NULL, MLOPS_PART_HELD_OUT, &error),
         &error);
    for (int64_t j = 0; j < mlops_table_n_columns(train); j++) {
        if (mlops_table_type(train, j) == MLOPS_TYPE_STRING) texts++;
        else numbers++;
        nulls += mlops_table_n_nulls(train, j);
    }
    step_say("%lld columns of numbers, %lld of text, %lld values missing", (long long)numbers,
             (long long)texts, (long long)nulls);
    step_say("%lld rows to train on, %lld held out for good (%s)",
             (long long)mlops_table_n_rows(train), (long long)mlops_table_n_rows(held),
             self->s.time                    ? "the newest"
             : self->task == TASK_REGRESSION ? "drawn"
                                             : "the same share of each class");
    mlops_table_unref(train);
    mlops_table_unref(held);
    step_end();
}

static int named(const char *list, const char *name) {
    size_t n = strlen(name);
    for (const char *p = list; p && *p; p += strcspn(p, ","), p += *p == ',')
        if (strcspn(p, ",") == n && !memcmp(p, name, n)) return 1;
    return 0;
}

/* One line of the definition; 0 for a column that is no feature. */
static int write_line(const life *self, const mlops_table *table, int64_t j, FILE *out) {
    const char *name = mlops_table_name(table, j);
    int64_t n = mlops_table_n_rows(table);
    mlops_error error;
    if (!strcmp(name, self->s.target) || named(self->s.ignore, name) ||
        (self->s.time && !strcmp(name, self->s.time)))
        return 0;
    if (mlops_table_type(table, j) == MLOPS_TYPE_STRING) {
        fprintf(out, "`%s` = one_hot(`%s`, 40)\n", name, name);
        return 1;
    }
    double *values = must_alloc((size_t)n, sizeof *values), least = INFINITY, most = -INFINITY;
    must(mlops_table_values(table, j, values, n, &error), &error);
    for (int64_t i = 0; i < n; i++) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    free(values);
    if (!(least <= most)) return 0; /* nothing but nulls */
    if (least >= 0 && most >= 1000)
        fprintf(out, "`%s` = standardise(log1p(impute(`%s`, 'median')))\n", name, name);
    else fprintf(out, "`%s` = standardise(impute(`%s`, 'median'))\n", name, name);
    return 1;
}

void tell_features(life *self) {
    mlops_error error;
    mlops_table *train;
    mlops_id id;
    char *definition = NULL, *rest;
    size_t size = 0;
    step_begin("Define and fit features");
    must(mlops_dataset_table(&train, self->store, DATASET, NULL, NULL, MLOPS_PART_TRAIN, &error),
         &error);
    FILE *out = open_memstream(&definition, &size);
    if (!out) fail("%s", "out of memory");
    for (int64_t j = 0; j < mlops_table_n_columns(train); j++) write_line(self, train, j, out);
    fclose(out);
    mlops_feature_unref(self->features);
    must(mlops_feature_fit(&self->features, definition, train, NULL, &error), &error);
    mlops_table_unref(train);
    mlops_change *change = change_begin(self, NULL);
    int64_t version;
    must(mlops_featurestore_put(change, &version, DATASET, self->features, &error), &error);
    change_end(change);
    mlops_feature_id(self->features, &id);
    rest = definition;
    for (int i = 0; i < 3 && *rest; i++) {
        size_t n = strcspn(rest, "\n");
        step_say("%.*s", (int)n, rest);
        rest += n + (rest[n] == '\n');
    }
    step_say("... %lld columns give %lld features, id %02x%02x%02x%02x, version %lld",
             (long long)mlops_feature_n_inputs(self->features),
             (long long)mlops_feature_n_outputs(self->features), id.bytes[0], id.bytes[1],
             id.bytes[2], id.bytes[3], (long long)version);
    free(definition);
    step_end();
}

static float label_of(const life *self, const mlops_table *table, int64_t column, int64_t row) {
    char text[256];
    mlops_table_text(table, column, row, text, sizeof text, NULL);
    for (int64_t k = 0; k < self->n_classes; k++)
        if (!strcmp(self->classes[k], text)) return (float)k;
    return strtof(text, NULL);
}

part load_part(const life *self, mlops_part which) {
    part p = {0};
    mlops_error error;
    must(mlops_dataset_table(&p.table, self->store, DATASET, NULL, NULL, which, &error), &error);
    p.n = mlops_table_n_rows(p.table);
    int64_t d = mlops_feature_n_outputs(self->features);
    int64_t target = mlops_table_find(p.table, self->s.target);
    p.x = must_alloc((size_t)(p.n * d), sizeof *p.x);
    p.y = must_alloc((size_t)p.n, sizeof *p.y);
    must(mlops_feature_matrix(self->features, p.table, p.x, p.n, d, &error), &error);
    for (int64_t i = 0; i < p.n; i++) p.y[i] = label_of(self, p.table, target, i);
    return p;
}

void free_part(part *p) {
    mlops_table_unref(p->table);
    free(p->x);
    free(p->y);
}

/* ---- the second commit ---- */

/* How rows of production differ from the table: for the first of them, not at all. */
static const char *shift(void *user, int64_t row, int64_t column, const char *field) {
    life *self = user;
    (void)row;
    if (column == self->missing && draw_unit(&self->state) < 1.0 / 3) return "";
    if (column != self->grows || !*field) return field;
    double value = strtod(field, NULL) + self->step;
    if (!strpbrk(field, ".eE")) value = round(value); /* whole numbers stay whole */
    snprintf(self->field, sizeof self->field, "%.9g", value);
    return self->field;
}

void write_production(life *self, const char *path, int64_t n, int shifted) {
    lines_output *out = lines_begin(path, &self->table);
    int64_t first = shifted ? self->n_first : 0;
    int64_t from = (shifted ? self->table.n_rows : self->n_first) - first;
    for (int64_t i = 0; i < n; i++) {
        int64_t k = first + (int64_t)(draw(&self->state) % (uint64_t)from);
        lines_write(out, &self->table, self->order[k], NULL, NULL, shifted ? shift : NULL, self);
    }
    lines_end(out);
}

static void write_labelled(life *self, lines_output *out) {
    for (int64_t i = 0; i < self->production.n_rows; i++)
        lines_write(out, &self->production, i, &self->labels, self->s.id, NULL, NULL);
    for (int64_t i = self->n_first; i < self->table.n_rows; i++)
        lines_write(out, &self->table, self->order[i], NULL, NULL, shift, self);
}

void tell_second_commit(life *self) {
    char digits[9];
    mlops_error error;
    mlops_diff *diff;
    step_begin("Labels arrive: commit them too");
    if (self->production.n_rows && !self->labels.n_rows) {
        step_say("there are none; --labels names a file of them");
        step_end();
        return;
    }
    lines_output *out = lines_begin(self->csv_path, &self->table);
    for (int64_t i = 0; i < self->n_first; i++)
        lines_write(out, &self->table, self->order[i], NULL, NULL, NULL, NULL);
    write_labelled(self, out);
    lines_end(out);
    commit(self, "rows of production, with their labels", "v2");
    for (int i = 0; i < 4; i++) snprintf(digits + 2 * i, 3, "%02x", self->commit.bytes[i]);
    step_say("commit %s, tag v2", digits);
    must(mlops_dataset_diff_rows(&diff, self->store, DATASET, "v1", "v2", PATH, NULL, &error),
         &error);
    step_say("v1 to v2: %lld rows added, %lld changed", (long long)mlops_diff_n_added(diff),
             (long long)mlops_diff_n_changed(diff));
    mlops_diff_unref(diff);
    step_end();
}
