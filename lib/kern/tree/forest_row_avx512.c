/* Kernels of a forest with AVX-512 (VBMI): one row, and 64 trees in byte lanes.
 *
 * Owns nothing. Invariant: the same ranks, and the same leaves added in the same order, as the
 * scalar kernels.
 */
#include "kern/tree/forest_avx512.h"

mlops__forest_rank_row mlops__forest_rank_row_avx512;
mlops__forest_sum_row mlops__forest_sum_row_avx512;

enum { SEARCHES = 64 }; /* that go on side by side, since each waits for memory twice */

/* What slots that share cuts have in common: of the one value. */
typedef struct ranked {
    double value; /* of doubles */
    uint32_t rank;
    uint32_t none; /* NaN */
} ranked;

/* Ranks of one row in the slots from begin to end, none of them a set. A value is looked for among
 * the pivots, then in its run. No branch depends on whether a value is missing, since that cannot
 * be foretold. */
#define RANK_SLOTS(real, of, below, cuts)                                                          \
    for (uint32_t s = begin; s < end; s++, slot++)                                                 \
        if (!slot->shares)                                                                         \
            runs[s - begin] = (uint16_t)(16 * below((cuts) + slot->at, (real)of[slot->feature]));  \
    slot = self->slot_table + begin;                                                               \
    for (uint32_t s = begin; s < end; s++, slot++) {                                               \
        if (!slot->shares) {                                                                       \
            const real x = (real)of[slot->feature];                                                \
            const uint32_t run = runs[s - begin];                                                  \
            if (sizeof(real) == sizeof(double)) last->value = (double)x;                           \
            last->rank = run + below((cuts) + slot->at + 16 + run, x);                             \
            last->none = x != x;                                                                   \
        }                                                                                          \
        const uint32_t other = (uint32_t)slot->missing + 128;                                      \
        uint32_t missing = last->none;                                                             \
        if (sizeof(real) == sizeof(double) && slot->zero >= 0)                                     \
            missing |= (-slot->zero <= last->value) & (last->value <= slot->zero);                 \
        ranks[s] = (int8_t)((last->rank ^ ((last->rank ^ other) & -missing)) - 128);               \
    }

static void rank_slots(const mlops__forest *self, mlops__forest_rows row, uint32_t begin,
                       uint32_t end, ranked *last, int8_t *ranks) {
    const mlops__forest_slot *slot = self->slot_table + begin;
    uint16_t runs[SEARCHES];
    if (self->f64 && row.f64) {
        RANK_SLOTS(double, row.f64, below_f64, self->cuts.f64)
    } else if (self->f64) {
        RANK_SLOTS(double, row.f32, below_f64, self->cuts.f64)
    } else if (row.f32) {
        RANK_SLOTS(float, row.f32, below_f32, self->cuts.f32)
    } else {
        RANK_SLOTS(float, row.f64, below_f32, self->cuts.f32)
    }
}

void mlops__forest_rank_row_avx512(const mlops__forest *self, mlops__forest_rows row,
                                   int8_t *ranks) {
    ranked last = {0};
    uint32_t n = self->n_slots;
    for (; n && self->slot_table[n - 1].is_set; n--)
        mlops__forest_rank_set(self, &self->slot_table[n - 1], row, 1, ranks + n - 1);
    for (uint32_t s = 0; s < n; s += SEARCHES)
        rank_slots(self, row, s, n - s < SEARCHES ? n : s + SEARCHES, &last, ranks);
}

/* Where rows are in trees: places of cells in 2 bytes, those of leaves plus 1. */
enum { CROWD = MLOPS__FOREST_CROWD, DONE = 1 };

/* Trees that are walked at once. Once less than half of them go on, these are listed and walked
 * alone. */
typedef struct crowd {
    _Alignas(64) uint32_t at[CROWD];
    uint32_t some[CROWD / 2 + 16];
    uint32_t trees[CROWD / 2 + 16];
    size_t n_some; /* 0: nothing is listed */
} crowd;

/* Cells at eight places. Much faster than to gather. */
INLINE vec take_cells(const uint8_t *cells, const uint32_t *at) {
    __m128i pair[4];
    for (int i = 0; i < 4; i++) {
        __m128i low = _mm_loadl_epi64((const void *)(cells + 2 * (size_t)at[2 * i]));
        pair[i] = _mm_castpd_si128(
            _mm_loadh_pd(_mm_castsi128_pd(low), (const void *)(cells + 2 * (size_t)at[2 * i + 1])));
    }
    __m256i a = _mm256_inserti128_si256(_mm256_castsi128_si256(pair[0]), pair[1], 1);
    __m256i b = _mm256_inserti128_si256(_mm256_castsi128_si256(pair[2]), pair[3], 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(a), b, 1);
}

