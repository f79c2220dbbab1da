/* The export stream: a store as one file, the same on every machine. Format: docs/format.md.
 *
 * Owns the draft of a file that is being written, and the store that is being made of one.
 * Invariants: a file gets its name, and a store its format file, only when all of it is there and
 * was held against the stream's SHA-256; content stands ahead of the commits that name it.
 */
#include "base/opts.h"
#include "file/file.h"
#include "store/core.h"
#include "store/erased.h"
#include "store/kv_pages.h"

#include <string.h>

enum {
    VERSION = 1,
    HEAD = 64,
    ITEM_HEAD = 16,
    ITEM_PACK = 1,
    ITEM_FRAME = 2,
    ITEM_END = 3,
    ITEM_ROW = 4, /* ahead of the end */
    END_SIZE = 56,
    ITEM_MAX = (64 << 20) + MLOPS__PACK_FRAME_HEAD,
    TABLE_DONE = 0xfd,   /* of an index in memory: chunks and objects that were written */
    TABLE_DROPPED = 0xfe /* of the same: content that is named, and was dropped behind that */
};

static const char MAGIC[] = "MLOPSEXP";

/* ---- export ---- */

typedef struct writer {
    mlops_store *store;
    mlops__kv *done; /* what was written already */
    mlops__index written;
    int64_t file;
    const char *path;
    int64_t at;
    int64_t n_frames, n_packed;
    mlops__sha256 sha;
} writer;

static mlops_status put(writer *w, const void *bytes, size_t n, mlops_error *err) {
    MLOPS_TRY(mlops__file_write_at(&w->store->host.io, w->file, bytes, n, w->at, w->path, err));
    mlops__sha256_add(&w->sha, bytes, n);
    w->at += (int64_t)n;
    return MLOPS_OK;
}

/* An item in up to two parts. */
static mlops_status put_item(writer *w, uint32_t kind, mlops__bytes a, mlops__bytes b,
                             mlops_error *err) {
    static const uint8_t zeroes[8];
    uint8_t head[ITEM_HEAD];
    mlops__buf h;
    mlops__buf_init_fixed(&h, head, sizeof head);
    mlops__buf_u32(&h, kind);
    mlops__buf_u32(&h, 0);
    mlops__buf_u64(&h, a.size + b.size);
    MLOPS_TRY(put(w, head, sizeof head, err));
    if (a.size) MLOPS_TRY(put(w, a.data, a.size, err));
    if (b.size) MLOPS_TRY(put(w, b.data, b.size, err));
    size_t rest = (a.size + b.size) % 8;
    return rest ? put(w, zeroes, 8 - rest, err) : MLOPS_OK;
}

static mlops_status put_packed(void *user, const mlops__pack_frame *frame, const uint8_t *payload,
                               mlops_error *err) {
    writer *w = user;
    uint8_t head[MLOPS__PACK_FRAME_HEAD];
    mlops__bytes key = {frame->key, sizeof frame->key}, none;
    mlops_status status = mlops__index_get(&w->written, TABLE_DONE, key, &none, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    mlops__pack_head(frame, payload, head);
    MLOPS_TRY(put_item(w, ITEM_PACK, (mlops__bytes){head, sizeof head},
                       (mlops__bytes){payload, frame->stored}, err));
    w->n_packed++;
    return mlops__index_put(&w->written, TABLE_DONE, key, (mlops__bytes){NULL, 0}, err);
}

/* What is done with each frame of the journal. */
typedef mlops_status frame_visit(writer *w, mlops__index *index, const mlops__frame *frame,
                                 mlops_error *err);

static mlops_status note_dropped(writer *w, mlops__index *index, const mlops__frame *frame,
                                 mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    (void)index;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind == MLOPS__OP_DROPPED)
            MLOPS_TRY(
                mlops__index_put(&w->written, TABLE_DROPPED, op.key, (mlops__bytes){NULL, 0}, err));
        if (op.kind == MLOPS__OP_PACKED)
            MLOPS_TRY(mlops__index_del(&w->written, TABLE_DROPPED, op.key, err));
    }
    return MLOPS_OK;
}

