/* Profiles on the host's heap, for callers that have one.
 *
 * Owns nothing. Invariant: the profile itself is the same as one in the caller's storage.
 */
#include "profile/profile.h"
#include "sys/hosted.h"

mlops_status mlops_profile_new(mlops_profile **out, const mlops_profile_opts *opts,
                               mlops_error *err) {
    size_t size = mlops_profile_size(opts);
    void *mem;
    *out = NULL;
    if (!size)
        return mlops__fail(
            err, MLOPS_E_INVALID,
            "mlops_profile_opts: flags must be known, n_edges 0 to 4095 with edges where "
            "it is not 0, scale -64 to 64, lg_k 0 or 4 to 16, bins_size a multiple of 8 "
            "from 64 to 65536 without edges, categories at most 255 texts in a list");
    MLOPS_TRY(mlops__hosted_new(&mem, size, opts ? opts->host : NULL, err));
    mlops_status status = mlops_profile_init(out, mem, size, opts);
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops__hosted_free(mem);
    return mlops__fail(err, status,
                       "mlops_profile_opts: edges must be finite and ascend strictly, no category "
                       "may be named twice");
}

void mlops_profile_free(mlops_profile *self) { mlops__hosted_free(self); }
