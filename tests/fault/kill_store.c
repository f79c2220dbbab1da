/* Kill -9 at every call that writes: whoever opens the store next finds all that was told of, whole
 * commits only, and nothing that check complains about.
 *
 * Owns the verbs that are killed and the stores that they find, with rows of an online view. A
 * child process does the verb and is killed ahead of its n-th call that changes a file, half way
 * through it, or behind it, for every n, LMDB's own calls included. What it was told of stands in
 * memory that it shares with the test.
 */
#define _GNU_SOURCE
#include "fault/calls.h"
#include "fault/damage_files.h"
#include "fault/rows_model.h"

#include "store/core.h"

#include <mlops/audit.h>
#include <mlops/check.h>
#include <mlops/gc.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PREPARED = 7, PREPARED_PUTS = 6, SHARDS = 2, COMPLAINTS = 10, CALLS_MAX = 5000 };

typedef enum moment { AHEAD, HALF, BEHIND, N_MOMENTS } moment;
static const char *const MOMENTS[] = {"ahead of", "in the middle of", "behind"};

/* Shared between the child that is killed and the test. */
typedef struct told {
    int64_t seq;       /* newest commit that it was told of */
    int64_t puts;      /* newest put of rows */
    int64_t completed; /* verb came back with success */
    int64_t n_calls;   /* so far */
    call_kind kind;    /* of the call at which it was killed */
} told;
static told *tell; /* one a shard */

static int64_t kill_at;
static moment kill_when;

static void end_now(call_kind kind) {
    tell->kind = kind;
    raise(SIGKILL);
}

static size_t at_call(const call *c) {
    static int halved;
    if (halved) end_now(c->kind);
    if (++tell->n_calls != kill_at) return c->n;
    if (kill_when == AHEAD) end_now(c->kind);
    if (kill_when == HALF) {
        if (c->kind != CALL_WRITE || c->n < 2) _exit(2); /* there is no middle */
        halved = 1;
        return c->n / 2;
    }
    return c->n;
}

static void after_call(const call *c, size_t bytes) {
    (void)bytes;
    if (kill_when == BEHIND && tell->n_calls == kill_at) end_now(c->kind);
}

/* ---- verbs ---- */

typedef struct stage {
    char store[220], out[220], made[220];
    shelf *found; /* what the verb finds */
} stage;

static shelf young, closed, killed, cut, harmed, headless, littered, nothing;

/* Contents that were packed for commits which never came. */
static const int64_t LITTER[] = {50, 53, 54};
enum { N_LITTER = 3 };

static mlops_store *open_as(const char *path, mlops_sync sync, mlops_store_index index,
                            uint32_t flags) {
    mlops_store *s = NULL;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = sync;
    opts.index = index;
    opts.flags = flags;
    opts.journal_bytes = 4096;
    return mlops_store_open(&s, path, &opts, NULL) ? NULL : s;
}

static mlops_store *open_plain(const char *path) {
    return open_as(path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 0);
}

static int commits(mlops_store *s, int64_t n) {
    for (int64_t k = tell->seq + 1; n > 0; n--, k++) {
        if (model_commit(s, k, NULL)) return 0;
        tell->seq = k;
    }
    return 1;
}

static int puts_rows(mlops_store *s, int64_t n) {
    for (int64_t p = tell->puts + 1; n > 0; n--, p++) {
        if (rows_put_more(s, p, p, NULL)) return 0;
        tell->puts = p;
    }
    return 1;
}

static int open_and_commit(const stage *st, mlops_sync sync, mlops_store_index index, int64_t n) {
    mlops_store *s = open_as(st->store, sync, index, 0);
    if (!s || !commits(s, n)) return 0;
    if (sync == MLOPS_SYNC_RELAXED) { /* reading applies what the index lacks */
        if (model_seq(s) != tell->seq || !commits(s, 1)) return 0;
        if (mlops_store_flush(s, NULL)) return 0;
    }
    mlops_store_close(s);
    return 1;
}

static int make(const stage *st) {
    return open_and_commit(st, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 1);
}

static int commit_full(const stage *st) {
    return open_and_commit(st, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, 5);
}

static int commit_relaxed(const stage *st) {
    return open_and_commit(st, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE, 5);
}

static int commit_in_memory(const stage *st) {
    return open_and_commit(st, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY, 3);
}

static int open_and_put(const stage *st, mlops_sync sync, int64_t n) {
    mlops_store *s = open_as(st->store, sync, MLOPS_STORE_INDEX_FILE, 0);
    if (!s || !puts_rows(s, n) || mlops_store_flush(s, NULL) || !puts_rows(s, 1)) return 0;
    mlops_store_close(s);
    return 1;
}

