/* LightGBM's text models by hand: what each kind of split and leaf predicts, and what is said of a
 * file that is wrong, with line and column.
 */
#include <mlops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sys/io_test.h"
#include "unit/help_model.h"

/* The first tree: amount <= 10 (missing type NaN, goes right) gives 1.5; else zero of age counts as
 * missing and goes left to -2, where 30 and more go to 4. The second: colour 1 or 33 gives 0.25,
 * else 0.5. The third is a linear leaf 1 + 2 age - amount, or 7 if one of them is missing. */
static const char small[] = "tree\n"
                            "version=v4\n"
                            "num_class=1\n"
                            "num_tree_per_iteration=1\n"
                            "label_index=0\n"
                            "max_feature_idx=2\n"
                            "objective=regression\n"
                            "feature_names=age amount colour\n"
                            "feature_infos=[0:1] [0:1] 0:1:33\n"
                            "tree_sizes=300 280 150\n"
                            "\n"
                            "Tree=0\n"
                            "num_leaves=3\n"
                            "num_cat=0\n"
                            "split_feature=1 0\n"
                            "split_gain=inf nan\n"
                            "threshold=10 29.999999999999996\n"
                            "decision_type=8 6\n"
                            "left_child=-1 -2\n"
                            "right_child=1 -3\n"
                            "leaf_value=1.5 -2 4\n"
                            "is_linear=0\n"
                            "shrinkage=0.1\n"
                            "\n"
                            "\n"
                            "Tree=1\n"
                            "num_leaves=2\n"
                            "num_cat=1\n"
                            "split_feature=2\n"
                            "threshold=0\n"
                            "decision_type=1\n"
                            "left_child=-1\n"
                            "right_child=-2\n"
                            "leaf_value=0.25 0.5\n"
                            "cat_boundaries=0 2\n"
                            "cat_threshold=2 2\n"
                            "\n"
                            "Tree=2\n"
                            "num_leaves=1\n"
                            "num_cat=0\n"
                            "leaf_value=7\n"
                            "is_linear=1\n"
                            "leaf_const=1\n"
                            "num_features=2\n"
                            "leaf_features=0 1  \n"
                            "leaf_coeff=2 -1  \n"
                            "\n"
                            "end of trees\n"
                            "\n"
                            "parameters:\n"
                            "[boosting: gbdt]\n";

static double predict(const mlops_model *model, double age, double amount, double colour) {
    const double row[] = {age, amount, colour};
    double out;
    assert_int_equal(mlops_model_predict_f64(model, row, 1, 3, &out, 1), MLOPS_OK);
    return out;
}

static void predicts_by_hand(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    const struct {
        double row[3], prediction, leaves[3];
    } cases[] = {
        {{1, 10, 1}, 1.5 + 0.25 + (1 + 2 - 10), {0, 0, 0}},
        {{1, 10.000000000000002, 33}, -2 + 0.25 + (1 + 2 - 10.000000000000002), {1, 0, 0}},
        {{29.999999999999996, 11, 0}, -2 + 0.5 + (1 + 2 * 29.999999999999996 - 11), {1, 1, 0}},
        {{30, 11, 65}, 4 + 0.5 + (1 + 60 - 11), {2, 1, 0}},
        {{30, NAN, NAN}, 4 + 0.5 + 7, {2, 1, 0}},
        {{NAN, 11, -1}, -2 + 0.5 + 7, {1, 1, 0}},
        {{0, 11, 1.9}, -2 + 0.25 + (1 + 0 - 11), {1, 0, 0}},
    };
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_LEAF, NULL, NULL),
                     MLOPS_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const double *row = cases[i].row;
        double leaves[3], out = predict(model, row[0], row[1], row[2]);
        if (out != cases[i].prediction) fail_msg("row %zu: %.17g", i, out);
        assert_int_equal(mlops_context_predict_f64(context, row, 1, 3, leaves, 3), MLOPS_OK);
        assert_memory_equal(leaves, cases[i].leaves, sizeof leaves);
    }
    mlops_context_free(context);
    assert_string_equal(mlops_model_feature_name(model, 1), "amount");
    mlops_model_unref(model);
}

