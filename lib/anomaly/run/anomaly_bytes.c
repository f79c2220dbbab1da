/* What was frozen as bytes: canonical, little-endian, checked when read.
 *
 * Owns nothing. Invariant: what is loaded saves to the same bytes and scores to the same bits.
 * Freestanding: part of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/sealed.h"

#include <string.h>

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLAN"
 *          4     4  version, 1
 *          8    28  kind, flags, features d, rows held back h, parts p, part, nodes (u32 each).
 *                   forest: p trees, each of part rows; knn: p rows, part is k; kmeans: p centers;
 *                   pca: p components; 0 where a kind has none
 *         36    24  rows, rows skipped, rows learnt from (i64 each)
 *         60    8d  means, and what features less these are multiplied by (f32 each)
 *        ...   ...  mahalanobis: rows of the lower triangle of the inverse of the Cholesky factor;
 *                   knn, kmeans, pca: p times d values (f32 each). forest: the first node of each
 *                   tree (u32), then nodes: feature (u16) or 65,535 of a leaf, right child in its
 *                   tree (u16) or 0, cut or length of path (f32); left children are behind theirs
 *        ...    4h  scores of rows held back, ascending (f32)
 *        ...     4  CRC-32 of all before it: also of later versions
 */
#define MAGIC 0x4e414c4du

enum { VERSION = 1, N_WORDS = 7, N_COUNTS = 3 };

static void put_floats(mlops__buf *out, const float *values, size_t n) {
    for (size_t i = 0; i < n; i++) mlops__buf_f32(out, values[i]);
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_anomaly *self = of;
    const float *model = mlops__anomaly_model(self);
    const uint32_t words[N_WORDS] = {(uint32_t)self->kind, self->flags, self->d,      self->n_held,
                                     self->n_parts,        self->part,  self->n_nodes};
    const int64_t counts[N_COUNTS] = {self->n, self->n_skipped, self->n_fit};
    for (size_t i = 0; i < N_WORDS; i++) mlops__buf_u32(out, words[i]);
    for (size_t i = 0; i < N_COUNTS; i++) mlops__buf_i64(out, counts[i]);
    put_floats(out, mlops__anomaly_mean(self), 2 * (size_t)self->d);
    if (self->kind == MLOPS_ANOMALY_FOREST) {
        const mlops__anomaly_node *node = (const mlops__anomaly_node *)(model + self->n_parts);
        for (uint32_t t = 0; t < self->n_parts; t++) {
            uint32_t start;
            memcpy(&start, model + t, sizeof start);
            mlops__buf_u32(out, start);
        }
        for (uint32_t i = 0; i < self->n_nodes; i++, node++) {
            mlops__buf_u16(out, node->feature);
            mlops__buf_u16(out, node->right);
            mlops__buf_f32(out, node->value);
        }
    } else {
        put_floats(out, model, mlops__anomaly_model_size(self));
    }
    put_floats(out, mlops__anomaly_held(self), self->n_held);
}