static int put_full(const stage *st) { return open_and_put(st, MLOPS_SYNC_FULL, 5); }

static int put_relaxed(const stage *st) { return open_and_put(st, MLOPS_SYNC_RELAXED, 5); }

static int define(const stage *st) {
    mlops_store *s = open_plain(st->store);
    if (!s || !commits(s, 1) || !puts_rows(s, 1)) return 0;
    mlops_store_close(s);
    return 1;
}

static int serve(const stage *st) {
    mlops_store *s = open_as(st->store, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE, 0);
    if (!s || !commits(s, 2) || mlops__snapshot_write(s, tell->seq, NULL)) return 0;
    if (!commits(s, 1) || mlops__snapshot_write(s, tell->seq, NULL)) return 0;
    if (mlops_store_service(s, INT64_MAX, NULL) != MLOPS_END) return 0;
    mlops_store_close(s);
    return 1;
}

static int export(const stage *st) {
    mlops_store *s = open_plain(st->store);
    if (!s || mlops_store_export(s, st->out, NULL)) return 0;
    tell->completed = 1;
    mlops_store_close(s);
    return 1;
}

static int import(const stage *st) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.journal_bytes = 4096;
    if (mlops_store_import(st->made, st->out, &opts, NULL)) return 0;
    tell->completed = 1;
    return 1;
}

static int repair(const stage *st) {
    if (mlops_store_repair(st->store, NULL, NULL, NULL)) return 0;
    tell->completed = 1;
    return 1;
}

static mlops_status collect(mlops_store *s, mlops_gc_stat *out) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    opts.min_live = 1;
    return mlops_store_gc(s, &opts, NULL, out, NULL);
}

static int collects(const stage *st) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_store *s = open_plain(st->store);
    if (!s || collect(s, &stat) != MLOPS_END) return 0;
    if (stat.n_dropped_objects != N_LITTER || stat.n_deleted != 1) return 0;
    tell->completed = 1;
    mlops_store_close(s);
    return 1;
}

/* ---- judging ---- */

static char why[300];

static int bad(const char *what) {
    snprintf(why, sizeof why, "%.299s", what);
    return 1;
}

/* Faults that check finds, or -1 if there is no store yet. */
static int64_t faults(const char *path) {
    mlops_check *check;
    mlops_error e;
    mlops_status status = mlops_check_store(&check, path, NULL, &e);
    if (status == MLOPS_E_NOT_FOUND) return -1;
    if (status) return bad(e.message);
    int64_t n = mlops_check_n_faults(check);
    if (n) bad(mlops_check_fault(check, 0));
    mlops_check_unref(check);
    return n;
}

static int chain_holds(mlops_store *s, int64_t seq) {
    mlops_id link;
    int64_t n;
    return mlops_audit_verify(s, &link, &n, NULL) == MLOPS_OK && n == seq;
}

/* The last put whose rows are there; -1 if it is none of these. */
static int64_t puts_of(mlops_store *s, int64_t seq, int64_t least, int64_t most) {
    mlops_error e;
    int64_t puts = -1;
    mlops_status status = rows_read(s, most, &puts, &e);
    if (seq < MODEL_VIEW && least == 0) return status == MLOPS_E_NOT_FOUND ? 0 : -1;
    return status || puts < least ? -1 : puts;
}

/* All that was told of, and at the most one commit and one put more; writing goes on. */
static int judge_store(const stage *st) {
    int64_t found = faults(st->store);
    if (found > 0) return 1;
    if (found < 0 && tell->seq > 0) return bad("the store is gone");
    mlops_store *s = open_plain(st->store);
    if (!s) return bad("it does not open");
    int64_t seq = model_seq(s);
    int64_t puts = puts_of(s, seq, tell->puts, tell->puts + 1);
    int good = seq >= tell->seq && seq <= tell->seq + 1 && puts >= 0 && model_holds(s, seq);
    good = good && chain_holds(s, seq) && model_commit(s, seq + 1, NULL) == MLOPS_OK;
    good = good && model_holds(s, seq + 1);
    if (good && seq + 1 >= MODEL_VIEW)
        good = !rows_put_more(s, puts + 1, puts + 1, NULL) &&
               puts_of(s, seq, puts + 1, puts + 1) == puts + 1;
    mlops_store_close(s);
    if (!good) return bad("it does not hold what was told of");
    return faults(st->store) != 0;
}

static int has_rows(mlops_store *s) {
    return puts_of(s, PREPARED, PREPARED_PUTS, PREPARED_PUTS) == PREPARED_PUTS;
}

