/* What the order of scores tells: one pass down sorted keys or two sorted samples, equal scores
 * together.
 *
 * Owns nothing. Invariant: without weights the area and the gap are whole numbers, divided and
 * rounded once; the pass takes no branch that a mixture of labels makes hard to foresee.
 */
#include "metric/metric.h"

#include "base/bits.h"
#include "base/wide.h"

static double kept(const mlops__kept *self) { return self->sum + self->lost; }

/* Rows above the current score, of each label; those at it; and what they have added up to. */
typedef struct tally {
    int64_t n, m;
    int64_t true_positives, false_positives;
    int64_t at_x, at_y;
    uint64_t pairs_twice;  /* of label 1 above label 0; equal scores count once */
    int64_t high, low;     /* gap of the rates, times n m */
    mlops__kept precision; /* times the label 1 rows at each score */
} tally;

static inline void pass_score(tally *t) {
    t->pairs_twice += (uint64_t)t->at_y * (uint64_t)(2 * t->true_positives + t->at_x);
    t->true_positives += t->at_x;
    t->false_positives += t->at_y;
    int64_t gap = t->true_positives * t->m - t->false_positives * t->n;
    t->high = gap > t->high ? gap : t->high;
    t->low = gap < t->low ? gap : t->low;
    double precision = (double)t->true_positives / (double)(t->true_positives + t->false_positives);
    mlops__keep(&t->precision, (double)t->at_x * precision);
    t->at_x = t->at_y = 0;
}

/* What is left of one side alone. */
static inline void pass_rest(tally *t, double score, const double *values, int64_t n, int64_t *at) {
    for (; n > 0; n--) {
        if (values[n - 1] != score) pass_score(t);
        score = values[n - 1];
        ++*at;
    }
}

static inline void pass(tally *t, const double *x, const double *y) {
    int64_t i = t->n, j = t->m;
    double score = j == 0 || (i > 0 && x[i - 1] > y[j - 1]) ? x[i - 1] : y[j - 1];
    while (i > 0 && j > 0) {
        double a = x[i - 1], b = y[j - 1], next = a > b ? a : b;
        int64_t from_x = a >= b, from_y = b >= a;
        if (next != score) pass_score(t);
        score = next;
        t->at_x += from_x;
        t->at_y += from_y;
        i -= from_x;
        j -= from_y;
    }
    pass_rest(t, score, x, i, &t->at_x);
    pass_rest(t, score, y, j, &t->at_y);
    pass_score(t);
}

void mlops__metric_rank(mlops_metrics *out, const double *x, int64_t n, const double *y,
                        int64_t m) {
    tally t = {n, m, 0, 0, 0, 0, 0, 0, 0, {0, 0}};
    if (n + m == 0) return;
    pass(&t, x, y);
    if (n > 0) out->average_precision = kept(&t.precision) / (double)n;
    if (n == 0 || m == 0) return;
    mlops__i128 pairs = {t.pairs_twice, 0},
                gap = {(uint64_t)(t.high > -t.low ? t.high : -t.low), 0};
    out->auc = mlops__i128_mean(pairs, 1, n * m);
    out->ks = mlops__i128_mean(gap, 0, n * m);
}

/* ---- keys ---- */

/* From one key to the next above: the scores below 0, 0, and those above it, all by their bits. The
 * first key is a normal number, and the last is finite. */
#define KEY_BELOW ((uint64_t)1 << 51)
#define KEY_ZERO  (KEY_BELOW + MLOPS__RANK_END - MLOPS__RANK_LEAST)
#define KEY_ABOVE (KEY_ZERO + 1)

enum { TIES = 256 /* that are looked at together */ };

/* Without a branch or a comparison, so that it is done by vectors. */
void mlops__metric_keys(double *scores, int64_t n, uint64_t label) {
    const uint64_t up = KEY_ABOVE - MLOPS__RANK_LEAST;
    const uint64_t turn = up ^ (KEY_BELOW + MLOPS__RANK_END + ((uint64_t)1 << 63));
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = mlops__bits_of(scores[i]), below = 0 - (bits >> 63);
        uint64_t none = 0 - (((bits << 1 >> 1) - 1) >> 63);
        uint64_t place = (bits ^ below) + (up ^ (turn & below)); /* less bits, or more */
        place ^= (place ^ KEY_ZERO) & none;
        scores[i] = mlops__f64_of(place << 1 | label);
    }
}

/* Scores that are passed, and those of label 1 among them, at the end of each tie. */
typedef struct ties {
    int32_t passed[TIES + 1], positives[TIES + 1];
} ties;

/* Sums are whole numbers, but that of precisions. */
typedef struct key_sums {
    double pairs_twice, high, low;
    mlops__kept precision;
} key_sums;

