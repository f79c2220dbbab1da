/* Writing content by its SHA-256: cut into chunks, each kept once, found by XXH3-128 and size; or,
 * beside other content that it is like, as changes to it; delimited text as rows.
 *
 * Owns what is planned and not written yet. Invariants: what is kept as changes to a base leads
 * over no more than MLOPS__CHAIN_MAX objects, and never to itself, since content gets a base only
 * when it first comes, and its base was there before; between two batches no lock is held, so that
 * large content does not keep others waiting.
 */
#include "store/erased.h"
#include "store/packer.h"

#include <string.h>

enum { TOGETHER = 1 << 20 /* bytes from which hashing them is worth a thread */ };

/* ---- batches ---- */

mlops_status mlops__planned_pack(mlops__planned *out, mlops__codec *codec, mlops__buf *payloads,
                                 const uint8_t key[MLOPS__CHUNK_KEY], const uint8_t *bytes,
                                 size_t n, mlops_error *err) {
    size_t at = payloads->size;
    *out =
        (mlops__planned){{MLOPS__PACK_CHUNK, MLOPS__PACK_ZSTD, (uint32_t)n, (uint32_t)n, {0}}, at};
    memcpy(out->frame.key, key, MLOPS__CHUNK_KEY);
    mlops_status status = mlops__codec_pack(codec, payloads, bytes, n, err);
    if (status == MLOPS_END) {
        out->frame.codec = MLOPS__PACK_RAW;
        mlops__buf_put(payloads, bytes, n);
        status = payloads->status ? mlops__fail_nomem(err, n) : MLOPS_OK;
    }
    out->frame.stored = (uint32_t)(payloads->size - at);
    return status;
}

mlops_status mlops__packer_chunk(mlops__packer *p, const uint8_t key[MLOPS__CHUNK_KEY],
                                 const uint8_t *bytes, size_t n, mlops_error *err) {
    mlops_status status =
        mlops__planned_pack(&p->batch[p->n_batch], &p->codec, &p->payloads, key, bytes, n, err);
    p->n_batch += status == MLOPS_OK;
    return status;
}

static mlops_status plan_batch(mlops__packer *p, mlops_error *err) {
    mlops__index index;
    int has_rows = mlops__recipe_has_rows(p->kind);
    p->n_batch = p->payloads.size = 0;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    mlops_status status = MLOPS_OK;
    for (int i = 0; !status && p->at < p->end && i < 512; i++) {
        if (p->n_batch + 3 > MLOPS__PACKER_BATCH) break;
        status = has_rows ? mlops__packer_rows_plan(p, &index, err)
                          : mlops__packer_bytes_plan(p, &index, err);
    }
    mlops__store_read_end(&index);
    if (!status && p->recipe.status) status = mlops__fail_nomem(err, p->recipe.size);
    return status;
}

/* The buffer of operations, which no plan needs between two batches, takes what was packed. */
static mlops_status has_planned(mlops__packer *p, mlops__index *index, const mlops__planned *c,
                                mlops__chunk_found *out, mlops_error *err) {
    const uint8_t *bytes = p->payloads.data + c->at;
    if (p->store->verifies && c->frame.codec == MLOPS__PACK_ZSTD) {
        p->ops.size = 0;
        uint8_t *room = mlops__buf_extend(&p->ops, c->frame.size);
        if (!room) return mlops__fail_nomem(err, c->frame.size);
        MLOPS_TRY(mlops__codec_unpack(&p->codec, room, c->frame.size, bytes, c->frame.stored, err));
        bytes = room;
    }
    return mlops__content_has_chunk(p->store, index, c->frame.key, bytes, out, err);
}

/* MLOPS_END if other bytes have the key of a chunk. */
static mlops_status write_batch(mlops__packer *p, mlops_error *err) {
    mlops_store *self = p->store;
    mlops__index index;
    mlops__chunk_found found = MLOPS__CHUNK_NONE;
    if (p->n_batch == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < p->n_batch && !status && found != MLOPS__CHUNK_OTHER; i++) {
        mlops__planned *c = &p->batch[i];
        status = has_planned(p, &index, c, &found, err);
        if (!status && !found)
            status = mlops__content_append(self, &index, &c->frame, p->payloads.data + c->at, err);
    }
    if (!status) status = mlops__content_note_leased(self, &index, err);
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return !status && found == MLOPS__CHUNK_OTHER ? MLOPS_END : status;
}

/* ---- all of it ---- */

/* What somebody has kept meanwhile stays: others may be kept as changes to it, and count on its
 * depth. */
