/* A block of points: what opens is as long as it says, and is written again byte by byte. */
#include "fuzz/fuzz.h"
#include "sys/host.h"
#include "track/points.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__points points;
    mlops__buf encoded, block;
    mlops_status status = mlops__points_open(&points, (mlops__bytes){data, size}, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    if (status) return 0;
    must(points.n > 0 && size == 5 + (size_t)points.n * MLOPS__POINT_SIZE);
    mlops__buf_init(&encoded, &mlops__heap);
    mlops__buf_init(&block, &mlops__heap);
    mlops__point latest = mlops__points_at(&points, 0);
    for (uint32_t i = 0; i < points.n; i++) {
        mlops__point point = mlops__points_at(&points, i);
        mlops__point_put(&encoded, &point);
        must(!mlops__point_is_later(&point, &point));
        must(!mlops__point_is_later(&point, &latest) || !mlops__point_is_later(&latest, &point));
        if (mlops__point_is_later(&point, &latest)) latest = point;
    }
    for (uint32_t i = 0; i < points.n; i++) { /* an order: the latest is later than none */
        mlops__point point = mlops__points_at(&points, i);
        must(!mlops__point_is_later(&point, &latest));
    }
    mlops__points_put(&block, encoded.data, points.n);
    must(!block.status && block.size == size && memcmp(block.data, data, size) == 0);
    mlops__buf_free(&encoded);
    mlops__buf_free(&block);
    return 0;
}
