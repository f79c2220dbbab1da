/* The command line: one table of options, from which both parsing and --help follow. */
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

typedef enum option_kind { FLAG, TEXT, WHOLE, REAL } option_kind;

typedef struct option {
    const char *name;
    char letter; /* 0: none */
    option_kind kind;
    uint32_t commands;
    size_t offset; /* of the field in cli_args */
    const char *value;
    const char *help;
    double min, max; /* of numbers */
} option;

enum {
    ALL = 0xffff,
    COMPARING = CLI_DRIFT_COMPARE | CLI_DRIFT_WATCH,
    READS_CSV = CLI_MODEL_PREDICT | CLI_BUNDLE | COMPARING | CLI_REFERENCE_NEW,
    SELECTS = CLI_BUNDLE | COMPARING | CLI_REFERENCE_NEW
};

#define FIELD(name) offsetof(cli_args, name)

static const option options[] = {
    {"output", 0, TEXT, CLI_MODEL_PREDICT, FIELD(output), "KIND",
     "prediction (default), margin or leaf", 0, 0},
    {"columns", 0, TEXT, CLI_MODEL_PREDICT, FIELD(columns), "A,B",
     "column of each feature; default: the model's names", 0, 0},
    {"output", 'o', TEXT, CLI_BUNDLE | CLI_REFERENCE_NEW, FIELD(out), "FILE",
     "file to write; replaced if it is there", 0, 0},
    {"reference", 0, TEXT, CLI_BUNDLE, FIELD(reference), "FILE",
     "CSV or saved reference to hold live data against", 0, 0},
    {"name", 0, TEXT, CLI_BUNDLE, FIELD(name), "TEXT", "name of the model", 0, 0},
    {"version", 0, TEXT, CLI_BUNDLE, FIELD(version), "TEXT", "version of the model", 0, 0},
    {"metadata", 0, TEXT, CLI_BUNDLE, FIELD(metadata), "JSON", "a JSON object, kept as it is", 0,
     0},
    {"columns", 0, TEXT, SELECTS, FIELD(columns), "A,B", "columns to keep; default: all", 0, 0},
    {"ignore", 0, TEXT, SELECTS, FIELD(ignore), "A,B",
     "columns to leave out, such as target, id and time", 0, 0},
    {"alpha", 0, REAL, COMPARING, FIELD(alpha), "P",
     "chance of any false alarm in a report, up to 0.5; default 0.01", 1e-300, 0.5},
    {"report", 0, TEXT, CLI_DRIFT_COMPARE, FIELD(report), "FILE",
     "write a report: HTML, or JSON if the name ends in .json", 0, 0},
    {"window", 0, WHOLE, CLI_DRIFT_WATCH, FIELD(window), "N",
     "rows of a window, 50 or more; default 1000", 50, 1e9},
    {"metrics", 0, TEXT, CLI_DRIFT_WATCH, FIELD(metrics), "FILE",
     "keep Prometheus text there, replaced after each window", 0, 0},
    {"edges", 0, WHOLE, CLI_REFERENCE_NEW, FIELD(edges), "N",
     "quantile edges of a numeric column, 9 to 1023; default 255", 9, 1023},
    {"csv-skip-lines", 0, WHOLE, READS_CSV, FIELD(csv_skip_lines), "N",
     "lines to pass over before the header", 0, 1e15},
    {"csv-names", 0, TEXT, READS_CSV, FIELD(csv_names), "A,B",
     "column names in place of the header's, separated by the delimiter", 0, 0},
    {"csv-delimiter", 0, TEXT, READS_CSV, FIELD(csv_delimiter), "C",
     "one character, or tab; default a comma", 0, 0},
    {"csv-no-header", 0, FLAG, READS_CSV, FIELD(csv_no_header), "",
     "the first line holds values; columns are called c0, c1, ...", 0, 0},
    {"from", 0, WHOLE, CLI_AUDIT_LOG, FIELD(from), "N", "number of the first commit; default 1", 1,
     1e15},
    {"max", 0, WHOLE, CLI_AUDIT_LOG, FIELD(max), "N", "commits at the most; default 1000", 1, 1e6},
    {"json", 0, FLAG, ALL, FIELD(json), "", "print JSON", 0, 0},
    {"help", 'h', FLAG, ALL, FIELD(help), "", "print this", 0, 0},
};

enum { N_OPTIONS = sizeof options / sizeof options[0] };

