/* Versions of models: what was registered comes back, whole and for good, with where it came from.
 */
#define _GNU_SOURCE
#include "unit/help_registry.h"

static mlops_model *model;
static mlops_reference *reference;
static mlops_table *train;

static int set_up(void **state) {
    static const char csv[] = "x,colour_n,z,y\n1,2,3,0\n2,3,4,1\n3,4,5,0\n,5,6,1\n";
    mlops_error e;
    (void)state;
    model = load_model();
    works(mlops_table_parse(&train, csv, sizeof csv - 1, NULL, &e), &e);
    works(mlops_reference_new(&reference, train, NULL, &e), &e);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    mlops_reference_unref(reference);
    mlops_table_unref(train);
    mlops_model_unref(model);
    return 0;
}

static mlops_feature *fit(const char *definition) {
    mlops_feature *out;
    mlops_error e;
    works(mlops_feature_fit(&out, definition, train, NULL, &e), &e);
    return out;
}

static void what_was_registered_comes_back(void **state) {
    (void)state;
    ground g;
    mlops_bundle *bundle;
    mlops_feature *features, *back;
    mlops_error e;
    mlops_id want, got;
    double ours[2], theirs[2];
    const float rows[6] = {0.5f, -0.25f, 2.0f, 1.0f, 1.5f, -1.0f};
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    opts.features = features = fit("x = impute(x, 'mean')\ncolour_n = colour_n / 2\nz = z");
    opts.reference = reference;
    opts.file = source_path("tests/fault/model.json");
    opts.description = "the first, with \"quotes\"";
    opts.metadata = "{\"owner\": \"risk\", \"levels\": [1, 2]}";
    assert_int_equal(register_with(&g, "fraud", model, &opts), 1);
    open_again(&g, MLOPS_STORE_INDEX_MEMORY);

    works(mlops_registry_load(&bundle, g.store, "fraud", "latest", &e), &e);
    assert_string_equal(mlops_bundle_name(bundle), "fraud");
    assert_string_equal(mlops_bundle_version(bundle), "1");
    assert_int_equal(mlops_reference_n_rows(mlops_bundle_reference(bundle)), 4);
    has(mlops_bundle_metadata(bundle), "\"description\":\"the first, with \\\"quotes\\\"\"");
    has(mlops_bundle_metadata(bundle), "\"metadata\":{\"owner\": \"risk\", \"levels\": [1, 2]}");
    has(mlops_bundle_metadata(bundle), "\"features\":{");
    assert_int_equal(mlops_model_predict(model, rows, 2, 3, ours, 1), 0);
    assert_int_equal(mlops_model_predict(mlops_bundle_model(bundle), rows, 2, 3, theirs, 1), 0);
    assert_memory_equal(ours, theirs, sizeof ours);
    mlops_bundle_unref(bundle);

    works(mlops_registry_features(&back, g.store, "fraud", "1", &e), &e);
    mlops_feature_id(features, &want);
    mlops_feature_id(back, &got);
    assert_memory_equal(&want, &got, sizeof got);
    mlops_feature_unref(back);
    mlops_feature_unref(features);

    const char *text = registered(&g, "fraud", "1");
    has(text,
        "{\"model\":\"fraud\",\"version\":1,\"created_ns\":1700000000000000000,\"bundle\":\"");
    has(text, "\"file\":{\"id\":\"");
    has(text, "\"name\":\"model.json\",\"size\":");
    has(text, "\"signature\":{\"inputs\":[\"x\",\"colour_n\",\"z\"],\"n_inputs\":3,\"outputs\":1,"
              "\"task\":\"binary\"}");
    has(text, "\"aliases\":[],\"decisions\":[]}");
    remove_ground(&g);
}

