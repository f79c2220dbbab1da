/* mlops drift watch, mlops watch: CSV from standard input, a line for each window.
 *
 * Records are gathered to blocks that never reach beyond the window, parsed behind the header, and
 * added. A field of a column that is watched as text is quoted, so that a block of digits in it is
 * not taken for numbers.
 */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW_DEFAULT = 1000, BLOCK_ROWS = 4096, BLOCK_BYTES = 4 << 20, WAIT_MS = 500 };

typedef struct text {
    char *data;
    size_t size, cap;
    int failed; /* out of memory */
} text;

typedef struct watch {
    const cli_args *args;
    mlops_monitor *monitor;
    mlops_watch *kept;    /* NULL, if windows go to no store */
    cli_traffic *traffic; /* the same */
    cli_stream stream;
    text block;
    size_t header;       /* bytes of the header */
    int64_t header_line; /* where it stands in the input */
    int64_t lines;       /* of the block that are the header's */
    int64_t first_line;  /* of the input behind them */
    char *is_text;       /* of each column */
    int64_t n_columns;
    int timed;         /* windows end by time */
    int64_t window;    /* rows, INT64_MAX: by time alone */
    int64_t printed;   /* windows */
    int64_t rows;      /* of the window that is not yet complete */
    int64_t n_drifted; /* windows that drifted */
    int64_t n_judged;  /* windows with another verdict than not enough data */
} watch;

static mlops_status drift_of(mlops_drift **out, const watch *self, mlops_error *error) {
    return self->kept ? mlops_watch_drift(out, self->kept, error)
                      : mlops_monitor_drift(out, self->monitor, error);
}

static int64_t n_windows(const watch *self) {
    return self->kept ? mlops_watch_n_windows(self->kept) : mlops_monitor_n_windows(self->monitor);
}

static mlops_status metrics_of(const watch *self, char *out, size_t cap, size_t *needed) {
    return self->kept ? mlops_watch_metrics(self->kept, out, cap, needed)
                      : mlops_monitor_metrics(self->monitor, out, cap, needed);
}

static void put(text *self, const char *bytes, size_t n) {
    size_t cap = self->cap ? self->cap : 1 << 16;
    while (cap - self->size < n) cap *= 2;
    char *data = cap == self->cap ? self->data : realloc(self->data, cap);
    self->failed |= !data;
    if (self->failed) return;
    self->data = data;
    self->cap = cap;
    memcpy(data + self->size, bytes, n);
    self->size += n;
}

/* True for a field without quotes that could be taken for something else than text and is no
 * spelling of null. */
static int wants_quotes(const char *field, size_t n) {
    return n > 0 && !strchr("Nn?\"\r\n", *field) && !memchr(field, '"', n);
}

static void put_record(watch *self, const char *record, size_t n) {
    char delimiter = self->stream.delimiter;
    size_t begin = 0;
    int quoted = 0;
    for (int64_t column = 0; begin < n; column++) {
        size_t end = begin;
        for (; end < n && (quoted || (record[end] != delimiter && record[end] != '\n')); end++)
            if (record[end] == '"' && (quoted || end == begin)) quoted = !quoted;
        size_t length = end - begin;
        if (length && end < n && record[end] == '\n' && record[end - 1] == '\r') length--;
        int quote = column < self->n_columns && self->is_text[column] &&
                    wants_quotes(record + begin, length);
        if (quote) put(&self->block, "\"", 1);
        put(&self->block, record + begin, length);
        if (quote) put(&self->block, "\"", 1);
        end += end < n;
        put(&self->block, record + begin + length, end - begin - length);
        begin = end;
    }
}

/* Replaces the number of a line of the block by that of the input, in the message too. */
static int fail_in_block(const watch *self, mlops_error *error) {
    char old[32], rest[sizeof error->message];
    int64_t line = error->line - 1 + self->header_line;
    if (error->line > self->lines) line = error->line - 1 - self->lines + self->first_line;
    int n = snprintf(old, sizeof old, "line %d", (int)error->line);
    char *at = error->line > 0 ? strstr(error->message, old) : NULL;
    if (at) {
        snprintf(rest, sizeof rest, "%s", at + n);
        snprintf(at, sizeof error->message - (size_t)(at - error->message), "line %lld%s",
                 (long long)line, rest);
    }
    return cli_fail("standard input", error);
}

