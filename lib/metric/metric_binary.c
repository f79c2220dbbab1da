/* Scores against labels 0 and 1.
 *
 * Owns mlops_metric_binary(). Rows are copied apart by label, those of label 1 in front; each side
 * is summed over, sorted, and both are passed down once. Invariant: the caller's arrays are read
 * once, so that a result is that of one state of them.
 */
#include "base/bits.h"
#include "base/real.h"
#include "metric/metric.h"

enum { ROWS = 64 /* that are judged together */ };

/* Scores of one label in a row, each followed by its weight if there are weights. */
typedef struct side {
    double *scores;
    int64_t n;
    double above; /* weight of those at the threshold or beyond */
    double below; /* of the others */
} side;

typedef struct task {
    mlops__metric_call call;
    side x, y;     /* label 1, label 0 */
    void *room;    /* for both sides, and as much again to sort them */
    size_t size;   /* of the room, in bytes */
    int64_t width; /* doubles a row: 1, or 2 with weights */
    int64_t n_nan;
    uint64_t beyond; /* its highest bit tells of scores that are no keys */
    mlops__exact loss, brier;
    mlops__exact *bins; /* label less probability, then weights */
} task;

/* MLOPS_OK if the row is to be left out. */
static mlops_status judge_row(const task *t, int64_t row, double score, double label) {
    if (score != score) return mlops__metric_nan(&t->call, row, "the score is NaN");
    if (label != label) return mlops__metric_nan(&t->call, row, "the label is NaN");
    if (label != 0 && label != 1)
        return mlops__metric_bad(&t->call, row, "the label is neither 0 nor 1");
    return mlops__metric_bad(&t->call, row,
                             "the score is no probability in [0, 1]; margins and ranks need "
                             "another scale");
}

/* A few rows without weights, apart, if none is bad or to be left out. Without comparisons, so that
 * they are looked at by vectors. */
static int part_plain(task *t, const double *scores, const double *labels, double **front,
                      double **back) {
    const uint64_t one = (uint64_t)0x3ff << 52, sign = (uint64_t)1 << 63;
    int ranked = t->call.opts.scale != MLOPS_METRIC_PROBABILITY;
    uint64_t kept = ranked ? ~sign : ~(uint64_t)0,
             room = ranked ? sign - MLOPS__INF_BITS : sign - one - 1;
    uint64_t score[ROWS], label[ROWS], bad = 0, odd = 0, beyond = 0;
    double *to = *front, *behind = *back;
    for (int i = 0; i < ROWS; i++) {
        uint64_t a = score[i] = mlops__bits_of(scores[i]), b = label[i] = mlops__bits_of(labels[i]);
        a &= kept;
        bad |= a | (a + room);
        odd |= (b & ~one) | ((b ^ b >> 1) & one >> 1 & one);
        beyond |= mlops__rank_beyond(a & ~sign);
    }
    if ((bad & sign) | odd) return 0;
    t->beyond |= beyond;
    for (int i = 0; i < ROWS; i++) {
        uint64_t positive = label[i] >> 61 & 1;
        *to = *behind = mlops__f64_of(score[i]);
        to += positive;
        behind += (int64_t)positive - 1;
    }
    *front = to;
    *back = behind;
    return 1;
}

/* Copies the rows apart; a row of either kind takes the same steps. */
static mlops_status part(task *t, const double *scores, const double *labels, int64_t n) {
    int ranked = t->call.opts.scale != MLOPS_METRIC_PROBABILITY;
    double *front = t->room, *back = front + t->width * (n - 1), weight = 1;
    const double *end = front + t->width * n;
    for (int64_t i = 0; i < n; i++) {
        while (t->width == 1 && n - i >= ROWS && i % ROWS == 0 &&
               part_plain(t, scores + i, labels + i, &front, &back))
            i += ROWS;
        if (i == n) break;
        double score = scores[i], label = labels[i];
        if (t->width == 2) {
            weight = mlops__metric_weight(&t->call, i);
            if (weight < 0)
                return mlops__metric_bad(&t->call, i, "the weight is not a finite number from 0");
            if (weight == 0) continue;
        }
        int positive = label == 1, negative = label == 0, inside = (score >= 0) & (score <= 1);
        if (!((positive | negative) & (inside | (ranked & (score == score))))) {
            MLOPS_TRY(judge_row(t, i, score, label));
            t->n_nan++;
            continue;
        }
        t->beyond |= mlops__rank_beyond(mlops__bits_of(score) << 1 >> 1);
        *front = *back = score;
        if (t->width == 2) front[1] = back[1] = weight;
        front += t->width * positive;
        back -= t->width * negative;
    }
    t->x.scores = t->room;
    t->x.n = (front - t->x.scores) / t->width;
    t->y.scores = back + t->width;
    t->y.n = (end - t->y.scores) / t->width;
    return MLOPS_OK;
}

