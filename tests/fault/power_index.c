/* Power cuts while a store with an index in a file is written, and rows of an online view are put:
 * LMDB's own calls are cut like ours.
 *
 * Owns the log of all calls that change the store's files, made by this library and by LMDB, which
 * is replayed as power_store does it; each image is put on the machine's files and opened there as
 * after a start of the machine. What was acknowledged is there, whatever became of the files of the
 * index; a map that was not closed clean is not even looked at: in some images it is one of a later
 * moment, whole and plausible. Rows are those of one moment: under full that of the newest put that
 * was acknowledged or of the one under way, under relaxed perhaps of the one before, if no flush
 * came after it. Syncs of rows that are left out must be found out.
 */
#define _GNU_SOURCE
#include "fault/calls.h"
#include "fault/replay_power.h"
#include "fault/rows_model.h"
#include "fault/store_model.h"

#include "store/core.h"

#include <mlops/check.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NAMES_MAX = 900, PATH = 200, FLUSH_EVERY = 4, GO_ON_EVERY = 11, POISON_EVERY = 3 };
enum { CHECK_EVERY = 5, PUTS_MAX = 60, STEPS_MAX = 200 };

static char top[100];
static size_t n_top; /* with the slash behind it */

/* What was acknowledged at a step, and what of it a power cut must leave. The next step is the one
 * that is under way. */
typedef struct promise {
    int64_t commits, puts;
    int64_t least_commits, least_puts;
} promise;

/* ---- the recorder ---- */

enum { LOG_MAX = 1 << 28 };

/* Shared with a process that writes the store for a while and is gone. */
typedef struct recorder {
    mlops__buf log;
    char numbers[NAMES_MAX][PATH]; /* names of files by their numbers in the log */
    uint32_t next_number;
    promise promises[STEPS_MAX]; /* by step; ahead of step 1 the store is being made */
    int64_t n_steps;
    uint8_t bytes[LOG_MAX];
} recorder;

static recorder *rec;

/* What is not synced, though it looks so: what the test must find out. */
typedef enum spoil { NOTHING, ROWS, DRAFT, NAME } spoil;
static spoil spoiled;

static int is_left_out(const call *c, const char *name) {
    switch (spoiled) {
    case ROWS:
        return (c->kind == CALL_SYNC || c->kind == CALL_SYNC_WRITE) &&
               strcmp(name, "s/online/data.mdb") == 0;
    case DRAFT: return c->kind == CALL_SYNC && strcmp(name, "s/online/new.mdb") == 0;
    case NAME: return c->kind == CALL_SYNC_DIR && strcmp(name, "s/online") == 0;
    default: return 0;
    }
}

static void put_record(mlops__record_op op, uint32_t number, int64_t offset, const void *bytes,
                       size_t n) {
    mlops__buf_u8(&rec->log, (uint8_t)op);
    mlops__buf_u32(&rec->log, number);
    mlops__buf_u64(&rec->log, (uint64_t)offset);
    mlops__buf_u32(&rec->log, (uint32_t)n);
    mlops__buf_put(&rec->log, bytes, n);
}

static void put_paths(mlops__record_op op, uint32_t number, const char *first, const char *second) {
    char text[2 * PATH];
    size_t n = strlen(first), m = second ? strlen(second) : 0;
    memcpy(text, first, n + 1);
    if (second) memcpy(text + n + 1, second, m + 1);
    put_record(op, number, 0, text, second ? n + 1 + m : n);
}

static void forget(const char *name) {
    for (size_t i = 0; i < NAMES_MAX; i++)
        if (strcmp(rec->numbers[i], name) == 0) rec->numbers[i][0] = 0;
}

static uint32_t add_number(mlops__record_op op, const char *name) {
    uint32_t number = rec->next_number++ % NAMES_MAX;
    snprintf(rec->numbers[number], PATH, "%s", name);
    put_paths(op, number, name, NULL);
    return number;
}

static uint32_t number_of(const char *name) {
    for (uint32_t i = 0; i < NAMES_MAX; i++)
        if (strcmp(rec->numbers[i], name) == 0) return i;
    return add_number(MLOPS__RECORD_OPEN, name);
}

