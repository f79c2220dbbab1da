/* Graphs: what the writer makes, opens and runs; memory is exactly what was told; what is damaged
 * is refused or stays inside (this test means most under AddressSanitizer). What operators compute
 * is held to NumPy by oracle_graph.py.
 */
#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/build/graph_forest.h"
#include "model/build/graph_write.h"
#include "model/build/ir.h"
#include "model/run/graph_step.h"
#include "sys/host.h"
#include "sys/io_test.h"

typedef mlops__graph_writer writer;

static const mlops__graph_dims ROWS[] = {{0, 1}, {2, 0}}, ROWS_ONE[] = {{0, 1}, {1, 0}};

static uint32_t step(writer *w, mlops__graph_operator op, const uint32_t *inputs, uint32_t n_inputs,
                     uint32_t output, const int64_t *ints, uint32_t n_ints) {
    const double zeros[] = {0.0, 0.0};
    uint32_t n_floats = op == MLOPS__GRAPH_UNARY ? 2 : 0;
    mlops__graph_writer_step(
        w, &(mlops__graph_step){op, inputs, n_inputs, &output, 1, ints, n_ints, zeros, n_floats});
    return output;
}

/* Trees of one split at 0.5 / t of feature 1: -1.5 below, 2 / t else; t is 1, 2, ... The sum begins
 * at 0.25. */
static void compile_forest(mlops__buf *out, int is_wide, uint32_t n_trees) {
    const double base = 0.25;
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = 2;
    ir.n_groups = 1;
    ir.n_trees = n_trees;
    ir.f64 = is_wide;
    for (uint32_t i = 0; i < n_trees; i++) {
        const float t = (float)i + 1;
        const uint32_t first = 3 * i, group = 0;
        mlops__ir_node nodes[3] = {{.value = (double)(0.5f / t), .feature = 1, .step = 1}};
        nodes[0].left_missing = 1;
        nodes[1].value = -1.5;
        nodes[2].value = (double)(2.0f / t);
        mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
        mlops__buf_put(&ir.firsts, &first, sizeof first);
        mlops__buf_put(&ir.groups, &group, sizeof group);
    }
    mlops__buf_put(&ir.base, &base, sizeof base);
    strcpy(ir.format, "test 1");
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, out, NULL), MLOPS_OK);
    mlops__ir_free(&ir);
}

/* y = forest(x), label and scores of it, and the length of a text that stands for it. */
static mlops_status write_graph(mlops__buf *out, const mlops_allocator *allocator, int is_wide,
                                uint32_t n_trees) {
    const int64_t classify[] = {MLOPS__LABEL_ZERO, MLOPS__PAIR_OPPOSITE, MLOPS__POST_NONE};
    const int64_t nearest = MLOPS__ROUND_NEAREST;
    mlops__graph_dtype dtype = is_wide ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_F32;
    mlops__buf plan;
    writer w;
    compile_forest(&plan, is_wide, n_trees);
    int64_t size = (int64_t)plan.size;
    mlops__graph_writer_init(&w, allocator);
    uint32_t x = mlops__graph_writer_input(&w, "x", dtype, 2, ROWS);
    uint32_t forest = mlops__graph_writer_constant(&w, MLOPS__GRAPH_BYTES, 1, &size, plan.data);
    uint32_t both[] = {x, forest}, margins, single, scores[2], text;
    margins = mlops__graph_writer_temporary(&w, dtype, 2, ROWS_ONE);
    single = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_F32, 2, ROWS_ONE);
    scores[0] = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_I64, 1, ROWS);
    scores[1] = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_F32, 2, ROWS);
    text = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_TEXT, 2, ROWS);
    step(&w, MLOPS__GRAPH_FOREST, both, 2, margins, NULL, 0);
    step(&w, MLOPS__GRAPH_CAST, &margins, 1, single, &nearest, 1);
    mlops__graph_writer_step(&w, &(mlops__graph_step){MLOPS__GRAPH_CLASSIFY, &single, 1, scores, 2,
                                                      classify, 3, NULL, 0});
    step(&w, MLOPS__GRAPH_CAST, &scores[1], 1, text, &nearest, 1);
    mlops__graph_writer_output(&w, "label", scores[0]);
    mlops__graph_writer_output(&w, "text", text);
    mlops__graph_writer_output(&w, "margin", margins);
    mlops__buf_init(out, allocator);
    mlops_status status = mlops__graph_writer_finish(&w, MLOPS__GRAPH_ROWS, out, NULL);
    mlops__graph_writer_free(&w);
    mlops__buf_free(&plan);
    return status;
}

