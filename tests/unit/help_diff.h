/* What the tests of differences and merging share: tables of cells as text, and tables made of
 * them. */
#ifndef TESTS_UNIT_HELP_DIFF_H
#define TESTS_UNIT_HELP_DIFF_H

#include "unit/help_table.h"

enum { GRID_ROWS = 12000, GRID_COLUMNS = 8, CELL = 24 };

/* Column 0 is the id of a row. A cell of "" is a null. */
typedef struct grid {
    int64_t n_rows, n_columns;
    char names[GRID_COLUMNS][CELL];
    mlops_type types[GRID_COLUMNS];
    char (*rows)[GRID_COLUMNS][CELL];
} grid;

static inline grid new_grid(void) {
    grid g = {0};
    g.rows = calloc(GRID_ROWS, sizeof *g.rows);
    assert_non_null(g.rows);
    return g;
}

static inline void copy_grid(grid *to, const grid *from) {
    char(*rows)[GRID_COLUMNS][CELL] = to->rows;
    *to = *from;
    to->rows = rows;
    memcpy(rows, from->rows, (size_t)from->n_rows * sizeof *rows);
}

static inline void draw_cell(char out[CELL], mlops_type type, int64_t most) {
    int64_t value = (int64_t)(draw() % (uint64_t)most);
    *out = 0;
    if (draw() % 12 == 0) return;
    if (type == MLOPS_TYPE_BOOL) strcpy(out, value % 2 ? "true" : "false");
    if (type == MLOPS_TYPE_INT64) snprintf(out, CELL, "%lld", (long long)value);
    if (type == MLOPS_TYPE_STRING) snprintf(out, CELL, "t%lld", (long long)value);
    if (type == MLOPS_TYPE_FLOAT64 && draw() % 15 == 0)
        strcpy(out, (const char *[]){"nan", "0.0", "-0.0", "inf"}[draw() % 4]);
    else if (type == MLOPS_TYPE_FLOAT64) snprintf(out, CELL, "%lld.5", (long long)value);
}

static inline mlops_table *table_of(const grid *g) {
    mlops__rows_column columns[GRID_COLUMNS];
    mlops__host host;
    mlops__rows rows;
    mlops_table *table;
    assert_int_equal(mlops__host_init(&host, NULL, NULL), 0);
    for (int64_t j = 0; j < g->n_columns; j++)
        columns[j] = (mlops__rows_column){g->names[j], g->types[j]};
    assert_int_equal(mlops__rows_begin(&rows, &host, columns, g->n_columns, NULL), 0);
    for (int64_t i = 0; i < g->n_rows * g->n_columns; i++) {
        const char *text = g->rows[i / g->n_columns][i % g->n_columns];
        mlops_type type = g->types[i % g->n_columns];
        if (!*text) mlops__rows_null(&rows);
        else if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(&rows, *text == 't');
        else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(&rows, atoll(text));
        else if (type == MLOPS_TYPE_FLOAT64) mlops__rows_f64(&rows, strtod(text, NULL));
        else mlops__rows_text(&rows, text);
    }
    assert_int_equal(mlops__rows_end(&rows, MLOPS_OK, &table, NULL), 0);
    return table;
}

/* A row whose id is new, without nulls; its other cells are of a wide range, so that rows share
 * none but by a rare chance. */
static inline void draw_row(const grid *g, char out[GRID_COLUMNS][CELL], int64_t *next_id) {
    snprintf(out[0], CELL, "%lld", (long long)(*next_id)++);
    for (int64_t j = 1; j < g->n_columns; j++) do
            draw_cell(out[j], g->types[j], 1000000);
        while (!(out[j][0] && strpbrk(out[j], "123456789")));
}

static inline void draw_grid(grid *g, int64_t n_rows, int64_t *next_id) {
    g->n_rows = n_rows;
    g->n_columns = 4 + (int64_t)(draw() % 3);
    for (int64_t j = 0; j < g->n_columns; j++) {
        snprintf(g->names[j], CELL, j ? "c%d" : "id", (int)j);
        g->types[j] = j ? (mlops_type)(2 + draw() % 3) : MLOPS_TYPE_INT64;
    }
    for (int64_t i = 0; i < n_rows; i++) draw_row(g, g->rows[i], next_id);
}

static inline void insert_row(grid *g, int64_t at, int64_t *next_id) {
    if (g->n_rows == GRID_ROWS) return;
    memmove(g->rows + at + 1, g->rows + at, (size_t)(g->n_rows - at) * sizeof *g->rows);
    g->n_rows++;
    draw_row(g, g->rows[at], next_id);
}

