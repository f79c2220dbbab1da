/* A reference that keeps every value of its numbers is the table: the same report, to the bit. */
#define _GNU_SOURCE
#include "file/container.h"
#include "file/file.h"
#include "profile/reference.h"
#include "unit/help_drift.h"
#include "unit/help_path.h"

#include <unistd.h>

static mlops_reference *keep_whole(const mlops_table *table) {
    mlops_reference *out;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_error err;
    opts.flags = MLOPS_REFERENCE_EXACT;
    if (mlops_reference_new(&out, table, &opts, &err)) fail_msg("%s", err.message);
    return out;
}

/* By way of a file, which saving again gives to the byte. */
static mlops_reference *pass_through_file(mlops_reference *self) {
    mlops_reference *out;
    mlops_error err;
    mlops__host host;
    mlops__file_view file;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    if (mlops_reference_save(self, path, &err)) fail_msg("%s", err.message);
    if (mlops_reference_load(&out, path, NULL, &err)) fail_msg("%s", err.message);
    assert_int_equal(mlops__file_open(&file, &host, path, SIZE_MAX, 0, NULL), MLOPS_OK);
    uint8_t *bytes = malloc(file.size);
    size_t size = file.size;
    assert_non_null(bytes);
    memcpy(bytes, file.data, size);
    mlops__file_close(&file, &host);
    assert_int_equal(mlops_reference_save(out, path, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&file, &host, path, SIZE_MAX, 0, NULL), MLOPS_OK);
    assert_int_equal(file.size, size);
    assert_memory_equal(file.data, bytes, size);
    mlops__file_close(&file, &host);
    free(bytes);
    mlops_reference_unref(self);
    return out;
}

static void same_reports(const mlops_drift *want, const mlops_drift *got) {
    static char a[1 << 18], b[1 << 18];
    size_t n = 0, m = 0;
    assert_int_equal(mlops_drift_json(want, a, sizeof a, &n), MLOPS_OK);
    assert_int_equal(mlops_drift_json(got, b, sizeof b, &m), MLOPS_OK);
    assert_string_equal(a, b);
    assert_int_equal(mlops_drift_n_columns(want), mlops_drift_n_columns(got));
    for (int64_t i = 0; i < mlops_drift_n_columns(want); i++) {
        mlops_drift_column x = column_of(want, i), y = column_of(got, i);
        assert_string_equal(x.name, y.name);
        assert_string_equal(x.where, y.where);
        x.name = y.name = x.where = y.where = NULL;
        assert_int_equal(y.exact, 1);
        assert_memory_equal(&x, &y, sizeof x);
    }
}

static int32_t open_table(void *user, const char *columns, struct ArrowArrayStream *out) {
    mlops_error err;
    (void)columns;
    return mlops_table_export_stream(user, out, &err) == MLOPS_OK ? 0 : -12;
}

/* At hand, out of a file, and in passes under a bound; ends both tables. */
static void every_way(mlops_table *x, mlops_table *y) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift *want = compare(x, y, NULL), *got;
    mlops_error err;
    mlops_reference *kept = keep_whole(x);
    if (mlops_drift_compare_reference(&got, kept, y, NULL, &err)) fail_msg("%s", err.message);
    same_reports(want, got);
    mlops_drift_unref(got);
    kept = pass_through_file(kept);
    if (mlops_drift_compare_reference(&got, kept, y, NULL, &err)) fail_msg("%s", err.message);
    same_reports(want, got);
    mlops_drift_unref(got);
    call.memory_max = (300 << 10) + 8 * (mlops_table_n_rows(x) + 3 * mlops_table_n_rows(y)) +
                      mlops_reference_size(kept);
    drift.call = &call;
    opts.drift = &drift;
    opts.reference_path = path;
    opts.current_open = open_table;
    opts.current_user = y;
    if (mlops_drift_compare_stream(&got, &opts, &err)) fail_msg("%s", err.message);
    same_reports(want, got);
    mlops_drift_unref(got);
    mlops_drift_unref(want);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* Columns of every kind of number that there is: plain, rounded, crowded, with gaps and without
 * any value. */
static mlops_table *numbers(int64_t n, double shift) {
    enum { K = 9 };
    double *values = malloc((size_t)n * K * sizeof *values);
    assert_non_null(values);
    for (int64_t i = 0; i < n; i++) {
        double *row = values + i * K;
        row[0] = normal() + shift;
        row[1] = (double)(float)(normal() + shift);
        row[2] = floor(7 * uniform() + shift);
        row[3] = nearbyint(100 * (normal() + shift)) / 100;
        row[4] = 1700000001 + (double)(draw() % 100) + nearbyint(shift);
        row[5] = draw() % 5 ? exp(3 * normal() + shift) : (double)NAN;
        row[6] = draw() % 50 ? normal() : draw() % 2 ? (double)INFINITY : -(double)INFINITY;
        row[7] = draw() % 2 ? -0.0 : 0.0;
        row[8] = (double)NAN;
    }
    mlops_table *out = matrix(values, n, K);
    free(values);
    return out;
}

static void test_report_is_that_of_the_table(void **state) {
    (void)state;
    static const double shifts[] = {0, 0.03, 0.5, -1, 30};
    static const int64_t sizes[] = {1, 60, 3000, 20000};
    for (size_t s = 0; s < 5; s++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 4; j++)
                every_way(numbers(sizes[i], 0), numbers(sizes[j], shifts[s]));
}

static void test_other_columns_and_types(void **state) {
    (void)state;
    every_way(parse("a,b,s,t\n1,0.5,x,true\n2,,y,false\n9007199254740993,1,x,\n"),
              parse("a,b,s,t\n1.5,7,x,true\n2,3,y,true\n,1,z,\n"));
    every_way(parse("a,b\n1,0.5\n2,1.5\n"), parse("a,b\n,\n,\n")); /* no value, of no type */
}

