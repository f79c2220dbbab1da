/* Rows of online views: putting the newest, getting them as of a time.
 *
 * Owns an open view. Invariants: a put is one transaction, and no row takes the place of a newer
 * one; a get is of one moment, and reads rows where they lie.
 */
#include "base/opts.h"
#include "column/rows.h"
#include "featurestore/view.h"

#include <string.h>

struct mlops_online {
    mlops_store *store;
    mlops__arena arena; /* of the view */
    mlops__view view;
};

/* ---- opening ---- */

static mlops_status read_view(mlops_online *self, const char *name, int *ahead, mlops_error *err) {
    mlops__index index;
    mlops__key key;
    mlops__bytes value;
    mlops__key_init(&key);
    mlops__key_text(&key, name);
    const char *copy = mlops__arena_text(&self->arena, name, strlen(name));
    if (!copy) return mlops__fail_nomem(err, strlen(name));
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status =
        mlops__index_get(&index, MLOPS__TABLE_VIEWS, mlops__key_bytes(&key), &value, err);
    if (!status) status = mlops__view_parse(&self->view, copy, value, &self->arena, err);
    else if (status == MLOPS_E_NOT_FOUND)
        status = mlops__record_missing(&index, MLOPS__TABLE_VIEWS, "online view", name, err);
    *ahead = index.place.durable < index.place.chain.seq;
    mlops__store_read_end(&index);
    return status;
}

/* What is wrong with the map is found out here and not while serving. Rows are durable apart from
 * the journal: a power cut must not leave them without their view, which may be a relaxed commit of
 * any process. */
static mlops_status touch_rows(mlops_store *store, int ahead, mlops_error *err) {
    mlops__index rows;
    MLOPS_TRY(mlops__online_begin(store, 0, &rows, err));
    mlops__online_end(store, &rows, 0);
    return ahead ? mlops_store_flush(store, err) : MLOPS_OK;
}

mlops_status mlops_online_open(mlops_online **out, mlops_store *store, const char *name,
                               mlops_error *err) {
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("online view", name, err));
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_online *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->store = mlops__store_ref(store);
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    int ahead = 0;
    mlops_status status = read_view(self, name, &ahead, err);
    if (!status) status = touch_rows(store, ahead, err);
    if (status) mlops_online_close(self);
    else *out = self;
    return status;
}

void mlops_online_close(mlops_online *self) {
    if (!self) return;
    mlops_store *store = self->store;
    mlops_allocator allocator = mlops__store_host(store)->allocator;
    mlops__arena_free(&self->arena);
    mlops__free(&allocator, self, sizeof *self);
    mlops_store_close(store);
}

/* ---- columns of a table ---- */

static const mlops__column *column_called(const mlops_table *table, const char *name) {
    for (int64_t i = 0; i < mlops_table_n_columns(table); i++) {
        const mlops__column *column = mlops__table_column(table, i);
        if (!strcmp(column->name, name)) return column;
    }
    return NULL;
}

/* Nulls are zero there. */
static int is_exact(const mlops__column *column) {
    const int64_t *values = column->data;
    for (int64_t i = 0; i < column->n_rows; i++) {
        double real = (double)values[i];
        if (real >= 0x1p63 || (int64_t)real != values[i]) return 0;
    }
    return 1;
}

static mlops_status bind(const mlops__column **out, const mlops_table *table,
                         const mlops__view_column *wanted, mlops_error *err) {
    char hint[MLOPS__HINT];
    const mlops__column *c = *out = column_called(table, wanted->name);
    if (!c)
        return mlops__fail(err, MLOPS_E_SCHEMA, "there is no column \"%s\"%s", wanted->name,
                           mlops__table_hint(table, hint));
    if (c->type == wanted->type || c->type == MLOPS_TYPE_NULL) return MLOPS_OK;
    if (c->type == MLOPS_TYPE_INT64 && wanted->type == MLOPS_TYPE_FLOAT64) {
        if (is_exact(c)) return MLOPS_OK;
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "column \"%s\" is int64 and holds values that float64 does not hold "
                           "exactly",
                           wanted->name);
    }
    return mlops__fail(err, MLOPS_E_SCHEMA, "column \"%s\" is %s; the online view has it as %s",
                       wanted->name, mlops__type_name(c->type), mlops__type_name(wanted->type));
}

