/* A double as its bits, and back. */
#ifndef MLOPS_BASE_BITS_H
#define MLOPS_BASE_BITS_H

#include <stdint.h>
#include <string.h>

#define MLOPS__NAN_BITS ((uint64_t)0x7ff8 << 48) /* the one NaN that is written */
#define MLOPS__INF_BITS ((uint64_t)0x7ff << 52)

static inline double mlops__f64_of(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint64_t mlops__bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

#endif
