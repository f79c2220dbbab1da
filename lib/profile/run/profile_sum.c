/* Fixed-point sums of doubles and of their squares, from their bits.
 *
 * Owns nothing. Invariant: a sum is the integer total of its terms, each rounded once to a multiple
 * of 2^-scale (ties to even) by integer arithmetic, whatever the rounding mode of the processor.
 * Freestanding: part of the firmware build.
 */
#include "profile/run/profile_sum.h"

#include <string.h>

static void add_limbs(mlops__sum *self, uint64_t low, uint64_t middle, uint64_t high) {
    uint64_t sum = self->limb[0] + low;
    uint64_t carry = sum < low;
    self->limb[0] = sum;
    sum = self->limb[1] + carry;
    carry = sum < carry;
    self->limb[1] = sum + middle;
    carry += self->limb[1] < middle;
    self->limb[2] += high + carry;
}

void mlops__sum_add(mlops__sum *self, const mlops__sum *other) {
    add_limbs(self, other->limb[0], other->limb[1], other->limb[2]);
}

void mlops__sum_add_units(mlops__sum *self, int64_t units) {
    uint64_t fill = (uint64_t)0 - (units < 0);
    add_limbs(self, (uint64_t)units, fill, fill);
}

/* ---- squares: long integers, least limb first ---- */

enum { LIMBS = 5, WIDE = 6 };

/* to += more * by * 2^(64 * at), within n limbs. */
static void add_product(uint64_t *to, size_t n, uint64_t more, uint64_t by, size_t at) {
    mlops__u128 product = mlops__mul_u64(more, by);
    uint64_t carry = product.high;
    to[at] += product.low;
    carry += to[at] < product.low; /* the high half is below 2^64 - 1 */
    for (size_t i = at + 1; carry && i < n; i++) {
        to[i] += carry;
        carry = to[i] < carry;
    }
}

static void add_square(mlops__squares *self, uint64_t low, uint64_t high) {
    add_product(self->limb, LIMBS, low, low, 0);
    add_product(self->limb, LIMBS, low, high, 1);
    add_product(self->limb, LIMBS, low, high, 1);
    add_product(self->limb, LIMBS, high, high, 2);
}

void mlops__squares_add(mlops__squares *self, const mlops__squares *other) {
    for (size_t i = LIMBS; i-- > 0;) add_product(self->limb, LIMBS, other->limb[i], 1, i);
}

void mlops__squares_add_wide(mlops__squares *self, mlops__u128 more) {
    add_product(self->limb, LIMBS, more.low, 1, 0);
    add_product(self->limb, LIMBS, more.high, 1, 1);
}

int mlops__sum_add_bits(mlops__sum *self, mlops__squares *squares, uint64_t bits, int32_t scale) {
    double value;
    mlops__i128 term;
    memcpy(&value, &bits, sizeof value);
    if (!mlops__i128_from_f64(value, scale, &term)) return 0;
    uint64_t sign = (uint64_t)0 - (term.high < 0);
    add_limbs(self, term.low, (uint64_t)term.high, sign);
    uint64_t low = (term.low ^ sign) - sign;
    add_square(squares, low, ((uint64_t)term.high ^ sign) + (sign & !low));
    return 1;
}

static mlops__sum magnitude_of(const mlops__sum *self) {
    uint64_t sign = (uint64_t)0 - (self->limb[2] >> 63);
    mlops__sum a = {{self->limb[0] ^ sign, self->limb[1] ^ sign, self->limb[2] ^ sign}};
    add_limbs(&a, sign & 1, 0, 0);
    return a;
}

/* |self|, halved until it fits into 125 bits; what is shifted out leaves a mark in the last bit,
 * which is enough to round as the whole would. Returns the number of halvings. */
static int32_t shrink(const mlops__sum *self, mlops__i128 *out) {
    uint64_t sign = (uint64_t)0 - (self->limb[2] >> 63);
    mlops__sum a = magnitude_of(self);
    int32_t halvings = 0;
    while (a.limb[2] || a.limb[1] >> 61) {
        a.limb[0] = a.limb[1] << 63 | a.limb[0] >> 1 | (a.limb[0] & 1);
        a.limb[1] = a.limb[2] << 63 | a.limb[1] >> 1;
        a.limb[2] >>= 1;
        halvings++;
    }
    uint64_t low = (a.limb[0] ^ sign) - sign;
    uint64_t high = (a.limb[1] ^ sign) + (sign & !a.limb[0]);
    *out = (mlops__i128){low, (int64_t)high};
    return halvings;
}

