/* Plans: what compiling writes, opening accepts; what is damaged is refused with its place, or at
 * least walks inside its bytes (this test means most under AddressSanitizer).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "model/build/ir.h"
#include "model/run/plan.h"
#include "sys/host.h"

/* Two trees, feature names, node numbers, a category set. wide adds a node of a high feature. */
static void compile(mlops__buf *out, int wide) {
    const mlops__ir_node nodes[] = {
        {.value = 2.5f, .feature = 1, .step = 1, .number = 0, .left_missing = 1},
        {.value = -1.0f, .number = 5},
        {.feature = wide ? 99999 : 0, .step = 1, .number = 6, .is_set = 1},
        {.value = 8.0f, .number = 7},
        {.value = 16.0f, .number = 9},
        {.value = 0.5f},
    };
    const uint32_t firsts[] = {0, 5}, groups[] = {1, 0}, words[] = {2, 1u << 3, 1};
    const float base[] = {0.25f, 100.0f};
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = wide ? 100000 : 2;
    ir.n_groups = ir.n_trees = 2;
    ir.link = MLOPS__LINK_SOFTMAX;
    mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
    mlops__buf_put(&ir.firsts, firsts, sizeof firsts);
    mlops__buf_put(&ir.groups, groups, sizeof groups);
    mlops__buf_put(&ir.words, words, sizeof words);
    mlops__buf_put(&ir.base, base, sizeof base);
    if (!wide) mlops__buf_put(&ir.names, "a\0b", 4);
    ir.n_names = wide ? 0 : 2;
    strcpy(ir.format, "test 1");
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, out, NULL), MLOPS_OK);
    mlops__ir_free(&ir);
}

static void opens_what_was_compiled(void **state) {
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        mlops__buf bytes;
        mlops__plan plan;
        mlops_error error = {0};
        compile(&bytes, wide);
        if (mlops__plan_open(&plan, bytes.data, bytes.size, &error)) fail_msg("%s", error.message);
        assert_int_equal(plan.flags & MLOPS__PLAN_WIDE, wide ? MLOPS__PLAN_WIDE : 0);
        assert_int_equal(plan.depth, 2);
        assert_int_equal(plan.n_trees, 2);
        assert_int_equal(mlops__plan_width(&plan), 2);
        float *row = calloc(plan.n_features, sizeof *row), margins[2];
        assert_non_null(row);
        float *category = &row[wide ? 99999 : 0];
        row[1] = 2.5f; /* not below: right */
        *category = 3.0f;
        mlops__plan_margin(&plan, row, margins);
        assert_true(margins[0] == 0.75f && margins[1] == 116.0f);
        assert_int_equal(mlops__plan_leaf(&plan, row, 0), 9);
        *category = 32.0f;
        assert_int_equal(mlops__plan_leaf(&plan, row, 0), 9);
        *category = 64.0f;
        assert_int_equal(mlops__plan_leaf(&plan, row, 0), 7);
        *category = 4.0f;
        assert_int_equal(mlops__plan_leaf(&plan, row, 0), 7);
        row[1] = 2.0f;
        assert_int_equal(mlops__plan_leaf(&plan, row, 0), 5);
        if (!wide) assert_string_equal(mlops__plan_name(&plan, 1), "b");
        assert_null(mlops__plan_name(&plan, plan.n_features));
        free(row);
        mlops__buf_free(&bytes);
    }
}

/* Whatever opens is walked with rows of both kinds. */
static void walk_all(const mlops__plan *plan) {
    float *row = calloc(plan->n_features, sizeof *row);
    float *margins = calloc(plan->n_groups, sizeof *margins);
    double *out = calloc(plan->n_groups, sizeof *out);
    assert_true(row && margins && out);
    for (int kind = 0; kind < 3; kind++) {
        for (uint32_t i = 0; i < plan->n_features; i++) row[i] = kind ? 4.0f * (float)kind : -9.0f;
        mlops__plan_predict(plan, row, margins, out);
        for (uint32_t t = 0; t < plan->n_trees; t++) (void)mlops__plan_leaf(plan, row, t);
    }
    if (plan->names) assert_non_null(mlops__plan_name(plan, plan->n_features - 1));
    free(row);
    free(margins);
    free(out);
}

