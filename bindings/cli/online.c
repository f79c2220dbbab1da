/* mlops online: views of the newest rows, to put them and to look them up. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

/* ---- define ---- */

typedef struct view {
    cli_work work; /* first: the change's verbs see it alone */
    mlops_table *like;
    mlops_online_opts opts;
} view;

static mlops_status define(cli_work *work) {
    const view *self = (const view *)(const void *)work;
    const cli_args *args = work->args;
    return mlops_online_define(work->change, args->words[1], self->like, args->key,
                               args->event_time, &self->opts, &work->error);
}

static int online_define(const cli_args *args) {
    view self = {.opts = MLOPS_ONLINE_OPTS_INIT};
    int status = CLI_OK;
    if (!args->key) return cli_usage(args->command, "--key is missing");
    if (!args->event_time) return cli_usage(args->command, "--event-time is missing");
    self.opts.created = args->created;
    if (args->ttl) status = cli_span(args, args->ttl, "--ttl", 1, &self.opts.ttl_ns);
    if (!status) status = cli_load_table(&self.like, args->words[2], args);
    if (!status) status = cli_change(&self.work, args, define);
    mlops_table_unref(self.like);
    return status;
}

/* ---- put ---- */

/* Opens a view; the store is closed with it. */
static int open_view(mlops_online **out, const cli_args *args, int writes) {
    cli_work work;
    *out = NULL;
    int status = cli_open(&work, args, writes);
    if (!status && mlops_online_open(out, work.store, args->words[1], &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    return status;
}

static int put(mlops_online *online, const mlops_table *rows, const cli_args *args) {
    mlops_error error;
    int64_t n_put = 0;
    if (mlops_online_put(online, rows, &n_put, &error)) return cli_fail(args->words[2], &error);
    printf(args->json ? "{\"put\":%lld,\"rows\":%lld}\n" : "%lld of %lld rows were put\n",
           (long long)n_put, (long long)mlops_table_n_rows(rows));
    return CLI_OK;
}

static int online_put(const cli_args *args) {
    mlops_online *online = NULL;
    mlops_table *rows = NULL;
    int status = cli_load_table(&rows, args->words[2], args);
    if (!status) status = open_view(&online, args, 1);
    if (!status) status = put(online, rows, args);
    mlops_online_close(online);
    mlops_table_unref(rows);
    return status;
}

/* ---- get ---- */

/* Keys that stand on the command line, and what makes a table of them. */
typedef struct words {
    const cli_args *args;
    char *names;        /* of the key, as a line of CSV */
    mlops_table *key;   /* has the columns of the key, and no row */
    mlops_table *typed; /* has their types */
} words;

/* The key of a view as their list spells it, to be freed; NULL: told. */
static char *key_names(cli_work *work) {
    mlops_table *views;
    char name[256], *key = NULL;
    size_t n = 0;
    if (mlops_online_list(&views, work->store, &work->error)) return cli_work_failed(work), NULL;
    int64_t names = mlops_table_find(views, "name"), keys = mlops_table_find(views, "key");
    int64_t row = mlops_table_n_rows(views);
    while (row-- > 0)
        if (!mlops_table_text(views, names, row, name, sizeof name, NULL) &&
            !strcmp(name, work->args->words[1]))
            break;
    mlops_table_text(views, keys, row, NULL, 0, &n);
    key = malloc(n + 1);
    if (!key || mlops_table_text(views, keys, row, key, n + 1, NULL)) {
        free(key);
        key = NULL;
        cli_complain("out of memory");
    }
    mlops_table_unref(views);
    return key;
}

static int words_init(words *self, cli_work *work, mlops_online *online) {
    *self = (words){.args = work->args, .names = key_names(work)};
    if (!self->names) return CLI_FAILED;
    size_t n = strlen(self->names);
    if (mlops_table_parse(&self->key, self->names, n, NULL, &work->error) ||
        mlops_online_get(&self->typed, online, self->key, 0, &work->error))
        return cli_work_failed(work);
    return CLI_OK;
}

static void words_free(words *self) {
    free(self->names);
    mlops_table_unref(self->key);
    mlops_table_unref(self->typed);
}

/* A text in quotes is one however it looks; a number is none in quotes. */
static void put_value(FILE *to, const char *text, mlops_type type) {
    int whole = *text && strspn(text, "+-0123456789") == strlen(text);
    int truth = !strcmp(text, "true") || !strcmp(text, "false");
    if ((type == MLOPS_TYPE_INT64 && whole) || (type == MLOPS_TYPE_BOOL && truth)) fputs(text, to);
    else cli_csv_text(to, text);
}

static int put_keys(const words *self, FILE *to, int64_t n_columns) {
    fputs(self->names, to);
    for (int64_t i = 0; i < self->args->n_words - 2; i++) {
        const char *name = mlops_table_name(self->key, i % n_columns);
        putc(i % n_columns ? ',' : '\n', to);
        put_value(to, self->args->words[i + 2],
                  mlops_table_type(self->typed, mlops_table_find(self->typed, name)));
    }
    return fclose(to);
}

static int parse_words(mlops_table **out, const words *self) {
    mlops_error error;
    char *text = NULL;
    size_t size = 0;
    int64_t n = mlops_table_n_columns(self->key);
    if ((self->args->n_words - 2) % n)
        return cli_usage(self->args->command, "KEY: a value is missing; it takes %lld each, of %s",
                         (long long)n, self->names);
    FILE *to = open_memstream(&text, &size);
    if (!to || put_keys(self, to, n)) {
        free(text);
        return cli_complain("out of memory");
    }
    mlops_status status = mlops_table_parse(out, text, size, NULL, &error);
    free(text);
    return status ? cli_fail("KEY", &error) : CLI_OK;
}

static int load_keys(mlops_table **out, cli_work *work, mlops_online *online) {
    words self = {0};
    *out = NULL;
    if (work->args->keys) return cli_load_table(out, work->args->keys, work->args);
    int status = words_init(&self, work, online);
    if (!status) status = parse_words(out, &self);
    words_free(&self);
    return status;
}

static int get(cli_work *work, int64_t as_of_ns) {
    const cli_args *args = work->args;
    mlops_online *online;
    mlops_table *keys = NULL, *rows = NULL;
    if (mlops_online_open(&online, work->store, args->words[1], &work->error))
        return cli_work_failed(work);
    int status = load_keys(&keys, work, online);
    if (!status && mlops_online_get(&rows, online, keys, as_of_ns, &work->error))
        status = cli_fail(args->keys ? args->keys : "KEY", &work->error);
    if (!status) status = cli_list(rows, args);
    mlops_table_unref(rows);
    mlops_table_unref(keys);
    mlops_online_close(online);
    return status;
}

static int online_get(const cli_args *args) {
    cli_work work;
    int64_t as_of_ns = 0;
    int status = CLI_OK;
    if (args->n_words == 2 && !args->keys)
        return cli_usage(args->command, "KEY or --keys is missing");
    if (args->n_words > 2 && args->keys)
        return cli_usage(args->command, "KEY and --keys exclude each other");
    if (args->as_of) status = cli_time(args, args->as_of, "--as-of", &as_of_ns);
    if (status) return status;
    status = cli_open(&work, args, 0);
    if (!status) status = get(&work, as_of_ns);
    cli_close(&work);
    return status;
}

/* ---- list ---- */

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_online_list(out, work->store, &work->error);
}

static int online_list(const cli_args *args) { return cli_read_list(args, list); }

const cli_command cli_online_commands[] = {
    {"online define", "STORE VIEW TABLE", "view read-csv change",
     "Define a view of the newest row of each entity.",
     "The view gets the columns of TABLE, whose rows are not looked at. The same again is fine.\n\n"
     "Examples:\n"
     "  mlops online define fraud.mlops cards cards.csv --key card --event-time ts --ttl 30d",
     online_define},
    {"online put", "STORE VIEW TABLE", "read-csv", "Put rows of a CSV table: all or none.",
     "TABLE may be -, for standard input. A row that is older than the one of its entity is left\n"
     "out. Texts that look like numbers stand in quotes.\n\n"
     "Examples:\n"
     "  mlops online put fraud.mlops cards cards.csv",
     online_put},
    {"online get", "STORE VIEW [KEY]...", "keys as-of list read-csv",
     "List the rows of entities, a row for each key.",
     "KEY is a value; of a view with several key columns a value for each of them. The status of "
     "a\n"
     "row is hit, expired, missing, or null for a key with a null in it.\n\n"
     "Examples:\n"
     "  mlops online get fraud.mlops cards card-1742 card-7\n"
     "  mlops online get fraud.mlops cards --keys live.csv --as-of 2026-05-01T12:30:00Z --json",
     online_get},
    {"online list", "STORE", "list", "List views.",
     "Examples:\n"
     "  mlops online list fraud.mlops",
     online_list},
    {0},
};
