/* dump_explain MODEL ROWS OUTPUT [BACKGROUND]: explains the float64 rows of a file and writes
 * float64 values to stdout, for the oracle to compare. OUTPUT is 0, 1 or 2, as in
 * mlops_explainer_output; BACKGROUND is another file of rows. MLOPS_CPU chooses the kernels. Fails
 * if rows one by one, or those of a table, have other bits.
 */
#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rows {
    double *values;
    int64_t n;
    mlops_table *table;
} rows;

static char names[1 << 16]; /* of columns: 0,1,... */

static int fail(const char *what, const mlops_error *error) {
    fprintf(stderr, "%s: %s %s\n", what, mlops_status_name((mlops_status)error->code),
            error->message);
    return 1;
}

static int read_rows(rows *out, const char *path, int64_t d) {
    FILE *file = fopen(path, "rb");
    mlops_error error;
    if (!file) return perror(path), 1;
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    out->values = malloc(size + 1);
    out->n = (int64_t)(size / 8) / d;
    if (!out->values || fread(out->values, 1, size, file) != size) return 1;
    fclose(file);
    if (mlops_table_from_matrix(&out->table, out->values, out->n, d, names, NULL, &error))
        return fail(path, &error);
    return 0;
}

static int explain(const mlops_explainer *explainer, const rows *in, int64_t d, int32_t output) {
    mlops_explainer_output kind = (mlops_explainer_output)output;
    int64_t width = mlops_explainer_width(explainer, kind);
    size_t n = (size_t)(in->n * width);
    double *out = malloc(n * 8 + 1), *again = malloc(n * 8 + 1);
    mlops_error error;
    if (!out || !again) return 1;
    if (mlops_explainer_explain(explainer, in->values, in->n, d, kind, out, width, &error) ||
        mlops_explainer_explain_table(explainer, in->table, names, kind, again, in->n, width,
                                      &error))
        return fail("explain", &error);
    if (memcmp(out, again, n * 8)) return fprintf(stderr, "a table has other bits\n"), 1;
    for (int64_t i = 0; i < in->n && i < 20; i++) {
        if (mlops_explainer_explain(explainer, in->values + i * d, 1, d, kind, again, width,
                                    &error))
            return fail("one row", &error);
        if (memcmp(out + i * width, again, (size_t)width * 8))
            return fprintf(stderr, "row %lld by itself has other bits\n", (long long)i), 1;
    }
    fwrite(out, 8, n, stdout);
    free(out);
    free(again);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 4) return fprintf(stderr, "usage: dump_explain MODEL ROWS OUTPUT [BACKGROUND]\n"), 2;
    mlops_model *model;
    mlops_explainer *explainer;
    mlops_error error;
    rows in, background = {0};
    if (mlops_model_load(&model, argv[1], NULL, &error)) return fail(argv[1], &error);
    int64_t d = mlops_model_n_features(model);
    for (int64_t f = 0, at = 0; f < d; f++)
        at += sprintf(names + at, "%s%lld", f ? "," : "", (long long)f);
    if (read_rows(&in, argv[2], d) || (argc > 4 && read_rows(&background, argv[4], d))) return 1;
    if (mlops_explainer_new(&explainer, model, background.table, names, &error))
        return fail("new", &error);
    int status = explain(explainer, &in, d, atoi(argv[3]));
    mlops_explainer_unref(explainer);
    mlops_table_unref(in.table);
    mlops_table_unref(background.table);
    free(in.values);
    free(background.values);
    mlops_model_unref(model);
    return status;
}
