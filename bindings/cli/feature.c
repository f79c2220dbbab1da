/* mlops feature: features fitted to data, by name and version. */
#include "cli.h"

#include <stdlib.h>

/* ---- fit ---- */

typedef struct fit {
    cli_work work; /* first: the change's verbs see it alone */
    mlops_feature *feature;
} fit;

static mlops_status put(cli_work *work) {
    const fit *self = (const fit *)(const void *)work;
    return mlops_featurestore_put(work->change, &work->number, work->args->words[1], self->feature,
                                  &work->error);
}

/* The rows to fit to: those for training, or all where nothing is held out. */
static mlops_status train(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_status status = mlops_dataset_table(out, work->store, args->dataset, args->ref,
                                              args->path, MLOPS_PART_TRAIN, &work->error);
    if (status != MLOPS_E_SCHEMA) return status;
    mlops_error first = work->error;
    status = mlops_dataset_table(out, work->store, args->dataset, args->ref, args->path,
                                 MLOPS_PART_ALL, &work->error);
    if (status == MLOPS_E_SCHEMA) work->error = first; /* it is no table at all */
    return status;
}

static int fit_to(fit *self, const cli_args *args, const char *definition) {
    mlops_table *table = NULL;
    mlops_error error;
    int status = cli_open(&self->work, args, 0);
    if (!status && train(&self->work, &table)) status = cli_work_failed(&self->work);
    cli_close(&self->work);
    if (!status && mlops_feature_fit(&self->feature, definition, table, NULL, &error))
        status = cli_fail(args->words[2], &error);
    mlops_table_unref(table);
    return status;
}

static int print_version(const fit *self) {
    mlops_id id;
    mlops_feature_id(self->feature, &id);
    const char *format = self->work.args->json ? "{\"version\":%lld,\"id\":\"" : "%lld ";
    printf(format, (long long)self->work.number);
    cli_id(stdout, &id);
    puts(self->work.args->json ? "\"}" : "");
    return CLI_OK;
}

static int feature_fit(const cli_args *args) {
    fit self = {0};
    size_t n;
    if (!args->dataset) return cli_usage(args->command, "--dataset is missing");
    char *definition = cli_read_file(args->words[2], &n);
    if (!definition) return CLI_FAILED;
    int status = fit_to(&self, args, definition);
    if (!status) status = cli_change(&self.work, args, put);
    if (!status) status = print_version(&self);
    mlops_feature_unref(self.feature);
    free(definition);
    return status;
}

/* ---- use ---- */

static int get(mlops_feature **out, const cli_args *args, int64_t version) {
    cli_work work;
    *out = NULL;
    int status = cli_open(&work, args, 0);
    if (!status && mlops_featurestore_get(out, work.store, args->words[1], version, &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    return status;
}

/* --version is text elsewhere. */
static int version_of(const cli_args *args, int64_t *out) {
    *out = 0;
    return args->version ? cli_whole(args, args->version, "--version", out) : CLI_OK;
}

static int feature_apply(const cli_args *args) {
    mlops_feature *feature = NULL;
    mlops_table *rows = NULL, *table = NULL;
    mlops_error error;
    int64_t version;
    int status = version_of(args, &version);
    if (!status) status = get(&feature, args, version);
    if (!status) status = cli_load_table(&rows, args->words[2], args);
    if (!status && mlops_feature_apply(&table, feature, rows, &error))
        status = cli_fail(args->words[2], &error);
    if (!status) status = args->json ? cli_list(table, args) : cli_write_csv(table, args->out);
    mlops_table_unref(table);
    mlops_table_unref(rows);
    mlops_feature_unref(feature);
    return status;
}

static int print_feature(const mlops_feature *feature, int json) {
    size_t n = 0;
    if (!json) {
        for (int64_t i = 0; i < mlops_feature_n_outputs(feature); i++) {
            cli_text(stdout, mlops_feature_output_name(feature, i));
            fputs(" = ", stdout);
            cli_text(stdout, mlops_feature_expression(feature, i));
            putchar('\n');
        }
        return CLI_OK;
    }
    mlops_feature_save(feature, NULL, 0, &n);
    char *text = malloc(n + 1);
    if (!text || mlops_feature_save(feature, text, n, &n)) {
        free(text);
        return cli_complain("out of memory");
    }
    text[n] = 0;
    puts(text);
    free(text);
    return CLI_OK;
}

static int feature_show(const cli_args *args) {
    mlops_feature *feature = NULL;
    int64_t version;
    int status = version_of(args, &version);
    if (!status) status = get(&feature, args, version);
    if (!status) status = print_feature(feature, args->json);
    mlops_feature_unref(feature);
    return status;
}

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_featurestore_list(out, work->store, &work->error);
}

static int feature_list(const cli_args *args) { return cli_read_list(args, list); }

const cli_command cli_feature_commands[] = {
    {"feature fit", "STORE NAME DEFINITION", "data path change",
     "Fit features to a dataset, keep them, and print version and id.",
     "DEFINITION is a file with a feature a line, name = expression: docs/expressions.md. They "
     "are\n"
     "fitted to the rows for training, or to all where the dataset holds nothing out.\n\n"
     "Examples:\n"
     "  mlops feature fit fraud.mlops money money.features --dataset transactions",
     feature_fit},
    {"feature apply", "STORE NAME TABLE", "feature-version out read-csv",
     "Compute features of a CSV table; CSV to standard output.",
     "TABLE may be -, for standard input.\n\n"
     "Examples:\n"
     "  mlops feature apply fraud.mlops money live.csv -o features.csv",
     feature_apply},
    {"feature show", "STORE NAME", "feature-version",
     "Print features as they were fitted, an expression a line.",
     "Examples:\n"
     "  mlops feature show fraud.mlops money --version 1",
     feature_show},
    {"feature list", "STORE", "list", "List features by name and version.",
     "Examples:\n"
     "  mlops feature list fraud.mlops",
     feature_list},
    {0},
};
