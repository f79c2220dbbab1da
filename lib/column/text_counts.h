/* What can be counted of texts, as columns. */
#ifndef MLOPS_COLUMN_TEXT_COUNTS_H
#define MLOPS_COLUMN_TEXT_COUNTS_H

#include "column/rows.h"

enum { MLOPS__TEXTS_COLUMNS = 8, MLOPS__TEXTS_ALL = 0xff };

/* mlops_table_texts() of one column; all are null where it is no string column. */
mlops_status mlops__table_texts(mlops_table **out, const mlops__host *host,
                                const mlops__column *column, mlops_error *err);

/* The same, text by text, and only the columns whose bits are set in mask. mlops__rows_end() of
 * rows is due. */
typedef struct mlops__texts {
    mlops__rows rows;
    uint32_t mask;
} mlops__texts;

mlops_status mlops__texts_begin(mlops__texts *self, const mlops__host *host, const char *name,
                                uint32_t mask, mlops_error *err);
void mlops__texts_add(mlops__texts *self, const char *text, size_t n); /* NULL: a null */

/* Column k as it is called of texts of this name, in the arena; NULL without memory. Its type. How
 * long the name of the texts is in that; 0 if it is not called so. */
char *mlops__texts_name(mlops__arena *arena, const char *name, int k);
mlops_type mlops__texts_type(int k);
size_t mlops__texts_base(const char *name, int k);

/* Number of words, as blanks part them. */
int64_t mlops__text_words(const char *text, size_t n);

/* Whether a string column of rows is one of texts: half of its values or more are distinct, of five
 * words or more as a mean. rows_min: values that it takes to tell. MLOPS_E_NOMEM. */
enum { MLOPS__TEXTS_ROWS_MIN = 50 };
int mlops__texts_judge(int64_t n, int64_t n_distinct, int64_t n_words, int64_t rows_min);
mlops_status mlops__texts_are(int *out, const mlops__column *column, int64_t rows_min,
                              const mlops__host *host, mlops_error *err);

#endif
