/* Models: loading, its errors, predicting in every way, and the caller's memory. */
#define _GNU_SOURCE
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

/* Two trees over age and amount. The first: amount < 10 (missing goes right) gives 1.5, else age <
 * 30 (missing goes left) gives -2 or 4. The second is a leaf of 0.25. */
static const char small[] =
    "{\"learner\":{\"attributes\":{},\"feature_names\":[\"age\",\"amount\"],\"feature_types\":[],"
    "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_parallel_tree\":\"1\","
    "\"num_trees\":\"2\",\"size_leaf_vector\":\"0\"},\"tree_info\":[0,0],\"trees\":[{"
    "\"default_left\":[0,0,1,0,0],\"id\":0,\"left_children\":[1,-1,3,-1,-1],"
    "\"parents\":[2147483647,0,0,2,2],\"right_children\":[2,-1,4,-1,-1],"
    "\"split_conditions\":[1E1,1.5E0,3E1,-2E0,4E0],\"split_indices\":[1,0,0,0,0],"
    "\"split_type\":[0,0,0,0,0],\"tree_param\":{\"num_deleted\":\"0\",\"num_feature\":\"2\","
    "\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"}},{\"default_left\":[0],\"id\":1,"
    "\"left_children\":[-1],\"right_children\":[-1],\"split_conditions\":[2.5E-1],"
    "\"split_indices\":[0],\"tree_param\":{\"num_nodes\":\"1\"}}]},\"name\":\"gbtree\"},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"2\","
    "\"num_target\":\"1\"},\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":[1,7,4]}";

enum { N_ROWS = 5 };

static const float rows[N_ROWS][2] = {
    {25.0f, 5.0f}, {25.0f, 10.0f}, {40.0f, 11.0f}, {NAN, NAN}, {NAN, 5.0f}};
static const double expected[N_ROWS] = {2.25, -1.25, 4.75, -1.25, 2.25};

static void *read_corpus(const char *name, size_t *n) {
    char path[4096];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/fuzz/corpus/%s", root ? root : ".", name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    void *bytes = malloc(1 << 20);
    assert_non_null(bytes);
    *n = fread(bytes, 1, 1 << 20, file);
    fclose(file);
    return bytes;
}

static void predicts_by_hand(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    double out[N_ROWS], leaves[N_ROWS][2];
    assert_int_equal(mlops_model_predict(model, rows[0], N_ROWS, 2, out, 1), MLOPS_OK);
    assert_memory_equal(out, expected, sizeof out);
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_LEAF, NULL, NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_context_width(context), 2);
    assert_int_equal(mlops_context_predict(context, rows[0], N_ROWS, 2, leaves[0], 2), MLOPS_OK);
    const double numbers[N_ROWS] = {1, 3, 4, 3, 1};
    for (int i = 0; i < N_ROWS; i++) {
        assert_true(leaves[i][0] == numbers[i]);
        assert_true(leaves[i][1] == 0);
    }
    mlops_context_free(context);
    assert_string_equal(mlops_model_feature_name(model, 1), "amount");
    assert_null(mlops_model_feature_name(model, 2));
    assert_null(mlops_model_feature_name(model, -1));
    mlops_model_unref(model);
}

