/* Metrics by hand, and what is refused. What scikit-learn says is held by oracle_metric.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sys/host.h"
#include "sys/io_test.h"
#include "unit/draw.h"

#include <mlops.h>

static void close_to(double got, double want) {
    if (!(fabs(got - want) <= 1e-15 * fabs(want))) fail_msg("%.17g is not %.17g", got, want);
}

static void undefined(double got) {
    if (got == got) fail_msg("%.17g is not NaN", got);
}

static mlops_metrics binary(const double *scores, const double *labels, int64_t n,
                            const mlops_metric_opts *opts) {
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    err.message[0] = 0;
    if (mlops_metric_binary(&m, scores, labels, n, opts, &err)) fail_msg("%s", err.message);
    return m;
}

/*  score  .1 .4 .35 .8   label 0 0 1 1: the example of scikit-learn's documentation */
static void test_binary_by_hand(void **state) {
    (void)state;
    const double scores[] = {0.1, 0.4, 0.35, 0.8}, labels[] = {0, 0, 1, 1};
    mlops_metrics m = binary(scores, labels, 4, NULL);
    close_to(m.auc, 0.75);
    close_to(m.average_precision, 0.5 + 0.5 * 2 / 3);
    close_to(m.ks, 0.5);
    close_to(m.log_loss, -(log1p(-0.1) + log1p(-0.4) + log(0.35) + log(0.8)) / 4);
    close_to(m.brier, (0.01 + 0.16 + 0.65 * 0.65 + 0.04) / 4);
    close_to(m.ece, (0.1 + (0.65) + 0.4 + 0.2) / 4); /* bins 1, 3, 4 and 8 of ten */
    close_to(m.tp + 10 * m.fp + 100 * m.tn + 1000 * m.fn, 1201);
    close_to(m.accuracy, 0.75);
    close_to(m.precision, 1);
    close_to(m.recall, 0.5);
    close_to(m.specificity, 1);
    close_to(m.balanced_accuracy, 0.75);
    close_to(m.f1, 2.0 / 3);
    close_to(m.mcc, 2 / sqrt(1.0 * 2 * 2 * 3));
    close_to(m.prevalence, 0.5);
    close_to(m.positive_rate, 0.25);
    close_to(m.weight, 4);
    assert_int_equal(m.n, 4);
    assert_int_equal(m.n_classes, 2);
    assert_int_equal(m.task, MLOPS_METRIC_BINARY);
    assert_int_equal(m.constant_labels, 0);
    undefined(m.mae);
    undefined(m.f1_macro);
}

static void test_ties_count_half(void **state) {
    (void)state;
    const double scores[] = {0.5, 0.5, 0.5, 0.5, 0.2}, labels[] = {1, 0, 1, 0, 0};
    mlops_metrics m = binary(scores, labels, 5, NULL);
    close_to(m.auc, (4 * 0.5 + 2) / 6);
    close_to(m.average_precision, 0.5);
    close_to(m.ks, 1 - 2.0 / 3);
    const double zeros[] = {-0.0, 0.0}, both[] = {1, 0};
    close_to(binary(zeros, both, 2, NULL).auc, 0.5);
}

/* One class: no AUC, and never 0.5 in silence. */
/* A score of a kind: few values, many, both signs, the ends of what float64 has. */
static double score_of(int kind) {
    static const double ends[] = {0.0,       -0.0,      4.9e-324,
                                  -4.9e-324, 1e-310,    -1e-310,
                                  0x1p-254,  -0x1p-254, 0x1.fffffffffffffp-255,
                                  1e77,      -1e77,     0x1.fffffffffffffp255,
                                  0x1p256,   -0x1p256,  1e308,
                                  -1e308};
    double u = uniform();
    switch (kind) {
    case 0: return u;
    case 1: return (double)(float)u;
    case 2: return floor(u * 10) / 10 - (u < 0.05 ? 0.0 : 0.5);
    case 3: return 40 * (u - 0.5);
    case 4: return ends[(int)(u * 16)];
    case 5: return ends[(int)(u * 4) % 2 * 6 + (int)(u * 2)];
    case 6: return u < 0.5 ? (double)INFINITY : u < 0.6 ? -(double)INFINITY : u;
    default: return 0.25;
    }
}

