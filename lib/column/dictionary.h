/* Distinct texts in the order in which they came, and the code of each. */
#ifndef MLOPS_COLUMN_DICTIONARY_H
#define MLOPS_COLUMN_DICTIONARY_H

#include "base/buf.h"
#include "kern/texts/texts.h"

#include <mlops/host.h>

typedef struct mlops__dictionary {
    mlops__buf bytes;  /* the texts, a NUL behind each */
    mlops__buf starts; /* size_t: where each begins in bytes, and where the next would */
    mlops__slot *slots;
    size_t n_slots; /* 0 or a power of two, a quarter of them empty at least */
    int64_t n;
    int64_t n_expected; /* as it looks; 0: who knows */
    const char **texts; /* n of them, once finished or closed */
    const mlops_entropy *entropy;
    uint64_t seed[2]; /* of hashes, once seeded: texts came that had been made to collide */
    int seeded;
} mlops__dictionary;

uint64_t mlops__text_hash_long(const char *text, size_t n); /* XXH3, for more than 32 bytes */

static inline uint64_t mlops__text_turn(uint64_t x, int by) { return x << by | x >> (64 - by); }

/* The words up to 8, and to 16 bytes, from both ends, each by a factor of its own. */
static inline uint64_t mlops__text_sum(const char *text, size_t n) {
    uint64_t sum = mlops__word(text) * 0x9e3779b97f4a7c15 +
                   mlops__text_turn(mlops__word(text + n - 8) * 0xc2b2ae3d27d4eb4f, 31) + n;
    if (n <= 16) return sum;
    sum = mlops__text_turn(sum, 17) + mlops__word(text + 8) * 0x165667b19e3779f9;
    return sum + mlops__text_turn(mlops__word(text + n - 16) * 0xd6e8feb86659fd93, 43);
}

/* Of more than 8 bytes. */
static inline mlops__text_key mlops__text_key_long(const char *text, size_t n) {
    uint64_t hash = n > 32 ? mlops__text_hash_long(text, n) : mlops__mix(mlops__text_sum(text, n));
    return (mlops__text_key){hash | 0xff, (uint32_t)(hash >> 32)};
}

mlops__text_key mlops__text_key_of(const char *text, size_t n);

/* Entropy NULL: the system's. */
void mlops__dictionary_init(mlops__dictionary *self, const mlops_allocator *allocator,
                            const mlops_entropy *entropy);
void mlops__dictionary_free(mlops__dictionary *self);

/* Code of a text, which is added if it is new: then *code is what n was before. MLOPS_E_NOMEM;
 * MLOPS_E_LIMIT beyond INT32_MAX texts. */
mlops_status mlops__dictionary_add(mlops__dictionary *self, const char *text, size_t n,
                                   int32_t *code);

/* The first slot of the bucket that a text belongs into. */
static inline size_t mlops__dictionary_home(const mlops__dictionary *self, uint32_t tag) {
    return (size_t)tag * MLOPS__SLOTS_BUCKET & (self->n_slots - 1);
}

/* The same in two steps: the first asks for what the second will need, for many texts before one of
 * them is added. Where there is other work between texts. */
static inline void mlops__dictionary_expect(const mlops__dictionary *self, uint32_t tag) {
    if (self->n_slots) __builtin_prefetch(&self->slots[mlops__dictionary_home(self, tag)]);
}

/* Where one comes behind the other: loads it, for of many prefetches at once processors drop most.
 */
static inline void mlops__dictionary_load(const mlops__dictionary *self, uint32_t tag) {
    if (!self->n_slots) return;
    (void)*(const volatile uint64_t *)&self->slots[mlops__dictionary_home(self, tag)].word;
}

/* So many buckets are full that it is worth loading the next one of those that are. */
static inline int mlops__dictionary_is_dense(const mlops__dictionary *self) {
    return (size_t)self->n > self->n_slots / 2;
}

static inline void mlops__dictionary_load_next(const mlops__dictionary *self, uint32_t tag) {
    size_t home = mlops__dictionary_home(self, tag), last = home + MLOPS__SLOTS_BUCKET - 1;
    size_t next = last + (self->slots[last].next_code ? MLOPS__SLOTS_BUCKET : 0);
    (void)*(const volatile uint64_t *)&self->slots[next & (self->n_slots - 1)].word;
}

/* Room for so many texts in all. MLOPS_E_NOMEM. */
mlops_status mlops__dictionary_reserve(mlops__dictionary *self, int64_t n);

mlops_status mlops__dictionary_add_key(mlops__dictionary *self, mlops__text_key key,
                                       const char *text, size_t n, int32_t *code);

/* Codes of the texts from number first up to n, whose keys are no hashes, new ones included, as far
 * as the kernel goes and there is room; returns the number of the next. */
int64_t mlops__dictionary_put(mlops__dictionary *self, mlops__texts_put *put,
                              const mlops__text_keys *keys, int64_t first, int64_t n,
                              const uint8_t *stops, int32_t *codes);

/* Code of a text, -1 if it is not there. */
int64_t mlops__dictionary_find(const mlops__dictionary *self, const char *text, size_t n);

static inline const size_t *mlops__dictionary_starts(const mlops__dictionary *self) {
    return (const size_t *)(const void *)self->starts.data;
}

/* Whether two texts of 8 bytes at least are the same: shorter ones have no hash. */
static inline int mlops__text_same(const uint8_t *a, const char *b, size_t n) {
    if (n > 32) return memcmp(a, b, n) == 0;
    uint64_t others =
        (mlops__word(a) ^ mlops__word(b)) | (mlops__word(a + n - 8) ^ mlops__word(b + n - 8));
    if (n > 16)
        others |= (mlops__word(a + 8) ^ mlops__word(b + 8)) |
                  (mlops__word(a + n - 16) ^ mlops__word(b + n - 16));
    return !others;
}

/* The code is that of a text whose key is a hash. */
static inline int mlops__dictionary_is(const mlops__dictionary *self, int32_t code,
                                       const char *text, size_t n) {
    const size_t *starts = mlops__dictionary_starts(self) + code;
    return starts[1] - starts[0] - 1 == n &&
           mlops__text_same(self->bytes.data + starts[0], text, n);
}

/* Text of a code, and its length; borrowed until the next one is added. */
const char *mlops__dictionary_text(const mlops__dictionary *self, int32_t code, size_t *n);

/* Nothing is added any more: fills in texts. MLOPS_E_NOMEM. */
mlops_status mlops__dictionary_finish(mlops__dictionary *self);

/* Nothing is looked up any more either: texts take the memory of starts, all else is given back.
 * Instead of finish(). MLOPS_E_NOMEM. */
mlops_status mlops__dictionary_close(mlops__dictionary *self);

#endif
