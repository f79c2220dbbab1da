/* Graphs of an ONNX file: nodes with their attributes, which may hold graphs in turn.
 *
 * Owns nothing; all is in the caller's arena. Invariant: an attribute that was read has the kind
 * that it says, or that its only field says.
 */
#include "model/build/onnx_read.h"

#include <string.h>

typedef struct reading {
    mlops__onnx_attribute *out;
    mlops__arena *arena;
    int64_t kind;
    mlops__onnx_list floats, ints, texts;
    mlops__onnx_graph_lists graph;
    uint32_t has; /* bit of each kind whose field there was */
} reading;

static mlops_status read_tensor(reading *self, mlops__wire *in) {
    mlops__wire message;
    mlops__onnx_tensor *tensor = mlops__arena_alloc(self->arena, sizeof *tensor);
    if (!tensor) return mlops__fail_nomem(in->err, sizeof *tensor);
    self->out->tensor = tensor;
    MLOPS_TRY(mlops__wire_message(in, "a TensorProto", &message));
    return mlops__onnx_read_tensor(&message, self->arena, tensor);
}

static mlops_status read_graph(reading *self, mlops__wire *in) {
    mlops__wire message;
    MLOPS_TRY(mlops__wire_message(in, "a GraphProto", &message));
    return mlops__onnx_read_graph(&message, self->arena, &self->graph);
}

static mlops_status read_value(reading *self, mlops__wire *in, mlops__onnx_kind kind) {
    mlops__onnx_attribute *out = self->out;
    self->has |= 1u << kind;
    switch (kind) {
    case MLOPS__ONNX_FLOAT: {
        uint32_t bits = (uint32_t)in->bits;
        memcpy(&out->f, &bits, sizeof out->f);
        if (in->type == MLOPS__WIRE_32) return MLOPS_OK;
        return mlops__wire_fail(in, MLOPS_E_CORRUPT, "f of %s has wire type %u; expected 5",
                                in->what, (unsigned)in->type);
    }
    case MLOPS__ONNX_INT: return mlops__wire_i64(in, "i", &out->i);
    case MLOPS__ONNX_TEXT: return mlops__onnx_slice(in, "s", &out->s);
    case MLOPS__ONNX_TENSOR: return read_tensor(self, in);
    case MLOPS__ONNX_GRAPH: return read_graph(self, in);
    case MLOPS__ONNX_FLOATS:
        return mlops__onnx_numbers(in, "floats", MLOPS__WIRE_32, self->arena, &self->floats);
    case MLOPS__ONNX_INTS:
        return mlops__onnx_numbers(in, "ints", MLOPS__WIRE_VARINT, self->arena, &self->ints);
    case MLOPS__ONNX_TEXTS: return mlops__onnx_texts(in, "strings", self->arena, &self->texts);
    }
    return MLOPS_OK;
}

static mlops_status read_field(reading *self, mlops__wire *in) {
    switch (in->field) {
    case 1: return mlops__onnx_name(in, "name", self->arena, &self->out->name);
    case 2: return read_value(self, in, MLOPS__ONNX_FLOAT);
    case 3: return read_value(self, in, MLOPS__ONNX_INT);
    case 4: return read_value(self, in, MLOPS__ONNX_TEXT);
    case 5: return read_value(self, in, MLOPS__ONNX_TENSOR);
    case 6: return read_value(self, in, MLOPS__ONNX_GRAPH);
    case 7: return read_value(self, in, MLOPS__ONNX_FLOATS);
    case 8: return read_value(self, in, MLOPS__ONNX_INTS);
    case 9: return read_value(self, in, MLOPS__ONNX_TEXTS);
    case 20: return mlops__wire_i64(in, "type", &self->kind);
    case 22:
    case 23:
        return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED, "attribute \"%.*s\" is a sparse tensor",
                                100, self->out->name);
    default: return MLOPS_OK;
    }
}

/* Files of before IR version 2 do not say the kind. */
static int64_t guess_kind(const reading *self) {
    for (int kind = MLOPS__ONNX_FLOAT; kind <= MLOPS__ONNX_TEXTS; kind++)
        if (self->has == 1u << kind) return kind;
    return 0;
}

static mlops_status settle(reading *self, mlops__wire *in) {
    mlops__onnx_attribute *out = self->out;
    in->offset = (size_t)out->offset;
    if (!self->kind) self->kind = guess_kind(self);
    if (self->kind < MLOPS__ONNX_FLOAT || self->kind > MLOPS__ONNX_TEXTS)
        return mlops__wire_fail(in, self->kind > 8 ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT,
                                "attribute \"%.*s\" is of type %lld", 100, out->name,
                                (long long)self->kind);
    out->kind = (mlops__onnx_kind)self->kind;
    if ((out->kind == MLOPS__ONNX_TENSOR && !out->tensor) ||
        (out->kind == MLOPS__ONNX_GRAPH && !(self->has & 1u << MLOPS__ONNX_GRAPH)))
        return mlops__wire_fail(in, MLOPS_E_CORRUPT, "attribute \"%.*s\" lacks its %s", 100,
                                out->name, out->kind == MLOPS__ONNX_TENSOR ? "tensor" : "graph");
    out->floats = self->floats.items;
    out->ints = self->ints.items;
    out->texts = self->texts.items;
    if (out->kind == MLOPS__ONNX_FLOATS) out->n = self->floats.n;
    if (out->kind == MLOPS__ONNX_INTS) out->n = self->ints.n;
    if (out->kind == MLOPS__ONNX_TEXTS) out->n = self->texts.n;
    if (out->kind == MLOPS__ONNX_GRAPH)
        return mlops__onnx_end_graph(&self->graph, self->arena, &out->graph, in->err);
    return MLOPS_OK;
}

