/* Content on its way from a remote: frames as they come, each verified, into the packs.
 *
 * Owns the frames that wait for their transaction. Invariants: an object is noted only after all
 * its bytes were read back out of this store and have its name; a chain of bases is no longer than
 * the recipes along it say, whatever the two stores have kept their content as; what came or was
 * found is leased by the flush behind it, in a transaction that looks at it once more if anything
 * was collected since the round began.
 */
#include "store/erased.h"
#include "store/remote_content.h"

#include <string.h>

enum { ID = 32, WAITING = 64, WAITING_BYTES = 4 << 20, WINDOW = 256 << 10 };

mlops_status mlops__receiver_init(mlops__receiver *self, mlops_store *store,
                                  mlops__fetcher *fetcher, mlops__depot *parts,
                                  mlops_change *change, mlops__lease *lease, mlops_error *err) {
    static const mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    memset(self, 0, sizeof *self);
    self->store = store;
    self->fetcher = fetcher;
    self->parts = parts;
    self->change = change;
    self->lease = lease;
    mlops__buf_init(&self->found, &store->host.allocator);
    mlops__buf_init(&self->fresh, &store->host.allocator);
    mlops__buf_init(&self->chunks, &store->host.allocator);
    mlops__buf_init(&self->objects, &store->host.allocator);
    mlops__buf_init(&self->bytes, &store->host.allocator);
    MLOPS_TRY(mlops__kv_open(&self->seen, &store->host, &opts, err));
    return mlops__kv_begin(&self->txn, self->seen, 1, err);
}

void mlops__receiver_free(mlops__receiver *self) {
    if (!self->store) return;
    mlops__kv_end(self->txn);
    mlops__kv_close(self->seen);
    mlops__buf_free(&self->found);
    mlops__buf_free(&self->fresh);
    mlops__buf_free(&self->chunks);
    mlops__buf_free(&self->objects);
    mlops__buf_free(&self->bytes);
    mlops__residue_free(&self->residue);
}

static mlops_status put_name(mlops__buf *names, const uint8_t id[ID], mlops_error *err) {
    mlops__buf_put(names, id, ID);
    return names->status ? mlops__fail_nomem(err, ID) : MLOPS_OK;
}

static mlops_status note_seen(mlops__receiver *self, const uint8_t id[ID], mlops_error *err) {
    MLOPS_TRY(put_name(&self->fresh, id, err));
    return mlops__kv_put(self->txn, (mlops__bytes){id, ID}, (mlops__bytes){NULL, 0}, err);
}

mlops_status mlops__receiver_begin(mlops__receiver *self, mlops_error *err) {
    for (size_t at = 0; at < self->fresh.size; at += ID) {
        mlops_status status =
            mlops__kv_del(self->txn, (mlops__bytes){self->fresh.data + at, ID}, err);
        if (status && status != MLOPS_E_NOT_FOUND) return status;
    }
    self->fresh.size = self->found.size = self->chunks.size = self->objects.size = 0;
    self->n_waiting = self->is_stale = 0;
    return mlops__lease_begin(self->lease, self->store, err);
}

/* ---- frames that wait ---- */

static mlops_status wait_for(mlops__buf *queue, const mlops__pack_frame *frame,
                             const uint8_t *payload, mlops_error *err) {
    mlops__buf_put(queue, frame, sizeof *frame);
    mlops__buf_put(queue, payload, frame->stored);
    mlops__buf_align(queue, 8);
    return queue->status ? mlops__fail_nomem(err, frame->stored) : MLOPS_OK;
}

/* The next one; 0 behind the last. */
static int next_waiting(const mlops__buf *queue, size_t *at, mlops__pack_frame *frame,
                        const uint8_t **payload) {
    if (*at >= queue->size) return 0;
    memcpy(frame, queue->data + *at, sizeof *frame);
    *payload = queue->data + *at + sizeof *frame;
    *at += (sizeof *frame + frame->stored + 7) / 8 * 8;
    return 1;
}

