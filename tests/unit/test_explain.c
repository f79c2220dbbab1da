/* Explanations: by hand, of XGBoost and LightGBM, with and without a background; what is refused.
 */
#include <mlops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/build/ir.h"
#include "model/model.h"

#include "unit/help_model.h"

/* Two trees over age and amount. The first: amount < 10 gives 1.5, else age < 30 gives -2 or 4. The
 * second is a leaf of 0.25. */
#define MODEL(covers, last)                                                                        \
    "{\"learner\":{\"attributes\":{},\"feature_names\":[\"age\",\"amount\"],\"feature_types\":[]," \
    "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_parallel_tree\":\"1\","        \
    "\"num_trees\":\"2\",\"size_leaf_vector\":\"0\"},\"tree_info\":[0,0],\"trees\":[{"             \
    "\"default_left\":[0,0,1,0,0],\"id\":0,\"left_children\":[1,-1,3,-1,-1],"                      \
    "\"parents\":[2147483647,0,0,2,2],\"right_children\":[2,-1,4,-1,-1],"                          \
    "\"split_conditions\":[1E1,1.5E0,3E1,-2E0,4E0],\"split_indices\":[1,0,0,0,0]," covers          \
    "\"split_type\":[0,0,0,0,0],\"tree_param\":{\"num_deleted\":\"0\",\"num_feature\":\"2\","      \
    "\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"}},{\"default_left\":[0],\"id\":1,"             \
    "\"left_children\":[-1],\"right_children\":[-1],\"split_conditions\":[2.5E-1]," last           \
    "\"split_indices\":[0],\"tree_param\":{\"num_nodes\":\"1\"}}]},\"name\":\"gbtree\"},"          \
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"2\","  \
    "\"num_target\":\"1\"},\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":[1,7,4]}"

static const char covered[] = MODEL("\"sum_hessian\":[10,4,6,2,4],", "\"sum_hessian\":[10],");
static const char uncovered[] = MODEL("", "");
static const char zero[] = MODEL("\"sum_hessian\":[0,0,0,0,0],", "\"sum_hessian\":[0],");
static const char short_one[] = MODEL("\"sum_hessian\":[10,4,6,2],", "");

/* Categories 1 and 2 give 1, all others 2. */
static const char lightgbm[] =
    "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nobjective=regression\nfeature_names=a\n"
    "Tree=0\nnum_leaves=2\nnum_cat=1\nsplit_feature=0\nthreshold=0\ndecision_type=1\n"
    "left_child=-1\nright_child=-2\nleaf_value=1 2\ninternal_count=10\nleaf_count=3 7\n"
    "cat_boundaries=0 1\ncat_threshold=6\n\nend of trees\n";

static const double row[2] = {25, 5};

static mlops_table *rows_of(const char *csv) {
    mlops_table *table;
    mlops_error error = {0};
    if (mlops_table_parse(&table, csv, strlen(csv), NULL, &error)) fail_msg("%s", error.message);
    return table;
}

/* The explainer holds the model alone, then. */
static mlops_explainer *explainer_of(const char *text, const char *background) {
    mlops_model *model = parse(text);
    mlops_table *table = background ? rows_of(background) : NULL;
    mlops_explainer *out;
    mlops_error error = {0};
    if (mlops_explainer_new(&out, model, table, NULL, &error)) fail_msg("%s", error.message);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return out;
}

static void near(const double *have, const double *want, int n) {
    for (int i = 0; i < n; i++)
        if (!(fabs(have[i] - want[i]) < 1e-14)) fail_msg("%d: %.17g, not %g", i, have[i], want[i]);
}

static void explains_by_hand(void **state) {
    (void)state;
    mlops_explainer *e = mlops_explainer_ref(explainer_of(covered, NULL));
    double out[9];
    mlops_error error;
    mlops_explainer_unref(e);
    assert_int_equal(mlops_explainer_n_groups(e), 1);
    assert_int_equal(mlops_explainer_width(e, MLOPS_EXPLAINER_OUTPUT_CONTRIBUTIONS), 3);
    assert_int_equal(mlops_explainer_width(e, MLOPS_EXPLAINER_OUTPUT_INTERACTIONS), 9);
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 0, out, 3, &error), MLOPS_OK);
    near(out, (double[]){-1.2, 0.9, 2.55}, 3);
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 1, out, 9, &error), MLOPS_OK);
    near(out, (double[]){-2.4, 1.2, 0, 1.2, -0.3, 0, 0, 0, 2.55}, 9);
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 2, out, 3, &error), MLOPS_OK);
    near(out, (double[]){0, -0.3, 2.55}, 3);
    mlops_explainer_unref(e);
}

