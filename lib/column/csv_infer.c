/* Inference of types while values are stored.
 *
 * Owns nothing. Invariant: the store's type fits all values taken so far and is the first that
 * does, in the order bool, int64, float64, string; types only move forward in it, so that a source
 * is read once for each type at the most, and once or twice in practice.
 */
#include "column/csv_infer.h"
#include "column/csv_types.h"
#include "text/number.h"

#include <string.h>

const char *const mlops__csv_nulls_default[MLOPS__CSV_NULLS_DEFAULT] = {
    "", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"};

int mlops__csv_is_delimiter(const char *text) {
    return strlen(text) == 1 && (uint8_t)text[0] < 0x80 && !strchr("\"\n\r", text[0]);
}

void mlops__csv_nulls_init(mlops__csv_nulls *self, const char *const *texts, int64_t n) {
    *self = (mlops__csv_nulls){texts, n, 0, 0, {0}};
    for (int64_t i = 0; i < n; i++) {
        self->empty |= !texts[i][0];
        self->numeric |= texts[i][0] && strchr("+-.0123456789", texts[i][0]);
        self->first[(uint8_t)texts[i][0]] = 1;
    }
}

static int is_listed(const mlops__csv_nulls *self, const mlops__csv_field *field) {
    for (int64_t i = 0; i < self->n; i++) {
        const char *text = self->texts[i];
        if (text[0] == field->text[0] && strlen(text) == field->n &&
            !memcmp(text, field->text, field->n))
            return 1;
    }
    return 0;
}

static inline int is_null(const mlops__csv_nulls *self, const mlops__csv_field *field) {
    if (!mlops__csv_may_be_null(self, field)) return 0;
    return field->n == 0 || is_listed(self, field);
}

int mlops__csv_is_null(const mlops__csv_nulls *self, const mlops__csv_field *field) {
    return is_null(self, field);
}

static int is_blank(char c) { return c == ' ' || c == '\t'; }

/* Numbers may stand between blanks. */
static inline mlops__csv_field trim(const mlops__csv_field *field) {
    mlops__csv_field inner = *field;
    for (; inner.n && is_blank(inner.text[0]); inner.text++) inner.n--;
    while (inner.n && is_blank(inner.text[inner.n - 1])) inner.n--;
    return inner;
}

static int is_word(const mlops__csv_field *field, const char *word) {
    return field->n == strlen(word) && memcmp(field->text, word, field->n) == 0;
}

static int parse_bool(const mlops__csv_field *field, int *out) {
    *out = is_word(field, "true") || is_word(field, "True") || is_word(field, "TRUE");
    return *out || is_word(field, "false") || is_word(field, "False") || is_word(field, "FALSE");
}

static int put_bool(mlops__csv_column *self, const mlops__csv_field *field) {
    int value;
    if (field->quoted || !parse_bool(field, &value)) return 0;
    mlops__column_store_bool(self->store, value);
    return 1;
}

static int put_i64(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops__csv_field inner = trim(field);
    int64_t value;
    if (field->quoted || !mlops__parse_i64(inner.text, inner.n, &value)) return 0;
    self->minus_zero |= value == 0 && inner.text[0] == '-';
    mlops__column_store_i64(self->store, value);
    return 1;
}

/* MLOPS_E_PARSE: it is none. */
static mlops_status put_time(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops__text_span text;
    int64_t value;
    MLOPS_TRY(mlops__csv_halve(self, field, &text));
    if (mlops__csv_time(self->time, text.text, text.n, &value) != 1) return MLOPS_E_PARSE;
    mlops__column_store_i64(self->store, value);
    return MLOPS_OK;
}

static int put_f64(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops__csv_field inner = trim(field);
    double value;
    if (field->quoted || !mlops__parse_f64(inner.text, inner.n, 1, &value)) return 0;
    mlops__column_store_f64(self->store, value);
    return 1;
}

static mlops_type first_type(const mlops__csv_field *field, mlops_type least) {
    int64_t i;
    double d;
    int b;
    if (field->quoted) return MLOPS_TYPE_STRING;
    mlops__csv_field inner = trim(field);
    if (least <= MLOPS_TYPE_BOOL && parse_bool(field, &b)) return MLOPS_TYPE_BOOL;
    if (least <= MLOPS_TYPE_INT64 && mlops__parse_i64(inner.text, inner.n, &i))
        return MLOPS_TYPE_INT64;
    if (least <= MLOPS_TYPE_FLOAT64 && mlops__parse_f64(inner.text, inner.n, 1, &d))
        return MLOPS_TYPE_FLOAT64;
    return MLOPS_TYPE_STRING;
}

mlops_type mlops__csv_type_of(const mlops__csv_field *field) {
    return first_type(field, MLOPS_TYPE_NULL);
}

/* The type that fits what is stored, of one type, and a value of another. */
static mlops_type join(mlops_type stored, mlops_type value) {
    if (stored == MLOPS_TYPE_NULL) return value;
    int numbers = stored >= MLOPS_TYPE_INT64 && value >= MLOPS_TYPE_INT64 &&
                  stored <= MLOPS_TYPE_FLOAT64 && value <= MLOPS_TYPE_FLOAT64;
    return numbers ? MLOPS_TYPE_FLOAT64 : MLOPS_TYPE_STRING;
}

static mlops_status put_value(mlops__csv_column *self, const mlops__csv_field *field);

/* The value does not fit the type of the store. */
static mlops_status change_type(mlops__csv_column *self, const mlops__csv_field *field) {
    mlops_type old = self->store->type;
    if (self->given) return MLOPS_E_PARSE;
    mlops_type least = old == MLOPS_TYPE_NULL ? self->type : old;
    self->type = join(old, first_type(field, least));
    if (old == MLOPS_TYPE_NULL) {
        MLOPS_TRY(mlops__column_store_begin(self->store, self->type));
    } else if (self->type == MLOPS_TYPE_FLOAT64 && !self->minus_zero) {
        mlops__column_store_widen(self->store);
    } else {
        self->state = MLOPS__CSV_STALE;
        return mlops__column_store_restart(self->store, MLOPS_TYPE_NULL);
    }
    return put_value(self, field);
}

/* A value that is no null. */
static mlops_status put_value(mlops__csv_column *self, const mlops__csv_field *field) {
    switch (self->store->type) {
    case MLOPS_TYPE_INT64:
        if (self->time) return put_time(self, field);
        if (put_i64(self, field)) return MLOPS_OK;
        break;
    case MLOPS_TYPE_FLOAT64:
        if (put_f64(self, field)) return MLOPS_OK;
        break;
    case MLOPS_TYPE_STRING: return mlops__csv_put_text(self, field);
    case MLOPS_TYPE_BOOL:
        if (put_bool(self, field)) return MLOPS_OK;
        break;
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_FORCE32: break;
    }
    return change_type(self, field);
}

/* As many as are spelled plainly. */
static int64_t put_run(mlops__csv_column *self, const mlops__kern *kern,
                       const mlops__text_fields *run, mlops_status *status) {
    mlops_type type = self->store->type;
    if (self->time) return 0;
    int numeric = self->nulls->numeric;
    if (type == MLOPS_TYPE_INT64 && !numeric) return mlops__csv_put_i64(self, kern, run);
    if (type == MLOPS_TYPE_FLOAT64 && !numeric) return mlops__csv_put_f64(self, kern, run);
    if (type == MLOPS_TYPE_STRING && !self->store->sink)
        return mlops__csv_put_texts(self, kern, run, status);
    return 0;
}

static mlops_status put_field(mlops__csv_column *self, const mlops__csv_field *field) {
    if (is_null(self->nulls, field)) return mlops__column_store_null(self->store);
    return put_value(self, field);
}

mlops_status mlops__csv_take(mlops__csv_column *self, const mlops__csv_reader *reader,
                             int64_t column, int64_t *taken) {
    int64_t n = reader->n_batch, i = 0;
    mlops_status status = MLOPS_OK;
    while (i < n && self->state == MLOPS__CSV_READING) {
        if (reader->batch) {
            mlops__text_fields run = mlops__csv_run(reader, column, i);
            i += put_run(self, reader->kern, &run, &status);
        }
        if (status == MLOPS_OK && i < n) {
            mlops__csv_field field = mlops__csv_field_at(reader, i, column);
            status = put_field(self, &field);
            i += status == MLOPS_OK;
        }
        *taken = i;
        MLOPS_TRY(status);
    }
    return MLOPS_OK;
}
