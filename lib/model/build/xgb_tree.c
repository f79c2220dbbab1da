/* One tree of an XGBoost model: its arrays are read, checked against each other, and put in order.
 *
 * Owns the arrays, which the next tree reuses. Invariant: what reaches the forest is a tree: every
 * node that is not deleted is reached exactly once from the root, children are inside, thresholds
 * and leaves are numbers. Nothing recurses, so that depth costs no stack.
 */
#include "model/build/xgb.h"
#include "model/run/plan.h"

#include <string.h>

enum { DELETED = INT32_MAX, CATEGORIES_MAX = 1 << 24, TREE_BUFS = 15 };

static void list_bufs(mlops__xgb_tree *self, mlops__buf *out[TREE_BUFS]) {
    mlops__buf *bufs[TREE_BUFS] = {
        &self->left,  &self->right,      &self->feature,   &self->value,      &self->left_missing,
        &self->kind,  &self->categories, &self->set_nodes, &self->set_starts, &self->set_sizes,
        &self->order, &self->seen,       &self->set_of,    &self->weights,    &self->cover};
    memcpy(out, bufs, sizeof bufs);
}

void mlops__xgb_tree_init(mlops__xgb_tree *self, const mlops_allocator *allocator) {
    mlops__buf *bufs[TREE_BUFS];
    memset(self, 0, sizeof *self);
    list_bufs(self, bufs);
    for (int i = 0; i < TREE_BUFS; i++) mlops__buf_init(bufs[i], allocator);
}

void mlops__xgb_tree_free(mlops__xgb_tree *self) {
    mlops__buf *bufs[TREE_BUFS];
    list_bufs(self, bufs);
    for (int i = 0; i < TREE_BUFS; i++) mlops__buf_free(bufs[i]);
}

static mlops_status read_param(mlops__xgb *self, void *user) {
    mlops__xgb_tree *tree = user;
    if (mlops__source_is(self->source, "num_nodes"))
        return mlops__xgb_int(self, "num_nodes", &tree->n_nodes);
    if (mlops__source_is(self->source, "num_deleted"))
        return mlops__xgb_int(self, "num_deleted", &tree->n_deleted);
    if (mlops__source_is(self->source, "size_leaf_vector"))
        return mlops__xgb_int(self, "size_leaf_vector", &tree->leaf_size);
    return mlops__source_skip(self->source);
}

static mlops_status read_member(mlops__xgb *self, void *user) {
    mlops__xgb_tree *tree = user;
    const struct {
        const char *name;
        mlops__buf *out;
    } ints[] = {
        {"left_children", &tree->left},
        {"right_children", &tree->right},
        {"split_indices", &tree->feature},
        {"default_left", &tree->left_missing},
        {"split_type", &tree->kind},
        {"categories", &tree->categories},
        {"categories_nodes", &tree->set_nodes},
        {"categories_segments", &tree->set_starts},
        {"categories_sizes", &tree->set_sizes},
    };
    for (size_t i = 0; i < sizeof ints / sizeof ints[0]; i++)
        if (mlops__source_is(self->source, ints[i].name))
            return mlops__xgb_ints(self, ints[i].name, ints[i].out);
    if (mlops__source_is(self->source, "split_conditions"))
        return mlops__xgb_floats(self, "split_conditions", &tree->value);
    if (mlops__source_is(self->source, "base_weights"))
        return mlops__xgb_floats(self, "base_weights", &tree->weights);
    if (mlops__source_is(self->source, "leaf_weights")) tree->has_leaf_weights = 1;
    if (mlops__source_is(self->source, "sum_hessian"))
        return mlops__xgb_floats(self, "sum_hessian", &tree->cover);
    if (mlops__source_is(self->source, "tree_param"))
        return mlops__xgb_object(self, "tree_param", read_param, tree);
    return mlops__source_skip(self->source);
}

mlops_status mlops__xgb_read_tree(mlops__xgb *self, mlops__xgb_tree *tree) {
    mlops__buf *bufs[TREE_BUFS];
    list_bufs(tree, bufs);
    for (int i = 0; i < TREE_BUFS; i++) bufs[i]->size = 0;
    tree->n_nodes = -1;
    tree->n_deleted = tree->leaf_size = tree->has_leaf_weights = 0;
    tree->index = self->ir->n_trees;
    MLOPS_TRY(mlops__xgb_members(self, read_member, tree));
    return mlops__xgb_add_tree(self, tree);
}

typedef struct adding {
    mlops__xgb *xgb;
    mlops__xgb_tree *tree;
    const int32_t *left;
    const int32_t *right;
    const int32_t *feature;
    const int32_t *left_missing;
    const int32_t *kind; /* NULL: all numeric */
    const float *value;
    const float *cover; /* NULL: not known */
    uint32_t *order;
    uint8_t *seen;
    uint32_t *set_of;
    uint32_t n;
} adding;

