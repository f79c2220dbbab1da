/* Weights of rows as whole numbers of units, so that no order of rows or parts can be told. */
#ifndef MLOPS_PERFORMANCE_WEIGHT_H
#define MLOPS_PERFORMANCE_WEIGHT_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/wide.h"

enum {
    MLOPS__WEIGHT_BITS = 20, /* a weight counts units of 2^-20 */
    MLOPS__WEIGHT_ONE = 1 << MLOPS__WEIGHT_BITS
};

/* Of weights in all, so that what is added up of them stays within 2^119. */
#define MLOPS__UNITS_MAX ((int64_t)1 << 61)

static inline mlops__i128 mlops__i128_product(uint64_t a, uint64_t b) {
    mlops__u128 product = mlops__mul_u64(a, b);
    return (mlops__i128){product.low, (int64_t)product.high};
}

/* sum += a b */
static inline void mlops__wide_put(mlops__i128 *sum, uint64_t a, uint64_t b) {
    mlops__u128 product = mlops__mul_u64(a, b);
    sum->low += product.low;
    sum->high += (int64_t)(product.high + (sum->low < product.low));
}

/* a - b */
static inline mlops__i128 mlops__i128_less(mlops__i128 a, mlops__i128 b) {
    return mlops__i128_add(a, mlops__i128_add((mlops__i128){~b.low, ~b.high}, (mlops__i128){1, 0}));
}

static inline double mlops__weight_of(int64_t units) {
    return (double)units * (1.0 / (1 << MLOPS__WEIGHT_BITS));
}

/* Units of a weight, 0 of a row that is not there; what is wrong with it, or NULL. */
const char *mlops__units_of(int64_t *units, double weight);

/* Kish's effective number of rows, (sum of weights)^2 / sum of their squares: the rows themselves
 * where each has weight 1; 0 without any. */
double mlops__effective(int64_t units, mlops__i128 squares);

/* Whether n rows can have so many units, and such squares of them. */
int mlops__weights_agree(int64_t n, int64_t units, mlops__i128 squares);

/* Whether low * units <= sum <= high * units; both products are below 2^126. */
int mlops__wide_within(mlops__i128 sum, int64_t units, uint64_t low, uint64_t high);

void mlops__wide_write(mlops__buf *out, mlops__i128 value);
mlops__i128 mlops__wide_read(mlops__cursor *in);

#endif
