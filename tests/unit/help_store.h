/* What the tests of stores share: a folder of their own, records, content, and damage to files. */
#ifndef TESTS_UNIT_HELP_STORE_H
#define TESTS_UNIT_HELP_STORE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/store.h"
#include "sys/io_test.h"

#include <mlops.h>

typedef struct place {
    char dir[64];
    char path[80]; /* of a store that is not there yet */
} place;

/* Places that are there: a test that fails leaves its own. */
typedef struct standing {
    char dir[64];
    pid_t owner;
} standing;

static standing all_standing[64];

static inline standing *find_standing(const char *dir) {
    for (size_t i = 0; i < sizeof all_standing / sizeof *all_standing; i++)
        if (!strcmp(all_standing[i].dir, dir)) return &all_standing[i];
    return NULL;
}

/* A child that ends leaves those of its parent alone. */
static inline void remove_standing(void) {
    char command[100];
    for (size_t i = 0; i < sizeof all_standing / sizeof *all_standing; i++) {
        if (!*all_standing[i].dir || all_standing[i].owner != getpid()) continue;
        snprintf(command, sizeof command, "rm -rf '%.63s'", all_standing[i].dir);
        if (system(command)) fprintf(stderr, "%s stays\n", all_standing[i].dir);
    }
}

static inline void make_place_in(place *p, const char *folder) {
    static int registered;
    standing *room = find_standing("");
    snprintf(p->dir, sizeof p->dir, "%s/mlops-store-XXXXXX", folder);
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->path, sizeof p->path, "%s/s.mlops", p->dir);
    if (!registered && !atexit(remove_standing)) registered = 1;
    if (!room) return;
    memcpy(room->dir, p->dir, sizeof room->dir);
    room->owner = getpid();
}

static inline void make_place(place *p) { make_place_in(p, "/tmp"); }

/* Runs a command line that must succeed. */
__attribute__((format(printf, 1, 2))) static inline void shell(const char *format, ...) {
    char command[1000];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(command, sizeof command, format, args);
    va_end(args);
    assert_true(n > 0 && n < (int)sizeof command);
    if (system(command)) fail_msg("this failed: %s", command);
}

/* Ends a child, as another program: what its parent has open is no leak of its, whatever valgrind
 * thinks. */
static inline void leave(int code) {
    char text[16];
    snprintf(text, sizeof text, "%d", code);
    execl("/bin/sh", "sh", "-c", "exit \"$0\"", text, (char *)NULL);
    _exit(code);
}

static inline void remove_place(const place *p) {
    standing *it = find_standing(p->dir);
    shell("rm -r '%s'", p->dir);
    if (it) memset(it, 0, sizeof *it);
}

/* A path in the store; eight live at a time. */
static inline const char *inside(const place *p, const char *name) {
    static char paths[8][160];
    static int next;
    char *out = paths[next++ % 8];
    snprintf(out, sizeof paths[0], "%s/%s", p->path, name);
    return out;
}

static inline mlops__bytes text(const char *s) {
    return (mlops__bytes){(const uint8_t *)s, strlen(s)};
}

static inline void refused(mlops_status status, const mlops_error *err, mlops_status want,
                           const char *word) {
    if (status != want) fail_msg("%s, not %s", mlops_status_name(status), mlops_status_name(want));
    assert_int_equal(err->code, want);
    if (!strstr(err->message, word)) fail_msg("'%s' lacks '%s'", err->message, word);
}

static inline void works(mlops_status status, const mlops_error *err) {
    if (status) fail_msg("%s: %s", mlops_status_name(status), status < 0 ? err->message : "");
}

static inline mlops_store *open_store(const char *path, const mlops_store_opts *opts) {
    mlops_store *s;
    mlops_error e;
    works(mlops_store_open(&s, path, opts, &e), &e);
    return s;
}

static inline mlops_store *open_with(const char *path, mlops_sync sync, mlops_store_index index) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = sync;
    opts.index = index;
    return open_store(path, &opts);
}

static inline mlops_change *new_change(mlops_store *s) {
    mlops_change *c;
    mlops_error e;
    works(mlops_change_new(&c, s, NULL, &e), &e);
    return c;
}

static inline void add(mlops_change *c, const char *key, const char *value) {
    mlops_error e;
    works(mlops__change_put(c, MLOPS__TABLE_TEST, text(key), text(value), &e), &e);
}

