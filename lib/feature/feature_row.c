/* Features of one row, on the stack.
 *
 * Owns nothing. Invariant: nothing is allocated, locked or called of the system, and nothing is
 * written before all values are known to fit.
 */
#include "feature/feature_inside.h"
#include "text/utf8.h"

#include <string.h>

enum { STACK = 15 * 1024 };

typedef mlops__feature_cell cell;

static int is_null(const mlops_feature_value *value) {
    return value->is_null || value->type == MLOPS_TYPE_NULL;
}

static mlops_status check_text(const char *text) {
    size_t n = text ? strlen(text) : 0;
    return !text || n > UINT32_MAX || mlops__utf8_check(text, n) < n ? MLOPS_E_INVALID : MLOPS_OK;
}

/* Whether a value can be given to an input. */
static mlops_status check(const mlops_feature_value *value, mlops_type type) {
    double real;
    int64_t whole;
    if (is_null(value)) return MLOPS_OK;
    if (value->type == MLOPS_TYPE_STRING && type == MLOPS_TYPE_STRING)
        return check_text(value->text);
    if (value->type == type) return MLOPS_OK;
    if (value->type == MLOPS_TYPE_INT64 && type == MLOPS_TYPE_FLOAT64)
        return mlops__feature_whole_as_real(value->i64, &real) ? MLOPS_OK : MLOPS_E_SCHEMA;
    if (value->type == MLOPS_TYPE_FLOAT64 && type == MLOPS_TYPE_INT64)
        return value->f64 != value->f64 || mlops__feature_real_as_whole(value->f64, &whole)
                   ? MLOPS_OK
                   : MLOPS_E_SCHEMA;
    return MLOPS_E_SCHEMA;
}

/* Gives a value that was checked; 0 if it is null. */
static int give(const mlops_feature_value *value, mlops_type type, cell *out) {
    if (is_null(value)) return 0;
    switch (type) {
    case MLOPS_TYPE_BOOL: out->truth = value->i64 != 0; return 1;
    case MLOPS_TYPE_STRING:
        out->text = (mlops__expr_text){value->text, (uint32_t)strlen(value->text), 0};
        return 1;
    case MLOPS_TYPE_FLOAT64:
        if (value->type == MLOPS_TYPE_FLOAT64) out->f64 = value->f64;
        else mlops__feature_whole_as_real(value->i64, &out->f64);
        return 1;
    default:
        if (value->type == MLOPS_TYPE_INT64) out->i64 = value->i64;
        else if (value->f64 != value->f64) return 0;
        else mlops__feature_real_as_whole(value->f64, &out->i64);
        return 1;
    }
}

static float compute(const mlops_feature *self, const mlops__feature_output *output,
                     const mlops_feature_value *values, uint8_t *mem, size_t size) {
    size_t n = (size_t)output->n_slots;
    cell *cells = (cell *)(void *)mem;
    mlops__expr_input *slots = (mlops__expr_input *)(void *)(cells + n);
    size_t used = n * (sizeof *cells + sizeof *slots);
    double value;
    uint8_t validity;
    for (size_t i = 0; i < n; i++) {
        int32_t input = output->reads[i];
        slots[i] = (mlops__expr_input){0};
        if (input >= 0 && give(&values[input], self->inputs[input].type, &cells[i]))
            slots[i].values = &cells[i];
    }
    (void)mlops__feature_evaluate(output, slots, 0, 1, mem + used, size - used, &value, &validity);
    return (float)value;
}

mlops_status mlops_feature_row(const mlops_feature *self, const mlops_feature_value *values,
                               int64_t n_inputs, float *out, int64_t n_outputs) {
    _Alignas(16) uint8_t mem[STACK];
    if (n_inputs != self->n_inputs || n_outputs != self->n_outputs || !out || (n_inputs && !values))
        return MLOPS_E_INVALID;
    if (self->row_size > sizeof mem) return MLOPS_E_ARENA;
    for (int64_t i = 0; i < n_inputs; i++) MLOPS_TRY(check(&values[i], self->inputs[i].type));
    for (int64_t i = 0; i < n_outputs; i++)
        out[i] = compute(self, &self->outputs[i], values, mem, sizeof mem);
    return MLOPS_OK;
}
