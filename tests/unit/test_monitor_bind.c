/* What a monitor binds to what: features to columns, columns of tables, texts to categories. */
#define _GNU_SOURCE
#include <unistd.h>

#include "unit/help_monitor.h"

static void assert_refused(mlops_model *model, const char *csv, const mlops_monitor_opts *opts,
                           mlops_status status, const char *word) {
    mlops_reference *reference = reference_of(csv);
    mlops_monitor *m = (mlops_monitor *)(void *)reference;
    mlops_error err = {0};
    assert_int_equal(mlops_monitor_new_reference(&m, model, reference, opts, &err), status);
    assert_null(m);
    assert_int_equal(err.code, status);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_int_equal(mlops_monitor_new_reference(&m, model, reference, opts, NULL), status);
    mlops_reference_unref(reference);
}

static void test_features_are_bound_by_name(void **state) {
    (void)state;
    mlops_model *model = model_with("\"amount\",\"age\"");
    static const char csv[] = "id,age,target,amount\n1,30,0,9.5\n2,40,1,8.5\n3,50,0,7.5\n";
    static const float row[] = {8.5f, NAN};
    mlops_monitor *m = monitor_of(model, csv, 50, "pay");
    assert_int_equal(mlops_monitor_n_features(m), 2);
    for (int i = 0; i < 50; i++)
        assert_int_equal(mlops_monitor_add(m, row, 1, 2, NULL, 0), MLOPS_OK);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_feature_nulls_total{model=\"pay\",feature=\"amount\"} 0");
    assert_sample(text, "mlops_feature_nulls_total{model=\"pay\",feature=\"age\"} 50");
    assert_null(strstr(text, "target"));
    free(text);
    mlops_monitor_free(m);
    assert_refused(model, "id,age\n1,30\n", NULL, MLOPS_E_SCHEMA, "'amount'");
    mlops_model_unref(model);
}

static void test_features_without_names_need_a_list(void **state) {
    (void)state;
    mlops_model *model = model_with("");
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts columns = MLOPS_REFERENCE_OPTS_INIT;
    static const char csv[] = "id,age,target,amount\n1,30,0,9.5\n2,40,1,8.5\n";
    static const float row[] = {8.5f, NAN};
    assert_refused(model, csv, NULL, MLOPS_E_SCHEMA, "opts.reference.columns");
    opts.reference = &columns;
    assert_refused(model, csv, &opts, MLOPS_E_SCHEMA, "opts.reference.columns");
    columns.columns = "age", assert_refused(model, csv, &opts, MLOPS_E_SCHEMA, "2 features");
    columns.columns = "age,wage", assert_refused(model, csv, &opts, MLOPS_E_SCHEMA, "'wage'");
    columns.columns = "age,\"", assert_refused(model, csv, &opts, MLOPS_E_INVALID, "");
    columns.columns = "amount,age";
    mlops_reference *reference = reference_of(csv);
    mlops_monitor *m;
    assert_int_equal(mlops_monitor_new_reference(&m, model, reference, &opts, NULL), MLOPS_OK);
    mlops_reference_unref(reference);
    mlops_model_unref(model); /* the monitor has shares of both */
    assert_int_equal(mlops_monitor_add(m, row, 1, 2, NULL, 0), MLOPS_OK);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"age\"} 1");
    free(text);
    mlops_monitor_free(m);
}

static void assert_watched(const mlops_monitor *m, const char *const *names, int64_t n) {
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_int_equal(mlops_drift_n_columns(drift), n);
    for (int64_t i = 0; i < n; i++) assert_string_equal(column_of(drift, i).name, names[i]);
    mlops_drift_unref(drift);
}

static void assert_columns(const mlops_monitor *m, const char *const *names, int64_t n) {
    assert_int_equal(mlops_monitor_n_features(m), n);
    assert_watched(m, names, n);
}

static void test_without_a_model_columns_are_watched(void **state) {
    (void)state;
    static const char csv[] = "id,age,target,amount\n1,30,0,9.5\n2,40,1,8.5\n";
    static const char *const all[] = {"id", "age", "target", "amount"};
    static const char *const some[] = {"amount", "id"};
    static const float row[] = {NAN, 1};
    mlops_monitor *m = monitor_of(NULL, csv, 50, NULL);
    assert_columns(m, all, 4);
    mlops_monitor_free(m);
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts columns = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *reference = reference_of(csv);
    opts.reference = &columns;
    columns.columns = "amount,id";
    assert_int_equal(mlops_monitor_new_reference(&m, NULL, reference, &opts, NULL), MLOPS_OK);
    assert_columns(m, some, 2);
    assert_int_equal(mlops_monitor_add(m, row, 1, 2, NULL, 0), MLOPS_OK);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"amount\"} 1");
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"id\"} 0");
    free(text);
    mlops_monitor_free(m);
    mlops_reference_unref(reference);
    columns.columns = "wage";
    assert_refused(NULL, csv, &opts, MLOPS_E_SCHEMA, "'wage'");
}

