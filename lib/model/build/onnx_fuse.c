/* Steps of a compiled graph that are joined to one.
 *
 * Owns which may be. Invariant: the joined step gives the bits of those that it stands for, which
 * stay where anything else is made of what they yield; those that nothing needs any more are
 * dropped as all others are.
 */
#include "model/build/onnx_compile.h"

typedef struct fusing {
    mlops__oc *oc;
    uint32_t *uses;  /* of each item, by steps and as outputs */
    uint32_t *maker; /* its step, or UINT32_MAX */
    uint32_t *body;  /* of each step: the SCAN in whose body it is, or UINT32_MAX */
} fusing;

static mlops__emitted *step_at(const fusing *self, uint32_t i) { return self->oc->steps.items[i]; }

static const mlops__item *item_at(const fusing *self, uint32_t item) {
    return item == MLOPS__ITEM_NONE ? NULL : mlops__oc_item(self->oc, item);
}

static int is_constant(const fusing *self, uint32_t item, int32_t rank) {
    const mlops__item *it = item_at(self, item);
    return it && it->kind == MLOPS__GRAPH_CONSTANT && it->rank == rank;
}

/* The step behind an item that step i alone takes, in the same body. */
static const mlops__emitted *only_maker(const fusing *self, uint32_t item, uint32_t i) {
    const mlops__item *it = item_at(self, item);
    if (!it || it->kind != MLOPS__GRAPH_TEMPORARY || self->uses[item] != 1) return NULL;
    uint32_t at = self->maker[item];
    return at < i && self->body[at] == self->body[i] ? step_at(self, at) : NULL;
}

/* *out is a list of n that is added along the last axis of a tensor of the given rank; NONE if the
 * item is no such constant. */
static mlops_status bias_of(const fusing *self, uint32_t item, int64_t n, int32_t rank,
                            uint32_t *out) {
    const mlops__item *b = item_at(self, item);
    *out = MLOPS__ITEM_NONE;
    if (!b || b->kind != MLOPS__GRAPH_CONSTANT || b->rank < 1 || b->rank > rank) return MLOPS_OK;
    if (b->dims[b->rank - 1].fixed != n || mlops__oc_count(b) != n) return MLOPS_OK;
    return mlops__oc_constant(self->oc, b->dtype, 1, &n, b->data, out);
}

static mlops_status make_dense(const fusing *self, mlops__emitted *step, uint32_t x, uint32_t w,
                               uint32_t b, int64_t relu) {
    uint32_t y = step->operands[step->n_inputs];
    uint32_t *operands = mlops__arena_array(self->oc->arena, 4, sizeof *operands);
    int64_t *ints = mlops__arena_array(self->oc->arena, 1, sizeof *ints);
    if (!operands || !ints) return mlops__fail_nomem(self->oc->err, 4 * sizeof *operands);
    operands[0] = x, operands[1] = w, operands[2] = b, operands[3] = y;
    *ints = relu;
    *step = (mlops__emitted){.op = MLOPS__GRAPH_DENSE,
                             .n_inputs = 3,
                             .n_outputs = 1,
                             .n_ints = 1,
                             .operands = operands,
                             .ints = ints};
    return MLOPS_OK;
}

/* MATMUL by a constant, ADD of a constant. A sum is the same in either order. */
static mlops_status fuse_add(const fusing *self, uint32_t i) {
    mlops__emitted *add = step_at(self, i);
    for (uint32_t side = 0; side < 2; side++) {
        const mlops__emitted *product = only_maker(self, add->operands[side], i);
        if (!product || product->op != MLOPS__GRAPH_MATMUL) continue;
        uint32_t w = product->operands[1], b;
        if (!is_constant(self, w, 2)) continue;
        const mlops__item *sum = item_at(self, add->operands[side]);
        if (sum->dtype != MLOPS__GRAPH_F32 && sum->dtype != MLOPS__GRAPH_F64) continue;
        MLOPS_TRY(
            bias_of(self, add->operands[1 - side], item_at(self, w)->dims[1].fixed, sum->rank, &b));
        if (b == MLOPS__ITEM_NONE) continue;
        return make_dense(self, add, product->operands[0], w, b, 0);
    }
    return MLOPS_OK;
}

