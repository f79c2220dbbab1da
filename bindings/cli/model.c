/* mlops model describe, predict, explain and importance. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static int load(mlops_model **out, const char *path) {
    mlops_error error;
    return mlops_model_load(out, path, NULL, &error) ? cli_fail(path, &error) : CLI_OK;
}

static int cli_model_describe(const cli_args *args) {
    mlops_model *model;
    int exit_status = load(&model, args->words[0]);
    if (exit_status) return exit_status;
    size_t n = 0;
    mlops_status status = mlops_model_describe(model, NULL, 0, &n);
    char *text = status ? NULL : malloc(n + 1);
    if (text) status = mlops_model_describe(model, text, n + 1, NULL);
    if (!text || status) exit_status = cli_complain("out of memory");
    else if (args->json) puts(text);
    else cli_describe(text, NULL);
    free(text);
    mlops_model_unref(model);
    return exit_status;
}

static int cli_model_inspect(const cli_args *args) {
    mlops_error error;
    const char *path = args->words[0];
    size_t n = 0;
    if (mlops_model_inspect(path, NULL, 0, &n, NULL, &error)) return cli_fail(path, &error);
    char *text = malloc(n + 1);
    if (!text) return cli_complain("out of memory");
    int exit_status = CLI_OK;
    if (mlops_model_inspect(path, text, n + 1, NULL, NULL, &error))
        exit_status = cli_fail(path, &error);
    else if (args->json) puts(text);
    else cli_describe(text, NULL);
    free(text);
    return exit_status;
}

/* The name of a class, or nothing for a label that is none. */
static const char *class_of(const mlops_model *model, double index) {
    const char *name = index < 0 ? NULL : mlops_model_class_name(model, (int64_t)index);
    return name ? name : "";
}

static void print_classes(const mlops_model *model, const double *values, int64_t n_rows,
                          int json) {
    fputs(json ? "{\"output\":\"class\",\"width\":1,\"rows\":[" : "class\n", stdout);
    for (int64_t i = 0; i < n_rows && !ferror(stdout); i++) {
        if (json && i) putchar(',');
        if (json) cli_json_text(stdout, class_of(model, values[i]));
        else cli_csv_text(stdout, class_of(model, values[i]));
        if (!json) putchar('\n');
    }
    if (json) puts("]}");
}

static void print_csv(const double *values, int64_t n_rows, int64_t width, const char *name) {
    for (int64_t j = 0; j < width; j++) {
        if (width == 1) printf("%s", name);
        else printf("%s%s_%lld", j ? "," : "", name, (long long)j);
    }
    putchar('\n');
    for (int64_t i = 0; i < n_rows && !ferror(stdout); i++)
        for (int64_t j = 0; j < width; j++) {
            cli_number(stdout, values[i * width + j]);
            putchar(j + 1 < width ? ',' : '\n');
        }
}

static void print_json(const double *values, int64_t n_rows, int64_t width, const char *name) {
    printf("{\"output\":\"%s\",\"width\":%lld,\"rows\":[", name, (long long)width);
    for (int64_t i = 0; i < n_rows && !ferror(stdout); i++) {
        printf("%s[", i ? "," : "");
        for (int64_t j = 0; j < width; j++) {
            if (j) putchar(',');
            cli_json_number(stdout, values[i * width + j]);
        }
        putchar(']');
    }
    puts("]}");
}

static int predict(const cli_args *args, const mlops_model *model, const mlops_table *table,
                   mlops_model_output output, const char *name) {
    int64_t n_rows = mlops_table_n_rows(table), width = mlops_model_width(model, output);
    size_t n = (size_t)n_rows * (size_t)width;
    double *values =
        width > 0 && n / (size_t)width != (size_t)n_rows ? NULL : calloc(n ? n : 1, sizeof *values);
    if (!values)
        return cli_complain("out of memory for %lld rows of %lld values", (long long)n_rows,
                            (long long)width);
    mlops_error error;
    int exit_status = CLI_OK;
    if (mlops_model_predict_table(model, table, args->columns, output, values, n_rows, width,
                                  &error))
        exit_status = cli_fail(args->words[1], &error);
    else if (output == MLOPS_MODEL_OUTPUT_CLASS) print_classes(model, values, n_rows, args->json);
    else if (args->json) print_json(values, n_rows, width, name);
    else print_csv(values, n_rows, width, name);
    free(values);
    return exit_status;
}

