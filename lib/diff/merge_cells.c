/* Cells of what two sides add up to, and what they cannot agree on.
 *
 * Owns nothing. Invariant: a cell is a conflict if and only if both sides have it, neither has it
 * as the base does, and they have it otherwise than each other.
 */
#include "diff/merge_inside.h"
#include "text/number.h"

#include <string.h>

/* ---- conflicts ---- */

static void put_place(mlops__rows *rows, int64_t row) {
    if (row < 0) mlops__rows_null(rows);
    else mlops__rows_i64(rows, row);
}

static void put_text(mlops__rows *rows, const mlops__column *column, int64_t row) {
    char room[MLOPS__CELL_ROOM];
    const char *text;
    int64_t n = column && row >= 0 ? mlops__cell_text(column, row, room, &text) : -1;
    if (n < 0) mlops__rows_null(rows);
    else mlops__rows_text_n(rows, text, (size_t)n);
}

static void put_key_text(mlops__merging *self, const mlops__merge_row *row) {
    int side = row->side[0] < 0;
    mlops__rows *rows = &self->conflicts;
    self->key.size = 0;
    if (!self->between.n_key || row->side[side] < 0) {
        mlops__rows_null(rows);
        return;
    }
    if (self->between.n_key == 1) {
        put_text(rows, self->between.key->side[side], row->side[side]);
        return;
    }
    mlops__key_text_put(&self->between, side, row->side[side], &self->key);
    if (self->key.status && !rows->status) rows->status = self->key.status;
    mlops__rows_text_n(rows, self->key.data ? (const char *)self->key.data : "", self->key.size);
}

void mlops__merge_tell(mlops__merging *self, const char *kind, const mlops__merge_column *column,
                       const mlops__merge_row *row) {
    mlops__rows *rows = &self->conflicts;
    mlops__rows_text(rows, kind);
    mlops__rows_text(rows, column ? column->side[column->side[0] == NULL]->name : NULL);
    put_key_text(self, row);
    put_place(rows, row->base);
    put_place(rows, row->side[0]);
    put_place(rows, row->side[1]);
    for (int k = -1; k < 2; k++) {
        const mlops__column *c = !column ? NULL : k < 0 ? column->base : column->side[k];
        if (strcmp(kind, "type") != 0) put_text(rows, c, k < 0 ? row->base : row->side[k]);
        else mlops__rows_text(rows, c ? mlops__type_name(c->type) : NULL);
    }
}

/* ---- which side has a say ---- */

static int has_changed(const mlops__merge_column *column, int side, int64_t base) {
    const mlops__twin *twin = column->twin[side];
    return twin->changed && mlops__bit(twin->changed, base);
}

/* The side that a cell is taken from, -1 for a null; *differs is set for a conflict. */
static int choose(const mlops__merging *self, const mlops__merge_column *column,
                  const mlops__merge_row *row, int *differs) {
    int has[2], fits = column->side[0] && column->side[0]->type != column->type;
    *differs = 0;
    for (int side = 0; side < 2; side++) has[side] = column->side[side] && row->side[side] >= 0;
    if (!has[0] || !has[1]) return has[0] ? 0 : has[1] ? 1 : -1;
    if (row->base >= 0 && column->base) {
        int ours = has_changed(column, 0, row->base), theirs = has_changed(column, 1, row->base);
        if (!ours && !theirs) return fits; /* both are equal: the one that is of the type */
        if (!ours || !theirs) return theirs;
    }
    if (mlops__cell_equal(column->side[0], row->side[0], column->side[1], row->side[1]))
        return fits;
    *differs = 1;
    return self->policy == MLOPS_MERGE_THEIRS;
}

/* ---- values of another type ---- */

