/* A profile as bytes: canonical, little-endian, checked to the last count when read.
 *
 * Owns nothing. Invariant: what is loaded is a state that some values lead to, as far as the totals
 * and bins can tell, and saves to the same bytes. Freestanding: part of the firmware build.
 */
#include "base/sealed.h"
#include "profile/run/profile_bins.h"
#include "sketch/run/hll_state.h"

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLPR"
 *          4     4  version, 2
 *          8    24  number of edges (0: log-linear bins), scale (signed), lg_k of the registers (0:
 *                   none), bytes of bins, number of categories, bytes of their names (4 each)
 *         32    56  n, n_null, n_nan, n_infinite, n_zero, n_negative, n_beyond (i64 each)
 *         88    16  min, max; the one NaN 0x7ff8000000000000 while there is no value
 *        104    24  sum, 192 bits
 *        128    40  sum of squares, 320 bits
 *        168   8*n  edges
 *        ...   8*n  counts of the bins, with edges; without:
 *        ...     4  shift
 *        ...  2*32  side above zero, side below: index of the first bin, number of bins, values
 *                   below 2^-32 in magnitude and above 2^64
 *        ...   w*n  counts of the bins of both sides, nearest to zero first, in 2, 4 or 8 bytes
 *                   (fewer than 2^16 values, 2^32 values, more)
 *        ...     4  bytes of the registers, with registers
 *        ...     n  registers, as mlops_hll_save() writes a sketch without history
 *        ...     n  names of the categories, a NUL behind each
 *        ...   8*n  their counts
 *        ...     4  CRC-32 of all before it: also of later versions
 */
#define MAGIC 0x52504c4du

enum { VERSION = 2 };

static uint64_t bits_of_key(uint64_t key) {
    return key & MLOPS__KEY_ZERO ? key ^ MLOPS__KEY_ZERO : ~key;
}

static void put_bins(const mlops_profile *self, mlops__buf *out) {
    uint32_t n_edges = self->shape.n_edges;
    for (uint32_t i = 0; i < n_edges; i++)
        mlops__buf_u64(out, bits_of_key(self->data[mlops__profile_slot(self, i)]));
    for (uint32_t i = 0; n_edges && i <= n_edges; i++)
        mlops__buf_u64(out, mlops__profile_counts(self)[i]);
    if (n_edges) return;
    mlops__buf_u32(out, self->shift);
    for (int side = 0; side < 2; side++) {
        const mlops__profile_side *s = &self->sides[side];
        mlops__buf_u64(out, s->low);
        mlops__buf_u64(out, s->n);
        mlops__buf_i64(out, s->n_tiny);
        mlops__buf_i64(out, s->n_over);
    }
    for (int side = 0; side < 2; side++)
        for (uint64_t i = 0; i < self->sides[side].n; i++) {
            uint64_t count = mlops__bins_get(self, side, i);
            if (self->width == 2) mlops__buf_u16(out, (uint16_t)count);
            else if (self->width == 4) mlops__buf_u32(out, (uint32_t)count);
            else mlops__buf_u64(out, count);
        }
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_profile *self = of;
    const mlops__profile_shape *shape = &self->shape;
    const uint32_t words[] = {shape->n_edges,   (uint32_t)shape->scale, shape->lg_k,
                              shape->bins_size, shape->n_categories,    shape->names_size};
    int has_values = mlops__profile_values(self) > 0;
    for (size_t i = 0; i < 6; i++) mlops__buf_u32(out, words[i]);
    mlops__buf_i64(out, self->n);
    for (size_t i = 0; i < MLOPS__TOTALS; i++) mlops__buf_i64(out, self->totals[i]);
    mlops__buf_u64(out, has_values ? bits_of_key(self->min) : MLOPS__NAN_BITS);
    mlops__buf_u64(out, has_values ? bits_of_key(self->max) : MLOPS__NAN_BITS);
    for (size_t i = 0; i < 3; i++) mlops__buf_u64(out, self->sum.limb[i]);
    for (size_t i = 0; i < 5; i++) mlops__buf_u64(out, self->squares.limb[i]);
    put_bins(self, out);
    if (shape->lg_k) {
        size_t n = 0;
        const mlops_hll *distinct = mlops__profile_distinct(self);
        (void)mlops_hll_save(distinct, MLOPS_HLL_NATIVE, NULL, 0, &n);
        mlops__buf_u32(out, (uint32_t)n);
        uint8_t *room = mlops__buf_extend(out, n);
        if (room) (void)mlops_hll_save(distinct, MLOPS_HLL_NATIVE, room, n, NULL);
    }
    mlops__buf_put(out, mlops__profile_names(self), shape->names_size);
    for (uint32_t i = 0; i < shape->n_categories; i++)
        mlops__buf_i64(out, mlops__profile_categories(self)[i]);
}

