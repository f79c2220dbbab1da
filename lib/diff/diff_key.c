/* Rows that stand for each other by a key.
 *
 * Owns the index of keys while they are held against each other. Invariant: a row of one side
 * stands for one row of the other at the most, since a key that stands twice on a side is refused.
 */
#include "column/names.h"
#include "diff/diff.h"

#include <string.h>

enum { KEYS_AHEAD = 16 };

/* Rows by the hash of their key. */
typedef struct key_slot {
    uint32_t tag;
    int32_t next_row; /* row + 1; 0: empty */
} key_slot;

typedef struct key_index {
    const mlops__twins *twins;
    int side;
    const uint64_t *hashes;
    key_slot *slots;
    size_t mask;
} key_index;

static int equal_keys(const mlops__twins *self, int a, int64_t row_a, int b, int64_t row_b) {
    for (int64_t k = 0; k < self->n_key; k++)
        if (!mlops__twin_equal(&self->key[k], a, row_a, b, row_b)) return 0;
    return 1;
}

void mlops__key_text_put(const mlops__twins *self, int side, int64_t row, mlops__buf *out) {
    char room[MLOPS__CELL_ROOM];
    const char *text;
    for (int64_t k = 0; k < self->n_key; k++) {
        int64_t n = mlops__cell_text(self->key[k].side[side], row, room, &text);
        if (self->n_key == 1 && n > 0) mlops__buf_put(out, text, (size_t)n);
        if (self->n_key == 1) return;
        if (k) mlops__buf_u8(out, ',');
        if (n >= 0) mlops__name_put(out, text);
    }
}

static mlops_status twice(const mlops__twins *self, int side, int64_t a, int64_t b,
                          mlops_error *err) {
    enum { SHOWN = 100 };
    mlops__buf names, key;
    mlops__buf_init(&names, self->arena->allocator);
    mlops__buf_init(&key, self->arena->allocator);
    for (int64_t k = 0; k < self->n_key; k++) mlops__names_put(&names, self->key_names[k]);
    mlops__key_text_put(self, side, a, &key);
    mlops_status status = names.status || key.status ? mlops__fail_nomem(err, 1) : MLOPS_OK;
    if (!status)
        status = mlops__fail(
            err, MLOPS_E_SCHEMA, "the key %.*s is '%.*s' in rows %lld and %lld (from 0) of %s",
            (int)(names.size < SHOWN ? names.size : SHOWN), (const char *)names.data,
            (int)(key.size < SHOWN ? key.size : SHOWN), key.size ? (const char *)key.data : "",
            (long long)a, (long long)b, self->labels[side]);
    mlops__buf_free(&names);
    mlops__buf_free(&key);
    return status;
}

/* ---- keys that ascend ---- */

static int ascends(const mlops__column *column) {
    const int64_t *values = column->data;
    if (column->type != MLOPS_TYPE_INT64 || column->n_nulls) return 0;
    for (int64_t i = 1; i < column->n_rows; i++)
        if (values[i - 1] >= values[i]) return 0;
    return 1;
}

/* One pass over both, where a single column of whole numbers ascends. */
static int merge_join(mlops__pairs *self, const mlops__twins *twins) {
    const mlops__column *from = twins->key[0].side[0], *to = twins->key[0].side[1];
    if (twins->n_key != 1 || !ascends(from) || !ascends(to)) return 0;
    const int64_t *a = from->data, *b = to->data;
    for (int64_t i = 0, j = 0; i < from->n_rows && j < to->n_rows;) {
        if (a[i] == b[j]) mlops__pair(self, i++, j++);
        else if (a[i] < b[j]) i++;
        else j++;
    }
    return 1;
}

/* ---- any keys ---- */

static mlops_status begin(key_index *self, const mlops__twins *twins, int side,
                          const uint64_t *hashes, mlops__arena *arena) {
    size_t n = 8;
    while (n < (size_t)twins->n_rows[side] * 2) n *= 2;
    *self = (key_index){twins, side, hashes, NULL, n - 1};
    self->slots = mlops__arena_array(arena, n, sizeof *self->slots);
    return self->slots ? MLOPS_OK : MLOPS_E_NOMEM;
}

/* The slot of a key, which is empty if the index has it not. */
static key_slot *find_slot(const key_index *self, int side, int64_t row, uint64_t hash) {
    for (size_t at = (size_t)hash & self->mask;; at = (at + 1) & self->mask) {
        key_slot *slot = &self->slots[at];
        if (!slot->next_row) return slot;
        if (slot->tag == (uint32_t)(hash >> 32) &&
            equal_keys(self->twins, self->side, slot->next_row - 1, side, row))
            return slot;
    }
}

static void expect_slot(const key_index *self, const uint64_t *hashes, int64_t row, int64_t n) {
#if defined(__GNUC__)
    if (row + KEYS_AHEAD < n)
        __builtin_prefetch(&self->slots[(size_t)hashes[row + KEYS_AHEAD] & self->mask]);
#endif
}

static mlops_status take_row(const key_index *self, int64_t row, mlops_error *err) {
    key_slot *slot = find_slot(self, self->side, row, self->hashes[row]);
    if (slot->next_row) return twice(self->twins, self->side, slot->next_row - 1, row, err);
    *slot = (key_slot){(uint32_t)(self->hashes[row] >> 32), (int32_t)row + 1};
    return MLOPS_OK;
}

/* Rows of to that found one of from; the others are held against each other. */
static mlops_status look_up(mlops__pairs *self, const key_index *from, const key_index *to,
                            mlops_error *err) {
    int64_t n = from->twins->n_rows[1];
    for (int64_t j = 0; j < n; j++) {
        expect_slot(from, to->hashes, j, n);
        const key_slot *slot = find_slot(from, 1, j, to->hashes[j]);
        if (!slot->next_row) {
            MLOPS_TRY(take_row(to, j, err));
            continue;
        }
        int64_t i = slot->next_row - 1;
        if (self->of[0][i] >= 0) return twice(from->twins, 1, self->of[0][i], j, err);
        mlops__pair(self, i, j);
    }
    return MLOPS_OK;
}

static mlops_status hash_join(mlops__pairs *self, const mlops__twins *twins, mlops__arena *arena,
                              mlops_error *err) {
    key_index index[2];
    for (int side = 0; side < 2; side++) {
        uint64_t *hashes =
            mlops__arena_array(arena, (size_t)twins->n_rows[side] + 1, sizeof *hashes);
        if (!hashes || begin(&index[side], twins, side, hashes, arena))
            return mlops__fail_nomem(err, arena->used);
        for (int64_t k = 0; k < twins->n_key; k++) mlops__twin_hash(&twins->key[k], side, hashes);
    }
    for (int64_t i = 0; i < twins->n_rows[0]; i++) {
        expect_slot(&index[0], index[0].hashes, i, twins->n_rows[0]);
        MLOPS_TRY(take_row(&index[0], i, err));
    }
    return look_up(self, &index[0], &index[1], err);
}

mlops_status mlops__pair_by_key(mlops__pairs *self, const mlops__twins *twins, mlops_error *err) {
    mlops__arena arena;
    if (merge_join(self, twins)) return MLOPS_OK;
    mlops__arena_init(&arena, twins->arena->allocator, SIZE_MAX);
    mlops_status status = hash_join(self, twins, &arena, err);
    mlops__arena_free(&arena);
    return status;
}
