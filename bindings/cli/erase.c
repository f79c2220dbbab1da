/* mlops data erase, data erasures: taking data out of every version, and what was taken. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

static void print_stat(const mlops_erase_stat *s, int json) {
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"number", s->number},     {"done", s->done},       {"commits", s->n_commits},
                {"files", s->n_files},     {"tables", s->n_tables}, {"rows", s->n_rows},
                {"bytes", s->n_bytes},     {"remade", s->n_remade}, {"packs", s->n_deleted},
                {"waiting", s->n_waiting}, {"unread", s->n_unread}, {"opaque", s->n_opaque}};
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++)
        printf(json ? "%s\"%s\":%lld" : "%s%-8s %lld\n", json ? i ? "," : "{" : "", rows[i].name,
               (long long)rows[i].value);
    if (json) puts("}");
}

static mlops_status certificate(cli_work *work, char *text, size_t cap, size_t *needed) {
    return mlops_erase_certificate(work->store, work->number, text, cap, needed, &work->error);
}

/* Whose rows go may be in there, too: no success. */
static int tell_unread(cli_work *work, const mlops_erase_stat *s) {
    enum { NAMED = 3 };
    long long n = s->n_unread;
    const char *files = n == 1 ? "file" : "files";
    char *text = NULL, *names = NULL, more[64] = "";
    size_t size;
    if (n == 0) return CLI_OK;
    work->number = s->number;
    if (s->number) text = cli_get_text(work, certificate, &size);
    if (text) names = cli_json_names(text, "unread", "path", NAMED);
    if (n > NAMED) snprintf(more, sizeof more, " and %lld more", n - NAMED);
    if (names)
        cli_complain("%lld %s could not be searched for rows: %s%s (certificate %lld); --paths "
                     "erases %s whole",
                     n, files, names, more, (long long)s->number, n == 1 ? "it" : "them");
    else
        cli_complain("%lld %s could not be searched for rows, being no table; --paths erases %s "
                     "whole",
                     n, files, n == 1 ? "it" : "them");
    free(names);
    free(text);
    return CLI_REFUSED;
}

static void note_nothing(const mlops_erase_stat *s, int dry) {
    if (s->number || s->n_files || s->n_tables) return;
    cli_note();
    fputs(dry ? "nothing was found\n" : "nothing was found; nothing is erased\n", stderr);
}

/* Whether it is said what goes and why, or neither: then an erasure is gone on with. */
static int check_request(const cli_args *args) {
    const char *command = args->command;
    int asks = args->include || args->key || args->filter;
    if (args->key && args->filter)
        return cli_usage(command, "--value and --where are two ways to choose rows: give one");
    if (!asks && (args->note || args->author || args->plain))
        return cli_usage(command, "--paths, --value or --where is missing: what is to go");
    if (asks && !args->plain && !args->note)
        return cli_usage(command, "--reason is missing: why, for the certificate");
    if (asks && !args->plain && !args->author)
        return cli_usage(command, "--by is missing: on whose word, for the certificate");
    return CLI_OK;
}

/* COLUMN=VALUE; the column is to be freed. */
static int take_value(const cli_args *args, mlops_erase_opts *opts, char **column) {
    const char *equals = args->key ? strchr(args->key, '=') : NULL;
    if (!args->key) return CLI_OK;
    if (!equals || equals == args->key)
        return cli_usage(args->command, "--value is to be COLUMN=VALUE, not '%s'", args->key);
    size_t n = (size_t)(equals - args->key);
    *column = malloc(n + 1);
    if (!*column) return cli_complain("out of memory");
    memcpy(*column, args->key, n);
    (*column)[n] = 0;
    opts->column = *column;
    opts->value = equals + 1;
    return CLI_OK;
}

static int data_erase(const cli_args *args) {
    cli_work work;
    mlops_erase_opts opts = MLOPS_ERASE_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_erase_stat stat = MLOPS_ERASE_STAT_INIT;
    char *column = NULL;
    int status = check_request(args);
    if (!status) status = take_value(args, &opts, &column);
    if (status) return status;
    opts.where = args->filter;
    opts.paths = args->include;
    opts.reason = args->note;
    opts.by = args->author;
    if (args->plain) opts.flags = MLOPS_ERASE_DRY_RUN;
    call.actor = args->actor;
    int asks = opts.paths || opts.column || opts.where;
    status = cli_open(&work, args, 1);
    if (!status && mlops_dataset_erase(work.store, args->n_words > 1 ? args->words[1] : NULL,
                                       asks ? &opts : NULL, &call, &stat, &work.error) < 0)
        status = cli_work_failed(&work);
    if (!status) {
        print_stat(&stat, args->json);
        if (asks) note_nothing(&stat, args->plain);
        status = tell_unread(&work, &stat);
    }
    cli_close(&work);
    free(column);
    return status;
}

static mlops_status erasures(cli_work *work) {
    mlops_table *table;
    mlops_status status = mlops_erase_list(&table, work->store, &work->error);
    if (status) return status;
    cli_list(table, work->args);
    mlops_table_unref(table);
    return MLOPS_OK;
}

static int data_erasures(const cli_args *args) {
    cli_work work;
    memset(&work, 0, sizeof work);
    if (args->n_words == 1) return cli_read(&work, args, erasures);
    int64_t number;
    size_t n;
    int status = cli_whole(args, args->words[1], "the number of an erasure", &number);
    if (status) return status;
    status = cli_open(&work, args, 0);
    work.number = number;
    char *text = status ? NULL : cli_get_text(&work, certificate, &n);
    if (text) puts(text);
    else status = CLI_FAILED;
    free(text);
    cli_close(&work);
    return status;
}

const cli_command cli_erase_commands[] = {
    {"data erase", "STORE [DATASET]", "erase actor", "Take data out of every version there is.",
     "Files by their paths, or rows of tables by a value or a condition, go from all commits and\n"
     "from the bytes on disk; commits keep their ids. Without --paths, --value and --where an\n"
     "erasure that was cut short is gone on with. What was erased is not had back.\n\n"
     "Examples:\n"
     "  mlops data erase fraud.mlops --value customer=4711 --dry-run\n"
     "  mlops data erase fraud.mlops --where \"age < 18 and country == 'AT'\" --dry-run\n"
     "  mlops data erase fraud.mlops letters --paths erika.txt --reason 'Art. 17' --by dpo",
     data_erase},
    {"data erasures", "STORE [NUMBER]", "list", "List erasures, or print the certificate of one.",
     "The certificate says what was erased, when, by whom and why, and what was not reached.\n\n"
     "Examples:\n"
     "  mlops data erasures fraud.mlops\n"
     "  mlops data erasures fraud.mlops 1",
     data_erasures},
    {0},
};
