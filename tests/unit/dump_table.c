/* Reads a CSV file and prints the table as JSON lines, for oracles that are not written in C.
 *
 * usage: dump_table FILE [delimiter=D] [names=LIST] [nulls=LIST] [types=LIST] [skip_lines=N]
 *                   [rows_max=N] [no_header] [quiet]
 * The first line describes the columns, each further one is a row; NaN and Infinity are spelled as
 * Python's json does. After a failure the only line describes the error.
 */
#include "column/table.h"
#include "text/json.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print(mlops__buf *line) {
    mlops__buf_u8(line, '\n');
    if (line->status) exit(3);
    fwrite(line->data, 1, line->size, stdout);
    line->size = 0;
}

static void put_value(mlops__json_writer *json, const mlops__column *column, int64_t row) {
    char number[40];
    const double *doubles = column->data;
    if (!mlops__column_valid(column, row)) {
        mlops__json_null(json);
        return;
    }
    switch (column->type) {
    case MLOPS_TYPE_BOOL: mlops__json_bool(json, ((const uint8_t *)column->data)[row]); break;
    case MLOPS_TYPE_INT64: mlops__json_i64(json, ((const int64_t *)column->data)[row]); break;
    case MLOPS_TYPE_STRING:
        mlops__json_string(json, column->texts[((const int32_t *)column->data)[row]]);
        break;
    case MLOPS_TYPE_FLOAT64:
        snprintf(number, sizeof number, "%.17g", doubles[row]);
        if (strstr(number, "nan")) strcpy(number, "NaN");
        if (strstr(number, "inf")) strcpy(number, *number == '-' ? "-Infinity" : "Infinity");
        if (!strpbrk(number, ".eNI")) strcat(number, ".0");
        mlops__json_raw(json, number, strlen(number));
        break;
    case MLOPS_TYPE_NULL:
    case MLOPS_TYPE_FORCE32: abort();
    }
}

static void dump(const mlops_table *table, mlops__buf *line) {
    static const char *const types[] = {"null", "bool", "int64", "float64", "string"};
    int64_t n = mlops_table_n_rows(table), d = mlops_table_n_columns(table);
    for (int64_t i = -2; i < n; i++) {
        mlops__json_writer json;
        mlops__json_writer_init(&json, line, 0);
        mlops__json_open(&json, '[');
        for (int64_t j = 0; j < d; j++) {
            if (i == -2) mlops__json_string(&json, mlops_table_name(table, j));
            if (i == -1) mlops__json_string(&json, types[mlops_table_type(table, j)]);
            if (i >= 0) put_value(&json, mlops__table_column(table, j), i);
        }
        mlops__json_close(&json, ']');
        print(line);
    }
}

static int describe(const mlops_error *err, mlops__buf *line) {
    mlops__json_writer json;
    mlops__json_writer_init(&json, line, 0);
    mlops__json_open(&json, '{');
    mlops__json_name(&json, "error");
    mlops__json_string(&json, mlops_status_name((mlops_status)err->code));
    mlops__json_name(&json, "message");
    mlops__json_string(&json, err->message);
    mlops__json_name(&json, "line");
    mlops__json_i64(&json, err->line);
    mlops__json_close(&json, '}');
    print(line);
    return 1;
}

static const char *value_of(const char *arg, const char *name) {
    size_t n = strlen(name);
    return strncmp(arg, name, n) == 0 && arg[n] == '=' ? arg + n + 1 : NULL;
}

int main(int argc, char **argv) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    int quiet = 0;
    for (int i = 2; i < argc; i++) {
        const char *v;
        if ((v = value_of(argv[i], "delimiter"))) opts.delimiter = v;
        if ((v = value_of(argv[i], "names"))) opts.names = v;
        if ((v = value_of(argv[i], "nulls"))) opts.nulls = v;
        if ((v = value_of(argv[i], "types"))) opts.types = v;
        if ((v = value_of(argv[i], "skip_lines"))) opts.skip_lines = atoll(v);
        if ((v = value_of(argv[i], "rows_max"))) opts.rows_max = atoll(v);
        if (!strcmp(argv[i], "no_header")) opts.flags |= MLOPS_CSV_NO_HEADER;
        if (!strcmp(argv[i], "quiet")) quiet = 1;
    }
    if (argc < 2) return fprintf(stderr, "usage: %s FILE [OPTION=VALUE ...]\n", argv[0]), 2;
    mlops__buf line;
    mlops__buf_init(&line, &mlops__heap);
    mlops_table *table;
    mlops_error err;
    int failed = mlops_table_load(&table, argv[1], &opts, &err) < 0;
    if (failed) describe(&err, &line);
    else if (!quiet) dump(table, &line);
    mlops_table_unref(table);
    mlops__buf_free(&line);
    return failed;
}
