/* Power cuts while datasets travel: a store, a remote that is a folder, and another store, on one
 * disk that loses power.
 *
 * Owns the record of what is done. Whenever it is cut, whoever pulls anew gets every version of
 * which a push came back, whole; the other store has every version of which a pull came back; and
 * both go on with the next call. Syncs that the remote leaves out must be found out.
 */
#include "fault/help_sound.h"
#include "fault/replay_power.h"
#include "fault/travel_model.h"

#include "sys/host.h"

#include <mlops.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VERSIONS = 2, CHECK_EVERY = 29 };

/* What was acknowledged, in this order. */
enum { COMMITTED = 1, PUSHED, PULLED, COMMITTED_NEXT, PUSHED_NEXT, PULLED_NEXT };

/* ---- a host over these files ---- */

typedef struct stage {
    mlops_host host;
    mlops_entropy entropy;
    mlops_clock clock;
    uint64_t next;
    int64_t now;
} stage;

static int64_t next_bytes(void *ctx, void *bytes, size_t n) {
    uint64_t *next = ctx;
    for (size_t i = 0; i < n; i++) {
        *next = *next * UINT64_C(6364136223846793005) + 1442695040888963407u;
        ((uint8_t *)bytes)[i] = (uint8_t)(*next >> 56);
    }
    return 0;
}

static int64_t tick(void *ctx) { return *(int64_t *)ctx += 1000; }

static void set_stage(stage *s, const mlops_io *io, uint64_t seed) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_entropy entropy = MLOPS_ENTROPY_INIT;
    mlops_clock clock = MLOPS_CLOCK_INIT;
    s->next = seed;
    s->now = INT64_C(1700000000) * 1000000000 + (int64_t)(seed % 1000) * 1000000000;
    s->entropy = entropy;
    s->entropy.ctx = &s->next;
    s->entropy.fill = next_bytes;
    s->clock = clock;
    s->clock.ctx = &s->now;
    s->clock.now_ns = s->clock.monotonic_ns = tick;
    s->host = host;
    s->host.io = io;
    s->host.entropy = &s->entropy;
    s->host.clock = &s->clock;
}

static mlops_store_opts store_opts(const stage *s) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &s->host;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    return opts;
}

static mlops_store *open_store(const stage *s, const char *path) {
    mlops_store *out;
    mlops_store_opts opts = store_opts(s);
    return mlops_store_open(&out, path, &opts, NULL) ? NULL : out;
}

/* ---- what is done ---- */

static int go_both_ways(mlops__io_record *record, mlops_store *a, mlops_store *b,
                        const mlops_share *share) {
    for (int v = 0; v < VERSIONS; v++) {
        int mark = v * 3;
        if (travel_commit(a, v)) return 1;
        mlops__io_record_mark(record, mark + COMMITTED);
        if (travel_push(a, share)) return 1;
        mlops__io_record_mark(record, mark + PUSHED);
        if (travel_pull(b, share)) return 1;
        mlops__io_record_mark(record, mark + PULLED);
    }
    return 0;
}

static int record_log(mlops__io_record *record, void (*spoil)(mlops_io *io)) {
    stage st, of_share;
    mlops_share *share = NULL;
    mlops_io io = record->table;
    if (spoil) spoil(&io);
    set_stage(&st, &record->table, 1);
    set_stage(&of_share, &io, 2);
    mlops__io_record_mark(record, -1);
    mlops_store *a = open_store(&st, "dir/a"), *b = open_store(&st, "dir/b");
    int bad = !a || !b || mlops_share_directory(&share, "dir/r", &of_share.host, NULL);
    mlops__io_record_mark(record, 0);
    bad = bad || go_both_ways(record, a, b, share);
    mlops_share_close(share);
    mlops_store_close(a);
    mlops_store_close(b);
    return bad || record->log.status;
}

/* ---- judging ---- */

/* Who has nothing gets what was pushed. */
static int gives(const stage *st, const mlops_share *share, int least) {
    mlops_store *c = open_store(st, "dir/c");
    int status = c ? travel_pull(c, share) : 1;
    int version = c ? travel_version(c) : -2;
    mlops_store_close(c);
    if (status && !(status == MLOPS_E_NOT_FOUND && least < 0)) return 0;
    return version >= least && version != -2;
}

static int go_on(mlops_store *a, mlops_store *b, const stage *st, const mlops_share *share) {
    mlops_remote_gc_opts gc = MLOPS_REMOTE_GC_OPTS_INIT;
    int newest = travel_version(a);
    gc.host = &st->host;
    if (newest < 0) return travel_commit(a, 0) == MLOPS_OK;
    if (travel_push(a, share) || travel_pull(b, share) || travel_version(b) != newest) return 0;
    return mlops_remote_gc(mlops_share_remote(share), &gc, NULL, NULL) == MLOPS_OK;
}

static int judge(void *user, const power_cut *cut) {
    stage st;
    mlops_share *share = NULL;
    int64_t ack = cut->acknowledged;
    (void)user;
    if (ack < 0) return 0; /* the stores are not there yet */
    set_stage(&st, cut->io, (uint64_t)cut->state + 1000);
    mlops_store *a = open_store(&st, "dir/a"), *b = open_store(&st, "dir/b");
    int good = a && b && !mlops_share_directory(&share, "dir/r", &st.host, NULL);
    good = good && travel_version(a) >= (ack >= COMMITTED_NEXT ? 1 : ack >= COMMITTED ? 0 : -1);
    good = good && travel_version(b) >= (ack >= PULLED_NEXT ? 1 : ack >= PULLED ? 0 : -1);
    good = good && gives(&st, share, ack >= PUSHED_NEXT ? 1 : ack >= PUSHED ? 0 : -1);
    good = good && go_on(a, b, &st, share);
    mlops_share_close(share);
    mlops_store_close(a);
    mlops_store_close(b);
    if (good && cut->state % CHECK_EVERY == 0)
        good = is_sound_on("dir/a", &st.host) && is_sound_on("dir/b", &st.host);
    return !good;
}

/* ---- scenarios ---- */

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static int64_t skip_sync_dir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

static void without_sync(mlops_io *io) { io->sync = skip_sync; }

static void without_sync_dir(mlops_io *io) { io->sync_dir = skip_sync_dir; }

static int run_scenario(int number, const char *name, void (*spoil)(mlops_io *io),
                        int32_t n_random) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    power_opts opts = {judge, NULL, 20261122, n_random};
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    int bad = record_log(&record, spoil) ||
              power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (spoil ? totals.n_bad == 0 : totals.n_bad != 0);
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", number,
           name, (long long)totals.n_records, (long long)totals.n_states, (long long)totals.n_bad,
           spoil ? ", as they must be" : "");
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
    return bad;
}

/* usage: power_remote [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : 4;
    travel_begin();
    printf("1..3\n");
    int failed = run_scenario(1, "push and pull", NULL, n_random);
    failed |= run_scenario(2, "without sync", without_sync, 1);
    failed |= run_scenario(3, "without sync of names", without_sync_dir, 1);
    return failed;
}
