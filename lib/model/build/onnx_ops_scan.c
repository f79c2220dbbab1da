/* Lowering of Scan: a loop over an axis of some inputs, whose body is a graph of its own.
 *
 * Owns its table. Invariant: the steps of a body stand right behind the step of their loop, and a
 * body holds no loop.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

typedef struct scan {
    const mlops__onnx_graph *body;
    uint32_t n_states, n_scans, n_stacked;
    uint32_t *ins;     /* states and scans as they are given, axis 0 */
    uint32_t *inner;   /* the body's inputs */
    uint32_t *yielded; /* what the body yields */
} scan;

static mlops_status axis_at(mlops__oc *self, const char *name, uint32_t index, int32_t rank,
                            int64_t *out) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    return mlops__oc_axis(self, given && index < given->n ? given->ints[index] : 0, rank, out);
}

static int is_backward(const mlops__oc *self, const char *name, uint32_t index) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    return given && index < given->n && given->ints[index];
}

/* Moves an axis of x to another place, the others keep their order. */
static mlops_status move_axis(mlops__oc *self, uint32_t x, int64_t from, int64_t to,
                              uint32_t *out) {
    int64_t order[MLOPS__ONNX_RANK_MAX], n = mlops__oc_item(self, x)->rank;
    uint32_t in[] = {x, 0};
    *out = x;
    if (from == to) return MLOPS_OK;
    for (int64_t i = 0, other = 0; i < n; i++) {
        if (i == to) {
            order[i] = from;
            continue;
        }
        if (other == from) other++;
        order[i] = other++;
    }
    MLOPS_TRY(mlops__oc_i64s(self, order, (size_t)n, &in[1]));
    return mlops__oc_emit1(self, MLOPS__GRAPH_TRANSPOSE, 2, in, 0, NULL, out);
}

static mlops_status reverse(mlops__oc *self, uint32_t x, uint32_t *out) {
    int64_t numbers[] = {-1, INT64_MIN, 0, -1};
    uint32_t in[5] = {x};
    for (int i = 0; i < 4; i++) MLOPS_TRY(mlops__oc_i64s(self, &numbers[i], 1, &in[i + 1]));
    return mlops__oc_emit1(self, MLOPS__GRAPH_SLICE, 5, in, 0, NULL, out);
}

static mlops_status read_inputs(mlops__oc *self, scan *of) {
    for (uint32_t i = 0; i < of->n_states + of->n_scans; i++) {
        uint32_t x = mlops__oc_in(self, i), n = i - of->n_states;
        int64_t axis;
        if (x == MLOPS__ITEM_NONE) return mlops__oc_no(self, "input %u is missing", i);
        if (i >= of->n_states) {
            MLOPS_TRY(axis_at(self, "scan_input_axes", n, mlops__oc_item(self, x)->rank, &axis));
            MLOPS_TRY(move_axis(self, x, axis, 0, &x));
            if (is_backward(self, "scan_input_directions", n)) MLOPS_TRY(reverse(self, x, &x));
        }
        of->ins[i] = x;
    }
    return MLOPS_OK;
}

/* A body's input is a state, or one element of a scan; it follows no rows while it is looked at. */
static mlops_status add_inner(mlops__oc *self, scan *of) {
    for (uint32_t i = 0; i < of->n_states + of->n_scans; i++) {
        const mlops__item *given = mlops__oc_item(self, of->ins[i]);
        mlops__item item = {.dtype = given->dtype, .kind = MLOPS__GRAPH_TEMPORARY};
        int cut = i >= of->n_states;
        item.is_exact = given->is_exact;
        item.rank = given->rank - cut;
        item.rows = given->rows >= 0 && cut && given->rows == 0 ? MLOPS__ROWS_NONE : given->rows;
        memcpy(item.dims, given->dims + cut, (size_t)item.rank * sizeof *item.dims);
        MLOPS_TRY(mlops__oc_add(self, &item, &of->inner[i]));
        MLOPS_TRY(mlops__oc_scope_add(self, of->body->inputs[i].name, of->inner[i],
                                      of->body->inputs[i].offset));
    }
    return MLOPS_OK;
}

static mlops_status add_tensors(mlops__oc *self, const mlops__onnx_graph *graph) {
    for (size_t i = 0; i < graph->n_tensors; i++) {
        uint32_t item;
        MLOPS_TRY(mlops__oc_tensor(self, &graph->tensors[i], &item));
        MLOPS_TRY(
            mlops__oc_scope_add(self, graph->tensors[i].name, item, graph->tensors[i].offset));
    }
    return MLOPS_OK;
}

