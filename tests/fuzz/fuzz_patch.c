/* Patches to rows of a text. u16 size of the text, the text; then a byte that says what the rest
 * is: u16 size of what cells were, that and a patch, or the text that follows. What is held up: a
 * patch that is applied changes each row in part as in whole, and lists cells in order; and what is
 * made of text gives the text back. */
#include "base/cursor.h"
#include "columnar/columnar.h"
#include "fuzz/fuzz.h"
#include "sys/host.h"

typedef struct ground {
    mlops__grid grid;
    mlops__buf group, text, part, patch, was;
} ground;

static void read_base(ground *g, size_t from, size_t to) {
    mlops__group group;
    must(!mlops__group_open(&group, g->group.data, g->group.size, NULL));
    must(!mlops__group_read(&group, from, to, NULL, &g->grid, NULL));
}

/* Rows and columns alone say the same as cells of a block, all of which were listed. */
static void is_touched(const mlops__patch *p, size_t block, const mlops__patch_cell *cells,
                       size_t n) {
    static uint8_t columns[MLOPS__COLUMNS_MAX + 1];
    uint64_t bits[MLOPS__PATCH_BLOCK / 64] = {0}, want[MLOPS__PATCH_BLOCK / 64] = {0};
    size_t from = block * MLOPS__PATCH_BLOCK, rows = p->n_rows - from;
    if (rows > MLOPS__PATCH_BLOCK) rows = MLOPS__PATCH_BLOCK;
    memset(columns, 0, sizeof columns);
    must(!mlops__patch_columns(p, &mlops__heap, columns, NULL));
    must(!mlops__patch_rows(p, &mlops__heap, from, rows, bits, NULL));
    for (size_t i = 0; i < n; i++) {
        size_t row = cells[i].row - from;
        must(columns[cells[i].column]);
        want[row / 64] |= (uint64_t)1 << row % 64;
    }
    must(memcmp(bits, want, sizeof bits) == 0);
}

static void list(const mlops__patch *p) {
    mlops__buf cells, texts;
    mlops__buf_init(&cells, &mlops__heap);
    mlops__buf_init(&texts, &mlops__heap);
    for (size_t i = 0; i * MLOPS__PATCH_BLOCK < p->n_rows && i < 4; i++) {
        size_t from = i * MLOPS__PATCH_BLOCK, n = p->n_rows - from;
        if (n > MLOPS__PATCH_BLOCK) n = MLOPS__PATCH_BLOCK;
        cells.size = texts.size = 0;
        mlops_status status = mlops__patch_cells(p, from, n, &cells, &texts, NULL);
        must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_END);
        must(texts.size <= MLOPS__LISTED_TEXT + (MLOPS__PATCH_BLOCK << 8) + p->n);
        const mlops__patch_cell *c = (const mlops__patch_cell *)(const void *)cells.data;
        for (size_t k = 0; !status && k < cells.size / sizeof *c; k++) {
            must(c[k].row < p->n_rows && c[k].row / MLOPS__PATCH_BLOCK == i);
            must(c[k].column <= p->dialect.n_columns);
            must(c[k].is.at + c[k].is.n <= texts.size && c[k].was.at + c[k].was.n <= texts.size);
            must(k == 0 || c[k - 1].row < c[k].row ||
                 (c[k - 1].row == c[k].row && c[k - 1].column < c[k].column));
        }
        if (!status) is_touched(p, i, c, cells.size / sizeof *c);
    }
    mlops__buf_free(&cells);
    mlops__buf_free(&texts);
}

