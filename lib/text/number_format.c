/* Binary64 and binary32 to decimal text: the shortest that comes back, or so many digits.
 *
 * Owns nothing. The shortest form is Schubfach (R. Giulietti, "The Schubfach way to render
 * doubles", 2020): of the decimals inside the rounding interval with the fewest digits, the
 * closest. A given number of digits is cut from a product of 128 bits; where its error leaves the
 * last digit open, the middle is compared exactly. Invariant: no more than MLOPS__NUMBER_MAX bytes
 * are written.
 */
#include "base/cursor.h"
#include "text/number.h"
#include "text/number_exact.h"

#include <string.h>

/* value = digits * 10^exponent */
typedef struct decimal {
    uint64_t digits;
    int32_t exponent;
} decimal;

static int32_t floor_shift(int32_t value, int32_t bits) {
    int32_t divisor = (int32_t)1 << bits;
    return value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor);
}

/* floor(g * cp / 2^128), its last bit set if anything was cut off. */
static uint64_t round_to_odd(mlops__u128 g, uint64_t cp) {
    mlops__u128 x = mlops__mul_u64(g.low, cp), y = mlops__mul_u64(g.high, cp);
    uint64_t low = y.low + x.high;
    return (y.high + (low < x.high)) | (low > 1);
}

/* The shortest decimal of c * 2^q; narrow: the interval is half as wide below, since c is the least
 * significand of its binade. */
static decimal shortest(uint64_t c, int32_t q, int narrow) {
    int32_t k = floor_shift(q * 1262611 - (narrow ? 524031 : 0), 22); /* log10(2), log10(3/4) */
    int32_t h = q + mlops__pow10_exponent(-k) + 1;
    mlops__u128 g = mlops__pow10(-k);
    if (k > 0 || k < -55) { /* the method wants it rounded up */
        g.low++;
        g.high += g.low == 0;
    }
    uint64_t odd = c & 1;
    uint64_t value = round_to_odd(g, 4 * c << h);
    uint64_t lower = round_to_odd(g, (4 * c - 2 + (uint64_t)narrow) << h) + odd;
    uint64_t upper = round_to_odd(g, (4 * c + 2) << h) - odd;
    uint64_t s = value / 4, ten = s / 10;
    if (s >= 10) {
        int below = lower <= 40 * ten, above = 40 * ten + 40 <= upper;
        if (below != above) return (decimal){ten + (uint64_t)above, k + 1};
    }
    int below = lower <= 4 * s, above = 4 * s + 4 <= upper;
    if (below != above) return (decimal){s + (uint64_t)above, k};
    uint64_t middle = 4 * s + 2;
    int up = value > middle || (value == middle && (s & 1));
    return (decimal){s + (uint64_t)up, k};
}

typedef struct writer {
    char *out;
    size_t n;
} writer;

static void put(writer *w, char c) { w->out[w->n++] = c; }

static void put_text(writer *w, const char *text) {
    while (*text) put(w, *text++);
}

static void put_exponent(writer *w, int32_t e) {
    put(w, 'e');
    put(w, e < 0 ? '-' : '+');
    if (e < 0) e = -e;
    if (e >= 100) put(w, (char)('0' + e / 100));
    put(w, (char)('0' + e / 10 % 10));
    put(w, (char)('0' + e % 10));
}

/* Value < 10^8, with zeros ahead: split into halves, those into pairs, those into digits, all at
 * once in the lanes of a word, the first of them lowest. */
static void put_eight(char *out, uint32_t value) {
    uint64_t halves = value / 10000 | (uint64_t)(value % 10000) << 32;
    uint64_t above = halves * 10486 >> 20 & 0x0000007f0000007f; /* / 100 */
    uint64_t pairs = above | (halves - 100 * above) << 16;
    uint64_t tens = pairs * 103 >> 10 & 0x000f000f000f000f; /* / 10 */
    uint64_t digits = tens | (pairs - 10 * tens) << 8;
    mlops__store_u64((uint8_t *)out, digits + 0x3030303030303030);
}

