/* Branches that are merged: after a verb that failed the branch is as it was, or merged whole, and
 * merging can be tried again.
 *
 * Owns the dataset that each scenario finds: main and side have changed a row of one table each,
 * and both one more; side has a file of its own.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <stdio.h>
#include <string.h>

static const char BASE[] = "id,v\n1,a\n2,b\n3,c\n4,d\n", OURS[] = "id,v\n1,A\n2,b\n3,c\n4,o\n",
                  THEIRS[] = "id,v\n1,a\n2,B\n3,c\n4,t\n", MERGED[] = "id,v\n1,A\n2,B\n3,c\n4,t\n",
                  AFTERWARDS[] = "merged";

/* ---- what is there ---- */

/* Of the second table ours alone has other rows, and theirs alone says what it is for. */
static mlops_status add_table(mlops_draft *d, const mlops_host *host, const char *dir,
                              const char *csv, mlops_error *err) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    sweep_path path;
    opts.row_id = "id";
    const char *name = csv == BASE ? "base.csv" : csv == OURS ? "ours.csv" : "theirs.csv";
    if (sweep_put(host, dir, name, csv, strlen(csv))) return MLOPS_E_IO;
    MLOPS_TRY(mlops_draft_add_csv(d, "t.csv", sweep_in(&path, dir, name), &opts, err));
    if (csv != THEIRS)
        return mlops_draft_add_csv(d, "u.csv", sweep_in(&path, dir, name), &opts, err);
    opts.target = "v";
    MLOPS_TRY(mlops_draft_add_csv(d, "u.csv", sweep_in(&path, dir, "base.csv"), &opts, err));
    MLOPS_TRY(mlops_draft_split(d, "u.csv", NULL, err));
    return mlops_draft_divide(d, "u.csv", NULL, err);
}

static mlops_status commit_to(mlops_store *s, const mlops_host *host, const char *dir,
                              const char *branch, const char *csv, mlops_error *err) {
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.branch = branch;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    mlops_status status = mlops_draft_new(&d, c, "d", &opts, err);
    if (!status) status = add_table(d, host, dir, csv, err);
    if (!status && csv == THEIRS)
        status = mlops_draft_add_bytes(d, "file", AFTERWARDS, sizeof AFTERWARDS, err);
    if (!status) status = mlops_draft_commit(d, &id, err);
    if (!status && csv == BASE) status = mlops_dataset_branch(c, "d", "side", "main", err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = commit_to(s, host, dir, "main", BASE, &err) ||
              commit_to(s, host, dir, "side", THEIRS, &err) ||
              commit_to(s, host, dir, "main", OURS, &err);
    mlops_store_close(s);
    return bad;
}

/* Two versions that are kept as rows, of which three have changed. */
static mlops_status commit_rows(mlops_store *s, const mlops_host *host, const char *dir,
                                int version, mlops_error *err) {
    enum { ROWS = 4000, LINE = 24 };
    static char csv[ROWS * LINE];
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    sweep_path path;
    size_t n = (size_t)snprintf(csv, LINE, "id,number,score\n");
    for (int row = 0; row < ROWS; row++)
        n += (size_t)snprintf(csv + n, LINE, "%d,%07d,0.%03d\n", row, row * 37 % 9973,
                              (row * 7 + (version && row % 1500 == 9)) % 1000);
    const char *name = version ? "newer.csv" : "older.csv";
    if (sweep_put(host, dir, name, csv, n)) return MLOPS_E_IO;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    mlops_status status = mlops_draft_new(&d, c, "rows", NULL, err);
    if (!status) status = mlops_draft_add_csv(d, "t.csv", sweep_in(&path, dir, name), NULL, err);
    if (!status) status = mlops_draft_commit(d, &id, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static int prepare_rows(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = commit_rows(s, host, dir, 0, &err) || commit_rows(s, host, dir, 1, &err);
    mlops_store_close(s);
    return bad;
}

/* ---- what is done ---- */

/* By a draft: the conflict is listed, then decided for theirs. */
static mlops_status merge_draft(mlops_change *c, mlops_error *err) {
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_draft *d;
    mlops_table *t = NULL;
    mlops_id id;
    int64_t n = 1;
    MLOPS_TRY(mlops_draft_new(&d, c, "d", NULL, err));
    for (int i = 0; i < 2 && n == 1; i++) {
        mlops_status status = mlops_draft_merge(&t, d, "side", &opts, err);
        n = status ? 0 : mlops_table_n_rows(t);
        if (status && t) n = 2;
        mlops_table_unref(t);
        opts.policy = MLOPS_MERGE_THEIRS;
        if (!status) continue;
        mlops_draft_free(d);
        return status;
    }
    mlops_status status = mlops_draft_commit(d, &id, err);
    mlops_draft_free(d);
    return n == 1 || status ? status : (mlops_status)SWEEP_WRONG;
}

static mlops_status merge_branch(mlops_change *c, mlops_error *err) {
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_id id;
    opts.policy = MLOPS_MERGE_THEIRS;
    MLOPS_TRY(mlops_dataset_merge(&id, c, "d", "side", &opts, err));
    opts.branch = "side"; /* goes ahead */
    return mlops_dataset_merge(&id, c, "d", "main", &opts, err);
}

static int merge(mlops_store *s, mlops_status (*how)(mlops_change *, mlops_error *)) {
    mlops_change *c;
    mlops_error err;
    err.code = 0;
    err.message[0] = 0;
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, &err), &err));
    int status = how(c, &err);
    if (!status) status = mlops_change_commit(c, NULL, &err);
    mlops_change_free(c);
    return status == SWEEP_WRONG ? status : sweep_told(status, &err);
}

