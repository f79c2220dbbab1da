/* Lowering of ai.onnx.ml: tree ensembles in their forms of versions 1, 3 and 5.
 *
 * Owns their table, and how attributes are held against each other. Invariant: a number of a node,
 * a leaf or a target that comes from the file is inside before it is used.
 */
#include "base/cursor.h"
#include "model/build/onnx_trees.h"

#include <string.h>

typedef struct reading {
    mlops__oc *oc;
    mlops__trees *out;
    const mlops__onnx_attribute *tree_ids, *node_ids, *features, *modes, *yes, *no, *missing;
    int32_t *table; /* hashed by tree and number: node + 1 */
    size_t cap;
} reading;

/* Numbers of an attribute or of its form as a tensor; *n is 0 if there is neither. *f64 is set if
 * one is no float. */
static mlops_status numbers_of(mlops__oc *self, const char *name, const double **out, int64_t *n,
                               int *f64) {
    const mlops__onnx_attribute *given = mlops__oc_attribute(self, name);
    char as_tensor[64];
    mlops__format(as_tensor, sizeof as_tensor, "%s_as_tensor", name);
    if (!given || (given->kind == MLOPS__ONNX_FLOATS && !given->n)) {
        const mlops__onnx_attribute *tensor = mlops__oc_attribute(self, as_tensor);
        if (tensor) given = tensor;
    }
    int listed = given && given->kind == MLOPS__ONNX_FLOATS;
    *n = !given ? 0 : listed ? (int64_t)given->n : given->tensor->count;
    int wide = given && !listed && given->tensor->type == MLOPS__ONNX_F64;
    if (given && !listed && !wide && given->tensor->type != MLOPS__ONNX_F32)
        return mlops__oc_no(self, "attribute \"%s\" is of type %s", given->name,
                            mlops__onnx_type_name(given->tensor->type));
    double *list = mlops__arena_array(self->arena, (size_t)*n, sizeof *list);
    if (!list) return mlops__fail_nomem(self->err, (size_t)*n * sizeof *list);
    for (int64_t i = 0; i < *n; i++) {
        if (listed) list[i] = (double)given->floats[i];
        else if (wide) list[i] = mlops__load_f64(given->tensor->data + 8 * i);
        else list[i] = (double)mlops__load_f32(given->tensor->data + 4 * i);
        if ((double)(float)list[i] != list[i] && list[i] == list[i]) *f64 = 1;
    }
    *out = list;
    return MLOPS_OK;
}

static mlops_status need(mlops__oc *self, const char *name, int64_t n,
                         const mlops__onnx_attribute **out) {
    *out = mlops__oc_attribute(self, name);
    if (*out && (int64_t)(*out)->n == n) return MLOPS_OK;
    return mlops__oc_no(self, "attribute \"%s\" has %lld items; %lld are needed", name,
                        (long long)(*out ? (*out)->n : 0), (long long)n);
}

static int32_t *place_of(const reading *self, int64_t tree, int64_t number) {
    uint64_t hash = (uint64_t)tree * 0x9e3779b97f4a7c15u ^ (uint64_t)number * 0xff51afd7ed558ccdu;
    size_t i = (size_t)(hash >> 20) & (self->cap - 1);
    for (; self->table[i]; i = (i + 1) & (self->cap - 1)) {
        int32_t node = self->table[i] - 1;
        if (self->tree_ids->ints[node] == tree && self->node_ids->ints[node] == number) break;
    }
    return &self->table[i];
}

static mlops_status index_nodes(reading *self) {
    int64_t n = self->out->n_nodes;
    for (self->cap = 16; self->cap < 2 * (size_t)n; self->cap *= 2) {
    }
    self->table = mlops__arena_array(self->oc->arena, self->cap, sizeof *self->table);
    if (!self->table) return mlops__fail_nomem(self->oc->err, self->cap * sizeof *self->table);
    for (int64_t i = 0; i < n; i++) {
        int32_t *place = place_of(self, self->tree_ids->ints[i], self->node_ids->ints[i]);
        if (*place)
            return mlops__oc_no(self->oc, "node %lld of tree %lld comes twice",
                                (long long)self->node_ids->ints[i],
                                (long long)self->tree_ids->ints[i]);
        *place = (int32_t)i + 1;
    }
    return MLOPS_OK;
}

