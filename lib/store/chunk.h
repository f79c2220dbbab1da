/* Chunks as they are stored in frames of packs. */
#ifndef MLOPS_STORE_CHUNK_H
#define MLOPS_STORE_CHUNK_H

#include "store/codec.h"
#include "store/pack.h"

enum { MLOPS__CHUNK_UNPLACED = -1 /* bytes that are no part of content as it is */ };

/* Appends the bytes in as few as they take, and says how. at: where they begin in their content,
 * which tells numbers in it. MLOPS_E_NOMEM */
mlops_status mlops__chunk_pack(mlops__codec *codec, mlops__buf *out, const uint8_t *bytes, size_t n,
                               int64_t at, mlops__pack_codec *how, mlops_error *err);

/* Fills out, which has the frame's size. MLOPS_E_CORRUPT */
mlops_status mlops__chunk_unpack(mlops__codec *codec, const mlops__pack_frame *frame,
                                 const uint8_t *payload, uint8_t *out, mlops_error *err);

#endif
