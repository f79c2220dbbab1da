/* What the files of a search share. */
#ifndef MLOPS_TRACK_SEARCH_H
#define MLOPS_TRACK_SEARCH_H

#include "track/filter.h"

/* Ids of runs. */
typedef struct mlops__run_ids {
    const mlops_allocator *allocator;
    char (*ids)[MLOPS__RUN_TEXT];
    size_t n, cap;
} mlops__run_ids;

/* The runs as a table with a column for whatever they have. */
mlops_status mlops__run_table(mlops_table **out, mlops__index *index, const mlops__run_ids *runs,
                              const mlops__host *host, mlops_error *err);

void mlops__sort_texts(const char **texts, size_t n);

#endif
