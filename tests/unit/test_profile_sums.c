/* Parts of a profile merge to the whole; sums are exact however large; counts never overflow. */
#include "unit/help_profile.h"

/* Values in parts of any size, merged in any order, are the whole: in the state and as bytes. */
static void test_merge_laws(void **state) {
    (void)state;
    static room whole_room, parts_room[8];
    double v[N_MAX];
    for (int round = 0; round < 200; round++) {
        mlops_profile *parts[8];
        mlops_profile_opts opts = with_edges(EDGES, round % 2 ? 10 : 0, round % 5 ? 32 : 64);
        opts.lg_k = round % 3 == 0 ? 4 + round % 8 : 0;
        if (round % 2 == 0) opts.bins_size = round % 4 ? 64 : 1000;
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
        if (!opts.lg_k) assert_memory_equal(parts[0], whole, mlops_profile_size(&opts));
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

static int64_t n_values(const mlops_profile *p) {
    int64_t n = 0;
    for (int64_t i = 0; i < mlops_profile_n_bins(p); i++) n += mlops_profile_bin(p, i);
    return n;
}

/* Counts that take 2, 4 and 8 bytes: as far as doubling goes, each profile is the sum of its parts,
 * whether they were merged early or late. */
static void test_counts_grow_wider_and_bins_coarser(void **state) {
    (void)state;
    static room a, b, c, unit;
    static double v[1000];
    mlops_profile *x = begin(&a, NULL), *y = begin(&b, NULL), *one = begin(&unit, NULL);
    int64_t bins[3] = {0};
    for (int i = 0; i < 1000; i++) v[i] = ldexp(uniform() - 0.3, (int)(draw() % 20));
    assert_int_equal(mlops_profile_add(x, v, 1000), MLOPS_OK);
    assert_int_equal(mlops_profile_add(y, v, 500), MLOPS_OK);
    assert_int_equal(mlops_profile_add(one, v + 500, 500), MLOPS_OK);
    for (int k = 0; k <= 40; k++) {
        c = b;
        assert_int_equal(mlops_profile_merge(y, one), MLOPS_OK);
        assert_same_bytes(x, y);
        assert_int_equal(n_values(x), (int64_t)1000 << k);
        bins[k > 6 ? k > 22 ? 2 : 1 : 0] = mlops_profile_n_bins(x);
        b = c;
        assert_int_equal(mlops_profile_merge(x, x), MLOPS_OK);
        assert_int_equal(mlops_profile_merge(y, y), MLOPS_OK);
        assert_int_equal(mlops_profile_merge(one, one), MLOPS_OK);
    }
    assert_true(bins[0] > 1000 / 4 && bins[0] <= 509);
    assert_true(bins[1] > 1000 / 8 && bins[1] <= 259);
    assert_true(bins[2] > 1000 / 16 && bins[2] <= 134);
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merge_laws),
        cmocka_unit_test(test_merge_refuses_another_configuration),
        cmocka_unit_test(test_counts_never_overflow),
        cmocka_unit_test(test_counts_grow_wider_and_bins_coarser),
        cmocka_unit_test(test_sums_beyond_128_bits),
        cmocka_unit_test(test_values_beyond_the_sum),
        cmocka_unit_test(test_rounding_is_to_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
