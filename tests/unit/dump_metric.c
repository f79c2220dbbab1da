/* Answers requests of oracle_metric.py: int64 words and float64 values in, float64 out.
 *
 * Requests: 1 binary, 2 classes, 3 regression: flags scale n_bins n k n_weights, then the
 * threshold, beta, predictions, labels (int64 of classes) and weights; answered by the status, what
 * a result counts, every metric in the order of the enum, and the confusion matrix of classes. 4 n,
 * then n pairs of value and weight: answered sorted. A malformed request ends the program with an
 * error.
 */
#include "stats/stats.h"
#include "unit/dump.h"

#include <mlops.h>

static void judge(int64_t request) {
    mlops_metric_opts opts = MLOPS_METRIC_OPTS_INIT;
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_status status = MLOPS_OK;
    opts.flags = (uint32_t)word();
    opts.scale = (mlops_metric_scale)word();
    opts.n_bins = (int32_t)word();
    int64_t n = word(), k = word();
    opts.n_weights = word();
    double *threshold = values(2), *predictions = values(n * k), *labels = values(n);
    double *weights = values(opts.n_weights),
           *confusion = calloc((size_t)(k * k), sizeof *confusion);
    opts.threshold = threshold[0];
    opts.beta = threshold[1];
    opts.weights = opts.n_weights ? weights : NULL;
    if (request == 1) status = mlops_metric_binary(&m, predictions, labels, n, &opts, NULL);
    if (request == 2)
        status = mlops_metric_classes(&m, predictions, n, k, (int64_t *)(void *)labels, confusion,
                                      &opts, NULL);
    if (request == 3) status = mlops_metric_regression(&m, predictions, labels, n, &opts, NULL);
    double counts[] = {
        status, (double)m.n, (double)m.n_nan, (double)m.n_classes, m.constant_labels, m.weight};
    answer(counts, sizeof counts / sizeof *counts);
    for (int64_t i = 1; i <= mlops_metric_count(); i++) {
        double value = mlops_metric_value(&m, (mlops_metric)i);
        answer(&value, 1);
    }
    if (request == 2) answer(confusion, (size_t)(k * k));
    free(threshold);
    free(predictions);
    free(labels);
    free(weights);
    free(confusion);
}

static void sorted(void) {
    int64_t n = word();
    mlops__weighted *pairs = (mlops__weighted *)(void *)values(2 * n);
    mlops__weighted *scratch = malloc(((size_t)n + 1) * sizeof *scratch);
    if (!scratch) exit(2);
    mlops__sort_weighted(pairs, scratch, n);
    if (fwrite(pairs, sizeof *pairs, (size_t)n, stdout) != (size_t)n) exit(2);
    free(pairs);
    free(scratch);
}

int main(void) {
    int64_t request;
    while (fread(&request, sizeof request, 1, stdin) == 1) {
        if (request < 1 || request > 4) return 2;
        if (request == 4) sorted();
        else judge(request);
        fflush(stdout);
    }
    return 0;
}