static void record_call(const call *c, size_t bytes) {
    if (strncmp(c->path, top, n_top - 1) != 0) return;
    const char *name = strlen(c->path) >= n_top ? c->path + n_top : ".";
    if (is_left_out(c, name)) return;
    switch (c->kind) {
    case CALL_CREATE:
        forget(name);
        add_number(MLOPS__RECORD_CREATE, name);
        break;
    case CALL_WRITE:
        put_record(MLOPS__RECORD_WRITE, number_of(name), c->offset, c->bytes, bytes);
        break;
    case CALL_TRUNCATE:
        put_record(MLOPS__RECORD_TRUNCATE, number_of(name), c->offset, NULL, 0);
        break;
    case CALL_SYNC: put_record(MLOPS__RECORD_SYNC, number_of(name), 0, NULL, 0); break;
    case CALL_SYNC_WRITE: put_record(MLOPS__RECORD_SYNC_WRITE, number_of(name), 0, NULL, 0); break;
    case CALL_SYNC_DIR: put_paths(MLOPS__RECORD_SYNC_DIR, 0, name, NULL); break;
    case CALL_RENAME:
        forget(name);
        forget(c->other + n_top);
        put_paths(MLOPS__RECORD_RENAME, 0, name, c->other + n_top);
        break;
    case CALL_UNLINK:
        forget(name);
        put_paths(MLOPS__RECORD_UNLINK, 0, name, NULL);
        break;
    case CALL_MKDIR: break;
    }
}

static void mark(int64_t number) { put_record(MLOPS__RECORD_MARK, 0, number, NULL, 0); }

/* ---- a machine that can be started anew ---- */

static uint64_t boot_number;

static int64_t this_boot(void *ctx, uint8_t *out) {
    (void)ctx;
    memset(out, 0, 16);
    memcpy(out, &boot_number, sizeof boot_number);
    return 0;
}

static mlops_store *open_at(const char *dir, mlops_sync sync, mlops_error *err) {
    char path[PATH];
    mlops_store *s = NULL;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    io.boot = this_boot;
    host.io = &io;
    opts.host = &host;
    opts.sync = sync;
    opts.journal_bytes = 4096;
    opts.map_max = 16 << 20;
    snprintf(path, sizeof path, "%s/%s", top, dir);
    return mlops_store_open(&s, path, &opts, err) ? NULL : s;
}

static void must(int condition, const char *what) {
    if (condition) return;
    printf("Bail out! %s\n", what);
    exit(1);
}

/* ---- images on the machine's files ---- */

static void empty_folder(const char *path) {
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d));) {
        char name[3 * PATH];
        if (e->d_name[0] == '.' && strlen(e->d_name) < 3) continue;
        snprintf(name, sizeof name, "%s/%s", path, e->d_name);
        if (e->d_type == DT_DIR) empty_folder(name);
        else unlink(name);
    }
    if (d) closedir(d);
}

static void put_file(const char *name, const uint8_t *bytes, size_t n) {
    char path[2 * PATH];
    snprintf(path, sizeof path, "%s/image/%s", top, name);
    FILE *f = fopen(path, "wb");
    must(f && fwrite(bytes, 1, n, f) == n && fclose(f) == 0, path);
}

typedef struct final_map {
    uint8_t *bytes; /* of the map as the last close left it */
    size_t n;
} final_map;

static final_map last_map;

static void load_last_map(void) {
    char path[PATH];
    struct stat info;
    snprintf(path, sizeof path, "%s/s/index/data.mdb", top);
    must(stat(path, &info) == 0, path);
    free(last_map.bytes);
    last_map.n = (size_t)info.st_size;
    last_map.bytes = malloc(last_map.n);
    FILE *f = fopen(path, "rb");
    must(f && last_map.bytes && fread(last_map.bytes, 1, last_map.n, f) == last_map.n, path);
    fclose(f);
}

