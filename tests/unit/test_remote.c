/* Remotes of the library's own: what every remote does, and what a folder and memory do besides. */
#define _GNU_SOURCE
#include "unit/help_store.h"
#include "unit/remote_conformance.h"

#include <pthread.h>
#include <sys/wait.h>

static mlops_share *open_folder(const char *path) {
    mlops_share *share;
    mlops_error e;
    works(mlops_share_directory(&share, path, NULL, &e), &e);
    return share;
}

static mlops_share *open_memory(const mlops_share_opts *opts) {
    mlops_share *share;
    mlops_error e;
    works(mlops_share_memory(&share, opts, &e), &e);
    return share;
}

static void test_folder(void **state) {
    place p;
    (void)state;
    make_place(&p);
    mlops_share *share = open_folder(p.path);
    remote_conforms(mlops_share_remote(share));
    assert_int_equal(mlops_share_n_calls(share), 0);
    mlops_share_close(share);
    share = open_folder(p.path); /* it is still there */
    remote_has(mlops_share_remote(share), "heads/x", "anew");
    mlops_share_close(share);
    remove_place(&p);
}

static void test_memory(void **state) {
    (void)state;
    mlops_share_opts opts = MLOPS_SHARE_OPTS_INIT;
    mlops_share *share = open_memory(NULL);
    remote_conforms(mlops_share_remote(share));
    assert_true(mlops_share_n_calls(share) > 100);
    mlops_share_close(share);
    opts.read_max = 2;
    share = open_memory(&opts);
    remote_conforms(mlops_share_remote(share));
    mlops_share_close(share);
    mlops_share_close(NULL);
}

static void test_memory_fails(void **state) {
    mlops_share_opts opts = MLOPS_SHARE_OPTS_INIT;
    mlops_error e;
    (void)state;
    opts.busy_from = 2;
    opts.busy_every = 3;
    mlops_share *share = open_memory(&opts);
    const mlops_remote *r = mlops_share_remote(share);
    remote_is(remote_put(r, "objects/a", "a", &e), MLOPS_OK, &e);
    remote_is(remote_put(r, "objects/b", "b", &e), MLOPS_E_BUSY, &e);
    remote_is(remote_put(r, "objects/b", "b", &e), MLOPS_OK, &e);
    remote_is(remote_put(r, "objects/c", "c", &e), MLOPS_OK, &e);
    remote_is(remote_put(r, "objects/d", "d", &e), MLOPS_E_BUSY, &e);
    mlops_share_close(share);
    opts.busy_every = 0;
    opts.done_first = 1;
    opts.list_lag = 3;
    share = open_memory(&opts);
    r = mlops_share_remote(share);
    remote_is(remote_put(r, "objects/a", "a", &e), MLOPS_OK, &e);
    remote_is(remote_put(r, "objects/b", "b", &e), MLOPS_E_BUSY, &e); /* and yet it was put */
    remote_is(remote_put(r, "objects/b", "b", &e), MLOPS_E_EXISTS, &e);
    char page[64] = "";
    size_t n = 0;
    remote_is(r->list(r->ctx, "objects/", NULL, page, sizeof page, 0, &n, &e), MLOPS_OK, &e);
    assert_int_equal(n, 0); /* neither is seen yet */
    assert_int_equal(remote_count(r, "objects/", 4096), 2);
    mlops_share_close(share);
}

