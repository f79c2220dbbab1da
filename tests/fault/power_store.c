/* Power cuts while a store is written: what was acknowledged is there, and nothing but whole
 * commits.
 *
 * Owns the model of what each commit makes of the store. Under MLOPS_SYNC_FULL a cut leaves the
 * acknowledged commits and at the most the one that was under way; under MLOPS_SYNC_RELAXED it
 * leaves all up to the last flush, and of the later ones a whole run from the oldest on. An image
 * is then written to and opened again, and some are cut once more while they are opened. Two
 * handles with locks between them stand for two processes. Syncs that are left out must be found
 * out.
 */
#include "fault/help_power.h"
#include "fault/replay_power.h"

#include "store/store.h"
#include "sys/io_test.h"

#include <mlops.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_COMMITS = 40, N_KEYS = 5, FLUSH_EVERY = 7, BLOB_MAX = 68000, GO_ON_EVERY = 13 };
enum { VALUE_MAX = 4000, AGAIN_EVERY = 997, N_RANDOM_AGAIN = 3 };

static const char DIR_OF_STORE[] = "dir/s.mlops";
static uint8_t blobs[N_COMMITS + 1][BLOB_MAX];
static mlops_id blob_ids[N_COMMITS + 1];
static size_t value_max; /* of the scenario; small values leave many frames in a segment */

/* The commit whose content that of commit k is a version of; 0: none. */
static int64_t like_of(int64_t k) { return k == 28 ? 26 : k == 31 ? 28 : 0; }

static size_t blob_size(int64_t k) {
    static const size_t SIZES[] = {0, 10, 2048, 2049, 9000};
    if (k == 26 || like_of(k)) return BLOB_MAX;
    return SIZES[(size_t)k % (sizeof SIZES / sizeof SIZES[0])];
}

/* The value that commit k sets: its number, and more of the same up to a length of its own. */
static mlops__bytes value_of(int64_t k, char out[VALUE_MAX]) {
    int n = snprintf(out, VALUE_MAX, "value %lld ", (long long)k);
    size_t size = (size_t)n, whole = (size_t)k * 733 % value_max;
    for (; size < whole; size++) out[size] = out[size % (size_t)n];
    return (mlops__bytes){(const uint8_t *)out, size};
}

static void make_blobs(void) {
    uint64_t x = 88172645463325252u;
    for (size_t k = 0; k <= N_COMMITS; k++)
        for (size_t i = 0; i < BLOB_MAX; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            blobs[k][i] = (uint8_t)(k % 3 ? x >> 24 : i / 100);
        }
    for (int64_t k = 1; k <= N_COMMITS; k++) {
        if (!like_of(k)) continue;
        memcpy(blobs[k], blobs[like_of(k)] + k, BLOB_MAX - (size_t)k);
        for (size_t i = (size_t)k; i < BLOB_MAX; i += 5000) blobs[k][i]++;
    }
    for (int64_t k = 1; k <= N_COMMITS; k++) {
        mlops__sha256 sha;
        mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
        mlops__sha256_add(&sha, blobs[k], blob_size(k));
        mlops__sha256_end(&sha, blob_ids[k].bytes);
    }
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
    char key[16], gone[16], value[VALUE_MAX];
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = "tester";
    mlops_status status = mlops_change_new(&c, s, &opts, NULL);
    if (status) return status;
    status = mlops__change_put(c, MLOPS__TABLE_TEST, key_of(k, key), value_of(k, value), NULL);
    if (!status && k % 4 == 0)
        status = mlops__change_del(c, MLOPS__TABLE_TEST, key_of(k + 2, gone), NULL);
    const mlops_id *like = like_of(k) ? &blob_ids[like_of(k)] : NULL;
    if (!status)
        status = mlops__change_content(c, &blob_ids[k], blobs[k], blob_size(k), like, NULL);
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
        char key[16], value[VALUE_MAX];
        mlops__bytes v, want;
        int64_t j = expected(k, slot);
        want = value_of(j, value);
        mlops_status status =
            mlops__index_get(&index, MLOPS__TABLE_TEST, key_of(slot, key), &v, NULL);
        if (j == 0) bad |= status != MLOPS_E_NOT_FOUND;
        else bad |= status || v.size != want.size || memcmp(v.data, want.data, v.size) != 0;
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
    int again;               /* cut a second time, while an image is opened and written to */
    int64_t n_again, n_lost; /* states of those, and bad ones */
} judge_of;

