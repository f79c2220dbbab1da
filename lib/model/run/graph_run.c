/* The memory of a run, and running its steps.
 *
 * Owns mlops__graph_run. Invariant: a value is read only while its slot holds it, and written only
 * within its slot, so that whatever the steps say, elements have the dtype that they are read as
 * and lie inside. Freestanding: part of the firmware build.
 */
#include "base/alloc.h"
#include "base/cursor.h"
#include "model/run/graph_step.h"

enum { ROWS_MAX = 1 << 30 };

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static const int is_big_endian = 1;
#else
static const int is_big_endian = 0;
#endif

/* Where the parts of a run begin; ok is 0 once something does not fit. */
typedef struct layout {
    size_t size;
    size_t views, places, slots, holders, forests, texts, copies, arena, bump;
    uint32_t n_forests;
    int ok;
} layout;

static size_t room(layout *self, uint64_t n, size_t size, size_t align) {
    size_t bytes, at = (self->size + (align - 1)) / align * align;
    if (n > SIZE_MAX || at < self->size || !mlops__mul((size_t)n, size, &bytes) ||
        !mlops__add(at, bytes, &self->size))
        self->ok = 0;
    return at;
}

static int is_copied(mlops__graph_dtype dtype) {
    return is_big_endian && dtype != MLOPS__GRAPH_TEXT && dtype != MLOPS__GRAPH_BYTES &&
           dtype != MLOPS__GRAPH_BOOL;
}

/* Elements of a value at most; -1 if they are too many, or too much stands beside a dim of 0. */
static int64_t count_at(const mlops__graph *graph, uint32_t value, int32_t rank, int64_t n_rows) {
    int64_t n = 1;
    int is_empty = 0;
    for (int32_t i = 0; i < rank; i++) {
        int64_t dim = mlops__graph_dim(graph, value, i, n_rows);
        is_empty |= dim == 0;
        if (!mlops__times(n, dim ? dim : 1, &n)) return -1;
    }
    if (is_empty && n > MLOPS__GRAPH_EMPTY_MAX) return -1;
    return is_empty ? 0 : n;
}

/* Elements of constants that are no bytes of the graph: texts (1), or copies in another order. */
static void room_constants(layout *self, const mlops__graph *graph, int texts) {
    for (uint32_t i = 0; i < graph->n_values; i++) {
        mlops__graph_value v = mlops__graph_value_at(graph, i);
        if (v.kind != MLOPS__GRAPH_CONSTANT) continue;
        if (texts ? v.dtype != MLOPS__GRAPH_TEXT : !is_copied(v.dtype)) continue;
        room(self, (uint64_t)count_at(graph, i, v.rank, 0), mlops__dtype_size(v.dtype), 8);
    }
}

/* Slots one behind the other; run is NULL if only their sizes are asked for. */
static void room_slots(layout *self, const mlops__graph *graph, int64_t n_rows,
                       mlops__graph_run *run) {
    uint64_t slot = UINT64_MAX;
    size_t largest = 0;
    for (uint32_t i = 0; i < graph->n_values; i++) {
        mlops__graph_value v = mlops__graph_value_at(graph, i);
        int64_t n = count_at(graph, i, v.rank, n_rows);
        if (n < 0) self->ok = 0;
        if (v.kind != MLOPS__GRAPH_TEMPORARY || n < 0) continue;
        if (v.place != slot) {
            room(self, largest, 1, 1);
            largest = 0;
            slot = v.place;
            size_t at = room(self, 0, 1, MLOPS__GRAPH_ALIGN);
            if (run) run->slots[slot] = (uint8_t *)run + at;
        }
        if ((uint64_t)n > SIZE_MAX / 16) self->ok = 0;
        size_t size = (size_t)n * mlops__dtype_size(v.dtype);
        if (size > largest) largest = size;
    }
    room(self, largest, 1, 1);
    if (run) run->slots[graph->n_slots] = (uint8_t *)run + self->size;
}

