/* Counting values into a profile, and merging profiles.
 *
 * Owns the configuration of a profile. Invariant: n is n_null + n_nan + the sum of the bins, never
 * more than INT64_MAX: what would exceed it is refused before anything is counted.
 * Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "profile/run/profile_state.h"

#include <string.h>

enum { BLOCK = 32 /* values that go through the stages together */ };

#define LOG_LOW  ((uint64_t)(1023 - 32) << 52) /* bits of 2^-32 */
#define LOG_HIGH ((uint64_t)(1023 + 32) << 52) /* bits of 2^32 */

static mlops_status with_defaults(mlops_profile_opts *out, const mlops_profile_opts *given) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_profile_opts", NULL));
    if (out->flags & ~(uint32_t)MLOPS_PROFILE_SET_SCALE || out->reserved) return MLOPS_E_INVALID;
    if (out->n_edges < 0 || out->n_edges > MLOPS__PROFILE_EDGES) return MLOPS_E_INVALID;
    if (!out->edges != !out->n_edges) return MLOPS_E_INVALID;
    if (!out->scale && !(out->flags & MLOPS_PROFILE_SET_SCALE)) out->scale = MLOPS__PROFILE_SCALE;
    if (out->scale < -MLOPS__PROFILE_SCALE_MAX || out->scale > MLOPS__PROFILE_SCALE_MAX)
        return MLOPS_E_INVALID;
    return MLOPS_OK;
}

size_t mlops_profile_size(const mlops_profile_opts *opts) {
    mlops_profile_opts o;
    if (with_defaults(&o, opts) < 0) return 0;
    return sizeof(mlops_profile) + mlops__profile_words(o.n_edges) * 8;
}

mlops_status mlops_profile_init(mlops_profile **out, void *mem, size_t size,
                                const mlops_profile_opts *opts) {
    *out = NULL;
    mlops_profile_opts o;
    MLOPS_TRY(with_defaults(&o, opts));
    mlops_profile *self;
    MLOPS_TRY(mlops__profile_begin(&self, mem, size, o.n_edges, o.scale));
    for (int64_t i = 0; i < o.n_edges; i++)
        if (!mlops__profile_set_edge(self, i, o.edges[i])) return MLOPS_E_INVALID;
    *out = self;
    return MLOPS_OK;
}

static uint64_t *bins_of(mlops_profile *self) {
    return self->data + (self->n_edges ? (size_t)1 << self->depth : 0);
}

/* Bins are (lower, upper] on both sides of zero: a negative magnitude is counted from itself, a
 * positive one from just below. No branch. */
static size_t log_bin(uint64_t key) {
    uint64_t below = (uint64_t)0 - (key >> 63); /* all ones from zero on */
    uint64_t m = (key ^ ~below) & ~MLOPS__KEY_ZERO;
    uint64_t zero = key == MLOPS__KEY_ZERO;
    m -= (below & 1) - zero;
    m = m < LOG_LOW ? LOG_LOW - 1 : m;
    m = m > LOG_HIGH ? LOG_HIGH : m;
    uint64_t step = (m - LOG_LOW + ((uint64_t)1 << 50)) >> 50; /* 0 to 257, 0 of zero too */
    uint64_t away = step + 1 - zero;
    return (size_t)(MLOPS__PROFILE_LOG_ZERO + ((away ^ ~below) - ~below));
}

/* Number of edges below the key, by one walk through the tree. */
static size_t tree_bin(const uint64_t *tree, int32_t depth, uint64_t key) {
    size_t slot = 1;
    for (int32_t i = 0; i < depth; i++) slot = 2 * slot + (tree[slot] < key);
    return slot - ((size_t)1 << depth);
}

int64_t mlops__profile_find(const mlops_profile *self, uint64_t key) {
    return (int64_t)(self->n_edges ? tree_bin(self->data, self->depth, key) : log_bin(key));
}

/* Four walks at once: each step of one hides the wait of the others. */
static void count_by_tree(mlops_profile *self, const uint64_t *keys, size_t n) {
    const uint64_t *tree = self->data;
    int32_t depth = self->depth;
    uint64_t *bins = bins_of(self);
    size_t base = (size_t)1 << depth;
    size_t i = 0;
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
    for (; i < n; i++) bins[tree_bin(tree, depth, keys[i])]++;
}

/* A value that is not small enough for the short way. Returns false for NaN. */
static int count_large(mlops_profile *self, uint64_t bits) {
    const uint64_t infinity = MLOPS__INF_BITS;
    uint64_t magnitude = bits & ~MLOPS__KEY_ZERO;
    if (magnitude > infinity) {
        self->n_nan++;
        return 0;
    }
    if (magnitude == infinity) self->n_infinite++;
    else if (!mlops__sum_add_bits(&self->sum, bits, self->scale)) self->n_beyond++;
    return 1;
}

