/* Commits as files below a folder.
 *
 * Owns what is known of each entry's file. Invariants: paths were checked when they were added, and
 * again when the tree was read, so that none leads out of the folder; nothing is written before it
 * is known that nothing else would be lost; a file is written beside its place, whole, and what was
 * written so far stays for another try.
 */
#include "base/opts.h"
#include "column/csv_write.h"
#include "dataset/folder.h"
#include "file/file.h"

#include <string.h>

enum {
    RANGE = 64,     /* entries that one thread writes after each other */
    PART = 2 << 20, /* bytes of a large file, which several threads write */
    LARGE = 2 * PART,
    TURNS = 4, /* of each thread, between two looks at the call */
    OLDER_NS = 50000000
};

/* An entry that is to be there. */
typedef struct target {
    const char *path;
    const mlops__entry *entry;
    mlops_id id;
    uint64_t size; /* unless it is a table */
    int is_table;
    int is_same;    /* its file is there, as it should be */
    int is_settled; /* and may be remembered */
    mlops_io_stat stat;
} target;

typedef struct writing {
    mlops_status status;
    mlops_error err;
} writing;

typedef struct checkout {
    mlops_store *store;
    const mlops__host *host;
    mlops__version version;
    const char *folder;
    size_t path_cap; /* room for the path of a file */
    mlops_checkout_opts opts;
    mlops_call call;
    mlops__globs globs;
    mlops__folder_cache cache;
    target *targets;
    size_t n;
    target **missing;          /* those that are written */
    size_t n_missing, n_large; /* the large ones are the last */
    size_t done;               /* of them, ahead of the round at hand */
    writing *writings;         /* of a round */
    size_t width;
    uint8_t *rooms; /* PART bytes of each thread */
    size_t n_rooms;
    int64_t begun_ns;
    mlops_io_stat own; /* of the store's directory */
    mlops_error *err;
} checkout;

mlops_status mlops__facts_file(const mlops__facts *facts, mlops_store *store, mlops__buf *out,
                               mlops_error *err) {
    mlops_table *table;
    if (strcmp(facts->kind, "table") != 0)
        return mlops__content_load(out, store, NULL, &facts->id, err);
    MLOPS_TRY(mlops__facts_table(&table, facts, store, NULL, err));
    mlops__buf_init(out, &mlops__store_host(store)->allocator);
    mlops_status status = mlops__csv_write(table, NULL, out, err);
    mlops_table_unref(table);
    if (status) mlops__buf_free(out);
    return status;
}

/* ---- what is there ---- */

static mlops_status find_targets(checkout *self) {
    mlops__arena arena;
    const mlops__tree *tree = &self->version.tree;
    mlops_status status = MLOPS_OK;
    self->targets = mlops__arena_array(&self->version.arena, tree->n, sizeof *self->targets);
    self->missing = mlops__arena_array(&self->version.arena, tree->n, sizeof *self->missing);
    if (!self->targets || !self->missing)
        return mlops__fail_nomem(self->err, tree->n * sizeof *self->targets);
    for (size_t i = 0; i < tree->n && !status; i++) {
        mlops__facts facts;
        if (!mlops__globs_take(&self->globs, tree->entries[i]->path)) continue;
        mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
        status = mlops__entry_read(tree->entries[i], &facts, &arena, self->err);
        if (!status)
            self->targets[self->n++] = (target){tree->entries[i]->path,
                                                tree->entries[i],
                                                facts.id,
                                                (uint64_t)facts.size,
                                                !strcmp(facts.kind, "table"),
                                                0,
                                                0,
                                                MLOPS_IO_STAT_INIT};
        mlops__arena_free(&arena);
    }
    return status;
}

