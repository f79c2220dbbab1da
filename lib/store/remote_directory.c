/* A folder as a remote: on a disk, or on any share that is mounted and knows hard links.
 *
 * Owns the path. Invariants: a file gets its name by a link, after it was written and synced, so
 * that it is there whole or not at all, and only one of several writers makes it. What is swapped
 * is a row of files, X.g and a number each, of which the highest counts; docs/format.md has why a
 * swap that succeeds was made on the newest one, without any lock.
 */
#include "base/cursor.h"
#include "base/hex.h"
#include "file/file.h"
#include "store/remote_seam.h"
#include "store/remote_share.h"
#include "sys/machine.h"

#include <string.h>

enum {
    PATH = 4096,
    DIGITS = 16,
    SUFFIX = DIGITS + 2, /* ".g" and the number */
    KEPT = 64,           /* generations beside the newest, for those that read or are slow */
    TRIES = 16
};

static const char MARK[] = "mlops remote 1\n";
static const int64_t DRAFT_NS = INT64_C(7) * 86400 * 1000000000; /* then it is nobody's */

typedef struct directory {
    mlops_share share;
    char *path;
    size_t n;
} directory;

typedef struct place {
    char text[PATH];
} place;

static const char *in(const directory *self, place *out, const char *name) {
    mlops__format(out->text, PATH, "%s/%s", self->path, name);
    return out->text;
}

static mlops_status fail_file(mlops_error *err, int64_t code, const char *what, const char *name) {
    mlops_status status = mlops__fail_os(err, code, what, name);
    if (mlops__os_kind_of(code) != MLOPS__OS_AGAIN) return status;
    if (err) err->code = MLOPS_E_BUSY;
    return MLOPS_E_BUSY;
}

static mlops_status check(const directory *self, const char *name, int64_t deadline_ns,
                          mlops_error *err) {
    const mlops_clock *clock = &self->share.host.clock;
    if (!mlops__remote_name_ok(name))
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is no name of a remote's", name);
    if (deadline_ns && clock->monotonic_ns(clock->ctx) > deadline_ns)
        return mlops__fail(err, MLOPS_E_DEADLINE, "the deadline passed before '%s'", name);
    return MLOPS_OK;
}

/* ---- generations ---- */

/* The folder of a name, with its slash, and its length. */
static size_t folder_of(const char *name) { return (size_t)(strchr(name, '/') - name) + 1; }

/* The number of a file that is a generation, and the length of what it is one of; 0: none. */
static uint64_t generation_of(const char *file, size_t *n) {
    uint8_t bytes[DIGITS / 2];
    mlops__cursor c;
    size_t size = strlen(file);
    if (size <= SUFFIX || strncmp(file + size - SUFFIX, ".g", 2) != 0 ||
        !mlops__hex_parse(bytes, file + size - DIGITS, sizeof bytes))
        return 0;
    *n = size - SUFFIX;
    mlops__cursor_init(&c, bytes, sizeof bytes);
    return mlops__cursor_be(&c, sizeof bytes);
}

static void name_generation(char out[MLOPS__REMOTE_NAME + SUFFIX], const char *name,
                            uint64_t number) {
    char digits[DIGITS + 1];
    mlops__hex_u64(digits, number);
    mlops__format(out, MLOPS__REMOTE_NAME + SUFFIX, "%s.g%s", name, digits);
}

/* The lowest and the highest; 0: there is none. */
typedef struct span {
    uint64_t first, last;
} span;

static mlops_status list_folder(const directory *self, const char *name, size_t n,
                                mlops__buf *files, mlops_error *err) {
    place p;
    char folder[16];
    memcpy(folder, name, n - 1);
    folder[n - 1] = 0;
    mlops__buf_init(files, &self->share.host.allocator);
    mlops_status status = mlops__file_list(&self->share.host.io, in(self, &p, folder), files, err);
    if (status) mlops__buf_free(files);
    return status;
}

