/* Writing graphs: parts grow in buffers, slots are given out at the end.
 *
 * Owns nothing. Invariant: temporaries share a slot only if the steps between the first and the
 * last that name them do not meet; what a body is run with lives as long as the body.
 */
#include "model/build/graph_write.h"

#include "base/cursor.h"
#include "model/run/graph_step.h"

#include <string.h>

enum { PROBE_ROWS = 256, STEP_SIZE = 24 };

typedef struct value {
    uint32_t dtype;
    uint32_t kind;
    uint32_t rank;
    uint32_t dims;
    uint64_t place;
} value;

/* From the first step that names it to the last one. */
typedef struct life {
    uint32_t from;
    uint32_t to;
    uint32_t slot;
    uint32_t number; /* in the bytes */
} life;

typedef struct slot {
    uint64_t size;
    int64_t busy; /* to this step */
} slot;

void mlops__graph_writer_init(mlops__graph_writer *self, const mlops_allocator *allocator) {
    mlops__buf *bufs[] = {&self->values,   &self->dims,   &self->steps,
                          &self->operands, &self->params, &self->inputs,
                          &self->outputs,  &self->texts,  &self->constants};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_init(bufs[i], allocator);
    self->status = MLOPS_OK;
}

void mlops__graph_writer_free(mlops__graph_writer *self) {
    mlops__buf *bufs[] = {&self->values,   &self->dims,   &self->steps,
                          &self->operands, &self->params, &self->inputs,
                          &self->outputs,  &self->texts,  &self->constants};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_free(bufs[i]);
}

static uint32_t add_value(mlops__graph_writer *self, mlops__graph_dtype dtype,
                          mlops__graph_kind kind, int32_t rank, const mlops__graph_dims *dims,
                          uint64_t place) {
    value v = {(uint32_t)dtype, (uint32_t)kind, (uint32_t)rank, (uint32_t)(self->dims.size / 8),
               place};
    for (int32_t i = 0; i < rank; i++) {
        mlops__buf_u32(&self->dims, dims[i].fixed);
        mlops__buf_u32(&self->dims, dims[i].per_row);
    }
    mlops__buf_put(&self->values, &v, sizeof v);
    return (uint32_t)(self->values.size / sizeof v - 1);
}

static void add_port(mlops__graph_writer *self, mlops__buf *ports, const char *name,
                     uint32_t number) {
    mlops__buf_u32(ports, number);
    mlops__buf_u32(ports, (uint32_t)self->texts.size);
    mlops__buf_put(&self->texts, name, strlen(name) + 1);
}

uint32_t mlops__graph_writer_input(mlops__graph_writer *self, const char *name,
                                   mlops__graph_dtype dtype, int32_t rank,
                                   const mlops__graph_dims *dims) {
    uint32_t number = add_value(self, dtype, MLOPS__GRAPH_INPUT, rank, dims, 0);
    add_port(self, &self->inputs, name, number);
    return number;
}

uint32_t mlops__graph_writer_temporary(mlops__graph_writer *self, mlops__graph_dtype dtype,
                                       int32_t rank, const mlops__graph_dims *dims) {
    return add_value(self, dtype, MLOPS__GRAPH_TEMPORARY, rank, dims, 0);
}

void mlops__graph_writer_output(mlops__graph_writer *self, const char *name, uint32_t number) {
    add_port(self, &self->outputs, name, number);
}

static void put_element(mlops__graph_writer *self, mlops__graph_dtype dtype, const void *data,
                        size_t i) {
    if (dtype == MLOPS__GRAPH_F32) mlops__buf_f32(&self->constants, ((const float *)data)[i]);
    else if (dtype == MLOPS__GRAPH_F64) mlops__buf_f64(&self->constants, ((const double *)data)[i]);
    else if (dtype == MLOPS__GRAPH_I64)
        mlops__buf_i64(&self->constants, ((const int64_t *)data)[i]);
    else if (dtype == MLOPS__GRAPH_I32)
        mlops__buf_u32(&self->constants, (uint32_t)((const int32_t *)data)[i]);
    else if (dtype == MLOPS__GRAPH_TEXT) {
        const mlops__graph_text *text = (const mlops__graph_text *)data + i;
        mlops__buf_u32(&self->constants, (uint32_t)self->texts.size);
        mlops__buf_u32(&self->constants, (uint32_t)text->n);
        mlops__buf_put(&self->texts, text->bytes, text->n);
    } else mlops__buf_u8(&self->constants, ((const uint8_t *)data)[i]);
}

