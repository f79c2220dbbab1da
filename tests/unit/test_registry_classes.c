/* Classes by name: a target that is text is judged as the numbers that the model learned. */
#define _GNU_SOURCE
#include "unit/help_registry.h"

#include <math.h>

enum { ROWS = 200 };

/* The same rows, with the target as texts or as numbers. */
static mlops_table *make_rows(const char *no, const char *yes) {
    static char text[ROWS * 64];
    mlops_table *table;
    mlops_error e;
    int n = snprintf(text, sizeof text, "x,colour_n,z,y\n");
    for (int i = 0; i < ROWS; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%d.5,%d,%d.25,%s\n", i % 17 - 8, i % 3,
                      i % 11 - 5, i * 7919 % 13 < 6 ? no : yes);
    works(mlops_table_parse(&table, text, (size_t)n, NULL, &e), &e);
    return table;
}

static double metric_of(ground *g, const char *which, const char *metric) {
    mlops_table *table;
    mlops_error e;
    char name[64];
    double values[64], value = NAN;
    works(mlops_registry_evaluate(&table, g->store, "m", which, NULL, NULL, NULL, &e), &e);
    int64_t n = mlops_table_n_rows(table);
    works(mlops_table_values(table, 1, values, n, &e), &e);
    for (int64_t i = 0; i < n; i++) {
        mlops_table_text(table, 0, i, name, sizeof name, NULL);
        if (!strcmp(name, metric)) value = values[i];
    }
    mlops_table_unref(table);
    return value;
}

static int64_t register_on(ground *g, const mlops_table *rows, const char *classes) {
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_model *model = load_model();
    commit_points(g, rows, "y", 1);
    opts.dataset = "points";
    opts.classes = classes;
    int64_t version = register_with(g, "m", model, &opts);
    mlops_model_unref(model);
    return version;
}

static void texts_are_judged_as_their_classes(void **state) {
    ground here, *g = &here;
    (void)state;
    make_ground(g);
    mlops_table *numbers = make_rows("0", "1"), *texts = make_rows("<=50K", "\"a, \"\"b\"\"\"");
    register_on(g, numbers, NULL);
    register_on(g, texts, "<=50K,\"a, \"\"b\"\"\"");
    register_on(g, numbers, "0,1");
    register_on(g, numbers, "1,0");
    double auc = metric_of(g, "1", "auc");
    assert_true(auc > 0 && auc < 1);
    assert_true(metric_of(g, "2", "auc") == auc);
    assert_true(metric_of(g, "3", "auc") == auc);
    assert_true(fabs(metric_of(g, "4", "auc") - (1 - auc)) < 1e-15);
    assert_true(metric_of(g, "2", "log_loss") == metric_of(g, "1", "log_loss"));
    assert_non_null(strstr(registered(g, "m", "2"), "\"classes\":[\"<=50K\",\"a, \\\"b\\\"\"]"));
    assert_null(strstr(registered(g, "m", "1"), "\"classes\""));
    mlops_table_unref(numbers);
    mlops_table_unref(texts);
    remove_ground(g);
}

static void lists_that_do_not_fit_are_refused(void **state) {
    ground here, *g = &here;
    (void)state;
    make_ground(g);
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_model *model = load_model();
    mlops_change *c = new_change(g->store);
    mlops_error e;
    int64_t version = 0;
    opts.classes = "a,b,c";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_SCHEMA,
            "3 classes are named, and the model tells 2 apart");
    opts.classes = "a";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_SCHEMA,
            "1 class is named");
    opts.classes = "a,\"b";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_INVALID,
            "classes: ");
    mlops_change_free(c);
    mlops_model_unref(model);
    remove_ground(g);
}

