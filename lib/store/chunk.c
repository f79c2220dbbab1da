/* Packing chunks: as they are, as one zstd frame, or as numbers, taken apart ahead of it.
 *
 * Owns nothing but what the codec works in. Invariant: a chunk is named by its own bytes, so how it
 * is stored is nobody else's matter.
 */
#include "store/chunk.h"

#include "base/cursor.h"
#include "columnar/planes.h"

#include <string.h>

enum { HEAD = 10, TRIAL = 8 << 10 };

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its numbers do not fit");
}

static mlops_status put_raw(mlops__buf *out, const uint8_t *bytes, size_t n, mlops_error *err) {
    mlops__buf_put(out, bytes, n);
    return out->status ? mlops__fail_nomem(err, n) : MLOPS_OK;
}

/* Whether they would be smaller than size as they stand: what comes again and again, which numbers
 * taken apart do not show. */
static mlops_status is_plain(mlops__codec *codec, mlops__buf *out, const uint8_t *bytes, size_t n,
                             size_t size, int *yes, mlops_error *err) {
    size_t trial = n < TRIAL ? n : TRIAL, before = out->size;
    mlops_status status = mlops__codec_pack(codec, out, bytes + (n - trial) / 2, trial, err);
    size_t packed = status ? trial : out->size - before;
    out->size = before;
    *yes = (double)packed * (double)n < (double)size * (double)trial;
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* MLOPS_END, and nothing was appended, if that is not worth it. */
static mlops_status put_numbers(mlops__codec *codec, mlops__buf *out, const uint8_t *bytes,
                                size_t n, size_t lead, mlops_error *err) {
    mlops__buf *soft = &codec->soft, *hard = &codec->hard;
    size_t begin = out->size;
    int plain;
    soft->size = hard->size = 0;
    mlops_status status = mlops__numbers_split(bytes, n, lead, soft, hard);
    if (status) return status;
    if (soft->status || hard->status) {
        soft->status = hard->status = MLOPS_OK;
        return mlops__fail_nomem(err, n);
    }
    mlops__buf_zero(out, HEAD);
    status = mlops__codec_pack(codec, out, soft->data, soft->size, err);
    if (status == MLOPS_END) mlops__buf_put(out, soft->data, soft->size);
    else MLOPS_TRY(status);
    size_t stored = out->size - begin - HEAD;
    mlops__buf_put(out, hard->data, hard->size);
    if (out->status) return mlops__fail_nomem(err, n);
    uint8_t head[HEAD] = {(uint8_t)lead, status == MLOPS_OK};
    for (size_t i = 0; i < 4; i++) {
        head[2 + i] = (uint8_t)(soft->size >> 8 * i);
        head[6 + i] = (uint8_t)(stored >> 8 * i);
    }
    memcpy(out->data + begin, head, HEAD);
    MLOPS_TRY(is_plain(codec, out, bytes, n, out->size - begin, &plain, err));
    if (out->size - begin < n - n / 32 && !plain) return MLOPS_OK;
    out->size = begin;
    return MLOPS_END;
}

mlops_status mlops__chunk_pack(mlops__codec *codec, mlops__buf *out, const uint8_t *bytes, size_t n,
                               int64_t at, mlops__pack_codec *how, mlops_error *err) {
    if (at != MLOPS__CHUNK_UNPLACED) {
        *how = MLOPS__PACK_NUMBERS;
        mlops_status status = put_numbers(codec, out, bytes, n, (size_t)(-at & 7), err);
        if (status != MLOPS_END) return status;
    }
    *how = MLOPS__PACK_ZSTD;
    mlops_status status = mlops__codec_pack(codec, out, bytes, n, err);
    if (status != MLOPS_END) return status;
    *how = MLOPS__PACK_RAW;
    return put_raw(out, bytes, n, err);
}

static mlops_status join(mlops__codec *codec, const mlops__pack_frame *frame,
                         const uint8_t *payload, uint8_t *out, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, payload, frame->stored);
    unsigned lead = mlops__cursor_u8(&c), is_packed = mlops__cursor_u8(&c);
    size_t size = mlops__cursor_u32(&c), stored = mlops__cursor_u32(&c);
    const uint8_t *soft = mlops__cursor_take(&c, stored);
    /* what is taken apart says less of itself than it takes as it is: a head for each block */
    if (!soft || lead > 7 || is_packed > 1 || (!is_packed && size != stored) ||
        size > 2 * (size_t)frame->size + 64)
        return damaged(err);
    if (is_packed) {
        codec->soft.size = 0;
        uint8_t *room = mlops__buf_extend(&codec->soft, size ? size : 1);
        if (!room) {
            codec->soft.status = MLOPS_OK;
            return mlops__fail_nomem(err, size);
        }
        MLOPS_TRY(mlops__codec_unpack(codec, room, size, soft, stored, err));
        soft = room;
    }
    int fits = mlops__numbers_join(soft, size, payload + c.offset, mlops__cursor_left(&c), lead,
                                   out, frame->size);
    return fits ? MLOPS_OK : damaged(err);
}

mlops_status mlops__chunk_unpack(mlops__codec *codec, const mlops__pack_frame *frame,
                                 const uint8_t *payload, uint8_t *out, mlops_error *err) {
    switch (frame->codec) {
    case MLOPS__PACK_ZSTD:
        return mlops__codec_unpack(codec, out, frame->size, payload, frame->stored, err);
    case MLOPS__PACK_NUMBERS: return join(codec, frame, payload, out, err);
    case MLOPS__PACK_RAW: memcpy(out, payload, frame->size); return MLOPS_OK;
    default: return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged");
    }
}
