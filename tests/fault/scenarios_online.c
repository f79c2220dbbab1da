/* Online views: after a verb that failed a put is there whole or not at all, a definition too, and
 * the store goes on.
 *
 * Owns what each scenario finds: view v with a row of entity a. Files in memory have the index in
 * memory, where views are refused; files of the machine have it in LMDB.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

static const char FOUND[] = "id,t,x\na,5,0.5\n", NEWER[] = "x,id,t\n1.5,a,6\n2.5,b,1\n";

static int in_memory(const char *dir) { return strcmp(dir, "/dir") == 0; }

/* ---- what there is ---- */

static mlops_status parse(mlops_table **out, const mlops_host *host, const char *csv,
                          mlops_error *err) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    opts.host = host;
    return mlops_table_parse(out, csv, strlen(csv), &opts, err);
}

/* In a commit of its own; the same again is fine. */
static mlops_status define(mlops_store *s, const mlops_host *host, const char *name,
                           mlops_error *err) {
    mlops_change *c;
    mlops_table *like;
    MLOPS_TRY(parse(&like, host, FOUND, err));
    mlops_status status = mlops_change_new(&c, s, NULL, err);
    if (!status) {
        status = mlops_online_define(c, name, like, "id", "t", NULL, err);
        if (!status) status = mlops_change_commit(c, NULL, err);
        mlops_change_free(c);
    }
    mlops_table_unref(like);
    return status;
}

static mlops_status put(mlops_online *v, const mlops_host *host, const char *csv, int64_t *n,
                        mlops_error *err) {
    mlops_table *rows;
    MLOPS_TRY(parse(&rows, host, csv, err));
    mlops_status status = mlops_online_put(v, rows, n, err);
    mlops_table_unref(rows);
    return status;
}

static int make_view(const mlops_host *host, mlops_store *s) {
    mlops_online *v;
    MLOPS_TRY(define(s, host, "v", NULL));
    MLOPS_TRY(mlops_online_open(&v, s, "v", NULL));
    int status = put(v, host, FOUND, NULL, NULL);
    mlops_online_close(v);
    return status;
}

static int prepare_empty(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 0));
    mlops_store_close(s);
    return 0;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 0));
    int status = in_memory(dir) ? 0 : make_view(host, s);
    mlops_store_close(s);
    return status;
}

/* ---- judging ---- */

/* What a and b are: "5.", "62" and the like, a dot for one that is missing. */
static mlops_status look(mlops_online *v, const mlops_host *host, char out[3], mlops_error *err) {
    static const char *const X[] = {"0.5", "1.5", "2.5"};
    mlops_table *keys, *got;
    char t[8] = "", x[8] = "";
    MLOPS_TRY(parse(&keys, host, "id\na\nb\n", err));
    mlops_status status = mlops_online_get(&got, v, keys, 10, err);
    mlops_table_unref(keys);
    if (status) return got ? (mlops_status)SWEEP_WRONG : status;
    memcpy(out, "??", 3);
    for (int i = 0; i < 2 && mlops_table_n_rows(got) == 2; i++) {
        if (mlops_table_text(got, mlops_table_find(got, "t"), i, t, sizeof t, NULL) ||
            mlops_table_text(got, mlops_table_find(got, "x"), i, x, sizeof x, NULL))
            break;
        out[i] = *t ? *t : '.';
        if (*t && strcmp(x, X[*t == '6' ? 1 : *t == '1' ? 2 : 0]) != 0) out[i] = '?';
    }
    mlops_table_unref(got);
    return MLOPS_OK;
}

/* A view as it was found, or as NEWER made it; must: as it is to be, nullable. */
static int is_whole(mlops_store *s, const mlops_host *host, const char *must) {
    mlops_online *v;
    char seen[3] = "";
    if (mlops_online_open(&v, s, "v", NULL)) return 0;
    int whole = !look(v, host, seen, NULL);
    mlops_online_close(v);
    if (must) return whole && !strcmp(seen, must);
    return whole && (!strcmp(seen, "5.") || !strcmp(seen, "61"));
}

static int64_t n_views(mlops_store *s) {
    mlops_table *t;
    if (mlops_online_list(&t, s, NULL)) return -1;
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n;
}

