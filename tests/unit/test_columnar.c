/* Groups: text comes back byte for byte whatever it is, whole and in parts; bytes that nobody wrote
 * are refused or make some rows, and harm nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sys/hash.h"
#include "unit/help_columnar.h"

typedef struct ground {
    mlops__grid parsed, read;
    mlops__buf group, text, again;
} ground;

static void begin(ground *g, const mlops_allocator *a) {
    mlops__grid_init(&g->parsed, a);
    mlops__grid_init(&g->read, a);
    mlops__buf_init(&g->group, a);
    mlops__buf_init(&g->text, a);
    mlops__buf_init(&g->again, a);
}

static void end(ground *g) {
    mlops__grid_free(&g->parsed);
    mlops__grid_free(&g->read);
    mlops__buf_free(&g->group);
    mlops__buf_free(&g->text);
    mlops__buf_free(&g->again);
}

/* ---- what is read is what was written ---- */

static void check_rows(ground *g, const uint8_t *text, const uint32_t *ends) {
    mlops_error e;
    for (size_t i = 0; i < g->read.n; i++) {
        uint64_t hash;
        size_t at = i ? ends[i - 1] : 0;
        assert_int_equal(mlops__grid_hash(&g->read, i, i + 1, &hash, &e), MLOPS_OK);
        assert_int_equal(hash, mlops__hash_64(text + at, ends[i] - at));
    }
}

static void check_cells(ground *g, size_t from) {
    for (size_t i = 0; i < g->read.n; i++) {
        assert_int_equal(mlops__grid_is_whole(&g->read, i),
                         mlops__grid_is_whole(&g->parsed, from + i));
        for (size_t c = 0; c < g->read.dialect.n_columns; c++) {
            uint8_t a[MLOPS__CELL_TEXT], b[MLOPS__CELL_TEXT];
            size_t na, nb;
            const uint8_t *x = mlops__grid_cell(&g->read, i, c, a, &na);
            const uint8_t *y = mlops__grid_cell(&g->parsed, from + i, c, b, &nb);
            assert_int_equal(na, nb);
            if (na) assert_memory_equal(x, y, na);
        }
    }
}

static void check_parts(ground *g, const mlops__group *group, const uint8_t *text,
                        const uint32_t *ends) {
    mlops_error e;
    for (int i = 0; i < 12; i++) {
        size_t from = draw() % (group->n_rows + 1u);
        size_t to = from + draw() % (group->n_rows - from + 1u);
        if (i % 3 == 0 && to > from + 3) to = from + 3;
        size_t at = from ? ends[from - 1] : 0, size = to > from ? ends[to - 1] - at : 0;
        assert_int_equal(mlops__group_read(group, from, to, NULL, &g->read, &e), MLOPS_OK);
        g->again.size = 0;
        assert_int_equal(mlops__grid_render(&g->read, 0, to - from, size, &g->again, NULL, &e),
                         MLOPS_OK);
        assert_int_equal(g->again.size, size);
        if (size) assert_memory_equal(g->again.data, text + at, size);
        check_cells(g, from);
        if (size == 0) continue;
        g->again.size = 0;
        assert_int_equal(mlops__grid_render(&g->read, 0, to - from, size - 1, &g->again, NULL, &e),
                         MLOPS_E_CORRUPT);
    }
}

static void check_wanted(ground *g, const mlops__group *group) {
    mlops_error e;
    size_t n = group->dialect.n_columns, column = draw() % n;
    uint8_t *wanted = calloc(n, 1);
    assert_non_null(wanted);
    wanted[column] = 1;
    assert_int_equal(mlops__group_read(group, 0, group->n_rows, wanted, &g->read, &e), MLOPS_OK);
    for (size_t i = 0; i < group->n_rows; i++) {
        uint8_t a[MLOPS__CELL_TEXT], b[MLOPS__CELL_TEXT];
        size_t na, nb;
        if (mlops__grid_is_whole(&g->read, i)) continue;
        const uint8_t *x = mlops__grid_cell(&g->read, i, column, a, &na);
        const uint8_t *y = mlops__grid_cell(&g->parsed, i, column, b, &nb);
        assert_int_equal(na, nb);
        if (na) assert_memory_equal(x, y, na);
    }
    free(wanted);
}

