/* Marking what is named.
 *
 * Owns the marks. Invariants: whatever a record of the moment names, or was put, named or leased
 * since the mark began, is marked before anything is deleted, for each deletion follows journal and
 * leases first, within its own transaction; a mark by mistake keeps garbage and nothing else, since
 * no way on is cut short where a mark is found: objects are passed one by one, and an exact set
 * says which commits were reached. What is condemned is dropped whatever names it; of its chunks an
 * exact set says which are needed by others.
 */
#include "store/collect.h"
#include "store/record.h"
#include "store/store_walk.h"

#include <string.h>

enum { PIECE = 256 << 10, SLOTS_LEAST = 256, OWNER = 8 };

static uint64_t hash_of(const mlops__gc *self, mlops__bytes key) {
    return mlops__hash_64_seeded(key.data, key.size, self->seed);
}

static uint32_t *condemned(const mlops__gc *self, const uint8_t *key, size_t n) {
    return self->store->condemned ? mlops__idset_find(self->store->condemned, key, n) : NULL;
}

/* Objects and commits have keys of 32 bytes, chunks of 20. */
void mlops__gc_mark(mlops__gc *self, const uint8_t *key, size_t n) {
    uint32_t *needed = condemned(self, key, n);
    if (needed && n == MLOPS__CHUNK_KEY) *needed = 1;
    mlops__bloom_add(&self->marks, hash_of(self, (mlops__bytes){key, n}));
}

int mlops__gc_is_marked(const mlops__gc *self, const uint8_t *key, size_t n) {
    return mlops__bloom_has(&self->marks, hash_of(self, (mlops__bytes){key, n}));
}

/* What came since the collection began lies behind what there was then. */
int mlops__gc_is_live(const mlops__gc *self, mlops__bytes key, mlops__pack_place place) {
    const mlops__gc_pack *pack = mlops__gc_find_pack(self, place.pack);
    const uint32_t *needed = condemned(self, key.data, key.size);
    if (needed && key.size == 32) return 0;
    if (place.pack >= 0 && (!pack || place.offset >= pack->end)) return 1;
    if (needed) return *needed != 0;
    return mlops__gc_is_marked(self, key.data, key.size);
}

/* ---- commits that were reached ---- */

static size_t slot_of(const mlops__gc *self, const uint8_t *id) {
    static const uint8_t none[16];
    size_t i = (size_t)mlops__load_u64(id) & (self->n_slots - 1);
    while (memcmp(self->reached[i], none, 16) != 0 && memcmp(self->reached[i], id, 16) != 0)
        i = (i + 1) & (self->n_slots - 1);
    return i;
}

int mlops__gc_is_reached(const mlops__gc *self, const uint8_t id[32]) {
    if (self->keeps_commits) return 1;
    return self->n_slots && memcmp(self->reached[slot_of(self, id)], id, 16) == 0;
}

static mlops_status grow(mlops__gc *self, mlops_error *err) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    size_t before = self->n_slots, n = before ? before * 2 : SLOTS_LEAST;
    uint8_t(*old)[16] = self->reached;
    if (before && (int64_t)(n * 16) > self->memory_max / 4) {
        self->keeps_commits = self->found = 1; /* the pass is made again */
        return MLOPS_OK;
    }
    self->reached = mlops__alloc_zero(allocator, n * 16);
    if (!self->reached) {
        self->reached = old;
        return mlops__fail_nomem(err, n * 16);
    }
    self->n_slots = n;
    for (size_t i = 0; i < before; i++)
        if (mlops__load_u64(old[i]) || mlops__load_u64(old[i] + 8))
            memcpy(self->reached[slot_of(self, old[i])], old[i], 16);
    if (old) mlops__free(allocator, old, before * 16);
    return MLOPS_OK;
}

static mlops_status note_reached(mlops__gc *self, const uint8_t id[32], mlops_error *err) {
    if (4 * (self->n_reached + 1) > 3 * self->n_slots) MLOPS_TRY(grow(self, err));
    if (self->keeps_commits) return MLOPS_OK;
    memcpy(self->reached[slot_of(self, id)], id, 16);
    self->n_reached++;
    return MLOPS_OK;
}

/* ---- objects ---- */

