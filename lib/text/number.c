/* The ground under parsing and formatting: whole numbers, powers of ten, exact comparison.
 *
 * Owns the table of powers of ten: 192 bits of every 27th, rounded down, from which 128 bits of any
 * power follow by one multiplication with a power of five. Invariant: those 128 bits are the true
 * ones, cut off (a test holds each against exact arithmetic). Big numbers live on the stack.
 */
#include "text/number.h"
#include "text/number_exact.h"

#include <string.h>

enum { STEP = 27, FIRST = -13 };

static const uint64_t every_27th[][3] = {
    {0x8049a4ac0c5811ae, 0x205b896d777d6278, 0xac261e9f5141430b}, /* -351 */
    {0xcf42894a5dce35ea, 0x52064cac828675b9, 0x475f2b7d7df1ad7a}, /* -324 */
    {0xa76c582338ed2621, 0xaf2af2b80af6f24e, 0x657c8f4d43323a36}, /* -297 */
    {0x873e4f75e2224e68, 0x5a7744a6e804a291, 0xcc35eddfcf0996d7}, /* -270 */
    {0xda7f5bf590966848, 0xaf39a475506a899e, 0xa30294cc2934e662}, /* -243 */
    {0xb080392cc4349dec, 0xbd8d794d96aacfb3, 0xfe13a5c86af64418}, /* -216 */
    {0x8e938662882af53e, 0x547eb47b7282ee9c, 0x41b0230e1421487d}, /* -189 */
    {0xe65829b3046b0afa, 0x0cb4a5a3112a5112, 0xa3b561b1cb208396}, /* -162 */
    {0xba121a4650e4ddeb, 0x92f34d62616ce413, 0x21a0183e10583cd3}, /* -135 */
    {0x964e858c91ba2655, 0x3a6a07f8d510f86f, 0xe9082f25e9c5e9ec}, /* -108 */
    {0xf2d56790ab41c2a2, 0xfae27299423fb9c3, 0x3695dad7e8858901}, /* -81 */
    {0xc428d05aa4751e4c, 0xaa97e14c3c26b886, 0x96842dc95323f5a8}, /* -54 */
    {0x9e74d1b791e07e48, 0x775ea264cf55347d, 0xca49f1c05120c9c7}, /* -27 */
    {0x8000000000000000, 0x0000000000000000, 0x0000000000000000}, /* 0 */
    {0xcecb8f27f4200f3a, 0x0000000000000000, 0x0000000000000000}, /* 27 */
    {0xa70c3c40a64e6c51, 0x999090b65f67d924, 0x0000000000000000}, /* 54 */
    {0x86f0ac99b4e8dafd, 0x69a028bb3ded71a3, 0xdf9f915627c04e28}, /* 81 */
    {0xda01ee641a708de9, 0xe80e6f4820cc9495, 0xd74baad03bc1d8d3}, /* 108 */
    {0xb01ae745b101e9e4, 0x5ec05dcff72e7f8f, 0xc04c79ffe324301f}, /* 135 */
    {0x8e41ade9fbebc27d, 0x14588f13be847307, 0x23bd6a2059c002f5}, /* 162 */
    {0xe5d3ef282a242e81, 0x8f1668c8a86da5fa, 0xf0b5ccf5176ecc7c}, /* 189 */
    {0xb9a74a0637ce2ee1, 0x6d953e2bd7173692, 0x88efb0037ac08bde}, /* 216 */
    {0x95f83d0a1fb69cd9, 0x4abdaf101564f98e, 0x0d5a4af7b3a98e47}, /* 243 */
    {0xf24a01a73cf2dccf, 0xbc633b39673c8cec, 0x3d9c44cd2f36917c}, /* 270 */
    {0xc3b8358109e84f07, 0x0a862f80ec4700c8, 0x02606ea01029dc37}, /* 297 */
    {0x9e19db92b4e31ba9, 0x6c07a2c26a8346d1, 0x4944d9f52cd0dec2}, /* 324 */
};

static const uint64_t pow5[STEP] = {
    1,
    5,
    25,
    125,
    625,
    3125,
    15625,
    78125,
    390625,
    1953125,
    9765625,
    48828125,
    244140625,
    1220703125,
    6103515625,
    30517578125,
    152587890625,
    762939453125,
    3814697265625,
    19073486328125,
    95367431640625,
    476837158203125,
    2384185791015625,
    11920928955078125,
    59604644775390625,
    298023223876953125,
    1490116119384765625,
};