/* GEMM of which nothing is turned or multiplied: 1 * y is y. */
static mlops_status fuse_gemm(const fusing *self, uint32_t i) {
    mlops__emitted *gemm = step_at(self, i);
    uint32_t w = gemm->operands[1], c = gemm->operands[2], b = c;
    if (gemm->ints[0] || gemm->ints[1] || gemm->floats[0] != 1.0 || !is_constant(self, w, 2))
        return MLOPS_OK;
    if (c != MLOPS__ITEM_NONE) {
        MLOPS_TRY(bias_of(self, c, item_at(self, w)->dims[1].fixed, 2, &b));
        if (gemm->floats[1] != 1.0 || b == MLOPS__ITEM_NONE) return MLOPS_OK;
    }
    return make_dense(self, gemm, gemm->operands[0], w, b, 0);
}

static mlops_status fuse_relu(const fusing *self, uint32_t i) {
    mlops__emitted *relu = step_at(self, i);
    const mlops__emitted *dense = only_maker(self, relu->operands[0], i);
    if (!dense || dense->op != MLOPS__GRAPH_DENSE || dense->ints[0]) return MLOPS_OK;
    return make_dense(self, relu, dense->operands[0], dense->operands[1], dense->operands[2], 1);
}

/* The step behind an item, past such as yield what they are given; NULL if there is none, *item is
 * what is given then. */
static const mlops__emitted *behind(const fusing *self, uint32_t *item) {
    while (*item != MLOPS__ITEM_NONE && self->maker[*item] != UINT32_MAX) {
        const mlops__emitted *step = step_at(self, self->maker[*item]);
        if (step->op != MLOPS__GRAPH_IDENTITY) return step;
        *item = step->operands[0];
    }
    return NULL;
}

/* True if the body's yields are its state, and sums of the squares of the state's rows less the
 * scanned one. */
static int is_distance(const fusing *self, const uint32_t *inputs, const uint32_t *yields) {
    uint32_t state = yields[0], sums = yields[1];
    const mlops__emitted *end = behind(self, &state), *sum = behind(self, &sums);
    if (end || state != inputs[0] || !sum || sum->op != MLOPS__GRAPH_REDUCE) return 0;
    const mlops__item *axes = sum->n_inputs > 1 ? item_at(self, sum->operands[1]) : NULL;
    if (sum->ints[0] != MLOPS__REDUCE_SUM_SQUARE || sum->ints[1] || !axes ||
        axes->kind != MLOPS__GRAPH_CONSTANT || mlops__oc_count(axes) != 1 ||
        (*(const int64_t *)axes->data != 1 && *(const int64_t *)axes->data != -1))
        return 0;
    uint32_t squared = sum->operands[0];
    const mlops__emitted *less = behind(self, &squared);
    if (!less || less->op != MLOPS__GRAPH_BINARY || less->ints[0] != MLOPS__BINARY_SUB) return 0;
    return (less->operands[0] == inputs[0] && less->operands[1] == inputs[1]) ||
           (less->operands[0] == inputs[1] && less->operands[1] == inputs[0]);
}

/* SCAN over rows of their distances to constant ones, as skl2onnx writes them. Differences are
 * rounded before they are squared, and signs of them do not matter. */
static mlops_status fuse_scan(const fusing *self, uint32_t i) {
    mlops__emitted *scan = step_at(self, i);
    const uint32_t *of = scan->operands;
    if (scan->ints[0] != 1 || scan->ints[1] != 1 || scan->ints[2] != 1 || self->uses[of[6]])
        return MLOPS_OK;
    const mlops__item *x = item_at(self, of[1]), *points = item_at(self, of[0]);
    if (!is_constant(self, of[0], 2) || x->rank != 2 || x->dtype != points->dtype ||
        x->dtype > MLOPS__GRAPH_F64 || !x->is_exact || x->dims[1].per_row ||
        x->dims[1].fixed != points->dims[1].fixed || !is_distance(self, of + 2, of + 4))
        return MLOPS_OK;
    uint32_t *operands = mlops__arena_array(self->oc->arena, 3, sizeof *operands), turned = of[0];
    int64_t *ints = mlops__arena_array(self->oc->arena, 2, sizeof *ints);
    if (!operands || !ints) return mlops__fail_nomem(self->oc->err, 3 * sizeof *operands);
    MLOPS_TRY(mlops__oc_emit1(self->oc, MLOPS__GRAPH_TRANSPOSE, 1, &turned, 0, NULL, &turned));
    operands[0] = of[1], operands[1] = turned, operands[2] = of[7];
    ints[1] = 1;
    *scan = (mlops__emitted){.op = MLOPS__GRAPH_CDIST,
                             .n_inputs = 2,
                             .n_outputs = 1,
                             .n_ints = 2,
                             .operands = operands,
                             .ints = ints};
    return MLOPS_OK;
}

