/* Expectations of datasets: kept with a commit in one change, judged, overridden, listed. The store
 * has all of a change or nothing.
 *
 * Owns nothing. Files in memory have the index in memory, files of the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

static const char TEXT[] = "unique(id)\nreferences(id, 'o', 'id')\nnot drifted(x)\nx < 0 as never\n"
                           "age_of(id) > 0 warn\n";

static int put_older(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_status status = sweep_open_store(&s, host, dir, 1, 4096);
    if (!status) mlops_store_close(s);
    return status;
}

static mlops_status keep(mlops_change *c, const mlops_host *host, mlops_error *err) {
    mlops_expectations *e;
    MLOPS_TRY(mlops_expectations_parse(&e, TEXT, host, err));
    mlops_status status = mlops_dataset_expect(c, "d", "t", e, err);
    mlops_expectations_unref(e);
    return status;
}

static mlops_status add(mlops_draft *d, const mlops_host *host, mlops_error *err) {
    mlops_table *t;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, err));
    mlops_status status = mlops_draft_add_table(d, "t", t, NULL, err);
    if (!status) status = mlops_draft_add_table(d, "o", t, NULL, err);
    mlops_table_unref(t);
    return status;
}

/* A commit that is refused until there is a reason. */
static mlops_status insist(mlops_draft *d, int *good, mlops_error *err) {
    mlops_table *report;
    mlops_id id;
    MLOPS_TRY(mlops_draft_validate(&report, d, "t", err));
    *good = mlops_table_n_rows(report) == 5;
    mlops_table_unref(report);
    mlops_status status = mlops_draft_commit(d, &id, err);
    if (status != MLOPS_E_REFUSED) return status;
    MLOPS_TRY(mlops_draft_override(d, "it is known", err));
    return mlops_draft_commit(d, &id, err);
}

static int commit(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_change *c = NULL;
    mlops_draft *d = NULL;
    mlops_error err;
    int good = 1;
    mlops_status status = sweep_open_store(&s, host, dir, 0, 4096);
    if (status) return status;
    status = mlops_change_new(&c, s, NULL, &err);
    if (!status) status = keep(c, host, &err);
    if (!status) status = mlops_draft_new(&d, c, "d", NULL, &err);
    if (!status) status = add(d, host, &err);
    if (!status) status = insist(d, &good, &err);
    if (!status) status = mlops_change_commit(c, NULL, &err);
    mlops_draft_free(d);
    mlops_change_free(c);
    mlops_store_close(s);
    return good ? sweep_told(status, &err) : SWEEP_WRONG;
}

/* All of the change, or nothing. */
static int whole_or_not(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_table *t = NULL;
    mlops_expectations *e = NULL;
    (void)failed;
    if (sweep_open_store(&s, host, dir, 1, 4096)) return 1;
    mlops_status kept = mlops_dataset_expectations(&e, s, "d", "t", NULL);
    int bad = mlops_dataset_validations(&t, s, "d", NULL) != MLOPS_OK;
    int64_t n = bad ? 0 : mlops_table_n_rows(t);
    bad |= kept ? kept != MLOPS_E_NOT_FOUND || n != 0 || !status : n != 1;
    mlops_table_unref(t);
    mlops_expectations_unref(e);
    mlops_store_close(s);
    return bad;
}

static int put_committed(const mlops_host *host, const char *dir) { return commit(host, dir); }

static int read(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_table *t = NULL, *report = NULL;
    mlops_expectations *e = NULL;
    mlops_error err;
    mlops_status status = sweep_open_store(&s, host, dir, 0, 4096);
    if (status) return status;
    status = mlops_dataset_expectations(&e, s, "d", "t", &err);
    if (!status) status = mlops_dataset_validate(&report, s, "d", NULL, "t", "main", &err);
    if (!status) status = mlops_dataset_validations(&t, s, "d", &err);
    int good = status || (mlops_table_n_rows(report) == 5 && mlops_table_n_rows(t) == 1);
    mlops_table_unref(t);
    mlops_table_unref(report);
    mlops_expectations_unref(e);
    mlops_store_close(s);
    return good ? sweep_told(status, &err) : SWEEP_WRONG;
}

const sweep_scenario sweep_quality[] = {
    {"store quality: commit", put_older, commit, whole_or_not,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {"store quality: read", put_committed, read, NULL,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {NULL, NULL, NULL, NULL, 0},
};
