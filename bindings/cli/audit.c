/* mlops audit: the history of a store, and proof of it. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

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
    cli_id(stdout, &link);
    fputs("\",\"operations\":", stdout);
    int printed = print_operations(audit, index);
    fputs("}\n", stdout);
    return printed ? CLI_OK : cli_complain("out of memory");
}

static void print_line(const mlops_audit_entry *entry) {
    char time[CLI_TIME];
    cli_format_time(time, entry->time_ns);
    printf("%8lld  %s  ", (long long)entry->seq, time);
    cli_text(stdout, entry->actor ? entry->actor : "-");
    printf("  ");
    cli_text(stdout, entry->verb ? entry->verb : "commit");
    printf(", %d operations", (int)entry->n_operations);
    if (entry->note) fputs(": ", stdout);
    if (entry->note) cli_text(stdout, entry->note);
    putchar('\n');
}

static int print_log(const mlops_audit *audit, const cli_args *args) {
    int status = CLI_OK;
    int64_t n = mlops_audit_n_entries(audit);
    for (int64_t i = 0; i < n && !status; i++) {
        mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
        int64_t index = args->newest ? n - 1 - i : i;
        mlops_audit_at(audit, index, &entry);
        if (args->json) status = print_json(audit, index, &entry);
        else print_line(&entry);
    }
    return status;
}

static mlops_status verify(cli_work *work) {
    return mlops_audit_verify(work->store, &work->id, &work->number, &work->error);
}

static int64_t count_in(const mlops_audit *audit) {
    int64_t n_lost = 0;
    for (int64_t i = 0; i < mlops_audit_n_entries(audit); i++) {
        mlops_audit_entry entry = MLOPS_AUDIT_ENTRY_INIT;
        mlops_audit_at(audit, i, &entry);
        n_lost += entry.verb && strcmp(entry.verb, "lost in repair") == 0;
    }
    return n_lost;
}

/* Of the first so many commits, those in whose place a repair put an empty one: with these the
 * chain is whole, so that verifying it does not tell. */
static mlops_status count_lost(cli_work *work, int64_t n, int64_t *n_lost) {
    enum { PAGE = 64 };
    *n_lost = 0;
    for (int64_t from = 1; from <= n; from += PAGE) {
        mlops_audit *audit = NULL;
        int64_t max = n - from + 1 < PAGE ? n - from + 1 : PAGE;
        mlops_status status = mlops_audit_read(&audit, work->store, from, max, &work->error);
        if (status) return status;
        *n_lost += count_in(audit);
        mlops_audit_unref(audit);
    }
    return MLOPS_OK;
}

/* Of the commits that there are now, or as many of the first as asked for. */
static mlops_status root(cli_work *work) {
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_status status = mlops_store_stat(work->store, &stats, &work->error);
    work->number = work->args->commits ? work->args->commits : stats.seq;
    if (status) return status;
    return mlops_audit_root(work->store, work->number, &work->id, &work->error);
}

static void print_hash(const cli_work *work, const char *name) {
    int json = work->args->json;
    if (json) printf("{\"commits\":%lld,\"%s\":\"", (long long)work->number, name);
    else printf("%lld commits ", (long long)work->number);
    cli_id(stdout, &work->id);
    if (json) putchar('"');
}

static int audit_verify(const cli_args *args) {
    cli_work work;
    int64_t n_lost = 0;
    int status = cli_open(&work, args, 0);
    if (status) return status;
    if (verify(&work) || count_lost(&work, work.number, &n_lost)) status = cli_work_failed(&work);
    cli_close(&work);
    if (status) return status;
    print_hash(&work, "link");
    if (args->json) printf(",\"lost\":%lld}\n", (long long)n_lost);
    else if (n_lost) printf(", %lld of them lost in repair\n", (long long)n_lost);
    else putchar('\n');
    return CLI_OK;
}

static int audit_root(const cli_args *args) {
    cli_work work;
    int status = cli_read(&work, args, root);
    if (status) return status;
    print_hash(&work, "root");
    puts(args->json ? "}" : "");
    return CLI_OK;
}

/* Reads the commits that are to be printed; *more if others are left. */
static mlops_status read_log(mlops_audit **out, cli_work *work, int *more) {
    const cli_args *args = work->args;
    mlops_store_stats stats = MLOPS_STORE_STATS_INIT;
    mlops_status status = mlops_store_stat(work->store, &stats, &work->error);
    if (status) return status;
    int64_t from = args->from ? args->from : 1, max = args->max ? args->max : CLI_SOME_ROWS;
    if (args->newest && stats.seq > max) from = stats.seq - max + 1;
    *more = args->newest ? from > 1 : stats.seq - from >= max;
    return mlops_audit_read(out, work->store, from, max, &work->error);
}

