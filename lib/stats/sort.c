/* Sorting of float64: by radix on a key whose order as an integer is that of the numbers.
 *
 * Owns the order of samples. Works least digit first on the highest bits in which the keys differ,
 * as many as tell the values of a smooth distribution apart, and finishes by insertion; where that
 * leaves too much to do, the bits below are sorted by too. Invariant: the result depends on the
 * values alone; every path ends in ascending keys.
 */
#include "stats/stats.h"

#include <string.h>

enum {
    SMALL = 48,      /* sorted by insertion alone */
    BITS_MAX = 11,   /* of a digit */
    DIGITS_MAX = 4,  /* of the first attempt */
    BITS_SPARE = 12, /* beyond log2(n), before values are taken to differ */
    MOVES = 4        /* of insertion for each value, on average */
};

static uint64_t key_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits ^ ((0 - (bits >> 63)) | 0x8000000000000000u);
}

static double value_of(uint64_t key) {
    uint64_t bits = key ^ (((key >> 63) - 1) | 0x8000000000000000u);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint64_t load(const uint8_t *keys, size_t i) {
    uint64_t key;
    memcpy(&key, keys + 8 * i, sizeof key);
    return key;
}

static void store(uint8_t *keys, size_t i, uint64_t key) { memcpy(keys + 8 * i, &key, sizeof key); }

/* Turns values into keys in place. Returns the bits in which they differ; 0 too if they ascend. */
static uint64_t make_keys(uint8_t *keys, size_t n) {
    double value;
    memcpy(&value, keys, sizeof value);
    uint64_t first = key_of(value), last = first, differ = 0, descents = 0;
    for (size_t i = 0; i < n; i++) {
        memcpy(&value, keys + 8 * i, sizeof value);
        uint64_t key = key_of(value);
        differ |= key ^ first;
        descents |= key < last;
        last = key;
        store(keys, i, key);
    }
    return descents ? differ : 0;
}

static void make_values(uint8_t *keys, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double value = value_of(load(keys, i));
        memcpy(keys + 8 * i, &value, sizeof value);
    }
}

/* Insertion within a budget of moves; false if that ran out (the keys are all there still). */
static int insert(uint8_t *keys, size_t n, size_t budget) {
    for (size_t i = 1; i < n; i++) {
        uint64_t key = load(keys, i);
        size_t j = i;
        for (; j > 0 && load(keys, j - 1) > key; j--) store(keys, j, load(keys, j - 1));
        store(keys, j, key);
        if (i - j > budget) return 0;
        budget -= i - j;
    }
    return 1;
}

/* One pass by the digit of so many bits from shift on; false if all keys have the same one. */
static int scatter(const uint8_t *from, uint8_t *to, size_t n, const size_t *counts, int shift,
                   int bits) {
    size_t place[1 << BITS_MAX], sum = 0;
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    if (counts[load(from, 0) >> shift & mask] == n) return 0;
    for (size_t i = 0; i <= mask; i++) {
        place[i] = sum;
        sum += counts[i];
    }
    for (size_t i = 0; i < n; i++) {
        uint64_t key = load(from, i);
        store(to, place[key >> shift & mask]++, key);
    }
    return 1;
}

/* Stable, by the bits [shift, shift + digits * bits); the result is in keys. */
static void radix(uint8_t *keys, uint8_t *scratch, size_t n, int shift, int digits, int bits) {
    size_t counts[1 << BITS_MAX];
    uint64_t mask = ((uint64_t)1 << bits) - 1;
    uint8_t *from = keys, *to = scratch;
    for (int d = 0; d < digits; d++, shift += bits) {
        memset(counts, 0, sizeof counts[0] * (size_t)(mask + 1));
        for (size_t i = 0; i < n; i++) counts[load(from, i) >> shift & mask]++;
        if (!scatter(from, to, n, counts, shift, bits)) continue;
        uint8_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys) memcpy(keys, from, 8 * n);
}

static int bits_of(uint64_t x) {
    int n = 0;
    for (; x != 0; x >>= 1) n++;
    return n;
}

static void sort_keys(uint8_t *keys, uint8_t *scratch, size_t n, uint64_t differ) {
    int top = bits_of(differ), bits = n < 4096 ? 8 : BITS_MAX;
    int digits = (bits_of(n) + BITS_SPARE + bits - 1) / bits;
    if (digits > DIGITS_MAX) digits = DIGITS_MAX;
    if (top < digits * bits) digits = (top + bits - 1) / bits;
    int shift = top - digits * bits > 0 ? top - digits * bits : 0;
    radix(keys, scratch, n, shift, digits, bits);
    if (shift == 0 || insert(keys, n, MOVES * n)) return;
    radix(keys, scratch, n, 0, (shift + bits - 1) / bits, bits);
    radix(keys, scratch, n, shift, digits, bits);
}

void mlops__sort_f64(double *values, double *scratch, int64_t n_values) {
    size_t n = (size_t)n_values;
    uint8_t *keys = (uint8_t *)values;
    if (n_values < 2) return;
    uint64_t differ = make_keys(keys, n);
    if (differ != 0) {
        if (n <= SMALL) insert(keys, n, SMALL * SMALL);
        else sort_keys(keys, (uint8_t *)scratch, n, differ);
    }
    make_values(keys, n);
}

int64_t mlops__drop_nan(double *values, int64_t n) {
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        values[kept] = values[i];
        kept += values[i] == values[i];
    }
    return kept;
}
