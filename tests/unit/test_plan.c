/* Plans: what compiling writes, opening accepts; what is damaged is refused with its place, or at
 * least walks inside its bytes (this test means most under AddressSanitizer).
 */
#include <math.h>
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

enum { NARROW, WIDE, DOUBLE, TYPES };

/* Two trees, feature names, node numbers, a category set. WIDE adds a node of a high feature. */
static void compile(mlops__buf *out, int type) {
    int wide = type == WIDE;
    const mlops__ir_node nodes[] = {
        {.value = 2.5, .feature = 1, .step = 1, .number = 0, .left_missing = 1, .cover = 10},
        {.value = -1.0, .number = 5, .cover = 4},
        {.feature = wide ? 99999 : 0,
         .step = 1,
         .number = 6,
         .special = 1,
         .is_special = 1,
         .cover = 6},
        {.value = 8.0, .number = 7, .cover = 5.5},
        {.value = 16.0, .number = 9, .cover = 0.5},
        {.value = 0.5},
    };
    const uint32_t firsts[] = {0, 5}, groups[] = {1, 0};
    const uint32_t words[] = {2, MLOPS__SPECIAL_SET, 2, 1u << 3, 1};
    const double base[] = {0.25, 100.0};
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = wide ? 100000 : 2;
    ir.n_groups = ir.n_trees = 2;
    ir.f64 = type == DOUBLE;
    ir.link = ir.f64 ? MLOPS__LINK_SOFTMAX_F64 : MLOPS__LINK_SOFTMAX;
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

/* Margins of a row, which is given to the plan as floats or as doubles. */
static void margins_of(const mlops__plan *plan, const float *row, int widened, double *out) {
    double *values = calloc(plan->n_features, sizeof *values), sums[2];
    assert_non_null(values);
    for (uint32_t i = 0; i < plan->n_features; i++) values[i] = (double)row[i];
    mlops__row given = {widened ? NULL : row, widened ? values : NULL};
    mlops__plan_margin(plan, given, (mlops__sums){.any = sums});
    for (uint32_t g = 0; g < plan->n_groups; g++) {
        float value;
        memcpy(&value, (char *)sums + 4 * g, sizeof value);
        out[g] = plan->flags & MLOPS__PLAN_F64 ? sums[g] : (double)value;
    }
    free(values);
}

static uint32_t leaf_of(const mlops__plan *plan, const float *row) {
    return mlops__plan_leaf(plan, (mlops__row){.f32 = row}, 0);
}

static void opens_what_was_compiled(void **state) {
    (void)state;
    for (int type = 0; type < TYPES; type++) {
        int wide = type == WIDE;
        mlops__buf bytes;
        mlops__plan plan;
        mlops_error error = {0};
        compile(&bytes, type);
        if (mlops__plan_open(&plan, bytes.data, bytes.size, &error)) fail_msg("%s", error.message);
        assert_int_equal(plan.flags & MLOPS__PLAN_WIDE, wide ? MLOPS__PLAN_WIDE : 0);
        assert_int_equal(plan.depth, 2);
        assert_int_equal(plan.n_trees, 2);
        assert_non_null(plan.covers);
        assert_true(mlops__plan_cover(&plan, 0) == 10 && mlops__plan_cover(&plan, 4) == 0.5);
        assert_int_equal(mlops__plan_width(&plan), 2);
        float *row = calloc(plan.n_features, sizeof *row);
        assert_non_null(row);
        float *category = &row[wide ? 99999 : 0];
        row[1] = 2.5f; /* not below: right */
        *category = 3.0f;
        for (int widened = 0; widened < 2; widened++) {
            double margins[2];
            margins_of(&plan, row, widened, margins);
            assert_true(margins[0] == 0.75 && margins[1] == 116.0);
        }
        assert_int_equal(leaf_of(&plan, row), 9);
        *category = 32.0f;
        assert_int_equal(leaf_of(&plan, row), 9);
        *category = 64.0f;
        assert_int_equal(leaf_of(&plan, row), 7);
        *category = 4.0f;
        assert_int_equal(leaf_of(&plan, row), 7);
        row[1] = 2.0f;
        assert_int_equal(leaf_of(&plan, row), 5);
        if (!wide) assert_string_equal(mlops__plan_name(&plan, 1), "b");
        assert_null(mlops__plan_name(&plan, plan.n_features));
        free(row);
        mlops__buf_free(&bytes);
    }
}

static void put_words(mlops__ir *ir, uint32_t kind, uint32_t n) {
    const uint32_t words[] = {kind, n};
    mlops__buf_put(&ir->words, words, sizeof words);
}

static void put_number(mlops__ir *ir, double value) {
    float single = (float)value;
    if (ir->f64) mlops__ir_word_f64(ir, value);
    else mlops__buf_put(&ir->words, &single, sizeof single);
}

/* One tree of two tests and three leaves, the last a vector for both groups: is the first feature
 * 1.5 or 4, and then, of doubles, is the second below -1, 0 being missing. A row of doubles has a
 * linear leaf of both features besides. */
static void compile_specials(mlops__buf *out, int f64) {
    const uint32_t zero = 0, vector = f64 ? 9 : 4, linear = 14;
    mlops__ir_node nodes[] = {
        {.step = 1, .is_special = 1},
        {.number = 1, .feature = 1, .step = 2, .value = -1.0},
        {.number = 2, .special = vector, .is_special = 1},
        {.number = 3, .value = 8.0},
        {.number = 4, .value = 16.0},
    };
    if (f64) {
        nodes[1].special = 6;
        nodes[3].special = linear;
        nodes[1].is_special = nodes[3].is_special = 1;
    }
    const double base[] = {1.0, 2.0};
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = ir.n_groups = 2;
    ir.n_trees = 1;
    ir.f64 = f64;
    mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
    mlops__buf_put(&ir.firsts, &zero, sizeof zero);
    mlops__buf_put(&ir.groups, &zero, sizeof zero);
    mlops__buf_put(&ir.base, base, sizeof base);
    put_words(&ir, MLOPS__SPECIAL_MEMBER, 2);
    put_number(&ir, 1.5);
    put_number(&ir, 4.0);
    if (f64) {
        const uint32_t kind = MLOPS__SPECIAL_ZERO;
        mlops__buf_put(&ir.words, &kind, sizeof kind);
        put_number(&ir, -1.0);
    }
    const uint32_t kind = MLOPS__SPECIAL_VECTOR;
    mlops__buf_put(&ir.words, &kind, sizeof kind);
    put_number(&ir, 0.25);
    put_number(&ir, 0.5);
    if (f64) {
        put_words(&ir, MLOPS__SPECIAL_LINEAR, 2);
        put_number(&ir, 100.0);
        put_number(&ir, 7.0);
        for (uint32_t i = 0; i < 2; i++) {
            mlops__buf_put(&ir.words, &i, sizeof i);
            put_number(&ir, i ? 10.0 : 1.0);
        }
    }
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, out, NULL), MLOPS_OK);
    mlops__ir_free(&ir);
}

