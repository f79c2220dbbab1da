/* Kernels of a forest with AVX2: 32 rows in byte lanes.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels. A heap is not walked: every node is compared for all rows at once, and the
 * answers on a row's path are selected level by level, the first choice first, so that only the
 * last one waits for the level above.
 */
#include "kern/tree/forest.h"

#include <immintrin.h>

mlops__forest_rank_row mlops__forest_rank_row_avx2;
mlops__forest_rank_rows mlops__forest_rank_rows_avx2;
mlops__forest_sum_rows mlops__forest_sum_rows_avx2;

typedef __m256i vec;

enum { LANES = MLOPS__FOREST_LANES, HALF = 32 };

/* Numbers of cuts not above x, counted in two steps of 16. */
static inline uint32_t rank_of(const float *cuts, float value) {
    const __m256 x = _mm256_set1_ps(value);
    __m256 a = _mm256_cmp_ps(_mm256_loadu_ps(cuts), x, _CMP_LE_OQ);
    __m256 b = _mm256_cmp_ps(_mm256_loadu_ps(cuts + 8), x, _CMP_LE_OQ);
    uint32_t mask = (uint32_t)_mm256_movemask_ps(a) | (uint32_t)_mm256_movemask_ps(b) << 8;
    uint32_t p = (uint32_t)_mm_popcnt_u32(mask);
    const float *run = cuts + 16 + 16 * p;
    a = _mm256_cmp_ps(_mm256_loadu_ps(run), x, _CMP_LE_OQ);
    b = _mm256_cmp_ps(_mm256_loadu_ps(run + 8), x, _CMP_LE_OQ);
    mask = (uint32_t)_mm256_movemask_ps(a) | (uint32_t)_mm256_movemask_ps(b) << 8;
    return 16 * p + (uint32_t)_mm_popcnt_u32(mask);
}

static inline int8_t signed_rank(const mlops__forest_slot *slot, const float *cuts, float x) {
    int32_t rank = (int32_t)rank_of(cuts + slot->cuts, x) - 128;
    return (int8_t)(x != x ? slot->missing : rank);
}

void mlops__forest_rank_row_avx2(const mlops__forest *self, const float *row, int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        ranks[s] = signed_rank(slot, self->cuts, row[slot->feature]);
    }
}

void mlops__forest_rank_rows_avx2(const mlops__forest *self, const float *rows, size_t n,
                                  int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot slot = self->slot_table[s];
        const float *x = rows + slot.feature;
        int8_t *out = ranks + (size_t)s * LANES;
        for (size_t i = 0; i < n; i++, x += self->n_features)
            out[i] = signed_rank(&slot, self->cuts, *x);
        for (size_t i = n; i < LANES; i++) out[i] = 0;
    }
}

/* One heap and 32 lanes; left[d] says which lanes went left at level d. */
typedef struct walk {
    const uint16_t *slots;
    const int8_t *bounds;
    const int8_t *ranks;
    vec left[MLOPS__FOREST_HEAP_DEPTH];
} walk;

#define INLINE static inline __attribute__((always_inline))

INLINE vec compare(const walk *w, size_t i) {
    const vec *ranks = (const vec *)(const void *)(w->ranks + (size_t)w->slots[i] * LANES);
    return _mm256_cmpgt_epi8(_mm256_set1_epi8(w->bounds[i]), _mm256_load_si256(ranks));
}

INLINE vec choose(vec on_left, vec on_right, vec left) {
    return _mm256_blendv_epi8(on_right, on_left, left);
}

/* Nodes i and those that the first k choices tell apart, span being half of their level. */
INLINE vec fold1(const walk *w, size_t i, size_t span) {
    return choose(compare(w, i), compare(w, i + span), w->left[0]);
}

INLINE vec fold2(const walk *w, size_t i, size_t span) {
    return choose(fold1(w, i, span), fold1(w, i + span / 2, span), w->left[1]);
}

