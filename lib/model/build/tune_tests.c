/* Laying out trees as chains of tests, for blocks of rows.
 *
 * Owns the numbers of leaves and vectors. Invariant: what a chain reads another has found before,
 * in a vector that nothing wrote to in between.
 */
#include "model/build/tune_inside.h"

#include <string.h>

enum { TESTS = MLOPS__FOREST_TEST_LEAVES, NODES = 2 * MLOPS__FOREST_TEST_LEAVES };

/* One tree; nodes are counted in it. */
typedef struct tree {
    const mlops__tuning *tuning;
    const mlops__forest_tree *shape;
    uint32_t first;
    uint32_t n;
    uint16_t lefts[NODES];   /* left child; 0: a leaf */
    uint16_t firsts[NODES];  /* leaf, the first one below a node */
    uint16_t spans[NODES];   /* leaves below a node */
    uint8_t vectors[NODES];  /* what the chain from here down finds */
    uint64_t unused;         /* vectors */
    mlops__forest_test *out; /* the next one */
} tree;

static uint32_t span_of_leaves(const mlops__forest_tree *shape) {
    return shape->heap ? 1u << shape->depth : shape->n_tests + 1;
}

static void number_leaves(tree *self) {
    uint32_t left;
    for (uint32_t i = self->n; i--;) {
        left = self->lefts[i];
        self->spans[i] = left ? (uint16_t)(self->spans[left] + self->spans[left + 1]) : 1;
    }
    if (self->shape->heap) self->spans[0] = (uint16_t)span_of_leaves(self->shape);
    self->firsts[0] = 0;
    for (uint32_t i = 0; i < self->n; i++) {
        if (!(left = self->lefts[i])) continue;
        if (self->shape->heap) self->spans[left] = self->spans[left + 1] = self->spans[i] / 2;
        self->firsts[left] = self->firsts[i];
        self->firsts[left + 1] = (uint16_t)(self->firsts[i] + self->spans[left]);
    }
}

/* A chain from a node down. False if there is no vector left. */
static int put_chain(tree *self, uint32_t top) {
    uint16_t chain[TESTS];
    uint32_t n = 0, left;
    for (uint32_t i = top; self->lefts[i]; i = self->lefts[i]) chain[n++] = (uint16_t)i;
    for (uint32_t k = n; k--;) {
        uint32_t i = chain[k], right = self->lefts[i] + 1, found = self->lefts[right] != 0;
        uint8_t vector = self->vectors[right];
        if (found) self->unused |= (uint64_t)1 << vector;
        *self->out++ = (mlops__forest_test){
            self->tuning->node_slots[self->first + i],
            (uint8_t)(self->tuning->node_bounds[self->first + i] - 1),
            found ? vector : (uint8_t)self->firsts[right],
            (uint8_t)self->firsts[top],
            0,
            (uint8_t)((k == n - 1 ? MLOPS__FOREST_BEGINS : 0) | (k ? 0 : MLOPS__FOREST_ENDS) |
                      (found ? MLOPS__FOREST_FOUND : 0)),
        };
    }
    if (!self->unused) return 0;
    left = (uint32_t)__builtin_ctzll(self->unused);
    self->unused &= ~((uint64_t)1 << left);
    self->out[-1].out = self->vectors[top] = (uint8_t)left;
    return 1;
}

/* The chains of a tree, each behind those that it reads. */
static int put_chains(tree *self) {
    uint16_t waiting[TESTS] = {0}, tops[TESTS];
    for (uint32_t n_waiting = 1, n = 0;;) {
        if (!n_waiting) {
            while (n--)
                if (!put_chain(self, tops[n])) return 0;
            return 1;
        }
        uint32_t i = tops[n++] = waiting[--n_waiting], left;
        for (; (left = self->lefts[i]) != 0; i = left)
            if (self->lefts[left + 1]) waiting[n_waiting++] = (uint16_t)(left + 1);
    }
}

static void put_planes(const mlops__tuning *self, const mlops__forest_tree *shape,
                       mlops__forest_reals leaves, uint8_t *out) {
    const size_t size = mlops__tune_real_size(self);
    const size_t plane = (size_t)shape->vectors * MLOPS__FOREST_LANES;
    const uint8_t *from = (const uint8_t *)leaves.any + shape->test_leaves * size;
    for (size_t i = 0; i < span_of_leaves(shape); i++)
        for (size_t byte = 0; byte < size; byte++) out[byte * plane + i] = from[i * size + byte];
}

void mlops__tune_place_tests(mlops__tuning *self, mlops__forest_tree *shape, uint32_t n_nodes) {
    uint32_t n = n_nodes / 2;
    if (n == 0 || n >= TESTS) return;
    shape->tests = self->n_tests;
    shape->n_tests = n;
    self->n_tests += n;
    if (!shape->heap) {
        shape->test_leaves = self->test_leaves;
        self->test_leaves += n + 1;
    }
    uint32_t span = span_of_leaves(shape), most = MLOPS__FOREST_LANES;
    for (shape->vectors = 1; span > most; most *= 2) shape->vectors *= 2;
    shape->planes = self->planes_size;
    self->planes_size += most * mlops__tune_real_size(self);
}

void mlops__tune_fill_tests(const mlops__tuning *self, uint32_t t, mlops__forest_test *tests,
                            mlops__forest_reals leaves, uint8_t *planes) {
    mlops__forest_tree *shape = &self->trees[t];
    mlops__plan_tree in = mlops__plan_tree_at(self->plan, t);
    tree at;
    at.tuning = self;
    at.shape = shape;
    at.first = in.first;
    at.n = in.n_nodes;
    at.unused = ~(uint64_t)0;
    at.out = tests + shape->tests;
    for (uint32_t i = 0; i < at.n; i++) {
        uint32_t step = mlops__plan_node_at(self->plan, in.first + i).step;
        at.lefts[i] = (uint16_t)(step ? i + step : 0);
    }
    number_leaves(&at);
    for (uint32_t i = 0; !shape->heap && i < at.n; i++)
        if (!at.lefts[i])
            mlops__tune_put(self, leaves, shape->test_leaves + at.firsts[i],
                            mlops__plan_node_at(self->plan, in.first + i).value);
    if (planes) put_planes(self, shape, leaves, planes + shape->planes);
    if (!put_chains(&at)) shape->n_tests = 0;
}