static void special_nodes_do_what_they_say(void **state) {
    (void)state;
    const struct {
        float row[2];
        double margins[2][2]; /* of floats, of doubles */
    } cases[] = {
        {{1.5f, 0}, {{1.25, 2.5}, {1.25, 2.5}}},
        {{4, 0}, {{1.25, 2.5}, {1.25, 2.5}}},
        {{3, -2}, {{9, 2}, {1 + 100 + 3 - 20, 2}}},
        {{NAN, -2}, {{1.25, 2.5}, {1.25, 2.5}}},
        {{3, 0}, {{17, 2}, {17, 2}}},
        {{3, NAN}, {{17, 2}, {17, 2}}},
        {{-INFINITY, -2}, {{9, 2}, {-INFINITY, 2}}},
    };
    for (int f64 = 0; f64 < 2; f64++) {
        mlops__buf bytes;
        mlops__plan plan;
        mlops_error error = {0};
        compile_specials(&bytes, f64);
        if (mlops__plan_open(&plan, bytes.data, bytes.size, &error)) fail_msg("%s", error.message);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            for (int widened = 0; widened < 2; widened++) {
                double margins[2];
                margins_of(&plan, cases[i].row, widened, margins);
                if (memcmp(margins, cases[i].margins[f64], sizeof margins) != 0)
                    fail_msg("row %zu, %d: %g %g", i, f64, margins[0], margins[1]);
            }
        mlops__buf_free(&bytes);
    }
}

