/* Inside of a mlops_model, for the folders above. */
#ifndef MLOPS_MODEL_MODEL_H
#define MLOPS_MODEL_MODEL_H

#include "sys/host.h"

#include <mlops/model.h>

/* The plan's bytes (model/run/plan.h), borrowed from the model. */
const uint8_t *mlops__model_plan(const mlops_model *self, size_t *n);

/* Makes a model of a plan, which is checked and copied. host is copied. */
mlops_status mlops__model_from_plan(mlops_model **out, const void *bytes, size_t n,
                                    const mlops__host *host, mlops_error *err);

#endif
