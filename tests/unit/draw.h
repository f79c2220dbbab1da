/* Random numbers that are the same on every machine: splitmix64. A test sets seed where it wants to
 * begin anew. */
#ifndef TESTS_UNIT_DRAW_H
#define TESTS_UNIT_DRAW_H

#include <stdint.h>

static uint64_t seed = 1;

static inline uint64_t draw(void) {
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* In [0, 1). */
static inline double uniform(void) { return (double)(draw() >> 11) * 0x1p-53; }

#endif
