/* Laying out deep trees for walking.
 *
 * Owns the places of nodes. Invariant: a row reaches the same leaf as in the plan; a child stands
 * behind its parent.
 */
#include "model/build/tune_walks.h"

#include "base/cursor.h"
#include "model/build/tune_inside.h"
#include "sys/hash.h"

#include <string.h>

/* Sides of a feature, of which each is a slot. */
enum { SIDES = 4, FEATURES_MAX = 1 << 20, NONE = 0xffff, LINE = 8 };

typedef struct laying {
    const mlops__plan *plan;
    mlops__arena *arena;
    mlops__walks *out;
    uint16_t *slots;   /* of each side of each feature */
    uint32_t *places;  /* of nodes, in their trees */
    uint32_t *waiting; /* left children of which the place is not known */
    uint32_t *firsts;  /* of trees, behind the last one the end */
    uint32_t n_slots;
    uint32_t n_vectors;
    mlops__forest_reals values; /* vectors that differ, n_values, and room for all */
    uint32_t *found;            /* places in values plus 1, by hash */
    uint32_t n_values, mask;
    mlops_error *err;
} laying;

static const uint8_t *words_of(const laying *self, const mlops__plan_node *node) {
    return self->plan->words + 4 * (size_t)node->words;
}

static int is_zero(const laying *self, const mlops__plan_node *node) {
    return node->special && mlops__load_u32(words_of(self, node)) == MLOPS__SPECIAL_ZERO;
}

static uint16_t *slot_of(const laying *self, const mlops__plan_node *node) {
    unsigned side = (unsigned)(is_zero(self, node) << 1 | (node->left_missing != 0));
    return &self->slots[(size_t)node->feature * SIDES + side];
}

/* False if there is what no walk knows. */
static int count(laying *self) {
    const mlops__plan *plan = self->plan;
    uint32_t n_leaves = 0;
    memset(self->slots, 0xff, (size_t)plan->n_features * SIDES * sizeof *self->slots);
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        n_leaves += !mlops__tune_is_test(&node);
        if (mlops__tune_is_test(&node)) {
            uint16_t *slot = slot_of(self, &node);
            if (node.special && !is_zero(self, &node)) return 0;
            if (*slot != NONE) continue;
            if (self->n_slots + 1 == MLOPS__WALKS_SLOTS_MAX) return 0;
            *slot = (uint16_t)self->n_slots++;
        } else if (node.special) {
            if (mlops__load_u32(words_of(self, &node)) != MLOPS__SPECIAL_VECTOR) return 0;
            self->n_vectors++;
        }
    }
    self->out->vectors = self->n_vectors != 0;
    return self->n_vectors == 0 ||
           (self->n_vectors == n_leaves && n_leaves <= INT32_MAX / plan->n_groups);
}

/* Left child, of nodes counted in the tree; 0: a leaf. */
static uint32_t left_of(const laying *self, uint32_t first, uint32_t i) {
    mlops__plan_node node = mlops__plan_node_at(self->plan, first + i);
    return mlops__tune_is_test(&node) ? i + node.step : 0;
}

/* Siblings, or the root alone, and in the same line their children; what is below those waits. */
static uint32_t put_line(laying *self, uint32_t first, uint32_t top, uint32_t n_waiting,
                         uint32_t *end) {
    uint32_t pairs[3] = {top}, n = 1, left;
    for (uint32_t k = 0; k < (top ? 2u : 1u); k++)
        if ((left = left_of(self, first, top + k)) != 0) pairs[n++] = left;
    if (*end % LINE + 2 * n > LINE) *end += LINE - *end % LINE;
    for (uint32_t i = 0; i < n; i++, *end += 2)
        for (uint32_t k = 0; k < (pairs[i] ? 2u : 1u); k++) {
            self->places[first + pairs[i] + k] = *end + (pairs[i] ? 1 - k : 0);
            left = i ? left_of(self, first, pairs[i] + k) : 0;
            if (left) self->waiting[n_waiting++] = left;
        }
    return n_waiting;
}

/* False if the trees are too many or too large. */
static int place(laying *self) {
    uint64_t total = 0;
    for (uint32_t t = 0; t < self->plan->n_trees; t++) {
        mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
        uint32_t end = 0, n;
        if (tree.n_nodes > MLOPS__WALKS_STEP_MAX / 4) return 0;
        n = put_line(self, tree.first, 0, 0, &end);
        while (n--) n = put_line(self, tree.first, self->waiting[n], n, &end);
        self->firsts[t] = (uint32_t)total;
        total += (end + LINE - 1) / LINE * LINE;
        if (end >= MLOPS__WALKS_STEP_MAX || total > UINT32_MAX) return 0;
    }
    self->firsts[self->plan->n_trees] = (uint32_t)total;
    return 1;
}

