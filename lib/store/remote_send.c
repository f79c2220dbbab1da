/* Content on its way to a remote: frames as the packs have them, or cut anew where their base stays
 * behind.
 *
 * Owns nothing. Invariants: a chunk stands ahead of the object that leads to it, a base ahead of
 * what is kept as changes to it; a chunk has nothing but what goes with it; the store's lock is
 * held for one frame at a time.
 */
#include "store/remote_content.h"

#include <string.h>

enum { ID = 32, WINDOW = 1 << 20 };

/* Content that is sent, and the moment of the store that it is read in. */
typedef struct sending {
    mlops_store *store;
    mlops__cutter *cutter;
    mlops__index index;
    const mlops__together *with;
    int leads;
} sending;

static mlops_status add_frame(sending *s, mlops__part_kind kind, const mlops__pack_frame *frame,
                              const uint8_t *payload, unsigned depth, mlops_error *err) {
    int leads = s->leads || kind == MLOPS__PART_OBJECT;
    return mlops__cutter_add(s->cutter, kind, frame->key, frame, payload, depth, leads, err);
}

static mlops_status send_small(sending *s, const mlops_id *id, mlops_error *err) {
    uint8_t bytes[MLOPS__INLINE_MAX];
    int64_t size;
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, 0, 0, {0}};
    MLOPS_TRY(mlops__content_read(s->store, id, 0, bytes, sizeof bytes, &size, err));
    frame.size = frame.stored = (uint32_t)size;
    mlops__chunk_key(frame.key, bytes, (size_t)size);
    return mlops__cutter_add(s->cutter, MLOPS__PART_SMALL, id->bytes, &frame, bytes, 0, s->leads,
                             err);
}

static mlops_status send_chunk(sending *s, const uint8_t *key, mlops_error *err) {
    mlops_store *store = s->store;
    mlops__location at;
    mlops__pack_frame frame;
    mlops__buf payload;
    int found;
    MLOPS_TRY(
        mlops__cutter_has(s->cutter, MLOPS__PART_CHUNK, key, MLOPS__CHUNK_KEY, NULL, &found, err));
    if (found) return MLOPS_OK;
    mlops__buf_init(&payload, &store->host.allocator);
    mlops__lock_take(&store->lock);
    mlops_status status = mlops__content_find(&s->index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) status = mlops__content_damaged(err);
    if (!status) status = mlops__packs_read(&store->packs, at.place, &frame, &payload, err);
    mlops__lock_give(&store->lock);
    if (!status && memcmp(frame.key, key, MLOPS__CHUNK_KEY) != 0)
        status = mlops__content_damaged(err);
    if (!status) status = add_frame(s, MLOPS__PART_CHUNK, &frame, payload.data, 0, err);
    mlops__buf_free(&payload);
    return status;
}

/* As it is. */
static mlops_status send_recipe(sending *s, const mlops_id *id, const mlops__recipe *recipe,
                                mlops__pack_codec codec, mlops__bytes bytes, mlops_error *err) {
    mlops__recipe pieces = *recipe;
    mlops__piece piece;
    uint32_t n = (uint32_t)bytes.size;
    mlops__pack_frame frame = {MLOPS__PACK_OBJECT, codec, n, n, {0}};
    while (mlops__recipe_next(&pieces, &piece))
        if (piece.key) MLOPS_TRY(send_chunk(s, piece.key, err));
    memcpy(frame.key, id->bytes, ID);
    return add_frame(s, MLOPS__PART_OBJECT, &frame, bytes.data, recipe->depth, err);
}

/* ---- content that is cut anew ---- */

typedef struct recut {
    mlops_store *store;
    mlops__codec codec;
    mlops__content_reader reader;
    mlops__buf window, packed, recipe;
    uint64_t read;
    mlops__content_visit *visit;
    void *user;
} recut;

static mlops_status recut_chunk(recut *r, const uint8_t *bytes, size_t n, int64_t at,
                                mlops_error *err) {
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, (uint32_t)n, (uint32_t)n, {0}};
    mlops__chunk_key(frame.key, bytes, n);
    mlops__recipe_put(&r->recipe, 0,
                      &(mlops__piece){.kind = MLOPS__PIECE_CHUNK, .size = n, .key = frame.key});
    r->packed.size = 0;
    MLOPS_TRY(mlops__chunk_pack(&r->codec, &r->packed, bytes, n, at, &frame.codec, err));
    frame.stored = (uint32_t)r->packed.size;
    return r->visit(r->user, &frame, r->packed.data, err);
}