/* The step behind an item, past such as give the same elements in another shape. */
static const mlops__emitted *reshaped(const fusing *self, uint32_t *item) {
    const mlops__emitted *step = behind(self, item);
    while (step && (step->op == MLOPS__GRAPH_RESHAPE || step->op == MLOPS__GRAPH_FLATTEN ||
                    step->op == MLOPS__GRAPH_SQUEEZE || step->op == MLOPS__GRAPH_UNSQUEEZE)) {
        *item = step->operands[0];
        step = behind(self, item);
    }
    return step;
}

/* Elements that an item has of each row, all of one row side by side; -1 if it is not so. */
static int64_t width_of(const fusing *self, uint32_t item) {
    const mlops__item *it = item_at(self, item);
    int fits;
    if (!it->is_exact || it->rows != 0 || it->dims[0].fixed || it->dims[0].per_row != 1) return -1;
    mlops__extent width = mlops__oc_product(it, 1, it->rank, &fits);
    return fits && !width.per_row ? width.fixed : -1;
}

/* The parts that a matrix was put together from: what ONEHOT takes, or f32 as it is. Returns their
 * number; 0 if it is another matrix, or has no ONEHOT. */
static uint32_t parts_of(const fusing *self, uint32_t matrix, uint32_t *parts, int64_t *widths) {
    const mlops__emitted *concat = reshaped(self, &matrix);
    int found = 0;
    if (!concat || width_of(self, matrix) < 0) return 0;
    int is_one = concat->op == MLOPS__GRAPH_ONEHOT;
    if (!is_one && concat->op != MLOPS__GRAPH_CONCAT) return 0;
    uint32_t n = is_one ? 1 : concat->n_inputs;
    const mlops__item *whole = item_at(self, matrix);
    int64_t axis = is_one                ? 1
                   : concat->ints[0] < 0 ? concat->ints[0] + whole->rank
                                         : concat->ints[0];
    for (int64_t i = 1; i < axis; i++)
        if (whole->dims[i].fixed != 1 || whole->dims[i].per_row) return 0;
    if (axis < 1 || n > MLOPS__STEP_MAX - 3) return 0;
    for (uint32_t k = 0; k < n; k++) {
        uint32_t part = is_one ? matrix : concat->operands[k], given = part;
        const mlops__emitted *maker = reshaped(self, &given);
        int is_hot = maker && maker->op == MLOPS__GRAPH_ONEHOT && maker->ints[1] &&
                     width_of(self, given) == maker->ints[0] &&
                     width_of(self, maker->operands[0]) == 1;
        parts[k] = is_hot ? maker->operands[0] : part;
        widths[k] = width_of(self, part);
        if (widths[k] < 0) return 0;
        found |= is_hot;
    }
    return found ? n : 0;
}

/* LINEAR of ONEHOTs: 0 times what is finite adds nothing, also to a sum of 0, and 1 times it adds
 * it. So a row of the coefficients is added for each, in the order of the parts. */
