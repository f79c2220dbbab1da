/* YAML, line by line.
 *
 * Owns nothing. Invariants: the keys above a line are those of lesser columns, so that no line is
 * taken for a part of what it does not stand in; lines that go on belong to the value before them.
 */
#include "text/yaml.h"

#include "text/utf8.h"

#include <string.h>

void mlops__yaml_init(mlops__yaml *self, const void *text, size_t n, mlops__arena *arena,
                      mlops_error *err) {
    memset(self, 0, sizeof *self);
    mlops__cursor_init(&self->text, text, n);
    self->arena = arena;
    self->err = err;
    self->next = 1;
}

mlops_status mlops__yaml_fail(mlops__yaml *self, const char *format, ...) {
    char text[256];
    va_list args;
    va_start(args, format);
    mlops__vformat(text, sizeof text, format, args);
    va_end(args);
    return mlops__fail_at(self->err, MLOPS_E_CORRUPT, self->line, 0, -1, "line %lld: %s",
                          (long long)self->line, text);
}

/* ---- lines ---- */

typedef struct yaml_line {
    const char *text; /* without its end, and blanks in front of that */
    size_t n, indent;
} yaml_line;

static size_t rest_of_line(const mlops__yaml *self) {
    const uint8_t *at = self->text.data + self->text.offset;
    size_t left = mlops__cursor_left(&self->text);
    const uint8_t *end = left ? memchr(at, '\n', left) : NULL;
    return end ? (size_t)(end - at) + 1 : left;
}

static void measure(const mlops__yaml *self, yaml_line *out) {
    out->text = (const char *)self->text.data + self->text.offset;
    out->n = rest_of_line(self);
    while (out->n && strchr(" \r\n", out->text[out->n - 1]) && out->text[out->n - 1]) out->n--;
    out->indent = 0;
    while (out->indent < out->n && out->text[out->indent] == ' ') out->indent++;
}

static int is_blank(const yaml_line *line) {
    if (line->indent == line->n || line->text[line->indent] == '#') return 1;
    return line->n == 3 && (!memcmp(line->text, "---", 3) || !memcmp(line->text, "...", 3));
}

static void pass_line(mlops__yaml *self) {
    mlops__cursor_take(&self->text, rest_of_line(self));
    self->next++;
}

/* Lines that go deeper than the key of a value belong to the value. */
static void pass_more(mlops__yaml *self, size_t column) {
    yaml_line line;
    while (mlops__cursor_left(&self->text)) {
        measure(self, &line);
        if (line.indent < line.n && line.indent <= column) return;
        if (line.indent < line.n) self->n = (size_t)(line.text + line.n - self->value);
        pass_line(self);
    }
}

/* ---- keys ---- */

/* Bytes of the scalar in quotes at the begin; 0: it has no end. */
static size_t quoted(const char *text, size_t n) {
    char quote = text[0];
    for (size_t i = 1; i < n; i++) {
        if (quote == '"' && text[i] == '\\') i++;
        else if (text[i] == quote && quote == '\'' && i + 1 < n && text[i + 1] == quote) i++;
        else if (text[i] == quote) return i + 1;
    }
    return 0;
}

/* Bytes of the key that text begins with, without its colon; n: it is none. */
static size_t key_size(const char *text, size_t n) {
    size_t at = *text == '"' || *text == '\'' ? quoted(text, n) : 0;
    if (at == 0 && (*text == '"' || *text == '\'' || *text == '{' || *text == '[')) return n;
    for (; at < n; at++) {
        if (text[at] == ':' && (at + 1 == n || text[at + 1] == ' ')) return at;
        if (text[at] == '#' && at && text[at - 1] == ' ') return n;
    }
    return n;
}

/* Takes a comment off the end of the first line of a value. */
static void set_value(mlops__yaml *self, const char *text, size_t n) {
    while (n && *text == ' ') text++, n--;
    int is_quoted = n && (*text == '"' || *text == '\'');
    size_t at = is_quoted ? quoted(text, n) : 0;
    if (is_quoted && at == 0) at = n; /* it goes on */
    for (; at < n; at++)
        if (text[at] == '#' && (at == 0 || text[at - 1] == ' ')) n = at;
    while (n && text[n - 1] == ' ') n--;
    self->value = text;
    self->n = n;
}

static mlops_status push_key(mlops__yaml *self, const char *text, size_t n) {
    if (self->depth == MLOPS__YAML_DEPTH) return mlops__yaml_fail(self, "goes too deep");
    mlops__yaml_key *key = &self->keys[self->depth++];
    key->column = self->column;
    self->value = text;
    self->n = n;
    return mlops__yaml_text(self, &key->name);
}

static void pop_to(mlops__yaml *self, size_t column) {
    while (self->depth && self->keys[self->depth - 1].column >= column) self->depth--;
}

