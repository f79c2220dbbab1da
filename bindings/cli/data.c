/* mlops data: versions of data, read. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- listings ---- */

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_dataset_list(out, work->store, &work->error);
}

static int data_list(const cli_args *args) { return cli_read_list(args, list); }

static mlops_status refs(cli_work *work, mlops_table **out) {
    return mlops_dataset_refs(out, work->store, work->args->words[1], &work->error);
}

static int data_refs(const cli_args *args) { return cli_read_list(args, refs); }

/* Which of the two it is said by. */
static const char *ref_of(const cli_args *args) {
    return args->ref ? args->ref : cli_word(args, 2);
}

static int has_two(const cli_args *args) {
    if (!args->ref || !cli_word(args, 2)) return CLI_OK;
    return cli_usage(args->command, "'%s' and --ref are one REF too many", cli_word(args, 2));
}

static mlops_status log_(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_dataset_log(out, work->store, args->words[1], ref_of(args), work->number,
                             &work->error);
}

static int data_log(const cli_args *args) {
    int status = has_two(args);
    return status ? status : cli_read_some(args, log_);
}

static mlops_status entries(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_dataset_entries(out, work->store, args->words[1], ref_of(args), &work->error);
}

static int data_entries(const cli_args *args) {
    int status = has_two(args);
    return status ? status : cli_read_list(args, entries);
}

static mlops_status diff(cli_work *work, mlops_table **out) {
    char **words = work->args->words;
    return mlops_dataset_diff(out, work->store, words[1], cli_word(work->args, 2),
                              cli_word(work->args, 3), &work->error);
}

/* The error names the commit if it is what the table cannot be had of. */
static void name_side(cli_work *work, mlops_status status, const char *side, const char *ref) {
    const cli_args *args = work->args;
    mlops_error error;
    mlops_table *table;
    mlops_id id;
    char digits[CLI_ID];
    if (mlops_dataset_resolve(&id, work->store, args->words[1], ref, NULL)) return;
    mlops_status found = mlops_dataset_rows(&table, work->store, args->words[1], ref, args->path, 0,
                                            0, NULL, &error);
    mlops_table_unref(table);
    if (found != status) return;
    cli_digits(digits, &id);
    snprintf(work->error.message, sizeof work->error.message, "%s is %.*s: %.*s", side,
             CLI_SHORT_ID, digits, (int)sizeof error.message - CLI_ID, error.message);
}

static mlops_status name_sides(cli_work *work, mlops_status status) {
    const char *from = cli_word(work->args, 2), *to = cli_word(work->args, 3);
    char parent[CLI_ID] = "";
    if (!from) cli_parent(work, to, parent);
    name_side(work, status, "TO", to);
    if (from || *parent) name_side(work, status, "FROM", from ? from : parent);
    return status;
}

static void note_schema(cli_work *work, const mlops_diff *found) {
    long long n = mlops_diff_n_schema(found);
    if (n == 0 || work->is_told) return;
    work->is_told = 1;
    cli_note();
    fprintf(stderr, "%lld change%s of the schema; --schema lists %s\n", n, n == 1 ? "" : "s",
            n == 1 ? "it" : "them");
}

/* Columns, rows or cells of one table. */
static mlops_status diff_table(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    const char *from = cli_word(args, 2), *to = cli_word(args, 3);
    mlops_diff *found;
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    opts.key = args->key;
    opts.n_max = work->number;
    mlops_status status = mlops_dataset_diff_rows(&found, work->store, args->words[1], from, to,
                                                  args->path, &opts, &work->error);
    if (status) return name_sides(work, status);
    if (args->schema) status = mlops_diff_schema(out, found, &work->error);
    else if (args->cells) status = mlops_diff_cells(out, found, &work->error);
    else status = mlops_diff_rows(out, found, &work->error);
    if (!status && !args->schema) note_schema(work, found);
    mlops_diff_unref(found);
    return status;
}

static int data_diff(const cli_args *args) {
    int n = args->rows + args->cells + args->schema;
    if (n > 1) return cli_usage(args->command, "--rows, --cells and --schema go one at a time");
    if (args->max && !args->rows && !args->cells)
        return cli_usage(args->command, "--max goes with --rows or --cells");
    if (!n && (args->key || args->path))
        return cli_usage(args->command, "--key and --path go with --rows, --cells or --schema");
    if (args->schema) return cli_read_list(args, diff_table);
    return n ? cli_read_some(args, diff_table) : cli_read_list(args, diff);
}

