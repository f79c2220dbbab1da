/* Judging values against a kept reference, whose rows are gone.
 *
 * Owns the cells that are looked at beyond those of the reference: below its least value nothing of
 * it lies, and where each cell holds one value, nothing of it lies between. Invariant: the cells
 * refine those of the reference, and the counts of the reference in them are exact.
 */
#include "drift/inside.h"
#include "profile/reference.h"

#include <string.h>

/* Cells as they are built; room for two of each of the reference's. */
typedef struct builder {
    double *edges;
    int64_t *reference;
    int64_t *current;
    int64_t n;     /* edges so far */
    int64_t below; /* values of the current side below the newest edge */
    const mlops__drift_values *values;
} builder;

/* Ends a cell at the edge; the last one ends at nothing. */
static void end_cell(builder *self, const double *edge, int64_t n_reference) {
    const mlops__drift_values *values = self->values;
    int64_t upto = self->below;
    if (!edge) upto = values->side.n;
    else if (self->n > 0 && *edge <= self->edges[self->n - 1]) return;
    else
        while (upto < values->side.n && values->values[upto] <= *edge) upto++;
    self->reference[self->n] = n_reference;
    self->current[self->n] = upto - self->below;
    if (edge) self->edges[self->n++] = *edge;
    self->below = upto;
}

/* The next float64 below a finite value, and the next float32 below a finite float32. */
static double previous_f64(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = value > 0 ? bits - 1 : value < 0 ? bits + 1 : 0x8000000000000001u;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static double previous_f32(double edge) {
    float value = (float)edge;
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = value > 0 ? bits - 1 : value < 0 ? bits + 1 : 0x80000001u;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static void build(builder *self, const mlops__reference_column *reference) {
    int any = reference->n - reference->n_null - reference->n_nan > 0;
    if (any && !reference->exact && mlops__drift_finite(reference->min)) {
        double low = previous_f64(reference->min);
        if (mlops__drift_finite(low)) end_cell(self, &low, 0);
    }
    for (int64_t i = 0; i < reference->n_edges; i++) {
        double low = previous_f32(reference->edges[i]);
        if (reference->exact && mlops__drift_finite(low)) end_cell(self, &low, 0);
        end_cell(self, &reference->edges[i], reference->counts[i]);
    }
    end_cell(self, NULL, reference->counts[reference->n_edges]);
}

static void fill_side(mlops__drift_side *out, const mlops__reference_column *reference) {
    out->n_null = reference->n_null + reference->n_nan;
    out->n = reference->n - out->n_null;
    out->mean = reference->mean;
    out->min = reference->min;
    out->max = reference->max;
}

mlops_status mlops__drift_judge_kept(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                     const mlops__reference_column *reference,
                                     const mlops__drift_values *current,
                                     const mlops_allocator *allocator) {
    size_t room = 2 * ((size_t)reference->n_edges + 1), size = room * 3 * sizeof(double);
    uint8_t *memory = mlops__alloc_zero(allocator, size);
    if (!memory) return MLOPS_E_NOMEM;
    builder cells = {(double *)(void *)memory,
                     (int64_t *)(void *)(memory + room * sizeof(double)),
                     (int64_t *)(void *)(memory + 2 * room * sizeof(double)),
                     0,
                     0,
                     current};
    build(&cells, reference);
    mlops__drift_cells given;
    memset(&given, 0, sizeof given);
    given.name = reference->name;
    given.type = reference->type;
    given.exact = reference->exact;
    given.n_cells = cells.n + 1;
    given.edges = cells.edges;
    given.reference = cells.reference;
    given.current = cells.current;
    fill_side(&given.side_reference, reference);
    given.side_current = current->side;
    given.sd_reference = reference->sd;
    given.hidden =
        mlops__drift_hidden(reference->exact, given.side_reference.n, reference->n_edges);
    mlops__drift_judge(out, rule, &given);
    mlops__free(allocator, memory, size);
    return MLOPS_OK;
}
