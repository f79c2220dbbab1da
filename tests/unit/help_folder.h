/* What the tests of folders share: a store, a folder beside it, and files in that. */
#ifndef TESTS_UNIT_HELP_FOLDER_H
#define TESTS_UNIT_HELP_FOLDER_H

#include "unit/help_dataset.h"

#include <fcntl.h>

typedef struct site {
    place p;
    mlops_store *s;
    char in[100]; /* a folder */
} site;

static inline int begin_site(void **state) {
    site *f = calloc(1, sizeof *f);
    assert_non_null(f);
    make_place(&f->p);
    f->s = open_store(f->p.path, NULL);
    snprintf(f->in, sizeof f->in, "%s/in", f->p.dir);
    shell("mkdir -p %s", f->in);
    *state = f;
    return 0;
}

static inline int end_site(void **state) {
    site *f = *state;
    mlops_store_close(f->s);
    remove_place(&f->p);
    free(f);
    return 0;
}

/* A file of the folder, with the folders that it lies in. */
static inline void write_in(const site *f, const char *path, const char *bytes) {
    char full[600];
    snprintf(full, sizeof full, "%s/%s", f->in, path);
    char *slash = strrchr(full, '/');
    *slash = 0;
    shell("mkdir -p '%s'", full);
    *slash = '/';
    set_file(full, bytes, strlen(bytes));
}

/* Adds and, if anything has changed, commits. */
static inline mlops_folder_stat add_folder(site *f, const char *prefix,
                                           const mlops_folder_opts *opts) {
    mlops_folder_stat stat = MLOPS_FOLDER_STAT_INIT;
    mlops_error e;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    works(mlops_draft_add_folder(d, prefix, f->in, opts, &stat, &e), &e);
    if (stat.n_added + stat.n_changed + stat.n_removed) {
        mlops_id id;
        works(mlops_draft_commit(d, &id, &e), &e);
    }
    mlops_draft_free(d);
    commit(c);
    mlops_change_free(c);
    return stat;
}

static inline mlops_status try_folder(site *f, const char *prefix, const mlops_folder_opts *opts,
                                      mlops_error *e) {
    mlops_folder_stat stat = MLOPS_FOLDER_STAT_INIT;
    mlops_change *c = new_change(f->s);
    mlops_draft *d = new_draft(c, "d", NULL);
    mlops_status status = mlops_draft_add_folder(d, prefix, f->in, opts, &stat, e);
    mlops_draft_free(d);
    mlops_change_free(c);
    return status;
}

/* Path and change of each row, as text; to be freed. */
static inline char *status_of(site *f, const char *prefix, const mlops_folder_opts *opts) {
    mlops_table *t;
    mlops_error e;
    works(mlops_dataset_status(&t, f->s, "d", NULL, prefix, f->in, opts, &e), &e);
    size_t cap = 1 << 16, n = 0;
    char *out = malloc(cap);
    assert_non_null(out);
    out[0] = 0;
    for (int64_t row = 0; row < mlops_table_n_rows(t); row++) {
        char path[1100], change[20];
        assert_int_equal(mlops_table_text(t, 0, row, path, sizeof path, NULL), 0);
        assert_int_equal(mlops_table_text(t, 1, row, change, sizeof change, NULL), 0);
        n += (size_t)snprintf(out + n, cap - n, "%c %s\n", change[0], path);
    }
    mlops_table_unref(t);
    return out;
}

static inline void status_is(site *f, const char *prefix, const mlops_folder_opts *opts,
                             const char *want) {
    char *got = status_of(f, prefix, opts);
    assert_string_equal(got, want);
    free(got);
}

static inline void stat_is(mlops_folder_stat s, int64_t files, int64_t added, int64_t changed,
                           int64_t removed) {
    assert_int_equal(s.n_files, files);
    assert_int_equal(s.n_added, added);
    assert_int_equal(s.n_changed, changed);
    assert_int_equal(s.n_removed, removed);
}

/* The entry has the bytes of the file. */
static inline void reads_file(site *f, const char *name) {
    char path[200];
    size_t n, m;
    mlops_error e;
    snprintf(path, sizeof path, "%s/%s", f->in, name);
    uint8_t *want = file_bytes(path, &n), *got = malloc(n + 1);
    works(mlops_dataset_read(f->s, "d", NULL, name, got, n, &m, &e), &e);
    assert_int_equal(m, n);
    assert_memory_equal(got, want, n);
    free(got);
    free(want);
}

#endif
