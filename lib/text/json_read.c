/* JSON from memory, one event after the other.
 *
 * Owns its place in the text and the stack of open brackets; unescaped strings go to the caller's
 * arena. Invariant: offset <= size, depth <= MLOPS__JSON_DEPTH, and the events handed out so far
 * are the beginning of those of some valid document. After an error the reader stays where it is.
 */
#include "text/json.h"
#include "text/utf8.h"

#include <string.h>

typedef enum expectation {
    VALUE,
    VALUE_OR_END, /* behind '[' */
    NAME,
    NAME_OR_END,  /* behind '{' */
    COMMA_OR_END, /* behind a value in brackets */
    NOTHING       /* behind the document's value */
} expectation;

void mlops__json_init(mlops__json *self, const char *text, size_t n, mlops__arena *arena,
                      mlops_error *err) {
    *self = (mlops__json){0};
    self->data = text;
    self->size = n;
    self->arena = arena;
    self->err = err;
    self->expect = VALUE;
}

static mlops_status fail_v(mlops__json *self, mlops_status code, size_t offset, const char *format,
                           va_list args) {
    if (!self->err) return code;
    int64_t line = 1, column = 1;
    for (size_t i = 0; i < offset; i++) {
        uint8_t c = (uint8_t)self->data[i];
        if (c == '\n') line++, column = 1;
        else column += (c & 0xc0) != 0x80;
    }
    char text[sizeof self->err->message];
    mlops__vformat(text, sizeof text, format, args);
    return mlops__fail_at(self->err, code, line, column, (int64_t)offset,
                          "line %lld, column %lld: %s", (long long)line, (long long)column, text);
}

mlops_status mlops__json_fail(mlops__json *self, mlops_status code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mlops_status status = fail_v(self, code, self->token, format, args);
    va_end(args);
    return status;
}

static mlops_status corrupt(mlops__json *self, size_t offset, const char *format, ...)
    MLOPS__PRINTF(3, 4);

static mlops_status corrupt(mlops__json *self, size_t offset, const char *format, ...) {
    va_list args;
    va_start(args, format);
    mlops_status status = fail_v(self, MLOPS_E_CORRUPT, offset, format, args);
    va_end(args);
    return status;
}

/* "expected ..., found ...", at the token. */
static mlops_status unexpected(mlops__json *self, const char *expected) {
    if (self->token == self->size)
        return corrupt(self, self->token, "the text ends where %s is expected", expected);
    uint8_t c = (uint8_t)self->data[self->token];
    if (c > 0x20 && c < 0x7f)
        return corrupt(self, self->token, "'%c' stands where %s is expected", c, expected);
    return corrupt(self, self->token, "byte 0x%x stands where %s is expected", c, expected);
}

static int peek(const mlops__json *self, size_t offset) {
    return offset < self->size ? (uint8_t)self->data[offset] : -1;
}

static void skip_space(mlops__json *self) {
    size_t i = self->offset;
    while (i < self->size) {
        char c = self->data[i];
        if (c != ' ' && c != '\n' && c != '\t' && c != '\r') break;
        i++;
    }
    self->offset = self->token = i;
}

static int is_digit(int c) { return c >= '0' && c <= '9'; }

static size_t skip_digits(const mlops__json *self, size_t i) {
    while (i < self->size && is_digit(self->data[i])) i++;
    return i;
}

static int starts_with(const mlops__json *self, size_t offset, const char *word, size_t n) {
    return self->size - offset >= n && memcmp(self->data + offset, word, n) == 0;
}

static mlops_status end_number(mlops__json *self, size_t end, mlops__json_event *event) {
    self->text = self->data + self->token;
    self->n = end - self->token;
    self->offset = end;
    *event = MLOPS__JSON_NUMBER;
    return MLOPS_OK;
}

static mlops_status read_number(mlops__json *self, mlops__json_event *event) {
    size_t i = self->token + (self->data[self->token] == '-');
    if (starts_with(self, i, "Infinity", 8)) return end_number(self, i + 8, event);
    if (!is_digit(peek(self, i))) return corrupt(self, i, "a digit is expected behind '-'");
    int zero = self->data[i] == '0';
    size_t start = i;
    i = skip_digits(self, i);
    if (zero && i > start + 1) return corrupt(self, start, "a number begins with a needless 0");
    if (peek(self, i) == '.') {
        if (!is_digit(peek(self, i + 1)))
            return corrupt(self, i + 1, "a digit is expected behind '.'");
        i = skip_digits(self, i + 1);
    }
    int c = peek(self, i);
    if (c == 'e' || c == 'E') {
        c = peek(self, ++i);
        if (c == '+' || c == '-') c = peek(self, ++i);
        if (!is_digit(c)) return corrupt(self, i, "a digit is expected in the exponent");
        i = skip_digits(self, i);
    }
    return end_number(self, i, event);
}

