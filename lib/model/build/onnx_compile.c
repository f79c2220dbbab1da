/* An ONNX model becomes a graph plan.
 *
 * Owns the order of compiling. Invariant: what is written is what the outputs need, and equal files
 * give equal bytes.
 */
#include "model/build/onnx_compile.h"
#include "model/run/graph_row.h"

#include <string.h>

/* What goes into the graph that is written: items and names. */
typedef struct entries {
    mlops__oc_list items; /* uint32_t */
    mlops__oc_list names; /* const char */
} entries;

static mlops_status add_entry(mlops__oc *self, entries *to, uint32_t item, const char *name) {
    uint32_t *kept = mlops__arena_alloc(self->arena, sizeof *kept);
    if (!kept) return mlops__fail_nomem(self->err, sizeof *kept);
    *kept = item;
    MLOPS_TRY(mlops__oc_push(self, &to->items, kept));
    return mlops__oc_push(self, &to->names, (void *)(uintptr_t)name);
}

static mlops_status refuse_input(mlops__oc *self, const mlops__onnx_value *value, const char *why) {
    (void)mlops__oc_no(self, "%s", why);
    return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, value->offset, "input \"%.*s\": %s",
                          100, value->name, why);
}

/* The first dimension is the rows if the file gives no number for it. */
static mlops_status shape_input(mlops__oc *self, const mlops__onnx_value *value, mlops__item *out) {
    out->rank = (int32_t)value->rank;
    out->rows = MLOPS__ROWS_COUNT;
    for (uint32_t i = 0; i < value->rank; i++) {
        const mlops__onnx_dim *dim = &value->dims[i];
        int same = dim->symbol && self->symbol && strcmp(dim->symbol, self->symbol) == 0;
        if (dim->value >= 0) {
            if (dim->value > INT32_MAX)
                return refuse_input(self, value, "a dimension is larger than 2^31");
            out->dims[i].fixed = dim->value;
        } else if (i == 0 || same) {
            if (i == 0 && !self->symbol) self->symbol = dim->symbol;
            out->rows = i == 0 ? 0 : MLOPS__ROWS_MIXED;
            out->dims[i].per_row = 1;
            self->has_rows = 1;
        } else {
            return refuse_input(self, value,
                                "only its first dimension may be left open; save the model with "
                                "the others fixed");
        }
    }
    return MLOPS_OK;
}

static mlops_status add_tensor_input(mlops__oc *self, const mlops__onnx_value *value, entries *to) {
    uint32_t number;
    mlops__item item = {.kind = MLOPS__GRAPH_INPUT, .is_exact = 1};
    char why[100];
    if (value->is_other || !value->type)
        return refuse_input(self, value, "it is no tensor whose type is given");
    item.dtype = mlops__oc_dtype(value->type);
    mlops__format(why, sizeof why, "its type %s is not supported",
                  mlops__onnx_type_name(value->type));
    if (!item.dtype) return refuse_input(self, value, why);
    if (!value->has_shape) return refuse_input(self, value, "it has no shape");
    MLOPS_TRY(shape_input(self, value, &item));
    MLOPS_TRY(mlops__oc_add(self, &item, &number));
    MLOPS_TRY(mlops__oc_scope_add(self, value->name, number, value->offset));
    return add_entry(self, to, number, value->name);
}

static mlops_status add_tensors(mlops__oc *self, const mlops__onnx_graph *graph) {
    for (size_t i = 0; i < graph->n_tensors; i++) {
        const mlops__onnx_tensor *tensor = &graph->tensors[i];
        uint32_t item;
        mlops_status status = mlops__oc_tensor(self, tensor, &item);
        if (status == MLOPS_E_UNSUPPORTED) {
            MLOPS_TRY(mlops__oc_tell(self, "initializer", tensor->name));
            status = mlops__oc_add_lost(self, &item);
        }
        MLOPS_TRY(status);
        self->given += (size_t)tensor->count * mlops__onnx_size(tensor->type);
        MLOPS_TRY(mlops__oc_scope_add(self, tensor->name, item, tensor->offset));
    }
    return MLOPS_OK;
}