/* Columns of a table, in the order of the view's and of its key. */
typedef struct bound {
    mlops__arena arena;
    const mlops__column **columns; /* those of the key alone are bound where keys are asked for */
    const mlops__column **keys;
} bound;

static mlops_status bind_all(bound *self, const mlops_online *online, const mlops_table *table,
                             int keys_only, mlops_error *err) {
    const mlops__view *view = &online->view;
    size_t n = (size_t)view->n_columns;
    self->columns = mlops__arena_array(&self->arena, n, sizeof *self->columns);
    self->keys = mlops__arena_array(&self->arena, (size_t)view->n_keys, sizeof *self->keys);
    if (!self->columns || !self->keys) return mlops__fail_nomem(err, n * sizeof *self->columns);
    for (size_t i = 0; i < n; i++) {
        self->columns[i] = NULL;
        if (keys_only && !view->columns[i].is_key) continue;
        MLOPS_TRY(bind(&self->columns[i], table, &view->columns[i], err));
    }
    for (int64_t i = 0; i < view->n_keys; i++) self->keys[i] = self->columns[view->keys[i]];
    return MLOPS_OK;
}

static void bound_init(bound *self, const mlops_online *online) {
    memset(self, 0, sizeof *self);
    mlops__arena_init(&self->arena, &mlops__store_host(online->store)->allocator, SIZE_MAX);
}

/* ---- putting ---- */

static mlops_status refuse_null(const mlops__column *column, const char *what, mlops_error *err) {
    int64_t row = 0;
    if (column->n_rows == 0 || (column->type != MLOPS_TYPE_NULL && column->n_nulls == 0))
        return MLOPS_OK;
    while (column->type != MLOPS_TYPE_NULL && mlops__column_valid(column, row)) row++;
    return mlops__fail(err, MLOPS_E_INVALID, "row %lld (from 0): its %s \"%s\" is null",
                       (long long)row, what, column->name);
}

static mlops_status check_rows(const mlops_online *self, const bound *b, mlops_error *err) {
    const mlops__view *view = &self->view;
    for (int64_t i = 0; i < view->n_keys; i++) MLOPS_TRY(refuse_null(b->keys[i], "key", err));
    MLOPS_TRY(refuse_null(b->columns[view->event_time], "event time", err));
    if (view->created < 0) return MLOPS_OK;
    return refuse_null(b->columns[view->created], "creation time", err);
}

/* One row, if none is newer. */
static mlops_status put_row(const mlops_online *self, mlops__index *rows, const bound *b, int64_t i,
                            mlops__buf *buf, int64_t *n_put, mlops_error *err) {
    mlops__key key;
    mlops__bytes there;
    mlops__row theirs;
    buf->size = 0;
    MLOPS_TRY(mlops__row_key(&key, &self->view, b->keys, i, err));
    mlops__row_write(buf, &self->view, b->columns, i);
    if (buf->status) return mlops__fail_nomem(err, buf->size);
    if (buf->size > MLOPS__ROW_MAX)
        return mlops__fail(
            err, MLOPS_E_LIMIT,
            "row %lld (from 0): it takes %zu bytes; an online row has %d at the most", (long long)i,
            buf->size, MLOPS__ROW_MAX);
    mlops__bytes bytes = {buf->data, buf->size}, at = {key.data, key.size};
    mlops_status status = mlops__index_get(rows, MLOPS__TABLE_ROWS, at, &there, err);
    if (!status) {
        MLOPS_TRY(mlops__row_parse(&theirs, &self->view, there, err));
        if (mlops__online_is_older(bytes, there)) return MLOPS_OK;
    } else if (status != MLOPS_E_NOT_FOUND) return status;
    ++*n_put;
    return mlops__index_put(rows, MLOPS__TABLE_ROWS, at, bytes, err);
}

