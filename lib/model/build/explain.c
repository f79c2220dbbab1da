/* Making explainers: from a plan to trees as the kernels of Shapley values take them.
 *
 * Owns the share of the model, the trees, the rules of quadrature and the rows of the background.
 * Invariant: immutable once it is handed out, but for the count of its shares. Of a background the
 * bias is the mean of the margins, else the mean that the covers give, so that with what features
 * add it is the margin of the row.
 */
#include "model/build/explain.h"

#include <string.h>

enum { POINTS_MAX = 128, DEPTH_MAX = 1024 };

typedef struct making {
    mlops_explainer *out;
    const mlops__plan *plan;
    mlops__arena *arena;
    const double *rules[POINTS_MAX + 1]; /* by the number of points; NULL: not made yet */
    uint32_t *unlike; /* of each node of a tree: features on the way to it; working room */
    mlops_error *err;
} making;

static mlops_status nomem(const making *self, size_t n, size_t size) {
    return mlops__fail_nomem(self->err, n * size);
}

/* ---- quadrature ---- */

/* The polynomial of Legendre of degree n, and its derivative. */
static double legendre(uint32_t n, double x, double *slope) {
    double before = 1.0, value = x;
    for (uint32_t k = 2; k <= n; k++) {
        double next = ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k;
        before = value;
        value = next;
    }
    *slope = n * (x * value - before) / (x * x - 1.0);
    return value;
}

/* The root between two, of different signs. */
static double root_between(uint32_t n, double low, double high) {
    double slope;
    int sign = legendre(n, low, &slope) > 0.0;
    for (;;) {
        double middle = low + (high - low) * 0.5;
        if (middle <= low || middle >= high) return middle;
        if ((legendre(n, middle, &slope) > 0.0) == sign) low = middle;
        else high = middle;
    }
}

/* Points of Gauss and Legendre from 0 to 1, then their weights. The roots of a degree lie between
 * those of the one before; halves mirror each other. */
static void fill_rule(double *out, uint32_t n) {
    double roots[POINTS_MAX + 2] = {-1.0, 0.0, 1.0}, slope;
    for (uint32_t k = 2; k <= n; k++) {
        double next[POINTS_MAX + 2] = {-1.0};
        for (uint32_t i = 1; i <= k; i++)
            next[i] = 2 * i > k + 1    ? -next[k + 1 - i]
                      : 2 * i == k + 1 ? 0.0
                                       : root_between(k, roots[i - 1], roots[i]);
        next[k + 1] = 1.0;
        memcpy(roots, next, sizeof roots);
    }
    for (uint32_t i = 0; i < n; i++) {
        double x = roots[i + 1];
        (void)legendre(n, x, &slope);
        out[i] = 0.5 + 0.5 * x;
        out[n + i] = n == 1 ? 1.0 : 1.0 / ((1.0 - x * x) * slope * slope);
    }
}

static const double *rule(making *self, uint32_t n) {
    if (self->rules[n]) return self->rules[n];
    double *out = mlops__arena_array(self->arena, 2 * (size_t)n, sizeof *out);
    if (out) fill_rule(out, n);
    return self->rules[n] = out;
}

/* ---- trees ---- */

static int tests_nothing(const mlops__plan_tree *tree) { return tree->n_nodes == 1; }

/* The edges below node i. */
static void fill_edges(const making *self, mlops__shap_node *nodes, uint32_t i) {
    uint32_t feature = nodes[i].tests, above = i;
    while (above && nodes[above].feature != feature) above = nodes[above].parent;
    for (uint32_t c = nodes[i].child; c < nodes[i].child + 2; c++) {
        nodes[c].parent = i;
        nodes[c].feature = feature;
        nodes[c].above = above;
        self->unlike[c] = self->unlike[i] + !above;
    }
}