mlops_status mlops_profile_save(const mlops_profile *self, void *bytes, size_t cap,
                                size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

void mlops__profile_put(const mlops_profile *self, mlops__buf *out) {
    size_t n = 0;
    (void)mlops_profile_save(self, NULL, 0, &n);
    mlops__buf_u32(out, (uint32_t)n);
    uint8_t *room = mlops__buf_extend(out, n);
    if (room) (void)mlops_profile_save(self, room, n, NULL);
}

/* ---- reading ---- */

static mlops_status read_shape(mlops__profile_shape *out, mlops__cursor *in) {
    out->n_edges = mlops__cursor_u32(in);
    uint32_t scale = mlops__cursor_u32(in) + MLOPS__PROFILE_SCALE_MAX;
    out->scale = (int32_t)scale - MLOPS__PROFILE_SCALE_MAX;
    out->lg_k = mlops__cursor_u32(in);
    out->bins_size = mlops__cursor_u32(in);
    out->n_categories = mlops__cursor_u32(in);
    out->names_size = mlops__cursor_u32(in);
    if (out->n_edges > MLOPS__PROFILE_EDGES || scale > 2 * MLOPS__PROFILE_SCALE_MAX)
        return MLOPS_E_CORRUPT;
    if (out->lg_k && (out->lg_k < MLOPS__PROFILE_LG_MIN || out->lg_k > MLOPS__PROFILE_LG_MAX))
        return MLOPS_E_CORRUPT;
    if (out->n_edges ? out->bins_size != 8 * (out->n_edges + 1)
                     : out->bins_size % 8 || out->bins_size < MLOPS__PROFILE_BINS_MIN ||
                           out->bins_size > MLOPS__PROFILE_BINS_MAX)
        return MLOPS_E_CORRUPT;
    if (out->n_categories > MLOPS__PROFILE_CATEGORIES || out->names_size > MLOPS__PROFILE_NAMES ||
        out->names_size < 2 * out->n_categories)
        return MLOPS_E_CORRUPT;
    return in->failed ? MLOPS_E_CORRUPT : MLOPS_OK;
}

static mlops_status read_totals(mlops_profile *self, mlops__cursor *in) {
    self->n = mlops__cursor_i64(in);
    for (size_t i = 0; i < MLOPS__TOTALS; i++) {
        self->totals[i] = mlops__cursor_i64(in);
        if (self->totals[i] < 0 || self->totals[i] > self->n) return MLOPS_E_CORRUPT;
    }
    if (mlops__profile_values(self) < 0) return MLOPS_E_CORRUPT;
    int has_values = mlops__profile_values(self) > 0;
    uint64_t bounds[2];
    for (size_t i = 0; i < 2; i++) {
        uint64_t bits = mlops__cursor_u64(in);
        double bound = mlops__f64_of(bits);
        bounds[i] = mlops__profile_key(bound);
        if (bits != (has_values ? bits_of_key(bounds[i]) : MLOPS__NAN_BITS)) return MLOPS_E_CORRUPT;
        if (has_values && bound != bound) return MLOPS_E_CORRUPT;
    }
    if (has_values) {
        self->min = bounds[0];
        self->max = bounds[1];
    }
    for (size_t i = 0; i < 3; i++) self->sum.limb[i] = mlops__cursor_u64(in);
    for (size_t i = 0; i < 5; i++) self->squares.limb[i] = mlops__cursor_u64(in);
    return in->failed ? MLOPS_E_CORRUPT : MLOPS_OK;
}

/* Totals against each other and against the extremes. */
static int totals_agree(const mlops_profile *self) {
    const uint64_t infinity = MLOPS__INF_BITS;
    const int64_t *t = self->totals;
    int64_t n_values = mlops__profile_values(self), n_infinite = t[MLOPS__TOTAL_INFINITE];
    int64_t n_zero = t[MLOPS__TOTAL_ZERO], n_negative = t[MLOPS__TOTAL_NEGATIVE];
    if (n_infinite > n_values || t[MLOPS__TOTAL_BEYOND] > n_values - n_infinite) return 0;
    if (n_zero > n_values || n_negative > n_values - n_zero) return 0;
    int64_t n_terms = n_values - n_infinite - t[MLOPS__TOTAL_BEYOND];
    if (!mlops__sum_possible(&self->sum, &self->squares, n_terms)) return 0;
    if (!n_values) return 1;
    int64_t n_positive = n_values - n_zero - n_negative;
    int has_infinity =
        self->min == ~(infinity | MLOPS__KEY_ZERO) || self->max == (infinity | MLOPS__KEY_ZERO);
    if (self->min > self->max || (n_infinite != 0) != has_infinity) return 0;
    if ((n_negative != 0) != (self->min < MLOPS__KEY_ZERO)) return 0;
    if ((n_positive != 0) != (self->max > MLOPS__KEY_ZERO)) return 0;
    return n_zero || (self->min != MLOPS__KEY_ZERO && self->max != MLOPS__KEY_ZERO);
}

/* Bins against the totals: their sum, their ends, and the signs where the bins tell them. */
static int bins_agree(const mlops_profile *self) {
    int64_t n_bins = mlops_profile_n_bins(self), left = mlops__profile_values(self);
    int64_t first = -1, last = -1, n_negative = 0;
    for (int64_t i = 0; i < n_bins; i++) {
        int64_t count = mlops_profile_bin(self, i);
        if (count < 0 || count > left) return 0;
        left -= count;
        if (count && first < 0) first = i;
        if (count) last = i;
        if (i < (int64_t)self->sides[1].n + MLOPS__BINS_AROUND) n_negative += count;
    }
    if (left) return 0;
    if (first < 0) return 1;
    if (first != mlops__profile_find(self, self->min)) return 0;
    if (last != mlops__profile_find(self, self->max)) return 0;
    return self->shape.n_edges || n_negative == self->totals[MLOPS__TOTAL_NEGATIVE];
}

static mlops_status read_edges(mlops_profile *self, mlops__cursor *in) {
    uint32_t n_edges = self->shape.n_edges;
    for (uint32_t i = 0; i < n_edges; i++) {
        uint64_t bits = mlops__cursor_u64(in);
        double edge = mlops__f64_of(bits);
        if (!mlops__profile_set_edge(self, i, edge)) return MLOPS_E_CORRUPT;
        if (bits != bits_of_key(mlops__profile_key(edge))) return MLOPS_E_CORRUPT;
    }
    uint64_t *bins = self->data + mlops__profile_tree(self);
    for (uint32_t i = 0; i <= n_edges; i++) bins[i] = mlops__cursor_u64(in);
    return MLOPS_OK;
}

/* A window lies in its range, and values are at both its ends. */
static int window_agrees(const mlops_profile *self, int side) {
    const mlops__profile_side *s = &self->sides[side];
    if (!s->n) return s->low == 0;
    uint64_t end = ((MLOPS__BINS_END - 1) >> self->shift) + 1;
    return s->low >= MLOPS__BINS_FIRST >> self->shift && s->low < end && s->n <= end - s->low &&
           mlops__bins_get(self, side, 0) && mlops__bins_get(self, side, s->n - 1);
}

static mlops_status read_windows(mlops_profile *self, mlops__cursor *in) {
    uint32_t shift = mlops__cursor_u32(in);
    if (shift > MLOPS__BINS_SHIFT) return MLOPS_E_CORRUPT;
    self->shift = (uint8_t)shift;
    self->width = (uint8_t)mlops__bins_width(mlops__profile_values(self));
    uint64_t room = self->shape.bins_size / self->width;
    for (int side = 0; side < 2; side++) {
        mlops__profile_side *s = &self->sides[side];
        s->low = mlops__cursor_u64(in);
        s->n = mlops__cursor_u64(in);
        s->n_tiny = mlops__cursor_i64(in);
        s->n_over = mlops__cursor_i64(in);
        if (s->n > room) return MLOPS_E_CORRUPT;
        room -= s->n;
    }
    for (int side = 0; side < 2; side++) {
        for (uint64_t i = 0; i < self->sides[side].n; i++)
            mlops__bins_put(self, side, i,
                            self->width == 2   ? mlops__cursor_u16(in)
                            : self->width == 4 ? mlops__cursor_u32(in)
                                               : mlops__cursor_u64(in));
        if (!window_agrees(self, side)) return MLOPS_E_CORRUPT;
    }
    return MLOPS_OK; /* one that faded may be coarser than what is left of it asks for */
}

/* There are different values if there are any, and no history. Of one that faded they may be more
 * than the values that are left. */
static mlops_status read_distinct(mlops_profile *self, mlops__cursor *in) {
    mlops_hll *distinct = mlops__profile_distinct(self);
    mlops_hll_opts opts = MLOPS_HLL_OPTS_INIT;
    mlops_hll_summary s = MLOPS_HLL_SUMMARY_INIT;
    opts.lg_k = self->shape.lg_k;
    uint32_t n = mlops__cursor_u32(in);
    const uint8_t *bytes = mlops__cursor_take(in, n);
    if (!bytes) return MLOPS_E_CORRUPT;
    if (mlops_hll_load(&distinct, distinct, mlops_hll_size(&opts), bytes, n))
        return MLOPS_E_CORRUPT;
    (void)mlops_hll_summarize(distinct, &s);
    size_t needed = 0;
    (void)mlops_hll_save(distinct, MLOPS_HLL_NATIVE, NULL, 0, &needed);
    if (needed != n || distinct->flags != MLOPS_HLL_WITHOUT_HISTORY || s.lg_k != opts.lg_k)
        return MLOPS_E_CORRUPT;
    int64_t n_values = mlops__profile_values(self);
    return (s.n_coupons == 0) != (n_values == 0) ? MLOPS_E_CORRUPT : MLOPS_OK;
}

static mlops_status read_categories(mlops_profile *self, mlops__cursor *in) {
    char *name = mlops__profile_names(self), *end = name + self->shape.names_size;
    const uint8_t *bytes = mlops__cursor_take(in, self->shape.names_size);
    if (!bytes) return MLOPS_E_CORRUPT;
    memcpy(name, bytes, self->shape.names_size);
    int64_t left = mlops__profile_values(self), n = self->shape.n_categories;
    if (n && end[-1]) return MLOPS_E_CORRUPT;
    for (int64_t i = 0; i < n; i++, name += strlen(name) + 1)
        if (name >= end || !*name) return MLOPS_E_CORRUPT;
    if (name != end) return MLOPS_E_CORRUPT;
    for (int64_t i = 0; i < n; i++) {
        int64_t count = mlops__cursor_i64(in);
        if (mlops__profile_category(self, mlops_profile_category_name(self, i)) != i)
            return MLOPS_E_CORRUPT;
        if (count < 0 || count > left) return MLOPS_E_CORRUPT;
        left -= count;
        mlops__profile_categories(self)[i] = count;
    }
    return MLOPS_OK;
}

mlops_status mlops_profile_load(mlops_profile **out, void *mem, size_t size, const void *bytes,
                                size_t n) {
    *out = NULL;
    mlops__cursor in;
    mlops__profile_shape shape;
    mlops_profile *self;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    MLOPS_TRY(read_shape(&shape, &in));
    MLOPS_TRY(mlops__profile_begin(&self, mem, size, &shape));
    MLOPS_TRY(read_totals(self, &in));
    MLOPS_TRY(shape.n_edges ? read_edges(self, &in) : read_windows(self, &in));
    if (in.failed || !totals_agree(self) || !bins_agree(self)) return MLOPS_E_CORRUPT;
    if (shape.lg_k) MLOPS_TRY(read_distinct(self, &in));
    MLOPS_TRY(read_categories(self, &in));
    if (in.failed || mlops__cursor_left(&in)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops__profile_take(mlops__cursor *in, void *mem, size_t size) {
    mlops_profile *self;
    uint32_t n = mlops__cursor_u32(in);
    const uint8_t *bytes = mlops__cursor_take(in, n);
    return bytes && mlops_profile_load(&self, mem, size, bytes, n) == MLOPS_OK ? MLOPS_OK
                                                                               : MLOPS_E_CORRUPT;
}

mlops_status mlops__profile_peek(const mlops__cursor *in, size_t *bytes) {
    mlops__cursor at = *in;
    mlops__profile_shape shape;
    uint32_t n = mlops__cursor_u32(&at);
    const uint8_t *own = mlops__cursor_take(&at, n);
    if (mlops__sealed_open(&at, own, n, MAGIC, VERSION) < 0 || read_shape(&shape, &at) < 0)
        return MLOPS_E_CORRUPT;
    *bytes = mlops__profile_bytes(&shape);
    return MLOPS_OK;
}