static mlops_status mode_of(mlops__oc *self, mlops__onnx_text text, uint8_t *out) {
    static const char *const names[] = {"BRANCH_LEQ", "BRANCH_LT",  "BRANCH_GTE",    "BRANCH_GT",
                                        "BRANCH_EQ",  "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF"};
    for (uint8_t i = 0; i < 8; i++) {
        *out = i;
        if (i != MLOPS__TREE_MEMBER && mlops__oc_text_is(text, names[i])) return MLOPS_OK;
    }
    return mlops__oc_no(self, "a node's mode is \"%.*s\"", (int)(text.n < 40 ? text.n : 40),
                        text.text);
}

static mlops_status child_of(reading *self, int64_t node, int64_t number, int32_t *out) {
    int32_t place = *place_of(self, self->tree_ids->ints[node], number);
    *out = place - 1;
    if (!place)
        return mlops__oc_no(self->oc, "tree %lld has no node %lld",
                            (long long)self->tree_ids->ints[node], (long long)number);
    if (self->out->nodes[*out].has_parent)
        return mlops__oc_no(self->oc, "node %lld of tree %lld has two parents", (long long)number,
                            (long long)self->tree_ids->ints[node]);
    self->out->nodes[*out].has_parent = 1;
    return MLOPS_OK;
}

static mlops_status check_feature(mlops__oc *self, int64_t feature, int64_t n_features) {
    if (feature >= 0 && feature < n_features) return MLOPS_OK;
    return mlops__oc_no(self, "a test of feature %lld; the input has %lld", (long long)feature,
                        (long long)n_features);
}

static mlops_status read_nodes(reading *self, const double *values, int64_t n_features) {
    mlops__trees *out = self->out;
    for (int64_t i = 0; i < out->n_nodes; i++) {
        mlops__tree_node *node = &out->nodes[i];
        MLOPS_TRY(mode_of(self->oc, self->modes->texts[i], &node->mode));
        node->first = MLOPS__TREE_NONE;
        node->number = (uint32_t)self->node_ids->ints[i];
        if (node->mode == MLOPS__TREE_LEAF) continue;
        node->value = values[i];
        node->feature = self->features->ints[i];
        node->missing_yes = self->missing && self->missing->ints[i];
        MLOPS_TRY(check_feature(self->oc, node->feature, n_features));
        MLOPS_TRY(child_of(self, i, self->yes->ints[i], &node->yes));
        MLOPS_TRY(child_of(self, i, self->no->ints[i], &node->no));
    }
    return MLOPS_OK;
}

static mlops_status find_roots(mlops__oc *self, mlops__trees *out) {
    out->roots = mlops__arena_array(self->arena, (size_t)out->n_nodes, sizeof *out->roots);
    if (!out->roots) return mlops__fail_nomem(self->err, (size_t)out->n_nodes * 4);
    for (int64_t i = 0; i < out->n_nodes; i++)
        if (!out->nodes[i].has_parent) out->roots[out->n_roots++] = (int32_t)i;
    return MLOPS_OK;
}

/* Weights are taken from the last, so that those of one leaf are linked in the file's order. */
static mlops_status read_weights(reading *self, const char *stem) {
    mlops__trees *out = self->out;
    const mlops__onnx_attribute *trees, *nodes, *targets;
    const double *values;
    char name[40];
    mlops__format(name, sizeof name, "%s_weights", stem);
    MLOPS_TRY(numbers_of(self->oc, name, &values, &out->n_weights, &out->f64));
    mlops__format(name, sizeof name, "%s_treeids", stem);
    MLOPS_TRY(need(self->oc, name, out->n_weights, &trees));
    mlops__format(name, sizeof name, "%s_nodeids", stem);
    MLOPS_TRY(need(self->oc, name, out->n_weights, &nodes));
    mlops__format(name, sizeof name, "%s_ids", stem);
    MLOPS_TRY(need(self->oc, name, out->n_weights, &targets));
    out->weights =
        mlops__arena_array(self->oc->arena, (size_t)out->n_weights, sizeof *out->weights);
    if (!out->weights) return mlops__fail_nomem(self->oc->err, (size_t)out->n_weights * 24);
    for (int64_t i = out->n_weights; i-- > 0;) {
        int32_t node = *place_of(self, trees->ints[i], nodes->ints[i]) - 1;
        if (node < 0 || out->nodes[node].mode != MLOPS__TREE_LEAF)
            return mlops__oc_no(self->oc, "a weight is of node %lld of tree %lld, which is no leaf",
                                (long long)nodes->ints[i], (long long)trees->ints[i]);
        if (targets->ints[i] < 0 || targets->ints[i] >= out->n_targets)
            return mlops__oc_no(self->oc, "a weight is of target %lld of %lld",
                                (long long)targets->ints[i], (long long)out->n_targets);
        out->weights[i] = (mlops__tree_weight){targets->ints[i], values[i], out->nodes[node].first};
        out->nodes[node].first = (int32_t)i;
    }
    return MLOPS_OK;
}

