/* Any bytes as an ONNX file: whatever was read lies inside the file and the arena, whatever was
 * compiled is a graph, and it runs or says why not.
 */
#include "model/build/graph_model.h"
#include "model/build/onnx_compile.h"
#include "sys/host.h"

#include <stdlib.h>
#include <string.h>

static void use_tensor(const mlops__onnx_tensor *tensor) {
    volatile size_t sum = strlen(tensor->name);
    size_t n = (size_t)tensor->count * mlops__onnx_size(tensor->type);
    for (size_t i = 0; i < n; i++) sum += tensor->data[i];
    for (size_t i = 0; tensor->texts && i < (size_t)tensor->count; i++)
        if (tensor->texts[i].n) sum += (size_t)tensor->texts[i].text[tensor->texts[i].n - 1];
}

static void use_attribute(const mlops__onnx_attribute *attribute) {
    volatile double sum = (double)attribute->i + (double)attribute->f;
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

/* Two rows of zeros and of empty texts. */
static void run_graph(const mlops__buf *plan, mlops__arena *arena, const mlops_allocator *heap) {
    enum { MOST = 16 << 20, TEXTS = 4096 };
    mlops__graph_model *model;
    mlops__graph_room room;
    mlops_error error;
    mlops_status status = mlops__graph_model_open(&model, plan->data, plan->size, arena, &error);
    if (status == MLOPS_E_CORRUPT) abort();
    if (status) return;
    int64_t n_rows = model->has_rows ? 2 : 1;
    size_t size = mlops__graph_room_size(model, n_rows, TEXTS);
    if (size == 0 || size > MOST) return;
    void *mem = mlops__alloc_aligned(heap, size, 64);
    if (!mem) return;
    memset(mem, 0, size);
    if (mlops__graph_room_init(&room, model, n_rows, TEXTS, mem)) abort();
    (void)mlops__graph_run_rows(room.run, n_rows, &error);
    mlops__free_aligned(heap, mem, size, 64);
}

static void compile(const mlops__onnx *model, mlops__arena *arena, const mlops_allocator *heap) {
    mlops__buf plan;
    mlops_error error;
    mlops__buf_init(&plan, heap);
    if (mlops__onnx_compile(model, arena, &plan, &error) == MLOPS_OK) run_graph(&plan, arena, heap);
    mlops__buf_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__arena arena;
    mlops__onnx model;
    mlops__host host;
    mlops_error error;
    error.offset = -1;
    if (mlops__host_init(&host, NULL, &error)) return 0;
    mlops__arena_init(&arena, &host.allocator, 64 << 20);
    mlops_status status = mlops__onnx_read(&model, data, size, &arena, &error);
    if (status == MLOPS_OK) {
        use_graph(model.graph, 0);
        compile(&model, &arena, &host.allocator);
    } else if (status != MLOPS_E_NOMEM && (error.offset < 0 || (size_t)error.offset > size)) {
        abort();
    }
    mlops__arena_free(&arena);
    return 0;
}
