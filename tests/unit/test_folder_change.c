/* Files of folders that change between the moment that they are listed and that of reading. */
#define _GNU_SOURCE
#include "unit/help_folder.h"

/* ---- while it is read ---- */

static mlops_io restless;
static char restless_path[200];
static int n_restless, is_torn;

static int is_restless(int64_t file) {
    char name[64], path[200] = {0};
    snprintf(name, sizeof name, "/proc/self/fd/%d", (int)file);
    return readlink(name, path, sizeof path - 1) > 0 && !strcmp(path, restless_path);
}

static int64_t read_and_change(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    if (is_torn && is_restless(file)) return -EIO;
    if (n_restless && is_restless(file)) {
        n_restless--;
        usleep(20000); /* so that the time of the change is another one */
        set_bytes(restless_path, 0, "X", 1);
    }
    (void)ctx;
    return pread((int)file, bytes, n, offset);
}

static void reopen_restless(site *f) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    restless = mlops__io_posix;
    restless.pread = read_and_change;
    host.io = &restless;
    opts.host = &host;
    mlops_store_close(f->s);
    f->s = open_store(f->p.path, &opts);
}

static void a_file_that_changes_is_read_again(void **state) {
    site *f = *state;
    mlops_error e;
    reopen_restless(f);
    write_in(f, "a", "one");
    snprintf(restless_path, sizeof restless_path, "%s/a", f->in);
    n_restless = 100;
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_BUSY, "/a' changes");
    n_restless = 1;
    stat_is(add_folder(f, NULL, NULL), 1, 1, 0, 0);
    reads_text(f->s, "d", NULL, "a", "Xne");
    n_restless = 0;
}

/* One of two that are read at once is read anew; or fails both, and is told of. */
static void a_large_file_that_changes(void **state) {
    site *f = *state;
    mlops_error e;
    reopen_restless(f);
    shell("head -c 3000000 /dev/urandom > %s/a && head -c 1500000 /dev/urandom > %s/b", f->in,
          f->in);
    snprintf(restless_path, sizeof restless_path, "%s/a", f->in);
    n_restless = 100;
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_BUSY, "/a' changes");
    n_restless = 1;
    stat_is(add_folder(f, NULL, NULL), 2, 2, 0, 0);
    n_restless = 0;
    reads_file(f, "a");
    reads_file(f, "b");
    shell("echo more >> %s/a && echo more >> %s/b", f->in, f->in);
    is_torn = 1;
    for (int k = 0; k < 2; k++) {
        snprintf(restless_path, sizeof restless_path, "%s/%c", f->in, 'a' + k);
        refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_IO, restless_path);
    }
    is_torn = 0;
    stat_is(add_folder(f, NULL, NULL), 2, 0, 2, 0);
}

/* ---- before it is read ---- */

typedef struct writing {
    const site *f;
    const char *a, *b;
} writing;

static int32_t write_once(void *user, int64_t done, int64_t total) {
    writing *w = user;
    assert_true(done <= total);
    if (w->a) write_in(w->f, "a", w->a);
    if (w->b) write_in(w->f, "b", w->b);
    w->a = w->b = NULL;
    return 0;
}

/* Alone, with others that stay large, and by threads. */
/* Of tables only those count whose bytes have changed. */
static void tables_that_become_files_are_counted(void **state) {
    site *f = *state;
    mlops_error e;
    char path[700];
    const char *const names[] = {"gone", "kept", "new", "same"};
    for (int i = 0; i < 4; i++) write_in(f, names[i], "a\n1\n");
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", f->in, names[i]);
        if (i == 1) works(mlops_draft_add_file(d, names[i], path, &e), &e);
        else if (i != 2) works(mlops_draft_add_csv(d, names[i], path, NULL, &e), &e);
    }
    write_in(f, "more", "a\n1\n");
    snprintf(path, sizeof path, "%s/more", f->in);
    works(mlops_draft_add_csv(d, "more", path, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    write_in(f, "kept", "a\n2\n");
    write_in(f, "more", "a\n2\n");
    shell("rm %s/gone", f->in);
    mlops_folder_stat stat = add_folder(f, NULL, NULL);
    assert_int_equal(stat.n_changed, 2);
    assert_int_equal(stat.n_added, 1);
    assert_int_equal(stat.n_now_files, 1);
    write_in(f, "more", "a\n3\n");
    assert_int_equal(add_folder(f, NULL, NULL).n_now_files, 0);
}

static void a_large_file_becomes_small(void **state) {
    site *f = *state;
    static const char *const texts[] = {"short now", ""};
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops_error e;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    opts.call = &call;
    for (int i = 0; i < 8; i++) {
        int both = i / 4;
        writing w = {f, texts[i & 1], both ? "short, too" : NULL};
        call.executor = i & 2 ? mlops_pool_executor(pool) : NULL;
        call.progress = write_once;
        call.progress_user = &w;
        shell("head -c 3000000 /dev/urandom > %s/a", f->in);
        if (both) shell("head -c 1500000 /dev/urandom > %s/b", f->in);
        mlops_folder_stat s = add_folder(f, NULL, &opts);
        assert_int_equal(s.n_files, 1 + both);
        reads_text(f->s, "d", NULL, "a", texts[i & 1]);
        if (both) reads_text(f->s, "d", NULL, "b", "short, too");
    }
    mlops_pool_free(pool);
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_site, end_site)
    const struct CMUnitTest tests[] = {
        CASE(a_file_that_changes_is_read_again),
        CASE(a_large_file_that_changes),
        CASE(tables_that_become_files_are_counted),
        CASE(a_large_file_becomes_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
