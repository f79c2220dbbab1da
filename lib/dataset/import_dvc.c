/* Repositories of DVC: outputs of .dvc files and dvc.lock, and the cache that has them.
 *
 * Owns nothing. Invariants: no output is looked for, and becomes an entry, out of the tree; an
 * object is what its MD5 says, or, of before DVC 3, what that says of it with Unix line ends.
 */
#include "base/hex.h"
#include "base/md5.h"
#include "dataset/import.h"
#include "file/file.h"
#include "text/json.h"
#include "text/yaml.h"

#include <string.h>

enum {
    DVC_FILE_MAX = 64 << 20,
    DIGITS = 32,
    TEXT_BLOCK = 512,    /* bytes by which DVC takes a file for text */
    TEXT_PIECE = 1 << 20 /* bytes whose line ends it looks at at once */
};

/* 32 digits in lower case; dir: with ".dir" behind. */
static int is_md5(const char *text, int dir) {
    return strspn(text, "0123456789abcdef") == DIGITS && !strcmp(text + DIGITS, dir ? ".dir" : "");
}

/* ---- files of DVC ---- */

/* Do the keys above lead to outputs? n of them. */
static int is_of_outs(const mlops__yaml *yaml, int n, int is_lock) {
    if (n == 0 || strcmp(yaml->keys[n - 1].name, "outs") != 0) return 0;
    if (!is_lock) return n == 1;
    return n == 3 ? !strcmp(yaml->keys[0].name, "stages") : n == 2;
}

static mlops_status begin_out(mlops__dvc_file *out, mlops__yaml *yaml) {
    if (!yaml->is_key && yaml->n)
        return mlops__yaml_fail(yaml, "an output that is not written as one key a line");
    out->outs =
        mlops__arena_grow(yaml->arena, out->outs, (int64_t)out->n, &out->cap, sizeof *out->outs);
    if (!out->outs) return mlops__fail_nomem(yaml->err, sizeof *out->outs);
    out->outs[out->n++] = (mlops__dvc_out){NULL, NULL, 0, yaml->line};
    return MLOPS_OK;
}

static mlops_status take_key(mlops__dvc_file *out, mlops__yaml *yaml, int is_lock) {
    const char *name = yaml->keys[yaml->depth - 1].name, *text;
    if (!is_lock && yaml->depth == 1 && !strcmp(name, "wdir"))
        return mlops__yaml_text(yaml, &out->wdir);
    int is_empty = yaml->n == 0 || (yaml->n == 2 && !memcmp(yaml->value, "[]", 2));
    if (!is_empty && is_of_outs(yaml, yaml->depth, is_lock))
        return mlops__yaml_fail(yaml, "outs is no list that is written as one item a line");
    if (!is_of_outs(yaml, yaml->depth - 1, is_lock)) return MLOPS_OK;
    if (out->n == 0) return mlops__yaml_fail(yaml, "outs is no list");
    mlops__dvc_out *one = &out->outs[out->n - 1];
    if (!strcmp(name, "path")) return mlops__yaml_text(yaml, &one->path);
    if (!strcmp(name, "md5")) return mlops__yaml_text(yaml, &one->md5);
    if (strcmp(name, "hash") != 0) return MLOPS_OK;
    MLOPS_TRY(mlops__yaml_text(yaml, &text));
    one->has_hash = !strcmp(text, "md5");
    return MLOPS_OK;
}

