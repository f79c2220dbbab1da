/* Notes on standard error about versions of data: what a commit has lost of the one before, where a
 * new branch begins and what a moved one was at, and expectations of what nobody has. They change
 * no exit status, and are left out where what they are about cannot be read. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { PATH_ROOM = 1025, NAME_ROOM = 256, NAMED = 3 /* paths of many */ };

static void put_short(const char *digits) { fprintf(stderr, "%.*s", CLI_SHORT_ID, digits); }

/* ---- names ---- */

void cli_note_was(const char *name, const char *was) {
    if (!*was) return;
    cli_note();
    cli_text(stderr, name);
    fputs(" was at ", stderr);
    put_short(was);
    putc('\n', stderr);
}

static int64_t n_refs(cli_work *work) {
    mlops_table *refs;
    if (mlops_dataset_refs(&refs, work->store, work->args->words[1], NULL)) return 0;
    int64_t n = mlops_table_n_rows(refs);
    mlops_table_unref(refs);
    return n;
}

/* The first commit of a dataset begins with nothing as it should. */
static void note_branch(cli_work *work, const char *parent) {
    const cli_args *args = work->args;
    const char *name = args->branch ? args->branch : "main";
    if (!*parent && !strcmp(name, "main") && n_refs(work) == 1) return;
    cli_note();
    fputs("the branch '", stderr);
    cli_text(stderr, name);
    fputs("' is new, and begins ", stderr);
    if (*parent) {
        fputs("at ", stderr);
        cli_text(stderr, args->base ? args->base : "main");
        fputs(", ", stderr);
        put_short(parent);
    } else fputs("with nothing; --base REF begins it at a commit", stderr);
    putc('\n', stderr);
}

/* ---- tables ---- */

static int is_table(cli_work *work, const char *ref, const char *path) {
    mlops_table *table;
    mlops_status status =
        mlops_dataset_rows(&table, work->store, work->args->words[1], ref, path, 0, 0, NULL, NULL);
    mlops_table_unref(table);
    return !status;
}

static int is_divided(cli_work *work, const char *ref, const char *path) {
    mlops_table *table;
    mlops_status status =
        mlops_dataset_parts(&table, work->store, work->args->words[1], ref, path, NULL);
    mlops_table_unref(table);
    return !status;
}

/* Where the path is among the entries, which are sorted; -1 if it is not. */
static int64_t find_path(const mlops_table *entries, const char *path) {
    char text[PATH_ROOM];
    int64_t from = 0, to = mlops_table_n_rows(entries);
    while (from < to) {
        int64_t middle = from + (to - from) / 2;
        int order = strcmp(cli_cell(entries, "path", middle, text, sizeof text), path);
        if (order == 0) return middle;
        if (order < 0) from = middle + 1;
        else to = middle;
    }
    return -1;
}

static void list_gone(FILE *to, const mlops_table *const entries[2], const char *path) {
    static const struct {
        const char *column, *what;
    } facts[] = {{"target", "target"}, {"time", "time"}, {"row_id", "id"}, {"n_held_out", "split"}};
    int64_t rows[2] = {find_path(entries[0], path), find_path(entries[1], path)};
    char old[NAME_ROOM], now[NAME_ROOM];
    if (rows[0] < 0 || rows[1] < 0) return;
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        if (!*cli_cell(entries[0], facts[i].column, rows[0], old, sizeof old) ||
            *cli_cell(entries[1], facts[i].column, rows[1], now, sizeof now))
            continue;
        fprintf(to, "%s%s", ftell(to) ? ", " : "", facts[i].what);
        if (strcmp(facts[i].what, "split") != 0) fprintf(to, " '%s'", old);
    }
}

/* Two commits, with their entries. */
typedef struct pair {
    const char *refs[2];
    mlops_table *entries[2];
} pair;

static int open_pair(pair *self, cli_work *work, const char *parent, const char *ref) {
    *self = (pair){{parent, ref}, {NULL, NULL}};
    for (int i = 0; i < 2; i++)
        if (mlops_dataset_entries(&self->entries[i], work->store, work->args->words[1],
                                  self->refs[i], NULL))
            return 0;
    return 1;
}

static void close_pair(pair *self) {
    for (int i = 0; i < 2; i++) mlops_table_unref(self->entries[i]);
}

/* What the table at the path had, and has no more. */
static void note_columns(cli_work *work, const pair *commits, const char *path) {
    char *text = NULL;
    size_t n;
    FILE *to = open_memstream(&text, &n);
    if (!to) return;
    list_gone(to, (const mlops_table *const *)commits->entries, path);
    if (is_divided(work, commits->refs[0], path) && !is_divided(work, commits->refs[1], path))
        fprintf(to, "%sparts", ftell(to) ? ", " : "");
    if (!fclose(to) && *text) {
        cli_note();
        cli_text(stderr, path);
        fputs(" had ", stderr);
        cli_text(stderr, text);
        fputs(", which it has no more: options of the commit say them anew\n", stderr);
    }
    free(text);
}

