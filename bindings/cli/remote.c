/* mlops data push and pull, and mlops remote: datasets that travel over a folder. */
#include "cli.h"

#include <string.h>
#include <unistd.h>

/* A folder that is to be read is there already; pushing makes it. */
static int open_share(mlops_share **out, const char *path, int makes) {
    mlops_error error;
    *out = NULL;
    if (!makes && access(path, F_OK)) return cli_complain("%s: there is no such folder", path);
    if (mlops_share_directory(out, path, NULL, &error)) return cli_fail(path, &error);
    return CLI_OK;
}

/* ---- data ---- */

static void print_transfer(const mlops_transfer *t, int json) {
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"commits", t->n_commits},
                {"contents", t->n_contents},
                {"refs", t->n_refs},
                {"requests", t->n_requests},
                {"bytes", t->bytes}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        printf(json ? "%s\"%s\":%lld" : "%s%-8s %lld\n", json ? i ? "," : "{" : "", rows[i].name,
               (long long)rows[i].value);
    if (json) puts("}");
}

/* On a terminal alone. */
static int32_t tell(void *user, int64_t done, int64_t total) {
    (void)user;
    fprintf(stderr, "\r%lld of %lld commits", (long long)done, (long long)total);
    return 0;
}

enum { LEAST_DIGITS = 8 };

static int is_text(const mlops_table *table, const char *column, int64_t row, const char *text) {
    char cell[256];
    return !strcmp(cli_cell(table, column, row, cell, sizeof cell), text);
}

/* The id at the remote that begins with the digits of --expected; empty if they are too few, of
 * which the push says what is wrong, or all. */
static mlops_status expected(char out[CLI_ID], cli_work *work, const mlops_share *share,
                             const mlops_call *call) {
    const char *digits = work->args->expected;
    mlops_table *refs;
    size_t n = strlen(digits);
    *out = 0;
    if (n >= CLI_ID - 1 || n < LEAST_DIGITS) return MLOPS_OK;
    mlops_status status =
        mlops_remote_refs(&refs, mlops_share_remote(share), call, NULL, &work->error);
    if (status) return status;
    for (int64_t row = 0; row < mlops_table_n_rows(refs); row++) {
        char id[CLI_ID];
        if (strncmp(cli_cell(refs, "commit", row, id, sizeof id), digits, n) != 0) continue;
        if (is_text(refs, "kind", row, "branch") &&
            is_text(refs, "dataset", row, work->args->words[1]))
            memcpy(out, id, CLI_ID);
    }
    mlops_table_unref(refs);
    if (*out) return MLOPS_OK;
    snprintf(
        work->error.message, sizeof work->error.message,
        "--expected: no branch of \"%s\" at the remote is at %s; 'mlops remote refs' lists them",
        work->args->words[1], digits);
    return MLOPS_E_NOT_FOUND;
}

static mlops_status push(cli_work *work, const mlops_share *share, const mlops_call *call,
                         mlops_transfer *out) {
    const cli_args *args = work->args;
    char id[CLI_ID];
    mlops_push_opts opts = MLOPS_PUSH_OPTS_INIT;
    mlops_status status = args->expected ? expected(id, work, share, call) : MLOPS_OK;
    if (status) return status;
    opts.branches = args->branches;
    opts.tags = args->tags;
    opts.expected = args->expected && *id ? id : args->expected;
    opts.call = call;
    return mlops_dataset_push(work->store, mlops_share_remote(share), args->words[1], &opts, out,
                              &work->error);
}

static mlops_status pull(cli_work *work, const mlops_share *share, const mlops_call *call,
                         mlops_transfer *out) {
    const cli_args *args = work->args;
    mlops_pull_opts opts = MLOPS_PULL_OPTS_INIT;
    opts.flags = args->force ? MLOPS_PULL_FORCE : 0;
    opts.branches = args->branches;
    opts.tags = args->tags;
    opts.prefix = args->prefix;
    opts.paths = args->include;
    opts.depth = args->depth;
    opts.call = call;
    return mlops_dataset_pull(work->store, mlops_share_remote(share), args->words[1], &opts, out,
                              &work->error);
}

/* Nobody reads what was erased, but its bytes are here until they are deleted. */
static void note_unfinished(cli_work *work) {
    mlops_table *table;
    int64_t n = 0;
    if (mlops_erase_list(&table, work->store, &work->error)) return;
    for (int64_t row = 0; row < mlops_table_n_rows(table); row++)
        n += is_text(table, "done", row, "false");
    mlops_table_unref(table);
    if (n == 0) return;
    cli_note();
    fprintf(stderr, "%lld %s not finished, and the bytes are here still: 'mlops data erase ",
            (long long)n, n == 1 ? "erasure is" : "erasures are");
    cli_text(stderr, work->args->words[0]);
    fputs("' deletes them\n", stderr);
}