static uint64_t bits_of(double value, int f64) {
    float narrow = (float)value;
    uint32_t small;
    uint64_t bits;
    memcpy(&small, &narrow, sizeof small);
    memcpy(&bits, &value, sizeof bits);
    return f64 ? bits : small;
}

/* The key of values that are as large as the number. */
static uint64_t bound_of(double value, int f64) {
    uint64_t bits = bits_of(value + 0.0, f64), top = f64 ? (uint64_t)1 << 63 : (uint64_t)1 << 31;
    return bits & top ? bits ^ (top | (top - 1)) : bits | top;
}

/* Index of the leaf's vector among those that differ: of pure leaves there are few. */
static uint64_t vector_of(laying *self, const uint8_t *words) {
    const size_t n = self->plan->n_groups, size = n * mlops__plan_number_size(self->plan);
    uint8_t *values = self->values.any, *last = values + self->n_values * size;
    for (size_t g = 0; g < n; g++)
        if (self->out->f64)
            self->values.f64[self->n_values * n + g] = mlops__load_f64(words + 8 * g);
        else self->values.f32[self->n_values * n + g] = mlops__load_f32(words + 4 * g);
    uint32_t i = (uint32_t)mlops__hash_64(last, size) & self->mask;
    for (; self->found[i]; i = (i + 1) & self->mask)
        if (memcmp(values + (self->found[i] - 1) * size, last, size) == 0)
            return (self->found[i] - 1) * n;
    self->found[i] = ++self->n_values;
    return (self->n_values - 1) * n;
}

/* Bound of a leaf. */
static uint64_t leaf_of(laying *self, const mlops__plan_node *node) {
    if (!node->special) return bits_of(node->value, self->out->f64);
    return vector_of(self, words_of(self, node) + 4);
}

static void fill(laying *self, void *nodes) {
    mlops__walks_f32 *f32 = nodes;
    mlops__walks_f64 *f64 = nodes;
    for (uint32_t t = 0; t < self->plan->n_trees; t++) {
        mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
        for (uint32_t i = tree.first; i < tree.first + tree.n_nodes; i++) {
            mlops__plan_node node = mlops__plan_node_at(self->plan, i);
            size_t at = self->firsts[t] + self->places[i];
            uint32_t link = self->n_slots;
            uint64_t bound;
            if (mlops__tune_is_test(&node)) {
                double cut =
                    is_zero(self, &node) ? mlops__load_f64(words_of(self, &node) + 4) : node.value;
                bound = bound_of(cut, self->out->f64);
                link = (self->places[i + node.step + 1] - self->places[i])
                           << MLOPS__WALKS_SLOT_BITS |
                       *slot_of(self, &node);
            } else {
                bound = leaf_of(self, &node);
            }
            if (self->out->f64) f64[at] = (mlops__walks_f64){bound, link};
            else f32[at] = bound | (uint64_t)link << 32;
        }
    }
}

static mlops_status build(laying *self) {
    const mlops__plan *plan = self->plan;
    mlops__walks *out = self->out;
    size_t number = mlops__plan_number_size(plan), n_nodes = self->firsts[plan->n_trees];
    mlops__walks_slot *slots =
        mlops__arena_array(self->arena, (size_t)self->n_slots + 1, sizeof *slots);
    mlops__walks_tree *trees =
        mlops__arena_array(self->arena, (size_t)plan->n_trees + 1, sizeof *trees);
    void *nodes = mlops__tune_array(self->arena, n_nodes, 2 * number);
    out->base.any = mlops__arena_array(self->arena, plan->n_groups, number);
    if (!slots || !trees || !nodes || !out->base.any)
        return mlops__fail_nomem(self->err, n_nodes * 2 * number);
    for (size_t i = 0; i < (size_t)plan->n_features * SIDES; i++)
        if (self->slots[i] != NONE)
            slots[self->slots[i]] = (mlops__walks_slot){(uint32_t)(i / SIDES), i & 1, i >> 1 & 1};
    for (uint32_t t = 0; t < plan->n_trees; t++)
        trees[t] = (mlops__walks_tree){self->firsts[t], mlops__plan_tree_at(plan, t).group};
    for (uint32_t g = 0; g < plan->n_groups; g++)
        if (out->f64) out->base.f64[g] = mlops__plan_base(plan, g);
        else out->base.f32[g] = (float)mlops__plan_base(plan, g);
    fill(self, nodes);
    size_t n_values = (size_t)self->n_values * plan->n_groups;
    out->values.any = mlops__arena_array(self->arena, n_values + 1, number);
    if (!out->values.any) return mlops__fail_nomem(self->err, n_values * number);
    if (n_values) memcpy(out->values.any, self->values.any, n_values * number);
    out->n_slots = self->n_slots + 1;
    out->slots = slots;
    out->trees = trees;
    out->nodes = nodes;
    return MLOPS_OK;
}

