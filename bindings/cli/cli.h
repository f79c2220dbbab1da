/* What the files of the mlops command share. It uses the library through <mlops.h> alone. */
#ifndef MLOPS_CLI_H
#define MLOPS_CLI_H

#include <mlops.h>

#include <stdio.h>

/* Exit statuses; docs/cli.md promises them. */
enum {
    CLI_OK = 0,
    CLI_FAILED = 1,
    CLI_USAGE = 2,
    CLI_DRIFT = 3,
    CLI_NOT_ENOUGH_DATA = 4,
    CLI_REFUSED = 5
};

/* What stood on the command line. Texts are NULL and numbers 0 where nothing was said;
 * canary_share and remake, of which 0 says something, are -1, threshold is NaN. */
typedef struct cli_args {
    const char *command; /* "drift compare" */
    char **words;
    int32_t n_words;
    int32_t help, json, csv, csv_no_header, force, plain, drop, alone, no_gate, newest;
    int32_t keep_missing, rows, cells, schema, verify, exact, texts;
    int32_t output, split, divide, part, status, links, take, tool, correction,
        task; /* the choice as listed, from 1 on */
    const char *out, *columns, *ignore, *report, *metrics, *reference;
    const char *name, *version, *metadata, *description;
    const char *csv_names, *csv_delimiter, *csv_types;
    const char *actor, *note, *as, *target, *time, *id, *by, *divide_by, *parts, *branch, *base,
        *message, *author;
    const char *dataset, *ref, *path, *parent, *filter, *run, *features, *classes, *gate;
    const char *model, *champion, *canary, *salt, *key, *keys;
    const char *event_time, *created, *ttl, *as_of, *include, *exclude;
    const char *override_, *against, *relation, *range;
    const char *branches, *tags, *expected, *prefix, *cache, *memory;
    const char *window_time, *false_alarm;
    const char *prediction, *request, *labels, *validation, *instance, *alarm, *metric;
    int64_t csv_skip_lines, window, edges, from, max, seed, folds, step, commits, depth;
    double alpha, ks_tolerance, tv_tolerance, share, canary_share, remake, threshold;
} cli_args;

typedef struct cli_command {
    const char *name;    /* "drift compare"; NULL ends a table of commands */
    const char *words;   /* "STORE [REF] FILE...": required, optional, one or more */
    const char *options; /* keys of the options in args.c, separated by blanks */
    const char *summary; /* one line */
    const char *detail;  /* what --help says further */
    int (*run)(const cli_args *args);
} cli_command;

/* The commands of each noun, in the file of that name. */
extern const cli_command cli_model_commands[], cli_fairness_commands[], cli_performance_commands[],
    cli_anomaly_commands[];
extern const cli_command cli_bundle_commands[], cli_drift_commands[], cli_reference_commands[],
    cli_store_commands[], cli_commit_commands[], cli_data_commands[], cli_quality_commands[],
    cli_feature_commands[], cli_run_commands[], cli_registry_commands[], cli_deploy_commands[],
    cli_watch_commands[], cli_audit_commands[], cli_doctor_commands[], cli_online_commands[],
    cli_gc_commands[], cli_lineage_commands[], cli_remote_commands[], cli_erase_commands[];

/* args.c: the command line. Returns CLI_OK, or CLI_USAGE after saying what is wrong. The words are
 * moved to the front of texts, and stay there. */
int cli_parse(cli_args *out, const cli_command *command, int n, char **texts);
void cli_help(const cli_command *command);
int cli_usage(const char *command, const char *format, ...);
int cli_whole(const cli_args *args, const char *text, const char *what, int64_t *out);

enum { CLI_TIME = 48 /* room for a time or a duration as text */ };

/* time.c: times, durations and sizes. CLI_OK, or CLI_USAGE after saying what is wrong with the
 * text. */
int cli_time(const cli_args *args, const char *text, const char *what, int64_t *out);
int cli_span(const cli_args *args, const char *text, const char *what, int64_t least, int64_t *out);
int cli_size(const cli_args *args, const char *text, const char *what, int64_t *out); /* bytes */
void cli_format_time(char text[CLI_TIME], int64_t time_ns); /* ISO 8601, UTC */
void cli_format_span(char text[CLI_TIME], int64_t span_ns); /* 30d, 1.5h */

