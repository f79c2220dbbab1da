/* Fitting: isotonic regression by pooling adjacent violators, and Platt's sigmoid.
 *
 * Owns nothing. Rows become values with a weight, whose sign tells the label: above 0 it is 1,
 * below it is 0. Invariant: what is handed out is a curve that never falls, or a finite sigmoid.
 */
#include "performance/calibration.h"
#include "performance/class_counts.h"

#include "base/real.h"
#include "metric/metric.h"

#define WEIGHT_MAX 0x1p400 /* so that no sum of 2^32 products overflows */
#define TIE        1e-15   /* scores closer than that are one, as scikit-learn has it */

typedef struct samples {
    mlops__host host;
    mlops__weighted *rows; /* with as many behind them, to sort */
    int64_t n, cap;
} samples;

static mlops_status room(samples *out, int64_t cap, const mlops_host *host, mlops_error *err) {
    MLOPS_TRY(mlops__host_init(&out->host, host, err));
    out->n = 0;
    out->cap = cap;
    out->rows = mlops__alloc_array(&out->host.allocator, 2 * (size_t)cap + 1, sizeof *out->rows);
    return out->rows ? MLOPS_OK : mlops__fail_nomem(err, (2 * (size_t)cap + 1) * sizeof *out->rows);
}

static void drop(samples *s) {
    mlops__free(&s->host.allocator, s->rows, (2 * (size_t)s->cap + 1) * sizeof *s->rows);
}

static int is_finite(double x) { return x - x == 0; }
static double absolute(double x) { return x < 0 ? -x : x; }

/* ---- isotonic ---- */

/* Scores that share one value: from first to last. */
typedef struct block {
    double first, last, weight, ones, mean;
} block;

static int64_t pool(block *blocks, int64_t n, block next) {
    next.mean = next.ones / next.weight;
    for (; n > 0 && blocks[n - 1].mean >= next.mean; n--) {
        next.first = blocks[n - 1].first;
        next.weight += blocks[n - 1].weight;
        next.ones += blocks[n - 1].ones;
        next.mean = next.ones / next.weight;
    }
    blocks[n] = next;
    return n + 1;
}

static int64_t pool_all(block *blocks, const samples *s) {
    int64_t n = 0;
    for (int64_t i = 0; i < s->n;) {
        block next = {s->rows[i].value, s->rows[i].value, 0, 0, 0};
        for (; i < s->n && (s->rows[i].value == next.first || s->rows[i].value - next.first < TIE);
             i++) {
            next.weight += absolute(s->rows[i].weight);
            if (s->rows[i].weight > 0) next.ones += s->rows[i].weight;
        }
        n = pool(blocks, n, next);
    }
    return n;
}

static mlops_status fit_isotonic(mlops_calibration **out, samples *s, const mlops_host *host,
                                 mlops_error *err) {
    int64_t n_points = 0, at = 0;
    mlops__sort_weighted(s->rows, s->rows + s->n, s->n);
    block *blocks = mlops__alloc_array(&s->host.allocator, (size_t)s->n, sizeof *blocks);
    if (!blocks) return mlops__fail_nomem(err, (size_t)s->n * sizeof *blocks);
    int64_t n = pool_all(blocks, s);
    for (int64_t i = 0; i < n; i++) n_points += 1 + (blocks[i].last > blocks[i].first);
    mlops_status status =
        mlops__calibration_begin(out, MLOPS_CALIBRATION_ISOTONIC, n_points, host, err);
    for (int64_t i = 0; !status && i < n; i++) {
        int ends = 1 + (blocks[i].last > blocks[i].first);
        for (int k = 0; k < ends; k++) {
            (*out)->x[at] = k ? blocks[i].last : blocks[i].first;
            (*out)->y[at++] = blocks[i].mean;
        }
    }
    mlops__free(&s->host.allocator, blocks, (size_t)s->n * sizeof *blocks);
    return status;
}

/* ---- Platt ---- */

/* Newton's method on the mean loss, over scores brought to [-1, 1]. */
typedef struct sigmoid {
    const samples *s;
    double middle, half; /* of the scores */
    double weight;       /* of all rows */
    double hit, miss;    /* targets of label 1 and 0: Platt's, which no row reaches */
    double a, b;
} sigmoid;

