/* Squared MMD of every pair of rows, and of the same pairs after the rows have changed sides.
 *
 * Owns the order in which sums are taken: tile by tile, so that the kernel of a pair is found once
 * for up to BATCH permutations, and kept nowhere. Invariant: which rows are on which side depends
 * on the seed and the numbers of rows alone; the sides as they are go through the same sums.
 */
#include "base/mix.h"
#include "base/real.h"
#include "multivariate/mmd.h"
#include "stats/stats.h"

#include <string.h>

enum {
    GROUP = 64,
    N_GROUPS = 16,
    BATCH = GROUP * N_GROUPS,
    WAVE = 16, /* columns of tiles whose sums are kept apart until they are added */
    MEDIAN_ROWS = 1024,
    MEDIAN_ROWS_ALIBI = 4096
};

#define ROUNDING 1e-12 /* of a squared MMD: what is as close as this is a tie */

/* What one piece of work needs for itself. */
typedef struct bench {
    double *panel;
    double *chosen; /* sides of the rows of a tile's columns, as numbers */
    double *tile;
    double *part; /* a tile times one group */
} bench;

typedef struct exact {
    mlops__pairwise pairs;
    mlops__work *work;
    int64_t n, m; /* rows of either side */
    int64_t n_sides;
    double scale;
    int64_t *order; /* of rows, as it is shuffled */
    uint8_t *marks; /* GROUP sides of each row, group by group: 1 of the reference */
    bench *benches;
    int64_t batch, n_groups, first; /* in work: sides, groups of them, column of tiles */
    double *parts;                  /* of each column of a wave: sums, then rows */
    double *sums;                   /* of pairs within the reference, of each side */
    double *rows;                   /* sum of each row of the kernel */
    double *across;                 /* of each side: what the rows of the reference sum up to */
    double *found;                  /* of each side, as asked for */
} exact;

double mlops__mmd_unbiased(const mlops__mmd_sums *self, double n, double m) {
    return self->xx / (n * (n - 1)) + self->yy / (m * (m - 1)) - 2 * self->xy / (n * m);
}

double mlops__mmd_biased(const mlops__mmd_sums *self, double n, double m) {
    const double found = (self->xx + n) / (n * n) + (self->yy + m) / (m * m);
    return found - 2 * self->xy / (n * m);
}

/* ---- sides ---- */

/* Marks the rows of the reference; those that change places with others are as few as can be. */
static void shuffle(exact *self, uint64_t *state) {
    const int64_t all = self->n + self->m, few = self->n < self->m ? self->n : self->m;
    for (int64_t i = 0; i < few; i++) {
        const uint64_t left = (uint64_t)(all - i);
        const int64_t j = i + (int64_t)(mlops__mix_next(state) % left), swap = self->order[i];
        self->order[i] = self->order[j];
        self->order[j] = swap;
    }
}

static void mark(exact *self, int64_t side, int shuffled) {
    const int64_t all = self->n + self->m, few = self->n < self->m ? self->n : self->m;
    uint8_t *marks = self->marks + side / GROUP * all * GROUP + side % GROUP;
    if (!shuffled) {
        for (int64_t i = 0; i < all; i++) marks[i * GROUP] = i < self->n;
        return;
    }
    for (int64_t i = 0; i < all; i++)
        marks[self->order[i] * GROUP] = (i < few) == (self->n <= self->m);
}

/* ---- sums ---- */

/* What is within the triangle above the diagonal, of a tile that lies on it. */
static void cut(double *tile, int64_t rows, int64_t columns) {
    for (int64_t r = 0; r < rows; r++)
        for (int64_t c = 0; c <= r && c < columns; c++) tile[r * columns + c] = 0.0;
}

static void add_rows(double *sums, const double *tile, int64_t i, int64_t rows, int64_t j,
                     int64_t columns) {
    for (int64_t r = 0; r < rows; r++, tile += columns) {
        double sum = 0.0;
        for (int64_t c = 0; c < columns; c++) {
            sum += tile[c];
            sums[j + c] += tile[c];
        }
        sums[i + r] += sum;
    }
}

static void add_tile(const exact *self, const bench *at, int64_t i, int64_t rows, int64_t columns,
                     double *sums) {
    const int64_t all = self->n + self->m;
    for (int64_t g = 0; g < self->n_groups; g++, sums += GROUP) {
        const mlops__gemm product = {.x = at->tile,
                                     .w = at->chosen + g * columns * GROUP,
                                     .y = at->part,
                                     .m = rows,
                                     .k = columns,
                                     .n = GROUP};
        self->pairs.kern->gemm_f64(&product);
        for (int64_t r = 0; r < rows; r++) {
            const uint8_t *marks = self->marks + (g * all + i + r) * GROUP;
            for (int64_t b = 0; b < GROUP; b++)
                sums[b] += (double)marks[b] * at->part[r * GROUP + b];
        }
    }
}

