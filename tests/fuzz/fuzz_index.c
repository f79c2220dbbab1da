/* Records of the index, as they come and with their guards repaired.
 *
 * The first byte says whether guards are made right; then come records: u8 table, u8 size of the
 * key, u8 size of the value, key, value. Table 252 with the key "h" is the head. What is held up
 * against the reader: a record is handed out as it was put, or refused; what is put through the
 * index is read again; walking ends and ascends; the sums are those of an index that never was
 * otherwise.
 */
#include "fuzz/fuzz.h"
#include "store/index.h"
#include "sys/hash.h"
#include "sys/host.h"

enum { RECORDS = 64, GUARD = 8 };

typedef struct record {
    uint8_t full[256]; /* table and key */
    size_t n;
    const uint8_t *value;
    size_t n_value;
} record;

static uint64_t guard_of(const uint8_t *key, size_t n, const uint8_t *value, size_t n_value) {
    uint64_t k = mlops__hash_64(key, n);
    return mlops__hash_64(value, n_value) ^ (k << 32 | k >> 32);
}

static size_t parse(record *out, const uint8_t *data, size_t size) {
    mlops__cursor c;
    size_t n = 0;
    mlops__cursor_init(&c, data, size);
    while (n < RECORDS && mlops__cursor_left(&c) >= 3) {
        record *r = &out[n];
        r->full[0] = mlops__cursor_u8(&c);
        r->n = (size_t)mlops__cursor_u8(&c) + 1;
        r->n_value = mlops__cursor_u8(&c);
        if (r->n > 255) r->n = 255;
        if (r->full[0] == MLOPS__TABLE_HEAD) r->n_value *= 4; /* the head is a long one */
        const uint8_t *key = mlops__cursor_take(&c, r->n - 1);
        r->value = mlops__cursor_take(&c, r->n_value);
        if (c.failed) break;
        memcpy(r->full + 1, key, r->n - 1);
        n++;
    }
    return n;
}

static void put_raw(mlops__kv *kv, const record *r, size_t n, int repair) {
    mlops__kv_txn *txn;
    uint8_t value[1100];
    must(!mlops__kv_begin(&txn, kv, 1, NULL));
    for (size_t i = 0; i < n; i++) {
        size_t room = repair ? GUARD : 0;
        if (r[i].n_value) memcpy(value + room, r[i].value, r[i].n_value);
        uint64_t guard = guard_of(r[i].full, r[i].n, value + room, r[i].n_value);
        for (size_t k = 0; k < room; k++) value[k] = (uint8_t)(guard >> 8 * k);
        must(!mlops__kv_put(txn, (mlops__bytes){r[i].full, r[i].n},
                            (mlops__bytes){value, r[i].n_value + room}, NULL));
    }
    must(!mlops__kv_commit(txn, NULL));
}

static void walk_table(mlops__index *index, uint8_t table) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_error e;
    uint8_t last[256];
    size_t n = 0;
    volatile uint8_t seen = 0;
    (void)seen;
    must(!mlops__index_iter_init(&iter, index, table, (mlops__bytes){NULL, 0}, NULL));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &key, &value, &e))) {
        size_t less = n < key.size ? n : key.size;
        int order = less ? memcmp(last, key.data, less) : 0;
        must(order < 0 || (order == 0 && (n < key.size || n == 0)));
        for (size_t i = 0; i < value.size; i++) seen = value.data[i];
        n = key.size < sizeof last ? key.size : sizeof last;
        if (n) memcpy(last, key.data, n);
    }
    must(status == MLOPS_END || (status == MLOPS_E_CORRUPT && e.message[0]));
    mlops__index_iter_free(&iter);
}

static void get_all(mlops__index *index, const record *r, size_t n, int repaired) {
    for (size_t i = 0; i < n; i++) {
        mlops__bytes value, key = {r[i].full + 1, r[i].n - 1};
        mlops_error e;
        int last = 1; /* of this key */
        for (size_t k = i + 1; k < n; k++)
            last &= r[k].n != r[i].n || memcmp(r[k].full, r[i].full, r[i].n) != 0;
        mlops_status status = mlops__index_get(index, r[i].full[0], key, &value, &e);
        must(!status || (status == MLOPS_E_CORRUPT && e.message[0]));
        if (!repaired || !last) continue;
        must(!status && value.size == r[i].n_value);
        must(value.size == 0 || memcmp(value.data, r[i].value, value.size) == 0);
    }
}

/* Puts and drops through the index; afterwards the sums are as before. */
static void change(mlops__kv *kv, const mlops__host *host, const record *r, size_t n) {
    mlops__index index;
    if (mlops__index_begin(&index, kv, host, 1, NULL)) return;
    uint64_t before = mlops__index_state(&index);
    int clean = 1;
    for (size_t i = 0; i < n; i++) {
        mlops__bytes value, key = {r[i].full + 1, r[i].n - 1};
        uint8_t table = (uint8_t)(1 + r[i].full[0] % MLOPS__TABLE_LAST);
        mlops_status there = mlops__index_get(&index, table, key, &value, NULL);
        if (there != MLOPS_E_NOT_FOUND) {
            clean &= there == MLOPS_OK;
            continue;
        }
        must(!mlops__index_put(&index, table, key, (mlops__bytes){r[i].value, r[i].n_value}, NULL));
        must(!mlops__index_get(&index, table, key, &value, NULL));
        must(value.size == r[i].n_value);
        must(!mlops__index_put(&index, table, key, key, NULL));
        must(!mlops__index_del(&index, table, key, NULL));
        must(!mlops__index_del(&index, table, key, NULL));
        must(mlops__index_get(&index, table, key, &value, NULL) == MLOPS_E_NOT_FOUND);
    }
    must(!clean || mlops__index_state(&index) == before);
    must(!mlops__index_commit(&index, NULL));
    must(!mlops__index_begin(&index, kv, host, 0, NULL));
    must(!clean || mlops__index_state(&index) == before);
    mlops__index_end(&index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static record r[RECORDS];
    mlops__host host;
    mlops__kv *kv;
    mlops__index index;
    mlops_error e;
    if (size == 0) return 0;
    size_t n = parse(r, data + 1, size - 1);
    must(!mlops__host_init(&host, NULL, NULL));
    must(!mlops__kv_memory_open(&kv, &host, NULL));
    put_raw(kv, r, n, data[0] & 1);
    mlops_status status = mlops__index_begin(&index, kv, &host, 0, &e);
    must(!status || (status == MLOPS_E_CORRUPT && e.message[0]));
    if (!status) {
        get_all(&index, r, n, data[0] & 1);
        for (size_t i = 0; i < n; i++) walk_table(&index, r[i].full[0]);
        mlops__index_end(&index);
        change(kv, &host, r, n);
    }
    mlops__kv_close(kv);
    return 0;
}
