/* Walking over the journal, from the noted frame ahead of the commit that is wanted.
 *
 * Owns a journal of its own. Invariants: only commits that the index had when the walk began are
 * handed out; each goes on with the one before, and the last must be the one that the index knows,
 * else the journal is damaged.
 */
#include "store/store_walk.h"

#include "store/core.h"

#include <string.h>

/* The nearest frame at or ahead of a commit whose place is noted. */
static mlops_status find_near(mlops__index *index, int64_t from, mlops__place *place,
                              mlops_error *err) {
    uint8_t key[8];
    mlops__bytes value;
    mlops__cursor c;
    int64_t near = (from - 1) / MLOPS__FRAMES_EVERY * MLOPS__FRAMES_EVERY + 1;
    mlops__place_init(place);
    if (near == 1) return MLOPS_OK;
    mlops__key_u64(key, (uint64_t)near);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_FRAMES, (mlops__bytes){key, sizeof key}, &value, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    mlops__cursor_init(&c, value.data, value.size);
    place->segment = mlops__cursor_i64(&c);
    place->offset = mlops__cursor_i64(&c);
    place->chain.seq = near - 1;
    return MLOPS_OK;
}

static mlops_status open_journal(mlops__walk *self, mlops_error *err) {
    static const char NAME[] = "/journal";
    mlops_store *store = self->store;
    self->path_size = store->dir + sizeof NAME;
    self->path = mlops__alloc(&store->host.allocator, self->path_size);
    if (!self->path) return mlops__fail_nomem(err, self->path_size);
    memcpy(self->path, store->path, store->dir);
    memcpy(self->path + store->dir, NAME, sizeof NAME);
    return mlops__journal_init(&self->journal, &store->host, self->path, store->id, 0, err);
}

/* The link that the noted frame says is before it. */
static mlops_status take_link(mlops__walk *self, mlops_error *err) {
    if (self->place.chain.seq == 0) return MLOPS_OK;
    return mlops__journal_read(&self->journal, self->place.segment, self->place.offset + 32,
                               self->place.chain.link, sizeof self->place.chain.link, err);
}

mlops_status mlops__walk_begin_in(mlops__walk *self, mlops_store *store, mlops__index *index,
                                  int64_t from, mlops_error *err) {
    mlops__frame frame;
    memset(self, 0, sizeof *self);
    self->end = index->place.chain.seq;
    memcpy(self->link, index->place.chain.link, sizeof self->link);
    MLOPS_TRY(find_near(index, from, &self->place, err));
    self->store = store;
    mlops_status status = open_journal(self, err);
    if (!status) status = take_link(self, err);
    while (!status && self->place.chain.seq + 1 < from)
        status = mlops__walk_next(self, &frame, err);
    if (status < 0) mlops__walk_close(self);
    return status < 0 ? status : MLOPS_OK;
}

mlops_status mlops__walk_begin(mlops__walk *self, mlops_store *store, int64_t from,
                               mlops_error *err) {
    mlops__index index;
    memset(self, 0, sizeof *self);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__walk_begin_in(self, store, &index, from, err);
    mlops__store_read_end(&index);
    if (!status) mlops__store_ref(store);
    return status;
}

mlops_status mlops__walk_next(mlops__walk *self, mlops__frame *out, mlops_error *err) {
    if (self->place.chain.seq >= self->end) return MLOPS_END;
    mlops_status status = mlops__journal_next(&self->journal, &self->place, out, err);
    int last = !status && out->seq == self->end;
    if (last && memcmp(self->link, out->link, sizeof self->link) != 0)
        return mlops__fail(err, MLOPS_E_CORRUPT,
                           "commit %lld is not the one that was made: the journal was changed",
                           (long long)out->seq);
    if (status != MLOPS_END) return status;
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "the journal is damaged behind commit %lld of %lld; check names the place",
                       (long long)self->place.chain.seq, (long long)self->end);
}

void mlops__walk_close(mlops__walk *self) {
    if (!self->store) return;
    mlops__journal_free(&self->journal);
    mlops__free(&self->store->host.allocator, self->path, self->path_size);
    self->store = NULL;
}

void mlops__walk_end(mlops__walk *self) {
    mlops_store *store = self->store;
    mlops__walk_close(self);
    if (store) mlops_store_close(store);
}