/* Pairs are counted one by one, and gaps at each score. */
static void test_ranks_are_exact(void **state) {
    (void)state;
    enum { N = 700 };
    double scores[N + 1], labels[N + 1];
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    opts.scale = MLOPS_METRIC_RANK;
    opts.flags = MLOPS_METRIC_SKIP_NAN;
    for (int round = 0; round < 8 * 40; round++) {
        int n = round % 40 < 20 ? 1 + round % 40 : 3 + (int)(draw() % (N - 3)), missing = round % 3;
        int64_t pairs = 0, gap = 0, positives = 0, kept = 0;
        double precision = 0;
        for (int i = 0; i < n; i++) {
            scores[i] = score_of(round / 40);
            labels[i] = uniform() < 0.3;
            if (missing == 1 && i % 50 == 20) scores[i] = (double)NAN;
            if (missing == 2 && i % 70 == 69) labels[i] = (double)NAN;
            if (scores[i] != scores[i] || labels[i] != labels[i])
                labels[i] = 2; /* counts nowhere */
            kept += labels[i] != 2;
            positives += labels[i] == 1;
        }
        for (int i = 0; i < n; i++) {
            int64_t above[2] = {0, 0};
            for (int k = 0; labels[i] != 2 && k < n; k++) {
                if (labels[k] != 2 && scores[k] >= scores[i]) above[labels[k] == 1]++;
                if (labels[i] == 1 && labels[k] == 0)
                    pairs += scores[i] > scores[k] ? 2 : scores[i] == scores[k];
            }
            int64_t at = above[1] * (kept - positives) - above[0] * positives;
            if (labels[i] != 2 && llabs(at) > gap) gap = llabs(at);
            if (labels[i] == 1) precision += (double)above[1] / (double)(above[0] + above[1]);
        }
        for (int i = 0; i < n; i++)
            if (labels[i] == 2) labels[i] = (double)NAN;
        if (positives == 0 || positives == kept) continue;
        mlops_metrics m = binary(scores, labels, n, &opts);
        double all = (double)positives * (double)(kept - positives);
        assert_true(m.auc == (double)pairs / (2 * all));
        assert_true(m.ks == (double)gap / all);
        assert_true(fabs(m.average_precision - precision / (double)positives) < 1e-13);
    }
}

static void test_one_class_is_undefined(void **state) {
    (void)state;
    const double scores[] = {0.2, 0.9}, ones[] = {1, 1}, zeros[] = {0, 0};
    mlops_metrics m = binary(scores, ones, 2, NULL);
    assert_int_equal(m.constant_labels, 1);
    undefined(m.auc);
    undefined(m.ks);
    undefined(m.specificity);
    undefined(m.balanced_accuracy);
    undefined(m.mcc);
    close_to(m.average_precision, 1);
    close_to(m.recall, 0.5);
    m = binary(scores, zeros, 2, NULL);
    assert_int_equal(m.constant_labels, 1);
    undefined(m.auc);
    undefined(m.average_precision);
    undefined(m.recall);
    close_to(m.precision + 1, 1);
    m = binary(scores, zeros, 1, NULL);
    undefined(m.precision);
    undefined(m.f1);
    close_to(m.accuracy, 1);
}

static void test_margins_and_ranks(void **state) {
    (void)state;
    const double margins[] = {-INFINITY, INFINITY, 0, -3}, labels[] = {0, 1, 1, 1};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    opts.scale = MLOPS_METRIC_MARGIN;
    mlops_metrics m = binary(margins, labels, 4, &opts);
    double p = 1 / (1 + exp(3.0));
    close_to(m.auc, 1);
    close_to(m.tp, 2); /* from 0 */
    close_to(m.brier, (0.25 + (1 - p) * (1 - p)) / 4);
    close_to(m.log_loss, -(2 * log1p(-0x1p-52) + log(0.5) + log(p)) / 4);
    opts.scale = MLOPS_METRIC_RANK;
    m = binary(margins, labels, 4, &opts);
    close_to(m.auc, 1);
    undefined(m.log_loss);
    undefined(m.brier);
    undefined(m.ece);
    opts.flags = MLOPS_METRIC_SET_THRESHOLD;
    opts.threshold = -3;
    close_to(binary(margins, labels, 4, &opts).tp, 3);
}

