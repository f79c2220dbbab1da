/* mlops data: versions of data, made: commits of files and folders, branches, tags, merges. */
#include "cli.h"

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

static mlops_status begin_draft(mlops_draft **out, cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft_opts opts = MLOPS_DRAFT_OPTS_INIT;
    opts.flags = args->alone ? MLOPS_DRAFT_EMPTY : 0;
    opts.branch = args->branch;
    opts.base = args->base;
    opts.message = args->message;
    opts.author = args->author;
    opts.metadata = args->metadata;
    cli_was(work, args->branch ? args->branch : "main", 1);
    return mlops_draft_new(out, work->change, args->words[1], &opts, &work->error);
}

static mlops_status commit(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_status status = begin_draft(&draft, work);
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

/* Without an id there is nothing to commit. */
static mlops_status add_folder(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_call call;
    mlops_folder_stat stat = MLOPS_FOLDER_STAT_INIT;
    mlops_status status = begin_draft(&draft, work);
    if (status) return status;
    mlops_pool *pool = cli_begin_call(&call);
    mlops_folder_opts folder = folder_opts(args, &call);
    status = mlops_draft_add_folder(draft, args->as, args->words[2], &folder, &stat, &work->error);
    work->number = stat.n_added + stat.n_changed + stat.n_removed;
    work->is_plain = *work->was && !args->alone && stat.n_now_files + stat.n_now_less == 0;
    if (!status && work->number) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    mlops_pool_free(pool);
    return status;
}

static void print_id(const cli_work *work) {
    fputs(work->args->json ? "{\"commit\":\"" : "", stdout);
    cli_id(stdout, &work->id);
    puts(work->args->json ? "\"}" : "");
}

/* And what is to be noted of it: of the table at the path, or of all that are files now. Looking
 * for that takes reading what was committed. */
static int print_commit(const cli_work *work, const char *path) {
    print_id(work);
    if (!work->is_plain) cli_note_commit(work, path);
    return CLI_OK;
}

/* What of options on splitting and dividing does not go together. */
static int check_rows(const cli_args *args) {
    enum { ROWS = MLOPS_DIVIDE_ROWS + 1, STRATA = MLOPS_DIVIDE_STRATA + 1 };
    const char *command = args->command;
    if (args->split == MLOPS_SPLIT_RANDOM + 1 && args->by)
        return cli_usage(command, "--split-by goes with --split stratified or time");
    if (args->folds && args->parts)
        return cli_usage(command, "--folds and --parts are two ways to divide: give one");
    if (args->divide == ROWS && args->divide_by)
        return cli_usage(command, "--divide-by goes with --divide groups, strata or time");
    if (args->key && args->divide != ROWS && args->divide != STRATA)
        return cli_usage(command, "--row-key goes with --divide rows or strata");
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
    int status = check_rows(args);
    if (!status) status = cli_change(&work, args, commit);
    return status ? status : print_commit(&work, place(args));
}

static int print_changes(const cli_work *work) {
    if (work->number) return print_commit(work, NULL);
    puts(work->args->json ? "{\"commit\":null}" : "nothing to commit");
    return CLI_OK;
}

static int data_add(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, add_folder);
    return status ? status : print_changes(&work);
}

static mlops_status import(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_import_opts from = MLOPS_IMPORT_OPTS_INIT;
    mlops_import_stat stat = MLOPS_IMPORT_STAT_INIT;
    from.kind = (mlops_import_kind)(args->tool - 1);
    from.cache = args->cache;
    from.include = args->include;
    from.exclude = args->exclude;
    mlops_status status = begin_draft(&draft, work);
    if (!status)
        status = mlops_draft_import(draft, args->as, args->words[2], &from, &stat, &work->error);
    work->number = stat.n_changed;
    if (!status && work->number) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    return status;
}

static int data_import(const cli_args *args) {
    cli_work work;
    if (!args->tool) return cli_usage(args->command, "--from is missing: dvc or git-lfs");
    int status = cli_change(&work, args, import);
    return status ? status : print_changes(&work);
}

static mlops_status remove_entries(cli_work *work) {
    const cli_args *args = work->args;
    mlops_draft *draft;
    mlops_status status = begin_draft(&draft, work);
    for (int32_t i = 2; !status && i < args->n_words; i++)
        status = mlops_draft_remove(draft, args->words[i], &work->error);
    if (!status) status = mlops_draft_commit(draft, &work->id, &work->error);
    mlops_draft_free(draft);
    return status;
}

static int data_rm(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, remove_entries);
    return status ? status : print_commit(&work, NULL);
}

