/* Places of content in the index, and which of several frames of one object counts.
 *
 * Owns rows of MLOPS__TABLE_PACKS that begin with 'o', of objects that a scan has found
 * in more places than one. Invariants: a frame whose chunks or base are gone, or whose base was
 * erased, never counts while another one is whole: collections leave such frames in packs that they
 * do not empty. Which of two that are whole counts is told by what others count on, then by what
 * the index has.
 */
#include "store/content.h"
#include "store/erased.h"
#include "store/idset.h"

#include <string.h>

enum { ID = 32, ROW = 1 + ID + 16, VALUE = 32 };

/* ---- places ---- */

/* What is whole by itself came because what it shared with others was damaged; what counts its
 * rows, because others count on them. */
static int rank_of(int64_t codec) {
    return codec == MLOPS__PACK_ROWS ? 2 : codec == MLOPS__PACK_RAW ? 1 : 0;
}

static mlops_status put_place(mlops__index *index, uint8_t table, mlops__bytes key,
                              const mlops__location *at, mlops_error *err) {
    uint8_t value[VALUE];
    mlops__store_u64(value, (uint64_t)at->place.pack);
    mlops__store_u64(value + 8, (uint64_t)at->segment);
    mlops__store_u64(value + 16, (uint64_t)at->place.offset);
    mlops__store_u64(value + 24, (uint64_t)at->size);
    return mlops__index_put(index, table, key, (mlops__bytes){value, sizeof value}, err);
}

static mlops_status put_object(mlops__index *index, const uint8_t *id, const mlops__location *at,
                               mlops_error *err) {
    return put_place(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, ID}, at, err);
}

static mlops_status find_there(mlops__index *index, const uint8_t *id, mlops__location *out,
                               mlops_error *err) {
    *out = (mlops__location){{0, 0}, 0, 0};
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, ID}, out, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__content_note(mlops__index *index, const mlops__pack_frame *frame,
                                 mlops__pack_place place, mlops_error *err) {
    mlops__location there, here = {place, frame->stored, (int64_t)frame->codec};
    if (frame->kind == MLOPS__PACK_CHUNK) {
        here.size = 0;
        return put_place(index, MLOPS__TABLE_CHUNKS, (mlops__bytes){frame->key, MLOPS__CHUNK_KEY},
                         &here, err);
    }
    MLOPS_TRY(find_there(index, frame->key, &there, err));
    int stays = there.place.pack > 0 && rank_of(there.size) > rank_of(here.size);
    return stays ? MLOPS_OK : put_object(index, frame->key, &here, err);
}

mlops_status mlops__content_note_lost(mlops__index *index, const uint8_t *id, mlops_error *err) {
    mlops__location there;
    const mlops__location lost = {{-1, 0}, 0, 0};
    mlops_status status =
        mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, ID}, &there, err);
    return status == MLOPS_E_NOT_FOUND ? put_object(index, id, &lost, err) : status;
}

/* ---- several places ---- */

static mlops_status note_place(mlops__index *index, const uint8_t *id, const mlops__location *at,
                               mlops_error *err) {
    uint8_t key[ROW] = {'o'}, value[16];
    memcpy(key + 1, id, ID);
    mlops__key_u64(key + 1 + ID, (uint64_t)at->place.pack);
    mlops__key_u64(key + 1 + ID + 8, (uint64_t)at->place.offset);
    mlops__store_u64(value, (uint64_t)at->segment);
    mlops__store_u64(value + 8, (uint64_t)at->size);
    return mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key},
                            (mlops__bytes){value, sizeof value}, err);
}

mlops_status mlops__content_note_found(mlops__index *index, const mlops__pack_frame *frame,
                                       mlops__pack_place place, mlops_error *err) {
    mlops__location there, here = {place, frame->stored, (int64_t)frame->codec};
    if (frame->kind == MLOPS__PACK_CHUNK) return mlops__content_note(index, frame, place, err);
    MLOPS_TRY(find_there(index, frame->key, &there, err));
    int is_same = there.place.pack == place.pack && there.place.offset == place.offset;
    if (there.place.pack > 0 && !is_same) {
        MLOPS_TRY(note_place(index, frame->key, &there, err));
        MLOPS_TRY(note_place(index, frame->key, &here, err));
    }
    return mlops__content_note(index, frame, place, err);
}

/* ---- choosing ---- */

typedef struct row {
    uint8_t id[ID];
    mlops__location at;
} row;

typedef struct chooser {
    mlops_store *store;
    mlops__index *index;
    mlops__buf rows;  /* in the order of ids */
    mlops__idset ids; /* 1: chosen; 0: open */
    mlops_error *err;
} chooser;

static const row *rows_of(const chooser *self, size_t *n) {
    *n = self->rows.size / sizeof(row);
    return (const row *)(const void *)self->rows.data;
}

static mlops_status read_rows(chooser *self) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    MLOPS_TRY(mlops__index_iter_init(&iter, self->index, MLOPS__TABLE_PACKS,
                                     (mlops__bytes){(const uint8_t *)"o", 1}, self->err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, self->err)) == MLOPS_OK) {
        mlops__cursor at, of;
        row it = {{0}, {{0, 0}, 0, 0}};
        if (key.size != ROW) continue;
        memcpy(it.id, key.data + 1, ID);
        mlops__cursor_init(&at, key.data + 1 + ID, 16);
        mlops__cursor_init(&of, value.data, value.size);
        it.at.place.pack = (int64_t)mlops__cursor_be(&at, 8);
        it.at.place.offset = (int64_t)mlops__cursor_be(&at, 8);
        it.at.segment = mlops__cursor_i64(&of);
        it.at.size = mlops__cursor_i64(&of);
        mlops__buf_put(&self->rows, &it, sizeof it);
    }
    mlops__index_iter_free(&iter);
    if (self->rows.status) return mlops__fail_nomem(self->err, self->rows.size);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* What a place is worth as far as others have been chosen. */