static mlops_status put_rows(const mlops_online *self, const bound *b, int64_t n, int64_t *n_put,
                             mlops_error *err) {
    mlops__index rows;
    mlops__buf buf;
    MLOPS_TRY(mlops__online_begin(self->store, 1, &rows, err));
    mlops__buf_init(&buf, &mlops__store_host(self->store)->allocator);
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < n && !status; i++)
        status = put_row(self, &rows, b, i, &buf, n_put, err);
    mlops__buf_free(&buf);
    if (!status) return mlops__online_commit(self->store, &rows, err);
    mlops__online_end(self->store, &rows, 1);
    return status;
}

mlops_status mlops_online_put(mlops_online *self, const mlops_table *rows, int64_t *n_put,
                              mlops_error *err) {
    bound b;
    int64_t n = 0;
    if (!self || !rows)
        return mlops__fail(err, MLOPS_E_INVALID, "the online view or the table is NULL");
    bound_init(&b, self);
    mlops_status status = bind_all(&b, self, rows, 0, err);
    if (!status) status = check_rows(self, &b, err);
    if (!status) status = put_rows(self, &b, mlops_table_n_rows(rows), &n, err);
    mlops__arena_free(&b.arena);
    if (!status && n_put) *n_put = n;
    return status;
}

/* ---- getting ---- */

static mlops_status begin_rows(mlops__rows *out, const mlops_online *self, mlops__arena *arena,
                               mlops_error *err) {
    const mlops__view *view = &self->view;
    size_t n = (size_t)view->n_columns;
    mlops__rows_column *columns = mlops__arena_array(arena, n + 2, sizeof *columns);
    if (!columns) return mlops__fail_nomem(err, n * sizeof *columns);
    for (size_t i = 0; i < n; i++)
        columns[i] = (mlops__rows_column){view->columns[i].name, view->columns[i].type};
    columns[n] = (mlops__rows_column){"status", MLOPS_TYPE_STRING};
    columns[n + 1] = (mlops__rows_column){"age_ns", MLOPS_TYPE_INT64};
    return mlops__rows_begin(out, mlops__store_host(self->store), columns, view->n_columns + 2,
                             err);
}

/* A value of the table of keys. */
static void put_key(mlops__rows *out, const mlops__column *column, int64_t row) {
    if (column->type == MLOPS_TYPE_NULL || !mlops__column_valid(column, row)) mlops__rows_null(out);
    else if (column->type == MLOPS_TYPE_BOOL)
        mlops__rows_bool(out, ((const uint8_t *)column->data)[row]);
    else if (column->type == MLOPS_TYPE_INT64)
        mlops__rows_i64(out, ((const int64_t *)column->data)[row]);
    else mlops__rows_text(out, column->texts[((const int32_t *)column->data)[row]]);
}

static void put_cell(mlops__rows *out, mlops_type type, const mlops__row *row, int64_t cell) {
    double real;
    uint64_t bits = mlops__row_bits(row, cell);
    if (!mlops__row_valid(row, cell)) mlops__rows_null(out);
    else if (type == MLOPS_TYPE_BOOL) mlops__rows_bool(out, bits != 0);
    else if (type == MLOPS_TYPE_INT64) mlops__rows_i64(out, (int64_t)bits);
    else if (type == MLOPS_TYPE_FLOAT64) {
        memcpy(&real, &bits, sizeof real);
        mlops__rows_f64(out, real);
    } else {
        mlops__bytes text = mlops__row_text(row, cell);
        mlops__rows_text_n(out, text.data, text.size);
    }
}

