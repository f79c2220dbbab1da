/* mlops drift detect: rows at which a column changes. */
#include "cli.h"

#include <stdlib.h>

static void print_row(const cli_args *args, int64_t row, int32_t signal, int is_first) {
    const char *name = signal == MLOPS_DETECTOR_CHANGE ? "change" : "warning";
    if (args->json) printf("{\"row\":%lld,\"signal\":\"%s\"}\n", (long long)row, name);
    else if (is_first) printf("%12s  SIGNAL\n%12lld  %s\n", "ROW", (long long)row, name);
    else printf("%12lld  %s\n", (long long)row, name);
}

/* Each change, and the first of each row of warnings. */
static int print_signals(const int32_t *signals, int64_t n, const cli_args *args) {
    int n_printed = 0, exit_status = CLI_OK;
    for (int64_t i = 0; i < n; i++) {
        if (!signals[i]) continue;
        if (signals[i] == MLOPS_DETECTOR_CHANGE) exit_status = CLI_DRIFT;
        else if (i > 0 && signals[i] == signals[i - 1]) continue;
        print_row(args, i, signals[i], !n_printed++);
    }
    return exit_status;
}

static int detect_column(mlops_detector *detector, const mlops_table *table, const cli_args *args) {
    mlops_error error;
    int64_t n = mlops_table_n_rows(table), index = mlops_table_find(table, args->columns);
    if (index < 0) return cli_complain("%s has no column '%s'", args->words[0], args->columns);
    double *values = malloc(((size_t)n + 1) * sizeof *values);
    int32_t *signals = malloc(((size_t)n + 1) * sizeof *signals);
    int exit_status;
    if (!values || !signals) exit_status = cli_complain("out of memory");
    else if (mlops_table_values(table, index, values, n, &error) ||
             mlops_detector_add(detector, values, n, signals, &error))
        exit_status = cli_fail(args->words[0], &error);
    else exit_status = print_signals(signals, n, args);
    free(signals);
    free(values);
    return exit_status;
}

int cli_drift_detect(const cli_args *args) {
    mlops_detector_opts opts = MLOPS_DETECTOR_OPTS_INIT;
    mlops_detector *detector;
    mlops_table *table = NULL;
    mlops_error error;
    if (!args->columns) return cli_usage("drift detect", "--column is missing");
    opts.kind = (mlops_detector_kind)(args->tool ? args->tool - 1 : 0);
    opts.delta = args->alpha;
    opts.threshold = args->share;
    if (mlops_detector_new(&detector, &opts, &error)) return cli_fail(NULL, &error);
    int exit_status = cli_load_table(&table, args->words[0], args);
    if (!exit_status) exit_status = detect_column(detector, table, args);
    mlops_table_unref(table);
    mlops_detector_free(detector);
    return exit_status;
}
