/* Measures of a column from counts over cells, and from samples that are sorted already.
 *
 * Owns the ten quantile bins of the reference that PSI, Jensen-Shannon and total variation are
 * taken over. Invariant: nothing is allocated; the KS distance over cells never exceeds that of the
 * values behind them, so that a verdict of drift holds for these too.
 */
#include "base/real.h"
#include "drift/inside.h"
#include "stats/stats.h"

#include <string.h>

enum {
    BINS = MLOPS__DRIFT_BINS,
    CUTS = BINS - 1,
    ATOMS_MAX = CUTS / 2 /* fewer cuts than that get one below each as well */
};

/* psi, js and tv over k bins, and the shares of the first BINS - 1 and the rest. Does nothing if a
 * side is empty. */
static void set_counts(mlops__drift_judged *out, const int64_t *reference, const int64_t *current,
                       int64_t k) {
    mlops_stats_two_counts found = MLOPS_STATS_TWO_COUNTS_INIT;
    if (mlops_stats_compare_counts(&found, reference, current, k) != MLOPS_OK) return;
    out->column.psi = found.psi;
    out->column.js = found.js;
    out->column.tv = found.tv;
    out->bins.k = (int32_t)(k < BINS ? k : BINS);
    for (int64_t i = 0; i < k; i++) {
        int64_t bin = i < BINS ? i : BINS - 1;
        out->bins.reference[bin] += (double)reference[i] / (double)found.n;
        out->bins.current[bin] += (double)current[i] / (double)found.m;
    }
}

static double absolute(double x) { return x < 0 ? -x : x; }

double mlops__drift_strip(double left, double right, double width) {
    double a = absolute(left), b = absolute(right);
    if ((left < 0) == (right < 0) || a + b == 0) return (a + b) / 2 * width;
    return (a * a + b * b) / (a + b) / 2 * width;
}

static int is_bounded(const mlops__drift_side *side) {
    return mlops__drift_finite(side->min) && mlops__drift_finite(side->max);
}

/* Gap of the CDFs at each edge in turn: its largest size, and the area under it. Values are spread
 * evenly over their cell; the outermost reach to the least and greatest of both sides. With an
 * infinity there is no area: cells do not tell how many are in them. */
static void walk_cells(mlops_drift_column *out, const mlops__drift_cells *cells) {
    double n = (double)cells->side_reference.n, m = (double)cells->side_current.n;
    double low = cells->side_reference.min, high = cells->side_reference.max;
    double before = 0, area = 0, largest = 0;
    int64_t below_n = 0, below_m = 0, last = cells->n_cells - 1;
    if (!(cells->side_current.min >= low)) low = cells->side_current.min;
    if (!(cells->side_current.max <= high)) high = cells->side_current.max;
    for (int64_t i = 0; i < last; i++) {
        below_n += cells->reference[i];
        below_m += cells->current[i];
        double gap = (double)below_n / n - (double)below_m / m, edge = cells->edges[i];
        double from = i == 0 ? low : cells->edges[i - 1], width = edge - from;
        if (width > 0) area += mlops__drift_strip(before, gap, width);
        if (absolute(gap) > largest) {
            largest = absolute(gap);
            out->location = edge;
            out->direction = gap > 0 ? 1 : -1;
        }
        before = gap;
    }
    double rest = last > 0 ? high - cells->edges[last - 1] : 0;
    if (rest > 0) area += mlops__drift_strip(before, 0, rest);
    out->ks = largest;
    if (cells->sd_reference > 0 && is_bounded(&cells->side_reference) &&
        is_bounded(&cells->side_current))
        out->wasserstein = area / cells->sd_reference;
}

/* Cells that end the quantile bins, ascending. */
static int64_t cut_cells(int64_t cuts[CUTS], const mlops__drift_cells *cells) {
    int64_t n = cells->side_reference.n, below = 0, n_cuts = 0, next = 1;
    for (int64_t i = 0; i < cells->n_cells - 1 && n_cuts < CUTS; i++) {
        below += cells->reference[i];
        if ((double)below < (double)n * (double)next / BINS) continue;
        cuts[n_cuts++] = i;
        while (next < BINS && (double)below >= (double)n * (double)next / BINS) next++;
        if (next == BINS) break;
    }
    if (n_cuts > ATOMS_MAX) return n_cuts;
    int64_t split[CUTS], n_split = 0; /* few cuts: what is empty below one is a bin by itself */
    for (int64_t i = 0; i < n_cuts; i++) {
        int64_t first = i > 0 ? cuts[i - 1] + 1 : 0, held = 0;
        for (int64_t j = first; j < cuts[i]; j++) held += cells->reference[j];
        if (first < cuts[i] && held == 0) split[n_split++] = cuts[i] - 1;
        split[n_split++] = cuts[i];
    }
    memcpy(cuts, split, sizeof split);
    return n_split;
}

static void bin_cells(mlops__drift_judged *out, const mlops__drift_cells *cells) {
    int64_t cuts[CUTS], n_cuts = cut_cells(cuts, cells), bin = 0;
    int64_t reference[BINS] = {0}, current[BINS] = {0};
    for (int64_t i = 0; i < n_cuts; i++) out->bins.cuts[i] = cells->edges[cuts[i]];
    for (int64_t i = 0; i < cells->n_cells; i++) {
        reference[bin] += cells->reference[i];
        current[bin] += cells->current[i];
        if (bin < n_cuts && cuts[bin] == i) bin++;
    }
    set_counts(out, reference, current, n_cuts + 1);
}

