/* Mixing 64 bits so that each depends on all of them, and numbers drawn by it: SplitMix64 (Steele,
 * Lea and Flood 2014, with Stafford's 13th variant). No secret is kept by it.
 */
#ifndef MLOPS_BASE_MIX_H
#define MLOPS_BASE_MIX_H

#include <stdint.h>

#define MLOPS__MIX_STEP UINT64_C(0x9e3779b97f4a7c15)

static inline uint64_t mlops__mix(uint64_t x) {
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

/* The next number of a sequence. */
static inline uint64_t mlops__mix_next(uint64_t *state) {
    return mlops__mix(*state += MLOPS__MIX_STEP);
}

#endif
