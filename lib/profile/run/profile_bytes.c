/* A profile as bytes: canonical, little-endian, checked to the last count when read.
 *
 * Owns nothing. Invariant: what is loaded is a state that some values lead to, as far as the totals
 * and bins can tell, and saves to the same bytes. Freestanding: part of the firmware build.
 */
#include "base/sealed.h"
#include "profile/run/profile_state.h"

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLPR"
 *          4     4  version, 1
 *          8     4  number of edges, 0: log-linear bins
 *         12     4  scale
 *         16    56  n, n_null, n_nan, n_infinite, n_zero, n_negative, n_beyond (i64 each)
 *         72    16  min, max; the one NaN 0x7ff8000000000000 while there is no value
 *         88    24  sum, 192 bits
 *        112   8*n  edges
 *        ...   8*n  counts of the bins
 *        ...     4  CRC-32 of all before it: also of later versions
 */
#define MAGIC 0x52504c4du

enum { VERSION = 1, FIXED = 112, CRC = 4 };

static uint64_t bits_of_key(uint64_t key) {
    return key & MLOPS__KEY_ZERO ? key ^ MLOPS__KEY_ZERO : ~key;
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_profile *self = of;
    int64_t n_values = self->n - self->n_null - self->n_nan;
    const int64_t totals[] = {self->n,      self->n_null,     self->n_nan,   self->n_infinite,
                              self->n_zero, self->n_negative, self->n_beyond};
    mlops__buf_u32(out, (uint32_t)self->n_edges);
    mlops__buf_u32(out, (uint32_t)self->scale);
    for (size_t i = 0; i < 7; i++) mlops__buf_i64(out, totals[i]);
    mlops__buf_u64(out, n_values ? bits_of_key(self->min) : MLOPS__NAN_BITS);
    mlops__buf_u64(out, n_values ? bits_of_key(self->max) : MLOPS__NAN_BITS);
    for (size_t i = 0; i < 3; i++) mlops__buf_u64(out, self->sum.limb[i]);
    for (int64_t i = 0; i < self->n_edges; i++)
        mlops__buf_u64(out, bits_of_key(self->data[mlops__profile_slot(self, i)]));
    const uint64_t *bins = mlops__profile_counts(self);
    for (int64_t i = 0; i < mlops_profile_n_bins(self); i++) mlops__buf_u64(out, bins[i]);
}

