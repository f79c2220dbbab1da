/* References against counting by hand, their bytes, and the files they come from. */
#define _GNU_SOURCE
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
#include <unistd.h>

#include "file/container.h"
#include "file/file.h"
#include "profile/reference.h"
#include "sys/io_test.h"

#include <mlops.h>

static uint64_t seed = 7;

static uint64_t draw(void) { /* splitmix64 */
    uint64_t z = seed += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static double uniform(void) { return (double)(draw() >> 11) * 0x1p-53; }

static mlops_table *table_of_csv(const char *text) {
    mlops_table *table;
    mlops_error err;
    if (mlops_table_parse(&table, text, strlen(text), NULL, &err)) fail_msg("%s", err.message);
    return table;
}

static mlops_reference *reference_of(mlops_table *table, const mlops_reference_opts *opts) {
    mlops_reference *reference;
    mlops_error err;
    if (mlops_reference_new(&reference, table, opts, &err)) fail_msg("%s", err.message);
    mlops_table_unref(table);
    return reference;
}

static mlops_reference *reference_of_values(const double *v, int64_t n, int64_t n_edges) {
    mlops_table *table;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.n_edges = n_edges;
    assert_int_equal(mlops_table_from_matrix(&table, v, n, 1, NULL, NULL, NULL), MLOPS_OK);
    return reference_of(table, &opts);
}

static mlops__host machine(void) {
    mlops__host host;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    return host;
}

static void payload_of(const mlops_reference *r, mlops__buf *out) {
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__reference_payload(r, out), MLOPS_OK);
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
    assert_int_equal(mlops__reference_cell(c, -5.0), 0);
    assert_int_equal(mlops__reference_cell(c, 0.5), 1);
    assert_int_equal(mlops__reference_cell(c, 3.0), 3);
    assert_int_equal(mlops__reference_cell(c, 3.5), 4);
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
    int64_t heavy = mlops__reference_cell(c, 0.5);
    assert_false(c->exact);
    assert_true(c->n_edges > 70);
    for (int64_t i = 0; i < c->n_cells; i++)
        if (i == heavy) assert_true(c->counts[i] >= 2500 && c->counts[i] < 2505);
        else assert_true(c->counts[i] <= 101);
    mlops_reference_unref(r);
}