static mlops_status has_meanwhile(const mlops__packer *p, mlops__index *index, const mlops_id *id,
                                  int *out, mlops_error *err) {
    mlops__location at;
    *out = 0;
    if (p->known || p->kind == MLOPS__PACK_RAW) return MLOPS_OK;
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err);
    *out = !status && at.place.pack > 0;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* The damaged chunks of content that comes again, which may be made of others now. */
static mlops_status forget_damaged(mlops__packer *p, mlops__index *index, const mlops_id *id,
                                   mlops_error *err) {
    mlops__location at;
    mlops__recipe pieces;
    mlops__piece piece;
    mlops__buf buf;
    mlops__chunk_found found;
    mlops__buf_init(&buf, &p->store->host.allocator);
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32}, &at, err);
    if (!status) status = mlops__content_recipe(p->store, id->bytes, &at, &buf, &pieces, err);
    while (!status && mlops__recipe_next(&pieces, &piece)) {
        if (!piece.key) continue;
        status = mlops__content_has_chunk(p->store, index, piece.key, NULL, &found, err);
        if (!status && !found)
            status = mlops__index_del(index, MLOPS__TABLE_CHUNKS,
                                      (mlops__bytes){piece.key, MLOPS__CHUNK_KEY}, err);
    }
    mlops__buf_free(&buf);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* MLOPS_END if some of what was found, and not written, was collected or erased meanwhile. */
static mlops_status check_found(const mlops__packer *p, mlops__index *index, const mlops_id *id,
                                mlops_error *err) {
    int old = 0, erased = 0;
    MLOPS_TRY(mlops__erased_under(p->store, index, id->bytes, &erased, err));
    if (erased) return MLOPS_END;
    MLOPS_TRY(mlops__lease_is_old(p->lease, index, &old, err));
    if (!old) return MLOPS_OK;
    mlops_status status = mlops__content_check(p->store, index, id->bytes, err);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_END : status;
}

/* What takes the place of other frames is durable ahead of what leads to it: a power cut may leave
 * later frames without earlier ones. */
static mlops_status sync_before(mlops__packer *p, mlops__index *index, mlops_error *err) {
    return p->known ? mlops__store_sync_packs(p->store, index, err) : MLOPS_OK;
}

mlops_status mlops__packer_object(mlops__packer *p, const mlops_id *id, mlops_error *err) {
    mlops_store *self = p->store;
    mlops__index index;
    int there;
    uint32_t n = (uint32_t)p->recipe.size;
    mlops__pack_frame frame = {MLOPS__PACK_OBJECT, p->kind, n, n, {0}};
    memcpy(frame.key, id->bytes, sizeof frame.key);
    MLOPS_TRY(mlops__store_write_begin(self, &index, err));
    mlops_status status = has_meanwhile(p, &index, id, &there, err);
    if (!status && p->known) status = forget_damaged(p, &index, id, err);
    if (!status && !there) status = sync_before(p, &index, err);
    if (!status && !there)
        status = mlops__content_append(self, &index, &frame, p->recipe.data, err);
    if (!status && !there) status = sync_before(p, &index, err);
    if (!status && !there) status = mlops__content_note_leased(self, &index, err);
    if (!status) status = check_found(p, &index, id, err);
    if (!status) status = mlops__lease_note(p->lease, &index, id->bytes, err);
    if (!status) status = mlops__store_write_commit(self, &index, err);
    mlops__store_write_end(self, &index);
    return status;
}

/* What several threads do with a stretch at once. */
typedef struct stretch {
    mlops__packer *packer;
    mlops_status packed, read;
    mlops_error pack_err, read_err;
} stretch;

static mlops_status pack_stretch(mlops__packer *p, mlops_error *err) {
    mlops_status status = MLOPS_OK;
    while (!status && p->at < p->end) {
        status = plan_batch(p, err);
        if (!status) status = write_batch(p, err);
    }
    return status;
}

/* Groups that stand by themselves are made by all threads; but compared, by one. */
static int is_team_work(const mlops__packer *p) {
    return p->executor && p->kind == MLOPS__PACK_ROWS && !p->store->verifies;
}

static mlops_status pack_groups(mlops__packer *p, mlops_error *err) {
    mlops_status status = MLOPS_OK;
    while (!status && p->at < p->end) {
        p->n_batch = p->payloads.size = 0;
        status = mlops__packer_groups_plan(p, err);
        if (!status) status = write_batch(p, err);
    }
    return status;
}

