/* Reading content: its chunks, and where it is kept as changes to other content, that too.
 *
 * Owns the buffers of a reader. Invariants: a chunk that is handed on has the hash that it was
 * found by, and operations are chunks, so that what is made of them is what was put in; bases lead
 * no further than MLOPS__DEPTH_MAX objects, whatever the bytes say.
 */
#include "store/content.h"
#include "store/erased.h"

#include <string.h>

mlops_status mlops__content_damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its bytes do not have its hash");
}

void mlops__chunk_key(uint8_t key[MLOPS__CHUNK_KEY], const uint8_t *bytes, size_t n) {
    mlops__hash128 h = mlops__hash_128(bytes, n);
    mlops__store_u64(key, h.low);
    mlops__store_u64(key + 8, h.high);
    for (int i = 0; i < 4; i++) key[16 + i] = (uint8_t)(n >> 8 * i);
}

mlops_status mlops__content_find(mlops__index *index, uint8_t table, mlops__bytes key,
                                 mlops__location *out, mlops_error *err) {
    mlops__bytes value;
    mlops__cursor c;
    MLOPS_TRY(mlops__index_get(index, table, key, &value, err));
    mlops__cursor_init(&c, value.data, value.size);
    out->place.pack = mlops__cursor_i64(&c);
    out->segment = mlops__cursor_i64(&c);
    out->place.offset = mlops__cursor_i64(&c);
    out->size = mlops__cursor_i64(&c);
    if (!c.failed) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the index's place of content is cut short");
}

mlops_status mlops__content_recipe(mlops_store *self, const uint8_t id[32],
                                   const mlops__location *at, mlops__buf *buf, mlops__recipe *out,
                                   mlops_error *err) {
    mlops__pack_frame frame;
    MLOPS_TRY(mlops__packs_read(&self->packs, at->place, &frame, buf, err));
    if (frame.kind != MLOPS__PACK_OBJECT || memcmp(frame.key, id, 32) != 0)
        return mlops__content_damaged(err);
    if (mlops__recipe_open(out, frame.codec, buf->data, frame.stored)) return MLOPS_OK;
    return mlops__content_damaged(err);
}

/* ---- a reader ---- */

void mlops__reader_init(mlops__content_reader *self, mlops_store *store, mlops__index *index) {
    memset(self, 0, sizeof *self);
    self->store = store;
    self->index = index;
    mlops__codec_init(&self->codec, &store->host);
    mlops__buf_init(&self->payload, &store->host.allocator);
    mlops__tabular_init(&self->tabular, store, index);
    for (int i = 0; i <= MLOPS__DEPTH_MAX; i++) {
        mlops__buf_init(&self->levels[i].recipe_bytes, &store->host.allocator);
        mlops__buf_init(&self->levels[i].chunk, &store->host.allocator);
        self->levels[i].delta_at = UINT64_MAX;
    }
}

void mlops__reader_free(mlops__content_reader *self) {
    for (int i = 0; i <= MLOPS__DEPTH_MAX; i++) {
        mlops__buf_free(&self->levels[i].recipe_bytes);
        mlops__buf_free(&self->levels[i].chunk);
    }
    mlops__tabular_free(&self->tabular);
    mlops__buf_free(&self->payload);
    mlops__codec_free(&self->codec);
}

static mlops_status find_recipe(mlops__content_reader *self, const uint8_t id[32],
                                mlops__content_level *level, mlops_error *err) {
    mlops__location at;
    const mlops__elsewhere *from = self->elsewhere;
    if (from) return from->recipe(from->user, id, &level->recipe_bytes, &level->recipe, err);
    MLOPS_TRY(
        mlops__content_find(self->index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, err));
    if (at.place.pack <= 0) return mlops__content_damaged(err);
    if (!self->is_locked) mlops__lock_take(&self->store->lock);
    mlops_status status =
        mlops__content_recipe(self->store, id, &at, &level->recipe_bytes, &level->recipe, err);
    if (!self->is_locked) mlops__lock_give(&self->store->lock);
    return status;
}