static mlops_status read_base(mlops__oc *self, int is_classifier, mlops__trees *out) {
    const double *given;
    MLOPS_TRY(numbers_of(self, "base_values", &given, &out->n_base, &out->f64));
    int short_of_one = is_classifier && out->n_base == 1 && out->n_targets == 2;
    if (out->n_base == 0) return MLOPS_OK;
    if (out->n_base != out->n_targets && !short_of_one)
        return mlops__oc_no(self, "%lld base values for %lld targets", (long long)out->n_base,
                            (long long)out->n_targets);
    double *base = mlops__arena_array(self->arena, (size_t)out->n_targets, sizeof *base);
    if (!base) return mlops__fail_nomem(self->err, (size_t)out->n_targets * sizeof *base);
    memcpy(base, given, (size_t)out->n_base * sizeof *base);
    out->base = base;
    return MLOPS_OK;
}

static mlops_status read_trees(mlops__oc *self, const char *stem, int64_t n_features,
                               mlops__trees *out) {
    reading from = {.oc = self, .out = out};
    const double *values;
    int64_t n;
    MLOPS_TRY(numbers_of(self, "nodes_values", &values, &n, &out->f64));
    if (n > INT32_MAX / 4) return mlops__oc_no(self, "%lld nodes", (long long)n);
    out->n_nodes = n;
    out->nodes = mlops__arena_array(self->arena, (size_t)n, sizeof *out->nodes);
    if (!out->nodes) return mlops__fail_nomem(self->err, (size_t)n * sizeof *out->nodes);
    MLOPS_TRY(need(self, "nodes_treeids", n, &from.tree_ids));
    MLOPS_TRY(need(self, "nodes_nodeids", n, &from.node_ids));
    MLOPS_TRY(need(self, "nodes_featureids", n, &from.features));
    MLOPS_TRY(need(self, "nodes_modes", n, &from.modes));
    MLOPS_TRY(need(self, "nodes_truenodeids", n, &from.yes));
    MLOPS_TRY(need(self, "nodes_falsenodeids", n, &from.no));
    if (mlops__oc_length(self, "nodes_missing_value_tracks_true"))
        MLOPS_TRY(need(self, "nodes_missing_value_tracks_true", n, &from.missing));
    MLOPS_TRY(index_nodes(&from));
    MLOPS_TRY(read_nodes(&from, values, n_features));
    MLOPS_TRY(find_roots(self, out));
    MLOPS_TRY(read_weights(&from, stem));
    MLOPS_TRY(read_base(self, strcmp(stem, "class") == 0, out));
    return mlops__oc_survey(self, out);
}

/* Columns of the input, of which tests may take any. */
static mlops_status width_of(mlops__oc *self, int64_t *out) {
    const mlops__item *x = mlops__oc_item(self, mlops__oc_in(self, 0));
    char room[96];
    if (x->rank < 1 || x->rank > 2 || x->dims[x->rank - 1].per_row)
        return mlops__oc_no(self, "an input of shape %s", mlops__oc_shape_text(x, room));
    *out = x->dims[x->rank - 1].fixed;
    return MLOPS_OK;
}

/* The sums of each target: floats, whatever they are summed in, but of version 5. */
static mlops_status margins(mlops__oc *self, mlops__trees *trees, int64_t width, uint32_t *out) {
    uint32_t in[2] = {mlops__oc_in(self, 0)};
    int wide = mlops__oc_item(self, in[0])->dtype == MLOPS__GRAPH_F64;
    if (wide) trees->f64 = 1;
    else MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, in[0], &in[0]));
    if (mlops__oc_item(self, in[0])->rank == 1)
        MLOPS_TRY(mlops__oc_reshape(self, in[0], (int64_t[]){1, -1}, 2, &in[0]));
    MLOPS_TRY(mlops__oc_fold_into(self, trees, &in[0], &width));
    MLOPS_TRY(mlops__oc_forest(self, trees, width, &in[1]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_FOREST, 2, in, 0, NULL, out));
    if (wide && trees->gives_f64) return MLOPS_OK;
    return mlops__oc_cast(self, MLOPS__GRAPH_F32, *out, out);
}

