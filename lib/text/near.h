/* "Did you mean": the known name that is nearest to an unknown one. */
#ifndef MLOPS_TEXT_NEAR_H
#define MLOPS_TEXT_NEAR_H

#include <stddef.h>

/* What is suggested differs by at most a third of the unknown name's bytes (letters added, left
 * out, changed, or swapped with a neighbour; capitals do not count); the first of equally near ones
 * is taken. Nothing is copied. */
typedef struct mlops__near {
    const char *name;
    size_t n;
    int best;          /* distance from which on nothing is suggested */
    const char *found; /* NULL: nothing is near */
    size_t n_found;
} mlops__near;

void mlops__near_begin(mlops__near *self, const char *name, size_t n);
void mlops__near_consider(mlops__near *self, const char *candidate, size_t n);

#endif
