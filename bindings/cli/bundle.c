/* mlops bundle: write a bundle, or say what one holds. */
#include "cli.h"

#include <string.h>

static void print_id(const mlops_bundle *bundle) {
    mlops_id id;
    mlops_bundle_id(bundle, &id);
    cli_id(stdout, &id);
}

static void print_json(const mlops_bundle *bundle) {
    const mlops_reference *reference = mlops_bundle_reference(bundle);
    fputs("{\"name\":", stdout);
    cli_json_text(stdout, mlops_bundle_name(bundle));
    fputs(",\"version\":", stdout);
    cli_json_text(stdout, mlops_bundle_version(bundle));
    fputs(",\"id\":\"", stdout);
    print_id(bundle);
    printf("\",\"n_features\":%lld,\"reference\":",
           (long long)mlops_model_n_features(mlops_bundle_model(bundle)));
    if (reference)
        printf("{\"n_rows\":%lld,\"n_columns\":%lld}", (long long)mlops_reference_n_rows(reference),
               (long long)mlops_reference_n_columns(reference));
    else fputs("null", stdout);
    printf(",\"metadata\":%s}\n", mlops_bundle_metadata(bundle));
}

static void print_member(const char *name, const char *text) {
    printf("%-12s", name);
    cli_text(stdout, *text ? text : "-");
    putchar('\n');
}

static void print_text(const mlops_bundle *bundle) {
    const mlops_reference *reference = mlops_bundle_reference(bundle);
    print_member("name", mlops_bundle_name(bundle));
    print_member("version", mlops_bundle_version(bundle));
    printf("%-12s", "id");
    print_id(bundle);
    printf("\n%-12s%lld\n%-12s", "features",
           (long long)mlops_model_n_features(mlops_bundle_model(bundle)), "reference");
    if (reference)
        printf("%lld rows, %lld columns\n", (long long)mlops_reference_n_rows(reference),
               (long long)mlops_reference_n_columns(reference));
    else puts("-");
    print_member("metadata", mlops_bundle_metadata(bundle));
}

/* Opens the bundle, which checks every byte of it, and says what it holds. */
static int show(const char *path, int json) {
    mlops_bundle *bundle;
    mlops_error error;
    if (mlops_bundle_load(&bundle, path, NULL, &error)) {
        if (error.code == MLOPS_E_CORRUPT && !cli_is_container(path))
            snprintf(error.message, sizeof error.message,
                     "not a bundle; to make one of a model give -o FILE");
        return cli_fail(path, &error);
    }
    if (json) print_json(bundle);
    else print_text(bundle);
    mlops_bundle_unref(bundle);
    return CLI_OK;
}

static int write(const cli_args *args, const mlops_model *model, const mlops_reference *reference) {
    mlops_error error;
    mlops_bundle_opts opts = MLOPS_BUNDLE_OPTS_INIT;
    opts.reference = reference;
    opts.name = args->name;
    opts.version = args->version;
    opts.metadata = args->metadata;
    if (mlops_bundle_write(args->out, model, &opts, &error)) /* only the metadata has lines */
        return cli_fail(error.line ? "--metadata" : NULL, &error);
    return show(args->out, args->json);
}

static int cli_bundle(const cli_args *args) {
    mlops_model *model;
    mlops_reference *reference = NULL;
    mlops_error error;
    const char *path = args->words[0];
    if (!args->out) {
        if (args->reference || args->name || args->version || args->metadata)
            return cli_usage("bundle", "-o FILE is missing");
        return show(path, args->json);
    }
    if (mlops_model_load(&model, path, NULL, &error)) return cli_fail(path, &error);
    int exit_status =
        args->reference ? cli_load_reference(&reference, args->reference, args) : CLI_OK;
    if (!exit_status) exit_status = write(args, model, reference);
    mlops_reference_unref(reference);
    mlops_model_unref(model);
    return exit_status;
}

const cli_command cli_bundle_commands[] = {
    {"bundle", "FILE", "out reference label metadata select read-csv",
     "Write a bundle, or say what one holds.",
     "With -o, FILE is a model, and a bundle that carries it is written, whole or not at all.\n"
     "Without -o, FILE is a bundle: every byte of it is checked, and its golden rows predicted.\n\n"
     "Examples:\n"
     "  mlops bundle fraud.json -o fraud.bundle --name fraud --version 7 \\\n"
     "      --reference train.csv --ignore fraud,id --metadata '{\"owner\": \"risk\"}'\n"
     "  mlops bundle fraud.bundle",
     cli_bundle},
    {0},
};
