/* Decimal text to binary64 and binary32, correctly rounded in the type itself.
 *
 * Owns nothing. The first 19 digits times a power of ten, to 128 bits with a proven bound on the
 * error, settle nearly every number; where that interval contains the middle between two neighbours
 * the text is compared with the middle as whole numbers of any size. Integer arithmetic alone: the
 * host's rounding mode plays no part.
 */
#include "text/number.h"
#include "text/number_exact.h"

#include <string.h>

enum {
    DIGITS_FAST = 19,  /* always fit into 64 bits */
    DIGITS_EXACT = 800 /* the middle of two binary64 has at most 768 */
};

/* A binary interchange format. */
typedef struct binary_format {
    int32_t precision; /* with the hidden bit */
    int32_t emin;
    int32_t emax;
} binary_format;

static const binary_format binary64 = {53, -1022, 1023};
static const binary_format binary32 = {24, -126, 127};

/* value = first * 10^exponent, but for digits behind the first 19. */
typedef struct decimal {
    uint64_t first;
    int64_t exponent;
    const char *digits; /* as in the text, possibly with a point between */
    const char *end;
    int cut; /* there are more than 19 significant ones */
    int negative;
} decimal;

static int is_digit(char c) { return (uint8_t)(c - '0') <= 9; }

/* Takes the first 19 digits that count, of more. */
static void take_first(decimal *self, const char *point, int64_t written) {
    const char *p = self->digits;
    while (p < self->end && (*p == '0' || *p == '.')) p++;
    self->first = 0;
    int32_t n = 0;
    for (; p < self->end && n < DIGITS_FAST; p++)
        if (*p != '.') self->first = self->first * 10 + (uint64_t)(*p - '0'), n++;
    const char *units = point ? point : self->end;
    self->exponent = written + (p <= units ? units - p : units + 1 - p);
    for (; p < self->end; p++) self->cut |= *p != '.' && *p != '0';
}

static const char *scan_exponent(const char *p, const char *end, int64_t *out) {
    enum { LIMIT = 100000000 };
    int negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end || !is_digit(*p)) return NULL;
    int64_t value = 0;
    for (; p < end && is_digit(*p); p++)
        if (value < (int64_t)LIMIT * LIMIT) value = value * 10 + (*p - '0');
    *out = negative ? -value : value;
    return p;
}

static int scan(decimal *self, const char *text, size_t n) {
    const char *p = text, *end = text + n, *point = NULL;
    *self = (decimal){0};
    if (p < end && (*p == '-' || *p == '+')) self->negative = *p++ == '-';
    self->digits = p;
    for (; p < end && is_digit(*p); p++) self->first = self->first * 10 + (uint64_t)(*p - '0');
    size_t n_digits = (size_t)(p - self->digits);
    if (p < end && *p == '.') {
        point = p++;
        for (; p < end && is_digit(*p); p++) self->first = self->first * 10 + (uint64_t)(*p - '0');
        self->exponent = point + 1 - p;
        n_digits += (size_t)(p - point) - 1;
    }
    if (n_digits == 0) return 0;
    self->end = p;
    int64_t written = 0;
    if (p < end && (*p | 0x20) == 'e') p = scan_exponent(p + 1, end, &written);
    if (p != end) return 0;
    self->exponent += written;
    if (n_digits > DIGITS_FAST) take_first(self, point, written);
    return 1;
}

/* Compares the whole text with m * 2^e. */
static int compare_text(const decimal *self, uint64_t m, int32_t e) {
    const char *p = self->digits;
    while (p < self->end && (*p == '0' || *p == '.')) p++;
    mlops__big big;
    mlops__big_set(&big, 0);
    int32_t n = 0, rest = 0;
    for (; p < self->end; p++) {
        if (*p == '.') continue;
        if (n < DIGITS_EXACT) mlops__big_mul_add(&big, 10, (uint32_t)(*p - '0')), n++;
        else rest |= *p != '0';
    }
    int32_t q = (int32_t)self->exponent - (n > DIGITS_FAST ? n - DIGITS_FAST : 0);
    if (rest) mlops__big_mul_add(&big, 10, 1), q--;
    return mlops__big_compare(&big, q, m, e);
}

