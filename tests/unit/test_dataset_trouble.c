/* Input that is not as it should be: files that nobody may read, row ids that stand twice, keys in
 * no order. What cannot be done is told by its name, and nothing that was there is lost. */
#define _GNU_SOURCE
#include "unit/help_dataset.h"

#include "sys/io_test.h"

#include <errno.h>
#include <sys/stat.h>

enum { FILES = 30, LARGE = 9 << 20 };

static place p;

static int set_up(void **state) {
    (void)state;
    make_place(&p);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    remove_place(&p);
    return 0;
}

/* ---- files that nobody may read ---- */

static const char *denied; /* how the path ends that must not be opened */

static int is_denied(const char *path) {
    size_t n = strlen(path), k = denied ? strlen(denied) : 0;
    return denied && n >= k && !strcmp(path + n - k, denied);
}

static int64_t open_some(void *ctx, const char *path, mlops_io_mode mode) {
    return is_denied(path) ? -EACCES : mlops__io_posix.open(ctx, path, mode);
}

static int64_t scan_some(void *ctx, const char *path, mlops_io_visit visit, void *user) {
    return is_denied(path) ? -EACCES : mlops__io_posix.scan(ctx, path, visit, user);
}

static void set_sized(const char *folder, const char *name, size_t n) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    uint8_t *bytes = make_blob(n, n, 0);
    set_file(path, bytes, n);
    free(bytes);
}

static void make_files(char folder[100]) {
    char name[140];
    snprintf(folder, 100, "%s/files", p.dir);
    assert_int_equal(mkdir(folder, 0777), 0);
    snprintf(name, sizeof name, "%s/below", folder);
    assert_int_equal(mkdir(name, 0777), 0);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "%s%02d", i % 2 ? "below/f" : "f", i);
        set_sized(folder, name, 100 + (size_t)i * 1000);
    }
    set_sized(folder, "large", LARGE);
}

static void entries_are(mlops_store *s, int64_t n) {
    mlops_error e;
    mlops_table *t;
    works(mlops_dataset_entries(&t, s, "d", NULL, &e), &e);
    assert_int_equal(mlops_table_n_rows(t), n);
    mlops_table_unref(t);
    reads_text(s, "d", NULL, "old", "as it was");
}

static void cannot_add(mlops_store *s, const char *folder, const mlops_call *call) {
    mlops_error e;
    mlops_table *t;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops_id was = resolve(s, "d", NULL);
    opts.call = call;
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", NULL);
    refused(mlops_draft_add_folder(d, NULL, folder, &opts, NULL, &e), &e, MLOPS_E_DENIED, denied);
    assert_int_equal(e.os_code, EACCES);
    refused(mlops_dataset_status(&t, s, "d", NULL, NULL, folder, &opts, &e), &e, MLOPS_E_DENIED,
            denied);
    assert_null(t);
    end_draft(d); /* it is as it was begun */
    commit(c);
    mlops_change_free(c);
    entries_are(s, 1);
    mlops_id is = resolve(s, "d", NULL);
    assert_true(memcmp(&was, &is, sizeof is) != 0);
}

