/* Steps of a graph that is being compiled: inferred, then appended or run at once.
 *
 * Owns the running of steps over constants. Invariant: every step in the list has inputs that were
 * made before it, one of them no constant.
 */
#include "model/build/onnx_compile.h"

#include <string.h>

enum { ALIGN = 64, FOLD_FREE = 1 << 16, FOLD_TEXTS = 1 << 16 };
enum { FOLD_SMALL = 1 << 10, FOLD_MOST = 4 << 20, FOLD_TIMES = 16 };

static int has_lost(mlops__oc *self, const mlops__emit *step) {
    for (uint32_t i = 0; i < step->n_inputs; i++)
        if (step->inputs[i] != MLOPS__ITEM_NONE && mlops__oc_item(self, step->inputs[i])->is_lost)
            return 1;
    return 0;
}

static size_t bytes_of(const mlops__item *item) {
    int64_t count = mlops__oc_count(item);
    return count < 0 ? SIZE_MAX / 64 : (size_t)count * mlops__oc_dtype_size(item->dtype);
}

/* Constants in, and nothing that takes much more room than they do, nor all of it together more
 * than what the file gave. */
static int folds(mlops__oc *self, const mlops__emit *step, const mlops__item *outs) {
    size_t in = 0, out = 0;
    if (step->op == MLOPS__GRAPH_SCAN || step->n_inputs == 0) return 0;
    for (uint32_t i = 0; i < step->n_inputs; i++) {
        if (step->inputs[i] == MLOPS__ITEM_NONE) continue;
        const mlops__item *item = mlops__oc_item(self, step->inputs[i]);
        if (item->kind != MLOPS__GRAPH_CONSTANT) return 0;
        in += bytes_of(item);
    }
    for (uint32_t i = 0; i < step->n_outputs; i++) out += bytes_of(&outs[i]);
    size_t made = self->folded + out;
    if (out > FOLD_SMALL && made / FOLD_TIMES > self->given + FOLD_MOST / FOLD_TIMES) return 0;
    return out <= FOLD_FREE || out / 4 <= in;
}

/* Integers that do not follow the rows are a constant, whatever they were made of. */
static mlops_status settle(mlops__oc *self, const mlops__item *item, uint32_t *out, int *done) {
    *done = 0;
    if (!item->content || !item->is_exact || !mlops__oc_has_content(item)) return MLOPS_OK;
    int64_t n = mlops__oc_count(item), dims[MLOPS__ONNX_RANK_MAX];
    for (int64_t i = 0; i < n; i++)
        if (item->content[i].per_row) return MLOPS_OK;
    uint8_t *data = mlops__arena_array(self->arena, (size_t)n, 8);
    if (!data) return mlops__fail_nomem(self->err, (size_t)n * 8);
    for (int64_t i = 0; i < n; i++) {
        if (item->dtype == MLOPS__GRAPH_I64) memcpy(data + 8 * i, &item->content[i].fixed, 8);
        else memcpy(data + 4 * i, &(int32_t){(int32_t)item->content[i].fixed}, 4);
    }
    for (int32_t i = 0; i < item->rank; i++) dims[i] = item->dims[i].fixed;
    *done = 1;
    return mlops__oc_constant(self, item->dtype, item->rank, dims, data, out);
}

static mlops_status append(mlops__oc *self, const mlops__emit *step, const uint32_t *outs) {
    uint32_t n = step->n_inputs + step->n_outputs;
    mlops__emitted *made = mlops__arena_alloc(self->arena, sizeof *made);
    uint32_t *operands = mlops__arena_array(self->arena, n, sizeof *operands);
    int64_t *ints = mlops__arena_array(self->arena, step->n_ints, sizeof *ints);
    double *floats = mlops__arena_array(self->arena, step->n_floats, sizeof *floats);
    if (!made || !operands || !ints || !floats) return mlops__fail_nomem(self->err, sizeof *made);
    memcpy(operands, step->inputs, step->n_inputs * sizeof *operands);
    memcpy(operands + step->n_inputs, outs, step->n_outputs * sizeof *operands);
    memcpy(ints, step->ints, step->n_ints * sizeof *ints);
    memcpy(floats, step->floats, step->n_floats * sizeof *floats);
    *made = (mlops__emitted){.op = step->op,
                             .n_inputs = step->n_inputs,
                             .n_outputs = step->n_outputs,
                             .n_ints = step->n_ints,
                             .n_floats = step->n_floats,
                             .operands = operands,
                             .ints = ints,
                             .floats = floats};
    for (uint32_t i = 0; i < step->n_outputs; i++) mlops__oc_item(self, outs[i])->step = made;
    return mlops__oc_push(self, &self->steps, made);
}