/* The wrong class with all certainty costs what scikit-learn says, not infinity. */
static void test_certainty_is_held(void **state) {
    (void)state;
    const double scores[] = {0, 1}, wrong[] = {1, 0}, right[] = {0, 1};
    close_to(binary(scores, wrong, 2, NULL).log_loss, 52 * log(2.0));
    close_to(binary(scores, right, 2, NULL).log_loss, 0x1p-52);
}

static void test_weights(void **state) {
    (void)state;
    const double scores[] = {0.9, 0.4, 0.6, 0.1, (double)NAN}, labels[] = {1, 1, 0, 0, 7};
    const double weights[] = {1, 3, 2, 4, 0}; /* a row without weight is not looked at */
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    opts.weights = weights;
    opts.n_weights = 5;
    mlops_metrics m = binary(scores, labels, 5, &opts);
    close_to(m.auc, (1 * 6 + 3 * 4) / 24.0);
    close_to(m.average_precision, 0.25 + 0.75 * 4 / 6);
    close_to(m.ks, 2.0 / 3);
    close_to(m.accuracy, 0.5);
    close_to(m.weight, 10);
    close_to(m.fn, 3);
    assert_int_equal(m.n, 4);
    assert_int_equal(m.n_nan, 0);
}

/* Finite weights whose sum is not, and weights too small for quotients to have digits: no loop over
 * groups of equal weight ends on either. */
static void test_sums_of_weights_are_held(void **state) {
    (void)state;
    const double scores[] = {0.9, 0.4, 0.6, 0.1}, labels[] = {1, 1, 0, 0};
    const double p[] = {0.9, 0.1, 0.4, 0.6, 0.6, 0.4, 0.1, 0.9};
    const int64_t classes[] = {0, 1, 1, 1}, queries[] = {1, 2, 3, 3};
    const double none[] = {1.7e308, 5e-324, 4e307}, all[] = {1e300, 1e-300};
    for (int i = 0; i < 5; i++) {
        const double weight = i < 3 ? none[i] : all[i - 3],
                     weights[] = {weight, weight, weight, weight};
        mlops_status want = i < 3 ? MLOPS_E_INVALID : MLOPS_OK;
        mlops_metrics m = MLOPS_METRICS_INIT, of_classes = m, other = m;
        mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
        mlops_error err;
        opts.weights = weights;
        opts.n_weights = 4;
        assert_int_equal(mlops_metric_binary(&m, scores, labels, 4, &opts, &err), want);
        if (want) assert_non_null(strstr(err.message, "sum of the weights"));
        assert_int_equal(mlops_metric_regression(&other, scores, labels, 4, &opts, NULL), want);
        assert_int_equal(mlops_metric_ranking(&other, scores, labels, queries, 4, &opts, NULL),
                         want);
        opts.flags = MLOPS_METRIC_ONE_VS_REST;
        assert_int_equal(mlops_metric_classes(&of_classes, p, 4, 2, classes, NULL, &opts, NULL),
                         want);
        if (want) continue;
        close_to(m.ece_adaptive, 0.35);
        close_to(m.auc, 0.75);
        close_to(of_classes.f1_weighted, 0.25 * (2.0 / 3) + 0.75 * 0.8);
        close_to(of_classes.mcc, 1 / sqrt(3));
    }
}

