/* Online views as the journal has them.
 *
 * Owns the records under the name and under the number of a view. Invariants: a view never changes;
 * a number names one view alone, and at its definition no row is under it; the map of rows is there
 * before the first view is committed, and is not made again behind one.
 */
#include "featurestore/view.h"

#include "base/opts.h"
#include "column/names.h"
#include "column/rows.h"

#include <string.h>

/* ---- columns and options ---- */

static int64_t find(const mlops__view *self, const char *name) {
    for (int64_t i = 0; i < self->n_columns; i++)
        if (name && !strcmp(self->columns[i].name, name)) return i;
    return -1;
}

/* What mlops_online_get() adds. */
static int is_taken(const char *name) { return !strcmp(name, "status") || !strcmp(name, "age_ns"); }

static mlops_status take_columns(mlops__view *self, const mlops_table *like, mlops__arena *arena,
                                 mlops_error *err) {
    int64_t n = self->n_columns = mlops_table_n_columns(like);
    if (n > MLOPS__VIEW_COLUMNS_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "%lld columns; an online view has %d at the most",
                           (long long)n, MLOPS__VIEW_COLUMNS_MAX);
    mlops__view_column *columns = mlops__arena_array(arena, (size_t)n + 1, sizeof *columns);
    if (!columns) return mlops__fail_nomem(err, (size_t)n * sizeof *columns);
    for (int64_t i = 0; i < n; i++) {
        const mlops__column *c = mlops__table_column(like, i);
        columns[i] =
            (mlops__view_column){mlops__arena_text(arena, c->name, strlen(c->name)), c->type, 0};
        if (!columns[i].name) return mlops__fail_nomem(err, strlen(c->name));
        if (is_taken(c->name))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "a column is called \"%s\", which is what mlops_online_get() adds; "
                               "give it another name",
                               c->name);
        if (c->type == MLOPS_TYPE_NULL)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "column \"%s\" has no value, so that its type is not known",
                               c->name);
    }
    self->columns = columns;
    return MLOPS_OK;
}

static mlops_status take_keys(mlops__view *self, const char *const *names, int64_t n,
                              mlops__arena *arena, mlops_error *err) {
    mlops__view_column *columns = (mlops__view_column *)(uintptr_t)self->columns;
    int64_t *keys = mlops__arena_array(arena, (size_t)n + 1, sizeof *keys);
    if (!keys) return mlops__fail_nomem(err, (size_t)n * sizeof *keys);
    for (int64_t i = 0; i < n; i++) {
        keys[i] = find(self, names[i]);
        if (keys[i] < 0)
            return mlops__fail(err, MLOPS_E_INVALID, "key: there is no column \"%s\"", names[i]);
        if (columns[keys[i]].type == MLOPS_TYPE_FLOAT64)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "key: column \"%s\" is float64; a key is bool, int64 or string",
                               names[i]);
        columns[keys[i]].is_key = 1;
    }
    self->keys = keys;
    self->n_keys = n;
    return MLOPS_OK;
}

static mlops_status take_time(const mlops__view *self, const char *option, const char *name,
                              int64_t *out, mlops_error *err) {
    int64_t i = *out = find(self, name);
    if (i < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "%s: there is no column \"%s\"", option, name);
    if (self->columns[i].type == MLOPS_TYPE_INT64 && !self->columns[i].is_key) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "%s: column \"%s\" is %s%s; a time is int64 nanoseconds, and no key", option,
                       name, mlops__type_name(self->columns[i].type),
                       self->columns[i].is_key ? " and a key" : "");
}

static mlops_status make(mlops__view *out, const char *name, const mlops_table *like,
                         const char *key, const char *event_time, const mlops_online_opts *opts,
                         mlops__arena *arena, mlops_error *err) {
    const char **keys;
    int64_t n_keys;
    memset(out, 0, sizeof *out);
    out->name = name;
    out->created = -1;
    out->ttl_ns = opts->ttl_ns;
    MLOPS_TRY(take_columns(out, like, arena, err));
    MLOPS_TRY(mlops__names_parse(arena, key, &keys, &n_keys, err));
    if (n_keys == 0) return mlops__fail(err, MLOPS_E_INVALID, "key: name one or more columns");
    MLOPS_TRY(take_keys(out, keys, n_keys, arena, err));
    if (!event_time) return mlops__fail(err, MLOPS_E_INVALID, "event_time: name a column");
    MLOPS_TRY(take_time(out, "event_time", event_time, &out->event_time, err));
    if (opts->created) MLOPS_TRY(take_time(out, "created", opts->created, &out->created, err));
    if (out->created == out->event_time)
        return mlops__fail(err, MLOPS_E_INVALID, "created: it is the event time too");
    if (opts->ttl_ns < 0) return mlops__fail(err, MLOPS_E_INVALID, "ttl_ns is negative");
    return MLOPS_OK;
}