mlops_status mlops_anomaly_save(const mlops_anomaly *self, void *bytes, size_t cap,
                                size_t *needed) {
    if (!self->is_frozen) return mlops__anomaly_save_learning(self, bytes, cap, needed);
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

/* Whether the shape is one that freezing makes of so many rows. */
static int shape_holds(const mlops_anomaly *self) {
    uint32_t parts = self->n_parts, part = self->part;
    int64_t n = self->n_fit;
    if (self->kind != MLOPS_ANOMALY_FOREST && self->n_nodes) return 0;
    switch (self->kind) {
    case MLOPS_ANOMALY_FOREST:
        return parts >= 1 && parts <= 1000 && part >= 2 && part <= 4096 && part <= n &&
               self->n_nodes >= parts && self->n_nodes <= parts * (2 * part - 1);
    case MLOPS_ANOMALY_MAHALANOBIS: return !parts && !part && n > self->d;
    case MLOPS_ANOMALY_KNN:
        return parts <= 65536 && parts <= n && part >= 1 && part <= 256 && part <= parts;
    case MLOPS_ANOMALY_KMEANS: return parts >= 1 && parts <= 1024 && parts <= n && !part;
    case MLOPS_ANOMALY_PCA: return parts >= 1 && parts < self->d && parts < n && !part;
    default: return 0;
    }
}

static int header_holds(const mlops_anomaly *self) {
    uint32_t known = self->kind >= MLOPS_ANOMALY_KNN ? MLOPS_ANOMALY_RAW : 0;
    if (self->flags & ~known || self->d < 1 || self->d > 1024) return 0;
    if (self->n < 0 || self->n > (int64_t)1 << 53 || self->n_skipped < 0 ||
        self->n_skipped > self->n || self->n_fit < 0 || self->n_fit > self->n - self->n_skipped)
        return 0;
    int64_t held = self->n - self->n_skipped - self->n_fit, more = held - self->n_fit;
    return more >= -1 && more <= 1 && self->n_held >= 1 && self->n_held <= 65536 &&
           self->n_held <= held && shape_holds(self);
}

/* The header; in stands behind it, at as many bytes as that asks for. */
static mlops_status get_header(mlops_anomaly *like, mlops__cursor *in, const void *bytes,
                               size_t n) {
    memset(like, 0, sizeof *like);
    MLOPS_TRY(mlops__sealed_open(in, bytes, n, MAGIC, VERSION));
    uint32_t *const words[N_WORDS] = {NULL,           &like->flags, &like->d,      &like->n_held,
                                      &like->n_parts, &like->part,  &like->n_nodes};
    int64_t *const counts[N_COUNTS] = {&like->n, &like->n_skipped, &like->n_fit};
    like->kind = (int32_t)mlops__cursor_u32(in);
    for (size_t i = 1; i < N_WORDS; i++) *words[i] = mlops__cursor_u32(in);
    for (size_t i = 0; i < N_COUNTS; i++) *counts[i] = mlops__cursor_i64(in);
    if (in->failed || !header_holds(like)) return MLOPS_E_CORRUPT;
    size_t floats = 2 * (size_t)like->d + mlops__anomaly_model_size(like) + like->n_held;
    return mlops__cursor_left(in) == 4 * floats ? MLOPS_OK : MLOPS_E_CORRUPT;
}

/* 0 if one of them is not finite. */
static int get_floats(mlops__cursor *in, float *out, size_t n) {
    int holds = 1;
    for (size_t i = 0; i < n; i++) {
        out[i] = mlops__cursor_f32(in);
        holds &= out[i] - out[i] == 0;
    }
    return holds;
}

/* Whether each way down a tree of n nodes ends in it. */
static int tree_holds(const mlops__anomaly_node *tree, uint32_t n, uint32_t d) {
    for (uint32_t i = 0; i < n; i++) {
        const mlops__anomaly_node *node = tree + i;
        if (!(node->value - node->value == 0)) return 0;
        if (node->feature == MLOPS__LEAF
                ? node->right || node->value < 0
                : node->feature >= d || node->right < i + 2 || node->right >= n)
            return 0;
    }
    return n > 0;
}

static int get_forest(mlops_anomaly *self, mlops__cursor *in) {
    float *model = mlops__anomaly_model(self);
    mlops__anomaly_node *nodes = (mlops__anomaly_node *)(model + self->n_parts);
    for (uint32_t t = 0; t < self->n_parts; t++) {
        uint32_t start = mlops__cursor_u32(in);
        memcpy(model + t, &start, sizeof start);
    }
    for (uint32_t i = 0; i < self->n_nodes; i++) {
        nodes[i].feature = mlops__cursor_u16(in);
        nodes[i].right = mlops__cursor_u16(in);
        nodes[i].value = mlops__cursor_f32(in);
    }
    for (uint32_t t = 0, end; t < self->n_parts; t++) {
        uint32_t start;
        end = self->n_nodes;
        memcpy(&start, model + t, sizeof start);
        if (t + 1 < self->n_parts) memcpy(&end, model + t + 1, sizeof end);
        if ((t == 0 && start) || start > end || end > self->n_nodes ||
            !tree_holds(nodes + start, end - start, self->d))
            return 0;
    }
    mlops__forest_prepare(self);
    return 1;
}

static int is_learning(const void *bytes, size_t n) {
    mlops__cursor in;
    mlops__cursor_init(&in, bytes, n);
    return mlops__cursor_u32(&in) == MLOPS__ANOMALY_LEARNING;
}

mlops_status mlops_anomaly_load_size(const void *bytes, size_t n, size_t *size) {
    mlops_anomaly like;
    mlops__cursor in;
    if (is_learning(bytes, n)) return mlops__anomaly_learning_load_size(bytes, n, size);
    MLOPS_TRY(get_header(&like, &in, bytes, n));
    *size = mlops__anomaly_lay_out(&like, like.n_held);
    return MLOPS_OK;
}

mlops_status mlops_anomaly_load(mlops_anomaly **out, void *mem, size_t size, const void *bytes,
                                size_t n) {
    mlops_anomaly like, *self = mem;
    mlops__cursor in;
    *out = NULL;
    if (!mem || (uintptr_t)mem % 8) return MLOPS_E_INVALID;
    if (is_learning(bytes, n)) return mlops__anomaly_load_learning(out, mem, size, bytes, n);
    MLOPS_TRY(get_header(&like, &in, bytes, n));
    if (size < mlops__anomaly_lay_out(&like, like.n_held)) return MLOPS_E_ARENA;
    memcpy(self, &like, offsetof(mlops_anomaly, words));
    int holds = get_floats(&in, mlops__anomaly_mean(self), 2 * (size_t)self->d);
    holds &= self->kind == MLOPS_ANOMALY_FOREST
                 ? get_forest(self, &in)
                 : get_floats(&in, mlops__anomaly_model(self), mlops__anomaly_model_size(self));
    float *held = mlops__anomaly_held(self);
    holds &= get_floats(&in, held, self->n_held) && held[0] >= 0;
    for (uint32_t i = 1; i < self->n_held; i++) holds &= held[i - 1] <= held[i];
    if (!holds || in.failed || mlops__cursor_left(&in)) return MLOPS_E_CORRUPT;
    self->is_frozen = 1;
    *out = self;
    return MLOPS_OK;
}
