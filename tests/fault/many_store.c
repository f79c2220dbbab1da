/* Four writers and eight readers at one store, each a process, and somebody who kills them at
 * random; and up to sixteen processes that come first to a new store at once.
 *
 * Owns the log of what writers were told of, in memory that all share. Every commit sets a pair of
 * records to one value, so that whoever sees half of a commit sees two values; every put of online
 * rows does so with a pair of entities, which have the newest row of all writers, and with one of
 * the writer's own. What a writer was told of is looked for by its successor, by readers, and in
 * the journal at the end.
 */
#define _GNU_SOURCE
#include "store/store.h"

#include <mlops.h>
#include <mlops/audit.h>
#include <mlops/check.h>
#include <mlops/online.h>

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WRITERS = 4, READERS = 8, PROCESSES = WRITERS + READERS, LOG_MAX = 6000000 };
enum { FIRST_MAX = 16, FIRST_ROUNDS = 16, PATIENCE = 120, BLOB = 3000 };
enum { ENTITIES = WRITERS + 2 /* one of each writer, and a pair of all */, WORDS = 60 };

typedef struct entry {
    _Atomic(int64_t) seq; /* 0: the writer was killed ahead of writing it down */
    int32_t writer;
    int32_t n; /* of this writer's commits */
} entry;

typedef struct board {
    _Atomic(int64_t) n_log;
    _Atomic(int64_t) told[WRITERS];   /* newest commit of each writer that it was told of */
    _Atomic(int64_t) at_least;        /* newest commit that all must see */
    _Atomic(int64_t) put[WRITERS];    /* newest put of rows of each writer that it was told of */
    _Atomic(int64_t) n_gets;          /* moments of rows that were read */
    _Atomic(int64_t) n_reads, n_lone; /* moments that were read; stores opened for reading alone */
    _Atomic(int) stop, ready, go;
    entry log[LOG_MAX];
} board;

static board *all;
static char path[300];

static void must_at(int condition, int line) {
    if (condition) return;
    printf("# process %d: line %d does not hold\n", (int)getpid(), line);
    fflush(stdout);
    _exit(1);
}
#define MUST(condition) must_at((condition) != 0, __LINE__)

static int64_t now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static uint64_t lot;

static uint64_t draw(uint64_t below) {
    lot ^= lot << 13, lot ^= lot >> 7, lot ^= lot << 17;
    return lot % below;
}

static mlops__bytes text(const char *s) { return (mlops__bytes){(const uint8_t *)s, strlen(s)}; }

static mlops_store *open_with(mlops_sync sync, uint32_t flags) {
    mlops_store *s = NULL;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = sync;
    opts.flags = flags;
    opts.journal_bytes = 65536;
    mlops_status status = mlops_store_open(&s, path, &opts, &e);
    if (status) printf("# open: %s\n", e.message);
    MUST(status == MLOPS_OK);
    return s;
}

/* The number that a record holds; 0 if it is not there. */
static int64_t number_at(mlops__index *index, const char *key) {
    char bytes[32] = "";
    mlops__bytes v = {NULL, 0};
    mlops_status status = mlops__index_get(index, MLOPS__TABLE_TEST, text(key), &v, NULL);
    if (status == MLOPS_E_NOT_FOUND) return 0;
    MUST(status == MLOPS_OK && v.size < sizeof bytes);
    memcpy(bytes, v.data, v.size);
    return atoll(bytes);
}

static void raise_to(_Atomic(int64_t) *place, int64_t value) {
    int64_t was = atomic_load(place);
    while (was < value && !atomic_compare_exchange_weak(place, &was, value)) {
    }
}

/* ---- rows ---- */

/* The row of an entity that a writer's n-th put brings has the event time n * WRITERS + writer, and
 * values that follow from it. */
static int row_of(int entity, int64_t at, char *out, size_t cap) {
    char words[WORDS + 1];
    int n = (int)(at % WORDS);
    memset(words, 'a' + (int)(at % 26), sizeof words);
    words[n] = 0;
    return snprintf(out, cap, "%d,%lld,%lld.5,%s\n", entity, (long long)at,
                    (long long)(at * 3 + entity), words);
}

static mlops_table *table_of(int writer, int64_t n) {
    char csv[(ENTITIES + 1) * 160] = "entity,at,value,words\n";
    size_t size = strlen(csv);
    int64_t at = n * WRITERS + writer;
    mlops_table *out;
    for (int e = 0; e < ENTITIES; e++)
        if (e == writer || e >= WRITERS)
            size += (size_t)row_of(e, at, csv + size, sizeof csv - size);
    MUST(!mlops_table_parse(&out, csv, size, NULL, NULL));
    return out;
}

