/* Random damage to every file of a store: what is read is right or refused, check finds whatever
 * harms a reader, a collection of garbage takes nothing away that could be read, repair gives back
 * all that journal and packs still hold, and of online rows none but such as were put, and no
 * signal ends the program.
 *
 * Owns stores in several states of life, as bytes. Each round puts one down, damages it, and looks
 * at it through check, through open and through repair. Rounds run in child processes, so that a
 * signal is seen as what it is and the next round goes on.
 */
#define _GNU_SOURCE
#include "fault/damage_files.h"
#include "fault/rows_model.h"

#include "store/core.h"

#include <mlops/audit.h>
#include <mlops/check.h>
#include <mlops/gc.h>

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    N_COMMITS = 36,
    N_PUTS = 24,
    SHARDS = 2,
    COMPLAINTS = 12,
    PATIENCE = 60 /* seconds for one round */
};

typedef enum life { CLEAN, KILLED, RELAXED, CUT, SNAPSHOT, N_LIVES } life;

static const char *const LIVES[N_LIVES] = {"closed", "killed", "killed, relaxed", "power cut",
                                           "power cut with a snapshot"};
static shelf lives[N_LIVES];

/* What children report. */
typedef struct tally {
    int64_t round; /* that is under way */
    int64_t rounds, harmless, refused, corrupt, lost_commits, lost_contents, lost_rows, tails;
    int64_t collected, not_collected;
    int64_t bad, signals;
} tally;
static tally *tallies; /* shared, one a shard */

/* ---- stores to damage ---- */

static mlops_store *open_for(const char *path, mlops_sync sync, mlops_error *err) {
    mlops_store *s = NULL;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = sync;
    opts.journal_bytes = 4096;
    return mlops_store_open(&s, path, &opts, err) ? NULL : s;
}

static void must(int condition, const char *what) {
    if (condition) return;
    printf("Bail out! %s\n", what);
    exit(1);
}

static void commit_from(mlops_store *s, int64_t from, int64_t to) {
    mlops_error e;
    for (int64_t k = from; k <= to; k++) {
        e.message[0] = 0;
        must(model_commit(s, k, &e) == MLOPS_OK, e.message);
    }
}

static void put_from(mlops_store *s, int64_t from, int64_t to) {
    mlops_error e;
    must(rows_put_more(s, from, to, &e) == MLOPS_OK, e.message);
}

/* Another process takes a pack of its own, since the first one is taken. */
static void commit_elsewhere(const char *path, mlops_sync sync, int64_t from, int64_t to) {
    int status;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        mlops_store *s = open_for(path, sync, NULL);
        if (!s) _exit(1);
        commit_from(s, from, to);
        put_from(s, 9, 15);
        mlops_store_close(s);
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid && status == 0, "the second writer failed");
}

static void serve(mlops_store *s) {
    mlops_error e;
    mlops__index index;
    must(mlops__store_read_begin(s, &index, &e) == MLOPS_OK, "read");
    mlops__store_read_end(&index);
}

/* Content for a commit that never comes. */
static void litter(mlops_store *s, int64_t k) {
    mlops_change *c;
    mlops_error e;
    size_t n;
    const uint8_t *bytes = model_blob(k, &n);
    must(!mlops_change_new(&c, s, NULL, &e), e.message);
    must(!mlops__change_content(c, model_id(k), bytes, n, NULL, &e), e.message);
    mlops_change_free(c);
}

static void fill_store(const char *path, life as) {
    mlops_error e = {0};
    mlops_sync sync = as == RELAXED ? MLOPS_SYNC_RELAXED : MLOPS_SYNC_FULL;
    mlops_store *s = open_for(path, sync, &e);
    must(s != NULL, e.message);
    commit_from(s, 1, 9);
    litter(s, 60);
    litter(s, 53);
    commit_from(s, 10, 14);
    put_from(s, 1, 8);
    commit_elsewhere(path, sync, 15, 22);
    if (as == RELAXED) serve(s);
    commit_from(s, 23, 29);
    if (as == SNAPSHOT) must(mlops__snapshot_write(s, 29, &e) == MLOPS_OK, e.message);
    commit_from(s, 30, N_COMMITS);
    put_from(s, 16, N_PUTS);
    if (as == CLEAN || as == CUT || as == SNAPSHOT) mlops_store_close(s);
}

