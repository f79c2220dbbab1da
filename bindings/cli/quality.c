/* mlops data expect, infer, validate: what is expected of the tables of a dataset. */
#include "cli.h"

#include <stdlib.h>

typedef struct keeping {
    cli_work work; /* first: the change's verbs see it alone */
    mlops_expectations *expected;
} keeping;

static mlops_status keep(cli_work *work) {
    const keeping *self = (const keeping *)(const void *)work;
    char **words = work->args->words;
    return mlops_dataset_expect(work->change, words[1], words[2], self->expected, &work->error);
}

static int read_expected(mlops_expectations **out, const char *path) {
    mlops_error error;
    size_t n;
    char *text = cli_read_file(path, &n);
    if (!text) return CLI_FAILED;
    mlops_status status = mlops_expectations_parse(out, text, NULL, &error);
    free(text);
    return status ? cli_fail(path, &error) : CLI_OK;
}

static int data_expect(const cli_args *args) {
    keeping self = {.expected = NULL};
    if (args->drop == (args->n_words > 3))
        return cli_usage(args->command, "FILE holds what is expected; or --drop takes it away");
    int status = args->drop ? CLI_OK : read_expected(&self.expected, args->words[3]);
    if (!status) status = cli_change(&self.work, args, keep);
    mlops_expectations_unref(self.expected);
    if (!status && !args->drop) cli_note_unknown(args, args->words[2]);
    return status;
}

static int print_expected(const cli_args *args, const mlops_expectations *e) {
    const char *text = mlops_expectations_text(e);
    if (!args->json) return fputs(text, stdout), CLI_OK;
    fputs("{\"expectations\":", stdout);
    cli_json_text(stdout, text);
    puts("}");
    return CLI_OK;
}

static int data_expected(const cli_args *args) {
    cli_work work;
    mlops_expectations *e = NULL;
    int status = cli_open(&work, args, 0);
    if (!status &&
        mlops_dataset_expectations(&e, work.store, args->words[1], args->words[2], &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = print_expected(args, e);
    mlops_expectations_unref(e);
    return status;
}

static int data_infer(const cli_args *args) {
    cli_work work;
    mlops_table *table = NULL;
    mlops_expectations *e = NULL;
    int status = cli_open(&work, args, 0);
    mlops_status made = status ? MLOPS_E_IO
                               : mlops_dataset_table(&table, work.store, args->words[1], args->ref,
                                                     args->path, MLOPS_PART_ALL, &work.error);
    if (!made) made = mlops_expectations_infer(&e, table, NULL, &work.error);
    if (!status && made) status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = print_expected(args, e);
    mlops_expectations_unref(e);
    mlops_table_unref(table);
    return status;
}

static int data_validate(const cli_args *args) {
    cli_work work;
    mlops_table *report = NULL;
    mlops_error error;
    int status = cli_open(&work, args, 0);
    if (!status && mlops_dataset_validate(&report, work.store, args->words[1], args->ref,
                                          args->words[2], args->against, &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = cli_list(report, args);
    if (!status && mlops_expectations_require(report, &error)) {
        cli_complain("%s: refused: %s", args->words[0], error.message);
        status = CLI_REFUSED;
    }
    mlops_table_unref(report);
    return status;
}

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_dataset_validations(out, work->store, work->args->words[1], &work->error);
}

static int data_validations(const cli_args *args) { return cli_read_list(args, list); }

const cli_command cli_quality_commands[] = {
    {"data expect", "STORE DATASET PATH [FILE]", "drop-expected change",
     "Keep what is expected of a table: its commits are held to it.",
     "FILE has one expectation a line, as docs/expectations.md has them; - is standard input.\n\n"
     "Examples:\n"
     "  mlops data expect fraud.mlops transactions train.csv payments.expect\n"
     "  mlops data expect fraud.mlops transactions train.csv --drop",
     data_expect},
    {"data expected", "STORE DATASET PATH", "", "Print what is expected of a table.",
     "Examples:\n"
     "  mlops data expected fraud.mlops transactions train.csv",
     data_expected},
    {"data infer", "STORE DATASET", "ref path", "Print what a table suggests to expect of it.",
     "What is printed holds for the table, and is to be edited.\n\n"
     "Examples:\n"
     "  mlops data infer fraud.mlops transactions > payments.expect",
     data_infer},
    {"data validate", "STORE DATASET PATH", "ref against list",
     "Hold a table of a commit against what is expected of it.",
     "Exit status 5 if something of severity error does not hold.\n\n"
     "Examples:\n"
     "  mlops data validate fraud.mlops transactions train.csv --ref v1",
     data_validate},
    {"data validations", "STORE DATASET", "list", "List what commits were held to.",
     "Examples:\n"
     "  mlops data validations fraud.mlops transactions",
     data_validations},
    {0},
};
