/* Leases: rows of the index, which say what is about to be committed.
 *
 * Owns MLOPS__TABLE_LEASES. Invariants: an object that a change counts on has a row from the very
 * transaction that packed it, or that found it whole with no deletion in between, to the one that
 * commits the change or forgets it; a row of a process that is gone is deleted by who collects. A
 * row too many keeps garbage, which is safe.
 *
 * So a lease protects what it names: a deletion comes before its transaction, and then the epoch
 * tells and the content is looked for again, or after it, and then the collection reads the row.
 */
#include "store/lease.h"

#include "store/core.h"
#include "sys/machine.h"

#include <string.h>

enum { KEY = 40, BATCH = 256 };

mlops_status mlops__mark_get(mlops__index *index, char what, int64_t *out, mlops_error *err) {
    uint8_t key = (uint8_t)what;
    mlops__bytes value;
    *out = 0;
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_PACKS, (mlops__bytes){&key, 1}, &value, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    if (!status && value.size == 8) *out = (int64_t)mlops__load_u64(value.data);
    return status;
}

mlops_status mlops__mark_put(mlops__index *index, char what, int64_t value, mlops_error *err) {
    uint8_t key = (uint8_t)what, bytes[8];
    mlops__store_u64(bytes, (uint64_t)value);
    return mlops__index_put(index, MLOPS__TABLE_PACKS, (mlops__bytes){&key, 1},
                            (mlops__bytes){bytes, sizeof bytes}, err);
}

static void make_key(uint8_t key[KEY], uint64_t owner, const uint8_t id[32]) {
    mlops__key_u64(key, owner);
    memcpy(key + 8, id, 32);
}

/* Owners of one opening have numbers that follow each other, so that rows which an earlier process
 * of the same number left can be told from them. */
static uint64_t draw_owner(mlops_store *store) {
    uint64_t process = (uint64_t)mlops__machine_process();
    return process << 32 | (uint32_t)(store->lease_base + atomic_fetch_add(&store->n_leases, 1));
}

