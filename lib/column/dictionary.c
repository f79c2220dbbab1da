/* String dictionary: open addressing with linear probing by buckets of a cache line. A text of up
 * to 8 bytes is told by its slot alone, a longer one by its hash (XXH3 beyond 32 bytes) and then by
 * its bytes. Anybody can make texts that collide; once many have, hashes get a seed, which nobody
 * knows. Kernels and callers that look ahead do not know it either: they find less, and nothing
 * wrong.
 *
 * Owns the bytes of the texts, their index and the hash table. Invariant: each text has one slot,
 * reachable from its home bucket without an empty one between; starts has n + 1 entries once n > 0.
 */
#include "column/dictionary.h"

#include "sys/hash.h"
#include "sys/host.h"

#include <string.h>

enum { SLOTS_FIRST = 64, SLOTS_MANY = 64 * 1024 };

/* Full buckets ahead of a text, and what another text of its whole hash counts for: texts that
 * nobody made collide never come to so many. */
enum { FAR = 128, FAR_ALIKE = 16 };

void mlops__dictionary_init(mlops__dictionary *self, const mlops_allocator *allocator,
                            const mlops_entropy *entropy) {
    *self = (mlops__dictionary){.entropy = entropy ? entropy : &mlops__entropy_system};
    mlops__buf_init(&self->bytes, allocator);
    mlops__buf_init(&self->starts, allocator);
}

static void free_slots(mlops__dictionary *self) {
    mlops__free_aligned(self->bytes.allocator, self->slots, self->n_slots * sizeof *self->slots,
                        MLOPS__BUCKET_SIZE);
    self->slots = NULL;
    self->n_slots = 0;
}

void mlops__dictionary_free(mlops__dictionary *self) {
    free_slots(self);
    mlops__buf_free(&self->starts);
    mlops__free(self->bytes.allocator, self->texts, (size_t)self->n * sizeof *self->texts);
    mlops__buf_free(&self->bytes);
    self->texts = NULL;
    self->n = 0;
}

uint64_t mlops__text_hash_long(const char *text, size_t n) { return mlops__hash_64(text, n); }

mlops__text_key mlops__text_key_of(const char *text, size_t n) {
    char bytes[8] = {0};
    if (n > 8) return mlops__text_key_long(text, n);
    if (n) memcpy(bytes + 8 - n, text, n);
    return mlops__text_key_short(mlops__word(bytes), n);
}

__attribute__((noinline)) static mlops__text_key seeded_key(const mlops__dictionary *self,
                                                            mlops__text_key key, const char *text,
                                                            size_t n) {
    uint64_t hash = mlops__mix(mlops__hash_64_seeded(text, n, self->seed[0]) ^ self->seed[1]);
    return (mlops__text_key){mlops__text_key_hashed(key) ? hash | 0xff : key.word,
                             (uint32_t)(hash >> 32)};
}

static size_t next_bucket(const mlops__dictionary *self, size_t i) {
    return (i + MLOPS__SLOTS_BUCKET) & (self->n_slots - 1);
}

/* The first empty slot of a bucket; NULL if it is full. Without branches on which it is. */
static inline mlops__slot *first_empty(mlops__slot *bucket) {
    uint32_t empty = 0;
    for (uint32_t i = 0; i < MLOPS__SLOTS_BUCKET; i++)
        empty |= (uint32_t)(bucket[i].next_code == 0) << i;
    return empty ? &bucket[__builtin_ctz(empty)] : NULL;
}

/* Where the text stands, or the empty slot where it would; *far is as FAR has it. */
static inline mlops__slot *probe(const mlops__dictionary *self, mlops__text_key key,
                                 const char *text, size_t n, int *far) {
    *far = 0;
    for (size_t i = mlops__dictionary_home(self, key.tag);; i = next_bucket(self, i)) {
        mlops__slot *bucket = &self->slots[i];
        for (uint32_t same = mlops__slots_alike(bucket, key.word); same; same &= same - 1) {
            mlops__slot *slot = &bucket[__builtin_ctz(same)];
            if (!mlops__text_key_hashed(key) ||
                mlops__dictionary_is(self, (int32_t)(slot->next_code - 1u), text, n))
                return slot;
            *far += FAR_ALIKE;
        }
        mlops__slot *slot = first_empty(bucket);
        if (slot) return slot;
        ++*far;
    }
}

/* The slot that a new text takes. */
static inline mlops__slot *vacancy(mlops__dictionary *self, uint32_t tag) {
    size_t i = mlops__dictionary_home(self, tag);
    mlops__slot *slot = first_empty(&self->slots[i]);
    for (; !slot; slot = first_empty(&self->slots[i])) i = next_bucket(self, i);
    return slot;
}

