/* A body of steps, run for each index of the axis that its inputs are scanned along.
 *
 * Owns nothing. Invariant: as long as the body runs, what is scanned and what is stacked must hold
 * its slot; a body has no body inside, so that this ends. Freestanding: part of the firmware build.
 */
#include "model/run/graph_step.h"

enum { RANK_MAX = MLOPS__GRAPH_RANK_MAX };

/* Where operands of each kind begin. */
typedef struct scan {
    uint32_t states, scans, stacked;
    uint32_t to_states, to_scans, from_states, from_scans; /* of the body */
    int64_t n;
} scan;

static mlops_status gone(const mlops__step *step) {
    return mlops__step_fail_code(step, MLOPS_E_CORRUPT, "a value of the scan is not there");
}

/* A value that holds its slot, or needs none; NULL if another does. */
static const mlops__graph_view *held(const mlops__step *step, uint32_t operand) {
    uint32_t value = mlops__step_operand(step, operand);
    mlops__graph_value v = mlops__graph_value_at(step->run->graph, value);
    if (v.kind == MLOPS__GRAPH_TEMPORARY && step->run->holders[v.place] != value) return NULL;
    return &step->run->views[value];
}

/* Copies a value, or row i of it, to another one. */
static mlops_status copy(const mlops__step *step, uint32_t from, uint32_t to, int64_t row) {
    const mlops__graph_view *x = held(step, from);
    if (!x) return gone(step);
    int32_t skip = row >= 0;
    if (x->rank < skip) return mlops__step_fail(step, "there is no axis to scan");
    int64_t n = mlops__view_span(x, skip, x->rank);
    size_t size = (size_t)n * mlops__dtype_size(x->dtype);
    const uint8_t *data = (const uint8_t *)x->data + (row > 0 ? (size_t)row * size : 0);
    void *out;
    MLOPS_TRY(mlops__step_write(step, mlops__step_operand(step, to), x->dtype, x->rank - skip,
                                x->dims + skip, &out));
    if (size) memmove(out, data, size);
    return MLOPS_OK;
}

/* Row i of what is stacked; all of them are made room for at the first. */
static mlops_status stack(const mlops__step *step, const scan *s, uint32_t k, int64_t i) {
    uint32_t output = step->n_inputs + s->states + k;
    const mlops__graph_view *row = held(step, s->from_scans + k), *all;
    int64_t dims[RANK_MAX + 1];
    void *to;
    if (!row) return gone(step);
    dims[0] = s->n;
    memcpy(dims + 1, row->dims, sizeof row->dims);
    if (i == 0)
        MLOPS_TRY(mlops__step_write(step, mlops__step_operand(step, output), row->dtype,
                                    row->rank + 1, dims, &to));
    all = held(step, output);
    if (!all || !held(step, s->from_scans + k)) return gone(step);
    if (all->rank != row->rank + 1 || memcmp(all->dims + 1, row->dims, (size_t)row->rank * 8) != 0)
        return mlops__step_fail(step, "what is stacked changes its dims");
    size_t size = (size_t)mlops__view_count(row) * mlops__dtype_size(row->dtype);
    uint8_t *place =
        step->run->slots[mlops__graph_value_at(step->run->graph, mlops__step_operand(step, output))
                             .place];
    if (size) memcpy(place + (size_t)i * size, row->data, size);
    return MLOPS_OK;
}

/* What nothing was stacked in: its dims are those of the value without rows. */
static mlops_status stack_nothing(const mlops__step *step, uint32_t output) {
    uint32_t value = mlops__step_operand(step, output);
    const mlops__graph *graph = step->run->graph;
    mlops__graph_value v = mlops__graph_value_at(graph, value);
    int64_t dims[RANK_MAX] = {0};
    void *to;
    for (int32_t i = 1; i < v.rank; i++) dims[i] = mlops__graph_dim(graph, value, i, 0);
    return mlops__step_write(step, value, v.dtype, v.rank, dims, &to);
}

static mlops_status run_once(const mlops__step *step, const scan *s, int64_t i) {
    uint32_t body = step->index + 1, end = body + (uint32_t)mlops__step_int(step, 3);
    for (uint32_t k = 0; k < s->states; k++)
        MLOPS_TRY(copy(step, i ? s->from_states + k : k, s->to_states + k, -1));
    for (uint32_t k = 0; k < s->scans; k++)
        MLOPS_TRY(copy(step, s->states + k, s->to_scans + k, i));
    MLOPS_TRY(mlops__steps_run(step->run, body, end, step->err));
    for (uint32_t k = 0; k < s->stacked; k++) MLOPS_TRY(stack(step, s, k, i));
    return MLOPS_OK;
}

mlops_status mlops__op_scan(const mlops__step *step) {
    scan s = {.states = (uint32_t)mlops__step_int(step, 0),
              .scans = (uint32_t)mlops__step_int(step, 1),
              .stacked = (uint32_t)mlops__step_int(step, 2),
              .n = -1};
    s.to_states = s.states + s.scans;
    s.to_scans = s.to_states + s.states;
    s.from_states = s.to_scans + s.scans;
    s.from_scans = s.from_states + s.states;
    for (uint32_t k = 0; k < s.scans; k++) {
        const mlops__graph_view *x = held(step, s.states + k);
        if (!x) return gone(step);
        if (x->rank == 0 || (s.n >= 0 && x->dims[0] != s.n))
            return mlops__step_fail(step, "scans are not of one length");
        s.n = x->dims[0];
    }
    for (int64_t i = 0; i < s.n; i++) MLOPS_TRY(run_once(step, &s, i));
    for (uint32_t k = 0; k < s.states; k++)
        MLOPS_TRY(copy(step, s.n ? s.from_states + k : k, step->n_inputs + k, -1));
    for (uint32_t k = 0; s.n == 0 && k < s.stacked; k++)
        MLOPS_TRY(stack_nothing(step, step->n_inputs + s.states + k));
    return MLOPS_OK;
}