/* A child fills the store, and is gone without a close if the life says so. */
static void make_life(const char *dir, life as) {
    static const char OPEN[] = "open 00000000000000000000000000000000\n";
    char path[300], stamp[340];
    int status;
    snprintf(path, sizeof path, "%s/make", dir);
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        fill_store(path, as);
        fflush(stdout);
        _exit(0);
    }
    must(waitpid(pid, &status, 0) == pid && status == 0, "a store could not be made");
    snprintf(stamp, sizeof stamp, "%s/index/boot", path);
    if (as == CUT || as == SNAPSHOT) {
        FILE *f = fopen(stamp, "w");
        must(f && fputs(OPEN, f) >= 0 && fclose(f) == 0, "the stamp");
    }
    shelf_load(&lives[as], path);
    snprintf(stamp, sizeof stamp, "rm -r '%s'", path);
    must(system(stamp) == 0, "rm");
}

/* ---- a round ---- */

typedef struct trial {
    const char *dir;
    life as;
    int64_t round;
    char words[400];
    shelf damaged;
    shelf_truth truth;
    int index_hit;  /* something of the index was damaged */
    int format_hit; /* the format file was */
    int rows_hit;   /* the map of rows was */
    int refused;    /* the newest open was */
    int check_told; /* faults, or no format to go by */
    int n_bad;
    tally *tally;
} trial;

__attribute__((format(printf, 2, 3))) static void complain(trial *t, const char *format, ...) {
    char text[600];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    t->n_bad++;
    if (t->tally->bad++ < COMPLAINTS)
        printf("# round %lld, %s (%s): %s\n", (long long)t->round, LIVES[t->as], t->words, text);
    fflush(stdout);
}

/* The trusted map of a store knows how far the journal went, but for relaxed commits that nobody
 * has read; else nobody knows but later commits. */
static int map_knows(const trial *t) { return t->as <= KILLED && !t->index_hit; }

/* May the newest commits be gone without a word? Only if what is left of the first of them cannot
 * be told from what a power cut tears. */
static int may_lack(const trial *t, int64_t seq, int by_map) {
    if (seq >= N_COMMITS) return 1;
    if (by_map && map_knows(t)) return 0;
    int content_lost = t->truth.in_place[seq + 1] && !t->truth.blobs[seq + 1];
    return seq >= t->truth.vouched && (!t->truth.in_place[seq + 1] || content_lost);
}

static int64_t n_faults(trial *t, const char *when, mlops_status *status, char *first) {
    mlops_check *check;
    mlops_error e = {0};
    *status = mlops_check_store(&check, t->dir, NULL, &e);
    if (*status == MLOPS_OK) {
        int64_t n = mlops_check_n_faults(check);
        const char *text = mlops_check_fault(check, 0);
        snprintf(first, 200, "%.199s", text ? text : "");
        mlops_check_unref(check);
        return n;
    }
    int precise = *status == MLOPS_E_CORRUPT || *status == MLOPS_E_NOT_FOUND ||
                  *status == MLOPS_E_UNSUPPORTED;
    if (!precise || (int)e.code != *status || !e.message[0])
        complain(t, "%s: check ended with %s: %s", when, mlops_status_name(*status), e.message);
    if (!t->format_hit) complain(t, "%s: check refused: %s", when, e.message);
    snprintf(first, 200, "%.199s", e.message);
    return 1;
}

static void judge_check(trial *t) {
    mlops_status status;
    char first[200];
    t->check_told = n_faults(t, "first", &status, first) > 0;
}

