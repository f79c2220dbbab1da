/* What the commands do with a store: open it, read of it and print, or change it in one commit. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { TRIES = 10 /* of a change that others get ahead of */ };

const char *cli_word(const cli_args *args, int32_t index) {
    return index < args->n_words ? args->words[index] : NULL;
}

/* Who may only read a store, or has no room for its index, reads it with an index in memory. */
int cli_open(cli_work *out, const cli_args *args, int writes) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = MLOPS_STORE_MUST_EXIST;
    if (args->verify) opts.flags |= MLOPS_STORE_VERIFY_DEDUP;
    *out = (cli_work){.args = args};
    mlops_status status = mlops_store_open(&out->store, args->words[0], &opts, &out->error);
    int in_memory = status == MLOPS_E_DENIED || status == MLOPS_E_IO || status == MLOPS_E_NO_SPACE;
    if (!writes && in_memory) {
        opts.flags |= MLOPS_STORE_READ_ONLY;
        if (!mlops_store_open(&out->store, args->words[0], &opts, NULL)) status = MLOPS_OK;
    }
    return status ? cli_fail(args->words[0], &out->error) : CLI_OK;
}

void cli_close(cli_work *work) {
    mlops_change_free(work->change);
    mlops_store_close(work->store);
    work->change = NULL;
    work->store = NULL;
}

int cli_work_failed(const cli_work *work) { return cli_fail(work->args->words[0], &work->error); }

int cli_read(cli_work *out, const cli_args *args, cli_verb *verb) {
    int status = cli_open(out, args, 0);
    if (!status && verb(out)) status = cli_work_failed(out);
    cli_close(out);
    return status;
}

int cli_write(cli_work *out, const cli_args *args, cli_verb *verb) {
    int status = cli_open(out, args, 1);
    if (!status && verb(out)) status = cli_work_failed(out);
    cli_close(out);
    return status;
}

int cli_read_list(const cli_args *args, cli_table_verb *verb) {
    cli_work work;
    mlops_table *table = NULL;
    int status = cli_open(&work, args, 0);
    if (!status && verb(&work, &table)) status = cli_work_failed(&work);
    if (!status) status = cli_list(table, args);
    mlops_table_unref(table);
    cli_close(&work);
    return status;
}

void cli_more(void) {
    fflush(stdout);
    fputs("... more; --max N shows more\n", stderr);
}

/* Asks for one row more than were printed, if they are as many as they may be. */
static int note_more(cli_work *work, cli_table_verb *verb, int64_t n_printed) {
    mlops_table *table = NULL;
    if (n_printed < work->number || work->number == CLI_MAX_ROWS) return CLI_OK;
    work->number++;
    if (verb(work, &table)) return cli_work_failed(work);
    if (mlops_table_n_rows(table) > n_printed) cli_more();
    mlops_table_unref(table);
    return CLI_OK;
}

int cli_read_some(const cli_args *args, cli_table_verb *verb) {
    cli_work work;
    mlops_table *table = NULL;
    int status = cli_open(&work, args, 0);
    work.number = args->max ? args->max : CLI_SOME_ROWS;
    if (!status && verb(&work, &table)) status = cli_work_failed(&work);
    if (!status) status = cli_list(table, args);
    if (!status) status = note_more(&work, verb, mlops_table_n_rows(table));
    mlops_table_unref(table);
    cli_close(&work);
    return status;
}

/* Asks for the size first; again, if the text has become longer since. */
char *cli_get_text(cli_work *work, cli_text_verb *verb, size_t *n) {
    *n = 0;
    if (verb(work, NULL, 0, n)) return cli_work_failed(work), NULL;
    for (;;) {
        size_t cap = *n + 1;
        char *text = malloc(cap);
        if (!text) return cli_complain("out of memory"), NULL;
        mlops_status status = verb(work, text, cap, n);
        if (!status) return text[*n] = 0, text;
        free(text);
        if (status != MLOPS_E_ARENA) return cli_work_failed(work), NULL;
    }
}

int cli_read_text(const cli_args *args, cli_text_verb *verb, const char *pick) {
    cli_work work;
    size_t n;
    int status = cli_open(&work, args, 0);
    char *text = status ? NULL : cli_get_text(&work, verb, &n);
    if (text && args->json)
        fputs(text, stdout), fputs(n && text[n - 1] == '\n' ? "" : "\n", stdout);
    else if (text) cli_describe(text, pick);
    if (!text) status = CLI_FAILED;
    free(text);
    cli_close(&work);
    return status;
}

mlops_pool *cli_begin_call(mlops_call *call) {
    mlops_pool *pool = NULL;
    *call = (mlops_call)MLOPS_CALL_INIT;
    if (!mlops_pool_new(&pool, 0, NULL, NULL)) call->executor = mlops_pool_executor(pool);
    return pool;
}

static mlops_status change_once(cli_work *work, cli_verb *build) {
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.actor = work->args->actor;
    opts.note = work->args->note;
    mlops_status status = mlops_change_new(&work->change, work->store, &opts, &work->error);
    if (!status) status = build(work);
    int refused = status == MLOPS_E_REFUSED; /* the change has the record of the decision */
    mlops_error refusal = work->error;
    if (!status || refused) status = mlops_change_commit(work->change, NULL, &work->error);
    mlops_change_free(work->change);
    work->change = NULL;
    if (status || !refused) return status;
    work->error = refusal;
    return MLOPS_E_REFUSED;
}

void cli_was(cli_work *work, const char *name, int branches) {
    mlops_table *refs;
    char text[256], kind[16];
    *work->was = 0;
    if (mlops_dataset_refs(&refs, work->store, work->args->words[1], &work->error)) return;
    for (int64_t row = 0; row < mlops_table_n_rows(refs); row++)
        if (!strcmp(cli_cell(refs, "name", row, text, sizeof text), name) &&
            !(branches && strcmp(cli_cell(refs, "kind", row, kind, sizeof kind), "branch") != 0))
            cli_cell(refs, "commit", row, work->was, sizeof work->was);
    mlops_table_unref(refs);
}

void cli_parent(cli_work *work, const char *ref, char out[CLI_ID]) {
    mlops_table *log;
    *out = 0;
    if (mlops_dataset_log(&log, work->store, work->args->words[1], ref, 1, NULL)) return;
    cli_cell(log, "parents", 0, out, CLI_ID);
    mlops_table_unref(log);
}

int cli_change(cli_work *out, const cli_args *args, cli_verb *build) {
    int exit_status = cli_open(out, args, 1);
    if (exit_status) return exit_status;
    mlops_status status = MLOPS_E_CONFLICT;
    for (int i = 0; i < TRIES && status == MLOPS_E_CONFLICT && !out->is_read; i++)
        status = change_once(out, build);
    if (status == MLOPS_E_CONFLICT && out->is_read)
        snprintf(out->error.message, sizeof out->error.message,
                 "others have changed it while standard input was read: give it again");
    if (status == MLOPS_E_REFUSED) {
        cli_complain("%s: refused: %s", args->words[0], out->error.message);
        exit_status = CLI_REFUSED;
    } else if (status) exit_status = cli_work_failed(out);
    cli_close(out);
    return exit_status;
}
