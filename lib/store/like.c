/* The base of changes: choosing it, looking at it, finding places in it.
 *
 * Owns a window over the base and tables of places. Invariants: no object leads over more than
 * MLOPS__DEPTH_MAX others; the window is read under the store's lock, and nothing else is.
 */
#include "store/like.h"

#include "sys/hash.h"

#include <string.h>

enum { WINDOW = 1 << 20, GEAR = 32 /* bytes of an anchor */ };

/* A place in the base; what is there is found by its first 8 bytes, or hash. */
typedef struct mlops__like_slot {
    uint64_t what;
    const uint8_t *key; /* of a chunk; NULL for an anchor */
    uint64_t at_plus_1; /* 0: none */
} slot;

void mlops__like_free(mlops__like *self) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    mlops__delta_free(&self->delta);
    mlops__reader_free(&self->reader);
    mlops__free(allocator, self->chunks, self->chunks ? sizeof(slot) << self->chunk_bits : 0);
    mlops__free(allocator, self->anchors, self->anchors ? sizeof(slot) << self->anchor_bits : 0);
    mlops__free(allocator, self->window, WINDOW);
}

/* ---- the window ---- */

static mlops_status move_window(mlops__like *self, uint64_t offset, mlops_error *err) {
    uint64_t size = self->reader.levels[0].recipe.size;
    uint64_t end = self->window_at + self->window_size;
    size_t kept = offset >= self->window_at && offset < end ? (size_t)(end - offset) : 0;
    size_t wanted = size - offset < WINDOW ? (size_t)(size - offset) : WINDOW;
    if (kept) memmove(self->window, self->window + (offset - self->window_at), kept);
    self->window_at = offset;
    self->window_size = 0;
    MLOPS_TRY(
        mlops__reader_read(&self->reader, offset + kept, self->window + kept, wanted - kept, err));
    self->window_size = wanted;
    return MLOPS_OK;
}

/* For who makes the delta; the window moves on with it. */
static mlops_status look(void *user, uint64_t offset, const uint8_t **bytes, size_t *n,
                         mlops_error *err) {
    mlops__like *self = user;
    uint64_t size = self->reader.levels[0].recipe.size;
    uint64_t end = self->window_at + self->window_size;
    *bytes = self->window;
    *n = 0;
    if (offset >= size) return MLOPS_OK;
    if (offset < self->window_at || offset >= end ||
        (end < size && end - offset < MLOPS__DELTA_AHEAD))
        MLOPS_TRY(move_window(self, offset, err));
    *bytes = self->window + (offset - self->window_at);
    *n = (size_t)(self->window_at + self->window_size - offset);
    return MLOPS_OK;
}

void mlops__like_init(mlops__like *self, mlops_store *store) {
    memset(self, 0, sizeof *self);
    self->store = store;
    mlops__reader_init(&self->reader, store, NULL);
    mlops__delta_init(&self->delta, &store->host.allocator, look, self);
}

/* ---- tables ---- */

static mlops_status make_table(const mlops__like *self, size_t n, slot **out, int *bits,
                               mlops_error *err) {
    *bits = 4;
    while ((size_t)1 << *bits < 2 * n) ++*bits;
    *out = mlops__alloc_zero(&self->store->host.allocator, sizeof **out << *bits);
    return *out ? MLOPS_OK : mlops__fail_nomem(err, sizeof **out << *bits);
}

/* The slot of what is searched for, or the empty one where it would be. */
static slot *seek(slot *table, int bits, uint64_t what, const uint8_t *key) {
    size_t mask = ((size_t)1 << bits) - 1, i = (size_t)what & mask;
    for (; table[i].at_plus_1; i = (i + 1) & mask)
        if (table[i].what == what && (!key || !memcmp(table[i].key, key, MLOPS__CHUNK_KEY))) break;
    return &table[i];
}

/* The first of several places is kept. */
static void note(slot *table, int bits, uint64_t what, const uint8_t *key, uint64_t at) {
    slot *s = seek(table, bits, what, key);
    if (!s->at_plus_1) *s = (slot){what, key, at + 1};
}

static mlops_status note_chunks(mlops__like *self, mlops_error *err) {
    mlops__recipe pieces = self->reader.levels[0].recipe;
    mlops__piece piece;
    size_t n = 0;
    uint64_t at = 0;
    while (mlops__recipe_next(&pieces, &piece)) n++;
    MLOPS_TRY(make_table(self, n, &self->chunks, &self->chunk_bits, err));
    pieces = self->reader.levels[0].recipe;
    for (; mlops__recipe_next(&pieces, &piece); at += piece.size)
        if (piece.kind == MLOPS__PIECE_CHUNK)
            note(self->chunks, self->chunk_bits, mlops__load_u64(piece.key), piece.key, at);
    return MLOPS_OK;
}

int mlops__like_find(const mlops__like *self, const uint8_t *key, uint64_t *at) {
    const slot *s = seek(self->chunks, self->chunk_bits, mlops__load_u64(key), key);
    *at = s->at_plus_1 - 1;
    return s->at_plus_1 != 0;
}