/* print.c: texts to the terminal, JSON, errors. */
void cli_text(FILE *to, const char *text); /* control characters become '?' */
int cli_width(const char *text);           /* characters that cli_text() writes */
void cli_padded(const char *text, int width, int to_the_right); /* cut to the width */
void cli_json_text(FILE *to, const char *text);
void cli_json_number(FILE *to, double value); /* null if not finite */
void cli_number(FILE *to, double value);      /* shortest that comes back */
enum { CLI_ID = 65 /* room for the digits of an id */, CLI_SHORT_ID = 12 /* that are shown */ };
void cli_id(FILE *to, const mlops_id *id);
void cli_digits(char text[CLI_ID], const mlops_id *id);
int cli_colours(void); /* true if standard output is a terminal */
const char *cli_verdict(mlops_drift_verdict verdict);
const char *cli_verdict_colour(mlops_drift_verdict verdict); /* "" where there are no colours */
const char *cli_colour_end(void);
const char *cli_type(mlops_type type);
int cli_fail(const char *path, const mlops_error *error); /* "mlops: path: message"; CLI_FAILED */
int cli_complain(const char *format, ...);                /* the same of our own; CLI_FAILED */

/* describe.c: JSON of the library, a line a member, then a table for each list of objects: of their
 * members that are picked, or of all. */
void cli_describe(const char *json, const char *pick);

/* What a member is of the first objects of a list in such JSON, separated by commas; to be freed.
 * NULL if there is no such list. */
char *cli_json_names(const char *json, const char *list, const char *name, int n_most);

/* input.c: tables and references from files; "-" is standard input where a table is due. */
mlops_csv_opts cli_csv(const cli_args *args);
mlops_reference_opts cli_reference_opts(const cli_args *args, const mlops_csv_opts *csv);
mlops_drift_opts cli_drift_opts(const cli_args *args);
int cli_load_table(mlops_table **out, const char *path, const cli_args *args);
int cli_load_reference(mlops_reference **out, const char *path, const cli_args *args);
int cli_names(mlops_table **out, const char *list, const char *option); /* as columns, no rows */
int cli_is_file(const char *path);                                      /* a regular one */
int cli_is_container(const char *path); /* a saved reference or a bundle, by its first bytes */
char *cli_read_file(const char *path, size_t *n); /* ends in NUL, to be freed; NULL: told */

/* scored.c: predictions, labels and segments of rows. */
enum { CLI_BINARY = 1, CLI_CLASSES, CLI_REGRESSION, CLI_RANKING /* of --task */ };
enum { CLI_UNCALIBRATED = 3 /* of --calibration */ };

/* What is read of a table. */
typedef struct cli_rows {
    int64_t n, k;        /* k: columns of predictions */
    double *predictions; /* n * k, row-major */
    double *labels;      /* NULL: not asked for */
    int64_t *classes;    /* the same of classes; below 0: not known */
    double *weights;     /* NULL: none */
    int64_t *queries;    /* the first row of each one's query; NULL: none */
    int64_t *segments;   /* the same of segments */
    char **names;        /* of the segments, by that row */
} cli_rows;

int cli_no_memory(void);
int cli_task(const cli_args *args, int64_t k); /* 0 after saying what is wrong */
int cli_values(double **out, const mlops_table *table, const char *name, int64_t stride,
               const char *path);
int cli_texts(char ***out, const mlops_table *table, const char *name, const char *path);
void cli_free_texts(char **texts, int64_t n);
int cli_classes(cli_rows *self, const mlops_table *table, const mlops_table *names,
                const char *target, const char *path);
int cli_rows_take(cli_rows *self, const mlops_table *table, const mlops_table *names, int task,
                  const cli_args *args, int labelled, const char *path);
int cli_rows_load(cli_rows *self, int *task, const char *path, const cli_args *args, int labelled);
void cli_rows_free(cli_rows *self);
int cli_rows_sort(cli_rows *self, int by_segments);
cli_rows cli_rows_part(const cli_rows *self, int64_t from, int64_t n); /* borrowed */
int64_t cli_rows_known(const cli_rows *part); /* rows with prediction and label */
int64_t cli_rows_keep(cli_rows *self);        /* these to the front */
int64_t cli_most_probable(const double *probabilities, int64_t k);

/* output.c: a file that is written whole or not at all; standard output if the path is NULL. */
typedef struct cli_output {
    FILE *file;
    const char *path;
    int in_place; /* no regular file, such as a pipe */
    char beside[4096];
} cli_output;

int cli_output_open(cli_output *self, const char *path);
int cli_output_close(cli_output *self, int exit_status); /* keeps the file if that is CLI_OK */
int cli_output_write(const char *path, const void *bytes, size_t n);

/* list.c: rows of a table: aligned for people, as JSON an object a line, or as CSV. */
/* One value, cut to the room; empty for a null, and where there is no such column. */
const char *cli_cell(const mlops_table *table, const char *column, int64_t row, char *text,
                     size_t room);
int cli_list(const mlops_table *table, const cli_args *args);
int cli_write_csv(const mlops_table *table, const char *path);
void cli_csv_text(FILE *to, const char *text);

enum { CLI_SOME_ROWS = 1000 /* of --max */, CLI_MAX_ROWS = 1000000 };