static int64_t seq_of(mlops_store *s) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    return mlops_store_stat(s, &stats, NULL) ? -1 : stats.seq;
}

static int holds(mlops_store *s, int64_t k) { return records_hold(s, k) && blobs_hold(s, k); }

/* The image can be written to, and what is written is there at the next open. */
static int goes_on(mlops_store **s, stage *st, int64_t seq) {
    if (seq >= N_COMMITS) return 1;
    if (commit(*s, seq + 1)) return 0;
    mlops_store_close(*s);
    *s = NULL;
    if (open_store(s, st, MLOPS_SYNC_FULL, NULL)) return 0;
    return seq_of(*s) == seq + 1 && holds(*s, seq + 1);
}

/* ---- the second cut ---- */

/* What was found after the first cut came from the device: no later cut takes it away. */
static int judge_again(void *user, const power_cut *cut) {
    int64_t most = *(const int64_t *)user;
    stage st;
    mlops_store *s;
    mlops_error e;
    if (cut->acknowledged < 0) return 0; /* the image is not whole yet */
    set_stage(&st, cut->io);
    if (open_store(&s, &st, MLOPS_SYNC_FULL, &e)) return 1;
    int64_t seq = seq_of(s);
    int good = seq >= cut->acknowledged && seq <= most && holds(s, seq);
    mlops_store_close(s);
    return !good;
}

/* The files of the image, durably, as the beginning of a log. */
static int copy_image(const mlops_io *to, const mlops__io_memory *image) {
    for (int64_t i = 0; i < mlops__io_memory_n_files(image); i++) {
        const char *name = mlops__io_memory_name(image, i), *slash = strrchr(name, '/');
        char dir[128];
        size_t n;
        const uint8_t *bytes = mlops__io_memory_content(image, name, &n);
        int64_t file = to->open(to->ctx, name, MLOPS_IO_CREATE);
        if (file < 0 || (n && to->pwrite(to->ctx, file, bytes, n, 0) != (int64_t)n)) return 1;
        to->sync(to->ctx, file);
        to->close(to->ctx, file);
        snprintf(dir, sizeof dir, "%.*s", (int)(slash - name), name);
        to->sync_dir(to->ctx, dir);
    }
    return 0;
}

/* least: what the first cut had to leave; *most: what there can be in the end. */
static int record_again(mlops__io_record *record, const power_cut *cut, int64_t least,
                        int64_t *most) {
    stage st;
    mlops_store *s;
    mlops__io_record_mark(record, -1);
    if (copy_image(&record->table, cut->memory)) return 1;
    mlops__io_record_mark(record, least);
    set_stage(&st, &record->table);
    if (open_store(&s, &st, MLOPS_SYNC_FULL, NULL)) return 1;
    int64_t seq = seq_of(s);
    mlops__io_record_mark(record, seq);
    int bad = seq < least;
    *most = seq < N_COMMITS ? seq + 1 : seq;
    if (seq < *most) {
        bad = bad || commit(s, *most) != MLOPS_OK;
        mlops__io_record_mark(record, *most);
    }
    mlops_store_close(s);
    return bad;
}

static void cut_again(judge_of *j, const power_cut *cut, int64_t least) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    int64_t most = 0;
    power_opts opts = {judge_again, &most, (uint64_t)cut->state, N_RANDOM_AGAIN};
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    if (record_again(&record, cut, least, &most) ||
        power_replay(&totals, record.log.data, record.log.size, &opts))
        totals.n_bad++;
    j->n_again += totals.n_states;
    j->n_lost += totals.n_bad;
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
}

