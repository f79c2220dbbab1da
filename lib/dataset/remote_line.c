/* Lines of commits, and those parts of a dataset that were not pulled.
 *
 * Owns the ids that were met. Invariant: a commit comes behind all that it goes back to.
 */
#include "dataset/remote_head.h"

#include <string.h>

enum { ID = 32, FORMAT = 1 };

/* ---- lines ---- */

mlops_status mlops__line_init(mlops__line *self, mlops__view *view, const char *dataset,
                              mlops_error *err) {
    static const mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    const mlops__host *host = mlops__store_host(view->store);
    memset(self, 0, sizeof *self);
    self->view = view;
    self->dataset = dataset;
    mlops__buf_init(&self->ids, &host->allocator);
    MLOPS_TRY(mlops__kv_open(&self->seen, host, &opts, err));
    return mlops__kv_begin(&self->txn, self->seen, 1, err);
}

void mlops__line_free(mlops__line *self) {
    if (!self->view) return;
    mlops__kv_end(self->txn);
    mlops__kv_close(self->seen);
    mlops__buf_free(&self->ids);
}

/* 1: it is the first time. */
static mlops_status meet(mlops__line *self, const mlops_id *id, int *first) {
    mlops__bytes key = {id->bytes, ID}, none;
    mlops_status status = mlops__kv_get(self->txn, key, &none, self->view->err);
    *first = status == MLOPS_E_NOT_FOUND;
    if (!*first) return status;
    return mlops__kv_put(self->txn, key, (mlops__bytes){NULL, 0}, self->view->err);
}

int mlops__line_has(mlops__line *self, const mlops_id *id) {
    mlops__bytes none;
    return mlops__kv_get(self->txn, (mlops__bytes){id->bytes, ID}, &none, NULL) == MLOPS_OK;
}

/* A commit that waits for those that it goes back to. */
typedef struct waiting {
    mlops_id id;
    int opened;
} waiting;

static mlops_status push(mlops__buf *stack, const mlops_id *id, mlops_error *err) {
    waiting w;
    memset(&w, 0, sizeof w);
    w.id = *id;
    mlops__buf_put(stack, &w, sizeof w);
    return stack->status ? mlops__fail_nomem(err, sizeof w) : MLOPS_OK;
}

/* Its parents come first. */
static mlops_status open_commit(mlops__line *self, mlops__buf *stack, waiting *w,
                                mlops__line_stop *stop, void *user) {
    mlops__commit commit;
    mlops_error *err = self->view->err;
    int first, stops = 0;
    MLOPS_TRY(meet(self, &w->id, &first));
    if (first) MLOPS_TRY(stop(user, &w->id, &stops, err));
    if (!first || stops) {
        stack->size -= sizeof *w;
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__commit_read(&commit, self->view, self->dataset, &w->id));
    w->opened = 1;
    memcpy(stack->data + stack->size - sizeof *w, w, sizeof *w);
    for (size_t i = 0; i < commit.n_parents; i++) MLOPS_TRY(push(stack, &commit.parents[i], err));
    return MLOPS_OK;
}

mlops_status mlops__line_add(mlops__line *self, const mlops_id *from, mlops__line_stop *stop,
                             void *user) {
    mlops__buf stack;
    waiting w;
    mlops__buf_init(&stack, self->ids.allocator);
    mlops_status status = push(&stack, from, self->view->err);
    while (!status && stack.size) {
        memcpy(&w, stack.data + stack.size - sizeof w, sizeof w);
        if (!w.opened) {
            status = open_commit(self, &stack, &w, stop, user);
            continue;
        }
        stack.size -= sizeof w;
        mlops__buf_put(&self->ids, w.id.bytes, ID);
        if (self->ids.status) status = mlops__fail_nomem(self->view->err, ID);
    }
    mlops__buf_free(&stack);
    return status;
}

/* ---- does one lead to another ---- */

typedef struct search {
    mlops__view *view;
    const mlops_id *to;
    const mlops__partial *partial;
    int found;
} search;

static mlops_status stop_there(void *user, const mlops_id *id, int *stops, mlops_error *err) {
    search *s = user;
    (void)err;
    s->found |= memcmp(id->bytes, s->to->bytes, ID) == 0;
    *stops = s->found || mlops__partial_has(s->partial, id);
    return MLOPS_OK;
}

mlops_status mlops__line_leads(mlops__view *view, const char *dataset, const mlops_id *from,
                               const mlops_id *to, int *out) {
    mlops__line line;
    mlops__partial partial;
    MLOPS_TRY(mlops__partial_read(&partial, view, dataset));
    search s = {view, to, &partial, 0};
    mlops_status status = mlops__line_init(&line, view, dataset, view->err);
    if (!status) status = mlops__line_add(&line, from, stop_there, &s);
    mlops__line_free(&line);
    *out = s.found;
    return status;
}

