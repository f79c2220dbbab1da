/* Remotes: after a push, a pull or a gc that failed, stores and remote are whole, nobody sees half
 * of a version, and whatever was to be done can be done.
 *
 * Owns the dataset that each scenario finds: two commits, of which the remote has the first, with a
 * table of which something is expected.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

enum { LONG = 30000 };

static const char SOURCE[] = "lake:raw"; /* that each version is made of */

static void fill(uint8_t bytes[LONG], int k) {
    for (int i = 0; i < LONG; i++) bytes[i] = (uint8_t)(i * i >> 5 ^ (i % 3000 == 7 ? k : 0));
}

static int add_table(mlops_change *c, mlops_draft *d) {
    mlops_table *t;
    mlops_expectations *x = NULL;
    int status = mlops_table_parse(&t, "a,b\n1,x\n2,y\n", 12, NULL, NULL);
    if (!status) status = mlops_expectations_parse(&x, "unique(a)\n", NULL, NULL);
    if (!status) status = mlops_dataset_expect(c, "data", "t", x, NULL);
    if (!status) status = mlops_draft_add_table(d, "t", t, NULL, NULL);
    mlops_expectations_unref(x);
    mlops_table_unref(t);
    return status;
}

static int is_expected(mlops_store *s) {
    mlops_table *t;
    mlops_expectations *x;
    if (mlops_dataset_expectations(&x, s, "data", "t", NULL)) return 0;
    mlops_expectations_unref(x);
    if (mlops_dataset_validations(&t, s, "data", NULL)) return 0;
    int is_so = mlops_table_n_rows(t) == 2;
    mlops_table_unref(t);
    return is_so;
}

static int is_linked(mlops_store *s) {
    mlops_table *t;
    mlops_lineage_opts opts = MLOPS_LINEAGE_OPTS_INIT;
    opts.flags = MLOPS_LINEAGE_NO_HISTORY;
    if (mlops_lineage_downstream(&t, s, SOURCE, &opts, NULL)) return 0;
    int is_so = mlops_table_n_rows(t) == 2;
    mlops_table_unref(t);
    return is_so;
}

