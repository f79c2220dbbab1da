/* mlops data: versions of data, commit by commit. */
#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ---- commit ---- */

/* Where the file goes in the dataset: its own name if nothing was said. */
static const char *place(const cli_args *args) {
    const char *slash = strrchr(args->words[2], '/');
    if (args->as) return args->as;
    return slash ? slash + 1 : args->words[2];
}

static mlops_status split_rows(mlops_draft *draft, const cli_args *args, mlops_error *error) {
    mlops_split_opts split = MLOPS_SPLIT_OPTS_INIT;
    split.kind = (mlops_split)(args->split - 1);
    split.share = args->share;
    split.seed = args->seed;
    split.column = args->by;
    return mlops_draft_split(draft, place(args), &split, error);
}

static mlops_status divide_rows(mlops_draft *draft, const cli_args *args, mlops_error *error) {
    mlops_divide_opts divide = MLOPS_DIVIDE_OPTS_INIT;
    divide.by = (mlops_divide)(args->divide - 1);
    divide.n_folds = (uint32_t)args->folds;
    divide.parts = args->parts;
    divide.column = args->divide_by;
    divide.key = args->key;
    divide.seed = args->seed;
    return mlops_draft_divide(draft, place(args), &divide, error);
}

static mlops_status add(mlops_draft *draft, const cli_args *args, mlops_error *error) {
    const char *path = place(args), *file = args->words[2];
    mlops_stream_opts stream = MLOPS_STREAM_OPTS_INIT;
    int is_stream = !strcmp(file, "-");
    if (args->plain && is_stream) return mlops_draft_add_stream(draft, path, &stream, error);
    if (args->plain) return mlops_draft_add_file(draft, path, file, error);
    mlops_csv_opts csv = cli_csv(args);
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.csv = &csv;
    opts.target = args->target;
    opts.time = args->time;
    opts.row_id = args->id;
    stream.flags = MLOPS_STREAM_CSV;
    stream.columns = &opts;
    mlops_status status = is_stream ? mlops_draft_add_stream(draft, path, &stream, error)
                                    : mlops_draft_add_csv(draft, path, file, &opts, error);
    if (!status && args->split) status = split_rows(draft, args, error);
    if (!status && args->divide) status = divide_rows(draft, args, error);
    return status;
}

static mlops_draft_opts draft_opts(const cli_args *args) {
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.flags = args->alone ? MLOPS_DRAFT_EMPTY : 0;
    opts.branch = args->branch;
    opts.message = args->message;
    opts.author = args->author;
    opts.metadata = args->metadata;
    return opts;
}

static mlops_status commit(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_draft_opts opts = draft_opts(args);
    mlops_status status =
        mlops_draft_new(&draft, work->change, args->words[1], &opts, &work->error);
    work->is_read = !strcmp(args->words[2], "-");
    if (!status) status = add(draft, args, &work->error);
    if (!status && args->override_)
        status = mlops_draft_override(draft, args->override_, &work->error);
    if (!status) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    return status;
}

static mlops_folder_opts folder_opts(const cli_args *args, mlops_call *call) {
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    opts.flags = args->links ? (uint32_t)args->links : 0;
    if (args->keep_missing) opts.flags |= MLOPS_FOLDER_KEEP_MISSING;
    opts.include = args->include;
    opts.exclude = args->exclude;
    opts.call = call;
    return opts;
}

/* Threads for a long call, as many as there are processors; without them it takes longer. */
static mlops_pool *begin_call(mlops_call *call) {
    mlops_pool *pool = NULL;
    *call = (mlops_call)MLOPS_CALL_INIT;
    if (!mlops_pool_new(&pool, 0, NULL, NULL)) call->executor = mlops_pool_executor(pool);
    return pool;
}

