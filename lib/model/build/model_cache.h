/* The cache of loading: a plan with the layout that was tuned for a machine, in a file that is
 * mapped and served from, format.md has its bytes.
 *
 * A file is named by a hash of what it depends on: every byte of the model file, the level of
 * kernels, the form of layouts and the library's version. It is taken as it is if its checksum and
 * its sizes fit, else made anew. The checksum guards against accidents; who may write into the
 * folder is trusted with the predictions.
 */
#ifndef MLOPS_MODEL_CACHE_H
#define MLOPS_MODEL_CACHE_H

#include "model/build/handle.h"
#include "sys/hash.h"

typedef struct mlops__model_cache {
    const char *folder; /* NULL: none */
    mlops__hash128 key;
} mlops__model_cache;

/* The key of a model file for this level. */
void mlops__model_cache_begin(mlops__model_cache *self, const char *folder, mlops_cpu level,
                              const uint8_t *bytes, size_t n);

/* Payload, plan and forest from the file; room for what has addresses comes from the model's
 * arena. False: there is none that can be served. */
int mlops__model_cache_open(const mlops__model_cache *self, mlops_model *model, size_t max);

/* Keeps a model that was tuned. What fails, fails silently: the cache is as it was then. */
void mlops__model_cache_save(const mlops__model_cache *self, const mlops_model *model,
                             const mlops_allocator *allocator);

#endif