static int travel(const cli_args *args, int pulls) {
    cli_work work;
    mlops_share *share = NULL;
    mlops_transfer done = MLOPS_TRANSFER_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    int shows = isatty(STDERR_FILENO);
    if (shows) call.progress = tell;
    call.actor = args->actor;
    int status = cli_open(&work, args, pulls);
    if (!status) status = open_share(&share, args->words[2], !pulls);
    if (!status && (pulls ? pull : push)(&work, share, &call, &done)) {
        if (shows) fputs("\n", stderr);
        status = cli_work_failed(&work);
    } else if (!status) {
        if (shows) fputs("\r                                \r", stderr);
        print_transfer(&done, args->json);
        if (pulls) note_unfinished(&work);
    }
    mlops_share_close(share);
    cli_close(&work);
    return status;
}

static int data_push(const cli_args *args) { return travel(args, 0); }

static int data_pull(const cli_args *args) { return travel(args, 1); }

/* ---- remote ---- */

static int remote_refs(const cli_args *args) {
    mlops_share *share;
    mlops_error error;
    mlops_table *table = NULL;
    int status = open_share(&share, args->words[0], 0);
    if (!status && mlops_remote_refs(&table, mlops_share_remote(share), NULL, NULL, &error))
        status = cli_fail(args->words[0], &error);
    if (!status) status = cli_list(table, args);
    mlops_table_unref(table);
    mlops_share_close(share);
    return status;
}

static void print_stats(const mlops_remote_stats *s, int json) {
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"datasets", s->n_datasets},
                {"commits", s->n_commits},
                {"objects", s->n_objects},
                {"unneeded", s->n_unneeded},
                {"deleted", s->n_deleted}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        printf(json ? "%s\"%s\":%lld" : "%s%-8s %lld\n", json ? i ? "," : "{" : "", rows[i].name,
               (long long)rows[i].value);
    if (json) puts("}");
}

static int remote_gc(const cli_args *args) {
    mlops_share *share;
    mlops_error error;
    mlops_remote_gc_opts opts = MLOPS_REMOTE_GC_OPTS_INIT;
    mlops_remote_stats stats = MLOPS_REMOTE_STATS_INIT;
    int status = args->ttl ? cli_span(args, args->ttl, "--grace", 1, &opts.grace_ns) : CLI_OK;
    if (status) return status;
    if (args->plain) opts.flags = MLOPS_REMOTE_GC_DRY;
    status = open_share(&share, args->words[0], 0);
    if (!status && mlops_remote_gc(mlops_share_remote(share), &opts, &stats, &error))
        status = cli_fail(args->words[0], &error);
    if (!status) print_stats(&stats, args->json);
    mlops_share_close(share);
    return status;
}

#define FOLDER                                                                                     \
    "REMOTE is a folder, on a disk or on a share that is mounted. Both sides verify what comes;\n" \
    "what was cut short goes on with the next call.\n\n"

const cli_command cli_remote_commands[] = {
    {"data push", "STORE DATASET REMOTE", "travel push actor",
     "Send what the remote lacks of a dataset.",
     FOLDER "Examples:\n"
            "  mlops data push fraud.mlops transactions /mnt/share\n"
            "  mlops data push fraud.mlops transactions /mnt/share --branches main --tags 'v*'",
     data_push},
    {"data pull", "STORE DATASET REMOTE", "travel pull force-refs actor",
     "Bring what the store lacks of a dataset.",
     FOLDER "Examples:\n"
            "  mlops data pull fraud.mlops transactions /mnt/share\n"
            "  mlops data pull fraud.mlops transactions /mnt/share --depth 1 --include '*.csv'\n"
            "  mlops data pull fraud.mlops transactions /mnt/share --prefix origin/",
     data_pull},
    {"remote refs", "REMOTE", "list", "List branches and tags that a remote has.",
     "Examples:\n"
     "  mlops remote refs /mnt/share",
     remote_refs},
    {"remote gc", "REMOTE", "remote-gc", "Delete what no branch or tag of a remote leads to.",
     "What is unneeded is noted, and deleted by a call that comes after the time of grace. Pushes\n"
     "may go on meanwhile.\n\n"
     "Examples:\n"
     "  mlops remote gc /mnt/share --dry-run\n"
     "  mlops remote gc /mnt/share --grace 30d",
     remote_gc},
    {0},
};
