/* Where a column has changed: the values or categories that gained and lost the largest shares.
 *
 * Owns which parts are looked at. Invariant: of values these are the intervals in which the two
 * distributions differ the most, of all that there are; shares are counted, not estimated. It is
 * done for columns alone that may have drifted, as it takes another pass over the values.
 */
#include "column/column_store.h"
#include "column/dictionary.h"
#include "column/table.h"
#include "drift/inside.h"

#include <string.h>

enum { EACH = 3 }; /* categories that gained, and that lost */

static int wanted(const mlops__drift_judged *judged, const mlops__drift_rule *rule) {
    if (judged->column.n_reference == 0 || judged->column.n_current == 0) return 0;
    if (rule->preset) return 1;
    return judged->column.p_value <= rule->alpha && strcmp(judged->column.test, "nulls") != 0;
}

/* ---- values ---- */

/* Values or cells up to somewhere. */
typedef struct place {
    int64_t n, m; /* of both sides */
    int64_t cell;
} place;

/* The span over which the gap of the counts, sign (j n - i m), climbs the most. */
typedef struct climb {
    int sign;
    int64_t least;
    place lowest;
    int64_t most;
    place from;
    place to;
} climb;

static void climb_to(climb *self, place here, int64_t gap) {
    gap *= self->sign;
    if (gap - self->least > self->most) {
        self->most = gap - self->least;
        self->from = self->lowest;
        self->to = here;
    }
    if (gap > self->least) return;
    self->least = gap;
    self->lowest = here;
}

static double change_of(const mlops__drift_region *region) {
    double change = region->current - region->reference;
    return change < 0 ? -change : change;
}

/* Gravest first; of the same change what comes first stays first. */
static void add_region(mlops__drift_judged *out, const mlops__drift_region *region) {
    int at = out->n_regions++;
    for (; at > 0 && change_of(&out->regions[at - 1]) < change_of(region); at--)
        out->regions[at] = out->regions[at - 1];
    out->regions[at] = *region;
}

static void add_climb(mlops__drift_judged *out, const climb *found, double low, double high,
                      int above) {
    mlops__drift_region region = {MLOPS__DRIFT_SPAN, 0, 0, NULL, low, high, 0, 0};
    const double *cuts = out->bins.cuts;
    if (found->most == 0) return;
    region.reference = (double)(found->to.n - found->from.n) / (double)out->column.n_reference;
    region.current = (double)(found->to.m - found->from.m) / (double)out->column.n_current;
    for (int32_t i = 0; i < out->bins.k - 1; i++) {
        region.first_bin += cuts[i] < low || (above && cuts[i] == low);
        region.last_bin += cuts[i] < high;
    }
    add_region(out, &region);
}

/* The least of what comes behind a place. */
static double next_value(const mlops__drift_values *x, const mlops__drift_values *y, place at) {
    if (at.n == x->side.n) return y->values[at.m];
    if (at.m == y->side.n) return x->values[at.n];
    return x->values[at.n] < y->values[at.m] ? x->values[at.n] : y->values[at.m];
}

void mlops__drift_locate_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                const mlops__drift_values *reference,
                                const mlops__drift_values *current) {
    const double *x = reference->values, *y = current->values;
    int64_t n = reference->side.n, m = current->side.n;
    climb gain = {.sign = 1}, loss = {.sign = -1};
    place at = {0, 0, 0};
    if (!wanted(out, rule)) return;
    while (at.n < n || at.m < m) {
        double value = next_value(reference, current, at);
        while (at.n < n && x[at.n] == value) at.n++;
        while (at.m < m && y[at.m] == value) at.m++;
        climb_to(&gain, at, at.m * n - at.n * m);
        climb_to(&loss, at, at.m * n - at.n * m);
    }
    for (int i = 0; i < 2; i++) {
        const climb *found = i == 0 ? &gain : &loss;
        if (found->most == 0) continue;
        double high = found->to.n > 0 ? x[found->to.n - 1] : y[found->to.m - 1];
        if (found->to.m > 0 && y[found->to.m - 1] > high) high = y[found->to.m - 1];
        add_climb(out, found, next_value(reference, current, found->from), high, 0);
    }
}

static void locate_edges(mlops__drift_judged *out, const mlops__drift_cells *cells) {
    const mlops__drift_side *x = &cells->side_reference, *y = &cells->side_current;
    double low = y->min < x->min ? y->min : x->min, high = y->max > x->max ? y->max : x->max;
    climb gain = {.sign = 1}, loss = {.sign = -1};
    place at = {0, 0, 0};
    while (at.cell < cells->n_cells) {
        at.n += cells->reference[at.cell];
        at.m += cells->current[at.cell++];
        climb_to(&gain, at, at.m * x->n - at.n * y->n);
        climb_to(&loss, at, at.m * x->n - at.n * y->n);
    }
    for (int i = 0; i < 2; i++) {
        const climb *found = i == 0 ? &gain : &loss;
        int64_t from = found->from.cell, to = found->to.cell;
        add_climb(out, found, from > 0 ? cells->edges[from - 1] : low,
                  to < cells->n_cells ? cells->edges[to - 1] : high, from > 0);
    }
}

/* ---- categories ---- */

/* The categories that changed the most, either way. */
typedef struct worst {
    mlops__drift_region gained[EACH], lost[EACH];
    int n_gained, n_lost;
} worst;

static int graver(const mlops__drift_region *a, const mlops__drift_region *b) {
    if (change_of(a) != change_of(b)) return change_of(a) > change_of(b);
    return a->text && (!b->text || strcmp(a->text, b->text) < 0);
}

