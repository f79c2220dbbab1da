/* Online views: what they are, and the bytes of their rows. */
#ifndef MLOPS_FEATURESTORE_VIEW_H
#define MLOPS_FEATURESTORE_VIEW_H

#include "column/table.h"
#include "store/record.h"

#include <mlops/online.h>

enum {
    MLOPS__VIEW_COLUMNS_MAX = 1000,
    MLOPS__ENTITY_MAX = 400,  /* bytes of a key of the user's */
    MLOPS__ROW_MAX = 32 << 20 /* bytes of a row; an item of an exported stream holds it */
};

typedef struct mlops__view_column {
    const char *name;
    mlops_type type;
    int is_key;
} mlops__view_column;

/* All of it lives in an arena. */
typedef struct mlops__view {
    const char *name;
    int64_t number; /* rows are under it */
    const mlops__view_column *columns;
    int64_t n_columns;
    const int64_t *keys; /* columns, in the order of the key */
    int64_t n_keys;
    int64_t event_time, created; /* columns; created is -1 if there is none */
    int64_t ttl_ns;              /* 0: for ever */
    int64_t created_ns;
} mlops__view;

/* Of a record of the store. MLOPS_E_CORRUPT */
mlops_status mlops__view_parse(mlops__view *out, const char *name, mlops__bytes json,
                               mlops__arena *arena, mlops_error *err);

/* A column that holds a value beside key and times. */
int mlops__view_is_cell(const mlops__view *self, int64_t column);

/* What the keys of all rows of a view begin with. */
enum { MLOPS__ROW_PREFIX = 4 };
void mlops__row_prefix(uint8_t out[MLOPS__ROW_PREFIX], int64_t number);

/* The key under which the row of an entity lies, from columns of a table by key. MLOPS_END if one
 * of them is null; MLOPS_E_LIMIT beyond MLOPS__ENTITY_MAX bytes. */
mlops_status mlops__row_key(mlops__key *out, const mlops__view *view,
                            const mlops__column *const *keys, int64_t row, mlops_error *err);

/* A row's bytes, from columns of a table by column of the view. Errors stick in the buffer. */
void mlops__row_write(mlops__buf *out, const mlops__view *view, const mlops__column *const *columns,
                      int64_t row);

/* A row, read in place. */
typedef struct mlops__row {
    int64_t event_ns;
    int64_t created_ns; /* 0 if the view has no such time */
    const uint8_t *validity;
    const uint8_t *cells;
    mlops__bytes texts;
} mlops__row;

/* MLOPS_E_CORRUPT for bytes that mlops__row_write() does not write for this view. */
mlops_status mlops__row_parse(mlops__row *out, const mlops__view *view, mlops__bytes bytes,
                              mlops_error *err);

/* Cell number i of the row, as it counts those columns alone that hold one. */
int mlops__row_valid(const mlops__row *self, int64_t i);
uint64_t mlops__row_bits(const mlops__row *self, int64_t i); /* of bool, int64 or float64 */
mlops__bytes mlops__row_text(const mlops__row *self, int64_t i);

#endif