/* Leaves of which ONNX Runtime makes something else than what the specification says. */
static mlops_status check_leaves(mlops__oc *self, const mlops__trees *trees, int no_twice,
                                 int all_sure) {
    if (no_twice && trees->is_twice)
        return mlops__oc_no(self, "a leaf has two weights of one target");
    for (int64_t i = 0; all_sure && i < trees->n_targets; i++)
        if (!trees->is_sure[i])
            return mlops__oc_no(self, "target %lld has weights in some leaves alone", (long long)i);
    return MLOPS_OK;
}

/* Functions as version 5 numbers them: AVERAGE, SUM, MIN, MAX. An average has its base added
 * behind. */
static mlops_status aggregate(mlops__oc *self, mlops__trees *trees, int64_t width, int64_t function,
                              uint32_t *out) {
    const double *base = trees->base;
    float n = (float)trees->n_roots;
    uint32_t count, added;
    int average = function == 0, is_one = trees->n_targets == 1, is_edge = function > 1;
    MLOPS_TRY(check_leaves(self, trees, is_one || is_edge, is_edge && !is_one));
    if (is_edge && !is_one && trees->is_uneven)
        return mlops__oc_no(self, "the leaves of a tree have some targets each");
    if (function == 2) trees->aggregate = MLOPS__AGGREGATE_MIN;
    if (function == 3) trees->aggregate = MLOPS__AGGREGATE_MAX;
    if (average) trees->base = NULL;
    MLOPS_TRY(margins(self, trees, width, out));
    if (!average) return MLOPS_OK;
    MLOPS_TRY(mlops__oc_f32s(self, &n, 1, &count));
    MLOPS_TRY(mlops__oc_cast(self, mlops__oc_item(self, *out)->dtype, count, &count));
    MLOPS_TRY(mlops__oc_binary(self, MLOPS__BINARY_DIV, *out, count, out));
    if (!base) return MLOPS_OK;
    MLOPS_TRY(mlops__oc_constant(self, MLOPS__GRAPH_F64, 1, &trees->n_targets, base, &added));
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, added, &added));
    return mlops__oc_binary(self, MLOPS__BINARY_ADD, *out, added, out);
}

/* Of one target ONNX Runtime takes PROBIT alone, and passes the other links over. */
static mlops_status put(mlops__oc *self, const mlops__trees *trees, uint32_t out, int64_t post) {
    mlops__graph_dtype dtype = mlops__oc_item(self, out)->dtype;
    int is_linked = post != MLOPS__POST_NONE && trees->n_targets > 1;
    if (!is_linked && post != MLOPS__POST_PROBIT) return mlops__oc_out(self, 0, out);
    MLOPS_TRY(mlops__oc_cast(self, MLOPS__GRAPH_F32, out, &out));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_POST, 1, &out, 1, &post, &out));
    MLOPS_TRY(mlops__oc_cast(self, dtype, out, &out));
    return mlops__oc_out(self, 0, out);
}

static mlops_status lower_regressor(mlops__oc *self) {
    static const char *const functions[] = {"AVERAGE", "SUM", "MIN", "MAX"};
    mlops__trees trees = {.n_targets = mlops__oc_int(self, "n_targets", 1)};
    mlops__graph_post post;
    int64_t width = 0, function = 0;
    uint32_t out;
    while (function < 4 && !mlops__oc_is(self, "aggregate_function", "SUM", functions[function]))
        function++;
    if (function == 4) return mlops__oc_no(self, "its aggregate_function is unknown");
    MLOPS_TRY(mlops__oc_post(self, &post));
    MLOPS_TRY(width_of(self, &width));
    MLOPS_TRY(read_trees(self, "target", width, &trees));
    MLOPS_TRY(aggregate(self, &trees, width, function, &out));
    return put(self, &trees, out, post);
}

