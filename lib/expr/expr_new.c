/* Nodes and their types: what operators and functions take, and what they give.
 *
 * Owns the type rules. Invariant: a node that was made is typed, its children have the types that
 * its operation computes with (an OP_CAST stands where an int64 meets a float64), and a null has
 * taken the type of its neighbours.
 */
#include "expr/expr_tree.h"

#include <string.h>

typedef mlops__expr_node node;

static int is_number(const node *n) {
    return n->type == MLOPS_TYPE_INT64 || n->type == MLOPS_TYPE_FLOAT64;
}

mlops_status mlops__expr_new(mlops__expr_maker *self, mlops__expr_op op, size_t start, size_t end,
                             node **out) {
    *out = NULL;
    if (op != OP_CAST && ++self->n_nodes > MLOPS__EXPR_NODES_MAX)
        return mlops__expr_fail(&self->source, MLOPS_E_LIMIT, start,
                                "more than %d names, constants, operators and calls",
                                MLOPS__EXPR_NODES_MAX);
    node *n = mlops__arena_alloc(self->arena, sizeof *n);
    if (!n) return mlops__fail_nomem(self->source.err, sizeof *n);
    n->op = (uint8_t)op;
    n->start = (uint32_t)start;
    n->end = (uint32_t)end;
    *out = n;
    return MLOPS_OK;
}

/* Makes a list of nodes the children of one. */
static void adopt(node *parent, node *children) {
    parent->first = children;
    parent->n_children = 0;
    for (node *c = children; c; c = c->next) {
        c->parent = parent;
        parent->n_children++;
        if (c->start < parent->start) parent->start = c->start;
        if (c->end > parent->end) parent->end = c->end;
    }
}

/* Turns what a link points to into float64. */
static mlops_status widen(mlops__expr_maker *self, node **link) {
    node *child = *link, *cast;
    if (child->type != MLOPS_TYPE_INT64) return MLOPS_OK;
    MLOPS_TRY(mlops__expr_new(self, OP_CAST, child->start, child->end, &cast));
    cast->type = MLOPS_TYPE_FLOAT64;
    cast->next = child->next;
    child->next = NULL;
    adopt(cast, child);
    *link = cast;
    return MLOPS_OK;
}

static mlops_status widen_all(mlops__expr_maker *self, node **children) {
    for (node **link = children; *link; link = &(*link)->next) MLOPS_TRY(widen(self, link));
    return MLOPS_OK;
}

/* An operand as a message names it: 'text' and numbers as they stand, the rest in quotes. */
static const char *name_operand(const mlops__expr_maker *self, const node *n,
                                char out[MLOPS__EXPR_SHOWN + 2]) {
    char shown[MLOPS__EXPR_SHOWN];
    mlops__expr_show(&self->source, shown, n->start, n->end);
    int plain = n->op == OP_CONST || shown[0] == '"' || shown[0] == '`';
    mlops__format(out, MLOPS__EXPR_SHOWN + 2, plain ? "%s" : "\"%s\"", shown);
    return out;
}

static mlops_status fail_operand(const mlops__expr_maker *self, const node *n, const char *due) {
    char name[MLOPS__EXPR_SHOWN + 2];
    if (n->type == MLOPS_TYPE_NULL)
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, n->start,
                                "null has no type here; %s", due);
    return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, n->start, "%s is %s; %s",
                            name_operand(self, n, name), mlops__expr_type_word(n->type), due);
}

/* Fails unless all of a list are numbers (or strings, or conditions). */
static mlops_status want_all(const mlops__expr_maker *self, const node *children, mlops_type type,
                             const char *operation) {
    const char *due = type == MLOPS_TYPE_BOOL     ? "takes conditions such as a > 0"
                      : type == MLOPS_TYPE_STRING ? "takes text"
                                                  : "takes numbers";
    for (const node *c = children; c; c = c->next) {
        int fits = type == MLOPS_TYPE_FLOAT64 ? is_number(c) : c->type == type;
        char text[MLOPS__EXPR_SHOWN];
        if (fits) continue;
        mlops__format(text, sizeof text, "%s %s", operation, due);
        return fail_operand(self, c, text);
    }
    return MLOPS_OK;
}

/* The type that all of a list can have, nulls aside; null if there is none. */
static mlops_type common_type(const node *children, const node **odd) {
    mlops_type type = MLOPS_TYPE_NULL;
    *odd = NULL;
    for (const node *c = children; c; c = c->next) {
        if (c->type == MLOPS_TYPE_NULL || c->type == type) continue;
        int both = (type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64) && is_number(c);
        if (type != MLOPS_TYPE_NULL && !both) return *odd = c, MLOPS_TYPE_NULL;
        type = both ? MLOPS_TYPE_FLOAT64 : (mlops_type)c->type;
    }
    return type;
}

