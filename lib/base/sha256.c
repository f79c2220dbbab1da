/* SHA-256 in portable C.
 *
 * Owns the streaming part, which every block function shares, and the scalar block function, the
 * reference of the others. Invariant: part holds the n % 64 bytes that no block function has seen.
 * Freestanding: part of the firmware build.
 */
#include "base/sha256.h"

#include <string.h>

static const uint32_t start_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                        0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

const uint32_t mlops__sha256_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_32(uint32_t x, int n) { return x >> n | x << (32 - n); }

static uint32_t load_be(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Word i >= 16 of the message schedule, of which w keeps the last 16. */
static uint32_t schedule(uint32_t w[16], int i) {
    uint32_t a = w[(i + 1) & 15], b = w[(i + 14) & 15];
    uint32_t s0 = rotate_32(a, 7) ^ rotate_32(a, 18) ^ a >> 3;
    uint32_t s1 = rotate_32(b, 17) ^ rotate_32(b, 19) ^ b >> 10;
    return w[i & 15] += s0 + s1 + w[(i + 9) & 15];
}

static void take_block(uint32_t state[8], const uint8_t *block) {
    uint32_t w[16];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 16; i++) w[i] = load_be(block + 4 * i);
    for (int i = 0; i < 64; i++) {
        uint32_t word = i < 16 ? w[i] : schedule(w, i);
        uint32_t s1 = rotate_32(e, 6) ^ rotate_32(e, 11) ^ rotate_32(e, 25);
        uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + mlops__sha256_k[i] + word;
        uint32_t s0 = rotate_32(a, 2) ^ rotate_32(a, 13) ^ rotate_32(a, 22);
        uint32_t t2 = s0 + ((a & b) | (c & (a | b)));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void mlops__sha256_blocks_scalar(uint32_t state[8], const uint8_t *blocks, size_t n_blocks) {
    for (size_t i = 0; i < n_blocks; i++) take_block(state, blocks + 64 * i);
}

void mlops__sha256_init(mlops__sha256 *self, mlops__sha256_blocks *blocks) {
    memset(self, 0, sizeof *self);
    memcpy(self->state, start_state, sizeof start_state);
    self->blocks = blocks;
}

void mlops__sha256_add(mlops__sha256 *self, const void *bytes, size_t n) {
    const uint8_t *p = bytes;
    size_t fill = (size_t)(self->n % 64);
    if (n == 0) return;
    self->n += n;
    if (fill > 0) {
        size_t take = n < 64 - fill ? n : 64 - fill;
        memcpy(self->part + fill, p, take);
        if (fill + take < 64) return;
        self->blocks(self->state, self->part, 1);
        p += take;
        n -= take;
    }
    if (n >= 64) self->blocks(self->state, p, n / 64);
    memcpy(self->part, p + n / 64 * 64, n % 64);
}

void mlops__sha256_end(mlops__sha256 *self, uint8_t digest[32]) {
    static const uint8_t padding[64] = {0x80};
    uint64_t n_bits = self->n * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++) length[i] = (uint8_t)(n_bits >> (56 - 8 * i));
    mlops__sha256_add(self, padding, 1 + (size_t)((119 - self->n % 64) % 64));
    mlops__sha256_add(self, length, sizeof length);
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(self->state[i / 4] >> (24 - i % 4 * 8));
}
