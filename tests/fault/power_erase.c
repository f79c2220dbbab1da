/* Power cuts while data is erased: commits are whole, with all of it or none; who goes on brings
 * each erasure to its end, after which no frame of a pack has a byte of it.
 *
 * Owns the model: three versions of a dataset with a file that is erased, which shares a chunk with
 * one that is not; a large one that is kept as changes to the version before; a table with rows of
 * a person. Mark 1 is ahead of the erasures, 2 and 3 behind them. Syncs that are left out must be
 * found out.
 */
#include "fault/help_power.h"
#include "fault/replay_power.h"
#include "fault/search_packs.h"

#include "store/store.h"

#include <mlops/check.h>

#include <stdio.h>
#include <stdlib.h>

enum {
    VERSIONS = 3,
    SMALL = 1500,
    LARGE = 40000,
    TABLE = 4000,
    FINISH_EVERY = 7,
    CHECK_EVERY = 11
};

static const char SECRET[] = "q9Zx-Mustermann-77Kd", PERSON[] = "erika";

static size_t make_text(char *out, size_t n, int seed, int with_secret) {
    uint64_t x = (uint64_t)seed * 7919 + 11;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = (char)('a' + x % 26);
    }
    if (with_secret) memcpy(out + n / 2, SECRET, sizeof SECRET - 1);
    return n;
}

/* Versions differ at their beginning alone. */
static size_t make_large(char *out, int version) {
    make_text(out, LARGE, 3, 1);
    return (size_t)snprintf(out, LARGE, "version %d", version) ? LARGE : 0;
}

static size_t make_table(char *out, int version, int with_person) {
    size_t n = (size_t)snprintf(out, TABLE, "name,x\n");
    for (int i = 0; i < 40; i++) {
        int hers = i % 9 == 4;
        if (hers && !with_person) continue;
        n += (size_t)snprintf(out + n, TABLE - n, "%s,%d\n", hers ? PERSON : "max",
                              version * 100 + i);
    }
    return n;
}

static mlops_status open_store(mlops_store **out, stage *st) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &st->host;
    opts.sync = MLOPS_SYNC_FULL;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    return mlops_store_open(out, "dir/s.mlops", &opts, NULL);
}

