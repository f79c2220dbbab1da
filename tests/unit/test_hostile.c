/* Model files as attackers make them: a file for each class of vulnerability that loaders have had,
 * in each format that can hold it. Each is refused with an error that names what is wrong, and so,
 * or loaded, is every part of it; no other file is opened, and memory stays within a bound that the
 * file's size sets, whatever counts it announces.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "help_hostile.h"
#include "sys/io_test.h"

#include <mlops.h>

/* ---- files ---- */

/* A tree over two features in XGBoost's JSON. */
static const char xgboost[] =
    "{\"learner\":{\"feature_names\":[\"age\",\"amount\"],\"gradient_booster\":{\"model\":{"
    "\"gbtree_model_param\":{\"num_trees\":\"1\"},\"tree_info\":[0],\"trees\":[{"
    "\"categories\":[3],\"categories_nodes\":[2],\"categories_segments\":[0],\"categories_sizes\":"
    "[1],\"default_left\":[0,0,1,0,0],\"left_children\":[1,-1,3,-1,-1],\"right_children\":[2,-1,4,"
    "-1,-1],\"split_conditions\":[1E1,1.5E0,3E1,-2E0,4E0],\"split_indices\":[1,0,0,0,0],"
    "\"split_type\":[0,0,1,0,0],\"tree_param\":{\"num_nodes\":\"5\"}}]},\"name\":\"gbtree\"},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"2\"},"
    "\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":[1,7,4]}";

static const char gblinear[] =
    "{\"learner\":{\"gradient_booster\":{\"model\":{\"weights\":[1,2,0.5]},\"name\":\"gblinear\"},"
    "\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":\"0\",\"num_feature\":\"2\"},"
    "\"objective\":{\"name\":\"reg:squarederror\"}},\"version\":[1,7,4]}";

static const char lightgbm[] =
    "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nmax_feature_idx=1\n"
    "objective=regression\nfeature_names=a b\nfeature_infos=[0:1] [0:1]\n\n"
    "Tree=0\nnum_leaves=3\nnum_cat=1\nsplit_feature=1 0\nthreshold=10 0\ndecision_type=8 1\n"
    "left_child=-1 -2\nright_child=1 -3\nleaf_value=1.5 -2 4\ncat_boundaries=0 1\n"
    "cat_threshold=2\n\nend of trees\n";

/* ---- ONNX ---- */

typedef struct lie {
    int64_t dims[3];
    int n_dims, type;
    const char *place; /* of external data */
} lie;

/* X + w, where the tensor w says what is not so. */
static void put_tensor(bytes *to, const lie *it) {
    bytes node = {.n = 0}, tensor = {.n = 0}, entry = {.n = 0};
    begin_node(&node, "Add", NULL, "w");
    for (int i = 0; i < it->n_dims; i++) put_number(&tensor, 1, (uint64_t)it->dims[i]);
    put_number(&tensor, 2, (uint64_t)it->type);
    put_name(&tensor, 8, "w");
    if (it->place) {
        put_name(&entry, 1, "location");
        put_name(&entry, 2, it->place);
        put_message(&tensor, 13, &entry);
        put_number(&tensor, 14, 1);
    } else {
        put_field(&tensor, 9, "\0\0\0\0\0\0\0\0", 8);
    }
    put_onnx(to, &node, &tensor);
}

static void onnx_count_wraps(bytes *to) {
    put_tensor(to, &(lie){{(int64_t)1 << 32, (int64_t)1 << 32, 2}, 3, 1, NULL});
}
static void onnx_count_wraps_to_little(bytes *to) { /* times 4 bytes it is 8 again */
    put_tensor(to, &(lie){{((int64_t)1 << 62) + 2, 1, 1}, 1, 1, NULL});
}
static void onnx_count_below_zero(bytes *to) { put_tensor(to, &(lie){{-2, -1, 0}, 2, 1, NULL}); }
static void onnx_type_unknown(bytes *to) { put_tensor(to, &(lie){{2, 0, 0}, 1, 99, NULL}); }
static void onnx_path(bytes *to) { put_tensor(to, &(lie){{2, 0, 0}, 1, 1, "../../etc/passwd"}); }
static void onnx_path_whole(bytes *to) { put_tensor(to, &(lie){{2, 0, 0}, 1, 1, "/etc/passwd"}); }
static void onnx_path_beside(bytes *to) { put_tensor(to, &(lie){{2, 0, 0}, 1, 1, "beside"}); }

