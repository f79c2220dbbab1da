/* Power cuts while data is erased: commits are whole, with all of it or none; who goes on brings
 * each erasure to its end, after which no frame of a pack has a byte of it.
 *
 * Owns the record of what is done. Mark 1 is ahead of the erasures, 2 and 3 behind them. Syncs that
 * are left out must be found out.
 */
#include "fault/erase_model.h"
#include "fault/help_power.h"
#include "fault/help_sound.h"
#include "fault/replay_power.h"

#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

enum { FINISH_EVERY = 7, CHECK_EVERY = 11 };

static mlops_status open_store(mlops_store **out, stage *st) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &st->host;
    opts.sync = MLOPS_SYNC_FULL;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    return mlops_store_open(out, "dir/s.mlops", &opts, NULL);
}

/* ---- judging ---- */

static int judge(void *user, const power_cut *cut) {
    stage st;
    mlops_store *s;
    (void)user;
    if (cut->acknowledged < 1) return 0; /* power_store.c has what may be before */
    set_stage(&st, cut->io);
    st.next = 100;
    if (open_store(&s, &st)) return 1;
    int k = erase_n(s);
    int good = k >= cut->acknowledged - 1 && k <= cut->acknowledged && erase_holds(s, k);
    int finishes = cut->state % FINISH_EVERY == 0;
    if (good && finishes) good = erase_goes_on(s, k);
    mlops_store_close(s);
    if (good && cut->state % CHECK_EVERY == 0) good = is_sound_on("dir/s.mlops", &st.host);
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
    for (int i = 0; i < ERASE_VERSIONS && !bad; i++) bad = erase_commit(s, i) != MLOPS_OK;
    mlops__io_record_mark(record, 1);
    for (int k = 0; k < 2 && !bad; k++) {
        bad = !erase_holds(s, k) || erase_run(s, k, &stat) || !stat.done;
        mlops__io_record_mark(record, k + 2);
    }
    bad = bad || !erase_goes_on(s, 2);
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
