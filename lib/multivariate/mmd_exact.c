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
    MEDIAN_ROWS = 1024,
    MEDIAN_ROWS_ALIBI = 4096
};

typedef struct exact {
    mlops__pairwise pairs;
    mlops__arena arena;
    int64_t n, m; /* rows of either side */
    int64_t n_sides;
    double scale;
    int64_t *order; /* of rows, as it is shuffled */
    uint8_t *marks; /* GROUP sides of each row, group by group: 1 of the reference */
    double *chosen; /* the same of the rows of a tile's columns, as numbers */
    double *tile;
    double *part;   /* a tile times one group */
    double *sums;   /* of pairs within the reference, of each side */
    double *rows;   /* sum of each row of the kernel */
    double *across; /* of each side: what the rows of the reference sum up to */
    double *found;  /* of each side, as asked for */
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

static void add_rows(exact *self, int64_t i, int64_t rows, int64_t j, int64_t columns) {
    for (int64_t r = 0; r < rows; r++) {
        const double *tile = self->tile + r * columns;
        double sum = 0.0;
        for (int64_t c = 0; c < columns; c++) {
            sum += tile[c];
            self->rows[j + c] += tile[c];
        }
        self->rows[i + r] += sum;
    }
}

static void add_tile(exact *self, int64_t i, int64_t rows, int64_t columns, int64_t batch,
                     int64_t n_groups) {
    const int64_t all = self->n + self->m;
    for (int64_t g = 0; g < n_groups; g++) {
        const mlops__gemm product = {.x = self->tile,
                                     .w = self->chosen + g * columns * GROUP,
                                     .y = self->part,
                                     .m = rows,
                                     .k = columns,
                                     .n = GROUP};
        double *sums = self->sums + batch + g * GROUP;
        self->pairs.kern->gemm_f64(&product);
        for (int64_t r = 0; r < rows; r++) {
            const uint8_t *marks = self->marks + (g * all + i + r) * GROUP;
            for (int64_t b = 0; b < GROUP; b++)
                sums[b] += (double)marks[b] * self->part[r * GROUP + b];
        }
    }
}

/* The sides of a batch, from the first one on. */
static void add_batch(exact *self, int64_t batch, int64_t n_groups) {
    const int64_t all = self->n + self->m;
    for (int64_t j = 0; j < all; j += MLOPS__TILE) {
        const int64_t columns = all - j < MLOPS__TILE ? all - j : MLOPS__TILE;
        mlops__pairwise_turn(&self->pairs, j, columns);
        for (int64_t g = 0; g < n_groups; g++)
            for (int64_t k = 0; k < columns * GROUP; k++)
                self->chosen[g * columns * GROUP + k] =
                    (double)self->marks[(g * all + j) * GROUP + k];
        for (int64_t i = 0; i <= j; i += MLOPS__TILE) {
            const int64_t rows = all - i < MLOPS__TILE ? all - i : MLOPS__TILE;
            mlops__pairwise_tile(&self->pairs, i, rows, j, columns, self->scale, self->tile);
            if (i == j) cut(self->tile, rows, columns);
            if (batch == 0) add_rows(self, i, rows, j, columns);
            add_tile(self, i, rows, columns, batch, n_groups);
        }
    }
    for (int64_t g = 0; g < n_groups; g++)
        for (int64_t i = 0; i < all; i++)
            for (int64_t b = 0; b < GROUP; b++)
                self->across[batch + g * GROUP + b] +=
                    (double)self->marks[(g * all + i) * GROUP + b] * self->rows[i];
}

/* Side 0 is as it is, all others are shuffled. */
static void add_all(exact *self, int64_t seed) {
    uint64_t state = (uint64_t)seed;
    for (int64_t batch = 0; batch < self->n_sides; batch += BATCH) {
        const int64_t left = self->n_sides - batch, n = left < BATCH ? left : BATCH;
        for (int64_t b = 0; b < n; b++) {
            if (batch + b > 0) shuffle(self, &state);
            mark(self, b, batch + b > 0);
        }
        add_batch(self, batch, (n + GROUP - 1) / GROUP);
    }
}

static mlops__mmd_sums sums_of(const exact *self, int64_t side, double total) {
    mlops__mmd_sums out = {.xx = 2 * self->sums[side]};
    out.xy = self->across[side] - out.xx;
    out.yy = total - 2 * out.xy - out.xx;
    return out;
}

/* ---- the call ---- */

static mlops_status find_bandwidth(exact *self, const mlops_multivariate *samples, int alibi,
                                   double *out, mlops_error *err) {
    mlops__pairwise some;
    double median;
    MLOPS_TRY(mlops__pairwise_gather(&some, samples, &self->arena, 0, alibi ? self->n : samples->n,
                                     alibi ? MEDIAN_ROWS_ALIBI : MEDIAN_ROWS, err));
    MLOPS_TRY(mlops__pairwise_median(&some, &self->arena, &median, err));
    *out = mlops__sqrt(0.5 * median);
    return MLOPS_OK;
}

static mlops_status prepare(exact *self, int64_t n_permutations, mlops_error *err) {
    const size_t all = (size_t)(self->n + self->m), wide = sizeof(double);
    self->n_sides = n_permutations + 1;
    const size_t n_groups = (size_t)((self->n_sides + GROUP - 1) / GROUP), sides = n_groups * GROUP;
    const size_t kept = n_groups < N_GROUPS ? n_groups : N_GROUPS;
    mlops__arena *arena = &self->arena;
    self->order = mlops__arena_array(arena, all, sizeof *self->order);
    self->marks = mlops__arena_array(arena, all, kept * GROUP);
    self->chosen = mlops__arena_array(arena, kept * GROUP * MLOPS__TILE, wide);
    self->tile = mlops__arena_array(arena, MLOPS__TILE * MLOPS__TILE, wide);
    self->part = mlops__arena_array(arena, GROUP * MLOPS__TILE, wide);
    self->sums = mlops__arena_array(arena, sides, wide);
    self->across = mlops__arena_array(arena, sides, wide);
    self->found = mlops__arena_array(arena, 2 * sides, wide);
    self->rows = mlops__arena_array(arena, all, wide);
    if (!self->order || !self->marks || !self->chosen || !self->tile || !self->part ||
        !self->sums || !self->across || !self->found || !self->rows)
        return mlops__fail_nomem(err, all * kept * GROUP);
    for (size_t i = 0; i < all; i++) self->order[i] = (int64_t)i;
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
        n_beyond += s > 0 && self->found[s] >= self->found[0];
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
    mlops__sort_f64(self->pairs.cpu, sorted, scratch, sorted, n_permutations);
    *chance = rank >= 1 ? sorted[n_permutations - rank] : 0.0;
}

mlops_status mlops__mmd_exact(mlops_multivariate_result *out, const mlops_multivariate *samples,
                              const mlops_mmd_opts *opts, double *chance, mlops_error *err) {
    exact self = {.n = samples->sides[0].n, .m = samples->sides[1].n};
    mlops_status status = MLOPS_OK;
    mlops__arena_init(&self.arena, &samples->host.allocator, SIZE_MAX);
    if (!(out->bandwidth > 0))
        status =
            find_bandwidth(&self, samples, opts->method == MLOPS_MMD_ALIBI, &out->bandwidth, err);
    mlops__arena_free(&self.arena);
    mlops__arena_init(&self.arena, &samples->host.allocator, SIZE_MAX);
    if (status == MLOPS_OK)
        status = mlops__pairwise_gather(&self.pairs, samples, &self.arena, 0, samples->n,
                                        samples->n, err);
    if (status == MLOPS_OK) status = prepare(&self, opts->n_permutations, err);
    if (status == MLOPS_OK) {
        self.scale = -0.5 / (out->bandwidth * out->bandwidth);
        add_all(&self, opts->seed);
        conclude(&self, out, opts, chance);
    }
    mlops__arena_free(&self.arena);
    return status;
}