static mlops_status lower_body(mlops__oc *self, scan *of) {
    mlops__scope scope = {self->scope, NULL, 0, 0};
    uint32_t lost = self->n_lost;
    self->scope = &scope;
    self->in_body = 1;
    mlops_status status = add_inner(self, of);
    if (status == MLOPS_OK) status = add_tensors(self, of->body);
    if (status == MLOPS_OK) status = mlops__oc_nodes(self, of->body);
    for (uint32_t i = 0; status == MLOPS_OK && i < of->body->n_outputs; i++) {
        of->yielded[i] = mlops__oc_scope_find(self, of->body->outputs[i].name);
        if (of->yielded[i] == MLOPS__ITEM_NONE)
            status = mlops__oc_no(self, "its body does not give \"%.*s\"", 100,
                                  of->body->outputs[i].name);
    }
    self->scope = scope.outer;
    self->in_body = 0;
    if (status == MLOPS_OK && self->n_lost > lost)
        return mlops__oc_no(self, "its body cannot be loaded");
    return status;
}

/* What the body yields must be its own: an input or a constant goes through a step. */
static mlops_status own_yielded(mlops__oc *self, scan *of) {
    for (uint32_t i = 0; i < of->body->n_outputs; i++) {
        mlops__emit step = {.op = MLOPS__GRAPH_IDENTITY, .n_inputs = 1, .n_outputs = 1};
        step.inputs[0] = of->yielded[i];
        if (mlops__oc_item(self, of->yielded[i])->kind == MLOPS__GRAPH_CONSTANT)
            return mlops__oc_no(self, "output %u of its body is a constant", i);
        MLOPS_TRY(mlops__oc_emit(self, &step, &of->yielded[i]));
    }
    return MLOPS_OK;
}

/* A state that only passes through leaves every index to itself. */
static int passes(const scan *of) {
    for (uint32_t i = 0; i < of->n_states; i++)
        if (of->yielded[i] != of->inner[i]) return 0;
    return 1;
}

static mlops_status add_results(mlops__oc *self, scan *of, int rows, uint32_t *outs) {
    mlops__extent length = mlops__oc_item(self, of->ins[of->n_states])->dims[0];
    for (uint32_t i = 0; i < of->n_states + of->n_stacked; i++) {
        const mlops__item *inner = mlops__oc_item(self, of->yielded[i]);
        mlops__item item = {.dtype = inner->dtype, .kind = MLOPS__GRAPH_TEMPORARY};
        int stacked = i >= of->n_states;
        item.rank = inner->rank + stacked;
        item.is_exact = inner->is_exact;
        if (item.rank > MLOPS__ONNX_RANK_MAX) return mlops__oc_no(self, "%d dimensions", item.rank);
        memcpy(item.dims + stacked, inner->dims, (size_t)inner->rank * sizeof *item.dims);
        if (stacked) item.dims[0] = length;
        item.rows = stacked ? rows : MLOPS__ROWS_MIXED;
        if (!stacked && rows != MLOPS__ROWS_MIXED)
            item.rows = mlops__oc_item(self, of->ins[i])->rows;
        MLOPS_TRY(mlops__oc_add(self, &item, &outs[i]));
    }
    return MLOPS_OK;
}

/* Rows of stacked results: the axis of the loop, if each index has a row of its own. */
static int rows_of(mlops__oc *self, const scan *of, int passing) {
    int rows = MLOPS__ROWS_NONE;
    for (uint32_t i = 0; i < of->n_states + of->n_scans; i++) {
        int given = mlops__oc_item(self, of->ins[i])->rows;
        if (given == MLOPS__ROWS_NONE) continue;
        if (i < of->n_states || given != 0 || !passing) return MLOPS__ROWS_MIXED;
        rows = 0;
    }
    for (uint32_t i = 0; rows == 0 && i < of->body->n_outputs; i++)
        if (mlops__oc_item(self, of->yielded[i])->rows != MLOPS__ROWS_NONE)
            return MLOPS__ROWS_MIXED;
    return rows;
}