static void define_rows(mlops_store *s) {
    mlops_change *c;
    mlops_table *like = table_of(1, 1);
    MUST(!mlops_change_new(&c, s, NULL, NULL));
    MUST(!mlops_online_define(c, "rows", like, "entity", "at", NULL, NULL));
    MUST(!mlops_change_commit(c, NULL, NULL));
    mlops_change_free(c);
    mlops_table_unref(like);
}

static mlops_online *open_rows(mlops_store *s) {
    mlops_online *out = NULL;
    mlops_error e;
    mlops_status status = mlops_online_open(&out, s, "rows", &e);
    if (status) printf("# rows: %s\n", e.message);
    MUST(status == MLOPS_OK);
    return out;
}

static void put_rows(mlops_online *rows, int writer, int64_t n) {
    mlops_table *table = table_of(writer, n);
    int64_t n_put = 0;
    MUST(!mlops_online_put(rows, table, &n_put, NULL) && n_put >= 1);
    mlops_table_unref(table);
    atomic_store(&all->put[writer], n);
}

/* Each cell is what the row of this event time was put with. */
static void hold_row(const mlops_table *got, int entity, int64_t at) {
    char want[200], have[200] = "", cell[100];
    row_of(entity, at, want, sizeof want);
    for (int64_t k = 0; k < 4; k++) {
        MUST(!mlops_table_text(got, k, entity, cell, sizeof cell, NULL));
        strcat(strcat(have, cell), k < 3 ? "," : "\n");
    }
    if (strcmp(have, want) != 0) printf("# a row is %s# and was put as %s", have, want);
    MUST(strcmp(have, want) == 0);
}

/* The event time of each entity's row, 0 if there is none: all of one moment, and put by somebody.
 */
static void get_rows(mlops_online *rows, int64_t at[ENTITIES]) {
    char csv[ENTITIES * 8 + 20] = "entity\n";
    mlops_table *keys, *got;
    for (int e = 0; e < ENTITIES; e++) snprintf(csv + strlen(csv), 8, "%d\n", e);
    MUST(!mlops_table_parse(&keys, csv, strlen(csv), NULL, NULL));
    MUST(!mlops_online_get(&got, rows, keys, 1, NULL));
    MUST(mlops_table_n_rows(got) == ENTITIES);
    MUST(!mlops_table_integers(got, mlops_table_find(got, "at"), at, ENTITIES, NULL));
    for (int e = 0; e < ENTITIES; e++) {
        if (at[e] == INT64_MIN) at[e] = 0;
        else hold_row(got, e, at[e]);
        MUST(at[e] == 0 || e >= WRITERS || at[e] % WRITERS == e);
    }
    for (int e = 0; e < WRITERS; e++) MUST(at[e] <= at[WRITERS]); /* the pair has the newest */
    MUST(at[WRITERS] == at[WRITERS + 1]);
    mlops_table_unref(keys);
    mlops_table_unref(got);
    atomic_fetch_add(&all->n_gets, 1);
}

/* As take_over(). */
static int64_t take_over_rows(mlops_online *rows, int writer) {
    int64_t at[ENTITIES], told = atomic_load(&all->put[writer]);
    get_rows(rows, at);
    int64_t n = at[writer] / WRITERS;
    if (n != told && n != told + 1)
        printf("# writer %d was told of put %lld, %lld is there\n", writer, (long long)told,
               (long long)n);
    MUST(n == told || n == told + 1);
    atomic_store(&all->put[writer], n);
    return n;
}

/* ---- writers ---- */

static void commit(mlops_store *s, int writer, int64_t n, int64_t *last, int full) {
    static uint8_t blob[BLOB];
    char own[16], value[32];
    mlops_change *c;
    mlops_id id;
    int64_t seq = 0;
    snprintf(own, sizeof own, "w%d", writer);
    snprintf(value, sizeof value, "%lld", (long long)(n * WRITERS + writer));
    MUST(!mlops_change_new(&c, s, NULL, NULL));
    MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text("pair/a"), text(value), NULL));
    MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text(own), text(value), NULL));
    if (n % 50 == 0) {
        memset(blob, (int)n, sizeof blob);
        memcpy(blob, value, sizeof value);
        MUST(!mlops_change_content(c, &id, blob, sizeof blob, NULL));
        MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text("content"),
                                (mlops__bytes){id.bytes, sizeof id.bytes}, NULL));
    }
    MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text("pair/b"), text(value), NULL));
    MUST(!mlops_change_commit(c, &seq, NULL));
    mlops_change_free(c);
    MUST(seq > *last);
    *last = seq;
    atomic_store(&all->told[writer], n);
    if (full) raise_to(&all->at_least, seq);
    int64_t at = atomic_fetch_add(&all->n_log, 1);
    if (at >= LOG_MAX) return;
    all->log[at].writer = writer;
    all->log[at].n = (int32_t)n;
    atomic_store(&all->log[at].seq, seq);
}