uint32_t mlops__graph_writer_constant(mlops__graph_writer *self, mlops__graph_dtype dtype,
                                      int32_t rank, const int64_t *dims, const void *data) {
    mlops__graph_dims fixed[MLOPS__GRAPH_RANK_MAX] = {{0, 0}};
    size_t n = 1;
    for (int32_t i = 0; i < rank; i++) {
        if (dims[i] < 0 || dims[i] > UINT32_MAX || !mlops__mul(n, (size_t)dims[i], &n))
            self->status = MLOPS_E_LIMIT;
        fixed[i].fixed = (uint32_t)dims[i];
    }
    mlops__buf_align(&self->constants, MLOPS__GRAPH_ALIGN);
    uint64_t place = self->constants.size;
    for (size_t i = 0; self->status == MLOPS_OK && self->constants.status == MLOPS_OK && i < n; i++)
        put_element(self, dtype, data, i);
    return add_value(self, dtype, MLOPS__GRAPH_CONSTANT, rank, fixed, place);
}

void mlops__graph_writer_step(mlops__graph_writer *self, const mlops__graph_step *step) {
    mlops__buf *out = &self->steps;
    if (step->n_ints > UINT16_MAX || step->n_floats > UINT16_MAX || step->n_outputs > UINT16_MAX)
        self->status = MLOPS_E_LIMIT;
    mlops__buf_u16(out, (uint16_t)step->op);
    mlops__buf_u16(out, (uint16_t)step->n_ints);
    mlops__buf_u16(out, (uint16_t)step->n_floats);
    mlops__buf_u16(out, (uint16_t)step->n_outputs);
    mlops__buf_u32(out, step->n_inputs);
    mlops__buf_u32(out, (uint32_t)(self->operands.size / 4));
    mlops__buf_u32(out, (uint32_t)(self->params.size / 8));
    mlops__buf_u32(out, 0);
    for (uint32_t i = 0; i < step->n_inputs; i++) mlops__buf_u32(&self->operands, step->inputs[i]);
    for (uint32_t i = 0; i < step->n_outputs; i++)
        mlops__buf_u32(&self->operands, step->outputs[i]);
    for (uint32_t i = 0; i < step->n_ints; i++) mlops__buf_i64(&self->params, step->ints[i]);
    for (uint32_t i = 0; i < step->n_floats; i++) mlops__buf_f64(&self->params, step->floats[i]);
}

static const value *value_at(const mlops__graph_writer *self, uint32_t i) {
    return (const value *)(const void *)self->values.data + i;
}

/* Operands of a step, and how many. */
static const uint8_t *operands_of(const mlops__graph_writer *self, uint32_t step, uint32_t *n) {
    const uint8_t *p = self->steps.data + STEP_SIZE * (size_t)step;
    *n = mlops__load_u32(p + 8) + mlops__load_u16(p + 6);
    return self->operands.data + 4 * (size_t)mlops__load_u32(p + 12);
}

/* The last step of the body that begins behind this one; the step itself if it has none. */
static uint32_t body_end(const mlops__graph_writer *self, uint32_t step) {
    const uint8_t *p = self->steps.data + STEP_SIZE * (size_t)step;
    if (mlops__load_u16(p) != MLOPS__GRAPH_SCAN) return step;
    return step +
           (uint32_t)mlops__load_u64(self->params.data + 8 * ((size_t)mlops__load_u32(p + 16) + 3));
}

/* What a body is given or yields lives from its first step to its last, and so does what was there
 * before it and is named in it. */
