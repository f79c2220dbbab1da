/* Kernels of forests: any forest and any row, NaN and infinities among them, gives the bits that
 * walking the plan gives, under every level and in any block.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kern/kern.h"
#include "model/build/ir.h"
#include "model/build/tune.h"
#include "model/run/plan.h"
#include "sys/host.h"

enum { LANES = MLOPS__FOREST_LANES };

static uint64_t seed;

static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

typedef struct shape {
    uint32_t n_features, n_groups, n_trees, depth, n_cuts;
    uint32_t leaf_share; /* percent of nodes above depth that are leaves */
} shape;

static float draw_cut(const shape *s) {
    static const float special[] = {INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f};
    if (draw(20) == 0) return special[draw(5)];
    return ((float)draw(s->n_cuts) - (float)s->n_cuts / 2) / 8;
}

/* Appends a random tree, breadth-first; levels[i] is the depth of the i-th node. */
static void add_tree(mlops__ir *ir, const shape *s) {
    static uint32_t levels[1 << 16];
    uint32_t n = 1, first = mlops__ir_n_nodes(ir), group = draw(s->n_groups);
    levels[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        int leaf = levels[i] >= s->depth || n > 60000 || (i && draw(100) < s->leaf_share);
        mlops__ir_node node = {.value = (double)draw(2000) / 64 - 15.0, .number = i};
        if (!leaf) {
            node = (mlops__ir_node){.value = (double)draw_cut(s),
                                    .feature = draw(s->n_features),
                                    .step = n - i,
                                    .number = i,
                                    .left_missing = (uint8_t)draw(2)};
            levels[n] = levels[n + 1] = levels[i] + 1;
            n += 2;
        }
        mlops__buf_put(&ir->nodes, &node, sizeof node);
    }
    mlops__buf_put(&ir->firsts, &first, sizeof first);
    mlops__buf_put(&ir->groups, &group, sizeof group);
    ir->n_trees++;
}

static void compile(const shape *s, mlops__buf *payload, mlops__plan *plan) {
    mlops__ir ir;
    mlops_error error = {0};
    mlops__ir_init(&ir, &mlops__heap);
    ir.n_features = s->n_features;
    ir.n_groups = s->n_groups;
    for (uint32_t t = 0; t < s->n_trees; t++) add_tree(&ir, s);
    for (uint32_t g = 0; g < s->n_groups; g++) {
        double base = (double)((float)g + 0.1f);
        mlops__buf_put(&ir.base, &base, sizeof base);
    }
    assert_int_equal(mlops__ir_compile(&ir, payload, &error), MLOPS_OK);
    if (mlops__plan_open(plan, payload->data, payload->size, &error)) fail_msg("%s", error.message);
    mlops__ir_free(&ir);
}

static float draw_value(const shape *s) {
    static const float special[] = {NAN, NAN, INFINITY, -INFINITY, 0.0f, -0.0f, 1e-41f};
    if (draw(4) == 0) return special[draw(7)];
    return ((float)draw(4 * s->n_cuts) - (float)s->n_cuts * 2) / 16;
}

static void check_level(const mlops__plan *plan, const mlops__forest *forest, const float *rows,
                        size_t n, const mlops__kern *kern) {
    size_t groups = plan->n_groups, block = (forest->n_slots + 1) * (size_t)LANES;
    float *expected = malloc(groups * sizeof *expected), *one = malloc(groups * sizeof *one);
    float *sums = aligned_alloc(64, groups * LANES * sizeof *sums);
    int8_t *ranks = aligned_alloc(64, block), *row_ranks = malloc(forest->n_slots + 1);
    kern->forest_rank_rows(forest, rows, n, ranks);
    kern->forest_sum_rows(forest, ranks, n, sums);
    for (size_t i = 0; i < n; i++) {
        const float *row = rows + i * plan->n_features;
        mlops__plan_margin(plan, (mlops__row){.f32 = row}, (mlops__sums){.f32 = expected});
        kern->forest_rank_row(forest, row, row_ranks);
        kern->forest_sum_row(forest, row_ranks, one);
        assert_memory_equal(one, expected, groups * sizeof *one);
        for (size_t g = 0; g < groups; g++)
            assert_memory_equal(&sums[g * LANES + i], &expected[g], sizeof *sums);
        for (uint32_t s = 0; s < forest->n_slots; s++)
            assert_int_equal(ranks[(size_t)s * LANES + i], row_ranks[s]);
    }
    free(expected);
    free(one);
    free(sums);
    free(ranks);
    free(row_ranks);
}