static void files_are_the_registered_bytes(void **state) {
    (void)state;
    ground g;
    mlops_bundle *bundle;
    mlops_error e;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    char path[160];
    size_t n, n_back;
    make_ground(&g);
    opts.file = source_path("tests/fault/model.json");
    register_with(&g, "fraud", model, &opts);
    snprintf(path, sizeof path, "%s/out", g.place.dir);
    works(mlops_registry_file(g.store, "fraud", "1", path, &e), &e);
    uint8_t *want = file_bytes(opts.file, &n), *got = file_bytes(path, &n_back);
    assert_int_equal(n, n_back);
    assert_memory_equal(want, got, n);
    free(want);
    free(got);
    works(mlops_registry_bundle(g.store, "fraud", "1", path, &e), &e);
    works(mlops_bundle_load(&bundle, path, NULL, &e), &e);
    assert_string_equal(mlops_bundle_version(bundle), "1");
    mlops_bundle_unref(bundle);
    got = file_bytes(path, &n);
    snprintf(path, sizeof path, "sha256sum '%s/out' | cut -c1-64 | tr -d '\\n'", g.place.dir);
    FILE *pipe = popen(path, "r");
    char digits[80] = "";
    assert_non_null(pipe);
    assert_int_equal(fread(digits, 1, 64, pipe), 64);
    pclose(pipe);
    char member[96];
    snprintf(member, sizeof member, "\"bundle\":\"%s\"", digits);
    has(registered(&g, "fraud", "1"), member);
    free(got);
    opts.file = NULL;
    register_with(&g, "fraud", model, &opts);
    refused(mlops_registry_file(g.store, "fraud", "2", path, &e), &e, MLOPS_E_NOT_FOUND,
            "keeps no file");
    remove_ground(&g);
}