int cli_usage(const char *command, const char *format, ...) {
    va_list args;
    char text[1024];
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("mlops: ", stderr);
    cli_text(stderr, text);
    fprintf(stderr, "\nTry 'mlops %s%s--help'.\n", command, *command ? " " : "");
    return CLI_USAGE;
}

/* text is "--name", "--name=value" or "-o". */
static const option *find(const cli_command *command, const char *text, const char **value) {
    size_t n = strcspn(text, "=");
    *value = text[1] == '-' && text[n] ? text + n + 1 : NULL;
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const option *o = &options[i];
        if (!(o->commands & command->id)) continue;
        if (text[1] == '-' && strlen(o->name) == n - 2 && !memcmp(text + 2, o->name, n - 2))
            return o;
        if (o->letter && text[1] == o->letter && !text[2]) return o;
    }
    return NULL;
}

static int take_number(cli_args *out, const cli_command *command, const option *o,
                       const char *text) {
    char *end;
    errno = 0;
    double real = strtod(text, &end);
    int whole = real > -1e18 && real < 1e18 && real == (double)(int64_t)real;
    int bad = *end || end == text || errno || !(real - real == 0);
    if (bad || (o->kind == WHOLE && !whole))
        return cli_usage(command->name, "--%s: '%s' is no %s", o->name, text,
                         o->kind == WHOLE ? "whole number" : "number");
    if (real < o->min || real > o->max)
        return cli_usage(command->name, "--%s: %s is out of range; %s", o->name, text, o->help);
    if (o->kind == WHOLE) *(int64_t *)(void *)((char *)out + o->offset) = (int64_t)real;
    else *(double *)(void *)((char *)out + o->offset) = real;
    return CLI_OK;
}

static int take(cli_args *out, const cli_command *command, const option *o, const char *value) {
    void *field = (char *)out + o->offset;
    if (o->kind == FLAG && value) return cli_usage(command->name, "--%s takes no value", o->name);
    if (o->kind == FLAG) return *(int32_t *)field = 1, CLI_OK;
    if (!value || !*value)
        return cli_usage(command->name, "--%s needs a value: %s", o->name, o->value);
    if (o->kind == TEXT) return *(const char **)field = value, CLI_OK;
    return take_number(out, command, o, value);
}

static int check(cli_args *out, const cli_command *command) {
    if (out->help) return CLI_OK;
    if (out->n_words < command->n_words)
        return cli_usage(command->name, "%s is missing",
                         command->n_words == 1 || out->n_words == 0
                             ? command->words
                             : strchr(command->words, ' ') + 1);
    const char *delimiter = out->csv_delimiter;
    if (!delimiter) return CLI_OK;
    if (!strcmp(delimiter, "tab") || !strcmp(delimiter, "\\t")) out->csv_delimiter = "\t";
    else if (delimiter[1])
        return cli_usage(command->name, "--csv-delimiter: '%s' is not one character", delimiter);
    return CLI_OK;
}

int cli_parse(cli_args *out, const cli_command *command, int n, char **texts) {
    *out = (cli_args){0};
    int literal = 0;
    for (int i = 0; i < n; i++) {
        const char *text = texts[i], *value;
        if (!literal && !strcmp(text, "--")) {
            literal = 1;
            continue;
        }
        if (literal || text[0] != '-' || !text[1]) {
            if (out->n_words == command->n_words)
                return cli_usage(command->name, "'%s' is one argument too many", text);
            out->words[out->n_words++] = text;
            continue;
        }
        const option *o = find(command, text, &value);
        if (!o) return cli_usage(command->name, "there is no option '%s'", text);
        if (!value && o->kind != FLAG && i + 1 < n) value = texts[++i];
        int status = take(out, command, o, value);
        if (status) return status;
    }
    return check(out, command);
}

void cli_help(const cli_command *command) {
    printf("usage: mlops %s%s%s [OPTION]...\n\n%s\n\n%s\n\nOptions:\n", command->name,
           *command->words ? " " : "", command->words, command->summary, command->detail);
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const option *o = &options[i];
        if (!(o->commands & command->id)) continue;
        char left[64];
        if (o->letter) snprintf(left, sizeof left, "-%c, --%s %s", o->letter, o->name, o->value);
        else snprintf(left, sizeof left, "--%s %s", o->name, o->value);
        printf("  %-24s %s\n", left, o->help);
    }
}
