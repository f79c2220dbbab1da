/* Commits: their records, and content that they name.
 *
 * Owns nothing. Invariant: a commit's id is the SHA-256 of its record, byte by byte, and is held
 * against it whenever one is read.
 */
#include "dataset/remote_head.h"

#include <string.h>

enum { FORMAT = 1 };

void mlops__commit_key(mlops__key *out, const char *dataset, const mlops_id *id) {
    mlops__key_init(out);
    mlops__key_text(out, dataset);
    mlops__key_id(out, id);
}

int mlops__commit_is_newer(const mlops__commit *self, const mlops__commit *than) {
    if (self->time_ns != than->time_ns) return self->time_ns > than->time_ns;
    return memcmp(&self->id, &than->id, sizeof self->id) < 0;
}

void mlops__commit_write(const mlops__commit *self, const char *dataset, mlops__buf *out) {
    mlops__json_writer json;
    char text[MLOPS__ID_TEXT];
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "format", FORMAT);
    mlops__record_put_text(&json, "dataset", dataset);
    mlops__json_name(&json, "parents");
    mlops__json_open(&json, '[');
    for (size_t i = 0; i < self->n_parents; i++) {
        mlops__id_format(text, &self->parents[i]);
        mlops__json_string(&json, text);
    }
    mlops__json_close(&json, ']');
    mlops__record_put_i64(&json, "time_ns", self->time_ns);
    mlops__record_put_text(&json, "author", self->author);
    mlops__record_put_text(&json, "message", self->message);
    if (self->metadata.size) {
        mlops__json_name(&json, "metadata");
        mlops__json_raw(&json, (const char *)self->metadata.data, self->metadata.size);
    }
    mlops__record_put_id(&json, "tree", &self->tree);
    mlops__json_close(&json, '}');
}

static mlops_status damaged(const mlops_id *id, const char *problem, mlops_error *err) {
    char text[MLOPS__ID_TEXT];
    mlops__id_format(text, id);
    return mlops__fail(err, MLOPS_E_CORRUPT, "commit %s %s", text, problem);
}

static mlops_status read_parents(mlops__commit *out, const mlops__record *record,
                                 mlops__view *view) {
    mlops__record items;
    MLOPS_TRY(
        mlops__record_items(&items, mlops__record_json(record, "parents"), view->arena, view->err));
    mlops_id *parents = mlops__arena_array(view->arena, items.n, sizeof *parents);
    if (!parents) return mlops__fail_nomem(view->err, items.n * sizeof *parents);
    for (size_t i = 0; i < items.n; i++)
        if (!items.fields[i].text || !mlops__id_parse(&parents[i], items.fields[i].text))
            return damaged(&out->id, "has a parent that is no id", view->err);
    out->parents = parents;
    out->n_parents = items.n;
    return MLOPS_OK;
}

mlops_status mlops__commit_parse(mlops__commit *out, mlops__bytes value, mlops__view *view) {
    mlops__record record;
    mlops_id is = mlops__content_id(view->store, value.data, value.size);
    if (memcmp(is.bytes, out->id.bytes, sizeof is.bytes) != 0)
        return damaged(&out->id, "has another record than its id says", view->err);
    MLOPS_TRY(mlops__record_parse(&record, value, view->arena, view->err));
    if (mlops__record_i64(&record, "format", 0) != FORMAT)
        return mlops__fail(view->err, MLOPS_E_UNSUPPORTED, "a commit of a later format than %d",
                           FORMAT);
    out->time_ns = mlops__record_i64(&record, "time_ns", 0);
    out->author = mlops__record_text(&record, "author");
    out->message = mlops__record_text(&record, "message");
    out->metadata = mlops__record_json(&record, "metadata");
    if (!mlops__record_id(&record, "tree", &out->tree))
        return damaged(&out->id, "names no tree", view->err);
    return read_parents(out, &record, view);
}

mlops_status mlops__commit_read(mlops__commit *out, mlops__view *view, const char *dataset,
                                const mlops_id *id) {
    mlops__key key;
    mlops__bytes value;
    mlops_status status = MLOPS_END;
    memset(out, 0, sizeof *out);
    out->id = *id;
    mlops__commit_key(&key, dataset, id);
    mlops__bytes bytes = mlops__key_bytes(&key);
    if (view->change)
        status = mlops__change_pending(view->change, MLOPS__TABLE_COMMITS, bytes, &value);
    if (status == MLOPS_END)
        status = mlops__index_get(&view->index, MLOPS__TABLE_COMMITS, bytes, &value, view->err);
    if (status == MLOPS_E_NOT_FOUND) {
        MLOPS_TRY(mlops__partial_commit(view, dataset, id));
        return damaged(id, "is missing", view->err);
    }
    MLOPS_TRY(status);
    return mlops__commit_parse(out, value, view);
}

mlops_status mlops__commit_expect(mlops_change *change, mlops__view *view, const char *dataset,
                                  const mlops_id *id) {
    mlops__key key;
    mlops__bytes value;
    mlops__commit_key(&key, dataset, id);
    mlops__bytes bytes = mlops__key_bytes(&key);
    if (mlops__change_pending(change, MLOPS__TABLE_COMMITS, bytes, &value) == MLOPS_OK)
        return MLOPS_OK; /* it is the change's own */
    mlops_status status =
        mlops__index_get(&view->index, MLOPS__TABLE_COMMITS, bytes, &value, view->err);
    if (status == MLOPS_E_NOT_FOUND) return damaged(id, "is missing", view->err);
    MLOPS_TRY(status);
    return mlops__change_expect(change, MLOPS__TABLE_COMMITS, bytes, value, view->err);
}

/* ---- content ---- */

static mlops_status load(mlops__buf *out, mlops_store *store, const mlops_id *id,
                         mlops_error *err) {
    int64_t size = 0;
    uint8_t small[MLOPS__INLINE_MAX]; /* most trees are found and hashed once, so */
    MLOPS_TRY(mlops__content_read(store, id, 0, small, sizeof small, &size, err));
    if (size <= (int64_t)sizeof small) {
        mlops__buf_put(out, small, (size_t)size);
        return out->status ? mlops__fail_nomem(err, (size_t)size) : MLOPS_OK;
    }
    if ((uint64_t)size > SIZE_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "content of %lld bytes, more than memory",
                           (long long)size);
    uint8_t *bytes = mlops__buf_extend(out, (size_t)size);
    if (!bytes) return mlops__fail_nomem(err, (size_t)size);
    return mlops__content_read(store, id, 0, bytes, (size_t)size, &size, err);
}

mlops_status mlops__content_load(mlops__buf *out, mlops_store *store, const mlops_change *change,
                                 const mlops_id *id, mlops_error *err) {
    mlops__bytes pending;
    char text[MLOPS__ID_TEXT];
    mlops__buf_init(out, &mlops__store_host(store)->allocator);
    mlops_status status = MLOPS_OK;
    if (change && mlops__change_inline(change, id, &pending)) {
        mlops__buf_put(out, pending.data, pending.size);
        if (out->status) status = mlops__fail_nomem(err, pending.size);
    } else {
        status = load(out, store, id, err);
    }
    mlops__id_format(text, id);
    if (status == MLOPS_E_NOT_FOUND) status = mlops__partial_content(store, id, err);
    else if (status == MLOPS_OK) return status;
    if (status == MLOPS_OK)
        status =
            mlops__fail(err, MLOPS_E_CORRUPT, "content %s is missing, which a commit names", text);
    if (status) mlops__buf_free(out);
    return status;
}