static void checks_shapes(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    double out[N_ROWS] = {7, 7, 7, 7, 7};
    assert_int_equal(mlops_model_predict(model, rows[0], 1, 3, out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_model_predict(model, rows[0], 1, 2, out, 2), MLOPS_E_INVALID);
    assert_int_equal(mlops_model_predict(model, rows[0], -1, 2, out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_model_predict(model, NULL, 1, 2, out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_model_predict(model, rows[0], 1, 2, NULL, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_model_predict(model, NULL, 0, 2, NULL, 1), MLOPS_OK);
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_context_predict(context, rows[0], 1, 1, out, 1), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_predict(context, rows[0], 1, 2, out, 0), MLOPS_E_INVALID);
    for (int i = 0; i < N_ROWS; i++) assert_true(out[i] == 7);
    mlops_context_free(context);
    mlops_context_free(NULL);
    assert_int_equal(mlops_model_width(model, (mlops_model_output)9), 0);
    assert_int_equal(mlops_context_new(&context, model, (mlops_model_output)9, NULL, NULL),
                     MLOPS_E_INVALID);
    assert_null(context);
    mlops_model_unref(model);
}

static void context_in_given_memory(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    size_t size = mlops_context_size(model, NULL);
    uint8_t *mem = aligned_alloc(64, (size + 127) / 64 * 64);
    assert_non_null(mem);
    memset(mem + size, 0xa5, 64);
    mlops_context *context;
    assert_int_equal(mlops_context_init(&context, mem, size - 1, model, 0, NULL), MLOPS_E_ARENA);
    assert_null(context);
    assert_int_equal(mlops_context_init(&context, mem + 8, size, model, 0, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_init(&context, NULL, size, model, 0, NULL), MLOPS_E_INVALID);
    assert_int_equal(mlops_context_init(&context, mem, size, model, 0, NULL), MLOPS_OK);
    double out[N_ROWS];
    assert_int_equal(mlops_context_predict(context, rows[0], N_ROWS, 2, out, 1), MLOPS_OK);
    assert_memory_equal(out, expected, sizeof out);
    for (int i = 0; i < 64; i++) assert_int_equal(mem[size + (size_t)i], 0xa5);
    mlops_context_free(context); /* the caller's storage: nothing to do */
    free(mem);
    mlops_model_unref(model);
}

/* A model of many classes needs more than the stack's bound; a context has room for it. */
static void large_models_need_a_context(void **state) {
    (void)state;
    char *one = edited(small, "\"num_class\":\"0\"", "\"num_class\":\"5000\"");
    char *two = edited(one, "reg:squarederror", "multi:softprob");
    char *text = edited(two, "\"tree_info\":[0,0]", "\"tree_info\":[4999,7]");
    mlops_model *model = parse(text);
    double *out = malloc(5000 * sizeof *out);
    assert_non_null(out);
    out[0] = out[4999] = 7;
    assert_int_equal(mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION), 5000);
    assert_int_equal(mlops_model_predict(model, rows[0], 1, 2, out, 5000), MLOPS_E_ARENA);
    assert_true(out[0] == 7 && out[4999] == 7);
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, NULL),
                     MLOPS_OK);
    mlops_model_unref(model); /* the context holds its share */
    assert_int_equal(mlops_context_predict(context, rows[0], 1, 2, out, 5000), MLOPS_OK);
    assert_true(out[0] == 0.5 && out[7] == 0.75 && out[4999] == 2.0);
    mlops_context_free(context);
    free(out);
    free(text);
    free(two);
    free(one);
}

static void reads_base_scores(void **state) {
    (void)state;
    const struct {
        const char *objective, *score;
        double margin;
    } cases[] = {
        {"reg:squarederror", "5E-1", 0.5},
        {"reg:squarederror", "[5E-1]", 0.5},
        {"reg:squarederror", "-1.25", -1.25},
        {"binary:logistic", "0.3", -logf(1.0f / 0.3f - 1.0f)},
        {"binary:logistic", "[3E-1]", -logf(1.0f / 0.3f - 1.0f)},
        {"binary:logitraw", "0.3", 0.3f},
        {"count:poisson", "0.3", logf(0.3f)},
        {"survival:aft", "2.5", logf(2.5f)},
        {"binary:hinge", "0.3", 0.3f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char score[64];
        snprintf(score, sizeof score, "base_score\":\"%s", cases[i].score);
        char *one = edited(small, "reg:squarederror", cases[i].objective);
        char *text = edited(one, "base_score\":\"5E-1", score);
        mlops_model *model = parse(text);
        mlops_context *context;
        double out;
        assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, NULL),
                         0);
        assert_int_equal(mlops_context_predict(context, rows[2], 1, 2, &out, 1), MLOPS_OK);
        assert_true(out == (double)((float)cases[i].margin + 4.0f + 0.25f));
        mlops_context_free(context);
        mlops_model_unref(model);
        free(text);
        free(one);
    }
}