/* Without an id there is nothing to commit. */
static mlops_status add_folder(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_call call;
    mlops_draft_opts opts = draft_opts(args);
    mlops_folder_stat stat = MLOPS_FOLDER_STAT_INIT;
    mlops_status status =
        mlops_draft_new(&draft, work->change, args->words[1], &opts, &work->error);
    if (status) return status;
    mlops_pool *pool = begin_call(&call);
    mlops_folder_opts folder = folder_opts(args, &call);
    status = mlops_draft_add_folder(draft, args->as, args->words[2], &folder, &stat, &work->error);
    work->number = stat.n_added + stat.n_changed + stat.n_removed;
    if (!status && work->number) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    mlops_pool_free(pool);
    return status;
}

static int print_commit(const cli_work *work) {
    fputs(work->args->json ? "{\"commit\":\"" : "", stdout);
    cli_id(stdout, &work->id);
    puts(work->args->json ? "\"}" : "");
    return CLI_OK;
}

static int data_commit(const cli_args *args) {
    cli_work work;
    const char *command = args->command;
    int csv = args->csv_skip_lines || args->csv_names || args->csv_types || args->csv_delimiter ||
              args->csv_no_header;
    if (args->plain &&
        (args->target || args->time || args->id || args->split || args->divide || csv))
        return cli_usage(command, "--file keeps no table: it goes with no option of columns");
    if (!strcmp(args->words[2], "-") && !args->as)
        return cli_usage(command, "--as is missing: the place of standard input in the dataset");
    if (!args->split && (args->share != 0 || (args->seed && !args->divide) || args->by))
        return cli_usage(command, "--split is missing: random, stratified or time");
    if (!args->divide && (args->divide_by || args->parts || args->folds || args->key))
        return cli_usage(command, "--divide is missing: rows, groups, strata or time");
    int status = cli_change(&work, args, commit);
    return status ? status : print_commit(&work);
}

static int data_add(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, add_folder);
    if (status) return status;
    if (work.number) return print_commit(&work);
    puts(args->json ? "{\"commit\":null}" : "nothing to commit");
    return CLI_OK;
}

static mlops_status import(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_draft_opts opts = draft_opts(args);
    mlops_import_opts from = MLOPS_IMPORT_OPTS_INIT;
    from.kind = (mlops_import_kind)(args->tool - 1);
    from.cache = args->cache;
    from.include = args->include;
    from.exclude = args->exclude;
    mlops_status status =
        mlops_draft_new(&draft, work->change, args->words[1], &opts, &work->error);
    if (!status)
        status = mlops_draft_import(draft, args->as, args->words[2], &from, NULL, &work->error);
    if (!status) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    return status;
}

static int data_import(const cli_args *args) {
    cli_work work;
    if (!args->tool) return cli_usage(args->command, "--from is missing: dvc or git-lfs");
    int status = cli_change(&work, args, import);
    return status ? status : print_commit(&work);
}

static mlops_status status_of(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_call call;
    mlops_pool *pool = begin_call(&call);
    mlops_folder_opts opts = folder_opts(args, &call);
    mlops_status status = mlops_dataset_status(out, work->store, args->words[1], args->ref,
                                               args->as, args->words[2], &opts, &work->error);
    mlops_pool_free(pool);
    return status;
}

static int data_status(const cli_args *args) { return cli_read_list(args, status_of); }

/* ---- names ---- */

static mlops_status tag(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_dataset_tag(work->change, args->words[1], args->words[2], args->ref, &work->error);
}

static int data_tag(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, tag);
}

static mlops_status branch(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_dataset_branch(work->change, args->words[1], args->words[2], args->ref,
                                &work->error);
}

static int data_branch(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, branch);
}

static mlops_status drop(cli_work *work) {
    char **words = work->args->words;
    return mlops_dataset_drop(work->change, words[1], words[2], &work->error);
}

static int data_drop(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, drop);
}

/* ---- merging ---- */

