/* Runs: what is logged is there afterwards, for whoever opens the store. */
#define _GNU_SOURCE
#include "unit/help_run.h"

#include <signal.h>
#include <sys/wait.h>

static void a_run_is_what_was_logged(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(&g);
    opts.name = "first \"try\"";
    opts.actor = "ada";
    opts.source = "train.py";
    mlops_run *run = start(&g, "fraud", &opts);
    char id[40];
    strcpy(id, mlops_run_id(run));
    assert_int_equal(strlen(id), 32);
    assert_int_equal(strspn(id, "0123456789abcdef"), 32);
    works(mlops_run_param(run, "lr", "0.1", &e), &e);
    works(mlops_run_tag(run, "git/branch", "main", &e), &e);
    works(mlops_run_log(run, "auc", 0.5, 1, &e), &e);
    works(mlops_run_log(run, "auc", 0.75, 2, &e), &e);
    works(mlops_run_artifact(run, "plots/roc.txt", "a curve", 7, &e), &e);
    g.clocks.now += 5;
    works(mlops_run_end(run, MLOPS_RUN_FINISHED, &e), &e);
    mlops_run_close(run);
    open_again(&g, MLOPS_STORE_INDEX_MEMORY);
    run = open_run(&g, id);
    char want[1000];
    snprintf(want, sizeof want,
             "{\"run\":\"%s\",\"experiment\":\"fraud\",\"name\":\"first \\\"try\\\"\",\"status\":"
             "\"FINISHED\",\"start_ns\":1700000000000000000,\"actor\":\"ada\",\"source\":"
             "\"train.py\",\"end_ns\":1700000000000000005,\"params\":{\"lr\":\"0.1\"},"
             "\"metrics\":{\"auc\":{\"value\":0.75,\"step\":2,\"time_ns\":1700000000000000000,"
             "\"n\":2}},\"tags\":{\"git/branch\":\"main\"},\"artifacts\":{\"plots/roc.txt\":{"
             "\"id\":",
             id);
    assert_memory_equal(describe(run), want, strlen(want));
    char bytes[16];
    size_t n = 0;
    works(mlops_run_artifact_read(run, "plots/roc.txt", bytes, sizeof bytes, &n, &e), &e);
    assert_int_equal(n, 7);
    assert_memory_equal(bytes, "a curve", 7);
    mlops_run_close(run);
    remove_ground(&g);
}

static void describing_asks_for_the_size(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    size_t needed = 0;
    char text[16] = "x";
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_describe(run, NULL, 0, &needed, &e), &e);
    assert_int_equal(needed, strlen(describe(run)));
    refused(mlops_run_describe(run, text, sizeof text, &needed, &e), &e, MLOPS_E_ARENA, "room");
    assert_int_equal(needed, strlen(describe(run)));
    mlops_run_close(run);
    remove_ground(&g);
}

static void a_run_opens_by_its_first_digits(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_run *run, *again;
    char digits[40];
    make_ground(&g);
    run = start(&g, "fraud", NULL);
    strcpy(digits, mlops_run_id(run));
    digits[8] = 0;
    again = open_run(&g, digits);
    assert_string_equal(mlops_run_id(again), mlops_run_id(run));
    mlops_run_close(again);
    digits[7] = 0;
    refused(mlops_run_open(&again, g.store, digits, &e), &e, MLOPS_E_INVALID, "8 or more");
    assert_null(again);
    strcpy(digits, mlops_run_id(run));
    digits[31] = digits[31] == '0' ? '1' : '0';
    refused(mlops_run_open(&again, g.store, digits, &e), &e, MLOPS_E_NOT_FOUND, digits);
    refused(mlops_run_open(&again, g.store, "ABCDEF0123456789", &e), &e, MLOPS_E_INVALID, "digits");
    /* One more that begins alike. */
    mlops__key key;
    mlops_change *c = new_change(g.store);
    strcpy(digits, mlops_run_id(run));
    memcpy(digits + 8, "zzzzzzzzzzzzzzzzzzzzzzzz", 24);
    mlops__key_init(&key);
    mlops__key_text(&key, digits);
    works(mlops__change_put(c, MLOPS__TABLE_RUNS, mlops__key_bytes(&key), text("{}"), &e), &e);
    commit(c);
    mlops_change_free(c);
    digits[8] = 0;
    refused(mlops_run_open(&again, g.store, digits, &e), &e, MLOPS_E_NOT_FOUND, "more digits");
    mlops_run_close(run);
    remove_ground(&g);
}

