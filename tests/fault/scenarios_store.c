/* Stores: after a call that failed the store opens, holds what was told of and no half of the rest,
 * and goes on.
 *
 * Owns the model: commit k sets one record, drops another now and then, and keeps content, so that
 * the number of the newest commit says all that there is. Files in memory have the index in memory,
 * files of the machine have it in LMDB. What is prepared and judged is not synced, only what is
 * tried.
 */
#include "fault/sweep.h"

#include "base/fail.h"
#include "store/core.h"

#include <mlops/audit.h>
#include <mlops/check.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PREPARED = 5, BLOB_MAX = 9000, VALUE_MAX = 3000, SLOTS = 3 };

static int64_t n_told; /* the newest commit that the scenario was told of */

static int in_memory(const char *dir) { return strcmp(dir, "/dir") == 0; }

static const mlops_store_opts *terms_of(sweep_terms *t, const mlops_host *host, const char *dir) {
    sweep_store_terms(t, host, dir);
    t->opts.journal_bytes = 4096;
    return &t->opts;
}

static mlops_status open_named(mlops_store **out, const mlops_host *host, const char *dir,
                               const char *name, mlops_sync sync, uint32_t flags) {
    sweep_path path;
    sweep_terms t;
    terms_of(&t, host, dir);
    t.opts.sync = sync;
    t.opts.flags = flags;
    return mlops_store_open(out, sweep_in(&path, dir, name), &t.opts, NULL);
}

static mlops_status open_as(mlops_store **out, const mlops_host *host, const char *dir,
                            mlops_sync sync, uint32_t flags) {
    return open_named(out, host, dir, "s", sync, flags);
}

/* ---- the model ---- */

static size_t blob_of(int64_t k, uint8_t out[BLOB_MAX]) {
    static const size_t SIZES[] = {9000, 20, 0, 2049, 2048};
    size_t n = SIZES[k % 5];
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(k % 2 ? k + (int64_t)(i * i >> 3) : k);
    return n;
}

static mlops_id id_of(const uint8_t *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

static size_t value_of(int64_t k, uint8_t out[VALUE_MAX]) {
    size_t n = k % 4 == 3 ? VALUE_MAX : 5; /* some fill most of a segment */
    memset(out, (int)('a' + k % 26), n);
    return n;
}

static mlops__bytes key_of(int64_t slot) {
    static const uint8_t KEYS[SLOTS][2] = {"a", "b", "c"};
    return (mlops__bytes){KEYS[slot], 1};
}

static int commit(mlops_store *s, int64_t k, mlops_error *err) {
    uint8_t value[VALUE_MAX], blob[BLOB_MAX];
    mlops_change *c;
    mlops_id id;
    int64_t seq = 0;
    size_t n_value = value_of(k, value), n_blob = blob_of(k, blob);
    MLOPS_TRY(mlops_change_new(&c, s, NULL, err));
    int status = mlops__change_put(c, MLOPS__TABLE_TEST, key_of(k % SLOTS),
                                   (mlops__bytes){value, n_value}, err);
    if (!status && k % 4 == 0)
        status = mlops__change_del(c, MLOPS__TABLE_TEST, key_of((k + 1) % SLOTS), err);
    if (!status) status = mlops_change_content(c, &id, blob, n_blob, err);
    if (!status) status = mlops_change_commit(c, &seq, err);
    mlops_change_free(c);
    if (status && ((int)err->code != status || !err->message[0])) return SWEEP_WRONG;
    if (status) return status;
    n_told = k;
    return seq == k ? MLOPS_OK : SWEEP_WRONG;
}

/* The commit that set a slot, after k of them; 0: none. */
static int64_t setter(int64_t k, int64_t slot) {
    int64_t found = 0;
    for (int64_t j = 1; j <= k; j++) {
        if (j % SLOTS == slot) found = j;
        if (j % 4 == 0 && (j + 1) % SLOTS == slot) found = 0;
    }
    return found;
}

static int records(mlops_store *s, int64_t k) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(s, &index, NULL));
    int status = index.place.chain.seq == k ? MLOPS_OK : SWEEP_WRONG;
    for (int64_t slot = 0; slot < SLOTS && !status; slot++) {
        uint8_t value[VALUE_MAX];
        mlops__bytes v;
        int64_t j = setter(k, slot);
        mlops_status got = mlops__index_get(&index, MLOPS__TABLE_TEST, key_of(slot), &v, NULL);
        if (got && got != MLOPS_E_NOT_FOUND) status = got;
        else if ((got == MLOPS_OK) != (j > 0)) status = SWEEP_WRONG;
        else if (j && (v.size != value_of(j, value) || memcmp(v.data, value, v.size) != 0))
            status = SWEEP_WRONG;
    }
    mlops__store_read_end(&index);
    return status;
}

