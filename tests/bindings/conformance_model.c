/* Actions of the conformance script on models, contexts, bundles and devices.
 *
 * Each action makes one call and notes what came of it. What a bundle lends is shared with ref, so
 * that it outlives the bundle.
 */
#include "bindings/conformance.h"

#include <stdlib.h>
#include <string.h>

static mlops_model_output output_of(const js *step) {
    const char *name = js_text(step, "output", "PREDICTION");
    if (!strcmp(name, "PREFIX")) return MLOPS_MODEL_OUTPUT_PREFIX;
    if (!strcmp(name, "MARGIN")) return MLOPS_MODEL_OUTPUT_MARGIN;
    return strcmp(name, "LEAF") ? MLOPS_MODEL_OUTPUT_PREDICTION : MLOPS_MODEL_OUTPUT_LEAF;
}

static void room_for(given *out, size_t n) {
    out->kind = GAVE_NUMBERS;
    out->n = n;
    out->numbers = calloc(n + 1, sizeof *out->numbers);
}

static void model_parse(runner *run, const js *step, given *out) {
    const char *text = js_text(step, "text", "");
    mlops_model *model = NULL;
    out->status = mlops_model_parse(&model, text, strlen(text), NULL, &out->error);
    name_object(run, step, "model", model);
}

static void model_load(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_model *model = NULL;
    out->status = mlops_model_load(&model, path, NULL, &out->error);
    name_object(run, step, "model", model);
    free(path);
}

static void model_n_features(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_model_n_features(object_of(run, step, "on")));
}

static void model_feature_name(runner *run, const js *step, given *out) {
    give_text(out, mlops_model_feature_name(object_of(run, step, "on"),
                                            (int64_t)js_number(step, "index", 0)));
}

static void model_width(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_model_width(object_of(run, step, "on"), output_of(step)));
}

static void model_describe(runner *run, const js *step, given *out) {
    void *model = object_of(run, step, "on");
    size_t needed = 0;
    mlops_model_describe(model, NULL, 0, &needed);
    char *text = calloc(1, needed + 1);
    out->status = mlops_model_describe(model, text, needed + 1, &needed);
    give_text(out, text);
    free(text);
}

static void model_predict(runner *run, const js *step, given *out) {
    mlops_model *model = object_of(run, step, "on");
    size_t rows, columns;
    float *x = floats_of(js_get(step, "rows"), &rows, &columns);
    if (!rows) columns = (size_t)js_number(step, "columns", 0);
    int64_t width = mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION);
    room_for(out, rows * (size_t)width);
    out->status =
        mlops_model_predict(model, x, (int64_t)rows, (int64_t)columns, out->numbers, width);
    free(x);
}

static void model_predict_table(runner *run, const js *step, given *out) {
    mlops_model *model = object_of(run, step, "on");
    mlops_table *table = object_of(run, step, "table");
    int64_t width = mlops_model_width(model, output_of(step)), n = mlops_table_n_rows(table);
    room_for(out, (size_t)(n * width));
    out->status = mlops_model_predict_table(model, table, js_text(step, "columns", NULL),
                                            output_of(step), out->numbers, n, width, &out->error);
}

static void context_new(runner *run, const js *step, given *out) {
    mlops_context *context = NULL;
    out->status = mlops_context_new(&context, object_of(run, step, "model"), output_of(step), NULL,
                                    &out->error);
    name_object(run, step, "context", context);
}

static void context_predict(runner *run, const js *step, given *out) {
    mlops_context *context = object_of(run, step, "on");
    size_t rows, columns;
    float *x = floats_of(js_get(step, "rows"), &rows, &columns);
    int64_t width = mlops_context_width(context);
    room_for(out, rows * (size_t)width);
    out->status =
        mlops_context_predict(context, x, (int64_t)rows, (int64_t)columns, out->numbers, width);
    free(x);
}

/* The array outlives the binding: it belongs to the runner, under no name. */
static void *kept(runner *run, const js *step, void *p) {
    named *made = name_object(run, step, "bytes", p);
    made->name = "what a context reads";
    return p;
}

