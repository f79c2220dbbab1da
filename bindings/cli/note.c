/* Notes on standard error about what is done as asked, and is likely not what was meant, with those
 * on aliases that nobody holds. They change no exit status. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { ALIAS_SIZE = 256 /* names have 200 bytes at the most */ };

void cli_note(void) {
    fflush(stdout);
    fputs("mlops: note: ", stderr);
}

/* ---- gates ---- */

static int begins_name(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '"' || c == '`' ||
           c >= 0x80;
}

static int continues_name(unsigned char c) {
    return begins_name(c) || (c >= '0' && c <= '9') || c == '.';
}

/* Behind the name that stands here; *out without its quotes. */
static const char *take_name(const char *at, char out[ALIAS_SIZE]) {
    size_t n = 0;
    while (continues_name((unsigned char)*at)) {
        char quote = 0;
        if (*at == '"' || *at == '`') quote = *at++;
        do {
            if (quote && *at == quote && *++at != quote) break;
            if (*at && n + 1 < ALIAS_SIZE) out[n++] = *at;
            if (*at) at++;
        } while (quote && *at);
    }
    out[n] = 0;
    return at;
}

/* The alias of the next name that has one, behind at; NULL at the end of the gate. */
static const char *next_alias(const char *at, char out[ALIAS_SIZE]) {
    while (*at) {
        if (begins_name((unsigned char)*at)) {
            at = take_name(at, out);
            char *point = strrchr(out, '.');
            if (!point) continue;
            *point = 0;
            return at;
        }
        if (*at == '\'') at += 1 + strcspn(at + 1, "'");
        else at += strspn(at, "0123456789.abcdefABCDEF");
        if (*at && !begins_name((unsigned char)*at)) at++;
    }
    return NULL;
}

static int stands_before(const char *gate, const char *end, const char *alias) {
    char other[ALIAS_SIZE];
    for (const char *at = gate; (at = next_alias(at, other)) != NULL && at < end;)
        if (!strcmp(alias, other)) return 1;
    return 0;
}

static int was_ever_held(cli_work *work, const char *alias) {
    mlops_table *table = NULL;
    mlops_status status =
        mlops_registry_history(&table, work->store, work->args->words[1], alias, NULL);
    mlops_table_unref(table);
    return status != MLOPS_E_NOT_FOUND;
}

/* The alias that the gate belongs to may still be without a holder. */
static void note_aliases(cli_work *work, const char *own, const char *gate) {
    char alias[ALIAS_SIZE];
    for (const char *at = gate; (at = next_alias(at, alias)) != NULL;) {
        if (!strcmp(alias, own) || stands_before(gate, at, alias) || was_ever_held(work, alias))
            continue;
        cli_note();
        fputs("nobody ever held '", stderr);
        cli_text(stderr, alias);
        fputs("', which the gate names; clauses about it do not count\n", stderr);
    }
}

static mlops_status gate_of(cli_work *work, char *text, size_t cap, size_t *needed) {
    char **words = work->args->words;
    return mlops_registry_gate(work->store, words[1], words[3], text, cap, needed, &work->error);
}

void cli_note_gate(const cli_args *args, const char *alias, const char *gate) {
    cli_work work;
    size_t n;
    if (cli_open(&work, args, 0)) return;
    char *kept = gate ? NULL : cli_get_text(&work, gate_of, &n);
    if (gate || kept) note_aliases(&work, alias, gate ? gate : kept);
    free(kept);
    cli_close(&work);
}

/* ---- deployments ---- */

/* role is "champion" or "canary". */
static void note_holder(const mlops_table *table, int64_t row, const char *role) {
    char column[32], text[ALIAS_SIZE];
    snprintf(column, sizeof column, "%s_version", role);
    if (*cli_cell(table, column, row, text, ALIAS_SIZE)) return;
    cli_note();
    fputs("no version of '", stderr);
    cli_text(stderr, cli_cell(table, "model", row, text, ALIAS_SIZE));
    fputs("' holds '", stderr);
    cli_text(stderr, cli_cell(table, role, row, text, ALIAS_SIZE));
    fprintf(stderr, "', the %s of '", role);
    cli_text(stderr, cli_cell(table, "name", row, text, ALIAS_SIZE));
    fputs("'\n", stderr);
}

/* A canary that was never asked for may be missing. */
static void note_holders(const mlops_table *table, int64_t row, const cli_args *args) {
    char share[ALIAS_SIZE];
    int tries =
        args->canary || strtod(cli_cell(table, "canary_share", row, share, ALIAS_SIZE), NULL) > 0;
    note_holder(table, row, "champion");
    if (tries) note_holder(table, row, "canary");
}

void cli_note_deployment(const cli_args *args) {
    cli_work work;
    mlops_table *table = NULL;
    char name[ALIAS_SIZE];
    if (cli_open(&work, args, 0)) return;
    if (!mlops_deploy_list(&table, work.store, &work.error))
        for (int64_t row = 0; row < mlops_table_n_rows(table); row++)
            if (!strcmp(cli_cell(table, "name", row, name, ALIAS_SIZE), args->words[1]))
                note_holders(table, row, args);
    mlops_table_unref(table);
    cli_close(&work);
}
