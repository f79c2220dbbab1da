/* Kernels of a forest with AVX-512 (VBMI): 64 rows in byte lanes, or 64 trees.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels. A heap is not walked: all its nodes are asked, and the answers on a lane's path
 * are kept. The answer of a node is the sign of bound - 1 - rank: negative goes right. Masks of the
 * first three choices keep the right one of eight answers for nothing, since subtracting takes a
 * mask; further choices are folded one by one.
 */
#include "kern/tree/forest.h"

#include <immintrin.h>

mlops__forest_rank_row mlops__forest_rank_row_avx512;
mlops__forest_rank_rows mlops__forest_rank_rows_avx512;
mlops__forest_sum_row mlops__forest_sum_row_avx512;
mlops__forest_sum_rows mlops__forest_sum_rows_avx512;

typedef __m512i vec;

enum { LANES = MLOPS__FOREST_LANES, TABLE = 64 };

#define INLINE static inline __attribute__((always_inline))

/* Numbers of cuts not above x, counted in two steps of 16. */
INLINE uint32_t below_f32(const float *cuts, float x) {
    __mmask16 le = _mm512_cmp_ps_mask(_mm512_loadu_ps(cuts), _mm512_set1_ps(x), _CMP_LE_OQ);
    return (uint32_t)_mm_popcnt_u32(le);
}

INLINE uint32_t below_f64(const double *cuts, double x) {
    const __m512d value = _mm512_set1_pd(x);
    uint32_t a = _mm512_cmp_pd_mask(_mm512_loadu_pd(cuts), value, _CMP_LE_OQ);
    uint32_t b = _mm512_cmp_pd_mask(_mm512_loadu_pd(cuts + 8), value, _CMP_LE_OQ);
    return (uint32_t)_mm_popcnt_u32(a | b << 8);
}

/* The rank, unless the value is missing; no branch, since what is missing cannot be foretold. */
INLINE int8_t unless(int missing, const mlops__forest_slot *slot, uint32_t rank) {
    uint32_t other = (uint32_t)slot->missing + 128;
    return (int8_t)((rank ^ ((rank ^ other) & -(uint32_t)missing)) - 128);
}

INLINE int8_t rank_f32(const mlops__forest_slot *slot, const float *cuts, float x) {
    uint32_t p = below_f32(cuts, x);
    return unless(x != x, slot, 16 * p + below_f32(cuts + 16 + 16 * p, x));
}

INLINE int8_t rank_f64(const mlops__forest_slot *slot, const double *cuts, double x) {
    uint32_t p = below_f64(cuts, x);
    double zero = (double)slot->zero;
    return unless((x != x) | ((-zero <= x) & (x <= zero)), slot,
                  16 * p + below_f64(cuts + 16 + 16 * p, x));
}

INLINE int8_t rank_at(const mlops__forest *self, const mlops__forest_slot *slot,
                      mlops__forest_rows rows, size_t at) {
    if (self->f64)
        return rank_f64(slot, self->cuts.f64 + slot->at,
                        rows.f64 ? rows.f64[at] : (double)rows.f32[at]);
    return rank_f32(slot, self->cuts.f32 + slot->at, rows.f32 ? rows.f32[at] : (float)rows.f64[at]);
}

void mlops__forest_rank_row_avx512(const mlops__forest *self, mlops__forest_rows row,
                                   int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        if (slot->is_set) mlops__forest_rank_set(self, slot, row, 1, ranks + s);
        else ranks[s] = rank_at(self, slot, row, slot->feature);
    }
}

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

/* 64 walks; the signs of right[d] say which lanes went right at level d. Functions are told how
 * many tables of ranks there are, at compile time; 0: lanes are rows. */
typedef struct walk {
    const mlops__forest_node *nodes; /* lanes are rows: of one tree */
    const int8_t *ranks;
    const uint8_t *top;  /* lanes are trees: of one team */
    vec tables[4];       /* ranks of one row */
    __mmask64 chosen[8]; /* lanes whose first three choices include the bits of the index */
    vec right[MLOPS__FOREST_HEAP_DEPTH];
} walk;

