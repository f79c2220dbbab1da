/* Chunks as they are stored. The first byte says what the rest is: u16 size of a chunk and the
 * payload of numbers taken apart; or the bytes of one, and where they begin in their content. What
 * is held up: a payload makes just as many bytes as it should, or is refused; and what is packed
 * comes back. */
#include "base/cursor.h"
#include "fuzz/fuzz.h"
#include "store/chunk.h"

static void unpack(mlops__codec *codec, const uint8_t *payload, size_t n, size_t size) {
    mlops__pack_frame frame = {
        MLOPS__PACK_CHUNK, MLOPS__PACK_NUMBERS, (uint32_t)size, (uint32_t)n, {0}};
    uint8_t *out = malloc(size + 1);
    must(out != NULL);
    out[size] = 0xa5;
    mlops_status status = mlops__chunk_unpack(codec, &frame, payload, out, NULL);
    must(status == MLOPS_OK || status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED);
    must(out[size] == 0xa5);
    free(out);
}

static void come_back(mlops__codec *codec, const uint8_t *bytes, size_t n, int64_t at) {
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, (uint32_t)n, 0, {0}};
    mlops__buf packed;
    uint8_t *out = malloc(n + 1);
    must(out != NULL);
    mlops__buf_init(&packed, &mlops__heap);
    must(!mlops__chunk_pack(codec, &packed, bytes, n, at, &frame.codec, NULL));
    must(packed.size <= n);
    frame.stored = (uint32_t)packed.size;
    must(!mlops__chunk_unpack(codec, &frame, packed.data, out, NULL));
    must(n == 0 || memcmp(out, bytes, n) == 0);
    mlops__buf_free(&packed);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    mlops__cursor c;
    mlops__host host;
    mlops__codec codec;
    mlops__cursor_init(&c, data, size);
    unsigned what = mlops__cursor_u8(&c);
    size_t n = what % 2 ? 0 : mlops__cursor_u16(&c);
    if (c.failed || mlops__host_init(&host, NULL, NULL)) return 0;
    mlops__codec_init(&codec, &host);
    if (what % 2) come_back(&codec, data + c.offset, mlops__cursor_left(&c), what >> 1);
    else unpack(&codec, data + c.offset, mlops__cursor_left(&c), n);
    mlops__codec_free(&codec);
    return 0;
}