/* Totals of n <= BLOCK values, whose keys go to keys but for NaN. Returns how many there are. */
static size_t count_totals(mlops_profile *self, const uint64_t *values, size_t n, uint64_t *keys) {
    uint64_t min = self->min, max = self->max;
    int64_t n_zero = 0, n_negative = 0, total = 0;
    int32_t scale = self->scale;
    size_t n_keys = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = values[i];
        int64_t units;
        if (mlops__sum_units(bits, scale, &units)) total += units;
        else if (!count_large(self, bits)) continue;
        if (bits == MLOPS__KEY_ZERO) bits = 0; /* -0 */
        uint64_t key = bits ^ (((uint64_t)0 - (bits >> 63)) | MLOPS__KEY_ZERO);
        n_zero += bits == 0;
        n_negative += (int64_t)(bits >> 63);
        min = key < min ? key : min;
        max = key > max ? key : max;
        keys[n_keys++] = key;
    }
    mlops__sum_add_units(&self->sum, total);
    self->n_zero += n_zero;
    self->n_negative += n_negative;
    self->min = min;
    self->max = max;
    return n_keys;
}

static void count_block(mlops_profile *self, const uint64_t *values, size_t n) {
    uint64_t keys[BLOCK];
    size_t n_keys = count_totals(self, values, n, keys);
    if (self->n_edges) {
        count_by_tree(self, keys, n_keys);
    } else {
        for (size_t i = 0; i < n_keys; i++) self->data[log_bin(keys[i])]++;
    }
    self->n += (int64_t)n;
}

static mlops_status check_room(const mlops_profile *self, int64_t n) {
    if (n < 0) return MLOPS_E_INVALID;
    return n > INT64_MAX - self->n ? MLOPS_E_LIMIT : MLOPS_OK;
}

mlops_status mlops_profile_add(mlops_profile *self, const double *values, int64_t n) {
    MLOPS_TRY(check_room(self, n));
    uint64_t block[BLOCK];
    while (n > 0) {
        size_t k = n < BLOCK ? (size_t)n : BLOCK;
        memcpy(block, values, k * sizeof *values);
        count_block(self, block, k);
        values += k;
        n -= (int64_t)k;
    }
    return MLOPS_OK;
}

mlops_status mlops_profile_add_f32(mlops_profile *self, const float *values, int64_t n,
                                   int64_t stride) {
    MLOPS_TRY(check_room(self, n));
    if (stride < 1) return MLOPS_E_INVALID;
    uint64_t block[BLOCK];
    for (int64_t done = 0; done < n;) {
        size_t k = n - done < BLOCK ? (size_t)(n - done) : BLOCK;
        for (size_t i = 0; i < k; i++) {
            block[i] = mlops__bits_of((double)values[(done + (int64_t)i) * stride]);
        }
        count_block(self, block, k);
        done += (int64_t)k;
    }
    return MLOPS_OK;
}

mlops_status mlops_profile_add_nulls(mlops_profile *self, int64_t n) {
    MLOPS_TRY(check_room(self, n));
    self->n += n;
    self->n_null += n;
    return MLOPS_OK;
}

static int same_configuration(const mlops_profile *a, const mlops_profile *b) {
    if (a->n_edges != b->n_edges || a->scale != b->scale) return 0;
    return !a->n_edges || !memcmp(a->data, b->data, ((size_t)1 << a->depth) * 8);
}

mlops_status mlops_profile_merge(mlops_profile *self, const mlops_profile *other) {
    if (!same_configuration(self, other)) return MLOPS_E_INVALID;
    MLOPS_TRY(check_room(self, other->n));
    uint64_t *bins = bins_of(self);
    const uint64_t *more = mlops__profile_counts(other);
    int64_t n_bins = mlops__profile_bins(self->n_edges);
    for (int64_t i = 0; i < n_bins; i++) bins[i] += more[i];
    self->n += other->n;
    self->n_null += other->n_null;
    self->n_nan += other->n_nan;
    self->n_infinite += other->n_infinite;
    self->n_zero += other->n_zero;
    self->n_negative += other->n_negative;
    self->n_beyond += other->n_beyond;
    self->min = other->min < self->min ? other->min : self->min;
    self->max = other->max > self->max ? other->max : self->max;
    mlops__sum_add(&self->sum, &other->sum);
    return MLOPS_OK;
}