/* What so many ties add, each to those before it, of n and m of each label. */
static void add_ties(key_sums *sums, const ties *t, int n_ties, double n, double m) {
    double gaps[TIES], pairs[TIES], precisions[TIES], all_pairs = 0, all_precisions = 0;
    for (int i = 0; i < n_ties; i++) {
        double before = t->positives[i], positives = t->positives[i + 1];
        double passed = t->passed[i + 1], at_x = positives - before;
        gaps[i] = positives * m - (passed - positives) * n;
        pairs[i] = (passed - t->passed[i] - at_x) * (positives + before);
        precisions[i] = at_x * (positives / passed);
    }
    for (int i = 0; i < n_ties; i++) {
        all_pairs += pairs[i];
        all_precisions += precisions[i];
        sums->high = gaps[i] > sums->high ? gaps[i] : sums->high;
        sums->low = gaps[i] < sums->low ? gaps[i] : sums->low;
    }
    sums->pairs_twice += all_pairs;
    mlops__keep(&sums->precision, all_precisions);
}

void mlops__metric_rank_keys(mlops_metrics *out, const double *keys, int64_t n, int64_t m) {
    key_sums sums = {0, 0, 0, {0, 0}};
    ties t;
    const int32_t all = (int32_t)(n + m);
    int32_t positives = 0;
    uint64_t key = all > 0 ? mlops__bits_of(keys[all - 1]) : 0, next;
    t.passed[0] = t.positives[0] = 0;
    for (int32_t from = 0; from < all;) {
        int32_t end = all - from < TIES ? all : from + TIES, n_ties = 1;
        for (; from < end; from++) {
            next = mlops__bits_of(keys[from + 1 < all ? all - 2 - from : 0]);
            positives += (int32_t)(key & 1);
            t.passed[n_ties] = from + 1;
            t.positives[n_ties] = positives;
            n_ties += (key ^ next) > 1 || from + 1 == all;
            key = next;
        }
        add_ties(&sums, &t, n_ties - 1, (double)n, (double)m);
        t.passed[0] = t.passed[n_ties - 1];
        t.positives[0] = t.positives[n_ties - 1];
    }
    if (n > 0) out->average_precision = kept(&sums.precision) / (double)n;
    if (n == 0 || m == 0) return;
    mlops__i128 pairs = {(uint64_t)sums.pairs_twice, 0},
                gap = {(uint64_t)(sums.high > -sums.low ? sums.high : -sums.low), 0};
    out->auc = mlops__i128_mean(pairs, 1, n * m);
    out->ks = mlops__i128_mean(gap, 0, n * m);
}

/* ---- weights ---- */

static double weight_of(const mlops__weighted *values, int64_t n) {
    mlops__kept sum = {0, 0};
    for (int64_t i = 0; i < n; i++) mlops__keep(&sum, values[i].weight);
    return kept(&sum);
}

/* Shares of all that there is of a label. */
void mlops__rank_pass(mlops__rank_tally *t, mlops__kept at_x, mlops__kept at_y) {
    double share = kept(&at_x) / t->all_x, other = kept(&at_y) / t->all_y;
    if (other > 0) mlops__keep(&t->area, other * (kept(&t->true_positives) / t->all_x + share / 2));
    mlops__keep(&t->true_positives, at_x.sum);
    mlops__keep(&t->true_positives, at_x.lost);
    mlops__keep(&t->false_positives, at_y.sum);
    mlops__keep(&t->false_positives, at_y.lost);
    double positives = kept(&t->true_positives), negatives = kept(&t->false_positives);
    double gap = positives / t->all_x - negatives / t->all_y;
    if (gap < 0) gap = -gap;
    if (gap > t->gap) t->gap = gap;
    if (share > 0) mlops__keep(&t->precision, share * (positives / (positives + negatives)));
}

void mlops__rank_end(mlops_metrics *out, const mlops__rank_tally *t) {
    if (t->all_x > 0) out->average_precision = kept(&t->precision);
    if (!(t->all_x > 0 && t->all_y > 0)) return;
    out->auc = kept(&t->area);
    out->ks = t->gap;
}

void mlops__metric_rank_weighted(mlops_metrics *out, const mlops__weighted *x, int64_t n,
                                 const mlops__weighted *y, int64_t m) {
    mlops__rank_tally t = {weight_of(x, n), weight_of(y, m), {0, 0}, {0, 0}, {0, 0}, {0, 0}, 0};
    int64_t i = n, j = m;
    while (i > 0 || j > 0) {
        mlops__kept at_x = {0, 0}, at_y = {0, 0};
        double score =
            j == 0 || (i > 0 && x[i - 1].value > y[j - 1].value) ? x[i - 1].value : y[j - 1].value;
        for (; i > 0 && !(x[i - 1].value < score); i--) mlops__keep(&at_x, x[i - 1].weight);
        for (; j > 0 && !(y[j - 1].value < score); j--) mlops__keep(&at_y, y[j - 1].weight);
        mlops__rank_pass(&t, at_x, at_y);
    }
    mlops__rank_end(out, &t);
}