/* Whether the bytes of a file are those that the entry becomes. */
static mlops_status compare(const checkout *self, target *t, const mlops__file_view *file) {
    mlops__arena arena;
    mlops__facts facts;
    mlops__buf bytes;
    mlops_id id = mlops__content_id(self->store, file->data, file->size);
    if (!t->is_table) {
        t->is_same = memcmp(&id, &t->id, sizeof id) == 0;
        return MLOPS_OK;
    }
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    mlops_status status = mlops__entry_read(t->entry, &facts, &arena, self->err);
    if (!status) status = mlops__facts_file(&facts, self->store, &bytes, self->err);
    if (!status) {
        t->is_same = bytes.size == file->size &&
                     (bytes.size == 0 || memcmp(bytes.data, file->data, bytes.size) == 0);
        mlops__buf_free(&bytes);
    }
    mlops__arena_free(&arena);
    return status;
}

static mlops_status look_into(const checkout *self, target *t, const char *path) {
    mlops__file_view file;
    MLOPS_TRY(mlops__file_open(&file, self->host, path, SIZE_MAX, 0, self->err));
    mlops_status status = compare(self, t, &file);
    mlops__file_close(&file, self->host);
    if (status) return status;
    t->is_settled = t->is_same && mlops__stat_is_settled(t->stat.mtime_ns, self->begun_ns) &&
                    mlops__stat_is_settled(t->stat.ctime_ns, self->begun_ns);
    if (t->is_same || self->opts.flags & MLOPS_CHECKOUT_FORCE) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_EXISTS,
                       "'%s' is there and has other content; MLOPS_CHECKOUT_FORCE replaces it",
                       path);
}

