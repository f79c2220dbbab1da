/* XXH3 with 64 and 128 bits of inputs up to 240 bytes, and the end of it for longer ones, after the
 * published description.
 *
 * Owns nothing but the default secret. Invariant: equal to XXH3_64bits_withSeed() and
 * XXH3_128bits_withSeed() of libxxhash 0.8 for every length here, on any byte order.
 * Freestanding: part of the firmware build.
 */
#include "base/xxh3.h"

#include "base/cursor.h"
#include "base/wide.h"

static const uint64_t P32_2 = 0x85ebca77;
static const uint64_t P64_1 = 0x9e3779b185ebca87, P64_2 = 0xc2b2ae3d27d4eb4f;
static const uint64_t P64_3 = 0x165667b19e3779f9, P64_4 = 0x85ebca77c2b2ae63;
static const uint64_t MIX_1 = 0x165667919e3779f9, MIX_2 = 0x9fb21c651e98df25;

const uint8_t mlops__xxh3_secret[MLOPS__XXH3_SECRET] = {
    0xb8, 0xfe, 0x6c, 0x39, 0x23, 0xa4, 0x4b, 0xbe, 0x7c, 0x01, 0x81, 0x2c, 0xf7, 0x21, 0xad, 0x1c,
    0xde, 0xd4, 0x6d, 0xe9, 0x83, 0x90, 0x97, 0xdb, 0x72, 0x40, 0xa4, 0xa4, 0xb7, 0xb3, 0x67, 0x1f,
    0xcb, 0x79, 0xe6, 0x4e, 0xcc, 0xc0, 0xe5, 0x78, 0x82, 0x5a, 0xd0, 0x7d, 0xcc, 0xff, 0x72, 0x21,
    0xb8, 0x08, 0x46, 0x74, 0xf7, 0x43, 0x24, 0x8e, 0xe0, 0x35, 0x90, 0xe6, 0x81, 0x3a, 0x26, 0x4c,
    0x3c, 0x28, 0x52, 0xbb, 0x91, 0xc3, 0x00, 0xcb, 0x88, 0xd0, 0x65, 0x8b, 0x1b, 0x53, 0x2e, 0xa3,
    0x71, 0x64, 0x48, 0x97, 0xa2, 0x0d, 0xf9, 0x4e, 0x38, 0x19, 0xef, 0x46, 0xa9, 0xde, 0xac, 0xd8,
    0xa8, 0xfa, 0x76, 0x3f, 0xe3, 0x9c, 0x34, 0x3f, 0xf9, 0xdc, 0xbb, 0xc7, 0xc7, 0x0b, 0x4f, 0x1d,
    0x8a, 0x51, 0xe0, 0x4b, 0xcd, 0xb4, 0x59, 0x31, 0xc8, 0x9f, 0x7e, 0xc9, 0xd9, 0x78, 0x73, 0x64,
    0xea, 0xc5, 0xac, 0x83, 0x34, 0xd3, 0xeb, 0xc3, 0xc5, 0x81, 0xa0, 0xff, 0xfa, 0x13, 0x63, 0xeb,
    0x17, 0x0d, 0xdd, 0x51, 0xb7, 0xf0, 0xda, 0x49, 0xd3, 0x16, 0x55, 0x26, 0x29, 0xd4, 0x68, 0x9e,
    0x2b, 0x16, 0xbe, 0x58, 0x7d, 0x47, 0xa1, 0xfc, 0x8f, 0xf8, 0xb8, 0xd1, 0x7a, 0xd0, 0x31, 0xce,
    0x45, 0xcb, 0x3a, 0x8f, 0x95, 0x16, 0x04, 0x28, 0xaf, 0xd7, 0xfb, 0xca, 0xbb, 0x4b, 0x40, 0x7e};

/* Where the second halves of medium inputs, and the sums of long ones, find their part of the
 * secret.
 */
enum { LATE_START = 3, LAST_START = 136 - 17, MERGE_START = 11 };

static uint64_t key(size_t offset) { return mlops__load_u64(mlops__xxh3_secret + offset); }

static uint64_t two_keys(size_t offset) { return key(offset) ^ key(offset + 8); }

static uint64_t xor_shift(uint64_t x, int n) { return x ^ x >> n; }

static uint64_t rotate_64(uint64_t x, int n) { return x << n | x >> (64 - n); }

static uint32_t swap32(uint32_t x) {
    return x << 24 | (x & 0xff00) << 8 | (x >> 8 & 0xff00) | x >> 24;
}

