/* Counts of probabilities of classes: storage, adding, merging, bytes.
 *
 * Owns the layout of a mlops_class_performance. Invariants: all that is kept is whole numbers, so
 * that no order of rows or parts can be told; a call that fails has counted nothing; every row is
 * in the counts of each class.
 */
#include "performance/class_counts.h"

#include "base/sealed.h"
#include "base/storage.h"
#include "metric/metric.h"
#include "sys/hosted.h"

#include <string.h>

/* The bytes, little-endian; sums have 128 bits, the low half first:
 *
 *     offset    size  what
 *          0       4  magic "MLCP"
 *          4       4  version, 1
 *          8       4  k, classes
 *         12      16  losses times weights, units of 2^-72
 *         28     8*k  weights of rows whose label has so many classes ahead of it, units of 2^-20
 *        ...   8*k*k  weights by label, then prediction, units of 2^-20 (i64 each)
 *        ...  16*k*k  probabilities times weights by label, then prediction, units of 2^-72
 *        ...          of each class what counts of it against the rest have between their version
 *                     and their CRC-32; the same of the probability of the predicted class against
 *                     whether it was right
 *        ...       4  CRC-32 of all before it
 */
#define MAGIC 0x50434c4du

enum { VERSION = 1, SOME = 64, LEAST_BYTES = 92 /* of empty counts */ };

size_t mlops_class_performance_size(int64_t k) {
    if (k < 2 || k > MLOPS__CLASSES_MAX) return 0;
    size_t n = (size_t)k, cell = sizeof(mlops__i128) + sizeof(int64_t);
    return sizeof(mlops_class_performance) + n * (sizeof(mlops_performance) + sizeof(int64_t)) +
           sizeof(mlops_performance) + n * n * cell;
}

mlops_status mlops_class_performance_init(mlops_class_performance **out, void *mem, size_t size,
                                          int64_t k) {
    size_t needed = mlops_class_performance_size(k), cells = (size_t)k * (size_t)k;
    *out = NULL;
    if (!needed) return MLOPS_E_INVALID;
    MLOPS_TRY(mlops__storage(mem, size, needed));
    *out = mem;
    (*out)->k = k;
    (*out)->one = (mlops_performance *)(void *)(*out + 1);
    (*out)->expected = (mlops__i128 *)(void *)((*out)->one + k + 1);
    (*out)->confusion = (int64_t *)(void *)((*out)->expected + cells);
    (*out)->ranks = (*out)->confusion + cells;
    mlops_class_performance_reset(*out);
    return MLOPS_OK;
}

void mlops_class_performance_reset(mlops_class_performance *self) {
    size_t head = sizeof *self;
    self->log_loss = (mlops__i128){0, 0};
    memset(self->one, 0, mlops_class_performance_size(self->k) - head);
}

mlops_status mlops_class_performance_new(mlops_class_performance **out, int64_t k,
                                         const mlops_host *host, mlops_error *err) {
    size_t size = mlops_class_performance_size(k);
    void *mem;
    *out = NULL;
    if (!size)
        return mlops__fail(err, MLOPS_E_INVALID, "performance: %lld classes are not 2 to %d",
                           (long long)k, MLOPS__CLASSES_MAX);
    MLOPS_TRY(mlops__hosted_new(&mem, size, host, err));
    return mlops_class_performance_init(out, mem, size, k);
}

void mlops_class_performance_free(mlops_class_performance *self) { mlops__hosted_free(self); }

int64_t mlops_class_performance_n_classes(const mlops_class_performance *self) { return self->k; }

/* ---- adding ---- */

typedef struct input {
    const double *probabilities;
    const int64_t *labels, *predictions;
    const double *weights;
    int64_t k;
} input;

/* A row that is looked at: its class, or -1 if it has NaN. */
typedef struct seen {
    int64_t units, label, predicted;
    const double *p;
} seen;

static const char *look(seen *out, const input *in, int64_t i) {
    double sum = 0;
    const char *wrong = mlops__units_of(&out->units, in->weights ? in->weights[i] : 1);
    if (wrong || !out->units) return wrong;
    out->p = in->probabilities + i * in->k;
    out->label = in->labels ? in->labels[i] : -1;
    out->predicted = 0;
    for (int64_t j = 0; j < in->k; j++) {
        if (out->p[j] < 0 || out->p[j] > 1) return "a probability is not in [0, 1]";
        if (out->p[j] > out->p[out->predicted]) out->predicted = j;
        sum += out->p[j];
    }
    if (out->label >= in->k) return "the label is not below the number of classes";
    if (in->predictions) {
        out->predicted = in->predictions[i];
        if (out->predicted < 0 || out->predicted >= in->k)
            return "the prediction is none of the classes";
    }
    if (sum != sum) out->predicted = -1;
    else if (sum < 0.999 || sum > 1.001) return "the probabilities do not sum to 1";
    return NULL;
}