/* An unsigned value x with x <= true value < x + error, all in units of 2^(exponent - 127), and
 * 2^127 <= x. */
typedef struct estimate {
    mlops__u128 x;
    mlops__u128 error;
    int32_t exponent;
    int exact;
} estimate;

static estimate multiply(const decimal *self) {
    int32_t q = (int32_t)self->exponent, zeros = mlops__leading_zeros(self->first);
    uint64_t m = self->first << zeros;
    mlops__u128 power = mlops__pow10(q);
    mlops__u128 a = mlops__mul_u64(m, power.high), b = mlops__mul_u64(m, power.low);
    uint64_t low = a.low + b.high, high = a.high + (low < b.high);
    int32_t shift = !(high >> 63);
    /* Below one unit comes from the power, below one from b.low; digits that were cut weigh less
     * than one unit of first. The shift may double all. */
    estimate out = {{high << shift, low << shift}, {0, 4}, 0, 0};
    if (shift) out.x.high |= low >> 63;
    if (self->cut) out.error.high = (uint64_t)2 << zeros;
    out.exact = q >= 0 && q <= 55 && b.low == 0 && !self->cut;
    out.exponent = mlops__pow10_exponent(q) + 64 - zeros - shift;
    return out;
}

static int compare_u128(mlops__u128 a, mlops__u128 b) {
    if (a.high != b.high) return a.high < b.high ? -1 : 1;
    return a.low < b.low ? -1 : a.low > b.low;
}

static mlops__u128 add_u128(mlops__u128 a, mlops__u128 b) {
    mlops__u128 sum = {a.high + b.high, a.low + b.low};
    uint64_t carry = sum.low < a.low;
    sum.high += carry;
    if (sum.high < a.high || (carry && sum.high == a.high && b.high == UINT64_MAX))
        return (mlops__u128){UINT64_MAX, UINT64_MAX};
    return sum;
}

/* -1, 0, 1: the value lies below, at, above the middle of m and m + 1 (in units of its last bit,
 * 2^ulp). rest is what the estimate holds below m. */
static int side(const decimal *self, const estimate *about, mlops__u128 rest, mlops__u128 half,
                uint64_t m, int32_t ulp) {
    int at_least = compare_u128(rest, half);
    if (about->exact || at_least > 0) return at_least;
    if (compare_u128(add_u128(rest, about->error), half) <= 0) return -1;
    return compare_text(self, 2 * m + 1, ulp - 1);
}

/* Bits of the magnitude in the format. */
static uint64_t round_to(const decimal *self, const binary_format *f) {
    uint64_t infinity = (uint64_t)(f->emax - f->emin + 2) << (f->precision - 1);
    if (self->first == 0 || self->exponent < -343) return 0;
    if (self->exponent > 308) return infinity;
    estimate about = multiply(self);
    int32_t e = about.exponent, keep = f->precision;
    if (e > f->emax) return infinity;
    if (e < f->emin) keep -= f->emin - e;
    if (keep < -1) return 0;
    if (keep < 0) { /* just below half of the least subnormal, or at it */
        about.x = (mlops__u128){about.x.high >> 1, about.x.high << 63 | about.x.low >> 1};
        keep = 0;
    }
    uint64_t m = keep ? about.x.high >> (64 - keep) : 0;
    uint64_t mask = keep ? UINT64_MAX >> keep : UINT64_MAX;
    mlops__u128 rest = {about.x.high & mask, about.x.low}, half = {mask / 2 + 1, 0};
    int32_t ulp = (e < f->emin ? f->emin : e) - (f->precision - 1);
    int to = side(self, &about, rest, half, m, ulp);
    uint64_t bits = m;
    if (e >= f->emin)
        bits += (uint64_t)(e - f->emin) << (f->precision - 1); /* the hidden bit adds one */
    return bits + (to > 0 || (to == 0 && (m & 1)));
}

static int same(const char *text, size_t n, const char *lower) {
    size_t i = 0;
    while (i < n && lower[i] && (text[i] | 0x20) == lower[i]) i++;
    return i == n && !lower[i];
}

