/* Power cuts while garbage is collected between commits: what was acknowledged is there, all that
 * it names can be read, and the next collection comes to its end.
 *
 * Owns the model: commit k makes a record name content k, some of it a version of what the record
 * named before, which nothing names from then on. Between commits a collection goes on for some
 * pieces, or comes to its end; what is kept as changes to what is gone is written anew. Syncs that
 * are left out must be found out.
 */
#include "fault/help_power.h"
#include "fault/help_sound.h"
#include "fault/replay_power.h"

#include "store/record.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

#define DAY_NS INT64_C(86400000000000)

enum { COMMITS = 30, SLOTS = 4, CONTENT_MAX = 70000, FLUSHES = 5 };
enum { CHECK_EVERY = 11, COLLECT_EVERY = 17 };

static uint8_t contents[COMMITS + 1][CONTENT_MAX];
static mlops_id ids[COMMITS + 1];

static size_t size_of(int64_t k) {
    static const size_t SIZES[] = {CONTENT_MAX, 3000, 9000};
    return SIZES[k / SLOTS % 3 ? (k + 1) % 3 : 0];
}

/* Each is like the one that its record named before, and unlike all others. */
static void make_contents(void) {
    uint64_t x = 88172645463325252u;
    for (int64_t k = 0; k <= COMMITS; k++)
        for (size_t i = 0; i < CONTENT_MAX; i++) {
            x ^= x << 13, x ^= x >> 7, x ^= x << 17;
            contents[k][i] = k > SLOTS && i % 6000 ? contents[k - SLOTS][i] : (uint8_t)(x >> 24);
        }
}

static mlops_status open_store(mlops_store **out, stage *st, mlops_sync sync) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &st->host;
    opts.sync = sync;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    return mlops_store_open(out, "dir/s.mlops", &opts, NULL);
}

static mlops__bytes text(const char *s) { return (mlops__bytes){(const uint8_t *)s, strlen(s)}; }

static mlops__bytes key_of(int64_t k, char out[16]) {
    snprintf(out, 16, "slot%d", (int)(k % SLOTS));
    return text(out);
}

static mlops_status commit(mlops_store *s, int64_t k) {
    mlops_change *c;
    char key[16], digits[65], number[16];
    const mlops_id *like = k > SLOTS && k % 5 ? &ids[k - SLOTS] : NULL;
    if (mlops_change_new(&c, s, NULL, NULL)) return MLOPS_E_NOMEM;
    ids[k] = mlops__content_id(s, contents[k], size_of(k));
    mlops__id_format(digits, &ids[k]);
    snprintf(number, sizeof number, "%d", (int)k);
    mlops_status status = mlops__change_content(c, &ids[k], contents[k], size_of(k), like, NULL);
    if (!status)
        status = mlops__change_put(c, MLOPS__TABLE_TEST, key_of(k, key), text(digits), NULL);
    if (!status) status = mlops__change_put(c, MLOPS__TABLE_TEST, text("n"), text(number), NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_change_free(c);
    return status;
}

static int64_t n_remade;

/* So many pieces, or to the end. 1 if it fails. */
static int collect(mlops_store *s, int n_pieces, mlops_gc_stat *out) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_status status = MLOPS_OK;
    opts.keep_ns = 1;
    opts.min_live = opts.remake_max = 1;
    opts.budget_ns = 1; /* with a clock that stands, one row at a time */
    call.memory_max = 64 << 10;
    for (int i = 0; !status && (n_pieces == 0 || i < n_pieces); i++)
        status = mlops_store_gc(s, &opts, &call, out, NULL);
    if (status == MLOPS_END) n_remade += out->n_remade;
    return status < 0;
}

/* ---- judging ---- */

static int64_t newest(mlops_store *s) {
    mlops__index index;
    mlops__bytes value;
    char number[16] = "";
    if (mlops__store_read_begin(s, &index, NULL)) return -1;
    if (!mlops__index_get(&index, MLOPS__TABLE_TEST, text("n"), &value, NULL))
        snprintf(number, sizeof number, "%.*s", (int)value.size, (const char *)value.data);
    mlops__store_read_end(&index);
    return atoll(number);
}

static int slot_holds(mlops_store *s, int64_t k) {
    static uint8_t bytes[CONTENT_MAX];
    mlops__index index;
    mlops__bytes value;
    char key[16], digits[65];
    size_t size = 0;
    mlops__id_format(digits, &ids[k]);
    if (mlops__store_read_begin(s, &index, NULL)) return 0;
    mlops_status status = mlops__index_get(&index, MLOPS__TABLE_TEST, key_of(k, key), &value, NULL);
    int same = !status && value.size == 64 && memcmp(value.data, digits, 64) == 0;
    mlops__store_read_end(&index);
    if (!same || mlops_store_content(s, &ids[k], bytes, sizeof bytes, &size, NULL)) return 0;
    return size == size_of(k) && memcmp(bytes, contents[k], size) == 0;
}

