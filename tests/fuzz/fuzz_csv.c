/* Any bytes as CSV. The first byte chooses options. What is taken agrees with itself: it comes out
 * the same through Arrow, and the reader splits it the same whatever it takes at once.
 */
#include "base/buf.h"
#include "column/csv_read.h"
#include "column/table.h"
#include "fuzz/fuzz.h"

#include <mlops.h>

static void check_column(const mlops__column *c, int64_t n_rows) {
    int64_t n_nulls = 0;
    must(c->n_rows == n_rows);
    for (int64_t i = 0; i < n_rows; i++) {
        int valid = mlops__column_valid(c, i);
        n_nulls += !valid;
        if (c->type != MLOPS_TYPE_STRING) continue;
        int32_t code = ((const int32_t *)c->data)[i];
        must(valid ? code >= 0 && code < c->n_texts : code == -1);
    }
    must(n_nulls == c->n_nulls);
    must(c->type != MLOPS_TYPE_NULL || n_nulls == n_rows);
}

static void check_same(const mlops__column *a, const mlops__column *b) {
    static const size_t widths[] = {0, 1, 8, 8, 4};
    must(a->type == b->type && a->n_nulls == b->n_nulls && a->n_texts == b->n_texts);
    must(strcmp(a->name, b->name) == 0);
    for (int64_t i = 0; i < a->n_texts; i++) must(strcmp(a->texts[i], b->texts[i]) == 0);
    size_t n = widths[a->type] * (size_t)a->n_rows;
    must(n == 0 || memcmp(a->data, b->data, n) == 0);
}

static void check_table(const mlops_table *table) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    mlops_table *back;
    must(mlops_table_export(table, &schema, &array, NULL) == MLOPS_OK);
    must(mlops_table_import(&back, &schema, &array, NULL, NULL) == MLOPS_OK);
    must(mlops_table_n_rows(back) == mlops_table_n_rows(table));
    for (int64_t j = 0; j < mlops_table_n_columns(table); j++) {
        check_column(mlops__table_column(table, j), mlops_table_n_rows(table));
        check_same(mlops__table_column(table, j), mlops__table_column(back, j));
        must(mlops_table_find(table, mlops_table_name(table, j)) == j);
    }
    mlops_table_unref(back);
}

static void tell_field(mlops__buf *out, const mlops__csv_field *field) {
    mlops__buf_u8(out, (uint8_t)(field->quoted << 1 | field->doubled));
    mlops__buf_put(out, field->text, field->n);
}

static void tell(mlops__buf *out, int64_t line, const mlops__csv_field *fields, int64_t n) {
    mlops__buf_i64(out, line);
    for (int64_t i = 0; i < n; i++) tell_field(out, &fields[i]);
}

/* Of a record that is too long those fields that there is room for. */
static void tell_record(mlops__buf *out, const mlops__csv_reader *reader) {
    int64_t n = reader->n_fields;
    mlops__buf_i64(out, n);
    tell(out, reader->mark.line, reader->fields, n < reader->fields_cap ? n : reader->fields_cap);
}

static void tell_batch(mlops__buf *out, const mlops__csv_reader *reader, int64_t record) {
    mlops__buf_i64(out, mlops__csv_batch_line(reader, record));
    for (int64_t i = 0; i < reader->n_columns; i++) {
        mlops__csv_field field = mlops__csv_field_at(reader, record, i);
        tell_field(out, &field);
    }
}

/* The record that was read, or the batch after the first. */
static void tell_newest(mlops__buf *out, mlops__csv_reader *reader, int batches) {
    int is_first = !reader->n_columns;
    if (is_first) reader->n_columns = reader->n_fields;
    if (is_first || reader->n_fields != reader->n_columns) {
        tell_record(out, reader);
        return;
    }
    if (!batches) {
        tell(out, reader->mark.line, reader->fields, reader->n_fields);
        return;
    }
    for (int64_t i = 0; i < reader->n_batch; i++) tell_batch(out, reader, i);
}

static mlops_status next(mlops__csv_reader *reader, int batches) {
    if (reader->n_columns && batches) return mlops__csv_next_batch(reader, INT64_MAX);
    return mlops__csv_next(reader);
}

/* All fields up to a record of another length than the first, and the end of them, as bytes. */
static void split(mlops__buf *out, const char *text, size_t n, size_t step, int batches) {
    mlops__host host;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error err = {0};
    must(mlops__host_init(&host, NULL, NULL) == MLOPS_OK);
    mlops__csv_reader reader = {0};
    reader.allocator = &host.allocator;
    reader.host = &host;
    reader.call = &call;
    reader.memory = text;
    reader.total = (int64_t)n;
    reader.delimiter = ',';
    reader.line_max = 100;
    reader.step = step;
    reader.err = &err;
    mlops_status status = mlops__csv_begin(&reader);
    while (status == MLOPS_OK && (status = next(&reader, batches)) == MLOPS_OK) {
        tell_newest(out, &reader, batches);
        if (reader.n_fields != reader.n_columns) break;
    }
    mlops__buf_format(out, "%d %d %d %s", status, err.line, err.column, err.message);
    mlops__csv_end(&reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0) return 0;
    const char *text = (const char *)data + 1;
    size_t n = size - 1;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    if (*data & 1) opts.flags = MLOPS_CSV_NO_HEADER;
    if (*data & 2) opts.delimiter = ";";
    if (*data & 4) opts.nulls = "x";
    if (*data & 8) opts.skip_lines = 1;
    if (*data & 16) opts.line_max = 50;
    if (*data & 32) opts.memory_max = 20000;
    if (*data & 64) opts.rows_max = 3;
    if (*data & 128) opts.types = *data & 1 ? "c0=time" : "a=time(%b %d %y %I:%M:%S.%f%p %z)";
    mlops_error err;
    mlops_table *table;
    mlops_status status = mlops_table_parse(&table, text, n, &opts, &err);
    must(status == MLOPS_OK ? table != NULL : table == NULL && err.code == status);
    if (table) check_table(table);
    mlops_table_unref(table);

    mlops__buf whole, part, many;
    mlops__buf_init(&whole, &mlops__heap);
    mlops__buf_init(&part, &mlops__heap);
    mlops__buf_init(&many, &mlops__heap);
    split(&whole, text, n, 0, 0);
    split(&part, text, n, 1 + (*data & 15), 0);
    split(&many, text, n, *data & 1 ? 0 : 1 + (*data & 15), 1);
    must(whole.size == part.size && memcmp(whole.data, part.data, whole.size) == 0);
    must(whole.size == many.size && memcmp(whole.data, many.data, whole.size) == 0);
    mlops__buf_free(&whole);
    mlops__buf_free(&part);
    mlops__buf_free(&many);
    return 0;
}
