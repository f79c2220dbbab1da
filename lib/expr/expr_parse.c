/* The grammar: from tokens to a typed tree, by operator precedence.
 *
 * Owns the stack of what is open: parentheses, calls, lists, signs, and operators that wait for
 * their right side. Invariant: it is a list in the arena and no recursion, so that the depth of a
 * text takes no stack; what may nest without end counts against MLOPS__EXPR_DEPTH_MAX.
 */
#include "expr/expr_tree.h"

#include <string.h>

typedef mlops__expr_node node;

typedef enum frame_kind {
    FRAME_GROUP,  /* ( */
    FRAME_CALL,   /* name( */
    FRAME_LIST,   /* in ( */
    FRAME_PREFIX, /* not, -, + */
    FRAME_BINARY
} frame_kind;

typedef struct frame {
    frame_kind kind;
    mlops__expr_op op; /* PREFIX: OP_COUNT for +; BINARY */
    int bind;          /* PREFIX, BINARY */
    int negated;       /* not in, not like */
    size_t at;         /* of the operator, the opening parenthesis, or the function's name */
    node *left;        /* BINARY */
    node *first;       /* CALL, LIST: what was read so far */
    node *last;
    const char *name; /* CALL, in small letters */
    size_t n_name;
    struct frame *below;
} frame;

typedef struct parser {
    mlops__expr_maker *maker;
    mlops__expr_token token; /* the next one */
    mlops__expr_token after; /* the one behind it, if peeked */
    int peeked;
    size_t end; /* of the newest token that was taken */
    frame *top;
    frame *spare;
    int depth;
    node *operand;   /* the newest complete one; NULL: one is due */
    size_t compared; /* offset + 1 of the comparison that operand is, without parentheses */
} parser;

static mlops_status fail_at(const parser *self, size_t offset, const char *message) {
    return mlops__expr_fail(&self->maker->source, MLOPS_E_PARSE, offset, "%s", message);
}

static mlops_status read_token(parser *self, size_t offset, mlops__expr_token *out) {
    return mlops__expr_next(&self->maker->source, self->maker->arena, offset, out);
}

/* Takes the next token. */
static mlops_status advance(parser *self) {
    self->end = self->token.end;
    if (!self->peeked) return read_token(self, self->token.end, &self->token);
    self->peeked = 0;
    self->token = self->after;
    return MLOPS_OK;
}

static mlops_status peek(parser *self) {
    if (self->peeked) return MLOPS_OK;
    self->peeked = 1;
    return read_token(self, self->token.end, &self->after);
}

static int is_symbol(const mlops__expr_token *token, mlops__expr_symbol_kind symbol) {
    return token->kind == TOKEN_OPERATOR && token->symbol == symbol;
}

static int is_word(const mlops__expr_token *token, mlops__expr_keyword word) {
    return token->kind == TOKEN_WORD && token->word == word;
}

static mlops_status push(parser *self, frame_kind kind, mlops__expr_op op, int bind, size_t at) {
    frame *f = self->spare;
    if (f) self->spare = f->below;
    else f = mlops__arena_alloc(self->maker->arena, sizeof *f);
    if (!f) return mlops__fail_nomem(self->maker->source.err, sizeof *f);
    *f = (frame){kind, op, bind, 0, at, NULL, NULL, NULL, NULL, 0, self->top};
    self->top = f;
    if (kind != FRAME_BINARY && ++self->depth > MLOPS__EXPR_DEPTH_MAX)
        return mlops__expr_fail(&self->maker->source, MLOPS_E_LIMIT, at,
                                "more than %d parentheses, calls and signs in one another",
                                MLOPS__EXPR_DEPTH_MAX);
    return MLOPS_OK;
}

static void pop(parser *self) {
    frame *f = self->top;
    if (f->kind != FRAME_BINARY) self->depth--;
    self->top = f->below;
    f->below = self->spare;
    self->spare = f;
}

/* ---- operands ---- */

static mlops_status leaf(parser *self, mlops_type type, node **out) {
    const mlops__expr_token *t = &self->token;
    MLOPS_TRY(mlops__expr_new(self->maker, OP_CONST, t->start, t->end, out));
    (*out)->type = (uint8_t)type;
    self->operand = *out;
    return MLOPS_OK;
}

static mlops_status read_number(parser *self, int negative, size_t start) {
    const mlops__expr_token t = self->token;
    node *n;
    if (t.kind == TOKEN_INT && !negative && t.whole > INT64_MAX)
        return fail_at(self, t.start,
                       "9223372036854775808 is beyond int64; a float64 has a point: "
                       "9223372036854775808.0");
    MLOPS_TRY(leaf(self, t.kind == TOKEN_INT ? MLOPS_TYPE_INT64 : MLOPS_TYPE_FLOAT64, &n));
    n->start = (uint32_t)start;
    if (t.kind == TOKEN_REAL) n->value.f64 = negative ? -t.real : t.real;
    else if (negative) n->value.i64 = t.whole ? -(int64_t)(t.whole - 1) - 1 : 0;
    else n->value.i64 = (int64_t)t.whole;
    return advance(self);
}

