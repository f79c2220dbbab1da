/* Patches: rows changed by one after the other are the rows of the newest text, in whole and in any
 * part; what is listed as changed is; bytes that nobody wrote harm nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/help_columnar.h"

enum { VERSIONS = 20, PATCHES = 2000, ROWS = 9000 };

/* A text, and what of it is kept: patches to the rows of the version ahead. */
typedef struct version {
    table text;
    size_t rows;               /* that are paired with those of the version ahead: all of them */
    size_t n, firsts[PATCHES]; /* patches, and their first rows */
    mlops__buf bytes[PATCHES], was[PATCHES];
} version;

typedef struct chain {
    mlops__dialect dialect;
    version versions[VERSIONS];
    mlops__buf group, text;
    mlops__grid grid, parsed;
} chain;

static size_t count_rows(mlops__grid *g, const mlops__dialect *d, const table *t) {
    size_t taken;
    mlops_error e;
    assert_int_equal(mlops__grid_parse(g, d, (const uint8_t *)t->text, t->n, 1, &taken, &e),
                     MLOPS_OK);
    assert_int_equal(taken, t->n); /* one group */
    return g->n;
}

/* Rows from to to - 1 of a version. */
static void read_version(chain *c, int number, size_t from, size_t to) {
    mlops__group group;
    mlops_error e;
    assert_int_equal(mlops__group_open(&group, c->group.data, c->group.size, &e), MLOPS_OK);
    assert_int_equal(mlops__group_read(&group, from, to, NULL, &c->grid, &e), MLOPS_OK);
    for (int i = 1; i <= number; i++) {
        const version *v = &c->versions[i];
        for (size_t k = 0; k < v->n; k++) {
            mlops__patch patch;
            size_t next = k + 1 < v->n ? v->firsts[k + 1] : v->rows;
            if (from < v->firsts[k] || to > next) continue;
            assert_int_equal(mlops__patch_open(&patch, v->bytes[k].data, v->bytes[k].size, &e),
                             MLOPS_OK);
            assert_int_equal(mlops__patch_apply(&patch, from - v->firsts[k], &c->grid, &e),
                             MLOPS_OK);
        }
    }
}

/* A range that one patch of each version covers. */
static int covered(const chain *c, int number, size_t from, size_t to) {
    for (int i = 1; i <= number; i++)
        for (size_t k = 0; k < c->versions[i].n; k++)
            if (c->versions[i].firsts[k] > from && c->versions[i].firsts[k] < to) return 0;
    return 1;
}

static void same_rows(chain *c, size_t from) {
    for (size_t i = 0; i < c->grid.n; i++) {
        assert_int_equal(mlops__grid_is_whole(&c->grid, i),
                         mlops__grid_is_whole(&c->parsed, from + i));
        for (size_t k = 0; k < c->dialect.n_columns; k++) {
            uint8_t a[MLOPS__CELL_TEXT], b[MLOPS__CELL_TEXT];
            size_t na, nb;
            const uint8_t *x = mlops__grid_cell(&c->grid, i, k, a, &na);
            const uint8_t *y = mlops__grid_cell(&c->parsed, from + i, k, b, &nb);
            assert_int_equal(na, nb);
            if (na) assert_memory_equal(x, y, na);
        }
    }
}

static void check_range(chain *c, int number, size_t from, size_t to, const uint32_t *ends) {
    const version *v = &c->versions[number];
    mlops_error e;
    if (!covered(c, number, from, to)) return;
    read_version(c, number, from, to);
    size_t at = from ? ends[from - 1] : 0, size = to > from ? ends[to - 1] - at : 0;
    c->text.size = 0;
    assert_int_equal(mlops__grid_render(&c->grid, 0, c->grid.n, size, &c->text, NULL, &e),
                     MLOPS_OK);
    assert_int_equal(c->text.size, size);
    if (size) assert_memory_equal(c->text.data, v->text.text + at, size);
    same_rows(c, from);
}

