/* Datasets: after a verb that failed a draft can be tried again, and the store has the versions
 * that it had, or the new one whole; tables that go out are written whole or not at all.
 *
 * Owns the dataset that each scenario finds: two commits with a file and a table that is split.
 * Files in memory have the index in memory, files of the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <stdlib.h>
#include <string.h>

enum { BLOB = 3000, TEXT = 8192 };

static mlops_status open_as(mlops_store **out, const mlops_host *host, const char *dir, int calm) {
    return sweep_open_store(out, host, dir, calm, 4096);
}

static void fill(uint8_t blob[BLOB], int k) {
    for (size_t i = 0; i < BLOB; i++) blob[i] = (uint8_t)(k + (int)(i * i >> 3));
}

/* ---- what is there, and what comes of it ---- */

/* A draft with these entries and a change that is committed with it: all in one, each verb tried
 * again once if it fails. */
typedef struct building {
    const mlops_host *host;
    const char *dir;
    mlops_draft *draft;
    int shift; /* of the values */
    mlops_error err;
} building;

static int add_blob(building *b) {
    uint8_t blob[BLOB];
    fill(blob, b->shift);
    return mlops_draft_add_bytes(b->draft, "blob", blob, BLOB, &b->err);
}

static int add_table(building *b) {
    mlops_table *t;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = "colour";
    opts.time = "x";
    MLOPS_TRY(sweep_parse_csv(&t, b->host, b->shift, &b->err));
    mlops_status status = mlops_draft_add_table(b->draft, "table", t, &opts, &b->err);
    mlops_table_unref(t);
    return status;
}

static int split_table(building *b) {
    mlops_split_opts opts = MLOPS_SPLIT_OPTS_INIT;
    opts.kind = b->shift % 2 ? MLOPS_SPLIT_STRATIFIED : MLOPS_SPLIT_TIME;
    opts.share = 0.25;
    opts.column = b->shift % 2 ? "colour" : "x";
    return mlops_draft_split(b->draft, "table", &opts, &b->err);
}

static int divide_table(building *b) {
    mlops_divide_opts opts = MLOPS_DIVIDE_OPTS_INIT;
    opts.by = b->shift % 2 ? MLOPS_DIVIDE_STRATA : MLOPS_DIVIDE_TIME;
    opts.column = b->shift % 2 ? "colour" : "x";
    opts.n_folds = b->shift % 2 ? 0 : 3;
    return mlops_draft_divide(b->draft, "table", &opts, &b->err);
}

static int add_csv(building *b) {
    sweep_path path;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    csv.nulls = "";
    opts.csv = &csv;
    opts.row_id = "id";
    return mlops_draft_add_csv(b->draft, "csv", sweep_in(&path, b->dir, "in.csv"), &opts, &b->err);
}

static int add_file(building *b) {
    sweep_path path;
    return mlops_draft_add_file(b->draft, "f/file", sweep_in(&path, b->dir, "in.csv"), &b->err);
}

/* What is not there is not taken away, and the draft goes on. */
static int remove_blob(building *b) {
    mlops_status status = mlops_draft_remove(b->draft, "blub", &b->err);
    if (!status) return SWEEP_WRONG;
    if (status != MLOPS_E_NOT_FOUND) return status;
    status = mlops_draft_remove(b->draft, "f/file", &b->err);
    return status == MLOPS_E_NOT_FOUND ? SWEEP_WRONG : (int)status;
}

static int end_draft(building *b) {
    mlops_id id;
    return mlops_draft_commit(b->draft, &id, &b->err);
}

typedef int step(building *b);

/* The first failure; the step has been done again behind it, so that a draft is seen to survive. */
static int run_steps(building *b, step *const *steps) {
    int first = MLOPS_OK;
    for (; *steps; steps++) {
        int status = sweep_told((*steps)(b), &b->err);
        if (status == SWEEP_WRONG) return status;
        if (!status) continue;
        if (!first) first = status;
        if ((*steps)(b)) return first;
    }
    return first;
}

