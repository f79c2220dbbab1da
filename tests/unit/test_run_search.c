/* Searching runs: which are found, in what order, and with what columns. */
#define _GNU_SOURCE
#include "unit/help_run.h"

#include <math.h>

static char ids[4][40];

/* Runs 0 to 2 of "fraud", the last one the newest, and run 3 of "other" that began with run 1. */
static void make_runs(ground *g) {
    mlops_error e;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(g);
    for (int i = 0; i < 4; i++) {
        char text[16];
        opts.name = i == 1 ? "second" : NULL;
        opts.actor = i == 2 ? "ada" : NULL;
        opts.start_ns = 1600000000123456789 + (i % 3 + (i == 3)) * 1000000000;
        mlops_run *run = start(g, i < 3 ? "fraud" : "other", &opts);
        strcpy(ids[i], mlops_run_id(run));
        snprintf(text, sizeof text, "0.%d", i);
        works(mlops_run_param(run, "lr", text, &e), &e);
        if (i == 1) works(mlops_run_param(run, "depth", "6", &e), &e);
        if (i != 2) works(mlops_run_log(run, "auc", 0.5 + i * 0.125, 1, &e), &e);
        if (i == 0) works(mlops_run_log(run, "odd name", NAN, 1, &e), &e);
        if (i == 1) works(mlops_run_tag(run, "a.b", "x%y", &e), &e);
        if (i == 0) works(mlops_run_end(run, MLOPS_RUN_FINISHED, &e), &e);
        mlops_run_close(run);
    }
}

static void columns_are_what_the_found_have(void **state) {
    (void)state;
    static const char *const WANT[] = {
        "run_id",  "experiment",   "name",      "status",      "start_ns",
        "end_ns",  "parent",       "actor",     "source",      "dataset",
        "commit",  "params.depth", "params.lr", "metrics.auc", "metrics.odd name",
        "tags.a.b"};
    enum { N = sizeof WANT / sizeof WANT[0] };
    ground g;
    make_runs(&g);
    mlops_table *t = search(&g, "fraud", NULL);
    assert_int_equal(mlops_table_n_rows(t), 3);
    assert_int_equal(mlops_table_n_columns(t), N);
    for (int i = 0; i < N; i++) assert_string_equal(mlops_table_name(t, i), WANT[i]);
    for (int i = 0; i < 3; i++) {
        assert_string_equal(cell(t, i, "run_id"), ids[2 - i]); /* newest first */
        assert_string_equal(cell(t, i, "experiment"), "fraud");
    }
    assert_string_equal(cell(t, 0, "params.depth"), "-");
    assert_string_equal(cell(t, 1, "params.depth"), "6");
    assert_string_equal(cell(t, 0, "metrics.auc"), "-");
    assert_string_equal(cell(t, 2, "metrics.auc"), "0.5");
    assert_string_equal(cell(t, 2, "metrics.odd name"), "nan");
    assert_string_equal(cell(t, 1, "tags.a.b"), "x%y");
    assert_string_equal(cell(t, 1, "name"), "second");
    assert_string_equal(cell(t, 0, "end_ns"), "-");
    assert_string_equal(cell(t, 2, "end_ns"), "1700000000000000000");
    assert_int_equal(mlops_table_type(t, 14), MLOPS_TYPE_FLOAT64);
    mlops_table_unref(t);
    t = search(&g, "fraud", "status = 'RUNNING' and actor = 'ada'");
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_int_equal(mlops_table_n_columns(t), 12); /* with params.lr alone */
    mlops_table_unref(t);
    remove_ground(&g);
}