static int judge_export(const stage *st) {
    if (judge_store(st)) return 1;
    struct stat info;
    int there = stat(st->out, &info) == 0;
    if (tell->completed && !there) return bad("the file is gone");
    if (!there) return 0;
    if (mlops_store_import(st->made, st->out, NULL, NULL)) return bad("the file is damaged");
    mlops_store *s = open_plain(st->made);
    int good = s && model_holds(s, PREPARED) && has_rows(s);
    mlops_store_close(s);
    return good ? 0 : bad("what was exported is not there");
}

/* The new store is there whole, or it is none, and may be made again in one way or the other. */
static int judge_import(const stage *st) {
    mlops_store *s =
        open_as(st->made, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE, MLOPS_STORE_MUST_EXIST);
    if (!s && tell->completed) return bad("the store is gone");
    if (!s && kill_at % 2) {
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        if (mlops_store_import(st->made, st->out, &opts, NULL)) return bad("no second import");
        s = open_plain(st->made);
    }
    int64_t want = s ? PREPARED : 0;
    if (!s) s = open_plain(st->made);
    if (!s) return bad("no new store");
    int good = model_seq(s) == want && model_holds(s, want) && (!want || has_rows(s)) &&
               !model_commit(s, want + 1, NULL);
    mlops_store_close(s);
    if (!good) return bad("half a store");
    return faults(st->made) != 0;
}

/* A repair that was cut off can be done again. Commit lost is not there, if it is above 0. */
static int judge_repaired(const stage *st, int64_t lost) {
    int64_t n_lost = -1;
    mlops_error e;
    if (mlops_store_repair(st->store, NULL, &n_lost, &e)) return bad(e.message);
    mlops_store *s = open_plain(st->store);
    if (!s) return bad("it does not open after repair");
    model_set set = model_all(PREPARED);
    model_reads reads = {0, 0, 0, ""};
    set.there[lost] = 0;
    model_read_records(s, &set, &reads);
    for (int64_t k = 1; k <= PREPARED; k++)
        if (k != lost) model_read_blob(s, k, &reads);
    int good = model_seq(s) == PREPARED && !reads.wrong && !reads.corrupt;
    good = good && chain_holds(s, PREPARED) && !model_commit(s, PREPARED + 1, NULL);
    good = good && has_rows(s) && !rows_put_more(s, PREPARED_PUTS + 1, PREPARED_PUTS + 1, NULL);
    mlops_store_close(s);
    if (!good) return bad("repair has lost something");
    return faults(st->store) != 0;
}

/* Commits' contents are all there, at any time; the next collection leaves them alone. */
static int judge_collected(const stage *st) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    if (faults(st->store) != 0) return 1;
    mlops_store *s = open_plain(st->store);
    if (!s) return bad("it does not open");
    int good = 1;
    for (int turn = 0; turn < 2; turn++) {
        model_set set = model_all(PREPARED);
        model_reads reads = {0, 0, 0, ""};
        model_read_records(s, &set, &reads);
        for (int64_t k = 1; k <= PREPARED; k++) model_read_blob(s, k, &reads);
        good = good && !reads.wrong && !reads.corrupt && chain_holds(s, model_seq(s)) &&
               has_rows(s) && collect(s, &stat) == MLOPS_END;
    }
    for (int i = 0; i < N_LITTER; i++)
        good = good && mlops_store_content(s, model_id(LITTER[i]), NULL, 0, NULL, NULL) ==
                           MLOPS_E_NOT_FOUND;
    good = good && stat.n_dead_objects == 0 && stat.n_waiting == 0 && stat.garbage_bytes == 0;
    mlops_store_close(s);
    if (!good) return bad("the collection has lost something, or has left something behind");
    return faults(st->store) != 0;
}

static int judge_repair(const stage *st) { return judge_repaired(st, 2); }

static int judge_repair_rows(const stage *st) { return judge_repaired(st, 0); }

/* ---- running ---- */

typedef struct verb {
    const char *name;
    const shelf *found;
    int64_t seq, puts; /* that are there */
    int (*run)(const stage *st);
    int (*judge)(const stage *st);
    int needs_export;
} verb;

#define THERE PREPARED, PREPARED_PUTS