/* Is an object there, with all that it leads to? */
static mlops_status has_object(mlops__receiver *self, mlops__index *index, const uint8_t id[ID],
                               int *out, mlops_error *err) {
    mlops_status status = mlops__content_check(self->store, index, id, err);
    *out = !status;
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* Whatever bytes have its key: what is made of them is held against its name. */
static mlops_status find_chunk(mlops_store *store, mlops__index *index, const uint8_t *key,
                               int *out, mlops_error *err) {
    mlops__chunk_found found;
    MLOPS_TRY(mlops__content_has_chunk(store, index, key, NULL, &found, err));
    *out = found != MLOPS__CHUNK_NONE;
    return MLOPS_OK;
}

/* What somebody has kept meanwhile stays: others may count on its depth. */
static mlops_status append_frames(mlops__receiver *self, mlops__index *index,
                                  const mlops__buf *queue, mlops_error *err) {
    mlops_store *store = self->store;
    mlops__pack_frame frame;
    const uint8_t *payload;
    size_t at = 0;
    while (next_waiting(queue, &at, &frame, &payload)) {
        int there = 0;
        if (frame.kind == MLOPS__PACK_CHUNK)
            MLOPS_TRY(find_chunk(store, index, frame.key, &there, err));
        else {
            MLOPS_TRY(mlops__erased_check(index, frame.key, err));
            MLOPS_TRY(has_object(self, index, frame.key, &there, err));
        }
        if (!there) MLOPS_TRY(mlops__content_append(store, index, &frame, payload, err));
    }
    return queue->size ? mlops__content_note_leased(store, index, err) : MLOPS_OK;
}

static mlops_status append_chunks(mlops__receiver *self, mlops_error *err) {
    mlops_store *store = self->store;
    mlops__index index;
    if (self->chunks.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = append_frames(self, &index, &self->chunks, err);
    if (!status) status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    self->chunks.size = 0;
    return status;
}

/* The round is to be begun again. */
static mlops_status is_stale(mlops__receiver *self, mlops_error *err) {
    self->is_stale = 1;
    return mlops__fail(err, MLOPS_E_CONFLICT, "content was collected while it was pulled");
}

/* If it was not collected since it was looked at. */
static mlops_status lease(mlops__receiver *self, mlops__index *index, const uint8_t id[ID], int old,
                          mlops_error *err) {
    int there = 1;
    if (old) MLOPS_TRY(has_object(self, index, id, &there, err));
    return there ? mlops__lease_note(self->lease, index, id, err) : is_stale(self, err);
}

static mlops_status keep_waiting(mlops__receiver *self, mlops__index *index, mlops_error *err) {
    mlops__pack_frame frame;
    const uint8_t *payload;
    size_t at = 0;
    int old;
    MLOPS_TRY(mlops__lease_is_old(self->lease, index, &old, err));
    MLOPS_TRY(append_frames(self, index, &self->objects, err));
    while (next_waiting(&self->objects, &at, &frame, &payload))
        MLOPS_TRY(lease(self, index, frame.key, old, err));
    for (at = 0; at < self->found.size; at += ID)
        MLOPS_TRY(lease(self, index, self->found.data + at, old, err));
    return MLOPS_OK;
}

static mlops_status keep_all(mlops__receiver *self, mlops_error *err) {
    mlops__index index;
    if (self->objects.size + self->found.size) {
        MLOPS_TRY(mlops__store_write_begin(self->store, &index, err));
        mlops_status status = keep_waiting(self, &index, err);
        if (!status) status = mlops__store_write_commit(self->store, &index, err);
        mlops__store_write_end(self->store, &index);
        MLOPS_TRY(status);
    }
    self->objects.size = self->found.size = self->fresh.size = 0;
    return MLOPS_OK;
}

/* ---- verifying ---- */

static mlops_status not_as_named(const uint8_t *id, mlops_error *err) {
    char text[MLOPS__ID_TEXT];
    mlops_id name;
    memcpy(name.bytes, id, ID);
    mlops__id_format(text, &name);
    return mlops__fail(err, MLOPS_E_CORRUPT, "content %s of the remote is not what its name says",
                       text);
}

static mlops_status hash_content(mlops__receiver *self, mlops__content_reader *reader,
                                 uint8_t digest[ID], mlops_error *err) {
    mlops__sha256 sha;
    uint64_t size = reader->levels[0].recipe.size;
    self->bytes.size = 0;
    uint8_t *window = mlops__buf_extend(&self->bytes, WINDOW);
    if (!window) return mlops__fail_nomem(err, WINDOW);
    mlops__sha256_init(&sha, self->store->kern->sha256_blocks);
    for (uint64_t at = 0; at < size;) {
        size_t n = size - at < WINDOW ? (size_t)(size - at) : WINDOW;
        MLOPS_TRY(mlops__remote_tick(self->fetcher->remote, err)); /* a recipe may be of much */
        MLOPS_TRY(mlops__reader_read(reader, at, window, n, err));
        mlops__sha256_add(&sha, window, n);
        at += n;
    }
    mlops__sha256_end(&sha, digest);
    return MLOPS_OK;
}

/* Its recipe is read from memory, what that leads to from the store. */
static mlops_status verify(mlops__receiver *self, mlops__index *index,
                           const mlops__pack_frame *frame, const uint8_t *payload,
                           mlops_error *err) {
    uint8_t digest[ID];
    mlops__content_reader *reader = mlops__alloc(&self->store->host.allocator, sizeof *reader);
    if (!reader) return mlops__fail_nomem(err, sizeof *reader);
    mlops__reader_init(reader, self->store, index);
    mlops_status status = mlops__reader_open_recipe(reader, frame->codec,
                                                    (mlops__bytes){payload, frame->stored}, err);
    if (!status) status = hash_content(self, reader, digest, err);
    if (!status && memcmp(digest, frame->key, ID) != 0) status = not_as_named(frame->key, err);
    mlops__reader_free(reader);
    mlops__free(&self->store->host.allocator, reader, sizeof *reader);
    return status;
}

static mlops_status verify_all(mlops__receiver *self, mlops_error *err) {
    mlops__index index;
    mlops__pack_frame frame;
    const uint8_t *payload;
    size_t at = 0;
    if (self->objects.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    while (!status && next_waiting(&self->objects, &at, &frame, &payload))
        status = verify(self, &index, &frame, payload, err);
    mlops__store_read_end(&index);
    return status;
}

/* What cannot be verified may lack a chunk that was found, and collected since. */
static mlops_status is_unsure(mlops__receiver *self, mlops_error *err) {
    mlops__index index;
    int old = 0;
    mlops_error other;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, &other));
    mlops_status status = mlops__lease_is_old(self->lease, &index, &old, &other);
    mlops__store_read_end(&index);
    if (status && err) *err = other;
    if (status) return status;
    return old ? is_stale(self, err) : MLOPS_E_CORRUPT;
}

mlops_status mlops__receiver_flush(mlops__receiver *self, mlops_error *err) {
    self->n_waiting = 0;
    MLOPS_TRY(append_chunks(self, err));
    mlops_status status = verify_all(self, err);
    if (status == MLOPS_E_CORRUPT) return is_unsure(self, err);
    return status ? status : keep_all(self, err);
}

static mlops_status flush_if_full(mlops__receiver *self, mlops_error *err) {
    if (self->chunks.size >= WAITING_BYTES) MLOPS_TRY(append_chunks(self, err));
    if (self->n_waiting < WAITING && self->objects.size < WAITING_BYTES &&
        self->found.size < WAITING_BYTES)
        return MLOPS_OK;
    return mlops__receiver_flush(self, err);
}

/* ---- what is there ---- */

/* How content is kept here. */
typedef struct here {
    int64_t size; /* -1: it is not there, or not whole */
    int packed;   /* in packs, and how */
    unsigned codec, depth;
} here;

static mlops_status find_here(mlops__receiver *self, const uint8_t *id, here *out,
                              mlops_error *err) {
    mlops_store *store = self->store;
    mlops__index index;
    mlops__location at;
    mlops__recipe recipe = {0};
    *out = (here){-1, 0, 0, 0};
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__lock_take(&store->lock);
    mlops_status status =
        mlops__content_find(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, ID}, &at, err);
    if (!status) status = mlops__content_check(store, &index, id, err);
    if (!status && at.place.pack > 0) {
        self->bytes.size = 0;
        status = mlops__content_recipe(store, id, &at, &self->bytes, &recipe, err);
        if (!status) *out = (here){(int64_t)recipe.size, 1, recipe.codec, recipe.depth};
    } else if (!status && at.place.pack == 0) out->size = at.size;
    mlops__lock_give(&store->lock);
    mlops__store_read_end(&index);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status has_chunk(mlops__receiver *self, const uint8_t *key, int *out,
                              mlops_error *err) {
    mlops_store *store = self->store;
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__lock_take(&store->lock);
    mlops_status status = find_chunk(store, &index, key, out, err);
    mlops__lock_give(&store->lock);
    mlops__store_read_end(&index);
    return status;
}

/* ---- fetching ---- */

static mlops_status find_part(mlops__receiver *self, mlops__part_kind kind, const uint8_t *key,
                              size_t n, mlops__part *out, mlops_error *err) {
    int found = 0;
    MLOPS_TRY(mlops__depot_find(self->parts, kind, key, n, out, &found, err));
    return found ? MLOPS_OK : MLOPS_E_NOT_FOUND;
}

static mlops_status fetch_chunk(mlops__receiver *self, const uint8_t *key, mlops_error *err) {
    mlops__part part;
    mlops__pack_frame frame;
    const uint8_t *payload;
    int there = 0;
    MLOPS_TRY(has_chunk(self, key, &there, err));
    if (there) return MLOPS_OK;
    mlops_status status = find_part(self, MLOPS__PART_CHUNK, key, MLOPS__CHUNK_KEY, &part, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the remote lacks a part of its content");
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__fetch_bytes(self->fetcher, &part, &self->bytes, err));
    MLOPS_TRY(mlops__fetch(self->fetcher, &part, &frame, &payload, err));
    return wait_for(&self->chunks, &frame, payload, err);
}

/* It comes anew, by itself: who leads to it counts on fewer bases behind it, or on rows. */
static mlops_status remake(mlops__receiver *self, const uint8_t *id, int64_t size,
                           mlops_error *err) {
    mlops_id name;
    memcpy(name.bytes, id, ID);
    self->bytes.size = 0;
    uint8_t *bytes = mlops__buf_extend(&self->bytes, (size_t)size);
    if (!bytes) return mlops__fail_nomem(err, (size_t)size);
    MLOPS_TRY(mlops__content_read(self->store, &name, 0, bytes, (size_t)size, &size, err));
    return mlops__content_remake(self->store, self->lease, &name, bytes, (size_t)size, NULL, err);
}

static mlops_status receive(mlops__receiver *self, const uint8_t id[ID], int level,
                            mlops_error *err);

static mlops_status need_base(mlops__receiver *self, const mlops__recipe *recipe, int level,
                              mlops_error *err) {
    here is;
    uint8_t base[ID];
    memcpy(base, recipe->base, ID);
    if (level >= MLOPS__CHAIN_MAX) return not_as_named(base, err);
    MLOPS_TRY(receive(self, base, level + 1, err));
    MLOPS_TRY(mlops__receiver_flush(self, err));
    MLOPS_TRY(find_here(self, base, &is, err));
    if (!is.packed) return not_as_named(base, err); /* what is kept small is nobody's base */
    if (mlops__base_will_do(recipe, is.codec, is.depth)) return MLOPS_OK;
    MLOPS_TRY(remake(self, base, is.size, err));
    MLOPS_TRY(find_here(self, base, &is, err));
    return mlops__base_will_do(recipe, is.codec, is.depth) ? MLOPS_OK : not_as_named(base, err);
}

/* ---- what leans on erased content ---- */

typedef struct leaning_source {
    mlops__content_reader reader;
    mlops__source source;
} leaning_source;

static mlops_status read_there(void *user, uint64_t offset, uint8_t *out, size_t n,
                               mlops_error *err) {
    leaning_source *from = user;
    return mlops__reader_read(&from->reader, offset, out, n, err);
}

/* It comes by itself: it is read at the remote, over what is erased, which does not come. */
static mlops_status receive_alone(mlops__receiver *self, const uint8_t id[ID],
                                  const mlops__recipe *recipe, mlops_error *err) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    mlops__lease own = *self->lease; /* which may have looked at other content, earlier */
    mlops_id like, name = {{0}};
    leaning_source *from = mlops__alloc_zero(allocator, sizeof *from);
    if (!from) return mlops__fail_nomem(err, sizeof *from);
    if (recipe->base) memcpy(like.bytes, recipe->base, ID);
    mlops__reader_init(&from->reader, self->store, NULL);
    from->reader.elsewhere = &self->residue.elsewhere;
    from->source = (mlops__source){recipe->size, NULL, read_there, from, NULL};
    mlops_status status = mlops__reader_open(&from->reader, id, err);
    if (!status)
        status = mlops__content_add_source(self->store, &own, &from->source,
                                           recipe->base ? &like : NULL, NULL, &name, err);
    if (!status && memcmp(name.bytes, id, ID) != 0) status = not_as_named(id, err);
    mlops__reader_free(&from->reader);
    mlops__free(allocator, from, sizeof *from);
    return status ? status : put_name(&self->found, id, err);
}

