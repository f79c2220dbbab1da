/* Profiles against a brute-force model with exact sums; their options and their memory. */
#include <stdlib.h>

#include "sys/io_test.h"
#include "unit/help_profile.h"

__extension__ typedef __int128 wide;

/* Units of 2^-scale nearest to a finite value, ties to even, by division with rest. */
static wide units_of(double value, int32_t scale) {
    int exponent;
    wide mantissa = (wide)ldexp(frexp(value, &exponent), 53);
    int shift = exponent - 53 + scale;
    if (shift >= 0) return mantissa * ((wide)1 << shift);
    if (shift < -100) return 0;
    wide step = (wide)1 << -shift, floored = mantissa / step, rest = mantissa % step;
    if (rest < 0) floored -= 1, rest += step;
    if (2 * rest > step || (2 * rest == step && floored % 2 != 0)) floored += 1;
    return floored;
}

/* mean is sum * 2^-scale / n to the nearest double: 2 |mean - exact| is no more than its ulp. */
static void assert_nearest(double mean, wide sum, int32_t scale, int64_t n) {
    int exponent;
    if (sum == 0) {
        assert_true(mean == 0.0);
        return;
    }
    wide mantissa = (wide)ldexp(frexp(mean, &exponent), 53);
    int shift = exponent - 53 + scale; /* one ulp in units */
    wide left = 2 * mantissa * n, right = 2 * sum, ulp = n;
    if (shift < 0) right *= (wide)1 << -shift;
    else left *= (wide)1 << shift, ulp *= (wide)1 << shift;
    wide gap = left > right ? left - right : right - left;
    assert_true(gap <= ulp);
}

static int same(double a, double b) {
    return isnan(a) ? isnan(b) : a == b && signbit(a) == signbit(b);
}

/* Whether a value lies between the edges of a bin, as the header says. Log-linear bins below zero
 * have their lower edge, and zero has one for itself. */
static int in_bin(const mlops_profile *p, int64_t b, int log_bins, double x) {
    double low = b ? mlops_profile_edge(p, b - 1) : -INFINITY, high = mlops_profile_edge(p, b);
    if (isnan(x)) return 0;
    if (!log_bins || x > 0) return (b ? x > low : x >= low) && x <= high && (!log_bins || high > 0);
    if (x == 0) return low == 0 && high == 0;
    return x >= low && x < high && high <= 0;
}

/* Everything that a profile says of n values, by brute force. */
static void assert_model(const mlops_profile *p, const double *v, int64_t n, int64_t n_null,
                         int32_t scale, int log_bins) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    int64_t nan = 0, infinite = 0, zero = 0, negative = 0, finite = 0;
    double min = NAN, max = NAN;
    wide sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double x = v[i] == 0.0 ? 0.0 : v[i];
        if (isnan(x)) {
            nan++;
            continue;
        }
        infinite += isinf(x) != 0;
        zero += x == 0.0;
        negative += x < 0.0;
        if (!(min <= x)) min = x;
        if (!(max >= x)) max = x;
        if (isinf(x)) continue;
        finite++;
        sum += units_of(x, scale);
    }
    assert_int_equal(mlops_profile_summarize(p, &s), MLOPS_OK);
    assert_int_equal(s.n, n + n_null);
    assert_int_equal(s.n_null, n_null);
    assert_int_equal(s.n_nan, nan);
    assert_int_equal(s.n_infinite, infinite);
    assert_int_equal(s.n_zero, zero);
    assert_int_equal(s.n_negative, negative);
    assert_true(same(s.min, min) && same(s.max, max));
    if (finite) assert_nearest(s.mean, sum, scale, finite);
    else assert_true(isnan(s.mean));
    int64_t total = 0;
    for (int64_t b = 0; b < mlops_profile_n_bins(p); b++) {
        int64_t count = 0;
        for (int64_t i = 0; i < n; i++) count += in_bin(p, b, log_bins, v[i]);
        assert_int_equal(mlops_profile_bin(p, b), count);
        total += count;
    }
    assert_int_equal(total, n - nan);
}

