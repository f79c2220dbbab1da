/* Laying out trees side by side in teams, for single rows.
 *
 * Owns the places of tails. Invariant: every cell that a walk can come to is a node of its tree,
 * and a leaf leads to itself, so that any number of steps ends in the row's leaf.
 */
#include "model/build/tune_inside.h"

#include <string.h>

enum { LANES = MLOPS__FOREST_LANES, TOPS = 1 << MLOPS__FOREST_TOP };
enum { TAIL_GROUP = MLOPS__FOREST_TAIL_GROUP, TAIL_GROUPS = TOPS * TAIL_GROUP };

/* Tables of teams while they are made. */
typedef struct team_tables {
    uint8_t *top, *steps, *tails;
    uint32_t *first;
    double *leaves;
    size_t size; /* of a node in tails */
} team_tables;

/* Nodes of a tree that stand behind the groups: those of the levels below. */
static uint32_t count_behind(const mlops__plan *plan, mlops__plan_tree tree) {
    uint32_t end = 1, child = 1;
    for (uint32_t i = 0, level = 0; i < tree.n_nodes; i++) {
        if (i == end) {
            if (level++ == MLOPS__FOREST_TOP + 1) return tree.n_nodes - i;
            end = child;
        }
        mlops__plan_node node = mlops__plan_node_at(plan, tree.first + i);
        if (mlops__tune_is_test(&node)) child += 2;
    }
    return 0;
}

/* Places of all tails. False if they are too many to count. */
static int place_tails(const mlops__tuning *self, const team_tables *out, uint32_t *total) {
    const mlops__plan *plan = self->plan;
    *total = 0;
    for (uint32_t t = 0; t < plan->n_trees; t++) {
        mlops__plan_tree tree = mlops__plan_tree_at(plan, t);
        uint64_t n = (uint64_t)TAIL_GROUPS + count_behind(plan, tree);
        uint16_t depth = self->trees[t].depth;
        uint8_t *steps = &out->steps[t / LANES];
        n = (n + MLOPS__TUNE_ALIGN - 1) / MLOPS__TUNE_ALIGN * MLOPS__TUNE_ALIGN;
        if (n > UINT16_MAX || depth > UINT8_MAX || *total > INT32_MAX - n) return 0;
        if (depth > MLOPS__FOREST_TOP + *steps) *steps = (uint8_t)(depth - MLOPS__FOREST_TOP);
        out->first[t] = *total;
        *total += (uint32_t)n;
    }
    return 1;
}

/* Turns a node of the tail, which holds its index in the plan, into what it is to be, and has its
 * children, which are to be at left, hold theirs. Returns how many there are. */
static uint32_t put_tail(const mlops__tuning *self, const team_tables *out, uint32_t first,
                         uint32_t place, uint32_t left) {
    uint32_t i, word;
    uint8_t *at = out->tails + ((size_t)first + place) * out->size;
    memcpy(&i, at, sizeof i);
    mlops__plan_node node = mlops__plan_node_at(self->plan, i);
    int is_test = mlops__tune_is_test(&node);
    if (is_test)
        word =
            self->node_slots[i] | (uint32_t)(uint8_t)(self->node_bounds[i] - 1) << 8 | left << 16;
    else word = (MLOPS__FOREST_NEVER - 1) << 8 | place << 16;
    memcpy(at, &word, sizeof word);
    if (!is_test) {
        mlops__forest_reals value = {at + sizeof word};
        if (out->leaves) out->leaves[first + place] = node.value;
        else mlops__tune_put(self, value, 0, node.value);
    }
    for (uint32_t k = 0; is_test && k < 2; k++) {
        uint32_t child = i + node.step + k;
        memcpy(out->tails + ((size_t)first + left + k) * out->size, &child, sizeof child);
    }
    return is_test ? 2 : 0;
}

/* A group of the node, and all that is below it. Behind the last one, end is moved on. */
static void put_group(const mlops__tuning *self, const team_tables *out, uint32_t first,
                      uint32_t group, uint32_t i, uint32_t *end) {
    uint32_t place = group * TAIL_GROUP, next = *end;
    memcpy(out->tails + ((size_t)first + place) * out->size, &i, sizeof i);
    uint32_t children = put_tail(self, out, first, place, place + 1);
    for (uint32_t k = 1; k <= children; k++) *end += put_tail(self, out, first, place + k, *end);
    for (; next < *end; next++) *end += put_tail(self, out, first, next, *end);
}

static void fill_team(const mlops__tuning *self, const team_tables *out, uint32_t t) {
    mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
    uint8_t *top = out->top + (size_t)(t / LANES) * 2 * LANES * TOPS + t % LANES;
    uint32_t places[2 * TOPS] = {1}, known = 1, end = TAIL_GROUPS;
    for (uint32_t i = 0; i < known; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, tree.first + i);
        uint32_t place = places[i], width = 1;
        if (mlops__tune_is_test(&node) && place < TOPS) {
            top[2 * LANES * place] = (uint8_t)self->node_slots[tree.first + i];
            top[2 * LANES * place + LANES] = (uint8_t)(self->node_bounds[tree.first + i] - 1);
            places[known++] = 2 * place;
            places[known++] = 2 * place + 1;
            continue;
        }
        for (; place < TOPS; width *= 2) place *= 2;
        for (uint32_t k = 0; k < width; k++)
            put_group(self, out, out->first[t], place - TOPS + k, tree.first + i, &end);
    }
}

mlops_status mlops__tune_teams(mlops__tuning *self, mlops_error *err) {
    size_t n = ((size_t)self->plan->n_trees + LANES - 1) / LANES;
    uint32_t n_nodes;
    mlops__forest_teams *teams = mlops__arena_alloc(self->arena, sizeof *teams);
    team_tables out = {mlops__tune_array(self->arena, n, (size_t)2 * LANES * TOPS),
                       mlops__arena_array(self->arena, n + 1, 1),
                       NULL,
                       mlops__arena_array(self->arena, n * LANES + 1, sizeof *out.first),
                       NULL,
                       mlops__tune_is_f64(self) ? 4 : 8};
    if (!teams || !out.top || !out.steps || !out.first)
        return mlops__fail_nomem(err, n * 2 * LANES * TOPS);
    if (!place_tails(self, &out, &n_nodes)) return MLOPS_OK;
    out.tails = mlops__tune_array(self->arena, n_nodes, out.size);
    if (mlops__tune_is_f64(self))
        out.leaves = mlops__tune_array(self->arena, n_nodes, sizeof *out.leaves);
    if (!out.tails || (mlops__tune_is_f64(self) && !out.leaves))
        return mlops__fail_nomem(err, n_nodes * out.size);
    for (uint32_t t = 0; t < self->plan->n_trees; t++) fill_team(self, &out, t);
    *teams = (mlops__forest_teams){out.top, out.steps, out.first, out.tails, out.leaves};
    self->forest->teams = teams;
    return MLOPS_OK;
}
