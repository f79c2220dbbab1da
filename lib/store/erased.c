/* Tombstones: which content was erased, and what stands in for trees that named it.
 *
 * Owns nothing. Invariant: whoever asks for erased content gets the tombstone, whether or not packs
 * still have the bytes; a store in which nothing was erased is not searched.
 */
#include "store/erased.h"

#include "base/hex.h"
#include "file/file.h"
#include "store/content.h"

#include <string.h>

static int is_clean(const mlops__index *index) { return index->sums[MLOPS__TABLE_ERASURES].n == 0; }

static void make_key(mlops__key *out, const char *kind, const uint8_t id[32]) {
    mlops_id name;
    memcpy(name.bytes, id, sizeof name.bytes);
    mlops__key_init(out);
    mlops__key_text(out, kind);
    mlops__key_id(out, &name);
}

/* MLOPS_END if there is no such record. */
static mlops_status read_record(mlops__record *out, mlops__index *index, const mlops__key *key,
                                mlops__arena *arena, mlops_error *err) {
    mlops_status status =
        mlops__record_get(out, index, MLOPS__TABLE_ERASURES, mlops__key_bytes(key), arena, err);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
}

mlops_status mlops__erased_has(mlops__index *index, const uint8_t id[32], int *out,
                               mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    *out = 0;
    if (is_clean(index)) return MLOPS_OK;
    make_key(&key, "content", id);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key), &value, err);
    *out = status == MLOPS_OK;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status tell(const mlops__record *erasure, const uint8_t id[32], mlops_error *err) {
    char digits[MLOPS__ID_TEXT];
    mlops_id name;
    memcpy(name.bytes, id, sizeof name.bytes);
    mlops__id_format(digits, &name);
    const char *date = mlops__record_text(erasure, "date"), *by = mlops__record_text(erasure, "by");
    const char *reason = mlops__record_text(erasure, "reason");
    return mlops__fail(err, MLOPS_E_ERASED, "content %s was erased on %s by %s: %.*s", digits,
                       date ? date : "a day", by ? by : "somebody", 200, reason ? reason : "");
}

