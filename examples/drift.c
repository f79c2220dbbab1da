/* Has the data changed? Run it in examples/data. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    static const char *const answers[] = {"not enough data", "no drift", "drift"};
    mlops_table *train = NULL, *live = NULL;
    mlops_drift *drift = NULL;
    mlops_error e;
    if (mlops_table_load(&train, "train.csv", NULL, &e) ||
        mlops_table_load(&live, "live.csv", NULL, &e) ||
        mlops_drift_compare(&drift, train, live, NULL, &e))
        return fprintf(stderr, "%s\n", e.message), 1;
    printf("%s: %lld of %lld columns\n", answers[mlops_drift_overall(drift)],
           (long long)mlops_drift_n_drifted(drift), (long long)mlops_drift_n_columns(drift));
    for (int64_t i = 0; i < mlops_drift_n_columns(drift); i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c) || c.verdict != MLOPS_DRIFT_YES) continue;
        printf("%-8s %s %.3f, at least %.3f\n", c.name, c.test, c.effect, c.effect_low);
    }
    mlops_status status = argc > 1 ? mlops_drift_save(drift, argv[1], &e) : MLOPS_OK;
    if (status) fprintf(stderr, "%s\n", e.message);
    mlops_drift_unref(drift);
    mlops_table_unref(live);
    mlops_table_unref(train);
    return status != MLOPS_OK;
}
