/* One tree of a LightGBM model: its lists are checked against each other and put in order.
 *
 * Owns nothing. Invariant: what reaches the forest is a tree: every node and leaf is reached
 * exactly once from the root, and thresholds and leaves are finite. x <= t becomes x < the next
 * double; a category in the set goes left here and right in a plan, so that the children of such a
 * node change places. Nothing recurses.
 */
#include "model/build/lgbm.h"
#include "model/run/plan.h"

#include <string.h>

enum { CATEGORICAL = 1, DEFAULT_LEFT = 2, MISSING_NONE = 0, MISSING_ZERO = 1, MISSING_NAN = 2 };

typedef struct adding {
    mlops__lgbm *lgbm;
    mlops__lgbm_tree *tree;
    int32_t *order; /* a node, or ~leaf */
    uint8_t *seen;
    uint32_t *terms;
    uint32_t n_leaves;
    uint32_t n_tests;
} adding;

static const int32_t *ints_of(const mlops__lgbm_tree *tree, int list) {
    return (const int32_t *)(void *)tree->lists[list].items.data;
}

static const double *reals_of(const mlops__lgbm_tree *tree, int list) {
    return (const double *)(void *)tree->lists[list].items.data;
}

/* An error at an item of a list, which names the tree. */
static mlops_status wrong(const adding *self, int list, size_t index, const char *what) {
    const mlops__lgbm_line *line = &self->tree->lists[list].line;
    const char *text = line->value, *item = text;
    size_t n = line->value_n, item_n;
    for (size_t i = 0; i <= index && mlops__lgbm_item(&text, &n, &item, &item_n);) i++;
    return mlops__lgbm_fail(self->lgbm, line, item, MLOPS_E_CORRUPT, "tree %u, %.*s, item %zu: %s",
                            self->tree->index, (int)line->key_n, line->key, index, what);
}

static mlops_status check_length(const adding *self, int list, const char *name, uint64_t n) {
    const mlops__lgbm_list *found = &self->tree->lists[list];
    const mlops__lgbm_line *line = found->line.key ? &found->line : &self->tree->line;
    if (found->n == n) return MLOPS_OK;
    return mlops__lgbm_fail(self->lgbm, line, line->key, MLOPS_E_CORRUPT,
                            "tree %u: %s has %zu item%s; %llu are due", self->tree->index, name,
                            found->n, mlops__plural((int64_t)found->n), (unsigned long long)n);
}

static mlops_status check_lengths(const adding *self) {
    const mlops__lgbm_tree *tree = self->tree;
    uint64_t n = self->n_tests;
    MLOPS_TRY(check_length(self, MLOPS__LGBM_VALUE, "leaf_value", self->n_leaves));
    if (tree->linear) {
        MLOPS_TRY(check_length(self, MLOPS__LGBM_CONST, "leaf_const", self->n_leaves));
        MLOPS_TRY(check_length(self, MLOPS__LGBM_TERMS, "num_features", self->n_leaves));
    }
    if (n == 0) return MLOPS_OK;
    MLOPS_TRY(check_length(self, MLOPS__LGBM_FEATURE, "split_feature", n));
    MLOPS_TRY(check_length(self, MLOPS__LGBM_THRESHOLD, "threshold", n));
    MLOPS_TRY(check_length(self, MLOPS__LGBM_LEFT, "left_child", n));
    MLOPS_TRY(check_length(self, MLOPS__LGBM_RIGHT, "right_child", n));
    if (tree->lists[MLOPS__LGBM_DECISION].line.key) /* older files are all numeric without it */
        MLOPS_TRY(check_length(self, MLOPS__LGBM_DECISION, "decision_type", n));
    if (tree->lists[MLOPS__LGBM_TEST_COVER].line.key)
        MLOPS_TRY(check_length(self, MLOPS__LGBM_TEST_COVER, "internal_count", n));
    if (tree->lists[MLOPS__LGBM_LEAF_COVER].line.key)
        MLOPS_TRY(check_length(self, MLOPS__LGBM_LEAF_COVER, "leaf_count", self->n_leaves));
    if (tree->n_sets == 0) return MLOPS_OK;
    return check_length(self, MLOPS__LGBM_SET_ENDS, "cat_boundaries", (uint64_t)tree->n_sets + 1);
}

