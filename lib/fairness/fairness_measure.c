/* Rates of groups, and the measures of how far they lie apart, each with an interval.
 *
 * Owns the names of the measures and their formulas (docs/fairness.md). Invariant: intervals of a
 * measure between groups hold for all the rates in it together (Bonferroni), so that the gap of the
 * extremes, chosen among many, is not taken for larger than it can be shown to be.
 */
#include "base/real.h"
#include "column/column_store.h"
#include "column/rows.h"
#include "fairness/fairness.h"
#include "stats/stats.h"

#include <string.h>

static double larger(double a, double b) { return a > b ? a : b; }
static double smaller(double a, double b) { return a < b ? a : b; }
static double absolute(double x) { return x < 0 ? -x : x; }

/* ---- rates ---- */

enum {
    TP = 1 << MLOPS__FAIRNESS_TP,
    FP = 1 << MLOPS__FAIRNESS_FP,
    TN = 1 << MLOPS__FAIRNESS_TN,
    FN = 1 << MLOPS__FAIRNESS_FN,
    LABELLED = TP | FP | TN | FN
};

/* What stands above and below in a rate. */
static const struct {
    unsigned char above, below;
} cells_of[] = {[MLOPS__RATE_SELECTION] = {TP | FP | 1 << MLOPS__FAIRNESS_YES, MLOPS__FAIRNESS_ALL},
                [MLOPS__RATE_TRUE] = {TP, TP | FN},
                [MLOPS__RATE_FALSE] = {FP, FP | TN},
                [MLOPS__RATE_PRECISION] = {TP, TP | FP},
                [MLOPS__RATE_ACCURACY] = {TP | TN, LABELLED},
                [MLOPS__RATE_BASE] = {TP | FN, LABELLED}};

mlops__share mlops__fairness_share(const mlops__fairness_group *group, mlops__fairness_rate rate,
                                   double z) {
    const mlops__fairness_cell above = mlops__fairness_sum(group, cells_of[rate].above);
    const mlops__fairness_cell below = mlops__fairness_sum(group, cells_of[rate].below);
    mlops__share out = {below.n, mlops__not_a_number(), 0, 1};
    if (out.n == 0) return out;
    out.value = (double)above.units / (double)below.units;
    mlops__wilson(&out.low, &out.high, out.value, mlops__effective(below.units, below.squares), z);
    return out;
}

/* ---- measures ---- */

/* A number and its interval; NaN: there is none. group lies furthest below, or from, against. */
typedef struct measure {
    double value, low, high;
    const char *group, *against;
    int64_t n_groups;
} measure;

static measure nothing(int64_t n_groups) {
    double nan = mlops__not_a_number();
    return (measure){nan, nan, nan, NULL, NULL, n_groups};
}

static int takes_part(const mlops_fairness *self, int64_t group, mlops__fairness_rate rate) {
    const mlops__fairness_group *of = &self->groups[group];
    return mlops__fairness_sum(of, cells_of[rate].below).n >= self->rows_min;
}

static int64_t count_parts(const mlops_fairness *self, mlops__fairness_rate rate) {
    int64_t n = 0;
    for (int64_t i = 0; i < self->n; i++) n += takes_part(self, i, rate);
    return n;
}

/* Standard errors at which n intervals hold together. */
static double errors_of(const mlops_fairness *self, int64_t n) {
    return mlops__normal_isf((1 - self->confidence) / (2 * (double)n));
}

/* Of one rate, between the groups: its extremes, and those of its bounds. */
typedef struct extremes {
    int64_t n_groups;
    double least, greatest;
    double least_low, greatest_low, least_high, greatest_high;
    const char *lowest, *highest;
} extremes;

/* n_rates: how many rates a measure is made of. */
static extremes find_extremes(const mlops_fairness *self, mlops__fairness_rate rate, int n_rates) {
    extremes out = {count_parts(self, rate), 2, -1, 2, -1, 2, -1, NULL, NULL};
    if (out.n_groups < 2) return out;
    double z = errors_of(self, out.n_groups * n_rates);
    for (int64_t i = 0; i < self->n; i++) {
        if (!takes_part(self, i, rate)) continue;
        mlops__share share = mlops__fairness_share(&self->groups[i], rate, z);
        if (share.value < out.least) out.lowest = self->groups[i].name;
        if (share.value > out.greatest) out.highest = self->groups[i].name;
        out.least = smaller(out.least, share.value);
        out.greatest = larger(out.greatest, share.value);
        out.least_low = smaller(out.least_low, share.low);
        out.greatest_low = larger(out.greatest_low, share.low);
        out.least_high = smaller(out.least_high, share.high);
        out.greatest_high = larger(out.greatest_high, share.high);
    }
    return out;
}

