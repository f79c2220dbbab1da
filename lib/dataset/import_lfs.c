/* Trees of git-lfs: pointer files, and the objects that they point to.
 *
 * Owns nothing. Invariant: a file is a pointer only if git-lfs would take it for one: small, of
 * lines in its order, with an id and a size.
 */
#include "base/cursor.h"
#include "dataset/import.h"
#include "file/file.h"

#include <mlops/folder.h>
#include <string.h>

/* ---- pointers ---- */

/* The value of a line that begins with a key; NULL if it is another one. */
static const char *line_value(mlops__cursor *c, const char *key, size_t *n) {
    size_t left = mlops__cursor_left(c), k = strlen(key);
    const char *text = (const char *)c->data + c->offset;
    const char *end = left ? memchr(text, '\n', left) : NULL;
    size_t size = end ? (size_t)(end - text) : 0;
    if (!end || size <= k || memcmp(text, key, k) != 0) return NULL;
    mlops__cursor_take(c, size + 1);
    *n = size - k;
    return text + k;
}

static int is_version(const char *text, size_t n) {
    static const char *const names[] = {"https://git-lfs.github.com/spec/v1",
                                        "https://hawser.github.com/spec/v1",
                                        "http://git-media.io/v/2"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (n == strlen(names[i]) && !memcmp(text, names[i], n)) return 1;
    return 0;
}

int mlops__lfs_parse(const uint8_t *bytes, size_t n, char oid[65], int64_t *size) {
    mlops__cursor c;
    size_t length;
    mlops_id id;
    if (n > MLOPS__LFS_POINTER_MAX) return 0;
    mlops__cursor_init(&c, bytes, n);
    const char *text = line_value(&c, "version ", &length);
    if (!text || !is_version(text, length)) return 0;
    while (line_value(&c, "ext-", &length)) {
    }
    text = line_value(&c, "oid sha256:", &length);
    if (!text || length != 64) return 0;
    memcpy(oid, text, 64);
    oid[64] = 0;
    text = line_value(&c, "size ", &length);
    if (!mlops__id_parse(&id, oid) || !text || length > 18 || mlops__cursor_left(&c)) return 0;
    *size = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') return 0;
        *size = *size * 10 + (text[i] - '0');
    }
    return 1;
}

/* ---- objects ---- */

/* What a pointer names. */
typedef struct pointed {
    mlops__importing *self;
    const char *path, *file, *oid;
    int64_t size;
} pointed;

static mlops_status judge_object(void *user, uint64_t size, const mlops_id *id) {
    const pointed *p = user;
    char is[MLOPS__ID_TEXT];
    mlops__id_format(is, id);
    if (strcmp(is, p->oid) == 0 && (int64_t)size == p->size) return MLOPS_OK;
    return mlops__fail(p->self->err, MLOPS_E_CORRUPT,
                       "'%s', which '%s' points to, is damaged: it has %lld bytes of SHA-256 %s; "
                       "%lld are due",
                       p->file, p->path, (long long)size, is, (long long)p->size);
}

static mlops_status put_object(mlops__importing *self, const char *path, const char *oid,
                               int64_t size) {
    char name[80];
    mlops__format(name, sizeof name, "%.*s/%.*s/%s", 2, oid, 2, oid + 2, oid);
    const char *file = mlops__import_path(self, self->cache, name);
    if (!file) return MLOPS_E_NOMEM;
    pointed p = {self, path, file, oid, size};
    const mlops__import_check check = {NULL, judge_object, &p};
    mlops_status status = mlops__import_put(self, path, file, &check);
    if (status != MLOPS_END) return status;
    return mlops__fail(self->err, MLOPS_E_NOT_FOUND,
                       "'%s' points to an object that is not there: '%s'; git lfs fetch brings "
                       "it",
                       path, file);
}

static mlops_status take_file(mlops__importing *self, const char *path) {
    mlops__buf bytes;
    char oid[65];
    int64_t size;
    const char *file = mlops__import_path(self, self->folder, path);
    if (!file) return MLOPS_E_NOMEM;
    mlops_status status = mlops__import_read(self, file, MLOPS__LFS_POINTER_MAX, &bytes);
    if (status == MLOPS_END)
        return mlops__fail(self->err, MLOPS_E_BUSY, "'%s' went while it was read", file);
    MLOPS_TRY(status);
    int is_pointer = mlops__lfs_parse(bytes.data, bytes.size, oid, &size);
    mlops__buf_free(&bytes);
    return is_pointer ? put_object(self, path, oid, size) : MLOPS_OK;
}

static const char *without_git(mlops__importing *self) {
    const char *given = self->opts.exclude;
    size_t size = (given ? strlen(given) : 0) + 8;
    char *out = mlops__arena_alloc(&self->arena, size);
    if (out) mlops__format(out, size, "%s%s.git", given ? given : "", given && *given ? "," : "");
    else mlops__fail_nomem(self->err, size);
    return out;
}

/* A folder of a tree is told by the cache that is given for it. */
static mlops_status check_tree(mlops__importing *self) {
    static const char *const marks[] = {".git", ".gitattributes"};
    mlops_io_stat stat;
    if (self->opts.cache) return MLOPS_OK;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        const char *path = mlops__import_path(self, self->folder, marks[i]);
        if (!path) return MLOPS_E_NOMEM;
        if (mlops__file_stat(&self->host->io, path, 0, &stat) >= 0) return MLOPS_OK;
    }
    if (mlops__file_stat(&self->host->io, self->folder, 1, &stat) < 0) return MLOPS_OK;
    return mlops__fail(self->err, MLOPS_E_INVALID,
                       "'%s' is no tree of git: it has neither .git nor .gitattributes; of a "
                       "folder within one, cache says where the objects lie",
                       self->folder);
}

mlops_status mlops__import_lfs(mlops__importing *self) {
    mlops_folder_opts opts = MLOPS_FOLDER_OPTS_INIT;
    mlops__globs globs = self->globs;
    const mlops__walk_opts how = {MLOPS__LINKS_REFUSE, &globs, NULL, NULL};
    mlops__walk walk;
    MLOPS_TRY(check_tree(self));
    opts.include = self->opts.include;
    opts.exclude = without_git(self);
    opts.call = self->opts.call;
    if (!opts.exclude) return MLOPS_E_NOMEM;
    globs.exclude =
        mlops__arena_array(&self->arena, (size_t)globs.n_exclude + 1, sizeof *globs.exclude);
    if (!globs.exclude) return mlops__fail_nomem(self->err, sizeof *globs.exclude);
    for (int64_t i = 0; i < globs.n_exclude; i++) globs.exclude[i] = self->globs.exclude[i];
    globs.exclude[globs.n_exclude++] = ".git";
    MLOPS_TRY(mlops_draft_add_folder(self->draft, *self->prefix ? self->prefix : NULL, self->folder,
                                     &opts, NULL, self->err));
    mlops_status status = mlops__walk_folder(&walk, self->host, self->folder, &how, self->err);
    for (size_t i = 0; i < walk.n && !status; i++)
        if (walk.files[i].stat.size <= MLOPS__LFS_POINTER_MAX)
            status = take_file(self, walk.files[i].path);
    mlops__walk_free(&walk);
    return status;
}