static mlops_status take_line(mlops__yaml *self, const yaml_line *line) {
    const char *text = line->text + line->indent;
    size_t n = line->n - line->indent;
    self->column = line->indent;
    self->is_item = self->is_key = 0;
    while (n && *text == '-' && (n == 1 || text[1] == ' ')) {
        pop_to(self, self->column + !self->is_item); /* a list may stand under its own key */
        self->is_item = 1;
        do text++, n--, self->column++;
        while (n && *text == ' ');
    }
    if (!self->is_item) pop_to(self, self->column);
    size_t size = n ? key_size(text, n) : 0;
    if (n == 0 || size == n) {
        if (!self->is_item) return mlops__yaml_fail(self, "is neither a key nor an item");
        set_value(self, text, n);
        if (n) pass_more(self, line->indent);
        return MLOPS_OK;
    }
    self->is_key = 1;
    MLOPS_TRY(push_key(self, text, size));
    set_value(self, text + size + 1, n - size - 1);
    if (self->n) pass_more(self, self->column);
    return MLOPS_OK;
}

mlops_status mlops__yaml_next(mlops__yaml *self) {
    yaml_line line;
    for (;;) {
        if (!mlops__cursor_left(&self->text)) return MLOPS_END;
        self->line = self->next;
        measure(self, &line);
        pass_line(self);
        if (is_blank(&line)) continue;
        if (line.text[line.indent] == '\t') return mlops__yaml_fail(self, "is indented by a tab");
        return take_line(self, &line);
    }
}

/* ---- texts ---- */

static int hex_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Of so many digits; -1 if they are none, or no character. */
static int64_t code_of(const char *digits, size_t n, size_t left) {
    int64_t code = n > left ? -1 : 0;
    for (size_t i = 0; i < n && code >= 0; i++) {
        int digit = hex_of(digits[i]);
        code = digit < 0 ? -1 : code * 16 + digit;
    }
    return code > 0x10ffff || (code >= 0xd800 && code < 0xe000) ? -1 : code;
}

/* What stands behind a backslash: how many bytes of it were taken; 0: it is unknown. */
static size_t unescape(const char *text, size_t left, char *out, size_t *n) {
    static const char names[] = "\\\"/ntr0 ", codes[] = "\\\"/\n\t\r\0 ";
    size_t digits = !left ? 0 : *text == 'x' ? 2 : *text == 'u' ? 4 : *text == 'U' ? 8 : 0;
    if (digits) {
        int64_t code = code_of(text + 1, digits, left - 1);
        if (code < 0) return 0;
        *n += mlops__utf8_write((uint8_t *)out + *n, (uint32_t)code);
        return digits + 1;
    }
    const char *found = left && *text ? strchr(names, *text) : NULL;
    if (!found) return 0;
    out[(*n)++] = codes[found - names];
    return 1;
}

/* Where a text goes on behind the end of a line at i: in its last blank. */
static size_t fold(const char *text, size_t n, size_t i, char *out, size_t *to) {
    while (*to && strchr(" \r", out[*to - 1]) && out[*to - 1]) --*to;
    out[(*to)++] = ' ';
    while (i + 1 < n && text[i + 1] == ' ') i++;
    return i;
}

/* Without its quotes; no longer than it was. */
static mlops_status read_quoted(mlops__yaml *self, char *out, size_t *n) {
    const char *text = self->value;
    size_t end = quoted(text, self->n);
    if (end == 0 || end != self->n)
        return mlops__yaml_fail(self, "quotes that do not end where the value does");
    for (size_t i = 1; i < end - 1; i++) {
        if (text[i] == '\n') {
            i = fold(text, end - 1, i, out, n);
            continue;
        }
        if (*text == '"' && text[i] == '\\' && text[i + 1] == '\n') {
            for (i++; text[i + 1] == ' ';) i++;
            continue;
        }
        if (*text == '\'' && text[i] == '\'') i++;
        if (*text == '\'' || text[i] != '\\') {
            out[(*n)++] = text[i];
            continue;
        }
        size_t taken = unescape(text + i + 1, end - 2 - i, out, n);
        if (!taken) return mlops__yaml_fail(self, "an escape that is not known");
        i += taken;
    }
    return MLOPS_OK;
}

/* Lines are joined by a blank. */
static void read_plain(const mlops__yaml *self, char *out, size_t *n) {
    for (size_t i = 0; i < self->n; i++) {
        if (self->value[i] != '\n') {
            out[(*n)++] = self->value[i];
            continue;
        }
        i = fold(self->value, self->n, i, out, n);
    }
}

mlops_status mlops__yaml_text(mlops__yaml *self, const char **out) {
    size_t n = 0;
    *out = NULL;
    if (self->n && strchr("{[|>&*!%@`", *self->value) && *self->value)
        return mlops__yaml_fail(self, "a value that is no plain or quoted text");
    char *text = mlops__arena_alloc(self->arena, self->n + 1);
    if (!text) return mlops__fail_nomem(self->err, self->n);
    if (self->n && (*self->value == '"' || *self->value == '\''))
        MLOPS_TRY(read_quoted(self, text, &n));
    else read_plain(self, text, &n);
    if (memchr(text, 0, n) || mlops__utf8_check(text, n) < n)
        return mlops__yaml_fail(self, "a text that is no UTF-8");
    *out = text;
    return MLOPS_OK;
}