/* What the one before was told of is there, and at the most one commit more. */
static int64_t take_over(mlops_store *s, int writer) {
    mlops__index index;
    char own[16];
    snprintf(own, sizeof own, "w%d", writer);
    MUST(!mlops__store_read_begin(s, &index, NULL));
    int64_t n = number_at(&index, own) / WRITERS, told = atomic_load(&all->told[writer]);
    mlops__store_read_end(&index);
    if (n != told && n != told + 1)
        printf("# writer %d was told of %lld, %lld are there\n", writer, (long long)told,
               (long long)n);
    MUST(n == told || n == told + 1);
    atomic_store(&all->told[writer], n);
    return n;
}

static void serve(mlops_store *s) {
    mlops_error e;
    mlops_status status = mlops_store_service(s, INT64_MAX, &e);
    if (status < 0) printf("# service: %s\n", e.message);
    MUST(status >= 0);
}

static void write_on(int writer) {
    int full = writer % 2 == 0;
    mlops_store *s = open_with(full ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED, 0);
    mlops_online *rows = open_rows(s);
    int64_t n = take_over(s, writer), n_put = take_over_rows(rows, writer), last = 0;
    while (!atomic_load(&all->stop)) {
        commit(s, writer, ++n, &last, full);
        if (draw(2) == 0) put_rows(rows, writer, ++n_put);
        if (draw(50) == 0) serve(s);
        if (draw(100) == 0) MUST(!mlops_store_flush(s, NULL));
        if (draw(4) == 0) usleep((unsigned)draw(1500));
        if (draw(500) == 0) {
            mlops_online_close(rows);
            mlops_store_close(s);
            s = open_with(full ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED, 0);
            rows = open_rows(s);
            MUST(take_over(s, writer) == n && take_over_rows(rows, writer) == n_put);
        }
    }
    mlops_online_close(rows);
    mlops_store_close(s);
}

/* ---- readers ---- */

static void read_content(mlops_store *s, mlops__index *index) {
    uint8_t bytes[BLOB];
    mlops_error e;
    mlops_id id;
    size_t size = 0;
    mlops__bytes v;
    mlops_status status = mlops__index_get(index, MLOPS__TABLE_TEST, text("content"), &v, NULL);
    if (status == MLOPS_E_NOT_FOUND) return;
    MUST(status == MLOPS_OK && v.size == sizeof id.bytes);
    memcpy(id.bytes, v.data, sizeof id.bytes);
    status = mlops_store_content(s, &id, bytes, sizeof bytes, &size, &e);
    if (status) printf("# content: %s\n", e.message);
    MUST(status == MLOPS_OK && size == sizeof bytes);
}

/* One moment: whole, not older than the last, and with all that had to be there. */
static void read_moment(mlops_store *s, int64_t *last, int64_t least) {
    mlops__index index;
    MUST(!mlops__store_read_begin(s, &index, NULL));
    int64_t seq = index.place.chain.seq;
    MUST(seq >= *last && seq >= least);
    MUST(number_at(&index, "pair/a") == number_at(&index, "pair/b"));
    if (draw(20) == 0) read_content(s, &index);
    mlops__store_read_end(&index);
    *last = seq;
    atomic_fetch_add(&all->n_reads, 1);
}

/* No row is older than the last time, nor than what its writer was told of. */
static void read_rows(mlops_online *rows, int64_t last[ENTITIES]) {
    int64_t at[ENTITIES];
    for (int e = 0; e < WRITERS; e++) {
        int64_t told = atomic_load(&all->put[e]) * WRITERS + e;
        if (told > last[e] && told >= WRITERS) last[e] = told;
    }
    get_rows(rows, at);
    for (int e = 0; e < ENTITIES; e++) {
        MUST(at[e] >= last[e]);
        last[e] = at[e];
    }
}