static void test_bands_end_where_metrics_do(void **state) {
    (void)state;
    const double chunks[] = {0.5, 1.5};
    double low, high;
    const mlops_metric metrics[] = {MLOPS_METRIC_SMAPE, MLOPS_METRIC_BRIER, MLOPS_METRIC_KAPPA,
                                    MLOPS_METRIC_MAE};
    const double ends[][2] = {{0, 2}, {0, 2}, {-0.5, 1}, {0, 2.5}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(mlops_metric_band(&low, &high, metrics[i], chunks, 2, 3, NULL), MLOPS_OK);
        close_to(low, ends[i][0]);
        close_to(high, ends[i][1]);
    }
}

static void test_classes_by_hand(void **state) {
    (void)state;
    const double p[] = {0.7, 0.2, 0.1, 0.1, 0.6, 0.3, 0.25, 0.5, 0.25, 0.4, 0.4, 0.2};
    const int64_t labels[] = {0, 1, 2, 0};
    double confusion[9];
    mlops_metrics m = MLOPS_METRICS_INIT;
    assert_int_equal(mlops_metric_classes(&m, p, 4, 3, labels, confusion, NULL, NULL), MLOPS_OK);
    const double expected[] = {2, 0, 0, 0, 1, 0, 0, 1, 0}; /* the first of equals is predicted */
    assert_memory_equal(confusion, expected, sizeof confusion);
    close_to(m.accuracy, 0.75);
    close_to(m.balanced_accuracy, 2.0 / 3);
    close_to(m.f1_macro, (1 + 2.0 / 3 + 0) / 3);
    close_to(m.f1_weighted, (2 + 2.0 / 3 + 0) / 4);
    close_to(m.log_loss, -(log(0.7) + log(0.6) + log(0.25) + log(0.4)) / 4);
    assert_int_equal(m.n_classes, 3);
    assert_int_equal(m.constant_labels, 0);
    undefined(m.auc);
    undefined(m.f1);
}

static mlops_metrics regression(const double *predictions, const double *labels, int64_t n) {
    mlops_metrics m = MLOPS_METRICS_INIT;
    assert_int_equal(mlops_metric_regression(&m, predictions, labels, n, NULL, NULL), MLOPS_OK);
    return m;
}

static void test_regression_by_hand(void **state) {
    (void)state;
    const double predictions[] = {2.5, 0.5, 2, 8}, labels[] = {3, 0, 2, 7};
    mlops_metrics m = regression(predictions, labels, 4);
    close_to(m.mae, 0.5);
    close_to(m.mse, 0.375);
    close_to(m.rmse, sqrt(0.375));
    close_to(m.r2, 1 - 1.5 / 26);
    close_to(m.median_ae, 0.5);
    close_to(m.max_error, 1);
    close_to(m.bias, 0.25);
    close_to(m.mape, (0.5 / 3 + 0.5 * 0x1p52 + 0 + 1.0 / 7) / 4);
    close_to(m.poisson_deviance, 2 * (3 * log(1.2) - 0.5 + 0.5 + 0 + (7 * log(0.875) + 1)) / 4);
    assert_int_equal(m.n_classes, 0);
    m = regression(predictions, predictions, 4);
    close_to(m.r2, 1);
    close_to(m.poisson_deviance + 1, 1);
    const double same[] = {2, 2, 2, 2}, below[] = {-1, 0, 2, 7};
    m = regression(predictions, same, 4);
    assert_int_equal(m.constant_labels, 1);
    undefined(m.r2);
    undefined(regression(predictions, below, 4).poisson_deviance);
    undefined(regression(below, labels, 4).poisson_deviance);
}

/* Sums are exact: a million and a tiny rest, in any order. */
static void test_sums_do_not_round(void **state) {
    (void)state;
    double predictions[4000], labels[4000];
    for (int i = 0; i < 4000; i++) {
        predictions[i] = i % 2 ? -1e300 : 1e300;
        labels[i] = 0;
    }
    predictions[100] = 3e-300; /* all cancel but this */
    predictions[101] = 0;
    close_to(regression(predictions, labels, 4000).bias, 3e-300 / 4000);
}

