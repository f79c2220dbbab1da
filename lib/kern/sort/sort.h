/* Sorting of float64.
 *
 * NaN is dropped and -0 becomes 0, so that values alone tell their order, and all kernels leave the
 * same bytes.
 */
#ifndef MLOPS_KERN_SORT_H
#define MLOPS_KERN_SORT_H

#include <stdint.h>
#include <string.h>

/* Sorts the values that are not NaN into out, ascending, with -0 as 0; returns how many there are.
 * out and scratch have room for n values each; from may be one of them. */
typedef int64_t mlops__sort_values(double *out, double *scratch, const double *from, int64_t n);

mlops__sort_values mlops__sort_values_scalar;

/* A number in the order of the value, which is no NaN; that of -0 is that of 0. */
static inline uint64_t mlops__sort_key(double value) {
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((0 - (bits >> 63)) | 0x8000000000000000u);
}

#endif