static void test_counts_as_the_model_does(void **state) {
    (void)state;
    static room r;
    double v[N_MAX];
    for (int round = 0; round < 120; round++) {
        int64_t n = (int64_t)(draw() % (round % 3 ? 40 : N_MAX));
        int64_t n_edges = round % 4 == 0 ? 0 : (int64_t)(draw() % 10) + 1;
        int32_t scale = round % 2 ? 32 : 8;
        mlops_profile_opts opts = with_edges(EDGES, n_edges, scale);
        mlops_profile *p = begin(&r, &opts);
        for (int64_t i = 0; i < n; i++) v[i] = draw_value();
        int64_t half = n / 2;
        assert_int_equal(mlops_profile_add(p, v, half), MLOPS_OK);
        for (int64_t i = half; i < n; i++)
            assert_int_equal(mlops_profile_add(p, v + i, 1), MLOPS_OK);
        assert_int_equal(mlops_profile_add_nulls(p, round), MLOPS_OK);
        assert_model(p, v, n, round, scale, !n_edges);
        mlops_profile_reset(p);
        assert_model(p, v, 0, 0, scale, !n_edges);
    }
}

static void test_many_edges(void **state) {
    (void)state;
    static room r;
    static double edges[1023], v[3000];
    for (int64_t n_edges = 1; n_edges <= 1023; n_edges = n_edges * 2 + (n_edges % 3)) {
        for (int64_t i = 0; i < n_edges; i++) edges[i] = (double)(i - n_edges / 2) * 0.5;
        mlops_profile_opts opts = with_edges(edges, n_edges, 32);
        mlops_profile *p = begin(&r, &opts);
        assert_int_equal(mlops_profile_n_bins(p), n_edges + 1);
        for (int64_t i = 0; i < n_edges; i++) assert_true(mlops_profile_edge(p, i) == edges[i]);
        assert_true(mlops_profile_edge(p, n_edges) == INFINITY);
        assert_true(isnan(mlops_profile_edge(p, -1)) && isnan(mlops_profile_edge(p, n_edges + 1)));
        assert_int_equal(mlops_profile_bin(p, -1), -1);
        assert_int_equal(mlops_profile_bin(p, n_edges + 1), -1);
        for (int64_t i = 0; i < 3000; i++)
            v[i] = floor((uniform() - 0.5) * 4.0 * (double)n_edges) / 4;
        assert_int_equal(mlops_profile_add(p, v, 3000), MLOPS_OK);
        assert_model(p, v, 3000, 0, 32, 0);
    }
}

