/* Bytes of unknown number on their way to be seen at once: in memory while they are few, behind
 * that in a file without a name. */
#ifndef MLOPS_FILE_SPOOL_H
#define MLOPS_FILE_SPOOL_H

#include "file/file.h"

typedef struct mlops__spool {
    const mlops__host *host;
    const char *path;
    mlops__buf tail; /* what is not in the file */
    int64_t file;    /* -1: there is none */
    int64_t size;    /* of the file */
    mlops__file_view view;
} mlops__spool;

/* The file is made beside path, which outlives the spool. */
void mlops__spool_init(mlops__spool *self, const mlops__host *host, const char *path);
void mlops__spool_free(mlops__spool *self);

mlops_status mlops__spool_put(mlops__spool *self, const void *bytes, size_t n, mlops_error *err);

/* All that was put, until the spool is freed; nothing is put any more. */
mlops_status mlops__spool_end(mlops__spool *self, const uint8_t **out, size_t *n, mlops_error *err);

#endif