static void explains_against_rows(void **state) {
    (void)state;
    mlops_explainer *e = explainer_of(uncovered, "amount,x,age\n11,1,40\n");
    mlops_table *table = rows_of("age,amount\n25,5\n");
    double out[3];
    mlops_error error;
    assert_int_equal(mlops_explainer_explain_table(e, table, NULL, 0, out, 1, 3, &error), MLOPS_OK);
    near(out, (double[]){-3, 0.5, 4.75}, 3);
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 2, out, 3, &error), MLOPS_E_INVALID);
    assert_non_null(strstr(error.message, "background"));
    mlops_table_unref(table);
    mlops_explainer_unref(e);
    e = explainer_of(covered, "age,amount\n40,11\n25,5\n"); /* the second is the row itself */
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 0, out, 3, &error), MLOPS_OK);
    near(out, (double[]){-1.5, 0.25, 3.5}, 3);
    mlops_explainer_unref(e);
}

static void explains_lightgbm(void **state) {
    (void)state;
    mlops_explainer *e = explainer_of(lightgbm, NULL);
    const double rows[] = {2, 3, NAN};
    double out[6];
    assert_int_equal(mlops_explainer_explain(e, rows, 3, 1, 0, out, 2, NULL), MLOPS_OK);
    near(out, (double[]){-0.7, 1.7, 0.3, 1.7, 0.3, 1.7}, 6);
    mlops_explainer_unref(e);
}

static void refused(const char *text, const char *background, mlops_status status,
                    const char *part) {
    mlops_model *model = parse(text);
    mlops_table *table = background ? rows_of(background) : NULL;
    mlops_explainer *out;
    mlops_error error = {0};
    assert_int_equal(mlops_explainer_new(&out, model, table, NULL, &error), status);
    assert_null(out);
    if (!strstr(error.message, part)) fail_msg("%s", error.message);
    mlops_table_unref(table);
    mlops_model_unref(model);
}

static void refuses_what_is_not_defined(void **state) {
    (void)state;
    static const char linear[] =
        "tree\nversion=v4\nnum_class=1\nmax_feature_idx=0\nobjective=regression\nfeature_names=a\n"
        "Tree=0\nnum_leaves=1\nnum_cat=0\nleaf_value=1\nis_linear=1\nleaf_const=3\n"
        "num_features=1\nleaf_features=0\nleaf_coeff=0.5\n\nend of trees\n";
    refused(uncovered, NULL, MLOPS_E_UNSUPPORTED, "background");
    refused(zero, NULL, MLOPS_E_UNSUPPORTED, "background");
    refused(linear, NULL, MLOPS_E_UNSUPPORTED, "linear");
    refused(covered, "age\n1\n", MLOPS_E_SCHEMA, "amount");
    refused(covered, "age,amount\n", MLOPS_E_INVALID, "no rows");
    mlops_model *model;
    mlops_error error;
    assert_int_equal(mlops_model_parse(&model, short_one, sizeof short_one - 1, NULL, &error),
                     MLOPS_E_CORRUPT);
    assert_non_null(strstr(error.message, "sum_hessian"));
}

/* A tree of two leaves, each of which has a value for either target. */
static void explains_vectors(void **state) {
    (void)state;
    mlops_explainer *e = explainer_of(
        "{\"learner\":{\"feature_names\":[\"a\"],\"gradient_booster\":{\"model\":{\"tree_info\":[0]"
        ","
        "\"trees\":[{\"base_weights\":[0,0,1,10,5,-10],\"default_left\":[0,0,0],\"left_children\":"
        "[1,-1,-1],\"right_children\":[2,-1,-1],\"split_conditions\":[3,0,0],\"split_indices\":"
        "[0,0,0],\"sum_hessian\":[4,3,1],\"tree_param\":{\"num_nodes\":\"3\",\"size_leaf_vector\":"
        "\"2\"}}]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"0\",\"num_"
        "feature\":"
        "\"1\",\"num_target\":\"2\"},\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":"
        "[2,0,0]}",
        NULL);
    const double rows[] = {2, 4};
    double out[8];
    assert_int_equal(mlops_explainer_n_groups(e), 2);
    assert_int_equal(mlops_explainer_explain(e, rows, 2, 1, 0, out, 4, NULL), MLOPS_OK);
    near(out, (double[]){-1, 2, 5, 5, 3, 2, -15, 5}, 8);
    mlops_explainer_unref(e);
}

static char chain[1 << 17];
static size_t chain_size;

static void add(const char *format, ...) {
    va_list args;
    va_start(args, format);
    chain_size += (size_t)vsnprintf(chain + chain_size, sizeof chain - chain_size, format, args);
    va_end(args);
}