static void put_bytes(writer *w, const char *bytes, int32_t n) {
    memcpy(w->out + w->n, bytes, (size_t)n);
    w->n += (size_t)n;
}

/* Positional between 10^-4 and 10^bound, else with an exponent; zeros at the end are left out. Has
 * digits, and no more than 17 of them. */
static void put_decimal(writer *w, decimal d, int32_t bound) {
    enum { EIGHT = 100000000, ROOM = 1 + 8 + 8 };
    char text[ROOM];
    int32_t first = d.digits < EIGHT ? 9 : 0, end = ROOM;
    if (first == 0) {
        uint64_t ahead = d.digits / EIGHT;
        text[0] = (char)('0' + ahead / EIGHT);
        put_eight(text + 1, (uint32_t)(ahead % EIGHT));
    }
    put_eight(text + 9, (uint32_t)(d.digits % EIGHT));
    while (text[first] == '0') first++;
    int32_t e = d.exponent + end - 1 - first; /* of the first digit */
    while (text[end - 1] == '0') end--;
    int32_t n = end - first, whole = e + 1;
    if (e < -4 || e >= bound) {
        put(w, text[first]);
        if (n > 1) put(w, '.');
        put_bytes(w, text + first + 1, n - 1);
        put_exponent(w, e);
    } else if (e < 0) {
        put_bytes(w, "0.000", 1 - e);
        put_bytes(w, text + first, n);
    } else if (whole >= n) {
        put_bytes(w, text + first, n);
        while (whole-- > n) put(w, '0');
    } else {
        put_bytes(w, text + first, whole);
        put(w, '.');
        put_bytes(w, text + first + whole, n - whole);
    }
}

/* The sign, and what needs no digits; true if that was all. */
static int put_special(writer *w, int negative, int infinite, int nan, int zero,
                       const char *zeros) {
    if (nan) return put_text(w, "nan"), 1;
    if (negative) put(w, '-');
    if (infinite) return put_text(w, "inf"), 1;
    if (zero) return put_text(w, zeros), 1;
    return 0;
}

static size_t finish(writer *w) {
    w->out[w->n] = 0;
    return w->n;
}

/* Most numbers were decimals of few digits: up to 15 no two of which are one number, so that one of
 * them that comes back, without zeroes at its end, is the shortest. The sign has been written.
 * False for others. */
static int put_few_digits(writer *w, double value) {
    enum { PLACES = 8, ROOM = 16 };
    const double scale = 1e8;
    char text[ROOM];
    size_t n = ROOM - PLACES, end = ROOM;
    if (!(value >= 1e-4 && value < 1e7)) return 0;
    uint64_t digits = (uint64_t)(value * scale + 0.5);
    if ((double)digits / scale != value) return 0;
    uint32_t ahead = (uint32_t)(digits / 100000000), behind = (uint32_t)(digits % 100000000);
    put_eight(text + n, behind);
    while (end > ROOM - PLACES + 1 && text[end - 1] == '0') end--;
    text[--n] = '.';
    do text[--n] = (char)('0' + ahead % 10);
    while (ahead /= 10);
    memcpy(w->out + w->n, text + n, end - n);
    w->n += end - n;
    return 1;
}

/* The sign has been written; adds ".0" to what would look like a whole number. */
static void put_shortest(writer *w, uint64_t c, int32_t q, int narrow) {
    enum { REPR_BOUND = 16 };
    decimal d = shortest(c, q, narrow);
    size_t start = w->n;
    put_decimal(w, d, REPR_BOUND);
    for (size_t i = start; i < w->n; i++)
        if (w->out[i] == '.' || w->out[i] == 'e') return;
    put_text(w, ".0");
}