static mlops_csv_opts block_opts(const watch *self) {
    mlops_csv_opts csv = cli_csv(self->args);
    csv.skip_lines = 0;
    return csv;
}

/* Learns which columns of the header are text where they are watched. */
static int find_texts(watch *self, const mlops_table *header) {
    mlops_drift *watched;
    mlops_error error;
    self->n_columns = mlops_table_n_columns(header);
    self->is_text = calloc((size_t)self->n_columns, 1);
    if (!self->is_text) return cli_complain("out of memory");
    if (drift_of(&watched, self, &error)) return cli_fail(NULL, &error);
    for (int64_t i = 0; i < mlops_drift_n_columns(watched); i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(watched, i, &c) || c.type != MLOPS_TYPE_STRING) continue;
        int64_t at = mlops_table_find(header, c.name);
        if (at >= 0) self->is_text[at] = 1;
    }
    mlops_drift_unref(watched);
    const char *keys[] = {self->traffic ? self->args->request : NULL,
                          self->traffic ? self->args->by
                                        : NULL}; /* texts, whatever they look like */
    for (int i = 0; i < 2; i++) {
        int64_t at = keys[i] ? mlops_table_find(header, keys[i]) : -1;
        if (at >= 0) self->is_text[at] = 1;
    }
    return CLI_OK;
}

/* Reads up to the header. */
static int read_header(watch *self) {
    mlops_error error;
    mlops_table *table;
    const char *record;
    size_t n;
    int status = CLI_OK;
    for (int64_t i = 0; i < self->args->csv_skip_lines && !status; i++)
        status = cli_stream_skip_line(&self->stream);
    self->header_line = self->stream.line;
    if (!status) status = cli_stream_next(&self->stream, &record, &n);
    if (status) return status;
    put(&self->block, record, n);
    self->lines = self->stream.line - self->header_line;
    self->first_line = self->stream.line;
    if (self->block.failed) return cli_complain("out of memory");
    mlops_csv_opts csv = block_opts(self);
    if (mlops_table_parse(&table, self->block.data, n, &csv, &error))
        return fail_in_block(self, &error);
    status = find_texts(self, table);
    mlops_table_unref(table);
    self->header = n;
    return status;
}

static int write_metrics(const watch *self) {
    size_t n = 0;
    if (!self->args->metrics) return CLI_OK;
    if (metrics_of(self, NULL, 0, &n)) return cli_complain("out of memory");
    char *metrics = malloc(n + 1);
    int status = metrics && !metrics_of(self, metrics, n + 1, NULL)
                     ? cli_output_write(self->args->metrics, metrics, n)
                     : cli_complain("out of memory");
    free(metrics);
    return status;
}

static void print_drifted(const mlops_drift *drift) {
    const char *before = ": ";
    for (int64_t i = 0; i < mlops_drift_n_columns(drift); i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c) || c.verdict != MLOPS_DRIFT_YES) continue;
        fputs(before, stdout);
        cli_text(stdout, c.name);
        printf(" (%s %.3g)", c.test, c.effect);
        before = ", ";
    }
}

static void print_drifted_json(const mlops_drift *drift) {
    const char *before = "";
    for (int64_t i = 0; i < mlops_drift_n_columns(drift); i++) {
        mlops_drift_column c = MLOPS_DRIFT_COLUMN_INIT;
        if (mlops_drift_get(drift, i, &c) || c.verdict != MLOPS_DRIFT_YES) continue;
        printf("%s{\"name\":", before);
        cli_json_text(stdout, c.name);
        printf(",\"test\":\"%s\",\"effect\":", c.test);
        cli_json_number(stdout, c.effect);
        fputs(",\"effect_low\":", stdout);
        cli_json_number(stdout, c.effect_low);
        putchar('}');
        before = ",";
    }
}

