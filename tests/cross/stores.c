/* A store that goes from machine to machine as a file: made here, or read there. Prints what both
 * must agree on.
 *
 * usage: stores write DIR FILE | stores read DIR FILE
 */
#include "store/store.h"

#include <mlops.h>
#include <mlops/audit.h>
#include <mlops/check.h>
#include <mlops/table.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COMMITS = 40,
    BLOB_MAX = 300000,
    VERSIONS = 4,
    KINDS = 2,
    ROWS = 20000,
    LARGE_MAX = 1 << 20
};

static uint8_t blob[BLOB_MAX], got[LARGE_MAX], large[LARGE_MAX];

static void must(mlops_status status, const mlops_error *e) {
    if (!status) return;
    fprintf(stderr, "%s: %s\n", mlops_status_name(status), e->message);
    exit(1);
}

/* The same bytes on every machine. */
static size_t make_blob(int k) {
    size_t n = k % 13 == 5 ? BLOB_MAX : (size_t)(k * 379 % 6000);
    uint32_t x = (uint32_t)k * 2654435761u + 1;
    for (size_t i = 0; i < n; i++) {
        x = x * 1664525u + 1013904223u;
        blob[i] = (uint8_t)(x >> 24);
    }
    return n;
}

/* A version of a table, which is kept as rows and patches, or of numbers, as chunks and deltas. */
static size_t make_version(int kind, int version) {
    size_t n = 0;
    uint32_t x = (uint32_t)kind + 7;
    for (uint32_t i = 0; i < ROWS; i++) {
        x = x * 1664525u + 1013904223u;
        uint32_t value = (x >> 12) + (version && i % 97 == (uint32_t)version ? x >> 20 : 0);
        if (version > 1 && i == 5000) continue;
        if (kind == 0)
            n += (size_t)snprintf((char *)large + n, LARGE_MAX - n, "%u,%s,%u.%02u,2024-03-%02u\n",
                                  i, value % 3 ? "paid" : "open", value / 100, value % 100,
                                  1 + value % 28);
        else
            for (int k = 0; k < 4; k++) large[n++] = (uint8_t)(value >> 8 * k);
    }
    return n;
}

static mlops_store *open_store(const char *dir) {
    mlops_store *s;
    mlops_error e;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 4096;
    opts.sync = MLOPS_SYNC_RELAXED;
    must(mlops_store_open(&s, dir, &opts, &e), &e);
    return s;
}

static void commit(mlops_store *s, int k, mlops_id *id) {
    mlops_change *c;
    mlops_error e;
    char key[40], value[60];
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = k % 2 ? "ada" : "grace";
    snprintf(key, sizeof key, "key/%d", k % 17);
    snprintf(value, sizeof value, "value %d of \xc3\xa4", k);
    must(mlops_change_new(&c, s, &opts, &e), &e);
    must(mlops__change_put(c, MLOPS__TABLE_TEST, (mlops__bytes){(const uint8_t *)key, strlen(key)},
                           (mlops__bytes){(const uint8_t *)value, strlen(value)}, &e),
         &e);
    must(mlops_change_content(c, id, blob, make_blob(k), &e), &e);
    must(mlops_change_commit(c, NULL, &e), &e);
    mlops_change_free(c);
}

/* Each but the first like the one before. */
static void commit_versions(mlops_store *s) {
    mlops_error e;
    for (int kind = 0; kind < KINDS; kind++) {
        mlops_id before, id;
        for (int v = 0; v < VERSIONS; v++, before = id) {
            mlops_change *c;
            size_t n = make_version(kind, v);
            id = mlops__content_id(s, large, n);
            must(mlops_change_new(&c, s, NULL, &e), &e);
            must(mlops__change_content(c, &id, large, n, v ? &before : NULL, &e), &e);
            must(mlops_change_commit(c, NULL, &e), &e);
            mlops_change_free(c);
        }
    }
}

