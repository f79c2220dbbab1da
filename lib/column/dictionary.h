/* Distinct texts in the order in which they came, and the code of each. */
#ifndef MLOPS_COLUMN_DICTIONARY_H
#define MLOPS_COLUMN_DICTIONARY_H

#include "base/buf.h"
#include "base/word.h"

/* What stands for a text in the index. Up to 8 bytes it is the text itself. */
typedef struct mlops__text_key {
    uint64_t word; /* below 8 bytes: their number in the low byte, the bytes up to the top; 8: they;
                      beyond: a hash, 0xff in the low byte */
    uint32_t tag;  /* its low bits choose the slot */
    uint32_t whole; /* 1: 8 bytes */
} mlops__text_key;

typedef struct mlops__slot {
    uint64_t word;
    uint32_t tag;
    uint32_t next_code : 31; /* code + 1; 0: empty */
    uint32_t whole : 1;
} mlops__slot;

typedef struct mlops__dictionary {
    mlops__buf bytes;  /* the texts, a NUL behind each */
    mlops__buf starts; /* size_t: where each begins in bytes, and where the next would */
    mlops__slot *slots;
    size_t n_slots; /* 0 or a power of two, a quarter of them empty */
    int64_t n;
    const char **texts; /* n of them, once finished */
} mlops__dictionary;

void mlops__dictionary_init(mlops__dictionary *self, const mlops_allocator *allocator);
void mlops__dictionary_free(mlops__dictionary *self);

/* Code of a text, which is added if it is new: then *code is what n was before. MLOPS_E_NOMEM;
 * MLOPS_E_LIMIT beyond INT32_MAX texts. */
mlops_status mlops__dictionary_add(mlops__dictionary *self, const char *text, size_t n,
                                   int32_t *code);

/* The same in two steps: the first says what memory the second will need, so that other work can be
 * done while it comes. */
static inline void mlops__dictionary_expect(const mlops__dictionary *self, mlops__text_key key) {
    if (self->n_slots) __builtin_prefetch(&self->slots[key.tag & (self->n_slots - 1)], 1);
}

mlops_status mlops__dictionary_add_key(mlops__dictionary *self, mlops__text_key key,
                                       const char *text, size_t n, int32_t *code);

/* Spreads a word over all bits (the finalizer of splitmix64). */
static inline uint64_t mlops__text_mix(uint64_t x) {
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

mlops__text_key mlops__text_key_long(const char *text, size_t n); /* more than 8 bytes */

/* The 8 bytes up to the end of a text of up to 8 bytes; what stands before it does not matter. */
static inline mlops__text_key mlops__text_key_short(uint64_t bytes, size_t n) {
    uint64_t word = n < 8 ? (bytes & ~(~(uint64_t)0 >> 8 * n)) | n : bytes;
    uint32_t whole = n == 8;
    return (mlops__text_key){word, (uint32_t)mlops__text_mix(word ^ whole), whole};
}

mlops__text_key mlops__text_key_of(const char *text, size_t n);

/* Code of a text, -1 if it is not there. */
int64_t mlops__dictionary_find(const mlops__dictionary *self, const char *text, size_t n);

/* Text of a code, and its length; borrowed until the next one is added. */
const char *mlops__dictionary_text(const mlops__dictionary *self, int32_t code, size_t *n);

/* Nothing is added any more: fills in texts and gives back what is spare. */
mlops_status mlops__dictionary_finish(mlops__dictionary *self);

/* Gives back the index too: find() finds nothing any more, texts stay. */
void mlops__dictionary_close(mlops__dictionary *self);

#endif
