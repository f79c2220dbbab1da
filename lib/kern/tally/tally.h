/* Totals of 64 float64 values, and where their bins lie, in one go: the way of profiles. */
#ifndef MLOPS_KERN_TALLY_H
#define MLOPS_KERN_TALLY_H

#include <stddef.h>
#include <stdint.h>

enum { MLOPS__TALLY = 64 };

typedef struct mlops__tally {
    /* given: units of 2^-scale; windows above and below zero, of n bins from low on where a value's
     * index has lost shift bits, in room places, the one window from the front, the other from the
     * end */
    int32_t scale;
    uint32_t shift;
    uint64_t low[2];
    uint64_t n[2];
    uint64_t room;
    /* found: the sum of the units; that of their squares, which is [0] + [1] 2^30 + [2] 2^58; least
     * and greatest key, beside those given */
    int64_t total;
    uint64_t squares[3];
    uint64_t min;
    uint64_t max;
    int64_t n_zero;
    int64_t n_negative;
    uint64_t inside;               /* a bit for each value in a window */
    uint64_t words[MLOPS__TALLY];  /* bits of the values, with one zero */
    uint32_t places[MLOPS__TALLY]; /* of those inside */
} mlops__tally;

/* False if a value is NaN or infinite or has more than 57 bits of units: nothing is to be taken
 * then. The scalar kernel always says so, as a profile does it as fast by itself. */
typedef int mlops__tally_block(mlops__tally *self, const uint64_t *values);

mlops__tally_block mlops__tally_none;

#endif