static int build(mlops_store *s, const mlops_host *host, const char *dir, int shift,
                 step *const *steps) {
    building b = {host, dir, NULL, shift, {0}};
    mlops_change *c;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.message = "why";
    opts.metadata = "{\"a\":1}";
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, &b.err), &b.err));
    int status = sweep_told(mlops_draft_new(&b.draft, c, "fraud", &opts, &b.err), &b.err);
    if (status && b.draft) status = SWEEP_WRONG;
    if (!status) status = run_steps(&b, steps);
    mlops_draft_free(b.draft);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, &b.err), &b.err);
    mlops_change_free(c);
    return status;
}

static step *const FIRST[] = {add_blob, add_table, split_table, divide_table, end_draft, NULL};
static step *const ALL_STEPS[] = {add_blob,    add_table,    add_csv,   add_file,
                                  split_table, divide_table, end_draft, NULL};
static step *const REMOVE[] = {add_file, add_blob, remove_blob, end_draft, NULL};
static step *const AGAIN[] = {divide_table, split_table, end_draft, NULL};

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(sweep_put_csv(host, dir, "in.csv", 3));
    MLOPS_TRY(open_as(&s, host, dir, 1));
    int status = build(s, host, dir, 0, FIRST);
    mlops_store_close(s);
    return status;
}

/* ---- judging ---- */

static int same_blob(mlops_store *s, const char *ref, int shift) {
    uint8_t want[BLOB], got[BLOB];
    size_t n = 0;
    fill(want, shift);
    MLOPS_TRY(mlops_dataset_read(s, "fraud", ref, "blob", got, BLOB, &n, NULL));
    return n == BLOB && memcmp(got, want, BLOB) == 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int parts(mlops_store *s, const char *ref) {
    int64_t n[3];
    for (int part = 0; part < 3; part++) {
        mlops_table *t;
        MLOPS_TRY(mlops_dataset_table(&t, s, "fraud", ref, "table", (mlops_part)part, NULL));
        n[part] = mlops_table_n_rows(t);
        mlops_table_unref(t);
    }
    return n[0] == SWEEP_ROWS && n[1] + n[2] == n[0] && n[2] ? MLOPS_OK : SWEEP_WRONG;
}

/* Of the first commit: three folds by time, with as many older rows as train0 has. */
static int folds(mlops_store *s, mlops_error *err) {
    mlops_table *t;
    MLOPS_TRY(sweep_told(mlops_dataset_parts(&t, s, "fraud", NULL, NULL, err), err));
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    if (n != 6) return SWEEP_WRONG;
    mlops_status got = mlops_dataset_part(&t, s, "fraud", NULL, "table", "fold1", err);
    int status = sweep_told(got, err);
    if (got ? t != NULL : mlops_table_n_rows(t) != SWEEP_ROWS / 4) status = SWEEP_WRONG;
    mlops_table_unref(t);
    return status;
}

/* Some number of commits, of which each can be read whole. */
static int holds(mlops_store *s, int64_t least, int64_t most) {
    mlops_table *log;
    MLOPS_TRY(mlops_dataset_log(&log, s, "fraud", NULL, 100, NULL));
    int64_t n = mlops_table_n_rows(log);
    int status = n >= least && n <= most ? MLOPS_OK : SWEEP_WRONG;
    for (int64_t i = 0; i < n && !status; i++) {
        char ref[65];
        mlops_table_text(log, 0, i, ref, sizeof ref, NULL);
        status = parts(s, ref);
        if (!status && i == n - 1) status = same_blob(s, ref, 0);
    }
    mlops_table_unref(log);
    return status;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    (void)failed;
    if (open_as(&s, host, dir, 1)) return 1;
    int bad = holds(s, 1, status ? 2 : 3) || build(s, host, dir, 7, ALL_STEPS) || parts(s, NULL) ||
              same_blob(s, NULL, 7);
    mlops_store_close(s);
    return bad;
}

/* ---- scenarios ---- */

static int with_store(const mlops_host *host, const char *dir,
                      int (*use)(mlops_store *s, const mlops_host *host, const char *dir)) {
    mlops_store *s;
    MLOPS_TRY(open_as(&s, host, dir, 0));
    int status = use(s, host, dir);
    mlops_store_close(s);
    return status;
}

static int use_all(mlops_store *s, const mlops_host *host, const char *dir) {
    return build(s, host, dir, 2, ALL_STEPS);
}

static int use_again(mlops_store *s, const mlops_host *host, const char *dir) {
    return build(s, host, dir, 1, AGAIN);
}

static int use_remove(mlops_store *s, const mlops_host *host, const char *dir) {
    size_t n;
    mlops_error err;
    MLOPS_TRY(build(s, host, dir, 2, REMOVE));
    mlops_status status = mlops_dataset_read(s, "fraud", NULL, "f/file", NULL, 0, &n, &err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status ? sweep_told(status, &err) : SWEEP_WRONG;
}

static int use_refs(mlops_store *s, const mlops_host *host, const char *dir) {
    mlops_change *c;
    mlops_error err;
    (void)host, (void)dir;
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, &err), &err));
    int status = sweep_told(mlops_dataset_branch(c, "fraud", "dev", NULL, &err), &err);
    if (!status) status = sweep_told(mlops_dataset_tag(c, "fraud", "v1", "dev", &err), &err);
    if (!status) status = sweep_told(mlops_dataset_drop(c, "fraud", "dev", &err), &err);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, &err), &err);
    mlops_change_free(c);
    return status;
}