static mlops_status leans_there(mlops__receiver *self, const mlops__recipe *recipe, int *out,
                                mlops_error *err) {
    *out = 0;
    if (!self->erased) return MLOPS_OK;
    if (!self->residue.parts)
        MLOPS_TRY(
            mlops__residue_init(&self->residue, self->erased, self->fetcher, self->parts, err));
    return mlops__residue_leans(&self->residue, recipe, out, err);
}

/* ---- objects ---- */

static mlops_status receive_frames(mlops__receiver *self, const mlops__pack_frame *frame,
                                   mlops__recipe recipe, const mlops__buf *bytes, int level,
                                   mlops_error *err) {
    mlops__piece piece;
    mlops_status status = MLOPS_OK;
    if (recipe.base) status = need_base(self, &recipe, level, err);
    while (!status && mlops__recipe_next(&recipe, &piece)) {
        if (piece.key) status = fetch_chunk(self, piece.key, err);
        if (!status && self->chunks.size >= WAITING_BYTES) status = append_chunks(self, err);
    }
    return status ? status : wait_for(&self->objects, frame, bytes->data, err);
}

static mlops_status receive_object(mlops__receiver *self, const mlops__part *part, int level,
                                   mlops_error *err) {
    mlops__pack_frame frame;
    const uint8_t *payload;
    mlops__recipe recipe;
    mlops__buf bytes;
    int leans = 0;
    MLOPS_TRY(mlops__fetch(self->fetcher, part, &frame, &payload, err));
    mlops__buf_init(&bytes, &self->store->host.allocator);
    mlops__buf_put(&bytes, payload, frame.stored);
    mlops_status status = MLOPS_OK;
    if (bytes.status) status = mlops__fail_nomem(err, frame.stored);
    else if (!mlops__recipe_open(&recipe, frame.codec, bytes.data, bytes.size) ||
             recipe.depth != part->depth || recipe.codec != part->codec)
        status = not_as_named(frame.key, err);
    if (!status) status = leans_there(self, &recipe, &leans, err);
    if (!status)
        status = leans ? receive_alone(self, frame.key, &recipe, err)
                       : receive_frames(self, &frame, recipe, &bytes, level, err);
    if (!status && level == 0)
        status = mlops__change_kept(self->change, (const mlops_id *)(const void *)frame.key,
                                    (int64_t)recipe.size, err);
    mlops__buf_free(&bytes);
    self->n_waiting++;
    return status ? status : flush_if_full(self, err);
}

