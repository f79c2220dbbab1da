/* Walking over folders, level by level.
 *
 * Owns the list of what was found. Invariants: names of one folder are sorted as if folders ended
 * with a slash, so that one pass over the tree gives paths in their order; a folder is looked into
 * once on each way to it, and never below itself.
 */
#include "dataset/folder_walk.h"

#include "base/buf.h"
#include "column/names.h"
#include "file/file.h"
#include "text/glob.h"

#include <string.h>

enum { LEVELS_MAX = 1024 /* as many as a path can have */ };

/* A name in a folder. */
typedef struct node {
    const char *name;
    mlops_io_stat stat;
    struct branch *below; /* of a folder */
} node;

/* A folder that is looked into. */
typedef struct branch {
    struct branch *up, *older; /* older: of all of the walk */
    const char *path;          /* below the folder; "" is itself */
    mlops_io_stat stat;
    mlops__buf found; /* mlops_io_stat, u32 bytes of the name with its NUL, the name */
    mlops__buf room;  /* of nodes, and of two lists of them */
    int64_t code;     /* of the host */
    node **nodes, **scratch;
    size_t n, next; /* the one that comes next */
} branch;

typedef struct walker {
    mlops__walk *walk;
    const mlops__host *host;
    const char *folder;
    const mlops__walk_opts *opts;
    branch *newest;
    branch **level; /* those that are looked into next */
    size_t n_level;
    size_t n_files;
    mlops_error *err;
} walker;

/* ---- what is let through ---- */

static int matches_any(const char **patterns, int64_t n, const char *path) {
    for (int64_t i = 0; i < n; i++)
        if (mlops__glob_matches(patterns[i], path)) return 1;
    return 0;
}

int mlops__globs_exclude(const mlops__globs *self, const char *path) {
    return self && matches_any(self->exclude, self->n_exclude, path);
}

mlops_status mlops__globs_parse(mlops__arena *arena, const char *list, const char *what,
                                const char ***out, int64_t *n, mlops_error *err) {
    *n = 0;
    if (!list) return MLOPS_OK;
    MLOPS_TRY(mlops__list_parse(arena, list, ',', what, out, n, err));
    for (int64_t i = 0; i < *n; i++) {
        const char *problem = mlops__glob_problem((*out)[i]);
        if (problem)
            return mlops__fail(err, MLOPS_E_INVALID, "%s: the glob '%s' %s", what, (*out)[i],
                               problem);
    }
    return MLOPS_OK;
}

int mlops__globs_take(const mlops__globs *self, const char *path) {
    if (!self) return 1;
    if (self->n_include && !matches_any(self->include, self->n_include, path)) return 0;
    return !mlops__globs_exclude(self, path);
}

int mlops__walk_is_draft(const char *name) {
    size_t n = strlen(name);
    return strncmp(name, ".mlops-", 7) == 0 && n > 11 && strcmp(name + n - 4, ".tmp") == 0;
}

/* ---- where a folder lies ---- */

int mlops__folder_is(const mlops_io_stat *a, const mlops_io_stat *b) {
    return a->kind == MLOPS_IO_FOLDER && b->kind == MLOPS_IO_FOLDER && a->device == b->device &&
           a->inode == b->inode && a->inode;
}

/* What of a path is there, as a folder; n bytes of it are left. */
static size_t cut_to_folder(const mlops_io *io, char *path, size_t n, mlops_io_stat *out) {
    while (mlops__file_stat(io, path, 1, out) < 0 || out->kind != MLOPS_IO_FOLDER) {
        if (strcmp(path, ".") == 0 || strcmp(path, "/") == 0) break;
        while (n > 1 && path[n - 1] == '/') n--;
        while (n > 0 && path[n - 1] != '/') n--;
        if (n == 0) path[n++] = '.';
        path[n] = 0;
    }
    return n;
}