static const int32_t *ints_of(const mlops__buf *buf) { return (const int32_t *)(void *)buf->data; }

static mlops_status wrong(const adding *self, int64_t node, const char *what) {
    return mlops__source_fail(self->xgb->source, MLOPS_E_CORRUPT, "tree %u, node %lld: %s",
                              self->tree->index, (long long)node, what);
}

static mlops_status check_length(const adding *self, const mlops__buf *buf, const char *name) {
    if (buf->size / 4 == self->n) return MLOPS_OK;
    return mlops__source_fail(self->xgb->source, MLOPS_E_CORRUPT,
                              "tree %u: \"%s\" has %zu items, num_nodes says %u", self->tree->index,
                              name, buf->size / 4, self->n);
}

static mlops_status check_lengths(const adding *self) {
    const mlops__xgb_tree *tree = self->tree;
    MLOPS_TRY(check_length(self, &tree->left, "left_children"));
    MLOPS_TRY(check_length(self, &tree->right, "right_children"));
    MLOPS_TRY(check_length(self, &tree->feature, "split_indices"));
    MLOPS_TRY(check_length(self, &tree->value, "split_conditions"));
    MLOPS_TRY(check_length(self, &tree->left_missing, "default_left"));
    if (tree->cover.size) MLOPS_TRY(check_length(self, &tree->cover, "sum_hessian"));
    if (tree->kind.size) MLOPS_TRY(check_length(self, &tree->kind, "split_type"));
    if (tree->leaf_size <= 1 ||
        (uint64_t)tree->weights.size / 4 == self->n * (uint64_t)tree->leaf_size)
        return MLOPS_OK;
    return mlops__source_fail(self->xgb->source, MLOPS_E_CORRUPT,
                              "tree %u: \"base_weights\" has %zu items, num_nodes says %u and "
                              "size_leaf_vector %lld",
                              tree->index, tree->weights.size / 4, self->n,
                              (long long)tree->leaf_size);
}

static mlops_status check_param(const adding *self) {
    const mlops__xgb_tree *tree = self->tree;
    mlops__source *source = self->xgb->source;
    if (tree->leaf_size > 1 && tree->has_leaf_weights)
        return mlops__source_fail(source, MLOPS_E_UNSUPPORTED,
                                  "tree %u has leaves of %lld values in \"leaf_weights\"; those of "
                                  "versions up to 3.0, in \"base_weights\", are supported",
                                  tree->index, (long long)tree->leaf_size);
    if (tree->leaf_size > MLOPS__PLAN_GROUPS_MAX || tree->leaf_size < 0)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "tree %u: size_leaf_vector must be 0 to 65536", tree->index);
    if (tree->leaf_size > 1 && self->xgb->leaf_size && self->xgb->leaf_size != tree->leaf_size)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "tree %u has leaves of %lld values, others of %lld", tree->index,
                                  (long long)tree->leaf_size, (long long)self->xgb->leaf_size);
    if (tree->leaf_size > 1) self->xgb->leaf_size = tree->leaf_size;
    if (tree->n_nodes < 1 || tree->n_nodes > INT32_MAX)
        return mlops__source_fail(source, MLOPS_E_CORRUPT,
                                  "tree %u: num_nodes must be 1 to 2147483647", tree->index);
    if (tree->left.size / 4 > UINT32_MAX / 2 - mlops__ir_n_nodes(self->xgb->ir))
        return mlops__source_fail(source, MLOPS_E_LIMIT, "more than 2^31 nodes");
    return MLOPS_OK;
}

/* One bit a category, behind its kind and the number of words. */
static mlops_status add_set(const adding *self, int32_t node, const int32_t *items, int32_t n) {
    mlops__buf *words = &self->xgb->ir->words;
    int32_t top = -1;
    for (int32_t i = 0; i < n; i++) {
        if (items[i] < 0 || items[i] >= CATEGORIES_MAX)
            return wrong(self, node, "a category is negative or above 16777215");
        if (items[i] > top) top = items[i];
    }
    uint32_t n_words = (uint32_t)(top / 32 + (top >= 0));
    if (words->size + 4 * (size_t)n_words > self->xgb->ir->words_max)
        return mlops__source_fail(self->xgb->source, MLOPS_E_LIMIT,
                                  "tree %u, node %d: category %d; the sets of all nodes take more "
                                  "than 64 MiB and 64 times the file",
                                  self->tree->index, (int)node, (int)top);
    if (words->size / 4 + n_words + 2 > UINT32_MAX)
        return mlops__source_fail(self->xgb->source, MLOPS_E_LIMIT,
                                  "more than 2^32 category words");
    self->set_of[node] = (uint32_t)(words->size / 4) + 1;
    const uint32_t head[] = {MLOPS__SPECIAL_SET, n_words};
    mlops__buf_put(words, head, sizeof head);
    uint8_t *bytes = n_words ? mlops__buf_extend(words, 4 * (size_t)n_words) : NULL;
    if (bytes) {
        uint32_t *bits = (uint32_t *)(void *)bytes;
        memset(bits, 0, 4 * (size_t)n_words);
        for (int32_t i = 0; i < n; i++) bits[items[i] / 32] |= 1u << items[i] % 32;
    }
    if (words->status) return mlops__fail_nomem(self->xgb->source->err, words->size);
    return MLOPS_OK;
}

