/* Opening a graph: the bytes of graph.h are checked here, so that running it can trust them.
 *
 * Owns the layout. Invariant: after mlops__graph_open() every number in a value, step or port
 * points inside its part, constants and texts lie inside theirs, dims of constants and steps of
 * bodies are what their elements and the steps allow; what depends on rows is checked as it runs.
 * Freestanding: part of the firmware build.
 */
#include "model/run/graph.h"

#include "base/cursor.h"
#include "model/run/graph_step.h"

typedef struct opening {
    const mlops__graph *graph;
    mlops_error *err;
} opening;

static mlops_status corrupt(const opening *self, const uint8_t *place, const char *what) {
    int64_t offset = place ? (int64_t)(place - self->graph->bytes) : -1;
    return mlops__fail_at(self->err, MLOPS_E_CORRUPT, 0, 0, offset, "graph: %s", what);
}

static mlops_status read_head(mlops__graph *out, mlops__cursor *in, const opening *self) {
    const uint8_t *magic = mlops__cursor_take(in, 4);
    if (!magic || memcmp(magic, "GRPH", 4) != 0)
        return corrupt(self, out->bytes, "does not begin with the letters GRPH");
    uint32_t version = mlops__cursor_u16(in);
    if (!in->failed && version != MLOPS__GRAPH_VERSION)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 4,
                              "graph: version %u; this library reads version 1", (unsigned)version);
    out->flags = mlops__cursor_u16(in);
    uint32_t *counts[] = {&out->n_inputs,   &out->n_outputs, &out->n_values,
                          &out->n_slots,    &out->n_steps,   &out->n_dims,
                          &out->n_operands, &out->n_params,  &out->texts_size};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) *counts[i] = mlops__cursor_u32(in);
    uint32_t zero = mlops__cursor_u32(in);
    out->constants_size = mlops__cursor_u64(in);
    uint64_t more = mlops__cursor_u64(in);
    if (in->failed) return corrupt(self, out->bytes + out->size, "ends inside its header");
    if (zero || more) return corrupt(self, out->bytes + 44, "a reserved byte is not zero");
    if (out->flags & ~(uint32_t)MLOPS__GRAPH_ROWS)
        return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, 6, "graph: unknown flags %x",
                              (unsigned)out->flags);
    return MLOPS_OK;
}

/* The next part: n items of the given size, from the next multiple of align. */
static const uint8_t *part(mlops__cursor *in, uint64_t n, size_t size, size_t align) {
    while (in->offset % align)
        if (mlops__cursor_u8(in) != 0 || in->failed) return NULL;
    return mlops__cursor_array(in, n, size);
}

static mlops_status find_parts(mlops__graph *out, mlops__cursor *in, const opening *self) {
    out->ports = part(in, (uint64_t)out->n_inputs + out->n_outputs, 8, 8);
    out->values = out->ports ? part(in, out->n_values, 16, 8) : NULL;
    out->dims = out->values ? part(in, out->n_dims, 8, 8) : NULL;
    out->steps = out->dims ? part(in, out->n_steps, 24, 8) : NULL;
    out->operands = out->steps ? part(in, out->n_operands, 4, 8) : NULL;
    out->params = out->operands ? part(in, out->n_params, 8, 8) : NULL;
    out->texts = out->params ? (const char *)part(in, out->texts_size, 1, 8) : NULL;
    out->constants = out->texts ? part(in, out->constants_size, 1, MLOPS__GRAPH_ALIGN) : NULL;
    if (!out->constants)
        return corrupt(self, in->data + in->offset, "ends early, or a gap is not zero");
    if (mlops__cursor_left(in))
        return corrupt(self, in->data + in->offset, "goes on behind its end");
    return MLOPS_OK;
}

