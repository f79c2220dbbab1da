/* Counting values into a profile.
 *
 * Owns nothing. Invariant: n is n_null + n_nan + the sum of the bins, never more than INT64_MAX:
 * what would exceed it is refused before anything is counted. Values go through in blocks, stage
 * by stage. Freestanding: part of the firmware build.
 */
#include "kern/tally/tally.h"
#include "profile/run/profile_bins.h"
#include "sketch/run/hll_state.h"

#if __STDC_HOSTED__
#include "kern/kern.h"
#endif

enum { BLOCK = MLOPS__TALLY /* values whose units and their squares add up at once */ };

/* Four walks at once: each step of one hides the wait of the others. */
static void count_by_tree(mlops_profile *self, const uint64_t *words, size_t n) {
    const uint64_t *tree = self->data;
    int32_t depth = self->depth;
    size_t base = (size_t)1 << depth, i = 0;
    uint64_t *bins = self->data + base, keys[BLOCK];
    for (size_t j = 0; j < n; j++)
        keys[j] = words[j] ^ (((uint64_t)0 - (words[j] >> 63)) | MLOPS__KEY_ZERO);
    for (; i + 4 <= n; i += 4) {
        size_t a = 1, b = 1, c = 1, d = 1;
        uint64_t ka = keys[i], kb = keys[i + 1], kc = keys[i + 2], kd = keys[i + 3];
        for (int32_t j = 0; j < depth; j++) {
            a = 2 * a + (tree[a] < ka);
            b = 2 * b + (tree[b] < kb);
            c = 2 * c + (tree[c] < kc);
            d = 2 * d + (tree[d] < kd);
        }
        bins[a - base]++;
        bins[b - base]++;
        bins[c - base]++;
        bins[d - base]++;
    }
    for (; i < n; i++) bins[mlops__profile_walk(tree, depth, keys[i])]++;
}

#define ADD_ONE(type, place)                                                                       \
    do {                                                                                           \
        uint8_t *at_place = place;                                                                 \
        type count_there;                                                                          \
        memcpy(&count_there, at_place, sizeof count_there);                                        \
        count_there++;                                                                             \
        memcpy(at_place, &count_there, sizeof count_there);                                        \
    } while (0)

/* The bin's place without a branch: on the one side from the front, on the other from the end. */
#define COUNT_BY_WINDOW(name, type)                                                                \
    static void name(mlops_profile *self, const uint64_t *words, size_t n) {                       \
        uint8_t *bins = mlops__profile_window(self);                                               \
        const size_t room = self->shape.bins_size / sizeof(type);                                  \
        mlops__profile_side *sides = self->sides;                                                  \
        for (size_t i = 0; i < n; i++) {                                                           \
            uint64_t bits = words[i], below = (uint64_t)0 - (bits >> 63);                          \
            const mlops__profile_side *side = &sides[bits >> 63];                                  \
            uint64_t at = (mlops__bins_index(bits) >> self->shift) - side->low;                    \
            if (at < side->n) {                                                                    \
                ADD_ONE(type, bins + (size_t)((at ^ below) + (room & below)) * sizeof(type));      \
            } else if (bits) { /* zeros are a total */                                             \
                mlops__bins_other(self, bits);                                                     \
            }                                                                                      \
        }                                                                                          \
    }

COUNT_BY_WINDOW(count_in_2, uint16_t)
COUNT_BY_WINDOW(count_in_4, uint32_t)
COUNT_BY_WINDOW(count_in_8, uint64_t)

static void count_by_window(mlops_profile *self, const uint64_t *words, size_t n) {
    uint32_t width = mlops__bins_width(mlops__profile_values(self));
    if (width > self->width) mlops__bins_widen(self, width);
    if (width == 2) count_in_2(self, words, n);
    else if (width == 4) count_in_4(self, words, n);
    else count_in_8(self, words, n);
}

/* Values that are no NaN go to words: with one zero, and no other bits than they have. Returns how
 * many there are. */
