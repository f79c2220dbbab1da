/* Recipes: what is written is read, and only what is whole opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "store/recipe.h"
#include "sys/host.h"
#include "unit/draw.h"

static const uint8_t BASE[32] = {9};

static uint8_t *key_of(uint8_t key[MLOPS__CHUNK_KEY], uint32_t n) {
    memset(key, 5, MLOPS__CHUNK_KEY);
    mlops__store_u32(key + 16, n);
    return key;
}

static void recipes_are_read_as_written(void **state) {
    (void)state;
    seed = 11;
    for (int round = 0; round < 200; round++) {
        mlops__piece pieces[20], got;
        uint8_t keys[20][MLOPS__CHUNK_KEY];
        mlops__recipe r;
        mlops__buf b;
        size_t n = (size_t)(draw() % 20);
        uint64_t size = 0;
        int based = round % 2;
        for (size_t i = 0; i < n; i++) {
            mlops__piece *p = &pieces[i];
            *p =
                (mlops__piece){.kind = based ? (mlops__piece_kind)(draw() % 3) : MLOPS__PIECE_CHUNK,
                               .size = 1 + draw() % 100000,
                               .base_at = draw(),
                               .key = keys[i]};
            key_of(keys[i], (uint32_t)p->size);
            if (p->kind == MLOPS__PIECE_CHUNK) p->base_at = 0;
            if (p->kind == MLOPS__PIECE_COPY) p->key = NULL;
            size += p->size;
        }
        mlops__buf_init(&b, &mlops__heap);
        if (based) mlops__recipe_begin_based(&b, size, BASE, 7, 3);
        else mlops__recipe_begin(&b, size);
        for (size_t i = 0; i < n; i++) mlops__recipe_put(&b, based, &pieces[i]);
        mlops__pack_codec codec = based ? MLOPS__PACK_BASED : MLOPS__PACK_RAW;
        assert_true(mlops__recipe_open(&r, codec, b.data, b.size));
        assert_int_equal(r.size, size);
        assert_int_equal(r.base != NULL, based);
        if (based) assert_memory_equal(r.base, BASE, 32);
        assert_int_equal(r.number, based ? 7 : 0);
        assert_int_equal(r.depth, based ? 3 : 0);
        for (size_t i = 0; i < n; i++) {
            assert_true(mlops__recipe_next(&r, &got));
            assert_int_equal(got.kind, pieces[i].kind);
            assert_int_equal(got.size, pieces[i].size);
            assert_int_equal(got.base_at, pieces[i].base_at);
            assert_int_equal(got.key != NULL, pieces[i].key != NULL);
            if (got.key) assert_memory_equal(got.key, pieces[i].key, MLOPS__CHUNK_KEY);
        }
        assert_false(mlops__recipe_next(&r, &got));
        for (size_t cut = 0; cut < b.size; cut++) { /* none that is cut short is whole */
            uint8_t *exact = malloc(cut ? cut : 1);
            memcpy(exact, b.data, cut);
            assert_false(mlops__recipe_open(&r, codec, exact, cut));
            free(exact);
        }
        mlops__buf_u8(&b, 0);
        assert_false(mlops__recipe_open(&r, codec, b.data, b.size));
        mlops__buf_free(&b);
    }
}

static int opens(uint64_t size, uint32_t number, uint32_t depth, const mlops__piece *p, size_t n) {
    uint8_t bytes[300];
    mlops__recipe r;
    mlops__buf b;
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    mlops__recipe_begin_based(&b, size, BASE, number, depth);
    for (size_t i = 0; i < n; i++) mlops__recipe_put(&b, 1, &p[i]);
    assert_int_equal(b.status, MLOPS_OK);
    return mlops__recipe_open(&r, MLOPS__PACK_BASED, bytes, b.size);
}