/* Saturated: times may be any. */
static int64_t age_of(int64_t as_of_ns, int64_t event_ns) {
    if (event_ns < 0 && as_of_ns > INT64_MAX + event_ns) return INT64_MAX;
    if (event_ns > 0 && as_of_ns < INT64_MIN + event_ns) return INT64_MIN;
    return as_of_ns - event_ns;
}

/* What is to be said of one key; row NULL: nothing is there. */
typedef struct answer {
    const char *status;
    const mlops__row *row;
    int64_t age_ns;
} answer;

static void put_answer(mlops__rows *out, const mlops_online *self, const bound *b, int64_t i,
                       const answer *a) {
    const mlops__view *view = &self->view;
    int hit = !strcmp(a->status, "hit");
    int64_t cell = 0;
    for (int64_t k = 0; k < view->n_columns; k++) {
        if (view->columns[k].is_key) put_key(out, b->columns[k], i);
        else if (!a->row) mlops__rows_null(out);
        else if (k == view->event_time) mlops__rows_i64(out, a->row->event_ns);
        else if (k == view->created) mlops__rows_i64(out, a->row->created_ns);
        else if (hit) put_cell(out, view->columns[k].type, a->row, cell++);
        else mlops__rows_null(out);
    }
    mlops__rows_text(out, a->status);
    if (a->row) mlops__rows_i64(out, a->age_ns);
    else mlops__rows_null(out);
}

static mlops_status get_row(mlops__rows *out, const mlops_online *self, mlops__index *rows,
                            const bound *b, int64_t i, int64_t as_of_ns, mlops_error *err) {
    mlops__key key;
    mlops__bytes bytes = {NULL, 0};
    mlops__row row;
    answer a = {"missing", NULL, 0};
    mlops_status status = mlops__row_key(&key, &self->view, b->keys, i, NULL);
    if (status == MLOPS_END) a.status = "null";
    if (!status) {
        mlops__bytes at = {key.data, key.size};
        status = mlops__index_get(rows, MLOPS__TABLE_ROWS, at, &bytes, err);
        if (status && status != MLOPS_E_NOT_FOUND) return status;
    }
    if (!status) {
        MLOPS_TRY(mlops__row_parse(&row, &self->view, bytes, err));
        a.row = &row;
        a.age_ns = age_of(as_of_ns, row.event_ns);
        a.status = self->view.ttl_ns && a.age_ns > self->view.ttl_ns ? "expired" : "hit";
    }
    put_answer(out, self, b, i, &a); /* a key that is too long to be put is missing */
    return MLOPS_OK;
}

static mlops_status get_rows(mlops__rows *out, const mlops_online *self, const bound *b, int64_t n,
                             int64_t as_of_ns, mlops_error *err) {
    mlops__index rows;
    MLOPS_TRY(mlops__online_begin(self->store, 0, &rows, err));
    mlops_status status = MLOPS_OK;
    for (int64_t i = 0; i < n && !status; i++)
        status = get_row(out, self, &rows, b, i, as_of_ns, err);
    mlops__online_end(self->store, &rows, 0);
    return status;
}

mlops_status mlops_online_get(mlops_table **out, mlops_online *self, const mlops_table *keys,
                              int64_t as_of_ns, mlops_error *err) {
    bound b;
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!self || !keys)
        return mlops__fail(err, MLOPS_E_INVALID, "the online view or the table is NULL");
    if (!as_of_ns) as_of_ns = mlops__store_now(self->store);
    bound_init(&b, self);
    mlops_status status = bind_all(&b, self, keys, 1, err);
    if (!status) status = begin_rows(&rows, self, &b.arena, err);
    if (!status) {
        status = get_rows(&rows, self, &b, mlops_table_n_rows(keys), as_of_ns, err);
        status = mlops__rows_end(&rows, status, out, err);
    }
    mlops__arena_free(&b.arena);
    return status;
}