static void filters_pick(void **state) {
    (void)state;
    static const struct {
        const char *filter, *want; /* runs of "fraud", newest first */
    } CASES[] = {
        {"metrics.auc > 0.5", "1"},
        {"metric.auc >= 0.5", "10"},
        {"metrics.\"auc\" < 1 and params.lr = '0.0'", "0"},
        {"metrics.`odd name` != 0", ""},
        {"isnan(metrics.`odd name`)", "0"},
        {"metrics.auc is null", "2"},
        {"metrics.none > 0", ""},
        {"metrics.none != 0", ""},
        {"metrics.none is null", "210"},
        {"params.lr like '0.%' and param.lr != '0.1'", "20"},
        {"parameters.depth = '6'", "1"},
        {"parameter.depth != '6'", ""},
        {"params.lr in ('0.1', '0.2')", "21"},
        {"tags.a.b = 'x%y'", "1"},
        {"tag.`a.b` ilike 'X%'", "1"},
        {"attributes.status = 'FINISHED'", "0"},
        {"attribute.status != 'FINISHED' AND metrics.auc > 0", "1"},
        {"run.status = 'FINISHED' or attr.actor = 'ada'", "20"},
        {"name = 'second'", "1"},
        {"run_name = 'second'", "1"},
        {"attributes.`run name` = 'second'", "1"},
        {"user_id = 'ada'", "2"},
        {"start_ns >= 1600000001123456789", "21"},
        {"start_time >= 1600000001123", "21"},
        {"attributes.created > 1600000001123", "2"},
        {"end_ns is not null", "0"},
        {"end_time < 1800000000000", "0"},
        {"experiment = 'fraud'", "210"},
        {"true", "210"},
        {"false", ""},
        {"not (status = 'RUNNING')", "0"},
        {"metrics.auc * 2 > 1.0 and (params.depth = '6' or params.lr = '0.2')", "1"},
    };
    ground g;
    make_runs(&g);
    for (size_t i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        char got[8] = "";
        mlops_table *t = search(&g, "fraud", CASES[i].filter);
        for (int64_t row = 0; row < mlops_table_n_rows(t); row++)
            for (int k = 0; k < 4; k++)
                if (strcmp(cell(t, row, "run_id"), ids[k]) == 0)
                    snprintf(got + strlen(got), sizeof got - strlen(got), "%d", k);
        if (strcmp(got, CASES[i].want) != 0)
            fail_msg("%s: '%s', not '%s'", CASES[i].filter, got, CASES[i].want);
        mlops_table_unref(t);
    }
    remove_ground(&g);
}

