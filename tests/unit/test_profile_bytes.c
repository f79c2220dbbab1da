/* A profile's bytes: they come back, they are the ones described, and none but those are taken. */
#include <stdlib.h>

#include "unit/help_profile.h"
#include "unit/seal.h"

static void test_bytes_round_trip(void **state) {
    (void)state;
    static room a, b;
    static uint8_t bytes[BYTES];
    double v[300];
    for (int round = 0; round < 150; round++) {
        mlops_profile_opts opts = with_edges(EDGES, round % 11, round % 65);
        if (round % 11 == 0) opts.bins_size = 64 + round;
        opts.bins_size -= opts.bins_size % 8;
        opts.lg_k = round % 3 ? 0 : 4 + round % 7;
        opts.categories = round % 2 ? "a,\"b,\"\"c\",d" : NULL;
        mlops_profile *p = begin(&a, &opts), *q;
        for (int i = 0; i < 2 * round; i++)
            v[i] = round % 5 ? draw_value() : 1e200 * (uniform() - 0.5);
        assert_int_equal(mlops_profile_add(p, v, 2 * round), MLOPS_OK);
        assert_int_equal(mlops_profile_add_text(p, round % 4 ? "a" : NULL), MLOPS_OK);
        size_t n = save(p, bytes), size = mlops_profile_size(&opts);
        memset(&b, 0xc3, sizeof b);
        assert_int_equal(mlops_profile_load(&q, &b, size, bytes, n), MLOPS_OK);
        if (!opts.lg_k) assert_memory_equal(p, q, size);
        assert_same_bytes(p, q);
        assert_int_equal(mlops_profile_merge(q, p), MLOPS_OK); /* of the same configuration */
        assert_int_equal(mlops_profile_load(&q, &b, size - 1, bytes, n), MLOPS_E_ARENA);
        assert_null(q);
        assert_int_equal(mlops_profile_load(&q, (char *)&b + 1, size, bytes, n), MLOPS_E_INVALID);
    }
}

static void assert_bytes(const mlops_profile *p, const char *golden) {
    static uint8_t bytes[BYTES];
    size_t n = save(p, bytes);
    assert_int_equal(2 * n, strlen(golden));
    for (size_t i = 0; i < n; i++) {
        char pair[3] = {golden[2 * i], golden[2 * i + 1], 0};
        if (bytes[i] != strtoul(pair, NULL, 16)) fail_msg("byte %d is %d", (int)i, bytes[i]);
    }
}

/* As Python's struct and zlib.crc32 spell it from the format's description: scale 4, edges -1 and
 * 2.5; values 3.0, -1.0, 2.5, -0.0, NaN and one null. */
static void test_golden_bytes(void **state) {
    (void)state;
    static room a;
    static const char golden[] = "4d4c505202000000020000000400000000000000180000000000000000000000"
                                 "0600000000000000010000000000000001000000000000000000000000000000"
                                 "010000000000000001000000000000000000000000000000000000000000f0bf"
                                 "0000000000000840480000000000000000000000000000000000000000000000"
                                 "4010000000000000000000000000000000000000000000000000000000000000"
                                 "0000000000000000000000000000f0bf00000000000004400100000000000000"
                                 "02000000000000000100000000000000d7c7e011";
    static const double edges[] = {-1.0, 2.5}, v[] = {3.0, -1.0, 2.5, -0.0, NAN};
    mlops_profile_opts opts = with_edges(edges, 2, 4);
    mlops_profile *p = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(p, v, 5), MLOPS_OK);
    assert_int_equal(mlops_profile_add_nulls(p, 1), MLOPS_OK);
    assert_bytes(p, golden);
}