typedef struct chosen {
    int with_model, n;
    const char *columns, *ignore, *names[4];
} chosen;

/* Adds a row and a table, and holds what each column has seen to what they have of it. A row of
 * features has no other columns. */
static void assert_seen(mlops_monitor *m, const chosen *c) {
    static const char *const all[] = {"id", "age", "target", "amount"};
    static const double in_table[] = {5, 33, 1, 8}, in_row[] = {1, 2, 3, 4};
    static const double of_features[] = {(double)NAN, 2, (double)NAN, 1}; /* amount, age */
    static const float row[] = {1, 2, 3, 4};
    int width = c->with_model ? 2 : 4;
    mlops_table *table = table_of("amount,target,age,id\n8,1,33,5\n");
    mlops_drift *verdicts;
    assert_int_equal(mlops_monitor_n_features(m), width);
    assert_int_equal(mlops_monitor_add(m, row, 1, width - 1, NULL, 0), MLOPS_E_INVALID);
    assert_int_equal(mlops_monitor_add(m, row, 1, width, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&verdicts, m, NULL), MLOPS_OK);
    for (int i = 0; i < c->n; i++) {
        int at = 0;
        while (strcmp(all[at], c->names[i]) != 0) at++;
        double by_row = c->with_model ? of_features[at] : in_row[at];
        mlops_drift_column column = column_of(verdicts, i);
        assert_int_equal(column.n_current, isnan(by_row) ? 1 : 2);
        assert_true(column.nulls_current == 0.0);
        assert_true(column.mean_current ==
                    (isnan(by_row) ? in_table[at] : (by_row + in_table[at]) / 2));
    }
    mlops_drift_unref(verdicts);
    mlops_table_unref(table);
}

/* Names in columns and ignore choose what is watched; a row stays what it was. */
static void test_names_choose_what_is_watched(void **state) {
    (void)state;
    static const char csv[] = "id,age,target,amount\n1,30,0,9.5\n2,40,1,8.5\n";
    static const chosen cases[] = {
        {1, 2, NULL, NULL, {"amount", "age"}},
        {1, 1, NULL, "age", {"amount"}},
        {1, 2, NULL, "target,nowhere", {"amount", "age"}},
        {1, 1, "age", NULL, {"age"}},
        {1, 2, "age,amount", NULL, {"amount", "age"}},
        {1, 3, "target,age,id", NULL, {"age", "target", "id"}},
        {1, 1, "target,age", "age", {"target"}},
        {0, 3, NULL, "target", {"id", "age", "amount"}},
        {0, 2, "amount,id", NULL, {"id", "amount"}},
    };
    mlops_model *model = model_with("\"amount\",\"age\"");
    mlops_reference *reference = reference_of(csv);
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    opts.drift = &drift;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mlops_monitor *m;
        mlops_error err;
        drift.columns = cases[i].columns;
        drift.ignore = cases[i].ignore;
        if (mlops_monitor_new_reference(&m, cases[i].with_model ? model : NULL, reference, &opts,
                                        &err))
            fail_msg("%s", err.message);
        assert_watched(m, cases[i].names, cases[i].n);
        assert_seen(m, &cases[i]);
        mlops_monitor_free(m);
    }
    drift.columns = "age,wage", drift.ignore = NULL;
    assert_refused(model, csv, &opts, MLOPS_E_SCHEMA, "'wage'");
    assert_refused(NULL, csv, &opts, MLOPS_E_SCHEMA, "'wage'");
    drift.columns = NULL, drift.ignore = "age,amount";
    assert_refused(model, csv, &opts, MLOPS_E_SCHEMA, "no column");
    drift.ignore = "\"", assert_refused(model, csv, &opts, MLOPS_E_INVALID, "");
    mlops_reference_unref(reference);
    mlops_model_unref(model);
}

static void put_file(const char *path, const char *text) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void assert_from_file(const char *path, mlops_model *model, const mlops_monitor_opts *opts,
                             const char *const *names, int64_t n) {
    mlops_monitor *m;
    mlops_error err;
    if (mlops_monitor_new(&m, model, path, opts, &err)) fail_msg("%s", err.message);
    assert_columns(m, names, n);
    mlops_monitor_free(m);
}