mlops_status mlops__gc_read_recipe(mlops__gc *self, const uint8_t *id, mlops__pack_place place,
                                   mlops__recipe *out, mlops_error *err) {
    mlops__pack_frame frame;
    mlops_status status = mlops__packs_read(&self->reading, place, &frame, &self->payload, err);
    if (status == MLOPS_E_CORRUPT) return MLOPS_END;
    MLOPS_TRY(status);
    if (frame.kind != MLOPS__PACK_OBJECT || memcmp(frame.key, id, 32) != 0) return MLOPS_END;
    return mlops__recipe_open(out, frame.codec, self->payload.data, frame.stored) ? MLOPS_OK
                                                                                  : MLOPS_END;
}

static int is_of_base(mlops__piece_kind kind) {
    return kind == MLOPS__PIECE_COPY || kind == MLOPS__PIECE_DELTA || kind == MLOPS__PIECE_SAME ||
           kind == MLOPS__PIECE_PATCH;
}

void mlops__gc_mark_pieces(mlops__gc *self, mlops__recipe pieces) {
    mlops__piece piece;
    if (pieces.codec == MLOPS__PACK_PART && self->phase < MLOPS__GC_PARTS) return;
    while (mlops__recipe_next(&pieces, &piece))
        if (piece.key) mlops__gc_mark(self, piece.key, MLOPS__CHUNK_KEY);
}

static int64_t shared_of(mlops__recipe pieces) {
    mlops__piece piece;
    int64_t size = 0;
    while (mlops__recipe_next(&pieces, &piece))
        if (is_of_base(piece.kind)) size += (int64_t)piece.size;
    return size;
}

mlops_status mlops__gc_mark_closure(mlops__gc *self, mlops__index *index, const uint8_t *id,
                                    mlops_error *err) {
    uint8_t name[32];
    mlops__recipe recipe;
    mlops__location at;
    memcpy(name, id, sizeof name);
    for (int i = 0; i <= MLOPS__CHAIN_MAX; i++) {
        if (condemned(self, name, sizeof name)) return MLOPS_OK;
        mlops_status status =
            mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){name, 32}, &at, err);
        if (status) return status == MLOPS_E_NOT_FOUND && i ? MLOPS_OK : status;
        mlops__gc_mark(self, name, sizeof name);
        if (at.place.pack <= 0) return MLOPS_OK;
        status = mlops__gc_read_recipe(self, name, at.place, &recipe, err);
        if (status) return status < 0 ? status : MLOPS_OK;
        mlops__gc_mark_pieces(self, recipe);
        if (!recipe.base) return MLOPS_OK;
        memcpy(name, recipe.base, sizeof name);
    }
    return MLOPS_OK;
}

