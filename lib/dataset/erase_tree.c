/* Trees that stand in for those that named what was erased.
 *
 * Owns nothing. Invariant: the record of one names all that it has and the tree that it stands in
 * for has not, so that a collection of garbage leaves that alone.
 */
#include "dataset/erase.h"

#include <string.h>

static void keep_ids(mlops__json_writer *out, const mlops__facts *facts) {
    const mlops_id *ids[] = {&facts->id, facts->has_profile ? &facts->profile : NULL,
                             facts->has_split ? &facts->rows : NULL};
    for (size_t i = 0; i < 3; i++) {
        char digits[MLOPS__ID_TEXT];
        if (!ids[i]) continue;
        mlops__id_format(digits, ids[i]);
        mlops__json_string(out, digits);
    }
}

mlops_status mlops__tree_load(mlops__tree *out, mlops_store *store, const mlops_change *change,
                              const mlops_id *id, mlops_error *err) {
    mlops__buf bytes;
    MLOPS_TRY(mlops__content_load(&bytes, store, change, id, err));
    mlops_status status = mlops__tree_parse(out, (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    return status;
}

static int is_in(const mlops__tree *tree, const mlops__entry *entry) {
    const mlops__entry *it = mlops__tree_find(tree, entry->path);
    return it && it->json.size == entry->json.size &&
           memcmp(it->json.data, entry->json.data, it->json.size) == 0;
}

static mlops_status write_keeps(mlops_change *change, const mlops_id *tree,
                                const mlops__tree *stand_in, mlops__json_writer *out,
                                mlops_error *err) {
    mlops__arena arena;
    mlops__tree first;
    mlops__facts facts;
    mlops_store *store = mlops__change_store(change);
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops__tree_init(&first, &arena);
    mlops_status status = mlops__tree_load(&first, store, change, tree, err);
    for (size_t i = 0; i < stand_in->n && !status; i++) {
        if (is_in(&first, stand_in->entries[i])) continue;
        status = mlops__entry_read(stand_in->entries[i], &facts, &arena, err);
        if (!status) keep_ids(out, &facts);
    }
    mlops__tree_free(&first);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__erase_put_tree(mlops_change *change, int64_t number, const mlops_id *tree,
                                   const mlops__tree *stand_in, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__key key;
    mlops_store *store = mlops__change_store(change);
    mlops__buf_init(&buf, &mlops__store_host(store)->allocator);
    mlops__tree_write(stand_in, &buf);
    mlops_id id = mlops__content_id(store, buf.data, buf.size);
    mlops_status status = buf.status ? mlops__fail_nomem(err, buf.size) : MLOPS_OK;
    if (!status) status = mlops__change_content(change, &id, buf.data, buf.size, tree, err);
    buf.size = 0;
    mlops__json_writer_init(&out, &buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "erasure", number);
    mlops__record_put_id(&out, "tree", &id);
    mlops__json_name(&out, "keeps");
    mlops__json_open(&out, '[');
    if (!status) status = write_keeps(change, tree, stand_in, &out, err);
    mlops__json_close(&out, ']');
    mlops__json_close(&out, '}');
    mlops__key_init(&key);
    mlops__key_text(&key, "tree");
    mlops__key_id(&key, tree);
    if (!status) return mlops__record_put(change, MLOPS__TABLE_ERASURES, &key, &buf, err);
    mlops__buf_free(&buf);
    return status;
}
