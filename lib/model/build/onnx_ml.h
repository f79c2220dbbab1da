/* What lowerings of ai.onnx.ml share. */
#ifndef MLOPS_MODEL_ONNX_ML_H
#define MLOPS_MODEL_ONNX_ML_H

#include "model/build/onnx_compile.h"

/* An input as float32 of rank 2: a list is one row. */
mlops_status mlops__oc_matrix(mlops__oc *self, uint32_t x, uint32_t *out);

/* Floats of an attribute as a constant of these dims; "no" if it has another number of them. */
mlops_status mlops__oc_floats(mlops__oc *self, const char *name, int64_t rows, int64_t columns,
                              uint32_t *out);

/* The same, turned: columns by rows. */
mlops_status mlops__oc_turned(mlops__oc *self, const char *name, int64_t rows, int64_t columns,
                              uint32_t *out);

/* Number of floats or ints of an attribute, 0 if it is not there. */
int64_t mlops__oc_length(const mlops__oc *self, const char *name);

/* post_transform as the graph has it. */
mlops_status mlops__oc_post(mlops__oc *self, mlops__graph_post *out);

/* Number of classes in classlabels_*; 0 if there are none. */
int64_t mlops__oc_n_labels(const mlops__oc *self);

/* Labels from the numbers of classes. */
mlops_status mlops__oc_labels(mlops__oc *self, uint32_t classes, uint32_t *out);

/* CLASSIFY, then labels and scores go to the node's two outputs. */
mlops_status mlops__oc_classify(mlops__oc *self, uint32_t scores, mlops__graph_label label,
                                mlops__graph_pair pair, mlops__graph_post post);

#endif
