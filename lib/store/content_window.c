/* The part of content that is looked at while it is packed, and the SHA-256 of all of it.
 *
 * Owns the bytes that were read of a source. Invariants: what is packed is what was hashed, since
 * each byte is read once; how far is looked depends on the content alone, never on how it is read,
 * so that the same content is kept in the same way.
 */
#include "store/packer.h"

#include <string.h>

enum { HASHED = 256 << 10 /* bytes that are read and hashed together */ };

void mlops__packer_rewind(mlops__packer *p) {
    mlops__window *w = &p->window;
    p->at = p->end = 0;
    p->reach = MLOPS__PACKER_REACH;
    w->at = w->hashed = 0;
    w->n = 0;
    mlops__sha256_init(&w->sha, p->store->kern->sha256_blocks);
}

/* ---- reading ---- */

static mlops_status make_room(mlops__packer *p, size_t n, mlops_error *err) {
    mlops__window *w = &p->window;
    const mlops_allocator *allocator = &p->store->host.allocator;
    if (n <= w->cap) return MLOPS_OK;
    uint8_t *room = mlops__alloc(allocator, n);
    if (!room) return mlops__fail_nomem(err, n);
    if (w->n) memcpy(room, w->room, w->n);
    mlops__free(allocator, w->room, w->cap);
    w->room = room;
    w->cap = n;
    return MLOPS_OK;
}

/* What is there from offset at on becomes the bytes up to to. */
static mlops_status move(mlops__packer *p, uint64_t to, mlops_error *err) {
    mlops__window *w = &p->window;
    size_t passed = (size_t)(p->at - w->at), n = (size_t)(to - p->at);
    w->n -= passed;
    if (passed && w->n) memmove(w->room, w->room + passed, w->n);
    w->at = p->at;
    MLOPS_TRY(make_room(p, n, err));
    MLOPS_TRY(w->source->read(w->source->user, w->at + w->n, w->room + w->n, n - w->n, err));
    w->n = n;
    w->bytes = w->room;
    return MLOPS_OK;
}

mlops_status mlops__packer_look(mlops__packer *p, mlops_error *err) {
    mlops__window *w = &p->window;
    uint64_t most = (uint64_t)MLOPS__PACKER_STRETCH + p->reach;
    uint64_t to = p->n - p->at > most ? p->at + most : p->n;
    p->end = to == p->n ? p->n : to - p->reach;
    if (w->source->bytes) {
        w->bytes = w->source->bytes;
        w->n = (size_t)to;
        return MLOPS_OK;
    }
    return to > w->at + w->n ? move(p, to, err) : MLOPS_OK;
}

/* ---- looking ---- */

const uint8_t *mlops__packer_ahead(const mlops__packer *p, size_t *n) {
    const mlops__window *w = &p->window;
    size_t passed = (size_t)(p->at - w->at);
    *n = w->n - passed < p->reach ? w->n - passed : p->reach;
    return passed ? w->bytes + passed : w->bytes;
}

int mlops__packer_is_last(const mlops__packer *p, size_t n) { return p->n - p->at == n; }

int mlops__packer_reach_far(mlops__packer *p) {
    if (p->reach == MLOPS__PACKER_REACH_FAR || p->n - p->at <= p->reach) return 0;
    p->reach = MLOPS__PACKER_REACH_FAR;
    p->end = p->at;
    return 1;
}

/* ---- hashing ---- */

int mlops__packer_hashes(const mlops__packer *p) {
    return !p->is_named || !p->window.source->bytes;
}

void mlops__packer_hash(mlops__packer *p) {
    mlops__window *w = &p->window;
    size_t from = (size_t)(w->hashed - w->at);
    mlops__sha256_add(&w->sha, w->bytes + from, w->n - from);
    w->hashed = w->at + w->n;
}

mlops_status mlops__packer_name(mlops__packer *p, mlops_error *err) {
    mlops_id id;
    mlops__sha256_end(&p->window.sha, id.bytes);
    if (p->is_named && memcmp(&id, &p->id, sizeof id) != 0)
        return mlops__fail(err, MLOPS_E_BUSY, "content changes while it is read");
    p->id = id;
    return MLOPS_OK;
}

mlops_id mlops__content_id(const mlops_store *self, const void *bytes, size_t n) {
    mlops__sha256 hash;
    mlops_id id;
    mlops__sha256_init(&hash, self->kern->sha256_blocks);
    mlops__sha256_add(&hash, bytes, n);
    mlops__sha256_end(&hash, id.bytes);
    return id;
}

mlops_status mlops__content_id_of(const mlops_store *self, const mlops__source *source,
                                  mlops_id *out, mlops_error *err) {
    const mlops_allocator *allocator = &self->host.allocator;
    mlops__sha256 hash;
    mlops_status status = MLOPS_OK;
    uint64_t at = 0;
    uint8_t *room = mlops__alloc(allocator, HASHED);
    if (!room) return mlops__fail_nomem(err, HASHED);
    mlops__sha256_init(&hash, self->kern->sha256_blocks);
    while (at < source->size && !status) {
        size_t n = source->size - at < HASHED ? (size_t)(source->size - at) : HASHED;
        status = source->read(source->user, at, room, n, err);
        if (!status) mlops__sha256_add(&hash, room, n);
        at += n;
    }
    mlops__sha256_end(&hash, out->bytes);
    mlops__free(allocator, room, HASHED);
    return status;
}
