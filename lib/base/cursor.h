/* The one way in which decoders read bytes: a cursor that knows its end.
 *
 * Errors stick: a read beyond the end returns zeros and sets failed, and offset stays where it
 * happened. Numbers are little-endian unless the name says otherwise, and unaligned.
 */
#ifndef MLOPS_BASE_CURSOR_H
#define MLOPS_BASE_CURSOR_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct mlops__cursor {
    const uint8_t *data;
    size_t size;
    size_t offset; /* <= size */
    int failed;
} mlops__cursor;

void mlops__cursor_init(mlops__cursor *self, const void *data, size_t size);

static inline size_t mlops__cursor_left(const mlops__cursor *self) {
    return self->size - self->offset;
}

/* The next n bytes, or NULL (failed) if fewer are left. */
const uint8_t *mlops__cursor_take(mlops__cursor *self, size_t n);

/* n items of the given size, or NULL (failed) if they are not all there or n * size overflows. */
const uint8_t *mlops__cursor_array(mlops__cursor *self, uint64_t n, size_t size);

/* A second cursor over [offset, offset + n) of all the data; failed if that is not inside. */
mlops__cursor mlops__cursor_slice(const mlops__cursor *self, uint64_t offset, uint64_t n);

/* The next byte without moving on, or -1 at the end. */
int mlops__cursor_peek(const mlops__cursor *self);

uint8_t mlops__cursor_u8(mlops__cursor *self);
uint16_t mlops__cursor_u16(mlops__cursor *self);
uint32_t mlops__cursor_u32(mlops__cursor *self);
uint64_t mlops__cursor_u64(mlops__cursor *self);
int64_t mlops__cursor_i64(mlops__cursor *self);
float mlops__cursor_f32(mlops__cursor *self);
double mlops__cursor_f64(mlops__cursor *self);
uint64_t mlops__cursor_be(mlops__cursor *self, size_t n); /* n <= 8 bytes, big-endian */

/* LEB128: seven bits a byte, the lowest first; the top bit says that more follow. */
uint64_t mlops__cursor_varint(mlops__cursor *self);

/* Single loads from memory that is known to be there: one instruction each, where they are. */
static inline uint16_t mlops__load_u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
static inline uint32_t mlops__load_u32(const uint8_t *p) {
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

static inline uint64_t mlops__load_u64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, sizeof value);
    return value;
}
#else
static inline uint32_t mlops__load_u32(const uint8_t *p) {
    return (uint32_t)mlops__load_u16(p) | (uint32_t)mlops__load_u16(p + 2) << 16;
}

static inline uint64_t mlops__load_u64(const uint8_t *p) {
    return (uint64_t)mlops__load_u32(p) | (uint64_t)mlops__load_u32(p + 4) << 32;
}
#endif

static inline float mlops__load_f32(const uint8_t *p) {
    uint32_t bits = mlops__load_u32(p);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline double mlops__load_f64(const uint8_t *p) {
    uint64_t bits = mlops__load_u64(p);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Single stores into memory that has room: one instruction each, where they are. */
static inline void mlops__store_u16(uint8_t *p, uint16_t value) {
    p[0] = (uint8_t)value;
    p[1] = (uint8_t)(value >> 8);
}

static inline void mlops__store_u32(uint8_t *p, uint32_t value) {
    mlops__store_u16(p, (uint16_t)value);
    mlops__store_u16(p + 2, (uint16_t)(value >> 16));
}

static inline void mlops__store_u64(uint8_t *p, uint64_t value) {
    mlops__store_u32(p, (uint32_t)value);
    mlops__store_u32(p + 4, (uint32_t)(value >> 32));
}

#endif
