/* What a model may take is bounded before it is taken: what predicting needs, told by the file's
 * dims, and what loading needs, told by its counts. An allocator of the host counts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "file/container.h"
#include "help_hostile.h"
#include "kern/kern.h"
#include "model/model.h"

typedef struct ground {
    mlops_allocator allocator;
    mlops_host host;
    mlops_model_opts opts;
} ground;

static void begin(ground *self) {
    const mlops_host host = MLOPS_HOST_INIT;
    const mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    self->allocator = counting();
    self->host = host;
    self->host.allocator = &self->allocator;
    self->opts = opts;
    self->opts.host = &self->host;
}

/* ---- predicting ---- */

enum { REFUSED = 1 << 30 /* bytes at once */ };

static void *bounded_alloc(void *ctx, size_t size, size_t align) {
    return size > REFUSED ? NULL : count_alloc(ctx, size, align);
}

/* A bundle around a graph that its writer would have no memory for, without golden rows. */
static size_t put_bundle(const bytes *onnx, uint8_t *out, size_t cap) {
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    mlops_model *model;
    mlops__buf whole;
    size_t n;
    opts.memory_max = (int64_t)1 << 40;
    assert_int_equal(mlops_model_parse(&model, onnx->data, onnx->n, &opts, NULL), 0);
    const uint8_t *payload = mlops__model_plan(model, &n);
    const uint32_t width = (uint32_t)mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION);
    const uint32_t golden[] = {1, 0, 2, width};
    const mlops__section sections[] = {
        {MLOPS__KIND_GRAPH, 0, payload, n},
        {MLOPS__KIND_META, 0, "\1\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0{}", 18},
        {MLOPS__KIND_GOLDEN, 0, golden, sizeof golden}};
    mlops__buf_init(&whole, &mlops__heap);
    assert_int_equal(mlops__container_write(&whole, MLOPS__KIND_BUNDLE, sections, 3,
                                            mlops__kern_for(MLOPS_CPU_SCALAR)->sha256_blocks),
                     0);
    assert_true(whole.size <= cap);
    memcpy(out, whole.data, n = whole.size);
    mlops__buf_free(&whole);
    mlops_model_unref(model);
    return n;
}

/* A bundle, and a store that keeps one, has no option: the default holds. */
static void refuses_bundles_of_gigabytes(void **state) {
    ground at;
    bytes *content = calloc(1, sizeof *content);
    uint8_t bundle[4096];
    mlops_bundle *opened;
    mlops_model *model;
    mlops_error error;
    (void)state;
    assert_non_null(content);
    begin(&at);
    at.allocator.alloc = bounded_alloc;
    put_tile(content, (int64_t)1 << 28); /* 2 GiB a row */
    size_t n = put_bundle(content, bundle, sizeof bundle);
    assert_int_equal(mlops_bundle_parse(&opened, bundle, n, &at.host, &error), MLOPS_E_LIMIT);
    assert_non_null(strstr(error.message, "memory_max of mlops_model_opts allows 1073741824"));
    assert_true(most_memory < 1 << 20);
    assert_int_equal(mlops_model_parse(&model, bundle, n, &at.opts, &error), MLOPS_E_LIMIT);
    at.opts.memory_max = (int64_t)4 << 30; /* who raises it has the model */
    assert_int_equal(mlops_model_parse(&model, bundle, n, &at.opts, &error), MLOPS_OK);
    assert_true(mlops_context_size(model, NULL) > (size_t)2 << 30);
    mlops_model_unref(model);
    assert_int_equal(memory, 0);
    most_memory = 0;
    free(content);
}

/* Columns a and b, of 0, 1, 2 and so on, and of 1, 2, 3. */
static mlops_table *count_rows(int n) {
    mlops_table *table;
    char *text = malloc((size_t)n * 16 + 8);
    assert_non_null(text);
    int size = sprintf(text, "a,b\n");
    for (int i = 0; i < n; i++) size += sprintf(text + size, "%d,%d\n", i, i + 1);
    assert_int_equal(mlops_table_parse(&table, text, (size_t)size, NULL, NULL), 0);
    free(text);
    return table;
}

/* Rows that need not run together are run in as many as fit. */
static void fits_blocks_into_memory_max(void **state) {
    enum { TIMES = 1 << 14 /* 128 KiB a row */, ROWS = 300, MAX = 1 << 20, WIDTH = 2 * TIMES };
    ground at;
    bytes *content = calloc(1, sizeof *content);
    double *out = malloc(ROWS * sizeof *out * WIDTH);
    float rows[ROWS][2];
    mlops_model *model;
    mlops_context *context;
    mlops_error error;
    (void)state;
    assert_non_null(content);
    assert_non_null(out);
    begin(&at);
    put_tile(content, TIMES);
    for (int i = 0; i < ROWS; i++) rows[i][1] = 1 + (rows[i][0] = (float)i);
    at.opts.memory_max = MAX;
    if (mlops_model_parse(&model, content->data, content->n, &at.opts, &error))
        fail_msg("%s", error.message);
    if (mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, &error))
        fail_msg("%s", error.message);
    assert_int_equal(mlops_context_predict(context, rows[0], ROWS, 2, out, WIDTH), MLOPS_OK);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < WIDTH; j += 511)
            assert_true(out[(size_t)i * WIDTH + (size_t)j] == (double)(i + j % 2));
    assert_true(most_memory < MAX + (1 << 16));
    mlops_context_free(context);
    memset(out, 0, ROWS * sizeof *out * WIDTH);
    mlops_table *table = count_rows(ROWS);
    most_memory = memory;
    if (mlops_model_predict_table(model, table, "a,b", MLOPS_MODEL_OUTPUT_PREDICTION, out, ROWS,
                                  WIDTH, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < ROWS; i++)
        assert_true(out[i * WIDTH] == (double)i && out[(i + 1) * WIDTH - 1] == (double)(i + 1));
    assert_true(most_memory < MAX + (1 << 16));
    mlops_table_unref(table);
    mlops_model_unref(model);
    assert_int_equal(memory, 0);
    most_memory = 0;
    free(content);
    free(out);
}

/* Those that must run together are refused where they do not fit. */
static void bounds_rows_that_run_together(void **state) {
    enum { ROWS = 20000 };
    ground at;
    bytes *content = calloc(1, sizeof *content);
    double *out = malloc(ROWS * 2 * sizeof *out);
    mlops_table *table = count_rows(ROWS);
    mlops_model *model;
    mlops_error error;
    (void)state;
    assert_non_null(content);
    assert_non_null(out);
    begin(&at);
    put_sums(content);
    for (int k = 0; k < 2; k++) {
        at.opts.memory_max = k ? 1 << 20 : 1 << 18;
        if (mlops_model_parse(&model, content->data, content->n, &at.opts, &error))
            fail_msg("%s", error.message);
        mlops_status status = mlops_model_predict_table(
            model, table, "a,b", MLOPS_MODEL_OUTPUT_PREDICTION, out, ROWS, 2, &error);
        assert_int_equal(status, k ? MLOPS_OK : MLOPS_E_LIMIT);
        if (!k) assert_non_null(strstr(error.message, "to predict 20000 rows together takes"));
        if (!k) assert_true(most_memory < 1 << 18);
        mlops_model_unref(model);
    }
    mlops_table_unref(table);
    assert_int_equal(memory, 0);
    most_memory = 0;
    free(content);
    free(out);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bundles_of_gigabytes),
        cmocka_unit_test(fits_blocks_into_memory_max),
        cmocka_unit_test(bounds_rows_that_run_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
