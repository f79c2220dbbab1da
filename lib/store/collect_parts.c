/* Chunks that many contents share, of which some are gone.
 *
 * Owns the table of these chunks. Invariants: a chunk is marked before anything is dropped unless
 * all contents in it that stay were kept anew; where content is erased each chunk goes of which any
 * byte is in nothing that stays, whether or not it is known whose it was; a chunk that the table
 * has no room for stays otherwise.
 */
#include "store/collect.h"

#include <string.h>

enum {
    NODE = sizeof(mlops__idset_entry) + 2 * sizeof(uint32_t) + MLOPS__BLOCKS_SUM,
    SHARE = 4,       /* of the memory, for the table */
    BATCH = 1 << 20, /* bytes that are kept anew at once */
    ITEMS = 4096
};

/* What is to be kept anew, and where it was. */
typedef struct held {
    uint8_t id[32], key[MLOPS__CHUNK_KEY];
    uint32_t at, size;
} held;

static held held_at(const mlops__gc *self, size_t i) {
    held it;
    memcpy(&it, self->batch.data + i * sizeof it, sizeof it);
    return it;
}

/* ---- how much of each is needed ---- */

/* The part that a row leads to; MLOPS_END if it is none that stays. */
static mlops_status read_part(mlops__gc *self, mlops__bytes key, mlops__bytes value,
                              mlops__piece *out, mlops_error *err) {
    mlops__pack_place place;
    mlops__recipe recipe;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack <= 0 ||
        mlops__load_u64(value.data + 24) != MLOPS__PACK_PART ||
        !mlops__gc_is_live(self, key, place))
        return MLOPS_END;
    MLOPS_TRY(mlops__gc_read_recipe(self, key.data, place, &recipe, err));
    return mlops__recipe_next(&recipe, out) ? MLOPS_OK : MLOPS_END;
}

static int has_room(const mlops__gc *self) {
    size_t n = mlops__idset_size(&self->blocks.keys) + 1;
    return self->store->condemned || (int64_t)(n * NODE) <= self->memory_max / SHARE;
}

