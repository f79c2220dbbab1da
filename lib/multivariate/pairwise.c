/* Squared distances and kernels of pairs of rows, tile by tile.
 *
 * Owns nothing but what it is given an arena for. Invariant: a tile is found from its own rows
 * alone, by the kernels whose bits are those of every machine.
 */
#include "base/real.h"
#include "multivariate/mmd.h"
#include "stats/stats.h"

#define SMALLEST 1e-120 /* squared distance: of less the kernel would not be finite */

mlops_status mlops__pairwise_gather(mlops__pairwise *self, const mlops__frame *frame,
                                    mlops__work *work, int64_t n, int64_t most) {
    const int64_t d = frame->d;
    self->work = work;
    self->kern = frame->samples->kern;
    self->n = n < most ? n : most;
    self->d = d;
    MLOPS__ROOM(work, self->rows, self->n * d);
    MLOPS__ROOM(work, self->norms, self->n);
    MLOPS__ROOM(work, self->panel, MLOPS__TILE * d);
    if (self->n == n) mlops__rows_take(frame, 0, n, self->rows);
    for (int64_t i = 0; i < self->n; i++) {
        double *row = self->rows + i * d, sum = 0.0;
        if (self->n < n) mlops__rows_take(frame, mlops__rows_spaced(i, n, self->n), 1, row);
        for (int64_t c = 0; c < d; c++) sum += row[c] * row[c];
        self->norms[i] = sum;
    }
    return MLOPS_OK;
}

void mlops__pairwise_turn(const mlops__pairwise *self, double *panel, int64_t j, int64_t n) {
    const int64_t d = self->d;
    for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < d; c++) panel[c * n + i] = self->rows[(j + i) * d + c];
}

void mlops__pairwise_tile(const mlops__pairwise *self, const double *panel, int64_t i, int64_t m,
                          int64_t j, int64_t n, double scale, double *out) {
    const mlops__gemm products = {
        .x = self->rows + i * self->d, .w = panel, .y = out, .m = m, .k = self->d, .n = n};
    self->kern->gemm_f64(&products);
    for (int64_t r = 0; r < m; r++)
        for (int64_t c = 0; c < n; c++) {
            const double s = self->norms[i + r] + self->norms[j + c] - 2.0 * out[r * n + c];
            out[r * n + c] = s > 0.0 ? s : 0.0;
        }
    if (scale != 0.0) self->kern->exp_all(out, m * n, scale);
}

/* ---- the median ---- */

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

mlops_status mlops__pairwise_median(const mlops__pairwise *self, double *out) {
    const int64_t n = self->n, n_pairs = n * (n - 1) / 2;
    double *tile, *all, sum = 0.0;
    int64_t k = 0;
    MLOPS__ROOM(self->work, tile, MLOPS__TILE * MLOPS__TILE);
    MLOPS__ROOM(self->work, all, 2 * (n_pairs + 1));
    for (int64_t j = 0; j < n; j += MLOPS__TILE) {
        const int64_t columns = least(MLOPS__TILE, n - j);
        mlops__pairwise_turn(self, self->panel, j, columns);
        for (int64_t i = 0; i <= j; i += MLOPS__TILE) {
            const int64_t rows = least(MLOPS__TILE, n - i);
            mlops__pairwise_tile(self, self->panel, i, rows, j, columns, 0.0, tile);
            for (int64_t r = 0; r < rows; r++)
                for (int64_t c = i < j ? 0 : r + 1; c < columns; c++)
                    all[k++] = tile[r * columns + c];
        }
    }
    mlops__sort_f64(self->work->samples->host.cpu, all, all + n_pairs, all, n_pairs);
    *out = n_pairs ? all[(n_pairs - 1) / 2] : 0.0;
    for (int64_t i = 0; i < n_pairs && *out < SMALLEST; i++) sum += all[i];
    if (*out < SMALLEST && n_pairs) *out = sum / (double)n_pairs;
    if (*out < SMALLEST) *out = 1.0;
    return MLOPS_OK;
}

/* ---- chance alone ---- */

