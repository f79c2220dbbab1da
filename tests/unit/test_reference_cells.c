/* Cells and moments of a reference against counting by hand, for values of any shape. */
#include <stdlib.h>

#include "unit/help_reference.h"

static int64_t cell_of(const mlops__reference_column *column, double value) {
    int64_t cell = 0;
    while (cell < column->n_edges && column->edges[cell] < value) cell++;
    return cell;
}

static void test_distinct_values_have_cells_of_their_own(void **state) {
    (void)state;
    static const double v[] = {3, 1, 2, 2, NAN, 1, 2, -0.0, 0.0, 1};
    static const double edges[] = {0, 1, 2, 3};
    static const int64_t counts[] = {2, 3, 3, 1, 0};
    mlops_reference *r = reference_of_values(v, 10, 9);
    const mlops__reference_column *c = mlops__reference_at(r, 0);
    assert_string_equal(c->name, "c0");
    assert_int_equal(c->type, MLOPS_TYPE_FLOAT64);
    assert_int_equal(c->n, 10);
    assert_int_equal(c->n_null, 0);
    assert_int_equal(c->n_nan, 1);
    assert_int_equal(c->n_edges, 4);
    assert_int_equal(c->n_cells, 5);
    assert_memory_equal(c->edges, edges, sizeof edges);
    assert_memory_equal(c->counts, counts, sizeof counts);
    assert_true(c->exact);
    assert_true(c->min == 0.0 && c->max == 3.0);
    assert_true(fabs(c->mean - 12.0 / 9.0) < 1e-15);
    assert_true(fabs(c->sd - sqrt(24.0 / 9.0 - 16.0 / 9.0)) < 1e-15);
    mlops_reference_unref(r);
}

/* Shapes that real columns have, and some that they should not. */
static double draw_shape(int shape, int64_t i) {
    switch (shape) {
    case 0: return uniform();
    case 1: return floor(uniform() * 20.0);
    case 2: return uniform() < 0.6 ? 0.7 : uniform();
    case 3: return floor(uniform() * 8.0) / 10.0;
    case 4: return ldexp(uniform() - 0.5, (int)(draw() % 200) - 100);
    case 5: return 1.7e9 + (double)(i % 3000);
    case 6: return uniform() < 0.1 ? INFINITY : uniform() < 0.1 ? -INFINITY : uniform();
    case 7: return uniform() * 1e300;
    case 8: return 100000001.0 + (double)(draw() % 12);
    case 9: return uniform() < 0.3 ? NAN : floor(uniform() * 1000.0);
    case 10: return (uniform() - 0.5) * 0x1p-140;
    case 11: return 42.1;
    case 12: return uniform() < 0.5 ? -1e39 : 1e39;
    default: return NAN;
    }
}

static double rounded(double x) {
    if (fabs(x) >= 0x1.ffffffp127) return x > 0 ? INFINITY : -INFINITY;
    return (double)(float)x;
}

static int64_t count_upto(const double *v, int64_t n, double bound, int as_float) {
    int64_t count = 0;
    for (int64_t i = 0; i < n; i++) count += (as_float ? rounded(v[i]) : v[i]) <= bound;
    return count;
}

static int64_t count_distinct(double *v, int64_t n) {
    int64_t distinct = 0;
    for (int64_t i = 0; i < n; i++) {
        int seen = isnan(v[i]);
        for (int64_t j = 0; j < i && !seen; j++) seen = v[j] == v[i];
        distinct += !seen;
    }
    return distinct;
}

