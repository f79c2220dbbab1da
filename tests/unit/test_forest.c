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
#include "model/build/tune_walks.h"
#include "model/run/plan.h"
#include "sys/host.h"

/* Fewer under an emulator. */
#ifndef ROUNDS
#define ROUNDS 120
#endif

enum { LANES = MLOPS__FOREST_LANES, ROWS = LANES * MLOPS__FOREST_BLOCKS };

static uint64_t seed;

static uint32_t draw(uint32_t n) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((seed >> 33) % n);
}

typedef struct shape {
    uint32_t n_features, n_groups, n_trees, depth, n_cuts;
    uint32_t leaf_share; /* percent of nodes above depth that are leaves */
    int f64;
    uint32_t set_share; /* percent of tests that are of a set */
    int vectors;        /* leaves add to all groups */
} shape;

static double draw_cut(const shape *s) {
    static const float special[] = {INFINITY, -INFINITY, 0.0f, -0.0f, 1e-40f, 1e-35f};
    if (draw(20) == 0) return (double)special[draw(6)];
    double cut = ((double)draw(s->n_cuts) - (double)s->n_cuts / 2) / 8;
    if (!s->f64) return (double)(float)cut;
    return draw(2) ? nextafter(cut, draw(2) ? INFINITY : -INFINITY) : cut;
}

static void put_word(mlops__ir *ir, uint32_t word) {
    mlops__buf_put(&ir->words, &word, sizeof word);
}

/* Makes some tests those of sets, and of doubles some those of zeros. */
static void make_special(mlops__ir *ir, const shape *s, mlops__ir_node *node) {
    int set = draw(100) < s->set_share;
    if (!set && !(s->f64 && draw(4) == 0)) return;
    double cut = node->value;
    node->special = (uint32_t)(ir->words.size / 4);
    node->is_special = 1;
    put_word(ir, set ? MLOPS__SPECIAL_SET : MLOPS__SPECIAL_ZERO);
    if (!set) {
        mlops__ir_word_f64(ir, cut);
        return;
    }
    uint32_t n = draw(4);
    put_word(ir, n);
    for (uint32_t i = 0; i < n; i++) put_word(ir, draw(0x7fffffff) ^ draw(2) << 31);
}

/* One of few, or one of its own. */
static void make_vector(mlops__ir *ir, const shape *s, mlops__ir_node *node) {
    double value = draw(2) ? node->value : draw(3);
    node->special = (uint32_t)(ir->words.size / 4);
    node->is_special = 1;
    put_word(ir, MLOPS__SPECIAL_VECTOR);
    for (uint32_t g = 0; g < s->n_groups; g++, value += 1) {
        float narrow = (float)value;
        if (s->f64) mlops__ir_word_f64(ir, value);
        else mlops__buf_put(&ir->words, &narrow, sizeof narrow);
    }
}

