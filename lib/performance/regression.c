/* Sums of errors of predicted numbers: adding, merging, reading, bytes.
 *
 * Owns the layout of a mlops_regression_performance. Invariants: each term is rounded once and sums
 * are without error, so that no order of rows or parts can be told; a call that fails has added
 * nothing.
 */
#include "base/exact_sum.h"
#include "base/real.h"
#include "base/sealed.h"
#include "base/storage.h"
#include "metric/metric.h"
#include "performance/performance.h"
#include "sys/hosted.h"

#include <mlops/performance_regression.h>

#include <string.h>

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLRP"
 *          4     4  version, 1
 *          8    48  rows; without a label; without a prediction; with a value below 0; with a label
 *                   below 0 or a prediction not above it; weight, units of 2^-20 (i64 each)
 *         56    16  squares of the weights, units of 2^-40
 *         72    24  least and greatest label, greatest absolute error (f64 each)
 *         96        sums, in the order below: u8 1 if it is below 0, u8 which digit is the first,
 *                   u8 n; n digits of its size (u32 each), the lowest first, neither the first nor
 *                   the last 0; digit i counts 2^(32 i - 1075)
 *        ...     4  bins of absolute errors that are not empty
 *        ...  12*n  of each, ascending: u32 which, i64 weight, units of 2^-20
 *        ...     4  CRC-32 of all before it
 */
#define MAGIC 0x50524c4du

enum { VERSION = 1, SUBBITS = 4, LOWEST = 1023 - 64, BINS = 1 + (128 << SUBBITS) };

/* Of terms times weights. */
enum {
    LABEL,
    LABEL_SQUARE,
    ERROR,
    ABSOLUTE,
    SQUARED,
    FOURTH,
    RELATIVE,
    RELATIVE_SQUARE,
    LOGS,
    LOGS_SQUARE,
    POISSON,
    SYMMETRIC,
    SUMS
};

#define LARGEST MLOPS__REGRESSION_MAX

struct mlops_regression_performance {
    int64_t n, n_unlabelled, n_nan, n_no_log, n_no_poisson, total;
    mlops__i128 squares;
    double least, greatest, worst; /* label, label, absolute error; 0 without rows */
    mlops__exact sums[SUMS];
    int64_t bins[BINS]; /* 0: absolute errors below 2^-64 */
};

size_t mlops_regression_performance_size(void) { return sizeof(mlops_regression_performance); }

void mlops_regression_performance_reset(mlops_regression_performance *self) {
    memset(self, 0, sizeof *self);
}

mlops_status mlops_regression_performance_init(mlops_regression_performance **out, void *mem,
                                               size_t size) {
    *out = NULL;
    MLOPS_TRY(mlops__storage(mem, size, sizeof **out));
    *out = mem;
    mlops_regression_performance_reset(*out);
    return MLOPS_OK;
}

mlops_status mlops_regression_performance_new(mlops_regression_performance **out,
                                              const mlops_host *host, mlops_error *err) {
    void *mem;
    *out = NULL;
    MLOPS_TRY(mlops__hosted_new(&mem, sizeof **out, host, err));
    return mlops_regression_performance_init(out, mem, sizeof **out);
}

void mlops_regression_performance_free(mlops_regression_performance *self) {
    mlops__hosted_free(self);
}

/* ---- adding ---- */

static double size_of(double x) { return x < 0 ? -x : x; }

/* a b = *high + *low, of what is far from the ends of the range. */
static void multiply(double a, double b, double *high, double *low) {
    static const double split = 0x1p27 + 1;
    double c = split * a, d = split * b, a1 = c - (c - a), b1 = d - (d - b);
    double a0 = a - a1, b0 = b - b1;
    *high = a * b;
    *low = ((a1 * b1 - *high) + a1 * b0 + a0 * b1) + a0 * b0;
}

/* Adds weight times term without error; of a power of 2 the product has none. */
static void put(mlops__exact *sum, double weight, double term, int is_power) {
    double high = weight * term, low = 0;
    if (!is_power) multiply(weight, term, &high, &low);
    mlops__exact_add(sum, high);
    if (low != 0) mlops__exact_add(sum, low);
}