mlops_status mlops__gc_drop_chunks(mlops__gc *self, mlops__index *index, mlops__bytes id,
                                   mlops__pack_place place, mlops_error *err) {
    mlops__recipe pieces;
    mlops__piece piece;
    mlops__location at;
    if (place.pack <= 0 || !condemned(self, id.data, id.size)) return MLOPS_OK;
    mlops_status status = mlops__gc_read_recipe(self, id.data, place, &pieces, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    while (mlops__recipe_next(&pieces, &piece)) {
        mlops__bytes key = {piece.key, MLOPS__CHUNK_KEY};
        if (!piece.key) continue;
        status = mlops__content_find(index, MLOPS__TABLE_CHUNKS, key, &at, err);
        if (status == MLOPS_E_NOT_FOUND) continue;
        MLOPS_TRY(status);
        if (!mlops__gc_is_live(self, key, at.place))
            MLOPS_TRY(mlops__index_del(index, MLOPS__TABLE_CHUNKS, key, err));
    }
    return MLOPS_OK;
}

/* Of what leans on bases that are not marked it is told once all objects were passed. Where that is
 * not known of all: bases that are marked, and whose keys are ahead, are passed later; those behind
 * may have been passed by. */
static mlops_status pass_object(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    mlops__recipe recipe;
    uint8_t base[32];
    if (!mlops__gc_place(key, 32, value, &place) || place.pack <= 0 ||
        !mlops__gc_is_live(self, key, place))
        return MLOPS_OK;
    mlops_status status = mlops__gc_read_recipe(self, key.data, place, &recipe, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    self->stat.content_bytes += (int64_t)recipe.size;
    self->stat.shared_bytes += shared_of(recipe);
    mlops__gc_mark(self, key.data, key.size);
    if (mlops__idset_find(&self->leaning, key.data, key.size)) return MLOPS_OK;
    mlops__gc_mark_pieces(self, recipe);
    if (!recipe.base || self->knows_leaning) return MLOPS_OK;
    memcpy(base, recipe.base, sizeof base);
    mlops__gc_mark(self, base, sizeof base);
    if (memcmp(base, key.data, sizeof base) > 0) return MLOPS_OK;
    status = mlops__gc_mark_closure(self, index, base, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__gc_objects(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__gc_walk(self, &index, MLOPS__TABLE_OBJECTS, pass_object, err);
    mlops__store_read_end(&index);
    if (status == MLOPS_END) self->deep = 1;
    return status;
}

/* ---- names in text ---- */

static mlops_status note_name(mlops__gc *self, mlops__index *index, const uint8_t id[32],
                              mlops_error *err) {
    mlops__gc_mark(self, id, 32);
    if (!self->deep) return MLOPS_OK;
    mlops_status status = mlops__gc_mark_closure(self, index, id, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    if (!mlops__gc_is_reached(self, id)) self->asks = 1;
    return MLOPS_OK;
}

static mlops_status end_run(mlops__gc *self, mlops__index *index, mlops__gc_digits *digits,
                            mlops__buf *todo, mlops_error *err) {
    uint8_t id[32];
    size_t n = digits->n;
    digits->n = 0;
    if (n != sizeof digits->run || !mlops__hex_parse(id, digits->run, sizeof id)) return MLOPS_OK;
    if (todo) mlops__buf_put(todo, id, sizeof id);
    if (todo && todo->status) return mlops__fail_nomem(err, todo->size);
    return note_name(self, index, id, err);
}

/* Runs of just 64 digits; one may go on in the next piece. */
static mlops_status search(mlops__gc *self, mlops__index *index, mlops__gc_digits *digits,
                           mlops__bytes text, mlops__buf *todo, mlops_error *err) {
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
            if (digits->n < sizeof digits->run) digits->run[digits->n] = (char)c;
            if (digits->n <= sizeof digits->run) digits->n++;
        } else if (digits->n) MLOPS_TRY(end_run(self, index, digits, todo, err));
    }
    return MLOPS_OK;
}

static mlops_status search_all(mlops__gc *self, mlops__index *index, mlops__bytes text,
                               mlops__buf *todo, mlops_error *err) {
    mlops__gc_digits digits = {{0}, 0};
    MLOPS_TRY(search(self, index, &digits, text, todo, err));
    return end_run(self, index, &digits, todo, err);
}

/* ---- trees ---- */

static mlops_status read_tree(mlops__gc *self, mlops__index *index, int64_t *size,
                              mlops_error *err) {
    mlops_store *store = self->store;
    mlops__location at;
    mlops__content_reader reader;
    self->piece.size = 0;
    if (!mlops__buf_extend(&self->piece, PIECE)) return mlops__gc_nomem(self, err);
    self->piece.size = 0;
    MLOPS_TRY(
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){self->tree, 32}, &at, err));
    if (at.place.pack == 0) {
        *size = at.size;
        if (at.size < 0 || at.size > MLOPS__INLINE_MAX) return mlops__content_damaged(err);
        self->piece.size = (size_t)at.size;
        return mlops__journal_read(&store->journal, at.segment, at.place.offset, self->piece.data,
                                   self->piece.size, err);
    }
    mlops__reader_init(&reader, store, index);
    reader.is_locked = 1;
    mlops_status status = mlops__reader_open(&reader, self->tree, err);
    if (!status) {
        *size = (int64_t)reader.levels[0].recipe.size;
        int64_t left = *size - self->tree_at;
        self->piece.size = left < 0 ? 0 : left < PIECE ? (size_t)left : PIECE;
        status = mlops__reader_read(&reader, (uint64_t)self->tree_at, self->piece.data,
                                    self->piece.size, err);
    }
    mlops__reader_free(&reader);
    return status;
}

/* What a tree that cannot be read names is not known: nothing may be dropped. */
static mlops_status refuse_tree(const mlops__gc *self, mlops_error *err) {
    char digits[65];
    mlops__hex_bytes(digits, self->tree, sizeof self->tree);
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "the tree %s of a commit of \"%.*s\" is damaged or lost: what it names "
                       "cannot be told, so that nothing is collected; restore it, or drop the "
                       "branches and tags that lead to it",
                       digits, (int)self->dataset.size, (const char *)self->dataset.data);
}