static void check_marks(const mlops__group *group, const uint32_t *ends) {
    size_t n = (group->n_rows + 511u) / 512;
    for (size_t i = 0; i <= n; i++) {
        size_t row = i * 512 < group->n_rows ? i * 512 : group->n_rows;
        uint32_t at = row ? ends[row - 1] : 0;
        assert_int_equal(mlops__group_mark(group, i), at);
        if (i == n) continue;
        assert_int_equal(mlops__group_find(group, at), i);
        assert_int_equal(mlops__group_find(group, ends[row] - 1), i);
    }
}

/* One group from the text on; returns the bytes it took. */
static size_t check_group(ground *g, const mlops__dialect *d, const uint8_t *text, size_t n) {
    static uint32_t ends[MLOPS__GROUP_ROWS];
    mlops__group group;
    mlops_error e;
    size_t taken;
    assert_int_equal(mlops__grid_parse(&g->parsed, d, text, n, 1, &taken, &e), MLOPS_OK);
    assert_true(taken > 0 && taken <= n);
    assert_int_equal(mlops__grid_measure(d, text, n, 1), taken);
    g->group.size = g->text.size = 0;
    assert_int_equal(mlops__group_write(&g->parsed, &g->group, &e), MLOPS_OK);
    assert_int_equal(mlops__group_open(&group, g->group.data, g->group.size, &e), MLOPS_OK);
    assert_int_equal(group.text_size, taken);
    assert_int_equal(group.n_rows, g->parsed.n);
    assert_int_equal(mlops__group_read(&group, 0, group.n_rows, NULL, &g->read, &e), MLOPS_OK);
    assert_int_equal(mlops__grid_render(&g->read, 0, g->read.n, taken, &g->text, ends, &e),
                     MLOPS_OK);
    assert_int_equal(g->text.size, taken);
    assert_memory_equal(g->text.data, text, taken);
    check_rows(g, text, ends);
    check_marks(&group, ends);
    check_parts(g, &group, text, ends);
    check_wanted(g, &group);
    /* What is read is written as the same bytes, but that words may no longer be needed. */
    assert_int_equal(mlops__group_read(&group, 0, group.n_rows, NULL, &g->read, &e), MLOPS_OK);
    g->again.size = 0;
    assert_int_equal(mlops__group_write(&g->read, &g->again, &e), MLOPS_OK);
    assert_int_equal(g->again.size, g->group.size);
    assert_memory_equal(g->again.data, g->group.data, g->group.size);
    return taken;
}

static void check_text(ground *g, const mlops__dialect *d, const char *text, size_t n) {
    uint8_t *exact = malloc(n ? n : 1); /* nothing is read beyond it */
    assert_non_null(exact);
    memcpy(exact, text, n);
    for (size_t at = 0; at < n;) at += check_group(g, d, exact + at, n - at);
    free(exact);
}

static void tables_come_back(void **state) {
    ground g;
    (void)state;
    begin(&g, &mlops__heap);
    for (seed = 1; seed < 200 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        table t = make_table(draw() % 4 ? draw() % 40 : draw() % 20 ? draw() % 700 : 9000);
        mlops__dialect d = dialect_of(&t);
        check_text(&g, &d, t.text, t.n);
        free(t.text);
        seed = begun;
    }
    end(&g);
}