void mlops__drift_judge(mlops__drift_judged *out, const mlops__drift_rule *rule,
                        const mlops__drift_cells *cells) {
    const mlops__drift_side *reference = &cells->side_reference, *current = &cells->side_current;
    mlops__drift_open_column(out, cells->name, cells->type, reference, current);
    out->column.exact = cells->exact;
    if (reference->n > 0 && current->n > 0) {
        if (mlops__drift_numeric(cells->type)) {
            walk_cells(&out->column, cells);
            bin_cells(out, cells);
        } else {
            set_counts(out, cells->reference, cells->current, cells->n_cells);
        }
    }
    mlops__drift_decide(out, rule, reference, current, cells);
    mlops__drift_locate_cells(out, rule, cells);
}

void mlops__drift_judge_categories(mlops__drift_judged *out, const mlops__drift_rule *rule,
                                   const char *name, mlops_type type, int exact,
                                   const mlops__drift_categories *categories) {
    mlops__drift_cells cells;
    memset(&cells, 0, sizeof cells);
    cells.name = name;
    cells.type = type;
    cells.exact = exact;
    cells.n_cells = categories->n_texts + 1;
    cells.reference = categories->reference;
    cells.current = categories->current;
    cells.side_reference = categories->side_reference;
    cells.side_current = categories->side_current;
    cells.texts = categories->texts;
    cells.seen = categories->seen.slots ? &categories->seen : NULL;
    cells.times = categories->times;
    mlops__drift_judge(out, rule, &cells);
}

/* The next float64 below a finite value. */
static double previous(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (value > 0) bits--;
    else if (value < 0) bits++;
    else bits = 0x8000000000000001u;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* Upper ends of the quantile bins of ascending values: distinct and finite. */
static int64_t cut_values(double cuts[CUTS], const double *values, int64_t n) {
    int64_t n_cuts = 0, n_split = 0;
    for (int64_t b = 1; b < BINS; b++) {
        int64_t whole = n / BINS, rest = n % BINS;
        int64_t rank = whole * b + (rest * b + BINS - 1) / BINS; /* ceil(n b / BINS) */
        double value = values[rank - 1];
        if (!mlops__drift_finite(value) || (n_cuts > 0 && cuts[n_cuts - 1] == value)) continue;
        cuts[n_cuts++] = value;
    }
    if (n_cuts > ATOMS_MAX) return n_cuts;
    double split[CUTS];
    for (int64_t i = 0; i < n_cuts; i++) {
        double below = previous(cuts[i]);
        int64_t before = i > 0 ? mlops__count_below(values, n, cuts[i - 1], 1) : 0;
        int apart = mlops__drift_finite(below) && (i == 0 || below > cuts[i - 1]);
        if (apart && mlops__count_below(values, n, below, 1) == before) split[n_split++] = below;
        split[n_split++] = cuts[i];
    }
    memcpy(cuts, split, sizeof split);
    return n_split;
}

static void bin_values(mlops__drift_judged *out, const mlops__drift_values *reference,
                       const mlops__drift_values *current) {
    double cuts[CUTS];
    int64_t n = reference->side.n, m = current->side.n, below_n = 0, below_m = 0;
    int64_t n_cuts = cut_values(cuts, reference->values, n), x[BINS], y[BINS];
    for (int64_t i = 0; i <= n_cuts; i++) {
        int64_t upto_n = i < n_cuts ? mlops__count_below(reference->values, n, cuts[i], 1) : n;
        int64_t upto_m = i < n_cuts ? mlops__count_below(current->values, m, cuts[i], 1) : m;
        x[i] = upto_n - below_n;
        y[i] = upto_m - below_m;
        below_n = upto_n;
        below_m = upto_m;
    }
    memcpy(out->bins.cuts, cuts, (size_t)n_cuts * sizeof *cuts);
    set_counts(out, x, y, n_cuts + 1);
}

void mlops__drift_judge_values(mlops__drift_judged *out, const mlops__drift_rule *rule,
                               mlops_cpu cpu, const char *name, mlops_type type,
                               const mlops__drift_values *reference,
                               const mlops__drift_values *current) {
    mlops__drift_open_column(out, name, type, &reference->side, &current->side);
    int64_t n = reference->side.n, m = current->side.n;
    if (n > 0 && m > 0) {
        mlops__merged merged;
        mlops__merge(&merged, cpu, reference->values, n, current->values, m, 0);
        int64_t low = -merged.gap_low, high = merged.gap_high, gap = low > high ? low : high;
        out->column.ks = (double)gap / ((double)n * (double)m);
        if (gap > 0) out->column.location = low > high ? merged.at_low : merged.at_high;
        if (gap > 0) out->column.direction = low > high ? -1 : 1;
        if (reference->sd > 0) out->column.wasserstein = merged.wasserstein / reference->sd;
        bin_values(out, reference, current);
    }
    mlops__drift_decide(out, rule, &reference->side, &current->side, NULL);
    mlops__drift_locate_values(out, rule, reference, current);
}