/* *is_there is 0 for a path that leads to nothing, but 1 for a link that does so. */
static mlops_status stat_path(const checkout *self, const char *path, mlops_io_stat *out,
                              int *is_link, int *is_there) {
    int64_t code = mlops__file_stat(&self->host->io, path, 0, out);
    *is_there = code >= 0;
    *is_link = code >= 0 && out->kind == MLOPS_IO_LINK;
    if (*is_link) {
        mlops_io_stat led = MLOPS_IO_STAT_INIT;
        code = mlops__file_stat(&self->host->io, path, 1, &led);
        if (code >= 0) *out = led;
    }
    if (code >= 0) return MLOPS_OK;
    mlops_status status = mlops__fail_os(self->err, code, "cannot look at", path);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* A folder that files are to lie in: path up to n bytes. */
static mlops_status look_at_folder(const checkout *self, char *path, size_t n, int *is_there) {
    mlops_io_stat stat = MLOPS_IO_STAT_INIT, own;
    int is_link;
    char kept = path[n];
    path[n] = 0;
    mlops_status status = stat_path(self, path, &stat, &is_link, is_there);
    if (!status && *is_there && stat.kind != MLOPS_IO_FOLDER)
        status =
            mlops__fail(self->err, MLOPS_E_EXISTS,
                        "'%s' is there and is no folder, in which files of the commit lie", path);
    if (!status && *is_there && (is_link || mlops__folder_is(&stat, &self->own)))
        status = mlops__folder_outside(self->store, path, &own, self->err);
    path[n] = kept;
    return status;
}

/* Folders of a file, but for those that it shares with the one before, whose path is in order. */
static mlops_status look_at_folders(const checkout *self, const target *t, const char *before,
                                    char *path) {
    size_t base = strlen(self->folder) + 1, n = 0;
    int is_there = 1;
    mlops__format(path, self->path_cap, "%s/%s", self->folder, t->path);
    while (before[n] && before[n] == t->path[n]) n++;
    for (; t->path[n] && is_there; n++)
        if (t->path[n] == '/') MLOPS_TRY(look_at_folder(self, path, base + n, &is_there));
    return mlops__path_check_file(t->path, self->err);
}

static mlops_status look(const checkout *self, target *t, const mlops__known_file *known,
                         char *path) {
    int is_link, is_there;
    mlops__format(path, self->path_cap, "%s/%s", self->folder, t->path);
    MLOPS_TRY(stat_path(self, path, &t->stat, &is_link, &is_there));
    if (!is_there) return MLOPS_OK;
    if (t->stat.kind == MLOPS_IO_OTHER)
        return mlops__fail(self->err, MLOPS_E_EXISTS,
                           "'%s' is there, a pipe, socket or device, which no checkout replaces",
                           path);
    if (t->stat.kind == MLOPS_IO_LINK) {
        if (self->opts.flags & MLOPS_CHECKOUT_FORCE) return MLOPS_OK;
        return mlops__fail(self->err, MLOPS_E_EXISTS,
                           "'%s' is there, a symbolic link that leads nowhere; "
                           "MLOPS_CHECKOUT_FORCE replaces it",
                           path);
    }
    if (known && mlops__stat_is_same(&known->stat, &t->stat) && known->is_table == t->is_table &&
        memcmp(&known->id, &t->id, sizeof t->id) == 0) {
        t->is_same = t->is_settled = 1;
        return MLOPS_OK;
    }
    return look_into(self, t, path);
}

static int is_large(const target *t) { return !t->is_table && t->size >= LARGE; }

/* Beside what is remembered, which is in the same order. */
static mlops_status look_all(checkout *self, char *path) {
    mlops__folder_cache cache = self->cache;
    mlops__known_file known;
    int more = mlops__folder_cache_next(&cache, &known);
    for (size_t i = 0; i < self->n; i++) {
        target *t = &self->targets[i];
        int order = -1;
        while (more && (order = strcmp(known.path, t->path)) < 0)
            more = mlops__folder_cache_next(&cache, &known);
        MLOPS_TRY(look_at_folders(self, t, i ? t[-1].path : "", path));
        MLOPS_TRY(look(self, t, more && order == 0 ? &known : NULL, path));
        if (t->is_same) continue;
        if (is_large(t)) self->missing[self->version.tree.n - ++self->n_large] = t;
        else self->missing[self->n_missing++] = t;
    }
    memmove(self->missing + self->n_missing, self->missing + self->version.tree.n - self->n_large,
            self->n_large * sizeof *self->missing);
    self->n_missing += self->n_large;
    return MLOPS_OK;
}

/* ---- folders ---- */

/* What mkdir says: MLOPS_OK also for one that is there. */
static mlops_status make_one(const checkout *self, const char *path, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t code;
    do code = io->mkdir(io->ctx, path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0 || mlops__os_kind_of(code) == MLOPS__OS_EXISTS) return MLOPS_OK;
    return mlops__fail_os(err, code, "cannot make the folder", path);
}

/* The first n bytes of the path as a folder, with those that it lies in. */
static mlops_status make_folder(const checkout *self, char *path, size_t n, mlops_error *err) {
    char kept = path[n];
    path[n] = 0;
    mlops_status status = make_one(self, path, err);
    if (status == MLOPS_E_NOT_FOUND) {
        size_t up = n;
        while (up > 0 && path[up - 1] != '/') up--;
        while (up > 1 && path[up - 1] == '/') up--;
        if (up > 0 && up < n) status = make_folder(self, path, up, err);
        if (!status) status = make_one(self, path, err);
    }
    path[n] = kept;
    return status;
}

static size_t folder_of(const char *path) {
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] != '/') n--;
    return n;
}

static int64_t note_draft(void *user, const char *name, const mlops_io_stat *stat) {
    mlops__buf *names = user;
    if (stat->kind == MLOPS_IO_FILE && mlops__walk_is_draft(name))
        mlops__buf_put(names, name, strlen(name) + 1);
    return 0;
}

/* What a checkout that was cut off has left in the folder of a file. */
static void clean_folder(const checkout *self, const char *file, char *path) {
    mlops__buf names;
    const mlops_io *io = &self->host->io;
    mlops__buf_init(&names, &self->host->allocator);
    mlops__format(path, self->path_cap, "%s/%s", self->folder, file);
    size_t n = folder_of(path);
    path[n - 1] = 0;
    if (io->scan(io->ctx, path, note_draft, &names) >= 0 && !names.status) {
        path[n - 1] = '/';
        for (size_t at = 0; at < names.size; at += strlen((const char *)names.data + at) + 1) {
            mlops__format(path + n, self->path_cap - n, "%s", (const char *)names.data + at);
            if (!mlops__tree_find(&self->version.tree, path + strlen(self->folder) + 1))
                mlops__file_unlink(io, path);
        }
    }
    mlops__buf_free(&names);
}

