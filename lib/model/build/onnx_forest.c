/* A tree ensemble becomes the plan of a forest.
 *
 * Owns the form of tests: a value below that of its node goes left. Invariant: each node is reached
 * once, from one root; a graph with cycles or shared nodes is refused.
 */
#include "model/build/ir.h"
#include "model/build/onnx_trees.h"
#include "model/run/plan.h"

#include <string.h>

static int is_nan(double value) { return value != value; }

/* The number after one that is neither NaN nor the greatest infinity. */
static double next_number(double value, int f64) {
    float narrow = (float)value;
    uint64_t wide;
    uint32_t bits;
    if (value == 0) value = narrow = 0;
    if (f64) {
        memcpy(&wide, &value, sizeof wide);
        wide = wide >> 63 ? wide - 1 : wide + 1;
        memcpy(&value, &wide, sizeof value);
        return value;
    }
    memcpy(&bits, &narrow, sizeof bits);
    bits = bits >> 31 ? bits - 1 : bits + 1;
    memcpy(&narrow, &bits, sizeof narrow);
    return (double)narrow;
}

static double below_all(void) {
    const uint64_t bits = UINT64_C(0xfff0000000000000);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

typedef struct building {
    mlops__oc *oc;
    mlops__trees *trees;
    mlops__ir *ir;
    int32_t *queue; /* nodes of a tree in breadth-first order */
    int64_t n_queue;
    int32_t group; /* of the tree: the one target of all its leaves, or NONE */
} building;

static void word(building *self, uint32_t value) {
    mlops__buf_put(&self->ir->words, &value, sizeof value);
}

static void word_number(building *self, double value) {
    float narrow = (float)value;
    if (self->ir->f64) mlops__buf_put(&self->ir->words, &value, sizeof value);
    else mlops__buf_put(&self->ir->words, &narrow, sizeof narrow);
}

static uint32_t begin_special(building *self, mlops__ir_node *to, mlops__special kind) {
    to->is_special = 1;
    to->special = (uint32_t)(self->ir->words.size / 4);
    word(self, kind);
    return to->special;
}

/* One target, the same in all leaves of the tree; NONE if there are several. */
static int32_t group_of(const building *self) {
    int32_t group = MLOPS__TREE_NONE;
    for (int64_t i = 0; i < self->n_queue; i++) {
        const mlops__tree_node *node = &self->trees->nodes[self->queue[i]];
        if (node->mode != MLOPS__TREE_LEAF) continue;
        for (int32_t w = node->first; w != MLOPS__TREE_NONE; w = self->trees->weights[w].next) {
            int32_t target = (int32_t)self->trees->weights[w].target;
            if (group != MLOPS__TREE_NONE && group != target) return MLOPS__TREE_NONE;
            group = target;
        }
    }
    return group == MLOPS__TREE_NONE ? 0 : group;
}

/* What the leaf adds to a target, summed in the arithmetic of the plan. */
static double sum_of(const building *self, int32_t first, int64_t target) {
    const mlops__tree_weight *weights = self->trees->weights;
    double sum = 0;
    for (int32_t w = first; w != MLOPS__TREE_NONE; w = weights[w].next) {
        if (weights[w].target != target) continue;
        sum += weights[w].value;
        if (!self->ir->f64) sum = (double)(float)sum;
    }
    return sum;
}

static void put_leaf(building *self, const mlops__tree_node *node, mlops__ir_node *to) {
    if (self->group != MLOPS__TREE_NONE) {
        to->value = sum_of(self, node->first, self->group);
        return;
    }
    begin_special(self, to, MLOPS__SPECIAL_VECTOR);
    for (int64_t target = 0; target < self->trees->n_targets; target++)
        word_number(self, sum_of(self, node->first, target));
}

static void put_members(building *self, const double *members, uint32_t n) {
    word(self, n);
    for (uint32_t i = 0; i < n; i++) word_number(self, members[i]);
}

/* Whether the test's "yes" stands on the left, and the value that is above all that go there. */
static int put_test(building *self, const mlops__tree_node *node, mlops__ir_node *to) {
    double value = node->value;
    int none = is_nan(value), all_left = 0;
    switch ((mlops__tree_mode)node->mode) {
    case MLOPS__TREE_LT: all_left = 1; break;
    case MLOPS__TREE_LEQ: all_left = 1; /* fall through */
    case MLOPS__TREE_GT:
        if (!none && value == -below_all()) none = 2;
        else if (!none) value = next_number(value, self->ir->f64);
        break;
    case MLOPS__TREE_GTE: break;
    default:
        to->feature = (uint32_t)node->feature;
        begin_special(self, to, MLOPS__SPECIAL_MEMBER);
        if (node->mode == MLOPS__TREE_MEMBER)
            put_members(self, self->trees->members + node->first, (uint32_t)node->n);
        else if (none) word(self, 0);
        else put_members(self, &value, 1);
        return node->mode == MLOPS__TREE_NEQ;
    }
    /* Nothing is below the least: all numbers go right. That is "yes" for x <= infinity alone. */
    if (none) {
        to->value = below_all();
        return !(none == 2 && node->mode == MLOPS__TREE_LEQ);
    }
    to->value = value;
    return all_left;
}

static mlops_status put_node(building *self, int64_t at, int64_t *end) {
    mlops__trees *trees = self->trees;
    mlops__tree_node *node = &trees->nodes[self->queue[at]];
    mlops__ir_node to;
    memset(&to, 0, sizeof to);
    to.number = node->number;
    if (node->mode == MLOPS__TREE_LEAF) {
        put_leaf(self, node, &to);
    } else {
        int yes_left = put_test(self, node, &to);
        int missing_yes = node->missing_yes || node->mode == MLOPS__TREE_NEQ;
        to.feature = (uint32_t)node->feature;
        to.left_missing = (uint8_t)(missing_yes == yes_left);
        to.step = (uint32_t)(*end - at);
        *end += 2;
        if (!yes_left) {
            int32_t swapped = node->yes;
            node->yes = node->no;
            node->no = swapped;
        }
    }
    mlops__buf_put(&self->ir->nodes, &to, sizeof to);
    if (self->ir->nodes.status || self->ir->words.status)
        return mlops__fail_nomem(self->oc->err, self->ir->words.size);
    return MLOPS_OK;
}

static mlops_status visit(building *self, int32_t number) {
    mlops__tree_node *node = &self->trees->nodes[number];
    if (node->mode != MLOPS__TREE_LEAF && node->is_seen)
        return mlops__oc_no(self->oc, "node %d of its trees has two parents", number);
    if (self->n_queue == INT32_MAX / 2) return mlops__oc_no(self->oc, "it has too many nodes");
    node->is_seen = 1;
    self->queue[self->n_queue++] = number;
    return MLOPS_OK;
}

/* Breadth first; the order of children is found as a node is written, so twice the same walk. */
static mlops_status add_tree(building *self, int32_t root) {
    uint32_t first = mlops__ir_n_nodes(self->ir), group;
    mlops__tree_node *nodes = self->trees->nodes;
    int64_t end = 1;
    self->n_queue = 0;
    MLOPS_TRY(visit(self, root));
    for (int64_t i = 0; i < self->n_queue; i++) {
        const mlops__tree_node *node = &nodes[self->queue[i]];
        if (node->mode == MLOPS__TREE_LEAF) continue;
        MLOPS_TRY(visit(self, node->yes));
        MLOPS_TRY(visit(self, node->no));
    }
    self->group = group_of(self);
    self->n_queue = 1;
    for (int64_t i = 0; i < self->n_queue; i++) {
        MLOPS_TRY(put_node(self, i, &end));
        const mlops__tree_node *node = &nodes[self->queue[i]];
        if (node->mode == MLOPS__TREE_LEAF) continue;
        self->queue[self->n_queue++] = node->yes;
        self->queue[self->n_queue++] = node->no;
    }
    group = self->group == MLOPS__TREE_NONE ? 0 : (uint32_t)self->group;
    mlops__buf_put(&self->ir->firsts, &first, sizeof first);
    mlops__buf_put(&self->ir->groups, &group, sizeof group);
    self->ir->n_trees++;
    return MLOPS_OK;
}

static mlops_status build(building *self, mlops__buf *out) {
    mlops__trees *trees = self->trees;
    for (int64_t i = 0; i < trees->n_roots; i++) MLOPS_TRY(add_tree(self, trees->roots[i]));
    for (int64_t i = 0; i < trees->n_nodes; i++)
        if (!trees->nodes[i].is_seen && trees->nodes[i].mode != MLOPS__TREE_LEAF)
            return mlops__oc_no(self->oc, "node %lld of its trees is in a circle", (long long)i);
    for (int64_t i = 0; i < trees->n_targets; i++) {
        double base = trees->base ? trees->base[i] : 0;
        mlops__buf_put(&self->ir->base, &base, sizeof base);
    }
    return mlops__ir_compile(self->ir, out, self->oc->err);
}

typedef struct surveying {
    mlops__trees *trees;
    int32_t *queue; /* nodes of a tree */
    size_t cap, n;
    size_t left;     /* nodes that all trees may have */
    int32_t *counts; /* of each target: leaves of the tree that have a weight of it */
    int32_t *newest; /* of each target: number of the leaf that had one last */
    int32_t n_leaves;
    uint8_t *is_sure;
} surveying;

static void survey_leaf(surveying *self, const mlops__tree_node *leaf, int32_t before) {
    self->n_leaves++;
    for (int32_t w = leaf->first; w != MLOPS__TREE_NONE; w = self->trees->weights[w].next) {
        int64_t target = self->trees->weights[w].target;
        if (self->newest[target] <= before) self->counts[target] = 0;
        if (self->newest[target] == self->n_leaves) self->trees->is_twice = 1;
        else self->counts[target]++;
        self->newest[target] = self->n_leaves;
    }
}

/* A walk that takes too long is of what is no tree, and is refused as a plan is made of it. */
static void survey_tree(surveying *self, int32_t root) {
    const mlops__tree_node *nodes = self->trees->nodes;
    int32_t before = self->n_leaves;
    int64_t n_weights = 0, n_leaves;
    self->queue[0] = root;
    self->n = 1;
    for (size_t i = 0; i < self->n && self->left; i++, self->left--) {
        const mlops__tree_node *node = &nodes[self->queue[i]];
        if (node->mode == MLOPS__TREE_LEAF) {
            survey_leaf(self, node, before);
            continue;
        }
        if (self->n + 2 > self->cap) return;
        self->queue[self->n++] = node->yes;
        self->queue[self->n++] = node->no;
    }
    n_leaves = self->n_leaves - before;
    for (size_t i = 0; i < self->n; i++) {
        const mlops__tree_node *node = &nodes[self->queue[i]];
        if (node->mode != MLOPS__TREE_LEAF) continue;
        for (int32_t w = node->first; w != MLOPS__TREE_NONE; w = self->trees->weights[w].next) {
            int64_t target = self->trees->weights[w].target;
            if (self->counts[target] == n_leaves) self->is_sure[target] = 1;
            else self->trees->is_uneven = 1;
            n_weights++;
        }
    }
    if (n_weights != n_leaves && n_weights != n_leaves * self->trees->n_targets)
        self->trees->is_uneven = 1;
}

mlops_status mlops__oc_survey(mlops__oc *self, mlops__trees *trees) {
    size_t n = (size_t)trees->n_targets, n_nodes = (size_t)trees->n_nodes;
    surveying all = {.trees = trees, .cap = 2 * n_nodes + 1, .left = 3 * n_nodes};
    if (trees->n_targets < 1 || trees->n_targets > MLOPS__PLAN_GROUPS_MAX)
        return mlops__oc_no(self, "%lld targets", (long long)trees->n_targets);
    all.queue = mlops__arena_array(self->arena, all.cap, sizeof *all.queue);
    all.counts = mlops__arena_array(self->arena, 2 * n, sizeof *all.counts);
    trees->is_sure = all.is_sure = mlops__arena_array(self->arena, n, 1);
    if (!all.queue || !all.counts || !all.is_sure)
        return mlops__fail_nomem(self->err, all.cap * sizeof *all.queue);
    all.newest = all.counts + n;
    for (int64_t i = 0; i < trees->n_roots; i++) survey_tree(&all, trees->roots[i]);
    for (int64_t i = 0; i < trees->n_weights; i++) trees->is_below |= trees->weights[i].value < 0;
    return MLOPS_OK;
}

mlops_status mlops__oc_forest(mlops__oc *self, mlops__trees *trees, int64_t n_features,
                              uint32_t *out) {
    mlops__ir ir;
    mlops__buf plan;
    building all = {.oc = self, .trees = trees, .ir = &ir};
    all.queue = mlops__arena_array(self->arena, (size_t)trees->n_nodes * 2 + 1, sizeof *all.queue);
    if (!all.queue) return mlops__fail_nomem(self->err, (size_t)trees->n_nodes * 8);
    mlops__ir_init(&ir, self->allocator);
    mlops__buf_init(&plan, self->allocator);
    ir.n_features = (uint32_t)n_features;
    ir.n_groups = (uint32_t)trees->n_targets;
    ir.divisor = 1;
    ir.aggregate = trees->aggregate;
    ir.f64 = trees->f64;
    mlops__format(ir.format, sizeof ir.format, "onnx");
    mlops_status status = build(&all, &plan);
    mlops__ir_free(&ir);
    uint8_t *copy = status ? NULL : mlops__arena_array(self->arena, plan.size, 1);
    int64_t n = (int64_t)plan.size;
    if (copy) memcpy(copy, plan.data, plan.size);
    if (!copy && !status) status = mlops__fail_nomem(self->err, plan.size);
    mlops__buf_free(&plan);
    MLOPS_TRY(status);
    return mlops__oc_constant(self, MLOPS__GRAPH_BYTES, 1, &n, copy, out);
}