static void check_version(chain *c, int number) {
    static uint32_t ends[ROWS];
    mlops_error e;
    size_t rows = count_rows(&c->parsed, &c->dialect, &c->versions[number].text);
    c->text.size = 0;
    assert_int_equal(mlops__grid_render(&c->parsed, 0, rows, SIZE_MAX, &c->text, ends, &e),
                     MLOPS_OK);
    check_range(c, number, 0, rows, ends);
    for (int i = 0; i < 6; i++) {
        size_t from = draw() % (rows + 1), to = from + draw() % (rows - from + 1);
        check_range(c, number, from, i % 2 && to > from + 2 ? from + 2 : to, ends);
    }
}

/* ---- what is listed ---- */

static int is_other(chain *c, size_t row, size_t column) {
    uint8_t a[MLOPS__CELL_TEXT], b[MLOPS__CELL_TEXT];
    size_t na, nb;
    const uint8_t *x = mlops__grid_cell(&c->grid, row, column, a, &na);
    const uint8_t *y = mlops__grid_cell(&c->parsed, row, column, b, &nb);
    return na != nb || memcmp(x, y, na) != 0;
}

static void same_text(const mlops__buf *texts, mlops__patch_text at, const void *want, size_t n) {
    assert_int_equal(at.n, n);
    if (n) assert_memory_equal(texts->data + at.at, want, n);
}

static void check_row_text(mlops__grid *grid, size_t row, const mlops__buf *texts,
                           mlops__patch_text at) {
    mlops__buf text;
    mlops_error e;
    mlops__buf_init(&text, &mlops__heap);
    assert_int_equal(mlops__grid_render(grid, row, row + 1, SIZE_MAX, &text, NULL, &e), MLOPS_OK);
    same_text(texts, at, text.data, text.size);
    mlops__buf_free(&text);
}

static void check_cell_text(mlops__grid *grid, size_t row, size_t column, const mlops__buf *texts,
                            mlops__patch_text at) {
    uint8_t room[MLOPS__CELL_TEXT];
    size_t n;
    const uint8_t *want = mlops__grid_cell(grid, row, column, room, &n);
    same_text(texts, at, want, n);
}

/* The grid holds the version ahead; the cells are those of all blocks. */
static void check_cells(chain *c, const mlops__buf *list, const mlops__buf *texts, size_t first,
                        size_t end) {
    const mlops__patch_cell *cells = (const mlops__patch_cell *)(const void *)list->data;
    size_t k = 0, n = list->size / sizeof *cells, n_columns = c->dialect.n_columns;
    for (size_t row = first; row < end; row++) {
        if (k < n && cells[k].row == row - first && cells[k].column == n_columns) {
            check_row_text(&c->grid, row, texts, cells[k].was);
            check_row_text(&c->parsed, row, texts, cells[k++].is);
            continue;
        }
        assert_int_equal(mlops__grid_is_whole(&c->grid, row),
                         mlops__grid_is_whole(&c->parsed, row));
        for (size_t column = 0; column < n_columns; column++) {
            int listed = k < n && cells[k].row == row - first && cells[k].column == column;
            assert_int_equal(listed, is_other(c, row, column));
            if (!listed) continue;
            check_cell_text(&c->grid, row, column, texts, cells[k].was);
            check_cell_text(&c->parsed, row, column, texts, cells[k++].is);
        }
    }
    assert_int_equal(k, n);
}

