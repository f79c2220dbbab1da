/* Files of folders that change between the moment that they are listed and that of reading. */
#define _GNU_SOURCE
#include "unit/help_folder.h"

#include <mlops/split.h>

/* ---- while it is read ---- */

static mlops_io restless;
static char restless_path[200];
static int n_restless, is_torn;

static int is_restless(int64_t file) {
    char name[64], path[200] = {0};
    snprintf(name, sizeof name, "/proc/self/fd/%d", (int)file);
    return readlink(name, path, sizeof path - 1) > 0 && !strcmp(path, restless_path);
}

static int64_t read_and_change(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    if (is_torn && is_restless(file)) return -EIO;
    if (n_restless && is_restless(file)) {
        n_restless--;
        usleep(20000); /* so that the time of the change is another one */
        set_bytes(restless_path, 0, "X", 1);
    }
    (void)ctx;
    return pread((int)file, bytes, n, offset);
}

static void reopen_restless(site *f) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    restless = mlops__io_posix;
    restless.pread = read_and_change;
    host.io = &restless;
    opts.host = &host;
    mlops_store_close(f->s);
    f->s = open_store(f->p.path, &opts);
}

static void a_file_that_changes_is_read_again(void **state) {
    site *f = *state;
    mlops_error e;
    reopen_restless(f);
    write_in(f, "a", "one");
    snprintf(restless_path, sizeof restless_path, "%s/a", f->in);
    n_restless = 100;
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_BUSY, "/a' changes");
    n_restless = 1;
    stat_is(add_folder(f, NULL, NULL), 1, 1, 0, 0);
    reads_text(f->s, "d", NULL, "a", "Xne");
    n_restless = 0;
}

/* One of two that are read at once is read anew; or fails both, and is told of. */
static void a_large_file_that_changes(void **state) {
    site *f = *state;
    mlops_error e;
    reopen_restless(f);
    shell("head -c 3000000 /dev/urandom > %s/a && head -c 1500000 /dev/urandom > %s/b", f->in,
          f->in);
    snprintf(restless_path, sizeof restless_path, "%s/a", f->in);
    n_restless = 100;
    refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_BUSY, "/a' changes");
    n_restless = 1;
    stat_is(add_folder(f, NULL, NULL), 2, 2, 0, 0);
    n_restless = 0;
    reads_file(f, "a");
    reads_file(f, "b");
    shell("echo more >> %s/a && echo more >> %s/b", f->in, f->in);
    is_torn = 1;
    for (int k = 0; k < 2; k++) {
        snprintf(restless_path, sizeof restless_path, "%s/%c", f->in, 'a' + k);
        refused(try_folder(f, NULL, NULL, &e), &e, MLOPS_E_IO, restless_path);
    }
    is_torn = 0;
    stat_is(add_folder(f, NULL, NULL), 2, 0, 2, 0);
}

/* ---- before it is read ---- */

typedef struct writing {
    const site *f;
    const char *a, *b;
} writing;

static int32_t write_once(void *user, int64_t done, int64_t total) {
    writing *w = user;
    assert_true(done <= total);
    if (w->a) write_in(w->f, "a", w->a);
    if (w->b) write_in(w->f, "b", w->b);
    w->a = w->b = NULL;
    return 0;
}

/* Alone, with others that stay large, and by threads. */
/* Of tables only those count whose bytes have changed, and are none any more. */
static void tables_that_become_files_are_counted(void **state) {
    site *f = *state;
    mlops_error e;
    char path[700];
    const char *const names[] = {"gone", "kept", "new", "same"};
    for (int i = 0; i < 4; i++) write_in(f, names[i], "a\n1\n");
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", f->in, names[i]);
        if (i == 1) works(mlops_draft_add_file(d, names[i], path, &e), &e);
        else if (i != 2) works(mlops_draft_add_csv(d, names[i], path, NULL, &e), &e);
    }
    write_in(f, "more", "a\n1\n");
    snprintf(path, sizeof path, "%s/more", f->in);
    works(mlops_draft_add_csv(d, "more", path, NULL, &e), &e);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
    write_in(f, "kept", "a\n2\n");
    write_in(f, "more", "a\n2,3\n");
    shell("rm %s/gone", f->in);
    mlops_folder_stat stat = add_folder(f, NULL, NULL);
    assert_int_equal(stat.n_changed, 2);
    assert_int_equal(stat.n_added, 1);
    assert_int_equal(stat.n_now_files, 1);
    write_in(f, "more", "a\n3\n");
    assert_int_equal(add_folder(f, NULL, NULL).n_now_files, 0);
}

