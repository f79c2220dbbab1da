/* Kernels of a forest with AVX-512 (VBMI): 64 rows in byte lanes, up to four times that at once.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels.
 */
#include "kern/tree/forest_avx512.h"

#include <string.h>

mlops__forest_rank_rows mlops__forest_rank_rows_avx512;
mlops__forest_sum_rows mlops__forest_sum_rows_avx512;

/* One feature of 64 rows. */
typedef union column {
    float f32[LANES];
    double f64[LANES];
} column;

static void take_column(const mlops__forest *self, mlops__forest_rows rows, size_t at, size_t n,
                        column *out) {
    const size_t step = self->n_features;
    if (self->f64 && rows.f64)
        for (size_t i = 0; i < n; i++) out->f64[i] = rows.f64[at + i * step];
    else if (self->f64)
        for (size_t i = 0; i < n; i++) out->f64[i] = (double)rows.f32[at + i * step];
    else if (rows.f32)
        for (size_t i = 0; i < n; i++) out->f32[i] = rows.f32[at + i * step];
    else
        for (size_t i = 0; i < n; i++) out->f32[i] = (float)rows.f64[at + i * step];
}

/* Rows whose value is missing. */
static __mmask64 missing_of(const mlops__forest_slot *slot, const column *x, int f64) {
    const __m512d zero = _mm512_set1_pd((double)slot->zero);
    __mmask64 out = 0;
    for (int i = 0; !f64 && i < LANES / 16; i++) {
        __m512 v = _mm512_loadu_ps(x->f32 + 16 * i);
        out |= (__mmask64)_mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q) << 16 * i;
    }
    for (int i = 0; f64 && i < LANES / 8; i++) {
        __m512d v = _mm512_loadu_pd(x->f64 + 8 * i);
        __mmask8 none = _mm512_cmp_pd_mask(v, v, _CMP_UNORD_Q);
        out |= (__mmask64)(none | _mm512_cmp_pd_mask(_mm512_abs_pd(v), zero, _CMP_LE_OQ)) << 8 * i;
    }
    return out;
}

/* Ranks of n rows in slots that share cuts. */
static void rank_slots(const mlops__forest *self, const mlops__forest_slot *slot, uint32_t n_slots,
                       mlops__forest_rows rows, size_t n, int8_t *out) {
    column x;
    take_column(self, rows, slot->feature, n, &x);
    if (self->f64)
        for (size_t i = 0; i < n; i++) {
            const double *cuts = self->cuts.f64 + slot->at;
            uint32_t p = below_f64(cuts, x.f64[i]);
            out[i] = (int8_t)(16 * p + below_f64(cuts + 16 + 16 * p, x.f64[i]) - 128);
        }
    else
        for (size_t i = 0; i < n; i++) {
            const float *cuts = self->cuts.f32 + slot->at;
            uint32_t p = below_f32(cuts, x.f32[i]);
            out[i] = (int8_t)(16 * p + below_f32(cuts + 16 + 16 * p, x.f32[i]) - 128);
        }
    const __mmask64 known = n < LANES ? ((__mmask64)1 << n) - 1 : ~(__mmask64)0;
    const vec ranks = _mm512_maskz_loadu_epi8(known, out);
    for (uint32_t k = 0; k < n_slots; k++) {
        const vec other = _mm512_set1_epi8((char)slot[k].missing);
        const __mmask64 missing = missing_of(&slot[k], &x, self->f64);
        _mm512_storeu_si512(out + k * LANES, _mm512_mask_mov_epi8(ranks, missing, other));
    }
}

static void rank_block(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                       int8_t *ranks) {
    if (n < LANES) memset(ranks, 0, (size_t)self->n_slots * LANES);
    for (uint32_t s = 0, n_slots; s < self->n_slots; s += n_slots) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        int8_t *out = ranks + (size_t)s * LANES;
        n_slots = mlops__forest_sharing(self, s);
        if (slot->is_set) mlops__forest_rank_set(self, slot, rows, n, out);
        else rank_slots(self, slot, n_slots, rows, n, out);
    }
}

