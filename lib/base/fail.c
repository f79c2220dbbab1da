/* Messages: a small formatter that needs no libc, and the functions that fill a mlops_error.
 *
 * Owns the text conversions of messages. Invariant: what is written ends in NUL, never exceeds its
 * room, and is never cut inside a UTF-8 sequence; nor is a text that a precision cuts.
 * Freestanding: part of the firmware build.
 */
#include "base/fail.h"

#include <string.h>

typedef struct sink {
    char *out;
    size_t cap;
    size_t n; /* length of the whole, written or not */
} sink;

static void put(sink *self, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++, self->n++)
        if (self->n + 1 < self->cap) self->out[self->n] = text[i];
}

static void put_u64(sink *self, uint64_t value, uint32_t base) {
    char digits[20];
    size_t n = sizeof digits;
    do {
        digits[--n] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value);
    put(self, digits + n, sizeof digits - n);
}

static void put_i64(sink *self, int64_t value) {
    if (value < 0) put(self, "-", 1);
    put_u64(self, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10);
}

typedef enum width { WIDTH_INT, WIDTH_LONG, WIDTH_LONG_LONG, WIDTH_SIZE } width;

static const char *read_width(const char *p, width *out) {
    *out = WIDTH_INT;
    if (*p == 'z') return *out = WIDTH_SIZE, p + 1;
    if (*p != 'l') return p;
    *out = WIDTH_LONG;
    if (p[1] != 'l') return p + 1;
    return *out = WIDTH_LONG_LONG, p + 2;
}

/* va_list is passed by pointer to a struct, since it may be an array type. */
typedef struct arguments {
    va_list list;
} arguments;

static int64_t next_signed(arguments *args, width w) {
    if (w == WIDTH_LONG) return va_arg(args->list, long);
    if (w == WIDTH_LONG_LONG) return va_arg(args->list, long long);
    if (w == WIDTH_SIZE) return (int64_t)va_arg(args->list, size_t);
    return va_arg(args->list, int);
}

static uint64_t next_unsigned(arguments *args, width w) {
    if (w == WIDTH_LONG) return va_arg(args->list, unsigned long);
    if (w == WIDTH_LONG_LONG) return va_arg(args->list, unsigned long long);
    if (w == WIDTH_SIZE) return va_arg(args->list, size_t);
    return va_arg(args->list, unsigned);
}

/* The first n bytes of a text, less a UTF-8 sequence that they cut. */
static size_t whole_part(const char *text, size_t n) {
    size_t start = n;
    while (start > 0 && ((uint8_t)text[start - 1] & 0xc0) == 0x80) start--;
    if (start > 0 && ((uint8_t)text[start - 1] & 0x80)) start--;
    if (start == n) return n;
    uint8_t lead = (uint8_t)text[start];
    size_t needs = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
    return needs > n - start ? start : n;
}

static void put_string(sink *self, arguments *args, int precision) {
    const char *text = va_arg(args->list, const char *);
    if (!text) text = "(null)";
    size_t n = 0;
    while ((precision < 0 || n < (size_t)precision) && text[n]) n++;
    put(self, text, precision < 0 ? n : whole_part(text, n));
}

/* Converts what stands behind a '%' and returns where the format goes on. */
static const char *convert(sink *self, const char *p, arguments *args) {
    int precision = -1;
    if (p[0] == '.' && p[1] == '*') {
        precision = va_arg(args->list, int);
        p += 2;
    }
    width w;
    p = read_width(p, &w);
    char c = '%';
    switch (*p) {
    case 's': put_string(self, args, precision); break;
    case 'd':
    case 'i': put_i64(self, next_signed(args, w)); break;
    case 'u': put_u64(self, next_unsigned(args, w), 10); break;
    case 'x': put_u64(self, next_unsigned(args, w), 16); break;
    case 'c':
        c = (char)va_arg(args->list, int);
        put(self, &c, 1);
        break;
    default: put(self, &c, 1); break;
    }
    return *p ? p + 1 : p;
}

/* Ends the text at a whole character: a cut sequence at the end is dropped. */
static void terminate(sink *self) {
    if (self->cap == 0) return;
    size_t end = self->n < self->cap - 1 ? self->n : self->cap - 1;
    if (end < self->n) end = whole_part(self->out, end);
    self->out[end] = 0;
}

static void expand(sink *self, const char *format, va_list list) {
    arguments args;
    va_copy(args.list, list);
    while (*format) {
        size_t n = 0;
        while (format[n] && format[n] != '%') n++;
        put(self, format, n);
        format += n;
        if (*format) format = convert(self, format + 1, &args);
    }
    va_end(args.list);
}

size_t mlops__vformat(char *out, size_t cap, const char *format, va_list list) {
    sink self = {out, cap, 0};
    expand(&self, format, list);
    terminate(&self);
    return self.n;
}

void mlops__vformat_bytes(char *out, size_t n, const char *format, va_list list) {
    sink self = {out, n + 1, 0}; /* the NUL that it leaves room for is never written */
    expand(&self, format, list);
}

size_t mlops__format(char *out, size_t cap, const char *format, ...) {
    va_list args;
    va_start(args, format);
    size_t n = mlops__vformat(out, cap, format, args);
    va_end(args);
    return n;
}

static void fill(mlops_error *err, mlops_status code, const char *format, va_list args) {
    memset(err, 0, sizeof *err);
    err->code = code;
    err->offset = -1;
    mlops__vformat(err->message, sizeof err->message, format, args);
}

mlops_status mlops__fail(mlops_error *err, mlops_status code, const char *format, ...) {
    if (!err) return code;
    va_list args;
    va_start(args, format);
    fill(err, code, format, args);
    va_end(args);
    return code;
}

static int32_t place(int64_t value) { return value > INT32_MAX ? INT32_MAX : (int32_t)value; }

mlops_status mlops__fail_at(mlops_error *err, mlops_status code, int64_t line, int64_t column,
                            int64_t offset, const char *format, ...) {
    if (!err) return code;
    va_list args;
    va_start(args, format);
    fill(err, code, format, args);
    va_end(args);
    err->line = place(line);
    err->column = place(column);
    err->offset = offset;
    return code;
}

mlops_status mlops__fail_nomem(mlops_error *err, size_t size) {
    return mlops__fail(err, MLOPS_E_NOMEM, "out of memory: the allocator refused %zu bytes", size);
}