static mlops_status find_span(const directory *self, const char *name, span *out,
                              mlops_error *err) {
    mlops__buf files;
    size_t folder = folder_of(name), size = strlen(name + folder), n = 0;
    *out = (span){0, 0};
    MLOPS_TRY(list_folder(self, name, folder, &files, err));
    for (size_t at = 0; at < files.size; at += strlen((const char *)files.data + at) + 1) {
        const char *file = (const char *)files.data + at;
        uint64_t number = generation_of(file, &n);
        if (!number || n != size || memcmp(file, name + folder, n) != 0) continue;
        if (!out->first || number < out->first) out->first = number;
        if (number > out->last) out->last = number;
    }
    mlops__buf_free(&files);
    return MLOPS_OK;
}

/* ---- reading ---- */

/* The file that a name stands for now; one of "swapped" that is empty is not there. */
static mlops_status open_now(const directory *self, const char *name, int64_t *file, int64_t *size,
                             mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    place p;
    char generation[MLOPS__REMOTE_NAME + SUFFIX];
    for (int i = 0; i < TRIES; i++) {
        span s = {0, 0};
        mlops__format(generation, sizeof generation, "%s", name);
        if (mlops__remote_is_swapped(name)) {
            MLOPS_TRY(find_span(self, name, &s, err));
            if (!s.last) break;
            name_generation(generation, name, s.last);
        }
        *file = mlops__file_number(io, in(self, &p, generation), MLOPS_IO_READ);
        mlops_status status = MLOPS_OK;
        if (*file < 0) status = fail_file(err, *file, "cannot open", p.text);
        if (status == MLOPS_E_NOT_FOUND && s.last) continue; /* another one followed meanwhile */
        if (status == MLOPS_E_NOT_FOUND) break;
        MLOPS_TRY(status);
        *size = mlops__file_size(io, *file);
        if (*size > 0 || (*size == 0 && !s.last)) return MLOPS_OK;
        int64_t code = *size;
        mlops__file_end(io, *file);
        if (code < 0) return fail_file(err, code, "cannot tell the size of", p.text);
        break;
    }
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "the remote '%s' has no '%s'", self->path, name);
}

static mlops_status directory_size(void *ctx, const char *name, int64_t deadline_ns, int64_t *out,
                                   mlops_error *err) {
    const directory *self = ctx;
    int64_t file;
    MLOPS_TRY(check(self, name, deadline_ns, err));
    MLOPS_TRY(open_now(self, name, &file, out, err));
    mlops__file_end(&self->share.host.io, file);
    return MLOPS_OK;
}

static mlops_status directory_read(void *ctx, const char *name, int64_t offset, void *bytes,
                                   size_t n, int64_t deadline_ns, size_t *n_read,
                                   mlops_error *err) {
    const directory *self = ctx;
    int64_t file, size;
    MLOPS_TRY(check(self, name, deadline_ns, err));
    if (offset < 0) return mlops__fail(err, MLOPS_E_INVALID, "the offset is negative");
    MLOPS_TRY(open_now(self, name, &file, &size, err));
    if (offset >= size) n = 0;
    else if ((int64_t)n > size - offset || n > INT64_MAX) n = (size_t)(size - offset);
    mlops_status status =
        n ? mlops__file_read_at(&self->share.host.io, file, bytes, n, offset, name, err) : MLOPS_OK;
    mlops__file_end(&self->share.host.io, file);
    if (!status) *n_read = n;
    return status;
}

/* ---- writing ---- */

/* A file of these parts under a name that nobody else has. */
static mlops_status write_draft(const directory *self, place *draft, const mlops__bytes *parts,
                                size_t n, mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    const mlops_clock *clock = &self->share.host.clock;
    const mlops_entropy *entropy = &self->share.host.entropy;
    uint8_t random[8];
    char stamp[DIGITS + 1], digits[DIGITS + 1], name[2 * DIGITS + 8];
    int64_t code = entropy->fill(entropy->ctx, random, sizeof random), at = 0;
    if (code < 0) return fail_file(err, code, "cannot draw a name", NULL);
    mlops__hex_u64(stamp, (uint64_t)clock->now_ns(clock->ctx));
    mlops__hex_bytes(digits, random, sizeof random);
    mlops__format(name, sizeof name, "tmp/%s-%s", stamp, digits);
    in(self, draft, name);
    int64_t file = mlops__file_number(io, draft->text, MLOPS_IO_CREATE);
    if (file < 0) return fail_file(err, file, "cannot create", draft->text);
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < n && !status; i++) {
        status = mlops__file_write_at(io, file, parts[i].data, parts[i].size, at, draft->text, err);
        at += (int64_t)parts[i].size;
    }
    if (!status) status = mlops__file_sync(io, file, draft->text, err);
    code = mlops__file_end(io, file);
    if (!status && code < 0) status = fail_file(err, code, "cannot close", draft->text);
    if (status) mlops__file_unlink(io, draft->text);
    return status;
}