static int64_t bin_of(double absolute) {
    int64_t at =
        (int64_t)(mlops__bits_of(absolute) >> (52 - SUBBITS)) - ((int64_t)LOWEST << SUBBITS);
    return at < 0 ? 0 : at + 1 < BINS ? at + 1 : BINS - 1;
}

static void add_row(mlops_regression_performance *self, double p, double y, int64_t units) {
    static const double least_label = 0x1p-52; /* as scikit-learn has it */
    double error = p - y, absolute = size_of(error), size = size_of(y), high, low;
    double square, square_low;
    double weight = mlops__weight_of(units), terms[SUMS] = {0};
    int is_power = !(units & (units - 1));
    multiply(y, y, &high, &low);
    multiply(error, error, &square, &square_low);
    terms[LABEL] = y;
    terms[LABEL_SQUARE] = high;
    terms[ERROR] = error;
    terms[ABSOLUTE] = absolute;
    terms[SQUARED] = square;
    terms[RELATIVE] = absolute / (size > least_label ? size : least_label);
    terms[SYMMETRIC] = mlops__symmetric_error(p, y);
    if (y < 0 || p < 0) self->n_no_log++;
    else terms[LOGS] = mlops__squared_log_error(p, y);
    if (y < 0 || !(p > 0)) self->n_no_poisson++;
    else terms[POISSON] = mlops__poisson_term(y, p);
    terms[FOURTH] = terms[SQUARED] * terms[SQUARED];
    terms[RELATIVE_SQUARE] = terms[RELATIVE] * terms[RELATIVE];
    terms[LOGS_SQUARE] = terms[LOGS] * terms[LOGS];
    for (size_t i = 0; i < SUMS; i++) put(&self->sums[i], weight, terms[i], is_power);
    put(&self->sums[LABEL_SQUARE], weight, low, is_power);
    put(&self->sums[SQUARED], weight, square_low, is_power);
    if (!self->n++) self->least = self->greatest = y + 0.0;
    if (y < self->least) self->least = y + 0.0;
    if (y > self->greatest) self->greatest = y + 0.0;
    if (absolute > self->worst) self->worst = absolute;
    self->total += units;
    self->bins[bin_of(absolute)] += units;
    mlops__wide_put(&self->squares, (uint64_t)units, (uint64_t)units);
}

int64_t mlops__regression_rows(const mlops_regression_performance *self) { return self->n; }

mlops_status mlops__regression_room(const mlops_regression_performance *self, int64_t units,
                                    int64_t n, mlops_error *err) {
    int64_t most = MLOPS__UNITS_MAX;
    if (units <= most - self->total && n <= most - self->n_nan && n <= most - self->n_unlabelled)
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_LIMIT,
                       "performance: the weights would add up to more than 2^41");
}

