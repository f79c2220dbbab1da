/* Policies on the host's heap, for callers that have one.
 *
 * Owns nothing. Invariant: the policy itself is the same as one in the caller's storage.
 */
#include "sys/hosted.h"

#include <mlops/policy.h>

mlops_status mlops_policy_new(mlops_policy **out, const mlops_policy_opts *opts, mlops_error *err) {
    size_t size = mlops_policy_size();
    void *mem;
    *out = NULL;
    MLOPS_TRY(mlops__hosted_new(&mem, size, opts ? opts->host : NULL, err));
    mlops_status status = mlops_policy_init(out, mem, size, opts, err);
    if (status < 0) mlops__hosted_free(mem);
    return status;
}

void mlops_policy_free(mlops_policy *self) { mlops__hosted_free(self); }