int32_t mlops__leading_zeros(uint64_t x) {
#if defined(__GNUC__)
    return __builtin_clzll(x);
#else
    int32_t n = 0;
    for (; !(x >> 63); x <<= 1) n++;
    return n;
#endif
}

int32_t mlops__pow10_exponent(int32_t q) {
    int32_t scaled = q * 217706; /* log2(10) * 2^16; floor of a negative one by hand */
    return scaled >= 0 ? scaled / 65536 : -((-scaled + 65535) / 65536);
}

mlops__u128 mlops__pow10(int32_t q) {
    int32_t i = (q - MLOPS__POW10_MIN) / STEP;
    const uint64_t *c = every_27th[i];
    uint64_t five = pow5[q - (i + FIRST) * STEP];
    mlops__u128 a = mlops__mul_u64(c[0], five), b = mlops__mul_u64(c[1], five);
    uint64_t low = mlops__mul_u64(c[2], five).high;
    low += b.low;
    uint64_t middle = a.low + b.high, carry = middle < a.low;
    middle += low < b.low;
    carry += middle < (uint64_t)(low < b.low);
    uint64_t high = a.high + carry;
    if (high == 0) return (mlops__u128){middle, low};
    int32_t shift = mlops__leading_zeros(high);
    if (shift == 0) return (mlops__u128){high, middle};
    return (mlops__u128){high << shift | middle >> (64 - shift),
                         middle << shift | low >> (64 - shift)};
}

void mlops__big_set(mlops__big *self, uint64_t value) {
    self->n = 0;
    for (; value; value >>= 32) self->limbs[self->n++] = (uint32_t)value;
}

void mlops__big_mul_add(mlops__big *self, uint32_t factor, uint32_t addend) {
    uint64_t carry = addend;
    for (uint32_t i = 0; i < self->n; i++) {
        carry += (uint64_t)self->limbs[i] * factor;
        self->limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry && self->n < MLOPS__BIG_LIMBS) self->limbs[self->n++] = (uint32_t)carry;
}

static void mul_pow5(mlops__big *self, int32_t q) {
    enum { CHUNK = 13 }; /* the largest power of five in 32 bits */
    for (; q >= CHUNK; q -= CHUNK) mlops__big_mul_add(self, (uint32_t)pow5[CHUNK], 0);
    mlops__big_mul_add(self, (uint32_t)pow5[q], 0);
}

static void shift_left(mlops__big *self, uint32_t bits) {
    mlops__big_mul_add(self, (uint32_t)1 << bits % 32, 0);
    uint32_t words = bits / 32;
    if (self->n == 0 || words > MLOPS__BIG_LIMBS - self->n) return;
    memmove(self->limbs + words, self->limbs, self->n * sizeof self->limbs[0]);
    memset(self->limbs, 0, words * sizeof self->limbs[0]);
    self->n += words;
}

static int compare(const mlops__big *a, const mlops__big *b) {
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (uint32_t i = a->n; i-- > 0;)
        if (a->limbs[i] != b->limbs[i]) return a->limbs[i] < b->limbs[i] ? -1 : 1;
    return 0;
}

int mlops__big_compare(mlops__big *decimal, int32_t q, uint64_t m, int32_t e) {
    mlops__big binary;
    mlops__big_set(&binary, m);
    mul_pow5(q >= 0 ? decimal : &binary, q >= 0 ? q : -q);
    int32_t shift = e - q; /* the power of two that 10^q brings along */
    shift_left(shift >= 0 ? &binary : decimal, (uint32_t)(shift >= 0 ? shift : -shift));
    return compare(decimal, &binary);
}

int mlops__parse_i64(const char *text, size_t n, int64_t *out) {
    size_t i = n > 0 && (text[0] == '+' || text[0] == '-');
    int negative = i && text[0] == '-';
    if (i == n) return 0;
    uint64_t value = 0, max = (uint64_t)INT64_MAX + (uint64_t)negative;
    for (; i < n; i++) {
        uint64_t digit = (uint64_t)(uint8_t)text[i] - '0';
        if (digit > 9 || value > (max - digit) / 10) return 0;
        value = value * 10 + digit;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return 1;
}