static uint64_t bits_of(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* Bins on both sides if the lowest shift bits of the magnitudes tell nothing, the one before each
 * taken so that a bin has its greater end; tiny and huge ones have no such bin. */
static int64_t bins_at(const double *v, int64_t n, int shift) {
    int64_t total = 0;
    for (int side = 0; side < 2; side++) {
        uint64_t low = UINT64_MAX, high = 0;
        for (int64_t i = 0; i < n; i++) {
            double x = fabs(v[i]);
            if (isnan(x) || (v[i] < 0) != side || x <= 0x1p-32 || x > 0x1p64) continue;
            uint64_t at = (bits_of(x) - 1 + ((uint64_t)1 << 52)) >> shift;
            if (at < low) low = at;
            if (at > high) high = at;
        }
        if (low <= high) total += (int64_t)(high - low) + 1;
    }
    return total;
}

/* Log-linear bins are as fine as the room for their counts allows, and no finer: also when room is
 * scarce, and when they were coarser for a while in no other order of the values. */
static void test_log_bins_are_as_fine_as_fits(void **state) {
    (void)state;
    static room r;
    double v[N_MAX];
    for (int round = 0; round < 200; round++) {
        mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
        opts.bins_size = (int64_t[]){0, 64, 200, 16384}[round % 4];
        int64_t n = (int64_t)(draw() % N_MAX), room = opts.bins_size ? opts.bins_size : 1000;
        mlops_profile *p = begin(&r, &opts);
        double middle = round % 3 ? 0 : 1e6, width = ldexp(1.0, (int)(draw() % 60) - 30);
        for (int64_t i = 0; i < n; i++)
            v[i] = round % 5 ? middle + (uniform() - 0.5) * width : draw_value();
        assert_int_equal(mlops_profile_add(p, v, n), MLOPS_OK);
        int shift = 0;
        while (bins_at(v, n, shift) > room / 2) shift++;
        assert_int_equal(mlops_profile_n_bins(p), bins_at(v, n, shift) + 9);
        assert_model(p, v, n, 0, 32, 1);
    }
}

/* Each edge, what lies just above and just below, in every bin. */
static void test_log_bins_at_their_edges(void **state) {
    (void)state;
    static room a, b;
    static double v[N_MAX], ends[3 * N_MAX];
    mlops_profile *p = begin(&a, NULL);
    for (int64_t i = 0; i < N_MAX; i++) v[i] = ldexp(uniform() - 0.5, (int)(draw() % 90) - 30);
    assert_int_equal(mlops_profile_add(p, v, N_MAX), MLOPS_OK);
    int64_t n = mlops_profile_n_bins(p) - 1;
    for (int64_t i = 0; i < n; i++) {
        double edge = mlops_profile_edge(p, i);
        assert_true(i == 0 || edge >= mlops_profile_edge(p, i - 1));
        ends[3 * i] = edge;
        ends[3 * i + 1] = nextafter(edge, INFINITY);
        ends[3 * i + 2] = nextafter(edge, -INFINITY);
    }
    assert_true(mlops_profile_edge(p, 0) == -0x1p64 && mlops_profile_edge(p, n) == INFINITY);
    assert_int_equal(mlops_profile_add(p, ends, 3 * n), MLOPS_OK);
    mlops_profile *q = begin(&b, NULL);
    assert_int_equal(mlops_profile_add(q, ends, 3 * n), MLOPS_OK);
    assert_model(q, ends, 3 * n, 0, 32, 1);
}

/* A narrow band far off zero is told apart as well. */
static void test_a_narrow_band(void **state) {
    (void)state;
    static room r;
    double v[500];
    mlops_profile *p = begin(&r, NULL);
    for (int i = 0; i < 500; i++) v[i] = 1e6 + i / 250.0 - 1;
    assert_int_equal(mlops_profile_add(p, v, 500), MLOPS_OK);
    for (int k = 1; k < 10; k++) {
        double off = mlops_profile_quantile(p, k / 10.0) - v[50 * k - 1];
        assert_true(off >= 0 && off < 0.02);
    }
}

static void test_float32_as_float64(void **state) {
    (void)state;
    static room a, b;
    static float f[300];
    double v[100];
    mlops_profile_opts opts = with_edges(EDGES, 10, 32);
    for (int64_t stride = 1; stride <= 3; stride++) {
        mlops_profile *x = begin(&a, &opts), *y = begin(&b, &opts);
        for (size_t i = 0; i < 300; i++) {
            double value = draw_value();
            f[i] = fabs(value) < 0x1p100 || !isfinite(value) ? (float)value : 1.0f;
        }
        for (int64_t i = 0; i < 100; i++) v[i] = (double)f[i * stride];
        assert_int_equal(mlops_profile_add_f32(x, f, 100, stride), MLOPS_OK);
        assert_int_equal(mlops_profile_add(y, v, 100), MLOPS_OK);
        assert_same_bytes(x, y);
    }
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The bin of a rank holds the value of that rank. */
static void test_quantiles(void **state) {
    (void)state;
    static room a;
    double v[200];
    mlops_profile *p = begin(&a, NULL);
    assert_true(isnan(mlops_profile_quantile(p, 0.5)));
    for (int i = 0; i < 200; i++) v[i] = ldexp(uniform() - 0.3, (int)(draw() % 40) - 20);
    assert_int_equal(mlops_profile_add(p, v, 200), MLOPS_OK);
    qsort(v, 200, sizeof *v, ascending);
    for (int k = 1; k <= 200; k++) {
        double q = ((double)k - 0.5) / 200.0, got = mlops_profile_quantile(p, q), exact = v[k - 1];
        int64_t bin = 0;
        while (!in_bin(p, bin, 1, exact)) bin++;
        double edge = mlops_profile_edge(p, bin);
        assert_true(got == (edge > v[199] ? v[199] : edge) && got >= exact);
    }
    assert_true(mlops_profile_quantile(p, 0.0) >= v[0]);
    assert_true(mlops_profile_quantile(p, 1.0) == v[199]);
    assert_true(isnan(mlops_profile_quantile(p, -0.1)) && isnan(mlops_profile_quantile(p, 1.1)));
    assert_true(isnan(mlops_profile_quantile(p, NAN)));
}

static void assert_refused(const mlops_profile_opts *opts) {
    static room r;
    mlops_profile *p = (mlops_profile *)(void *)&r;
    mlops_error err = {0};
    assert_int_equal(mlops_profile_init(&p, &r, sizeof r, opts), MLOPS_E_INVALID);
    assert_null(p);
    assert_int_equal(mlops_profile_new(&p, opts, &err), MLOPS_E_INVALID);
    assert_null(p);
    assert_int_equal(err.code, MLOPS_E_INVALID);
    assert_true(err.message[0]);
}

static void test_options(void **state) {
    (void)state;
    static room r;
    static const double bad[][3] = {{0, 0, 1},        {0, NAN, 1}, {-INFINITY, 0, 1},
                                    {0, 1, INFINITY}, {1, 0, 2},   {-0.0, 0.0, 1}};
    mlops_profile_opts opts;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        opts = with_edges(bad[i], 3, 32);
        assert_refused(&opts);
    }
    opts = with_edges(EDGES, -1, 32), assert_refused(&opts);
    opts = with_edges(EDGES, 4096, 32), assert_refused(&opts);
    opts = with_edges(EDGES, 3, 65), assert_refused(&opts);
    opts = with_edges(EDGES, 3, -65), assert_refused(&opts);
    opts = with_edges(EDGES, 3, 0), opts.edges = NULL, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.edges = EDGES, assert_refused(&opts);
    opts = with_edges(EDGES, 3, 0), opts.flags |= 2, assert_refused(&opts);
    opts = with_edges(EDGES, 3, 0), opts.reserved = 1, assert_refused(&opts);
    opts = with_edges(EDGES, 3, 0), opts.bins_size = 64, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.bins_size = 65, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.bins_size = 56, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.bins_size = 65544, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.lg_k = 3, assert_refused(&opts);
    opts = with_edges(NULL, 0, 0), opts.lg_k = 17, assert_refused(&opts);
    static const char *const lists[] = {"",    "a,",     ",a",     "a,a",
                                        "\"a", "\"a\"b", "\"\",a", "\"a\"\""};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        opts = with_edges(NULL, 0, 0), opts.categories = lists[i], assert_refused(&opts);
    }
    opts = with_edges(EDGES, 3, 0), opts.struct_size = 0, assert_refused(&opts);
    assert_int_equal(mlops_profile_size(&opts), 0);
    opts = with_edges(EDGES, 3, 32);
    size_t size = mlops_profile_size(&opts);
    mlops_profile *p;
    assert_int_equal(mlops_profile_init(&p, &r, size - 1, &opts), MLOPS_E_ARENA);
    assert_null(p);
    assert_int_equal(mlops_profile_init(&p, (char *)&r + 4, sizeof r - 8, &opts), MLOPS_E_INVALID);
    assert_int_equal(mlops_profile_init(&p, NULL, size, &opts), MLOPS_E_INVALID);
    mlops_profile_summary s = {0};
    p = begin(&r, &opts);
    assert_int_equal(mlops_profile_summarize(p, &s), MLOPS_E_INVALID);
}