static int contents(mlops_store *s, int64_t from, int64_t k) {
    for (int64_t j = from; j <= k; j++) {
        uint8_t want[BLOB_MAX], got[BLOB_MAX];
        size_t n = blob_of(j, want), size = 0;
        mlops_id id = id_of(want, n);
        memset(got, 0xee, sizeof got);
        MLOPS_TRY(mlops_store_content(s, &id, got, sizeof got, &size, NULL));
        if (size != n || memcmp(got, want, n) != 0) return SWEEP_WRONG;
    }
    return MLOPS_OK;
}

static int holds(mlops_store *s, int64_t k) {
    int status = records(s, k);
    return status ? status : contents(s, 1, k);
}

/* ---- preparing and judging ---- */

static int prepare(const mlops_host *host, const char *dir) {
    sweep_terms calm;
    mlops_store *s;
    mlops_error err;
    n_told = 0;
    MLOPS_TRY(open_as(&s, sweep_without_sync(&calm, host), dir, MLOPS_SYNC_FULL, 0));
    int status = MLOPS_OK;
    for (int64_t k = 1; k <= PREPARED && !status; k++) status = commit(s, k, &err);
    mlops_store_close(s);
    return status;
}

static int prepare_nothing(const mlops_host *host, const char *dir) {
    (void)host, (void)dir;
    n_told = 0;
    return 0;
}

static int cut_power(const mlops_host *host, const char *dir) {
    static const char OPEN[] = "open 00000000000000000000000000000000\n";
    sweep_path path;
    int64_t code = host->io->unlink(host->io->ctx, sweep_in(&path, dir, "s/index/boot"));
    return code < 0 || sweep_put(host, dir, "s/index/boot", OPEN, sizeof OPEN - 1);
}

/* As after a power cut: whoever opens makes the index anew. */
static int prepare_cut(const mlops_host *host, const char *dir) {
    int result = prepare(host, dir);
    return result || in_memory(dir) ? result : cut_power(host, dir);
}

static int prepare_snapshot(const mlops_host *host, const char *dir) {
    sweep_terms calm;
    mlops_store *s;
    mlops_error err;
    int result = prepare(host, dir);
    if (result || in_memory(dir)) return result;
    MLOPS_TRY(open_as(&s, sweep_without_sync(&calm, host), dir, MLOPS_SYNC_FULL, 0));
    int status = mlops__snapshot_write(s, PREPARED, &err);
    if (!status) status = commit(s, PREPARED + 1, &err);
    mlops_store_close(s);
    return status ? status : cut_power(host, dir);
}

static int64_t newest(mlops_store *s) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    return mlops_store_stat(s, &stats, NULL) ? -1 : stats.seq;
}

/* The store opens, holds all that was told of and at the most the commit that was under way, and
 * goes on from there. */
static int judge(const mlops_host *host, const char *dir, int status, const char *failed) {
    sweep_terms calm;
    mlops_store *s;
    mlops_error err;
    (void)status, (void)failed;
    sweep_without_sync(&calm, host);
    int64_t told = n_told;
    if (open_as(&s, &calm.host, dir, MLOPS_SYNC_FULL, 0)) return 1;
    int64_t seq = newest(s);
    int bad = seq < told || seq > told + 1 || holds(s, seq) || commit(s, seq + 1, &err);
    mlops_store_close(s);
    if (bad || open_as(&s, &calm.host, dir, MLOPS_SYNC_FULL, 0)) return 1;
    bad = holds(s, seq + 1) != MLOPS_OK;
    mlops_store_close(s);
    return bad;
}

