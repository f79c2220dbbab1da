/* The canonical text of a tree.
 *
 * Owns nothing. Invariant: what is written parses back to the tree that it was written from, with
 * as few parentheses as that takes, and nests as deep as the parser will count.
 */
#include "expr/expr_tree.h"
#include "text/number.h"

#include <string.h>

typedef mlops__expr_node node;

typedef struct writer {
    mlops__buf *out;
    const node *root;
    const mlops__expr_named *named;
    int depth;
    int deepest;
} writer;

static void deeper(writer *self) {
    if (++self->depth > self->deepest) self->deepest = self->depth;
}

/* ---- names ---- */

/* Length of the part of a name that begins here. */
static size_t part_of(const char *name, size_t n) {
    const char *point = memchr(name, '.', n);
    return point ? (size_t)(point - name) : n;
}

static int is_plain(const char *part, size_t n, int first) {
    for (size_t i = 0; i < n;) {
        uint32_t code;
        i += mlops__expr_character(part + i, &code);
        if (!mlops__expr_goes_on_name(code)) return 0;
    }
    uint32_t code;
    mlops__expr_character(part, &code);
    return !first || mlops__expr_starts_name(code);
}

static void write_quoted(mlops__buf *out, const char *text, size_t n, char quote) {
    mlops__buf_u8(out, (uint8_t)quote);
    for (size_t i = 0; i < n; i++) {
        if (text[i] == quote) mlops__buf_u8(out, (uint8_t)quote);
        mlops__buf_u8(out, (uint8_t)text[i]);
    }
    mlops__buf_u8(out, (uint8_t)quote);
}

/* True if a part is empty, so that the name must stand in quotes as a whole. */
static int has_empty_part(const char *name, size_t n) {
    if (n == 0 || name[0] == '.' || name[n - 1] == '.') return 1;
    for (size_t i = 1; i < n; i++)
        if (name[i] == '.' && name[i - 1] == '.') return 1;
    return 0;
}

static void write_name(mlops__buf *out, const char *name, size_t n) {
    if (has_empty_part(name, n) || mlops__expr_keyword_of(name, n)) {
        write_quoted(out, name, n, '`');
        return;
    }
    for (size_t i = 0; i < n;) {
        size_t length = part_of(name + i, n - i);
        if (i) mlops__buf_u8(out, '.');
        if (is_plain(name + i, length, i == 0)) mlops__buf_put(out, name + i, length);
        else write_quoted(out, name + i, length, '`');
        i += length + 1;
    }
}

void mlops__expr_put_name(mlops__buf *out, const char *name) {
    write_name(out, name, strlen(name));
}

void mlops__expr_put_text(mlops__buf *out, const char *text, size_t n) {
    write_quoted(out, text, n, '\'');
}

/* ---- nodes ---- */

/* A sign stays in front of a constant only where int64 cannot hold the result. */
static int is_negative(const node *n) {
    return n->op == OP_CONST && n->type == MLOPS_TYPE_INT64 && n->value.i64 < 0;
}

static void write_constant(writer *self, const node *n) {
    char text[MLOPS__NUMBER_MAX];
    if (n->null) {
        mlops__buf_text(self->out, "null");
        return;
    }
    switch (n->type) {
    case MLOPS_TYPE_BOOL: mlops__buf_text(self->out, n->value.i64 ? "true" : "false"); break;
    case MLOPS_TYPE_INT64: mlops__buf_format(self->out, "%lld", (long long)n->value.i64); break;
    case MLOPS_TYPE_FLOAT64:
        mlops__buf_put(self->out, text, mlops__format_f64(text, n->value.f64));
        break;
    default: mlops__expr_put_text(self->out, n->value.text.data, n->value.text.n); break;
    }
}

/* Operators that say themselves that they are negated. */
static int negates_itself(const node *n) {
    return n->op == OP_LIKE || n->op == OP_ILIKE || n->op == OP_IN || n->op == OP_ISNULL;
}

