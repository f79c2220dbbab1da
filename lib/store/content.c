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
                                 size_t n, int64_t begin, mlops_error *err) {
    size_t at = payloads->size;
    *out =
        (mlops__planned){{MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, (uint32_t)n, (uint32_t)n, {0}}, at};
    memcpy(out->frame.key, key, MLOPS__CHUNK_KEY);
    mlops_status status =
        mlops__chunk_pack(codec, payloads, bytes, n, begin, &out->frame.codec, err);
    out->frame.stored = (uint32_t)(payloads->size - at);
    return status;
}

mlops_status mlops__packer_chunk(mlops__packer *p, const uint8_t key[MLOPS__CHUNK_KEY],
                                 const uint8_t *bytes, size_t n, int64_t at, mlops_error *err) {
    mlops_status status = mlops__planned_pack(&p->batch.chunks[p->batch.n], &p->codec,
                                              &p->batch.payloads, key, bytes, n, at, err);
    p->batch.n += status == MLOPS_OK;
    return status;
}

mlops_status mlops__packer_plan(mlops__packer *p, mlops_error *err) {
    mlops__index index;
    int has_rows = mlops__recipe_has_rows(p->kind);
    int alone = mlops__packer_rows_are_alone(p); /* groups, of which threads make a batch at once */
    int n_plans = alone ? MLOPS__PACKER_BATCH : 512;
    p->batch.n = p->batch.payloads.size = 0;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    mlops_status status = MLOPS_OK;
    for (int i = 0; !status && p->at < p->end && i < n_plans; i++) {
        if (mlops__packer_rows_are_alone(p) != alone) break;
        if (p->batch.n + (alone ? 1 : 3) > MLOPS__PACKER_BATCH) break;
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
    const uint8_t *bytes = p->ready.payloads.data + c->at;
    if (p->store->verifies && c->frame.codec != MLOPS__PACK_RAW) {
        p->ops.size = 0;
        uint8_t *room = mlops__buf_extend(&p->ops, c->frame.size);
        if (!room) return mlops__fail_nomem(err, c->frame.size);
        MLOPS_TRY(mlops__chunk_unpack(&p->codec, &c->frame, bytes, room, err));
        bytes = room;
    }
    return mlops__content_has_chunk(p->store, index, c->frame.key, bytes, out, err);
}

void mlops__packer_ready(mlops__packer *p) {
    mlops__buf written = p->ready.payloads;
    memcpy(p->ready.chunks, p->batch.chunks, p->batch.n * sizeof *p->batch.chunks);
    p->ready.n = p->batch.n;
    p->ready.payloads = p->batch.payloads;
    p->batch.payloads = written;
    p->batch.n = 0;
}

/* Changes to what was erased meanwhile would bring some of it back to the packs. */
static mlops_status is_base_erased(const mlops__packer *p, mlops__index *index, int *out,
                                   mlops_error *err) {
    int has_base = p->kind == MLOPS__PACK_ROWS_BASED || p->kind == MLOPS__PACK_BASED;
    const uint8_t *base = p->kind == MLOPS__PACK_BASED ? p->like.base : p->rows.base_id;
    *out = 0;
    return has_base ? mlops__erased_under(p->store, index, base, out, err) : MLOPS_OK;
}

static mlops_status write_ready(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__chunk_found found = MLOPS__CHUNK_NONE;
    int erased;
    MLOPS_TRY(is_base_erased(p, index, &erased, err));
    if (erased) return MLOPS_END;
    for (size_t i = 0; i < p->ready.n && found != MLOPS__CHUNK_OTHER; i++) {
        mlops__planned *c = &p->ready.chunks[i];
        const uint8_t *payload = p->ready.payloads.data + c->at;
        MLOPS_TRY(has_planned(p, index, c, &found, err));
        if (!found) MLOPS_TRY(mlops__content_append(p->store, index, &c->frame, payload, err));
    }
    MLOPS_TRY(mlops__content_note_leased(p->store, index, err));
    MLOPS_TRY(mlops__store_write_commit(p->store, index, err));
    return found == MLOPS__CHUNK_OTHER ? MLOPS_END : MLOPS_OK;
}

mlops_status mlops__packer_write(mlops__packer *p, mlops_error *err) {
    mlops__index index;
    if (p->ready.n == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(p->store, &index, err));
    mlops_status status = write_ready(p, &index, err);
    mlops__store_write_end(p->store, &index);
    return status;
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
    if (!mlops__recipe_has_rows(p->kind)) return mlops__packer_bytes_end(p, err);
    size_t n = p->recipe.size;
    p->batch.n = p->batch.payloads.size = 0;
    MLOPS_TRY(mlops__packer_rows_end(p, err));
    mlops__packer_ready(p);
    mlops_status status = mlops__packer_write(p, err);
    if (status == MLOPS_END) p->recipe.size = n; /* it does without what is known of groups */
    return status < 0 ? status : MLOPS_OK;
}

mlops_status mlops__packer_some(mlops__packer *p, mlops_error *err) {
    if (p->at >= p->end) MLOPS_TRY(mlops__packer_look(p, err));
    if (mlops__packer_hashes(p)) mlops__packer_hash(p);
    MLOPS_TRY_END(mlops__packer_plan(p, err));
    mlops__packer_ready(p);
    return mlops__packer_write(p, err);
}

void mlops__packer_init(mlops__packer *p, mlops_store *store, const mlops__source *source) {
    const mlops_allocator *allocator = &store->host.allocator;
    p->store = store;
    p->window.source = source;
    p->n = source->size;
    p->stretch = MLOPS__PACKER_STRETCH;
    mlops__buf_init(&p->recipe, allocator);
    mlops__buf_init(&p->batch.payloads, allocator);
    mlops__buf_init(&p->ready.payloads, allocator);
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
    mlops__buf_free(&p->ready.payloads);
    mlops__buf_free(&p->batch.payloads);
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

/* Of several that are kept together, each has its own lease, which may be begun anew for it alone.
 */
typedef struct adding {
    mlops__packer packer;
    mlops__lease lease;
    const mlops_id *like; /* or NULL */
    int is_written;
} adding;

static mlops_status begin_adding(adding *a, mlops_error *err) {
    a->is_written = 0;
    MLOPS_TRY(mlops__lease_begin(&a->lease, a->packer.store, err));
    return a->packer.is_named ? MLOPS_OK : name_first(&a->packer, err);
}

/* Those that are not named are by then. */
static mlops_status write_all(adding *all, size_t n, int unnamed, mlops_error *err) {
    mlops__flight flights[MLOPS__TOGETHER] = {0};
    size_t n_flights = 0;
    for (size_t i = 0; i < n; i++) {
        adding *a = &all[i];
        if (unnamed && a->packer.is_named) continue;
        flights[n_flights].packer = &a->packer;
        flights[n_flights++].like = a->packer.known ? NULL : a->like;
        a->is_written = 1;
    }
    MLOPS_TRY(mlops__packers_run(flights, n_flights, all->packer.executor, err));
    for (size_t i = 0; i < n; i++)
        if (all[i].is_written) all[i].packer.is_named = 1;
    return MLOPS_OK;
}

/* MLOPS_END if a collection came between. */
static mlops_status end_adding(adding *a, mlops_error *err) {
    mlops__packer *p = &a->packer;
    mlops_store *self = p->store;
    int there = 0, held = 0;
    MLOPS_TRY(mlops__content_has_same(self, &p->id, p->window.source, &there, &p->known, err));
    if (there) MLOPS_TRY(mlops__lease_take(p->lease, self, p->id.bytes, &held, err));
    if (there) return held ? MLOPS_OK : MLOPS_END;
    if (p->known || !a->is_written) MLOPS_TRY(write_all(a, 1, 0, err));
    return mlops__packer_object(p, &p->id, err);
}

static mlops_status add_all(adding *all, size_t n, mlops_error *err) {
    for (size_t i = 0; i < n; i++) MLOPS_TRY(begin_adding(&all[i], err));
    MLOPS_TRY(write_all(all, n, 1, err));
    for (size_t i = 0; i < n; i++) {
        mlops_status status = end_adding(&all[i], err);
        for (; status == MLOPS_END; status = end_adding(&all[i], err)) {
            all[i].like = NULL; /* it may be erased */
            MLOPS_TRY(begin_adding(&all[i], err));
        }
        if (status) return mlops__erased_name(err, status, all[i].packer.window.source->name);
    }
    return MLOPS_OK;
}

static int is_worth_threads(const mlops_executor *executor, const mlops__adding *items, size_t n) {
    uint64_t size = 0;
    for (size_t i = 0; i < n; i++) size += items[i].source->size < TOGETHER ? 0 : TOGETHER;
    return executor && executor->n_workers > 1 && size;
}

/* The id, if it is not NULL, is that of the only one. */
static mlops_status add_sources(mlops_store *self, mlops__lease *lease, mlops__adding *items,
                                size_t n, const mlops_id *id, const mlops_executor *executor,
                                mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    MLOPS_TRY(mlops__lease_begin(lease, self, err));
    adding *all = mlops__alloc_zero(allocator, n * sizeof *all);
    if (!all) return mlops__fail_nomem(err, n * sizeof *all);
    for (size_t i = 0; i < n; i++) {
        adding *a = &all[i];
        mlops__packer_init(&a->packer, self, items[i].source);
        a->lease = *lease;
        a->like = items[i].like;
        a->packer.lease = &a->lease;
        a->packer.executor = is_worth_threads(executor, items, n) ? executor : NULL;
        a->packer.is_named = id != NULL;
        if (id) a->packer.id = *id;
    }
    mlops_status status = add_all(all, n, err);
    for (size_t i = 0; i < n; i++) {
        items[i].id = all[i].packer.id;
        mlops__packer_free(&all[i].packer);
    }
    mlops__free(allocator, all, n * sizeof *all);
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
        if (!status)
            status = mlops__packers_run(&(mlops__flight){.packer = p, .like = like}, 1, NULL, err);
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
    mlops__adding item = {.source = &source, .like = like};
    return add_sources(self, lease, &item, 1, id, NULL, err);
}

mlops_status mlops__content_add_sources(mlops_store *self, mlops__lease *lease,
                                        mlops__adding *items, size_t n,
                                        const mlops_executor *executor, mlops_error *err) {
    return add_sources(self, lease, items, n, NULL, executor, err);
}

mlops_status mlops__content_add_source(mlops_store *self, mlops__lease *lease,
                                       const mlops__source *source, const mlops_id *like,
                                       const mlops_executor *executor, mlops_id *out,
                                       mlops_error *err) {
    mlops__adding item = {.source = source, .like = like};
    mlops_status status = add_sources(self, lease, &item, 1, NULL, executor, err);
    *out = item.id;
    return status;
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