/* A float32 row is widened: 0.1f is above 0.1. */
static void compares_doubles(void **state) {
    (void)state;
    char *text = edited(small, "threshold=10 ", "threshold=0.1 ");
    mlops_model *model = parse(text);
    const float row[] = {1, 0.1f, 1};
    double out, widened = predict(model, 1, (double)0.1f, 1);
    assert_int_equal(mlops_model_predict(model, row, 1, 3, &out, 1), MLOPS_OK);
    assert_true(out == widened && out < 2);
    assert_true(predict(model, 1, 0.1, 1) > 4);
    mlops_model_unref(model);
    free(text);
}

/* A table's float64 is not rounded on its way. */
static void binds_tables(void **state) {
    (void)state;
    char *text = edited(small, "threshold=10 ", "threshold=0.1 ");
    mlops_model *model = parse(text);
    const char *csv = "colour,amount,age\n1,0.1,1\n1,0.10000000000000002,1\n,,\n";
    mlops_table *table;
    double out[3];
    assert_int_equal(mlops_table_parse(&table, csv, strlen(csv), NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_model_predict_table(model, table, NULL, 0, out, 3, 1, NULL), MLOPS_OK);
    assert_true(out[0] == predict(model, 1, 0.1, 1));
    assert_true(out[1] == predict(model, 1, 0.10000000000000002, 1) && out[1] < 2);
    assert_true(out[2] == predict(model, NAN, NAN, NAN));
    mlops_table_unref(table);
    mlops_model_unref(model);
    free(text);
}

/* The sum is the margin; what a random forest predicts is its mean. */
static void averages(void **state) {
    (void)state;
    char *text = edited(small, "objective=regression\n", "average_output\n");
    mlops_model *model = parse(text);
    const double row[] = {30, 9, 1}, sum = 1.5 + 0.25 + (1 + 60 - 9);
    mlops_context *context;
    double out;
    char said[4096];
    assert_true(predict(model, row[0], row[1], row[2]) == sum / 3);
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_context_predict_f64(context, row, 1, 3, &out, 1), MLOPS_OK);
    assert_true(out == sum);
    mlops_context_free(context);
    assert_int_equal(mlops_model_describe(model, said, sizeof said, NULL), MLOPS_OK);
    const char *parts[] = {"\"format\": \"lightgbm v4\"", "\"booster\": \"rf\"",
                           "\"objective\": \"custom\"", "\"numbers\": \"float64\""};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(said, parts[i])) fail_msg("%s is not in %s", parts[i], said);
    mlops_model_unref(model);
    free(text);
}

/* The bundle of a model gives the same values. */
static void goes_into_a_bundle(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    static uint64_t bytes[1 << 12], storage[1 << 12];
    mlops_bundle *bundle;
    mlops_edge *edge;
    mlops_error error = {0};
    size_t n = 0;
    const float row[] = {0.5f, 11, 33};
    double out, expected = predict(model, 0.5, 11, 33);
    assert_int_equal(mlops_bundle_save(model, bytes, sizeof bytes, &n, NULL, &error), MLOPS_OK);
    if (mlops_bundle_parse(&bundle, bytes, n, NULL, &error)) fail_msg("%s", error.message);
    assert_true(predict(mlops_bundle_model(bundle), 0.5, 11, 33) == expected);
    mlops_bundle_unref(bundle);
    assert_int_equal(mlops_edge_init(&edge, storage, sizeof storage, bytes, n), MLOPS_OK);
    assert_int_equal(mlops_edge_selftest(edge), MLOPS_OK);
    assert_int_equal(mlops_edge_predict(edge, row, 3, &out, 1), MLOPS_OK);
    assert_true(out == expected);
    mlops_model_unref(model);
}