/* The one class that has weights, or NONE. */
static int64_t only_class(const mlops__trees *trees, int *positive) {
    int64_t only = MLOPS__TREE_NONE;
    *positive = 1;
    for (int64_t i = 0; i < trees->n_weights; i++) {
        if (trees->weights[i].value < 0) *positive = 0;
        if (i && trees->weights[i].target != only) only = -2;
        else if (!i) only = trees->weights[i].target;
    }
    return only < 0 ? MLOPS__TREE_NONE : only;
}

/* Weights of the other classes count no more, those of this one are the only target. */
static void keep_class(mlops__trees *trees, int64_t class) {
    for (int64_t i = 0; i < trees->n_weights; i++) {
        if (trees->weights[i].target != class) trees->weights[i].value = 0;
        trees->weights[i].target = 0;
    }
    trees->n_targets = 1;
}

/* Two classes that both have weights and base values: the first one's weights and the second one's
 * base make a score, as ONNX Runtime has it, and its opposite is that of the first. */
static mlops_status classify_opposites(mlops__oc *self, mlops__trees *trees, int64_t width,
                                       mlops__graph_post post) {
    uint32_t in[2], scores;
    keep_class(trees, 0);
    trees->base++;
    MLOPS_TRY(margins(self, trees, width, &in[1]));
    MLOPS_TRY(mlops__oc_unary(self, MLOPS__UNARY_NEG, in[1], &in[0]));
    MLOPS_TRY(mlops__oc_emit1(self, MLOPS__GRAPH_CONCAT, 2, in, 1, (int64_t[]){1}, &scores));
    return mlops__oc_classify(self, scores, MLOPS__LABEL_ZERO, MLOPS__PAIR_NONE, post);
}

/* One class alone has weights. */
static mlops_status classify_one(mlops__oc *self, mlops__trees *trees, int64_t width, int64_t only,
                                 int positive, mlops__graph_post post) {
    mlops__graph_label label = positive ? MLOPS__LABEL_HALF : MLOPS__LABEL_ZERO;
    mlops__graph_pair pair = positive ? MLOPS__PAIR_COMPLEMENT : MLOPS__PAIR_OPPOSITE;
    uint32_t scores;
    if (trees->n_base == 2 || (only == 0 && post == MLOPS__POST_PROBIT))
        return mlops__oc_no(self, "two classes, one of which has weights, with %s",
                            trees->n_base == 2 ? "two base values" : "PROBIT");
    if (only == 0) keep_class(trees, 0);
    else trees->base = NULL;
    MLOPS_TRY(margins(self, trees, width, &scores));
    return mlops__oc_classify(self, scores, label, only ? MLOPS__PAIR_NONE : pair, post);
}

/* What ONNX Runtime makes of a row follows whether a leaf that it came to has a weight. */
static mlops_status check_classes(mlops__oc *self, const mlops__trees *trees, int64_t only) {
    int64_t n = trees->n_targets;
    MLOPS_TRY(check_leaves(self, trees, n == 1, n > 2 && !trees->base && trees->is_below));
    for (int64_t i = 0; n == 2 && i < 2; i++)
        if (!trees->is_sure[i] && (i == 1 ? only != 0 : trees->base && only != 1))
            return mlops__oc_no(self, "target %lld has weights in some leaves alone", (long long)i);
    return MLOPS_OK;
}

static mlops_status lower_classifier(mlops__oc *self) {
    mlops__trees trees = {.n_targets = mlops__oc_n_labels(self)};
    mlops__graph_post post;
    int64_t width = 0;
    uint32_t scores;
    int positive, two = trees.n_targets == 2;
    MLOPS_TRY(mlops__oc_post(self, &post));
    MLOPS_TRY(width_of(self, &width));
    MLOPS_TRY(read_trees(self, "class", width, &trees));
    int64_t only = two ? only_class(&trees, &positive) : MLOPS__TREE_NONE;
    MLOPS_TRY(check_classes(self, &trees, only));
    if (only != MLOPS__TREE_NONE) return classify_one(self, &trees, width, only, positive, post);
    if (two && trees.n_base == 2) return classify_opposites(self, &trees, width, post);
    if (trees.n_targets == 1 && post != MLOPS__POST_PROBIT) post = MLOPS__POST_NONE;
    MLOPS_TRY(margins(self, &trees, width, &scores));
    return mlops__oc_classify(self, scores, two ? MLOPS__LABEL_ZERO : MLOPS__LABEL_GREATEST,
                              MLOPS__PAIR_NONE, post);
}