static mlops_status fuse_linear(const fusing *self, uint32_t i) {
    mlops__emitted *linear = step_at(self, i);
    mlops__oc *oc = self->oc;
    int64_t *widths = mlops__arena_array(oc->arena, MLOPS__STEP_MAX, sizeof *widths);
    uint32_t *operands = mlops__arena_array(oc->arena, MLOPS__STEP_MAX + 1, sizeof *operands);
    if (!widths || !operands) return mlops__fail_nomem(oc->err, MLOPS__STEP_MAX * sizeof *widths);
    uint32_t w = linear->operands[1],
             b = linear->n_inputs > 2 ? linear->operands[2] : MLOPS__ITEM_NONE;
    uint32_t n = parts_of(self, linear->operands[0], operands + 3, widths);
    if (n == 0 || self->body[i] != UINT32_MAX || !is_constant(self, w, 2) ||
        (b != MLOPS__ITEM_NONE && !is_constant(self, b, 1)))
        return MLOPS_OK;
    const mlops__item *coefficients = item_at(self, w);
    for (int64_t k = 0; k < mlops__oc_count(coefficients); k++) {
        float v = ((const float *)coefficients->data)[k];
        if (v - v != 0.0f) return MLOPS_OK;
    }
    if (b == MLOPS__ITEM_NONE) {
        int64_t t = coefficients->dims[1].fixed;
        float *zeros = mlops__arena_array(oc->arena, (size_t)t, sizeof *zeros);
        if (!zeros) return mlops__fail_nomem(oc->err, (size_t)t * sizeof *zeros);
        MLOPS_TRY(mlops__oc_f32s(oc, zeros, (size_t)t, &b));
    }
    operands[0] = w, operands[1] = b;
    MLOPS_TRY(mlops__oc_i64s(oc, widths, n, &operands[2]));
    operands[3 + n] = linear->operands[linear->n_inputs];
    *linear = (mlops__emitted){
        .op = MLOPS__GRAPH_LOOKUP, .n_inputs = 3 + n, .n_outputs = 1, .operands = operands};
    return MLOPS_OK;
}

static mlops_status look_around(fusing *self, const uint32_t *outputs, uint32_t n_outputs) {
    mlops__oc *oc = self->oc;
    uint32_t end = 0, scan = UINT32_MAX;
    self->uses = mlops__arena_array(oc->arena, oc->items.n, sizeof *self->uses);
    self->maker = mlops__arena_array(oc->arena, oc->items.n, sizeof *self->maker);
    self->body = mlops__arena_array(oc->arena, oc->steps.n, sizeof *self->body);
    if (!self->uses || !self->maker || !self->body)
        return mlops__fail_nomem(oc->err, oc->items.n * sizeof *self->uses);
    for (uint32_t i = 0; i < oc->items.n; i++) self->maker[i] = UINT32_MAX;
    for (uint32_t i = 0; i < n_outputs; i++) self->uses[outputs[i]]++;
    for (uint32_t i = 0; i < oc->steps.n; i++) {
        const mlops__emitted *step = step_at(self, i);
        self->body[i] = i < end ? scan : UINT32_MAX;
        if (step->op == MLOPS__GRAPH_SCAN) scan = i, end = i + 1 + (uint32_t)step->ints[3];
        for (uint32_t k = 0; k < step->n_inputs + step->n_outputs; k++) {
            uint32_t item = step->operands[k];
            if (item == MLOPS__ITEM_NONE) continue;
            if (k < step->n_inputs) self->uses[item]++;
            else self->maker[item] = i;
        }
    }
    return MLOPS_OK;
}

mlops_status mlops__oc_fuse(mlops__oc *oc, const uint32_t *outputs, uint32_t n_outputs) {
    fusing self = {.oc = oc};
    MLOPS_TRY(look_around(&self, outputs, n_outputs));
    for (uint32_t i = 0; i < oc->steps.n; i++) {
        const mlops__emitted *step = step_at(&self, i);
        if (step->op == MLOPS__GRAPH_BINARY && step->ints[0] == MLOPS__BINARY_ADD)
            MLOPS_TRY(fuse_add(&self, i));
        else if (step->op == MLOPS__GRAPH_GEMM) MLOPS_TRY(fuse_gemm(&self, i));
        else if (step->op == MLOPS__GRAPH_SCAN) MLOPS_TRY(fuse_scan(&self, i));
        else if (step->op == MLOPS__GRAPH_LINEAR) MLOPS_TRY(fuse_linear(&self, i));
        else if (step->op == MLOPS__GRAPH_UNARY && step->ints[0] == MLOPS__UNARY_RELU)
            MLOPS_TRY(fuse_relu(&self, i));
    }
    return MLOPS_OK;
}
