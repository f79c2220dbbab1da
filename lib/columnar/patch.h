/* Patches, from inside: what is kept of each column that is touched. */
#ifndef MLOPS_COLUMNAR_PATCH_H
#define MLOPS_COLUMNAR_PATCH_H

#include "columnar/columnar.h"
#include "columnar/form.h"

enum {
    MLOPS__PATCH_VERSION = 3,
    MLOPS__PATCH_WAS_VERSION = 1,
    MLOPS__PATCH_QUOTES = 1, /* flags */
    MLOPS__PATCH_CRLF = 2,
    MLOPS__PATCH_UNENDED = 4,
    MLOPS__RICE_MAX = 10 /* bits of a gap that are written as they are */
};

/* Numbers of so many bits above the least. */
typedef struct mlops__patch_bits {
    int64_t least;
    unsigned width;
} mlops__patch_bits;

/* How values of a column are written in every block. */
typedef struct mlops__patch_values {
    mlops__form form;
    mlops__patch_bits places, digits, sizes; /* of decimals; of numbers; of raw texts */
    size_t words_at;                         /* of the form, in what has been read */
    uint8_t some_raw;                        /* a bit for each cell says whether it is */
} mlops__patch_values;

/* What its cells are, and what they were. */
typedef struct mlops__patch_column {
    mlops__patch_values is, was;
    uint32_t column;
    uint8_t rice;
} mlops__patch_column;

#endif