/* The draft gets its name, which is durable then. MLOPS_E_EXISTS without a message */
static mlops_status link_draft(const directory *self, place *draft, const char *name,
                               mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    place p;
    char folder[16];
    size_t n = folder_of(name);
    int64_t code;
    do code = io->link(io->ctx, draft->text, in(self, &p, name));
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    mlops__file_unlink(io, draft->text);
    int exists = code < 0 && mlops__os_kind_of(code) == MLOPS__OS_EXISTS;
    if (code < 0 && !exists) return fail_file(err, code, "cannot link", p.text);
    memcpy(folder, name, n - 1);
    folder[n - 1] = 0;
    MLOPS_TRY(mlops__file_sync_dir(io, in(self, &p, folder), err));
    return exists ? MLOPS_E_EXISTS : MLOPS_OK;
}

static mlops_status exists(const directory *self, const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_EXISTS, "the remote '%s' has '%s'", self->path, name);
}

static mlops_status directory_put(void *ctx, const char *name, const void *const *parts,
                                  const size_t *sizes, size_t n_parts, int64_t deadline_ns,
                                  mlops_error *err) {
    enum { PARTS = 8 };
    const directory *self = ctx;
    place draft;
    mlops__bytes all[PARTS];
    int64_t file, size;
    MLOPS_TRY(check(self, name, deadline_ns, err));
    if (n_parts > PARTS) return mlops__fail(err, MLOPS_E_LIMIT, "more than %d parts", PARTS);
    mlops_status status = open_now(self, name, &file, &size, err);
    if (!status) mlops__file_end(&self->share.host.io, file);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (!status) return exists(self, name, err);
    for (size_t i = 0; i < n_parts; i++) all[i] = (mlops__bytes){parts[i], sizes[i]};
    MLOPS_TRY(write_draft(self, &draft, all, n_parts, err));
    status = link_draft(self, &draft, name, err);
    if (status != MLOPS_E_EXISTS) return status;
    return exists(self, name, err);
}

static mlops_status directory_remove(void *ctx, const char *name, int64_t deadline_ns,
                                     mlops_error *err) {
    const directory *self = ctx;
    const mlops_io *io = &self->share.host.io;
    place p;
    int64_t code;
    MLOPS_TRY(check(self, name, deadline_ns, err));
    if (mlops__remote_is_swapped(name))
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is swapped away", name);
    do code = io->unlink(io->ctx, in(self, &p, name));
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    mlops_status status = fail_file(err, code, "cannot delete", p.text);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* ---- swapping ---- */

static mlops_status conflict(const directory *self, const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CONFLICT, "'%s' of the remote '%s' has changed", name,
                       self->path);
}

/* Has the newest generation these bytes? */
static mlops_status compare(const directory *self, const char *name, uint64_t last,
                            mlops__bytes want, mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    place p;
    char generation[MLOPS__REMOTE_NAME + SUFFIX];
    mlops__buf is;
    if (last == 0) return want.data ? conflict(self, name, err) : MLOPS_OK;
    name_generation(generation, name, last);
    int64_t file = mlops__file_number(io, in(self, &p, generation), MLOPS_IO_READ);
    if (file < 0) {
        mlops_status status = fail_file(err, file, "cannot open", p.text);
        return status == MLOPS_E_NOT_FOUND ? conflict(self, name, err) : status;
    }
    int64_t size = mlops__file_size(io, file);
    mlops_status status =
        size < 0 ? fail_file(err, size, "cannot tell the size of", p.text) : MLOPS_OK;
    if (!status && (uint64_t)size != want.size) status = conflict(self, name, err);
    mlops__buf_init(&is, &self->share.host.allocator);
    uint8_t *bytes = status ? NULL : mlops__buf_extend(&is, want.size + 1);
    if (!status && !bytes) status = mlops__fail_nomem(err, want.size);
    if (!status && want.size)
        status = mlops__file_read_at(io, file, bytes, want.size, 0, p.text, err);
    mlops__file_end(io, file);
    if (!status && want.size && memcmp(bytes, want.data, want.size) != 0)
        status = conflict(self, name, err);
    mlops__buf_free(&is);
    return status;
}