static mlops_status describe(cli_work *work, char *text, size_t cap, size_t *needed) {
    const cli_args *args = work->args;
    return mlops_dataset_describe(work->store, args->words[1], ref_of(args), text, cap, needed,
                                  &work->error);
}

static int data_show(const cli_args *args) {
    int status = has_two(args);
    return status ? status : cli_read_text(args, describe, NULL);
}

/* ---- out of the store ---- */

static mlops_status checkout(cli_work *work) {
    const cli_args *args = work->args;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    mlops_call call;
    mlops_pool *pool = cli_begin_call(&call);
    opts.flags = args->force ? MLOPS_CHECKOUT_FORCE : 0;
    opts.include = args->include;
    opts.exclude = args->exclude;
    opts.call = &call;
    mlops_status status = mlops_dataset_checkout(work->store, args->words[1], args->ref,
                                                 args->words[2], &opts, &work->error);
    mlops_pool_free(pool);
    return status;
}

static int data_checkout(const cli_args *args) {
    cli_work work;
    return cli_read(&work, args, checkout);
}

/* Of one commit, also if its branch moves meanwhile. */
static mlops_status copy_entry(cli_work *work, FILE *to) {
    enum { PIECE = 4 << 20 };
    char **words = work->args->words, digits[CLI_ID];
    mlops_status status =
        mlops_dataset_resolve(&work->id, work->store, words[1], work->args->ref, &work->error);
    if (status) return status;
    cli_digits(digits, &work->id);
    unsigned char *bytes = malloc(PIECE);
    if (!bytes) return MLOPS_E_NOMEM;
    size_t n = PIECE;
    for (int64_t at = 0; !status && n == PIECE && !ferror(to); at += PIECE) {
        status = mlops_dataset_read_at(work->store, words[1], digits, words[2], at, PIECE, bytes,
                                       PIECE, &n, &work->error);
        if (!status) fwrite(bytes, 1, n, to);
    }
    free(bytes);
    return status;
}

static int data_cat(const cli_args *args) {
    cli_work work;
    cli_output output;
    int status = cli_open(&work, args, 0);
    if (!status) status = cli_output_open(&output, args->out);
    if (!status) {
        if (copy_entry(&work, output.file)) status = cli_work_failed(&work);
        status = cli_output_close(&output, status);
    }
    cli_close(&work);
    return status;
}

/* A:B, A: or :B. */
static int parse_range(const char *text, int64_t *from, int64_t *n) {
    char *end;
    long long to = LLONG_MAX, first = 0;
    errno = 0;
    if (*text != ':') first = strtoll(text, &end, 10);
    else end = (char *)(uintptr_t)text;
    if (errno || first < 0 || *end != ':') return 0;
    if (end[1]) to = strtoll(end + 1, &end, 10);
    else end++;
    *from = first;
    *n = to - first;
    return !errno && !*end && to >= first;
}

static mlops_status table_of(cli_work *work, int64_t from, int64_t n, mlops_table **out) {
    const cli_args *args = work->args;
    if (args->range || args->columns)
        return mlops_dataset_rows(out, work->store, args->words[1], args->ref, args->path, from, n,
                                  args->columns, &work->error);
    return mlops_dataset_table(out, work->store, args->words[1], args->ref, args->path,
                               (mlops_part)args->part, &work->error);
}

static int data_table(const cli_args *args) {
    cli_work work;
    mlops_table *table = NULL;
    int64_t from = 0, n = INT64_MAX;
    if (args->range && !parse_range(args->range, &from, &n))
        return cli_usage(args->command, "--rows '%s' is no range such as 100:200", args->range);
    if (args->part && (args->range || args->columns))
        return cli_usage(args->command, "--part goes with neither --rows nor --columns");
    int status = cli_open(&work, args, 0);
    if (!status && table_of(&work, from, n, &table)) status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = args->json ? cli_list(table, args) : cli_write_csv(table, args->out);
    mlops_table_unref(table);
    return status;
}

static mlops_status parts(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_dataset_parts(out, work->store, args->words[1], args->ref, args->path,
                               &work->error);
}

static int data_parts(const cli_args *args) { return cli_read_list(args, parts); }