static void test_cells_of_any_shape(void **state) {
    (void)state;
    static double v[4000];
    for (int shape = 0; shape <= 13; shape++)
        for (int size = 0; size < 3; size++) {
            int64_t n = size == 0 ? 1 + (int64_t)(draw() % 5) : size == 1 ? 200 : 4000;
            int64_t n_max = size == 2 ? 255 : 9;
            for (int64_t i = 0; i < n; i++) v[i] = draw_shape(shape, i);
            mlops_reference *r = reference_of_values(v, n, n_max);
            const mlops__reference_column *c = mlops__reference_at(r, 0);
            int64_t n_values = c->n - c->n_nan, below = 0;
            assert_true(c->n_edges <= n_max && c->n_cells == c->n_edges + 1);
            for (int64_t i = 0; i < c->n_edges; i++) {
                double edge = c->edges[i];
                assert_true(isfinite(edge) && (i == 0 || edge > c->edges[i - 1]));
                assert_true((double)(float)edge == edge && !(edge == 0.0 && signbit(edge)));
                int64_t upto = count_upto(v, n, edge, 0);
                assert_int_equal(c->counts[i], upto - below);
                assert_true(count_upto(v, n, edge, 1) - upto <= n_values / 1000);
                below = upto;
            }
            assert_int_equal(c->counts[c->n_edges], n_values - below);
            if (c->exact) {
                assert_int_equal(c->counts[c->n_edges], 0);
                assert_int_equal(count_distinct(v, n), c->n_edges);
            }
            mlops_reference_unref(r);
        }
}

/* Where float32 can tell the values, no cell has more than its share, but for heavy values. */
static void test_quantile_cells_are_even(void **state) {
    (void)state;
    static double v[10000];
    for (int64_t i = 0; i < 10000; i++) v[i] = i % 4 ? uniform() : 0.5;
    mlops_reference *r = reference_of_values(v, 10000, 99);
    const mlops__reference_column *c = mlops__reference_at(r, 0);
    int64_t heavy = cell_of(c, 0.5);
    assert_false(c->exact);
    assert_true(c->n_edges > 70);
    for (int64_t i = 0; i < c->n_cells; i++)
        if (i == heavy) assert_true(c->counts[i] >= 2500 && c->counts[i] < 2505);
        else assert_true(c->counts[i] <= 104); /* 97 edges: two are left to streams */
    mlops_reference_unref(r);
}

__extension__ typedef __int128 wide;

/* Mean and deviation by n of values in [2^e, 2^(e + 2)), summed as whole numbers. */
static void whole_moments(const double *v, int64_t n, int e, double *mean, double *sd) {
    wide sum = 0;
    double squares = 0;
    for (int64_t i = 0; i < n; i++) sum += (int64_t)ldexp(v[i], 52 - e);
    for (int64_t i = 0; i < n; i++) {
        double apart = (double)(n * (wide)(int64_t)ldexp(v[i], 52 - e) - sum);
        squares += apart * apart;
    }
    *mean = ldexp((double)sum / (double)n, e - 52);
    *sd = ldexp(sqrt(squares / (double)n) / (double)n, e - 52);
}

static void test_moments(void **state) {
    (void)state;
    static const double scales[] = {1.0, 1e150, 1e-150, 1e300, 5e-320, 1e-3};
    static double v[1000];
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
        int e;
        double mean, sd, grain = 0x1p-1074; /* of subnormal results */
        frexp(scales[k], &e);
        for (int i = 0; i < 1000; i++) v[i] = (uniform() + 3.0) * scales[k];
        whole_moments(v, 1000, e, &mean, &sd);
        mlops_reference *r = reference_of_values(v, 1000, 0);
        const mlops__reference_column *c = mlops__reference_at(r, 0);
        assert_true(fabs(c->mean - mean) <= 1e-14 * mean + grain);
        assert_true(fabs(c->sd - sd) <= 1e-12 * sd + grain);
        mlops_reference_unref(r);
    }
    static const double same[] = {0.1, 0.1, 0.1, INFINITY};
    mlops_reference *r = reference_of_values(same, 4, 0);
    const mlops__reference_column *c = mlops__reference_at(r, 0);
    assert_true(c->mean == 0.1 && c->sd == 0.0 && c->min == 0.1 && c->max == INFINITY);
    assert_false(c->exact);
    mlops_reference_unref(r);
    r = reference_of_values(same + 3, 1, 0);
    c = mlops__reference_at(r, 0);
    assert_true(isnan(c->mean) && isnan(c->sd) && c->min == INFINITY && c->n_edges == 1);
    mlops_reference_unref(r);
}

