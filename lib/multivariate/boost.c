/* Gradient boosting of logistic loss with histograms (Friedman 2001; Chen and Guestrin 2016): trees
 * of four levels, each the best cuts of columns for the derivatives of the loss.
 *
 * Owns no memory beyond the arena it was given. Invariant: rows are visited in their order within
 * each node, and of cuts that gain the same the first one is taken, so that the same rows give the
 * same trees anywhere.
 */
#include "base/real.h"
#include "multivariate/classify.h"

#include <string.h>

enum { DEPTH = 4, N_NODES = 2 << DEPTH, N_WIDE = 1 << (DEPTH - 1) };

#define LEARNING_RATE 0.1
#define LAMBDA        1.0
#define WEIGHT_MIN    5.0 /* of the second derivatives of a leaf: 20 rows that are undecided */

/* Sums of derivatives: the first and the second. */
typedef struct pair {
    double g, h;
} pair;

/* A node of a tree: its children are 2 i and 2 i + 1. */
typedef struct node {
    int64_t column;   /* -1: a leaf */
    int64_t first, n; /* rows, of the order */
    pair all, left;
    double gain;
    double value;
    uint8_t bin; /* the last that goes left */
} node;

struct mlops__booster {
    mlops__binned rows;
    const mlops__kern *kern;
    int64_t n;      /* rows learnt from */
    int64_t *order; /* these, node by node */
    int64_t *spare;
    double *margins; /* of all rows */
    double *chances; /* of the rows learnt from, in their order */
    pair *slopes;    /* of all rows */
    pair *cells[2];  /* sums by bin, d x MLOPS__BINS for each node of a level; of two levels */
    node nodes[N_NODES];
};

mlops_status mlops__booster_new(mlops__booster **out, const mlops__binned *rows,
                                mlops__work *work) {
    const int64_t n = rows->n, level = rows->d * MLOPS__BINS * N_WIDE;
    mlops__booster *self;
    MLOPS__ROOM(work, self, 1);
    self->rows = *rows;
    self->kern = work->samples->kern;
    MLOPS__ROOM(work, self->order, 2 * n);
    MLOPS__ROOM(work, self->margins, 2 * n);
    MLOPS__ROOM(work, self->slopes, n);
    MLOPS__ROOM(work, self->cells[0], 2 * level);
    self->spare = self->order + n;
    self->chances = self->margins + n;
    self->cells[1] = self->cells[0] + level;
    *out = self;
    return MLOPS_OK;
}

/* ---- histograms ---- */

static pair *cells_of(const mlops__booster *self, int level, int64_t index) {
    return self->cells[level % 2] + (index - (1 << level)) * self->rows.d * MLOPS__BINS;
}

static void tally(const mlops__booster *self, const node *at, pair *cells) {
    const int64_t d = self->rows.d;
    memset(cells, 0, (size_t)(d * MLOPS__BINS) * sizeof *cells);
    for (int64_t i = at->first; i < at->first + at->n; i++) {
        const int64_t row = self->order[i];
        const uint8_t *bins = self->rows.bins + row * d;
        const pair slope = self->slopes[row];
        for (int64_t c = 0; c < d; c++) {
            pair *cell = cells + c * MLOPS__BINS + bins[c];
            cell->g += slope.g;
            cell->h += slope.h;
        }
    }
}

/* The smaller child is tallied, the other is what its parent has beyond it. */
static void tally_children(const mlops__booster *self, int level, int64_t parent) {
    const node *left = &self->nodes[2 * parent];
    const int64_t small = left[0].n <= left[1].n ? 2 * parent : 2 * parent + 1;
    const pair *all = cells_of(self, level, parent);
    pair *few = cells_of(self, level + 1, small), *many = cells_of(self, level + 1, small ^ 1);
    tally(self, &self->nodes[small], few);
    for (int64_t i = 0; i < self->rows.d * MLOPS__BINS; i++) {
        many[i].g = all[i].g - few[i].g;
        many[i].h = all[i].h - few[i].h;
    }
}

/* ---- cuts ---- */

static double worth(pair of) { return of.g * of.g / (of.h + LAMBDA); }

static void find_cut(const mlops__booster *self, node *at, const pair *cells) {
    const double whole = worth(at->all);
    at->column = -1;
    at->gain = 1e-9;
    for (int64_t c = 0; c < self->rows.d; c++) {
        const pair *cell = cells + c * MLOPS__BINS;
        pair left = {0.0, 0.0};
        for (int b = 0; b < MLOPS__BINS - 1; b++) {
            left.g += cell[b].g;
            left.h += cell[b].h;
            const pair right = {at->all.g - left.g, at->all.h - left.h};
            if (left.h < WEIGHT_MIN) continue;
            if (right.h < WEIGHT_MIN) break;
            const double gain = worth(left) + worth(right) - whole;
            if (!(gain > at->gain)) continue;
            at->gain = gain;
            at->column = c;
            at->bin = (uint8_t)b;
            at->left = left;
        }
    }
}