static int goes_on(mlops_store *s, const mlops_host *host) {
    mlops_online *v;
    if (define(s, host, "w", NULL) || define(s, host, "v", NULL) || n_views(s) != 2) return 0;
    if (mlops_online_open(&v, s, "v", NULL)) return 0;
    int bad = put(v, host, NEWER, NULL, NULL);
    mlops_online_close(v);
    return !bad && is_whole(s, host, "61");
}

static int has_faults(const mlops_host *host, const char *dir) {
    sweep_path path;
    sweep_terms terms;
    mlops_check *c;
    sweep_store_terms(&terms, host, dir);
    if (mlops_check_store(&c, sweep_in(&path, dir, "s"), &terms.opts, NULL)) return 1;
    int64_t n = mlops_check_n_faults(c);
    mlops_check_unref(c);
    return n != 0;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    (void)status, (void)failed;
    if (has_faults(host, dir) || sweep_open_store(&s, host, dir, 1, 0)) return 1;
    int bad = !in_memory(dir) && (!is_whole(s, host, NULL) || !goes_on(s, host));
    mlops_store_close(s);
    return bad || has_faults(host, dir);
}

/* Nothing was found: v is defined, or not. */
static int judge_first(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    (void)status, (void)failed;
    if (has_faults(host, dir) || sweep_open_store(&s, host, dir, 1, 0)) return 1;
    int64_t n = n_views(s);
    int bad = n < 0 || n > 1 || (n == 1 && in_memory(dir));
    if (!bad && !in_memory(dir)) bad = make_view(host, s) || !is_whole(s, host, "5.");
    mlops_store_close(s);
    return bad || has_faults(host, dir);
}

/* ---- scenarios ---- */

typedef int act(const mlops_host *host, mlops_store *s, mlops_error *err);

/* An act that failed is tried again. */
static int with_store(const mlops_host *host, const char *dir, act *verb) {
    mlops_store *s;
    mlops_error err = {0};
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 0));
    int status = sweep_told(verb(host, s, &err), &err);
    if (status && status != SWEEP_WRONG && sweep_told(verb(host, s, &err), &err) == SWEEP_WRONG)
        status = SWEEP_WRONG;
    if (in_memory(dir)) status = status == MLOPS_E_UNSUPPORTED ? 0 : status ? status : SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int define_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_table *t;
    int64_t before = n_views(s);
    MLOPS_TRY(define(s, host, "v", err));
    MLOPS_TRY(define(s, host, "v", err));
    mlops_status status = mlops_online_list(&t, s, err);
    if (status) return t ? SWEEP_WRONG : (int)status;
    int64_t n = mlops_table_n_rows(t);
    mlops_table_unref(t);
    return n == 1 && before <= 1 ? MLOPS_OK : SWEEP_WRONG;
}

/* A second view, in a change of two. */
static int define_more_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_status status = define(s, host, "w", err);
    if (status) return status;
    int64_t n = n_views(s);
    return n == 2 || n < 0 ? MLOPS_OK : SWEEP_WRONG;
}

static int put_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_online *v;
    int64_t n = 7;
    char seen[3];
    mlops_status status = mlops_online_open(&v, s, "v", err);
    if (status == MLOPS_E_NOT_FOUND) return define(s, host, "v", err); /* in memory */
    if (status) return v ? SWEEP_WRONG : (int)status;
    status = put(v, host, NEWER, &n, err);
    if (n != (status ? 7 : 2)) status = (mlops_status)SWEEP_WRONG;
    mlops_status looked = look(v, host, seen, err);
    if (!looked && strcmp(seen, status ? "5." : "61") != 0) status = (mlops_status)SWEEP_WRONG;
    mlops_online_close(v);
    return status ? (int)status : (int)looked;
}

static int get_act(const mlops_host *host, mlops_store *s, mlops_error *err) {
    mlops_online *v;
    char seen[3] = "";
    mlops_status status = mlops_online_open(&v, s, "v", err);
    if (status == MLOPS_E_NOT_FOUND) return define(s, host, "v", err);
    if (status) return v ? SWEEP_WRONG : (int)status;
    for (int i = 0; i < 2 && !status; i++) status = look(v, host, seen, err);
    if (!status && strcmp(seen, "5.") != 0) status = (mlops_status)SWEEP_WRONG;
    mlops_online_close(v);
    return status;
}