static mlops_status do_third(void *user, int64_t index, int32_t worker) {
    stretch *s = user;
    (void)worker;
    if (index == 0) s->packed = pack_stretch(s->packer, &s->pack_err);
    if (index == 1 && mlops__packer_hashes(s->packer)) mlops__packer_hash(s->packer);
    if (index == 2) s->read = mlops__packer_read_ahead(s->packer, &s->read_err);
    return MLOPS_OK;
}

/* Other threads hash it and read what is behind it, if there are any. */
static mlops_status do_stretch(mlops__packer *p, mlops_error *err) {
    const mlops_executor *executor = p->executor;
    MLOPS_TRY(mlops__packer_look(p, err));
    if (is_team_work(p)) {
        mlops_status status = pack_groups(p, err);
        if (status != MLOPS_END) return status;
    }
    if (!executor) {
        if (mlops__packer_hashes(p)) mlops__packer_hash(p);
        return pack_stretch(p, err);
    }
    stretch s = {.packer = p};
    s.packed = mlops__fail(&s.pack_err, MLOPS_E_CANCELLED, "the executor failed");
    s.read = mlops__fail(&s.read_err, MLOPS_E_CANCELLED, "the executor failed");
    MLOPS_TRY(executor->parallel_for(executor->ctx, 3, do_third, &s));
    if (s.packed) {
        if (err) *err = s.pack_err;
        return s.packed;
    }
    if (s.read && err) *err = s.read_err;
    return s.read;
}

mlops_status mlops__packer_begin(mlops__packer *p, const mlops_id *like, int as_rows,
                                 mlops_error *err) {
    mlops__packer_rewind(p);
    p->recipe.size = 0;
    p->copy = 0;
    p->n_shared = 0;
    MLOPS_TRY(mlops__packer_look(p, err));
    mlops_status status = as_rows ? mlops__packer_rows_begin(p, like, err) : MLOPS_END;
    return status == MLOPS_END ? mlops__packer_bytes_begin(p, like, err) : status;
}

mlops_status mlops__packer_end(mlops__packer *p, mlops_error *err) {
    if (mlops__packer_hashes(p)) MLOPS_TRY(mlops__packer_name(p, err));
    return mlops__recipe_has_rows(p->kind) ? MLOPS_OK : mlops__packer_bytes_end(p, err);
}

mlops_status mlops__packer_some(mlops__packer *p, mlops_error *err) {
    if (p->at >= p->end) MLOPS_TRY(mlops__packer_look(p, err));
    if (mlops__packer_hashes(p)) mlops__packer_hash(p);
    MLOPS_TRY_END(plan_batch(p, err));
    return write_batch(p, err);
}

static mlops_status write_parts(mlops__packer *p, const mlops_id *like, int as_rows,
                                mlops_error *err) {
    mlops_status status = mlops__packer_begin(p, like, as_rows, err);
    while (!status && p->at < p->n) status = do_stretch(p, err);
    return status ? status : mlops__packer_end(p, err);
}

/* What leads nowhere as rows is kept as bytes; what came upon a base that turned out to be damaged,
 * or upon the key of a chunk that other bytes have, by itself. The latter chunk is cut in two when
 * it comes again, and each time there is one more that is known. */
static mlops_status write_all(mlops__packer *p, const mlops_id *like, mlops_error *err) {
    mlops_status status = write_parts(p, like, 1, err);
    if (status == MLOPS_END) status = write_parts(p, like, 0, err);
    if (status == MLOPS_E_CORRUPT && like) status = write_parts(p, NULL, 1, err);
    while (status == MLOPS_END) status = write_parts(p, NULL, 0, err);
    return status;
}

void mlops__packer_init(mlops__packer *p, mlops_store *store, const mlops__source *source) {
    const mlops_allocator *allocator = &store->host.allocator;
    p->store = store;
    p->window.source = source;
    p->n = source->size;
    mlops__buf_init(&p->recipe, allocator);
    mlops__buf_init(&p->payloads, allocator);
    mlops__buf_init(&p->ops, allocator);
    mlops__codec_init(&p->codec, &store->host);
    mlops__like_init(&p->like, store);
    mlops__packer_rows_init(p);
}

void mlops__packer_free(mlops__packer *p) {
    mlops__packer_groups_free(p);
    mlops__packer_rows_free(p);
    mlops__like_free(&p->like);
    mlops__codec_free(&p->codec);
    mlops__buf_free(&p->ops);
    mlops__buf_free(&p->payloads);
    mlops__buf_free(&p->recipe);
    mlops__packer_window_free(p);
}

