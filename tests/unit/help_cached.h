/* Models to be cached: forests that are tuned, in text, and whether two answer alike. */
#ifndef TESTS_UNIT_HELP_CACHED_H
#define TESTS_UNIT_HELP_CACHED_H

#include <math.h>
#include <mlops.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CACHED_FEATURES = 6, CACHED_TREES = 70, CACHED_NODES = 31, CACHED_ROWS = 150 };

static int cached_nodes; /* of a tree */

/* Appends one array of a tree: what is printed of each node. */
static inline char *cached_array(char *p, const char *name, uint32_t seed,
                                 int (*spell)(char *p, uint32_t random, int node)) {
    p += sprintf(p, "\"%s\":[", name);
    for (int i = 0; i < cached_nodes; i++) {
        seed = seed * 1664525u + 1013904223u;
        if (i) *p++ = ',';
        p += spell(p, seed >> 8, i);
    }
    return p + sprintf(p, "],");
}

static inline int cached_left(char *p, uint32_t random, int i) {
    (void)random;
    return sprintf(p, "%d", 2 * i + 2 < cached_nodes ? 2 * i + 1 : -1);
}

static inline int cached_right(char *p, uint32_t random, int i) {
    (void)random;
    return sprintf(p, "%d", 2 * i + 2 < cached_nodes ? 2 * i + 2 : -1);
}

static inline int cached_value(char *p, uint32_t random, int i) {
    (void)i;
    return sprintf(p, "%.4E", (double)(random % 2001) / 1000.0 - 1.0);
}

static inline int cached_feature(char *p, uint32_t random, int i) {
    return sprintf(p, "%u", 2 * i + 2 < cached_nodes ? random % CACHED_FEATURES : 0);
}

static inline int cached_default(char *p, uint32_t random, int i) {
    return sprintf(p, "%u", 2 * i + 2 < cached_nodes ? random & 1 : 0);
}

/* A model of XGBoost with trees of n nodes, JSON; to be freed. */
static inline char *cached_text_of(uint32_t seed, int n) {
    char *out = malloc((size_t)CACHED_TREES * (size_t)(n * 60 + 200) + 1000), *p = out;
    if (!out) abort();
    cached_nodes = n;
    p += sprintf(p, "{\"learner\":{\"feature_names\":[\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"],"
                    "\"gradient_booster\":{\"model\":{\"tree_info\":[");
    for (int t = 0; t < CACHED_TREES; t++) p += sprintf(p, "%s0", t ? "," : "");
    p += sprintf(p, "],\"trees\":[");
    for (int t = 0; t < CACHED_TREES; t++) {
        uint32_t own = seed * 977 + (uint32_t)t * 31;
        p += sprintf(p, "%s{", t ? "," : "");
        p = cached_array(p, "default_left", own + 1, cached_default);
        p = cached_array(p, "left_children", own, cached_left);
        p = cached_array(p, "right_children", own, cached_right);
        p = cached_array(p, "split_conditions", own + 2, cached_value);
        p = cached_array(p, "split_indices", own + 3, cached_feature);
        p += sprintf(p, "\"tree_param\":{\"num_nodes\":\"%d\"}}", n);
    }
    sprintf(
        p,
        "]},\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"5E-1\",\"num_class\":"
        "\"0\",\"num_feature\":\"%d\"},\"objective\":{\"name\":\"binary:logistic\"}},"
        "\"version\":[1,7,4]}",
        CACHED_FEATURES);
    return out;
}

static inline char *cached_text(uint32_t seed) { return cached_text_of(seed, CACHED_NODES); }

/* A model of LightGBM, which computes in doubles; to be freed. */
static inline char *cached_doubles(uint32_t seed) {
    char *out = malloc(CACHED_TREES * 400 + 1000), *p = out;
    if (!out) abort();
    p += sprintf(p,
                 "tree\nversion=v4\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n"
                 "max_feature_idx=%d\nobjective=binary sigmoid:1\nfeature_names=a b c d e f\n\n",
                 CACHED_FEATURES - 1);
    for (int t = 0; t < CACHED_TREES; t++) {
        uint32_t draw[8];
        for (int i = 0; i < 8; i++) draw[i] = (seed = seed * 1664525u + 1013904223u) >> 8;
        p += sprintf(p,
                     "Tree=%d\nnum_leaves=4\nnum_cat=0\nsplit_feature=%u %u %u\nthreshold=0.%u "
                     "-0.%u 0.%u\ndecision_type=10 8 10\nleft_child=1 -1 -3\nright_child=2 -2 -4\n"
                     "leaf_value=0.%u -0.%u 0.0%u 0.25\nis_linear=0\nshrinkage=1\n\n",
                     t, draw[0] % CACHED_FEATURES, draw[1] % CACHED_FEATURES,
                     draw[2] % CACHED_FEATURES, draw[3] % 999, draw[4] % 999, draw[5] % 999,
                     draw[6] % 99999, draw[7] % 99999, draw[0] % 99999);
    }
    sprintf(p, "end of trees\n");
    return out;
}

/* Rows of all kinds, one by one and as a block: the bits of each output. */
static inline int cached_alike(mlops_model *a, mlops_model *b) {
    static float rows[CACHED_ROWS * CACHED_FEATURES];
    static double out[2][CACHED_ROWS * CACHED_TREES];
    uint32_t seed = 5;
    for (int i = 0; i < CACHED_ROWS * CACHED_FEATURES; i++) {
        seed = seed * 1664525u + 1013904223u;
        rows[i] = seed >> 24 < 20 ? NAN : (float)(seed >> 8 & 0xffff) / 32768.0f - 1.0f;
    }
    for (int output = 0; output <= MLOPS_MODEL_OUTPUT_LEAF; output++) {
        int64_t width = 0;
        for (int k = 0; k < 2; k++) {
            mlops_context *context;
            mlops_error error;
            if (mlops_context_new(&context, k ? b : a, (mlops_model_output)output, NULL, &error))
                return 0;
            width = mlops_context_width(context);
            if (mlops_context_predict(context, rows, CACHED_ROWS, CACHED_FEATURES, out[k], width) ||
                mlops_context_predict(context, rows, 1, CACHED_FEATURES, out[k], width))
                return 0;
            mlops_context_free(context);
        }
        if (memcmp(out[0], out[1], (size_t)(width * CACHED_ROWS) * sizeof **out) != 0) return 0;
    }
    return 1;
}

#endif
