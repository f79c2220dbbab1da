/* The UBJSON reader.
 *
 * Owns its stack of open arrays and objects. Invariant: a count is never believed beyond the bytes
 * that are left (items of a typed array whose type takes no bytes are refused), so that no loop is
 * longer than the input; every error carries the offset of the item at fault.
 */
#include "model/build/ubjson.h"

#include "text/utf8.h"

#include <string.h>

static mlops__ubjson *of(mlops__source *base) { return (mlops__ubjson *)base; }

static mlops_status ubjson_fail(mlops__source *base, mlops_status code, const char *message) {
    return mlops__fail_at(base->err, code, 0, 0, (int64_t)of(base)->place, "UBJSON: %s", message);
}

static mlops_status corrupt(mlops__ubjson *self, const char *message) {
    return ubjson_fail(&self->base, MLOPS_E_CORRUPT, message);
}

static mlops_status cut_short(mlops__ubjson *self) {
    return mlops__fail_at(self->base.err, MLOPS_E_CORRUPT, 0, 0, (int64_t)self->in.offset,
                          "UBJSON: the file ends inside an item; it is cut short");
}

static size_t width_of(uint8_t type) {
    switch (type) {
    case 'i':
    case 'U': return 1;
    case 'I': return 2;
    case 'l':
    case 'd': return 4;
    case 'L':
    case 'D': return 8;
    default: return 0;
    }
}

static int64_t sign_extend(uint64_t bits, size_t width) {
    uint64_t top = (uint64_t)1 << (8 * width - 1);
    return (int64_t)((bits ^ top) - top);
}

