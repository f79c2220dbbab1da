/* dump_onnx CASE...: runs ONNX's own node cases, which are folders with model.onnx and folders
 * test_data_set_k of input_i.pb and output_i.pb, and prints a line for each: "ok NAME", "no NAME:
 * why it cannot be loaded" or "not ok NAME: what differs". Numbers agree within 1e-3 of each other,
 * and 1e-7, as the cases themselves ask for. A case that has shapes or axes as inputs, where graphs
 * of models have constants, is tried again with what its first data set gives as constants.
 */
#include "base/cursor.h"
#include "model/build/onnx_compile.h"
#include "model/build/onnx_read.h"
#include "sys/host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PORTS = 64, TEXTS = 1 << 16 };

typedef struct running {
    mlops__host host;
    mlops__arena arena;
    mlops_error error;
    mlops__graph graph;
    mlops__graph_run *run;
    void *mem;
    size_t size;
    mlops__onnx model;
    int n_sets; /* that can be run */
    char what[600];
} running;

static uint8_t *slurp(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*n + 1);
    if (bytes && fread(bytes, 1, *n, file) != *n) *n = 0;
    fclose(file);
    return bytes;
}

static int read_tensor(running *self, const char *path, mlops__onnx_tensor *out) {
    mlops__wire in;
    size_t n;
    uint8_t *bytes = slurp(path, &n);
    if (!bytes) return 0;
    memset(out, 0, sizeof *out);
    mlops__wire_init(&in, "a TensorProto", bytes, n, &self->error);
    return mlops__onnx_read_tensor(&in, &self->arena, out) == MLOPS_OK;
}

/* Inputs that are lists of integers become initializers. */
static int fix_integers(running *self, const char *folder) {
    mlops__onnx_graph *graph = self->model.graph;
    mlops__onnx_tensor *all =
        mlops__arena_array(&self->arena, graph->n_tensors + graph->n_inputs, sizeof *all);
    char path[1300];
    int fixed = 0;
    for (size_t i = 0; i < graph->n_tensors; i++) all[i] = graph->tensors[i];
    for (size_t i = 0; i < graph->n_inputs; i++) {
        const mlops__onnx_value *value = &graph->inputs[i];
        int whole = value->type == MLOPS__ONNX_I64 || value->type == MLOPS__ONNX_I32;
        if (!whole || value->rank > 1) continue;
        mlops__onnx_tensor *to = &all[graph->n_tensors];
        snprintf(path, sizeof path, "%s/test_data_set_0/input_%zu.pb", folder, i);
        if (!read_tensor(self, path, to)) continue;
        to->name = value->name;
        graph->n_tensors++;
        fixed = 1;
    }
    graph->tensors = all;
    return fixed;
}

/* 1 loaded, 0 not supported, -1 broken */
static int load(running *self, const char *folder) {
    char path[1200];
    mlops__buf plan;
    size_t n;
    snprintf(path, sizeof path, "%s/model.onnx", folder);
    uint8_t *bytes = slurp(path, &n);
    if (!bytes) return -1;
    mlops__buf_init(&plan, &self->host.allocator);
    mlops_status status =
        mlops__onnx_read(&self->model, bytes, n, NULL, &self->arena, &self->error);
    if (status == MLOPS_OK)
        status = mlops__onnx_compile(&self->model, &self->arena, &plan, &self->error);
    self->n_sets = 99;
    if (status == MLOPS_E_UNSUPPORTED && self->model.graph && fix_integers(self, folder)) {
        self->n_sets = 1;
        status = mlops__onnx_compile(&self->model, &self->arena, &plan, &self->error);
    }
    if (status == MLOPS_OK)
        status = mlops__graph_open(&self->graph, plan.data, plan.size, &self->error);
    if (status) return status == MLOPS_E_UNSUPPORTED ? 0 : -1;
    self->size = mlops__graph_size(&self->graph, 1, TEXTS);
    self->mem = aligned_alloc(64, (self->size + 63) / 64 * 64);
    return mlops__graph_init(&self->run, self->mem, self->size, &self->graph, 1, TEXTS) ? -1 : 1;
}

/* Number of the file of an input. */
static size_t file_of(const running *self, uint32_t input) {
    const char *name = mlops__graph_input_name(&self->graph, input);
    size_t i = 0;
    while (strcmp(self->model.graph->inputs[i].name, name) != 0) i++;
    return i;
}

static int bind(running *self, const char *folder) {
    char path[1400];
    for (uint32_t i = 0; i < self->graph.n_inputs; i++) {
        mlops__onnx_tensor tensor;
        mlops__graph_dtype dtype;
        snprintf(path, sizeof path, "%s/input_%zu.pb", folder, file_of(self, i));
        if (!read_tensor(self, path, &tensor)) return 0;
        dtype = mlops__oc_dtype(tensor.type);
        const void *data = tensor.data;
        if (dtype == MLOPS__GRAPH_TEXT) {
            data = tensor.texts; /* both are a pointer and a size */
        } else if (dtype) {
            size_t n = (size_t)tensor.count * mlops__oc_dtype_size(dtype);
            void *copy = mlops__arena_alloc(&self->arena, n + 1);
            if (n) memcpy(copy, tensor.data, n);
            data = copy;
        }
        if (!dtype || mlops__graph_bind(self->run, i, dtype, data)) return 0;
    }
    return 1;
}