/* Some of the rows are told as they are among all of them. */
static void check_some_cells(const mlops__patch *p, const mlops__buf *list,
                             const mlops__buf *texts) {
    const mlops__patch_cell *all = (const mlops__patch_cell *)(const void *)list->data;
    size_t from = draw() % p->n_rows, n = draw() % (p->n_rows - from + 1), k = 0;
    mlops__buf some, own;
    mlops_error e;
    mlops__buf_init(&some, &mlops__heap);
    mlops__buf_init(&own, &mlops__heap);
    assert_int_equal(mlops__patch_cells(p, from, n, &some, &own, &e), MLOPS_OK);
    const mlops__patch_cell *cells = (const mlops__patch_cell *)(const void *)some.data;
    for (size_t i = 0; i < list->size / sizeof *all; i++) {
        if (all[i].row < from || all[i].row >= from + n) continue;
        assert_true(k < some.size / sizeof *cells);
        assert_true(cells[k].row == all[i].row && cells[k].column == all[i].column);
        same_text(&own, cells[k].was, texts->data + all[i].was.at, all[i].was.n);
        same_text(&own, cells[k++].is, texts->data + all[i].is.at, all[i].is.n);
    }
    assert_int_equal(k, some.size / sizeof *cells);
    mlops__buf_free(&some);
    mlops__buf_free(&own);
}

static void check_list(chain *c, int number) {
    version *v = &c->versions[number];
    mlops__buf cells, texts;
    mlops_error e;
    count_rows(&c->parsed, &c->dialect, &v->text);
    if (!covered(c, number - 1, 0, v->rows)) return;
    read_version(c, number - 1, 0, v->rows);
    mlops__buf_init(&cells, &mlops__heap);
    mlops__buf_init(&texts, &mlops__heap);
    for (size_t k = 0; k < v->n; k++) {
        mlops__patch p;
        size_t end = k + 1 < v->n ? v->firsts[k + 1] : v->rows;
        uint64_t at = 0;
        cells.size = texts.size = 0;
        assert_int_equal(mlops__patch_open(&p, v->bytes[k].data, v->bytes[k].size, &e), MLOPS_OK);
        assert_int_equal(mlops__patch_cells(&p, 0, p.n_rows, &cells, &texts, &e),
                         v->was[k].size ? MLOPS_E_CORRUPT : MLOPS_OK);
        if (v->was[k].size)
            assert_int_equal(mlops__patch_open_was(&p, v->was[k].data, v->was[k].size, &e),
                             MLOPS_OK);
        assert_int_equal(p.n_rows, end - v->firsts[k]);
        for (size_t b = 0; b * MLOPS__PATCH_BLOCK < p.n_rows; b++) {
            assert_true(mlops__patch_mark(&p, b) >= at);
            at = mlops__patch_mark(&p, b);
            assert_int_equal(mlops__patch_find(&p, at), b);
        }
        assert_int_equal(mlops__patch_mark(&p, SIZE_MAX), p.text_size);
        assert_int_equal(mlops__patch_cells(&p, 0, p.n_rows, &cells, &texts, &e), MLOPS_OK);
        check_cells(c, &cells, &texts, v->firsts[k], end);
        check_some_cells(&p, &cells, &texts);
    }
    mlops__buf_free(&cells);
    mlops__buf_free(&texts);
}

/* ---- making ---- */

static void end_patch(version *v, mlops__patch_writer *w) {
    mlops_error e;
    assert_true(v->n < PATCHES);
    uint64_t size = w->text_size;
    mlops__patch p;
    int changes = w->n_cells > 0;
    mlops__buf_init(&v->bytes[v->n], &mlops__heap);
    mlops__buf_init(&v->was[v->n], &mlops__heap);
    assert_int_equal(mlops__patch_end(w, &v->bytes[v->n], &v->was[v->n], &e), MLOPS_OK);
    assert_int_equal(v->was[v->n].size > 0, changes);
    assert_int_equal(mlops__patch_open(&p, v->bytes[v->n].data, v->bytes[v->n].size, &e), MLOPS_OK);
    assert_int_equal(p.text_size, size);
    v->n++;
}