static mlops_status put_content(writer *w, mlops__index *index, const mlops__frame *frame,
                                mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    mlops__bytes none;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind != MLOPS__OP_PACKED) continue;
        mlops_status status = mlops__index_get(&w->written, TABLE_DROPPED, op.key, &none, err);
        if (status == MLOPS_E_NOT_FOUND)
            status = mlops__content_walk(w->store, index, op.key.data, put_packed, w, err);
        MLOPS_TRY(status);
    }
    return MLOPS_OK;
}

static mlops_status put_frame(writer *w, mlops__index *index, const mlops__frame *frame,
                              mlops_error *err) {
    (void)index;
    w->n_frames++;
    return put_item(w, ITEM_FRAME, (mlops__bytes){frame->data, frame->size},
                    (mlops__bytes){NULL, 0}, err);
}

/* Each frame of the journal up to the index's place. */
static mlops_status each_frame(writer *w, mlops__index *index, frame_visit *visit,
                               mlops_error *err) {
    mlops__journal journal;
    mlops__place place;
    mlops_store *store = w->store;
    mlops__place_init(&place);
    char dir[4096];
    if (store->dir + sizeof "/journal" > sizeof dir)
        return mlops__fail(err, MLOPS_E_LIMIT, "the path of the store is too long");
    memcpy(dir, store->path, store->dir);
    memcpy(dir + store->dir, "/journal", sizeof "/journal");
    mlops_status status = mlops__journal_init(&journal, &store->host, dir, store->id, 0, err);
    while (!status && place.chain.seq < index->place.chain.seq) {
        mlops__frame frame;
        status = mlops__journal_next(&journal, &place, &frame, err);
        if (status == MLOPS_END)
            status = mlops__fail(err, MLOPS_E_CORRUPT, "the journal ends after commit %lld of %lld",
                                 (long long)place.chain.seq, (long long)index->place.chain.seq);
        if (!status) status = visit(w, index, &frame, err);
    }
    mlops__journal_free(&journal);
    return status;
}

static mlops_status put_head(writer *w, const mlops__index *index, mlops_error *err) {
    uint8_t head[HEAD];
    mlops__buf h;
    mlops__buf_init_fixed(&h, head, sizeof head);
    mlops__buf_put(&h, MAGIC, 8);
    mlops__buf_u32(&h, VERSION);
    mlops__buf_u32(&h, 0);
    mlops__buf_put(&h, w->store->id, 32);
    mlops__buf_i64(&h, index->place.chain.seq);
    mlops__buf_u64(&h, mlops__hash_64(head, HEAD - 8));
    return put(w, head, sizeof head, err);
}

static mlops_status put_end(writer *w, const mlops__index *index, mlops_error *err) {
    uint8_t end[END_SIZE], digest[32];
    mlops__buf b;
    mlops__sha256 sha = w->sha;
    mlops__sha256_end(&sha, digest);
    mlops__buf_init_fixed(&b, end, sizeof end);
    mlops__buf_i64(&b, w->n_frames);
    mlops__buf_i64(&b, w->n_packed);
    mlops__buf_u64(&b, mlops__index_state(index));
    mlops__buf_put(&b, digest, sizeof digest);
    MLOPS_TRY(put_item(w, ITEM_END, (mlops__bytes){end, sizeof end}, (mlops__bytes){NULL, 0}, err));
    return mlops__file_sync(&w->store->host.io, w->file, w->path, err);
}

static mlops_status put_row(writer *w, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    uint8_t head[4 + MLOPS__KV_KEY_MAX];
    mlops__store_u32(head, (uint32_t)key.size);
    memcpy(head + 4, key.data, key.size);
    return put_item(w, ITEM_ROW, (mlops__bytes){head, 4 + key.size}, value, err);
}

static mlops_status put_row_of_page(void *user, mlops__bytes key, mlops__bytes value,
                                    mlops_error *err) {
    if (!mlops__index_unguard(key, &value))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a row of an online view is damaged");
    if (key.data[0] != MLOPS__TABLE_ROWS) return MLOPS_OK;
    return put_row(user, (mlops__bytes){key.data + 1, key.size - 1}, value, err);
}