/* Four hexadecimal digits at offset, or -1. */
static int32_t read_hex4(const mlops__json *self, size_t offset) {
    int32_t value = 0;
    for (size_t i = offset; i < offset + 4; i++) {
        int c = peek(self, i), lower = c | 0x20;
        if (is_digit(c)) value = value * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f') value = value * 16 + (lower - 'a' + 10);
        else return -1;
    }
    return value;
}

/* "\uXXXX" at *offset, or a pair of them for a code point beyond U+FFFF. */
static mlops_status read_unicode(mlops__json *self, size_t *offset, uint32_t *code) {
    size_t at = *offset;
    int32_t unit = read_hex4(self, at + 2);
    if (unit < 0) return corrupt(self, at, "four hexadecimal digits are expected behind \\u");
    *offset = at + 6;
    *code = (uint32_t)unit;
    if (unit < 0xd800 || unit > 0xdfff) return MLOPS_OK;
    int32_t low = unit < 0xdc00 && peek(self, at + 6) == '\\' && peek(self, at + 7) == 'u'
                      ? read_hex4(self, at + 8)
                      : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return corrupt(self, at, "\\u%x is half of a surrogate pair; its other half is missing",
                       (unsigned)unit);
    *offset = at + 12;
    *code = 0x10000 + (((uint32_t)unit - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    return MLOPS_OK;
}

static mlops_status read_escape(mlops__json *self, size_t *offset, uint8_t out[4], size_t *n) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    int c = peek(self, *offset + 1);
    if (c == 'u') {
        uint32_t code = 0;
        MLOPS_TRY(read_unicode(self, offset, &code));
        *n = mlops__utf8_write(out, code);
        return MLOPS_OK;
    }
    const char *p = c > 0 ? memchr(from, c, sizeof from - 1) : NULL;
    if (!p) return corrupt(self, *offset, "no such escape in a string");
    out[0] = (uint8_t)to[p - from];
    *n = 1;
    *offset += 2;
    return MLOPS_OK;
}

/* Unescapes [begin, end), whose end is a quote, into the arena. */
static mlops_status unescape(mlops__json *self, size_t begin, size_t end) {
    uint8_t *out = mlops__arena_alloc(self->arena, end - begin); /* an escape never grows */
    if (!out) return mlops__fail_nomem(self->err, end - begin);
    size_t n = 0;
    for (size_t i = begin; i < end;) {
        if (self->data[i] != '\\') {
            out[n++] = (uint8_t)self->data[i++];
            continue;
        }
        size_t length = 0;
        uint8_t bytes[4];
        MLOPS_TRY(read_escape(self, &i, bytes, &length));
        memcpy(out + n, bytes, length);
        n += length;
    }
    self->text = (const char *)out;
    self->n = n;
    return MLOPS_OK;
}

/* Offset of the quote that ends the string which begins at begin; size if there is none or a
 * control character stands before it. */
static size_t find_quote(const mlops__json *self, size_t begin, int *escaped, int *wide) {
    uint8_t all = 0;
    size_t i = begin;
    *escaped = 0;
    for (; i < self->size; i++) {
        uint8_t c = (uint8_t)self->data[i];
        if (c == '"' || c < 0x20) break;
        all |= c;
        if (c != '\\') continue;
        *escaped = 1;
        if (peek(self, i + 1) >= 0x20) i++; /* passes over \" */
    }
    *wide = all >= 0x80 || *escaped;
    return i < self->size ? i : self->size;
}

static mlops_status read_string(mlops__json *self) {
    int escaped, wide;
    size_t begin = self->token + 1, end = find_quote(self, begin, &escaped, &wide);
    if (end == self->size) return corrupt(self, self->token, "a string has no closing '\"'");
    if (self->data[end] != '"')
        return corrupt(self, end, "byte 0x%x must be escaped in a string",
                       (unsigned)(uint8_t)self->data[end]);
    if (wide) {
        size_t valid = mlops__utf8_check(self->data + begin, end - begin);
        if (valid < end - begin) return corrupt(self, begin + valid, "a string is no valid UTF-8");
    }
    self->text = self->data + begin;
    self->n = end - begin;
    if (escaped) MLOPS_TRY(unescape(self, begin, end));
    self->offset = end + 1;
    return MLOPS_OK;
}

static mlops_status read_word(mlops__json *self, const char *word, mlops__json_event kind,
                              mlops__json_event *event) {
    size_t n = strlen(word);
    if (!starts_with(self, self->token, word, n)) return unexpected(self, "a value");
    self->text = self->data + self->token;
    self->n = n;
    self->offset += n;
    *event = kind;
    return MLOPS_OK;
}

static mlops_status open_bracket(mlops__json *self, char c, mlops__json_event *event) {
    if (self->depth == MLOPS__JSON_DEPTH)
        return corrupt(self, self->token, "brackets nest deeper than %d levels", MLOPS__JSON_DEPTH);
    self->stack[self->depth++] = (uint8_t)c;
    self->offset++;
    self->expect = c == '[' ? VALUE_OR_END : NAME_OR_END;
    *event = c == '[' ? MLOPS__JSON_ARRAY : MLOPS__JSON_OBJECT;
    return MLOPS_OK;
}

static void end_value(mlops__json *self) { self->expect = self->depth ? COMMA_OR_END : NOTHING; }

static mlops_status close_bracket(mlops__json *self, mlops__json_event *event) {
    *event = self->stack[--self->depth] == '[' ? MLOPS__JSON_ARRAY_END : MLOPS__JSON_OBJECT_END;
    self->offset++;
    end_value(self);
    return MLOPS_OK;
}

static mlops_status read_value(mlops__json *self, mlops__json_event *event) {
    int c = peek(self, self->token);
    if (c == '[' || c == '{') return open_bracket(self, (char)c, event);
    mlops_status status;
    if (is_digit(c) || c == '-') status = read_number(self, event);
    else if (c == '"') status = read_string(self), *event = MLOPS__JSON_STRING;
    else if (c == 'n') status = read_word(self, "null", MLOPS__JSON_NULL, event);
    else if (c == 't') status = read_word(self, "true", MLOPS__JSON_TRUE, event);
    else if (c == 'f') status = read_word(self, "false", MLOPS__JSON_FALSE, event);
    else if (c == 'N') status = read_word(self, "NaN", MLOPS__JSON_NUMBER, event);
    else if (c == 'I') status = read_word(self, "Infinity", MLOPS__JSON_NUMBER, event);
    else return unexpected(self, "a value");
    if (!status) end_value(self);
    return status;
}

static mlops_status read_name(mlops__json *self, mlops__json_event *event) {
    if (peek(self, self->token) != '"') return unexpected(self, "a name in quotes");
    MLOPS_TRY(read_string(self));
    size_t token = self->token;
    skip_space(self);
    if (peek(self, self->token) != ':') {
        self->offset = token; /* the name comes again, and so does the error */
        return unexpected(self, "':'");
    }
    self->offset++;
    self->token = token;
    self->expect = VALUE;
    *event = MLOPS__JSON_NAME;
    return MLOPS_OK;
}

mlops_status mlops__json_next(mlops__json *self, mlops__json_event *event) {
    skip_space(self);
    int c = peek(self, self->token);
    int array = self->depth && self->stack[self->depth - 1] == '[';
    int closes = self->depth && c == (array ? ']' : '}');
    switch ((expectation)self->expect) {
    case VALUE_OR_END:
    case NAME_OR_END:
        if (closes) return close_bracket(self, event);
        break;
    case COMMA_OR_END:
        if (closes) return close_bracket(self, event);
        if (c != ',') return unexpected(self, array ? "',' or ']'" : "',' or '}'");
        self->offset++;
        self->expect = array ? VALUE : NAME;
        skip_space(self);
        break;
    case NOTHING:
        if (c >= 0) return unexpected(self, "the end of the text");
        *event = MLOPS__JSON_END;
        return MLOPS_OK;
    case VALUE:
    case NAME: break;
    }
    if (self->expect == VALUE || self->expect == VALUE_OR_END) return read_value(self, event);
    return read_name(self, event);
}

mlops_status mlops__json_skip(mlops__json *self) {
    int depth = self->depth;
    do {
        mlops__json_event event;
        MLOPS_TRY(mlops__json_next(self, &event));
        if (event == MLOPS__JSON_END) return MLOPS_OK;
    } while (self->depth > depth || self->expect == VALUE);
    return MLOPS_OK;
}

void mlops__json_pass(mlops__json *self, size_t n) {
    self->offset += n;
    end_value(self);
}

int mlops__json_is(const mlops__json *self, const char *text) {
    return strlen(text) == self->n && memcmp(text, self->text, self->n) == 0;
}
