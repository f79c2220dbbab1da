/* JSON onto a buffer.
 *
 * Owns nothing but its level. Invariant: whatever strings and numbers come in, what goes out is
 * RFC 8259 in UTF-8; bytes that are no UTF-8 become U+FFFD. Errors stick in the buffer.
 */
#include "text/json.h"
#include "text/number.h"
#include "text/utf8.h"

#include <string.h>

void mlops__json_writer_init(mlops__json_writer *self, mlops__buf *out, int indent) {
    memset(self, 0, sizeof *self);
    self->out = out;
    self->indent = indent;
}

static void new_line(mlops__json_writer *self) {
    if (!self->indent) return;
    mlops__buf_u8(self->out, '\n');
    for (int i = 0; i < self->depth * self->indent; i++) mlops__buf_u8(self->out, ' ');
}

/* What stands before a value or a name: a comma and a line, unless a name is before it. */
static void begin(mlops__json_writer *self) {
    if (self->named) {
        self->named = 0;
        return;
    }
    if (self->filled[self->depth]) mlops__buf_u8(self->out, ',');
    self->filled[self->depth] = 1;
    if (self->depth) new_line(self);
}

void mlops__json_open(mlops__json_writer *self, char bracket) {
    begin(self);
    mlops__buf_u8(self->out, (uint8_t)bracket);
    if (self->depth + 1 >= MLOPS__JSON_DEPTH) {
        self->out->status = MLOPS_E_INVALID; /* no level is left: the caller's fault */
        return;
    }
    self->filled[++self->depth] = 0;
}

void mlops__json_close(mlops__json_writer *self, char bracket) {
    int filled = self->filled[self->depth];
    if (self->depth) self->depth--;
    if (filled) new_line(self);
    mlops__buf_u8(self->out, (uint8_t)bracket);
}

static void put_escape(mlops__buf *out, uint8_t c) {
    static const char from[] = "\"\\\n\r\t\b\f", to[] = "\"\\nrtbf";
    const char *short_form = memchr(from, c, sizeof from - 1);
    if (short_form) {
        uint8_t text[2] = {'\\', (uint8_t)to[short_form - from]};
        mlops__buf_put(out, text, sizeof text);
        return;
    }
    static const char hex[] = "0123456789abcdef";
    uint8_t text[6] = {'\\', 'u', '0', '0', (uint8_t)hex[c >> 4], (uint8_t)hex[c & 15]};
    mlops__buf_put(out, text, sizeof text);
}

/* text is valid UTF-8. */
static void put_valid(mlops__buf *out, const char *text, size_t n) {
    size_t start = 0;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)text[i];
        if (c >= 0x20 && c != '"' && c != '\\') continue;
        mlops__buf_put(out, text + start, i - start);
        put_escape(out, c);
        start = i + 1;
    }
    mlops__buf_put(out, text + start, n - start);
}

static void put_string(mlops__buf *out, const char *text, size_t n) {
    mlops__buf_u8(out, '"');
    while (n) {
        size_t valid = mlops__utf8_check(text, n);
        put_valid(out, text, valid);
        if (valid < n) mlops__buf_text(out, "\xef\xbf\xbd"), valid++;
        text += valid;
        n -= valid;
    }
    mlops__buf_u8(out, '"');
}

void mlops__json_name(mlops__json_writer *self, const char *name) {
    begin(self);
    put_string(self->out, name, strlen(name));
    mlops__buf_text(self->out, self->indent ? ": " : ":");
    self->named = 1;
}

void mlops__json_string(mlops__json_writer *self, const char *text) {
    mlops__json_string_n(self, text, strlen(text));
}

void mlops__json_string_n(mlops__json_writer *self, const char *text, size_t n) {
    begin(self);
    put_string(self->out, text, n);
}

void mlops__json_f64(mlops__json_writer *self, double value) {
    if (value - value != 0) {
        mlops__json_null(self);
        return;
    }
    char text[MLOPS__NUMBER_MAX];
    mlops__json_raw(self, text, mlops__format_f64(text, value));
}

void mlops__json_i64(mlops__json_writer *self, int64_t value) {
    begin(self);
    mlops__buf_format(self->out, "%lld", (long long)value);
}

void mlops__json_bool(mlops__json_writer *self, int value) {
    if (value) mlops__json_raw(self, "true", 4);
    else mlops__json_raw(self, "false", 5);
}

void mlops__json_null(mlops__json_writer *self) { mlops__json_raw(self, "null", 4); }

void mlops__json_raw(mlops__json_writer *self, const char *json, size_t n) {
    begin(self);
    mlops__buf_put(self->out, json, n);
}

void mlops__json_put_f64(mlops__json_writer *self, const char *name, double value) {
    mlops__json_name(self, name);
    mlops__json_f64(self, value);
}

void mlops__json_put_i64(mlops__json_writer *self, const char *name, int64_t value) {
    mlops__json_name(self, name);
    mlops__json_i64(self, value);
}

void mlops__json_put_text(mlops__json_writer *self, const char *name, const char *value) {
    mlops__json_name(self, name);
    mlops__json_string(self, value);
}
