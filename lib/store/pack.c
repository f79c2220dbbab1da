/* Appending to packs and reading them.
 *
 * Owns the lease on one pack and the one that was read last. Invariants: a frame is written behind
 * all there is and never changed; what is handed out passed its guard; a torn or damaged stretch
 * hides nothing but itself.
 */
#include "store/pack.h"

#include "base/cursor.h"
#include "base/hex.h"
#include "file/file.h"

#include <string.h>

enum { VERSION = 1, NAME = 16, GUARD_AT = 48, LOCKED_BYTE = 0, JOINED = 1 << 10 };

#define MAGIC 0x3146504du /* MPF1 */

static const char HEAD_MAGIC[] = "MLOPSPCK";

mlops_status mlops__packs_init(mlops__packs *self, const mlops__host *host, const char *dir,
                               const uint8_t store_id[32], mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->host = host;
    self->leased_file = self->reading_file = -1;
    self->dir = strlen(dir);
    self->path_size = self->dir + NAME + 2;
    memcpy(self->store_id, store_id, sizeof self->store_id);
    self->path = mlops__alloc_zero(&host->allocator, self->path_size);
    if (!self->path) return mlops__fail_nomem(err, self->path_size);
    memcpy(self->path, dir, self->dir);
    return MLOPS_OK;
}

void mlops__packs_release(mlops__packs *self) {
    if (self->leased_file >= 0) mlops__file_end(&self->host->io, self->leased_file);
    self->leased_file = -1;
    self->leased = 0;
}

static void stop_reading(mlops__packs *self) {
    if (self->reading_file >= 0) mlops__file_end(&self->host->io, self->reading_file);
    self->reading_file = -1;
    self->reading = 0;
}

void mlops__packs_free(mlops__packs *self) {
    if (!self->host) return;
    mlops__packs_release(self);
    stop_reading(self);
    mlops__free(&self->host->allocator, self->path, self->path_size);
    self->path = NULL;
}

static const char *name_pack(mlops__packs *self, int64_t number) {
    char *p = self->path + self->dir;
    *p++ = '/';
    mlops__hex_u64(p, (uint64_t)number);
    return self->path;
}

static void make_head(const mlops__packs *self, int64_t number, uint8_t head[MLOPS__PACK_HEAD]) {
    mlops__buf b;
    mlops__buf_init_fixed(&b, head, MLOPS__PACK_HEAD);
    mlops__buf_put(&b, HEAD_MAGIC, 8);
    mlops__buf_u32(&b, VERSION);
    mlops__buf_u32(&b, 0);
    mlops__buf_put(&b, self->store_id, 32);
    mlops__buf_i64(&b, number);
    mlops__buf_u64(&b, mlops__hash_64(head, 56));
}

/* Made in the page cache first: a pack becomes durable with the first sync of its content. */
static mlops_status create_pack(mlops__packs *self, int64_t number, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    uint8_t head[MLOPS__PACK_HEAD];
    make_head(self, number, head);
    const char *path = name_pack(self, number);
    self->leased_file = mlops__file_number(io, path, MLOPS_IO_CREATE);
    if (self->leased_file < 0) return mlops__fail_os(err, self->leased_file, "cannot create", path);
    MLOPS_TRY(mlops__file_write_at(io, self->leased_file, head, sizeof head, 0, path, err));
    self->path[self->dir] = 0;
    MLOPS_TRY(mlops__file_sync_dir(io, self->path, err));
    return MLOPS_OK;
}

static mlops_status lock_pack(mlops__packs *self, const char *path, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t code;
    do code = io->lock(io->ctx, self->leased_file, LOCKED_BYTE, MLOPS_IO_TRY_LOCK);
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    if (code >= 0) return MLOPS_OK;
    if (mlops__os_kind_of(code) == MLOPS__OS_AGAIN)
        return mlops__fail(err, MLOPS_E_BUSY, "'%s' is written by another process", path);
    return mlops__fail_os(err, code, "cannot lock", path);
}

