/* Laying out a forest for the kernels: thresholds become slots and ranks, trees become heaps.
 *
 * Owns the choice of slots and shapes. Invariant: a row reaches the same leaf as in the plan, for
 * any values with NaN and infinities among them, since slots hold every threshold of their nodes.
 */
#include "model/build/tune_inside.h"

#include "base/cursor.h"

#include <string.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, KEY_DIGITS = 6, RUN = 16 };

/* What stands below the feature in a side. */
enum { SIDE_LEFT = 1, SIDE_ZERO = 2, SIDE_SHIFT = 2 };

/* One test of the plan by a threshold; sorted by feature, then by threshold. */
typedef struct item {
    uint64_t side;  /* feature, whether zero counts as missing, side of missing values */
    uint64_t order; /* bits that order as the thresholds do, -0 as 0 */
    uint32_t node;
    uint32_t apart; /* the feature has too many thresholds for its sides to share them */
} item;

/* Bits that order as the numbers do: of floats 32, which are fewer digits to sort by. */
static uint64_t ordered(double value, int f64) {
    uint64_t bits;
    if (value == 0.0) value = 0.0;
    if (!f64) {
        float narrow = (float)value;
        uint32_t half;
        memcpy(&half, &narrow, sizeof half);
        return half >> 31 ? ~half : half | (uint32_t)1 << 31;
    }
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static double of_ordered(uint64_t order, int f64) {
    uint64_t bits = order >> 63 ? order & ~((uint64_t)1 << 63) : ~order;
    uint32_t half = (uint32_t)(order >> 31 ? order & ~((uint64_t)1 << 31) : ~order);
    double value;
    float narrow;
    memcpy(&value, &bits, sizeof value);
    memcpy(&narrow, &half, sizeof narrow);
    return f64 ? value : (double)narrow;
}

static const uint8_t *words_of(const mlops__tuning *self, const mlops__plan_node *node) {
    return self->plan->words + 4 * (size_t)node->words;
}

/* Kind of a node: 0 if it is not special. */
static uint32_t kind_of(const mlops__tuning *self, const mlops__plan_node *node) {
    return node->special ? mlops__load_u32(words_of(self, node)) : 0;
}

static int gather_items(mlops__tuning *self) {
    const mlops__plan *plan = self->plan;
    if (plan->aggregate != MLOPS__AGGREGATE_SUM) return 0;
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        uint32_t kind = kind_of(self, &node);
        int zero = kind == MLOPS__SPECIAL_ZERO;
        if (kind == MLOPS__SPECIAL_SET) {
            self->n_sets++;
            continue;
        }
        if (kind && !zero) return 0;
        if (!mlops__tune_is_test(&node)) continue;
        item *out = &self->items[self->n_items++];
        out->node = i;
        out->apart = 0;
        out->order = ordered(zero ? mlops__load_f64(words_of(self, &node) + 4) : node.value,
                             mlops__tune_is_f64(self));
        out->side = (uint64_t)node.feature << SIDE_SHIFT | (uint64_t)(zero ? SIDE_ZERO : 0) |
                    (uint64_t)(node.left_missing != 0);
    }
    return 1;
}

static uint32_t feature_of(const item *it) { return (uint32_t)(it->side >> SIDE_SHIFT); }

static uint32_t side_of(const item *it) { return it->side & ((1u << SIDE_SHIFT) - 1); }

/* Digits of the threshold, then of the feature. */
static uint32_t digit_of(const item *it, uint32_t digit) {
    uint64_t key = digit < KEY_DIGITS ? it->order : feature_of(it);
    return (uint32_t)(key >> digit % KEY_DIGITS * DIGIT_BITS) & (DIGITS - 1);
}

/* Least digit first, back and forth between the two halves; digits that all share are passed over.
 */
static void sort_items(mlops__tuning *self) {
    item *from = self->items, *to = self->items + self->n_items;
    item differ = {0}; /* in these bits */
    for (uint32_t i = 0; i < self->n_items; i++) {
        differ.side |= from[i].side ^ from[0].side;
        differ.order |= from[i].order ^ from[0].order;
    }
    for (uint32_t digit = 0; digit < 2 * KEY_DIGITS; digit++) {
        uint32_t counts[DIGITS] = {0}, sum = 0;
        if (digit_of(&differ, digit) == 0) continue;
        for (uint32_t i = 0; i < self->n_items; i++) counts[digit_of(&from[i], digit)]++;
        for (uint32_t d = 0; d < DIGITS; d++) {
            uint32_t n = counts[d];
            counts[d] = sum;
            sum += n;
        }
        for (uint32_t i = 0; i < self->n_items; i++)
            to[counts[digit_of(&from[i], digit)]++] = from[i];
        item *swap = from;
        from = to;
        to = swap;
    }
    self->items = from;
    self->spare = to;
}

