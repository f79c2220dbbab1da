/* Where content is cut: by each kernel as the definition says, within its bounds, around the
 * average, and so that an edit changes the chunks around it alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"
#include "unit/levels.h"

enum { LEAST = MLOPS__CHUNK_LEAST, NORMAL = MLOPS__CHUNK_NORMAL, MOST = MLOPS__CHUNK_MOST };

/* As gear.h words it, each window on its own. */
static uint32_t hash_at(const uint8_t *bytes, size_t p) {
    uint32_t sum = 0;
    for (int k = 0; k < 32; k++) sum += ((uint32_t)bytes[p - (size_t)k] + 1) << k;
    return sum * 0x9e3779b1u;
}

static size_t scan_by_definition(const uint8_t *bytes, size_t from, size_t to, uint32_t mask) {
    while (from < to && (hash_at(bytes, from) & mask)) from++;
    return from;
}

static uint8_t *random_bytes(size_t n) {
    uint8_t *out = malloc(n ? n : 1);
    assert_non_null(out);
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)draw();
    return out;
}

static mlops__gear_scan *kernel(mlops_cpu level) {
    const mlops__kern *all = kernels(level);
    return all ? all->gear_scan : NULL;
}

/* Masks with few bits find cuts in short ranges; all starts and ends, so that each tail is met. */
static void test_definition(void **state) {
    (void)state;
    seed = 7;
    for (size_t l = 0; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__gear_scan *scan = kernel(LEVELS[l]);
        for (int i = 0; scan && i < 40000; i++) {
            size_t from = MLOPS__GEAR_HISTORY + draw() % 70, n = draw() % 150;
            uint32_t mask = ~0u << (32 - draw() % 12);
            uint8_t *bytes = random_bytes(from + n); /* no byte more, for who reads beyond */
            if (draw() % 4 == 0) memset(bytes, (int)draw(), from + n);
            size_t expected = scan_by_definition(bytes, from, from + n, mask);
            assert_int_equal(scan(bytes, from, from + n, mask), expected);
            free(bytes);
        }
    }
}

/* Where all kernels cut a long text, with the masks in use. */
static void test_kernels_agree(void **state) {
    (void)state;
    enum { N = 6 << 20 };
    seed = 8;
    uint8_t *bytes = random_bytes(N);
    memset(bytes + 1000000, 0, 700000); /* no cut at all */
    for (size_t i = 3000000; i < 4000000; i++) bytes[i] = (uint8_t)("0123456789,\n"[draw() % 12]);
    for (size_t l = 1; l < sizeof LEVELS / sizeof *LEVELS; l++) {
        mlops__gear_scan *scan = kernel(LEVELS[l]);
        for (size_t at = 0; scan && at < N;) {
            size_t cut = mlops__gear_cut(scan, bytes + at, N - at);
            assert_int_equal(cut, mlops__gear_cut(mlops__gear_scan_scalar, bytes + at, N - at));
            at += cut;
        }
    }
    free(bytes);
}

static void test_bounds(void **state) {
    (void)state;
    enum { N = 64 << 20 };
    seed = 9;
    mlops__gear_scan *scan = kernel(mlops_cpu_level(MLOPS_CPU_BEST));
    uint8_t *bytes = random_bytes(N);
    int64_t n = 0;
    for (size_t at = 0; at < N; n++) {
        size_t cut = mlops__gear_cut(scan, bytes + at, N - at);
        assert_true(cut <= MOST && (cut > LEAST - 1 || at + cut == N));
        at += cut;
    }
    assert_in_range(N / n, NORMAL - 8000, NORMAL + 16000);
    memset(bytes, 0, N);
    assert_int_equal(mlops__gear_cut(scan, bytes, N), MOST);
    assert_int_equal(mlops__gear_cut(scan, bytes, MOST + 1), MOST);
    assert_int_equal(mlops__gear_cut(scan, bytes, NORMAL), NORMAL);
    assert_int_equal(mlops__gear_cut(scan, bytes, LEAST + 1), LEAST + 1);
    for (size_t k = 0; k < 50; k++) assert_int_equal(mlops__gear_cut(scan, bytes, k), k);
    free(bytes);
}

/* Every byte a cut, as whoever knows the hash can make it: no chunk is below the least size. */
static void test_all_cuts(void **state) {
    (void)state;
    size_t n = 3 * LEAST;
    uint8_t *bytes = random_bytes(n);
    for (size_t p = 31; p < n; p++) /* the newest byte makes the sum's low bits what is wanted */
        for (int b = 0; b < 256 && (hash_at(bytes, p) & 0xc0000000u); b++) bytes[p] = (uint8_t)b;
    for (size_t at = 0; at < n;) {
        size_t cut = mlops__gear_cut(kernel(mlops_cpu_level(MLOPS_CPU_BEST)), bytes + at, n - at);
        assert_true(cut >= LEAST || at + cut == n);
        at += cut;
    }
    free(bytes);
}

static size_t cuts_of(const uint8_t *bytes, size_t n, size_t *ends) {
    size_t count = 0;
    for (size_t at = 0; at < n; ends[count++] = at)
        at += mlops__gear_cut(kernel(mlops_cpu_level(MLOPS_CPU_BEST)), bytes + at, n - at);
    return count;
}

/* Of 8 MiB, one byte is taken away in the middle: at most a few chunks are others. */
static void test_edits_stay_local(void **state) {
    (void)state;
    enum { N = 8 << 20, AT = 4 << 20, CUTS = N / LEAST + 1 };
    static size_t before[CUTS], after[CUTS];
    seed = 10;
    uint8_t *bytes = random_bytes(N);
    size_t n = cuts_of(bytes, N, before), same = 0;
    memmove(bytes + AT, bytes + AT + 1, N - AT - 1);
    size_t m = cuts_of(bytes, N - 1, after);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < m; j++) same += before[i] == after[j] + (before[i] > AT);
    assert_in_range(n - same, 0, 4);
    free(bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_definition),       cmocka_unit_test(test_kernels_agree),
        cmocka_unit_test(test_bounds),           cmocka_unit_test(test_all_cuts),
        cmocka_unit_test(test_edits_stay_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
