/* Looking for damage in a store that nobody changes meanwhile.
 *
 * Owns a second index, in memory, that it makes of journal and packs alone. Invariants: the map is
 * read by its pages, never through LMDB, so that no damage can crash the program; each fault is
 * told and counted, and reading goes on wherever something is left to read. A map may lack frames
 * that will be applied later, and packs may hold content that no commit names: neither is damage.
 */
#include "base/arena.h"
#include "base/hex.h"
#include "base/opts.h"
#include "file/file.h"
#include "store/core.h"
#include "store/erased.h"
#include "store/kv_pages.h"

#include <mlops/check.h>

#include <string.h>

enum { FAULTS_MAX = 10000, PIECE = 4 << 20 /* of content */ };

enum { TABLE_NAMED = 0xfd /* in memory alone: content that the journal names */ };

struct mlops_check {
    _Atomic(int64_t) refs;
    mlops_allocator allocator;
    mlops__arena words;
    const char **faults;
    mlops_store *store; /* its index is in memory, made of journal and packs */
    mlops_check_counts counts;
    int64_t n_views;    /* online views that the journal defines */
    int quick;          /* content is not read, but for what it is made of */
    mlops__index index; /* while records are compared */
    mlops__kv_cursor *cursor;
    mlops__bytes key, value; /* where it stands in the index in memory */
    mlops_status at;         /* MLOPS_END beyond the last */
    int64_t map_seq;         /* up to which the map has the journal; -1: there is no map to check */
    char map[MLOPS__PATH_ROOM]; /* its name in the store: the map, or a snapshot of it */
};

static void tell(mlops_check *self, const mlops_error *e) {
    int64_t n = self->counts.n_faults++;
    if (n < FAULTS_MAX)
        self->faults[n] = mlops__arena_text(&self->words, e->message, strlen(e->message));
}

/* Faults are told and swallowed; what keeps a check from going on is returned. */
static mlops_status swallow(mlops_check *self, mlops_status status, const mlops_error *e,
                            mlops_error *err) {
    if (status == MLOPS_OK) return MLOPS_OK;
    if (status == MLOPS_E_CORRUPT || status == MLOPS_E_NOT_FOUND) {
        tell(self, e);
        return MLOPS_OK;
    }
    if (err) *err = *e;
    return status;
}

/* ---- journal ---- */

static mlops_status note_named(mlops__index *index, const mlops__frame *frame, mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind == MLOPS__OP_PACKED || op.kind == MLOPS__OP_INLINE)
            MLOPS_TRY(mlops__index_put(index, TABLE_NAMED, op.key, (mlops__bytes){NULL, 0}, err));
        if (op.kind == MLOPS__OP_DROPPED)
            MLOPS_TRY(mlops__index_del(index, TABLE_NAMED, op.key, err));
    }
    return MLOPS_OK;
}

/* Frames up to a seq into the index in memory; MLOPS_END where the journal ends before. */
static mlops_status replay_to(mlops_check *self, int64_t seq, mlops_error *err) {
    mlops_store *store = self->store;
    mlops__index index;
    MLOPS_TRY(mlops__index_begin(&index, store->kv, &store->host, 1, err));
    mlops_status status = MLOPS_OK;
    while (!status && index.place.chain.seq < seq) {
        mlops__frame frame;
        mlops__place place = index.place;
        status = mlops__journal_next(&store->journal, &place, &frame, err);
        if (status == MLOPS_END) { /* perhaps in the next segment, which is still empty */
            index.place.segment = place.segment;
            index.place.offset = place.offset;
        }
        if (status == MLOPS_OK) status = note_named(&index, &frame, err);
        if (status == MLOPS_OK) status = mlops__index_apply(&index, &frame, &place, err);
    }
    self->counts.n_frames = index.place.chain.seq;
    self->counts.n_records = 0;
    for (int i = 1; i <= MLOPS__TABLE_LAST; i++) self->counts.n_records += index.sums[i].n;
    self->n_views = index.sums[MLOPS__TABLE_VIEWS].n;
    if (status < 0) {
        mlops__index_end(&index);
        return status;
    }
    mlops__place end = index.place;
    MLOPS_TRY(mlops__index_commit(&index, err));
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops_status damage = mlops__journal_check_end(&store->journal, &end, store->uncut, err);
    return damage ? damage : MLOPS_END;
}

/* ---- content ---- */

