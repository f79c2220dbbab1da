/* Data is erased: after a call that failed all that was not to go is there, and the next call
 * brings it to its end: no frame of a pack has any of it.
 *
 * Owns the model: two commits of a dataset with a small file that is erased beside one that is not,
 * which share a chunk; a large file, and content that a record names and that is kept as changes to
 * it; and a table with rows of a person.
 */
#include "fault/search_packs.h"
#include "fault/sweep.h"

#include "base/fail.h"
#include "store/content.h"
#include "store/core.h"
#include "store/record.h"

#include <stdio.h>
#include <string.h>

enum { SMALL = 1500, LARGE = 70000, ROWS = 12 };

static const char SECRET[] = "q9Zx-Mustermann-77Kd";
static const char PERSON[] = "erika";
static const char *const WORDS[] = {SECRET, PERSON, NULL};

static size_t make_text(char *out, size_t n, int seed, int with_secret) {
    return search_text(out, n, seed, with_secret ? SECRET : "");
}

/* person NULL: without the rows of hers. */
static size_t make_rows(char *out, size_t cap, int version, const char *person) {
    size_t n = (size_t)snprintf(out, cap, "name,x\n");
    for (int i = 0; i < ROWS; i++) {
        int hers = i % 5 == 1;
        if (hers && !person) continue;
        n += (size_t)snprintf(out + n, cap - n, "%s%d,%d\n", hers ? person : "n", hers ? 0 : i,
                              version * 100 + i);
    }
    return n;
}

static int put_version(mlops_draft *d, const mlops_host *host, const char *dir, int version,
                       mlops_error *err) {
    static char text[LARGE];
    sweep_path path;
    MLOPS_TRY(mlops_draft_add_bytes(d, "a", text, make_text(text, SMALL, 1, 1), err));
    MLOPS_TRY(mlops_draft_add_bytes(d, "b", text, make_text(text, SMALL, 2, 0), err));
    MLOPS_TRY(mlops_draft_add_bytes(d, "big", text, make_text(text, LARGE, 3, 1), err));
    size_t n = make_rows(text, sizeof text, version, PERSON);
    const char *file = version ? "t1.csv" : "t0.csv";
    if (sweep_put(host, dir, file, text, n)) return SWEEP_WRONG;
    return mlops_draft_add_csv(d, "t.csv", sweep_in(&path, dir, file), NULL, err);
}