static measure difference(const extremes *e) {
    if (e->n_groups < 2) return nothing(e->n_groups);
    return (measure){e->greatest - e->least,
                     larger(e->greatest_low - e->least_high, 0),
                     e->greatest_high - e->least_low,
                     e->lowest,
                     e->highest,
                     e->n_groups};
}

static measure ratio(const extremes *e) {
    if (e->n_groups < 2 || !(e->greatest > 0)) return nothing(e->n_groups);
    double high = e->greatest_low > 0 ? e->least_high / e->greatest_low : 1;
    return (measure){e->least / e->greatest,
                     e->least_low / e->greatest_high,
                     smaller(high, 1),
                     e->lowest,
                     e->highest,
                     e->n_groups};
}

/* Of true and false positive rates: the worse of both, or their mean. */
static measure worse(measure a, measure b, int by_ratio) {
    if (a.value != a.value || b.value != b.value)
        return nothing(a.n_groups < b.n_groups ? a.n_groups : b.n_groups);
    measure out = by_ratio ? (b.value < a.value ? b : a) : (b.value > a.value ? b : a);
    out.low = by_ratio ? smaller(a.low, b.low) : larger(a.low, b.low);
    out.high = by_ratio ? smaller(a.high, b.high) : larger(a.high, b.high);
    return out;
}

static measure mean(measure a, measure b, int by_ratio) {
    measure out = worse(a, b, by_ratio);
    out.value = (a.value + b.value) / 2;
    out.low = (a.low + b.low) / 2;
    out.high = (a.high + b.high) / 2;
    return out;
}

/* ---- held against all rows ---- */

static mlops__fairness_group all_groups(const mlops_fairness *self, int64_t but) {
    mlops__fairness_group out = {NULL, 0, {{0, 0, {0, 0}}}};
    for (int64_t i = 0; i < self->n; i++)
        for (size_t k = 0; i != but && k < MLOPS__FAIRNESS_COUNTS; k++)
            mlops__fairness_join(&out.cells[k], &self->groups[i].cells[k]);
    return out;
}

/* The largest difference of a group's rate from that of all rows, and the least ratio of the two,
 * the one below the other. n_rates: as of find_extremes(). */
static void against_all(const mlops_fairness *self, mlops__fairness_rate rate, int n_rates,
                        measure *gap, measure *quotient) {
    const mlops__fairness_group all = all_groups(self, -1);
    int64_t n = count_parts(self, rate);
    *gap = *quotient = nothing(n);
    if (n < 2) return;
    double z = errors_of(self, (n + 1) * n_rates);
    mlops__share whole = mlops__fairness_share(&all, rate, z);
    *gap = (measure){-1, 0, 0, NULL, NULL, n};
    *quotient = (measure){2, 1, 1, NULL, NULL, n};
    for (int64_t i = 0; i < self->n; i++) {
        if (!takes_part(self, i, rate)) continue;
        mlops__share s = mlops__fairness_share(&self->groups[i], rate, z);
        double apart = absolute(s.value - whole.value);
        double least = smaller(s.value, whole.value), most = larger(s.value, whole.value);
        if (apart > gap->value) gap->value = apart, gap->group = self->groups[i].name;
        gap->low = larger(gap->low, larger(s.low - whole.high, whole.low - s.high));
        gap->high = larger(gap->high, larger(s.high - whole.low, whole.high - s.low));
        if (most > 0 && least / most < quotient->value)
            quotient->value = least / most, quotient->group = self->groups[i].name;
        double high = s.value < whole.value ? s.high / whole.low : whole.high / s.low;
        quotient->low = smaller(quotient->low, smaller(s.low / whole.high, whole.low / s.high));
        if (high < quotient->high) quotient->high = high;
    }
    if (quotient->value > 1) *quotient = nothing(n);
}