static void read_on(int reader) {
    int64_t last_rows[ENTITIES] = {0};
    while (!atomic_load(&all->stop)) {
        int64_t last = 0, least = atomic_load(&all->at_least);
        int lone = reader == 0 && least < 20000;
        mlops_store *s = open_with(MLOPS_SYNC_FULL, lone ? MLOPS_STORE_READ_ONLY : 0);
        mlops_online *rows = lone ? NULL : open_rows(s);
        atomic_fetch_add(&all->n_lone, lone);
        for (uint64_t i = 1 + draw(300); i > 0 && !atomic_load(&all->stop); i--) {
            if (!lone) least = atomic_load(&all->at_least);
            read_moment(s, &last, least);
            if (rows && draw(2) == 0) read_rows(rows, last_rows);
            if (draw(8) == 0) usleep((unsigned)draw(3000));
        }
        mlops_online_close(rows);
        mlops_store_close(s);
    }
}

/* ---- killing ---- */

static pid_t start(int process) {
    fflush(stdout);
    pid_t pid = fork();
    if (pid) return pid;
    lot = (uint64_t)getpid() * 0x9e3779b97f4a7c15 + (uint64_t)now_ms();
    if (process < WRITERS) write_on(process);
    else read_on(process - WRITERS);
    _exit(0);
}

/* 0 if it ended well, or as we wanted. */
static int wait_for(pid_t pid, int was_killed) {
    int status;
    if (waitpid(pid, &status, 0) != pid) return 1;
    if (WIFSIGNALED(status) && was_killed && WTERMSIG(status) == SIGKILL) return 0;
    if (WIFSIGNALED(status)) printf("# a process ended by signal %d\n", WTERMSIG(status));
    return status != 0;
}

static int64_t kill_for(int64_t ms, int *failed) {
    pid_t pids[PROCESSES];
    int64_t begun = now_ms(), n_kills = 0, progress = 0, progressed = begun;
    for (int i = 0; i < PROCESSES; i++) pids[i] = start(i);
    while (now_ms() - begun < ms && !*failed) {
        usleep((unsigned)draw(30000));
        int i = (int)draw(PROCESSES);
        kill(pids[i], SIGKILL);
        *failed |= wait_for(pids[i], 1);
        pids[i] = start(i);
        n_kills++;
        if (atomic_load(&all->n_log) > progress) progressed = now_ms();
        progress = atomic_load(&all->n_log);
        if (now_ms() - progressed > PATIENCE * 1000) *failed = 1, printf("# nobody commits\n");
    }
    atomic_store(&all->stop, 1);
    alarm(PATIENCE);
    for (int i = 0; i < PROCESSES; i++) *failed |= wait_for(pids[i], 0);
    alarm(0);
    return n_kills;
}

/* ---- the journal ---- */

static int faults(void) {
    mlops_check *check;
    mlops_error e;
    if (mlops_check_store(&check, path, NULL, &e)) return printf("# check: %s\n", e.message), 1;
    int64_t n = mlops_check_n_faults(check);
    if (n) printf("# check: %s\n", mlops_check_fault(check, 0));
    mlops_check_unref(check);
    return n != 0;
}

/* The value that the commit gave the pair: it says who made it, and as which of his. */
static int64_t value_of(const mlops_audit *audit, int64_t i) {
    char json[2000];
    if (mlops_audit_operations(audit, i, json, sizeof json, NULL)) return -1;
    const char *at = strstr(json, "pair/a");
    at = at ? strstr(at, "\"value\"") : NULL;
    at = at ? strpbrk(at + 7, "0123456789") : NULL;
    return at ? atoll(at) : -1;
}

/* Every commit that a writer was told of stands in the journal under its number, and no two under
 * one. */
static int compare_log(mlops_store *s, int64_t seq) {
    int64_t n = atomic_load(&all->n_log), bad = 0;
    int64_t *values = calloc((size_t)seq + 1, sizeof *values);
    if (!values) abort();
    for (int64_t from = 1; from <= seq; from += 10000) {
        mlops_audit *audit;
        if (mlops_audit_read(&audit, s, from, 10000, NULL)) return 1;
        for (int64_t i = 0; i < mlops_audit_n_entries(audit); i++)
            values[from + i] = value_of(audit, i);
        mlops_audit_unref(audit);
    }
    for (int64_t i = 0; i < n && i < LOG_MAX; i++) {
        int64_t at = atomic_load(&all->log[i].seq);
        if (at == 0) continue;
        int64_t want = (int64_t)all->log[i].n * WRITERS + all->log[i].writer;
        if (at > seq || values[at] != want) bad++;
        else values[at] = -1;
    }
    free(values);
    if (bad) printf("# %lld commits that were told of are not there\n", (long long)bad);
    return bad != 0;
}

