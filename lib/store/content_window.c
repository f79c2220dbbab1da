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
    w->bytes = w->room.bytes;
    w->is_ahead = 0;
    mlops__sha256_init(&w->sha, p->store->kern->sha256_blocks);
}

/* ---- reading ---- */

/* What the room holds is kept up to n bytes. */
static mlops_status make_room(mlops__packer *p, mlops__room *room, size_t kept, size_t n,
                              mlops_error *err) {
    const mlops_allocator *allocator = &p->store->host.allocator;
    if (n <= room->cap) return MLOPS_OK;
    uint8_t *bytes = mlops__alloc(allocator, n);
    if (!bytes) return mlops__fail_nomem(err, n);
    if (kept) memcpy(bytes, room->bytes, kept);
    mlops__free(allocator, room->bytes, room->cap);
    *room = (mlops__room){bytes, n};
    return MLOPS_OK;
}

void mlops__packer_window_free(mlops__packer *p) {
    mlops__window *w = &p->window;
    mlops__free(&p->store->host.allocator, w->room.bytes, w->room.cap);
}

static size_t passed_of(const mlops__window *w) {
    return w->room.bytes ? (size_t)(w->bytes - w->room.bytes) : 0;
}

/* What is there from offset at on becomes the bytes up to to. */
static mlops_status move(mlops__packer *p, uint64_t to, mlops_error *err) {
    mlops__window *w = &p->window;
    size_t n = (size_t)(to - w->at), room = n;
    if (p->executor) room = 3 * (size_t)p->stretch + 2 * p->reach;
    w->is_ahead = 0;
    if (w->room.cap - passed_of(w) < n) {
        if (w->n) memmove(w->room.bytes, w->bytes, w->n);
        if ((uint64_t)room > p->n) room = (size_t)p->n;
        MLOPS_TRY(make_room(p, &w->room, w->n, n > room ? n : room, err));
        w->bytes = w->room.bytes;
    }
    uint8_t *end = w->room.bytes + passed_of(w) + w->n;
    MLOPS_TRY(w->source->read(w->source->user, w->at + w->n, end, n - w->n, err));
    w->n = n;
    return MLOPS_OK;
}

/* What was read ahead joins what is looked at, or takes its place. */
static void turn(mlops__packer *p) {
    mlops__window *w = &p->window;
    if (!w->is_ahead || (w->is_behind && p->at < w->next_at)) return;
    if (w->is_behind) {
        w->bytes = w->room.bytes;
        w->at = w->next_at;
    }
    w->n = (size_t)(w->next_to - w->at);
    w->is_ahead = 0;
}

static uint64_t look_to(const mlops__packer *p, uint64_t end) {
    return p->n - end > p->reach ? end + p->reach : p->n;
}

mlops_status mlops__packer_look(mlops__packer *p, mlops_error *err) {
    mlops__window *w = &p->window;
    uint64_t end = (p->at / p->stretch + 1) * p->stretch;
    p->end = end < p->n ? end : p->n;
    uint64_t to = look_to(p, p->end);
    if (w->source->bytes) {
        w->bytes = w->source->bytes;
        w->n = (size_t)to;
        return MLOPS_OK;
    }
    turn(p);
    size_t passed = (size_t)(p->at - w->at);
    if (passed) w->bytes += passed;
    w->at = p->at;
    w->n -= passed;
    if (to > w->at + w->n) MLOPS_TRY(move(p, to, err));
    if (w->is_ahead) return MLOPS_OK;
    w->next_at = p->end;
    w->next_to = look_to(p, p->n - p->end > p->stretch ? p->end + p->stretch : p->n);
    return MLOPS_OK;
}

mlops_status mlops__packer_read_ahead(mlops__packer *p, mlops_error *err) {
    mlops__window *w = &p->window;
    uint64_t there = w->at + w->n;
    if (w->source->bytes || w->is_ahead || w->next_to <= there) return MLOPS_OK;
    size_t n = (size_t)(w->next_to - there), kept = (size_t)(there - w->next_at);
    size_t passed = passed_of(w);
    uint8_t *to = w->room.bytes + passed + w->n;
    w->is_behind = w->room.cap - passed - w->n < n;
    if (w->is_behind) {
        if (kept + n > passed) return MLOPS_OK; /* who looks there next reads it */
        memcpy(w->room.bytes, w->bytes + (size_t)(w->next_at - w->at), kept);
        to = w->room.bytes + kept;
    }
    MLOPS_TRY(w->source->read(w->source->user, there, to, n, err));
    w->is_ahead = 1;
    return MLOPS_OK;
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