static void read_versions(mlops_store *s) {
    mlops_error e;
    for (int kind = 0; kind < KINDS; kind++)
        for (int v = 0; v < VERSIONS; v++) {
            size_t n = make_version(kind, v), size = 0;
            mlops_id id = mlops__content_id(s, large, n);
            must(mlops_store_content(s, &id, got, sizeof got, &size, &e), &e);
            if (size != n || memcmp(got, large, n) != 0) exit(1);
        }
}

/* The cells of a table of all types, as they come out of its text. */
static uint64_t read_table(void) {
    mlops_table *table;
    mlops_error e;
    char cell[100];
    uint64_t sum = 0;
    uint32_t x = 3;
    size_t n = 0, size;
    n += (size_t)snprintf((char *)large, LARGE_MAX, "id,word,real,long,flag,day,\"a,b\"\n");
    for (uint32_t i = 0; i < 3000; i++) {
        x = x * 1664525u + 1013904223u;
        n += (size_t)snprintf((char *)large + n, LARGE_MAX - n,
                              "%d,w%u,%u.%04ue%d,-%u.%09u%09u,%s,2024-%02u-11,\"%u, \"\"%u\"\n",
                              (int)x >> i % 31, x >> 24, x >> 20, x % 10000, (int)(x % 40) - 20,
                              x >> 8, x % 1000000000, x / 5, x & 1 ? "true" : "false", 1 + x % 12,
                              x % 7, x);
    }
    must(mlops_table_parse(&table, (const char *)large, n, NULL, &e), &e);
    for (int64_t k = 0; k < mlops_table_n_columns(table); k++)
        for (int64_t i = 0; i < mlops_table_n_rows(table); i++) {
            must(mlops_table_text(table, k, i, cell, sizeof cell, &size), &e);
            for (const char *c = cell; *c; c++) sum = sum * 1099511628211u + (uint8_t)*c;
        }
    mlops_table_unref(table);
    return sum;
}

/* What is the same everywhere. */
static void tell(mlops_store *s, const char *dir) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    mlops_check *check;
    mlops_error e;
    mlops_id link;
    int64_t n;
    must(mlops_store_stat(s, &stats, &e), &e);
    must(mlops_audit_verify(s, &link, &n, &e), &e);
    printf("seq %lld records %lld objects %lld packed %lld state %016llx link ",
           (long long)stats.seq, (long long)stats.n_records, (long long)stats.n_objects,
           (long long)stats.pack_bytes, (unsigned long long)stats.state);
    for (int i = 0; i < 32; i++) printf("%02x", link.bytes[i]);
    must(mlops_check_store(&check, dir, NULL, &e), &e);
    mlops_check_count(check, &counts);
    printf(" bytes %lld faults %lld cells %016llx\n", (long long)counts.n_bytes,
           (long long)counts.n_faults, (unsigned long long)read_table());
    if (counts.n_faults) fprintf(stderr, "%s\n", mlops_check_fault(check, 0));
    mlops_check_unref(check);
}

static void write_store(const char *dir, const char *file) {
    mlops_error e;
    mlops_id id;
    mlops_store *s = open_store(dir);
    for (int k = 1; k <= COMMITS; k++) commit(s, k, &id);
    commit_versions(s);
    must(mlops_store_export(s, file, &e), &e);
    tell(s, dir);
    mlops_store_close(s);
}

static void read_store(const char *dir, const char *file) {
    mlops_error e;
    mlops_id id;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    must(mlops_store_import(dir, file, &opts, &e), &e);
    mlops_store *s = open_store(dir);
    tell(s, dir);
    commit(s, COMMITS, &id); /* content that is there: its name is computed anew */
    size_t n = make_blob(COMMITS), size = 0;
    must(mlops_store_content(s, &id, got, sizeof got, &size, &e), &e);
    if (size != n || memcmp(got, blob, n) != 0) exit(1);
    read_versions(s);
    mlops_store_close(s);
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    if (strcmp(argv[1], "write") == 0) write_store(argv[2], argv[3]);
    else read_store(argv[2], argv[3]);
    return 0;
}