static void a_param_is_set_once(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL), *other = open_run(&g, mlops_run_id(run));
    works(mlops_run_param(run, "lr", "0.1", &e), &e);
    int64_t seq = stats_of(g.store).seq;
    works(mlops_run_param(other, "lr", "0.1", &e), &e);
    assert_int_equal(stats_of(g.store).seq, seq);
    refused(mlops_run_param(other, "lr", "0.2", &e), &e, MLOPS_E_EXISTS, "'0.1'");
    has(e.message, "'0.2'");
    works(mlops_run_param(run, "empty", "", &e), &e);
    refused(mlops_run_param(run, "empty", "x", &e), &e, MLOPS_E_EXISTS, "empty");
    has(describe(run), "\"params\":{\"empty\":\"\",\"lr\":\"0.1\"}");
    mlops_run_close(other);
    mlops_run_close(run);
    remove_ground(&g);
}

static void a_tag_may_change_and_go(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_tag(run, "stage", "one", &e), &e);
    works(mlops_run_tag(run, "stage", "two\nlines", &e), &e);
    has(describe(run), "\"tags\":{\"stage\":\"two\\nlines\"}");
    works(mlops_run_tag(run, "stage", NULL, &e), &e);
    has(describe(run), "\"tags\":{}");
    refused(mlops_run_tag(run, "stage", NULL, &e), &e, MLOPS_E_NOT_FOUND, "stage");
    mlops_run_close(run);
    remove_ground(&g);
}