static double number(mlops__graph_dtype dtype, const uint8_t *data, size_t i) {
    switch (dtype) {
    case MLOPS__GRAPH_F32: return (double)mlops__load_f32(data + 4 * i);
    case MLOPS__GRAPH_F64: return mlops__load_f64(data + 8 * i);
    case MLOPS__GRAPH_I64: return (double)(int64_t)mlops__load_u64(data + 8 * i);
    case MLOPS__GRAPH_I32: return (double)(int32_t)mlops__load_u32(data + 4 * i);
    default: return (double)data[i];
    }
}

static int close_to(double a, double b) {
    if (isnan(a) || isnan(b)) return isnan(a) && isnan(b);
    return a == b || fabs(a - b) <= 1e-7 + 1e-3 * fabs(b);
}

static int agrees(running *self, const mlops__graph_view *got, const mlops__onnx_tensor *want) {
    int same = got->dtype == mlops__oc_dtype(want->type) && got->rank == (int32_t)want->rank;
    for (int32_t i = 0; same && i < got->rank; i++) same = got->dims[i] == want->dims[i];
    if (!same) {
        size_t n = (size_t)snprintf(self->what, sizeof self->what, "dtype %d [", (int)got->dtype);
        for (int32_t i = 0; i < got->rank; i++)
            n += (size_t)snprintf(self->what + n, 40, "%lld ", (long long)got->dims[i]);
        n += (size_t)snprintf(self->what + n, 60, "] for type %d [", (int)want->type);
        for (uint32_t i = 0; i < want->rank; i++)
            n += (size_t)snprintf(self->what + n, 40, "%lld ", (long long)want->dims[i]);
        return 0;
    }
    for (size_t i = 0; i < (size_t)want->count; i++) {
        if (got->dtype == MLOPS__GRAPH_TEXT) {
            const mlops__graph_text *text = (const mlops__graph_text *)got->data + i;
            if (text->n == want->texts[i].n && !memcmp(text->bytes, want->texts[i].text, text->n))
                continue;
            snprintf(self->what, sizeof self->what, "at %zu \"%.*s\" for \"%.*s\"", i, (int)text->n,
                     text->bytes, (int)want->texts[i].n, want->texts[i].text);
            return 0;
        }
        double a = number(got->dtype, got->data, i), b = number(got->dtype, want->data, i);
        if (close_to(a, b)) continue;
        snprintf(self->what, sizeof self->what, "at %zu %.9g for %.9g", i, a, b);
        return 0;
    }
    return 1;
}

static int run_set(running *self, const char *folder) {
    char path[1400];
    if (!bind(self, folder)) return snprintf(self->what, 100, "its inputs cannot be bound"), 0;
    mlops_status status = mlops__graph_run_rows(self->run, 1, &self->error);
    if (status)
        return snprintf(self->what, sizeof self->what, "%d %s", (int)status, self->error.message),
               0;
    for (uint32_t i = 0; i < self->graph.n_outputs; i++) {
        mlops__onnx_tensor want;
        mlops__graph_view got = mlops__graph_result(self->run, i);
        if (mlops__graph_output_name(&self->graph, i)[0] == 1) break; /* not the file's */
        snprintf(path, sizeof path, "%s/output_%u.pb", folder, i);
        if (!read_tensor(self, path, &want)) return snprintf(self->what, 100, "no output"), 0;
        if (!agrees(self, &got, &want)) return 0;
    }
    return 1;
}

static void run_case(const char *folder) {
    char path[1200];
    const char *name = strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder;
    running self;
    memset(&self, 0, sizeof self);
    if (mlops__host_init(&self.host, NULL, &self.error)) return;
    mlops__arena_init(&self.arena, &self.host.allocator, SIZE_MAX);
    int loaded = load(&self, folder), good = loaded == 1;
    snprintf(self.what, sizeof self.what, "%s", self.error.message);
    for (int set = 0; good && set < self.n_sets; set++) {
        snprintf(path, sizeof path, "%s/test_data_set_%d", folder, set);
        char file[1300];
        snprintf(file, sizeof file, "%s/output_0.pb", path);
        FILE *there = fopen(file, "rb");
        if (!there) break;
        fclose(there);
        good = run_set(&self, path);
    }
    if (good) printf("ok %s\n", name);
    else printf("%s %s: %s\n", loaded ? "not ok" : "no", name, self.what);
    mlops__arena_free(&self.arena);
    free(self.mem);
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) run_case(argv[i]);
    return 0;
}
