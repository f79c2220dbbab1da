/* Rows that are served, by entity: a map of their own.
 *
 * Owns online/data.mdb and its writer's locks. Invariants: the journal does not repeat the rows, so
 * a power cut leaves the map whole: LMDB syncs each commit's pages ahead of what names them; the
 * map gets its name when it is whole and durable, and what defines a view is committed after that,
 * so that a map that is missing is told from one that was never made. Those who put rows wait for
 * each other alone, those who read for nobody.
 */
#include "file/file.h"
#include "store/core.h"
#include "store/kv_pages.h"

#include <string.h>

enum { ROWS_PER_COMMIT = 10000 };

static const char DRAFT[] = "online/new.mdb";

/* ---- locks ---- */

mlops_status mlops__online_lock(mlops_store *self, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    int64_t code;
    mlops__lock_take(&self->online_lock);
    do code = io->lock(io->ctx, self->lock_file, MLOPS__LOCK_ONLINE, MLOPS_IO_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    mlops__lock_give(&self->online_lock);
    return mlops__fail_os(err, code, "cannot lock", "lock");
}

void mlops__online_unlock(mlops_store *self) {
    const mlops_io *io = &self->host.io;
    io->lock(io->ctx, self->lock_file, MLOPS__LOCK_ONLINE, MLOPS_IO_UNLOCK);
    mlops__lock_give(&self->online_lock);
}

/* One that cannot be looked at is not taken for one that is missing. */
static mlops_status is_there(mlops_store *self, const char *name, int *out, mlops_error *err) {
    mlops_error e;
    const mlops_io *io = &self->host.io;
    const char *path = mlops__store_path(self, name);
    int64_t file = mlops__file_number(io, path, MLOPS_IO_READ);
    *out = file >= 0;
    if (file >= 0) return mlops__file_end(io, file), MLOPS_OK;
    mlops_status status = mlops__fail_os(&e, file, "cannot open", path);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    if (err) *err = e;
    return status;
}

mlops_status mlops__online_exists(mlops_store *self, int *out, mlops_error *err) {
    return is_there(self, MLOPS__ONLINE_MAP, out, err);
}

/* ---- making a map ---- */

static mlops_status refuse_memory(const mlops_store *self, mlops_error *err) {
    if (self->opts.index == MLOPS_STORE_INDEX_FILE && !self->read_only) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "online rows are in a file that is shared: open the store with its index in "
                       "a file, and not read-only");
}

static void drop_draft(mlops_store *store) {
    mlops__file_unlink(&store->host.io, mlops__store_path(store, DRAFT));
    mlops__file_unlink(&store->host.io, mlops__store_path(store, "online/new.mdb-lock"));
}

static mlops_status begin_rows(mlops__online_draft *self, mlops_error *err) {
    MLOPS_TRY(mlops__index_begin(&self->index, self->kv, &self->store->host, 1, err));
    self->index.dirty = 1; /* even one without rows has a head */
    return MLOPS_OK;
}

mlops_status mlops__online_draft_begin(mlops__online_draft *self, mlops_store *store,
                                       mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->store = store;
    MLOPS_TRY(refuse_memory(store, err));
    MLOPS_TRY(mlops__store_mkdir(store, "online", err));
    drop_draft(store);
    mlops_status status =
        mlops__map_open(store, "online", "new.mdb", MLOPS__KV_UNSYNCED, &self->kv, err);
    if (!status) status = begin_rows(self, err);
    if (!status) return MLOPS_OK;
    mlops__kv_close(self->kv);
    self->kv = NULL;
    drop_draft(store);
    return status;
}

mlops_status mlops__online_draft_put(mlops__online_draft *self, mlops__bytes key,
                                     mlops__bytes value, mlops_error *err) {
    MLOPS_TRY(mlops__index_put(&self->index, MLOPS__TABLE_ROWS, key, value, err));
    if (++self->n % ROWS_PER_COMMIT) return MLOPS_OK;
    MLOPS_TRY(mlops__index_commit(&self->index, err));
    return begin_rows(self, err);
}

static mlops_status publish(mlops_store *store, mlops_error *err) {
    const mlops_io *io = &store->host.io;
    mlops__file_unlink(io, mlops__store_path(store, MLOPS__ONLINE_MAP "-lock"));
    MLOPS_TRY(mlops__store_move(store, DRAFT, MLOPS__ONLINE_MAP, err));
    MLOPS_TRY(mlops__file_sync_dir(io, mlops__store_path(store, "online"), err));
    return mlops__file_sync_dir(io, mlops__store_path(store, ""), err);
}

