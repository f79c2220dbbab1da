/* Policies on the host's heap.
 *
 * Owns nothing. Invariant: what mlops_policy_new() made is given back to the allocator that it came
 * from.
 */
#include "policy/policy.h"

#include "base/alloc.h"
#include "sys/host.h"

mlops_status mlops_policy_new(mlops_policy **out, const mlops_policy_opts *opts, mlops_error *err) {
    mlops__policy_rules rules;
    mlops__host host;
    *out = NULL;
    MLOPS_TRY(mlops__policy_rules_of(&rules, opts, err));
    MLOPS_TRY(mlops__host_init(&host, opts ? opts->host : NULL, err));
    void *mem = mlops__alloc(&host.allocator, sizeof(mlops_policy));
    if (!mem) return mlops__fail_nomem(err, sizeof(mlops_policy));
    MLOPS_TRY(mlops__policy_place(out, mem, sizeof(mlops_policy), &rules, err));
    (*out)->allocator = host.allocator;
    return MLOPS_OK;
}

void mlops_policy_free(mlops_policy *self) {
    if (!self) return;
    const mlops_allocator allocator = self->allocator;
    mlops__free(&allocator, self, sizeof *self);
}
