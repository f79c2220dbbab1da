/* Picking the engine of an index, and passing calls on to it.
 *
 * Owns nothing. Invariant: no other file but the engines' own knows which one it is; what is
 * handed over ends by the engine that made it.
 */
#include "store/kv.h"

mlops_status mlops__kv_open(mlops__kv **out, const mlops__host *host, const mlops__kv_opts *opts,
                            mlops_error *err) {
    *out = NULL;
    if (opts->in_memory) return mlops__kv_memory_open(out, host, err);
    return mlops__kv_lmdb_open(out, host, opts, err);
}

void mlops__kv_close(mlops__kv *self) {
    if (self) self->engine->close(self);
}

mlops_status mlops__kv_begin(mlops__kv_txn **out, mlops__kv *kv, int writes, mlops_error *err) {
    *out = NULL;
    return kv->engine->begin(out, kv, writes, err);
}

void mlops__kv_end(mlops__kv_txn *self) {
    if (self) self->engine->end(self);
}

mlops_status mlops__kv_commit(mlops__kv_txn *self, mlops_error *err) {
    return self->engine->commit(self, err);
}

mlops_status mlops__kv_get(mlops__kv_txn *self, mlops__bytes key, mlops__bytes *value,
                           mlops_error *err) {
    return self->engine->get(self, key, value, err);
}

mlops_status mlops__kv_put(mlops__kv_txn *self, mlops__bytes key, mlops__bytes value,
                           mlops_error *err) {
    return self->engine->put(self, key, value, err);
}

mlops_status mlops__kv_del(mlops__kv_txn *self, mlops__bytes key, mlops_error *err) {
    return self->engine->del(self, key, err);
}

mlops_status mlops__kv_cursor_new(mlops__kv_cursor **out, mlops__kv_txn *txn, mlops_error *err) {
    *out = NULL;
    return txn->engine->cursor_new(out, txn, err);
}

void mlops__kv_cursor_free(mlops__kv_cursor *self) {
    if (self) self->engine->cursor_free(self);
}

mlops_status mlops__kv_seek(mlops__kv_cursor *self, mlops__bytes from, mlops__bytes *key,
                            mlops__bytes *value, mlops_error *err) {
    return self->engine->seek(self, from, key, value, err);
}

mlops_status mlops__kv_next(mlops__kv_cursor *self, mlops__bytes *key, mlops__bytes *value,
                            mlops_error *err) {
    return self->engine->next(self, key, value, err);
}

mlops_status mlops__kv_sync(mlops__kv *self, mlops_error *err) {
    return self->engine->sync(self, err);
}

mlops_status mlops__kv_copy(mlops__kv *self, const char *path, mlops_error *err) {
    return self->engine->copy(self, path, err);
}

uint64_t mlops__kv_moment(const mlops__kv_txn *self) { return self->engine->moment(self); }

mlops_status mlops__kv_oldest(mlops__kv *self, uint64_t *out, mlops_error *err) {
    return self->engine->oldest(self, out, err);
}

void mlops__kv_size(mlops__kv *self, int64_t *used, int64_t *max) {
    self->engine->size(self, used, max);
}
