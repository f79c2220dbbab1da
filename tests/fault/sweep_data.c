/* What scenarios share: files, rows, a model.
 *
 * Owns the data. Invariant: equal calls make equal bytes, so that each run of a sweep sees the
 * same.
 */
#include "fault/sweep.h"

#include "sys/host.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const float sweep_rows[2 * SWEEP_FEATURES] = {0.5f, -0.25f, 2.0f, NAN, 1.5f, -1.0f};

/* By XGBoost 1.7.4. */
const double sweep_predictions[2] = {0x1.996478p-1, 0x1.991d2ap-2};

const char *sweep_in(sweep_path *path, const char *dir, const char *name) {
    snprintf(path->text, sizeof path->text, "%s/%s", dir, name);
    return path->text;
}

int sweep_put(const mlops_host *host, const char *dir, const char *name, const void *bytes,
              size_t n) {
    sweep_path path;
    const mlops_io *io = host->io;
    int64_t file = io->open(io->ctx, sweep_in(&path, dir, name), MLOPS_IO_CREATE);
    if (file < 0) return -1;
    int bad = 0;
    for (size_t done = 0; done < n && !bad;) {
        int64_t put =
            io->pwrite(io->ctx, file, (const char *)bytes + done, n - done, (int64_t)done);
        bad = put <= 0;
        if (!bad) done += (size_t)put;
    }
    return io->close(io->ctx, file) || bad;
}

int sweep_same(const mlops_host *host, const char *dir, const char *name, const void *bytes,
               size_t n) {
    sweep_path path;
    const mlops_io *io = host->io;
    int64_t file = io->open(io->ctx, sweep_in(&path, dir, name), MLOPS_IO_READ);
    if (file < 0) return -1;
    int same = io->size(io->ctx, file) == (int64_t)n;
    for (size_t done = 0; done < n && same;) {
        char part[4096];
        int64_t got = io->pread(io->ctx, file, part, sizeof part, (int64_t)done);
        same = got > 0 && (size_t)got <= n - done &&
               memcmp(part, (const char *)bytes + done, (size_t)got) == 0;
        if (same) done += (size_t)got;
    }
    io->close(io->ctx, file);
    return !same;
}

/* ---- stores ---- */

static int64_t (*list_below)(void *ctx, const char *path, char *names, size_t cap);

static int64_t patient_list(void *ctx, const char *path, char *names, size_t cap) {
    int64_t code;
    do code = list_below(ctx, path, names, cap);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    return code;
}

static int64_t (*scan_below)(void *ctx, const char *path, mlops_io_visit visit, void *user);

static int64_t patient_scan(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    int64_t code;
    do code = scan_below(ctx, path, visit, user);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    return code;
}

static int64_t no_sync(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static int64_t no_sync_dir(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

const mlops_host *sweep_without_sync(sweep_terms *t, const mlops_host *host) {
    t->io = *host->io;
    t->io.sync = no_sync;
    t->io.sync_dir = no_sync_dir;
    t->host = *host;
    t->host.io = &t->io;
    return &t->host;
}

const mlops_store_opts *sweep_store_terms(sweep_terms *t, const mlops_host *host, const char *dir) {
    int in_memory = strcmp(dir, "/dir") == 0;
    t->opts = (mlops_store_opts)MLOPS_STORE_OPTS_INIT;
    t->io = *host->io;
    t->host = *host;
    list_below = t->io.list;
    t->io.list = patient_list;
    scan_below = t->io.scan;
    t->io.scan = patient_scan;
    t->host.io = &t->io;
    t->opts.host = &t->host;
    t->opts.index = in_memory ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE;
    return &t->opts;
}

mlops_status sweep_open_store(mlops_store **out, const mlops_host *host, const char *dir, int calm,
                              int64_t journal_bytes) {
    sweep_path path;
    sweep_terms swift, terms;
    sweep_store_terms(&terms, calm ? sweep_without_sync(&swift, host) : host, dir);
    terms.opts.journal_bytes = journal_bytes;
    return mlops_store_open(out, sweep_in(&path, dir, "s"), &terms.opts, NULL);
}

int sweep_told(int status, const mlops_error *err) {
    return status < 0 && ((int)err->code != status || !err->message[0]) ? SWEEP_WRONG : status;
}

mlops_status sweep_open_other(mlops_store **out, const mlops_host *host, const char *dir,
                              mlops_error *err) {
    sweep_path path;
    sweep_terms terms;
    return sweep_told(mlops_store_open(out, sweep_in(&path, dir, "other"),
                                       sweep_store_terms(&terms, host, dir), err),
                      err);
}

mlops_status sweep_open_remote(mlops_share **out, const mlops_host *host, const char *dir,
                               mlops_error *err) {
    static sweep_terms terms; /* outlives the share */
    sweep_path path;
    const mlops_host *lent = sweep_store_terms(&terms, host, dir)->host;
    return sweep_told(mlops_share_directory(out, sweep_in(&path, dir, "remote"), lent, err), err);
}

/* ---- models and tables ---- */

size_t sweep_fixture(char *bytes, size_t cap, const char *name) {
    char path[1024];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/tests/fault/%s", root ? root : ".", name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        printf("Bail out! %s is missing: set MLOPS_SOURCE_ROOT\n", path);
        exit(1);
    }
    size_t n = fread(bytes, 1, cap, file);
    fclose(file);
    return n;
}

int sweep_put_fixture(const mlops_host *host, const char *dir, const char *name) {
    char bytes[SWEEP_FIXTURE_MAX];
    size_t n = sweep_fixture(bytes, sizeof bytes, name);
    return sweep_put(host, dir, name, bytes, n);
}

mlops_status sweep_load_model(mlops_model **out, const mlops_host *host, const char *dir,
                              mlops_error *err) {
    mlops_model_opts opts = MLOPS_MODEL_OPTS_INIT;
    sweep_path path;
    opts.host = host;
    return mlops_model_load(out, sweep_in(&path, dir, "model.json"), &opts, err);
}

size_t sweep_make_csv(char out[SWEEP_CSV_MAX], int shift) {
    static const char *const COLOURS[] = {"red", "green", "blue", ""};
    size_t n = (size_t)snprintf(out, SWEEP_CSV_MAX, "x,colour,id\n");
    for (int i = 0; i < SWEEP_ROWS; i++)
        n += (size_t)snprintf(out + n, SWEEP_CSV_MAX - n, "%d.%d,%s,%d\n", shift + i * 37 % 64,
                              i % 10, COLOURS[i % 4], i);
    return n;
}

int sweep_put_csv(const mlops_host *host, const char *dir, const char *name, int shift) {
    char csv[SWEEP_CSV_MAX];
    return sweep_put(host, dir, name, csv, sweep_make_csv(csv, shift));
}

mlops_status sweep_parse_csv(mlops_table **out, const mlops_host *host, int shift,
                             mlops_error *err) {
    char text[SWEEP_CSV_MAX];
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = host;
    return mlops_table_parse(out, text, sweep_make_csv(text, shift), &opts, err);
}
