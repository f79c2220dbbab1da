/* Contexts that callers share: kept for whoever predicts next, made where more predict at once.
 *
 * Owns those that nobody has. Invariants: a context is in one place at a time, since it is taken
 * and put back by one exchange each, so that nobody waits; as many are kept as there are places.
 */
#include "model/build/handle.h"

enum { PLACES = 32 };

struct mlops__contexts {
    mlops_model *model;
    _Atomic(mlops_context *) places[PLACES];
};

static mlops_status take(mlops__contexts *self, mlops_context **out) {
    for (int i = 0; i < PLACES; i++) {
        if (!atomic_load_explicit(&self->places[i], memory_order_relaxed)) continue;
        *out = atomic_exchange_explicit(&self->places[i], NULL, memory_order_acquire);
        if (*out) return MLOPS_OK;
    }
    return mlops_context_new(out, self->model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL);
}

static void put_back(mlops__contexts *self, mlops_context *context) {
    for (int i = 0; i < PLACES; i++) {
        mlops_context *none = NULL;
        if (atomic_compare_exchange_strong_explicit(&self->places[i], &none, context,
                                                    memory_order_release, memory_order_relaxed))
            return;
    }
    mlops_context_free(context);
}

mlops_status mlops__contexts_new(mlops__contexts **out, mlops_model *model, mlops_error *err) {
    mlops_context *first;
    *out = NULL;
    if (mlops__model_fits_stack(model)) return MLOPS_OK;
    MLOPS_TRY(mlops_context_new(&first, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, err));
    mlops__contexts *self = *out = mlops__alloc(&model->host.allocator, sizeof *self);
    if (!self) {
        mlops_context_free(first);
        return mlops__fail_nomem(err, sizeof *self);
    }
    self->model = mlops_model_ref(model);
    for (int i = 0; i < PLACES; i++) atomic_init(&self->places[i], NULL);
    put_back(self, first);
    return MLOPS_OK;
}

void mlops__contexts_free(mlops__contexts *self) {
    if (!self) return;
    mlops_model *model = self->model;
    for (int i = 0; i < PLACES; i++) mlops_context_free(atomic_load(&self->places[i]));
    mlops__free(&model->host.allocator, self, sizeof *self);
    mlops_model_unref(model);
}

mlops_status mlops__contexts_predict(mlops__contexts *self, const float *rows, int64_t n_rows,
                                     int64_t n_features, double *out, int64_t width) {
    mlops_context *context;
    MLOPS_TRY(take(self, &context));
    mlops_status status = mlops_context_predict(context, rows, n_rows, n_features, out, width);
    put_back(self, context);
    if (status != MLOPS_E_ARENA) return status;
    mlops__input input = mlops__input_of_rows((mlops__row){.f32 = rows}, n_rows, n_features);
    return mlops__model_predict_input(self->model, &input, MLOPS_MODEL_OUTPUT_PREDICTION, out,
                                      NULL);
}