static mlops_status check_ports(const opening *self) {
    const mlops__graph *g = self->graph;
    uint32_t next = 0, n_inputs = 0;
    for (uint64_t i = 0; i < (uint64_t)g->n_inputs + g->n_outputs; i++) {
        const uint8_t *port = g->ports + 8 * i;
        uint32_t value = mlops__load_u32(port), name = mlops__load_u32(port + 4);
        if (value >= g->n_values) return corrupt(self, port, "a port's value is not there");
        if (name >= g->texts_size || g->texts[g->texts_size - 1] != 0)
            return corrupt(self, port + 4, "a port's name is not there");
        if (i >= g->n_inputs) continue;
        if (mlops__graph_value_at(g, value).kind != MLOPS__GRAPH_INPUT || value < next)
            return corrupt(self, port, "an input's value is none, or not behind the one before");
        next = value + 1;
    }
    for (uint32_t i = 0; i < g->n_values; i++)
        n_inputs += mlops__graph_value_at(g, i).kind == MLOPS__GRAPH_INPUT;
    if (n_inputs != g->n_inputs) return corrupt(self, g->bytes + 8, "an input has no port");
    return MLOPS_OK;
}

/* Elements of a constant, or -1 if its dims cannot be. */
static int64_t constant_count(const opening *self, uint32_t value, int32_t rank) {
    int64_t n = 1, most = 1;
    for (int32_t i = 0; i < rank; i++) {
        int64_t dim = mlops__graph_dim(self->graph, value, i, 0);
        if (dim != mlops__graph_dim(self->graph, value, i, 1)) return -1;
        if (!mlops__times(most, dim ? dim : 1, &most)) return -1;
        n *= dim;
    }
    return n;
}

static mlops_status check_constant(const opening *self, uint32_t value,
                                   const mlops__graph_value *v) {
    const mlops__graph *g = self->graph;
    const uint8_t *entry = g->values + 16 * (size_t)value;
    int is_text = v->dtype == MLOPS__GRAPH_TEXT;
    uint64_t size = is_text ? 8 : mlops__dtype_size(v->dtype);
    int64_t n = constant_count(self, value, v->rank);
    if (n < 0 || v->place % MLOPS__GRAPH_ALIGN || v->place > g->constants_size ||
        (uint64_t)n > (g->constants_size - v->place) / size)
        return corrupt(self, entry, "a constant is not inside the constants");
    for (int64_t i = 0; is_text && i < n; i++) {
        const uint8_t *text = g->constants + v->place + 8 * (size_t)i;
        uint32_t offset = mlops__load_u32(text), length = mlops__load_u32(text + 4);
        if (offset > g->texts_size || length > g->texts_size - offset)
            return corrupt(self, text, "a text is not inside the texts");
    }
    return MLOPS_OK;
}

static mlops_status check_values(const opening *self) {
    const mlops__graph *g = self->graph;
    uint64_t slot = 0; /* expected next */
    for (uint32_t i = 0; i < g->n_values; i++) {
        const uint8_t *entry = g->values + 16 * (size_t)i;
        mlops__graph_value v = mlops__graph_value_at(g, i);
        if (entry[0] < MLOPS__GRAPH_F32 || entry[0] > MLOPS__GRAPH_BYTES || entry[3] ||
            entry[1] > MLOPS__GRAPH_TEMPORARY || entry[2] > MLOPS__GRAPH_RANK_MAX)
            return corrupt(self, entry, "a value's dtype, kind or rank is unknown");
        if (v.dims > g->n_dims || (uint32_t)v.rank > g->n_dims - v.dims)
            return corrupt(self, entry + 4, "a value's dims are not there");
        if (v.dtype == MLOPS__GRAPH_BYTES && (v.kind != MLOPS__GRAPH_CONSTANT || v.rank != 1))
            return corrupt(self, entry, "bytes are no constant of rank 1");
        if (v.kind == MLOPS__GRAPH_INPUT && v.place)
            return corrupt(self, entry + 8, "an input has a place");
        if (v.kind == MLOPS__GRAPH_CONSTANT) MLOPS_TRY(check_constant(self, i, &v));
        if (v.kind != MLOPS__GRAPH_TEMPORARY) continue;
        if (v.place >= g->n_slots || v.place > slot || v.place + 1 < slot)
            return corrupt(self, entry + 8, "temporaries are not in order of their slots");
        slot = v.place + 1;
    }
    if (slot != g->n_slots) return corrupt(self, g->bytes + 20, "slots have no temporary");
    return MLOPS_OK;
}

