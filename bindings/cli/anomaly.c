/* mlops anomaly: how unusual the rows of a table are, learnt from one without labels. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* Rows of float32, of columns that are numeric or bool. */
typedef struct matrix {
    float *values; /* n_rows * width, row-major */
    int64_t n_rows, width;
} matrix;

static int is_number(const mlops_table *table, int64_t column) {
    mlops_type type = mlops_table_type(table, column);
    return type == MLOPS_TYPE_BOOL || type == MLOPS_TYPE_INT64 || type == MLOPS_TYPE_FLOAT64;
}

/* The columns as a list: those that are asked for, or all of numbers but the ignored ones. */
static int choose(mlops_table **out, const mlops_table *table, const cli_args *args) {
    char *text = NULL;
    size_t n = 0;
    mlops_table *ignored = NULL;
    FILE *to = open_memstream(&text, &n);
    int status = to ? CLI_OK : cli_complain("out of memory"), begun = 0;
    if (!status && args->ignore) status = cli_names(&ignored, args->ignore, "--ignore");
    for (int64_t i = 0; !status && !args->columns && i < mlops_table_n_columns(table); i++) {
        const char *name = mlops_table_name(table, i);
        if (!is_number(table, i) || (ignored && mlops_table_find(ignored, name) >= 0)) continue;
        if (begun++) fputc(',', to);
        cli_csv_text(to, name);
    }
    if (to && fclose(to) && !status) status = cli_complain("out of memory");
    if (!status && !args->columns && !begun) status = cli_complain("no column of numbers is left");
    if (!status) status = cli_names(out, args->columns ? args->columns : text, "--columns");
    mlops_table_unref(ignored);
    free(text);
    return status;
}

static int take_column(matrix *self, int64_t place, const mlops_table *table, const char *name,
                       const char *path, double *room) {
    mlops_error error;
    int64_t column = mlops_table_find(table, name);
    if (column < 0) return cli_complain("%s has no column '%s'", path, name);
    if (mlops_table_values(table, column, room, self->n_rows, &error))
        return cli_fail(path, &error);
    for (int64_t i = 0; i < self->n_rows; i++)
        self->values[i * self->width + place] = (float)room[i];
    return CLI_OK;
}

static int take(matrix *out, const mlops_table *table, const mlops_table *names, const char *path) {
    out->n_rows = mlops_table_n_rows(table);
    out->width = mlops_table_n_columns(names);
    size_t n = (size_t)out->n_rows;
    double *room = malloc((n + 1) * sizeof *room);
    out->values = calloc(n * (size_t)out->width + 1, sizeof *out->values);
    int status = room && out->values ? CLI_OK : cli_complain("out of memory");
    for (int64_t i = 0; !status && i < out->width; i++)
        status = take_column(out, i, table, mlops_table_name(names, i), path, room);
    free(room);
    return status;
}

/* Learns from a table and freezes; names gets the columns. */
static int learn(mlops_anomaly **out, mlops_table **names, const char *path, const cli_args *args) {
    mlops_anomaly_opts opts = MLOPS_ANOMALY_OPTS_INIT;
    mlops_table *table;
    mlops_error error;
    matrix m = {0};
    int status = cli_load_table(&table, path, args);
    if (!status) status = choose(names, table, args);
    if (!status) status = take(&m, table, *names, path);
    mlops_table_unref(table);
    opts.kind = (mlops_anomaly_kind)(args->tool ? args->tool - 1 : 0);
    opts.n_features = m.width;
    opts.seed = (uint64_t)args->seed;
    if (!status && (mlops_anomaly_new(out, &opts, &error) ||
                    mlops_anomaly_add(*out, m.values, m.n_rows, m.width, &error) ||
                    mlops_anomaly_freeze(*out, &error)))
        status = cli_fail(path, &error);
    free(m.values);
    return status;
}

static int anomaly_fit(const cli_args *args) {
    mlops_anomaly *self = NULL;
    mlops_table *names = NULL;
    size_t n = 0;
    if (!args->out) return cli_usage(args->command, "-o FILE is missing");
    int status = learn(&self, &names, args->words[0], args);
    if (!status) (void)mlops_anomaly_save(self, NULL, 0, &n); /* it is frozen */
    void *bytes = status ? NULL : malloc(n);
    if (!status && (!bytes || mlops_anomaly_save(self, bytes, n, NULL)))
        status = cli_complain("out of memory");
    if (!status) status = cli_output_write(args->out, bytes, n);
    free(bytes);
    mlops_table_unref(names);
    mlops_anomaly_free(self);
    return status;
}

