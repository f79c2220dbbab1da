/* Counts of one of the tasks behind one set of verbs.
 *
 * Owns nothing but the choice. Invariants: a row counts as unlabelled when it comes, and its label
 * by itself when that comes; a call that fails has counted nothing.
 */
#include "monitor/labels_count.h"

#include "base/sealed.h"
#include "performance/class_counts.h"

enum { CLASSES_MAX = MLOPS__CLASSES_MAX };

static mlops_status make_numbers(mlops_regression_performance **out, mlops__arena *arena) {
    size_t size = mlops_regression_performance_size();
    void *mem = mlops__arena_alloc(arena, size);
    return mem ? mlops_regression_performance_init(out, mem, size) : MLOPS_E_NOMEM;
}

mlops_status mlops__counts_init(mlops__counts *out, const mlops__score_rule *rule,
                                mlops__arena *arena) {
    *out = (mlops__counts){.rule = rule};
    if (rule->task == MLOPS__TASK_NUMBERS) {
        MLOPS_TRY(make_numbers(&out->numbers, arena));
        return make_numbers(&out->losses, arena);
    }
    int is_binary = rule->task == MLOPS__TASK_BINARY;
    size_t size =
        is_binary ? mlops_performance_size() : mlops_class_performance_size(rule->n_classes);
    void *mem = mlops__arena_alloc(arena, size);
    if (!mem) return MLOPS_E_NOMEM;
    return is_binary ? mlops_performance_init(&out->scores, mem, size)
                     : mlops_class_performance_init(&out->classes, mem, size, rule->n_classes);
}

void mlops__counts_reset(mlops__counts *self) {
    if (self->scores) mlops_performance_reset(self->scores);
    if (self->classes) mlops_class_performance_reset(self->classes);
    if (self->numbers) mlops_regression_performance_reset(self->numbers);
    if (self->losses) mlops_regression_performance_reset(self->losses);
}

mlops_status mlops__counts_take(mlops__counts *self, const void *reference, mlops_error *err) {
    if (self->scores) return mlops_performance_merge(self->scores, reference, err);
    if (self->classes) return mlops_class_performance_merge(self->classes, reference, err);
    return mlops_regression_performance_merge(self->numbers, reference, err);
}

void mlops__counts_merge(mlops__counts *self, const mlops__counts *other) {
    const void *from = other->scores    ? (const void *)other->scores
                       : other->classes ? (const void *)other->classes
                                        : (const void *)other->numbers;
    (void)mlops__counts_take(self, from, NULL); /* parts of what had room */
    if (self->losses) (void)mlops_regression_performance_merge(self->losses, other->losses, NULL);
}

/* ---- classes ---- */

/* The most probable class of a row as it came, and what it counts as; -1: it has NaN. */
static int64_t calibrate(const mlops__score_rule *rule, const double *values, double *out) {
    int64_t k = rule->n_classes, best = 0;
    double sum = 0;
    for (int64_t i = 0; i < k; i++) {
        if (values[i] > values[best]) best = i;
        sum += out[i] = values[i];
    }
    if (rule->calibration)
        (void)mlops_calibration_apply_classes(rule->calibration, values, out, 1, k, NULL);
    return sum == sum ? best : -1;
}

static mlops_status add_classes(mlops__counts *self, const double *values, const double *weights,
                                int64_t n, mlops_error *err) {
    int64_t k = self->rule->n_classes;
    double own[CLASSES_MAX];
    if (!self->rule->calibration)
        return mlops_class_performance_add(self->classes, values, n, k, NULL, NULL, weights, err);
    MLOPS_TRY(mlops__classes_check(self->classes, values, n, weights, err));
    for (int64_t i = 0; i < n; i++) {
        int64_t best = calibrate(self->rule, values + i * k, own);
        if (best < 0) best = 0; /* and the row is left out */
        (void)mlops_class_performance_add(self->classes, own, 1, k, NULL, &best,
                                          weights ? weights + i : NULL, NULL);
    }
    return MLOPS_OK;
}

/* ---- numbers ---- */

static const char *wrong_number(const double *value, int64_t width) {
    if (value[0] > MLOPS__REGRESSION_MAX || value[0] < -MLOPS__REGRESSION_MAX)
        return "the prediction is larger than 2^240";
    if (width > 1 && (value[1] < 0 || value[1] > MLOPS__REGRESSION_MAX))
        return "the expected loss is not 0 to 2^240";
    return NULL;
}