/* From the oldest on, so that a generation is there while the one before it is. */
static void clean(const directory *self, const char *name, span s) {
    const mlops_io *io = &self->share.host.io;
    place p;
    char generation[MLOPS__REMOTE_NAME + SUFFIX];
    while (s.first && s.first + KEPT < s.last) {
        name_generation(generation, name, s.first);
        mlops__file_unlink(io, in(self, &p, generation));
        uint64_t was = s.first;
        if (find_span(self, name, &s, NULL) || s.first == was) return;
    }
}

static mlops_status directory_swap(void *ctx, const char *name, const void *old_bytes, size_t n_old,
                                   const void *new_bytes, size_t n_new, int64_t deadline_ns,
                                   mlops_error *err) {
    const directory *self = ctx;
    place draft;
    char generation[MLOPS__REMOTE_NAME + SUFFIX];
    span s;
    mlops__bytes to = {new_bytes, new_bytes ? n_new : 0};
    MLOPS_TRY(check(self, name, deadline_ns, err));
    if (!mlops__remote_is_swapped(name) || to.size > MLOPS__REMOTE_SMALL)
        return mlops__fail(err, MLOPS_E_INVALID, "'%s' is not swapped, or too large", name);
    MLOPS_TRY(find_span(self, name, &s, err));
    mlops__bytes from = {old_bytes, n_old};
    if (!old_bytes && s.last) from = (mlops__bytes){(const uint8_t *)"", 0}; /* what is gone */
    MLOPS_TRY(compare(self, name, s.last, from, err));
    name_generation(generation, name, s.last + 1);
    MLOPS_TRY(write_draft(self, &draft, &to, 1, err));
    mlops_status status = link_draft(self, &draft, generation, err);
    if (status == MLOPS_E_EXISTS) return conflict(self, name, err);
    if (status) return status;
    uint64_t ours = s.last + 1;
    MLOPS_TRY(find_span(self, name, &s, err));
    /* Ours was the first of its number, since none as new as that has been cleaned up yet. Where so
     * many have come since, it may have been or not: whoever is told of a conflict looks again. */
    if (s.last > ours + KEPT) return conflict(self, name, err);
    clean(self, name, s);
    return MLOPS_OK;
}

/* ---- listing ---- */

/* Names of a folder in order; of what is swapped each one once, if it is there. */
static mlops_status sort_names(const directory *self, const char *folder, const mlops__buf *files,
                               mlops__kv_txn *txn, mlops_error *err) {
    char name[2 * MLOPS__REMOTE_NAME];
    for (size_t at = 0; at < files->size; at += strlen((const char *)files->data + at) + 1) {
        const char *file = (const char *)files->data + at;
        size_t n = strlen(file);
        int64_t number, size;
        if (n >= MLOPS__REMOTE_NAME + SUFFIX) continue;
        if (mlops__remote_is_swapped(folder) && !generation_of(file, &n)) continue;
        mlops__format(name, sizeof name, "%s%.*s", folder, (int)n, file);
        if (!mlops__remote_name_ok(name)) continue;
        mlops__bytes key = {(const uint8_t *)file, n}, none = {NULL, 0};
        if (mlops__remote_is_swapped(folder)) {
            mlops_status status = mlops__kv_get(txn, key, &none, err);
            if (!status) continue;
            if (status != MLOPS_E_NOT_FOUND) return status;
            status = open_now(self, name, &number, &size, err);
            if (status == MLOPS_E_NOT_FOUND) continue;
            MLOPS_TRY(status);
            mlops__file_end(&self->share.host.io, number);
        }
        MLOPS_TRY(mlops__kv_put(txn, key, (mlops__bytes){NULL, 0}, err));
    }
    return MLOPS_OK;
}