static double *part_of(const exact *self, int64_t index) {
    return self->parts + index * (BATCH + self->n + self->m);
}

/* One column of tiles, down to the diagonal. */
static mlops_status add_column(void *user, int64_t index, int32_t worker) {
    const exact *self = user;
    const bench *at = &self->benches[worker];
    const int64_t all = self->n + self->m, j = (self->first + index) * MLOPS__TILE;
    const int64_t columns = all - j < MLOPS__TILE ? all - j : MLOPS__TILE;
    double *sums = part_of(self, index);
    memset(sums, 0, (size_t)(BATCH + all) * sizeof *sums);
    mlops__pairwise_turn(&self->pairs, at->panel, j, columns);
    for (int64_t g = 0; g < self->n_groups; g++)
        for (int64_t k = 0; k < columns * GROUP; k++)
            at->chosen[g * columns * GROUP + k] = (double)self->marks[(g * all + j) * GROUP + k];
    for (int64_t i = 0; i <= j; i += MLOPS__TILE) {
        const int64_t rows = all - i < MLOPS__TILE ? all - i : MLOPS__TILE;
        mlops__pairwise_tile(&self->pairs, at->panel, i, rows, j, columns, self->scale, at->tile);
        if (i == j) cut(at->tile, rows, columns);
        if (self->batch == 0) add_rows(sums + BATCH, at->tile, i, rows, j, columns);
        add_tile(self, at, i, rows, columns, sums);
    }
    return MLOPS_OK;
}

static int64_t columns_of(const exact *self) {
    return (self->n + self->m + MLOPS__TILE - 1) / MLOPS__TILE;
}

/* The sides of a batch. */
static mlops_status add_batch(exact *self) {
    const int64_t all = self->n + self->m, n_columns = columns_of(self);
    for (self->first = 0; self->first < n_columns; self->first += WAVE) {
        const int64_t left = n_columns - self->first, n = left < WAVE ? left : WAVE;
        MLOPS_TRY(mlops__work_run(self->work, n, add_column, self));
        for (int64_t i = 0; i < n; i++) {
            const double *part = part_of(self, i);
            for (int64_t b = 0; b < self->n_groups * GROUP; b++)
                self->sums[self->batch + b] += part[b];
            for (int64_t r = 0; r < all; r++) self->rows[r] += part[BATCH + r];
        }
    }
    for (int64_t g = 0; g < self->n_groups; g++)
        for (int64_t i = 0; i < all; i++)
            for (int64_t b = 0; b < GROUP; b++)
                self->across[self->batch + g * GROUP + b] +=
                    (double)self->marks[(g * all + i) * GROUP + b] * self->rows[i];
    return MLOPS_OK;
}

/* Side 0 is as it is, all others are shuffled. */
static mlops_status add_all(exact *self, int64_t seed) {
    uint64_t state = (uint64_t)seed;
    for (int64_t batch = 0; batch < self->n_sides; batch += BATCH) {
        const int64_t left = self->n_sides - batch, n = left < BATCH ? left : BATCH;
        for (int64_t b = 0; b < n; b++) {
            if (batch + b > 0) shuffle(self, &state);
            mark(self, b, batch + b > 0);
        }
        self->batch = batch;
        self->n_groups = (n + GROUP - 1) / GROUP;
        MLOPS_TRY(add_batch(self));
    }
    return MLOPS_OK;
}

static mlops__mmd_sums sums_of(const exact *self, int64_t side, double total) {
    mlops__mmd_sums out = {.xx = 2 * self->sums[side]};
    out.xy = self->across[side] - out.xx;
    out.yy = total - 2 * out.xy - out.xx;
    return out;
}

/* ---- the call ---- */

/* In memory of its own, which is given back. */
static mlops_status find_bandwidth(const mlops__frame *frame, mlops__work *work, int alibi,
                                   double *out) {
    mlops__pairwise some;
    double median;
    mlops__work own = *work;
    const mlops_multivariate *samples = frame->samples;
    mlops__arena_init(&own.arena, work->arena.allocator, work->arena.max - work->arena.used);
    mlops_status status =
        mlops__pairwise_gather(&some, frame, &own, alibi ? samples->sides[0].n : samples->n,
                               alibi ? MEDIAN_ROWS_ALIBI : MEDIAN_ROWS);
    if (status == MLOPS_OK) status = mlops__pairwise_median(&some, &median);
    if (status == MLOPS_OK) *out = mlops__sqrt(0.5 * median);
    mlops__work_end(&own);
    return status;
}