/* Nodes and edges; points gets how many half of the features of the longest path are. */
static mlops_status fill_nodes(const making *self, const mlops__plan_tree *tree,
                               mlops__shap_node *nodes, uint32_t *points, uint32_t *special) {
    uint32_t longest = 0;
    self->unlike[0] = *special = 0;
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, tree->first + i);
        if (self->unlike[i] > longest) longest = self->unlike[i];
        if (node.step == 0 && node.special &&
            mlops__load_u32(self->plan->words + 4 * (size_t)node.words) == MLOPS__SPECIAL_LINEAR)
            return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                               "the model has linear leaves, whose shares are not defined");
        if (node.step == 0) continue;
        nodes[i].threshold = node.special ? 0.0 : node.value;
        nodes[i].child = i + node.step;
        nodes[i].tests = node.feature;
        nodes[i].left_missing = (uint8_t)node.left_missing;
        nodes[i].special = (uint8_t)node.special;
        *special += (uint32_t)node.special;
        fill_edges(self, nodes, i);
    }
    *points = (longest + 1) / 2;
    if (*points <= POINTS_MAX) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_LIMIT,
                       "a path tests %u features; paths of up to %d can be explained", longest,
                       2 * POINTS_MAX);
}

/* Of what comes by an edge's parent, the share that takes it. */
static double share_of(const making *self, uint32_t first, uint32_t parent, uint32_t child) {
    return mlops__plan_cover(self->plan, first + child) /
           mlops__plan_cover(self->plan, first + parent);
}

static void fill_shares(const making *self, const mlops__explain_tree *tree, double *shares) {
    const mlops__shap_node *nodes = tree->shap.nodes;
    shares[0] = 1.0;
    for (uint32_t i = 1; i < tree->shap.n; i++)
        shares[i] = shares[nodes[i].above] * share_of(self, tree->first, nodes[i].parent, i);
}

static double leaf_value(const mlops__plan *plan, uint32_t index, uint32_t group) {
    mlops__plan_node node = mlops__plan_node_at(plan, index);
    if (!node.special) return node.value;
    const uint8_t *numbers = plan->words + 4 * (size_t)node.words + 4;
    if (plan->flags & MLOPS__PLAN_F64) return mlops__load_f64(numbers + 8 * (size_t)group);
    return (double)mlops__load_f32(numbers + 4 * (size_t)group);
}

static void fill_values(const making *self, const mlops__explain_tree *tree, double *values) {
    const mlops__shap_node *nodes = tree->shap.nodes;
    for (uint32_t i = tree->shap.n; i--;) {
        uint32_t c = nodes[i].child;
        if (!c) values[i] = leaf_value(self->plan, tree->first + i, tree->group);
        else if (self->plan->covers)
            values[i] = share_of(self, tree->first, i, c) * values[c] +
                        share_of(self, tree->first, i, c + 1) * values[c + 1];
    }
}

/* True if a leaf of the tree adds to all groups. */
static int has_vectors(const making *self, const mlops__plan_tree *tree) {
    for (uint32_t i = 0; i < tree->n_nodes; i++) {
        mlops__plan_node node = mlops__plan_node_at(self->plan, tree->first + i);
        if (node.step == 0 && node.special) return 1;
    }
    return 0;
}

static mlops_status add_weights(making *self, uint32_t group, const uint8_t *weights) {
    mlops_explainer *out = self->out;
    MLOPS_TRY(mlops__explain_add_linear(out, self->err));
    double *to = out->weights + group * (size_t)out->n_features;
    for (size_t f = 0; f < out->n_features; f++) to[f] += (double)mlops__load_f32(weights + 4 * f);
    return MLOPS_OK;
}

static void note_size(mlops_explainer *out, const mlops__shap_tree *tree) {
    size_t points = (size_t)tree->n * tree->n_points;
    size_t factors = MLOPS__SHAP_FACTORS(tree->n, tree->n_points);
    if (tree->n > out->most_nodes) out->most_nodes = tree->n;
    if (points > out->most_points) out->most_points = points;
    if (factors > out->most_factors) out->most_factors = factors;
}

