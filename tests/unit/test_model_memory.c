/* What a model may take is bounded before it is taken: what predicting needs, told by the file's
 * dims, and what loading needs, told by its counts. An allocator of the host counts.
 */
#include <dirent.h>
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
#include "model/build/graph_write.h"
#include "model/build/ir.h"
#include "model/model.h"

typedef struct ground {
    mlops_allocator allocator;
    mlops_host host;
    mlops_model_opts opts;
    int payloads; /* of bundles, instead of files */
} ground;

static void begin(ground *self) {
    const mlops_host host = MLOPS_HOST_INIT;
    const mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    self->allocator = counting();
    self->host = host;
    self->host.allocator = &self->allocator;
    self->opts = opts;
    self->opts.host = &self->host;
    self->payloads = 0;
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

/* ---- loading ---- */

/* What a file of n bytes may take to be refused, or loaded. Sets of categories may be of that size,
 * and are there up to four times: in a buffer that doubles, in the plan, in the kernels' tables. */
static void check_peak(const char *what, size_t n, size_t times) {
    size_t most = most_memory;
    most_memory = 0;
    if (memory) fail_msg("%s: %zu bytes are lost", what, memory);
    if (most > times * (((size_t)64 << 20) + 64 * n))
        fail_msg("%s: %zu bytes for a file of %zu", what, most, n);
}

static mlops_status load(const ground *at, const char *what, const void *data, size_t n) {
    const size_t times = strcmp(what, "categories") == 0 ? 4 : 1;
    mlops_model *model;
    mlops_error error = {0};
    mlops_status status = at->payloads ? mlops__model_from_plan(&model, data, n, &at->host, &error)
                                       : mlops_model_parse(&model, data, n, &at->opts, &error);
    if (status && !error.message[0]) fail_msg("%s: no message", what);
    mlops_model_unref(model);
    check_peak(what, n, times);
    return status;
}

/* A chain of tests, each of the set of one category, whose bits take 2 MiB. */
static void sets_of_far_categories(void **state) {
    enum { TESTS = 300, NODES = 2 * TESTS + 1, SIZE = 1 << 16 };
    char *text = malloc(SIZE), *p = text;
    ground at;
    (void)state;
    assert_non_null(text);
    begin(&at);
#define LIST(name, n, value)                                                                       \
    p += sprintf(p, "\"" name "\":[");                                                             \
    for (int i = 0; i < (n); i++) p += sprintf(p, "%s%d", i ? "," : "", (int)(value));             \
    p += sprintf(p, "],")
    p += sprintf(p, "{\"learner\":{\"gradient_booster\":{\"model\":{\"tree_info\":[0],"
                    "\"trees\":[{");
    LIST("left_children", NODES, i % 2 || i == NODES - 1 ? -1 : i + 1);
    LIST("right_children", NODES, i % 2 || i == NODES - 1 ? -1 : i + 2);
    LIST("split_indices", NODES, 0);
    LIST("split_conditions", NODES, 1);
    LIST("default_left", NODES, 0);
    LIST("split_type", NODES, i % 2 == 0 && i < NODES - 1);
    LIST("categories", TESTS, 16777215);
    LIST("categories_nodes", TESTS, 2 * i);
    LIST("categories_segments", TESTS, i);
    LIST("categories_sizes", TESTS, 1);
    p += sprintf(p,
                 "\"tree_param\":{\"num_nodes\":\"%d\"}}]},\"name\":\"gbtree\"},"
                 "\"learner_model_param\":{\"base_score\":\"0\",\"num_class\":\"0\","
                 "\"num_feature\":\"1\"},\"objective\":{\"name\":\"reg:squarederror\"}},"
                 "\"version\":[1,7,4]}",
                 NODES);
    assert_true(p < text + SIZE);
    assert_int_equal(load(&at, "categories", text, (size_t)(p - text)), MLOPS_E_LIMIT);
    free(text);
}

/* Constants of constants: each node joins the one before it a hundred times. */
static void constants_of_constants(void **state) {
    bytes *fields = calloc(1, sizeof *fields), *content = calloc(1, sizeof *content);
    bytes node = {.n = 0}, tensor = {.n = 0};
    static const float zeros[2048];
    ground at;
    (void)state;
    assert_non_null(fields);
    assert_non_null(content);
    begin(&at);
    for (char name = 'a'; name < 'd'; name++) {
        node.n = 0;
        for (int i = 0; i < 100; i++) put_name(&node, 1, (char[]){name, 0});
        put_name(&node, 2, (char[]){(char)(name + 1), 0});
        put_name(&node, 4, "Concat");
        bytes axis = {.n = 0};
        put_name(&axis, 1, "axis");
        put_number(&axis, 3, 0);
        put_number(&axis, 20, 2);
        put_message(&node, 5, &axis);
        put_message(fields, 1, &node);
    }
    node.n = 0;
    begin_node(&node, "Abs", NULL, NULL);
    put_message(fields, 1, &node);
    put_number(&tensor, 1, 2048);
    put_number(&tensor, 2, 1);
    put_name(&tensor, 8, "a");
    put_field(&tensor, 9, zeros, sizeof zeros);
    put_message(fields, 5, &tensor);
    put_graph(content, fields);
    assert_int_equal(load(&at, "constants", content->data, content->n), MLOPS_OK);
    free(fields);
    free(content);
}

/* Trees of one split each. */
static void compile_stumps(mlops__buf *out, uint32_t n_trees) {
    const double base = 0.25;
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = 2;
    ir.n_groups = 1;
    ir.n_trees = n_trees;
    for (uint32_t i = 0; i < n_trees; i++) {
        const uint32_t first = 3 * i, group = 0;
        const mlops__ir_node nodes[3] = {{.value = i, .step = 1}, {.value = 1}, {.value = 2}};
        mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
        mlops__buf_put(&ir.firsts, &first, sizeof first);
        mlops__buf_put(&ir.groups, &group, sizeof group);
    }
    mlops__buf_put(&ir.base, &base, sizeof base);
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, out, NULL), MLOPS_OK);
    mlops__ir_free(&ir);
}