/* Gives hashes a seed, and all texts new slots. Without random bytes it is where memory lies. */
__attribute__((noinline)) static void seed(mlops__dictionary *self) {
    const mlops_entropy *entropy = self->entropy;
    if (entropy->fill(entropy->ctx, self->seed, sizeof self->seed)) {
        self->seed[0] = mlops__mix((uintptr_t)self->slots);
        self->seed[1] = mlops__mix((uintptr_t)self->bytes.data ^ self->seed[0]);
    }
    self->seeded = 1;
    memset(self->slots, 0, self->n_slots * sizeof *self->slots);
    for (int64_t i = 0; i < self->n; i++) {
        size_t n;
        const char *text = mlops__dictionary_text(self, (int32_t)i, &n);
        mlops__text_key key = seeded_key(self, mlops__text_key_of(text, n), text, n);
        *vacancy(self, key.tag) = (mlops__slot){key.word, key.tag, (uint32_t)i + 1};
    }
}

static int grow(mlops__dictionary *self, size_t more) {
    mlops__dictionary old = *self;
    size_t bytes;
    if (!mlops__mul(more, sizeof *self->slots, &bytes)) return 0;
    mlops__slot *slots = mlops__alloc_aligned(self->bytes.allocator, bytes, MLOPS__BUCKET_SIZE);
    if (!slots) return 0;
    memset(slots, 0, bytes);
    self->slots = slots;
    self->n_slots = more;
    for (size_t i = 0; i < old.n_slots; i++)
        if (old.slots[i].next_code) *vacancy(self, old.slots[i].tag) = old.slots[i];
    mlops__free_aligned(self->bytes.allocator, old.slots, old.n_slots * sizeof *slots,
                        MLOPS__BUCKET_SIZE);
    return 1;
}

/* A text whose bucket is full takes several times as long as one whose bucket is not: where slots
 * are few, half of them stay empty. */
static size_t texts_most(size_t n_slots) {
    return n_slots <= SLOTS_MANY ? n_slots / 2 : n_slots / 4 * 3;
}

static inline void copy(uint8_t *out, const char *text, size_t n) {
    if (n > 32 || n < 8) {
        memcpy(out, text, n);
        return;
    }
    if (n > 16) memcpy(out + 8, text + 8, 8);
    if (n > 16) memcpy(out + n - 16, text + n - 16, 8);
    memcpy(out, text, 8);
    memcpy(out + n - 8, text + n - 8, 8);
}

/* Of a buffer that mostly has room. */
static inline uint8_t *extend(mlops__buf *self, size_t n) {
    if (n > self->cap - self->size) return mlops__buf_extend(self, n);
    uint8_t *p = self->data + self->size;
    self->size += n;
    return p;
}

static int append(mlops__dictionary *self, const char *text, size_t n) {
    size_t end;
    if (!mlops__add(n, 1, &end) || !mlops__add(self->bytes.size, end, &end)) return 0;
    if (self->n == 0 && !mlops__buf_extend(&self->starts, sizeof(size_t))) return 0;
    if (self->n == 0) memset(self->starts.data, 0, sizeof(size_t));
    uint8_t *start = extend(&self->starts, sizeof(size_t));
    uint8_t *bytes = start ? extend(&self->bytes, n + 1) : NULL;
    if (!bytes) return 0;
    copy(bytes, text, n);
    bytes[n] = 0;
    memcpy(start, &end, sizeof end);
    return 1;
}

mlops_status mlops__dictionary_reserve(mlops__dictionary *self, int64_t n) {
    size_t more = self->n_slots ? self->n_slots : SLOTS_FIRST;
    while (texts_most(more) < (size_t)n && more < SIZE_MAX / 4) more *= 2;
    return more == self->n_slots || grow(self, more) ? MLOPS_OK : MLOPS_E_NOMEM;
}

/* As a block of its own, which the heap makes of huge pages. */
static void widen(mlops__buf *self, size_t cap) {
    if (cap <= self->cap) return;
    void *data = mlops__alloc(self->allocator, cap);
    if (!data) return;
    memcpy(data, self->data, self->size);
    mlops__free(self->allocator, self->data, self->cap);
    self->data = data;
    self->cap = cap;
}

/* Room for all texts that are expected, but no more than for so many times those that came. Where
 * there is no memory for that, they get it bit by bit. */
static int make_much_room(mlops__dictionary *self) {
    enum { TIMES = 32 };
    int64_t most = self->n < INT64_MAX / TIMES ? self->n * TIMES : INT64_MAX;
    size_t n = (size_t)(self->n_expected < most ? self->n_expected : most), more = self->n_slots;
    while (texts_most(more) < n && more < SIZE_MAX / 4) more *= 2;
    if (!grow(self, more)) return 0;
    size_t bytes = (size_t)((double)self->bytes.size / (double)self->n * (double)n * 1.02);
    widen(&self->bytes, bytes);
    widen(&self->starts, (n + 1) * sizeof(size_t));
    return 1;
}

/* Room for one more: twice the slots, and where there are many and more texts are expected than
 * these would take, for all of them. */
