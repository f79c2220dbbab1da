/* Growing and fixed byte buffers, little-endian.
 *
 * Owns the memory of a growing buffer. Invariant: size <= cap for a growing buffer; a fixed one
 * counts beyond cap with status MLOPS_E_ARENA and writes nothing there.
 */
#include "base/buf.h"

#include <string.h>

void mlops__buf_init(mlops__buf *self, const mlops_allocator *allocator) {
    *self = (mlops__buf){allocator, NULL, 0, 0, MLOPS_OK};
}

void mlops__buf_init_fixed(mlops__buf *self, void *data, size_t cap) {
    *self = (mlops__buf){NULL, data, 0, cap, MLOPS_OK};
}

void mlops__buf_free(mlops__buf *self) {
    if (self->allocator) mlops__free(self->allocator, self->data, self->cap);
    self->data = NULL;
    self->size = self->cap = 0;
}

static int resize(mlops__buf *self, size_t cap) {
    void *data = self->data ? self->allocator->realloc(self->allocator->ctx, self->data, self->cap,
                                                       cap, MLOPS__ALIGN)
                            : mlops__alloc(self->allocator, cap);
    if (!data) return 0;
    self->data = data;
    self->cap = cap;
    return 1;
}

static int grow(mlops__buf *self, size_t needed) {
    size_t cap = self->cap ? self->cap : 256;
    while (cap < needed) cap = cap > SIZE_MAX / 2 ? needed : cap * 2;
    return resize(self, cap);
}

uint8_t *mlops__buf_detach(mlops__buf *self) {
    if (self->size == 0 || (self->size < self->cap && !resize(self, self->size))) return NULL;
    uint8_t *data = self->data;
    mlops__buf_init(self, self->allocator);
    return data;
}

uint8_t *mlops__buf_extend(mlops__buf *self, size_t n) {
    size_t needed;
    if (!mlops__add(self->size, n, &needed)) self->status = MLOPS_E_NOMEM;
    if (self->status == MLOPS_E_NOMEM) return NULL;
    if (needed > self->cap && !self->allocator) self->status = MLOPS_E_ARENA;
    if (needed > self->cap && self->allocator && !grow(self, needed)) {
        self->status = MLOPS_E_NOMEM;
        return NULL;
    }
    uint8_t *p = self->status ? NULL : self->data + self->size;
    self->size = needed;
    return p;
}

void mlops__buf_put(mlops__buf *self, const void *bytes, size_t n) {
    uint8_t *p = n ? mlops__buf_extend(self, n) : NULL;
    if (p) memcpy(p, bytes, n);
}

void mlops__buf_zero(mlops__buf *self, size_t n) {
    uint8_t *p = n ? mlops__buf_extend(self, n) : NULL;
    if (p) memset(p, 0, n);
}

static void put_le(mlops__buf *self, uint64_t value, size_t n) {
    uint8_t bytes[8];
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> (8 * i));
    mlops__buf_put(self, bytes, n);
}

void mlops__buf_u8(mlops__buf *self, uint8_t value) { put_le(self, value, 1); }

void mlops__buf_u16(mlops__buf *self, uint16_t value) { put_le(self, value, 2); }

void mlops__buf_u32(mlops__buf *self, uint32_t value) { put_le(self, value, 4); }

void mlops__buf_u64(mlops__buf *self, uint64_t value) { put_le(self, value, 8); }

void mlops__buf_i64(mlops__buf *self, int64_t value) { put_le(self, (uint64_t)value, 8); }

void mlops__buf_f32(mlops__buf *self, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    mlops__buf_u32(self, bits);
}

void mlops__buf_f64(mlops__buf *self, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    mlops__buf_u64(self, bits);
}

void mlops__buf_varint(mlops__buf *self, uint64_t value) {
    for (; value > 127; value >>= 7) mlops__buf_u8(self, (uint8_t)(value | 128));
    mlops__buf_u8(self, (uint8_t)value);
}

void mlops__buf_text(mlops__buf *self, const char *text) {
    mlops__buf_put(self, text, strlen(text));
}

void mlops__buf_format(mlops__buf *self, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    size_t n = mlops__vformat(text, sizeof text, format, args);
    uint8_t *p = n ? mlops__buf_extend(self, n) : NULL;
    if (p && n < sizeof text) memcpy(p, text, n);
    else if (p) mlops__vformat_bytes((char *)p, n, format, args);
    va_end(args);
}

void mlops__buf_align(mlops__buf *self, size_t align) {
    mlops__buf_zero(self, (align - self->size % align) % align);
}

mlops_status mlops__buf_finish_text(mlops__buf *self, size_t *needed) {
    size_t n = self->size;
    if (needed) *needed = n;
    if (self->status == MLOPS_E_NOMEM) return self->status;
    if (!self->data) return MLOPS_OK;
    mlops__buf_u8(self, 0);
    if (self->status && self->cap) self->data[0] = 0;
    return self->status;
}