static int judge(void *user, const power_cut *cut) {
    judge_of *j = user;
    stage st;
    mlops_store *s;
    mlops_error e;
    int64_t least = cut->acknowledged;
    if (j->sync == MLOPS_SYNC_RELAXED) least = least / FLUSH_EVERY * FLUSH_EVERY;
    if (j->again && least >= 0 && cut->state % AGAIN_EVERY == 0) cut_again(j, cut, least);
    set_stage(&st, cut->io);
    if (open_store(&s, &st, j->sync, &e)) return cut->acknowledged >= 0;
    int64_t seq = seq_of(s);
    int good = seq >= least && seq <= cut->acknowledged + 1;
    if (cut->acknowledged < 0) good = seq == 0;
    good = good && holds(s, seq);
    if (good && cut->state % GO_ON_EVERY == 0) good = goes_on(&s, &st, seq);
    mlops_store_close(s);
    return !good;
}

/* ---- two handles ---- */

enum { FILES = 64, PATH = 100, HANDLES = 2 };

/* A table of its own over the same files, with an identity and locks of its own. */
typedef struct handle {
    mlops__io_fault pass; /* first: what it is given, it passes on */
    uint64_t number;
    char names[FILES][PATH]; /* of opened files */
    char locked[FILES][PATH];
} handle;

static handle handles[HANDLES];

static int64_t handle_open(void *ctx, const char *path, mlops_io_mode mode) {
    handle *h = ctx;
    int64_t file = h->pass.below->open(h->pass.below->ctx, path, mode);
    if (file >= FILES) abort();
    if (file >= 0) snprintf(h->names[file], PATH, "%s", path);
    return file;
}

static int64_t handle_close(void *ctx, int64_t file) {
    handle *h = ctx;
    h->locked[file][0] = 0;
    return h->pass.below->close(h->pass.below->ctx, file);
}

static int64_t handle_lock(void *ctx, int64_t file, int64_t byte, mlops_io_lock how) {
    handle *h = ctx;
    (void)byte;
    for (size_t i = 0; i < HANDLES && how == MLOPS_IO_TRY_LOCK; i++)
        for (size_t k = 0; k < FILES && &handles[i] != h; k++)
            if (strcmp(handles[i].locked[k], h->names[file]) == 0) return -EAGAIN;
    snprintf(h->locked[file], PATH, "%s", how == MLOPS_IO_TRY_LOCK ? h->names[file] : "");
    return 0;
}

static int64_t handle_identity(void *ctx, int64_t file, uint64_t *out) {
    handle *h = ctx;
    (void)file;
    out[0] = h->number;
    out[1] = (uint64_t)(uintptr_t)h;
    return 0;
}

static const mlops_io *new_handle(uint64_t number, const mlops_io *below) {
    handle *h = &handles[number];
    memset(h, 0, sizeof *h);
    mlops__io_fault_init(&h->pass, below);
    h->number = number;
    h->pass.table.open = handle_open;
    h->pass.table.close = handle_close;
    h->pass.table.lock = handle_lock;
    h->pass.table.identity = handle_identity;
    return &h->pass.table;
}

/* ---- scenarios ---- */

typedef struct scenario {
    const char *name;
    mlops_sync sync;
    int n_commits;
    size_t value_max;
    int n_handles;
    int serve; /* mlops_store_service() instead of mlops_store_flush() */
    int again;
    void (*spoil)(mlops_io *io);
    int harmed;
} scenario;

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static int64_t skip_sync_dir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

static int64_t (*sync_dir_below)(void *ctx, const char *path);
static int n_sync_dirs;

/* Every third time it fails where segments and packs are: what it was to make durable is not. */
static int64_t flaky_sync_dir(void *ctx, const char *path) {
    int inner = strstr(path, "/journal") || strstr(path, "/packs");
    if (inner && ++n_sync_dirs % 3 == 2) return -EIO;
    return sync_dir_below(ctx, path);
}

static void with_flaky_sync_dir(mlops_io *io) {
    sync_dir_below = io->sync_dir;
    io->sync_dir = flaky_sync_dir;
}

