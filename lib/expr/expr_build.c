/* From a canonical tree to steps over registers.
 *
 * Owns the allocation of registers. Invariant: a step's result is a register that is none of its
 * operands; registers are free again once their one reader has been emitted, so that a chain of
 * thousands of operators takes two; inputs and constants keep theirs.
 */
#include "expr/expr_program.h"

typedef mlops__expr_node node;

enum { UNIT_WORD = 8 /* bytes of 64 bits */, CLASS_BOOL = 0, CLASS_NUMBER, CLASS_TEXT, N_CLASSES };

typedef struct builder {
    mlops__arena *arena;
    mlops__expr_named *named;
    mlops_cpu cpu;
    mlops__expr_step *steps;
    int64_t n_steps;
    mlops__expr_reg *regs;
    int32_t n_regs;
    int32_t free[N_CLASSES]; /* -1: none */
    size_t unit;
} builder;

static int class_of(uint32_t type) {
    return type == MLOPS_TYPE_BOOL     ? CLASS_BOOL
           : type == MLOPS_TYPE_STRING ? CLASS_TEXT
                                       : CLASS_NUMBER;
}

static size_t room(builder *self, size_t bytes) {
    self->unit += bytes;
    return self->unit - bytes;
}

static size_t unit_bytes(uint32_t type) {
    static const size_t bytes[N_CLASSES] = {UNIT_WORD, 64 * sizeof(int64_t),
                                            64 * sizeof(mlops__expr_text)};
    return bytes[class_of(type)];
}

static int32_t take(builder *self, uint32_t type) {
    int32_t *free = &self->free[class_of(type)], number = *free;
    if (number >= 0) {
        *free = self->regs[number].next_free;
        return number;
    }
    mlops__expr_reg *r = &self->regs[self->n_regs];
    r->kind = REG_TEMP;
    r->type = (uint8_t)type;
    r->values = room(self, unit_bytes(type));
    r->validity = room(self, UNIT_WORD);
    return self->n_regs++;
}

static void release(builder *self, int32_t number) {
    mlops__expr_reg *r = &self->regs[number];
    if (r->kind != REG_TEMP) return;
    int32_t *free = &self->free[class_of(r->type)];
    r->next_free = *free;
    *free = number;
}

static int32_t add_constant(builder *self, const node *n) {
    mlops__expr_reg *r = &self->regs[self->n_regs];
    r->kind = REG_CONST;
    r->type = n->type;
    r->null = n->null;
    r->literal = &n->value;
    return self->n_regs++;
}

static int32_t add_input(builder *self, const node *n) {
    mlops__expr_named *name = &self->named[n->value.i64];
    if (name->reg >= 0) return name->reg;
    mlops__expr_reg *r = &self->regs[self->n_regs];
    r->kind = REG_INPUT;
    r->type = (uint8_t)name->type;
    r->slot = name->slot;
    if (class_of(name->type) != CLASS_NUMBER) r->values = room(self, unit_bytes(name->type));
    r->validity = room(self, UNIT_WORD);
    return name->reg = self->n_regs++;
}

/* Emits op over registers (b, c: -1 for none), which are free then, and returns the result. type
 * is that of the operands, result that of what comes out. */
static int32_t emit(builder *self, mlops__expr_op op, uint32_t type, uint32_t result, int32_t a,
                    int32_t b, int32_t c) {
    mlops__expr_step *s = &self->steps[self->n_steps++];
    s->run = mlops__expr_kernel_of(op, (mlops_type)type, self->cpu);
    s->out = take(self, result);
    s->a = a;
    s->b = b;
    s->c = c;
    s->strict = op != OP_AND && op != OP_OR && op != OP_IF && op != OP_COALESCE &&
                op != OP_ISNULL && op != OP_CUSTOM;
    if (a >= 0) release(self, a);
    if (b >= 0) release(self, b);
    if (c >= 0) release(self, c);
    return s->out;
}

static mlops_status emit_in(builder *self, node *n) {
    int64_t count = n->n_children - 1, i = 0;
    size_t size = n->first->type == MLOPS_TYPE_STRING ? sizeof(mlops__expr_text) : sizeof(int64_t);
    mlops__expr_list *list = mlops__arena_alloc(self->arena, sizeof *list);
    uint8_t *values = mlops__arena_array(self->arena, (size_t)count, size);
    if (!list || !values) return MLOPS_E_NOMEM;
    for (const node *c = n->first->next; c; c = c->next, i++) {
        if (n->first->type == MLOPS_TYPE_STRING)
            ((mlops__expr_text *)(void *)values)[i] = c->value.text;
        else ((int64_t *)(void *)values)[i] = c->value.i64; /* or the bits of a double */
    }
    *list = (mlops__expr_list){count, values};
    n->reg = emit(self, OP_IN, n->first->type, MLOPS_TYPE_BOOL, n->first->reg, -1, -1);
    self->steps[self->n_steps - 1].extra = list;
    return MLOPS_OK;
}