/* Gives all of a list one type; operation is for the message. */
static mlops_status unify(mlops__expr_maker *self, node **children, const char *operation,
                          uint8_t *out) {
    const node *odd;
    char text[MLOPS__EXPR_SHOWN + 64], name[MLOPS__EXPR_SHOWN + 2];
    mlops_type type = common_type(*children, &odd);
    if (odd) {
        const node *c = *children;
        while (c->type == MLOPS_TYPE_NULL) c = c->next;
        mlops__format(text, sizeof text, "%s is %s; %s takes values of one type",
                      name_operand(self, odd, name), mlops__expr_type_word(odd->type), operation);
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, odd->start,
                                "%s, and the first is %s", text, mlops__expr_type_word(c->type));
    }
    if (type == MLOPS_TYPE_NULL) {
        mlops__format(text, sizeof text, "one value that %s can give is due", operation);
        return fail_operand(self, *children, text);
    }
    for (node *c = *children; c; c = c->next)
        if (c->type == MLOPS_TYPE_NULL) c->type = (uint8_t)type;
    *out = (uint8_t)type;
    return type == MLOPS_TYPE_FLOAT64 ? widen_all(self, children) : MLOPS_OK;
}

/* ---- names ---- */

static mlops_status unknown_name(const mlops__expr_maker *self, const char *name, size_t n,
                                 int quoted, size_t start) {
    const char *near = mlops__expr_nearest(self->scope, name, n);
    int shown = mlops__expr_cut(name, n);
    if (near)
        return mlops__expr_fail(&self->source, MLOPS_E_NOT_FOUND, start,
                                "\"%.*s\" is unknown; did you mean \"%s\"?", shown, name, near);
    if (quoted && self->source.text[start] == '"')
        return mlops__expr_fail(&self->source, MLOPS_E_NOT_FOUND, start,
                                "\"%.*s\" is unknown; text stands in single quotes: '%.*s'", shown,
                                name, shown, name);
    if (mlops__expr_builtin(name, n) != OP_COUNT)
        return mlops__expr_fail(
            &self->source, MLOPS_E_NOT_FOUND, start,
            "\"%.*s\" is unknown as a name; the function is called as %.*s(...)", shown, name,
            shown, name);
    return mlops__expr_fail(&self->source, MLOPS_E_NOT_FOUND, start, "\"%.*s\" is unknown", shown,
                            name);
}

/* The number of a canonical name, which is kept where it is new. */
static mlops_status keep_name(mlops__expr_maker *self, const char *name, size_t n,
                              const mlops__expr_symbol *symbol, int32_t *out) {
    mlops_status status = mlops__dictionary_add(&self->names, name, n, out);
    if (status < 0) return mlops__fail_nomem(self->source.err, n);
    if ((size_t)*out < self->named_cap && self->named[*out].text) return MLOPS_OK;
    if ((size_t)*out >= self->named_cap) {
        size_t cap = self->named_cap ? self->named_cap * 2 : 8;
        mlops__expr_named *named = mlops__arena_array(self->arena, cap, sizeof *named);
        if (!named) return mlops__fail_nomem(self->source.err, cap * sizeof *named);
        if (self->named_cap) memcpy(named, self->named, self->named_cap * sizeof *named);
        self->named = named;
        self->named_cap = cap;
    }
    char *text = mlops__arena_text(self->arena, name, n);
    if (!text) return mlops__fail_nomem(self->source.err, n + 1);
    self->named[*out] = (mlops__expr_named){text, n, symbol->type, symbol->slot, -1};
    return MLOPS_OK;
}

mlops_status mlops__expr_new_name(mlops__expr_maker *self, const char *name, size_t n, int quoted,
                                  size_t start, size_t end, node **out) {
    mlops__expr_symbol symbol = {MLOPS_TYPE_NULL, 0, NULL, NULL};
    mlops_status status = MLOPS_E_NOT_FOUND;
    int32_t number = 0;
    *out = NULL;
    if (self->untyped) symbol.type = MLOPS_TYPE_FLOAT64, status = MLOPS_OK;
    else if (self->scope->resolve)
        status = self->scope->resolve(self->scope->user, name, n, &symbol);
    if (status == MLOPS_E_NOT_FOUND) return unknown_name(self, name, n, quoted, start);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->source.err, n);
    if (status < 0)
        return mlops__expr_fail(&self->source, status, start, "\"%.*s\": %s",
                                mlops__expr_cut(name, n), name,
                                symbol.problem ? symbol.problem : "");
    const char *canonical = symbol.name ? symbol.name : name;
    MLOPS_TRY(keep_name(self, canonical, symbol.name ? strlen(canonical) : n, &symbol, &number));
    MLOPS_TRY(mlops__expr_new(self, OP_NAME, start, end, out));
    (*out)->type = (uint8_t)symbol.type;
    (*out)->value.i64 = number;
    return MLOPS_OK;
}