static mlops_status add_numbers(mlops__counts *self, const double *values, int64_t width,
                                const double *weights, int64_t n, mlops_error *err) {
    static const double none = 0;
    int64_t units, all = 0;
    for (int64_t i = 0; i < n; i++) {
        const char *wrong = mlops__units_of(&units, weights ? weights[i] : 1);
        if (!wrong) wrong = wrong_number(values + i * width, width);
        if (wrong)
            return mlops__fail(err, MLOPS_E_INVALID, "row %lld, counted from 0: %s", (long long)i,
                               wrong);
        if (all <= MLOPS__UNITS_MAX) all += units;
    }
    MLOPS_TRY(mlops__regression_room(self->losses, width > 1 ? all : 0, n, err));
    for (int64_t i = 0; width > 1 && i < n; i++) {
        const double *row = values + i * width;
        if (row[0] == row[0])
            (void)mlops_regression_performance_add(self->losses, row + 1, &none,
                                                   weights ? weights + i : NULL, 1, NULL);
    }
    return MLOPS_OK;
}

/* ---- any ---- */

mlops_status mlops__counts_add(mlops__counts *self, const double *values, int64_t width,
                               const double *weights, int64_t n, mlops_error *err) {
    if (self->scores) return mlops_performance_add(self->scores, values, NULL, weights, n, err);
    if (self->classes) return add_classes(self, values, weights, n, err);
    return add_numbers(self, values, width, weights, n, err);
}

const char *mlops__counts_wrong(const mlops__counts *self, double label) {
    if (self->scores) return label == 0 || label == 1 ? NULL : "it is none of 0 and 1";
    if (self->classes)
        return label >= 0 && label < (double)self->rule->n_classes &&
                       label == (double)(int64_t)label
                   ? NULL
                   : "it is no class";
    return label >= -MLOPS__REGRESSION_MAX && label <= MLOPS__REGRESSION_MAX
               ? NULL
               : "it is no number up to 2^240";
}

int mlops__counts_wrong_row(const mlops__counts *self, const double *values) {
    if (self->scores) return values[0] < 0 || values[0] > 1;
    if (self->classes) /* whether there is room is not asked */
        return mlops__classes_check(self->classes, values, 1, NULL, NULL) == MLOPS_E_INVALID;
    return wrong_number(values, 1) != NULL;
}

double mlops__counts_room(const mlops__counts *self) {
    const mlops_performance *scores = self->classes ? self->classes->one : self->scores;
    mlops__loss loss;
    if (scores) return mlops__weight_of(MLOPS__UNITS_MAX - scores->total[0] - scores->total[1]);
    mlops__regression_loss(&loss, self->numbers, MLOPS_METRIC_MAE);
    return mlops__weight_of(MLOPS__UNITS_MAX - loss.units);
}

void mlops__counts_label(mlops__counts *self, const double *values, double label, double weight) {
    double own[CLASSES_MAX];
    if (self->scores) {
        (void)mlops_performance_add(self->scores, values, &label, &weight, 1, NULL);
    } else if (self->classes) {
        int64_t best = calibrate(self->rule, values, own);
        if (best >= 0) mlops__classes_label(self->classes, own, (int64_t)label, best, weight);
    } else {
        (void)mlops_regression_performance_add(self->numbers, values, &label, &weight, 1, NULL);
    }
}

int64_t mlops__counts_rows(const mlops__counts *self, mlops__score_kind kind) {
    const mlops_performance *scores = self->classes ? self->classes->one : self->scores;
    int part = kind == MLOPS__SCORE_ESTIMATED;
    return scores ? scores->n[part] : mlops__regression_rows(part ? self->losses : self->numbers);
}

/* ---- bytes ---- */

void mlops__counts_put(const mlops__counts *self, mlops__buf *out) {
    if (self->scores) MLOPS__SEALED_PUT(out, mlops_performance_save, self->scores);
    if (self->classes) MLOPS__SEALED_PUT(out, mlops_class_performance_save, self->classes);
    if (self->numbers) MLOPS__SEALED_PUT(out, mlops_regression_performance_save, self->numbers);
    if (self->losses) MLOPS__SEALED_PUT(out, mlops_regression_performance_save, self->losses);
}

static void read_numbers(mlops_regression_performance *into, mlops__cursor *in) {
    uint32_t n = mlops__cursor_u32(in);
    const uint8_t *bytes = mlops__cursor_take(in, n);
    if (!bytes || mlops_regression_performance_load(&into, into,
                                                    mlops_regression_performance_size(), bytes, n))
        in->failed = 1;
}

void mlops__counts_read(mlops__counts *self, mlops__cursor *in) {
    if (self->numbers) {
        read_numbers(self->numbers, in);
        read_numbers(self->losses, in);
        return;
    }
    uint32_t n = mlops__cursor_u32(in);
    const uint8_t *bytes = mlops__cursor_take(in, n);
    if (!bytes) return;
    if (self->scores) {
        mlops_performance *scores;
        if (mlops_performance_load(&scores, self->scores, mlops_performance_size(), bytes, n))
            in->failed = 1;
        return;
    }
    int64_t k = self->rule->n_classes;
    size_t size = mlops_class_performance_size(k);
    mlops_class_performance *classes;
    if (!mlops_class_performance_load(&classes, self->classes, size, bytes, n) && classes->k == k)
        return;
    in->failed = 1;
    (void)mlops_class_performance_init(&self->classes, self->classes, size, k); /* k is lost */
}
