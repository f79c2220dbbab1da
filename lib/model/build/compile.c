/* Compiling: a forest becomes the flat bytes of a plan.
 *
 * Owns the choice between narrow and wide nodes and whether node numbers and covers are kept.
 * Invariant: equal forests give equal bytes, since the id of a model is a hash of them; leaves are
 * weighted here, in float, as the trainer does it for each row.
 */
#include "model/build/ir.h"
#include "model/run/plan.h"

#include <string.h>

void mlops__ir_init(mlops__ir *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    self->divisor = 1;
    mlops__buf *bufs[] = {&self->nodes, &self->firsts, &self->groups, &self->weights,
                          &self->words, &self->names,  &self->base};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) mlops__buf_init(bufs[i], allocator);
}

void mlops__ir_free(mlops__ir *self) {
    mlops__buf *bufs[] = {&self->nodes, &self->firsts, &self->groups, &self->weights,
                          &self->words, &self->names,  &self->base};
    for (size_t i = 0; i < sizeof bufs / sizeof bufs[0]; i++) mlops__buf_free(bufs[i]);
}

uint32_t mlops__ir_n_nodes(const mlops__ir *self) {
    return (uint32_t)(self->nodes.size / sizeof(mlops__ir_node));
}

void mlops__ir_word_f64(mlops__ir *self, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint32_t words[] = {(uint32_t)bits, (uint32_t)(bits >> 32)};
    mlops__buf_put(&self->words, words, sizeof words);
}

typedef struct compiling {
    const mlops__ir *ir;
    const mlops__ir_node *nodes;
    const uint32_t *firsts;
    uint32_t n_nodes;
    uint32_t flags;
    uint32_t depth;
} compiling;

static uint32_t end_of(const compiling *self, uint32_t tree) {
    return tree + 1 < self->ir->n_trees ? self->firsts[tree + 1] : self->n_nodes;
}

/* Steps from root to the deepest leaf: levels end where the children of the one before end. */
static uint32_t depth_of(const compiling *self, uint32_t tree) {
    uint32_t end = end_of(self, tree), child = self->firsts[tree] + 1, level_end = child, depth = 0;
    for (uint32_t i = self->firsts[tree]; i < end; i++) {
        if (i == level_end) {
            level_end = child;
            depth++;
        }
        if (self->nodes[i].step) child += 2;
    }
    return depth;
}

/* As opening a plan demands it. Covers are kept if all are such. */
static int has_cover(const mlops__ir *ir, const mlops__ir_node *node) {
    double cover = ir->f64 ? node->cover : (double)(float)node->cover;
    return cover - cover == 0.0 && (node->step ? cover > 0.0 : cover >= 0.0);
}

static void survey(compiling *self) {
    const mlops__ir *ir = self->ir;
    self->flags = MLOPS__PLAN_COVERS | (ir->n_names ? MLOPS__PLAN_NAMES : 0);
    if (ir->f64) self->flags |= MLOPS__PLAN_F64;
    for (uint32_t t = 0; t < ir->n_trees; t++) {
        uint32_t depth = depth_of(self, t), end = end_of(self, t);
        if (depth > self->depth) self->depth = depth;
        for (uint32_t i = self->firsts[t]; i < end; i++) {
            const mlops__ir_node *node = &self->nodes[i];
            int narrow =
                node->step < MLOPS__PLAN_NARROW_STEP && node->feature < MLOPS__PLAN_NARROW_FEATURES;
            if (!narrow && !ir->f64) self->flags |= MLOPS__PLAN_WIDE;
            if (node->number != i - self->firsts[t]) self->flags |= MLOPS__PLAN_NUMBERS;
            if (!has_cover(ir, node)) self->flags &= ~(uint32_t)MLOPS__PLAN_COVERS;
        }
    }
}

static size_t info_size(const mlops__ir *ir) {
    return strlen(ir->format) + strlen(ir->objective) + strlen(ir->booster) + 3;
}

static void put_head(const compiling *self, mlops__buf *out) {
    const mlops__ir *ir = self->ir;
    mlops__buf_put(out, "PLAN", 4);
    mlops__buf_u16(out, MLOPS__PLAN_VERSION);
    mlops__buf_u16(out, (uint16_t)self->flags);
    mlops__buf_u32(out, (uint32_t)ir->link);
    mlops__buf_u32(out, ir->n_features);
    mlops__buf_u32(out, ir->n_groups);
    mlops__buf_u32(out, ir->n_trees);
    mlops__buf_u32(out, self->n_nodes);
    mlops__buf_u32(out, (uint32_t)(ir->words.size / 4));
    mlops__buf_u32(out, self->depth);
    mlops__buf_u32(out, (uint32_t)ir->names.size);
    mlops__buf_u32(out, (uint32_t)info_size(ir));
    mlops__buf_u32(out, ir->divisor);
    mlops__buf_f64(out, ir->param);
    mlops__buf_u32(out, ir->aggregate);
    mlops__buf_zero(out, 4);
}

/* A weighted leaf is added to 0 first, as the trainer's separate sum of one tree does: that turns
 * -0 into 0. */
