/* Counts as bytes: canonical, little-endian, checked to the last count when read.
 *
 * Owns nothing. Invariant: what is loaded is a state that some rows lead to, as far as totals and
 * bins can tell, and saves to the same bytes.
 */
#include "base/sealed.h"
#include "performance/performance.h"

/* The bytes, little-endian; sums have 128 bits, the low half first:
 *
 *     offset  size  what
 *          0     4  magic "MLPF"
 *          4     4  version, 1
 *          8    24  rows with a label, without, and of score NaN (i64 each)
 *         32    32  squares of the weights with a label and without, units of 2^-40
 *         64    32  squared errors and losses times weights, units of 2^-72
 *         96     4  bins that are not empty
 *        100  60*n  of each, ascending: u32 which; weights of label 0, 1 and unknown, units of
 * 2^-20 (i64 each); scores times weights with a label and without, units of 2^-72
 *        ...     4  CRC-32 of all before it
 */
#define MAGIC 0x46504c4du

enum { VERSION = 1, BIN = 4 + 3 * 8 + 2 * 16 };

static int is_empty(const mlops__score_bin *bin) {
    return (bin->weight[0] | bin->weight[1] | bin->weight[2]) == 0;
}

void mlops__wide_write(mlops__buf *out, mlops__i128 value) {
    mlops__buf_u64(out, value.low);
    mlops__buf_i64(out, value.high);
}

void mlops__performance_put_state(const void *of, mlops__buf *out) {
    const mlops_performance *self = of;
    uint32_t n_bins = 0;
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++) n_bins += !is_empty(&self->bins[i]);
    mlops__buf_i64(out, self->n[0]);
    mlops__buf_i64(out, self->n[1]);
    mlops__buf_i64(out, self->n_nan);
    mlops__wide_write(out, self->squares[0]);
    mlops__wide_write(out, self->squares[1]);
    mlops__wide_write(out, self->brier);
    mlops__wide_write(out, self->log_loss);
    mlops__buf_u32(out, n_bins);
    for (uint32_t i = 0; i < MLOPS__SCORE_BINS; i++) {
        const mlops__score_bin *bin = &self->bins[i];
        if (is_empty(bin)) continue;
        mlops__buf_u32(out, i);
        for (size_t k = 0; k < 3; k++) mlops__buf_i64(out, bin->weight[k]);
        for (size_t k = 0; k < 2; k++) mlops__wide_write(out, bin->sum[k]);
    }
}

mlops_status mlops_performance_save(const mlops_performance *self, void *bytes, size_t cap,
                                    size_t *needed) {
    return mlops__sealed_save(self, mlops__performance_put_state, MAGIC, VERSION, bytes, cap,
                              needed);
}

mlops__i128 mlops__wide_read(mlops__cursor *in) {
    mlops__i128 value;
    value.low = mlops__cursor_u64(in);
    value.high = mlops__cursor_i64(in);
    return value;
}

int mlops__wide_within(mlops__i128 sum, int64_t units, uint64_t low, uint64_t high) {
    if (sum.high < 0 || sum.high >> 62) return 0;
    mlops__i128 above = mlops__i128_less(sum, mlops__i128_product((uint64_t)units, low));
    mlops__i128 below = mlops__i128_less(mlops__i128_product((uint64_t)units, high), sum);
    return above.high >= 0 && below.high >= 0;
}

int mlops__weights_agree(int64_t n, int64_t units, mlops__i128 squares) {
    return n >= 0 && n <= units && units <= MLOPS__UNITS_MAX && (n == 0) == (units == 0) &&
           mlops__wide_within(squares, units, 1, (uint64_t)1 << 52); /* 2^52: the heaviest row */
}

static int read_bin(mlops_performance *self, mlops__cursor *in, int64_t *next) {
    uint32_t at = mlops__cursor_u32(in);
    if (at < *next || at >= MLOPS__SCORE_BINS) return 0;
    mlops__score_bin *bin = &self->bins[at];
    *next = (int64_t)at + 1;
    for (size_t k = 0; k < 3; k++) {
        bin->weight[k] = mlops__cursor_i64(in);
        int64_t left = MLOPS__UNITS_MAX - self->total[0] - self->total[1];
        if (bin->weight[k] < 0 || bin->weight[k] > left) return 0;
        self->total[k == 2] += bin->weight[k];
    }
    for (size_t k = 0; k < 2; k++) {
        int64_t units = k ? bin->weight[2] : bin->weight[0] + bin->weight[1];
        bin->sum[k] = mlops__wide_read(in);
        if (!mlops__wide_within(bin->sum[k], units, (uint64_t)at << MLOPS__BIN_BITS,
                                (uint64_t)(at + 1) << MLOPS__BIN_BITS))
            return 0;
    }
    return !is_empty(bin);
}

static int totals_agree(const mlops_performance *self) {
    for (size_t i = 0; i < 2; i++)
        if (!mlops__weights_agree(self->n[i], self->total[i], self->squares[i])) return 0;
    return self->n_nan >= 0 && self->n_nan <= MLOPS__UNITS_MAX &&
           mlops__wide_within(self->brier, self->total[0], 0, (uint64_t)1 << MLOPS__SCORE_BITS) &&
           mlops__wide_within(self->log_loss, self->total[0], 0, MLOPS__LOSS_MAX);
}

int mlops__performance_read_state(mlops_performance *self, mlops__cursor *in) {
    int64_t next = 0;
    self->n[0] = mlops__cursor_i64(in);
    self->n[1] = mlops__cursor_i64(in);
    self->n_nan = mlops__cursor_i64(in);
    self->squares[0] = mlops__wide_read(in);
    self->squares[1] = mlops__wide_read(in);
    self->brier = mlops__wide_read(in);
    self->log_loss = mlops__wide_read(in);
    uint32_t n_bins = mlops__cursor_u32(in);
    if (in->failed || mlops__cursor_left(in) < n_bins * (uint64_t)BIN) return 0;
    for (uint32_t i = 0; i < n_bins; i++)
        if (!read_bin(self, in, &next)) return 0;
    return totals_agree(self);
}

mlops_status mlops_performance_load(mlops_performance **out, void *mem, size_t size,
                                    const void *bytes, size_t n) {
    mlops_performance *self;
    mlops__cursor in;
    *out = NULL;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    MLOPS_TRY(mlops_performance_init(&self, mem, size));
    if (!mlops__performance_read_state(self, &in) || mlops__cursor_left(&in))
        return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