/* Of rows the recipe is the other reader's from now on, but for what stands ahead of its pieces. */
static mlops_status open_level(mlops__content_reader *self, mlops__content_level *level,
                               mlops_error *err) {
    level->ahead = level->recipe;
    if (mlops__recipe_has_rows(level->recipe.codec)) {
        self->tabular.index = self->index;
        self->tabular.elsewhere = self->elsewhere;
        self->tabular.is_locked = self->is_locked;
        MLOPS_TRY(mlops__tabular_adopt(&self->tabular, &level->recipe_bytes, &level->recipe, err));
    }
    self->n++;
    return MLOPS_OK;
}

mlops_status mlops__reader_open(mlops__content_reader *self, const uint8_t id[32],
                                mlops_error *err) {
    mlops__content_level *level = &self->levels[self->n];
    MLOPS_TRY(find_recipe(self, id, level, err));
    return open_level(self, level, err);
}

mlops_status mlops__reader_open_recipe(mlops__content_reader *self, mlops__pack_codec codec,
                                       mlops__bytes recipe, mlops_error *err) {
    mlops__content_level *level = &self->levels[self->n];
    mlops__buf_put(&level->recipe_bytes, recipe.data, recipe.size);
    if (level->recipe_bytes.status) return mlops__fail_nomem(err, recipe.size);
    if (!mlops__recipe_open(&level->recipe, codec, level->recipe_bytes.data, recipe.size))
        return mlops__content_damaged(err);
    return open_level(self, level, err);
}

mlops_status mlops__reader_base(mlops__content_reader *self, int level, mlops_error *err) {
    const mlops__recipe *recipe = &self->levels[level].recipe;
    if (level + 1 < self->n) return MLOPS_OK;
    if (!recipe->base || level == MLOPS__DEPTH_MAX) return mlops__content_damaged(err);
    mlops_status status = mlops__reader_open(self, recipe->base, err);
    return status == MLOPS_E_NOT_FOUND ? mlops__content_damaged(err) : status;
}

/* ---- chunks ---- */

/* What stands as it is changes places with what was there: copying it would take as long as all
 * else. */
static mlops_status unpack(mlops__codec *codec, const mlops__pack_frame *frame, mlops__buf *packed,
                           mlops__buf *out, mlops_error *err) {
    if (frame->codec == MLOPS__PACK_RAW) {
        mlops__buf before = *out;
        *out = *packed;
        *packed = before;
        return MLOPS_OK;
    }
    uint8_t *bytes = mlops__buf_extend(out, frame->size);
    if (bytes) return mlops__chunk_unpack(codec, frame, packed->data, bytes, err);
    out->status = MLOPS_OK;
    return mlops__fail_nomem(err, frame->size);
}