static void find_lives(const mlops__graph_writer *self, life *lives, uint32_t n_values) {
    uint32_t n_steps = (uint32_t)(self->steps.size / STEP_SIZE), body = 0, end = 0;
    for (uint32_t i = 0; i < n_values; i++) lives[i] = (life){UINT32_MAX, 0, UINT32_MAX, 0};
    for (uint32_t s = 0; s < n_steps; s++) {
        uint32_t n;
        const uint8_t *operands = operands_of(self, s, &n);
        if (s == 0 || s > end) body = s, end = body_end(self, s);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t v = mlops__load_u32(operands + 4 * (size_t)k);
            if (v >= n_values) continue;
            if (lives[v].from > s) lives[v].from = s;
            uint32_t to = lives[v].from <= body ? end : s;
            if (lives[v].to < to) lives[v].to = to;
        }
    }
    for (size_t i = 0; i < self->outputs.size / 8; i++) {
        uint32_t v = mlops__load_u32(self->outputs.data + 8 * i);
        if (v < n_values) lives[v].to = n_steps;
    }
}

static uint64_t probe_size(const mlops__graph_writer *self, const value *v) {
    uint64_t size = mlops__dtype_size((mlops__graph_dtype)v->dtype);
    for (uint32_t i = 0; i < v->rank; i++) {
        const uint8_t *dim = self->dims.data + 8 * ((size_t)v->dims + i);
        uint64_t at = mlops__load_u32(dim) + (uint64_t)mlops__load_u32(dim + 4) * PROBE_ROWS;
        if (size < (uint64_t)1 << 20) size *= at ? at : 1; /* what is larger is large enough */
    }
    return size;
}

/* The free slot that fits best: the least that is large enough, else the largest, else a new one.
 */
static void give_slot(const mlops__graph_writer *self, life *l, const value *v, slot *slots,
                      uint32_t *n_slots) {
    uint64_t size = probe_size(self, v);
    uint32_t best = UINT32_MAX;
    for (uint32_t i = 0; i < *n_slots; i++) {
        if (slots[i].busy >= (int64_t)l->from) continue;
        if (best == UINT32_MAX ||
            (slots[i].size >= size ? slots[best].size < size || slots[i].size < slots[best].size
                                   : slots[i].size > slots[best].size && slots[best].size < size))
            best = i;
    }
    if (best == UINT32_MAX) {
        best = (*n_slots)++;
        slots[best] = (slot){0, -1};
    }
    if (slots[best].size < size) slots[best].size = size;
    slots[best].busy = l->to;
    l->slot = best;
}

/* Slots in the order in which steps name their values, then numbers: temporaries by slot. */
static uint32_t place_values(const mlops__graph_writer *self, life *lives, slot *slots,
                             uint32_t n_values) {
    uint32_t n_steps = (uint32_t)(self->steps.size / STEP_SIZE), n_slots = 0, number = 0;
    for (uint32_t s = 0; s < n_steps; s++) {
        uint32_t n;
        const uint8_t *operands = operands_of(self, s, &n);
        for (uint32_t k = 0; k < n; k++) {
            uint32_t v = mlops__load_u32(operands + 4 * (size_t)k);
            if (v >= n_values || lives[v].slot != UINT32_MAX) continue;
            if (value_at(self, v)->kind != MLOPS__GRAPH_TEMPORARY) continue;
            give_slot(self, &lives[v], value_at(self, v), slots, &n_slots);
        }
    }
    for (uint32_t i = 0; i < n_values; i++) {
        if (value_at(self, i)->kind != MLOPS__GRAPH_TEMPORARY) lives[i].number = number++;
        else if (lives[i].slot == UINT32_MAX) lives[i].slot = n_slots++;
    }
    for (uint32_t s = 0; s < n_slots; s++)
        for (uint32_t i = 0; i < n_values; i++)
            if (lives[i].slot == s) lives[i].number = number++;
    return n_slots;
}

static void put_operands(const mlops__buf *from, size_t size, const life *lives, uint32_t n_values,
                         mlops__buf *out) {
    for (size_t at = 0; at < from->size; at += size) {
        uint32_t v = mlops__load_u32(from->data + at);
        mlops__buf_u32(out, v < n_values ? lives[v].number : v);
        mlops__buf_put(out, from->data + at + 4, size - 4);
    }
}

