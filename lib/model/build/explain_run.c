/* Explaining rows: blocks of them go through all trees, eight rows in lanes.
 *
 * Owns the working memory of one call. Invariant: every value of a row is the sum over trees in
 * their order, and over the background's rows in theirs, whatever rows stand beside it: a row has
 * the same bits in any batch and under any kernels.
 */
#include "model/build/explain.h"

#include <string.h>

enum { LANES = MLOPS__SHAP_LANES, STRIPES = 8, ALIGN = 64, SUMS_ROOM = 1 << 20 };
enum { FEW = 3 /* rows that cost less one by one */ };

/* One call. Rows stand in stripes of LANES: of a stripe [feature][lane], and of its sums
 * [group][feature, then pairs of features][lane]. */
typedef struct explaining {
    const mlops_explainer *explainer;
    const double *rows;            /* NULL: they are a table's */
    const mlops__column **columns; /* one a feature */
    mlops_explainer_output output;
    size_t n_features;
    size_t n_groups;
    size_t size;    /* sums of a group: n_features, with the pairs if they are wanted */
    size_t stripes; /* of a block */
    double *cells;
    double *sums;
    double *shares; /* of a background row */
    mlops__shap_room room;
    uint8_t *mem;
    size_t mem_size;
    mlops_error *err;
} explaining;

/* ---- memory ---- */

typedef struct layout {
    uint8_t *mem; /* NULL: only the size is wanted */
    size_t used;
    int overflows;
} layout;

static void *cut(layout *self, size_t a, size_t b, size_t size) {
    size_t at = self->used, n;
    if (!mlops__mul(a, b, &n) || !mlops__mul(n, size, &n) || !mlops__add(n, ALIGN - 1, &n) ||
        !mlops__add(self->used, n / ALIGN * ALIGN, &self->used))
        self->overflows = 1;
    return self->mem && !self->overflows ? self->mem + at : NULL;
}

static void lay_out(explaining *self, layout *in) {
    const mlops_explainer *e = self->explainer;
    size_t lanes = LANES * sizeof(double);
    self->room.factors = cut(in, e->most_factors, 1, sizeof(double));
    self->room.on = cut(in, e->most_nodes, 1, lanes);
    self->room.sums = cut(in, e->most_points, 1, lanes);
    int pairs = self->output == MLOPS_EXPLAINER_OUTPUT_INTERACTIONS;
    self->room.yields = pairs ? cut(in, e->most_points, 1, lanes) : NULL;
    self->shares = cut(in, e->background ? e->most_nodes : 0, 1, sizeof(double));
    self->cells = cut(in, self->n_features, self->stripes, lanes);
    size_t groups;
    if (!mlops__mul(self->n_groups, self->stripes, &groups)) in->overflows = 1;
    else self->sums = cut(in, self->size, groups, lanes);
}

static mlops_status take_memory(explaining *self) {
    const mlops_allocator *allocator = &self->explainer->model->host.allocator;
    size_t f = self->n_features, all;
    int pairs = self->output == MLOPS_EXPLAINER_OUTPUT_INTERACTIONS;
    layout sizes = {0};
    self->size = f;
    if (pairs && (!mlops__mul(f, f + 1, &self->size))) sizes.overflows = 1;
    int fits = mlops__mul(self->size, self->n_groups, &all) && all <= SUMS_ROOM / STRIPES;
    self->stripes = fits ? STRIPES : 1;
    lay_out(self, &sizes);
    self->mem_size = sizes.used + ALIGN;
    if (!sizes.overflows) self->mem = mlops__alloc_aligned(allocator, self->mem_size, ALIGN);
    if (!self->mem) return mlops__fail_nomem(self->err, sizes.overflows ? SIZE_MAX : sizes.used);
    layout parts = {.mem = self->mem};
    lay_out(self, &parts);
    return MLOPS_OK;
}

/* ---- rows in ---- */

static double cell_at(const explaining *self, int64_t row, size_t feature) {
    if (self->columns) return mlops__explain_cell(self->explainer, self->columns[feature], row);
    double x = self->rows[(size_t)row * self->n_features + feature];
    return self->explainer->f64 ? x : (double)(float)x;
}

/* n rows in stripes; lanes that are left over repeat what is there. */
static void fill_cells(const explaining *self, int64_t begin, size_t n) {
    for (size_t i = 0; i < n; i++) {
        double *to = self->cells + i / LANES * LANES * self->n_features + i % LANES;
        for (size_t f = 0; f < self->n_features; f++)
            to[f * LANES] = cell_at(self, begin + (int64_t)i, f);
    }
}

/* ---- Shapley values ---- */