/* ---- the privileged group against the others ---- */

/* Of all other rows, and of the privileged ones: a difference with Newcombe's (1998) interval,
 * which puts the bounds of both together. scale 1/2 of two of them is their mean (MOVER; Zou and
 * Donner 2008). */
typedef struct sided {
    double value, below, above; /* below and above: squares of what the bounds are off */
} sided;

static sided subtract(mlops__share others, mlops__share privileged) {
    double down = others.value - others.low, up = privileged.high - privileged.value;
    double rise = others.high - others.value, fall = privileged.value - privileged.low;
    return (sided){others.value - privileged.value, down * down + up * up,
                   rise * rise + fall * fall};
}

static measure closed(sided of, double scale, const char *against) {
    return (measure){scale * of.value,
                     scale * (of.value - mlops__sqrt(of.below)),
                     scale * (of.value + mlops__sqrt(of.above)),
                     NULL,
                     against,
                     2};
}

/* Quotient of two shares (MOVER-R; Donner and Zou 2012), the lower bound as the root that does not
 * cancel; without an upper one where the divisor may be 0. */
static measure divide(mlops__share others, mlops__share privileged, const char *against) {
    double p = others.value, q = privileged.value, pq = p * q;
    measure out = nothing(2);
    if (!(q > 0)) return out;
    double low = others.low * (2 * p - others.low), high = others.high * (2 * p - others.high);
    double down = privileged.high * (2 * q - privileged.high);
    double up = privileged.low * (2 * q - privileged.low);
    out.value = p / q;
    out.low = low > 0 ? low / (pq + mlops__sqrt(larger(pq * pq - low * down, 0))) : 0;
    if (up > 0) out.high = (pq + mlops__sqrt(larger(pq * pq - high * up, 0))) / up;
    out.against = against;
    return out;
}

typedef struct two_sides {
    mlops__fairness_group others;
    const mlops__fairness_group *privileged; /* NULL: no group at all */
    double z;
    int64_t rows_min;
} two_sides;

static int shares_of(const two_sides *self, mlops__fairness_rate rate, mlops__share *others,
                     mlops__share *privileged) {
    if (!self->privileged) return 0;
    *others = mlops__fairness_share(&self->others, rate, self->z);
    *privileged = mlops__fairness_share(self->privileged, rate, self->z);
    return others->n >= self->rows_min && privileged->n >= self->rows_min;
}

/* Theil's index of the benefits 1 + decision - label (Speicher and others 2018). */
static double theil(const mlops_fairness *self) {
    const mlops__fairness_group all = all_groups(self, -1);
    double none = mlops__weight_of(mlops__fairness_sum(&all, FN).units);
    double two = mlops__weight_of(mlops__fairness_sum(&all, FP).units);
    double one = mlops__weight_of(mlops__fairness_sum(&all, TP | TN).units);
    double n = none + one + two, mu = (one + 2 * two) / n;
    if (!(mu > 0)) return mlops__not_a_number();
    double log_mu = mlops__log(mu), share = -one * log_mu;
    if (two > 0) share += 2 * two * (mlops__log(2) - log_mu);
    return share / mu / n;
}

static mlops_status find_privileged(const mlops_fairness *self, int64_t *out, mlops_error *err) {
    int found = 1;
    *out = -1;
    if (self->privileged) {
        *out = mlops__fairness_find(self, self->privileged, strlen(self->privileged), &found);
        if (found) return MLOPS_OK;
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "there is no group '%s', the privileged one",
                           self->privileged);
    }
    int64_t most = 0;
    for (int64_t i = 0; i < self->n; i++) {
        int64_t units = mlops__fairness_sum(&self->groups[i], MLOPS__FAIRNESS_ALL).units;
        if (units > most) most = units, *out = i;
    }
    return MLOPS_OK;
}

/* ---- tables ---- */

static void put_f64(mlops__rows *out, double value) {
    if (value == value) mlops__rows_f64(out, value);
    else mlops__rows_null(out);
}

static void put(mlops__rows *out, const char *name, measure m) {
    mlops__rows_text(out, name);
    put_f64(out, m.value);
    put_f64(out, m.low);
    put_f64(out, m.high);
    mlops__rows_text(out, m.group);
    mlops__rows_text(out, m.against);
    mlops__rows_i64(out, m.n_groups);
}

