/* Types of CSV columns: each takes the first type that fits all of its values. */
#ifndef MLOPS_COLUMN_CSV_INFER_H
#define MLOPS_COLUMN_CSV_INFER_H

#include "column/column_store.h"
#include "column/csv_read.h"

/* Spellings of null, without quotes. */
typedef struct mlops__csv_nulls {
    const char *const *texts;
    int64_t n;
    int empty;          /* the empty field is among them */
    int numeric;        /* one of them may be a number too */
    uint8_t first[256]; /* a spelling begins with this byte */
} mlops__csv_nulls;

void mlops__csv_nulls_init(mlops__csv_nulls *self, const char *const *texts, int64_t n);

/* Those that are taken if none are given: part of the store's format, where a dataset keeps CSV. */
enum { MLOPS__CSV_NULLS_DEFAULT = 9 };
extern const char *const mlops__csv_nulls_default[MLOPS__CSV_NULLS_DEFAULT];

/* One ASCII character, but no quote or line end. */
int mlops__csv_is_delimiter(const char *text);

/* What the reader takes one field for that is no null; for whoever writes fields. */
int mlops__csv_is_null(const mlops__csv_nulls *self, const mlops__csv_field *field);
mlops_type mlops__csv_type_of(const mlops__csv_field *field);

typedef enum mlops__csv_state {
    MLOPS__CSV_READING,
    MLOPS__CSV_STALE, /* to be read once more */
    MLOPS__CSV_DONE
} mlops__csv_state;

/* A column while it is read. What was taken as a number and turns out to be part of a string has
 * lost its spelling: then the column is stale and has to be read once more, with its new type. */
typedef struct mlops__csv_column {
    mlops__column_store *store;
    mlops__csv_state state;
    mlops_type type;  /* at least; NULL in the first pass */
    int given;        /* the store's type: what does not fit is refused */
    const char *time; /* of times as int64: their format, "" for ISO 8601; else NULL */
    int minus_zero;   /* an integer was spelled -0 */
    int null_texts;   /* one of the texts is spelled as a null, which was in quotes */
    const mlops__csv_nulls *nulls;
    mlops__buf *scratch; /* shared by the columns: a field without its doubled quotes */
} mlops__csv_column;

/* Appends a column of the reader's batch. There must be room in the store. MLOPS_E_NOMEM;
 * MLOPS_E_LIMIT for too many distinct texts, and MLOPS_E_PARSE for a value that does not fit the
 * type given, the first of them in record *taken of the batch. A
 * column that is not READING takes nothing. */
mlops_status mlops__csv_take(mlops__csv_column *self, const mlops__csv_reader *reader,
                             int64_t column, int64_t *taken);

/* Append values of the store's type as long as they are spelled plainly, numbers also as long as
 * they are no nulls; return how many. What stands there next is for the caller. */
int64_t mlops__csv_put_i64(mlops__csv_column *self, const mlops__kern *kern,
                           const mlops__text_fields *run);
int64_t mlops__csv_put_f64(mlops__csv_column *self, const mlops__kern *kern,
                           const mlops__text_fields *run);
int64_t mlops__csv_put_texts(mlops__csv_column *self, const mlops__kern *kern,
                             const mlops__text_fields *run, mlops_status *status);

/* The field's text without its doubled quotes, until the next one is asked for. MLOPS_E_NOMEM */
mlops_status mlops__csv_halve(const mlops__csv_column *self, const mlops__csv_field *field,
                              mlops__text_span *out);

/* Appends a text that is no null. Status of mlops__column_store_text(). */
mlops_status mlops__csv_put_text(mlops__csv_column *self, const mlops__csv_field *field);

/* The field is no null, or a value for sure. */
static inline int mlops__csv_may_be_null(const mlops__csv_nulls *self,
                                         const mlops__csv_field *field) {
    return !field->quoted && (field->n ? self->first[(uint8_t)field->text[0]] : self->empty);
}

#endif
