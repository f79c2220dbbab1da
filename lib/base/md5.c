/* MD5, word by word.
 *
 * Owns nothing. Invariant: the same bytes give the same digest, however they are divided.
 */
#include "base/md5.h"

#include "base/cursor.h"

#include <string.h>

static const uint8_t SHIFTS[4][4] = {
    {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};

/* 2^32 |sin(i + 1)|, rounded down. */
static const uint32_t SINES[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d) {
    if (round == 0) return (b & c) | (~b & d);
    if (round == 1) return (b & d) | (c & ~d);
    return round == 2 ? b ^ c ^ d : c ^ (b | ~d);
}

static void take_block(uint32_t state[4], const uint8_t *block) {
    static const uint8_t steps[4] = {1, 5, 3, 7}, starts[4] = {0, 1, 5, 0};
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 64; i++) {
        int round = i / 16, shift = SHIFTS[round][i % 4];
        uint32_t word = mlops__load_u32(block + 4 * ((starts[round] + i * steps[round]) % 16));
        uint32_t sum = a + mix(round, b, c, d) + word + SINES[i];
        a = d;
        d = c;
        c = b;
        b += sum << shift | sum >> (32 - shift);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void mlops__md5_init(mlops__md5 *self) {
    *self = (mlops__md5){{0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}, 0, {0}};
}

void mlops__md5_add(mlops__md5 *self, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    size_t held = (size_t)(self->n % 64);
    self->n += n;
    while (n) {
        size_t take = n < 64 - held ? n : 64 - held;
        if (take == 64) take_block(self->state, p);
        else {
            memcpy(self->part + held, p, take);
            if (held + take == 64) take_block(self->state, self->part);
        }
        held = (held + take) % 64;
        p += take;
        n -= take;
    }
}

void mlops__md5_end(mlops__md5 *self, uint8_t digest[16]) {
    static const uint8_t padding[64] = {0x80};
    uint8_t length[8];
    mlops__store_u64(length, self->n * 8);
    mlops__md5_add(self, padding, 64 - (size_t)((self->n + 8) % 64));
    mlops__md5_add(self, length, sizeof length);
    for (int i = 0; i < 4; i++) mlops__store_u32(digest + 4 * i, self->state[i]);
}