static void test_columns_are_chosen_with_their_values(void **state) {
    (void)state;
    mlops_table *x = numbers(5000, 0), *y = numbers(3000, 0.1);
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_drift_opts how = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference *kept = pass_through_file(keep_whole(x));
    mlops_drift *want, *got;
    mlops_error err;
    mlops_reference_unref(kept);
    opts.columns = "c5,c0";
    if (mlops_reference_load(&kept, path, &opts, &err)) fail_msg("%s", err.message);
    kept = pass_through_file(kept);
    how.columns = "c5,c0";
    assert_int_equal(mlops_drift_compare_reference(&got, kept, y, NULL, NULL), MLOPS_OK);
    want = compare(x, y, &how);
    mlops_drift_column a = column_of(want, 0), b = column_of(got, 1);
    assert_string_equal(b.name, "c0");
    close_to(b.wasserstein, a.wasserstein, 0);
    close_to(b.effect_low, a.effect_low, 0);
    mlops_drift_unref(want);
    mlops_drift_unref(got);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void put_file(const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Values with sound checksums that are not those of the cells, or more or less than those. */
static void test_values_that_contradict_are_refused(void **state) {
    (void)state;
    mlops__host host;
    mlops__file_view file;
    mlops__container box;
    mlops_error err;
    mlops_table *x = parse("a,b\n1,0.5\n2,0.25\n4,0.25\n8,1\n");
    mlops_reference *kept = pass_through_file(keep_whole(x));
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&file, &host, path, SIZE_MAX, 0, NULL), MLOPS_OK);
    assert_int_equal(mlops__container_open(&box, file.data, file.size, MLOPS__KIND_REFERENCE, &err),
                     MLOPS_OK);
    mlops__cursor cells = mlops__container_find(&box, MLOPS__KIND_REFERENCE);
    mlops__cursor values = mlops__container_find(&box, MLOPS__KIND_ECDF);
    uint8_t *bytes = calloc(1, values.size + 1), *payload = malloc(cells.size);
    assert_true(bytes && payload && !values.failed);
    memcpy(bytes, values.data, values.size);
    memcpy(payload, cells.data, cells.size);
    mlops__section sections[] = {{MLOPS__KIND_REFERENCE, 0, payload, cells.size},
                                 {MLOPS__KIND_ECDF, 0, bytes, values.size}};
    mlops__file_close(&file, &host);
    for (size_t bit = 0; bit <= 8 * values.size + 1; bit++) {
        mlops__buf whole;
        mlops__buf_init(&whole, &mlops__heap);
        size_t size = values.size;
        if (bit < 8 * size) bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        sections[1].size = bit == 8 * size ? size + 1 : bit > 8 * size ? size - 1 : size;
        assert_int_equal(mlops__container_write(&whole, MLOPS__KIND_REFERENCE, sections, 2,
                                                mlops__sha256_blocks_scalar),
                         MLOPS_OK);
        put_file(whole.data, whole.size);
        mlops_status want = bit < 32 ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT;
        refused(mlops_reference_load(&kept, path, NULL, &err), &err, want, "values");
        assert_null(kept);
        if (bit < 8 * size) bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        mlops__buf_free(&whole);
    }
    free(bytes);
    free(payload);
}

/* One that is given as a file is within the bound, too, and is told by its name if it is not. */
static void test_file_is_within_the_bound(void **state) {
    (void)state;
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift *got;
    mlops_error err;
    mlops_table *x = numbers(40000, 0), *y = numbers(60, 0);
    mlops_reference *cells, *kept = pass_through_file(keep_whole(x));
    assert_int_equal(mlops_reference_new(&cells, x, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_is_exact(cells), 0);
    assert_int_equal(mlops_reference_is_exact(kept), 1);
    assert_true(mlops_reference_size(kept) > mlops_reference_size(cells) + 40000 * 5);
    call.memory_max = mlops_reference_size(kept) / 2;
    drift.call = &call;
    opts.drift = &drift;
    opts.reference_path = path;
    opts.current_open = open_table;
    opts.current_user = y;
    refused(mlops_drift_compare_stream(&got, &opts, &err), &err, MLOPS_E_LIMIT, path);
    call.memory_max = mlops_reference_size(kept) + (1 << 20);
    if (mlops_drift_compare_stream(&got, &opts, &err)) fail_msg("%s", err.message);
    mlops_drift_unref(got);
    mlops_reference_unref(cells);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_flags(void **state) {
    (void)state;
    mlops_table *x = parse("a\n1\n");
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *kept;
    mlops_error err;
    opts.flags = 4;
    refused(mlops_reference_new(&kept, x, &opts, &err), &err, MLOPS_E_INVALID, "0x4");
    mlops_table_unref(x);
    put_file("a,b\n1,x\n2,y\n", 12);
    opts.flags = MLOPS_REFERENCE_EXACT;
    assert_int_equal(mlops_reference_load(&kept, path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops__reference_n_values(mlops__reference_at(kept, 0)), 2);
    assert_int_equal(mlops__reference_n_values(mlops__reference_at(kept, 1)), 0);
    mlops_reference_unref(kept);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_is_that_of_the_table),
        cmocka_unit_test(test_other_columns_and_types),
        cmocka_unit_test(test_columns_are_chosen_with_their_values),
        cmocka_unit_test(test_values_that_contradict_are_refused),
        cmocka_unit_test(test_file_is_within_the_bound),
        cmocka_unit_test(test_flags),
    };
    return cmocka_run_group_tests(tests, make_own_path, remove_own_path);
}