static int cli_model_predict(const cli_args *args) {
    mlops_model *model;
    mlops_table *table = NULL;
    static const char *const names[] = {"prediction", "margin", "leaf", "class", "prefix"};
    int32_t output = args->output ? args->output - 1 : 0;
    int exit_status = load(&model, args->words[0]);
    if (!exit_status) exit_status = cli_load_table(&table, args->words[1], args);
    if (!exit_status)
        exit_status = predict(args, model, table, (mlops_model_output)output, names[output]);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return exit_status;
}

/* Feature f of a model; the bias stands behind the last one. */
static void print_feature(const mlops_model *model, int64_t f) {
    const char *name = mlops_model_feature_name(model, f);
    if (f == mlops_model_n_features(model)) fputs("bias", stdout);
    else if (name) cli_csv_text(stdout, name);
    else printf("f%lld", (long long)f);
}

/* A line a row; of several margins one for each, and of interactions one for each feature. */
static void print_explained(const mlops_explainer *explainer, const mlops_model *model,
                            const double *values, int64_t n_rows, int64_t width, int pairs) {
    int64_t n = mlops_model_n_features(model) + 1, groups = mlops_explainer_n_groups(explainer);
    printf("%s%s%s", pairs || groups > 1 ? "row," : "", groups > 1 ? "margin," : "",
           pairs ? "feature," : "");
    for (int64_t f = 0; f < n; f++) {
        if (f) putchar(',');
        print_feature(model, f);
    }
    putchar('\n');
    int64_t lines = width / n;
    for (int64_t i = 0; i < n_rows * lines && !ferror(stdout); i++) {
        if (pairs || groups > 1) printf("%lld,", (long long)(i / lines));
        if (groups > 1) printf("%lld,", (long long)(i % lines / (lines / groups)));
        if (pairs) print_feature(model, i % n);
        for (int64_t f = 0; f < n; f++) {
            if (f || pairs) putchar(',');
            cli_number(stdout, values[i * n + f]);
        }
        putchar('\n');
    }
}

static int explain(const cli_args *args, const mlops_model *model, const mlops_explainer *explainer,
                   const mlops_table *table) {
    static const char *const names[] = {"contributions", "interactions", "approximate"};
    int32_t output = args->output ? args->output - 1 : 0;
    int64_t n_rows = mlops_table_n_rows(table);
    int64_t width = mlops_explainer_width(explainer, (mlops_explainer_output)output);
    size_t n = (size_t)n_rows * (size_t)width;
    double *values =
        width == 0 || n / (size_t)width != (size_t)n_rows ? NULL : calloc(n + 1, sizeof *values);
    if (!values)
        return cli_complain("out of memory for %lld rows of %lld values", (long long)n_rows,
                            (long long)width);
    mlops_error error;
    int exit_status = CLI_OK;
    if (mlops_explainer_explain_table(explainer, table, args->columns,
                                      (mlops_explainer_output)output, values, n_rows, width,
                                      &error))
        exit_status = cli_fail(args->words[1], &error);
    else if (args->json) print_json(values, n_rows, width, names[output]);
    else print_explained(explainer, model, values, n_rows, width, output == 1);
    free(values);
    return exit_status;
}

static int cli_model_explain(const cli_args *args) {
    mlops_model *model;
    mlops_table *table = NULL, *background = NULL;
    mlops_explainer *explainer = NULL;
    mlops_error error;
    int exit_status = load(&model, args->words[0]);
    if (!exit_status && args->reference)
        exit_status = cli_load_table(&background, args->reference, args);
    if (!exit_status && mlops_explainer_new(&explainer, model, background, args->columns, &error))
        exit_status = cli_fail(background ? args->reference : args->words[0], &error);
    if (!exit_status) exit_status = cli_load_table(&table, args->words[1], args);
    if (!exit_status) exit_status = explain(args, model, explainer, table);
    mlops_explainer_unref(explainer);
    mlops_table_unref(background);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return exit_status;
}