static mlops_status status_of(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_call call;
    mlops_pool *pool = cli_begin_call(&call);
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

enum { FIRST_LOOK = 1000, FARTHEST = 1000000 /* commits of a log */ };

static int has_commit(const mlops_table *log, const char *digits) {
    char text[CLI_ID];
    for (int64_t row = 0; row < mlops_table_n_rows(log); row++)
        if (!strcmp(cli_cell(log, "commit", row, text, sizeof text), digits)) return 1;
    return 0;
}

/* Whether the ref goes back to where the branch is: MLOPS_E_EXISTS if not. */
static mlops_status leads_there(cli_work *work) {
    const cli_args *args = work->args;
    mlops_table *log;
    int found = 0;
    for (int64_t n = FIRST_LOOK; !found && n <= FARTHEST; n *= 10) {
        mlops_status status =
            mlops_dataset_log(&log, work->store, args->words[1], args->ref, n, &work->error);
        if (status) return status;
        found = has_commit(log, work->was);
        int is_all = mlops_table_n_rows(log) < n;
        mlops_table_unref(log);
        if (is_all) break;
    }
    if (found) return MLOPS_OK;
    snprintf(work->error.message, sizeof work->error.message,
             "the branch \"%s\" is at %.*s, and '%s' does not lead to it; --force moves it",
             args->words[2], CLI_SHORT_ID, work->was, args->ref ? args->ref : "main");
    return MLOPS_E_EXISTS;
}

static mlops_status branch(cli_work *work) {
    const cli_args *args = work->args;
    char digits[CLI_ID];
    cli_was(work, args->words[2], 1);
    mlops_status status =
        mlops_dataset_resolve(&work->id, work->store, args->words[1], args->ref, &work->error);
    if (status) return status;
    cli_digits(digits, &work->id);
    if (!strcmp(digits, work->was)) *work->was = 0; /* it stays */
    if (*work->was && !args->force) status = leads_there(work);
    if (!status)
        status = mlops_dataset_branch(work->change, args->words[1], args->words[2], args->ref,
                                      &work->error);
    return status;
}

static int data_branch(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, branch);
    if (!status) cli_note_was(args->words[2], work.was);
    return status;
}

static mlops_status drop(cli_work *work) {
    char **words = work->args->words;
    cli_was(work, words[2], 0);
    return mlops_dataset_drop(work->change, words[1], words[2], &work->error);
}

static int data_drop(const cli_args *args) {
    cli_work work;
    int status = cli_change(&work, args, drop);
    if (!status) cli_note_was(args->words[2], work.was);
    return status;
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
    if (!status) print_id(&work);
    return status;
}

const cli_command cli_commit_commands[] = {
    {"data commit", "STORE DATASET FILE", "commit content draft read-csv change",
     "Commit a file to a dataset and print the commit's id.",
     "FILE is CSV and becomes a table, unless --file says to keep it as it is. The dataset is "
     "made\n"
     "if it is not there; its other files stay. - is standard input, whose place --as says.\n\n"
     "Examples:\n"
     "  mlops data commit fraud.mlops transactions train.csv --target fraud --split random\n"
     "  mlops data commit fraud.mlops transactions train.csv --divide groups --divide-by user\n"
     "  mlops data commit fraud.mlops transactions notes.txt --file --message 'notes of May'",
     data_commit},
    {"data add", "STORE DATASET FOLDER", "folder globs content draft change",
     "Commit a folder to a dataset and print the commit's id.",
     "What has not changed is not read again. Entries whose files are gone are removed.\n\n"
     "Examples:\n"
     "  mlops data add fraud.mlops images data/images --exclude '*.tmp,cache'",
     data_add},
    {"data import", "STORE DATASET FOLDER", "import folder-as globs content draft change",
     "Commit what a tree of DVC or git-lfs names, and print the commit's id.",
     "Of a DVC repository that are the outputs of its .dvc files and dvc.lock; of a git working\n"
     "tree all files, pointers as what they point to. Objects come from the tool's cache, and are\n"
     "held against their hashes. Neither tool is needed.\n\n"
     "Examples:\n"
     "  mlops data import fraud.mlops transactions repo --from dvc\n"
     "  mlops data import fraud.mlops images repo --from git-lfs --include 'images/**' --empty",
     data_import},
    {"data rm", "STORE DATASET PATH...", "draft change",
     "Commit a dataset without some files and print the commit's id.",
     "Earlier commits keep them; 'mlops data erase' takes data out of all.\n\n"
     "Examples:\n"
     "  mlops data rm fraud.mlops transactions notes.txt",
     data_rm},
    {"data status", "STORE DATASET FOLDER", "ref folder globs list",
     "List how a folder differs from a commit.",
     "Examples:\n"
     "  mlops data status fraud.mlops images data/images --exclude '*.tmp,cache'",
     data_status},
    {"data merge", "STORE DATASET REF", "merge list change",
     "Merge a commit into a branch and print the commit's id.",
     "Tables that both sides have changed are merged cell by cell. What both have changed to\n"
     "different things is listed and nothing is committed, unless --take decides.\n\n"
     "Examples:\n"
     "  mlops data merge fraud.mlops transactions trial\n"
     "  mlops data merge fraud.mlops transactions trial --key id --take theirs",
     data_merge},
    {"data tag", "STORE DATASET NAME", "ref change", "Give a commit a name that stays.",
     "Examples:\n"
     "  mlops data tag fraud.mlops transactions v1",
     data_tag},
    {"data branch", "STORE DATASET NAME", "ref force-branch change", "Make a branch, or move one.",
     "A branch moves to where its own commits are part of the history, and elsewhere by "
     "--force.\n\n"
     "Examples:\n"
     "  mlops data branch fraud.mlops transactions trial --ref v1",
     data_branch},
    {"data drop", "STORE DATASET NAME", "change", "Take a tag or branch away; commits stay.",
     "Examples:\n"
     "  mlops data drop fraud.mlops transactions trial",
     data_drop},
    {0},
};