/* ---- operators ---- */

/* A node where nothing has a type. All but constants pass for numbers. */
static mlops_status new_untyped(mlops__expr_maker *self, mlops__expr_op op, size_t at, size_t end,
                                node *children, node **out) {
    MLOPS_TRY(mlops__expr_new(self, op, at, end, out));
    (*out)->type = MLOPS_TYPE_FLOAT64;
    adopt(*out, children);
    return MLOPS_OK;
}

/* A sign in front of a number where nothing is computed: it is the number's, as if nothing stood
 * between them. */
static int take_sign(node *n) {
    int is_int = n->type == MLOPS_TYPE_INT64;
    if (n->op != OP_CONST || !is_number(n) || (is_int && n->value.i64 == INT64_MIN)) return 0;
    if (is_int) n->value.i64 = -n->value.i64;
    else n->value.f64 = -n->value.f64;
    return 1;
}

mlops_status mlops__expr_new_unary(mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                   node *child, node **out) {
    *out = NULL;
    if (self->untyped && op == OP_NEG && take_sign(child)) return *out = child, MLOPS_OK;
    if (self->untyped) return new_untyped(self, op, at, at, child, out);
    if (op == OP_NOT) MLOPS_TRY(want_all(self, child, MLOPS_TYPE_BOOL, "not"));
    if (op == OP_NEG) MLOPS_TRY(want_all(self, child, MLOPS_TYPE_FLOAT64, "-"));
    if (op == OP_ISNULL && child->type == MLOPS_TYPE_NULL)
        return fail_operand(self, child, "\"is null\" asks about a value that may be null");
    MLOPS_TRY(mlops__expr_new(self, op, at, at, out));
    (*out)->type = op == OP_NEG ? child->type : MLOPS_TYPE_BOOL;
    adopt(*out, child);
    return MLOPS_OK;
}

/* Operands that cannot be compared. */
static mlops_status fail_compare(const mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                 const node *left, const node *right) {
    char a[MLOPS__EXPR_SHOWN + 2], b[MLOPS__EXPR_SHOWN + 2];
    const node *null = right->type == MLOPS_TYPE_NULL ? right : left;
    const node *other = null == right ? left : right;
    if (null->type == MLOPS_TYPE_NULL)
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, null->start,
                                "%s null is never true; write %s is %snull",
                                mlops__expr_forms[op].text,
                                mlops__expr_show(&self->source, a, other->start, other->end),
                                op == OP_NE ? "not " : "");
    name_operand(self, left, a);
    name_operand(self, right, b);
    if (left->type == right->type)
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, at,
                                "%s and %s are conditions, which have no order; compare them with "
                                "= or !=",
                                a, b);
    const char *alike = left->type == MLOPS_TYPE_STRING ? "text with text"
                        : left->type == MLOPS_TYPE_BOOL ? "conditions with conditions"
                                                        : "numbers with numbers";
    return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, left->start,
                            "%s is %s and %s is %s; "
                            "compare %s",
                            a, mlops__expr_type_word(left->type), b,
                            mlops__expr_type_word(right->type), alike);
}

static mlops_status check_compare(const mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                  const node *left, const node *right) {
    int equality = op == OP_EQ || op == OP_NE;
    if (is_number(left) && is_number(right)) return MLOPS_OK;
    if (left->type == right->type && left->type == MLOPS_TYPE_STRING) return MLOPS_OK;
    if (left->type == right->type && left->type == MLOPS_TYPE_BOOL && equality) return MLOPS_OK;
    return fail_compare(self, op, at, left, right);
}

