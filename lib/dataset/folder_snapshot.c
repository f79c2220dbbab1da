/* Snapshots of folders: what was asked for, the walk, and what is remembered of it.
 *
 * Owns the walk and the memory of a snapshot. Invariant: what is remembered is the tree only of a
 * folder whose files have not changed since by what the file system says.
 */
#include "base/opts.h"
#include "dataset/folder.h"

#include <string.h>

mlops_status mlops__call_poll(const mlops_call *call, const mlops__host *host, int64_t done,
                              int64_t total, mlops_error *err) {
    if (call->progress && call->progress(call->progress_user, done, total))
        return mlops__fail(err, MLOPS_E_CANCELLED, "the progress callback asked to stop");
    if (call->deadline_ns && host->clock.monotonic_ns(host->clock.ctx) > call->deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed after %lld of %lld",
                           (long long)done, (long long)total);
    return MLOPS_OK;
}

void mlops__call_done(const mlops_call *call, int64_t total) {
    if (call->progress) call->progress(call->progress_user, total, total);
}

static mlops_status take_opts(mlops__snapshot *self, const mlops_folder_opts *opts) {
    enum {
        KNOWN = MLOPS_FOLDER_FOLLOW_LINKS | MLOPS_FOLDER_SKIP_LINKS | MLOPS_FOLDER_KEEP_MISSING
    };
    mlops_error *err = self->err;
    MLOPS_TRY(mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_folder_opts", err));
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, self->opts.call, "mlops_call", err));
    if (self->opts.flags & ~(uint32_t)KNOWN || self->call.flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_folder_opts: flags 0x%x", self->opts.flags);
    if ((self->opts.flags & 3) == 3)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_folder_opts: links are followed or left out, not both");
    MLOPS_TRY(mlops__globs_parse(&self->arena, self->opts.include, "include", &self->globs.include,
                                 &self->globs.n_include, err));
    MLOPS_TRY(mlops__globs_parse(&self->arena, self->opts.exclude, "exclude", &self->globs.exclude,
                                 &self->globs.n_exclude, err));
    self->key =
        mlops__folder_key(self->opts.flags, self->prefix, self->opts.include, self->opts.exclude);
    return *self->prefix ? mlops__path_check(self->prefix, err) : MLOPS_OK;
}

static mlops_status walk(mlops__snapshot *self) {
    mlops_io_stat own;
    mlops__walk_opts opts = {(mlops__walk_links)(self->opts.flags & 3), &self->globs, &own,
                             self->call.executor};
    MLOPS_TRY(mlops__host_needs_folders(self->host, self->err));
    MLOPS_TRY(mlops__folder_outside(self->store, self->folder, &own, self->err));
    MLOPS_TRY(mlops__walk_folder(&self->walk, self->host, self->folder, &opts, self->err));
    self->stat.n_files = (int64_t)self->walk.n;
    for (size_t i = 0; i < self->walk.n; i++) self->stat.bytes += self->walk.files[i].stat.size;
    return MLOPS_OK;
}

mlops_status mlops__snapshot_begin(mlops__snapshot *self, mlops_store *store, const char *prefix,
                                   const char *folder, const mlops_folder_opts *opts,
                                   mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->store = store;
    self->host = mlops__store_host(store);
    self->prefix = prefix ? prefix : "";
    self->folder = folder;
    self->err = err;
    self->stat = (mlops_folder_stat)MLOPS_FOLDER_STAT_INIT;
    mlops__arena_init(&self->arena, &self->host->allocator, SIZE_MAX);
    mlops__arena_init(&self->walk.arena, &self->host->allocator, SIZE_MAX);
    mlops__buf_init(&self->cache.bytes, &self->host->allocator);
    if (!folder || !*folder)
        return mlops__fail(err, MLOPS_E_INVALID, "the folder is NULL or empty");
    MLOPS_TRY(take_opts(self, opts));
    MLOPS_TRY(walk(self));
    mlops__folder_cache_load(&self->cache, store, &self->walk.folder);
    return MLOPS_OK;
}

void mlops__snapshot_end(mlops__snapshot *self) {
    mlops__folder_cache_free(&self->cache);
    mlops__walk_free(&self->walk);
    mlops__arena_free(&self->arena);
}

int mlops__snapshot_is(mlops__snapshot *self, const mlops_id *tree) {
    mlops__folder_cache cache = self->cache;
    mlops__known_file known;
    if (!cache.has_tree || cache.key != self->key || cache.n != self->walk.n ||
        memcmp(&cache.tree, tree, sizeof *tree) != 0)
        return 0;
    for (size_t i = 0; i < self->walk.n; i++) {
        const mlops__walk_file *file = &self->walk.files[i];
        if (!mlops__folder_cache_next(&cache, &known) ||
            !mlops__stat_is_same(&file->stat, &known.stat) || strcmp(file->path, known.path) != 0)
            return 0;
    }
    return 1;
}

void mlops__snapshot_save(const mlops__snapshot *self, const mlops_id *tree) {
    mlops__folder_cache cache;
    mlops__folder_cache_begin(&cache, &self->host->allocator);
    for (size_t i = 0; i < self->walk.n; i++) {
        const mlops__looked *looked = &self->files[i];
        if (!looked->is_settled) continue;
        mlops__folder_cache_add(&cache, &(mlops__known_file){self->walk.files[i].path, looked->stat,
                                                             looked->id, looked->is_table});
    }
    cache.key = self->key;
    cache.has_tree = tree != NULL;
    if (tree) cache.tree = *tree;
    mlops__folder_cache_save(&cache, self->store, &self->walk.folder);
    mlops__folder_cache_free(&cache);
}

void mlops__snapshot_path(const mlops__snapshot *self, size_t file, char out[MLOPS__PATH_MAX + 2]) {
    mlops__format(out, MLOPS__PATH_MAX + 2, *self->prefix ? "%s/%s" : "%s%s", self->prefix,
                  self->walk.files[file].path);
}