static void onnx_code(bytes *to) {
    bytes node = {.n = 0};
    begin_node(&node, "PyOp", "ai.onnx.contrib", NULL);
    put_onnx(to, &node, NULL);
}

static void onnx_nested(bytes *to) {
    bytes *inner = calloc(1, sizeof *inner), *outer = calloc(1, sizeof *outer);
    for (int i = 0; i < 99; i++) { /* graph in attribute in node in graph */
        outer->n = 0;
        put_message(outer, i % 3 == 0 ? 6 : i % 3 == 1 ? 5 : 1, inner);
        memcpy(inner, outer, sizeof *inner);
    }
    outer->n = 0;
    put_number(outer, 2, 15);
    put_number(to, 1, 8);
    put_message(to, 8, outer);
    put_message(to, 7, inner);
    free(inner);
    free(outer);
}

/* A tree of three nodes; which says what is wrong with it. */
static void put_trees(bytes *to, int which) {
    const char *modes[] = {"BRANCH_LEQ", which == 1 ? "BRANCH_LEQ" : "LEAF", "LEAF"};
    const double ids[] = {0, which == 5 ? 0 : 1, 2}, zero[] = {0, 0, 0};
    const double yes[] = {which == 2 ? 7 : 1, 0, 0}, no[] = {2, 2, 0};
    const double two[] = {2}, none[] = {0}, one[] = {1};
    const double features[] = {which == 3 ? 1e9 : 0, 0, 0}, far[] = {5};
    const double thresholds[] = {which == 4 ? __builtin_nan("") : 0, 0, 0};
    bytes node = {.n = 0}, targets = {.n = 0};
    begin_node(&node, "TreeEnsembleRegressor", "ai.onnx.ml", NULL);
    put_list(&node, "nodes_treeids", 0, zero, 3);
    put_list(&node, "nodes_nodeids", 0, ids, 3);
    put_list(&node, "nodes_featureids", 0, features, 3);
    put_list(&node, "nodes_values", 1, thresholds, 3);
    put_list(&node, "nodes_truenodeids", 0, yes, 3);
    put_list(&node, "nodes_falsenodeids", 0, no, 3);
    put_texts(&node, "nodes_modes", modes, 3);
    put_list(&node, "target_treeids", 0, none, 1);
    put_list(&node, "target_nodeids", 0, two, 1);
    put_list(&node, "target_ids", 0, which == 6 ? far : none, 1);
    put_list(&node, "target_weights", 1, one, which == 7 ? 0 : 1);
    put_name(&targets, 1, "n_targets");
    put_number(&targets, 3, which == 8 ? (uint64_t)1 << 40 : 1);
    put_number(&targets, 20, 2);
    put_message(&node, 5, &targets);
    put_onnx(to, &node, NULL);
}

static void onnx_tree_circle(bytes *to) { put_trees(to, 1); }
static void onnx_tree_child(bytes *to) { put_trees(to, 2); }
static void onnx_tree_feature(bytes *to) { put_trees(to, 3); }
static void onnx_tree_nan(bytes *to) { put_trees(to, 4); }
static void onnx_tree_twice(bytes *to) { put_trees(to, 5); }
static void onnx_tree_target(bytes *to) { put_trees(to, 6); }
static void onnx_tree_short(bytes *to) { put_trees(to, 7); }
static void onnx_tree_targets(bytes *to) { put_trees(to, 8); }