static mlops_status commit(mlops_store *s, int version) {
    static char text[LARGE];
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    if (mlops_change_new(&c, s, NULL, NULL)) return MLOPS_E_NOMEM;
    mlops_status status = mlops_draft_new(&d, c, "d", NULL, NULL);
    for (int i = 0; i < 2 && !status; i++) {
        size_t n = make_text(text, SMALL, i, i == 0);
        status = mlops_draft_add_bytes(d, i ? "b" : "a", text, n, NULL);
    }
    if (!status) status = mlops_draft_add_bytes(d, "big", text, make_large(text, version), NULL);
    if (!status)
        status = mlops_draft_add_bytes(d, "t.csv", text, make_table(text, version, 1), NULL);
    if (!status) status = mlops_draft_commit(d, &id, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

/* The first erasure is of files, the second of rows. */
static mlops_status erase(mlops_store *s, int rows, mlops_erase_stat *out) {
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    opts.paths = rows ? NULL : "a,big";
    opts.column = rows ? "name" : NULL;
    opts.value = rows ? PERSON : NULL;
    opts.reason = "asked to";
    opts.by = "dpo";
    return mlops_dataset_erase(s, "d", &opts, NULL, out, NULL);
}

/* ---- judging ---- */

static int n_erasures(mlops_store *s) {
    mlops_table *list;
    if (mlops_erase_list(&list, s, NULL)) return -1;
    int n = (int)mlops_table_n_rows(list);
    mlops_table_unref(list);
    return n;
}

/* n 0: it was erased. */
static int reads(mlops_store *s, const char *ref, const char *path, const char *want, size_t n) {
    static char got[LARGE];
    size_t size = 0;
    mlops_status status = mlops_dataset_read(s, "d", ref, path, got, sizeof got, &size, NULL);
    if (n == 0) return status == MLOPS_E_ERASED;
    return !status && size == n && memcmp(got, want, n) == 0;
}

static int version_holds(mlops_store *s, const char *ref, int version, int k) {
    static char want[LARGE];
    if (!reads(s, ref, "a", want, k > 0 ? 0 : make_text(want, SMALL, 0, 1))) return 0;
    if (!reads(s, ref, "b", want, make_text(want, SMALL, 1, 0))) return 0;
    if (!reads(s, ref, "big", want, k > 0 ? 0 : make_large(want, version))) return 0;
    return reads(s, ref, "t.csv", want, make_table(want, version, k < 2));
}

/* All versions, behind so many erasures. */
static int holds(mlops_store *s, int k) {
    mlops_table *log;
    char ref[65];
    if (mlops_dataset_log(&log, s, "d", NULL, 10, NULL)) return 0;
    int good = mlops_table_n_rows(log) == VERSIONS;
    for (int i = 0; i < VERSIONS && good; i++) {
        mlops_table_text(log, 0, i, ref, sizeof ref, NULL);
        good = version_holds(s, ref, VERSIONS - 1 - i, k);
    }
    mlops_table_unref(log);
    return good;
}

static int is_sound(const stage *st) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_check *check;
    opts.host = &st->host;
    if (mlops_check_store(&check, "dir/s.mlops", &opts, NULL)) return 0;
    int sound = mlops_check_n_faults(check) == 0;
    mlops_check_unref(check);
    return sound;
}

/* What was begun is brought to its end; then all that was to be erased is erased. */
static int goes_on(mlops_store *s, int k) {
    static const char *const gone[] = {SECRET, NULL}, *const all[] = {SECRET, PERSON, NULL};
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    if (mlops_dataset_erase(s, NULL, NULL, NULL, &stat, NULL) || !stat.done) return 0;
    if (k > 0 && search_packs(s, k > 1 ? all : gone)) return 0;
    for (; k < 2; k++)
        if (erase(s, k, &stat) || !stat.done) return 0;
    return holds(s, 2) && !search_packs(s, all);
}

static int judge(void *user, const power_cut *cut) {
    stage st;
    mlops_store *s;
    (void)user;
    if (cut->acknowledged < 1) return 0; /* power_store.c has what may be before */
    set_stage(&st, cut->io);
    st.next = 100;
    if (open_store(&s, &st)) return 1;
    int k = n_erasures(s);
    int good = k >= cut->acknowledged - 1 && k <= cut->acknowledged && holds(s, k);
    int finishes = cut->state % FINISH_EVERY == 0;
    if (good && finishes) good = goes_on(s, k);
    mlops_store_close(s);
    if (good && cut->state % CHECK_EVERY == 0) good = is_sound(&st);
    return !good;
}

/* ---- recording ---- */

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static int record_log(mlops__io_record *record, int skips) {
    stage st;
    mlops_store *s;
    mlops_io io = record->table;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    if (skips) io.sync = skip_sync;
    set_stage(&st, &io);
    if (open_store(&s, &st)) return 1;
    int bad = 0;
    for (int i = 0; i < VERSIONS && !bad; i++) bad = commit(s, i) != MLOPS_OK;
    mlops__io_record_mark(record, 1);
    for (int k = 0; k < 2 && !bad; k++) {
        bad = !holds(s, k) || erase(s, k, &stat) || !stat.done;
        mlops__io_record_mark(record, k + 2);
    }
    bad = bad || !goes_on(s, 2);
    mlops_store_close(s);
    return bad || record->log.status;
}

static int run_scenario(int skips, int32_t n_random) {
    mlops__io_memory *memory;
    mlops__io_record record;
    power_totals totals = {0, 0, 0, -1};
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    power_opts opts = {judge, NULL, 20240229, n_random};
    int bad = record_log(&record, skips) ||
              power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (skips ? totals.n_bad == 0 : totals.n_bad != 0);
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", skips + 1,
           skips ? "without sync" : "erasing", (long long)totals.n_records,
           (long long)totals.n_states, (long long)totals.n_bad, skips ? ", as they must be" : "");
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
    return bad;
}

/* usage: power_erase [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : 1;
    printf("1..2\n");
    int failed = run_scenario(0, n_random);
    failed |= run_scenario(1, n_random);
    return failed;
}