static void put_pair(mlops__rows *out, const char *gap, measure of_gap, const char *quotient,
                     measure of_quotient) {
    put(out, gap, of_gap);
    put(out, quotient, of_quotient);
}

static void put_between(mlops__rows *out, const mlops_fairness *self) {
    measure gap, quotient, g, q;
    const extremes selection = find_extremes(self, MLOPS__RATE_SELECTION, 1);
    const extremes hit = find_extremes(self, MLOPS__RATE_TRUE, 1);
    const extremes precision = find_extremes(self, MLOPS__RATE_PRECISION, 1);
    const extremes accuracy = find_extremes(self, MLOPS__RATE_ACCURACY, 1);
    const extremes both_hit = find_extremes(self, MLOPS__RATE_TRUE, 2);
    const extremes both_false = find_extremes(self, MLOPS__RATE_FALSE, 2);
    const measure d1 = difference(&both_hit), d2 = difference(&both_false);
    const measure r1 = ratio(&both_hit), r2 = ratio(&both_false);
    put_pair(out, "demographic_parity_difference", difference(&selection),
             "demographic_parity_ratio", ratio(&selection));
    against_all(self, MLOPS__RATE_SELECTION, 1, &gap, &quotient);
    put_pair(out, "demographic_parity_difference_to_overall", gap,
             "demographic_parity_ratio_to_overall", quotient);
    put_pair(out, "equal_opportunity_difference", difference(&hit), "equal_opportunity_ratio",
             ratio(&hit));
    against_all(self, MLOPS__RATE_TRUE, 1, &gap, &quotient);
    put_pair(out, "equal_opportunity_difference_to_overall", gap,
             "equal_opportunity_ratio_to_overall", quotient);
    put_pair(out, "equalized_odds_difference", worse(d1, d2, 0), "equalized_odds_ratio",
             worse(r1, r2, 1));
    put_pair(out, "equalized_odds_difference_mean", mean(d1, d2, 0), "equalized_odds_ratio_mean",
             mean(r1, r2, 1));
    against_all(self, MLOPS__RATE_TRUE, 2, &gap, &quotient);
    against_all(self, MLOPS__RATE_FALSE, 2, &g, &q);
    put_pair(out, "equalized_odds_difference_to_overall", worse(gap, g, 0),
             "equalized_odds_ratio_to_overall", worse(quotient, q, 1));
    put_pair(out, "predictive_parity_difference", difference(&precision), "predictive_parity_ratio",
             ratio(&precision));
    put_pair(out, "accuracy_difference", difference(&accuracy), "accuracy_ratio", ratio(&accuracy));
}

static void put_sided(mlops__rows *out, const mlops_fairness *self, int64_t privileged) {
    two_sides sides = {all_groups(self, privileged), NULL, errors_of(self, 1), self->rows_min};
    const char *against = NULL;
    mlops__share others, own, others_false, own_false;
    measure parity = nothing(0), impact = parity, opportunity = parity, odds = parity;
    if (privileged >= 0) {
        sides.privileged = &self->groups[privileged];
        against = sides.privileged->name;
    }
    if (shares_of(&sides, MLOPS__RATE_SELECTION, &others, &own)) {
        parity = closed(subtract(others, own), 1, against);
        impact = divide(others, own, against);
    }
    if (shares_of(&sides, MLOPS__RATE_TRUE, &others, &own)) {
        sided hit = subtract(others, own);
        opportunity = closed(hit, 1, against);
        if (shares_of(&sides, MLOPS__RATE_FALSE, &others_false, &own_false)) {
            sided wrong = subtract(others_false, own_false);
            odds = closed(
                (sided){hit.value + wrong.value, hit.below + wrong.below, hit.above + wrong.above},
                0.5, against);
        }
    }
    put(out, "statistical_parity_difference", parity);
    put(out, "disparate_impact", impact);
    put(out, "true_positive_rate_difference", opportunity);
    put(out, "average_odds_difference", odds);
}

