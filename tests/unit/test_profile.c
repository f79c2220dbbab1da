/* Profiles against a brute-force model with exact sums, and their bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32.h"
#include "base/cursor.h"
#include "profile/profile.h"
#include "sys/io_test.h"

#include <mlops.h>

__extension__ typedef __int128 wide;

enum { WORDS = 4096, BYTES = 8 * WORDS, N_MAX = 700 };

static const double EDGES[] = {-0x1p40,   -2.5, -1.0, -0x1p-1074, 0.0,
                               0x1p-1022, 0.1,  1.0,  3.0,        1e300};

/* Room for one profile. */
typedef struct room {
    uint64_t words[WORDS];
} room;

static uint64_t seed = 1;

static uint64_t draw(void) { /* splitmix64 */
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(void) { return (double)(draw() >> 11) * 0x1p-53; }

/* Values that the sum takes at scale 32 and the model's 128 bits hold, and now and then a special.
 */
static double draw_value(void) {
    static const double special[] = {
        0.0,        -0.0,    0x1p-1074, -0x1p-1074, INFINITY,  -INFINITY, NAN,
        -NAN,       0x1p-32, 0x1p32,    -0x1p-32,   -0x1p32,   0x1.8p-33, 0x1p-33,
        -0x1.8p-33, 1.0,     0.1,       -2.5,       0x1p-1022, 3.0,       1.25,
        -1.25,      0x1p20,  -0x1p21,   0x1.cp31,   0x1p-1000, 0x1p60};
    if (draw() % 4 == 0) return special[draw() % (sizeof special / sizeof *special)];
    double value = ldexp(uniform() * 2.0 - 1.0, (int)(draw() % 80) - 44);
    return draw() % 3 == 0 ? rint(value) : value;
}

static mlops_profile_opts with_edges(const double *edges, int64_t n, int32_t scale) {
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = n ? edges : NULL;
    opts.n_edges = n;
    opts.scale = scale;
    opts.flags = MLOPS_PROFILE_SET_SCALE;
    return opts;
}

static mlops_profile *begin(room *r, const mlops_profile_opts *opts) {
    mlops_profile *p;
    size_t size = mlops_profile_size(opts);
    assert_true(size > 0 && size <= sizeof *r);
    memset(r, 0xa5, sizeof *r);
    assert_int_equal(mlops_profile_init(&p, r, size, opts), MLOPS_OK);
    return p;
}

static size_t save(const mlops_profile *p, uint8_t *bytes) {
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_profile_save(p, NULL, 0, &needed), MLOPS_OK);
    assert_true(needed > 0 && needed <= BYTES);
    memset(bytes, 0x5a, BYTES);
    assert_int_equal(mlops_profile_save(p, bytes, needed - 1, NULL), MLOPS_E_ARENA);
    assert_int_equal(bytes[0], 0x5a);
    assert_int_equal(mlops_profile_save(p, bytes, needed, &again), MLOPS_OK);
    assert_int_equal(again, needed);
    assert_int_equal(bytes[needed], 0x5a);
    return needed;
}

static void assert_same_bytes(const mlops_profile *a, const mlops_profile *b) {
    static uint8_t x[BYTES], y[BYTES];
    size_t n = save(a, x);
    assert_int_equal(save(b, y), n);
    assert_memory_equal(x, y, n);
}

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

/* Everything that a profile says of n values, by brute force. */
static void assert_model(const mlops_profile *p, const double *v, int64_t n, int64_t n_null,
                         int32_t scale) {
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
    for (int64_t b = 0; b < mlops_profile_n_bins(p); b++) {
        double low = b ? mlops_profile_edge(p, b - 1) : -INFINITY;
        double high = mlops_profile_edge(p, b);
        int64_t count = 0;
        for (int64_t i = 0; i < n; i++) count += (b ? v[i] > low : v[i] >= low) && v[i] <= high;
        assert_int_equal(mlops_profile_bin(p, b), count);
    }
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
        assert_model(p, v, n, round, scale);
        mlops_profile_reset(p);
        assert_model(p, v, 0, 0, scale);
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
        assert_model(p, v, 3000, 0, 32);
    }
}