static void read_audit(mlops_store *s, model_reads *reads) {
    mlops_audit *audit;
    mlops_id link;
    int64_t n = 0, seq = model_seq(s);
    mlops_status status = mlops_audit_read(&audit, s, 1, 1000, NULL);
    if (status == MLOPS_OK) {
        if (mlops_audit_n_entries(audit) == seq) reads->right++;
        else reads->wrong++;
        mlops_audit_unref(audit);
    } else if (status == MLOPS_E_CORRUPT) reads->corrupt++;
    else reads->wrong++;
    status = mlops_audit_verify(s, &link, &n, NULL);
    if (status == MLOPS_OK && n == seq) reads->right++;
    else if (status == MLOPS_E_CORRUPT) reads->corrupt++;
    else reads->wrong++;
    if (reads->wrong && !reads->what[0])
        snprintf(reads->what, sizeof reads->what, "audit: %s", mlops_status_name(status));
}

/* All rows are there, or it is said that they cannot be had. */
static void read_rows(mlops_store *s, int64_t seq, uint32_t flags, model_reads *reads) {
    rows_seen seen, want = rows_after(N_PUTS);
    mlops_error e = {0};
    mlops_status status = rows_see(s, &seen, &e);
    int moment = status == MLOPS_OK && memcmp(&seen, &want, sizeof want) == 0;
    if (seq < MODEL_VIEW ? status == MLOPS_E_NOT_FOUND : moment) reads->right++;
    else if (status == MLOPS_E_CORRUPT && e.message[0]) reads->corrupt++;
    else if (status == MLOPS_E_UNSUPPORTED && flags) reads->right++;
    else if (reads->wrong++ == 0)
        snprintf(reads->what, sizeof reads->what, "rows up to put %lld: %s, %.90s",
                 (long long)(status ? 0 : rows_moment(&seen, N_PUTS)), mlops_status_name(status),
                 e.message);
}

/* Reads all through one way to open; says whether a reader was harmed. */
static int judge_reads(trial *t, uint32_t flags, const char *how) {
    mlops_store *s;
    mlops_error e = {0};
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    model_reads reads = {0, 0, 0, ""};
    opts.flags = flags;
    t->refused = 0;
    mlops_status status = mlops_store_open(&s, t->dir, &opts, &e);
    if (status) {
        int precise =
            status == MLOPS_E_CORRUPT ||
            (t->format_hit && (status == MLOPS_E_UNSUPPORTED || status == MLOPS_E_NOT_FOUND));
        if (!precise || (int)e.code != status || !e.message[0])
            complain(t, "%s was refused with %s: %s", how, mlops_status_name(status), e.message);
        t->tally->refused++;
        t->refused = 1;
        return 1;
    }
    int64_t seq = model_seq(s), last = seq < 0 ? 0 : seq;
    model_set set = model_all(last);
    if (seq > N_COMMITS) complain(t, "%s: %lld commits", how, (long long)seq);
    model_read_records(s, &set, &reads);
    for (int64_t k = 1; k <= last && k <= N_COMMITS; k++) model_read_blob(s, k, &reads);
    read_audit(s, &reads);
    read_rows(s, last, flags, &reads);
    mlops_store_close(s);
    if (reads.wrong) complain(t, "%s: a read was wrong: %s", how, reads.what);
    t->tally->corrupt += reads.corrupt;
    if (!may_lack(t, last, !flags))
        complain(t, "%s: opened with %lld commits of %d", how, (long long)seq, N_COMMITS);
    if (seq >= 0 && seq < N_COMMITS) t->tally->tails++;
    return reads.wrong || reads.corrupt;
}

/* ---- collecting ---- */

/* What can be read: 1 right, 0 refused, -1 wrong. */
static void read_contents(mlops_store *s, int out[N_COMMITS + 1]) {
    for (int64_t k = 1; k <= N_COMMITS; k++) {
        model_reads reads = {0, 0, 0, ""};
        model_read_blob(s, k, &reads);
        out[k] = reads.right ? 1 : reads.wrong ? -1 : 0;
    }
}

