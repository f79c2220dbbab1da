/* Groups. The first byte says what the rest is: a group, or text, which is sniffed, cut at will and
 * comes back. What is held up: a group that is read makes no more text than it says, the same in
 * parts as in whole, and what it makes, parsed and written, is read again as the same. */
#include "columnar/columnar.h"
#include "fuzz/fuzz.h"
#include "sys/host.h"

typedef struct ground {
    mlops__grid grid;
    mlops__buf group, text, part;
} ground;

static void read_parts(ground *g, const mlops__group *group, const uint32_t *ends) {
    size_t n = group->n_rows;
    for (size_t i = 0; i < 6; i++) {
        size_t from = i * n / 6, to = from + (n - from) / (i % 3 + 1);
        size_t at = from ? ends[from - 1] : 0, size = to > from ? ends[to - 1] - at : 0;
        must(!mlops__group_read(group, from, to, NULL, &g->grid, NULL));
        g->part.size = 0;
        must(!mlops__grid_render(&g->grid, 0, to - from, size, &g->part, NULL, NULL));
        must(g->part.size == size && (!size || !memcmp(g->part.data, g->text.data + at, size)));
    }
}

/* All of it into text; false if it is refused. */
static int read_group(ground *g, const uint8_t *bytes, size_t n) {
    static uint32_t ends[MLOPS__GROUP_ROWS];
    mlops__group group;
    mlops_status status = mlops__group_open(&group, bytes, n, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    must(group.n_rows <= MLOPS__GROUP_ROWS && group.text_size <= MLOPS__ROW_TEXT);
    status = mlops__group_read(&group, 0, group.n_rows, NULL, &g->grid, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    g->text.size = 0;
    status = mlops__grid_render(&g->grid, 0, g->grid.n, group.text_size, &g->text, ends, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    must(g->text.size <= group.text_size);
    read_parts(g, &group, ends);
    return 1;
}

static void come_back(ground *g, const mlops__dialect *d, const uint8_t *text, size_t n) {
    for (size_t at = 0, taken; at < n; at += taken) {
        must(!mlops__grid_parse(&g->grid, d, text + at, n - at, 1, &taken, NULL));
        must(taken > 0 && taken <= n - at);
        g->group.size = 0;
        must(!mlops__group_write(&g->grid, &g->group, NULL));
        must(read_group(g, g->group.data, g->group.size));
        must(g->text.size == taken && memcmp(g->text.data, text + at, taken) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    ground g;
    if (size == 0) return 0;
    unsigned what = data[0];
    mlops__grid_init(&g.grid, &mlops__heap);
    mlops__buf_init(&g.group, &mlops__heap);
    mlops__buf_init(&g.text, &mlops__heap);
    mlops__buf_init(&g.part, &mlops__heap);
    if (what % 2 == 0) read_group(&g, data + 1, size - 1);
    else {
        mlops__dialect d = {(uint8_t) ",;\t|"[what >> 1 & 3], what >> 3 & 1, what >> 4 & 1,
                            (uint16_t)((what >> 5) + 1)};
        come_back(&g, &d, data + 1, size - 1);
        if (mlops__dialect_sniff(&d, data + 1, size - 1)) come_back(&g, &d, data + 1, size - 1);
    }
    mlops__grid_free(&g.grid);
    mlops__buf_free(&g.group);
    mlops__buf_free(&g.text);
    mlops__buf_free(&g.part);
    return 0;
}