/* A number that is equal to the cell; *whole or *real. */
static int as_number(const mlops__column *column, int64_t row, mlops_type type, int64_t *whole,
                     double *real) {
    char room[MLOPS__CELL_ROOM];
    const char *text;
    mlops__column one = {0};
    one.type = type == MLOPS_TYPE_FLOAT64 ? type : MLOPS_TYPE_INT64;
    one.n_rows = 1;
    one.data = type == MLOPS_TYPE_FLOAT64 ? (const void *)real : (const void *)whole;
    if (column->type == MLOPS_TYPE_STRING) {
        size_t n = (size_t)mlops__cell_text(column, row, room, &text);
        if (type == MLOPS_TYPE_BOOL) {
            *whole = strcmp(text, "true") == 0;
            return *whole || strcmp(text, "false") == 0;
        }
        if (type == MLOPS_TYPE_INT64 && !mlops__parse_i64(text, n, whole)) return 0;
        if (type == MLOPS_TYPE_FLOAT64 && !mlops__parse_f64(text, n, 1, real)) return 0;
        return mlops__cell_equal(column, row, &one, 0);
    }
    double value = mlops__column_f64(column, row);
    *real = value;
    *whole = column->type == MLOPS_TYPE_INT64 ? ((const int64_t *)column->data)[row]
             : value >= -9223372036854775808.0 && value < 9223372036854775808.0 ? (int64_t)value
                                                                                : 0;
    if (type == MLOPS_TYPE_BOOL && *whole != 0 && *whole != 1) return 0;
    return mlops__cell_equal(column, row, &one, 0);
}

/* Puts the cell as one of the type; out NULL to ask. 0 if no value of the type equals it. */
static int put_as(mlops__rows *out, mlops_type type, const mlops__column *column, int64_t row) {
    int64_t whole = 0;
    double real = 0;
    if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row)) {
        if (out) mlops__rows_null(out);
        return 1;
    }
    if (type == MLOPS_TYPE_STRING) {
        if (out) put_text(out, column, row);
        return 1;
    }
    if (!as_number(column, row, type, &whole, &real)) {
        if (out) mlops__rows_null(out);
        return 0;
    }
    if (!out) return 1;
    if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(out, whole != 0);
    else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(out, whole);
    else mlops__rows_f64(out, real);
    return 1;
}

/* ---- types ---- */

/* The type that one side has given the column, or both; MLOPS_TYPE_FORCE32 if they do not agree. */
static mlops_type type_of(const mlops__merge_column *column) {
    mlops_type ours = column->side[column->side[0] == NULL]->type;
    mlops_type theirs = column->side[column->side[1] != NULL]->type;
    if (ours == theirs || theirs == MLOPS_TYPE_NULL) return ours;
    if (ours == MLOPS_TYPE_NULL) return theirs;
    if (column->base && column->base->type == ours) return theirs;
    if (column->base && column->base->type == theirs) return ours;
    return MLOPS_TYPE_FORCE32;
}

static int all_fit(const mlops__merging *self, const mlops__merge_column *column) {
    int differs;
    for (int64_t i = 0; i < self->n_rows; i++) {
        int side = choose(self, column, &self->rows[i], &differs);
        if (side >= 0 && column->side[side]->type != column->type &&
            !put_as(NULL, column->type, column->side[side], self->rows[i].side[side]))
            return 0;
    }
    return 1;
}

void mlops__merge_types(mlops__merging *self) {
    const mlops__merge_row none = {-1, {-1, -1}};
    for (int64_t k = 0; k < self->n_columns; k++) {
        mlops__merge_column *column = &self->columns[k];
        column->type = type_of(column);
        if (column->type != MLOPS_TYPE_FORCE32 && all_fit(self, column)) continue;
        mlops__merge_tell(self, "type", column, &none);
        column->type = column->side[self->policy == MLOPS_MERGE_THEIRS]->type;
    }
}

/* ---- cells ---- */

static void put_cell_of(mlops__rows *out, mlops_type type, const mlops__column *column,
                        int64_t row) {
    int there = column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row);
    if (column->type != type || !there) put_as(out, type, column, row);
    else if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(out, ((const uint8_t *)column->data)[row]);
    else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(out, ((const int64_t *)column->data)[row]);
    else if (type == MLOPS_TYPE_FLOAT64) mlops__rows_f64(out, ((const double *)column->data)[row]);
    else mlops__rows_text(out, column->texts[((const int32_t *)column->data)[row]]);
}

void mlops__merge_cells(mlops__merging *self, mlops__rows *out) {
    for (int64_t i = 0; i < self->n_rows && !out->status; i++) {
        const mlops__merge_row *row = &self->rows[i];
        for (int64_t k = 0; k < self->n_columns; k++) {
            const mlops__merge_column *column = &self->columns[k];
            int differs, side = choose(self, column, row, &differs);
            if (differs) mlops__merge_tell(self, "cell", column, row);
            if (side < 0) mlops__rows_null(out);
            else put_cell_of(out, column->type, column->side[side], row->side[side]);
        }
    }
}