static mlops_status recut_more(recut *r, uint64_t size, mlops_error *err) {
    uint64_t left = size - r->read;
    size_t n = WINDOW - r->window.size;
    if (n > left) n = (size_t)left;
    if (n == 0) return MLOPS_OK;
    uint8_t *room = mlops__buf_extend(&r->window, n);
    if (!room) return mlops__fail_nomem(err, n);
    MLOPS_TRY(mlops__reader_read(&r->reader, r->read, room, n, err));
    r->read += n;
    return MLOPS_OK;
}

static mlops_status recut_all(recut *r, const uint8_t *id, mlops_error *err) {
    mlops__pack_frame frame = {MLOPS__PACK_OBJECT, MLOPS__PACK_RAW, 0, 0, {0}};
    MLOPS_TRY(mlops__reader_open(&r->reader, id, err));
    uint64_t size = r->reader.levels[0].recipe.size;
    mlops__recipe_begin(&r->recipe, size);
    for (uint64_t done = 0; done < size;) {
        MLOPS_TRY(recut_more(r, size, err));
        size_t n = mlops__gear_cut(r->store->kern->gear_scan, r->window.data, r->window.size);
        MLOPS_TRY(recut_chunk(r, r->window.data, n, (int64_t)done, err));
        memmove(r->window.data, r->window.data + n, r->window.size - n);
        r->window.size -= n;
        done += n;
    }
    if (r->recipe.status) return mlops__fail_nomem(err, r->recipe.size);
    frame.size = frame.stored = (uint32_t)r->recipe.size;
    memcpy(frame.key, id, ID);
    return r->visit(r->user, &frame, r->recipe.data, err);
}

mlops_status mlops__content_recut(mlops_store *self, mlops__index *index,
                                  const mlops__elsewhere *elsewhere, const uint8_t *id,
                                  mlops__content_visit *visit, void *user, mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    recut *r = mlops__alloc_zero(allocator, sizeof *r);
    if (!r) return mlops__fail_nomem(err, sizeof *r);
    r->store = self;
    r->visit = visit;
    r->user = user;
    mlops__codec_init(&r->codec, &self->host);
    mlops__reader_init(&r->reader, self, index);
    r->reader.elsewhere = elsewhere;
    mlops__buf_init(&r->window, allocator);
    mlops__buf_init(&r->packed, allocator);
    mlops__buf_init(&r->recipe, allocator);
    mlops_status status = recut_all(r, id, err);
    mlops__codec_free(&r->codec);
    mlops__reader_free(&r->reader);
    mlops__buf_free(&r->window);
    mlops__buf_free(&r->packed);
    mlops__buf_free(&r->recipe);
    mlops__free(allocator, r, sizeof *r);
    return status;
}

static mlops_status send_recut(void *user, const mlops__pack_frame *frame, const uint8_t *payload,
                               mlops_error *err) {
    sending *s = user;
    int found = 0;
    if (frame->kind == MLOPS__PACK_OBJECT)
        return add_frame(s, MLOPS__PART_OBJECT, frame, payload, 0, err);
    MLOPS_TRY(mlops__cutter_has(s->cutter, MLOPS__PART_CHUNK, frame->key, MLOPS__CHUNK_KEY, NULL,
                                &found, err));
    return found ? MLOPS_OK : add_frame(s, MLOPS__PART_CHUNK, frame, payload, 0, err);
}

/* ---- one content ---- */

/* May it go as changes to its base? */
static mlops_status base_is_there(sending *s, const mlops__recipe *recipe, int *out,
                                  mlops_error *err) {
    mlops__part base;
    *out = 1;
    if (!recipe->base) return MLOPS_OK;
    MLOPS_TRY(mlops__cutter_has(s->cutter, MLOPS__PART_OBJECT, recipe->base, ID, &base, out, err));
    *out = *out && mlops__base_will_do(recipe, base.codec, base.depth);
    return MLOPS_OK;
}

/* May it go as a part of its chunk? */
static mlops_status block_goes(sending *s, const mlops__recipe *recipe, int *out,
                               mlops_error *err) {
    mlops__recipe pieces = *recipe;
    mlops__piece part;
    if (recipe->codec != MLOPS__PACK_PART || !mlops__recipe_next(&pieces, &part)) return MLOPS_OK;
    *out = mlops__part_is_alone(&part) || mlops__blocks_is_whole(&s->with->blocks, part.key);
    if (*out) return MLOPS_OK;
    return mlops__cutter_has(s->cutter, MLOPS__PART_CHUNK, part.key, MLOPS__CHUNK_KEY, NULL, out,
                             err);
}

