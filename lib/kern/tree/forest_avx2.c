/* Kernels of a forest with AVX2: 32 rows in byte lanes.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels.
 */
#include "kern/tree/forest.h"

#include <immintrin.h>
#include <string.h>

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

static inline int8_t rank_f32(const float *cuts, float x) {
    const __m256 value = _mm256_set1_ps(x);
    uint32_t p = below_f32(cuts, value);
    return (int8_t)((int32_t)(16 * p + below_f32(cuts + 16 + 16 * p, value)) - 128);
}

static inline int8_t rank_f64(const double *cuts, double x) {
    const __m256d value = _mm256_set1_pd(x);
    uint32_t p = below_f64(cuts, value);
    return (int8_t)((int32_t)(16 * p + below_f64(cuts + 16 + 16 * p, value)) - 128);
}

/* Ranks of n rows in the slots from s on that share cuts. Returns how many these are. */
static inline uint32_t rank_slots(const mlops__forest *self, uint32_t s, mlops__forest_rows rows,
                                  size_t n, size_t stride, int8_t *out) {
    const mlops__forest_slot *slot = &self->slot_table[s];
    uint32_t n_slots = mlops__forest_sharing(self, s);
    size_t at = slot->feature;
    if (slot->is_set) mlops__forest_rank_set(self, slot, rows, n, out);
    for (size_t i = 0; !slot->is_set && i < n; i++, at += self->n_features) {
        double x = rows.f64 ? rows.f64[at] : (double)rows.f32[at];
        int8_t rank = self->f64 ? rank_f64(self->cuts.f64 + slot->at, x)
                                : rank_f32(self->cuts.f32 + slot->at, (float)x);
        for (uint32_t k = 0; k < n_slots; k++) {
            double zero = (double)slot[k].zero;
            int missing = x != x || (-zero <= x && x <= zero);
            out[k * stride + i] = missing ? (int8_t)slot[k].missing : rank;
        }
    }
    return n_slots;
}

void mlops__forest_rank_row_avx2(const mlops__forest *self, mlops__forest_rows row, int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots;) s += rank_slots(self, s, row, 1, 1, ranks + s);
}

static void rank_block(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                       int8_t *ranks) {
    if (n < LANES) memset(ranks, 0, (size_t)self->n_slots * LANES);
    for (uint32_t s = 0; s < self->n_slots;)
        s += rank_slots(self, s, rows, n, LANES, ranks + (size_t)s * LANES);
}

void mlops__forest_rank_rows_avx2(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                  int8_t *ranks) {
    mlops__forest_rank_blocks(rank_block, self, rows, n, ranks);
}

#define INLINE static inline __attribute__((always_inline))

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

/* What the tree adds to the sums of 32 rows. */
static void add_leaves(const mlops__forest *self, const mlops__forest_tree *tree, vec leaf,
                       mlops__forest_reals sums, size_t at) {
    __m128i half[2] = {_mm256_castsi256_si128(leaf), _mm256_extracti128_si256(leaf, 1)};
    at += (size_t)tree->group * LANES;
    for (size_t i = 0; i < 2; i++, at += 16)
        if (self->f64) {
            const double *leaves = self->leaves.f64 + tree->test_leaves;
            add_eight_f64(leaves, half[i], sums.f64 + at);
            add_eight_f64(leaves, _mm_srli_si128(half[i], 8), sums.f64 + at + 8);
        } else {
            const float *leaves = self->leaves.f32 + tree->test_leaves;
            add_eight_f32(leaves, half[i], sums.f32 + at);
            add_eight_f32(leaves, _mm_srli_si128(half[i], 8), sums.f32 + at + 8);
        }
}

/* The chains of a tree, for one block or two; found has room for what chains find. */
INLINE void add_tests(const mlops__forest *self, const mlops__forest_tree *tree,
                      const int8_t *ranks, size_t n_blocks, mlops__forest_reals sums, vec *found) {
    const size_t n = 2 * n_blocks, step = (size_t)self->n_slots * LANES;
    vec leaf[4] = {_mm256_setzero_si256()};
    const mlops__forest_test *test = self->tests + tree->tests, *end = test + tree->n_tests;
    for (; test < end; test++) {
        const vec bound = _mm256_set1_epi8((char)test->bound);
        const vec right = _mm256_set1_epi8((char)test->right);
        const int8_t *at = ranks + (size_t)test->slot * LANES;
        vec is_right[4];
        for (size_t i = 0; i < n; i++)
            is_right[i] = _mm256_cmpgt_epi8(
                _mm256_load_si256((const void *)(at + i / 2 * step + i % 2 * HALF)), bound);
        if (test->marks & MLOPS__FOREST_BEGINS)
            for (size_t i = 0; i < n; i++) leaf[i] = _mm256_set1_epi8((char)test->first);
        if (test->marks & MLOPS__FOREST_FOUND)
            for (size_t i = 0; i < n; i++)
                leaf[i] = _mm256_blendv_epi8(leaf[i], found[test->right * n + i], is_right[i]);
        else
            for (size_t i = 0; i < n; i++)
                leaf[i] = _mm256_blendv_epi8(leaf[i], right, is_right[i]);
        if (test->marks & MLOPS__FOREST_ENDS)
            for (size_t i = 0; i < n; i++) found[test->out * n + i] = leaf[i];
    }
    for (size_t i = 0; i < n; i++)
        add_leaves(self, tree, leaf[i], sums, i / 2 * self->n_groups * LANES + i % 2 * HALF);
}

MLOPS__FOREST_ADD_TESTS(1, 2)
MLOPS__FOREST_ADD_TESTS(2, 4)

static void add_tree(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     size_t n_blocks, mlops__forest_reals sums) {
    if (n_blocks == 2) add_tests_2(self, tree, ranks, sums);
    else add_tests_1(self, tree, ranks, sums);
}

void mlops__forest_sum_rows_avx2(const mlops__forest *self, const int8_t *ranks, size_t n,
                                 mlops__forest_reals sums) {
    mlops__forest_sum_blocks(self, ranks, n, sums, add_tree, 2);
}