mlops_status mlops_regression_performance_add(mlops_regression_performance *self,
                                              const double *predictions, const double *labels,
                                              const double *weights, int64_t n, mlops_error *err) {
    int64_t units = 0, all = 0;
    if (!self || n < 0 || (n > 0 && (!predictions || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: sums, predictions or labels are NULL, or the number of "
                           "rows negative");
    for (int64_t i = 0; i < n; i++) {
        const char *wrong = mlops__units_of(&units, weights ? weights[i] : 1);
        if (!wrong && units && size_of(predictions[i]) > LARGEST)
            wrong = "the prediction is larger than 2^240";
        if (!wrong && units && size_of(labels[i]) > LARGEST)
            wrong = "the label is larger than 2^240";
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        if (all <= MLOPS__UNITS_MAX) all += units;
    }
    MLOPS_TRY(mlops__regression_room(self, all, n, err));
    for (int64_t i = 0; i < n; i++) {
        (void)mlops__units_of(&units, weights ? weights[i] : 1);
        if (!units) continue;
        if (predictions[i] != predictions[i]) self->n_nan++;
        else if (labels[i] != labels[i]) self->n_unlabelled++;
        else add_row(self, predictions[i], labels[i], units);
    }
    return MLOPS_OK;
}

static void join(mlops__exact *self, const mlops__exact *other) {
    mlops__exact part = *other;
    mlops__exact_carry(&part);
    mlops__exact_carry(self);
    for (size_t i = 0; i < MLOPS__EXACT_CHUNKS; i++) self->chunk[i] += part.chunk[i];
    self->n_added = 1; /* no chunk is larger than one term leaves it */
}

mlops_status mlops_regression_performance_merge(mlops_regression_performance *self,
                                                const mlops_regression_performance *other,
                                                mlops_error *err) {
    if (!self || !other || self == other)
        return mlops__fail(err, MLOPS_E_INVALID, "performance: sums are merged with other sums");
    int64_t left_out = other->n_nan > other->n_unlabelled ? other->n_nan : other->n_unlabelled;
    MLOPS_TRY(mlops__regression_room(self, other->total, left_out, err));
    if (other->n) {
        if (!self->n || other->least < self->least) self->least = other->least;
        if (!self->n || other->greatest > self->greatest) self->greatest = other->greatest;
        if (other->worst > self->worst) self->worst = other->worst;
    }
    self->n += other->n;
    self->n_unlabelled += other->n_unlabelled;
    self->n_nan += other->n_nan;
    self->n_no_log += other->n_no_log;
    self->n_no_poisson += other->n_no_poisson;
    self->total += other->total;
    self->squares = mlops__i128_add(self->squares, other->squares);
    for (size_t i = 0; i < SUMS; i++) join(&self->sums[i], &other->sums[i]);
    for (size_t i = 0; i < BINS; i++) self->bins[i] += other->bins[i];
    return MLOPS_OK;
}

/* ---- reading ---- */

static mlops_status no_rows(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_INVALID, "performance: no row has a prediction and a label");
}

static double mean_of(const mlops_regression_performance *self, size_t which) {
    return mlops__exact_value(&self->sums[which]) / mlops__weight_of(self->total);
}

/* The sum in two parts. */
static void take_apart(const mlops__exact *sum, double *high, double *low) {
    mlops__exact rest = *sum;
    *high = mlops__exact_value(sum);
    mlops__exact_add(&rest, -*high);
    *low = mlops__exact_value(&rest);
}

/* Squared deviations of labels or errors from their mean, in twice the digits that their sums
 * have: S2 - S1^2 / W. */
static double deviations(const mlops_regression_performance *self, size_t first, size_t second) {
    double weight = mlops__weight_of(self->total), s1, s1_low, s2, s2_low, a, a_low, b, b_low;
    take_apart(&self->sums[first], &s1, &s1_low);
    take_apart(&self->sums[second], &s2, &s2_low);
    double mean = s1 / weight;
    multiply(mean, weight, &a, &a_low);
    double mean_low = (((s1 - a) - a_low) + s1_low) / weight;
    multiply(s1, mean, &b, &b_low);
    b_low += s1 * mean_low + s1_low * mean;
    double gap = (s2 - b) + (s2_low - b_low);
    return gap > 0 ? gap : 0;
}

double mlops_regression_performance_quantile(const mlops_regression_performance *self, double q) {
    int64_t sum = 0, at = 0;
    if (!(q >= 0 && q <= 1) || !self->n) return mlops__metric_undefined();
    double share = q * (double)self->total;
    while (at < BINS && ((sum += self->bins[at]) == 0 || (double)sum < share)) at++;
    if (at >= BINS) at = BINS - 1;
    uint64_t low = (uint64_t)(at - 1 + ((int64_t)LOWEST << SUBBITS));
    double middle = at ? mlops__f64_of((2 * low + 1) << (51 - SUBBITS)) : 0;
    return middle < self->worst && at + 1 < BINS ? middle : at ? self->worst : 0;
}

mlops_status mlops_regression_performance_metrics(mlops_metrics *out,
                                                  const mlops_regression_performance *self,
                                                  const mlops_performance_opts *given,
                                                  mlops_error *err) {
    mlops_performance_opts opts;
    mlops_metrics m;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_QUANTILE, err));
    if (!self->n) return no_rows(err);
    mlops__metrics_start(&m, MLOPS_METRIC_REGRESSION);
    m.n = self->n;
    m.n_nan = self->n_nan;
    m.weight = mlops__weight_of(self->total);
    m.constant_labels = self->least == self->greatest;
    m.mae = mean_of(self, ABSOLUTE);
    m.mse = mean_of(self, SQUARED);
    m.rmse = mlops__sqrt(m.mse);
    m.mape = mean_of(self, RELATIVE);
    m.bias = mean_of(self, ERROR);
    m.max_error = self->worst;
    m.pinball = opts.quantile * (m.mae - m.bias) / 2 + (1 - opts.quantile) * (m.mae + m.bias) / 2;
    m.smape = mean_of(self, SYMMETRIC);
    if (!m.constant_labels) {
        double of_labels = deviations(self, LABEL, LABEL_SQUARE);
        m.r2 = 1 - mlops__ratio(mlops__exact_value(&self->sums[SQUARED]), of_labels);
        m.explained_variance = 1 - mlops__ratio(deviations(self, ERROR, SQUARED), of_labels);
    }
    if (!self->n_no_log) {
        m.msle = mean_of(self, LOGS);
        m.rmsle = mlops__sqrt(m.msle);
    }
    if (!self->n_no_poisson) m.poisson_deviance = mean_of(self, POISSON);
    m.median_ae = mlops_regression_performance_quantile(self, 0.5);
    return mlops__metrics_end(out, &m, err);
}