static void weigh(const task *t, side *s) {
    mlops__exact above = {{0}, 0, 0}, below = {{0}, 0, 0};
    double threshold = t->call.opts.threshold;
    int64_t n = 0;
    for (int64_t i = 0; t->width == 1 && i < s->n; i++) n += s->scores[i] >= threshold;
    for (int64_t i = 0; t->width == 2 && i < s->n; i++)
        mlops__exact_add(s->scores[2 * i] >= threshold ? &above : &below, s->scores[2 * i + 1]);
    s->above = t->width == 1 ? (double)n : mlops__exact_value(&above);
    s->below = t->width == 1 ? (double)(s->n - n) : mlops__exact_value(&below);
}

static void judge_probabilities(task *t, const side *s, int positive) {
    double n_bins = (double)t->call.opts.n_bins;
    int margins = t->call.opts.scale == MLOPS_METRIC_MARGIN;
    for (int64_t i = 0; i < s->n; i++) {
        double p = s->scores[t->width * i], weight = 1;
        if (t->width == 2) weight = s->scores[2 * i + 1];
        if (margins) p = 1 / (1 + mlops__exp(-p));
        double error = positive ? 1 - p : p;
        int32_t bin = p < 1 ? (int32_t)(p * n_bins) : t->call.opts.n_bins - 1;
        mlops__exact_add(&t->loss, weight * mlops__metric_loss(p, positive));
        mlops__exact_add(&t->brier, weight * (error * error));
        mlops__exact_add(t->bins + bin, positive ? weight * error : -(weight * error));
        mlops__exact_add(t->bins + t->call.opts.n_bins + bin, weight);
    }
}

static double mean_of(const mlops__exact *sum, const mlops_metrics *out, int64_t width) {
    return width == 1 ? mlops__exact_mean(sum, out->n) : mlops__exact_value(sum) / out->weight;
}

static mlops_status probabilities(mlops_metrics *out, task *t) {
    size_t n_bins = (size_t)t->call.opts.n_bins;
    mlops__exact gaps = {{0}, 0, 0};
    t->bins = mlops__alloc_array(&t->call.host.allocator, 2 * n_bins, sizeof *t->bins);
    if (!t->bins) return mlops__fail_nomem(t->call.err, 2 * n_bins * sizeof *t->bins);
    judge_probabilities(t, &t->x, 1);
    judge_probabilities(t, &t->y, 0);
    for (size_t i = 0; i < n_bins; i++) {
        double gap = mlops__exact_value(t->bins + i);
        double error = mlops__ratio(gap < 0 ? -gap : gap, mlops__exact_value(t->bins + n_bins + i));
        mlops__exact_add(&gaps, gap < 0 ? -gap : gap);
        if (error == error && !(out->mce >= error)) out->mce = error;
    }
    mlops__free(&t->call.host.allocator, t->bins, 2 * n_bins * sizeof *t->bins);
    out->log_loss = mean_of(&t->loss, out, t->width);
    out->brier = mean_of(&t->brier, out, t->width);
    out->ece = mean_of(&gaps, out, t->width);
    return MLOPS_OK;
}

void mlops__metrics_from_counts(mlops_metrics *out, double scale, double beta) {
    double tp = out->tp / scale, fp = out->fp / scale, tn = out->tn / scale, fn = out->fn / scale;
    double all = out->weight / scale;
    double product = mlops__sqrt((tp + fp) * (tp + fn)) * mlops__sqrt((tn + fp) * (tn + fn));
    out->accuracy = mlops__ratio(tp + tn, all);
    out->precision = mlops__ratio(tp, tp + fp);
    out->recall = mlops__ratio(tp, tp + fn);
    out->specificity = mlops__ratio(tn, tn + fp);
    out->balanced_accuracy = (out->recall + out->specificity) / 2;
    out->f1 = mlops__ratio(2 * tp, 2 * tp + fp + fn);
    out->f_beta = mlops__f_beta(&(mlops__class_count){tp + fn, tp + fp, tp}, beta);
    out->kappa =
        mlops__ratio(2 * (tp * tn - fp * fn), (tp + fp) * (fp + tn) + (tp + fn) * (fn + tn));
    out->mcc = mlops__ratio(tp * tn - fp * fn, product);
    out->prevalence = mlops__ratio(tp + fn, all);
    out->positive_rate = mlops__ratio(tp + fp, all);
}

static void count(mlops_metrics *out, task *t) {
    weigh(t, &t->x);
    weigh(t, &t->y);
    out->n = t->x.n + t->y.n;
    out->n_nan = t->n_nan;
    out->n_classes = 2;
    out->constant_labels = t->x.n == 0 || t->y.n == 0;
    out->tp = t->x.above;
    out->fn = t->x.below;
    out->fp = t->y.above;
    out->tn = t->y.below;
    out->weight = (out->tp + out->fn) + (out->fp + out->tn);
    mlops__metrics_from_counts(out, t->width == 1 ? 1 : out->weight, t->call.opts.beta);
}

mlops__groups mlops__groups_begin(double weight, int32_t n_groups) {
    double share = weight / n_groups;
    return (mlops__groups){weight, share, 0, 0, share, {0, 0}};
}

