/* Texts with AVX-512: the keys of eight at once, and a bucket at once.
 *
 * Owns nothing. Invariant: the same keys and codes as the scalar kernel's, of as many texts.
 */
#include "kern/numbers/eight_avx512.h"
#include "kern/texts/put.h"

mlops__texts_keys mlops__texts_keys_avx512;
mlops__texts_find mlops__texts_find_avx512;
mlops__texts_put mlops__texts_put_avx512;

typedef __m512i vec;

static inline __m128i words_of_two(const char *text, const uint32_t *end, int64_t stride) {
    const char *one = text + (int64_t)*end - 8, *two = text + (int64_t)end[stride] - 8;
    return _mm_unpacklo_epi64(_mm_loadl_epi64((const __m128i *)(const void *)one),
                              _mm_loadl_epi64((const __m128i *)(const void *)two));
}

/* The eight bytes up to the end of each of eight fields. */
static inline vec words_of(const char *text, const uint32_t *borders, int64_t stride) {
    const uint32_t *end = borders + 1;
    return mlops__join(
        words_of_two(text, end, stride), words_of_two(text, end + 2 * stride, stride),
        words_of_two(text, end + 4 * stride, stride), words_of_two(text, end + 6 * stride, stride));
}

static inline vec tags_of(vec words) {
    vec low = _mm512_mul_epu32(words, _mm512_set1_epi64(MLOPS__TAG_LOW));
    vec high = _mm512_mul_epu32(_mm512_srli_epi64(words, 32), _mm512_set1_epi64(MLOPS__TAG_HIGH));
    vec sum = _mm512_add_epi64(low, high);
    sum = _mm512_xor_si512(sum, _mm512_srli_epi64(sum, 32));
    return _mm512_srli_epi64(_mm512_mul_epu32(sum, _mm512_set1_epi64(MLOPS__TAG_BOTH)), 32);
}

/* Returns which of them are odd. */
static inline uint32_t take_eight(const mlops__text_fields *run, int64_t i,
                                  mlops__text_keys *keys) {
    const uint32_t *borders = run->borders + i * run->stride;
    vec one = _mm512_set1_epi64(1), n = mlops__eight_lengths(borders, run->stride);
    vec ahead = _mm512_sub_epi64(_mm512_set1_epi64(64), _mm512_slli_epi64(n, 3));
    vec words = _mm512_and_si512(words_of(run->text, borders, run->stride),
                                 _mm512_sllv_epi64(_mm512_set1_epi64(-1), ahead));
    vec first = _mm512_and_si512(_mm512_srlv_epi64(words, ahead), _mm512_set1_epi64(0xff));
    vec short_most = _mm512_set1_epi64(MLOPS__TEXT_SHORT - 1), eight = _mm512_set1_epi64(8);
    __mmask8 odd = _mm512_cmpgt_epu64_mask(_mm512_sub_epi64(n, one), short_most);
    odd |= _mm512_cmpeq_epi64_mask(first, _mm512_set1_epi64('"'));
    /* Of eight bytes the first may neither be a length nor the sign of a hash. */
    __mmask8 whole = _mm512_cmpeq_epi64_mask(n, eight);
    odd |= _mm512_mask_cmplt_epu64_mask(whole, first, eight);
    odd |= _mm512_mask_cmpeq_epi64_mask(whole, first, _mm512_set1_epi64(0xff));
    words = _mm512_mask_or_epi64(words, (__mmask8)~whole, words, n);
    _mm512_storeu_si512((void *)(keys->words + i), words);
    _mm256_storeu_si256((__m256i *)(void *)(keys->tags + i), _mm512_cvtepi64_epi32(tags_of(words)));
    return odd;
}

uint64_t mlops__texts_keys_avx512(const mlops__text_fields *fields, mlops__text_keys *keys) {
    uint64_t odd = 0;
    const mlops__text_fields run = *fields;
    if (run.n < MLOPS__EIGHT) return mlops__texts_keys_scalar(fields, keys);
    mlops__text_span first = mlops__text_span_at(&run, 0);
    if (first.text + first.n - run.floor < 8) return mlops__texts_keys_scalar(fields, keys);
    for (int64_t i = 0; i < run.n; i += MLOPS__EIGHT) {
        /* The last eight may have been among those before. */
        int64_t at = run.n - i < MLOPS__EIGHT ? run.n - MLOPS__EIGHT : i;
        odd |= (uint64_t)take_eight(&run, at, keys) << at;
    }
    return odd;
}

/* ---- few texts: all slots in registers ---- */

enum { FEW = 64 /* slots, of which 8 buckets are one half */, FEW_WORTH = 16 /* texts */ };

typedef struct few_slots {
    vec words[MLOPS__SLOTS_BUCKET][2]; /* of slot k of each bucket of a half */
    vec rests[MLOPS__SLOTS_BUCKET][2]; /* its code above its tag */
} few_slots;