/* Ranks of the slots that the bytes name. */
INLINE vec look_up(const walk *w, vec slots, int tables) {
    if (tables == 1) return _mm512_permutexvar_epi8(slots, w->tables[0]);
    vec low = _mm512_permutex2var_epi8(w->tables[0], slots, w->tables[1]);
    if (tables == 2) return low;
    vec high = _mm512_permutex2var_epi8(w->tables[2], slots, w->tables[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(slots), low, high);
}

INLINE vec ranks_of(const walk *w, size_t i, int tables) {
    if (!tables) return _mm512_load_si512((const void *)(w->ranks + w->nodes[i].ranks));
    return look_up(w, _mm512_load_si512((const void *)(w->top + 2 * LANES * i)), tables);
}

INLINE vec bounds_of(const walk *w, size_t i, int tables) {
    if (!tables) return _mm512_set1_epi32((int)w->nodes[i].bound);
    return _mm512_load_si512((const void *)(w->top + 2 * LANES * i + LANES));
}

INLINE vec ask(const walk *w, size_t i, int tables) {
    return _mm512_subs_epi8(bounds_of(w, i, tables), ranks_of(w, i, tables));
}

INLINE vec ask_if(vec other, __mmask64 lanes, const walk *w, size_t i, int tables) {
    return _mm512_mask_subs_epi8(other, lanes, bounds_of(w, i, tables), ranks_of(w, i, tables));
}

INLINE vec choose(vec on_left, vec on_right, vec right) {
    return _mm512_ternarylogic_epi32(right, on_right, on_left, 0xCA);
}

/* Nodes i, i + step and so on, which the first three choices tell apart. A lane is in the mask of
 * its own choices last. */
INLINE vec fold3(const walk *w, size_t i, size_t step, int tables) {
    vec out = ask(w, i, tables);
    out = ask_if(out, w->chosen[1], w, i + step, tables);
    out = ask_if(out, w->chosen[2], w, i + 2 * step, tables);
    out = ask_if(out, w->chosen[3], w, i + 3 * step, tables);
    out = ask_if(out, w->chosen[4], w, i + 4 * step, tables);
    out = ask_if(out, w->chosen[5], w, i + 5 * step, tables);
    out = ask_if(out, w->chosen[6], w, i + 6 * step, tables);
    return ask_if(out, w->chosen[7], w, i + 7 * step, tables);
}

INLINE vec fold4(const walk *w, size_t i, size_t step, int tables) {
    return choose(fold3(w, i, step, tables), fold3(w, i + step / 2, step, tables), w->right[3]);
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

/* The first five levels, or three. */
INLINE void choose_first(walk *w, uint32_t depth, int tables) {
    w->right[0] = ask(w, 1, tables);
    const __mmask64 a = _mm512_movepi8_mask(w->right[0]);
    w->right[1] = ask_if(ask(w, 2, tables), a, w, 3, tables);
    const __mmask64 b = _mm512_movepi8_mask(w->right[1]);
    vec out = ask_if(ask(w, 4, tables), b, w, 5, tables);
    w->right[2] = ask_if(ask_if(out, a, w, 6, tables), a & b, w, 7, tables);
    const __mmask64 c = _mm512_movepi8_mask(w->right[2]);
    w->chosen[1] = c;
    w->chosen[2] = b;
    w->chosen[3] = b & c;
    w->chosen[4] = a;
    w->chosen[5] = a & c;
    w->chosen[6] = a & b;
    w->chosen[7] = a & b & c;
    if (depth > 3) w->right[3] = fold3(w, 8, 1, tables);
    if (depth > 4) w->right[4] = fold4(w, 16, 2, tables);
}

/* Where each lane is behind so many levels, counted from the left. */
INLINE vec places(const walk *w, uint32_t depth) {
    vec out = _mm512_setzero_si512();
    for (uint32_t d = 0; d < depth; d++) {
        const vec bit = _mm512_set1_epi8((char)(1u << (depth - 1 - d)));
        out = _mm512_mask_add_epi8(out, _mm512_movepi8_mask(w->right[d]), out, bit);
    }
    return out;
}

/* Leaf of each lane of a heap of depth 3 or more. */
INLINE vec find_leaves(walk *w, uint32_t depth) {
    choose_first(w, depth, 0);
    if (depth > 5) w->right[5] = fold5(w, 32, 4);
    if (depth > 6) w->right[6] = level6(w);
    if (depth > 7) w->right[7] = level7(w);
    return places(w, depth);
}

/* 16 lanes of the bytes, widened. */
INLINE vec widened(vec bytes, int quarter) {
    const __m128i parts[] = {_mm512_castsi512_si128(bytes), _mm512_extracti32x4_epi32(bytes, 1),
                             _mm512_extracti32x4_epi32(bytes, 2),
                             _mm512_extracti32x4_epi32(bytes, 3)};
    return _mm512_cvtepu8_epi32(parts[quarter]);
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

/* From where the top ends to the leaves of one team's tails. */
INLINE void walk_tails(const walk *w, const mlops__forest_teams *teams, size_t team, vec *at,
                       int tables, int f64) {
    const uint8_t *tails = teams->tails;
    vec first[4];
    for (int i = 0; i < 4; i++) {
        first[i] = _mm512_loadu_si512((const void *)(teams->first + team * LANES + 16 * (size_t)i));
        at[i] = _mm512_add_epi32(_mm512_slli_epi32(at[i], 2), first[i]);
    }
    uint32_t moved = 1, steps = teams->steps[team];
    for (uint32_t step = 0; moved && step < steps; step++) {
        moved = 0;
        for (int i = 0; i < 4; i++) {
            vec node = f64 ? _mm512_i32gather_epi32(at[i], tails, 4)
                           : _mm512_i32gather_epi32(at[i], tails, 8);
            vec answer = _mm512_subs_epi8(_mm512_srli_epi32(node, 8), look_up(w, node, tables));
            __mmask16 right = _mm512_test_epi32_mask(answer, _mm512_set1_epi32(0x80));
            vec left = _mm512_add_epi32(first[i], _mm512_srli_epi32(node, 16));
            vec next = _mm512_mask_add_epi32(left, right, left, _mm512_set1_epi32(1));
            moved |= _mm512_cmpneq_epi32_mask(next, at[i]);
            at[i] = next;
        }
    }
}

/* What the leaves add, one after the other. */
INLINE void add_team_f32(const mlops__forest *self, const vec *at, size_t first, size_t n,
                         float *sums) {
    _Alignas(64) float values[LANES];
    for (size_t i = 0; i < 4; i++)
        _mm512_store_ps(values + 16 * i, _mm512_i32gather_ps(at[i], self->teams->tails + 4, 8));
    __m128 sum = _mm_load_ss(sums);
    if (self->n_groups > 1)
        for (size_t i = 0; i < n; i++) sums[self->trees[first + i].group] += values[i];
    else
        for (size_t i = 0; i < n; i++) sum = _mm_add_ss(sum, _mm_load_ss(values + i));
    if (self->n_groups == 1) _mm_store_ss(sums, sum);
}

INLINE void add_team_f64(const mlops__forest *self, const vec *at, size_t first, size_t n,
                         double *sums) {
    _Alignas(64) double values[LANES];
    for (size_t i = 0; i < 8; i++) {
        __m256i index =
            i % 2 ? _mm512_extracti64x4_epi64(at[i / 2], 1) : _mm512_castsi512_si256(at[i / 2]);
        _mm512_store_pd(values + 8 * i, _mm512_i32gather_pd(index, self->teams->leaves, 8));
    }
    __m128d sum = _mm_load_sd(sums);
    if (self->n_groups > 1)
        for (size_t i = 0; i < n; i++) sums[self->trees[first + i].group] += values[i];
    else
        for (size_t i = 0; i < n; i++) sum = _mm_add_sd(sum, _mm_load_sd(values + i));
    if (self->n_groups == 1) _mm_store_sd(sums, sum);
}

INLINE void add_teams(const mlops__forest *self, const int8_t *ranks, int tables, int f64,
                      mlops__forest_reals sums) {
    walk w;
    for (int i = 0; i < tables; i++) {
        uint32_t begin = 64 * (uint32_t)i, n = self->n_slots > begin ? self->n_slots - begin : 0;
        __mmask64 mask = n < 64 ? ((__mmask64)1 << n) - 1 : ~(__mmask64)0;
        w.tables[i] = _mm512_maskz_loadu_epi8(mask, ranks + begin);
    }
    for (size_t first = 0; first < self->n_trees; first += LANES) {
        size_t n = self->n_trees - first < LANES ? self->n_trees - first : LANES;
        vec at[4];
        w.top = self->teams->top + first * 2 * (1 << MLOPS__FOREST_TOP);
        choose_first(&w, MLOPS__FOREST_TOP, tables);
        const vec top = places(&w, MLOPS__FOREST_TOP);
        for (int i = 0; i < 4; i++) at[i] = widened(top, i);
        walk_tails(&w, self->teams, first / LANES, at, tables, f64);
        if (f64) add_team_f64(self, at, first, n, sums.f64);
        else add_team_f32(self, at, first, n, sums.f32);
    }
}

void mlops__forest_sum_row_avx512(const mlops__forest *self, const int8_t *ranks,
                                  mlops__forest_reals sums) {
    if (!self->teams) {
        mlops__forest_sum_row_scalar(self, ranks, sums);
        return;
    }
    for (uint32_t g = 0; g < self->n_groups; g++)
        if (self->f64) sums.f64[g] = self->base.f64[g];
        else sums.f32[g] = self->base.f32[g];
    if (self->f64 && self->n_slots <= 64) add_teams(self, ranks, 1, 1, sums);
    else if (self->f64 && self->n_slots <= 128) add_teams(self, ranks, 2, 1, sums);
    else if (self->f64) add_teams(self, ranks, 4, 1, sums);
    else if (self->n_slots <= 64) add_teams(self, ranks, 1, 0, sums);
    else if (self->n_slots <= 128) add_teams(self, ranks, 2, 0, sums);
    else add_teams(self, ranks, 4, 0, sums);
}
