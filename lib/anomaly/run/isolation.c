/* Isolation trees (Liu, Ting and Zhou 2008): cuts at random places of random features.
 *
 * Owns the form of a tree. Invariant: an inner node's left child is behind it, its right one behind
 * all of those, and a leaf ends in what the paper adds for the rows that are left in it.
 * Freestanding: part of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/real.h"

#include <string.h>

enum { DEPTH_MAX = 12 /* of 4,096 rows */, NO_PARENT = -1 };

/* The mean length of a search in a tree of n rows that finds nothing. */
static double mean_length(uint32_t n) {
    const double euler = 0.57721566490153286061;
    if (n <= 2) return n == 2;
    double before = (double)n - 1;
    return 2 * (mlops__log(before) + euler) - 2 * before / (double)n;
}

void mlops__forest_prepare(mlops_anomaly *self) {
    self->unit = (float)(-MLOPS__LN_2 / ((double)self->n_parts * mean_length(self->part)));
}

/* Rows of a sample, by their numbers in order. */
typedef struct sample {
    const float *rows;
    uint32_t *order;
    size_t d;
} sample;

typedef struct todo {
    uint32_t begin, end, depth;
    int32_t parent; /* whose right child it is */
} todo;

/* A feature that is not the same in all of the rows, each with the same chance, and where it is
 * cut; 0 if there is none. */
static int draw_cut(mlops_anomaly *self, const sample *s, const todo *t, mlops__anomaly_node *cut) {
    float low = 0, high = 0;
    uint32_t n_found = 0;
    for (size_t f = 0; f < s->d; f++) {
        float least = s->rows[s->order[t->begin] * s->d + f], most = least;
        for (uint32_t i = t->begin + 1; i < t->end; i++) {
            float x = s->rows[s->order[i] * s->d + f];
            if (x < least) least = x;
            if (x > most) most = x;
        }
        if (!(least < most) || mlops__anomaly_draw(self, ++n_found)) continue;
        low = least, high = most;
        cut->feature = (uint16_t)f;
    }
    if (!n_found) return 0;
    double share = (double)(mlops__mix_next(&self->random) >> 11) * 0x1p-53;
    cut->value = (float)((double)low + share * ((double)high - (double)low));
    if (!(cut->value < high)) cut->value = low;
    return 1;
}

/* Those up to the cut go ahead of the others; where these begin. */
static uint32_t split(const sample *s, const todo *t, const mlops__anomaly_node *cut) {
    uint32_t at = t->begin;
    for (uint32_t i = t->begin; i < t->end; i++) {
        uint32_t row = s->order[i];
        if (!(s->rows[row * s->d + cut->feature] <= cut->value)) continue;
        s->order[i] = s->order[at];
        s->order[at++] = row;
    }
    return at;
}

/* The first n rows in order; returns how many nodes the tree has. */
static uint32_t grow(mlops_anomaly *self, const sample *s, uint32_t n, mlops__anomaly_node *tree) {
    todo stack[DEPTH_MAX + 2] = {{0, n, 0, NO_PARENT}};
    uint32_t n_nodes = 0, n_todo = 1, deepest = 0;
    while ((uint32_t)1 << deepest < n) deepest++;
    while (n_todo) {
        todo t = stack[--n_todo];
        mlops__anomaly_node *node = tree + n_nodes;
        if (t.parent != NO_PARENT) tree[t.parent].right = (uint16_t)n_nodes;
        node->right = 0;
        if (t.end - t.begin < 2 || t.depth == deepest || !draw_cut(self, s, &t, node)) {
            node->feature = MLOPS__LEAF;
            node->value = (float)((double)t.depth + mean_length(t.end - t.begin));
        } else {
            uint32_t middle = split(s, &t, node);
            stack[n_todo++] = (todo){middle, t.end, t.depth + 1, (int32_t)n_nodes};
            stack[n_todo++] = (todo){t.begin, middle, t.depth + 1, NO_PARENT};
        }
        n_nodes++;
    }
    return n_nodes;
}

void mlops__forest_build(mlops_anomaly *self, int64_t n, uint32_t m) {
    float *model = mlops__anomaly_model(self);
    mlops__anomaly_node *nodes = (mlops__anomaly_node *)(model + self->n_parts);
    sample s = {mlops__anomaly_rows(self), NULL, self->d};
    s.order = (uint32_t *)(mlops__anomaly_work(self) + mlops__anomaly_n_sums(self));
    (void)n;
    if (self->part > m) self->part = m;
    for (uint32_t i = 0; i < m; i++) s.order[i] = i;
    self->n_nodes = 0;
    for (uint32_t t = 0; t < self->n_parts; t++) {
        for (uint32_t i = 0; i < self->part; i++) {
            uint32_t other = i + (uint32_t)mlops__anomaly_draw(self, m - i), row = s.order[i];
            s.order[i] = s.order[other];
            s.order[other] = row;
        }
        memcpy(model + t, &self->n_nodes, sizeof self->n_nodes);
        self->n_nodes += grow(self, &s, self->part, nodes + self->n_nodes);
    }
    mlops__forest_prepare(self);
}