static mlops_status import(const mlops_host *host, const char *dir, mlops_error *err) {
    sweep_path to, from;
    sweep_terms terms;
    sweep_store_terms(&terms, host, dir);
    return mlops_store_import(sweep_in(&to, dir, "m"), sweep_in(&from, dir, "out"), &terms.opts,
                              err);
}

static mlops_status repair(const mlops_host *host, const char *dir, mlops_error *err) {
    sweep_path path;
    sweep_terms terms;
    int64_t n_lost = 0;
    sweep_store_terms(&terms, host, dir);
    return mlops_store_repair(sweep_in(&path, dir, "s"), &terms.opts, &n_lost, err);
}

static int move_rows(const mlops_host *host, const char *dir) {
    mlops_store *s;
    sweep_path path;
    mlops_error err = {0};
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 0));
    int status = sweep_told(mlops_store_export(s, sweep_in(&path, dir, "out"), &err), &err);
    mlops_store_close(s);
    return status ? status : sweep_told(import(host, dir, &err), &err);
}

/* What was made of the export has the rows, or is no store and can be made one. */
static int judge_moved(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    sweep_path path;
    sweep_terms terms, swift;
    const mlops_host *calm = sweep_without_sync(&swift, host);
    sweep_store_terms(&terms, calm, dir);
    terms.opts.flags = MLOPS_STORE_MUST_EXIST;
    mlops_status opened = mlops_store_open(&s, sweep_in(&path, dir, "m"), &terms.opts, NULL);
    if (opened == MLOPS_E_NOT_FOUND && status) {
        if (move_rows(calm, dir)) return 1;
        opened = mlops_store_open(&s, sweep_in(&path, dir, "m"), &terms.opts, NULL);
    }
    if (opened) return 1;
    int bad = !in_memory(dir) && !is_whole(s, calm, "5.");
    mlops_store_close(s);
    return bad || judge(host, dir, status, failed);
}

/* A byte of the older meta page: the newest state is whole. */
static int prepare_damage(const mlops_host *host, const char *dir) {
    sweep_path path;
    uint8_t byte = 0;
    const mlops_io *io = host->io;
    int64_t at = 4096 + 16;
    int result = prepare(host, dir);
    if (result || in_memory(dir)) return result;
    int64_t file =
        io->open(io->ctx, sweep_in(&path, dir, "s/online/data.mdb"), MLOPS_IO_READ_WRITE);
    if (file < 0) return 1;
    int bad = io->pread(io->ctx, file, &byte, 1, at) != 1;
    byte ^= 1;
    bad |= io->pwrite(io->ctx, file, &byte, 1, at) != 1;
    io->close(io->ctx, file);
    return bad;
}

static int repair_rows(const mlops_host *host, const char *dir) {
    mlops_error err = {0};
    return sweep_told(repair(host, dir, &err), &err);
}

/* Whatever a repair did not come to, the next one does. */
static int judge_repair(const mlops_host *host, const char *dir, int status, const char *failed) {
    sweep_terms calm;
    if (repair(sweep_without_sync(&calm, host), dir, NULL)) return 1;
    return judge(host, dir, status, failed);
}

static int define_first(const mlops_host *host, const char *dir) {
    return with_store(host, dir, define_act);
}

static int define_more(const mlops_host *host, const char *dir) {
    return with_store(host, dir, define_more_act);
}

static int put_rows(const mlops_host *host, const char *dir) {
    return with_store(host, dir, put_act);
}

static int get_rows(const mlops_host *host, const char *dir) {
    return with_store(host, dir, get_act);
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_online[] = {
    {"store online define first", prepare_empty, define_first, judge_first, ALL},
    {"store online define more", prepare, define_more, judge, ALL},
    {"store online put", prepare, put_rows, judge, ALL},
    {"store online get", prepare, get_rows, judge, ALL},
    {"store online move", prepare, move_rows, judge_moved, ALL},
    {"store online repair", prepare_damage, repair_rows, judge_repair, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