static void context_bind(runner *run, const js *step, given *out) {
    size_t rows, columns;
    float *x = kept(run, step, floats_of(js_get(step, "rows"), &rows, &columns));
    out->status = mlops_context_bind(object_of(run, step, "on"), x, (int64_t)rows, (int64_t)columns,
                                     (int64_t)columns, 1, &out->error);
}

static void context_bind_table(runner *run, const js *step, given *out) {
    out->status =
        mlops_context_bind_table(object_of(run, step, "on"), object_of(run, step, "table"),
                                 js_text(step, "columns", NULL), &out->error);
}

static int32_t *indices_of(runner *run, const js *step, const char *key, size_t *n) {
    size_t width;
    float *found = floats_of(js_get(step, key), n, &width);
    int32_t *out = kept(run, step, calloc(*n + 1, sizeof *out));
    for (size_t i = 0; i < *n; i++) out[i] = (int32_t)found[i];
    free(found);
    return out;
}

static void context_bind_csr(runner *run, const js *step, given *out) {
    size_t n, n_starts, width;
    float *values = kept(run, step, floats_of(js_get(step, "values"), &n, &width));
    int32_t *features = indices_of(run, step, "features", &n);
    int32_t *starts = indices_of(run, step, "starts", &n_starts);
    out->status = mlops_context_bind_csr(object_of(run, step, "on"), values, features, (int64_t)n,
                                         starts, (int64_t)n_starts, 3, 0.0, &out->error);
}

static void context_run(runner *run, const js *step, given *out) {
    mlops_context *context = object_of(run, step, "on");
    int64_t n = (int64_t)js_number(step, "n", 0), width = mlops_context_width(context);
    room_for(out, (size_t)(n * width));
    out->status =
        mlops_context_run(context, (int64_t)js_number(step, "first", 0), n, out->numbers, width);
}

static void slot_new(runner *run, const js *step, given *out) {
    mlops_slot *slot = NULL;
    out->status = mlops_slot_new(&slot, object_of(run, step, "model"), &out->error);
    name_object(run, step, "slot", slot);
}

static void slot_acquire(runner *run, const js *step, given *out) {
    mlops_model *model = NULL;
    out->status = mlops_slot_acquire(&model, object_of(run, step, "on"));
    name_object(run, step, "model", model);
}

static void slot_publish(runner *run, const js *step, given *out) {
    (void)out;
    mlops_slot_publish(object_of(run, step, "on"), object_of(run, step, "model"));
}

/* ---- bundles and devices ---- */

static void bundle_write(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    opts.name = js_text(step, "label", NULL);
    opts.version = js_text(step, "version", NULL);
    opts.metadata = js_text(step, "metadata", NULL);
    opts.reference = object_of(run, step, "reference");
    out->status = mlops_bundle_write(path, object_of(run, step, "model"), &opts, &out->error);
    free(path);
}

static void bundle_load(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    mlops_bundle *bundle = NULL;
    out->status = mlops_bundle_load(&bundle, path, NULL, &out->error);
    name_object(run, step, "bundle", bundle);
    free(path);
}

static void bundle_name(runner *run, const js *step, given *out) {
    give_text(out, mlops_bundle_name(object_of(run, step, "on")));
}

static void bundle_version(runner *run, const js *step, given *out) {
    give_text(out, mlops_bundle_version(object_of(run, step, "on")));
}

static void bundle_metadata(runner *run, const js *step, given *out) {
    give_text(out, mlops_bundle_metadata(object_of(run, step, "on")));
}

static void bundle_id_length(runner *run, const js *step, given *out) {
    mlops_id id;
    out->status = mlops_bundle_id(object_of(run, step, "on"), &id);
    give_number(out, 2 * (double)sizeof id.bytes);
}

static void bundle_model(runner *run, const js *step, given *out) {
    (void)out;
    name_object(run, step, "model",
                mlops_model_ref(mlops_bundle_model(object_of(run, step, "on"))));
}

static void bundle_reference(runner *run, const js *step, given *out) {
    (void)out;
    mlops_reference *reference = mlops_bundle_reference(object_of(run, step, "on"));
    name_object(run, step, "reference", reference ? mlops_reference_ref(reference) : NULL);
}