/* Each bit of the plan flipped. Most flips are refused; the others change a value. */
static void survives_every_flip(void **state) {
    (void)state;
    for (int wide = 0; wide < 2; wide++) {
        mlops__buf bytes;
        compile(&bytes, wide);
        uint8_t *exact = malloc(bytes.size);
        assert_non_null(exact);
        for (size_t bit = 0; bit < 8 * bytes.size; bit++) {
            mlops__plan plan;
            mlops_error error = {0};
            memcpy(exact, bytes.data, bytes.size);
            exact[bit / 8] ^= (uint8_t)(1u << bit % 8);
            mlops_status status = mlops__plan_open(&plan, exact, bytes.size, &error);
            if (status == MLOPS_OK && plan.n_features < 1000000) walk_all(&plan);
            if (status) assert_true(error.message[0] != 0 && error.code == status);
            if (status) assert_true(status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
        }
        free(exact);
        mlops__buf_free(&bytes);
    }
}

static void refuses_every_prefix_and_tail(void **state) {
    (void)state;
    mlops__buf bytes;
    mlops__plan plan;
    mlops_error error;
    compile(&bytes, 0);
    for (size_t n = 0; n < bytes.size; n++) {
        uint8_t *part = malloc(n + 1);
        assert_non_null(part);
        memcpy(part, bytes.data, n);
        assert_int_equal(mlops__plan_open(&plan, part, n, &error), MLOPS_E_CORRUPT);
        free(part);
    }
    size_t n = bytes.size;
    mlops__buf_u8(&bytes, 0);
    assert_int_equal(mlops__plan_open(&plan, bytes.data, n + 1, &error), MLOPS_E_CORRUPT);
    assert_int_equal(error.offset, n);
    assert_non_null(strstr(error.message, "goes on behind its end"));
    mlops__buf_free(&bytes);
}

static void names_what_is_wrong(void **state) {
    (void)state;
    enum { BASE = 64, TREES = 72, NODES = 88, NODE = 8 };
    const struct {
        size_t at;
        uint32_t value;
        size_t width;
        mlops_status status;
        const char *message;
    } cases[] = {
        {0, 0, 4, MLOPS_E_CORRUPT, "letters PLAN"},
        {4, 2, 2, MLOPS_E_UNSUPPORTED, "version 2"},
        {6, 0x100, 2, MLOPS_E_UNSUPPORTED, "unknown flags 100"},
        {8, 99, 4, MLOPS_E_UNSUPPORTED, "unknown link function 99"},
        {12, 0, 4, MLOPS_E_CORRUPT, "number of features"},
        {16, 65537, 4, MLOPS_E_CORRUPT, "number of groups"},
        {20, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {24, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {28, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {32, 1, 4, MLOPS_E_CORRUPT, "depth is not that of its trees"},
        {36, 0, 4, MLOPS_E_CORRUPT, "names and their flag disagree"},
        {44, 1, 4, MLOPS_E_CORRUPT, "reserved"},
        {BASE, 0x7f800000, 4, MLOPS_E_CORRUPT, "base margin is not finite"},
        {TREES, 1, 4, MLOPS_E_CORRUPT, "out of order"},
        {TREES + 8, 0, 4, MLOPS_E_CORRUPT, "out of order"},
        {TREES + 8, 7, 4, MLOPS_E_CORRUPT, "out of order"},
        {TREES + 8, 3, 4, MLOPS_E_CORRUPT, "breadth-first order"},
        {TREES + 4, 2, 4, MLOPS_E_CORRUPT, "a group that is not there"},
        {NODES, 0x7fc00000, 4, MLOPS_E_CORRUPT, "value of node 0 is not a number"},
        {NODES + 4, 2, 2, MLOPS_E_CORRUPT, "node 0 tests feature 2 of 2"},
        {NODES + 6, 2, 2, MLOPS_E_CORRUPT, "children of node 0"},
        {NODES + 6, 0, 2, MLOPS_E_CORRUPT, "leaf 0 has marks of a test"},
        {NODES + NODE, 0x7f800000, 4, MLOPS_E_CORRUPT, "value of node 1 is not a number"},
        {NODES + NODE + 6, 1, 2, MLOPS_E_CORRUPT, "children of node 1"},
        {NODES + 2 * NODE, 3, 4, MLOPS_E_CORRUPT, "category set of node 2"},
        {NODES + 2 * NODE, 1, 4, MLOPS_E_CORRUPT, "category set of node 2"},
        {NODES + 2 * NODE + 6, 0x4000, 2, MLOPS_E_CORRUPT, "children of node 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops__buf bytes;
        mlops__plan plan;
        mlops_error error = {0};
        compile(&bytes, 0);
        for (size_t k = 0; k < cases[i].width; k++)
            bytes.data[cases[i].at + k] = (uint8_t)(cases[i].value >> 8 * k);
        mlops_status status = mlops__plan_open(&plan, bytes.data, bytes.size, &error);
        if (status != cases[i].status || !strstr(error.message, cases[i].message))
            fail_msg("%s: %d %s", cases[i].message, (int)status, error.message);
        mlops__buf_free(&bytes);
    }
}

static void links_are_exact_at_the_edges(void **state) {
    (void)state;
    double out[3];
    float margin = -200.0f;
    mlops__link_apply(MLOPS__LINK_SIGMOID, &margin, 1, out);
    assert_true(out[0] == (double)3.006636e-39f); /* where XGBoost stops */
    margin = 200.0f;
    mlops__link_apply(MLOPS__LINK_SIGMOID, &margin, 1, out);
    assert_true(out[0] == 1.0);
    margin = 0.0f;
    mlops__link_apply(MLOPS__LINK_HINGE, &margin, 1, out);
    assert_true(out[0] == 0.0);
    float equal[3] = {1.0f, 5.0f, 5.0f};
    mlops__link_apply(MLOPS__LINK_ARGMAX, equal, 3, out);
    assert_true(out[0] == 1.0);
    float same[3] = {3e38f, 3e38f, 3e38f};
    mlops__link_apply(MLOPS__LINK_SOFTMAX, same, 3, out);
    for (int i = 0; i < 3; i++) assert_true(out[i] == (double)(1.0f / 3.0f));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_was_compiled),       cmocka_unit_test(survives_every_flip),
        cmocka_unit_test(refuses_every_prefix_and_tail), cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(links_are_exact_at_the_edges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