/* Edits of the small model, and what is said of each, where. */
static const struct {
    const char *from, *to;
    mlops_status status;
    int line, column;
    const char *message;
} wrong[] = {
    {"version=v4", "version=v5", MLOPS_E_UNSUPPORTED, 2, 9, "version \"v5\" is not supported"},
    {"version=v4\n", "", MLOPS_E_CORRUPT, 11, 1, "the header has no version"},
    {"num_class=1\n", "", MLOPS_E_CORRUPT, 11, 1, "the header has no num_class"},
    {"num_class=1", "num_class=70000", MLOPS_E_CORRUPT, 3, 11, "num_class must be a whole number"},
    {"num_class=1", "num_class=2", MLOPS_E_CORRUPT, 12, 1,
     "num_tree_per_iteration is 1, num_class 2"},
    {"num_class=1\nnum_tree_per_iteration=1", "num_class=2\nnum_tree_per_iteration=2",
     MLOPS_E_CORRUPT, 48, 1, "3 trees are no multiple of num_tree_per_iteration, which is 2"},
    {"max_feature_idx=2", "max_feature_idx=", MLOPS_E_CORRUPT, 6, 17, "max_feature_idx must be"},
    {"max_feature_idx=2", "max_feature_idx=1", MLOPS_E_CORRUPT, 8, 15,
     "feature_names has 3 names, max_feature_idx is 1"},
    {"age amount colour", "age amount \xff", MLOPS_E_CORRUPT, 8, 15, "UTF-8"},
    {"=regression", "=ranking", MLOPS_E_UNSUPPORTED, 7, 11, "objective \"ranking\""},
    {"=regression", "=\xc3(", MLOPS_E_CORRUPT, 7, 11, "objective is not a text in UTF-8"},
    {"=regression", "=regression root", MLOPS_E_UNSUPPORTED, 7, 22, "unknown parameter: root"},
    {"=regression", "=binary sigmoid:0", MLOPS_E_CORRUPT, 7, 26, "sigmoid must be above 0"},
    {"=regression", "=multiclass num_class:3", MLOPS_E_CORRUPT, 7, 32, "other classes"},
    {"=regression", "=", MLOPS_E_CORRUPT, 7, 11, "no name"},
    {"=regression", "=regression sqrt", MLOPS_OK, 0, 0, ""},
    {"300 280 150", "300 280", MLOPS_E_CORRUPT, 10, 12, "tree_sizes has 2 items for 3 trees"},
    {"tree_sizes=300 280 150\n", "", MLOPS_OK, 0, 0, ""},
    {"Tree=1", "Tree=7", MLOPS_E_CORRUPT, 26, 6, "expected tree 1 here"},
    {"num_leaves=3", "num_leaves=0", MLOPS_E_CORRUPT, 13, 12, "num_leaves must be"},
    {"num_leaves=3\n", "", MLOPS_E_CORRUPT, 12, 1, "tree 0 has no num_leaves"},
    {"num_leaves=3", "num_leaves=200000000", MLOPS_E_CORRUPT, 21, 1,
     "leaf_value has 3 items; 200000000 are due"},
    {"split_feature=1 0\n", "", MLOPS_E_CORRUPT, 12, 1, "split_feature has 0 items; 2 are due"},
    {"split_feature=1 0", "split_feature=1 3", MLOPS_E_CORRUPT, 15, 17,
     "tree 0, split_feature, item 1: is no feature"},
    {"split_feature=1 0", "split_feature=1  x", MLOPS_E_CORRUPT, 15, 18,
     "split_feature: item 1 is not a whole number"},
    {"threshold=10 ", "threshold=nan ", MLOPS_E_CORRUPT, 17, 11, "is not a finite number"},
    {"threshold=10 ", "threshold=0x1 ", MLOPS_E_CORRUPT, 17, 11, "item 0 is not a number"},
    {"decision_type=8 6", "decision_type=8 12", MLOPS_E_CORRUPT, 18, 17, "none that is known"},
    {"decision_type=8 6", "decision_type=1 6", MLOPS_E_CORRUPT, 17, 11, "no set of categories"},
    {"left_child=-1 -2", "left_child=-1 5", MLOPS_E_CORRUPT, 19, 15, "is not in the tree"},
    {"left_child=-1 -2", "left_child=-1 -4", MLOPS_E_CORRUPT, 19, 15, "is not in the tree"},
    {"left_child=-1 -2", "left_child=-1 -1", MLOPS_E_CORRUPT, 19, 15, "more than one parent"},
    {"left_child=-1 -2", "left_child=-1 0", MLOPS_E_CORRUPT, 19, 15, "more than one parent"},
    {"right_child=1 -3", "right_child=-3 -2", MLOPS_E_CORRUPT, 12, 1,
     "2 of 5 nodes and leaves have no way from the root"},
    {"leaf_value=1.5 -2 4", "leaf_value=1.5 -2 inf", MLOPS_E_CORRUPT, 21, 19, "not a finite"},
    {"cat_boundaries=0 2", "cat_boundaries=0 3", MLOPS_E_CORRUPT, 35, 18, "beyond the words"},
    {"cat_boundaries=0 2", "cat_boundaries=2 0", MLOPS_E_CORRUPT, 35, 18, "descends"},
    {"cat_boundaries=0 2", "cat_boundaries=0 1 2", MLOPS_E_CORRUPT, 35, 1, "2 are due"},
    {"cat_threshold=2 2", "cat_threshold=2 -2", MLOPS_E_CORRUPT, 36, 17, "a whole number of 32"},
    {"leaf_const=1", "leaf_const=1 2", MLOPS_E_CORRUPT, 43, 1, "leaf_const has 2 items; 1 are"},
    {"num_features=2", "num_features=3", MLOPS_E_CORRUPT, 45, 1, "leaf_features has 2 items"},
    {"num_features=2", "num_features=-2", MLOPS_E_CORRUPT, 44, 14, "is below 0"},
    {"leaf_features=0 1", "leaf_features=0 3", MLOPS_E_CORRUPT, 45, 17, "is no feature"},
    {"leaf_coeff=2 -1", "leaf_coeff=2 inf", MLOPS_E_CORRUPT, 46, 14, "not a finite number"},
    {"end of trees", "end of tree", MLOPS_E_CORRUPT, 48, 1, "expected a tree or \"end of trees\""},
    {"end of trees", "feature importances:", MLOPS_OK, 0, 0, ""},
};

