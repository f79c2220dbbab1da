/* All values of a column as bytes: what goes in comes out to the bit, and there is one way. */
#include "profile/build/ecdf.h"
#include "unit/help_drift.h"

/* Reads up to room values; returns how many, or -1 for bytes that are refused. */
static int64_t read_all(const uint8_t *bytes, size_t size, int64_t n, double *out, size_t *end) {
    mlops__ecdf from;
    int64_t at = 0;
    mlops_status status = mlops__ecdf_open(&from, bytes, size, n);
    while (status == MLOPS_OK && (status = mlops__ecdf_next(&from)) == MLOPS_OK)
        for (uint32_t i = 0; i < from.n; i++)
            for (uint64_t k = 0; k <= from.counts[i]; k++) out[at++] = from.values[i];
    if (status != MLOPS_END) return -1;
    *end = from.offset;
    return at;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void write_all(mlops__buf *out, const double *values, int64_t n) {
    mlops__buf_init(out, &mlops__heap);
    mlops__ecdf_put(out, values, n);
    assert_int_equal(out->status, MLOPS_OK);
}

static double of_kind(int kind) {
    static const double odd[] = {-INFINITY, -1.7976931348623157e308, -1, -5e-324, 0,
                                 5e-324,    2.2250738585072014e-308, 1,  3,       INFINITY};
    if (kind == 0) return normal();
    if (kind == 1) return (double)(float)normal();
    if (kind == 2) return floor(1000 * normal());
    if (kind == 3) return nearbyint(100 * normal()) / 100;
    if (kind == 4) return odd[draw() % 10];
    if (kind == 5) return ldexp(normal(), (int)(draw() % 2000) - 1000);
    return 42;
}

static void test_values_come_back_to_the_bit(void **state) {
    (void)state;
    static const int64_t sizes[] = {0, 1, 2, 127, 128, 129, 257, 5000};
    for (int kind = 0; kind < 7; kind++)
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            static double values[5000], again[5000];
            int64_t n = sizes[s];
            size_t end = 0;
            mlops__buf bytes;
            for (int64_t i = 0; i < n; i++) values[i] = of_kind(kind) + 0.0;
            qsort(values, (size_t)n, sizeof *values, ascending);
            write_all(&bytes, values, n);
            size_t size = bytes.size;
            mlops__buf_zero(&bytes, MLOPS__ECDF_BEYOND);
            assert_int_equal(read_all(bytes.data, size, n, again, &end), n);
            assert_int_equal(end, size);
            assert_memory_equal(values, again, (size_t)n * sizeof *values);
            assert_int_equal(read_all(bytes.data, size, n + 1, again, &end), -1);
            if (n) assert_int_equal(read_all(bytes.data, size, n - 1, again, &end), -1);
            mlops__buf_free(&bytes);
        }
}

static void test_few_bytes_where_values_are_alike(void **state) {
    (void)state;
    enum { N = 100000 };
    static const double most[] = {6, 2.5, 0.2, 0.2, 0.1};
    double *values = malloc(N * sizeof *values);
    assert_non_null(values);
    for (int kind = 0; kind < 5; kind++) {
        mlops__buf bytes;
        for (int i = 0; i < N; i++) values[i] = of_kind(kind) + 0.0;
        qsort(values, N, sizeof *values, ascending);
        write_all(&bytes, values, N);
        assert_true((double)bytes.size < most[kind] * N);
        mlops__buf_free(&bytes);
    }
    free(values);
}

/* Whatever is taken is what writing its values gives; what is cut is refused. */
static void test_there_is_one_way(void **state) {
    (void)state;
    enum { N = 300 };
    static double values[N], again[N];
    for (int kind = 0; kind < 7; kind++) {
        mlops__buf bytes, back;
        size_t end;
        for (int i = 0; i < N; i++) values[i] = of_kind(kind) + 0.0;
        qsort(values, N, sizeof *values, ascending);
        write_all(&bytes, values, N);
        size_t size = bytes.size;
        mlops__buf_zero(&bytes, MLOPS__ECDF_BEYOND);
        for (size_t cut = 0; cut < size; cut++)
            assert_int_equal(read_all(bytes.data, cut, N, again, &end), -1);
        for (size_t bit = 0; bit < 8 * size; bit++) {
            bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (read_all(bytes.data, size, N, again, &end) == N) {
                write_all(&back, again, N);
                assert_int_equal(back.size, end);
                assert_memory_equal(back.data, bytes.data, end);
                mlops__buf_free(&back);
            }
            bytes.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        mlops__buf_free(&bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_come_back_to_the_bit),
        cmocka_unit_test(test_few_bytes_where_values_are_alike),
        cmocka_unit_test(test_there_is_one_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
