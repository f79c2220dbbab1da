/* What a checkout leaves alone: the store itself, and what is there and is not what it would be. */
#define _GNU_SOURCE
#include "unit/help_folder.h"

#include "dataset/draft.h"

static mlops_status check_out(site *f, const char *folder, uint32_t flags, mlops_error *e) {
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    opts.flags = flags;
    return mlops_dataset_checkout(f->s, "d", NULL, folder, &opts, e);
}

/* ---- the store's own directory ---- */

static void is_own(site *f, const char *format, const char *what) {
    char folder[300];
    mlops_error e;
    snprintf(folder, sizeof folder, format, what);
    for (uint32_t flags = 0; flags < 2; flags++) {
        refused(check_out(f, folder, flags, &e), &e, MLOPS_E_INVALID, f->p.path);
        assert_non_null(strstr(e.message, folder));
    }
}

static void a_store_is_not_checked_out_over(void **state) {
    site *f = *state;
    char folder[300];
    mlops_error e;
    const char *name = strrchr(f->p.path, '/') + 1;
    commit_text(f->s, "d", NULL, "format", "none");
    commit_text(f->s, "d", NULL, "journal/0000000000000001", "none");
    shell("cd %s && ln -s %s link && ln -s link/journal inner && cp -r %s copy", f->p.dir,
          f->p.path, f->p.path);
    is_own(f, "%s", f->p.path);
    is_own(f, "%s/", f->p.path);
    is_own(f, "%s/journal", f->p.path);
    is_own(f, "%s/new/deep", f->p.path);
    is_own(f, "%s/format", f->p.path);
    is_own(f, "%s/link", f->p.dir);
    is_own(f, "%s/link/new", f->p.dir);
    is_own(f, "%s/inner", f->p.dir);
    snprintf(folder, sizeof folder, "%s/in/../%s/../%s", f->p.dir, name, name);
    is_own(f, "%s", folder);
    snprintf(folder, sizeof folder, "%s/none/../%s/new", f->p.dir, name);
    refused(check_out(f, folder, 1, &e), &e, MLOPS_E_INVALID, f->p.path);
    shell("rm -r %s/new && rmdir %s/none", f->p.path, f->p.dir); /* its folders alone were made */
    /* from above, by the path of an entry */
    snprintf(folder, sizeof folder, "%s/journal/x", name);
    commit_text(f->s, "e", NULL, "inner/x", "none");
    commit_text(f->s, "e", NULL, folder, "none");
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    refused(mlops_dataset_checkout(f->s, "e", NULL, f->p.dir, &opts, &e), &e, MLOPS_E_INVALID,
            "/inner'");
    opts.exclude = "inner";
    refused(mlops_dataset_checkout(f->s, "e", NULL, f->p.dir, &opts, &e), &e, MLOPS_E_INVALID,
            f->p.path);
    shell("cd %s && cmp %s/format copy/format && test ! -e %s/journal/x", f->p.dir, f->p.path,
          f->p.path);
    mlops_store_close(f->s);
    f->s = open_store(f->p.path, NULL);
    reads_text(f->s, "d", NULL, "format", "none");
    works(check_out(f, f->in, 0, &e), &e);
}

static void a_store_is_no_source(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    char in[100];
    strcpy(in, f->in);
    write_in(f, "a", "one");
    shell("ln -s %s %s/store && ln -s %s/journal %s/part", f->p.path, in, f->p.path, in);
    opts.flags = MLOPS_FOLDER_FOLLOW_LINKS;
    mlops_folder_stat stat = add_folder(f, NULL, &opts);
    assert_int_equal(stat.n_files, 1);
    for (int i = 0; i < 3; i++) {
        const char *const below[] = {"", "/", "/journal"};
        snprintf(f->in, sizeof f->in, "%s%s", f->p.path, below[i]);
        refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, f->in);
    }
    strcpy(f->in, in);
    strcat(f->in, "/store");
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_INVALID, f->p.path);
}

/* ---- what is there ---- */

/* Nothing but what was there. */
static void has(const site *f, const char *names) {
    shell("test \"$(cd %s && find . -mindepth 1 | sort | tr '\\n' ' ')\" = '%s'", f->in, names);
}

static void a_link_that_leads_nowhere_stays(void **state) {
    site *f = *state;
    mlops_error e;
    commit_text(f->s, "d", NULL, "a", "one");
    commit_text(f->s, "d", NULL, "f", "two");
    shell("ln -s /nonexistent/precious %s/f", f->in);
    refused(check_out(f, f->in, 0, &e), &e, MLOPS_E_EXISTS, "/f'");
    has(f, "./f ");
    shell("test \"$(readlink %s/f)\" = /nonexistent/precious", f->in);
    works(check_out(f, f->in, MLOPS_CHECKOUT_FORCE, &e), &e);
    shell("test ! -L %s/f && test \"$(cat %s/f)\" = two", f->in, f->in);
}

static void a_pipe_stays(void **state) {
    site *f = *state;
    mlops_error e;
    commit_text(f->s, "d", NULL, "a", "one");
    commit_text(f->s, "d", NULL, "f", "two");
    shell("mkfifo %s/f", f->in);
    refused(check_out(f, f->in, 0, &e), &e, MLOPS_E_EXISTS, "/f' is there, a pipe");
    refused(check_out(f, f->in, MLOPS_CHECKOUT_FORCE, &e), &e, MLOPS_E_EXISTS, "a pipe");
    has(f, "./f ");
}