/* The tree for the groups that it adds to; what it is of the bias, too. */
static mlops_status add_tree(making *self, uint32_t t) {
    mlops__plan_tree tree = mlops__plan_tree_at(self->plan, t);
    mlops_explainer *out = self->out;
    const uint8_t *weights = mlops__plan_weights(self->plan, t);
    if (weights) return add_weights(self, tree.group, weights);
    int vectors = has_vectors(self, &tree);
    uint32_t group = vectors ? 0 : tree.group, end = vectors ? self->plan->n_groups : group + 1;
    mlops__explain_tree made = {.first = tree.first, .shap.n = tree.n_nodes};
    mlops__shap_node *nodes = mlops__arena_array(self->arena, tree.n_nodes, sizeof *nodes);
    double *shares = mlops__arena_array(self->arena, tree.n_nodes, sizeof *shares);
    if (!nodes || !shares) return nomem(self, tree.n_nodes, sizeof *nodes);
    MLOPS_TRY(fill_nodes(self, &tree, nodes, &made.shap.n_points, &made.special));
    made.shap.nodes = nodes;
    if (!out->background && !tests_nothing(&tree)) {
        fill_shares(self, &made, shares);
        made.shap.shares = shares;
    }
    for (; group < end; group++) {
        double *values = mlops__arena_array(self->arena, tree.n_nodes, sizeof *values);
        if (!values) return nomem(self, tree.n_nodes, sizeof *values);
        made.group = group;
        fill_values(self, &made, values);
        made.shap.values = values;
        if (!out->background || tests_nothing(&tree)) out->bias[group] += values[0];
        if (tests_nothing(&tree)) continue;
        made.shap.points = rule(self, made.shap.n_points);
        if (!made.shap.points) return nomem(self, made.shap.n_points, sizeof(double));
        note_size(out, &made.shap);
        out->trees[out->n_trees++] = made;
    }
    return MLOPS_OK;
}

static mlops_status add_trees(making *self) {
    const mlops__plan *plan = self->plan;
    size_t n = 0, most = 1;
    for (uint32_t t = 0; t < plan->n_trees; t++) {
        mlops__plan_tree tree = mlops__plan_tree_at(plan, t);
        n += has_vectors(self, &tree) ? plan->n_groups : 1;
        if (tree.n_nodes > most) most = tree.n_nodes;
    }
    self->unlike = mlops__arena_array(self->arena, most, sizeof *self->unlike);
    if (!self->unlike) return nomem(self, most, sizeof *self->unlike);
    self->out->trees = mlops__arena_array(self->arena, n + 1, sizeof *self->out->trees);
    if (!self->out->trees) return nomem(self, n + 1, sizeof *self->out->trees);
    for (uint32_t t = 0; t < plan->n_trees; t++) MLOPS_TRY(add_tree(self, t));
    return MLOPS_OK;
}

/* ---- background ---- */

static mlops_status read_background(making *self, const mlops_table *table, const char *columns) {
    mlops_explainer *out = self->out;
    const mlops__column **bound;
    size_t n_features = out->n_features, n;
    out->n_background = mlops_table_n_rows(table);
    if (out->n_background == 0)
        return mlops__fail(self->err, MLOPS_E_INVALID, "the background has no rows");
    MLOPS_TRY(mlops__model_bind(out->model, table, columns, self->arena, &bound, self->err));
    out->background = mlops__mul((size_t)out->n_background, n_features, &n)
                          ? mlops__arena_array(self->arena, n, sizeof(double))
                          : NULL;
    if (!out->background) return nomem(self, (size_t)out->n_background, n_features);
    double *cell = out->background;
    for (int64_t row = 0; row < out->n_background; row++)
        for (size_t f = 0; f < n_features; f++) *cell++ = mlops__explain_cell(out, bound[f], row);
    return MLOPS_OK;
}