/* What 'anomaly fit' wrote, into storage to be freed. */
static int load(mlops_anomaly **out, void **storage, const char *path) {
    size_t n, size = 0;
    char *bytes = cli_read_file(path, &n);
    if (!bytes) return CLI_FAILED;
    mlops_status status = mlops_anomaly_load_size(bytes, n, &size);
    if (!status) status = (*storage = malloc(size)) ? MLOPS_OK : MLOPS_E_NOMEM;
    if (!status) status = mlops_anomaly_load(out, *storage, size, bytes, n);
    free(bytes);
    if (status == MLOPS_E_NOMEM) return cli_complain("out of memory");
    return status ? cli_complain("'%s' is damaged, or of a later version", path) : CLI_OK;
}

/* As 'anomaly fit' writes it, by its first bytes. */
static int is_saved(const char *path) {
    char first[4];
    FILE *file = cli_is_file(path) ? fopen(path, "rb") : NULL;
    size_t n = file ? fread(first, 1, sizeof first, file) : 0;
    if (file) fclose(file);
    return n == sizeof first && !memcmp(first, "MLAN", n);
}

static void print(const float *scores, const double *p, double threshold, int64_t n,
                  const cli_args *args) {
    if (!args->json) puts(args->share > 0 ? "score,p_value,alarm" : "score,p_value");
    for (int64_t i = 0; i < n; i++) {
        const char *alarm = (double)scores[i] > threshold ? "true" : "false";
        fputs(args->json ? "{\"score\":" : "", stdout);
        cli_number(stdout, (double)scores[i]);
        fputs(args->json ? ",\"p_value\":" : ",", stdout);
        cli_number(stdout, p[i]);
        if (args->share > 0) printf("%s%s", args->json ? ",\"alarm\":" : ",", alarm);
        puts(args->json ? "}" : "");
    }
}

static int score(mlops_anomaly *self, const matrix *m, const cli_args *args) {
    mlops_error error;
    double threshold = 0;
    size_t n = (size_t)m->n_rows + 1;
    float *scores = malloc(n * sizeof *scores);
    double *p = malloc(n * sizeof *p);
    int status = CLI_OK;
    if (!scores || !p) status = cli_complain("out of memory");
    else if (mlops_anomaly_score(self, m->values, m->n_rows, m->width, scores, &error) ||
             mlops_anomaly_p_values(self, scores, m->n_rows, p, &error) ||
             (args->share > 0 && mlops_anomaly_threshold(self, args->share, &threshold, &error)))
        status = cli_fail(args->words[1], &error);
    else print(scores, p, threshold, m->n_rows, args);
    free(p);
    free(scores);
    return status;
}

static int anomaly_score(const cli_args *args) {
    mlops_anomaly *made = NULL, *self = NULL;
    mlops_table *names = NULL, *table = NULL;
    void *storage = NULL;
    matrix m = {0};
    int status, saved = is_saved(args->words[0]);
    if (!strcmp(args->words[0], "-") && !strcmp(args->words[1], "-"))
        return cli_usage(args->command, "standard input can be one of the tables, not both");
    if (saved && !args->columns)
        return cli_usage(args->command, "--columns is missing: a saved detector has no names");
    if (saved && (args->tool || args->seed || args->ignore))
        return cli_usage(args->command, "--kind, --seed and --ignore are of 'mlops anomaly fit'");
    if (saved) {
        status = load(&self, &storage, args->words[0]);
        if (!status) status = cli_names(&names, args->columns, "--columns");
    } else {
        status = learn(&made, &names, args->words[0], args);
        self = made;
    }
    if (!status) status = cli_load_table(&table, args->words[1], args);
    if (!status) status = take(&m, table, names, args->words[1]);
    if (!status) status = score(self, &m, args);
    free(m.values);
    mlops_table_unref(table);
    mlops_table_unref(names);
    mlops_anomaly_free(made);
    free(storage);
    return status;
}

const cli_command cli_anomaly_commands[] = {
    {"anomaly score", "REFERENCE TABLE", "anomaly anomaly-rate select read-csv",
     "Say how unusual each row of a table is; CSV to standard output.",
     "REFERENCE is a CSV table to learn from, or what 'mlops anomaly fit' wrote, which has no\n"
     "names: --columns lists them in its order. The higher a score, the more unusual the row.\n"
     "p_value is the share of usual rows that score as high. TABLE may be -, for standard "
     "input.\n\n"
     "Examples:\n"
     "  mlops anomaly score train.csv live.csv --ignore fraud --rate 0.01\n"
     "  mlops anomaly score pump.anomaly live.csv --columns load,pressure",
     anomaly_score},
    {"anomaly fit", "TABLE", "anomaly out select read-csv",
     "Learn from a table without labels what is usual, and keep it in a file.",
     "The columns are those of numbers, in their order, or --columns. The file is what\n"
     "mlops_anomaly_save() gives, on a server and on a device alike.\n\n"
     "Examples:\n"
     "  mlops anomaly fit usual.csv -o pump.anomaly --columns load,pressure --kind mahalanobis",
     anomaly_fit},
    {0},
};