mlops_status mlops_fairness_measures(mlops_table **out, const mlops_fairness *self,
                                     mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"measure", MLOPS_TYPE_STRING}, {"value", MLOPS_TYPE_FLOAT64},
        {"low", MLOPS_TYPE_FLOAT64},    {"high", MLOPS_TYPE_FLOAT64},
        {"group", MLOPS_TYPE_STRING},   {"against", MLOPS_TYPE_STRING},
        {"n_groups", MLOPS_TYPE_INT64}};
    mlops__rows rows;
    int64_t privileged;
    *out = NULL;
    MLOPS_TRY(find_privileged(self, &privileged, err));
    MLOPS_TRY(mlops__rows_begin(&rows, &self->host, columns, 7, err));
    put_between(&rows, self);
    put_sided(&rows, self, privileged);
    measure index = nothing(self->n);
    index.value = theil(self);
    put(&rows, "theil_index", index);
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

static void put_share(mlops__rows *out, mlops__share share, int bounds) {
    put_f64(out, share.value);
    for (int i = 0; bounds && i < 2; i++)
        put_f64(out, share.n ? (i ? share.high : share.low) : mlops__not_a_number());
}

static void put_group(mlops__rows *out, const mlops__fairness_group *group, double z) {
    const struct {
        mlops__fairness_rate rate;
        int bounds;
    } rates[] = {{MLOPS__RATE_BASE, 0},  {MLOPS__RATE_SELECTION, 1}, {MLOPS__RATE_TRUE, 1},
                 {MLOPS__RATE_FALSE, 1}, {MLOPS__RATE_PRECISION, 0}, {MLOPS__RATE_ACCURACY, 0}};
    const mlops__fairness_cell all = mlops__fairness_sum(group, MLOPS__FAIRNESS_ALL);
    mlops__rows_text_n(out, group->name, group->size);
    mlops__rows_i64(out, all.n);
    mlops__rows_i64(out, mlops__fairness_sum(group, LABELLED).n);
    for (int i = MLOPS__FAIRNESS_TP; i <= MLOPS__FAIRNESS_FN; i++)
        mlops__rows_i64(out, group->cells[i].n);
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        put_share(out, mlops__fairness_share(group, rates[i].rate, z), rates[i].bounds);
    mlops__rows_f64(out, mlops__weight_of(all.units));
    mlops__rows_f64(out, mlops__effective(all.units, all.squares));
}

mlops_status mlops_fairness_groups(mlops_table **out, const mlops_fairness *self,
                                   mlops_error *err) {
    static const mlops__rows_column columns[] = {{"group", MLOPS_TYPE_STRING},
                                                 {"n", MLOPS_TYPE_INT64},
                                                 {"n_labelled", MLOPS_TYPE_INT64},
                                                 {"tp", MLOPS_TYPE_INT64},
                                                 {"fp", MLOPS_TYPE_INT64},
                                                 {"tn", MLOPS_TYPE_INT64},
                                                 {"fn", MLOPS_TYPE_INT64},
                                                 {"base_rate", MLOPS_TYPE_FLOAT64},
                                                 {"selection_rate", MLOPS_TYPE_FLOAT64},
                                                 {"selection_low", MLOPS_TYPE_FLOAT64},
                                                 {"selection_high", MLOPS_TYPE_FLOAT64},
                                                 {"tpr", MLOPS_TYPE_FLOAT64},
                                                 {"tpr_low", MLOPS_TYPE_FLOAT64},
                                                 {"tpr_high", MLOPS_TYPE_FLOAT64},
                                                 {"fpr", MLOPS_TYPE_FLOAT64},
                                                 {"fpr_low", MLOPS_TYPE_FLOAT64},
                                                 {"fpr_high", MLOPS_TYPE_FLOAT64},
                                                 {"precision", MLOPS_TYPE_FLOAT64},
                                                 {"accuracy", MLOPS_TYPE_FLOAT64},
                                                 {"weight", MLOPS_TYPE_FLOAT64},
                                                 {"n_effective", MLOPS_TYPE_FLOAT64}};
    mlops__rows rows;
    *out = NULL;
    MLOPS_TRY(
        mlops__rows_begin(&rows, &self->host, columns, sizeof columns / sizeof *columns, err));
    for (int64_t i = 0; i < self->n; i++) put_group(&rows, &self->groups[i], errors_of(self, 1));
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}
