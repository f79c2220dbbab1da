/* A report of 1,000 features as HTML, and 1,000 features of six measures each as Prometheus' text.
 *
 * usage: bench_report PATH RUNS      PATH: where the report is written
 * A line a run: milliseconds of the report, its bytes, milliseconds of the metrics, samples of
 * mlops_feature_drift_score.
 */
#include "bench.h"

#include <math.h>
#include <string.h>

enum { FEATURES = 1000, ROWS = 2000 };

/* A third of the features has moved, each by another distance. */
static mlops_table *draw(int moved) {
    static uint64_t state = 7;
    double *values = malloc(sizeof *values * FEATURES * ROWS);
    mlops_table *out;
    mlops_error err;
    if (!values) exit(1);
    for (int i = 0; i < FEATURES * ROWS; i++) {
        double value = draw_uniform(&state);
        int feature = i % FEATURES;
        if (moved && feature % 3 == 0) value += (double)feature / FEATURES;
        values[i] = value;
    }
    must(mlops_table_from_matrix(&out, values, ROWS, FEATURES, NULL, NULL, &err), &err);
    free(values);
    return out;
}

static int64_t count(const char *text, const char *word) {
    int64_t n = 0;
    for (; (text = strstr(text, word)); text++) n++;
    return n;
}

int main(int argc, char **argv) {
    static char text[4 << 20];
    mlops_error err;
    mlops_drift *drift;
    mlops_reference *reference;
    mlops_monitor *monitor;
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    if (argc < 3) return 2;
    mlops_table *x = draw(0), *y = draw(1);
    opts.window_rows = ROWS;
    must(mlops_drift_compare(&drift, x, y, NULL, &err), &err);
    must(mlops_reference_new(&reference, x, NULL, &err), &err);
    must(mlops_monitor_new_reference(&monitor, NULL, reference, &opts, &err), &err);
    must(mlops_monitor_add_table(monitor, y, &err), &err);
    for (int run = 0, runs = atoi(argv[2]); run < runs; run++) {
        double begun = wall_ms();
        must(mlops_drift_save(drift, argv[1], &err), &err);
        double written = wall_ms();
        if (mlops_monitor_metrics(monitor, text, sizeof text, NULL)) return 1;
        double exposed = wall_ms();
        FILE *file = fopen(argv[1], "rb");
        if (!file || fseek(file, 0, SEEK_END)) return 1;
        printf("%.6f %ld %.6f %lld\n", written - begun, ftell(file), exposed - written,
               (long long)count(text, "mlops_feature_drift_score{"));
        fclose(file);
    }
    mlops_monitor_free(monitor);
    mlops_reference_unref(reference);
    mlops_drift_unref(drift);
    mlops_table_unref(x);
    mlops_table_unref(y);
    return 0;
}