static void reads_a_score_for_each_class(void **state) {
    (void)state;
    char *one = edited(small, "\"5E-1\"", "\"[1E-1,2E-1,3E-1]\"");
    char *two = edited(one, "\"num_class\":\"0\"", "\"num_class\":\"3\"");
    char *three = edited(two, "reg:squarederror", "multi:softmax");
    char *text = edited(three, "\"tree_info\":[0,0]", "\"tree_info\":[2,1]");
    mlops_model *model = parse(text);
    double out[3];
    mlops_context *context;
    assert_int_equal(mlops_context_new(&context, model, MLOPS_MODEL_OUTPUT_MARGIN, NULL, NULL),
                     MLOPS_OK);
    assert_int_equal(mlops_context_predict(context, rows[0], 1, 2, out, 3), MLOPS_OK);
    assert_true(out[0] == 0.1f && out[1] == 0.2f + 0.25f && out[2] == 0.3f + 1.5f);
    mlops_context_free(context);
    assert_int_equal(mlops_model_width(model, MLOPS_MODEL_OUTPUT_PREDICTION), 1);
    assert_int_equal(mlops_model_predict(model, rows[0], 1, 2, out, 1), MLOPS_OK);
    assert_true(out[0] == 2);
    mlops_model_unref(model);
    free(text);
    free(three);
    free(two);
    free(one);
}

/* multi_strategy=multi_output_tree: the leaves of node n add 10 n + 1 to the first target and 10 n
 * + 2 to the second. */
static char *make_vectors(const char *n_targets, const char *last) {
    char *one = edited(small, "\"num_target\":\"1\"", n_targets);
    char *two = edited(one, "\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"",
                       "\"num_nodes\":\"5\",\"size_leaf_vector\":\"2\"");
    char with[200];
    snprintf(with, sizeof with, "\"base_weights\":[1,2,11,12,NaN,22,31,32,41,%s],\"default_left\"",
             last);
    char *text = edited(two, "\"default_left\"", with);
    free(two);
    free(one);
    return text;
}

