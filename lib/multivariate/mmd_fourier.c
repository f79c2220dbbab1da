/* Squared MMD by random Fourier features (Rahimi and Recht 2007): the kernel is the mean of cosines
 * of differences along directions that are drawn once, so that sums over rows are enough.
 *
 * Owns the directions. Invariant: they depend on the seed, the number of columns and the bandwidth
 * alone; rows are added in their order.
 */
#include "base/mix.h"
#include "base/real.h"
#include "multivariate/mmd.h"

enum { PANEL = 64, ROWS = 256, SOME_ROWS = 1024 };

typedef struct fourier {
    const mlops_multivariate *samples;
    mlops__arena arena;
    int64_t n_frequencies;
    double *directions; /* in turns: PANEL of them side by side, column by column of the rows */
    double *rows;       /* a block */
    double *turns;      /* of the block, along a panel */
    double *sums;       /* cosines of each side, then sines */
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
    const int64_t n = self->n_frequencies * self->samples->d;
    const double unit = 1.0 / (6.28318530717958647692 * bandwidth);
    uint64_t state = (uint64_t)seed;
    for (int64_t i = 0; i < n; i += 2) {
        double pair[2];
        draw(&state, &pair[0], &pair[1]);
        self->directions[i] = pair[0] * unit;
        if (i + 1 < n) self->directions[i + 1] = pair[1] * unit;
    }
}

static mlops_status prepare(fourier *self, mlops_error *err) {
    const size_t f = (size_t)self->n_frequencies, d = (size_t)self->samples->d;
    mlops__arena *arena = &self->arena;
    self->directions = mlops__arena_array(arena, f * d, sizeof(double));
    self->rows = mlops__arena_array(arena, ROWS * d, sizeof(double));
    self->turns = mlops__arena_array(arena, ROWS * PANEL, sizeof(double));
    self->sums = mlops__arena_array(arena, 4 * f, sizeof(double));
    if (!self->directions || !self->rows || !self->turns || !self->sums)
        return mlops__fail_nomem(err, (f + ROWS) * d * sizeof(double));
    return MLOPS_OK;
}

static void add_block(fourier *self, int side, int64_t n) {
    const int64_t f = self->n_frequencies, d = self->samples->d;
    double *cosines = self->sums + 2 * side * f, *sines = cosines + f;
    for (int64_t p = 0; p < f; p += PANEL) {
        const int64_t width = f - p < PANEL ? f - p : PANEL;
        const mlops__gemm product = {.x = self->rows,
                                     .w = self->directions + p * d,
                                     .y = self->turns,
                                     .m = n,
                                     .k = d,
                                     .n = width};
        self->samples->kern->gemm_f64(&product);
        for (int64_t i = 0; i < n; i++)
            self->samples->kern->waves_add(cosines + p, sines + p, self->turns + i * width, width);
    }
}

static void add_side(fourier *self, int side) {
    const int64_t begin = side ? self->samples->sides[0].n : 0, n = self->samples->sides[side].n;
    for (int64_t i = 0; i < n; i += ROWS) {
        const int64_t block = n - i < ROWS ? n - i : ROWS;
        mlops__rows_take(self->samples, begin + i, block, self->rows);
        add_block(self, side, block);
    }
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

static mlops_status find(fourier *self, mlops_multivariate_result *out, const mlops_mmd_opts *opts,
                         double *chance, mlops_error *err) {
    mlops__pairwise some;
    mlops__mmd_tail tail;
    const double n = (double)out->n_reference, m = (double)out->n_current;
    MLOPS_TRY(mlops__pairwise_gather(&some, self->samples, &self->arena, 0, self->samples->n,
                                     SOME_ROWS, err));
    if (!(out->bandwidth > 0)) {
        double median;
        MLOPS_TRY(mlops__pairwise_median(&some, &self->arena, &median, err));
        out->bandwidth = mlops__sqrt(0.5 * median);
    }
    MLOPS_TRY(mlops__mmd_tail_find(&tail, &some, &self->arena,
                                   -0.5 / (out->bandwidth * out->bandwidth), err));
    MLOPS_TRY(prepare(self, err));
    draw_directions(self, opts->seed, out->bandwidth);
    for (int side = 0; side < 2; side++) add_side(self, side);
    const mlops__mmd_sums sums = sums_of(self, n, m);
    const double effective = n * m / (n + m);
    out->mmd2 = mlops__mmd_unbiased(&sums, n, m);
    out->mmd2_biased = mlops__mmd_biased(&sums, n, m);
    if (out->mmd2_biased < 0.0) out->mmd2_biased = 0.0;
    out->p_value = mlops__mmd_tail_p(&tail, effective * out->mmd2_biased);
    *chance = mlops__mmd_tail_bound(&tail, opts->alpha) / effective;
    return MLOPS_OK;
}

mlops_status mlops__mmd_fourier(mlops_multivariate_result *out, const mlops_multivariate *samples,
                                const mlops_mmd_opts *opts, double *chance, mlops_error *err) {
    fourier self = {.samples = samples, .n_frequencies = opts->n_frequencies};
    mlops__arena_init(&self.arena, &samples->host.allocator, SIZE_MAX);
    mlops_status status = find(&self, out, opts, chance, err);
    mlops__arena_free(&self.arena);
    return status;
}
