/* Profiles by key.
 *
 * Owns the table of keys. Invariant: the first n profiles are those of the keys in their order; the
 * last one is that of the rest; a slot of the table has a key's number plus one, or 0, and no more
 * than half of them are taken. Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "base/sealed.h"
#include "base/storage.h"
#include "base/xxh3.h"
#include "profile/run/profile_state.h"

#include <mlops/segments.h>

enum { SEGMENTS = 65536, DEFAULT_SEGMENTS = 64, DEFAULT_KEY = 64 };

struct mlops_segments {
    int64_t n_segments;
    int64_t key_size;
    int64_t n;
    uint64_t size;    /* of a profile */
    uint64_t n_slots; /* a power of two */
    uint64_t data[];  /* profiles; the table, u32 each; keys with a NUL */
};

static mlops_status with_defaults(mlops_segments_opts *o, const mlops_segments_opts *given) {
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_segments_opts", NULL));
    if (!o->n_segments) o->n_segments = DEFAULT_SEGMENTS;
    if (!o->key_size) o->key_size = DEFAULT_KEY;
    int fits = !o->flags && o->n_segments >= 1 && o->n_segments <= SEGMENTS && o->key_size >= 1 &&
               o->key_size <= MLOPS__XXH3_MAX;
    return fits ? MLOPS_OK : MLOPS_E_INVALID;
}

static uint64_t slots_for(int64_t n) {
    uint64_t slots = 2;
    while (slots < 2 * (uint64_t)n) slots *= 2;
    return slots;
}

/* 0 if no storage is so large. */
static size_t size_with(int64_t n_segments, int64_t key_size, size_t profile) {
    size_t n = (size_t)n_segments, keys = n * ((size_t)key_size + 1);
    size_t rest = sizeof(mlops_segments) + 4 * (size_t)slots_for(n_segments) + (keys + 7) / 8 * 8;
    return profile > (SIZE_MAX - rest) / (n + 1) ? 0 : rest + (n + 1) * profile;
}

size_t mlops_segments_size(const mlops_profile *like, const mlops_segments_opts *opts) {
    mlops_segments_opts o;
    if (with_defaults(&o, opts) < 0) return 0;
    return size_with(o.n_segments, o.key_size, mlops__profile_bytes(&like->shape));
}

static mlops_profile *profile_at(const mlops_segments *self, int64_t index) {
    return (mlops_profile *)(uintptr_t)(self->data + (size_t)index * (self->size / 8));
}
static uint32_t *slots_of(const mlops_segments *self) {
    return (uint32_t *)(void *)profile_at(self, self->n_segments + 1);
}
static char *key_at(const mlops_segments *self, int64_t index) {
    return (char *)(slots_of(self) + self->n_slots) + index * (self->key_size + 1);
}

mlops_status mlops_segments_init(mlops_segments **out, void *mem, size_t size,
                                 const mlops_profile *like, const mlops_segments_opts *opts) {
    mlops_segments_opts o;
    *out = NULL;
    MLOPS_TRY(with_defaults(&o, opts));
    size_t needed = mlops_segments_size(like, opts);
    MLOPS_TRY(mlops__storage(mem, size, needed ? needed : SIZE_MAX));
    mlops_segments *self = mem;
    memset(self, 0, needed);
    self->n_segments = o.n_segments;
    self->key_size = o.key_size;
    self->size = mlops__profile_bytes(&like->shape);
    self->n_slots = slots_for(o.n_segments);
    mlops__profile_like(profile_at(self, o.n_segments), like);
    *out = self;
    return MLOPS_OK;
}

void mlops_segments_reset(mlops_segments *self) {
    self->n = 0;
    memset(slots_of(self), 0, (size_t)self->n_slots * 4);
    mlops_profile_reset(profile_at(self, self->n_segments));
}

mlops_profile *mlops_segments_at(mlops_segments *self, const char *key) {
    mlops_profile *rest = profile_at(self, self->n_segments);
    size_t n = strlen(key);
    if (n > (size_t)self->key_size) return rest;
    uint64_t mask = self->n_slots - 1, at = mlops__xxh3_64(key, n, 0) & mask;
    uint32_t *slots = slots_of(self);
    for (; slots[at]; at = (at + 1) & mask) {
        int64_t index = (int64_t)slots[at] - 1;
        if (!memcmp(key_at(self, index), key, n + 1)) return profile_at(self, index);
    }
    if (self->n == self->n_segments) return rest;
    memcpy(key_at(self, self->n), key, n + 1);
    mlops__profile_like(profile_at(self, self->n), rest);
    slots[at] = (uint32_t)++self->n;
    return profile_at(self, self->n - 1);
}

int64_t mlops_segments_n(const mlops_segments *self) { return self->n; }

const char *mlops_segments_key(const mlops_segments *self, int64_t index) {
    return index < 0 || index >= self->n ? NULL : key_at(self, index);
}

mlops_profile *mlops_segments_profile(mlops_segments *self, int64_t index) {
    if (index < -1 || index >= self->n) return NULL;
    return profile_at(self, index < 0 ? self->n_segments : index);
}