static void onnx_no_targets(bytes *to) {
    const double weights[] = {1, 2};
    bytes node = {.n = 0}, targets = {.n = 0};
    begin_node(&node, "LinearRegressor", "ai.onnx.ml", NULL);
    put_list(&node, "coefficients", 1, weights, 2);
    put_name(&targets, 1, "targets");
    put_number(&targets, 3, 0);
    put_number(&targets, 20, 2);
    put_message(&node, 5, &targets);
    put_onnx(to, &node, NULL);
}

/* ---- UBJSON, plans in bundles and others ---- */

#define UBJSON                                                                                     \
    "{L\0\0\0\0\0\0\0\7learner{L\0\0\0\0\0\0\0\20gradient_booster{L\0\0\0\0\0\0\0\5model{"         \
    "L\0\0\0\0\0\0\0"                                                                              \
    "\7weights["

static void ubjson_count(bytes *to) { PUT(to, UBJSON "$d#L\x3f\xff\xff\xff\xff\xff\xff\xff"); }
static void ubjson_count_wraps(bytes *to) { PUT(to, UBJSON "$d#L\x40\0\0\0\0\0\0\1"); }
static void ubjson_count_below(bytes *to) {
    PUT(to, UBJSON "$d#L\xff\xff\xff\xff\xff\xff\xff\xff");
}
static void ubjson_count_of_nothing(bytes *to) { PUT(to, UBJSON "$Z#l\x7f\xff\xff\xff"); }
static void ubjson_name(bytes *to) { PUT(to, "{L\x7f\xff\xff\xff\xff\xff\xff\xff"); }
static void ubjson_nested(bytes *to) {
    PUT(to, "{L\0\0\0\0\0\0\0\1x");
    for (int i = 0; i < 60000; i++) put_text(to, "[");
}

static void json_nested(bytes *to) {
    put_text(to, "{\"x\":");
    for (int i = 0; i < 60000; i++) put_text(to, "[");
}

static void pickle(bytes *to) {
    PUT(to, "\x80\4\x95\x1d\0\0\0\0\0\0\0\x8c\5posix\x8c\6system\x93");
}
static void zip(bytes *to) { PUT(to, "PK\3\4\24\0\0\0\0\0archive/data.pkl"); }
static void numpy(bytes *to) { PUT(to, "\x93NUMPY\1\0v\0{'descr': '|O'}"); }
static void hdf5(bytes *to) { PUT(to, "\x89HDF\r\n\x1a\n\0\0\0\0"); }
static void nothing(bytes *to) { (void)to; }

typedef struct hostile {
    const char *what;
    void (*make)(bytes *to); /* or an edit of a text */
    const char *text, *from, *to;
    mlops_status status;
    const char *message;
} hostile;

#define MADE(what, make, status, message)                                                          \
    { what, make, NULL, NULL, NULL, status, message }
#define EDIT(what, text, from, to, status, message)                                                \
    { what, NULL, text, from, to, status, message }

