/* mlops init, mlops store: make a store, look at it, look after it. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print_stats(const mlops_store_stats *s, int json) {
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"commits", s->seq},
                {"durable", s->durable},
                {"records", s->n_records},
                {"objects", s->n_objects},
                {"journal_bytes", s->journal_bytes},
                {"pack_bytes", s->pack_bytes},
                {"index_bytes", s->index_bytes},
                {"online_bytes", s->online_bytes},
                {"live_bytes", s->live_bytes},
                {"garbage_bytes", s->garbage_bytes},
                {"content_bytes", s->content_bytes},
                {"shared_bytes", s->shared_bytes},
                {"chunk_bytes", s->chunk_bytes}};
    size_t n = sizeof rows / sizeof rows[0], shown = s->gc_time_ns ? n : n - 5;
    if (json) putchar('{');
    for (size_t i = 0; i < shown; i++)
        printf(json ? "\"%s\":%lld," : "%-14s %lld\n", rows[i].name, (long long)rows[i].value);
    if (s->gc_time_ns)
        printf(json ? "\"dedup_ratio\":%.4g,\"compression_ratio\":%.4g,"
                    : "dedup          %.4g\ncompression    %.4g\n",
               s->dedup_ratio, s->compression_ratio);
    printf(json ? "\"state\":\"%016llx\"}\n" : "state          %016llx\n",
           (unsigned long long)s->state);
    return CLI_OK;
}

static int show(mlops_store *store, const cli_args *args) {
    mlops_error error;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    if (mlops_store_stat(store, &stats, &error)) return cli_fail(args->words[0], &error);
    return print_stats(&stats, args->json);
}

static int cli_init(const cli_args *args) {
    mlops_store *store;
    mlops_error error;
    if (mlops_store_open(&store, args->words[0], NULL, &error))
        return cli_fail(args->words[0], &error);
    int status = show(store, args);
    mlops_store_close(store);
    return status;
}

static int cli_store_stats(const cli_args *args) {
    cli_work work;
    int status = cli_open(&work, args, 0);
    if (!status) status = show(work.store, args);
    cli_close(&work);
    return status;
}

static void print_check(const mlops_check *check, int json) {
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    mlops_check_count(check, &counts);
    int64_t n = mlops_check_n_faults(check);
    if (json) {
        printf("{\"commits\":%lld,\"records\":%lld,\"objects\":%lld,\"content_bytes\":%lld,"
               "\"unused_bytes\":%lld,\"rows\":%lld,\"faults\":[",
               (long long)counts.n_frames, (long long)counts.n_records, (long long)counts.n_objects,
               (long long)counts.n_bytes, (long long)counts.n_unused, (long long)counts.n_rows);
        for (int64_t i = 0; i < n && mlops_check_fault(check, i); i++) {
            if (i) putchar(',');
            cli_json_text(stdout, mlops_check_fault(check, i));
        }
        puts("]}");
        return;
    }
    for (int64_t i = 0; i < n && mlops_check_fault(check, i); i++) {
        cli_text(stdout, mlops_check_fault(check, i));
        putchar('\n');
    }
    printf("%lld commits, %lld records, %lld objects of %lld bytes, %lld online rows: %lld damaged "
           "places\n",
           (long long)counts.n_frames, (long long)counts.n_records, (long long)counts.n_objects,
           (long long)counts.n_bytes, (long long)counts.n_rows, (long long)n);
}

static int cli_store_check(const cli_args *args) {
    mlops_check *check;
    mlops_error error;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = args->plain ? MLOPS_STORE_QUICK : 0;
    if (mlops_check_store(&check, args->words[0], &opts, &error))
        return cli_fail(args->words[0], &error);
    print_check(check, args->json);
    int sound = mlops_check_n_faults(check) == 0;
    mlops_check_unref(check);
    return sound ? CLI_OK : CLI_FAILED;
}

static int cli_store_repair(const cli_args *args) {
    mlops_error error;
    mlops_check *check;
    int64_t n_lost = 0;
    if (mlops_store_repair(args->words[0], NULL, &n_lost, &error))
        return cli_fail(args->words[0], &error);
    if (!args->json) printf("%lld commits or online rows were lost\n", (long long)n_lost);
    if (mlops_check_store(&check, args->words[0], NULL, &error))
        return cli_fail(args->words[0], &error);
    int64_t n_left = mlops_check_n_faults(check); /* content that no pack has is not made anew */
    mlops_check_unref(check);
    if (args->json)
        printf("{\"lost\":%lld,\"damaged\":%lld}\n", (long long)n_lost, (long long)n_left);
    else if (n_left)
        printf("%lld damaged places are left; store check names them\n", (long long)n_left);
    return n_left ? CLI_FAILED : CLI_OK;
}

