/* Tables and references from files, as the options lay them out. */
#include "cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

mlops_csv_opts cli_csv(const cli_args *args) {
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    if (args->csv_no_header) csv.flags |= MLOPS_CSV_NO_HEADER;
    csv.delimiter = args->csv_delimiter;
    csv.names = args->csv_names;
    csv.types = args->csv_types;
    csv.skip_lines = args->csv_skip_lines;
    return csv;
}

mlops_reference_opts cli_reference_opts(const cli_args *args, const mlops_csv_opts *csv) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.columns = args->columns;
    opts.ignore = args->ignore;
    opts.n_edges = args->edges;
    if (args->exact) opts.flags |= MLOPS_REFERENCE_EXACT;
    if (args->texts) opts.flags |= MLOPS_REFERENCE_TEXTS;
    opts.csv = csv;
    return opts;
}

mlops_drift_opts cli_drift_opts(const cli_args *args) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.columns = args->columns;
    opts.ignore = args->ignore;
    opts.alpha = args->alpha;
    opts.ks_tolerance = args->ks_tolerance;
    opts.tv_tolerance = args->tv_tolerance;
    opts.correction = (mlops_stats_correction)(args->correction ? args->correction - 1 : 0);
    opts.preset = (mlops_drift_preset)(args->tool ? args->tool - 1 : 0);
    return opts;
}

/* All of a file, and a NUL; NULL after an error was told. */
static char *read_all(FILE *file, const char *name, size_t *n) {
    size_t cap = 1 << 16;
    char *text = malloc(cap);
    for (*n = 0; text;) {
        *n += fread(text + *n, 1, cap - 1 - *n, file);
        if (*n < cap - 1) break;
        char *larger = realloc(text, cap *= 2);
        if (!larger) free(text);
        text = larger;
    }
    if (!text) return cli_complain("%s: out of memory at %zu bytes", name, cap), NULL;
    text[*n] = 0;
    if (!ferror(file)) return text;
    cli_complain("%s: %s", name, strerror(errno));
    free(text);
    return NULL;
}

char *cli_read_file(const char *path, size_t *n) {
    struct stat about;
    if (!strcmp(path, "-")) return read_all(stdin, "standard input", n);
    if (!stat(path, &about) && !S_ISREG(about.st_mode))
        return cli_complain("cannot read '%s': it is no regular file", path), NULL;
    FILE *file = fopen(path, "rb");
    if (!file) return cli_complain("cannot open '%s': %s", path, strerror(errno)), NULL;
    char *text = read_all(file, path, n);
    fclose(file);
    return text;
}

/* Only regular files are read by name, but this file could be standard input. */
static int fail_table(const char *path, mlops_error *error) {
    static const char remedy[] = "name a regular file", more[] = ", or give - for standard input";
    char rest[sizeof error->message];
    char *at = error->os_code == ESPIPE ? strstr(error->message, remedy) : NULL;
    if (at) {
        at += sizeof remedy - 1;
        snprintf(rest, sizeof rest, "%s", at);
        snprintf(at, sizeof error->message - (size_t)(at - error->message), "%s%s", more, rest);
    }
    return cli_fail(path, error);
}

int cli_load_table(mlops_table **out, const char *path, const cli_args *args) {
    mlops_error error;
    mlops_csv_opts csv = cli_csv(args);
    *out = NULL;
    if (strcmp(path, "-") != 0)
        return mlops_table_load(out, path, &csv, &error) ? fail_table(path, &error) : CLI_OK;
    size_t n;
    char *text = cli_read_file(path, &n);
    if (!text) return CLI_FAILED;
    mlops_status status = mlops_table_parse(out, text, n, &csv, &error);
    free(text);
    return status ? cli_fail("standard input", &error) : CLI_OK;
}

int cli_load_reference(mlops_reference **out, const char *path, const cli_args *args) {
    mlops_error error;
    mlops_csv_opts csv = cli_csv(args);
    mlops_reference_opts opts = cli_reference_opts(args, &csv);
    return mlops_reference_load(out, path, &opts, &error) ? cli_fail(path, &error) : CLI_OK;
}

int cli_names(mlops_table **out, const char *list, const char *option) {
    mlops_error error;
    if (!mlops_table_parse(out, list, strlen(list), NULL, &error) && !mlops_table_n_rows(*out))
        return CLI_OK;
    return cli_complain("%s: '%s' is no list of names", option, list);
}

int cli_is_file(const char *path) {
    struct stat about;
    return !stat(path, &about) && S_ISREG(about.st_mode);
}

int cli_is_container(const char *path) {
    static const char magic[] = "MLOPS\r\n\x1a";
    char first[sizeof magic - 1];
    FILE *file = cli_is_file(path) ? fopen(path, "rb") : NULL;
    if (!file) return 0; /* to open a pipe would wait for its other end */
    size_t n = fread(first, 1, sizeof first, file);
    fclose(file);
    return n == sizeof first && memcmp(first, magic, n) == 0;
}