typedef struct place {
    void *mem;
    size_t size;
    mlops__graph graph;
    mlops__graph_run *run;
} place;

static void open_run(place *p, const mlops__buf *bytes, int64_t rows, size_t texts) {
    mlops_error error = {0};
    if (mlops__graph_open(&p->graph, bytes->data, bytes->size, &error))
        fail_msg("%s", error.message);
    p->size = mlops__graph_size(&p->graph, rows, texts);
    p->mem = mlops__alloc_aligned(&mlops__heap, p->size, MLOPS__GRAPH_ALIGN);
    assert_non_null(p->mem);
    assert_int_equal(mlops__graph_init(&p->run, p->mem, p->size - 1, &p->graph, rows, texts),
                     MLOPS_E_ARENA);
    assert_int_equal(mlops__graph_init(&p->run, p->mem, p->size, &p->graph, rows, texts), MLOPS_OK);
}

static void close_run(place *p) {
    mlops__free_aligned(&mlops__heap, p->mem, p->size, MLOPS__GRAPH_ALIGN);
}

static void runs_a_forest(void **state) {
    (void)state;
    static const float rows[] = {0, 0.5f, 9, 0.25f, 3, __builtin_nanf("")};
    static const double wide[] = {0, 0.5, 9, 0.25, 3, __builtin_nan("")};
    static const int64_t labels[] = {1, 0, 0};
    static const char *const texts[] = {"-2.25", "2.25", "1.25", "-1.25", "1.25", "-1.25"};
    for (int is_wide = 0; is_wide < 2; is_wide++) {
        mlops__buf bytes;
        assert_int_equal(write_graph(&bytes, &mlops__heap, is_wide, 1), MLOPS_OK);
        place p;
        open_run(&p, &bytes, 3, 100);
        assert_int_equal(p.graph.flags, MLOPS__GRAPH_ROWS);
        assert_string_equal(mlops__graph_input_name(&p.graph, 0), "x");
        assert_string_equal(mlops__graph_output_name(&p.graph, 1), "text");
        assert_int_equal(mlops__graph_bind(p.run, 0, is_wide ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_F32,
                                           is_wide ? (const void *)wide : (const void *)rows),
                         MLOPS_OK);
        for (int64_t n = 3; n >= 0; n--) {
            assert_int_equal(mlops__graph_run_rows(p.run, n, NULL), MLOPS_OK);
            mlops__graph_view label = mlops__graph_result(p.run, 0);
            mlops__graph_view text = mlops__graph_result(p.run, 1);
            assert_int_equal(label.dims[0], n);
            assert_int_equal(text.dims[1], 2);
            assert_memory_equal(label.data, labels, (size_t)n * 8);
            for (int64_t i = 0; i < 2 * n; i++) {
                const mlops__graph_text *t = (const mlops__graph_text *)text.data + i;
                assert_int_equal(t->n, strlen(texts[i]));
                assert_memory_equal(t->bytes, texts[i], t->n);
            }
        }
        close_run(&p);
        mlops__buf_free(&bytes);
    }
}