/* Of a store that keeps away from LMDB, pages are read. Where nothing may be locked, nobody with
 * rights should write meanwhile. */
static mlops_status put_pages(writer *w, mlops_error *err) {
    mlops_store *store = w->store;
    int locks = store->lock_file >= 0 && !store->read_only;
    if (locks) MLOPS_TRY(mlops__online_lock(store, err));
    mlops__lock_take(&store->lock);
    mlops_status status = mlops__kv_walk(&store->host, mlops__store_path(store, MLOPS__ONLINE_MAP),
                                         put_row_of_page, w, err);
    mlops__lock_give(&store->lock);
    if (locks) mlops__online_unlock(store);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the rows of online views are missing");
}

/* Those that are served, of a moment of their own. */
static mlops_status put_rows(writer *w, const mlops__index *index, mlops_error *err) {
    mlops__index rows;
    mlops__index_iter iter;
    mlops__bytes key, value;
    if (index->sums[MLOPS__TABLE_VIEWS].n == 0) return MLOPS_OK;
    if (w->store->read_only || w->store->opts.index != MLOPS_STORE_INDEX_FILE)
        return put_pages(w, err);
    MLOPS_TRY(mlops__online_begin(w->store, 0, &rows, err));
    mlops_status status =
        mlops__index_iter_init(&iter, &rows, MLOPS__TABLE_ROWS, (mlops__bytes){NULL, 0}, err);
    if (!status) {
        while (!status) {
            status = mlops__index_iter_next(&iter, &key, &value, err);
            if (!status) status = put_row(w, key, value, err);
        }
        mlops__index_iter_free(&iter);
    }
    mlops__online_end(w->store, &rows, 0);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status put_all(writer *w, mlops__index *index, mlops_error *err) {
    mlops_store *store = w->store;
    mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    MLOPS_TRY(mlops__kv_open(&w->done, &store->host, &opts, err));
    mlops_status status = mlops__index_begin(&w->written, w->done, &store->host, 1, err);
    if (!status) status = put_head(w, index, err);
    if (!status) {
        mlops__lock_take(&store->lock);
        status = each_frame(w, index, note_dropped, err);
        if (!status) status = each_frame(w, index, put_content, err);
        mlops__lock_give(&store->lock);
    }
    if (!status) status = each_frame(w, index, put_frame, err);
    if (!status) status = put_rows(w, index, err);
    if (!status) status = put_end(w, index, err);
    mlops__index_end(&w->written);
    mlops__kv_close(w->done);
    return status;
}

static mlops_status fill(void *user, int64_t file, const char *path, mlops_error *err) {
    writer w;
    mlops__index index;
    mlops_store *self = user;
    memset(&w, 0, sizeof w);
    w.store = self;
    w.file = file;
    w.path = path;
    mlops__sha256_init(&w.sha, self->kern->sha256_blocks);
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    mlops_status status = put_all(&w, &index, err);
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops_store_export(mlops_store *self, const char *path, mlops_error *err) {
    if (!self || !path || !*path)
        return mlops__fail(err, MLOPS_E_INVALID, "the store or the path is NULL or empty");
    MLOPS_TRY(mlops__store_check_fork(self, err));
    MLOPS_TRY(mlops__erased_settled(self, err));
    size_t size = strlen(path) + 1;
    char *dir = mlops__alloc(&self->host.allocator, size);
    if (!dir) return mlops__fail_nomem(err, size);
    memcpy(dir, path, size);
    char *slash = strrchr(dir, '/');
    if (slash) slash[slash == dir] = 0;
    mlops_status status = mlops__file_put(&self->host, path, fill, self, INT64_MIN, NULL, err);
    if (!status) status = mlops__file_sync_dir(&self->host.io, slash ? dir : ".", err);
    mlops__free(&self->host.allocator, dir, size);
    return status;
}

/* ---- import ---- */

typedef struct reader {
    mlops_store *store; /* that is being made */
    int64_t file;
    const char *path;
    int64_t at;
    int64_t pack;
    int64_t n_frames, n_packed;
    uint64_t state;
    int views; /* some are defined */
    mlops__online_draft rows;
    mlops__place place;
    mlops__sha256 sha;
    uint8_t digest[32]; /* of all ahead of the item that was read last */
    mlops__buf item;
} reader;

static mlops_status damaged(const reader *r, const char *what, mlops_error *err) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, r->at, "'%s' at byte %lld: %s", r->path,
                          (long long)r->at, what);
}

