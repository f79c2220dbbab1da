/* Looking for bytes that must be gone: as they are, and in all frames of packs, unpacked. */
#ifndef TESTS_UNIT_HELP_SEARCH_H
#define TESTS_UNIT_HELP_SEARCH_H

#include "unit/help_store.h"

#include "store/chunk.h"
#include "store/content.h"

static inline int has_word(const uint8_t *bytes, size_t n, const char *const *words) {
    for (; *words; words++)
        if (memmem(bytes, n, *words, strlen(*words))) return 1;
    return 0;
}

static inline int frame_has(mlops__codec *codec, const mlops__pack_frame *frame,
                            const uint8_t *payload, const char *const *words) {
    mlops_error e;
    if (frame->kind != MLOPS__PACK_CHUNK || frame->codec == MLOPS__PACK_RAW) return 0;
    uint8_t *out = malloc(frame->size + 1);
    assert_non_null(out);
    works(mlops__chunk_unpack(codec, frame, payload, out, &e), &e);
    int has = has_word(out, frame->size, words);
    free(out);
    return has;
}

/* Frames begin at multiples of 8. The words end with NULL. */
static inline int bytes_have(const mlops__host *host, const uint8_t *bytes, size_t n,
                             const char *const *words) {
    mlops__codec codec;
    mlops__pack_frame frame;
    int has = has_word(bytes, n, words);
    mlops__codec_init(&codec, host);
    for (size_t at = 0; at + MLOPS__PACK_FRAME_HEAD <= n; at += 8) {
        uint32_t stored = mlops__load_u32(bytes + at + 12); /* docs/format.md */
        size_t left = n - at - MLOPS__PACK_FRAME_HEAD;
        if (memcmp(bytes + at, "MPF1", 4) != 0 || stored > left) continue;
        if (!mlops__pack_open(&frame, bytes + at, MLOPS__PACK_FRAME_HEAD + stored))
            has |= frame_has(&codec, &frame, bytes + at + MLOPS__PACK_FRAME_HEAD, words);
    }
    mlops__codec_free(&codec);
    return has;
}

/* What a writer that was killed behind its write leaves: a whole frame, of which no index knows. */
static inline void leave_frame(const char *path, const void *bytes, uint32_t n) {
    static const uint8_t padding[8] = {0};
    uint8_t head[MLOPS__PACK_FRAME_HEAD];
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, n, n, {0}};
    int64_t size = size_of(path);
    mlops__chunk_key(frame.key, bytes, n);
    mlops__pack_head(&frame, bytes, head);
    set_bytes(path, size, padding, (size_t)(-size & 7));
    size = (size + 7) / 8 * 8;
    set_bytes(path, size, head, sizeof head);
    set_bytes(path, size + (int64_t)sizeof head, bytes, n);
}

/* How many files of a store's journal and packs have one of them. */
static inline int store_has(const mlops__host *host, const char *path, const char *const *words) {
    char line[300], command[300];
    size_t n;
    int n_found = 0;
    snprintf(command, sizeof command, "find '%s/packs' '%s/journal' -type f", path, path);
    FILE *list = popen(command, "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list)) {
        line[strcspn(line, "\n")] = 0;
        uint8_t *bytes = file_bytes(line, &n);
        n_found += bytes_have(host, bytes, n, words);
        free(bytes);
    }
    pclose(list);
    return n_found;
}

#endif