static void keep(mlops__drift_region *kept, int *n, const mlops__drift_region *region) {
    int at = *n;
    if (at == EACH && !graver(region, &kept[EACH - 1])) return;
    if (at == EACH) at--;
    else ++*n;
    for (; at > 0 && graver(region, &kept[at - 1]); at--) kept[at] = kept[at - 1];
    kept[at] = *region;
}

static void weigh(worst *self, const mlops__drift_region *region) {
    if (region->current > region->reference) keep(self->gained, &self->n_gained, region);
    if (region->current < region->reference) keep(self->lost, &self->n_lost, region);
}

static void add_worst(mlops__drift_judged *out, const worst *found) {
    for (int i = 0; i < found->n_gained; i++) add_region(out, &found->gained[i]);
    for (int i = 0; i < found->n_lost; i++) add_region(out, &found->lost[i]);
}

static mlops__drift_region category(const mlops__drift_judged *judged, const char *text,
                                    int64_t cell, int64_t n, int64_t m) {
    int32_t last = judged->bins.k - 1, bin = cell < last ? (int32_t)cell : last;
    mlops__drift_region region = {MLOPS__DRIFT_CATEGORY, bin, bin, text, 0, 0, 0, 0};
    region.low = region.high = mlops__not_a_number();
    region.reference = (double)n / (double)judged->column.n_reference;
    region.current = (double)m / (double)judged->column.n_current;
    return region;
}

void mlops__drift_locate_cells(mlops__drift_judged *out, const mlops__drift_rule *rule,
                               const mlops__drift_cells *cells) {
    worst found = {.n_gained = 0};
    if (!wanted(out, rule)) return;
    if (cells->edges || mlops__drift_numeric(cells->type)) {
        locate_edges(out, cells);
        return;
    }
    int64_t rest = cells->n_cells - 1, n = cells->reference[rest], m = cells->current[rest];
    for (int64_t i = 0; cells->texts && i < rest; i++) {
        mlops__drift_region one =
            category(out, cells->texts[i], i, cells->reference[i], cells->current[i]);
        weigh(&found, &one);
    }
    add_worst(out, &found);
    if (cells->seen && cells->times[0] > 0) {
        mlops__drift_region fresh = category(out, NULL, rest, 0, cells->times[0]);
        fresh.kind = MLOPS__DRIFT_NEW;
        add_region(out, &fresh);
    }
    if (n == 0 && m == 0) return;
    mlops__drift_region all = category(out, NULL, rest, n, m);
    all.kind = n == 0 ? MLOPS__DRIFT_NEW : MLOPS__DRIFT_REST;
    add_region(out, &all);
}

/* Which of the categories a text is. */
static int64_t cell_of(const mlops__drift_categories *categories, const char *text) {
    for (int64_t i = 0; i < categories->n_texts; i++)
        if (strcmp(categories->texts[i], text) == 0) return i;
    return categories->n_texts;
}

static mlops_status index_texts(mlops__dictionary *out, const mlops__drift_tally *tally) {
    int32_t code;
    MLOPS_TRY(mlops__dictionary_reserve(out, tally->n));
    for (int64_t i = 0; i < tally->n; i++)
        MLOPS_TRY(mlops__dictionary_add(out, tally->texts[i], strlen(tally->texts[i]), &code));
    return MLOPS_OK;
}

/* Codes of the dictionary are those of x. */
static void weigh_texts(mlops__drift_judged *out, const mlops__drift_tally *x,
                        const mlops__drift_tally *y, const mlops__dictionary *index,
                        const mlops__drift_categories *categories) {
    worst found = {.n_gained = 0};
    int64_t n_new = 0;
    for (int64_t i = 0; i < y->n; i++) {
        int64_t at = mlops__dictionary_find(index, y->texts[i], strlen(y->texts[i]));
        int64_t before = at < 0 ? 0 : x->counts[at];
        mlops__drift_region one = category(out, y->texts[i], 0, before, y->counts[i]);
        if (before == 0) n_new += y->counts[i];
        if (at >= 0) x->counts[at] = 0;
        weigh(&found, &one);
    }
    for (int64_t i = 0; i < x->n; i++) { /* what the current column has no text of */
        mlops__drift_region one = category(out, x->texts[i], 0, x->counts[i], 0);
        if (x->counts[i] > 0) weigh(&found, &one);
    }
    add_worst(out, &found);
    for (int i = 0; i < out->n_regions; i++) {
        mlops__drift_region *region = &out->regions[i];
        int64_t cell = cell_of(categories, region->text);
        int32_t last = out->bins.k - 1;
        region->first_bin = region->last_bin = cell < last ? (int32_t)cell : last;
    }
    if (n_new == 0) return;
    mlops__drift_region all = category(out, NULL, categories->n_texts, 0, n_new);
    all.kind = MLOPS__DRIFT_NEW;
    add_region(out, &all);
}

mlops_status mlops__drift_locate_texts(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                       const mlops__drift_categories *categories,
                                       const mlops__column *reference, const mlops__column *current,
                                       const mlops__host *host) {
    const mlops_allocator *allocator = &host->allocator;
    mlops__drift_tally x, y;
    mlops__dictionary index;
    if (!wanted(out, rule)) return MLOPS_OK;
    out->n_regions = 0;
    MLOPS_TRY(mlops__drift_tally_load(&x, reference, allocator));
    mlops__dictionary_init(&index, allocator, &host->entropy);
    mlops_status status = mlops__drift_tally_load(&y, current, allocator);
    if (status == MLOPS_OK) status = index_texts(&index, &x);
    if (status == MLOPS_OK) weigh_texts(out, &x, &y, &index, categories);
    mlops__dictionary_free(&index);
    mlops__drift_tally_free(&y, allocator);
    mlops__drift_tally_free(&x, allocator);
    return status;
}
