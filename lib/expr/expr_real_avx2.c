/* Kernels of float64 with AVX2: the loops of expr_real.inc, four rows at a time.
 *
 * Owns nothing. Invariant: the same operations, each rounded by itself (no fused ones), so that the
 * bits are those of expr_real.c.
 */
#include "base/real.h"
#include "expr/expr_kernel.h"
#include "expr/expr_math.h"

#include <string.h>

#define REAL_KERNELS mlops__expr_real_avx2
#include "expr/expr_real.inc"
