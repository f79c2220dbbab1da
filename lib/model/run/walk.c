/* Walking a plan, one row and one tree at a time: the reference of every kernel, and what devices
 * run.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees, each to its group, in float,
 * beginning with the base margin; a value is compared as float, x < threshold goes left. Terminates
 * and stays inside because an open plan only steps forward. Freestanding: part of the firmware
 * build.
 */
#include "base/cursor.h"
#include "model/run/plan.h"

#include <string.h>

enum { CATEGORIES_MAX = 1 << 24 };

static inline uint32_t load_u32(const uint8_t *p) {
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
#else
    return mlops__load_u32(p);
#endif
}

static inline float as_f32(uint32_t bits) {
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* True if a value goes right at a categorical node: its category is in the set. What is no category
 * goes left. */
static int in_set(const mlops__plan *self, uint32_t set, float x) {
    if (!(x >= 0.0f && x < (float)CATEGORIES_MAX)) return 0;
    uint32_t category = (uint32_t)x;
    const uint8_t *words = self->words + 4 * (size_t)set;
    if (category / 32 >= load_u32(words)) return 0;
    return (int)(load_u32(words + 4 + 4 * (size_t)(category / 32)) >> category % 32 & 1);
}

static uint32_t walk_narrow(const mlops__plan *self, uint32_t node, const float *row) {
    for (;;) {
        const uint8_t *p = self->nodes + 8 * (size_t)node;
        uint32_t test = load_u32(p + 4);
        uint32_t step = test >> 16 & 0x3fff;
        if (step == 0) return node;
        float x = row[test & 0xffff];
        if (x != x) node += step + !(test >> 31);
        else if (test >> 30 & 1) node += step + (uint32_t)in_set(self, load_u32(p), x);
        else node += step + !(x < as_f32(load_u32(p)));
    }
}

static uint32_t walk_wide(const mlops__plan *self, uint32_t node, const float *row) {
    for (;;) {
        const uint8_t *p = self->nodes + 12 * (size_t)node;
        uint32_t link = load_u32(p + 8);
        uint32_t step = link & (MLOPS__PLAN_WIDE_STEP - 1);
        if (step == 0) return node;
        float x = row[load_u32(p + 4)];
        if (x != x) node += step + !(link >> 31);
        else if (link >> 30 & 1) node += step + (uint32_t)in_set(self, load_u32(p), x);
        else node += step + !(x < as_f32(load_u32(p)));
    }
}

static uint32_t walk(const mlops__plan *self, uint32_t tree, const float *row) {
    uint32_t root = load_u32(self->trees + 8 * (size_t)tree);
    return self->flags & MLOPS__PLAN_WIDE ? walk_wide(self, root, row)
                                          : walk_narrow(self, root, row);
}

void mlops__plan_margin(const mlops__plan *self, const float *row, float *margins) {
    size_t size = self->flags & MLOPS__PLAN_WIDE ? 12 : 8;
    for (uint32_t g = 0; g < self->n_groups; g++) margins[g] = mlops__plan_base(self, g);
    for (uint32_t t = 0; t < self->n_trees; t++) {
        uint32_t leaf = walk(self, t, row);
        uint32_t group = load_u32(self->trees + 8 * (size_t)t + 4);
        margins[group] += as_f32(load_u32(self->nodes + size * leaf));
    }
}

void mlops__plan_predict(const mlops__plan *self, const float *row, float *margins, double *out) {
    mlops__plan_margin(self, row, margins);
    mlops__link_apply(self->link, margins, self->n_groups, out);
}

uint32_t mlops__plan_leaf(const mlops__plan *self, const float *row, uint32_t tree) {
    uint32_t leaf = walk(self, tree, row);
    if (self->numbers) return load_u32(self->numbers + 4 * (size_t)leaf);
    return leaf - load_u32(self->trees + 8 * (size_t)tree);
}
