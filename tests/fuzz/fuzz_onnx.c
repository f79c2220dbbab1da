/* Any bytes as an ONNX file: whatever was read lies inside the file and the arena, whatever was
 * compiled is a graph, it runs or says why not, and rows that are said to be independent are.
 */
#include "fuzz/fuzz.h"
#include "model/build/graph_model.h"
#include "model/build/onnx_compile.h"
#include "sys/host.h"

static volatile double sum; /* of all that was read, so that it is */

static void use_tensor(const mlops__onnx_tensor *tensor) {
    sum += (double)strlen(tensor->name);
    size_t n = (size_t)tensor->count * mlops__onnx_size(tensor->type);
    for (size_t i = 0; i < n; i++) sum += tensor->data[i];
    for (size_t i = 0; tensor->texts && i < (size_t)tensor->count; i++)
        if (tensor->texts[i].n) sum += tensor->texts[i].text[tensor->texts[i].n - 1];
}

static void use_attribute(const mlops__onnx_attribute *attribute) {
    sum += (double)attribute->i + (double)attribute->f;
    for (size_t i = 0; i < attribute->n; i++) {
        if (attribute->kind == MLOPS__ONNX_FLOATS) sum += (double)attribute->floats[i];
        if (attribute->kind == MLOPS__ONNX_INTS) sum += (double)attribute->ints[i];
        if (attribute->kind == MLOPS__ONNX_TEXTS) sum += (double)attribute->texts[i].n;
    }
    if (attribute->kind == MLOPS__ONNX_TENSOR) use_tensor(attribute->tensor);
}

static void use_graph(const mlops__onnx_graph *graph, int depth) {
    if (depth > 64) abort();
    for (size_t i = 0; i < graph->n_tensors; i++) use_tensor(&graph->tensors[i]);
    for (size_t i = 0; i < graph->n_nodes; i++) {
        const mlops__onnx_node *node = &graph->nodes[i];
        for (uint32_t a = 0; a < node->n_attributes; a++) {
            use_attribute(&node->attributes[a]);
            if (node->attributes[a].kind == MLOPS__ONNX_GRAPH)
                use_graph(node->attributes[a].graph, depth + 1);
        }
    }
}

static size_t size_of(mlops__graph_dtype dtype) { return mlops__oc_dtype_size(dtype); }

/* Numbers and texts that depend on their row and place. */
static void fill(const mlops__graph_room *room, int64_t first, int64_t n) {
    static const mlops__graph_text texts[] = {{"a", 1}, {"b a", 3}, {"", 0}, {"red", 3}};
    uint8_t *p = room->inputs;
    for (uint32_t i = 0; i < room->model->graph.n_inputs; i++) {
        const mlops__graph_port *port = &room->model->inputs[i];
        for (int64_t j = 0; j < n * port->width; j++) {
            int64_t value = (first * port->width + j) * 5 % 7 - 3;
            uint8_t *to = p + (size_t)j * size_of(port->dtype);
            if (port->dtype == MLOPS__GRAPH_F32) *(float *)(void *)to = (float)value / 2;
            if (port->dtype == MLOPS__GRAPH_F64) *(double *)(void *)to = (double)value / 2;
            if (port->dtype == MLOPS__GRAPH_I64) *(int64_t *)(void *)to = value;
            if (port->dtype == MLOPS__GRAPH_I32) *(int32_t *)(void *)to = (int32_t)value;
            if (port->dtype == MLOPS__GRAPH_BOOL) *to = value > 0;
            if (port->dtype == MLOPS__GRAPH_TEXT)
                *(mlops__graph_text *)(void *)to = texts[(value + 3) % 4];
        }
        size_t size = (size_t)(room->n_rows * port->width) * size_of(port->dtype);
        p += (size + 63) / 64 * 64;
    }
}

static size_t output_size(const mlops__graph_view *view) {
    size_t size = view->dtype == MLOPS__GRAPH_TEXT ? 0 : size_of(view->dtype);
    for (int32_t i = 0; i < view->rank; i++) size *= (size_t)view->dims[i];
    return size;
}

