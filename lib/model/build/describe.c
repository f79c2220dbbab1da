/* A model described as JSON.
 *
 * Owns the names of the members, which are append-only. Invariant: the text is the same for the
 * same model, machine and process.
 */
#include "base/buf.h"
#include "base/hex.h"
#include "model/build/handle.h"
#include "model/build/onnx_compile.h"
#include "text/json.h"

#include <mlops/context.h>

#include <string.h>

static const char *level_name(mlops_cpu level) {
    switch (level) {
    case MLOPS_CPU_SSE41: return "sse41";
    case MLOPS_CPU_AVX2: return "avx2";
    case MLOPS_CPU_AVX512: return "avx512";
    case MLOPS_CPU_NEON: return "neon";
    default: return "scalar";
    }
}

static void put_id(mlops__json_writer *out, const mlops_id *id) {
    char text[65];
    mlops__hex_bytes(text, id->bytes, sizeof id->bytes);
    mlops__json_put_text(out, "id", text);
}

static void put_features(mlops__json_writer *out, const mlops_model *self) {
    mlops__json_put_i64(out, "n_features", self->plan.n_features);
    mlops__json_name(out, "features");
    if (!self->names) {
        mlops__json_null(out);
        return;
    }
    mlops__json_open(out, '[');
    for (uint32_t i = 0; i < self->plan.n_features; i++) mlops__json_string(out, self->names[i]);
    mlops__json_close(out, ']');
}

static void put_ports(mlops__json_writer *out, const char *name, const mlops__graph_port *ports,
                      uint32_t n) {
    static const char *const types[] = {"",      "float32", "float64", "int64",
                                        "int32", "bool",    "string",  "bytes"};
    mlops__json_name(out, name);
    mlops__json_open(out, '[');
    for (uint32_t i = 0; i < n; i++) {
        mlops__json_open(out, '{');
        mlops__json_put_text(out, "name", ports[i].name);
        mlops__json_put_text(out, "type", types[ports[i].dtype]);
        mlops__json_put_i64(out, "width", ports[i].width);
        mlops__json_close(out, '}');
    }
    mlops__json_close(out, ']');
}

/* Features that float32 would lose something of. */
static int takes_f64(const mlops__graph_model *graph) {
    for (uint32_t i = 0; i < graph->graph.n_inputs; i++)
        if (graph->inputs[i].dtype != MLOPS__GRAPH_F32) return 1;
    return 0;
}

static void put_graph(mlops__json_writer *out, const mlops_model *self) {
    const mlops__graph_model *graph = self->graph;
    mlops__json_open(out, '{');
    mlops__json_put_text(out, "format", "onnx");
    mlops__json_put_text(out, "producer", graph->producer);
    mlops__json_put_text(out, "opsets", graph->opsets);
    mlops__json_put_text(out, "operators", graph->operators);
    mlops__json_put_text(out, "numbers", takes_f64(graph) ? "float64" : "float32");
    mlops__json_put_i64(out, "steps", graph->graph.n_steps);
    put_ports(out, "inputs", graph->inputs, graph->graph.n_inputs);
    put_ports(out, "results", graph->outputs, graph->shape.n_outputs);
    put_features(out, self);
    mlops__json_put_i64(out, "outputs", mlops__model_width(self, MLOPS_MODEL_OUTPUT_PREDICTION));
    if (graph->core) mlops__json_put_i64(out, "trees", self->plan.n_trees);
    if (graph->core) mlops__json_put_i64(out, "margins", self->plan.n_groups);
    mlops__json_name(out, "classes");
    mlops__json_open(out, '[');
    for (int64_t i = 0; i < graph->n_classes; i++) mlops__json_string(out, graph->classes[i]);
    mlops__json_close(out, ']');
    mlops__json_name(out, "rows");
    mlops__json_string(out, graph->is_whole ? "together" : "apart");
    mlops__json_put_i64(out, "plan_size", (int64_t)self->payload_size);
    mlops__json_put_i64(out, "context_size", (int64_t)mlops_context_size(self, NULL));
    mlops_id id = mlops__model_id(self);
    put_id(out, &id);
    mlops__json_close(out, '}');
}

static const char *domain_of(const char *name) { return name[0] ? name : "ai.onnx"; }