static mlops_status hash_content(mlops_check *self, const mlops_id *id, mlops__buf *piece,
                                 mlops_error *err) {
    mlops__sha256 sha;
    uint8_t digest[32];
    int64_t size = 0;
    mlops__sha256_init(&sha, self->store->kern->sha256_blocks);
    for (int64_t at = 0; at == 0 || at < size; at += PIECE) {
        MLOPS_TRY(mlops__content_read(self->store, id, at, piece->data, PIECE, &size, err));
        size_t n = size - at < PIECE ? (size_t)(size - at) : PIECE;
        mlops__sha256_add(&sha, piece->data, n);
    }
    mlops__sha256_end(&sha, digest);
    self->counts.n_bytes += size;
    if (memcmp(digest, id->bytes, sizeof digest) == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "its bytes do not have its hash");
}

/* What packs have of it, by their heads. */
static mlops_status look_at_content(mlops_check *self, mlops__index *index, const mlops_id *id,
                                    mlops_error *err) {
    mlops_store *store = self->store;
    mlops__lock_take(&store->lock);
    mlops_status status = mlops__content_check(store, index, id->bytes, err);
    mlops__lock_give(&store->lock);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "no pack has all of it");
    return status;
}

/* What is known of its rows, and what cells were, which reading it passes over. */
static mlops_status check_about(mlops_check *self, mlops__index *index, const mlops_id *id,
                                mlops_error *err) {
    mlops_store *store = self->store;
    mlops__lock_take(&store->lock);
    mlops_status status = mlops__content_check_about(store, index, id->bytes, err);
    mlops__lock_give(&store->lock);
    return status;
}

/* What was erased need not be there, and may have yet to go. */
static mlops_status check_object(mlops_check *self, mlops__index *index, mlops__bytes key,
                                 mlops__buf *piece, mlops_error *err) {
    mlops_id id;
    mlops_error e, whole;
    char digits[65];
    int erased;
    MLOPS_TRY(mlops__erased_has(index, key.data, &erased, err));
    if (erased) return MLOPS_OK;
    memcpy(id.bytes, key.data, sizeof id.bytes);
    mlops__hex_bytes(digits, id.bytes, sizeof id.bytes);
    self->counts.n_objects++;
    mlops_status status =
        self->quick ? look_at_content(self, index, &id, &e) : hash_content(self, &id, piece, &e);
    if (status == MLOPS_OK && !self->quick) status = check_about(self, index, &id, &e);
    if (status == MLOPS_OK) return MLOPS_OK;
    mlops__fail(&whole, status, "content %s: %s", digits, e.message);
    return swallow(self, status, &whole, err);
}

