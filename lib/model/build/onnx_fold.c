/* Steps between rows and a forest, folded into its tests.
 *
 * Owns which may be. Invariant: a test answers for what a row holds as it did for what the steps
 * made of it. Each step that computes gives of a number one that never turns back as that rises,
 * and is no NaN; so a test has one answer up to some number and the other from there on, and that
 * number is found by trying the steps' own arithmetic.
 */
#include "model/build/onnx_trees.h"

#include <string.h>

enum { PASSED_MAX = 16, VISITS_MAX = 1 << 12, BINARY = 1 << 8 };

/* What a step computes of a column. */
typedef struct stage {
    uint32_t op; /* of a BINARY that plus its function */
    int wide;
    int turned; /* a stands before the column's number */
    double a, b;
} stage;

/* How a column came to a forest: from a column of a source, by steps that compute. */
typedef struct way {
    uint32_t source;
    int64_t column;
    uint32_t n;
    stage stages[PASSED_MAX]; /* the last one first */
} way;

typedef struct folding {
    mlops__oc *oc;
    mlops__trees *trees;
    int narrows; /* a cast to float goes, as the forest itself rounds */
    int wide;    /* rows are held against tests as doubles */
    int64_t n_visits;
    uint32_t n_sources;
    uint32_t sources[MLOPS__STEP_MAX]; /* items, ascending */
    int64_t firsts[MLOPS__STEP_MAX];   /* columns of the forest's new input */
} folding;

static mlops__item *item_at(const folding *self, uint32_t item) {
    return item == MLOPS__ITEM_NONE ? NULL : mlops__oc_item(self->oc, item);
}

static double number_at(const mlops__item *constant, int64_t column) {
    if (mlops__oc_count(constant) == 1) column = 0;
    if (constant->dtype == MLOPS__GRAPH_F64) return ((const double *)constant->data)[column];
    return (double)((const float *)constant->data)[column];
}

/* -- which steps ---------------------------------------------------------------------------- */

static int is_matrix(const mlops__item *x) {
    return x && x->dtype <= MLOPS__GRAPH_F64 && x->rank == 2 && x->is_exact && !x->dims[1].per_row;
}

/* Reals, one or one a column. */
static int by_column(const mlops__item *constant, const mlops__item *out) {
    if (!constant || constant->kind != MLOPS__GRAPH_CONSTANT) return 0;
    int64_t n = mlops__oc_count(constant);
    return constant->dtype <= MLOPS__GRAPH_F64 &&
           (n == 1 || (n == out->dims[1].fixed && constant->dims[constant->rank - 1].fixed == n));
}

/* The same without NaN and infinities, and without 0 if so. */
static int is_plain(const mlops__item *constant, const mlops__item *out, int zero) {
    if (!by_column(constant, out)) return 0;
    for (int64_t i = 0; i < mlops__oc_count(constant); i++) {
        double v = number_at(constant, i);
        if (v - v != 0 || (!zero && v == 0)) return 0;
    }
    return 1;
}

static int is_bound(const mlops__item *constant, const mlops__item *out) {
    if (!constant) return 1;
    return by_column(constant, out) && number_at(constant, 0) == number_at(constant, 0);
}

/* The operand of ADD, SUB, MUL or DIV that a constant is applied to, plus 1; 0: there is none. */
static int operand_of(const folding *self, const mlops__emitted *step, const mlops__item *out) {
    int64_t function = step->ints[0];
    for (int i = 0; i < 2 && function <= MLOPS__BINARY_DIV; i++) {
        const mlops__item *x = item_at(self, step->operands[i]);
        if (is_matrix(x) && x->dims[0].fixed == out->dims[0].fixed &&
            x->dims[0].per_row == out->dims[0].per_row && x->dims[1].fixed == out->dims[1].fixed &&
            is_plain(item_at(self, step->operands[1 - i]), out, function < MLOPS__BINARY_MUL))
            return i && function == MLOPS__BINARY_DIV ? 0 : i + 1;
    }
    return 0;
}