static mlops_status add_sets(const adding *self) {
    const mlops__xgb_tree *tree = self->tree;
    size_t n_sets = tree->set_nodes.size, n_items = tree->categories.size / 4;
    if (tree->set_starts.size != n_sets || tree->set_sizes.size != n_sets)
        return mlops__source_fail(self->xgb->source, MLOPS_E_CORRUPT,
                                  "tree %u: categories_nodes, categories_segments and "
                                  "categories_sizes differ in length",
                                  tree->index);
    const int32_t *nodes = ints_of(&tree->set_nodes), *starts = ints_of(&tree->set_starts);
    const int32_t *sizes = ints_of(&tree->set_sizes), *items = ints_of(&tree->categories);
    for (size_t i = 0; i < n_sets / 4; i++) {
        if (nodes[i] < 0 || (uint32_t)nodes[i] >= self->n || self->set_of[nodes[i]])
            return wrong(self, nodes[i], "categories_nodes names it twice, or it is not there");
        if (starts[i] < 0 || sizes[i] < 0 || (size_t)starts[i] > n_items ||
            (size_t)sizes[i] > n_items - (size_t)starts[i])
            return wrong(self, nodes[i], "its categories are not inside \"categories\"");
        MLOPS_TRY(add_set(self, nodes[i], items ? items + starts[i] : NULL, sizes[i]));
    }
    return MLOPS_OK;
}

static inline mlops_status visit(const adding *self, int32_t child, uint32_t *count) {
    if (child < 0 || (uint32_t)child >= self->n) return wrong(self, child, "is not in the tree");
    if (self->seen[child]) return wrong(self, child, "has more than one parent");
    self->seen[child] = 1;
    self->order[(*count)++] = (uint32_t)child;
    return MLOPS_OK;
}

/* A leaf of a value for each group. */
static mlops_status fill_vector(const adding *self, uint32_t number, mlops__ir_node *out) {
    const uint32_t kind = MLOPS__SPECIAL_VECTOR;
    size_t n = (size_t)self->tree->leaf_size;
    const float *values = (const float *)(const void *)self->tree->weights.data + number * n;
    mlops__buf *words = &self->xgb->ir->words;
    for (size_t i = 0; i < n; i++)
        if (values[i] - values[i] != 0.0f)
            return wrong(self, number, "its leaf value is not a finite number");
    if (words->size / 4 + n + 1 > UINT32_MAX)
        return mlops__source_fail(self->xgb->source, MLOPS_E_LIMIT, "more than 2^32 words");
    *out =
        (mlops__ir_node){.special = (uint32_t)(words->size / 4), .number = number, .is_special = 1};
    mlops__buf_put(words, &kind, sizeof kind);
    mlops__buf_put(words, values, n * sizeof *values);
    return MLOPS_OK;
}

static mlops_status fill_leaf(const adding *self, uint32_t number, mlops__ir_node *out) {
    if (self->right[number] != -1) return wrong(self, number, "has a right child and no left one");
    if (self->tree->leaf_size > 1) return fill_vector(self, number, out);
    if (self->value[number] - self->value[number] != 0.0f)
        return wrong(self, number, "its leaf value is not a finite number");
    *out = (mlops__ir_node){.value = (double)self->value[number], .number = number};
    return MLOPS_OK;
}

/* The number of features stands behind the trees: what to check against it is kept. */
static void note_feature(const adding *self, uint32_t number, int32_t feature) {
    if (feature <= self->xgb->top_feature) return;
    self->xgb->top_feature = feature;
    self->xgb->top_tree = self->tree->index;
    self->xgb->top_node = number;
}