void mlops__forest_rank_rows_avx512(const mlops__forest *self, mlops__forest_rows rows, size_t n,
                                    int8_t *ranks) {
    mlops__forest_rank_blocks(rank_block, self, rows, n, ranks);
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

/* Bytes of the numbers of 64 lanes, of a table of so many vectors. */
INLINE vec look_up_bytes(const uint8_t *table, vec leaf, size_t vectors) {
    const vec *t = (const vec *)(const void *)table;
    if (vectors == 1) return _mm512_permutexvar_epi8(leaf, t[0]);
    vec low = _mm512_permutex2var_epi8(t[0], leaf, t[1]);
    if (vectors == 2) return low;
    vec high = _mm512_permutex2var_epi8(t[2], leaf, t[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(leaf), low, high);
}

/* The leaves of lanes where unpacking bytes to numbers of so many bytes puts them in order. */
INLINE vec before_unpacking(vec leaf, int size) {
    static const uint32_t fours[] = {0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15};
    static const uint16_t twos[] = {0, 4, 8,  12, 16, 20, 24, 28, 1, 5, 9,  13, 17, 21, 25, 29,
                                    2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31};
    return size == 4 ? _mm512_permutexvar_epi32(_mm512_loadu_si512(fours), leaf)
                     : _mm512_permutexvar_epi16(_mm512_loadu_si512(twos), leaf);
}

INLINE void add_f32(const uint8_t *planes, size_t vectors, vec leaf, float *sums) {
    vec byte[4], half[4];
    leaf = before_unpacking(leaf, 4);
    for (size_t i = 0; i < 4; i++)
        byte[i] = look_up_bytes(planes + i * vectors * LANES, leaf, vectors);
    for (int i = 0; i < 2; i++) {
        half[i] = _mm512_unpacklo_epi8(byte[2 * i], byte[2 * i + 1]);
        half[i + 2] = _mm512_unpackhi_epi8(byte[2 * i], byte[2 * i + 1]);
    }
    for (int i = 0; i < 4; i++) {
        const vec a = half[i / 2 * 2], b = half[i / 2 * 2 + 1];
        const vec all = i % 2 ? _mm512_unpackhi_epi16(a, b) : _mm512_unpacklo_epi16(a, b);
        const __m512 sum = _mm512_load_ps(sums + 16 * i);
        _mm512_store_ps(sums + 16 * i, _mm512_add_ps(sum, _mm512_castsi512_ps(all)));
    }
}

INLINE void add_f64(const uint8_t *planes, size_t vectors, vec leaf, double *sums) {
    vec byte[8], half[8];
    leaf = before_unpacking(leaf, 8);
    for (size_t i = 0; i < 8; i++)
        byte[i] = look_up_bytes(planes + i * vectors * LANES, leaf, vectors);
    for (int i = 0; i < 4; i++) {
        half[i] = _mm512_unpacklo_epi8(byte[2 * i], byte[2 * i + 1]);
        half[i + 4] = _mm512_unpackhi_epi8(byte[2 * i], byte[2 * i + 1]);
    }
    for (int i = 0; i < 8; i++) {
        const vec *h = half + i / 4 * 4;
        const int high = i / 2 % 2;
        const vec a = high ? _mm512_unpackhi_epi16(h[0], h[1]) : _mm512_unpacklo_epi16(h[0], h[1]);
        const vec b = high ? _mm512_unpackhi_epi16(h[2], h[3]) : _mm512_unpacklo_epi16(h[2], h[3]);
        const vec all = i % 2 ? _mm512_unpackhi_epi32(a, b) : _mm512_unpacklo_epi32(a, b);
        const __m512d sum = _mm512_load_pd(sums + 8 * i);
        _mm512_store_pd(sums + 8 * i, _mm512_add_pd(sum, _mm512_castsi512_pd(all)));
    }
}

/* What the tree adds to the sums of 64 rows. */
static void add_leaves(const mlops__forest *self, const mlops__forest_tree *tree, vec leaf,
                       mlops__forest_reals sums) {
    const uint8_t *planes = self->planes + tree->planes;
    size_t group = (size_t)tree->group * LANES;
    if (self->f64 && tree->vectors == 1) add_f64(planes, 1, leaf, sums.f64 + group);
    else if (self->f64) add_f64(planes, tree->vectors, leaf, sums.f64 + group);
    else if (tree->vectors == 1) add_f32(planes, 1, leaf, sums.f32 + group);
    else add_f32(planes, tree->vectors, leaf, sums.f32 + group);
}

static void add_heap(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     mlops__forest_reals sums) {
    walk w;
    w.nodes = self->nodes + tree->at;
    w.ranks = ranks;
    vec leaf = tree->depth == 6 ? find_leaves(&w, 6) : find_leaves(&w, tree->depth);
    add_leaves(self, tree, leaf, sums);
}

/* The chains of a tree, n blocks at once; found has room for what chains find. */
INLINE void add_tests(const mlops__forest *self, const mlops__forest_tree *tree,
                      const int8_t *ranks, size_t n, mlops__forest_reals sums, vec *found) {
    const size_t step = (size_t)self->n_slots * LANES;
    vec leaf[MLOPS__FOREST_BLOCKS] = {_mm512_setzero_si512()};
    const mlops__forest_test *test = self->tests + tree->tests, *end = test + tree->n_tests;
    for (; test < end; test++) {
        const vec bound = _mm512_set1_epi8((char)test->bound);
        const vec right = _mm512_set1_epi8((char)test->right);
        const int8_t *at = ranks + (size_t)test->slot * LANES;
        __mmask64 is_right[MLOPS__FOREST_BLOCKS];
        for (size_t i = 0; i < n; i++)
            is_right[i] = _mm512_cmpgt_epi8_mask(_mm512_load_si512(at + i * step), bound);
        if (test->marks & MLOPS__FOREST_BEGINS)
            for (size_t i = 0; i < n; i++) leaf[i] = _mm512_set1_epi8((char)test->first);
        if (test->marks & MLOPS__FOREST_FOUND)
            for (size_t i = 0; i < n; i++)
                leaf[i] = _mm512_mask_mov_epi8(leaf[i], is_right[i], found[test->right * n + i]);
        else
            for (size_t i = 0; i < n; i++)
                leaf[i] = _mm512_mask_mov_epi8(leaf[i], is_right[i], right);
        if (test->marks & MLOPS__FOREST_ENDS)
            for (size_t i = 0; i < n; i++) found[test->out * n + i] = leaf[i];
    }
    for (size_t i = 0; i < n; i++)
        add_leaves(self, tree, leaf[i], mlops__forest_sums_at(self, sums, i));
}

MLOPS__FOREST_ADD_TESTS(1, 1)
MLOPS__FOREST_ADD_TESTS(2, 2)
MLOPS__FOREST_ADD_TESTS(4, 4)

/* A test takes as long as 20, 12 or 7 fifths of a heap's node, for one block, two or four. */
static void add_tree(const mlops__forest *self, const mlops__forest_tree *tree, const int8_t *ranks,
                     size_t n_blocks, mlops__forest_reals sums) {
    size_t fifths = n_blocks == 1 ? 20 : n_blocks == 2 ? 12 : 7;
    if (tree->heap && tree->depth > 2 && tree->n_tests * fifths >= (size_t)5 << tree->depth)
        for (size_t i = 0; i < n_blocks; i++)
            add_heap(self, tree, ranks + i * self->n_slots * LANES,
                     mlops__forest_sums_at(self, sums, i));
    else if (n_blocks == 1) add_tests_1(self, tree, ranks, sums);
    else if (n_blocks == 2) add_tests_2(self, tree, ranks, sums);
    else add_tests_4(self, tree, ranks, sums);
}

void mlops__forest_sum_rows_avx512(const mlops__forest *self, const int8_t *ranks, size_t n,
                                   mlops__forest_reals sums) {
    mlops__forest_sum_blocks(self, ranks, n, sums, add_tree, MLOPS__FOREST_BLOCKS);
}