mlops_status mlops__dvc_parse(mlops__dvc_file *out, mlops__bytes text, int is_lock,
                              mlops__arena *arena, mlops_error *err) {
    mlops__yaml yaml;
    mlops_status status;
    memset(out, 0, sizeof *out);
    mlops__yaml_init(&yaml, text.data, text.size, arena, err);
    while (!(status = mlops__yaml_next(&yaml))) {
        if (yaml.is_item && is_of_outs(&yaml, yaml.depth - yaml.is_key, is_lock))
            MLOPS_TRY(begin_out(out, &yaml));
        if (yaml.is_key) MLOPS_TRY(take_key(out, &yaml, is_lock));
    }
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- hashes ---- */

static int is_text(const uint8_t *bytes, size_t n) {
    size_t odd = 0, most = n < TEXT_BLOCK ? n : TEXT_BLOCK;
    for (size_t i = 0; i < most; i++) {
        if (bytes[i] == 0) return 0;
        odd += !((bytes[i] >= 32 && bytes[i] < 127) || strchr("\n\r\t\f\b", bytes[i]));
    }
    return most == 0 || 10 * odd <= 3 * most;
}

/* An object on its way: the MD5 of its bytes, and that of its lines if it may be an old text. */
typedef struct hashing {
    mlops__md5 bytes, lines;
    int is_text, has_cr; /* has_cr: the one that came last waits for what follows */
    uint64_t n;
} hashing;

static void begin_hash(hashing *self, int is_old) {
    memset(self, 0, sizeof *self);
    mlops__md5_init(&self->bytes);
    mlops__md5_init(&self->lines);
    self->is_text = is_old;
}

static void end_piece(hashing *self) {
    if (self->has_cr) mlops__md5_add(&self->lines, "\r", 1);
    self->has_cr = 0;
}

/* Some of a piece. A line end that goes over two pieces stays as it is. */
static void add_lines(hashing *self, const uint8_t *bytes, size_t n) {
    size_t from = 0;
    if (bytes[0] == '\n') self->has_cr = 0;
    end_piece(self);
    for (size_t i = 0; i + 1 < n; i++) {
        if (bytes[i] != '\r' || bytes[i + 1] != '\n') continue;
        mlops__md5_add(&self->lines, bytes + from, i - from);
        from = i + 1;
    }
    self->has_cr = bytes[n - 1] == '\r';
    mlops__md5_add(&self->lines, bytes + from, n - from - (size_t)self->has_cr);
}

/* What comes first is all of it, or more than tells a text. */
static void add_bytes(hashing *self, const uint8_t *bytes, size_t n) {
    mlops__md5_add(&self->bytes, bytes, n);
    if (self->n == 0) self->is_text = self->is_text && is_text(bytes, n);
    for (size_t at = 0, some; at < n && self->is_text; at += some) {
        uint64_t left = TEXT_PIECE - (self->n + at) % TEXT_PIECE;
        some = n - at < left ? n - at : (size_t)left;
        add_lines(self, bytes + at, some);
        if (some == left) end_piece(self);
    }
    self->n += n;
}

/* is: the MD5 of the bytes. */
static int has_md5(hashing *self, const char *md5, char is[DIGITS + 1]) {
    uint8_t digest[16];
    char lines[DIGITS + 1];
    mlops__md5_end(&self->bytes, digest);
    mlops__hex_bytes(is, digest, sizeof digest);
    if (!strncmp(is, md5, DIGITS)) return 1;
    if (!self->is_text) return 0;
    end_piece(self);
    mlops__md5_end(&self->lines, digest);
    mlops__hex_bytes(lines, digest, sizeof digest);
    return !strncmp(lines, md5, DIGITS);
}

/* ---- objects ---- */

/* What is to be imported, and who says so. */
typedef struct wanted {
    const char *file; /* of DVC */
    const char *path; /* in the tree */
    const char *md5;
    int is_old; /* of before DVC 3 */
} wanted;

/* A file that may have it. */
typedef struct candidate {
    mlops__importing *self;
    const wanted *wanted;
    const char *file;
    int is_in_place; /* where it may have changed since */
    hashing hash;
} candidate;

static void add_candidate(void *user, const uint8_t *bytes, size_t n) {
    candidate *c = user;
    add_bytes(&c->hash, bytes, n);
}

static mlops_status judge_candidate(void *user, uint64_t size, const mlops_id *id) {
    candidate *c = user;
    char is[DIGITS + 1];
    (void)size, (void)id;
    if (has_md5(&c->hash, c->wanted->md5, is)) return MLOPS_OK;
    if (c->is_in_place) return MLOPS_END;
    return mlops__fail(c->self->err, MLOPS_E_CORRUPT,
                       "'%s', which '%s' names for '%s', is damaged: its MD5 is %s", c->file,
                       c->wanted->file, c->wanted->path, is);
}

/* MLOPS_END: it is not there. The bytes of a listing are read, others become an entry. */
static mlops_status take(candidate *c, mlops__buf *listing) {
    const mlops__import_check check = {add_candidate, judge_candidate, c};
    begin_hash(&c->hash, c->wanted->is_old);
    if (!listing) return mlops__import_put(c->self, c->wanted->path, c->file, &check);
    MLOPS_TRY_END(mlops__import_read(c->self, c->file, SIZE_MAX, listing));
    add_bytes(&c->hash, listing->data, listing->size);
    mlops_status status = judge_candidate(c, 0, NULL);
    if (status) mlops__buf_free(listing);
    return status;
}

/* In the cache, in the layout of DVC 3 or of before. */
static mlops_status take_cached(mlops__importing *self, const wanted *w, int is_old,
                                mlops__buf *listing) {
    char name[64];
    mlops__format(name, sizeof name, "%s%.*s/%s", is_old ? "" : "files/md5/", 2, w->md5,
                  w->md5 + 2);
    candidate c = {.self = self, .wanted = w};
    c.file = mlops__import_path(self, self->cache, name);
    return c.file ? take(&c, listing) : MLOPS_E_NOMEM;
}

/* Where the output stands in the tree, if it is still that. */
static mlops_status take_in_place(mlops__importing *self, const wanted *w) {
    mlops_io_stat stat = MLOPS_IO_STAT_INIT;
    candidate c = {.self = self, .wanted = w, .is_in_place = 1};
    c.file = mlops__import_path(self, self->folder, w->path);
    if (!c.file) return MLOPS_E_NOMEM;
    int64_t code = mlops__file_stat(&self->host->io, c.file, 0, &stat);
    return code < 0 || stat.kind != MLOPS_IO_FILE ? MLOPS_END : take(&c, NULL);
}

/* An object becomes an entry, or, as a listing, is read. */
static mlops_status take_object(mlops__importing *self, const wanted *w, mlops__buf *listing) {
    mlops_status status = take_cached(self, w, w->is_old, listing);
    if (status == MLOPS_END) status = take_cached(self, w, !w->is_old, listing);
    if (status == MLOPS_END && !listing) status = take_in_place(self, w);
    if (status != MLOPS_END) return status;
    return mlops__fail(self->err, MLOPS_E_NOT_FOUND,
                       "'%s' names %s for '%s', which is not in the cache '%s'%s; dvc fetch brings "
                       "it",
                       w->file, w->md5, w->path, self->cache,
                       listing ? "" : ", and not in its place");
}

static mlops_status put_object(mlops__importing *self, const wanted *w) {
    return mlops__globs_take(&self->globs, w->path) ? take_object(self, w, NULL) : MLOPS_OK;
}

/* ---- folders ---- */

static mlops_status bad_listing(mlops__importing *self, const wanted *w, const char *problem) {
    return mlops__fail(self->err, MLOPS_E_CORRUPT, "the listing %s of '%s' %s", w->md5, w->path,
                       problem);
}

/* One file of a listing: its object is open. */
static mlops_status take_listed(mlops__importing *self, const wanted *dir, mlops__json *json) {
    mlops__json_event event;
    const char *md5 = NULL, *relpath = NULL;
    int leaves;
    for (;;) {
        MLOPS_TRY(mlops__json_next(json, &event));
        if (event == MLOPS__JSON_OBJECT_END) break;
        const char **text = mlops__json_is(json, "md5")       ? &md5
                            : mlops__json_is(json, "relpath") ? &relpath
                                                              : NULL;
        if (!text) {
            MLOPS_TRY(mlops__json_skip(json));
            continue;
        }
        MLOPS_TRY(mlops__json_next(json, &event));
        if (event != MLOPS__JSON_STRING) return bad_listing(self, dir, "has a name that is none");
        *text = mlops__arena_text(&self->arena, json->text, json->n);
        if (!*text) return mlops__fail_nomem(self->err, json->n);
    }
    if (!md5 || !relpath || !is_md5(md5, 0))
        return bad_listing(self, dir, "has a file without MD5 or relpath");
    const char *below = mlops__import_resolve(&self->arena, "", relpath, &leaves);
    if (!below) return mlops__fail_nomem(self->err, strlen(relpath));
    if (leaves || !*below)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "the listing %s of '%s' names '%s', which is not below it", dir->md5,
                           dir->path, relpath);
    wanted w = {dir->file, mlops__import_path(self, dir->path, below), md5, dir->is_old};
    return w.path ? put_object(self, &w) : MLOPS_E_NOMEM;
}

