/* 128-bit integers against the compiler's own, and means against the definition of rounding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/wide.h"
#include "unit/skipped.h"

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

static uint64_t random_state = 88172645463325252;

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

static i128 native(mlops__i128 x) { return (i128)((u128)(uint64_t)x.high << 64 | x.low); }

static mlops__i128 own(i128 x) {
    return (mlops__i128){(uint64_t)(u128)x, (int64_t)(uint64_t)((u128)x >> 64)};
}

static i128 random_wide(void) {
    u128 x = (u128)next_random() << 64 | next_random();
    return (i128)x >> (next_random() % 128); /* of any length, signed */
}

static void test_add(void **state) {
    (void)state;
    for (int i = 0; i < 200000; i++) {
        i128 a = random_wide(), b = random_wide();
        i128 sum = (i128)((u128)a + (u128)b);
        assert_true(native(mlops__i128_add(own(a), own(b))) == sum);
    }
}

/* ldexp and nearbyint are exact for this; what is beyond 126 bits must be refused. */
static void expect_from_f64(double value, int32_t scale) {
    double scaled = nearbyint(ldexp(value, scale));
    mlops__i128 got;
    int fits = fabs(scaled) < ldexp(1, 126);
    assert_int_equal(mlops__i128_from_f64(value, scale, &got) != 0, fits);
    if (fits) assert_true(native(got) == (i128)scaled);
}

static void test_from_f64(void **state) {
    (void)state;
    for (int i = 0; i < 400000; i++) {
        double value = ldexp((double)(int64_t)next_random(), (int)(next_random() % 260) - 190);
        expect_from_f64(value, (int32_t)(next_random() % 129) - 64);
    }
    for (int64_t i = -4000; i <= 4000; i++) /* ties and what lies beside them */
        for (int32_t scale = -64; scale <= 64; scale += 32) {
            double value = ldexp((double)i / 8, -scale);
            expect_from_f64(value, scale);
            expect_from_f64(nextafter(value, INFINITY), scale);
            expect_from_f64(nextafter(value, -INFINITY), scale);
        }
}

static void test_from_f64_limits(void **state) {
    (void)state;
    static const double values[] = {0.0,
                                    -0.0,
                                    0x1p-1074,
                                    -0x1p-1074,
                                    0x1.fffffffffffffp-1023,
                                    0x1p-1022,
                                    0x1.fffffffffffffp125,
                                    0x1p126,
                                    -0x1p126,
                                    -0x1.fffffffffffffp125,
                                    0x1.fffffffffffffp1023};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (int32_t scale = -64; scale <= 64; scale++) expect_from_f64(values[i], scale);
    mlops__i128 out;
    assert_int_equal(mlops__i128_from_f64(INFINITY, -64, &out), 0);
    assert_int_equal(mlops__i128_from_f64(-INFINITY, 0, &out), 0);
    assert_int_equal(mlops__i128_from_f64(NAN, 0, &out), 0);
}

/* Compares size with product * 2^shift without overflow: the two are of about one length. */
static int compare(u128 size, u128 product, int shift) {
    if (shift >= 0) product <<= shift;
    else size <<= -shift;
    return size < product ? -1 : size > product;
}

/* True if digits * 2^exponent is size / divisor rounded to nearest even: the quotient lies between
 * the two halfway points, on one only if digits is even. */
static int is_nearest(u128 size, uint64_t divisor, uint64_t digits, int exponent) {
    u128 above = (u128)divisor * (2 * digits + 1);
    int at_power = digits == (uint64_t)1 << 52; /* doubles lie twice as close below */
    u128 below = at_power ? (u128)divisor * (4 * digits - 1) : (u128)divisor * (2 * digits - 1);
    int up = compare(size, above, exponent - 1);
    int down = compare(size, below, exponent - 1 - at_power);
    return digits & 1 ? up < 0 && down > 0 : up <= 0 && down >= 0;
}

static void expect_mean(i128 sum, int32_t scale, int64_t divisor) {
    double mean = mlops__i128_mean(own(sum), scale, divisor);
    if (sum == 0) {
        assert_true(mean == 0.0 && !signbit(mean));
        return;
    }
    assert_int_equal(signbit(mean) != 0, sum < 0);
    int exponent;
    uint64_t digits = (uint64_t)ldexp(frexp(fabs(mean), &exponent), 53);
    u128 size = sum < 0 ? 0 - (u128)sum : (u128)sum;
    assert_true(is_nearest(size, (uint64_t)divisor, digits, exponent - 53 + scale));
}

static void test_mean(void **state) {
    (void)state;
    for (int i = 0; i < 300000; i++) {
        int64_t divisor = (int64_t)(next_random() >> (1 + next_random() % 63));
        expect_mean(random_wide(), (int32_t)(next_random() % 129) - 64, divisor ? divisor : 1);
    }
}

/* Sums that are an exact halfway point times the divisor, and their neighbours. */
static void test_mean_ties(void **state) {
    (void)state;
    for (int i = 0; i < 100000; i++) {
        int64_t divisor = (int64_t)(next_random() >> (1 + next_random() % 63)) | 1;
        i128 halfway = (i128)(next_random() >> 10 | (uint64_t)1 << 53 | 1);
        for (int64_t step = -1; step <= 1; step++) {
            expect_mean(halfway * divisor + step, 0, divisor);
            expect_mean(-(halfway * divisor + step), 7, divisor);
        }
    }
}

static void test_mean_limits(void **state) {
    (void)state;
    i128 least = (i128)((u128)1 << 127), most = (i128)(((u128)1 << 127) - 1);
    const i128 sums[] = {0, 1, -1, most, -most, least, 3, ((i128)1 << 64) - 1, (i128)1 << 64};
    const int64_t divisors[] = {1, 2, 3, 7, INT64_MAX, INT64_MAX - 1, (int64_t)1 << 62};
    for (size_t i = 0; i < sizeof sums / sizeof sums[0]; i++)
        for (size_t j = 0; j < sizeof divisors / sizeof divisors[0]; j++)
            for (int32_t scale = -64; scale <= 64; scale += 16)
                expect_mean(sums[i], scale, divisors[j]);
}

/* Far outside what sums of a profile use: overflow is infinite, underflow gradual. */
static void test_mean_beyond(void **state) {
    (void)state;
    mlops__i128 one = {1, 0}, three = {3, 0};
    assert_true(mlops__i128_mean(one, -1023, 1) == 0x1p1023);
    assert_true(isinf(mlops__i128_mean(one, -1024, 1)));
    assert_true(mlops__i128_mean(one, 1022, 1) == 0x1p-1022);
    assert_true(mlops__i128_mean(three, 1074, 1) == 0x3p-1074);
    assert_true(mlops__i128_mean(one, 1074, 1) == 0x1p-1074);
    assert_true(mlops__i128_mean(one, 1076, 1) == 0.0);
    assert_true(mlops__i128_mean(one, 100000, 1) == 0.0);
    assert_true(mlops__i128_mean(one, INT32_MAX, INT64_MAX) == 0.0);
    assert_true(isinf(mlops__i128_mean(one, INT32_MIN, 1)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add),
        cmocka_unit_test(test_from_f64),
        cmocka_unit_test(test_from_f64_limits),
        cmocka_unit_test(test_mean),
        cmocka_unit_test(test_mean_ties),
        cmocka_unit_test(test_mean_limits),
        cmocka_unit_test(test_mean_beyond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void) {
    skipped("this compiler has no 128-bit integers to compare with");
    return 77;
}

#endif
