/* Walking a plan, one row and one tree at a time: the reference of every kernel, and what devices
 * run.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees, each to its group, beginning
 * with the base margin, in the plan's type; a value is compared in that type, x < threshold goes
 * left. Terminates and stays inside because an open plan only steps forward. Freestanding: part of
 * the firmware build.
 */
#include "base/cursor.h"
#include "model/run/plan.h"

enum { FLOAT_CATEGORIES = 1 << 24 };

static inline float f32_at(const mlops__row *row, uint32_t feature) {
    return row->f32 ? row->f32[feature] : (float)row->f64[feature];
}

static inline double f64_at(const mlops__row *row, uint32_t feature) {
    return row->f64 ? row->f64[feature] : (double)row->f32[feature];
}

static inline int is_f64(const mlops__plan *self) { return (self->flags & MLOPS__PLAN_F64) != 0; }

/* The n-th number behind p. */
/* What is no category is in no set. */
static int in_set(const mlops__plan *self, const uint8_t *p, double x) {
    int valid = is_f64(self) ? x > -1.0 && x < 0x1p31 : x >= 0.0 && x < (double)FLOAT_CATEGORIES;
    if (!valid) return 0;
    uint32_t category = (uint32_t)x;
    if (category / 32 >= mlops__load_u32(p)) return 0;
    return (int)(mlops__load_u32(p + 4 + 4 * (size_t)(category / 32)) >> category % 32 & 1);
}

static int is_member(const mlops__plan *self, const uint8_t *p, double x) {
    uint32_t low = 0, high = mlops__load_u32(p);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        double number = mlops__plan_number(self, p + 4, middle);
        if (number == x) return 1;
        if (number < x) low = middle + 1;
        else high = middle;
    }
    return 0;
}

/* What a special test says of a value that is there: 1 goes right. */
static uint32_t special_test(const mlops__plan *self, uint32_t words, double x, uint32_t missing) {
    const uint8_t *p = self->words + 4 * (size_t)words;
    uint32_t kind = mlops__load_u32(p);
    if (kind == MLOPS__SPECIAL_SET) return (uint32_t)in_set(self, p + 4, x);
    if (kind == MLOPS__SPECIAL_MEMBER) return (uint32_t)is_member(self, p + 4, x);
    if (x >= -MLOPS__SPECIAL_ZERO_MAX && x <= MLOPS__SPECIAL_ZERO_MAX) return missing;
    return !(x < mlops__load_f64(p + 4));
}

static uint32_t walk_narrow(const mlops__plan *self, uint32_t node, const mlops__row *row) {
    for (;;) {
        const uint8_t *p = self->nodes + 8 * (size_t)node;
        uint32_t test = mlops__load_u32(p + 4);
        uint32_t step = test >> 16 & 0x3fff;
        if (step == 0) return node;
        float x = f32_at(row, test & 0xffff);
        if (x != x) node += step + !(test >> 31);
        else if (test >> 30 & 1)
            node += step + special_test(self, mlops__load_u32(p), (double)x, !(test >> 31));
        else node += step + !(x < mlops__load_f32(p));
    }
}

static uint32_t walk_wide(const mlops__plan *self, uint32_t node, const mlops__row *row) {
    for (;;) {
        const uint8_t *p = self->nodes + 12 * (size_t)node;
        uint32_t link = mlops__load_u32(p + 8);
        uint32_t step = link & (MLOPS__PLAN_WIDE_STEP - 1);
        if (step == 0) return node;
        float x = f32_at(row, mlops__load_u32(p + 4));
        if (x != x) node += step + !(link >> 31);
        else if (link >> 30 & 1)
            node += step + special_test(self, mlops__load_u32(p), (double)x, !(link >> 31));
        else node += step + !(x < mlops__load_f32(p));
    }
}

