/* mlops/model.h: load a model that another tool trained, and predict with it.
 *
 * A mlops_model is immutable once loaded, and any number of threads may share it. Loading reads an
 * unmodified file of XGBoost (JSON or UBJSON), LightGBM (text) or ONNX, or a bundle, checks every
 * byte of it, and compiles it to a plan of known working memory. Predicting then allocates nothing,
 * locks nothing and calls nothing of the system.
 *
 *     mlops_model *model;
 *     if (mlops_model_load(&model, "fraud.json", NULL, NULL)) return 1;
 *     double probability;
 *     mlops_model_predict(model, row, 1, 30, &probability, 1);
 *     mlops_model_unref(model);
 */
#ifndef MLOPS_MODEL_H
#define MLOPS_MODEL_H

#include <mlops/base.h>
#include <mlops/host.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A compiled model. Immutable and shared; ends with the last mlops_model_unref(). @threadsafe */
typedef struct mlops_model mlops_model;

/** What predicting writes for each row. */
typedef enum mlops_model_output {
    MLOPS_MODEL_OUTPUT_PREDICTION = 0, /**< probability, scores or value, as the trainer has it */
    MLOPS_MODEL_OUTPUT_MARGIN = 1,     /**< the sum before the link function */
    MLOPS_MODEL_OUTPUT_LEAF = 2,       /**< the leaf's number in each tree, as the trainer counts;
                                            width is the number of trees. Both of ONNX: where trees
                                            take the rows as they are */
    MLOPS_MODEL_OUTPUT_CLASS = 3,      /**< ONNX: the class, by index; -1: none of the known */
    MLOPS_MODEL_OUTPUT_PREFIX = 4,     /**< trees: the margins after each tree, for early stopping;
                                            width is trees times margins, tree by tree */
    MLOPS_MODEL_OUTPUT_FIRST = 16,     /**< ONNX: the file's first output; + i is its i-th */
    MLOPS_MODEL_OUTPUT_FORCE32 = 0x7fffffff
} mlops_model_output;

/**
 * Gives size bytes, from offset on, of what an ONNX file keeps in another file, into out; what it
 * returns other than MLOPS_OK is what loading fails with. The library opens nothing by itself:
 * location is a text of the file's, as hostile as that, to be looked up where the program keeps
 * such data, and never to be opened as it is.
 */
typedef mlops_status (*mlops_external)(void *external_user, const char *location, int64_t offset,
                                       int64_t size, void *out);

/** Options of the loading verbs. Zero means the default in each field. */
typedef struct mlops_model_opts {
    uint32_t struct_size;          /**< MLOPS_MODEL_OPTS_INIT sets it */
    uint32_t flags;                /**< none yet; must be 0 */
    const struct mlops_host *host; /**< @nullable allocator, files, CPU cap; outlives the model */
    int64_t memory_max;            /**< bytes that loading may use, and then a context for one
                                        worker, and a table; default 1 GiB */
    const char *format;            /**< @nullable "xgboost", "lightgbm", "onnx" or "bundle";
                                        default: found from the content */
    const char *cache; /**< @nullable folder for what loading made of trees, to be mapped the next
                            time; it must be there, and who may write into it is trusted with the
                            predictions; default: none */
    mlops_external external; /**< @nullable asked for tensors in other files; default: such files
                                  are refused */
    void *external_user;     /**< @nullable first argument of external */
} mlops_model_opts;

#define MLOPS_MODEL_OPTS_INIT                                                                      \
    { sizeof(mlops_model_opts), 0, 0, 0, 0, 0, 0, 0 }

/**
 * Load a model file and compile it.
 * The format is found from the content, never from the name. Nothing outside the file is read,
 * whatever the file says.
 *
 * @param[out] out   the model, to be ended with mlops_model_unref(); NULL after an error
 * @param path       file to read
 * @param opts       @nullable
 * @param err        @nullable; place is the byte offset (binary formats) or line and column (text)
 * @return MLOPS_E_NOT_FOUND, MLOPS_E_IO, MLOPS_E_DENIED, MLOPS_E_NOMEM, MLOPS_E_CORRUPT;
 *         MLOPS_E_LIMIT beyond memory_max; MLOPS_E_UNSUPPORTED names the booster, objective or
 *         version that is missing
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_load(mlops_model **out, const char *path,
                                        const mlops_model_opts *opts, mlops_error *err);

/**
 * Load a model from memory. As mlops_model_load().
 *
 * @param[out] out  the model, to be ended with mlops_model_unref(); NULL after an error
 * @param bytes     @shape(n) content of a model file; borrowed for the call
 * @param n         number of bytes
 * @param opts      @nullable
 * @param err       @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_parse(mlops_model **out, const void *bytes, size_t n,
                                         const mlops_model_opts *opts, mlops_error *err);

/**
 * What an ONNX file needs, and what of it is missing here, as JSON, without loading it: format,
 * producer, opsets (domain, version), operators (operator, domain), and missing, which is empty if
 * the file can be loaded: part (node, initializer, input, operator set), name, reason, and of nodes
 * operator, domain, opset.
 *
 * @param path         file to read
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @param opts         @nullable
 * @param err          @nullable
 * @return as mlops_model_load(); MLOPS_E_UNSUPPORTED for files of another kind; MLOPS_E_ARENA if
 *         cap is too small
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_inspect(const char *path, char *text, size_t cap, size_t *needed,
                                           const mlops_model_opts *opts, mlops_error *err);

/** Share the model: one more mlops_model_unref() is due. Returns its argument. @since 0.1 */
MLOPS_API mlops_model *mlops_model_ref(mlops_model *self);