static void judge_collect(trial *t) {
    int before[N_COMMITS + 1], after[N_COMMITS + 1];
    mlops_error e = {0};
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    opts.min_live = 1;
    mlops_store *s = open_for(t->dir, MLOPS_SYNC_FULL, NULL);
    if (!s) return;
    int64_t n = model_seq(s); /* content of commits that went with the journal's end is garbage */
    read_contents(s, before);
    mlops_status status = mlops_store_gc(s, &opts, NULL, &stat, &e);
    if (status != MLOPS_END && (status != MLOPS_E_CORRUPT || !e.message[0]))
        complain(t, "collecting: %s: %s", mlops_status_name(status), e.message);
    *(status == MLOPS_END ? &t->tally->collected : &t->tally->not_collected) += 1;
    for (int turn = 0; turn < 2 && s; turn++) {
        read_contents(s, after);
        for (int64_t k = 1; k <= N_COMMITS && k <= n; k++)
            if (before[k] != after[k] && (before[k] == 1 || after[k] == -1))
                complain(t, "content %lld, before collecting %d, after it %d", (long long)k,
                         before[k], after[k]);
        mlops_store_close(s);
        s = turn ? NULL : open_for(t->dir, MLOPS_SYNC_FULL, &e);
        if (!s && !turn) complain(t, "it does not open after collecting: %s", e.message);
    }
}

/* ---- repair ---- */

/* Contents that the commits up to seq name and that are lost. */
static int64_t n_lost_contents(const trial *t, int64_t seq) {
    int64_t n = 0;
    for (int64_t k = 1; k <= seq; k++) n += t->truth.commits.there[k] && !t->truth.blobs[k];
    return n;
}

static void judge_content(trial *t, mlops_store *s, int64_t seq) {
    for (int64_t k = 1; k <= seq && k <= N_COMMITS; k++) {
        model_reads reads = {0, 0, 0, ""};
        model_read_blob(s, k, &reads);
        if (t->truth.blobs[k] && !reads.right && t->truth.commits.there[k])
            complain(t, "content %lld is whole, but repair did not give it back", (long long)k);
        if (!t->truth.blobs[k] && t->truth.commits.there[k] && !reads.corrupt)
            complain(t, "content %lld is lost: %s", (long long)k,
                     reads.right ? "yet it is right" : reads.what);
    }
}

/* Rows that were put, and all of them if their map was not harmed; more can be put. */
static void judge_rows(trial *t, mlops_store *s, int64_t seq) {
    rows_seen seen, want = rows_after(N_PUTS);
    mlops_error e = {0};
    mlops_status status = rows_see(s, &seen, &e);
    if (status == MLOPS_E_NOT_FOUND && (seq < MODEL_VIEW || !t->truth.commits.there[MODEL_VIEW]))
        return;
    if (status) {
        complain(t, "rows after repair: %s: %s", mlops_status_name(status), e.message);
        return;
    }
    for (int i = 0; i < ROWS_ENTITIES; i++) {
        int64_t q = seen.put[i];
        t->tally->lost_rows += q != want.put[i];
        if (q && !rows_was_put(i, q, N_PUTS)) complain(t, "a row of entity %d was never put", i);
        if (q != want.put[i] && !t->rows_hit) complain(t, "the row of entity %d is lost", i);
    }
    rows_seen next = rows_after(N_PUTS + 1);
    status = rows_put_more(s, N_PUTS + 1, N_PUTS + 1, &e);
    if (!status) status = rows_see(s, &seen, &e);
    if (status) complain(t, "no put after repair: %s", e.message);
    for (int i = 0; i < ROWS_ENTITIES && !status; i++)
        if (next.put[i] == N_PUTS + 1 && seen.put[i] != next.put[i])
            complain(t, "the row of entity %d is not the newest", i);
}

