/* Counting n-grams, with elements between theirs left out, and weighing them.
 *
 * Owns nothing. Invariant: grams of one length are searched by halves; gaps end where the shortest
 * gram would leave the row. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

/* Grams of one length: where they begin in the pool, and among the grams. */
typedef struct grams {
    const mlops__graph_view *pool;
    int64_t length;
    int64_t first;  /* element */
    int64_t number; /* of the first */
    int64_t n;
} grams;

/* -1, 0, 1: gram i against the elements from at, each gap on. */
static int compare(const grams *g, int64_t i, const mlops__graph_view *x, int64_t at, int64_t gap) {
    int sign = 0;
    for (int64_t k = 0; k < g->length && sign == 0; k++)
        sign = mlops__compare(g->pool, g->first + i * g->length + k, x, at + k * gap);
    return sign;
}

/* The number of the gram that stands there, or -1. */
static int64_t find(const grams *g, const mlops__graph_view *x, int64_t at, int64_t gap) {
    int64_t low = 0, high = g->n;
    while (low < high) {
        int64_t middle = low + (high - low) / 2;
        if (compare(g, middle, x, at, gap) < 0) low = middle + 1;
        else high = middle;
    }
    return low < g->n && compare(g, low, x, at, gap) == 0 ? g->number + low : -1;
}

/* Grams of all lengths up to n stand inside the pool and have indexes. */
static int grams_of(grams *g, const mlops__graph_view *pool, const mlops__graph_view *counts,
                    int64_t length, int64_t n_indexes) {
    const int64_t *starts = counts->data;
    *g = (grams){.pool = pool};
    for (int64_t l = 1; l <= length; l++) {
        int64_t end = starts[l], start = starts[l - 1];
        g->number += g->n;
        if (start < 0 || end < start || end > mlops__view_count(pool)) return 0;
        g->length = l, g->first = start, g->n = (end - start) / l;
        if (g->n > n_indexes - g->number) return 0;
    }
    return 1;
}

/* Adds up one row: those of a length, at every gap that it is asked for. */
static mlops_status count_row(const mlops__step *step, const grams *g, int64_t from, int64_t n,
                              const int64_t *indexes, float *to) {
    const mlops__graph_view *x = mlops__step_in(step, 0);
    int64_t skips = mlops__step_int(step, 2), width = mlops__step_int(step, 4);
    int64_t gaps = g->length == 1 ? 0 : skips < n ? skips : n;
    if (g->n == 0) return MLOPS_OK;
    for (int64_t gap = 1; gap <= gaps + 1; gap++) {
        int64_t reach = (g->length - 1) * gap;
        for (int64_t at = 0; at + reach < n; at++) {
            int64_t number = find(g, x, from + at, gap);
            if (number < 0) continue;
            if (indexes[number] < 0 || indexes[number] >= width)
                return mlops__step_fail(step, "an index is outside");
            to[indexes[number]] += 1.0f;
        }
    }
    return MLOPS_OK;
}

static void weigh(const mlops__graph_view *weights, const mlops__graph_view *indexes, int64_t mode,
                  float *to, int64_t width) {
    int64_t n = mlops__view_count(indexes);
    for (int64_t i = 0; mode == 1 && i < width; i++) to[i] = to[i] > 0.0f ? 1.0f : 0.0f;
    for (int64_t i = 0; weights && mode && i < n; i++) {
        int64_t index = ((const int64_t *)indexes->data)[i];
        if (index >= 0 && index < width) to[index] *= ((const float *)weights->data)[i];
    }
}

mlops_status mlops__op_tfidf(const mlops__step *step) {
    const mlops__graph_view *x = mlops__step_in(step, 0), *pool = mlops__step_in(step, 1);
    const mlops__graph_view *counts = mlops__step_in(step, 2), *indexes = mlops__step_in(step, 3);
    const mlops__graph_view *weights = mlops__step_in(step, 4);
    int64_t shortest = mlops__step_int(step, 0), longest = mlops__step_int(step, 1);
    int64_t width = mlops__step_int(step, 4);
    float *to;
    if (!mlops__step_same(step, 2, MLOPS__INTS | 1 << MLOPS__GRAPH_TEXT) || x->rank < 1 ||
        x->rank > 2 || counts->dtype != MLOPS__GRAPH_I64 || indexes->dtype != MLOPS__GRAPH_I64 ||
        (weights && (weights->dtype != MLOPS__GRAPH_F32 ||
                     mlops__view_count(weights) != mlops__view_count(indexes))) ||
        shortest < 1 || longest >= mlops__view_count(counts) || mlops__step_int(step, 2) < 0 ||
        mlops__step_int(step, 2) > MLOPS__GRAPH_SKIPS_MAX)
        return mlops__step_fail(step, "grams, indexes and weights do not fit");
    int64_t n = x->dims[x->rank - 1], dims[] = {x->dims[0], width};
    MLOPS_TRY(
        mlops__step_out(step, 0, MLOPS__GRAPH_F32, x->rank, x->rank == 1 ? &width : dims, &to));
    int64_t rows = x->rank == 1 ? 1 : x->dims[0];
    for (int64_t row = 0; row < rows; row++, to += width) {
        for (int64_t i = 0; i < width; i++) to[i] = 0.0f;
        for (int64_t length = shortest; length <= longest; length++) {
            grams g;
            if (!grams_of(&g, pool, counts, length, mlops__view_count(indexes)))
                return mlops__step_fail(step, "grams are not inside the pool");
            MLOPS_TRY(count_row(step, &g, row * n, n, indexes->data, to));
        }
        weigh(weights, indexes, mlops__step_int(step, 3), to, width);
    }
    return MLOPS_OK;
}
