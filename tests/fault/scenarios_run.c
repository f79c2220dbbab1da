/* Runs: after a verb that failed the run is as it was before it or as it would be behind it, in the
 * open handle and in the store.
 *
 * Owns the run that each scenario finds: a param, a tag, two points, an artifact. A verb that fails
 * once is tried again through the same handle. Files in memory have the index in memory, files of
 * the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 1200, BLOB = 3000, TEXT = 4096 };

static char id[40]; /* of the prepared run */

static mlops_status open_as(mlops_store **out, const mlops_host *host, const char *dir, int calm) {
    return sweep_open_store(out, host, dir, calm, 4096);
}

static void fill(uint8_t blob[BLOB]) {
    for (size_t i = 0; i < BLOB; i++) blob[i] = (uint8_t)(i * i >> 3);
}

/* ---- preparing and judging ---- */

static int make_run(mlops_store *s) {
    mlops_run *run;
    uint8_t blob[BLOB];
    fill(blob);
    MLOPS_TRY(mlops_run_start(&run, s, "fraud", NULL, NULL));
    strcpy(id, mlops_run_id(run));
    int status = mlops_run_param(run, "lr", "0.1", NULL);
    if (!status) status = mlops_run_tag(run, "who", "ada", NULL);
    if (!status) status = mlops_run_log(run, "auc", 0.5, 1, NULL);
    if (!status) status = mlops_run_log(run, "auc", 0.75, 2, NULL);
    if (!status) status = mlops_run_artifact(run, "a/b", blob, BLOB, NULL);
    mlops_run_close(run);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(open_as(&s, host, dir, 1));
    int status = make_run(s);
    mlops_store_close(s);
    return status;
}

static int has(const char *text, const char *part) { return strstr(text, part) != NULL; }

/* What no scenario changes. */
static int holds(mlops_run *run) {
    char text[TEXT];
    uint8_t blob[BLOB], got[BLOB];
    size_t n = 0;
    mlops_table *t;
    fill(blob);
    MLOPS_TRY(mlops_run_describe(run, text, sizeof text, NULL, NULL));
    if (!has(text, "\"lr\":\"0.1\"") || !has(text, "\"who\":")) return SWEEP_WRONG;
    MLOPS_TRY(mlops_run_artifact_read(run, "a/b", got, BLOB, &n, NULL));
    if (n != BLOB || memcmp(got, blob, BLOB) != 0) return SWEEP_WRONG;
    MLOPS_TRY(mlops_run_points(&t, run, "auc", NULL)); /* and that its blocks add up */
    n = (size_t)mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n == 2 || n == 3 || n == 2 + MANY || n == 3 + MANY ? MLOPS_OK : SWEEP_WRONG;
}

static int found(mlops_store *s, int64_t at_least) {
    mlops_table *t;
    MLOPS_TRY(
        mlops_run_search(&t, s, "fraud", "params.lr = '0.1' or status = 'RUNNING'", 100, NULL));
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n >= at_least && n <= at_least + 1 ? MLOPS_OK : SWEEP_WRONG;
}

/* The store opens, holds what it held, and goes on. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_run *run, *next;
    (void)status, (void)failed;
    if (open_as(&s, host, dir, 1)) return 1;
    int bad = mlops_run_open(&run, s, id, NULL) != MLOPS_OK;
    if (!bad) {
        bad = holds(run) || mlops_run_param(run, "later", "1", NULL) || found(s, 1) ||
              mlops_run_start(&next, s, "fraud", NULL, NULL);
        if (!bad) mlops_run_close(next);
        mlops_run_close(run);
    }
    mlops_store_close(s);
    return bad;
}

/* ---- scenarios ---- */

static int start(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_run *run;
    mlops_error err;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    opts.name = "second";
    opts.parent = id;
    MLOPS_TRY(open_as(&s, host, dir, 0));
    int status = sweep_told(mlops_run_start(&run, s, "fraud", &opts, &err), &err);
    if (status && run) status = SWEEP_WRONG;
    mlops_run_close(run);
    mlops_store_close(s);
    return status;
}

typedef mlops_status verb(mlops_run *run, const char *dir, mlops_error *err);

/* With a point that waits; tried twice, so that a handle is seen to survive a failure. */
static int with_run(const mlops_host *host, const char *dir, verb *once) {
    mlops_store *s;
    mlops_run *run;
    mlops_error err;
    MLOPS_TRY(open_as(&s, host, dir, 0));
    int status = sweep_told(mlops_run_open(&run, s, id, &err), &err);
    if (!status) {
        status = sweep_told(mlops_run_log(run, "auc", 0.8, 3, &err), &err);
        if (!status) {
            status = sweep_told(once(run, dir, &err), &err);
            if (status < 0 && status != SWEEP_WRONG) once(run, dir, NULL);
        }
        mlops_run_close(run);
    }
    mlops_store_close(s);
    return status;
}