static void test_order_changes_nothing(void **state) {
    (void)state;
    double scores[3000], labels[3000];
    seed = 5;
    for (int i = 0; i < 3000; i++) {
        scores[i] = i % 3 ? uniform() : floor(10 * uniform()) / 10;
        labels[i] = uniform() < scores[i];
    }
    mlops_metrics first = binary(scores, labels, 3000, NULL), other = first;
    mlops_metrics number = regression(scores, labels, 3000);
    for (int i = 2999; i > 0; i--) {
        int j = (int)(draw() % (uint64_t)(i + 1));
        double score = scores[i], label = labels[i];
        scores[i] = scores[j];
        labels[i] = labels[j];
        scores[j] = score;
        labels[j] = label;
    }
    other = binary(scores, labels, 3000, NULL);
    assert_memory_equal(&first, &other, sizeof first);
    other = regression(scores, labels, 3000);
    assert_memory_equal(&number, &other, sizeof number);
}

static void refused(mlops_status status, const mlops_error *err, mlops_status want,
                    const char *word) {
    assert_int_equal(status, want);
    assert_int_equal(err->code, want);
    if (!strstr(err->message, word)) fail_msg("'%s' lacks '%s'", err->message, word);
}

static void test_missing_rows(void **state) {
    (void)state;
    const double scores[] = {0.1, (double)NAN, 0.8, 0.3}, labels[] = {0, 1, 1, (double)NAN};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    refused(mlops_metric_binary(&m, scores, labels, 4, NULL, &err), &err, MLOPS_E_INVALID,
            "row 1, counted from 0: the score is NaN");
    refused(mlops_metric_regression(&m, labels, scores, 4, NULL, &err), &err, MLOPS_E_INVALID,
            "row 1, counted from 0: the label is NaN");
    opts.flags = MLOPS_METRIC_SKIP_NAN;
    m = binary(scores, labels, 4, &opts);
    assert_int_equal(m.n, 2);
    assert_int_equal(m.n_nan, 2);
    close_to(m.auc, 1);
    refused(mlops_metric_binary(&m, scores + 1, labels + 1, 1, &opts, &err), &err, MLOPS_E_INVALID,
            "no row counts");
    close_to(m.auc, 1); /* a failure leaves the result alone */
}