static void what_stands_for_a_folder_is_seen_ahead(void **state) {
    site *f = *state;
    mlops_error e;
    commit_text(f->s, "d", NULL, "a", "one");
    commit_text(f->s, "d", NULL, "b/c/d", "two");
    write_in(f, "b/c", "a file");
    for (uint32_t flags = 0; flags < 2; flags++)
        refused(check_out(f, f->in, flags, &e), &e, MLOPS_E_EXISTS, "/b/c'");
    has(f, "./b ./b/c ");
    shell("cd %s && rm -r b && ln -s nowhere b", f->in);
    refused(check_out(f, f->in, 0, &e), &e, MLOPS_E_EXISTS, "/b'");
    has(f, "./b ");
    shell("cd %s && mkdir nowhere", f->in); /* a link to a folder is gone through */
    works(check_out(f, f->in, 0, &e), &e);
    has(f, "./a ./b ./nowhere ./nowhere/c ./nowhere/c/d ");
}

/* ---- names ---- */

/* An entry as earlier versions let it in, with the content of "a". */
static void put_old(mlops_draft *d, const char *path) {
    mlops_error e;
    mlops__buf json;
    mlops__facts facts;
    mlops__json_writer out;
    mlops__blob *none[3] = {NULL, NULL, NULL};
    works(mlops__version_find(&d->base, "a", &facts, &e), &e);
    mlops__buf_init(&json, d->base.arena.allocator);
    mlops__json_writer_init(&out, &json, 0);
    mlops__draft_head(&out, path, "file", &facts.id, facts.size);
    mlops__json_close(&out, '}');
    works(mlops__draft_put(d, path, &json, none, &e), &e);
}

static void commit_old(site *f, const char *path) {
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    add_text(d, "a", "one");
    put_old(d, path);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void names_are_those_of_files(void **state) {
    site *f = *state;
    mlops_error e;
    char name[300] = "x/";
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    memset(name + 2, 'n', 256);
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_bytes(d, name, "x", 1, &e), &e, MLOPS_E_INVALID, "255");
    refused(mlops_draft_add_bytes(d, "x/.mlops-1.tmp", "x", 1, &e), &e, MLOPS_E_INVALID, "written");
    add_text(d, name + 3, "x");
    add_text(d, ".mlops-1.tmp/x", "x");
    mlops_draft_free(d);
    mlops_change_free(c);
    commit_old(f, name); /* what was committed before is read, and goes */
    reads_text(f->s, "d", NULL, name, "one");
    shell("rmdir %s", f->in);
    refused(check_out(f, f->in, 0, &e), &e, MLOPS_E_INVALID, "255");
    shell("test ! -e %s", f->in);
    opts.exclude = "x";
    works(mlops_dataset_checkout(f->s, "d", NULL, f->in, &opts, &e), &e);
    has(f, "./a ");
    c = new_change(f->s);
    d = new_draft(c, "d", NULL);
    works(mlops_draft_remove(d, name, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void files_of_entries_are_not_cleaned_away(void **state) {
    site *f = *state;
    mlops_error e;
    commit_old(f, "x/.mlops-1.tmp");
    commit_text(f->s, "d", NULL, "x/y", "two");
    write_in(f, "x/.mlops-1.tmp", "one");
    write_in(f, "x/.mlops-2.tmp", "was left");
    works(check_out(f, f->in, 0, &e), &e);
    has(f, "./a ./x ./x/.mlops-1.tmp ./x/y ");
}

typedef struct told {
    int64_t n, done, total;
    int stops; /* at the end, which is too late */
} told;

static int32_t take_progress(void *user, int64_t done, int64_t total) {
    told *t = user;
    assert_in_range(done, t->n ? (uint64_t)t->done : 0, (uint64_t)total);
    *t = (told){t->n + 1, done, total, t->stops};
    return t->stops && done == total;
}

/* Of small files, with a large one behind them, and where nothing is to be done. */
static void progress_comes_to_the_end(void **state) {
    site *f = *state;
    mlops_error e;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    mlops_folder_opts in = MLOPS_FOLDER_OPTS_INIT;
    call.progress = take_progress;
    opts.call = in.call = &call;
    shell("cd %s && for i in $(seq 300); do echo $i > $i; done", f->in);
    for (int large = 0; large < 2; large++) {
        char folder[120];
        told added = {0}, written = {.stops = 1}, again = {0};
        if (large) shell("head -c 9000000 /dev/urandom > %s/large", f->in);
        call.progress_user = &added;
        stat_is(add_folder(f, NULL, &in), 300 + large, large ? 1 : 300, 0, 0);
        assert_int_equal(added.done, 300 + large);
        snprintf(folder, sizeof folder, "%s/out%d", f->p.dir, large);
        call.progress_user = &written;
        works(mlops_dataset_checkout(f->s, "d", NULL, folder, &opts, &e), &e);
        assert_true(written.n > 1);
        assert_int_equal(written.done, 300 + large);
        assert_int_equal(written.total, 300 + large);
        call.progress_user = &again;
        works(mlops_dataset_checkout(f->s, "d", NULL, folder, &opts, &e), &e);
        assert_true(again.n == 1 && again.done == again.total);
        shell("diff -r %s %s", f->in, folder);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_site, end_site)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(a_store_is_not_checked_out_over), CASE(a_store_is_no_source),
        CASE(a_link_that_leads_nowhere_stays), CASE(what_stands_for_a_folder_is_seen_ahead),
        CASE(names_are_those_of_files),        CASE(files_of_entries_are_not_cleaned_away),
        CASE(progress_comes_to_the_end),       CASE(a_pipe_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