mlops_status mlops__folder_is_within(const mlops__host *host, const char *path,
                                     const mlops_io_stat *folder, int *is_within,
                                     mlops_error *err) {
    mlops_io_stat at = MLOPS_IO_STAT_INIT, last;
    size_t n = strlen(path), size = n + 3 * LEVELS_MAX + 2;
    char *up = mlops__alloc(&host->allocator, size);
    if (!up) return mlops__fail_nomem(err, size);
    memcpy(up, path, n + 1);
    n = cut_to_folder(&host->io, up, n, &at);
    *is_within = mlops__folder_is(&at, folder);
    for (int level = 0; level < LEVELS_MAX && !*is_within; level++, n += 3) {
        last = at;
        memcpy(up + n, "/..", 4);
        if (mlops__file_stat(&host->io, up, 1, &at) < 0 || mlops__folder_is(&at, &last)) break;
        *is_within = mlops__folder_is(&at, folder);
    }
    mlops__free(&host->allocator, up, size);
    return MLOPS_OK;
}

/* ---- listing ---- */

/* The path of what is in a folder as the host knows it; to be given back. */
static char *full_path(const walker *w, const char *path, size_t *size) {
    size_t n = strlen(w->folder), m = strlen(path);
    *size = n + m + 2;
    char *out = mlops__alloc(&w->host->allocator, *size);
    if (!out) return NULL;
    mlops__format(out, *size, *path ? "%s/%s" : "%s", w->folder, path);
    return out;
}

static int64_t note_name(void *user, const char *name, const mlops_io_stat *stat) {
    branch *b = user;
    mlops__buf *found = &b->found;
    uint32_t size = (uint32_t)strlen(name) + 1;
    b->n++;
    mlops__buf_put(found, stat, sizeof *stat);
    mlops__buf_put(found, &size, sizeof size);
    mlops__buf_put(found, name, size);
    return found->status ? 1 : 0;
}

static int order(const node *a, const node *b) {
    const char *x = a->name, *y = b->name;
    while (*x && *x == *y) x++, y++;
    unsigned c = (uint8_t)*x, d = (uint8_t)*y;
    if (!c && a->stat.kind == MLOPS_IO_FOLDER) c = '/';
    if (!d && b->stat.kind == MLOPS_IO_FOLDER) d = '/';
    return c < d ? -1 : c > d;
}

/* Runs of 1, 2, 4, ... are merged to and fro. */
static node **sort(node **from, node **to, size_t n) {
    for (size_t run = 1; run < n; run *= 2) {
        for (size_t at = 0; at < n; at += 2 * run) {
            size_t a = at, a_end = n - at < run ? n : at + run;
            size_t b = a_end, b_end = n - b < run ? n : b + run;
            for (size_t i = at; i < b_end; i++)
                to[i] = b == b_end || (a < a_end && order(from[a], from[b]) <= 0) ? from[a++]
                                                                                  : from[b++];
        }
        node **swap = from;
        from = to;
        to = swap;
    }
    return from;
}

static void sort_nodes(branch *b) {
    node **sorted = sort(b->nodes, b->scratch, b->n);
    if (sorted != b->nodes) b->scratch = b->nodes;
    b->nodes = sorted;
}

/* By every thread: it is the names that take time. */
static mlops_status list_nodes(branch *b) {
    uint8_t *room = mlops__buf_extend(&b->room, b->n * (sizeof(node) + 2 * sizeof(node *)));
    const uint8_t *at = b->found.data;
    if (b->found.status || !room) return b->n ? MLOPS_E_NOMEM : MLOPS_OK;
    node *nodes = (node *)(void *)room;
    b->nodes = (node **)(void *)(nodes + b->n);
    b->scratch = b->nodes + b->n;
    for (size_t i = 0; i < b->n; i++) {
        uint32_t size;
        memcpy(&nodes[i].stat, at, sizeof nodes[i].stat);
        memcpy(&size, at + sizeof nodes[i].stat, sizeof size);
        at += sizeof nodes[i].stat + sizeof size;
        nodes[i].name = (const char *)at;
        nodes[i].below = NULL;
        b->nodes[i] = &nodes[i];
        at += size;
    }
    sort_nodes(b);
    return MLOPS_OK;
}

static mlops_status list_one(void *user, int64_t index, int32_t worker) {
    const walker *w = user;
    branch *b = w->level[index];
    size_t size;
    (void)worker;
    char *path = full_path(w, b->path, &size);
    if (!path) return MLOPS_E_NOMEM;
    b->code = w->host->io.scan(w->host->io.ctx, path, note_name, b);
    mlops__free(&w->host->allocator, path, size);
    return list_nodes(b);
}