/* False if the rows do not correspond. The text comes in parts, and so does the base. */
static int make_version(chain *c, int number) {
    version *v = &c->versions[number];
    mlops__patch_writer w;
    mlops_error e;
    size_t at = 0, rows = c->versions[number - 1].rows, n = v->text.n;
    int parts = draw() % 2, lost = 0;
    mlops__patch_init(&w, &mlops__heap);
    for (size_t row = 0; row < rows && !lost;) {
        size_t to = rows - row > 3000 && parts ? row + 1 + draw() % 3000 : rows;
        if (!covered(c, number - 1, row, to)) to = row + 1;
        read_version(c, number - 1, row, to);
        for (size_t from = 0; from < to - row && !lost;) {
            mlops__patch_stop stop;
            size_t n_rows, n_bytes, part = parts ? draw() % 5000 + 1 : n;
            if (w.n_rows == 0) v->firsts[v->n] = row + from;
            if (draw() % 8 == 0 || part > n - at) part = n - at;
            uint8_t *exact = malloc(part ? part : 1);
            memcpy(exact, v->text.text + at, part);
            assert_int_equal(mlops__patch_add(&w, &c->grid, from, exact, part, at + part == n,
                                              &n_rows, &n_bytes, &stop, &e),
                             MLOPS_OK);
            free(exact);
            assert_true(n_bytes <= part && from + n_rows <= c->grid.n);
            assert_int_equal(stop == MLOPS__PATCH_BASE, from + n_rows == c->grid.n && stop == 0);
            from += n_rows;
            at += n_bytes;
            lost = stop == MLOPS__PATCH_LOST || (stop == MLOPS__PATCH_TEXT && at == n);
            if (stop == MLOPS__PATCH_FULL || (w.n_rows && draw() % 40 == 0)) end_patch(v, &w);
        }
        row = to;
    }
    if (w.n_rows && !lost) end_patch(v, &w);
    mlops__patch_free(&w);
    v->rows = rows;
    return !lost && at == n;
}

/* The same rows with some cells changed: rarely all of a row, or a row's number of cells. */
static table edit(const table *t, unsigned rarity, int width) {
    table out = *t;
    char cell[128];
    size_t at = 0, row = 0;
    out.text = NULL;
    out.n = out.cap = 0;
    int column = 0, only = draw() % 3 ? (int)(draw() % (size_t)t->n_columns) : -1;
    while (at < t->n) {
        size_t end = at;
        while (end < t->n && t->text[end] != t->delimiter && t->text[end] != '\n' &&
               t->text[end] != '\r')
            end++;
        int quoted = memchr(t->text + at, '"', end - at) != NULL;
        int hit = draw() % rarity == 0 && (only < 0 || column == only) && !quoted;
        if (!hit) table_put(&out, t->text + at, end - at);
        else if (draw() % 50 == 0) table_put(&out, "x,y\tz|;w", draw() % 9);
        else {
            int kind = column < t->n_columns ? t->kinds[column] : 13;
            if (kind == 13 || draw() % 30 == 0) kind = width;
            table_put(&out, cell, put_cell(cell, kind, row + 1));
        }
        column++;
        for (; end < t->n && (t->text[end] == '\n' || t->text[end] == '\r'); end++) {
            row += t->text[end] == '\n';
            column = 0;
            table_put(&out, t->text + end, 1);
        }
        if (end < t->n && t->text[end] == t->delimiter) table_put(&out, t->text + end++, 1);
        if (end == at) table_put(&out, t->text + end++, 1);
        at = end;
    }
    if (out.n && draw() % 20 == 0) {
        if (out.text[out.n - 1] == '\n') out.n--;
        else table_put(&out, "\n", 1);
    }
    if (!out.text) table_put(&out, "", 0);
    return out;
}

static void free_chain(chain *c) {
    for (int i = 0; i < VERSIONS; i++) {
        free(c->versions[i].text.text);
        for (size_t k = 0; k < c->versions[i].n; k++) {
            mlops__buf_free(&c->versions[i].bytes[k]);
            mlops__buf_free(&c->versions[i].was[k]);
        }
    }
    mlops__buf_free(&c->group);
    mlops__buf_free(&c->text);
    mlops__grid_free(&c->grid);
    mlops__grid_free(&c->parsed);
    free(c);
}

