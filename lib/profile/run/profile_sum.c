/* Fixed-point sums of doubles, from their bits.
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

int mlops__sum_add_bits(mlops__sum *self, uint64_t bits, int32_t scale) {
    double value;
    mlops__i128 term;
    memcpy(&value, &bits, sizeof value);
    if (!mlops__i128_from_f64(value, scale, &term)) return 0;
    add_limbs(self, term.low, (uint64_t)term.high, (uint64_t)0 - (term.high < 0));
    return 1;
}

/* |self|, halved until it fits into 125 bits; what is shifted out leaves a mark in the last bit,
 * which is enough to round as the whole would. Returns the number of halvings. */
static int32_t shrink(const mlops__sum *self, mlops__i128 *out) {
    uint64_t sign = (uint64_t)0 - (self->limb[2] >> 63);
    mlops__sum a = {{self->limb[0] ^ sign, self->limb[1] ^ sign, self->limb[2] ^ sign}};
    add_limbs(&a, sign & 1, 0, 0);
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

int mlops__sum_possible(const mlops__sum *self, int64_t n_terms) {
    uint64_t sign = (uint64_t)0 - (self->limb[2] >> 63);
    mlops__sum a = {{self->limb[0] ^ sign, self->limb[1] ^ sign, self->limb[2] ^ sign}};
    add_limbs(&a, sign & 1, 0, 0);
    /* a <= n_terms * 2^126, both shifted right by 126 and the left side rounded up */
    uint64_t top = a.limb[2] << 2 | a.limb[1] >> 62;
    uint64_t rest = a.limb[0] | a.limb[1] << 2;
    if (a.limb[2] >> 61 || top == UINT64_MAX) return 0;
    return top + (rest != 0) <= (uint64_t)n_terms;
}