static const verb VERBS[] = {
    {"make a store", &nothing, 0, 0, make, judge_store, 0},
    {"commit", &closed, THERE, commit_full, judge_store, 0},
    {"commit behind a killed one", &killed, THERE, commit_full, judge_store, 0},
    {"commit relaxed", &closed, THERE, commit_relaxed, judge_store, 0},
    {"commit without a map", &closed, THERE, commit_in_memory, judge_store, 0},
    {"open after a power cut", &cut, THERE, make, judge_store, 0},
    {"define a view and put rows", &young, MODEL_VIEW - 1, 0, define, judge_store, 0},
    {"put rows", &closed, THERE, put_full, judge_store, 0},
    {"put rows behind a killed one", &killed, THERE, put_full, judge_store, 0},
    {"put rows relaxed", &closed, THERE, put_relaxed, judge_store, 0},
    {"serve", &closed, THERE, serve, judge_store, 0},
    {"export", &closed, THERE, export, judge_export, 0},
    {"import", &closed, THERE, import, judge_import, 1},
    {"collect garbage", &littered, THERE, collects, judge_collected, 0},
    {"repair", &harmed, THERE, repair, judge_repair, 0},
    {"repair rows", &headless, THERE, repair, judge_repair_rows, 0},
};

static int64_t *n_kills, *n_bad; /* shared */

static void must(int condition, const char *what) {
    if (condition) return;
    printf("Bail out! %s\n", what);
    fflush(stdout);
    exit(1);
}

static void prepare(const verb *v, const stage *st) {
    char command[1200];
    snprintf(command, sizeof command, "rm -rf '%s' '%s' '%s'; mkdir -p '%s'", st->store, st->out,
             st->made, st->store);
    must(system(command) == 0, "rm");
    shelf_put(v->found, st->store);
    memset(tell, 0, sizeof *tell);
    tell->seq = v->seq;
    tell->puts = v->puts;
    if (!v->needs_export) return;
    mlops_store *s = open_plain(st->store);
    must(s && mlops_store_export(s, st->out, NULL) == MLOPS_OK, "export");
    mlops_store_close(s);
}

/* 1 if the child was killed, 0 if the verb came to its end first, 2 if there was no such call. */
static int run_killed(const verb *v, const stage *st, int64_t n, moment when) {
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        kill_at = n;
        kill_when = when;
        calls_before = at_call;
        calls_after = after_call;
        _exit(v->run(st) ? 0 : 1);
    }
    must(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
    if (WIFSIGNALED(status)) {
        must(WTERMSIG(status) == SIGKILL, "the verb ended by another signal");
        return 1;
    }
    if (WEXITSTATUS(status) == 1) printf("# %s fails undisturbed\n", v->name);
    must(WEXITSTATUS(status) != 1, v->name);
    return WEXITSTATUS(status);
}

static void run_one(const verb *v, const stage *st, int64_t n, moment when, int *ended) {
    prepare(v, st);
    int result = run_killed(v, st, n, when);
    *ended = result == 0;
    if (result != 1) return;
    __atomic_fetch_add(n_kills, 1, __ATOMIC_RELAXED);
    kill_at = n;
    if (v->judge(st) == 0) return;
    if (__atomic_fetch_add(n_bad, 1, __ATOMIC_RELAXED) < COMPLAINTS)
        printf("# %s, killed %s call %lld (kind %d): %s\n", v->name, MOMENTS[when], (long long)n,
               (int)tell->kind, why);
    fflush(stdout);
}

/* Every call ahead of which, and behind which, the verb can be killed; every_nth of them. */
static void run_verb(const verb *v, const stage *st, int shard, int64_t every) {
    for (int when = 0; when < N_MOMENTS; when++)
        for (int64_t n = 1 + (when + shard) % SHARDS; n < CALLS_MAX; n += SHARDS * every) {
            int ended;
            run_one(v, st, n, (moment)when, &ended);
            if (ended) break;
        }
}

static void run_shards(const verb *v, const char *top, int64_t every) {
    pid_t pids[SHARDS];
    told *first = tell;
    fflush(stdout);
    for (int i = 0; i < SHARDS; i++)
        if ((pids[i] = fork()) == 0) {
            stage st;
            tell = first + i;
            snprintf(st.store, sizeof st.store, "%s/s%d", top, i);
            snprintf(st.out, sizeof st.out, "%s/out%d", top, i);
            snprintf(st.made, sizeof st.made, "%s/made%d", top, i);
            run_verb(v, &st, i, every);
            exit(0);
        }
    for (int i = 0; i < SHARDS; i++) {
        int status;
        must(waitpid(pids[i], &status, 0) == pids[i] && status == 0, "a shard failed");
    }
}

/* ---- stores that verbs find ---- */

static void delete_store(const char *path) {
    char command[360];
    snprintf(command, sizeof command, "rm -r '%s'", path);
    must(system(command) == 0, "rm");
}

