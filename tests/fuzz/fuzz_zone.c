/* Zones of groups. What is held up: what is read and written again is read as the same. */
#include "columnar/zone.h"
#include "fuzz/fuzz.h"
#include "sys/host.h"

/* False for what is refused; out is by group. */
static int read_all(const uint8_t *data, size_t size, mlops__zones *zones, mlops__buf *out) {
    mlops_status status = mlops__zones_open(zones, data, size, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    must(zones->n > 0 && (size_t)zones->n * zones->n_columns <= MLOPS__ZONES_MAX);
    mlops__zone *column = malloc(zones->n * sizeof *column);
    int64_t *room = malloc(zones->n * sizeof *room);
    must(column && room);
    out->size = 0;
    uint8_t *all = mlops__buf_extend(out, zones->n * zones->n_columns * sizeof *column);
    must(all != NULL);
    for (size_t c = 0; c < zones->n_columns && !status; c++) {
        status = mlops__zones_read(zones, c, room, column, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
        for (size_t i = 0; i < zones->n && !status; i++)
            memcpy(all + (i * zones->n_columns + c) * sizeof *column, &column[i], sizeof *column);
    }
    free(column);
    free(room);
    return !status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__zones zones, again;
    mlops__buf all, bytes, more;
    mlops__buf_init(&all, &mlops__heap);
    mlops__buf_init(&bytes, &mlops__heap);
    mlops__buf_init(&more, &mlops__heap);
    if (read_all(data, size, &zones, &all)) {
        mlops__dialect d = {.delimiter = zones.delimiter, .n_columns = zones.n_columns};
        const mlops__zone *list = (const mlops__zone *)(const void *)all.data;
        must(!mlops__zones_write(&d, list, zones.n, &bytes, NULL));
        must(read_all(bytes.data, bytes.size, &again, &more));
        must(again.n == zones.n && again.n_columns == zones.n_columns && more.size == all.size);
        must(memcmp(more.data, all.data, all.size) == 0);
    }
    mlops__buf_free(&all);
    mlops__buf_free(&bytes);
    mlops__buf_free(&more);
    return 0;
}
