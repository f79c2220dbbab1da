/* Sums over queries. What is read saves to the same bytes, and is read from. The checksum is
 * mended, so that what stands behind it is reached.
 */
#include "base/crc32.h"

#include <mlops.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(int condition) {
    if (!condition) abort();
}

static int is_share(double x) { return x >= 0 && x <= 1; }

static void read_sums(const mlops_ranking_performance *self) {
    mlops_metrics m = MLOPS_METRICS_INIT;
    if (mlops_ranking_performance_metrics(&m, self, NULL)) return;
    must(is_share(m.ndcg) && is_share(m.map) && is_share(m.mrr) && is_share(m.hit_rate));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t room = mlops_ranking_performance_size(), needed;
    uint8_t *bytes = malloc(size + 1), *again = malloc(size + 1);
    void *mem = malloc(room);
    mlops_ranking_performance *self;
    must(bytes && again && mem);
    if (size) memcpy(bytes, data, size);
    if (size >= 4) {
        uint32_t crc = mlops__crc32(0, bytes, size - 4);
        for (size_t i = 0; i < 4; i++) bytes[size - 4 + i] = (uint8_t)(crc >> (8 * i));
    }
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