static const hostile files[] = {
    /* sizes that wrap, or promise more than there is */
    MADE("size", onnx_count_wraps, MLOPS_E_CORRUPT,
         "tensor \"w\": its dimensions multiply to more than there can"),
    MADE("size", onnx_count_wraps_to_little, MLOPS_E_CORRUPT,
         "tensor \"w\": its dimensions multiply to more than there can"),
    MADE("size", onnx_count_below_zero, MLOPS_E_CORRUPT, "tensor \"w\": a dimension is negative"),
    MADE("size", onnx_tree_targets, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): 1099511627776 targets"),
    MADE("size", onnx_arena, MLOPS_E_LIMIT,
         "to predict with this model takes 21474"), /* 2 GiB a row */
    MADE("size", ubjson_count, MLOPS_E_CORRUPT,
         "UBJSON: a count is larger than what is left of the file; it"),
    MADE("size", ubjson_count_wraps, MLOPS_E_CORRUPT,
         "UBJSON: a count is larger than what is left of the file; it"),
    MADE("size", ubjson_count_below, MLOPS_E_CORRUPT, "UBJSON: a length is negative"),
    MADE("size", ubjson_count_of_nothing, MLOPS_E_CORRUPT,
         "UBJSON: a typed array of items that take no bytes"),
    MADE("size", ubjson_name, MLOPS_E_CORRUPT,
         "UBJSON: the file ends inside an item; it is cut short"),
    EDIT("size", xgboost, "\"num_nodes\":\"5\"", "\"num_nodes\":\"2147483647\"", MLOPS_E_CORRUPT,
         "tree 0: \"left_children\" has 5 items, num_nodes says"),
    EDIT("size", xgboost, "\"num_trees\":\"1\"", "\"num_trees\":\"4294967297\"", MLOPS_E_CORRUPT,
         "the file has 1 tree, num_trees says 4294967297"),
    EDIT("size", xgboost, "\"num_class\":\"0\"", "\"num_class\":\"99999999\"", MLOPS_E_UNSUPPORTED,
         "num_class or num_target is beyond 65536"),
    EDIT("size", xgboost, "\"num_feature\":\"2\"", "\"num_feature\":\"2147483647\"",
         MLOPS_E_CORRUPT, "\"feature_names\" has 2 items, num_feature is 2147483647"),
    EDIT("size", xgboost, "\"num_nodes\":\"5\"",
         "\"num_nodes\":\"5\",\"size_leaf_vector\":\"65536\"", MLOPS_E_CORRUPT,
         "tree 0: \"base_weights\" has 0 items, num_nodes says 5 and"),
    EDIT("size", xgboost, "\"categories\":[3]", "\"categories\":[2147483647]", MLOPS_E_CORRUPT,
         "tree 0, node 2: a category is negative or above 16777215"),
    EDIT("size", gblinear, "\"num_feature\":\"2\"", "\"num_feature\":\"2147483647\"",
         MLOPS_E_CORRUPT, "\"weights\" has 3 items; 2147483648 are due, one for each"),
    EDIT("size", gblinear, "\"num_class\":\"0\"", "\"num_class\":\"65536\"", MLOPS_E_CORRUPT,
         "\"weights\" has 3 items; 196608 are due, one for each feature"),
    EDIT("size", gblinear, "[1,2,0.5]", "[1,2,0.5,4]", MLOPS_E_CORRUPT,
         "\"weights\" has 4 items; 3 are due, one for each feature and"),
    EDIT("size", lightgbm, "num_leaves=3", "num_leaves=2147483647", MLOPS_E_CORRUPT,
         "num_leaves must be a whole number from 1 to 268435456"),
    EDIT("size", lightgbm, "num_leaves=3", "num_leaves=99999999999999999999", MLOPS_E_CORRUPT,
         "num_leaves must be a whole number from 1 to 268435456"),
    EDIT("size", lightgbm, "max_feature_idx=1", "max_feature_idx=2147483646", MLOPS_E_CORRUPT,
         "feature_names has 2 names, max_feature_idx is 2147483646"),
    EDIT("size", lightgbm, "num_class=1", "num_class=2000000000", MLOPS_E_CORRUPT,
         "num_class must be a whole number from 1 to 65536"),
    EDIT("size", lightgbm, "num_cat=1", "num_cat=2147483647", MLOPS_E_CORRUPT,
         "num_cat must be a whole number from 0 to 268435456"),
    /* nothing to divide by, or no outputs */
    EDIT("zero", lightgbm, "num_class=1", "num_class=0", MLOPS_E_CORRUPT,
         "num_class must be a whole number from 1 to 65536"),
    EDIT("zero", lightgbm, "num_tree_per_iteration=1", "num_tree_per_iteration=0", MLOPS_E_CORRUPT,
         "num_tree_per_iteration must be a whole number from 1 to"),
    EDIT("zero", lightgbm, "=regression", "=binary sigmoid:0", MLOPS_E_CORRUPT,
         "sigmoid must be above 0"),
    EDIT("zero", xgboost, "\"num_feature\":\"2\"", "\"num_feature\":\"0\"", MLOPS_E_CORRUPT,
         "num_feature must be 1 to 2147483647"),
    MADE("zero", onnx_no_targets, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.LinearRegressor 3): 2 coefficients for 0 targets"),
    /* indices that lead outside */
    EDIT("index", xgboost, "[1,-1,3,-1,-1]", "[1,-1,2147483646,-1,-1]", MLOPS_E_CORRUPT,
         "tree 0, node 2147483646: is not in the tree"),
    EDIT("index", xgboost, "[1,0,0,0,0]", "[99,0,0,0,0]", MLOPS_E_CORRUPT,
         "tree 0, node 0: tests feature 99, num_feature is 2"),
    EDIT("index", xgboost, "[1,0,0,0,0]", "[-5,0,0,0,0]", MLOPS_E_CORRUPT,
         "tree 0, node 0: tests a feature below 0"),
    EDIT("index", xgboost, "\"tree_info\":[0]", "\"tree_info\":[-1]", MLOPS_E_CORRUPT,
         "\"tree_info\": tree 0 belongs to class -1, there are 1"),
    EDIT("index", xgboost, "\"categories_nodes\":[2]", "\"categories_nodes\":[7]", MLOPS_E_CORRUPT,
         "tree 0, node 7: categories_nodes names it twice, or it is"),
    EDIT("index", xgboost, "\"categories_segments\":[0]", "\"categories_segments\":[9]",
         MLOPS_E_CORRUPT, "tree 0, node 2: its categories are not inside \"categories\""),
    EDIT("index", xgboost, "\"categories_sizes\":[1]", "\"categories_sizes\":[-1]", MLOPS_E_CORRUPT,
         "tree 0, node 2: its categories are not inside \"categories\""),
    EDIT("index", lightgbm, "left_child=-1 -2", "left_child=-1 99", MLOPS_E_CORRUPT,
         "tree 0, left_child, item 1: is not in the tree"),
    EDIT("index", lightgbm, "split_feature=1 0", "split_feature=1 -1", MLOPS_E_CORRUPT,
         "tree 0, split_feature, item 1: is no feature: see"),
    EDIT("index", lightgbm, "cat_boundaries=0 1", "cat_boundaries=0 99", MLOPS_E_CORRUPT,
         "tree 0, cat_boundaries, item 1: descends, or is beyond the"),
    EDIT("index", lightgbm, "threshold=10 0", "threshold=10 7", MLOPS_E_CORRUPT,
         "tree 0, threshold, item 1: is no set of categories: see"),
    MADE("index", onnx_tree_child, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): tree 0 has no node 7"),
    MADE("index", onnx_tree_feature, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): a test of feature"),
    MADE("index", onnx_tree_target, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): a weight is of target"),
    MADE("index", onnx_tree_short, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): attribute"),
    MADE("index", onnx_type_unknown, MLOPS_E_UNSUPPORTED,
         "tensor \"w\" has items of type unknown (99)"),
    /* circles, and what is there twice */
    EDIT("circle", xgboost, "[1,-1,3,-1,-1]", "[1,-1,0,-1,-1]", MLOPS_E_CORRUPT,
         "tree 0, node 0: has more than one parent"),
    EDIT("circle", xgboost, "[1,-1,3,-1,-1]", "[1,-1,1,-1,-1]", MLOPS_E_CORRUPT,
         "tree 0, node 1: has more than one parent"),
    EDIT("circle", lightgbm, "right_child=1 -3", "right_child=1 0", MLOPS_E_CORRUPT,
         "tree 0, right_child, item 1: has more than one parent"),
    MADE("circle", onnx_tree_circle, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): node 2 of tree 0 has"),
    MADE("twice", onnx_tree_twice, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.ml.TreeEnsembleRegressor 3): node 0 of tree 0"),
    EDIT("twice", xgboost, "\"name\":\"gbtree\"},", "\"name\":\"gbtree\"},\"gradient_booster\":{},",
         MLOPS_E_CORRUPT, "\"gradient_booster\" comes twice"),
    EDIT("twice", xgboost, "\"num_nodes\":\"5\"}}]}", "\"num_nodes\":\"5\"}}],\"trees\":[]}",
         MLOPS_E_CORRUPT, "\"trees\" comes twice"),
    EDIT("twice", lightgbm, "num_leaves=3\n", "num_leaves=3\nnum_leaves=9\n", MLOPS_E_CORRUPT,
         "tree 0: leaf_value has 3 items; 9 are due"),
    /* deeper than a stack */
    MADE("depth", json_nested, MLOPS_E_CORRUPT, "brackets nest deeper than 64 levels"),
    MADE("depth", ubjson_nested, MLOPS_E_CORRUPT, "UBJSON: nested deeper than 64 levels"),
    MADE("depth", onnx_nested, MLOPS_E_LIMIT, "messages nest deeper than 64"),
    /* other files */
    MADE("path", onnx_path, MLOPS_E_UNSUPPORTED,
         "tensor \"w\" lies in another file; save the model with its"),
    MADE("path", onnx_path_whole, MLOPS_E_UNSUPPORTED,
         "tensor \"w\" lies in another file; save the model with its"),
    MADE("path", onnx_path_beside, MLOPS_E_UNSUPPORTED,
         "tensor \"w\" lies in another file; save the model with its"),
    /* code */
    MADE("code", pickle, MLOPS_E_UNSUPPORTED,
         "is a Python pickle, which can run code when it is opened;"),
    MADE("code", zip, MLOPS_E_UNSUPPORTED,
         "is a zip archive; unpack it, and save an XGBoost model with"),
    MADE("code", numpy, MLOPS_E_CORRUPT,
         "not a model: expected XGBoost's JSON or UBJSON, which begin"),
    MADE("code", hdf5, MLOPS_E_CORRUPT,
         "not a model: expected XGBoost's JSON or UBJSON, which begin"),
    MADE("code", onnx_code, MLOPS_E_UNSUPPORTED,
         "(ai.onnx.contrib.PyOp 0): the operator is not supported"),
    /* numbers that are none */
    EDIT("number", xgboost, "[1E1,", "[NaN,", MLOPS_E_CORRUPT,
         "tree 0, node 0: its threshold is not a number"),
    EDIT("number", xgboost, ",4E0]", ",1E999]", MLOPS_E_CORRUPT,
         "tree 0, node 4: its leaf value is not a finite number"),
    EDIT("number", xgboost, "\"5E-1\"", "\"NaN\"", MLOPS_E_CORRUPT, "base_score is not a number"),
    EDIT("number", gblinear, "[1,2,0.5]", "[1,NaN,0.5]", MLOPS_E_CORRUPT,
         "\"weights\": item 1 is not a finite number"),
    EDIT("number", gblinear, "0.5]},", "3E38]},\"x\":1,", MLOPS_OK, ""),
    EDIT("number", lightgbm, "threshold=10 0", "threshold=nan 0", MLOPS_E_CORRUPT,
         "tree 0, threshold, item 0: is not a finite number"),
    EDIT("number", lightgbm, "leaf_value=1.5 -2 4", "leaf_value=1.5 -2 1e999", MLOPS_E_CORRUPT,
         "tree 0, leaf_value, item 2: is not a finite number"),
    MADE("number", onnx_tree_nan, MLOPS_OK, ""), /* nothing is at most NaN, as in ONNX Runtime */
    /* texts */
    EDIT("text", xgboost, "\"age\"", "\"a\\u0000e\"", MLOPS_E_CORRUPT,
         "feature name 0 must be a text"),
    EDIT("text", xgboost, "\"age\"", "\"a\xff\"", MLOPS_E_CORRUPT, "a string is no valid UTF-8"),
    EDIT("text", lightgbm, "feature_names=a b", "feature_names=a \xc3(", MLOPS_E_CORRUPT,
         "feature_names is not a text in UTF-8"),
    /* ends early, or goes on */
    MADE("end", nothing, MLOPS_E_CORRUPT,
         "the file is empty; expected a model of XGBoost, LightGBM or"),
    EDIT("end", xgboost, "[1,7,4]}", "[1,7,4]}{}", MLOPS_E_CORRUPT,
         "'{' stands where the end of the text is expected"),
    EDIT("end", lightgbm, "end of trees\n", "", MLOPS_E_CORRUPT,
         "the file ends before \"end of trees\": it was cut"),
};

