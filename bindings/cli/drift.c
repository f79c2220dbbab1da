/* mlops drift compare: a table of verdicts. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { CELLS = 9, CELL = 24, NAME_MAX_WIDTH = 40 };

static const char *const heads[CELLS] = {"VERDICT", "TEST",     "EFFECT", "AT LEAST", "TOLERANCE",
                                         "P",       "SEVERITY", "PSI",    "NULLS"};

/* The column as cells of text. */
static void format(const mlops_drift_column *c, char cells[CELLS][CELL]) {
    double p = c->p_adjusted == c->p_adjusted ? c->p_adjusted : c->p_value;
    const double numbers[] = {c->effect, c->effect_low, c->tolerance, p, c->severity, c->psi};
    snprintf(cells[0], CELL, "%s", cli_verdict(c->verdict));
    snprintf(cells[1], CELL, "%s", *c->test ? c->test : "-");
    for (int i = 0; i < 6; i++) {
        if (numbers[i] == numbers[i]) snprintf(cells[2 + i], CELL, "%.3g", numbers[i]);
        else snprintf(cells[2 + i], CELL, "-");
    }
    double nulls = c->nulls_current;
    if (nulls == nulls) snprintf(cells[8], CELL, "%.3g%%", 100 * nulls);
    else snprintf(cells[8], CELL, "-");
}

static void print_row(const char *name, int name_width, char cells[CELLS][CELL], const int *widths,
                      const char *colour) {
    cli_padded(name, name_width, 0);
    for (int i = 0; i < CELLS; i++) {
        int numeric = i >= 2;
        if (i == 0)
            printf("  %s%-*s%s", colour, widths[i], cells[i], *colour ? cli_colour_end() : "");
        else printf(numeric ? "  %*s" : "  %-*s", widths[i], cells[i]);
    }
    putchar('\n');
}

static void print_table(const mlops_drift *drift) {
    int name_width = 6, widths[CELLS];
    char cells[CELLS][CELL];
    for (int i = 0; i < CELLS; i++) widths[i] = (int)strlen(heads[i]);
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; pass && i < CELLS; i++) snprintf(cells[i], CELL, "%s", heads[i]);
        if (pass) print_row("COLUMN", name_width, cells, widths, "");
        for (int64_t k = 0; k < mlops_drift_n_columns(drift); k++) {
            mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
            if (mlops_drift_get(drift, k, &c)) continue;
            format(&c, cells);
            if (pass) {
                print_row(c.name, name_width, cells, widths, cli_verdict_colour(c.verdict));
                continue;
            }
            if (cli_width(c.name) > name_width) name_width = cli_width(c.name);
            for (int i = 0; i < CELLS; i++)
                if ((int)strlen(cells[i]) > widths[i]) widths[i] = (int)strlen(cells[i]);
        }
        if (name_width > NAME_MAX_WIDTH) name_width = NAME_MAX_WIDTH;
    }
}

/* Where the columns that drifted have changed. */
static void print_where(const mlops_drift *drift) {
    int begun = 0;
    for (int64_t k = 0; k < mlops_drift_n_columns(drift); k++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, k, &c) || c.verdict != MLOPS_DRIFT_YES || !*c.where) continue;
        if (!begun++) putchar('\n');
        cli_text(stdout, c.name);
        fputs(": ", stdout);
        cli_text(stdout, c.where);
        putchar('\n');
    }
}

static int print_json(const mlops_drift *drift) {
    size_t n = 0;
    mlops_status status = mlops_drift_json(drift, NULL, 0, &n);
    char *text = status ? NULL : malloc(n + 1);
    if (text) status = mlops_drift_json(drift, text, n + 1, NULL);
    if (!text || status) {
        free(text);
        return cli_complain("out of memory");
    }
    puts(text);
    free(text);
    return CLI_OK;
}

static int print(const cli_args *args, const mlops_drift *drift) {
    mlops_error error;
    if (args->report && mlops_drift_save(drift, args->report, &error))
        return cli_fail(NULL, &error);
    if (args->json) return print_json(drift);
    mlops_drift_verdict verdict = mlops_drift_overall(drift);
    print_table(drift);
    print_where(drift);
    printf("\n%s%s%s: %lld of %lld columns drifted\n", cli_verdict_colour(verdict),
           cli_verdict(verdict), cli_colour_end(), (long long)mlops_drift_n_drifted(drift),
           (long long)mlops_drift_n_columns(drift));
    return CLI_OK;
}

/* With every row of both where the reference is a table. */
static int compare(mlops_drift **out, const cli_args *args, const mlops_table *current) {
    mlops_drift_opts opts = cli_drift_opts(args);
    mlops_error error;
    mlops_table *table = NULL;
    mlops_reference *reference = NULL;
    mlops_status status = MLOPS_OK;
    const char *path = args->words[0];
    int exit_status;
    if (cli_is_container(path)) {
        exit_status = cli_load_reference(&reference, path, args);
        if (!exit_status)
            status = mlops_drift_compare_reference(out, reference, current, &opts, &error);
    } else {
        exit_status = cli_load_table(&table, path, args);
        if (!exit_status) status = mlops_drift_compare(out, table, current, &opts, &error);
    }
    if (status) exit_status = cli_fail(args->words[1], &error);
    mlops_reference_unref(reference);
    mlops_table_unref(table);
    return exit_status;
}

