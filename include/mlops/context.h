/* mlops/context.h: the working memory of predicting, for models, outputs and batches of any size.
 *
 * mlops_model_predict() does with a stack of 16 KiB, and so for small models alone. A context holds
 * the room that its model needs, once, for each worker of an executor if it has one: predicting
 * through it allocates nothing, however large the model is, and writes whichever output it was made
 * for. mlops/context_bind.h is for inputs that are not plain rows.
 *
 *     mlops_context *context;
 *     if (mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_LEAF, NULL, NULL)) return 1;
 *     mlops_context_predict(context, rows, 64, 30, leaves, mlops_context_width(context));
 *     mlops_context_free(context);
 */
#ifndef MLOPS_CONTEXT_H
#define MLOPS_CONTEXT_H

#include <mlops/base.h>
#include <mlops/call.h>
#include <mlops/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Working memory and settings of one predicting thread. One thread at a time. */
typedef struct mlops_context mlops_context;

/** Options of contexts. Zero means the default in each field. */
typedef struct mlops_context_opts {
    uint32_t struct_size; /**< MLOPS_CONTEXT_OPTS_INIT sets it */
    uint32_t flags;       /**< none yet; must be 0 */
    const mlops_executor
        *executor; /**< @nullable @scope(handle) takes parts of large batches, which there is room
                      for in as many threads as it has workers; values do not depend on it; outlives
                      the context; default: the calling thread */
} mlops_context_opts;

#define MLOPS_CONTEXT_OPTS_INIT                                                                    \
    { sizeof(mlops_context_opts), 0, 0 }

/**
 * Bytes that a context needs; exact.
 *
 * @param model  model
 * @param opts   @nullable
 * @return 0 if the options are not valid
 * @since 0.1
 */
MLOPS_API size_t mlops_context_size(const mlops_model *model, const mlops_context_opts *opts);

/**
 * Make a context in the caller's storage.
 *
 * @param[out] out  the context, living in mem; needs no end
 * @param mem       @shape(size) storage, aligned to 64 bytes
 * @param size      at least mlops_context_size(model, opts)
 * @param model     @scope(handle) outlives the context
 * @param output    what mlops_context_predict() and mlops_context_run() write
 * @param opts      @nullable
 * @return MLOPS_E_ARENA if size is too small; MLOPS_E_INVALID
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_init(mlops_context **out, void *mem, size_t size,
                                          const mlops_model *model, mlops_model_output output,
                                          const mlops_context_opts *opts);

/**
 * Make a context on the heap of the model's host. It holds a share of the model.
 *
 * @param[out] out  the context, to be ended with mlops_context_free(); NULL after an error
 * @param model     shared by the context
 * @param output    what mlops_context_predict() and mlops_context_run() write
 * @param opts      @nullable
 * @param err       @nullable
 * @return MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_new(mlops_context **out, mlops_model *model,
                                         mlops_model_output output, const mlops_context_opts *opts,
                                         mlops_error *err);

/** End a context made by mlops_context_new(). NULL is allowed. @since 0.1 */
MLOPS_API void mlops_context_free(mlops_context *self);

/** Number of values that one row yields. @since 0.1 */
MLOPS_API int64_t mlops_context_width(const mlops_context *self);

/**
 * Predict rows, as mlops_model_predict(), for a model of any size. What is bound stays so.
 *
 * @param self        context
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be that of the model
 * @param[out] out    @shape(n_rows, width) float64
 * @param width       must be mlops_context_width()
 * @return MLOPS_E_INVALID where a shape differs; nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_predict(mlops_context *self, const float *rows, int64_t n_rows,
                                             int64_t n_features, double *out, int64_t width);

/**
 * Predict rows, as mlops_model_predict_f64(), for a model of any size. What is bound stays so.
 *
 * @param self        context
 * @param rows        @shape(n_rows, n_features) row-major, float64
 * @param n_rows      0 or more
 * @param n_features  must be that of the model
 * @param[out] out    @shape(n_rows, width) float64
 * @param width       must be mlops_context_width()
 * @return as mlops_context_predict()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_predict_f64(mlops_context *self, const double *rows,
                                                 int64_t n_rows, int64_t n_features, double *out,
                                                 int64_t width);

#ifdef __cplusplus
}
#endif

#endif
