/* A sketch of quantiles as bytes: those of Apache DataSketches, by themselves or in our frame.
 *
 * Owns nothing. Invariant: what is loaded has weights that sum up to its n, levels in order within
 * its extremes, and saves to the same bytes again. Freestanding: part of the firmware build.
 */
#include "sketch/run/kll_state.h"
#include "sketch/run/sketch.h"

/* Bytes of DataSketches, little-endian:
 *
 *     offset  size  what
 *          0     1  5 words of 4 in front; 2 if it is empty or has one value
 *          1     1  version 1; 2 with one value in the short form
 *          2     1  family 15
 *          3     1  flags: 1 empty, 2 level 0 ascends, 4 one value in the short form
 *          4     2  k
 *          6     1  m, 8
 *          7     1  unused
 *          8     8  n; in the short form the value, and that is all
 *         16     2  least k of all that was merged
 *         18     1  number of levels
 *         19     1  unused
 *         20   4*L  where each level begins, in an array with room for these levels
 *        ...   2*S  least and greatest value, float64 or float32
 *        ...   n*S  values that are kept
 *
 * The frame has in front of these (of float64): i64 count of NaN, u64 seed, u64 state of the
 * generator.
 */
#define MAGIC 0x4c4b4c4du /* "MLKL" */

enum { FRAMED = 24, SHORT = 8, FULL = 20, FAMILY = 15, EMPTY = 1, SORTED = 2, ONE = 4 };

static void put(mlops__buf *out, mlops_kll_form form, double value) {
    if (form == MLOPS_KLL_F32) mlops__buf_f32(out, (float)value + 0.0f); /* no -0 */
    else mlops__buf_f64(out, value);
}

static void put_front(const mlops_kll *self, mlops__buf *out) {
    int is_short = self->n <= 1;
    mlops__buf_u8(out, is_short ? 2 : 5);
    mlops__buf_u8(out, self->n == 1 ? 2 : 1);
    mlops__buf_u8(out, FAMILY);
    mlops__buf_u8(out, (uint8_t)(SORTED | (self->n ? 0 : EMPTY) | (self->n == 1 ? ONE : 0)));
    mlops__buf_u16(out, (uint16_t)self->k);
    mlops__buf_u8(out, MLOPS__KLL_M);
    mlops__buf_u8(out, 0);
    if (is_short) return;
    uint32_t end = self->levels[self->n_levels];
    mlops__buf_i64(out, self->n);
    mlops__buf_u16(out, (uint16_t)self->min_k);
    mlops__buf_u8(out, (uint8_t)self->n_levels);
    mlops__buf_u8(out, 0);
    for (uint32_t i = 0; i < self->n_levels; i++)
        mlops__buf_u32(out, self->levels[i] - (end - self->limit));
}

static void put_all(const mlops_kll *self, mlops__buf *out, mlops_kll_form form) {
    put_front(self, out);
    if (self->n > 1) {
        put(out, form, self->min);
        put(out, form, self->max);
    }
    const double *values = mlops__kll_items_of(self) + self->levels[0];
    for (uint32_t i = 0; i < mlops__kll_kept(self); i++) put(out, form, values[i]);
}

mlops_status mlops_kll_save(mlops_kll *self, mlops_kll_form form, void *bytes, size_t cap,
                            size_t *needed) {
    if (form != MLOPS_KLL_NATIVE && form != MLOPS_KLL_F64 && form != MLOPS_KLL_F32)
        return MLOPS_E_INVALID;
    mlops__kll_settle(self);
    uint32_t magic = form == MLOPS_KLL_NATIVE ? MAGIC : 0;
    size_t size = magic ? MLOPS__FRAME + FRAMED : 0, wide = form == MLOPS_KLL_F32 ? 4 : 8;
    size += self->n > 1 ? FULL + 4 * (size_t)self->n_levels + 2 * wide : SHORT;
    size += mlops__kll_kept(self) * wide;
    mlops__buf out;
    mlops_status status = mlops__sketch_begin(&out, bytes, cap, needed, size, magic);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    if (magic) {
        mlops__buf_i64(&out, self->n_nan);
        mlops__buf_u64(&out, self->seed);
        mlops__buf_u64(&out, self->state);
    }
    put_all(self, &out, form);
    return mlops__sketch_end(&out, magic);
}

/* ---- reading ---- */

typedef struct front {
    uint32_t flags, k, min_k, n_levels;
    int64_t n;
} front;