/* Whole and durable, under its own name still. */
static mlops_status seal(mlops__online_draft *self, mlops_status status, mlops_error *err) {
    if (!status) status = mlops__index_commit(&self->index, err);
    mlops__index_end(&self->index);
    if (!status) status = mlops__kv_sync(self->kv, err);
    mlops__kv_close(self->kv);
    self->kv = NULL;
    return status;
}

mlops_status mlops__online_draft_end(mlops__online_draft *self, mlops_status status,
                                     mlops_error *err) {
    status = seal(self, status, err);
    if (!status) status = publish(self->store, err);
    drop_draft(self->store);
    return status;
}

static mlops_status make_empty(mlops_store *store, mlops_error *err) {
    mlops__online_draft draft;
    MLOPS_TRY(mlops__online_draft_begin(&draft, store, err));
    return mlops__online_draft_end(&draft, MLOPS_OK, err);
}

/* ---- opening ---- */

mlops_status mlops__online_make(mlops_store *self, mlops_error *err) {
    MLOPS_TRY(mlops__store_check_fork(self, err));
    MLOPS_TRY(refuse_memory(self, err));
    MLOPS_TRY(mlops__online_lock(self, err));
    mlops__lock_take(&self->lock);
    int exists;
    mlops_status status = mlops__online_exists(self, &exists, err);
    if (!status && !exists) status = make_empty(self, err);
    mlops__lock_give(&self->lock);
    mlops__online_unlock(self);
    return status;
}

/* Under both locks: no other process writes while the pages are looked at. */
static mlops_status open_map(mlops_store *self, mlops_error *err) {
    mlops__kv *kv = NULL;
    int sound;
    mlops__kv_syncs syncs =
        self->opts.sync == MLOPS_SYNC_FULL ? MLOPS__KV_DURABLE : MLOPS__KV_ORDERED;
    MLOPS_TRY(mlops__map_verify(self, MLOPS__ONLINE_MAP, &sound, err));
    if (!sound)
        return mlops__fail(err, MLOPS_E_CORRUPT,
                           "'%s' is damaged or missing; repair (mlops store repair) keeps the rows "
                           "that are whole",
                           mlops__store_path(self, MLOPS__ONLINE_MAP));
    MLOPS_TRY(mlops__map_open(self, "online", "data.mdb", syncs, &kv, err));
    atomic_store(&self->online, kv);
    return MLOPS_OK;
}

static mlops_status need_map(mlops_store *self, mlops_error *err) {
    if (atomic_load(&self->online)) return MLOPS_OK;
    mlops__lock_take(&self->lock);
    mlops_status status = open_map(self, err);
    mlops__lock_give(&self->lock);
    return status;
}

mlops_status mlops__online_begin(mlops_store *self, int writes, mlops__index *out,
                                 mlops_error *err) {
    memset(out, 0, sizeof *out);
    MLOPS_TRY(mlops__store_check_fork(self, err));
    MLOPS_TRY(refuse_memory(self, err));
    int locked = writes || !atomic_load(&self->online);
    if (locked) {
        MLOPS_TRY(mlops__online_lock(self, err));
        mlops_status status = need_map(self, err);
        if (status || !writes) mlops__online_unlock(self);
        MLOPS_TRY(status);
    }
    mlops_status status =
        mlops__index_begin(out, atomic_load(&self->online), &self->host, writes, err);
    if (status && writes) mlops__online_unlock(self);
    return status;
}

mlops_status mlops__online_commit(mlops_store *self, mlops__index *index, mlops_error *err) {
    mlops_status status = mlops__index_commit(index, err);
    /* Behind the commit: a flush that another thread makes meanwhile need not have it. */
    if (self->opts.sync == MLOPS_SYNC_RELAXED) atomic_store(&self->online_ahead, 1);
    mlops__online_end(self, index, 1);
    return status;
}

void mlops__online_end(mlops_store *self, mlops__index *index, int writes) {
    mlops__index_end(index);
    if (writes) mlops__online_unlock(self);
}

mlops_status mlops__online_flush(mlops_store *self, mlops_error *err) {
    mlops__kv *kv = atomic_load(&self->online);
    if (!kv || !atomic_exchange(&self->online_ahead, 0)) return MLOPS_OK;
    mlops_status status = mlops__kv_sync(kv, err);
    if (status) atomic_store(&self->online_ahead, 1);
    return status;
}

void mlops__online_close(mlops_store *self) {
    mlops__kv *kv = atomic_load(&self->online);
    if (kv) mlops__online_flush(self, NULL);
    mlops__kv_close(kv);
    atomic_store(&self->online, NULL);
}

