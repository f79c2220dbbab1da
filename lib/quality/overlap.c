/* Rows that stand in two tables: contamination between splits and between versions.
 *
 * Owns an index of one table's rows by hash, beyond the call of nothing. Invariant: a pair is
 * reported only once its values were compared; hashes only say where to look.
 */
#include "quality/cell.h"
#include "sys/hash.h"

#include <string.h>

typedef struct side {
    const mlops__column **columns;
    int64_t n_rows;
} side;

/* Chains of rows of equal slots: heads by slot, the next row of each; -1 ends them. */
typedef struct row_index {
    int64_t *heads, *next;
    uint64_t *hashes;
    size_t n_slots;
} row_index;

typedef struct overlap {
    mlops__arena arena;
    side a, b;
    int64_t n_columns;
    mlops__buf key, other;
} overlap;

static void put_row(const overlap *self, const side *s, int64_t row, mlops__buf *out) {
    out->size = 0;
    for (int64_t i = 0; i < self->n_columns; i++) {
        const mlops__cell cell = mlops__cell_of_column(s->columns[i], row);
        mlops__cell_put(&cell, out);
    }
}

/* ---- columns ---- */

static int compare_as_numbers(mlops_type a, mlops_type b) {
    return (a == MLOPS_TYPE_INT64 || a == MLOPS_TYPE_FLOAT64) &&
           (b == MLOPS_TYPE_INT64 || b == MLOPS_TYPE_FLOAT64);
}

static mlops_status add_column(overlap *self, const mlops_table *a, const mlops_table *b,
                               const char *name, mlops_error *err) {
    const mlops__column *x = mlops__table_column(a, mlops_table_find(a, name));
    const mlops__column *y = mlops__table_column(b, mlops_table_find(b, name));
    if (!x || !y)
        return mlops__fail(err, MLOPS_E_SCHEMA, "the %s table has no column '%.*s'",
                           x ? "second" : "first", 200, name);
    int comparable = x->type == y->type || compare_as_numbers(x->type, y->type) ||
                     x->type == MLOPS_TYPE_NULL || y->type == MLOPS_TYPE_NULL;
    if (!comparable)
        return mlops__fail(err, MLOPS_E_SCHEMA,
                           "column '%.*s' is %s in the first table and %s in the second", 200, name,
                           mlops__type_name(x->type), mlops__type_name(y->type));
    self->a.columns[self->n_columns] = x;
    self->b.columns[self->n_columns++] = y;
    return MLOPS_OK;
}

static mlops_status choose(overlap *self, const mlops_table *a, const mlops_table *b,
                           const char *list, mlops_error *err) {
    const char **names = NULL;
    int64_t n = 0, all = mlops_table_n_columns(a);
    MLOPS_TRY(mlops__names_parse(&self->arena, list, &names, &n, err));
    size_t room = (size_t)(list ? n : all) + 1;
    self->a.columns = mlops__arena_array(&self->arena, room, sizeof *self->a.columns);
    self->b.columns = mlops__arena_array(&self->arena, room, sizeof *self->b.columns);
    if (!self->a.columns || !self->b.columns) return mlops__fail_nomem(err, room);
    for (int64_t i = 0; i < (list ? n : all); i++)
        MLOPS_TRY(add_column(self, a, b, list ? names[i] : mlops_table_name(a, i), err));
    if (self->n_columns == 0)
        return mlops__fail(err, MLOPS_E_INVALID, "columns names none to compare");
    self->a.n_rows = mlops_table_n_rows(a);
    self->b.n_rows = mlops_table_n_rows(b);
    return MLOPS_OK;
}

/* ---- rows ---- */

/* From the last row to the first, so that chains begin with the first. */
static mlops_status build(overlap *self, row_index *out) {
    size_t n = (size_t)self->b.n_rows;
    out->n_slots = 16;
    while (out->n_slots < n + n / 2) out->n_slots *= 2;
    out->heads = mlops__arena_array(&self->arena, out->n_slots, sizeof *out->heads);
    out->next = mlops__arena_array(&self->arena, n + 1, sizeof *out->next);
    out->hashes = mlops__arena_array(&self->arena, n + 1, sizeof *out->hashes);
    if (!out->heads || !out->next || !out->hashes) return MLOPS_E_NOMEM;
    for (size_t i = 0; i < out->n_slots; i++) out->heads[i] = -1;
    for (int64_t i = self->b.n_rows; i-- > 0;) {
        put_row(self, &self->b, i, &self->key);
        if (self->key.status) return self->key.status;
        uint64_t hash = mlops__hash_64(self->key.data, self->key.size);
        int64_t *head = &out->heads[hash & (out->n_slots - 1)];
        out->hashes[i] = hash;
        out->next[i] = *head;
        *head = i;
    }
    return MLOPS_OK;
}

/* The first row of b that equals a row of a, -1 if there is none. */
static int64_t find(overlap *self, const row_index *index, int64_t row) {
    put_row(self, &self->a, row, &self->key);
    if (self->key.status) return -1;
    uint64_t hash = mlops__hash_64(self->key.data, self->key.size);
    for (int64_t i = index->heads[hash & (index->n_slots - 1)]; i >= 0; i = index->next[i]) {
        if (index->hashes[i] != hash) continue;
        put_row(self, &self->b, i, &self->other);
        if (self->other.status) return -1;
        if (self->other.size == self->key.size &&
            memcmp(self->other.data, self->key.data, self->key.size) == 0)
            return i;
    }
    return -1;
}

static mlops_status list(overlap *self, const mlops__host *host, mlops_table **out,
                         mlops_error *err) {
    static const mlops__rows_column columns[] = {{"a", MLOPS_TYPE_INT64}, {"b", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    row_index index;
    mlops_status status = build(self, &index);
    if (status) return mlops__fail_nomem(err, (size_t)self->b.n_rows * sizeof *index.next);
    MLOPS_TRY(mlops__rows_begin(&rows, host, columns, 2, err));
    for (int64_t i = 0; i < self->a.n_rows && !status; i++) {
        int64_t other = find(self, &index, i);
        if (other >= 0) {
            mlops__rows_i64(&rows, i);
            mlops__rows_i64(&rows, other);
        }
        if (self->key.status || self->other.status) status = mlops__fail_nomem(err, self->key.size);
    }
    return mlops__rows_end(&rows, status, out, err);
}

mlops_status mlops_table_overlap(mlops_table **out, const mlops_table *a, const mlops_table *b,
                                 const char *columns, mlops_error *err) {
    overlap self = {.n_columns = 0};
    if (!out || !a || !b) return mlops__fail(err, MLOPS_E_INVALID, "out or a table is NULL");
    *out = NULL;
    const mlops__host *host = mlops__table_host(a);
    mlops__arena_init(&self.arena, &host->allocator, SIZE_MAX);
    mlops__buf_init(&self.key, &host->allocator);
    mlops__buf_init(&self.other, &host->allocator);
    mlops_status status = choose(&self, a, b, columns, err);
    if (!status) status = list(&self, host, out, err);
    mlops__buf_free(&self.key);
    mlops__buf_free(&self.other);
    mlops__arena_free(&self.arena);
    return status;
}