/* Puts a feature's sides one behind the other. */
static void part_sides(mlops__tuning *self, uint32_t begin, uint32_t end) {
    uint32_t n = begin;
    for (uint32_t side = 0; side < 1u << SIDE_SHIFT; side++)
        for (uint32_t i = begin; i < end; i++)
            if (side_of(&self->items[i]) == side) self->spare[n++] = self->items[i];
    for (uint32_t i = begin; i < end; i++) {
        self->items[i] = self->spare[i];
        self->items[i].apart = 1;
    }
}

static void part_features(mlops__tuning *self) {
    const item *items = self->items;
    for (uint32_t begin = 0, end; begin < self->n_items; begin = end) {
        uint32_t n_cuts = 1;
        for (end = begin + 1; end < self->n_items; end++) {
            if (feature_of(&items[end]) != feature_of(&items[begin])) break;
            n_cuts += items[end].order != items[end - 1].order;
        }
        if (n_cuts > MLOPS__FOREST_SLOT_CUTS) part_sides(self, begin, end);
    }
}

/* Items that share a table of cuts: a slot for each of their sides. */
typedef struct run {
    uint32_t begin, end;
    uint32_t n_cuts;
    uint32_t sides; /* bit 1 << side */
    uint32_t n_slots;
} run;

/* From the end of one run to that of the next. False behind the last. */
static int next_run(const mlops__tuning *self, run *at) {
    const item *items = self->items, *first = items + at->end;
    *at = (run){.begin = at->end, .end = at->end};
    for (; at->end < self->n_items; at->end++) {
        const item *it = &items[at->end];
        int new_cut = it == first || it->order != it[-1].order;
        if (feature_of(it) != feature_of(first) || (it->apart && it->side != first->side) ||
            (new_cut && at->n_cuts == MLOPS__FOREST_SLOT_CUTS))
            break;
        at->n_cuts += (uint32_t)new_cut;
        at->sides |= 1u << side_of(it);
    }
    at->n_slots = (uint32_t)__builtin_popcount(at->sides);
    return at->end > at->begin;
}

static size_t cuts_size(uint32_t n_cuts) { return RUN + RUN * (size_t)(n_cuts / RUN + 1); }

static uint32_t count_slots(const mlops__tuning *self, size_t *n_cuts) {
    run at = {0};
    uint32_t n = 0;
    *n_cuts = 0;
    while (next_run(self, &at)) {
        n += at.n_slots;
        *n_cuts += cuts_size(at.n_cuts);
    }
    return n;
}

static void put_cut(const mlops__tuning *self, mlops__forest_reals cuts, size_t first,
                    uint32_t index, double value) {
    mlops__tune_put(self, cuts, first + RUN + index, value);
    if (index % RUN == RUN - 1) mlops__tune_put(self, cuts, first + index / RUN, value);
}

/* The slots of a run, whose cuts stand at first, and the slot and bound of its nodes. */
static void fill_run(mlops__tuning *self, const run *at, mlops__forest_slot *slots, uint32_t n,
                     mlops__forest_reals cuts, size_t first) {
    uint32_t feature = feature_of(&self->items[at->begin]), of_side[1 << SIDE_SHIFT], n_cuts = 0;
    for (uint32_t side = 0; side < 1u << SIDE_SHIFT; side++) {
        of_side[side] = n;
        if (at->sides >> side & 1)
            slots[n++] =
                (mlops__forest_slot){feature,
                                     (uint32_t)first,
                                     side & SIDE_LEFT ? -128 : 127,
                                     0,
                                     (at->sides & ((1u << side) - 1)) != 0,
                                     side & SIDE_ZERO ? (float)MLOPS__SPECIAL_ZERO_MAX : -1.0f};
    }
    for (uint32_t i = at->begin; i < at->end; i++) {
        const item *it = &self->items[i];
        if (i == at->begin || it->order != it[-1].order)
            put_cut(self, cuts, first, n_cuts++, of_ordered(it->order, mlops__tune_is_f64(self)));
        self->node_slots[it->node] = (uint16_t)of_side[side_of(it)];
        self->node_bounds[it->node] = (int8_t)((int32_t)n_cuts - 128);
    }
}

