/* Folders: one that is added is there whole with the commit, or nothing of it is; what is told of
 * it is right or an error; what is remembered makes no difference.
 *
 * Owns the folder that each scenario finds: files that share a chunk, one that has its own, an
 * empty one, in folders of folders.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE = 20000, N_FILES = 5 };

typedef struct source {
    const char *path;
    size_t n;
} source;

static const source FILES[N_FILES] = {
    {"a", 3000}, {"b", 0}, {"large", LARGE}, {"sub/c", 3}, {"sub/er/d", 3000}};

static void fill(uint8_t *bytes, size_t n, size_t seed) {
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)((i * i >> 2) + seed * 31 + i % 7);
}

static int put_files(const mlops_host *host, const char *dir) {
    static const char *const FOLDERS[] = {"in", "in/sub", "in/sub/er"};
    sweep_path path;
    uint8_t *bytes = malloc(LARGE);
    int bad = bytes == NULL;
    for (size_t i = 0; i < 3; i++) host->io->mkdir(host->io->ctx, sweep_in(&path, dir, FOLDERS[i]));
    for (size_t i = 0; i < N_FILES && !bad; i++) {
        char name[40] = "in/";
        strcat(name, FILES[i].path);
        fill(bytes, FILES[i].n, i);
        bad = sweep_put(host, dir, name, bytes, FILES[i].n);
    }
    free(bytes);
    return bad;
}

static int add(mlops_store *s, const char *dir, const mlops_folder_opts *opts, int n_files,
               mlops_error *err) {
    sweep_path path;
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    mlops_folder_stat stat = MLOPS_FOLDER_STAT_INIT;
    sweep_in(&path, dir, "in");
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, err), err));
    int status = sweep_told(mlops_draft_new(&d, c, "fraud", NULL, err), err);
    int first = status;
    if (!status) {
        first = sweep_told(mlops_draft_add_folder(d, "in", path.text, opts, &stat, err), err);
        status = first; /* a draft survives: it is tried again */
        if (first && first != SWEEP_WRONG)
            status = mlops_draft_add_folder(d, "in", path.text, opts, &stat, err);
        if (!status && stat.n_files != n_files) first = SWEEP_WRONG;
    }
    if (!status) status = sweep_told(mlops_draft_commit(d, &id, err), err);
    mlops_draft_free(d);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, err), err);
    mlops_change_free(c);
    return first ? first : status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(put_files(host, dir));
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    mlops_store_close(s);
    return MLOPS_OK;
}

static int prepare_added(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(put_files(host, dir));
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = add(s, dir, NULL, N_FILES, &err);
    mlops_store_close(s);
    return status;
}

static int add_of(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = add(s, dir, NULL, N_FILES, &err);
    mlops_store_close(s);
    return status;
}

static int status_of(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    sweep_path path;
    mlops_table *t;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = sweep_told(
        mlops_dataset_status(&t, s, "fraud", NULL, NULL, sweep_in(&path, dir, "in"), NULL, &err),
        &err);
    if (!status && mlops_table_n_rows(t) != 2 * N_FILES) status = SWEEP_WRONG; /* of no prefix */
    mlops_table_unref(t);
    if (!status)
        status = sweep_told(mlops_dataset_status(&t, s, "fraud", NULL, "in", path.text, NULL, &err),
                            &err);
    if (!status && mlops_table_n_rows(t) != 0) status = SWEEP_WRONG;
    if (!status) mlops_table_unref(t);
    mlops_store_close(s);
    return status;
}

/* All of it is there, or there is no dataset; and it is added again whatever was left behind. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    mlops_id id;
    uint8_t want[LARGE], got[LARGE];
    (void)failed;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = mlops_dataset_resolve(&id, s, "fraud", NULL, NULL);
    bad = bad == MLOPS_E_NOT_FOUND && status ? 0 : bad;
    if (!bad) bad = add(s, dir, NULL, N_FILES, &err);
    for (size_t i = 0; i < N_FILES && !bad; i++) {
        char name[40] = "in/";
        size_t n = 0;
        strcat(name, FILES[i].path);
        fill(want, FILES[i].n, i);
        bad = mlops_dataset_read(s, "fraud", NULL, name, got, LARGE, &n, NULL);
        if (!bad) bad = n != FILES[i].n || memcmp(got, want, n) != 0;
    }
    mlops_store_close(s);
    return bad;
}

/* ---- two tables that are read at once, by several workers ---- */

enum { TABLE = 1050000, LINE = 30 }; /* which is large, without a line, too */

/* Each worker does every second piece. */
static mlops_status in_turn(void *ctx, int64_t n, mlops_task task, void *user) {
    mlops_status status = MLOPS_OK;
    (void)ctx;
    for (int64_t i = 0; i < n && !status; i++) status = task(user, i, (int32_t)(i % 2));
    return status;
}

static char *make_table(void) {
    char *out = malloc(TABLE + LINE);
    size_t seed = 1;
    for (size_t i = 0; out && i < TABLE; i += LINE) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        snprintf(out + i, LINE + 1, "%08zu,%08zu,%s,%07zu\n", i, seed >> 40, i % 7 ? "de" : "us",
                 seed >> 20 & 0xfffff);
    }
    return out;
}

