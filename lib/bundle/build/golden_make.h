/* Golden rows made from a plan. */
#ifndef MLOPS_BUNDLE_BUILD_GOLDEN_MAKE_H
#define MLOPS_BUNDLE_BUILD_GOLDEN_MAKE_H

#include "model/run/plan.h"

/* Writes the row of this index; seen has n_features words to work with. */
void mlops__golden_draw(const mlops__plan *plan, uint32_t index, float *row, uint32_t *seen);

#endif
