/* What is remembered of a folder's files, in a file of its own in the store.
 *
 * Owns the bytes. Invariants: it is a cache, of which any part may be lost or damaged at any time:
 * what does not have its hash is nothing; a file is in it only if a later change would show in what
 * the file system says of it.
 *
 *   0 "MLOPSFLD", u32 version, u32 records, u64 key, SHA-256 of the tree or zeroes, u64 XXH3-64 of
 *   all but itself; then records: u8 is a table, u16 bytes of the path with its NUL, path, u64
 *   device, u64 inode, i64 size, i64 mtime, i64 ctime, SHA-256
 */
#include "dataset/folder.h"

#include "base/hex.h"
#include "file/file.h"
#include "sys/hash.h"

#include <string.h>

enum { HEAD = 64, VERSION = 1, RECORD = 75, NAME_ROOM = 32 };
enum { DIGITS = 16, FILES_MAX = 64 /* folders that are remembered */ };
enum { COARSE_NS = 20000000, SECOND_NS = 1000000000 };

static uint64_t hash_text(uint64_t before, const char *text) {
    uint64_t parts[2] = {before, text ? mlops__hash_64(text, strlen(text)) : 1};
    return mlops__hash_64(parts, sizeof parts);
}

uint64_t mlops__folder_key(uint32_t flags, const char *prefix, const char *include,
                           const char *exclude) {
    return hash_text(hash_text(hash_text(flags, prefix), include), exclude);
}

static const char FOLDER_MAGIC[] = "MLOPSFLD";

