/* Cosines and sines added up, with AVX2.
 *
 * Owns nothing. Invariant: as in waves.h.
 */
#include "kern/waves/waves.h"

#include <string.h>

#define NAME(x) mlops__##x##_avx2

mlops__waves_add mlops__waves_add_avx2;

#include "kern/waves/waves_lanes.inc"
