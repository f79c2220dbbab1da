/* Walks over trees, and their order.
 *
 * Owns nothing. Invariant: no recursion: a walk finds its way by the links to parents, so that a
 * chain of thousands of operators takes no stack.
 */
#include "expr/expr_tree.h"
#include "expr/expr_text.h"

#include <string.h>

typedef mlops__expr_node node;

/* A walk changes nothing; who may change the tree may change what it meets. */
node *mlops__expr_walk_first(const node *root) {
    while (root->first) root = root->first;
    return (node *)(uintptr_t)root;
}

node *mlops__expr_walk_next(const node *root, const node *at) {
    if (at == root) return NULL;
    return at->next ? mlops__expr_walk_first(at->next) : at->parent;
}

void mlops__expr_become(node *self, const node *other) {
    node *parent = self->parent, *next = self->next;
    *self = *other;
    self->parent = parent;
    self->next = next;
    for (node *c = self->first; c; c = c->next) c->parent = self;
}

static int compare_i64(int64_t a, int64_t b) { return (a > b) - (a < b); }

/* By value, then by bits: -0 before 0. No constant of a tree is NaN. */
static int compare_f64(double a, double b) {
    if (a != b) return a < b ? -1 : 1;
    int64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return compare_i64(x, y);
}

static int order_constants(const node *a, const node *b) {
    int order = compare_i64(a->null, b->null);
    if (order || a->null) return order;
    switch (a->type) {
    case MLOPS_TYPE_FLOAT64: return compare_f64(a->value.f64, b->value.f64);
    case MLOPS_TYPE_STRING: return mlops__expr_text_compare(&a->value.text, &b->value.text);
    default: return compare_i64(a->value.i64, b->value.i64);
    }
}

/* Constants come last. */
static int rank(const node *n) { return n->op == OP_CONST ? OP_COUNT : n->op; }

static int order_nodes(const node *a, const node *b, const mlops__expr_named *named) {
    int order = rank(a) - rank(b);
    if (!order && a->op == OP_NAME)
        order = strcmp(named[a->value.i64].text, named[b->value.i64].text);
    if (!order) order = a->type - b->type;
    if (!order) order = a->negated - b->negated;
    if (!order) order = compare_i64(a->n_children, b->n_children);
    if (order) return order;
    if (a->op == OP_CUSTOM) return strcmp(a->value.custom->name, b->value.custom->name);
    return a->op == OP_CONST ? order_constants(a, b) : 0;
}

int mlops__expr_order(const node *a, const node *b, const mlops__expr_named *named) {
    const node *x = mlops__expr_walk_first(a), *y = mlops__expr_walk_first(b);
    while (x && y) {
        int order = order_nodes(x, y, named);
        if (order) return order;
        x = mlops__expr_walk_next(a, x);
        y = mlops__expr_walk_next(b, y);
    }
    return (x != NULL) - (y != NULL);
}
