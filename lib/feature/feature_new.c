/* Features while they are made: outputs one by one, the inputs that these read, and the text that
 * all of it is saved as.
 *
 * Owns the growing arrays. Invariant: inputs stand in the order in which the canonical expressions
 * first read them, so that equal outputs have equal inputs, whatever table they came from.
 */
#include "base/sha256.h"
#include "column/table.h"
#include "feature/feature_inside.h"
#include "kern/kern.h"
#include "text/json.h"

#include <string.h>

mlops_status mlops__feature_new(mlops_feature **out, const mlops__host *host,
                                const char *definition, size_t n, mlops_error *err) {
    *out = NULL;
    mlops_feature *self = mlops__alloc_zero(&host->allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->host = *host;
    atomic_init(&self->n_refs, 1);
    mlops__arena_init(&self->arena, &self->host.allocator, SIZE_MAX);
    mlops__dictionary_init(&self->input_names, &self->host.allocator, &self->host.entropy);
    mlops__dictionary_init(&self->output_names, &self->host.allocator, &self->host.entropy);
    mlops__buf_init(&self->bytes, &self->host.allocator);
    self->definition = mlops__arena_text(&self->arena, definition, n);
    self->n_definition = n;
    if (!self->definition) {
        mlops_feature_unref(self);
        return mlops__fail_nomem(err, n + 1);
    }
    *out = self;
    return MLOPS_OK;
}

/* Names of one expression: each has a slot of its own. */
typedef struct slots {
    const mlops__expr_scope *types;
    mlops__dictionary names;
} slots;

static mlops_status resolve(void *user, const char *name, size_t n, mlops__expr_symbol *out) {
    slots *self = user;
    if (!self->types->resolve) return MLOPS_E_NOT_FOUND;
    MLOPS_TRY(self->types->resolve(self->types->user, name, n, out));
    return mlops__dictionary_add(&self->names, name, n, &out->slot);
}

static const char *known(void *user, int64_t i) {
    const slots *self = user;
    return self->types->known ? self->types->known(self->types->user, i) : NULL;
}

/* The number of an input, which is added if it is new. */
static mlops_status input_of(mlops_feature *self, const char *name, mlops_type type, int32_t *out,
                             mlops_error *err) {
    mlops_status status = mlops__dictionary_add(&self->input_names, name, strlen(name), out);
    if (status < 0) return mlops__fail_nomem(err, strlen(name));
    if (*out < self->n_inputs) return MLOPS_OK;
    mlops__feature_input *inputs = mlops__arena_grow(&self->arena, self->inputs, self->n_inputs,
                                                     &self->inputs_cap, sizeof *inputs);
    char *copy = mlops__arena_text(&self->arena, name, strlen(name));
    if (!inputs || !copy) return mlops__fail_nomem(err, sizeof *inputs);
    self->inputs = inputs;
    self->inputs[self->n_inputs++] = (mlops__feature_input){copy, type};
    return MLOPS_OK;
}

/* Which input each slot of an expression reads. */
static mlops_status connect(mlops_feature *self, mlops__feature_output *output, int64_t n_slots,
                            mlops_error *err) {
    int32_t *reads = mlops__arena_array(&self->arena, (size_t)n_slots + 1, sizeof *reads);
    if (!reads) return mlops__fail_nomem(err, (size_t)n_slots * sizeof *reads);
    for (int64_t i = 0; i < n_slots; i++) reads[i] = -1;
    for (int64_t i = 0; i < mlops__expr_n_names(output->expr); i++) {
        mlops__expr_symbol symbol;
        const char *name = mlops__expr_name(output->expr, i, &symbol);
        MLOPS_TRY(input_of(self, name, symbol.type, &reads[symbol.slot], err));
    }
    output->n_slots = (int32_t)n_slots;
    output->reads = reads;
    size_t size = (size_t)n_slots * (sizeof(mlops__expr_input) + sizeof(mlops__feature_cell)) +
                  mlops__expr_scratch_size(output->expr, 1);
    if (size > self->row_size) self->row_size = size;
    return MLOPS_OK;
}

static mlops_status compile(mlops_feature *self, mlops__feature_output *output, const char *text,
                            size_t n, const mlops__expr_scope *types, mlops_error *err) {
    slots names = {.types = types};
    mlops__expr_scope scope = {.resolve = resolve, .known = known, .user = &names};
    scope.what = types->what;
    scope.cpu_max = self->host.cpu;
    mlops__dictionary_init(&names.names, &self->host.allocator, &self->host.entropy);
    mlops_status status =
        mlops__expr_compile(&output->expr, text, n, &scope, &self->host.allocator, err);
    int64_t n_slots = names.names.n;
    mlops__dictionary_free(&names.names);
    if (status == MLOPS_OK && mlops__expr_type(output->expr) == MLOPS_TYPE_STRING)
        status = mlops__fail(err, MLOPS_E_SCHEMA, "output \"%.*s\" is text", 200, output->name);
    if (status == MLOPS_OK) status = connect(self, output, n_slots, err);
    if (status < 0) mlops__expr_free(output->expr);
    return status;
}

mlops_status mlops__feature_add(mlops_feature *self, const char *name, const char *text, size_t n,
                                const mlops__expr_scope *types, mlops_error *err) {
    int32_t number = 0;
    if (self->n_outputs == MLOPS__FEATURE_OUTPUTS_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "more than %d outputs", MLOPS__FEATURE_OUTPUTS_MAX);
    mlops_status status = mlops__dictionary_add(&self->output_names, name, strlen(name), &number);
    if (status < 0) return mlops__fail_nomem(err, strlen(name));
    if (number < self->n_outputs) return MLOPS_E_EXISTS;
    mlops__feature_output *outputs = mlops__arena_grow(&self->arena, self->outputs, self->n_outputs,
                                                       &self->outputs_cap, sizeof *outputs);
    if (!outputs) return mlops__fail_nomem(err, sizeof *outputs);
    self->outputs = outputs;
    mlops__feature_output output = {.name = mlops__arena_text(&self->arena, name, strlen(name))};
    if (!output.name) return mlops__fail_nomem(err, strlen(name) + 1);
    MLOPS_TRY(compile(self, &output, text, n, types, err));
    self->outputs[self->n_outputs++] = output;
    return MLOPS_OK;
}

static void write_all(const mlops_feature *self, mlops__json_writer *w) {
    mlops__json_open(w, '{');
    mlops__json_name(w, "format");
    mlops__json_i64(w, MLOPS__FEATURE_FORMAT);
    mlops__json_name(w, "definition");
    mlops__json_string_n(w, self->definition, self->n_definition);
    mlops__json_name(w, "inputs");
    mlops__json_open(w, '[');
    for (int64_t i = 0; i < self->n_inputs; i++) {
        mlops__json_open(w, '{');
        mlops__json_name(w, "name");
        mlops__json_string(w, self->inputs[i].name);
        mlops__json_name(w, "type");
        mlops__json_string(w, mlops__type_name(self->inputs[i].type));
        mlops__json_close(w, '}');
    }
    mlops__json_close(w, ']');
    mlops__json_name(w, "outputs");
    mlops__json_open(w, '[');
    for (int64_t i = 0; i < self->n_outputs; i++) {
        size_t n;
        const char *text = mlops__expr_format(self->outputs[i].expr, &n);
        mlops__json_open(w, '{');
        mlops__json_name(w, "name");
        mlops__json_string(w, self->outputs[i].name);
        mlops__json_name(w, "expression");
        mlops__json_string_n(w, text, n);
        mlops__json_close(w, '}');
    }
    mlops__json_close(w, ']');
    mlops__json_close(w, '}');
}

mlops_status mlops__feature_finish(mlops_feature *self, mlops_error *err) {
    mlops__json_writer writer;
    mlops__sha256 hash;
    mlops__json_writer_init(&writer, &self->bytes, 0);
    write_all(self, &writer);
    mlops__buf_u8(&self->bytes, '\n');
    if (self->bytes.status < 0) return mlops__fail_nomem(err, self->bytes.size);
    if (self->bytes.size > MLOPS__FEATURE_BYTES_MAX)
        return mlops__fail(err, MLOPS_E_LIMIT, "the expressions take more than %d bytes",
                           MLOPS__FEATURE_BYTES_MAX);
    mlops__sha256_init(&hash, mlops__kern_for(self->host.cpu)->sha256_blocks);
    mlops__sha256_add(&hash, self->bytes.data, self->bytes.size);
    mlops__sha256_end(&hash, self->id.bytes);
    return MLOPS_OK;
}
