/* What an error says of a file: its path first, what it is, and what would be right. */
#define _GNU_SOURCE
#include <mlops.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/messages-XXXXXX";

static const char *path_of(const char *name) {
    static char paths[4][128];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put_file(const char *name, const void *bytes, size_t n) {
    FILE *file = fopen(path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* The first bytes of a file as another; returns how many the whole has. */
static long cut_file(const char *name, const char *to, size_t n) {
    static char bytes[1 << 16];
    FILE *file = fopen(path_of(name), "rb");
    assert_non_null(file);
    size_t whole = fread(bytes, 1, sizeof bytes, file);
    assert_int_equal(fclose(file), 0);
    assert_true(n < whole && whole < sizeof bytes);
    put_file(to, bytes, n);
    return (long)whole;
}

static const char MODEL[] =
    "{\"learner\":{\"attributes\":{},\"feature_names\":[\"a\",\"b\"],\"feature_types\":[],"
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

static int make_files(void **state) {
    (void)state;
    mlops_model *model;
    mlops_reference *reference;
    mlops_table *table;
    mlops_error e = {0};
    static const char csv[] = "a,b\n1,2\n3,4\n";
    if (!mkdtemp(folder)) return 1;
    put_file("good.csv", csv, sizeof csv - 1);
    put_file("long.csv", "a,b\n1,2\n1,2,3\n", 14);
    put_file("short.csv", "a,b\n1,2\n1\n", 10);
    put_file("semicolons.csv", "a;b\n1;2\n", 8);
    put_file("single.csv", "amount\n1\n", 9);
    put_file("model.json", MODEL, sizeof MODEL - 1);
    put_file("broken.json", MODEL, 100);
    put_file("empty", "", 0);
    if (mlops_model_parse(&model, MODEL, sizeof MODEL - 1, NULL, &e) ||
        mlops_table_load(&table, path_of("good.csv"), NULL, &e) ||
        mlops_reference_new(&reference, table, NULL, &e) ||
        mlops_reference_save(reference, path_of("saved"), &e) ||
        mlops_bundle_write(path_of("bundle"), model, NULL, &e))
        return print_error("%s\n", e.message), 1;
    mlops_reference_unref(reference);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return 0;
}

static int remove_files(void **state) {
    (void)state;
    static const char *const names[] = {"good.csv",   "long.csv",   "short.csv",   "semicolons.csv",
                                        "single.csv", "model.json", "broken.json", "empty",
                                        "saved",      "bundle",     "cut"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) unlink(path_of(names[i]));
    return rmdir(folder);
}

/* Loads the file as a table, model, bundle or reference: "t", "m", "b", "r". */
static mlops_status load(char as, const char *path, mlops_error *e) {
    mlops_table *table = NULL;
    mlops_model *model = NULL;
    mlops_bundle *bundle = NULL;
    mlops_reference *reference = NULL;
    mlops_status status = as == 't'   ? mlops_table_load(&table, path, NULL, e)
                          : as == 'm' ? mlops_model_load(&model, path, NULL, e)
                          : as == 'b' ? mlops_bundle_load(&bundle, path, NULL, e)
                                      : mlops_reference_load(&reference, path, NULL, e);
    mlops_table_unref(table);
    mlops_model_unref(model);
    if (bundle) mlops_bundle_unref(bundle);
    mlops_reference_unref(reference);
    return status;
}

/* The message is the path in quotes, then rest. */
static void says(char as, const char *name, mlops_status status, const char *rest) {
    mlops_error e = {0};
    char wanted[640];
    snprintf(wanted, sizeof wanted, "'%s'%s", path_of(name), rest);
    assert_int_equal(load(as, path_of(name), &e), status);
    assert_int_equal(e.code, status);
    if (strncmp(e.message, wanted, strlen(wanted)) != 0)
        fail_msg("'%s' does not begin with '%s'", e.message, wanted);
    assert_null(strstr(e.message + strlen(wanted), path_of(name)));
    assert_int_equal(load(as, path_of(name), NULL), status);
}

static void csv_names_its_file(void **state) {
    (void)state;
    for (const char *as = "tr"; *as; as++) {
        says(*as, "long.csv", MLOPS_E_PARSE,
             ": line 3 has 3 fields, the header 2; quote a field that holds the delimiter");
        says(*as, "short.csv", MLOPS_E_PARSE, ": line 3 has 1 field, the header 2: 'b' is missing");
        says(*as, "empty", MLOPS_E_PARSE, ": the text is empty");
    }
}

static void a_file_of_another_kind_is_named(void **state) {
    (void)state;
    says('t', "saved", MLOPS_E_PARSE, " is a saved reference, not CSV");
    says('t', "bundle", MLOPS_E_PARSE, " is a bundle, not CSV");
    says('m', "saved", MLOPS_E_UNSUPPORTED, " is a saved reference, not a model or bundle");
    says('b', "saved", MLOPS_E_UNSUPPORTED, " is a saved reference, not a bundle");
    says('b', "model.json", MLOPS_E_CORRUPT, " is not a bundle (it does not begin with \"MLOPS\")");
    says('b', "empty", MLOPS_E_CORRUPT, " is empty, not a bundle");
    says('m', "good.csv", MLOPS_E_CORRUPT, ": not a model: expected XGBoost's JSON");
    says('m', "broken.json", MLOPS_E_CORRUPT, ": ");
    says('r', "bundle", MLOPS_E_SCHEMA, ": reference: the bundle has none");
    mlops_table *table;
    mlops_error e;
    assert_int_equal(mlops_table_parse(&table, "MLOPS\r\n\x1a", 8, NULL, &e), MLOPS_E_PARSE);
    assert_string_equal(e.message, "this is a container, not CSV");
}

static void a_cut_file_tells_its_sizes(void **state) {
    (void)state;
    static const struct {
        const char *name, *readers;
    } files[] = {{"saved", "mbr"}, {"bundle", "mbr"}};
    static const size_t sizes[] = {65, 100, 200, 320};
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            char rest[128];
            long whole = cut_file(files[i].name, "cut", sizes[k]);
            snprintf(rest, sizeof rest, " has %zu of %ld bytes: it was cut short", sizes[k], whole);
            for (const char *as = files[i].readers; *as; as++)
                says(*as, "cut", MLOPS_E_CORRUPT, rest);
        }
    cut_file("saved", "cut", 20);
    says('r', "cut", MLOPS_E_CORRUPT, " has 20 bytes, less than its header: it was cut short");
}

static void no_path_is_said(void **state) {
    (void)state;
    mlops_error e;
    mlops_monitor *monitor;
    for (const char *as = "tmbr"; *as; as++) {
        memset(&e, 0, sizeof e);
        assert_int_equal(load(*as, NULL, &e), MLOPS_E_INVALID);
        assert_string_equal(e.message, "path is NULL");
        assert_int_equal(load(*as, NULL, NULL), MLOPS_E_INVALID);
    }
    assert_int_equal(mlops_monitor_new(&monitor, NULL, NULL, NULL, &e), MLOPS_E_INVALID);
    assert_string_equal(e.message, "path is NULL");
    mlops_model *model;
    mlops_reference *reference;
    assert_int_equal(mlops_model_load(&model, path_of("model.json"), NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_bundle_write(NULL, model, NULL, &e), MLOPS_E_INVALID);
    assert_string_equal(e.message, "path is NULL");
    mlops_model_unref(model);
    assert_int_equal(mlops_reference_load(&reference, path_of("saved"), NULL, &e), MLOPS_OK);
    assert_int_equal(mlops_reference_save(reference, NULL, &e), MLOPS_E_INVALID);
    assert_string_equal(e.message, "path is NULL");
    mlops_reference_unref(reference);
}

static void long_paths_keep_their_end(void **state) {
    (void)state;
    char path[600] = "", wanted[64];
    mlops_error e;
    while (strlen(path) < 400) strcat(path, "./");
    memmove(path + strlen(folder) + 1, path, strlen(path) + 1);
    memcpy(path, folder, strlen(folder));
    path[strlen(folder)] = '/';
    strcat(path, "long.csv");
    assert_int_equal(load('t', path, &e), MLOPS_E_PARSE);
    assert_int_equal(strncmp(e.message, "'...", 4), 0);
    snprintf(wanted, sizeof wanted, "long.csv': line 3 has 3 fields");
    if (!strstr(e.message, wanted)) fail_msg("%s", e.message);
}

static void missing_column(const char *name, const char *hint) {
    mlops_table *good, *other;
    mlops_reference *reference;
    mlops_model *model;
    mlops_monitor *monitor;
    mlops_drift *drift;
    mlops_error e[4] = {{0}};
    double out[2];
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.columns = "a";
    assert_int_equal(mlops_table_load(&good, path_of("good.csv"), NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_load(&other, path_of(name), NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_model_load(&model, path_of("model.json"), NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_new(&reference, other, &opts, &e[0]), MLOPS_E_SCHEMA);
    assert_int_equal(mlops_drift_compare(&drift, good, other, NULL, &e[1]), MLOPS_E_SCHEMA);
    assert_int_equal(mlops_model_predict_table(model, other, NULL, MLOPS_MODEL_OUTPUT_PREDICTION,
                                               out, mlops_table_n_rows(other), 1, &e[2]),
                     MLOPS_E_SCHEMA);
    assert_int_equal(mlops_monitor_new(&monitor, NULL, path_of("good.csv"), NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_add_table(monitor, other, &e[3]), MLOPS_E_SCHEMA);
    for (int i = 0; i < 4; i++)
        if (!strstr(e[i].message, hint)) fail_msg("'%s' lacks '%s'", e[i].message, hint);
    mlops_monitor_free(monitor);
    mlops_model_unref(model);
    mlops_table_unref(other);
    mlops_table_unref(good);
}

static void a_wrong_delimiter_is_guessed(void **state) {
    (void)state;
    missing_column("semicolons.csv", " (its only column is 'a;b': is its delimiter another?)");
    missing_column("single.csv", " (its only column is 'amount')");
}

static void counts_are_spelled(void **state) {
    (void)state;
    mlops_table *table;
    mlops_error e;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    static const double one[] = {1};
    opts.names = "x";
    assert_int_equal(mlops_table_parse(&table, "a,b\n1,2\n", 8, &opts, &e), MLOPS_E_PARSE);
    assert_string_equal(e.message, "names are given for 1 column, but line 1 has 2 fields");
    opts.names = "x,y";
    assert_int_equal(mlops_table_parse(&table, "a\n1\n", 4, &opts, &e), MLOPS_E_PARSE);
    assert_string_equal(e.message, "names are given for 2 columns, but line 1 has 1 field");
    opts.names = NULL;
    opts.skip_lines = 2;
    assert_int_equal(mlops_table_parse(&table, "a\n", 2, &opts, &e), MLOPS_E_PARSE);
    assert_string_equal(e.message, "skip_lines is 2, but the text has 1 line");
    assert_int_equal(mlops_table_from_matrix(&table, one, 1, 1, "a,b", NULL, &e), MLOPS_E_INVALID);
    assert_string_equal(e.message, "2 names for 1 column");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv_names_its_file),
        cmocka_unit_test(a_file_of_another_kind_is_named),
        cmocka_unit_test(a_cut_file_tells_its_sizes),
        cmocka_unit_test(no_path_is_said),
        cmocka_unit_test(long_paths_keep_their_end),
        cmocka_unit_test(a_wrong_delimiter_is_guessed),
        cmocka_unit_test(counts_are_spelled),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
