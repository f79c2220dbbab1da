/* Who is kept from a store: a second copy of the library in one process, another container, and
 * whoever would put it on a network. */
#define _GNU_SOURCE
#include "unit/help_store.h"
#include "unit/skipped.h"

#include "sys/machine.h"

#include <mlops/check.h>

#include <dlfcn.h>
#include <sched.h>
#include <sys/vfs.h>
#include <sys/wait.h>

/* ---- network file systems: what the system says is said here ---- */

static unsigned said;          /* kind of file system; 0: the true one */
static const char *said_below; /* of paths that begin so */

int statfs(const char *path, struct statfs *out) {
    memset(out, 0, sizeof *out);
    if (access(path, F_OK)) return -1;
    int asked = said && strncmp(path, said_below, strlen(said_below)) == 0;
    out->f_type = (__typeof__(out->f_type))(asked ? said : 0xef53u);
    return 0;
}

static mlops_status opens(const char *path, uint32_t flags, mlops_error *e) {
    mlops_store *s;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = flags;
    mlops_status status = mlops_store_open(&s, path, &opts, e);
    mlops_store_close(s);
    return status;
}

static void network_file_systems_are_refused(void **state) {
    (void)state;
    static const unsigned KINDS[] = {0x6969,     0xff534d42, 0xfe534d42,
                                     0x01021997, 0x00c36400, 0x0bd00bd0};
    static const char *const NAMES[] = {"NFS", "CIFS", "SMB", "9p", "Ceph", "Lustre"};
    place p;
    mlops_error e;
    char out[120];
    make_place(&p);
    said_below = p.dir;
    for (size_t i = 0; i < sizeof KINDS / sizeof KINDS[0]; i++) {
        said = KINDS[i];
        refused(opens(p.path, 0, &e), &e, MLOPS_E_UNSUPPORTED, NAMES[i]);
        assert_non_null(strstr(e.message, "MLOPS_STORE_NETWORK"));
        assert_int_equal(access(p.path, F_OK), -1); /* nothing was made */
    }
    works(opens(p.path, MLOPS_STORE_NETWORK, &e), &e);
    refused(opens(p.path, 0, &e), &e, MLOPS_E_UNSUPPORTED, "local disk");
    works(opens(p.path, MLOPS_STORE_READ_ONLY, &e), &e);
    refused(mlops_store_repair(p.path, NULL, NULL, &e), &e, MLOPS_E_UNSUPPORTED, "Lustre");
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = MLOPS_STORE_NETWORK;
    works(mlops_store_repair(p.path, &opts, NULL, &e), &e);
    mlops_store *s = open_store(p.path, &opts);
    snprintf(out, sizeof out, "%s/out", p.dir);
    works(mlops_store_export(s, out, &e), &e);
    mlops_store_close(s);
    refused(mlops_store_import(inside(&p, "../made"), out, NULL, &e), &e, MLOPS_E_UNSUPPORTED, "");
    said = 0x65735546; /* FUSE may be anything */
    works(opens(p.path, 0, &e), &e);
    said = 0;
    works(mlops_store_import(inside(&p, "../made"), out, NULL, &e), &e);
    remove_place(&p);
}

/* ---- a second copy ---- */

typedef mlops_status open_fn(mlops_store **, const char *, const mlops_store_opts *, mlops_error *);
typedef void close_fn(mlops_store *);

/* Functions are no objects in C, though POSIX makes them so. */
#define FIND(out, lib, name)                                                                       \
    do {                                                                                           \
        void *found = dlsym(lib, name);                                                            \
        assert_non_null(found);                                                                    \
        memcpy(&(out), &found, sizeof found);                                                      \
    } while (0)

static void a_second_copy_is_refused(void **state) {
    (void)state;
    place p;
    char lib[400];
    mlops_error e;
    mlops_store *other = NULL;
    open_fn *open_other;
    close_fn *close_other;
    const char *root = getenv("MLOPS_BUILD_ROOT");
    snprintf(lib, sizeof lib, "%.300s/libmlops.so", root ? root : ".");
    void *copy = dlopen(lib, RTLD_NOW | RTLD_LOCAL);
    if (!copy) {
        skipped(dlerror());
        return;
    }
    FIND(open_other, copy, "mlops_store_open");
    FIND(close_other, copy, "mlops_store_close");
    if (open_other == &mlops_store_open) {
        skipped("the loader gives the first copy again");
        return;
    }
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    put(s, "a", "1");
    refused(open_other(&other, p.path, NULL, &e), &e, MLOPS_E_BUSY, "another copy");
    assert_null(other);
    put(s, "b", "1"); /* nothing was given up */
    mlops_store_close(s);
    works(open_other(&other, p.path, NULL, &e), &e);
    refused(mlops_store_open(&s, p.path, NULL, &e), &e, MLOPS_E_BUSY, "one copy");
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.index = MLOPS_STORE_INDEX_MEMORY; /* keeps out of LMDB's way */
    s = open_store(p.path, &opts);
    assert_int_equal(stats_of(s).seq, 2);
    mlops_store_close(s);
    close_other(other);
    s = open_store(p.path, NULL);
    assert_int_equal(stats_of(s).n_records, 2);
    mlops_store_close(s);
    remove_place(&p);
}

