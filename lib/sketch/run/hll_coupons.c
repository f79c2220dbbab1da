/* The kernel of coupons that a sketch of distinct values takes.
 *
 * Owns nothing. Invariant: all kernels make the same coupons; a device has the one.
 * Freestanding: part of the firmware build.
 */
#include "sketch/run/hll_state.h"

#if __STDC_HOSTED__
#include "kern/kern.h"
#endif

void mlops__hll_coupons(const void *words, int reals, uint32_t *out, size_t n) {
#if __STDC_HOSTED__
    mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST))->coupons(words, reals, out, n);
#else
    mlops__coupons_scalar(words, reals, out, n);
#endif
}