/* ---- records ---- */

static void key_of_name(mlops__key *out, const char *name) {
    mlops__key_init(out);
    mlops__key_text(out, name);
}

static void key_of_number(mlops__key *out, int64_t number) {
    mlops__key_init(out);
    mlops__key_number(out, number);
}

static void write_record(mlops__buf *out, const mlops__view *self) {
    mlops__json_writer json;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "number", self->number);
    mlops__json_name(&json, "columns");
    mlops__json_open(&json, '[');
    for (int64_t i = 0; i < self->n_columns; i++) {
        mlops__json_open(&json, '{');
        mlops__record_put_text(&json, "name", self->columns[i].name);
        mlops__record_put_text(&json, "type", mlops__type_name(self->columns[i].type));
        mlops__json_close(&json, '}');
    }
    mlops__json_close(&json, ']');
    mlops__json_name(&json, "key");
    mlops__json_open(&json, '[');
    for (int64_t i = 0; i < self->n_keys; i++)
        mlops__json_string(&json, self->columns[self->keys[i]].name);
    mlops__json_close(&json, ']');
    mlops__record_put_text(&json, "event_time", self->columns[self->event_time].name);
    if (self->created >= 0)
        mlops__record_put_text(&json, "created", self->columns[self->created].name);
    mlops__record_put_i64(&json, "ttl_ns", self->ttl_ns);
    mlops__record_put_i64(&json, "created_ns", self->created_ns);
    mlops__json_close(&json, '}');
}

static mlops_status not_whole(const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "the record of online view \"%s\" is not whole", name);
}

static mlops_type type_of(const char *text) {
    for (int i = MLOPS_TYPE_BOOL; text && i <= MLOPS_TYPE_STRING; i++)
        if (!strcmp(text, mlops__type_name((mlops_type)i))) return (mlops_type)i;
    return MLOPS_TYPE_NULL;
}

static mlops_status parse_columns(mlops__view *self, const mlops__record *record,
                                  mlops__arena *arena, mlops_error *err) {
    mlops__record items, item;
    mlops__bytes list = mlops__record_json(record, "columns");
    if (list.size == 0) return not_whole(self->name, err);
    MLOPS_TRY(mlops__record_items(&items, list, arena, err));
    mlops__view_column *columns = mlops__arena_array(arena, items.n + 1, sizeof *columns);
    if (!columns) return mlops__fail_nomem(err, items.n * sizeof *columns);
    if (items.n > MLOPS__VIEW_COLUMNS_MAX) return not_whole(self->name, err);
    for (size_t i = 0; i < items.n; i++) {
        MLOPS_TRY(mlops__record_parse(&item, items.fields[i].json, arena, err));
        columns[i] = (mlops__view_column){mlops__record_text(&item, "name"),
                                          type_of(mlops__record_text(&item, "type")), 0};
        if (!columns[i].name || columns[i].type == MLOPS_TYPE_NULL || is_taken(columns[i].name))
            return not_whole(self->name, err);
    }
    self->columns = columns;
    self->n_columns = (int64_t)items.n;
    return MLOPS_OK;
}

static mlops_status parse_keys(mlops__view *self, const mlops__record *record, mlops__arena *arena,
                               mlops_error *err) {
    mlops__record items;
    mlops__bytes list = mlops__record_json(record, "key");
    if (list.size == 0) return not_whole(self->name, err);
    MLOPS_TRY(mlops__record_items(&items, list, arena, err));
    const char **names = mlops__arena_array(arena, items.n + 1, sizeof *names);
    if (!names) return mlops__fail_nomem(err, items.n * sizeof *names);
    for (size_t i = 0; i < items.n; i++) {
        names[i] = items.fields[i].text;
        int64_t column = find(self, names[i]);
        if (column < 0 || self->columns[column].type == MLOPS_TYPE_FLOAT64)
            return not_whole(self->name, err);
        for (size_t j = 0; j < i; j++)
            if (!strcmp(names[i], names[j])) return not_whole(self->name, err);
    }
    return take_keys(self, names, (int64_t)items.n, arena, err);
}

