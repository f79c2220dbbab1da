/* A profile's bytes: they come back, they are the ones described, and none but those are taken. */
#include <stdlib.h>

#include "base/crc32.h"
#include "unit/help_profile.h"

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
        cmocka_unit_test(test_bytes_round_trip),
        cmocka_unit_test(test_golden_bytes),
        cmocka_unit_test(test_every_flip_and_cut_is_refused),
        cmocka_unit_test(test_contradictions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