static uint64_t swap64(uint64_t x) {
    return (uint64_t)swap32((uint32_t)x) << 32 | swap32((uint32_t)(x >> 32));
}

static mlops__hash128 multiply(uint64_t a, uint64_t b) {
    mlops__u128 product = mlops__mul_u64(a, b);
    return (mlops__hash128){product.low, product.high};
}

static uint64_t multiply_fold(uint64_t a, uint64_t b) {
    mlops__hash128 product = multiply(a, b);
    return product.low ^ product.high;
}

static uint64_t avalanche_64(uint64_t x) { /* that of XXH64 */
    x = xor_shift(x, 33) * P64_2;
    x = xor_shift(x, 29) * P64_3;
    return xor_shift(x, 32);
}

static uint64_t avalanche_3(uint64_t x) { return xor_shift(xor_shift(x, 37) * MIX_1, 32); }

static uint64_t mix_16(const uint8_t *p, size_t at, uint64_t seed) {
    return multiply_fold(mlops__load_u64(p) ^ (key(at) + seed),
                         mlops__load_u64(p + 8) ^ (key(at + 8) - seed));
}

/* 1 to 3 bytes, first, middle, last and their number, in one word. */
static uint32_t gather_3(const uint8_t *p, size_t n) {
    return (uint32_t)p[0] << 16 | (uint32_t)p[n >> 1] << 24 | p[n - 1] | (uint32_t)n << 8;
}

static uint64_t short_key(size_t offset) {
    return mlops__load_u32(mlops__xxh3_secret + offset) ^
           mlops__load_u32(mlops__xxh3_secret + offset + 4);
}

static uint64_t widen_seed(uint64_t seed) { return seed ^ (uint64_t)swap32((uint32_t)seed) << 32; }

static uint64_t hash_64_to_8(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t first = mlops__load_u32(p), last = mlops__load_u32(p + n - 4);
    uint64_t x = (last + (first << 32)) ^ (two_keys(8) - widen_seed(seed));
    x ^= rotate_64(x, 49) ^ rotate_64(x, 24);
    x *= MIX_2;
    x ^= (x >> 35) + n;
    return xor_shift(x * MIX_2, 28);
}

static uint64_t hash_64_to_16(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t low = mlops__load_u64(p) ^ (two_keys(24) + seed);
    uint64_t high = mlops__load_u64(p + n - 8) ^ (two_keys(40) - seed);
    return avalanche_3(n + swap64(low) + high + multiply_fold(low, high));
}

static uint64_t hash_64_to_128(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t sum = n * P64_1;
    for (size_t i = (n - 1) / 32 + 1; i-- > 0;)
        sum += mix_16(p + 16 * i, 32 * i, seed) + mix_16(p + n - 16 * (i + 1), 32 * i + 16, seed);
    return avalanche_3(sum);
}

static uint64_t hash_64_to_240(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t sum = n * P64_1;
    for (size_t i = 0; i < 8; i++) sum += mix_16(p + 16 * i, 16 * i, seed);
    sum = avalanche_3(sum);
    for (size_t i = 8; i < n / 16; i++) sum += mix_16(p + 16 * i, 16 * (i - 8) + LATE_START, seed);
    return avalanche_3(sum + mix_16(p + n - 16, LAST_START, seed));
}

uint64_t mlops__xxh3_64(const void *bytes, size_t n, uint64_t seed) {
    if (n > 128) return hash_64_to_240(bytes, n, seed);
    if (n > 16) return hash_64_to_128(bytes, n, seed);
    if (n > 8) return hash_64_to_16(bytes, n, seed);
    if (n >= 4) return hash_64_to_8(bytes, n, seed);
    if (n > 0) return avalanche_64(gather_3(bytes, n) ^ (short_key(0) + seed));
    return avalanche_64(seed ^ two_keys(56));
}

static mlops__hash128 hash_128_to_3(const uint8_t *p, size_t n, uint64_t seed) {
    uint32_t low = gather_3(p, n), swapped = swap32(low);
    uint32_t high = swapped << 13 | swapped >> 19;
    return (mlops__hash128){avalanche_64(low ^ (short_key(0) + seed)),
                            avalanche_64(high ^ (short_key(8) - seed))};
}