static void a_large_file_becomes_small(void **state) {
    site *f = *state;
    static const char *const texts[] = {"short now", ""};
    mlops_pool *pool;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops_error e;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    opts.call = &call;
    for (int i = 0; i < 8; i++) {
        int both = i / 4;
        writing w = {f, texts[i & 1], both ? "short, too" : NULL};
        call.executor = i & 2 ? mlops_pool_executor(pool) : NULL;
        call.progress = write_once;
        call.progress_user = &w;
        shell("head -c 3000000 /dev/urandom > %s/a", f->in);
        if (both) shell("head -c 1500000 /dev/urandom > %s/b", f->in);
        mlops_folder_stat s = add_folder(f, NULL, &opts);
        assert_int_equal(s.n_files, 1 + both);
        reads_text(f->s, "d", NULL, "a", texts[i & 1]);
        if (both) reads_text(f->s, "d", NULL, "b", "short, too");
    }
    mlops_pool_free(pool);
}

/* ---- tables ---- */

static char *describe(site *f) {
    size_t n = 0;
    mlops_error e;
    works(mlops_dataset_describe(f->s, "d", NULL, NULL, 0, &n, &e), &e);
    char *out = malloc(n + 1);
    assert_non_null(out);
    works(mlops_dataset_describe(f->s, "d", NULL, out, n + 1, &n, &e), &e);
    return out;
}

static void has_text(site *f, const char *const *texts) {
    char *got = describe(f);
    for (; *texts; texts++)
        if (!strstr(got, *texts)) fail_msg("%s in %s", *texts, got);
    free(got);
}

static void add_tables(site *f) {
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_divide_opts parts = MLOPS_DIVIDE_OPTS_INIT;
    mlops_error e;
    char path[200];
    write_in(f, "t.csv",
             "id;code;y;when\n1;007;0;01.02.2024\n2;008;1;02.02.2024\n3;1;0;3.2.2024\n");
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    csv.delimiter = ";";
    csv.types = "code=string,when=time(%d.%m.%Y)";
    opts.csv = &csv;
    opts.target = "y";
    opts.time = "when";
    opts.row_id = "id";
    snprintf(path, sizeof path, "%s/t.csv", f->in);
    works(mlops_draft_add_csv(d, "t.csv", path, &opts, &e), &e);
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    split.kind = MLOPS_SPLIT_TIME;
    split.share = 0.4;
    works(mlops_draft_split(d, "t.csv", &split, &e), &e);
    parts.by = MLOPS_DIVIDE_GROUPS;
    parts.column = "id";
    works(mlops_draft_divide(d, "t.csv", &parts, &e), &e);
    csv = (mlops_csv_opts)MLOPS_CSV_OPTS_INIT;
    csv.types = "code=string";
    mlops_table *t;
    const char *m = "code,x\n007,1.5\n008,2\n";
    works(mlops_table_parse(&t, m, strlen(m), &csv, &e), &e);
    works(mlops_draft_add_table(d, "m.csv", t, NULL, &e), &e);
    mlops_table_unref(t);
    end_draft(d);
    commit(c);
    mlops_change_free(c);
}

