/* Tokens: numbers, strings, names with their quotes, keywords and operators.
 *
 * Owns nothing but the hints for characters that are of no use. Invariant: the text is valid UTF-8
 * without NUL; a token's text is a copy in the arena; what cannot be a token is an error that says
 * what would be right.
 */
#include "expr/expr_tree.h"
#include "text/number.h"

#include <string.h>

typedef struct lexer {
    const mlops__expr_source *source;
    mlops__arena *arena;
    mlops__expr_token *token;
    size_t at;
} lexer;

static int peek(const lexer *self, size_t ahead) {
    size_t i = self->at + ahead;
    return i < self->source->n ? (uint8_t)self->source->text[i] : -1;
}

static int is_digit(int c) { return c >= '0' && c <= '9'; }

/* Length of the character that stands here if the test takes it, else 0. */
static size_t name_character(const lexer *self, int (*test)(uint32_t code)) {
    uint32_t code;
    if (peek(self, 0) < 0) return 0;
    size_t n = mlops__expr_character(self->source->text + self->at, &code);
    return test(code) ? n : 0;
}

/* A character that is no part of the language, and what may have been meant. */
static mlops_status stray(const lexer *self) {
    static const char *const hints[][2] = {
        {"\xe2\x80\x98", "text stands in straight quotes: '...'"},
        {"\xe2\x80\x99", "text stands in straight quotes: '...'"},
        {"\xe2\x80\x9c", "names stand in straight quotes: \"...\""},
        {"\xe2\x80\x9d", "names stand in straight quotes: \"...\""},
        {"\xe2\x89\xa4", "write <="},
        {"\xe2\x89\xa5", "write >="},
        {"\xe2\x89\xa0", "write !="},
        {"\xe2\x88\x92", "write -"},
        {"\xc3\x97", "write *"},
        {"\xc3\xb7", "write /"},
        {"\xc2\xa0", "write a plain blank"},
        {"&", "write and"},
        {"|", "write or"},
        {"!", "write not, or != for unequal"},
        {"^", "powers are left out: write x * x, sqrt(x), or exp(y * log(x))"},
        {";", "an expression ends with its text"},
        {"[", "lists stand in parentheses"},
        {"]", "lists stand in parentheses"},
    };
    uint32_t code;
    const char *p = self->source->text + self->at;
    size_t n = mlops__expr_character(p, &code);
    const char *hint = "names with other characters stand in `...`, text in '...'";
    for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
        if (strlen(hints[i][0]) == n && memcmp(hints[i][0], p, n) == 0) hint = hints[i][1];
    if (code < ' ')
        return mlops__expr_fail(self->source, MLOPS_E_PARSE, self->at,
                                "a control character (byte %u) cannot stand here", (unsigned)code);
    return mlops__expr_fail(self->source, MLOPS_E_PARSE, self->at, "%.*s cannot stand here; %s",
                            (int)n, p, hint);
}

static mlops_status read_number(lexer *self) {
    const char *text = self->source->text + self->at;
    size_t start = self->at;
    int whole = 1;
    while (is_digit(peek(self, 0))) self->at++;
    if (peek(self, 0) == '.') {
        whole = 0;
        self->at++;
        while (is_digit(peek(self, 0))) self->at++;
    }
    int sign = peek(self, 1) == '+' || peek(self, 1) == '-';
    if ((peek(self, 0) | 0x20) == 'e' && is_digit(peek(self, sign ? 2 : 1))) {
        whole = 0;
        self->at += sign ? 2 : 1;
        while (is_digit(peek(self, 0))) self->at++;
    }
    size_t n = self->at - start, stray_bytes = name_character(self, mlops__expr_goes_on_name);
    if (stray_bytes || peek(self, 0) == '.')
        return mlops__expr_fail(self->source, MLOPS_E_PARSE, self->at,
                                "%.*s cannot stand behind the number %.*s; a name that begins with "
                                "a digit stands in `...`",
                                stray_bytes ? (int)stray_bytes : 1, text + n,
                                mlops__expr_cut(text, n), text);
    self->token->kind = whole ? TOKEN_INT : TOKEN_REAL;
    if (!mlops__parse_f64(text, n, 0, &self->token->real) ||
        self->token->real - self->token->real != 0)
        return mlops__expr_fail(
            self->source, MLOPS_E_PARSE, start,
            "the number is beyond the greatest float64, 1.7976931348623157e+308");
    uint64_t value = 0;
    for (size_t i = 0; whole && i < n; i++) {
        uint64_t digit = (uint64_t)(text[i] - '0');
        if (value > (((uint64_t)1 << 63) - digit) / 10)
            return mlops__expr_fail(self->source, MLOPS_E_PARSE, start,
                                    "%.*s is beyond int64; a float64 has a point: %.*s.0",
                                    mlops__expr_cut(text, n), text, mlops__expr_cut(text, n), text);
        value = value * 10 + digit;
    }
    self->token->whole = value;
    return MLOPS_OK;
}

/* Copies what stands in quotes to out, doubled quotes as one; out NULL only counts. at is at the
 * opening quote, and then behind the closing one. */