/* ---- scenarios ---- */

static int create(const mlops_host *host, const char *dir) {
    mlops_store *s;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, 0));
    mlops_store_close(s);
    return MLOPS_OK;
}

static int commit_some(const mlops_host *host, const char *dir, mlops_sync sync, int64_t n) {
    mlops_store *s;
    mlops_error err;
    int64_t first = n_told + 1;
    MLOPS_TRY(open_as(&s, host, dir, sync, 0));
    int status = MLOPS_OK;
    for (int64_t k = first; k < first + n && !status; k++) status = commit(s, k, &err);
    if (!status && sync == MLOPS_SYNC_RELAXED) status = mlops_store_flush(s, &err);
    if (!status) status = holds(s, first + n - 1);
    mlops_store_close(s);
    return status;
}

static int commit_first(const mlops_host *host, const char *dir) {
    return commit_some(host, dir, MLOPS_SYNC_FULL, 1);
}

static int commit_full(const mlops_host *host, const char *dir) {
    return commit_some(host, dir, MLOPS_SYNC_FULL, 2); /* one of them rolls the journal */
}

static int commit_relaxed(const mlops_host *host, const char *dir) {
    return commit_some(host, dir, MLOPS_SYNC_RELAXED, 3);
}

static int read_all(const mlops_host *host, const char *dir, uint32_t flags) {
    mlops_store *s;
    uint8_t part[100];
    int64_t size = 0;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, flags));
    int status = holds(s, n_told);
    uint8_t blob[BLOB_MAX];
    size_t n = blob_of(5, blob);
    mlops_id id = id_of(blob, n);
    if (!status) status = mlops__content_read(s, &id, 8950, part, sizeof part, &size, NULL);
    if (!status && (size != (int64_t)n || memcmp(part, blob + 8950, n - 8950) != 0))
        status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int read_and_write(const mlops_host *host, const char *dir) {
    return read_all(host, dir, 0);
}

static int read_alone(const mlops_host *host, const char *dir) {
    return read_all(host, dir, MLOPS_STORE_READ_ONLY);
}

static int serve(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_RELAXED, 0));
    int status = commit(s, n_told + 1, &err);
    if (!status) status = mlops_store_service(s, INT64_MAX, &err);
    if (status == MLOPS_END) status = records(s, n_told);
    mlops_store_close(s);
    return status;
}

static int snapshot(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_error err;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, 0));
    int status = in_memory(dir) ? MLOPS_OK : mlops__snapshot_write(s, n_told, &err);
    if (!status) status = holds(s, n_told);
    mlops_store_close(s);
    return status;
}

/* ---- verbs about a whole store ---- */

static int check_with(const mlops_host *host, const char *dir, uint32_t flags) {
    sweep_path path;
    sweep_terms t;
    mlops_check *check;
    mlops_error err;
    mlops_store_opts opts = *terms_of(&t, host, dir);
    opts.flags = flags;
    mlops_status status = mlops_check_store(&check, sweep_in(&path, dir, "s"), &opts, &err);
    if (status) return sweep_told(status, &err);
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    mlops_check_unref(mlops_check_ref(check));
    int good = mlops_check_count(check, &counts) == MLOPS_OK && counts.n_faults == 0 &&
               mlops_check_n_faults(check) == 0 && !mlops_check_fault(check, 0) &&
               counts.n_frames == PREPARED && counts.n_objects == PREPARED;
    mlops_check_unref(check);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int check_all(const mlops_host *host, const char *dir) { return check_with(host, dir, 0); }

static int check_quickly(const mlops_host *host, const char *dir) {
    return check_with(host, dir, MLOPS_STORE_QUICK);
}

/* An audit's operations are told through its own memory: without, a value goes out as digits. */
static int is_commit(const mlops_audit *audit, int64_t index, int64_t seq) {
    static char text[4 * BLOB_MAX];
    mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
    mlops_id link;
    size_t n = 0;
    return !mlops_audit_at(audit, index, &entry) && entry.seq == seq &&
           !mlops_audit_link(audit, index, &link) &&
           !mlops_audit_operations(audit, index, text, sizeof text, &n) && strlen(text) == n &&
           strstr(text, "\"op\":\"put\"") && strstr(text, "\"op\":\"content\"");
}

static int read_audit(const mlops_host *host, const char *dir) {
    mlops_store *s;
    mlops_audit *audit;
    mlops_error err;
    mlops_id link;
    int64_t n = 0;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, MLOPS_STORE_READ_ONLY));
    int status = sweep_told(mlops_audit_read(&audit, s, 2, 3, &err), &err);
    if (!status) {
        mlops_audit_unref(mlops_audit_ref(audit));
        if (mlops_audit_n_entries(audit) != 3 || !is_commit(audit, 0, 2)) status = SWEEP_WRONG;
        mlops_audit_unref(audit);
    }
    if (!status) status = sweep_told(mlops_audit_verify(s, &link, &n, &err), &err);
    if (!status && n != PREPARED) status = SWEEP_WRONG;
    mlops_store_close(s);
    return status;
}