static void clean(const checkout *self, char *path) {
    const char *last = NULL;
    for (size_t i = 0; i < self->n_missing; i++) {
        const char *file = self->missing[i]->path;
        size_t n = folder_of(file);
        if (last && folder_of(last) == n && strncmp(last, file, n) == 0) continue;
        clean_folder(self, file, path);
        last = file;
    }
}

/* ---- writing ---- */

static mlops_status make_bytes(const checkout *self, const target *t, mlops__content_run *run,
                               mlops__buf *out, mlops_error *err) {
    mlops__arena arena;
    mlops__facts facts;
    mlops__buf_init(out, &self->host->allocator);
    mlops_status status = t->is_table ? MLOPS_END : mlops__run_read(run, &t->id, out, err);
    if (status != MLOPS_END) {
        if (status) mlops__buf_free(out);
        return status;
    }
    mlops__arena_init(&arena, &self->host->allocator, SIZE_MAX);
    status = mlops__entry_read(t->entry, &facts, &arena, err);
    if (!status) status = mlops__facts_file(&facts, self->store, out, err);
    mlops__arena_free(&arena);
    return status;
}

/* Its time is a bit ago, so that a change would show. */
static mlops_status write_file(const checkout *self, target *t, mlops__file_fill *fill, void *user,
                               char *path, size_t *made, mlops_error *err) {
    size_t n = strlen(self->folder) + 1 + folder_of(t->path);
    int is_made = *made == n && strncmp(path + strlen(self->folder) + 1, t->path,
                                        n - strlen(self->folder) - 1) == 0;
    mlops__format(path, self->path_cap, "%s/%s", self->folder, t->path);
    mlops_status status = is_made ? MLOPS_OK : make_folder(self, path, n - 1, err);
    *made = status ? 0 : n;
    if (!status)
        status =
            mlops__file_put(self->host, path, fill, user, self->begun_ns - OLDER_NS, &t->stat, err);
    t->is_settled = !status && t->stat.mtime_ns == self->begun_ns - OLDER_NS;
    return status;
}

static mlops_status write_one(const checkout *self, target *t, mlops__content_run *run, char *path,
                              size_t *made, mlops_error *err) {
    mlops__buf bytes;
    MLOPS_TRY(make_bytes(self, t, run, &bytes, err));
    mlops__file_bytes all = {&self->host->io, bytes.data, bytes.size};
    mlops_status status = write_file(self, t, mlops__file_fill_bytes, &all, path, made, err);
    mlops__buf_free(&bytes);
    return status;
}

static mlops_status write_range(void *user, int64_t index, int32_t worker) {
    checkout *self = user;
    writing *w = &self->writings[index];
    mlops__content_run *run = NULL;
    size_t at = self->done + (size_t)index * RANGE, made = 0;
    size_t n = self->n_missing - self->n_large, end = n - at < RANGE ? n : at + RANGE;
    (void)worker;
    char *path = mlops__alloc_zero(&self->host->allocator, self->path_cap);
    w->status = path ? MLOPS_OK : mlops__fail_nomem(&w->err, self->path_cap);
    if (!w->status) w->status = mlops__run_begin(&run, self->store, &w->err);
    for (; at < end && !w->status; at++)
        w->status = write_one(self, self->missing[at], run, path, &made, &w->err);
    mlops__run_end(run);
    mlops__free(&self->host->allocator, path, self->path_cap);
    return w->status;
}

