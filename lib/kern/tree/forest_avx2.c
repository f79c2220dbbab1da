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
static inline uint32_t below_f32(const float *cuts, __m256 x) {
    __m256 a = _mm256_cmp_ps(_mm256_loadu_ps(cuts), x, _CMP_LE_OQ);
    __m256 b = _mm256_cmp_ps(_mm256_loadu_ps(cuts + 8), x, _CMP_LE_OQ);
    uint32_t mask = (uint32_t)_mm256_movemask_ps(a) | (uint32_t)_mm256_movemask_ps(b) << 8;
    return (uint32_t)_mm_popcnt_u32(mask);
}

static inline uint32_t below_f64(const double *cuts, __m256d x) {
    uint32_t mask = 0;
    for (int i = 0; i < 4; i++) {
        __m256d le = _mm256_cmp_pd(_mm256_loadu_pd(cuts + 4 * i), x, _CMP_LE_OQ);
        mask |= (uint32_t)_mm256_movemask_pd(le) << 4 * i;
    }
    return (uint32_t)_mm_popcnt_u32(mask);
}

static inline int8_t rank_f32(const mlops__forest_slot *slot, const float *all, float x) {
    const float *cuts = all + slot->at;
    const __m256 value = _mm256_set1_ps(x);
    uint32_t p = below_f32(cuts, value);
    int32_t rank = (int32_t)(16 * p + below_f32(cuts + 16 + 16 * p, value)) - 128;
    return (int8_t)(x != x ? slot->missing : rank);
}

static inline int8_t rank_f64(const mlops__forest_slot *slot, const double *all, double x) {
    const double *cuts = all + slot->at;
    const __m256d value = _mm256_set1_pd(x);
    uint32_t p = below_f64(cuts, value);
    int32_t rank = (int32_t)(16 * p + below_f64(cuts + 16 + 16 * p, value)) - 128;
    double zero = (double)slot->zero;
    return (int8_t)(x != x || (-zero <= x && x <= zero) ? slot->missing : rank);
}

static inline void rank_slot(const mlops__forest *self, const mlops__forest_slot *slot,
                             mlops__forest_rows rows, size_t n, int8_t *out) {
    size_t at = slot->feature;
    if (slot->is_set) {
        mlops__forest_rank_set(self, slot, rows, n, out);
    } else if (self->f64) {
        for (size_t i = 0; i < n; i++, at += self->n_features)
            out[i] = rank_f64(slot, self->cuts.f64, rows.f64 ? rows.f64[at] : (double)rows.f32[at]);
    } else {
        for (size_t i = 0; i < n; i++, at += self->n_features)
            out[i] = rank_f32(slot, self->cuts.f32, rows.f32 ? rows.f32[at] : (float)rows.f64[at]);
    }
}

void mlops__forest_rank_row_avx2(const mlops__forest *self, mlops__forest_rows row, int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++)
        rank_slot(self, &self->slot_table[s], row, 1, ranks + s);
}

void mlops__forest_rank_rows_avx2(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                  int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        int8_t *out = ranks + (size_t)s * LANES;
        rank_slot(self, &self->slot_table[s], rows, n, out);
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

INLINE void add_eight_f32(const float *leaves, __m128i index, float *sums) {
    __m256 value = _mm256_i32gather_ps(leaves, _mm256_cvtepu8_epi32(index), 4);
    _mm256_store_ps(sums, _mm256_add_ps(_mm256_load_ps(sums), value));
}

INLINE void add_eight_f64(const double *leaves, __m128i index, double *sums) {
    __m256i wide = _mm256_cvtepu8_epi32(index);
    __m256d low = _mm256_i32gather_pd(leaves, _mm256_castsi256_si128(wide), 8);
    __m256d high = _mm256_i32gather_pd(leaves, _mm256_extracti128_si256(wide, 1), 8);
    _mm256_store_pd(sums, _mm256_add_pd(_mm256_load_pd(sums), low));
    _mm256_store_pd(sums + 4, _mm256_add_pd(_mm256_load_pd(sums + 4), high));
}

/* Half a block, from this lane on. */
INLINE void add_heap(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     size_t lane, uint32_t depth, mlops__forest_reals sums) {
    walk w;
    w.slots = self->slots + tree->at;
    w.bounds = self->bounds + tree->at;
    w.ranks = ranks + lane;
    vec leaf = find_leaves(&w, depth);
    __m128i half[2] = {_mm256_castsi256_si128(leaf), _mm256_extracti128_si256(leaf, 1)};
    size_t at = (size_t)tree->group * LANES + lane;
    for (size_t i = 0; i < 2; i++, at += 16)
        if (self->f64) {
            const double *leaves = self->leaves.f64 + tree->at;
            add_eight_f64(leaves, half[i], sums.f64 + at);
            add_eight_f64(leaves, _mm_srli_si128(half[i], 8), sums.f64 + at + 8);
        } else {
            const float *leaves = self->leaves.f32 + tree->at;
            add_eight_f32(leaves, half[i], sums.f32 + at);
            add_eight_f32(leaves, _mm_srli_si128(half[i], 8), sums.f32 + at + 8);
        }
}

static void add_tree(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     size_t lane, mlops__forest_reals sums) {
    if (tree->depth == 6) add_heap(self, tree, ranks, lane, 6, sums);
    else add_heap(self, tree, ranks, lane, tree->depth, sums);
}

void mlops__forest_sum_rows_avx2(const mlops__forest *self, const int8_t *ranks, size_t n,
                                 mlops__forest_reals sums) {
    mlops__forest_begin_sums(self, sums);
    for (uint32_t t = 0; t < self->n_trees; t++) {
        const mlops__forest_tree *tree = &self->trees[t];
        if (!tree->heap) mlops__forest_add_tree(self, tree, ranks, sums);
        for (size_t lane = 0; tree->heap && lane < n; lane += HALF)
            add_tree(self, tree, ranks, lane, sums);
    }
}