/* Steps of a graph that name one forest, each of which could be laid out by itself. */
static void steps_that_share_a_forest(void **state) {
    enum { TREES = 800, STEPS = 800 };
    const mlops__graph_dims rows[2] = {{0, 1}, {2, 0}}, one[2] = {{0, 1}, {1, 0}};
    mlops__graph_writer w;
    mlops__buf plan, payload;
    mlops_model *model;
    mlops_error error;
    ground at;
    double out;
    (void)state;
    begin(&at);
    compile_stumps(&plan, TREES);
    const int64_t size = (int64_t)plan.size;
    mlops__graph_writer_init(&w, &mlops__heap);
    uint32_t x = mlops__graph_writer_input(&w, "x", MLOPS__GRAPH_F32, 2, rows), y = 0;
    uint32_t forest = mlops__graph_writer_constant(&w, MLOPS__GRAPH_BYTES, 1, &size, plan.data);
    for (int i = 0; i < STEPS; i++) {
        y = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_F32, 2, one);
        mlops__graph_writer_step(&w, &(mlops__graph_step){.op = MLOPS__GRAPH_FOREST,
                                                          .inputs = (uint32_t[]){x, forest},
                                                          .n_inputs = 2,
                                                          .outputs = &y,
                                                          .n_outputs = 1});
    }
    mlops__graph_writer_output(&w, "y", y);
    mlops__buf_init(&payload, &mlops__heap);
    assert_int_equal(mlops__graph_writer_finish(&w, MLOPS__GRAPH_ROWS, &payload, NULL), 0);
    if (mlops__model_from_plan(&model, payload.data, payload.size, &at.host, &error))
        fail_msg("%s", error.message);
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL),
                     0);
    assert_int_equal(mlops_context_predict(context, (float[]){99.5f, 0}, 1, 2, &out, 1), 0);
    assert_true(out == 0.25 + TREES + 100); /* 100 thresholds are below */
    mlops_context_free(context);
    mlops_model_unref(model);
    mlops__graph_writer_free(&w);
    mlops__buf_free(&plan);
    check_peak("forests", payload.size, 1);
    mlops__buf_free(&payload);
}

/* Numbers in texts, and bytes, become as large as they can, one and two at a time. */
static void mutate(const ground *at, const char *what, const uint8_t *data, size_t n) {
    static const char *const numbers[] = {"2147483647", "4294967295", "65536",
                                          "16777215",   "268435456",  "99999999999"};
    static const char high[] = "\xff\xff\xff\x7f\0\0\0\0\xff\xff\xff\xff\x0f";
    uint8_t *copy = malloc(n + 16);
    assert_non_null(copy);
    size_t step = n / 400 + 1;
    for (size_t i = 0; i < n; i += step) {
        size_t digits = 0;
        while (i + digits < n && data[i + digits] >= '0' && data[i + digits] <= '9') digits++;
        for (int k = 0; digits && k < 6; k++) {
            size_t size = strlen(numbers[k]);
            memcpy(copy, data, i);
            memcpy(copy + i, numbers[k], size);
            memcpy(copy + i + size, data + i + digits, n - i - digits);
            (void)load(at, what, copy, n - digits + size);
        }
        for (size_t size = 1; size <= 8 && i + size <= n; size *= 2)
            for (size_t from = 0; from <= 8; from += 8) {
                memcpy(copy, data, n);
                memcpy(copy + i, high + from + (from || size > 4 ? 0 : 4 - size),
                       from && size > 5 ? 5 : size);
                (void)load(at, what, copy, n);
            }
    }
    free(copy);
}

static void announces_more_than_there_is(void **state) {
    static const char *const folders[] = {"xgb_json", "ubjson", "lgbm", "onnx",
                                          "bundle",   "plan",   "graph"};
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    ground at;
    int n_files = 0;
    (void)state;
    begin(&at);
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        char path[400];
        snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", root ? root : ".", folders[i]);
        at.payloads = strcmp(folders[i], "plan") == 0 || strcmp(folders[i], "graph") == 0;
        DIR *folder = opendir(path);
        if (!folder) fail_msg("%s is not there", path);
        for (struct dirent *file; (file = readdir(folder)) != NULL;) {
            static uint8_t data[1 << 14];
            char name[800];
            snprintf(name, sizeof name, "%s/%s", path, file->d_name);
            FILE *in = file->d_name[0] == '.' ? NULL : fopen(name, "rb");
            size_t n = in ? fread(data, 1, sizeof data, in) : 0;
            if (in) fclose(in);
            if (n == 0 || n == sizeof data) continue;
            mutate(&at, file->d_name, data, n);
            n_files++;
        }
        closedir(folder);
    }
    assert_true(n_files > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_bundles_of_gigabytes),
        cmocka_unit_test(fits_blocks_into_memory_max),
        cmocka_unit_test(bounds_rows_that_run_together),
        cmocka_unit_test(sets_of_far_categories),
        cmocka_unit_test(constants_of_constants),
        cmocka_unit_test(steps_that_share_a_forest),
        cmocka_unit_test(announces_more_than_there_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
