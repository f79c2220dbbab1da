/* Expressions as objects: from a text in a scope to what is evaluated and written.
 *
 * Owns the object and its arena. Invariant: immutable once made; the canonical text is within the
 * limits that the parser sets, so that what was compiled once always compiles again.
 */
#include "expr/expr_program.h"
#include "text/utf8.h"

#include <string.h>

/* Limits and bytes, before anything else is read. */
static mlops_status check_text(const mlops__expr_source *source) {
    if (source->n > MLOPS__EXPR_TEXT_MAX)
        return mlops__expr_fail(source, MLOPS_E_LIMIT, 0, "%zu bytes of text, of at most %d",
                                source->n, MLOPS__EXPR_TEXT_MAX);
    size_t valid = mlops__utf8_check(source->text, source->n);
    if (valid < source->n)
        return mlops__expr_fail(source, MLOPS_E_PARSE, valid, "the text is no UTF-8 from here on");
    const char *nul = source->n ? memchr(source->text, 0, source->n) : NULL;
    if (nul)
        return mlops__expr_fail(source, MLOPS_E_PARSE, (size_t)(nul - source->text),
                                "a zero byte cannot stand in the text");
    return MLOPS_OK;
}

/* Keeps the names that the tree still reads, in the order in which it does. */
static mlops_status keep_names(mlops__expr *self, const mlops__expr_maker *maker) {
    size_t n = (size_t)maker->names.n;
    self->named = mlops__arena_array(maker->arena, n ? n : 1, sizeof *self->named);
    if (!self->named) return MLOPS_E_NOMEM;
    for (size_t i = 0; i < n; i++) maker->named[i].reg = -1;
    for (mlops__expr_node *at = mlops__expr_walk_first(self->root); at;
         at = mlops__expr_walk_next(self->root, at)) {
        if (at->op != OP_NAME) continue;
        mlops__expr_named *old = &maker->named[at->value.i64];
        if (old->reg < 0) {
            old->reg = (int32_t)self->n_named;
            self->named[self->n_named++] = *old;
        }
        at->value.i64 = old->reg;
    }
    return MLOPS_OK;
}

static mlops_status write_text(mlops__expr *self, mlops__expr_maker *maker) {
    mlops__buf buf;
    mlops__buf_init(&buf, maker->allocator);
    int depth = mlops__expr_write(&buf, self->root, self->named);
    mlops_status status = buf.status;
    self->n_text = buf.size;
    if (status == MLOPS_OK) {
        char *text = mlops__arena_text(maker->arena, (const char *)buf.data, buf.size);
        if (!text) status = MLOPS_E_NOMEM;
        self->text = text;
    }
    mlops__buf_free(&buf);
    if (status < 0) return mlops__fail_nomem(maker->source.err, self->n_text);
    if (self->n_text > MLOPS__EXPR_TEXT_MAX)
        return mlops__expr_fail(&maker->source, MLOPS_E_LIMIT, 0,
                                "%zu bytes in canonical form, of at most %d", self->n_text,
                                MLOPS__EXPR_TEXT_MAX);
    if (depth > MLOPS__EXPR_DEPTH_MAX)
        return mlops__expr_fail(&maker->source, MLOPS_E_LIMIT, 0,
                                "%d parentheses, calls and signs in one another in canonical form, "
                                "of at most %d",
                                depth, MLOPS__EXPR_DEPTH_MAX);
    return MLOPS_OK;
}

static mlops_status make(mlops__expr *self, mlops__expr_maker *maker) {
    MLOPS_TRY(check_text(&maker->source));
    MLOPS_TRY(mlops__expr_parse(maker, &self->root));
    MLOPS_TRY(mlops__expr_check_wanted(maker, self->root));
    MLOPS_TRY(mlops__expr_canonise(maker, self->root));
    mlops_status status = keep_names(self, maker);
    if (status < 0) return mlops__fail_nomem(maker->source.err, sizeof *self->named);
    MLOPS_TRY(write_text(self, maker));
    status = mlops__expr_build(maker->arena, self->root, self->named, maker->cpu, &self->program);
    if (status == MLOPS_OK && self->root->type == MLOPS_TYPE_BOOL)
        status = mlops__expr_split(self, maker->arena, maker->cpu);
    if (status < 0) return mlops__fail_nomem(maker->source.err, sizeof(mlops__expr_step));
    return MLOPS_OK;
}