static void test_log_edges(void **state) {
    (void)state;
    static room r;
    mlops_profile *p = begin(&r, NULL);
    assert_int_equal(mlops_profile_n_bins(p), 517);
    int64_t at = 0;
    assert_true(mlops_profile_edge(p, at++) == -0x1p32);
    for (int e = 31; e >= -32; e--)
        for (int quarter = 3; quarter >= 0; quarter--)
            assert_true(mlops_profile_edge(p, at++) == -ldexp(1.0 + quarter / 4.0, e));
    assert_true(mlops_profile_edge(p, at++) == -0x1p-1074);
    assert_true(same(mlops_profile_edge(p, at++), 0.0));
    assert_true(mlops_profile_edge(p, at++) == 0x1p-32);
    for (int e = -32; e < 32; e++)
        for (int quarter = 1; quarter <= 4; quarter++)
            assert_true(mlops_profile_edge(p, at++) == ldexp(1.0 + quarter / 4.0, e));
    assert_true(mlops_profile_edge(p, at++) == INFINITY);
    assert_int_equal(at, 517);
}

/* Each edge, what lies just above and just below, in every bin. */
static void test_log_bins_at_their_edges(void **state) {
    (void)state;
    static room r;
    static double v[3 * 516];
    mlops_profile *p = begin(&r, NULL);
    for (int64_t i = 0; i < 516; i++) {
        double edge = mlops_profile_edge(p, i);
        v[3 * i] = edge;
        v[3 * i + 1] = nextafter(edge, INFINITY);
        v[3 * i + 2] = nextafter(edge, -INFINITY);
    }
    assert_int_equal(mlops_profile_add(p, v, 3 * 516), MLOPS_OK);
    assert_model(p, v, 3 * 516, 0, 32);
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

/* Values in parts of any size, merged in any order, are the whole: in the state and as bytes. */
static void test_merge_laws(void **state) {
    (void)state;
    static room whole_room, parts_room[8];
    double v[N_MAX];
    for (int round = 0; round < 200; round++) {
        mlops_profile *parts[8];
        mlops_profile_opts opts = with_edges(EDGES, round % 2 ? 10 : 0, round % 5 ? 32 : 64);
        mlops_profile *whole = begin(&whole_room, &opts);
        int64_t n = (int64_t)(draw() % 200), n_parts = (int64_t)(draw() % 7) + 2;
        for (int64_t i = 0; i < n_parts; i++) parts[i] = begin(&parts_room[i], &opts);
        for (int64_t i = 0; i < n; i++) {
            v[i] = round % 7 == 0 ? ldexp(uniform() - 0.5, (int)(draw() % 120)) : draw_value();
            assert_int_equal(mlops_profile_add(parts[draw() % (uint64_t)n_parts], v + i, 1),
                             MLOPS_OK);
        }
        assert_int_equal(mlops_profile_add(whole, v, n), MLOPS_OK);
        assert_int_equal(mlops_profile_add_nulls(whole, 3), MLOPS_OK);
        assert_int_equal(mlops_profile_add_nulls(parts[0], 3), MLOPS_OK);
        while (n_parts > 1) {
            int64_t from = (int64_t)(draw() % (uint64_t)n_parts), to = (from + 1) % n_parts;
            room before = *(room *)(void *)parts[from];
            assert_int_equal(mlops_profile_merge(parts[to], parts[from]), MLOPS_OK);
            assert_memory_equal(&before, parts[from], mlops_profile_size(&opts));
            parts[from] = parts[--n_parts];
        }
        assert_memory_equal(parts[0], whole, mlops_profile_size(&opts));
        assert_same_bytes(parts[0], whole);
    }
}

static void test_merge_refuses_another_configuration(void **state) {
    (void)state;
    static room a, b;
    static const double other[] = {-1.0, 0.5};
    mlops_profile_opts opts = with_edges(EDGES, 2, 32);
    mlops_profile_opts differ[] = {with_edges(EDGES, 3, 32), with_edges(EDGES, 2, 31),
                                   with_edges(other, 2, 32), with_edges(NULL, 0, 32)};
    mlops_profile *x = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(x, EDGES, 10), MLOPS_OK);
    for (size_t i = 0; i < 4; i++) {
        room before = a;
        mlops_profile *y = begin(&b, &differ[i]);
        assert_int_equal(mlops_profile_merge(x, y), MLOPS_E_INVALID);
        assert_memory_equal(&a, &before, sizeof a);
    }
}

