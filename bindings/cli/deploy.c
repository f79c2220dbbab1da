/* mlops deploy: which versions serve, and to whom. */
#include "cli.h"

#include <stdlib.h>

static mlops_status set(cli_work *work) {
    const cli_args *args = work->args;
    mlops_deploy_opts opts = MLOPS_DEPLOY_OPTS_INIT;
    opts.model = args->model;
    opts.champion = args->champion;
    opts.canary = args->canary;
    if (args->canary_share >= 0) {
        opts.flags = MLOPS_DEPLOY_SET_CANARY_SHARE;
        opts.canary_share = args->canary_share;
    }
    opts.salt = args->salt;
    return mlops_deploy_set(work->change, args->words[1], &opts, &work->error);
}

static int deploy_set(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, set);
    if (!status) cli_note_deployment(args);
    return status;
}

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_deploy_list(out, work->store, &work->error);
}

static int deploy_list(const cli_args *args) { return cli_read_list(args, list); }

/* Opens what serves; the store is closed with it. */
static int serve(mlops_deployment **out, const cli_args *args) {
    cli_work work;
    *out = NULL;
    int status = cli_open(&work, args, 0);
    if (!status && mlops_deployment_open(out, work.store, args->words[1], &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    return status;
}

static int deploy_route(const cli_args *args) {
    mlops_deployment *self;
    int status = serve(&self, args);
    if (!status)
        printf(args->json ? "{\"version\":%lld}\n" : "%lld\n",
               (long long)mlops_deployment_route(self, args->words[2]));
    mlops_deployment_close(self);
    return status;
}

/* ---- predict ---- */

typedef struct scores {
    double *values;
    int64_t *versions;
    int64_t n_rows, width;
} scores;

static void put_csv(const scores *self, FILE *to) {
    for (int64_t j = 0; j < self->width; j++) {
        if (self->width == 1) fputs("prediction,", to);
        else fprintf(to, "prediction_%lld,", (long long)j);
    }
    fputs("version\n", to);
    for (int64_t i = 0; i < self->n_rows && !ferror(to); i++) {
        for (int64_t j = 0; j < self->width; j++) {
            cli_number(to, self->values[i * self->width + j]);
            putc(',', to);
        }
        fprintf(to, "%lld\n", (long long)self->versions[i]);
    }
}

static void put_json(const scores *self, FILE *to) {
    for (int64_t i = 0; i < self->n_rows && !ferror(to); i++) {
        fputs("{\"prediction\":[", to);
        for (int64_t j = 0; j < self->width; j++) {
            if (j) putc(',', to);
            cli_json_number(to, self->values[i * self->width + j]);
        }
        fprintf(to, "],\"version\":%lld}\n", (long long)self->versions[i]);
    }
}

static int print_scores(const scores *self, const cli_args *args) {
    cli_output output;
    int status = cli_output_open(&output, args->out);
    if (status) return status;
    if (args->json) put_json(self, output.file);
    else put_csv(self, output.file);
    return cli_output_close(&output, CLI_OK);
}

static int predict(mlops_deployment *deployment, const mlops_table *table, const cli_args *args) {
    scores self = {.n_rows = mlops_table_n_rows(table),
                   .width = mlops_deployment_width(deployment)};
    mlops_error error;
    size_t n = (size_t)self.n_rows * (size_t)self.width;
    int status = CLI_OK;
    self.values = calloc(n + 1, sizeof *self.values);
    self.versions = calloc((size_t)self.n_rows + 1, sizeof *self.versions);
    if (!self.values || !self.versions)
        status = cli_complain("out of memory for %lld rows", (long long)self.n_rows);
    else if (mlops_deployment_predict_table(deployment, table, args->key, self.values, self.n_rows,
                                            self.width, self.versions, &error))
        status = cli_fail(args->words[2], &error);
    else status = print_scores(&self, args);
    free(self.values);
    free(self.versions);
    return status;
}

static int deploy_predict(const cli_args *args) {
    mlops_deployment *deployment;
    mlops_table *table = NULL;
    int status = serve(&deployment, args);
    if (!status) status = cli_load_table(&table, args->words[2], args);
    if (!status) status = predict(deployment, table, args);
    mlops_table_unref(table);
    mlops_deployment_close(deployment);
    return status;
}

const cli_command cli_deploy_commands[] = {
    {"deploy set", "STORE NAME", "deploy change", "Make a deployment, or change it.",
     "What is left out stays as it is. Raising the share takes no key\n"
     "off the canary.\n\n"
     "Examples:\n"
     "  mlops deploy set fraud.mlops checkout --model fraud\n"
     "  mlops deploy set fraud.mlops checkout --canary-share 0.1",
     deploy_set},
    {"deploy list", "STORE", "list", "List deployments and the versions that serve.",
     "Examples:\n"
     "  mlops deploy list fraud.mlops",
     deploy_list},
    {"deploy predict", "STORE NAME TABLE", "key out read-csv",
     "Predict the rows of a CSV table with the versions that serve them.",
     "Prints CSV: predictions, and the version that made them. TABLE may be -, for standard "
     "input.\n"
     "Each row goes to the version of its key; without --key all go to the champion.\n\n"
     "Examples:\n"
     "  mlops deploy predict fraud.mlops checkout live.csv --key card > scores.csv",
     deploy_predict},
    {"deploy route", "STORE NAME KEY", "", "Print which version serves a key.",
     "Examples:\n"
     "  mlops deploy route fraud.mlops checkout card-1742",
     deploy_route},
    {0},
};