mlops_status mlops__view_parse(mlops__view *out, const char *name, mlops__bytes json,
                               mlops__arena *arena, mlops_error *err) {
    mlops__record record;
    memset(out, 0, sizeof *out);
    out->name = name;
    MLOPS_TRY(mlops__record_parse(&record, json, arena, err));
    MLOPS_TRY(parse_columns(out, &record, arena, err));
    MLOPS_TRY(parse_keys(out, &record, arena, err));
    const char *created = mlops__record_text(&record, "created");
    out->number = mlops__record_i64(&record, "number", 0);
    out->event_time = find(out, mlops__record_text(&record, "event_time"));
    out->created = find(out, created);
    out->ttl_ns = mlops__record_i64(&record, "ttl_ns", 0);
    out->created_ns = mlops__record_i64(&record, "created_ns", 0);
    int times = out->event_time >= 0 && out->columns[out->event_time].type == MLOPS_TYPE_INT64 &&
                (!created || (out->created >= 0 && out->created != out->event_time &&
                              out->columns[out->created].type == MLOPS_TYPE_INT64));
    int apart = times && !out->columns[out->event_time].is_key &&
                (out->created < 0 || !out->columns[out->created].is_key);
    int numbers = out->number > 0 && out->number <= UINT32_MAX && out->ttl_ns >= 0;
    return apart && numbers && out->n_keys > 0 ? MLOPS_OK : not_whole(name, err);
}

/* ---- defining ---- */

static int is_same(const mlops__view *a, const mlops__view *b) {
    if (a->n_columns != b->n_columns || a->n_keys != b->n_keys || a->ttl_ns != b->ttl_ns ||
        a->event_time != b->event_time || a->created != b->created)
        return 0;
    for (int64_t i = 0; i < a->n_columns; i++)
        if (strcmp(a->columns[i].name, b->columns[i].name) != 0 ||
            a->columns[i].type != b->columns[i].type)
            return 0;
    for (int64_t i = 0; i < a->n_keys; i++)
        if (a->keys[i] != b->keys[i]) return 0;
    return 1;
}

/* The record that a change would leave at a name; MLOPS_E_NOT_FOUND. */
static mlops_status look(mlops__view *out, const mlops_change *change, mlops__index *index,
                         const char *name, mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    key_of_name(&key, name);
    mlops_status status =
        mlops__change_pending(change, MLOPS__TABLE_VIEWS, mlops__key_bytes(&key), &value);
    if (status == MLOPS_END)
        status = mlops__index_get(index, MLOPS__TABLE_VIEWS, mlops__key_bytes(&key), &value, err);
    return status ? status : mlops__view_parse(out, name, value, arena, err);
}

/* MLOPS_END if no row lies under a number: a commit that is lost may have left some. */
static mlops_status find_row(mlops__index *rows, int64_t number, mlops_error *err) {
    uint8_t prefix[MLOPS__ROW_PREFIX];
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__row_prefix(prefix, number);
    MLOPS_TRY(mlops__index_iter_init(&iter, rows, MLOPS__TABLE_ROWS,
                                     (mlops__bytes){prefix, sizeof prefix}, err));
    mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
    mlops__index_iter_free(&iter);
    return status;
}

/* MLOPS_END if neither the change nor the store has a number, and no row is under it. */
static mlops_status find_number(const mlops_change *change, mlops__index *index, mlops__index *rows,
                                int64_t number, mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    key_of_number(&key, number);
    mlops__bytes bytes = mlops__key_bytes(&key);
    mlops_status status = mlops__change_pending(change, MLOPS__TABLE_VIEW_NUMBERS, bytes, &value);
    if (status != MLOPS_END) return status;
    status = mlops__index_get(index, MLOPS__TABLE_VIEW_NUMBERS, bytes, &value, err);
    return status == MLOPS_E_NOT_FOUND ? find_row(rows, number, err) : status;
}

/* The first that is free, from the number of views on. */
static mlops_status next_number(int64_t *out, const mlops_change *change, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__index index, rows;
    MLOPS_TRY(mlops__online_begin(store, 0, &rows, err));
    mlops_status status = mlops__store_read_begin(store, &index, err);
    if (!status) {
        *out = index.sums[MLOPS__TABLE_VIEW_NUMBERS].n;
        while (!status) status = find_number(change, &index, &rows, ++*out, err);
        mlops__store_read_end(&index);
    }
    mlops__online_end(store, &rows, 0);
    if (status != MLOPS_END) return status;
    return *out <= UINT32_MAX ? MLOPS_OK : mlops__fail(err, MLOPS_E_LIMIT, "too many views");
}