/* The first of n paths of tables. */
static void note_files(char names[NAMED][PATH_ROOM], int64_t n) {
    if (n == 0) return;
    cli_note();
    if (n == 1) fputs("a table is a file from here on: ", stderr);
    else fprintf(stderr, "%lld tables are files from here on: ", (long long)n);
    for (int64_t i = 0; i < n && i < NAMED; i++) {
        fputs(i ? ", " : "", stderr);
        cli_text(stderr, names[i]);
    }
    if (n > NAMED) fprintf(stderr, " and %lld more", (long long)(n - NAMED));
    fputs("; 'mlops data commit' keeps tables\n", stderr);
}

/* The next row from *at on of which the column is, or is not, the text; its path. */
static const char *next_path(const mlops_table *table, int64_t *at, const char *column, int is,
                             const char *text, char path[PATH_ROOM]) {
    char cell[NAME_ROOM];
    for (; *at < mlops_table_n_rows(table); ++*at)
        if ((strcmp(cli_cell(table, column, *at, cell, sizeof cell), text) == 0) == is)
            return cli_cell(table, "path", *at, path, PATH_ROOM);
    return NULL;
}

/* Tables of the parent among what has changed since: those that are none any more, and what others
 * have no more. Both are sorted. */
static void find_files(cli_work *work, const pair *commits, const mlops_table *changes) {
    char path[PATH_ROOM], other[PATH_ROOM], names[NAMED][PATH_ROOM];
    int64_t n = 0, at = 0, row = 0;
    while (next_path(changes, &at, "change", 1, "changed", path) &&
           next_path(commits->entries[0], &row, "kind", 0, "file", other)) {
        int order = strcmp(path, other);
        if (order == 0 && is_table(work, commits->refs[1], path)) {
            note_columns(work, commits, path);
        } else if (order == 0) {
            if (n < NAMED) memcpy(names[n], path, sizeof path);
            n++;
        }
        at += order <= 0;
        row += order >= 0;
    }
    note_files(names, n);
}

static void look_for_files(cli_work *work, const char *ref, const char *parent) {
    const char *dataset = work->args->words[1];
    mlops_table *changes;
    pair commits = {{NULL, NULL}, {NULL, NULL}};
    char path[PATH_ROOM];
    int64_t at = 0;
    if (mlops_dataset_diff(&changes, work->store, dataset, parent, ref, NULL)) return;
    if (next_path(changes, &at, "change", 1, "changed", path) &&
        open_pair(&commits, work, parent, ref))
        find_files(work, &commits, changes);
    close_pair(&commits);
    mlops_table_unref(changes);
}

static void look_at(cli_work *work, const char *ref, const char *parent, const char *path) {
    char names[NAMED][PATH_ROOM];
    if (!is_table(work, parent, path)) return;
    if (is_table(work, ref, path)) {
        pair commits;
        if (open_pair(&commits, work, parent, ref)) note_columns(work, &commits, path);
        close_pair(&commits);
        return;
    }
    snprintf(names[0], sizeof names[0], "%s", path);
    note_files(names, 1);
}

void cli_note_commit(const cli_work *done, const char *path) {
    cli_work work;
    char ref[CLI_ID], parent[CLI_ID];
    if (cli_open(&work, done->args, 0)) return;
    cli_digits(ref, &done->id);
    cli_parent(&work, ref, parent);
    if (!*done->was) note_branch(&work, parent);
    if (*parent && path) look_at(&work, ref, parent, path);
    else if (*parent) look_for_files(&work, ref, parent);
    cli_close(&work);
}

/* ---- expectations ---- */

void cli_note_unknown(const cli_args *args, const char *path) {
    cli_work work;
    mlops_table *refs = NULL, *entries;
    char ref[CLI_ID];
    int found = 0;
    if (cli_open(&work, args, 0)) return;
    mlops_dataset_refs(&refs, work.store, args->words[1], NULL);
    for (int64_t row = 0; refs && row < mlops_table_n_rows(refs) && !found; row++) {
        cli_cell(refs, "commit", row, ref, sizeof ref);
        if (mlops_dataset_entries(&entries, work.store, args->words[1], ref, NULL)) continue;
        found = find_path(entries, path) >= 0;
        mlops_table_unref(entries);
    }
    mlops_table_unref(refs);
    cli_close(&work);
    if (found) return;
    cli_note();
    fputs("no branch or tag of '", stderr);
    cli_text(stderr, args->words[1]);
    fputs("' has '", stderr);
    cli_text(stderr, path);
    fputs("'; it is held to once it is committed\n", stderr);
}
