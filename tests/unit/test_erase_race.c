/* An erasure beside others who add the same content, or commit rows of the same person, between its
 * steps: a second handle does so when the erasure draws a random number, which it does behind its
 * look into the journal; or ahead of it, with a change that commits afterwards. Whatever comes
 * first, no byte of what was erased is in the store in the end, or nothing was erased. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"
#include "unit/help_process.h"
#include "unit/help_search.h"

#include "store/content.h"

#include <mlops/check.h>

static const char SECRET[] = "q9Zx-Mustermann-77Kd, born on a Tuesday",
                  NAME[] = "q9Zx-Mustermann-77Kd";

typedef enum step { STEP_NONE, STEP_RECORD, STEP_ROWS, STEP_FILE, STEP_OTHER } step;

typedef struct world {
    place p;
    char path[120];
    mlops_store *s, *other;
    mlops_entropy entropy;
    step step;     /* of the other one, at the draw that is due */
    int due, done; /* draws ahead of it; it was made */
} world;

static int has_bytes(const world *w, const char *what) {
    const char *const words[] = {what, NULL};
    return store_has(mlops__store_host(w->s), w->path, words);
}

static const char ROWS[] = "name,x\nerika,1\nmax,2\n", MORE[] = "name,x\nerika,7\nada,3\n";

static void add_rows(world *w, mlops_draft *d, const char *path, const char *csv) {
    char file[200];
    mlops_error e;
    snprintf(file, sizeof file, "%s/%s", w->p.dir, path);
    set_file(file, csv, strlen(csv));
    works(mlops_draft_add_csv(d, path, file, NULL, &e), &e);
}

/* What a record names is in the journal if it is small. */
static mlops_status commit_record(mlops_store *s) {
    mlops_id id;
    mlops_error e;
    mlops_change *c = new_change(s);
    mlops_status status = mlops_change_content(c, &id, SECRET, strlen(SECRET), &e);
    if (!status) status = mlops_change_commit(c, NULL, &e);
    mlops_change_free(c);
    if (status != MLOPS_E_ERASED) works(status, &e);
    return status;
}

static void commit_data(world *w, mlops_store *s, step step) {
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "data", NULL);
    if (step == STEP_ROWS) add_rows(w, d, "more.csv", MORE);
    if (step == STEP_FILE) add_text(d, "copy.txt", SECRET);
    if (step == STEP_OTHER) add_text(d, "other.txt", "other");
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void act(world *w) {
    w->done = 1;
    if (w->step == STEP_RECORD) commit_record(w->other);
    else commit_data(w, w->other, w->step);
}

/* Of 16 bytes: for an erasure's record. */
static int64_t draw_bytes(void *ctx, void *out, size_t n) {
    world *w = ctx;
    static uint8_t x;
    if (n == 16 && w->step && !w->done && w->due-- == 0) act(w);
    for (size_t i = 0; i < n; i++) ((uint8_t *)out)[i] = (uint8_t)(x += 37);
    return 0;
}

static void begin(world *w, step step, int due) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    memset(w, 0, sizeof *w);
    make_place(&w->p);
    snprintf(w->path, sizeof w->path, "%s/s.mlops", w->p.dir);
    w->entropy = (mlops_entropy){sizeof w->entropy, 0, w, draw_bytes};
    host.entropy = &w->entropy;
    opts.host = &host;
    w->s = open_store(w->path, &opts);
    w->other = open_store(w->path, NULL);
    mlops_change *c = new_change(w->s);
    mlops_draft *d = new_draft(c, "data", NULL);
    add_text(d, "secret.txt", SECRET);
    add_rows(w, d, "rows.csv", ROWS);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    assert_true(has_bytes(w, SECRET));
    assert_true(has_bytes(w, "erika,1"));
    w->step = step;
    w->due = due;
}

static mlops_status erase(world *w, int rows, mlops_erase_stat *out, mlops_error *e) {
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_erase_stat none = MLOPS_ERASE_STAT_INIT;
    opts.paths = rows ? NULL : "secret.*";
    opts.column = rows ? "name" : NULL;
    opts.value = rows ? "erika" : NULL;
    opts.reason = "asked to";
    opts.by = "dpo";
    *out = none;
    return mlops_dataset_erase(w->s, NULL, &opts, NULL, out, e);
}

static void end(world *w) {
    mlops_store_close(w->other);
    mlops_store_close(w->s);
    is_sound(w->path);
    remove_place(&w->p);
}

/* ---- tests ---- */

