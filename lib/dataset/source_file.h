/* A file that is read part by part, as content that is kept. */
#ifndef MLOPS_DATASET_SOURCE_FILE_H
#define MLOPS_DATASET_SOURCE_FILE_H

#include "file/file.h"

enum { MLOPS__SOURCE_LARGE = 1 << 20 /* bytes from which a file is not read whole */ };

typedef struct mlops__source_file {
    const mlops__host *host;
    int64_t number;
    const char *path;
} mlops__source_file;

/* For mlops__source.read. MLOPS_E_BUSY if it is shorter by now. */
mlops_status mlops__source_file_read(void *user, uint64_t offset, uint8_t *out, size_t n,
                                     mlops_error *err);

mlops_status mlops__source_file_changed(const mlops__source_file *self, mlops_error *err);

#endif