/* ---- what was not pulled ---- */

static void partial_key(mlops__key *out, const char *dataset) {
    mlops__key_init(out);
    mlops__key_text(out, dataset);
}

static mlops_status parse_partial(mlops__partial *out, mlops__view *view) {
    mlops__record record, items;
    MLOPS_TRY(mlops__record_parse(&record, out->was, view->arena, view->err));
    out->paths = mlops__record_text(&record, "paths");
    MLOPS_TRY(
        mlops__record_items(&items, mlops__record_json(&record, "absent"), view->arena, view->err));
    out->absent = mlops__arena_array(view->arena, items.n + 1, sizeof *out->absent);
    if (!out->absent) return mlops__fail_nomem(view->err, items.n * sizeof *out->absent);
    for (size_t i = 0; i < items.n; i++)
        if (items.fields[i].text &&
            mlops__id_parse(&out->absent[out->n_absent], items.fields[i].text))
            out->n_absent++;
    return MLOPS_OK;
}

mlops_status mlops__partial_read(mlops__partial *out, mlops__view *view, const char *dataset) {
    mlops__key key;
    mlops__bytes value;
    memset(out, 0, sizeof *out);
    partial_key(&key, dataset);
    mlops_status status = mlops__index_get(&view->index, MLOPS__TABLE_PARTIAL,
                                           mlops__key_bytes(&key), &value, view->err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    const char *copy = mlops__arena_text(view->arena, (const char *)value.data, value.size);
    if (!copy) return mlops__fail_nomem(view->err, value.size);
    out->is_there = 1;
    out->was = (mlops__bytes){(const uint8_t *)copy, value.size};
    return parse_partial(out, view);
}

mlops_status mlops__partial_put(mlops_change *change, const char *dataset,
                                const mlops__partial *self, mlops_error *err) {
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    char text[MLOPS__ID_TEXT];
    partial_key(&key, dataset);
    mlops__bytes bytes = mlops__key_bytes(&key);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_PARTIAL, bytes, self->was, err));
    if (!self->paths && !self->n_absent)
        return self->is_there ? mlops__change_del(change, MLOPS__TABLE_PARTIAL, bytes, err)
                              : MLOPS_OK;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "format", FORMAT);
    mlops__record_put_text(&json, "paths", self->paths);
    mlops__json_name(&json, "absent");
    mlops__json_open(&json, '[');
    for (size_t i = 0; i < self->n_absent; i++) {
        mlops__id_format(text, &self->absent[i]);
        mlops__json_string(&json, text);
    }
    mlops__json_close(&json, ']');
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_PARTIAL, &key, &buf, err);
}

int mlops__partial_has(const mlops__partial *self, const mlops_id *commit) {
    for (size_t i = 0; i < self->n_absent; i++)
        if (memcmp(self->absent[i].bytes, commit->bytes, ID) == 0) return 1;
    return 0;
}

mlops_status mlops__partial_commit(mlops__view *view, const char *dataset, const mlops_id *id) {
    mlops__partial partial;
    char text[MLOPS__ID_TEXT];
    MLOPS_TRY(mlops__partial_read(&partial, view, dataset));
    if (!mlops__partial_has(&partial, id)) return MLOPS_OK;
    mlops__id_format(text, id);
    return mlops__fail(view->err, MLOPS_E_NOT_FOUND,
                       "commit %s of \"%s\" was not pulled: the history here is shallow; pull "
                       "without a depth to have it",
                       text, dataset);
}

mlops_status mlops__partial_content(mlops_store *store, const mlops_id *id, mlops_error *err) {
    mlops__index index;
    mlops__index_iter iter;
    mlops__bytes key, value;
    char text[MLOPS__ID_TEXT];
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = mlops__index_iter_init(&iter, &index, MLOPS__TABLE_PARTIAL,
                                                 (mlops__bytes){(const uint8_t *)"", 0}, err);
    if (!status) {
        status = mlops__index_iter_next(&iter, &key, &value, err);
        mlops__id_format(text, id);
        if (status == MLOPS_OK)
            status =
                mlops__fail(err, MLOPS_E_NOT_FOUND,
                            "content %s was not pulled: \"%.*s\" is here in part; pull without "
                            "paths, or with its own, to have it",
                            text, (int)key.size, (const char *)key.data);
        mlops__index_iter_free(&iter);
    }
    mlops__store_read_end(&index);
    return status == MLOPS_END ? MLOPS_OK : status;
}
