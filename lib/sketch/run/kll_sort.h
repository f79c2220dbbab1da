/* Sorting small powers of two of doubles, and thinning them out on the way. */
#ifndef MLOPS_SKETCH_RUN_KLL_SORT_H
#define MLOPS_SKETCH_RUN_KLL_SORT_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__KLL_RUN = 16 /* what is sorted at once: the least n, and the least of a result */ };

/* Sorts the n values of x, neither NaN nor -0, n a power of two of MLOPS__KLL_RUN or more. shrink
 * times runs give up every second value, by one draw each, before two of them merge: n >> shrink
 * values are left, MLOPS__KLL_RUN at the least. They lie in x or in spare, where the result says;
 * both have room for n. */
double *mlops__kll_sort(double *x, double *spare, size_t n, uint32_t shrink, uint64_t *state);

#endif