static void expect_row(mlops_class_performance *self, const seen *row) {
    mlops__i128 *expected = self->expected + row->predicted;
    for (int64_t j = 0; j < self->k; j++)
        mlops__wide_put(expected + j * self->k, (uint64_t)row->units,
                        mlops__share_units(row->p[j]));
}

/* What of a label is not of one class alone. */
static void count_row(mlops_class_performance *self, const seen *row) {
    int64_t k = self->k, ahead = 0;
    if (row->label < 0) return;
    double own = row->p[row->label];
    for (int64_t j = 0; j < k; j++)
        ahead += row->p[j] > own || (row->p[j] == own && j < row->label);
    self->ranks[ahead] += row->units;
    self->confusion[row->label * k + row->predicted] += row->units;
    mlops__wide_put(&self->log_loss, (uint64_t)row->units,
                    mlops__loss_units(mlops__metric_loss(own, 1)));
}

/* Rows in which no probability is NaN, class by class, and behind these the predicted one. */
static void count_rows(mlops_class_performance *self, const seen *rows, size_t n, int weighted,
                       int expected) {
    double scores[SOME], labels[SOME], weights[SOME];
    for (size_t i = 0; i < n; i++) {
        count_row(self, &rows[i]);
        if (expected) expect_row(self, &rows[i]);
        weights[i] = mlops__weight_of(rows[i].units);
    }
    for (int64_t j = 0; j <= self->k; j++) {
        for (size_t i = 0; i < n; i++) {
            int64_t of = j < self->k ? j : rows[i].predicted;
            scores[i] = rows[i].p[of];
            labels[i] = rows[i].label < 0 ? mlops__metric_undefined() : rows[i].label == of;
        }
        mlops__performance_count(&self->one[j], scores, labels, weighted ? weights : NULL, n);
    }
}

static mlops_status check(const mlops_class_performance *self, const input *in, int64_t n,
                          int64_t *n_nan, mlops_error *err) {
    int64_t units = 0;
    for (int64_t i = 0; i < n; i++) {
        seen row;
        const char *wrong = look(&row, in, i);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        if (row.units && row.predicted < 0) ++*n_nan;
        else if (units <= MLOPS__UNITS_MAX) units += row.units;
    }
    return mlops__performance_room(self->one, units, *n_nan, err);
}

mlops_status mlops_class_performance_add(mlops_class_performance *self, const double *probabilities,
                                         int64_t n, int64_t k, const int64_t *labels,
                                         const int64_t *predictions, const double *weights,
                                         mlops_error *err) {
    input in = {probabilities, labels, predictions, weights, k};
    seen rows[SOME];
    size_t some = 0;
    int64_t n_nan = 0;
    if (!self || n < 0 || (n > 0 && !probabilities) || k != self->k)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: counts or probabilities are NULL, the number of rows is "
                           "negative, or that of classes another one");
    MLOPS_TRY(check(self, &in, n, &n_nan, err));
    for (int64_t j = 0; j <= k; j++) self->one[j].n_nan += n_nan;
    for (int64_t i = 0; i < n; i++) {
        (void)look(&rows[some], &in, i);
        some += rows[some].units && rows[some].predicted >= 0;
        if (some < SOME && i + 1 < n) continue;
        count_rows(self, rows, some, weights != NULL, 1);
        some = 0;
    }
    return MLOPS_OK;
}

mlops_status mlops__classes_check(const mlops_class_performance *self, const double *probabilities,
                                  int64_t n, const double *weights, mlops_error *err) {
    input in = {probabilities, NULL, NULL, weights, self->k};
    int64_t n_nan = 0;
    return check(self, &in, n, &n_nan, err);
}

void mlops__classes_label(mlops_class_performance *self, const double *probabilities, int64_t label,
                          int64_t predicted, double weight) {
    seen row = {0, label, predicted, probabilities};
    if (!mlops__units_of(&row.units, weight) && row.units) count_rows(self, &row, 1, 1, 0);
}

mlops_status mlops_class_performance_merge(mlops_class_performance *self,
                                           const mlops_class_performance *other, mlops_error *err) {
    if (!self || !other || self == other || self->k != other->k)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "performance: counts are merged with other counts, of as many classes");
    size_t n = (size_t)self->k;
    MLOPS_TRY(mlops__performance_room(self->one, other->one->total[0] + other->one->total[1],
                                      other->one->n_nan, err));
    for (size_t i = 0; i <= n; i++) mlops__performance_join(&self->one[i], &other->one[i]);
    for (size_t i = 0; i < n; i++) self->ranks[i] += other->ranks[i];
    for (size_t i = 0; i < n * n; i++) {
        self->confusion[i] += other->confusion[i];
        self->expected[i] = mlops__i128_add(self->expected[i], other->expected[i]);
    }
    self->log_loss = mlops__i128_add(self->log_loss, other->log_loss);
    return MLOPS_OK;
}

