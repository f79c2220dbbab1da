/* The one evaluator: blocks of an output's rows, as float64.
 *
 * Owns nothing. Invariant: tables and rows come here, and what comes out depends on each row alone.
 */
#include "column/column_store.h"
#include "feature/feature_inside.h"

#include <string.h>

int mlops__feature_whole_as_real(int64_t value, double *out) {
    *out = (double)value;
    return *out < 0x1p63 && (int64_t)*out == value;
}

int mlops__feature_real_as_whole(double value, int64_t *out) {
    if (!(value >= -0x1p63 && value < 0x1p63)) return 0;
    *out = (int64_t)value;
    return (double)*out == value;
}

static int is_present(const uint8_t *validity, int64_t i) { return validity[i / 8] >> (i % 8) & 1; }

/* Values of another type, which lie at the beginning of the room, as float64 in the same room. */
static void widen(mlops_type type, double *values, const uint8_t *validity, int64_t n) {
    for (int64_t i = n; i-- > 0;) {
        int64_t whole;
        if (type == MLOPS_TYPE_BOOL) whole = ((const uint8_t *)(const void *)values)[i];
        else memcpy(&whole, values + i, sizeof whole);
        values[i] = is_present(validity, i) ? (double)whole : mlops__not_a_number();
    }
}

mlops_status mlops__feature_evaluate(const mlops__feature_output *self,
                                     const mlops__expr_input *slots, int64_t first, int64_t n,
                                     void *scratch, size_t scratch_size, double *values,
                                     uint8_t *validity) {
    const mlops__expr_output out = {values, validity};
    MLOPS_TRY(mlops__expr_evaluate(self->expr, slots, first, n, scratch, scratch_size, &out));
    mlops_type type = mlops__expr_type(self->expr);
    if (type != MLOPS_TYPE_FLOAT64) widen(type, values, validity, n);
    return MLOPS_OK;
}