/* The next piece of the tree. */
static mlops_status search_tree(mlops__gc *self, mlops__index *index, mlops_error *err) {
    int64_t size = 0;
    if (!self->locked) mlops__lock_take(&self->store->lock);
    mlops_status status = read_tree(self, index, &size, err);
    if (!self->locked) mlops__lock_give(&self->store->lock);
    if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT) return refuse_tree(self, err);
    MLOPS_TRY(status);
    mlops__bytes text = {self->piece.data, self->piece.size};
    MLOPS_TRY(search(self, index, &self->digits, text, NULL, err));
    self->tree_at += (int64_t)text.size;
    if (self->tree_at < size) return MLOPS_OK;
    self->tree_at = -1;
    return end_run(self, index, &self->digits, NULL, err);
}

/* ---- commits ---- */

static int is_commit_key(mlops__bytes key, uint8_t id[32]) {
    mlops__bytes digits = mlops__key_part(key, 1);
    return digits.size == 64 && mlops__hex_parse(id, (const char *)digits.data, 32);
}

/* What its record names; its tree is searched next, and with todo its parents after that. */
static mlops_status open_commit(mlops__gc *self, mlops__index *index, mlops__bytes value,
                                mlops__buf *todo, mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops_id tree;
    mlops__arena_init(&arena, &self->store->host.allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, value, &arena, err);
    if (!status && mlops__record_id(&record, "tree", &tree)) {
        memcpy(self->tree, tree.bytes, sizeof self->tree);
        self->tree_at = 0;
        self->digits.n = 0;
    }
    if (!status) status = search_all(self, index, value, todo, err);
    mlops__arena_free(&arena);
    return status;
}

/* The next of those that are to be looked at, unless it was, or is none. */
static mlops_status take_todo(mlops__gc *self, mlops__index *index, mlops_error *err) {
    mlops__bytes value;
    mlops__key key;
    mlops_id id;
    self->todo.size -= sizeof id;
    memcpy(&id, self->todo.data + self->todo.size, sizeof id);
    if (mlops__gc_is_reached(self, id.bytes)) return MLOPS_OK;
    mlops__key_init(&key);
    mlops__key_text(&key, (const char *)self->dataset.data);
    mlops__key_id(&key, &id);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key), &value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    self->found = 1;
    MLOPS_TRY(note_reached(self, id.bytes, err));
    return open_commit(self, index, value, &self->todo, err);
}

static int has_pending(const mlops__gc *self) { return self->tree_at >= 0 || self->todo.size > 0; }

static mlops_status do_pending(mlops__gc *self, mlops__index *index, mlops_error *err) {
    while (has_pending(self)) {
        MLOPS_TRY(self->tree_at >= 0 ? search_tree(self, index, err) : take_todo(self, index, err));
        if (!self->locked && mlops__gc_is_late(self)) break;
    }
    return MLOPS_OK;
}

static mlops_status set_dataset(mlops__gc *self, mlops__bytes key, mlops_error *err) {
    mlops__bytes name = mlops__key_part(key, 0);
    self->dataset.size = 0;
    mlops__buf_put(&self->dataset, name.data, name.size);
    mlops__buf_u8(&self->dataset, 0);
    self->dataset.size -= !self->dataset.status;
    return self->dataset.status ? mlops__gc_nomem(self, err) : MLOPS_OK;
}

static mlops_status pass_commit(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                mlops__bytes value, mlops_error *err) {
    uint8_t id[32];
    if (!is_commit_key(key, id)) return MLOPS_OK;
    if (!self->keeps_commits &&
        (mlops__gc_is_reached(self, id) || !mlops__gc_is_marked(self, id, sizeof id)))
        return MLOPS_OK;
    MLOPS_TRY(set_dataset(self, key, err));
    if (self->keeps_commits) MLOPS_TRY(open_commit(self, index, value, NULL, err));
    else mlops__buf_put(&self->todo, id, sizeof id);
    if (self->todo.status) return mlops__gc_nomem(self, err);
    return do_pending(self, index, err);
}

/* A pass over all, and another one as long as that reaches more. MLOPS_END then. */
static mlops_status pass_commits(mlops__gc *self, mlops__index *index, mlops_error *err) {
    MLOPS_TRY(do_pending(self, index, err));
    if (has_pending(self)) return MLOPS_OK;
    mlops_status status = mlops__gc_walk(self, index, MLOPS__TABLE_COMMITS, pass_commit, err);
    if (status != MLOPS_END) return status;
    int again = self->found;
    self->found = 0;
    return has_pending(self) || again ? MLOPS_OK : MLOPS_END;
}

mlops_status mlops__gc_commits(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = pass_commits(self, &index, err);
    mlops__store_read_end(&index);
    return status;
}

/* ---- records ---- */