/* Rows through the kernels of every level, in blocks and alone, against the plan. */
static void runs_forests_through_kernels(void **state) {
    enum { N = 150, TREES = 300 };
    static float rows[2 * N];
    static double wide[2 * N], expected[2][N];
    static const mlops_cpu levels[] = {MLOPS_CPU_SCALAR, MLOPS_CPU_AVX2, MLOPS_CPU_AVX512};
    (void)state;
    for (int i = 0; i < 2 * N; i++) {
        rows[i] = i % 14 == 1 ? __builtin_nanf("") : (float)((i * 37) % 101) / 200.0f;
        wide[i] = (double)rows[i];
    }
    for (int k = 0; k < 8; k++) {
        int is_wide = k & 1;
        mlops__graph_dtype dtype = is_wide ? MLOPS__GRAPH_F64 : MLOPS__GRAPH_F32;
        mlops__graph_forests *forests = NULL;
        mlops__arena arena;
        mlops__buf bytes;
        void *mem = NULL;
        place p;
        assert_int_equal(write_graph(&bytes, &mlops__heap, is_wide, TREES), MLOPS_OK);
        open_run(&p, &bytes, N, 1 << 16);
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        if (k >= 2) {
            mlops_cpu level = mlops_cpu_level(levels[k / 2 - 1]);
            int is_best = level == MLOPS_CPU_AVX512;
            assert_int_equal(mlops__graph_forests_tune(&forests, &p.graph, mlops__kern_for(level),
                                                       is_best, &arena, &mlops__heap, NULL),
                             MLOPS_OK);
            assert_non_null(forests);
            mem = mlops__alloc_aligned(&mlops__heap, mlops__graph_forests_room(forests), 64);
            mlops__graph_forests_use(forests, p.run, mem);
        }
        assert_int_equal(mlops__graph_bind(p.run, 0, dtype, is_wide ? (void *)wide : (void *)rows),
                         MLOPS_OK);
        for (int64_t n = N; n > 0; n -= n > 64 ? 43 : 21) {
            assert_int_equal(mlops__graph_run_rows(p.run, n, NULL), MLOPS_OK);
            mlops__graph_view margin = mlops__graph_result(p.run, 2);
            if (k < 2 && n == N) memcpy(expected[is_wide], margin.data, N * (is_wide ? 8 : 4));
            assert_memory_equal(margin.data, expected[is_wide], (size_t)n * (is_wide ? 8 : 4));
        }
        if (mem) mlops__free_aligned(&mlops__heap, mem, mlops__graph_forests_room(forests), 64);
        mlops__arena_free(&arena);
        close_run(&p);
        mlops__buf_free(&bytes);
    }
    assert_int_equal(mlops__graph_forests_room(NULL), 0);
}

/* A context is handed floats, doubles, and floats elsewhere: each call reads its own. */
static void reads_the_rows_of_each_call(void **state) {
    enum { N = 130 };
    static float rows[2 * N], others[2 * N];
    static double wide[2 * N], first[N], second[N], third[N];
    char path[4096];
    mlops_model *model;
    mlops_context *context;
    mlops_error error;
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    (void)state;
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/onnx/tree.onnx", root ? root : ".");
    if (mlops_model_load(&model, path, NULL, &error)) fail_msg("%s", error.message);
    assert_int_equal(mlops_model_n_features(model), 2);
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_PREDICTION, NULL, NULL),
                     0);
    for (int i = 0; i < 2 * N; i++) {
        rows[i] = (float)(i * 37 % 41) / 4.0f - 5.0f;
        others[2 * N - 1 - i] = rows[i];
        wide[i] = (double)rows[i];
    }
    assert_int_equal(mlops_context_predict(context, rows, N, 2, first, 1), 0);
    assert_int_equal(mlops_context_predict_f64(context, wide, N, 2, second, 1), 0);
    assert_memory_equal(first, second, sizeof first);
    assert_int_equal(mlops_context_predict(context, others, N, 2, third, 1), 0);
    for (int i = 0; i < N; i++) {
        double alone;
        assert_int_equal(mlops_model_predict(model, others + 2 * i, 1, 2, &alone, 1), 0);
        assert_true(alone == third[i]);
    }
    assert_memory_not_equal(first, third, sizeof first);
    mlops_context_free(context);
    mlops_model_unref(model);
}

