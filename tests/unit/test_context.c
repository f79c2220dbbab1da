/* Contexts: whatever rows are bound as, they predict what they predict one by one and plain; what
 * is wrong with a binding is said; executors change nothing.
 */
#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/help_forest.h"

enum { N = 150, D = 5, WIDTH_MAX = 2048 };

static float rows[N * D];
static double wide[N * D];

static mlops_model *load(const char *name) {
    char path[4096];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    mlops_model *model;
    mlops_error error;
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", root ? root : ".", name);
    if (mlops_model_load(&model, path, NULL, &error)) fail_msg("%s", error.message);
    return model;
}

static const char lgbm[] =
    "tree\nversion=v4\nnum_class=1\nmax_feature_idx=4\nobjective=regression\n"
    "feature_names=f0 f1 f2 f3 f4\nTree=0\nnum_leaves=2\nnum_cat=0\nsplit_feature=1\n"
    "threshold=0.1\ndecision_type=8\nleft_child=-1\nright_child=-2\nleaf_value=1.1 2.3\n"
    "Tree=1\nnum_leaves=2\nnum_cat=0\nsplit_feature=4\nthreshold=-0.5\ndecision_type=10\n"
    "left_child=-1\nright_child=-2\nleaf_value=0.7 -0.2\n\nend of trees\n";

static mlops_context *context_of(mlops_model *model, mlops_model_output output,
                                 const mlops_context_opts *opts) {
    mlops_context *out;
    mlops_error error;
    if (mlops_context_new(&out, model, output, opts, &error)) fail_msg("%s", error.message);
    return out;
}

static void works(mlops_status status, const mlops_error *error) {
    if (status) fail_msg("%s", error->message);
}