/* inf, infinity, nan in any case, with a sign: the magnitude's class, or 0. */
static int scan_special(const char *text, size_t n, int *negative) {
    *negative = n > 0 && text[0] == '-';
    if (n > 0 && (text[0] == '-' || text[0] == '+')) text++, n--;
    if (same(text, n, "nan")) return 'n';
    return same(text, n, "inf") || same(text, n, "infinity") ? 'i' : 0;
}

/* Bits without the sign; 0 if the text is no number. */
static int parse(const char *text, size_t n, int special, const binary_format *f, uint64_t *bits,
                 int *negative) {
    decimal d;
    if (scan(&d, text, n)) {
        *negative = d.negative;
        *bits = round_to(&d, f);
        return 1;
    }
    int kind = special ? scan_special(text, n, negative) : 0;
    if (!kind) return 0;
    *bits = (uint64_t)(f->emax - f->emin + 2) << (f->precision - 1);
    if (kind == 'n') {
        *bits |= (uint64_t)1 << (f->precision - 2);
        *negative = 0;
    }
    return 1;
}

int mlops__parse_f64(const char *text, size_t n, int special, double *out) {
    uint64_t bits;
    int negative;
    if (!parse(text, n, special, &binary64, &bits, &negative)) return 0;
    bits |= (uint64_t)negative << 63;
    memcpy(out, &bits, sizeof *out);
    return 1;
}

int mlops__parse_f32(const char *text, size_t n, int special, float *out) {
    uint64_t bits;
    int negative;
    if (!parse(text, n, special, &binary32, &bits, &negative)) return 0;
    uint32_t word = (uint32_t)bits | (uint32_t)negative << 31;
    memcpy(out, &word, sizeof *out);
    return 1;
}

/* All of these are normal numbers of both formats. */
static inline int decimal_bits(uint64_t digits, size_t scale, binary_format f, uint64_t *bits) {
    static const uint64_t tenths[] = {
        0x8000000000000000, 0xcccccccccccccccc, 0xa3d70a3d70a3d70a,
        0x83126e978d4fdf3b, 0xd1b71758e219652b, 0xa7c5ac471b478423,
        0x8637bd05af6c69b5, 0xd6bf94d5e57a42bc, 0xabcc77118461cefc,
        0x89705f4136b4a597, 0xdbe6fecebdedd5be, 0xafebff0bcb24aafe,
        0x8cbccc096f5088cb, 0xe12e13424bb40e13, 0xb424dc35095cd80f,
        0x901d7cf73ab0acd9, 0xe69594bec44de15b, 0xb877aa3236a4b449,
        0x9392ee8e921d5d07, 0xec1e4a7db69561a5}; /* the first 64 bits of 10^-scale */
    int32_t zeros = mlops__leading_zeros(digits);
    uint64_t high = mlops__mul_u64(digits << zeros, tenths[scale]).high;
    /* Bits that are left out weigh less than one unit of high. */
    int32_t shift = 63 - f.precision + (int32_t)(high >> 63);
    uint64_t half = (uint64_t)1 << (shift - 1), rest = high & (2 * half - 1);
    if (rest == half - 1 || rest == half) return 0;
    int32_t e = mlops__pow10_exponent(-(int32_t)scale) + 1 - zeros + shift;
    uint64_t m = (high >> shift) + (rest > half),
             exponent = (uint64_t)(e + f.emax + f.precision - 2);
    *bits = (exponent << (f.precision - 1)) + m; /* the hidden bit adds one */
    return 1;
}

int mlops__decimal_f64(uint64_t digits, size_t scale, double *out) {
    uint64_t bits;
    if (!decimal_bits(digits, scale, binary64, &bits)) return 0;
    memcpy(out, &bits, sizeof *out);
    return 1;
}

int mlops__decimal_f32(uint64_t digits, size_t scale, float *out) {
    uint64_t bits;
    if (!decimal_bits(digits, scale, binary32, &bits)) return 0;
    uint32_t word = (uint32_t)bits;
    memcpy(out, &word, sizeof *out);
    return 1;
}