static layout layout_of(const mlops__graph *graph, int64_t n_rows, size_t text_size) {
    layout self = {.size = sizeof(mlops__graph_run), .ok = n_rows >= 0 && n_rows <= ROWS_MAX};
    if (!self.ok) return self;
    self.n_forests = mlops__graph_n_forests(graph);
    self.views = room(&self, graph->n_values, sizeof(mlops__graph_view), 8);
    self.places = room(&self, graph->n_values, sizeof(uint32_t), 8);
    self.slots = room(&self, (uint64_t)graph->n_slots + 1, sizeof(uint8_t *), 8);
    self.holders = room(&self, graph->n_slots, sizeof(uint32_t), 8);
    self.forests = room(&self, self.n_forests, sizeof(mlops__graph_forest), 8);
    self.texts = room(&self, 0, 1, 8);
    room_constants(&self, graph, 1);
    self.copies = room(&self, 0, 1, 8);
    room_constants(&self, graph, 0);
    self.arena = room(&self, 0, 1, MLOPS__GRAPH_ALIGN);
    room_slots(&self, graph, n_rows, NULL);
    self.bump = room(&self, text_size, 1, 1);
    return self;
}

size_t mlops__graph_size(const mlops__graph *self, int64_t n_rows, size_t text_size) {
    layout at = layout_of(self, n_rows, text_size);
    return at.ok ? at.size : 0;
}

/* Dims of an input or constant as they are at so many rows. */
static void tell_dims(mlops__graph_run *run, uint32_t value, int64_t n_rows) {
    mlops__graph_view *view = &run->views[value];
    for (int32_t i = 0; i < view->rank; i++)
        view->dims[i] = mlops__graph_dim(run->graph, value, i, n_rows);
}

/* The elements of a constant, in the machine's order. Returns the end of what it wrote. */
static uint8_t *init_constant(mlops__graph_run *run, uint32_t value, const uint8_t *bytes,
                              uint8_t *to) {
    mlops__graph_view *view = &run->views[value];
    size_t n = (size_t)mlops__view_count(view), size = mlops__dtype_size(view->dtype);
    view->data = to;
    if (view->dtype == MLOPS__GRAPH_TEXT) {
        mlops__graph_text *texts = (mlops__graph_text *)(void *)to;
        for (size_t i = 0; i < n; i++)
            texts[i] = (mlops__graph_text){run->graph->texts + mlops__load_u32(bytes + 8 * i),
                                           mlops__load_u32(bytes + 8 * i + 4)};
    } else {
        for (size_t i = 0; i < n * size; i++) to[i] = bytes[i / size * size + size - 1 - i % size];
    }
    return to + (n * size + 7) / 8 * 8;
}

static void init_values(mlops__graph_run *run, uint8_t *texts, uint8_t *copies) {
    const mlops__graph *graph = run->graph;
    for (uint32_t i = 0; i < graph->n_values; i++) {
        mlops__graph_value v = mlops__graph_value_at(graph, i);
        run->views[i] = (mlops__graph_view){.dtype = v.dtype, .rank = v.rank};
        run->places[i] = v.kind == MLOPS__GRAPH_TEMPORARY ? (uint32_t)v.place : MLOPS__GRAPH_NONE;
        if (v.kind != MLOPS__GRAPH_CONSTANT) continue;
        const uint8_t *bytes = graph->constants + v.place;
        run->views[i].data = bytes;
        tell_dims(run, i, 0);
        if (v.dtype == MLOPS__GRAPH_TEXT) texts = init_constant(run, i, bytes, texts);
        else if (is_copied(v.dtype)) copies = init_constant(run, i, bytes, copies);
    }
}

static mlops_status init_forests(mlops__graph_run *run) {
    for (uint32_t i = 0; i < run->graph->n_steps; i++) {
        mlops__step step = mlops__step_at(run, i, NULL);
        if (step.op != MLOPS__GRAPH_FOREST) continue;
        mlops__graph_forest *forest = &run->forests[run->n_forests++];
        forest->step = i;
        uint32_t value = mlops__step_operand(&step, 1);
        const mlops__graph_view *plan = &run->views[value];
        MLOPS_TRY(mlops__plan_find(&forest->plan, plan->data, (size_t)plan->dims[0], NULL));
    }
    return MLOPS_OK;
}

