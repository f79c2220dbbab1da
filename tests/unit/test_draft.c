/* Drafts: what they begin with, in which order they may follow each other, conflicts, bad input. */
#define _GNU_SOURCE
#include "unit/help_fixture.h"

static void a_branch_begins_at_a_ref(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_draft *d;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    begin(&f);
    mlops_id one = commit_text(f.s, "d", NULL, "a", "1");
    commit_text(f.s, "d", NULL, "b", "2");
    mlops_change *c = new_change(f.s);
    hex h = hex_of(&one);
    opts.branch = "dev";
    opts.base = h.text;
    works(mlops_draft_new(&d, c, "d", &opts, &e), &e);
    add_text(d, "c", "3");
    mlops_id two = end_draft(d);
    opts.branch = "wiped";
    opts.base = "dev"; /* which the change has yet to commit */
    opts.flags = MLOPS_DRAFT_EMPTY;
    works(mlops_draft_new(&d, c, "d", &opts, &e), &e);
    add_text(d, "only", "4");
    end_draft(d);
    opts.flags = 0;
    opts.branch = "main";
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_EXISTS, "\"main\" already");
    assert_null(d);
    opts.branch = "more";
    opts.base = "none";
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_NOT_FOUND, "none");
    works(mlops_dataset_tag(c, "d", "t", NULL, &e), &e);
    opts.branch = "t";
    opts.base = NULL;
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_EXISTS, "tag");
    commit(c);
    mlops_change_free(c);
    reads_text(f.s, "d", "dev", "a", "1");
    reads_text(f.s, "d", "dev", "c", "3");
    mlops_table *t;
    works(mlops_dataset_log(&t, f.s, "d", "wiped", 10, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 3);
    char cell[65];
    mlops_table_text(t, 0, 1, cell, sizeof cell, NULL);
    assert_string_equal(cell, hex_of(&two).text);
    int64_t n[3];
    works(mlops_table_integers(t, 5, n, 3, &e), &e);
    assert_true(n[0] == 1 && n[1] == 2 && n[2] == 1);
    mlops_table_unref(t);
    end(&f);
}

/* Content of two sizes: within the journal, and in the packs. */
static void drafts_follow_each_other_in_a_change(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    char *big = (char *)make_blob(5000, 1, 0);
    for (int i = 0; i < 5000; i++) big[i] = (char)('a' + (big[i] & 15));
    big[5000] = 0;
    mlops_change *c = new_change(f.s);
    for (int i = 0; i < 60; i++) { /* the tree outgrows what stands in the journal */
        char path[16];
        snprintf(path, sizeof path, "f%02d", i);
        mlops_draft *d = new_draft(c, "d", NULL);
        add_text(d, path, i % 2 ? big : "small");
        end_draft(d);
    }
    commit(c);
    mlops_change_free(c);
    reopen(&f);
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_log(&t, f.s, "d", NULL, 100, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), 60);
    mlops_table_unref(t);
    reads_text(f.s, "d", NULL, "f00", "small");
    reads_text(f.s, "d", NULL, "f59", big);
    free(big);
    end(&f);
}

static void moved_branches_conflict(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_id id;
    begin(&f);
    commit_text(f.s, "d", NULL, "a", "1");
    mlops_change *mine = new_change(f.s), *theirs = new_change(f.s);
    mlops_draft *d = new_draft(mine, "d", NULL);
    add_text(d, "a", "mine");
    commit_text(f.s, "d", NULL, "a", "2");
    refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_CONFLICT, "has moved");
    mlops_draft_free(d);
    d = new_draft(mine, "d", NULL);
    add_text(d, "a", "mine");
    works(mlops_draft_commit(d, &id, &e), &e);
    commit_text(f.s, "d", NULL, "a", "theirs");
    refused(mlops_change_commit(mine, NULL, &e), &e, MLOPS_E_CONFLICT, "main");
    reads_text(f.s, "d", NULL, "a", "theirs");
    refused(mlops_draft_commit(d, &id, &e), &e, MLOPS_E_INVALID, "was committed");
    refused(mlops_draft_add_bytes(d, "x", "", 0, &e), &e, MLOPS_E_INVALID, "was committed");
    mlops_draft_free(d);
    d = new_draft(mine, "d", NULL); /* and again, on what is there now */
    add_text(d, "b", "mine");
    end_draft(d);
    commit(mine);
    reads_text(f.s, "d", NULL, "a", "theirs");
    reads_text(f.s, "d", NULL, "b", "mine");
    d = new_draft(mine, "d", "new"); /* a branch that somebody else makes in between */
    add_text(d, "c", "mine");
    end_draft(d);
    works(mlops_dataset_tag(theirs, "d", "new", NULL, &e), &e);
    commit(theirs);
    refused(mlops_change_commit(mine, NULL, &e), &e, MLOPS_E_CONFLICT, "new");
    works(mlops_dataset_branch(mine, "d", "main", "new", &e), &e);
    commit_text(f.s, "d", NULL, "z", "z");
    refused(mlops_change_commit(mine, NULL, &e), &e, MLOPS_E_CONFLICT, "main");
    works(mlops_dataset_drop(mine, "d", "main", &e), &e);
    commit_text(f.s, "d", NULL, "z", "y");
    refused(mlops_change_commit(mine, NULL, &e), &e, MLOPS_E_CONFLICT, "main");
    mlops_change_free(mine);
    mlops_change_free(theirs);
    end(&f);
}