static mlops_status check_operands(const opening *self, const uint8_t *entry,
                                   const mlops__operator *op) {
    const mlops__graph *g = self->graph;
    uint32_t n_inputs = mlops__load_u32(entry + 8), n_outputs = mlops__load_u16(entry + 6);
    const uint8_t *operands = g->operands + 4 * (size_t)mlops__load_u32(entry + 12);
    for (uint32_t i = 0; i < n_inputs + n_outputs; i++) {
        uint32_t value = mlops__load_u32(operands + 4 * (size_t)i);
        int may_miss = op->inputs_max != UINT16_MAX && i >= op->inputs_min && i < n_inputs;
        if (value == MLOPS__GRAPH_NONE && may_miss) continue;
        if (value >= g->n_values) return corrupt(self, entry, "a step's value is not there");
        if (i >= n_inputs && mlops__graph_value_at(g, value).kind != MLOPS__GRAPH_TEMPORARY)
            return corrupt(self, entry, "a step writes what is no temporary");
    }
    return MLOPS_OK;
}

static mlops_status check_forest(const opening *self, const uint8_t *entry) {
    const mlops__graph *g = self->graph;
    const uint8_t *operands = g->operands + 4 * (size_t)mlops__load_u32(entry + 12);
    uint32_t value = mlops__load_u32(operands + 4);
    mlops__graph_value v = mlops__graph_value_at(g, value);
    mlops__plan plan;
    if (v.dtype != MLOPS__GRAPH_BYTES) return corrupt(self, entry, "a forest has no plan");
    return mlops__plan_open(&plan, g->constants + v.place, (size_t)mlops__graph_dim(g, value, 0, 0),
                            self->err);
}

/* A body is behind its step, inside the steps and the body that the step is in, which is none. */
static mlops_status check_scan(const opening *self, uint32_t index, const uint8_t *entry,
                               uint32_t *body_end) {
    const mlops__graph *g = self->graph;
    const uint8_t *params = g->params + 8 * (size_t)mlops__load_u32(entry + 16);
    uint64_t states = mlops__load_u64(params), scans = mlops__load_u64(params + 8);
    uint64_t stacked = mlops__load_u64(params + 16), steps = mlops__load_u64(params + 24);
    uint32_t n_inputs = mlops__load_u32(entry + 8), n_outputs = mlops__load_u16(entry + 6);
    if (states > n_inputs || scans > n_inputs || stacked > n_inputs || scans == 0 ||
        3 * states + 2 * scans + stacked != n_inputs || states + stacked != n_outputs)
        return corrupt(self, entry, "a scan's operands are not those it tells");
    if (index < *body_end || steps > g->n_steps - index - 1)
        return corrupt(self, entry, "a scan's body is in another or beyond the steps");
    *body_end = index + 1 + (uint32_t)steps;
    return MLOPS_OK;
}

static mlops_status check_steps(const opening *self) {
    const mlops__graph *g = self->graph;
    uint32_t body_end = 0;
    for (uint32_t i = 0; i < g->n_steps; i++) {
        const uint8_t *entry = g->steps + 24 * (size_t)i;
        uint32_t number = mlops__load_u16(entry), ints = mlops__load_u16(entry + 2);
        uint32_t floats = mlops__load_u16(entry + 4), n_outputs = mlops__load_u16(entry + 6);
        uint32_t n_inputs = mlops__load_u32(entry + 8), operand = mlops__load_u32(entry + 12);
        uint32_t param = mlops__load_u32(entry + 16);
        const mlops__operator *op = mlops__operator_of(number);
        if (!op)
            return mlops__fail_at(self->err, MLOPS_E_UNSUPPORTED, 0, 0, entry - g->bytes,
                                  "graph: unknown operator %u", (unsigned)number);
        if (mlops__load_u32(entry + 20)) return corrupt(self, entry + 20, "a step ends in no zero");
        if (ints != op->ints || floats != op->floats || n_inputs < op->inputs_min ||
            (op->inputs_max != UINT16_MAX && n_inputs > op->inputs_max) ||
            n_outputs < op->outputs_min || n_outputs > op->outputs_max)
            return corrupt(self, entry, "a step's counts are not those of its operator");
        if (operand > g->n_operands || n_inputs > g->n_operands - operand ||
            n_outputs > g->n_operands - operand - n_inputs || param > g->n_params ||
            ints + floats > g->n_params - param)
            return corrupt(self, entry, "a step's operands or parameters are not there");
        MLOPS_TRY(check_operands(self, entry, op));
        if (number == MLOPS__GRAPH_FOREST) MLOPS_TRY(check_forest(self, entry));
        if (number == MLOPS__GRAPH_SCAN) MLOPS_TRY(check_scan(self, i, entry, &body_end));
    }
    return MLOPS_OK;
}