static inline void remove_row(grid *g, int64_t at) {
    g->n_rows--;
    memmove(g->rows + at, g->rows + at + 1, (size_t)(g->n_rows - at) * sizeof *g->rows);
}

static inline void swap_rows(grid *g, int64_t a, int64_t b) {
    char t[GRID_COLUMNS][CELL];
    memcpy(t, g->rows[a], sizeof t);
    memcpy(g->rows[a], g->rows[b], sizeof t);
    memcpy(g->rows[b], t, sizeof t);
}

static inline int64_t find_id(const grid *g, const char *id) {
    for (int64_t i = 0; i < g->n_rows; i++)
        if (strcmp(g->rows[i][0], id) == 0) return i;
    return -1;
}

static inline int64_t find_name(const grid *g, const char *name) {
    for (int64_t j = 0; j < g->n_columns; j++)
        if (strcmp(g->names[j], name) == 0) return j;
    return -1;
}

static inline void drop_column(grid *g, int64_t at) {
    for (int64_t i = 0; i < g->n_rows; i++)
        memmove(g->rows[i] + at, g->rows[i] + at + 1, (size_t)(GRID_COLUMNS - at - 1) * CELL);
    memmove(g->names + at, g->names + at + 1, (size_t)(GRID_COLUMNS - at - 1) * CELL);
    memmove(g->types + at, g->types + at + 1, (size_t)(GRID_COLUMNS - at - 1) * sizeof *g->types);
    g->n_columns--;
}

static inline void add_column(grid *g, const char *name) {
    int64_t at = g->n_columns++;
    strcpy(g->names[at], name);
    g->types[at] = (mlops_type)(2 + draw() % 3);
    for (int64_t i = 0; i < g->n_rows; i++) draw_cell(g->rows[i][at], g->types[at], 1000000);
}

/* Up to n edits: cells, rows put in and taken out; and columns, where that is wanted. By position a
 * row keeps more than half of its cells. */
static inline void edit(grid *g, int64_t n, int64_t *next_id, int columns, int keyed) {
    static uint8_t edited[GRID_ROWS * 2];
    memset(edited, 0, sizeof edited);
    for (int64_t k = 0; k < n && g->n_rows; k++) {
        int64_t i = (int64_t)(draw() % (uint64_t)g->n_rows), id = atoll(g->rows[i][0]);
        if (draw() % 4 == 0) insert_row(g, i + (int64_t)(draw() % 2), next_id);
        else if (draw() % 4 == 0) remove_row(g, i);
        else if (keyed || !edited[id]) {
            int64_t j = 1 + (int64_t)(draw() % (uint64_t)(g->n_columns - 1));
            draw_cell(g->rows[i][j], g->types[j], 1000000);
            edited[id] = 1;
        }
    }
    if (columns && draw() % 2) drop_column(g, 1);
    if (columns && draw() % 2) add_column(g, "new");
}

/* The cell as text, "\1" for a null; in a buffer that the next call but three takes again. */
static inline const char *text_at(const mlops_table *t, const char *column, int64_t row) {
    static char texts[4][200];
    static int turn;
    char *out = texts[turn++ % 4];
    int64_t j = mlops_table_find(t, column);
    assert_true(j >= 0);
    const mlops__column *c = mlops__table_column(t, j);
    if (c->type == MLOPS_TYPE_NULL || !mlops__column_valid(c, row)) return "\1";
    assert_int_equal(mlops_table_text(t, j, row, out, 200, NULL), 0);
    return out;
}

static inline mlops_table *table_from(const char *csv) {
    mlops_table *t;
    mlops_error e;
    e.message[0] = 0;
    if (mlops_table_parse(&t, csv, strlen(csv), NULL, &e)) fail_msg("%s", e.message);
    return t;
}

/* The table as CSV; to be freed. Frees the table. */
static inline char *csv_of(mlops_table *t) {
    size_t cap = 1 << 16, n = 0;
    char *out = calloc(1, cap);
    for (int64_t i = -1; i < mlops_table_n_rows(t); i++)
        for (int64_t j = 0; j < mlops_table_n_columns(t); j++) {
            const char *name = mlops_table_name(t, j), *text = i < 0 ? name : text_at(t, name, i);
            n += (size_t)snprintf(out + n, cap - n, "%s%c", *text == 1 ? "-" : text,
                                  j + 1 < mlops_table_n_columns(t) ? ',' : '\n');
            assert_true(n < cap);
        }
    mlops_table_unref(t);
    return out;
}

static inline void gives(mlops_table *t, const char *csv) {
    char *text = csv_of(t);
    assert_string_equal(text, csv);
    free(text);
}

#endif