static void prepare(sigmoid *f) {
    double low = f->s->rows[0].value, high = low, ones = 0, zeros = 0;
    for (int64_t i = 0; i < f->s->n; i++) {
        mlops__weighted row = f->s->rows[i];
        low = row.value < low ? row.value : low;
        high = row.value > high ? row.value : high;
        *(row.weight > 0 ? &ones : &zeros) += absolute(row.weight);
    }
    f->middle = low / 2 + high / 2;
    f->half = high / 2 - low / 2;
    if (f->half < 0x1p-900) f->half = 1; /* one score: the sigmoid is flat */
    f->weight = ones + zeros;
    f->hit = (ones + 1) / (ones + 2);
    f->miss = 1 / (zeros + 2);
    f->a = 0;
    f->b = mlops__log((zeros + 1) / (ones + 1));
}

static double place(const sigmoid *f, double score) {
    return (score / 2 - f->middle / 2) / (f->half / 2);
}

static double loss_at(const sigmoid *f, double a, double b) {
    mlops__kept sum = {0, 0};
    for (int64_t i = 0; i < f->s->n; i++) {
        mlops__weighted row = f->s->rows[i];
        double t = row.weight > 0 ? f->hit : f->miss, z = a * place(f, row.value) + b;
        double loss = z >= 0 ? t * z + mlops__log1p(mlops__exp(-z))
                             : (t - 1) * z + mlops__log1p(mlops__exp(z));
        mlops__keep(&sum, absolute(row.weight) / f->weight * loss);
    }
    return sum.sum + sum.lost;
}

typedef struct slopes {
    double a, b, aa, ab, bb;
} slopes;

static slopes slopes_of(const sigmoid *f) {
    mlops__kept a = {0, 0}, b = {0, 0};
    slopes out = {0, 0, 1e-12, 0, 1e-12}; /* never singular */
    for (int64_t i = 0; i < f->s->n; i++) {
        mlops__weighted row = f->s->rows[i];
        double t = row.weight > 0 ? f->hit : f->miss, x = place(f, row.value);
        double e = mlops__exp(-absolute(f->a * x + f->b)), small = e / (1 + e);
        double p = f->a * x + f->b >= 0 ? small : 1 / (1 + e);
        double weight = absolute(row.weight) / f->weight, bend = weight * small / (1 + e);
        mlops__keep(&a, weight * x * (t - p));
        mlops__keep(&b, weight * (t - p));
        out.aa += bend * x * x;
        out.ab += bend * x;
        out.bb += bend;
    }
    out.a = a.sum + a.lost;
    out.b = b.sum + b.lost;
    return out;
}

/* False when there is no way down any more. */
static int descend(sigmoid *f, double *loss) {
    slopes d = slopes_of(f);
    double det = d.aa * d.bb - d.ab * d.ab;
    double da = -(d.bb * d.a - d.ab * d.b) / det, db = -(d.aa * d.b - d.ab * d.a) / det;
    double slope = d.a * da + d.b * db;
    for (double step = 1; step >= 0x1p-40; step /= 2) {
        double next = loss_at(f, f->a + step * da, f->b + step * db);
        if (!(next <= *loss + 1e-4 * step * slope)) continue;
        int moved = absolute(step * da) > 1e-14 * (1 + absolute(f->a)) ||
                    absolute(step * db) > 1e-14 * (1 + absolute(f->b));
        f->a += step * da;
        f->b += step * db;
        *loss = next;
        return moved;
    }
    return 0;
}

static mlops_status fit_platt(mlops_calibration **out, samples *s, const mlops_host *host,
                              mlops_error *err) {
    sigmoid f = {s, 0, 0, 0, 0, 0, 0, 0};
    prepare(&f);
    double loss = loss_at(&f, f.a, f.b);
    for (int i = 0; i < 100 && descend(&f, &loss); i++) {
    }
    double a = f.a / f.half, b = f.b - f.a * (f.middle / f.half);
    if (!is_finite(a) || !is_finite(b))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: the scores are too close together for a sigmoid");
    MLOPS_TRY(mlops__calibration_begin(out, MLOPS_CALIBRATION_PLATT, 0, host, err));
    (*out)->a = a;
    (*out)->b = b;
    return MLOPS_OK;
}

/* ---- both ---- */

static mlops_status fit(mlops_calibration **out, mlops_calibration_method method, samples *s,
                        const mlops_host *host, mlops_error *err) {
    if (s->n == 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: there is no row with a label and a weight above 0");
    return method == MLOPS_CALIBRATION_PLATT ? fit_platt(out, s, host, err)
                                             : fit_isotonic(out, s, host, err);
}

static mlops_status check_method(mlops_calibration_method method, mlops_error *err) {
    if (method == MLOPS_CALIBRATION_ISOTONIC || method == MLOPS_CALIBRATION_PLATT) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "calibration: method %d is none of the two",
                       (int)method);
}