static mlops_status take_listing(mlops__importing *self, const wanted *dir,
                                 const mlops__buf *bytes) {
    mlops__json json;
    mlops__json_event event;
    mlops__json_init(&json, (const char *)bytes->data, bytes->size, &self->arena, self->err);
    MLOPS_TRY(mlops__json_next(&json, &event));
    if (event != MLOPS__JSON_ARRAY) return bad_listing(self, dir, "is no array");
    for (;;) {
        MLOPS_TRY(mlops__json_next(&json, &event));
        if (event == MLOPS__JSON_ARRAY_END) return mlops__json_next(&json, &event);
        if (event != MLOPS__JSON_OBJECT) return bad_listing(self, dir, "has what is no object");
        MLOPS_TRY(take_listed(self, dir, &json));
    }
}

static mlops_status put_folder(mlops__importing *self, const wanted *w) {
    mlops__buf bytes;
    MLOPS_TRY(take_object(self, w, &bytes));
    mlops_status status = take_listing(self, w, &bytes);
    mlops__buf_free(&bytes);
    return status == MLOPS_E_CORRUPT ? mlops__fail_path(self->err, status, w->file) : status;
}

/* ---- the tree ---- */

static mlops_status fail_out(mlops__importing *self, const char *file, const mlops__dvc_out *out,
                             const char *problem) {
    return mlops__fail_at(self->err, MLOPS_E_INVALID, out->line, 0, -1,
                          "'%s', line %lld: the output '%s' %s", file, (long long)out->line,
                          out->path ? out->path : "", problem);
}