static void edge_init(runner *run, const js *step, given *out) {
    char *path = path_of(run, step, "path");
    size_t n, size = 0;
    char *bytes = js_read_file(path, &n);
    out->status = mlops_edge_size(bytes, n, &size);
    void *memory = aligned_alloc(64, (size + 127) / 64 * 64);
    mlops_edge *edge = NULL;
    if (!out->status) out->status = mlops_edge_init(&edge, memory, size, bytes, n);
    named *made = name_object(run, step, "edge", edge);
    if (made) {
        made->memory = memory;
        made = name_object(run, step, "bytes", bytes);
        made->name = "bytes of the device";
    }
    free(path);
}

static void edge_n_features(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_edge_n_features(object_of(run, step, "on")));
}

static void edge_width(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_edge_width(object_of(run, step, "on")));
}

static void edge_predict(runner *run, const js *step, given *out) {
    mlops_edge *edge = object_of(run, step, "on");
    size_t n, width;
    float *row = floats_of(js_get(step, "row"), &n, &width);
    room_for(out, (size_t)mlops_edge_width(edge));
    out->status = mlops_edge_predict(edge, row, (int64_t)n, out->numbers, (int64_t)out->n);
    free(row);
}

static void edge_add(runner *run, const js *step, given *out) {
    size_t n, width;
    float *row = floats_of(js_get(step, "row"), &n, &width);
    out->status = mlops_edge_add(object_of(run, step, "on"), row, (int64_t)n);
    free(row);
}

static void edge_selftest(runner *run, const js *step, given *out) {
    out->status = mlops_edge_selftest(object_of(run, step, "on"));
}

static void explainer_new(runner *run, const js *step, given *out) {
    mlops_explainer *explainer = NULL;
    out->status =
        mlops_explainer_new(&explainer, object_of(run, step, "model"), NULL, NULL, &out->error);
    name_object(run, step, "explainer", explainer);
}

static void explainer_n_groups(runner *run, const js *step, given *out) {
    give_number(out, (double)mlops_explainer_n_groups(object_of(run, step, "on")));
}

static void explainer_explain(runner *run, const js *step, given *out) {
    const mlops_explainer_output output = MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS;
    mlops_explainer *explainer = object_of(run, step, "on");
    size_t rows, columns;
    float *x = floats_of(js_get(step, "rows"), &rows, &columns);
    double *wide = calloc(rows * columns + 1, sizeof *wide);
    int64_t width = mlops_explainer_width(explainer, output);
    for (size_t i = 0; i < rows * columns; i++) wide[i] = (double)x[i];
    room_for(out, rows * (size_t)width);
    out->status = mlops_explainer_explain(explainer, wide, (int64_t)rows, (int64_t)columns, output,
                                          out->numbers, width, &out->error);
    free(wide);
    free(x);
}

const action model_actions[] = {{"model.parse", model_parse},
                                {"model.load", model_load},
                                {"model.n_features", model_n_features},
                                {"model.feature_name", model_feature_name},
                                {"model.width", model_width},
                                {"model.describe", model_describe},
                                {"model.predict", model_predict},
                                {"model.predict_table", model_predict_table},
                                {"explainer.new", explainer_new},
                                {"explainer.n_groups", explainer_n_groups},
                                {"explainer.explain", explainer_explain},
                                {"context.new", context_new},
                                {"context.predict", context_predict},
                                {"context.bind", context_bind},
                                {"context.bind_table", context_bind_table},
                                {"context.bind_csr", context_bind_csr},
                                {"context.run", context_run},
                                {"slot.new", slot_new},
                                {"slot.acquire", slot_acquire},
                                {"slot.publish", slot_publish},
                                {"bundle.write", bundle_write},
                                {"bundle.load", bundle_load},
                                {"bundle.name", bundle_name},
                                {"bundle.version", bundle_version},
                                {"bundle.metadata", bundle_metadata},
                                {"bundle.id_length", bundle_id_length},
                                {"bundle.model", bundle_model},
                                {"bundle.reference", bundle_reference},
                                {"edge.init", edge_init},
                                {"edge.n_features", edge_n_features},
                                {"edge.width", edge_width},
                                {"edge.predict", edge_predict},
                                {"edge.add", edge_add},
                                {"edge.selftest", edge_selftest},
                                {NULL, NULL}};