static void fill_slots(mlops__tuning *self, mlops__forest_slot *slots, mlops__forest_reals cuts,
                       size_t n_cuts) {
    const union {
        uint64_t bits;
        double value;
    } nan = {0x7ff8000000000000};
    run at = {0};
    size_t first = 0;
    uint32_t n = 0;
    for (size_t i = 0; i < n_cuts; i++) mlops__tune_put(self, cuts, i, nan.value);
    while (next_run(self, &at)) {
        fill_run(self, &at, slots, n, cuts, first);
        n += at.n_slots;
        first += cuts_size(at.n_cuts);
    }
}

/* A slot for each node that tests a set; slots points behind those of cuts, which are n. */
static void fill_sets(mlops__tuning *self, mlops__forest_slot *slots, uint32_t n) {
    const mlops__plan *plan = self->plan;
    for (uint32_t i = 0; i < plan->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        if (kind_of(self, &node) != MLOPS__SPECIAL_SET) continue;
        *slots++ = (mlops__forest_slot){
            node.feature, node.words + 1, node.left_missing ? -128 : 127, 1, 0, -1.0f};
        self->node_slots[i] = (uint16_t)n++;
        self->node_bounds[i] = 0;
    }
}

static mlops_status make_words(mlops__tuning *self, mlops_error *err) {
    uint32_t n = self->n_sets ? self->plan->n_words : 0;
    uint32_t *words = mlops__arena_array(self->arena, (size_t)n + 1, sizeof *words);
    if (!words) return mlops__fail_nomem(err, n * sizeof *words);
    for (size_t i = 0; i < n; i++) words[i] = mlops__load_u32(self->plan->words + 4 * i);
    self->forest->words = words;
    return MLOPS_OK;
}

static mlops_status make_slots(mlops__tuning *self, int *fits, mlops_error *err) {
    size_t n_cuts;
    uint32_t n = count_slots(self, &n_cuts);
    *fits = (uint64_t)n + self->n_sets <= MLOPS__FOREST_SLOTS_MAX && n_cuts <= UINT32_MAX;
    if (!*fits) return MLOPS_OK;
    size_t n_slots = (size_t)n + self->n_sets;
    mlops__forest_slot *slots = mlops__arena_array(self->arena, n_slots + 1, sizeof *slots);
    mlops__forest_reals cuts = {
        mlops__tune_array(self->arena, n_cuts, mlops__tune_real_size(self))};
    if (!slots || !cuts.any) return mlops__fail_nomem(err, n_cuts * mlops__tune_real_size(self));
    fill_slots(self, slots, cuts, n_cuts);
    fill_sets(self, slots + n, n);
    self->forest->n_slots = (uint32_t)n_slots;
    self->forest->slot_table = slots;
    self->forest->cuts = cuts;
    return make_words(self, err);
}

static uint32_t depth_of(const mlops__plan *plan, mlops__plan_tree tree) {
    uint32_t end = tree.first + tree.n_nodes, child = tree.first + 1, level_end = child, depth = 0;
    for (uint32_t i = tree.first; i < end; i++) {
        mlops__plan_node node = mlops__plan_node_at(plan, i);
        if (i == level_end) {
            level_end = child;
            depth++;
        }
        if (mlops__tune_is_test(&node)) child += 2;
    }
    return depth;
}

/* Eight heaps that stand together get the depth of the deepest. Where half of eight trees are none,
 * all of them are none: a heap among them would be walked alone. Not with AVX-512, which has teams
 * for one row, and is fastest with heaps for many. */
static void bundle(mlops__forest_tree *trees, uint32_t n, int wide) {
    for (uint32_t t = 0; t + MLOPS__FOREST_BUNDLE <= n; t += MLOPS__FOREST_BUNDLE) {
        uint16_t depth = 0, heaps = 0;
        for (uint32_t k = 0; k < MLOPS__FOREST_BUNDLE; k++) {
            heaps = (uint16_t)(heaps + trees[t + k].heap);
            if (trees[t + k].depth > depth) depth = trees[t + k].depth;
        }
        int deep =
            heaps <= (wide ? 0 : MLOPS__FOREST_BUNDLE / 2) && depth <= MLOPS__FOREST_BUNDLE_DEPTH;
        if (heaps < MLOPS__FOREST_BUNDLE && !deep) continue;
        for (uint32_t k = 0; k < MLOPS__FOREST_BUNDLE; k++)
            if (deep) trees[t + k].heap = 0;
            else trees[t + k].depth = depth;
        trees[t].bundle = 1;
    }
}