static void drafts_of_one_change_conflict(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_id id;
    begin(&f);
    mlops_change *c = new_change(f.s);
    mlops_draft *a = new_draft(c, "d", NULL), *b = new_draft(c, "d", NULL);
    add_text(a, "a", "1");
    add_text(b, "b", "2");
    end_draft(a);
    refused(mlops_draft_commit(b, &id, &e), &e, MLOPS_E_CONFLICT, "has moved");
    mlops_draft_free(b);
    b = new_draft(c, "d", NULL); /* stands on what the change is to commit */
    commit_text(f.s, "d", NULL, "x", "y");
    refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_CONFLICT, "main");
    refused(mlops_draft_commit(b, &id, &e), &e, MLOPS_E_CONFLICT, "has moved");
    mlops_draft_free(b);
    assert_int_equal(stats_of(f.s).seq, 1);
    mlops_change_free(c);
    end(&f);
}

static void paths_stay_below_the_folder(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    static const char *const bad[] = {
        "",   "/",    "/etc/passwd", "..",   "../x",  "a/../b", ".",    "a/.",         "a//b",
        "a/", "a\\b", "a\nb",        "\x7f", "a\xff", "./a",    "a/..", "a/b/../../.."};
    char longest[1026];
    begin(&f);
    mlops_change *c = new_change(f.s);
    mlops_draft *d = new_draft(c, "d", NULL);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused(mlops_draft_add_bytes(d, bad[i], "x", 1, &e), &e, MLOPS_E_INVALID, "path");
    refused(mlops_draft_add_bytes(d, NULL, "x", 1, &e), &e, MLOPS_E_INVALID, "NULL");
    memset(longest, 'a', sizeof longest);
    longest[1025] = 0;
    refused(mlops_draft_add_bytes(d, longest, "x", 1, &e), &e, MLOPS_E_INVALID, "1,024");
    longest[1024] = 0;
    refused(mlops_draft_add_bytes(d, longest, "x", 1, &e), &e, MLOPS_E_INVALID, "255");
    for (size_t i = 255; i < 1023; i += 255) longest[i] = '/';
    add_text(d, longest, "x");
    add_text(d, "..a/...", "x");
    add_text(d, "x/y/z", "x");
    add_text(d, "x/y-", "x");
    refused(mlops_draft_add_bytes(d, "x/y", "x", 1, &e), &e, MLOPS_E_EXISTS, "folder");
    refused(mlops_draft_add_bytes(d, "x", "x", 1, &e), &e, MLOPS_E_EXISTS, "folder");
    refused(mlops_draft_add_bytes(d, "x/y/z/q", "x", 1, &e), &e, MLOPS_E_EXISTS, "'x/y/z'");
    works(mlops_draft_remove(d, "x/y/z", &e), &e);
    add_text(d, "x/y", "x");
    mlops_draft_free(d);
    mlops_change_free(c);
    end(&f);
}

static void bad_input_is_refused(void **state) {
    (void)state;
    fixture f;
    mlops_error e;
    mlops_draft *d = NULL;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    begin(&f);
    mlops_change *c = new_change(f.s);
    refused(mlops_draft_new(&d, c, "a\tb", NULL, &e), &e, MLOPS_E_INVALID, "control");
    refused(mlops_draft_new(&d, NULL, "a", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    static const char *const bad[] = {"[]", "{", "1", "{} {}", "{\"a\":}", "", "{}, \"m\": {}"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        opts.metadata = bad[i];
        refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_INVALID, "JSON object");
    }
    static char large[70000];
    int most = 0;
    for (int depth = 1; depth < 80; depth++) { /* whatever is taken can be read */
        memcpy(large, "{\"a\":", 5);
        for (int i = 0; i < depth; i++) large[5 + i] = '[', large[5 + depth + i] = ']';
        strcpy(large + 5 + 2 * depth, "}");
        opts.metadata = large;
        mlops_status status = mlops_draft_new(&d, c, "d", &opts, &e);
        if (status) refused(status, &e, MLOPS_E_INVALID, "too deep");
        else assert_int_equal(++most, depth);
        if (!status) end_draft(d);
    }
    assert_true(most >= 50 && most < 70);
    commit(c);
    size_t n;
    works(mlops_dataset_describe(f.s, "d", NULL, NULL, 0, &n, &e), &e);
    memset(large, ' ', sizeof large);
    memcpy(large, "{}", 2);
    large[65537] = 0;
    opts.metadata = large;
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_INVALID, "65537 bytes");
    opts.metadata = NULL;
    opts.message = "\xff";
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_INVALID, "message is no UTF-8");
    opts.message = NULL;
    opts.flags = 2;
    refused(mlops_draft_new(&d, c, "d", &opts, &e), &e, MLOPS_E_INVALID, "flags");
    d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_table(d, "t", NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_draft_add_bytes(d, "t", NULL, 1, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_draft_add_file(d, "t", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_draft_add_file(d, "t", "/no/such/file", &e), &e, MLOPS_E_NOT_FOUND, "/no/such");
    refused(mlops_draft_add_bytes(NULL, "t", NULL, 0, &e), &e, MLOPS_E_INVALID, "draft");
    mlops_draft_free(d);
    mlops_change_free(c);
    end(&f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_branch_begins_at_a_ref),
        cmocka_unit_test(drafts_follow_each_other_in_a_change),
        cmocka_unit_test(moved_branches_conflict),
        cmocka_unit_test(drafts_of_one_change_conflict),
        cmocka_unit_test(paths_stay_below_the_folder),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