static mlops_status emit_custom(builder *self, node *n) {
    mlops__expr_call *call = mlops__arena_alloc(self->arena, sizeof *call);
    if (!call) return MLOPS_E_NOMEM;
    call->function = n->value.custom;
    for (const node *c = n->first; c; c = c->next) call->args[call->n_args++] = c->reg;
    n->reg = emit(self, OP_CUSTOM, n->type, n->type, -1, -1, -1);
    self->steps[self->n_steps - 1].extra = call;
    for (int32_t i = 0; i < call->n_args; i++) release(self, call->args[i]);
    return MLOPS_OK;
}

/* Operations of any number of operands, joined one by one. */
static int is_chain(const node *n) {
    return n->op == OP_AND || n->op == OP_OR || n->op == OP_MIN || n->op == OP_MAX ||
           n->op == OP_COALESCE;
}

/* Joins an operand to what came before it. */
static void join(builder *self, node *chain, const node *operand) {
    if (operand == chain->first) chain->reg = operand->reg;
    else
        chain->reg = emit(self, (mlops__expr_op)chain->op, chain->type, chain->type, chain->reg,
                          operand->reg, -1);
}

static void emit_plain(builder *self, node *n) {
    const node *a = n->first, *b = a->next, *c = b ? b->next : NULL;
    int32_t x = a->reg, y = b ? b->reg : -1, z = c ? c->reg : -1;
    mlops__expr_op op = (mlops__expr_op)n->op;
    switch (op) {
    case OP_GT: n->reg = emit(self, OP_LT, a->type, n->type, y, x, -1); break;
    case OP_GE: n->reg = emit(self, OP_LE, a->type, n->type, y, x, -1); break;
    case OP_IF: n->reg = emit(self, op, n->type, n->type, x, y, z); break;
    case OP_CLIP:
        x = emit(self, OP_MAX, n->type, n->type, x, y, -1);
        n->reg = emit(self, OP_MIN, n->type, n->type, x, z, -1);
        break;
    case OP_FLOOR:
    case OP_CEIL:
    case OP_ROUND:
        n->reg = n->type == MLOPS_TYPE_INT64 ? x : emit(self, op, a->type, n->type, x, -1, -1);
        break;
    default: n->reg = emit(self, op, a->type, n->type, x, y, z); break;
    }
}

static mlops_status build_node(builder *self, node *n) {
    switch (n->op) {
    case OP_NAME: n->reg = add_input(self, n); break;
    case OP_CONST: n->reg = add_constant(self, n); break;
    case OP_IN: MLOPS_TRY(emit_in(self, n)); break;
    case OP_CUSTOM: MLOPS_TRY(emit_custom(self, n)); break;
    default:
        if (!is_chain(n)) emit_plain(self, n);
        break;
    }
    if (n->negated) n->reg = emit(self, OP_NOT, MLOPS_TYPE_BOOL, MLOPS_TYPE_BOOL, n->reg, -1, -1);
    return MLOPS_OK;
}

mlops_status mlops__expr_build(mlops__arena *arena, node *root, mlops__expr_named *named,
                               mlops_cpu cpu, mlops__expr_program *out) {
    builder self = {.arena = arena, .named = named, .cpu = cpu, .free = {-1, -1, -1}};
    size_t count = 0;
    for (node *n = mlops__expr_walk_first(root); n; n = mlops__expr_walk_next(root, n)) {
        count++;
        if (n->op == OP_NAME) named[n->value.i64].reg = -1;
    }
    /* a node gives at most two steps and a negation, each with a register */
    self.steps = mlops__arena_array(arena, 3 * count, sizeof *self.steps);
    self.regs = mlops__arena_array(arena, 3 * count, sizeof *self.regs);
    if (!self.steps || !self.regs) return MLOPS_E_NOMEM;
    for (node *n = mlops__expr_walk_first(root); n; n = mlops__expr_walk_next(root, n)) {
        MLOPS_TRY(build_node(&self, n));
        if (n != root && is_chain(n->parent)) join(&self, n->parent, n);
    }
    *out = (mlops__expr_program){self.steps, self.n_steps,           self.regs, self.n_regs,
                                 root->reg,  (mlops_type)root->type, self.unit};
    return MLOPS_OK;
}