static mlops_status pass_record(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                mlops__bytes value, mlops_error *err) {
    (void)key;
    return search_all(self, index, value, NULL, err);
}

mlops_status mlops__gc_records(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    do {
        if (self->table == MLOPS__TABLE_COMMITS) self->table++;
        status = mlops__gc_walk(self, &index, (uint8_t)self->table, pass_record, err);
        if (status == MLOPS_END && self->table++ < MLOPS__TABLE_LAST) status = MLOPS_OK;
    } while (!status && !mlops__gc_is_late(self));
    mlops__store_read_end(&index);
    return status;
}

/* ---- the journal ---- */

static mlops_status note_put(mlops__gc *self, mlops__index *index, const mlops__op *op,
                             mlops_error *err) {
    uint8_t id[32];
    if (op->table != MLOPS__TABLE_COMMITS || !is_commit_key(op->key, id))
        return search_all(self, index, op->value, NULL, err);
    mlops__gc_mark(self, id,
                   sizeof id); /* what its record names follows with the pass over commits */
    if (self->deep && !mlops__gc_is_reached(self, id)) self->asks = 1;
    if (!self->deep || !self->keeps_commits) return MLOPS_OK;
    MLOPS_TRY(set_dataset(self, op->key, err));
    MLOPS_TRY(open_commit(self, index, op->value, NULL, err));
    while (self->tree_at >= 0) MLOPS_TRY(search_tree(self, index, err));
    return MLOPS_OK;
}

static mlops_status note_frame(mlops__gc *self, mlops__index *index, const mlops__frame *frame,
                               mlops_error *err) {
    mlops__ops ops;
    mlops__op op;
    self->seen = frame->seq;
    if (frame->seq <= self->goal && frame->time_ns < self->before) return MLOPS_OK;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (op.kind == MLOPS__OP_PUT) MLOPS_TRY(note_put(self, index, &op, err));
        if (op.kind == MLOPS__OP_PACKED) MLOPS_TRY(note_name(self, index, op.key.data, err));
    }
    return MLOPS_OK;
}

/* Up to the index's place, or a goal ahead of it. */
static mlops_status follow_journal(mlops__gc *self, mlops__index *index, int64_t goal,
                                   mlops_error *err) {
    mlops__walk walk;
    mlops__frame frame;
    if (self->seen >= goal) return MLOPS_OK;
    MLOPS_TRY(mlops__walk_begin_in(&walk, self->store, index, self->seen + 1, err));
    mlops_status status = MLOPS_OK;
    do {
        status = mlops__walk_next(&walk, &frame, err);
        if (!status) status = note_frame(self, index, &frame, err);
    } while (!status && self->seen < goal && (self->deep || !mlops__gc_is_late(self)));
    mlops__walk_close(&walk);
    return status < 0 ? status : MLOPS_OK;
}

mlops_status mlops__gc_frames(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = follow_journal(self, &index, self->goal, err);
    mlops__store_read_end(&index);
    return status || self->seen < self->goal ? status : MLOPS_END;
}

static mlops_status follow_leases(mlops__gc *self, mlops__index *index, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    MLOPS_TRY(
        mlops__index_iter_init(&iter, index, MLOPS__TABLE_LEASES, (mlops__bytes){NULL, 0}, err));
    mlops_status status = MLOPS_OK;
    while (!status) {
        status = mlops__index_iter_next(&iter, &key, &value, err);
        if (status || key.size != OWNER + 32 || value.size != 8) continue;
        if (mlops__load_u64(value.data) <= self->moment) continue;
        status = note_name(self, index, key.data + OWNER, err);
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* One that comes as a writer is sure of the commits ahead of its own alone: that may not come to
 * pass, and another one would have its number. */
mlops_status mlops__gc_catch_up(mlops__gc *self, mlops__index *index, mlops_error *err) {
    uint64_t moment = mlops__kv_moment(index->txn);
    int deep = self->deep;
    self->deep = 1;
    MLOPS_TRY(follow_leases(self, index, err));
    mlops_status status = follow_journal(self, index, index->place.chain.seq, err);
    mlops__buf key = self->key; /* of the walk that is under way */
    mlops__buf_init(&self->key, key.allocator);
    while (!status && self->asks) {
        self->asks = 0;
        while (!status) status = pass_commits(self, index, err);
        if (status == MLOPS_END) status = MLOPS_OK;
    }
    mlops__buf_free(&self->key);
    self->key = key;
    self->moment = self->locked ? moment - 1 : moment;
    self->deep = deep;
    return status;
}
