/* Words in texts, and looking for them in the frames of a store's packs.
 *
 * Owns nothing. Invariant: a pack that cannot be read counts as one that holds them, but for one
 * without a head, which was to be made when a call failed.
 */
#include "fault/search_packs.h"

#include "store/chunk.h"
#include "store/core.h"

#include <string.h>

size_t search_text(char *out, size_t n, int seed, const char *word) {
    uint64_t x = (uint64_t)seed * 7919 + 11;
    for (size_t i = 0; i < n; i++) {
        x ^= x << 13, x ^= x >> 7, x ^= x << 17;
        out[i] = (char)('a' + x % 26);
    }
    memcpy(out + n / 2, word, strlen(word));
    return n;
}

static int has_word(const uint8_t *bytes, size_t n, const char *const *words) {
    for (; *words; words++) {
        size_t k = strlen(*words);
        for (size_t i = 0; i + k <= n; i++)
            if (memcmp(bytes + i, *words, k) == 0) return 1;
    }
    return 0;
}

static int frame_has(mlops__codec *codec, const mlops__pack_frame *frame, const mlops__buf *payload,
                     mlops__buf *room, const char *const *words) {
    const uint8_t *bytes = payload->data;
    size_t n = frame->stored;
    if (frame->kind == MLOPS__PACK_CHUNK && frame->codec != MLOPS__PACK_RAW) {
        room->size = 0;
        uint8_t *out = mlops__buf_extend(room, frame->size);
        if (!out || mlops__chunk_unpack(codec, frame, bytes, out, NULL)) return 1;
        bytes = out;
        n = frame->size;
    }
    return has_word(bytes, n, words);
}

static int search_pack(mlops_store *s, int64_t number, const char *const *words) {
    mlops__pack_scan scan;
    mlops__pack_frame frame;
    mlops__pack_place place;
    mlops__codec codec;
    mlops__buf payload, room;
    int found = 0;
    mlops__codec_init(&codec, &s->host);
    mlops__buf_init(&payload, &s->host.allocator);
    mlops__buf_init(&room, &s->host.allocator);
    mlops_status status = mlops__pack_scan_init(&scan, &s->packs, number, NULL);
    while (!status && !found) {
        status = mlops__pack_scan_next(&scan, &s->packs, &frame, &place, &payload, NULL);
        found = !status && frame_has(&codec, &frame, &payload, &room, words);
    }
    mlops__buf_free(&room);
    mlops__buf_free(&payload);
    mlops__codec_free(&codec);
    return found || (status != MLOPS_END && status != MLOPS_E_CORRUPT);
}

int search_packs(mlops_store *s, const char *const *words) {
    mlops__buf numbers;
    mlops__buf_init(&numbers, &s->host.allocator);
    int bad = mlops__packs_list(&s->packs, &numbers, NULL) != MLOPS_OK;
    for (size_t i = 0; i < numbers.size && !bad; i += sizeof(int64_t)) {
        int64_t number;
        memcpy(&number, numbers.data + i, sizeof number);
        bad = search_pack(s, number, words);
    }
    mlops__buf_free(&numbers);
    return bad;
}
