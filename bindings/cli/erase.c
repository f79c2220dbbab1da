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
                {"waiting", s->n_waiting}, {"unread", s->n_unread}};
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++)
        printf(json ? "%s\"%s\":%lld" : "%s%-8s %lld\n", json ? i ? "," : "{" : "", rows[i].name,
               (long long)rows[i].value);
    if (json) puts("}");
}

/* Whose rows go may be in there, too: no success. */
static int tell_unread(const mlops_erase_stat *s) {
    char names[64] = "what of them is to go goes by --paths";
    if (s->n_unread == 0) return CLI_OK;
    if (s->number)
        snprintf(names, sizeof names, "certificate %lld names them", (long long)s->number);
    cli_complain("%lld %s or %s no table behind the rows that are read: not all was searched; %s",
                 (long long)s->n_unread,
                 s->n_unread == 1 ? "file called *.csv or *.tsv is"
                                  : "files called *.csv or *.tsv are",
                 s->n_unread == 1 ? "is" : "are", names);
    return CLI_REFUSED;
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
    int status = take_value(args, &opts, &column);
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
        status = tell_unread(&stat);
    }
    cli_close(&work);
    free(column);
    return status;
}

static mlops_status print_certificate(cli_work *work, int64_t number) {
    size_t n = 0;
    mlops_status status = mlops_erase_certificate(work->store, number, NULL, 0, &n, &work->error);
    char *text = status ? NULL : malloc(n + 1);
    if (!text) return status ? status : MLOPS_E_NOMEM;
    status = mlops_erase_certificate(work->store, number, text, n + 1, NULL, &work->error);
    if (!status) puts(text);
    free(text);
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

static mlops_status erasure(cli_work *work) { return print_certificate(work, work->number); }

static int data_erasures(const cli_args *args) {
    cli_work work;
    memset(&work, 0, sizeof work);
    if (args->n_words == 1) return cli_read(&work, args, erasures);
    int64_t number;
    int status = cli_whole(args, args->words[1], "the number of an erasure", &number);
    if (status) return status;
    status = cli_open(&work, args, 0);
    work.number = number;
    if (!status && erasure(&work)) status = cli_work_failed(&work);
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