static mlops_status take(samples *s, const double *scores, const double *labels,
                         const double *weights, int64_t n, mlops_error *err) {
    for (int64_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        const char *wrong = NULL;
        if (weight == 0) continue;
        if (!(weight > 0 && weight <= WEIGHT_MAX)) wrong = "the weight is not a number from 0";
        else if (!is_finite(scores[i])) wrong = "the score is not finite";
        else if (labels[i] != 0 && labels[i] != 1) wrong = "the label is neither 0 nor 1";
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        s->rows[s->n++] = (mlops__weighted){scores[i], labels[i] == 1 ? weight : -weight};
    }
    return MLOPS_OK;
}

mlops_status mlops_calibration_fit(mlops_calibration **out, mlops_calibration_method method,
                                   const double *scores, const double *labels,
                                   const double *weights, int64_t n, const mlops_host *host,
                                   mlops_error *err) {
    samples s;
    *out = NULL;
    MLOPS_TRY(check_method(method, err));
    if (n < 0 || n > MLOPS__METRIC_ROWS_MAX || (n > 0 && (!scores || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: scores or labels are NULL, or rows not 0 to 2^32");
    MLOPS_TRY(room(&s, n, host, err));
    mlops_status status = take(&s, scores, labels, weights, n, err);
    if (!status) status = fit(out, method, &s, host, err);
    drop(&s);
    return status;
}

/* The rows of one class against the rest, of rows that have been looked at. */
static void take_class(samples *s, const double *probabilities, const int64_t *labels,
                       const double *weights, int64_t n, int64_t k, int64_t at) {
    s->n = 0;
    for (int64_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        if (weight > 0)
            s->rows[s->n++] =
                (mlops__weighted){probabilities[i * k + at], labels[i] == at ? weight : -weight};
    }
}

static mlops_status check_classes(const double *probabilities, int64_t n, int64_t k,
                                  const int64_t *labels, const double *weights, mlops_error *err) {
    for (int64_t i = 0; i < n; i++) {
        double weight = weights ? weights[i] : 1;
        const char *wrong = NULL;
        if (weight == 0) continue;
        if (!(weight > 0 && weight <= WEIGHT_MAX)) wrong = "the weight is not a number from 0";
        if (labels[i] < 0 || labels[i] >= k) wrong = "the label is none of the classes";
        for (int64_t j = 0; j < k; j++)
            if (!is_finite(probabilities[i * k + j])) wrong = "a probability is not finite";
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
    }
    return MLOPS_OK;
}

mlops_status mlops_calibration_fit_classes(mlops_calibration **out, mlops_calibration_method method,
                                           const double *probabilities, int64_t n, int64_t k,
                                           const int64_t *labels, const double *weights,
                                           const mlops_host *host, mlops_error *err) {
    samples s;
    *out = NULL;
    MLOPS_TRY(check_method(method, err));
    if (n < 0 || n > MLOPS__METRIC_ROWS_MAX || k < 2 || k > MLOPS__CLASSES_MAX ||
        (n > 0 && (!probabilities || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "calibration: probabilities or labels are NULL, rows not 0 to 2^32, or "
                           "classes not 2 to %d",
                           MLOPS__CLASSES_MAX);
    MLOPS_TRY(check_classes(probabilities, n, k, labels, weights, err));
    MLOPS_TRY(room(&s, n, host, err));
    mlops_status status = mlops__calibration_begin_classes(out, method, k, host, err);
    for (int64_t j = 0; !status && j < k; j++) {
        take_class(&s, probabilities, labels, weights, n, k, j);
        status = fit(&(*out)->parts[j], method, &s, host, err);
    }
    drop(&s);
    if (status) {
        mlops_calibration_unref(*out);
        *out = NULL;
    }
    return status;
}

mlops_status mlops_performance_calibrate(mlops_calibration **out, const mlops_performance *self,
                                         mlops_calibration_method method, const mlops_host *host,
                                         mlops_error *err) {
    samples s;
    *out = NULL;
    MLOPS_TRY(check_method(method, err));
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "calibration: the counts are NULL");
    MLOPS_TRY(room(&s, 2 * MLOPS__SCORE_BINS, host, err));
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++) {
        const mlops__score_bin *bin = &self->bins[i];
        int64_t all = bin->weight[0] + bin->weight[1];
        if (!all) continue;
        double at = mlops__i128_mean(bin->sum[0], MLOPS__SCORE_BITS, all);
        for (size_t k = 0; k < 2; k++) {
            double weight = mlops__weight_of(bin->weight[k]);
            if (weight > 0) s.rows[s.n++] = (mlops__weighted){at, k ? weight : -weight};
        }
    }
    mlops_status status = fit(out, method, &s, host, err);
    drop(&s);
    return status;
}