/* n rows, or none of a table after an error. */
static int rows_are(mlops_status status, mlops_table **t, int64_t n, const mlops_error *err) {
    int result = sweep_told(status, err);
    if (!status && mlops_table_n_rows(*t) != n) result = SWEEP_WRONG;
    if (status && *t) return SWEEP_WRONG;
    mlops_table_unref(*t);
    return result;
}

static int use_lists(mlops_store *s, const mlops_host *host, const char *dir) {
    mlops_table *t = NULL;
    mlops_error err;
    char text[TEXT];
    mlops_id head;
    (void)host, (void)dir;
    MLOPS_TRY(sweep_told(mlops_dataset_resolve(&head, s, "fraud", NULL, &err), &err));
    int status = rows_are(mlops_dataset_list(&t, s, &err), &t, 1, &err);
    if (!status) status = rows_are(mlops_dataset_refs(&t, s, "fraud", &err), &t, 1, &err);
    if (!status) status = rows_are(mlops_dataset_log(&t, s, "fraud", NULL, 9, &err), &t, 1, &err);
    if (!status) status = rows_are(mlops_dataset_entries(&t, s, "fraud", NULL, &err), &t, 2, &err);
    if (!status)
        status = rows_are(mlops_dataset_diff(&t, s, "fraud", NULL, NULL, &err), &t, 2, &err);
    if (!status)
        status = sweep_told(mlops_dataset_describe(s, "fraud", NULL, text, sizeof text, NULL, &err),
                            &err);
    return status;
}

static int use_tables(mlops_store *s, const mlops_host *host, const char *dir) {
    mlops_table *t = NULL;
    mlops_reference *r;
    mlops_error err;
    uint8_t bytes[BLOB];
    (void)host, (void)dir;
    mlops_status got = mlops_dataset_table(&t, s, "fraud", NULL, NULL, MLOPS_PART_HELD_OUT, &err);
    int status = rows_are(got, &t, SWEEP_ROWS / 4, &err);
    if (!status) status = folds(s, &err);
    if (!status) {
        got = mlops_dataset_reference(&r, s, "fraud", NULL, "table", &err);
        status = sweep_told(got, &err);
        if ((got && r) || (!got && mlops_reference_n_rows(r) != SWEEP_ROWS)) status = SWEEP_WRONG;
        mlops_reference_unref(r);
    }
    if (!status)
        status =
            sweep_told(mlops_dataset_read(s, "fraud", NULL, "blob", bytes, BLOB, NULL, &err), &err);
    if (!status)
        status = sweep_told(mlops_dataset_read_at(s, "fraud", NULL, "blob", BLOB / 2, BLOB, bytes,
                                                  BLOB, NULL, &err),
                            &err);
    return status;
}