/* The same without edges, in 64 bytes of bins, with categories "a,b" and "c\"". */
static void test_golden_bytes_of_log_bins(void **state) {
    (void)state;
    static room a;
    static const char golden[] = "4d4c505202000000000000002000000000000000400000000200000007000000"
                                 "0600000000000000000000000000000000000000000000000100000000000000"
                                 "00000000000000000100000000000000000000000000000000000000000008c0"
                                 "000000000000f07f000000800100000000000000000000000000000000000000"
                                 "0000000000000040100000000000000000000000000000000000000000000000"
                                 "000000000000000030000000ff3f000000000000110000000000000001000000"
                                 "0000000001000000000000001740000000000000010000000000000000000000"
                                 "0000000000000000000000000100000000000000000000000000000001000000"
                                 "00000000000000000000000001000100612c6200632200000000000000000000"
                                 "000000000000004371cfff";
    static const double v[] = {1.0, -3.0, 1.5, 1e-20, INFINITY, 2.0};
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.bins_size = 64;
    opts.categories = "\"a,b\",\"c\"\"\"";
    mlops_profile *p = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(p, v, 6), MLOPS_OK);
    assert_bytes(p, golden);
}

static size_t some_bytes(room *r, uint8_t *bytes, int64_t n_edges) {
    double v[40];
    mlops_profile_opts opts = with_edges(EDGES, n_edges, 32);
    opts.lg_k = n_edges == 5 ? 4 : 0;
    opts.bins_size = n_edges ? 0 : 64;
    opts.categories = n_edges ? NULL : "x,y";
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
    seal(bytes, n);
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
        {32, 7},
        {32, 5},
        {32, UINT64_MAX},
        {40, 2},
        {48, 2},
        {56, 1},
        {64, 4},
        {72, 4},
        {72, 0},
        {80, 5},
        {80, UINT64_MAX},
        {88, 0x4000ull << 48},
        {88, 0x7ff8ull << 48},
        {88, 1ull << 63},
        {96, 0xbff0ull << 48},
        {96, 0x4000ull << 48},
        {96, 0x7ff0ull << 48},
        {120, 1},
        {120, 1ull << 62},
        {128, 0},
        {128, 1295},
        {160, 1ull << 62},
        {168, 0x4010ull << 48},
        {168, 0x7ff0ull << 48},
        {176, 0xc000ull << 48},
        {184, 0},
        {184, 2},
        {184, UINT64_MAX},
        {192, 1},
        {200, 0},
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
    copy[4] = 3;
    assert_int_equal(load_sealed(copy, n), MLOPS_E_UNSUPPORTED);
    copy[4] = 0;
    assert_int_equal(load_sealed(copy, n), MLOPS_E_CORRUPT);
}

/* The same of log-linear bins: values 1, 1.5 and 2 (17 bins of shift 48) and -3 in 64 bytes. */
static void test_contradictions_of_log_bins_are_refused(void **state) {
    (void)state;
    static room a;
    static uint8_t bytes[BYTES], copy[BYTES];
    static const struct {
        size_t offset;
        uint64_t value;
    } edits[] = {
        {172, 0x3ff0}, {172, 0x400f},          {172, 0}, {180, 18},
        {180, 16},     {180, 1ull << 60},      {188, 1}, {188, UINT64_MAX},
        {196, 1},      {204, 0x4007},          {212, 0}, {212, 2},
        {220, 1},      {236, 0x0001ull << 16},
    };
    static const double v[] = {1.0, 1.5, 2.0, -3.0};
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.bins_size = 64;
    mlops_profile *p = begin(&a, &opts);
    assert_int_equal(mlops_profile_add(p, v, 4), MLOPS_OK);
    size_t n = save(p, bytes);
    assert_int_equal(bytes[168], 48);
    memcpy(copy, bytes, n);
    assert_int_equal(load_sealed(copy, n), MLOPS_OK);
    for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
        memcpy(copy, bytes, n);
        put_u64(copy + edits[i].offset, edits[i].value);
        if (load_sealed(copy, n) != MLOPS_E_CORRUPT) fail_msg("edit %d was taken", (int)i);
    }
    for (int shift = 0; shift < 256; shift++) {
        memcpy(copy, bytes, n);
        copy[168] = (uint8_t)shift;
        assert_int_equal(load_sealed(copy, n), shift == 48 ? MLOPS_OK : MLOPS_E_CORRUPT);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_round_trip),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_golden_bytes_of_log_bins),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
        cmocka_unit_test(test_contradictions_of_log_bins_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
