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
typedef struct bench {
    double *rows;  /* a block */
    double *turns; /* of the block, along a panel */
} bench;

typedef struct fourier {
    const mlops__frame *frame;
    mlops__work *work;
    int64_t n_frequencies;
    double *directions; /* in turns: PANEL of them side by side, column by column of the rows */
    bench *benches;
    int64_t begin, n; /* rows in work */
    int64_t first;    /* block in work */
    double *parts;    /* of each block of a wave: cosines, then sines */
    double *sums;     /* of each side */
} fourier;

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

static mlops_status prepare(fourier *self) {
    const int64_t f = self->n_frequencies, d = self->frame->d;
    const int64_t width = mlops__work_width(self->work, WAVE);
    MLOPS__ROOM(self->work, self->directions, f * d);
    MLOPS__ROOM(self->work, self->sums, 4 * f);
    MLOPS__ROOM(self->work, self->parts, WAVE * 2 * f);
    MLOPS__ROOM(self->work, self->benches, width);
    for (int64_t i = 0; i < width; i++) {
        MLOPS__ROOM(self->work, self->benches[i].rows, ROWS * d);
        MLOPS__ROOM(self->work, self->benches[i].turns, ROWS * PANEL);
    }
    for (int s = 0; s < 2; s++)
        self->work->total += (self->frame->samples->sides[s].n + ROWS - 1) / ROWS;
    return MLOPS_OK;
}

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

static mlops_status add_side(fourier *self, int side) {
    const int64_t f = self->n_frequencies;
    double *sums = self->sums + 2 * side * f;
    self->begin = side ? self->frame->samples->sides[0].n : 0;
    self->n = self->frame->samples->sides[side].n;
    const int64_t n_blocks = (self->n + ROWS - 1) / ROWS;
    for (self->first = 0; self->first < n_blocks; self->first += WAVE) {
        const int64_t left = n_blocks - self->first, n = left < WAVE ? left : WAVE;
        MLOPS_TRY(mlops__work_run(self->work, n, add_block, self));
        for (int64_t k = 0; k < n * 2 * f; k++) sums[k % (2 * f)] += self->parts[k];
    }
    return MLOPS_OK;
}

/* Sums over pairs of two rows that differ: a row with itself has 1. */
static mlops__mmd_sums sums_of(const fourier *self, double n, double m) {
    const double *x = self->sums, *y = x + 2 * self->n_frequencies;
    mlops__mmd_sums out = {0};
    for (int64_t i = 0; i < 2 * self->n_frequencies; i++) {
        out.xx += x[i] * x[i];
        out.yy += y[i] * y[i];
        out.xy += x[i] * y[i];
    }
    const double f = (double)self->n_frequencies;
    out.xx = out.xx / f - n;
    out.yy = out.yy / f - m;
    out.xy /= f;
    return out;
}

mlops_status mlops__mmd_fourier(mlops_multivariate_result *out, mlops__work *work,
                                const mlops__frame *frame, const mlops_mmd_opts *opts,
                                double *chance) {
    fourier self = {.frame = frame, .work = work, .n_frequencies = opts->n_frequencies};
    mlops__pairwise some;
    mlops__mmd_tail tail;
    const double n = (double)out->n_reference, m = (double)out->n_current;
    MLOPS_TRY(mlops__pairwise_gather(&some, frame, work, frame->samples->n, SOME_ROWS));
    if (!(out->bandwidth > 0)) {
        double median;
        MLOPS_TRY(mlops__pairwise_median(&some, &median));
        out->bandwidth = mlops__sqrt(0.5 * median);
    }
    MLOPS_TRY(mlops__mmd_tail_find(&tail, &some, -0.5 / (out->bandwidth * out->bandwidth)));
    MLOPS_TRY(prepare(&self));
    draw_directions(&self, opts->seed, out->bandwidth);
    for (int side = 0; side < 2; side++) MLOPS_TRY(add_side(&self, side));
    const mlops__mmd_sums sums = sums_of(&self, n, m);
    const double effective = n * m / (n + m);
    out->mmd2 = mlops__mmd_unbiased(&sums, n, m);
    out->mmd2_biased = mlops__mmd_biased(&sums, n, m);
    if (out->mmd2_biased < 0.0) out->mmd2_biased = 0.0;
    out->p_value = mlops__mmd_tail_p(&tail, effective * out->mmd2_biased);
    *chance = mlops__mmd_tail_bound(&tail, opts->alpha) / effective;
    return mlops__work_poll(work);
}
