/* mlops fairness: whether the rows of a table were decided alike for groups of people. */
#include "cli.h"

static int count_table(mlops_fairness *fairness, const cli_args *args) {
    mlops_table *table = NULL, *out = NULL;
    mlops_error error;
    int exit_status = cli_load_table(&table, args->words[0], args);
    if (!exit_status && (mlops_fairness_add_table(fairness, table, args->by, args->columns,
                                                  args->target, args->keys, &error) ||
                         (args->alone ? mlops_fairness_groups(&out, fairness, &error)
                                      : mlops_fairness_measures(&out, fairness, &error))))
        exit_status = cli_fail(args->words[0], &error);
    if (!exit_status) exit_status = cli_list(out, args);
    mlops_table_unref(out);
    mlops_table_unref(table);
    return exit_status;
}

static int cli_fairness(const cli_args *args) {
    mlops_fairness_opts opts = MLOPS_FAIRNESS_OPTS_INIT;
    mlops_fairness *fairness;
    mlops_error error;
    if (!args->by || !args->columns)
        return cli_usage("fairness", "--by and --prediction are needed");
    opts.privileged = args->base;
    if (args->threshold == args->threshold) {
        opts.flags = MLOPS_FAIRNESS_SET_THRESHOLD;
        opts.threshold = args->threshold;
    }
    opts.rows_min = args->max;
    if (mlops_fairness_new(&fairness, &opts, &error)) return cli_fail(NULL, &error);
    int exit_status = count_table(fairness, args);
    mlops_fairness_free(fairness);
    return exit_status;
}

const cli_command cli_fairness_commands[] = {
    {"fairness", "TABLE", "fairness list read-csv",
     "Say whether groups of people were decided alike, with intervals.",
     "TABLE has the decision or score of each row, the columns that group it and, if they are\n"
     "known, labels 0 and 1. TABLE may be -, for standard input.\n\n"
     "Examples:\n"
     "  mlops fairness decided.csv --by sex --prediction score --target repaid\n"
     "  mlops fairness decided.csv --by sex,region --prediction score --groups --csv",
     cli_fairness},
    {0},
};