/* Whatever the bytes are. */
static void noise_comes_back(void **state) {
    static const char SOME[] = ",;\n\r\"0123456789.-ab";
    ground g;
    (void)state;
    begin(&g, &mlops__heap);
    for (seed = 5; seed < 600 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        char text[300];
        size_t n = draw() % sizeof text;
        int any = draw() % 3 == 0;
        for (size_t i = 0; i < n; i++)
            text[i] = any ? (char)draw() : SOME[draw() % (sizeof SOME - 1)];
        mlops__dialect d = {",;\t|"[draw() % 4], draw() % 2, draw() % 2,
                            (uint16_t)(1 + draw() % 6)};
        check_text(&g, &d, text, n);
        seed = begun;
    }
    end(&g);
}

/* How rows are cut does not depend on how much of the text is there. */
static void windows_make_no_difference(void **state) {
    ground g;
    mlops_error e;
    (void)state;
    begin(&g, &mlops__heap);
    for (seed = 9; seed < 60 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        table t = make_table(draw() % 30);
        mlops__dialect d = dialect_of(&t);
        for (size_t n = 0; n <= t.n && t.n; n += 1 + draw() % 5) {
            size_t taken, again;
            uint8_t *part = malloc(n ? n : 1);
            memcpy(part, t.text, n);
            assert_int_equal(mlops__grid_parse(&g.parsed, &d, part, n, 0, &taken, &e), MLOPS_OK);
            assert_true(taken <= n && (taken == 0 || part[taken - 1] == '\n'));
            assert_int_equal(mlops__grid_measure(&d, part, n, 0), taken);
            size_t rows = g.parsed.n;
            g.group.size = g.again.size = 0;
            if (rows) assert_int_equal(mlops__group_write(&g.parsed, &g.group, &e), MLOPS_OK);
            assert_int_equal(mlops__grid_parse(&g.parsed, &d, part, taken, 1, &again, &e),
                             MLOPS_OK);
            assert_int_equal(again, taken);
            assert_int_equal(g.parsed.n, rows);
            if (rows) assert_int_equal(mlops__group_write(&g.parsed, &g.again, &e), MLOPS_OK);
            assert_int_equal(g.again.size, g.group.size);
            if (rows) assert_memory_equal(g.again.data, g.group.data, g.group.size);
            free(part);
        }
        free(t.text);
        seed = begun;
    }
    end(&g);
}

static void groups_are_bounded(void **state) {
    ground g;
    mlops_error e;
    size_t n = (size_t)MLOPS__ROW_TEXT + 2, taken;
    mlops__dialect d = {',', 1, 0, 1};
    (void)state;
    begin(&g, &mlops__heap);
    uint8_t *text = malloc(n);
    assert_non_null(text);
    memset(text, 'x', n);
    assert_int_equal(mlops__grid_parse(&g.parsed, &d, text, n, 1, &taken, &e), MLOPS_E_LIMIT);
    assert_int_equal(mlops__grid_parse(&g.parsed, &d, text, n, 0, &taken, &e), MLOPS_E_LIMIT);
    assert_int_equal(mlops__grid_measure(&d, text, n, 1), 0);
    text[MLOPS__ROW_TEXT - 1] = '\n';
    assert_int_equal(check_group(&g, &d, text, n), MLOPS__ROW_TEXT); /* one long row */
    text[MLOPS__GROUP_TEXT / 2] = text[MLOPS__GROUP_TEXT] = '\n';
    assert_int_equal(check_group(&g, &d, text, n), MLOPS__GROUP_TEXT / 2 + 1);
    memset(text, '\n', n);
    assert_int_equal(check_group(&g, &d, text, 10000), MLOPS__GROUP_ROWS);
    d.n_columns = 1000;
    assert_int_equal(check_group(&g, &d, text, 10000), MLOPS__GROUP_CELLS / 1000);
    free(text);
    end(&g);
}

/* ---- sniffing ---- */

