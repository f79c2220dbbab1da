/* Imports: what is common to the tools whose trees are taken.
 *
 * Owns nothing. Invariant: an object becomes an entry only if its bytes are those that its name
 * says.
 */
#include "dataset/import.h"

#include "base/opts.h"
#include "dataset/folder.h"
#include "dataset/source_file.h"
#include "file/file.h"

#include <string.h>

const char *mlops__import_path(mlops__importing *self, const char *a, const char *b) {
    size_t size = strlen(a) + strlen(b) + 2;
    char *out = mlops__arena_alloc(&self->arena, size);
    if (out) mlops__format(out, size, *a ? "%s/%s" : "%s%s", a, b);
    else mlops__fail_nomem(self->err, size);
    return out;
}

/* MLOPS_END: there is no such file. */
static mlops_status look_at(mlops__importing *self, const char *file) {
    mlops_io_stat stat = MLOPS_IO_STAT_INIT;
    int64_t code = mlops__file_stat(&self->host->io, file, 0, &stat);
    mlops_status status =
        code < 0 ? mlops__fail_os(self->err, code, "cannot look at", file) : MLOPS_OK;
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
    if (stat.kind == MLOPS_IO_FILE) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_INVALID, "'%s' is %s", file,
                       stat.kind == MLOPS_IO_LINK ? "a symbolic link" : "no regular file");
}

mlops_status mlops__import_read(mlops__importing *self, const char *file, size_t max,
                                mlops__buf *out) {
    mlops__file_view view;
    mlops__buf_init(out, &self->host->allocator);
    MLOPS_TRY_END(look_at(self, file));
    MLOPS_TRY(mlops__file_open(&view, self->host, file, max, 0, self->err));
    out->data = (uint8_t *)(uintptr_t)view.data; /* not mapped, so it is the heap's */
    out->size = out->cap = view.size;
    return MLOPS_OK;
}

/* A file whose bytes are told to a check, each once. */
typedef struct checked {
    mlops__source_file file;
    const mlops__import_check *check;
    uint64_t at;
} checked;

static mlops_status read_checked(void *user, uint64_t offset, uint8_t *out, size_t n,
                                 mlops_error *err) {
    checked *c = user;
    MLOPS_TRY(mlops__source_file_read(&c->file, offset, out, n, err));
    if (offset <= c->at && offset + n > c->at) {
        size_t known = (size_t)(c->at - offset);
        c->check->add(c->check->user, out + known, n - known);
        c->at = offset + n;
    }
    return MLOPS_OK;
}

/* One that is not large is read whole, so that what is there already costs its hashes alone. */
static mlops_status put_opened(mlops__importing *self, const char *path, checked *c,
                               uint64_t size) {
    const mlops__import_check *check = c->check;
    mlops__source source = {size, NULL, mlops__source_file_read, c, path};
    mlops__file_view view = {NULL, 0, 0};
    if (check->add) source.read = read_checked;
    if (size < MLOPS__SOURCE_LARGE) {
        static const uint8_t none;
        MLOPS_TRY(mlops__file_view_of(&view, self->host, c->file.number, c->file.path, SIZE_MAX, 0,
                                      self->err));
        source = (mlops__source){view.size, view.data ? view.data : &none, NULL, NULL, path};
        if (check->add) check->add(check->user, source.bytes, view.size);
    }
    self->stat.bytes += (int64_t)source.size;
    mlops_status status =
        mlops__draft_put_source(self->draft, path, &source, check->judge, check->user, self->err);
    if (size < MLOPS__SOURCE_LARGE) mlops__file_close(&view, self->host);
    if (status) self->stat.bytes -= (int64_t)source.size;
    return status;
}

mlops_status mlops__import_put(mlops__importing *self, const char *path, const char *file,
                               const mlops__import_check *check) {
    const mlops_io *io = &self->host->io;
    const char *whole = mlops__import_path(self, self->prefix, path);
    if (!whole) return MLOPS_E_NOMEM;
    MLOPS_TRY(mlops__draft_check(self->draft, whole, self->err));
    MLOPS_TRY_END(look_at(self, file));
    checked c = {{self->host, mlops__file_number(io, file, MLOPS_IO_READ), file}, check, 0};
    if (c.file.number < 0) return mlops__fail_os(self->err, c.file.number, "cannot open", file);
    int64_t size = mlops__file_size(io, c.file.number);
    mlops_status status = size < 0
                              ? mlops__fail_os(self->err, size, "cannot tell the size of", file)
                              : put_opened(self, whole, &c, (uint64_t)size);
    mlops__file_end(io, c.file.number); /* nothing was written, so nothing can be lost */
    if (status) return status;
    self->stat.n_objects++;
    return mlops__call_poll(&self->call, self->host, self->stat.n_objects, self->stat.n_objects,
                            self->err);
}

const char *mlops__import_resolve(mlops__arena *arena, const char *from, const char *path,
                                  int *leaves) {
    size_t n = strlen(from), size = n + strlen(path) + 2;
    char *out = mlops__arena_alloc(arena, size);
    if (!out) return NULL;
    memcpy(out, from, n + 1);
    *leaves = *path == '/';
    while (*path && !*leaves) {
        size_t part = strcspn(path, "/");
        if (part == 2 && path[0] == '.' && path[1] == '.') {
            *leaves = n == 0;
            while (n && out[n - 1] != '/') n--;
            if (n) n--;
        } else if (part && !(part == 1 && *path == '.')) {
            if (n) out[n++] = '/';
            memcpy(out + n, path, part);
            n += part;
        }
        out[n] = 0;
        path += part + (path[part] == '/');
    }
    return out;
}

