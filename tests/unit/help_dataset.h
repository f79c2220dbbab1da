/* What the tests of datasets share: drafts in one line, tables as text. */
#ifndef TESTS_UNIT_HELP_DATASET_H
#define TESTS_UNIT_HELP_DATASET_H

#include "sys/host.h"
#include "unit/help_store.h"

typedef struct hex {
    char text[65];
} hex;

static inline hex hex_of(const mlops_id *id) {
    hex out;
    for (int i = 0; i < 32; i++) snprintf(out.text + 2 * i, 3, "%02x", id->bytes[i]);
    return out;
}

/* Of a version of a dataset. */
typedef struct uri {
    char text[300];
} uri;

static inline uri uri_of(const char *dataset, const mlops_id *id) {
    uri out;
    snprintf(out.text, sizeof out.text, "datasets:/%s/%s", dataset, hex_of(id).text);
    return out;
}

static inline mlops_table *parse_csv(const char *csv) {
    mlops_table *t;
    mlops_error e;
    works(mlops_table_parse(&t, csv, strlen(csv), NULL, &e), &e);
    return t;
}

static inline mlops_draft *new_draft(mlops_change *c, const char *dataset, const char *branch) {
    mlops_draft *d;
    mlops_error e;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.branch = branch;
    works(mlops_draft_new(&d, c, dataset, &opts, &e), &e);
    return d;
}

static inline void add_text(mlops_draft *d, const char *path, const char *bytes) {
    mlops_error e;
    works(mlops_draft_add_bytes(d, path, bytes, strlen(bytes), &e), &e);
}

static inline mlops_id end_draft(mlops_draft *d) {
    mlops_error e;
    mlops_id id;
    works(mlops_draft_commit(d, &id, &e), &e);
    mlops_draft_free(d);
    return id;
}

/* A commit of one file in a change of its own. */
static inline mlops_id commit_text(mlops_store *s, const char *dataset, const char *branch,
                                   const char *path, const char *bytes) {
    mlops_change *c = new_change(s);
    mlops_draft *d = new_draft(c, dataset, branch);
    add_text(d, path, bytes);
    mlops_id id = end_draft(d);
    commit(c);
    mlops_change_free(c);
    return id;
}

/* A table as CSV, lines separated by newlines; to be freed. Frees the table. */
static inline char *show(mlops_table *t) {
    size_t cap = 1 << 20, n = 0;
    char *out = malloc(cap);
    assert_non_null(out);
    for (int64_t row = -1; row < mlops_table_n_rows(t); row++) {
        for (int64_t i = 0; i < mlops_table_n_columns(t); i++) {
            char cell[4096];
            if (row < 0) snprintf(cell, sizeof cell, "%s", mlops_table_name(t, i));
            else assert_int_equal(mlops_table_text(t, i, row, cell, sizeof cell, NULL), 0);
            n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? "," : "", cell);
        }
        n += (size_t)snprintf(out + n, cap - n, "\n");
    }
    mlops_table_unref(t);
    return out;
}

static inline void shows(mlops_table *t, const char *want) {
    char *got = show(t);
    assert_string_equal(got, want);
    free(got);
}

static inline void same_id(const mlops_id *a, const mlops_id *b) {
    assert_string_equal(hex_of(a).text, hex_of(b).text);
}

static inline mlops_id resolve(mlops_store *s, const char *dataset, const char *ref) {
    mlops_id id;
    mlops_error e;
    works(mlops_dataset_resolve(&id, s, dataset, ref, &e), &e);
    return id;
}

/* The bytes of an entry as text; to be freed. */
static inline char *read_text(mlops_store *s, const char *dataset, const char *ref,
                              const char *path) {
    size_t n = 0;
    mlops_error e;
    works(mlops_dataset_read(s, dataset, ref, path, NULL, 0, &n, &e), &e);
    char *out = malloc(n + 1);
    assert_non_null(out);
    works(mlops_dataset_read(s, dataset, ref, path, out, n, &n, &e), &e);
    out[n] = 0;
    return out;
}

static inline void reads_text(mlops_store *s, const char *dataset, const char *ref,
                              const char *path, const char *want) {
    char *got = read_text(s, dataset, ref, path);
    assert_string_equal(got, want);
    free(got);
}

/* A clock that is a day behind the machine's. */
static inline int64_t slow_now(void *ctx) {
    (void)ctx;
    return mlops__clock_system.now_ns(mlops__clock_system.ctx) - INT64_C(86400000000000);
}

static inline int64_t slow_monotonic(void *ctx) {
    (void)ctx;
    return mlops__clock_system.monotonic_ns(mlops__clock_system.ctx);
}

static const mlops_clock SLOW_CLOCK = {sizeof(mlops_clock), 0, NULL, slow_now, slow_monotonic};

#endif