static void values_that_are_no_class_are_named(void **state) {
    ground here, *g = &here;
    (void)state;
    make_ground(g);
    mlops_table *rows = make_rows("no", "yes"), *out;
    mlops_error e;
    register_on(g, rows, "no,maybe");
    refused(mlops_registry_evaluate(&out, g->store, "m", "1", NULL, NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "'yes', is none of its classes");
    assert_null(out);
    mlops_table_unref(rows);
    remove_ground(g);
}

static mlops_status try_to_register(ground *g, const char *path, const char *classes,
                                    const mlops_feature *features, mlops_error *e) {
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_model *model = load_model();
    mlops_change *c = new_change(g->store);
    int64_t version;
    opts.dataset = "points";
    opts.path = path;
    opts.classes = classes;
    opts.features = features;
    mlops_status status = mlops_registry_register(c, &version, "t", model, &opts, e);
    mlops_change_free(c);
    mlops_model_unref(model);
    return status;
}

/* At registration where the table is known, else when it is judged: the message says what to do. */
static void targets_that_are_no_class_numbers_name_classes(void **state) {
    ground here, *g = &here;
    (void)state;
    make_ground(g);
    mlops_table *numbers = make_rows("0", "1"), *texts = make_rows("no", "yes");
    mlops_table *twos = make_rows("1", "2"), *out = numbers;
    mlops_error e;
    register_on(g, numbers, NULL);
    commit_points(g, texts, "y", 1);
    refused(try_to_register(g, NULL, NULL, NULL, &e), &e, MLOPS_E_SCHEMA,
            "the target 'y' of table 'points.csv' is text; ");
    has(e.message, "register it with classes (classes=\"no,yes\")");
    works(try_to_register(g, NULL, "no,yes", NULL, &e), &e);
    refused(mlops_registry_evaluate(&out, g->store, "m", "1", "points", NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "version 1 of \"m\": the target 'y' is text; ");
    has(e.message, "classes=");
    assert_null(out);
    register_on(g, twos, NULL); /* its rows are not read then */
    refused(mlops_registry_evaluate(&out, g->store, "m", "2", NULL, NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, "is 2, and no class from 0 to 1; ");
    has(e.message, "classes=");
    mlops_table_unref(numbers);
    mlops_table_unref(texts);
    mlops_table_unref(twos);
    remove_ground(g);
}

static void add_table(ground *g, const char *path, const mlops_table *table) {
    mlops_change *c = new_change(g->store);
    mlops_draft *draft;
    mlops_error e;
    mlops_id id;
    works(mlops_draft_new(&draft, c, "points", NULL, &e), &e);
    works(mlops_draft_add_table(draft, path, table, NULL, &e), &e);
    works(mlops_draft_commit(draft, &id, &e), &e);
    mlops_draft_free(draft);
    commit(c);
    mlops_change_free(c);
}

/* The columns that a version is made of are those of the table that it learned from. */
static void tables_without_the_columns_are_refused(void **state) {
    ground here, *g = &here;
    (void)state;
    static const char csv[] = "x,color_n,z,v,y\n1,2,3,4,1\n5,6,7,8,0\n";
    static const char raw[] = "a,b,y\n1,2,1\n5,6,0\n";
    static const char made[] = "x = x\ncolour_n = color_n\nz = z + v";
    mlops_table *rows = make_rows("0", "1"), *other;
    mlops_feature *features;
    mlops_error e;
    make_ground(g);
    works(mlops_table_parse(&other, csv, sizeof csv - 1, NULL, &e), &e);
    works(mlops_feature_fit(&features, made, other, NULL, &e), &e);
    commit_points(g, other, "y", 1);
    refused(try_to_register(g, NULL, NULL, NULL, &e), &e, MLOPS_E_SCHEMA,
            "the model's feature 'colour_n' is no column of table 'points.csv' of dataset "
            "'points'; did you mean 'color_n'?");
    works(try_to_register(g, NULL, NULL, features, &e), &e);
    add_table(g, "rows.csv", rows); /* of two tables none is meant until one is named */
    works(try_to_register(g, NULL, NULL, NULL, &e), &e);
    works(try_to_register(g, "rows.csv", NULL, NULL, &e), &e);
    refused(try_to_register(g, "points.csv", NULL, NULL, &e), &e, MLOPS_E_SCHEMA, "'colour_n'");
    refused(try_to_register(g, "rows.csv", NULL, features, &e), &e, MLOPS_E_SCHEMA,
            "the features' input 'color_n' is no column of table 'rows.csv'");
    mlops_table_unref(other);
    works(mlops_table_parse(&other, raw, sizeof raw - 1, NULL, &e), &e);
    add_table(g, "raw.csv", other); /* rows that were made of it elsewhere have other columns */
    works(try_to_register(g, "raw.csv", NULL, NULL, &e), &e);
    refused(try_to_register(g, "raw.csv", NULL, features, &e), &e, MLOPS_E_SCHEMA, "input 'x'");
    mlops_feature_unref(features);
    mlops_table_unref(other);
    mlops_table_unref(rows);
    remove_ground(g);
}

/* tests/fault/model.onnx: of x and the text colour, which tells no and yes apart itself. */
static void graphs_name_their_classes(void **state) {
    ground here, *g = &here;
    (void)state;
    static char text[ROWS * 32];
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    mlops_promote_opts how = MLOPS_PROMOTE_OPTS_INIT;
    mlops_model *model;
    mlops_table *rows;
    mlops_bundle *bundle;
    mlops_error e;
    double p[2 * ROWS], q[2 * ROWS];
    const char *path = source_path("tests/fault/model.onnx");
    int n = snprintf(text, sizeof text, "x,colour,y\n");
    for (int i = 0; i < ROWS; i++)
        n += snprintf(text + n, sizeof text - (size_t)n, "%d.5,%s,%s\n", i % 9 - 5,
                      i % 3 ? "red" : "blue", i * 7919 % 13 < 6 ? "no" : "yes");
    make_ground(g);
    works(mlops_table_parse(&rows, text, (size_t)n, NULL, &e), &e);
    works(mlops_model_load(&model, path, NULL, &e), &e);
    commit_points(g, rows, "y", 1);
    opts.dataset = "points";
    opts.file = path;
    assert_int_equal(register_with(g, "m", model, &opts), 1);
    assert_non_null(
        strstr(registered(g, "m", "1"), "\"task\":\"binary\",\"classes\":[\"no\",\"yes\"]"));
    assert_true(metric_of(g, "1", "auc") > 0 && metric_of(g, "1", "auc") < 1);
    works(mlops_registry_load(&bundle, g->store, "m", "1", &e), &e);
    works(mlops_model_predict_table(model, rows, NULL, (mlops_model_output)0, p, ROWS, 2, &e), &e);
    works(mlops_model_predict_table(mlops_bundle_model(bundle), rows, NULL, (mlops_model_output)0,
                                    q, ROWS, 2, &e),
          &e);
    assert_memory_equal(p, q, sizeof p);
    mlops_bundle_unref(bundle);
    mlops_change *c = new_change(g->store);
    how.gate = "auc > 0 and rows >= 10";
    works(mlops_registry_promote(c, "m", "1", "champion", &how, &e), &e);
    commit(c);
    opts.classes = "no,yes,perhaps";
    int64_t version;
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_SCHEMA,
            "3 classes are named, and the model tells 2 apart");
    mlops_change_free(c);
    mlops_model_unref(model);
    mlops_table_unref(rows);
    remove_ground(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_name_their_classes),
        cmocka_unit_test(texts_are_judged_as_their_classes),
        cmocka_unit_test(lists_that_do_not_fit_are_refused),
        cmocka_unit_test(values_that_are_no_class_are_named),
        cmocka_unit_test(targets_that_are_no_class_numbers_name_classes),
        cmocka_unit_test(tables_without_the_columns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
