/* Squared MMD by random Fourier features (Rahimi and Recht 2007): the kernel is the mean of cosines
 * of differences along directions that are drawn once, so that sums over rows are enough.
 *
 * Owns the directions. Invariant: they depend on the seed, the number of columns and the bandwidth
 * alone; rows are added in their order.
 */
#include "base/mix.h"
#include "base/real.h"
#include "multivariate/mmd.h"

enum { PANEL = 64, ROWS = 256, WAVE = 16, SOME_ROWS = 1024 };

/* What one piece of work needs for itself. */
typedef struct mlops__fourier_bench {
    double *rows;  /* a block */
    double *turns; /* of the block, along a panel */
} bench;

typedef mlops__fourier fourier;

/* Two normal numbers (Box and Muller 1958). */
static void draw(uint64_t *state, double *a, double *b) {
    const double u = (double)((mlops__mix_next(state) >> 11) + 1) * 0x1p-53;
    const double angle = (double)(mlops__mix_next(state) >> 11) * 0x1p-53 * 6.28318530717958647692;
    const double size = mlops__sqrt(-2.0 * mlops__log(u));
    mlops__sincos(angle, a, b);
    *a *= size;
    *b *= size;
}

static void draw_directions(fourier *self, int64_t seed, double bandwidth) {
    const int64_t n = self->n_frequencies * self->frame->d;
    const double unit = 1.0 / (6.28318530717958647692 * bandwidth);
    uint64_t state = (uint64_t)seed;
    for (int64_t i = 0; i < n; i += 2) {
        double pair[2];
        draw(&state, &pair[0], &pair[1]);
        self->directions[i] = pair[0] * unit;
        if (i + 1 < n) self->directions[i + 1] = pair[1] * unit;
    }
}

mlops_status mlops__fourier_begin(fourier *self, const mlops__frame *frame, mlops__work *work,
                                  int64_t n_frequencies, int64_t seed, double bandwidth) {
    const int64_t d = frame->d, width = mlops__work_width(work, WAVE);
    *self = (fourier){.frame = frame, .work = work, .n_frequencies = n_frequencies};
    MLOPS__ROOM(work, self->directions, n_frequencies * d);
    MLOPS__ROOM(work, self->parts, WAVE * 2 * n_frequencies);
    MLOPS__ROOM(work, self->benches, width);
    for (int64_t i = 0; i < width; i++) {
        MLOPS__ROOM(work, self->benches[i].rows, ROWS * d);
        MLOPS__ROOM(work, self->benches[i].turns, ROWS * PANEL);
    }
    draw_directions(self, seed, bandwidth);
    return MLOPS_OK;
}

int64_t mlops__fourier_steps(int64_t n) { return (n + ROWS - 1) / ROWS; }

static mlops_status add_block(void *user, int64_t index, int32_t worker) {
    const fourier *self = user;
    const bench *at = &self->benches[worker];
    const mlops__kern *kern = self->frame->samples->kern;
    const int64_t f = self->n_frequencies, d = self->frame->d, i = (self->first + index) * ROWS;
    const int64_t n = self->n - i < ROWS ? self->n - i : ROWS;
    double *cosines = self->parts + index * 2 * f, *sines = cosines + f;
    mlops__rows_take(self->frame, self->begin + i, n, at->rows);
    for (int64_t k = 0; k < 2 * f; k++) cosines[k] = 0.0;
    for (int64_t p = 0; p < f; p += PANEL) {
        const int64_t width = f - p < PANEL ? f - p : PANEL;
        const mlops__gemm product = {.x = at->rows,
                                     .w = self->directions + p * d,
                                     .y = at->turns,
                                     .m = n,
                                     .k = d,
                                     .n = width};
        kern->gemm_f64(&product);
        for (int64_t r = 0; r < n; r++)
            kern->waves_add(cosines + p, sines + p, at->turns + r * width, width);
    }
    return MLOPS_OK;
}

mlops_status mlops__fourier_add(fourier *self, int64_t first, int64_t n, double *sums) {
    const int64_t f = self->n_frequencies, n_blocks = mlops__fourier_steps(n);
    self->begin = first;
    self->n = n;
    for (self->first = 0; self->first < n_blocks; self->first += WAVE) {
        const int64_t left = n_blocks - self->first, some = left < WAVE ? left : WAVE;
        MLOPS_TRY(mlops__work_run(self->work, some, add_block, self));
        for (int64_t k = 0; k < some * 2 * f; k++) sums[k % (2 * f)] += self->parts[k];
    }
    return MLOPS_OK;
}

/* Sums over pairs of two rows that differ: a row with itself has 1. */
static mlops__mmd_sums sums_of(const double *x, const double *y, int64_t n_frequencies, double n,
                               double m) {
    mlops__mmd_sums out = {0};
    for (int64_t i = 0; i < 2 * n_frequencies; i++) {
        out.xx += x[i] * x[i];
        out.yy += y[i] * y[i];
        out.xy += x[i] * y[i];
    }
    const double f = (double)n_frequencies;
    out.xx = out.xx / f - n;
    out.yy = out.yy / f - m;
    out.xy /= f;
    return out;
}

void mlops__fourier_conclude(mlops_multivariate_result *out, const mlops__mmd_tail *tail,
                             const double *x, const double *y, int64_t n_frequencies, double alpha,
                             double *chance) {
    const double n = (double)out->n_reference, m = (double)out->n_current;
    const mlops__mmd_sums sums = sums_of(x, y, n_frequencies, n, m);
    const double effective = n * m / (n + m);
    out->mmd2 = mlops__mmd_unbiased(&sums, n, m);
    out->mmd2_biased = mlops__mmd_biased(&sums, n, m);
    if (out->mmd2_biased < 0.0) out->mmd2_biased = 0.0;
    out->p_value = mlops__mmd_tail_p(tail, effective * out->mmd2_biased);
    *chance = mlops__mmd_tail_bound(tail, alpha) / effective;
}

mlops_status mlops__fourier_look(mlops__mmd_tail *tail, double *bandwidth,
                                 const mlops__frame *frame, mlops__work *work, int64_t n) {
    mlops__pairwise some;
    MLOPS_TRY(mlops__pairwise_gather(&some, frame, work, n, SOME_ROWS));
    if (!(*bandwidth > 0)) {
        double median;
        MLOPS_TRY(mlops__pairwise_median(&some, &median));
        *bandwidth = mlops__sqrt(0.5 * median);
    }
    return mlops__mmd_tail_find(tail, &some, -0.5 / (*bandwidth * *bandwidth));
}

mlops_status mlops__mmd_fourier(mlops_multivariate_result *out, mlops__work *work,
                                const mlops__frame *frame, const mlops_mmd_opts *opts,
                                double *chance) {
    const int64_t f = opts->n_frequencies, n = out->n_reference, m = out->n_current;
    fourier self;
    mlops__mmd_tail tail;
    double *sums;
    work->total = mlops__fourier_steps(n) + mlops__fourier_steps(m);
    MLOPS__ROOM(work, sums, 4 * f);
    MLOPS_TRY(mlops__fourier_look(&tail, &out->bandwidth, frame, work, n + m));
    MLOPS_TRY(mlops__fourier_begin(&self, frame, work, f, opts->seed, out->bandwidth));
    MLOPS_TRY(mlops__fourier_add(&self, 0, n, sums));
    MLOPS_TRY(mlops__fourier_add(&self, n, m, sums + 2 * f));
    mlops__fourier_conclude(out, &tail, sums, sums + 2 * f, f, opts->alpha, chance);
    return mlops__work_poll(work);
}
