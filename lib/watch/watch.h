/* Inside of watches: their records. */
#ifndef MLOPS_WATCH_INSIDE_H
#define MLOPS_WATCH_INSIDE_H

#include "store/record.h"

#include <mlops/watch.h>

/* The record of a watch, in the caller's arena. */
typedef struct mlops__watch_record {
    mlops__bytes stored;
    mlops__record fields;
    const char *model;
    int64_t n_windows;
    int64_t created_ns;
} mlops__watch_record;

/* MLOPS_E_NOT_FOUND without a message. */
mlops_status mlops__watch_read(mlops__watch_record *out, mlops__index *index, const char *name,
                               mlops__arena *arena, mlops_error *err);

void mlops__watch_key(mlops__key *out, const char *name);
void mlops__window_key(mlops__key *out, const char *name, int64_t number);

#endif