static mlops_status check_sets(const adding *self) {
    const mlops__lgbm_tree *tree = self->tree;
    const int32_t *ends = ints_of(tree, MLOPS__LGBM_SET_ENDS);
    for (int64_t i = 0; self->n_tests && tree->n_sets && i <= tree->n_sets; i++)
        if (ends[i] < (i ? ends[i - 1] : 0) ||
            (uint64_t)ends[i] > tree->lists[MLOPS__LGBM_SET_WORDS].n)
            return wrong(self, MLOPS__LGBM_SET_ENDS, (size_t)i,
                         "descends, or is beyond the words of cat_threshold");
    return MLOPS_OK;
}

/* Where the linear terms of each leaf begin. */
static mlops_status check_terms(const adding *self) {
    mlops__lgbm_tree *tree = self->tree;
    const int32_t *counts = ints_of(tree, MLOPS__LGBM_TERMS);
    const int32_t *features = ints_of(tree, MLOPS__LGBM_TERM_FEATURES);
    const double *factors = reals_of(tree, MLOPS__LGBM_TERM_FACTORS);
    uint64_t n = 0;
    for (uint32_t i = 0; i < self->n_leaves; i++) {
        if (counts[i] < 0) return wrong(self, MLOPS__LGBM_TERMS, i, "is below 0");
        self->terms[i] = (uint32_t)n;
        n += (uint64_t)counts[i];
        if (n > UINT32_MAX / 4) return wrong(self, MLOPS__LGBM_TERMS, i, "there are too many");
    }
    MLOPS_TRY(check_length(self, MLOPS__LGBM_TERM_FEATURES, "leaf_features", n));
    MLOPS_TRY(check_length(self, MLOPS__LGBM_TERM_FACTORS, "leaf_coeff", n));
    for (size_t i = 0; i < n; i++) {
        if (features[i] < 0 || features[i] > self->lgbm->max_feature)
            return wrong(self, MLOPS__LGBM_TERM_FEATURES, i, "is no feature: see max_feature_idx");
        if (factors[i] - factors[i] != 0.0)
            return wrong(self, MLOPS__LGBM_TERM_FACTORS, i, "is not a finite number");
    }
    return MLOPS_OK;
}

/* ---- nodes ---- */

static mlops_status visit(const adding *self, int list, int32_t parent, int32_t child,
                          uint32_t *count) {
    uint32_t at = child < 0 ? self->n_tests + (uint32_t)~child : (uint32_t)child;
    int inside = child < 0 ? (uint32_t)~child < self->n_leaves : at < self->n_tests;
    if (!inside) return wrong(self, list, (size_t)parent, "is not in the tree");
    if (self->seen[at]) return wrong(self, list, (size_t)parent, "has more than one parent");
    self->seen[at] = 1;
    self->order[(*count)++] = child;
    return MLOPS_OK;
}

static mlops_status take_word(const adding *self, mlops__ir_node *out) {
    size_t at = self->lgbm->ir->words.size / 4;
    if (at > UINT32_MAX / 2)
        return mlops__lgbm_fail(self->lgbm, &self->tree->line, self->tree->line.key, MLOPS_E_LIMIT,
                                "more than 2^31 words of categories and linear leaves");
    out->special = (uint32_t)at;
    out->is_special = 1;
    return MLOPS_OK;
}

static mlops_status fill_leaf(const adding *self, uint32_t leaf, mlops__ir_node *out) {
    const mlops__lgbm_tree *tree = self->tree;
    mlops__ir *ir = self->lgbm->ir;
    double value = reals_of(tree, MLOPS__LGBM_VALUE)[leaf];
    if (value - value != 0.0) return wrong(self, MLOPS__LGBM_VALUE, leaf, "is not a finite number");
    *out = (mlops__ir_node){.value = value, .number = leaf};
    if (!tree->linear) return MLOPS_OK;
    double constant = reals_of(tree, MLOPS__LGBM_CONST)[leaf];
    if (constant - constant != 0.0)
        return wrong(self, MLOPS__LGBM_CONST, leaf, "is not a finite number");
    uint32_t n = (uint32_t)ints_of(tree, MLOPS__LGBM_TERMS)[leaf], first = self->terms[leaf];
    out->value = constant;
    if (n == 0) return MLOPS_OK;
    MLOPS_TRY(take_word(self, out));
    const uint32_t head[] = {MLOPS__SPECIAL_LINEAR, n};
    mlops__buf_put(&ir->words, head, sizeof head);
    mlops__ir_word_f64(ir, constant);
    mlops__ir_word_f64(ir, value);
    for (uint32_t i = first; i < first + n; i++) {
        mlops__buf_put(&ir->words, &ints_of(tree, MLOPS__LGBM_TERM_FEATURES)[i], 4);
        mlops__ir_word_f64(ir, reals_of(tree, MLOPS__LGBM_TERM_FACTORS)[i]);
    }
    return MLOPS_OK;
}

