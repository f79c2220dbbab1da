/* XXH3-64 of strings of any length, folded ones among them.
 *
 * Owns a restatement of the long form for folded strings, which never stand in memory as they are
 * hashed. Invariant: equal to XXH3_64bits() of the bytes that the string stands for.
 */
#include "base/cursor.h"
#include "base/wide.h"
#include "expr/expr_text.h"
#include "sys/hash.h"

enum { STRIPE = 64, LANES = 8, STRIPES = 16, SECRET = 192 };

static const uint64_t P32_1 = 0x9e3779b1, P32_2 = 0x85ebca77, P32_3 = 0xc2b2ae3d;
static const uint64_t P64_1 = 0x9e3779b185ebca87, P64_2 = 0xc2b2ae3d27d4eb4f;
static const uint64_t P64_3 = 0x165667b19e3779f9, P64_4 = 0x85ebca77c2b2ae63;
static const uint64_t P64_5 = 0x27d4eb2f165667c5, AVALANCHE = 0x165667919e3779f9;

static const uint8_t secret[SECRET] = {
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

int64_t mlops__expr_bucket(uint64_t hash, int64_t n) {
    return n < 1 ? 0 : (int64_t)mlops__mul_u64(hash, (uint64_t)n).high;
}

/* 64 bytes of the folded string into the lanes. */
static void accumulate(uint64_t lanes[LANES], const mlops__expr_text *text, size_t offset,
                       const uint8_t *key) {
    char bytes[STRIPE + 1];
    mlops__expr_text part = {text->data + offset, STRIPE, text->fold};
    mlops__expr_text_copy(bytes, &part);
    for (size_t i = 0; i < LANES; i++) {
        uint64_t value = mlops__load_u64((const uint8_t *)bytes + 8 * i);
        uint64_t mixed = value ^ mlops__load_u64(key + 8 * i);
        lanes[i ^ 1] += value;
        lanes[i] += (uint64_t)(uint32_t)mixed * (mixed >> 32);
    }
}

static void scramble(uint64_t lanes[LANES]) {
    const uint8_t *key = secret + SECRET - STRIPE;
    for (size_t i = 0; i < LANES; i++) {
        uint64_t x = lanes[i];
        x ^= x >> 47;
        x ^= mlops__load_u64(key + 8 * i);
        lanes[i] = x * P32_1;
    }
}

static uint64_t finish(const uint64_t lanes[LANES], uint64_t start) {
    const uint8_t *key = secret + 11;
    uint64_t sum = start;
    for (size_t i = 0; i < LANES; i += 2) {
        mlops__u128 product = mlops__mul_u64(lanes[i] ^ mlops__load_u64(key + 8 * i),
                                             lanes[i + 1] ^ mlops__load_u64(key + 8 * i + 8));
        sum += product.low ^ product.high;
    }
    sum ^= sum >> 37;
    sum *= AVALANCHE;
    return sum ^ sum >> 32;
}

static uint64_t hash_folded(const mlops__expr_text *text) {
    uint64_t lanes[LANES] = {P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1};
    size_t n = text->n, n_stripes = (n - 1) / STRIPE;
    for (size_t i = 0; i < n_stripes; i++) {
        accumulate(lanes, text, i * STRIPE, secret + 8 * (i % STRIPES));
        if (i % STRIPES == STRIPES - 1) scramble(lanes);
    }
    accumulate(lanes, text, n - STRIPE, secret + SECRET - STRIPE - 7);
    return finish(lanes, n * P64_1);
}

uint64_t mlops__expr_hash_text(const mlops__expr_text *text) {
    if (!text->fold) return mlops__hash_64(text->n ? text->data : "", text->n);
    char bytes[MLOPS__XXH3_MAX + 1];
    if (text->n > MLOPS__XXH3_MAX) return hash_folded(text);
    mlops__expr_text_copy(bytes, text);
    return mlops__xxh3_64(bytes, text->n, 0);
}

uint64_t mlops__expr_hash_i64(int64_t value) {
    uint8_t bytes[8];
    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)((uint64_t)value >> (8 * i));
    return mlops__xxh3_64(bytes, sizeof bytes, 0);
}
