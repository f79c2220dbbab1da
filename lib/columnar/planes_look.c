/* Telling numbers from other bytes.
 *
 * Owns nothing. Invariant: what is said depends on the bytes alone, and costs bytes where it is
 * wrong, nothing else.
 */
#include "columnar/planes_look.h"

#include <string.h>

enum {
    BIT = MLOPS__NUMBERS_BIT,
    RUNS = 8,              /* places of a block that are looked at */
    RUN = 64,              /* numbers of eight bytes in each */
    EASY = 4 * BIT,        /* cost of eight bytes that compress well as they are */
    LEAST = 64,            /* bytes that are worth it */
    RANDOM = 7 * BIT,      /* cost of a byte from which on nothing makes it smaller, in its place */
    NOISE = 79 * BIT / 10, /* and anywhere */
    WIDTHS = 3
};

/* How often each byte comes in each of eight places. */
typedef struct counts {
    uint32_t n; /* numbers of eight bytes */
    uint32_t of[8][256];
} counts;

/* c times its binary logarithm, in parts of a bit; by the bits of a float, so that a vector of them
 * takes few steps. */
static inline uint32_t weight(uint32_t c) {
    float x = (float)(int32_t)c, part;
    uint32_t bits, one = 0x3f800000;
    memcpy(&bits, &x, sizeof bits);
    one |= bits & 0x7fffff;
    memcpy(&part, &one, sizeof part);
    part -= 1;
    float log = (float)((int32_t)(bits >> 23) - 127) + part + 0.34f * part * (1 - part);
    return (uint32_t)(int32_t)(x * log * BIT);
}

/* What n bytes of these counts cost, and what a sample leaves out: half a nat for each of them. */
static uint32_t cost_of(const uint32_t *of, uint32_t n) {
    uint32_t all = weight(n), sum = 0, seen = 0;
    for (size_t i = 0; i < 256; i++) {
        sum += weight(of[i]);
        seen += of[i] != 0;
    }
    return (sum < all ? all - sum : 0) + (seen - 1) * (BIT * 72 / 100);
}

static void count(counts *out, const uint8_t *bytes, size_t n) {
    size_t n_runs = n > RUNS * RUN ? RUNS : 1, size = n_runs > 1 ? RUN : n;
    memset(out, 0, sizeof *out);
    out->n = (uint32_t)(n_runs * size);
    for (size_t r = 0; r < n_runs; r++) {
        const uint8_t *p = bytes + (r ? r * (n - RUN) / (RUNS - 1) : 0) * 8;
        for (size_t i = 0; i < size; i++, p += 8)
            for (size_t k = 0; k < 8; k++) out->of[k][p[k]]++;
    }
}

/* Puts the places of one half to those of the other. */
static void fold(counts *c, size_t width) {
    for (size_t k = 0; k < width; k++)
        for (size_t i = 0; i < 256; i++) c->of[k][i] += c->of[k + width][i];
}

/* Costs of the places of numbers of a width, of which there are n; returns that of eight bytes. */
static uint32_t cost_places(const counts *c, size_t width, uint32_t *costs) {
    uint32_t sum = 0, n = c->n * (uint32_t)(8 / width);
    for (size_t k = 0; k < width; k++) {
        costs[k] = cost_of(c->of[k], n);
        sum += costs[k];
        costs[k] /= n;
    }
    return sum / c->n;
}

/* Text, which is told at once: next to all of it is letters, digits and the like. */
static int is_text(const uint8_t *bytes, size_t n) {
    size_t n_such = 0, step = n / 64 + 1, n_all = 0;
    for (size_t i = 0; i < n; i += step, n_all++)
        n_such += (bytes[i] >= ' ' && bytes[i] < 127) || bytes[i] == '\n' || bytes[i] == '\t';
    return 16 * n_such >= 15 * n_all;
}

/* The fewest bytes that places take by themselves, if that is less than all together. */
static void choose_width(mlops__numbers_plan *out, uint32_t costs[WIDTHS][8],
                         const uint32_t *sums) {
    uint32_t whole = out->cost;
    for (unsigned i = WIDTHS, width = 2; i-- > 0; width *= 2) {
        unsigned hard = 0;
        for (unsigned k = 0; k < width; k++) hard |= (costs[i][k] > RANDOM ? 1u : 0u) << k;
        uint32_t worth = hard ? whole - whole / 16 : whole - whole / 4;
        if (sums[i] >= worth || sums[i] >= out->cost - out->cost / 32) continue;
        out->kind = MLOPS__NUMBERS_PLANES;
        out->width = width;
        out->cost = sums[i];
        out->hard = hard;
    }
}

mlops__numbers_plan mlops__numbers_look(const uint8_t *bytes, size_t n) {
    mlops__numbers_plan out = {.kind = MLOPS__NUMBERS_BYTES, .cost = 64 * BIT};
    counts c;
    uint32_t costs[WIDTHS][8], sums[WIDTHS], byte;
    if (n < LEAST || is_text(bytes, n)) return out;
    count(&c, bytes, n / 8);
    for (unsigned i = 0, width = 8; i < WIDTHS; i++, width /= 2) {
        if (i) fold(&c, width);
        sums[i] = cost_places(&c, width, costs[i]);
    }
    fold(&c, 1);
    out.cost = cost_places(&c, 1, &byte);
    if (out.cost < EASY) return out;
    if (costs[0][7] < 2 * BIT && costs[0][6] < 2 * BIT) out.few |= 1;
    if (costs[1][3] < 2 * BIT) out.few |= 2;
    if (costs[0][7] + 2 * BIT < byte) out.few |= 4;
    if (byte > NOISE) out.kind = MLOPS__NUMBERS_HARD;
    choose_width(&out, costs, sums);
    return out;
}