static int data_part(const cli_args *args) {
    cli_work work;
    mlops_table *table = NULL;
    int status = cli_open(&work, args, 0);
    if (!status && mlops_dataset_part(&table, work.store, args->words[1], args->ref, args->path,
                                      args->words[2], &work.error))
        status = cli_work_failed(&work);
    cli_close(&work);
    if (!status) status = args->json ? cli_list(table, args) : cli_write_csv(table, args->out);
    mlops_table_unref(table);
    return status;
}

static mlops_status leaks(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_table *part = NULL, *other = NULL;
    char **words = args->words;
    const char *ref = args->against ? args->against : args->ref;
    mlops_status status = mlops_dataset_part(&part, work->store, words[1], args->ref, args->path,
                                             words[2], &work->error);
    if (!status)
        status = mlops_dataset_part(&other, work->store, words[1], ref, args->path, words[3],
                                    &work->error);
    if (!status) status = mlops_table_overlap(out, part, other, args->columns, &work->error);
    mlops_table_unref(part);
    mlops_table_unref(other);
    return status;
}

static int data_leaks(const cli_args *args) { return cli_read_list(args, leaks); }

const cli_command cli_data_commands[] = {
    {"data list", "STORE", "list", "List datasets.",
     "Examples:\n"
     "  mlops data list fraud.mlops",
     data_list},
    {"data log", "STORE DATASET [REF]", "ref max list", "List commits, the newest first.",
     "REF is a branch, a tag, or eight or more digits of a commit's id; default the branch "
     "main.\n\n"
     "Examples:\n"
     "  mlops data log fraud.mlops transactions\n"
     "  mlops data log fraud.mlops transactions v1 --max 10 --json",
     data_log},
    {"data refs", "STORE DATASET", "list", "List branches and tags.",
     "Examples:\n"
     "  mlops data refs fraud.mlops transactions",
     data_refs},
    {"data show", "STORE DATASET [REF]", "ref", "Say all that is known of a commit.",
     "Examples:\n"
     "  mlops data show fraud.mlops transactions --json",
     data_show},
    {"data entries", "STORE DATASET [REF]", "ref list", "List the files and tables of a commit.",
     "Examples:\n"
     "  mlops data entries fraud.mlops transactions",
     data_entries},
    {"data diff", "STORE DATASET [FROM] [TO]", "diff path max list",
     "List what differs between two commits.",
     "TO is by default the branch main, FROM the first parent of TO. Files are listed, or, with\n"
     "--rows, --cells or --schema, what differs in a table.\n\n"
     "Examples:\n"
     "  mlops data diff fraud.mlops transactions\n"
     "  mlops data diff fraud.mlops transactions v1 main\n"
     "  mlops data diff fraud.mlops transactions v1 main --cells --key id",
     data_diff},
    {"data checkout", "STORE DATASET FOLDER", "ref force globs",
     "Write the files of a commit to a folder.",
     "A file that is there and differs is an error before anything is written.\n\n"
     "Examples:\n"
     "  mlops data checkout fraud.mlops transactions data --ref v1",
     data_checkout},
    {"data cat", "STORE DATASET PATH", "ref out", "Print the bytes of a file of a commit.",
     "Examples:\n"
     "  mlops data cat fraud.mlops transactions notes.txt --ref v1",
     data_cat},
    {"data table", "STORE DATASET", "ref path part range out", "Print a table of a commit as CSV.",
     "Examples:\n"
     "  mlops data table fraud.mlops transactions --rows 5000:5010 --columns id,amount\n"
     "  mlops data table fraud.mlops transactions --part held-out -o held-out.csv",
     data_table},
    {"data parts", "STORE DATASET", "ref path list", "List what a table is divided into.",
     "Examples:\n"
     "  mlops data parts fraud.mlops transactions",
     data_parts},
    {"data part", "STORE DATASET PART", "ref path out", "Print the rows of a part as CSV.",
     "PART is a name of 'mlops data parts': train, say, or fold0 and train0.\n\n"
     "Examples:\n"
     "  mlops data part fraud.mlops transactions validation -o validation.csv",
     data_part},
    {"data leaks", "STORE DATASET PART OTHER", "ref path leaks list",
     "List the rows of a part that stand in another one, too.",
     "a and b are their places in both, from 0 on.\n\n"
     "Examples:\n"
     "  mlops data leaks fraud.mlops transactions test train\n"
     "  mlops data leaks fraud.mlops transactions test train --against v1 --columns amount,hour",
     data_leaks},
    {0},
};
