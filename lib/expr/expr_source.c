/* The text of an expression: places in it, stretches of it for messages, and what a name may hold.
 *
 * Owns the tables of characters and keywords. Invariant: columns count characters and offsets
 * bytes, and what is shown of a text is one line of whole characters.
 */
#include "expr/expr_tree.h"

#include <string.h>

static int is_inside(char byte) { return ((uint8_t)byte & 0xc0) == 0x80; }

mlops_status mlops__expr_fail(const mlops__expr_source *self, mlops_status code, size_t offset,
                              const char *format, ...) {
    if (!self->err) return code;
    char message[sizeof self->err->message];
    va_list args;
    va_start(args, format);
    mlops__vformat(message, sizeof message, format, args);
    va_end(args);
    for (char *p = message; *p; p++)
        if ((uint8_t)*p < ' ') *p = ' '; /* of names and texts that it shows */
    const char *text = self->whole ? self->whole : self->text;
    size_t before = self->whole ? self->at : 0, n = before + self->n;
    int64_t line = 1, column = 1;
    offset += before;
    for (size_t i = 0; i < offset && i < n; i++) {
        if (text[i] == '\n') {
            line++;
            column = 1;
        } else if (i + 1 == n || !is_inside(text[i + 1])) column++;
    }
    const char *what = self->what ? self->what : "", *comma = self->what ? ", " : "";
    if (line > 1 || self->whole)
        return mlops__fail_at(self->err, code, line, column, (int64_t)offset,
                              "%s%sline %lld, column %lld: %s", what, comma, (long long)line,
                              (long long)column, message);
    return mlops__fail_at(self->err, code, line, column, (int64_t)offset, "%s%scolumn %lld: %s",
                          what, comma, (long long)column, message);
}

int mlops__expr_cut(const char *text, size_t n) {
    enum { MOST = 80 };
    if (n <= MOST) return (int)n;
    n = MOST;
    while (n > 0 && is_inside(text[n])) n--;
    return (int)n;
}

const char *mlops__expr_show(const mlops__expr_source *self, char out[MLOPS__EXPR_SHOWN],
                             size_t start, size_t end) {
    static const char dots[] = "...";
    size_t room = MLOPS__EXPR_SHOWN - sizeof dots, n = end - start;
    int cut = n > room;
    if (cut) {
        n = room;
        while (n > 0 && is_inside(self->text[start + n])) n--;
    }
    memcpy(out, self->text + start, n);
    for (size_t i = 0; i < n; i++)
        if ((uint8_t)out[i] < ' ') out[i] = ' ';
    memcpy(out + n, cut ? dots : "", cut ? sizeof dots : 1);
    return out;
}

size_t mlops__expr_character(const char *text, uint32_t *code) {
    const uint8_t *p = (const uint8_t *)text;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t value = p[0] & masks[n];
    for (size_t i = 1; i < n; i++) value = value << 6 | (p[i] & 0x3f);
    *code = value;
    return n;
}

typedef struct range {
    uint32_t low;
    uint32_t high;
} range;

/* What a name of XML 1.0 (fifth edition) may begin with beyond ASCII, and what may only follow. */
static const range beginnings[] = {
    {0xc0, 0xd6},     {0xd8, 0xf6},     {0xf8, 0x2ff},    {0x370, 0x37d},
    {0x37f, 0x1fff},  {0x200c, 0x200d}, {0x2070, 0x218f}, {0x2c00, 0x2fef},
    {0x3001, 0xd7ff}, {0xf900, 0xfdcf}, {0xfdf0, 0xfffd}, {0x10000, 0xeffff},
};
static const range followers[] = {{0xb7, 0xb7}, {0x300, 0x36f}, {0x203f, 0x2040}};

static int is_among(const range *ranges, size_t n, uint32_t code) {
    for (size_t i = 0; i < n; i++)
        if (code >= ranges[i].low && code <= ranges[i].high) return 1;
    return 0;
}

int mlops__expr_starts_name(uint32_t code) {
    if (code < 0x80)
        return (code >= 'a' && code <= 'z') || (code >= 'A' && code <= 'Z') || code == '_';
    return is_among(beginnings, sizeof beginnings / sizeof beginnings[0], code);
}

int mlops__expr_goes_on_name(uint32_t code) {
    if (mlops__expr_starts_name(code) || (code >= '0' && code <= '9')) return 1;
    return is_among(followers, sizeof followers / sizeof followers[0], code);
}

static const char *const keywords[] = {"",      "and", "or",   "not",  "in",   "like",
                                       "ilike", "is",  "null", "true", "false"};

static int is_same_word(const char *word, const char *text, size_t n) {
    for (size_t i = 0; i < n; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] | 0x20) : text[i];
        if (word[i] != c) return 0; /* at the latest at word's NUL */
    }
    return word[n] == 0;
}

mlops__expr_keyword mlops__expr_keyword_of(const char *text, size_t n) {
    for (int i = WORD_AND; i <= WORD_FALSE; i++)
        if (is_same_word(keywords[i], text, n)) return (mlops__expr_keyword)i;
    return WORD_NONE;
}

const char *mlops__expr_type_word(mlops_type type) {
    switch (type) {
    case MLOPS_TYPE_BOOL: return "a condition";
    case MLOPS_TYPE_STRING: return "text";
    default: return "a number";
    }
}