static int was_clean(const mlops__io_memory *image) {
    size_t n;
    const uint8_t *stamp = mlops__io_memory_content(image, "s/index/boot", &n);
    return stamp && n > 6 && memcmp(stamp, "clean ", 6) == 0;
}

static void put_image(const power_cut *cut) {
    char path[PATH];
    static const char *const FOLDERS[] = {"",         "/s",       "/s/journal",
                                          "/s/packs", "/s/index", "/s/online"};
    int poison = cut->state % POISON_EVERY == 0 && !was_clean(cut->memory);
    snprintf(path, sizeof path, "%s/image", top);
    empty_folder(path);
    for (size_t i = 0; i < sizeof FOLDERS / sizeof FOLDERS[0]; i++) {
        snprintf(path, sizeof path, "%s/image%s", top, FOLDERS[i]);
        mkdir(path, 0777);
    }
    for (int64_t i = 0; i < mlops__io_memory_n_files(cut->memory); i++) {
        const char *name = mlops__io_memory_name(cut->memory, i);
        size_t n;
        const uint8_t *bytes = mlops__io_memory_content(cut->memory, name, &n);
        if (poison && strcmp(name, "s/index/data.mdb") == 0)
            put_file(name, last_map.bytes, last_map.n);
        else put_file(name, bytes, n);
    }
}

/* ---- judging ---- */

typedef struct judge_of {
    mlops_sync sync;
    int relaxed; /* some commits were; opening takes those back whose content is not there */
    int tells;   /* of bad states; the first ones */
    int64_t n_told;
} judge_of;

static int complain(judge_of *j, const power_cut *cut, const char *what, int64_t number) {
    if (j->tells && j->n_told++ < 5)
        printf("# record %lld, state %lld, step %lld: %s (%lld)\n", (long long)cut->record,
               (long long)cut->state, (long long)cut->acknowledged, what, (long long)number);
    return 1;
}

/* Faults that check finds in the image. */
static int64_t n_faults(mlops_error *e) {
    char path[PATH];
    mlops_check *check;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    io.boot = this_boot;
    host.io = &io;
    opts.host = &host;
    snprintf(path, sizeof path, "%s/image/s", top);
    if (mlops_check_store(&check, path, &opts, e)) return -1;
    int64_t n = mlops_check_n_faults(check);
    if (n) snprintf(e->message, sizeof e->message, "check: %s", mlops_check_fault(check, 0));
    mlops_check_unref(check);
    return n;
}

/* The last put whose rows are there, 0 without a view; -1 if what is there is no moment. */
static int64_t puts_of(mlops_store *s, int64_t seq, mlops_error *e) {
    int64_t puts = -1;
    mlops_status status = rows_read(s, PUTS_MAX, &puts, e);
    if (seq < MODEL_VIEW) return status == MLOPS_E_NOT_FOUND ? 0 : -1;
    return status ? -1 : puts;
}

static int holds_all(mlops_store *s, int64_t seq, int64_t puts) {
    return s && model_holds(s, seq) && puts_of(s, seq, NULL) == puts;
}

/* The next commit and the next put; then all is there at the next open. */
static int goes_on(mlops_store **s, judge_of *j, int64_t seq, int64_t puts, mlops_error *e) {
    int64_t n = seq < MODEL_MAX ? seq + 1 : seq;
    if (n > seq && model_commit(*s, n, e)) return 0;
    if (n >= MODEL_VIEW && rows_put_more(*s, puts + 1, puts + 1, e)) return 0;
    mlops_store_close(*s);
    *s = open_at("image/s", j->sync, e);
    return holds_all(*s, n, n >= MODEL_VIEW ? puts + 1 : 0);
}