static void only_whole_recipes_open(void **state) {
    uint8_t key[MLOPS__CHUNK_KEY];
    (void)state;
    mlops__piece p[3] = {{.kind = MLOPS__PIECE_COPY, .size = 10},
                         {.kind = MLOPS__PIECE_CHUNK, .size = 5, .key = key_of(key, 5)}};
    assert_true(opens(15, 1, 1, p, 2));
    for (uint32_t depth = 0; depth < 10; depth++)
        assert_int_equal(opens(15, 1, depth, p, 2), depth >= 1 && depth <= 4);
    assert_false(opens(15, 1, UINT32_MAX, p, 2));
    assert_false(opens(15, 0, 1, p, 2));
    assert_true(opens(15, UINT32_MAX, 4, p, 2));
    assert_false(opens(14, 1, 1, p, 2));
    assert_false(opens(16, 1, 1, p, 2));
    assert_true(opens(0, 1, 1, p, 0));
    p[0].size = 0; /* a piece of nothing */
    assert_false(opens(5, 1, 1, p, 2));
    p[0].size = UINT64_MAX - 4; /* sizes that wrap around */
    assert_false(opens(0, 1, 1, p, 2));
    assert_false(opens(UINT64_MAX, 1, 1, p, 1));
    p[0].size = (uint64_t)INT64_MAX;
    assert_true(opens((uint64_t)INT64_MAX, 1, 1, p, 1));
    p[0].size++;
    assert_false(opens((uint64_t)INT64_MAX + 1, 1, 1, p, 1));
    p[0] = (mlops__piece){
        .kind = (mlops__piece_kind)3, .size = 10, .key = key}; /* of no kind that is known */
    assert_false(opens(10, 1, 1, p, 1));
    uint8_t plain[28] = {5};
    mlops__recipe r;
    memcpy(plain + 8, key, sizeof key);
    assert_true(mlops__recipe_open(&r, MLOPS__PACK_RAW, plain, sizeof plain));
    assert_false(mlops__recipe_open(&r, MLOPS__PACK_ZSTD, plain, sizeof plain));
    assert_false(mlops__recipe_open(&r, (mlops__pack_codec)4, plain, sizeof plain));
    assert_false(mlops__recipe_open(&r, MLOPS__PACK_BASED, plain, sizeof plain));
}

/* One piece, in a chunk that has room for it where it is said to be. */
static int opens_part(uint64_t size, uint32_t chunk, uint32_t at, size_t n) {
    uint8_t bytes[40] = {0}, key[MLOPS__CHUNK_KEY];
    mlops__recipe r;
    mlops__piece piece, none;
    mlops__buf b;
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    mlops__recipe_begin(&b, size);
    mlops__recipe_put_part(&b, key_of(key, chunk), at);
    assert_int_equal(b.size, 32);
    if (!mlops__recipe_open(&r, MLOPS__PACK_PART, bytes, n)) return 0;
    assert_int_equal(r.size, size);
    assert_null(r.base);
    assert_true(mlops__recipe_next(&r, &piece));
    assert_int_equal(piece.kind, MLOPS__PIECE_PART);
    assert_int_equal(piece.size, size);
    assert_int_equal(piece.base_at, at);
    assert_memory_equal(piece.key, key, sizeof key);
    return !mlops__recipe_next(&r, &none);
}

static void parts_lie_inside_of_their_chunk(void **state) {
    (void)state;
    assert_true(opens_part(5, 5, 0, 32));
    assert_true(opens_part(5, 100, 95, 32));
    assert_false(opens_part(5, 100, 96, 32));
    assert_false(opens_part(5, 100, 101, 32));
    assert_false(opens_part(5, 100, UINT32_MAX, 32));
    assert_false(opens_part(UINT64_MAX, 100, 0, 32));
    assert_false(opens_part((uint64_t)1 << 32, 100, 0, 32));
    assert_false(opens_part(0, 100, 0, 32)); /* a piece of nothing */
    for (size_t n = 0; n < 40; n++) assert_int_equal(opens_part(5, 5, 0, n), n == 32);
}

static int opens_rows(const char *pieces) {
    uint8_t bytes[400], key[MLOPS__CHUNK_KEY];
    mlops__recipe r;
    mlops__buf b;
    uint64_t size = 0;
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    for (const char *p = pieces; *p; p++) size += strchr("sp", *p) ? 9 : 0;
    mlops__recipe_begin_based(&b, size, BASE, 1, 1);
    for (key_of(key, 30); *pieces; pieces++) {
        mlops__piece piece = {.kind = MLOPS__PIECE_SAME, .rows = 3, .size = 9};
        if (*pieces == 'p') piece.kind = MLOPS__PIECE_PATCH, piece.key = key;
        if (*pieces == 'w') mlops__recipe_put_about(&b, MLOPS__PIECE_WAS, key);
        else if (*pieces == 'z') mlops__recipe_put_about(&b, MLOPS__PIECE_ZONES, key);
        else mlops__recipe_put_rows(&b, &piece);
    }
    assert_int_equal(b.status, MLOPS_OK);
    return mlops__recipe_open(&r, MLOPS__PACK_ROWS_BASED, bytes, b.size);
}

/* What cells were is said of a patch, once. */
static void what_is_said_of_rows(void **state) {
    (void)state;
    const char *sound[] = {"s", "p", "pw", "spws", "pwpw", "ppw", "pwz", "sz"};
    const char *others[] = {"w", "sw", "pww", "wp", "pzw", "pwzs", "zz", "pzs"};
    for (size_t i = 0; i < 8; i++) {
        assert_true(opens_rows(sound[i]));
        assert_false(opens_rows(others[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recipes_are_read_as_written),
        cmocka_unit_test(only_whole_recipes_open),
        cmocka_unit_test(parts_lie_inside_of_their_chunk),
        cmocka_unit_test(what_is_said_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
