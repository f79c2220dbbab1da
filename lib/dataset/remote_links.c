/* Lists of links, as a head names one.
 *
 * Owns the list. Invariants: of what two stores say of a link the newer one stays, whichever way it
 * travels, so that all come to the same; a list that is put has the bytes that it had if nothing
 * came to it. A link goes where a commit of the dataset goes that it names, whether or not its
 * other end is known there; but versions of models, whose numbers are of one store alone, stay.
 */
#include "dataset/remote_links.h"

#include <string.h>

enum { FORMAT = 1 };

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "the remote's list of links is damaged");
}

mlops_status mlops__links_init(mlops__links *self, const char *dataset, const mlops__host *host,
                               mlops_error *err) {
    static const mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    *self = (mlops__links){NULL, NULL, host, dataset};
    MLOPS_TRY(mlops__kv_open(&self->kv, host, &opts, err));
    return mlops__kv_begin(&self->txn, self->kv, 1, err);
}

void mlops__links_free(mlops__links *self) {
    mlops__kv_end(self->txn);
    mlops__kv_close(self->kv);
    memset(self, 0, sizeof *self);
}

/* ---- which ones ---- */

/* The commit of the dataset that an end is. */
static int is_commit(const char *end, const char *dataset, mlops_id *out) {
    mlops__link_text prefix;
    size_t n = strlen(mlops__link_dataset(&prefix, dataset, ""));
    return strncmp(end, prefix.text, n) == 0 && mlops__id_parse(out, end + n);
}

static int travels(const mlops__link *link) {
    static const char MODELS[] = "models:/";
    return strncmp(link->from, MODELS, sizeof MODELS - 1) != 0 &&
           strncmp(link->to, MODELS, sizeof MODELS - 1) != 0;
}

static mlops_status is_in(const mlops__links *self, const mlops__link *link,
                          mlops__links_there *there, void *user, int *out, mlops_error *err) {
    const char *const ends[2] = {link->from, link->to};
    *out = 0;
    for (int i = 0; i < 2 && !*out && travels(link); i++) {
        mlops_id id;
        if (is_commit(ends[i], self->dataset, &id)) MLOPS_TRY(there(user, &id, out, err));
    }
    return MLOPS_OK;
}

/* ---- adding ---- */

static void key_of(mlops__key *out, const mlops__link *link) {
    mlops__link_key(out, MLOPS__LINK_DOWN, link->from, link->to, link->relation);
}

/* Of two of one time the one whose bytes are greater, so that both sides choose the same. */
static mlops_status is_newer(mlops__bytes record, int64_t time_ns, mlops__bytes than,
                             mlops__arena *arena, int *out, mlops_error *err) {
    mlops__link link;
    int64_t other_ns;
    size_t n = record.size < than.size ? record.size : than.size;
    MLOPS_TRY(mlops__link_read(&link, &other_ns, than, arena, err));
    int order = memcmp(record.data, than.data, n);
    if (!order) order = (record.size > than.size) - (record.size < than.size);
    *out = time_ns != other_ns ? time_ns > other_ns : order > 0;
    return MLOPS_OK;
}

static mlops_status add(mlops__links *self, const mlops__link *link, int64_t time_ns,
                        mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__buf buf;
    mlops__bytes was;
    int newer = 1;
    key_of(&key, link);
    mlops__bytes bytes = mlops__key_bytes(&key);
    mlops__buf_init(&buf, &self->host->allocator);
    mlops__link_write(&buf, link, time_ns);
    mlops__bytes record = {buf.data, buf.size};
    mlops_status status =
        buf.status ? mlops__fail_nomem(err, buf.size) : mlops__kv_get(self->txn, bytes, &was, err);
    if (!status) status = is_newer(record, time_ns, was, arena, &newer, err);
    if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK;
    if (!status && newer) status = mlops__kv_put(self->txn, bytes, record, err);
    mlops__buf_free(&buf);
    return status;
}

static int is_whole(const mlops__link *link) {
    return mlops__link_is_text(link->from, MLOPS__LINK_END - 1) &&
           mlops__link_is_text(link->to, MLOPS__LINK_END - 1) &&
           mlops__link_is_text(link->relation, MLOPS__LINK_RELATION_MAX) &&
           strcmp(link->from, link->to) != 0;
}

