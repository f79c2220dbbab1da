/* Data of somebody beside what was asked for: small files share blocks, so that a pull of some of
 * them has brought bytes of others. What is erased then goes from there too, wherever it was
 * erased, whether or not its entry had come, and does not come back. */
#define _GNU_SOURCE
#include "unit/help_erase.h"

enum { FILES = 40, HERS = 7, ASKED = 3 };

/* None is like another; hers has the word that is looked for. */
static size_t make_file(char *out, int i) {
    size_t n = 0;
    uint64_t x = (uint64_t)i * 7919 + 11;
    if (i == HERS) n += (size_t)sprintf(out, "%s\n", SECRETS[0]);
    for (int k = 0; k < 90; k++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        n += (size_t)sprintf(out + n, "%llx\n", (unsigned long long)x);
    }
    return n;
}

/* And a table with a row of hers. */
static void fill(mlops_store *s) {
    mlops_error e;
    char name[20], file[8000];
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "s/%d", i);
        works(mlops_draft_add_bytes(d, name, file, make_file(file, i), &e), &e);
    }
    snprintf(file, sizeof file, "k,v\nx,1\n%s0,1\ny,2\n", SECRETS[1]);
    works(mlops_draft_add_bytes(d, "s/t.csv", file, strlen(file), &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void erases(mlops_store *s, const char *paths, const char *column) {
    mlops_error e;
    char value[40];
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    snprintf(value, sizeof value, "%s0", SECRETS[1]);
    opts.paths = paths;
    opts.column = column;
    if (column) opts.value = value;
    opts.reason = "request 4711";
    opts.by = "dpo";
    works(mlops_dataset_erase(s, NULL, &opts, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
    assert_int_equal(stat.n_files + stat.n_tables, 1);
}

static void finish(mlops_store *s) {
    mlops_error e;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    works(mlops_dataset_erase(s, NULL, NULL, NULL, &stat, &e), &e);
    assert_int_equal(stat.done, 1);
    opts.keep_ns = 1;
    assert_true(mlops_store_gc(s, &opts, NULL, NULL, &e) >= 0);
}

static void pushes(mlops_store *s, mlops_share *share, const char *dataset) {
    mlops_error e;
    works(mlops_dataset_push(s, mlops_share_remote(share), dataset, NULL, NULL, &e), &e);
}

/* paths NULL: all */
static void pulls(mlops_store *s, mlops_share *share, const char *dataset, const char *paths) {
    mlops_error e;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.paths = paths;
    works(mlops_dataset_pull(s, mlops_share_remote(share), dataset, &opts, NULL, &e), &e);
}

static mlops_status reads_file(mlops_store *s, int i, mlops_error *e) {
    char name[20], file[8000], want[8000];
    size_t n;
    snprintf(name, sizeof name, "s/%d", i);
    mlops_status status = mlops_dataset_read(s, "data", NULL, name, file, sizeof file, &n, e);
    if (status) return status;
    assert_int_equal(n, make_file(want, i));
    assert_memory_equal(file, want, n);
    return status;
}

/* A store that was asked for one file, or in the end for all. */
static void has(mlops_store *s, const char *path, int all) {
    mlops_error e;
    for (int i = 0; i < FILES; i++) {
        if (i == HERS) refused(reads_file(s, i, &e), &e, MLOPS_E_ERASED, "request 4711");
        else if (all || i == ASKED) works(reads_file(s, i, &e), &e);
    }
    if (all) reads_text(s, "data", NULL, "s/t.csv", "k,v\nx,1\ny,2\n");
    assert_int_equal(search_store(s, path), 0);
    is_sound(path);
}

/* Both come to all that is left, over a remote that has nothing of hers any more. */
static void ends(world *w) {
    char path[120];
    mlops_store *c = open_at(path, w, "c.mlops");
    pulls(w->b, w->share, "data", NULL);
    has(w->b, w->path_b, 1);
    pulls(c, w->share, "data", "s/3");
    has(c, path, 0);
    pulls(c, w->share, "data", NULL);
    has(c, path, 1);
    mlops_store_close(c);
    end(w);
}

/* The blocks of a partial clone have hers. */
static void clone_some(world *w, int is_folder) {
    mlops_error e;
    begin(w, is_folder);
    fill(w->a);
    pushes(w->a, w->share, "data");
    pulls(w->b, w->share, "data", "s/3");
    works(reads_file(w->b, ASKED, &e), &e);
    refused(reads_file(w->b, HERS, &e), &e, MLOPS_E_NOT_FOUND, "not pulled");
    assert_true(search_store(w->b, w->path_b) > 0);
}

static void erase_both(mlops_store *s) {
    erases(s, "s/7", NULL);
    erases(s, NULL, "k");
}

static void there(int is_folder) {
    world w;
    clone_some(&w, is_folder);
    erase_both(w.a);
    pushes(w.a, w.share, "data");
    pulls(w.b, w.share, "data", "s/3");
    finish(w.b);
    has(w.b, w.path_b, 0);
    pulls(w.b, w.share, "data", "s/4");
    has(w.b, w.path_b, 0);
    ends(&w);
}

/* Where its rows are not there they cannot be told, but the file goes by its name. */
static void here(int is_folder) {
    world w;
    clone_some(&w, is_folder);
    erases(w.b, "s/7", NULL);
    finish(w.b);
    mlops_error e;
    refused(reads_file(w.b, HERS, &e), &e, MLOPS_E_ERASED, "request 4711");
    pulls(w.b, w.share, "data", "s/4");
    works(reads_file(w.b, ASKED, &e), &e);
    pulls(w.b, w.share, "data", NULL);
    erases(w.b, NULL, "k");
    has(w.b, w.path_b, 1);
    pushes(w.b, w.share, "data");
    pulls(w.a, w.share, "data", NULL);
    finish(w.a);
    has(w.a, w.path_a, 1);
    ends(&w);
}

/* It is known to be erased before any of it comes, from a remote that has it still. */
static void ahead(int is_folder) {
    world w;
    mlops_share *second;
    mlops_error e;
    begin(&w, is_folder);
    fill(w.a);
    pushes(w.a, w.share, "data");
    commit_text(w.a, "other", NULL, "x", "1");
    erase_both(w.a);
    works(mlops_share_memory(&second, NULL, &e), &e);
    pushes(w.a, second, "other");
    pulls(w.b, second, "other", NULL);
    pulls(w.b, w.share, "data", "s/3");
    has(w.b, w.path_b, 0);
    pulls(w.b, w.share, "data", "s/4,s/7");
    has(w.b, w.path_b, 0);
    pushes(w.a, w.share, "data");
    mlops_share_close(second);
    ends(&w);
}

/* What was asked for is garbage by then, and nothing of the block is needed. */
static void test_dropped(void **state) {
    world w;
    mlops_error e;
    (void)state;
    clone_some(&w, 0);
    mlops_change *c = new_change(w.b);
    works(mlops_dataset_drop(c, "data", "main", &e), &e);
    commit(c);
    mlops_change_free(c);
    erase_both(w.a);
    pushes(w.a, w.share, "data");
    pulls(w.b, w.share, "data", "s/4");
    finish(w.b);
    has(w.b, w.path_b, 0);
    ends(&w);
}

/* A remote that is cleaned by the erasure of a store which has it whole. */
static void test_remote(void **state) {
    world w;
    (void)state;
    clone_some(&w, 1);
    erase_both(w.a);
    pushes(w.a, w.share, "data");
    pulls(w.b, w.share, "data", "s/3");
    finish(w.b);
    pushes(w.b, w.share, "data");
    collect(&w);
    assert_int_equal(search_remote(&w), 0);
    ends(&w);
}

/* The newest commit of a line of its own, with one of the small files and some other. */
static mlops_id begin_anew(mlops_store *s) {
    mlops_error e;
    char file[8000];
    mlops_id id;
    mlops_draft *d;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.branch = "new";
    opts.base = "";
    mlops_change *c = new_change(s);
    works(mlops_draft_new(&d, c, "data", &opts, &e), &e);
    works(mlops_draft_add_bytes(d, "s/3", file, make_file(file, ASKED), &e), &e);
    works(mlops_draft_add_bytes(d, "x", "x", 1, &e), &e);
    works(mlops_draft_commit(d, &id, &e), &e);
    mlops_draft_free(d);
    works(mlops_dataset_branch(c, "data", "main", hex_of(&id).text, &e), &e);
    works(mlops_dataset_drop(c, "data", "new", &e), &e);
    commit(c);
    mlops_change_free(c);
    return id;
}

/* What only an older push has named is garbage that no index of the remote knows any more, in an
 * object of which one file is needed: any erasure takes that out, and nothing leads to the rest. */
static void older(int is_folder) {
    world w;
    mlops_error e;
    char path[120], text[8000];
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    mlops_gc_opts gc = MLOPS_GC_OPTS_INIT;
    begin(&w, is_folder);
    fill(w.a);
    pushes(w.a, w.share, "data");
    mlops_id was = resolve(w.a, "data", NULL);
    hex expected = hex_of(&was);
    begin_anew(w.a);
    opts.expected = expected.text;
    opts.branches = "main";
    works(mlops_dataset_push(w.a, mlops_share_remote(w.share), "data", &opts, NULL, &e), &e);
    gc.keep_ns = 1;
    assert_int_equal(mlops_store_gc(w.a, &gc, NULL, NULL, &e), MLOPS_END);
    collect(&w);
    assert_true(search_remote(&w) > 0);
    erases(w.a, "x", NULL);
    pushes(w.a, w.share, "data");
    collect(&w);
    assert_int_equal(search_remote(&w), 0);
    mlops_store *c = open_at(path, &w, "c.mlops");
    pulls(c, w.share, "data", NULL);
    works(reads_file(c, ASKED, &e), &e);
    size_t n;
    refused(mlops_dataset_read(c, "data", NULL, "x", text, sizeof text, &n, &e), &e, MLOPS_E_ERASED,
            "request 4711");
    assert_int_equal(search_store(c, path), 0);
    mlops_store_close(c);
    is_sound(path);
    end(&w);
}

static void test_older(void **state) { (void)state, older(0), older(1); }
static void test_there(void **state) { (void)state, there(0), there(1); }
static void test_here(void **state) { (void)state, here(0), here(1); }
static void test_ahead(void **state) { (void)state, ahead(0), ahead(1); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there),   cmocka_unit_test(test_here),   cmocka_unit_test(test_ahead),
        cmocka_unit_test(test_dropped), cmocka_unit_test(test_remote), cmocka_unit_test(test_older),
    };
    return cmocka_run_group_tests_name("transfer_partial", tests, NULL, NULL);
}