/* What goes left at tests that are no thresholds, where the kernel looks for it. */
static void test_specials(const explaining *self, const mlops__explain_tree *tree,
                          const double *cells) {
    const mlops__shap_node *nodes = tree->shap.nodes;
    for (size_t i = 0, left = tree->special; left; i++) {
        if (!nodes[i].special || !nodes[i].child) continue;
        const double *x = cells + LANES * (size_t)nodes[i].tests;
        int64_t *on = self->room.on + LANES * (size_t)nodes[i].child;
        for (int k = 0; k < LANES; k++)
            on[k] = -mlops__explain_left(&self->explainer->model->plan, tree, i, x[k]);
        left--;
    }
}

/* Whether a background row meets the tests of each edge's feature, from the root to there. */
static void fill_shares(const explaining *self, const mlops__explain_tree *tree,
                        const double *row) {
    const mlops__shap_node *nodes = tree->shap.nodes;
    double *shares = self->shares;
    shares[0] = 1.0;
    for (size_t i = 0; i < tree->shap.n; i++) {
        if (!nodes[i].child) continue;
        double x = row[nodes[i].tests];
        int left = mlops__explain_left(&self->explainer->model->plan, tree, i, x);
        for (size_t c = nodes[i].child; c < (size_t)nodes[i].child + 2; c++)
            shares[c] = (c == nodes[i].child) == left ? shares[nodes[c].above] : 0.0;
    }
}

static void run_tree(const explaining *self, const mlops__explain_tree *tree,
                     const mlops__shap_tree *shap, size_t n) {
    const mlops__kern *kern = self->explainer->model->kern;
    const size_t stripe = LANES * self->size * self->n_groups;
    const int few = n <= FEW && !self->room.yields;
    if (!few) kern->shap_prepare(shap, &self->room);
    for (size_t s = 0; s * LANES < n; s++) {
        const double *cells = self->cells + s * LANES * self->n_features;
        double *sums = self->sums + s * stripe + LANES * self->size * tree->group;
        if (tree->special) test_specials(self, tree, cells);
        if (!few) kern->shap_rows(shap, &self->room, cells, self->n_features, sums);
        for (size_t k = 0; few && k < n; k++) kern->shap_row(shap, &self->room, cells, k, sums);
    }
}

static void run_trees(const explaining *self, size_t n) {
    const mlops_explainer *e = self->explainer;
    memset(self->sums, 0,
           (n + LANES - 1) / LANES * LANES * self->size * self->n_groups * sizeof(double));
    for (size_t t = 0; t < e->n_trees; t++) {
        const mlops__explain_tree *tree = &e->trees[t];
        mlops__shap_tree shap = tree->shap;
        if (!e->background) run_tree(self, tree, &shap, n);
        shap.shares = self->shares;
        for (int64_t b = 0; e->background && b < e->n_background; b++) {
            fill_shares(self, tree, e->background + (size_t)b * self->n_features);
            run_tree(self, tree, &shap, n);
        }
    }
}

/* ---- values out ---- */

/* A pair has half of what it yields in either order; a feature by itself has the rest. */
static void write_pairs(const explaining *self, const double *sums, double divisor, double *out) {
    size_t f = self->n_features, width = f + 1;
    const double *pairs = sums + LANES * f;
    for (size_t i = 0; i < f; i++) {
        double rest = sums[LANES * i] / divisor;
        for (size_t j = 0; j < f; j++) {
            if (j == i) continue;
            double both = pairs[LANES * (i * f + j)] + pairs[LANES * (j * f + i)];
            out[i * width + j] = 0.5 * both / divisor;
            rest -= out[i * width + j];
        }
        out[i * width + i] = rest;
        out[i * width + f] = out[f * width + i] = 0.0;
    }
}

static void write_row(const explaining *self, size_t i, double *out) {
    const mlops_explainer *e = self->explainer;
    double divisor = e->background ? (double)e->n_background : 1.0;
    size_t f = self->n_features, stripe = LANES * self->size * self->n_groups;
    for (size_t g = 0; g < self->n_groups; g++) {
        const double *sums = self->sums + i / LANES * stripe + LANES * self->size * g + i % LANES;
        const double *x = self->cells + i / LANES * LANES * f + i % LANES;
        const int pairs = self->output == MLOPS_EXPLAINER_OUTPUT_INTERACTIONS;
        if (pairs) write_pairs(self, sums, divisor, out);
        for (size_t k = 0; !pairs && k < f; k++) out[k] = sums[LANES * k] / divisor;
        for (size_t k = 0; e->weights && k < f; k++)
            out[pairs ? k * (f + 2) : k] +=
                mlops__explain_linear(e, g, k, x[LANES * k]) - e->means[g * f + k];
        if (pairs) out += (f + 1) * f;
        out[f] = e->bias[g];
        out += f + 1;
    }
}

