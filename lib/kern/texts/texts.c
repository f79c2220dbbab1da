/* Texts among fields: the scalar reference, one word after the other.
 *
 * Owns nothing. Invariant: no byte ahead of the floor of the text is read, and keys do not depend
 * on the byte order of the machine.
 */
#include "kern/texts/put.h"

uint64_t mlops__texts_keys_scalar(const mlops__text_fields *fields, mlops__text_keys *keys) {
    uint64_t odd = 0;
    for (int64_t i = 0; i < fields->n; i++) {
        mlops__text_span span = mlops__text_span_at(fields, i);
        const char *end = span.text + span.n;
        int is_odd = span.n - 1 >= MLOPS__TEXT_SHORT || *span.text == '"' ||
                     end - fields->floor < MLOPS__TEXT_SHORT;
        mlops__text_key key = {0, 0};
        if (!is_odd) key = mlops__text_key_short(mlops__word(end - 8), span.n);
        odd |= (uint64_t)(is_odd || mlops__text_key_hashed(key)) << i;
        keys->words[i] = key.word;
        keys->tags[i] = key.tag;
    }
    return odd;
}

int64_t mlops__texts_find_scalar(const mlops__slots *slots, const mlops__text_keys *keys,
                                 int64_t first, int64_t n, int32_t *codes) {
    for (; first < n; first++) {
        uint64_t word = keys->words[first];
        const mlops__slot *bucket = mlops__slots_home(slots, keys->tags[first]);
        uint32_t alike = mlops__slots_alike(bucket, word);
        if (!alike) break;
        uint32_t next_code = bucket[__builtin_ctz(alike)].next_code;
        if (!next_code) break;
        codes[first] = (int32_t)(next_code - 1);
    }
    return first;
}

static inline mlops__texts_seen look(const mlops__slot *bucket, uint64_t word) {
    mlops__texts_seen seen = {0, 0};
    for (uint32_t i = 0; i < MLOPS__SLOTS_BUCKET; i++) {
        seen.alike |= (uint32_t)(bucket[i].word == word) << 2 * i;
        seen.empty |= (uint32_t)(bucket[i].next_code == 0) << 2 * i;
    }
    return seen;
}

int64_t mlops__texts_put_scalar(mlops__texts_room *room, const mlops__text_keys *keys,
                                int64_t first, int64_t n, int32_t *codes) {
    return mlops__texts_put_run(look, room, keys, first, n, codes);
}