static int picks(const folding *self, const mlops__emitted *step) {
    const mlops__item *x = item_at(self, step->operands[0]);
    const mlops__item *indices = item_at(self, step->operands[1]);
    if (!is_matrix(x) || indices->kind != MLOPS__GRAPH_CONSTANT ||
        indices->dtype != MLOPS__GRAPH_I64)
        return 0;
    if (step->op == MLOPS__GRAPH_GATHER &&
        (indices->rank != 1 || (step->ints[0] != 1 && step->ints[0] != -1)))
        return 0;
    for (int64_t i = 0; i < mlops__oc_count(indices); i++) {
        int64_t index = ((const int64_t *)indices->data)[i];
        if (index < 0 || index >= x->dims[1].fixed) return 0;
    }
    return 1;
}

/* What mlops__emitted has in "passes", but for 0. */
static int can_pass(const folding *self, const mlops__emitted *step) {
    const mlops__item *out = item_at(self, step->operands[step->n_inputs]), *in[3] = {0};
    for (uint32_t i = 0; i < step->n_inputs && i < 3; i++) in[i] = item_at(self, step->operands[i]);
    switch (step->op) {
    case MLOPS__GRAPH_CAST: return is_matrix(in[0]) && step->ints[0] == MLOPS__ROUND_NEAREST;
    case MLOPS__GRAPH_SCALE: return is_plain(in[1], out, 1) && is_plain(in[2], out, 0);
    case MLOPS__GRAPH_IMPUTE: {
        double replaced = by_column(in[1], out) ? number_at(in[1], 0) : 0;
        return replaced != replaced && by_column(in[2], out);
    }
    case MLOPS__GRAPH_CLIP: return is_bound(in[1], out) && is_bound(in[2], out);
    case MLOPS__GRAPH_BINARY: return operand_of(self, step, out);
    case MLOPS__GRAPH_PICK:
    case MLOPS__GRAPH_GATHER: return picks(self, step);
    case MLOPS__GRAPH_CONCAT:
        if (step->ints[0] != 1 && step->ints[0] != -1) return 0;
        break;
    case MLOPS__GRAPH_FEATURES: break;
    default: return 0;
    }
    for (uint32_t i = 0; i < step->n_inputs; i++) {
        const mlops__item *part = item_at(self, step->operands[i]);
        if (!is_matrix(part) || part->dtype != out->dtype) return 0;
    }
    return 1;
}

/* The step behind an item, if the forest can take what goes into it; NULL: it cannot. */
static const mlops__emitted *passed(const folding *self, uint32_t item) {
    const mlops__item *out = item_at(self, item);
    mlops__emitted *step = out->step;
    if (!step || !is_matrix(out)) return NULL;
    if (!step->passes && !(step->passes = can_pass(self, step))) step->passes = -1;
    return step->passes > 0 ? step : NULL;
}

static int is_narrowing(const folding *self, const mlops__emitted *step) {
    return step->op == MLOPS__GRAPH_CAST && !self->trees->f64;
}

/* -- where columns come from ---------------------------------------------------------------- */

static int add_source(folding *self, uint32_t item) {
    uint32_t i = 0;
    while (i < self->n_sources && self->sources[i] < item) i++;
    if (i < self->n_sources && self->sources[i] == item) return 1;
    if (self->n_sources == MLOPS__STEP_MAX) return 0;
    memmove(self->sources + i + 1, self->sources + i, (self->n_sources++ - i) * sizeof item);
    self->sources[i] = item;
    return 1;
}

/* Collects what an item is made of; 0 if it is too much. */
static int collect(folding *self, uint32_t item, int n_passed) {
    const mlops__emitted *step = n_passed < PASSED_MAX ? passed(self, item) : NULL;
    if (++self->n_visits > VISITS_MAX) return 0;
    if (!step) return add_source(self, item);
    if (is_narrowing(self, step)) return add_source(self, self->narrows ? step->operands[0] : item);
    if (step->op != MLOPS__GRAPH_CONCAT && step->op != MLOPS__GRAPH_FEATURES)
        return collect(self, step->operands[step->passes - 1], n_passed + 1);
    for (uint32_t i = 0; i < step->n_inputs; i++)
        if (!collect(self, step->operands[i], n_passed + 1)) return 0;
    return 1;
}