static size_t count_signs(mlops_profile *self, const uint64_t *values, size_t n, uint64_t *words) {
    uint64_t min = self->min, max = self->max;
    int64_t n_zero = 0, n_negative = 0;
    size_t n_words = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits;
        memcpy(&bits, values + i, sizeof bits);
        if (bits << 1 > MLOPS__INF_BITS << 1) continue;
        if (bits == MLOPS__KEY_ZERO) bits = 0; /* -0 */
        uint64_t below = (uint64_t)0 - (bits >> 63), key = bits ^ (below | MLOPS__KEY_ZERO);
        n_zero += bits == 0;
        n_negative -= (int64_t)below;
        min = key < min ? key : min;
        max = key > max ? key : max;
        words[n_words++] = bits;
    }
    self->totals[MLOPS__TOTAL_NAN] += (int64_t)(n - n_words);
    self->totals[MLOPS__TOTAL_ZERO] += n_zero;
    self->totals[MLOPS__TOTAL_NEGATIVE] += n_negative;
    self->min = min;
    self->max = max;
    return n_words;
}

static void count_large(mlops_profile *self, uint64_t bits) {
    if (bits << 1 == MLOPS__INF_BITS << 1) self->totals[MLOPS__TOTAL_INFINITE]++;
    else if (!mlops__sum_add_bits(&self->sum, &self->squares, bits, self->shape.scale))
        self->totals[MLOPS__TOTAL_BEYOND]++;
}

/* n <= BLOCK */
static void count_sums(mlops_profile *self, const uint64_t *words, size_t n) {
    uint64_t total = 0;
    mlops__u128 squares = {0, 0};
    int32_t scale = self->shape.scale;
    for (size_t i = 0; i < n; i++) {
        uint64_t size, below = (uint64_t)0 - (words[i] >> 63);
        if (!mlops__sum_size(words[i], scale, &size)) {
            count_large(self, words[i]);
            continue;
        }
        total += (size ^ below) - below;
        mlops__mul_add_u64(&squares, size, size);
    }
    mlops__sum_add_units(&self->sum, (int64_t)total);
    mlops__squares_add_wide(&self->squares, squares);
}

size_t mlops__profile_count(mlops_profile *self, const uint64_t *values, size_t n,
                            uint64_t *words) {
    size_t n_words = count_signs(self, values, n, words);
    self->n += (int64_t)n;
    count_sums(self, words, n_words);
    if (self->shape.n_edges) count_by_tree(self, words, n_words);
    else count_by_window(self, words, n_words);
    return n_words;
}

static void count_distinct(mlops__hll_feed *feed, const uint64_t *words, size_t n) {
    if (feed->self) mlops__hll_feed_words(feed, words, 0, n);
}

#if __STDC_HOSTED__

/* Counts at the places of the values inside; the others are then counted one by one, since they
 * move the windows. */
static void count_at_places(mlops_profile *self, mlops__tally *t) {
    uint8_t *bins = mlops__profile_window(self);
    uint64_t others[BLOCK];
    size_t n_others = 0;
    if (self->width == 2 && t->inside == UINT64_MAX) {
        for (size_t i = 0; i < MLOPS__TALLY; i++) ADD_ONE(uint16_t, bins + 2 * t->places[i]);
        return;
    }
    if (self->width == 4 && t->inside == UINT64_MAX) {
        for (size_t i = 0; i < MLOPS__TALLY; i++) ADD_ONE(uint32_t, bins + 4 * t->places[i]);
        return;
    }
    for (uint64_t left = t->inside; left; left &= left - 1) {
        size_t place = t->places[__builtin_ctzll(left)];
        if (self->width == 2) ADD_ONE(uint16_t, bins + 2 * place);
        else if (self->width == 4) ADD_ONE(uint32_t, bins + 4 * place);
        else ADD_ONE(uint64_t, bins + 8 * place);
    }
    for (uint64_t left = ~t->inside; left; left &= left - 1) {
        others[n_others] = t->words[__builtin_ctzll(left)];
        n_others += others[n_others] != 0;
    }
    count_by_window(self, others, n_others);
}