int mlops__stat_is_same(const mlops_io_stat *a, const mlops_io_stat *b) {
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* Kernels tell times by a clock that stands still for up to 10 ms; file systems that know seconds
 * alone, or two of them, show it. */
int mlops__stat_is_settled(int64_t time_ns, int64_t moment_ns) {
    int64_t coarse = time_ns % SECOND_NS ? COARSE_NS : 2 * (int64_t)SECOND_NS + COARSE_NS;
    return time_ns < moment_ns - coarse;
}

/* ---- bytes ---- */

static uint64_t hash_of(const mlops__buf *bytes) {
    uint64_t h = mlops__hash_64(bytes->data + HEAD, bytes->size - HEAD);
    return mlops__hash_64(bytes->data, HEAD - 8) ^ (h << 32 | h >> 32);
}

int mlops__folder_cache_open(mlops__folder_cache *self) {
    static const mlops_id none = {{0}};
    mlops__cursor c;
    mlops__cursor_init(&c, self->bytes.data, self->bytes.size);
    const uint8_t *magic = mlops__cursor_take(&c, 8);
    uint32_t version = mlops__cursor_u32(&c);
    self->n = mlops__cursor_u32(&c);
    self->key = mlops__cursor_u64(&c);
    const uint8_t *tree = mlops__cursor_take(&c, sizeof self->tree);
    uint64_t hash = mlops__cursor_u64(&c);
    if (c.failed || memcmp(magic, FOLDER_MAGIC, 8) != 0 || version != VERSION ||
        hash != hash_of(&self->bytes) || self->n > mlops__cursor_left(&c) / RECORD) {
        self->n = 0;
        self->has_tree = 0;
        return 0;
    }
    memcpy(&self->tree, tree, sizeof self->tree);
    self->has_tree = memcmp(&self->tree, &none, sizeof none) != 0;
    self->ahead = c;
    return 1;
}

int mlops__folder_cache_next(mlops__folder_cache *self, mlops__known_file *out) {
    mlops__cursor *c = &self->ahead;
    if (self->n == 0) return 0;
    out->is_table = mlops__cursor_u8(c);
    size_t n = mlops__cursor_u16(c);
    const uint8_t *path = mlops__cursor_take(c, n);
    out->stat = (mlops_io_stat)MLOPS_IO_STAT_INIT;
    out->stat.kind = MLOPS_IO_FILE;
    out->stat.device = mlops__cursor_u64(c);
    out->stat.inode = mlops__cursor_u64(c);
    out->stat.size = mlops__cursor_i64(c);
    out->stat.mtime_ns = mlops__cursor_i64(c);
    out->stat.ctime_ns = mlops__cursor_i64(c);
    const uint8_t *id = mlops__cursor_take(c, sizeof out->id);
    if (c->failed || n == 0 || path[n - 1]) {
        self->n = 0;
        return 0;
    }
    self->n--;
    out->path = (const char *)path;
    memcpy(&out->id, id, sizeof out->id);
    return 1;
}

void mlops__folder_cache_begin(mlops__folder_cache *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    mlops__buf_init(&self->bytes, allocator);
    mlops__buf_zero(&self->bytes, HEAD);
}

void mlops__folder_cache_add(mlops__folder_cache *self, const mlops__known_file *file) {
    mlops__buf *b = &self->bytes;
    size_t n = strlen(file->path) + 1;
    mlops__buf_u8(b, file->is_table != 0);
    mlops__buf_u16(b, (uint16_t)n);
    mlops__buf_put(b, file->path, n);
    mlops__buf_u64(b, file->stat.device);
    mlops__buf_u64(b, file->stat.inode);
    mlops__buf_i64(b, file->stat.size);
    mlops__buf_i64(b, file->stat.mtime_ns);
    mlops__buf_i64(b, file->stat.ctime_ns);
    mlops__buf_put(b, &file->id, sizeof file->id);
    self->n++;
}

static void seal(mlops__folder_cache *self) {
    mlops__buf head;
    if (self->bytes.status) return;
    mlops__buf_init_fixed(&head, self->bytes.data, HEAD);
    mlops__buf_put(&head, FOLDER_MAGIC, 8);
    mlops__buf_u32(&head, VERSION);
    mlops__buf_u32(&head, self->n);
    mlops__buf_u64(&head, self->key);
    if (self->has_tree) mlops__buf_put(&head, &self->tree, sizeof self->tree);
    else mlops__buf_zero(&head, sizeof self->tree);
    mlops__buf_u64(&head, hash_of(&self->bytes));
}

/* ---- the file ---- */

/* STORE/folders/HEX, by the folder's device and inode; NULL if out of memory. */
static char *path_of(mlops_store *store, const mlops_io_stat *folder, size_t *size) {
    size_t n;
    uint8_t key[16];
    char digits[DIGITS + 1];
    const char *dir = mlops__store_dir(store, &n);
    *size = n + NAME_ROOM;
    char *out = mlops__alloc(&mlops__store_host(store)->allocator, *size);
    if (!out) return NULL;
    mlops__store_u64(key, folder->device);
    mlops__store_u64(key + 8, folder->inode);
    mlops__hex_u64(digits, mlops__hash_64(key, sizeof key));
    mlops__format(out, *size, "%.*s/folders/%s", (int)n, dir, digits);
    return out;
}

void mlops__folder_cache_free(mlops__folder_cache *self) { mlops__buf_free(&self->bytes); }

void mlops__folder_cache_load(mlops__folder_cache *self, mlops_store *store,
                              const mlops_io_stat *folder) {
    const mlops__host *host = mlops__store_host(store);
    mlops__file_view view;
    size_t size;
    memset(self, 0, sizeof *self);
    mlops__buf_init(&self->bytes, &host->allocator);
    char *path = path_of(store, folder, &size);
    if (!path) return;
    mlops_status status = mlops__file_open(&view, host, path, SIZE_MAX, 0, NULL);
    mlops__free(&host->allocator, path, size);
    if (status) return;
    self->bytes.data = (uint8_t *)(uintptr_t)view.data; /* not mapped, so it is the heap's */
    self->bytes.size = self->bytes.cap = view.size;
    mlops__folder_cache_open(self);
}

/* Of too many files the one that was written first goes: its folder was not looked at for longest.
 * The path is of one of them; slash ends what is their folder. */
static void drop_oldest(const mlops__host *host, char *path, char *slash) {
    mlops__buf names;
    const char *oldest = NULL;
    int64_t when = INT64_MAX;
    size_t n = 0;
    mlops__buf_init(&names, &host->allocator);
    *slash = 0;
    mlops_status status = mlops__file_list(&host->io, path, &names, NULL);
    *slash = '/';
    const char *end = (const char *)names.data + names.size;
    for (const char *name = (const char *)names.data; !status && name < end;
         name += strlen(name) + 1, n++) {
        mlops_io_stat stat = MLOPS_IO_STAT_INIT;
        if (names.size / (DIGITS + 1) <= FILES_MAX || strlen(name) != DIGITS) continue;
        memcpy(slash + 1, name, DIGITS + 1);
        if (mlops__file_stat(&host->io, path, 0, &stat) < 0 || stat.mtime_ns >= when) continue;
        when = stat.mtime_ns;
        oldest = name;
    }
    if (oldest && n > FILES_MAX) {
        memcpy(slash + 1, oldest, DIGITS + 1);
        mlops__file_unlink(&host->io, path);
    }
    mlops__buf_free(&names);
}

void mlops__folder_cache_save(mlops__folder_cache *self, mlops_store *store,
                              const mlops_io_stat *folder) {
    const mlops__host *host = mlops__store_host(store);
    size_t size;
    seal(self);
    if (self->bytes.status || mlops__store_is_read_only(store)) return;
    char *path = path_of(store, folder, &size);
    if (!path) return;
    char *slash = strrchr(path, '/');
    *slash = 0;
    host->io.mkdir(host->io.ctx, path);
    *slash = '/';
    mlops__file_bytes all = {&host->io, self->bytes.data, self->bytes.size};
    mlops__file_put(host, path, mlops__file_fill_bytes, &all, INT64_MIN, NULL, NULL);
    drop_oldest(host, path, slash);
    mlops__free(&host->allocator, path, size);
}