mlops_status mlops__graph_open(mlops__graph *out, const void *bytes, size_t n, mlops_error *err) {
    *out = (mlops__graph){.bytes = bytes, .size = n};
    opening self = {out, err};
    mlops__cursor in;
    if ((uintptr_t)bytes % 8)
        return mlops__fail(err, MLOPS_E_INVALID, "graph: stands at no multiple of 8");
    mlops__cursor_init(&in, bytes, n);
    MLOPS_TRY(read_head(out, &in, &self));
    MLOPS_TRY(find_parts(out, &in, &self));
    MLOPS_TRY(check_values(&self));
    MLOPS_TRY(check_ports(&self));
    return check_steps(&self);
}

mlops__graph_value mlops__graph_value_at(const mlops__graph *self, uint32_t value) {
    const uint8_t *p = self->values + 16 * (size_t)value;
    return (mlops__graph_value){.dtype = (mlops__graph_dtype)p[0],
                                .kind = (mlops__graph_kind)p[1],
                                .rank = p[2],
                                .dims = mlops__load_u32(p + 4),
                                .place = mlops__load_u64(p + 8)};
}

int64_t mlops__graph_dim(const mlops__graph *self, uint32_t value, int32_t dim, int64_t n_rows) {
    uint32_t first = mlops__load_u32(self->values + 16 * (size_t)value + 4);
    const uint8_t *p = self->dims + 8 * ((size_t)first + (size_t)dim);
    return (int64_t)mlops__load_u32(p) + (int64_t)mlops__load_u32(p + 4) * n_rows;
}

int mlops__graph_makes_texts(const mlops__graph *self) {
    for (uint32_t i = 0; i < self->n_steps; i++) {
        const uint8_t *entry = self->steps + 24 * (size_t)i;
        const uint8_t *operands = self->operands + 4 * (size_t)mlops__load_u32(entry + 12);
        uint32_t op = mlops__load_u16(entry), x = mlops__load_u32(operands);
        if (op == MLOPS__GRAPH_TEXT_NORMALIZE) return 1;
        if (op != MLOPS__GRAPH_CAST) continue;
        uint32_t y = mlops__load_u32(operands + 4);
        if (mlops__graph_value_at(self, y).dtype == MLOPS__GRAPH_TEXT &&
            mlops__graph_value_at(self, x).dtype != MLOPS__GRAPH_TEXT)
            return 1;
    }
    return 0;
}

uint32_t mlops__graph_n_forests(const mlops__graph *self) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < self->n_steps; i++)
        n += mlops__load_u16(self->steps + 24 * (size_t)i) == MLOPS__GRAPH_FOREST;
    return n;
}

mlops_status mlops__graph_forest_plan(const mlops__graph *self, uint32_t forest, mlops__plan *out) {
    for (uint32_t i = 0; i < self->n_steps; i++) {
        const uint8_t *entry = self->steps + 24 * (size_t)i;
        if (mlops__load_u16(entry) != MLOPS__GRAPH_FOREST || forest--) continue;
        uint32_t operand = mlops__load_u32(entry + 12);
        uint32_t value = mlops__load_u32(self->operands + 4 * ((size_t)operand + 1));
        return mlops__plan_find(out, self->constants + mlops__graph_value_at(self, value).place,
                                (size_t)mlops__graph_dim(self, value, 0, 0), NULL);
    }
    return MLOPS_E_INVALID;
}

static const uint8_t *port(const mlops__graph *self, uint32_t index) {
    return self->ports + 8 * (size_t)index;
}

uint32_t mlops__graph_input(const mlops__graph *self, uint32_t index) {
    return mlops__load_u32(port(self, index));
}

uint32_t mlops__graph_output(const mlops__graph *self, uint32_t index) {
    return mlops__load_u32(port(self, self->n_inputs + index));
}

const char *mlops__graph_input_name(const mlops__graph *self, uint32_t index) {
    return self->texts + mlops__load_u32(port(self, index) + 4);
}

const char *mlops__graph_output_name(const mlops__graph *self, uint32_t index) {
    return self->texts + mlops__load_u32(port(self, self->n_inputs + index) + 4);
}
