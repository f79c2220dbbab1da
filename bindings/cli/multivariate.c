/* mlops drift multivariate: whether the rows of two tables differ as a whole. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { MMD, PCA, CLASSIFY };

/* How each way compares. */
typedef struct ways {
    mlops_mmd_opts mmd;
    mlops_pca_opts pca;
    mlops_classify_opts classify;
} ways;

/* The tolerance is of one method alone. */
static ways ways_of(const cli_args *args, int method) {
    ways out = {MLOPS_MMD_OPTS_INIT, MLOPS_PCA_OPTS_INIT, MLOPS_CLASSIFY_OPTS_INIT};
    out.mmd.alpha = out.pca.alpha = out.classify.alpha = args->alpha;
    out.mmd.seed = out.classify.seed = args->seed;
    *(method == MMD   ? &out.mmd.tolerance
      : method == PCA ? &out.pca.tolerance
                      : &out.classify.tolerance) = args->share;
    return out;
}

static mlops_status compare(mlops_multivariate_result *out, mlops_table **features, int method,
                            const mlops_multivariate *both, const ways *how, mlops_error *error) {
    if (method == MMD) return mlops_multivariate_mmd(out, both, &how->mmd, error);
    if (method == PCA) return mlops_multivariate_pca(out, both, &how->pca, error);
    mlops_status status = mlops_multivariate_classify(out, both, &how->classify, error);
    if (status || out->verdict == MLOPS_DRIFT_NOT_ENOUGH_DATA) return status;
    return mlops_multivariate_features(features, both, &how->classify, error);
}

/* Of the method that was asked for; else of all. */
static mlops_status report(const mlops_multivariate *both, const cli_args *args, const ways *how,
                           mlops_error *error) {
    static const uint32_t skips[] = {MLOPS_MULTIVARIATE_REPORT_SKIP_MMD,
                                     MLOPS_MULTIVARIATE_REPORT_SKIP_PCA,
                                     MLOPS_MULTIVARIATE_REPORT_SKIP_CLASSIFY};
    mlops_multivariate_report_opts opts = MLOPS_MULTIVARIATE_REPORT_OPTS_INIT;
    opts.mmd = &how->mmd;
    opts.pca = &how->pca;
    opts.classify = &how->classify;
    for (int i = 0; args->tool && i < 3; i++)
        if (i != args->tool - 1) opts.flags |= skips[i];
    return mlops_multivariate_save(both, args->report, &opts, error);
}

static void put(FILE *to, const char *name, double value) {
    if (value != value) return;
    fprintf(to, ",\"%s\":", name);
    cli_json_number(to, value);
}

/* Members that do not apply to the method are left out. */
static void put_json(FILE *to, const mlops_multivariate_result *r, const mlops_table *features) {
    static const char *const words[] = {"not enough data", "no", "yes"};
    char name[512], gain[64];
    fprintf(to, "{\"test\":\"%s\",\"verdict\":\"%s\"", r->test, words[r->verdict]);
    put(to, "effect", r->effect);
    put(to, "effect_low", r->effect_low);
    put(to, "effect_high", r->effect_high);
    put(to, "tolerance", r->tolerance);
    put(to, "p_value", r->p_value);
    put(to, "mmd2", r->mmd2);
    put(to, "bandwidth", r->bandwidth);
    put(to, "error_reference", r->error_reference);
    put(to, "error_current", r->error_current);
    if (r->n_components) fprintf(to, ",\"n_components\":%lld", (long long)r->n_components);
    fprintf(to, ",\"n_reference\":%lld,\"n_current\":%lld,\"n_columns\":%lld",
            (long long)r->n_reference, (long long)r->n_current, (long long)r->n_columns);
    for (int64_t i = 0; features && i < mlops_table_n_rows(features); i++) {
        fputs(i ? ",{\"feature\":" : ",\"features\":[{\"feature\":", to);
        cli_json_text(to, cli_cell(features, "feature", i, name, sizeof name));
        fprintf(to, ",\"gain\":%s}", cli_cell(features, "gain", i, gain, sizeof gain));
    }
    fputs(features && mlops_table_n_rows(features) ? "]}\n" : "}\n", to);
}

static int print(const mlops_multivariate_result *result, const mlops_table *features,
                 const cli_args *args) {
    char *text = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&text, &n);
    if (to) put_json(to, result, features);
    int failed = !to || fclose(to);
    if (!failed && args->json) fputs(text, stdout);
    else if (!failed) cli_describe(text, NULL);
    free(text);
    return failed ? cli_complain("out of memory") : CLI_OK;
}

static int judge(const mlops_table *reference, const mlops_table *current, const cli_args *args) {
    mlops_multivariate_opts opts = MLOPS_MULTIVARIATE_OPTS_INIT;
    mlops_multivariate_result result = MLOPS_MULTIVARIATE_RESULT_INIT;
    mlops_multivariate *both = NULL;
    mlops_table *features = NULL;
    mlops_error error;
    opts.columns = args->columns;
    opts.ignore = args->ignore;
    int exit_status = CLI_OK, method = args->tool ? args->tool - 1 : MMD;
    const ways how = ways_of(args, method);
    if (mlops_multivariate_tables(&both, reference, current, &opts, &error) ||
        compare(&result, &features, method, both, &how, &error))
        exit_status = cli_fail(args->words[1], &error);
    else if (args->report && report(both, args, &how, &error)) exit_status = cli_fail(NULL, &error);
    else exit_status = print(&result, features, args);
    mlops_table_unref(features);
    mlops_multivariate_free(both);
    if (exit_status) return exit_status;
    if (result.verdict == MLOPS_DRIFT_YES) return CLI_DRIFT;
    return result.verdict == MLOPS_DRIFT_NO ? CLI_OK : CLI_NOT_ENOUGH_DATA;
}

int cli_drift_multivariate(const cli_args *args) {
    mlops_table *reference = NULL, *current = NULL;
    if (!strcmp(args->words[0], "-") && !strcmp(args->words[1], "-"))
        return cli_usage(args->command, "standard input can be one of the tables, not both");
    int exit_status = cli_load_table(&reference, args->words[0], args);
    if (!exit_status) exit_status = cli_load_table(&current, args->words[1], args);
    if (!exit_status) exit_status = judge(reference, current, args);
    mlops_table_unref(current);
    mlops_table_unref(reference);
    return exit_status;
}
