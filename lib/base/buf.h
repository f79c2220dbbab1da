/* A growing run of bytes over a given allocator, or a fixed one over the caller's memory.
 *
 * Errors stick: after a failure nothing more is written and status says why, so that writers need
 * one check at the end. A fixed buffer counts on (size grows, nothing is written beyond cap) and
 * reports MLOPS_E_ARENA: that is how sizes are asked for.
 */
#ifndef MLOPS_BASE_BUF_H
#define MLOPS_BASE_BUF_H

#include "base/alloc.h"
#include "base/fail.h"

typedef struct mlops__buf {
    const mlops_allocator *allocator; /* NULL: fixed */
    uint8_t *data;
    size_t size;
    size_t cap;
    mlops_status status;
} mlops__buf;

void mlops__buf_init(mlops__buf *self, const mlops_allocator *allocator);
void mlops__buf_init_fixed(mlops__buf *self, void *data, size_t cap);
void mlops__buf_free(mlops__buf *self); /* no-op for a fixed one */

/* The bytes of a growing buffer, as an allocation of size bytes that the caller frees; NULL if it
 * is empty or memory is out. */
uint8_t *mlops__buf_detach(mlops__buf *self);

/* Makes room for n bytes, appends them uninitialised and returns them; NULL on failure. A fixed
 * buffer that is too small returns NULL too, and counts n. */
uint8_t *mlops__buf_extend(mlops__buf *self, size_t n);

void mlops__buf_put(mlops__buf *self, const void *bytes, size_t n);
void mlops__buf_zero(mlops__buf *self, size_t n);
void mlops__buf_u8(mlops__buf *self, uint8_t value);
void mlops__buf_u16(mlops__buf *self, uint16_t value); /* little-endian, as all of them */
void mlops__buf_u32(mlops__buf *self, uint32_t value);
void mlops__buf_u64(mlops__buf *self, uint64_t value);
void mlops__buf_i64(mlops__buf *self, int64_t value);
void mlops__buf_varint(mlops__buf *self, uint64_t value); /* LEB128 */
void mlops__buf_f32(mlops__buf *self, float value);
void mlops__buf_f64(mlops__buf *self, double value);
void mlops__buf_text(mlops__buf *self, const char *text); /* without its NUL */
void mlops__buf_format(mlops__buf *self, const char *format, ...) MLOPS__PRINTF(2, 3);

/* Zeroes up to the next multiple of align. */
void mlops__buf_align(mlops__buf *self, size_t align);

/* Ends a text that a caller asked for in (text, cap): writes the NUL, sets *needed (nullable) to
 * the length, and returns MLOPS_E_ARENA with an empty text if it did not fit. text may be NULL if
 * cap is 0: then MLOPS_OK, since only the size was asked for. self is a fixed buffer over them. */
mlops_status mlops__buf_finish_text(mlops__buf *self, size_t *needed);

#endif