/* Into the journal, behind the look: it is refused, and nothing was done. */
static void test_record(void **state) {
    world w;
    mlops_error e;
    mlops_erase_stat stat;
    (void)state;
    begin(&w, STEP_RECORD, 0);
    refused(erase(&w, 0, &stat, &e), &e, MLOPS_E_UNSUPPORTED, "in the journal");
    assert_true(w.done);
    reads_text(w.s, "data", NULL, "secret.txt", SECRET);
    end(&w);
}

/* Another draft, behind the look: the erasure looks again, and has it, too. */
static void test_versions(void **state) {
    static const step steps[] = {STEP_ROWS, STEP_FILE, STEP_OTHER};
    mlops_error e;
    mlops_erase_stat stat;
    (void)state;
    for (int rows = 0; rows < 2; rows++)
        for (int i = 0; i < 3; i++)
            for (int due = 0; due <= rows; due++) { /* of rows a salt is drawn, too */
                world w;
                begin(&w, steps[i], due);
                works(erase(&w, rows, &stat, &e), &e);
                assert_true(w.done && stat.done);
                assert_int_equal(stat.n_commits, 2);
                assert_false(has_bytes(&w, rows ? "erika," : SECRET));
                if (!rows) {
                    size_t n;
                    refused(
                        mlops_dataset_read(w.other, "data", NULL, "secret.txt", NULL, 0, &n, &e),
                        &e, MLOPS_E_ERASED, "asked to");
                } else {
                    reads_text(w.other, "data", NULL, "rows.csv", "name,x\nmax,2\n");
                    if (steps[i] == STEP_ROWS)
                        reads_text(w.other, "data", NULL, "more.csv", "name,x\nada,3\n");
                }
                end(&w);
            }
}

/* A change that had it before, and commits afterwards. */
static void test_change(void **state) {
    static const mlops_sync syncs[] = {MLOPS_SYNC_FULL, MLOPS_SYNC_RELAXED};
    (void)state;
    for (int i = 0; i < 2; i++) {
        world w;
        mlops_error e;
        mlops_id id;
        mlops_erase_stat stat;
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        begin(&w, STEP_NONE, 0);
        opts.sync = syncs[i];
        mlops_store *late = open_store(w.path, &opts);
        mlops_change *c = new_change(late);
        works(mlops_change_content(c, &id, SECRET, strlen(SECRET), &e), &e);
        works(erase(&w, 0, &stat, &e), &e);
        refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_ERASED, "asked to");
        mlops_change_free(c);
        assert_int_equal(commit_record(late), MLOPS_E_ERASED);
        mlops_store_close(late);
        assert_false(has_bytes(&w, SECRET));
        end(&w);
    }
}

/* A draft that had it before. */
static void test_draft(void **state) {
    world w;
    mlops_error e;
    mlops_id id;
    mlops_erase_stat stat;
    (void)state;
    begin(&w, STEP_NONE, 0);
    mlops_change *c = new_change(w.other);
    mlops_draft *d = new_draft(c, "data", NULL);
    add_text(d, "copy.txt", SECRET);
    works(mlops_draft_commit(d, &id, &e), &e);
    mlops_draft_free(d);
    works(erase(&w, 0, &stat, &e), &e);
    mlops_status status = mlops_change_commit(c, NULL, &e);
    assert_true(status == MLOPS_E_CONFLICT || status == MLOPS_E_ERASED);
    mlops_change_free(c);
    works(mlops_dataset_erase(w.s, NULL, NULL, NULL, &stat, &e), &e);
    assert_true(stat.done);
    assert_false(has_bytes(&w, SECRET));
    end(&w);
}

/* Another erasure, while the bytes of this one go: both come to their ends. */
static int32_t erase_rows_meanwhile(void *user, int64_t done, int64_t total) {
    world *w = user;
    mlops_error e;
    size_t n;
    mlops_erase_stat stat;
    (void)done, (void)total;
    mlops_status status = mlops_dataset_read(w->other, "data", NULL, "secret.txt", NULL, 0, &n, &e);
    if (status == MLOPS_E_ERASED && !w->done) {
        w->done = 1;
        works(erase(w, 1, &stat, &e), &e);
        assert_int_equal(stat.n_rows, 1);
    }
    return 0;
}

static void test_erasures(void **state) {
    world w;
    mlops_error e;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    (void)state;
    begin(&w, STEP_NONE, 0);
    opts.paths = "secret.*";
    opts.reason = "asked to";
    opts.by = "dpo";
    call.progress = erase_rows_meanwhile;
    call.progress_user = &w;
    works(mlops_dataset_erase(w.s, NULL, &opts, &call, &stat, &e), &e);
    assert_true(w.done && stat.done);
    assert_false(has_bytes(&w, SECRET));
    assert_false(has_bytes(&w, "erika,"));
    end(&w);
}