static void put_needs(mlops__json_writer *out, const mlops__onnx *model) {
    enum { MANY = 1000 };
    const mlops__onnx_node *known[MANY];
    const mlops__onnx_graph *graph = model->graph;
    size_t n = 0;
    mlops__json_name(out, "opsets");
    mlops__json_open(out, '[');
    for (size_t i = 0; i < model->n_opsets; i++) {
        mlops__json_open(out, '{');
        mlops__json_put_text(out, "domain", domain_of(model->opsets[i].domain));
        mlops__json_put_i64(out, "version", model->opsets[i].version);
        mlops__json_close(out, '}');
    }
    mlops__json_close(out, ']');
    mlops__json_name(out, "operators");
    mlops__json_open(out, '[');
    for (size_t i = 0, k; i < graph->n_nodes && n < MANY; i++) {
        const mlops__onnx_node *node = &graph->nodes[i];
        for (k = 0; k < n; k++)
            if (!strcmp(known[k]->op, node->op) && !strcmp(known[k]->domain, node->domain)) break;
        if (k < n) continue;
        known[n++] = node;
        mlops__json_open(out, '{');
        mlops__json_put_text(out, "operator", node->op);
        mlops__json_put_text(out, "domain", domain_of(node->domain));
        mlops__json_close(out, '}');
    }
    mlops__json_close(out, ']');
}

mlops_status mlops__onnx_describe(const mlops__onnx *model, const mlops__oc_list *lost, char *text,
                                  size_t cap, size_t *needed) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__buf_init_fixed(&buf, text, text ? cap : 0);
    mlops__json_writer_init(&out, &buf, 2);
    mlops__json_open(&out, '{');
    mlops__json_put_text(&out, "format", "onnx");
    mlops__json_put_text(&out, "producer", model->producer);
    put_needs(&out, model);
    mlops__json_name(&out, "missing");
    mlops__json_open(&out, '[');
    for (uint32_t i = 0; i < lost->n; i++) {
        const mlops__onnx_lost *item = lost->items[i];
        mlops__json_open(&out, '{');
        mlops__json_put_text(&out, "part", item->what);
        mlops__json_put_text(&out, "name", item->name);
        if (item->node) {
            mlops__json_put_text(&out, "operator", item->node->op);
            mlops__json_put_text(&out, "domain", domain_of(item->node->domain));
            mlops__json_put_i64(&out, "opset", item->opset);
        }
        mlops__json_put_text(&out, "reason", item->reason);
        mlops__json_close(&out, '}');
    }
    mlops__json_close(&out, ']');
    mlops__json_close(&out, '}');
    return mlops__buf_finish_text(&buf, needed);
}

mlops_status mlops_model_describe(const mlops_model *self, char *text, size_t cap, size_t *needed) {
    mlops__buf buf;
    mlops__json_writer out;
    const char *format = self->plan.info, *objective = format + strlen(format) + 1;
    mlops__buf_init_fixed(&buf, text, text ? cap : 0);
    mlops__json_writer_init(&out, &buf, 2);
    if (self->graph) {
        put_graph(&out, self);
        return mlops__buf_finish_text(&buf, needed);
    }
    mlops__json_open(&out, '{');
    mlops__json_put_text(&out, "format", format);
    mlops__json_put_text(&out, "booster", objective + strlen(objective) + 1);
    mlops__json_put_text(&out, "objective", objective);
    mlops__json_put_text(&out, "numbers",
                         self->plan.flags & MLOPS__PLAN_F64 ? "float64" : "float32");
    const int linear = mlops__model_is_linear(self);
    mlops__json_put_i64(&out, "trees", linear ? 0 : self->plan.n_trees);
    mlops__json_put_i64(&out, "nodes", linear ? 0 : self->plan.n_nodes);
    mlops__json_put_i64(&out, "depth", self->plan.depth);
    put_features(&out, self);
    mlops__json_put_i64(&out, "outputs", mlops__model_width(self, MLOPS_MODEL_OUTPUT_PREDICTION));
    mlops__json_put_i64(&out, "margins", self->plan.n_groups);
    mlops__json_put_i64(&out, "plan_size", (int64_t)self->payload_size);
    mlops__json_put_i64(&out, "context_size", (int64_t)mlops_context_size(self, NULL));
    mlops_id id = mlops__model_id(self);
    put_id(&out, &id);
    mlops__json_put_text(&out, "kernels", level_name(self->host.cpu));
    mlops__json_put_text(&out, "layout", self->forest ? "ranks" : "plan");
    mlops__json_close(&out, '}');
    return mlops__buf_finish_text(&buf, needed);
}
