/* Kernels of a forest with AVX-512 (VBMI): 64 rows in byte lanes.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels.
 */
#include "kern/tree/forest_avx512.h"

mlops__forest_rank_rows mlops__forest_rank_rows_avx512;
mlops__forest_sum_rows mlops__forest_sum_rows_avx512;

enum { TABLE = 64 };

void mlops__forest_rank_rows_avx512(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                    int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        int8_t *out = ranks + (size_t)s * LANES;
        size_t at = slot->feature;
        if (slot->is_set) mlops__forest_rank_set(self, slot, rows, n, out);
        else
            for (size_t i = 0; i < n; i++, at += self->n_features)
                out[i] = rank_at(self, slot, rows, at);
        for (size_t i = n; i < LANES; i++) out[i] = 0;
    }
}
INLINE vec fold5(const walk *w, size_t i, size_t step) {
    return choose(fold4(w, i, step, 0), fold4(w, i + step / 4, step, 0), w->right[4]);
}

static vec level6(const walk *w) {
    vec half[2];
    for (size_t k = 0; k < 2; k++) half[k] = fold5(w, 64 + k, 8);
    return choose(half[0], half[1], w->right[5]);
}

static vec level7(const walk *w) {
    vec part[4];
    for (size_t k = 0; k < 4; k++) part[k] = fold5(w, 128 + k, 16);
    return choose(choose(part[0], part[2], w->right[5]), choose(part[1], part[3], w->right[5]),
                  w->right[6]);
}
/* Leaf of each lane of a heap of depth 3 or more. */
INLINE vec find_leaves(walk *w, uint32_t depth) {
    choose_first(w, depth, 0);
    if (depth > 5) w->right[5] = fold5(w, 32, 4);
    if (depth > 6) w->right[6] = level6(w);
    if (depth > 7) w->right[7] = level7(w);
    return places(w, depth);
}
/* Leaves of 16 rows, from a table of at most 64. */
INLINE void add_table(const float *leaves, vec at, float *sums) {
    __m512 low = _mm512_permutex2var_ps(_mm512_loadu_ps(leaves), at, _mm512_loadu_ps(leaves + 16));
    __m512 high =
        _mm512_permutex2var_ps(_mm512_loadu_ps(leaves + 32), at, _mm512_loadu_ps(leaves + 48));
    __mmask16 is_high = _mm512_test_epi32_mask(at, _mm512_set1_epi32(32));
    __m512 value = _mm512_mask_blend_ps(is_high, low, high);
    _mm512_store_ps(sums, _mm512_add_ps(_mm512_load_ps(sums), value));
}

INLINE void add_f32(const float *leaves, vec at, float *sums) {
    __m512 value = _mm512_i32gather_ps(at, leaves, 4);
    _mm512_store_ps(sums, _mm512_add_ps(_mm512_load_ps(sums), value));
}

INLINE void add_f64(const double *leaves, vec at, double *sums) {
    __m512d low = _mm512_i32gather_pd(_mm512_castsi512_si256(at), leaves, 8);
    __m512d high = _mm512_i32gather_pd(_mm512_extracti64x4_epi64(at, 1), leaves, 8);
    _mm512_store_pd(sums, _mm512_add_pd(_mm512_load_pd(sums), low));
    _mm512_store_pd(sums + 8, _mm512_add_pd(_mm512_load_pd(sums + 8), high));
}

/* The leaves of 64 rows, n of them being in the tree. */
INLINE void add_leaves(const mlops__forest *self, size_t at, size_t n, vec leaf, size_t group,
                       mlops__forest_reals sums) {
    group *= LANES;
    for (int i = 0; i < 4; i++, group += 16) {
        const vec found = widened(leaf, i);
        if (self->f64) add_f64(self->leaves.f64 + at, found, sums.f64 + group);
        else if (n > TABLE) add_f32(self->leaves.f32 + at, found, sums.f32 + group);
        else add_table(self->leaves.f32 + at, found, sums.f32 + group);
    }
}

INLINE void add_heap(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     uint32_t depth, mlops__forest_reals sums) {
    walk w;
    w.nodes = self->nodes + tree->at;
    w.ranks = ranks;
    vec leaf = find_leaves(&w, depth);
    add_leaves(self, tree->at, (size_t)1 << depth, leaf, tree->group, sums);
}

static void add_tests(const mlops__forest *self, const mlops__forest_tree *tree,
                      const int8_t *ranks, mlops__forest_reals sums) {
    vec lefts[MLOPS__FOREST_TEST_VECTORS];
    const mlops__forest_test *test = self->tests + tree->tests, *end = test + tree->n_tests;
    lefts[0] = _mm512_setzero_si512();
    for (; test < end; test++) {
        vec bound = _mm512_set1_epi32((int)test->node.bound);
        vec rank = _mm512_load_si512((const void *)(ranks + test->node.ranks));
        lefts[test->out] =
            _mm512_mask_add_epi8(lefts[test->left], _mm512_cmpgt_epi8_mask(rank, bound),
                                 lefts[test->right], _mm512_set1_epi32((int)test->n_left));
    }
    add_leaves(self, tree->test_leaves, tree->n_tests + 1, lefts[end[-1].out], tree->group, sums);
}

void mlops__forest_sum_rows_avx512(const mlops__forest *self, const int8_t *ranks, size_t n,
                                   mlops__forest_reals sums) {
    (void)n;
    mlops__forest_begin_sums(self, sums);
    for (uint32_t t = 0; t < self->n_trees; t++) {
        const mlops__forest_tree *tree = &self->trees[t];
        if (tree->n_tests) add_tests(self, tree, ranks, sums);
        else if (!tree->heap || tree->depth < 3) mlops__forest_add_tree(self, tree, ranks, sums);
        else if (tree->depth == 6) add_heap(self, tree, ranks, 6, sums);
        else add_heap(self, tree, ranks, tree->depth, sums);
    }
}
