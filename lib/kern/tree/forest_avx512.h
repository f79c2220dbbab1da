/* What the kernels of a forest with AVX-512 (VBMI) share, of blocks of rows and of single rows.
 *
 * A heap is not walked: all its nodes are asked, and the answers on a lane's path are kept. The
 * answer of a node is the sign of bound - 1 - rank: negative goes right. Masks of the first three
 * choices keep the right one of eight answers for nothing, since subtracting takes a mask; further
 * choices are folded one by one.
 */
#ifndef MLOPS_KERN_FOREST_AVX512_H
#define MLOPS_KERN_FOREST_AVX512_H

#include "kern/tree/forest.h"

#include <immintrin.h>

typedef __m512i vec;

enum { LANES = MLOPS__FOREST_LANES };

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

/* 64 walks; the signs of right[d] say which lanes went right at level d. Functions are told how
 * many tables of ranks there are, at compile time; 0: lanes are rows. */
typedef struct walk {
    const mlops__forest_node *nodes; /* lanes are rows: of one tree */
    const int8_t *ranks;
    const uint8_t *top;  /* lanes are trees: of one team */
    vec tables[8];       /* ranks of one row */
    __mmask64 chosen[8]; /* lanes whose first three choices include the bits of the index */
    vec right[MLOPS__FOREST_HEAP_DEPTH];
} walk;

/* Ranks of the slots that the bytes name, among those of four tables. */
INLINE vec look_up_four(const vec *tables, vec slots) {
    vec low = _mm512_permutex2var_epi8(tables[0], slots, tables[1]);
    vec high = _mm512_permutex2var_epi8(tables[2], slots, tables[3]);
    return _mm512_mask_blend_epi8(_mm512_movepi8_mask(slots), low, high);
}

/* Ranks of the slots that the bytes name. Of eight tables, above tells which are 256 more. */
INLINE vec look_up(const walk *w, vec slots, __mmask64 above, int tables) {
    if (tables == 1) return _mm512_permutexvar_epi8(slots, w->tables[0]);
    if (tables == 2) return _mm512_permutex2var_epi8(w->tables[0], slots, w->tables[1]);
    vec out = look_up_four(w->tables, slots);
    if (tables == 4) return out;
    return _mm512_mask_mov_epi8(out, above, look_up_four(w->tables + 4, slots));
}

INLINE vec ranks_of(const walk *w, size_t i, int tables) {
    if (!tables) return _mm512_load_si512((const void *)(w->ranks + w->nodes[i].ranks));
    const uint8_t *above = w->top + 2 * LANES * (1 << MLOPS__FOREST_TOP) + sizeof(uint64_t) * i;
    return look_up(w, _mm512_load_si512((const void *)(w->top + 2 * LANES * i)),
                   *(const uint64_t *)(const void *)above, tables);
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
/* 16 lanes of the bytes, widened. */
INLINE vec widened(vec bytes, int quarter) {
    const __m128i parts[] = {_mm512_castsi512_si128(bytes), _mm512_extracti32x4_epi32(bytes, 1),
                             _mm512_extracti32x4_epi32(bytes, 2),
                             _mm512_extracti32x4_epi32(bytes, 3)};
    return _mm512_cvtepu8_epi32(parts[quarter]);
}

#endif