static mlops__hash128 hash_128_to_8(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t first = mlops__load_u32(p), last = mlops__load_u32(p + n - 4);
    uint64_t x = (first + (last << 32)) ^ (two_keys(16) + widen_seed(seed));
    mlops__hash128 h = multiply(x, P64_1 + ((uint64_t)n << 2));
    h.high += h.low << 1;
    h.low ^= h.high >> 3;
    h.low = xor_shift(xor_shift(h.low, 35) * MIX_2, 28);
    h.high = avalanche_3(h.high);
    return h;
}

static mlops__hash128 hash_128_to_16(const uint8_t *p, size_t n, uint64_t seed) {
    uint64_t first = mlops__load_u64(p), last = mlops__load_u64(p + n - 8);
    mlops__hash128 m = multiply(first ^ last ^ (two_keys(32) - seed), P64_1);
    m.low += (uint64_t)(n - 1) << 54;
    last ^= two_keys(48) + seed;
    m.high += last + (uint64_t)(uint32_t)last * (P32_2 - 1);
    m.low ^= swap64(m.high);
    mlops__hash128 h = multiply(m.low, P64_2);
    h.high += m.high * P64_2;
    return (mlops__hash128){avalanche_3(h.low), avalanche_3(h.high)};
}

static mlops__hash128 mix_32(mlops__hash128 sum, const uint8_t *a, const uint8_t *b, size_t at,
                             uint64_t seed) {
    sum.low += mix_16(a, at, seed);
    sum.low ^= mlops__load_u64(b) + mlops__load_u64(b + 8);
    sum.high += mix_16(b, at + 16, seed);
    sum.high ^= mlops__load_u64(a) + mlops__load_u64(a + 8);
    return sum;
}

static mlops__hash128 finish_128(mlops__hash128 sum, size_t n, uint64_t seed) {
    uint64_t high = sum.low * P64_1 + sum.high * P64_4 + (n - seed) * P64_2;
    return (mlops__hash128){avalanche_3(sum.low + sum.high), 0 - avalanche_3(high)};
}

static mlops__hash128 hash_128_to_128(const uint8_t *p, size_t n, uint64_t seed) {
    mlops__hash128 sum = {n * P64_1, 0};
    for (size_t i = (n - 1) / 32 + 1; i-- > 0;)
        sum = mix_32(sum, p + 16 * i, p + n - 16 * (i + 1), 32 * i, seed);
    return finish_128(sum, n, seed);
}

static mlops__hash128 hash_128_to_240(const uint8_t *p, size_t n, uint64_t seed) {
    mlops__hash128 sum = {n * P64_1, 0};
    for (size_t i = 0; i < 4; i++) sum = mix_32(sum, p + 32 * i, p + 32 * i + 16, 32 * i, seed);
    sum = (mlops__hash128){avalanche_3(sum.low), avalanche_3(sum.high)};
    for (size_t i = 4; i < n / 32; i++)
        sum = mix_32(sum, p + 32 * i, p + 32 * i + 16, 32 * (i - 4) + LATE_START, seed);
    sum = mix_32(sum, p + n - 16, p + n - 32, LAST_START - 16, 0 - seed);
    return finish_128(sum, n, seed);
}

mlops__hash128 mlops__xxh3_128(const void *bytes, size_t n, uint64_t seed) {
    if (n > 128) return hash_128_to_240(bytes, n, seed);
    if (n > 16) return hash_128_to_128(bytes, n, seed);
    if (n > 8) return hash_128_to_16(bytes, n, seed);
    if (n >= 4) return hash_128_to_8(bytes, n, seed);
    if (n > 0) return hash_128_to_3(bytes, n, seed);
    return (mlops__hash128){avalanche_64(seed ^ two_keys(64)), avalanche_64(seed ^ two_keys(80))};
}

static uint64_t merge(const uint64_t *sums, size_t at, uint64_t start) {
    for (size_t i = 0; i < MLOPS__XXH3_SUMS; i += 2)
        start += multiply_fold(sums[i] ^ key(at + 8 * i), sums[i + 1] ^ key(at + 8 * i + 8));
    return avalanche_3(start);
}

uint64_t mlops__xxh3_sum_64(const uint64_t *sums, size_t n) {
    return merge(sums, MERGE_START, n * P64_1);
}

mlops__hash128 mlops__xxh3_sum_128(const uint64_t *sums, size_t n) {
    return (mlops__hash128){
        mlops__xxh3_sum_64(sums, n),
        merge(sums, MLOPS__XXH3_SECRET - 8 * MLOPS__XXH3_SUMS - MERGE_START, ~(n * P64_2))};
}
