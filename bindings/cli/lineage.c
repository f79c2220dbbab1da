/* mlops lineage: what was made of what. */
#include "cli.h"

static mlops_lineage_opts lineage_opts(const cli_args *args) {
    mlops_lineage_opts opts = MLOPS_LINEAGE_OPTS_INIT;
    if (args->plain) opts.flags = MLOPS_LINEAGE_NO_HISTORY;
    opts.depth = (int32_t)args->depth;
    opts.n_max = args->max;
    return opts;
}

static mlops_status upstream(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_lineage_opts opts = lineage_opts(args);
    return mlops_lineage_upstream(out, work->store, args->words[1], &opts, &work->error);
}

static mlops_status downstream(cli_work *work, mlops_table **out) {
    const cli_args *args = work->args;
    mlops_lineage_opts opts = lineage_opts(args);
    return mlops_lineage_downstream(out, work->store, args->words[1], &opts, &work->error);
}

static int lineage_up(const cli_args *args) { return cli_read_list(args, upstream); }

static int lineage_down(const cli_args *args) { return cli_read_list(args, downstream); }

static mlops_status link_(cli_work *work) {
    const cli_args *args = work->args;
    mlops_link_opts opts = MLOPS_LINK_OPTS_INIT;
    if (args->plain) opts.flags = MLOPS_LINK_KEEP;
    opts.relation = args->relation;
    return mlops_lineage_link(work->change, args->words[1], args->words[2], &opts, &work->error);
}

static mlops_status unlink_(cli_work *work) {
    const cli_args *args = work->args;
    return mlops_lineage_unlink(work->change, args->words[1], args->words[2], args->relation,
                                &work->error);
}

static int lineage_link(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, link_);
}

static int lineage_unlink(const cli_args *args) {
    cli_work work;
    return cli_change(&work, args, unlink_);
}

#define IDS                                                                                        \
    "An ID is datasets:/NAME (its branch main), datasets:/NAME@REF, runs:/RUN, "                   \
    "models:/NAME/VERSION,\n"                                                                      \
    "models:/NAME@ALIAS, or the name of something that the store does not know, "                  \
    "s3://BUCKET/KEY say.\n\n"

const cli_command cli_lineage_commands[] = {
    {"lineage up", "STORE ID", "lineage list", "List what something was made of.",
     IDS "Examples:\n"
         "  mlops lineage up fraud.mlops models:/fraud@champion\n"
         "  mlops lineage up fraud.mlops runs:/2f0c9a51 --depth 1",
     lineage_up},
    {"lineage down", "STORE ID", "lineage list", "List what was made of something.",
     IDS "Examples:\n"
         "  mlops lineage down fraud.mlops datasets:/transactions@may\n"
         "  mlops lineage down fraud.mlops s3://raw/2026/05.parquet --no-history",
     lineage_down},
    {"lineage link", "STORE FROM TO", "link relation change",
     "Say that one thing was made of another.",
     IDS "Examples:\n"
         "  mlops lineage link fraud.mlops s3://raw/2026/05.parquet datasets:/transactions@may\n"
         "  mlops lineage link fraud.mlops datasets:/transactions datasets:/features --keep",
     lineage_link},
    {"lineage unlink", "STORE FROM TO", "relation change", "Take a link back.",
     IDS "Examples:\n"
         "  mlops lineage unlink fraud.mlops datasets:/transactions datasets:/features",
     lineage_unlink},
    {0},
};