mlops_status mlops_class_performance_one(mlops_performance **out,
                                         const mlops_class_performance *self, int64_t at,
                                         const mlops_host *host, mlops_error *err) {
    *out = NULL;
    if (!self || at < -1 || at >= self->k)
        return mlops__fail(err, MLOPS_E_INVALID, "performance: there is no class %lld",
                           (long long)at);
    MLOPS_TRY(mlops_performance_new(out, host, err));
    mlops__performance_join(*out, &self->one[at < 0 ? self->k : at]);
    return MLOPS_OK;
}

/* ---- bytes ---- */

static void put_all(const void *of, mlops__buf *out) {
    const mlops_class_performance *self = of;
    size_t n = (size_t)self->k;
    mlops__buf_u32(out, (uint32_t)n);
    mlops__wide_write(out, self->log_loss);
    for (size_t i = 0; i < n; i++) mlops__buf_i64(out, self->ranks[i]);
    for (size_t i = 0; i < n * n; i++) mlops__buf_i64(out, self->confusion[i]);
    for (size_t i = 0; i < n * n; i++) mlops__wide_write(out, self->expected[i]);
    for (size_t i = 0; i <= n; i++) mlops__performance_put_state(&self->one[i], out);
}

mlops_status mlops_class_performance_save(const mlops_class_performance *self, void *bytes,
                                          size_t cap, size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

/* Adds a weight that must be there to what is left of one. */
static int take(int64_t *left, int64_t units) {
    if (units < 0 || units > *left) return 0;
    *left -= units;
    return 1;
}

static int64_t labelled(const mlops_performance *self) {
    int64_t units = 0;
    for (size_t i = 0; i < MLOPS__SCORE_BINS; i++) units += self->bins[i].weight[1];
    return units;
}

static int same_rows(const mlops_performance *a, const mlops_performance *b) {
    return memcmp(a->n, b->n, sizeof a->n) == 0 &&
           memcmp(a->total, b->total, sizeof a->total) == 0 &&
           memcmp(a->squares, b->squares, sizeof a->squares) == 0 && a->n_nan == b->n_nan;
}

/* Whether classes have counted the same rows, each label once, and the predicted one where it was
 * right. */
static int agree(const mlops_class_performance *self) {
    const mlops_performance *first = self->one;
    int64_t ranked = first->total[0], known = first->total[0], k = self->k;
    int64_t right = labelled(&self->one[k]);
    if (!same_rows(&self->one[k], first)) return 0;
    for (int64_t i = 0; i < k; i++) {
        int64_t own = labelled(&self->one[i]);
        if (!same_rows(&self->one[i], first) || !take(&known, own) ||
            !take(&ranked, self->ranks[i]) || !take(&right, self->confusion[i * k + i]))
            return 0;
        for (int64_t j = 0; j < k; j++)
            if (!take(&own, self->confusion[i * k + j]) ||
                !mlops__wide_within(self->expected[i * k + j], first->total[0] + first->total[1], 0,
                                    (uint64_t)1 << MLOPS__SCORE_BITS))
                return 0;
        if (own) return 0;
    }
    return !known && !ranked && !right &&
           mlops__wide_within(self->log_loss, first->total[0], 0, MLOPS__LOSS_MAX);
}

mlops_status mlops_class_performance_load(mlops_class_performance **out, void *mem, size_t size,
                                          const void *bytes, size_t n_bytes) {
    mlops_class_performance *self;
    mlops__cursor in;
    *out = NULL;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n_bytes, MAGIC, VERSION));
    uint32_t k = mlops__cursor_u32(&in);
    size_t n = k, cells = n * n;
    if (k < 2 || k > MLOPS__CLASSES_MAX ||
        mlops__cursor_left(&in) < 16 + 8 * n + 24 * cells + LEAST_BYTES * (n + 1))
        return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops_class_performance_init(&self, mem, size, k));
    self->log_loss = mlops__wide_read(&in);
    for (size_t i = 0; i < n; i++) self->ranks[i] = mlops__cursor_i64(&in);
    for (size_t i = 0; i < cells; i++) self->confusion[i] = mlops__cursor_i64(&in);
    for (size_t i = 0; i < cells; i++) self->expected[i] = mlops__wide_read(&in);
    for (size_t i = 0; i <= n; i++)
        if (!mlops__performance_read_state(&self->one[i], &in)) return MLOPS_E_CORRUPT;
    if (mlops__cursor_left(&in) || !agree(self)) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