/* Every second word of eight rows, of which each vector has two, becomes a vector. */
static inline void turn(const vec *two, vec (*out)[2], int half) {
    vec a = _mm512_shuffle_i64x2(two[0], two[1], 0x44),
        b = _mm512_shuffle_i64x2(two[2], two[3], 0x44);
    vec c = _mm512_shuffle_i64x2(two[0], two[1], 0xee),
        d = _mm512_shuffle_i64x2(two[2], two[3], 0xee);
    out[0][half] = _mm512_shuffle_i64x2(a, b, 0x88);
    out[1][half] = _mm512_shuffle_i64x2(a, b, 0xdd);
    out[2][half] = _mm512_shuffle_i64x2(c, d, 0x88);
    out[3][half] = _mm512_shuffle_i64x2(c, d, 0xdd);
}

static inline few_slots take_slots(const mlops__slot *slots) {
    few_slots out;
    for (int half = 0; half < 2; half++) {
        vec words[4], rests[4];
        for (int i = 0; i < 4; i++, slots += 2 * MLOPS__SLOTS_BUCKET) {
            vec one = _mm512_load_si512((const void *)slots);
            vec two = _mm512_load_si512((const void *)(slots + MLOPS__SLOTS_BUCKET));
            words[i] = _mm512_unpacklo_epi64(one, two);
            rests[i] = _mm512_unpackhi_epi64(one, two);
        }
        turn(words, out.words, half);
        turn(rests, out.rests, half);
    }
    return out;
}

/* As mlops__texts_find, by eights, up to one of which not all are seen. */
static inline int64_t find_few(const mlops__slot *slots, const mlops__text_keys *keys,
                               int64_t first, int64_t n, int32_t *codes) {
    const few_slots few = take_slots(slots);
    for (; n - first >= MLOPS__EIGHT; first += MLOPS__EIGHT) {
        vec words = _mm512_loadu_si512((const void *)(keys->words + first));
        vec home = _mm512_cvtepu32_epi64(
            _mm256_loadu_si256((const __m256i *)(const void *)(keys->tags + first)));
        vec rest = _mm512_setzero_si512();
        for (int k = 0; k < MLOPS__SLOTS_BUCKET; k++) {
            vec there = _mm512_permutex2var_epi64(few.words[k][0], home, few.words[k][1]);
            vec its = _mm512_permutex2var_epi64(few.rests[k][0], home, few.rests[k][1]);
            rest = _mm512_mask_mov_epi64(rest, _mm512_cmpeq_epi64_mask(there, words), its);
        }
        vec next_codes = _mm512_srli_epi64(rest, 32);
        if (_mm512_testn_epi64_mask(next_codes, next_codes)) break;
        __m256i found = _mm512_cvtepi64_epi32(_mm512_sub_epi64(next_codes, _mm512_set1_epi64(1)));
        _mm256_storeu_si256((__m256i *)(void *)(codes + first), found);
    }
    return first;
}

int64_t mlops__texts_find_avx512(const mlops__slots *slots, const mlops__text_keys *keys,
                                 int64_t first, int64_t n, int32_t *codes) {
    const mlops__slots in = *slots;
    if (in.n == FEW && n - first >= FEW_WORTH) first = find_few(in.slots, keys, first, n, codes);
    for (; first < n; first++) {
        uint64_t word = keys->words[first];
        const mlops__slot *bucket = mlops__slots_home(&in, keys->tags[first]);
        vec all = _mm512_set1_epi64((int64_t)word);
        /* Every second of eight words is a slot's. */
        uint32_t found =
            0x55 & _mm512_cmpeq_epi64_mask(_mm512_load_si512((const void *)bucket), all);
        if (!found) break;
        uint32_t next_code = bucket[__builtin_ctz(found) / 2].next_code;
        if (!next_code) break;
        codes[first] = (int32_t)(next_code - 1);
    }
    return first;
}

static inline mlops__texts_seen look(const mlops__slot *bucket, uint64_t word) {
    vec slots = _mm512_load_si512((const void *)bucket);
    vec codes = _mm512_set1_epi64((int64_t)((uint64_t)UINT32_MAX << 32));
    uint32_t alike = _mm512_cmpeq_epi64_mask(slots, _mm512_set1_epi64((int64_t)word));
    uint32_t empty = _mm512_testn_epi64_mask(slots, codes);
    return (mlops__texts_seen){alike & 0x55, empty >> 1 & 0x55};
}

int64_t mlops__texts_put_avx512(mlops__texts_room *room, const mlops__text_keys *keys,
                                int64_t first, int64_t n, int32_t *codes) {
    return mlops__texts_put_run(look, room, keys, first, n, codes);
}
