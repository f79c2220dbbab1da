/* Kernels of a forest with AVX-512 (VBMI): one row, and 64 trees in byte lanes.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels.
 */
#include "kern/tree/forest_avx512.h"

mlops__forest_rank_row mlops__forest_rank_row_avx512;
mlops__forest_sum_row mlops__forest_sum_row_avx512;

void mlops__forest_rank_row_avx512(const mlops__forest *self, mlops__forest_rows row,
                                   int8_t *ranks) {
    for (uint32_t s = 0; s < self->n_slots; s++) {
        const mlops__forest_slot *slot = &self->slot_table[s];
        if (slot->is_set) mlops__forest_rank_set(self, slot, row, 1, ranks + s);
        else ranks[s] = rank_at(self, slot, row, slot->feature);
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
