/* Power cuts while a store is written: what was acknowledged is there, and nothing but whole
 * commits.
 *
 * Owns the model of what each commit makes of the store. Under MLOPS_SYNC_FULL a cut leaves the
 * acknowledged commits and at the most the one that was under way; under MLOPS_SYNC_RELAXED it
 * leaves all up to the last flush, and of the later ones a whole run from the oldest on. An image
 * is then written to and opened again. Syncs that are left out must be found out.
 */
#include "fault/replay_power.h"

#include "store/store.h"
#include "sys/io_test.h"

#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_COMMITS = 40, N_KEYS = 5, FLUSH_EVERY = 7, BLOB_MAX = 9000, GO_ON_EVERY = 13 };

static const char DIR_OF_STORE[] = "dir/s.mlops";
static uint8_t blobs[N_COMMITS + 1][BLOB_MAX];
static mlops_id blob_ids[N_COMMITS + 1];

static size_t blob_size(int64_t k) {
    static const size_t SIZES[] = {0, 10, 2048, 2049, 9000};
    return SIZES[(size_t)k % (sizeof SIZES / sizeof SIZES[0])];
}

static void make_blobs(void) {
    uint64_t x = 88172645463325252u;
    for (size_t k = 0; k <= N_COMMITS; k++)
        for (size_t i = 0; i < BLOB_MAX; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            blobs[k][i] = (uint8_t)(k % 3 ? x >> 24 : i / 100);
        }
}

static int64_t next_bytes(void *ctx, void *bytes, size_t n) {
    memset(bytes, (*(uint8_t *)ctx)++, n);
    return 0;
}

static int64_t still(void *ctx) { return *(int64_t *)ctx; }

/* A host over these files, the same in each run. */
typedef struct stage {
    mlops_host host;
    mlops_entropy entropy;
    mlops_clock clock;
    uint8_t next;
    int64_t now;
} stage;

static void set_stage(stage *s, const mlops_io *io) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_entropy entropy = MLOPS_ENTROPY_INIT;
    mlops_clock clock = MLOPS_CLOCK_INIT;
    s->next = 1;
    s->now = INT64_C(1700000000) * 1000000000;
    s->entropy = entropy;
    s->entropy.ctx = &s->next;
    s->entropy.fill = next_bytes;
    s->clock = clock;
    s->clock.ctx = &s->now;
    s->clock.now_ns = s->clock.monotonic_ns = still;
    s->host = host;
    s->host.io = io;
    s->host.entropy = &s->entropy;
    s->host.clock = &s->clock;
}

static mlops_status open_store(mlops_store **out, stage *s, mlops_sync sync, mlops_error *err) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &s->host;
    opts.sync = sync;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    return mlops_store_open(out, DIR_OF_STORE, &opts, err);
}

static mlops__bytes key_of(int64_t k, char out[16]) {
    snprintf(out, 16, "key%d", (int)(k % N_KEYS));
    return (mlops__bytes){(const uint8_t *)out, strlen(out)};
}

/* Commit k sets one key, deletes another now and then, and keeps a blob. */
static mlops_status commit(mlops_store *s, int64_t k) {
    mlops_change *c;
    char key[16], gone[16], value[32];
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = "tester";
    mlops_status status = mlops_change_new(&c, s, &opts, NULL);
    if (status) return status;
    snprintf(value, sizeof value, "value %lld", (long long)k);
    mlops__bytes v = {(const uint8_t *)value, strlen(value)};
    status = mlops__change_put(c, MLOPS__TABLE_TEST, key_of(k, key), v, NULL);
    if (!status && k % 4 == 0)
        status = mlops__change_del(c, MLOPS__TABLE_TEST, key_of(k + 2, gone), NULL);
    if (!status) status = mlops_change_content(c, &blob_ids[k], blobs[k], blob_size(k), NULL);
    int64_t seq = 0;
    if (!status) status = mlops_change_commit(c, &seq, NULL);
    mlops_change_free(c);
    return status ? status : seq == k ? MLOPS_OK : MLOPS_E_CORRUPT;
}

/* What key slot i holds after k commits: the number of the commit that set it, 0 for none. */
static int64_t expected(int64_t k, int64_t slot) {
    int64_t found = 0;
    for (int64_t j = 1; j <= k; j++) {
        if (j % N_KEYS == slot) found = j;
        if (j % 4 == 0 && (j + 2) % N_KEYS == slot) found = 0;
    }
    return found;
}

static int records_hold(mlops_store *s, int64_t k) {
    mlops__index index;
    int bad = 0;
    if (mlops__store_read_begin(s, &index, NULL)) return 0;
    for (int64_t slot = 0; slot < N_KEYS; slot++) {
        char key[16], value[32];
        mlops__bytes v;
        int64_t j = expected(k, slot);
        snprintf(value, sizeof value, "value %lld", (long long)j);
        mlops_status status =
            mlops__index_get(&index, MLOPS__TABLE_TEST, key_of(slot, key), &v, NULL);
        if (j == 0) bad |= status != MLOPS_E_NOT_FOUND;
        else bad |= status || v.size != strlen(value) || memcmp(v.data, value, v.size) != 0;
    }
    mlops__store_read_end(&index);
    return !bad;
}

