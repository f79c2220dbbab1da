/* Bounded reading of bytes, independent of alignment and byte order.
 *
 * Owns no memory. Invariant: offset <= size; after a failure every read yields zeros and the offset
 * stays. Freestanding: part of the firmware build.
 */
#include "base/cursor.h"

#include <string.h>

void mlops__cursor_init(mlops__cursor *self, const void *data, size_t size) {
    *self = (mlops__cursor){data, size, 0, 0};
}

const uint8_t *mlops__cursor_take(mlops__cursor *self, size_t n) {
    if (self->failed || n > mlops__cursor_left(self)) {
        self->failed = 1;
        return NULL;
    }
    if (n == 0) return self->data ? self->data + self->offset : NULL;
    const uint8_t *p = self->data + self->offset;
    self->offset += n;
    return p;
}

const uint8_t *mlops__cursor_array(mlops__cursor *self, uint64_t n, size_t size) {
    if (n > mlops__cursor_left(self) / size) {
        self->failed = 1;
        return NULL;
    }
    return mlops__cursor_take(self, (size_t)n * size);
}

mlops__cursor mlops__cursor_slice(const mlops__cursor *self, uint64_t offset, uint64_t n) {
    mlops__cursor part = {self->data, 0, 0, 1};
    if (self->failed || offset > self->size || n > self->size - offset) return part;
    mlops__cursor_init(&part, self->data ? self->data + offset : NULL, (size_t)n);
    return part;
}

int mlops__cursor_peek(const mlops__cursor *self) {
    return self->failed || self->offset == self->size ? -1 : self->data[self->offset];
}

static uint64_t take_le(mlops__cursor *self, size_t n) {
    const uint8_t *p = mlops__cursor_take(self, n);
    uint64_t value = 0;
    for (size_t i = 0; p && i < n; i++) value |= (uint64_t)p[i] << (8 * i);
    return value;
}

uint64_t mlops__cursor_be(mlops__cursor *self, size_t n) {
    const uint8_t *p = mlops__cursor_take(self, n);
    uint64_t value = 0;
    for (size_t i = 0; p && i < n; i++) value = value << 8 | p[i];
    return value;
}

uint64_t mlops__cursor_varint(mlops__cursor *self) {
    uint64_t out = 0;
    for (int shift = 0; shift < 64; shift += 7) {
        unsigned byte = mlops__cursor_u8(self);
        if (shift == 63 && byte > 1) break;
        out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) return out;
    }
    self->failed = 1;
    return 0;
}

uint8_t mlops__cursor_u8(mlops__cursor *self) { return (uint8_t)take_le(self, 1); }

uint16_t mlops__cursor_u16(mlops__cursor *self) { return (uint16_t)take_le(self, 2); }

uint32_t mlops__cursor_u32(mlops__cursor *self) { return (uint32_t)take_le(self, 4); }

uint64_t mlops__cursor_u64(mlops__cursor *self) { return take_le(self, 8); }

int64_t mlops__cursor_i64(mlops__cursor *self) { return (int64_t)take_le(self, 8); }

static float as_f32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double as_f64(uint64_t bits) {
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

float mlops__cursor_f32(mlops__cursor *self) { return as_f32(mlops__cursor_u32(self)); }

double mlops__cursor_f64(mlops__cursor *self) { return as_f64(mlops__cursor_u64(self)); }
