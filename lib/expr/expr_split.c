/* Texts that are more than an expression, taken apart before anything is compiled.
 *
 * Owns nothing. Invariant: only tokens are looked at, so that a stretch that is handed out says
 * itself, once it is compiled, what is wrong with it.
 */
#include "expr/expr_tree.h"

#include <string.h>

static int is_symbol(const mlops__expr_token *token, mlops__expr_symbol_kind symbol) {
    return token->kind == TOKEN_OPERATOR && token->symbol == symbol;
}

mlops_status mlops__expr_split_name(const char *text, size_t n, const mlops__expr_scope *scope,
                                    mlops__arena *arena, const char **name,
                                    mlops__expr_span *expression, mlops_error *err) {
    const mlops__expr_source source = {text, n, scope->what, err, scope->whole, scope->at};
    mlops__expr_token token;
    char shown[MLOPS__EXPR_SHOWN];
    MLOPS_TRY(mlops__expr_next(&source, arena, 0, &token));
    if (token.kind == TOKEN_WORD)
        return mlops__expr_fail(&source, MLOPS_E_PARSE, token.start,
                                "%s is a word of the language; as a name it stands in `...`",
                                mlops__expr_show(&source, shown, token.start, token.end));
    if (token.kind != TOKEN_NAME)
        return mlops__expr_fail(&source, MLOPS_E_PARSE, token.start,
                                "a name is due here, and = and an expression behind it");
    *name = token.text;
    size_t end = token.end;
    MLOPS_TRY(mlops__expr_next(&source, arena, end, &token));
    if (!is_symbol(&token, SYMBOL_EQ) || token.end - token.start != 1)
        return mlops__expr_fail(&source, MLOPS_E_PARSE, token.start,
                                "= is due behind the name, and an expression behind that");
    *expression = (mlops__expr_span){token.end, n - token.end};
    return MLOPS_OK;
}

/* Whether a value may end with a token. */
static int ends_value(const mlops__expr_token *token) {
    if (token->kind == TOKEN_OPERATOR) return token->symbol == SYMBOL_CLOSE;
    if (token->kind == TOKEN_WORD) return token->word >= WORD_NULL;
    return token->kind != TOKEN_END;
}

static mlops_status read_words(const mlops__expr_source *source, mlops__arena *arena, size_t offset,
                               const mlops__expr_word **out, int64_t *n) {
    enum { WORDS_MAX = 16 };
    mlops__expr_token token;
    char shown[MLOPS__EXPR_SHOWN];
    mlops__expr_word *words = mlops__arena_array(arena, WORDS_MAX + 1, sizeof *words);
    if (!words) return mlops__fail_nomem(source->err, WORDS_MAX * sizeof *words);
    for (*out = words, *n = 0;; offset = token.end) {
        MLOPS_TRY(mlops__expr_next(source, arena, offset, &token));
        if (token.kind == TOKEN_END) return MLOPS_OK;
        if (*n == WORDS_MAX)
            return mlops__expr_fail(source, MLOPS_E_PARSE, token.start, "%s cannot stand here",
                                    mlops__expr_show(source, shown, token.start, token.end));
        const char *name = token.kind == TOKEN_NAME ? token.text : NULL;
        int number = token.kind == TOKEN_INT || token.kind == TOKEN_REAL;
        words[(*n)++] = (mlops__expr_word){name, token.start, token.quoted, number, token.real};
    }
}

mlops_status mlops__expr_split_words(const char *text, size_t n, const mlops__expr_scope *scope,
                                     mlops__arena *arena, size_t *end, const mlops__expr_word **out,
                                     int64_t *n_out, mlops_error *err) {
    const mlops__expr_source source = {text, n, scope->what, err, scope->whole, scope->at};
    mlops__expr_token token = {.kind = TOKEN_END};
    int depth = 0, value = 0;
    for (*end = 0;; *end = token.end) {
        value = ends_value(&token);
        MLOPS_TRY(mlops__expr_next(&source, arena, *end, &token));
        if (value && depth == 0 && token.kind == TOKEN_NAME && !token.quoted) break;
        if (token.kind == TOKEN_END) break;
        depth += is_symbol(&token, SYMBOL_OPEN) - is_symbol(&token, SYMBOL_CLOSE);
    }
    return read_words(&source, arena, token.start, out, n_out);
}

static int is_call(const mlops__expr_source *source, const mlops__expr_token *name,
                   const mlops__expr_token *open, const char *function) {
    size_t n = name->end - name->start;
    if (name->kind != TOKEN_NAME || name->quoted || !is_symbol(open, SYMBOL_OPEN)) return 0;
    if (strlen(function) != n) return 0;
    for (size_t i = 0; i < n; i++) {
        char c = source->text[name->start + i];
        if ((c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c) != function[i]) return 0;
    }
    return 1;
}

/* Whether the parenthesis behind which offset is closes with the text. */
static mlops_status closes_last(const mlops__expr_source *source, mlops__arena *arena,
                                size_t offset, int *out) {
    mlops__expr_token token;
    for (int depth = 1; depth > 0; offset = token.end) {
        MLOPS_TRY(mlops__expr_next(source, arena, offset, &token));
        if (token.kind == TOKEN_END) return MLOPS_OK;
        depth += is_symbol(&token, SYMBOL_OPEN) - is_symbol(&token, SYMBOL_CLOSE);
    }
    MLOPS_TRY(mlops__expr_next(source, arena, offset, &token));
    *out = token.kind == TOKEN_END;
    return MLOPS_OK;
}

mlops_status mlops__expr_is_call(const char *text, size_t n, const char *function,
                                 const mlops_allocator *allocator, int *out) {
    const mlops__expr_source source = {.text = text, .n = n};
    mlops__arena arena; /* of names and texts, which nobody looks at */
    mlops__expr_token name, open;
    *out = 0;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops_status status = mlops__expr_next(&source, &arena, 0, &name);
    if (status == MLOPS_OK) status = mlops__expr_next(&source, &arena, name.end, &open);
    if (status == MLOPS_OK && is_call(&source, &name, &open, function))
        status = closes_last(&source, &arena, open.end, out);
    mlops__arena_free(&arena);
    return status == MLOPS_E_NOMEM ? status : MLOPS_OK;
}