static mlops_status list_level(walker *w) {
    const mlops_executor *executor = w->opts->executor;
    mlops_status status = MLOPS_OK;
    int64_t n = (int64_t)w->n_level;
    if (executor && n > 1) status = executor->parallel_for(executor->ctx, n, list_one, w);
    else
        for (int64_t i = 0; i < n && !status; i++) status = list_one(w, i, 0);
    if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(w->err, 0);
    if (status) return mlops__fail(w->err, MLOPS_E_INVALID, "the executor failed");
    return MLOPS_OK;
}

/* ---- taking what was listed ---- */

static mlops_status fail_at(const walker *w, const char *path, const char *problem) {
    return mlops__fail(w->err, MLOPS_E_INVALID, "'%s/%s' %s", w->folder, path, problem);
}

/* A link becomes what it leads to; *skipped is set if that lies in the folder to be skipped. */
static mlops_status follow(const walker *w, const branch *b, const char *path, mlops_io_stat *stat,
                           int *skipped) {
    const mlops_io *io = &w->host->io;
    size_t size;
    char *full = full_path(w, path, &size);
    if (!full) return mlops__fail_nomem(w->err, size);
    int64_t code = mlops__file_stat(io, full, 1, stat);
    mlops_status status = MLOPS_OK;
    if (code >= 0 && stat->kind == MLOPS_IO_FOLDER && w->opts->skip)
        status = mlops__folder_is_within(w->host, full, w->opts->skip, skipped, w->err);
    mlops__free(&w->host->allocator, full, size);
    if (status) return status;
    if (code < 0) return fail_at(w, path, "is a symbolic link that leads nowhere");
    for (; stat->kind == MLOPS_IO_FOLDER && b; b = b->up)
        if (b->stat.device == stat->device && b->stat.inode == stat->inode)
            return fail_at(w, path, "is a symbolic link to a folder that it lies in");
    return MLOPS_OK;
}

static branch *new_branch(walker *w, branch *up, const char *path, const mlops_io_stat *stat) {
    branch *b = mlops__arena_alloc(&w->walk->arena, sizeof *b);
    if (!b) return NULL;
    b->up = up;
    b->older = w->newest;
    w->newest = b;
    b->path = path;
    b->stat = *stat;
    mlops__buf_init(&b->found, &w->host->allocator);
    mlops__buf_init(&b->room, &w->host->allocator);
    return b;
}

/* *taken: is it one that stays? */
static mlops_status take_name(walker *w, branch *b, const char *path, node *out, int *taken) {
    mlops_io_stat *stat = &out->stat;
    int skipped = w->opts->skip && mlops__folder_is(stat, w->opts->skip);
    *taken = 0;
    if (mlops__globs_exclude(w->opts->globs, path)) return MLOPS_OK;
    if (stat->kind == MLOPS_IO_LINK && w->opts->links == MLOPS__LINKS_SKIP) return MLOPS_OK;
    if (stat->kind == MLOPS_IO_LINK && w->opts->links == MLOPS__LINKS_FOLLOW)
        MLOPS_TRY(follow(w, b, path, stat, &skipped));
    if (skipped) return MLOPS_OK;
    if (stat->kind == MLOPS_IO_FOLDER) {
        out->below = new_branch(w, b, path, stat);
        if (!out->below) return mlops__fail_nomem(w->err, sizeof(branch));
        *taken = 1;
        return MLOPS_OK;
    }
    if (!mlops__globs_take(w->opts->globs, path)) return MLOPS_OK;
    if (stat->kind == MLOPS_IO_LINK)
        return fail_at(w, path, "is a symbolic link; links are refused, followed or left out");
    if (stat->kind != MLOPS_IO_FILE)
        return fail_at(w, path, "is neither a file nor a folder; an exclude leaves it out");
    *taken = !mlops__walk_is_draft(out->name);
    w->n_files += *taken != 0;
    return MLOPS_OK;
}

/* Paths lie in memory in their order, too. */
static mlops_status add_name(walker *w, branch *b, node *child) {
    size_t n = strlen(b->path), m = strlen(child->name);
    char *path = mlops__arena_alloc(&w->walk->arena, n + m + 2);
    int taken;
    if (!path) return mlops__fail_nomem(w->err, n + m);
    memcpy(path, b->path, n);
    if (n) path[n++] = '/';
    memcpy(path + n, child->name, m);
    child->name = path + n;
    MLOPS_TRY(take_name(w, b, path, child, &taken));
    if (taken) b->nodes[b->n++] = child;
    return MLOPS_OK;
}