mlops_status mlops__oc_emit(mlops__oc *self, const mlops__emit *step, uint32_t *outs) {
    mlops__item made[MLOPS__OUTPUTS_MAX];
    memset(made, 0, sizeof made);
    if (step->n_outputs > MLOPS__OUTPUTS_MAX)
        return mlops__oc_no(self, "%u outputs; %d are supported", step->n_outputs,
                            MLOPS__OUTPUTS_MAX);
    if (has_lost(self, step)) return mlops__oc_no(self, "an input could not be made");
    for (uint32_t i = 0; i < step->n_outputs; i++) {
        made[i].kind = MLOPS__GRAPH_TEMPORARY;
        made[i].is_exact = 1;
        made[i].rows = MLOPS__ROWS_NONE;
    }
    MLOPS_TRY(mlops__oc_infer(self, step, made));
    if (folds(self, step, made)) return mlops__oc_fold(self, step, made, outs);
    if (step->n_outputs == 1) {
        int done;
        MLOPS_TRY(settle(self, &made[0], outs, &done));
        if (done) return MLOPS_OK;
    }
    for (uint32_t i = 0; i < step->n_outputs; i++)
        MLOPS_TRY(mlops__oc_add(self, &made[i], &outs[i]));
    return append(self, step, outs);
}

mlops_status mlops__oc_emit1(mlops__oc *self, mlops__graph_operator op, uint32_t n,
                             const uint32_t *inputs, uint32_t n_ints, const int64_t *ints,
                             uint32_t *out) {
    mlops__emit step = {.op = op, .n_inputs = n, .n_ints = n_ints, .n_outputs = 1};
    if (n > MLOPS__STEP_MAX)
        return mlops__oc_no(self, "%u inputs; %d are supported", n, MLOPS__STEP_MAX);
    memcpy(step.inputs, inputs, n * sizeof *inputs);
    if (n_ints) memcpy(step.ints, ints, n_ints * sizeof *ints);
    return mlops__oc_emit(self, &step, out);
}

mlops_status mlops__oc_unary(mlops__oc *self, mlops__graph_unary function, uint32_t x,
                             uint32_t *out) {
    mlops__emit step = {.op = MLOPS__GRAPH_UNARY, .inputs = {x}, .n_inputs = 1, .n_outputs = 1};
    step.ints[0] = function;
    step.n_ints = 1;
    step.n_floats = 2;
    return mlops__oc_emit(self, &step, out);
}

mlops_status mlops__oc_binary(mlops__oc *self, mlops__graph_binary function, uint32_t x, uint32_t y,
                              uint32_t *out) {
    return mlops__oc_emit1(self, MLOPS__GRAPH_BINARY, 2, (uint32_t[]){x, y}, 1,
                           (int64_t[]){function}, out);
}

mlops_status mlops__oc_cast(mlops__oc *self, mlops__graph_dtype to, uint32_t x, uint32_t *out) {
    mlops__emit step = {.op = MLOPS__GRAPH_CAST, .inputs = {x}, .n_inputs = 1, .n_outputs = 1};
    *out = x;
    if (mlops__oc_item(self, x)->dtype == to) return MLOPS_OK;
    step.n_ints = 1;
    step.ints[0] = MLOPS__ROUND_NEAREST;
    step.dtype = to;
    return mlops__oc_emit(self, &step, out);
}

mlops_status mlops__oc_reshape(mlops__oc *self, uint32_t x, const int64_t *dims, size_t n,
                               uint32_t *out) {
    uint32_t shape;
    MLOPS_TRY(mlops__oc_i64s(self, dims, n, &shape));
    return mlops__oc_emit1(self, MLOPS__GRAPH_RESHAPE, 2, (uint32_t[]){x, shape}, 1, (int64_t[]){0},
                           out);
}

/* -- running over constants ----------------------------------------------------------------- */

static void put_dims(const mlops__item *item, int64_t *fixed, mlops__graph_dims *dims) {
    for (int32_t i = 0; i < item->rank; i++) {
        fixed[i] = item->dims[i].fixed;
        dims[i] =
            (mlops__graph_dims){(uint32_t)item->dims[i].fixed, (uint32_t)item->dims[i].per_row};
    }
}

