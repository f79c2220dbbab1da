/* Texts of a line each: definitions of features, expectations.
 *
 * Owns nothing. Invariant: a line ends with its line end and nowhere else; # begins a comment but
 * inside of quotes, of which the same line holds both.
 */
#include "expr/expr.h"

#include <string.h>

/* Bytes of a line in front of its comment. */
static size_t before_comment(const char *line, size_t n) {
    char quote = 0;
    for (size_t i = 0; i < n; i++) {
        char c = line[i];
        if (quote) quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"' || c == '`') quote = c;
        else if (c == '#') return i;
    }
    return n;
}

static int is_blank(const char *line, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (line[i] != ' ' && (line[i] < '\t' || line[i] > '\r')) return 0;
    return 1;
}

mlops_status mlops__expr_next_line(mlops__expr_lines *self, size_t *start, size_t *n) {
    while (self->next < self->n) {
        const char *line = self->text + self->next;
        size_t left = self->n - self->next;
        const char *newline = memchr(line, '\n', left);
        size_t length = newline ? (size_t)(newline - line) : left;
        *start = self->next;
        *n = before_comment(line, length);
        self->next += length + (newline != NULL);
        if (!is_blank(line, *n)) return MLOPS_OK;
    }
    return MLOPS_END;
}

mlops_status mlops__expr_fail_line(const mlops__expr_lines *self, const char *what,
                                   mlops_status code, size_t offset, mlops_error *err,
                                   const char *format, ...) {
    char message[400];
    va_list args;
    int64_t line = 1, column = 1;
    va_start(args, format);
    mlops__vformat(message, sizeof message, format, args);
    va_end(args);
    for (size_t i = 0; i < offset; i++) {
        uint8_t next = i + 1 < self->n ? (uint8_t)self->text[i + 1] : 0;
        if (self->text[i] == '\n') {
            line++;
            column = 1;
        } else column += (next & 0xc0) != 0x80;
    }
    return mlops__fail_at(err, code, line, column, (int64_t)offset,
                          "%s, line %lld, column %lld: %s", what, (long long)line,
                          (long long)column, message);
}