/** End one share of the model; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_model_unref(mlops_model *self);

/** Number of features of a row. @since 0.1 */
MLOPS_API int64_t mlops_model_n_features(const mlops_model *self);

/**
 * Name of a feature.
 *
 * @param self   model
 * @param index  0 to n_features - 1
 * @return @borrowed(self) @nullable NULL if index is out of range or the file has no names
 * @since 0.1
 */
MLOPS_API const char *mlops_model_feature_name(const mlops_model *self, int64_t index);

/**
 * Name of a class, which MLOPS_MODEL_OUTPUT_CLASS tells.
 *
 * @param self   model
 * @param index  0 or more
 * @return @borrowed(self) @nullable NULL if there is no such class
 * @since 0.1
 */
MLOPS_API const char *mlops_model_class_name(const mlops_model *self, int64_t index);

/** Number of values that one row yields for this output; 0 if output is unknown. @since 0.1 */
MLOPS_API int64_t mlops_model_width(const mlops_model *self, mlops_model_output output);

/**
 * What the model is, as JSON: format, objective, the type that it computes in, trees, nodes, depth,
 * features with their names, outputs, plan size, working memory, id, chosen kernels.
 *
 * @param self         model
 * @param[out] text    @nullable @shape(cap) ends in NUL; NULL to ask for the size
 * @param cap          bytes of text
 * @param[out] needed  @nullable bytes of the whole text, without NUL
 * @return MLOPS_E_ARENA if cap is too small: text is empty then; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_describe(const mlops_model *self, char *text, size_t cap,
                                            size_t *needed);

/**
 * Predict rows of float32.
 * Values are those of the trainer's own predictor: margins bit for bit, in the trainer's order of
 * summation. A missing value is NaN. The same rows give the same values in any batch and on any
 * machine. A model that computes in float64, as LightGBM's do, takes each value widened. Inputs of
 * an ONNX file take the features in their order, each converted to its type.
 *
 * @param self        model
 * @param rows        @shape(n_rows, n_features) row-major, float32
 * @param n_rows      0 or more
 * @param n_features  must be mlops_model_n_features()
 * @param[out] out    @shape(n_rows, width) float64
 * @param width       must be mlops_model_width(self, MLOPS_MODEL_OUTPUT_PREDICTION)
 * @return MLOPS_E_INVALID where a shape differs; MLOPS_E_ARENA if the model needs more working
 *         memory than the stack bound of 16 KiB (use a context then); nothing is written then
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_predict(const mlops_model *self, const float *rows,
                                           int64_t n_rows, int64_t n_features, double *out,
                                           int64_t width);

/**
 * Predict rows of float64. A model that computes in float32 takes the nearest of each value.
 *
 * @param self        model
 * @param rows        @shape(n_rows, n_features) row-major, float64
 * @param n_rows      0 or more
 * @param n_features  must be mlops_model_n_features()
 * @param[out] out    @shape(n_rows, width) float64
 * @param width       must be mlops_model_width(self, MLOPS_MODEL_OUTPUT_PREDICTION)
 * @return as mlops_model_predict()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_predict_f64(const mlops_model *self, const double *rows,
                                               int64_t n_rows, int64_t n_features, double *out,
                                               int64_t width);

/**
 * Predict the rows of a table, its columns bound to features by name. Further columns are ignored.
 * A model without feature names needs a list of columns. Bool and int64 columns are converted; a
 * null is a missing value; a string column is an error that names it, but where an ONNX file's
 * input takes texts.
 *
 * @param self        model
 * @param table       rows
 * @param columns     @nullable column of each feature, separated by commas, quoted as in a CSV
 *                    line; default: the model's feature names
 * @param output      what to write
 * @param[out] out    @shape(n_rows, width) float64
 * @param n_rows      must be mlops_table_n_rows()
 * @param width       must be mlops_model_width(self, output)
 * @param err         @nullable
 * @return MLOPS_E_SCHEMA names the column; MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_model_predict_table(const mlops_model *self, const mlops_table *table,
                                                 const char *columns, mlops_model_output output,
                                                 double *out, int64_t n_rows, int64_t width,
                                                 mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