/* ---- loading ---- */

static const mlops_io *below;
static int others; /* files that were opened beside the model */

static int64_t watch_open(void *ctx, const char *path, mlops_io_mode mode) {
    others += strcmp(path, "model") != 0 || mode != MLOPS_IO_READ;
    return below->open(ctx, path, mode);
}

static void make(bytes *to, const hostile *file) {
    to->n = 0;
    if (file->make) {
        file->make(to);
        return;
    }
    const char *at = strstr(file->text, file->from);
    if (!at) fail_msg("%s is not in the text", file->from);
    put_bytes(to, file->text, (size_t)(at - file->text));
    put_text(to, file->to);
    put_text(to, at + strlen(file->from));
}

typedef struct ground {
    mlops__io_memory *files;
    mlops_allocator allocator;
    mlops_io io;
    mlops_host host;
    mlops_model_opts opts;
} ground;

static void begin(ground *self) {
    const mlops_host host = MLOPS_HOST_INIT;
    const mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    if (mlops__io_memory_new(&self->files, &mlops__heap)) abort();
    below = mlops__io_memory_table(self->files);
    self->io = *below;
    self->io.open = watch_open;
    self->allocator = counting();
    self->host = host;
    self->host.allocator = &self->allocator;
    self->host.io = &self->io;
    self->opts = opts;
    self->opts.host = &self->host;
}

