/* Fitted features as an object: shares, getters, and what is saved.
 *
 * Owns the handle. Invariant: once it is handed out nothing in it changes but the count of shares,
 * so that any thread may read it; the last share frees it.
 */
#include "feature/feature_inside.h"
#include "file/file.h"

#include <string.h>

mlops_feature *mlops_feature_ref(mlops_feature *self) {
    atomic_fetch_add_explicit(&self->n_refs, 1, memory_order_relaxed);
    return self;
}

void mlops_feature_unref(mlops_feature *self) {
    if (!self || atomic_fetch_sub_explicit(&self->n_refs, 1, memory_order_acq_rel) > 1) return;
    for (int64_t i = 0; i < self->n_outputs; i++) mlops__expr_free(self->outputs[i].expr);
    mlops__dictionary_free(&self->input_names);
    mlops__dictionary_free(&self->output_names);
    mlops__buf_free(&self->bytes);
    mlops__arena_free(&self->arena);
    const mlops_allocator below = self->host.allocator;
    mlops__free(&below, self, sizeof *self);
}

const char *mlops_feature_definition(const mlops_feature *self) { return self->definition; }

int64_t mlops_feature_n_inputs(const mlops_feature *self) { return self->n_inputs; }

int64_t mlops_feature_n_outputs(const mlops_feature *self) { return self->n_outputs; }

const char *mlops_feature_input_name(const mlops_feature *self, int64_t index) {
    return index >= 0 && index < self->n_inputs ? self->inputs[index].name : NULL;
}

mlops_type mlops_feature_input_type(const mlops_feature *self, int64_t index) {
    return index >= 0 && index < self->n_inputs ? self->inputs[index].type : MLOPS_TYPE_NULL;
}

const char *mlops_feature_output_name(const mlops_feature *self, int64_t index) {
    return index >= 0 && index < self->n_outputs ? self->outputs[index].name : NULL;
}

const char *mlops_feature_expression(const mlops_feature *self, int64_t index) {
    if (index < 0 || index >= self->n_outputs) return NULL;
    return mlops__expr_format(self->outputs[index].expr, NULL);
}

mlops_status mlops_feature_id(const mlops_feature *self, mlops_id *out) {
    *out = self->id;
    return MLOPS_OK;
}

mlops_status mlops_feature_save(const mlops_feature *self, void *bytes, size_t cap,
                                size_t *needed) {
    size_t n = self->bytes.size;
    if (needed) *needed = n;
    if (!bytes) return MLOPS_OK;
    if (cap < n) return MLOPS_E_ARENA;
    memcpy(bytes, self->bytes.data, n);
    return MLOPS_OK;
}

mlops_status mlops_feature_write(const mlops_feature *self, const char *path, mlops_error *err) {
    return mlops__file_write(&self->host, path, self->bytes.data, self->bytes.size, err);
}

mlops_status mlops_feature_load(mlops_feature **out, const char *path, const mlops_host *given,
                                mlops_error *err) {
    mlops__host host;
    mlops__file_view view;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    MLOPS_TRY(mlops__file_open(&view, &host, path, MLOPS__FEATURE_BYTES_MAX, 0, err));
    mlops_status status = mlops_feature_parse(out, view.data, view.size, given, err);
    mlops__file_close(&view, &host);
    return mlops__fail_path(err, status, path);
}