static void divide(mlops__booster *self, int64_t index) {
    const node *at = &self->nodes[index];
    node *left = &self->nodes[2 * index], *right = left + 1;
    int64_t n_left = 0, n_right = 0;
    for (int64_t i = at->first; i < at->first + at->n; i++) {
        const int64_t row = self->order[i];
        if (self->rows.bins[row * self->rows.d + at->column] <= at->bin)
            self->order[at->first + n_left++] = row;
        else self->spare[n_right++] = row;
    }
    memcpy(self->order + at->first + n_left, self->spare, (size_t)n_right * sizeof(int64_t));
    *left = (node){.column = -1, .first = at->first, .n = n_left, .all = at->left};
    *right = (node){.column = -1, .first = at->first + n_left, .n = n_right};
    right->all = (pair){at->all.g - at->left.g, at->all.h - at->left.h};
}

/* ---- a tree ---- */

static void find_slopes(mlops__booster *self, node *root) {
    *root = (node){.column = -1, .n = self->n};
    for (int64_t i = 0; i < self->n; i++) self->chances[i] = self->margins[self->order[i]];
    self->kern->exp_all(self->chances, self->n, -1.0);
    for (int64_t i = 0; i < self->n; i++) {
        const int64_t row = self->order[i];
        const double p = 1.0 / (1.0 + self->chances[i]);
        const pair slope = {p - (double)self->rows.label[row], p * (1.0 - p)};
        self->slopes[row] = slope;
        root->all.g += slope.g;
        root->all.h += slope.h;
    }
}

static void grow(mlops__booster *self, double *gains) {
    node *nodes = self->nodes;
    for (int i = 0; i < N_NODES; i++) nodes[i].n = 0;
    find_slopes(self, &nodes[1]);
    tally(self, &nodes[1], cells_of(self, 0, 1));
    for (int level = 0; level < DEPTH; level++)
        for (int64_t i = 1 << level; i < 2 << level; i++) {
            if (nodes[i].n == 0) continue;
            find_cut(self, &nodes[i], cells_of(self, level, i));
            if (nodes[i].column < 0) continue;
            gains[nodes[i].column] += nodes[i].gain;
            divide(self, i);
            if (level + 1 < DEPTH) tally_children(self, level, i);
        }
}

/* Rows learnt from lie in the leaves already; the others go down to them. */
static void add_tree(mlops__booster *self, int fold) {
    node *nodes = self->nodes;
    for (int64_t i = 1; i < N_NODES; i++) {
        if (nodes[i].n == 0 || nodes[i].column >= 0) continue;
        nodes[i].value = -LEARNING_RATE * nodes[i].all.g / (nodes[i].all.h + LAMBDA);
        for (int64_t k = nodes[i].first; k < nodes[i].first + nodes[i].n; k++)
            self->margins[self->order[k]] += nodes[i].value;
    }
    for (int64_t row = 0; row < self->rows.n; row++) {
        const uint8_t *bins = self->rows.bins + row * self->rows.d;
        int64_t i = 1;
        if (self->rows.fold[row] != fold) continue;
        while (nodes[i].column >= 0) i = 2 * i + (bins[nodes[i].column] > nodes[i].bin);
        self->margins[row] += nodes[i].value;
    }
}

void mlops__booster_run(mlops__booster *self, int fold, int64_t n_trees, double *scores,
                        double *gains) {
    const int64_t n = self->rows.n;
    double n_ones = 0.0;
    self->n = 0;
    for (int64_t i = 0; i < n; i++) {
        if (self->rows.fold[i] == fold) continue;
        self->order[self->n++] = i;
        n_ones += self->rows.label[i];
    }
    const double prior = mlops__log(n_ones / ((double)self->n - n_ones));
    for (int64_t i = 0; i < n; i++) self->margins[i] = prior;
    for (int64_t tree = 0; tree < n_trees; tree++) {
        int64_t kept = 0;
        for (int64_t i = 0; i < n; i++)
            if (self->rows.fold[i] != fold) self->order[kept++] = i;
        grow(self, gains);
        add_tree(self, fold);
    }
    for (int64_t i = 0; i < n; i++)
        if (self->rows.fold[i] == fold) scores[i] = self->margins[i];
}