static void check_shape(const shape *s) {
    mlops__buf payload;
    mlops__plan plan;
    mlops__arena arena;
    mlops__forest *forest;
    mlops__buf_init(&payload, &mlops__heap);
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    compile(s, &payload, &plan);
    assert_int_equal(mlops__tune(&forest, &plan, 1, &arena, &mlops__heap, NULL), MLOPS_OK);
    assert_non_null(forest);
    float *rows = malloc(LANES * (size_t)s->n_features * sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < LANES * (size_t)s->n_features; i++) rows[i] = draw_value(s);
    for (int level = MLOPS_CPU_SCALAR; level <= MLOPS_CPU_NEON; level++) {
        if (mlops_cpu_level((mlops_cpu)level) != (mlops_cpu)level) continue;
        check_level(&plan, forest, rows, 1 + draw(LANES), mlops__kern_for((mlops_cpu)level));
        check_level(&plan, forest, rows, LANES, mlops__kern_for((mlops_cpu)level));
    }
    free(rows);
    mlops__arena_free(&arena);
    mlops__buf_free(&payload);
}

static void kernels_equal_the_plan(void **state) {
    (void)state;
    seed = 1;
    for (uint32_t i = 0; i < 120; i++) {
        shape s = {1 + draw(60), 1, draw(90), draw(10), 1 + draw(2000), draw(3) * 15};
        if (i % 3 == 0) s.n_groups = 1 + draw(6);
        if (i % 5 == 0) s.depth = draw(15);
        check_shape(&s);
    }
}

static void many_features_and_cuts(void **state) {
    (void)state;
    seed = 2;
    const shape shapes[] = {
        {1, 1, 64, 8, 100000, 0},   /* one feature, many slots */
        {200, 3, 130, 6, 3000, 10}, /* more slots than a byte counts */
        {64, 1, 200, 6, 100, 0},    {128, 1, 64, 6, 100, 0}, {3000, 1, 100, 4, 50, 0},
    };
    for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) check_shape(&shapes[i]);
}

static void lays_out_nothing_it_cannot(void **state) {
    (void)state;
    mlops__ir ir;
    mlops__buf payload;
    mlops__plan plan;
    mlops__arena arena;
    mlops__forest *forest;
    const double base = 0.0;
    const uint32_t words[] = {MLOPS__SPECIAL_SET, 1, 5}, zero = 0;
    const mlops__ir_node nodes[] = {{.step = 1, .is_special = 1}, {.number = 1}, {.number = 2}};
    mlops__ir_init(&ir, &mlops__heap);
    mlops__buf_init(&payload, &mlops__heap);
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    ir.n_features = ir.n_groups = ir.n_trees = 1;
    mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
    mlops__buf_put(&ir.firsts, &zero, sizeof zero);
    mlops__buf_put(&ir.groups, &zero, sizeof zero);
    mlops__buf_put(&ir.base, &base, sizeof base);
    mlops__buf_put(&ir.words, words, sizeof words);
    assert_int_equal(mlops__ir_compile(&ir, &payload, NULL), MLOPS_OK);
    assert_int_equal(mlops__plan_open(&plan, payload.data, payload.size, NULL), MLOPS_OK);
    assert_int_equal(mlops__tune(&forest, &plan, 1, &arena, &mlops__heap, NULL), MLOPS_OK);
    assert_null(forest);
    const float values[] = {0, 1, 2, 33, -1, NAN, INFINITY, 0.5f, 2.9f};
    const uint32_t leaves[] = {2, 1, 2, 1, 1, 2, 1, 2, 2};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        assert_int_equal(mlops__plan_leaf(&plan, (mlops__row){.f32 = &values[i]}, 0), leaves[i]);
    mlops__arena_free(&arena);
    mlops__buf_free(&payload);
    mlops__ir_free(&ir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_equal_the_plan),
        cmocka_unit_test(many_features_and_cuts),
        cmocka_unit_test(lays_out_nothing_it_cannot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