static void names_and_texts_have_bounds(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    static char long_text[8100], name[252];
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    memset(name, 'n', 251);
    refused(mlops_run_param(run, name, "v", &e), &e, MLOPS_E_INVALID, "251 bytes");
    refused(mlops_run_log(run, name, 1, 1, &e), &e, MLOPS_E_INVALID, "251 bytes");
    refused(mlops_run_tag(run, name, "v", &e), &e, MLOPS_E_INVALID, "251 bytes");
    name[250] = 0;
    works(mlops_run_param(run, name, "v", &e), &e);
    works(mlops_run_tag(run, name, "v", &e), &e);
    works(mlops_run_log(run, name, 1, 1, &e), &e);
    memset(long_text, 't', 8001);
    refused(mlops_run_tag(run, "t", long_text, &e), &e, MLOPS_E_INVALID, "8001 bytes");
    long_text[8000] = 0;
    works(mlops_run_tag(run, "t", long_text, &e), &e);
    refused(mlops_run_param(run, "t", long_text, &e), &e, MLOPS_E_INVALID, "8000 bytes");
    long_text[6000] = 0;
    works(mlops_run_param(run, "t", long_text, &e), &e);
    refused(mlops_run_param(run, "a\tb", "v", &e), &e, MLOPS_E_INVALID, "byte 1");
    refused(mlops_run_param(run, "", "v", &e), &e, MLOPS_E_INVALID, "0 bytes");
    refused(mlops_run_param(run, NULL, "v", &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_run_param(run, "k", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_run_param(run, "k", "\xc3", &e), &e, MLOPS_E_INVALID, "UTF-8");
    refused(mlops_run_end(run, (mlops_run_status)9, &e), &e, MLOPS_E_INVALID, "status 9");
    refused(mlops_run_artifact(run, "a//b", "", 0, &e), &e, MLOPS_E_INVALID, "a//b");
    refused(mlops_run_artifact(run, "/a", "", 0, &e), &e, MLOPS_E_INVALID, "/a");
    refused(mlops_run_artifact(run, "a/..", "", 0, &e), &e, MLOPS_E_INVALID, "a/..");
    refused(mlops_run_artifact(run, "./a", "", 0, &e), &e, MLOPS_E_INVALID, "./a");
    works(mlops_run_artifact(run, "..a/.b", NULL, 0, &e), &e);
    mlops_run_close(run);
    remove_ground(&g);
}

static void options_are_checked(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_run *run = (mlops_run *)&e;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(&g);
    refused(mlops_run_start(&run, g.store, "a\nb", NULL, &e), &e, MLOPS_E_INVALID, "experiment");
    assert_null(run);
    opts.flags = 1;
    refused(mlops_run_start(&run, g.store, "a", &opts, &e), &e, MLOPS_E_INVALID, "flags");
    opts.flags = 0;
    opts.commit = "main";
    refused(mlops_run_start(&run, g.store, "a", &opts, &e), &e, MLOPS_E_INVALID, "dataset");
    opts.commit = NULL;
    opts.start_ns = -1;
    refused(mlops_run_start(&run, g.store, "a", &opts, &e), &e, MLOPS_E_INVALID, "start_ns");
    opts.start_ns = 0;
    opts.parent = "00000000";
    refused(mlops_run_start(&run, g.store, "a", &opts, &e), &e, MLOPS_E_NOT_FOUND, "00000000");
    assert_int_equal(stats_of(g.store).seq, 0);
    opts.parent = NULL;
    opts.start_ns = 77;
    mlops_run *parent = start(&g, "a", &opts);
    char digits[9] = {0};
    memcpy(digits, mlops_run_id(parent), 8);
    opts.parent = digits;
    run = start(&g, "b", &opts);
    char want[80];
    snprintf(want, sizeof want, "\"start_ns\":77,\"parent\":\"%s\"", mlops_run_id(parent));
    has(describe(run), want);
    mlops_run_close(parent);
    mlops_run_close(run);
    remove_ground(&g);
}

static mlops_id commit_data(ground *g, const char *bytes) {
    mlops_error e;
    mlops_draft *draft;
    mlops_id id;
    mlops_change *c = new_change(g->store);
    works(mlops_draft_new(&draft, c, "people", NULL, &e), &e);
    works(mlops_draft_add_bytes(draft, "x", bytes, strlen(bytes), &e), &e);
    works(mlops_draft_commit(draft, &id, &e), &e);
    mlops_draft_free(draft);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void a_run_names_the_commit_that_it_trains_on(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_run *run;
    char digits[MLOPS__ID_TEXT], want[160];
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(&g);
    mlops_id old = commit_data(&g, "old");
    mlops__id_format(digits, &old);
    opts.dataset = "people";
    run = start(&g, "fraud", &opts);
    commit_data(&g, "new");
    snprintf(want, sizeof want, "\"dataset\":\"people\",\"commit\":\"%s\"", digits);
    has(describe(run), want);
    mlops_run_close(run);
    digits[10] = 0;
    opts.commit = digits;
    run = start(&g, "fraud", &opts);
    has(describe(run), want);
    mlops_run_close(run);
    opts.commit = "none";
    refused(mlops_run_start(&run, g.store, "fraud", &opts, &e), &e, MLOPS_E_NOT_FOUND, "none");
    opts.commit = NULL;
    opts.dataset = "peoble";
    refused(mlops_run_start(&run, g.store, "fraud", &opts, &e), &e, MLOPS_E_NOT_FOUND, "people");
    remove_ground(&g);
}

static void a_run_ends_and_goes_on(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    lacks(describe(run), "end_ns");
    g.clocks.now += 10;
    works(mlops_run_end(run, MLOPS_RUN_FAILED, &e), &e);
    has(describe(run), "\"status\":\"FAILED\"");
    has(describe(run), "\"end_ns\":1700000000000000010");
    works(mlops_run_end(run, MLOPS_RUN_RUNNING, &e), &e);
    has(describe(run), "\"status\":\"RUNNING\"");
    lacks(describe(run), "end_ns");
    works(mlops_run_end(run, MLOPS_RUN_KILLED, &e), &e);
    has(describe(run), "\"status\":\"KILLED\"");
    works(mlops_run_log(run, "late", 1, 1, &e), &e);
    has(describe(run), "\"late\"");
    mlops_run_close(run);
    remove_ground(&g);
}

static void members_of_others_stay(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    mlops_change *c = new_change(g.store);
    works(mlops__change_put(c, MLOPS__TABLE_RUNS, text(mlops_run_id(run)),
                            text("{\"experiment\":\"fraud\",\"status\":\"RUNNING\",\"start_ns\":"
                                 "1700000000000000000,\"later\":{\"a\":[1,2]}}"),
                            &e),
          &e);
    commit(c);
    mlops_change_free(c);
    works(mlops_run_end(run, MLOPS_RUN_FINISHED, &e), &e);
    has(describe(run), "\"later\":{\"a\":[1,2]},\"end_ns\":");
    mlops_run_close(run);
    remove_ground(&g);
}

static void a_store_for_reading_alone_takes_nothing(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL), *other;
    works(mlops_run_log(run, "m", 1, 1, &e), &e);
    works(mlops_run_flush(run, &e), &e);
    opts.flags = MLOPS_STORE_READ_ONLY;
    mlops_store *s = open_store(g.place.path, &opts);
    works(mlops_run_open(&other, s, mlops_run_id(run), &e), &e);
    has(describe(other), "\"m\"");
    refused(mlops_run_log(other, "m", 1, 1, &e), &e, MLOPS_E_DENIED, "reading");
    refused(mlops_run_param(other, "p", "v", &e), &e, MLOPS_E_DENIED, "reading");
    refused(mlops_run_end(other, MLOPS_RUN_FAILED, &e), &e, MLOPS_E_DENIED, "reading");
    has(describe(other), "RUNNING");
    mlops_run_close(other);
    refused(mlops_run_start(&other, s, "fraud", NULL, &e), &e, MLOPS_E_DENIED, "reading");
    mlops_store_close(s);
    mlops_run_close(run);
    remove_ground(&g);
}

static void a_child_of_a_fork_is_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    works(mlops_run_log(run, "m", 1, 1, &e), &e);
    int told[2], how, bad = 1;
    assert_int_equal(pipe(told), 0);
    pid_t child = fork();
    if (child == 0) { /* it ends without an end: what its parent has open is no leak of its */
        bad = mlops_run_log(run, "m", 2, 2, &e) != MLOPS_E_FORKED ||
              mlops_run_flush(run, &e) != MLOPS_E_FORKED;
        mlops_run_close(run);
        if (write(told[1], &bad, sizeof bad) == sizeof bad) kill(getpid(), SIGKILL);
        _exit(1);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(read(told[0], &bad, sizeof bad), sizeof bad);
    assert_int_equal(bad, 0);
    close(told[0]);
    close(told[1]);
    has(describe(run), "\"n\":1}");
    mlops_run_close(run);
    remove_ground(&g);
}

/* ---- artifacts and the rest ---- */

static void artifacts_are_listed_by_path(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    size_t n = 0;
    make_ground(&g);
    mlops_run *run = start(&g, "fraud", NULL);
    uint8_t *blob = make_blob(300000, 1, 0);
    set_file(inside(&g.place, "file"), blob, 300000);
    works(mlops_run_artifact_file(run, "b/model.bin", inside(&g.place, "file"), &e), &e);
    works(mlops_run_artifact(run, "a", "old", 3, &e), &e);
    works(mlops_run_artifact(run, "a", "hello", 5, &e), &e);
    works(mlops_run_artifact(run, "empty", NULL, 0, &e), &e);
    works(mlops_run_artifacts(&t, run, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 3);
    assert_string_equal(cell(t, 0, "path"), "a");
    assert_string_equal(cell(t, 0, "size"), "5");
    assert_string_equal(cell(t, 0, "id"),
                        "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    assert_string_equal(cell(t, 1, "path"), "b/model.bin");
    assert_string_equal(cell(t, 1, "size"), "300000");
    assert_string_equal(cell(t, 2, "size"), "0");
    mlops_table_unref(t);
    uint8_t *got = malloc(300000);
    works(mlops_run_artifact_read(run, "b/model.bin", got, 300000, &n, &e), &e);
    assert_int_equal(n, 300000);
    assert_memory_equal(got, blob, 300000);
    works(mlops_run_artifact_read(run, "b/model.bin", NULL, 0, &n, &e), &e);
    assert_int_equal(n, 300000);
    refused(mlops_run_artifact_read(run, "a", got, 2, &n, &e), &e, MLOPS_E_ARENA, "room");
    refused(mlops_run_artifact_read(run, "b", got, 2, &n, &e), &e, MLOPS_E_NOT_FOUND, "'b'");
    refused(mlops_run_artifact_file(run, "c", inside(&g.place, "none"), &e), &e, MLOPS_E_NOT_FOUND,
            "none");
    free(blob);
    free(got);
    mlops_run_close(run);
    remove_ground(&g);
}

static void the_audit_trail_says_what_was_done(void **state) {
    (void)state;
    static const char *const WANT[] = {"run start ? fraud", "run param ? lr", "run log ?",
                                       "run tag ? t",       "run untag ? t",  "run artifact ? a/b",
                                       "run end ? FINISHED"};
    enum { N = sizeof WANT / sizeof WANT[0] };
    ground g;
    mlops_error e;
    mlops_audit *audit;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    make_ground(&g);
    opts.actor = "ada";
    mlops_run *run = start(&g, "fraud", &opts);
    works(mlops_run_param(run, "lr", "0.1", &e), &e);
    works(mlops_run_log(run, "m", 1, 1, &e), &e);
    works(mlops_run_param(run, "lr", "0.1", &e), &e);
    works(mlops_run_tag(run, "t", "v", &e), &e);
    works(mlops_run_tag(run, "t", NULL, &e), &e);
    works(mlops_run_artifact(run, "a/b", "x", 1, &e), &e);
    works(mlops_run_log(run, "m", 2, 2, &e), &e);
    works(mlops_run_end(run, MLOPS_RUN_FINISHED, &e), &e);
    works(mlops_audit_read(&audit, g.store, 1, 100, &e), &e);
    assert_int_equal(mlops_audit_n_entries(audit), N);
    for (int i = 0; i < N; i++) {
        mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
        char want[100];
        const char *mark = strchr(WANT[i], '?');
        snprintf(want, sizeof want, "%.*s%s%s", (int)(mark - WANT[i]), WANT[i], mlops_run_id(run),
                 mark + 1);
        assert_int_equal(mlops_audit_at(audit, i, &entry), 0);
        assert_string_equal(entry.verb, want);
        assert_string_equal(entry.actor, "ada");
    }
    mlops_audit_unref(audit);
    mlops_run_close(run);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_what_was_logged),
        cmocka_unit_test(describing_asks_for_the_size),
        cmocka_unit_test(a_run_opens_by_its_first_digits),
        cmocka_unit_test(a_param_is_set_once),
        cmocka_unit_test(a_tag_may_change_and_go),
        cmocka_unit_test(names_and_texts_have_bounds),
        cmocka_unit_test(options_are_checked),
        cmocka_unit_test(a_run_names_the_commit_that_it_trains_on),
        cmocka_unit_test(a_run_ends_and_goes_on),
        cmocka_unit_test(members_of_others_stay),
        cmocka_unit_test(a_store_for_reading_alone_takes_nothing),
        cmocka_unit_test(a_child_of_a_fork_is_refused),
        cmocka_unit_test(artifacts_are_listed_by_path),
        cmocka_unit_test(the_audit_trail_says_what_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
