/* The model: commits of a known shape, and reading them back.
 *
 * Owns the content of all commits, made on first use. Invariant: equal numbers make equal commits,
 * and no two commits have the same content.
 */
#include "fault/store_model.h"

#include "fault/rows_model.h"

#include "store/core.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *blobs[MODEL_MAX + 1];
static mlops_id ids[MODEL_MAX + 1];

model_set model_all(int64_t n) {
    model_set out = {{0}, n};
    memset(out.there + 1, 1, (size_t)n);
    return out;
}

/* The commit whose content that of commit k is a version of; 0: none. */
static int64_t like_of(int64_t k) { return k % 16 == 6 ? k - 1 : k % 16 == 8 ? k - 2 : 0; }

static size_t blob_size(int64_t k) {
    static const size_t SIZES[] = {9000, 20, 40, 2049, 2048};
    return k % 16 == 5 || like_of(k) ? MODEL_BLOB_MAX : SIZES[k % 5];
}

/* Edits all over, a part that is gone and one that is new. */
static void edit_blob(uint8_t *out, int64_t k) {
    for (size_t i = (size_t)k * 10; i < MODEL_BLOB_MAX; i += 9000) out[i] = (uint8_t)(out[i] + k);
    memmove(out + 50000, out + 50000 + k, 30000);
    memset(out + 80000, (int)k, (size_t)k);
}

const uint8_t *model_blob(int64_t k, size_t *n) {
    *n = blob_size(k);
    if (blobs[k]) return blobs[k];
    size_t n_like;
    const uint8_t *like = like_of(k) ? model_blob(like_of(k), &n_like) : NULL;
    uint8_t *out = malloc(*n);
    if (!out) abort();
    uint64_t x = (uint64_t)k * 0x9e3779b97f4a7c15 + 1;
    for (size_t i = 0; i < *n; i++) { /* a third of them compresses */
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = (uint8_t)(k % 3 || i < 16 ? x >> 24 : i / 100 + (size_t)k);
    }
    if (like) memcpy(out, like, *n);
    if (like) edit_blob(out, k);
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, out, *n);
    mlops__sha256_end(&sha, ids[k].bytes);
    return blobs[k] = out;
}

const mlops_id *model_id(int64_t k) {
    size_t n;
    model_blob(k, &n);
    return &ids[k];
}

static mlops__bytes key_of(int64_t slot) {
    static const char *const KEYS[MODEL_SLOTS] = {"alpha", "b", "c/deeper/path", "d", "e", "zeta"};
    return (mlops__bytes){(const uint8_t *)KEYS[slot], strlen(KEYS[slot])};
}

static mlops__bytes value_of(int64_t k, uint8_t out[MODEL_VALUE_MAX]) {
    size_t n = k % 9 == 4 ? MODEL_VALUE_MAX : 5 + (size_t)(k * 37 % 300);
    for (size_t i = 0; i < n; i++) out[i] = (uint8_t)('a' + (k + (int64_t)i) % 26);
    return (mlops__bytes){out, n};
}

mlops_status model_commit(mlops_store *s, int64_t k, mlops_error *err) {
    uint8_t value[MODEL_VALUE_MAX];
    mlops_change *c;
    size_t n;
    int64_t seq = 0;
    const uint8_t *blob = model_blob(k, &n);
    const mlops_id *like = like_of(k) ? model_id(like_of(k)) : NULL;
    mlops_status status = mlops_change_new(&c, s, NULL, err);
    if (status) return status;
    status =
        mlops__change_put(c, MLOPS__TABLE_TEST, key_of(k % MODEL_SLOTS), value_of(k, value), err);
    if (!status && k % 4 == 0)
        status = mlops__change_del(c, MLOPS__TABLE_TEST, key_of((k + 1) % MODEL_SLOTS), err);
    if (!status) status = mlops__change_content(c, model_id(k), blob, n, like, err);
    if (!status && k == MODEL_VIEW) status = rows_define(c, err);
    if (!status) status = mlops_change_commit(c, &seq, err);
    mlops_change_free(c);
    return status ? status : seq == k ? MLOPS_OK : MLOPS_E_CONFLICT;
}

/* The commit that set a slot; 0: none. */
static int64_t setter(const model_set *set, int64_t slot) {
    int64_t found = 0;
    for (int64_t k = 1; k <= set->n; k++) {
        if (!set->there[k]) continue;
        if (k % MODEL_SLOTS == slot) found = k;
        if (k % 4 == 0 && (k + 1) % MODEL_SLOTS == slot) found = 0;
    }
    return found;
}

static void wrong(model_reads *out, const char *what, int64_t number, mlops_status status) {
    if (out->wrong++ == 0)
        snprintf(out->what, sizeof out->what, "%s %lld: %s", what, (long long)number,
                 mlops_status_name(status));
}

void model_read_records(mlops_store *s, const model_set *set, model_reads *out) {
    mlops__index index;
    mlops_status status = mlops__store_read_begin(s, &index, NULL);
    if (status == MLOPS_E_CORRUPT) out->corrupt++;
    else if (status) wrong(out, "beginning to read", 0, status);
    if (status) return;
    for (int64_t slot = 0; slot < MODEL_SLOTS; slot++) {
        uint8_t bytes[MODEL_VALUE_MAX];
        mlops__bytes v = {NULL, 0}, want = {NULL, 0};
        int64_t k = setter(set, slot);
        if (k) want = value_of(k, bytes);
        status = mlops__index_get(&index, MLOPS__TABLE_TEST, key_of(slot), &v, NULL);
        int same = !status && k && v.size == want.size && memcmp(v.data, want.data, v.size) == 0;
        if (same || (status == MLOPS_E_NOT_FOUND && !k)) out->right++;
        else if (status == MLOPS_E_CORRUPT) out->corrupt++;
        else wrong(out, "slot", slot, status);
    }
    mlops__store_read_end(&index);
}

void model_read_blob(mlops_store *s, int64_t k, model_reads *out) {
    static uint8_t got[MODEL_BLOB_MAX];
    size_t n, size = 0;
    const uint8_t *want = model_blob(k, &n);
    memset(got, 0xee, n);
    mlops_status status = mlops_store_content(s, model_id(k), got, sizeof got, &size, NULL);
    if (!status && size == n && memcmp(got, want, n) == 0) out->right++;
    else if (status == MLOPS_E_CORRUPT) out->corrupt++;
    else wrong(out, "content", k, status);
}

int64_t model_seq(mlops_store *s) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    return mlops_store_stat(s, &stats, NULL) ? -1 : stats.seq;
}

int model_holds(mlops_store *s, int64_t n) {
    model_reads reads = {0, 0, 0, ""};
    model_set set = model_all(n);
    if (model_seq(s) != n) return 0;
    model_read_records(s, &set, &reads);
    for (int64_t k = 1; k <= n; k++) model_read_blob(s, k, &reads);
    return reads.wrong == 0 && reads.corrupt == 0;
}
