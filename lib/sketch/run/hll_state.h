/* The state of a sketch of distinct values: few coupons in a hash table, or all registers.
 *
 * A sketch keeps coupons as long as there are no more than limit of them. Which of the two it has
 * is a function of the set of values, and so is each of the two; the order of values is told by the
 * history alone.
 */
#ifndef MLOPS_SKETCH_RUN_HLL_STATE_H
#define MLOPS_SKETCH_RUN_HLL_STATE_H

#include "base/bits.h"
#include "base/fail.h"
#include "kern/coupons/coupons.h"

#include <mlops/hll.h>

enum {
    MLOPS__HLL_LG_MIN = 4,
    MLOPS__HLL_LG_MAX = 21,
    MLOPS__HLL_LIST = 8,    /* coupons that DataSketches keeps as a list are fewer */
    MLOPS__HLL_VALUES = 64, /* that a register may have */
    MLOPS__HLL_PART = 128   /* words that go through the kernel together, at the most */
};

struct mlops_hll {
    uint32_t lg_k;
    uint32_t flags;
    uint32_t has_registers;
    uint32_t has_history;
    uint32_t n_coupons;
    uint32_t lg_table;
    double hip;        /* history: the estimate, and sums of 2^-value of all registers, those */
    double inverse[2]; /* of values below 32 and the others; both are exact */
    uint32_t data[];   /* table of coupons, 0 where there is none; registers, a byte each */
};

static inline uint8_t *mlops__hll_registers(mlops_hll *self) {
    return (uint8_t *)(self->data + ((size_t)1 << self->lg_table));
}
static inline const uint8_t *mlops__hll_registers_of(const mlops_hll *self) {
    return (const uint8_t *)(self->data + ((size_t)1 << self->lg_table));
}

/* Coupons that a sketch keeps at the most. */
uint32_t mlops__hll_limit(uint32_t lg_k);

/* An empty sketch. MLOPS_E_ARENA, MLOPS_E_INVALID (mem not aligned). */
mlops_status mlops__hll_begin(mlops_hll **out, void *mem, size_t size, uint32_t lg_k,
                              uint32_t flags);

/* Takes a coupon in. */
void mlops__hll_take(mlops_hll *self, uint32_t coupon);

/* Goes over to registers, which are all 0, and no history. */
uint8_t *mlops__hll_open(mlops_hll *self);

/* How many registers have each value, and the sums that go with it. */
void mlops__hll_count(const mlops_hll *self, uint32_t counts[MLOPS__HLL_VALUES]);
void mlops__hll_inverse(const uint32_t counts[MLOPS__HLL_VALUES], double out[2]);

/* Different values that so many coupons stand for. */
double mlops__hll_by_coupons(uint32_t n_coupons);

/* 2^-value, exact. */
static inline double mlops__hll_power(uint32_t value) {
    return mlops__f64_of((uint64_t)(1023 - value) << 52);
}

/* Words that come in parts, between which nothing else happens to the sketch. */
typedef struct mlops__hll_feed {
    mlops_hll *self;
    uint32_t least; /* no register has less */
    size_t at;      /* the register that had it */
    size_t n;       /* words since then */
} mlops__hll_feed;

void mlops__hll_feed_words(mlops__hll_feed *feed, const void *words, int reals, size_t n);

/* The fastest kernel there is. */
void mlops__hll_coupons(const void *words, int reals, uint32_t *out, size_t n);

#endif