static mlops_status take_out(mlops__importing *self, const char *file, const char *from,
                             const mlops__dvc_out *out) {
    int leaves = 0, is_dir = out->md5 && is_md5(out->md5, 1);
    if (!out->path || !*out->path) return fail_out(self, file, out, "has no path");
    const char *path = mlops__import_resolve(&self->arena, from, out->path, &leaves);
    if (!path) return mlops__fail_nomem(self->err, strlen(out->path));
    if (!leaves && mlops__globs_exclude(&self->globs, path)) return MLOPS_OK;
    if (!out->md5) return fail_out(self, file, out, "has no MD5: it was not kept in the cache");
    if (!is_dir && !is_md5(out->md5, 0))
        return fail_out(self, file, out, "has an MD5 that is none");
    if (leaves || !*path || strstr(out->path, "://"))
        return fail_out(self, file, out, "leads out of the folder");
    wanted w = {file, path, out->md5, !out->has_hash};
    return is_dir ? put_folder(self, &w) : put_object(self, &w);
}

static mlops_status take_outs(mlops__importing *self, const char *path, const char *file,
                              const mlops__dvc_file *dvc) {
    int leaves = 0;
    const char *slash = strrchr(path, '/');
    const char *from = mlops__arena_text(&self->arena, path, slash ? (size_t)(slash - path) : 0);
    if (from && dvc->wdir) from = mlops__import_resolve(&self->arena, from, dvc->wdir, &leaves);
    if (!from) return mlops__fail_nomem(self->err, strlen(path));
    if (leaves)
        return mlops__fail(self->err, MLOPS_E_INVALID, "'%s': wdir '%s' leads out of the folder",
                           file, dvc->wdir);
    for (size_t i = 0; i < dvc->n; i++) MLOPS_TRY(take_out(self, file, from, &dvc->outs[i]));
    return MLOPS_OK;
}

static mlops_status take_file(mlops__importing *self, const char *path) {
    mlops__buf bytes;
    mlops__dvc_file dvc;
    size_t n = strlen(path);
    const char *file = mlops__import_path(self, self->folder, path);
    if (!file) return MLOPS_E_NOMEM;
    mlops_status status = mlops__import_read(self, file, DVC_FILE_MAX, &bytes);
    if (status == MLOPS_END)
        return mlops__fail(self->err, MLOPS_E_BUSY, "'%s' went while it was read", file);
    MLOPS_TRY(status);
    int is_lock = n >= 5 && !strcmp(path + n - 5, ".lock");
    status = mlops__dvc_parse(&dvc, (mlops__bytes){bytes.data, bytes.size}, is_lock, &self->arena,
                              self->err);
    mlops__buf_free(&bytes);
    if (status) return mlops__fail_path(self->err, status, file);
    return take_outs(self, path, file, &dvc);
}

mlops_status mlops__import_dvc(mlops__importing *self) {
    static const char *names[] = {"*.dvc", "dvc.lock"}, *tools[] = {".dvc", ".git"};
    const mlops__globs globs = {names, tools, 2, 2};
    const mlops__walk_opts how = {MLOPS__LINKS_REFUSE, &globs, NULL, NULL};
    mlops__walk walk;
    mlops_status status = mlops__walk_folder(&walk, self->host, self->folder, &how, self->err);
    if (!status && walk.n == 0)
        status = mlops__fail(self->err, MLOPS_E_NOT_FOUND, "'%s' has no .dvc file and no dvc.lock",
                             self->folder);
    for (size_t i = 0; i < walk.n && !status; i++) status = take_file(self, walk.files[i].path);
    mlops__walk_free(&walk);
    return status;
}