typedef enum worth { DEAD, OPEN, WHOLE } worth;

static int is_open(const chooser *self, const uint8_t *id) {
    const uint32_t *is_chosen = mlops__idset_find(&self->ids, id, ID);
    return is_chosen && !*is_chosen;
}

/* Whether one of those that it is kept as changes to is open. */
static mlops_status leads_to_open(const chooser *self, const uint8_t *id, int *out) {
    mlops__buf buf;
    mlops__location at;
    mlops__recipe recipe = {.base = id};
    mlops_status status = MLOPS_OK;
    *out = 0;
    mlops__buf_init(&buf, &self->store->host.allocator);
    for (int i = 0; i <= MLOPS__CHAIN_MAX && recipe.base && !*out && !status; i++) {
        uint8_t name[ID];
        memcpy(name, recipe.base, sizeof name);
        *out = i && is_open(self, name);
        status = find_there(self->index, name, &at, self->err);
        if (status || at.place.pack <= 0) break;
        buf.size = 0;
        status = mlops__content_recipe(self->store, name, &at, &buf, &recipe, self->err);
    }
    mlops__buf_free(&buf);
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status weigh(const chooser *self, const uint8_t *id, const mlops__location *at,
                          worth *out) {
    int is_led = 0, erased = 0;
    MLOPS_TRY(put_object(self->index, id, at, self->err));
    MLOPS_TRY(leads_to_open(self, id, &is_led));
    *out = OPEN;
    if (is_led) return MLOPS_OK;
    mlops_status status = mlops__content_check(self->store, self->index, id, self->err);
    if (!status) status = mlops__erased_under(self->store, self->index, id, &erased, self->err);
    *out = status || erased ? DEAD : WHOLE;
    return status == MLOPS_E_CORRUPT || status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* Goes through the places of one id, from the highest rank down, that which the index has first,
 * up to one that is whole, or if it waits to one that is open. */
static mlops_status choose_one(const chooser *self, const row *rows, size_t n, int waits,
                               worth *out) {
    mlops__location first;
    worth found = DEAD;
    MLOPS_TRY(find_there(self->index, rows->id, &first, self->err));
    for (int rank = 2; rank >= 0 && found == DEAD; rank--) {
        for (size_t i = 0; i <= n && found == DEAD; i++) {
            const mlops__location *at = i ? &rows[i - 1].at : &first;
            if (at->place.pack <= 0 || rank_of(at->size) != rank) continue;
            MLOPS_TRY(weigh(self, rows->id, at, &found));
            if (found == OPEN && !waits) found = DEAD;
        }
    }
    *out = found;
    if (found == WHOLE || first.place.pack <= 0) return MLOPS_OK;
    return put_object(self->index, rows->id, &first, self->err);
}

/* All that are open; *n is how many are chosen. */
static mlops_status choose_round(chooser *self, int waits, size_t *n) {
    size_t n_rows, n_of;
    const row *rows = rows_of(self, &n_rows);
    *n = 0;
    for (size_t i = 0; i < n_rows; i += n_of) {
        worth found;
        for (n_of = 1; i + n_of < n_rows && !memcmp(rows[i].id, rows[i + n_of].id, ID);) n_of++;
        uint32_t *is_chosen = mlops__idset_find(&self->ids, rows[i].id, ID);
        if (*is_chosen) continue;
        MLOPS_TRY(choose_one(self, rows + i, n_of, waits, &found));
        *is_chosen = found == WHOLE;
        *n += found == WHOLE;
    }
    return MLOPS_OK;
}

static mlops_status forget_rows(const chooser *self) {
    size_t n;
    const row *rows = rows_of(self, &n);
    for (size_t i = 0; i < n; i++) {
        uint8_t key[ROW] = {'o'};
        memcpy(key + 1, rows[i].id, ID);
        mlops__key_u64(key + 1 + ID, (uint64_t)rows[i].at.place.pack);
        mlops__key_u64(key + 1 + ID + 8, (uint64_t)rows[i].at.place.offset);
        MLOPS_TRY(mlops__index_del(self->index, MLOPS__TABLE_PACKS, (mlops__bytes){key, sizeof key},
                                   self->err));
    }
    return MLOPS_OK;
}

/* Frames may lead to each other, of which the older ones are dead: what leads to none is chosen
 * first. */
static mlops_status choose_all(chooser *self) {
    size_t n_ids, n = 0, n_rows;
    const row *rows = rows_of(self, &n_rows);
    for (size_t i = 0; i < n_rows; i++)
        if (!mlops__idset_add(&self->ids, rows[i].id, ID, 0))
            return mlops__fail_nomem(self->err, sizeof *rows);
    for (n_ids = mlops__idset_size(&self->ids); n_ids; n_ids -= n) {
        MLOPS_TRY(choose_round(self, 1, &n));
        if (n == 0) MLOPS_TRY(choose_round(self, 0, &n));
        if (n == 0) break; /* the others are damaged, wherever they stand */
    }
    return MLOPS_OK;
}

mlops_status mlops__content_choose(mlops_store *self, mlops__index *index, int forget,
                                   mlops_error *err) {
    chooser c = {.store = self, .index = index, .err = err};
    mlops__buf_init(&c.rows, &self->host.allocator);
    mlops__idset_init(&c.ids, &self->host.allocator);
    mlops_status status = read_rows(&c);
    if (!status) status = choose_all(&c);
    if (!status && forget) status = forget_rows(&c);
    mlops__idset_free(&c.ids);
    mlops__buf_free(&c.rows);
    return status;
}