mlops_status mlops__expr_new_binary(mlops__expr_maker *self, mlops__expr_op op, size_t at,
                                    node *left, node *right, node **out) {
    *out = NULL;
    const mlops__expr_form *form = &mlops__expr_forms[op];
    mlops_type type = MLOPS_TYPE_BOOL;
    left->next = right;
    right->next = NULL;
    if (self->untyped) return new_untyped(self, op, at, at, left, out);
    if (op == OP_AND || op == OP_OR) {
        MLOPS_TRY(want_all(self, left, MLOPS_TYPE_BOOL, form->text));
    } else if (op == OP_LIKE || op == OP_ILIKE) {
        MLOPS_TRY(want_all(self, left, MLOPS_TYPE_STRING, form->text));
    } else if (op >= OP_EQ && op <= OP_GE) {
        MLOPS_TRY(check_compare(self, op, at, left, right));
        if (is_number(left) && left->type != right->type) MLOPS_TRY(widen_all(self, &left));
    } else {
        MLOPS_TRY(want_all(self, left, MLOPS_TYPE_FLOAT64, form->text));
        type = MLOPS_TYPE_INT64;
        if (op == OP_DIV || left->type != right->type || left->type == MLOPS_TYPE_FLOAT64) {
            type = MLOPS_TYPE_FLOAT64;
            MLOPS_TRY(widen_all(self, &left));
        }
    }
    MLOPS_TRY(mlops__expr_new(self, op, at, at, out));
    (*out)->type = (uint8_t)type;
    adopt(*out, left);
    return MLOPS_OK;
}

mlops_status mlops__expr_new_in(mlops__expr_maker *self, size_t at, node *children, node **out) {
    uint8_t type;
    *out = NULL;
    if (self->untyped) return new_untyped(self, OP_IN, at, at, children, out);
    if (children->type == MLOPS_TYPE_BOOL)
        return fail_operand(self, children, "in takes a number or text");
    for (const node *c = children; c; c = c->next)
        if (c->type == MLOPS_TYPE_NULL)
            return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, c->start,
                                    "null is never equal to anything; ask with is null");
    MLOPS_TRY(unify(self, &children, "in", &type));
    MLOPS_TRY(mlops__expr_new(self, OP_IN, at, at, out));
    (*out)->type = MLOPS_TYPE_BOOL;
    adopt(*out, children);
    return MLOPS_OK;
}

/* ---- functions ---- */

static mlops_status apply_rule(mlops__expr_maker *self, mlops__expr_op op, node **args,
                               uint8_t *type) {
    const mlops__expr_form *form = &mlops__expr_forms[op];
    mlops__expr_rule rule = (mlops__expr_rule)form->rule;
    if (rule <= RULE_ISNAN) {
        MLOPS_TRY(want_all(self, *args, MLOPS_TYPE_FLOAT64, form->text));
        *type = (*args)->type;
        if (rule == RULE_COMMON) return unify(self, args, form->text, type);
        if (rule != RULE_SAME) MLOPS_TRY(widen_all(self, args));
        if (rule == RULE_REAL) *type = MLOPS_TYPE_FLOAT64;
        if (rule == RULE_ISNAN) *type = MLOPS_TYPE_BOOL;
        return MLOPS_OK;
    }
    switch (rule) {
    case RULE_IF: {
        node *condition = *args;
        node *values = condition->next;
        condition->next = NULL;
        mlops_status status = want_all(self, condition, MLOPS_TYPE_BOOL, "if, in the first place,");
        if (status == MLOPS_OK) status = unify(self, &values, form->text, type);
        condition->next = values;
        return status;
    }
    case RULE_COALESCE: return unify(self, args, form->text, type);
    case RULE_BUCKET: {
        node *count = (*args)->next;
        if ((*args)->type != MLOPS_TYPE_STRING && (*args)->type != MLOPS_TYPE_INT64)
            return fail_operand(self, *args, "bucket takes text or an int64");
        if (count->type != MLOPS_TYPE_INT64)
            return fail_operand(self, count, "bucket takes the number of buckets as an int64");
        *type = MLOPS_TYPE_INT64;
        return MLOPS_OK;
    }
    default: break;
    }
    *type = rule == RULE_LENGTH  ? MLOPS_TYPE_INT64
            : rule == RULE_LOWER ? MLOPS_TYPE_STRING
                                 : MLOPS_TYPE_BOOL;
    return want_all(self, *args, MLOPS_TYPE_STRING, form->text);
}

static mlops_type letter_type(char letter) {
    return letter == 'b'   ? MLOPS_TYPE_BOOL
           : letter == 'i' ? MLOPS_TYPE_INT64
           : letter == 'f' ? MLOPS_TYPE_FLOAT64
                           : MLOPS_TYPE_STRING;
}

