/* Kernels of a forest with NEON: 16 rows in byte lanes.
 *
 * Owns nothing. Invariant: the same leaves added in the same order as the scalar kernels.
 */
#include "kern/tree/forest.h"

#include <arm_neon.h>

mlops__forest_sum_rows mlops__forest_sum_rows_neon;

#define INLINE static inline __attribute__((always_inline))

enum { LANES = MLOPS__FOREST_LANES, PART = 16, PARTS = LANES / PART, BLOCKS = 2 };

typedef uint8x16_t vec;

/* What the tree adds to the sums of 16 rows. */
static void add_leaves(const mlops__forest *self, const mlops__forest_tree *tree, vec leaf,
                       mlops__forest_reals sums, size_t at) {
    uint8_t index[PART];
    vst1q_u8(index, leaf);
    at += (size_t)tree->group * LANES;
    if (self->f64)
        for (size_t i = 0; i < PART; i++)
            sums.f64[at + i] += self->leaves.f64[tree->test_leaves + index[i]];
    else
        for (size_t i = 0; i < PART; i++)
            sums.f32[at + i] += self->leaves.f32[tree->test_leaves + index[i]];
}

/* The chains of a tree, for one block or two; found has room for what chains find. */
INLINE void add_tests(const mlops__forest *self, const mlops__forest_tree *tree,
                      const int8_t *ranks, size_t n_blocks, mlops__forest_reals sums, vec *found) {
    const size_t n = n_blocks * PARTS, step = (size_t)self->n_slots * LANES;
    vec leaf[BLOCKS * PARTS] = {vdupq_n_u8(0)};
    const mlops__forest_test *test = self->tests + tree->tests, *end = test + tree->n_tests;
    for (; test < end; test++) {
        const int8x16_t bound = vdupq_n_s8((int8_t)test->bound);
        const vec right = vdupq_n_u8(test->right);
        const int8_t *at = ranks + (size_t)test->slot * LANES;
        vec is_right[BLOCKS * PARTS];
        for (size_t i = 0; i < n; i++)
            is_right[i] = vcgtq_s8(vld1q_s8(at + i / PARTS * step + i % PARTS * PART), bound);
        if (test->marks & MLOPS__FOREST_BEGINS)
            for (size_t i = 0; i < n; i++) leaf[i] = vdupq_n_u8(test->first);
        if (test->marks & MLOPS__FOREST_FOUND)
            for (size_t i = 0; i < n; i++)
                leaf[i] = vbslq_u8(is_right[i], found[test->right * n + i], leaf[i]);
        else
            for (size_t i = 0; i < n; i++) leaf[i] = vbslq_u8(is_right[i], right, leaf[i]);
        if (test->marks & MLOPS__FOREST_ENDS)
            for (size_t i = 0; i < n; i++) found[test->out * n + i] = leaf[i];
    }
    for (size_t i = 0; i < n; i++)
        add_leaves(self, tree, leaf[i], sums,
                   i / PARTS * self->n_groups * LANES + i % PARTS * PART);
}

MLOPS__FOREST_ADD_TESTS(1, PARTS)
MLOPS__FOREST_ADD_TESTS(2, 2 * PARTS)

static void add_tree(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     size_t n_blocks, mlops__forest_reals sums) {
    if (n_blocks == BLOCKS) add_tests_2(self, tree, ranks, sums);
    else add_tests_1(self, tree, ranks, sums);
}

void mlops__forest_sum_rows_neon(const mlops__forest *self, const int8_t *ranks, size_t n,
                                 mlops__forest_reals sums) {
    mlops__forest_sum_blocks(self, ranks, n, sums, add_tree, BLOCKS);
}
