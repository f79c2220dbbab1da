/* Compression of content. The only way to zstd. */
#ifndef MLOPS_STORE_CODEC_H
#define MLOPS_STORE_CODEC_H

#include "base/buf.h"
#include "sys/host.h"

/* Appends the n bytes as one zstd frame that says its size. MLOPS_END if that would not be smaller
 * by a thirty-second, or if this build has no zstd: then nothing was appended. */
mlops_status mlops__codec_pack(mlops__buf *out, const mlops__host *host, const uint8_t *bytes,
                               size_t n);

/* Fills out, which has just the size that was packed. MLOPS_E_CORRUPT if the frame does not. */
mlops_status mlops__codec_unpack(const mlops__host *host, void *out, size_t size,
                                 const uint8_t *packed, size_t n, mlops_error *err);

#endif