/* Lists what is to be decided. */
static mlops_status list_conflicts(cli_work *work, const mlops_dataset_merge_opts *opts) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_table *table = NULL;
    mlops_draft_opts why = MLOPS_DRAFT_OPTS_INIT;
    why.branch = args->branch;
    mlops_status status = mlops_draft_new(&draft, work->change, args->words[1], &why, &work->error);
    if (!status) status = mlops_draft_merge(&table, draft, args->words[2], opts, &work->error);
    if (!status && mlops_table_n_rows(table)) {
        status = cli_list(table, args) ? MLOPS_E_IO : MLOPS_E_REFUSED;
        snprintf(work->error.message, sizeof work->error.message,
                 "both sides have changed what is listed; --take decides for one");
    }
    mlops_table_unref(table);
    mlops_draft_free(draft);
    return status ? status : MLOPS_E_CONFLICT;
}

static mlops_status merge(cli_work *work) {
    const cli_args *args = work->args;
    mlops_dataset_merge_opts opts = MLOPS_DATASET_MERGE_OPTS_INIT;
    opts.policy = (mlops_merge_policy)args->take;
    opts.key = args->key;
    opts.branch = args->branch;
    opts.message = args->message;
    opts.author = args->author;
    mlops_status status = mlops_dataset_merge(&work->id, work->change, args->words[1],
                                              args->words[2], &opts, &work->error);
    return status == MLOPS_E_CONFLICT ? list_conflicts(work, &opts) : status;
}

static int data_merge(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, merge);
    return status ? status : print_commit(&work);
}

/* ---- listings ---- */

static mlops_status list(cli_work *work, mlops_table **out) {
    return mlops_dataset_list(out, work->store, &work->error);
}

static int data_list(const cli_args *args) { return cli_read_list(args, list); }

static mlops_status refs(cli_work *work, mlops_table **out) {
    return mlops_dataset_refs(out, work->store, work->args->words[1], &work->error);
}

static int data_refs(const cli_args *args) { return cli_read_list(args, refs); }

static mlops_status log_(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_dataset_log(out, work->store, args->words[1], cli_word(args, 2), work->number,
                             &work->error);
}

static int data_log(const cli_args *args) { return cli_read_some(args, log_); }

static mlops_status entries(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    return mlops_dataset_entries(out, work->store, args->words[1], cli_word(args, 2), &work->error);
}

static int data_entries(const cli_args *args) { return cli_read_list(args, entries); }

static mlops_status diff(cli_work *work, mlops_table **out) {
    char **words = work->args->words;
    return mlops_dataset_diff(out, work->store, words[1], cli_word(work->args, 2),
                              cli_word(work->args, 3), &work->error);
}

/* Rows or cells of one table. */
static mlops_status diff_rows(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_diff *found;
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    opts.key = args->key;
    opts.n_max = work->number;
    mlops_status status =
        mlops_dataset_diff_rows(&found, work->store, args->words[1], cli_word(args, 2),
                                cli_word(args, 3), args->path, &opts, &work->error);
    if (status) return status;
    status = args->cells ? mlops_diff_cells(out, found, &work->error)
                         : mlops_diff_rows(out, found, &work->error);
    mlops_diff_unref(found);
    return status;
}

static int data_diff(const cli_args *args) {
    if (args->rows || args->cells) return cli_read_some(args, diff_rows);
    if (args->key || args->path || args->max)
        return cli_usage(args->command, "--key, --path and --max go with --rows or --cells");
    return cli_read_list(args, diff);
}

static mlops_status describe(cli_work *work, char *text, size_t cap, size_t *needed) {
    const cli_args *args = work->args;
    return mlops_dataset_describe(work->store, args->words[1], cli_word(args, 2), text, cap, needed,
                                  &work->error);
}

static int data_show(const cli_args *args) { return cli_read_text(args, describe, NULL); }

/* ---- out of the store ---- */

