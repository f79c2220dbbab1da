/* All values of a column: what is taken ascends, and is what writing them gives. The first two
 * bytes say how many values there are to be.
 */
#include "fuzz/fuzz.h"
#include "profile/build/ecdf.h"
#include "sys/host.h"

static double values[1 << 16];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    int64_t n = data[0] | data[1] << 8, at = 0;
    uint8_t *bytes = calloc(1, size + MLOPS__ECDF_BEYOND);
    mlops__ecdf from;
    if (!bytes) return 0;
    memcpy(bytes, data + 2, size - 2);
    mlops_status status = mlops__ecdf_open(&from, bytes, size - 2, n);
    while (status == MLOPS_OK && (status = mlops__ecdf_next(&from)) == MLOPS_OK)
        for (uint32_t i = 0; i < from.n; i++) {
            must(at == 0 || from.values[i] > values[at - 1]);
            for (uint64_t k = 0; k <= from.counts[i]; k++) {
                must(at < n);
                values[at++] = from.values[i];
            }
        }
    must(status == MLOPS_END || status == MLOPS_E_CORRUPT);
    if (status == MLOPS_END) {
        mlops__buf again;
        mlops__buf_init(&again, &mlops__heap);
        mlops__ecdf_put(&again, values, n);
        must(at == n && again.size == from.offset && !memcmp(again.data, bytes, again.size));
        mlops__buf_free(&again);
    }
    free(bytes);
    return 0;
}