/* ---- repair ---- */

typedef struct salvage {
    mlops__index_tally tally;
    mlops__online_draft draft;
    int64_t n_kept;
} salvage;

static mlops_status count_row(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    salvage *s = user;
    if (mlops__index_count(&s->tally, key, value) == MLOPS_OK) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "a row is damaged");
}

int mlops__online_is_older(mlops__bytes row, mlops__bytes there) {
    if (row.size < 16 || there.size < 16) return 0;
    int64_t event = (int64_t)mlops__load_u64(row.data);
    int64_t event_there = (int64_t)mlops__load_u64(there.data);
    if (event != event_there) return event < event_there;
    return (int64_t)mlops__load_u64(row.data + 8) < (int64_t)mlops__load_u64(there.data + 8);
}

/* A damaged link may lead to a page of before, whose rows are whole and come beside the newest. */
static mlops_status keep_row(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    salvage *s = user;
    mlops__bytes there;
    if (key.size == 0 || mlops__index_count(&s->tally, key, value)) return MLOPS_OK;
    if (key.data[0] != MLOPS__TABLE_ROWS) return MLOPS_OK;
    mlops__bytes own = {key.data + 1, key.size - 1};
    if (!mlops__index_unguard(key, &value)) return MLOPS_OK;
    mlops_status status = mlops__index_get(&s->draft.index, MLOPS__TABLE_ROWS, own, &there, err);
    if (status == MLOPS_OK && mlops__online_is_older(value, there)) return MLOPS_OK;
    s->n_kept += status == MLOPS_E_NOT_FOUND;
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    return mlops__online_draft_put(&s->draft, own, value, err);
}

static mlops_status is_sound(mlops_store *self, const char *name, int *out, mlops_error *err) {
    salvage s;
    memset(&s, 0, sizeof s);
    mlops_status status =
        mlops__kv_walk(&self->host, mlops__store_path(self, name), count_row, &s, err);
    *out = status == MLOPS_E_UNSUPPORTED ||
           (!status && s.tally.has_head &&
            memcmp(s.tally.sums, s.tally.said, sizeof s.tally.said) == 0);
    if (status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED || status == MLOPS_E_NOT_FOUND)
        return MLOPS_OK;
    return status;
}

/* The damaged one gives up its name after the new one is durable under its own, and is not written
 * to any more: whatever fails or is cut off from here on, the next repair finds it. */
static mlops_status put_aside(mlops_store *self, mlops_error *err) {
    char name[64];
    int64_t now = mlops__host_now(&self->host);
    mlops__format(name, sizeof name, "damaged/online-%lld", (long long)now);
    MLOPS_TRY(mlops__store_mkdir(self, "damaged", err));
    return mlops__store_move(self, MLOPS__ONLINE_MAP, name, err);
}

static mlops_status save_rows(mlops_store *self, int64_t *n_lost, mlops_error *err) {
    salvage s;
    memset(&s, 0, sizeof s);
    MLOPS_TRY(mlops__online_draft_begin(&s.draft, self, err));
    mlops_status status = mlops__kv_salvage(&self->host, mlops__store_path(self, MLOPS__ONLINE_MAP),
                                            keep_row, &s, err);
    if (status == MLOPS_E_CORRUPT) status = MLOPS_OK; /* nothing can be found in it */
    status = seal(&s.draft, status, err);
    if (status) drop_draft(self);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__file_sync_dir(&self->host.io, mlops__store_path(self, "online"), err));
    MLOPS_TRY(put_aside(self, err));
    MLOPS_TRY(publish(self, err));
    drop_draft(self);
    int64_t n = s.tally.said[MLOPS__TABLE_ROWS].n - s.n_kept;
    if (s.tally.has_head && n > 0) *n_lost += n;
    return MLOPS_OK;
}

mlops_status mlops__online_repair(mlops_store *self, int64_t *n_lost, mlops_error *err) {
    int exists, sound = 0;
    MLOPS_TRY(mlops__online_exists(self, &exists, err));
    if (exists) {
        MLOPS_TRY(is_sound(self, MLOPS__ONLINE_MAP, &sound, err));
        return sound ? MLOPS_OK : save_rows(self, n_lost, err);
    }
    MLOPS_TRY(mlops__store_mkdir(self, "online", err));
    MLOPS_TRY(is_there(self, DRAFT, &exists, err));
    if (exists) MLOPS_TRY(is_sound(self, DRAFT, &sound, err));
    if (!sound) return make_empty(self, err);
    MLOPS_TRY(publish(self, err)); /* of a repair that was cut off */
    drop_draft(self);
    return MLOPS_OK;
}