/* ---- without labels ---- */

/* Mean and standard deviation of a loss. */
typedef struct loss {
    const char *name;
    size_t sum, square;
    int rooted;
} loss;

static mlops_status find_loss(loss *out, mlops_metric metric, mlops_error *err) {
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    static const struct {
        mlops_metric metric;
        uint8_t sum, square, rooted;
    } losses[] = {{MLOPS_METRIC_MAE, ABSOLUTE, SQUARED, 0},
                  {MLOPS_METRIC_MSE, SQUARED, FOURTH, 0},
                  {MLOPS_METRIC_RMSE, SQUARED, FOURTH, 1},
                  {MLOPS_METRIC_MAPE, RELATIVE, RELATIVE_SQUARE, 0},
                  {MLOPS_METRIC_MSLE, LOGS, LOGS_SQUARE, 0},
                  {MLOPS_METRIC_RMSLE, LOGS, LOGS_SQUARE, 1}};
    for (size_t i = 0; i < sizeof losses / sizeof *losses; i++) {
        if (losses[i].metric != metric) continue;
        (void)mlops_metric_at(&info, (int64_t)metric - 1);
        *out = (loss){info.name, losses[i].sum, losses[i].square, losses[i].rooted};
        return MLOPS_OK;
    }
    return mlops__fail(err, MLOPS_E_INVALID,
                       "performance: the metric is none of mae, mse, rmse, mape, msle and rmsle");
}

void mlops__regression_loss(mlops__loss *out, const mlops_regression_performance *self,
                            mlops_metric metric) {
    loss which = {NULL, ERROR, SQUARED, 0};
    int defined = self->n && (metric == MLOPS_METRIC_BIAS || !find_loss(&which, metric, NULL)) &&
                  !(which.sum == LOGS && self->n_no_log);
    double weight = mlops__weight_of(self->total);
    out->units = self->total;
    out->unit = mlops__ratio(mlops__i128_mean(self->squares, 2 * MLOPS__WEIGHT_BITS, 1), weight);
    out->mean = defined ? mean_of(self, which.sum) : mlops__metric_undefined();
    out->square = defined ? mean_of(self, which.square) : out->mean;
    out->rooted = which.rooted;
}

/* A row moves it by (r z^2 - e^2) / V: e is its error, z how far its label lies from the mean, V
 * the variance of the labels, r = 1 - R2. How e^2 and z^2 go together is not kept: their deviations
 * add up. Nor is z^4: at most z^2 m^2, m the largest z. */
double mlops__regression_r2(double *deviation, const mlops_regression_performance *self) {
    double none = *deviation = mlops__metric_undefined();
    if (self->least == self->greatest) return none;
    double squared = mean_of(self, SQUARED), mean = mean_of(self, LABEL);
    double of_labels = deviations(self, LABEL, LABEL_SQUARE) / mlops__weight_of(self->total);
    double up = self->greatest - mean, down = mean - self->least, most = up > down ? up : down;
    double rest = mlops__ratio(squared, of_labels);
    double errors = mean_of(self, FOURTH) - squared * squared;
    double labels = most * most / of_labels - 1;
    double sum = mlops__sqrt(errors > 0 ? errors : 0) / of_labels +
                 rest * mlops__sqrt(labels > 0 ? labels : 0);
    if (!(sum - sum == 0 && rest - rest == 0)) return none; /* they differ by next to nothing */
    *deviation = sum;
    return 1 - rest;
}