static void all_experiments_are_one_order(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    make_runs(&g);
    t = search(&g, NULL, NULL);
    assert_int_equal(mlops_table_n_rows(t), 4);
    assert_string_equal(cell(t, 0, "run_id"), ids[2]);
    int swapped = strcmp(ids[1], ids[3]) > 0; /* one start: by id */
    assert_string_equal(cell(t, 1, "run_id"), ids[swapped ? 3 : 1]);
    assert_string_equal(cell(t, 2, "run_id"), ids[swapped ? 1 : 3]);
    assert_string_equal(cell(t, 3, "run_id"), ids[0]);
    mlops_table_unref(t);
    t = search(&g, NULL, "experiment = 'other'");
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    works(mlops_run_search(&t, g.store, NULL, NULL, 2, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    mlops_table_unref(t);
    works(mlops_run_search(&t, g.store, "fraud", "metrics.auc > 0", 1, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_string_equal(cell(t, 0, "run_id"), ids[1]);
    mlops_table_unref(t);
    works(mlops_run_experiments(&t, g.store, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    assert_string_equal(cell(t, 0, "experiment"), "fraud");
    assert_string_equal(cell(t, 0, "n_runs"), "3");
    assert_string_equal(cell(t, 0, "created_ns"), "1700000000000000000");
    assert_string_equal(cell(t, 1, "experiment"), "other");
    assert_string_equal(cell(t, 1, "n_runs"), "1");
    mlops_table_unref(t);
    remove_ground(&g);
}

/* A name that another one begins with has its own runs and values alone. */
static void names_do_not_run_into_each_other(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    make_ground(&g);
    mlops_run *a = start(&g, "ab", NULL), *b = start(&g, "a", NULL);
    works(mlops_run_log(a, "m", 1, 1, &e), &e);
    works(mlops_run_log(a, "m m", 2, 1, &e), &e);
    works(mlops_run_log(a, "m/m", 3, 1, &e), &e);
    t = points(a, "m");
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    t = search(&g, "a", NULL);
    assert_int_equal(mlops_table_n_rows(t), 1);
    assert_string_equal(cell(t, 0, "run_id"), mlops_run_id(b));
    mlops_table_unref(t);
    mlops_run_close(a);
    mlops_run_close(b);
    remove_ground(&g);
}

static void wrong_searches_are_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t = (mlops_table *)&e;
    char long_name[300];
    make_runs(&g);
    refused(mlops_run_search(&t, g.store, "fraudx", NULL, 9, &e), &e, MLOPS_E_NOT_FOUND, "fraudx");
    assert_null(t);
    has(e.message, "did you mean 'fraud'");
    refused(mlops_run_search(&t, g.store, NULL, NULL, 0, &e), &e, MLOPS_E_INVALID, "n_max");
    refused(mlops_run_search(&t, g.store, NULL, "metrics.auc >", 9, &e), &e, MLOPS_E_PARSE,
            "filter");
    refused(mlops_run_search(&t, g.store, NULL, "params.lr > 0.1", 9, &e), &e, MLOPS_E_SCHEMA,
            "text");
    assert_true(e.column > 0);
    refused(mlops_run_search(&t, g.store, NULL, "metrics.auc", 9, &e), &e, MLOPS_E_SCHEMA,
            "filter");
    refused(mlops_run_search(&t, g.store, NULL, "statos = 'x'", 9, &e), &e, MLOPS_E_NOT_FOUND,
            "status");
    refused(mlops_run_search(&t, g.store, NULL, "attributes.auc = 'x'", 9, &e), &e,
            MLOPS_E_NOT_FOUND, "attributes.auc");
    refused(mlops_run_search(&t, g.store, NULL, "metricks.auc > 1", 9, &e), &e, MLOPS_E_NOT_FOUND,
            "metricks.auc");
    memset(long_name, 'x', sizeof long_name);
    memcpy(long_name, "tags.", 5);
    strcpy(long_name + 265, " = 'x'");
    refused(mlops_run_search(&t, g.store, NULL, long_name, 9, &e), &e, MLOPS_E_LIMIT, "250");
    refused(mlops_run_search(&t, NULL, NULL, NULL, 9, &e), &e, MLOPS_E_INVALID, "store");
    remove_ground(&g);
}

/* More runs than one block of the filter, more names than one growth of its list. */
static void many_runs_are_found(void **state) {
    (void)state;
    enum { N = 2500 };
    ground g;
    mlops_error e;
    mlops_table *t;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(&g);
    for (int i = 0; i < N; i++) {
        opts.start_ns = i + 1;
        mlops_run *run = start(&g, "many", &opts);
        works(mlops_run_log(run, "m", i, i, &e), &e);
        mlops_run_close(run);
    }
    t = search(&g, "many", "metrics.m % 5 = 0");
    assert_int_equal(mlops_table_n_rows(t), N / 5);
    for (int64_t i = 0; i < N / 5; i++)
        assert_int_equal(atoi(cell(t, i, "metrics.m")), (N / 5 - 1 - i) * 5);
    mlops_table_unref(t);
    works(mlops_run_search(&t, g.store, NULL, "metrics.m < 1100", 20, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 20);
    assert_string_equal(cell(t, 0, "metrics.m"), "1099.0");
    mlops_table_unref(t);
    t = search(&g, "many",
               "params.a is null and params.b is null and params.c is null and params.d is null "
               "and tags.a is null and tags.b is null and tags.c is null and tags.d is null and "
               "metrics.a is null and metrics.b is null and metrics.m = 7");
    assert_int_equal(mlops_table_n_rows(t), 1);
    mlops_table_unref(t);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_what_the_found_have),
        cmocka_unit_test(filters_pick),
        cmocka_unit_test(all_experiments_are_one_order),
        cmocka_unit_test(names_do_not_run_into_each_other),
        cmocka_unit_test(wrong_searches_are_refused),
        cmocka_unit_test(many_runs_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