static mlops_status read_front(front *out, mlops__cursor *in) {
    uint32_t words = mlops__cursor_u8(in), version = mlops__cursor_u8(in);
    if (mlops__cursor_u8(in) != FAMILY) return MLOPS_E_CORRUPT;
    out->flags = mlops__cursor_u8(in);
    out->k = out->min_k = mlops__cursor_u16(in);
    uint32_t m = mlops__cursor_u8(in);
    (void)mlops__cursor_u8(in);
    int is_short = (out->flags & (EMPTY | ONE)) != 0;
    if (in->failed || out->k < MLOPS__KLL_K_MIN || m != MLOPS__KLL_M) return MLOPS_E_CORRUPT;
    if (version > 2) return MLOPS_E_UNSUPPORTED;
    if (version < 1 || words != (is_short ? 2 : 5)) return MLOPS_E_CORRUPT;
    if (out->flags & EMPTY && out->flags & ONE) return MLOPS_E_CORRUPT;
    out->n = out->flags & EMPTY ? 0 : 1;
    out->n_levels = 1;
    if (is_short) return MLOPS_OK;
    out->n = mlops__cursor_i64(in);
    out->min_k = mlops__cursor_u16(in);
    out->n_levels = mlops__cursor_u8(in);
    (void)mlops__cursor_u8(in);
    if (in->failed || out->n < 1 || out->n_levels < 1) return MLOPS_E_CORRUPT;
    if (out->min_k < MLOPS__KLL_K_MIN || out->min_k > out->k) return MLOPS_E_CORRUPT;
    return out->n > MLOPS__KLL_N_MAX || out->n_levels > MLOPS__KLL_LEVELS ? MLOPS_E_LIMIT
                                                                          : MLOPS_OK;
}

/* Where levels begin; their weights must sum up to n. */
static mlops_status read_levels(mlops_kll *self, const front *f, mlops__cursor *in) {
    mlops__kll_grow(self, f->n_levels);
    uint32_t end = self->levels[f->n_levels], shift = end - self->limit;
    int is_short = (f->flags & (EMPTY | ONE)) != 0;
    for (uint32_t i = 0; i < f->n_levels; i++) {
        uint32_t at = is_short ? self->limit - (uint32_t)f->n : mlops__cursor_u32(in);
        if (in->failed || at > self->limit) return MLOPS_E_CORRUPT;
        self->levels[i] = at + shift;
    }
    uint64_t left = (uint64_t)f->n;
    for (uint32_t i = 0; i < f->n_levels; i++) {
        if (self->levels[i] > self->levels[i + 1]) return MLOPS_E_CORRUPT;
        uint64_t n = self->levels[i + 1] - self->levels[i];
        if (n > left >> i) return MLOPS_E_CORRUPT;
        left -= n << i;
    }
    return left ? MLOPS_E_CORRUPT : MLOPS_OK;
}

static double take(mlops__cursor *in, size_t wide) {
    return (wide == 4 ? (double)mlops__cursor_f32(in) : mlops__cursor_f64(in)) + 0.0;
}

/* Of level 0, which need not ascend in the bytes. */
static int before(const void *a, const void *b, const void *user) {
    double x, y;
    (void)user;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y;
}

static mlops_status read_values(mlops_kll *self, const front *f, mlops__cursor *in) {
    uint32_t kept = mlops__kll_kept(self), n = kept + (f->flags & ONE ? 0 : 2);
    size_t left = mlops__cursor_left(in), wide = left == (size_t)n * 4 ? 4 : 8;
    if (left != n * wide) return MLOPS_E_CORRUPT;
    double *items = mlops__kll_items(self);
    double min = 0, max = 0;
    if (!(f->flags & ONE)) {
        min = take(in, wide);
        max = take(in, wide);
    }
    for (uint32_t i = self->levels[0]; i < self->levels[0] + kept; i++) items[i] = take(in, wide);
    if (f->flags & ONE) min = max = items[self->levels[0]];
    if (!(f->flags & SORTED))
        mlops__sketch_sort(items + self->levels[0], self->levels[1] - self->levels[0],
                           sizeof *items, before, NULL);
    if (!(min <= max)) return MLOPS_E_CORRUPT;
    for (uint32_t level = 0; level < f->n_levels; level++) {
        double last = min;
        for (uint32_t i = self->levels[level]; i < self->levels[level + 1]; i++) {
            if (!(items[i] >= last && items[i] <= max)) return MLOPS_E_CORRUPT;
            last = items[i];
        }
    }
    self->min = min;
    self->max = max;
    return MLOPS_OK;
}

static mlops_status read_all(mlops_kll **out, void *mem, size_t size, mlops__cursor *in,
                             int framed) {
    int64_t n_nan = 0;
    uint64_t seed = 0, state = 0;
    if (framed) {
        n_nan = mlops__cursor_i64(in);
        seed = mlops__cursor_u64(in);
        state = mlops__cursor_u64(in);
        if (n_nan < 0 || n_nan > MLOPS__KLL_N_MAX) return MLOPS_E_CORRUPT;
    }
    front f;
    MLOPS_TRY(read_front(&f, in));
    if (n_nan > MLOPS__KLL_N_MAX - f.n) return MLOPS_E_CORRUPT;
    if (!f.n && mlops__cursor_left(in)) return MLOPS_E_CORRUPT;
    mlops_kll *self;
    MLOPS_TRY(mlops__kll_begin(&self, mem, size, f.k, seed));
    MLOPS_TRY(read_levels(self, &f, in));
    if (f.n) MLOPS_TRY(read_values(self, &f, in));
    self->n = f.n;
    self->n_nan = n_nan;
    self->min_k = f.min_k;
    self->state = state;
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_kll_load(mlops_kll **out, void *mem, size_t size, const void *bytes, size_t n) {
    *out = NULL;
    mlops__cursor in;
    mlops_status status = mlops__sketch_open(&in, bytes, n, MAGIC);
    if (status < 0) return status;
    return read_all(out, mem, size, &in, status != MLOPS_END);
}
