/* Values of rows as keys.
 *
 * Owns nothing. Invariant: two keys are the same bytes if and only if the values are equal: a whole
 * number has one key, whichever type holds it.
 */
#include "quality/cell.h"

#include <string.h>

mlops__cell mlops__cell_of_sample(const mlops__sample *self, int64_t row) {
    mlops__cell out = {.type = self->type};
    if (!(self->validity[row / 8] >> (row % 8) & 1)) return (mlops__cell){.type = MLOPS_TYPE_NULL};
    switch (self->type) {
    case MLOPS_TYPE_STRING:
        out.text = ((const mlops__expr_text *)self->values)[row].data;
        out.n = ((const mlops__expr_text *)self->values)[row].n;
        break;
    case MLOPS_TYPE_FLOAT64: out.f64 = ((const double *)self->values)[row]; break;
    case MLOPS_TYPE_INT64: out.i64 = ((const int64_t *)self->values)[row]; break;
    default: out.i64 = ((const uint8_t *)self->values)[row]; break;
    }
    return out;
}

mlops__cell mlops__cell_of_column(const mlops__column *self, int64_t row) {
    mlops__cell out = {.type = self->type};
    if (self->type == MLOPS_TYPE_NULL || !mlops__column_valid(self, row))
        return (mlops__cell){.type = MLOPS_TYPE_NULL};
    switch (self->type) {
    case MLOPS_TYPE_STRING:
        out.text = self->texts[((const int32_t *)self->data)[row]];
        out.n = strlen(out.text);
        break;
    case MLOPS_TYPE_FLOAT64: out.f64 = ((const double *)self->data)[row]; break;
    case MLOPS_TYPE_INT64: out.i64 = ((const int64_t *)self->data)[row]; break;
    default: out.i64 = ((const uint8_t *)self->data)[row]; break;
    }
    return out;
}

/* The int64 that a float64 is, if it is one. */
static int is_whole(double x, int64_t *out) {
    if (!(x >= -9223372036854775808.0 && x < 9223372036854775808.0)) return 0;
    *out = (int64_t)x;
    return (double)*out == x;
}

void mlops__cell_put(const mlops__cell *self, mlops__buf *out) {
    int64_t whole = self->i64;
    switch (self->type) {
    case MLOPS_TYPE_STRING:
        mlops__buf_u8(out, 's');
        mlops__buf_u64(out, self->n);
        mlops__buf_put(out, self->text, self->n);
        return;
    case MLOPS_TYPE_FLOAT64:
        if (self->f64 != self->f64) {
            mlops__buf_u8(out, '?');
            return;
        }
        if (is_whole(self->f64, &whole)) break;
        mlops__buf_u8(out, 'f');
        mlops__buf_f64(out, self->f64);
        return;
    case MLOPS_TYPE_NULL: mlops__buf_u8(out, '-'); return;
    case MLOPS_TYPE_BOOL: mlops__buf_u8(out, whole ? 't' : 'b'); return;
    default: break;
    }
    mlops__buf_u8(out, 'i');
    mlops__buf_i64(out, whole);
}
