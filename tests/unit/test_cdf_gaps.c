/* One merge of two sorted samples, beside the definitions: the gap of the CDFs after each distinct
 * value in whole numbers, and its integrals in long double. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "stats/stats.h"
#include "unit/draw.h"
#include "unit/levels.h"

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static mlops__merged by_definition(const double *x, int64_t n, const double *y, int64_t m) {
    mlops__merged out = {0};
    long double first = 0, second = 0, both = (long double)n * m;
    int64_t i = 0, j = 0;
    out.at_high = out.at_low = fmax(x[n - 1], y[m - 1]);
    while (i < n || j < m) {
        double at = j == m || (i < n && x[i] < y[j]) ? x[i] : y[j];
        while (i < n && x[i] == at) i++;
        while (j < m && y[j] == at) j++;
        int64_t gap = i * m - j * n;
        if (gap > out.gap_high) out.gap_high = gap, out.at_high = at;
        if (gap < out.gap_low) out.gap_low = gap, out.at_low = at;
        if (gap == 0) continue;
        double next = j == m || (i < n && x[i] < y[j]) ? x[i] : y[j];
        long double width = (long double)next - at, share = gap < 0 ? -gap / both : gap / both;
        first += share * width;
        second += share * share * width;
    }
    out.wasserstein = (double)first;
    out.energy = (double)sqrtl(2 * second);
    return out;
}

enum { KINDS = 7 };

static double value_of(int kind, double shift) {
    double u = uniform(), v = u + uniform() + uniform() + shift;
    switch (kind) {
    case 0: return v;
    case 1: return floor(8 * v);    /* each value many times */
    case 2: return floor(4000 * v); /* some twice, here and there */
    case 3: return v + 3 * shift;   /* often apart */
    case 4: return u < 0.01 ? -(double)INFINITY : u > 0.98 ? (double)INFINITY : floor(99 * v);
    case 5: return (v - 1.5) * 1e308; /* a span beyond float64 */
    default: return exp(40 * v);
    }
}

static void close_to(double got, double want, const char *what) {
    if (got == want || fabs(got - want) <= 1e-13 * fabs(want)) return;
    fail_msg("%s: %.17g is not %.17g", what, got, want);
}

/* By all kernels, which give the same bits. */
static void merge(mlops__merged *out, const double *x, int64_t n, const double *y, int64_t m) {
    mlops__merge(out, MLOPS_CPU_SCALAR, x, n, y, m, 0);
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__merged same;
        if (!kernels(LEVELS[l])) continue;
        mlops__merge(&same, LEVELS[l], x, n, y, m, 0);
        assert_memory_equal(&same, out, sizeof same);
    }
}

static void check(int kind, int64_t n, int64_t m, double shift) {
    double *x = malloc((size_t)n * sizeof *x), *y = malloc((size_t)m * sizeof *y);
    assert_true(x && y);
    for (int64_t i = 0; i < n; i++) x[i] = value_of(kind, 0);
    for (int64_t i = 0; i < m; i++) y[i] = value_of(kind, shift);
    qsort(x, (size_t)n, sizeof *x, ascending);
    qsort(y, (size_t)m, sizeof *y, ascending);
    mlops__merged got, want = by_definition(x, n, y, m);
    merge(&got, x, n, y, m);
    assert_int_equal(got.gap_high, want.gap_high);
    assert_int_equal(got.gap_low, want.gap_low);
    if (got.gap_high) close_to(got.at_high, want.at_high, "highest");
    if (got.gap_low) close_to(got.at_low, want.at_low, "lowest");
    close_to(got.wasserstein, want.wasserstein, "Wasserstein");
    close_to(got.energy, want.energy, "energy");
    free(x);
    free(y);
}

static void test_definitions(void **state) {
    (void)state;
    seed = 31;
    for (int kind = 0; kind < KINDS; kind++)
        for (int i = 0; i < 60; i++) {
            int64_t n = 1 + (int64_t)(draw() % (i % 3 ? 9000 : 60));
            int64_t m = 1 + (int64_t)(draw() % (i % 4 ? 7000 : 300));
            check(kind, n, m, i % 2 ? 0 : i % 5 ? 0.02 : 1.7);
        }
    for (int kind = 0; kind < KINDS; kind++) check(kind, 150000, 40000, 0.01);
}

/* Shares of large samples begin and end in runs of equal values. */
static void test_runs(void **state) {
    (void)state;
    enum { N = 8192 };
    double *x = malloc(2 * N * sizeof *x), *y = x + N;
    assert_non_null(x);
    for (int64_t run = 1; run <= N; run *= 2)
        for (int64_t late = 0; late < 3; late++) {
            for (int64_t i = 0; i < N; i++) {
                x[i] = (double)(i / run);
                y[i] = (double)((i + late * run / 2) / run);
            }
            mlops__merged got, want = by_definition(x, N, y, N);
            merge(&got, x, N, y, N);
            assert_int_equal(got.gap_high, want.gap_high);
            assert_int_equal(got.gap_low, want.gap_low);
            close_to(got.wasserstein, want.wasserstein, "Wasserstein");
            close_to(got.energy, want.energy, "energy");
        }
    free(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definitions),
        cmocka_unit_test(test_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