size_t mlops__format_f64(char *out, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int32_t e = (int32_t)(bits >> 52 & 0x7ff);
    writer w = {out, 0};
    if (!put_special(&w, (int)(bits >> 63), e == 0x7ff && !fraction, e == 0x7ff && fraction,
                     e == 0 && !fraction, "0.0") &&
        !put_few_digits(&w, value < 0 ? -value : value)) {
        uint64_t c = e ? fraction | (uint64_t)1 << 52 : fraction;
        put_shortest(&w, c, (e ? e : 1) - 1075, fraction == 0 && e > 1);
    }
    return finish(&w);
}

size_t mlops__format_f32(char *out, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint32_t fraction = bits & 0x7fffff;
    int32_t e = (int32_t)(bits >> 23 & 0xff);
    writer w = {out, 0};
    if (!put_special(&w, (int)(bits >> 31), e == 0xff && !fraction, e == 0xff && fraction,
                     e == 0 && !fraction, "0.0")) {
        uint64_t c = e ? fraction | (uint32_t)1 << 23 : fraction;
        put_shortest(&w, c, (e ? e : 1) - 150, fraction == 0 && e > 1);
    }
    return finish(&w);
}

/* floor(c * 2^q * 10^p), which lies in [1, 2^60), and in *up whether it is to be rounded up (half
 * to even). */
static uint64_t scale(uint64_t c, int32_t q, int32_t p, int *up) {
    int32_t zeros = mlops__leading_zeros(c);
    mlops__u128 g = mlops__pow10(p);
    mlops__u128 a = mlops__mul_u64(c << zeros, g.high), b = mlops__mul_u64(c << zeros, g.low);
    uint64_t low = a.low + b.high, high = a.high + (low < b.high);
    /* The product is (high, low) * 2^-(shift + 64), or less than two units of low more. */
    int32_t shift = zeros - q - mlops__pow10_exponent(p) - 1;
    uint64_t whole = high >> shift, mask = ((uint64_t)1 << shift) - 1;
    uint64_t half = mask / 2 + 1, rest = high & mask;
    *up = rest >= half;
    if ((rest == half && low == 0) || (rest == half - 1 && low >= UINT64_MAX - 1)) {
        mlops__big middle;
        mlops__big_set(&middle, 2 * whole + 1);
        int order = mlops__big_compare(&middle, -p, c, q + 1);
        *up = order < 0 || (order == 0 && (whole & 1));
    }
    return whole;
}

static decimal round_digits(uint64_t c, int32_t q, int32_t n) {
    static const uint64_t pow10[] = {1,
                                     10,
                                     100,
                                     1000,
                                     10000,
                                     100000,
                                     1000000,
                                     10000000,
                                     100000000,
                                     1000000000,
                                     10000000000,
                                     100000000000,
                                     1000000000000,
                                     10000000000000,
                                     100000000000000,
                                     1000000000000000,
                                     10000000000000000,
                                     100000000000000000};
    int32_t log2 = q + 63 - mlops__leading_zeros(c);
    int32_t p = n - 1 - floor_shift(log2 * 1262611, 22); /* may be one too large */
    int up;
    uint64_t whole = scale(c, q, p, &up);
    if (whole >= pow10[n]) whole = scale(c, q, --p, &up);
    whole += (uint64_t)up;
    return whole < pow10[n] ? (decimal){whole, -p} : (decimal){pow10[n - 1], 1 - p};
}

size_t mlops__format_digits(char *out, double value, int digits) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int32_t e = (int32_t)(bits >> 52 & 0x7ff);
    int32_t n = digits < 1 ? 1 : digits > 17 ? 17 : digits;
    writer w = {out, 0};
    if (!put_special(&w, (int)(bits >> 63), e == 0x7ff && !fraction, e == 0x7ff && fraction,
                     e == 0 && !fraction, "0")) {
        uint64_t c = e ? fraction | (uint64_t)1 << 52 : fraction;
        decimal d = round_digits(c, (e ? e : 1) - 1075, n);
        put_decimal(&w, d, n);
    }
    return finish(&w);
}