static void write_step(mlops__oc *self, const mlops__emit *step, const mlops__item *shapes,
                       mlops__graph_writer *writer) {
    uint32_t inputs[MLOPS__STEP_MAX], outputs[MLOPS__OUTPUTS_MAX];
    int64_t fixed[MLOPS__ONNX_RANK_MAX];
    mlops__graph_dims dims[MLOPS__ONNX_RANK_MAX];
    for (uint32_t i = 0; i < step->n_inputs; i++) {
        inputs[i] = MLOPS__GRAPH_NONE;
        if (step->inputs[i] == MLOPS__ITEM_NONE) continue;
        const mlops__item *item = mlops__oc_item(self, step->inputs[i]);
        put_dims(item, fixed, dims);
        inputs[i] =
            mlops__graph_writer_constant(writer, item->dtype, item->rank, fixed, item->data);
    }
    for (uint32_t i = 0; i < step->n_outputs; i++) {
        put_dims(&shapes[i], fixed, dims);
        outputs[i] = mlops__graph_writer_temporary(writer, shapes[i].dtype, shapes[i].rank, dims);
    }
    mlops__graph_step put = {.op = step->op,
                             .inputs = inputs,
                             .n_inputs = step->n_inputs,
                             .outputs = outputs,
                             .n_outputs = step->n_outputs,
                             .ints = step->ints,
                             .n_ints = step->n_ints,
                             .floats = step->floats,
                             .n_floats = step->n_floats};
    mlops__graph_writer_step(writer, &put);
    for (uint32_t i = 0; i < step->n_outputs; i++)
        mlops__graph_writer_output(writer, "", outputs[i]);
}

static mlops_status keep_texts(mlops__oc *self, const mlops__graph_text *from, size_t n,
                               mlops__graph_text *to) {
    for (size_t i = 0; i < n; i++) {
        const char *copy = mlops__arena_text(self->arena, from[i].bytes, from[i].n);
        if (!copy) return mlops__fail_nomem(self->err, from[i].n);
        to[i] = (mlops__graph_text){copy, from[i].n};
    }
    return MLOPS_OK;
}

static mlops_status keep(mlops__oc *self, const mlops__graph_view *view, uint32_t *out) {
    size_t n = 1, size = mlops__oc_dtype_size(view->dtype);
    for (int32_t i = 0; i < view->rank; i++) n *= (size_t)view->dims[i];
    void *data = mlops__arena_array(self->arena, n, size);
    if (!data) return mlops__fail_nomem(self->err, n * size);
    self->folded += n * size;
    if (view->dtype == MLOPS__GRAPH_TEXT) MLOPS_TRY(keep_texts(self, view->data, n, data));
    else if (n) memcpy(data, view->data, n * size);
    return mlops__oc_constant(self, view->dtype, view->rank, view->dims, data, out);
}

static mlops_status run(mlops__oc *self, const mlops__buf *bytes, uint32_t n, uint32_t *outs) {
    mlops__graph graph;
    mlops__graph_run *running;
    MLOPS_TRY(mlops__graph_open(&graph, bytes->data, bytes->size, self->err));
    size_t size = mlops__graph_size(&graph, 1, FOLD_TEXTS);
    void *mem = size ? mlops__alloc_aligned(self->allocator, size, ALIGN) : NULL;
    if (!mem) return mlops__fail_nomem(self->err, size);
    mlops_status status = mlops__graph_init(&running, mem, size, &graph, 1, FOLD_TEXTS);
    mlops_error error = {0};
    if (status == MLOPS_OK) status = mlops__graph_run_rows(running, 1, &error);
    if (status)
        status = mlops__oc_no(self, "its constants have no result: %.*s", 120, error.message);
    for (uint32_t i = 0; status == MLOPS_OK && i < n; i++) {
        mlops__graph_view view = mlops__graph_result(running, i);
        status = keep(self, &view, &outs[i]);
    }
    mlops__free_aligned(self->allocator, mem, size, ALIGN);
    return status;
}

mlops_status mlops__oc_fold(mlops__oc *self, const mlops__emit *step, const mlops__item *shapes,
                            uint32_t *outs) {
    mlops__graph_writer writer;
    mlops__buf bytes;
    mlops__graph_writer_init(&writer, self->allocator);
    mlops__buf_init(&bytes, self->allocator);
    write_step(self, step, shapes, &writer);
    mlops_status status = mlops__graph_writer_finish(&writer, 0, &bytes, self->err);
    mlops__graph_writer_free(&writer);
    if (status == MLOPS_OK) status = run(self, &bytes, step->n_outputs, outs);
    mlops__buf_free(&bytes);
    return status;
}
