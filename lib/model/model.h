/* A model, for the folders that carry it further: bundles and monitors. */
#ifndef MLOPS_MODEL_INSIDE_H
#define MLOPS_MODEL_INSIDE_H

#include "model/run/plan.h"
#include "sys/host.h"

#include <mlops/model.h>

/* Payload of the plan. @borrowed(self) */
const uint8_t *mlops__model_plan(const mlops_model *self, size_t *n);

/* The open plan over that payload. @borrowed(self) */
const mlops__plan *mlops__model_opened(const mlops_model *self);

/* SHA-256 of the payload: the model's id. */
mlops_id mlops__model_id(const mlops_model *self);

const mlops__host *mlops__model_host(const mlops_model *self);

/* A model from the payload of a plan, which is copied. As mlops_model_parse(). */
mlops_status mlops__model_from_plan(mlops_model **out, const void *payload, size_t n,
                                    const mlops_model_opts *opts, mlops_error *err);

#endif
