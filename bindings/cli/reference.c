/* mlops reference new, mlops reference describe. */
#include "cli.h"

#include <string.h>

static void print_json(const mlops_reference *reference) {
    printf("{\"n_rows\":%lld,\"exact\":%s,\"size\":%lld,\"columns\":[",
           (long long)mlops_reference_n_rows(reference),
           mlops_reference_is_exact(reference) ? "true" : "false",
           (long long)mlops_reference_size(reference));
    for (int64_t i = 0; i < mlops_reference_n_columns(reference); i++) {
        printf("%s{\"name\":", i ? "," : "");
        cli_json_text(stdout, mlops_reference_name(reference, i));
        printf(",\"type\":\"%s\"}", cli_type(mlops_reference_type(reference, i)));
    }
    puts("]}");
}

static void print(const mlops_reference *reference, int json) {
    if (json) {
        print_json(reference);
        return;
    }
    printf("%lld rows, %lld columns, %s, %lld bytes of memory\n",
           (long long)mlops_reference_n_rows(reference),
           (long long)mlops_reference_n_columns(reference),
           mlops_reference_is_exact(reference) ? "every value of numbers" : "quantiles of numbers",
           (long long)mlops_reference_size(reference));
    for (int64_t i = 0; i < mlops_reference_n_columns(reference); i++) {
        printf("%-9s", cli_type(mlops_reference_type(reference, i)));
        cli_text(stdout, mlops_reference_name(reference, i));
        putchar('\n');
    }
}

static int make(mlops_reference **out, const cli_args *args) {
    mlops_table *table;
    mlops_error error;
    int exit_status = cli_load_table(&table, args->words[0], args);
    if (exit_status) return exit_status;
    mlops_reference_opts opts = cli_reference_opts(args, NULL);
    if (mlops_reference_new(out, table, &opts, &error))
        exit_status = cli_fail(args->words[0], &error);
    mlops_table_unref(table);
    return exit_status;
}

/* In passes over the file. */
static int make_of_file(mlops_reference **out, const cli_args *args) {
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    mlops_csv_opts csv = cli_csv(args);
    mlops_reference_opts kept = cli_reference_opts(args, &csv);
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error error;
    int exit_status = cli_size(args, args->memory, "--memory-max", &call.memory_max);
    if (exit_status) return exit_status;
    opts.reference = &kept;
    opts.call = &call;
    opts.path = args->words[0];
    return mlops_reference_new_stream(out, &opts, &error) ? cli_fail(NULL, &error) : CLI_OK;
}

static int cli_reference_new(const cli_args *args) {
    mlops_reference *reference = NULL;
    mlops_error error;
    if (!args->out) return cli_usage("reference new", "-o FILE is missing");
    if (args->memory && !strcmp(args->words[0], "-"))
        return cli_usage("reference new",
                         "--memory-max: files are read more than once, standard input cannot be");
    int exit_status = args->memory ? make_of_file(&reference, args) : make(&reference, args);
    if (!exit_status && mlops_reference_save(reference, args->out, &error))
        exit_status = cli_fail(NULL, &error);
    if (!exit_status) print(reference, args->json);
    mlops_reference_unref(reference);
    return exit_status;
}

static int cli_reference_describe(const cli_args *args) {
    mlops_reference *reference;
    int exit_status = cli_load_reference(&reference, args->words[0], args);
    if (exit_status) return exit_status;
    print(reference, args->json);
    mlops_reference_unref(reference);
    return CLI_OK;
}

const cli_command cli_reference_commands[] = {
    {"reference new", "TABLE", "out select edges exact memory read-csv",
     "Keep what comparing needs of a CSV table, and no row.",
     "Examples:\n"
     "  mlops reference new train.csv -o train.reference --ignore target,id\n"
     "  mlops reference new train.csv -o train.reference --exact --texts\n"
     "  mlops reference new train.csv -o train.reference --memory-max 256MiB",
     cli_reference_new},
    {"reference describe", "FILE", "", "Say what a reference holds.",
     "FILE is a saved reference, a bundle that has one, or a CSV table.\n\n"
     "Examples:\n"
     "  mlops reference describe train.reference",
     cli_reference_describe},
    {0},
};