static mlops_status get(reader *r, void *bytes, size_t n, mlops_error *err) {
    mlops_error e;
    mlops_status status =
        mlops__file_read_at(&r->store->host.io, r->file, bytes, n, r->at, r->path, &e);
    if (status == MLOPS_E_IO && e.os_code == 0) return damaged(r, "the file is cut short", err);
    if (status && err) *err = e;
    if (status) return status;
    mlops__sha256_add(&r->sha, bytes, n);
    r->at += (int64_t)n;
    return MLOPS_OK;
}

static mlops_status get_head(reader *r, mlops_error *err) {
    uint8_t head[HEAD];
    MLOPS_TRY(get(r, head, sizeof head, err));
    if (memcmp(head, MAGIC, 8) != 0) return damaged(r, "this is no exported store", err);
    if (mlops__load_u32(head + 8) != VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' has version %u, this library knows %d",
                           r->path, mlops__load_u32(head + 8), VERSION);
    if (mlops__load_u64(head + HEAD - 8) != mlops__hash_64(head, HEAD - 8))
        return damaged(r, "the head is damaged", err);
    memcpy(r->store->id, head + 16, 32);
    return MLOPS_OK;
}

static mlops_status get_item(reader *r, uint32_t *kind, mlops_error *err) {
    uint8_t head[ITEM_HEAD];
    mlops__sha256 sha = r->sha;
    mlops__sha256_end(&sha, r->digest);
    MLOPS_TRY(get(r, head, sizeof head, err));
    *kind = mlops__load_u32(head);
    uint64_t size = mlops__load_u64(head + 8);
    if (*kind < ITEM_PACK || *kind > ITEM_ROW || mlops__load_u32(head + 4) || size > ITEM_MAX ||
        size < 8)
        return damaged(r, "this is no item", err);
    size_t n = ((size_t)size + 7) / 8 * 8;
    r->item.size = 0;
    uint8_t *data = mlops__buf_extend(&r->item, n);
    if (!data) return mlops__fail_nomem(err, n);
    MLOPS_TRY(get(r, data, n, err));
    r->item.size = (size_t)size;
    return MLOPS_OK;
}

static mlops_status take_packed(reader *r, mlops_error *err) {
    mlops__pack_frame frame;
    mlops__pack_place place;
    mlops__packs *packs = &r->store->packs;
    if (mlops__pack_open(&frame, r->item.data, r->item.size))
        return damaged(r, "content is damaged", err);
    if (packs->leased && packs->end >= MLOPS__PACK_FULL) {
        MLOPS_TRY(mlops__packs_sync(packs, packs->leased, err));
        mlops__packs_release(packs);
    }
    if (!packs->leased) MLOPS_TRY(mlops__packs_lease(packs, ++r->pack, 1, err));
    r->n_packed++;
    return mlops__packs_append(packs, &frame, r->item.data + MLOPS__PACK_FRAME_HEAD, &place, err);
}

static mlops_status take_frame(reader *r, mlops_error *err) {
    mlops__frame frame;
    if (mlops__frame_open(&frame, r->item.data, r->item.size))
        return damaged(r, "a commit is damaged", err);
    mlops__ops ops;
    mlops__op op;
    mlops__ops_init(&ops, &frame);
    while (mlops__ops_next(&ops, &op))
        r->views |= op.kind == MLOPS__OP_PUT && op.table == MLOPS__TABLE_VIEWS;
    r->n_frames++;
    return mlops__journal_copy(&r->store->journal, &r->place, &frame, err);
}

static mlops_status need_rows(reader *r, mlops_error *err) {
    return r->rows.kv ? MLOPS_OK : mlops__online_draft_begin(&r->rows, r->store, err);
}