/* As mlops_drift_json() spells it. */
static const char *json_verdict(mlops_drift_verdict verdict) {
    if (verdict == MLOPS_DRIFT_YES) return "yes";
    return verdict == MLOPS_DRIFT_NO ? "no" : "not enough data";
}

/* The line of the window that was just completed. */
static int print_window(watch *self, int64_t rows) {
    mlops_drift *drift;
    mlops_error error;
    if (drift_of(&drift, self, &error)) return cli_fail(NULL, &error);
    mlops_drift_verdict verdict = mlops_drift_overall(drift);
    long long window = (long long)n_windows(self);
    long long n = (long long)mlops_drift_n_columns(drift);
    long long drifted = (long long)mlops_drift_n_drifted(drift);
    self->printed = window;
    self->n_drifted += verdict == MLOPS_DRIFT_YES;
    self->n_judged += verdict != MLOPS_DRIFT_NOT_ENOUGH_DATA;
    if (self->args->json) {
        printf("{\"window\":%lld,\"rows\":%lld,\"verdict\":\"%s\",\"n_columns\":%lld,"
               "\"n_drifted\":%lld,\"drifted\":[",
               window, (long long)rows, json_verdict(verdict), n, drifted);
        print_drifted_json(drift);
        putchar(']');
        if (self->traffic) cli_traffic_tell(self->traffic);
        puts("}");
    } else {
        printf("window %lld: %s%s%s, %lld of %lld columns", window, cli_verdict_colour(verdict),
               cli_verdict(verdict), cli_colour_end(), drifted, n);
        print_drifted(drift);
        if (self->traffic) cli_traffic_tell(self->traffic);
        putchar('\n');
    }
    mlops_drift_unref(drift);
    if (fflush(stdout)) return CLI_FAILED; /* told at the end */
    return write_metrics(self);
}

/* The window that has ended since the last line, if one has. */
static int print_ended(watch *self) {
    if (n_windows(self) == self->printed) return CLI_OK;
    int64_t rows = self->rows < self->window ? self->rows : self->window;
    self->rows -= rows;
    return print_window(self, rows);
}

/* The one whose time is over while no row came. */
static int print_due(watch *self) {
    mlops_error error;
    if (!self->timed) return CLI_OK;
    if (self->kept &&
        mlops_watch_add(self->kept, NULL, 0, mlops_watch_n_features(self->kept), NULL, 0, &error))
        return cli_fail(self->args->words[0], &error);
    return print_ended(self);
}

static int add_block(watch *self) {
    mlops_table *table;
    mlops_error error;
    mlops_csv_opts csv = block_opts(self);
    int due = print_due(self);
    if (due) return due;
    if (mlops_table_parse(&table, self->block.data, self->block.size, &csv, &error))
        return fail_in_block(self, &error);
    int status = CLI_OK;
    if (self->traffic) status = cli_traffic_add(self->traffic, table);
    else if (mlops_monitor_add_table(self->monitor, table, &error))
        status = cli_fail("standard input", &error);
    self->rows += mlops_table_n_rows(table);
    mlops_table_unref(table);
    return status ? status : print_ended(self);
}

/* Gathers up to max records behind the header, fewer at the end of the input. */
static int gather(watch *self, int64_t max, int64_t *n_rows) {
    int status = CLI_OK;
    while (!status && *n_rows < max && self->block.size < BLOCK_BYTES) {
        const char *record;
        size_t n;
        if (self->timed && !cli_stream_ready(&self->stream, *n_rows ? 0 : WAIT_MS)) {
            if (*n_rows) break; /* they count now, and not when a block of them is full */
            status = print_due(self);
            continue;
        }
        status = cli_stream_next(&self->stream, &record, &n);
        if (status || n == 0) return status;
        put_record(self, record, n);
        ++*n_rows;
    }
    return self->block.failed ? cli_complain("out of memory") : status;
}

/* Labels may come without rows. */
static int is_empty(watch *self) {
    return self->args->labels && cli_stream_ready(&self->stream, -1) &&
           cli_stream_at_end(&self->stream);
}

