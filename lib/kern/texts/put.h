/* For the kernels that add texts: what all of them do, each with its look at a bucket. */
#ifndef MLOPS_KERN_TEXTS_PUT_H
#define MLOPS_KERN_TEXTS_PUT_H

#include "base/word.h"
#include "kern/texts/texts.h"

/* Bit 2 * i of each is slot i of a bucket. */
typedef struct mlops__texts_seen {
    uint32_t alike;
    uint32_t empty;
} mlops__texts_seen;

typedef mlops__texts_seen mlops__texts_look(const mlops__slot *bucket, uint64_t word);

/* Whether a text is there decides no branch: nobody could guess it, and a processor that waits for
 * one slot to be told cannot ask for the next. What is not new is written where it does no harm. */
static inline int64_t mlops__texts_put_run(mlops__texts_look *look, mlops__texts_room *room,
                                           const mlops__text_keys *keys, int64_t first, int64_t n,
                                           int32_t *codes) {
    const mlops__texts_room in = *room;
    mlops__slot spare;
    uint32_t n_texts = in.n;
    size_t size = in.starts[n_texts];
    for (; first < n; first++) {
        uint64_t word = keys->words[first], length = word & 0xff;
        uint32_t tag = keys->tags[first];
        if (length > MLOPS__TEXT_SHORT) length = MLOPS__TEXT_SHORT;
        uint64_t text = word >> 8 * (MLOPS__TEXT_SHORT - length);
        mlops__slot *slot = in.slots + ((size_t)tag * MLOPS__SLOTS_BUCKET & (in.n_slots - 1));
        mlops__texts_seen seen = look(slot, word);
        uint32_t is_new = !seen.alike, is = seen.alike | (seen.empty & (0 - is_new));
        if (is_new & ((uint32_t)!is | in.stops[text & 0xff])) break;
        slot += (uint32_t)__builtin_ctz(is) / 2;
        uint32_t next_code = slot->next_code + ((n_texts + 1) & (0 - is_new));
        slot = is_new ? slot : &spare;
        *slot = (mlops__slot){word, tag, next_code};
        mlops__word_put(in.bytes + size, text);
        in.bytes[size + MLOPS__TEXT_SHORT] = 0;
        size += (length + 1) & (0 - (size_t)is_new);
        n_texts += is_new;
        in.starts[n_texts] = size;
        codes[first] = (int32_t)(next_code - 1);
    }
    room->n = n_texts;
    return first;
}

#endif
