/* mlops gc: giving back the room of what nothing names any more. */
#include "cli.h"

#include <unistd.h>

static void print_stat(const mlops_gc_stat *s, int json) {
    const struct {
        const char *name;
        int64_t value;
    } rows[] = {{"objects", s->n_objects},
                {"dead_objects", s->n_dead_objects},
                {"dead_commits", s->n_dead_commits},
                {"packs", s->n_packs},
                {"pack_bytes", s->pack_bytes},
                {"live_bytes", s->live_bytes},
                {"garbage_bytes", s->garbage_bytes},
                {"content_bytes", s->content_bytes},
                {"shared_bytes", s->shared_bytes},
                {"chunk_bytes", s->chunk_bytes},
                {"emptied", s->n_emptied},
                {"copied_bytes", s->copied_bytes},
                {"freed_bytes", s->freed_bytes},
                {"dropped_objects", s->n_dropped_objects},
                {"dropped_commits", s->n_dropped_commits},
                {"deleted", s->n_deleted},
                {"waiting", s->n_waiting},
                {"bases", s->n_bases},
                {"dead_bases", s->n_dead_bases},
                {"remade", s->n_remade},
                {"remade_bytes", s->remade_bytes}};
    size_t n = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < n; i++)
        printf(json ? "%s\"%s\":%lld" : "%s%-15s %lld\n", json ? i ? "," : "{" : "", rows[i].name,
               (long long)rows[i].value);
    if (json) puts("}");
}

/* On a terminal alone. */
static int32_t tell(void *user, int64_t done, int64_t total) {
    (void)user;
    fprintf(stderr, "\r%3d %%", (int)(100 * done / total));
    return 0;
}

static int cli_gc(const cli_args *args) {
    cli_work work;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    int shows = isatty(STDERR_FILENO);
    int status = args->ttl ? cli_span(args, args->ttl, "--keep", 0, &opts.keep_ns) : CLI_OK;
    if (status) return status;
    if (args->ttl && opts.keep_ns == 0) opts.keep_ns = 1;
    if (args->plain) opts.flags = MLOPS_GC_DRY_RUN;
    opts.min_live = args->share;
    if (args->remake > 0) opts.remake_max = args->remake;
    if (args->remake == 0) opts.flags |= MLOPS_GC_KEEP_BASES;
    call.actor = args->actor;
    if (shows) call.progress = tell;
    status = cli_open(&work, args, 1);
    if (!status && mlops_store_gc(work.store, &opts, &call, &stat, &work.error) < 0)
        status = cli_work_failed(&work);
    if (shows) fputs("\r     \r", stderr);
    if (!status) print_stat(&stat, args->json);
    cli_close(&work);
    return status;
}

const cli_command cli_gc_commands[] = {
    {"gc", "STORE", "gc actor", "Give back the room of what nothing names any more.",
     "Content that no record names is dropped, and so are commits of datasets that no branch, tag\n"
     "or other record reaches. Versions that are kept as changes to what is gone are written anew\n"
     "where that saves room. Packs that are mostly garbage are emptied and deleted. Others may\n"
     "use the store meanwhile; mlops audit keeps what was.\n\n"
     "Examples:\n"
     "  mlops gc fraud.mlops --dry-run\n"
     "  mlops gc fraud.mlops --keep 30d",
     cli_gc},
    {0},
};