static uint32_t walk_f64(const mlops__plan *self, uint32_t node, const mlops__row *row) {
    for (;;) {
        const uint8_t *p = self->nodes + 16 * (size_t)node;
        uint32_t link = mlops__load_u32(p + 12);
        uint32_t step = link & (MLOPS__PLAN_WIDE_STEP - 1);
        if (step == 0) return node;
        double x = f64_at(row, mlops__load_u32(p + 8));
        if (x != x) node += step + !(link >> 31);
        else if (link >> 30 & 1)
            node += step + special_test(self, mlops__load_u32(p), x, !(link >> 31));
        else node += step + !(x < mlops__load_f64(p));
    }
}

static uint32_t walk(const mlops__plan *self, uint32_t tree, const mlops__row *row) {
    uint32_t root = mlops__load_u32(self->trees + 8 * (size_t)tree);
    if (is_f64(self)) return walk_f64(self, root, row);
    return self->flags & MLOPS__PLAN_WIDE ? walk_wide(self, root, row)
                                          : walk_narrow(self, root, row);
}

int mlops__plan_special_left(const mlops__plan *self, const mlops__plan_node *node, double x) {
    return !special_test(self, node->words, x, !node->left_missing);
}

/* True if a value takes the place of the least or greatest so far; NaN: there is none yet. */
static inline int replaces(const mlops__plan *self, double value, double best) {
    return best != best || (self->aggregate == MLOPS__AGGREGATE_MIN ? value < best : value > best);
}

static inline void add_f32(const mlops__plan *self, float *sum, float value) {
    if (self->aggregate == MLOPS__AGGREGATE_SUM) *sum += value;
    else if (replaces(self, (double)value, (double)*sum)) *sum = value;
}

static inline void add_f64(const mlops__plan *self, double *sum, double value) {
    if (self->aggregate == MLOPS__AGGREGATE_SUM) *sum += value;
    else if (replaces(self, value, *sum)) *sum = value;
}

static double linear_value(const uint8_t *p, const mlops__row *row) {
    uint32_t n = mlops__load_u32(p);
    double value = mlops__load_f64(p + 4);
    const uint8_t *term = p + 20;
    for (uint32_t i = 0; i < n; i++, term += 12) {
        double x = f64_at(row, mlops__load_u32(term));
        if (x != x) return mlops__load_f64(p + 12);
        value += mlops__load_f64(term + 4) * x;
    }
    return value;
}

static float add_weights(const mlops__plan *self, const uint8_t *p, const mlops__row *row,
                         float sum) {
    for (uint32_t f = 0; f < self->n_features; f++) {
        float x = f32_at(row, f);
        if (x == x) sum += x * mlops__load_f32(p + 4 * (size_t)f);
    }
    return sum;
}

static void add_special(const mlops__plan *self, uint32_t words, uint32_t group,
                        const mlops__row *row, mlops__sums sums) {
    const uint8_t *p = self->words + 4 * (size_t)words;
    if (mlops__load_u32(p) == MLOPS__SPECIAL_LINEAR) {
        add_f64(self, sums.f64 + group, linear_value(p + 4, row));
        return;
    }
    if (mlops__load_u32(p) == MLOPS__SPECIAL_WEIGHTS) {
        sums.f32[group] = add_weights(self, p + 4, row, sums.f32[group]);
        return;
    }
    for (uint32_t g = 0; g < self->n_groups; g++)
        if (is_f64(self)) add_f64(self, sums.f64 + g, mlops__load_f64(p + 4 + 8 * (size_t)g));
        else add_f32(self, sums.f32 + g, mlops__load_f32(p + 4 + 4 * (size_t)g));
}

static void add_trees_f32(const mlops__plan *self, uint32_t t, uint32_t end, const mlops__row *row,
                          float *sums) {
    int wide = (self->flags & MLOPS__PLAN_WIDE) != 0;
    for (; t < end; t++) {
        const uint8_t *p = self->nodes + (wide ? 12 : 8) * (size_t)walk(self, t, row);
        uint32_t group = mlops__load_u32(self->trees + 8 * (size_t)t + 4);
        if (mlops__load_u32(p + (wide ? 8 : 4)) >> 30 & 1)
            add_special(self, mlops__load_u32(p), group, row, (mlops__sums){.f32 = sums});
        else add_f32(self, sums + group, mlops__load_f32(p));
    }
}