static int64_t judge_repaired(trial *t, int64_t n_lost) {
    mlops_error e = {0};
    model_reads reads = {0, 0, 0, ""};
    mlops_store *s = open_for(t->dir, MLOPS_SYNC_FULL, &e);
    if (!s) {
        complain(t, "it does not open after repair: %s", e.message);
        return -1;
    }
    int64_t seq = model_seq(s), gone = 0;
    if (seq > N_COMMITS || seq < t->truth.commits.n)
        complain(t, "%lld commits after repair, %lld are whole", (long long)seq,
                 (long long)t->truth.commits.n);
    model_set set = t->truth.commits;
    if (set.n > seq) set.n = seq;
    for (int64_t k = 1; k <= seq; k++) gone += !t->truth.commits.there[k];
    if (n_lost < gone)
        complain(t, "%lld commits lost, %lld told of", (long long)gone, (long long)n_lost);
    t->tally->lost_commits += gone;
    t->tally->lost_contents += n_lost_contents(t, seq);
    model_read_records(s, &set, &reads);
    if (reads.wrong || reads.corrupt)
        complain(t, "after repair %lld records refused, %lld wrong: %s", (long long)reads.corrupt,
                 (long long)reads.wrong, reads.what);
    judge_content(t, s, seq);
    judge_rows(t, s, seq);
    if (model_commit(s, N_COMMITS + 1, &e) != (seq == N_COMMITS ? MLOPS_OK : MLOPS_E_CONFLICT))
        complain(t, "no commit after repair: %s", e.message);
    mlops_store_close(s);
    return seq;
}

static void judge_repair(trial *t) {
    mlops_error e = {0};
    int64_t n_lost = 0;
    char first[200];
    mlops_status status = mlops_store_repair(t->dir, NULL, &n_lost, &e);
    if (status) {
        int helpless = t->format_hit && (!t->truth.has_id || status == MLOPS_E_UNSUPPORTED);
        if (!helpless || (int)e.code != status)
            complain(t, "repair failed: %s: %s", mlops_status_name(status), e.message);
        return;
    }
    int64_t seq = judge_repaired(t, n_lost);
    /* The commits that are left still name content that is lost, and nothing else is wrong. */
    int64_t faults = n_faults(t, "after repair", &status, first), lost = n_lost_contents(t, seq);
    if (seq >= 0 && faults != lost)
        complain(t, "%lld faults after repair, %lld contents are lost: %s", (long long)faults,
                 (long long)lost, first);
}

/* ---- rounds ---- */

static void damage(trial *t, lots *lot) {
    int n = draw_lot(lot, 5) ? 1 : 2 + (int)draw_lot(lot, 2);
    for (int i = 0; i < n; i++) {
        int file = shelf_damage(&t->damaged, &lives[t->as], lot, t->words, sizeof t->words);
        const char *name = t->damaged.files[file].name;
        t->index_hit |= strncmp(name, "index/", 6) == 0;
        t->format_hit |= strcmp(name, "format") == 0;
        t->rows_hit |= strcmp(name, "online/data.mdb") == 0;
    }
    shelf_search(&t->damaged, &lives[t->as], &t->truth);
}

static void run_round(const char *dir, uint64_t seed, int64_t round, tally *out) {
    trial *t = calloc(1, sizeof *t);
    lots lot = {seed + (uint64_t)round * 1000003};
    must(t != NULL, "memory");
    t->dir = dir;
    t->round = round;
    t->tally = out;
    t->as = (life)draw_lot(&lot, N_LIVES);
    shelf_copy(&t->damaged, &lives[t->as]);
    damage(t, &lot);
    alarm(PATIENCE);
    shelf_put(&t->damaged, dir);
    judge_check(t);
    int harm = judge_reads(t, MLOPS_STORE_READ_ONLY | MLOPS_STORE_MUST_EXIST, "reading alone");
    harm |= judge_reads(t, 0, "reading");
    if (harm && !t->check_told) complain(t, "check found nothing");
    if (!harm) out->harmless++;
    if (!t->refused) { /* who was refused has harmed nothing */
        shelf_put(&t->damaged, dir);
        judge_collect(t);
        shelf_put(&t->damaged, dir);
    }
    judge_repair(t);
    alarm(0);
    shelf_free(&t->damaged);
    free(t);
    out->rounds++;
}