/* Three bytes, from this one on, of each of 16 cells. */
INLINE vec bytes_of(vec low, vec high, uint32_t byte, uint32_t n) {
    const uint32_t mask = (1u << 8 * n) - 1;
    const vec index = _mm512_add_epi32(
        _mm512_mullo_epi32(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
                           _mm512_set1_epi32(0x08080808)),
        _mm512_set1_epi32((int)(0x03020100 + byte * 0x01010101)));
    return _mm512_and_si512(_mm512_permutex2var_epi8(low, index, high),
                            _mm512_set1_epi32((int)mask));
}

/* Three bits become the highest of three bytes. */
INLINE vec spread(vec bits) { return _mm512_mullo_epi32(bits, _mm512_set1_epi32(0x204080)); }

/* 16 walks go on by two tests, unless they have ended. Returns which still go on. */
INLINE __mmask16 walk_on(const walk *w, const uint8_t *cells, uint32_t *at, int tables,
                         __mmask16 wide) {
    const vec one = _mm512_set1_epi32(1), two = _mm512_set1_epi32(2);
    const vec place = _mm512_loadu_si512(at), sign = _mm512_set1_epi32(0x80);
    const vec low = take_cells(cells, at), high = take_cells(cells, at + 8);
    const vec link = bytes_of(low, high, 6, 2);
    const vec distance = tables == 8 ? _mm512_and_si512(link, _mm512_set1_epi32(0x1fff)) : link;
    const vec above = tables == 8 ? spread(_mm512_srli_epi32(link, 13)) : link;
    const vec ranks = look_up(w, bytes_of(low, high, 0, 3), _mm512_movepi8_mask(above), tables);
    const vec answers = _mm512_subs_epi8(bytes_of(low, high, 3, 3), ranks);
    const __mmask16 first = _mm512_test_epi32_mask(answers, sign);
    const vec child = _mm512_mask_mov_epi32(_mm512_set1_epi32(8), first, _mm512_set1_epi32(16));
    const __mmask16 second = _mm512_test_epi32_mask(_mm512_srlv_epi32(answers, child), sign);
    vec exit = _mm512_maskz_mov_epi32(first, two);
    exit = _mm512_mask_add_epi32(exit, second, exit, one);
    const __mmask16 on = _mm512_test_epi32_mask(_mm512_srlv_epi32(link, exit), one);
    wide |= _mm512_test_epi32_mask(link, _mm512_set1_epi32(15));
    vec group = _mm512_add_epi32(place, _mm512_slli_epi32(_mm512_srli_epi32(distance, 4), 2));
    exit = _mm512_add_epi32(exit, exit);
    exit = _mm512_mask_add_epi32(exit, wide, exit, exit);
    group = _mm512_add_epi32(group, exit);
    group = _mm512_mask_add_epi32(group, (__mmask16)~on, group, one);
    const __mmask16 ended = _mm512_test_epi32_mask(place, one);
    _mm512_storeu_si512(at, _mm512_mask_mov_epi32(group, ended, place));
    return (__mmask16)(on & ~ended);
}

/* The first levels of one team. Returns how many trees go on. */
INLINE size_t walk_top(walk *w, const mlops__forest_teams *teams, size_t first, uint32_t *at,
                       int tables) {
    w->top = teams->top + first / LANES * MLOPS__FOREST_TEAM_SIZE;
    choose_first(w, MLOPS__FOREST_TOP, tables);
    const vec place = places(w, MLOPS__FOREST_TOP);
    const vec ends = _mm512_mask_loadu_epi8(_mm512_loadu_si512(w->top),
                                            _mm512_movepi8_mask(w->right[0]), w->top + LANES);
    const vec bits = _mm512_shuffle_epi8(
        _mm512_set4_epi32((int)0x80402010, 0x08040201, (int)0x80402010, 0x08040201), place);
    const __mmask64 ended = _mm512_test_epi8_mask(ends, bits);
    const vec stride = _mm512_set1_epi32((int)teams->stride / 2);
    for (int i = 0; i < 4; i++) {
        vec cell = _mm512_add_epi32(_mm512_mullo_epi32(widened(place, i), stride),
                                    _mm512_loadu_si512(teams->first + first + 16 * i));
        cell = _mm512_mask_add_epi32(cell, (__mmask16)(ended >> 16 * i), cell,
                                     _mm512_set1_epi32(DONE));
        _mm512_storeu_si512(at + 16 * i, cell);
    }
    return LANES - (size_t)_mm_popcnt_u64(ended);
}

/* Tells where the listed walks are. */
INLINE void tell(crowd *all) {
    for (size_t i = 0; i < all->n_some; i++) all->at[all->trees[i]] = all->some[i];
}

