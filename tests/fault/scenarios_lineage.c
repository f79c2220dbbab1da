/* Lineage: a link is there from both ends or from none, and what is told is all or an error.
 *
 * Owns the few things that are linked: two datasets, of which one has a history, and a run.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

static const char RAW[] = "urn:raw:may";

static int commit_bytes(mlops_store *s, const char *dataset, const char *bytes) {
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    mlops_error err;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, &err));
    int status = mlops_draft_new(&d, c, dataset, NULL, &err);
    if (!status) status = mlops_draft_add_bytes(d, "a", bytes, strlen(bytes), &err);
    if (!status) status = mlops_draft_commit(d, &id, &err);
    if (!status) status = mlops_change_commit(c, NULL, &err);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_run *run = NULL;
    mlops_run_opts opts = MLOPS_RUN_OPTS_INIT;
    opts.dataset = "clean";
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = commit_bytes(s, "raw", "one");
    if (!status) status = commit_bytes(s, "raw", "two");
    if (!status) status = commit_bytes(s, "clean", "three");
    if (!status) status = mlops_run_start(&run, s, "x", &opts, NULL);
    mlops_run_close(run);
    mlops_store_close(s);
    return status;
}

static int link_all(mlops_store *s, mlops_error *err) {
    mlops_change *c;
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, err), err));
    int status =
        sweep_told(mlops_lineage_link(c, "datasets:/raw", "datasets:/clean", NULL, err), err);
    if (!status) status = sweep_told(mlops_lineage_link(c, RAW, "datasets:/raw", NULL, err), err);
    if (!status) status = sweep_told(mlops_lineage_link(c, RAW, "datasets:/clean", NULL, err), err);
    if (!status)
        status = sweep_told(mlops_lineage_unlink(c, RAW, "datasets:/clean", NULL, err), err);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, err), err);
    mlops_change_free(c);
    return status;
}

static int count(mlops_store *s, int down, const char *id, int64_t *n, mlops_error *err) {
    mlops_table *t;
    int status = down ? mlops_lineage_downstream(&t, s, id, NULL, err)
                      : mlops_lineage_upstream(&t, s, id, NULL, err);
    if (status) return sweep_told(status, err);
    *n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return MLOPS_OK;
}

static int with_store(const mlops_host *host, const char *dir, int links) {
    mlops_store *s;
    mlops_error err;
    int64_t n = 0;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = links ? link_all(s, &err) : MLOPS_OK;
    if (!status) status = count(s, 0, "datasets:/clean", &n, &err);
    if (!status && n != 3) status = SWEEP_WRONG;
    if (!status) status = count(s, 1, "datasets:/raw", &n, &err);
    if (!status && n != 2) status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int link_of(const mlops_host *host, const char *dir) { return with_store(host, dir, 1); }

static int told_of(const mlops_host *host, const char *dir) { return with_store(host, dir, 0); }

static int prepare_linked(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(prepare(host, dir));
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = link_all(s, &err);
    mlops_store_close(s);
    return status;
}

/* From both ends the same. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    int64_t up = 0, down = 0;
    (void)failed;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = count(s, 0, "datasets:/clean", &up, &err) || count(s, 1, RAW, &down, &err);
    if (!bad) bad = !(up == 3 && down == 3) && !(status && up == 0 && down == 0);
    mlops_store_close(s);
    return bad;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_lineage[] = {
    {"store lineage link", prepare, link_of, judge, ALL},
    {"store lineage read", prepare_linked, told_of, judge, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
