/* Why a condition holds or not: its clauses, each with its truth and the values that it read.
 *
 * Owns the clauses of an expression, which are compiled one by one beside the whole. Invariant: a
 * clause is what the canonical tree has below the top-level "and", in the order of the text.
 */
#include "expr/expr_program.h"
#include "text/number.h"

#include <string.h>

typedef mlops__expr_node node;
typedef mlops__expr_part part;

/* Each name of a clause once, in its order. */
static mlops_status list_names(part *self, mlops__arena *arena, mlops__expr_named *named) {
    size_t n = 0;
    const node *root = self->node;
    for (const node *at = mlops__expr_walk_first(root); at; at = mlops__expr_walk_next(root, at))
        if (at->op == OP_NAME) {
            named[at->value.i64].reg = -1;
            n++;
        }
    int32_t *names = mlops__arena_array(arena, n ? n : 1, sizeof *names);
    if (!names) return MLOPS_E_NOMEM;
    for (const node *at = mlops__expr_walk_first(root); at; at = mlops__expr_walk_next(root, at)) {
        if (at->op != OP_NAME || named[at->value.i64].reg >= 0) continue;
        named[at->value.i64].reg = 0;
        names[self->n_names++] = (int32_t)at->value.i64;
    }
    self->names = names;
    return MLOPS_OK;
}

static mlops_status make_part(mlops__expr *self, mlops__arena *arena, mlops_cpu cpu, part *out) {
    mlops__buf buf;
    mlops__buf_init(&buf, arena->allocator);
    mlops__expr_write(&buf, out->node, self->named);
    if (buf.status == MLOPS_OK)
        out->text = mlops__arena_text(arena, (const char *)buf.data, buf.size);
    mlops__buf_free(&buf);
    if (!out->text) return MLOPS_E_NOMEM;
    MLOPS_TRY(list_names(out, arena, self->named));
    return mlops__expr_build(arena, out->node, self->named, cpu, &out->program);
}

/* Puts the clauses into the order of the text: there are few, or they nearly stand in it. */
static void sort_parts(part *parts, int64_t n) {
    for (int64_t gap = n / 2; gap > 0; gap /= 2)
        for (int64_t i = gap; i < n; i++) {
            part moved = parts[i];
            int64_t j = i;
            for (; j >= gap && parts[j - gap].node->start > moved.node->start; j -= gap)
                parts[j] = parts[j - gap];
            parts[j] = moved;
        }
}

mlops_status mlops__expr_split(mlops__expr *self, mlops__arena *arena, mlops_cpu cpu) {
    int many = self->root->op == OP_AND;
    int64_t n = many ? self->root->n_children : 1;
    self->parts = mlops__arena_array(arena, (size_t)n, sizeof *self->parts);
    if (!self->parts) return MLOPS_E_NOMEM;
    if (!many) self->parts[self->n_parts++].node = self->root;
    for (node *c = many ? self->root->first : NULL; c; c = c->next)
        self->parts[self->n_parts++].node = c;
    sort_parts(self->parts, n);
    for (int64_t i = 0; i < n; i++) MLOPS_TRY(make_part(self, arena, cpu, &self->parts[i]));
    return MLOPS_OK;
}

/* ---- values ---- */

static int is_present(const mlops__expr_input *input, int64_t row) {
    return input->values && (!input->validity || input->validity[row / 8] >> (row % 8) & 1);
}

static mlops__expr_value value_of(const mlops__expr_named *name, const mlops__expr_input *input,
                                  int64_t row) {
    mlops__expr_value v = {.name = name->text, .type = name->type, .absent = input->absent};
    v.text.data = "";
    v.valid = !v.absent && is_present(input, row);
    if (!v.valid) return v;
    switch (name->type) {
    case MLOPS_TYPE_BOOL: v.i64 = ((const uint8_t *)input->values)[row] != 0; break;
    case MLOPS_TYPE_INT64: v.i64 = ((const int64_t *)input->values)[row]; break;
    case MLOPS_TYPE_FLOAT64: v.f64 = ((const double *)input->values)[row]; break;
    default:
        if (!input->texts) {
            v.text = ((const mlops__expr_text *)input->values)[row];
            break;
        }
        int32_t code = ((const int32_t *)input->values)[row];
        v.valid = code >= 0;
        if (v.valid) v.text = input->texts[code];
        break;
    }
    return v;
}

