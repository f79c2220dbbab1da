/* mlops/context_bind.h: inputs that are bound once and predicted from as often as wanted.
 *
 * What a context is to read is bound and checked once: rows with any strides, columns of a table, a
 * sparse matrix. Nothing is copied. Predicting any of its rows then allocates nothing, locks
 * nothing, calls nothing of the system and makes no text: blocks of rows that do not stand one
 * behind the other are gathered in the room of the context.
 *
 *     mlops_error error;
 *     if (mlops_context_bind(context, rows, 64, 30, 30, 1, &error))
 *         return fprintf(stderr, "%s\n", error.message), 1;
 *     mlops_context_run(context, 0, 64, out, mlops_context_width(context));
 */
#ifndef MLOPS_CONTEXT_BIND_H
#define MLOPS_CONTEXT_BIND_H

#include <mlops/context.h>
#include <mlops/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Bind rows of float32. They are read anew by each run: their values may change in between.
 * A binding takes the place of the one before it; after an error nothing is bound.
 *
 * @param self           context
 * @param rows           @shape(n_rows:row_stride, n_features:column_stride) @scope(handle) the
 *                       first value of the first row; outlives the binding
 * @param n_rows         0 or more
 * @param n_features     must be that of the model
 * @param row_stride     numbers from a row to the next, n_features of rows without gaps; may be
 *                       negative, or 0: all rows are the same
 * @param column_stride  numbers from a value to the next one in its row: 1 of row-major rows
 * @param err            @nullable
 * @return MLOPS_E_INVALID; MLOPS_E_SCHEMA if an ONNX file's input takes texts
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind(mlops_context *self, const float *rows, int64_t n_rows,
                                          int64_t n_features, int64_t row_stride,
                                          int64_t column_stride, mlops_error *err);

/**
 * Bind rows of float64. As mlops_context_bind().
 *
 * @param self           context
 * @param rows           @shape(n_rows:row_stride, n_features:column_stride) @scope(handle) the
 *                       first value of the first row; outlives the binding
 * @param n_rows         0 or more
 * @param n_features     must be that of the model
 * @param row_stride     numbers from a row to the next
 * @param column_stride  numbers from a value to the next one in its row
 * @param err            @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_f64(mlops_context *self, const double *rows,
                                              int64_t n_rows, int64_t n_features,
                                              int64_t row_stride, int64_t column_stride,
                                              mlops_error *err);

/**
 * Bind the columns of a table, as mlops_model_predict_table() does. Nothing is copied.
 *
 * @param self     context
 * @param table    @scope(handle) rows; outlives the binding
 * @param columns  @nullable column of each feature, separated by commas, quoted as in a CSV line;
 *                 default: the model's feature names
 * @param err      @nullable
 * @return MLOPS_E_SCHEMA names the column; MLOPS_E_INVALID, MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_table(mlops_context *self, const mlops_table *table,
                                                const char *columns, mlops_error *err);

/**
 * Bind a sparse matrix in compressed rows (CSR): float32 with indices of 32 bits.
 * Row i is made of the entries starts[i] to starts[i + 1] - 1. All indices are held against their
 * bounds here, and must stay as they are; the values may change between runs.
 *
 * @param self        context
 * @param values      @nullable @shape(n_values) @scope(handle) entries; outlive the binding
 * @param features    @nullable @shape(n_values) @scope(handle) feature of each entry, ascending in
 *                    each row; outlive the binding
 * @param n_values    entries
 * @param starts      @shape(n_starts) @scope(handle) first entry of each row, and the end of the
 *                    last one; outlive the binding
 * @param n_starts    rows and one more
 * @param n_features  must be mlops_model_n_features()
 * @param absent      what an entry is that is not there: NaN, missing, as XGBoost takes it; 0, as
 *                    scikit-learn does
 * @param err         @nullable
 * @return MLOPS_E_INVALID names the row; MLOPS_E_SCHEMA if an ONNX file's input takes texts
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_csr(mlops_context *self, const float *values,
                                              const int32_t *features, int64_t n_values,
                                              const int32_t *starts, int64_t n_starts,
                                              int64_t n_features, double absent, mlops_error *err);

/**
 * Bind a sparse matrix of float64 with indices of 32 bits. As mlops_context_bind_csr().
 *
 * @param self        context
 * @param values      @nullable @shape(n_values) @scope(handle) entries
 * @param features    @nullable @shape(n_values) @scope(handle) feature of each entry
 * @param n_values    entries
 * @param starts      @shape(n_starts) @scope(handle) first entry of each row, and the end
 * @param n_starts    rows and one more
 * @param n_features  must be mlops_model_n_features()
 * @param absent      what an entry is that is not there
 * @param err         @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_csr_f64(mlops_context *self, const double *values,
                                                  const int32_t *features, int64_t n_values,
                                                  const int32_t *starts, int64_t n_starts,
                                                  int64_t n_features, double absent,
                                                  mlops_error *err);

/**
 * Bind a sparse matrix of float32 with indices of 64 bits. As mlops_context_bind_csr().
 *
 * @param self        context
 * @param values      @nullable @shape(n_values) @scope(handle) entries
 * @param features    @nullable @shape(n_values) @scope(handle) feature of each entry
 * @param n_values    entries
 * @param starts      @shape(n_starts) @scope(handle) first entry of each row, and the end
 * @param n_starts    rows and one more
 * @param n_features  must be mlops_model_n_features()
 * @param absent      what an entry is that is not there
 * @param err         @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_csr_i64(mlops_context *self, const float *values,
                                                  const int64_t *features, int64_t n_values,
                                                  const int64_t *starts, int64_t n_starts,
                                                  int64_t n_features, double absent,
                                                  mlops_error *err);

/**
 * Bind a sparse matrix of float64 with indices of 64 bits. As mlops_context_bind_csr().
 *
 * @param self        context
 * @param values      @nullable @shape(n_values) @scope(handle) entries
 * @param features    @nullable @shape(n_values) @scope(handle) feature of each entry
 * @param n_values    entries
 * @param starts      @shape(n_starts) @scope(handle) first entry of each row, and the end
 * @param n_starts    rows and one more
 * @param n_features  must be mlops_model_n_features()
 * @param absent      what an entry is that is not there
 * @param err         @nullable
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_bind_csr_f64_i64(mlops_context *self, const double *values,
                                                      const int64_t *features, int64_t n_values,
                                                      const int64_t *starts, int64_t n_starts,
                                                      int64_t n_features, double absent,
                                                      mlops_error *err);

/**
 * Predict rows of what is bound.
 *
 * @param self       context
 * @param first_row  0 or more
 * @param n_rows     0 or more; the last one is bound, too
 * @param[out] out   @shape(n_rows, width) float64
 * @param width      must be mlops_context_width()
 * @return MLOPS_E_INVALID if nothing is bound, or a row is not, or width differs: nothing is
 *         written then; of graphs as mlops_context_predict()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_context_run(mlops_context *self, int64_t first_row, int64_t n_rows,
                                         double *out, int64_t width);

#ifdef __cplusplus
}
#endif

#endif