static int run(watch *self) {
    if (is_empty(self)) {
        int ended = print_ended(self); /* its time may have been over */
        return ended ? ended : write_metrics(self);
    }
    int status = read_header(self);
    int64_t n_rows = self->args->csv_no_header; /* the first record is a row, too */
    while (!status) {
        int64_t left = self->window - self->rows;
        status = gather(self, left < BLOCK_ROWS ? left : BLOCK_ROWS, &n_rows);
        if (status || n_rows == 0) break;
        status = add_block(self);
        if (self->args->csv_no_header) self->header = 0, self->lines = 0;
        self->block.size = self->header;
        self->first_line = self->stream.line;
        n_rows = 0;
    }
    if (!status) status = print_due(self);
    if (!status && self->timed && n_windows(self) == 0)
        fprintf(stderr, "mlops: no window's time was over; %lld rows came\n",
                (long long)self->rows);
    else if (!status && n_windows(self) == 0)
        fprintf(stderr, "mlops: no window of %lld rows was complete; %lld rows came\n",
                (long long)self->window, (long long)self->rows);
    return status ? status : write_metrics(self);
}

static int verdict(const watch *self) {
    if (self->n_drifted) return CLI_DRIFT;
    if (self->args->labels && !n_windows(self)) return CLI_OK; /* they are what was asked for */
    return self->n_judged ? CLI_OK : CLI_NOT_ENOUGH_DATA;
}

/* Rows that were there before, and labels of rows. */
static int resume(watch *self) {
    int64_t room;
    mlops_error error;
    if (!self->traffic) return CLI_OK;
    if (mlops_watch_room(self->kept, &room, &error)) return cli_fail(self->args->words[0], &error);
    if (self->args->instance && !self->timed) self->rows = self->window - room;
    return self->args->labels ? cli_traffic_labels(self->traffic) : CLI_OK;
}

static int keep(watch *self) {
    mlops_error error;
    if (self->kept && mlops_watch_keep(self->kept, &error))
        return cli_fail(self->args->words[0], &error);
    return CLI_OK;
}

int cli_watch_input(mlops_monitor *monitor, cli_traffic *traffic, const cli_args *args) {
    watch self = {.args = args, .monitor = monitor, .traffic = traffic};
    if (traffic) self.kept = traffic->watch;
    self.timed = args->window_time != NULL;
    self.window = args->window ? args->window : self.timed ? INT64_MAX : WINDOW_DEFAULT;
    cli_stream_init(&self.stream, STDIN_FILENO, args->csv_delimiter ? *args->csv_delimiter : ',');
    int status = resume(&self);
    if (!status) status = run(&self);
    if (!status) status = keep(&self);
    cli_stream_free(&self.stream);
    free(self.block.data);
    free(self.is_text);
    return status ? status : verdict(&self);
}

int cli_watch_times(const cli_args *args, int64_t *window_ns, int64_t *false_alarm_ns) {
    int status = CLI_OK;
    if (args->window_time)
        status = cli_span(args, args->window_time, "--window-time", 1, window_ns);
    if (!status && args->false_alarm)
        status = cli_span(args, args->false_alarm, "--false-alarm", 1, false_alarm_ns);
    return status;
}

int cli_drift_watch(const cli_args *args) {
    mlops_error error;
    mlops_monitor *monitor;
    mlops_csv_opts csv = cli_csv(args);
    mlops_reference_opts reference = cli_reference_opts(args, &csv);
    mlops_drift_opts drift = cli_drift_opts(args);
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    if (!strcmp(args->words[0], "-"))
        return cli_usage(args->command, "standard input has the live rows; REFERENCE is a file");
    opts.reference = &reference;
    opts.drift = &drift;
    opts.window_rows = args->window;
    int bad = cli_watch_times(args, &opts.window_ns, &opts.false_alarm_ns);
    if (bad) return bad;
    if (mlops_monitor_new(&monitor, NULL, args->words[0], &opts, &error))
        return cli_fail(args->words[0], &error);
    int status = cli_watch_input(monitor, NULL, args);
    mlops_monitor_free(monitor);
    return status;
}