/* Labels out of a column. */
static double *take_labels(const mlops_table *table, const cli_args *args, int *exit_status) {
    const int64_t column = mlops_table_find(table, args->target), n = mlops_table_n_rows(table);
    mlops_error error;
    double *out = calloc((size_t)n + 1, sizeof *out);
    if (column < 0) *exit_status = cli_complain("%s: no column %s", args->words[1], args->target);
    else if (!out) *exit_status = cli_complain("out of memory for %lld labels", (long long)n);
    else if (mlops_table_values(table, column, out, n, &error))
        *exit_status = cli_fail(args->words[1], &error);
    return out;
}

static int cli_model_importance(const cli_args *args) {
    mlops_importance_opts opts = MLOPS_IMPORTANCE_OPTS_INIT;
    mlops_metric_info metric = MLOPS_METRIC_INFO_INIT;
    mlops_model *model = NULL;
    mlops_table *table = NULL, *out = NULL;
    mlops_error error;
    double *labels = NULL;
    if (!args->target || !args->metrics)
        return cli_usage("model importance", "--target and --metric are needed");
    if (mlops_metric_find(&metric, args->metrics, &error)) return cli_fail(NULL, &error);
    opts.columns = args->columns;
    opts.seed = args->seed;
    opts.n_repeats = args->folds;
    int exit_status = load(&model, args->words[0]);
    if (!exit_status) exit_status = cli_load_table(&table, args->words[1], args);
    if (!exit_status) labels = take_labels(table, args, &exit_status);
    if (!exit_status &&
        mlops_importance_measure(&out, model, table, labels, mlops_table_n_rows(table),
                                 metric.metric, &opts, &error))
        exit_status = cli_fail(args->words[1], &error);
    if (!exit_status) exit_status = cli_list(out, args);
    free(labels);
    mlops_table_unref(out);
    mlops_table_unref(table);
    mlops_model_unref(model);
    return exit_status;
}

const cli_command cli_model_commands[] = {
    {"model describe", "FILE", "", "Say what a model file holds.",
     "FILE is what save_model of XGBoost (JSON, UBJSON) or LightGBM (text) wrote, an ONNX file, "
     "or\n"
     "a bundle.\n\n"
     "Examples:\n"
     "  mlops model describe fraud.json\n"
     "  mlops model describe fraud.bundle --json",
     cli_model_describe},
    {"model inspect", "FILE", "", "Say what an ONNX file needs, and what of it is missing.",
     "Nothing is missing of a file that can be loaded. Of others each node is told, by name.\n\n"
     "Examples:\n"
     "  mlops model inspect pipeline.onnx",
     cli_model_inspect},
    {"model predict", "FILE TABLE", "output bind read-csv",
     "Predict the rows of a CSV table; CSV to standard output.",
     "Columns are bound to features by name; further columns are ignored. TABLE may be -, for\n"
     "standard input. Nothing is printed if a row cannot be read.\n\n"
     "Examples:\n"
     "  mlops model predict fraud.json live.csv > scores.csv\n"
     "  mlops model predict fraud.json live.csv --output margin\n"
     "  mlops model predict pipeline.onnx live.csv --output class\n"
     "  mlops model predict unnamed.json live.csv --columns age,amount,country",
     cli_model_predict},
    {"model explain", "FILE TABLE", "explanation bind read-csv",
     "Say what each feature adds to the margin of each row; CSV to standard output.",
     "A line's values sum up, with the bias, to what 'model predict --output margin' prints. "
     "TABLE\n"
     "may be -, for standard input. --columns is of the background, too.\n\n"
     "Examples:\n"
     "  mlops model explain fraud.json live.csv > why.csv\n"
     "  mlops model explain fraud.json live.csv --background sample.csv\n"
     "  mlops model explain fraud.json live.csv --output interactions",
     cli_model_explain},
    {"model importance", "FILE TABLE", "importance bind list read-csv",
     "Say what a metric loses with each feature shuffled among the rows.",
     "Asks nothing of the model but to predict; TABLE has labels, and is best one that the model\n"
     "was not trained on. The feature whose loss is greatest tells the model most.\n\n"
     "Examples:\n"
     "  mlops model importance fraud.json held.csv --target fraud --metric auc\n"
     "  mlops model importance price.onnx held.csv --target price --metric rmse --repeats 20 --csv",
     cli_model_importance},
    {0},
};