/* Shapes and places of all trees. False if a tree is deeper than the kernels count. */
static int place_trees(mlops__tuning *self) {
    const mlops__plan *plan = self->plan;
    for (uint32_t t = 0; t < plan->n_trees; t++) {
        mlops__plan_tree tree = mlops__plan_tree_at(plan, t);
        uint32_t depth = depth_of(plan, tree);
        if (depth > UINT16_MAX) return 0;
        self->trees[t] = (mlops__forest_tree){
            0, tree.group, (uint16_t)depth, depth <= MLOPS__FOREST_HEAP_DEPTH, 0, 0, 0, 0, 0, 0};
    }
    bundle(self->trees, plan->n_trees, self->wide);
    for (uint32_t t = 0; t < plan->n_trees; t++) {
        size_t *total = self->trees[t].heap ? &self->heap_size : &self->deep_size;
        self->trees[t].at = *total;
        if (self->trees[t].heap) *total += (size_t)1 << self->trees[t].depth;
        else *total += mlops__plan_tree_at(plan, t).n_nodes;
        mlops__tune_place_tests(self, &self->trees[t], mlops__plan_tree_at(plan, t).n_nodes);
    }
    return 1;
}

typedef struct tables {
    uint16_t *slots;
    int8_t *bounds;
    mlops__forest_reals leaves;
    mlops__forest_deep *deep;
    mlops__forest_node *nodes; /* NULL: not wide */
    mlops__forest_test *tests;
    uint8_t *planes; /* NULL: not wide */
} tables;

static uint32_t four_times(uint8_t value) { return value * 0x01010101u; }

static mlops__forest_node wide_node(const mlops__tuning *self, uint32_t i) {
    return (mlops__forest_node){(uint32_t)self->node_slots[i] * MLOPS__FOREST_LANES,
                                four_times((uint8_t)(self->node_bounds[i] - 1))};
}

static void fill_heap(const mlops__tuning *self, const tables *out, uint32_t t) {
    const mlops__forest_tree *shape = &self->trees[t];
    mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
    uint16_t places[2 << MLOPS__FOREST_HEAP_DEPTH] = {1}; /* of each node in the heap */
    uint32_t n_leaves = 1u << shape->depth;
    for (uint32_t i = 0; i < tree.n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, tree.first + i);
        uint32_t place = places[i];
        if (mlops__tune_is_test(&node)) {
            out->slots[shape->at + place] = self->node_slots[tree.first + i];
            out->bounds[shape->at + place] = self->node_bounds[tree.first + i];
            if (out->nodes) out->nodes[shape->at + place] = wide_node(self, tree.first + i);
            places[i + node.step] = (uint16_t)(2 * place);
            places[i + node.step + 1] = (uint16_t)(2 * place + 1);
            continue;
        }
        uint32_t width = 1;
        for (; place < n_leaves; width *= 2) place *= 2;
        for (uint32_t k = 0; k < width; k++)
            mlops__tune_put(self, out->leaves, shape->at + place - n_leaves + k, node.value);
    }
}

static void fill_deep(const mlops__tuning *self, const tables *out, uint32_t t) {
    const mlops__forest_tree *shape = &self->trees[t];
    mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
    for (uint32_t i = 0; i < tree.n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, tree.first + i);
        mlops__forest_deep *p = &out->deep[shape->at + i];
        *p = (mlops__forest_deep){i, 0, MLOPS__FOREST_NEVER};
        mlops__tune_put(self, out->leaves, self->heap_size + shape->at + i,
                        mlops__tune_is_test(&node) ? 0.0 : node.value);
        if (mlops__tune_is_test(&node))
            *p = (mlops__forest_deep){i + node.step, self->node_slots[tree.first + i],
                                      self->node_bounds[tree.first + i]};
    }
}