mlops_status mlops__lease_begin(mlops__lease *self, mlops_store *store, mlops_error *err) {
    mlops__index index;
    int64_t epoch = 0;
    if (self->owner == 0) self->owner = draw_owner(store);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__mark_get(&index, 'e', &epoch, err);
    self->epoch = (uint64_t)epoch;
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops__lease_is_old(const mlops__lease *self, mlops__index *index, int *out,
                                 mlops_error *err) {
    int64_t epoch = 0;
    MLOPS_TRY(mlops__mark_get(index, 'e', &epoch, err));
    *out = (uint64_t)epoch != self->epoch;
    return MLOPS_OK;
}

mlops_status mlops__lease_note(const mlops__lease *self, mlops__index *index, const uint8_t id[32],
                               mlops_error *err) {
    uint8_t key[KEY], value[8];
    make_key(key, self->owner, id);
    mlops__store_u64(value, mlops__kv_moment(index->txn));
    return mlops__index_put(index, MLOPS__TABLE_LEASES, (mlops__bytes){key, sizeof key},
                            (mlops__bytes){value, sizeof value}, err);
}

/* It may have it from an earlier time. */
static mlops_status is_held(const mlops__lease *self, mlops_store *store, const uint8_t id[32],
                            int *out, mlops_error *err) {
    mlops__index index;
    mlops__bytes value;
    uint8_t key[KEY];
    make_key(key, self->owner, id);
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status =
        mlops__index_get(&index, MLOPS__TABLE_LEASES, (mlops__bytes){key, sizeof key}, &value, err);
    mlops__store_read_end(&index);
    *out = status == MLOPS_OK;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops__lease_take(const mlops__lease *self, mlops_store *store, const uint8_t id[32],
                               int *held, mlops_error *err) {
    mlops__index index;
    int old = 0;
    MLOPS_TRY(is_held(self, store, id, held, err));
    if (*held) return MLOPS_OK;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    mlops_status status = mlops__lease_is_old(self, &index, &old, err);
    if (!status && !old) status = mlops__lease_note(self, &index, id, err);
    if (!status && !old) status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    *held = !status && !old;
    return status;
}

/* Where there is no memory the rows stay until the process ends. */
void mlops__lease_end_locked(mlops__lease *self, mlops_store *store) {
    if (self->owner) mlops__buf_put(&store->released, &self->owner, sizeof self->owner);
    store->released.status = MLOPS_OK;
    self->owner = 0;
}

void mlops__lease_end(mlops__lease *self, mlops_store *store) {
    if (self->owner == 0) return;
    mlops__lock_take(&store->lock);
    mlops__lease_end_locked(self, store);
    mlops__lock_give(&store->lock);
}

typedef int is_over(void *user, mlops_store *store, uint64_t owner);

/* Deletes up to BATCH rows from a key on whose owners are over; MLOPS_END behind the last. The key
 * moves on. */
static mlops_status delete_some(mlops_store *store, mlops__index *index, mlops__bytes prefix,
                                uint8_t from[KEY], is_over *over, void *user, mlops_error *err) {
    uint8_t keys[BATCH][KEY];
    mlops__index_iter iter;
    mlops__bytes key, value;
    size_t n = 0;
    MLOPS_TRY(
        mlops__index_iter_from(&iter, index, MLOPS__TABLE_LEASES, (mlops__bytes){from, KEY}, err));
    mlops_status status = MLOPS_OK;
    while (n < BATCH && (status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        if (key.size != KEY) continue;
        if (prefix.size && memcmp(key.data, prefix.data, prefix.size) != 0) {
            status = MLOPS_END;
            break;
        }
        memcpy(from, key.data, KEY);
        if (over(user, store, mlops__cursor_be(&(mlops__cursor){key.data, 8, 0, 0}, 8)))
            memcpy(keys[n++], key.data, KEY);
    }
    mlops__index_iter_free(&iter);
    for (size_t i = 0; i < n && status >= 0; i++) {
        mlops_status gone =
            mlops__index_del(index, MLOPS__TABLE_LEASES, (mlops__bytes){keys[i], KEY}, err);
        if (gone) status = gone;
    }
    return status;
}

static int is_any(void *user, mlops_store *store, uint64_t owner) {
    (void)user, (void)store, (void)owner;
    return 1;
}

mlops_status mlops__leases_settle(mlops_store *store, mlops__index *index, mlops_error *err) {
    for (size_t at = 0; at < store->released.size; at += sizeof(uint64_t)) {
        uint64_t owner;
        uint8_t key[KEY] = {0}, prefix[8];
        memcpy(&owner, store->released.data + at, sizeof owner);
        mlops__key_u64(prefix, owner);
        memcpy(key, prefix, sizeof prefix);
        mlops_status status = MLOPS_OK;
        while (!status)
            status = delete_some(store, index, (mlops__bytes){prefix, sizeof prefix}, key, is_any,
                                 NULL, err);
        if (status < 0) return status;
    }
    return MLOPS_OK;
}

/* Of this process: of the same number, but not drawn since the store was opened. */
static int is_gone(void *user, mlops_store *store, uint64_t owner) {
    (void)user;
    int64_t process = (int64_t)(owner >> 32);
    if (process != mlops__machine_process()) return !mlops__guard_has(store, process);
    return (uint32_t)owner - store->lease_base >= atomic_load(&store->n_leases);
}

mlops_status mlops__leases_clear(mlops_store *store, mlops__index *index, mlops_error *err) {
    uint8_t key[KEY] = {0};
    mlops_status status = MLOPS_OK;
    while (!status)
        status = delete_some(store, index, (mlops__bytes){NULL, 0}, key, is_gone, NULL, err);
    return status == MLOPS_END ? MLOPS_OK : status;
}
