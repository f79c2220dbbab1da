/* Compression of content. The only way to zstd. */
#ifndef MLOPS_STORE_CODEC_H
#define MLOPS_STORE_CODEC_H

#include "base/buf.h"
#include "sys/host.h"

/* What zstd works in, made when it is first needed; one thread at a time. */
typedef struct mlops__codec {
    const mlops__host *host;
    void *packer, *unpacker;
    mlops__buf soft, hard; /* of store/chunk.h */
} mlops__codec;

void mlops__codec_init(mlops__codec *self, const mlops__host *host);
void mlops__codec_free(mlops__codec *self);

/* Appends the n bytes as one zstd frame that says its size. MLOPS_END if that would not be smaller
 * by a thirty-second, or if this build has no zstd: then nothing was appended. MLOPS_E_NOMEM */
mlops_status mlops__codec_pack(mlops__codec *self, mlops__buf *out, const uint8_t *bytes, size_t n,
                               mlops_error *err);

/* Fills out, which has just the size that was packed. MLOPS_E_CORRUPT if the frame does not. */
mlops_status mlops__codec_unpack(mlops__codec *self, void *out, size_t size, const uint8_t *packed,
                                 size_t n, mlops_error *err);

#endif
