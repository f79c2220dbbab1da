/* Versions of content, each kept like one before: after a call that failed all that was kept is
 * there, and what was to be kept is right, or can be kept again.
 *
 * Owns the model: version k is the base with edits at places of its own, and every third of them
 * has its halves exchanged, so that what they share is searched for. As rows, it is a table with
 * cells of its own, of which every third lacks some rows.
 */
#include "fault/sweep.h"

#include "base/fail.h"
#include "store/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BASE = 80000, VERSION_MAX = BASE + 4000, PREPARED = 3, STEP = 2500 };

/* ---- the model ---- */

static size_t put_part(uint8_t *out, int64_t k, size_t from, size_t to) {
    size_t n = 0;
    for (size_t i = from; i < to; i++) {
        uint64_t x = (i + 1) * 0x9e3779b97f4a7c15u;
        if (i % STEP == (size_t)(k * 97 % STEP))
            n += (size_t)sprintf((char *)out + n, "<%lld>", (long long)k);
        out[n++] = (uint8_t)(x >> 40);
    }
    return n;
}

static int as_rows; /* set when a scenario is prepared */

static size_t table_of(int64_t k, uint8_t out[VERSION_MAX]) {
    size_t n = (size_t)sprintf((char *)out, "id,name,amount,score\n");
    for (int64_t i = 0; n < BASE; i++) {
        unsigned x = (unsigned)i * 2654435761u, changed = i % 40 == k ? (unsigned)k * 7919 : 0;
        if (k % 3 == 2 && i >= 900 && i < 960) continue;
        n += (size_t)sprintf((char *)out + n, "%lld,user-%05u,%u.%02u,0.%06u\n", (long long)i,
                             x >> 16 & 0x7fff, x % 900, x % 89 + 10, (x + changed) % 1000000);
    }
    return n;
}

static size_t version_of(int64_t k, uint8_t out[VERSION_MAX]) {
    if (as_rows) return table_of(k, out);
    size_t middle = k % 3 == 2 ? BASE / 2 : 0;
    size_t n = put_part(out, k, middle, BASE);
    return n + put_part(out + n, k, 0, middle);
}

static mlops_id id_of(const uint8_t *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

static int keep(mlops_store *s, int64_t k, int64_t like, mlops_error *err) {
    static uint8_t bytes[VERSION_MAX];
    mlops_change *c;
    size_t n = version_of(like, bytes);
    mlops_id base = id_of(bytes, n), id;
    n = version_of(k, bytes);
    id = id_of(bytes, n);
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    mlops_status status = mlops__change_content(c, &id, bytes, n, like ? &base : NULL, err);
    if (!status) status = mlops_change_commit(c, NULL, err);
    mlops_change_free(c);
    return sweep_told(status, err);
}

/* Whole, and a part of it. */
static int has(mlops_store *s, int64_t k, mlops_error *err) {
    static uint8_t want[VERSION_MAX], got[VERSION_MAX];
    size_t n = version_of(k, want), size = 0;
    mlops_id id = id_of(want, n);
    int64_t whole = 0;
    memset(got, 0xee, sizeof got);
    mlops_status status = mlops_store_content(s, &id, got, sizeof got, &size, err);
    if (status) return sweep_told(status, err);
    if (size != n || memcmp(got, want, n) != 0) return SWEEP_WRONG;
    status = mlops__content_read(s, &id, 60000, got, 9000, &whole, err);
    if (status) return sweep_told(status, err);
    return memcmp(got, want + 60000, 9000) != 0 || whole != (int64_t)n ? SWEEP_WRONG : MLOPS_OK;
}

/* ---- preparing and judging ---- */

static int prepare_all(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 1, 4096));
    int status = MLOPS_OK;
    for (int64_t k = 1; k <= PREPARED && !status; k++) status = keep(s, k, k - 1, &err);
    mlops_store_close(s);
    return status;
}

static int prepare(const mlops_host *host, const char *dir) {
    as_rows = 0;
    return prepare_all(host, dir);
}

static int prepare_rows(const mlops_host *host, const char *dir) {
    as_rows = 1;
    return prepare_all(host, dir);
}

