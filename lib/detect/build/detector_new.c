/* Detectors on the host's heap, for callers that have one.
 *
 * Owns the block in which such a detector lies, with the allocator that frees it in front.
 * Invariant: the detector itself is the same as one in the caller's storage.
 */
#include "sys/host.h"

#include "base/alloc.h"

#include <mlops/detector.h>

typedef struct hosted {
    mlops_allocator allocator;
    size_t size; /* of the whole block */
} hosted;

enum { HEADER = (sizeof(hosted) + 15) / 16 * 16 };

mlops_status mlops_detector_new(mlops_detector **out, const mlops_detector_opts *opts,
                                mlops_error *err) {
    *out = NULL;
    size_t size = mlops_detector_size(opts);
    if (!size) return mlops_detector_init(out, NULL, 0, opts, err);
    mlops__host host;
    MLOPS_TRY(mlops__host_init(&host, opts ? opts->host : NULL, err));
    size += HEADER;
    hosted *block = mlops__alloc(&host.allocator, size);
    if (!block) return mlops__fail_nomem(err, size);
    *block = (hosted){host.allocator, size};
    return mlops_detector_init(out, (char *)block + HEADER, size - HEADER, opts, err);
}

void mlops_detector_free(mlops_detector *self) {
    if (!self) return;
    hosted *block = (hosted *)(void *)((char *)self - HEADER);
    mlops_allocator allocator = block->allocator;
    mlops__free(&allocator, block, block->size);
}