/* Weights 2 and -3 of two features, from 0.5 on. */
static void compile_weights(mlops__buf *out) {
    const mlops__ir_node leaf = {.is_special = 1};
    const uint32_t zero = 0, kind = MLOPS__SPECIAL_WEIGHTS;
    const float weights[] = {2.0f, -3.0f};
    const double base = 0.5;
    mlops__ir ir;
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = 2;
    ir.n_groups = ir.n_trees = 1;
    mlops__buf_put(&ir.nodes, &leaf, sizeof leaf);
    mlops__buf_put(&ir.firsts, &zero, sizeof zero);
    mlops__buf_put(&ir.groups, &zero, sizeof zero);
    mlops__buf_put(&ir.base, &base, sizeof base);
    mlops__buf_put(&ir.words, &kind, sizeof kind);
    mlops__buf_put(&ir.words, weights, sizeof weights);
    mlops__buf_init(out, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, out, NULL), MLOPS_OK);
    mlops__ir_free(&ir);
}

static void weights_add_products(void **state) {
    (void)state;
    const struct {
        float row[2];
        double margin;
    } cases[] = {{{1, 1}, -0.5}, {{NAN, 1}, -2.5}, {{1, NAN}, 2.5}, {{NAN, NAN}, 0.5}};
    mlops__buf bytes;
    mlops__plan plan;
    compile_weights(&bytes);
    assert_int_equal(mlops__plan_open(&plan, bytes.data, bytes.size, NULL), MLOPS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int widened = 0; widened < 2; widened++) {
            double margin = 0;
            margins_of(&plan, cases[i].row, widened, &margin);
            assert_true(margin == cases[i].margin);
        }
    mlops__buf_free(&bytes);
}

/* Whatever opens is walked with rows of both kinds. */
static void walk_all(const mlops__plan *plan) {
    float *row = calloc(plan->n_features, sizeof *row);
    double *sums = calloc(plan->n_groups, sizeof *sums);
    double *out = calloc(plan->n_groups, sizeof *out);
    assert_true(row && sums && out);
    for (int kind = 0; kind < 3; kind++) {
        mlops__row given = {.f32 = row};
        for (uint32_t i = 0; i < plan->n_features; i++) row[i] = kind ? 4.0f * (float)kind : -9.0f;
        mlops__plan_predict(plan, given, (mlops__sums){.any = sums}, out);
        for (uint32_t t = 0; t < plan->n_trees; t++) (void)mlops__plan_leaf(plan, given, t);
    }
    if (plan->names) assert_non_null(mlops__plan_name(plan, plan->n_features - 1));
    free(row);
    free(sums);
    free(out);
}