static inline int64_t commit(mlops_change *c) {
    mlops_error e;
    int64_t seq = 0;
    works(mlops_change_commit(c, &seq, &e), &e);
    return seq;
}

static inline int64_t put(mlops_store *s, const char *key, const char *value) {
    mlops_change *c = new_change(s);
    add(c, key, value);
    int64_t seq = commit(c);
    mlops_change_free(c);
    return seq;
}

/* The value at a key, or NULL. */
static inline const char *get(mlops_store *s, const char *key) {
    static char out[4096];
    mlops__index index;
    mlops__bytes value = {NULL, 0};
    mlops_error e;
    works(mlops__store_read_begin(s, &index, &e), &e);
    mlops_status status = mlops__index_get(&index, MLOPS__TABLE_TEST, text(key), &value, &e);
    if (status == MLOPS_OK) {
        memcpy(out, value.data, value.size);
        out[value.size] = 0;
    }
    mlops__store_read_end(&index);
    if (status != MLOPS_E_NOT_FOUND) works(status, &e);
    return status ? NULL : out;
}

static inline mlops_store_stats stats_of(mlops_store *s) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_error e;
    works(mlops_store_stat(s, &stats, &e), &e);
    return stats;
}

/* A store that nobody has open. */
static inline void is_sound(const char *path) {
    mlops_check *check;
    mlops_error e;
    works(mlops_check_store(&check, path, NULL, &e), &e);
    if (mlops_check_n_faults(check)) fail_msg("%s", mlops_check_fault(check, 0));
    mlops_check_unref(check);
}

/* Keeps content in a commit of its own. */
static inline mlops_id keep(mlops_store *s, const void *bytes, size_t n) {
    mlops_change *c = new_change(s);
    mlops_error e;
    mlops_id id;
    works(mlops_change_content(c, &id, bytes, n, &e), &e);
    commit(c);
    mlops_change_free(c);
    return id;
}

/* The status of reading content whole; MLOPS_E_INVALID if the bytes are others than these. */
static inline mlops_status reads(mlops_store *s, const mlops_id *id, const void *bytes, size_t n) {
    uint8_t *got = malloc(n + 1);
    size_t size = 0;
    assert_non_null(got);
    mlops_status status = mlops_store_content(s, id, got, n, &size, NULL);
    if (!status && (size != n || memcmp(got, bytes, n) != 0)) status = MLOPS_E_INVALID;
    free(got);
    return status;
}

/* Bytes of which no two runs are alike; with a period, they compress. To be freed. */
static inline uint8_t *make_blob(size_t n, uint64_t seed, size_t period) {
    uint8_t *out = malloc(n + 1);
    assert_non_null(out);
    uint64_t x = seed * 0x9e3779b97f4a7c15u + 1;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = period && i >= period ? out[i - period] : (uint8_t)(x >> 24);
    }
    return out;
}

/* ---- files ---- */

static inline int64_t size_of(const char *path) {
    struct stat info;
    return stat(path, &info) ? -1 : (int64_t)info.st_size;
}

/* The bytes of a file; to be freed. */
static inline uint8_t *file_bytes(const char *path, size_t *n) {
    FILE *file = fopen(path, "rb");
    int64_t size = size_of(path);
    uint8_t *out = malloc((size_t)size + 1);
    if (!file || !out) fail_msg("cannot read %s", path);
    *n = fread(out, 1, (size_t)size, file);
    fclose(file);
    assert_int_equal(*n, size);
    return out;
}

static inline void set_file(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    if (!file) fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static inline void set_bytes(const char *path, int64_t offset, const void *bytes, size_t n) {
    FILE *file = fopen(path, "r+b");
    if (!file) fail_msg("cannot write %s", path);
    assert_int_equal(fseek(file, (long)offset, SEEK_SET), 0);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

/* Makes a byte another one. */
static inline void spoil(const char *path, int64_t offset) {
    size_t n;
    uint8_t *bytes = file_bytes(path, &n);
    assert_true(offset < (int64_t)n);
    bytes[offset] ^= 0x40;
    set_bytes(path, offset, bytes + offset, 1);
    free(bytes);
}

/* The store's stamp says that the machine was started anew since, without a clean close. */
static inline void cut_power(const place *p) {
    static const char OPEN[] = "open 00000000000000000000000000000000\n";
    set_file(inside(p, "index/boot"), OPEN, sizeof OPEN - 1);
}

#endif
