/* The way from an exact sum to the nearest double.
 *
 * Owns nothing. Invariant: between two carries a chunk takes at most 1,024 terms of less than 2^52
 * each, so it never overflows; the result is rounded once, whatever is divided by.
 */
#include "base/exact_sum.h"
#include "base/wide.h"

enum { CHUNK_BITS = 32, TAKEN = 4 /* chunks that a result is made of */, POINT = 1075 };

static const uint64_t CHUNK_MASK = 0xffffffff;

void mlops__exact_carry(mlops__exact *self) {
    int64_t carry = 0;
    for (int i = 0; i < MLOPS__EXACT_CHUNKS - 1; i++) {
        int64_t sum = self->chunk[i] + carry;
        int64_t rest = (int64_t)((uint64_t)sum & CHUNK_MASK);
        carry = (sum - rest) / ((int64_t)1 << CHUNK_BITS);
        self->chunk[i] = rest;
    }
    self->chunk[MLOPS__EXACT_CHUNKS - 1] += carry;
    self->n_added = 0;
}

static void negate(mlops__exact *self) {
    for (int i = 0; i < MLOPS__EXACT_CHUNKS; i++) self->chunk[i] = -self->chunk[i];
    mlops__exact_carry(self);
}

/* The first 97 to 125 bits, with bit 0 set if anything lies behind them; *scale is what they are to
 * be divided by, as a power of two. For divisors up to 2^32, rounding the quotient to 53 bits looks
 * at no more than 87 of them. */
static mlops__i128 leading(const mlops__exact *self, int32_t *scale) {
    int top = MLOPS__EXACT_CHUNKS - 1;
    while (top > TAKEN - 1 && self->chunk[top] == 0) top--;
    const int64_t *from = self->chunk + (top - TAKEN + 1);
    uint64_t rest = 0;
    for (const int64_t *below = self->chunk; below < from; below++) rest |= (uint64_t)*below;
    uint64_t low = (uint64_t)from[0] | (uint64_t)from[1] << CHUNK_BITS;
    uint64_t high = (uint64_t)from[2] | (uint64_t)from[3] << CHUNK_BITS;
    *scale = POINT - CHUNK_BITS * (top - TAKEN + 1);
    for (; high >> 61; --*scale) {
        rest |= low & 1;
        low = low >> 1 | high << 63;
        high >>= 1;
    }
    mlops__i128 out = {low | (rest != 0), (int64_t)high};
    return out;
}

double mlops__exact_mean(const mlops__exact *self, int64_t n) {
    if (self->special != 0) return self->special / (double)n; /* an infinity, or NaN of two */
    mlops__exact sum = *self;
    int32_t scale;
    mlops__exact_carry(&sum);
    int negative = sum.chunk[MLOPS__EXACT_CHUNKS - 1] < 0;
    if (negative) negate(&sum);
    mlops__i128 digits = leading(&sum, &scale);
    double mean = mlops__i128_mean(digits, scale, n);
    return negative ? -mean : mean;
}

double mlops__exact_value(const mlops__exact *self) { return mlops__exact_mean(self, 1); }