static mlops_status make_room(mlops__dictionary *self) {
    size_t more = 2 * self->n_slots;
    if (more >= SLOTS_MANY && (uint64_t)self->n_expected > texts_most(more) && make_much_room(self))
        return MLOPS_OK;
    return mlops__dictionary_reserve(self, self->n + 1);
}

mlops_status mlops__dictionary_add_key(mlops__dictionary *self, mlops__text_key key,
                                       const char *text, size_t n, int32_t *code) {
    if ((size_t)self->n >= texts_most(self->n_slots)) MLOPS_TRY(make_room(self));
    if (self->seeded) key = seeded_key(self, key, text, n);
    int far;
    mlops__slot *slot = probe(self, key, text, n, &far);
    if (slot->next_code) {
        *code = (int32_t)(slot->next_code - 1u);
        return MLOPS_OK;
    }
    if (self->n == INT32_MAX) return MLOPS_E_LIMIT;
    if (!append(self, text, n)) return MLOPS_E_NOMEM;
    *code = (int32_t)self->n++;
    *slot = (mlops__slot){key.word, key.tag, (uint32_t)self->n};
    if (far > FAR && !self->seeded) seed(self);
    return MLOPS_OK;
}

mlops_status mlops__dictionary_add(mlops__dictionary *self, const char *text, size_t n,
                                   int32_t *code) {
    return mlops__dictionary_add_key(self, mlops__text_key_of(text, n), text, n, code);
}

int64_t mlops__dictionary_put(mlops__dictionary *self, mlops__texts_put *put,
                              const mlops__text_keys *keys, int64_t first, int64_t n,
                              const uint8_t *stops, int32_t *codes) {
    size_t more = (size_t)(n - first), size = self->bytes.size, n_starts = (size_t)self->n + 1;
    if (self->seeded || self->n == 0 || self->n > INT32_MAX - MLOPS__TEXTS ||
        n_starts - 1 + more > texts_most(self->n_slots) ||
        self->starts.cap / sizeof(size_t) < n_starts + more ||
        self->bytes.cap - size < more * MLOPS__TEXT_ROOM)
        return first;
    size_t *starts = (size_t *)(void *)self->starts.data;
    mlops__texts_room room = {self->slots, self->n_slots,     self->bytes.data,
                              starts,      (uint32_t)self->n, stops};
    first = put(&room, keys, first, n, codes);
    self->n = room.n;
    self->bytes.size = starts[room.n];
    self->starts.size = ((size_t)room.n + 1) * sizeof *starts;
    return first;
}

const char *mlops__dictionary_text(const mlops__dictionary *self, int32_t code, size_t *n) {
    const size_t *starts = mlops__dictionary_starts(self);
    *n = starts[code + 1] - starts[code] - 1;
    return (const char *)self->bytes.data + starts[code];
}

int64_t mlops__dictionary_find(const mlops__dictionary *self, const char *text, size_t n) {
    int far;
    if (!self->n_slots) return -1;
    mlops__text_key key = mlops__text_key_of(text, n);
    if (self->seeded) key = seeded_key(self, key, text, n);
    return (int64_t)probe(self, key, text, n, &far)->next_code - 1;
}

static int resize(mlops__buf *buf, size_t size) {
    if (size == buf->cap) return 1;
    void *data =
        buf->allocator->realloc(buf->allocator->ctx, buf->data, buf->cap, size, MLOPS__ALIGN);
    if (!data) return 0;
    buf->data = data;
    buf->cap = size;
    return 1;
}

mlops_status mlops__dictionary_finish(mlops__dictionary *self) {
    self->texts = mlops__alloc_array(self->bytes.allocator, (size_t)self->n, sizeof *self->texts);
    if (!self->texts) return MLOPS_E_NOMEM;
    const size_t *starts = mlops__dictionary_starts(self);
    for (int64_t i = 0; i < self->n; i++)
        self->texts[i] = (const char *)self->bytes.data + starts[i];
    return MLOPS_OK;
}

_Static_assert(sizeof(const char *) == sizeof(size_t), "texts take the place of their starts");

mlops_status mlops__dictionary_close(mlops__dictionary *self) {
    free_slots(self);
    if (!self->n) return mlops__dictionary_finish(self);
    if (!resize(&self->bytes, self->bytes.size)) return MLOPS_E_NOMEM;
    if (!resize(&self->starts, (size_t)self->n * sizeof *self->texts)) return MLOPS_E_NOMEM;
    uint8_t *place = self->starts.data;
    for (int64_t i = 0; i < self->n; i++, place += sizeof(size_t)) {
        size_t start;
        memcpy(&start, place, sizeof start);
        const char *text = (const char *)self->bytes.data + start;
        memcpy(place, &text, sizeof(const char *));
    }
    self->texts = (const char **)(void *)self->starts.data;
    mlops__buf_init(&self->starts, self->bytes.allocator);
    return MLOPS_OK;
}