static chain *begin_chain(table t) {
    chain *c = calloc(1, sizeof *c);
    mlops_error e;
    assert_non_null(c);
    mlops__buf_init(&c->group, &mlops__heap);
    mlops__buf_init(&c->text, &mlops__heap);
    mlops__grid_init(&c->grid, &mlops__heap);
    mlops__grid_init(&c->parsed, &mlops__heap);
    c->versions[0].text = t;
    c->dialect = dialect_of(&t);
    c->versions[0].rows = count_rows(&c->parsed, &c->dialect, &t);
    assert_int_equal(mlops__group_write(&c->parsed, &c->group, &e), MLOPS_OK);
    return c;
}

static int n_versions; /* that were made of all that were tried */

static void run_chain(size_t rows) {
    unsigned rarity = draw() % 3 ? 2 + (unsigned)(draw() % 200) : 1;
    table t = make_table(rows);
    if (t.n > MLOPS__GROUP_TEXT) t.n = MLOPS__GROUP_TEXT;
    if (t.n == 0) table_put(&t, "1\n", 2);
    chain *c = begin_chain(t);
    for (int i = 1; i < VERSIONS; i++) {
        version *v = &c->versions[i];
        v->text = edit(&c->versions[i - 1].text, rarity, (int)(draw() % COLUMN_KINDS));
        if (v->text.n > MLOPS__GROUP_TEXT || !make_version(c, i)) break;
        n_versions++;
        check_version(c, i);
        check_list(c, i);
    }
    free_chain(c);
}

static void rows_are_those_of_the_newest_text(void **state) {
    (void)state;
    n_versions = 0;
    for (seed = 1; seed < 80 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        run_chain(draw() % 5 ? draw() % 60 : draw() % 10 ? draw() % 1500 : 8000);
        seed = begun;
    }
    assert_true(n_versions > 600);
}

/* ---- bytes that nobody wrote ---- */