/* n tests, each of a feature of its own or all of one, below each other. */
static const char *make_chain(int n, int features) {
    chain_size = 0;
    add("{\"learner\":{\"gradient_booster\":{\"model\":{\"tree_info\":[0],\"trees\":[{"
        "\"default_left\":[");
    for (int i = 0; i < 2 * n; i++) add("0,");
    add("0],\"left_children\":[");
    for (int i = 0; i < n; i++) add("%d,-1,", 2 * i + 1);
    add("-1],\"right_children\":[");
    for (int i = 0; i < n; i++) add("%d,-1,", 2 * i + 2);
    add("-1],\"split_conditions\":[");
    for (int i = 0; i < n; i++) add("%d,1,", -i);
    add("3],\"split_indices\":[");
    for (int i = 0; i < n; i++) add("%d,0,", features > 1 ? i : 0);
    add("0],\"sum_hessian\":[");
    for (int i = 0; i < 2 * n; i++) add("%d,", i % 2 ? 1 : n - i / 2 + 1);
    add("1],\"tree_param\":{\"num_nodes\":\"%d\"}}]},\"name\":\"gbtree\"},"
        "\"learner_model_param\":{\"base_score\":\"0\",\"num_feature\":\"%d\"},\"objective\":{"
        "\"name\":\"reg:squarederror\"}},\"version\":[2,0,0]}",
        2 * n + 1, features);
    return chain;
}

static void refuses_what_is_too_large(void **state) {
    (void)state;
    const char *text = make_chain(257, 257);
    refused(text, NULL, MLOPS_E_LIMIT, "a path tests 257 features; paths of up to 256");
    text = make_chain(1025, 1);
    refused(text, NULL, MLOPS_E_LIMIT, "a tree is 1025 deep; trees of up to 1024");
    text = make_chain(256, 256);
    mlops_explainer *e = explainer_of(text, NULL);
    double zeroes[256] = {0}, out[257],
           sum = 0; /* 0 is below none of the thresholds: the leaf of 3 */
    assert_int_equal(mlops_explainer_explain(e, zeroes, 1, 256, 0, out, 257, NULL), MLOPS_OK);
    for (int i = 0; i < 257; i++) sum += out[i];
    assert_true(fabs(sum - 3.0) < 1e-11);
    mlops_explainer_unref(e);
}

/* No file has this but an ONNX graph; a bundle may. */
static void refuses_least_and_greatest(void **state) {
    (void)state;
    const mlops__ir_node leaf = {.value = 1.0};
    const uint32_t zero = 0;
    const double base = 0.0;
    mlops__ir ir;
    mlops__buf bytes;
    mlops_model *model;
    mlops_explainer *out;
    mlops_error error = {0};
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = ir.n_groups = ir.n_trees = 1;
    ir.aggregate = MLOPS__AGGREGATE_MIN;
    mlops__buf_put(&ir.nodes, &leaf, sizeof leaf);
    mlops__buf_put(&ir.firsts, &zero, sizeof zero);
    mlops__buf_put(&ir.groups, &zero, sizeof zero);
    mlops__buf_put(&ir.base, &base, sizeof base);
    mlops__buf_init(&bytes, &mlops__heap);
    assert_int_equal(mlops__ir_compile(&ir, &bytes, NULL), MLOPS_OK);
    assert_int_equal(mlops__model_from_plan(&model, bytes.data, bytes.size, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_explainer_new(&out, model, NULL, NULL, &error), MLOPS_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "least or greatest"));
    mlops_model_unref(model);
    mlops__buf_free(&bytes);
    mlops__ir_free(&ir);
}

static void checks_shapes(void **state) {
    (void)state;
    mlops_explainer *e = explainer_of(covered, NULL);
    mlops_table *table = rows_of("age,amount\n25,5\n");
    double out[3] = {7, 7, 7};
    mlops_error error;
    assert_int_equal(mlops_explainer_explain(e, row, 1, 3, 0, out, 3, &error), MLOPS_E_INVALID);
    assert_int_equal(mlops_explainer_explain(e, row, 1, 2, 0, out, 2, &error), MLOPS_E_INVALID);
    assert_int_equal(mlops_explainer_explain(e, row, -1, 2, 0, out, 3, &error), MLOPS_E_INVALID);
    assert_int_equal(mlops_explainer_explain(e, NULL, 1, 2, 0, out, 3, &error), MLOPS_E_INVALID);
    assert_int_equal(
        mlops_explainer_explain(e, row, 1, 2, (mlops_explainer_output)3, out, 0, &error),
        MLOPS_E_INVALID);
    assert_int_equal(mlops_explainer_explain_table(e, table, NULL, 0, out, 2, 3, &error),
                     MLOPS_E_INVALID);
    for (int i = 0; i < 3; i++) assert_true(out[i] == 7);
    assert_int_equal(mlops_explainer_explain(e, NULL, 0, 2, 0, NULL, 3, &error), MLOPS_OK);
    assert_int_equal(mlops_explainer_width(e, (mlops_explainer_output)3), 0);
    mlops_table_unref(table);
    mlops_explainer_unref(e);
    mlops_explainer_unref(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(explains_by_hand),
        cmocka_unit_test(explains_against_rows),
        cmocka_unit_test(explains_lightgbm),
        cmocka_unit_test(refuses_what_is_not_defined),
        cmocka_unit_test(checks_shapes),
        cmocka_unit_test(explains_vectors),
        cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(refuses_least_and_greatest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
