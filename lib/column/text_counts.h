/* What can be counted of texts, as columns. */
#ifndef MLOPS_COLUMN_TEXT_COUNTS_H
#define MLOPS_COLUMN_TEXT_COUNTS_H

#include "column/table.h"

enum { MLOPS__TEXTS_COLUMNS = 8 };

/* mlops_table_texts() of one column; all are null where it is no string column. */
mlops_status mlops__table_texts(mlops_table **out, const mlops__host *host,
                                const mlops__column *column, mlops_error *err);

/* Number of words, as blanks part them. */
int64_t mlops__text_words(const char *text);

#endif