/* To rows that are those of the base, or fewer. */
static void apply_harmlessly(chain *c, const uint8_t *bytes, size_t n, const uint8_t *was,
                             size_t n_was) {
    mlops__patch p;
    mlops_error e;
    mlops__buf cells, texts;
    mlops_status status = mlops__patch_open(&p, bytes, n, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return;
    size_t rows = c->versions[0].rows < p.n_rows ? c->versions[0].rows : p.n_rows;
    read_version(c, 0, 0, rows);
    status = mlops__patch_apply(&p, 0, &c->grid, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    c->text.size = 0;
    if (!status)
        assert_int_equal(mlops__grid_render(&c->grid, 0, rows, SIZE_MAX, &c->text, NULL, &e),
                         MLOPS_OK);
    status = mlops__patch_open_was(&p, was, n_was, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    mlops__buf_init(&cells, &mlops__heap);
    mlops__buf_init(&texts, &mlops__heap);
    status = mlops__patch_cells(&p, 0, rows, &cells, &texts, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    mlops__buf_free(&cells);
    mlops__buf_free(&texts);
}

/* Patch k, or what its cells were, with each bit flipped and cut at each byte. */
static void harm(chain *c, size_t k, int was) {
    const mlops__buf *all[2] = {&c->versions[1].bytes[k], &c->versions[1].was[k]};
    const mlops__buf *bytes = all[was];
    for (size_t i = 0; i < 9 * bytes->size; i++) {
        size_t n = i < 8 * bytes->size ? bytes->size : i - 8 * bytes->size;
        uint8_t *copy = malloc(n ? n : 1);
        assert_non_null(copy);
        memcpy(copy, bytes->data, n);
        if (n == bytes->size) copy[i / 8] ^= (uint8_t)(1 << i % 8);
        if (was) apply_harmlessly(c, all[0]->data, all[0]->size, copy, n);
        else apply_harmlessly(c, copy, n, all[1]->data, all[1]->size);
        free(copy);
    }
}

static void flipped_and_cut_bytes_do_no_harm(void **state) {
    (void)state;
    n_versions = 0;
    for (seed = 4; seed < 60 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        table t = make_table(2 + draw() % 30);
        if (t.n == 0) table_put(&t, "1\n", 2);
        chain *c = begin_chain(t);
        c->versions[1].text = edit(&t, 4, 13);
        int made = make_version(c, 1);
        for (size_t k = 0; made && k < c->versions[1].n; k++) {
            harm(c, k, 0);
            harm(c, k, 1);
            n_versions++;
        }
        free_chain(c);
        seed = begun;
    }
    assert_true(n_versions > 20);
}

/* ---- rows that come and go ---- */

/* Flags are the same by chance in half of the cells; a column that is new is in none. */
static void rows_that_go_end_the_pairing(void **state) {
    enum { N = 2000, GONE = 700, COLUMNS = 10, SIZE = 2 * COLUMNS };
    static char text[N * SIZE], other[N * SIZE];
    mlops__grid grid;
    mlops__patch_writer w;
    mlops__patch_stop stop;
    mlops_error e;
    size_t taken, n_rows, n_bytes;
    mlops__dialect d = {',', 1, 0, COLUMNS};
    (void)state;
    seed = 6;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? '0' + (char)(draw() % 2) : i % SIZE == SIZE - 1 ? '\n' : ',';
    mlops__grid_init(&grid, &mlops__heap);
    mlops__patch_init(&w, &mlops__heap);
    assert_int_equal(
        mlops__grid_parse(&grid, &d, (const uint8_t *)text, sizeof text, 1, &taken, &e), MLOPS_OK);
    memcpy(other, text, GONE * SIZE);
    memcpy(other + GONE * SIZE, text + (GONE + 3) * SIZE, (N - GONE - 3) * SIZE);
    assert_int_equal(mlops__patch_add(&w, &grid, 0, (const uint8_t *)other, (N - 3) * SIZE, 1,
                                      &n_rows, &n_bytes, &stop, &e),
                     MLOPS_OK);
    assert_int_equal(stop, MLOPS__PATCH_LOST);
    assert_in_range(n_rows, GONE, GONE + 12); /* some are the same by chance */
    assert_int_equal(n_bytes, n_rows * SIZE);
    mlops__patch_drop(&w);
    for (size_t i = 0; i < N; i++) {
        memcpy(other + i * SIZE, text + i * SIZE, SIZE);
        other[i * SIZE + 6] = '2';
    }
    assert_int_equal(mlops__patch_add(&w, &grid, 0, (const uint8_t *)other, N * SIZE, 1, &n_rows,
                                      &n_bytes, &stop, &e),
                     MLOPS_OK);
    assert_int_equal(stop, MLOPS__PATCH_BASE);
    assert_int_equal(n_rows, N);
    mlops__patch_free(&w);
    mlops__grid_free(&grid);
}

/* ---- sizes ---- */

/* One cell in a hundred, of 14 bits: they, what it was, and how far it is to the next. */
static void scattered_cells_cost_their_bits(void **state) {
    enum { N = 8000, CHANGED = N / 100 };
    table t = {0};
    (void)state;
    seed = 8;
    t.n_columns = 3;
    t.kinds[0] = 0;
    t.kinds[1] = 3;
    t.kinds[2] = 4;
    t.delimiter = ',';
    t.line_end = "\n";
    for (size_t i = 0; i < N; i++) table_row(&t, i);
    chain *c = begin_chain(t);
    table *v = &c->versions[1].text;
    for (size_t at = 0, row = 0; at < t.n; row++) {
        size_t end = at;
        char cell[128];
        while (t.text[end] != '\n') end++;
        size_t last = end;
        while (t.text[last - 1] != ',') last--;
        table_put(v, t.text + at, (row % 100 ? end : last) - at);
        if (row % 100 == 0) table_put(v, cell, put_cell(cell, 4, 0));
        table_put(v, "\n", 1);
        at = end + 1;
    }
    assert_true(make_version(c, 1));
    size_t size = 0;
    for (size_t k = 0; k < c->versions[1].n; k++) size += c->versions[1].bytes[k].size;
    if (size > CHANGED * (17 + 17 + 9) / 8 + 100 * c->versions[1].n) fail_msg("%zu bytes", size);
    check_version(c, 1);
    free_chain(c);
}

/* ---- memory ---- */

static mlops_status patch_once(chain *c, mlops__grid *grid, mlops__buf bytes[2],
                               mlops__patch_writer *w, mlops__buf *cells, mlops__buf *texts) {
    const table *new = &c->versions[1].text;
    mlops__group group;
    mlops__patch p;
    mlops_error e;
    mlops__patch_stop stop;
    size_t n_rows, n_bytes;
    MLOPS_TRY(mlops__group_open(&group, c->group.data, c->group.size, &e));
    MLOPS_TRY(mlops__group_read(&group, 0, group.n_rows, NULL, grid, &e));
    MLOPS_TRY(mlops__patch_add(w, grid, 0, (const uint8_t *)new->text, new->n, 1, &n_rows, &n_bytes,
                               &stop, &e));
    assert_int_equal(n_bytes, new->n);
    MLOPS_TRY(mlops__patch_end(w, &bytes[0], &bytes[1], &e));
    MLOPS_TRY(mlops__patch_open(&p, bytes[0].data, bytes[0].size, &e));
    MLOPS_TRY(mlops__patch_open_was(&p, bytes[1].data, bytes[1].size, &e));
    MLOPS_TRY(mlops__patch_apply(&p, 0, grid, &e));
    MLOPS_TRY(mlops__patch_cells(&p, 0, p.n_rows, cells, texts, &e));
    c->text.size = 0;
    assert_int_equal(mlops__grid_render(grid, 0, grid->n, SIZE_MAX, &c->text, NULL, &e), MLOPS_OK);
    assert_int_equal(c->text.size, new->n);
    assert_memory_equal(c->text.data, new->text, new->n);
    return MLOPS_OK;
}

static void memory_may_run_out_anywhere(void **state) {
    const mlops_allocator meagre = {sizeof(mlops_allocator), 0,          NULL, meagre_alloc,
                                    meagre_realloc,          meagre_free};
    table t = {0};
    int64_t fails = 0;
    (void)state;
    seed = 21;
    t.n_columns = 8;
    for (int k = 0; k < 8; k++) t.kinds[k] = k + 2;
    t.delimiter = ';';
    t.line_end = "\n";
    for (size_t i = 0; i < 300; i++) table_row(&t, i);
    chain *c = begin_chain(t);
    c->versions[1].text = edit(&t, 20, 13);
    assert_true(make_version(c, 1));
    for (n_left = 0;; n_left = ++fails) {
        mlops__grid grid;
        mlops__buf bytes[2], cells, texts;
        mlops__patch_writer w;
        mlops__grid_init(&grid, &meagre);
        mlops__buf_init(&bytes[0], &meagre);
        mlops__buf_init(&bytes[1], &meagre);
        mlops__buf_init(&cells, &meagre);
        mlops__buf_init(&texts, &meagre);
        mlops__patch_init(&w, &meagre);
        mlops_status status = patch_once(c, &grid, bytes, &w, &cells, &texts);
        mlops__grid_free(&grid);
        mlops__buf_free(&bytes[0]);
        mlops__buf_free(&bytes[1]);
        mlops__buf_free(&cells);
        mlops__buf_free(&texts);
        mlops__patch_free(&w);
        if (status == MLOPS_OK) break;
        assert_int_equal(status, MLOPS_E_NOMEM);
    }
    assert_true(fails > 15);
    free_chain(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_those_of_the_newest_text),
        cmocka_unit_test(rows_that_go_end_the_pairing),
        cmocka_unit_test(flipped_and_cut_bytes_do_no_harm),
        cmocka_unit_test(scattered_cells_cost_their_bits),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