static int run(const mlops_host *host, const char *dir,
               mlops_status (*how)(mlops_change *, mlops_error *)) {
    mlops_store *s;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = merge(s, how);
    mlops_store_close(s);
    return status;
}

static int by_draft(const mlops_host *host, const char *dir) { return run(host, dir, merge_draft); }

static int by_branch(const mlops_host *host, const char *dir) {
    return run(host, dir, merge_branch);
}

static int compare_rows(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_diff *d = NULL;
    mlops_table *t = NULL;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status =
        sweep_told(mlops_dataset_diff_rows(&d, s, "d", "side", NULL, "t.csv", NULL, &err), &err);
    if (status ? d != NULL : mlops_diff_n_cells(d) != 3) status = SWEEP_WRONG;
    mlops_diff_unref(d);
    if (!status) status = sweep_told(mlops_dataset_diff(&t, s, "d", "side", NULL, &err), &err);
    if (!status && mlops_table_n_rows(t) != 3) status = SWEEP_WRONG;
    mlops_table_unref(t);
    mlops_store_close(s);
    return status;
}

/* What touched rows tell, and then all of them. */
static int compare_touched(const mlops_host *host, const char *dir) {
    static const char *const keys[2] = {"", "id"};
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = MLOPS_OK;
    for (int way = 0; way < 2 && !status; way++) {
        mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
        mlops_diff *d = NULL;
        mlops_table *t = NULL;
        opts.key = keys[way];
        status =
            sweep_told(mlops_dataset_diff_rows(&d, s, "rows", NULL, NULL, NULL, &opts, &err), &err);
        if (status ? d != NULL : mlops_diff_n_cells(d) != 3) status = SWEEP_WRONG;
        if (!status) status = sweep_told(mlops_diff_columns(&t, d, &err), &err);
        if (status ? t != NULL : mlops_table_n_rows(t) != 3) status = SWEEP_WRONG;
        mlops_table_unref(t);
        mlops_diff_unref(d);
    }
    mlops_store_close(s);
    return status;
}

/* ---- judging ---- */

static int reads(mlops_store *s, const char *want) {
    char got[64];
    size_t n = 0;
    return mlops_dataset_read(s, "d", "main", "t.csv", got, sizeof got, &n, NULL) == MLOPS_OK &&
           n == strlen(want) && memcmp(got, want, n) == 0;
}

/* The branch is as it was, if it must be or is; in the end it is merged. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    (void)failed;
    if (sweep_open_store(&s, host, dir, 1, 4096)) return 1;
    int bad = status ? !reads(s, OURS) && !reads(s, MERGED) : !reads(s, MERGED);
    if (!bad && reads(s, OURS)) bad = merge(s, merge_draft);
    if (!bad) bad = !reads(s, MERGED);
    mlops_store_close(s);
    return bad;
}

enum { EVERYTHING = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_merge[] = {
    {"store dataset merge", prepare, by_branch, judge, EVERYTHING},
    {"store dataset merge into a draft", prepare, by_draft, judge, EVERYTHING},
    {"store dataset differences", prepare, compare_rows, NULL, EVERYTHING},
    {"store dataset differences of rows", prepare_rows, compare_touched, NULL,
     SWEEP_MEMORY | SWEEP_IO},
    {NULL, NULL, NULL, NULL, 0},
};
