/* Operations that wait: each key once, with what was last done to it, in the order of keys. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/batch.h"
#include "unit/draw.h"

enum { KEYS = 300, KEY_MAX = 12, OPS_MAX = 3000 };

typedef struct known {
    uint8_t table;
    uint8_t key[KEY_MAX];
    size_t size;
    int done; /* something was, since the last drain */
    mlops__op_kind kind;
    uint32_t value;
} known;

static known keys[KEYS];
static size_t n_visited;
static const known *before;

/* Few bytes, zero among them, and lengths around the 7 that are compared at once. */
static void make_key(known *k, size_t i) {
    memset(k, 0, sizeof *k);
    k->table = (uint8_t)(1 + draw() % 3);
    k->size = 1 + draw() % KEY_MAX;
    for (size_t b = 0; b < k->size; b++) k->key[b] = (uint8_t)(draw() % 2 ? 0 : 0x7f + draw() % 2);
    for (size_t other = 0; other < i; other++) {
        const known *o = &keys[other];
        if (o->table != k->table || o->size != k->size) continue;
        if (memcmp(o->key, k->key, k->size) == 0) {
            make_key(k, i);
            return;
        }
    }
}

static int comes_before(const known *a, const known *b) {
    if (a->table != b->table) return a->table < b->table;
    for (size_t i = 0; i < a->size && i < b->size; i++)
        if (a->key[i] != b->key[i]) return a->key[i] < b->key[i];
    return a->size < b->size;
}

static mlops_status visit(void *user, const mlops__op *op, mlops_error *err) {
    (void)user;
    (void)err;
    known *found = NULL;
    for (size_t i = 0; i < KEYS; i++)
        if (keys[i].table == op->table && keys[i].size == op->key.size &&
            memcmp(keys[i].key, op->key.data, op->key.size) == 0)
            found = &keys[i];
    assert_non_null(found);
    assert_true(found->done);
    assert_int_equal(op->kind, found->kind);
    assert_int_equal(op->value.size, found->kind == MLOPS__OP_PUT ? sizeof found->value : 0);
    if (op->value.size) assert_memory_equal(op->value.data, &found->value, op->value.size);
    if (before) assert_true(comes_before(before, found));
    before = found;
    found->done = 0;
    n_visited++;
    return MLOPS_OK;
}

static void add_one(mlops__batch *batch) {
    known *k = &keys[draw() % KEYS];
    mlops_error e;
    k->kind = draw() % 3 ? MLOPS__OP_PUT : MLOPS__OP_DEL;
    k->value = (uint32_t)draw();
    k->done = 1;
    mlops__op op = {k->kind, k->table, {k->key, k->size}, {NULL, 0}};
    if (k->kind == MLOPS__OP_PUT) op.value = (mlops__bytes){(uint8_t *)&k->value, sizeof k->value};
    assert_int_equal(mlops__batch_add(batch, &op, &e), MLOPS_OK);
}

static void the_last_on_each_key_in_order(void **state) {
    (void)state;
    mlops__batch batch;
    mlops_error e;
    mlops__batch_init(&batch, &mlops__heap);
    for (size_t i = 0; i < KEYS; i++) make_key(&keys[i], i);
    for (size_t n = 0; n < OPS_MAX; n = n < 70 ? n + 1 : n * 2) {
        for (size_t i = 0; i < n; i++) add_one(&batch);
        size_t wanted = 0;
        for (size_t i = 0; i < KEYS; i++) wanted += keys[i].done != 0;
        n_visited = 0;
        before = NULL;
        assert_int_equal(mlops__batch_drain(&batch, visit, NULL, &e), MLOPS_OK);
        assert_int_equal(n_visited, wanted);
    }
    mlops__batch_free(&batch);
}

static mlops_status refuse(void *user, const mlops__op *op, mlops_error *err) {
    (void)op;
    return --*(int *)user ? MLOPS_OK : mlops__fail(err, MLOPS_E_IO, "refused");
}

static void what_a_visit_refuses_ends_it(void **state) {
    (void)state;
    mlops__batch batch;
    mlops_error e;
    int left = 3;
    mlops__batch_init(&batch, &mlops__heap);
    for (int i = 0; i < 100; i++) add_one(&batch);
    assert_int_equal(mlops__batch_drain(&batch, refuse, &left, &e), MLOPS_E_IO);
    assert_string_equal(e.message, "refused");
    assert_int_equal(left, 0);
    mlops__batch_free(&batch);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_on_each_key_in_order),
        cmocka_unit_test(what_a_visit_refuses_ends_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
