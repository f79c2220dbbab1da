/* Sorting without vectors: by radix on a key whose order as an integer is that of the numbers.
 *
 * Owns nothing. Works least digit first on the highest bits in which the keys differ, as many as
 * tell the values of a smooth distribution apart, and finishes by insertion; where that leaves too
 * much to do, all 64 bits are sorted by. Invariant: the result is in the caller's first array after
 * every path.
 */
#include "kern/sort/sort.h"

#include <string.h>

enum {
    SMALL = 48, /* sorted by insertion alone */
    BITS = 10,  /* of a digit: more places than that do not stay in the nearest cache */
    BUCKETS = 1 << BITS,
    KEY_BITS = 64,
    DIGITS_MAX = 4,  /* of one attempt */
    BITS_SPARE = 10, /* beyond log2(n), before values are taken to differ */
    MOVES = 4        /* of insertion for each value, on average */
};

typedef size_t counts[DIGITS_MAX][BUCKETS];

/* Digits of one attempt: bits [shift, shift + digits * BITS). */
typedef struct plan {
    int shift;
    int digits;
} plan;

static int is_nan(double value) { return value != value; }

/* The bits in which the keys differ; 0 if the values ascend. */
static uint64_t survey(const double *values, int64_t n) {
    uint64_t first = 0, last = 0, differ = 0, descents = 0;
    int64_t i = 0;
    while (i < n && is_nan(values[i])) i++;
    if (i < n) first = last = mlops__sort_key(values[i]);
    for (; i < n; i++) {
        uint64_t key = is_nan(values[i]) ? last : mlops__sort_key(values[i]);
        differ |= key ^ first;
        descents |= key < last;
        last = key;
    }
    return descents ? differ : 0;
}

static int64_t copy_values(double *out, const double *from, int64_t n) {
    int64_t kept = 0;
    for (int64_t i = 0; i < n; i++) {
        double value = from[i];
        out[kept] = value + 0.0;
        kept += !is_nan(value);
    }
    return kept;
}

/* Insertion within a budget of moves; false if that ran out (the values are all there still). */
static int insert(double *values, int64_t n, int64_t budget) {
    for (int64_t i = 1; i < n; i++) {
        double value = values[i];
        if (values[i - 1] <= value) continue;
        int64_t j = i;
        for (; j > 0 && values[j - 1] > value; j--) values[j] = values[j - 1];
        values[j] = value;
        budget -= i - j;
        if (budget < 0) return 0;
    }
    return 1;
}

/* Counts all digits of the plan in one pass, then makes each count the place of its bucket. */
static int64_t find_places(counts places, plan way, const double *from, int64_t n) {
    int64_t kept = 0;
    memset(places, 0, sizeof(counts));
    for (int64_t i = 0; i < n; i++) {
        if (is_nan(from[i])) continue;
        uint64_t key = mlops__sort_key(from[i]) >> way.shift;
        kept++;
        places[0][key & (BUCKETS - 1)]++;
        places[1][key >> BITS & (BUCKETS - 1)]++;
        places[2][key >> 2 * BITS & (BUCKETS - 1)]++;
        if (way.digits == DIGITS_MAX) places[3][key >> 3 * BITS & (BUCKETS - 1)]++;
    }
    for (int d = 0; d < way.digits; d++) {
        size_t sum = 0;
        for (size_t i = 0; i < BUCKETS; i++) {
            size_t count = places[d][i];
            places[d][i] = sum;
            sum += count;
        }
    }
    return kept;
}

static void scatter(double *to, const double *from, int64_t n, size_t *places, int shift) {
    for (int64_t i = 0; i < n; i++) {
        double value = from[i];
        uint64_t key = mlops__sort_key(value);
        if (is_nan(value)) continue;
        to[places[key >> shift & (BUCKETS - 1)]++] = value + 0.0;
    }
}

/* Stable, by the bits of the plan, into out by way of other. Where the number of digits is odd,
 * from must not be out, else not other. */
static int64_t radix(double *out, double *other, const double *from, int64_t n, plan way) {
    counts places;
    int64_t kept = find_places(places, way, from, n);
    for (int d = 0; d < way.digits; d++) {
        double *to = (way.digits - d) % 2 ? out : other;
        scatter(to, from, d == 0 ? n : kept, places[d], way.shift + d * BITS);
        from = to;
    }
    return kept;
}

static int width(uint64_t x) {
    int n = 0;
    for (; x != 0; x >>= 1) n++;
    return n;
}

static plan choose(uint64_t differ, int64_t n) {
    int top = width(differ), wanted = width((uint64_t)n) + BITS_SPARE;
    if (wanted > top) wanted = top;
    int digits = (wanted + BITS - 1) / BITS;
    if (digits > DIGITS_MAX) digits = DIGITS_MAX;
    plan out = {top > digits * BITS ? top - digits * BITS : 0, digits};
    return out;
}

int64_t mlops__sort_values_scalar(double *out, double *scratch, const double *from, int64_t n) {
    uint64_t differ = survey(from, n);
    if (differ == 0 || n <= SMALL) {
        int64_t kept = copy_values(out, from, n);
        if (differ != 0) insert(out, kept, SMALL * SMALL);
        return kept;
    }
    plan way = choose(differ, n), low = {0, DIGITS_MAX};
    plan high = {KEY_BITS - DIGITS_MAX * BITS, DIGITS_MAX};
    if (from == (way.digits % 2 ? out : scratch))
        from = memcpy(from == out ? scratch : out, from, (size_t)n * sizeof *from);
    n = radix(out, scratch, from, n, way);
    if (way.shift > 0 && !insert(out, n, MOVES * n)) {
        radix(out, scratch, out, n, low);
        radix(out, scratch, out, n, high);
    }
    return n;
}
