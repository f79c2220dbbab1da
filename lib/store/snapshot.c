/* Snapshots: compact copies of the map, which opening after a power cut begins with.
 *
 * Owns index/snapshot, a line of text that names the newest copy with its size and hash, and the
 * copies. Invariants: a copy is synced, and journal and packs are durable up to its moment, before
 * the line names it; a copy that is not what the line says is not used. The hash is XXH3-64,
 * chained over blocks of 1 MiB.
 */
#include "base/hex.h"
#include "file/file.h"
#include "store/core.h"

#include <string.h>

enum { BLOCK = 1 << 20, LINE_MAX_OF_IT = 128, NAME_SIZE = 16 };

typedef struct line {
    int64_t seq;
    int64_t size;
    uint64_t hash;
} line;

/* Three paths in one allocation, so that no lock is held while a copy is made. */
typedef struct paths {
    char *memory;
    size_t size;
    char *draft, *copy, *text, *dir;
} paths;

static char *join(char **at, const mlops_store *self, const char *name) {
    char *out = *at;
    memcpy(out, self->path, self->dir);
    memcpy(out + self->dir, name, strlen(name) + 1);
    *at += self->dir + strlen(name) + 1 + NAME_SIZE;
    return out;
}

static mlops_status make_paths(paths *out, const mlops_store *self, int64_t seq, mlops_error *err) {
    out->size = 4 * (self->dir + 64);
    out->memory = mlops__alloc_zero(&self->host.allocator, out->size);
    if (!out->memory) return mlops__fail_nomem(err, out->size);
    char *at = out->memory;
    out->draft = join(&at, self, "/index/snapshot.new");
    out->copy = join(&at, self, "/index/snapshot-");
    out->text = join(&at, self, "/index/snapshot");
    out->dir = join(&at, self, "/index");
    mlops__hex_u64(out->copy + strlen(out->copy), (uint64_t)seq);
    return MLOPS_OK;
}

static void free_paths(paths *self, const mlops_store *store) {
    mlops__free(&store->host.allocator, self->memory, self->size);
}

static uint64_t chain(uint64_t hash, const uint8_t *block, size_t n) {
    uint8_t bytes[16];
    mlops__store_u64(bytes, hash);
    mlops__store_u64(bytes + 8, mlops__hash_64(block, n));
    return mlops__hash_64(bytes, sizeof bytes);
}

/* Hashes a file that is mapped, or read block by block, and writes it to another one if that is not
 * -1. */
static mlops_status pass_blocks(const mlops_store *self, int64_t from, const char *from_path,
                                const uint8_t *mapped, uint8_t *room, int64_t to,
                                const char *to_path, line *out, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    for (int64_t at = 0; at < out->size; at += BLOCK) {
        size_t n = out->size - at < BLOCK ? (size_t)(out->size - at) : BLOCK;
        const uint8_t *block = mapped ? mapped + at : room;
        if (!mapped) MLOPS_TRY(mlops__file_read_at(io, from, room, n, at, from_path, err));
        out->hash = chain(out->hash, block, n);
        if (to >= 0) MLOPS_TRY(mlops__file_write_at(io, to, block, n, at, to_path, err));
    }
    return MLOPS_OK;
}

static mlops_status pass(const mlops_store *self, int64_t from, const char *from_path, int64_t to,
                         const char *to_path, line *out, mlops_error *err) {
    const mlops_io *io = &self->host.io;
    const void *mapped = NULL;
    uint8_t *room = NULL;
    out->size = mlops__file_size(io, from);
    out->hash = 0;
    if (out->size < 0) return mlops__fail_os(err, out->size, "cannot tell the size of", from_path);
    size_t size = (size_t)out->size;
    if (size == 0 || size > SIZE_MAX / 4 || io->map(io->ctx, from, size, &mapped) < 0) {
        mapped = NULL;
        room = mlops__alloc(&self->host.allocator, BLOCK);
        if (!room) return mlops__fail_nomem(err, BLOCK);
    }
    mlops_status status = pass_blocks(self, from, from_path, mapped, room, to, to_path, out, err);
    if (mapped) io->unmap(io->ctx, mapped, size);
    mlops__free(&self->host.allocator, room, BLOCK);
    return status;
}

static mlops_status sync_draft(const mlops_store *self, const paths *p, line *out,
                               mlops_error *err) {
    const mlops_io *io = &self->host.io;
    int64_t file = mlops__file_number(io, p->draft, MLOPS_IO_READ_WRITE);
    if (file < 0) return mlops__fail_os(err, file, "cannot open", p->draft);
    mlops_status status = pass(self, file, p->draft, -1, NULL, out, err);
    if (!status) status = mlops__file_sync(io, file, p->draft, err);
    mlops__file_end(io, file);
    return status;
}

static mlops_status publish(const mlops_store *self, const paths *p, const line *l,
                            mlops_error *err) {
    const mlops_io *io = &self->host.io;
    char text[LINE_MAX_OF_IT];
    mlops__buf b;
    int64_t code;
    do code = io->rename(io->ctx, p->draft, p->copy);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code < 0) return mlops__fail_os(err, code, "cannot name", p->copy);
    MLOPS_TRY(mlops__file_sync_dir(io, p->dir, err));
    mlops__buf_init_fixed(&b, text, sizeof text);
    mlops__buf_format(&b, "%lld %lld %llu\n", (long long)l->seq, (long long)l->size,
                      (unsigned long long)l->hash);
    return mlops__file_write(&self->host, p->text, text, b.size, err);
}