static mlops_status take_names(mlops__kv_txn *txn, const char *after, char *names, size_t cap,
                               size_t *n_bytes, mlops_error *err) {
    mlops__kv_cursor *cursor;
    mlops__bytes key, value, from = {(const uint8_t *)(after ? after : "\1"), 1};
    if (after) from.size = strlen(after);
    size_t n = 0;
    MLOPS_TRY(mlops__kv_cursor_new(&cursor, txn, err));
    mlops_status status = mlops__kv_seek(cursor, from, &key, &value, err);
    for (; !status; status = mlops__kv_next(cursor, &key, &value, err)) {
        if (after && key.size == from.size && !memcmp(key.data, from.data, key.size)) continue;
        if (n + key.size + 1 > cap) break;
        memcpy(names + n, key.data, key.size);
        n += key.size + 1;
        names[n - 1] = 0;
    }
    mlops__kv_cursor_free(cursor);
    *n_bytes = n;
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status directory_list(void *ctx, const char *folder, const char *after, char *names,
                                   size_t cap, int64_t deadline_ns, size_t *n_bytes,
                                   mlops_error *err) {
    static const mlops__kv_opts opts = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    const directory *self = ctx;
    char any[MLOPS__REMOTE_NAME];
    mlops__buf files;
    mlops__kv *kv;
    mlops__kv_txn *txn;
    mlops__format(any, sizeof any, "%s0", folder);
    MLOPS_TRY(check(self, any, deadline_ns, err));
    MLOPS_TRY(list_folder(self, folder, strlen(folder), &files, err));
    mlops_status status = mlops__kv_open(&kv, &self->share.host, &opts, err);
    if (!status) {
        status = mlops__kv_begin(&txn, kv, 1, err);
        if (!status) {
            status = sort_names(self, folder, &files, txn, err);
            if (!status) status = take_names(txn, after, names, cap, n_bytes, err);
            mlops__kv_end(txn);
        }
        mlops__kv_close(kv);
    }
    mlops__buf_free(&files);
    return status;
}

static void directory_wait(void *ctx, int64_t ns) {
    (void)ctx;
    mlops__machine_sleep(ns);
}

/* ---- opening ---- */

static mlops_status make_folder(const directory *self, const char *name, mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    place p;
    int64_t code;
    in(self, &p, name);
    do code = io->mkdir(io->ctx, *name ? p.text : self->path);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0 || mlops__os_kind_of(code) == MLOPS__OS_EXISTS) return MLOPS_OK;
    return fail_file(err, code, "cannot make", *name ? p.text : self->path);
}

static mlops_status check_empty(const directory *self, mlops_error *err) {
    static const char *const ours[] = {"objects", "heads", "leases", "state", "tmp", "remote"};
    mlops__buf names;
    mlops__buf_init(&names, &self->share.host.allocator);
    mlops_status status = mlops__file_list(&self->share.host.io, self->path, &names, err);
    for (size_t at = 0; !status && at < names.size;) {
        const char *name = (const char *)names.data + at;
        size_t i = 0, all = sizeof ours / sizeof *ours;
        while (i < all && strncmp(name, ours[i], strlen(ours[i])) != 0) i++;
        if (i == all)
            status = mlops__fail(err, MLOPS_E_EXISTS,
                                 "'%s' is no remote, and has '%s' in it; name another folder",
                                 self->path, name);
        at += strlen(name) + 1;
    }
    mlops__buf_free(&names);
    return status;
}

static mlops_status make(const directory *self, mlops_error *err) {
    static const char *const folders[] = {"objects", "heads", "leases", "state", "tmp"};
    place p;
    MLOPS_TRY(check_empty(self, err));
    for (size_t i = 0; i < 5; i++) MLOPS_TRY(make_folder(self, folders[i], err));
    MLOPS_TRY(mlops__file_sync_dir(&self->share.host.io, self->path, err));
    return mlops__file_write(&self->share.host, in(self, &p, "remote"), MARK, sizeof MARK - 1, err);
}