static void test_counts_never_overflow(void **state) {
    (void)state;
    static room a, b;
    double one = 1.0;
    float one_f = 1.0f;
    mlops_profile *x = begin(&a, NULL), *y = begin(&b, NULL);
    assert_int_equal(mlops_profile_add_nulls(x, INT64_MAX - 1), MLOPS_OK);
    assert_int_equal(mlops_profile_add(x, &one, 1), MLOPS_OK);
    room before = a;
    assert_int_equal(mlops_profile_add(x, &one, 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_profile_add_f32(x, &one_f, 1, 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_profile_add_nulls(x, 1), MLOPS_E_LIMIT);
    assert_int_equal(mlops_profile_add(y, &one, 1), MLOPS_OK);
    assert_int_equal(mlops_profile_merge(x, y), MLOPS_E_LIMIT);
    assert_int_equal(mlops_profile_add(x, &one, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_profile_add_f32(x, &one_f, 0, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_profile_add_nulls(x, -1), MLOPS_E_INVALID);
    assert_memory_equal(&a, &before, sizeof a);
}

static double mean_of(const mlops_profile *p) {
    mlops_profile_summary s = MLOPS_PROFILE_SUMMARY_INIT;
    assert_int_equal(mlops_profile_summarize(p, &s), MLOPS_OK);
    return s.mean;
}

/* Doubling a profile 61 times: sums of up to 2^186 units whose mean is known. */
static void test_sums_beyond_128_bits(void **state) {
    (void)state;
    static room a, b;
    static const double tops[] = {0x1.fffffffffffffp93, -0x1.fffffffffffffp93,
                                  0x1.123456789abcdp93};
    for (size_t i = 0; i < 3; i++) {
        double v[3] = {tops[i], tops[i], -tops[i]};
        mlops_profile *x = begin(&a, NULL);
        assert_int_equal(mlops_profile_add(x, v, 1), MLOPS_OK);
        for (int k = 0; k < 61; k++) {
            b = a;
            assert_int_equal(mlops_profile_merge(x, (mlops_profile *)(void *)&b), MLOPS_OK);
            assert_true(mean_of(x) == tops[i]);
        }
        x = begin(&a, NULL);
        assert_int_equal(mlops_profile_add(x, v, 3), MLOPS_OK);
        for (int k = 0; k < 61; k++) {
            b = a;
            assert_int_equal(mlops_profile_merge(x, (mlops_profile *)(void *)&b), MLOPS_OK);
            assert_true(mean_of(x) == tops[i] / 3.0);
        }
    }
}

static void test_values_beyond_the_sum(void **state) {
    (void)state;
    static room a;
    double fits = 0x1.fffffffffffffp93, beyond = -0x1p94;
    mlops_profile *p = begin(&a, NULL);
    assert_int_equal(mlops_profile_add(p, &fits, 1), MLOPS_OK);
    assert_true(mean_of(p) == fits);
    assert_int_equal(mlops_profile_add(p, &beyond, 1), MLOPS_OK);
    assert_true(isnan(mean_of(p)));
    assert_int_equal(mlops_profile_bin(p, 0), 1);
    mlops_profile_reset(p);
    assert_int_equal(mlops_profile_add(p, &fits, 1), MLOPS_OK);
    assert_true(mean_of(p) == fits);
}

static void test_rounding_is_to_even(void **state) {
    (void)state;
    static room a;
    static const double v[][2] = {
        {0.5, 0},  {1.5, 2},  {2.5, 2}, {-0.5, 0}, {-1.5, -2}, {-2.5, -2}, {0x1.8p51, 0x1.8p51},
        {0.75, 1}, {-0.25, 0}};
    mlops_profile_opts opts = with_edges(NULL, 0, 0);
    for (size_t i = 0; i < sizeof v / sizeof *v; i++) {
        mlops_profile *p = begin(&a, &opts);
        assert_int_equal(mlops_profile_add(p, v[i], 1), MLOPS_OK);
        assert_true(mean_of(p) == v[i][1]);
    }
    for (int32_t scale = -64; scale <= 64; scale += 128) {
        double unit = ldexp(1.0, -scale), half = unit / 2, more = nextafter(half, INFINITY);
        opts = with_edges(NULL, 0, scale);
        mlops_profile *p = begin(&a, &opts);
        assert_int_equal(mlops_profile_add(p, &half, 1), MLOPS_OK);
        assert_true(mean_of(p) == 0.0);
        mlops_profile_reset(p);
        assert_int_equal(mlops_profile_add(p, &more, 1), MLOPS_OK);
        assert_true(mean_of(p) == unit);
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
        while (mlops_profile_edge(p, bin) < exact) bin++;
        double edge = mlops_profile_edge(p, bin);
        assert_true(got == (edge > v[199] ? v[199] : edge));
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

static void test_feature_fits_into_2_kib(void **state) {
    (void)state;
    double edges[100];
    for (int i = 0; i < 100; i++) edges[i] = i;
    mlops_profile_opts opts = with_edges(edges, 100, 32);
    assert_true(mlops_profile_size(&opts) <= 2048);
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

static void test_bytes_round_trip(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[BYTES];
    double v[60];
    for (int round = 0; round < 60; round++) {
        mlops_profile_opts opts = with_edges(EDGES, round % 11, round % 65);
        mlops_profile *p = begin(&a, &opts), *q;
        for (int i = 0; i < round; i++) v[i] = round % 5 ? draw_value() : 1e200 * (uniform() - 0.5);
        assert_int_equal(mlops_profile_add(p, v, round), MLOPS_OK);
        size_t n = save(p, bytes), size = mlops_profile_size(&opts);
        memset(&b, 0xc3, sizeof b);
        assert_int_equal(mlops_profile_load(&q, &b, size, bytes, n), MLOPS_OK);
        assert_memory_equal(p, q, size);
        assert_int_equal(mlops_profile_load(&q, &b, size - 1, bytes, n), MLOPS_E_ARENA);
        assert_null(q);
        assert_int_equal(mlops_profile_load(&q, (char *)&b + 1, size, bytes, n), MLOPS_E_INVALID);
    }
}

/* As Python's struct and zlib.crc32 spell it from the format's description: scale 4, edges -1 and
 * 2.5; values 3.0, -1.0, 2.5, -0.0, NaN and one null. */
static void test_golden_bytes(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[BYTES];
    static const char golden[] = "4d4c505201000000020000000400000006000000000000000100000000000000"
                                 "0100000000000000000000000000000001000000000000000100000000000000"
                                 "0000000000000000000000000000f0bf00000000000008404800000000000000"
                                 "00000000000000000000000000000000000000000000f0bf0000000000000440"
                                 "010000000000000002000000000000000100000000000000f1ec788b";
    static const double edges[] = {-1.0, 2.5}, v[] = {3.0, -1.0, 2.5, -0.0, NAN};
    mlops_profile_opts opts = with_edges(edges, 2, 4);
    mlops_profile *p = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(p, v, 5), MLOPS_OK);
    assert_int_equal(mlops_profile_add_nulls(p, 1), MLOPS_OK);
    size_t n = save(p, bytes);
    assert_int_equal(2 * n, sizeof golden - 1);
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {golden[2 * i], golden[2 * i + 1], 0};
        assert_int_equal(bytes[i], strtoul(pair, NULL, 16));
    }
}

static size_t some_bytes(room *r, uint8_t *bytes, int64_t n_edges) {
    double v[40];
    mlops_profile_opts opts = with_edges(EDGES, n_edges, 32);
    mlops_profile *p = begin(r, &opts);
    for (int i = 0; i < 40; i++) v[i] = draw_value();
    assert_int_equal(mlops_profile_add(p, v, 40), MLOPS_OK);
    assert_int_equal(mlops_profile_add_nulls(p, 2), MLOPS_OK);
    return save(p, bytes);
}

static void test_every_flip_and_cut_is_refused(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[BYTES];
    for (int64_t n_edges = 0; n_edges <= 10; n_edges += 5) {
        size_t n = some_bytes(&a, bytes, n_edges);
        mlops_profile *p;
        for (size_t i = 0; i < 8 * n; i++) {
            bytes[i / 8] ^= (uint8_t)(1 << i % 8);
            p = (mlops_profile *)(void *)&a;
            assert_int_equal(mlops_profile_load(&p, &b, sizeof b, bytes, n), MLOPS_E_CORRUPT);
            assert_null(p);
            bytes[i / 8] ^= (uint8_t)(1 << i % 8);
        }
        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = malloc(cut + 1); /* so that a sanitizer sees reads beyond */
            memcpy(exact, bytes, cut);
            assert_int_equal(mlops_profile_load(&p, &b, sizeof b, exact, cut), MLOPS_E_CORRUPT);
            free(exact);
        }
        assert_int_equal(mlops_profile_load(&p, &b, sizeof b, bytes, n + 1), MLOPS_E_CORRUPT);
    }
}

static mlops_status load_sealed(uint8_t *bytes, size_t n) {
    static room b;
    mlops_profile *p;
    uint32_t crc = mlops__crc32(0, bytes, n - 4);
    for (int i = 0; i < 4; i++) bytes[n - 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
    return mlops_profile_load(&p, &b, sizeof b, bytes, n);
}

static void put_u64(uint8_t *p, uint64_t value) {
    for (int i = 0; i < 8; i++) p[i] = (uint8_t)(value >> (8 * i));
}

/* Well sealed bytes that no values lead to. Offsets are those of the format's description. */
static void test_contradictions_are_refused(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[BYTES], copy[BYTES];
    static const struct {
        size_t offset;
        uint64_t value;
    } edits[] = {
        {16, 7},
        {16, 5},
        {16, UINT64_MAX},
        {24, 2},
        {32, 2},
        {40, 1},
        {48, 4},
        {56, 4},
        {56, 0},
        {64, 5},
        {64, UINT64_MAX},
        {72, 0x4000ull << 48},
        {72, 0x7ff8ull << 48},
        {72, 1ull << 63},
        {80, 0xbff0ull << 48},
        {80, 0x4000ull << 48},
        {80, 0x7ff0ull << 48},
        {104, 1},
        {104, 1ull << 62},
        {112, 0x4010ull << 48},
        {112, 0x7ff0ull << 48},
        {120, 0xc000ull << 48},
        {128, 0},
        {128, 2},
        {128, UINT64_MAX},
        {136, 1},
        {144, 0},
    };
    static const double edges[] = {-1.0, 2.5}, v[] = {3.0, -1.0, 2.5, -0.0, NAN};
    mlops_profile_opts opts = with_edges(edges, 2, 4);
    mlops_profile *p = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(p, v, 5), MLOPS_OK);
    assert_int_equal(mlops_profile_add_nulls(p, 1), MLOPS_OK);
    size_t n = save(p, bytes);
    memcpy(copy, bytes, n);
    assert_int_equal(load_sealed(copy, n), MLOPS_OK);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        memcpy(copy, bytes, n);
        put_u64(copy + edits[i].offset, edits[i].value);
        if (load_sealed(copy, n) != MLOPS_E_CORRUPT) fail_msg("edit %d was taken", (int)i);
    }
    memcpy(copy, bytes, n);
    copy[4] = 2;
    assert_int_equal(load_sealed(copy, n), MLOPS_E_UNSUPPORTED);
    copy[4] = 0;
    assert_int_equal(load_sealed(copy, n), MLOPS_E_CORRUPT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counts_as_the_model_does),
        cmocka_unit_test(test_many_edges),
        cmocka_unit_test(test_log_edges),
        cmocka_unit_test(test_log_bins_at_their_edges),
        cmocka_unit_test(test_float32_as_float64),
        cmocka_unit_test(test_merge_laws),
        cmocka_unit_test(test_merge_refuses_another_configuration),
        cmocka_unit_test(test_counts_never_overflow),
        cmocka_unit_test(test_sums_beyond_128_bits),
        cmocka_unit_test(test_values_beyond_the_sum),
        cmocka_unit_test(test_rounding_is_to_even),
        cmocka_unit_test(test_quantiles),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_feature_fits_into_2_kib),
        cmocka_unit_test(test_on_the_heap),
        cmocka_unit_test(test_bytes_round_trip),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