/* work.c: what the commands do with an open store. */
typedef struct cli_work {
    const cli_args *args;
    mlops_store *store;
    mlops_change *change; /* of commands that change it, else NULL */
    mlops_id id;          /* for what the command found or made */
    int64_t number;
    char was[CLI_ID];  /* digits of the commit that a branch or tag was at; empty: there was none */
    int is_plain;      /* nothing is to be noted of what was committed */
    int is_told;       /* a note of a verb that is called again */
    int is_read;       /* standard input was, which is there once: the verb is not called again */
    mlops_error error; /* of the verb that failed */
} cli_work;

typedef mlops_status cli_verb(cli_work *work);
typedef mlops_status cli_table_verb(cli_work *work, mlops_table **out);
typedef mlops_status cli_text_verb(cli_work *work, char *text, size_t cap, size_t *needed);

/* Words of the command behind the store; NULL where there is none. */
const char *cli_word(const cli_args *args, int32_t index);
int cli_open(cli_work *out, const cli_args *args, int writes);
void cli_close(cli_work *work);
int cli_work_failed(const cli_work *work);
int cli_read(cli_work *out, const cli_args *args, cli_verb *verb);  /* open, verb, close */
int cli_write(cli_work *out, const cli_args *args, cli_verb *verb); /* without a change */
int cli_read_list(const cli_args *args, cli_table_verb *verb);      /* and print */
int cli_read_some(const cli_args *args, cli_table_verb *verb); /* as many as --max: work->number */
void cli_more(void);                                           /* says that there are more */
int cli_read_text(const cli_args *args, cli_text_verb *verb,
                  const char *pick); /* and print, as JSON or lines */
char *cli_get_text(cli_work *work, cli_text_verb *verb, size_t *n); /* to be freed; NULL: failed */

/* Threads for a long call, as many as there are processors; without them it takes longer. */
mlops_pool *cli_begin_call(mlops_call *call);

/* Looks where a branch of the dataset is, or also a tag, before the change moves it. */
void cli_was(cli_work *work, const char *name, int branches);

/* Digits of the first parent of a commit; empty if it has none. */
void cli_parent(cli_work *work, const char *ref, char out[CLI_ID]);

/* Opens, lets build add to a change and commits it; again, if others have changed the same. What a
 * gate refuses is committed too, and CLI_REFUSED. */
int cli_change(cli_work *out, const cli_args *args, cli_verb *build);

void cli_note(void); /* note.c: begins a note on standard error */

/* Aliases that nobody holds. Without a gate the one that the alias of 'registry promote' has. */
void cli_note_gate(const cli_args *args, const char *alias, const char *gate);
void cli_note_deployment(const cli_args *args);

/* note_data.c: what a commit that was made has lost of the one before, and at what a new branch
 * begins; what a branch or tag was at; that nobody has a table that something is expected of. */
void cli_note_commit(const cli_work *done, const char *path);
void cli_note_was(const char *name, const char *was);
void cli_note_unknown(const cli_args *args, const char *path);

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

/* Whether the next record, or the end, can be read; waits so many milliseconds for it. */
int cli_stream_ready(const cli_stream *self, int wait_ms);

/* Whether nothing more comes; waits for it. */
int cli_stream_at_end(cli_stream *self);

/* The next record with its line end, borrowed until the next call: CLI_OK with *n 0 at the end. */
int cli_stream_next(cli_stream *self, const char **record, size_t *n);
int cli_stream_skip_line(cli_stream *self);

/* watch.c: standard input, window by window, by one of the two. */
/* What --window-time and --false-alarm say, where they are given. */
int cli_watch_times(const cli_args *args, int64_t *window_ns, int64_t *false_alarm_ns);

/* traffic.c: predictions, segments, labels and alarms of a watch. */
typedef struct cli_traffic {
    const cli_args *args;
    mlops_watch *watch;
    mlops_monitor *monitor;
    mlops_table *predictions; /* their columns as those of an empty table; NULL: none are given */
    int64_t k;                /* of them */
    int task;
} cli_traffic;

int cli_traffic_begin(cli_traffic *self, mlops_watch *watch, const cli_args *args);
void cli_traffic_end(cli_traffic *self);
int cli_traffic_add(cli_traffic *self, const mlops_table *table);
int cli_traffic_labels(cli_traffic *self);
void cli_traffic_tell(const cli_traffic *self); /* behind what is told of a window */

/* kept NULL: windows are kept nowhere. */
int cli_watch_input(mlops_monitor *monitor, cli_traffic *kept, const cli_args *args);
int cli_drift_watch(const cli_args *args);

int cli_drift_detect(const cli_args *args);       /* detect.c */
int cli_drift_multivariate(const cli_args *args); /* multivariate.c */

#endif
