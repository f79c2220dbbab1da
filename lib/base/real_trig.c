/* Sine and cosine of any angle.
 *
 * Owns the digits of 2 / pi. Invariant: as real.c, no libm and no fused operation, so that any
 * compiler and machine gives the same bits. Quarters of a turn are taken out in whole numbers
 * (Payne and Hanek 1983), with 60 bits more than the nearest angle to one needs.
 */
#include "base/real.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { PARTS = 7, WORDS = PARTS + 2 };

/* 32 bits each. */
static const uint32_t two_over_pi[] = {
    0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab, 0xdebbc561,
    0xb7246e3a, 0x424dd2e0, 0x06492eea, 0x09d1921c, 0xfe1deb1c, 0xb129a73e, 0xe88235f5, 0x2ebb4484,
    0xe99c7026, 0xb45f7e41, 0x3991d639, 0x835339f4, 0x9c845f8b, 0xbdf9283b, 0x1ff897ff, 0xde05980f,
    0xef2f118b, 0x5a0a6d1f, 0x6d367ecf, 0x27cb09b7, 0x4f463f66, 0x9e5fea2d, 0x7527bac7, 0xebe5f17b,
    0x3d0739f7, 0x8a5292ea, 0x6bfb5fb1, 0x1f8d5d08, 0x56033046};

/* self += a b, from word at on. */
static void add_product(uint32_t *self, int at, uint32_t a, uint32_t b) {
    uint64_t carry = (uint64_t)a * b;
    for (; at < WORDS && carry; at++, carry >>= 32) {
        carry += self[at];
        self[at] = (uint32_t)carry;
    }
}

/* The 64 bits from one on. */
static uint64_t bits_at(const uint32_t *self, int bit) {
    int word = bit / 32, shift = bit % 32;
    uint64_t low = self[word], middle = word + 1 < WORDS ? self[word + 1] : 0;
    uint64_t high = word + 2 < WORDS ? self[word + 2] : 0, found = low | middle << 32;
    return shift ? found >> shift | high << (64 - shift) : found;
}

/* Takes quarters of a turn out of a finite x of more than half of one: what is left, at most half a
 * quarter in size; quarters is their number, of which the last two bits are right. */
static double reduce(double x, unsigned *quarters) {
    uint64_t bits, digits;
    uint32_t product[WORDS] = {0};
    memcpy(&bits, &x, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7ff) - 1075,
        skipped = exponent > 2 ? (exponent - 2) / 32 : 0;
    digits = (bits & 0xfffffffffffff) | 0x10000000000000;
    for (int i = 0; i < PARTS; i++) {
        uint32_t part = two_over_pi[skipped + PARTS - 1 - i];
        add_product(product, i, part, (uint32_t)digits);
        add_product(product, i + 1, part, (uint32_t)(digits >> 32));
    }
    int point = 32 * (skipped + PARTS) - exponent; /* bits behind the binary point */
    int64_t high = (int64_t)bits_at(product, point - 64);
    double part = (double)high * 0x1p-64 + (double)bits_at(product, point - 128) * 0x1p-128;
    *quarters = (unsigned)(bits_at(product, point) & 3) + (high < 0);
    return part * 1.57079632679489661923;
}

/* The sum of x^k / k! from k = first on, of every second k with signs that alternate, over
 * x^first, for first = 2 and 3. */
static double series(double square, int first) {
    static const double parts[] = {
        0x1.0000000000000p-1,  0x1.5555555555555p-3,  0x1.5555555555555p-5,  0x1.1111111111111p-7,
        0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-13, 0x1.a01a01a01a01ap-16, 0x1.71de3a556c734p-19,
        0x1.27e4fb7789f5cp-22, 0x1.ae64567f544e4p-26, 0x1.1eed8eff8d898p-29, 0x1.6124613a86d09p-33,
        0x1.93974a8c07c9dp-37, 0x1.ae7f3e733b81fp-41, 0x1.ae7f3e733b81fp-45, 0x1.952c77030ad4ap-49};
    double sum = 0.0;
    for (int k = 14 + first; k >= first; k -= 2) sum = parts[k - 2] - sum * square;
    return sum;
}

void mlops__sincos(double x, double *sine, double *cosine) {
    double size = x < 0.0 ? -x : x;
    unsigned quarters = 0;
    if (!(size - size == 0.0)) {
        *sine = *cosine = x - x;
        return;
    }
    if (size < 0x1p-27) {
        *sine = x; /* -0, too */
        *cosine = 1.0;
        return;
    }
    double left = size > 0.78539816339744830962 ? reduce(size, &quarters) : size;
    double square = left * left, s = left - left * square * series(square, 3);
    double c = 1.0 - square * series(square, 2);
    double turned = quarters & 1 ? c : s;
    *cosine = quarters & 1 ? s : c;
    if ((quarters + 1) & 2) *cosine = -*cosine;
    *sine = ((quarters & 2) != 0) != (x < 0.0) ? -turned : turned;
}