static mlops_status set_param(mlops_run *run, const char *dir, mlops_error *err) {
    (void)dir;
    return mlops_run_param(run, "depth", "6", err);
}

static mlops_status set_tag(mlops_run *run, const char *dir, mlops_error *err) {
    (void)dir;
    return mlops_run_tag(run, "who", "eve", err);
}

static mlops_status take_tag(mlops_run *run, const char *dir, mlops_error *err) {
    (void)dir;
    MLOPS_TRY(mlops_run_tag(run, "new", "x", err));
    mlops_status status = mlops_run_tag(run, "new", NULL, err);
    return status;
}

/* All of them or none, whatever becomes of the point that waited. */
static mlops_status log_many(mlops_run *run, const char *dir, mlops_error *err) {
    static double values[MANY];
    (void)dir;
    return mlops_run_log_points(run, "auc", values, NULL, NULL, MANY, err);
}

static mlops_status flush(mlops_run *run, const char *dir, mlops_error *err) {
    (void)dir;
    MLOPS_TRY(mlops_run_log(run, "other", 1, 1, err));
    return mlops_run_flush(run, err);
}

static mlops_status keep_file(mlops_run *run, const char *dir, mlops_error *err) {
    sweep_path path;
    return mlops_run_artifact_file(run, "file", sweep_in(&path, dir, "file"), err);
}

static mlops_status end(mlops_run *run, const char *dir, mlops_error *err) {
    (void)dir;
    return mlops_run_end(run, MLOPS_RUN_FINISHED, err);
}

static mlops_status read_all(mlops_run *run, const char *dir, mlops_error *err) {
    char text[TEXT];
    mlops_table *t;
    (void)dir;
    MLOPS_TRY(mlops_run_describe(run, text, sizeof text, NULL, err));
    MLOPS_TRY(mlops_run_artifacts(&t, run, err));
    mlops_table_unref(t);
    int status = holds(run);
    return status == MLOPS_OK ? MLOPS_OK : mlops__fail(err, (mlops_status)status, "holds");
}

static int param_of(const mlops_host *host, const char *dir) {
    return with_run(host, dir, set_param);
}
static int tag_of(const mlops_host *host, const char *dir) { return with_run(host, dir, set_tag); }
static int untag_of(const mlops_host *host, const char *dir) {
    return with_run(host, dir, take_tag);
}
static int many_of(const mlops_host *host, const char *dir) {
    return with_run(host, dir, log_many);
}
static int flush_of(const mlops_host *host, const char *dir) { return with_run(host, dir, flush); }
static int end_of(const mlops_host *host, const char *dir) { return with_run(host, dir, end); }
static int read_of(const mlops_host *host, const char *dir) {
    return with_run(host, dir, read_all);
}

static int prepare_file(const mlops_host *host, const char *dir) {
    uint8_t blob[BLOB];
    int status = prepare(host, dir);
    for (size_t i = 0; i < BLOB; i++) blob[i] = (uint8_t)i;
    return status ? status : sweep_put(host, dir, "file", blob, BLOB);
}

static int file_of(const mlops_host *host, const char *dir) {
    return with_run(host, dir, keep_file);
}

static int search(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_table *t;
    mlops_error err;
    MLOPS_TRY(open_as(&s, host, dir, 0));
    int status = sweep_told(
        mlops_run_search(&t, s, NULL, "metrics.auc > 0.7 and tags.who = 'ada'", 9, &err), &err);
    if (!status && (mlops_table_n_rows(t) != 1 || mlops_table_find(t, "params.lr") < 0))
        status = SWEEP_WRONG;
    mlops_table_unref(t);
    if (!status) {
        status = sweep_told(mlops_run_experiments(&t, s, &err), &err);
        if (!status && mlops_table_n_rows(t) != 1) status = SWEEP_WRONG;
        mlops_table_unref(t);
    }
    mlops_store_close(s);
    return status;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_run[] = {
    {"store run start", prepare, start, judge, ALL},
    {"store run param", prepare, param_of, judge, ALL},
    {"store run tag", prepare, tag_of, judge, ALL},
    {"store run untag", prepare, untag_of, judge, ALL},
    {"store run log", prepare, many_of, judge, ALL},
    {"store run flush", prepare, flush_of, judge, ALL},
    {"store run artifact", prepare_file, file_of, judge, ALL},
    {"store run end", prepare, end_of, judge, ALL},
    {"store run read", prepare, read_of, judge, ALL},
    {"store run search", prepare, search, judge, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
