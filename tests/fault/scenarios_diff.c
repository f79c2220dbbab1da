/* Differences: tables compared by key and by position, and all that is told of what differs.
 *
 * Owns nothing. The newer rows are the older ones with the numbers of x shifted, so that every row
 * has changed in one cell, or, by the key x, is another one.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <string.h>

enum { SHIFT = 90 };

static mlops_status compare(mlops_diff **out, const mlops_host *host, const char *key,
                            mlops_error *err) {
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_table *before, *now;
    opts.host = host;
    opts.key = key;
    *out = NULL;
    MLOPS_TRY(sweep_parse_csv(&before, host, 0, err));
    mlops_status status = sweep_parse_csv(&now, host, SHIFT, err);
    if (!status) {
        status = mlops_diff_compare(out, before, now, &opts, err);
        mlops_table_unref(now);
    }
    mlops_table_unref(before);
    return status;
}

static int counts(const mlops_diff *d, int64_t n_changed, int64_t n_alone) {
    return mlops_diff_n_cells(d) == n_changed && mlops_diff_n_changed(d) == n_changed &&
           mlops_diff_n_added(d) == n_alone && mlops_diff_n_removed(d) == n_alone &&
           mlops_diff_n_schema(d) == 0;
}

static int run(const mlops_host *host, const char *key, int64_t n_changed, int64_t n_alone) {
    mlops_diff *d;
    mlops_error err;
    mlops_status status = compare(&d, host, key, &err);
    if (status) return d ? SWEEP_WRONG : sweep_told(status, &err);
    mlops_diff_unref(mlops_diff_ref(d));
    int good = counts(d, n_changed, n_alone);
    mlops_diff_unref(d);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int by_key(const mlops_host *host, const char *dir) {
    (void)dir;
    return run(host, "id", SWEEP_ROWS, 0);
}

static int by_position(const mlops_host *host, const char *dir) {
    (void)dir;
    return run(host, NULL, SWEEP_ROWS, 0);
}

typedef mlops_status tell_verb(mlops_table **out, const mlops_diff *self, mlops_error *err);

static int tell_one(const mlops_host *host, tell_verb *tell, const char *key, int64_t n_rows) {
    mlops_diff *d;
    mlops_table *t = NULL;
    mlops_error err;
    mlops_status status = compare(&d, host, key, &err);
    if (!status) status = tell(&t, d, &err);
    mlops_diff_unref(d);
    if (status) return t ? SWEEP_WRONG : sweep_told(status, &err);
    int good = mlops_table_n_rows(t) == n_rows;
    mlops_table_unref(t);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int tell(const mlops_host *host, const char *dir) {
    static const struct {
        tell_verb *verb;
        const char *key;
        int64_t n_rows;
    } verbs[] = {{mlops_diff_cells, "id", SWEEP_ROWS}, {mlops_diff_rows, "id,colour", SWEEP_ROWS},
                 {mlops_diff_schema, NULL, 0},         {mlops_diff_columns, "id", 3},
                 {mlops_diff_added, "id", 0},          {mlops_diff_removed, "id", 0}};
    (void)dir;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        MLOPS_TRY(tell_one(host, verbs[i].verb, verbs[i].key, verbs[i].n_rows));
    return MLOPS_OK;
}

/* Ours has shifted x; theirs is the base, or the same as ours. */
static mlops_status merge(mlops_merge **out, const mlops_host *host, int shift, const char *key,
                          mlops_error *err) {
    mlops_merge_opts opts = MLOPS_MERGE_OPTS_INIT;
    mlops_table *base, *ours = NULL, *theirs = NULL;
    opts.host = host;
    opts.key = key;
    *out = NULL;
    MLOPS_TRY(sweep_parse_csv(&base, host, 0, err));
    mlops_status status = sweep_parse_csv(&ours, host, SHIFT, err);
    if (!status) status = sweep_parse_csv(&theirs, host, shift, err);
    if (!status) status = mlops_merge_tables(out, base, ours, theirs, &opts, err);
    mlops_table_unref(base);
    mlops_table_unref(ours);
    mlops_table_unref(theirs);
    return status;
}

static int merge_one(const mlops_host *host, int shift, const char *key, int64_t n_conflicts) {
    mlops_merge *m;
    mlops_table *t = NULL, *conflicts = NULL;
    mlops_error err;
    mlops_status status = merge(&m, host, shift, key, &err);
    if (status) return m ? SWEEP_WRONG : sweep_told(status, &err);
    mlops_merge_unref(mlops_merge_ref(m));
    int good = mlops_merge_n_conflicts(m) == n_conflicts &&
               mlops_merge_conflicts(&conflicts, m, &err) == MLOPS_OK &&
               mlops_table_n_rows(conflicts) == n_conflicts &&
               mlops_merge_table(&t, m, &err) == (n_conflicts ? MLOPS_E_CONFLICT : MLOPS_OK) &&
               (n_conflicts || mlops_table_n_rows(t) == SWEEP_ROWS);
    mlops_merge_unref(m);
    mlops_table_unref(conflicts);
    mlops_table_unref(t);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int merge_tables(const mlops_host *host, const char *dir) {
    (void)dir;
    MLOPS_TRY(merge_one(host, 0, NULL, 0));
    return merge_one(host, 2 * SHIFT, "id,colour", SWEEP_ROWS);
}

const sweep_scenario sweep_diff[] = {
    {"diff: compare by key", NULL, by_key, NULL, SWEEP_MEMORY},
    {"diff: compare by position", NULL, by_position, NULL, SWEEP_MEMORY},
    {"diff: merge", NULL, merge_tables, NULL, SWEEP_MEMORY},
    {"diff: tell all", NULL, tell, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
