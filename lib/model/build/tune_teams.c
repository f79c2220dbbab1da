/* Laying out trees side by side in teams, for single rows.
 *
 * Owns the places of cells. Invariant: a cell leads on to cells of its own tree that stand behind
 * it, or ends in a leaf, so that any row comes to an end.
 */
#include "model/build/tune_inside.h"

#include <string.h>

enum {
    LANES = MLOPS__FOREST_LANES,
    TOPS = 1 << MLOPS__FOREST_TOP,
    TEAM_SIZE = MLOPS__FOREST_TEAM_SIZE,
    ABOVE = 2 * LANES * TOPS,
    CELL = 8, /* also the unit of distances */
    GROUP = 4,
    DISTANCE_MAX = 4095,
    DISTANCE_MAX_WIDE = 511
};

/* Tables of teams while they are made. */
typedef struct team_tables {
    const mlops__tuning *tuning;
    uint8_t *top, *cells;
    uint32_t *first;
    size_t stride;
    size_t distance_max;
    size_t end; /* of cells */
    int failed; /* what a cell leads to is too far away */
} team_tables;

static void put_value(const team_tables *out, size_t at, double value) {
    mlops__tune_put(out->tuning, (mlops__forest_reals){out->cells + at}, 0, value);
}

/* Slot and bound of a node of the plan, as the k-th test of a cell. */
static void put_test(const team_tables *out, uint8_t *cell, uint32_t k, uint32_t i) {
    uint16_t slot = out->tuning->node_slots[i];
    cell[k] = (uint8_t)slot;
    cell[7] |= (uint8_t)(slot >> 8 << (5 + k));
    cell[k + 3] = (uint8_t)(out->tuning->node_bounds[i] - 1);
}

/* The cell of test i, the group that it leads to, and all that is below. */
static void put_cell(team_tables *out, size_t at, size_t group, uint32_t i, mlops__plan_node node) {
    const mlops__plan *plan = out->tuning->plan;
    uint8_t *cell = out->cells + at;
    mlops__plan_node exits[GROUP] = {0};
    uint32_t indexes[GROUP] = {0}, going = 0;
    put_test(out, cell, 0, i);
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t c = i + node.step + k;
        mlops__plan_node child = mlops__plan_node_at(plan, c);
        exits[2 * k] = child;
        cell[1 + k + 3] = MLOPS__FOREST_NEVER - 1;
        if (!mlops__tune_is_test(&child)) continue;
        put_test(out, cell, 1 + k, c);
        for (uint32_t e = 2 * k, g = c + child.step; e < 2 * k + 2; e++, g++) {
            indexes[e] = g;
            exits[e] = mlops__plan_node_at(plan, g);
            if (mlops__tune_is_test(&exits[e])) going |= 1u << e;
        }
    }
    size_t size = going || mlops__tune_is_f64(out->tuning) ? CELL : CELL / 2;
    size_t distance = (group - at) / CELL;
    if (group == out->end) {
        memset(out->cells + group, 0, GROUP * size);
        out->end += GROUP * size;
    }
    out->failed |= distance > out->distance_max;
    cell[6] = (uint8_t)(distance << 4 | going);
    cell[7] |= (uint8_t)(distance >> 4);
    for (uint32_t e = 0; e < GROUP && !out->failed; e++)
        if (going >> e & 1) put_cell(out, group + e * size, out->end, indexes[e], exits[e]);
        else put_value(out, group + e * size, exits[e].value);
}

/* The first levels of a tree, and the cells that they lead to. A leaf there is led to by tests that
 * nothing goes right at. */