static void adds_vectors(void **state) {
    (void)state;
    char *text = make_vectors("\"num_target\":\"2\"", "42");
    mlops_model *model = parse(text);
    const double leaves[N_ROWS] = {1, 3, 4, 3, 1};
    double out[N_ROWS][2];
    assert_int_equal(mlops_model_predict(model, rows[0], N_ROWS, 2, out[0], 2), MLOPS_OK);
    for (int i = 0; i < N_ROWS; i++) {
        assert_true(out[i][0] == 0.5 + 10 * leaves[i] + 1 + 0.25); /* the second tree's leaf */
        assert_true(out[i][1] == 0.5 + 10 * leaves[i] + 2);
    }
    mlops_model_unref(model);
    free(text);
    const struct {
        const char *n_targets, *last, *from, *to;
        mlops_status status;
        const char *message;
    } cases[] = {
        {"\"num_target\":\"3\"", "42", "", "", MLOPS_E_CORRUPT, "num_class and num_target say 3"},
        {"\"num_target\":\"2\"", "NaN", "", "", MLOPS_E_CORRUPT, "node 4: its leaf value is not"},
        {"\"num_target\":\"2\"", "42,43", "", "", MLOPS_E_CORRUPT, "\"base_weights\" has 11 items"},
        {"\"num_target\":\"2\"", "42", "\"parents\"", "\"leaf_weights\":[1],\"parents\"",
         MLOPS_E_UNSUPPORTED, "those of versions up to 3.0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *vectors = make_vectors(cases[i].n_targets, cases[i].last);
        char *wrong_one = edited(vectors, cases[i].from, cases[i].to);
        mlops_error error = {0};
        assert_int_equal(mlops_model_parse(&model, wrong_one, strlen(wrong_one), NULL, &error),
                         cases[i].status);
        if (!strstr(error.message, cases[i].message)) fail_msg("%s", error.message);
        free(wrong_one);
        free(vectors);
    }
}

/* Edits of the small model, and what is said of each. */
static const struct {
    const char *from, *to;
    mlops_status status;
    const char *message;
} wrong[] = {
    {"[1,-1,3,-1,-1]", "[1,-1,3,-1]", MLOPS_E_CORRUPT,
     "tree 0: \"left_children\" has 4 items, num_nodes says 5"},
    {"[1,-1,3,-1,-1]", "[1,-1,9,-1,-1]", MLOPS_E_CORRUPT, "tree 0, node 9: is not in the tree"},
    {"[1,-1,3,-1,-1]", "[1,-1,0,-1,-1]", MLOPS_E_CORRUPT,
     "tree 0, node 0: has more than one parent"},
    {"[1,-1,3,-1,-1]", "[1,-1,4,-1,-1]", MLOPS_E_CORRUPT,
     "tree 0, node 4: has more than one parent"},
    {"[1,-1,3,-1,-1]", "[1,-1,-2,-1,-1]", MLOPS_E_CORRUPT, "node -2: is not in the tree"},
    {"[2,-1,4,-1,-1]", "[2,4,4,-1,-1]", MLOPS_E_CORRUPT, "has a right child and no left one"},
    {"\"num_nodes\":\"5\"", "\"num_nodes\":\"6\"", MLOPS_E_CORRUPT, "num_nodes says 6"},
    {"\"num_nodes\":\"5\"", "\"num_nodes\":\"0\"", MLOPS_E_CORRUPT, "num_nodes must be 1"},
    {"\"num_nodes\":\"5\"", "\"num_nodes\":\"-1\"", MLOPS_E_CORRUPT, "num_nodes must be 1"},
    {"\"num_deleted\":\"0\"", "\"num_deleted\":\"1\"", MLOPS_E_CORRUPT,
     "0 of 5 nodes have no way from the root, num_deleted says 1"},
    {"[1,0,0,0,0]", "[2,0,0,0,0]", MLOPS_E_CORRUPT,
     "tree 0, node 0: tests feature 2, num_feature is 2"},
    {"[1,0,0,0,0]", "[-1,0,0,0,0]", MLOPS_E_CORRUPT, "tests a feature below 0"},
    {"[1,0,0,0,0]", "[2147483647,0,0,0,0]", MLOPS_E_CORRUPT, "is deleted, but part"},
    {"[1E1,", "[NaN,", MLOPS_E_CORRUPT, "tree 0, node 0: its threshold is not a number"},
    {",4E0]", ",NaN]", MLOPS_E_CORRUPT, "node 4: its leaf value is not a finite number"},
    {",4E0]", ",Infinity]", MLOPS_E_CORRUPT, "its leaf value is not a finite number"},
    {",4E0]", ",\"x\"]", MLOPS_E_CORRUPT, "\"split_conditions\": item 4 is not a number"},
    {"[0,0,1,0,0]", "[2,0,1,0,0]", MLOPS_E_CORRUPT, "default_left is not 0 or 1"},
    {"[0,0,1,0,0]", "[0,0,1,0,9999999999]", MLOPS_E_CORRUPT, "a whole number of 32 bits"},
    {"[0,0,1,0,0]", "[0,0,1,0,0.5]", MLOPS_E_CORRUPT, "a whole number of 32 bits"},
    {"[0,0,0,0,0]", "[2,0,0,0,0]", MLOPS_E_UNSUPPORTED, "split_type 2 is unknown"},
    {"[0,0,0,0,0]", "[1,0,0,0,0]", MLOPS_E_CORRUPT, "has no categories"},
    {"\"tree_info\":[0,0]", "\"tree_info\":[0,1]", MLOPS_E_CORRUPT,
     "tree 1 belongs to class 1, there are 1"},
    {"\"tree_info\":[0,0]", "\"tree_info\":[0]", MLOPS_E_CORRUPT, "has 1 item for 2 trees"},
    {"\"num_trees\":\"2\"", "\"num_trees\":\"3\"", MLOPS_E_CORRUPT, "num_trees says 3"},
    {"\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"",
     "\"num_nodes\":\"5\",\"size_leaf_vector\":\"3\"", MLOPS_E_CORRUPT,
     "\"base_weights\" has 0 items, num_nodes says 5 and size_leaf_vector 3"},
    {"\"num_nodes\":\"5\",\"size_leaf_vector\":\"0\"",
     "\"num_nodes\":\"5\",\"size_leaf_vector\":\"-3\"", MLOPS_E_CORRUPT,
     "size_leaf_vector must be 0 to 65536"},
    {"gbtree\"}", "gbforest\"}", MLOPS_E_UNSUPPORTED, "booster \"gbforest\""},
    {"gbtree\"}", "gblinear\"}", MLOPS_E_CORRUPT, "does not have the members of one"},
    {"gbtree\"}", "dart\"}", MLOPS_E_CORRUPT, "does not have the members of one"},
    {"reg:squarederror", "reg:quantileerror", MLOPS_OK, ""},
    {"reg:squarederror", "reg:cubederror", MLOPS_E_UNSUPPORTED,
     "objective \"reg:cubederror\" is not supported"},
    {"reg:squarederror", "binary:logistic\",\"x\":\"", MLOPS_OK, ""},
    {"\"version\":[1,7,4]", "\"version\":[4,0,0]", MLOPS_E_UNSUPPORTED, "XGBoost 4.0"},
    {"\"version\":[1,7,4]", "\"version\":[1,7,4,1]", MLOPS_E_CORRUPT, "not three numbers"},
    {"\"5E-1\"", "\"x\"", MLOPS_E_CORRUPT, "base_score is not a number"},
    {"\"5E-1\"", "\"[1E0\"", MLOPS_E_CORRUPT, "base_score has no end bracket"},
    {"\"5E-1\"", "\"[1E0,2E0]\"", MLOPS_E_CORRUPT, "base_score has 2 values; 1 or 1"},
    {"\"5E-1\"", "\"inf\"", MLOPS_E_CORRUPT, "base_score is not a number"},
    {"\"base_score\"", "\"base\"", MLOPS_E_CORRUPT, "base_score\" is missing"},
    {"\"objective\"", "\"other\"", MLOPS_E_CORRUPT, "objective.name\" is missing"},
    {"\"learner\"", "\"lerner\"", MLOPS_E_CORRUPT, "gradient_booster\" is missing"},
    {"\"num_feature\":\"2\",\"num_target", "\"num_feature\":\"0\",\"num_target", MLOPS_E_CORRUPT,
     "num_feature must be 1"},
    {"[\"age\",\"amount\"]", "[\"age\"]", MLOPS_E_CORRUPT, "has 1 items, num_feature is 2"},
    {"[\"age\",\"amount\"]", "[\"age\",\"a\\u0000b\"]", MLOPS_E_CORRUPT, "feature name 1"},
    {"[\"age\",\"amount\"]", "[]", MLOPS_OK, ""},
    {"[\"age\",\"amount\"]", "7", MLOPS_E_CORRUPT, "expected an array of feature names"},
    {"\"num_class\":\"0\"", "\"num_class\":\"70000\"", MLOPS_E_UNSUPPORTED, "beyond 65536"},
    {"\"trees\":[{", "\"trees\":[7,{", MLOPS_E_CORRUPT, "tree 0 must be an object"},
    {"\"trees\":[{", "\"trees\":[],\"trees\":[{", MLOPS_OK, ""},
    {"[1,7,4]}", "[1,7,4]}x", MLOPS_E_CORRUPT, ""},
};

/* What is wrong is named, with its place. */
static void refuses_wrong_models(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char *text = edited(small, wrong[i].from, wrong[i].to);
        mlops_model *model;
        mlops_error error = {0};
        mlops_status status = mlops_model_parse(&model, text, strlen(text), NULL, &error);
        if (status != wrong[i].status || !strstr(error.message, wrong[i].message))
            fail_msg("%s: %s: %s", wrong[i].to, mlops_status_name(status), error.message);
        if (status) assert_null(model);
        if (status) assert_true(error.line == 1 && error.column > 1 && error.offset > 0);
        mlops_model_unref(model);
        free(text);
    }
}