static int prepare_table(const mlops_host *host, const char *dir) {
    mlops_store *s;
    sweep_path path;
    char *text = make_table();
    if (!text) return SWEEP_WRONG;
    host->io->mkdir(host->io->ctx, sweep_in(&path, dir, "in"));
    int bad = sweep_put(host, dir, "in/t.csv", text, TABLE);
    if (!bad) bad = sweep_put(host, dir, "in/u.csv", text + LINE, TABLE - LINE);
    free(text);
    if (!bad) bad = sweep_open_store(&s, host, dir, 1, 4096);
    if (!bad) mlops_store_close(s);
    return bad;
}

static int add_in_turn(mlops_store *s, const char *dir, mlops_error *err) {
    mlops_executor executor = MLOPS_EXECUTOR_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    executor.n_workers = 2;
    executor.parallel_for = in_turn;
    call.executor = &executor;
    opts.call = &call;
    return add(s, dir, &opts, 2, err);
}

static int add_table_of(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = add_in_turn(s, dir, &err);
    mlops_store_close(s);
    return status;
}

static int judge_table(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    mlops_id id;
    size_t n = 0;
    char *want = make_table(), *got = malloc(TABLE);
    (void)failed;
    int bad = !want || !got ? SWEEP_WRONG : sweep_open_store(&s, host, dir, 1, 4096);
    if (!bad) {
        bad = mlops_dataset_resolve(&id, s, "fraud", NULL, NULL);
        if (bad == MLOPS_E_NOT_FOUND && status) bad = 0;
        if (!bad) bad = add_in_turn(s, dir, &err);
        if (!bad) bad = mlops_dataset_read(s, "fraud", NULL, "in/t.csv", got, TABLE, &n, NULL);
        if (!bad) bad = n != TABLE || memcmp(got, want, n) != 0;
        if (!bad) bad = mlops_dataset_read(s, "fraud", NULL, "in/u.csv", got, TABLE, &n, NULL);
        if (!bad) bad = n != TABLE - LINE || memcmp(got, want + LINE, n) != 0;
        mlops_store_close(s);
    }
    free(want);
    free(got);
    return bad;
}

/* ---- a table whose file has changed ---- */

static const char OLDER[] = "id,v\n1,a\n2,b\n3,c\n", NEWER[] = "id,v\n1,a\n2,b\n3,c\n4,d\n";

static mlops_status add_older(mlops_change *c, const char *file, mlops_error *err) {
    mlops_draft *d;
    mlops_id id;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = "v";
    MLOPS_TRY(mlops_draft_new(&d, c, "fraud", NULL, err));
    mlops_status status = mlops_draft_add_csv(d, "in/t.csv", file, &opts, err);
    if (!status) status = mlops_draft_split(d, "in/t.csv", NULL, err);
    if (!status) status = mlops_draft_divide(d, "in/t.csv", NULL, err);
    if (!status) status = mlops_draft_commit(d, &id, err);
    mlops_draft_free(d);
    return status;
}

static int prepare_again(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_change *c = NULL;
    mlops_error err;
    sweep_path path;
    host->io->mkdir(host->io->ctx, sweep_in(&path, dir, "in"));
    MLOPS_TRY(sweep_put(host, dir, "older.csv", OLDER, strlen(OLDER)));
    MLOPS_TRY(sweep_put(host, dir, "in/t.csv", NEWER, strlen(NEWER)));
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = mlops_change_new(&c, s, NULL, &err);
    if (!bad) bad = add_older(c, sweep_in(&path, dir, "older.csv"), &err);
    if (!bad) bad = mlops_change_commit(c, NULL, &err);
    mlops_change_free(c);
    mlops_store_close(s);
    return bad;
}

static int add_again(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = add(s, dir, NULL, 1, &err);
    mlops_store_close(s);
    return status;
}

/* It is one yet, with its split and its parts. */
static int judge_again(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    mlops_table *t = NULL;
    (void)status;
    (void)failed;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = add(s, dir, NULL, 1, &err);
    if (!bad)
        bad = mlops_dataset_table(&t, s, "fraud", NULL, "in/t.csv", MLOPS_PART_HELD_OUT, &err);
    if (!bad && mlops_table_n_rows(t) != 1) bad = SWEEP_WRONG;
    mlops_table_unref(t);
    t = NULL;
    if (!bad) bad = mlops_dataset_parts(&t, s, "fraud", NULL, "in/t.csv", &err);
    mlops_table_unref(t);
    mlops_store_close(s);
    return bad;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_folder[] = {
    {"store folder add", prepare, add_of, judge, ALL},
    {"store folder status", prepare_added, status_of, judge, ALL},
    {"store folder table", prepare_table, add_table_of, judge_table, SWEEP_MEMORY | SWEEP_TREE},
    {"store folder table again", prepare_again, add_again, judge_again, SWEEP_MEMORY | SWEEP_TREE},
    {NULL, NULL, NULL, NULL, 0},
};
