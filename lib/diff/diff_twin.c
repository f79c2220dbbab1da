/* Columns of both tables side by side: which stand for each other, and when cells are equal.
 *
 * Owns nothing: what is made lives in the caller's arena. Invariant: equal cells have equal words,
 * whatever their types, where one is a string and the other is not excepted.
 */
#include "column/dictionary.h"
#include "column/names.h"
#include "diff/diff.h"
#include "text/number.h"

#include <string.h>

/* ---- cells ---- */

static int is_there(const mlops__column *column, int64_t row) {
    return column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row);
}

int64_t mlops__cell_text(const mlops__column *column, int64_t row, char room[MLOPS__CELL_ROOM],
                         const char **out) {
    *out = room;
    if (!is_there(column, row)) return -1;
    if (column->type == MLOPS_TYPE_FLOAT64)
        return (int64_t)mlops__format_f64(room, ((const double *)column->data)[row]);
    if (column->type == MLOPS_TYPE_INT64)
        return (int64_t)mlops__format(room, MLOPS__CELL_ROOM, "%lld",
                                      (long long)((const int64_t *)column->data)[row]);
    if (column->type == MLOPS_TYPE_BOOL)
        *out = ((const uint8_t *)column->data)[row] ? "true" : "false";
    else *out = column->texts[((const int32_t *)column->data)[row]];
    return (int64_t)strlen(*out);
}

static uint64_t bits_of(double value) {
    uint64_t bits = 0x7ff8000000000000u; /* one NaN is like another */
    if (value == value) memcpy(&bits, &value, sizeof bits);
    return bits;
}

static int64_t whole_of(const mlops__column *column, int64_t row) {
    return column->type == MLOPS_TYPE_BOOL ? ((const uint8_t *)column->data)[row]
                                           : ((const int64_t *)column->data)[row];
}

/* Whether the number is one that int64 has; -0.0 is none. */
static int as_whole(double value, int64_t *out) {
    if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return 0;
    *out = (int64_t)value;
    return bits_of((double)*out) == bits_of(value);
}

static int equal_numbers(const mlops__column *a, int64_t i, const mlops__column *b, int64_t j) {
    int64_t whole;
    if (a->type != MLOPS_TYPE_FLOAT64 && b->type != MLOPS_TYPE_FLOAT64)
        return whole_of(a, i) == whole_of(b, j);
    if (a->type == b->type)
        return bits_of(((const double *)a->data)[i]) == bits_of(((const double *)b->data)[j]);
    if (a->type != MLOPS_TYPE_FLOAT64) return equal_numbers(b, j, a, i);
    return as_whole(((const double *)a->data)[i], &whole) && whole == whole_of(b, j);
}

int mlops__cell_equal(const mlops__column *a, int64_t i, const mlops__column *b, int64_t j) {
    char rooms[2][MLOPS__CELL_ROOM];
    const char *x, *y;
    if (!is_there(a, i) || !is_there(b, j)) return is_there(a, i) == is_there(b, j);
    if (a->type != MLOPS_TYPE_STRING && b->type != MLOPS_TYPE_STRING)
        return equal_numbers(a, i, b, j);
    mlops__cell_text(a, i, rooms[0], &x);
    mlops__cell_text(b, j, rooms[1], &y);
    return strcmp(x, y) == 0;
}

/* ---- twins ---- */

mlops__twin_kind mlops__twin_kind_of(const mlops__twin *self) {
    mlops_type a = self->side[0]->type, b = self->side[1]->type;
    if (a == MLOPS_TYPE_NULL || b == MLOPS_TYPE_NULL) return MLOPS__TWIN_NULL;
    if (a == b) return MLOPS__TWIN_SAME;
    return a == MLOPS_TYPE_STRING || b == MLOPS_TYPE_STRING ? MLOPS__TWIN_TEXT : MLOPS__TWIN_MIXED;
}

static uint32_t code_of(const mlops__twin *self, int side, int64_t row) {
    int32_t code = ((const int32_t *)self->side[side]->data)[row];
    return side && self->codes ? self->codes[code] : (uint32_t)code;
}

int mlops__twin_equal(const mlops__twin *self, int a, int64_t row_a, int b, int64_t row_b) {
    const mlops__column *x = self->side[a], *y = self->side[b];
    if (x->type != MLOPS_TYPE_STRING || y->type != MLOPS_TYPE_STRING)
        return mlops__cell_equal(x, row_a, y, row_b);
    if (!is_there(x, row_a) || !is_there(y, row_b)) return is_there(x, row_a) == is_there(y, row_b);
    return code_of(self, a, row_a) == code_of(self, b, row_b);
}