/* Takes the values of all profiles off what there is room for. */
static int leaves_room(const mlops_segments *self, int64_t *room) {
    for (int64_t i = 0; i <= self->n; i++) {
        int64_t n = profile_at(self, i < self->n ? i : self->n_segments)->n;
        if (n > *room) return 0;
        *room -= n;
    }
    return 1;
}

mlops_status mlops_segments_merge(mlops_segments *self, const mlops_segments *other) {
    int64_t room = INT64_MAX;
    mlops_profile *rest = profile_at(self, self->n_segments);
    const mlops_profile *more = profile_at(other, other->n_segments);
    if (!mlops__profile_alike(rest, more)) return MLOPS_E_INVALID;
    if (!leaves_room(self, &room) || !leaves_room(other, &room)) return MLOPS_E_LIMIT;
    for (int64_t i = 0; i < other->n; i++)
        MLOPS_TRY(
            mlops_profile_merge(mlops_segments_at(self, key_at(other, i)), profile_at(other, i)));
    return mlops_profile_merge(rest, more);
}

/* ---- bytes ---- */

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLSG"
 *          4     4  version, 1
 *          8    12  room for keys, bytes of a key at the most, keys (u32 each)
 *         20   ...  the profile of the rest: u32 bytes, and these as mlops_profile_save() writes
 * them
 *        ...   ...  of each key, in their order: u8 bytes, and these; its profile
 *        ...     4  CRC-32 of all before it
 */
#define MAGIC 0x47534c4du

enum { VERSION = 1 };

static void put_all(const void *of, mlops__buf *out) {
    const mlops_segments *self = of;
    mlops__buf_u32(out, (uint32_t)self->n_segments);
    mlops__buf_u32(out, (uint32_t)self->key_size);
    mlops__buf_u32(out, (uint32_t)self->n);
    mlops__profile_put(profile_at(self, self->n_segments), out);
    for (int64_t i = 0; i < self->n; i++) {
        const char *key = key_at(self, i);
        mlops__buf_u8(out, (uint8_t)strlen(key));
        mlops__buf_text(out, key);
        mlops__profile_put(profile_at(self, i), out);
    }
}

mlops_status mlops_segments_save(const mlops_segments *self, void *bytes, size_t cap,
                                 size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

/* The header, and the storage that it asks for; in stands behind it. */
static mlops_status get_header(mlops_segments *like, int64_t *n_keys, size_t *needed,
                               mlops__cursor *in, const void *bytes, size_t n) {
    size_t profile;
    memset(like, 0, sizeof *like);
    MLOPS_TRY(mlops__sealed_open(in, bytes, n, MAGIC, VERSION));
    like->n_segments = mlops__cursor_u32(in);
    like->key_size = mlops__cursor_u32(in);
    *n_keys = mlops__cursor_u32(in);
    if (in->failed || like->n_segments < 1 || like->n_segments > SEGMENTS || like->key_size < 1 ||
        like->key_size > MLOPS__XXH3_MAX || *n_keys > like->n_segments)
        return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops__profile_peek(in, &profile));
    like->size = profile;
    like->n_slots = slots_for(like->n_segments);
    *needed = size_with(like->n_segments, like->key_size, profile);
    return *needed ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops_segments_load_size(const void *bytes, size_t n, size_t *size) {
    mlops_segments like;
    mlops__cursor in;
    int64_t n_keys;
    return get_header(&like, &n_keys, size, &in, bytes, n);
}

/* The next key, which must be new, with its profile. */
static mlops_status take_key(mlops_segments *self, mlops__cursor *in) {
    char key[MLOPS__XXH3_MAX + 1];
    size_t size = mlops__cursor_u8(in);
    const uint8_t *bytes = mlops__cursor_take(in, size);
    int64_t before = self->n;
    if (!bytes || size > (size_t)self->key_size) return MLOPS_E_CORRUPT;
    memcpy(key, bytes, size);
    key[size] = 0;
    if (strlen(key) != size) return MLOPS_E_CORRUPT;
    mlops_profile *own = mlops_segments_at(self, key);
    if (self->n == before) return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops__profile_take(in, own, (size_t)self->size));
    int alike = mlops__profile_alike(own, profile_at(self, self->n_segments));
    return alike ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops_segments_load(mlops_segments **out, void *mem, size_t size, const void *bytes,
                                 size_t n) {
    mlops_segments *self = mem, like;
    mlops__cursor in;
    size_t needed;
    int64_t n_keys;
    *out = NULL;
    MLOPS_TRY(get_header(&like, &n_keys, &needed, &in, bytes, n));
    MLOPS_TRY(mlops__storage(mem, size, needed));
    memset(self, 0, needed);
    *self = like;
    MLOPS_TRY(mlops__profile_take(&in, profile_at(self, self->n_segments), (size_t)self->size));
    for (int64_t i = 0; i < n_keys; i++) MLOPS_TRY(take_key(self, &in));
    if (mlops__cursor_left(&in)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
