/* Messages of an ONNX file around its tensors: model, graph, nodes, attributes, inputs and outputs.
 *
 * Owns nothing; all is in the caller's arena. Invariant: fields may come in any order and in parts,
 * the last of a scalar wins, what is unknown is passed over.
 */
#include "model/build/onnx_read.h"

#include <string.h>

void *mlops__onnx_add(mlops__onnx_list *self, mlops__arena *arena, size_t size) {
    void *items = mlops__arena_grow(arena, self->items, (int64_t)self->n, &self->cap, size);
    if (!items) return NULL;
    self->items = items;
    return (uint8_t *)items + self->n++ * size;
}

mlops_status mlops__onnx_slice(const mlops__wire *in, const char *what, mlops__onnx_text *out) {
    MLOPS_TRY(mlops__wire_bytes(in, what));
    *out = (mlops__onnx_text){(const char *)in->data, in->n};
    return MLOPS_OK;
}

mlops_status mlops__onnx_name(const mlops__wire *in, const char *what, mlops__arena *arena,
                              const char **out) {
    MLOPS_TRY(mlops__wire_bytes(in, what));
    if (in->n && memchr(in->data, 0, in->n))
        return mlops__wire_fail(in, MLOPS_E_CORRUPT, "%s of %s holds a NUL", what, in->what);
    *out = mlops__arena_text(arena, (const char *)in->data, in->n);
    return *out ? MLOPS_OK : mlops__fail_nomem(in->err, in->n);
}

mlops_status mlops__onnx_texts(const mlops__wire *in, const char *what, mlops__arena *arena,
                               mlops__onnx_list *list) {
    mlops__onnx_text *text = mlops__onnx_add(list, arena, sizeof *text);
    return text ? mlops__onnx_slice(in, what, text) : mlops__fail_nomem(in->err, in->n);
}

mlops_status mlops__onnx_numbers(const mlops__wire *in, const char *what, mlops__wire_type type,
                                 mlops__arena *arena, mlops__onnx_list *list) {
    size_t n, size = type == MLOPS__WIRE_32 ? 4 : 8;
    MLOPS_TRY(mlops__wire_count(in, what, type, &n));
    if (n > list->cap - list->n) {
        size_t cap = list->n + n > 2 * list->cap ? list->n + n : 2 * list->cap;
        uint8_t *items = mlops__arena_array(arena, cap, size);
        if (!items) return mlops__fail_nomem(in->err, cap * size);
        if (list->n) memcpy(items, list->items, list->n * size);
        list->items = items;
        list->cap = cap;
    }
    if (n) mlops__wire_values(in, type, (uint8_t *)list->items + list->n * size);
    list->n += n;
    return MLOPS_OK;
}

static mlops_status read_dim(mlops__wire *in, mlops__arena *arena, mlops__onnx_dim *out) {
    mlops_status status;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 1) MLOPS_TRY(mlops__wire_i64(in, "dim_value", &out->value));
        if (in->field == 2) MLOPS_TRY(mlops__onnx_name(in, "dim_param", arena, &out->symbol));
    }
    return status;
}

static mlops_status read_shape(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out) {
    mlops__wire dim;
    mlops_status status;
    out->has_shape = 1;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field != 1) continue;
        if (out->rank == MLOPS__ONNX_RANK_MAX)
            return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED, "\"%.*s\" has more than %d dimensions",
                                    100, out->name, MLOPS__ONNX_RANK_MAX);
        mlops__onnx_dim *to = &out->dims[out->rank++];
        to->value = -1;
        MLOPS_TRY(mlops__wire_message(in, "a Dimension", &dim));
        MLOPS_TRY(read_dim(&dim, arena, to));
    }
    return status;
}

static mlops_status read_tensor_type(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out) {
    mlops__wire shape;
    int64_t type = out->type;
    mlops_status status;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 1) MLOPS_TRY(mlops__wire_i64(in, "elem_type", &type));
        if (in->field != 2) continue;
        MLOPS_TRY(mlops__wire_message(in, "a TensorShapeProto", &shape));
        MLOPS_TRY(read_shape(&shape, arena, out));
    }
    if (status < 0) return status;
    int known = type == MLOPS__ONNX_STRING ||
                (type >= 0 && type <= MLOPS__ONNX_BF16 && mlops__onnx_size((mlops__onnx_type)type));
    if (type && !known)
        return mlops__wire_fail(in, MLOPS_E_UNSUPPORTED, "\"%.*s\" is of type %s (%lld)", 100,
                                out->name, mlops__onnx_type_name(type), (long long)type);
    out->type = (mlops__onnx_type)type;
    return MLOPS_OK;
}

static mlops_status read_type(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out);

/* A map of maps or of sequences is other; the type of its keys is found in its users. */
static mlops_status read_map(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out) {
    mlops__wire type;
    mlops_status status;
    out->is_other |= out->is_map;
    out->is_map = 1;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field != 2) continue;
        MLOPS_TRY(mlops__wire_message(in, "a TypeProto", &type));
        MLOPS_TRY(read_type(&type, arena, out));
    }
    return status;
}