/* Columns that a CastMap makes of a map: of form DENSE as many as the file says of its output. */
static int64_t columns_of(const mlops__oc *self, const mlops__onnx_graph *graph, int *is_dense) {
    *is_dense = strcmp(self->node->op, "CastMap") == 0 &&
                !mlops__oc_is(self, "map_form", "DENSE", "SPARSE");
    if (!*is_dense)
        return mlops__oc_is(self, "map_form", "DENSE", "SPARSE") ? mlops__oc_int(self, "max_map", 1)
                                                                 : 0;
    for (size_t i = 0; i < graph->n_outputs + graph->n_infos && self->node->n_outputs; i++) {
        const mlops__onnx_value *value =
            i < graph->n_outputs ? &graph->outputs[i] : &graph->infos[i - graph->n_outputs];
        if (value->rank == 2 && strcmp(value->name, self->node->outputs[0]) == 0)
            return value->dims[1].value;
    }
    return 0;
}

/* The keys of a map that a DictVectorizer or CastMap takes: texts, or numbers as such. Form DENSE
 * drops them, and has all of them in each row. */
static mlops_status keys_of(mlops__oc *self, const mlops__onnx_graph *graph,
                            const mlops__onnx_value *value, int *is_dense, const char ***out,
                            size_t *n) {
    const mlops__onnx_attribute *texts = NULL, *ints = NULL;
    int64_t most = 0;
    for (size_t i = 0; i < graph->n_nodes && !texts && !ints && most < 1; i++) {
        self->node = &graph->nodes[i];
        if (!self->node->n_inputs || strcmp(self->node->inputs[0], value->name) != 0) continue;
        texts = mlops__oc_attribute(self, "string_vocabulary");
        ints = mlops__oc_attribute(self, "int64_vocabulary");
        most = columns_of(self, graph, is_dense);
    }
    self->node = NULL;
    *n = texts ? texts->n : ints ? ints->n : most > 0 ? (size_t)most : 0;
    if (!*n || *n > INT32_MAX)
        return refuse_input(self, value,
                            "it is a map that no DictVectorizer takes, nor a CastMap of form "
                            "SPARSE, or of DENSE with a shape of its output");
    const char **names = *out = mlops__arena_array(self->arena, *n, sizeof *names);
    if (!names) return mlops__fail_nomem(self->err, *n * sizeof *names);
    for (size_t i = 0; i < *n; i++) {
        char digits[24];
        size_t size = mlops__format(digits, sizeof digits, "%lld",
                                    (long long)(ints ? ints->ints[i] : (int64_t)i));
        names[i] = texts ? mlops__arena_text(self->arena, texts->texts[i].text, texts->texts[i].n)
                         : mlops__arena_text(self->arena, digits, size);
        if (!names[i]) return mlops__fail_nomem(self->err, 24);
    }
    return MLOPS_OK;
}

/* Items side by side, a few hundred at a time. */
static mlops_status join(mlops__oc *self, uint32_t *items, size_t n, uint32_t *out) {
    const int64_t axis = 1;
    while (n > 1) {
        size_t kept = 0;
        for (size_t i = 0, some; i < n; i += some, kept++) {
            some = n - i < MLOPS__STEP_MAX ? n - i : MLOPS__STEP_MAX;
            MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_CONCAT, (uint32_t)some, items + i, 1,
                                      &axis, &items[kept]));
        }
        n = kept;
    }
    *out = items[0];
    return MLOPS_OK;
}

/* A map becomes an input of one column for each of its keys, in which what is missing, and NaN, is
 * 0, as it is in what DictVectorizer makes of it, unless nothing can be missing. */
static mlops_status add_map(mlops__oc *self, const mlops__onnx_graph *graph,
                            const mlops__onnx_value *value, entries *to) {
    mlops__item item = {.kind = MLOPS__GRAPH_INPUT, .is_exact = 1, .rank = 2};
    const char **names = NULL;
    uint32_t in[3];
    size_t n = 0;
    int is_dense = 0;
    item.dtype = mlops__oc_dtype(value->type);
    item.dims[0].per_row = 1;
    item.dims[1].fixed = 1;
    if (!item.dtype || value->is_other)
        return refuse_input(self, value, "it is a map to something that is not supported");
    MLOPS_TRY(keys_of(self, graph, value, &is_dense, &names, &n));
    uint32_t *items = mlops__arena_array(self->arena, n, sizeof *items);
    if (!items) return mlops__fail_nomem(self->err, n * sizeof *items);
    self->has_rows = 1;
    for (size_t i = 0; i < n; i++) {
        MLOPS_TRY(mlops__oc_add(self, &item, &items[i]));
        MLOPS_TRY(add_entry(self, to, items[i], names[i]));
    }
    MLOPS_TRY(join(self, items, n, &in[0]));
    if (item.dtype <= MLOPS__GRAPH_F64 && !is_dense) {
        const uint32_t bits = 0x7fc00000u;
        float numbers[2] = {0};
        memcpy(numbers, &bits, sizeof bits);
        for (int i = 0; i < 2; i++) {
            MLOPS_TRY(mlops__oc_f32s(self, &numbers[i], 1, &in[1 + i]));
            MLOPS_TRY(mlops__oc_cast(self, item.dtype, in[1 + i], &in[1 + i]));
        }
        MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_IMPUTE, 3, in, 0, NULL, &in[0]));
    }
    return mlops__oc_scope_add(self, value->name, in[0], value->offset);
}