static void refuses_misuse(void **state) {
    (void)state;
    static const float rows[] = {0, 0.5f, 9, 0.25f};
    mlops__buf bytes;
    mlops_error error;
    assert_int_equal(write_graph(&bytes, &mlops__heap, 0, 1), MLOPS_OK);
    place p;
    open_run(&p, &bytes, 2, 12);
    assert_int_equal(mlops__graph_run_rows(p.run, 1, &error), MLOPS_E_INVALID);
    assert_string_equal(error.message, "graph: input \"x\" is not bound");
    assert_int_equal(mlops__graph_bind(p.run, 0, MLOPS__GRAPH_F64, rows), MLOPS_E_INVALID);
    assert_int_equal(mlops__graph_bind(p.run, 1, MLOPS__GRAPH_F32, rows), MLOPS_E_INVALID);
    assert_int_equal(mlops__graph_bind(p.run, 0, MLOPS__GRAPH_F32, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops__graph_bind(p.run, 0, MLOPS__GRAPH_F32, rows), MLOPS_OK);
    assert_int_equal(mlops__graph_run_rows(p.run, 3, &error), MLOPS_E_INVALID);
    assert_int_equal(mlops__graph_run_rows(p.run, -1, &error), MLOPS_E_INVALID);
    assert_int_equal(mlops__graph_run_rows(p.run, 1, &error), MLOPS_OK);
    assert_int_equal(mlops__graph_run_rows(p.run, 2, &error), MLOPS_E_ARENA); /* 19 of 12 bytes */
    assert_non_null(strstr(error.message, "no room for a text"));
    assert_null(mlops__graph_result(p.run, 0).data);
    assert_int_equal(mlops__graph_run_rows(p.run, 1, &error), MLOPS_OK);
    assert_non_null(mlops__graph_result(p.run, 0).data);
    assert_null(mlops__graph_result(p.run, 3).data);
    assert_int_equal(mlops__graph_size(&p.graph, -1, 0), 0);
    assert_int_equal(mlops__graph_size(&p.graph, INT64_MAX, 0), 0);
    assert_int_equal(mlops__graph_size(&p.graph, 1, SIZE_MAX), 0);
    assert_int_equal(mlops__graph_open(&p.graph, bytes.data + 4, bytes.size - 4, &error),
                     MLOPS_E_INVALID);
    close_run(&p);
    mlops__buf_free(&bytes);
}

static void survives_damage(void **state) {
    (void)state;
    static const float rows[4] = {0, 0.5f, 9, 0.25f};
    mlops__buf bytes;
    size_t refused = 0, tried = 0;
    assert_int_equal(write_graph(&bytes, &mlops__heap, 0, 1), MLOPS_OK);
    uint8_t *copy = mlops__alloc_aligned(&mlops__heap, bytes.size, 64);
    for (size_t i = 0; i < 8 * bytes.size; i++) {
        mlops__graph graph;
        mlops__graph_run *run;
        mlops_error error = {0};
        memcpy(copy, bytes.data, bytes.size);
        copy[i / 8] ^= (uint8_t)(1u << i % 8);
        tried++;
        if (mlops__graph_open(&graph, copy, bytes.size, &error)) {
            assert_true(error.message[0] && error.code);
            refused++;
            continue;
        }
        size_t size = mlops__graph_size(&graph, 2, 100);
        if (size == 0 || size > 1 << 20) continue;
        void *mem = mlops__alloc_aligned(&mlops__heap, size, MLOPS__GRAPH_ALIGN);
        assert_int_equal(mlops__graph_init(&run, mem, size, &graph, 2, 100), MLOPS_OK);
        uint32_t x = mlops__graph_input(&graph, 0);
        int64_t n_rows = mlops__graph_dim(&graph, x, 0, 1);
        if (n_rows <= 2 && mlops__graph_dim(&graph, x, 1, 1) <= 2 &&
            mlops__graph_bind(run, 0, MLOPS__GRAPH_F32, rows) == MLOPS_OK)
            (void)mlops__graph_run_rows(run, 1, &error);
        mlops__free_aligned(&mlops__heap, mem, size, MLOPS__GRAPH_ALIGN);
    }
    assert_true(refused > tried / 2);
    for (size_t n = 0; n < bytes.size; n++) {
        mlops__graph graph;
        mlops_error error;
        memcpy(copy, bytes.data, n);
        assert_int_not_equal(mlops__graph_open(&graph, copy, n, &error), MLOPS_OK);
    }
    mlops__free_aligned(&mlops__heap, copy, bytes.size, 64);
    mlops__buf_free(&bytes);
}

/* A text read where numbers stand would be an address of anyone's choice. */
static void reads_only_what_a_slot_holds(void **state) {
    (void)state;
    mlops__buf bytes;
    mlops_error error;
    static const float rows[2] = {0.5f, 0.5f};
    assert_int_equal(write_graph(&bytes, &mlops__heap, 0, 1), MLOPS_OK);
    place p;
    open_run(&p, &bytes, 1, 100);
    uint32_t n = p.graph.n_values;
    size_t at = (size_t)(p.graph.values - bytes.data);
    for (uint32_t i = 0; i < n; i++) { /* all in the first slot */
        uint8_t *value = bytes.data + at + 16 * (size_t)i;
        if (value[1] == MLOPS__GRAPH_TEMPORARY) memset(value + 8, 0, 8);
    }
    memset(bytes.data + 20, 0, 4);
    bytes.data[20] = 1;
    close_run(&p);
    open_run(&p, &bytes, 1, 100);
    assert_int_equal(mlops__graph_bind(p.run, 0, MLOPS__GRAPH_F32, rows), MLOPS_OK);
    assert_int_equal(mlops__graph_run_rows(p.run, 1, &error), MLOPS_E_CORRUPT);
    assert_non_null(strstr(error.message, "share a slot"));
    close_run(&p);
    mlops__buf_free(&bytes);
}

static void cuts_by_an_expression(void **state) {
    (void)state;
    static const mlops__graph_text text = {"Caf\xc3\xa9 au lait, 12.50", 20}, pad = {"", 0};
    static const char *const expected[] = {"Caf\xc3\xa9", "au", "lait", "12", "50"};
    const int64_t one = 1, ints[] = {0, 2};
    const mlops__graph_dims d1[] = {{1, 0}, {8, 0}};
    mlops__buf expression, bytes;
    uint32_t states;
    mlops_error error;
    writer w;
    mlops__buf_init(&expression, &mlops__heap);
    assert_int_equal(mlops__graph_expression(&expression, &states, "[", 1, &error), MLOPS_E_PARSE);
    assert_int_equal(mlops__graph_expression(&expression, &states, "\\ba", 3, &error),
                     MLOPS_E_UNSUPPORTED);
    assert_int_equal(expression.size, 0);
    assert_int_equal(
        mlops__graph_expression(&expression, &states, "[a-zA-Z\\x{e9}0-9]{1,9}|Z+", 24, &error),
        MLOPS_E_PARSE);
    assert_int_equal(
        mlops__graph_expression(&expression, &states, "[a-zA-Z\xc3\xa9]+|[0-9]{1,9}", 22, &error),
        MLOPS_OK);
    int64_t size = (int64_t)expression.size;
    mlops__graph_dims room = {5 * states + 2 + MLOPS__GRAPH_TOKEN_WORDS, 0};
    mlops__graph_writer_init(&w, &mlops__heap);
    uint32_t inputs[3], outputs[2];
    inputs[0] = mlops__graph_writer_input(&w, "x", MLOPS__GRAPH_TEXT, 1, d1);
    inputs[1] = mlops__graph_writer_constant(&w, MLOPS__GRAPH_BYTES, 1, &size, expression.data);
    inputs[2] = mlops__graph_writer_constant(&w, MLOPS__GRAPH_TEXT, 1, &one, &pad);
    outputs[0] = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_TEXT, 2, d1);
    outputs[1] = mlops__graph_writer_temporary(&w, MLOPS__GRAPH_I32, 1, &room);
    mlops__graph_writer_step(
        &w, &(mlops__graph_step){MLOPS__GRAPH_TOKENIZE, inputs, 3, outputs, 2, ints, 2, NULL, 0});
    mlops__graph_writer_output(&w, "y", outputs[0]);
    mlops__buf_init(&bytes, &mlops__heap);
    assert_int_equal(mlops__graph_writer_finish(&w, 0, &bytes, NULL), MLOPS_OK);
    place p;
    open_run(&p, &bytes, 1, 0);
    assert_int_equal(mlops__graph_bind(p.run, 0, MLOPS__GRAPH_TEXT, &text), MLOPS_OK);
    assert_int_equal(mlops__graph_run_rows(p.run, 1, &error), MLOPS_OK);
    mlops__graph_view view = mlops__graph_result(p.run, 0);
    assert_int_equal(view.dims[1], 5);
    for (size_t i = 0; i < 5; i++) {
        const mlops__graph_text *token = (const mlops__graph_text *)view.data + i;
        assert_int_equal(token->n, strlen(expected[i]));
        assert_memory_equal(token->bytes, expected[i], token->n);
    }
    close_run(&p);
    mlops__graph_writer_free(&w);
    mlops__buf_free(&bytes);
    mlops__buf_free(&expression);
}

static void writes_or_says_out_of_memory(void **state) {
    (void)state;
    int done = 0;
    for (int64_t i = 1; !done; i++) {
        mlops__alloc_fault fault;
        mlops__buf bytes;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = i;
        mlops_status status = write_graph(&bytes, &fault.table, 0, 1);
        assert_true(status == MLOPS_OK || status == MLOPS_E_NOMEM);
        mlops__buf_free(&bytes);
        assert_int_equal(fault.n_live, 0);
        done = status == MLOPS_OK;
        assert_true(i < 1000);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_a_forest),
        cmocka_unit_test(runs_forests_through_kernels),
        cmocka_unit_test(reads_the_rows_of_each_call),
        cmocka_unit_test(refuses_misuse),
        cmocka_unit_test(survives_damage),
        cmocka_unit_test(reads_only_what_a_slot_holds),
        cmocka_unit_test(cuts_by_an_expression),
        cmocka_unit_test(writes_or_says_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
