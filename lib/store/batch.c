/* Sorting operations on records by their keys.
 *
 * Owns copies of the operations. Invariants: the sort is stable, so that of several operations on
 * one key the last one of the journal is the last one here; nothing else of an operation is looked
 * at.
 */
#include "store/batch.h"

#include <string.h>

enum { HEAD = 8, FRONT = 8 };

typedef struct place {
    uint64_t front; /* the first bytes that not all keys share: most comparisons need no more */
    size_t offset;
} place;

void mlops__batch_init(mlops__batch *self, const mlops_allocator *allocator) {
    mlops__buf_init(&self->ops, allocator);
    mlops__buf_init(&self->places, allocator);
}

void mlops__batch_free(mlops__batch *self) {
    mlops__buf_free(&self->ops);
    mlops__buf_free(&self->places);
}

mlops_status mlops__batch_add(mlops__batch *self, const mlops__op *op, mlops_error *err) {
    place p = {0, self->ops.size};
    mlops__buf_u8(&self->ops, op->kind == MLOPS__OP_DEL);
    mlops__buf_u8(&self->ops, op->table);
    mlops__buf_u16(&self->ops, (uint16_t)op->key.size);
    mlops__buf_u32(&self->ops, (uint32_t)op->value.size);
    mlops__buf_put(&self->ops, op->key.data, op->key.size);
    mlops__buf_put(&self->ops, op->value.data, op->value.size);
    mlops__buf_put(&self->places, &p, sizeof p);
    if (!self->ops.status && !self->places.status) return MLOPS_OK;
    return mlops__fail_nomem(err, op->value.size);
}

static mlops__op op_at(const mlops__batch *self, size_t offset) {
    mlops__op op;
    const uint8_t *p = self->ops.data + offset;
    op.kind = p[0] ? MLOPS__OP_DEL : MLOPS__OP_PUT;
    op.table = p[1];
    op.key = (mlops__bytes){p + HEAD, (size_t)(p[2] | p[3] << 8)};
    op.value = (mlops__bytes){op.key.data + op.key.size, mlops__load_u32(p + 4)};
    return op;
}

/* Byte i of table and key; zero behind them. */
static unsigned byte_at(const mlops__op *op, size_t i) {
    if (i == 0) return op->table;
    return i <= op->key.size ? op->key.data[i - 1] : 0;
}

/* How many first bytes of table and key all operations share. */
static size_t n_shared(const mlops__batch *self, const place *places, size_t n) {
    mlops__op first = op_at(self, places[0].offset);
    size_t shared = first.key.size + 1;
    for (size_t i = 1; i < n; i++) {
        mlops__op op = op_at(self, places[i].offset);
        size_t same = 0, most = op.key.size + 1 < shared ? op.key.size + 1 : shared;
        while (same < most && byte_at(&op, same) == byte_at(&first, same)) same++;
        shared = same;
    }
    return shared;
}

static void find_fronts(const mlops__batch *self, place *places, size_t n) {
    size_t shared = n_shared(self, places, n);
    for (size_t i = 0; i < n; i++) {
        mlops__op op = op_at(self, places[i].offset);
        uint64_t front = 0;
        for (size_t b = 0; b < FRONT; b++) front = front << 8 | byte_at(&op, shared + b);
        places[i].front = front;
    }
}

/* As the map orders keys: by bytes, the shorter first. */
static int order(const mlops__batch *self, const place *a, const place *b) {
    if (a->front != b->front) return a->front < b->front ? -1 : 1;
    mlops__bytes x = op_at(self, a->offset).key, y = op_at(self, b->offset).key;
    int by_bytes = memcmp(x.data, y.data, x.size < y.size ? x.size : y.size);
    return by_bytes ? by_bytes : (x.size > y.size) - (x.size < y.size);
}

static void merge(const mlops__batch *self, place *out, const place *a, size_t n_a, size_t n_b) {
    const place *b = a + n_a, *a_end = b, *b_end = b + n_b;
    if (n_b == 0 || order(self, a_end - 1, b) <= 0) { /* in order as they are */
        memcpy(out, a, (n_a + n_b) * sizeof *out);
        return;
    }
    while (a < a_end && b < b_end) *out++ = order(self, a, b) <= 0 ? *a++ : *b++;
    while (a < a_end) *out++ = *a++;
    while (b < b_end) *out++ = *b++;
}

static int is_sorted(const mlops__batch *self, const place *places, size_t n) {
    for (size_t i = 1; i < n; i++)
        if (order(self, &places[i - 1], &places[i]) > 0) return 0;
    return 1;
}

/* Runs of 1, 2, 4, ... are merged to and fro; returns where the last pass went. */
static place *sort(const mlops__batch *self, place *from, place *to, size_t n) {
    if (is_sorted(self, from, n)) return from;
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run) {
            size_t n_a = n - at < run ? n - at : run;
            size_t n_b = n - at - n_a < run ? n - at - n_a : run;
            merge(self, to + at, from + at, n_a, n_b);
        }
        place *swap = from;
        from = to;
        to = swap;
    }
    return from;
}

mlops_status mlops__batch_drain(mlops__batch *self, mlops__batch_visit *visit, void *user,
                                mlops_error *err) {
    size_t size = self->places.size, n = size / sizeof(place);
    if (n == 0) return MLOPS_OK;
    place *scratch = mlops__alloc(self->ops.allocator, size);
    if (!scratch) return mlops__fail_nomem(err, size);
    place *places = (place *)(void *)self->places.data;
    find_fronts(self, places, n);
    const place *sorted = sort(self, places, scratch, n);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && !status; i++) {
        if (i + 1 < n && order(self, &sorted[i], &sorted[i + 1]) == 0) continue;
        mlops__op op = op_at(self, sorted[i].offset);
        status = visit(user, &op, err);
    }
    mlops__free(self->ops.allocator, scratch, size);
    self->ops.size = self->places.size = 0;
    return status;
}
