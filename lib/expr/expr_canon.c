/* The canonical form: one tree for texts that mean the same, as far as docs/expressions.md says.
 *
 * Owns the rules. Invariant: each keeps the value in every row, bit by bit, and the form is a fixed
 * point: what is written of it is parsed to the same tree. Negations stand at leaves, constants are
 * computed by the very kernels that would compute them later, and operands whose order means
 * nothing stand in mlops__expr_order().
 */
#include "expr/expr_program.h"

#include <string.h>

typedef mlops__expr_node node;

/* ---- negations ---- */

static mlops__expr_op opposite(mlops__expr_op op) {
    switch (op) {
    case OP_AND: return OP_OR;
    case OP_OR: return OP_AND;
    case OP_EQ: return OP_NE;
    case OP_NE: return OP_EQ;
    case OP_LT: return OP_GE;
    case OP_LE: return OP_GT;
    case OP_GT: return OP_LE;
    case OP_GE: return OP_LT;
    default: return op;
    }
}

/* Comparisons are unknown where they or their opposite would be, so that each has one. */
static void push_negation(node *n) {
    while (n->op == OP_NOT) {
        int negated = !n->negated;
        mlops__expr_become(n, n->first);
        n->negated = (uint8_t)(n->negated ^ negated);
    }
    mlops__expr_op op = opposite((mlops__expr_op)n->op);
    if (!n->negated || op == n->op) return;
    n->op = (uint8_t)op;
    n->negated = 0;
    if (op != OP_AND && op != OP_OR) return;
    for (node *c = n->first; c; c = c->next) c->negated = !c->negated;
}

static void push_negations(node *root) {
    for (node *n = root;;) {
        push_negation(n);
        if (n->first) {
            n = n->first;
            continue;
        }
        while (n != root && !n->next) n = n->parent;
        if (n == root) return;
        n = n->next;
    }
}

/* ---- constants ---- */

static void set_bool(node *n, int value) {
    n->op = OP_CONST;
    n->type = MLOPS_TYPE_BOOL;
    n->negated = 0;
    n->null = 0;
    n->first = NULL;
    n->n_children = 0;
    n->value.i64 = value;
}

static int all_constant(const node *n) {
    for (const node *c = n->first; c; c = c->next)
        if (c->op != OP_CONST) return 0;
    return n->first != NULL && n->op != OP_CUSTOM;
}

typedef union slot {
    uint8_t truth;
    int64_t i64;
    double f64;
    mlops__expr_text text;
} slot;

/* The value of a node all of whose children are constant. */
static mlops_status compute(mlops__arena *arena, mlops_cpu cpu, node *n, slot *out,
                            uint8_t *valid) {
    mlops__expr_program program;
    MLOPS_TRY(mlops__expr_build(arena, n, NULL, cpu, &program));
    size_t size = mlops__expr_program_scratch(&program, 1);
    void *scratch = mlops__arena_alloc(arena, size);
    mlops__expr_output output = {out, valid};
    if (!scratch) return MLOPS_E_NOMEM;
    return mlops__expr_program_run(&program, NULL, 0, 1, scratch, size, &output);
}

/* Makes a node its value, if that can be written as a constant. */
static mlops_status fold(mlops__expr_maker *self, node *n) {
    slot value;
    uint8_t valid = 0;
    mlops__arena arena;
    memset(&value, 0, sizeof value);
    mlops__arena_init(&arena, self->allocator, SIZE_MAX);
    mlops_status status = compute(&arena, self->cpu, n, &value, &valid);
    char *text = NULL;
    if (status == MLOPS_OK && n->type == MLOPS_TYPE_STRING && valid) {
        text = mlops__arena_alloc(self->arena, (size_t)value.text.n + 1);
        if (text) mlops__expr_text_copy(text, &value.text);
        else status = MLOPS_E_NOMEM;
    }
    mlops__arena_free(&arena);
    if (status < 0) return mlops__fail_nomem(self->source.err, sizeof(node));
    if (!valid) return MLOPS_OK;
    if (n->type == MLOPS_TYPE_FLOAT64 && value.f64 - value.f64 != 0) return MLOPS_OK;
    n->op = OP_CONST;
    n->negated = 0;
    n->first = NULL;
    n->n_children = 0;
    switch (n->type) {
    case MLOPS_TYPE_BOOL: n->value.i64 = value.truth; break;
    case MLOPS_TYPE_INT64: n->value.i64 = value.i64; break;
    case MLOPS_TYPE_FLOAT64: n->value.f64 = value.f64; break;
    default: n->value.text = (mlops__expr_text){text, value.text.n, 0}; break;
    }
    return MLOPS_OK;
}

/* Zeros are equal, whatever their sign. */
static void drop_zero_signs(node *n) {
    for (node *c = n->first; c; c = c->next)
        if (c->op == OP_CONST && c->type == MLOPS_TYPE_FLOAT64 && c->value.f64 == 0)
            c->value.f64 = 0;
}

/* ---- order ---- */

/* Merges two ordered lists; of equal nodes the first list's comes first. */
static node *merge(node *a, node *b, const mlops__expr_named *named) {
    node *head = NULL, **link = &head;
    while (a && b) {
        node **from = mlops__expr_order(a, b, named) <= 0 ? &a : &b;
        *link = *from;
        link = &(*from)->next;
        *from = (*from)->next;
    }
    *link = a ? a : b;
    return head;
}