static mlops_status export(cli_work *work) {
    return mlops_store_export(work->store, work->args->words[1], &work->error);
}

/* True if the file would stand in the store or in a folder of it. */
static int is_inside(const char *store, const char *file) {
    const char *slash = strrchr(file, '/');
    char *folder = slash ? strndup(file, (size_t)(slash - file) + 1) : strdup(".");
    char *inner = folder ? realpath(folder, NULL) : NULL, *outer = realpath(store, NULL);
    size_t n = outer ? strlen(outer) : 0;
    int inside = inner && outer && !strncmp(inner, outer, n) && (inner[n] == '/' || inner[n] == 0);
    free(folder);
    free(inner);
    free(outer);
    return inside;
}

static int cli_store_export(const cli_args *args) {
    cli_work work;
    if (is_inside(args->words[0], args->words[1]))
        return cli_complain("'%s' is inside the store '%s'; name a file outside of it",
                            args->words[1], args->words[0]);
    return cli_read(&work, args, export);
}

/* An import that was cut off leaves a directory that the next one takes. */
static void say_reusable(mlops_error *error, const char *store) {
    char mark[4096];
    size_t n = strlen(error->message), room = sizeof error->message - n;
    snprintf(mark, sizeof mark, "%s/.mlops-import", store);
    if (!access(mark, F_OK))
        snprintf(error->message + n, room, "; '%s' can be used for another try", store);
}

static int cli_store_import(const cli_args *args) {
    mlops_error error;
    if (!mlops_store_import(args->words[0], args->words[1], NULL, &error))
        return cli_store_stats(args);
    say_reusable(&error, args->words[0]);
    return cli_fail(args->words[1], &error);
}

const cli_command cli_store_commands[] = {
    {"init", "STORE", "", "Make a store, an empty directory of commits.",
     "A store that is there is opened, and left as it is.\n\n"
     "Examples:\n"
     "  mlops init fraud.mlops",
     cli_init},
    {"store stats", "STORE", "", "Say what a store holds.",
     "What is garbage, and what is saved by keeping content once, as changes, and compressed, is "
     "as\n"
     "the last mlops gc, or mlops gc --dry-run, found it; before that it is not told.\n\n"
     "Examples:\n"
     "  mlops store stats fraud.mlops\n"
     "  mlops store stats fraud.mlops --json",
     cli_store_stats},
    {"store check", "STORE", "check", "Read all of a store and name what is damaged.",
     "Nothing is changed. With --quick it takes a fraction of the time, and finds what is missing\n"
     "or cut, but no changed byte of content.\n\n"
     "Exit status: 0 all is sound, 1 something is damaged or could not be read.\n\n"
     "Examples:\n"
     "  mlops store check fraud.mlops\n"
     "  mlops store check fraud.mlops --quick",
     cli_store_check},
    {"store repair", "STORE", "", "Make a damaged store usable.",
     "The index is made anew; of the journal all commits that are whole are kept, and of online\n"
     "views all rows. What is replaced stays in STORE/damaged. Then all is read as store check\n"
     "does. Nobody may have the store open.\n\n"
     "Exit status: 0 all is sound, 1 something is damaged still, such as content that is lost, or\n"
     "the store could not be repaired. Commits and rows that were lost are counted, and leave it\n"
     "sound.\n\n"
     "Examples:\n"
     "  mlops store repair fraud.mlops && mlops store check fraud.mlops",
     cli_store_repair},
    {"store export", "STORE FILE", "", "Write all of a store to one file.",
     "For backups, and for machines of another kind. FILE is replaced once the new one is "
     "whole.\n\n"
     "Examples:\n"
     "  mlops store export fraud.mlops fraud.export",
     cli_store_export},
    {"store import", "STORE FILE", "", "Make a store of an exported file.",
     "STORE is a directory to make: the same commits, content and id.\n\n"
     "Examples:\n"
     "  mlops store import restored.mlops fraud.export",
     cli_store_import},
    {0},
};