static mlops_status send_packed(sending *s, const mlops_id *id, const mlops__location *at,
                                mlops_error *err) {
    mlops__buf bytes;
    mlops__recipe recipe;
    mlops__pack_frame frame;
    int as_is = 0;
    if (at->place.pack < 0) return mlops__content_damaged(err);
    mlops__buf_init(&bytes, &s->store->host.allocator);
    mlops__lock_take(&s->store->lock);
    mlops_status status = mlops__packs_read(&s->store->packs, at->place, &frame, &bytes, err);
    mlops__lock_give(&s->store->lock);
    if (!status && (frame.kind != MLOPS__PACK_OBJECT || memcmp(frame.key, id->bytes, ID) != 0 ||
                    !mlops__recipe_open(&recipe, frame.codec, bytes.data, frame.stored)))
        status = mlops__content_damaged(err);
    if (!status) status = base_is_there(s, &recipe, &as_is, err);
    if (!status && as_is) status = block_goes(s, &recipe, &as_is, err);
    if (!status && as_is)
        status =
            send_recipe(s, id, &recipe, frame.codec, (mlops__bytes){bytes.data, frame.stored}, err);
    else if (!status)
        status = mlops__content_recut(s->store, &s->index, NULL, id->bytes, send_recut, s, err);
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__cutter_has_content(mlops__cutter *cutter, const mlops_id *id, int *out,
                                       mlops_error *err) {
    MLOPS_TRY(mlops__cutter_has(cutter, MLOPS__PART_OBJECT, id->bytes, ID, NULL, out, err));
    if (*out) return MLOPS_OK;
    return mlops__cutter_has(cutter, MLOPS__PART_SMALL, id->bytes, ID, NULL, out, err);
}

/* ---- what goes together ---- */

void mlops__together_init(mlops__together *self, const mlops__cutter *cutter) {
    const mlops_allocator *allocator = &cutter->remote->host->allocator;
    mlops__idset_init(&self->names, allocator);
    mlops__blocks_init(&self->blocks, allocator, mlops__load_u64(cutter->salt));
}

void mlops__together_free(mlops__together *self) {
    mlops__idset_free(&self->names);
    mlops__blocks_free(&self->blocks);
}

static mlops_status weigh(mlops__together *self, mlops_store *store, mlops__index *index,
                          const mlops_id *id, mlops_error *err) {
    mlops__location at;
    mlops__buf bytes;
    mlops__recipe recipe;
    mlops__piece part;
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, ID}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    if (status || at.place.pack <= 0 || at.size != MLOPS__PACK_PART) return status;
    mlops__buf_init(&bytes, &store->host.allocator);
    mlops__lock_take(&store->lock);
    status = mlops__content_recipe(store, id->bytes, &at, &bytes, &recipe, err);
    mlops__lock_give(&store->lock);
    if (status == MLOPS_E_CORRUPT) status = MLOPS_OK; /* who sends it is told */
    else if (!status && mlops__recipe_next(&recipe, &part) &&
             !mlops__blocks_add(&self->blocks, &part))
        status = mlops__fail_nomem(err, ID);
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__together_add(mlops__together *self, mlops_store *store, mlops__cutter *cutter,
                                 const mlops_id *id, mlops_error *err) {
    mlops__index index;
    int there;
    if (mlops__idset_find(&self->names, id->bytes, ID)) return MLOPS_OK;
    MLOPS_TRY(mlops__cutter_has_content(cutter, id, &there, err));
    if (there) return MLOPS_OK;
    if (!mlops__idset_add(&self->names, id->bytes, ID, 0)) return mlops__fail_nomem(err, ID);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = weigh(self, store, &index, id, err);
    mlops__store_read_end(&index);
    return status;
}

/* ---- sending it ---- */

mlops_status mlops__send_content(mlops_store *store, mlops__cutter *cutter, const mlops_id *id,
                                 const mlops__together *with, int leads, int64_t *sent,
                                 mlops_error *err) {
    sending s = {.store = store, .cutter = cutter, .with = with, .leads = leads};
    mlops__location at;
    int there;
    MLOPS_TRY(mlops__cutter_has_content(cutter, id, &there, err));
    if (there) return MLOPS_OK;
    MLOPS_TRY(mlops__store_read_begin(store, &s.index, err));
    mlops_status status = mlops__content_find(&s.index, MLOPS__TABLE_OBJECTS,
                                              (mlops__bytes){id->bytes, ID}, &at, err);
    if (!status) status = at.place.pack ? send_packed(&s, id, &at, err) : send_small(&s, id, err);
    mlops__store_read_end(&s.index);
    if (!status) ++*sent;
    return status;
}
