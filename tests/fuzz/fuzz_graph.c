/* Graphs: what opens must run at any number of rows that it has room for, with whatever stands in
 * its inputs, inside its memory, and what comes out must be readable.
 */
#include "base/alloc.h"
#include "fuzz/fuzz.h"
#include "model/run/graph_step.h"
#include "sys/host.h"

static volatile uint64_t sum; /* so that all is read */

enum { SIZE_MAX_TRIED = 1 << 17, TEXTS = 1 << 10, INPUTS_MAX = 8 };

/* Inputs of any count: numbers of all kinds, and texts. Memory of exactly the size that is read. */
static void *fill(mlops__graph_dtype dtype, size_t n) {
    static const mlops__graph_text words[] = {{"a b", 3}, {"", 0}, {"-1.5e3", 6}, {"\xc3\x89t", 3}};
    static const double reals[] = {0.0, 1.0, -2.5, 1e300, 3.0, __builtin_inf(), 0.5};
    size_t size = mlops__dtype_size(dtype);
    uint8_t *data = malloc(n * size + (n == 0));
    for (size_t i = 0; data && i < n; i++) {
        double real = i % 11 == 10 ? __builtin_nan("") : reals[i % 7];
        float single = (float)real;
        int64_t whole = i % 9 == 8 ? INT64_MIN : (int64_t)(i % 5) - 1;
        const void *from = dtype == MLOPS__GRAPH_TEXT  ? (const void *)&words[i % 4]
                           : dtype == MLOPS__GRAPH_F32 ? (const void *)&single
                           : dtype == MLOPS__GRAPH_F64 ? (const void *)&real
                                                       : (const void *)&whole;
        memcpy(data + i * size, from, size);
    }
    return data;
}

static size_t count_at(const mlops__graph *graph, uint32_t value, int64_t rows) {
    size_t n = 1;
    for (int32_t i = 0; i < mlops__graph_value_at(graph, value).rank; i++)
        n *= (size_t)mlops__graph_dim(graph, value, i, rows);
    return n;
}

static uint64_t read_view(const mlops__graph_view *view) {
    size_t n = (size_t)mlops__view_count(view);
    uint64_t total = 0;
    if (view->dtype == MLOPS__GRAPH_TEXT) {
        const mlops__graph_text *texts = view->data;
        for (size_t i = 0; i < n; i++)
            for (size_t k = 0; k < texts[i].n; k++) total += (uint8_t)texts[i].bytes[k];
        return total;
    }
    const uint8_t *bytes = view->data;
    for (size_t i = 0; i < n * mlops__dtype_size(view->dtype); i++) total += bytes[i];
    return total;
}

static void run(const mlops__graph *graph, int64_t rows) {
    void *inputs[INPUTS_MAX] = {NULL};
    mlops__graph_run *run;
    mlops_error error;
    size_t size = mlops__graph_size(graph, rows, TEXTS);
    if (size == 0 || size > SIZE_MAX_TRIED || graph->n_inputs > INPUTS_MAX) return;
    void *mem = mlops__alloc_aligned(&mlops__heap, size, MLOPS__GRAPH_ALIGN);
    if (!mem) return;
    if (mlops__graph_init(&run, mem, size, graph, rows, TEXTS)) abort();
    mlops__graph_set_kern(run, mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST)));
    for (uint32_t i = 0; i < graph->n_inputs; i++) {
        uint32_t value = mlops__graph_input(graph, i);
        mlops__graph_dtype dtype = mlops__graph_value_at(graph, value).dtype;
        size_t n = count_at(graph, value, rows);
        if (n <= SIZE_MAX_TRIED) inputs[i] = fill(dtype, n);
        (void)mlops__graph_bind(run, i, dtype, inputs[i]);
    }
    for (int64_t n = rows; n >= 0; n = n ? n / 2 : -1) {
        mlops_status status = mlops__graph_run_rows(run, n, &error);
        for (uint32_t k = 0; status == MLOPS_OK && k < graph->n_outputs; k++) {
            mlops__graph_view view = mlops__graph_result(run, k);
            sum = sum + read_view(&view);
        }
    }
    for (size_t i = 0; i < INPUTS_MAX; i++) free(inputs[i]);
    mlops__free_aligned(&mlops__heap, mem, size, MLOPS__GRAPH_ALIGN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__graph graph;
    mlops_error error;
    uint8_t *copy = mlops__alloc_aligned(&mlops__heap, size ? size : 1, MLOPS__GRAPH_ALIGN);
    if (!copy) return 0;
    memcpy(copy, data, size);
    if (mlops__graph_open(&graph, copy, size, &error) == MLOPS_OK) run(&graph, 5);
    mlops__free_aligned(&mlops__heap, copy, size ? size : 1, MLOPS__GRAPH_ALIGN);
    return 0;
}