static mlops_status explain_part(const mlops__expr *self, const part *p,
                                 const mlops__expr_input *inputs, int64_t row, mlops__arena *arena,
                                 mlops__expr_clause *out) {
    size_t size = mlops__expr_program_scratch(&p->program, 1);
    mlops__expr_value *values = mlops__arena_array(arena, (size_t)p->n_names + 1, sizeof *values);
    void *scratch = mlops__arena_alloc(arena, size);
    uint8_t truth = 0, valid = 0;
    mlops__expr_output output = {&truth, &valid};
    if (!values || !scratch) return MLOPS_E_NOMEM;
    MLOPS_TRY(mlops__expr_program_run(&p->program, inputs, row, 1, scratch, size, &output));
    *out = (mlops__expr_clause){p->text, MLOPS__EXPR_UNKNOWN, p->n_names, values};
    if (valid) out->truth = truth ? MLOPS__EXPR_TRUE : MLOPS__EXPR_FALSE;
    for (int64_t i = 0; i < p->n_names; i++) {
        const mlops__expr_named *name = &self->named[p->names[i]];
        values[i] = value_of(name, &inputs[name->slot], row);
        if (values[i].absent) out->truth = MLOPS__EXPR_ABSENT;
    }
    return MLOPS_OK;
}

static mlops__expr_truth both(mlops__expr_truth a, mlops__expr_truth b) {
    if (b == MLOPS__EXPR_ABSENT || b == MLOPS__EXPR_TRUE) return a;
    return a == MLOPS__EXPR_FALSE ? a : b;
}

mlops_status mlops__expr_explain(const mlops__expr *self, const mlops__expr_input *inputs,
                                 int64_t row, mlops__arena *arena, mlops__expr_truth *truth,
                                 const mlops__expr_clause **out, int64_t *n, mlops_error *err) {
    *truth = MLOPS__EXPR_TRUE;
    *out = NULL;
    *n = 0;
    if (!self->parts)
        return mlops__fail(err, MLOPS_E_INVALID, "%.*s is no condition", MLOPS__EXPR_SHOWN,
                           self->text);
    mlops__expr_clause *clauses = mlops__arena_array(arena, (size_t)self->n_parts, sizeof *clauses);
    if (!clauses) return mlops__fail_nomem(err, (size_t)self->n_parts * sizeof *clauses);
    for (int64_t i = 0; i < self->n_parts; i++) {
        mlops_status status = explain_part(self, &self->parts[i], inputs, row, arena, &clauses[i]);
        if (status < 0) return mlops__fail_nomem(err, sizeof *clauses);
        *truth = both(*truth, clauses[i].truth);
    }
    *out = clauses;
    *n = self->n_parts;
    return MLOPS_OK;
}

/* ---- as text ---- */

static void put_text(mlops__buf *out, const mlops__expr_text *text) {
    enum { SHOWN = 80 };
    size_t n = text->n;
    if (n > SHOWN) {
        n = SHOWN;
        while (n > 0 && ((uint8_t)text->data[n] & 0xc0) == 0x80) n--;
    }
    mlops__buf_u8(out, '\'');
    mlops__buf_put(out, text->data, n);
    mlops__buf_text(out, n < text->n ? "...'" : "'");
}

static void put_value(mlops__buf *out, const mlops__expr_value *v) {
    char number[MLOPS__NUMBER_MAX];
    mlops__expr_put_name(out, v->name);
    mlops__buf_text(out, v->absent ? " is held by nobody" : " = ");
    if (v->absent) return;
    if (!v->valid) mlops__buf_text(out, "null");
    else if (v->type == MLOPS_TYPE_BOOL) mlops__buf_text(out, v->i64 ? "true" : "false");
    else if (v->type == MLOPS_TYPE_INT64) mlops__buf_format(out, "%lld", (long long)v->i64);
    else if (v->type == MLOPS_TYPE_STRING) put_text(out, &v->text);
    else mlops__buf_put(out, number, mlops__format_f64(number, v->f64));
}

void mlops__expr_clause_put(mlops__buf *out, const mlops__expr_clause *clause) {
    static const char *const words[] = {"false", "true", "unknown", "does not count"};
    mlops__buf_format(out, "%s: %s", clause->text, words[clause->truth]);
    for (int64_t i = 0; i < clause->n_values; i++) {
        mlops__buf_text(out, i ? ", " : " (");
        put_value(out, &clause->values[i]);
    }
    if (clause->n_values) mlops__buf_u8(out, ')');
}