static void versions_are_numbered_and_listed(void **state) {
    (void)state;
    ground g;
    mlops_table *t;
    mlops_error e;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    register_some(&g, "churn", 1);
    for (int i = 1; i <= 12; i++) {
        opts.description = i == 12 ? "the last" : NULL;
        assert_int_equal(register_with(&g, "fraud", model, &opts), i);
        g.clocks.now += 5;
    }
    promote(&g, "fraud", "3", "champion");
    promote(&g, "fraud", "3", "a, b");
    promote(&g, "fraud", "latest", "canary");
    works(mlops_registry_models(&t, g.store, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 2);
    assert_string_equal(cell(t, 0, "model"), "churn");
    assert_string_equal(cell(t, 1, "n_versions"), "12");
    assert_string_equal(cell(t, 1, "latest"), "12");
    assert_string_equal(cell(t, 1, "aliases"), "\"a, b\",canary,champion");
    assert_string_equal(cell(t, 0, "aliases"), "");
    mlops_table_unref(t);
    works(mlops_registry_versions(&t, g.store, "fraud", &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 12);
    assert_string_equal(cell(t, 9, "version"), "10");
    assert_string_equal(cell(t, 9, "created_ns"), "1700000000000000045");
    assert_string_equal(cell(t, 2, "aliases"), "\"a, b\",champion");
    assert_string_equal(cell(t, 2, "task"), "binary");
    assert_string_equal(cell(t, 2, "run"), "-");
    assert_string_equal(cell(t, 2, "description"), "-");
    assert_string_equal(cell(t, 11, "description"), "the last");
    mlops_table_unref(t);
    has(registered(&g, "fraud", "champion"), "\"aliases\":[\"a, b\",\"champion\"]");
    remove_ground(&g);
}

static void what_is_missing_is_named(void **state) {
    (void)state;
    ground g;
    mlops_bundle *bundle = (void *)&g;
    mlops_feature *feature;
    mlops_table *t;
    mlops_error e;
    make_ground(&g);
    register_some(&g, "fraud", 2);
    promote(&g, "fraud", "1", "champion");
    refused(mlops_registry_load(&bundle, g.store, "fruad", "1", &e), &e, MLOPS_E_NOT_FOUND,
            "there is no model \"fruad\"; did you mean \"fraud\"?");
    assert_null(bundle);
    refused(mlops_registry_load(&bundle, g.store, "fraud", "3", &e), &e, MLOPS_E_NOT_FOUND,
            "there is no version 3 of \"fraud\"; the newest is 2");
    refused(mlops_registry_load(&bundle, g.store, "fraud", "0", &e), &e, MLOPS_E_NOT_FOUND, "0");
    refused(mlops_registry_load(&bundle, g.store, "fraud", "99999999999999999999", &e), &e,
            MLOPS_E_NOT_FOUND, "99999999999999999999");
    refused(mlops_registry_load(&bundle, g.store, "fraud", "champoin", &e), &e, MLOPS_E_NOT_FOUND,
            "no version of \"fraud\" holds \"champoin\"; did you mean \"champion\"?");
    refused(mlops_registry_load(&bundle, g.store, "fraud", "", &e), &e, MLOPS_E_INVALID, "latest");
    refused(mlops_registry_load(&bundle, g.store, "fraud", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_registry_load(&bundle, g.store, "a\nb", "1", &e), &e, MLOPS_E_INVALID, "byte 1");
    refused(mlops_registry_load(&bundle, NULL, "fraud", "1", &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_registry_features(&feature, g.store, "fraud", "1", &e), &e, MLOPS_E_NOT_FOUND,
            "version 1 of \"fraud\" has no features");
    refused(mlops_registry_versions(&t, g.store, "x", &e), &e, MLOPS_E_NOT_FOUND, "\"x\"");
    assert_null(t);
    works(mlops_registry_load(&bundle, g.store, "fraud", "champion", &e), &e);
    assert_string_equal(mlops_bundle_version(bundle), "1");
    mlops_bundle_unref(bundle);
    char small[4];
    size_t needed = 0;
    refused(mlops_registry_describe(g.store, "fraud", "1", small, sizeof small, &needed, &e), &e,
            MLOPS_E_ARENA, "takes");
    assert_string_equal(small, "");
    assert_true(needed > 100);
    remove_ground(&g);
}

static void bad_input_is_refused_and_changes_nothing(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version = 7, seq = -1;
    char deep[200], *large = malloc(70000);
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    assert_non_null(large);
    memset(large, 'a', 69999);
    large[69999] = 0;
    memset(deep, '[', 62);
    memset(deep + 62, ']', 62);
    memcpy(deep + 124, "}", 2);
    memmove(deep + 5, deep, 126);
    memcpy(deep, "{\"a\":", 5);
    const struct {
        const char *name, *description, *metadata, *file, *run, *commit, *word;
        mlops_status status;
    } bad[] = {
        {"", NULL, NULL, NULL, NULL, NULL, "0 bytes", MLOPS_E_INVALID},
        {"a\tb", NULL, NULL, NULL, NULL, NULL, "byte 1", MLOPS_E_INVALID},
        {"m", large, NULL, NULL, NULL, NULL, "69999 bytes", MLOPS_E_INVALID},
        {"m", "\xff", NULL, NULL, NULL, NULL, "UTF-8", MLOPS_E_INVALID},
        {"m", NULL, "[1]", NULL, NULL, NULL, "no JSON object", MLOPS_E_INVALID},
        {"m", NULL, "{\"a\":}", NULL, NULL, NULL, "metadata", MLOPS_E_INVALID},
        {"m", NULL, "{} {}", NULL, NULL, NULL, "metadata", MLOPS_E_INVALID},
        {"m", NULL, deep, NULL, NULL, NULL, "metadata", MLOPS_E_INVALID},
        {"m", NULL, NULL, "/no/such/file", NULL, NULL, "/no/such/file", MLOPS_E_NOT_FOUND},
        {"m", NULL, NULL, NULL, "00112233445566778899aabbccddeeff", NULL, "0011",
         MLOPS_E_NOT_FOUND},
        {"m", NULL, NULL, NULL, NULL, "main", "dataset", MLOPS_E_INVALID},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        opts.description = bad[i].description;
        opts.metadata = bad[i].metadata;
        opts.file = bad[i].file;
        opts.run = bad[i].run;
        opts.commit = bad[i].commit;
        refused(mlops_registry_register(c, &version, bad[i].name, model, &opts, &e), &e,
                bad[i].status, bad[i].word);
    }
    opts = (mlops_register_opts)MLOPS_REGISTER_OPTS_INIT;
    opts.flags = 1;
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_INVALID,
            "flags");
    refused(mlops_registry_register(c, &version, "m", NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    assert_int_equal(version, 7);
    works(mlops_change_commit(c, &seq, &e), &e);
    assert_int_equal(seq, -1); /* there was nothing to commit */
    mlops_change_free(c);
    free(large);
    remove_ground(&g);
}

static void features_must_make_the_models_rows(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t version;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    const struct {
        const char *definition, *word;
    } bad[] = {
        {"x = x\nz = z\ncolour_n = colour_n",
         "feature 1 of the model is \"colour_n\", and output 1 "
         "of the features is \"z\""},
        {"x = x\ncolour_n = z", "the model takes 3 features, and the features make 2; the first "
                                "that is missing is \"z\""},
        {"x = x\ncolour_n = z\nz = z\nw = z", "the first that is too much is \"w\""},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        mlops_feature *features = fit(bad[i].definition);
        opts.features = features;
        refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_SCHEMA,
                bad[i].word);
        mlops_feature_unref(features);
    }
    mlops_change_free(c);
    remove_ground(&g);
}

static void lineage_is_resolved(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_run_opts run_opts = MLOPS_RUN_OPTS_INIT;
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    char first[MLOPS__ID_TEXT], id[64], text[400];
    int64_t version;
    make_ground(&g);
    strcpy(first, commit_points(&g, train, "y", 0));
    run_opts.dataset = "points";
    run_opts.commit = first;
    mlops_run *run = start(&g, "weekly", &run_opts);
    strcpy(id, mlops_run_id(run));
    mlops_run_close(run);

    char part[9];
    snprintf(part, sizeof part, "%.8s", id);
    opts.run = part;
    register_with(&g, "m", model, &opts);
    snprintf(text, sizeof text, "\"run\":\"%s\",\"dataset\":\"points\",\"commit\":\"%s\"", id,
             first);
    has(registered(&g, "m", "1"), text);

    opts = (mlops_register_opts)MLOPS_REGISTER_OPTS_INIT;
    opts.dataset = "points";
    opts.path = "points.csv";
    register_with(&g, "m", model, &opts);
    snprintf(text, sizeof text, "\"dataset\":\"points\",\"commit\":\"%s\",\"path\":\"points.csv\"",
             first);
    has(registered(&g, "m", "2"), text);
    lacks(registered(&g, "m", "2"), "\"run\"");

    mlops_change *c = new_change(g.store);
    opts.path = "other.csv";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_NOT_FOUND,
            "other.csv");
    opts.path = NULL;
    opts.dataset = "pionts";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_NOT_FOUND,
            "points");
    opts.dataset = "points";
    opts.commit = "0123456789";
    refused(mlops_registry_register(c, &version, "m", model, &opts, &e), &e, MLOPS_E_NOT_FOUND,
            "0123456789");
    mlops_change_free(c);
    remove_ground(&g);
}

/* A commit that the same change makes can be named by its whole id. */
static void data_and_model_go_in_together(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_draft *draft;
    mlops_id id;
    int64_t version;
    char digits[MLOPS__ID_TEXT];
    mlops_register_opts opts = MLOPS_REGISTER_OPTS_INIT;
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    works(mlops_draft_new(&draft, c, "points", NULL, &e), &e);
    works(mlops_draft_add_table(draft, "points.csv", train, NULL, &e), &e);
    works(mlops_draft_commit(draft, &id, &e), &e);
    mlops_draft_free(draft);
    mlops__id_format(digits, &id);
    opts.dataset = "points";
    opts.commit = digits;
    works(mlops_registry_register(c, &version, "m", model, &opts, &e), &e);
    works(mlops_registry_register(c, &version, "m", model, NULL, &e), &e);
    assert_int_equal(version, 2);
    works(mlops_registry_promote(c, "m", "2", "champion", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    has(registered(&g, "m", "1"), digits);
    has(registered(&g, "m", "latest"), "\"aliases\":[\"champion\"]");
    remove_ground(&g);
}

static void two_that_register_at_once_conflict(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    int64_t a, b;
    make_ground(&g);
    for (int round = 0; round < 2; round++) { /* of a new name, and of a known one */
        mlops_change *first = new_change(g.store), *second = new_change(g.store);
        works(mlops_registry_register(first, &a, "m", model, NULL, &e), &e);
        works(mlops_registry_register(second, &b, "m", model, NULL, &e), &e);
        assert_int_equal(a, b);
        commit(first);
        refused(mlops_change_commit(second, NULL, &e), &e, MLOPS_E_CONFLICT, "m");
        works(mlops_registry_register(second, &b, "m", model, NULL, &e), &e);
        assert_int_equal(b, a + 1);
        commit(second);
        mlops_change_free(first);
        mlops_change_free(second);
    }
    remove_ground(&g);
}

static void the_audit_trail_says_what_was_done(void **state) {
    (void)state;
    ground g;
    mlops_audit *audit;
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    mlops_error e;
    int64_t version;
    make_ground(&g);
    register_some(&g, "fraud", 2);
    promote(&g, "fraud", "1", "champion");
    promote(&g, "fraud", "2", "champion");
    mlops_change *c = new_change(g.store);
    works(mlops_registry_rollback(c, &version, "fraud", "champion", NULL, &e), &e);
    commit(c);
    works(mlops_registry_drop_alias(c, "fraud", "champion", NULL, &e), &e);
    commit(c);
    works(mlops_registry_set_gate(c, "fraud", "champion", "auc > 0.5", &e), &e);
    commit(c);
    mlops_change_free(c);
    static const char *const verbs[] = {
        "registry register fraud 1",          "registry register fraud 2",
        "registry promote fraud champion 1",  "registry promote fraud champion 2",
        "registry rollback fraud champion 1", "registry drop fraud champion",
        "registry gate fraud champion"};
    works(mlops_audit_read(&audit, g.store, 1, 100, &e), &e);
    assert_int_equal(mlops_audit_n_entries(audit), 7);
    for (int i = 0; i < 7; i++) {
        assert_int_equal(mlops_audit_at(audit, i, &entry), 0);
        assert_string_equal(entry.verb, verbs[i]);
    }
    mlops_audit_unref(audit);
    remove_ground(&g);
}

static void put_raw(mlops_change *c, mlops__table table, const char *key, const char *json) {
    mlops_error e;
    works(mlops__change_put(c, table, text(key), text(json), &e), &e);
}

static void raw_has(ground *g, mlops__table table, const char *key, const char *part) {
    mlops__index index;
    mlops__bytes value;
    mlops_error e;
    char json[1000] = "";
    works(mlops__store_read_begin(g->store, &index, &e), &e);
    works(mlops__index_get(&index, (uint8_t)table, text(key), &value, &e), &e);
    memcpy(json, value.data, value.size);
    mlops__store_read_end(&index);
    has(json, part);
}

/* Members that a later library put there stay. */
static void what_is_not_known_is_kept(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    register_some(&g, "m", 2);
    promote(&g, "m", "1", "champion");
    mlops_change *c = new_change(g.store);
    put_raw(c, MLOPS__TABLE_MODELS, "m", "{\"created_ns\":5,\"latest\":2,\"owner\":[\"a\"]}");
    put_raw(c, MLOPS__TABLE_ALIASES, "m\tchampion",
            "{\"version\":1,\"number\":1,\"time_ns\":7,\"lock\":{\"by\":\"b\"}}");
    put_raw(c, MLOPS__TABLE_GATES, "m\tchampion", "{\"gate\":\"auc > 0.5\",\"since\":1}");
    commit(c);
    works(mlops_registry_set_gate(c, "m", "champion", NULL, &e), &e);
    put_raw(c, MLOPS__TABLE_GATES, "m\tother", "{\"gate\":\"auc > 0.5\",\"since\":1}");
    works(mlops_registry_set_gate(c, "m", "other", "auc > 0.25", &e), &e);
    commit(c);
    mlops_change_free(c);
    promote(&g, "m", "2", "champion");
    register_some(&g, "m", 1);
    raw_has(&g, MLOPS__TABLE_MODELS, "m", "{\"created_ns\":5,\"latest\":3,\"owner\":[\"a\"]}");
    raw_has(&g, MLOPS__TABLE_ALIASES, "m\tchampion", "\"lock\":{\"by\":\"b\"}}");
    raw_has(&g, MLOPS__TABLE_GATES, "m\tother", "{\"gate\":\"auc > 0.25\",\"since\":1}");
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_registered_comes_back),
        cmocka_unit_test(files_are_the_registered_bytes),
        cmocka_unit_test(versions_are_numbered_and_listed),
        cmocka_unit_test(what_is_missing_is_named),
        cmocka_unit_test(bad_input_is_refused_and_changes_nothing),
        cmocka_unit_test(features_must_make_the_models_rows),
        cmocka_unit_test(lineage_is_resolved),
        cmocka_unit_test(data_and_model_go_in_together),
        cmocka_unit_test(two_that_register_at_once_conflict),
        cmocka_unit_test(the_audit_trail_says_what_was_done),
        cmocka_unit_test(what_is_not_known_is_kept),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