/* If rows are said to be independent, each alone gives the bytes that both give together. */
static void hold_rows(const mlops__graph_room *room) {
    const mlops__graph_model *model = room->model;
    mlops_error error;
    fill(room, 0, 2);
    if (mlops__graph_run_rows(room->run, 2, &error)) return;
    uint8_t *both[16] = {NULL};
    uint32_t n = model->shape.n_outputs < 16 ? model->shape.n_outputs : 16;
    size_t sizes[16] = {0};
    for (uint32_t i = 0; i < n; i++) {
        mlops__graph_view view = mlops__graph_result(room->run, i);
        sizes[i] = output_size(&view);
        both[i] = malloc(sizes[i] + 1);
        if (!both[i]) exit(1);
        if (sizes[i]) memcpy(both[i], view.data, sizes[i]);
    }
    for (int64_t row = 0; row < 2; row++) {
        fill(room, row, 1);
        int failed = mlops__graph_run_rows(room->run, 1, &error) != MLOPS_OK;
        for (uint32_t i = 0; i < n && !failed; i++) {
            mlops__graph_view view = mlops__graph_result(room->run, i);
            size_t size = output_size(&view);
            if (2 * size != sizes[i]) abort();
            if (size && memcmp(both[i] + (size_t)row * size, view.data, size) != 0) abort();
        }
    }
    for (uint32_t i = 0; i < n; i++) free(both[i]);
}

static void run_graph(const mlops__buf *plan, mlops__arena *arena, const mlops_allocator *heap) {
    enum { MOST = 16 << 20, TEXTS = 4096 };
    mlops__graph_model *model;
    mlops__graph_room room;
    mlops_error error;
    mlops_status status = mlops__graph_model_open(&model, plan->data, plan->size, arena, &error);
    if (status == MLOPS_E_CORRUPT) abort();
    if (status) return;
    int64_t n_rows = model->shape.has_rows ? 2 : 1;
    size_t size = mlops__graph_room_size(model, n_rows, TEXTS);
    if (size == 0 || size > MOST) return;
    void *mem = mlops__alloc_aligned(heap, size, 64);
    if (!mem) return;
    memset(mem, 0, size);
    if (mlops__graph_room_init(&room, model, n_rows, TEXTS, mem)) abort();
    fill(&room, 0, n_rows);
    (void)mlops__graph_run_rows(room.run, n_rows, &error);
    if (model->graph.flags & MLOPS__GRAPH_ROWS && model->shape.has_rows) hold_rows(&room);
    mlops__free_aligned(heap, mem, size, 64);
}

static void compile(const mlops__onnx *model, mlops__arena *arena, const mlops_allocator *heap) {
    mlops__buf plan;
    mlops_error error;
    mlops__buf_init(&plan, heap);
    if (mlops__onnx_compile(model, arena, &plan, &error) == MLOPS_OK) run_graph(&plan, arena, heap);
    mlops__buf_free(&plan);
}

static mlops_status give(void *user, const char *location, int64_t offset, int64_t size,
                         void *out) {
    (void)user;
    if (!location[0] || offset < 0) return MLOPS_E_NOT_FOUND;
    memset(out, 0x3f, (size_t)size);
    return MLOPS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__arena arena;
    mlops__onnx model;
    mlops__host host;
    mlops_error error;
    error.offset = -1;
    if (mlops__host_init(&host, NULL, &error)) return 0;
    mlops__arena_init(&arena, &host.allocator, 64 << 20);
    mlops_status status =
        mlops__onnx_read(&model, data, size, &(mlops__external){give, NULL}, &arena, &error);
    if (status == MLOPS_OK) {
        use_graph(model.graph, 0);
        compile(&model, &arena, &host.allocator);
    } else if (status != MLOPS_E_NOMEM && status != MLOPS_E_NOT_FOUND &&
               (error.offset < 0 || (size_t)error.offset > size)) {
        abort();
    }
    mlops__arena_free(&arena);
    return 0;
}