static mlops_status check_pack_head(mlops__packs *self, int64_t number, mlops_error *err) {
    uint8_t head[MLOPS__PACK_HEAD], wanted[MLOPS__PACK_HEAD];
    const mlops_io *io = &self->host->io;
    int64_t size = mlops__file_size(io, self->reading_file);
    if (size < 0) return mlops__fail_os(err, size, "cannot tell the size of", self->path);
    if (size < MLOPS__PACK_HEAD)
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s': the pack is cut short", self->path);
    self->reading_size = size;
    MLOPS_TRY(mlops__file_read_at(io, self->reading_file, head, sizeof head, 0, self->path, err));
    make_head(self, number, wanted);
    if (memcmp(head, wanted, sizeof head) == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT,
                       "'%s': the head is damaged, or the pack is of another store", self->path);
}

static mlops_status read_pack(mlops__packs *self, int64_t number, mlops_error *err) {
    if (self->reading == number && self->reading_file >= 0) return MLOPS_OK;
    stop_reading(self);
    const char *path = name_pack(self, number);
    self->reading_file = mlops__file_number(&self->host->io, path, MLOPS_IO_READ);
    if (self->reading_file < 0) return mlops__fail_os(err, self->reading_file, "cannot open", path);
    mlops_status status = check_pack_head(self, number, err);
    if (status) stop_reading(self);
    else self->reading = number;
    return status;
}

static mlops_status open_pack(mlops__packs *self, int64_t number, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    MLOPS_TRY(read_pack(self, number, err)); /* nothing is written behind a damaged head */
    const char *path = name_pack(self, number);
    self->leased_file = mlops__file_number(io, path, MLOPS_IO_READ_WRITE);
    if (self->leased_file < 0) return mlops__fail_os(err, self->leased_file, "cannot open", path);
    return lock_pack(self, path, err);
}

mlops_status mlops__packs_lease(mlops__packs *self, int64_t number, int is_new, mlops_error *err) {
    mlops__packs_release(self);
    mlops_status status = is_new ? create_pack(self, number, err) : open_pack(self, number, err);
    if (!status && is_new) status = lock_pack(self, name_pack(self, number), err);
    if (!status) {
        self->end = mlops__file_size(&self->host->io, self->leased_file);
        if (self->end < 0)
            status = mlops__fail_os(err, self->end, "cannot tell the size of", self->path);
        else if (self->end >= MLOPS__PACK_FULL) status = MLOPS_E_LIMIT;
    }
    if (status) {
        mlops__packs_release(self);
        return status;
    }
    self->end = (self->end + 7) / 8 * 8;
    if (self->end < MLOPS__PACK_HEAD) self->end = MLOPS__PACK_HEAD;
    self->leased = number;
    return MLOPS_OK;
}

static uint64_t guard_of(const uint8_t *head, const void *payload, size_t n) {
    uint64_t h = mlops__hash_64(payload, n);
    return mlops__hash_64(head, GUARD_AT) ^ (h << 32 | h >> 32);
}

void mlops__pack_head(const mlops__pack_frame *frame, const void *payload,
                      uint8_t head[MLOPS__PACK_FRAME_HEAD]) {
    memset(head, 0, MLOPS__PACK_FRAME_HEAD);
    mlops__store_u32(head, MAGIC);
    head[4] = (uint8_t)frame->kind;
    head[5] = (uint8_t)frame->codec;
    mlops__store_u32(head + 8, frame->size);
    mlops__store_u32(head + 12, frame->stored);
    memcpy(head + 16, frame->key, sizeof frame->key);
    uint64_t guard = guard_of(head, payload, frame->stored);
    mlops__store_u64(head + GUARD_AT, guard);
}