static int commit_version(mlops_store *s, const mlops_host *host, const char *dir, int version,
                          mlops_id *id, mlops_error *err) {
    mlops_change *c;
    mlops_draft *d = NULL;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops_draft_new(&d, c, "d", NULL, err);
    if (!status) status = put_version(d, host, dir, version, err);
    if (!status) status = mlops_draft_commit(d, id, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

static mlops_id id_of(const void *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

/* The large file without the secret. */
static int name_other(mlops_store *s, mlops_error *err) {
    static char text[LARGE];
    char digits[MLOPS__ID_TEXT];
    mlops_change *c;
    mlops__bytes key = {(const uint8_t *)"k", 1}, value = {(const uint8_t *)digits, 64};
    mlops_id like = id_of(text, make_text(text, LARGE, 3, 1));
    mlops_id id = id_of(text, make_text(text, LARGE, 3, 0));
    mlops__id_format(digits, &id);
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops__change_content(c, &id, text, LARGE, &like, err);
    if (!status) status = mlops__change_put(c, MLOPS__TABLE_TEST, key, value, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    mlops_id id;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = commit_version(s, host, dir, 0, &id, &err);
    if (!status) status = commit_version(s, host, dir, 1, &id, &err);
    if (!status) status = name_other(s, &err);
    mlops_store_close(s);
    return status;
}

/* ---- erasing ---- */

static int erase(mlops_store *s, const char *paths, const char *where, mlops_erase_stat *out,
                 mlops_error *err) {
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    opts.paths = paths;
    opts.where = where;
    opts.reason = "asked to";
    opts.by = "dpo";
    return mlops_dataset_erase(s, "d", &opts, NULL, out, err);
}

static int erase_all(mlops_store *s, mlops_erase_stat *out, mlops_error *err) {
    int status = erase(s, "a,big", NULL, out, err);
    return status ? status : erase(s, "t.csv", "name == 'erika0'", out, err);
}

static int run(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    char text[4096];
    size_t n;
    mlops_table *list = NULL;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = sweep_told(erase_all(s, &stat, &err), &err);
    /* a pack that could not be deleted waits: it is not done, then, but by the next call */
    if (!status && (stat.number != 2 || stat.n_rows != 6)) status = SWEEP_WRONG;
    if (!status) status = sweep_told(mlops_erase_list(&list, s, &err), &err);
    if (!status && mlops_table_n_rows(list) != 2) status = SWEEP_WRONG;
    mlops_table_unref(list);
    if (!status)
        status = sweep_told(mlops_erase_certificate(s, 2, text, sizeof text, &n, &err), &err);
    if (!status && !strstr(text, "asked to")) status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

/* ---- judging ---- */

static int reads(mlops_store *s, const char *ref, const char *path, const char *want, size_t n) {
    static char got[LARGE];
    size_t size = 0;
    return mlops_dataset_read(s, "d", ref, path, got, sizeof got, &size, NULL) || size != n ||
           memcmp(got, want, n) != 0;
}

static int judge_version(mlops_store *s, const char *ref, int version) {
    static char text[LARGE];
    char byte;
    size_t n;
    if (reads(s, ref, "b", text, make_text(text, SMALL, 2, 0))) return 1;
    if (mlops_dataset_read(s, "d", ref, "a", &byte, 0, &n, NULL) != MLOPS_E_ERASED) return 1;
    if (reads(s, ref, "t.csv", text, make_rows(text, sizeof text, version, NULL))) return 1;
    return mlops_dataset_read(s, "d", ref, "big", &byte, 0, &n, NULL) != MLOPS_E_ERASED;
}

static int judge_other(mlops_store *s) {
    static char want[LARGE], got[LARGE];
    size_t n;
    mlops_id id = id_of(want, make_text(want, LARGE, 3, 0));
    return mlops_store_content(s, &id, got, LARGE, &n, NULL) || n != LARGE ||
           memcmp(got, want, LARGE) != 0;
}

static int judge_store(mlops_store *s) {
    mlops_error err;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    mlops_table *log;
    char ref[65];
    if (mlops_dataset_erase(s, NULL, NULL, NULL, &stat, &err) || !stat.done) return 1;
    if (erase_all(s, &stat, &err) || !stat.done) return 1;
    if (mlops_dataset_log(&log, s, "d", NULL, 10, &err)) return 1;
    int bad = mlops_table_n_rows(log) != 2;
    for (int i = 0; i < 2 && !bad; i++) {
        mlops_table_text(log, 0, i, ref, sizeof ref, NULL);
        bad = judge_version(s, ref, 1 - i);
    }
    mlops_table_unref(log);
    return bad || judge_other(s) || search_packs(s, WORDS) != 0;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_check *check;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    sweep_path path;
    (void)status, (void)failed;
    if (sweep_open_store(&s, host, dir, 1, 4096)) return 1;
    int bad = judge_store(s);
    mlops_store_close(s);
    opts.host = host;
    if (bad || mlops_check_store(&check, sweep_in(&path, dir, "s"), &opts, NULL)) return 1;
    bad = mlops_check_n_faults(check) != 0;
    mlops_check_unref(check);
    return bad;
}

/* ---- on its way ---- */

static int push(mlops_store *s, const mlops_host *host, const char *dir) {
    mlops_share *share = NULL;
    mlops_error err;
    int status = sweep_open_remote(&share, host, dir, &err);
    if (!status)
        status = sweep_told(mlops_dataset_push(s, mlops_share_remote(share), "d", NULL, NULL, &err),
                            &err);
    mlops_share_close(share);
    return status;
}

/* Pushed with all of it; erased afterwards. */
static int prepare_push(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    mlops_error err;
    MLOPS_TRY(prepare(host, dir));
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = push(s, host, dir);
    if (!status) status = erase_all(s, &stat, &err);
    mlops_store_close(s);
    return status;
}

static int run_push(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = push(s, host, dir);
    mlops_store_close(s);
    return status;
}

static int pull(const mlops_host *host, const char *dir, mlops_store **out) {
    mlops_share *share = NULL;
    mlops_error err;
    *out = NULL;
    int status = sweep_open_other(out, host, dir, &err);
    if (!status) status = sweep_open_remote(&share, host, dir, &err);
    if (!status)
        status = sweep_told(
            mlops_dataset_pull(*out, mlops_share_remote(share), "d", NULL, NULL, &err), &err);
    mlops_share_close(share);
    return status;
}

/* A clone of what was pushed first, then the push. */
static int prepare_pull(const mlops_host *host, const char *dir) {
    mlops_store *other;
    MLOPS_TRY(prepare_push(host, dir));
    int status = pull(host, dir, &other);
    mlops_store_close(other);
    return status ? status : run_push(host, dir);
}

static int run_pull(const mlops_host *host, const char *dir) {
    mlops_store *other;
    int status = pull(host, dir, &other);
    mlops_store_close(other);
    return status;
}

/* The next push and pull come to their end, and nothing of it is in the clone. */
static int judge_travel(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *other;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    (void)status, (void)failed;
    if (run_push(host, dir)) return 1;
    int bad = pull(host, dir, &other);
    bad = bad || mlops_dataset_erase(other, NULL, NULL, NULL, &stat, NULL) || !stat.done;
    bad = bad || judge_version(other, "main", 1) || search_packs(other, WORDS);
    mlops_store_close(other);
    return bad;
}

/* ---- other rows of the same tables ---- */

static const char APART[] = "n2,"; /* which rows of the clone begin with */

static int prepare_apart(const mlops_host *host, const char *dir) {
    mlops_store *other;
    mlops_error err;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    MLOPS_TRY(prepare_push(host, dir));
    int status = pull(host, dir, &other);
    if (!status) status = erase(other, "t.csv", "name == 'n2'", &stat, &err);
    mlops_store_close(other);
    if (!status && stat.n_rows != 2) status = SWEEP_WRONG;
    return status ? status : run_push(host, dir);
}

static size_t leave_apart(char *text, size_t n) {
    char *row = strstr(text, APART);
    char *next = row ? strchr(row, '\n') + 1 : text;
    if (!row) return 0;
    memmove(row, next, (size_t)(text + n - next));
    return n - (size_t)(next - row);
}

/* Neither side's rows are left. */
static int judge_apart(const mlops_host *host, const char *dir, int status, const char *failed) {
    static char text[LARGE];
    mlops_store *other;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    (void)status, (void)failed;
    int bad = pull(host, dir, &other);
    bad = bad || mlops_dataset_erase(other, NULL, NULL, NULL, &stat, NULL) || !stat.done;
    size_t n = make_rows(text, sizeof text, 1, NULL);
    text[n] = 0;
    bad = bad || reads(other, "main", "t.csv", text, leave_apart(text, n));
    bad = bad || search_packs(other, WORDS);
    mlops_store_close(other);
    return bad;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_erase[] = {
    {"store erase", prepare, run, judge, ALL},
    {"store erase push", prepare_push, run_push, judge_travel,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE},
    {"store erase pull", prepare_pull, run_pull, judge_travel,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE},
    {"store erase apart", prepare_apart, run_pull, judge_apart,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE},
    {NULL, NULL, NULL, NULL, 0},
};