/* Sources of one type, and where their columns go; 0 if they do not go side by side. */
static int find_sources(folding *self, uint32_t x, int64_t *width) {
    self->n_visits = self->n_sources = 0;
    *width = 0;
    if (!collect(self, x, 0)) return 0;
    mlops__graph_dtype dtype = item_at(self, self->sources[0])->dtype;
    for (uint32_t i = 0; i < self->n_sources; i++) {
        const mlops__item *source = item_at(self, self->sources[i]);
        self->firsts[i] = *width;
        *width += source->dims[1].fixed;
        if (source->dtype != dtype || *width > INT32_MAX) return 0;
    }
    self->wide = self->trees->f64 && dtype == MLOPS__GRAPH_F64;
    return 1;
}

static stage stage_of(const folding *self, const mlops__emitted *step, int64_t column) {
    const mlops__item *in[3] = {0};
    stage out = {.op = step->op, .a = -__builtin_inf(), .b = __builtin_inf()};
    for (uint32_t i = 0; i < step->n_inputs; i++) in[i] = item_at(self, step->operands[i]);
    out.wide = item_at(self, step->operands[step->n_inputs])->dtype == MLOPS__GRAPH_F64;
    if (step->op == MLOPS__GRAPH_BINARY) {
        out.op = BINARY + (uint32_t)step->ints[0];
        out.turned = step->passes == 2;
        out.a = number_at(in[!out.turned], column);
    } else if (step->op == MLOPS__GRAPH_IMPUTE) {
        out.a = number_at(in[2], column);
    } else {
        if (in[1]) out.a = number_at(in[1], column);
        if (in[2]) out.b = number_at(in[2], column);
    }
    return out;
}

static void find_way(const folding *self, uint32_t item, int64_t column, way *out) {
    out->n = 0;
    for (;;) {
        uint32_t i = 0, k = 0;
        while (i < self->n_sources && self->sources[i] < item) i++;
        out->source = i;
        out->column = column;
        if (i < self->n_sources && self->sources[i] == item) return;
        const mlops__emitted *step = item_at(self, item)->step;
        item = step->operands[step->passes - 1];
        switch (step->op) {
        case MLOPS__GRAPH_CONCAT:
        case MLOPS__GRAPH_FEATURES:
            for (int64_t n; column >= (n = item_at(self, step->operands[k])->dims[1].fixed); k++)
                column -= n;
            item = step->operands[k];
            break;
        case MLOPS__GRAPH_PICK:
        case MLOPS__GRAPH_GATHER:
            column = ((const int64_t *)item_at(self, step->operands[1])->data)[column];
            break;
        default:
            if (!is_narrowing(self, step)) out->stages[out->n++] = stage_of(self, step, column);
        }
    }
}

/* -- tests ---------------------------------------------------------------------------------- */

/* That of two floats, in double and then rounded, is theirs. */
static double computed(const stage *by, double x) {
    double a = by->turned ? x : by->a, y = by->turned ? by->a : x;
    switch (by->op) {
    case BINARY + MLOPS__BINARY_ADD: y += a; break;
    case BINARY + MLOPS__BINARY_SUB: y -= a; break;
    case BINARY + MLOPS__BINARY_MUL: y *= a; break;
    case BINARY + MLOPS__BINARY_DIV: y /= a; break;
    case MLOPS__GRAPH_SCALE: y = (double)(float)(x - a) * by->b; break;
    case MLOPS__GRAPH_IMPUTE: return x != x ? a : x;
    case MLOPS__GRAPH_CLIP: y = x < a ? a : x; return y > by->b ? by->b : y;
    default: break;
    }
    return by->wide ? y : (double)(float)y;
}

static int holds(const folding *self, const mlops__tree_node *node, double x) {
    int found = 0;
    if (x != x) return node->missing_yes || node->mode == MLOPS__TREE_NEQ;
    switch ((mlops__tree_mode)node->mode) {
    case MLOPS__TREE_LEQ: return x <= node->value;
    case MLOPS__TREE_LT: return x < node->value;
    case MLOPS__TREE_GTE: return x >= node->value;
    case MLOPS__TREE_GT: return x > node->value;
    case MLOPS__TREE_EQ: return x == node->value;
    case MLOPS__TREE_NEQ: return x != node->value;
    default:
        for (int32_t i = 0; i < node->n; i++) found |= self->trees->members[node->first + i] == x;
        return found;
    }
}