/* Where something was erased, none of it goes to the packs before it is known not to be that. */
static mlops_status name_first(mlops__packer *p, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    int64_t n = index.sums[MLOPS__TABLE_ERASURES].n;
    mlops__store_read_end(&index);
    if (n == 0) return MLOPS_OK;
    p->is_named = 1;
    return mlops__content_id_of(p->store, p->window.source, &p->id, err);
}

/* MLOPS_END if a collection came between. */
static mlops_status add(mlops__packer *p, const mlops_id *like, mlops_error *err) {
    mlops_store *self = p->store;
    int there = 0, held = 0, is_written = 0;
    MLOPS_TRY(mlops__lease_begin(p->lease, self, err));
    if (!p->is_named) MLOPS_TRY(name_first(p, err));
    if (!p->is_named) {
        MLOPS_TRY(write_all(p, like, err));
        is_written = p->is_named = 1;
    }
    MLOPS_TRY(mlops__content_has_same(self, &p->id, p->window.source, &there, &p->known, err));
    if (there) MLOPS_TRY(mlops__lease_take(p->lease, self, p->id.bytes, &held, err));
    if (there) return held ? MLOPS_OK : MLOPS_END;
    if (p->known || !is_written) MLOPS_TRY(write_all(p, p->known ? NULL : like, err));
    return mlops__packer_object(p, &p->id, err);
}

/* The id, if it is not NULL, is that of the source. */
static mlops_status add_source(mlops_store *self, mlops__lease *lease, const mlops__source *source,
                               const mlops_id *id, const mlops_id *like,
                               const mlops_executor *executor, mlops_id *out, mlops_error *err) {
    mlops__packer *p = mlops__alloc_zero(&self->host.allocator, sizeof *p);
    mlops_status status = MLOPS_END;
    if (!p) return mlops__fail_nomem(err, sizeof *p);
    mlops__packer_init(p, self, source);
    p->lease = lease;
    p->executor = executor;
    p->is_named = id != NULL;
    if (id) p->id = *id;
    for (; status == MLOPS_END; like = NULL) status = add(p, like, err); /* it may be erased */
    *out = p->id;
    mlops__packer_free(p);
    mlops__free(&self->host.allocator, p, sizeof *p);
    return status;
}

mlops_status mlops__content_remake(mlops_store *self, const mlops__lease *lease, const mlops_id *id,
                                   const uint8_t *bytes, size_t n, const mlops_id *like,
                                   mlops_error *err) {
    const mlops__source source = {.size = n, .bytes = bytes};
    mlops__lease own = *lease; /* which may have looked at other content, earlier */
    mlops__packer *p = mlops__alloc_zero(&self->host.allocator, sizeof *p);
    if (!p) return mlops__fail_nomem(err, sizeof *p);
    mlops__packer_init(p, self, &source);
    p->is_named = 1;
    p->known = 1; /* and yet it is written */
    p->lease = &own;
    mlops_status status;
    do {
        status = mlops__lease_begin(&own, self, err);
        if (!status) status = write_all(p, like, err);
        if (!status) status = mlops__packer_object(p, id, err);
        like = NULL;
    } while (status == MLOPS_END);
    mlops__packer_free(p);
    mlops__free(&self->host.allocator, p, sizeof *p);
    return status;
}

mlops_status mlops__content_pack(mlops_store *self, mlops__lease *lease, const mlops_id *id,
                                 const uint8_t *bytes, size_t n, const mlops_id *like,
                                 mlops_error *err) {
    const mlops__source source = {.size = n, .bytes = bytes};
    mlops_id name;
    return add_source(self, lease, &source, id, like, NULL, &name, err);
}

mlops_status mlops__content_add_source(mlops_store *self, mlops__lease *lease,
                                       const mlops__source *source, const mlops_id *like,
                                       const mlops_executor *executor, mlops_id *out,
                                       mlops_error *err) {
    if (executor && (executor->n_workers < 2 || source->size < TOGETHER)) executor = NULL;
    return add_source(self, lease, source, NULL, like, executor, out, err);
}

mlops_status mlops__content_add(mlops_store *self, mlops__lease *lease, const uint8_t *bytes,
                                size_t n, const mlops_id *like, const mlops_executor *executor,
                                mlops_id *out, mlops_error *err) {
    const mlops__source source = {.size = n, .bytes = bytes};
    if (executor && executor->n_workers > 1 && n >= TOGETHER)
        return mlops__content_add_source(self, lease, &source, like, executor, out, err);
    *out = mlops__content_id(self, bytes, n);
    return mlops__content_pack(self, lease, out, bytes, n, like, err);
}
