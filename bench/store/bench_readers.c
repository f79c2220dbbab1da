/* A reader's latency, alone and beside a writer that commits without a pause.
 *
 * usage: bench_readers DIR N SYNC     SYNC: full or relaxed
 * The writer is a process of its own, as is usual. A read begins at one moment of the store, looks
 * one of its records up and ends. Prints "name value", a line each: microseconds of alone_p50,
 * alone_p99, busy_p50, busy_p99, of as many reads each; and commits, those made meanwhile.
 */
#include "bench_store.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void stop(int number) {
    (void)number;
    stopped = 1;
}

static void write_on(const char *path, mlops_sync sync) {
    mlops_error e;
    mlops_change *change;
    mlops_store *store = open_store(path, sync);
    need(mlops_change_new(&change, store, NULL, &e), &e);
    for (long i = 0; !stopped; i++) {
        put_record(change, i);
        need(mlops_change_commit(change, NULL, &e), &e);
    }
    mlops_change_free(change);
    mlops_store_close(store);
    exit(0);
}

static double read_one(mlops_store *store, long i, long n_records) {
    mlops_error e;
    mlops__index index;
    mlops__bytes value;
    char key[KEY_ROOM];
    mlops__bytes name = make_key(key, i * 31 % n_records);
    double begun = now();
    need(mlops__store_read_begin(store, &index, &e), &e);
    need(mlops__index_get(&index, MLOPS__TABLE_TEST, name, &value, &e), &e);
    mlops__store_read_end(&index);
    return now() - begun;
}

static void measure(mlops_store *store, const char *name, long n, long n_records) {
    double *seconds = malloc((size_t)n * sizeof *seconds);
    for (long i = 0; i < n; i++) seconds[i] = read_one(store, i, n_records);
    qsort(seconds, (size_t)n, sizeof *seconds, by_value);
    printf("%s_p50 %.6g\n%s_p99 %.6g\n", name, 1e6 * seconds[n / 2], name,
           1e6 * seconds[n * 99 / 100]);
    free(seconds);
}

static mlops_store_stats stat_of(mlops_store *store) {
    mlops_error e;
    mlops_store_stats out = MLOPS_STORE_STATS_INIT;
    need(mlops_store_stat(store, &out, &e), &e);
    return out;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    mlops_sync sync = strcmp(argv[3], "relaxed") ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED;
    signal(SIGTERM, stop);
    int go[2];
    char byte;
    if (pipe(go)) return 1;
    pid_t writer = fork();
    if (writer == 0) { /* it opens the store when it is told to */
        if (read(go[0], &byte, 1) != 1) return 1;
        write_on(argv[1], sync);
    }
    mlops_store *store = open_store(argv[1], MLOPS_SYNC_FULL);
    mlops_store_stats before = stat_of(store);
    long n = atol(argv[2]), n_records = (long)before.n_records;
    measure(store, "warm", n, n_records);
    measure(store, "alone", n, n_records);
    if (write(go[1], "", 1) != 1) return 1;
    while (stat_of(store).seq < before.seq + 100) usleep(1000);
    before = stat_of(store);
    measure(store, "busy", n, n_records);
    printf("commits %lld\n", (long long)(stat_of(store).seq - before.seq));
    kill(writer, SIGTERM);
    waitpid(writer, NULL, 0);
    mlops_store_close(store);
    return 0;
}
