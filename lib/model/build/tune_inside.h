/* Inside of laying out a forest, for the files that do it. */
#ifndef MLOPS_MODEL_TUNE_INSIDE_H
#define MLOPS_MODEL_TUNE_INSIDE_H

#include "model/build/tune.h"

enum { MLOPS__TUNE_ALIGN = 64 };

typedef struct mlops__tuning {
    const mlops__plan *plan;
    mlops__arena *arena;
    const mlops_allocator *scratch;
    mlops__forest *forest;
    struct item *items;
    struct item *spare; /* room for as many */
    uint32_t n_items;
    uint16_t *node_slots; /* of each node of the plan */
    int8_t *node_bounds;
    uint32_t n_sets; /* nodes that test a set of categories: a slot each, behind those of cuts */
    mlops__forest_tree *trees;
    size_t heap_size; /* entries of all heaps */
    size_t deep_size;
    size_t test_leaves;
    size_t planes_size;
    uint32_t n_tests;
    int wide;
} mlops__tuning;

static inline int mlops__tune_is_f64(const mlops__tuning *self) { return self->forest->f64; }

static inline size_t mlops__tune_real_size(const mlops__tuning *self) {
    return mlops__tune_is_f64(self) ? sizeof(double) : 4;
}

static inline void mlops__tune_put(const mlops__tuning *self, mlops__forest_reals out, size_t index,
                                   double value) {
    if (mlops__tune_is_f64(self)) out.f64[index] = value;
    else out.f32[index] = (float)value;
}

static inline int mlops__tune_is_test(const mlops__plan_node *node) { return node->step != 0; }

static inline void *mlops__tune_array(mlops__arena *arena, size_t n, size_t size) {
    size_t bytes;
    if (!mlops__mul(n, size, &bytes) || !mlops__add(bytes, MLOPS__TUNE_ALIGN, &bytes)) return NULL;
    uint8_t *p = mlops__arena_alloc(arena, bytes);
    return p ? p + (MLOPS__TUNE_ALIGN - (uintptr_t)p % MLOPS__TUNE_ALIGN) % MLOPS__TUNE_ALIGN
             : NULL;
}

/* Room for the tests of a tree, unless it is too large for them. */
void mlops__tune_place_tests(mlops__tuning *self, mlops__forest_tree *shape, uint32_t n_nodes);

/* Tests and leaves of a tree that has room for them, once slots and bounds are known. A tree that
 * needs too many vectors keeps none of its tests. planes: NULL if there are none. */
void mlops__tune_fill_tests(const mlops__tuning *self, uint32_t t, mlops__forest_test *tests,
                            mlops__forest_reals leaves, uint8_t *planes);

/* Teams of trees, once places, slots and bounds are known. MLOPS_E_NOMEM. */
mlops_status mlops__tune_teams(mlops__tuning *self, mlops_error *err);

#endif
