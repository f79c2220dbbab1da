/* Types of Arrow that a table takes in. */
#ifndef MLOPS_COLUMN_ARROW_TYPES_H
#define MLOPS_COLUMN_ARROW_TYPES_H

#include <mlops/table.h>

/* How values lie in the buffers. */
typedef enum mlops__arrow_kind {
    MLOPS__ARROW_NULL,
    MLOPS__ARROW_BOOL,     /* bits */
    MLOPS__ARROW_SIGNED,   /* width bytes */
    MLOPS__ARROW_UNSIGNED, /* width bytes */
    MLOPS__ARROW_FLOAT,    /* width bytes */
    MLOPS__ARROW_TEXT,     /* offsets of width bytes, bytes */
    MLOPS__ARROW_VIEW      /* views of 16 bytes, any number of bytes, their sizes */
} mlops__arrow_kind;

typedef struct mlops__arrow_type {
    const char *format; /* a prefix for timestamps, whose time zone follows */
    mlops__arrow_kind kind;
    int32_t width;
    int64_t n_buffers; /* at least, for views */
    mlops_type type;   /* of the table's column; uint64 may also become float64 */
    int64_t unit;      /* nanoseconds that an integer counts; 0: it counts nothing of the kind */
} mlops__arrow_type;

/* NULL if a table does not take it in. */
const mlops__arrow_type *mlops__arrow_type_find(const char *format);

/* What the format is called, for messages; "unknown" if it is no format of Arrow. */
const char *mlops__arrow_type_name(const char *format);

#endif
