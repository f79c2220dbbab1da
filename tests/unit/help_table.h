/* What the tests of tables share: tables by chance, with values that are hard to spell, and
 * equality to the bit. */
#ifndef TESTS_UNIT_HELP_TABLE_H
#define TESTS_UNIT_HELP_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "column/rows.h"
#include "unit/draw.h"

#include <mlops.h>

static inline void same_table(const mlops_table *a, const mlops_table *b) {
    int64_t n = mlops_table_n_rows(a);
    assert_int_equal(mlops_table_n_rows(b), n);
    assert_int_equal(mlops_table_n_columns(a), mlops_table_n_columns(b));
    for (int64_t j = 0; j < mlops_table_n_columns(a); j++) {
        const mlops__column *x = mlops__table_column(a, j), *y = mlops__table_column(b, j);
        size_t width = (size_t[]){0, 1, 8, 8, 4}[x->type];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->n_nulls, y->n_nulls);
        assert_int_equal(x->n_texts, y->n_texts);
        if (width && n) assert_memory_equal(x->data, y->data, (size_t)n * width);
        for (int64_t i = 0; i < n && width; i++)
            assert_int_equal(mlops__column_valid(x, i), mlops__column_valid(y, i));
        for (int64_t i = 0; i < x->n_texts; i++) assert_string_equal(x->texts[i], y->texts[i]);
    }
}

static inline double hard_number(void) {
    static const double hard[] = {0.0,    -0.0,     1.0,    -1.0,  0.1,     1e16, 1e-5,     1e300,
                                  5e-324, INFINITY, -1e100, 1.0e9, 1234.25, NAN,  -INFINITY};
    if (draw() % 2) return hard[draw() % (sizeof hard / sizeof *hard)];
    return (uniform() - 0.5) * exp2((double)(draw() % 200) - 100);
}

static inline int64_t hard_integer(void) {
    static const int64_t hard[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1000000, -42};
    return draw() % 2 ? hard[draw() % 7] : (int64_t)(draw() >> draw() % 64);
}

static inline const char *hard_text(void) {
    static const char *const hard[] = {
        "",     " ",    "x",     "NA",       "null", "?",      "nan",  "1",     "1.5",
        "-0",   "true", "False", " 7 ",      "a,b",  "a\"b",   "\"",   "\n",    "a\r\nb",
        "\r",   "inf",  "1e5",   "\xc3\xa4", "\t",   "None",   "N/A",  "a;b;c", "\xef\xbb\xbfz",
        "0x10", "+5",   "''",    "a b",      ",",    "\"\"\"", "NULL", "#c",    "1,5"};
    return hard[draw() % (sizeof hard / sizeof *hard)];
}

/* Up to 6 columns and most rows of each type; kinds of nulls by column: none, some, all. */
static inline mlops_table *random_table(int64_t most) {
    mlops__rows_column columns[6];
    static const char *const names[] = {"a", "b,c", "\"q\"", "\xc3\xa9", "line\nend", "NA"};
    mlops__host host;
    mlops__rows rows;
    mlops_table *table;
    int nulls[6];
    int64_t n_columns = 1 + (int64_t)(draw() % 6), n = (int64_t)(draw() % (uint64_t)(most + 1));
    size_t texts = 1 + draw() % 40;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), 0);
    for (int64_t j = 0; j < n_columns; j++) {
        columns[j] = (mlops__rows_column){names[j], (mlops_type)(1 + draw() % 4)};
        nulls[j] = (int)(draw() % 5);
    }
    assert_int_equal(mlops__rows_begin(&rows, &host, columns, n_columns, NULL), 0);
    for (int64_t i = 0; i < n * n_columns; i++) {
        int64_t j = i % n_columns;
        if (nulls[j] == 4 || (nulls[j] >= 2 && draw() % 3 == 0)) mlops__rows_null(&rows);
        else if (columns[j].type == MLOPS_TYPE_BOOL) mlops__rows_bool(&rows, draw() & 1);
        else if (columns[j].type == MLOPS_TYPE_INT64) mlops__rows_i64(&rows, hard_integer());
        else if (columns[j].type == MLOPS_TYPE_FLOAT64) mlops__rows_f64(&rows, hard_number());
        else if (texts < 20) mlops__rows_text(&rows, hard_text());
        else {
            char text[32];
            snprintf(text, sizeof text, "t%d", (int)(draw() % 100000));
            mlops__rows_text(&rows, text);
        }
    }
    assert_int_equal(mlops__rows_end(&rows, MLOPS_OK, &table, NULL), 0);
    return table;
}

#endif
