/* Log-linear bins that are as fine as their room allows.
 *
 * The bits of a positive double, taken as an integer, grow with it; without its lowest shift bits
 * that integer is the index of the bin. On either side of zero the bins from the least to the
 * greatest magnitude that was seen are a window of counts; those above zero begin at the front of
 * the room, those below at its end. A count takes 2 bytes as long as there are fewer than 2^16
 * values, 4 below 2^32, else 8. shift is the least at which both windows fit: as windows and widths
 * only grow with what is counted, and a coarser window is never longer, all of it is a function of
 * the multiset of values alone. What is in the room outside of the windows is 0.
 *
 * Magnitudes up to 2^-32, and above 2^64, are counted apart: they would stretch a window.
 */
#ifndef MLOPS_PROFILE_RUN_PROFILE_BINS_H
#define MLOPS_PROFILE_RUN_PROFILE_BINS_H

#include "profile/run/profile_state.h"

enum {
    MLOPS__BINS_LOW = -32,  /* windows cover magnitudes above 2^LOW */
    MLOPS__BINS_HIGH = 64,  /* up to 2^HIGH */
    MLOPS__BINS_SHIFT = 57, /* at the most: a bin of 32 powers of two */
    MLOPS__BINS_AROUND = 4  /* bins beside a window: tiny, nothing, nothing, over */
};

/* The magnitude as an index at shift 0. A bin has its greater end and not its lesser. The power of
 * two of 2^-32 and 2^64 is a multiple of 32, so that no bin reaches across them. */
#define MLOPS__BINS_RAISE ((uint64_t)1 << 52)
static inline uint64_t mlops__bins_index(uint64_t bits) {
    return (bits & ~MLOPS__KEY_ZERO) - 1 + MLOPS__BINS_RAISE;
}
#define MLOPS__BINS_FIRST ((uint64_t)(1024 + MLOPS__BINS_LOW) << 52)
#define MLOPS__BINS_END   ((uint64_t)(1024 + MLOPS__BINS_HIGH) << 52)

/* A part of the line of indices; n 0: nothing. */
typedef struct mlops__bins_span {
    uint64_t low;
    uint64_t n;
} mlops__bins_span;

/* Bytes of a count where there are so many values. */
static inline uint32_t mlops__bins_width(int64_t n_values) {
    return n_values < (int64_t)1 << 16 ? 2 : n_values < (int64_t)1 << 32 ? 4 : 8;
}

/* The greater end of the bin below index, at this shift. */
static inline double mlops__bins_edge(uint64_t index, uint32_t shift) {
    return mlops__f64_of((index << shift) - MLOPS__BINS_RAISE);
}

uint64_t mlops__bins_get(const mlops_profile *self, int side, uint64_t at);
void mlops__bins_put(mlops_profile *self, int side, uint64_t at, uint64_t count);

/* Moves a count from where counts of one width have it to where those of another do. */
void mlops__bins_move(mlops_profile *self, int side, uint64_t at, uint8_t from, uint8_t to);

/* Counts of this width, where there are to be more values. */
void mlops__bins_widen(mlops_profile *self, uint32_t width);

/* Counts a value that is in no window, by its bits. */
void mlops__bins_other(mlops_profile *self, uint64_t bits);

/* Adds the bins of other, room for n_values in all. */
void mlops__bins_merge(mlops_profile *self, const mlops_profile *other, int64_t n_values);

#endif