/* What commits up to k leave. */
static int holds(mlops_store *s, int64_t k) {
    if (newest(s) != k) return 0;
    for (int64_t j = k; j > 0 && j > k - SLOTS; j--)
        if (!slot_holds(s, j)) return 0;
    return 1;
}

/* All that was left half done is done by others. */
static int goes_on(mlops_store *s, stage *st, int64_t k) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    st->now += DAY_NS * (COMMITS + 2);
    if (collect(s, 0, &stat) || collect(s, 0, &stat) || stat.n_dead_objects || stat.n_waiting)
        return 0;
    if (!holds(s, k)) return 0;
    return k >= COMMITS || (!commit(s, k + 1) && holds(s, k + 1));
}

static int judge(void *user, const power_cut *cut) {
    mlops_sync sync = *(const mlops_sync *)user;
    stage st;
    mlops_store *s;
    int64_t least = cut->acknowledged;
    if (sync == MLOPS_SYNC_RELAXED) least = least / FLUSHES * FLUSHES;
    set_stage(&st, cut->io);
    if (open_store(&s, &st, sync)) return cut->acknowledged >= 0;
    int64_t k = newest(s);
    int good = k >= least && k <= cut->acknowledged + 1;
    if (cut->acknowledged < 0) good = k == 0;
    good = good && holds(s, k);
    if (good && cut->state % COLLECT_EVERY == 0) good = goes_on(s, &st, k);
    mlops_store_close(s);
    if (good && cut->state % CHECK_EVERY == 0) good = is_sound_on("dir/s.mlops", &st.host);
    return !good;
}

/* ---- recording ---- */

typedef struct scenario {
    const char *name;
    mlops_sync sync;
    int pieces; /* of a collection between two commits; each third comes to its end */
    int64_t (*sync_file)(void *ctx, int64_t file);
} scenario;

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static const scenario SCENARIOS[] = {
    {"full", MLOPS_SYNC_FULL, 0, NULL},
    {"full, in pieces", MLOPS_SYNC_FULL, 9, NULL},
    {"relaxed, in pieces", MLOPS_SYNC_RELAXED, 9, NULL},
    {"full without sync", MLOPS_SYNC_FULL, 0, skip_sync},
};

static int record_log(mlops__io_record *record, const scenario *sc, mlops_gc_stat *stat) {
    stage st;
    mlops_store *s;
    mlops_io io = record->table;
    int bad = 0;
    if (sc->sync_file) io.sync = sc->sync_file;
    mlops__io_record_mark(record, -1);
    set_stage(&st, &io);
    if (open_store(&s, &st, sc->sync)) return 1;
    mlops__io_record_mark(record, 0);
    for (int64_t k = 1; k <= COMMITS && !bad; k++) {
        st.now += DAY_NS;
        bad = commit(s, k) != MLOPS_OK;
        if (!bad && sc->sync == MLOPS_SYNC_RELAXED && k % FLUSHES == 0)
            bad = mlops_store_flush(s, NULL) != MLOPS_OK;
        mlops__io_record_mark(record, k);
        bad = bad || collect(s, k % 3 ? sc->pieces + (int)k : 0, stat) || !holds(s, k);
    }
    mlops_store_close(s);
    return bad || record->log.status;
}

static int run_scenario(const scenario *sc, int number, int32_t n_random, int64_t *n_states) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_sync sync = sc->sync;
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    power_opts opts = {judge, &sync, 20240229, n_random};
    n_remade = 0;
    int bad = record_log(&record, sc, &stat) || stat.n_deleted == 0 || n_remade == 0 ||
              power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (sc->sync_file ? totals.n_bad == 0 : totals.n_bad != 0);
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", number,
           sc->name, (long long)totals.n_records, (long long)totals.n_states,
           (long long)totals.n_bad, sc->sync_file ? ", as they must be" : "");
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    if (!sc->sync_file) *n_states += totals.n_states;
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
    return bad;
}

/* usage: power_gc [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : 2;
    int failed = 0, n = (int)(sizeof SCENARIOS / sizeof SCENARIOS[0]);
    int64_t n_states = 0;
    make_contents();
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) failed |= run_scenario(&SCENARIOS[i], i + 1, n_random, &n_states);
    printf("# power cuts survived: %lld states\n", (long long)n_states);
    return failed;
}
