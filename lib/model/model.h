/* A model, for the folders that carry it further: bundles and monitors. */
#ifndef MLOPS_MODEL_INSIDE_H
#define MLOPS_MODEL_INSIDE_H

#include "base/arena.h"
#include "column/table.h"
#include "model/run/graph.h"
#include "model/run/plan.h"
#include "sys/host.h"

#include <mlops/context.h>
#include <mlops/model.h>

/* Payload of the plan. @borrowed(self) */
const uint8_t *mlops__model_plan(const mlops_model *self, size_t *n);

/* The open plan over that payload; of a graph it has features and the format alone, and bytes is
 * NULL. @borrowed(self) */
const mlops__plan *mlops__model_opened(const mlops_model *self);

/* The open graph over that payload; NULL: it is a plan. @borrowed(self) */
const mlops__graph *mlops__model_graph(const mlops_model *self);

/* Classes that a graph names; 0 of all else. */
int64_t mlops__model_n_classes(const mlops_model *self);

/* True if an input of a graph takes texts. */
int mlops__model_takes_texts(const mlops_model *self);

/* A context of rows one behind the other, with room for one at a time. */
mlops_status mlops__context_for_row(mlops_context **out, mlops_model *model,
                                    mlops_model_output output, mlops_error *err);

/* From now on rows give inputs of texts the number of one among the graph's constants. */
void mlops__context_number_texts(mlops_context *self);

/* SHA-256 of the payload: the model's id. */
mlops_id mlops__model_id(const mlops_model *self);

const mlops__host *mlops__model_host(const mlops_model *self);

/* A model from the payload of a plan, which is copied and may be of any size. host may be NULL. As
 * mlops_model_parse(). */
mlops_status mlops__model_from_plan(mlops_model **out, const void *payload, size_t n,
                                    const mlops_host *host, mlops_error *err);

/* Working memory of predicting rows one behind the other, for callers at once: what is not in use
 * is kept, and more is allocated where more predict than ever did, and for rows that run together.
 */
typedef struct mlops__contexts mlops__contexts;

/* *out is NULL for a model that mlops_model_predict() has stack enough for. It holds a share of the
 * model. */
mlops_status mlops__contexts_new(mlops__contexts **out, mlops_model *model, mlops_error *err);
void mlops__contexts_free(mlops__contexts *self); /* or NULL; when nobody predicts any more */

/* As mlops_context_predict(); MLOPS_E_NOMEM, MLOPS_E_LIMIT. */
mlops_status mlops__contexts_predict(mlops__contexts *self, const float *rows, int64_t n_rows,
                                     int64_t n_features, double *out, int64_t width);

/* Columns of a table, one a feature. */
mlops_status mlops__model_bind(const mlops_model *self, const mlops_table *table,
                               const char *columns, mlops__arena *arena, const mlops__column ***out,
                               mlops_error *err);

/* Predicts rows of such columns. output is one that the model has. */
mlops_status mlops__model_predict_columns(const mlops_model *self, const mlops__column **columns,
                                          mlops_model_output output, int64_t n_rows, double *out,
                                          mlops_error *err);

/* Margins of k classes become probabilities, in place, as XGBoost's multi:softprob has them. */
mlops_status mlops__model_softmax(double *values, int64_t n, int64_t k,
                                  const mlops_allocator *allocator, mlops_error *err);

/* Scores of k classes that were made apart from each other become shares of their sum, in place. 0
 * if one is outside of [0, 1], and nothing was changed. */
int mlops__model_share_out(double *values, int64_t n, int64_t k);

#endif