static mlops_status receive_small(mlops__receiver *self, const uint8_t id[ID], mlops_error *err) {
    mlops__part part;
    mlops_id name;
    mlops_status status = find_part(self, MLOPS__PART_SMALL, id, ID, &part, err);
    memcpy(name.bytes, id, ID);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the remote lacks content that a commit names");
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__fetch_bytes(self->fetcher, &part, &self->bytes, err));
    if (self->bytes.size > MLOPS__INLINE_MAX) return not_as_named(id, err);
    return mlops__change_content(self->change, &name, self->bytes.data, self->bytes.size, NULL,
                                 err);
}

static mlops_status receive(mlops__receiver *self, const uint8_t id[ID], int level,
                            mlops_error *err) {
    mlops__bytes none;
    mlops__part part;
    mlops_id name;
    here is;
    memcpy(name.bytes, id, ID);
    mlops_status status = mlops__kv_get(self->txn, (mlops__bytes){id, ID}, &none, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    MLOPS_TRY(find_here(self, id, &is, err));
    if (is.packed && level == 0) MLOPS_TRY(mlops__change_kept(self->change, &name, is.size, err));
    if (is.packed) MLOPS_TRY(put_name(&self->found, id, err));
    if (is.size < 0) {
        self->n++;
        status = find_part(self, MLOPS__PART_OBJECT, id, ID, &part, err);
        if (status == MLOPS_E_NOT_FOUND) status = receive_small(self, id, err);
        else if (!status) status = receive_object(self, &part, level, err);
        MLOPS_TRY(status);
    }
    /* A base that is content of a commit, too, is looked at once more, to be named. */
    return level == 0 ? note_seen(self, id, err) : MLOPS_OK;
}

mlops_status mlops__receive_content(mlops__receiver *self, const mlops_id *id, mlops_error *err) {
    MLOPS_TRY(mlops__erased_check_now(self->store, id, err));
    return receive(self, id->bytes, 0, err);
}
