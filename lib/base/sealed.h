/* The frame around bytes of one state: magic and version (u32 each) ahead of them, the CRC-32 of
 * all of that behind. Later versions keep it. Little-endian.
 */
#ifndef MLOPS_BASE_SEALED_H
#define MLOPS_BASE_SEALED_H

#include "base/buf.h"
#include "base/cursor.h"

enum { MLOPS__SEAL = 12 /* bytes of the frame */ };

/* Puts the state, always the same bytes. */
typedef void mlops__sealed_put(const void *self, mlops__buf *out);

/* Writes the frame and what put puts. needed (nullable) becomes the size; bytes NULL asks for no
 * more. MLOPS_E_ARENA if cap is too small: nothing is written then. */
mlops_status mlops__sealed_save(const void *self, mlops__sealed_put *put, uint32_t magic,
                                uint32_t version, void *bytes, size_t cap, size_t *needed);

/* in becomes what stands inside. MLOPS_E_CORRUPT for bytes of another kind or damaged ones,
 * MLOPS_E_UNSUPPORTED for another version. */
mlops_status mlops__sealed_open(mlops__cursor *in, const void *bytes, size_t n, uint32_t magic,
                                uint32_t version);

/* For a state inside of another: puts the u32 size and makes room for as many bytes; NULL where the
 * size alone is asked for, and on overflow. */
uint8_t *mlops__sealed_room(mlops__buf *out, size_t n);

/* Puts u32 size and what save, a verb (self, bytes, cap, needed), writes of a state. */
#define MLOPS__SEALED_PUT(out, save, state)                                                        \
    do {                                                                                           \
        size_t size_ = 0;                                                                          \
        (void)save(state, NULL, 0, &size_);                                                        \
        uint8_t *at_ = mlops__sealed_room(out, size_);                                             \
        if (at_) (void)save(state, at_, size_, NULL);                                              \
    } while (0)

#endif
