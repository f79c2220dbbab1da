/* Keeping many contents at once: small ones share chunks, in the order in which they come.
 *
 * Owns what is planned of one batch. Invariants: a batch is one transaction, in which chunks come
 * ahead of the objects that name them; content that was known and is damaged is kept by itself, so
 * that it shares nothing with what was damaged, and so is delimited text; what is kept anew comes
 * behind its chunks, which are durable then, so that a power cut leaves what was there.
 */
#include "store/codec.h"
#include "store/content.h"
#include "store/erased.h"

#include <string.h>

enum { SMALL = 16 << 10, BLOCK = MLOPS__CHUNK_MOST };

/* A chunk that is to be written. */
typedef struct packing {
    const uint8_t *bytes;
    size_t n;
    uint8_t key[MLOPS__CHUNK_KEY];
    mlops__buf packed; /* where that takes less: its size is 0 otherwise */
} packing;

/* One content that is new, and its chunks: those behind each other, or a part of one. */
typedef struct kept {
    size_t item, chunk, n_chunks;
    size_t at;
} kept;

typedef struct keeper {
    mlops_store *store;
    mlops__lease *lease;
    const mlops__keeping *items;
    size_t n;
    uint32_t *slots; /* of items that are new, by their ids; 0: none */
    size_t n_slots;
    mlops__buf joined; /* bytes of small items, block by block */
    mlops__buf chunks, objects;
    const mlops_executor *executor; /* NULL: this thread */
    mlops__codec *codecs;           /* one for each of its workers */
    size_t n_codecs;
    int alone; /* each item is kept by itself, since other bytes have the key of a chunk */
    int anew;  /* though it is there, as a part of a chunk */
} keeper;

static packing *chunks_of(const keeper *k, size_t *n) {
    *n = k->chunks.size / sizeof(packing);
    return (packing *)(void *)k->chunks.data;
}

static const kept *objects_of(const keeper *k, size_t *n) {
    *n = k->objects.size / sizeof(kept);
    return (const kept *)(const void *)k->objects.data;
}

/* ---- planning ---- */

/* False for content that came before in this batch. */
static int is_first(keeper *k, size_t item) {
    const mlops_id *id = &k->items[item].id;
    size_t at = (size_t)mlops__load_u64(id->bytes) & (k->n_slots - 1);
    for (; k->slots[at]; at = (at + 1) & (k->n_slots - 1))
        if (memcmp(&k->items[k->slots[at] - 1].id, id, sizeof *id) == 0) return 0;
    k->slots[at] = (uint32_t)item + 1;
    return 1;
}

static void plan_chunk(keeper *k, const uint8_t *bytes, size_t n) {
    packing *chunk = (packing *)(void *)mlops__buf_extend(&k->chunks, sizeof *chunk);
    if (!chunk) return;
    memset(chunk, 0, sizeof *chunk);
    chunk->bytes = bytes;
    chunk->n = n;
    mlops__buf_init(&chunk->packed, &k->store->host.allocator);
}

/* Into the newest block, or a new one; joined has room for all, and so stays where it is. */
static void plan_small(keeper *k, size_t item, size_t *block) {
    const mlops__keeping *it = &k->items[item];
    size_t n, begin = k->joined.size;
    packing *chunks = chunks_of(k, &n);
    if (it->n == 0) {
        mlops__buf_put(&k->objects, &(kept){item, 0, 0, 0}, sizeof(kept));
        return;
    }
    if (*block == 0 || chunks[*block - 1].n + it->n > BLOCK) {
        plan_chunk(k, k->joined.data + begin, 0);
        *block = n + 1;
    }
    if (k->chunks.status) return;
    packing *chunk = &chunks_of(k, &n)[*block - 1];
    mlops__buf_put(&k->objects, &(kept){item, *block - 1, 0, chunk->n}, sizeof(kept));
    memcpy(k->joined.data + begin, it->bytes, it->n);
    k->joined.size += it->n;
    chunk->n += it->n;
}

static void plan_large(keeper *k, size_t item) {
    const mlops__keeping *it = &k->items[item];
    size_t first, end;
    chunks_of(k, &first);
    for (size_t at = 0, n; at < it->n; at += n) {
        n = mlops__gear_cut(k->store->kern->gear_scan, it->bytes + at, it->n - at);
        plan_chunk(k, it->bytes + at, n);
    }
    chunks_of(k, &end);
    mlops__buf_put(&k->objects, &(kept){item, first, end - first, 0}, sizeof(kept));
}