static void a_table_that_changes_stays_one(void **state) {
    site *f = *state;
    mlops_table *t;
    mlops_error e;
    add_tables(f);
    write_in(f, "t.csv",
             "id;code;y;when\n1;007;0;01.02.2024\n2;008;1;02.02.2024\n3;1;0;3.2.2024\n4;9;1;01.01."
             "2024\n5;9;1;05.02.2024\n");
    write_in(f, "m.csv", "code,x\n007,1.5\n009,2\n");
    mlops_folder_stat stat = add_folder(f, NULL, NULL);
    stat_is(stat, 2, 0, 2, 0);
    assert_int_equal(stat.n_now_files + stat.n_now_less, 0);
    works(mlops_dataset_table(&t, f->s, "d", NULL, "t.csv", MLOPS_PART_HELD_OUT, &e), &e);
    shows(t, "id,code,y,when\n3,1,0,1706918400000000000\n5,9,1,1707091200000000000\n");
    works(mlops_dataset_table(&t, f->s, "d", NULL, "m.csv", MLOPS_PART_ALL, &e), &e);
    shows(t, "code,x\n007,1.5\n009,2.0\n");
    int64_t n = 0;
    static const char *const parts[] = {"train", "validation", "test"};
    for (int i = 0; i < 3; i++) {
        works(mlops_dataset_part(&t, f->s, "d", NULL, "t.csv", parts[i], &e), &e);
        n += mlops_table_n_rows(t);
        mlops_table_unref(t);
    }
    assert_int_equal(n, 5);
    has_text(f,
             (const char *const[]){"\"target\":\"y\",\"time\":\"when\",\"row_id\":\"id\"",
                                   "\"types\":\"code=string,when=time(%d.%m.%Y)\"",
                                   "\"kind\":\"time\",\"share\":0.4", "\"by\":\"groups\"", NULL});
    reads_file(f, "t.csv");
    reads_file(f, "m.csv");
    shell("sleep 0.05");
    for (int i = 0; i < 2; i++) stat_is(add_folder(f, NULL, NULL), 2, 0, 0, 0);
    assert_int_equal(add_folder(f, NULL, NULL).n_read, 0);
}

static void a_table_says_what_it_can(void **state) {
    site *f = *state;
    mlops_table *t;
    mlops_error e;
    add_tables(f);
    write_in(f, "t.csv",
             "id;code;when\n1;007;01.02.2024\n"); /* no target, and no row to hold out */
    write_in(f, "m.csv", "code,x\n007,1.5,9\n");  /* no table */
    mlops_folder_stat stat = add_folder(f, NULL, NULL);
    stat_is(stat, 2, 0, 2, 0);
    assert_int_equal(stat.n_now_files, 1);
    assert_int_equal(stat.n_now_less, 1);
    works(mlops_dataset_table(&t, f->s, "d", NULL, "t.csv", MLOPS_PART_ALL, &e), &e);
    shows(t, "id,code,when\n1,007,1706745600000000000\n");
    has_text(f, (const char *const[]){"\"time\":\"when\",\"row_id\":\"id\"", NULL});
    char *got = describe(f);
    assert_null(strstr(got, "\"target\""));
    assert_null(strstr(got, "\"split\""));
    free(got);
    refused(mlops_dataset_table(&t, f->s, "d", NULL, "m.csv", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_SCHEMA, "is a file");
    reads_file(f, "m.csv");
    write_in(f, "t.csv", "id;code;when\n1;007;soon\n"); /* a time no more */
    stat_is(add_folder(f, NULL, NULL), 2, 0, 1, 0);
    refused(mlops_dataset_table(&t, f->s, "d", NULL, "t.csv", MLOPS_PART_ALL, &e), &e,
            MLOPS_E_SCHEMA, "is a file");
}

int main(void) {
#define CASE(name) cmocka_unit_test_setup_teardown(name, begin_site, end_site)
    const struct CMUnitTest tests[] = {
        CASE(a_file_that_changes_is_read_again),    CASE(a_large_file_that_changes),
        CASE(tables_that_become_files_are_counted), CASE(a_large_file_becomes_small),
        CASE(a_table_that_changes_stays_one),       CASE(a_table_says_what_it_can),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