static void test_a_feature_fits_into_2_kib(void **state) {
    (void)state;
    double edges[98];
    for (int i = 0; i < 98; i++) edges[i] = i;
    mlops_profile_opts opts = with_edges(edges, 98, 32), all = MLOPS_PROFILE_OPTS_INIT;
    assert_true(mlops_profile_size(&opts) <= 2048);
    all.lg_k = 9;
    assert_int_equal(mlops_profile_size(&all), 2048);
}

static void test_on_the_heap(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_profile_opts opts = with_edges(EDGES, 10, 32);
    mlops_profile *p;
    mlops_error err;
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    opts.host = &host;
    assert_int_equal(mlops_profile_new(&p, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_profile_add(p, EDGES, 10), MLOPS_OK);
    for (int64_t i = 0; i < 10; i++) assert_int_equal(mlops_profile_bin(p, i), 1);
    mlops_profile_free(p);
    assert_int_equal(fault.n_live, 0);
    fault.fail_at = fault.n_calls + 1;
    assert_int_equal(mlops_profile_new(&p, &opts, &err), MLOPS_E_NOMEM);
    assert_null(p);
    assert_int_equal(err.code, MLOPS_E_NOMEM);
    mlops_profile_free(NULL);
    assert_int_equal(fault.n_live, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_as_the_model_does),
        cmocka_unit_test(test_many_edges),
        cmocka_unit_test(test_log_bins_are_as_fine_as_fits),
        cmocka_unit_test(test_a_narrow_band),
        cmocka_unit_test(test_log_bins_at_their_edges),
        cmocka_unit_test(test_float32_as_float64),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_a_feature_fits_into_2_kib),
        cmocka_unit_test(test_on_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
