/* Functions that stand for other expressions: their calls are written out while the text is parsed.
 *
 * Owns nothing. Invariant: arguments are given in canonical form, in which nothing is left to write
 * out; what takes a call's place has the call's place in the text.
 */
#include "expr/expr_tree.h"

#include <string.h>

typedef mlops__expr_node node;

int mlops__expr_expands(const mlops__expr_scope *scope, const char *name, size_t n) {
    if (!scope->expand) return 0;
    for (const char *const *at = scope->expanding; *at; at++)
        if (strlen(*at) == n && memcmp(*at, name, n) == 0) return 1;
    return 0;
}

static void give_value(const node *n, mlops__expr_argument *out) {
    out->constant = n->op == OP_CONST && !n->null;
    if (!out->constant) return;
    if (n->type == MLOPS_TYPE_FLOAT64) out->f64 = n->value.f64;
    else if (n->type == MLOPS_TYPE_STRING) out->string = n->value.text;
    else out->i64 = n->value.i64;
}

/* One argument, which is no child of anything yet. */
static mlops_status give(mlops__expr_maker *self, node *n, mlops__expr_argument *out) {
    mlops__buf buf;
    if (n->type == MLOPS_TYPE_NULL)
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, n->start, "null has no type here");
    MLOPS_TRY(mlops__expr_canonise(self, n));
    mlops__buf_init(&buf, self->allocator);
    mlops__expr_write(&buf, n, self->named);
    out->type = (mlops_type)n->type;
    out->name = n->op == OP_NAME ? self->named[n->value.i64].text : NULL;
    out->n = buf.size;
    if (buf.status == MLOPS_OK)
        out->text = mlops__arena_text(self->arena, (const char *)buf.data, buf.size);
    mlops__buf_free(&buf);
    if (!out->text) return mlops__fail_nomem(self->source.err, out->n);
    give_value(n, out);
    return MLOPS_OK;
}

static mlops_status give_all(mlops__expr_maker *self, node *children, mlops__expr_argument *out) {
    for (node *c = children, *next; c; c = next, out++) {
        next = c->next;
        c->next = NULL;
        mlops_status status = give(self, c, out);
        c->next = next;
        MLOPS_TRY(status);
    }
    return MLOPS_OK;
}

/* Parses what stands for a call. The text is ours: only limits can be in its way. */
static mlops_status parse(mlops__expr_maker *self, const mlops__buf *text, size_t at, size_t end,
                          const mlops__expr_expansion *call, node **out) {
    const mlops__expr_source outer = self->source;
    if (text->status < 0) return mlops__fail_nomem(outer.err, text->size);
    self->source = (mlops__expr_source){.text = (const char *)text->data, .n = text->size};
    mlops_status status =
        text->size > MLOPS__EXPR_TEXT_MAX ? MLOPS_E_LIMIT : mlops__expr_parse(self, out);
    self->source = outer;
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(outer.err, text->size);
    if (status < 0)
        return mlops__expr_fail(&outer, MLOPS_E_LIMIT, at,
                                "%s stands for an expression that is beyond the limits",
                                call->name);
    for (node *n = mlops__expr_walk_first(*out); n; n = mlops__expr_walk_next(*out, n)) {
        n->start = (uint32_t)at;
        n->end = (uint32_t)end;
    }
    return MLOPS_OK;
}

/* Where the problem is. */
static size_t place(const mlops__expr_expansion *call, size_t at, const node *children) {
    const node *c = children;
    for (int64_t i = 0; c && i < call->at; i++) c = c->next;
    return call->at >= 0 && c ? c->start : at;
}

mlops_status mlops__expr_new_looked_at(mlops__expr_maker *self, const char *name, size_t n,
                                       size_t at, size_t end, node *children, node **out) {
    size_t n_args = 0, i = 0;
    *out = NULL;
    for (const node *c = children; c; c = c->next) n_args++;
    mlops__expr_argument *args = mlops__arena_array(self->arena, n_args + 1, sizeof *args);
    mlops__expr_function *function = mlops__arena_alloc(self->arena, sizeof *function);
    mlops__expr_expansion call = {.args = args, .n_args = (int64_t)n_args, .at = -1};
    call.name = mlops__arena_text(self->arena, name, n);
    if (!args || !function || !call.name)
        return mlops__fail_nomem(self->source.err, n_args * sizeof *args);
    for (const node *c = children; c; c = c->next, i++) {
        if (c->op == OP_NAME) args[i].name = self->named[c->value.i64].text;
        if (c->op == OP_CONST) args[i].type = (mlops_type)c->type;
        give_value(c, &args[i]);
    }
    mlops_status status = self->scope->expand(self->scope->user, &call);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->source.err, n);
    if (status < 0)
        return mlops__expr_fail(&self->source, status, place(&call, at, children), "%s",
                                call.problem);
    function->name = call.name;
    function->result = call.one ? MLOPS_TYPE_NULL : MLOPS_TYPE_FLOAT64;
    MLOPS_TRY(mlops__expr_new(self, OP_CUSTOM, at, end, out));
    (*out)->type = MLOPS_TYPE_FLOAT64;
    (*out)->value.custom = function;
    (*out)->first = children;
    for (node *c = children; c; c = c->next, (*out)->n_children++) c->parent = *out;
    return MLOPS_OK;
}

mlops_status mlops__expr_new_expanded(mlops__expr_maker *self, const char *name, size_t n,
                                      size_t at, size_t end, node *children, node **out) {
    size_t n_args = 0;
    mlops__buf text;
    *out = NULL;
    for (const node *c = children; c; c = c->next) n_args++;
    mlops__expr_argument *args = mlops__arena_array(self->arena, n_args + 1, sizeof *args);
    mlops__expr_expansion call = {.args = args, .n_args = (int64_t)n_args, .out = &text, .at = -1};
    call.name = mlops__arena_text(self->arena, name, n);
    if (!args || !call.name) return mlops__fail_nomem(self->source.err, n_args * sizeof *args);
    MLOPS_TRY(give_all(self, children, args));
    mlops__buf_init(&text, self->allocator);
    mlops_status status = self->scope->expand(self->scope->user, &call);
    if (status == MLOPS_E_NOMEM) mlops__fail_nomem(self->source.err, text.size);
    else if (status < 0)
        mlops__expr_fail(&self->source, status, place(&call, at, children), "%s", call.problem);
    else status = parse(self, &text, at, end, &call, out);
    mlops__buf_free(&text);
    return status;
}