static mlops_status read_string(parser *self) {
    const mlops__expr_token t = self->token;
    node *n;
    MLOPS_TRY(leaf(self, MLOPS_TYPE_STRING, &n));
    n->value.text = (mlops__expr_text){t.text, (uint32_t)t.n, 0};
    return advance(self);
}

static mlops_status read_constant(parser *self) {
    node *n;
    mlops__expr_keyword word = self->token.word;
    MLOPS_TRY(leaf(self, word == WORD_NULL ? MLOPS_TYPE_NULL : MLOPS_TYPE_BOOL, &n));
    n->null = word == WORD_NULL;
    n->value.i64 = word == WORD_TRUE;
    return advance(self);
}

/* name( : the arguments follow. */
static mlops_status open_call(parser *self) {
    const mlops__expr_token t = self->token;
    const char *source = self->maker->source.text + t.start;
    size_t n = t.kind == TOKEN_NAME ? t.n : t.end - t.start;
    char *name = mlops__arena_text(self->maker->arena, t.kind == TOKEN_NAME ? t.text : source, n);
    if (!name) return mlops__fail_nomem(self->maker->source.err, n + 1);
    for (size_t i = 0; i < n; i++)
        if (name[i] >= 'A' && name[i] <= 'Z') name[i] = (char)(name[i] | 0x20);
    MLOPS_TRY(advance(self));
    MLOPS_TRY(advance(self));
    MLOPS_TRY(push(self, FRAME_CALL, OP_COUNT, 0, t.start));
    self->top->name = name;
    self->top->n_name = n;
    return MLOPS_OK;
}

static mlops_status read_name(parser *self) {
    const mlops__expr_token t = self->token;
    MLOPS_TRY(peek(self));
    if (is_symbol(&self->after, SYMBOL_OPEN) && !t.quoted) return open_call(self);
    MLOPS_TRY(
        mlops__expr_new_name(self->maker, t.text, t.n, t.quoted, t.start, t.end, &self->operand));
    return advance(self);
}

static mlops_status read_sign(parser *self) {
    size_t at = self->token.start;
    int minus = self->token.symbol == SYMBOL_MINUS;
    MLOPS_TRY(advance(self));
    if (minus && (self->token.kind == TOKEN_INT || self->token.kind == TOKEN_REAL))
        return read_number(self, 1, at);
    return push(self, FRAME_PREFIX, minus ? OP_NEG : OP_COUNT, BIND_NEG, at);
}

static mlops_status read_not(parser *self) {
    size_t at = self->token.start;
    const frame *f = self->top;
    if (f && f->kind >= FRAME_PREFIX && f->bind > BIND_NOT)
        return fail_at(self, at,
                       "\"not\" binds less than what stands before it; put it into "
                       "parentheses: (not ...)");
    MLOPS_TRY(advance(self));
    return push(self, FRAME_PREFIX, OP_NOT, BIND_NOT, at);
}

/* What is wrong where an operand is due. */
static mlops_status fail_operand(parser *self) {
    const mlops__expr_token *t = &self->token;
    const mlops__expr_source *source = &self->maker->source;
    char shown[MLOPS__EXPR_SHOWN];
    if (t->kind == TOKEN_END && !self->top)
        return fail_at(self, t->start,
                       "the text is empty; a name, a constant or a function is "
                       "due");
    if (t->kind == TOKEN_END) return fail_at(self, t->start, "the text ends where a value is due");
    if (is_symbol(t, SYMBOL_CLOSE) && self->top && self->top->kind == FRAME_LIST)
        return fail_at(self, t->start, "a list holds one constant or more");
    return mlops__expr_fail(source, MLOPS_E_PARSE, t->start,
                            "%s cannot stand here; a name, a constant or a function is due",
                            mlops__expr_show(source, shown, t->start, t->end));
}

static mlops_status close_call(parser *self);

static mlops_status read_operand(parser *self) {
    const mlops__expr_token *t = &self->token;
    switch (t->kind) {
    case TOKEN_INT:
    case TOKEN_REAL: return read_number(self, 0, t->start);
    case TOKEN_STRING: return read_string(self);
    case TOKEN_NAME: return read_name(self);
    case TOKEN_WORD:
        if (t->word >= WORD_NULL) return read_constant(self);
        if (t->word == WORD_NOT) return read_not(self);
        MLOPS_TRY(peek(self));
        if ((t->word == WORD_LIKE || t->word == WORD_ILIKE) && is_symbol(&self->after, SYMBOL_OPEN))
            return open_call(self);
        return fail_operand(self);
    case TOKEN_OPERATOR:
        if (t->symbol == SYMBOL_PLUS || t->symbol == SYMBOL_MINUS) return read_sign(self);
        if (t->symbol == SYMBOL_OPEN) {
            MLOPS_TRY(push(self, FRAME_GROUP, OP_COUNT, 0, t->start));
            return advance(self);
        }
        if (t->symbol == SYMBOL_CLOSE && self->top && self->top->kind == FRAME_CALL &&
            !self->top->first)
            return close_call(self);
        return fail_operand(self);
    default: return fail_operand(self);
    }
}