mlops_status mlops__packs_append(mlops__packs *self, const mlops__pack_frame *frame,
                                 const void *payload, mlops__pack_place *out, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    uint8_t head[MLOPS__PACK_FRAME_HEAD + JOINED];
    mlops__pack_head(frame, payload, head);
    if (self->end == MLOPS__PACK_HEAD) { /* who made the pack may have died before its name was */
        self->path[self->dir] = 0;
        MLOPS_TRY(mlops__file_sync_dir(io, self->path, err));
    }
    const char *path = name_pack(self, self->leased);
    size_t n_joined = frame->stored <= JOINED ? frame->stored : 0;
    if (n_joined) memcpy(head + MLOPS__PACK_FRAME_HEAD, payload, n_joined);
    MLOPS_TRY(mlops__file_write_at(io, self->leased_file, head, MLOPS__PACK_FRAME_HEAD + n_joined,
                                   self->end, path, err));
    if (frame->stored > n_joined)
        MLOPS_TRY(mlops__file_write_at(io, self->leased_file, payload, frame->stored,
                                       self->end + MLOPS__PACK_FRAME_HEAD, path, err));
    *out = (mlops__pack_place){self->leased, self->end};
    self->end += MLOPS__PACK_FRAME_HEAD + ((int64_t)frame->stored + 7) / 8 * 8;
    return MLOPS_OK;
}

mlops_status mlops__packs_sync(mlops__packs *self, int64_t number, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    if (number == self->leased)
        return mlops__file_sync(io, self->leased_file, name_pack(self, number), err);
    MLOPS_TRY(read_pack(self, number, err));
    return mlops__file_sync(io, self->reading_file, self->path, err);
}

void mlops__packs_delete(mlops__packs *self, int64_t number) {
    if (self->reading == number) stop_reading(self);
    mlops__file_unlink(&self->host->io, name_pack(self, number));
}

