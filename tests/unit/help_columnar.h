/* Tables of every kind of cell, as text. */
#ifndef TESTS_UNIT_HELP_COLUMNAR_H
#define TESTS_UNIT_HELP_COLUMNAR_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "columnar/grid.h"
#include "sys/host.h"
#include "unit/draw.h"

static const char *const ODD_CELLS[] = {"",
                                        "-",
                                        "-0",
                                        "0",
                                        "00",
                                        "007",
                                        "+1",
                                        "1e5",
                                        "1.",
                                        ".5",
                                        "-.5",
                                        "0.0",
                                        "-0.0",
                                        "1.50",
                                        "1..2",
                                        "12.3.4",
                                        "9223372036854775807",
                                        "-9223372036854775807",
                                        "9223372036854775808",
                                        "-9223372036854775808",
                                        "99999999999999999999999",
                                        "12345678901234567",
                                        "1234567890123456.7",
                                        "0.12345678901234567",
                                        "0.123456789012345678",
                                        "2024-02-29",
                                        "2023-02-29",
                                        "2024-02-29T23:59:59",
                                        "2024-02-29T24:00:00",
                                        "9999-12-31 23:59:59.999999999",
                                        "0000-01-01",
                                        "NA",
                                        "nan",
                                        "\xff\xfe",
                                        "\xc3\xa4\xc3\xb6",
                                        " 1",
                                        "1 ",
                                        "0x10",
                                        "a\r",
                                        "\"",
                                        "\"\"",
                                        "\"a\"",
                                        "\"a,b\"",
                                        "\"a\nb\"",
                                        "\"a\"\"b\"",
                                        "\"a\"b",
                                        "a\"b",
                                        "# comment"};
enum { N_ODD = sizeof ODD_CELLS / sizeof ODD_CELLS[0], COLUMN_KINDS = 17 };

/* A cell of a kind of column; row gives what ascends. */
static inline size_t put_cell(char *out, int kind, size_t row) {
    static const char *const WORDS[] = {"red", "green", "blue", "",
                                        "a rather long word of many letters"};
    long long n = (long long)(draw() % 100000);
    unsigned day = (unsigned)(draw() % 28 + 1);
    switch (kind) {
    case 0: return (size_t)sprintf(out, "%zu", 17 + 3 * row);
    case 1: return (size_t)sprintf(out, "%lld", 1700000000 + (long long)row * 60 + n % 7);
    case 2: return (size_t)sprintf(out, "u%07lld", n);
    case 3: return (size_t)sprintf(out, "%s", WORDS[draw() % 5]);
    case 4: return (size_t)sprintf(out, "%.2f", (double)n / 100);
    case 5: return (size_t)sprintf(out, "%.*f", (int)(draw() % 5), (double)n / 1000);
    case 6: return (size_t)sprintf(out, "%.17g", uniform());
    case 7: return (size_t)sprintf(out, "%lld", (long long)draw());
    case 8: return (size_t)sprintf(out, "\"%lld\"", n - 50000);
    case 9: return (size_t)sprintf(out, "2024-%02u-%02u", (unsigned)(n % 12 + 1), day);
    case 10:
        return (size_t)sprintf(out, "1969-12-%02uT%02u:00:59.%03uZ", day, day % 24,
                               (unsigned)(n % 1000));
    case 11: return (size_t)sprintf(out, "text %llx", (unsigned long long)draw());
    case 12: return draw() % 2 ? (size_t)sprintf(out, "%lld", n % 10) : 0;
    case 13: return (size_t)sprintf(out, "%s", ODD_CELLS[draw() % N_ODD]);
    case 14: return (size_t)sprintf(out, "-%lld.5%%", n);
    case 15: return (size_t)sprintf(out, "%llu", (unsigned long long)draw() >> draw() % 64);
    default: return (size_t)sprintf(out, "const");
    }
}

typedef struct table {
    char *text;
    size_t n, cap;
    int kinds[40], n_columns;
    char delimiter;
    const char *line_end;
    unsigned oddness; /* one cell in so many is odd; 0: none */
    unsigned raggedness;
} table;

static inline void table_put(table *t, const char *text, size_t n) {
    if (t->n + n + 1 > t->cap) t->text = realloc(t->text, t->cap = 2 * (t->n + n) + 64);
    if (!t->text) abort();
    memcpy(t->text + t->n, text, n);
    t->n += n;
}

static inline void table_row(table *t, size_t row) {
    char cell[128];
    int n_columns = t->n_columns;
    if (t->raggedness && draw() % t->raggedness == 0) n_columns = (int)(draw() % 5);
    for (int c = 0; c < n_columns; c++) {
        int kind = c < t->n_columns ? t->kinds[c] : 13;
        if (t->oddness && draw() % t->oddness == 0) kind = 13;
        if (c) table_put(t, &t->delimiter, 1);
        table_put(t, cell, put_cell(cell, kind, row));
    }
    const char *end = t->raggedness && draw() % t->raggedness == 0 ? "\n" : t->line_end;
    table_put(t, end, strlen(end));
}

static inline table table_like(void) {
    static const unsigned RARE[] = {0, 0, 3, 20, 500};
    table t = {0};
    t.n_columns = (int)(draw() % 3 ? 1 + draw() % 8 : 1 + draw() % 40);
    for (int c = 0; c < t.n_columns; c++) t.kinds[c] = (int)(draw() % COLUMN_KINDS);
    t.delimiter = ",;\t|"[draw() % 4];
    t.line_end = draw() % 3 ? "\n" : "\r\n";
    t.oddness = RARE[draw() % 5];
    t.raggedness = RARE[draw() % 5];
    return t;
}

static inline table make_table(size_t rows) {
    table t = table_like();
    for (size_t i = 0; i < rows; i++) table_row(&t, i);
    if (t.n && draw() % 3 == 0) t.n--; /* no line end, or half of one */
    if (!t.text) table_put(&t, "", 0);
    return t;
}

/* A dialect that it may be of, whether sniffed or not. */
static inline mlops__dialect dialect_of(const table *t) {
    mlops__dialect d;
    if (draw() % 2 && mlops__dialect_sniff(&d, (const uint8_t *)t->text, t->n)) return d;
    d = (mlops__dialect){(uint8_t)t->delimiter, draw() % 2, t->line_end[0] == '\r',
                         (uint16_t)t->n_columns};
    if (draw() % 20 == 0) d.n_columns = (uint16_t)(1 + draw() % 50);
    if (draw() % 20 == 0) d.crlf = !d.crlf;
    return d;
}

/* ---- an allocator that runs out ---- */

static int64_t n_left; /* allocations that succeed */

static void *meagre_alloc(void *ctx, size_t size, size_t align) {
    (void)ctx;
    return n_left-- > 0 ? mlops__heap.alloc(mlops__heap.ctx, size, align) : NULL;
}

static void *meagre_realloc(void *ctx, void *p, size_t old_size, size_t size, size_t align) {
    (void)ctx;
    return n_left-- > 0 ? mlops__heap.realloc(mlops__heap.ctx, p, old_size, size, align) : NULL;
}

static void meagre_free(void *ctx, void *p, size_t size, size_t align) {
    (void)ctx;
    mlops__heap.free(mlops__heap.ctx, p, size, align);
}

#endif