static int use_checkout(mlops_store *s, const mlops_host *host, const char *dir) {
    mlops_error err;
    sweep_path path;
    (void)host;
    return sweep_told(
        mlops_dataset_checkout(s, "fraud", NULL, sweep_in(&path, dir, "out"), NULL, &err), &err);
}

static int all_of(const mlops_host *h, const char *d) { return with_store(h, d, use_all); }
static int again_of(const mlops_host *h, const char *d) { return with_store(h, d, use_again); }
static int remove_of(const mlops_host *h, const char *d) { return with_store(h, d, use_remove); }
static int refs_of(const mlops_host *h, const char *d) { return with_store(h, d, use_refs); }
static int lists_of(const mlops_host *h, const char *d) { return with_store(h, d, use_lists); }
static int tables_of(const mlops_host *h, const char *d) { return with_store(h, d, use_tables); }
static int files_of(const mlops_host *h, const char *d) { return with_store(h, d, use_checkout); }

/* Each file is there whole, or is not. */
static int judge_files(const mlops_host *host, const char *dir, int status, const char *failed) {
    uint8_t blob[BLOB];
    fill(blob, 0);
    int same = sweep_same(host, dir, "out/blob", blob, BLOB);
    if (same > 0 || (same < 0 && status == MLOPS_OK)) return 1;
    return judge(host, dir, status, failed);
}

/* ---- tables that go out ---- */

static int write_table(const mlops_host *host, const char *dir) {
    mlops_table *t, *back;
    mlops_error err;
    sweep_path path;
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = host;
    opts.nulls = "none";
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, &err));
    int status =
        sweep_told(mlops_table_write(t, sweep_in(&path, dir, "out.csv"), &opts, &err), &err);
    mlops_table_unref(t);
    if (status) return status;
    status = sweep_told(mlops_table_load(&back, path.text, &opts, &err), &err);
    if (!status && mlops_table_n_rows(back) != SWEEP_ROWS) status = SWEEP_WRONG;
    mlops_table_unref(back);
    return status;
}

static int stream_table(const mlops_host *host, const char *dir) {
    mlops_table *t, *back;
    mlops_error err;
    struct ArrowArrayStream stream;
    (void)dir;
    MLOPS_TRY(sweep_parse_csv(&t, host, 0, &err));
    int status = sweep_told(mlops_table_export_stream(t, &stream, &err), &err);
    mlops_table_unref(t);
    if (status) return stream.release ? SWEEP_WRONG : status;
    status = sweep_told(mlops_table_import_stream(&back, &stream, host, &err), &err);
    if (!status && mlops_table_n_rows(back) != SWEEP_ROWS) status = SWEEP_WRONG;
    mlops_table_unref(back);
    /* the producer's own words: it has no other way to say so */
    return status == MLOPS_E_IO && strstr(err.message, "memory") ? MLOPS_E_NOMEM : status;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE };

const sweep_scenario sweep_dataset[] = {
    {"store dataset commit", prepare, all_of, judge, ALL},
    {"store dataset commit again", prepare, again_of, judge, ALL},
    {"store dataset remove", prepare, remove_of, judge, ALL},
    {"store dataset refs", prepare, refs_of, judge, ALL},
    {"store dataset lists", prepare, lists_of, judge, ALL},
    {"store dataset tables", prepare, tables_of, judge, ALL},
    {"store dataset checkout", prepare, files_of, judge_files, ALL},
    {"table write", NULL, write_table, NULL, SWEEP_MEMORY | SWEEP_IO},
    {"table stream", NULL, stream_table, NULL, SWEEP_MEMORY},
    {NULL, NULL, NULL, NULL, 0},
};
