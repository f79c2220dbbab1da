/* Deployments as records, who serves a key, and what a refresh changes. */
#define _GNU_SOURCE
#include "unit/draw.h"
#include "unit/help_deploy.h"
#include "unit/help_hostile.h"

#include <math.h>

static mlops_store *open_here(const place *p) {
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

/* "fraud": version 1 is champion, 2 the canary; without features of their own. */
static mlops_store *two_versions(place *p, double share) {
    make_place(p);
    mlops_store *s = open_here(p);
    for (int i = 1; i <= 3; i++) register_version(s, "fraud", i, -1);
    promote_version(s, "fraud", 1, "champion");
    promote_version(s, "fraud", 2, "canary");
    set_deployment(s, "web", "fraud", share);
    return s;
}

static const char *key_of(int i) {
    static char key[32];
    snprintf(key, sizeof key, "customer %d", i);
    return key;
}

static int64_t predicts(mlops_deployment *d, const char *key) {
    const float row[2] = {1, 0};
    double out = 0;
    int64_t version = 0;
    assert_int_equal(mlops_deployment_predict(d, key, row, 1, 2, &out, 1, &version), MLOPS_OK);
    assert_true(out == (double)version); /* the stumps tell which version they are */
    assert_int_equal(mlops_deployment_route(d, key), version);
    return version;
}

/* ---- serving ---- */

static void each_key_has_its_version(void **state) {
    (void)state;
    place p;
    mlops_store *s = two_versions(&p, 0.3);
    mlops_deployment *d = open_deployment(s, "web");
    int n_canary = 0;
    for (int i = 0; i < 2000; i++) {
        int canary = mlops_deploy_bucket("web", key_of(i)) < 300000;
        assert_int_equal(predicts(d, key_of(i)), canary ? 2 : 1);
        n_canary += canary;
    }
    assert_in_range(n_canary, 500, 700);
    assert_int_equal(predicts(d, NULL), 1);
    mlops_deployment_stats stats = stats_of_deployment(d);
    assert_int_equal(stats.champion_version, 1);
    assert_int_equal(stats.canary_version, 2);
    assert_true(stats.canary_share == 0.3);
    assert_int_equal(stats.n_champion, 2001 - n_canary);
    assert_int_equal(stats.n_canary, n_canary);
    assert_int_equal(stats.n_swaps, 0);
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

/* What is not named stays, the share too, unless it is said to be 0. */
static void what_is_not_named_stays(void **state) {
    (void)state;
    place p;
    mlops_store *s = two_versions(&p, 0.3);
    mlops_deployment *d;
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    mlops_deployment_stats stats = MLOPS_DEPLOYMENT_STATS_INIT;
    mlops_error e;
    int64_t n;
    works(mlops_deployment_open(&d, s, "web", &e), &e);
    opts.salt = "another";
    for (int i = 0; i < 2; i++) {
        mlops_change *c = new_change(s);
        works(mlops_deploy_set(c, "web", &opts, &e), &e);
        commit(c);
        mlops_change_free(c);
        works(mlops_deployment_refresh(d, &n, &e), &e);
        assert_int_equal(mlops_deployment_stat(d, &stats), 0);
        assert_true(stats.canary_share == (i ? 0 : 0.3));
        opts.salt = NULL;
        opts.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
    }
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

/* A share that grows takes keys in and gives none back, to the millionth. */
static void a_growing_share_keeps_its_keys(void **state) {
    (void)state;
    enum { KEYS = 500 };
    static const double SHARES[] = {0, 0.000001, 0.01, 0.1, 0.100001, 0.5, 0.999999, 1};
    place p;
    mlops_store *s = two_versions(&p, 0);
    mlops_deployment *d = open_deployment(s, "web");
    int taken[KEYS] = {0};
    for (size_t k = 0; k < sizeof SHARES / sizeof *SHARES; k++) {
        int n = 0;
        set_deployment(s, "web", NULL, SHARES[k]);
        refresh_deployment(d);
        for (int i = 0; i < KEYS; i++) {
            int canary = mlops_deployment_route(d, key_of(i)) == 2;
            assert_true(canary >= taken[i]);
            taken[i] = canary;
            n += canary;
        }
        if (SHARES[k] == 0) assert_int_equal(n, 0);
        if (SHARES[k] == 1) assert_int_equal(n, KEYS);
    }
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

static void a_refresh_serves_what_the_store_says(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops_store *s = two_versions(&p, 1);
    mlops_deployment *d = open_deployment(s, "web");
    assert_int_equal(predicts(d, "a"), 2);
    assert_int_equal(refresh_deployment(d), 0);
    promote_version(s, "fraud", 3, "canary");
    assert_int_equal(predicts(d, "a"), 2); /* not before it is refreshed */
    assert_int_equal(refresh_deployment(d), 1);
    assert_int_equal(predicts(d, "a"), 3);
    mlops_change *c = new_change(s);
    promote_in(c, "fraud", 3, "champion");
    works(mlops_registry_drop_alias(c, "fraud", "canary", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    assert_int_equal(refresh_deployment(d), 2);
    assert_int_equal(predicts(d, "a"), 3);
    assert_int_equal(stats_of_deployment(d).canary_version, 0);
    register_version(s, "churn", 1, -1);
    promote_version(s, "churn", 1, "champion");
    set_deployment(s, "web", "churn", 0);
    assert_int_equal(refresh_deployment(d), 1);
    assert_int_equal(predicts(d, "a"), 1);
    assert_int_equal(stats_of_deployment(d).n_swaps, 3);
    drop(s, "churn", "champion");
    int64_t n = 77;
    refused(mlops_deployment_refresh(d, &n, &e), &e, MLOPS_E_NOT_FOUND,
            "no version of \"churn\" holds \"champion\"");
    assert_int_equal(n, 77);
    assert_int_equal(predicts(d, "a"), 1); /* goes on */
    mlops_deployment *other;
    refused(mlops_deployment_open(&other, s, "web", &e), &e, MLOPS_E_NOT_FOUND, "champion");
    assert_null(other);
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

static void rows_of_other_features_are_refused(void **state) {
    (void)state;
    place p;
    mlops_error e;
    mlops_store *s = two_versions(&p, 1);
    mlops_model *wider = stump("\"a\",\"b\",\"c\"", 3, 4), *turned = stump("\"b\",\"a\"", 2, 5);
    const float row[3] = {1, 0, 0};
    double out = 9;
    int64_t version = 0;
    assert_int_equal(register_model(s, "fraud", wider, NULL, NULL), 4);
    assert_int_equal(register_model(s, "fraud", turned, NULL, NULL), 5);
    for (int64_t k = 4; k <= 5; k++) {
        promote_version(s, "fraud", k, "canary");
        mlops_deployment *d = open_deployment(s, "web");
        assert_int_equal(mlops_deployment_n_features(d), 2);
        assert_int_equal(mlops_deployment_width(d), 1);
        assert_int_equal(mlops_deployment_predict(d, "a", row, 1, 3, &out, 1, NULL),
                         MLOPS_E_INVALID);
        assert_int_equal(mlops_deployment_predict(d, NULL, row, 1, 2, &out, 2, NULL),
                         MLOPS_E_INVALID);
        assert_true(out == 9);
        assert_int_equal(mlops_deployment_predict(d, "a", row, 1, 2, &out, 1, &version),
                         MLOPS_E_SCHEMA);
        assert_true(out == 9 && version == 0);
        assert_int_equal(predicts(d, NULL), 1);
        promote_version(s, "fraud", k, "champion"); /* rows were given: they would fail */
        refused(mlops_deployment_refresh(d, NULL, &e), &e, MLOPS_E_SCHEMA, "other features");
        assert_int_equal(predicts(d, NULL), 1);
        mlops_deployment_close(d);
        d = open_deployment(s, "web"); /* nothing was given to this one */
        promote_version(s, "fraud", 1, "champion");
        refresh_deployment(d);
        mlops_deployment_close(d);
    }
    mlops_model_unref(wider);
    mlops_model_unref(turned);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- values ---- */

static mlops_feature_value number(double x) {
    return (mlops_feature_value){.type = MLOPS_TYPE_FLOAT64, .f64 = x};
}

static mlops_feature_value word(const char *text) {
    return (mlops_feature_value){.type = MLOPS_TYPE_STRING, .text = text};
}

static double values_of(mlops_deployment *d, const char *key, const mlops_feature_value *values,
                        int64_t n, int64_t want) {
    double out = 99;
    int64_t version = 0;
    assert_int_equal(mlops_deployment_predict_values(d, key, values, n, &out, 1, &version),
                     MLOPS_OK);
    assert_int_equal(version, want);
    return out;
}

/* The canary reads word, x and y; the champion x and word. */
static void values_are_bound_by_name(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_here(&p);
    mlops_error e;
    register_version(s, "fraud", 1, 0);
    register_version(s, "fraud", 2, 1);
    promote_version(s, "fraud", 1, "champion");
    promote_version(s, "fraud", 2, "canary");
    set_deployment(s, "web", "fraud", 0.5);
    mlops_deployment *d = open_deployment(s, "web");
    assert_int_equal(mlops_deployment_n_inputs(d), 3);
    assert_string_equal(mlops_deployment_input_name(d, 0), "x");
    assert_string_equal(mlops_deployment_input_name(d, 1), "word");
    assert_string_equal(mlops_deployment_input_name(d, 2), "y");
    assert_null(mlops_deployment_input_name(d, 3));
    assert_null(mlops_deployment_input_name(d, -1));
    assert_int_equal(mlops_deployment_input_type(d, 1), MLOPS_TYPE_STRING);
    assert_int_equal(mlops_deployment_input_type(d, 3), MLOPS_TYPE_NULL);
    mlops_feature_value values[3] = {number(0), word("red"), number(1)};
    const char *canary = NULL;
    for (int i = 0; !canary; i++)
        if (mlops_deploy_bucket("web", key_of(i)) < 500000) canary = key_of(i);
    assert_true(values_of(d, NULL, values, 3, 1) == -1);  /* a = x = 0 */
    assert_true(values_of(d, canary, values, 3, 2) == 2); /* b = red */
    values[0] = number(1);
    values[1] = word("blue");
    assert_true(values_of(d, NULL, values, 3, 1) == 1);
    assert_true(values_of(d, canary, values, 3, 2) == -2);
    double out = 9;
    values[1] = number(3);
    assert_int_equal(mlops_deployment_predict_values(d, NULL, values, 3, &out, 1, NULL),
                     MLOPS_E_SCHEMA);
    assert_int_equal(mlops_deployment_predict_values(d, NULL, values, 2, &out, 1, NULL),
                     MLOPS_E_INVALID);
    assert_int_equal(mlops_deployment_predict_values(d, NULL, NULL, 3, &out, 1, NULL),
                     MLOPS_E_INVALID);
    assert_true(out == 9);
    /* A version that reads z cannot take them; nor one without features. */
    register_version(s, "fraud", 3, 2);
    register_version(s, "fraud", 4, -1);
    promote_version(s, "fraud", 3, "canary");
    refused(mlops_deployment_refresh(d, NULL, &e), &e, MLOPS_E_SCHEMA, "reads \"z\"");
    promote_version(s, "fraud", 4, "canary");
    refused(mlops_deployment_refresh(d, NULL, &e), &e, MLOPS_E_SCHEMA, "has no features");
    promote_version(s, "fraud", 1, "canary");
    assert_int_equal(refresh_deployment(d), 1);
    values[1] = word("blue");
    assert_true(values_of(d, canary, values, 3, 1) == 1);
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- tables ---- */

enum { ROWS = 300 };

static mlops_table *rows_of(void) {
    static char csv[ROWS * 64];
    size_t at = (size_t)sprintf(csv, "a,id,b,who,x,word,y,score\n");
    for (int i = 0; i < ROWS; i++) {
        char who[32] = "";
        if (i % 7) snprintf(who, sizeof who, "customer %d", i % 40);
        at += (size_t)sprintf(csv + at, "%d,%d,0,%s,%d,%s,0.5,%d.25\n", i % 2, 1000 + i, who, i % 2,
                              i % 3 ? "red" : "blue", i);
    }
    return table_of_csv(csv);
}

static void tables_are_split_by_their_keys(void **state) {
    (void)state;
    static const char *const COLUMNS[] = {"who", "id", "score", NULL};
    mlops_table *table = rows_of();
    for (int with_features = 0; with_features < 2; with_features++) {
        place p;
        make_place(&p);
        mlops_store *s = open_here(&p);
        for (int i = 1; i <= 2; i++) register_version(s, "fraud", i, with_features ? 0 : -1);
        promote_version(s, "fraud", 1, "champion");
        promote_version(s, "fraud", 2, "canary");
        set_deployment(s, "web", "fraud", 0.4);
        mlops_deployment *d = open_deployment(s, "web");
        int64_t n_canary = 0;
        for (int k = 0; k < 4; k++) {
            double out[ROWS];
            int64_t versions[ROWS];
            mlops_error e;
            works(mlops_deployment_predict_table(d, table, COLUMNS[k], out, ROWS, 1, versions, &e),
                  &e);
            int64_t column = COLUMNS[k] ? mlops_table_find(table, COLUMNS[k]) : -1;
            for (int i = 0; i < ROWS; i++) {
                char key[64] = "";
                if (column >= 0) mlops_table_text(table, column, i, key, sizeof key, NULL);
                int canary = *key && mlops_deploy_bucket("web", key) < 400000;
                assert_int_equal(versions[i], canary ? 2 : 1);
                assert_true(out[i] == (i % 2 ? 1 : -1) * (double)versions[i]);
                n_canary += canary;
            }
        }
        assert_true(n_canary > 100);
        assert_int_equal(stats_of_deployment(d).n_canary, n_canary);
        assert_int_equal(stats_of_deployment(d).n_champion, 4 * ROWS - n_canary);
        mlops_deployment_close(d);
        mlops_store_close(s);
        remove_place(&p);
    }
    mlops_table_unref(table);
}

static void tables_that_do_not_fit_are_refused(void **state) {
    (void)state;
    place p;
    mlops_store *s = two_versions(&p, 0.5);
    mlops_deployment *d = open_deployment(s, "web");
    mlops_table *table = rows_of(), *narrow = table_of_csv("a,who\n1,x\n2,y\n"),
                *empty = table_of_csv("a,b,who\n");
    double out[ROWS] = {7};
    int64_t versions[ROWS] = {7};
    mlops_error e;
    refused(mlops_deployment_predict_table(d, table, "whose", out, ROWS, 1, versions, &e), &e,
            MLOPS_E_SCHEMA, "'whose'");
    refused(mlops_deployment_predict_table(d, narrow, "who", out, 2, 1, versions, &e), &e,
            MLOPS_E_SCHEMA, "\"b\"");
    refused(mlops_deployment_predict_table(d, table, "who", out, 5, 1, versions, &e), &e,
            MLOPS_E_INVALID, "300 rows");
    refused(mlops_deployment_predict_table(d, table, "who", out, ROWS, 2, versions, &e), &e,
            MLOPS_E_INVALID, "width");
    assert_true(out[0] == 7 && versions[0] == 7);
    works(mlops_deployment_predict_table(d, empty, "who", out, 0, 1, versions, &e), &e);
    works(mlops_deployment_predict_table(d, table, "who", out, ROWS, 1, NULL, &e), &e);
    mlops_table_unref(table);
    mlops_table_unref(narrow);
    mlops_table_unref(empty);
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- graphs that take more than a stack ---- */

enum { TIMES = 4096, WIDTH = 2 * TIMES };

/* Two versions of a graph, which repeats a row or sums up rows, as champion and canary. */
static mlops_deployment *graphs(place *p, mlops_store **s, int sums, const mlops_feature *f) {
    static bytes content;
    make_place(p);
    *s = open_here(p);
    content.n = 0;
    if (sums) put_sums(&content);
    else put_tile(&content, TIMES);
    mlops_model *model = parse_onnx(&content);
    for (int i = 0; i < 2; i++)
        promote_version(*s, "fraud", register_model(*s, "fraud", model, f, NULL),
                        i ? "canary" : "champion");
    mlops_model_unref(model);
    set_deployment(*s, "web", "fraud", 0.5);
    return open_deployment(*s, "web");
}

static void graphs_beyond_the_stack_are_served(void **state) {
    (void)state;
    enum { ROWS = 5 };
    place p;
    mlops_store *s;
    static double out[ROWS * WIDTH];
    const float rows[ROWS][2] = {{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}};
    mlops_feature *f = raw_features(0);
    mlops_deployment *d = graphs(&p, &s, 0, f);
    for (int i = 0; i < 20; i++) {
        int64_t version;
        const mlops_feature_value values[2] = {{.type = MLOPS_TYPE_FLOAT64, .f64 = i},
                                               {.type = MLOPS_TYPE_STRING, .text = "red"}};
        memset(out, 0, sizeof out);
        assert_int_equal(
            mlops_deployment_predict(d, key_of(i), rows[0], ROWS, 2, out, WIDTH, &version), 0);
        for (int j = 0; j < ROWS * WIDTH; j++)
            assert_true(out[j] == (double)rows[j / WIDTH][j % 2]);
        assert_int_equal(version, mlops_deployment_route(d, key_of(i)));
        assert_int_equal(mlops_deployment_predict_values(d, key_of(i), values, 2, out, WIDTH, NULL),
                         0);
        assert_true(out[WIDTH - 2] == (double)i && out[WIDTH - 1] == 1);
    }
    refresh_deployment(d);
    set_deployment(s, "web", "fraud", 1); /* versions that are known, in another serving */
    refresh_deployment(d);
    assert_int_equal(mlops_deployment_predict(d, "any", rows[0], ROWS, 2, out, WIDTH, NULL), 0);
    mlops_deployment_close(d);
    mlops_feature_unref(f);
    mlops_store_close(s);
    remove_place(&p);
}

static void rows_that_run_together_are_served(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    place p;
    mlops_store *s;
    static float rows[ROWS][2];
    static double out[ROWS][2];
    mlops_deployment *d = graphs(&p, &s, 1, NULL);
    for (int i = 0; i < ROWS; i++) rows[i][1] = 2 * (rows[i][0] = (float)i);
    for (int n = 1; n <= ROWS; n = n * 2 + 1) {
        assert_int_equal(mlops_deployment_predict(d, NULL, rows[0], n, 2, out[0], 2, NULL), 0);
        for (int i = 0; i < n; i++)
            assert_true(out[i][0] == i * (i + 1) / 2 && out[i][1] == i * (i + 1));
    }
    mlops_deployment_close(d);
    mlops_store_close(s);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_has_its_version),
        cmocka_unit_test(what_is_not_named_stays),
        cmocka_unit_test(a_growing_share_keeps_its_keys),
        cmocka_unit_test(a_refresh_serves_what_the_store_says),
        cmocka_unit_test(rows_of_other_features_are_refused),
        cmocka_unit_test(values_are_bound_by_name),
        cmocka_unit_test(tables_are_split_by_their_keys),
        cmocka_unit_test(tables_that_do_not_fit_are_refused),
        cmocka_unit_test(graphs_beyond_the_stack_are_served),
        cmocka_unit_test(rows_that_run_together_are_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
