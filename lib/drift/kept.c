/* Judging values against a kept reference, whose rows are gone.
 *
 * Owns the cells that are looked at beyond those of the reference: below its least and above its
 * greatest value nothing of it lies, and where each cell holds one value, nothing lies between.
 * Invariant: the cells refine those of the reference, and the counts of the reference in them are
 * exact.
 */
#include "column/column_store.h"
#include "drift/inside.h"
#include "profile/reference.h"

#include <string.h>

/* Finer cells, with the counts of both sides. */
typedef struct builder {
    double *edges;
    int64_t *reference;
    int64_t *current;
    int64_t n; /* edges */
    const mlops__drift_values *values;
} builder;

static void build(builder *self, const mlops__reference_column *reference) {
    const double *y = self->values->values;
    int64_t m = self->values->side.n, below = 0;
    self->n = mlops__reference_refine(reference, self->edges, self->reference);
    for (int64_t i = 0; i <= self->n; i++) {
        int64_t upto = i < self->n ? below : m;
        while (upto < m && y[upto] <= self->edges[i]) upto++;
        self->current[i] = upto - below;
        below = upto;
    }
}

static int is_bounded(const builder *self) {
    return self->n > 0 && self->reference[0] == 0 && self->reference[self->n] == 0;
}

/* Area between the CDFs. That of the reference climbs evenly within a cell, or at its upper edge
 * where each cell holds one value. All values are finite. */
static double find_area(const builder *self, int64_t n, int steps) {
    const double *y = self->values->values;
    int64_t m = self->values->side.n, j = 0, below = 0;
    double area = 0, at = y[0] < self->edges[0] ? y[0] : self->edges[0];
    for (int64_t i = 0; i <= self->n; i++) {
        double low = i > 0 ? self->edges[i - 1] : at;
        double high = i < self->n ? self->edges[i] : y[m - 1] > low ? y[m - 1] : low;
        double from = (double)below / (double)n, climb = (double)self->reference[i] / (double)n;
        double slope = steps || !(high > low) ? 0 : climb / (high - low);
        for (int64_t k = 0; k <= self->current[i]; k++) {
            double to = k < self->current[i] ? y[j] : high, level = (double)j / (double)m;
            double left = from + slope * (at - low) - level;
            area += mlops__drift_strip(left, left + slope * (to - at), to - at);
            at = to;
            j += k < self->current[i];
        }
        below += self->reference[i];
    }
    return area;
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
    size_t room = 2 * (size_t)reference->n_edges + 4, size = room * 3 * sizeof(double);
    uint8_t *memory = mlops__alloc_zero(allocator, size);
    if (!memory) return MLOPS_E_NOMEM;
    builder cells = {(double *)(void *)memory, (int64_t *)(void *)(memory + room * sizeof(double)),
                     (int64_t *)(void *)(memory + 2 * room * sizeof(double)), 0, current};
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
    given.hidden = reference->hidden;
    mlops__drift_judge(out, rule, &given);
    int64_t n = given.side_reference.n, m = current->side.n;
    if (n > 0 && m > 0 && reference->sd > 0) {
        const double *y = current->values;
        if (!mlops__drift_finite(y[0]) || !mlops__drift_finite(y[m - 1]))
            out->column.wasserstein = mlops__not_a_number(); /* as where the reference has one */
        else if (is_bounded(&cells))
            out->column.wasserstein = find_area(&cells, n, reference->exact) / reference->sd;
    }
    mlops__free(allocator, memory, size);
    return MLOPS_OK;
}