static int blobs_hold(mlops_store *s, int64_t k) {
    static uint8_t bytes[BLOB_MAX];
    for (int64_t j = 1; j <= k; j++) {
        size_t size;
        if (mlops_store_content(s, &blob_ids[j], bytes, sizeof bytes, &size, NULL)) return 0;
        if (size != blob_size(j) || memcmp(bytes, blobs[j], size) != 0) return 0;
    }
    return 1;
}

typedef struct judge_of {
    mlops_sync sync;
    int64_t flushed; /* of the acknowledged commits, found from the number alone */
} judge_of;

static int64_t seq_of(mlops_store *s) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    return mlops_store_stat(s, &stats, NULL) ? -1 : stats.seq;
}

/* The image can be written to, and what is written is there at the next open. */
static int goes_on(mlops_store **s, stage *st, int64_t seq) {
    if (seq >= N_COMMITS) return 1;
    if (commit(*s, seq + 1)) return 0;
    mlops_store_close(*s);
    *s = NULL;
    if (open_store(s, st, MLOPS_SYNC_FULL, NULL)) return 0;
    return seq_of(*s) == seq + 1 && records_hold(*s, seq + 1) && blobs_hold(*s, seq + 1);
}

static int judge(void *user, const power_cut *cut) {
    const judge_of *j = user;
    stage st;
    mlops_store *s;
    mlops_error e;
    set_stage(&st, cut->io);
    if (open_store(&s, &st, j->sync, &e)) return cut->acknowledged >= 0;
    int64_t seq = seq_of(s), least = cut->acknowledged;
    if (j->sync == MLOPS_SYNC_RELAXED) least = least / FLUSH_EVERY * FLUSH_EVERY;
    int good = seq >= least && seq <= cut->acknowledged + 1;
    if (cut->acknowledged < 0) good = seq == 0;
    good = good && records_hold(s, seq) && blobs_hold(s, seq);
    if (good && cut->state % GO_ON_EVERY == 0) good = goes_on(&s, &st, seq);
    mlops_store_close(s);
    return !good;
}

typedef struct scenario {
    const char *name;
    mlops_sync sync;
    int n_commits;
    void (*spoil)(mlops_io *io);
    int harmed;
} scenario;

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static void without_sync(mlops_io *io) { io->sync = skip_sync; }

static const scenario SCENARIOS[] = {
    {"full", MLOPS_SYNC_FULL, N_COMMITS, NULL, 0},
    {"relaxed", MLOPS_SYNC_RELAXED, N_COMMITS, NULL, 0},
    {"full without sync", MLOPS_SYNC_FULL, 12, without_sync, 1},
};

static int record_log(mlops__io_record *record, const scenario *sc) {
    stage st;
    mlops_store *s;
    mlops_error e;
    mlops_io io = record->table;
    if (sc->spoil) sc->spoil(&io);
    set_stage(&st, &io);
    mlops__io_record_mark(record, -1);
    if (open_store(&s, &st, sc->sync, &e)) return printf("# %s\n", e.message), 1;
    mlops__io_record_mark(record, 0);
    int bad = 0;
    for (int64_t k = 1; k <= sc->n_commits && !bad; k++) {
        bad = commit(s, k) != MLOPS_OK;
        if (sc->sync == MLOPS_SYNC_RELAXED && k % FLUSH_EVERY == 0)
            bad = bad || mlops_store_flush(s, NULL) != MLOPS_OK;
        mlops__io_record_mark(record, k);
    }
    mlops_store_close(s);
    return bad || record->log.status;
}

static int run_scenario(const scenario *sc, int number, int32_t n_random, int64_t *n_states) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    judge_of j = {sc->sync, 0};
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    power_opts opts = {judge, &j, 20240229, n_random};
    int bad =
        record_log(&record, sc) || power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (sc->harmed ? totals.n_bad == 0 : totals.n_bad != 0);
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", number,
           sc->name, (long long)totals.n_records, (long long)totals.n_states,
           (long long)totals.n_bad, sc->harmed ? ", as they must be" : "");
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    if (!sc->harmed) *n_states += totals.n_states;
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
    return bad;
}

/* usage: power_store [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : 20;
    int failed = 0, n = (int)(sizeof SCENARIOS / sizeof SCENARIOS[0]);
    int64_t n_states = 0;
    make_blobs();
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) failed |= run_scenario(&SCENARIOS[i], i + 1, n_random, &n_states);
    printf("# power cuts survived: %lld states\n", (long long)n_states);
    return failed;
}