static void texts_are_known_by_how_they_are_cut(void **state) {
    static const struct {
        const char *text;
        int known;
        char delimiter;
        int quotes, crlf, n_columns;
    } CASES[] = {
        {"a,b\n1,2\n3,4\n", 1, ',', 1, 0, 2},
        {"a;b;c\r\n1;2,5;3\r\n3;4,5;3\r\n4;5,25;3\r\n", 1, ';', 1, 1, 3},
        {"1\t2\n3\t4\n5\t6\n", 1, '\t', 0, 0, 2},
        {"1|2|3|4\n3|4|4|4\n", 1, '|', 0, 0, 4},
        {"\"a\"|\"1|2\"\n\"a\"|\"1|2\"\n\"a\"|\"4\"\n", 1, '|', 1, 0, 2},
        {"1\n2\n3\n4\n", 1, ',', 0, 0, 1},
        {"", 0, 0, 0, 0, 0},
        {"1,2,3", 0, 0, 0, 0, 0},
        {"it is told,\nin many words, of\na king; and then\nof nothing\n", 0, 0, 0, 0, 0},
        {"1,2\n3,4\n\0,5\n", 1, ',', 1, 0, 2},
        {"a,b\n\x01,2\n3,4\n", 0, 0, 0, 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        mlops__dialect d = {0};
        int known = mlops__dialect_sniff(&d, (const uint8_t *)CASES[i].text, strlen(CASES[i].text));
        if (known != CASES[i].known) fail_msg("case %zu", i);
        if (!known) continue;
        if (d.delimiter != CASES[i].delimiter || d.quotes != CASES[i].quotes ||
            d.crlf != CASES[i].crlf || d.n_columns != CASES[i].n_columns)
            fail_msg("case %zu: %c %d %d %d", i, d.delimiter, d.quotes, d.crlf, d.n_columns);
    }
}

/* ---- sizes ---- */

static size_t size_of(ground *g, const int *kinds, int n_columns, size_t rows) {
    table t = {0};
    size_t taken;
    mlops_error e;
    mlops__dialect d = {',', 1, 0, (uint16_t)n_columns};
    memcpy(t.kinds, kinds, (size_t)n_columns * sizeof *kinds);
    t.n_columns = n_columns;
    t.delimiter = ',';
    t.line_end = "\n";
    for (size_t i = 0; i < rows; i++) table_row(&t, i);
    assert_int_equal(mlops__grid_parse(&g->parsed, &d, (const uint8_t *)t.text, t.n, 1, &taken, &e),
                     MLOPS_OK);
    assert_int_equal(taken, t.n);
    g->group.size = 0;
    assert_int_equal(mlops__group_write(&g->parsed, &g->group, &e), MLOPS_OK);
    free(t.text);
    return g->group.size;
}

/* A cell takes the bits of what it can be, and a group little beside. */
static void cells_cost_their_bits(void **state) {
    static const struct {
        int kind;
        double bits;
    } CASES[] = {{0, 0},  {2, 17}, {3, 3}, {4, 14 + 3}, {5, 27 + 3}, {6, 64},
                 {7, 64}, {8, 17}, {9, 9}, {10, 32},    {14, 20},    {16, 0}};
    enum { ROWS = 8000 };
    ground g;
    (void)state;
    begin(&g, &mlops__heap);
    seed = 3;
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        size_t size = size_of(&g, &CASES[i].kind, 1, ROWS);
        if (size > (size_t)(CASES[i].bits * ROWS / 8) + 300)
            fail_msg("kind %d: %zu bytes", CASES[i].kind, size);
    }
    end(&g);
}

/* ---- bytes that nobody wrote ---- */