mlops_status mlops__graph_init(mlops__graph_run **out, void *mem, size_t size,
                               const mlops__graph *graph, int64_t n_rows, size_t text_size) {
    layout at = layout_of(graph, n_rows, text_size);
    *out = NULL;
    if (!at.ok || !mem || (uintptr_t)mem % MLOPS__GRAPH_ALIGN) return MLOPS_E_INVALID;
    if (size < at.size) return MLOPS_E_ARENA;
    uint8_t *base = mem;
    mlops__graph_run *run = mem;
    *run = (mlops__graph_run){.graph = graph,
                              .n_rows = n_rows,
                              .views = (void *)(base + at.views),
                              .places = (void *)(base + at.places),
                              .slots = (void *)(base + at.slots),
                              .holders = (void *)(base + at.holders),
                              .forests = (void *)(base + at.forests),
                              .texts = (char *)(base + at.bump),
                              .text_size = text_size};
    layout slots = {.size = at.arena, .ok = 1};
    room_slots(&slots, graph, n_rows, run);
    init_values(run, base + at.texts, base + at.copies);
    MLOPS_TRY(init_forests(run));
    *out = run;
    return MLOPS_OK;
}

mlops_status mlops__graph_bind(mlops__graph_run *self, uint32_t input, mlops__graph_dtype dtype,
                               const void *data) {
    if (input >= self->graph->n_inputs || !data) return MLOPS_E_INVALID;
    mlops__graph_view *view = &self->views[mlops__graph_input(self->graph, input)];
    if (view->dtype != dtype) return MLOPS_E_INVALID;
    view->data = data;
    return MLOPS_OK;
}

void mlops__graph_set_kern(mlops__graph_run *self, const mlops__kern *kern) { self->kern = kern; }

void mlops__graph_set_forests(mlops__graph_run *self, mlops__graph_forest_fn *fn, void *ctx) {
    self->forest_fn = fn;
    self->forest_ctx = ctx;
}

mlops_status mlops__graph_run_rows(mlops__graph_run *self, int64_t n, mlops_error *err) {
    const mlops__graph *graph = self->graph;
    self->is_done = 0;
    self->text_used = 0;
    if (n < 0 || n > self->n_rows)
        return mlops__fail(err, MLOPS_E_INVALID, "graph: %lld rows, the run has room for %lld",
                           (long long)n, (long long)self->n_rows);
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        uint32_t value = mlops__graph_input(graph, i);
        tell_dims(self, value, n);
        if (count_at(graph, value, self->views[value].rank, n) < 0)
            return mlops__fail(err, MLOPS_E_INVALID, "graph: input \"%s\" has too much of nothing",
                               mlops__graph_input_name(graph, i));
        if (!self->views[value].data)
            return mlops__fail(err, MLOPS_E_INVALID, "graph: input \"%s\" is not bound",
                               mlops__graph_input_name(graph, i));
    }
    for (uint32_t i = 0; i < graph->n_slots; i++) self->holders[i] = MLOPS__GRAPH_NONE;
    MLOPS_TRY(mlops__steps_run(self, 0, graph->n_steps, err));
    for (uint32_t i = 0; i < graph->n_outputs; i++) {
        uint32_t value = mlops__graph_output(graph, i), place = self->places[value];
        if (place != MLOPS__GRAPH_NONE && self->holders[place] != value)
            return mlops__fail(err, MLOPS_E_CORRUPT, "graph: output \"%s\" is not there any more",
                               mlops__graph_output_name(graph, i));
    }
    self->is_done = 1;
    return MLOPS_OK;
}

mlops__graph_view mlops__graph_result(const mlops__graph_run *self, uint32_t output) {
    if (!self->is_done || output >= self->graph->n_outputs) return (mlops__graph_view){0};
    return self->views[mlops__graph_output(self->graph, output)];
}