mlops_status mlops_profile_save(const mlops_profile *self, void *bytes, size_t cap,
                                size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static mlops_status read_totals(mlops_profile *self, mlops__cursor *in) {
    int64_t *const totals[] = {&self->n,      &self->n_null,     &self->n_nan,   &self->n_infinite,
                               &self->n_zero, &self->n_negative, &self->n_beyond};
    for (size_t i = 0; i < 7; i++) {
        *totals[i] = mlops__cursor_i64(in);
        if (*totals[i] < 0 || *totals[i] > self->n) return MLOPS_E_CORRUPT;
    }
    if (self->n_nan > self->n - self->n_null) return MLOPS_E_CORRUPT;
    int64_t n_values = self->n - self->n_null - self->n_nan;
    uint64_t bounds[2];
    for (size_t i = 0; i < 2; i++) {
        double bound = mlops__cursor_f64(in);
        bounds[i] = mlops__profile_key(bound);
        mlops__cursor raw = mlops__cursor_slice(in, in->offset - 8, 8);
        if (mlops__cursor_u64(&raw) != (n_values ? bits_of_key(bounds[i]) : MLOPS__NAN_BITS))
            return MLOPS_E_CORRUPT;
        if (n_values && bound != bound) return MLOPS_E_CORRUPT;
    }
    if (n_values) {
        self->min = bounds[0];
        self->max = bounds[1];
    }
    for (size_t i = 0; i < 3; i++) self->sum.limb[i] = mlops__cursor_u64(in);
    return MLOPS_OK;
}

/* Totals against each other and against the extremes. */
static int totals_agree(const mlops_profile *self) {
    const uint64_t infinity = MLOPS__INF_BITS;
    int64_t n_values = self->n - self->n_null - self->n_nan;
    if (self->n_infinite > n_values || self->n_beyond > n_values - self->n_infinite) return 0;
    if (self->n_zero > n_values || self->n_negative > n_values - self->n_zero) return 0;
    if (!mlops__sum_possible(&self->sum, n_values - self->n_infinite - self->n_beyond)) return 0;
    if (!n_values) return 1;
    int64_t n_positive = n_values - self->n_zero - self->n_negative;
    int has_infinity =
        self->min == ~(infinity | MLOPS__KEY_ZERO) || self->max == (infinity | MLOPS__KEY_ZERO);
    if (self->min > self->max || (self->n_infinite != 0) != has_infinity) return 0;
    if ((self->n_negative != 0) != (self->min < MLOPS__KEY_ZERO)) return 0;
    if ((n_positive != 0) != (self->max > MLOPS__KEY_ZERO)) return 0;
    return self->n_zero || (self->min != MLOPS__KEY_ZERO && self->max != MLOPS__KEY_ZERO);
}

/* Bins against the totals: their sum, their ends, and the signs where the bins tell them. */
static int bins_agree(const mlops_profile *self) {
    const uint64_t *bins = mlops__profile_counts(self);
    int64_t n_bins = mlops_profile_n_bins(self);
    uint64_t left = (uint64_t)(self->n - self->n_null - self->n_nan);
    int64_t first = -1, last = -1;
    uint64_t n_negative = 0;
    for (int64_t i = 0; i < n_bins; i++) {
        if (bins[i] > left) return 0;
        left -= bins[i];
        if (bins[i] && first < 0) first = i;
        if (bins[i]) last = i;
        if (i < MLOPS__PROFILE_LOG_ZERO) n_negative += bins[i];
    }
    if (left) return 0;
    if (first < 0) return 1;
    if (first != mlops__profile_find(self, self->min)) return 0;
    if (last != mlops__profile_find(self, self->max)) return 0;
    return self->n_edges || (n_negative == (uint64_t)self->n_negative &&
                             bins[MLOPS__PROFILE_LOG_ZERO] == (uint64_t)self->n_zero);
}

static mlops_status read_data(mlops_profile *self, mlops__cursor *in) {
    for (int64_t i = 0; i < self->n_edges; i++) {
        mlops__cursor raw = *in;
        double edge = mlops__cursor_f64(in);
        if (!mlops__profile_set_edge(self, i, edge)) return MLOPS_E_CORRUPT;
        if (mlops__cursor_u64(&raw) != bits_of_key(mlops__profile_key(edge)))
            return MLOPS_E_CORRUPT;
    }
    int64_t n_bins = mlops_profile_n_bins(self);
    uint64_t *bins = self->data + (mlops__profile_words(self->n_edges) - (size_t)n_bins);
    for (int64_t i = 0; i < n_bins; i++) bins[i] = mlops__cursor_u64(in);
    return totals_agree(self) && bins_agree(self) ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops_profile_load(mlops_profile **out, void *mem, size_t size, const void *bytes,
                                size_t n) {
    *out = NULL;
    mlops__cursor in;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    uint32_t n_edges = mlops__cursor_u32(&in);
    uint32_t scale = mlops__cursor_u32(&in) + MLOPS__PROFILE_SCALE_MAX;
    if (n_edges > MLOPS__PROFILE_EDGES || scale > 2 * MLOPS__PROFILE_SCALE_MAX)
        return MLOPS_E_CORRUPT;
    size_t n_words = (size_t)(n_edges + mlops__profile_bins(n_edges));
    if (n != FIXED + n_words * 8 + CRC) return MLOPS_E_CORRUPT;
    mlops_profile *self;
    MLOPS_TRY(
        mlops__profile_begin(&self, mem, size, n_edges, (int32_t)scale - MLOPS__PROFILE_SCALE_MAX));
    MLOPS_TRY(read_totals(self, &in));
    MLOPS_TRY(read_data(self, &in));
    *out = self;
    return MLOPS_OK;
}
