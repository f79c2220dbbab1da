/* The preset of TFDV: Jensen-Shannon divergence of two histograms that are not of the same bins.
 *
 * Owns how they are brought onto the same ones. Invariant: a value in a bin is anywhere in it with
 * the same chance, and a bin of one value alone is apart from all that are wider.
 */
#include "base/real.h"
#include "drift/preset.h"

#include <string.h>

enum { BUCKETS = 10, POINTS = 2, ENDS = 2, PARTS = 2 * BUCKETS + 1 + POINTS + ENDS };

/* Of one side: buckets of one width from the least to the greatest finite value. */
typedef struct histogram {
    double edges[BUCKETS + 1];
    double shares[BUCKETS];
    double point; /* share of all, where these are one value */
    double ends[ENDS];
} histogram;

/* 0: the values span more than float64. */
static int fill(histogram *out, const mlops__drift_values *from) {
    const double *values = from->values;
    double n = (double)from->side.n, low = from->side.min, high = from->side.max;
    int64_t counts[BUCKETS], left = from->side.n;
    memset(out, 0, sizeof *out);
    for (; left > 0 && *values < 0 && !mlops__drift_finite(*values); values++, left--)
        out->ends[0] += 1 / n;
    for (; left > 0 && !mlops__drift_finite(values[left - 1]); left--) out->ends[1] += 1 / n;
    if (left == 0) return 1;
    out->edges[0] = low;
    out->edges[BUCKETS] = high;
    if (low == high) out->point = (double)left / n;
    if (low == high || !mlops__drift_finite(high - low)) return low == high;
    mlops__preset_grid grid = {low, high, BUCKETS};
    mlops__preset_count(counts, &grid, values, left);
    for (int i = 0; i < BUCKETS; i++) {
        out->edges[i] = i == 0 ? low : (double)i * ((high - low) / BUCKETS) + low;
        out->shares[i] = (double)counts[i] / n;
    }
    return 1;
}

static int is_wide(const histogram *self) { return self->edges[BUCKETS] > self->edges[0]; }

/* Share between two bounds. */
static double share(const histogram *self, double low, double high) {
    double sum = 0;
    for (int i = 0; i < BUCKETS && is_wide(self); i++) {
        double from = self->edges[i] > low ? self->edges[i] : low;
        double to = self->edges[i + 1] < high ? self->edges[i + 1] : high;
        if (to > from)
            sum += self->shares[i] * ((to - from) / (self->edges[i + 1] - self->edges[i]));
    }
    return sum;
}

static double term(double p, double both) { return p > 0 ? p * mlops__log(2 * p / both) : 0; }

static double divergence(const histogram *x, const histogram *y) {
    double cuts[2 * BUCKETS + 2], p[PARTS], q[PARTS], sum = 0;
    int n_cuts = 0, n = 0, alike = x->edges[0] == y->edges[0];
    for (int i = 0; i < 2 * BUCKETS + 2; i++) {
        const histogram *from = i <= BUCKETS ? x : y;
        double cut = from->edges[i <= BUCKETS ? i : i - BUCKETS - 1];
        int at = n_cuts;
        if (!is_wide(from)) continue;
        for (; at > 0 && cuts[at - 1] > cut; at--) cuts[at] = cuts[at - 1];
        cuts[at] = cut;
        n_cuts++;
    }
    for (int i = 0; i + 1 < n_cuts; i++, n++) {
        p[n] = share(x, cuts[i], cuts[i + 1]);
        q[n] = share(y, cuts[i], cuts[i + 1]);
    }
    for (int i = 0; i < ENDS; i++, n++) {
        p[n] = x->ends[i];
        q[n] = y->ends[i];
    }
    p[n] = x->point;
    q[n++] = alike ? y->point : 0;
    p[n] = 0;
    q[n++] = alike ? 0 : y->point;
    for (int i = 0; i < n; i++) sum += term(p[i], p[i] + q[i]) + term(q[i], p[i] + q[i]);
    double found = sum / (2 * MLOPS__LN_2);
    return found > 1 ? 1 : found > 0 ? found : 0;
}

void mlops__preset_tfdv_values(mlops__drift_judged *out, const mlops__drift_values *reference,
                               const mlops__drift_values *current, double limit) {
    histogram x, y;
    if (!(limit > 0) || !fill(&x, reference) || !fill(&y, current)) return;
    double found = divergence(&x, &y);
    mlops__preset_judge_effect(out, "js_divergence", found, limit, found > limit);
}