/* Ended without a close if that is wanted. */
static void fill(const char *path, int64_t n, int64_t n_puts, int close) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        mlops_store *s = open_plain(path);
        must(s && commits(s, n) && puts_rows(s, n_puts), "prepare");
        if (close) mlops_store_close(s);
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid && status == 0, "prepare");
    tell->seq = tell->puts = 0;
}

/* A pack's head, and commit 2. */
static void harm_packs(shelf *self) {
    for (int i = 0; i < self->n_files; i++)
        if (strcmp(self->files[i].name, "packs/0000000000000001") == 0)
            self->files[i].bytes[20] ^= 1;
    for (int i = 0; i < self->n_pieces; i++)
        if (self->pieces[i].seq == 2)
            self->files[self->pieces[i].file].bytes[self->pieces[i].at + 70] ^= 1;
}

/* What says how many rows there are, in each state of the map: all rows are whole. */
static void harm_rows(shelf *self) {
    static const uint8_t HEAD[] = {2, 0, MLOPS__TABLE_HEAD, 'h'}; /* length and key */
    int n = 0;
    for (int i = 0; i < self->n_files; i++) {
        shelf_file *f = &self->files[i];
        if (strcmp(f->name, "online/data.mdb") != 0) continue;
        for (size_t at = 0; at + 20 < f->n; at++)
            if (memcmp(f->bytes + at, HEAD, sizeof HEAD) == 0) f->bytes[at + 4 + 10] ^= 1, n++;
    }
    must(n > 0, "the map of rows has no head");
}

static void litter(const char *path) {
    mlops_store *s = open_plain(path);
    for (int i = 0; s && i < N_LITTER; i++) {
        mlops_change *c;
        size_t n;
        const uint8_t *bytes = model_blob(LITTER[i], &n);
        const mlops_id *like = LITTER[i] == 54 ? model_id(53) : NULL;
        must(!mlops_change_new(&c, s, NULL, NULL), "a change");
        must(!mlops__change_content(c, model_id(LITTER[i]), bytes, n, like, NULL), "content");
        mlops_change_free(c);
    }
    mlops_store_close(s);
    shelf_load(&littered, path);
}

static void make_stores(const char *top) {
    static const char OPEN[] = "open 00000000000000000000000000000000\n";
    char path[300], name[360];
    snprintf(path, sizeof path, "%s/make", top);
    fill(path, MODEL_VIEW - 1, 0, 1);
    shelf_load(&young, path);
    delete_store(path);
    fill(path, PREPARED, PREPARED_PUTS, 0);
    shelf_load(&killed, path);
    mlops_store_close(open_plain(path));
    mlops_store *s = open_plain(path);
    must(s && model_holds(s, PREPARED) && has_rows(s), "prepare");
    must(!mlops__snapshot_write(s, PREPARED, NULL), "snapshot");
    mlops_store_close(s);
    shelf_load(&closed, path);
    snprintf(name, sizeof name, "%s/index/boot", path);
    FILE *f = fopen(name, "w");
    must(f && fputs(OPEN, f) >= 0 && fclose(f) == 0, "stamp");
    shelf_load(&cut, path);
    shelf_copy(&harmed, &closed);
    harm_packs(&harmed);
    shelf_copy(&headless, &closed);
    harm_rows(&headless);
    shelf_put(&closed, path);
    litter(path);
    delete_store(path);
}

static void *shared(size_t size) {
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(p != MAP_FAILED, "mmap");
    return p;
}

/* usage: kill_store [EVERY]: every so many calls; default 1. */
int main(int argc, char **argv) {
    int64_t every = argc > 1 ? atoll(argv[1]) : 1, total = 0, failed = 0;
    const char *tmp = getenv("TMPDIR");
    char top[200], command[240];
    int n_verbs = (int)(sizeof VERBS / sizeof VERBS[0]);
    snprintf(top, sizeof top, "%.100s/mlops-kill-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) != NULL, "mkdtemp");
    tell = shared(SHARDS * sizeof *tell);
    n_kills = shared(2 * sizeof *n_kills);
    n_bad = n_kills + 1;
    printf("1..%d\n", n_verbs);
    make_stores(top);
    for (int i = 0; i < n_verbs; i++) {
        *n_kills = *n_bad = 0;
        run_shards(&VERBS[i], top, every);
        printf("%s %d - %s: killed %lld times, %lld bad\n", *n_bad || !*n_kills ? "not ok" : "ok",
               i + 1, VERBS[i].name, (long long)*n_kills, (long long)*n_bad);
        fflush(stdout);
        total += *n_kills;
        failed |= *n_bad != 0 || *n_kills == 0;
    }
    printf("# killed %lld times\n", (long long)total);
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command) != 0 || failed;
}