static double real_of(uint64_t bits, uint8_t type) {
    if (type == 'D') {
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    uint32_t half = (uint32_t)bits;
    float value;
    memcpy(&value, &half, sizeof value);
    return (double)value;
}

/* Reads the number of a type with a width. */
static mlops_status read_number(mlops__ubjson *self, uint8_t type) {
    size_t width = width_of(type);
    uint64_t bits = mlops__cursor_be(&self->in, width);
    if (self->in.failed) return cut_short(self);
    self->type = type;
    self->integer = type == 'U' ? (int64_t)bits : sign_extend(bits, width);
    if (type == 'd' || type == 'D') self->real = real_of(bits, type);
    self->base.event = MLOPS__EVENT_NUMBER;
    return MLOPS_OK;
}

/* A length or count: an integer with its type in front. */
static mlops_status read_count(mlops__ubjson *self, uint64_t *out) {
    uint8_t type = mlops__cursor_u8(&self->in);
    if (self->in.failed) return cut_short(self);
    if (width_of(type) == 0 || type == 'd' || type == 'D')
        return corrupt(self, "a length is not an integer");
    MLOPS_TRY(read_number(self, type));
    if (self->integer < 0) return corrupt(self, "a length is negative");
    *out = (uint64_t)self->integer;
    return MLOPS_OK;
}

static mlops_status read_text(mlops__ubjson *self, mlops__event event) {
    uint64_t n = 0;
    MLOPS_TRY(read_count(self, &n));
    const uint8_t *text = mlops__cursor_array(&self->in, n, 1);
    if (!text) return cut_short(self);
    if (mlops__utf8_check(text, (size_t)n) != n) return corrupt(self, "a text is not UTF-8");
    self->base.text = (const char *)text;
    self->base.n = (size_t)n;
    self->base.event = event;
    return MLOPS_OK;
}

/* What may stand behind an opening bracket: "$" type, and "#" count, without which no type. */
static mlops_status read_shape(mlops__ubjson *self, mlops__ubjson_frame *frame) {
    if (mlops__cursor_peek(&self->in) == '$') {
        mlops__cursor_u8(&self->in);
        frame->type = mlops__cursor_u8(&self->in);
        if (self->in.failed) return cut_short(self);
        if (mlops__cursor_peek(&self->in) != '#')
            return corrupt(self, "a container has a type, but no count");
    }
    if (mlops__cursor_peek(&self->in) != '#') return MLOPS_OK;
    mlops__cursor_u8(&self->in);
    MLOPS_TRY(read_count(self, &frame->left));
    frame->counted = 1;
    if (frame->type && !frame->object && !width_of(frame->type) && !strchr("CSH[{", frame->type))
        return corrupt(self, "a typed array of items that take no bytes");
    if (frame->left > mlops__cursor_left(&self->in))
        return corrupt(self, "a count is larger than what is left of the file; it is cut short");
    size_t width = width_of(frame->type);
    if (width && frame->left > mlops__cursor_left(&self->in) / width)
        return corrupt(self, "a count is larger than what is left of the file; it is cut short");
    return MLOPS_OK;
}

static mlops_status open_container(mlops__ubjson *self, int object) {
    if (self->depth == MLOPS__UBJSON_DEPTH) return corrupt(self, "nested deeper than 64 levels");
    mlops__ubjson_frame frame = {0, 0, 0, (uint8_t)object, 0};
    MLOPS_TRY(read_shape(self, &frame));
    self->stack[self->depth++] = frame;
    self->base.event = object ? MLOPS__EVENT_OBJECT : MLOPS__EVENT_ARRAY;
    return MLOPS_OK;
}

static mlops_status read_char(mlops__ubjson *self) {
    const uint8_t *text = mlops__cursor_take(&self->in, 1);
    if (!text) return cut_short(self);
    if (*text > 127) return corrupt(self, "a character is not ASCII");
    self->base.text = (const char *)text;
    self->base.n = 1;
    self->base.event = MLOPS__EVENT_STRING;
    return MLOPS_OK;
}

static mlops_status read_value(mlops__ubjson *self, uint8_t type) {
    if (width_of(type)) return read_number(self, type);
    switch (type) {
    case 'Z': self->base.event = MLOPS__EVENT_NULL; return MLOPS_OK;
    case 'T': self->base.event = MLOPS__EVENT_TRUE; return MLOPS_OK;
    case 'F': self->base.event = MLOPS__EVENT_FALSE; return MLOPS_OK;
    case 'S': return read_text(self, MLOPS__EVENT_STRING);
    case 'C': return read_char(self);
    case '[': return open_container(self, 0);
    case '{': return open_container(self, 1);
    case 'H':
        return ubjson_fail(&self->base, MLOPS_E_UNSUPPORTED, "a high-precision number (type H)");
    default: return corrupt(self, "an unknown type of item");
    }
}

/* The type of the item that follows; no-ops are passed over. */
static mlops_status read_type(mlops__ubjson *self, uint8_t *type) {
    do {
        self->place = self->in.offset;
        *type = mlops__cursor_u8(&self->in);
    } while (*type == 'N' && !self->in.failed);
    return self->in.failed ? cut_short(self) : MLOPS_OK;
}

/* True if the innermost container ends here; its bracket is taken. */
static int ends_here(mlops__ubjson *self, const mlops__ubjson_frame *frame) {
    if (frame->named) return 0;
    if (frame->counted) return frame->left == 0;
    while (mlops__cursor_peek(&self->in) == 'N') mlops__cursor_u8(&self->in);
    self->place = self->in.offset;
    if (mlops__cursor_peek(&self->in) != (frame->object ? '}' : ']')) return 0;
    mlops__cursor_u8(&self->in);
    return 1;
}

static mlops_status next_inside(mlops__ubjson *self, mlops__ubjson_frame *frame) {
    if (ends_here(self, frame)) {
        self->base.event = frame->object ? MLOPS__EVENT_OBJECT_END : MLOPS__EVENT_ARRAY_END;
        self->depth--;
        return MLOPS_OK;
    }
    if (frame->object && !frame->named) {
        frame->named = 1;
        return read_text(self, MLOPS__EVENT_NAME);
    }
    frame->named = 0;
    if (frame->counted) frame->left--;
    uint8_t type = frame->type;
    if (!type) MLOPS_TRY(read_type(self, &type));
    return read_value(self, type);
}

static mlops_status ubjson_next(mlops__source *base) {
    mlops__ubjson *self = of(base);
    self->place = self->in.offset;
    if (self->depth) return next_inside(self, &self->stack[self->depth - 1]);
    if (!self->done) {
        uint8_t type;
        self->done = 1;
        MLOPS_TRY(read_type(self, &type));
        return read_value(self, type);
    }
    if (mlops__cursor_left(&self->in)) return corrupt(self, "bytes follow the end of the document");
    base->event = MLOPS__EVENT_END;
    return MLOPS_OK;
}

static void put_words(const uint8_t *from, size_t n, mlops__buf *out) {
    uint8_t *room = mlops__buf_extend(out, 4 * n);
    for (size_t i = 0; room && i < n; i++) {
        uint32_t word = mlops__load_u32(from + 4 * i);
        word = word >> 24 | (word >> 8 & 0xff00) | (word << 8 & 0xff0000) | word << 24;
        memcpy(room + 4 * i, &word, sizeof word);
    }
}

static void put_bytes(const uint8_t *from, size_t n, mlops__buf *out) {
    uint8_t *room = mlops__buf_extend(out, 4 * n);
    for (size_t i = 0; room && i < n; i++) {
        uint32_t word = from[i];
        memcpy(room + 4 * i, &word, sizeof word);
    }
}

/* A typed array, if it is of a type that XGBoost writes where 32 bits are meant. */
static void ubjson_take(mlops__source *base, mlops__items items, mlops__buf *out) {
    static const char *const types[] = {"iUIlLdD", "lU", "d"};
    mlops__ubjson *self = of(base);
    if (self->depth == 0) return;
    mlops__ubjson_frame *frame = &self->stack[self->depth - 1];
    if (frame->object || !frame->counted || !width_of(frame->type)) return;
    if (!strchr(types[items], frame->type)) return;
    size_t n = (size_t)frame->left;
    const uint8_t *data = mlops__cursor_array(&self->in, n, width_of(frame->type));
    frame->left = 0;
    if (items == MLOPS__ITEMS_NONE || n == 0) return;
    if (frame->type == 'U') put_bytes(data, n, out);
    else put_words(data, n, out);
}

static int ubjson_f32(const mlops__source *base, float *out) {
    const mlops__ubjson *self = (const mlops__ubjson *)base;
    int real = self->type == 'd' || self->type == 'D';
    *out = real ? (float)self->real : (float)self->integer;
    return 1;
}

static int ubjson_i64(const mlops__source *base, int64_t *out) {
    const mlops__ubjson *self = (const mlops__ubjson *)base;
    *out = self->integer;
    if (self->type != 'd' && self->type != 'D') return 1;
    if (!(self->real >= -0x1p53 && self->real <= 0x1p53)) return 0;
    *out = (int64_t)self->real;
    return (double)*out == self->real;
}

static const mlops__source_ops ubjson_ops = {ubjson_next, ubjson_f32, ubjson_i64, ubjson_fail,
                                             ubjson_take};

void mlops__ubjson_init(mlops__ubjson *self, const void *bytes, size_t n, mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->base = (mlops__source){&ubjson_ops, MLOPS__EVENT_NULL, NULL, 0, err};
    mlops__cursor_init(&self->in, bytes, n);
}
