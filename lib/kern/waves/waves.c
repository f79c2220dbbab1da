/* Cosines and sines added up, scalar: the reference of the other kernels.
 *
 * Owns nothing. Invariant: as in waves.h.
 */
#include "kern/waves/waves.h"

#include <string.h>

#define NAME(x) mlops__##x##_scalar
#include "kern/waves/waves_lanes.inc"
