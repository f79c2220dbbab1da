/* Policies. What is read saves to the same bytes, goes on and gives its reason. The checksum is
 * mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static void go_on(mlops_policy *self) {
    mlops_policy_decision d = MLOPS_POLICY_DECISION_INIT;
    char text[2048];
    must(!mlops_policy_get(self, &d));
    for (int i = 0; i < 8; i++) {
        must(!mlops_policy_reason(self, text, sizeof text, NULL));
        must(!mlops_policy_add(self, d.time_ns, i * 0.75, i == 3, &d));
        must(d.n_known >= d.n_over && d.n_over >= 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t storage[64];
    mlops_policy *self;
    size_t needed;
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    must(sizeof storage >= mlops_policy_size());
    mlops_status status = mlops_policy_load(&self, storage, sizeof storage, bytes, size);
    must(!status == (self != NULL));
    if (!status) {
        must(!mlops_policy_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        go_on(self);
    }
    free(again);
    free(bytes);
    return 0;
}
