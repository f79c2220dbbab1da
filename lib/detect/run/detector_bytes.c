/* A detector as bytes: canonical, little-endian, checked when read.
 *
 * Owns nothing. Invariant: what is loaded saves to the same bytes and goes on to the same bits.
 * Freestanding: part of the firmware build.
 */
#include "base/sealed.h"
#include "detect/run/detect.h"

#include <string.h>

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLDT"
 *          4     4  version, 1
 *          8    16  kind, mode, side, signal (u32 each)
 *         24    40  n, n_skipped, n_changes, last_change, last_warning (i64 each)
 *         64   104  parameters (f64 each): delta, threshold, warning, weight, slack, min_n, window,
 *                   recent, max_n, warnings, clock, buckets, min_window; 0 where the kind has none
 *        168   ...  state of the kind, in words of 8 bytes: the struct in its file. adwin: width,
 *                   total, variance, wait, n_rows, then of each row a byte that counts, and total
 *                   and variance of each summary. kswin: a count and so many values, oldest first
 *        ...     4  CRC-32 of all before it: also of later versions
 */
#define MAGIC 0x54444c4du

enum { VERSION = 1, N_COUNTS = 5, N_CHOICES = 4 };

static void put_all(const void *of, mlops__buf *out) {
    const mlops_detector *self = of;
    const int32_t choices[N_CHOICES] = {self->kind, self->mode, self->side, self->signal};
    const int64_t counts[N_COUNTS] = {self->n, self->n_skipped, self->n_changes, self->last_change,
                                      self->last_warning};
    for (size_t i = 0; i < N_CHOICES; i++) mlops__buf_u32(out, (uint32_t)choices[i]);
    for (size_t i = 0; i < N_COUNTS; i++) mlops__buf_i64(out, counts[i]);
    for (size_t i = 0; i < MLOPS__PARAMS; i++) mlops__buf_f64(out, self->p[i]);
    mlops__detect_put(self, out);
}

mlops_status mlops_detector_save(const mlops_detector *self, void *bytes, size_t cap,
                                 size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static int header_holds(const mlops_detector *self) {
    if (self->n < 0 || self->n > (int64_t)1 << 53 || self->n_skipped < 0 ||
        self->n_skipped > self->n || self->n_changes < 0 ||
        self->n_changes > self->n - self->n_skipped)
        return 0;
    if (self->last_change < -1 || self->last_change >= self->n || self->last_warning < -1 ||
        self->last_warning >= self->n || (self->last_change < 0) != (self->n_changes == 0))
        return 0;
    if (self->signal == MLOPS_DETECTOR_CHANGE)
        return self->n > 0 && self->last_change == self->n - 1;
    if (self->signal == MLOPS_DETECTOR_WARNING)
        return self->last_warning >= 0 && self->last_change < self->n - 1;
    return self->signal == MLOPS_DETECTOR_NONE;
}

mlops_status mlops_detector_load(mlops_detector **out, void *mem, size_t size, const void *bytes,
                                 size_t n) {
    mlops__cursor in;
    mlops_detector like, *self;
    *out = NULL;
    memset(&like, 0, sizeof like);
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    int32_t *const choices[N_CHOICES] = {&like.kind, &like.mode, &like.side, &like.signal};
    int64_t *const counts[N_COUNTS] = {&like.n, &like.n_skipped, &like.n_changes, &like.last_change,
                                       &like.last_warning};
    for (size_t i = 0; i < N_CHOICES; i++) *choices[i] = (int32_t)mlops__cursor_u32(&in);
    for (size_t i = 0; i < N_COUNTS; i++) *counts[i] = mlops__cursor_i64(&in);
    for (size_t i = 0; i < MLOPS__PARAMS; i++) like.p[i] = mlops__cursor_f64(&in);
    if (in.failed || mlops__detect_check(&like, NULL) < 0 || !header_holds(&like))
        return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops__detect_begin(&self, mem, size, &like, NULL));
    memcpy(self, &like, offsetof(mlops_detector, c));
    MLOPS_TRY(mlops__detect_get(self, &in));
    if (mlops__cursor_left(&in)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
