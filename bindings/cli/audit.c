/* mlops audit: the history of a store, and proof of it. */
#include "cli.h"

#include <stdlib.h>
#include <time.h>

static void print_id(const mlops_id *id) {
    for (size_t i = 0; i < sizeof id->bytes; i++) printf("%02x", id->bytes[i]);
}

static int open_store(mlops_store **out, const cli_args *args) {
    mlops_error error;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = MLOPS_STORE_MUST_EXIST;
    if (mlops_store_open(out, args->words[0], &opts, &error))
        return cli_fail(args->words[0], &error);
    return CLI_OK;
}

static void print_time(int64_t time_ns) {
    time_t seconds = (time_t)(time_ns / 1000000000);
    struct tm utc;
    char text[32] = "?";
    if (gmtime_r(&seconds, &utc)) strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &utc);
    printf("%s.%03dZ", text, (int)(time_ns / 1000000 % 1000));
}

static void print_member(const char *name, const char *text) {
    if (!text) return;
    printf(",\"%s\":", name);
    cli_json_text(stdout, text);
}

static int print_operations(const mlops_audit *audit, int64_t index) {
    size_t n = 0;
    if (mlops_audit_operations(audit, index, NULL, 0, &n)) return 0;
    char *text = malloc(n + 1);
    if (!text || mlops_audit_operations(audit, index, text, n + 1, NULL)) {
        free(text);
        return 0;
    }
    fputs(text, stdout);
    free(text);
    return 1;
}

static int print_json(const mlops_audit *audit, int64_t index, const mlops_audit_entry *entry) {
    mlops_id link;
    mlops_audit_link(audit, index, &link);
    printf("{\"commit\":%lld,\"time_ns\":%lld", (long long)entry->seq, (long long)entry->time_ns);
    print_member("actor", entry->actor);
    print_member("verb", entry->verb);
    print_member("note", entry->note);
    print_member("trace_id", entry->trace_id);
    fputs(",\"link\":\"", stdout);
    print_id(&link);
    fputs("\",\"operations\":", stdout);
    int printed = print_operations(audit, index);
    fputs("}\n", stdout);
    return printed ? CLI_OK : cli_complain("out of memory");
}

static void print_line(const mlops_audit_entry *entry) {
    printf("%8lld  ", (long long)entry->seq);
    print_time(entry->time_ns);
    printf("  ");
    cli_text(stdout, entry->actor ? entry->actor : "-");
    printf("  ");
    cli_text(stdout, entry->verb ? entry->verb : "commit");
    printf(", %d operations", (int)entry->n_operations);
    if (entry->note) fputs(": ", stdout);
    if (entry->note) cli_text(stdout, entry->note);
    putchar('\n');
}

static int print_log(const mlops_audit *audit, int json) {
    int status = CLI_OK;
    for (int64_t i = 0; i < mlops_audit_n_entries(audit) && !status; i++) {
        mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
        mlops_audit_at(audit, i, &entry);
        if (json) status = print_json(audit, i, &entry);
        else print_line(&entry);
    }
    return status;
}

int cli_audit_log(const cli_args *args) {
    mlops_store *store;
    mlops_audit *audit;
    mlops_error error;
    int status = open_store(&store, args);
    if (status) return status;
    int64_t from = args->from ? args->from : 1, max = args->max ? args->max : 1000;
    int failed = mlops_audit_read(&audit, store, from, max, &error) != MLOPS_OK;
    mlops_store_close(store);
    if (failed) return cli_fail(args->words[0], &error);
    status = print_log(audit, args->json);
    mlops_audit_unref(audit);
    return status;
}

int cli_audit_verify(const cli_args *args) {
    mlops_store *store;
    mlops_error error;
    mlops_id link;
    int64_t n = 0;
    int status = open_store(&store, args);
    if (status) return status;
    int failed = mlops_audit_verify(store, &link, &n, &error) != MLOPS_OK;
    mlops_store_close(store);
    if (failed) return cli_fail(args->words[0], &error);
    printf(args->json ? "{\"commits\":%lld,\"link\":\"" : "%lld commits ", (long long)n);
    print_id(&link);
    puts(args->json ? "\"}" : "");
    return CLI_OK;
}
