/* Contexts: working memory of one predicting thread, in the caller's storage or on the heap.
 *
 * Owns a share of the model only where it made the storage itself. Invariant: everything that
 * predicting writes to lies between the context and its size.
 */
#include "model/build/handle.h"

#include <mlops/context.h>

#include <string.h>

enum { ALIGN = 64 };

struct mlops_context {
    const mlops_model *model;
    mlops_model *held; /* NULL: the caller's storage */
    mlops__room room;
    mlops_model_output output;
};

static size_t head_size(void) { return (sizeof(mlops_context) + ALIGN - 1) / ALIGN * ALIGN; }

size_t mlops_context_size(const mlops_model *model) {
    return head_size() + mlops__room_size(model, mlops__model_blocks(model));
}

mlops_status mlops_context_init(mlops_context **out, void *mem, size_t size,
                                const mlops_model *model, mlops_model_output output) {
    *out = NULL;
    if (!mem || (uintptr_t)mem % ALIGN || !mlops__model_has(model, output)) return MLOPS_E_INVALID;
    if (size < mlops_context_size(model)) return MLOPS_E_ARENA;
    mlops_context *self = mem;
    memset(self, 0, sizeof *self);
    self->model = model;
    self->output = output;
    mlops__room_init(&self->room, model, mlops__model_blocks(model), (uint8_t *)mem + head_size());
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_context_new(mlops_context **out, mlops_model *model, mlops_model_output output,
                               mlops_error *err) {
    size_t size = mlops_context_size(model);
    *out = NULL;
    if (!mlops__model_has(model, output))
        return mlops__fail(err, MLOPS_E_INVALID, "the model has no output %d", (int)output);
    void *mem = mlops__alloc_aligned(&model->host.allocator, size, ALIGN);
    if (!mem) return mlops__fail_nomem(err, size);
    mlops_status status = mlops_context_init(out, mem, size, model, output);
    if (status) {
        mlops__free_aligned(&model->host.allocator, mem, size, ALIGN);
        return mlops__fail(err, status, "the allocator does not align to 64 bytes");
    }
    (*out)->held = mlops_model_ref(model);
    return MLOPS_OK;
}

void mlops_context_free(mlops_context *self) {
    if (!self || !self->held) return;
    mlops_model *model = self->held;
    mlops__free_aligned(&model->host.allocator, self, mlops_context_size(model), ALIGN);
    mlops_model_unref(model);
}

void mlops__context_number_texts(mlops_context *self) { self->room.graph.numbered = 1; }

int64_t mlops_context_width(const mlops_context *self) {
    return mlops__model_width(self->model, self->output);
}

static mlops_status predict(mlops_context *self, mlops__row rows, int64_t n_rows,
                            int64_t n_features, double *out, int64_t width) {
    int given = rows.f32 || rows.f64;
    if (n_rows < 0 || n_features != mlops_model_n_features(self->model) ||
        width != mlops_context_width(self) || (n_rows && !given) || (n_rows && width && !out))
        return MLOPS_E_INVALID;
    return mlops__model_run(self->model, &self->room, self->output, rows, n_rows, out);
}

mlops_status mlops_context_predict(mlops_context *self, const float *rows, int64_t n_rows,
                                   int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f32 = rows}, n_rows, n_features, out, width);
}

mlops_status mlops_context_predict_f64(mlops_context *self, const double *rows, int64_t n_rows,
                                       int64_t n_features, double *out, int64_t width) {
    return predict(self, (mlops__row){.f64 = rows}, n_rows, n_features, out, width);
}