/* Rows of a context, asked in pieces, are the expected ones from row first on. */
static void runs_as(mlops_context *c, const double *expected, int64_t n) {
    static double out[N * WIDTH_MAX];
    int64_t width = mlops_context_width(c);
    const int64_t begins[] = {0, 0, 1, n - 1, n / 3, n};
    const int64_t counts[] = {n, 1, n - 1, 1, n / 2, 0};
    for (int i = 0; i < 6; i++) {
        memset(out, 0x55, sizeof out);
        assert_int_equal(mlops_context_run(c, begins[i], counts[i], out, width), 0);
        assert_memory_equal(out, expected + begins[i] * width,
                            (size_t)(counts[i] * width) * sizeof *out);
    }
    assert_int_equal(mlops_context_run(c, 0, n + 1, out, width), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_run(c, -1, 1, out, width), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_run(c, 1, INT64_MAX, out, width), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_run(c, 0, -1, out, width), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_run(c, 0, 1, out, width + 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_run(c, 0, 1, NULL, width), MLOPS_E_INVALID);
}

/* One by one, plain. */
static double *expect(mlops_model *model, mlops_model_output output, int64_t d) {
    mlops_context *c = context_of(model, output, NULL);
    int64_t width = mlops_context_width(c);
    assert_true(width <= WIDTH_MAX);
    double *out = malloc((size_t)(N * width) * sizeof *out);
    assert_non_null(out);
    for (int64_t i = 0; i < N; i++)
        assert_int_equal(mlops_context_predict(c, rows + i * d, 1, d, out + i * width, width), 0);
    mlops_context_free(c);
    return out;
}

/* Rows that are bound with strides: in place, apart, as columns, backwards. */
static void bind_strided(mlops_context *c, const double *expected, int64_t d) {
    static float apart[N * 2 * D], across[N * D], back[N * D];
    static double apart_wide[N * 2 * D];
    mlops_error e;
    for (int64_t i = 0; i < N; i++)
        for (int64_t f = 0; f < d; f++) {
            float x = rows[i * d + f];
            apart[i * 2 * D + f] = x;
            apart_wide[i * 2 * D + 2 * f] = (double)x;
            across[f * N + i] = x;
            back[(N - 1 - i) * d + d - 1 - f] = x;
        }
    works(mlops_context_bind(c, rows, N, d, d, 1, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind(c, apart, N, d, (int64_t)2 * D, 1, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind(c, across, N, d, 1, N, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind(c, back + N * d - 1, N, d, -d, -1, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind_f64(c, wide, N, d, d, 1, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind_f64(c, apart_wide, N, d, (int64_t)2 * D, 2, &e), &e);
    runs_as(c, expected, N);
}

/* The same rows as entries, NaN being absent. */
static void bind_sparse(mlops_context *c, const double *expected, int64_t d) {
    static float values[N * D];
    static double wides[N * D];
    static int32_t features[N * D], starts[N + 1];
    static int64_t features64[N * D], starts64[N + 1];
    int32_t n = 0;
    mlops_error e;
    for (int32_t i = 0; i < N; i++) {
        for (int32_t f = 0; f < d; f++) {
            float x = rows[i * d + f];
            if (isnan(x)) continue;
            values[n] = x;
            wides[n] = (double)x;
            features64[n] = features[n] = f;
            n++;
        }
        starts64[i + 1] = starts[i + 1] = n;
    }
    works(mlops_context_bind_csr(c, values, features, n, starts, N + 1, d, (double)NAN, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind_csr_f64(c, wides, features, n, starts, N + 1, d, (double)NAN, &e), &e);
    runs_as(c, expected, N);
    works(mlops_context_bind_csr_i64(c, values, features64, n, starts64, N + 1, d, (double)NAN, &e),
          &e);
    runs_as(c, expected, N);
    works(mlops_context_bind_csr_f64_i64(c, wides, features64, n, starts64, N + 1, d, (double)NAN,
                                         &e),
          &e);
    runs_as(c, expected, N);
}

static mlops_table *table_of_rows(int64_t d) {
    char *text = malloc(1 << 16), *p = text;
    mlops_table *table;
    mlops_error e;
    assert_non_null(text);
    for (int64_t f = d; f-- > 0;) p += sprintf(p, "f%d,", (int)f);
    p += sprintf(p, "more\n");
    for (int64_t i = 0; i < N; i++) {
        for (int64_t f = d; f-- > 0;) {
            float x = rows[i * d + f];
            p += isnan(x) ? sprintf(p, ",") : sprintf(p, "%.9g,", (double)x);
        }
        p += sprintf(p, "text\n");
    }
    works(mlops_table_parse(&table, text, (size_t)(p - text), NULL, &e), &e);
    free(text);
    return table;
}

static void holds_all_inputs(mlops_model *model, const mlops_model_output *outputs,
                             int with_names) {
    int64_t d = mlops_model_n_features(model);
    const char *columns = with_names ? NULL : "f0,f1,f2,f3,f4";
    char list[16];
    mlops_error e;
    assert_true(d <= D);
    fill_rows(rows, (int)(N * d));
    for (int64_t i = 0; i < N * d; i++) wide[i] = (double)rows[i];
    mlops_table *table = table_of_rows(d);
    snprintf(list, sizeof list, "%.*s", (int)(3 * d - 1), "f0,f1,f2,f3,f4");
    for (; *outputs != MLOPS_MODEL_OUTPUT_FORCE32; outputs++) {
        mlops_context *c = context_of(model, *outputs, NULL);
        double *expected = expect(model, *outputs, d);
        bind_strided(c, expected, d);
        bind_sparse(c, expected, d);
        works(mlops_context_bind_table(c, table, columns ? list : NULL, &e), &e);
        runs_as(c, expected, N);
        bind_sparse(c, expected, d); /* behind another binding */
        free(expected);
        mlops_context_free(c);
    }
    mlops_table_unref(table);
    mlops_model_unref(model);
}

static void inputs_of_forests_are_one(void **state) {
    (void)state;
    static const mlops_model_output all[] = {MLOPS_MODEL_OUTPUT_PREDICTION,
                                             MLOPS_MODEL_OUTPUT_MARGIN, MLOPS_MODEL_OUTPUT_LEAF,
                                             MLOPS_MODEL_OUTPUT_PREFIX, MLOPS_MODEL_OUTPUT_FORCE32};
    holds_all_inputs(grow(&(forest_shape){60, 4, D, 1, 0}), all, 1);
    holds_all_inputs(grow(&(forest_shape){60, 12, D, 3, 1}), all, 1);
    holds_all_inputs(grow(&(forest_shape){1, 1, D, 1, 0}), all, 1);
    holds_all_inputs(parse(lgbm), all, 1);
}

static void inputs_of_graphs_are_one(void **state) {
    (void)state;
    static const mlops_model_output all[] = {MLOPS_MODEL_OUTPUT_PREDICTION,
                                             MLOPS_MODEL_OUTPUT_FIRST, MLOPS_MODEL_OUTPUT_FORCE32};
    holds_all_inputs(load("onnx/tree.onnx"), all, 0);
}

/* An absent entry is what the caller says that it is. */
static void absent_entries_are_missing_or_zero(void **state) {
    (void)state;
    static const float values[] = {1.5f, -2.0f};
    static const int32_t features[] = {1, 3}, starts[] = {0, 1, 1, 2};
    mlops_model *model = grow(&(forest_shape){40, 4, D, 1, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_MARGIN, NULL);
    const double absents[] = {(double)NAN, 0.0};
    mlops_error e;
    for (int k = 0; k < 2; k++) {
        double dense[3 * D], out[3], plain[3];
        for (int i = 0; i < 3 * D; i++) dense[i] = absents[k];
        dense[1] = 1.5;
        dense[2 * D + 3] = -2.0;
        works(mlops_context_bind_csr(c, values, features, 2, starts, 4, D, absents[k], &e), &e);
        assert_int_equal(mlops_context_run(c, 0, 3, out, 1), 0);
        assert_int_equal(mlops_context_predict_f64(c, dense, 3, D, plain, 1), 0);
        assert_memory_equal(out, plain, sizeof out);
        assert_int_equal(mlops_context_run(c, 0, 3, out, 1), 0); /* it is still bound */
        assert_memory_equal(out, plain, sizeof out);
    }
    mlops_context_free(c);
    mlops_model_unref(model);
}

/* What is bound is read anew by each run. */
static void runs_read_what_is_there(void **state) {
    (void)state;
    float one[D] = {0};
    double first, second, plain;
    mlops_model *model = grow(&(forest_shape){40, 4, D, 1, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_MARGIN, NULL);
    mlops_error e;
    works(mlops_context_bind(c, one, 1, D, 0, 1, &e), &e);
    assert_int_equal(mlops_context_run(c, 0, 1, &first, 1), 0);
    for (int i = 0; i < D; i++) one[i] = -2.25f;
    assert_int_equal(mlops_context_run(c, 0, 1, &second, 1), 0);
    assert_int_equal(mlops_context_predict(c, one, 1, D, &plain, 1), 0);
    assert_true(second == plain && first != second);
    mlops_context_free(c);
    mlops_model_unref(model);
}

static void refused(mlops_context *c, mlops_status status, mlops_status code,
                    const mlops_error *error, const char *said) {
    double out;
    assert_int_equal(status, code);
    assert_string_equal(error->message, said);
    assert_int_equal(mlops_context_run(c, 0, 0, &out, mlops_context_width(c)), MLOPS_E_INVALID);
}

static void says_what_is_wrong_with_rows(void **state) {
    (void)state;
    mlops_model *model = grow(&(forest_shape){1, 1, D, 1, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL);
    mlops_error e;
    const mlops_status bad = MLOPS_E_INVALID;
    const float *odd = (const float *)(const void *)((const char *)rows + 2);
    works(mlops_context_bind(c, rows, N, D, D, 1, &e), &e);
    refused(c, mlops_context_bind(c, rows, N, D - 1, D, 1, &e), bad, &e,
            "n_features is 4, the model has 5");
    refused(c, mlops_context_bind(c, rows, -1, D, D, 1, &e), bad, &e, "n_rows is -1");
    refused(c, mlops_context_bind(c, NULL, 1, D, D, 1, &e), bad, &e, "rows is NULL, n_rows is 1");
    refused(c, mlops_context_bind(c, odd, 1, D, D, 1, &e), bad, &e,
            "rows is not aligned to its numbers of 4 bytes");
    refused(c, mlops_context_bind_f64(c, wide, 3, D, INT64_MIN, 1, &e), bad, &e,
            "with row_stride -9223372036854775808 and column_stride 1, 3 rows reach beyond all "
            "memory");
    refused(c, mlops_context_bind(c, rows, 2, D, INT64_MAX / 8, INT64_MAX / 8, &e), bad, &e,
            "with row_stride 1152921504606846975 and column_stride 1152921504606846975, 2 rows "
            "reach beyond all memory");
    works(mlops_context_bind(c, NULL, 0, D, D, 1, &e), &e);
    mlops_context_free(c);
    mlops_model_unref(model);
}

static void says_what_is_wrong_with_a_csr(void **state) {
    (void)state;
    static const float values[4] = {1, 2, 3, 4};
    static const int32_t ok[] = {0, 4, 1, 2}, starts[] = {0, 2, 4};
    mlops_model *model = grow(&(forest_shape){1, 1, D, 1, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL);
    mlops_error e;
    const struct {
        int32_t features[4], starts[3];
        const char *said;
    } cases[] = {
        {{0, 5, 1, 2}, {0, 2, 4}, "row 0 has feature 5; the model has 5"},
        {{0, 1, -1, 2}, {0, 2, 4}, "row 1 has feature -1; the model has 5"},
        {{0, 1, 3, 2}, {0, 2, 4}, "row 1 has feature 2 behind 3; features must ascend"},
        {{2, 2, 3, 4}, {0, 2, 4}, "row 0 has feature 2 twice"},
        {{0, 1, 2, 3}, {0, 3, 2}, "row 1 is values 3 to 2 of 4: starts must not fall"},
        {{0, 1, 2, 3}, {0, 2, 5}, "row 1 is values 2 to 5 of 4: starts must not fall"},
        {{0, 1, 2, 3}, {-1, 2, 4}, "row 0 is values -1 to 2 of 4: starts must not fall"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        works(mlops_context_bind_csr(c, values, ok, 4, starts, 3, D, 0.0, &e), &e);
        refused(
            c,
            mlops_context_bind_csr(c, values, cases[i].features, 4, cases[i].starts, 3, D, 0.0, &e),
            MLOPS_E_INVALID, &e, cases[i].said);
    }
    refused(c, mlops_context_bind_csr(c, values, ok, 4, starts, 3, 6, 0.0, &e), MLOPS_E_INVALID, &e,
            "n_features is 6, the model has 5");
    refused(c, mlops_context_bind_csr(c, values, NULL, 4, starts, 3, D, 0.0, &e), MLOPS_E_INVALID,
            &e, "values or features is NULL, n_values is 4");
    refused(c, mlops_context_bind_csr(c, values, ok, 4, starts, 0, D, 0.0, &e), MLOPS_E_INVALID, &e,
            "n_starts is 0, one more than there are rows, and n_values 4");
    works(mlops_context_bind_csr(c, NULL, NULL, 0, (const int32_t[1]){0}, 1, D, 0.0, &e), &e);
    mlops_context_free(c);
    mlops_model_unref(model);
}

static void says_which_column_is_wrong(void **state) {
    (void)state;
    mlops_model *model = grow(&(forest_shape){1, 1, 2, 1, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL);
    mlops_model *texts = load("onnx/texts.onnx");
    mlops_context *t = context_of(texts, mlops_model_width(texts, 0) ? 0 : 3, NULL);
    static const char csv[] = "f0,other\n1,a\n";
    mlops_table *table;
    mlops_error e;
    works(mlops_table_parse(&table, csv, sizeof csv - 1, NULL, &e), &e);
    refused(c, mlops_context_bind_table(c, table, NULL, &e), MLOPS_E_SCHEMA, &e,
            "the table has no column \"f1\", which is feature 1 of the model");
    refused(c, mlops_context_bind_table(c, table, "f0,other", &e), MLOPS_E_SCHEMA, &e,
            "column \"other\" is a string; feature 1 of the model takes numbers");
    assert_int_equal(mlops_context_bind(t, rows, 1, 1, 1, 1, &e), MLOPS_E_SCHEMA);
    assert_non_null(strstr(e.message, "takes texts: bind a table"));
    mlops_table_unref(table);
    mlops_context_free(t);
    mlops_context_free(c);
    mlops_model_unref(texts);
    mlops_model_unref(model);
}

/* After each tree and for each class: what a model of so many trees alone says. */
static void prefixes_are_margins_of_shorter_models(void **state) {
    (void)state;
    enum { TREES = 9, GROUPS = 3 };
    static double prefixes[N][TREES][GROUPS], margins[N][GROUPS];
    mlops_model *model = grow(&(forest_shape){TREES, 4, D, GROUPS, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_PREFIX, NULL);
    fill_rows(rows, N * D);
    assert_int_equal(mlops_context_width(c), TREES * GROUPS);
    assert_int_equal(mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREFIX), TREES * GROUPS);
    assert_int_equal(mlops_context_predict(c, rows, N, D, prefixes[0][0], TREES * GROUPS), 0);
    for (int n = 1; n <= TREES; n++) {
        mlops_model *shorter = grow(&(forest_shape){n, 4, D, GROUPS, 0});
        mlops_context *own = context_of(shorter, MLOPS_MODEL_OUTPUT_MARGIN, NULL);
        assert_int_equal(mlops_context_predict(own, rows, N, D, margins[0], GROUPS), 0);
        for (int i = 0; i < N; i++)
            assert_memory_equal(prefixes[i][n - 1], margins[i], sizeof margins[i]);
        mlops_context_free(own);
        mlops_model_unref(shorter);
    }
    mlops_context_free(c);
    mlops_model_unref(model);
}

/* -- executors ------------------------------------------------------------------------------ */

enum { MANY = 5000 };

typedef struct odd {
    int n_calls;
    mlops_status status; /* that it ends with */
    int32_t beyond;      /* added to the worker */
} odd;

/* The last piece first, each by another worker. */
static mlops_status backwards(void *ctx, int64_t n, mlops_task task, void *user) {
    odd *self = ctx;
    self->n_calls++;
    for (int64_t i = n; i-- > 0;) {
        mlops_status status = task(user, i, (int32_t)(i % 3) + self->beyond);
        if (status) return status;
    }
    return self->status;
}

static void executors_change_nothing(void **state) {
    (void)state;
    static float many[MANY * D];
    static double plain[MANY * 3], out[MANY * 3];
    odd o = {0};
    const mlops_executor own = {sizeof own, 3, &o, backwards};
    mlops_pool *pool;
    mlops_error e;
    fill_rows(many, MANY * D);
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    mlops_model *model = grow(&(forest_shape){60, 4, D, 3, 0});
    mlops_context *c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL);
    assert_int_equal(mlops_context_predict(c, many, MANY, D, plain, 3), 0);
    mlops_context_free(c);
    const mlops_executor *executors[] = {&own, mlops_pool_executor(pool)};
    for (int i = 0; i < 2; i++) {
        mlops_context_opts opts = MLOPS_CONTEXT_OPTS_INIT;
        opts.executor = executors[i];
        assert_true(mlops_context_size(model, &opts) > mlops_context_size(model, NULL));
        c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, &opts);
        memset(out, 0, sizeof out);
        assert_int_equal(mlops_context_predict(c, many, MANY, D, out, 3), 0);
        assert_memory_equal(out, plain, sizeof out);
        works(mlops_context_bind(c, many + (MANY - 1) * D, MANY, D, -D, 1, &e), &e);
        assert_int_equal(mlops_context_run(c, 1, MANY - 1, out, 3), 0);
        for (int k = 0; k < MANY - 1; k++)
            assert_memory_equal(out + (size_t)3 * (size_t)k,
                                plain + (size_t)3 * (MANY - 2 - (size_t)k), 3 * sizeof *out);
        mlops_context_free(c);
    }
    assert_int_equal(o.n_calls, 2);
    mlops_pool_free(pool);
    mlops_model_unref(model);
}

static void executors_are_not_trusted(void **state) {
    (void)state;
    static float many[MANY * D];
    static double out[MANY];
    odd o = {0};
    mlops_executor own = {sizeof own, 3, &o, backwards};
    mlops_context_opts opts = MLOPS_CONTEXT_OPTS_INIT;
    mlops_context *c;
    mlops_error e;
    mlops_model *model = grow(&(forest_shape){60, 4, D, 1, 0});
    opts.executor = &own;
    c = context_of(model, MLOPS_MODEL_OUTPUT_PREDICTION, &opts);
    o.status = MLOPS_E_IO;
    assert_int_equal(mlops_context_predict(c, many, MANY, D, out, 1), MLOPS_E_IO);
    o.beyond = 1; /* a worker that it said that it has not */
    assert_int_equal(mlops_context_predict(c, many, MANY, D, out, 1), MLOPS_E_INVALID);
    mlops_context_free(c);
    own.n_workers = 0;
    assert_int_equal(mlops_context_new(&c, model, 0, &opts, &e), MLOPS_E_INVALID);
    assert_null(c);
    assert_string_equal(e.message, "mlops_executor: n_workers is 0; 1 to 1024, and a parallel_for");
    assert_int_equal(mlops_context_size(model, &opts), 0);
    own.n_workers = 3;
    opts.flags = 1;
    assert_int_equal(mlops_context_new(&c, model, 0, &opts, &e), MLOPS_E_INVALID);
    assert_string_equal(e.message, "mlops_context_opts: flags must be 0");
    mlops_model_unref(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(inputs_of_forests_are_one),
        cmocka_unit_test(inputs_of_graphs_are_one),
        cmocka_unit_test(absent_entries_are_missing_or_zero),
        cmocka_unit_test(runs_read_what_is_there),
        cmocka_unit_test(says_what_is_wrong_with_rows),
        cmocka_unit_test(says_what_is_wrong_with_a_csr),
        cmocka_unit_test(says_which_column_is_wrong),
        cmocka_unit_test(prefixes_are_margins_of_shorter_models),
        cmocka_unit_test(executors_change_nothing),
        cmocka_unit_test(executors_are_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