static mlops_status take_head(const uint8_t *head, mlops__pack_frame *out) {
    out->kind = (mlops__pack_kind)head[4];
    out->codec = (mlops__pack_codec)head[5];
    out->size = mlops__load_u32(head + 8);
    out->stored = mlops__load_u32(head + 12);
    memcpy(out->key, head + 16, sizeof out->key);
    int known = out->kind == MLOPS__PACK_CHUNK || out->kind == MLOPS__PACK_OBJECT;
    int fits = out->stored <= MLOPS__PACK_PAYLOAD_MAX && out->size <= MLOPS__PACK_PAYLOAD_MAX;
    int raw = out->codec <= MLOPS__PACK_ROWS_BASED && out->codec != MLOPS__PACK_ZSTD &&
              out->size == out->stored;
    if (mlops__load_u32(head) != MAGIC || !known || !fits) return MLOPS_E_CORRUPT;
    int packed = out->codec == MLOPS__PACK_ZSTD ||
                 (out->codec == MLOPS__PACK_NUMBERS && out->kind == MLOPS__PACK_CHUNK);
    return raw || packed ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops__pack_open(mlops__pack_frame *out, const uint8_t *bytes, size_t n) {
    if (n < MLOPS__PACK_FRAME_HEAD || take_head(bytes, out)) return MLOPS_E_CORRUPT;
    const uint8_t *payload = bytes + MLOPS__PACK_FRAME_HEAD;
    if (out->stored != n - MLOPS__PACK_FRAME_HEAD) return MLOPS_E_CORRUPT;
    return mlops__load_u64(bytes + GUARD_AT) == guard_of(bytes, payload, out->stored)
               ? MLOPS_OK
               : MLOPS_E_CORRUPT;
}

/* MLOPS_E_CORRUPT without a message if no frame is there. */
static mlops_status read_at(mlops__packs *self, int64_t offset, int64_t size, int head_only,
                            mlops__pack_frame *out, mlops__buf *buf, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    uint8_t head[MLOPS__PACK_FRAME_HEAD];
    if (offset < 0 || size - offset < (int64_t)sizeof head) return MLOPS_E_CORRUPT;
    MLOPS_TRY(
        mlops__file_read_at(io, self->reading_file, head, sizeof head, offset, self->path, err));
    MLOPS_TRY(take_head(head, out));
    offset += (int64_t)sizeof head;
    if ((int64_t)out->stored > size - offset) return MLOPS_E_CORRUPT;
    if (head_only && out->kind == MLOPS__PACK_CHUNK)
        return mlops__load_u32(out->key + 16) == out->size ? MLOPS_OK : MLOPS_E_CORRUPT;
    buf->size = 0;
    uint8_t *payload = mlops__buf_extend(buf, out->stored ? out->stored : 1);
    if (!payload) {
        buf->status = MLOPS_OK; /* the buffer is the store's, for the next one too */
        return mlops__fail_nomem(err, out->stored);
    }
    buf->size = out->stored;
    MLOPS_TRY(
        mlops__file_read_at(io, self->reading_file, payload, out->stored, offset, self->path, err));
    uint64_t guard = mlops__load_u64(head + GUARD_AT);
    return guard == guard_of(head, payload, out->stored) ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops__packs_read(mlops__packs *self, mlops__pack_place place, mlops__pack_frame *out,
                               mlops__buf *buf, mlops_error *err) {
    mlops_error inner;
    inner.code = 0;
    if (place.pack < 0) return mlops__fail(err, MLOPS_E_CORRUPT, "content is lost: no pack has it");
    mlops_status found = read_pack(self, place.pack, err);
    if (found == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s': the pack is missing", self->path);
    MLOPS_TRY(found);
    mlops_status status = read_at(self, place.offset, self->reading_size, 0, out, buf, &inner);
    if (status == MLOPS_OK) return MLOPS_OK;
    if (!inner.code) { /* it may have grown since */
        int64_t size = mlops__file_size(&self->host->io, self->reading_file);
        if (size < 0) return mlops__fail_os(err, size, "cannot tell the size of", self->path);
        self->reading_size = size;
        status = read_at(self, place.offset, size, 0, out, buf, &inner);
        if (status == MLOPS_OK) return MLOPS_OK;
    }
    if (inner.code) {
        if (err) *err = inner;
        return status;
    }
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, place.offset,
                          "'%s' at byte %lld: content is damaged", self->path,
                          (long long)place.offset);
}

mlops_status mlops__pack_scan_init(mlops__pack_scan *self, mlops__packs *packs, int64_t number,
                                   mlops_error *err) {
    memset(self, 0, sizeof *self);
    MLOPS_TRY(read_pack(packs, number, err));
    self->place = (mlops__pack_place){number, MLOPS__PACK_HEAD};
    self->size = mlops__file_size(&packs->host->io, packs->reading_file);
    if (self->size >= 0) return MLOPS_OK;
    return mlops__fail_os(err, self->size, "cannot tell the size of", packs->path);
}

/* Moves to the next multiple of 8 where a magic stands, or to the end. */
static mlops_status skip(mlops__pack_scan *self, mlops__packs *packs, mlops_error *err) {
    uint8_t block[4096];
    self->place.offset += 8;
    while (self->size - self->place.offset >= 8) {
        int64_t left = self->size - self->place.offset;
        size_t n = left < (int64_t)sizeof block ? (size_t)left : sizeof block;
        MLOPS_TRY(mlops__file_read_at(&packs->host->io, packs->reading_file, block, n,
                                      self->place.offset, packs->path, err));
        for (size_t at = 0; at + 8 <= n; at += 8, self->place.offset += 8) {
            if (mlops__load_u32(block + at) == MAGIC) return MLOPS_OK;
            self->n_skipped += mlops__load_u64(block + at) ? 8 : 0;
        }
    }
    self->place.offset = self->size;
    return MLOPS_OK;
}

mlops_status mlops__pack_scan_next(mlops__pack_scan *self, mlops__packs *packs,
                                   mlops__pack_frame *out, mlops__pack_place *place,
                                   mlops__buf *buf, mlops_error *err) {
    MLOPS_TRY(read_pack(packs, self->place.pack, err));
    while (self->size - self->place.offset >= MLOPS__PACK_FRAME_HEAD) {
        mlops_status status =
            read_at(packs, self->place.offset, self->size, packs->heads_only, out, buf, err);
        if (status == MLOPS_OK) {
            *place = self->place;
            self->place.offset += MLOPS__PACK_FRAME_HEAD + ((int64_t)out->stored + 7) / 8 * 8;
            return MLOPS_OK;
        }
        if (status != MLOPS_E_CORRUPT) return status;
        MLOPS_TRY(skip(self, packs, err));
    }
    return MLOPS_END;
}

static int parse_name(const char *name, int64_t *number) {
    uint8_t bytes[NAME / 2];
    mlops__cursor c;
    if (strlen(name) != NAME || !mlops__hex_parse(bytes, name, sizeof bytes)) return 0;
    mlops__cursor_init(&c, bytes, sizeof bytes);
    *number = (int64_t)mlops__cursor_be(&c, sizeof bytes);
    return *number > 0;
}

/* A file with a head that is none, or is another pack's. Who made a pack may have died, or the
 * power may have been cut, ahead of its first sync; what is lost with a head that is damaged is
 * told of each content. */
static int is_foreign(mlops__packs *self, int64_t number) {
    static const uint8_t none[MLOPS__PACK_HEAD];
    uint8_t head[MLOPS__PACK_HEAD];
    const mlops_io *io = &self->host->io;
    int64_t file = mlops__file_number(io, name_pack(self, number), MLOPS_IO_READ);
    if (file < 0) return 0;
    int is_whole = mlops__file_size(io, file) > MLOPS__PACK_HEAD &&
                   !mlops__file_read_at(io, file, head, sizeof head, 0, self->path, NULL);
    mlops__file_end(io, file);
    if (!is_whole || memcmp(head, none, sizeof head) == 0) return 0;
    return memcmp(head, HEAD_MAGIC, 8) != 0 ||
           mlops__load_u64(head + 56) == mlops__hash_64(head, 56);
}

mlops_status mlops__packs_judge(mlops__packs *self, const char *name, mlops_error *err) {
    int64_t number;
    mlops_error e;
    if (!parse_name(name, &number)) {
        self->path[self->dir] = 0;
        return mlops__fail(err, MLOPS_E_CORRUPT,
                           "'%s/%s' is no pack of the store: who put it there should take it away",
                           self->path, name);
    }
    mlops_status status = read_pack(self, number, &e);
    if (status == MLOPS_E_CORRUPT && !is_foreign(self, number)) return MLOPS_OK;
    if (status && err) *err = e;
    return status;
}

static void insert_sorted(mlops__buf *numbers, int64_t number) {
    uint8_t *place = mlops__buf_extend(numbers, sizeof number);
    if (!place) return;
    int64_t *list = (int64_t *)(void *)numbers->data;
    size_t i = numbers->size / sizeof number - 1;
    for (; i > 0 && list[i - 1] > number; i--) list[i] = list[i - 1];
    list[i] = number;
}

mlops_status mlops__packs_list(mlops__packs *self, mlops__buf *numbers, mlops_error *err) {
    mlops__buf names;
    mlops__buf_init(&names, &self->host->allocator);
    self->path[self->dir] = 0;
    mlops_status status = mlops__file_list(&self->host->io, self->path, &names, err);
    if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK; /* nor is what commits name */
    for (size_t at = 0; !status && at < names.size; at++) {
        const char *name = (const char *)names.data + at;
        int64_t number;
        if (parse_name(name, &number)) insert_sorted(numbers, number);
        at += strlen(name);
    }
    mlops__buf_free(&names);
    if (!status && numbers->status) return mlops__fail_nomem(err, numbers->size);
    return status;
}
