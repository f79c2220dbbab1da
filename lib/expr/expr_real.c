/* Kernels of float64.
 *
 * Owns loops and nothing else. Invariant: each value depends on its own row alone, by the same
 * operations in the vector part of a loop and in its tail, so that blocks of any size give the same
 * bits, but for the payload of a NaN, which nothing reads.
 */
#include "base/real.h"
#include "expr/expr_kernel.h"
#include "expr/expr_math.h"

#include <string.h>

#define REAL_KERNELS mlops__expr_real
#include "expr/expr_real.inc"