/* A parent that has the store open keeps its child from nothing. */
static void a_child_is_another_process(void **state) {
    (void)state;
    place p;
    int status;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) leave(opens(p.path, 0, NULL) != MLOPS_OK);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    mlops_store_close(s);
    remove_place(&p);
}

/* ---- containers ---- */

/* The status of opening it in another process, and then of opening it without LMDB. 0 if the
 * process has no right to be in a container of its own. */
static int opened_elsewhere(const place *p, mlops_status want, int apart) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        mlops_error e = {0};
        if (apart && unshare(CLONE_NEWPID)) leave(77);
        pid_t inner = apart ? fork() : 0;
        if (inner) leave(waitpid(inner, &status, 0) != inner ? 1 : WEXITSTATUS(status));
        mlops_status got = opens(p->path, 0, &e);
        if (got != want || (want && !strstr(e.message, "container"))) leave(2);
        mlops_store *s;
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        opts.index = MLOPS_STORE_INDEX_MEMORY;
        if (mlops_store_open(&s, p->path, &opts, NULL)) leave(3);
        mlops_store_close(s);
        leave(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (apart && WIFEXITED(status) && WEXITSTATUS(status) == 77) return 0;
    assert_int_equal(status, 0);
    return 1;
}

static void another_container_is_refused(void **state) {
    (void)state;
    static const uint8_t OTHER[8] = {1, 2, 3};
    place p;
    if (!mlops__machine_namespace()) {
        skipped("this system has no containers");
        return;
    }
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    opened_elsewhere(&p, MLOPS_OK, 0);
    set_file(inside(&p, "index/namespace"), OTHER, sizeof OTHER);
    opened_elsewhere(&p, MLOPS_E_BUSY, 0);
    put(s, "a", "1");
    mlops_store_close(s);
    opened_elsewhere(&p, MLOPS_OK, 0); /* nobody has it open: it moves over */
    s = open_store(p.path, NULL);
    opened_elsewhere(&p, MLOPS_OK, 0);
    mlops_store_close(s);
    remove_place(&p);
}

static void another_namespace_is_another_container(void **state) {
    (void)state;
    place p;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    int apart = opened_elsewhere(&p, MLOPS_E_BUSY, 1);
    put(s, "a", "1");
    mlops_store_close(s);
    if (apart) opened_elsewhere(&p, MLOPS_OK, 1);
    else skipped("no right to make another container");
    remove_place(&p);
}

/* Whoever has it open, with whatever index: his journal must not be taken away. */
static void no_repair_of_a_store_that_is_open(void **state) {
    (void)state;
    static const mlops_store_opts HOW[] = {
        {sizeof *HOW, 0, 0, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 0, 0, 0, 0},
        {sizeof *HOW, 0, 0, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY, 0, 0, 0, 0},
        {sizeof *HOW, MLOPS_STORE_READ_ONLY, 0, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 0, 0, 0,
         0}};
    place p;
    mlops_error e;
    make_place(&p);
    mlops_store *s = open_store(p.path, NULL);
    put(s, "a", "1");
    mlops_store_close(s);
    for (size_t i = 0; i < sizeof HOW / sizeof *HOW; i++) {
        int64_t n_lost = -1;
        s = open_store(p.path, &HOW[i]);
        refused(mlops_store_repair(p.path, NULL, &n_lost, &e), &e, MLOPS_E_BUSY, "is open");
        assert_string_equal(get(s, "a"), "1");
        mlops_store_close(s);
        works(mlops_store_repair(p.path, NULL, &n_lost, &e), &e);
        assert_int_equal(n_lost, 0);
    }
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_repair_of_a_store_that_is_open),
        cmocka_unit_test(network_file_systems_are_refused),
        cmocka_unit_test(a_second_copy_is_refused),
        cmocka_unit_test(a_child_is_another_process),
        cmocka_unit_test(another_container_is_refused),
        cmocka_unit_test(another_namespace_is_another_container),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
