/* Power cuts while a file is written again and again: it holds the last acknowledged bytes or the
 * next ones, whole, at any cut.
 *
 * Owns the contents, by number. The replayer is itself put to the test: each writer that leaves out
 * one step of the right one must be found out.
 */
#include "fault/replay_power.h"

#include "file/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_WRITES = 24, SIZE_MAX_HERE = 20000, N_RANDOM = 250, N_RANDOM_HARMED = 20 };

static const char PATH[] = "dir/file";

static const size_t SIZES[] = {0, 1, 511, 512, 513, 4096, 5000, 20000};

static uint8_t contents[N_WRITES + 1][SIZE_MAX_HERE];

static size_t size_of(int64_t k) { return SIZES[(size_t)k * 5 % (sizeof SIZES / sizeof SIZES[0])]; }

static void make_contents(void) {
    for (size_t k = 0; k <= N_WRITES; k++)
        for (size_t i = 0; i < SIZE_MAX_HERE; i++)
            contents[k][i] = (uint8_t)(i * 13 + (i >> 9) * 5 + k * 29 + 1);
}

static int holds(const uint8_t *bytes, size_t n, int64_t k) {
    if (k < 1 || k > N_WRITES || n != size_of(k)) return 0;
    return n == 0 || memcmp(bytes, contents[k], n) == 0;
}

static int judge(void *user, const power_cut *cut) {
    (void)user;
    size_t n;
    const uint8_t *bytes = mlops__io_memory_content(cut->memory, PATH, &n);
    if (!bytes) return cut->acknowledged != 0;
    return !holds(bytes, n, cut->acknowledged) && !holds(bytes, n, cut->acknowledged + 1);
}

/* One way of writing, and whether cuts may harm it. */
typedef struct writer {
    const char *name;
    mlops_status (*write)(const mlops__host *host, int64_t k);
    void (*spoil)(mlops__host *host);
    int harmed;
} writer;

static mlops_status write_right(const mlops__host *host, int64_t k) {
    return mlops__file_write(host, PATH, contents[k], size_of(k), NULL);
}

static int64_t skip_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static int64_t skip_sync_dir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

static void without_sync(mlops__host *host) { host->io.sync = skip_sync; }

static void without_sync_dir(mlops__host *host) { host->io.sync_dir = skip_sync_dir; }

/* Overwrites the file where it stands. */
static mlops_status write_in_place(const mlops__host *host, int64_t k) {
    const mlops_io *io = &host->io;
    int64_t f = io->open(io->ctx, PATH, k == 1 ? MLOPS_IO_CREATE : MLOPS_IO_READ_WRITE);
    if (f < 0) return MLOPS_E_IO;
    for (size_t done = 0; done < size_of(k);)
        done +=
            (size_t)io->pwrite(io->ctx, f, contents[k] + done, size_of(k) - done, (int64_t)done);
    io->truncate(io->ctx, f, (int64_t)size_of(k));
    io->sync(io->ctx, f);
    io->close(io->ctx, f);
    io->sync_dir(io->ctx, "dir");
    return MLOPS_OK;
}

/* Removes the old file before the new one has its name. */
static mlops_status write_after_unlink(const mlops__host *host, int64_t k) {
    const mlops_io *io = &host->io;
    if (k > 1) io->unlink(io->ctx, PATH);
    return write_right(host, k);
}

static const writer WRITERS[] = {
    {"write", write_right, NULL, 0},
    {"write without sync", write_right, without_sync, 1},
    {"write without directory sync", write_right, without_sync_dir, 1},
    {"write in place", write_in_place, NULL, 1},
    {"unlink, then write", write_after_unlink, NULL, 1},
};

/* Every transfer is short, so that a file takes several writes. */
static int record_log(mlops__io_record *record, mlops__io_fault *shorts, const writer *w) {
    mlops__host host;
    if (mlops__host_init(&host, NULL, NULL)) return -1;
    shorts->kind = MLOPS__FAULT_SHORT;
    shorts->fail_at = 1;
    shorts->n_failing = INT32_MAX;
    host.io = shorts->table;
    if (w->spoil) w->spoil(&host);
    for (int64_t k = 1; k <= N_WRITES; k++) {
        if (w->write(&host, k)) return -1;
        mlops__io_record_mark(record, k);
    }
    return record->log.status;
}

static int run_writer(const writer *w, int number, int32_t n_random, int64_t *n_states) {
    mlops__io_memory *memory;
    mlops__io_record record;
    mlops__io_fault shorts;
    power_totals totals = {0, 0, 0, -1};
    if (mlops__io_memory_new(&memory, &mlops__heap)) abort();
    mlops__io_record_init(&record, mlops__io_memory_table(memory), &mlops__heap);
    mlops__io_fault_init(&shorts, &record.table);
    power_opts opts = {judge, NULL, 20240229, w->harmed ? N_RANDOM_HARMED : n_random};
    int bad = record_log(&record, &shorts, w) ||
              power_replay(&totals, record.log.data, record.log.size, &opts);
    bad = bad || (w->harmed ? totals.n_bad == 0 : totals.n_bad != 0);
    printf("%s %d - %s: %lld records, %lld states, %lld bad%s\n", bad ? "not ok" : "ok", number,
           w->name, (long long)totals.n_records, (long long)totals.n_states,
           (long long)totals.n_bad, w->harmed ? ", as they must be" : "");
    if (bad) printf("# first bad state behind record %lld\n", (long long)totals.first_bad);
    if (!w->harmed) *n_states += totals.n_states;
    mlops__io_record_free(&record);
    mlops__io_memory_free(memory);
    return bad;
}

/* usage: power_file [STATES]: random states at each cut. */
int main(int argc, char **argv) {
    int32_t n_random = argc > 1 ? atoi(argv[1]) : N_RANDOM;
    int failed = 0, n = (int)(sizeof WRITERS / sizeof WRITERS[0]);
    int64_t n_states = 0;
    make_contents();
    printf("1..%d\n", n);
    for (int i = 0; i < n; i++) failed |= run_writer(&WRITERS[i], i + 1, n_random, &n_states);
    printf("# power cuts survived: %lld states\n", (long long)n_states);
    return failed;
}
