/* Fits features to a CSV file and applies them to another, for oracles that are not written in C.
 *
 * usage: dump_feature DEFINITION TRAIN LIVE
 * The first line is what is saved, the second its id, the third the names of the outputs; then a
 * line a row, null and NaN apart. The last line says whether rows alone and loaded features gave
 * the same bits. After a failure the only line describes the error. In the files NA is null.
 */
#include "column/table.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void fail(const mlops_error *err) {
    printf("{\"code\": %d, \"line\": %d, \"column\": %d}\n", err->code, err->line, err->column);
    exit(0);
}

static char *read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = calloc(1, 1 << 21);
    if (!file || !text) exit(2);
    if (fread(text, 1, (1 << 21) - 1, file) == 0) exit(2);
    fclose(file);
    return text;
}

static mlops_table *read_table(const char *path) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *table;
    mlops_error err;
    opts.nulls = "NA";
    if (mlops_table_load(&table, path, &opts, &err)) fail(&err);
    return table;
}

static void print_head(const mlops_feature *f, const char *bytes, size_t n) {
    mlops_id id;
    fwrite(bytes, 1, n, stdout);
    mlops_feature_id(f, &id);
    printf("\"");
    for (int i = 0; i < 32; i++) printf("%02x", id.bytes[i]);
    printf("\"\n[");
    for (int64_t i = 0; i < mlops_feature_n_outputs(f); i++) {
        printf("%s\"", i ? ", " : "");
        for (const char *c = mlops_feature_output_name(f, i); *c; c++)
            printf(*c == '"' || *c == '\\' ? "\\%c" : "%c", *c);
        printf("\"");
    }
    printf("]\n");
}

static void print_rows(const mlops_table *out) {
    int64_t n = mlops_table_n_rows(out), d = mlops_table_n_columns(out);
    for (int64_t i = 0; i < n; i++) {
        printf("[");
        for (int64_t k = 0; k < d; k++) {
            char text[64];
            mlops_table_text(out, k, i, text, sizeof text, NULL);
            const char *sign = *text == '-' ? "-" : "";
            if (strstr(text, "inf")) snprintf(text, sizeof text, "%sInfinity", sign);
            printf("%s%s", k ? ", " : "", !*text ? "null" : *text == 'n' ? "NaN" : text);
        }
        printf("]\n");
    }
}

static mlops_feature_value value_of(const mlops_table *table, int64_t column, int64_t row,
                                    mlops_type type) {
    mlops_feature_value out = {mlops_table_type(table, column), 0, 0, 0, NULL};
    size_t n = 0;
    mlops_table_text(table, column, row, NULL, 0, &n);
    char *text = malloc(n + 1);
    if (!text) exit(2);
    mlops_table_text(table, column, row, text, n + 1, NULL);
    out.is_null = !mlops__column_valid(mlops__table_column(table, column), row);
    if (type == MLOPS_TYPE_STRING) return out.text = text, out;
    if (out.type == MLOPS_TYPE_BOOL) out.i64 = *text == 't';
    if (out.type == MLOPS_TYPE_INT64) out.i64 = strtoll(text, NULL, 10);
    if (out.type == MLOPS_TYPE_FLOAT64) out.f64 = strtod(text, NULL);
    free(text);
    return out;
}

/* Loaded features, row by row, against those that were fitted, as a matrix. */
static int same_bits(const mlops_feature *f, const mlops_feature *loaded, const mlops_table *live) {
    int64_t n = mlops_table_n_rows(live), d = mlops_feature_n_outputs(f);
    int64_t n_inputs = mlops_feature_n_inputs(f);
    float *matrix = calloc((size_t)(n * d) + 1, sizeof *matrix);
    float *row = calloc((size_t)d + 1, sizeof *row);
    mlops_feature_value *values = calloc((size_t)n_inputs + 1, sizeof *values);
    int same = matrix && row && values && !mlops_feature_matrix(f, live, matrix, n, d, NULL);
    for (int64_t i = 0; i < n && same; i++) {
        for (int64_t j = 0; j < n_inputs; j++)
            values[j] = value_of(live, mlops_table_find(live, mlops_feature_input_name(f, j)), i,
                                 mlops_feature_input_type(f, j));
        same = !mlops_feature_row(loaded, values, n_inputs, row, d) &&
               memcmp(row, matrix + i * d, (size_t)d * sizeof *row) == 0;
        for (int64_t j = 0; j < n_inputs; j++) free((void *)(uintptr_t)values[j].text);
    }
    free(values);
    free(row);
    free(matrix);
    return same;
}

int main(int argc, char **argv) {
    static char bytes[1 << 22];
    mlops_feature *f, *loaded;
    mlops_table *out;
    mlops_error err;
    size_t n;
    if (argc != 4) return 2;
    char *definition = read_file(argv[1]);
    mlops_table *train = read_table(argv[2]), *live = read_table(argv[3]);
    if (mlops_feature_fit(&f, definition, train, NULL, &err)) fail(&err);
    if (mlops_feature_save(f, bytes, sizeof bytes, &n)) return 3;
    if (mlops_feature_parse(&loaded, bytes, n, NULL, &err)) fail(&err);
    if (mlops_feature_apply(&out, f, live, &err)) fail(&err);
    print_head(f, bytes, n);
    print_rows(out);
    printf("%s\n", same_bits(f, loaded, live) ? "true" : "false");
    mlops_table_unref(out);
    mlops_table_unref(live);
    mlops_table_unref(train);
    mlops_feature_unref(loaded);
    mlops_feature_unref(f);
    free(definition);
    return 0;
}