static int audit_log(const cli_args *args) {
    cli_work work;
    mlops_audit *audit = NULL;
    int more = 0;
    if (args->newest && args->from)
        return cli_usage(args->command, "either --from says the first commit, or --newest");
    int status = cli_open(&work, args, 0);
    if (status) return status;
    if (read_log(&audit, &work, &more)) status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = print_log(audit, args);
    if (!status && more) cli_more();
    mlops_audit_unref(audit);
    return status;
}

static mlops_status proof(cli_work *work, char *text, size_t cap, size_t *needed) {
    return mlops_audit_prove(work->store, work->number, work->args->commits, text, cap, needed,
                             &work->error);
}

static int audit_prove(const cli_args *args) {
    cli_work work;
    int64_t number;
    size_t n;
    int status = cli_whole(args, args->words[1], "COMMIT", &number);
    if (!status) status = cli_open(&work, args, 0);
    if (status) return status;
    work.number = number;
    char *text = cli_get_text(&work, proof, &n);
    cli_close(&work);
    if (!text) return CLI_FAILED;
    if (args->out) status = cli_output_write(args->out, text, n);
    else puts(text);
    free(text);
    return status;
}

static int parse_root(const cli_args *args, const char *text, mlops_id *out) {
    if (strlen(text) != 64 || strspn(text, "0123456789abcdefABCDEF") != 64)
        return cli_usage(args->command, "ROOT: '%s' is not 64 hexadecimal digits", text);
    for (size_t i = 0; i < sizeof out->bytes; i++) {
        const char pair[] = {text[2 * i], text[2 * i + 1], 0};
        out->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return CLI_OK;
}

static int audit_verify_proof(const cli_args *args) {
    mlops_audit *audit = NULL;
    mlops_error error;
    mlops_id kept;
    size_t n;
    int status = parse_root(args, args->words[1], &kept);
    if (status) return status;
    char *text = cli_read_file(args->words[0], &n);
    if (!text) return CLI_FAILED;
    if (mlops_audit_parse(&audit, text, n, &kept, NULL, &error))
        status = cli_fail(strcmp(args->words[0], "-") ? args->words[0] : "standard input", &error);
    free(text);
    if (!status) status = print_log(audit, args);
    mlops_audit_unref(audit);
    return status;
}

const cli_command cli_audit_commands[] = {
    {"audit log", "STORE", "from max newest", "Print what happened to a store, commit by commit.",
     "The oldest first, unless --newest is given. A last line on standard error says if there are\n"
     "more than were printed.\n"
     "With --json an object a line, with the operations of the commit and its link.\n\n"
     "Examples:\n"
     "  mlops audit log fraud.mlops\n"
     "  mlops audit log fraud.mlops --from 100 --max 10 --json\n"
     "  mlops audit log fraud.mlops --newest --max 10",
     audit_log},
    {"audit verify", "STORE", "", "Verify the chain of commits and print the link of the newest.",
     "The link is a SHA-256 over the whole history: keep it elsewhere, and compare. In the place\n"
     "of a commit that was lost, a repair puts an empty one; their number is told.\n\n"
     "Examples:\n"
     "  mlops audit verify fraud.mlops",
     audit_verify},
    {"audit root", "STORE", "commits", "Print one hash over the first commits of a store.",
     "Whoever keeps it can be shown any one of these commits without the others.\n\n"
     "Examples:\n"
     "  mlops audit root fraud.mlops\n"
     "  mlops audit root fraud.mlops --commits 100",
     audit_root},
    {"audit prove", "STORE COMMIT", "out commits",
     "Write the proof that a commit is one of the first.",
     "The proof is JSON: the commit whole, and the hashes that lead to the root. Without -o it is\n"
     "printed.\n\n"
     "Examples:\n"
     "  mlops audit prove fraud.mlops 7 -o proof.json",
     audit_prove},
    {"audit verify-proof", "FILE ROOT", "",
     "Check a proof against a root that was kept, and print its commit.",
     "No store is needed. FILE may be -, for standard input.\n\n"
     "Examples:\n"
     "  mlops audit verify-proof proof.json 5f0c...",
     audit_verify_proof},
    {0},
};