/* Files of before IR version 4 list initializers among the inputs, too. */
static mlops_status add_inputs(mlops__oc *self, const mlops__onnx_graph *graph, entries *to) {
    for (size_t i = 0; i < graph->n_inputs; i++) {
        const mlops__onnx_value *value = &graph->inputs[i];
        uint32_t item;
        if (mlops__oc_scope_find(self, value->name) != MLOPS__ITEM_NONE) continue;
        mlops_status status =
            value->is_map ? add_map(self, graph, value, to) : add_tensor_input(self, value, to);
        if (status == MLOPS_E_UNSUPPORTED && self->lost) {
            MLOPS_TRY(mlops__oc_tell(self, "input", value->name));
            MLOPS_TRY(mlops__oc_add_lost(self, &item));
            status = mlops__oc_scope_add(self, value->name, item, value->offset);
        }
        MLOPS_TRY(status);
    }
    return MLOPS_OK;
}

static mlops_status find_outputs(mlops__oc *self, const mlops__onnx_graph *graph, uint32_t *out) {
    for (size_t i = 0; i < graph->n_outputs; i++) {
        const mlops__onnx_value *value = &graph->outputs[i];
        out[i] = mlops__oc_scope_find(self, value->name);
        if (out[i] == MLOPS__ITEM_NONE)
            return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, value->offset,
                                  "output \"%.*s\" is given by nothing", 200, value->name);
        if (value->name[0] == 1)
            return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, value->offset,
                                  "an output's name begins with a control character");
    }
    if (graph->n_outputs) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_CORRUPT, "the graph has no outputs");
}

static mlops_status report(const mlops__oc *self) {
    char more[60] = "";
    if (self->n_lost == 0) return MLOPS_OK;
    if (self->n_told < self->n_lost)
        mlops__format(more, sizeof more, "; and %u more", self->n_lost - self->n_told);
    return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                       "%u part%s of the graph cannot be loaded: "
                       "%s%s",
                       self->n_lost, mlops__plural(self->n_lost), self->report, more);
}

/* -- what is needed ------------------------------------------------------------------------- */

static void use_all(mlops__oc *self, const mlops__emitted *step) {
    for (uint32_t i = 0; i < step->n_inputs + step->n_outputs; i++)
        if (step->operands[i] != MLOPS__ITEM_NONE)
            mlops__oc_item(self, step->operands[i])->is_used = 1;
}

/* A loop is kept with all that it touches; the steps of its body are those behind it. */
static void mark(mlops__oc *self) {
    for (uint32_t i = 0; i < self->steps.n; i++) {
        mlops__emitted *step = self->steps.items[i];
        if (step->op == MLOPS__GRAPH_SCAN) use_all(self, step);
    }
    for (uint32_t i = self->steps.n; i-- > 0;) {
        mlops__emitted *step = self->steps.items[i];
        for (uint32_t o = 0; o < step->n_outputs; o++)
            step->is_used |= mlops__oc_item(self, step->operands[step->n_inputs + o])->is_used;
        if (step->is_used) use_all(self, step);
    }
    for (uint32_t i = 0; i < self->steps.n; i++) {
        mlops__emitted *step = self->steps.items[i];
        if (step->op != MLOPS__GRAPH_SCAN) continue;
        int64_t n = 0;
        for (int64_t b = 1; b <= step->ints[3]; b++)
            n += ((mlops__emitted *)self->steps.items[i + b])->is_used;
        step->ints[3] = n;
    }
}