static mlops_status fill_test(const adding *self, uint32_t number, uint32_t step,
                              mlops__ir_node *out) {
    int32_t kind = self->kind ? self->kind[number] : 0;
    int32_t feature = self->feature[number], left_missing = self->left_missing[number];
    if (feature == DELETED) return wrong(self, number, "is deleted, but part of the tree");
    if (feature < 0) return wrong(self, number, "tests a feature below 0");
    note_feature(self, number, feature);
    if (left_missing < 0 || left_missing > 1)
        return wrong(self, number, "default_left is not 0 or 1");
    if (kind < 0 || kind > 1)
        return mlops__source_fail(self->xgb->source, MLOPS_E_UNSUPPORTED,
                                  "tree %u, node %u: split_type %d is unknown", self->tree->index,
                                  number, kind);
    if (kind == 1 && !self->set_of[number]) return wrong(self, number, "has no categories");
    if (kind == 0 && self->value[number] != self->value[number])
        return wrong(self, number, "its threshold is not a number");
    if (step >= 1u << 30)
        return mlops__source_fail(self->xgb->source, MLOPS_E_LIMIT, "tree %u is too wide",
                                  self->tree->index);
    *out = (mlops__ir_node){.feature = (uint32_t)feature,
                            .step = step,
                            .number = number,
                            .left_missing = (uint8_t)left_missing,
                            .is_special = (uint8_t)kind};
    if (kind) out->special = self->set_of[number] - 1;
    else out->value = (double)self->value[number];
    return MLOPS_OK;
}

/* From the root, breadth first: order is the queue and the result. */
static mlops_status add_nodes(const adding *self) {
    uint32_t count = 0;
    mlops__buf *nodes = &self->xgb->ir->nodes;
    size_t before = nodes->size;
    uint8_t *room = mlops__buf_extend(nodes, self->n * sizeof(mlops__ir_node));
    mlops__ir_node *out = (mlops__ir_node *)(void *)room;
    if (!out) return mlops__fail_nomem(self->xgb->source->err, nodes->size);
    MLOPS_TRY(visit(self, 0, &count));
    for (uint32_t i = 0; i < count; i++) {
        uint32_t number = self->order[i], step = count - i;
        if (self->left[number] == -1) {
            MLOPS_TRY(fill_leaf(self, number, &out[i]));
        } else {
            MLOPS_TRY(fill_test(self, number, step, &out[i]));
            MLOPS_TRY(visit(self, self->left[number], &count));
            MLOPS_TRY(visit(self, self->right[number], &count));
        }
        if (self->cover) out[i].cover = (double)self->cover[number];
    }
    nodes->size = before + count * sizeof *out;
    if ((int64_t)(self->n - count) == self->tree->n_deleted) return MLOPS_OK;
    return mlops__source_fail(self->xgb->source, MLOPS_E_CORRUPT,
                              "tree %u: %u of %u nodes have no way from the root, num_deleted says "
                              "%lld",
                              self->tree->index, self->n - count, self->n,
                              (long long)self->tree->n_deleted);
}

/* Working room for n nodes, zeroed. */
static int make_room(adding *self) {
    mlops__xgb_tree *tree = self->tree;
    mlops__buf_zero(&tree->order, 4 * (size_t)self->n);
    mlops__buf_zero(&tree->seen, self->n);
    mlops__buf_zero(&tree->set_of, 4 * (size_t)self->n);
    self->order = (uint32_t *)(void *)tree->order.data;
    self->seen = tree->seen.data;
    self->set_of = (uint32_t *)(void *)tree->set_of.data;
    return !tree->order.status && !tree->seen.status && !tree->set_of.status;
}

mlops_status mlops__xgb_add_tree(mlops__xgb *xgb, mlops__xgb_tree *tree) {
    mlops__ir *ir = xgb->ir;
    adding self = {.xgb = xgb, .tree = tree};
    MLOPS_TRY(check_param(&self));
    self.n = (uint32_t)tree->n_nodes;
    MLOPS_TRY(check_lengths(&self));
    self.left = ints_of(&tree->left);
    self.right = ints_of(&tree->right);
    self.feature = ints_of(&tree->feature);
    self.left_missing = ints_of(&tree->left_missing);
    self.kind = tree->kind.size ? ints_of(&tree->kind) : NULL;
    self.value = (const float *)(const void *)tree->value.data;
    self.cover = tree->cover.size ? (const float *)(const void *)tree->cover.data : NULL;
    if (!make_room(&self)) return mlops__fail_nomem(xgb->source->err, 4 * (size_t)self.n);
    uint32_t first = mlops__ir_n_nodes(ir);
    MLOPS_TRY(add_sets(&self));
    MLOPS_TRY(add_nodes(&self));
    mlops__buf_put(&ir->firsts, &first, sizeof first);
    ir->n_trees++;
    if (!ir->nodes.status && !ir->firsts.status && !ir->words.status) return MLOPS_OK;
    return mlops__fail_nomem(xgb->source->err, ir->nodes.size);
}