static int prove_audit(const mlops_host *host, const char *dir) {
    static char text[4 * BLOB_MAX];
    mlops_store *s;
    mlops_audit *audit = NULL;
    mlops_error err;
    mlops_id root;
    size_t n = 0;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, MLOPS_STORE_READ_ONLY));
    int status = sweep_told(mlops_audit_root(s, PREPARED, &root, &err), &err);
    if (!status)
        status = sweep_told(mlops_audit_prove(s, 3, PREPARED, text, sizeof text, &n, &err), &err);
    mlops_store_close(s);
    if (status) return status;
    status = sweep_told(mlops_audit_parse(&audit, text, n, &root, host, &err), &err);
    if (status) return audit ? SWEEP_WRONG : status;
    int good = mlops_audit_n_entries(audit) == 1 && is_commit(audit, 0, 3);
    mlops_audit_unref(audit);
    return good ? MLOPS_OK : SWEEP_WRONG;
}

static int export_to(const mlops_host *host, const char *dir) {
    mlops_store *s;
    sweep_path path;
    mlops_error err;
    MLOPS_TRY(open_as(&s, host, dir, MLOPS_SYNC_FULL, 0));
    int status = sweep_told(mlops_store_export(s, sweep_in(&path, dir, "out"), &err), &err);
    mlops_store_close(s);
    return status;
}

static int import_from(const mlops_host *host, const char *dir) {
    sweep_path path, from;
    sweep_terms t;
    mlops_error err;
    return sweep_told(mlops_store_import(sweep_in(&path, dir, "m"), sweep_in(&from, dir, "out"),
                                         terms_of(&t, host, dir), &err),
                      &err);
}

static int repair(const mlops_host *host, const char *dir) {
    sweep_path path;
    sweep_terms t;
    mlops_error err;
    int64_t n_lost = 0;
    return sweep_told(
        mlops_store_repair(sweep_in(&path, dir, "s"), terms_of(&t, host, dir), &n_lost, &err),
        &err);
}

/* What was made of the exported file: all of it, or nothing, and then it can be made again. */
static int judge_made(const mlops_host *calm, const char *dir, int was_made) {
    mlops_store *s;
    mlops_status status = open_named(&s, calm, dir, "m", MLOPS_SYNC_FULL, MLOPS_STORE_MUST_EXIST);
    if (status == MLOPS_E_NOT_FOUND && was_made) return 1;
    if (status == MLOPS_E_NOT_FOUND && import_from(calm, dir)) return 1;
    if (status == MLOPS_E_NOT_FOUND)
        status = open_named(&s, calm, dir, "m", MLOPS_SYNC_FULL, MLOPS_STORE_MUST_EXIST);
    if (status) return 1;
    int bad = holds(s, PREPARED) != MLOPS_OK;
    mlops_store_close(s);
    return bad;
}