void mlops__groups_add(mlops__groups *self, double score, double ones, double zeros) {
    mlops__keep(&self->gap, score * (ones + zeros));
    mlops__keep(&self->gap, -ones);
    self->before += ones + zeros;
    if (self->before >= self->ends * (1 - 0x1p-40)) (void)mlops__groups_end(self);
    while (self->before >= self->ends * (1 - 0x1p-40)) self->ends += self->share;
}

double mlops__groups_end(mlops__groups *self) {
    double gap = self->gap.sum + self->gap.lost;
    self->gaps += gap < 0 ? -gap : gap;
    self->gap = (mlops__kept){0, 0};
    return mlops__ratio(self->gaps, self->weight);
}

/* Of both sides sorted, which takes the label 0 rows apart from the label 1 rows. */
static void group(mlops_metrics *out, const task *t, const double *x, const double *y) {
    mlops__groups groups = mlops__groups_begin(out->weight, t->call.opts.n_bins);
    const double *x_end = x + t->width * t->x.n, *y_end = y + t->width * t->y.n;
    if (t->call.opts.scale == MLOPS_METRIC_RANK) return;
    while (x < x_end || y < y_end) {
        double score = y == y_end || (x < x_end && *x < *y) ? *x : *y, ones = 0, zeros = 0;
        for (; x < x_end && *x == score; x += t->width) ones += t->width == 2 ? x[1] : 1;
        for (; y < y_end && *y == score; y += t->width) zeros += t->width == 2 ? y[1] : 1;
        int margin = t->call.opts.scale == MLOPS_METRIC_MARGIN;
        mlops__groups_add(&groups, margin ? 1 / (1 + mlops__exp(-score)) : score, ones, zeros);
    }
    out->ece_adaptive = mlops__groups_end(&groups);
}

static void rank(mlops_metrics *out, task *t, int64_t n) {
    double *beyond = t->room, *x = t->x.scores, *y = t->y.scores;
    beyond += t->width * n;
    mlops_cpu cpu = t->call.host.cpu;
    int may_be_keys = !(t->beyond >> 63) && n <= MLOPS__RANK_ROWS_MAX;
    if (t->width == 1 && t->call.opts.scale == MLOPS_METRIC_RANK && may_be_keys) {
        mlops__metric_keys(x, t->x.n, 1);
        mlops__metric_keys(y, t->y.n, 0);
        if (t->n_nan > 0) memmove(x + t->x.n, y, (size_t)t->y.n * sizeof *x);
        mlops__sort_f64(cpu, x, beyond, x, t->x.n + t->y.n);
        mlops__metric_rank_keys(out, x, t->x.n, t->y.n);
        return;
    }
    if (t->width == 1) {
        mlops__sort_f64(cpu, x, beyond, x, t->x.n);
        mlops__sort_f64(cpu, y, beyond, y, t->y.n);
        mlops__metric_rank(out, x, t->x.n, y, t->y.n);
        group(out, t, x, y);
        return;
    }
    mlops__sort_weighted((mlops__weighted *)(void *)x, (mlops__weighted *)(void *)beyond, t->x.n);
    mlops__sort_weighted((mlops__weighted *)(void *)y, (mlops__weighted *)(void *)beyond, t->y.n);
    mlops__metric_rank_weighted(out, (mlops__weighted *)(void *)x, t->x.n,
                                (mlops__weighted *)(void *)y, t->y.n);
    group(out, t, x, y);
}

static mlops_status run(mlops_metrics *out, task *t, const double *scores, const double *labels,
                        int64_t n) {
    MLOPS_TRY(part(t, scores, labels, n));
    count(out, t);
    if (!mlops__metric_weighs(out->weight)) return MLOPS_OK; /* what ends the call refuses it */
    if (t->call.opts.scale != MLOPS_METRIC_RANK) MLOPS_TRY(probabilities(out, t));
    rank(out, t, n);
    return MLOPS_OK;
}

mlops_status mlops_metric_binary(mlops_metrics *out, const double *scores, const double *labels,
                                 int64_t n, const mlops_metric_opts *opts, mlops_error *err) {
    task t;
    mlops_metrics result;
    memset(&t, 0, sizeof t);
    MLOPS_TRY(mlops__metric_begin(&t.call, MLOPS_METRIC_BINARY, opts, n, err));
    if (!out || (n > 0 && (!scores || !labels)))
        return mlops__fail(err, MLOPS_E_INVALID, "the result, scores or labels are NULL");
    mlops__metrics_start(&result, MLOPS_METRIC_BINARY);
    t.width = t.call.opts.weights ? 2 : 1;
    MLOPS_TRY(mlops__metric_room(&t.call, &t.room, &t.size, n, 2 * t.width));
    mlops_status status = n > 0 ? run(&result, &t, scores, labels, n) : MLOPS_OK;
    mlops__free(&t.call.host.allocator, t.room, t.size);
    MLOPS_TRY(status);
    return mlops__metrics_end(out, &result, err);
}
