/* Streams as entries: one that fails leaves the draft as it was, and takes it when it comes again.
 *
 * Owns the two streams: one that stays in memory, and one that is just too large for that.
 */
#include "fault/sweep.h"

#include "base/fail.h"

#include <mlops.h>
#include <string.h>

enum { SMALL = 3000, LARGE = (4 << 20) + 300000, PIECE = 1 << 19 };

typedef struct sequence {
    int64_t n, at;
} sequence;

/* Bytes from a place on: those that differ are at the begin. */
static void fill(uint8_t *bytes, int64_t at, int64_t n) {
    memset(bytes, 'z', (size_t)n);
    for (int64_t i = at; i < SMALL && i < at + n; i++) bytes[i - at] = (uint8_t)(i * i >> 3);
}

static int64_t next_bytes(void *user, void *bytes, int64_t cap) {
    sequence *s = user;
    int64_t n = s->n - s->at < cap ? s->n - s->at : cap;
    fill(bytes, s->at, n);
    s->at += n;
    return n;
}

static mlops_status add_one(mlops_draft *d, const char *path, int64_t n, mlops_error *err) {
    sequence s = {n, 0};
    mlops_stream_opts opts = MLOPS_STREAM_OPTS_INIT;
    opts.read = next_bytes;
    opts.read_user = &s;
    return mlops_draft_add_stream(d, path, &opts, err);
}

static int add(mlops_store *s, mlops_error *err) {
    mlops_change *c;
    mlops_draft *d = NULL;
    mlops_id id;
    MLOPS_TRY(sweep_told(mlops_change_new(&c, s, NULL, err), err));
    int status = sweep_told(mlops_draft_new(&d, c, "d", NULL, err), err);
    int first = status;
    if (!status) {
        first = sweep_told(add_one(d, "large", LARGE, err), err);
        if (first && first != SWEEP_WRONG &&
            mlops_draft_remove(d, "large", NULL) != MLOPS_E_NOT_FOUND)
            first = SWEEP_WRONG;
        status = first && first != SWEEP_WRONG ? (int)add_one(d, "large", LARGE, err) : first;
        if (!status) status = sweep_told(add_one(d, "small", SMALL, err), err);
    }
    if (!status) status = sweep_told(mlops_draft_commit(d, &id, err), err);
    mlops_draft_free(d);
    if (!status) status = sweep_told(mlops_change_commit(c, NULL, err), err);
    mlops_change_free(c);
    return first ? first : status;
}

static int prepare(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    mlops_store_close(s);
    return MLOPS_OK;
}

static int add_of(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = add(s, &err);
    mlops_store_close(s);
    return status;
}

static int has(mlops_store *s, const char *path, int64_t n) {
    static uint8_t got[PIECE], due[PIECE];
    for (int64_t at = 0; at < n; at += PIECE) {
        int64_t want = n - at < PIECE ? n - at : PIECE;
        size_t size = 0;
        if (mlops_dataset_read_at(s, "d", NULL, path, at, want, got, sizeof got, &size, NULL))
            return 0;
        fill(due, at, want);
        if (size != (size_t)want || memcmp(got, due, size) != 0) return 0;
    }
    return 1;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    mlops_store *s;
    mlops_error err;
    mlops_id id;
    (void)failed;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int bad = mlops_dataset_resolve(&id, s, "d", NULL, NULL);
    bad = bad == MLOPS_E_NOT_FOUND && status ? add(s, &err) : bad;
    if (!bad) bad = !has(s, "large", LARGE) || !has(s, "small", SMALL);
    mlops_store_close(s);
    return bad;
}

const sweep_scenario sweep_stream[] = {
    {"store stream add", prepare, add_of, judge,
     SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE},
    {NULL, NULL, NULL, NULL, 0},
};
