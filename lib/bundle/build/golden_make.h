/* Golden rows made from a plan or a graph. */
#ifndef MLOPS_BUNDLE_BUILD_GOLDEN_MAKE_H
#define MLOPS_BUNDLE_BUILD_GOLDEN_MAKE_H

#include "model/model.h"

/* The output that golden rows are held to: the prediction, or the class of a graph without one. */
mlops_model_output mlops__golden_output(const mlops_model *model);

/* Writes the row of this index; seen has n_features words to work with. */
void mlops__golden_draw(const mlops__plan *plan, uint32_t index, float *row, uint32_t *seen);

/* The same for a graph, which may have no prediction for it. */
void mlops__golden_draw_graph(const mlops__graph *graph, uint32_t index, float *row,
                              uint32_t n_features);

#endif