/* To the first n rows, into text; false if it is refused. */
static int apply(ground *g, const uint8_t *bytes, size_t size, const mlops__buf *was, size_t n) {
    static uint32_t ends[MLOPS__GROUP_ROWS];
    mlops__patch p;
    mlops_status status = mlops__patch_open(&p, bytes, size, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    status = mlops__patch_open_was(&p, was->data, was->size, NULL);
    must(status == MLOPS_OK || (status == MLOPS_E_CORRUPT && !p.was));
    list(&p);
    if (n > p.n_rows) n = p.n_rows;
    read_base(g, 0, n);
    status = mlops__patch_apply(&p, 0, &g->grid, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return 0;
    g->text.size = 0;
    must(!mlops__grid_render(&g->grid, 0, n, SIZE_MAX, &g->text, ends, NULL));
    for (size_t i = 0; i < 4; i++) {
        size_t from = i * n / 4, to = from + (n - from) / (i + 1);
        size_t at = from ? ends[from - 1] : 0, part = to > from ? ends[to - 1] - at : 0;
        read_base(g, from, to);
        must(!mlops__patch_apply(&p, from, &g->grid, NULL));
        g->part.size = 0;
        must(!mlops__grid_render(&g->grid, 0, to - from, part, &g->part, NULL, NULL));
        must(g->part.size == part && (!part || !memcmp(g->part.data, g->text.data + at, part)));
    }
    return 1;
}

static void apply_given(ground *g, const uint8_t *rest, size_t size, size_t rows) {
    mlops__cursor c;
    mlops__cursor_init(&c, rest, size);
    size_t n = mlops__cursor_u16(&c);
    const uint8_t *was = mlops__cursor_take(&c, n);
    if (c.failed) return;
    g->was.size = 0;
    mlops__buf_put(&g->was, was, n);
    apply(g, rest + c.offset, mlops__cursor_left(&c), &g->was, rows);
}

static void make(ground *g, size_t n, const uint8_t *text, size_t size) {
    mlops__patch_writer w;
    mlops__patch_stop stop;
    size_t rows, bytes;
    read_base(g, 0, n);
    mlops__patch_init(&w, &mlops__heap);
    must(!mlops__patch_add(&w, &g->grid, 0, text, size, 1, &rows, &bytes, &stop, NULL));
    must(rows <= n && bytes <= size && w.n_rows == rows && w.text_size == bytes);
    must((rows == 0) == (bytes == 0));
    g->patch.size = g->was.size = 0;
    if (rows) {
        must(!mlops__patch_end(&w, &g->patch, &g->was, NULL));
        must(apply(g, g->patch.data, g->patch.size, &g->was, rows));
        must(g->text.size == bytes && memcmp(g->text.data, text, bytes) == 0);
    }
    mlops__patch_free(&w);
}

static void run(ground *g, const uint8_t *text, size_t n, const uint8_t *rest, size_t size) {
    unsigned what = rest[0];
    mlops__dialect d = {(uint8_t) ",;\t|"[what >> 1 & 3], what >> 3 & 1, what >> 4 & 1,
                        (uint16_t)((what >> 5) + 1)};
    size_t taken;
    must(!mlops__grid_parse(&g->grid, &d, text, n, 1, &taken, NULL));
    size_t rows = g->grid.n;
    if (rows == 0) return;
    must(!mlops__group_write(&g->grid, &g->group, NULL));
    if (what % 2 == 0) apply_given(g, rest + 1, size - 1, rows);
    else make(g, rows, rest + 1, size - 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__cursor c;
    ground g;
    mlops__cursor_init(&c, data, size);
    size_t n = mlops__cursor_u16(&c);
    const uint8_t *text = mlops__cursor_take(&c, n);
    if (c.failed || mlops__cursor_left(&c) == 0) return 0;
    mlops__grid_init(&g.grid, &mlops__heap);
    mlops__buf_init(&g.group, &mlops__heap);
    mlops__buf_init(&g.text, &mlops__heap);
    mlops__buf_init(&g.part, &mlops__heap);
    mlops__buf_init(&g.patch, &mlops__heap);
    mlops__buf_init(&g.was, &mlops__heap);
    run(&g, text, n, data + c.offset, mlops__cursor_left(&c));
    mlops__grid_free(&g.grid);
    mlops__buf_free(&g.group);
    mlops__buf_free(&g.text);
    mlops__buf_free(&g.part);
    mlops__buf_free(&g.patch);
    mlops__buf_free(&g.was);
    return 0;
}