static mlops_status take_row(reader *r, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, r->item.data, r->item.size);
    size_t n = mlops__cursor_u32(&c);
    const uint8_t *key = mlops__cursor_take(&c, n);
    size_t rest = mlops__cursor_left(&c);
    const uint8_t *value = mlops__cursor_take(&c, rest);
    if (!key || !value || c.failed || n >= MLOPS__KV_KEY_MAX || !r->views)
        return damaged(r, "a row is damaged", err);
    MLOPS_TRY(need_rows(r, err));
    return mlops__online_draft_put(&r->rows, (mlops__bytes){key, n}, (mlops__bytes){value, rest},
                                   err);
}

static mlops_status take_end(reader *r, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, r->item.data, r->item.size);
    int64_t n_frames = mlops__cursor_i64(&c), n_packed = mlops__cursor_i64(&c);
    r->state = mlops__cursor_u64(&c);
    const uint8_t *digest = mlops__cursor_take(&c, 32);
    if (!digest || n_frames != r->n_frames || n_packed != r->n_packed ||
        memcmp(digest, r->digest, 32) != 0)
        return damaged(r, "the end does not fit what is ahead of it", err);
    if (r->store->packs.leased)
        MLOPS_TRY(mlops__packs_sync(&r->store->packs, r->store->packs.leased, err));
    if (r->views) MLOPS_TRY(need_rows(r, err));
    return mlops__journal_sync(&r->store->journal, &r->place, err);
}

static mlops_status take_all(reader *r, mlops_error *err) {
    mlops_store *store = r->store;
    MLOPS_TRY(mlops__journal_init(&store->journal, &store->host,
                                  mlops__store_path(store, "journal"), store->id, 1, err));
    if (store->opts.journal_bytes) store->journal.first_bytes = store->opts.journal_bytes;
    MLOPS_TRY(mlops__journal_create(&store->journal, err));
    mlops__journal_gather(&store->journal);
    MLOPS_TRY(mlops__packs_init(&store->packs, &store->host, mlops__store_path(store, "packs"),
                                store->id, err));
    mlops__place_init(&r->place);
    for (uint32_t kind = 0; kind != ITEM_END;) {
        MLOPS_TRY(get_item(r, &kind, err));
        if (kind == ITEM_PACK) MLOPS_TRY(take_packed(r, err));
        if (kind == ITEM_FRAME) MLOPS_TRY(take_frame(r, err));
        if (kind == ITEM_ROW) MLOPS_TRY(take_row(r, err));
        if (kind == ITEM_END) MLOPS_TRY(take_end(r, err));
    }
    return MLOPS_OK;
}

/* What an attempt that did not come to its end has left. */
void mlops__wipe(mlops_store *store, const char *folder) {
    mlops__buf names;
    const mlops_io *io = &store->host.io;
    mlops__buf_init(&names, &store->host.allocator);
    if (mlops__file_list(io, mlops__store_path(store, folder), &names, NULL)) names.size = 0;
    for (size_t at = 0; at < names.size; at++) {
        const char *name = (const char *)names.data + at;
        size_t n = strlen(name) + 1; /* with its NUL */
        char path[MLOPS__PATH_ROOM];
        mlops__buf b;
        mlops__buf_init_fixed(&b, path, sizeof path);
        mlops__buf_text(&b, folder);
        mlops__buf_u8(&b, '/');
        mlops__buf_put(&b, name, n);
        if (!b.status) mlops__file_unlink(io, mlops__store_path(store, path));
        at += n - 1;
    }
    mlops__buf_free(&names);
}

void mlops__wipe_all(mlops_store *store) {
    mlops__wipe(store, "journal");
    mlops__wipe(store, "packs");
    mlops__wipe(store, "online");
}

/* Says that what is there without a format file is no damaged store. */
static mlops_status mark(mlops_store *store, mlops_error *err) {
    const mlops_io *io = &store->host.io;
    const char *path = mlops__store_path(store, MLOPS__IMPORTING);
    mlops__file_unlink(io, path);
    int64_t file = mlops__file_number(io, path, MLOPS_IO_CREATE);
    if (file < 0) return mlops__fail_os(err, file, "cannot create", path);
    mlops__file_end(io, file);
    return MLOPS_OK;
}