static void read_harmlessly(ground *g, const uint8_t *bytes, size_t n) {
    mlops__group group;
    mlops_error e;
    mlops_status status = mlops__group_open(&group, bytes, n, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return;
    status = mlops__group_read(&group, 0, group.n_rows, NULL, &g->read, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    if (status) return;
    g->again.size = 0;
    status = mlops__grid_render(&g->read, 0, g->read.n, group.text_size, &g->again, NULL, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
    size_t from = draw() % group.n_rows;
    status = mlops__group_read(&group, from, from + 1, NULL, &g->read, &e);
    assert_true(status == MLOPS_OK || status == MLOPS_E_CORRUPT);
}

static void flipped_and_cut_bytes_do_no_harm(void **state) {
    ground g;
    mlops_error e;
    (void)state;
    begin(&g, &mlops__heap);
    for (seed = 2; seed < 24 * 1000003u; seed += 1000003) {
        uint64_t begun = seed;
        table t = make_table(1 + draw() % 40);
        mlops__dialect d = dialect_of(&t);
        size_t taken;
        assert_int_equal(
            mlops__grid_parse(&g.parsed, &d, (const uint8_t *)t.text, t.n, 1, &taken, &e),
            MLOPS_OK);
        g.group.size = 0;
        if (taken) assert_int_equal(mlops__group_write(&g.parsed, &g.group, &e), MLOPS_OK);
        for (size_t i = 0; i < 8 * g.group.size; i++) {
            uint8_t *copy = malloc(g.group.size);
            memcpy(copy, g.group.data, g.group.size);
            copy[i / 8] ^= (uint8_t)(1 << i % 8);
            read_harmlessly(&g, copy, g.group.size);
            free(copy);
        }
        for (size_t n = 0; n < g.group.size; n++) {
            uint8_t *copy = malloc(n ? n : 1);
            memcpy(copy, g.group.data, n);
            read_harmlessly(&g, copy, n);
            free(copy);
        }
        free(t.text);
        seed = begun;
    }
    end(&g);
}

/* ---- memory ---- */

static mlops_status once(ground *g, const table *t) {
    mlops__dialect d = {(uint8_t)t->delimiter, 1, 0, (uint16_t)t->n_columns};
    mlops__group group;
    mlops_error e;
    size_t taken;
    MLOPS_TRY(mlops__grid_parse(&g->parsed, &d, (const uint8_t *)t->text, t->n, 1, &taken, &e));
    g->group.size = g->text.size = 0;
    g->group.status = g->text.status = MLOPS_OK;
    MLOPS_TRY(mlops__group_write(&g->parsed, &g->group, &e));
    MLOPS_TRY(mlops__group_open(&group, g->group.data, g->group.size, &e));
    MLOPS_TRY(mlops__group_read(&group, 0, group.n_rows, NULL, &g->read, &e));
    MLOPS_TRY(mlops__grid_render(&g->read, 0, g->read.n, taken, &g->text, NULL, &e));
    assert_int_equal(g->text.size, taken);
    assert_memory_equal(g->text.data, t->text, taken);
    return MLOPS_OK;
}

static void memory_may_run_out_anywhere(void **state) {
    const mlops_allocator meagre = {sizeof(mlops_allocator), 0,          NULL, meagre_alloc,
                                    meagre_realloc,          meagre_free};
    ground g;
    (void)state;
    seed = 77;
    table t = make_table(300);
    int64_t fails = 0;
    for (int again = 0; again < 2; again++) { /* with nothing to begin with; with what there is */
        begin(&g, &meagre);
        for (n_left = fails = 0;; n_left = ++fails) {
            mlops_status status = once(&g, &t);
            if (!again) end(&g), begin(&g, &meagre);
            if (status == MLOPS_OK) break;
            assert_int_equal(status, MLOPS_E_NOMEM);
        }
        end(&g);
        assert_true(fails > 5);
    }
    free(t.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_come_back),
        cmocka_unit_test(noise_comes_back),
        cmocka_unit_test(windows_make_no_difference),
        cmocka_unit_test(groups_are_bounded),
        cmocka_unit_test(texts_are_known_by_how_they_are_cut),
        cmocka_unit_test(cells_cost_their_bits),
        cmocka_unit_test(flipped_and_cut_bytes_do_no_harm),
        cmocka_unit_test(memory_may_run_out_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