static mlops_status weigh(mlops__gc *self, mlops__index *index, mlops__bytes key,
                          mlops__bytes value, mlops_error *err) {
    mlops__piece part;
    (void)index;
    mlops_status status = read_part(self, key, value, &part, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    int tells = !mlops__part_is_alone(&part) &&
                (mlops__blocks_has(&self->blocks, part.key) || has_room(self));
    if (!tells) mlops__gc_mark(self, part.key, MLOPS__CHUNK_KEY);
    else if (!mlops__blocks_add(&self->blocks, &part)) return mlops__gc_nomem(self, err);
    return MLOPS_OK;
}

static int goes(const mlops__gc *self, const uint8_t *key) {
    double needed = mlops__blocks_needed(&self->blocks, key);
    if (self->store->condemned) return !mlops__blocks_is_whole(&self->blocks, key);
    if (self->opts.flags & MLOPS_GC_KEEP_BASES) return 0;
    return needed < self->opts.remake_max * (double)mlops__block_size(key);
}

/* Which of them others need is told exactly where content is erased, since marks may be wrong. */
static mlops_status choose(mlops__gc *self, mlops_error *err) {
    const mlops__idset *keys = &self->blocks.keys;
    for (size_t i = 0; i < mlops__idset_size(keys); i++) {
        uint8_t key[MLOPS__CHUNK_KEY];
        memcpy(key, mlops__idset_at(keys, i)->key, sizeof key);
        if (!goes(self, key)) {
            mlops__gc_mark(self, key, sizeof key);
            continue;
        }
        self->n_hollow++;
        if (!self->store->condemned) continue;
        uint32_t *needed = mlops__idset_add(self->store->condemned, key, sizeof key, 0);
        if (!needed) return mlops__gc_nomem(self, err);
        *needed = 0;
    }
    return MLOPS_OK;
}

mlops_status mlops__gc_weigh(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__gc_walk(self, &index, MLOPS__TABLE_OBJECTS, weigh, err);
    mlops__store_read_end(&index);
    if (status == MLOPS_END) MLOPS_TRY(choose(self, err));
    return status;
}

/* ---- keeping anew what stays ---- */

/* Content that is no part may need such a chunk as its own: all of it. */
static mlops_status note_whole(mlops__gc *self, mlops__bytes key, mlops__bytes value,
                               mlops_error *err) {
    mlops__pack_place place;
    mlops__recipe recipe;
    mlops__piece piece;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack <= 0 ||
        mlops__load_u64(value.data + 24) == MLOPS__PACK_PART ||
        !mlops__gc_is_live(self, key, place))
        return MLOPS_OK;
    mlops_status status = mlops__gc_read_recipe(self, key.data, place, &recipe, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    while (mlops__recipe_next(&recipe, &piece)) {
        if (!piece.key || !mlops__blocks_has(&self->blocks, piece.key)) continue;
        mlops__piece all = {.size = mlops__block_size(piece.key), .key = piece.key};
        mlops__gc_mark(self, piece.key, MLOPS__CHUNK_KEY);
        if (!mlops__blocks_add(&self->blocks, &all)) return mlops__gc_nomem(self, err);
    }
    return MLOPS_OK;
}

static mlops_status gather(mlops__gc *self, mlops__index *index, mlops__bytes key,
                           mlops__bytes value, mlops_error *err) {
    mlops__piece part;
    (void)index;
    mlops_status status = read_part(self, key, value, &part, err);
    if (status == MLOPS_END && self->store->condemned) return note_whole(self, key, value, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    if (!mlops__blocks_has(&self->blocks, part.key) || !goes(self, part.key)) return MLOPS_OK;
    held it = {.at = (uint32_t)part.base_at, .size = (uint32_t)part.size};
    memcpy(it.id, key.data, sizeof it.id);
    memcpy(it.key, part.key, sizeof it.key);
    mlops__buf_put(&self->batch, &it, sizeof it);
    if (self->batch.status) return mlops__gc_nomem(self, err);
    self->batch_bytes += part.size;
    int full = self->batch_bytes >= BATCH || self->batch.size >= ITEMS * sizeof(held);
    return full ? MLOPS_E_LIMIT : MLOPS_OK; /* the walk ends */
}

/* Their bytes, behind each other; items that cannot be read have none, and stay where they are. */
static mlops_status read_items(mlops__gc *self, mlops__keeping *items, size_t n, mlops__buf *bytes,
                               mlops_error *err) {
    mlops__content_run *run;
    MLOPS_TRY(mlops__run_begin(&run, self->store, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && !status; i++) {
        size_t begin = bytes->size;
        held it = held_at(self, i);
        memcpy(items[i].id.bytes, it.id, sizeof it.id);
        status = mlops__run_read(run, &items[i].id, bytes, err);
        items[i].n = bytes->size - begin;
        mlops_id is = mlops__content_id(self->store, bytes->data + begin, items[i].n);
        if (status == MLOPS_END || status == MLOPS_E_CORRUPT ||
            (!status && memcmp(&is, &items[i].id, sizeof is) != 0)) {
            status = MLOPS_OK;
            bytes->size = begin;
            items[i].n = 0;
        }
    }
    mlops__run_end(run);
    return status;
}

/* Those that were read, ahead of the others. */
static size_t set_items(mlops__keeping *items, size_t n, const mlops__buf *bytes) {
    size_t at = 0, kept = 0;
    for (size_t i = 0; i < n; i++) {
        mlops__keeping it = items[i];
        if (it.n == 0) continue;
        it.bytes = bytes->data + at;
        at += it.n;
        items[i].id = items[kept].id;
        items[i].n = 0;
        items[kept++] = it;
    }
    return kept;
}

/* Marks where it is by now, which may be a chunk that was there and is to go otherwise. */
static mlops_status follow(mlops__gc *self, mlops__index *index, const held *it, mlops_error *err) {
    mlops__bytes value, key = {it->id, sizeof it->id};
    mlops__piece now, was = {.size = it->size, .base_at = it->at, .key = it->key};
    mlops_status status = mlops__gc_mark_closure(self, index, it->id, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    status = mlops__index_get(index, MLOPS__TABLE_OBJECTS, key, &value, err);
    if (!status) status = read_part(self, key, value, &now, err);
    if (status < 0) return status;
    mlops__blocks_take(&self->blocks, &was);
    int counts = !status && mlops__blocks_has(&self->blocks, now.key);
    if (counts && !mlops__blocks_add(&self->blocks, &now)) return mlops__gc_nomem(self, err);
    return MLOPS_OK;
}

static mlops_status follow_all(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < self->batch.size / sizeof(held) && !status; i++) {
        held it = held_at(self, i);
        status = follow(self, &index, &it, err);
    }
    mlops__store_read_end(&index);
    return status;
}

static mlops_status keep_items(mlops__gc *self, mlops__keeping *items, size_t n, mlops__buf *bytes,
                               mlops_error *err) {
    mlops__lease lease = {0};
    mlops_status status = MLOPS_OK;
    MLOPS_TRY(read_items(self, items, n, bytes, err));
    size_t n_read = set_items(items, n, bytes);
    if (n_read && !self->no_space)
        status = mlops__content_keep_anew(self->store, &lease, items, n_read, err);
    mlops__lease_end(&lease, self->store);
    if (status == MLOPS_E_ERASED) status = MLOPS_OK; /* they stay where they are */
    else if (status == MLOPS_E_NO_SPACE && !self->store->condemned) {
        self->no_space = 1;
        status = MLOPS_OK;
    } else if (!status && !self->no_space) {
        self->stat.n_remade += (int64_t)n_read;
        self->stat.remade_bytes += (int64_t)bytes->size;
    }
    return status ? status : follow_all(self, err);
}

static mlops_status keep_batch(mlops__gc *self, mlops_error *err) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    size_t n = self->batch.size / sizeof(held);
    mlops__buf bytes;
    if (n == 0) return MLOPS_OK;
    mlops__keeping *items = mlops__alloc_zero(allocator, n * sizeof *items);
    if (!items) return mlops__fail_nomem(err, n * sizeof *items);
    mlops__buf_init(&bytes, allocator);
    mlops_status status = keep_items(self, items, n, &bytes, err);
    mlops__buf_free(&bytes);
    mlops__free(allocator, items, n * sizeof *items);
    return status;
}

mlops_status mlops__gc_parts(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    if (self->n_hollow == 0) return MLOPS_END;
    self->batch.size = 0;
    self->batch_bytes = 0;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__gc_walk(self, &index, MLOPS__TABLE_OBJECTS, gather, err);
    mlops__store_read_end(&index);
    if (status < 0 && status != MLOPS_E_LIMIT) return status;
    if (self->opts.flags & MLOPS_GC_DRY_RUN) {
        self->stat.n_remade += (int64_t)(self->batch.size / sizeof(held));
        self->stat.remade_bytes += (int64_t)self->batch_bytes;
    } else MLOPS_TRY(keep_batch(self, err));
    return status == MLOPS_E_LIMIT ? MLOPS_OK : status;
}