static mlops_status put_results(mlops__oc *self, const scan *of, const uint32_t *outs) {
    for (uint32_t i = 0; i < of->n_states + of->n_stacked; i++) {
        uint32_t out = outs[i], n = i - of->n_states;
        int64_t axis;
        if (i >= of->n_states) {
            if (is_backward(self, "scan_output_directions", n)) MLOPS_TRY(reverse(self, out, &out));
            MLOPS_TRY(axis_at(self, "scan_output_axes", n, mlops__oc_item(self, out)->rank, &axis));
            MLOPS_TRY(move_axis(self, out, 0, axis, &out));
        }
        MLOPS_TRY(mlops__oc_out(self, i, out));
    }
    return MLOPS_OK;
}

static mlops_status join(mlops__oc *self, const scan *of, uint32_t place, const uint32_t *outs) {
    mlops__emitted *step = self->steps.items[place];
    uint32_t given = of->n_states + of->n_scans, n = 0;
    step->op = MLOPS__GRAPH_SCAN;
    step->n_inputs = 2 * given + of->n_states + of->n_stacked;
    step->n_outputs = of->n_states + of->n_stacked;
    step->n_ints = 4;
    step->ints = mlops__arena_array(self->arena, 4, sizeof *step->ints);
    step->operands = mlops__arena_array(self->arena, step->n_inputs + step->n_outputs, 4);
    if (!step->ints || !step->operands) return mlops__fail_nomem(self->err, step->n_inputs * 4);
    for (uint32_t i = 0; i < given; i++) step->operands[n++] = of->ins[i];
    for (uint32_t i = 0; i < given; i++) step->operands[n++] = of->inner[i];
    for (uint32_t i = 0; i < step->n_outputs; i++) step->operands[n++] = of->yielded[i];
    for (uint32_t i = 0; i < step->n_outputs; i++) step->operands[n++] = outs[i];
    step->ints[0] = of->n_states;
    step->ints[1] = of->n_scans;
    step->ints[2] = of->n_stacked;
    step->ints[3] = self->steps.n - place - 1;
    return MLOPS_OK;
}

static mlops_status check(mlops__oc *self, scan *of) {
    const mlops__onnx_attribute *body = mlops__oc_attribute(self, "body");
    int64_t scans = mlops__oc_int(self, "num_scan_inputs", 0);
    if (!body || scans < 1 || scans > (int64_t)self->node->n_inputs)
        return mlops__oc_no(self, "its body or its scanned inputs are missing");
    if (self->in_body) return mlops__oc_no(self, "it stands in the body of another");
    of->body = body->graph;
    of->n_scans = (uint32_t)scans;
    of->n_states = self->node->n_inputs - of->n_scans;
    if (of->body->n_inputs != of->n_states + of->n_scans || of->body->n_outputs < of->n_states)
        return mlops__oc_no(self, "its body has %zu inputs and %zu outputs", of->body->n_inputs,
                            of->body->n_outputs);
    of->n_stacked = (uint32_t)of->body->n_outputs - of->n_states;
    size_t n = of->body->n_inputs + of->body->n_outputs;
    of->ins = mlops__arena_array(self->arena, 3 * n, sizeof *of->ins);
    if (!of->ins) return mlops__fail_nomem(self->err, 12 * n);
    of->inner = of->ins + n;
    of->yielded = of->inner + n;
    return MLOPS_OK;
}

static mlops_status lower_scan(mlops__oc *self) {
    scan of = {0};
    MLOPS_TRY(check(self, &of));
    uint32_t *outs = mlops__arena_array(self->arena, of.body->n_outputs, sizeof *outs);
    mlops__emitted *step = mlops__arena_alloc(self->arena, sizeof *step);
    if (!outs || !step) return mlops__fail_nomem(self->err, sizeof *step);
    MLOPS_TRY(read_inputs(self, &of));
    uint32_t place = self->steps.n;
    MLOPS_TRY(mlops__oc_push(self, &self->steps, step));
    mlops_status status = lower_body(self, &of);
    int passing = status == MLOPS_OK && passes(&of);
    if (status == MLOPS_OK) status = own_yielded(self, &of);
    if (status == MLOPS_OK) status = add_results(self, &of, rows_of(self, &of, passing), outs);
    if (status == MLOPS_OK) status = join(self, &of, place, outs);
    if (status) self->steps.n = place; /* what was begun is not written */
    MLOPS_TRY(status);
    return put_results(self, &of, outs);
}

const mlops__onnx_operator mlops__onnx_ops_control[] = {
    {"", "Scan", 9, 99, 1, 250, 32,
     "body:g num_scan_inputs:i scan_input_axes:I scan_input_directions:I scan_output_axes:I "
     "scan_output_directions:I",
     lower_scan, 0},
    {0}};