/* -- writing -------------------------------------------------------------------------------- */

static mlops_status write_item(mlops__oc *self, mlops__graph_writer *writer, uint32_t number,
                               const char *name) {
    mlops__item *item = mlops__oc_item(self, number);
    mlops__graph_dims dims[MLOPS__ONNX_RANK_MAX];
    int64_t fixed[MLOPS__ONNX_RANK_MAX];
    if (item->is_written) return MLOPS_OK;
    item->is_written = 1;
    for (int32_t i = 0; i < item->rank; i++) {
        mlops__extent dim = item->dims[i];
        if (dim.fixed > INT32_MAX || dim.per_row > INT32_MAX || dim.fixed < 0 || dim.per_row < 0)
            return mlops__fail(self->err, MLOPS_E_LIMIT, "a value of the graph is too large");
        fixed[i] = dim.fixed;
        dims[i] = (mlops__graph_dims){(uint32_t)dim.fixed, (uint32_t)dim.per_row};
    }
    if (item->kind == MLOPS__GRAPH_CONSTANT)
        item->written =
            mlops__graph_writer_constant(writer, item->dtype, item->rank, fixed, item->data);
    else if (item->kind == MLOPS__GRAPH_INPUT)
        item->written = mlops__graph_writer_input(writer, name, item->dtype, item->rank, dims);
    else item->written = mlops__graph_writer_temporary(writer, item->dtype, item->rank, dims);
    return MLOPS_OK;
}

static mlops_status write_step(mlops__oc *self, mlops__graph_writer *writer,
                               const mlops__emitted *step) {
    uint32_t n = step->n_inputs + step->n_outputs;
    uint32_t *operands = mlops__arena_array(self->arena, n, sizeof *operands);
    if (!operands) return mlops__fail_nomem(self->err, n * sizeof *operands);
    for (uint32_t i = 0; i < n; i++) {
        operands[i] = MLOPS__GRAPH_NONE;
        if (step->operands[i] == MLOPS__ITEM_NONE) continue;
        MLOPS_TRY(write_item(self, writer, step->operands[i], ""));
        operands[i] = mlops__oc_item(self, step->operands[i])->written;
    }
    mlops__graph_step put = {.op = step->op,
                             .inputs = operands,
                             .n_inputs = step->n_inputs,
                             .outputs = operands + step->n_inputs,
                             .n_outputs = step->n_outputs,
                             .ints = step->ints,
                             .n_ints = step->n_ints,
                             .floats = step->floats,
                             .n_floats = step->n_floats};
    mlops__graph_writer_step(writer, &put);
    return MLOPS_OK;
}

static mlops_status put_constant(mlops__oc *self, mlops__graph_writer *writer, const char *name,
                                 uint32_t item) {
    MLOPS_TRY(write_item(self, writer, item, ""));
    mlops__graph_writer_output(writer, name, mlops__oc_item(self, item)->written);
    return MLOPS_OK;
}

/* What the plan says of the model beside its steps. */
static mlops_status write_info(mlops__oc *self, mlops__graph_writer *writer,
                               const uint32_t *outputs) {
    const mlops__onnx *model = self->model;
    const mlops__onnx_attribute *classes = NULL;
    char producer[200], sets[200];
    size_t n = 0;
    uint32_t item;
    mlops__format(producer, sizeof producer, "%.*s%s%.*s", 90, model->producer,
                  model->producer_version[0] ? " " : "", 90, model->producer_version);
    for (size_t i = 0; i < model->n_opsets && n < sizeof sets; i++)
        n += mlops__format(sets + n, sizeof sets - n, "%s%.*s %lld", i ? ", " : "", 60,
                           model->opsets[i].domain[0] ? model->opsets[i].domain : "ai.onnx",
                           (long long)model->opsets[i].version);
    const char *operators = self->operators + (self->operators_size ? 2 : 0);
    mlops__onnx_text texts[] = {
        {producer, strlen(producer)}, {sets, strlen(sets)}, {operators, strlen(operators)}};
    MLOPS_TRY(mlops__oc_texts(self, texts, 3, &item));
    MLOPS_TRY(put_constant(self, writer, MLOPS__GRAPH_INFO, item));
    for (size_t i = model->graph->n_outputs; i-- > 0;)
        if (mlops__oc_item(self, outputs[i])->classes)
            classes = mlops__oc_item(self, outputs[i])->classes;
    if (!classes) return MLOPS_OK;
    if (classes->kind == MLOPS__ONNX_INTS)
        MLOPS_TRY(mlops__oc_i64s(self, classes->ints, classes->n, &item));
    else MLOPS_TRY(mlops__oc_texts(self, classes->texts, classes->n, &item));
    return put_constant(self, writer, MLOPS__GRAPH_CLASSES, item);
}

