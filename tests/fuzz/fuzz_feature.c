/* Any bytes as a definition, and as saved features. What is fitted saves to bytes that load to the
 * same; what is loaded saves to the bytes that it was loaded from; rows alone give the bits of
 * tables.
 *
 * The first byte chooses: 'F' is a definition, all else saved features.
 */
#include "fuzz/fuzz.h"

#include <mlops.h>

enum { ROWS = 9, OUTPUTS_MAX = 200 };

static const char CSV[] = "x,y,n,s,p,a b\n"
                          "1.5,-0.0,3,red,true,1\nNA,1e308,-4,it's,false,2\nnan,inf,NA,,NA,3\n"
                          "-2.25,-inf,7,green,true,4\n5e-324,NA,9223372036854775807,red,true,5\n"
                          "1e17,0.5,0,NA,false,6\n-7.0,2.0,-1,\xc3\xa9,NA,7\n"
                          "1.5,3.0,3,red,true,8\n0.1,nan,2,x,false,9\n";

static mlops_table *table(void) {
    static mlops_table *made;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.nulls = "NA";
    if (!made) must(mlops_table_parse(&made, CSV, sizeof CSV - 1, &opts, NULL) == MLOPS_OK);
    return made;
}

static void check_refusal(const mlops_feature *f, mlops_status status, const mlops_error *err) {
    must(!f && status < 0 && err->code == status && err->message[0]);
    must(strlen(err->message) < sizeof err->message);
}

/* Values of the table's columns that the features read; 0 if there is none of the type. */
static int take_row(const mlops_feature *f, int64_t row, mlops_feature_value *values,
                    char (*texts)[64]) {
    for (int64_t i = 0; i < mlops_feature_n_inputs(f); i++) {
        int64_t column = mlops_table_find(table(), mlops_feature_input_name(f, i));
        mlops_type type = mlops_feature_input_type(f, i);
        if (column < 0 || mlops_table_type(table(), column) != type) return 0;
        must(mlops_table_text(table(), column, row, texts[i], 64, NULL) == MLOPS_OK);
        values[i] = (mlops_feature_value){type, 0, 0, 0, texts[i]};
        if (type != MLOPS_TYPE_STRING) values[i].is_null = !texts[i][0];
        else values[i].is_null = row == 5; /* the empty text of row 2 is none */
        if (type == MLOPS_TYPE_BOOL) values[i].i64 = texts[i][0] == 't';
        if (type == MLOPS_TYPE_INT64) values[i].i64 = strtoll(texts[i], NULL, 10);
        if (type == MLOPS_TYPE_FLOAT64) values[i].f64 = strtod(texts[i], NULL);
    }
    return 1;
}

static void check_rows(const mlops_feature *f) {
    static float matrix[ROWS * OUTPUTS_MAX], row[OUTPUTS_MAX];
    static mlops_feature_value values[16];
    static char texts[16][64];
    int64_t n = mlops_feature_n_outputs(f), n_inputs = mlops_feature_n_inputs(f);
    mlops_error err;
    if (n > OUTPUTS_MAX || n_inputs > 16) return;
    mlops_status status = mlops_feature_matrix(f, table(), matrix, ROWS, n, &err);
    must(status == MLOPS_OK || status == MLOPS_E_SCHEMA);
    for (int64_t i = 0; i < ROWS && status == MLOPS_OK; i++) {
        if (!take_row(f, i, values, texts)) return;
        mlops_status one = mlops_feature_row(f, values, n_inputs, row, n);
        must(one == MLOPS_OK || one == MLOPS_E_ARENA);
        if (one == MLOPS_OK) must(memcmp(row, matrix + i * n, (size_t)n * sizeof *row) == 0);
    }
}

static char *save(const mlops_feature *f, size_t *n) {
    must(mlops_feature_save(f, NULL, 0, n) == MLOPS_OK);
    char *bytes = malloc(*n);
    must(bytes && mlops_feature_save(f, bytes, *n, NULL) == MLOPS_OK);
    return bytes;
}

static void check_definition(const uint8_t *data, size_t size) {
    mlops_feature *f, *again;
    mlops_error err = {0};
    char *text = calloc(1, size + 1);
    size_t n, m;
    must(text != NULL);
    memcpy(text, data, size);
    mlops_status status = mlops_feature_fit(&f, text, table(), NULL, &err);
    free(text);
    if (status < 0) {
        check_refusal(f, status, &err);
        return;
    }
    char *bytes = save(f, &n);
    must(mlops_feature_parse(&again, bytes, n, NULL, NULL) == MLOPS_OK);
    char *other = save(again, &m);
    must(n == m && memcmp(bytes, other, n) == 0);
    check_rows(again);
    free(other);
    free(bytes);
    mlops_feature_unref(again);
    mlops_feature_unref(f);
}

static void check_saved(const uint8_t *data, size_t size) {
    mlops_feature *f;
    mlops_error err = {0};
    size_t n;
    mlops_status status = mlops_feature_parse(&f, data, size, NULL, &err);
    if (status < 0) {
        check_refusal(f, status, &err);
        return;
    }
    char *bytes = save(f, &n);
    must(n == size && memcmp(bytes, data, n) == 0);
    free(bytes);
    check_rows(f);
    mlops_feature_unref(f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size && data[0] == 'F') check_definition(data + 1, size - 1);
    else check_saved(data, size);
    return 0;
}