static mlops_status prepare(exact *self, int64_t n_permutations) {
    mlops__work *work = self->work;
    const int64_t all = self->n + self->m, n_columns = columns_of(self);
    self->n_sides = n_permutations + 1;
    const int64_t n_groups = (self->n_sides + GROUP - 1) / GROUP, sides = n_groups * GROUP;
    const int64_t kept = n_groups < N_GROUPS ? n_groups : N_GROUPS;
    const int64_t apart = n_columns < WAVE ? n_columns : WAVE;
    const int64_t width = mlops__work_width(work, apart);
    MLOPS__ROOM(work, self->order, all);
    MLOPS__ROOM(work, self->marks, all * kept * GROUP);
    MLOPS__ROOM(work, self->parts, apart * (BATCH + all));
    MLOPS__ROOM(work, self->sums, sides);
    MLOPS__ROOM(work, self->across, sides);
    MLOPS__ROOM(work, self->found, 2 * sides);
    MLOPS__ROOM(work, self->rows, all);
    MLOPS__ROOM(work, self->benches, width);
    for (int64_t i = 0; i < width; i++) {
        MLOPS__ROOM(work, self->benches[i].panel, MLOPS__TILE * self->pairs.d);
        MLOPS__ROOM(work, self->benches[i].chosen, kept * GROUP * MLOPS__TILE);
        MLOPS__ROOM(work, self->benches[i].tile, MLOPS__TILE * MLOPS__TILE);
        MLOPS__ROOM(work, self->benches[i].part, GROUP * MLOPS__TILE);
    }
    for (int64_t i = 0; i < all; i++) self->order[i] = i;
    work->total = n_columns * ((self->n_sides + BATCH - 1) / BATCH);
    return MLOPS_OK;
}

static void conclude(exact *self, mlops_multivariate_result *out, const mlops_mmd_opts *opts,
                     double *chance) {
    const double n = (double)self->n, m = (double)self->m;
    const int alibi = opts->method == MLOPS_MMD_ALIBI;
    const int64_t n_permutations = self->n_sides - 1;
    double total = 0.0;
    int64_t n_beyond = 0;
    for (int64_t i = 0; i < self->n + self->m; i++) total += self->rows[i];
    for (int64_t s = 0; s < self->n_sides; s++) {
        const mlops__mmd_sums sums = sums_of(self, s, total);
        self->found[s] = alibi ? mlops__mmd_unbiased(&sums, n, m) : mlops__mmd_biased(&sums, n, m);
        n_beyond += s > 0 && self->found[s] >= self->found[0] - ROUNDING;
    }
    const mlops__mmd_sums own = sums_of(self, 0, total);
    out->mmd2 = mlops__mmd_unbiased(&own, n, m);
    out->mmd2_biased = mlops__mmd_biased(&own, n, m);
    out->n_permutations = n_permutations;
    out->p_value = alibi ? (double)n_beyond / (double)n_permutations
                         : (double)(1 + n_beyond) / (double)(1 + n_permutations);
    /* The least that is reached by chance so seldom that p would be alpha at most. */
    const int64_t rank = (int64_t)(opts->alpha * (double)(1 + n_permutations) * (1 + 1e-12));
    double *sorted = self->found + 1, *scratch = self->found + self->n_sides;
    mlops__sort_f64(self->work->samples->host.cpu, sorted, scratch, sorted, n_permutations);
    *chance = rank >= 1 || !alibi ? sorted[n_permutations - (rank > 1 ? rank : 1)] : 0.0;
}

mlops_status mlops__mmd_exact(mlops_multivariate_result *out, mlops__work *work,
                              const mlops__frame *frame, const mlops_mmd_opts *opts,
                              double *chance) {
    const mlops_multivariate *samples = frame->samples;
    exact self = {.work = work, .n = samples->sides[0].n, .m = samples->sides[1].n};
    if (!(out->bandwidth > 0))
        MLOPS_TRY(find_bandwidth(frame, work, opts->method == MLOPS_MMD_ALIBI, &out->bandwidth));
    MLOPS_TRY(mlops__pairwise_gather(&self.pairs, frame, work, samples->n, samples->n));
    MLOPS_TRY(prepare(&self, opts->n_permutations));
    self.scale = -0.5 / (out->bandwidth * out->bandwidth);
    MLOPS_TRY(add_all(&self, opts->seed));
    conclude(&self, out, opts, chance);
    return mlops__work_poll(work);
}
