/* Saved anomaly scores: what loads fits the storage that was told, saves to the same bytes and
 * scores to numbers, if need be frozen before. As few bytes have the checksum that they end in, it
 * is also set right. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { BYTES = 1 << 17, D_MAX = 1024 };

static uint64_t storage[BYTES / 8];
static uint8_t saved[BYTES];

static void try(const uint8_t *data, size_t size) {
    static float row[D_MAX];
    mlops_anomaly *p;
    mlops_anomaly_summary s = MLOPS_ANOMALY_SUMMARY_INIT;
    size_t needed = 0, n = 0;
    float score;
    double p_value, limit;
    if (mlops_anomaly_load_size(data, size, &needed)) {
        must(mlops_anomaly_load(&p, storage, BYTES, data, size) != MLOPS_OK);
        return;
    }
    mlops_status status = mlops_anomaly_load(&p, storage, BYTES, data, size);
    must((status == MLOPS_E_ARENA) == (needed > BYTES));
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_ARENA);
    if (status) return;
    must(mlops_anomaly_save(p, saved, sizeof saved, &n) == MLOPS_OK);
    must(n == size && memcmp(saved, data, size) == 0);
    must(mlops_anomaly_summarize(p, &s) == MLOPS_OK && s.n_features <= D_MAX);
    if (!s.is_frozen) {
        for (size_t i = 0; i < D_MAX; i++) memcpy(row + i, data + (i * 4) % (size - 3), 4);
        must(mlops_anomaly_add(p, row, 1, s.n_features, NULL) == MLOPS_OK || s.n >> 53);
        status = mlops_anomaly_freeze(p, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_REFUSED);
        if (status) return;
    }
    for (size_t k = 0; k < 8; k++) {
        for (size_t i = 0; i < D_MAX; i++) memcpy(row + i, data + (i * 4 + k) % (size - 3), 4);
        must(mlops_anomaly_score(p, row, 1, s.n_features, &score, NULL) == MLOPS_OK);
        must(score >= 0 && score - score == 0);
        must(mlops_anomaly_p_values(p, &score, 1, &p_value, NULL) == MLOPS_OK);
        must(mlops_anomaly_threshold(p, 0.5, &limit, NULL) == MLOPS_OK);
        must((score > limit) == (p_value <= 0.5));
    }
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