INLINE vec fold3(const walk *w, size_t i, size_t span) {
    return choose(fold2(w, i, span), fold2(w, i + span / 4, span), w->left[2]);
}

INLINE vec fold4(const walk *w, size_t i, size_t span) {
    return choose(fold3(w, i, span), fold3(w, i + span / 8, span), w->left[3]);
}

INLINE vec fold5(const walk *w, size_t i, size_t span) {
    return choose(fold4(w, i, span), fold4(w, i + span / 16, span), w->left[4]);
}

static vec level6(const walk *w) {
    vec half[2];
    for (size_t k = 0; k < 2; k++) half[k] = fold5(w, 64 + k, 32);
    return choose(half[0], half[1], w->left[5]);
}

static vec level7(const walk *w) {
    vec part[4];
    for (size_t k = 0; k < 4; k++) part[k] = fold5(w, 128 + k, 64);
    return choose(choose(part[0], part[2], w->left[5]), choose(part[1], part[3], w->left[5]),
                  w->left[6]);
}

/* Leaf of each lane, counted from the left. */
INLINE vec find_leaves(walk *w, uint32_t depth) {
    if (depth > 0) w->left[0] = compare(w, 1);
    if (depth > 1) w->left[1] = fold1(w, 2, 1);
    if (depth > 2) w->left[2] = fold2(w, 4, 2);
    if (depth > 3) w->left[3] = fold3(w, 8, 4);
    if (depth > 4) w->left[4] = fold4(w, 16, 8);
    if (depth > 5) w->left[5] = fold5(w, 32, 16);
    if (depth > 6) w->left[6] = level6(w);
    if (depth > 7) w->left[7] = level7(w);
    vec leaf = _mm256_setzero_si256();
    for (uint32_t d = 0; d < depth; d++)
        leaf = _mm256_sub_epi8(_mm256_add_epi8(leaf, leaf), w->left[d]);
    return _mm256_xor_si256(leaf, _mm256_set1_epi8((char)((1u << depth) - 1)));
}

INLINE void add_eight(const float *leaves, __m128i index, float *margins) {
    __m256 value = _mm256_i32gather_ps(leaves, _mm256_cvtepu8_epi32(index), 4);
    _mm256_store_ps(margins, _mm256_add_ps(_mm256_load_ps(margins), value));
}

INLINE void add_heap(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     uint32_t depth, float *margins) {
    walk w;
    w.slots = self->slots + tree->at;
    w.bounds = self->bounds + tree->at;
    w.ranks = ranks;
    vec leaf = find_leaves(&w, depth);
    const float *leaves = self->leaves + tree->at;
    __m128i low = _mm256_castsi256_si128(leaf), high = _mm256_extracti128_si256(leaf, 1);
    add_eight(leaves, low, margins);
    add_eight(leaves, _mm_srli_si128(low, 8), margins + 8);
    add_eight(leaves, high, margins + 16);
    add_eight(leaves, _mm_srli_si128(high, 8), margins + 24);
}

static void add_tree(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     float *margins) {
    if (tree->depth == 6) add_heap(self, tree, ranks, 6, margins);
    else add_heap(self, tree, ranks, tree->depth, margins);
}

void mlops__forest_sum_rows_avx2(const mlops__forest *self, const int8_t *ranks, size_t n,
                                 float *margins) {
    for (size_t i = 0; i < (size_t)self->n_groups * LANES; i++) margins[i] = self->base[i / LANES];
    for (uint32_t t = 0; t < self->n_trees; t++) {
        const mlops__forest_tree *tree = &self->trees[t];
        float *sums = margins + (size_t)tree->group * LANES;
        if (!tree->heap) mlops__forest_add_tree(self, tree, ranks, margins);
        for (size_t lane = 0; tree->heap && lane < n; lane += HALF)
            add_tree(self, tree, ranks + lane, sums + lane);
    }
}