static mlops_status read_mark(const directory *self, mlops_error *err) {
    mlops__file_view view;
    place p;
    MLOPS_TRY(mlops__file_open(&view, &self->share.host, in(self, &p, "remote"), 4096, 0, err));
    int same = view.size == sizeof MARK - 1 && memcmp(view.data, MARK, view.size) == 0;
    int ours = view.size > 13 && memcmp(view.data, MARK, 13) == 0;
    mlops__file_close(&view, &self->share.host);
    if (same) return MLOPS_OK;
    return mlops__fail(err, ours ? MLOPS_E_UNSUPPORTED : MLOPS_E_EXISTS,
                       ours ? "'%s' is a remote of a later version" : "'%s' is no remote",
                       self->path);
}

/* What died while it was written a week ago is nobody's. */
static void clean_drafts(const directory *self) {
    const mlops_clock *clock = &self->share.host.clock;
    mlops__buf names;
    int64_t now = clock->now_ns(clock->ctx);
    if (list_folder(self, "tmp/", 4, &names, NULL)) return;
    for (size_t at = 0; at < names.size; at += strlen((const char *)names.data + at) + 1) {
        const char *name = (const char *)names.data + at;
        uint8_t stamp[8];
        mlops__cursor c;
        place p;
        char file[64];
        if (strlen(name) != 2 * DIGITS + 1 || !mlops__hex_parse(stamp, name, sizeof stamp))
            continue;
        mlops__cursor_init(&c, stamp, sizeof stamp);
        if ((int64_t)mlops__cursor_be(&c, 8) > now - DRAFT_NS) continue;
        mlops__format(file, sizeof file, "tmp/%s", name);
        mlops__file_unlink(&self->share.host.io, in(self, &p, file));
    }
    mlops__buf_free(&names);
}

static void directory_end(mlops_share *share) {
    directory *self = (directory *)(void *)share;
    mlops_allocator allocator = share->host.allocator;
    mlops__free(&allocator, self->path, self->n + 1);
    mlops__free(&allocator, self, sizeof *self);
}

static int64_t directory_n_calls(const mlops_share *share) {
    (void)share;
    return 0;
}

static mlops_status open_at(directory *self, mlops_error *err) {
    const mlops_io *io = &self->share.host.io;
    if (!io->mkdir || !io->list || !io->link)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_io: mkdir, list or link is NULL");
    if (self->n + 2 * MLOPS__REMOTE_NAME + SUFFIX > PATH)
        return mlops__fail(err, MLOPS_E_LIMIT, "the path of the remote is too long");
    MLOPS_TRY(make_folder(self, "", err));
    mlops_status status = read_mark(self, err);
    if (status == MLOPS_E_NOT_FOUND) return make(self, err);
    if (!status) clean_drafts(self);
    return status;
}

mlops_status mlops_share_directory(mlops_share **out, const char *path, const mlops_host *host,
                                   mlops_error *err) {
    mlops__host resolved;
    if (!out || !path || !*path)
        return mlops__fail(err, MLOPS_E_INVALID, "out or the path is NULL, or the path empty");
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&resolved, host, err));
    directory *self = mlops__alloc_zero(&resolved.allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->share.host = resolved;
    self->n = strlen(path);
    self->path = mlops__copy_text(&resolved.allocator, path, self->n);
    self->share.end = directory_end;
    self->share.n_calls = directory_n_calls;
    self->share.table = (mlops_remote){sizeof(mlops_remote),
                                       0,
                                       self,
                                       directory_size,
                                       directory_read,
                                       directory_put,
                                       directory_list,
                                       directory_remove,
                                       directory_swap,
                                       directory_wait};
    mlops_status status = self->path ? open_at(self, err) : mlops__fail_nomem(err, self->n + 1);
    if (status) directory_end(&self->share);
    else *out = &self->share;
    return status;
}
