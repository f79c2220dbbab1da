/* mlops init, mlops store: make a store, look at it, look after it. */
#include "cli.h"

#include <string.h>

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
                {"index_bytes", s->index_bytes}};
    if (json) putchar('{');
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        printf(json ? "\"%s\":%lld," : "%-14s %lld\n", rows[i].name, (long long)rows[i].value);
    printf(json ? "\"state\":\"%016llx\"}\n" : "state          %016llx\n",
           (unsigned long long)s->state);
    return CLI_OK;
}

/* Opens the store as it is, or makes one; says what it holds. */
static int show(const cli_args *args, uint32_t flags) {
    mlops_store *store;
    mlops_error error;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    opts.flags = flags;
    if (mlops_store_open(&store, args->words[0], &opts, &error))
        return cli_fail(args->words[0], &error);
    int failed = mlops_store_stat(store, &stats, &error) != MLOPS_OK;
    mlops_store_close(store);
    return failed ? cli_fail(args->words[0], &error) : print_stats(&stats, args->json);
}

int cli_init(const cli_args *args) { return show(args, 0); }

int cli_store_stats(const cli_args *args) { return show(args, MLOPS_STORE_MUST_EXIST); }

static void print_check(const mlops_check *check, int json) {
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    mlops_check_count(check, &counts);
    int64_t n = mlops_check_n_faults(check);
    if (json) {
        printf("{\"commits\":%lld,\"records\":%lld,\"objects\":%lld,\"content_bytes\":%lld,"
               "\"unused_bytes\":%lld,\"faults\":[",
               (long long)counts.n_frames, (long long)counts.n_records, (long long)counts.n_objects,
               (long long)counts.n_bytes, (long long)counts.n_unused);
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
    printf("%lld commits, %lld records, %lld objects of %lld bytes: %lld damaged places\n",
           (long long)counts.n_frames, (long long)counts.n_records, (long long)counts.n_objects,
           (long long)counts.n_bytes, (long long)n);
}

int cli_store_check(const cli_args *args) {
    mlops_check *check;
    mlops_error error;
    if (mlops_check_store(&check, args->words[0], NULL, &error))
        return cli_fail(args->words[0], &error);
    print_check(check, args->json);
    int sound = mlops_check_n_faults(check) == 0;
    mlops_check_unref(check);
    return sound ? CLI_OK : CLI_FAILED;
}

int cli_store_repair(const cli_args *args) {
    mlops_error error;
    int64_t n_lost = 0;
    if (mlops_store_repair(args->words[0], NULL, &n_lost, &error))
        return cli_fail(args->words[0], &error);
    printf(args->json ? "{\"lost\":%lld}\n" : "%lld commits were lost\n", (long long)n_lost);
    return CLI_OK;
}

int cli_store_export(const cli_args *args) {
    mlops_store *store;
    mlops_error error;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = MLOPS_STORE_MUST_EXIST;
    if (mlops_store_open(&store, args->words[0], &opts, &error))
        return cli_fail(args->words[0], &error);
    int failed = mlops_store_export(store, args->words[1], &error) != MLOPS_OK;
    mlops_store_close(store);
    return failed ? cli_fail(args->words[1], &error) : CLI_OK;
}

int cli_store_import(const cli_args *args) {
    mlops_error error;
    if (mlops_store_import(args->words[0], args->words[1], NULL, &error))
        return cli_fail(args->words[1], &error);
    return show(args, MLOPS_STORE_MUST_EXIST);
}