uint64_t mlops__twin_word(const mlops__twin *self, int side, int64_t row) {
    const mlops__column *column = self->side[side];
    int64_t whole;
    if (!is_there(column, row)) return 0x5851f42d4c957f2du;
    if (column->type == MLOPS_TYPE_STRING) return code_of(self, side, row);
    if (column->type != MLOPS_TYPE_FLOAT64) return (uint64_t)whole_of(column, row);
    double value = ((const double *)column->data)[row];
    if (self->side[!side]->type != MLOPS_TYPE_FLOAT64 && as_whole(value, &whole))
        return (uint64_t)whole;
    return bits_of(value);
}

/* What most columns are: of one type, with values that stand for themselves. */
static int hash_plain(const mlops__twin *self, int side, uint64_t *hashes) {
    const mlops__column *column = self->side[side];
    const void *data = column->data;
    if (column->n_nulls || column->type != self->side[!side]->type) return 0;
    if (column->type == MLOPS_TYPE_INT64)
        for (int64_t i = 0; i < column->n_rows; i++)
            hashes[i] = mlops__word_mix(hashes[i], ((const uint64_t *)data)[i]);
    else if (column->type == MLOPS_TYPE_FLOAT64)
        for (int64_t i = 0; i < column->n_rows; i++)
            hashes[i] = mlops__word_mix(hashes[i], bits_of(((const double *)data)[i]));
    else if (column->type == MLOPS_TYPE_STRING && !(side && self->codes))
        for (int64_t i = 0; i < column->n_rows; i++)
            hashes[i] = mlops__word_mix(hashes[i], ((const uint32_t *)data)[i]);
    else return 0;
    return 1;
}

void mlops__twin_hash(const mlops__twin *self, int side, uint64_t *hashes) {
    if (mlops__twin_kind_of(self) == MLOPS__TWIN_TEXT || hash_plain(self, side, hashes)) return;
    for (int64_t i = 0; i < self->side[side]->n_rows; i++)
        hashes[i] = mlops__word_mix(hashes[i], mlops__twin_word(self, side, i));
}

/* Codes of to in those of from. Texts stand in the order in which rows first have them, so that the
 * next one is guessed to be the next one of from; others are looked up. */
static mlops_status fill_codes(uint32_t *codes, const mlops__column *from, const mlops__column *to,
                               mlops__dictionary *known) {
    int64_t next = 0;
    for (int64_t i = 0; i < to->n_texts; i++) {
        const char *text = to->texts[i];
        if (next < from->n_texts && strcmp(from->texts[next], text) == 0) {
            codes[i] = (uint32_t)next++;
            continue;
        }
        int32_t unused;
        for (int64_t k = known->n; k < from->n_texts; k++)
            MLOPS_TRY(
                mlops__dictionary_add(known, from->texts[k], strlen(from->texts[k]), &unused));
        int64_t found = mlops__dictionary_find(known, text, strlen(text));
        codes[i] = found < 0 ? (uint32_t)from->n_texts + (uint32_t)i : (uint32_t)found;
        if (found >= 0) next = found + 1;
    }
    return MLOPS_OK;
}

static int same_texts(const mlops__column *a, const mlops__column *b) {
    if (a->n_texts != b->n_texts) return 0;
    for (int64_t i = 0; i < a->n_texts; i++)
        if (a->texts[i] != b->texts[i] && strcmp(a->texts[i], b->texts[i]) != 0) return 0;
    return 1;
}

mlops_status mlops__twin_make(mlops__twin *out, const mlops__column *from, const mlops__column *to,
                              mlops__arena *arena) {
    mlops__dictionary known;
    memset(out, 0, sizeof *out);
    out->side[0] = from;
    out->side[1] = to;
    if (from->type != MLOPS_TYPE_STRING || to->type != MLOPS_TYPE_STRING || same_texts(from, to))
        return MLOPS_OK;
    out->codes = mlops__arena_array(arena, (size_t)to->n_texts + 1, sizeof *out->codes);
    if (!out->codes) return MLOPS_E_NOMEM;
    mlops__dictionary_init(&known, arena->allocator, NULL);
    mlops_status status = fill_codes(out->codes, from, to, &known);
    mlops__dictionary_free(&known);
    return status;
}