/* MLOPS_END for what is to be planned like any other. */
static mlops_status plan_anew(keeper *k, size_t item, size_t *block, mlops_error *err) {
    const mlops__keeping *it = &k->items[item];
    if (!k->anew) return MLOPS_END;
    if (k->alone)
        return mlops__content_remake(k->store, k->lease, &it->id, it->bytes, it->n, NULL, err);
    plan_small(k, item, block);
    return MLOPS_OK;
}

static mlops_status plan(keeper *k, mlops_error *err) {
    size_t block = 0;
    for (size_t i = 0; i < k->n; i++) {
        const mlops__keeping *it = &k->items[i];
        int there = 0, is_known = 0;
        if (!is_first(k, i)) continue;
        mlops_status status = plan_anew(k, i, &block, err);
        if (status < 0) return status;
        if (k->chunks.status || k->objects.status) return mlops__fail_nomem(err, k->chunks.size);
        if (!status) continue;
        const mlops__source source = {.size = it->n, .bytes = it->bytes};
        status = mlops__content_has_same(k->store, &it->id, &source, &there, &is_known, err);
        MLOPS_TRY(mlops__erased_name(err, status, it->name));
        if (there) continue;
        if (k->alone || is_known || mlops__content_has_rows(it->bytes, it->n))
            MLOPS_TRY(
                mlops__content_pack(k->store, k->lease, &it->id, it->bytes, it->n, NULL, err));
        else if (it->n <= SMALL) plan_small(k, i, &block);
        else plan_large(k, i);
        if (k->chunks.status || k->objects.status) return mlops__fail_nomem(err, k->chunks.size);
    }
    return MLOPS_OK;
}

/* ---- packing ---- */

static mlops_status pack_one(void *user, int64_t index, int32_t worker) {
    keeper *k = user;
    size_t n;
    packing *chunk = &chunks_of(k, &n)[index];
    mlops__chunk_key(chunk->key, chunk->bytes, chunk->n);
    mlops_status status =
        mlops__codec_pack(&k->codecs[worker], &chunk->packed, chunk->bytes, chunk->n, NULL);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status pack_all(keeper *k, mlops_error *err) {
    const mlops_executor *executor = k->executor;
    size_t n;
    mlops_status status = MLOPS_OK;
    chunks_of(k, &n);
    if (executor && n > 1) status = executor->parallel_for(executor->ctx, (int64_t)n, pack_one, k);
    else
        for (size_t i = 0; i < n && !status; i++) status = pack_one(k, (int64_t)i, 0);
    if (!status) return MLOPS_OK;
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(err, BLOCK);
    return mlops__fail(err, status < 0 ? status : MLOPS_E_INVALID, "the executor failed");
}

/* ---- writing ---- */

static mlops_status write_chunk(keeper *k, mlops__index *index, const packing *chunk,
                                mlops_error *err) {
    mlops_store *store = k->store;
    mlops__chunk_found found;
    size_t packed = chunk->packed.size;
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK,
                               packed ? MLOPS__PACK_ZSTD : MLOPS__PACK_RAW,
                               (uint32_t)chunk->n,
                               (uint32_t)(packed ? packed : chunk->n),
                               {0}};
    memcpy(frame.key, chunk->key, sizeof chunk->key);
    MLOPS_TRY(mlops__content_has_chunk(store, index, chunk->key, chunk->bytes, &found, err));
    k->alone |= found == MLOPS__CHUNK_OTHER;
    if (found) return found == MLOPS__CHUNK_THERE ? MLOPS_OK : MLOPS_END;
    return mlops__content_append(store, index, &frame, packed ? chunk->packed.data : chunk->bytes,
                                 err);
}

static mlops_status write_object(keeper *k, mlops__index *index, const kept *object,
                                 mlops__buf *recipe, mlops_error *err) {
    size_t n;
    const packing *chunks = chunks_of(k, &n);
    const mlops__keeping *it = &k->items[object->item];
    int is_part = object->n_chunks == 0 && it->n > 0;
    recipe->size = 0;
    mlops__recipe_begin(recipe, it->n);
    if (is_part) mlops__recipe_put_part(recipe, chunks[object->chunk].key, (uint32_t)object->at);
    for (size_t i = 0; i < object->n_chunks; i++)
        mlops__recipe_put(
            recipe, 0,
            &(mlops__piece){.kind = MLOPS__PIECE_CHUNK, .key = chunks[object->chunk + i].key});
    if (recipe->status) return mlops__fail_nomem(err, recipe->size);
    uint32_t size = (uint32_t)recipe->size;
    mlops__pack_frame frame = {
        MLOPS__PACK_OBJECT, is_part ? MLOPS__PACK_PART : MLOPS__PACK_RAW, size, size, {0}};
    memcpy(frame.key, it->id.bytes, sizeof frame.key);
    return mlops__content_append(k->store, index, &frame, recipe->data, err);
}