static int judge(int64_t *seq) {
    mlops_id link;
    mlops_error e;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    int bad = faults();
    mlops_store *s = open_with(MLOPS_SYNC_FULL, 0);
    if (mlops_store_stat(s, &stats, &e)) return printf("# stat: %s\n", e.message), 1;
    if (mlops_audit_verify(s, &link, seq, &e)) return printf("# verify: %s\n", e.message), 1;
    bad |= *seq != stats.seq || compare_log(s, stats.seq);
    mlops_online *rows = open_rows(s);
    for (int i = 0; i < WRITERS; i++) {
        take_over(s, i);
        take_over_rows(rows, i);
    }
    mlops_online_close(rows);
    mlops_store_close(s);
    return bad | faults();
}

static int run_many(int64_t ms) {
    int failed = 0;
    int64_t seq = 0, n_puts = 0;
    mlops_store *s = open_with(MLOPS_SYNC_FULL, 0);
    define_rows(s);
    mlops_store_close(s);
    int64_t n_kills = kill_for(ms, &failed);
    failed |= judge(&seq);
    for (int i = 0; i < WRITERS; i++) n_puts += atomic_load(&all->put[i]);
    printf("%s 1 - %d writers and %d readers, killed %lld times: %lld commits, %lld moments read, "
           "%lld stores opened for reading alone; %lld puts of rows, %lld gets\n",
           failed ? "not ok" : "ok", WRITERS, READERS, (long long)n_kills, (long long)seq,
           (long long)atomic_load(&all->n_reads), (long long)atomic_load(&all->n_lone),
           (long long)n_puts, (long long)atomic_load(&all->n_gets));
    return failed;
}

/* ---- first at once ---- */

static void come_first(int i) {
    char key[16];
    mlops_change *c;
    snprintf(key, sizeof key, "p%d", i);
    atomic_fetch_add(&all->ready, 1);
    while (!atomic_load(&all->go)) {
    }
    mlops_store *s = open_with(i % 2 ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED, 0);
    MUST(!mlops_change_new(&c, s, NULL, NULL));
    MUST(!mlops__change_put(c, MLOPS__TABLE_TEST, text(key), text("1"), NULL));
    MUST(!mlops_change_commit(c, NULL, NULL));
    mlops_change_free(c);
    mlops_store_close(s);
    _exit(0);
}

static int run_first(const char *top) {
    int failed = 0, total = 0;
    for (int round = 0; round < FIRST_ROUNDS; round++) {
        pid_t pids[FIRST_MAX];
        int n = round % 4 == 0 ? 2 : 2 + (round * 5) % (FIRST_MAX - 1);
        snprintf(path, sizeof path, "%s/first%d", top, round);
        atomic_store(&all->go, 0);
        atomic_store(&all->ready, 0);
        fflush(stdout);
        for (int i = 0; i < n; i++)
            if ((pids[i] = fork()) == 0) come_first(i);
        while (atomic_load(&all->ready) < n) usleep(100);
        atomic_store(&all->go, 1);
        for (int i = 0; i < n; i++) failed |= wait_for(pids[i], 0);
        mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
        mlops_store *s = open_with(MLOPS_SYNC_FULL, MLOPS_STORE_MUST_EXIST);
        failed |= mlops_store_stat(s, &stats, NULL) || stats.seq != n || stats.n_records != n;
        mlops_store_close(s);
        failed |= faults();
        total += n;
    }
    printf("%s 2 - %d processes came first to %d stores\n", failed ? "not ok" : "ok", total,
           FIRST_ROUNDS);
    return failed;
}

/* usage: many_store [SECONDS] */
int main(int argc, char **argv) {
    int64_t ms = argc > 1 ? atoll(argv[1]) * 1000 : 4000;
    const char *tmp = getenv("TMPDIR");
    char top[200], command[240];
    snprintf(top, sizeof top, "%.100s/mlops-many-XXXXXX", tmp ? tmp : "/tmp");
    if (!mkdtemp(top)) return 1;
    all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (all == MAP_FAILED) return 1;
    lot = (uint64_t)now_ms() * 0x9e3779b97f4a7c15 + 1;
    snprintf(path, sizeof path, "%s/s", top);
    printf("1..2\n");
    int failed = run_many(ms);
    failed |= run_first(top);
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command) != 0 || failed;
}
