/* Exact p-values of ranks in small samples, by counting all orders of the merged values.
 *
 * Owns the counts of Mann and Whitney's and of Cramer and von Mises' statistic where no two values
 * are equal. Invariant: counts are whole numbers while they are below 2^53, and what is asked for
 * is always the smaller tail.
 */
#include "stats/stats.h"

#include <string.h>

enum { ROOM_MAX = 1 << 22, WORK_MAX = 1 << 29 };

/* Coefficients of the Gaussian binomial (n + m over n), each of which is the number of orders with
 * a U, up to that of k; at most half of all. They are symmetric, and the upper half, where the
 * divisions would cancel, is copied from the lower one. */
static void count_orders(double *counts, int64_t k, int64_t n, int64_t m) {
    memset(counts, 0, (size_t)(k + 1) * sizeof *counts);
    counts[0] = 1;
    for (int64_t i = 1; i <= n; i++) {
        int64_t whole = m * i, half = whole / 2 < k ? whole / 2 : k;
        for (int64_t u = half; u >= m + i; u--) counts[u] -= counts[u - m - i];
        for (int64_t u = i; u <= half; u++) counts[u] += counts[u - i];
        for (int64_t u = half + 1; u <= k && u <= whole; u++) counts[u] = counts[whole - u];
    }
}

mlops_status mlops__mann_whitney_exact(double *p, const mlops_allocator *allocator, int64_t n,
                                       int64_t m, int64_t u) {
    *p = -1;
    if (n > m) {
        int64_t swap = n;
        n = m;
        m = swap;
    }
    int64_t all = m > ROOM_MAX ? INT64_MAX : n * m; /* of the two tails one is 1 less the other */
    if (all > 2 * (int64_t)ROOM_MAX) return MLOPS_OK;
    int64_t rest = all - u, k = rest < u ? rest : u - 1; /* P(U >= u) is P(U <= rest) */
    if (n * (k + 1) > WORK_MAX || mlops__log_choose((double)(n + m), (double)n) > 700)
        return MLOPS_OK;
    if (k < 0) {
        *p = 1;
        return MLOPS_OK;
    }
    double *counts = mlops__alloc_array(allocator, (size_t)(k + 1), sizeof *counts);
    if (!counts) return MLOPS_E_NOMEM;
    double total = 1, sum = 0;
    count_orders(counts, k, n, m);
    for (int64_t i = 1; i <= n; i++) total *= (double)(m + i) / (double)i;
    for (int64_t i = 0; i <= k; i++) sum += counts[i];
    mlops__free(allocator, counts, (size_t)(k + 1) * sizeof *counts);
    *p = k == rest ? sum / total : 1 - sum / total;
    return MLOPS_OK;
}

/* Numbers of paths to a cell by the value that they have there; the last is of all beyond. Values
 * of one cell are alike modulo step, and stand here over it. */
static void shift(double *counts, int64_t last, int64_t by) {
    if (by <= 0) return;
    if (by > last) by = last;
    for (int64_t i = last - by; i < last; i++) counts[last] += counts[i];
    memmove(counts + by, counts, (size_t)(last - by) * sizeof *counts);
    memset(counts, 0, (size_t)by * sizeof *counts);
}

static void add_shifted(double *counts, const double *from, int64_t last, int64_t by) {
    for (int64_t i = 0; i <= last; i++) counts[i + by < last ? i + by : last] += from[i];
}

/* Along a path the value grows by the square of each cell's distance from the diagonal. rests has
 * room for m + 1. Returns the share of paths that end beyond. */
static double share_beyond(double *counts, int64_t *rests, int64_t last, int64_t step, int64_t n,
                           int64_t m, int64_t along_n, int64_t along_m) {
    int64_t width = last + 1;
    memset(counts, 0, (size_t)((m + 1) * width) * sizeof *counts);
    counts[0] = 1;
    rests[0] = 0;
    for (int64_t i = 0; i <= n; i++) {
        for (int64_t j = 0; j <= m; j++) {
            int64_t apart = along_n * i - along_m * j, square = apart * apart;
            double *cell = counts + j * width;
            if (i > 0) shift(cell, last, (rests[j] + square) / step);
            if (j > 0) add_shifted(cell, cell - width, last, (rests[j - 1] + square) / step);
            rests[j] = ((i > 0 ? rests[j] : j > 0 ? rests[j - 1] : 0) + square) % step;
        }
    }
    double sum = 0;
    for (int64_t i = 0; i < width; i++) sum += counts[m * width + i];
    return counts[m * width + last] / sum;
}

mlops_status mlops__cramer_exact(double *p, const mlops_allocator *allocator, int64_t n, int64_t m,
                                 double excess) {
    int64_t divisor = mlops__common(n, m), along_n = m / divisor, along_m = n / divisor, value = 0;
    *p = -1;
    if (n > 1000 || m > 1000 || mlops__log_choose((double)(n + m), (double)n) > 700)
        return MLOPS_OK;
    double bound = (double)(n + m) * excess / 6 / (double)(divisor * divisor);
    /* Turning a corner of a path over changes the value by a multiple of this. */
    int64_t step = (along_n + along_m) * (along_n % 2 && along_m % 2 ? 2 : 1);
    for (int64_t i = 0; i <= n; i++) value += along_n * i * (along_n * i);
    for (int64_t j = 1; j <= m; j++)
        value += (along_n * n - along_m * j) * (along_n * n - along_m * j);
    int64_t last = ((int64_t)bound - value % step + step - 1) / step;
    if (last > ROOM_MAX / (m + 1) || last > WORK_MAX / (n * m)) return MLOPS_OK;
    *p = 1;
    if (last <= 0) return MLOPS_OK;
    size_t room = (size_t)((m + 1) * (last + 1) + m + 1) * sizeof(double);
    double *counts = mlops__alloc(allocator, room);
    if (!counts) return MLOPS_E_NOMEM;
    int64_t *rests = (int64_t *)(void *)(counts + (m + 1) * (last + 1));
    *p = share_beyond(counts, rests, last, step, n, m, along_n, along_m);
    mlops__free(allocator, counts, room);
    return MLOPS_OK;
}
