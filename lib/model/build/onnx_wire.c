/* Protobuf's encoding, read in place.
 *
 * Owns nothing. Invariant: what a field gives lies inside its message, and the cursor moves on with
 * every field, so that reading ends.
 */
#include "model/build/onnx_wire.h"

#include <string.h>

enum { FIELD_MAX = (1 << 29) - 1 };

void mlops__wire_init(mlops__wire *self, const char *what, const void *bytes, size_t n,
                      mlops_error *err) {
    memset(self, 0, sizeof *self);
    mlops__cursor_init(&self->in, bytes, n);
    self->what = what;
    self->err = err;
}

mlops_status mlops__wire_fail(const mlops__wire *self, mlops_status code, const char *format, ...) {
    char message[400];
    va_list args;
    va_start(args, format);
    mlops__vformat(message, sizeof message, format, args);
    va_end(args);
    return mlops__fail_at(self->err, code, 0, 0, (int64_t)self->offset, "%s", message);
}

static mlops_status cut(const mlops__wire *self) {
    return mlops__wire_fail(self, MLOPS_E_CORRUPT,
                            "field %u of %s is cut short: %zu byte%s left of the message",
                            self->field, self->what, mlops__cursor_left(&self->in),
                            mlops__plural((int64_t)mlops__cursor_left(&self->in)));
}

static mlops_status read_bytes(mlops__wire *self) {
    uint64_t n = mlops__cursor_varint(&self->in);
    if (self->in.failed) return cut(self);
    if (n > mlops__cursor_left(&self->in))
        return mlops__wire_fail(
            self, MLOPS_E_CORRUPT, "field %u of %s has %llu bytes, but its message only %zu more",
            self->field, self->what, (unsigned long long)n, mlops__cursor_left(&self->in));
    self->n = (size_t)n;
    self->data = mlops__cursor_take(&self->in, self->n);
    return MLOPS_OK;
}

mlops_status mlops__wire_next(mlops__wire *self) {
    if (mlops__cursor_left(&self->in) == 0) return MLOPS_END;
    self->offset = self->origin + self->in.offset;
    uint64_t key = mlops__cursor_varint(&self->in);
    if (self->in.failed || key >> 3 == 0 || key >> 3 > FIELD_MAX)
        return mlops__wire_fail(self, MLOPS_E_CORRUPT,
                                "expected a field of %s here, found no key of one", self->what);
    self->field = (uint32_t)(key >> 3);
    self->type = (mlops__wire_type)(key & 7);
    switch (self->type) {
    case MLOPS__WIRE_VARINT: self->bits = mlops__cursor_varint(&self->in); break;
    case MLOPS__WIRE_64: self->bits = mlops__cursor_u64(&self->in); break;
    case MLOPS__WIRE_32: self->bits = mlops__cursor_u32(&self->in); break;
    case MLOPS__WIRE_BYTES: return read_bytes(self);
    default:
        return mlops__wire_fail(self, MLOPS_E_CORRUPT,
                                "field %u of %s has wire type %u, which ONNX does not use",
                                self->field, self->what, (unsigned)(key & 7));
    }
    return self->in.failed ? cut(self) : MLOPS_OK;
}

static mlops_status mistyped(const mlops__wire *self, const char *what, const char *expected) {
    return mlops__wire_fail(self, MLOPS_E_CORRUPT, "%s of %s has wire type %u; expected %s", what,
                            self->what, (unsigned)self->type, expected);
}

mlops_status mlops__wire_bytes(const mlops__wire *self, const char *what) {
    return self->type == MLOPS__WIRE_BYTES ? MLOPS_OK : mistyped(self, what, "2 (bytes)");
}

mlops_status mlops__wire_message(const mlops__wire *self, const char *what, mlops__wire *out) {
    MLOPS_TRY(mlops__wire_bytes(self, what));
    if (self->depth >= MLOPS__WIRE_DEPTH)
        return mlops__wire_fail(self, MLOPS_E_LIMIT, "messages nest deeper than %d",
                                MLOPS__WIRE_DEPTH);
    mlops__wire_init(out, what, self->data, self->n, self->err);
    out->external = self->external;
    out->origin = self->origin + self->in.offset - self->n;
    out->offset = self->offset;
    out->depth = self->depth + 1;
    return MLOPS_OK;
}

mlops_status mlops__wire_i64(const mlops__wire *self, const char *what, int64_t *out) {
    if (self->type != MLOPS__WIRE_VARINT) return mistyped(self, what, "0 (a whole number)");
    *out = (int64_t)self->bits;
    return MLOPS_OK;
}

static size_t size_of(mlops__wire_type type) { return type == MLOPS__WIRE_32 ? 4 : 8; }

mlops_status mlops__wire_count(const mlops__wire *self, const char *what, mlops__wire_type type,
                               size_t *out) {
    *out = 1;
    if (self->type == type) return MLOPS_OK;
    if (self->type != MLOPS__WIRE_BYTES) return mistyped(self, what, "2 (packed) or its own");
    if (type != MLOPS__WIRE_VARINT) {
        *out = self->n / size_of(type);
        if (self->n % size_of(type) == 0) return MLOPS_OK;
        return mlops__wire_fail(self, MLOPS_E_CORRUPT, "%s of %s: %zu bytes are no whole numbers",
                                what, self->what, self->n);
    }
    mlops__cursor in;
    mlops__cursor_init(&in, self->data, self->n);
    for (*out = 0; mlops__cursor_left(&in) && !in.failed; ++*out) (void)mlops__cursor_varint(&in);
    if (!in.failed) return MLOPS_OK;
    return mlops__wire_fail(self, MLOPS_E_CORRUPT,
                            "%s of %s is cut, or longer than 10 bytes, at "
                            "value %zu",
                            what, self->what, *out - 1);
}

void mlops__wire_values(const mlops__wire *self, mlops__wire_type type, void *out) {
    uint8_t *p = out;
    uint32_t narrow = (uint32_t)self->bits;
    mlops__cursor in;
    if (self->type == MLOPS__WIRE_32 && type == MLOPS__WIRE_32) {
        memcpy(p, &narrow, sizeof narrow);
    } else if (self->type == type) {
        memcpy(p, &self->bits, sizeof self->bits);
    } else {
        mlops__cursor_init(&in, self->data, self->n);
        for (; mlops__cursor_left(&in) && !in.failed; p += size_of(type)) {
            uint64_t wide = type == MLOPS__WIRE_VARINT ? mlops__cursor_varint(&in) : 0;
            if (type == MLOPS__WIRE_64) wide = mlops__cursor_u64(&in);
            if (type == MLOPS__WIRE_32) narrow = mlops__cursor_u32(&in);
            if (type == MLOPS__WIRE_32) memcpy(p, &narrow, sizeof narrow);
            else memcpy(p, &wide, sizeof wide);
        }
    }
}