double mlops__sum_mean(const mlops__sum *self, int32_t scale, int64_t n) {
    mlops__i128 sum;
    int32_t halvings = shrink(self, &sum); /* if any, 2^61 units a value or more are left */
    return mlops__i128_mean(sum, scale - halvings, n);
}

/* n * squares - sum * sum, which is n^2 times the variance in units; false if it is below 0. */
static int spread(uint64_t out[WIDE], const mlops__sum *self, const mlops__squares *squares,
                  uint64_t n) {
    uint64_t square[WIDE] = {0};
    mlops__sum a = magnitude_of(self);
    memset(out, 0, WIDE * sizeof *out);
    for (size_t i = 0; i < LIMBS; i++) add_product(out, WIDE, squares->limb[i], n, i);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++) add_product(square, WIDE, a.limb[i], a.limb[j], i + j);
    uint64_t borrow = 0;
    for (size_t i = 0; i < WIDE; i++) {
        uint64_t less = square[i] + borrow;
        borrow = less < borrow || out[i] < less;
        out[i] -= less;
    }
    return !borrow;
}

double mlops__sum_variance(const mlops__sum *self, const mlops__squares *squares, int32_t scale,
                           int64_t n) {
    uint64_t limb[WIDE];
    size_t top = WIDE - 1;
    (void)spread(limb, self, squares, (uint64_t)n); /* sums of terms are never below */
    while (top > 1 && !limb[top]) top--;
    uint64_t high = limb[top], low = limb[top - 1], rest = 0;
    for (size_t i = 0; i + 1 < top; i++) rest |= limb[i];
    int32_t moved = 0;
    for (; high >> 61; moved++) { /* 125 bits and a mark of what lies behind them */
        rest |= low & 1;
        low = low >> 1 | high << 63;
        high >>= 1;
    }
    mlops__i128 all = {low | (rest != 0), (int64_t)high};
    int32_t point = 2 * scale - moved - 64 * (int32_t)(top - 1);
    return mlops__i128_mean(all, point, n) / (double)n;
}

/* limb times by, over n, bit by bit. Returns whether anything is left over. */
static int share_of(uint64_t *limb, size_t n_limbs, uint64_t by, uint64_t n) {
    uint64_t product[WIDE] = {0}, rest = 0;
    for (size_t i = 0; i < n_limbs; i++) add_product(product, WIDE, limb[i], by, i);
    memset(limb, 0, n_limbs * sizeof *limb);
    for (size_t i = 64 * (n_limbs + 1); i-- > 0;) {
        rest = rest << 1 | (product[i / 64] >> i % 64 & 1);
        if (rest < n) continue;
        rest -= n;
        limb[i / 64] |= (uint64_t)1 << i % 64;
    }
    return rest != 0;
}

void mlops__sum_share(mlops__sum *self, mlops__squares *squares, int64_t share, int64_t n) {
    uint64_t sign = (uint64_t)0 - (self->limb[2] >> 63);
    if (n == 0 || share == n) return;
    mlops__sum a = magnitude_of(self);
    (void)share_of(a.limb, 3, (uint64_t)share, (uint64_t)n);
    if (share_of(squares->limb, LIMBS, (uint64_t)share, (uint64_t)n))
        add_product(squares->limb, LIMBS, 1, 1, 0);
    for (size_t i = 0; i < 3; i++) a.limb[i] ^= sign;
    add_limbs(&a, sign & 1, 0, 0);
    *self = a;
}

/* More bits in use than so many terms below 2^bits can have. */
static int beyond(const uint64_t *limb, size_t n, uint32_t bits, uint64_t n_terms) {
    uint64_t most[WIDE] = {0};
    add_product(most, WIDE, n_terms, (uint64_t)1 << bits % 64, bits / 64);
    for (size_t i = n; i-- > 0;)
        if (limb[i] != most[i]) return limb[i] > most[i];
    return 0;
}

int mlops__sum_possible(const mlops__sum *self, const mlops__squares *squares, int64_t n_terms) {
    uint64_t unused[WIDE], n = (uint64_t)n_terms;
    mlops__sum a = magnitude_of(self);
    if (beyond(a.limb, 3, 126, n) || beyond(squares->limb, LIMBS, 252, n)) return 0;
    return spread(unused, self, squares, n);
}