static void add_trees_f64(const mlops__plan *self, uint32_t t, uint32_t end, const mlops__row *row,
                          double *sums) {
    for (; t < end; t++) {
        const uint8_t *p = self->nodes + 16 * (size_t)walk(self, t, row);
        uint32_t group = mlops__load_u32(self->trees + 8 * (size_t)t + 4);
        if (mlops__load_u32(p + 12) >> 30 & 1)
            add_special(self, mlops__load_u32(p), group, row, (mlops__sums){.f64 = sums});
        else add_f64(self, sums + group, mlops__load_f64(p));
    }
}

static void begin(const mlops__plan *self, mlops__sums sums) {
    const union {
        uint64_t bits;
        double value;
    } nan = {0x7ff8000000000000};
    for (uint32_t g = 0; g < self->n_groups; g++) {
        double value = self->aggregate ? nan.value : mlops__plan_base(self, g);
        if (is_f64(self)) sums.f64[g] = value;
        else sums.f32[g] = (float)value;
    }
}

static void add_trees(const mlops__plan *self, uint32_t t, uint32_t end, const mlops__row *row,
                      mlops__sums sums) {
    if (is_f64(self)) add_trees_f64(self, t, end, row, sums.f64);
    else add_trees_f32(self, t, end, row, sums.f32);
}

/* The margin that a sum is: the least and the greatest get their base in the end. */
static double margin_of(const mlops__plan *self, mlops__sums sums, uint32_t group) {
    double base = mlops__plan_base(self, group);
    int sum = self->aggregate == MLOPS__AGGREGATE_SUM;
    if (is_f64(self)) {
        double value = sums.f64[group];
        return sum ? value : (value != value ? 0.0 : value) + base;
    }
    float value = sums.f32[group];
    return (double)(sum ? value : (value != value ? 0.0f : value) + (float)base);
}

void mlops__plan_margin(const mlops__plan *self, mlops__row row, mlops__sums sums) {
    begin(self, sums);
    add_trees(self, 0, self->n_trees, &row, sums);
    for (uint32_t g = 0; self->aggregate != MLOPS__AGGREGATE_SUM && g < self->n_groups; g++)
        if (is_f64(self)) sums.f64[g] = margin_of(self, sums, g);
        else sums.f32[g] = (float)margin_of(self, sums, g);
}

void mlops__plan_prefixes(const mlops__plan *self, mlops__row row, mlops__sums sums, double *out) {
    begin(self, sums);
    for (uint32_t t = 0; t < self->n_trees; t++) {
        add_trees(self, t, t + 1, &row, sums);
        for (uint32_t g = 0; g < self->n_groups; g++) *out++ = margin_of(self, sums, g);
    }
}

void mlops__plan_finish(const mlops__plan *self, mlops__sums sums, double *out) {
    uint32_t n = self->n_groups;
    if (!is_f64(self)) {
        for (uint32_t g = 0; self->divisor != 1 && g < n; g++) sums.f32[g] /= (float)self->divisor;
        mlops__link_apply(self->link, sums.f32, n, out);
        return;
    }
    for (uint32_t g = 0; self->divisor != 1 && g < n; g++) sums.f64[g] /= (double)self->divisor;
    mlops__link_apply_f64(self->link, self->param, sums.f64, n, out);
}

void mlops__plan_predict(const mlops__plan *self, mlops__row row, mlops__sums sums, double *out) {
    mlops__plan_margin(self, row, sums);
    mlops__plan_finish(self, sums, out);
}

uint32_t mlops__plan_leaf(const mlops__plan *self, mlops__row row, uint32_t tree) {
    uint32_t leaf = walk(self, tree, &row);
    if (self->numbers) return mlops__load_u32(self->numbers + 4 * (size_t)leaf);
    return leaf - mlops__load_u32(self->trees + 8 * (size_t)tree);
}