static int holds_of(const folding *self, const mlops__tree_node *node, const way *by, double x) {
    for (uint32_t i = by->n; i-- > 0;) x = computed(&by->stages[i], x);
    return holds(self, node, x);
}

/* Numbers of rows in their order: -inf is 0, both zeros are one. */
static double ordered(uint64_t place, int wide) {
    uint64_t zero = wide ? UINT64_C(0x7ff0000000000000) : 0x7f800000;
    uint64_t bits = place < zero ? zero - place : place - zero;
    uint32_t narrow_bits = (uint32_t)bits;
    float narrow;
    double value;
    memcpy(&narrow, &narrow_bits, sizeof narrow);
    memcpy(&value, &bits, sizeof value);
    if (!wide) value = (double)narrow;
    return place < zero ? -value : value;
}

/* The test becomes one of what goes into the steps. */
static void fold_test(const folding *self, mlops__tree_node *node, const way *by) {
    uint64_t low = 0, high = self->wide ? UINT64_C(0xffe0000000000000) : 0xff000000;
    int missing = holds_of(self, node, by, (double)__builtin_nanf(""));
    if (node->mode < MLOPS__TREE_EQ) {
        int yes = holds_of(self, node, by, ordered(low, self->wide));
        int turns = holds_of(self, node, by, ordered(high, self->wide)) != yes;
        while (turns && high - low > 1) {
            uint64_t middle = low + (high - low) / 2;
            if (holds_of(self, node, by, ordered(middle, self->wide)) == yes) low = middle;
            else high = middle;
        }
        node->mode = yes == turns ? MLOPS__TREE_LT : MLOPS__TREE_GTE;
        node->value = ordered(turns ? high : 0, self->wide);
    } else if (node->mode == MLOPS__TREE_NEQ && !missing) {
        int32_t yes = node->yes;
        node->mode = MLOPS__TREE_EQ;
        node->yes = node->no;
        node->no = yes;
        missing = 1;
    }
    node->missing_yes = (uint8_t)missing;
}

/* Numbers that are held against others for being equal must come through as they are. */
static int fits(const mlops__tree_node *node, const way *by) {
    if (node->mode < MLOPS__TREE_EQ) return 1;
    for (uint32_t i = 0; i < by->n; i++)
        if (by->stages[i].op == MLOPS__GRAPH_CAST ? !by->stages[i].wide
                                                  : by->stages[i].op != MLOPS__GRAPH_IMPUTE)
            return 0;
    return 1;
}

/* First whether all tests can be folded, then they are. */
static int fold_tests(const folding *self, uint32_t x) {
    for (int writes = 0; writes < 2; writes++)
        for (int64_t i = 0; i < self->trees->n_nodes; i++) {
            mlops__tree_node *node = &self->trees->nodes[i];
            way by;
            if (node->mode == MLOPS__TREE_LEAF) continue;
            find_way(self, x, node->feature, &by);
            if (!writes && !fits(node, &by)) return 0;
            if (!writes) continue;
            if (by.n) fold_test(self, node, &by);
            node->feature = self->firsts[by.source] + by.column;
        }
    return 1;
}

mlops_status mlops__oc_fold_into(mlops__oc *oc, mlops__trees *trees, uint32_t *x, int64_t *width) {
    folding self = {.oc = oc, .trees = trees, .narrows = 1};
    const mlops__emitted *step = passed(&self, *x);
    int64_t all;
    if (!step) return MLOPS_OK;
    if (!find_sources(&self, *x, &all)) {
        self.narrows = 0;
        if (!find_sources(&self, *x, &all)) return MLOPS_OK;
    }
    int is_same = step->op == MLOPS__GRAPH_CONCAT && step->n_inputs == self.n_sources &&
                  memcmp(step->operands, self.sources, self.n_sources * sizeof *x) == 0;
    if (is_same || self.sources[0] == *x || !fold_tests(&self, *x)) return MLOPS_OK;
    *width = all;
    *x = self.sources[0];
    if (self.n_sources == 1) return MLOPS_OK;
    return mlops__oc_emit1(oc, MLOPS__GRAPH_CONCAT, self.n_sources, self.sources, 1, (int64_t[]){1},
                           x);
}