static mlops_status read_type(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out) {
    mlops__wire tensor;
    mlops_status status;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 4 || (in->field >= 7 && in->field <= 9)) out->is_other = 1;
        if (in->field == 5) {
            MLOPS_TRY(mlops__wire_message(in, "a TypeProto.Map", &tensor));
            MLOPS_TRY(read_map(&tensor, arena, out));
        }
        if (in->field != 1) continue;
        MLOPS_TRY(mlops__wire_message(in, "a TypeProto.Tensor", &tensor));
        MLOPS_TRY(read_tensor_type(&tensor, arena, out));
    }
    return status;
}

mlops_status mlops__onnx_read_value(mlops__wire *in, mlops__arena *arena, mlops__onnx_value *out) {
    mlops__wire type;
    mlops_status status;
    out->name = "";
    out->offset = (int64_t)in->offset;
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 1) MLOPS_TRY(mlops__onnx_name(in, "name", arena, &out->name));
        if (in->field != 2) continue;
        MLOPS_TRY(mlops__wire_message(in, "a TypeProto", &type));
        MLOPS_TRY(read_type(&type, arena, out));
    }
    return status;
}

mlops_status mlops__onnx_read_pair(mlops__wire *in, mlops__arena *arena, mlops__onnx_pair *out) {
    mlops_status status;
    out->key = out->value = "";
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 1) MLOPS_TRY(mlops__onnx_name(in, "key", arena, &out->key));
        if (in->field == 2) MLOPS_TRY(mlops__onnx_name(in, "value", arena, &out->value));
    }
    return status;
}

static mlops_status read_opset(mlops__wire *in, mlops__arena *arena, mlops__onnx_opset *out) {
    mlops_status status;
    out->domain = "";
    while ((status = mlops__wire_next(in)) == MLOPS_OK) {
        if (in->field == 1) MLOPS_TRY(mlops__onnx_name(in, "domain", arena, &out->domain));
        if (in->field == 2) MLOPS_TRY(mlops__wire_i64(in, "version", &out->version));
    }
    if (strcmp(out->domain, "ai.onnx") == 0) out->domain = "";
    return status;
}

static mlops_status read_function(mlops__wire *in, mlops__arena *arena, const char **out) {
    mlops_status status;
    *out = "";
    while ((status = mlops__wire_next(in)) == MLOPS_OK)
        if (in->field == 1) MLOPS_TRY(mlops__onnx_name(in, "name", arena, out));
    return status;
}

typedef struct reading {
    mlops__onnx *out;
    mlops__arena *arena;
    mlops__onnx_list opsets, metadata, functions;
    mlops__onnx_graph_lists graph;
    int has_graph;
} reading;

/* One more message in a list: its wire and its place. */
static void *add_message(const mlops__wire *in, mlops__arena *arena, mlops__onnx_list *list,
                         size_t size, const char *what, mlops__wire *message,
                         mlops_status *status) {
    void *item = mlops__onnx_add(list, arena, size);
    *status = item ? mlops__wire_message(in, what, message) : mlops__fail_nomem(in->err, size);
    return *status ? NULL : item;
}

static mlops_status read_model_field(reading *self, mlops__wire *in) {
    mlops__arena *arena = self->arena;
    mlops__wire message;
    mlops_status status = MLOPS_OK;
    void *to;
    switch (in->field) {
    case 1: return mlops__wire_i64(in, "ir_version", &self->out->ir_version);
    case 2: return mlops__onnx_name(in, "producer_name", arena, &self->out->producer);
    case 3: return mlops__onnx_name(in, "producer_version", arena, &self->out->producer_version);
    case 7:
        self->has_graph = 1;
        MLOPS_TRY(mlops__wire_message(in, "a GraphProto", &message));
        return mlops__onnx_read_graph(&message, arena, &self->graph);
    case 8:
        to = add_message(in, arena, &self->opsets, sizeof(mlops__onnx_opset),
                         "an OperatorSetIdProto", &message, &status);
        return to ? read_opset(&message, arena, to) : status;
    case 14:
        to = add_message(in, arena, &self->metadata, sizeof(mlops__onnx_pair),
                         "a StringStringEntryProto", &message, &status);
        return to ? mlops__onnx_read_pair(&message, arena, to) : status;
    case 25:
        to = add_message(in, arena, &self->functions, sizeof(const char *), "a FunctionProto",
                         &message, &status);
        return to ? read_function(&message, arena, to) : status;
    default: return MLOPS_OK;
    }
}

mlops_status mlops__onnx_read(mlops__onnx *out, const void *bytes, size_t n,
                              const mlops__external *external, mlops__arena *arena,
                              mlops_error *err) {
    reading self = {.out = out, .arena = arena};
    mlops__wire in;
    mlops_status status;
    *out = (mlops__onnx){.producer = "", .producer_version = ""};
    mlops__wire_init(&in, "a ModelProto", bytes, n, err);
    in.external = external;
    while ((status = mlops__wire_next(&in)) == MLOPS_OK) MLOPS_TRY(read_model_field(&self, &in));
    if (status < 0) return status;
    in.offset = 0;
    if (!self.has_graph) return mlops__wire_fail(&in, MLOPS_E_CORRUPT, "the model has no graph");
    if (!self.opsets.n)
        return mlops__wire_fail(&in, MLOPS_E_CORRUPT, "the model imports no operator set");
    out->opsets = self.opsets.items;
    out->n_opsets = self.opsets.n;
    out->metadata = self.metadata.items;
    out->n_metadata = self.metadata.n;
    out->functions = self.functions.items;
    out->n_functions = self.functions.n;
    return mlops__onnx_end_graph(&self.graph, arena, &out->graph, err);
}