static void run_shard(const char *dir, uint64_t seed, int64_t first, int64_t end, tally *out) {
    for (out->round = first; out->round < end; out->round += SHARDS)
        run_round(dir, seed, out->round, out);
}

/* A child that is ended by a signal has found something; another one goes on behind it. */
static void watch_shard(const char *top, uint64_t seed, int shard, int64_t begin, int64_t end) {
    char dir[300];
    tally *mine = &tallies[shard];
    snprintf(dir, sizeof dir, "%s/s%d", top, shard);
    for (int64_t first = begin + shard; first < end; first = mine->round + SHARDS) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            mkdir(dir, 0777);
            run_shard(dir, seed, first, end, mine);
            _exit(0);
        }
        if (waitpid(pid, &status, 0) != pid || status == 0) return;
        mine->signals++;
        printf("# round %lld of seed %llu ended with %s %d\n", (long long)mine->round,
               (unsigned long long)seed, WIFSIGNALED(status) ? "signal" : "status",
               WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
        fflush(stdout);
    }
}

static void run_all(const char *top, uint64_t seed, int64_t first, int64_t end) {
    pid_t pids[SHARDS];
    for (int i = 0; i < SHARDS; i++) {
        fflush(stdout);
        pids[i] = fork();
        if (pids[i] == 0) {
            watch_shard(top, seed, i, first, end);
            _exit(0);
        }
    }
    for (int i = 0; i < SHARDS; i++) waitpid(pids[i], NULL, 0);
}

static int report(int64_t wanted) {
    tally all;
    memset(&all, 0, sizeof all);
    for (int i = 0; i < SHARDS; i++) {
        const tally *t = &tallies[i];
        all.rounds += t->rounds, all.harmless += t->harmless, all.refused += t->refused;
        all.corrupt += t->corrupt, all.lost_commits += t->lost_commits, all.tails += t->tails;
        all.lost_contents += t->lost_contents, all.lost_rows += t->lost_rows, all.bad += t->bad,
            all.signals += t->signals, all.collected += t->collected,
            all.not_collected += t->not_collected;
    }
    int failed = all.bad || all.signals || all.rounds != wanted;
    printf("%s 1 - %lld damages: %lld bad, %lld signals\n", failed ? "not ok" : "ok",
           (long long)all.rounds, (long long)all.bad, (long long)all.signals);
    printf("# %lld harmed no reader; %lld opens and %lld reads were refused; %lld commits and "
           "%lld contents were lost, and %lld rows or the newest of their entity; %lld times the "
           "newest commits went as in a power cut\n",
           (long long)all.harmless, (long long)all.refused, (long long)all.corrupt,
           (long long)all.lost_commits, (long long)all.lost_contents, (long long)all.lost_rows,
           (long long)all.tails);
    printf("# garbage was collected %lld times, and %lld times it was refused\n",
           (long long)all.collected, (long long)all.not_collected);
    return failed;
}

/* usage: damage_store [ROUNDS [SEED [FIRST]]] */
int main(int argc, char **argv) {
    int64_t n = argc > 1 ? atoll(argv[1]) : 500, first = argc > 3 ? atoll(argv[3]) : 0;
    uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 20261121;
    const char *tmp = getenv("TMPDIR");
    char top[200], command[240];
    snprintf(top, sizeof top, "%.100s/mlops-damage-XXXXXX", tmp ? tmp : "/tmp");
    must(mkdtemp(top) != NULL, "mkdtemp");
    tallies = mmap(NULL, SHARDS * sizeof *tallies, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    must(tallies != MAP_FAILED, "mmap");
    printf("1..1\n");
    for (int i = 0; i < N_LIVES; i++) make_life(top, (life)i);
    run_all(top, seed, first, first + n);
    int failed = report(n);
    snprintf(command, sizeof command, "rm -r '%s'", top);
    return system(command) != 0 || failed;
}
