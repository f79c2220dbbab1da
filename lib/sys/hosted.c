/* Objects of the caller's storage on the host's heap.
 *
 * Owns the block in which such an object lies, with the allocator that frees it in front.
 * Invariant: the object itself is the same as one in the caller's storage.
 */
#include "sys/hosted.h"

#include "base/alloc.h"
#include "sys/host.h"

typedef struct hosted {
    mlops_allocator allocator;
    size_t size; /* of the whole block */
} hosted;

enum { HEADER = (sizeof(hosted) + 15) / 16 * 16 };

mlops_status mlops__hosted_new(void **out, size_t size, const mlops_host *given, mlops_error *err) {
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    size += HEADER;
    hosted *block = mlops__alloc(&host.allocator, size);
    if (!block) return mlops__fail_nomem(err, size);
    *block = (hosted){host.allocator, size};
    *out = (char *)block + HEADER;
    return MLOPS_OK;
}

void mlops__hosted_free(void *storage) {
    if (!storage) return;
    hosted *block = (hosted *)(void *)((char *)storage - HEADER);
    mlops_allocator allocator = block->allocator;
    mlops__free(&allocator, block, block->size);
}