/* ---- operators ---- */

/* Completes the operator on top of the stack with the operand. */
static mlops_status reduce(parser *self) {
    frame f = *self->top;
    node *made = self->operand;
    pop(self);
    if (f.kind == FRAME_BINARY) {
        MLOPS_TRY(mlops__expr_new_binary(self->maker, f.op, f.at, f.left, self->operand, &made));
        made->negated = (uint8_t)f.negated;
    } else if (f.op != OP_COUNT) {
        MLOPS_TRY(mlops__expr_new_unary(self->maker, f.op, f.at, self->operand, &made));
    } else if (made->type != MLOPS_TYPE_INT64 && made->type != MLOPS_TYPE_FLOAT64) {
        return mlops__expr_fail(&self->maker->source, MLOPS_E_SCHEMA, f.at, "+ takes numbers");
    }
    self->operand = made;
    self->compared = f.bind == BIND_COMPARE ? f.at + 1 : 0;
    return MLOPS_OK;
}

/* Completes all that binds at least so tightly. */
static mlops_status reduce_to(parser *self, int bind) {
    while (self->top && self->top->kind >= FRAME_PREFIX && self->top->bind >= bind)
        MLOPS_TRY(reduce(self));
    return MLOPS_OK;
}

/* The left side of a comparison must not be one itself. */
static mlops_status begin_compare(parser *self, size_t at) {
    MLOPS_TRY(reduce_to(self, BIND_COMPARE));
    if (!self->compared) return MLOPS_OK;
    const mlops__expr_source *source = &self->maker->source;
    const node *c = self->operand, *middle = c->first ? c->first->next : NULL;
    char left[MLOPS__EXPR_SHOWN], right[MLOPS__EXPR_SHOWN];
    if (!middle || c->op == OP_IN)
        return fail_at(self, at,
                       "comparisons do not chain; join them with and, or put the first "
                       "into parentheses");
    return mlops__expr_fail(source, MLOPS_E_PARSE, at,
                            "comparisons do not chain; write %s and %s ...",
                            mlops__expr_show(source, left, c->start, c->end),
                            mlops__expr_show(source, right, middle->start, middle->end));
}

static mlops_status push_binary(parser *self, mlops__expr_op op, int negated) {
    int bind = mlops__expr_forms[op].bind;
    size_t at = self->token.start;
    if (bind == BIND_COMPARE) MLOPS_TRY(begin_compare(self, at));
    else MLOPS_TRY(reduce_to(self, bind));
    MLOPS_TRY(push(self, FRAME_BINARY, op, bind, at));
    self->top->left = self->operand;
    self->top->negated = negated;
    self->operand = NULL;
    self->compared = 0;
    return advance(self);
}

/* is null, is not null */
static mlops_status read_is(parser *self) {
    size_t at = self->token.start;
    int negated = 0;
    MLOPS_TRY(begin_compare(self, at));
    MLOPS_TRY(advance(self));
    if (is_word(&self->token, WORD_NOT)) {
        negated = 1;
        MLOPS_TRY(advance(self));
    }
    if (!is_word(&self->token, WORD_NULL))
        return fail_at(self, self->token.start,
                       "\"is\" goes on with null or not null; compare with "
                       "=");
    node *made;
    MLOPS_TRY(
        mlops__expr_new_unary(self->maker, OP_ISNULL, self->operand->start, self->operand, &made));
    made->negated = (uint8_t)negated;
    made->end = (uint32_t)self->token.end;
    self->operand = made;
    self->compared = at + 1;
    return advance(self);
}

static mlops_status read_in(parser *self, int negated) {
    size_t at = self->token.start;
    MLOPS_TRY(begin_compare(self, at));
    MLOPS_TRY(advance(self));
    if (!is_symbol(&self->token, SYMBOL_OPEN))
        return fail_at(self, self->token.start,
                       "\"in\" goes on with a list in parentheses: in "
                       "('a', 'b')");
    MLOPS_TRY(push(self, FRAME_LIST, OP_IN, 0, at));
    self->top->first = self->top->last = self->operand;
    self->top->negated = negated;
    self->operand = NULL;
    self->compared = 0;
    return advance(self);
}