static mlops_status check(mlops__index *index, const uint8_t id[32], mlops__arena *arena,
                          mlops_error *err) {
    mlops__key key;
    mlops__record tombstone, erasure = {NULL, 0};
    make_key(&key, "content", id);
    mlops_status status = read_record(&tombstone, index, &key, arena, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    mlops__key_init(&key);
    mlops__key_text(&key, "erasure");
    mlops__key_number(&key, mlops__record_i64(&tombstone, "erasure", 0));
    MLOPS_TRY(read_record(&erasure, index, &key, arena, err));
    return tell(&erasure, id, err);
}

mlops_status mlops__erased_check(mlops__index *index, const uint8_t id[32], mlops_error *err) {
    mlops__arena arena;
    if (is_clean(index)) return MLOPS_OK;
    mlops__arena_init(&arena, index->allocator, SIZE_MAX);
    mlops_status status = check(index, id, &arena, err);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__erased_name(mlops_error *err, mlops_status status, const char *name) {
    return status == MLOPS_E_ERASED ? mlops__fail_path(err, status, name) : status;
}

mlops_status mlops__erased_check_now(mlops_store *store, const mlops_id *id, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__erased_check(&index, id->bytes, err);
    mlops__store_read_end(&index);
    return status;
}

mlops_status mlops__erased_under(mlops_store *store, mlops__index *index, const uint8_t id[32],
                                 int *out, mlops_error *err) {
    mlops__buf buf;
    mlops__recipe recipe = {.base = id};
    mlops_status status = MLOPS_OK;
    *out = 0;
    if (is_clean(index)) return MLOPS_OK;
    mlops__buf_init(&buf, &store->host.allocator);
    for (int i = 0; i <= MLOPS__CHAIN_MAX && recipe.base && !status && !*out; i++) {
        uint8_t name[32];
        mlops__location at;
        memcpy(name, recipe.base, sizeof name);
        status = mlops__erased_has(index, name, out, err);
        if (!status)
            status = mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){name, 32}, &at,
                                         err);
        if (!status && at.place.pack <= 0) break;
        buf.size = 0;
        if (!status) status = mlops__content_recipe(store, name, &at, &buf, &recipe, err);
    }
    mlops__buf_free(&buf);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status read_base(mlops_store *store, mlops__index *index, mlops_id *id, int *out,
                              mlops_error *err) {
    mlops__location at;
    mlops__recipe recipe;
    mlops__buf buf;
    MLOPS_TRY(mlops__content_find(index, MLOPS__TABLE_OBJECTS,
                                  (mlops__bytes){id->bytes, sizeof id->bytes}, &at, err));
    if (at.place.pack <= 0) return MLOPS_OK;
    mlops__buf_init(&buf, &store->host.allocator);
    mlops_status status = mlops__content_recipe(store, id->bytes, &at, &buf, &recipe, err);
    *out = !status && recipe.base;
    if (*out) memcpy(id->bytes, recipe.base, sizeof id->bytes);
    mlops__buf_free(&buf);
    return status;
}

mlops_status mlops__content_base(mlops_store *store, mlops_id *id, int *out, mlops_error *err) {
    mlops__index index;
    *out = 0;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__lock_take(&store->lock);
    mlops_status status = read_base(store, &index, id, out, err);
    mlops__lock_give(&store->lock);
    mlops__store_read_end(&index);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

static mlops_status find_tree(mlops__index *index, mlops_id *tree, mlops__arena *arena,
                              mlops_error *err) {
    mlops__key key;
    mlops__record record;
    make_key(&key, "tree", tree->bytes);
    mlops_status status = read_record(&record, index, &key, arena, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    if (mlops__record_id(&record, "tree", tree)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the record of an erasure names no tree");
}

mlops_status mlops__erased_tree(mlops_store *store, mlops_id *tree, mlops_error *err) {
    mlops__index index;
    mlops__arena arena;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__arena_init(&arena, &store->host.allocator, SIZE_MAX);
    mlops_status status = is_clean(&index) ? MLOPS_OK : find_tree(&index, tree, &arena, err);
    mlops__arena_free(&arena);
    mlops__store_read_end(&index);
    return status;
}

/* ---- the newest ---- */

void mlops__erased_latest_key(mlops__key *out) {
    mlops__key_init(out);
    mlops__key_text(out, "latest");
}

mlops_status mlops__erased_latest_read(mlops__erased_latest *out, mlops__index *index,
                                       mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    mlops__record record;
    *out = (mlops__erased_latest){0, 0, {NULL, 0}};
    if (is_clean(index)) return MLOPS_OK;
    mlops__erased_latest_key(&key);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key), &value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    out->was.data = (const uint8_t *)mlops__arena_text(arena, (const char *)value.data, value.size);
    if (!out->was.data) return mlops__fail_nomem(err, value.size);
    out->was.size = value.size;
    MLOPS_TRY(mlops__record_parse(&record, out->was, arena, err));
    out->number = mlops__record_i64(&record, "number", 0);
    out->finished = mlops__record_i64(&record, "finished", 0);
    return MLOPS_OK;
}

mlops_status mlops__erased_settled(mlops_store *store, mlops_error *err) {
    mlops__index index;
    mlops__arena arena;
    mlops__erased_latest latest = {0, 0, {NULL, 0}};
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__arena_init(&arena, &store->host.allocator, SIZE_MAX);
    mlops_status status = mlops__erased_latest_read(&latest, &index, &arena, err);
    mlops__arena_free(&arena);
    mlops__store_read_end(&index);
    if (status || latest.finished >= latest.number) return status;
    return mlops__fail(err, MLOPS_E_BUSY,
                       "erasure %lld is not finished: packs may still have what was erased; call "
                       "mlops_dataset_erase() until it is done",
                       (long long)latest.number);
}

/* ---- all of them ---- */

static mlops_status add_all(mlops__index *index, mlops__idset *out, mlops_error *err) {
    static const char PREFIX[] = "content\t";
    mlops__index_iter iter;
    mlops__bytes key, value, prefix = {(const uint8_t *)PREFIX, sizeof PREFIX - 1};
    mlops_id id;
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_ERASURES, prefix, err));
    mlops_status status = MLOPS_OK;
    while (!status) {
        status = mlops__index_iter_next(&iter, &key, &value, err);
        mlops__bytes digits = status ? (mlops__bytes){NULL, 0} : mlops__key_part(key, 1);
        if (digits.size != 64 || !mlops__hex_parse(id.bytes, (const char *)digits.data, 32))
            continue;
        if (!mlops__idset_add(out, id.bytes, 32, 0)) status = mlops__fail_nomem(err, 36);
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__erased_all(mlops_store *store, mlops__idset *out, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = is_clean(&index) ? MLOPS_OK : add_all(&index, out, err);
    mlops__store_read_end(&index);
    return status;
}