/* Rows and columns get a mean of 0. */
static void centre(double *kernel, double *means, int64_t n) {
    double all = 0.0;
    for (int64_t i = 0; i < n; i++) {
        means[i] = 0.0;
        for (int64_t j = 0; j < n; j++) means[i] += kernel[i * n + j];
        means[i] /= (double)n;
        all += means[i] / (double)n;
    }
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++) kernel[i * n + j] += all - means[i] - means[j];
}

/* The first three sums of powers of the eigenvalues of the covariance that the kernel stands for,
 * each without its bias of finite samples. */
static void traces(const double *kernel, const double *square, double n, double out[3]) {
    const int64_t rows = (int64_t)n;
    out[0] = out[1] = out[2] = 0.0;
    for (int64_t i = 0; i < rows; i++) {
        const double own = kernel[i * rows + i];
        out[0] += own;
        for (int64_t j = 0; j < rows; j++) {
            const double k = kernel[i * rows + j];
            if (i == j) continue;
            out[1] += k * k;
            out[2] += k * (square[i * rows + j] - k * (own + kernel[j * rows + j]));
        }
    }
    out[0] /= n - 1;
    out[1] /= n * (n - 1);
    out[2] /= n * (n - 1) * (n - 2);
}

mlops_status mlops__mmd_tail_find(mlops__mmd_tail *self, const mlops__pairwise *rows,
                                  double scale) {
    const int64_t n = rows->n, size = n * n;
    double *kernel, *square, found[3];
    MLOPS__ROOM(rows->work, kernel, size + n);
    MLOPS__ROOM(rows->work, square, size);
    for (int64_t j = 0; j < n; j += MLOPS__TILE) {
        const int64_t columns = least(MLOPS__TILE, n - j);
        mlops__pairwise_turn(rows, rows->panel, j, columns);
        for (int64_t i = 0; i < n; i += MLOPS__TILE) {
            const int64_t m = least(MLOPS__TILE, n - i);
            mlops__pairwise_tile(rows, rows->panel, i, m, j, columns, scale, square);
            for (int64_t r = 0; r < m; r++)
                for (int64_t c = 0; c < columns; c++)
                    kernel[(i + r) * n + j + c] = square[r * columns + c];
        }
    }
    centre(kernel, kernel + size, n);
    const mlops__gemm product = {.x = kernel, .w = kernel, .y = square, .m = n, .k = n, .n = n};
    rows->kern->gemm_f64(&product);
    traces(kernel, square, (double)n, found);
    self->mean = found[0];
    self->variance = 2 * found[1] > 0 ? 2 * found[1] : 0.0;
    /* As the third cumulant goes to 0 this goes to a normal distribution. */
    self->dof = found[2] > 0 ? found[1] * found[1] * found[1] / (found[2] * found[2]) : 1e6;
    if (!(self->dof < 1e6) || self->variance == 0) self->dof = 1e6;
    /* A kind of rows that is not among n may still be up to 3 in n of all, and apart from the
     * others by up to 2. */
    const double unseen = 6.0 / (double)n;
    if (self->mean < unseen) self->mean = unseen;
    if (self->variance < 2 * unseen * unseen) {
        self->variance = 2 * unseen * unseen;
        self->dof = 1;
    }
    return MLOPS_OK;
}

double mlops__mmd_tail_p(const mlops__mmd_tail *self, double x) {
    if (!(self->variance > 0)) return x > self->mean ? 0.0 : 1.0;
    const double z = (x - self->mean) / mlops__sqrt(self->variance);
    const double at = self->dof + z * mlops__sqrt(2 * self->dof);
    return at > 0 ? mlops__chi2_sf(at, self->dof) : 1.0;
}

double mlops__mmd_tail_bound(const mlops__mmd_tail *self, double p) {
    double low = 0.0, high = 1.0;
    while (mlops__mmd_tail_p(self, high) > p && high < 1e6) high *= 2;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        if (mlops__mmd_tail_p(self, middle) > p) low = middle;
        else high = middle;
    }
    return high;
}