static node *sort(node *list, const mlops__expr_named *named) {
    node *runs[32] = {NULL}; /* runs[i]: 2^i nodes, or none */
    size_t used = 0;
    while (list) {
        node *run = list;
        size_t i = 0;
        list = list->next;
        run->next = NULL;
        for (; i < used && runs[i]; i++) {
            run = merge(runs[i], run, named);
            runs[i] = NULL;
        }
        if (i == used) used++;
        runs[i] = run;
    }
    node *all = NULL;
    for (size_t i = 0; i < used; i++) all = merge(runs[i], all, named);
    return all;
}

/* Leaves one of equal nodes in an ordered list. */
static void drop_repeated(node *list, const mlops__expr_named *named) {
    while (list && list->next) {
        if (mlops__expr_order(list, list->next, named) == 0) list->next = list->next->next;
        else list = list->next;
    }
}

static void set_children(node *n, node *list) {
    n->first = list;
    n->n_children = 0;
    for (node *c = list; c; c = c->next) {
        c->parent = n;
        n->n_children++;
    }
}

static mlops__expr_op turned(mlops__expr_op op) {
    switch (op) {
    case OP_LT: return OP_GT;
    case OP_LE: return OP_GE;
    case OP_GT: return OP_LT;
    case OP_GE: return OP_LE;
    default: return op;
    }
}

/* True if a sum is an operand of a sum, or a product of a product. */
static int continues(const node *n, const node *child) {
    while (child->op == OP_CAST) child = child->first;
    return mlops__expr_forms[child->op].bind == mlops__expr_forms[n->op].bind;
}

/* True if the two operands of a node change places. What continues a sum stands on the left, where
 * it needs no parentheses, and there it stays: else a long chain could come out deeply nested. */
static int must_swap(const node *n, const node *a, const node *b, const mlops__expr_named *named) {
    if (n->op == OP_ADD || n->op == OP_MUL) {
        if (continues(n, a)) return 0;
        if (continues(n, b)) return 1;
    }
    int order = mlops__expr_order(a, b, named);
    return order > 0 || (order == 0 && (n->op == OP_GT || n->op == OP_GE)); /* of equals: less */
}

static void order_pair(node *n, const mlops__expr_named *named) {
    node *a = n->first, *b = a->next;
    if (!must_swap(n, a, b, named)) return;
    n->op = (uint8_t)turned((mlops__expr_op)n->op);
    b->next = a;
    a->next = NULL;
    n->first = b;
}

/* ---- and, or, in ---- */

/* The clauses of a node, those of its own kind taken apart, without constants. *absorbed: the whole
 * is what one of the constants is. */
static node *gather_clauses(node *n, int *absorbed) {
    node *list = NULL, **link = &list;
    int idle = n->op == OP_AND; /* the constant that changes nothing */
    *absorbed = 0;
    for (node *c = n->first, *next; c; c = next) {
        next = c->next;
        c->next = NULL;
        if (c->op == OP_CONST) {
            if (c->value.i64 != idle) *absorbed = 1;
            continue;
        }
        *link = c->op == n->op ? c->first : c;
        while (*link) link = &(*link)->next;
    }
    return list;
}

static void simplify_clauses(node *n, const mlops__expr_named *named) {
    int absorbed, idle = n->op == OP_AND;
    node *list = gather_clauses(n, &absorbed);
    if (absorbed || !list) {
        set_bool(n, absorbed ? !idle : idle);
        return;
    }
    list = sort(list, named);
    drop_repeated(list, named);
    set_children(n, list);
    if (n->n_children == 1) mlops__expr_become(n, list);
}

static mlops_status simplify_list(mlops__expr_maker *self, node *n) {
    for (const node *c = n->first->next; c; c = c->next) {
        char shown[MLOPS__EXPR_SHOWN];
        if (c->op == OP_CONST) continue;
        return mlops__expr_fail(&self->source, MLOPS_E_SCHEMA, c->start,
                                "%s is no constant; a list holds constants, and names are compared "
                                "with = and or",
                                mlops__expr_show(&self->source, shown, c->start, c->end));
    }
    drop_zero_signs(n);
    n->first->next = sort(n->first->next, self->named);
    drop_repeated(n->first->next, self->named);
    set_children(n, n->first);
    if (n->n_children > 2) return MLOPS_OK;
    n->op = n->negated ? OP_NE : OP_EQ;
    n->negated = 0;
    order_pair(n, self->named);
    return MLOPS_OK;
}

/* A node whose children are canonical. */
static mlops_status canonise(mlops__expr_maker *self, node *n) {
    if (n->op == OP_CONST && n->negated) set_bool(n, !n->value.i64);
    if (n->op == OP_AND || n->op == OP_OR) {
        simplify_clauses(n, self->named);
        return MLOPS_OK;
    }
    if (n->op == OP_IN) MLOPS_TRY(simplify_list(self, n));
    if (all_constant(n)) MLOPS_TRY(fold(self, n));
    if (n->op == OP_MIN || n->op == OP_MAX) set_children(n, sort(n->first, self->named));
    if (n->op >= OP_EQ && n->op <= OP_GE) drop_zero_signs(n);
    if ((n->op >= OP_EQ && n->op <= OP_GE) || n->op == OP_ADD || n->op == OP_MUL)
        order_pair(n, self->named);
    return MLOPS_OK;
}

mlops_status mlops__expr_canonise(mlops__expr_maker *self, node *root) {
    push_negations(root);
    for (node *n = mlops__expr_walk_first(root); n; n = mlops__expr_walk_next(root, n))
        MLOPS_TRY(canonise(self, n));
    return MLOPS_OK;
}