static void put_tree(team_tables *out, uint32_t t) {
    const mlops__plan *plan = out->tuning->plan;
    mlops__plan_tree tree = mlops__plan_tree_at(plan, t);
    uint8_t *team = out->top + (size_t)(t / LANES) * TEAM_SIZE, *top = team + t % LANES;
    uint32_t places[2 * TOPS] = {1}, known = 1;
    const size_t first = out->end;
    memset(out->cells + first, 0, out->stride * TOPS);
    out->end += out->stride * TOPS;
    out->first[t] = (uint32_t)(first / 2);
    for (uint32_t i = 0; i < known; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, tree.first + i);
        uint32_t place = places[i];
        int is_test = mlops__tune_is_test(&node);
        if (is_test && place < TOPS) {
            uint16_t slot = out->tuning->node_slots[tree.first + i];
            top[2 * LANES * place] = (uint8_t)slot;
            team[ABOVE + 8 * place + t % LANES / 8] |= (uint8_t)(slot >> 8 << t % 8);
            top[2 * LANES * place + LANES] =
                (uint8_t)(out->tuning->node_bounds[tree.first + i] - 1);
            places[known++] = 2 * place;
            places[known++] = 2 * place + 1;
            continue;
        }
        while (place < TOPS) place *= 2;
        place -= TOPS;
        size_t at = first + out->stride * (size_t)place;
        if (!is_test) {
            put_value(out, at, node.value);
            continue;
        }
        top[place / 8 * LANES] &= (uint8_t) ~(1u << place % 8);
        put_cell(out, at, at + CELL, tree.first + i, node);
    }
}

/* Trees that are not there are leaves. */
static void clear_tops(uint8_t *top, size_t n_teams) {
    for (uint8_t *p = top; p < top + n_teams * TEAM_SIZE; p += TEAM_SIZE) {
        memset(p, 0xff, (size_t)2 * LANES);
        for (size_t place = 1; place < TOPS; place++)
            memset(p + (2 * place + 1) * LANES, MLOPS__FOREST_NEVER - 1, LANES);
    }
}

/* Cells are made in scratch memory, since how many there are shows then. */
static mlops_status put_trees(team_tables *out, size_t size, mlops__forest_teams *teams,
                              mlops_error *err) {
    const mlops__tuning *self = out->tuning;
    uint32_t n = self->plan->n_trees;
    out->cells = mlops__alloc(self->scratch, size);
    if (!out->cells) return mlops__fail_nomem(err, size);
    for (uint32_t t = 0; t < n && !out->failed; t++) put_tree(out, t);
    uint8_t *cells = mlops__tune_array(self->arena, out->failed ? 0 : out->end + CELL, 1);
    if (cells && !out->failed) memcpy(cells, out->cells, out->end);
    mlops__free(self->scratch, out->cells, size);
    if (!cells) return mlops__fail_nomem(err, out->end);
    int even = self->plan->depth <= MLOPS__FOREST_HEAP_DEPTH;
    *teams = (mlops__forest_teams){out->top, out->first, cells, (uint32_t)out->stride,
                                   even ? LANES : MLOPS__FOREST_CROWD};
    if (!out->failed) self->forest->teams = teams;
    return MLOPS_OK;
}

mlops_status mlops__tune_teams(mlops__tuning *self, mlops_error *err) {
    const mlops__plan *plan = self->plan;
    const size_t n = ((size_t)plan->n_trees + LANES - 1) / LANES;
    const int floats = !mlops__tune_is_f64(self) && plan->depth <= MLOPS__FOREST_TOP + 2;
    const int wide = self->forest->n_slots > MLOPS__FOREST_TEAM_NARROW;
    const size_t stride = CELL + GROUP * (size_t)(floats ? CELL / 2 : CELL);
    uint64_t size = (uint64_t)stride * TOPS * plan->n_trees + (uint64_t)CELL * 2 * plan->n_nodes;
    if (plan->depth > UINT8_MAX || size > INT32_MAX) return MLOPS_OK;
    mlops__forest_teams *teams = mlops__arena_alloc(self->arena, sizeof *teams);
    team_tables out = {.tuning = self,
                       .top = mlops__tune_array(self->arena, n, TEAM_SIZE),
                       .first = mlops__arena_array(self->arena, n * LANES + 1, sizeof *out.first),
                       .stride = stride,
                       .distance_max = wide ? DISTANCE_MAX_WIDE : DISTANCE_MAX};
    if (!teams || !out.top || !out.first) return mlops__fail_nomem(err, n * TEAM_SIZE);
    clear_tops(out.top, n);
    return put_trees(&out, (size_t)size, teams, err);
}