/* Their mean, and the sum of the squares of the weights over the square of their sum. */
static mlops_status average(double *mean, double *share, const double *losses,
                            const double *weights, int64_t n, mlops_error *err) {
    mlops__exact sum = {{0}, 0, 0}, weight = sum, squares = sum;
    for (int64_t i = 0; i < n; i++) {
        double w = weights ? weights[i] : 1;
        if (!(losses[i] >= 0 && losses[i] <= LARGEST && w >= 0 && w <= 0x1p240))
            return mlops__fail(err, MLOPS_E_INVALID,
                               "row %lld, counted from 0: the loss or the weight is not 0 to 2^240",
                               (long long)i);
        mlops__exact_add(&sum, w * losses[i]);
        mlops__exact_add(&weight, w);
        mlops__exact_add(&squares, w * w);
    }
    double all = mlops__exact_value(&weight);
    *mean = mlops__exact_value(&sum) / all;
    *share = mlops__exact_value(&squares) / all / all;
    if (all > 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "performance: there is no row to estimate from");
}

mlops_status mlops_regression_performance_estimate(mlops_table **out,
                                                   const mlops_regression_performance *self,
                                                   mlops_metric metric, const double *losses,
                                                   const double *weights, int64_t n,
                                                   const mlops_performance_opts *given,
                                                   mlops_error *err) {
    mlops_performance_opts opts;
    mlops__host host;
    mlops__rows rows;
    loss which = {NULL, 0, 0, 0};
    double mean = 0, share = 0;
    *out = NULL;
    MLOPS_TRY(mlops__performance_opts(&opts, given, MLOPS__TAKES_CONFIDENCE, err));
    MLOPS_TRY(find_loss(&which, metric, err));
    if (!losses || n < 1 || n > MLOPS__METRIC_ROWS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: losses are NULL, or rows not 1 to 2^32");
    MLOPS_TRY(average(&mean, &share, losses, weights, n, err));
    if (!self->n || (which.sum == LOGS && self->n_no_log))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: on the reference the metric has no value");
    double usual = mean_of(self, which.sum);
    double variance = (mean_of(self, which.square) - usual * usual) * share;
    if (!(variance > 0)) variance = 0;
    if (which.rooted) {
        variance = mlops__ratio(variance, 4 * mean);
        mean = mlops__sqrt(mean);
    }
    MLOPS_TRY(mlops__host_init(&host, opts.host, err));
    MLOPS_TRY(mlops__estimate_begin(&rows, &host, err));
    mlops__estimate_put(&rows, which.name, mean, variance,
                        mlops__normal_isf((1 - opts.confidence) / 2), 0,
                        mlops__f64_of(MLOPS__INF_BITS));
    return mlops__rows_end(&rows, MLOPS_OK, out, err);
}

/* ---- bytes ---- */

static void put_sum(mlops__buf *out, const mlops__exact *of) {
    mlops__exact sum = *of;
    uint32_t from = 0, to = MLOPS__EXACT_CHUNKS;
    mlops__exact_carry(&sum);
    int negative = sum.chunk[MLOPS__EXACT_CHUNKS - 1] < 0;
    if (negative) {
        for (size_t i = 0; i < MLOPS__EXACT_CHUNKS; i++) sum.chunk[i] = -sum.chunk[i];
        mlops__exact_carry(&sum);
    }
    while (to && !sum.chunk[to - 1]) to--;
    while (from < to && !sum.chunk[from]) from++;
    mlops__buf_u8(out, (uint8_t)negative);
    mlops__buf_u8(out, (uint8_t)from);
    mlops__buf_u8(out, (uint8_t)(to - from));
    for (; from < to; from++) mlops__buf_u32(out, (uint32_t)sum.chunk[from]);
}

static int read_sum(mlops__exact *out, mlops__cursor *in, int may_be_negative) {
    uint32_t negative = mlops__cursor_u8(in), from = mlops__cursor_u8(in), n = mlops__cursor_u8(in);
    if (negative > (uint32_t)may_be_negative || from + n > MLOPS__EXACT_CHUNKS - 2 ||
        (!n && (from || negative)))
        return 0;
    for (uint32_t i = from; i < from + n; i++) {
        int64_t digit = mlops__cursor_u32(in);
        if (!digit && (i == from || i + 1 == from + n)) return 0;
        out->chunk[i] = negative ? -digit : digit;
    }
    return 1;
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_regression_performance *self = of;
    const int64_t counts[] = {self->n,        self->n_unlabelled, self->n_nan,
                              self->n_no_log, self->n_no_poisson, self->total};
    uint32_t n_bins = 0;
    for (size_t i = 0; i < 6; i++) mlops__buf_i64(out, counts[i]);
    mlops__wide_write(out, self->squares);
    mlops__buf_f64(out, self->least);
    mlops__buf_f64(out, self->greatest);
    mlops__buf_f64(out, self->worst);
    for (size_t i = 0; i < SUMS; i++) put_sum(out, &self->sums[i]);
    for (size_t i = 0; i < BINS; i++) n_bins += self->bins[i] != 0;
    mlops__buf_u32(out, n_bins);
    for (uint32_t i = 0; i < BINS; i++) {
        if (!self->bins[i]) continue;
        mlops__buf_u32(out, i);
        mlops__buf_i64(out, self->bins[i]);
    }
}

mlops_status mlops_regression_performance_save(const mlops_regression_performance *self,
                                               void *bytes, size_t cap, size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static int read_bins(mlops_regression_performance *self, mlops__cursor *in) {
    uint32_t n = mlops__cursor_u32(in), next = 0;
    int64_t left = self->total;
    if (in->failed || mlops__cursor_left(in) != n * (uint64_t)12) return 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = mlops__cursor_u32(in);
        int64_t units = mlops__cursor_i64(in);
        if (at < next || at >= BINS || units < 1 || units > left) return 0;
        self->bins[at] = units;
        left -= units;
        next = at + 1;
    }
    return !left;
}

static int is_plain(double x) {
    return size_of(x) <= 2 * LARGEST && (x != 0 || !mlops__bits_of(x));
}

static int counts_agree(const mlops_regression_performance *self) {
    int64_t most = MLOPS__UNITS_MAX;
    return mlops__weights_agree(self->n, self->total, self->squares) && self->n_unlabelled >= 0 &&
           self->n_unlabelled <= most && self->n_nan >= 0 && self->n_nan <= most &&
           self->n_no_log >= 0 && self->n_no_log <= self->n_no_poisson &&
           self->n_no_poisson <= self->n && is_plain(self->least) && is_plain(self->greatest) &&
           is_plain(self->worst) && self->least <= self->greatest && self->worst >= 0 &&
           (self->n || (self->least == 0 && self->greatest == 0 && self->worst == 0));
}

static int read_all(mlops_regression_performance *self, mlops__cursor *in) {
    int64_t *const counts[] = {&self->n,        &self->n_unlabelled, &self->n_nan,
                               &self->n_no_log, &self->n_no_poisson, &self->total};
    for (size_t i = 0; i < 6; i++) *counts[i] = mlops__cursor_i64(in);
    self->squares = mlops__wide_read(in);
    self->least = mlops__cursor_f64(in);
    self->greatest = mlops__cursor_f64(in);
    self->worst = mlops__cursor_f64(in);
    if (in->failed || !counts_agree(self)) return 0;
    for (size_t i = 0; i < SUMS; i++) {
        int negative = i == LABEL || i == ERROR || i == POISSON;
        if (!read_sum(&self->sums[i], in, negative)) return 0;
        double mean = mlops__exact_value(&self->sums[i]);
        if (mean - mean != 0 || (!self->n && mean != 0)) return 0;
    }
    return read_bins(self, in);
}

mlops_status mlops_regression_performance_load(mlops_regression_performance **out, void *mem,
                                               size_t size, const void *bytes, size_t n) {
    mlops_regression_performance *self;
    mlops__cursor in;
    *out = NULL;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    MLOPS_TRY(mlops_regression_performance_init(&self, mem, size));
    if (!read_all(self, &in)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