/* -- version 5 ------------------------------------------------------------------------------ */

static mlops_status split_children(mlops__oc *self, mlops__trees *out, int64_t n, int64_t leaves) {
    const mlops__onnx_attribute *yes, *no, *yes_leaf, *no_leaf;
    MLOPS_TRY(need(self, "nodes_truenodeids", n, &yes));
    MLOPS_TRY(need(self, "nodes_falsenodeids", n, &no));
    MLOPS_TRY(need(self, "nodes_trueleafs", n, &yes_leaf));
    MLOPS_TRY(need(self, "nodes_falseleafs", n, &no_leaf));
    for (int64_t i = 0; i < 2 * n; i++) {
        const mlops__onnx_attribute *ids = i < n ? yes : no, *marks = i < n ? yes_leaf : no_leaf;
        int64_t node = i % n, id = ids->ints[node], is_leaf = marks->ints[node] != 0;
        if (id < 0 || id >= (is_leaf ? leaves : n))
            return mlops__oc_no(self, "node %lld has child %lld, which is not there",
                                (long long)node, (long long)id);
        int32_t child = (int32_t)(is_leaf ? n + id : id);
        if (i < n) out->nodes[node].yes = child;
        else out->nodes[node].no = child;
    }
    return MLOPS_OK;
}

/* Sets of members: runs of numbers with a NaN behind each, ascending as the plan has them. */
static mlops_status read_members(mlops__oc *self, mlops__trees *out, int64_t n) {
    const double *given;
    int64_t n_given, at = 0;
    MLOPS_TRY(numbers_of(self, "membership_values", &given, &n_given, &out->f64));
    double *members = mlops__arena_array(self->arena, (size_t)n_given, sizeof *members);
    if (!members) return mlops__fail_nomem(self->err, (size_t)n_given * sizeof *members);
    out->members = members;
    for (int64_t i = 0; i < n; i++) {
        mlops__tree_node *node = &out->nodes[i];
        if (node->mode != MLOPS__TREE_MEMBER) continue;
        node->first = (int32_t)at;
        node->n = 0;
        for (; at < n_given && given[at] == given[at]; at++) {
            int32_t to = node->first + node->n;
            while (to > node->first && members[to - 1] > given[at]) to--;
            if (to > node->first && members[to - 1] == given[at]) continue;
            memmove(members + to + 1, members + to,
                    (size_t)(node->first + node->n - to) * sizeof *members);
            members[to] = given[at];
            node->n++;
        }
        if (at == n_given && node->n == 0)
            return mlops__oc_no(self, "it has fewer sets than tests of members");
        at++;
    }
    return MLOPS_OK;
}