static void put_value(const value *v, const life *l, mlops__buf *out) {
    mlops__buf_u8(out, (uint8_t)v->dtype);
    mlops__buf_u8(out, (uint8_t)v->kind);
    mlops__buf_u8(out, (uint8_t)v->rank);
    mlops__buf_u8(out, 0);
    mlops__buf_u32(out, v->dims);
    mlops__buf_u64(out, v->kind == MLOPS__GRAPH_TEMPORARY ? l->slot : v->place);
}

static void put_part(mlops__buf *out, const mlops__buf *part) {
    mlops__buf_put(out, part->data, part->size);
    mlops__buf_align(out, 8);
}

static void put_all(const mlops__graph_writer *self, const life *lives, const uint32_t *order,
                    uint32_t n_values, uint32_t n_slots, uint32_t flags, mlops__buf *out) {
    mlops__buf_align(out, MLOPS__GRAPH_ALIGN);
    mlops__buf_text(out, "GRPH");
    mlops__buf_u16(out, MLOPS__GRAPH_VERSION);
    mlops__buf_u16(out, (uint16_t)flags);
    const size_t counts[] = {self->inputs.size / 8,
                             self->outputs.size / 8,
                             n_values,
                             n_slots,
                             self->steps.size / STEP_SIZE,
                             self->dims.size / 8,
                             self->operands.size / 4,
                             self->params.size / 8,
                             self->texts.size,
                             0};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        mlops__buf_u32(out, (uint32_t)counts[i]);
    mlops__buf_u64(out, self->constants.size);
    mlops__buf_u64(out, 0);
    put_operands(&self->inputs, 8, lives, n_values, out);
    put_operands(&self->outputs, 8, lives, n_values, out);
    for (uint32_t i = 0; i < n_values; i++)
        put_value(value_at(self, order[i]), &lives[order[i]], out);
    put_part(out, &self->dims);
    put_part(out, &self->steps);
    put_operands(&self->operands, 4, lives, n_values, out);
    mlops__buf_align(out, 8);
    put_part(out, &self->params);
    mlops__buf_put(out, self->texts.data, self->texts.size);
    mlops__buf_align(out, MLOPS__GRAPH_ALIGN);
    mlops__buf_put(out, self->constants.data, self->constants.size);
}

static mlops_status status_of(const mlops__graph_writer *self) {
    const mlops__buf *bufs[] = {&self->values,   &self->dims,   &self->steps,
                                &self->operands, &self->params, &self->inputs,
                                &self->outputs,  &self->texts,  &self->constants};
    if (self->status) return self->status;
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) {
        if (bufs[i]->status) return bufs[i]->status;
        if (bufs[i] != &self->constants && bufs[i]->size > UINT32_MAX) return MLOPS_E_LIMIT;
    }
    return MLOPS_OK;
}

mlops_status mlops__graph_writer_finish(mlops__graph_writer *self, uint32_t flags, mlops__buf *out,
                                        mlops_error *err) {
    const mlops_allocator *allocator = self->values.allocator;
    uint32_t n = (uint32_t)(self->values.size / sizeof(value));
    mlops_status status = status_of(self);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, 0);
    if (status) return mlops__fail(err, status, "graph: something is more than 32 bits count");
    life *lives = mlops__alloc_array(allocator, (size_t)n + 1, sizeof *lives);
    slot *slots = mlops__alloc_array(allocator, (size_t)n + 1, sizeof *slots);
    uint32_t *order = mlops__alloc_array(allocator, (size_t)n + 1, sizeof *order);
    if (lives && slots && order) {
        find_lives(self, lives, n);
        uint32_t n_slots = place_values(self, lives, slots, n);
        for (uint32_t i = 0; i < n; i++) order[lives[i].number] = i;
        put_all(self, lives, order, n, n_slots, flags, out);
        status = out->status;
    } else status = MLOPS_E_NOMEM;
    mlops__free(allocator, lives, ((size_t)n + 1) * sizeof *lives);
    mlops__free(allocator, slots, ((size_t)n + 1) * sizeof *slots);
    mlops__free(allocator, order, ((size_t)n + 1) * sizeof *order);
    return status ? mlops__fail_nomem(err, 0) : MLOPS_OK;
}