static void test_bad_input(void **state) {
    place p;
    mlops_share *share;
    mlops_error e;
    mlops_share_opts opts = MLOPS_SHARE_OPTS_INIT;
    (void)state;
    make_place(&p);
    refused(mlops_share_directory(&share, "", NULL, &e), &e, MLOPS_E_INVALID, "path");
    refused(mlops_share_directory(&share, "/nowhere/at/all", NULL, &e), &e, MLOPS_E_NOT_FOUND,
            "/nowhere/at/all");
    shell("echo x > '%s/file'", p.dir);
    refused(mlops_share_directory(&share, p.dir, NULL, &e), &e, MLOPS_E_EXISTS, "file");
    assert_null(share);
    shell("mkdir '%s' && echo 'mlops remote 2' > '%s/remote'", p.path, p.path);
    refused(mlops_share_directory(&share, p.path, NULL, &e), &e, MLOPS_E_UNSUPPORTED, "later");
    shell("echo other > '%s/remote'", p.path);
    refused(mlops_share_directory(&share, p.path, NULL, &e), &e, MLOPS_E_EXISTS, "no remote");
    opts.busy_from = -1;
    refused(mlops_share_memory(&share, &opts, &e), &e, MLOPS_E_INVALID, "range");
    opts.busy_from = 0, opts.flags = 1;
    refused(mlops_share_memory(&share, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    remove_place(&p);
}

/* A draft that nobody will end is swept up after a week, one of today stays. */
static void test_drafts(void **state) {
    place p;
    (void)state;
    make_place(&p);
    mlops_share_close(open_folder(p.path));
    set_file(inside(&p, "tmp/0000000000000001-0123456789abcdef"), "x", 1);
    set_file(inside(&p, "tmp/7000000000000001-0123456789abcdef"), "x", 1);
    mlops_share_close(open_folder(p.path));
    assert_int_equal(size_of(inside(&p, "tmp/0000000000000001-0123456789abcdef")), -1);
    assert_int_equal(size_of(inside(&p, "tmp/7000000000000001-0123456789abcdef")), 1);
    remove_place(&p);
}

/* ---- many at once ---- */

/* Together no more than a folder keeps of what was swapped: behind that nobody can tell. */
enum { WRITERS = 4, STEPS = 16, ALONE = 200 };

/* Adds one to a number that others count up, too. */
static int count_up(const mlops_remote *r) {
    mlops_error e;
    for (;;) {
        char was[32] = "", next[32];
        size_t n = 0;
        mlops_status status = r->read(r->ctx, "heads/count", 0, was, 31, 0, &n, &e);
        if (status && status != MLOPS_E_NOT_FOUND) return 1;
        snprintf(next, sizeof next, "%d", (status ? 0 : atoi(was)) + 1);
        status = remote_swap(r, "heads/count", status ? NULL : was, next, &e);
        if (!status) return 0;
        if (status != MLOPS_E_CONFLICT) return 1;
    }
}

/* No step is lost, though nobody holds a lock. */
static void test_processes(void **state) {
    place p;
    pid_t child[WRITERS];
    (void)state;
    make_place(&p);
    mlops_share_close(open_folder(p.path));
    for (int i = 0; i < WRITERS; i++) {
        child[i] = fork();
        if (child[i]) continue;
        mlops_share *share;
        int bad = mlops_share_directory(&share, p.path, NULL, NULL) != 0;
        for (int k = 0; k < STEPS && !bad; k++) bad = count_up(mlops_share_remote(share));
        leave(bad);
    }
    for (int i = 0; i < WRITERS; i++) {
        int code = 1;
        assert_int_equal(waitpid(child[i], &code, 0), child[i]);
        assert_int_equal(code, 0);
    }
    mlops_share *share = open_folder(p.path);
    char want[32];
    for (int k = 0; k < ALONE; k++) assert_int_equal(count_up(mlops_share_remote(share)), 0);
    snprintf(want, sizeof want, "%d", WRITERS * STEPS + ALONE);
    remote_has(mlops_share_remote(share), "heads/count", want);
    shell("test $(ls '%s/heads' | wc -l) -le 70", p.path);
    mlops_share_close(share);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_folder),       cmocka_unit_test(test_memory),
        cmocka_unit_test(test_memory_fails), cmocka_unit_test(test_bad_input),
        cmocka_unit_test(test_drafts),       cmocka_unit_test(test_processes),
    };
    return cmocka_run_group_tests_name("remote", tests, NULL, NULL);
}