static int take_number(mlops__cursor *c, uint64_t *out) {
    int digits = 0, byte;
    *out = 0;
    while ((byte = mlops__cursor_peek(c)) >= '0' && byte <= '9' && digits++ < 20)
        *out = *out * 10 + (uint64_t)(mlops__cursor_u8(c) - '0');
    return digits > 0 && mlops__cursor_u8(c) != 0;
}

static int read_line(const mlops_store *self, const char *path, line *out) {
    mlops__file_view view;
    mlops__cursor c;
    uint64_t seq = 0, size = 0;
    if (mlops__file_open(&view, &self->host, path, LINE_MAX_OF_IT, 0, NULL)) return 0;
    mlops__cursor_init(&c, view.data, view.size);
    int good = take_number(&c, &seq) && take_number(&c, &size) && take_number(&c, &out->hash);
    out->seq = (int64_t)seq;
    out->size = (int64_t)size;
    mlops__file_close(&view, &self->host);
    return good && out->seq > 0 && out->size > 0;
}

int64_t mlops__snapshot_seq(mlops_store *self) {
    line l;
    return read_line(self, mlops__store_path(self, "index/snapshot"), &l) ? l.seq : 0;
}

int64_t mlops__snapshot_find(mlops_store *self, char name[MLOPS__PATH_ROOM]) {
    paths p;
    line wanted, found;
    if (!read_line(self, mlops__store_path(self, "index/snapshot"), &wanted)) return 0;
    if (make_paths(&p, self, wanted.seq, NULL)) return 0;
    int64_t file = mlops__file_number(&self->host.io, p.copy, MLOPS_IO_READ);
    int good = file >= 0 && pass(self, file, p.copy, -1, NULL, &found, NULL) == MLOPS_OK &&
               found.size == wanted.size && found.hash == wanted.hash;
    if (file >= 0) mlops__file_end(&self->host.io, file);
    memcpy(name, p.copy + self->dir + 1, strlen(p.copy) - self->dir);
    free_paths(&p, self);
    return good ? wanted.seq : 0;
}

static void forget_copy(const mlops_store *self, int64_t seq) {
    paths p;
    if (make_paths(&p, self, seq, NULL)) return;
    mlops__file_unlink(&self->host.io, p.copy);
    free_paths(&p, self);
}

void mlops__snapshot_sweep(const mlops_store *self, int64_t kept) {
    static const char PREFIX[] = "snapshot-";
    const size_t n_prefix = sizeof PREFIX - 1;
    paths p;
    mlops__buf names;
    mlops__cursor c;
    uint8_t bytes[8];
    if (make_paths(&p, self, kept, NULL)) return;
    mlops__buf_init(&names, &self->host.allocator);
    if (mlops__file_list(&self->host.io, p.dir, &names, NULL)) names.size = 0;
    for (size_t at = 0; at < names.size; at += strlen((const char *)names.data + at) + 1) {
        const char *name = (const char *)names.data + at;
        if (strncmp(name, PREFIX, n_prefix) != 0 || strlen(name + n_prefix) != 16) continue;
        if (!mlops__hex_parse(bytes, name + n_prefix, sizeof bytes)) continue;
        mlops__cursor_init(&c, bytes, sizeof bytes);
        int64_t seq = (int64_t)mlops__cursor_be(&c, 8);
        if (seq != kept) forget_copy(self, seq);
    }
    mlops__buf_free(&names);
    free_paths(&p, self);
}

mlops_status mlops__snapshot_write(mlops_store *self, int64_t seq, mlops_error *err) {
    paths p;
    line now = {seq, 0, 0};
    MLOPS_TRY(make_paths(&p, self, seq, err));
    mlops__file_unlink(&self->host.io, p.draft);
    mlops_status status = mlops__kv_copy(self->kv, p.draft, err);
    if (!status) status = mlops_store_flush(self, err); /* up to the copy's moment, and beyond */
    if (!status) status = sync_draft(self, &p, &now, err);
    if (!status) status = publish(self, &p, &now, err);
    if (status) mlops__file_unlink(&self->host.io, p.draft);
    else mlops__snapshot_sweep(self, seq); /* of those who died before they could, too */
    free_paths(&p, self);
    return status;
}

static mlops_status restore(mlops_store *self, const paths *p, const line *wanted, char *map,
                            mlops_error *err) {
    const mlops_io *io = &self->host.io;
    line found;
    int64_t from = mlops__file_number(io, p->copy, MLOPS_IO_READ);
    if (from < 0) return mlops__fail_os(err, from, "cannot open", p->copy);
    int64_t to = mlops__file_number(io, map, MLOPS_IO_CREATE);
    mlops_status status = to < 0 ? mlops__fail_os(err, to, "cannot create", map) : MLOPS_OK;
    if (!status) status = pass(self, from, p->copy, to, map, &found, err);
    mlops__file_end(io, from);
    if (to >= 0) mlops__file_end(io, to);
    if (!status && (found.size != wanted->size || found.hash != wanted->hash))
        status = MLOPS_E_CORRUPT;
    return status;
}

/* Whatever goes wrong, the map can be made from the journal alone. */
void mlops__snapshot_restore(mlops_store *self) {
    paths p;
    line wanted;
    if (!read_line(self, mlops__store_path(self, "index/snapshot"), &wanted)) return;
    if (make_paths(&p, self, wanted.seq, NULL)) return;
    size_t size = self->dir + 32;
    char *map = mlops__alloc_zero(&self->host.allocator, size);
    if (map) {
        char *at = map;
        join(&at, self, "/index/data.mdb");
        if (restore(self, &p, &wanted, map, NULL)) mlops__file_unlink(&self->host.io, map);
    }
    mlops__free(&self->host.allocator, map, size);
    free_paths(&p, self);
}
