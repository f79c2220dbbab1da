/* Watch rows go by until a window is full. Run it in examples/data. */
#include <mlops.h>
#include <stdio.h>

int main(int argc, char **argv) {
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_reference_opts columns = MLOPS_REFERENCE_OPTS_INIT;
    columns.ignore = "fraud";
    opts.reference = &columns;
    opts.window_rows = 500;
    mlops_monitor *monitor = NULL;
    mlops_table *live = NULL;
    mlops_error e;
    mlops_status status = mlops_monitor_new(&monitor, NULL, "train.csv", &opts, &e);
    if (!status) status = mlops_table_load(&live, "live.csv", NULL, &e);
    if (!status) status = mlops_monitor_add_table(monitor, live, &e);
    if (!status && argc > 1) status = mlops_monitor_save(monitor, argv[1], &e);
    if (status) return fprintf(stderr, "%s\n", e.message), 1;
    printf("%lld windows, %lld columns drifted in the newest\n",
           (long long)mlops_monitor_n_windows(monitor),
           (long long)mlops_monitor_n_drifted(monitor));
    mlops_table_unref(live);
    mlops_monitor_free(monitor);
    return 0;
}