static int judge(void *user, const power_cut *cut) {
    judge_of *j = user;
    mlops_error e = {0};
    int64_t step = cut->acknowledged, checks = cut->state % CHECK_EVERY;
    const promise *now = &rec->promises[step < 0 ? 0 : step];
    const promise *most = step <= 0 || step + 1 >= rec->n_steps ? now : now + 1;
    put_image(cut);
    boot_number++;
    int opened = j->relaxed || checks == 2;
    if (step > 0 && checks == 1 && !opened && n_faults(&e)) return complain(j, cut, e.message, 0);
    mlops_store *s = open_at("image/s", j->sync, &e);
    if (!s) return step > 0 ? complain(j, cut, e.message, 0) : 0;
    int64_t seq = model_seq(s), puts = puts_of(s, seq, &e);
    int good = seq >= now->least_commits && seq <= most->commits && model_holds(s, seq);
    int rows = puts >= now->least_puts && puts <= most->puts;
    if (good && rows && cut->state % GO_ON_EVERY == 0) good = goes_on(&s, j, seq, puts, &e);
    mlops_store_close(s);
    if (!good) return complain(j, cut, "it does not hold what it must", seq);
    if (!rows) return complain(j, cut, e.message[0] ? e.message : "rows of another moment", puts);
    return opened && checks <= 2 && n_faults(&e) ? complain(j, cut, e.message, 0) : 0;
}

/* ---- scenarios ---- */

typedef struct scenario {
    const char *name;
    mlops_sync sync;
    int64_t n_commits;
    int64_t snapshot_every; /* 0: never */
    int64_t ends_after;     /* the commit; relaxed up to there, and killed; full from there on */
    int64_t reopen_every;   /* 0: never; every second time the machine is started anew */
    spoil spoil;            /* the test must find bad states */
} scenario;

#define FULL    MLOPS_SYNC_FULL
#define RELAXED MLOPS_SYNC_RELAXED

static const scenario SCENARIOS[] = {
    {"full", FULL, 14, 0, 0, 0, NOTHING},
    {"full with snapshots", FULL, 13, 5, 0, 0, NOTHING},
    {"relaxed with snapshots", RELAXED, 14, 6, 0, 0, NOTHING},
    {"full, closed and opened again", FULL, 12, 7, 0, 3, NOTHING},
    {"relaxed, closed and opened again", RELAXED, 10, 7, 0, 3, NOTHING},
    {"full behind relaxed ones that were killed", FULL, 10, 0, 6, 0, NOTHING},
    {"full without syncs of rows", FULL, 6, 0, 0, 0, ROWS},
    {"relaxed without syncs of rows", RELAXED, 6, 0, 0, 0, ROWS},
    {"full, the map of rows not synced ahead of its name", FULL, 4, 0, 0, 0, DRAFT},
    {"full, the name of the map of rows not synced", FULL, 4, 0, 0, 0, NAME},
};

/* A store that is being written. */
typedef struct stage {
    const scenario *sc;
    mlops_sync sync;
    mlops_store *store;
    mlops_online *view; /* NULL: not defined yet */
    promise now;
} stage;

/* A commit leaves the rows as durable as they were, and the other way round; relaxed, the newest
 * put alone may go. */
static void acknowledge(stage *st, int commits_durable, int puts_durable) {
    promise *p = &st->now;
    if (commits_durable) p->least_commits = p->commits;
    if (puts_durable) p->least_puts = p->puts;
    if (p->least_puts < p->puts - 1) p->least_puts = p->puts - 1;
    must(rec->n_steps < STEPS_MAX && p->puts < PUTS_MAX, "too many steps");
    rec->promises[rec->n_steps] = *p;
    mark(rec->n_steps++);
}

static void open_stage(stage *st) {
    mlops_error e;
    st->store = open_at("s", st->sync, &e);
    must(st->store != NULL, e.message);
    st->view = NULL;
    if (st->now.commits >= MODEL_VIEW)
        must(mlops_online_open(&st->view, st->store, ROWS_VIEW, &e) == MLOPS_OK, e.message);
}

static void close_stage(stage *st) {
    mlops_online_close(st->view);
    mlops_store_close(st->store);
    acknowledge(st, 1, 1);
}

