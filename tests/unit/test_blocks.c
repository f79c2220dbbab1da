/* A chunk passes for whole if each byte of it is in one part, whatever parts somebody has made:
 * what else it has would be sent along, or stay where it is erased. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/blocks.h"
#include "sys/host.h"

enum { SIZE = 256 << 10, SALTS = 50 };

static uint8_t key[MLOPS__CHUNK_KEY];

static void add_range(mlops__blocks *blocks, uint64_t from, uint64_t to) {
    const mlops__piece part = {.size = to - from, .base_at = from, .key = key};
    assert_true(mlops__blocks_add(blocks, &part));
}

static int is_whole(uint64_t salt, const uint64_t (*ranges)[2], size_t n) {
    mlops__blocks blocks;
    mlops__blocks_init(&blocks, &mlops__heap, salt);
    for (size_t i = 0; i < n; i++) add_range(&blocks, ranges[i][0], ranges[i][1]);
    int whole = mlops__blocks_is_whole(&blocks, key);
    mlops__blocks_free(&blocks);
    return whole;
}

static void parts_that_lie_side_by_side(void **state) {
    static const uint64_t all[][2] = {{1000, SIZE}, {0, 999}, {999, 1000}};
    static const uint64_t overlapping[][2] = {{0, 2000}, {1000, SIZE - 1000}};
    (void)state;
    for (uint64_t salt = 0; salt < SALTS; salt++) {
        assert_true(is_whole(salt, all, 3));
        assert_false(is_whole(salt, all, 2));
        assert_false(is_whole(salt, overlapping, 2));
    }
}

/* As many bytes as are missing, at places whose hashes of 32 bits without a salt had just the sum
 * that was missing, too: such places are found in no time, so that nobody may know the hash. */
static void parts_that_were_made_to_collide(void **state) {
    static const uint64_t made[][2][2] = {{{53163, 53763}, {13958, 14358}},
                                          {{244010, 244610}, {18955, 19355}},
                                          {{13298, 13898}, {24547, 24947}}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        const uint64_t ranges[][2] = {
            {1000, SIZE}, {made[i][0][0], made[i][0][1]}, {made[i][1][0], made[i][1][1]}};
        for (uint64_t salt = 0; salt < SALTS; salt++) assert_false(is_whole(salt, ranges, 3));
    }
}

/* More than 4 GiB of parts do not come round to the size. */
static void parts_of_very_many_bytes(void **state) {
    mlops__blocks blocks;
    (void)state;
    mlops__blocks_init(&blocks, &mlops__heap, 1);
    for (int i = 0; i <= (int)((UINT64_C(1) << 32) / SIZE); i++) add_range(&blocks, 0, SIZE);
    assert_int_equal(mlops__blocks_needed(&blocks, key), SIZE);
    assert_false(mlops__blocks_is_whole(&blocks, key));
    mlops__blocks_free(&blocks);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_that_lie_side_by_side),
        cmocka_unit_test(parts_that_were_made_to_collide),
        cmocka_unit_test(parts_of_very_many_bytes),
    };
    mlops__store_u32(key + 16, SIZE);
    return cmocka_run_group_tests_name("blocks", tests, NULL, NULL);
}
