/* One store: commits, opening, the audit trail, repair. Prints "name value", a line each.
 *
 * usage: bench_store full DIR N FILE   commits under sync=full, each in turns with an overwrite of
 *                                      4 KiB in FILE, which is preallocated, and its fdatasync:
 *                                      microseconds
 *        bench_store relaxed DIR N     commits under sync=relaxed: commits/s, and with a flush
 *        bench_store open DIR          milliseconds
 *        bench_store service DIR       milliseconds
 *        bench_store verify DIR        million records/s
 *        bench_store repair DIR        seconds, and commits lost
 * Names that end in _cpu are of the time that the process used, as user and in the kernel, without
 * what it waited for.
 */
#include "bench_store.h"

#include <fcntl.h>
#include <unistd.h>

enum { BLOCK = 4096, BLOCKS = 1024 };

static int make_blocks(const char *path) {
    static char block[BLOCK];
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (int i = 0; i < BLOCKS; i++)
        if (fd < 0 || pwrite(fd, block, BLOCK, (off_t)i * BLOCK) != BLOCK) exit(1);
    if (fsync(fd)) exit(1);
    return fd;
}

static double overwrite(int fd, long i) {
    static char block[BLOCK];
    memset(block, (int)i, BLOCK);
    double begun = now();
    if (pwrite(fd, block, BLOCK, i % BLOCKS * BLOCK) != BLOCK || fdatasync(fd)) exit(1);
    return now() - begun;
}

static double commit(mlops_change *change, long i) {
    mlops_error e;
    put_record(change, i);
    double begun = now();
    need(mlops_change_commit(change, NULL, &e), &e);
    return now() - begun;
}

static void tell(const char *name, double *seconds, long n) {
    double mean = mean_of(seconds, n);
    qsort(seconds, (size_t)n, sizeof *seconds, by_value);
    printf("%s_mean %.6g\n%s_p50 %.6g\n%s_p99 %.6g\n", name, 1e6 * mean, name, 1e6 * seconds[n / 2],
           name, 1e6 * seconds[n * 99 / 100]);
}

static void full(const char *path, long n, const char *file) {
    mlops_error e;
    mlops_change *change;
    mlops_store *store = open_store(path, MLOPS_SYNC_FULL);
    double *mine = malloc((size_t)n * sizeof *mine), *peer = malloc((size_t)n * sizeof *peer);
    int fd = make_blocks(file);
    need(mlops_change_new(&change, store, NULL, &e), &e);
    for (long i = 0; i < n; i++) {
        peer[i] = overwrite(fd, i);
        mine[i] = commit(change, i);
    }
    tell("commit", mine, n);
    tell("fdatasync", peer, n);
    mlops_change_free(change);
    mlops_store_close(store);
    close(fd);
    free(mine);
    free(peer);
}

static void relaxed(const char *path, long n) {
    mlops_error e;
    mlops_change *change;
    mlops_store *store = open_store(path, MLOPS_SYNC_RELAXED);
    need(mlops_change_new(&change, store, NULL, &e), &e);
    double begun = now(), before = used();
    for (long i = 0; i < n; i++) {
        put_record(change, i);
        need(mlops_change_commit(change, NULL, &e), &e);
    }
    printf("rate %.6g\nrate_cpu %.6g\n", (double)n / (now() - begun),
           (double)n / (used() - before));
    need(mlops_store_flush(store, &e), &e);
    printf("rate_flushed %.6g\n", (double)n / (now() - begun));
    mlops_change_free(change);
    mlops_store_close(store);
}

static void opening(const char *path) {
    double begun = now(), before = used();
    mlops_store *store = open_store(path, MLOPS_SYNC_FULL);
    printf("open %.6g\nopen_cpu %.6g\n", 1e3 * (now() - begun), 1e3 * (used() - before));
    mlops_error e;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    need(mlops_store_stat(store, &stats, &e), &e);
    printf("seq %lld\nrecords %lld\n", (long long)stats.seq, (long long)stats.n_records);
    mlops_store_close(store);
}

static void service(const char *path) {
    mlops_error e;
    mlops_store *store = open_store(path, MLOPS_SYNC_FULL);
    double begun = now();
    mlops_status status = mlops_store_service(store, INT64_MAX, &e);
    need(status == MLOPS_END ? MLOPS_OK : status, &e);
    printf("service %.6g\n", 1e3 * (now() - begun));
    mlops_store_close(store);
}

static void verify(const char *path) {
    mlops_error e;
    mlops_id link;
    int64_t n;
    mlops_store *store = open_store(path, MLOPS_SYNC_FULL);
    double begun = now(), before = used();
    need(mlops_audit_verify(store, &link, &n, &e), &e);
    printf("verify %.6g\nverify_cpu %.6g\n", 1e-6 * (double)n / (now() - begun),
           1e-6 * (double)n / (used() - before));
    mlops_store_close(store);
}

static void repair(const char *path) {
    mlops_error e;
    int64_t n_lost;
    double begun = now(), before = used();
    need(mlops_store_repair(path, NULL, &n_lost, &e), &e);
    printf("repair %.6g\nrepair_cpu %.6g\nlost %lld\n", now() - begun, used() - before,
           (long long)n_lost);
}

int main(int argc, char **argv) {
    const char *what = argc > 2 ? argv[1] : "";
    if (argc == 5 && !strcmp(what, "full")) full(argv[2], atol(argv[3]), argv[4]);
    else if (argc == 4 && !strcmp(what, "relaxed")) relaxed(argv[2], atol(argv[3]));
    else if (argc == 3 && !strcmp(what, "open")) opening(argv[2]);
    else if (argc == 3 && !strcmp(what, "service")) service(argv[2]);
    else if (argc == 3 && !strcmp(what, "verify")) verify(argv[2]);
    else if (argc == 3 && !strcmp(what, "repair")) repair(argv[2]);
    else return 2;
    return 0;
}
