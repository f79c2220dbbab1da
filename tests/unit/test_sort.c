/* Sorting of float64: every kernel beside qsort(), bit by bit, over every small size, patterns, and
 * inputs made to mislead the choice of a pivot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"
#include "unit/levels.h"

static double *reals(int64_t n) {
    double *out = malloc((size_t)(n ? n : 1) * sizeof *out); /* no more, for who writes beyond */
    assert_non_null(out);
    return out;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Out of place, from either array, and with what is sorted already. */
static void check(const double *values, int64_t n) {
    double *want = reals(n), *a = reals(n), *b = reals(n), *given = reals(n);
    int64_t kept = 0;
    size_t size = (size_t)n * sizeof *want;
    for (int64_t i = 0; i < n; i++)
        if (!isnan(values[i])) want[kept++] = values[i] + 0.0;
    qsort(want, (size_t)kept, sizeof *want, ascending);
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        const mlops__kern *all = kernels(LEVELS[l]);
        for (int way = 0; all && way < 4; way++) {
            memcpy(way == 0 ? given : way == 1 ? a : b, values, size);
            const double *from = way == 0 ? given : way == 2 ? b : a;
            double *scratch = way == 3 ? given : b;
            if (way == 3) memcpy(a, want, (size_t)kept * sizeof *want);
            assert_int_equal(all->sort_values(a, scratch, from, way == 3 ? kept : n), kept);
            if (memcmp(a, want, (size_t)kept * sizeof *want) != 0)
                fail_msg("level %d, way %d, %lld values", (int)LEVELS[l], way, (long long)n);
            if (way == 0) assert_memory_equal(given, values, size);
        }
    }
    free(want);
    free(a);
    free(b);
    free(given);
}

enum { KINDS = 16 };

static double value_of(int kind, int64_t i, int64_t n) {
    static const double ends[] = {-(double)INFINITY, -DBL_MAX, -1e-310, -4.9e-324,       -0.0, 0.0,
                                  4.9e-324,          1e-310,   DBL_MAX, (double)INFINITY};
    double u = uniform();
    uint64_t bits = draw();
    double any;
    memcpy(&any, &bits, sizeof any);
    switch (kind) {
    case 0: return u - 0.5;
    case 1: return floor(2 * u);
    case 2: return floor(30 * u) - 15;
    case 3: return (double)(i / 3);
    case 4: return -(double)(i / 2);
    case 5: return (double)(i < n / 2 ? i : n - i); /* up and down */
    case 6: return (double)(i % 64);                /* a period of vectors */
    case 7: return i % 97 ? (double)i : u * (double)n;
    case 8: return ends[bits % 10];
    case 9: return u < 0.5 ? (double)NAN : ends[bits % 10];
    case 10: return any; /* NaN of many kinds among them */
    case 11: return 7;
    case 12: return exp(40 * u);
    case 13: return (i % 2 ? 1e9 : -1e-9) * (1 + u * 0x1p-40);
    case 14: return i == n - 1 ? -1 : (double)i;
    default: return (double)NAN;
    }
}

static void check_kind(int kind, int64_t n) {
    double *values = reals(n);
    for (int64_t i = 0; i < n; i++) values[i] = value_of(kind, i, n);
    check(values, n);
    free(values);
}

static void test_small(void **state) {
    (void)state;
    seed = 11;
    for (int64_t n = 0; n <= 300; n++)
        for (int kind = 0; kind < KINDS; kind++) check_kind(kind, n);
}

static void test_large(void **state) {
    (void)state;
    static const int64_t sizes[] = {1000, 4095, 4096, 4101, 30011};
    seed = 12;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int kind = 0; kind < KINDS; kind++) check_kind(kind, sizes[s]);
    check_kind(0, 1000003);
    check_kind(9, 1000003);
}

/* ---- an adversary that knows sort_lanes.inc ----
 * Values are not told until they are looked at for a pivot, and then are the least of what is left:
 * hardly any comes before the pivot, down to where quicksort gives up. Where the choice of pivots
 * has changed since, this is one more pattern. */
enum { MANY = 64, LARGE = 4096 };
#define UNTOLD 1e9

static int64_t spot(uint64_t *state, int64_t n) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (int64_t)((*state >> 32) * (uint64_t)n >> 32);
}

static double middle(double a, double b, double c) { return fmax(fmin(a, b), fmin(fmax(a, b), c)); }

/* Tells the values that a pivot is picked from; returns it. */
static double lure(double *values, const int64_t *at, int64_t m, int lanes, double *next) {
    double few[MANY];
    uint64_t state = (uint64_t)m;
    int n = m < LARGE ? 3 * lanes : MANY, wide = m < LARGE ? lanes : 1;
    for (int i = 0; i < n; i += wide) {
        int64_t first = spot(&state, m < LARGE ? m - lanes : m);
        for (int k = 0; k < wide; k++) {
            double *value = &values[at[first + k]];
            if (*value >= UNTOLD) *value = (*next)++;
            few[i + k] = *value;
        }
    }
    if (m < LARGE) {
        n = lanes;
        for (int k = 0; k < n; k++) few[k] = middle(few[k], few[k + n], few[k + 2 * n]);
    }
    qsort(few, (size_t)n, sizeof *few, ascending);
    return few[n / 2];
}

static void mislead(double *values, int64_t n, int lanes) {
    int64_t *at = malloc((size_t)n * sizeof *at), *to = malloc((size_t)n * sizeof *to), m = n;
    assert_true(at && to);
    double next = 0;
    for (int64_t i = 0; i < n; i++) at[i] = i, values[i] = UNTOLD + (double)(i * 7919 % n);
    while (m > 16 * lanes) {
        double pivot = lure(values, at, m, lanes, &next);
        int64_t low = 0, high = m, i = 0;
        for (; i < m % lanes; i++) to[values[at[i]] < pivot ? low++ : --high] = at[i];
        for (; i < m; i += lanes) {
            int64_t behind = 0;
            for (int k = 0; k < lanes; k++) behind += values[at[i + k]] >= pivot;
            high -= behind;
            for (int k = 0, place = 0; k < lanes; k++)
                to[values[at[i + k]] < pivot ? low++ : high + place++] = at[i + k];
        }
        if (low == 0) break;
        m -= low;
        memcpy(at, to + low, (size_t)m * sizeof *at);
    }
    free(at);
    free(to);
}

static void test_misled(void **state) {
    (void)state;
    for (int lanes = 4; lanes <= 8; lanes += 4)
        for (int64_t n = 500; n < 70000; n *= 5) {
            double *values = reals(n);
            mislead(values, n, lanes);
            check(values, n);
            free(values);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_misled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