/* Lists those of n walks that go on. */
INLINE void list(crowd *all, size_t n) {
    const vec one = _mm512_set1_epi32(DONE), from16 = _mm512_set1_epi32(16);
    vec number = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const int again = all->n_some != 0;
    const uint32_t *at = again ? all->some : all->at;
    size_t n_some = 0;
    tell(all);
    for (size_t i = 0; i < n; i += 16) {
        const vec place = _mm512_loadu_si512(at + i);
        const vec tree = again ? _mm512_loadu_si512(all->trees + i) : number;
        const __mmask16 on = _mm512_testn_epi32_mask(place, one);
        _mm512_storeu_si512(all->some + n_some, _mm512_maskz_compress_epi32(on, place));
        _mm512_storeu_si512(all->trees + n_some, _mm512_maskz_compress_epi32(on, tree));
        n_some += (size_t)_mm_popcnt_u32(on);
        number = _mm512_add_epi32(number, from16);
    }
    _mm512_storeu_si512(all->some + n_some, one);
    all->n_some = n_some;
}

/* What is still to be added, in the order of the trees. Every add waits for the one before, so that
 * a few at a time go along with other work. */
typedef struct adding {
    const mlops__forest *forest;
    mlops__forest_reals sums;
    const uint32_t *at;
    size_t tree, left;
} adding;

#define LEAF(real, i) (*(const real *)(const void *)(cells + 2 * (size_t)(at[i] - DONE)))

static void add_to_groups(const adding *self, size_t n) {
    const uint8_t *cells = self->forest->teams->cells;
    const uint32_t *at = self->at;
    const mlops__forest_tree *tree = self->forest->trees + self->tree;
    for (size_t i = 0; i < n; i++)
        if (self->forest->f64) self->sums.f64[tree[i].group] += LEAF(double, i);
        else self->sums.f32[tree[i].group] += LEAF(float, i);
}

/* Adds n leaves, or what is left. */
INLINE void add_some(adding *self, size_t n) {
    const uint8_t *cells = self->forest->teams->cells;
    const uint32_t *at = self->at;
    if (n > self->left) n = self->left;
    if (self->forest->n_groups > 1) {
        add_to_groups(self, n);
    } else if (self->forest->f64) {
        double sum = *self->sums.f64;
        for (size_t i = 0; i < n; i++) sum += LEAF(double, i);
        *self->sums.f64 = sum;
    } else {
        float sum = *self->sums.f32;
        for (size_t i = 0; i < n; i++) sum += LEAF(float, i);
        *self->sums.f32 = sum;
    }
    self->at += n;
    self->tree += n;
    self->left -= n;
}

/* Where n trees end, from the first on; meanwhile adds what trees before have found. */
INLINE void find_ends(walk *w, const mlops__forest *self, size_t first, size_t n, crowd *all,
                      adding *before, int tables) {
    const mlops__forest_teams *teams = self->teams;
    const __mmask16 wide = (__mmask16)(self->f64 ? -1 : 0);
    size_t on = 0, listed = (n + 15) / 16 * 16;
    uint32_t *at = all->at;
    all->n_some = 0;
    for (size_t i = 0; i < n; i += LANES) {
        on += walk_top(w, teams, first + i, at + i, tables);
        add_some(before, LANES / 2);
    }
    while (on) {
        if (2 * on < listed) {
            list(all, listed);
            at = all->some;
            listed = (on + 15) / 16 * 16;
        }
        on = 0;
        for (size_t i = 0; i < listed; i += 16) {
            on += (size_t)_mm_popcnt_u32(walk_on(w, teams->cells, at + i, tables, wide));
            add_some(before, 8);
        }
    }
    tell(all);
    add_some(before, CROWD);
}

INLINE void add_teams(const mlops__forest *self, const int8_t *ranks, int tables,
                      mlops__forest_reals sums) {
    walk w;
    crowd all[2];
    adding found = {self, sums, NULL, 0, 0};
    const size_t step = self->teams->crowd;
    for (int i = 0; i < tables; i++) {
        uint32_t begin = 64 * (uint32_t)i, n = self->n_slots > begin ? self->n_slots - begin : 0;
        __mmask64 mask = n < 64 ? ((__mmask64)1 << n) - 1 : ~(__mmask64)0;
        w.tables[i] = _mm512_maskz_loadu_epi8(mask, ranks + begin);
    }
    for (size_t first = 0, k = 0; first < self->n_trees; first += step, k ^= 1) {
        size_t n = self->n_trees - first < step ? self->n_trees - first : step;
        find_ends(&w, self, first, n, &all[k], &found, tables);
        found.at = all[k].at;
        found.left = n;
    }
    add_some(&found, CROWD);
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
    if (self->n_slots <= 64) add_teams(self, ranks, 1, sums);
    else if (self->n_slots <= 128) add_teams(self, ranks, 2, sums);
    else if (self->n_slots <= MLOPS__FOREST_TEAM_NARROW) add_teams(self, ranks, 4, sums);
    else add_teams(self, ranks, 8, sums);
}
