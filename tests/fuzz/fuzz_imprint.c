/* Saved imprints: what loads saves to the same bytes, and finds numbers in any rows. As few bytes
 * have the checksum that they end in, it is also set right. */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { BYTES = 1 << 16, D_MAX = 64, ROWS = 60 };

static void try(const uint8_t *data, size_t size) {
    static uint8_t saved[BYTES];
    static float rows[ROWS * D_MAX];
    mlops_imprint *self;
    size_t n = 0;
    int64_t d;
    mlops_status status = mlops_imprint_load(&self, data, size, NULL, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    must(!status == (self != NULL));
    if (status) return;
    must(mlops_imprint_save(self, saved, sizeof saved, &n) == MLOPS_OK);
    must(n == size && memcmp(saved, data, size) == 0);
    memcpy(&d, data + 16, sizeof d);
    if (d <= D_MAX) {
        mlops_multivariate *both;
        mlops_multivariate_result found = MLOPS_MULTIVARIATE_RESULT_INIT;
        for (size_t i = 0; i < ROWS * D_MAX; i++) memcpy(rows + i, data + i * 7 % (size - 3), 4);
        must(mlops_multivariate_rows(&both, NULL, 0, rows, ROWS, d, d, 1, d, 1, NULL, NULL) ==
             MLOPS_OK);
        must(mlops_imprint_mmd(&found, self, both, NULL, NULL) == MLOPS_OK);
        must(found.p_value >= 0 && found.p_value <= 1 && found.effect_low <= found.effect_high);
        mlops_multivariate_free(both);
    }
    mlops_imprint_free(self);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t sealed[BYTES];
    if (size < 8 || size > BYTES) return 0;
    try(data, size);
    memcpy(sealed, data, size);
    seal(sealed, size);
    try(sealed, size);
    return 0;
}
