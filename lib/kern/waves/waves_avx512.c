/* Cosines and sines added up, with AVX-512.
 *
 * Owns nothing. Invariant: as in waves.h.
 */
#include "kern/waves/waves.h"

#include <string.h>

#define NAME(x) mlops__##x##_avx512

mlops__waves_add mlops__waves_add_avx512;

#include "kern/waves/waves_lanes.inc"