mlops_status mlops__expr_compile(mlops__expr **out, const char *text, size_t n,
                                 const mlops__expr_scope *scope, const mlops_allocator *allocator,
                                 mlops_error *err) {
    mlops__arena arena;
    *out = NULL;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops__expr *self = mlops__arena_alloc(&arena, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    mlops__expr_maker maker = {.source = {text, n, scope->what, err, scope->whole, scope->at},
                               .arena = &arena,
                               .allocator = allocator,
                               .scope = scope,
                               .cpu = mlops_cpu_level(scope->cpu_max)};
    mlops__dictionary_init(&maker.names, allocator, NULL);
    mlops_status status = make(self, &maker);
    mlops__dictionary_free(&maker.names);
    if (status < 0) {
        mlops__arena_free(&arena);
        return status;
    }
    self->arena = arena;
    *out = self;
    return MLOPS_OK;
}

/* Whether a name stands outside of calls that have one value. */
static int varies_by_row(const mlops__expr_node *root) {
    for (const mlops__expr_node *at = mlops__expr_walk_first(root); at;
         at = mlops__expr_walk_next(root, at)) {
        const mlops__expr_node *above = at;
        if (at->op != OP_NAME) continue;
        while (above && !(above->op == OP_CUSTOM && above->value.custom->result == MLOPS_TYPE_NULL))
            above = above == root ? NULL : above->parent;
        if (!above) return 1;
    }
    return 0;
}

mlops_status mlops__expr_tidy(mlops__buf *out, int *varies, const char *text, size_t n,
                              const mlops__expr_scope *scope, const mlops_allocator *allocator,
                              mlops_error *err) {
    mlops__arena arena;
    mlops__expr_node *root;
    mlops__expr_maker maker = {.source = {text, n, scope->what, err, scope->whole, scope->at},
                               .arena = &arena,
                               .allocator = allocator,
                               .scope = scope,
                               .untyped = 1};
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops__dictionary_init(&maker.names, allocator, NULL);
    mlops_status status = check_text(&maker.source);
    if (status == MLOPS_OK) status = mlops__expr_parse(&maker, &root);
    if (status == MLOPS_OK) {
        mlops__expr_write(out, root, maker.named);
        *varies = varies_by_row(root);
        if (out->status) status = mlops__fail_nomem(err, out->size);
    }
    mlops__dictionary_free(&maker.names);
    mlops__arena_free(&arena);
    return status;
}

void mlops__expr_free(mlops__expr *self) {
    if (!self) return;
    mlops__arena arena = self->arena; /* self lies in it */
    mlops__arena_free(&arena);
}

mlops_type mlops__expr_type(const mlops__expr *self) { return (mlops_type)self->root->type; }

const char *mlops__expr_format(const mlops__expr *self, size_t *n) {
    if (n) *n = self->n_text;
    return self->text;
}

int64_t mlops__expr_n_names(const mlops__expr *self) { return self->n_named; }

const char *mlops__expr_name(const mlops__expr *self, int64_t i, mlops__expr_symbol *out) {
    const mlops__expr_named *name = &self->named[i];
    if (out) *out = (mlops__expr_symbol){name->type, name->slot, name->text, NULL};
    return name->text;
}

size_t mlops__expr_scratch_size(const mlops__expr *self, int64_t rows) {
    return mlops__expr_program_scratch(&self->program, rows);
}

mlops_status mlops__expr_evaluate(const mlops__expr *self, const mlops__expr_input *inputs,
                                  int64_t first, int64_t n, void *scratch, size_t scratch_size,
                                  const mlops__expr_output *out) {
    return mlops__expr_program_run(&self->program, inputs, first, n, scratch, scratch_size, out);
}