static void test_moments(void **state) {
    (void)state;
    static const double scales[] = {1.0, 1e150, 1e-150, 1e300, 5e-320, 1e-3};
    static double v[1000];
    for (size_t k = 0; k < sizeof scales / sizeof *scales; k++) {
        long double sum = 0, squares = 0;
        for (int i = 0; i < 1000; i++) v[i] = (uniform() + 3.0) * scales[k];
        for (int i = 0; i < 1000; i++) sum += (long double)v[i];
        long double mean = sum / 1000;
        for (int i = 0; i < 1000; i++)
            squares += ((long double)v[i] - mean) * ((long double)v[i] - mean);
        long double sd = sqrtl(squares / 1000);
        mlops_reference *r = reference_of_values(v, 1000, 0);
        const mlops__reference_column *c = mlops__reference_at(r, 0);
        long double grain = 0x1p-1074L; /* of subnormal results */
        assert_true(fabsl((long double)c->mean - mean) <= 1e-14L * mean + grain);
        assert_true(fabsl((long double)c->sd - sd) <= 1e-12L * sd + grain);
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
    assert_true(isnan(c->mean) && isnan(c->sd) && c->min == INFINITY && c->n_edges == 0);
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

static void test_categories(void **state) {
    (void)state;
    static char text[16384];
    size_t n = (size_t)sprintf(text, "word,flag,void\n");
    for (int i = 0; i < 100; i++) /* w00 three times, w01 to w09 twice, the others once */
        for (int k = 0; k < (i == 0 ? 3 : i < 10 ? 2 : 1); k++)
            n += (size_t)sprintf(text + n, "w%02d,%s,\n", (i * 37 + 90) % 100,
                                 i % 3 ? "true" : "false");
    sprintf(text + n, ",,\n");
    mlops_reference *r = reference_of(table_of_csv(text), NULL);
    const mlops__reference_column *c = mlops__reference_at(r, 0);
    assert_int_equal(c->type, MLOPS_TYPE_STRING);
    assert_int_equal(c->n, 112);
    assert_int_equal(c->n_null, 1);
    assert_int_equal(c->n_categories, 64);
    assert_int_equal(c->n_cells, 65);
    assert_int_equal(c->n_edges, 0);
    assert_false(c->exact);
    assert_string_equal(c->categories[0], "w90");
    assert_int_equal(c->counts[0], 3);
    for (int i = 1; i < 10; i++) assert_int_equal(c->counts[i], 2);
    for (int i = 10; i < 64; i++) assert_int_equal(c->counts[i], 1);
    assert_int_equal(c->counts[64], 36);
    for (int i = 1; i < 64; i++)
        if (c->counts[i] == c->counts[i - 1])
            assert_true(strcmp(c->categories[i - 1], c->categories[i]) < 0);
    for (int64_t i = 0; i < 64; i++)
        assert_int_equal(mlops__reference_category(c, c->categories[i]), i);
    assert_int_equal(mlops__reference_category(c, "none"), 64);
    assert_int_equal(mlops__reference_category(c, ""), 64);
    c = mlops__reference_at(r, 1);
    assert_int_equal(c->type, MLOPS_TYPE_BOOL);
    assert_int_equal(c->n_categories, 2);
    assert_string_equal(c->categories[0], "true");
    assert_int_equal(c->counts[0] + c->counts[1], 111);
    assert_int_equal(c->counts[2], 0);
    assert_true(c->exact && isnan(c->mean) && isnan(c->min));
    c = mlops__reference_at(r, 2);
    assert_int_equal(c->type, MLOPS_TYPE_NULL);
    assert_int_equal(c->n_null, 112);
    assert_int_equal(c->n_cells, 1);
    mlops_reference_unref(r);
}

static const char CSV[] =
    "id,age,city,member,score\n"
    "1,31,Oslo,true,0.25\n2,44,Rome,false,0.5\n3,,Oslo,,0.75\n4,31,,true,1.5\n";

static void test_columns_and_ignore(void **state) {
    (void)state;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.ignore = "id,score";
    mlops_reference *r = reference_of(table_of_csv(CSV), &opts);
    assert_int_equal(mlops_reference_n_rows(r), 4);
    assert_int_equal(mlops_reference_n_columns(r), 3);
    assert_string_equal(mlops_reference_name(r, 0), "age");
    assert_int_equal(mlops_reference_type(r, 0), MLOPS_TYPE_INT64);
    assert_string_equal(mlops_reference_name(r, 2), "member");
    assert_null(mlops_reference_name(r, 3));
    assert_null(mlops_reference_name(r, -1));
    assert_int_equal(mlops_reference_type(r, 3), MLOPS_TYPE_NULL);
    assert_int_equal(mlops__reference_find(r, "city"), 1);
    assert_int_equal(mlops__reference_find(r, "id"), -1);
    mlops_reference_unref(r);
    opts.columns = "score,\"age\",id";
    r = reference_of(table_of_csv(CSV), &opts);
    assert_int_equal(mlops_reference_n_columns(r), 1);
    opts.ignore = NULL;
    mlops_reference_unref(r);
    r = reference_of(table_of_csv(CSV), &opts);
    assert_string_equal(mlops_reference_name(r, 0), "score");
    assert_string_equal(mlops_reference_name(r, 1), "age");
    assert_string_equal(mlops_reference_name(r, 2), "id");
    assert_ptr_equal(mlops_reference_ref(r), r);
    mlops_reference_unref(r);
    mlops_reference_unref(r);
    mlops_reference_unref(NULL);
}

static void assert_new_fails(const mlops_reference_opts *opts, mlops_status status,
                             const char *word) {
    mlops_table *table = table_of_csv(CSV);
    mlops_reference *r = (mlops_reference *)(void *)table;
    mlops_error err = {0};
    assert_int_equal(mlops_reference_new(&r, table, opts, &err), status);
    assert_null(r);
    assert_int_equal(err.code, status);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_int_equal(mlops_reference_new(&r, table, opts, NULL), status);
    mlops_table_unref(table);
}

static void test_errors(void **state) {
    (void)state;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.columns = "age,wage", assert_new_fails(&opts, MLOPS_E_SCHEMA, "wage");
    opts.columns = NULL, opts.ignore = "target", assert_new_fails(&opts, MLOPS_E_SCHEMA, "target");
    opts.columns = "age", opts.ignore = "age", assert_new_fails(&opts, MLOPS_E_SCHEMA, "no column");
    opts.columns = "age,\"id", assert_new_fails(&opts, MLOPS_E_INVALID, "");
    opts.columns = opts.ignore = NULL;
    opts.n_edges = 8, assert_new_fails(&opts, MLOPS_E_INVALID, "n_edges");
    opts.n_edges = 1024, assert_new_fails(&opts, MLOPS_E_INVALID, "n_edges");
    opts.n_edges = 0, opts.flags = 1, assert_new_fails(&opts, MLOPS_E_INVALID, "flags");
    mlops_table *empty;
    mlops_reference *r;
    double none = 0.0;
    mlops_error err;
    assert_int_equal(mlops_table_from_matrix(&empty, &none, 0, 1, NULL, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_new(&r, empty, NULL, &err), MLOPS_E_SCHEMA);
    assert_null(r);
    mlops_table_unref(empty);
}

static mlops_reference *mixed(void) {
    static char text[65536];
    size_t n = (size_t)sprintf(text, "x,k,word,flag,void,y\n");
    for (int i = 0; i < 900; i++)
        n += (size_t)sprintf(text + n, "%.17g,%d,w%d,%s,,%s\n", uniform(), (int)(draw() % 30),
                             (int)(draw() % 70), draw() % 2 ? "true" : "false", i % 9 ? "2.5" : "");
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.n_edges = 31;
    return reference_of(table_of_csv(text), &opts);
}

static void test_payload_round_trip(void **state) {
    (void)state;
    mlops__buf a, b;
    mlops__host host = machine();
    mlops_reference *r = mixed(), *again;
    mlops_error err;
    payload_of(r, &a);
    if (mlops__reference_parse(&again, a.data, a.size, &host, &err)) fail_msg("%s", err.message);
    payload_of(again, &b);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(mlops__reference_find(again, "word"), 2);
    const mlops__reference_column *c = mlops__reference_at(again, 2);
    for (int64_t i = 0; i < 64; i++)
        assert_int_equal(mlops__reference_category(c, c->categories[i]), i);
    mlops_reference_unref(again);
    for (size_t cut = 0; cut < a.size; cut++) {
        uint8_t *exact = malloc(cut + 1);
        memcpy(exact, a.data, cut);
        assert_int_equal(mlops__reference_parse(&again, exact, cut, &host, NULL), MLOPS_E_CORRUPT);
        assert_null(again);
        free(exact);
    }
    mlops_reference_unref(r);
    mlops__buf_free(&a);
    mlops__buf_free(&b);
}

/* A payload without its checksums: whatever is flipped, it is refused or still the one spelling of
 * what it now says. */
static void test_payload_flips(void **state) {
    (void)state;
    mlops__buf a, b;
    mlops__host host = machine();
    mlops_reference *r = mixed(), *again;
    int64_t refused = 0, taken = 0;
    payload_of(r, &a);
    mlops_reference_unref(r);
    for (size_t i = 0; i < 8 * a.size; i++) {
        a.data[i / 8] ^= (uint8_t)(1 << i % 8);
        mlops_status status = mlops__reference_parse(&again, a.data, a.size, &host, NULL);
        if (status) {
            refused++;
            assert_null(again);
        } else {
            taken++;
            payload_of(again, &b);
            assert_int_equal(a.size, b.size);
            assert_memory_equal(a.data, b.data, a.size);
            mlops__buf_free(&b);
            mlops_reference_unref(again);
        }
        a.data[i / 8] ^= (uint8_t)(1 << i % 8);
    }
    assert_true(refused > taken && taken > 0);
    mlops__buf_free(&a);
}

static void test_view(void **state) {
    (void)state;
    static uint64_t storage[512];
    mlops__buf a;
    mlops_reference *r = mixed();
    payload_of(r, &a);
    for (size_t shift = 0; shift < 8; shift++) { /* any alignment */
        uint8_t *bytes = malloc(a.size + shift);
        memcpy(bytes + shift, a.data, a.size);
        mlops__reference_view view;
        assert_int_equal(mlops__reference_view_open(&view, bytes + shift, a.size, NULL), MLOPS_OK);
        assert_int_equal(view.n_columns, 6);
        assert_int_equal(view.n_rows, 900);
        for (int64_t i = 0; i < view.n_columns; i++) {
            const mlops__reference_column *c = mlops__reference_at(r, i);
            assert_string_equal(mlops__reference_view_name(&view, i), c->name);
            assert_int_equal(mlops__reference_view_type(&view, i), c->type);
            assert_int_equal(mlops__reference_view_find(&view, c->name), i);
            assert_int_equal(mlops__reference_view_n_edges(&view, i), c->n_edges);
            for (int64_t k = 0; k < c->n_edges; k++)
                assert_true(mlops__reference_view_edge(&view, i, k) == c->edges[k]);
            mlops_profile *p;
            size_t size = mlops__reference_view_profile_size(&view, i);
            mlops_status status =
                mlops__reference_view_profile(&p, storage, sizeof storage, &view, i);
            int numbers = c->type != MLOPS_TYPE_STRING && c->type != MLOPS_TYPE_NULL;
            assert_int_equal(status, numbers ? MLOPS_OK : MLOPS_E_SCHEMA);
            assert_int_equal(size != 0, numbers);
            if (!numbers) continue;
            assert_int_equal(mlops_profile_n_bins(p), c->type == MLOPS_TYPE_BOOL ? 3 : c->n_cells);
            assert_int_equal(mlops__reference_view_profile(&p, storage, size - 1, &view, i),
                             MLOPS_E_ARENA);
        }
        assert_int_equal(mlops__reference_view_find(&view, "wor"), -1);
        assert_int_equal(mlops__reference_view_find(&view, "words"), -1);
        free(bytes);
    }
    mlops_reference_unref(r);
    mlops__buf_free(&a);
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

typedef struct place {
    char dir[64];
    char path[96];
} place;

static void make_place(place *at) {
    strcpy(at->dir, "/tmp/test_reference_XXXXXX");
    assert_non_null(mkdtemp(at->dir));
    snprintf(at->path, sizeof at->path, "%s/file", at->dir);
}

static void leave_place(const place *at) {
    unlink(at->path);
    assert_int_equal(rmdir(at->dir), 0);
}

static void put_file(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void test_saved_and_loaded(void **state) {
    (void)state;
    place at;
    mlops__buf a, b;
    mlops_reference *r = mixed(), *again;
    mlops_error err;
    make_place(&at);
    payload_of(r, &a);
    if (mlops_reference_save(r, at.path, &err)) fail_msg("%s", err.message);
    mlops_reference_unref(r);
    if (mlops_reference_load(&again, at.path, NULL, &err)) fail_msg("%s", err.message);
    payload_of(again, &b);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(mlops_reference_save(again, "/nowhere/at/all", &err), MLOPS_E_NOT_FOUND);
    mlops_reference_unref(again);
    mlops__buf_free(&a);
    mlops__buf_free(&b);
    assert_int_equal(mlops_reference_load(&again, "/nowhere/at/all", NULL, &err),
                     MLOPS_E_NOT_FOUND);
    assert_null(again);
    leave_place(&at);
}

static void test_damaged_files_are_refused(void **state) {
    (void)state;
    place at;
    mlops_reference *r = reference_of(table_of_csv(CSV), NULL);
    mlops__host host = machine();
    mlops__file_view file;
    make_place(&at);
    assert_int_equal(mlops_reference_save(r, at.path, NULL), MLOPS_OK);
    mlops_reference_unref(r);
    assert_int_equal(mlops__file_open(&file, &host, at.path, SIZE_MAX, 0, NULL), MLOPS_OK);
    uint8_t *bytes = malloc(file.size);
    for (size_t i = 8; i < file.size; i++) { /* within the magic it is no container any more */
        memcpy(bytes, file.data, file.size);
        bytes[i] ^= (uint8_t)(1 << i % 8);
        put_file(at.path, bytes, file.size);
        mlops_status status = mlops_reference_load(&r, at.path, NULL, NULL);
        assert_true(status == MLOPS_E_CORRUPT || (i < 10 && status == MLOPS_E_UNSUPPORTED));
        assert_null(r);
        put_file(at.path, file.data, i);
        assert_int_equal(mlops_reference_load(&r, at.path, NULL, NULL), MLOPS_E_CORRUPT);
    }
    free(bytes);
    mlops__file_close(&file, &host);
    leave_place(&at);
}

static void test_found_in_bundles_and_csv(void **state) {
    (void)state;
    place at;
    mlops__buf payload, whole;
    mlops_reference *r = mixed();
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_error err;
    make_place(&at);
    payload_of(r, &payload);
    mlops_reference_unref(r);
    mlops__section sections[] = {{MLOPS__KIND('P', 'L', 'A', 'N'), 0, "plan", 4},
                                 {MLOPS__KIND('R', 'E', 'F', 'R'), 0, payload.data, payload.size}};
    static const uint32_t kinds[] = {MLOPS__KIND('B', 'N', 'D', 'L'),
                                     MLOPS__KIND('B', 'N', 'D', 'L'),
                                     MLOPS__KIND('P', 'L', 'A', 'N')};
    static const mlops_status expected[] = {MLOPS_OK, MLOPS_E_SCHEMA, MLOPS_E_UNSUPPORTED};
    for (size_t i = 0; i < 3; i++) {
        mlops__buf_init(&whole, &mlops__heap);
        assert_int_equal(mlops__container_write(&whole, kinds[i], sections, i == 1 ? 1 : 2,
                                                mlops__sha256_blocks_scalar),
                         MLOPS_OK);
        put_file(at.path, whole.data, whole.size);
        assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), expected[i]);
        assert_int_equal(r != NULL, expected[i] == MLOPS_OK);
        mlops_reference_unref(r);
        mlops__buf_free(&whole);
    }
    mlops__buf_free(&payload);
    put_file(at.path, CSV, strlen(CSV));
    opts.ignore = "id";
    assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_reference_n_columns(r), 4);
    mlops_reference_unref(r);
    put_file(at.path, "1;x\n2;y\n", 8);
    csv.delimiter = ";";
    csv.flags = MLOPS_CSV_NO_HEADER;
    opts.csv = &csv;
    opts.ignore = NULL;
    assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_reference_type(r, 1), MLOPS_TYPE_STRING);
    mlops_reference_unref(r);
    put_file(at.path, "a,b\n1\n", 6);
    assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), MLOPS_E_PARSE);
    assert_null(r);
    leave_place(&at);
}

