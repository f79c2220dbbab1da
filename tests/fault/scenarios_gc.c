/* Garbage is collected: after a call that failed all that is named is there, the store is sound,
 * and the next collection comes to its end.
 *
 * Owns the model: contents 0 and 1 are named by records, 2 and 3 were, 4 is of a commit of a
 * dataset that is reached, 5 of one that is not; 1 is kept as changes to 3, and written anew.
 */
#include "fault/sweep.h"

#include "base/fail.h"
#include "store/core.h"
#include "store/record.h"

#include <stdio.h>
#include <string.h>

enum { CONTENTS = 6, SIZE = 80000 };

static void content_of(int i, uint8_t out[SIZE]) {
    uint64_t x = i == 1 || i == 3 ? 5 : (uint64_t)i * 7919 + 11;
    for (size_t k = 0; k < SIZE; k++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[k] = (uint8_t)(x >> 24);
    }
    out[SIZE / 2] = (uint8_t)i;
}

static mlops_id id_of(const void *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

static mlops__bytes text_of(const char *text) {
    return (mlops__bytes){(const uint8_t *)text, strlen(text)};
}

static int add(mlops_change *c, int i, int like, char digits[65], mlops_error *err) {
    static uint8_t bytes[SIZE];
    mlops_id id, base;
    content_of(like < 0 ? 0 : like, bytes);
    base = id_of(bytes, SIZE);
    content_of(i, bytes);
    id = id_of(bytes, SIZE);
    mlops__id_format(digits, &id);
    return mlops__change_content(c, &id, bytes, SIZE, like < 0 ? NULL : &base, err);
}

static int name(mlops_store *s, int i, int like, mlops_error *err) {
    char key[8], digits[65];
    mlops_change *c;
    snprintf(key, sizeof key, "k%d", i);
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = add(c, i, like, digits, err);
    if (!status)
        status = mlops__change_put(c, MLOPS__TABLE_TEST, text_of(key), text_of(digits), err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

static int unname(mlops_store *s, mlops_error *err) {
    mlops_change *c;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops__change_del(c, MLOPS__TABLE_TEST, text_of("k2"), err);
    if (!status) status = mlops__change_del(c, MLOPS__TABLE_TEST, text_of("k3"), err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

/* One of a dataset; the branch stands at the last. */
static int commit_of(mlops_store *s, int i, mlops_error *err) {
    char digits[65], tree[200], json[300], key[100];
    mlops_change *c;
    mlops_id id;
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = add(c, i, -1, digits, err);
    int n = snprintf(tree, sizeof tree, "[{\"path\":\"a\",\"id\":\"%s\"}]", digits);
    if (!status) status = mlops_change_content(c, &id, tree, (size_t)n, err);
    mlops__id_format(digits, &id);
    n = snprintf(json, sizeof json, "{\"dataset\":\"d\",\"tree\":\"%s\"}", digits);
    id = id_of(json, (size_t)n);
    mlops__id_format(digits, &id);
    snprintf(key, sizeof key, "d\t%s", digits);
    if (!status)
        status = mlops__change_put(c, MLOPS__TABLE_COMMITS, text_of(key), text_of(json), err);
    if (!status)
        status = mlops__change_put(c, MLOPS__TABLE_REFS, text_of("d\tbranch\tmain"),
                                   text_of(digits), err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = name(s, 3, -1, &err);
    if (!status) status = name(s, 0, -1, &err);
    if (!status) status = name(s, 1, 3, &err);
    if (!status) status = name(s, 2, -1, &err);
    if (!status) status = commit_of(s, 5, &err);
    if (!status) status = commit_of(s, 4, &err);
    if (!status) status = unname(s, &err);
    mlops_store_close(s);
    return status;
}

/* The same host at a time at which what was kept is old. */
typedef struct later {
    mlops_host host;
    mlops_clock clock;
} later;

static int64_t tell_later(void *ctx) {
    (void)ctx;
    return INT64_C(4000000000) * 1000000000;
}

static const mlops_host *make_later(later *self, const mlops_host *host) {
    self->clock = (mlops_clock){sizeof self->clock, 0, NULL, tell_later, tell_later};
    self->host = *host;
    self->host.clock = &self->clock;
    return &self->host;
}

/* MLOPS_OK, MLOPS_E_NOT_FOUND, another failure, or SWEEP_WRONG. */
static int has(mlops_store *s, int i, mlops_error *err) {
    static uint8_t want[SIZE], got[SIZE];
    size_t size = 0;
    content_of(i, want);
    mlops_id id = id_of(want, SIZE);
    mlops_status status = mlops_store_content(s, &id, got, SIZE, &size, err);
    if (status) return sweep_told(status, err);
    return size != SIZE || memcmp(got, want, SIZE) != 0 ? SWEEP_WRONG : MLOPS_OK;
}

static int collect_all(mlops_store *s, mlops_gc_stat *out, mlops_error *err) {
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_status status;
    opts.keep_ns = 1;
    opts.min_live = opts.remake_max = 1;
    opts.budget_ns = 100000000;
    call.memory_max = 64 << 10;
    do status = mlops_store_gc(s, &opts, &call, out, err);
    while (status == MLOPS_OK);
    return status == MLOPS_END ? MLOPS_OK : sweep_told(status, err);
}

static int judge_store(mlops_store *s) {
    mlops_error err;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    static const int NAMED[] = {0, 1, 4};
    for (size_t i = 0; i < 3; i++)
        if (has(s, NAMED[i], &err)) return 1;
    for (int i = 0; i < 3; i++) /* what was torn is passed over by who moves frames behind it */
        if (collect_all(s, &stat, &err)) return 1;
    if (stat.n_dead_objects || stat.n_emptied || stat.n_waiting) return 1;
    for (size_t i = 0; i < 3; i++)
        if (has(s, NAMED[i], &err)) return 1;
    return has(s, 2, &err) != MLOPS_E_NOT_FOUND || has(s, 3, &err) != MLOPS_E_NOT_FOUND ||
           has(s, 5, &err) != MLOPS_E_NOT_FOUND;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_check *check;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    sweep_path path;
    (void)status, (void)failed;
    later then;
    if (sweep_open_store(&s, make_later(&then, host), dir, 1, 4096)) return 1;
    int bad = judge_store(s);
    mlops_store_close(s);
    opts.host = host;
    if (bad || mlops_check_store(&check, sweep_in(&path, dir, "s"), &opts, NULL)) return 1;
    bad = mlops_check_n_faults(check) != 0;
    mlops_check_unref(check);
    return bad;
}

/* Without room on the disk 1 stays as it is, and so does 3. */
static int collect(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    later then;
    MLOPS_TRY(sweep_open_store(&s, make_later(&then, host), dir, 0, 4096));
    int status = collect_all(s, &stat, &err);
    if (!status && (stat.n_dropped_objects != 2 + stat.n_remade || stat.n_dropped_commits != 1))
        status = SWEEP_WRONG;
    if (!status) status = has(s, 1, &err);
    mlops_store_close(s);
    return status;
}

static int64_t tell_moved(void *ctx) { return *(const int64_t *)ctx; }

static int serve(mlops_store *s) {
    mlops_error err;
    mlops_status status;
    do status = mlops_store_service(s, INT64_MAX, &err);
    while (status == MLOPS_OK);
    return status == MLOPS_END ? MLOPS_OK : sweep_told(status, &err);
}

/* A service, which first notes the time and finds later on that garbage is due. */
static int collect_served(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    int64_t now = 1;
    mlops_clock clock = {sizeof clock, 0, &now, tell_moved, tell_moved};
    mlops_host moved = *host;
    moved.clock = &clock;
    MLOPS_TRY(sweep_open_store(&s, &moved, dir, 0, 4096));
    int status = serve(s);
    now = tell_later(NULL);
    if (!status) status = serve(s);
    if (!status) status = sweep_told(mlops_store_stat(s, &stats, &err), &err);
    if (!status) status = has(s, 1, &err);
    if (!status &&
        (!stats.gc_time_ns || stats.live_bytes < 3 * SIZE || stats.content_bytes < 3 * SIZE))
        status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_gc[] = {
    {"store gc", prepare, collect, judge, ALL},
    {"store gc served", prepare, collect_served, judge, ALL},
    {NULL, NULL, NULL, NULL, 0},
};