static mlops_status read_word_operator(parser *self) {
    int negated = 0;
    switch (self->token.word) {
    case WORD_AND: return push_binary(self, OP_AND, 0);
    case WORD_OR: return push_binary(self, OP_OR, 0);
    case WORD_IS: return read_is(self);
    case WORD_NOT:
        negated = 1;
        MLOPS_TRY(advance(self));
        break;
    default: break;
    }
    if (is_word(&self->token, WORD_IN)) return read_in(self, negated);
    if (is_word(&self->token, WORD_LIKE)) return push_binary(self, OP_LIKE, negated);
    if (is_word(&self->token, WORD_ILIKE)) return push_binary(self, OP_ILIKE, negated);
    return fail_at(self, self->token.start,
                   negated ? "\"not\" goes on with in, like or ilike here"
                           : "an operator is due, such as and, or, =, +");
}

/* ---- closing ---- */

/* Adds the operand to the call or list on top. */
static void append(parser *self) {
    frame *f = self->top;
    if (f->first) f->last->next = self->operand;
    else f->first = self->operand;
    f->last = self->operand;
    self->operand = NULL;
    self->compared = 0;
}

static mlops_status read_comma(parser *self) {
    MLOPS_TRY(reduce_to(self, BIND_OR));
    if (!self->top || self->top->kind == FRAME_GROUP)
        return fail_at(self, self->token.start,
                       "a comma stands only between the arguments of a "
                       "function or in a list");
    append(self);
    return advance(self);
}

/* At the closing parenthesis of a call whose arguments are all read. */
static mlops_status close_call(parser *self) {
    frame f = *self->top;
    pop(self);
    MLOPS_TRY(mlops__expr_new_call(self->maker, f.name, f.n_name, f.at, self->token.end, f.first,
                                   &self->operand));
    self->compared = 0;
    return advance(self);
}

static mlops_status read_close(parser *self) {
    MLOPS_TRY(reduce_to(self, BIND_OR));
    if (!self->top)
        return fail_at(self, self->token.start, "this ) closes nothing; its ( is missing");
    if (self->top->kind == FRAME_GROUP) {
        pop(self);
        self->compared = 0;
        return advance(self);
    }
    append(self);
    if (self->top->kind == FRAME_CALL) return close_call(self);
    frame f = *self->top;
    pop(self);
    MLOPS_TRY(mlops__expr_new_in(self->maker, f.at, f.first, &self->operand));
    self->operand->negated = (uint8_t)f.negated;
    self->operand->end = (uint32_t)self->token.end;
    self->compared = f.at + 1;
    return advance(self);
}

static mlops_status read_operator(parser *self) {
    static const uint8_t binary[] = {
        [SYMBOL_PLUS] = OP_ADD,
        [SYMBOL_MINUS] = OP_SUB,
        [SYMBOL_STAR] = OP_MUL,
        [SYMBOL_SLASH] = OP_DIV,
        [SYMBOL_SLASHES] = OP_FLOORDIV,
        [SYMBOL_PERCENT] = OP_MOD,
        [SYMBOL_EQ] = OP_EQ,
        [SYMBOL_NE] = OP_NE,
        [SYMBOL_LT] = OP_LT,
        [SYMBOL_LE] = OP_LE,
        [SYMBOL_GT] = OP_GT,
        [SYMBOL_GE] = OP_GE,
    };
    const mlops__expr_token *t = &self->token;
    const mlops__expr_source *source = &self->maker->source;
    char shown[MLOPS__EXPR_SHOWN];
    if (t->kind == TOKEN_WORD && t->word < WORD_NULL) return read_word_operator(self);
    if (is_symbol(t, SYMBOL_CLOSE)) return read_close(self);
    if (is_symbol(t, SYMBOL_COMMA)) return read_comma(self);
    if (t->kind == TOKEN_OPERATOR && t->symbol != SYMBOL_OPEN)
        return push_binary(self, (mlops__expr_op)binary[t->symbol], 0);
    return mlops__expr_fail(source, MLOPS_E_PARSE, t->start,
                            "%s cannot stand behind a value; an operator is due, such as and, or, "
                            "=, +",
                            mlops__expr_show(source, shown, t->start, t->end));
}

mlops_status mlops__expr_parse(mlops__expr_maker *self, node **out) {
    parser p = {.maker = self};
    *out = NULL;
    MLOPS_TRY(read_token(&p, 0, &p.token));
    for (;;) {
        if (!p.operand) MLOPS_TRY(read_operand(&p));
        else if (p.token.kind != TOKEN_END) MLOPS_TRY(read_operator(&p));
        else break;
    }
    MLOPS_TRY(reduce_to(&p, BIND_OR));
    if (p.top) return fail_at(&p, p.top->at, "the parenthesis that opens here is never closed");
    *out = p.operand;
    return MLOPS_OK;
}