static mlops_status put_view(mlops_change *change, const mlops__view *view, mlops_error *err) {
    char verb[MLOPS__NAME_MAX + 48];
    const mlops_allocator *allocator = &mlops__store_host(mlops__change_store(change))->allocator;
    const mlops__bytes none = {NULL, 0};
    mlops__key name, number;
    mlops__buf buf;
    mlops__json_writer json;
    key_of_name(&name, view->name);
    key_of_number(&number, view->number);
    mlops__buf_init(&buf, allocator);
    write_record(&buf, view);
    MLOPS_TRY(mlops__record_put(change, MLOPS__TABLE_VIEWS, &name, &buf, err));
    mlops__buf_init(&buf, allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "name", view->name);
    mlops__json_close(&json, '}');
    MLOPS_TRY(mlops__record_put(change, MLOPS__TABLE_VIEW_NUMBERS, &number, &buf, err));
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_VIEWS, mlops__key_bytes(&name), none, err));
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_VIEW_NUMBERS, mlops__key_bytes(&number),
                                   none, err));
    mlops__format(verb, sizeof verb, "online define %s", view->name);
    return mlops__change_verb(change, verb, err);
}

static mlops_status define(mlops_change *change, mlops__view *view, mlops__arena *arena,
                           mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    mlops__index index;
    mlops__view there;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = look(&there, change, &index, view->name, arena, err);
    int is_new = status == MLOPS_E_NOT_FOUND;
    int is_first = index.sums[MLOPS__TABLE_VIEWS].n == 0;
    mlops__store_read_end(&index);
    if (is_new) {
        if (is_first) MLOPS_TRY(mlops__online_make(store, err));
        MLOPS_TRY(next_number(&view->number, change, err));
        view->created_ns = mlops__store_now(store);
        return put_view(change, view, err);
    }
    MLOPS_TRY(status);
    if (is_same(view, &there)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_EXISTS,
                       "online view \"%s\" is there and has other columns, key, times or age; give "
                       "this one another name",
                       view->name);
}

mlops_status mlops_online_define(mlops_change *change, const char *name, const mlops_table *like,
                                 const char *key, const char *event_time,
                                 const mlops_online_opts *opts, mlops_error *err) {
    mlops_online_opts local;
    mlops__arena arena;
    mlops__view view;
    if (!change || !like)
        return mlops__fail(err, MLOPS_E_INVALID, "the change or the table is NULL");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_online_opts", err));
    if (local.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_online_opts: unknown flags");
    MLOPS_TRY(mlops__name_check("online view", name, err));
    mlops__arena_init(&arena, &mlops__store_host(mlops__change_store(change))->allocator, SIZE_MAX);
    mlops_status status = make(&view, name, like, key, event_time, &local, &arena, err);
    if (!status) status = define(change, &view, &arena, err);
    mlops__arena_free(&arena);
    return status;
}

/* ---- listing ---- */

static void put_names(mlops__rows *rows, const mlops__view *view, int keys_only, mlops__buf *buf) {
    buf->size = 0;
    int64_t n = keys_only ? view->n_keys : view->n_columns;
    for (int64_t i = 0; i < n; i++)
        mlops__names_put(buf, view->columns[keys_only ? view->keys[i] : i].name);
    if (buf->status) rows->status = buf->status;
    else mlops__rows_text_n(rows, buf->data, buf->size);
}

static void put_row(mlops__rows *rows, const mlops__view *view, mlops__buf *buf) {
    mlops__rows_text(rows, view->name);
    put_names(rows, view, 0, buf);
    put_names(rows, view, 1, buf);
    mlops__rows_text(rows, view->columns[view->event_time].name);
    mlops__rows_text(rows, view->created < 0 ? NULL : view->columns[view->created].name);
    if (view->ttl_ns) mlops__rows_i64(rows, view->ttl_ns);
    else mlops__rows_null(rows);
    mlops__rows_i64(rows, view->created_ns);
}

static mlops_status list_one(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                             mlops__arena *arena, mlops_error *err) {
    mlops__view view;
    mlops__buf buf;
    (void)index;
    const char *name = mlops__arena_text(arena, (const char *)key.data, key.size);
    if (!name) return mlops__fail_nomem(err, key.size);
    MLOPS_TRY(mlops__view_parse(&view, name, value, arena, err));
    mlops__buf_init(&buf, arena->allocator);
    put_row(user, &view, &buf);
    mlops__buf_free(&buf);
    return MLOPS_OK;
}

mlops_status mlops_online_list(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"name", MLOPS_TYPE_STRING},      {"columns", MLOPS_TYPE_STRING},
        {"key", MLOPS_TYPE_STRING},       {"event_time", MLOPS_TYPE_STRING},
        {"created", MLOPS_TYPE_STRING},   {"ttl_ns", MLOPS_TYPE_INT64},
        {"created_ns", MLOPS_TYPE_INT64},
    };
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), COLUMNS,
                                sizeof COLUMNS / sizeof *COLUMNS, err));
    mlops_status status = mlops__record_each(store, MLOPS__TABLE_VIEWS, list_one, &rows, err);
    return mlops__rows_end(&rows, status, out, err);
}
