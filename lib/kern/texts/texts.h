/* Keys of texts among fields, and the slots of a dictionary in which they are looked up. */
#ifndef MLOPS_KERN_TEXTS_H
#define MLOPS_KERN_TEXTS_H

#include "base/mix.h"
#include "kern/numbers/numbers.h"

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

/* Buckets of a cache line each. */
enum { MLOPS__SLOTS_BUCKET = 4, MLOPS__BUCKET_SIZE = MLOPS__SLOTS_BUCKET * sizeof(mlops__slot) };

typedef struct mlops__slots {
    const mlops__slot *slots; /* aligned to their buckets */
    size_t n;                 /* a power of two, MLOPS__SLOTS_BUCKET at least */
} mlops__slots;

/* Keys of so many texts at the most. */
enum { MLOPS__TEXTS = 64, MLOPS__TEXT_SHORT = 8 };

typedef struct mlops__text_keys {
    uint64_t words[MLOPS__TEXTS];
    uint32_t tags[MLOPS__TEXTS];
} mlops__text_keys;

/* Fills in the keys of all n fields, no more than MLOPS__TEXTS, but of those whose bit is set in
 * the result: empty or longer than MLOPS__TEXT_SHORT, in quotes, one whose key is a hash, or near
 * the floor of the text. */
typedef uint64_t mlops__texts_keys(const mlops__text_fields *fields, mlops__text_keys *keys);

/* Writes codes of the texts from number first up to n as long as each is seen at once; returns the
 * number of the next, which may be there all the same. Where a key is a hash, the code may be that
 * of another text. */
typedef int64_t mlops__texts_find(const mlops__slots *slots, const mlops__text_keys *keys,
                                  int64_t first, int64_t n, int32_t *codes);

/* A dictionary that has room: the texts, a NUL behind each, and where they begin. */
typedef struct mlops__texts_room {
    mlops__slot *slots; /* aligned to their buckets */
    size_t n_slots;
    uint8_t *bytes;
    size_t *starts; /* n + 1 of them */
    uint32_t n;
    const uint8_t *stops; /* of 256: a new text that begins with such a byte is not taken */
} mlops__texts_room;

enum { MLOPS__TEXT_ROOM = 16 /* bytes for a text of MLOPS__TEXT_SHORT */ };

/* Writes codes of the texts from number first up to n, new ones included, as long as each is found,
 * or has an empty slot, in its bucket; returns the number of the next. No key is a hash. */
typedef int64_t mlops__texts_put(mlops__texts_room *room, const mlops__text_keys *keys,
                                 int64_t first, int64_t n, int32_t *codes);

mlops__texts_keys mlops__texts_keys_scalar;
mlops__texts_find mlops__texts_find_scalar;
mlops__texts_put mlops__texts_put_scalar;

/* Products of 32 bits, which vectors have. */
enum { MLOPS__TAG_LOW = 0x2c1b3c6d, MLOPS__TAG_HIGH = 0x297a2d39, MLOPS__TAG_BOTH = 0x6a4cd2e5 };

static inline uint32_t mlops__text_tag(uint64_t word) {
    uint64_t sum = (word & UINT32_MAX) * MLOPS__TAG_LOW + (word >> 32) * MLOPS__TAG_HIGH;
    sum = ((sum ^ sum >> 32) & UINT32_MAX) * MLOPS__TAG_BOTH;
    return (uint32_t)(sum >> 32);
}

static inline int mlops__text_key_hashed(mlops__text_key key) { return (key.word & 0xff) == 0xff; }

/* Eight bytes whose first would be taken for a length, or for the sign of a hash. */
static inline int mlops__text_eight_odd(uint64_t word) { return (uint8_t)(word - 8) >= 0xff - 8; }

/* The 8 bytes up to the end of a text of up to 8; what stands before it does not matter. */
static inline mlops__text_key mlops__text_key_short(uint64_t bytes, size_t n) {
    uint64_t word = n < 8 ? (bytes & ~(~(uint64_t)0 >> 8 * n)) | n : bytes;
    if (n == 8 && mlops__text_eight_odd(word)) word = mlops__mix(word) | 0xff;
    return (mlops__text_key){word, mlops__text_tag(word)};
}

/* The first slot of the bucket that a text belongs into. */
static inline const mlops__slot *mlops__slots_home(const mlops__slots *self, uint32_t tag) {
    return self->slots + ((size_t)tag * MLOPS__SLOTS_BUCKET & (self->n - 1));
}

/* Bit i of the result: slot i of the bucket may be the key's. Without branches, for texts come in
 * no order. */
static inline uint32_t mlops__slots_alike(const mlops__slot *bucket, uint64_t word) {
    uint32_t out = 0;
    for (uint32_t i = 0; i < MLOPS__SLOTS_BUCKET; i++)
        out |= (uint32_t)(bucket[i].word == word) << i;
    return out;
}

#endif