/* It may have been erased meanwhile. What is there and is kept in another way by now stays so:
 * others may count on that. */
static mlops_status may_write(keeper *k, mlops__index *index, const kept *object, int *out,
                              mlops_error *err) {
    const mlops_id *id = &k->items[object->item].id;
    mlops__location at;
    *out = 1;
    MLOPS_TRY(mlops__erased_check(index, id->bytes, err));
    if (!k->anew) return MLOPS_OK;
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_OBJECTS,
                                              (mlops__bytes){id->bytes, sizeof *id}, &at, err);
    *out = !status && at.place.pack > 0 && at.size == MLOPS__PACK_PART;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status write_batch(keeper *k, mlops__index *index, mlops__buf *recipe,
                                mlops_error *err) {
    size_t n_chunks, n_objects;
    const packing *chunks = chunks_of(k, &n_chunks);
    const kept *objects = objects_of(k, &n_objects);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n_chunks && !status; i++)
        status = write_chunk(k, index, &chunks[i], err);
    if (!status && k->anew) status = mlops__store_sync_packs(k->store, index, err);
    for (size_t i = 0; i < n_objects && !status; i++) {
        int may = 0;
        status = mlops__erased_name(err, may_write(k, index, &objects[i], &may, err),
                                    k->items[objects[i].item].name);
        if (!status && may) status = write_object(k, index, &objects[i], recipe, err);
    }
    for (size_t i = 0; i < k->n && !status; i++)
        status = mlops__lease_note(k->lease, index, k->items[i].id.bytes, err);
    if (!status && n_objects) status = mlops__content_note_leased(k->store, index, err);
    return status ? status : mlops__store_write_commit(k->store, index, err);
}

/* MLOPS_END if some of what was found may have been collected meanwhile, or is other content. */
static mlops_status write_all(keeper *k, mlops__buf *recipe, mlops_error *err) {
    mlops__index index;
    int old = 0;
    if (k->n == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(k->store, &index, err));
    mlops_status status = mlops__lease_is_old(k->lease, &index, &old, err);
    if (!status) status = old ? MLOPS_END : write_batch(k, &index, recipe, err);
    mlops__store_write_end(k->store, &index);
    return status;
}

/* ---- all of it ---- */

static mlops_status begin(keeper *k, mlops_error *err) {
    const mlops_allocator *allocator = &k->store->host.allocator;
    size_t small = 0;
    for (size_t i = 0; i < k->n; i++) small += k->items[i].n <= SMALL ? k->items[i].n : 0;
    for (k->n_slots = 16; k->n_slots < 2 * k->n;) k->n_slots *= 2;
    k->slots = mlops__alloc_zero(allocator, k->n_slots * sizeof *k->slots);
    size_t n_codecs = k->executor ? (size_t)k->executor->n_workers : 1;
    k->codecs = mlops__alloc_array(allocator, n_codecs, sizeof *k->codecs);
    if (!k->codecs) return mlops__fail_nomem(err, n_codecs * sizeof *k->codecs);
    for (k->n_codecs = 0; k->n_codecs < n_codecs; k->n_codecs++)
        mlops__codec_init(&k->codecs[k->n_codecs], &k->store->host);
    if (!k->slots || !mlops__buf_extend(&k->joined, small ? small : 1))
        return mlops__fail_nomem(err, small);
    k->joined.size = 0;
    return MLOPS_OK;
}

static void end(keeper *k) {
    size_t n;
    packing *chunks = chunks_of(k, &n);
    for (size_t i = 0; i < n; i++) mlops__buf_free(&chunks[i].packed);
    for (size_t i = 0; i < k->n_codecs; i++) mlops__codec_free(&k->codecs[i]);
    mlops__free(&k->store->host.allocator, k->codecs, k->n_codecs * sizeof *k->codecs);
    mlops__buf_free(&k->joined);
    mlops__buf_free(&k->chunks);
    mlops__buf_free(&k->objects);
    mlops__free(&k->store->host.allocator, k->slots, k->slots ? k->n_slots * sizeof *k->slots : 0);
}