mlops_status mlops__content_chunk(mlops_store *self, mlops__index *index, mlops__codec *codec,
                                  const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *payload,
                                  mlops__buf *out, mlops_error *err) {
    mlops__location at;
    mlops__pack_frame frame;
    uint8_t found[MLOPS__CHUNK_KEY];
    mlops__buf *packed = payload ? payload : &self->payload;
    size_t size = mlops__load_u32(key + 16);
    out->size = 0;
    mlops_status status = mlops__content_find(index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return mlops__content_damaged(err);
    MLOPS_TRY(status);
    if (payload) mlops__lock_take(&self->lock);
    status = mlops__packs_read(&self->packs, at.place, &frame, packed, err);
    if (payload) mlops__lock_give(&self->lock);
    MLOPS_TRY(status);
    if (frame.size != size) return mlops__content_damaged(err);
    status = unpack(codec, &frame, packed, out, err);
    if (!status) mlops__chunk_key(found, out->data, size);
    if (!status && memcmp(found, key, sizeof found) != 0) status = mlops__content_damaged(err);
    if (status) out->size = 0;
    return status;
}

mlops_status mlops__content_chunk_of(mlops_store *self, mlops__index *index,
                                     const mlops__elsewhere *elsewhere, mlops__codec *codec,
                                     const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *payload,
                                     mlops__buf *out, mlops_error *err) {
    if (elsewhere) return elsewhere->chunk(elsewhere->user, key, out, err);
    return mlops__content_chunk(self, index, codec, key, payload, out, err);
}

/* Into the level's buffer, unless it is there already. */
static mlops_status load_chunk(mlops__content_reader *self, mlops__content_level *level,
                               const uint8_t *key, mlops_error *err) {
    if (level->chunk.size && memcmp(level->key, key, sizeof level->key) == 0) return MLOPS_OK;
    level->delta_at = UINT64_MAX;
    MLOPS_TRY(mlops__content_chunk_of(self->store, self->index, self->elsewhere, &self->codec, key,
                                      self->is_locked ? NULL : &self->payload, &level->chunk, err));
    memcpy(level->key, key, sizeof level->key);
    return MLOPS_OK;
}

/* ---- content that leads over other content ---- */

typedef struct nested {
    mlops__content_reader *reader;
    int level;
} nested;

static mlops_status read_level(mlops__content_reader *self, int level, uint64_t offset,
                               uint8_t *out, size_t n, mlops_error *err);

/* A part of the base that lies inside of it. */
static mlops_status read_base(void *user, uint64_t offset, uint8_t *out, size_t n,
                              mlops_error *err) {
    nested *in = user;
    MLOPS_TRY(mlops__reader_base(in->reader, in->level, err));
    uint64_t size = in->reader->levels[in->level + 1].recipe.size;
    if (offset > size || n > size - offset) return mlops__content_damaged(err);
    return read_level(in->reader, in->level + 1, offset, out, n, err);
}

/* Bytes from to to - 1 of the piece that the level stands at. */
static mlops_status read_piece(mlops__content_reader *self, int level, const mlops__piece *piece,
                               uint64_t from, uint64_t to, uint8_t *out, mlops_error *err) {
    mlops__content_level *at = &self->levels[level];
    nested in = {self, level};
    if (piece->kind == MLOPS__PIECE_COPY) {
        if (piece->base_at > UINT64_MAX - from) return mlops__content_damaged(err);
        return read_base(&in, piece->base_at + from, out, (size_t)(to - from), err);
    }
    MLOPS_TRY(load_chunk(self, at, piece->key, err));
    if (piece->kind == MLOPS__PIECE_CHUNK || piece->kind == MLOPS__PIECE_PART) {
        memcpy(out, at->chunk.data + piece->base_at + from, (size_t)(to - from));
        return MLOPS_OK;
    }
    if (at->delta_at != at->begun_at) {
        MLOPS_TRY(
            mlops__delta_open(&at->delta, at->chunk.data, at->chunk.size, piece->base_at, err));
        at->delta_at = at->begun_at;
    }
    return mlops__delta_apply(&at->delta, piece->size, from, to, out, read_base, &in, err);
}

static mlops_status read_level(mlops__content_reader *self, int level, uint64_t offset,
                               uint8_t *out, size_t n, mlops_error *err) {
    mlops__content_level *here = &self->levels[level];
    mlops__piece piece;
    uint64_t end = offset + n;
    if (mlops__recipe_has_rows(here->recipe.codec)) {
        self->tabular.index = self->index;
        return mlops__tabular_read(&self->tabular, offset, out, n, err);
    }
    if (offset < here->begun_at) {
        here->begun_at = 0;
        here->ahead = here->recipe;
    }
    mlops__recipe pieces = here->ahead;
    uint64_t at = here->begun_at;
    for (mlops__recipe before = pieces; at < end && mlops__recipe_next(&pieces, &piece);
         before = pieces) {
        here->begun_at = at;
        here->ahead = before;
        uint64_t from = offset > at ? offset - at : 0;
        uint64_t to = end - at < piece.size ? end - at : piece.size;
        if (from < to)
            MLOPS_TRY(read_piece(self, level, &piece, from, to, out + (at + from - offset), err));
        at += piece.size;
    }
    return at >= end ? MLOPS_OK : mlops__content_damaged(err);
}

mlops_status mlops__reader_read(mlops__content_reader *self, uint64_t offset, uint8_t *out,
                                size_t n, mlops_error *err) {
    return read_level(self, 0, offset, out, n, err);
}

/* ---- content by its name ---- */

typedef struct wanted {
    int64_t offset;
    uint8_t *out;
    size_t cap;
    int64_t size; /* of the whole; found */
} wanted;

/* Once the size is known: no more is wanted than there is. */
static mlops_status check_offset(wanted *w, mlops_error *err) {
    if (w->offset >= 0 && w->offset <= w->size) {
        uint64_t left = (uint64_t)(w->size - w->offset);
        if (w->cap > left) w->cap = (size_t)left;
        return MLOPS_OK;
    }
    return mlops__fail(err, MLOPS_E_INVALID, "offset %lld lies outside the %lld bytes",
                       (long long)w->offset, (long long)w->size);
}

static mlops_status read_inline(mlops_store *self, const mlops_id *id, const mlops__location *at,
                                wanted *w, mlops_error *err) {
    uint8_t bytes[MLOPS__INLINE_MAX], digest[32];
    mlops__sha256 sha;
    w->size = at->size;
    MLOPS_TRY(check_offset(w, err));
    if (at->size < 0 || at->size > (int64_t)sizeof bytes) return mlops__content_damaged(err);
    mlops__lock_take(&self->lock);
    mlops_status status = mlops__journal_read(&self->journal, at->segment, at->place.offset, bytes,
                                              (size_t)at->size, err);
    mlops__lock_give(&self->lock);
    MLOPS_TRY(status);
    mlops__sha256_init(&sha, self->kern->sha256_blocks);
    mlops__sha256_add(&sha, bytes, (size_t)at->size);
    mlops__sha256_end(&sha, digest);
    if (memcmp(digest, id->bytes, sizeof digest) != 0) return mlops__content_damaged(err);
    if (w->cap) memcpy(w->out, bytes + w->offset, w->cap);
    return MLOPS_OK;
}

static mlops_status read_packed(mlops_store *self, mlops__index *index, const mlops_id *id,
                                wanted *w, mlops_error *err) {
    mlops__content_reader reader;
    mlops__reader_init(&reader, self, index);
    mlops_status status = mlops__reader_open(&reader, id->bytes, err);
    if (!status) {
        w->size = (int64_t)reader.levels[0].recipe.size;
        status = check_offset(w, err);
    }
    if (!status && w->cap)
        status = mlops__reader_read(&reader, (uint64_t)w->offset, w->out, w->cap, err);
    mlops__reader_free(&reader);
    return status;
}

mlops_status mlops__content_read(mlops_store *self, const mlops_id *id, int64_t offset, void *out,
                                 size_t cap, int64_t *size, mlops_error *err) {
    mlops__index index;
    mlops__location at;
    wanted w = {offset, out, out ? cap : 0, 0};
    MLOPS_TRY(mlops__store_read_begin(self, &index, err));
    mlops_status status = mlops__erased_check(&index, id->bytes, err);
    if (!status)
        status = mlops__content_find(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, 32},
                                     &at, err);
    if (!status)
        status = at.place.pack ? read_packed(self, &index, id, &w, err)
                               : read_inline(self, id, &at, &w, err);
    mlops__store_read_end(&index);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the store has no content of this name");
    *size = w.size;
    return status;
}

mlops_status mlops_store_content(mlops_store *self, const mlops_id *id, void *bytes, size_t cap,
                                 size_t *needed, mlops_error *err) {
    int64_t size = 0;
    if (!self || !id) return mlops__fail(err, MLOPS_E_INVALID, "the store or the id is NULL");
    MLOPS_TRY(mlops__content_read(self, id, 0, bytes, cap, &size, err));
    if ((uint64_t)size > SIZE_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "the content has %lld bytes, more than memory",
                           (long long)size);
    if (needed) *needed = (size_t)size;
    if (!bytes || (size_t)size <= cap) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_ARENA, "the content has %lld bytes, there is room for %zu",
                       (long long)size, cap);
}