static mlops_status take_branch(walker *w, branch *b) {
    size_t n = b->n;
    if (b->code < 0) {
        size_t size;
        char *path = full_path(w, b->path, &size);
        if (!path) return mlops__fail_nomem(w->err, size);
        mlops_status status = mlops__fail_os(w->err, b->code, "cannot list", path);
        mlops__free(&w->host->allocator, path, size);
        return status;
    }
    b->n = 0;
    for (size_t i = 0; i < n; i++) MLOPS_TRY(add_name(w, b, b->nodes[i]));
    if (w->opts->links == MLOPS__LINKS_FOLLOW) sort_nodes(b); /* links to folders are such by now */
    return MLOPS_OK;
}

/* The folders in those of the level are the next one. */
static mlops_status next_level(walker *w) {
    size_t n = 0;
    for (size_t i = 0; i < w->n_level; i++)
        for (size_t k = 0; k < w->level[i]->n; k++) n += w->level[i]->nodes[k]->below != NULL;
    branch **next = mlops__arena_array(&w->walk->arena, n, sizeof *next);
    if (!next) return mlops__fail_nomem(w->err, n * sizeof *next);
    size_t at = 0;
    for (size_t i = 0; i < w->n_level; i++)
        for (size_t k = 0; k < w->level[i]->n; k++)
            if (w->level[i]->nodes[k]->below) next[at++] = w->level[i]->nodes[k]->below;
    w->level = next;
    w->n_level = n;
    return MLOPS_OK;
}

static mlops_status walk_level(walker *w) {
    mlops_status status = list_level(w);
    for (size_t i = 0; i < w->n_level && !status; i++) status = take_branch(w, w->level[i]);
    for (size_t i = 0; i < w->n_level; i++) mlops__buf_free(&w->level[i]->found);
    return status ? status : next_level(w);
}

/* ---- the paths in order ---- */

/* The path of a node stands right in front of its name. */
static mlops_status flatten(walker *w, branch *root) {
    mlops__walk *walk = w->walk;
    mlops__walk_file *files = mlops__arena_array(&walk->arena, w->n_files, sizeof *files);
    if (!files) return mlops__fail_nomem(w->err, w->n_files * sizeof *files);
    walk->files = files;
    for (branch *b = root; b;) {
        if (b->next == b->n) { /* all of it was seen; back to where it lies */
            b = b->up;
            continue;
        }
        node *child = b->nodes[b->next++];
        if (child->below) {
            b = child->below;
            continue;
        }
        size_t n = strlen(b->path);
        files[walk->n].path = child->name - (n ? n + 1 : 0);
        files[walk->n++].stat = child->stat;
    }
    return MLOPS_OK;
}

static mlops_status walk_all(walker *w, branch *root) {
    w->level = &root;
    w->n_level = 1;
    while (w->n_level) MLOPS_TRY(walk_level(w));
    return flatten(w, root);
}

mlops_status mlops__walk_folder(mlops__walk *out, const mlops__host *host, const char *folder,
                                const mlops__walk_opts *opts, mlops_error *err) {
    walker w = {.walk = out, .host = host, .folder = folder, .opts = opts, .err = err};
    memset(out, 0, sizeof *out);
    mlops__arena_init(&out->arena, &host->allocator, SIZE_MAX);
    out->folder = (mlops_io_stat)MLOPS_IO_STAT_INIT;
    MLOPS_TRY(mlops__host_needs_folders(host, err));
    int64_t code = mlops__file_stat(&host->io, folder, 1, &out->folder);
    if (code < 0) return mlops__fail_os(err, code, "cannot look into", folder);
    if (out->folder.kind != MLOPS_IO_FOLDER)
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is no folder", folder);
    branch *root = new_branch(&w, NULL, "", &out->folder);
    if (!root) return mlops__fail_nomem(err, sizeof *root);
    mlops_status status = walk_all(&w, root);
    for (branch *b = w.newest; b; b = b->older) mlops__buf_free(&b->room);
    return status;
}

void mlops__walk_free(mlops__walk *self) { mlops__arena_free(&self->arena); }