/* ---- what killed writers leave ---- */

static void commit_elsewhere(const char *path) {
    static const char ELSE[] = "of somebody else";
    pid_t child = child_begins();
    if (child == 0) {
        mlops_id id;
        mlops_change *c = NULL;
        mlops_draft *d = NULL;
        mlops_store *s = open_quietly(path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        MUST(s && !mlops_change_new(&c, s, NULL, NULL));
        MUST(!mlops_draft_new(&d, c, "else", NULL, NULL));
        MUST(!mlops_draft_add_bytes(d, "it", ELSE, strlen(ELSE), NULL));
        MUST(!mlops_draft_commit(d, &id, NULL) && !mlops_change_commit(c, NULL, NULL));
        leave(0);
    }
    ends_well(child);
}

/* Another process has died behind a write of the same content, into a pack of its own. */
static void test_killed(void **state) {
    world w;
    mlops_error e;
    mlops_erase_stat stat;
    char pack[160];
    (void)state;
    begin(&w, STEP_NONE, 0);
    commit_elsewhere(w.path);
    snprintf(pack, sizeof pack, "%s/packs/%016x", w.path, 2);
    assert_true(size_of(pack) > 0);
    leave_frame(pack, SECRET, sizeof SECRET - 1);
    works(erase(&w, 0, &stat, &e), &e);
    assert_true(stat.done);
    assert_false(has_bytes(&w, SECRET));
    end(&w);
}

/* ---- text that is kept as changes to what is erased meanwhile ---- */

enum { LONG = 120000 };

/* Rows of which one in a thousand names a person, or no longer does. */
static char *make_long(int is_edited, size_t *n) {
    char *text = malloc(LONG * 64);
    assert_non_null(text);
    *n = (size_t)sprintf(text, "i,name,x\n");
    for (int i = 0; i < LONG; i++)
        *n += (size_t)sprintf(text + *n, "%d,%s-%d,%d\n", i, i % 1000 || is_edited ? "y" : NAME,
                              i * 7919 % LONG, i % 13);
    return text;
}

typedef struct erasing {
    world *w;
    int due; /* loops ahead of it */
} erasing;

/* Behind what was planned, ahead of where it is written. */
static mlops_status run_and_erase(void *ctx, int64_t n, mlops_task task, void *user) {
    erasing *x = ctx;
    for (int64_t i = 0; i < n; i++) {
        mlops_status status = task(user, i, 0);
        if (status) return status;
    }
    if (x->due-- == 0) {
        mlops_error e;
        mlops_erase_stat stat;
        works(erase(x->w, 0, &stat, &e), &e);
    }
    return MLOPS_OK;
}

static void add_long(mlops_store *s, const char *text, size_t n, mlops_id *out,
                     const mlops_id *like, const mlops_executor *executor) {
    mlops_error e;
    mlops__lease lease = {0, 0};
    const mlops__source source = {.size = n, .bytes = (const uint8_t *)text};
    works(mlops__content_add_source(s, &lease, &source, like, executor, out, &e), &e);
}

static void test_base(void **state) {
    world w;
    mlops_error e;
    mlops_id was, is;
    size_t n_was, n_is;
    char *text = make_long(0, &n_was), *edited = make_long(1, &n_is);
    erasing x = {&w, 0};
    mlops_executor executor = {sizeof executor, 2, &x, run_and_erase};
    (void)state;
    begin(&w, STEP_NONE, 0);
    mlops_change *c = new_change(w.s);
    mlops_draft *d = new_draft(c, "data", NULL);
    works(mlops_draft_add_bytes(d, "secret.csv", text, n_was, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    assert_true(has_bytes(&w, NAME));
    add_long(w.other, text, n_was, &was, NULL, NULL);
    add_long(w.other, edited, n_is, &is, &was, &executor);
    assert_true(x.due < 0);
    assert_false(has_bytes(&w, NAME));
    free(text);
    free(edited);
    end(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_record),   cmocka_unit_test(test_versions),
        cmocka_unit_test(test_change),   cmocka_unit_test(test_draft),
        cmocka_unit_test(test_erasures), cmocka_unit_test(test_killed),
        cmocka_unit_test(test_base),
    };
    return cmocka_run_group_tests_name("erase_race", tests, NULL, NULL);
}
