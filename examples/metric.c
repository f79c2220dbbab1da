/* How good are these scores? Metrics by field, and by a name as people write it. */
#include <mlops.h>
#include <stdio.h>

int main(void) {
    const double labels[] = {0, 0, 1, 0, 1, 1, 0, 1};
    const double scores[] = {0.1, 0.3, 0.35, 0.4, 0.6, 0.8, 0.2, 0.9};
    const char *names[] = {"average_precision", "log_loss", "f1"};
    mlops_metrics m = MLOPS_METRICS_INIT;
    mlops_error e;
    if (mlops_metric_binary(&m, scores, labels, 8, NULL, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    printf("AUC %.4f\n", m.auc);
    for (int i = 0; i < 3; i++) {
        mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
        if (mlops_metric_find(&info, names[i], &e)) return fprintf(stderr, "%s\n", e.message), 1;
        printf("%s %.4f\n", info.name, mlops_metric_value(&m, info.metric));
    }
    return 0;
}