/* A whole block by the kernel for it, if there is one and it takes these values. */
static int count_fast(mlops_profile *self, mlops__hll_feed *feed, mlops__tally_block *kernel,
                      const uint64_t *values) {
    mlops__tally t;
    if (self->width < mlops__bins_width(mlops__profile_values(self) + BLOCK)) return 0;
    t.scale = self->shape.scale;
    t.shift = self->shift;
    for (int side = 0; side < 2; side++) {
        t.low[side] = self->sides[side].low;
        t.n[side] = self->sides[side].n;
    }
    t.room = self->shape.bins_size / self->width;
    t.min = self->min;
    t.max = self->max;
    if (!kernel(&t, values)) return 0;
    mlops__u128 squares = {t.squares[1] >> 34, t.squares[1] << 30};
    squares.low += t.squares[0];
    squares.high += squares.low < t.squares[0];
    squares.low += t.squares[2] << 58;
    squares.high += (t.squares[2] >> 6) + (squares.low < t.squares[2] << 58);
    mlops__sum_add_units(&self->sum, t.total);
    mlops__squares_add_wide(&self->squares, squares);
    self->totals[MLOPS__TOTAL_ZERO] += t.n_zero;
    self->totals[MLOPS__TOTAL_NEGATIVE] += t.n_negative;
    self->min = t.min;
    self->max = t.max;
    self->n += BLOCK;
    if (self->shape.n_edges) count_by_tree(self, t.words, BLOCK);
    else count_at_places(self, &t);
    count_distinct(feed, t.words, BLOCK);
    return 1;
}

static mlops__tally_block *kernel_for(int64_t n) {
    return n < BLOCK ? NULL : mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST))->tally_block;
}

#else

static int count_fast(mlops_profile *self, mlops__hll_feed *feed, mlops__tally_block *kernel,
                      const uint64_t *values) {
    (void)self, (void)feed;
    return kernel(NULL, values);
}

static mlops__tally_block *kernel_for(int64_t n) {
    (void)n;
    return NULL;
}

#endif

/* Up to a block of values. */
static void count_block(mlops_profile *self, mlops__hll_feed *feed, mlops__tally_block *kernel,
                        const uint64_t *values, size_t n) {
    uint64_t words[BLOCK];
    if (kernel && n == BLOCK && count_fast(self, feed, kernel, values)) return;
    count_distinct(feed, words, mlops__profile_count(self, values, n, words));
}

static mlops__hll_feed feed_of(mlops_profile *self) {
    return (mlops__hll_feed){self->shape.lg_k ? mlops__profile_distinct(self) : NULL, 0, 0, 0};
}

mlops_status mlops__profile_room(const mlops_profile *self, int64_t n) {
    if (n < 0) return MLOPS_E_INVALID;
    return n > INT64_MAX - self->n ? MLOPS_E_LIMIT : MLOPS_OK;
}

mlops_status mlops_profile_add(mlops_profile *self, const double *values, int64_t n) {
    MLOPS_TRY(mlops__profile_room(self, n));
    mlops__tally_block *kernel = kernel_for(n);
    mlops__hll_feed feed = feed_of(self);
    while (n > 0) {
        size_t k = n < BLOCK ? (size_t)n : BLOCK;
        count_block(self, &feed, kernel, (const uint64_t *)(const void *)values, k);
        values += k;
        n -= (int64_t)k;
    }
    return MLOPS_OK;
}

mlops_status mlops_profile_add_f32(mlops_profile *self, const float *values, int64_t n,
                                   int64_t stride) {
    MLOPS_TRY(mlops__profile_room(self, n));
    if (stride < 1) return MLOPS_E_INVALID;
    mlops__tally_block *kernel = kernel_for(n);
    mlops__hll_feed feed = feed_of(self);
    uint64_t block[BLOCK];
    for (int64_t done = 0; done < n;) {
        size_t k = n - done < BLOCK ? (size_t)(n - done) : BLOCK;
        for (size_t i = 0; i < k; i++) {
            block[i] = mlops__bits_of((double)values[(done + (int64_t)i) * stride]);
        }
        count_block(self, &feed, kernel, block, k);
        done += (int64_t)k;
    }
    return MLOPS_OK;
}

mlops_status mlops_profile_add_nulls(mlops_profile *self, int64_t n) {
    MLOPS_TRY(mlops__profile_room(self, n));
    self->n += n;
    self->totals[MLOPS__TOTAL_NULL] += n;
    return MLOPS_OK;
}