static mlops_status read_attribute(mlops__wire *in, mlops__arena *arena,
                                   mlops__onnx_attribute *out) {
    reading self = {.out = out, .arena = arena};
    mlops_status status;
    out->name = "";
    out->offset = (int64_t)in->offset;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) MLOPS_TRY(read_field(&self, in));
    return status < 0 ? status : settle(&self, in);
}

static mlops_status add_name(const mlops__wire *in, const char *what, mlops__arena *arena,
                             mlops__onnx_list *list) {
    const char **name = mlops__onnx_add(list, arena, sizeof *name);
    return name ? mlops__onnx_name(in, what, arena, name)
                : mlops__fail_nomem(in->err, sizeof *name);
}

static mlops_status add_attribute(const mlops__wire *in, mlops__arena *arena,
                                  mlops__onnx_list *list) {
    mlops__wire message;
    mlops__onnx_attribute *to = mlops__onnx_add(list, arena, sizeof *to);
    if (!to) return mlops__fail_nomem(in->err, sizeof *to);
    MLOPS_TRY(mlops__wire_message(in, "an AttributeProto", &message));
    return read_attribute(&message, arena, to);
}

mlops_status mlops__onnx_read_node(mlops__wire *in, mlops__arena *arena, mlops__onnx_node *out) {
    mlops__onnx_list inputs = {NULL, 0, 0}, outputs = inputs, attributes = inputs;
    mlops_status status;
    out->name = out->op = out->domain = "";
    out->offset = (int64_t)in->offset;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        switch (in->field) {
        case 1: status = add_name(in, "input", arena, &inputs); break;
        case 2: status = add_name(in, "output", arena, &outputs); break;
        case 3: status = mlops__onnx_name(in, "name", arena, &out->name); break;
        case 4: status = mlops__onnx_name(in, "op_type", arena, &out->op); break;
        case 5: status = add_attribute(in, arena, &attributes); break;
        case 7: status = mlops__onnx_name(in, "domain", arena, &out->domain); break;
        default: break;
        }
        MLOPS_TRY(status);
    }
    if (strcmp(out->domain, "ai.onnx") == 0) out->domain = "";
    out->inputs = inputs.items;
    out->outputs = outputs.items;
    out->attributes = attributes.items;
    out->n_inputs = (uint32_t)inputs.n;
    out->n_outputs = (uint32_t)outputs.n;
    out->n_attributes = (uint32_t)attributes.n;
    return status < 0 ? status : MLOPS_OK;
}

typedef mlops_status read_item(mlops__wire *in, mlops__arena *arena, void *out);

static mlops_status node(mlops__wire *in, mlops__arena *arena, void *out) {
    return mlops__onnx_read_node(in, arena, out);
}

static mlops_status tensor(mlops__wire *in, mlops__arena *arena, void *out) {
    return mlops__onnx_read_tensor(in, arena, out);
}

static mlops_status value(mlops__wire *in, mlops__arena *arena, void *out) {
    return mlops__onnx_read_value(in, arena, out);
}

static mlops_status add_item(const mlops__wire *in, mlops__arena *arena, mlops__onnx_list *list,
                             size_t size, const char *what, read_item *read) {
    mlops__wire message;
    void *to = mlops__onnx_add(list, arena, size);
    if (!to) return mlops__fail_nomem(in->err, size);
    MLOPS_TRY(mlops__wire_message(in, what, &message));
    return read(&message, arena, to);
}

mlops_status mlops__onnx_read_graph(mlops__wire *in, mlops__arena *arena,
                                    mlops__onnx_graph_lists *lists) {
    enum { NODE = sizeof(mlops__onnx_node), TENSOR = sizeof(mlops__onnx_tensor) };
    enum { VALUE = sizeof(mlops__onnx_value) };
    mlops_status status;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        switch (in->field) {
        case 1: status = add_item(in, arena, &lists->nodes, NODE, "a NodeProto", node); break;
        case 2: status = mlops__onnx_name(in, "name", arena, &lists->name); break;
        case 5:
            status = add_item(in, arena, &lists->tensors, TENSOR, "a TensorProto", tensor);
            break;
        case 11:
            status = add_item(in, arena, &lists->inputs, VALUE, "a ValueInfoProto", value);
            break;
        case 12:
            status = add_item(in, arena, &lists->outputs, VALUE, "a ValueInfoProto", value);
            break;
        case 13:
            status = add_item(in, arena, &lists->infos, VALUE, "a ValueInfoProto", value);
            if (status != MLOPS_E_UNSUPPORTED) break;
            status = MLOPS_OK; /* nothing is needed of it */
            lists->infos.n--;
            break;
        case 15:
            return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED, "the graph has a sparse initializer");
        default: break;
        }
        MLOPS_TRY(status);
    }
    return status < 0 ? status : MLOPS_OK;
}

mlops_status mlops__onnx_end_graph(const mlops__onnx_graph_lists *lists, mlops__arena *arena,
                                   mlops__onnx_graph **out, mlops_error *err) {
    mlops__onnx_graph *self = *out = mlops__arena_alloc(arena, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    *self = (mlops__onnx_graph){.name = lists->name ? lists->name : "",
                                .n_nodes = lists->nodes.n,
                                .n_tensors = lists->tensors.n,
                                .n_inputs = lists->inputs.n,
                                .n_outputs = lists->outputs.n,
                                .n_infos = lists->infos.n,
                                .nodes = lists->nodes.items,
                                .tensors = lists->tensors.items,
                                .inputs = lists->inputs.items,
                                .outputs = lists->outputs.items,
                                .infos = lists->infos.items};
    return MLOPS_OK;
}