static void test_rows_in_any_order(void **state) {
    (void)state;
    static double v[3000];
    mlops__buf a, b;
    for (int i = 0; i < 3000; i++) v[i] = draw_shape(i % 2 ? 4 : 2, i);
    mlops_reference *r = reference_of_values(v, 3000, 99);
    payload_of(r, &a);
    mlops_reference_unref(r);
    for (size_t i = 3000; i-- > 1;) {
        size_t j = draw() % (i + 1);
        double swap = v[i];
        v[i] = v[j], v[j] = swap;
    }
    r = reference_of_values(v, 3000, 99);
    payload_of(r, &b);
    mlops_reference_unref(r);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    mlops__buf_free(&a);
    mlops__buf_free(&b);
}

/* What a device counts of float32 rows lies in the reference's own cells. */
static void test_float32_streams_fall_into_the_cells(void **state) {
    (void)state;
    static double v[2000];
    static float f[2000];
    static uint64_t storage[600];
    static const int shapes[] = {0, 1, 2, 3};
    for (size_t s = 0; s < 4; s++) {
        for (int i = 0; i < 2000; i++) f[i] = (float)(v[i] = draw_shape(shapes[s], i));
        mlops_reference *r = reference_of_values(v, 2000, 0);
        const mlops__reference_column *c = mlops__reference_at(r, 0);
        mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
        opts.edges = c->edges;
        opts.n_edges = c->n_edges;
        mlops_profile *p;
        assert_int_equal(mlops_profile_init(&p, storage, sizeof storage, &opts), MLOPS_OK);
        assert_int_equal(mlops_profile_add_f32(p, f, 2000, 1), MLOPS_OK);
        for (int64_t i = 0; i < c->n_cells; i++)
            assert_true(llabs(mlops_profile_bin(p, i) - c->counts[i]) <= (s == 0 ? 2 : 0));
        mlops_reference_unref(r);
    }
}

/* Streams have cells where the reference had nothing, and each value, rounded or not, stays in one
 * that is not empty. */
static void test_refined_cells(void **state) {
    (void)state;
    static double v[1000], edges[2 * 255 + 2];
    static int64_t counts[2 * 255 + 3];
    for (int shape = 0; shape <= 13; shape++) {
        for (int i = 0; i < 1000; i++) v[i] = draw_shape(shape, i);
        mlops_reference *r = reference_of_values(v, 1000, 255);
        mlops__reference_column c = *mlops__reference_at(r, 0);
        int64_t n = mlops__reference_refine(&c, edges, counts);
        assert_true(n >= c.n_edges && n <= 2 * c.n_edges + 2);
        for (int64_t i = 0; i < n; i++) {
            assert_true((double)(float)edges[i] == edges[i] && (i == 0 || edges[i] > edges[i - 1]));
            int64_t upto = count_upto(v, 1000, edges[i], 0);
            assert_int_equal(upto - (i ? count_upto(v, 1000, edges[i - 1], 0) : 0), counts[i]);
        }
        c.edges = edges;
        c.n_edges = n;
        for (int i = 0; i < 1000 && c.exact; i++) {
            if (isnan(v[i])) continue;
            int64_t cell = cell_of(&c, v[i]);
            assert_int_equal(cell_of(&c, rounded(v[i])), cell);
            assert_true(counts[cell] > 0);
        }
        if (n && fabs(c.min) < 1e38 && fabs(c.min) > 1e-30) {
            assert_int_equal(counts[cell_of(&c, c.min - fabs(c.min) / 1000)], 0);
            assert_true(counts[cell_of(&c, rounded(c.min))] > 0);
        }
        if (n && fabs(c.max) < 1e38 && fabs(c.max) > 1e-30) {
            assert_int_equal(counts[cell_of(&c, c.max + fabs(c.max) / 1000)], 0);
            assert_true(counts[cell_of(&c, rounded(c.max))] > 0);
        }
        mlops_reference_unref(r);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distinct_values_have_cells_of_their_own),
        cmocka_unit_test(test_cells_of_any_shape),
        cmocka_unit_test(test_quantile_cells_are_even),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_rows_in_any_order),
        cmocka_unit_test(test_float32_streams_fall_into_the_cells),
        cmocka_unit_test(test_refined_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
