/* Profiles on the host's heap, for callers that have one.
 *
 * Owns the block in which such a profile lies, with the allocator that frees it in front.
 * Invariant: the profile itself is the same as one in the caller's storage.
 */
#include "profile/profile.h"
#include "sys/host.h"

#include "base/alloc.h"

typedef struct hosted {
    mlops_allocator allocator;
    size_t size; /* of the whole block */
} hosted;

enum { HEADER = (sizeof(hosted) + 15) / 16 * 16 };

mlops_status mlops_profile_new(mlops_profile **out, const mlops_profile_opts *opts,
                               mlops_error *err) {
    *out = NULL;
    size_t size = mlops_profile_size(opts);
    if (!size)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_profile_opts: flags must be known, n_edges 0 to 4095 with edges "
                           "where it is not 0, scale -64 to 64");
    mlops__host host;
    MLOPS_TRY(mlops__host_init(&host, opts ? opts->host : NULL, err));
    size += HEADER;
    hosted *block = mlops__alloc(&host.allocator, size);
    if (!block) return mlops__fail_nomem(err, size);
    *block = (hosted){host.allocator, size};
    mlops_status status = mlops_profile_init(out, (char *)block + HEADER, size - HEADER, opts);
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops__free(&host.allocator, block, size);
    return mlops__fail(err, status, "mlops_profile_opts: edges must be finite and ascend strictly");
}

void mlops_profile_free(mlops_profile *self) {
    if (!self) return;
    hosted *block = (hosted *)(void *)((char *)self - HEADER);
    mlops_allocator allocator = block->allocator;
    mlops__free(&allocator, block, block->size);
}
