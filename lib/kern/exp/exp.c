/* e^x of many doubles, scalar.
 *
 * Owns nothing. Invariant: the bits of mlops__exp(). Freestanding: part of the firmware build.
 */
#include "kern/exp/exp.h"

#include "base/real.h"

void mlops__exp_all_scalar(double *x, int64_t n, double scale) {
    for (int64_t i = 0; i < n; i++) x[i] = mlops__exp(scale * x[i]);
}