static void test_refuses_rows(void **state) {
    (void)state;
    const double scores[] = {0.5, 1.5}, labels[] = {1, 0}, odd[] = {1, 2}, wide[] = {1, INFINITY};
    const double p[] = {0.5, 0.5, 0.9, 0.2}, negative[] = {1.1, -0.1};
    const int64_t one[] = {1, 1}, two[] = {2, 0}, minus[] = {-1, 0};
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
    refused(mlops_metric_binary(&m, scores, labels, 2, NULL, &err), &err, MLOPS_E_INVALID, "row 1");
    refused(mlops_metric_binary(&m, labels, odd, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "neither 0 nor 1");
    refused(mlops_metric_binary(&m, wide, labels, 2, NULL, &err), &err, MLOPS_E_INVALID, "[0, 1]");
    refused(mlops_metric_regression(&m, wide, labels, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "the prediction is infinite");
    refused(mlops_metric_regression(&m, labels, wide, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "the label is infinite");
    refused(mlops_metric_classes(&m, p, 2, 2, one, NULL, NULL, &err), &err, MLOPS_E_INVALID,
            "row 1, counted from 0: the probabilities");
    refused(mlops_metric_classes(&m, negative, 1, 2, one, NULL, NULL, &err), &err, MLOPS_E_INVALID,
            "row 0");
    refused(mlops_metric_classes(&m, p, 1, 2, two, NULL, NULL, &err), &err, MLOPS_E_INVALID,
            "number of classes");
    refused(mlops_metric_classes(&m, p, 1, 2, minus, NULL, NULL, &err), &err, MLOPS_E_INVALID,
            "missing");
    refused(mlops_metric_classes(&m, p, 1, 1, one, NULL, NULL, &err), &err, MLOPS_E_INVALID,
            "classes");
}

static void test_refuses_options(void **state) {
    (void)state;
    const double scores[] = {0.5, 0.6}, labels[] = {1, 0}, weights[] = {1, -1};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error err;
#define REFUSED(word)                                                                              \
    refused(mlops_metric_binary(&m, scores, labels, 2, &opts, &err), &err, MLOPS_E_INVALID, word)
    opts.flags = 4;
    REFUSED("flags");
    opts.flags = 0;
    opts.threshold = 0.4;
    REFUSED("MLOPS_METRIC_SET_THRESHOLD");
    opts.flags = MLOPS_METRIC_SET_THRESHOLD;
    opts.threshold = (double)NAN;
    REFUSED("NaN");
    opts.flags = 0;
    opts.threshold = 0;
    opts.scale = (mlops_metric_scale)3;
    REFUSED("scale");
    opts.scale = MLOPS_METRIC_PROBABILITY;
    opts.n_bins = 1001;
    REFUSED("n_bins");
    refused(mlops_metric_regression(&m, scores, labels, 2, &opts, &err), &err, MLOPS_E_INVALID,
            "mlops_metric_binary");
    opts.n_bins = 0;
    opts.n_weights = 2;
    REFUSED("weights");
    opts.weights = weights;
    REFUSED("row 1");
    opts.n_weights = 1;
    REFUSED("2 rows, but 1 weights");
#undef REFUSED
    refused(mlops_metric_binary(&m, NULL, labels, 2, NULL, &err), &err, MLOPS_E_INVALID, "NULL");
    refused(mlops_metric_binary(NULL, scores, labels, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "NULL");
    refused(mlops_metric_binary(&m, scores, labels, -1, NULL, &err), &err, MLOPS_E_INVALID, "rows");
    refused(mlops_metric_binary(&m, scores, labels, 0, NULL, &err), &err, MLOPS_E_INVALID,
            "no row");
    m.struct_size = 0;
    refused(mlops_metric_binary(&m, scores, labels, 2, NULL, &err), &err, MLOPS_E_INVALID,
            "struct_size");
}

static void test_names(void **state) {
    (void)state;
    assert_int_equal(mlops_metric_count(), MLOPS_METRIC_EXPLAINED_VARIANCE);
    for (int64_t i = 0; i < mlops_metric_count(); i++) {
        mlops_metric_info at = MLOPS_METRIC_INFO_INIT, found = MLOPS_METRIC_INFO_INIT;
        assert_int_equal(mlops_metric_at(&at, i), MLOPS_OK);
        assert_int_equal(at.metric, i + 1);
        assert_true(at.tasks >= 1 && at.tasks <= 8);
        assert_int_equal(mlops_metric_find(&found, at.name, NULL), MLOPS_OK);
        assert_memory_equal(&at, &found, sizeof at);
    }
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    mlops_error err;
    assert_int_equal(mlops_metric_find(&info, "log_loss", NULL), MLOPS_OK);
    assert_int_equal(info.better, MLOPS_METRIC_LOWER);
    assert_int_equal(info.tasks, MLOPS_METRIC_BINARY | MLOPS_METRIC_CLASSES);
    assert_int_equal(mlops_metric_find(&info, "r2", NULL), MLOPS_OK);
    assert_int_equal(info.better, MLOPS_METRIC_HIGHER);
    assert_int_equal(mlops_metric_find(&info, "bias", NULL), MLOPS_OK);
    assert_int_equal(info.better, MLOPS_METRIC_NEITHER);
    assert_int_equal(mlops_metric_at(&info, -1), MLOPS_E_INVALID);
    assert_int_equal(mlops_metric_at(&info, mlops_metric_count()), MLOPS_E_INVALID);
    static const char *const near[][2] = {{"AUC", "\"auc\""},          {"logloss", "\"log_loss\""},
                                          {"acuracy", "\"accuracy\""}, {"Log-Loss", "\"log_loss\""},
                                          {"rmsl", "\"rmse\""},        {"roc_auc", "\"auc\""}};
    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        refused(mlops_metric_find(&info, near[i][0], &err), &err, MLOPS_E_NOT_FOUND, near[i][1]);
    char longer[1000];
    memset(longer, 'f', sizeof longer);
    longer[sizeof longer - 1] = 0;
    refused(mlops_metric_find(&info, longer, &err), &err, MLOPS_E_NOT_FOUND, "nearest");
    refused(mlops_metric_find(&info, "", &err), &err, MLOPS_E_NOT_FOUND, "nearest");
    refused(mlops_metric_find(&info, NULL, &err), &err, MLOPS_E_INVALID, "NULL");
}

static void test_values_by_metric(void **state) {
    (void)state;
    const double scores[] = {0.1, 0.4, 0.35, 0.8}, labels[] = {0, 0, 1, 1};
    mlops_metrics m = binary(scores, labels, 4, NULL);
    close_to(mlops_metric_value(&m, MLOPS_METRIC_AUC), 0.75);
    close_to(mlops_metric_value(&m, MLOPS_METRIC_FN), 1);
    undefined(mlops_metric_value(&m, MLOPS_METRIC_R2));
    undefined(mlops_metric_value(&m, (mlops_metric)0));
    undefined(mlops_metric_value(&m, (mlops_metric)(MLOPS_METRIC_EXPLAINED_VARIANCE + 1)));
    undefined(mlops_metric_value(NULL, MLOPS_METRIC_AUC));
    m = regression(scores, labels, 4);
    close_to(mlops_metric_value(&m, MLOPS_METRIC_POISSON_DEVIANCE), m.poisson_deviance);
    m.struct_size = offsetof(mlops_metrics, poisson_deviance); /* of an older caller */
    undefined(mlops_metric_value(&m, MLOPS_METRIC_POISSON_DEVIANCE));
    close_to(mlops_metric_value(&m, MLOPS_METRIC_BIAS), m.bias);
}

static mlops_status judge_three(const mlops_host *host, int weighted, mlops_error *err) {
    static const double scores[] = {0.1, 0.4, 0.4, 0.8}, labels[] = {0, 0, 1, 1};
    static const int64_t classes[] = {0, 1};
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    opts.host = host;
    opts.weights = weighted ? scores : NULL;
    opts.n_weights = weighted ? 4 : 0;
    mlops_status status = mlops_metric_binary(&m, scores, labels, 4, &opts, err);
    if (!status) status = mlops_metric_regression(&m, scores, labels, 4, &opts, err);
    opts.n_weights /= 2;
    static const double p[] = {0.6, 0.4, 0.2, 0.8};
    if (!status) status = mlops_metric_classes(&m, p, 2, 2, classes, NULL, &opts, err);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        int64_t k = 1;
        for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
            mlops__alloc_fault fault;
            mlops_host host = MLOPS_HOST_INIT;
            mlops_error err;
            mlops__alloc_fault_init(&fault);
            fault.fail_at = k;
            host.allocator = &fault.table;
            status = judge_three(&host, weighted, &err);
            if (status) refused(status, &err, MLOPS_E_NOMEM, "memory");
            assert_int_equal(fault.n_live, 0);
            assert_int_equal(fault.n_misused, 0);
        }
        assert_int_equal(k, 6); /* rows and bins, rows, classes; then none is left */
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_binary_by_hand),
        cmocka_unit_test(test_ties_count_half),
        cmocka_unit_test(test_ranks_are_exact),
        cmocka_unit_test(test_one_class_is_undefined),
        cmocka_unit_test(test_margins_and_ranks),
        cmocka_unit_test(test_certainty_is_held),
        cmocka_unit_test(test_weights),
        cmocka_unit_test(test_sums_of_weights_are_held),
        cmocka_unit_test(test_bands_end_where_metrics_do),
        cmocka_unit_test(test_classes_by_hand),
        cmocka_unit_test(test_regression_by_hand),
        cmocka_unit_test(test_sums_do_not_round),
        cmocka_unit_test(test_order_changes_nothing),
        cmocka_unit_test(test_missing_rows),
        cmocka_unit_test(test_refuses_rows),
        cmocka_unit_test(test_refuses_options),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_values_by_metric),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
