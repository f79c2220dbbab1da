/* Distinct texts in the order in which they came, and the code of each. */
#ifndef MLOPS_COLUMN_DICTIONARY_H
#define MLOPS_COLUMN_DICTIONARY_H

#include "base/buf.h"
#include "base/word.h"

/* What stands for a text in the index. Up to 8 bytes it is the text itself: below 8 their number in
 * the low byte and they up to the top; 8 of them if the first is more than 7 and not 0xff. For all
 * others it is a hash, 0xff in the low byte. */
typedef struct mlops__text_key {
    uint64_t word;
    uint32_t tag; /* its low bits choose the bucket */
} mlops__text_key;

typedef struct mlops__slot {
    uint64_t word;
    uint32_t tag;
    uint32_t next_code; /* code + 1; 0: empty */
} mlops__slot;

enum { MLOPS__SLOTS_BUCKET = 4 /* a cache line */ };

typedef struct mlops__dictionary {
    mlops__buf bytes;  /* the texts, a NUL behind each */
    mlops__buf starts; /* size_t: where each begins in bytes, and where the next would */
    mlops__slot *slots;
    size_t n_slots; /* 0 or a power of two, a quarter of them empty */
    int64_t n;
    const char **texts; /* n of them, once finished */
} mlops__dictionary;

/* Spreads a word over all bits (the finalizer of splitmix64). */
static inline uint64_t mlops__text_mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

static inline uint32_t mlops__text_tag(uint64_t word) {
    word *= 0xbf58476d1ce4e5b9;
    return (uint32_t)((word ^ word >> 32) * 0x94d049bb133111eb >> 32);
}

static inline int mlops__text_key_hashed(mlops__text_key key) { return (key.word & 0xff) == 0xff; }

/* The 8 bytes up to the end of a text of up to 8; what stands before it does not matter. */
static inline mlops__text_key mlops__text_key_short(uint64_t bytes, size_t n) {
    uint64_t word = n < 8 ? (bytes & ~(~(uint64_t)0 >> 8 * n)) | n : bytes;
    if (n == 8 && (uint8_t)(word - 8) >= 0xff - 8) word = mlops__text_mix(word) | 0xff;
    return (mlops__text_key){word, mlops__text_tag(word)};
}

mlops__text_key mlops__text_key_long(const char *text, size_t n); /* more than 8 bytes */
mlops__text_key mlops__text_key_of(const char *text, size_t n);

void mlops__dictionary_init(mlops__dictionary *self, const mlops_allocator *allocator);
void mlops__dictionary_free(mlops__dictionary *self);

/* Code of a text, which is added if it is new: then *code is what n was before. MLOPS_E_NOMEM;
 * MLOPS_E_LIMIT beyond INT32_MAX texts. */
mlops_status mlops__dictionary_add(mlops__dictionary *self, const char *text, size_t n,
                                   int32_t *code);

/* The first slot of the bucket that a text belongs into. */
static inline size_t mlops__dictionary_home(const mlops__dictionary *self, uint32_t tag) {
    return (size_t)tag * MLOPS__SLOTS_BUCKET & (self->n_slots - 1);
}

/* The same in two steps: the first says what memory the second will need, so that other work can be
 * done while it comes. */
static inline void mlops__dictionary_expect(const mlops__dictionary *self, mlops__text_key key) {
    if (self->n_slots) __builtin_prefetch(&self->slots[mlops__dictionary_home(self, key.tag)], 1);
}

/* Bit i of the result: slot i of the bucket may be the key's. Without branches, for texts come in
 * no order. */
static inline uint32_t mlops__slots_alike(const mlops__slot *bucket, mlops__text_key key) {
    uint32_t out = 0;
    for (uint32_t i = 0; i < MLOPS__SLOTS_BUCKET; i++)
        out |= (uint32_t)(bucket[i].word == key.word) << i;
    return out;
}

/* The code of a text if it is seen at once; else -1, and it may be there all the same. */
static inline int32_t mlops__dictionary_glance(const mlops__dictionary *self, mlops__text_key key) {
    if (!self->n_slots || mlops__text_key_hashed(key)) return -1;
    const mlops__slot *bucket = &self->slots[mlops__dictionary_home(self, key.tag)];
    uint32_t alike = mlops__slots_alike(bucket, key);
    return alike ? (int32_t)bucket[__builtin_ctz(alike)].next_code - 1 : -1;
}

/* Room for so many texts in all. MLOPS_E_NOMEM. */
mlops_status mlops__dictionary_reserve(mlops__dictionary *self, int64_t n);

mlops_status mlops__dictionary_add_key(mlops__dictionary *self, mlops__text_key key,
                                       const char *text, size_t n, int32_t *code);

/* Code of a text, -1 if it is not there. */
int64_t mlops__dictionary_find(const mlops__dictionary *self, const char *text, size_t n);

/* Text of a code, and its length; borrowed until the next one is added. */
const char *mlops__dictionary_text(const mlops__dictionary *self, int32_t code, size_t *n);

/* Nothing is added any more: fills in texts and gives back what is spare. */
mlops_status mlops__dictionary_finish(mlops__dictionary *self);

/* Gives back the index too: find() finds nothing any more, texts stay. */
void mlops__dictionary_close(mlops__dictionary *self);

#endif