static void refuses_every_prefix(void **state) {
    (void)state;
    mlops_model *model;
    mlops_error error;
    for (size_t n = 0; n < strlen(small); n++) {
        char *text = malloc(n + 1); /* exact, so that a read beyond is seen */
        assert_non_null(text);
        memcpy(text, small, n);
        assert_int_equal(mlops_model_parse(&model, text, n, NULL, &error), MLOPS_E_CORRUPT);
        assert_true(error.offset >= 0 && error.offset <= (int64_t)n);
        assert_null(model);
        free(text);
    }
    size_t size;
    uint8_t *bytes = read_corpus("ubjson/logistic.ubj", &size);
    for (size_t n = 1; n < size; n++) {
        uint8_t *part = malloc(n);
        assert_non_null(part);
        memcpy(part, bytes, n);
        assert_int_equal(mlops_model_parse(&model, part, n, NULL, &error), MLOPS_E_CORRUPT);
        assert_true(error.offset >= 0 && error.offset <= (int64_t)n);
        free(part);
    }
    free(bytes);
}

static void names_foreign_formats(void **state) {
    (void)state;
    const struct {
        const char *bytes;
        size_t n;
        mlops_status status;
        const char *message;
    } cases[] = {
        {"", 0, MLOPS_E_CORRUPT, "empty"},
        {"binf\0\0\0?", 8, MLOPS_E_UNSUPPORTED, "save_model() it as .json or .ubj"},
        {"\0\0\0?\4\0\0\0", 8, MLOPS_E_UNSUPPORTED, "old binary format"},
        {"\x80\4\x95", 3, MLOPS_E_UNSUPPORTED, "pickle"},
        {"tree\nversion=v4\n", 16, MLOPS_E_CORRUPT, "ends inside its header"},
        {"\x08\x08\x12\x07skl2onnx", 12, MLOPS_E_CORRUPT, "of a ModelProto is cut short"},
        {"[{\"nodeid\":0}]", 14, MLOPS_E_UNSUPPORTED, "dump_model()"},
        {"{\"name\":\"tree\",\"tree_info\":[]}", 30, MLOPS_E_UNSUPPORTED,
         "LightGBM's dump_model()"},
        {"PK\3\4", 4, MLOPS_E_UNSUPPORTED, "zip"},
        {"a,b\n1,2\n", 8, MLOPS_E_CORRUPT, "expected XGBoost's JSON or UBJSON"},
        {"{}", 2, MLOPS_E_CORRUPT, "gradient_booster\" is missing"},
        {" { } ", 5, MLOPS_E_CORRUPT, "gradient_booster\" is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        mlops_model *model;
        mlops_error error = {0};
        mlops_status status = mlops_model_parse(&model, cases[i].bytes, cases[i].n, NULL, &error);
        assert_int_equal(status, cases[i].status);
        if (!strstr(error.message, cases[i].message)) fail_msg("%s", error.message);
        assert_null(model);
    }
}

static void checks_options(void **state) {
    (void)state;
    mlops_model *model;
    mlops_error error;
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    opts.flags = 1;
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_INVALID);
    opts.flags = 0;
    opts.format = "pickle";
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_INVALID);
    opts.format = "bundle";
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_CORRUPT);
    opts.format = "xgboost";
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error), MLOPS_OK);
    mlops_model_unref(model);
    opts.memory_max = 2000;
    assert_int_equal(mlops_model_parse(&model, small, sizeof small - 1, &opts, &error),
                     MLOPS_E_LIMIT);
    assert_non_null(strstr(error.message, "memory_max"));
    assert_null(model);
    assert_int_equal(mlops_model_load(&model, "/nonexistent/m.json", NULL, &error),
                     MLOPS_E_NOT_FOUND);
    assert_null(model);
}

