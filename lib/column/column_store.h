/* A column while it is filled, row by row. Its memory becomes that of the table. */
#ifndef MLOPS_COLUMN_COLUMN_STORE_H
#define MLOPS_COLUMN_COLUMN_STORE_H

#include "column/dictionary.h"
#include "column/table.h"

struct mlops__text_sink;

typedef struct mlops__column_store {
    const mlops_allocator *allocator;
    struct mlops__text_sink *sink; /* texts go there: a string column has rows, and no values */
    mlops_type type;               /* NULL: only nulls so far, and no memory */
    int64_t n;                     /* rows */
    int64_t cap;                   /* rows that there is room for */
    int64_t n_nulls;
    void *data;
    size_t data_size;
    uint8_t *validity; /* NULL as long as no null came */
    size_t validity_size;
    mlops__dictionary dictionary; /* of a string column */
} mlops__column_store;

/* The NaN that stands for a null: quiet, positive, no payload. */
double mlops__not_a_number(void);

void mlops__column_store_init(mlops__column_store *self, const mlops_allocator *allocator,
                              const mlops_entropy *entropy);
void mlops__column_store_free(mlops__column_store *self);

/* Back to no rows of a type, with the room that there was rows for. */
mlops_status mlops__column_store_restart(mlops__column_store *self, mlops_type type);

/* Room for cap rows in all. */
mlops_status mlops__column_store_reserve(mlops__column_store *self, int64_t cap);

/* Gives a column of only nulls its type. */
mlops_status mlops__column_store_begin(mlops__column_store *self, mlops_type type);

/* Turns int64 into float64, rounding to nearest. */
void mlops__column_store_widen(mlops__column_store *self);

/* Appends a null. There must be room. */
mlops_status mlops__column_store_null(mlops__column_store *self);

/* Appends a text. There must be room. Status of mlops__dictionary_add(). */
mlops_status mlops__column_store_text(mlops__column_store *self, const char *text, size_t n);

/* No more rows: gives back spare room, and describes the column. */
mlops_status mlops__column_store_finish(mlops__column_store *self, const char *name,
                                        mlops__column *out);

/* Called by the functions below: row n is there and not null. */
static inline void mlops__column_store_present(mlops__column_store *self) {
    if (self->validity) self->validity[self->n >> 3] |= (uint8_t)(1u << (self->n & 7));
    self->n++;
}

/* The next rows are there, whose values stand in data already. */
void mlops__column_store_present_rows(mlops__column_store *self, int64_t n);

/* Append a value of the column's type. There must be room. */
static inline void mlops__column_store_bool(mlops__column_store *self, int value) {
    ((uint8_t *)self->data)[self->n] = (uint8_t)value;
    mlops__column_store_present(self);
}

static inline void mlops__column_store_i64(mlops__column_store *self, int64_t value) {
    ((int64_t *)self->data)[self->n] = value;
    mlops__column_store_present(self);
}

static inline void mlops__column_store_f64(mlops__column_store *self, double value) {
    ((double *)self->data)[self->n] = value;
    mlops__column_store_present(self);
}

static inline void mlops__column_store_code(mlops__column_store *self, int32_t code) {
    ((int32_t *)self->data)[self->n] = code;
    mlops__column_store_present(self);
}

#endif
