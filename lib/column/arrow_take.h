/* Rows of one Arrow array onto the end of a column. */
#ifndef MLOPS_COLUMN_ARROW_TAKE_H
#define MLOPS_COLUMN_ARROW_TAKE_H

#include "column/column_store.h"

/* What a struct array says about each of its children. */
typedef struct mlops__arrow_rows {
    int64_t first; /* row of the child that is the first of the struct */
    int64_t n;
    const uint8_t *validity; /* of the struct, bit first is row 0; NULL: no row is null */
} mlops__arrow_rows;

/* Length, offset and counts of any array. what names it for the message. */
mlops_status mlops__arrow_check(const struct ArrowArray *array, const char *what, mlops_error *err);

/* Appends the rows. MLOPS_E_INVALID, MLOPS_E_UNSUPPORTED with the column's name; MLOPS_E_NOMEM and
 * MLOPS_E_LIMIT (of the dictionary) without a message. */
mlops_status mlops__arrow_take(mlops__column_store *store, const struct ArrowSchema *schema,
                               const struct ArrowArray *array, const mlops__arrow_rows *rows,
                               const char *name, mlops_error *err);

#endif
