/* zstd at its fastest level, over the host's allocator.
 *
 * Owns what zstd works in. Invariants: a frame says its size and carries no checksum, since frames
 * of packs have a guard; each block that zstd asks for has its size in front of it, since zstd
 * gives back without one.
 */
#define ZSTD_STATIC_LINKING_ONLY
#include "store/codec.h"

#include "base/alloc.h"

#ifndef MLOPS_ZSTD
#define MLOPS_ZSTD 0
#endif

#if MLOPS_ZSTD

#include <string.h>
#include <zstd.h>
#include <zstd_errors.h>

enum { LEVEL = 1, SIZE_ROOM = MLOPS__ALIGN };

static void *give(void *opaque, size_t size) {
    uint8_t *p = size > SIZE_MAX - SIZE_ROOM ? NULL : mlops__alloc(opaque, size + SIZE_ROOM);
    if (!p) return NULL;
    memcpy(p, &size, sizeof size);
    return p + SIZE_ROOM;
}

static void take(void *opaque, void *address) {
    size_t size;
    if (!address) return;
    uint8_t *p = (uint8_t *)address - SIZE_ROOM;
    memcpy(&size, p, sizeof size);
    mlops__free(opaque, p, size + SIZE_ROOM);
}

static ZSTD_customMem memory_of(const mlops__host *host) {
    ZSTD_customMem out = {give, take, (void *)(uintptr_t)&host->allocator};
    return out;
}

void mlops__codec_init(mlops__codec *self, const mlops__host *host) {
    *self = (mlops__codec){.host = host};
    mlops__buf_init(&self->soft, &host->allocator);
    mlops__buf_init(&self->hard, &host->allocator);
}

void mlops__codec_free(mlops__codec *self) {
    ZSTD_freeCCtx(self->packer);
    ZSTD_freeDCtx(self->unpacker);
    mlops__buf_free(&self->soft);
    mlops__buf_free(&self->hard);
}

mlops_status mlops__codec_pack(mlops__codec *self, mlops__buf *out, const uint8_t *bytes, size_t n,
                               mlops_error *err) {
    size_t room = n - n / 32, before = out->size;
    if (!self->packer) {
        self->packer = ZSTD_createCCtx_advanced(memory_of(self->host));
        if (!self->packer) return mlops__fail_nomem(err, sizeof(void *));
        ZSTD_CCtx_setParameter(self->packer, ZSTD_c_compressionLevel, LEVEL);
    }
    uint8_t *place = mlops__buf_extend(out, room ? room : 1);
    if (!place) return mlops__fail_nomem(err, room);
    size_t size = ZSTD_compress2(self->packer, place, room, bytes, n);
    out->size = ZSTD_isError(size) ? before : before + size;
    if (!ZSTD_isError(size)) return MLOPS_OK;
    if (ZSTD_getErrorCode(size) != ZSTD_error_memory_allocation) return MLOPS_END;
    return mlops__fail_nomem(err, n);
}

mlops_status mlops__codec_unpack(mlops__codec *self, void *out, size_t size, const uint8_t *packed,
                                 size_t n, mlops_error *err) {
    if (!self->unpacker) self->unpacker = ZSTD_createDCtx_advanced(memory_of(self->host));
    if (!self->unpacker) return mlops__fail_nomem(err, sizeof(void *));
    size_t got = ZSTD_decompressDCtx(self->unpacker, out, size, packed, n);
    if (!ZSTD_isError(got) && got == size) return MLOPS_OK;
    if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
        return mlops__fail_nomem(err, size);
    return mlops__fail(err, MLOPS_E_CORRUPT, "a chunk does not unpack to its %zu bytes", size);
}

#else

void mlops__codec_init(mlops__codec *self, const mlops__host *host) {
    *self = (mlops__codec){.host = host};
    mlops__buf_init(&self->soft, &host->allocator);
    mlops__buf_init(&self->hard, &host->allocator);
}

void mlops__codec_free(mlops__codec *self) {
    mlops__buf_free(&self->soft);
    mlops__buf_free(&self->hard);
}

mlops_status mlops__codec_pack(mlops__codec *self, mlops__buf *out, const uint8_t *bytes, size_t n,
                               mlops_error *err) {
    (void)self, (void)out, (void)bytes, (void)n, (void)err;
    return MLOPS_END;
}

mlops_status mlops__codec_unpack(mlops__codec *self, void *out, size_t size, const uint8_t *packed,
                                 size_t n, mlops_error *err) {
    (void)self, (void)out, (void)size, (void)packed, (void)n;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "content is packed by zstd, which this build lacks");
}

#endif