static mlops_status make_trees(mlops__tuning *self, mlops_error *err) {
    mlops__arena *arena = self->arena;
    size_t n_leaves = self->heap_size + self->deep_size + self->test_leaves + MLOPS__FOREST_SLACK;
    tables out = {
        mlops__tune_array(arena, self->heap_size, sizeof *out.slots),
        mlops__tune_array(arena, self->heap_size, sizeof *out.bounds),
        {mlops__tune_array(arena, n_leaves, mlops__tune_real_size(self))},
        mlops__tune_array(arena, self->deep_size, sizeof *out.deep),
        self->wide ? mlops__tune_array(arena, self->heap_size, sizeof *out.nodes) : NULL,
        mlops__tune_array(arena, self->n_tests, sizeof *out.tests),
        self->wide ? mlops__tune_array(arena, self->planes_size, 1) : NULL,
    };
    if (!out.slots || !out.bounds || !out.leaves.any || !out.deep || !out.tests ||
        (self->wide && (!out.nodes || !out.planes)))
        return mlops__fail_nomem(err, self->heap_size + self->deep_size);
    for (uint32_t t = 0; t < self->plan->n_trees; t++) {
        if (self->trees[t].heap) fill_heap(self, &out, t);
        else fill_deep(self, &out, t);
        if (self->trees[t].n_tests)
            mlops__tune_fill_tests(self, t, out.tests, out.leaves, out.planes);
    }
    self->forest->slots = out.slots;
    self->forest->bounds = out.bounds;
    self->forest->leaves = out.leaves;
    self->forest->deep = out.deep;
    self->forest->nodes = out.nodes;
    self->forest->tests = out.tests;
    self->forest->planes = out.planes;
    self->forest->deep_leaves = self->heap_size;
    return MLOPS_OK;
}

static mlops_status lay_out(mlops__tuning *self, int *fits, mlops_error *err) {
    const mlops__plan *plan = self->plan;
    *fits = gather_items(self);
    if (!*fits) return MLOPS_OK;
    sort_items(self);
    part_features(self);
    MLOPS_TRY(make_slots(self, fits, err));
    if (!*fits) return MLOPS_OK;
    self->trees = mlops__arena_array(self->arena, (size_t)plan->n_trees + 1, sizeof *self->trees);
    mlops__forest_reals base = {
        mlops__arena_array(self->arena, plan->n_groups, mlops__tune_real_size(self))};
    if (!self->trees || !base.any)
        return mlops__fail_nomem(err, plan->n_trees * sizeof *self->trees);
    *fits = place_trees(self);
    if (!*fits) return MLOPS_OK;
    for (uint32_t g = 0; g < plan->n_groups; g++)
        mlops__tune_put(self, base, g, mlops__plan_base(plan, g));
    for (uint32_t t = 0; t < plan->n_trees; t++)
        if (self->trees[t].heap) self->trees[t].test_leaves = self->trees[t].at;
        else self->trees[t].test_leaves += self->heap_size + self->deep_size;
    self->forest->trees = self->trees;
    self->forest->base = base;
    MLOPS_TRY(make_trees(self, err));
    int teams = self->wide && self->forest->n_slots <= MLOPS__FOREST_TEAM_SLOTS;
    return teams ? mlops__tune_teams(self, err) : MLOPS_OK;
}

mlops_status mlops__tune(mlops__forest **out, const mlops__plan *plan, int wide,
                         mlops__arena *arena, const mlops_allocator *scratch, mlops_error *err) {
    *out = NULL;
    size_t n = (size_t)plan->n_nodes + 1, room = 0;
    /* Half of the nodes are tests at the most. */
    int counts = mlops__mul(n / 2 + 1, 2 * sizeof(item), &room);
    item *items = counts ? mlops__alloc(scratch, room) : NULL;
    uint16_t *slots = mlops__alloc_array(scratch, n, sizeof *slots);
    int8_t *bounds = mlops__alloc_array(scratch, n, sizeof *bounds);
    mlops__forest *forest = mlops__arena_alloc(arena, sizeof *forest);
    mlops_status status = MLOPS_OK;
    int fits = 0;
    if (!items || !slots || !bounds || !forest) {
        status = mlops__fail_nomem(err, room);
    } else {
        forest->n_features = plan->n_features;
        forest->n_groups = plan->n_groups;
        forest->n_trees = plan->n_trees;
        forest->f64 = (plan->flags & MLOPS__PLAN_F64) != 0;
        mlops__tuning self = {
            .plan = plan, .arena = arena, .scratch = scratch, .forest = forest, .wide = wide};
        self.items = items;
        self.node_slots = slots;
        self.node_bounds = bounds;
        status = lay_out(&self, &fits, err);
    }
    mlops__free(scratch, items, room);
    mlops__free(scratch, slots, n * sizeof *slots);
    mlops__free(scratch, bounds, n * sizeof *bounds);
    if (status == MLOPS_OK && fits) *out = forest;
    return status;
}

int mlops__tune_pays(const mlops__forest *forest) {
    uint64_t steps = 0;
    for (uint32_t t = 0; t < forest->n_trees; t++) steps += forest->trees[t].depth;
    return 2 * (uint64_t)forest->n_slots <= steps;
}
