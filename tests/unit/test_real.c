/* Own functions against this machine's libm: expf and logf to the bit, exp and log within 1 ULP,
 * the square root to the bit. MLOPS_DEEP=1 asks expf and logf for all of the 2^32 floats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

#include "base/crc32.h"
#include "base/real.h"
#include "unit/skipped.h"

typedef float function(float x);

static uint64_t random_state = 88172645463325252;

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static float of_bits(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double double_of_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* True if this libm is the one restated: glibc from 2.28, before 2.41 took other algorithms, on a
 * CPU for which it chooses the variant with FMA. */
static int has_restated_libm(void) {
    int minor = 0;
#ifdef __GLIBC__
    sscanf(gnu_get_libc_version(), "2.%d", &minor);
#endif
#if defined(__x86_64__)
    if (!__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx2")) return 0;
#elif !defined(__aarch64__)
    return 0;
#endif
    return minor >= 28 && minor <= 40;
}

static uint32_t stride(void) {
    const char *deep = getenv("MLOPS_DEEP");
    return deep && strcmp(deep, "1") == 0 ? 1 : 1021;
}

/* NaNs are equal whatever their payload. */
static void expect_same(function *ours, function *theirs, uint32_t bits) {
    float x = of_bits(bits), got = ours(x), expected = theirs(x);
    if (bits_of(got) == bits_of(expected) || (isnan(got) && isnan(expected))) return;
    fail_msg("at %a: %a, libm says %a", (double)x, (double)got, (double)expected);
}

static void expect_libm(function *ours, function *theirs) {
    if (!has_restated_libm()) {
        skipped("this libm is another one, or has no FMA");
        return;
    }
    uint32_t step = stride(), bits = 0;
    do expect_same(ours, theirs, bits);
    while ((bits += step) >= step);
    for (uint32_t sign = 0; sign <= 1; sign++) /* a window at every exponent, and limits */
        for (uint32_t top = 0; top < 256; top++)
            for (uint32_t low = 0; low < 64; low++) {
                expect_same(ours, theirs, sign << 31 | top << 23 | low);
                expect_same(ours, theirs, (sign << 31 | top << 23) - low);
            }
}

static void test_expf_is_glibcs(void **state) {
    (void)state;
    expect_libm(mlops__expf, expf);
    for (uint32_t i = 0; i < 200000; i++) { /* where it turns to infinity and to 0 */
        expect_same(mlops__expf, expf, bits_of(0x1.62e42ep6f) - 100000 + i);
        expect_same(mlops__expf, expf, bits_of(-0x1.9fe368p6f) - 100000 + i);
    }
}

static void test_logf_is_glibcs(void **state) {
    (void)state;
    expect_libm(mlops__logf, logf);
}

/* What any machine must give, whatever its libm: made once by glibc 2.36. */
static uint32_t checksum(function *f) {
    uint32_t crc = 0, bits = 0, step = 10007;
    do {
        uint32_t result = bits_of(f(of_bits(bits)));
        if ((result & 0x7fffffff) > 0x7f800000) result = 0x7fc00000;
        uint8_t bytes[4] = {(uint8_t)result, (uint8_t)(result >> 8), (uint8_t)(result >> 16),
                            (uint8_t)(result >> 24)};
        crc = mlops__crc32(crc, bytes, sizeof bytes);
    } while ((bits += step) >= step);
    return crc;
}

static void test_same_bits_anywhere(void **state) {
    (void)state;
    assert_int_equal(checksum(mlops__expf), 0x7468c00d);
    assert_int_equal(checksum(mlops__logf), 0x039c6412);
}

#if LDBL_MANT_DIG >= 64

static double error_in_ulps(double got, long double expected) {
    int exponent;
    frexpl(expected, &exponent);
    if (exponent < DBL_MIN_EXP) exponent = DBL_MIN_EXP;
    return (double)(fabsl((long double)got - expected) / ldexpl(1, exponent - DBL_MANT_DIG));
}

static void test_exp(void **state) {
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    static const double widths[] = {1455, 40, 2, 0.05, 1e-9};
    double worst = 0;
    for (int i = 0; i < 2000000; i++) {
        double x = ((double)(next_random() >> 11) * 0x1p-53 - 0.5) * widths[i % 5];
        if (i % 5 == 0) x -= 18;
        double error = error_in_ulps(mlops__exp(x), expl(x));
        if (error > worst) worst = error;
    }
    if (!(worst < 1)) fail_msg("exp is off by %f ULP", worst);
}

static void test_log(void **state) {
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    double worst = 0;
    for (int i = 0; i < 2000000; i++) {
        double u = (double)(next_random() >> 11) * 0x1p-53, x = u * 3;
        if (i % 3 == 1) x = 0.99 + u * 0.02;
        if (i % 3 == 2) x = double_of_bits(next_random() % 0x7ff0000000000000);
        if (x == 0) continue;
        double error = error_in_ulps(mlops__log(x), logl(x));
        if (error > worst) worst = error;
    }
    if (!(worst < 1)) fail_msg("log is off by %f ULP", worst);
}

/* expm1, tanh and erf, of numbers of all sizes; pow, where its result is normal. */
static void test_more(void **state) {
    static double (*const ours[])(double) = {mlops__expm1, mlops__tanh, mlops__erf};
    static long double (*const theirs[])(long double) = {expm1l, tanhl, erfl};
    double worst[4] = {0};
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    for (int i = 0; i < 300000; i++) {
        double u = (double)(next_random() >> 11) * 0x1p-53 - 0.5, x = u * 14;
        if (i % 2) x = ldexp(u, -(int)(next_random() % 60));
        for (int k = 0; k < 3; k++) {
            double error = error_in_ulps(ours[k](x), theirs[k](x));
            if (error > worst[k]) worst[k] = error;
        }
        double base = exp(u * (i % 3 ? 14 : 1400)), y = x * (i % 5 ? 3 : 90);
        long double power = powl(base, y);
        if (!(power > 1e-300L && power < 1e300L)) continue;
        double error = error_in_ulps(mlops__pow(base, y), power);
        if (error > worst[3]) worst[3] = error;
    }
    for (int k = 0; k < 4; k++)
        if (!(worst[k] < (k < 3 ? 4 : 2))) fail_msg("function %d is off by %f ULP", k, worst[k]);
}

/* Angles of any size, and those next to multiples of a quarter of a turn, where most digits go. */
static void test_sincos(void **state) {
    double worst = 0, sine, cosine;
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    for (int i = 0; i < 400000; i++) {
        double x = double_of_bits(next_random());
        if (i % 4 == 0) x = (double)(int64_t)(next_random() >> (i % 61 + 3)) * 1.5707963267948966;
        if (i % 4 == 1) x = (double)(int64_t)(next_random() >> 11) * 0x1p-48;
        if (x - x != 0) continue;
        mlops__sincos(x, &sine, &cosine);
        double first = error_in_ulps(sine, sinl((long double)x));
        double second = error_in_ulps(cosine, cosl((long double)x));
        worst = first > worst ? first : worst;
        worst = second > worst ? second : worst;
    }
    print_message("# sine and cosine: %.2f ULP\n", worst);
    assert_true(worst < 3);
    mlops__sincos(-0.0, &sine, &cosine);
    assert_true(signbit(sine) && cosine == 1);
    mlops__sincos((double)INFINITY, &sine, &cosine);
    assert_true(isnan(sine) && isnan(cosine));
}

#else

static void test_exp(void **state) {
    (void)state;
    skipped("no type is wider than double");
}

static void test_more(void **state) { test_exp(state); }

static void test_log(void **state) { test_exp(state); }

static void test_sincos(void **state) { test_exp(state); }

#endif

static void expect_root(double x) {
    double expected = sqrt(x), ours[2] = {mlops__sqrt(x), mlops__sqrt_portable(x)};
    for (int i = 0; i < 2; i++)
        if (memcmp(&ours[i], &expected, sizeof expected) != 0)
            fail_msg("root %d of %a: %a instead of %a", i, x, ours[i], expected);
}

static void test_sqrt(void **state) {
    (void)state;
    for (int i = 0; i < 1000000; i++) {
        double x = double_of_bits(next_random() % 0x7ff0000000000000);
        double small = (double)(next_random() >> 38); /* 26 bits: its square is exact */
        expect_root(x);
        expect_root(small * small);
        expect_root(nextafter(small * small, INFINITY));
        expect_root(nextafter(small * small + 1, 0));
    }
    for (uint64_t i = 0; i < 2000; i++) { /* subnormals, and where they end */
        expect_root(double_of_bits(i));
        expect_root(double_of_bits(0x0010000000000000 - 1000 + i));
        expect_root(double_of_bits(0x7ff0000000000000 - i));
    }
    expect_root(-0.0);
}

static void test_limits(void **state) {
    (void)state;
    assert_true(mlops__exp(0) == 1 && mlops__exp(-0.0) == 1 && mlops__log(1) == 0);
    assert_true(mlops__exp(INFINITY) == INFINITY && mlops__exp(-INFINITY) == 0);
    assert_true(isfinite(mlops__exp(0x1.62e42fefa39efp9)));
    assert_true(mlops__exp(0x1.62e42fefa39fp9) == INFINITY && mlops__exp(1e300) == INFINITY);
    assert_true(mlops__exp(-0x1.74910d52d3051p9) == 0x1p-1074);
    assert_true(mlops__exp(-0x1.74910d52d3052p9) == 0 && mlops__exp(-1e300) == 0);
    assert_true(mlops__log(0) == -INFINITY && mlops__log(-0.0) == -INFINITY);
    assert_true(mlops__log(INFINITY) == INFINITY);
    assert_true(isnan(mlops__log(-1)) && isnan(mlops__log(-INFINITY)) && isnan(mlops__log(NAN)));
    assert_true(isnan(mlops__exp(NAN)) && isnan(mlops__expf(NAN)));
    assert_true(isnan(mlops__sqrt(-1)) && isnan(mlops__sqrt(NAN)) && isnan(mlops__sqrt(-INFINITY)));
    assert_true(isnan(mlops__sqrt_portable(-1)) && isnan(mlops__sqrt_portable(NAN)));
    assert_true(!signbit(mlops__sqrt(-1)) && !signbit(mlops__log(-1))); /* one NaN everywhere */
}

/* All pairs of what IEEE 754 singles out, as this machine's pow has them. */
static void test_pow_limits(void **state) {
    static const double x[] = {
        0.0,       -0.0,  1.0,    -1.0,   2.0,     -2.0,   3.0,
        -3.0,      0.5,   -0.5,   1e300,  -1e300,  1e-310, -1e-310,
        INFINITY,  1e19,  -1e19,  NAN,    -1.5,    0.25,   9007199254740991.0,
        -INFINITY, 1e-19, -1e-19, 1024.0, -1075.0, 0x1p53};
    (void)state;
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        for (size_t k = 0; k < sizeof x / sizeof *x; k++) {
            double got = mlops__pow(x[i], x[k]), expected = pow(x[i], x[k]);
            if (isnan(got) && isnan(expected)) continue;
            double slack = isfinite(expected) ? 4e-16 * fabs(expected) : 0;
            if (got != expected && !(fabs(got - expected) <= slack))
                fail_msg("pow(%g, %g) is %g, not %g", x[i], x[k], got, expected);
            assert_int_equal(signbit(got), signbit(expected));
        }
    assert_true(isnan(mlops__tanh(NAN)) && isnan(mlops__erf(NAN)) && isnan(mlops__expm1(NAN)));
    assert_true(mlops__tanh(INFINITY) == 1 && mlops__tanh(-400) == -1 &&
                signbit(mlops__tanh(-0.0)));
    assert_true(mlops__erf(INFINITY) == 1 && mlops__erf(-7) == -1 && signbit(mlops__erf(-0.0)));
    assert_true(mlops__expm1(-INFINITY) == -1 && mlops__expm1(1e300) == INFINITY);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expf_is_glibcs),
        cmocka_unit_test(test_logf_is_glibcs),
        cmocka_unit_test(test_same_bits_anywhere),
        cmocka_unit_test(test_exp),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_more),
        cmocka_unit_test(test_sincos),
        cmocka_unit_test(test_sqrt),
        cmocka_unit_test(test_pow_limits),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