static void test_references_in_files(void **state) {
    (void)state;
    char dir[] = "/tmp/test_monitor_XXXXXX", path[64];
    static const char *const listed[] = {"amount", "age"}, *const in_file[] = {"age", "amount"};
    mlops_model *named = model_with("\"amount\",\"age\""), *nameless = model_with("");
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts how = MLOPS_REFERENCE_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_bundle_opts carried = MLOPS_BUNDLE_OPTS_INIT;
    mlops_reference *reference;
    mlops_monitor *m;
    mlops_error err = {0};
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/file", dir);
    put_file(path, "# made by hand\nid;age;amount\n1;30;9.5\n2;40;8.5\n");
    opts.reference = &how;
    how.csv = &csv;
    csv.delimiter = ";";
    csv.skip_lines = 1;
    how.ignore = "id";
    assert_from_file(path, NULL, &opts, in_file, 2);
    how.ignore = NULL;
    assert_from_file(path, named, &opts, listed, 2);
    how.columns = "amount,age";
    assert_from_file(path, nameless, &opts, listed, 2);
    assert_int_equal(mlops_reference_load(&reference, path, &how, &err), MLOPS_OK);
    assert_int_equal(mlops_reference_save(reference, path, &err), MLOPS_OK);
    assert_from_file(path, named, NULL, listed, 2);
    carried.reference = reference;
    assert_int_equal(mlops_bundle_write(path, named, &carried, &err), MLOPS_OK);
    assert_from_file(path, named, NULL, listed, 2);
    assert_int_equal(mlops_bundle_write(path, named, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_new(&m, named, path, NULL, &err), MLOPS_E_SCHEMA);
    assert_null(m);
    assert_int_equal(err.code, MLOPS_E_SCHEMA);
    assert_int_equal(mlops_monitor_new(&m, NULL, "/nowhere/at.all", NULL, &err), MLOPS_E_NOT_FOUND);
    assert_null(m);
    unlink(path);
    assert_int_equal(rmdir(dir), 0);
    mlops_reference_unref(reference);
    mlops_model_unref(named);
    mlops_model_unref(nameless);
}

/* A bundle says itself what is watched: the features that its reference has. */
static void test_bundles_watch_their_features(void **state) {
    (void)state;
    char path[] = "/tmp/test_monitor_XXXXXX";
    static const char csv[] = "id,age,target,amount\n1,30,0,9.5\n2,40,1,8.5\n";
    static const char *const all[] = {"id", "age", "target", "amount"};
    static const char *const features[] = {"amount", "age"}, *const one[] = {"age"};
    mlops_model *named = model_with("\"amount\",\"age\""), *nameless = model_with("");
    mlops_reference *reference = reference_of(csv), *part = reference_of("id,age\n1,30\n2,40\n"),
                    *none = reference_of("id\n1\n2\n");
    mlops_bundle_opts carried = MLOPS_BUNDLE_OPTS_INIT;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_reference_opts how = MLOPS_REFERENCE_OPTS_INIT;
    mlops_monitor *m;
    mlops_error err = {0};
    int file = mkstemp(path);
    assert_true(file >= 0);
    close(file);
    carried.reference = reference;
    assert_int_equal(mlops_bundle_write(path, named, &carried, &err), MLOPS_OK);
    assert_from_file(path, NULL, NULL, features, 2);
    opts.drift = &drift;
    drift.ignore = "amount";
    assert_int_equal(mlops_monitor_new(&m, NULL, path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_features(m), 2);
    assert_watched(m, one, 1);
    mlops_monitor_free(m);
    opts.drift = NULL, opts.reference = &how; /* the reference without: the same */
    how.ignore = "amount,target";
    assert_int_equal(mlops_monitor_new(&m, NULL, path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_features(m), 2);
    assert_watched(m, one, 1);
    mlops_monitor_free(m);
    assert_int_equal(mlops_bundle_write(path, nameless, &carried, &err), MLOPS_OK);
    assert_from_file(path, NULL, NULL, all, 4);
    carried.reference = part; /* made without a feature, on purpose */
    assert_int_equal(mlops_bundle_write(path, named, &carried, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_new(&m, NULL, path, NULL, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_n_features(m), 2);
    assert_watched(m, one, 1);
    mlops_monitor_free(m);
    assert_int_equal(mlops_monitor_new(&m, named, path, NULL, &err), MLOPS_E_SCHEMA);
    assert_non_null(strstr(err.message, "'amount'"));
    drift.ignore = "amount", opts.drift = &drift, opts.reference = NULL;
    assert_int_equal(mlops_monitor_new(&m, named, path, &opts, &err), MLOPS_OK);
    assert_watched(m, one, 1);
    mlops_monitor_free(m);
    carried.reference = none;
    assert_int_equal(mlops_bundle_write(path, named, &carried, &err), MLOPS_OK);
    assert_int_equal(mlops_monitor_new(&m, NULL, path, NULL, &err), MLOPS_E_SCHEMA);
    assert_non_null(strstr(err.message, "no column"));
    unlink(path);
    mlops_reference_unref(reference);
    mlops_reference_unref(part);
    mlops_reference_unref(none);
    mlops_model_unref(named);
    mlops_model_unref(nameless);
}

static void test_options(void **state) {
    (void)state;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    static const char csv[] = "a\n1\n2\n";
    opts.window_rows = 49, assert_refused(NULL, csv, &opts, MLOPS_E_INVALID, "window_rows");
    opts.window_rows = 0, opts.flags = 2;
    assert_refused(NULL, csv, &opts, MLOPS_E_INVALID, "flags");
    opts.flags = 0, opts.name = "a\xff"; /* no scraper would take a label of it */
    assert_refused(NULL, csv, &opts, MLOPS_E_INVALID, "name is no UTF-8");
    opts.name = NULL, opts.drift = &drift;
    drift.alpha = 2.0, assert_refused(NULL, csv, &opts, MLOPS_E_INVALID, "alpha");
    drift.alpha = 0.0, drift.ignore = "a";
    assert_refused(NULL, csv, &opts, MLOPS_E_SCHEMA, "no column");
    drift.ignore = NULL, opts.drift = NULL, opts.struct_size = 1;
    assert_refused(NULL, csv, &opts, MLOPS_E_INVALID, "mlops_monitor_opts");
}

static void assert_table_refused(mlops_monitor *m, const char *csv, const char *word) {
    mlops_table *table = table_of(csv);
    mlops_error err = {0};
    char *before = metrics_of(m);
    assert_int_equal(mlops_monitor_add_table(m, table, &err), MLOPS_E_SCHEMA);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    char *after = metrics_of(m);
    assert_string_equal(before, after);
    free(before);
    free(after);
    mlops_table_unref(table);
}

static void test_tables_of_another_kind(void **state) {
    (void)state;
    mlops_monitor *m =
        monitor_of(NULL, "n,s,b,v\n1.5,x,true,\n2.5,y,false,\n3.5,x,true,\n", 50, NULL);
    assert_table_refused(m, "n,s,b\n1,x,true\n", "'v'");
    assert_table_refused(m, "n,s,b,v\none,x,true,\n", "'n'");
    assert_table_refused(m, "n,s,b,v\n1,2,true,\n", "'s'");
    assert_table_refused(m, "n,s,b,v\n1,x,1,\n", "'b'");
    assert_table_refused(m, "n,s,b,v\ntrue,x,true,\n", "'n'");
    /* int64 and float64 are numbers; nulls go anywhere; anything goes where there were nulls alone.
     */
    static const char *const taken[] = {"v,b,s,n\nq,true,new,7\n", "n,s,b,v\n7,y,,1\n",
                                        "n,s,b,v\n,,,\n"};
    for (size_t i = 0; i < 3; i++) {
        mlops_table *table = table_of(taken[i]);
        assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
        mlops_table_unref(table);
    }
    char *text = metrics_of(m);
    static const int nulls[] = {1, 1, 2, 1};
    for (int i = 0; i < 4; i++) {
        char line[128];
        snprintf(line, sizeof line,
                 "mlops_feature_nulls_total{model=\"default\",feature=\"%c\"} %d", "nsbv"[i],
                 nulls[i]);
        assert_sample(text, line);
        snprintf(line, sizeof line,
                 "mlops_feature_values_total{model=\"default\",feature=\"%c\"} 3", "nsbv"[i]);
        assert_sample(text, line);
    }
    free(text);
    mlops_monitor_free(m);
}

/* What comparing refuses, a monitor refuses, and the other way round. */
static void test_kinds_are_those_of_comparing(void **state) {
    (void)state;
    static const char *const texts[] = {"a,b\n,1\n", "a,b\ntrue,1\n", "a,b\n1,1\n", "a,b\n1.5,1\n",
                                        "a,b\nx,1\n"};
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++) {
            mlops_table *live = table_of(texts[k]);
            mlops_reference *reference = reference_of(texts[i]);
            mlops_monitor *m = monitor_of(NULL, texts[i], 50, NULL);
            mlops_drift *drift;
            mlops_error err = {0};
            mlops_status want = mlops_drift_compare_reference(&drift, reference, live, NULL, NULL);
            assert_int_equal(mlops_monitor_add_table(m, live, &err), want);
            assert_int_equal(err.code, want);
            if (want) assert_non_null(strstr(err.message, "'a'"));
            mlops_drift_unref(drift);
            mlops_monitor_free(m);
            mlops_reference_unref(reference);
            mlops_table_unref(live);
        }
}

/* Codes of the live table differ from those of the reference's; what counts is the text. */
static void test_categories_are_matched_by_text(void **state) {
    (void)state;
    char reference[8192], live[8192];
    size_t n = (size_t)sprintf(reference, "word,flag\n"), k = (size_t)sprintf(live, "flag,word\n");
    for (int i = 0; i < 400; i++)
        n += (size_t)sprintf(reference + n, "w%d,%s\n", i % 8, i % 4 ? "true" : "false");
    for (int i = 0; i < 400; i++)
        k += (size_t)sprintf(live + k, "%s,w%d\n", i % 4 ? "true" : "false", 7 - i % 8);
    mlops_monitor *m = monitor_of(NULL, reference, 400, NULL);
    mlops_table *table = table_of(live);
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    for (int64_t i = 0; i < 2; i++) {
        assert_true(column_of(drift, i).tv == 0.0);
        assert_int_not_equal(column_of(drift, i).verdict, MLOPS_DRIFT_YES);
    }
    mlops_drift_unref(drift);
    /* As numbers, a flag is 0 or 1, and a word cannot be: null. */
    float rows[800];
    for (int i = 0; i < 400; i++) rows[2 * i] = 1.0f, rows[2 * i + 1] = i % 4 ? 1.0f : 0.0f;
    assert_int_equal(mlops_monitor_add(m, rows, 400, 2, NULL, 0), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_true(column_of(drift, 1).tv == 0.0);
    assert_int_equal(column_of(drift, 0).verdict, MLOPS_DRIFT_YES);
    assert_string_equal(column_of(drift, 0).test, "nulls");
    mlops_drift_unref(drift);
    static const float last[] = {NAN, NAN};
    assert_int_equal(mlops_monitor_add(m, last, 1, 2, NULL, 0), MLOPS_OK);
    char *text = metrics_of(m);
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"word\"} 401");
    assert_sample(text, "mlops_feature_nulls_total{model=\"default\",feature=\"flag\"} 1");
    free(text);
    mlops_table_unref(table);
    mlops_monitor_free(m);
}

/* Hundreds of words by turns, most of which the reference has not: each row counts where it
 * belongs.
 */
static void test_many_new_categories(void **state) {
    (void)state;
    char reference[4096], *live = malloc(8 * 4000 + 8);
    size_t n = (size_t)sprintf(reference, "word\n"), k = (size_t)sprintf(live, "word\n");
    for (int i = 0; i < 400; i++) n += (size_t)sprintf(reference + n, "w%d\n", i % 4);
    for (int i = 0; i < 4000; i++) /* half of the rows are words that the reference has */
        k += (size_t)sprintf(live + k, "w%d\n", i % 2 ? 4 + i / 2 % 600 : i / 2 % 4);
    mlops_monitor *m = monitor_of(NULL, reference, 4000, NULL);
    mlops_table *table = table_of(live);
    mlops_drift *drift;
    assert_int_equal(mlops_monitor_add_table(m, table, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_drift(&drift, m, NULL), MLOPS_OK);
    assert_true(column_of(drift, 0).tv == 0.5);
    mlops_drift_unref(drift);
    mlops_table_unref(table);
    mlops_monitor_free(m);
    free(live);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_features_are_bound_by_name),
        cmocka_unit_test(test_features_without_names_need_a_list),
        cmocka_unit_test(test_without_a_model_columns_are_watched),
        cmocka_unit_test(test_names_choose_what_is_watched),
        cmocka_unit_test(test_references_in_files),
        cmocka_unit_test(test_bundles_watch_their_features),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_tables_of_another_kind),
        cmocka_unit_test(test_kinds_are_those_of_comparing),
        cmocka_unit_test(test_categories_are_matched_by_text),
        cmocka_unit_test(test_many_new_categories),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
