/* Where the texts of a column go that nobody wants as texts: what is counted of each, or whether
 * they are texts at all. */
#ifndef MLOPS_COLUMN_TEXT_SINK_H
#define MLOPS_COLUMN_TEXT_SINK_H

#include "column/dictionary.h"
#include "column/text_counts.h"

typedef struct mlops__text_sink {
    mlops__texts texts;     /* mask 0: texts are told apart and counted */
    mlops_table *table;     /* the columns of mask, once it has ended */
    mlops__dictionary seen; /* what stands for each distinct text */
    int64_t n, n_words;     /* texts; words of the distinct ones */
} mlops__text_sink;

/* mlops__text_sink_free() is due, also after an error. host stays. */
mlops_status mlops__text_sink_begin(mlops__text_sink *self, const mlops__host *host,
                                    const char *name, uint32_t mask, mlops_error *err);

/* NULL: a null. MLOPS_E_NOMEM, MLOPS_E_LIMIT. */
mlops_status mlops__text_sink_put(mlops__text_sink *self, const char *text, size_t n);
mlops_status mlops__text_sink_reserve(mlops__text_sink *self, int64_t n_rows);

/* All came, of so many rows: those of a column without a value may not have. */
mlops_status mlops__text_sink_end(mlops__text_sink *self, int64_t n_rows, mlops_error *err);
void mlops__text_sink_free(mlops__text_sink *self);

/* Of one with mask 0: mlops__texts_are(). */
int mlops__text_sink_are_texts(const mlops__text_sink *self, int64_t rows_min);

#endif
