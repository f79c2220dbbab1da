/* Walking several tensors together, some of them spread or permuted.
 *
 * Owns nothing. Invariant: a walk visits each element of its dims once, in row-major order, a run
 * of the last axis at a time; at[] and the strides of that axis stay inside what the dims and
 * strides span. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

mlops_status mlops__step_broadcast(const mlops__step *step, uint32_t first, uint32_t n,
                                   mlops__graph_walk *walk, int32_t *rank, int64_t *dims) {
    *rank = 0;
    for (uint32_t k = 0; k < n; k++) {
        const mlops__graph_view *view = mlops__step_in(step, first + k);
        if (view->rank > *rank) *rank = view->rank;
    }
    for (int32_t i = 0; i < *rank; i++) dims[i] = 1;
    for (uint32_t k = 0; k < n; k++) {
        const mlops__graph_view *view = mlops__step_in(step, first + k);
        int64_t *last = dims + (*rank - view->rank);
        for (int32_t i = 0; i < view->rank; i++) {
            if (view->dims[i] == 1) continue;
            if (last[i] != 1 && last[i] != view->dims[i])
                return mlops__step_fail(step, "dims do not fit each other");
            last[i] = view->dims[i];
        }
    }
    walk->rank = *rank;
    for (uint32_t k = 0; k < n; k++) {
        const mlops__graph_view *view = mlops__step_in(step, first + k);
        int64_t stride = 1;
        for (int32_t i = *rank - 1, j = view->rank - 1; i >= 0; i--, j--) {
            int is_spread = j < 0 || view->dims[j] == 1;
            walk->strides[k][i] = is_spread ? 0 : stride;
            if (j >= 0) stride *= view->dims[j];
        }
    }
    for (int32_t i = 0; i < *rank; i++) walk->dims[i] = dims[i];
    return MLOPS_OK;
}

/* True if all tensors step over axis i as they would if it went on within axis i - 1. */
static int joins(const mlops__graph_walk *walk, uint32_t n, int32_t i, int32_t last) {
    for (uint32_t k = 0; k < n; k++)
        if (walk->strides[k][last] != walk->strides[k][i] * walk->dims[i]) return 0;
    return 1;
}

int mlops__graph_walk_start(mlops__graph_walk *walk, uint32_t n) {
    int32_t rank = 0;
    for (int32_t i = 0; i < walk->rank; i++) {
        if (walk->dims[i] == 0) return 0;
        if (walk->dims[i] == 1) continue;
        int is_joined = rank > 0 && joins(walk, n, i, rank - 1);
        int32_t to = is_joined ? rank - 1 : rank++;
        walk->dims[to] = is_joined ? walk->dims[to] * walk->dims[i] : walk->dims[i];
        for (uint32_t k = 0; k < n; k++) walk->strides[k][to] = walk->strides[k][i];
    }
    if (rank == 0) {
        walk->dims[rank] = 1;
        for (uint32_t k = 0; k < n; k++) walk->strides[k][rank] = 0;
        rank++;
    }
    walk->rank = rank;
    for (int32_t i = 0; i < rank; i++) walk->index[i] = 0;
    for (uint32_t k = 0; k < n; k++) walk->at[k] = 0;
    return 1;
}

int mlops__graph_walk_next(mlops__graph_walk *walk, uint32_t n) {
    for (int32_t i = walk->rank - 2; i >= 0; i--) {
        for (uint32_t k = 0; k < n; k++) walk->at[k] += walk->strides[k][i];
        if (++walk->index[i] < walk->dims[i]) return 1;
        for (uint32_t k = 0; k < n; k++) walk->at[k] -= walk->strides[k][i] * walk->dims[i];
        walk->index[i] = 0;
    }
    return 0;
}

static void copy_run(uint8_t *to, const uint8_t *from, int64_t n, int64_t stride, size_t size) {
    int64_t step = stride * (int64_t)size;
    if (stride == 1) {
        memcpy(to, from, (size_t)n * size);
        return;
    }
    for (int64_t i = 0; i < n; i++, to += size, from += step) {
        if (size == 4) memcpy(to, from, 4);
        else if (size == 8) memcpy(to, from, 8);
        else memcpy(to, from, size);
    }
}

void mlops__graph_walk_copy(mlops__graph_walk *walk, void *to, const void *from, size_t size) {
    uint8_t *out = to;
    if (!mlops__graph_walk_start(walk, 1)) return;
    do {
        int64_t n = walk->dims[walk->rank - 1];
        const uint8_t *in = (const uint8_t *)from + walk->at[0] * (int64_t)size;
        copy_run(out, in, n, walk->strides[0][walk->rank - 1], size);
        out += (size_t)n * size;
    } while (mlops__graph_walk_next(walk, 1));
}