static mlops_status write(mlops__oc *self, mlops__graph_writer *writer, const entries *inputs,
                          const uint32_t *outputs) {
    const mlops__onnx_graph *graph = self->model->graph;
    for (uint32_t i = 0; i < inputs->items.n; i++)
        MLOPS_TRY(write_item(self, writer, *(const uint32_t *)inputs->items.items[i],
                             inputs->names.items[i]));
    for (uint32_t i = 0; i < self->steps.n; i++) {
        const mlops__emitted *step = self->steps.items[i];
        if (step->is_used) MLOPS_TRY(write_step(self, writer, step));
    }
    for (size_t i = 0; i < graph->n_outputs; i++) {
        MLOPS_TRY(write_item(self, writer, outputs[i], ""));
        mlops__graph_writer_output(writer, graph->outputs[i].name,
                                   mlops__oc_item(self, outputs[i])->written);
    }
    return write_info(self, writer, outputs);
}

/* Rows are independent if every output has them first. */
static uint32_t flags_of(mlops__oc *self, const uint32_t *outputs) {
    for (size_t i = 0; i < self->model->graph->n_outputs; i++)
        if (mlops__oc_item(self, outputs[i])->rows != 0) return 0;
    return MLOPS__GRAPH_ROWS;
}

static mlops_status finish(mlops__oc *self, const entries *inputs, const uint32_t *outputs,
                           mlops__buf *out) {
    mlops__graph_writer writer;
    for (size_t i = 0; i < self->model->graph->n_outputs; i++)
        mlops__oc_item(self, outputs[i])->is_used = 1;
    MLOPS_TRY(mlops__oc_fuse(self, outputs, (uint32_t)self->model->graph->n_outputs));
    mark(self);
    mlops__graph_writer_init(&writer, self->allocator);
    mlops_status status = write(self, &writer, inputs, outputs);
    if (status == MLOPS_OK)
        status = mlops__graph_writer_finish(&writer, flags_of(self, outputs), out, self->err);
    mlops__graph_writer_free(&writer);
    return status;
}

static mlops_status compile(const mlops__onnx *model, mlops__arena *arena, mlops__oc_list *lost,
                            mlops__buf *out, mlops_error *err) {
    const mlops__onnx_graph *graph = model->graph;
    mlops__scope scope = {NULL, NULL, 0, 0};
    mlops__oc *self = mlops__arena_alloc(arena, sizeof *self);
    entries inputs = {{0}, {0}};
    uint32_t *outputs = mlops__arena_array(arena, graph->n_outputs, sizeof *outputs);
    if (!self || !outputs) return mlops__fail_nomem(err, sizeof *self);
    self->model = model;
    self->lost = lost;
    self->arena = arena;
    self->allocator = arena->allocator;
    self->err = err;
    self->scope = &scope;
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "ONNX files are read on little-endian machines alone");
#endif
    MLOPS_TRY(mlops__oc_opsets(self));
    MLOPS_TRY(add_tensors(self, graph));
    MLOPS_TRY(add_inputs(self, graph, &inputs));
    MLOPS_TRY(mlops__oc_nodes(self, graph));
    MLOPS_TRY(report(self));
    MLOPS_TRY(find_outputs(self, graph, outputs));
    return finish(self, &inputs, outputs, out);
}

mlops_status mlops__onnx_compile(const mlops__onnx *model, mlops__arena *arena, mlops__buf *out,
                                 mlops_error *err) {
    return compile(model, arena, NULL, out, err);
}

mlops_status mlops__onnx_missing(const mlops__onnx *model, mlops__arena *arena,
                                 mlops__oc_list *lost, mlops_error *err) {
    mlops__buf out;
    mlops__buf_init(&out, arena->allocator);
    mlops_status status = compile(model, arena, lost, &out, err);
    mlops__buf_free(&out);
    return status == MLOPS_E_UNSUPPORTED && lost->n ? MLOPS_OK : status;
}