/* A commit, a put or two, and a flush now and then. */
static void record_step(stage *st, int64_t k) {
    mlops_error e;
    int full = st->sync == FULL;
    must(model_commit(st->store, k, &e) == MLOPS_OK, e.message);
    st->now.commits = k;
    acknowledge(st, full, 0);
    if (k == MODEL_VIEW)
        must(mlops_online_open(&st->view, st->store, ROWS_VIEW, &e) == MLOPS_OK, e.message);
    for (int64_t n = st->view ? 1 + k % 2 : 0; n > 0; n--) {
        must(rows_put(st->view, st->now.puts + 1, &e) == MLOPS_OK, e.message);
        st->now.puts++;
        acknowledge(st, 0, full);
    }
    if (full || k % FLUSH_EVERY) return;
    must(mlops_store_service(st->store, INT64_MAX, &e) == MLOPS_END, e.message);
    acknowledge(st, 1, 1);
}

/* By a process of its own, which does not close the store. */
static void record_killed(stage *st, int64_t last) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        open_stage(st);
        for (int64_t k = 1; k <= last; k++) record_step(st, k);
        _exit(0);
    }
    must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "the first writer failed");
    st->now = rec->promises[rec->n_steps - 1];
}

static void record_scenario(const scenario *sc) {
    mlops_error e;
    stage st = {sc, sc->sync, NULL, NULL, {0, 0, 0, 0}};
    rec->n_steps = 1;
    mark(-1);
    open_stage(&st);
    if (sc->ends_after) {
        close_stage(&st);
        st.sync = RELAXED;
        record_killed(&st, sc->ends_after);
        st.sync = sc->sync;
        open_stage(&st);
    }
    acknowledge(&st, 0, 0);
    for (int64_t k = sc->ends_after + 1; k <= sc->n_commits; k++) {
        record_step(&st, k);
        if (sc->snapshot_every && k % sc->snapshot_every == 0)
            must(mlops__snapshot_write(st.store, k, &e) == MLOPS_OK, e.message);
        if (!sc->reopen_every || k % sc->reopen_every) continue;
        close_stage(&st);
        if (k % (2 * sc->reopen_every) == 0) boot_number++;
        open_stage(&st);
    }
    close_stage(&st);
}

static int run_scenario(const scenario *sc, int number, int32_t n_random, int64_t *n_states) {
    char command[240];
    power_totals totals = {0, 0, 0, -1};
    judge_of j = {sc->sync, sc->sync == RELAXED || sc->ends_after, sc->spoil == NOTHING, 0};
    power_opts opts = {judge, &j, 20261121, n_random};
    snprintf(command, sizeof command, "rm -rf '%s/s' '%s/image'", top, top);
    must(system(command) == 0, "rm");
    memset(rec->numbers, 0, sizeof rec->numbers);
    mlops__buf_init_fixed(&rec->log, rec->bytes, sizeof rec->bytes);
    calls_after = record_call;
    spoiled = sc->spoil;
    record_scenario(sc);
    calls_after = NULL;
    load_last_map();
    must(rec->log.status == MLOPS_OK, "the log");
    int bad = power_replay(&totals, rec->log.data, rec->log.size, &opts);
    bad = bad || (sc->spoil ? totals.n_bad == 0 : totals.n_bad != 0) || totals.n_states == 0;
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", number,
           sc->name, (long long)totals.n_records, (long long)totals.n_states,
           (long long)totals.n_bad, sc->spoil ? ", as they must be" : "");
    fflush(stdout);
    if (!sc->spoil) *n_states += totals.n_states;
    return bad;
}

/* usage: power_index [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : 1;
    int failed = 0, n = (int)(sizeof SCENARIOS / sizeof SCENARIOS[0]);
    int64_t n_states = 0;
    char command[160];
    const char *tmp = getenv("TMPDIR");
    snprintf(top, sizeof top, "%.60s/mlops-power-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) != NULL, "mkdtemp");
    rec = mmap(NULL, sizeof *rec, PROT_READ | PROT_WRITE,
               MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    must(rec != MAP_FAILED, "mmap");
    n_top = strlen(top) + 1;
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) failed |= run_scenario(&SCENARIOS[i], i + 1, n_random, &n_states);
    printf("# power cuts survived: %lld states\n", (long long)n_states);
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command) != 0 || failed;
}
