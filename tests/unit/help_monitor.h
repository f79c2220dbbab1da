/* What the tests of monitors share: references, monitors and models at hand; rows; metrics. */
#ifndef TESTS_UNIT_HELP_MONITOR_H
#define TESTS_UNIT_HELP_MONITOR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/draw.h"

#include <mlops.h>

static inline int64_t noon(void *ctx) {
    (void)ctx;
    return 1700000000500000000;
}

static const mlops_clock CLOCK = {sizeof(mlops_clock), 0, NULL, noon, noon};

static inline mlops_host at_noon(void) {
    mlops_host host = MLOPS_HOST_INIT;
    host.clock = &CLOCK;
    return host;
}

static inline mlops_table *table_of(const char *csv) {
    mlops_table *table;
    mlops_error err;
    if (mlops_table_parse(&table, csv, strlen(csv), NULL, &err)) fail_msg("%s", err.message);
    return table;
}

static inline mlops_reference *reference_of(const char *csv) {
    mlops_reference *reference;
    mlops_table *table = table_of(csv);
    mlops_error err;
    if (mlops_reference_new(&reference, table, NULL, &err)) fail_msg("%s", err.message);
    mlops_table_unref(table);
    return reference;
}

static inline mlops_monitor *monitor_of(mlops_model *model, const char *csv, int64_t window_rows,
                                        const char *name) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference *reference = reference_of(csv);
    mlops_host host = at_noon();
    static mlops_host kept; /* hosts outlive what is made with them */
    kept = host;
    mlops_monitor *monitor;
    mlops_error err;
    opts.host = &kept;
    opts.window_rows = window_rows;
    opts.name = name;
    if (mlops_monitor_new_reference(&monitor, model, reference, &opts, &err))
        fail_msg("%s", err.message);
    mlops_reference_unref(reference);
    return monitor;
}

/* A stump over two features in XGBoost's JSON; names is the list of their names. */
static inline mlops_model *model_with(const char *names) {
    static const char format[] =
        "{\"learner\":{\"attributes\":{},\"feature_names\":[%s],\"feature_types\":[],"
        "\"gradient_booster\":{\"model\":{\"gbtree_model_param\":{\"num_parallel_tree\":\"1\","
        "\"num_trees\":\"1\",\"size_leaf_vector\":\"0\"},\"tree_info\":[0],\"trees\":[{"
        "\"base_weights\":[0,-1,1],\"categories\":[],\"categories_nodes\":[],"
        "\"categories_segments\":[],\"categories_sizes\":[],\"default_left\":[0,0,0],\"id\":0,"
        "\"left_children\":[1,-1,-1],\"loss_changes\":[1,0,0],\"parents\":[2147483647,0,0],"
        "\"right_children\":[2,-1,-1],\"split_conditions\":[0.5,-1,1],\"split_indices\":[1,0,0],"
        "\"split_type\":[0,0,0],\"sum_hessian\":[4,2,2],\"tree_param\":{\"num_deleted\":\"0\","
        "\"num_feature\":\"2\",\"num_nodes\":\"3\",\"size_leaf_vector\":\"0\"}}]},"
        "\"name\":\"gbtree\"},\"learner_model_param\":{\"base_score\":\"0\",\"boost_from_average\":"
        "\"1\",\"num_class\":\"0\",\"num_feature\":\"2\",\"num_target\":\"1\"},\"objective\":{"
        "\"name\":\"reg:squarederror\",\"reg_loss_param\":{\"scale_pos_weight\":\"1\"}}},"
        "\"version\":[2,0,3]}";
    char text[2048];
    mlops_model *model;
    mlops_error err;
    int n = snprintf(text, sizeof text, format, names);
    if (mlops_model_parse(&model, text, (size_t)n, NULL, &err)) fail_msg("%s", err.message);
    return model;
}

static inline char *metrics_of(const mlops_monitor *m) {
    size_t needed = 0, again = 0;
    assert_int_equal(mlops_monitor_metrics(m, NULL, 0, &needed), MLOPS_OK);
    char *text = malloc(needed + 1);
    assert_int_equal(mlops_monitor_metrics(m, text, needed, &again), MLOPS_E_ARENA);
    assert_int_equal(text[0], 0);
    assert_int_equal(mlops_monitor_metrics(m, text, needed + 1, &again), MLOPS_OK);
    assert_int_equal(again, needed);
    assert_int_equal(strlen(text), needed);
    return text;
}

static inline void assert_sample(const char *metrics, const char *line) {
    char wanted[512];
    snprintf(wanted, sizeof wanted, "\n%s\n", line);
    if (!strstr(metrics, wanted)) fail_msg("no line '%s' in\n%s", line, metrics);
}

static const char HEADER[] = "x,k,flag,word,void\n";
static const char *const WORDS[] = {"red", "green", "blue", "grey"};

/* Rows of a table: uniform shifted by so much, a discrete decimal, a flag, a word, nothing. */
static inline char *rows_of(int64_t n, double shift, int nulls) {
    char *text = malloc(64 * ((size_t)n + 1));
    size_t at = (size_t)sprintf(text, "%s", HEADER);
    for (int64_t i = 0; i < n; i++) {
        char x[32] = "";
        if (!nulls || draw() % 4) snprintf(x, sizeof x, "%.9g", (double)(float)(uniform() + shift));
        at += (size_t)sprintf(text + at, "%s,%d.%d,%s,%s,\n", x, (int)(draw() % 3),
                              (int)(draw() % 10), draw() % 3 ? "true" : "false", WORDS[draw() % 4]);
    }
    return text;
}

static inline mlops_drift_column column_of(const mlops_drift *drift, int64_t index) {
    mlops_drift_column column = MLOPS_DRIFT_COLUMN_INIT;
    assert_int_equal(mlops_drift_get(drift, index, &column), MLOPS_OK);
    return column;
}

#endif
