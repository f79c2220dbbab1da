/* zstd at its fastest level, over the host's allocator.
 *
 * Owns nothing. Invariants: a frame says its size and carries no checksum, since frames of packs
 * have a guard; each block that zstd asks for has its size in front of it, since zstd gives back
 * without one.
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

mlops_status mlops__codec_pack(mlops__buf *out, const mlops__host *host, const uint8_t *bytes,
                               size_t n) {
    size_t room = n - n / 32, before = out->size;
    ZSTD_CCtx *context = ZSTD_createCCtx_advanced(memory_of(host));
    if (!context) return MLOPS_E_NOMEM;
    uint8_t *place = mlops__buf_extend(out, room ? room : 1);
    size_t size = 0;
    if (place) {
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, LEVEL);
        size = ZSTD_compress2(context, place, room, bytes, n);
    }
    ZSTD_freeCCtx(context);
    if (!place) return MLOPS_E_NOMEM;
    if (ZSTD_isError(size)) {
        out->size = before;
        return ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation ? MLOPS_E_NOMEM : MLOPS_END;
    }
    out->size = before + size;
    return MLOPS_OK;
}

mlops_status mlops__codec_unpack(const mlops__host *host, void *out, size_t size,
                                 const uint8_t *packed, size_t n, mlops_error *err) {
    ZSTD_DCtx *context = ZSTD_createDCtx_advanced(memory_of(host));
    if (!context) return mlops__fail_nomem(err, sizeof(void *));
    size_t got = ZSTD_decompressDCtx(context, out, size, packed, n);
    ZSTD_freeDCtx(context);
    if (!ZSTD_isError(got) && got == size) return MLOPS_OK;
    if (ZSTD_isError(got) && ZSTD_getErrorCode(got) == ZSTD_error_memory_allocation)
        return mlops__fail_nomem(err, size);
    return mlops__fail(err, MLOPS_E_CORRUPT, "a chunk does not unpack to its %zu bytes", size);
}

#else

mlops_status mlops__codec_pack(mlops__buf *out, const mlops__host *host, const uint8_t *bytes,
                               size_t n) {
    (void)out, (void)host, (void)bytes, (void)n;
    return MLOPS_END;
}

mlops_status mlops__codec_unpack(const mlops__host *host, void *out, size_t size,
                                 const uint8_t *packed, size_t n, mlops_error *err) {
    (void)host, (void)out, (void)size, (void)packed, (void)n;
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "content is packed by zstd, which this build lacks");
}

#endif