static void add_mean_margins(mlops_explainer *self) {
    const mlops__plan *plan = &self->model->plan;
    for (size_t t = 0; t < self->n_trees; t++) {
        const mlops__explain_tree *tree = &self->trees[t];
        const double *row = self->background;
        double sum = 0.0;
        for (int64_t b = 0; b < self->n_background; b++, row += plan->n_features) {
            size_t i = 0;
            for (const mlops__shap_node *nodes = tree->shap.nodes; nodes[i].child;)
                i = nodes[i].child + !mlops__explain_left(plan, tree, i, row[nodes[i].tests]);
            sum += tree->shap.values[i];
        }
        self->bias[tree->group] += sum / (double)self->n_background;
    }
    mlops__explain_linear_means(self);
}

/* ---- the handle ---- */

static mlops_status begin_plan(making *self, const mlops_table *background) {
    const mlops__plan *plan = self->plan;
    if (plan->aggregate != MLOPS__AGGREGATE_SUM)
        return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                           "the model takes the least or greatest of its trees, whose shares are "
                           "not defined");
    if (!background && !plan->covers)
        return mlops__fail(self->err, MLOPS_E_UNSUPPORTED,
                           "the model has no covers, which say what its nodes saw in training, or "
                           "some are 0: give a background table");
    if (plan->depth > DEPTH_MAX)
        return mlops__fail(self->err, MLOPS_E_LIMIT,
                           "a tree is %u deep; trees of up to %d can be explained", plan->depth,
                           DEPTH_MAX);
    self->out->n_groups = plan->n_groups;
    self->out->f64 = (plan->flags & MLOPS__PLAN_F64) != 0;
    self->out->bias = mlops__arena_array(self->arena, plan->n_groups, sizeof(double));
    if (!self->out->bias) return nomem(self, plan->n_groups, sizeof(double));
    for (uint32_t g = 0; g < plan->n_groups; g++) self->out->bias[g] = mlops__plan_base(plan, g);
    return MLOPS_OK;
}

static mlops_status fill(making *self, const mlops_table *background, const char *columns) {
    const mlops__graph_model *graph = self->out->model->graph;
    const int is_graph = graph && !graph->core;
    self->out->n_features = self->plan->n_features;
    MLOPS_TRY(is_graph ? mlops__explain_graph(self->out, self->err) : begin_plan(self, background));
    if (background) MLOPS_TRY(read_background(self, background, columns));
    if (!is_graph) MLOPS_TRY(add_trees(self));
    if (background) add_mean_margins(self->out);
    return MLOPS_OK;
}

mlops_status mlops_explainer_new(mlops_explainer **out, mlops_model *model,
                                 const mlops_table *background, const char *columns,
                                 mlops_error *err) {
    *out = NULL;
    mlops_explainer *self = mlops__alloc_zero(&model->host.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    atomic_init(&self->refs, 1);
    self->model = mlops_model_ref(model);
    mlops__arena_init(&self->arena, &model->host.allocator, SIZE_MAX);
    making work = {.out = self, .plan = &model->plan, .arena = &self->arena, .err = err};
    mlops_status status = fill(&work, background, columns);
    if (status == MLOPS_OK) *out = self;
    else mlops_explainer_unref(self);
    return status;
}

mlops_explainer *mlops_explainer_ref(mlops_explainer *self) {
    atomic_fetch_add_explicit(&self->refs, 1, memory_order_relaxed);
    return self;
}

void mlops_explainer_unref(mlops_explainer *self) {
    if (!self || atomic_fetch_sub_explicit(&self->refs, 1, memory_order_acq_rel) != 1) return;
    mlops_model *model = self->model;
    mlops__arena_free(&self->arena);
    mlops__free(&model->host.allocator, self, sizeof *self);
    mlops_model_unref(model);
}

int64_t mlops_explainer_n_groups(const mlops_explainer *self) { return self->n_groups; }