/* Tells a terminal how far it is. */
static int32_t tell(void *user, int64_t done, int64_t total) {
    int64_t *last = user;
    if (total == 0 || done == *last) return 0; /* not known yet, or told */
    fprintf(stderr, "\r%lld of %lld columns%s", (long long)done, (long long)total,
            done == total ? "\n" : "");
    *last = done;
    return 0;
}

/* In passes over the files. */
static int compare_files(mlops_drift **out, const cli_args *args) {
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_drift_opts drift_opts = cli_drift_opts(args);
    mlops_csv_opts csv = cli_csv(args);
    mlops_call call = MLOPS_CALL_INIT;
    mlops_error error;
    int64_t last = -1;
    int exit_status = cli_size(args, args->memory, "--memory-max", &call.memory_max);
    if (exit_status) return exit_status;
    if (isatty(fileno(stderr))) call.progress = tell;
    call.progress_user = &last;
    drift_opts.call = &call;
    opts.drift = &drift_opts;
    opts.csv = &csv;
    opts.reference_path = args->words[0];
    opts.current_path = args->words[1];
    return mlops_drift_compare_stream(out, &opts, &error) ? cli_fail(NULL, &error) : CLI_OK;
}

static int compare_tables(mlops_drift **out, const cli_args *args) {
    mlops_table *current;
    int exit_status = cli_load_table(&current, args->words[1], args);
    if (!exit_status) exit_status = compare(out, args, current);
    mlops_table_unref(current);
    return exit_status;
}

static int cli_drift_compare(const cli_args *args) {
    mlops_drift *drift = NULL;
    int first = !strcmp(args->words[0], "-"), second = !strcmp(args->words[1], "-");
    if (first && second)
        return cli_usage("drift compare", "standard input can be one of the tables, not both");
    if (args->memory && (first || second))
        return cli_usage("drift compare",
                         "--memory-max: files are read more than once, standard input cannot be");
    int exit_status = args->memory ? compare_files(&drift, args) : compare_tables(&drift, args);
    if (!exit_status) exit_status = print(args, drift);
    if (!exit_status && mlops_drift_overall(drift) == MLOPS_DRIFT_YES) exit_status = CLI_DRIFT;
    else if (!exit_status && mlops_drift_overall(drift) == MLOPS_DRIFT_NOT_ENOUGH_DATA)
        exit_status = CLI_NOT_ENOUGH_DATA;
    mlops_drift_unref(drift);
    return exit_status;
}

const cli_command cli_drift_commands[] = {
    {"drift compare", "REFERENCE CURRENT", "select alpha preset report memory read-csv",
     "Tell column by column whether CURRENT has drifted from REFERENCE.",
     "REFERENCE is a CSV table, a saved reference or a bundle; CURRENT a CSV table. Two tables\n"
     "are compared with every row of both. One of them may be -, for standard input. Files that\n"
     "memory cannot hold are read in passes, a few columns each, with --memory-max.\n\n"
     "Exit status: 0 no drift, 3 drift, 4 not enough data, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops drift compare train.csv live.csv --ignore id,time\n"
     "  mlops drift compare fraud.bundle live.csv --report drift.html\n"
     "  mlops drift compare train.csv live.csv --memory-max 256MiB\n"
     "  mlops drift compare train.csv live.csv --json | jq .",
     cli_drift_compare},
    {"drift detect", "TABLE", "detect read-csv", "Tell at which rows a column of numbers changes.",
     "The rows of TABLE, CSV or - for standard input, are taken as a stream, first to last. Rows\n"
     "count from 0. Each change is printed, and where warnings begin; with --json an object a\n"
     "line. ddm, rddm, eddm, stepd and ecdd take errors, 0 or 1; hddm_a and hddm_w 0 to 1.\n\n"
     "Exit status: 3 it changed, 0 it did not, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops drift detect latency.csv --column ms\n"
     "  mlops drift detect predictions.csv --column wrong --kind hddm_a",
     cli_drift_detect},
    {"drift multivariate", "REFERENCE CURRENT", "multivariate select report read-csv",
     "Tell whether the rows of CURRENT as a whole have drifted from REFERENCE.",
     "What holds between columns may change where each by itself looks the same. mmd is the\n"
     "maximum mean discrepancy; pca what the components of REFERENCE leave over; classify tells\n"
     "how well trees set the two apart, and by which columns. A report tells of all three, or of\n"
     "the --method that is given. One of the two tables may be -, for standard input.\n\n"
     "Exit status: 0 no drift, 3 drift, 4 not enough data, 1 an error, 2 wrong usage.\n\n"
     "Examples:\n"
     "  mlops drift multivariate train.csv live.csv --ignore fraud\n"
     "  mlops drift multivariate train.csv live.csv --report rows.html\n"
     "  mlops drift multivariate train.csv live.csv --method classify --json",
     cli_drift_multivariate},
    {"drift watch", "REFERENCE", "select alpha alarm window metrics read-csv",
     "Judge CSV from standard input, window by window.",
     "The header comes first, then rows, as they arrive. Each window that is complete is judged\n"
     "and gives a line; with --json an object a line. REFERENCE is a CSV table, a saved\n"
     "reference or a bundle.\n\n"
     "Exit status: 3 a window drifted, 4 no window could be judged, 0 else, 1 an error, 2 wrong\n"
     "usage.\n\n"
     "Examples:\n"
     "  tail -n +1 -f live.csv | mlops drift watch train.reference --window 500\n"
     "  mlops drift watch fraud.bundle --metrics /run/fraud.prom < live.csv",
     cli_drift_watch},
    {0},
};
