/* Leases: objects of a push that no head names yet, by which gc knows them, and by which the next
 * push of this store finds what one that was cut short has put.
 *
 * Owns the bytes of one. Invariant: an object is in the lease before it is put.
 */
#include "base/hex.h"
#include "dataset/remote_head.h"

#include <string.h>

enum { FORMAT = 1, ID = 32, PUSH = 16 };

mlops_status mlops__push_lease_read(mlops__bytes bytes, mlops__buf *out, const mlops__host *host,
                                    mlops_error *err) {
    mlops__arena arena;
    mlops__record record, items = {NULL, 0};
    mlops__arena_init(&arena, &host->allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, bytes, &arena, err);
    if (!status)
        status = mlops__record_items(&items, mlops__record_json(&record, "objects"), &arena, err);
    for (size_t i = 0; i < items.n && !status; i++) {
        mlops_id id;
        if (items.fields[i].text && mlops__id_parse(&id, items.fields[i].text))
            mlops__buf_put(out, id.bytes, ID);
        else status = mlops__fail(err, MLOPS_E_CORRUPT, "a lease of the remote is damaged");
    }
    if (!status && out->status) status = mlops__fail_nomem(err, out->size);
    mlops__arena_free(&arena);
    return status;
}

/* "leases/", the dataset's SHA-256, ".", that of the store. */
static void name_lease(mlops__push_lease *self, const mlops_store *store, const char *dataset) {
    char digits[2][MLOPS__ID_TEXT];
    mlops_id id;
    mlops__sha256 sha;
    mlops__sha256_init(&sha, self->remote->blocks);
    mlops__sha256_add(&sha, dataset, strlen(dataset));
    mlops__sha256_end(&sha, id.bytes);
    mlops__id_format(digits[0], &id);
    memcpy(id.bytes, store->id, ID);
    mlops__id_format(digits[1], &id);
    mlops__format(self->key, sizeof self->key, "leases/%s.%s", digits[0], digits[1]);
}

mlops_status mlops__push_lease_take(mlops__push_lease *self, mlops__remote *remote,
                                    const mlops_store *store, const char *dataset,
                                    mlops_error *err) {
    const mlops_entropy *entropy = &remote->host->entropy;
    uint8_t random[PUSH];
    memset(self, 0, sizeof *self);
    self->remote = remote;
    mlops__buf_init(&self->was, &remote->host->allocator);
    mlops__buf_init(&self->objects, &remote->host->allocator);
    name_lease(self, store, dataset);
    int64_t code = entropy->fill(entropy->ctx, random, sizeof random);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw a number", NULL);
    mlops__hex_bytes(self->push, random, sizeof random);
    mlops_status status =
        mlops__remote_load(remote, self->key, MLOPS__REMOTE_SMALL, &self->was, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    return mlops__push_lease_read((mlops__bytes){self->was.data, self->was.size}, &self->objects,
                                  remote->host, err);
}

void mlops__push_lease_free(mlops__push_lease *self) {
    mlops__buf_free(&self->was);
    mlops__buf_free(&self->objects);
}

static void write_lease(const mlops__push_lease *self, mlops__buf *out) {
    mlops__json_writer json;
    char text[MLOPS__ID_TEXT];
    mlops_id id;
    mlops__json_writer_init(&json, out, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "format", FORMAT);
    mlops__record_put_text(&json, "push", self->push);
    mlops__record_put_i64(&json, "n", self->n);
    mlops__json_name(&json, "objects");
    mlops__json_open(&json, '[');
    for (size_t at = 0; at < self->objects.size; at += ID) {
        memcpy(id.bytes, self->objects.data + at, ID);
        mlops__id_format(text, &id);
        mlops__json_string(&json, text);
    }
    mlops__json_close(&json, ']');
    mlops__json_close(&json, '}');
}

mlops_status mlops__push_lease_renew(mlops__push_lease *self, const uint8_t *object,
                                     mlops_error *err) {
    mlops__buf to;
    if (object) mlops__buf_put(&self->objects, object, ID);
    self->n++;
    mlops__buf_init(&to, &self->remote->host->allocator);
    write_lease(self, &to);
    mlops_status status = MLOPS_OK;
    if (to.status || self->objects.status) status = mlops__fail_nomem(err, to.size);
    mlops__bytes was = {self->was.size ? self->was.data : NULL, self->was.size};
    if (!status)
        status =
            mlops__remote_swap(self->remote, self->key, was, (mlops__bytes){to.data, to.size}, err);
    if (status) {
        mlops__buf_free(&to);
        if (status != MLOPS_E_CONFLICT) return status;
        return mlops__fail(err, status,
                           "another push of this dataset from this store has taken over, or gc has "
                           "ended this one; push again");
    }
    mlops__buf_free(&self->was);
    self->was = to;
    return MLOPS_OK;
}