static mlops_status check_content(mlops_check *self, mlops_error *err) {
    mlops__index index;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__buf piece;
    mlops__buf_init(&piece, &self->store->host.allocator);
    if (!mlops__buf_extend(&piece, PIECE)) return mlops__fail_nomem(err, PIECE);
    mlops_status status = mlops__store_read_begin(self->store, &index, err);
    if (!status) {
        status = mlops__index_iter_init(&iter, &index, TABLE_NAMED, (mlops__bytes){NULL, 0}, err);
        while (!status) {
            status = mlops__index_iter_next(&iter, &key, &value, err);
            if (!status) status = check_object(self, &index, key, &piece, err);
        }
        mlops__index_iter_free(&iter);
        mlops__store_read_end(&index);
    }
    mlops__buf_free(&piece);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- the map ---- */

static int is_record(mlops__bytes key) { return key.size && key.data[0] <= MLOPS__TABLE_LAST; }

static mlops_status step(mlops_check *self, mlops_error *err) {
    self->at = mlops__kv_next(self->cursor, &self->key, &self->value, err);
    return self->at < 0 ? self->at : MLOPS_OK;
}

static int order_of(mlops__bytes a, mlops__bytes b) {
    size_t n = a.size < b.size ? a.size : b.size;
    int order = memcmp(a.data, b.data, n);
    return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

static void tell_record(mlops_check *self, mlops__bytes key, const char *what) {
    mlops_error e;
    unsigned table = key.size ? key.data[0] : 0;
    if (table && table <= MLOPS__TABLE_LAST)
        mlops__fail(&e, MLOPS_E_CORRUPT, "the index, table %u, '%.*s': %s", table,
                    (int)(key.size - 1), (const char *)key.data + 1, what);
    else mlops__fail(&e, MLOPS_E_CORRUPT, "the index, table %u: %s", table, what);
    tell(self, &e);
}

/* Content is where the map says, or where packs and journal were found to have it. */
static mlops_status compare_place(mlops_check *self, mlops__bytes key, mlops__bytes value,
                                  mlops_error *err) {
    mlops_store *store = self->store;
    mlops__bytes own = {NULL, 0}, inner = {key.data + 1, key.size - 1};
    mlops__pack_place place;
    mlops__pack_frame frame;
    mlops_status status = mlops__index_get(&self->index, key.data[0], inner, &own, err);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (value.size != 32) {
        tell_record(self, key, "a place is cut short");
        return MLOPS_OK;
    }
    if (!status && own.size == 32 && memcmp(own.data, value.data, 32) == 0) return MLOPS_OK;
    place.pack = (int64_t)mlops__load_u64(value.data);
    place.offset = (int64_t)mlops__load_u64(value.data + 16);
    if (status && place.pack < 0) return MLOPS_OK; /* lost, as told of each content */
    mlops_status found = MLOPS_E_CORRUPT;
    if (place.pack > 0)
        found = mlops__packs_read(&store->packs, place, &frame, &store->payload, err);
    if (found && found != MLOPS_E_CORRUPT) return found;
    if (found || key.size - 1 > sizeof frame.key || memcmp(frame.key, inner.data, inner.size) != 0)
        tell_record(self, key, "content is not where the index says");
    return MLOPS_OK;
}

/* Both sides ascend: what one of them skips, it lacks. */
static mlops_status compare_record(void *user, mlops__bytes key, mlops__bytes value,
                                   mlops_error *err) {
    mlops_check *self = user;
    mlops__bytes inner = value;
    int intact = mlops__index_unguard(key, &inner);
    if (!intact) tell_record(self, key, "a record is damaged");
    if (intact && (key.data[0] == MLOPS__TABLE_CHUNKS || key.data[0] == MLOPS__TABLE_OBJECTS))
        return compare_place(self, key, inner, err);
    if (!is_record(key)) return MLOPS_OK;
    while (!self->at && is_record(self->key) && order_of(self->key, key) < 0) {
        tell_record(self, self->key, "a record is missing");
        MLOPS_TRY(step(self, err));
    }
    if (self->at || !is_record(self->key) || order_of(self->key, key) > 0) {
        tell_record(self, key, "a record is there that the journal does not have");
        return MLOPS_OK;
    }
    if (value.size != self->value.size || memcmp(value.data, self->value.data, value.size) != 0)
        tell_record(self, key, "a record is not what the journal says");
    return step(self, err);
}

static mlops_status compare_map(mlops_check *self, mlops_error *err) {
    static const uint8_t first[] = {1};
    mlops_store *store = self->store;
    mlops_error e;
    int whole = 1;
    MLOPS_TRY(mlops__store_read_begin(store, &self->index, err));
    mlops_status status = mlops__kv_cursor_new(&self->cursor, self->index.txn, err);
    if (!status) {
        self->at =
            mlops__kv_seek(self->cursor, (mlops__bytes){first, 1}, &self->key, &self->value, err);
        status = self->at < 0 ? self->at : MLOPS_OK;
    }
    if (!status) {
        status = mlops__kv_walk(&store->host, mlops__store_path(store, self->map), compare_record,
                                self, &e);
        whole = status == MLOPS_OK;
        status = swallow(self, status, &e, err);
    }
    while (!status && whole && !self->at && is_record(self->key)) {
        tell_record(self, self->key, "a record is missing");
        status = step(self, err);
    }
    mlops__kv_cursor_free(self->cursor);
    mlops__store_read_end(&self->index);
    return status;
}

static mlops_status find_map(mlops_check *self, mlops_error *err) {
    mlops_error e;
    mlops_status status = mlops__index_peek(self->store, self->map, &self->map_seq, &e);
    return swallow(self, status, &e, err);
}

/* ---- online rows ---- */

typedef struct rows {
    mlops_check *check;
    mlops__index_tally tally;
} rows;

static mlops_status check_row(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    rows *r = user;
    (void)err;
    if (mlops__index_count(&r->tally, key, value) == MLOPS_OK) return MLOPS_OK;
    mlops_error e;
    mlops__fail(&e, MLOPS_E_CORRUPT, "online: a row is damaged");
    tell(r->check, &e);
    return MLOPS_OK;
}

/* What the walk found against what the map's head says. */
static void check_tally(mlops_check *self, const mlops__index_tally *tally) {
    mlops_error e;
    const mlops__table_sum *there = &tally->sums[MLOPS__TABLE_ROWS];
    const mlops__table_sum *said = &tally->said[MLOPS__TABLE_ROWS];
    self->counts.n_rows = there->n;
    if (tally->has_head && there->n == said->n && there->low == said->low &&
        there->high == said->high)
        return;
    if (!tally->has_head) mlops__fail(&e, MLOPS_E_CORRUPT, "online: the map has no head");
    else
        mlops__fail(&e, MLOPS_E_CORRUPT,
                    "online: %lld rows are whole, of %lld that were put, or they are not the same",
                    (long long)there->n, (long long)said->n);
    tell(self, &e);
}

static mlops_status check_online(mlops_check *self, int locked, mlops_error *err) {
    mlops_store *store = self->store;
    mlops_error e;
    rows r = {self, {{{0, 0, 0}}, {{0, 0, 0}}, 0}};
    int exists;
    MLOPS_TRY(mlops__online_exists(store, &exists, err));
    if (!exists) {
        if (self->n_views == 0) return MLOPS_OK;
        mlops__fail(&e, MLOPS_E_CORRUPT, "online: the rows of %lld views are missing",
                    (long long)self->n_views);
        tell(self, &e);
        return MLOPS_OK;
    }
    if (locked) MLOPS_TRY(mlops__online_lock(store, err));
    mlops_status status = mlops__kv_walk(&store->host, mlops__store_path(store, MLOPS__ONLINE_MAP),
                                         check_row, &r, &e);
    if (locked) mlops__online_unlock(store);
    if (status == MLOPS_E_UNSUPPORTED) return MLOPS_OK;
    if (status) return swallow(self, status, &e, err);
    check_tally(self, &r.tally);
    return MLOPS_OK;
}

/* ---- all of it ---- */

/* Of the index, a cache, nobody is told. */
static mlops_status check_folder(mlops_check *self, const char *name, mlops_error *err) {
    mlops__buf names;
    mlops_error e;
    mlops_store *store = self->store;
    mlops__buf_init(&names, &store->host.allocator);
    const char *path = mlops__store_path(store, name);
    mlops_status status = mlops__file_list(&store->host.io, path, &names, &e);
    mlops__buf_free(&names);
    if (status == MLOPS_E_NOT_FOUND)
        mlops__fail(&e, MLOPS_E_CORRUPT, "'%s': the folder is missing", path);
    return swallow(self, status, &e, err);
}

/* Files among the packs, one after another. */
static mlops_status check_packs(mlops_check *self, mlops_error *err) {
    mlops__buf names;
    mlops_error e;
    mlops_store *store = self->store;
    mlops__buf_init(&names, &store->host.allocator);
    MLOPS_TRY(check_folder(self, "packs", err));
    mlops_status status =
        mlops__file_list(&store->host.io, mlops__store_path(store, "packs"), &names, err);
    if (status == MLOPS_E_NOT_FOUND) names.size = 0, status = MLOPS_OK; /* as was told */
    for (size_t at = 0; at < names.size && !status; at++) {
        const char *name = (const char *)names.data + at;
        at += strlen(name);
        status = swallow(self, mlops__packs_judge(&store->packs, name, &e), &e, err);
    }
    mlops__buf_free(&names);
    store->packs.heads_only = self->quick;
    if (!status) status = mlops__store_scan_packs(store, NULL, &self->counts.n_unused, err);
    store->packs.heads_only = 0;
    return status;
}

static mlops_status check_all(mlops_check *self, int locked, mlops_error *err) {
    mlops_error e;
    MLOPS_TRY(check_folder(self, "journal", err));
    MLOPS_TRY(find_map(self, err));
    MLOPS_TRY(check_packs(self, err));
    mlops_status status = MLOPS_OK;
    if (self->map_seq >= 0) {
        status = replay_to(self, self->map_seq, &e);
        if (status == MLOPS_END) {
            mlops__fail(&e, MLOPS_E_CORRUPT,
                        "the index has %lld commits, the journal %lld: commits are missing",
                        (long long)self->map_seq, (long long)self->counts.n_frames);
            tell(self, &e);
        } else if (status == MLOPS_OK) MLOPS_TRY(compare_map(self, err));
        MLOPS_TRY(swallow(self, status < 0 ? status : MLOPS_OK, &e, err));
    }
    if (status == MLOPS_OK) {
        status = replay_to(self, INT64_MAX, &e);
        MLOPS_TRY(swallow(self, status < 0 ? status : MLOPS_OK, &e, err));
    }
    MLOPS_TRY(mlops__store_choose(self->store, 1, err));
    MLOPS_TRY(check_online(self, locked, err));
    return check_content(self, err);
}

static mlops_status prepare(mlops_check *self, mlops_error *err) {
    mlops_store *store = self->store;
    mlops__kv_opts opts = {NULL, store->path, 0, 1, MLOPS__KV_UNSYNCED};
    MLOPS_TRY(mlops__format_read(store, err));
    MLOPS_TRY(mlops__journal_init(&store->journal, &store->host,
                                  mlops__store_path(store, "journal"), store->id, 0, err));
    MLOPS_TRY(mlops__packs_init(&store->packs, &store->host, mlops__store_path(store, "packs"),
                                store->id, err));
    return mlops__kv_open(&store->kv, &store->host, &opts, err);
}

/* Where the lock cannot be had for lack of rights, nobody with rights should write meanwhile. */
static mlops_status check_locked(mlops_check *self, mlops_error *err) {
    mlops_store *store = self->store;
    const char *path = mlops__store_path(store, "lock");
    store->lock_file = mlops__file_number(&store->host.io, path, MLOPS_IO_READ_WRITE);
    int locked = store->lock_file >= 0;
    if (locked) MLOPS_TRY(mlops__store_lock_writer(store, err));
    if (locked) mlops__lock_give(&store->lock); /* reading content takes it */
    mlops_status status = check_all(self, locked, err);
    if (locked) {
        mlops__lock_take(&store->lock);
        mlops__store_unlock_writer(store);
    }
    return status;
}

static mlops_status make(mlops_check **out, const mlops_store_opts *opts, const char *path,
                         mlops_error *err) {
    mlops_check_counts none = MLOPS_CHECK_COUNTS_INIT;
    mlops_store *store = NULL;
    MLOPS_TRY(mlops__store_new(&store, path, opts, err));
    mlops_allocator allocator = store->host.allocator;
    mlops_check *self = mlops__alloc_zero(&allocator, sizeof *self);
    const char **faults = mlops__alloc_array(&allocator, FAULTS_MAX, sizeof *faults);
    if (!self || !faults) {
        mlops__free(&allocator, self, sizeof *self);
        mlops__free(&allocator, (void *)faults, FAULTS_MAX * sizeof *faults);
        mlops__store_destroy(store);
        return mlops__fail_nomem(err, FAULTS_MAX * sizeof *faults);
    }
    self->allocator = allocator;
    self->counts = none;
    self->store = store;
    self->faults = faults;
    atomic_init(&self->refs, 1);
    mlops__arena_init(&self->words, &self->allocator, SIZE_MAX);
    *out = self;
    return MLOPS_OK;
}

mlops_status mlops_check_store(mlops_check **out, const char *path, const mlops_store_opts *opts,
                               mlops_error *err) {
    mlops_store_opts local;
    mlops_check *self = NULL;
    if (!out || !path || !*path)
        return mlops__fail(err, MLOPS_E_INVALID, "out or the path is NULL or empty");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_store_opts", err));
    uint32_t quick = local.flags & MLOPS_STORE_QUICK;
    local.flags = MLOPS_STORE_READ_ONLY;
    MLOPS_TRY(make(&self, &local, path, err));
    self->quick = quick != 0;
    mlops_status status = prepare(self, err);
    if (!status) status = check_locked(self, err);
    mlops__store_destroy(self->store);
    self->store = NULL;
    if (status) mlops_check_unref(self);
    else *out = self;
    return status;
}

mlops_check *mlops_check_ref(mlops_check *self) {
    if (self) atomic_fetch_add(&self->refs, 1);
    return self;
}

void mlops_check_unref(mlops_check *self) {
    if (!self || atomic_fetch_sub(&self->refs, 1) > 1) return;
    mlops_allocator allocator = self->allocator;
    mlops__arena_free(&self->words);
    mlops__free(&allocator, (void *)self->faults, FAULTS_MAX * sizeof *self->faults);
    mlops__free(&allocator, self, sizeof *self);
}

mlops_status mlops_check_count(const mlops_check *self, mlops_check_counts *out) {
    return mlops__opts_return(out, &self->counts, sizeof self->counts);
}

int64_t mlops_check_n_faults(const mlops_check *self) { return self->counts.n_faults; }

const char *mlops_check_fault(const mlops_check *self, int64_t index) {
    int64_t n = self->counts.n_faults < FAULTS_MAX ? self->counts.n_faults : FAULTS_MAX;
    return index < 0 || index >= n ? NULL : self->faults[index];
}