/* Makes, saves and loads with a host whose k-th allocation fails. */
static mlops_status use(const mlops_host *host, mlops_table *table, const char *path) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *r, *again = NULL;
    mlops_error err;
    opts.host = host;
    opts.ignore = "id";
    mlops_status status = mlops_reference_new(&r, table, &opts, &err);
    if (status == MLOPS_OK) status = mlops_reference_save(r, path, &err);
    if (status == MLOPS_OK) status = mlops_reference_load(&again, path, &opts, &err);
    mlops_reference_unref(again);
    mlops_reference_unref(r);
    if (status) assert_int_equal(err.code, status);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_table *table = table_of_csv(CSV);
    place at;
    make_place(&at);
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    assert_int_equal(use(&host, table, at.path), MLOPS_OK);
    assert_int_equal(fault.n_live, 0);
    int64_t n = fault.n_calls;
    assert_true(n > 5);
    for (int64_t k = 1; k <= n; k++) {
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        assert_int_equal(use(&host, table, at.path), MLOPS_E_NOMEM);
        assert_int_equal(fault.n_live, 0);
    }
    mlops_table_unref(table);
    leave_place(&at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_distinct_values_have_cells_of_their_own),
        cmocka_unit_test(test_cells_of_any_shape),
        cmocka_unit_test(test_quantile_cells_are_even),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_rows_in_any_order),
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_columns_and_ignore),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_payload_round_trip),
        cmocka_unit_test(test_payload_flips),
        cmocka_unit_test(test_view),
        cmocka_unit_test(test_float32_streams_fall_into_the_cells),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_damaged_files_are_refused),
        cmocka_unit_test(test_found_in_bundles_and_csv),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