static mlops_status add_item(mlops__links *self, mlops__bytes json, mlops_error *err) {
    mlops__arena arena;
    mlops__link link;
    int64_t time_ns;
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = mlops__link_read(&link, &time_ns, json, &arena, err);
    if (!status && !is_whole(&link)) status = damaged(err);
    if (!status) status = add(self, &link, time_ns, &arena, err);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__links_parse(mlops__links *self, mlops__bytes json, mlops_error *err) {
    mlops__arena arena;
    mlops__record list, items = {NULL, 0};
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&list, json, &arena, err);
    if (!status && mlops__record_i64(&list, "format", 0) != FORMAT)
        status = mlops__fail(err, MLOPS_E_UNSUPPORTED,
                             "the remote's list of links is of a later format");
    if (!status)
        status = mlops__record_items(&items, mlops__record_json(&list, "links"), &arena, err);
    for (size_t i = 0; i < items.n && !status; i++)
        status = add_item(self, items.fields[i].json, err);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops__links_of_head(mlops__links *self, const mlops__head *head,
                                  mlops__remote *remote, mlops_error *err) {
    mlops__buf bytes;
    if (!head->has_links) return MLOPS_OK;
    mlops__buf_init(&bytes, &self->host->allocator);
    mlops_status status = mlops__head_load_list(remote, &head->links, &bytes, err);
    if (!status) status = mlops__links_parse(self, (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    return status;
}

/* ---- each of the list ---- */

/* All of it lives as long as the step. */
typedef struct listed {
    mlops__bytes key, record;
    mlops__link link;
    int64_t time_ns;
    mlops__arena *arena;
} listed;

/* MLOPS_END ends it. */
typedef mlops_status link_step(void *user, const listed *it, mlops_error *err);

static mlops_status each(mlops__links *self, mlops__bytes from, link_step *step, void *user,
                         mlops_error *err) {
    mlops__kv_cursor *cursor;
    listed it;
    MLOPS_TRY(mlops__kv_cursor_new(&cursor, self->txn, err));
    mlops_status status = mlops__kv_seek(cursor, from, &it.key, &it.record, err);
    while (!status) {
        mlops__arena arena;
        mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
        it.arena = &arena;
        status = mlops__link_read(&it.link, &it.time_ns, it.record, &arena, err);
        if (!status) status = step(user, &it, err);
        mlops__arena_free(&arena);
        if (!status) status = mlops__kv_next(cursor, &it.key, &it.record, err);
    }
    mlops__kv_cursor_free(cursor);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- from the store into the list ---- */

typedef struct taking {
    mlops__links *links;
    mlops__view *view;
    mlops__links_there *there;
    void *user;
    mlops__buf gone; /* keys: u64 size, bytes */
} taking;

static mlops_status find_gone(void *user, const listed *it, mlops_error *err) {
    taking *t = user;
    int in;
    MLOPS_TRY(is_in(t->links, &it->link, t->there, t->user, &in, err));
    if (in) return MLOPS_OK;
    mlops__buf_u64(&t->gone, it->key.size);
    mlops__buf_put(&t->gone, it->key.data, it->key.size);
    return t->gone.status ? mlops__fail_nomem(err, t->gone.size) : MLOPS_OK;
}

static mlops_status drop_gone(taking *t) {
    mlops_error *err = t->view->err;
    mlops_status status = each(t->links, (mlops__bytes){(const uint8_t *)"", 1}, find_gone, t, err);
    for (size_t at = 0; at < t->gone.size && !status;) {
        size_t n = (size_t)mlops__load_u64(t->gone.data + at);
        status = mlops__kv_del(t->links->txn, (mlops__bytes){t->gone.data + at + 8, n}, err);
        at += 8 + n;
    }
    return status;
}

/* Of one commit, those of one way. */
static mlops_status take_way(taking *t, mlops__link_way way, const char *near) {
    mlops__key prefix;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_error *err = t->view->err;
    mlops__link_key(&prefix, way, near, NULL, NULL);
    MLOPS_TRY(mlops__index_iter_init(&iter, &t->view->index, MLOPS__TABLE_LINEAGE,
                                     mlops__key_prefix(&prefix), err));
    mlops_status status = MLOPS_OK;
    while (!status && !(status = mlops__index_iter_next(&iter, &key, &value, err))) {
        mlops__arena arena;
        mlops__link link;
        int64_t time_ns;
        mlops__arena_init(&arena, &t->links->host->allocator, SIZE_MAX);
        status = mlops__link_read(&link, &time_ns, value, &arena, err);
        if (!status && travels(&link) &&
            !strcmp(way == MLOPS__LINK_DOWN ? link.from : link.to, near))
            status = add(t->links, &link, time_ns, &arena, err);
        mlops__arena_free(&arena);
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status take_commit(taking *t, mlops__bytes digits) {
    mlops__link_text text;
    char name[MLOPS__ID_TEXT];
    mlops_id id;
    int there = 0;
    mlops__format(name, sizeof name, "%.*s", (int)digits.size, (const char *)digits.data);
    if (!mlops__id_parse(&id, name)) return MLOPS_OK;
    MLOPS_TRY(t->there(t->user, &id, &there, t->view->err));
    if (!there) return MLOPS_OK;
    mlops__link_dataset(&text, t->links->dataset, name);
    MLOPS_TRY(take_way(t, MLOPS__LINK_DOWN, text.text));
    return take_way(t, MLOPS__LINK_UP, text.text);
}

static mlops_status take_all(taking *t) {
    mlops__key prefix;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_error *err = t->view->err;
    mlops__key_init(&prefix);
    mlops__key_text(&prefix, t->links->dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &t->view->index, MLOPS__TABLE_COMMITS,
                                     mlops__key_prefix(&prefix), err));
    mlops_status status = MLOPS_OK;
    while (!status && !(status = mlops__index_iter_next(&iter, &key, &value, err)))
        status = take_commit(t, mlops__key_part(key, 1));
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__links_take(mlops__links *self, mlops__view *view, mlops__links_there *there,
                               void *user) {
    taking t = {self, view, there, user, {0}};
    mlops__buf_init(&t.gone, &self->host->allocator);
    mlops_status status = drop_gone(&t);
    mlops__buf_free(&t.gone);
    return status ? status : take_all(&t);
}

/* ---- from the list to the remote ---- */

static mlops_status write_one(void *user, const listed *it, mlops_error *err) {
    (void)err;
    mlops__json_raw(user, (const char *)it->record.data, it->record.size);
    return MLOPS_OK;
}

mlops_status mlops__links_put(mlops__links *self, mlops__head *head, mlops__remote *remote,
                              mlops__cutter_name *tell, void *user, int *changed,
                              mlops_error *err) {
    mlops__buf list;
    mlops__json_writer json;
    mlops__buf_init(&list, &self->host->allocator);
    mlops__json_writer_init(&json, &list, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "format", FORMAT);
    mlops__json_name(&json, "links");
    mlops__json_open(&json, '[');
    size_t empty = list.size;
    mlops_status status = each(self, (mlops__bytes){(const uint8_t *)"", 1}, write_one, &json, err);
    *changed = head->has_links && list.size == empty;
    if (!status && !list.status && list.size == empty) head->has_links = 0;
    else if (!status) {
        mlops__json_close(&json, ']');
        mlops__json_close(&json, '}');
        status = mlops__head_put_list(remote, &list, &head->links, &head->has_links, tell, user,
                                      changed, err);
    }
    mlops__buf_free(&list);
    return status;
}

/* ---- from the list into the store ---- */

typedef struct giving {
    mlops__links *links;
    mlops_change *change;
    size_t full;
    mlops__key *from;
    mlops__view *view;
    mlops__links_there *there;
    void *user;
} giving;

static mlops_status give_one(void *user, const listed *it, mlops_error *err) {
    giving *g = user;
    mlops__bytes was;
    int in, newer = 1;
    MLOPS_TRY(is_in(g->links, &it->link, g->there, g->user, &in, err));
    if (!in) return MLOPS_OK;
    if (mlops__change_size(g->change) >= g->full) {
        memcpy(g->from->data, it->key.data, it->key.size);
        g->from->size = it->key.size;
        return MLOPS_END;
    }
    mlops_status status =
        mlops__index_get(&g->view->index, MLOPS__TABLE_LINEAGE, it->key, &was, err);
    if (status == MLOPS_E_NOT_FOUND) was = (mlops__bytes){NULL, 0};
    else MLOPS_TRY(status);
    if (was.data) MLOPS_TRY(is_newer(it->record, it->time_ns, was, it->arena, &newer, err));
    if (!newer) return MLOPS_OK;
    MLOPS_TRY(mlops__change_expect(g->change, MLOPS__TABLE_LINEAGE, it->key, was, err));
    return mlops__link_put_at(g->change, &it->link, it->time_ns, err);
}

mlops_status mlops__links_give(mlops__links *self, mlops_change *change, size_t full,
                               mlops__key *from, mlops__view *view, mlops__links_there *there,
                               void *user) {
    mlops__key first = *from;
    giving g = {self, change, full, from, view, there, user};
    if (first.size == 0) first.data[first.size++] = 0;
    from->size = 0;
    return each(self, mlops__key_bytes(&first), give_one, &g, view->err);
}