/* Along the row's own paths: what the mean changes by from node to node. */
static void write_approximate(const explaining *self, int64_t row, double *out) {
    const mlops_explainer *e = self->explainer;
    size_t width = self->n_features + 1;
    memset(out, 0, self->n_groups * width * sizeof *out);
    for (size_t g = 0; g < self->n_groups; g++) {
        out[g * width + width - 1] = e->bias[g];
        for (size_t k = 0; e->weights && k + 1 < width; k++)
            out[g * width + k] = mlops__explain_linear(e, g, k, cell_at(self, row, k));
    }
    for (size_t t = 0; t < e->n_trees; t++) {
        const mlops__explain_tree *tree = &e->trees[t];
        const mlops__shap_node *nodes = tree->shap.nodes;
        const double *values = tree->shap.values;
        for (size_t i = 0, next; nodes[i].child; i = next) {
            double x = cell_at(self, row, nodes[i].tests);
            next = nodes[i].child + !mlops__explain_left(&e->model->plan, tree, i, x);
            out[tree->group * width + nodes[i].tests] += values[next] - values[i];
        }
    }
}

static mlops_status run(explaining *self, int64_t n_rows, int64_t width, double *out) {
    if (self->output == MLOPS_EXPLAINER_OUTPUT_APPROXIMATE) {
        for (int64_t i = 0; i < n_rows; i++) write_approximate(self, i, out + i * width);
        return MLOPS_OK;
    }
    MLOPS_TRY(take_memory(self));
    memset(self->cells, 0, self->n_features * self->stripes * LANES * sizeof(double));
    int64_t block = (int64_t)(self->stripes * LANES);
    for (int64_t begin = 0; begin < n_rows; begin += block) {
        int64_t n = n_rows - begin < block ? n_rows - begin : block;
        fill_cells(self, begin, (size_t)n);
        run_trees(self, (size_t)n);
        for (int64_t i = 0; i < n; i++) write_row(self, (size_t)i, out + (begin + i) * width);
    }
    mlops__free_aligned(&self->explainer->model->host.allocator, self->mem, self->mem_size, ALIGN);
    return MLOPS_OK;
}

/* ---- verbs ---- */

int64_t mlops_explainer_width(const mlops_explainer *self, mlops_explainer_output output) {
    int64_t f = (int64_t)self->n_features + 1, groups = self->n_groups;
    if ((uint32_t)output > MLOPS_EXPLAINER_OUTPUT_APPROXIMATE) return 0;
    if (output != MLOPS_EXPLAINER_OUTPUT_INTERACTIONS) return f * groups;
    return f <= INT64_MAX / f / groups ? f * f * groups : 0;
}

static mlops_status begin(explaining *self, int64_t n_rows, int64_t width) {
    const mlops_explainer *e = self->explainer;
    int64_t due = mlops_explainer_width(e, self->output);
    if (due == 0 || n_rows < 0)
        return mlops__fail(self->err, MLOPS_E_INVALID, "output %d is unknown, or n_rows below 0",
                           (int)self->output);
    if (width != due)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "width is %lld, the explainer yields %lld values a row",
                           (long long)width, (long long)due);
    if (self->output == MLOPS_EXPLAINER_OUTPUT_APPROXIMATE && e->background)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "approximate values are of an explainer without a background");
    self->n_features = e->n_features;
    self->n_groups = e->n_groups;
    return MLOPS_OK;
}

mlops_status mlops_explainer_explain(const mlops_explainer *self, const double *rows,
                                     int64_t n_rows, int64_t n_features,
                                     mlops_explainer_output output, double *out, int64_t width,
                                     mlops_error *err) {
    explaining work = {.explainer = self, .rows = rows, .output = output, .err = err};
    MLOPS_TRY(begin(&work, n_rows, width));
    if (n_features != mlops_model_n_features(self->model))
        return mlops__fail(err, MLOPS_E_INVALID, "n_features is %lld, the model has %lld",
                           (long long)n_features, (long long)mlops_model_n_features(self->model));
    if (n_rows && (!rows || !out))
        return mlops__fail(err, MLOPS_E_INVALID, "rows and out must not be NULL");
    return run(&work, n_rows, width, out);
}

mlops_status mlops_explainer_explain_table(const mlops_explainer *self, const mlops_table *table,
                                           const char *columns, mlops_explainer_output output,
                                           double *out, int64_t n_rows, int64_t width,
                                           mlops_error *err) {
    explaining work = {.explainer = self, .output = output, .err = err};
    if (n_rows != mlops_table_n_rows(table))
        return mlops__fail(err, MLOPS_E_INVALID, "n_rows is %lld, the table has %lld row%s",
                           (long long)n_rows, (long long)mlops_table_n_rows(table),
                           mlops__plural(mlops_table_n_rows(table)));
    MLOPS_TRY(begin(&work, n_rows, width));
    mlops__arena arena;
    mlops__arena_init(&arena, &self->model->host.allocator, SIZE_MAX);
    mlops_status status =
        mlops__model_bind(self->model, table, columns, &arena, &work.columns, err);
    if (status == MLOPS_OK) status = run(&work, n_rows, width, out);
    mlops__arena_free(&arena);
    return status;
}
