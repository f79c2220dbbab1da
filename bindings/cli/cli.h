/* What the files of the mlops command share. It uses the library through <mlops.h> alone. */
#ifndef MLOPS_CLI_H
#define MLOPS_CLI_H

#include <mlops.h>

#include <stdio.h>

/* Exit statuses; docs/cli.md promises them. */
enum { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_DRIFT = 3, CLI_NOT_ENOUGH_DATA = 4 };

/* One bit a command: which of them an option belongs to. */
enum {
    CLI_MODEL_DESCRIBE = 1,
    CLI_MODEL_PREDICT = 2,
    CLI_BUNDLE = 4,
    CLI_DRIFT_COMPARE = 8,
    CLI_DRIFT_WATCH = 16,
    CLI_REFERENCE_NEW = 32,
    CLI_REFERENCE_DESCRIBE = 64,
    CLI_DOCTOR = 128,
    CLI_INIT = 256,
    CLI_STORE_STATS = 512,
    CLI_STORE_CHECK = 1024,
    CLI_STORE_REPAIR = 2048,
    CLI_STORE_EXPORT = 4096,
    CLI_STORE_IMPORT = 8192,
    CLI_AUDIT_LOG = 16384,
    CLI_AUDIT_VERIFY = 32768
};

enum { CLI_WORDS_MAX = 2 };

/* What stood on the command line. Texts are NULL and numbers 0 where nothing was said. */
typedef struct cli_args {
    const char *words[CLI_WORDS_MAX];
    int32_t n_words;
    int32_t help, json, csv_no_header;
    const char *out, *output, *columns, *ignore, *report, *metrics, *reference;
    const char *name, *version, *metadata;
    const char *csv_names, *csv_delimiter;
    int64_t csv_skip_lines, window, edges, from, max;
    double alpha;
} cli_args;

typedef struct cli_command {
    uint32_t id;         /* CLI_DRIFT_COMPARE */
    const char *name;    /* "drift compare" */
    const char *words;   /* "REFERENCE CURRENT" */
    int32_t n_words;     /* all are required */
    const char *summary; /* one line */
    const char *detail;  /* what --help says further */
    int (*run)(const cli_args *args);
} cli_command;

/* args.c: the command line. Returns CLI_OK, or CLI_USAGE after saying what is wrong. */
int cli_parse(cli_args *out, const cli_command *command, int n, char **texts);
void cli_help(const cli_command *command);
int cli_usage(const char *command, const char *format, ...);

/* print.c: texts to the terminal, JSON, errors. */
void cli_text(FILE *to, const char *text); /* control characters become '?' */
int cli_width(const char *text);           /* characters that cli_text() writes */
void cli_json_text(FILE *to, const char *text);
void cli_json_number(FILE *to, double value); /* null if not finite */
void cli_number(FILE *to, double value);      /* shortest that comes back */
int cli_colours(void);                        /* true if standard output is a terminal */
const char *cli_verdict(mlops_drift_verdict verdict);
const char *cli_verdict_colour(mlops_drift_verdict verdict); /* "" where there are no colours */
const char *cli_colour_end(void);
const char *cli_type(mlops_type type);
int cli_fail(const char *path, const mlops_error *error); /* "mlops: path: message"; CLI_FAILED */
int cli_complain(const char *format, ...);                /* the same of our own; CLI_FAILED */

/* describe.c: JSON of the library, as it is or as one line a member. */
void cli_describe(const char *json);

/* input.c: tables and references from files; "-" is standard input where a table is due. */
mlops_csv_opts cli_csv(const cli_args *args);
mlops_reference_opts cli_reference_opts(const cli_args *args, const mlops_csv_opts *csv);
mlops_drift_opts cli_drift_opts(const cli_args *args);
int cli_load_table(mlops_table **out, const char *path, const cli_args *args);
int cli_load_reference(mlops_reference **out, const char *path, const cli_args *args);
int cli_is_container(const char *path); /* a saved reference or a bundle, by its first bytes */

/* stream.c: records of CSV from a file that may still grow. */
typedef struct cli_stream {
    int file;
    int ended;
    char delimiter;
    char *text; /* read and not yet passed on */
    size_t size, at, cap;
    int64_t line; /* 1-based, where the next record begins */
} cli_stream;

void cli_stream_init(cli_stream *self, int file, char delimiter);
void cli_stream_free(cli_stream *self);

/* The next record with its line end, borrowed until the next call: CLI_OK with *n 0 at the end. */
int cli_stream_next(cli_stream *self, const char **record, size_t *n);
int cli_stream_skip_line(cli_stream *self);

/* The commands, each in a file of its noun. */
int cli_model_describe(const cli_args *args);
int cli_model_predict(const cli_args *args);
int cli_bundle(const cli_args *args);
int cli_drift_compare(const cli_args *args);
int cli_drift_watch(const cli_args *args);
int cli_reference_new(const cli_args *args);
int cli_reference_describe(const cli_args *args);
int cli_doctor(const cli_args *args);
int cli_init(const cli_args *args);
int cli_store_stats(const cli_args *args);
int cli_store_check(const cli_args *args);
int cli_store_repair(const cli_args *args);
int cli_store_export(const cli_args *args);
int cli_store_import(const cli_args *args);
int cli_audit_log(const cli_args *args);
int cli_audit_verify(const cli_args *args);

#endif