static int add_version(mlops_store *s, int k) {
    static uint8_t bytes[LONG];
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    fill(bytes, k);
    int status = mlops_change_new(&c, s, NULL, NULL);
    if (!status) status = mlops_draft_new(&d, c, "data", NULL, NULL);
    if (!status) status = mlops_draft_add_bytes(d, "long", bytes, LONG, NULL);
    if (!status) status = mlops_draft_add_bytes(d, "short", bytes, 30, NULL);
    if (!status) status = add_table(c, d);
    if (!status) status = mlops_draft_commit(d, &id, NULL);
    if (!status) status = mlops_lineage_link(c, SOURCE, "datasets:/data", NULL, NULL);
    if (!status) status = mlops_change_commit(c, NULL, NULL);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static int see_version(mlops_store *s, int k, mlops_error *err) {
    static uint8_t want[LONG], got[LONG];
    size_t n = 0;
    fill(want, k);
    MLOPS_TRY(mlops_dataset_read(s, "data", NULL, "long", got, LONG, &n, err));
    return n == LONG && memcmp(got, want, LONG) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int has_version(mlops_store *s, int k) { return see_version(s, k, NULL) == MLOPS_OK; }

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_share *share = NULL;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = add_version(s, 1);
    if (!status) status = sweep_open_remote(&share, host, dir, NULL);
    if (!status)
        status = mlops_dataset_push(s, mlops_share_remote(share), "data", NULL, NULL, NULL);
    if (!status) status = add_version(s, 2);
    mlops_share_close(share);
    mlops_store_close(s);
    return status;
}

static int run_push(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_share *share = NULL;
    mlops_error err;
    mlops_transfer done = MLOPS_TRANSFER_INIT;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = sweep_open_remote(&share, host, dir, &err);
    if (!status)
        status = sweep_told(
            mlops_dataset_push(s, mlops_share_remote(share), "data", NULL, &done, &err), &err);
    if (!status && (done.n_commits != 1 || done.n_refs != 1)) status = SWEEP_WRONG;
    mlops_share_close(share);
    mlops_store_close(s);
    return status;
}

static int run_pull(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_share *share = NULL;
    mlops_error err;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.tags = "none*";
    MLOPS_TRY(sweep_open_other(&s, host, dir, &err));
    int status = sweep_open_remote(&share, host, dir, &err);
    if (!status)
        status = sweep_told(
            mlops_dataset_pull(s, mlops_share_remote(share), "data", &opts, NULL, &err), &err);
    if (!status) {
        status = see_version(s, 1, &err);
        if (status != SWEEP_WRONG) status = sweep_told(status, &err);
    }
    mlops_share_close(share);
    mlops_store_close(s);
    return status;
}

static int run_gc(const mlops_host *host, const char *dir) {
    mlops_share *share;
    mlops_table *refs = NULL;
    mlops_error err;
    mlops_remote_gc_opts opts = MLOPS_REMOTE_GC_OPTS_INIT;
    mlops_remote_stats stats = MLOPS_REMOTE_STATS_INIT;
    opts.host = host;
    MLOPS_TRY(sweep_open_remote(&share, host, dir, &err));
    const mlops_remote *r = mlops_share_remote(share);
    int status = sweep_told(mlops_remote_gc(r, &opts, &stats, &err), &err);
    if (!status && (stats.n_datasets != 1 || stats.n_deleted)) status = SWEEP_WRONG;
    if (!status) status = sweep_told(mlops_remote_refs(&refs, r, NULL, host, &err), &err);
    if (!status && mlops_table_n_rows(refs) != 1) status = SWEEP_WRONG;
    mlops_table_unref(refs);
    mlops_share_close(share);
    return status;
}

static int run_memory(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_share *share = NULL;
    mlops_error err;
    mlops_share_opts opts = MLOPS_SHARE_OPTS_INIT;
    opts.host = host;
    opts.busy_from = 3;
    opts.busy_every = 4;
    opts.read_max = 4000;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = sweep_told(mlops_share_memory(&share, &opts, &err), &err);
    if (!status)
        status = sweep_told(
            mlops_dataset_push(s, mlops_share_remote(share), "data", NULL, NULL, &err), &err);
    if (!status && mlops_share_n_calls(share) < 4) status = SWEEP_WRONG;
    mlops_share_close(share);
    mlops_store_close(s);
    return status;
}

/* What failed is done again, and then the other store has what this one has. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s, *other = NULL;
    mlops_share *share = NULL;
    mlops_remote_gc_opts gc = MLOPS_REMOTE_GC_OPTS_INIT;
    (void)status, (void)failed;
    gc.host = host;
    if (sweep_open_store(&s, host, dir, 1, 4096)) return 1;
    int bad =
        sweep_open_remote(&share, host, dir, NULL) || sweep_open_other(&other, host, dir, NULL);
    const mlops_remote *r = bad ? NULL : mlops_share_remote(share);
    if (!bad) bad = mlops_dataset_pull(other, r, "data", NULL, NULL, NULL) != MLOPS_OK;
    if (!bad) bad = !has_version(other, 1) && !has_version(other, 2);
    if (!bad) bad = mlops_dataset_push(s, r, "data", NULL, NULL, NULL) != MLOPS_OK;
    if (!bad) bad = mlops_remote_gc(r, &gc, NULL, NULL) != MLOPS_OK;
    if (!bad) bad = mlops_dataset_pull(other, r, "data", NULL, NULL, NULL) != MLOPS_OK;
    if (!bad) bad = !has_version(other, 2) || !has_version(s, 2) || !is_expected(other);
    if (!bad) bad = !is_linked(other);
    mlops_share_close(share);
    mlops_store_close(other);
    mlops_store_close(s);
    return bad;
}

const sweep_scenario sweep_remote[] = {
    {"store remote push", prepare, run_push, judge,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {"store remote pull", prepare, run_pull, judge,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {"store remote gc", prepare, run_gc, judge, SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {"store remote memory", prepare, run_memory, judge,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {NULL, NULL, NULL, NULL, 0},
};