static mlops_status read_quoted(lexer *self, char *out, size_t *n) {
    size_t open = self->at, count = 0;
    char quote = self->source->text[self->at++];
    for (;;) {
        int c = peek(self, 0);
        if (c < 0)
            return mlops__expr_fail(self->source, MLOPS_E_PARSE, open,
                                    "the %c that opens here is never closed", quote);
        self->at++;
        if (c == quote) {
            if (peek(self, 0) != quote) break;
            self->at++;
        }
        if (out) out[count] = (char)c;
        count++;
    }
    *n = count;
    return MLOPS_OK;
}

static mlops_status read_string(lexer *self) {
    lexer counter = *self;
    size_t n = 0;
    MLOPS_TRY(read_quoted(&counter, NULL, &n));
    char *text = mlops__arena_alloc(self->arena, n + 1);
    if (!text) return mlops__fail_nomem(self->source->err, n + 1);
    self->token->kind = TOKEN_STRING;
    self->token->text = text;
    self->token->n = n;
    return read_quoted(self, text, &n);
}

/* One part of a name; out NULL only counts. */
static mlops_status read_part(lexer *self, char *out, size_t *n) {
    int c = peek(self, 0);
    if (c == '`' || c == '"') {
        size_t open = self->at;
        self->token->quoted = 1;
        MLOPS_TRY(read_quoted(self, out, n));
        if (*n > 0) return MLOPS_OK;
        return mlops__expr_fail(self->source, MLOPS_E_PARSE, open, "a name is empty%s",
                                c == '"' ? "; text stands in single quotes: ''" : "");
    }
    size_t start = self->at, length;
    while ((length = name_character(self, mlops__expr_goes_on_name)) > 0) self->at += length;
    *n = self->at - start;
    if (*n == 0)
        return mlops__expr_fail(self->source, MLOPS_E_PARSE, start,
                                "a part of a name is due behind the point; parts with other "
                                "characters stand in `...`");
    if (out) memcpy(out, self->source->text + start, *n);
    return MLOPS_OK;
}

/* Parts with points between them; out NULL only counts. */
static mlops_status read_path(lexer *self, char *out, size_t *n) {
    *n = 0;
    for (;;) {
        size_t part = 0;
        MLOPS_TRY(read_part(self, out ? out + *n : NULL, &part));
        *n += part;
        if (peek(self, 0) != '.') return MLOPS_OK;
        self->at++;
        if (out) out[*n] = '.';
        ++*n;
    }
}

static mlops_status read_name(lexer *self) {
    lexer counter = *self;
    size_t n = 0;
    MLOPS_TRY(read_path(&counter, NULL, &n));
    char *text = mlops__arena_alloc(self->arena, n + 1);
    if (!text) return mlops__fail_nomem(self->source->err, n + 1);
    MLOPS_TRY(read_path(self, text, &n));
    self->token->kind = TOKEN_NAME;
    self->token->text = text;
    self->token->n = n;
    if (!self->token->quoted) self->token->word = mlops__expr_keyword_of(text, n);
    if (self->token->word) self->token->kind = TOKEN_WORD;
    return MLOPS_OK;
}

static mlops_status read_operator(lexer *self) {
    static const struct {
        char text[3];
        uint8_t symbol;
    } symbols[] = {
        {"==", SYMBOL_EQ},   {"!=", SYMBOL_NE},      {"<>", SYMBOL_NE},   {"<=", SYMBOL_LE},
        {">=", SYMBOL_GE},   {"//", SYMBOL_SLASHES}, {"=", SYMBOL_EQ},    {"<", SYMBOL_LT},
        {">", SYMBOL_GT},    {"+", SYMBOL_PLUS},     {"-", SYMBOL_MINUS}, {"*", SYMBOL_STAR},
        {"/", SYMBOL_SLASH}, {"%", SYMBOL_PERCENT},  {"(", SYMBOL_OPEN},  {")", SYMBOL_CLOSE},
        {",", SYMBOL_COMMA},
    };
    if (peek(self, 0) == '*' && peek(self, 1) == '*')
        return mlops__expr_fail(self->source, MLOPS_E_PARSE, self->at,
                                "powers (**) are left out: write x * x, sqrt(x), or exp(y * "
                                "log(x))");
    for (size_t i = 0; i < sizeof symbols / sizeof symbols[0]; i++) {
        const char *text = symbols[i].text;
        if (peek(self, 0) != text[0] || (text[1] && peek(self, 1) != text[1])) continue;
        self->token->kind = TOKEN_OPERATOR;
        self->token->symbol = (mlops__expr_symbol_kind)symbols[i].symbol;
        self->at += text[1] ? 2 : 1;
        return MLOPS_OK;
    }
    return stray(self);
}

mlops_status mlops__expr_next(const mlops__expr_source *source, mlops__arena *arena, size_t offset,
                              mlops__expr_token *out) {
    lexer self = {source, arena, out, offset};
    while (peek(&self, 0) == ' ' || (peek(&self, 0) >= '\t' && peek(&self, 0) <= '\r')) self.at++;
    memset(out, 0, sizeof *out);
    out->start = self.at;
    int c = peek(&self, 0);
    mlops_status status = MLOPS_OK;
    if (c < 0) out->kind = TOKEN_END;
    else if (is_digit(c) || (c == '.' && is_digit(peek(&self, 1)))) status = read_number(&self);
    else if (c == '\'') status = read_string(&self);
    else if (c == '`' || c == '"' || name_character(&self, mlops__expr_starts_name))
        status = read_name(&self);
    else status = read_operator(&self);
    out->end = self.at;
    return status;
}
