/* Durations of predictions, as a histogram whose bounds never change.
 *
 * Owns the ladder: R10 steps (ten a decade, near enough to equal ratios) from 100 ns to 10 s, which
 * hold 1, 2 and 5 of each decade. Invariant: bounds belong to their bins, so that cumulative counts
 * are those of Prometheus' le.
 */
#include "monitor/monitor_inside.h"

enum { DECADES = 8, STEPS = 10, N_EDGES = DECADES * STEPS + 1 };

static const double LADDER[STEPS] = {1.0, 1.25, 1.6, 2.0, 2.5, 3.2, 4.0, 5.0, 6.3, 8.0};

static double edge_ns(int64_t index) {
    double decade = 100.0;
    for (int64_t i = 0; i < index / STEPS; i++) decade *= 10.0;
    return LADDER[index % STEPS] * decade;
}

mlops_status mlops__latency_init(mlops__latency *self, mlops__arena *arena, size_t *size_max) {
    double edges[N_EDGES];
    for (int64_t i = 0; i < N_EDGES; i++) edges[i] = edge_ns(i);
    mlops_profile_opts opts = MLOPS_PROFILE_OPTS_INIT;
    opts.edges = edges;
    opts.n_edges = N_EDGES;
    opts.flags = MLOPS_PROFILE_SET_SCALE; /* whole nanoseconds */
    size_t size = mlops_profile_size(&opts);
    void *mem = mlops__arena_alloc(arena, size);
    if (size > *size_max) *size_max = size;
    self->sum_ns = 0;
    return mem ? mlops_profile_init(&self->profile, mem, size, &opts) : MLOPS_E_NOMEM;
}

mlops_status mlops__latency_add(mlops__latency *self, int64_t duration_ns) {
    if (duration_ns < 0) return MLOPS_E_INVALID;
    double value = (double)duration_ns;
    MLOPS_TRY(mlops_profile_add(self->profile, &value, 1));
    uint64_t duration = (uint64_t)duration_ns;
    self->sum_ns = duration > UINT64_MAX - self->sum_ns ? UINT64_MAX : self->sum_ns + duration;
    return MLOPS_OK;
}

int64_t mlops__latency_step(const mlops__latency *self, int64_t step, double *bound_ns) {
    static const int64_t within[3] = {0, 3, 7}; /* 1, 2 and 5 on the ladder */
    int64_t last = step / 3 * STEPS + within[step % 3];
    int64_t count = 0;
    for (int64_t i = 0; i <= last; i++) count += mlops_profile_bin(self->profile, i);
    *bound_ns = edge_ns(last);
    return count;
}