static void survives_failed_allocations(void **state) {
    (void)state;
    size_t n;
    uint8_t *ubjson = read_corpus("ubjson/categories.ubj", &n);
    const struct {
        const void *bytes;
        size_t n;
    } files[] = {{small, sizeof small - 1}, {ubjson, n}};
    for (int f = 0; f < 2; f++) {
        for (int64_t k = 1;; k++) {
            mlops__alloc_fault fault;
            mlops__alloc_fault_init(&fault);
            fault.fail_at = k;
            mlops_host host = MLOPS_HOST_INIT;
            host.allocator = &fault.table;
            mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
            opts.host = &host;
            mlops_model *model;
            mlops_error error;
            mlops_status status =
                mlops_model_parse(&model, files[f].bytes, files[f].n, &opts, &error);
            if (fault.n_injected) assert_int_equal(status, MLOPS_E_NOMEM);
            mlops_model_unref(model);
            assert_int_equal(fault.n_live, 0);
            assert_int_equal(fault.n_misused, 0);
            if (!fault.n_injected) break;
        }
    }
    free(ubjson);
}

static void binds_tables_by_name(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    const char *csv = "amount,name,age,flag\n5,x,25,true\n10,y,25,false\n11,z,40,true\n,w,,true\n"
                      "5,v,,false\n";
    mlops_table *table;
    mlops_error error = {0};
    assert_int_equal(mlops_table_parse(&table, csv, strlen(csv), NULL, &error), MLOPS_OK);
    double out[N_ROWS], leaves[N_ROWS][2];
    assert_int_equal(mlops_model_predict_table(model, table, NULL, 0, out, N_ROWS, 1, &error), 0);
    assert_memory_equal(out, expected, sizeof out);
    assert_int_equal(mlops_model_predict_table(model, table, NULL, MLOPS_MODEL_OUTPUT_LEAF,
                                               leaves[0], N_ROWS, 2, &error),
                     0);
    assert_true(leaves[2][0] == 4);
    assert_int_equal(
        mlops_model_predict_table(model, table, "flag,amount", 0, out, N_ROWS, 1, &error), 0);
    assert_true(out[0] == 2.25 && out[1] == -1.25 && out[2] == -1.25);
    const struct {
        const char *columns;
        int64_t n_rows, width;
        mlops_status status;
        const char *message;
    } cases[] = {
        {"age,name", N_ROWS, 1, MLOPS_E_SCHEMA, "column \"name\" is a string"},
        {"age,nix", N_ROWS, 1, MLOPS_E_SCHEMA, "no column \"nix\""},
        {"age", N_ROWS, 1, MLOPS_E_SCHEMA, "names 1 column, the model has 2 features"},
        {"age,\"", N_ROWS, 1, MLOPS_E_INVALID, ""},
        {NULL, 4, 1, MLOPS_E_INVALID, "the table has 5 rows"},
        {NULL, N_ROWS, 2, MLOPS_E_INVALID, "yields 1 value a row"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(mlops_model_predict_table(model, table, cases[i].columns, 0, out,
                                                   cases[i].n_rows, cases[i].width, &error),
                         cases[i].status);
        if (!strstr(error.message, cases[i].message)) fail_msg("%s", error.message);
    }
    mlops_table_unref(table);
    mlops_model_unref(model);
}

static void nameless_models_need_a_list(void **state) {
    (void)state;
    char *text = edited(small, "[\"age\",\"amount\"]", "[]");
    mlops_model *model = parse(text);
    const double values[] = {25, 5};
    mlops_table *table;
    mlops_error error = {0};
    double out;
    assert_null(mlops_model_feature_name(model, 0));
    assert_int_equal(mlops_table_from_matrix(&table, values, 1, 2, "b,a", NULL, &error), MLOPS_OK);
    assert_int_equal(mlops_model_predict_table(model, table, NULL, 0, &out, 1, 1, &error),
                     MLOPS_E_SCHEMA);
    assert_non_null(strstr(error.message, "no feature names"));
    assert_int_equal(mlops_model_predict_table(model, table, "b,a", 0, &out, 1, 1, &error), 0);
    assert_true(out == 2.25);
    mlops_table_unref(table);
    mlops_model_unref(model);
    free(text);
}

static void describes_itself(void **state) {
    (void)state;
    mlops_model *model = parse(small);
    char text[2048], tiny[8] = "xxxxxxx";
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_model_describe(model, NULL, 0, &needed), MLOPS_OK);
    assert_int_equal(mlops_model_describe(model, text, sizeof text, &again), MLOPS_OK);
    assert_int_equal(needed, again);
    assert_int_equal(strlen(text), needed);
    const char *parts[] = {"\"format\": \"xgboost 1.7.4\"",
                           "\"objective\": \"reg:squarederror\"",
                           "\"trees\": 2",
                           "\"nodes\": 6",
                           "\"depth\": 2",
                           "\"amount\"",
                           "\"booster\": \"gbtree\""};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (!strstr(text, parts[i])) fail_msg("%s is not in %s", parts[i], text);
    assert_int_equal(mlops_model_describe(model, text, needed, &again), MLOPS_E_ARENA);
    assert_string_equal(text, "");
    assert_int_equal(mlops_model_describe(model, text, needed + 1, NULL), MLOPS_OK);
    assert_int_equal(mlops_model_describe(model, tiny, sizeof tiny, &again), MLOPS_E_ARENA);
    assert_string_equal(tiny, "");
    assert_int_equal(again, needed);
    mlops_model_unref(mlops_model_ref(model));
    mlops_model_unref(model);
    mlops_model_unref(NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicts_by_hand),
        cmocka_unit_test(checks_shapes),
        cmocka_unit_test(context_in_given_memory),
        cmocka_unit_test(large_models_need_a_context),
        cmocka_unit_test(reads_base_scores),
        cmocka_unit_test(reads_a_score_for_each_class),
        cmocka_unit_test(adds_vectors),
        cmocka_unit_test(refuses_wrong_models),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(names_foreign_formats),
        cmocka_unit_test(checks_options),
        cmocka_unit_test(survives_failed_allocations),
        cmocka_unit_test(binds_tables_by_name),
        cmocka_unit_test(nameless_models_need_a_list),
        cmocka_unit_test(describes_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