static mlops_status take_opts(mlops__importing *self, const mlops_import_opts *opts) {
    mlops_import_opts *o = &self->opts;
    mlops__globs *globs = &self->globs;
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, opts, "mlops_import_opts", self->err));
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, o->call, "mlops_call", self->err));
    if (o->flags || o->reserved || self->call.flags)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_import_opts: flags or reserved is not 0");
    if ((uint32_t)o->kind > MLOPS_IMPORT_GIT_LFS)
        return mlops__fail(self->err, MLOPS_E_INVALID, "mlops_import_opts: kind %d", (int)o->kind);
    MLOPS_TRY(mlops__globs_parse(&self->arena, o->include, "include", &globs->include,
                                 &globs->n_include, self->err));
    MLOPS_TRY(mlops__globs_parse(&self->arena, o->exclude, "exclude", &globs->exclude,
                                 &globs->n_exclude, self->err));
    self->cache = o->cache;
    if (o->cache) return MLOPS_OK;
    if (o->kind == MLOPS_IMPORT_DVC) return mlops__import_dvc_cache(self);
    self->cache = mlops__import_path(self, self->folder, ".git/lfs/objects");
    return self->cache ? MLOPS_OK : MLOPS_E_NOMEM;
}

/* ---- what has changed ---- */

/* The entries of a draft as they were. */
typedef struct before {
    const char *path;
    mlops__bytes json;
    int waits; /* content that may go with it */
} before;

static before *remember(mlops__importing *self) {
    const mlops__tree *tree = &self->draft->base.tree;
    before *out = mlops__arena_array(&self->arena, tree->n, sizeof *out);
    for (size_t i = 0; i < tree->n && out; i++) {
        const mlops__entry *entry = tree->entries[i];
        out[i] = (before){entry->path, entry->json, 0};
        for (int role = 0; role < 3; role++) out[i].waits |= entry->blobs[role] != NULL;
    }
    if (!out) mlops__fail_nomem(self->err, tree->n * sizeof *out);
    return out;
}

/* An entry of the same bytes is what it was, also if that was a table. */
static mlops_status settle(mlops__importing *self, mlops__entry *entry, const before *was) {
    mlops__facts a, b;
    const mlops__entry old = {was->path, was->json, {NULL, NULL, NULL}};
    if (entry->json.data == was->json.data) return MLOPS_OK;
    MLOPS_TRY(mlops__entry_read(&old, &a, &self->arena, self->err));
    MLOPS_TRY(mlops__entry_read(entry, &b, &self->arena, self->err));
    if (memcmp(&a.id, &b.id, sizeof a.id) != 0) {
        self->stat.n_changed++;
    } else if (!was->waits) {
        mlops__entry_drop(entry, MLOPS__ROLE_BYTES);
        entry->json = was->json;
    }
    return MLOPS_OK;
}

/* Both are in the order of their paths. */
static mlops_status settle_all(mlops__importing *self, const before *were, size_t n) {
    const mlops__tree *tree = &self->draft->base.tree;
    size_t i = 0, k = 0;
    while (i < tree->n || k < n) {
        int order = i == tree->n ? 1 : k == n ? -1 : strcmp(tree->entries[i]->path, were[k].path);
        if (order) self->stat.n_changed++;
        else MLOPS_TRY(settle(self, tree->entries[i], &were[k]));
        i += order <= 0;
        k += order >= 0;
    }
    return MLOPS_OK;
}

/* One that was begun without entries may have come to those of its parent. */
static int is_parent(const mlops_draft *draft) {
    mlops_id id;
    return draft->has_parent && mlops__draft_tree_id(draft, &id) &&
           memcmp(&id, &draft->base.commit.tree, sizeof id) == 0;
}

static mlops_status import(mlops__importing *self) {
    size_t n = self->draft->base.tree.n;
    const before *were = remember(self);
    if (!were) return MLOPS_E_NOMEM;
    MLOPS_TRY(self->opts.kind == MLOPS_IMPORT_DVC ? mlops__import_dvc(self)
                                                  : mlops__import_lfs(self));
    MLOPS_TRY(settle_all(self, were, n));
    if (n == 0 && is_parent(self->draft)) self->stat.n_changed = 0;
    return MLOPS_OK;
}

mlops_status mlops_draft_import(mlops_draft *self, const char *prefix, const char *folder,
                                const mlops_import_opts *opts, mlops_import_stat *out,
                                mlops_error *err) {
    mlops__importing s = {
        .draft = self, .prefix = prefix ? prefix : "", .folder = folder, .err = err};
    if (!folder || !*folder)
        return mlops__fail(err, MLOPS_E_INVALID, "the folder is NULL or empty");
    MLOPS_TRY(mlops__draft_check(self, *s.prefix ? prefix : "-", err));
    MLOPS_TRY(mlops__store_check_fork(self->base.store, err));
    s.host = mlops__store_host(self->base.store);
    s.stat = (mlops_import_stat)MLOPS_IMPORT_STAT_INIT;
    mlops__arena_init(&s.arena, &s.host->allocator, SIZE_MAX);
    mlops_status status = take_opts(&s, opts);
    if (!status) status = import(&s);
    if (!status && out)
        status = mlops__opts_result(out, &s.stat, sizeof s.stat, "mlops_import_stat", err);
    mlops__arena_free(&s.arena);
    return status;
}