/* The next anchor from *p on, below n; false if there is none. */
static int next_anchor(const mlops__like *self, const uint8_t *bytes, size_t n, size_t *p,
                       uint64_t *what) {
    if (*p < MLOPS__GEAR_HISTORY) *p = MLOPS__GEAR_HISTORY;
    if (*p >= n) return 0;
    *p = self->store->kern->gear_scan(bytes, *p, n, ~(UINT32_MAX >> self->anchor_spread));
    if (*p >= n) return 0;
    *what = mlops__hash_64(bytes + *p - (GEAR - 1), GEAR);
    return 1;
}

/* All of the base is read for this, which is done only where the delta has lost its way. There are
 * more anchors than expected in few texts; what has no room is left out. */
static mlops_status note_anchors(mlops__like *self, mlops_error *err) {
    uint64_t size = self->reader.levels[0].recipe.size, what = 0;
    self->anchor_spread = 11;
    while (self->anchor_spread < 15 && size >> (self->anchor_spread + 18)) self->anchor_spread++;
    size_t room = (size_t)(size >> (self->anchor_spread - 1)) + 16, n = 0;
    MLOPS_TRY(make_table(self, room, &self->anchors, &self->anchor_bits, err));
    for (uint64_t at = 0; at < size; at += WINDOW - MLOPS__GEAR_HISTORY) {
        MLOPS_TRY(move_window(self, at, err));
        for (size_t p = 0; next_anchor(self, self->window, self->window_size, &p, &what); p++)
            if (n++ < room) note(self->anchors, self->anchor_bits, what, NULL, at + p);
    }
    return MLOPS_OK;
}

mlops_status mlops__like_locate(mlops__like *self, const uint8_t *bytes, size_t n, uint64_t *at,
                                mlops_error *err) {
    uint64_t what = 0;
    if (!self->anchors) MLOPS_TRY(note_anchors(self, err));
    for (size_t p = 0; next_anchor(self, bytes, n, &p, &what); p++) {
        const slot *s = seek(self->anchors, self->anchor_bits, what, NULL);
        if (!s->at_plus_1) continue;
        *at = s->at_plus_1 > p ? s->at_plus_1 - 1 - p : 0;
        return MLOPS_OK;
    }
    return MLOPS_END;
}

/* ---- choosing ---- */

/* How many versions may stand between one and its base at a depth: each has up to three that are
 * kept as changes to it at the next depth, and theirs. So a base is near, and many versions lead
 * over few. */
static uint32_t span_of(uint32_t depth) {
    static const uint32_t SPANS[MLOPS__DEPTH_MAX] = {UINT32_MAX, 40, 13, 4};
    return SPANS[depth];
}

uint32_t mlops__like_depth(const mlops__like *self) {
    const mlops__recipe *recipe = &self->reader.levels[0].recipe;
    return recipe->codec == MLOPS__PACK_BASED ? recipe->depth : 0;
}

static mlops_status open_base(mlops__like *self, mlops_error *err) {
    mlops__index *index = self->reader.index;
    mlops__reader_free(&self->reader);
    mlops__reader_init(&self->reader, self->store, index);
    return mlops__reader_open(&self->reader, self->base, err);
}

/* Depths fall on the way down, so that what is made leads over no more than the base's says. */
static mlops_status check_depths(mlops__like *self, mlops_error *err) {
    mlops__content_reader *reader = &self->reader;
    for (int i = 0; reader->levels[i].recipe.codec == MLOPS__PACK_BASED; i++) {
        MLOPS_TRY(mlops__reader_base(reader, i, err));
        if (mlops__recipe_has_rows(reader->levels[i + 1].recipe.codec)) return MLOPS_OK;
        if (reader->levels[i + 1].recipe.depth >= reader->levels[i].recipe.depth)
            return MLOPS_E_CORRUPT;
    }
    return MLOPS_OK;
}

static mlops_status choose(mlops__like *self, const mlops_id *id, mlops_error *err) {
    const mlops__recipe *recipe = &self->reader.levels[0].recipe;
    memcpy(self->base, id->bytes, sizeof self->base);
    MLOPS_TRY(open_base(self, err));
    if (recipe->number == UINT32_MAX) return MLOPS_E_NOT_FOUND; /* none comes behind it */
    self->number = recipe->number + 1;
    while (recipe->codec == MLOPS__PACK_BASED &&
           (recipe->depth >= MLOPS__DEPTH_MAX ||
            self->number - recipe->number >= span_of(recipe->depth))) {
        memcpy(self->base, recipe->base, sizeof self->base);
        MLOPS_TRY(open_base(self, err));
        if (mlops__recipe_has_rows(recipe->codec)) break;
        if (recipe->number >= self->number) return MLOPS_E_CORRUPT;
    }
    MLOPS_TRY(check_depths(self, err));
    return recipe->size < MLOPS__CHUNK_NORMAL ? MLOPS_E_NOT_FOUND : MLOPS_OK;
}

mlops_status mlops__like_begin(mlops__like *self, mlops__index *index, const mlops_id *id,
                               mlops_error *err) {
    self->reader.index = index;
    mlops_status status = choose(self, id, err);
    if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT) return MLOPS_END;
    MLOPS_TRY(status);
    self->window = mlops__alloc(&self->store->host.allocator, WINDOW);
    if (!self->window) return mlops__fail_nomem(err, WINDOW);
    return note_chunks(self, err);
}
