/* Rows of a table into their groups, its columns bound by name.
 *
 * Owns nothing. Invariant: rows are counted apart and merged when all are good, so that a table
 * counts whole or not at all.
 */
#include "base/arena.h"
#include "base/buf.h"
#include "column/column_store.h"
#include "column/names.h"
#include "fairness/fairness.h"

#include <string.h>

/* Columns of the table, and the name that a row makes of those that group it. */
typedef struct binding {
    const mlops_table *table;
    int64_t *groups; /* indices */
    int64_t n_groups;
    const mlops__column *prediction;
    const mlops__column *label;  /* NULL: none */
    const mlops__column *weight; /* NULL: none */
    mlops__buf name;
    mlops__buf cell;
} binding;

static mlops_status find(int64_t *out, const mlops_table *table, const char *name,
                         mlops_error *err) {
    char hint[MLOPS__HINT];
    *out = mlops_table_find(table, name);
    if (*out >= 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA, "fairness: the table has no column '%s'%s", name,
                       mlops__table_hint(table, hint));
}

static mlops_status find_numbers(const mlops__column **out, const mlops_table *table,
                                 const char *name, mlops_error *err) {
    int64_t index = 0;
    MLOPS_TRY(find(&index, table, name, err));
    *out = mlops__table_column(table, index);
    if ((*out)->type != MLOPS_TYPE_STRING) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "fairness: column '%s' holds strings; it must be numeric or bool", name);
}

/* The text of a cell, without its NUL. */
static mlops_status read_cell(binding *self, int64_t column, int64_t row) {
    size_t size = 0;
    self->cell.size = 0;
    MLOPS_TRY(mlops_table_text(self->table, column, row, NULL, 0, &size));
    char *text = (char *)mlops__buf_extend(&self->cell, size + 1);
    if (!text) return MLOPS_E_NOMEM;
    return mlops_table_text(self->table, column, row, text, size + 1, NULL);
}

/* The name of a row's group; empty where it has none, and where that is an empty text. */
static mlops_status read_name(binding *self, int64_t row) {
    self->name.size = 0;
    for (int64_t i = 0; i < self->n_groups; i++) {
        int64_t index = self->groups[i];
        if (!mlops__column_valid(mlops__table_column(self->table, index), row)) {
            self->name.size = 0;
            return MLOPS_OK;
        }
        MLOPS_TRY(read_cell(self, index, row));
        const char *text = (const char *)self->cell.data;
        if (self->n_groups == 1) mlops__buf_text(&self->name, text);
        else mlops__names_put(&self->name, text);
    }
    return self->name.status;
}

/* The weight of a row, 0 if it is not there. */
static mlops_status read_weight(double *out, const binding *self, int64_t row, mlops_error *err) {
    int64_t units;
    *out = 1;
    if (!self->weight) return MLOPS_OK;
    *out = mlops__column_f64(self->weight, row);
    const char *wrong = mlops__units_of(&units, *out);
    if (!wrong) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "fairness: row %lld of column '%s': %s",
                       (long long)row, self->weight->name, wrong);
}

static mlops_status count_row(mlops_fairness *out, binding *self, int64_t row, mlops_error *err) {
    double weight;
    MLOPS_TRY(read_weight(&weight, self, row, err));
    if (weight == 0) return MLOPS_OK;
    double prediction = mlops__column_f64(self->prediction, row);
    double label = self->label ? mlops__column_f64(self->label, row) : mlops__not_a_number();
    mlops_status status = read_name(self, row);
    if (status == MLOPS_OK && self->name.size == 0) {
        out->n_left_out++;
        return MLOPS_OK;
    }
    mlops__buf_u8(&self->name, 0);
    if (status < 0 || self->name.status) return mlops__fail_nomem(err, self->name.size);
    status = mlops_fairness_add(out, (const char *)self->name.data, &prediction, &label,
                                self->weight ? &weight : NULL, 1, err);
    if (status == MLOPS_E_INVALID && label == label && label != 0 && label != 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "fairness: row %lld of column '%s' is none of 0, 1 and null",
                           (long long)row, self->label->name);
    return status;
}

static mlops_status bind(binding *self, mlops__arena *arena, const char *groups,
                         const char *prediction, const char *label, const char *weight,
                         mlops_error *err) {
    const char **names;
    MLOPS_TRY(mlops__names_parse(arena, groups, &names, &self->n_groups, err));
    self->groups = mlops__arena_array(arena, (size_t)self->n_groups, sizeof *self->groups);
    if (!self->groups) return mlops__fail_nomem(err, (size_t)self->n_groups * sizeof(int64_t));
    for (int64_t i = 0; i < self->n_groups; i++)
        MLOPS_TRY(find(&self->groups[i], self->table, names[i], err));
    MLOPS_TRY(find_numbers(&self->prediction, self->table, prediction, err));
    if (weight) MLOPS_TRY(find_numbers(&self->weight, self->table, weight, err));
    return label ? find_numbers(&self->label, self->table, label, err) : MLOPS_OK;
}

static mlops_status count_all(mlops_fairness *self, binding *bound, mlops_error *err) {
    const mlops_host host = mlops__host_lend(&self->host);
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    mlops_fairness *counted;
    opts.host = &host;
    opts.flags = MLOPS_FAIRNESS_SET_THRESHOLD;
    opts.threshold = self->threshold;
    MLOPS_TRY(mlops_fairness_new(&counted, &opts, err));
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; status == MLOPS_OK && i < mlops_table_n_rows(bound->table); i++)
        status = count_row(counted, bound, i, err);
    if (status == MLOPS_OK) status = mlops_fairness_merge(self, counted, err);
    mlops_fairness_free(counted);
    return status;
}

mlops_status mlops_fairness_add_table(mlops_fairness *self, const mlops_table *table,
                                      const char *groups, const char *prediction, const char *label,
                                      const char *weight, mlops_error *err) {
    binding bound = {.table = table};
    mlops__arena arena;
    if (!self || !table || !groups || !prediction)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "fairness: the counts, the table, groups or the prediction is NULL");
    mlops__arena_init(&arena, &self->host.allocator, SIZE_MAX);
    mlops__buf_init(&bound.name, &self->host.allocator);
    mlops__buf_init(&bound.cell, &self->host.allocator);
    mlops_status status = bind(&bound, &arena, groups, prediction, label, weight, err);
    if (status == MLOPS_OK) status = count_all(self, &bound, err);
    mlops__buf_free(&bound.cell);
    mlops__buf_free(&bound.name);
    mlops__arena_free(&arena);
    return status;
}
