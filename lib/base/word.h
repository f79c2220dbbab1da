/* Eight bytes as one word, whatever the byte order of the machine. */
#ifndef MLOPS_BASE_WORD_H
#define MLOPS_BASE_WORD_H

#include <stdint.h>
#include <string.h>

/* Byte i of p in bits 8i to 8i + 7. */
static inline uint64_t mlops__word(const void *p) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint64_t word; /* not every compiler makes one load of the bytes */
    memcpy(&word, p, sizeof word);
    return word;
#else
    const uint8_t *b = p;
    return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
           (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
           (uint64_t)b[7] << 56;
#endif
}

static inline void mlops__word_put(void *p, uint64_t word) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    memcpy(p, &word, sizeof word);
#else
    uint8_t *b = p;
    for (int i = 0; i < 8; i++) b[i] = (uint8_t)(word >> 8 * i);
#endif
}

/* The high bit of each byte of x that is zero; exact, no borrow runs from byte to byte. */
static inline uint64_t mlops__word_zeros(uint64_t x) {
    const uint64_t low = 0x7f7f7f7f7f7f7f7f;
    return ~(((x & low) + low) | x | low);
}

#define MLOPS__WORD_OF(byte) (0x0101010101010101 * (uint64_t)(uint8_t)(byte)) /* eight times it */

#endif