/* True if most nodes are in trees that kernels of ranks have no tests for. */
static int is_deep(const mlops__plan *plan) {
    uint64_t n = 0;
    for (uint32_t t = 0; t < plan->n_trees; t++) {
        uint32_t n_nodes = mlops__plan_tree_at(plan, t).n_nodes;
        if (n_nodes >= 2 * MLOPS__FOREST_TEST_LEAVES) n += n_nodes;
    }
    return n > plan->n_nodes / 2;
}

/* With room for the vectors of leaves. */
static mlops_status build_with_vectors(laying *self, const mlops_allocator *scratch) {
    size_t n = (size_t)self->n_vectors + 1, n_found = 2, size;
    size = self->plan->n_groups * mlops__plan_number_size(self->plan);
    while (n_found < 2 * n) n_found *= 2;
    self->mask = (uint32_t)n_found - 1;
    self->values.any = mlops__alloc_array(scratch, n, size);
    self->found = mlops__alloc_zero(scratch, n_found * sizeof *self->found);
    int have = self->values.any && self->found;
    mlops_status status = have ? build(self) : mlops__fail_nomem(self->err, n * size);
    mlops__free(scratch, self->values.any, n * size);
    mlops__free(scratch, self->found, n_found * sizeof *self->found);
    return status;
}

mlops_status mlops__tune_walks(mlops__walks **out, const mlops__plan *plan, mlops__arena *arena,
                               const mlops_allocator *scratch, mlops_error *err) {
    size_t n = (size_t)plan->n_nodes + 1, n_sides = (size_t)plan->n_features * SIDES;
    *out = NULL;
    if (plan->aggregate != MLOPS__AGGREGATE_SUM || plan->n_features > FEATURES_MAX) return MLOPS_OK;
    laying self = {.plan = plan, .arena = arena, .err = err};
    mlops_status status = MLOPS_OK;
    self.out = mlops__arena_alloc(arena, sizeof *self.out);
    self.slots = mlops__alloc_array(scratch, n_sides, sizeof *self.slots);
    self.places = mlops__alloc_array(scratch, n, 2 * sizeof *self.places);
    self.firsts = mlops__alloc_array(scratch, (size_t)plan->n_trees + 1, sizeof *self.firsts);
    if (!self.out || !self.slots || !self.places || !self.firsts) {
        status = mlops__fail_nomem(err, n * 2 * sizeof *self.places);
    } else {
        *self.out = (mlops__walks){.n_features = plan->n_features,
                                   .n_trees = plan->n_trees,
                                   .n_groups = plan->n_groups,
                                   .f64 = (plan->flags & MLOPS__PLAN_F64) != 0,
                                   .zero = (float)MLOPS__SPECIAL_ZERO_MAX};
        self.waiting = self.places + n;
        int fits = count(&self) && place(&self);
        if (fits) status = build_with_vectors(&self, scratch);
        if (fits && status == MLOPS_OK) *out = self.out;
    }
    mlops__free(scratch, self.slots, n_sides * sizeof *self.slots);
    mlops__free(scratch, self.places, n * 2 * sizeof *self.places);
    mlops__free(scratch, self.firsts, ((size_t)plan->n_trees + 1) * sizeof *self.firsts);
    return status;
}

/* What stays in the arena has no addresses, so that it is the same in all processes. */
static void forget(mlops__forest *forest) {
    mlops__forest_teams *teams = (mlops__forest_teams *)(uintptr_t)forest->teams;
    if (teams) memset(teams, 0, sizeof *teams);
    memset(forest, 0, sizeof *forest);
}

mlops_status mlops__tune_best(mlops__forest **forest, mlops__walks **walks, const mlops__plan *plan,
                              int wide, mlops__arena *arena, const mlops_allocator *scratch,
                              mlops_error *err) {
    int deep = is_deep(plan);
    *forest = NULL;
    *walks = NULL;
    if (deep) MLOPS_TRY(mlops__tune_walks(walks, plan, arena, scratch, err));
    if (*walks) return MLOPS_OK;
    MLOPS_TRY(mlops__tune(forest, plan, wide, arena, scratch, err));
    if (*forest && mlops__tune_pays(*forest)) return MLOPS_OK;
    if (*forest) forget(*forest);
    *forest = NULL;
    if (!deep) MLOPS_TRY(mlops__tune_walks(walks, plan, arena, scratch, err));
    /* Taking keys must not cost more than walking the plan. */
    if (*walks && (*walks)->n_slots > (uint64_t)plan->n_trees * plan->depth) *walks = NULL;
    return MLOPS_OK;
}
