/* mlops/explain.h: why a model predicts what it does: what each feature adds to a row's margin.
 *
 * A mlops_explainer is made of a model of trees or a linear one, is immutable, and any number of
 * threads may share it. Contributions are Shapley values, exact but for rounding, computed in
 * double: of a row they sum up, with the bias behind them, to its margin. Features that a row takes
 * no notice of stand in for by what the trees saw in training (path-dependent), or by the rows of a
 * background table (interventional).
 *
 *     mlops_explainer *explainer;
 *     double parts[31];
 *     if (mlops_explainer_new(&explainer, model, NULL, NULL, &error) ||
 *         mlops_explainer_explain(explainer, row, 1, 30, MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS,
 *                                 parts, 31, &error))
 *         return fprintf(stderr, "%s\n", error.message), 1;
 *     mlops_explainer_unref(explainer);
 */
#ifndef MLOPS_EXPLAIN_H
#define MLOPS_EXPLAIN_H

#include <mlops/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Explains a model. Immutable and shared; ends with mlops_explainer_unref(). @threadsafe */
typedef struct mlops_explainer mlops_explainer;

/** What explaining writes for each row, of each group: each class or target that has a margin. */
typedef enum mlops_explainer_output {
    MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS = 0, /**< Shapley values: one a feature, then the bias */
    MLOPS_EXPLAINER_OUTPUT_INTERACTIONS = 1,  /**< Shapley interactions: a square of as many rows
                                                   and columns; each row sums up to the
                                                   contribution of its feature */
    MLOPS_EXPLAINER_OUTPUT_APPROXIMATE = 2,   /**< Saabas: what changes along the row's own paths;
                                                   fast, and unfair to features near the roots */
    MLOPS_EXPLAINER_OUTPUT_FORCE32 = 0x7fffffff
} mlops_explainer_output;

/**
 * Make an explainer. It holds a share of the model.
 *
 * Without a background the weights come from the covers in the model's file: what rows of training
 * came by each node. With one, each of its rows is a game against the row that is explained, and
 * contributions are the mean over them; the bias is the mean margin of the background. Time grows
 * with its rows: some hundred will do. A linear model needs no covers.
 *
 * @param[out] out    the explainer, to be ended with mlops_explainer_unref(); NULL after an error
 * @param model       shared by the explainer
 * @param background  @nullable rows to stand in for; borrowed for the call
 * @param columns     @nullable column of each feature in the background, separated by commas,
 *                    quoted as in a CSV line; default: the model's feature names
 * @param err         @nullable
 * @return MLOPS_E_UNSUPPORTED if the model has linear leaves, no covers and no background, or is a
 *         graph that is neither linear nor trees that take the rows as they are;
 *         MLOPS_E_LIMIT if a path tests more than 256 features; MLOPS_E_SCHEMA as
 *         mlops_model_predict_table(); MLOPS_E_INVALID if the background has no rows; MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_explainer_new(mlops_explainer **out, mlops_model *model,
                                           const mlops_table *background, const char *columns,
                                           mlops_error *err);

/** Share the explainer: one more mlops_explainer_unref() is due. Returns its argument. @since 0.1
 */
MLOPS_API mlops_explainer *mlops_explainer_ref(mlops_explainer *self);

/** End one share of the explainer; the last one frees it. NULL is allowed. @since 0.1 */
MLOPS_API void mlops_explainer_unref(mlops_explainer *self);

/** Number of groups: margins that a row has, one a class or target. @since 0.1 */
MLOPS_API int64_t mlops_explainer_n_groups(const mlops_explainer *self);

/**
 * Number of values that one row yields; 0 if output is unknown. With f features it is f + 1 for
 * each group, and (f + 1) squared of interactions.
 * @since 0.1
 */
MLOPS_API int64_t mlops_explainer_width(const mlops_explainer *self, mlops_explainer_output output);

/**
 * Explain rows. Working memory is taken once for the call, whatever the number of rows.
 *
 * @param self        explainer
 * @param rows        @shape(n_rows, n_features) row-major, float64; a model that computes in
 *                    float32 takes the nearest of each value
 * @param n_rows      0 or more
 * @param n_features  must be that of the model
 * @param output      what to write
 * @param[out] out    @shape(n_rows, width) float64: the groups of a row one after another
 * @param width       must be mlops_explainer_width(self, output)
 * @param err         @nullable
 * @return MLOPS_E_INVALID where a shape differs, or for approximate values with a background;
 *         MLOPS_E_NOMEM
 * @since 0.1
 */
MLOPS_API mlops_status mlops_explainer_explain(const mlops_explainer *self, const double *rows,
                                               int64_t n_rows, int64_t n_features,
                                               mlops_explainer_output output, double *out,
                                               int64_t width, mlops_error *err);

/**
 * Explain the rows of a table, its columns bound to features by name.
 *
 * @param self      explainer
 * @param table     rows
 * @param columns   @nullable column of each feature, separated by commas, quoted as in a CSV line;
 *                  default: the model's feature names
 * @param output    what to write
 * @param[out] out  @shape(n_rows, width) float64: the groups of a row one after another
 * @param n_rows    must be mlops_table_n_rows()
 * @param width     must be mlops_explainer_width(self, output)
 * @param err       @nullable
 * @return MLOPS_E_SCHEMA names the column; else as mlops_explainer_explain()
 * @since 0.1
 */
MLOPS_API mlops_status mlops_explainer_explain_table(const mlops_explainer *self,
                                                     const mlops_table *table, const char *columns,
                                                     mlops_explainer_output output, double *out,
                                                     int64_t n_rows, int64_t width,
                                                     mlops_error *err);

#ifdef __cplusplus
}
#endif

#endif
