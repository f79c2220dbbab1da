/* A row of an online view: what opens is written again byte by byte from what it shows.
 *
 * First comes what the view is: a byte whose bit 0 says that it has a creation time, the number of
 * its cells, and their types, four of them a byte.
 */
#include "column/rows.h"
#include "featurestore/view.h"
#include "fuzz/fuzz.h"

#include <stdio.h>

enum { CELLS = 24, COLUMNS = CELLS + 3 };

typedef struct shape {
    mlops__view view;
    mlops__view_column columns[COLUMNS];
    mlops__rows_column list[COLUMNS]; /* the same, of the table */
    char names[CELLS][16];
    int64_t key;
    int n_cells;
} shape;

static void add(shape *s, const char *name, mlops_type type, int is_key) {
    s->columns[s->view.n_columns] = (mlops__view_column){name, type, is_key};
    s->list[s->view.n_columns++] = (mlops__rows_column){name, type};
}

/* Times and key stand among the cells. How many bytes it takes; 0: too few. */
static size_t make_shape(shape *s, const uint8_t *data, size_t size) {
    memset(s, 0, sizeof *s);
    if (size < 2) return 0;
    s->n_cells = data[1] % (CELLS + 1);
    size_t n = 2 + ((size_t)s->n_cells + 3) / 4;
    if (size < n) return 0;
    s->view.name = "v";
    s->view.number = 1;
    s->view.created = -1;
    s->view.columns = s->columns;
    s->view.keys = &s->key;
    s->view.n_keys = 1;
    for (int i = 0; i <= s->n_cells; i++) {
        if (i == s->n_cells / 2) {
            s->key = s->view.n_columns;
            add(s, "key", MLOPS_TYPE_INT64, 1);
            s->view.event_time = s->view.n_columns;
            add(s, "t", MLOPS_TYPE_INT64, 0);
        }
        if (i == s->n_cells) break;
        snprintf(s->names[i], sizeof s->names[i], "c%d", i);
        add(s, s->names[i], (mlops_type)(MLOPS_TYPE_BOOL + (data[2 + i / 4] >> i % 4 * 2 & 3)), 0);
    }
    if (data[0] & 1) {
        s->view.created = s->view.n_columns;
        add(s, "made", MLOPS_TYPE_INT64, 0);
    }
    return n;
}

/* As the column has it; the text is inside the row. */
static void put_cell(mlops__rows *out, const mlops__row *row, mlops_type type, int64_t i,
                     mlops__bytes whole) {
    double real;
    uint64_t bits = mlops__row_bits(row, i);
    if (!mlops__row_valid(row, i)) mlops__rows_null(out);
    else if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(out, bits != 0);
    else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(out, (int64_t)bits);
    else if (type == MLOPS_TYPE_FLOAT64) {
        memcpy(&real, &bits, sizeof real);
        mlops__rows_f64(out, real);
    } else {
        mlops__bytes text = mlops__row_text(row, i);
        must(text.size <= whole.size && text.data >= whole.data &&
             text.data + text.size <= whole.data + whole.size);
        mlops__rows_text_n(out, text.data, text.size);
    }
}

static mlops_table *show(const shape *s, const mlops__row *row, mlops__bytes whole) {
    mlops__host host;
    mlops__rows out;
    mlops_table *table;
    int64_t cell = 0;
    must(!mlops__host_init(&host, NULL, NULL));
    must(!mlops__rows_begin(&out, &host, s->list, s->view.n_columns, NULL));
    for (int64_t i = 0; i < s->view.n_columns; i++) {
        if (i == s->key) mlops__rows_i64(&out, 7);
        else if (i == s->view.event_time) mlops__rows_i64(&out, row->event_ns);
        else if (i == s->view.created) mlops__rows_i64(&out, row->created_ns);
        else put_cell(&out, row, s->columns[i].type, cell++, whole);
    }
    must(cell == s->n_cells);
    must(!mlops__rows_end(&out, MLOPS_OK, &table, NULL));
    return table;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    shape s;
    mlops__row row;
    mlops__buf again;
    mlops_error e = {0};
    const mlops__column *columns[COLUMNS];
    size_t n = make_shape(&s, data, size);
    if (n == 0) return 0;
    mlops__bytes bytes = {data + n, size - n};
    mlops_status status = mlops__row_parse(&row, &s.view, bytes, &e);
    must(status == MLOPS_OK || (status == MLOPS_E_CORRUPT && e.message[0]));
    if (status) return 0;
    mlops_table *table = show(&s, &row, bytes);
    for (int64_t i = 0; i < s.view.n_columns; i++) columns[i] = mlops__table_column(table, i);
    mlops__buf_init(&again, &mlops__heap);
    mlops__row_write(&again, &s.view, columns, 0);
    must(!again.status && again.size == bytes.size);
    must(bytes.size == 0 || memcmp(again.data, bytes.data, bytes.size) == 0);
    mlops__buf_free(&again);
    mlops_table_unref(table);
    return 0;
}