static void without_sync(mlops_io *io) { io->sync = skip_sync; }

static void without_sync_dir(mlops_io *io) { io->sync_dir = skip_sync_dir; }

#define FULL    MLOPS_SYNC_FULL
#define RELAXED MLOPS_SYNC_RELAXED

static const scenario SCENARIOS[] = {
    {"full", FULL, N_COMMITS, 1, 1, 0, 1, NULL, 0},
    {"relaxed", RELAXED, N_COMMITS, 1, 1, 0, 1, NULL, 0},
    {"full, rolling", FULL, N_COMMITS, VALUE_MAX, 1, 0, 1, NULL, 0},
    {"relaxed, rolling", RELAXED, N_COMMITS, VALUE_MAX, 1, 0, 1, NULL, 0},
    {"relaxed, served", RELAXED, N_COMMITS, 900, 1, 1, 0, NULL, 0},
    {"full, two handles", FULL, N_COMMITS, 900, 2, 0, 1, NULL, 0},
    {"full, names synced at the second try", FULL, N_COMMITS, VALUE_MAX, 1, 0, 0,
     with_flaky_sync_dir, 0},
    {"full without sync", FULL, 12, 1, 1, 0, 0, without_sync, 1},
    {"full without sync of names", FULL, 12, VALUE_MAX, 1, 0, 0, without_sync_dir, 1},
};

static int write_down(mlops_store *s, const scenario *sc) {
    if (!sc->serve) return mlops_store_flush(s, NULL) != MLOPS_OK;
    return mlops_store_service(s, INT64_MAX, NULL) != MLOPS_END;
}

static int commit_all(mlops__io_record *record, const scenario *sc, mlops_store *s[HANDLES]) {
    int bad = 0;
    for (int64_t k = 1; k <= sc->n_commits && !bad; k++) {
        mlops_store *writer = s[k / 3 % sc->n_handles];
        int tries = sc->spoil == with_flaky_sync_dir ? 3 : 1;
        do bad = commit(writer, k) != MLOPS_OK;
        while (bad && --tries > 0);
        if (sc->sync == MLOPS_SYNC_RELAXED && k % FLUSH_EVERY == 0)
            bad = bad || write_down(writer, sc);
        mlops__io_record_mark(record, k);
    }
    return bad;
}

static int record_log(mlops__io_record *record, const scenario *sc) {
    stage st[HANDLES];
    mlops_store *s[HANDLES];
    mlops_error e;
    mlops_io io = record->table;
    if (sc->spoil) sc->spoil(&io);
    mlops__io_record_mark(record, -1);
    for (int i = 0; i < sc->n_handles; i++) {
        set_stage(&st[i], sc->n_handles > 1 ? new_handle((uint64_t)i, &io) : &io);
        st[i].next = (uint8_t)(1 + 100 * i); /* names of drafts differ, as between processes */
        if (open_store(&s[i], &st[i], sc->sync, &e)) return printf("# %s\n", e.message), 1;
    }
    mlops__io_record_mark(record, 0);
    int bad = commit_all(record, sc, s);
    for (int i = 0; i < sc->n_handles; i++) mlops_store_close(s[i]);
    return bad || record->log.status;
}

static int run_scenario(const scenario *sc, int number, int32_t n_random, int64_t *n_states) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    judge_of j = {sc->sync, sc->again, 0, 0};
    value_max = sc->value_max;
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    power_opts opts = {judge, &j, 20240229, n_random};
    int bad =
        record_log(&record, sc) || power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (sc->harmed ? totals.n_bad == 0 : totals.n_bad != 0) || j.n_lost;
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s; cut again: %lld, %lld bad\n",
           bad ? "not ok" : "ok", number, sc->name, (long long)totals.n_records,
           (long long)totals.n_states, (long long)totals.n_bad,
           sc->harmed ? ", as they must be" : "", (long long)j.n_again, (long long)j.n_lost);
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    if (!sc->harmed) *n_states += totals.n_states + j.n_again;
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