static int has_file(const mlops_host *host, const char *dir, const char *name) {
    sweep_path path;
    int64_t file = host->io->open(host->io->ctx, sweep_in(&path, dir, name), MLOPS_IO_READ);
    if (file >= 0) host->io->close(host->io->ctx, file);
    return file >= 0;
}

static int judge_export(const mlops_host *host, const char *dir, int status, const char *failed) {
    sweep_terms calm;
    sweep_without_sync(&calm, host);
    if (has_file(&calm.host, dir, "out") && judge_made(&calm.host, dir, 0)) return 1;
    if (status == MLOPS_OK && !has_file(&calm.host, dir, "out")) return 1;
    return judge(host, dir, status, failed);
}

static int prepare_import(const mlops_host *host, const char *dir) {
    sweep_terms calm;
    int result = prepare(host, dir);
    return result ? result : export_to(sweep_without_sync(&calm, host), dir);
}

static int judge_import(const mlops_host *host, const char *dir, int status, const char *failed) {
    sweep_terms calm;
    (void)failed;
    return judge_made(sweep_without_sync(&calm, host), dir, status == MLOPS_OK);
}

static int flip(const mlops_host *host, const char *dir, const char *name, int64_t at) {
    sweep_path path;
    uint8_t byte = 0;
    const mlops_io *io = host->io;
    int64_t file = io->open(io->ctx, sweep_in(&path, dir, name), MLOPS_IO_READ_WRITE);
    if (file < 0) return 1;
    int bad = io->pread(io->ctx, file, &byte, 1, at) != 1;
    byte ^= 1;
    bad |= io->pwrite(io->ctx, file, &byte, 1, at) != 1;
    io->close(io->ctx, file);
    return bad;
}

/* The first commit, which later ones hide, and the head of a pack. Files in memory have no folders
 * that could be moved, so that their journal stays whole. */
static int prepare_damage(const mlops_host *host, const char *dir) {
    int result = prepare(host, dir);
    if (!result && !in_memory(dir)) result = flip(host, dir, "s/journal/0000000000000001", 64 + 70);
    return result ? result : flip(host, dir, "s/packs/0000000000000001", 20);
}

static int judge_repair(const mlops_host *host, const char *dir, int status, const char *failed) {
    sweep_terms calm;
    mlops_store *s;
    mlops_error err;
    (void)status, (void)failed;
    sweep_without_sync(&calm, host);
    if (repair(&calm.host, dir) || open_as(&s, &calm.host, dir, MLOPS_SYNC_FULL, 0)) return 1;
    int bad = records(s, PREPARED) || contents(s, 2, PREPARED) || commit(s, PREPARED + 1, &err);
    mlops_store_close(s);
    return bad;
}

enum { ALL = SWEEP_MEMORY | SWEEP_IO | SWEEP_TREE, ALONE = ALL | SWEEP_ALONE };

const sweep_scenario sweep_store[] = {
    {"store create", prepare_nothing, create, judge, ALL},
    {"store commit the first", prepare_nothing, commit_first, judge, ALL},
    {"store commit", prepare, commit_full, judge, ALL},
    {"store commit relaxed", prepare, commit_relaxed, judge, ALL},
    {"store read", prepare, read_and_write, judge, ALL},
    {"store read alone", prepare, read_alone, judge, ALL},
    {"store open after a cut", prepare_cut, read_and_write, judge, ALL},
    {"store serve", prepare, serve, judge, ALL},
    {"store snapshot", prepare, snapshot, judge, ALL},
    {"store open with a snapshot", prepare_snapshot, read_and_write, judge, ALL},
    {"store verb check", prepare, check_all, judge, ALONE},
    {"store verb check quick", prepare, check_quickly, judge, ALONE},
    {"store verb audit", prepare, read_audit, judge, ALONE},
    {"store verb audit proof", prepare, prove_audit, judge, ALONE},
    {"store verb export", prepare, export_to, judge_export, ALONE},
    {"store verb import", prepare_import, import_from, judge_import, ALONE},
    {"store verb repair", prepare_damage, repair, judge_repair, ALONE},
    {NULL, NULL, NULL, NULL, 0},
};
