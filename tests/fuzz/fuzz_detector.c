/* A saved detector: what loads saves to the same bytes, goes on, and saves to
 * what loads again. As few bytes have the checksum that they end in, it is also
 * set right. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { BYTES = 1 << 17 };

static uint64_t storage[2][BYTES / 8];
static uint8_t saved[BYTES];

static size_t save(const mlops_detector *detector) {
    size_t n = 0;
    must(mlops_detector_save(detector, saved, sizeof saved, &n) == MLOPS_OK);
    return n;
}

static void try(const uint8_t *data, size_t size) {
    mlops_detector *detector;
    mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
    int32_t signals[64];
    double values[64];
    mlops_status status = mlops_detector_load(&detector, storage[0], BYTES, data, size);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED ||
         status == MLOPS_E_ARENA);
    if (status) return;
    must(save(detector) == size && memcmp(saved, data, size) == 0);
    must(mlops_detector_summarize(detector, &s) == MLOPS_OK);
    for (size_t i = 0; i < 64; i++) values[i] = data[i % size] >> i % 8 & 1;
    status = mlops_detector_add(detector, values, 64, signals, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_LIMIT);
    size_t n = save(detector);
    must(mlops_detector_load(&detector, storage[1], BYTES, saved, n) == MLOPS_OK);
    mlops_detector_reset(detector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t sealed[BYTES];
    try(data, size);
    if (size < 4 || size > BYTES) return 0;
    memcpy(sealed, data, size);
    seal(sealed, size);
    try(sealed, size);
    return 0;
}
