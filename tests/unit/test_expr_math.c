/* The functions that expressions bring themselves, against this machine's libm in long double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "expr/expr_math.h"
#include "unit/draw.h"
#include "unit/skipped.h"

static double log1p_of(double x) {
    return mlops__expr_log1p_edge(x, mlops__expr_log1p_inside(mlops__expr_log1p_safe(x)));
}

/* Any double, with everyday sizes and those about the borders of cases more often than by chance.
 */
static double draw_double(void) {
    switch (draw() % 6) {
    case 0: return mlops__f64_of(draw());
    case 1: return (uniform() - 0.5) * 4;
    case 2: return (uniform() - 0.5) * 1e-3;
    case 3: return (double)(int64_t)draw() / 1024;
    case 4: return mlops__f64_of(mlops__bits_of(1.0) + draw() % 4096 - 2048);
    default: return (uniform() - 0.5) * 1500;
    }
}

static void same_bits(double got, double expected, double x, const char *what) {
    if (mlops__bits_of(got) == mlops__bits_of(expected)) return;
    if (isnan(got) && isnan(expected)) return;
    fail_msg("%s(%a): %a, not %a", what, x, got, expected);
}

static void roundings_are_libms(void **state) {
    (void)state;
    for (int i = 0; i < 3000000; i++) {
        double x = draw_double();
        if (i % 7 == 0) x = floor(x) + 0.5;
        same_bits(mlops__expr_floor(x), floor(x), x, "floor");
        same_bits(mlops__expr_ceil(x), ceil(x), x, "ceil");
        same_bits(mlops__expr_round(x), nearbyint(x), x, "round");
        same_bits(mlops__expr_abs(x), fabs(x), x, "abs");
    }
    static const double some[] = {
        0.0,       -0.0,   0.5,          -0.5,         1.5,
        -1.5,      0x1p52, 0x1p52 - 0.5, 0x1p51 + 0.5, INFINITY,
        -INFINITY, NAN,    DBL_MIN,      -5e-324,      0.49999999999999994};
    for (size_t i = 0; i < sizeof some / sizeof some[0]; i++) {
        same_bits(mlops__expr_floor(some[i]), floor(some[i]), some[i], "floor");
        same_bits(mlops__expr_ceil(some[i]), ceil(some[i]), some[i], "ceil");
        same_bits(mlops__expr_round(some[i]), nearbyint(some[i]), some[i], "round");
    }
}

/* fmod is exact, so that there is one right remainder. */
static void remainders_are_exact(void **state) {
    (void)state;
    for (int i = 0; i < 300000; i++) {
        double x = draw_double(), y = draw_double(), r = fmod(x, y);
        if (r != 0 && (r < 0) != (y < 0)) r += y;
        else if (r == 0) r = copysign(0, y);
        same_bits(mlops__expr_mod(x, y), r, x, "mod");
    }
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    for (int i = 0; i < 300000; i++) { /* whole numbers, whose quotients are exact too */
        double x = (double)((int64_t)draw() >> 20),
               y = (double)((int64_t)draw() >> (20 + draw() % 40));
        if (y == 0) continue;
        same_bits(mlops__expr_floordiv(x, y), floor((double)((long double)x / y)), x, "floordiv");
    }
}

#if LDBL_MANT_DIG >= 64

static double error_in_ulps(double got, long double expected) {
    int exponent;
    if ((long double)got == expected) return 0; /* infinities too */
    frexpl(expected, &exponent);
    if (exponent < DBL_MIN_EXP) exponent = DBL_MIN_EXP;
    return (double)(fabsl((long double)got - expected) / ldexpl(1, exponent - DBL_MANT_DIG));
}

static void logarithms(void **state) {
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    double worst = 0, at = 0;
    for (int i = 0; i < 4000000; i++) {
        double x = draw_double();
        if (x <= -1 || x - x != 0) continue;
        double error = error_in_ulps(log1p_of(x), log1pl(x));
        if (error > worst) worst = error, at = x;
    }
    printf("# log1p: %.3f ULP at %a\n", worst, at);
    assert_true(worst < 1);
}

static void exponentials(void **state) {
    (void)state;
    if (under_valgrind()) {
        skipped("valgrind has no long double");
        return;
    }
    double worst = 0, at = 0;
    for (int i = 0; i < 4000000; i++) {
        double x = draw_double();
        if (x > 709.7 || x != x) continue;
        double error = error_in_ulps(mlops__expr_expm1(x), expm1l(x));
        if (error > worst) worst = error, at = x;
    }
    printf("# expm1: %.3f ULP at %a\n", worst, at);
    assert_true(worst < 2);
}

#else

static void logarithms(void **state) {
    (void)state;
    skipped("long double is no wider than double");
}

static void exponentials(void **state) {
    (void)state;
    skipped("long double is no wider than double");
}

#endif

static void borders(void **state) {
    (void)state;
    same_bits(log1p_of(-1), -INFINITY, -1, "log1p");
    same_bits(log1p_of(-1.5), NAN, -1.5, "log1p");
    same_bits(log1p_of(-INFINITY), NAN, -INFINITY, "log1p");
    same_bits(log1p_of(INFINITY), INFINITY, INFINITY, "log1p");
    same_bits(log1p_of(NAN), NAN, NAN, "log1p");
    same_bits(log1p_of(-0.0), -0.0, -0.0, "log1p");
    same_bits(log1p_of(0.0), 0.0, 0.0, "log1p");
    same_bits(log1p_of(5e-324), 5e-324, 5e-324, "log1p");
    same_bits(log1p_of(-1e-300), -1e-300, -1e-300, "log1p");
    same_bits(log1p_of(DBL_MAX), 0x1.62e42fefa39efp+9, DBL_MAX, "log1p");
    same_bits(mlops__expr_expm1(-0.0), -0.0, -0.0, "expm1");
    same_bits(mlops__expr_expm1(5e-324), 5e-324, 5e-324, "expm1");
    same_bits(mlops__expr_expm1(-INFINITY), -1, -INFINITY, "expm1");
    same_bits(mlops__expr_expm1(-800), -1, -800, "expm1");
    same_bits(mlops__expr_expm1(800), INFINITY, 800, "expm1");
    same_bits(mlops__expr_expm1(NAN), NAN, NAN, "expm1");
    same_bits(mlops__expr_mod(1, INFINITY), 1, 1, "mod");
    same_bits(mlops__expr_mod(-1, INFINITY), INFINITY, -1, "mod");
    same_bits(mlops__expr_mod(1, 0), NAN, 1, "mod");
    same_bits(mlops__expr_mod(-4, 2), 0, -4, "mod");
    same_bits(mlops__expr_mod(4, -2), -0.0, 4, "mod");
    same_bits(mlops__expr_floordiv(-1, INFINITY), -1, -1, "floordiv");
    same_bits(mlops__expr_floordiv(INFINITY, 2), NAN, INFINITY, "floordiv");
    same_bits(mlops__expr_floordiv(1, -0.0), -INFINITY, 1, "floordiv");
    same_bits(mlops__expr_floordiv(1, 0.1), 9, 1, "floordiv");
    same_bits(mlops__expr_min(-0.0, 0.0), -0.0, 0, "min");
    same_bits(mlops__expr_max(-0.0, 0.0), 0.0, 0, "max");
    same_bits(mlops__expr_min(NAN, 1), NAN, 1, "min");
    same_bits(mlops__expr_max(1, NAN), NAN, 1, "max");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roundings_are_libms),
        cmocka_unit_test(remainders_are_exact),
        cmocka_unit_test(logarithms),
        cmocka_unit_test(exponentials),
        cmocka_unit_test(borders),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
