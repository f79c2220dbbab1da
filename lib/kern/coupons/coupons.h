/* Coupons of HyperLogLog, as Apache DataSketches makes them of eight bytes: MurmurHash3 x64 128
 * with seed 9001, of which the low 26 bits of the first half are the address, and the zeros in
 * front of the second, plus one, up to 63, the value in the six bits above.
 */
#ifndef MLOPS_KERN_COUPONS_H
#define MLOPS_KERN_COUPONS_H

#include <stddef.h>
#include <stdint.h>

#define MLOPS__MURMUR_SEED UINT64_C(9001)
#define MLOPS__MURMUR_1    UINT64_C(0x87c37b91114253d5)
#define MLOPS__MURMUR_2    UINT64_C(0x4cf5ad432745937f)
#define MLOPS__MURMUR_3    UINT64_C(0xff51afd7ed558ccd)
#define MLOPS__MURMUR_4    UINT64_C(0xc4ceb9fe1a85ec53)

enum { MLOPS__COUPON_BITS = 26 /* of the address */ };

#define MLOPS__COUPON_ADDRESS ((UINT32_C(1) << MLOPS__COUPON_BITS) - 1)

/* The last steps of the hash: both halves, mixed with its length. */
static inline uint32_t mlops__coupon_of(uint64_t first, uint64_t second) {
    uint64_t half[2] = {first + second, first + 2 * second};
    for (int i = 0; i < 2; i++) {
        half[i] = (half[i] ^ half[i] >> 33) * MLOPS__MURMUR_3;
        half[i] = (half[i] ^ half[i] >> 33) * MLOPS__MURMUR_4;
        half[i] ^= half[i] >> 33;
    }
    first = half[0] + half[1];
    second = (first + half[1]) | 2; /* which makes 62 zeros the most */
    uint32_t value = 1;
#if defined(__GNUC__)
    value += (uint32_t)__builtin_clzll(second);
#else
    for (; !(second >> 63); second <<= 1) value++;
#endif
    return value << MLOPS__COUPON_BITS | ((uint32_t)first & MLOPS__COUPON_ADDRESS);
}

/* The coupons of n words of eight bytes; of reals, float64 of which zeros of either sign have one
 * bit pattern, and all NaN. */
typedef void mlops__coupons(const void *words, int reals, uint32_t *out, size_t n);

mlops__coupons mlops__coupons_scalar;

#endif