/* As many tasks as there are workers, some times over, between two looks at the call. */
static mlops_status write_round(const checkout *self, size_t n, mlops_task task, void *user) {
    const mlops_executor *executor = self->call.executor;
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n; i++) self->writings[i].status = MLOPS_OK;
    if (executor && n > 1) status = executor->parallel_for(executor->ctx, (int64_t)n, task, user);
    else
        for (size_t i = 0; i < n && !status; i++) status = task(user, (int64_t)i, 0);
    for (size_t i = 0; i < n; i++) {
        if (self->writings[i].status && self->err) *self->err = self->writings[i].err;
        if (self->writings[i].status) return self->writings[i].status;
    }
    return status ? mlops__fail(self->err, MLOPS_E_INVALID, "the executor failed") : MLOPS_OK;
}

static mlops_status write_small(checkout *self) {
    size_t n = self->n_missing - self->n_large;
    while (self->done < n) {
        size_t left = (n - self->done + RANGE - 1) / RANGE;
        MLOPS_TRY(mlops__call_poll(&self->call, self->host, (int64_t)self->done,
                                   (int64_t)self->n_missing, self->err));
        MLOPS_TRY(write_round(self, left < self->width ? left : self->width, write_range, self));
        self->done += left <= self->width ? n - self->done : self->width * RANGE;
    }
    return MLOPS_OK;
}

/* ---- large files ---- */

typedef struct large {
    const checkout *self;
    const target *target;
    int64_t file;
    const char *path;
    uint64_t done; /* bytes ahead of the round at hand */
} large;

static mlops_status write_part(void *user, int64_t index, int32_t worker) {
    const large *l = user;
    const checkout *self = l->self;
    writing *w = &self->writings[index];
    uint64_t at = l->done + (uint64_t)index * PART, left = l->target->size - at;
    uint8_t *room = self->rooms + (size_t)worker * PART;
    size_t n = left < PART ? (size_t)left : PART;
    int64_t size = 0;
    w->status =
        mlops__content_read(self->store, &l->target->id, (int64_t)at, room, n, &size, &w->err);
    if (!w->status && (uint64_t)size != l->target->size)
        w->status =
            mlops__fail(&w->err, MLOPS_E_CORRUPT, "'%s' has %lld bytes, not %llu", l->target->path,
                        (long long)size, (unsigned long long)l->target->size);
    if (!w->status)
        w->status =
            mlops__file_write_at(&self->host->io, l->file, room, n, (int64_t)at, l->path, &w->err);
    return w->status;
}

static mlops_status fill_large(void *user, int64_t file, const char *path, mlops_error *err) {
    large *l = user;
    const checkout *self = l->self;
    l->file = file;
    l->path = path;
    for (l->done = 0; l->done < l->target->size; l->done += self->width * PART) {
        uint64_t left = (l->target->size - l->done + PART - 1) / PART;
        MLOPS_TRY(mlops__call_poll(&self->call, self->host, (int64_t)self->done,
                                   (int64_t)self->n_missing, err));
        MLOPS_TRY(
            write_round(self, left < self->width ? (size_t)left : self->width, write_part, user));
    }
    return MLOPS_OK;
}

static mlops_status write_large(checkout *self, char *path) {
    size_t made = 0;
    if (self->n_large == 0) return MLOPS_OK;
    self->n_rooms = self->call.executor ? (size_t)self->call.executor->n_workers : 1;
    self->rooms = mlops__alloc_array(&self->host->allocator, self->n_rooms, PART);
    if (!self->rooms) return mlops__fail_nomem(self->err, self->n_rooms * PART);
    for (; self->done < self->n_missing; self->done++) {
        target *t = self->missing[self->done];
        large l = {.self = self, .target = t};
        MLOPS_TRY(write_file(self, t, fill_large, &l, path, &made, self->err));
    }
    return MLOPS_OK;
}

static mlops_status write_all(checkout *self, char *path) {
    self->width = TURNS * (self->call.executor ? (size_t)self->call.executor->n_workers : 1);
    self->writings = mlops__arena_array(&self->version.arena, self->width, sizeof *self->writings);
    if (!self->writings) return mlops__fail_nomem(self->err, self->width * sizeof *self->writings);
    MLOPS_TRY(write_small(self));
    mlops_status status = write_large(self, path);
    mlops__free(&self->host->allocator, self->rooms, self->n_rooms * PART);
    return status;
}