static void refuses_wrong_models(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *text = edited(small, wrong[i].from, wrong[i].to);
        mlops_model *model;
        mlops_error error = {0};
        mlops_status status = mlops_model_parse(&model, text, strlen(text), NULL, &error);
        if (status != wrong[i].status || !strstr(error.message, wrong[i].message))
            fail_msg("%s: %s: %s", wrong[i].to, mlops_status_name(status), error.message);
        if (status && (error.line != wrong[i].line || error.column != wrong[i].column))
            fail_msg("%s: %s, at %d:%d", wrong[i].to, error.message, (int)error.line,
                     (int)error.column);
        if (status) assert_null(model);
        mlops_model_unref(model);
        free(text);
    }
}

static void refuses_every_prefix(void **state) {
    (void)state;
    size_t whole = (size_t)(strstr(small, "end of trees") - small) + strlen("end of trees");
    for (size_t n = 0; n < sizeof small; n++) {
        char *part = malloc(n + 1); /* exact, so that a read beyond is seen */
        mlops_model *model;
        mlops_error error;
        assert_non_null(part);
        memcpy(part, small, n);
        mlops_status status = mlops_model_parse(&model, part, n, NULL, &error);
        assert_int_equal(status, n < whole ? MLOPS_E_CORRUPT : MLOPS_OK);
        mlops_model_unref(model);
        free(part);
    }
}

static void takes_other_ends_of_lines(void **state) {
    (void)state;
    char *text = malloc(2 * sizeof small), *p = text;
    assert_non_null(text);
    for (const char *s = small; *s; s++) {
        if (*s == '\n') *p++ = '\r';
        *p++ = *s;
    }
    *p = 0;
    mlops_model *model = parse(text), *other = parse(small);
    assert_true(predict(model, 30, 11, 65) == predict(other, 30, 11, 65));
    mlops_model_unref(model);
    mlops_model_unref(other);
    free(text);
}

static void survives_failed_allocations(void **state) {
    (void)state;
    for (int64_t k = 1;; k++) {
        mlops__alloc_fault fault;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        mlops_host host = MLOPS_HOST_INIT;
        host.allocator = &fault.table;
        mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
        opts.host = &host;
        opts.format = "lightgbm";
        mlops_model *model;
        mlops_error error;
        mlops_status status = mlops_model_parse(&model, small, sizeof small - 1, &opts, &error);
        if (fault.n_injected) assert_int_equal(status, MLOPS_E_NOMEM);
        mlops_model_unref(model);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
        if (!fault.n_injected) break;
    }
}

static void bounds_memory(void **state) {
    (void)state;
    mlops_model *model;
    mlops_error error;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    opts.memory_max = 2000;
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_LIMIT);
    opts.memory_max = 0;
    opts.format = "xgboost";
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_CORRUPT);
    assert_non_null(strstr(error.message, "the content is another"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicts_by_hand),
        cmocka_unit_test(compares_doubles),
        cmocka_unit_test(binds_tables),
        cmocka_unit_test(averages),
        cmocka_unit_test(goes_into_a_bundle),
        cmocka_unit_test(refuses_wrong_models),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(takes_other_ends_of_lines),
        cmocka_unit_test(survives_failed_allocations),
        cmocka_unit_test(bounds_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