/* ---- all columns ---- */

static int is_among(const char *name, const char **names, int64_t n) {
    for (int64_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0) return 1;
    return 0;
}

/* Twins, and what from alone has; then what to alone has. */
static mlops_status pair_columns(mlops__twins *self, const char **ignored, int64_t n_ignored) {
    for (int side = 0; side < 2; side++) {
        int64_t n = mlops_table_n_columns(self->table[side]);
        if (side == 0)
            self->twins = mlops__arena_array(self->arena, (size_t)n + 1, sizeof *self->twins);
        self->alone[side] = mlops__arena_array(self->arena, (size_t)n + 1, sizeof **self->alone);
        if (!self->twins || !self->alone[side]) return MLOPS_E_NOMEM;
        for (int64_t i = 0; i < n; i++) {
            const mlops__column *column = mlops__table_column(self->table[side], i);
            int64_t other = mlops_table_find(self->table[!side], column->name);
            if (is_among(column->name, ignored, n_ignored)) continue;
            if (other < 0) self->alone[side][self->n_alone[side]++] = i;
            else if (side == 0)
                MLOPS_TRY(mlops__twin_make(&self->twins[self->n++], column,
                                           mlops__table_column(self->table[1], other),
                                           self->arena));
        }
    }
    return MLOPS_OK;
}

static mlops_status find_key(mlops__twins *self, mlops_error *err) {
    self->key = mlops__arena_array(self->arena, (size_t)self->n_key, sizeof *self->key);
    if (!self->key) return mlops__fail_nomem(err, (size_t)self->n_key * sizeof *self->key);
    for (int64_t k = 0; k < self->n_key; k++) {
        const char *name = self->key_names[k];
        for (int side = 0; side < 2; side++)
            if (mlops_table_find(self->table[side], name) < 0)
                return mlops__fail(err, MLOPS_E_SCHEMA, "%s has no column '%s', which is a key",
                                   self->labels[side], name);
        int64_t i = 0;
        while (i < self->n && strcmp(self->twins[i].side[0]->name, name) != 0) i++;
        if (i == self->n)
            return mlops__fail(err, MLOPS_E_INVALID, "mlops_diff_opts: '%s' is a key and ignored",
                               name);
        self->key[k] = self->twins[i];
        if (mlops__twin_kind_of(&self->key[k]) == MLOPS__TWIN_TEXT)
            return mlops__fail(err, MLOPS_E_SCHEMA, "the key '%s' is %s in %s and %s in %s", name,
                               mlops__type_name(self->key[k].side[0]->type), self->labels[0],
                               mlops__type_name(self->key[k].side[1]->type), self->labels[1]);
    }
    return MLOPS_OK;
}

mlops_status mlops__twins_make(mlops__twins *out, const mlops_table *from, const mlops_table *to,
                               const char *const *labels, const char *key, const char *ignore,
                               mlops__arena *arena, mlops_error *err) {
    const char **ignored;
    int64_t n_ignored;
    memset(out, 0, sizeof *out);
    out->arena = arena;
    out->labels = labels;
    out->table[0] = from;
    out->table[1] = to;
    for (int side = 0; side < 2; side++) {
        out->n_rows[side] = mlops_table_n_rows(out->table[side]);
        if (out->n_rows[side] > MLOPS__PAIR_ROWS_MAX)
            return mlops__fail(err, MLOPS_E_LIMIT, "%s has %lld rows; up to %d can be compared",
                               labels[side], (long long)out->n_rows[side], MLOPS__PAIR_ROWS_MAX);
    }
    MLOPS_TRY(mlops__names_parse(arena, key, &out->key_names, &out->n_key, err));
    MLOPS_TRY(mlops__names_parse(arena, ignore, &ignored, &n_ignored, err));
    for (int64_t i = 0; i < n_ignored; i++)
        if (mlops_table_find(from, ignored[i]) < 0 && mlops_table_find(to, ignored[i]) < 0)
            return mlops__fail(err, MLOPS_E_SCHEMA,
                               "no table has the column '%s', which is ignored", ignored[i]);
    mlops_status status = pair_columns(out, ignored, n_ignored);
    if (status) return mlops__fail_nomem(err, arena->used);
    return out->n_key ? find_key(out, err) : MLOPS_OK;
}