/* Each bit of the plan flipped. Most flips are refused; the others change a value. */
static void survives_every_flip(void **state) {
    (void)state;
    for (int type = 0; type < TYPES + 3; type++) {
        mlops__buf bytes;
        if (type < TYPES) compile(&bytes, type);
        else if (type == TYPES + 2) compile_weights(&bytes);
        else compile_specials(&bytes, type - TYPES);
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
    compile(&bytes, NARROW);
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

/* Three trees of a leaf for the first of two groups, none for the second. */
static void takes_the_least_and_the_greatest(void **state) {
    (void)state;
    for (uint32_t aggregate = 0; aggregate < MLOPS__AGGREGATES; aggregate++)
        for (int f64 = 0; f64 < 2; f64++) {
            const mlops__ir_node nodes[] = {{.value = 2.0}, {.value = -4.0}, {.value = 8.0}};
            const uint32_t firsts[] = {0, 1, 2}, groups[] = {0, 0, 0};
            const double base[] = {0.5, 0.25}, expected[] = {6.5, -3.5, 8.5};
            mlops__ir ir;
            mlops__buf bytes;
            mlops__plan plan;
            const float row[] = {0.0f};
            double margins[2];
            mlops__ir_init(&ir, &mlops__heap);
            mlops__buf_init(&bytes, &mlops__heap);
            ir.n_features = 1;
            ir.n_groups = 2;
            ir.n_trees = 3;
            ir.f64 = f64;
            ir.aggregate = aggregate;
            mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
            mlops__buf_put(&ir.firsts, firsts, sizeof firsts);
            mlops__buf_put(&ir.groups, groups, sizeof groups);
            mlops__buf_put(&ir.base, base, sizeof base);
            assert_int_equal(mlops__ir_compile(&ir, &bytes, NULL), MLOPS_OK);
            assert_int_equal(mlops__plan_open(&plan, bytes.data, bytes.size, NULL), MLOPS_OK);
            margins_of(&plan, row, 0, margins);
            assert_true(margins[0] == expected[aggregate] && margins[1] == 0.25);
            mlops__ir_free(&ir);
            mlops__buf_free(&bytes);
        }
}

typedef struct damage {
    size_t at;
    uint32_t value;
    size_t width;
    mlops_status status;
    const char *message;
} damage;

/* Damages bytes, which are freed, and holds what is said of it. */
static void expect_damage(mlops__buf *bytes, const damage *d) {
    mlops__plan plan;
    mlops_error error = {0};
    for (size_t k = 0; k < d->width; k++) bytes->data[d->at + k] = (uint8_t)(d->value >> 8 * k);
    mlops_status status = mlops__plan_open(&plan, bytes->data, bytes->size, &error);
    if (status != d->status || !strstr(error.message, d->message))
        fail_msg("%s: %d %s", d->message, (int)status, error.message);
    mlops__buf_free(bytes);
}

static void names_what_is_wrong(void **state) {
    (void)state;
    enum { BASE = 64, TREES = 72, NODES = 88, NODE = 8 };
    const damage cases[] = {
        {0, 0, 4, MLOPS_E_CORRUPT, "letters PLAN"},
        {4, 1, 2, MLOPS_E_UNSUPPORTED, "version 1; this library reads version 2"},
        {6, 0x100, 2, MLOPS_E_UNSUPPORTED, "unknown flags 100"},
        {6, 15, 2, MLOPS_E_CORRUPT, "wide and double at once"},
        {6, 14, 2, MLOPS_E_CORRUPT, "link function is one of another type"},
        {8, 99, 4, MLOPS_E_UNSUPPORTED, "unknown link function 99"},
        {8, 8, 4, MLOPS_E_CORRUPT, "link function is one of another type"},
        {12, 0, 4, MLOPS_E_CORRUPT, "number of features"},
        {16, 65537, 4, MLOPS_E_CORRUPT, "number of groups"},
        {20, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {24, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {28, 0xffffffff, 4, MLOPS_E_CORRUPT, "ends early"},
        {32, 1, 4, MLOPS_E_CORRUPT, "depth is not that of its trees"},
        {36, 0, 4, MLOPS_E_CORRUPT, "names and their flag disagree"},
        {44, 0, 4, MLOPS_E_CORRUPT, "the divisor is 0"},
        {52, 0x7ff00000, 4, MLOPS_E_CORRUPT, "parameter is not finite"},
        {56, 3, 4, MLOPS_E_UNSUPPORTED, "unknown aggregate 3"},
        {60, 1, 4, MLOPS_E_CORRUPT, "reserved"},
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
        {NODES + 2 * NODE, 5, 4, MLOPS_E_CORRUPT, "makes node 2 special"},
        {NODES + 2 * NODE, 2, 4, MLOPS_E_CORRUPT, "makes node 2 special"},
        {NODES + 2 * NODE + 6, 0x4000, 2, MLOPS_E_CORRUPT, "makes node 2 special"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops__buf bytes;
        compile(&bytes, NARROW);
        expect_damage(&bytes, &cases[i]);
    }
}

static void checks_special_nodes(void **state) {
    (void)state;
    enum {
        NODES = 88,
        NODE = 16,
        WORDS = NODES + 5 * NODE
    }; /* the numbers are those of the tree */
    const damage cases[] = {
        {WORDS, 9, 4, MLOPS_E_CORRUPT, "makes node 0 special"},
        {WORDS, MLOPS__SPECIAL_VECTOR, 4, MLOPS_E_CORRUPT, "makes node 0 special"},
        {WORDS + 4, 0x40000000, 4, MLOPS_E_CORRUPT, "makes node 0 special"},
        {WORDS + 12, 0x40200000, 4, MLOPS_E_CORRUPT, "makes node 0 special"}, /* 8, then 4 */
        {WORDS + 12, 0x7ff80000, 4, MLOPS_E_CORRUPT, "makes node 0 special"},
        {NODES + 4, 1, 4, MLOPS_E_CORRUPT, "makes node 0 special"},
        {WORDS + 4 * 6, MLOPS__SPECIAL_LINEAR, 4, MLOPS_E_CORRUPT, "makes node 1 special"},
        {WORDS + 4 * 8, 0x7ff80000, 4, MLOPS_E_CORRUPT, "makes node 1 special"},
        {WORDS + 4 * 9, MLOPS__SPECIAL_SET, 4, MLOPS_E_CORRUPT, "makes node 2 special"},
        {WORDS + 4 * 11, 0x7ff00000, 4, MLOPS_E_CORRUPT, "makes node 2 special"},
        {WORDS + 4 * 15, 3, 4, MLOPS_E_CORRUPT, "makes node 3 special"},
        {WORDS + 4 * 17, 0x7ff00000, 4, MLOPS_E_CORRUPT, "makes node 3 special"},
        {WORDS + 4 * 20, 2, 4, MLOPS_E_CORRUPT, "makes node 3 special"},
        {WORDS + 4 * 22, 0x7ff00000, 4, MLOPS_E_CORRUPT, "makes node 3 special"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops__buf bytes;
        compile_specials(&bytes, 1);
        expect_damage(&bytes, &cases[i]);
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

/* LightGBM's links, held to the same formulas with the C library's functions: so many units in the
 * last place apart at most. */
static void links_of_doubles_are_near_libm(void **state) {
    (void)state;
    const struct {
        mlops__link link;
        double units;
    } links[] = {
        {MLOPS__LINK_SIGMOID_F64, 3}, {MLOPS__LINK_EXP_F64, 1}, {MLOPS__LINK_LOG1P_EXP_F64, 4}};
    double worst[3] = {0};
    uint64_t random = 88172645463325252;
    for (int i = 0; i < 3000000; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        double x = ((double)(random >> 11) * 0x1p-53 - 0.5) * (i % 3 ? 20.0 : 1400.0);
        double param = i % 2 ? 1.0 : 0.7, expected, out;
        for (int k = 0; k < 3; k++) {
            if (k == 0) expected = 1.0 / (1.0 + exp(-param * x));
            else expected = k == 1 ? exp(x) : log1p(exp(x));
            mlops__link_apply_f64(links[k].link, param, &x, 1, &out);
            double unit = nextafter(fabs(expected), INFINITY) - fabs(expected);
            double apart = expected == out ? 0.0 : fabs(expected - out) / unit;
            if (apart > worst[k]) worst[k] = apart;
            if (!(apart <= links[k].units)) fail_msg("%d at %a: %a, %a", k, x, out, expected);
        }
    }
    print_message("# worst: sigmoid %g, exp %g, log1p(exp) %g units\n", worst[0], worst[1],
                  worst[2]);
    double x = -1.5, out;
    mlops__link_apply_f64(MLOPS__LINK_SQUARE_F64, 0, &x, 1, &out);
    assert_true(out == -2.25);
    x = 1e6;
    mlops__link_apply_f64(MLOPS__LINK_LOG1P_EXP_F64, 0, &x, 1, &out);
    assert_true(out == INFINITY); /* where LightGBM's log1p(exp(x)) is so too */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_was_compiled),
        cmocka_unit_test(special_nodes_do_what_they_say),
        cmocka_unit_test(takes_the_least_and_the_greatest),
        cmocka_unit_test(weights_add_products),
        cmocka_unit_test(survives_every_flip),
        cmocka_unit_test(refuses_every_prefix_and_tail),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(checks_special_nodes),
        cmocka_unit_test(links_are_exact_at_the_edges),
        cmocka_unit_test(links_of_doubles_are_near_libm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