/* A byte of the first chunk, over which all of them lead. */
static int spoil_first(const mlops_host *host, const char *dir) {
    sweep_path path;
    uint8_t byte = 0;
    const mlops_io *io = host->io;
    int64_t file =
        io->open(io->ctx, sweep_in(&path, dir, "s/packs/0000000000000001"), MLOPS_IO_READ_WRITE);
    if (file < 0) return 1;
    int bad = io->pread(io->ctx, file, &byte, 1, 200) != 1;
    byte ^= 1;
    bad |= io->pwrite(io->ctx, file, &byte, 1, 200) != 1;
    io->close(io->ctx, file);
    return bad;
}

static int prepare_damage(const mlops_host *host, const char *dir) {
    MLOPS_TRY(prepare(host, dir));
    return spoil_first(host, dir);
}

static int prepare_damaged_rows(const mlops_host *host, const char *dir) {
    MLOPS_TRY(prepare_rows(host, dir));
    return spoil_first(host, dir);
}

/* What was kept is there, or refused as damaged if it was; kept again, all of it is there. */
static int judge_from(const mlops_host *host, const char *dir, int damaged) {
    mlops_store *s;
    mlops_error err;
    if (sweep_open_store(&s, host, dir, 1, 4096)) return 1;
    int bad = 0;
    for (int64_t k = 1; k <= PREPARED + 2 && !bad; k++) {
        int status = has(s, k, &err);
        bad = status && !(status == MLOPS_E_CORRUPT && damaged) &&
              !(status == MLOPS_E_NOT_FOUND && k > PREPARED);
    }
    for (int64_t k = 1; k <= PREPARED + 2 && !bad; k++)
        bad = keep(s, k, k - 1, &err) || has(s, k, &err);
    for (int64_t k = 1; k <= PREPARED + 2 && !bad; k++) bad = has(s, k, &err) != MLOPS_OK;
    mlops_store_close(s);
    return bad;
}

static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    (void)status, (void)failed;
    return judge_from(host, dir, 0);
}

static int judge_damage(const mlops_host *host, const char *dir, int status, const char *failed) {
    (void)status, (void)failed;
    return judge_from(host, dir, 1);
}

/* ---- scenarios ---- */

static int keep_two(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = keep(s, PREPARED + 1, PREPARED, &err);
    if (!status) status = keep(s, PREPARED + 2, PREPARED + 1, &err);
    if (!status) status = has(s, PREPARED + 2, &err);
    mlops_store_close(s);
    return status;
}

static int read_all(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    int status = MLOPS_OK;
    for (int64_t k = 1; k <= PREPARED && !status; k++) status = has(s, k, &err);
    mlops_store_close(s);
    return status;
}

/* Beside what is damaged, and what heals it. */
static int heal(const mlops_host *host, const char *dir, int verifies) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(sweep_open_store(&s, host, dir, 0, 4096));
    s->verifies = verifies;
    int status = has(s, 1, &err) == MLOPS_OK ? SWEEP_WRONG : MLOPS_OK;
    if (!status) status = keep(s, PREPARED + 1, PREPARED, &err);
    if (!status) status = keep(s, 1, PREPARED, &err);
    for (int64_t k = 1; k <= PREPARED + 1 && !status; k++) status = has(s, k, &err);
    mlops_store_close(s);
    return status;
}

static int keep_and_heal(const mlops_host *host, const char *dir) { return heal(host, dir, 0); }

static int keep_and_verify(const mlops_host *host, const char *dir) { return heal(host, dir, 1); }

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE | SWEEP_ALONE };

const sweep_scenario sweep_version[] = {
    {"store version kept like others", prepare, keep_two, judge, ALL},
    {"store version read", prepare, read_all, judge, ALL},
    {"store version healed", prepare_damage, keep_and_heal, judge_damage, ALL},
    {"store version verified", prepare_damage, keep_and_verify, judge_damage,
     SWEEP_MEMORY | SWEEP_TREE},
    {"store rows kept like others", prepare_rows, keep_two, judge, ALL},
    {"store rows healed", prepare_damaged_rows, keep_and_heal, judge_damage,
     SWEEP_MEMORY | SWEEP_TREE},
    {NULL, NULL, NULL, NULL, 0},
};
