/* ONNX Runtime through its C interface, from the shared library that MLOPS_ORT names: one thread,
 * one input of numbers. Whatever fails says so and ends the program.
 */
#ifndef BENCH_PEER_ONNXRUNTIME_H
#define BENCH_PEER_ONNXRUNTIME_H

#include <stddef.h>
#include <stdint.h>

typedef struct peer_onnxruntime peer_onnxruntime;

/* NULL if there is no library. */
const char *peer_onnxruntime_version(void);
peer_onnxruntime *peer_onnxruntime_open(const char *model);

/* Runs n rows, in its fastest way: the rows are copied into a tensor that stays bound, and outputs
 * are kept from run to run. There may be up to 4 different n. Rows are doubles if the model's
 * input is of them, else floats. */
void peer_onnxruntime_run(peer_onnxruntime *self, const void *rows, int64_t n, int64_t n_features);

/* What came out of the last run as floats: the last output that is. */
const float *peer_onnxruntime_result(const peer_onnxruntime *self, size_t *n);

#endif