/* Memory is given back, and was never more than the file's size explains. */
static void check_memory(const hostile *file, size_t n) {
    if (memory) fail_msg("%s: %zu bytes are lost", file->what, memory);
    if (most_memory > ((size_t)2 << 20) + 64 * n)
        fail_msg("%s: %zu bytes for a file of %zu", file->what, most_memory, n);
    most_memory = 0;
}

static void refuses_each(void **state) {
    ground at;
    bytes *content = calloc(1, sizeof *content);
    (void)state;
    assert_non_null(content);
    begin(&at);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        mlops_model *model;
        mlops_error error = {0};
        make(content, &files[i]);
        assert_int_equal(mlops__io_memory_put(at.files, "model", content->data, content->n), 0);
        assert_int_equal(mlops__io_memory_put(at.files, "beside", "\0\0\0\0\0\0\0\0", 8), 0);
        mlops_status status = mlops_model_load(&model, "model", &at.opts, &error);
        if (status != files[i].status || (status && !strstr(error.message, files[i].message)))
            fail_msg("%zu %s %s: %s: %s", i, files[i].what, files[i].to ? files[i].to : "",
                     mlops_status_name(status), error.message);
        if (others) fail_msg("%zu %s: another file was opened", i, files[i].what);
        mlops_model_unref(model);
        check_memory(&files[i], content->n);
    }
    mlops__io_memory_free(at.files);
    free(content);
}

/* Of files that are cut anywhere. */
static void survives_each_part(void **state) {
    ground at;
    bytes *content = calloc(1, sizeof *content);
    (void)state;
    assert_non_null(content);
    begin(&at);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        make(content, &files[i]);
        const size_t step = content->n / 2000 + 1;
        for (size_t n = 0; n < content->n; n += step) {
            mlops_model *model;
            mlops_error error = {0};
            uint8_t *exact = malloc(n + 1); /* so that a read beyond is seen */
            assert_non_null(exact);
            memcpy(exact, content->data, n);
            mlops_status status = mlops_model_parse(&model, exact, n, &at.opts, &error);
            if (status && !error.message[0]) fail_msg("%zu, %zu bytes: no message", i, n);
            mlops_model_unref(model);
            check_memory(&files[i], n);
            free(exact);
        }
    }
    mlops__io_memory_free(at.files);
    free(content);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_each),
        cmocka_unit_test(survives_each_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