static mlops_status keep_once(keeper *k, mlops_error *err) {
    mlops__buf recipe;
    mlops__buf_init(&k->joined, &k->store->host.allocator);
    mlops__buf_init(&k->chunks, &k->store->host.allocator);
    mlops__buf_init(&k->objects, &k->store->host.allocator);
    mlops__buf_init(&recipe, &k->store->host.allocator);
    mlops_status status = mlops__lease_begin(k->lease, k->store, err);
    if (!status) status = begin(k, err);
    if (!status) status = plan(k, err);
    if (!status) status = pack_all(k, err);
    if (!status) status = write_all(k, &recipe, err);
    mlops__buf_free(&recipe);
    end(k);
    return status;
}

static mlops_status keep(const keeper *asked, mlops_error *err) {
    mlops_status status;
    int alone = 0;
    MLOPS_TRY(mlops__store_check_fork(asked->store, err));
    do {
        keeper k = *asked;
        k.alone = alone;
        status = keep_once(&k, err);
        alone = k.alone;
    } while (status == MLOPS_END);
    return status;
}

mlops_status mlops__content_keep(mlops_store *self, mlops__lease *lease,
                                 const mlops__keeping *items, size_t n,
                                 const mlops_executor *executor, mlops_error *err) {
    keeper k = {.store = self, .lease = lease, .items = items, .n = n, .executor = executor};
    return keep(&k, err);
}

mlops_status mlops__content_keep_anew(mlops_store *self, mlops__lease *lease,
                                      const mlops__keeping *items, size_t n, mlops_error *err) {
    keeper k = {.store = self, .lease = lease, .items = items, .n = n, .anew = 1};
    return keep(&k, err);
}

/* ---- reading many ---- */

struct mlops__content_run {
    mlops_store *store;
    mlops__index index;
    mlops__codec codec;
    mlops__buf recipe, payload, chunk;
    uint8_t key[MLOPS__CHUNK_KEY]; /* of the chunk, unless that is empty */
};

mlops_status mlops__run_begin(mlops__content_run **out, mlops_store *store, mlops_error *err) {
    const mlops_allocator *allocator = &store->host.allocator;
    *out = NULL;
    mlops__content_run *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = store;
    mlops__codec_init(&self->codec, &store->host);
    mlops__buf_init(&self->recipe, allocator);
    mlops__buf_init(&self->payload, allocator);
    mlops__buf_init(&self->chunk, allocator);
    mlops_status status = mlops__store_read_begin(store, &self->index, err);
    if (status) mlops__free(allocator, self, sizeof *self);
    else *out = self;
    return status;
}

void mlops__run_end(mlops__content_run *self) {
    if (!self) return;
    mlops__store_read_end(&self->index);
    mlops__codec_free(&self->codec);
    mlops__buf_free(&self->recipe);
    mlops__buf_free(&self->payload);
    mlops__buf_free(&self->chunk);
    mlops__free(&self->store->host.allocator, self, sizeof *self);
}

/* The chunk of a part, unless it is the one that was read last. */
static mlops_status load_shared(mlops__content_run *self, const mlops_id *id,
                                const mlops__location *at, mlops__piece *piece, mlops_error *err) {
    mlops__recipe recipe;
    self->recipe.size = 0;
    mlops__lock_take(&self->store->lock);
    mlops_status status =
        mlops__content_recipe(self->store, id->bytes, at, &self->recipe, &recipe, err);
    mlops__lock_give(&self->store->lock);
    MLOPS_TRY(status);
    if (!mlops__recipe_next(&recipe, piece) || piece->kind != MLOPS__PIECE_PART)
        return mlops__content_damaged(err);
    if (self->chunk.size && memcmp(self->key, piece->key, sizeof self->key) == 0) return MLOPS_OK;
    memcpy(self->key, piece->key, sizeof self->key);
    return mlops__content_chunk(self->store, &self->index, &self->codec, self->key, &self->payload,
                                &self->chunk, err);
}

mlops_status mlops__run_read(mlops__content_run *self, const mlops_id *id, mlops__buf *out,
                             mlops_error *err) {
    mlops__location at;
    mlops__piece piece;
    mlops_status status = mlops__content_find(&self->index, MLOPS__TABLE_OBJECTS,
                                              (mlops__bytes){id->bytes, 32}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_END;
    MLOPS_TRY(status);
    if (at.place.pack <= 0 || at.size != MLOPS__PACK_PART) return MLOPS_END;
    MLOPS_TRY(load_shared(self, id, &at, &piece, err));
    mlops__buf_put(out, self->chunk.data + piece.base_at, (size_t)piece.size);
    return out->status ? mlops__fail_nomem(err, (size_t)piece.size) : MLOPS_OK;
}