/* Arguments of a noun's function: as its letters say. */
static mlops_status check_custom(mlops__expr_maker *self, const mlops__expr_function *function,
                                 node **args) {
    const char *letter = function->args;
    for (node **link = args; *link; link = &(*link)->next, letter++) {
        mlops_type type = letter_type(*letter);
        char due[MLOPS__EXPR_SHOWN + 32];
        if ((*link)->type == type) continue;
        if (type == MLOPS_TYPE_FLOAT64 && (*link)->type == MLOPS_TYPE_INT64) {
            MLOPS_TRY(widen(self, link));
            continue;
        }
        mlops__format(due, sizeof due, "%.*s takes %s there", MLOPS__EXPR_SHOWN / 2, function->name,
                      type == MLOPS_TYPE_INT64 ? "an int64" : mlops__expr_type_word(type));
        return fail_operand(self, *link, due);
    }
    return MLOPS_OK;
}

static const mlops__expr_function *find_custom(const mlops__expr_scope *scope, const char *name,
                                               size_t n) {
    for (size_t i = 0; i < scope->n_functions; i++) {
        const mlops__expr_function *f = &scope->functions[i];
        if (strlen(f->name) == n && memcmp(f->name, name, n) == 0) return f;
    }
    return NULL;
}

static mlops_status unknown_function(const mlops__expr_maker *self, const char *name, size_t n,
                                     size_t at) {
    const char *near = mlops__expr_nearest_function(self->scope, name, n);
    int shown = mlops__expr_cut(name, n);
    if (near)
        return mlops__expr_fail(&self->source, MLOPS_E_NOT_FOUND, at,
                                "there is no function %.*s; did you mean %s?", shown, name, near);
    return mlops__expr_fail(&self->source, MLOPS_E_NOT_FOUND, at, "there is no function %.*s",
                            shown, name);
}

mlops_status mlops__expr_new_call(mlops__expr_maker *self, const char *name, size_t n, size_t at,
                                  size_t end, node *children, node **out) {
    const mlops__expr_function *custom = NULL;
    mlops__expr_op op = mlops__expr_builtin(name, n);
    size_t n_args = 0;
    uint8_t type = MLOPS_TYPE_NULL;
    *out = NULL;
    for (const node *c = children; c; c = c->next) n_args++;
    int taken = op != OP_COUNT && n_args >= mlops__expr_forms[op].args_min;
    if (!taken && mlops__expr_expands(self->scope, name, n))
        return (self->untyped ? mlops__expr_new_looked_at
                              : mlops__expr_new_expanded)(self, name, n, at, end, children, out);
    if (op == OP_COUNT) {
        custom = find_custom(self->scope, name, n);
        if (!custom) return unknown_function(self, name, n, at);
        op = OP_CUSTOM;
    }
    const mlops__expr_form *form = &mlops__expr_forms[op];
    size_t least = custom ? strlen(custom->args) : form->args_min;
    size_t most = custom ? least : form->args_max ? form->args_max : SIZE_MAX;
    if (n_args < least || n_args > most)
        return mlops__expr_fail(&self->source, MLOPS_E_PARSE, at,
                                "%.*s takes %zu argument%s%s, and %zu %s given", (int)n, name,
                                least, least == 1 ? "" : "s", most == SIZE_MAX ? " or more" : "",
                                n_args, n_args == 1 ? "is" : "are");
    if (self->untyped) {
        MLOPS_TRY(new_untyped(self, op, at, end, children, out));
        (*out)->value.custom = custom;
        return MLOPS_OK;
    }
    if (custom) {
        MLOPS_TRY(check_custom(self, custom, &children));
        type = (uint8_t)custom->result;
    } else if (op == OP_ISNULL) {
        MLOPS_TRY(mlops__expr_new_unary(self, op, at, children, out));
        (*out)->end = (uint32_t)end;
        return MLOPS_OK;
    } else MLOPS_TRY(apply_rule(self, op, &children, &type));
    MLOPS_TRY(mlops__expr_new(self, op, at, end, out));
    (*out)->type = type;
    (*out)->value.custom = custom;
    adopt(*out, children);
    return MLOPS_OK;
}

mlops_status mlops__expr_check_wanted(const mlops__expr_maker *self, const node *root) {
    mlops_type wanted = self->scope->wanted;
    int fits = wanted == MLOPS_TYPE_FLOAT64 ? is_number(root) : root->type == wanted;
    if (root->type == MLOPS_TYPE_NULL) return fail_operand(self, root, "a value is due");
    if (fits || wanted == MLOPS_TYPE_NULL) return MLOPS_OK;
    const char *due = wanted == MLOPS_TYPE_BOOL     ? "a condition is due, such as x > 0.9"
                      : wanted == MLOPS_TYPE_STRING ? "text is due"
                      : wanted == MLOPS_TYPE_INT64  ? "a whole number (int64) is due"
                                                    : "a number is due";
    return fail_operand(self, root, due);
}
