/* Rows of cells, from inside; and cutting text into them. */
#ifndef MLOPS_COLUMNAR_GRID_H
#define MLOPS_COLUMNAR_GRID_H

#include "columnar/columnar.h"
#include "columnar/form.h"

struct mlops__grid_column {
    mlops__form form;
    int64_t *values; /* of each row: a number of the form, or, where raw is set, a span */
    uint64_t *raw;   /* bitmap */
    size_t n_raw;
    mlops__span *words; /* room for the form's; NULL until needed */
};

static inline int mlops__bit(const uint64_t *bits, size_t i) {
    return (int)(bits[i / 64] >> i % 64 & 1);
}
static inline void mlops__bit_set(uint64_t *bits, size_t i) {
    bits[i / 64] |= (uint64_t)1 << i % 64;
}

/* Makes room for so many rows of the dialect. Nothing is raw or whole; values are anything; texts
 * are those of own, which is empty. */
mlops_status mlops__grid_shape(mlops__grid *self, const mlops__dialect *dialect, size_t n,
                               mlops_error *err);

/* Room for words of a column's form. */
mlops_status mlops__grid_words(mlops__grid *self, mlops__grid_column *column, mlops_error *err);

/* Sets a cell, or all of a row, to a text, which is copied where it is to be kept; texts are those
 * of own. A row is cut again: it may be kept whole, then, or no longer. */
mlops_status mlops__grid_set(mlops__grid *self, size_t row, size_t column, const uint8_t *text,
                             size_t n, mlops_error *err);
mlops_status mlops__grid_set_row(mlops__grid *self, size_t row, const uint8_t *text, size_t n,
                                 mlops_error *err);

/* Puts texts into own, if they are the caller's. */
mlops_status mlops__grid_own(mlops__grid *self, mlops_error *err);

/* Chooses the form of a column whose cells are all spans, and puts its numbers in their place. room
 * is scratch. */
mlops_status mlops__column_take(mlops__grid_column *column, const uint8_t *text, size_t n,
                                mlops__buf *room, mlops_error *err);

/* ---- cutting ---- */

#define MLOPS__CUT_WHOLE UINT32_C(0x80000000)

/* Rows of a text. Each is n_columns + 1 offsets: where it begins, where its cells end; cells behind
 * the first begin behind the delimiter. CUT_WHOLE in the first: the row is kept whole, and its last
 * offset is where it ends, without \n. */
typedef struct mlops__cut {
    size_t n_rows;
    size_t taken; /* bytes up to the end of the last */
    int unended;
} mlops__cut;

/* Cuts up to n_rows rows, and no more than text_max bytes but for the first; n is below 2^31. out
 * has room for them all. False if a row is longer than MLOPS__ROW_TEXT. */
int mlops__cut_rows(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended,
                    size_t n_rows, size_t text_max, uint32_t *out, mlops__cut *cut);

/* The same, but for where cells are. */
int mlops__cut_measure(const mlops__dialect *dialect, const uint8_t *text, size_t n, int ended,
                       size_t n_rows, size_t text_max, mlops__cut *cut);

/* Where the cell ends that begins at offset at: n, if nothing of the n bytes ends it. */
size_t mlops__cut_cell(const mlops__dialect *dialect, const uint8_t *text, size_t n, size_t at);

/* Byte i of 64 in bit i: those that are the delimiter or a line feed. */
uint64_t mlops__cut_stops(const uint8_t *bytes, uint8_t delimiter);

static inline size_t mlops__cut_begin(const uint32_t *row, size_t column) {
    return column ? row[column] + 1u : row[0] & ~MLOPS__CUT_WHOLE;
}

#endif