static mlops_status checkout(cli_work *work) {
    const cli_args *args = work->args;
    mlops_checkout_opts opts = MLOPS_CHECKOUT_OPTS_INIT;
    mlops_call call;
    mlops_pool *pool = begin_call(&call);
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
    {"data commit", "STORE DATASET FILE", "commit draft read-csv change",
     "Commit a file to a dataset and print the commit's id.",
     "FILE is CSV and becomes a table, unless --file says to keep it as it is. The dataset is "
     "made\n"
     "if it is not there; its other files stay. - is standard input, whose place --as says.\n\n"
     "Examples:\n"
     "  mlops data commit fraud.mlops transactions train.csv --target fraud --split random\n"
     "  mlops data commit fraud.mlops transactions train.csv --divide groups --divide-by user\n"
     "  mlops data commit fraud.mlops transactions notes.txt --file --message 'notes of May'",
     data_commit},
    {"data add", "STORE DATASET FOLDER", "folder globs draft change",
     "Commit a folder to a dataset and print the commit's id.",
     "What has not changed is not read again. Entries whose files are gone are removed.\n\n"
     "Examples:\n"
     "  mlops data add fraud.mlops images data/images --exclude '*.tmp,cache'",
     data_add},
    {"data import", "STORE DATASET FOLDER", "import folder-as globs draft change",
     "Commit what a tree of DVC or git-lfs names, and print the commit's id.",
     "Of a DVC repository that are the outputs of its .dvc files and dvc.lock; of a git working\n"
     "tree all files, pointers as what they point to. Objects come from the tool's cache, and are\n"
     "held against their hashes. Neither tool is needed.\n\n"
     "Examples:\n"
     "  mlops data import fraud.mlops transactions repo --from dvc\n"
     "  mlops data import fraud.mlops images repo --from git-lfs --include 'images/**' --empty",
     data_import},
    {"data status", "STORE DATASET FOLDER", "ref folder globs list",
     "List how a folder differs from a commit.",
     "Examples:\n"
     "  mlops data status fraud.mlops images data/images --exclude '*.tmp,cache'",
     data_status},
    {"data list", "STORE", "list", "List datasets.",
     "Examples:\n"
     "  mlops data list fraud.mlops",
     data_list},
    {"data log", "STORE DATASET [REF]", "max list", "List commits, the newest first.",
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
    {"data show", "STORE DATASET [REF]", "", "Say all that is known of a commit.",
     "Examples:\n"
     "  mlops data show fraud.mlops transactions --json",
     data_show},
    {"data entries", "STORE DATASET [REF]", "list", "List the files and tables of a commit.",
     "Examples:\n"
     "  mlops data entries fraud.mlops transactions",
     data_entries},
    {"data diff", "STORE DATASET [FROM] [TO]", "diff path max list",
     "List what differs between two commits.",
     "TO is by default the branch main, FROM the first parent of TO. Files are listed, or, with\n"
     "--rows or --cells, what differs in a table.\n\n"
     "Examples:\n"
     "  mlops data diff fraud.mlops transactions\n"
     "  mlops data diff fraud.mlops transactions v1 main\n"
     "  mlops data diff fraud.mlops transactions v1 main --cells --key id",
     data_diff},
    {"data merge", "STORE DATASET REF", "merge list change",
     "Merge a commit into a branch and print the commit's id.",
     "Tables that both sides have changed are merged cell by cell. What both have changed to\n"
     "different things is listed and nothing is committed, unless --take decides.\n\n"
     "Examples:\n"
     "  mlops data merge fraud.mlops transactions trial\n"
     "  mlops data merge fraud.mlops transactions trial --key id --take theirs",
     data_merge},
    {"data checkout", "STORE DATASET FOLDER", "ref force globs",
     "Write the files of a commit to a folder.",
     "A file that is there and differs is an error before anything is written.\n\n"
     "Examples:\n"
     "  mlops data checkout fraud.mlops transactions data --ref v1",
     data_checkout},
    {"data tag", "STORE DATASET NAME", "ref change", "Give a commit a name that stays.",
     "Examples:\n"
     "  mlops data tag fraud.mlops transactions v1",
     data_tag},
    {"data branch", "STORE DATASET NAME", "ref change", "Make a branch, or move one.",
     "Examples:\n"
     "  mlops data branch fraud.mlops transactions trial --ref v1",
     data_branch},
    {"data drop", "STORE DATASET NAME", "change", "Take a tag or branch away; commits stay.",
     "Examples:\n"
     "  mlops data drop fraud.mlops transactions trial",
     data_drop},
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