/* ---- all of it ---- */

/* What was written, or looked at, need not be read by the next one who asks. */
static void remember(const checkout *self, const mlops_io_stat *folder) {
    mlops__folder_cache cache;
    mlops__folder_cache_begin(&cache, &self->host->allocator);
    size_t n = 0;
    for (size_t i = 0; i < self->n; i++) {
        const target *t = &self->targets[i];
        n += t->is_settled != 0;
        if (t->is_settled)
            mlops__folder_cache_add(&cache,
                                    &(mlops__known_file){t->path, t->stat, t->id, t->is_table});
    }
    cache.key = mlops__folder_key(0, "", NULL, NULL);
    cache.has_tree = n == self->version.tree.n;
    cache.tree = self->version.tree_id;
    mlops__folder_cache_save(&cache, self->store, folder);
    mlops__folder_cache_free(&cache);
}

static mlops_status run(checkout *self) {
    mlops_io_stat folder = MLOPS_IO_STAT_INIT;
    const mlops_io *io = &self->host->io;
    self->path_cap = strlen(self->folder) + MLOPS__PATH_MAX + 64;
    char *path = mlops__arena_alloc(&self->version.arena, self->path_cap);
    if (!path) return mlops__fail_nomem(self->err, self->path_cap);
    MLOPS_TRY(find_targets(self));
    int is_there = mlops__file_stat(io, self->folder, 1, &folder) >= 0;
    if (is_there) mlops__folder_cache_load(&self->cache, self->store, &folder);
    MLOPS_TRY(look_all(self, path));
    if (is_there) clean(self, path);
    mlops__format(path, self->path_cap, "%s", self->folder);
    MLOPS_TRY(make_folder(self, path, strlen(path), self->err));
    MLOPS_TRY(mlops__folder_outside(self->store, self->folder, &self->own, self->err));
    MLOPS_TRY(write_all(self, path));
    mlops__call_done(&self->call, (int64_t)self->n_missing);
    if (is_there || mlops__file_stat(io, self->folder, 1, &folder) >= 0) remember(self, &folder);
    return MLOPS_OK;
}

static mlops_status begin(checkout *self, mlops_store *store, const char *folder,
                          const mlops_checkout_opts *opts, mlops_error *err) {
    if (!store || !folder || !*folder)
        return mlops__fail(err, MLOPS_E_INVALID, "the store or the folder is NULL or empty");
    MLOPS_TRY(mlops__opts_copy(&self->opts, sizeof self->opts, opts, "mlops_checkout_opts", err));
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, self->opts.call, "mlops_call", err));
    if (self->opts.flags & ~(uint32_t)MLOPS_CHECKOUT_FORCE || self->call.flags)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_checkout_opts: flags 0x%x",
                           self->opts.flags);
    self->store = store;
    self->host = mlops__store_host(store);
    self->folder = folder;
    self->err = err;
    mlops__buf_init(&self->cache.bytes, &self->host->allocator);
    self->begun_ns = mlops__host_now(self->host);
    MLOPS_TRY(mlops__host_needs_folders(self->host, err));
    return mlops__folder_outside(store, folder, &self->own, err);
}

mlops_status mlops_dataset_checkout(mlops_store *store, const char *dataset, const char *ref,
                                    const char *folder, const mlops_checkout_opts *opts,
                                    mlops_error *err) {
    checkout self = {0};
    MLOPS_TRY(begin(&self, store, folder, opts, err));
    mlops__globs *globs = &self.globs;
    mlops_status status = mlops__version_open(&self.version, store, dataset, ref, err);
    if (!status)
        status = mlops__globs_parse(&self.version.arena, self.opts.include, "include",
                                    &globs->include, &globs->n_include, err);
    if (!status)
        status = mlops__globs_parse(&self.version.arena, self.opts.exclude, "exclude",
                                    &globs->exclude, &globs->n_exclude, err);
    if (!status) status = run(&self);
    mlops__folder_cache_free(&self.cache);
    mlops__version_close(&self.version);
    return status;
}