static mlops_status read_ensemble(mlops__oc *self, int64_t n_features, mlops__trees *out) {
    const mlops__onnx_attribute *modes = mlops__oc_attribute(self, "nodes_modes");
    const mlops__onnx_attribute *features, *targets, *missing = NULL;
    const mlops__onnx_attribute *roots = mlops__oc_attribute(self, "tree_roots");
    const double *splits, *weights;
    int64_t n, leaves;
    MLOPS_TRY(numbers_of(self, "nodes_splits", &splits, &n, &out->f64));
    MLOPS_TRY(numbers_of(self, "leaf_weights", &weights, &leaves, &out->f64));
    MLOPS_TRY(need(self, "nodes_featureids", n, &features));
    MLOPS_TRY(need(self, "leaf_targetids", leaves, &targets));
    if (mlops__oc_length(self, "nodes_missing_value_tracks_true"))
        MLOPS_TRY(need(self, "nodes_missing_value_tracks_true", n, &missing));
    if (!modes || modes->tensor->type != MLOPS__ONNX_U8 || modes->tensor->count != n || !roots)
        return mlops__oc_no(self, "its modes or roots are missing");
    if (n + leaves > INT32_MAX / 4) return mlops__oc_no(self, "%lld nodes", (long long)n);
    out->n_nodes = n + leaves;
    out->n_weights = leaves;
    out->nodes = mlops__arena_array(self->arena, (size_t)out->n_nodes, sizeof *out->nodes);
    out->weights = mlops__arena_array(self->arena, (size_t)leaves, sizeof *out->weights);
    out->roots = mlops__arena_array(self->arena, roots->n, sizeof *out->roots);
    if (!out->nodes || !out->weights || !out->roots)
        return mlops__fail_nomem(self->err, (size_t)out->n_nodes * sizeof *out->nodes);
    for (int64_t i = 0; i < n; i++) {
        MLOPS_TRY(check_feature(self, features->ints[i], n_features));
        if (modes->tensor->data[i] > MLOPS__TREE_MEMBER)
            return mlops__oc_no(self, "a node's mode is %d", modes->tensor->data[i]);
        out->nodes[i] = (mlops__tree_node){.feature = features->ints[i],
                                           .value = splits[i],
                                           .mode = modes->tensor->data[i],
                                           .number = (uint32_t)i,
                                           .missing_yes = missing && missing->ints[i]};
    }
    for (int64_t i = 0; i < leaves; i++) {
        if (targets->ints[i] < 0 || targets->ints[i] >= out->n_targets)
            return mlops__oc_no(self, "a leaf is of target %lld of %lld",
                                (long long)targets->ints[i], (long long)out->n_targets);
        out->nodes[n + i] = (mlops__tree_node){
            .mode = MLOPS__TREE_LEAF, .first = (int32_t)i, .number = (uint32_t)i};
        out->weights[i] = (mlops__tree_weight){targets->ints[i], weights[i], MLOPS__TREE_NONE};
    }
    for (size_t i = 0; i < roots->n; i++) {
        if (roots->ints[i] < 0 || roots->ints[i] >= n)
            return mlops__oc_no(self, "root %lld is no node", (long long)roots->ints[i]);
        out->roots[out->n_roots++] = (int32_t)roots->ints[i];
    }
    MLOPS_TRY(split_children(self, out, n, leaves));
    MLOPS_TRY(read_members(self, out, n));
    return mlops__oc_survey(self, out);
}

static mlops_status lower_ensemble(mlops__oc *self) {
    mlops__trees trees = {.n_targets = mlops__oc_int(self, "n_targets", 1), .gives_f64 = 1};
    int64_t width = 0, function = mlops__oc_int(self, "aggregate_function", 1);
    int64_t post = mlops__oc_int(self, "post_transform", 0);
    uint32_t out;
    if (function < 0 || function > 3)
        return mlops__oc_no(self, "its aggregate_function is unknown");
    if (post < 0 || post >= MLOPS__POSTS)
        return mlops__oc_no(self, "its post_transform is unknown");
    MLOPS_TRY(width_of(self, &width));
    MLOPS_TRY(read_ensemble(self, width, &trees));
    MLOPS_TRY(aggregate(self, &trees, width, function, &out));
    return put(self, &trees, out, post);
}

#define ML "ai.onnx.ml"
#define NODES                                                                                      \
    "nodes_falsenodeids:I nodes_featureids:I nodes_hitrates:F nodes_hitrates_as_tensor:t "         \
    "nodes_missing_value_tracks_true:I nodes_modes:S nodes_nodeids:I nodes_treeids:I "             \
    "nodes_truenodeids:I nodes_values:F nodes_values_as_tensor:t post_transform:s base_values:F "  \
    "base_values_as_tensor:t "

const mlops__onnx_operator mlops__onnx_ops_trees[] = {
    {ML, "TreeEnsembleRegressor", 1, 99, 1, 1, 1,
     NODES "aggregate_function:s n_targets:i target_ids:I target_nodeids:I target_treeids:I "
           "target_weights:F target_weights_as_tensor:t",
     lower_regressor, 0},
    {ML, "TreeEnsembleClassifier", 1, 99, 1, 1, 2,
     NODES "class_ids:I class_nodeids:I class_treeids:I class_weights:F class_weights_as_tensor:t "
           "classlabels_strings:S classlabels_int64s:I",
     lower_classifier, 0},
    {ML, "TreeEnsemble", 5, 99, 1, 1, 1,
     "aggregate_function:i leaf_targetids:I leaf_weights:t membership_values:t n_targets:i "
     "nodes_falseleafs:I nodes_falsenodeids:I nodes_featureids:I nodes_hitrates:t "
     "nodes_missing_value_tracks_true:I nodes_modes:t nodes_splits:t nodes_trueleafs:I "
     "nodes_truenodeids:I post_transform:i tree_roots:I",
     lower_ensemble, 0},
    {0}};