/* Appends a random tree, breadth-first; levels[i] is the depth of the i-th node. */
static void add_tree(mlops__ir *ir, const shape *s) {
    static uint32_t levels[1 << 16];
    uint32_t n = 1, first = mlops__ir_n_nodes(ir), group = draw(s->n_groups);
    levels[0] = 0;
    for (uint32_t i = 0; i < n; i++) {
        int leaf = levels[i] >= s->depth || n > 60000 || (i && draw(100) < s->leaf_share);
        mlops__ir_node node = {.value = (double)draw(2000) / 64 - 15.0, .number = i};
        if (leaf && s->vectors) make_vector(ir, s, &node);
        if (!leaf) {
            node = (mlops__ir_node){.value = draw_cut(s),
                                    .feature = draw(s->n_features),
                                    .step = n - i,
                                    .number = i,
                                    .left_missing = (uint8_t)draw(2)};
            make_special(ir, s, &node);
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
    ir.f64 = s->f64;
    for (uint32_t t = 0; t < s->n_trees; t++) add_tree(&ir, s);
    for (uint32_t g = 0; g < s->n_groups; g++) {
        double base = (double)((float)g + 0.1f);
        mlops__buf_put(&ir.base, &base, sizeof base);
    }
    assert_int_equal(mlops__ir_compile(&ir, payload, &error), MLOPS_OK);
    if (mlops__plan_open(plan, payload->data, payload->size, &error)) fail_msg("%s", error.message);
    mlops__ir_free(&ir);
}

static double draw_value(const shape *s) {
    static const float special[] = {NAN,    NAN,    INFINITY, -INFINITY, 0.0f, -0.0f,
                                    1e-41f, 1e-35f, -1e-35f,  -0.5f,     33.9f};
    if (draw(4) == 0) return (double)special[draw(11)];
    if (s->set_share && draw(2)) return (double)draw(130);
    double value = ((double)draw(4 * s->n_cuts) - (double)s->n_cuts * 2) / 16;
    return draw(4) ? value : nextafter(value, draw(2) ? INFINITY : -INFINITY);
}

/* Rows in either type, and the room of a block. */
typedef struct block {
    float *f32;
    double *f64;
    double *expected; /* of one row, or float, as all sums */
    double *one;
    double *sums;
    int8_t *ranks;
    int8_t *row_ranks;
} block;

static void check_rows(const mlops__plan *plan, const mlops__forest *forest, const block *b,
                       int wide_rows, size_t n, const mlops__kern *kern) {
    size_t groups = plan->n_groups, number = mlops__plan_number_size(plan);
    mlops__forest_rows rows = {wide_rows ? NULL : b->f32, wide_rows ? b->f64 : NULL};
    kern->forest_rank_rows(forest, rows, n, b->ranks);
    kern->forest_sum_rows(forest, b->ranks, n, (mlops__forest_reals){b->sums});
    for (size_t i = 0; i < n; i++) {
        size_t at = i * plan->n_features;
        mlops__forest_rows row = {wide_rows ? NULL : b->f32 + at, wide_rows ? b->f64 + at : NULL};
        mlops__plan_margin(plan, (mlops__row){row.f32, row.f64}, (mlops__sums){b->expected});
        kern->forest_rank_row(forest, row, b->row_ranks);
        kern->forest_sum_row(forest, b->row_ranks, (mlops__forest_reals){b->one});
        assert_memory_equal(b->one, b->expected, groups * number);
        size_t first = i / LANES * LANES; /* row of the block */
        for (size_t g = 0; g < groups; g++)
            assert_memory_equal((char *)b->sums + (first * groups + g * LANES + i % LANES) * number,
                                (char *)b->expected + g * number, number);
        for (uint32_t s = 0; s < forest->n_slots; s++)
            assert_int_equal(b->ranks[first * forest->n_slots + (size_t)s * LANES + i % LANES],
                             b->row_ranks[s]);
    }
}

static void check_walks(const mlops__plan *plan, const mlops__walks *walks, const block *b,
                        int wide_rows, size_t n) {
    size_t groups = plan->n_groups, number = mlops__plan_number_size(plan);
    mlops__forest_rows rows = {wide_rows ? NULL : b->f32, wide_rows ? b->f64 : NULL};
    mlops__walks_rows(walks, rows, n, b->ranks, (mlops__forest_reals){b->sums});
    for (size_t i = 0; i < n; i++) {
        size_t at = i * plan->n_features, first = i / LANES * LANES * groups + i % LANES;
        mlops__forest_rows row = {wide_rows ? NULL : b->f32 + at, wide_rows ? b->f64 + at : NULL};
        mlops__plan_margin(plan, (mlops__row){row.f32, row.f64}, (mlops__sums){b->expected});
        for (size_t g = 0; g < groups; g++)
            assert_memory_equal((char *)b->sums + (first + g * LANES) * number,
                                (char *)b->expected + g * number, number);
        mlops__walks_row(walks, row, b->ranks, (mlops__forest_reals){b->one});
        assert_memory_equal(b->one, b->expected, groups * number);
    }
}

/* Every level, or the walks of machines without one. */
static void check_levels(const shape *s, const mlops__plan *plan, const mlops__forest *forest,
                         const mlops__walks *walks, int wide) {
    size_t lane = forest ? (size_t)forest->n_slots + 1 : mlops__walks_keys(walks);
    size_t n = ROWS * (size_t)s->n_features, groups = s->n_groups;
    block b = {malloc(n * sizeof(float)),
               malloc(n * sizeof(double)),
               malloc(groups * sizeof(double)),
               malloc(groups * sizeof(double)),
               aligned_alloc(64, groups * ROWS * sizeof(double)),
               aligned_alloc(64, lane * ROWS),
               malloc(lane)};
    assert_true(b.f32 && b.f64 && b.expected && b.one && b.sums && b.ranks && b.row_ranks);
    for (size_t i = 0; i < n; i++) {
        b.f64[i] = draw_value(s);
        b.f32[i] = (float)b.f64[i];
    }
    for (int wide_rows = 0; walks && wide_rows < 2; wide_rows++)
        check_walks(plan, walks, &b, wide_rows, wide_rows ? 1 + draw(LANES) : 1 + draw(ROWS));
    for (int level = MLOPS_CPU_SCALAR; forest && level <= MLOPS_CPU_NEON; level++) {
        if (mlops_cpu_level((mlops_cpu)level) != (mlops_cpu)level) continue;
        if (level == MLOPS_CPU_AVX512 && !wide) continue; /* it has no layout for that */
        const mlops__kern *kern = mlops__kern_for((mlops_cpu)level);
        for (int wide_rows = 0; wide_rows < 2; wide_rows++) {
            check_rows(plan, forest, &b, wide_rows, 1 + draw(LANES), kern);
            check_rows(plan, forest, &b, wide_rows, wide_rows ? LANES : 1 + draw(ROWS), kern);
        }
    }
    free(b.f32);
    free(b.f64);
    free(b.expected);
    free(b.one);
    free(b.sums);
    free(b.ranks);
    free(b.row_ranks);
}

static void check_plan_walks(const shape *s, const mlops__plan *plan) {
    mlops__arena arena;
    mlops__walks *walks;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    assert_int_equal(mlops__tune_walks(&walks, plan, &arena, &mlops__heap, NULL), MLOPS_OK);
    assert_int_equal(walks != NULL, s->set_share == 0);
    if (walks) check_levels(s, plan, NULL, walks, 0);
    mlops__arena_free(&arena);
}

static void check_shape(const shape *s) {
    mlops__buf payload;
    mlops__plan plan;
    mlops__buf_init(&payload, &mlops__heap);
    compile(s, &payload, &plan);
    if (!s->set_share) check_plan_walks(s, &plan);
    for (int wide = 0; wide < 2 && !s->vectors; wide++) {
        mlops__arena arena;
        mlops__forest *forest;
        mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
        assert_int_equal(mlops__tune(&forest, &plan, wide, &arena, &mlops__heap, NULL), MLOPS_OK);
        assert_non_null(forest);
        check_levels(s, &plan, forest, NULL, wide);
        mlops__arena_free(&arena);
    }
    mlops__buf_free(&payload);
}

static void kernels_equal_the_plan(void **state) {
    (void)state;
    seed = 1;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        shape s = {1 + draw(60), 1, draw(90), draw(10), 1 + draw(2000), draw(3) * 15, 0, 0, 0};
        if (i % 3 == 0) s.n_groups = 1 + draw(6);
        if (i % 5 == 0) s.depth = draw(15);
        check_shape(&s);
        s.f64 = 1;
        check_shape(&s);
        s.f64 = (int)draw(2);
        s.set_share = 1 + draw(30);
        if (s.n_trees < 20 || s.depth < 7) check_shape(&s); /* a set takes a slot */
    }
}

/* Chains as deep as trees come, trees of thousands of leaves, leaves that are vectors. */
static void deep_trees_are_walked(void **state) {
    (void)state;
    seed = 3;
    for (uint32_t i = 0; i < ROUNDS / 10; i++) {
        shape s = {1 + draw(20),
                   1 + draw(4),
                   draw(70),
                   8 + draw(6),
                   1 + draw(5000),
                   draw(2) * 15,
                   0,
                   0,
                   0};
        if (i % 4 == 0) s.depth = 4000, s.leaf_share = 45;
        s.vectors = i % 2 == 0;
        check_shape(&s);
        s.f64 = 1;
        check_shape(&s);
    }
}

static void many_features_and_cuts(void **state) {
    (void)state;
    seed = 2;
    const shape shapes[] = {
        {1, 1, 64, 8, 100000, 0, 0, 0, 0},   /* one feature, many slots */
        {200, 3, 130, 6, 3000, 10, 0, 0, 0}, /* more slots than a byte counts */
        {64, 1, 200, 6, 100, 0, 0, 0, 0},
        {128, 1, 64, 6, 100, 0, 1, 0, 0},
        {3000, 1, 100, 4, 50, 0, 0, 0, 0},
        {30, 1, 100, 20, 300, 40, 1, 0, 0}, /* thin trees */
        {40, 3, 130, 9, 200, 20, 0, 0, 0},
        {20, 1, 20, 13, 200, 10, 0, 0, 0},
        {40, 1, 1100, 12, 200, 35, 0, 0, 0},
        {40, 2, 600, 12, 200, 40, 1, 0, 0}, /* many trees */
        {10, 1, 3, 15, 100, 3, 1, 0, 0},
        {10, 1, 3, 15, 100, 3, 0, 0, 0}, /* large ones */
        {150, 1, 130, 8, 20, 20, 0, 0, 0},
        {140, 2, 90, 11, 20, 30, 1, 0, 0}, /* 257 slots to 512 */
        {140, 1, 70, 14, 20, 5, 0, 0, 0},
        {150, 1, 300, 6, 20, 10, 0, 1, 0},
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
    const float members[] = {0, 2.5f};
    const uint32_t zero = 0;
    const mlops__ir_node nodes[] = {{.step = 1, .is_special = 1}, {.number = 1}, {.number = 2}};
    mlops__ir_init(&ir, &mlops__heap);
    mlops__buf_init(&payload, &mlops__heap);
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    ir.n_features = ir.n_groups = ir.n_trees = 1;
    mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
    mlops__buf_put(&ir.firsts, &zero, sizeof zero);
    mlops__buf_put(&ir.groups, &zero, sizeof zero);
    mlops__buf_put(&ir.base, &base, sizeof base);
    put_word(&ir, MLOPS__SPECIAL_MEMBER);
    put_word(&ir, 2);
    mlops__buf_put(&ir.words, members, sizeof members);
    assert_int_equal(mlops__ir_compile(&ir, &payload, NULL), MLOPS_OK);
    assert_int_equal(mlops__plan_open(&plan, payload.data, payload.size, NULL), MLOPS_OK);
    assert_int_equal(mlops__tune(&forest, &plan, 1, &arena, &mlops__heap, NULL), MLOPS_OK);
    assert_null(forest);
    mlops__arena_free(&arena);
    mlops__buf_free(&payload);
    mlops__ir_free(&ir);
}

/* What is a category, of floats and of doubles. */
static void sets_take_whole_parts(void **state) {
    (void)state;
    const struct {
        double value;
        uint32_t leaves[2]; /* of floats, of doubles */
    } cases[] = {{0, {2, 2}},    {1, {1, 1}},           {2, {2, 2}},      {33, {1, 1}},
                 {-1, {1, 1}},   {NAN, {2, 2}},         {-0.5, {1, 2}},   {0.5, {2, 2}},
                 {2.9, {2, 2}},  {INFINITY, {1, 1}},    {-1e300, {1, 1}}, {4294967296.0, {1, 1}},
                 {-0.0, {2, 2}}, {2147483648.0, {1, 1}}};
    for (int f64 = 0; f64 < 2; f64++) {
        mlops__ir ir;
        mlops__buf payload;
        mlops__plan plan;
        const double base = 0.0;
        const uint32_t words[] = {MLOPS__SPECIAL_SET, 1, 5}, zero = 0;
        const mlops__ir_node nodes[] = {{.step = 1, .is_special = 1}, {.number = 1}, {.number = 2}};
        mlops__ir_init(&ir, &mlops__heap);
        mlops__buf_init(&payload, &mlops__heap);
        ir.n_features = ir.n_groups = ir.n_trees = 1;
        ir.f64 = f64;
        mlops__buf_put(&ir.nodes, nodes, sizeof nodes);
        mlops__buf_put(&ir.firsts, &zero, sizeof zero);
        mlops__buf_put(&ir.groups, &zero, sizeof zero);
        mlops__buf_put(&ir.base, &base, sizeof base);
        mlops__buf_put(&ir.words, words, sizeof words);
        assert_int_equal(mlops__ir_compile(&ir, &payload, NULL), MLOPS_OK);
        assert_int_equal(mlops__plan_open(&plan, payload.data, payload.size, NULL), MLOPS_OK);
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
            assert_int_equal(mlops__plan_leaf(&plan, (mlops__row){.f64 = &cases[i].value}, 0),
                             cases[i].leaves[f64]);
        mlops__buf_free(&payload);
        mlops__ir_free(&ir);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_equal_the_plan), cmocka_unit_test(deep_trees_are_walked),
        cmocka_unit_test(many_features_and_cuts), cmocka_unit_test(lays_out_nothing_it_cannot),
        cmocka_unit_test(sets_take_whole_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