static int has_prefix_not(const node *n) { return n->negated && !negates_itself(n); }

static int is_call(const node *n) {
    return n->op == OP_CUSTOM ||
           (mlops__expr_forms[n->op].bind == BIND_ATOM && mlops__expr_forms[n->op].rule);
}

/* True if n, which is no cast, must stand in parentheses where it is. */
static int needs_parentheses(const writer *self, const node *n) {
    const node *child = n;
    if (child == self->root) return 0;
    const node *parent = child->parent;
    while (parent->op == OP_CAST) {
        if (parent == self->root) return 0;
        child = parent;
        parent = child->parent;
    }
    int due = mlops__expr_forms[parent->op].bind;
    if (due == BIND_ATOM) return 0;
    int left = due != BIND_COMPARE && child == parent->first; /* and, or: of untyped trees */
    if (!left && due != BIND_NEG) due++;
    int bind = has_prefix_not(n) ? BIND_NOT : mlops__expr_forms[n->op].bind;
    return bind < due;
}

static void enter(writer *self, const node *n) {
    if (n->op == OP_CAST) return;
    if (needs_parentheses(self, n)) {
        mlops__buf_u8(self->out, '(');
        deeper(self);
    }
    if (has_prefix_not(n) || n->op == OP_NOT) {
        mlops__buf_text(self->out, "not ");
        deeper(self);
    }
    if (n->op == OP_CONST) write_constant(self, n);
    if (n->op == OP_NAME)
        write_name(self->out, self->named[n->value.i64].text, self->named[n->value.i64].n);
    if (n->op == OP_NEG) {
        mlops__buf_text(self->out, n->first->op == OP_NEG || is_negative(n->first) ? "- " : "-");
        deeper(self);
    }
    if (is_call(n)) {
        const char *name =
            n->op == OP_CUSTOM ? n->value.custom->name : mlops__expr_forms[n->op].text;
        mlops__buf_format(self->out, "%s(", name);
        deeper(self);
        if (!n->first) self->depth--; /* no argument is read at that depth */
        if (!n->first) mlops__buf_u8(self->out, ')');
    }
}

/* What stands in front of a child that is not the first. */
static void separate(writer *self, const node *parent, const node *child) {
    if (parent->op == OP_IN && child == parent->first->next) {
        mlops__buf_text(self->out, parent->negated ? " not in (" : " in (");
        deeper(self);
    } else if (parent->op == OP_IN || is_call(parent)) {
        mlops__buf_text(self->out, ", ");
    } else {
        int negated = parent->negated && negates_itself(parent);
        mlops__buf_format(self->out, " %s%s ", negated ? "not " : "",
                          mlops__expr_forms[parent->op].text);
    }
}

static void leave(writer *self, const node *n) {
    if (n->op == OP_CAST) return;
    if ((is_call(n) && n->first) || n->op == OP_IN) {
        mlops__buf_u8(self->out, ')');
        self->depth--;
    }
    if (n->op == OP_ISNULL) mlops__buf_text(self->out, n->negated ? " is not null" : " is null");
    if (n->op == OP_NEG) self->depth--;
    if (has_prefix_not(n) || n->op == OP_NOT) self->depth--;
    if (needs_parentheses(self, n)) {
        mlops__buf_u8(self->out, ')');
        self->depth--;
    }
}

int mlops__expr_write(mlops__buf *out, const node *root, const mlops__expr_named *named) {
    writer self = {out, root, named, 0, 0};
    const node *n = root;
    for (;;) {
        enter(&self, n);
        if (n->first) {
            n = n->first;
            continue;
        }
        leave(&self, n);
        while (n != root && !n->next) {
            n = n->parent;
            leave(&self, n);
        }
        if (n == root) return self.deepest;
        separate(&self, n->parent, n->next);
        n = n->next;
    }
}
