/* Sums over queries. What is read saves to the same bytes, and is read from. The checksum is
 * mended, so that what stands behind it is reached.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

static int is_share(double x) { return x >= 0 && x <= 1; }

static void read_sums(const mlops_ranking_performance *self) {
    mlops_metrics m = MLOPS_METRICS_INIT;
    if (mlops_ranking_performance_metrics(&m, self, NULL)) return;
    must(is_share(m.ndcg) && is_share(m.map) && is_share(m.mrr) && is_share(m.hit_rate));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t room = mlops_ranking_performance_size(), needed;
    uint8_t *bytes = sealed_copy(data, size), *again = room_of(size);
    void *mem = room_of(room);
    mlops_ranking_performance *self;
    mlops_status status = mlops_ranking_performance_load(&self, mem, room, bytes, size);
    must(!status == (self != NULL));
    if (!status) {
        must(!mlops_ranking_performance_save(self, again, size, &needed) && needed == size);
        must(!memcmp(bytes, again, size));
        read_sums(self);
    }
    free(mem);
    free(again);
    free(bytes);
    return 0;
}