static double next_above(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (bits << 1 == 0) bits = 1;
    else bits += bits >> 63 ? UINT64_MAX : 1;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A zero that goes where it would go anyway needs no mark. */
static mlops_status fill_numeric(const adding *self, int32_t node, int decision,
                                 mlops__ir_node *out) {
    double t = reals_of(self->tree, MLOPS__LGBM_THRESHOLD)[node];
    int default_left = (decision & DEFAULT_LEFT) != 0, missing = decision >> 2;
    if (t - t != 0.0)
        return wrong(self, MLOPS__LGBM_THRESHOLD, (size_t)node, "is not a finite number");
    out->value = next_above(t);
    out->left_missing = (uint8_t)(missing == MISSING_NONE ? 0.0 <= t : default_left);
    if (missing != MISSING_ZERO ||
        (default_left ? t >= MLOPS__SPECIAL_ZERO_MAX : t < -MLOPS__SPECIAL_ZERO_MAX))
        return MLOPS_OK;
    const uint32_t kind = MLOPS__SPECIAL_ZERO;
    MLOPS_TRY(take_word(self, out));
    mlops__buf_put(&self->lgbm->ir->words, &kind, sizeof kind);
    mlops__ir_word_f64(self->lgbm->ir, next_above(t));
    return MLOPS_OK;
}

static mlops_status fill_set(const adding *self, int32_t node, mlops__ir_node *out) {
    const mlops__lgbm_tree *tree = self->tree;
    double set = reals_of(tree, MLOPS__LGBM_THRESHOLD)[node];
    if (!(set >= 0.0 && set < (double)tree->n_sets))
        return wrong(self, MLOPS__LGBM_THRESHOLD, (size_t)node,
                     "is no set of categories: see num_cat");
    const int32_t *ends = ints_of(tree, MLOPS__LGBM_SET_ENDS) + (size_t)set;
    const int32_t *words = ints_of(tree, MLOPS__LGBM_SET_WORDS);
    const uint32_t head[] = {MLOPS__SPECIAL_SET, (uint32_t)(ends[1] - ends[0])};
    MLOPS_TRY(take_word(self, out));
    mlops__buf_put(&self->lgbm->ir->words, head, sizeof head);
    if (head[1]) mlops__buf_put(&self->lgbm->ir->words, words + ends[0], 4 * (size_t)head[1]);
    out->left_missing = 1; /* LightGBM's right */
    return MLOPS_OK;
}

static mlops_status fill_test(const adding *self, int32_t node, uint32_t step,
                              mlops__ir_node *out) {
    const mlops__lgbm_tree *tree = self->tree;
    const int32_t *decisions = ints_of(tree, MLOPS__LGBM_DECISION);
    int32_t feature = ints_of(tree, MLOPS__LGBM_FEATURE)[node];
    int decision = tree->lists[MLOPS__LGBM_DECISION].n ? decisions[node] : 0;
    if (feature < 0 || feature > self->lgbm->max_feature)
        return wrong(self, MLOPS__LGBM_FEATURE, (size_t)node, "is no feature: see max_feature_idx");
    if (decision < 0 || decision > (CATEGORICAL | DEFAULT_LEFT | MISSING_NAN << 2))
        return wrong(self, MLOPS__LGBM_DECISION, (size_t)node, "is none that is known");
    *out = (mlops__ir_node){.feature = (uint32_t)feature, .step = step, .number = (uint32_t)node};
    return decision & CATEGORICAL ? fill_set(self, node, out)
                                  : fill_numeric(self, node, decision, out);
}

/* Of a node, or ~leaf; a tree of one leaf has none. */
static double cover_of(const adding *self, int32_t at) {
    int list = at < 0 ? MLOPS__LGBM_LEAF_COVER : MLOPS__LGBM_TEST_COVER;
    if (self->n_tests == 0 || !self->tree->lists[list].n) return 0.0;
    return reals_of(self->tree, list)[at < 0 ? ~at : at];
}

/* From the root, breadth first: order is the queue and the result. */
static mlops_status add_nodes(const adding *self) {
    const int32_t *left = ints_of(self->tree, MLOPS__LGBM_LEFT);
    const int32_t *right = ints_of(self->tree, MLOPS__LGBM_RIGHT);
    const int32_t *decisions = ints_of(self->tree, MLOPS__LGBM_DECISION);
    int decided = self->tree->lists[MLOPS__LGBM_DECISION].n > 0;
    uint32_t count = 0;
    MLOPS_TRY(visit(self, MLOPS__LGBM_LEFT, 0, self->n_tests ? 0 : ~0, &count));
    for (uint32_t i = 0; i < count; i++) {
        int32_t at = self->order[i];
        mlops__ir_node node;
        if (at < 0) {
            MLOPS_TRY(fill_leaf(self, (uint32_t)~at, &node));
        } else {
            MLOPS_TRY(fill_test(self, at, count - i, &node));
            int swaps = decided && decisions[at] & CATEGORICAL;
            const int lists[] = {MLOPS__LGBM_LEFT, MLOPS__LGBM_RIGHT};
            const int32_t children[] = {left[at], right[at]};
            MLOPS_TRY(visit(self, lists[swaps], at, children[swaps], &count));
            MLOPS_TRY(visit(self, lists[!swaps], at, children[!swaps], &count));
        }
        node.cover = cover_of(self, at);
        mlops__buf_put(&self->lgbm->ir->nodes, &node, sizeof node);
    }
    if (count == self->n_tests + self->n_leaves) return MLOPS_OK;
    return mlops__lgbm_fail(self->lgbm, &self->tree->line, self->tree->line.key, MLOPS_E_CORRUPT,
                            "tree %u: %u of %u nodes and leaves have no way from the root",
                            self->tree->index, self->n_tests + self->n_leaves - count,
                            self->n_tests + self->n_leaves);
}

/* Working room, zeroed. */
static int make_room(adding *self) {
    mlops__lgbm_tree *tree = self->tree;
    size_t n = (size_t)self->n_tests + self->n_leaves;
    mlops__buf_zero(&tree->order, 4 * n);
    mlops__buf_zero(&tree->seen, n);
    mlops__buf_zero(&tree->terms, 4 * (size_t)self->n_leaves);
    self->order = (int32_t *)(void *)tree->order.data;
    self->seen = tree->seen.data;
    self->terms = (uint32_t *)(void *)tree->terms.data;
    return !tree->order.status && !tree->seen.status && !tree->terms.status;
}

mlops_status mlops__lgbm_add_tree(mlops__lgbm *lgbm, mlops__lgbm_tree *tree) {
    mlops__ir *ir = lgbm->ir;
    adding self = {.lgbm = lgbm, .tree = tree};
    if (tree->n_leaves == 0)
        return mlops__lgbm_fail(lgbm, &tree->line, tree->line.key, MLOPS_E_CORRUPT,
                                "tree %u has no num_leaves", tree->index);
    self.n_leaves = (uint32_t)tree->n_leaves;
    self.n_tests = self.n_leaves - 1;
    MLOPS_TRY(check_lengths(&self));
    MLOPS_TRY(check_sets(&self));
    if (mlops__ir_n_nodes(ir) > UINT32_MAX / 2 - 2 * self.n_leaves)
        return mlops__lgbm_fail(lgbm, &tree->line, tree->line.key, MLOPS_E_LIMIT,
                                "more than 2^31 nodes");
    if (!make_room(&self)) return mlops__fail_nomem(lgbm->err, 8 * (size_t)self.n_leaves);
    if (tree->linear) MLOPS_TRY(check_terms(&self));
    uint32_t first = mlops__ir_n_nodes(ir);
    MLOPS_TRY(add_nodes(&self));
    mlops__buf_put(&ir->firsts, &first, sizeof first);
    ir->n_trees++;
    if (!ir->nodes.status && !ir->firsts.status && !ir->words.status) return MLOPS_OK;
    return mlops__fail_nomem(lgbm->err, ir->nodes.size);
}