/* Whatever its size, on one thread and on more; what can be read again is added whole. */
static void a_file_that_nobody_may_read(void **state) {
    static const char *const paths[] = {"/f00", "/below/f15", "/f28", "/large", "/below"};
    (void)state;
    mlops_error e;
    mlops_pool *pool;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    char folder[100], file[140];
    io.open = open_some;
    io.scan = scan_some;
    host.io = &io;
    opts.host = &host;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    call.executor = mlops_pool_executor(pool);
    make_files(folder);
    mlops_store *s = open_store(p.path, &opts);
    commit_text(s, "d", NULL, "old", "as it was");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        denied = paths[i];
        cannot_add(s, folder, NULL);
        cannot_add(s, folder, &call);
    }
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", NULL);
    denied = "/large";
    snprintf(file, sizeof file, "%s/large", folder);
    refused(mlops_draft_add_file(d, "x", file, &e), &e, MLOPS_E_DENIED, file);
    refused(mlops_draft_add_csv(d, "x", file, NULL, &e), &e, MLOPS_E_DENIED, file);
    denied = NULL;
    works(mlops_draft_add_folder(d, "in", folder, NULL, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    entries_are(s, FILES + 2);
    mlops_store_close(s);
    mlops_pool_free(pool);
    is_sound(p.path);
}

/* ---- row ids that stand twice ---- */

static mlops_id commit_csv(mlops_store *s, const char *branch, const char *csv) {
    mlops_error e;
    char file[120];
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.row_id = "id";
    snprintf(file, sizeof file, "%s/t.csv", p.dir);
    set_file(file, csv, strlen(csv));
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, "d", branch);
    works(mlops_draft_add_csv(d, "t.csv", file, &opts, &e), &e);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

static void is_at(mlops_store *s, const char *branch, const mlops_id *id, const char *csv) {
    mlops_id is = resolve(s, "d", branch);
    same_id(&is, id);
    reads_text(s, "d", branch, "t.csv", csv);
}

/* A row id is a claim that is taken at its word and held to where it is used: data that breaks it
 * is kept as it is, and compared and merged by position. */
static void a_row_id_that_stands_twice(void **state) {
    static const char base[] = "id,y\n1,2\n2,3\n3,4\n", ours[] = "id,y\n1,2\n2,3\n2,4\n",
                      theirs[] = "id,y\n1,9\n2,3\n3,4\n";
    static const char told[] = "the key id is '2' in rows 1 and 2 (from 0) of ";
    (void)state;
    mlops_error e;
    mlops_id id;
    mlops_diff *diff;
    mlops_diff_opts by = MLOPS_DIFF_OPTS_INIT;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    mlops_store *s = open_store(p.path, NULL);
    mlops_id first = commit_csv(s, NULL, base), side = commit_csv(s, "side", theirs);
    mlops_id main = commit_csv(s, NULL, ours);
    hex from = hex_of(&first);
    refused(mlops_dataset_diff_rows(&diff, s, "d", from.text, NULL, NULL, NULL, &e), &e,
            MLOPS_E_SCHEMA, told);
    assert_null(diff);
    by.key = "";
    works(mlops_dataset_diff_rows(&diff, s, "d", from.text, NULL, NULL, &by, &e), &e);
    assert_int_equal(mlops_diff_n_cells(diff), 1);
    mlops_diff_unref(diff);
    mlops_change *c = new_change(s);
    refused(mlops_dataset_merge(&id, c, "d", "side", NULL, &e), &e, MLOPS_E_SCHEMA, told);
    assert_non_null(strstr(e.message, "'t.csv'"));
    is_at(s, "main", &main, ours);
    is_at(s, "side", &side, theirs);
    opts.key = "";
    works(mlops_dataset_merge(&id, c, "d", "side", &opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    is_at(s, "main", &id, "id,y\n1,9\n2,3\n2,4\n");
    mlops_store_close(s);
    is_sound(p.path);
}

/* ---- keys in no order ---- */

enum { ROWS = 30000, STEP = 7919 /* prime to ROWS, so that it leads to each of them */ };

/* Rows in the order of a step, one of which goes, one comes, and one changes. */
static char *make_rows(int step, int is_edited) {
    char *out = malloc(ROWS * 20 + 100), *at = out;
    assert_non_null(out);
    at += sprintf(at, "id,y\n");
    for (int64_t i = 0; i < ROWS; i++) {
        int64_t id = i * step % ROWS;
        if (is_edited && id == 77) continue;
        at += sprintf(at, "%d,%d\n", (int)id, (int)(id % 97) + (is_edited && id == 500 ? 1000 : 0));
    }
    if (is_edited) sprintf(at, "%d,1\n", ROWS);
    return out;
}

/* In one order or another, and also where the versions do not have the same. */
static void keys_in_no_order(void **state) {
    static const int steps[][2] = {{STEP, STEP}, {1, STEP}, {STEP, 1}, {STEP, ROWS - 1}};
    (void)state;
    mlops_error e;
    mlops_diff *diff;
    mlops_store *s = open_store(p.path, NULL);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        char *before = make_rows(steps[i][0], 0), *after = make_rows(steps[i][1], 1);
        mlops_id first = commit_csv(s, NULL, before);
        commit_csv(s, NULL, after);
        hex from = hex_of(&first);
        works(mlops_dataset_diff_rows(&diff, s, "d", from.text, NULL, NULL, NULL, &e), &e);
        assert_int_equal(mlops_diff_n_cells(diff), 1);
        assert_int_equal(mlops_diff_n_changed(diff), 1);
        assert_int_equal(mlops_diff_n_added(diff), 1);
        assert_int_equal(mlops_diff_n_removed(diff), 1);
        mlops_diff_unref(diff);
        reads_text(s, "d", NULL, "t.csv", after);
        free(before), free(after);
    }
    mlops_store_close(s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_that_nobody_may_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_row_id_that_stands_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_in_no_order, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("dataset_trouble", tests, NULL, NULL);
}