static mlops_status refuse_store(mlops_store *store, mlops_error *err) {
    mlops_status status = mlops__format_read(store, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    if (status && status != MLOPS_E_CORRUPT && status != MLOPS_E_UNSUPPORTED) return status;
    return mlops__fail(err, MLOPS_E_EXISTS, "'%s' is a store already; name another directory",
                       mlops__store_path(store, ""));
}

static mlops_status make_locked(reader *r, const uint8_t id[32], mlops_error *err) {
    mlops_store *store = r->store;
    const mlops_io *io = &store->host.io;
    MLOPS_TRY(refuse_store(store, err));
    memcpy(store->id, id, sizeof store->id);
    MLOPS_TRY(mark(store, err));
    MLOPS_TRY(mlops__store_make_dirs(store, err));
    mlops__wipe_all(store);
    mlops_status status = take_all(r, err);
    if (r->rows.kv) status = mlops__online_draft_end(&r->rows, status, err);
    if (!status) status = mlops__format_write(store, err);
    if (status) { /* the mark stays: what is left is to be wiped by whoever comes next */
        mlops__file_unlink(io, mlops__store_path(store, "format"));
        mlops__wipe_all(store);
        return status;
    }
    mlops__file_unlink(io, mlops__store_path(store, MLOPS__IMPORTING));
    return MLOPS_OK;
}

static mlops_status make_store(reader *r, mlops_error *err) {
    mlops_store *store = r->store;
    uint8_t id[32];
    MLOPS_TRY(get_head(r, err));
    memcpy(id, store->id, sizeof id);
    MLOPS_TRY(mlops__guard_place(store, err));
    MLOPS_TRY(refuse_store(store, err));
    MLOPS_TRY(mlops__store_claim(store, err));
    MLOPS_TRY(mlops__store_open_lock(store, err));
    MLOPS_TRY(mlops__store_lock_writer(store, err));
    mlops_status status = make_locked(r, id, err);
    mlops__store_unlock_writer(store);
    return status;
}

static mlops_status read_stream(mlops_store *store, const char *from, uint64_t *state,
                                mlops_error *err) {
    reader r;
    memset(&r, 0, sizeof r);
    r.store = store;
    r.path = from;
    mlops__sha256_init(&r.sha, store->kern->sha256_blocks);
    mlops__buf_init(&r.item, &store->host.allocator);
    r.file = mlops__file_number(&store->host.io, from, MLOPS_IO_READ);
    if (r.file < 0) return mlops__fail_os(err, r.file, "cannot open", from);
    mlops_status status = make_store(&r, err);
    mlops__file_end(&store->host.io, r.file);
    mlops__buf_free(&r.item);
    *state = r.state;
    return status;
}

/* What the commits add up to here is what they added up to there. */
static mlops_status compare_state(const char *path, const mlops_store_opts *opts, uint64_t state,
                                  mlops_error *err) {
    mlops_store *store;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    MLOPS_TRY(mlops_store_open(&store, path, opts, err));
    mlops_status status = mlops_store_stat(store, &stats, err);
    mlops_store_close(store);
    if (status || stats.state == state) return status;
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s': the records do not add up to what was exported",
                       path);
}

/* A store that was made of a stream that says of itself what is not so is made no store again. */
static void take_back(const char *path, const mlops_store_opts *opts) {
    mlops_store *store;
    if (mlops__store_new(&store, path, opts, NULL)) return;
    (void)mark(store, NULL);
    mlops__file_unlink(&store->host.io, mlops__store_path(store, "format"));
    mlops__wipe_all(store);
    mlops__wipe(store, "index");
    mlops__store_destroy(store);
}

mlops_status mlops_store_import(const char *path, const char *from, const mlops_store_opts *opts,
                                mlops_error *err) {
    mlops_store_opts local;
    mlops_store *store = NULL;
    uint64_t state = 0;
    if (!path || !*path || !from)
        return mlops__fail(err, MLOPS_E_INVALID, "a path is NULL or empty");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_store_opts", err));
    MLOPS_TRY(mlops__store_new(&store, path, &local, err));
    mlops_status status = read_stream(store, from, &state, err);
    mlops__store_destroy(store);
    if (status) return status;
    status = compare_state(path, &local, state, err);
    if (status) take_back(path, &local);
    return status;
}