static float weighted(float leaf, float weight) { return (0.0f + leaf) * weight; }

static inline uint8_t *store_number(uint8_t *p, int f64, double value) {
    uint64_t wide;
    uint32_t narrow;
    float single = (float)value;
    memcpy(&wide, &value, sizeof wide);
    memcpy(&narrow, &single, sizeof narrow);
    if (f64) mlops__store_u64(p, wide);
    else mlops__store_u32(p, narrow);
    return p + (f64 ? 8 : 4);
}

static void put_number(const compiling *self, mlops__buf *out, double value) {
    uint8_t number[8];
    mlops__buf_put(out, number, (size_t)(store_number(number, self->ir->f64, value) - number));
}

static uint8_t *store_node(const compiling *self, uint8_t *p, const mlops__ir_node *node,
                           const float *weight) {
    int narrow = !(self->flags & (MLOPS__PLAN_WIDE | MLOPS__PLAN_F64));
    uint32_t top = narrow ? 15 : 31;
    uint32_t link = (uint32_t)node->left_missing << top | (uint32_t)node->is_special << (top - 1);
    link |= node->step;
    if (node->is_special) {
        mlops__store_u32(p, node->special);
        if (self->ir->f64) mlops__store_u32(p + 4, 0);
        p += self->ir->f64 ? 8 : 4;
    } else {
        double value = node->value;
        if (weight && node->step == 0) value = (double)weighted((float)value, *weight);
        p = store_number(p, self->ir->f64, value);
    }
    if (narrow) {
        mlops__store_u16(p, (uint16_t)node->feature);
        mlops__store_u16(p + 2, (uint16_t)link);
        return p + 4;
    }
    mlops__store_u32(p, node->feature);
    mlops__store_u32(p + 4, link);
    return p + 8;
}

/* All nodes, then their numbers and covers, if the plan has such: in one go, as forests are larger
 * than caches. */
static void put_nodes(const compiling *self, mlops__buf *out) {
    const mlops__buf *given = &self->ir->weights;
    const float *weights = given->size ? (const float *)(const void *)given->data : NULL;
    const mlops__plan plan = {.flags = self->flags};
    size_t n = self->n_nodes, begin = out->size;
    mlops__buf_extend(out, mlops__plan_node_size(&plan) * n);
    mlops__buf_align(out, 8);
    size_t numbers = out->size;
    mlops__buf_extend(out, self->flags & MLOPS__PLAN_NUMBERS ? 4 * n : 0);
    mlops__buf_align(out, 8);
    size_t covers = out->size;
    mlops__buf_extend(out,
                      self->flags & MLOPS__PLAN_COVERS ? mlops__plan_number_size(&plan) * n : 0);
    mlops__buf_align(out, 8);
    if (out->status) return;
    uint8_t *node = out->data + begin, *number = out->data + numbers, *cover = out->data + covers;
    for (uint32_t t = 0; t < self->ir->n_trees; t++)
        for (uint32_t i = self->firsts[t], end = end_of(self, t); i < end; i++) {
            const mlops__ir_node *from = &self->nodes[i];
            node = store_node(self, node, from, weights ? &weights[t] : NULL);
            if (self->flags & MLOPS__PLAN_NUMBERS) mlops__store_u32(number + 4 * i, from->number);
            if (self->flags & MLOPS__PLAN_COVERS)
                cover = store_number(cover, self->ir->f64, from->cover);
        }
}

static void put_texts(const mlops__ir *ir, mlops__buf *out) {
    mlops__buf_put(out, ir->names.data, ir->names.size);
    mlops__buf_align(out, 8);
    mlops__buf_put(out, ir->format, strlen(ir->format) + 1);
    mlops__buf_put(out, ir->objective, strlen(ir->objective) + 1);
    mlops__buf_put(out, ir->booster, strlen(ir->booster) + 1);
}

mlops_status mlops__ir_compile(const mlops__ir *ir, mlops__buf *out, mlops_error *err) {
    compiling self = {ir,
                      (const mlops__ir_node *)(const void *)ir->nodes.data,
                      (const uint32_t *)(const void *)ir->firsts.data,
                      mlops__ir_n_nodes(ir),
                      0,
                      0};
    const uint32_t *groups = (const uint32_t *)(const void *)ir->groups.data;
    const uint32_t *words = (const uint32_t *)(const void *)ir->words.data;
    const double *base = (const double *)(const void *)ir->base.data;
    if (ir->names.size > UINT32_MAX || ir->words.size / 4 > UINT32_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT,
                           "feature names or special nodes take more than 4 GiB");
    survey(&self);
    put_head(&self, out);
    for (uint32_t g = 0; g < ir->n_groups; g++) put_number(&self, out, base[g]);
    mlops__buf_align(out, 8);
    for (uint32_t t = 0; t < ir->n_trees; t++) {
        mlops__buf_u32(out, self.firsts[t]);
        mlops__buf_u32(out, groups[t]);
    }
    put_nodes(&self, out);
    for (size_t i = 0; i < ir->words.size / 4; i++) mlops__buf_u32(out, words[i]);
    mlops__buf_align(out, 8);
    put_texts(ir, out);
    return out->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}
