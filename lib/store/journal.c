/* Reading and writing the journal's segments.
 *
 * Owns the one segment that is open. Invariants: a segment gets its name whole, zeroed and synced,
 * and only after all frames ahead of it are durable (one of a journal that nobody reads before it
 * is whole, with its head and size alone); a frame is written in one place, behind the
 * last one, and is taken back if it may not stay; once it is not known what the device holds,
 * nothing more is written through this object.
 */
#include "store/journal.h"

#include "base/hex.h"
#include "file/file.h"
#include "kern/kern.h"
#include "sys/hash.h"

#include <string.h>

enum {
    HEAD = 64,
    VERSION = 1,
    NAME = 16,
    SEAL_SIZE = 8,
    ZEROES = 64 << 10, /* at once, read or written */
    SEGMENT_MAX = 16 << 20,
    SEGMENT_FIRST = 256 << 10,
    AHEAD_MAX = 256 << 10, /* read at once where frames follow each other */
    GATHER_MAX = 256 << 10
};

#define SEAL 0x31454a4du /* MJE1 */

static const char MAGIC[] = "MLOPSJNL";

void mlops__place_init(mlops__place *self) {
    memset(self, 0, sizeof *self);
    self->segment = 1;
    self->offset = HEAD;
}

mlops_status mlops__journal_init(mlops__journal *self, const mlops__host *host, const char *dir,
                                 const uint8_t store_id[32], int writes, mlops_error *err) {
    memset(self, 0, sizeof *self);
    self->host = host;
    self->blocks = mlops__kern_for(host->cpu)->sha256_blocks;
    mlops__buf_init(&self->window, &host->allocator);
    mlops__buf_init(&self->waiting, &host->allocator);
    self->writes = writes;
    self->file = -1;
    self->first_bytes = SEGMENT_FIRST;
    self->dir = strlen(dir);
    self->path_size = self->dir + NAME + 2;
    memcpy(self->store_id, store_id, sizeof self->store_id);
    self->path = mlops__alloc_zero(&host->allocator, self->path_size);
    if (!self->path) return mlops__fail_nomem(err, self->path_size);
    memcpy(self->path, dir, self->dir);
    return MLOPS_OK;
}

static void close_segment(mlops__journal *self) {
    if (self->file >= 0) mlops__file_end(&self->host->io, self->file);
    self->file = -1;
    self->segment = 0;
    self->window.size = 0;
    self->ahead = MLOPS__FRAME_HEAD;
}

void mlops__journal_free(mlops__journal *self) {
    if (!self->host) return;
    close_segment(self);
    mlops__buf_free(&self->window);
    mlops__buf_free(&self->waiting);
    mlops__free(&self->host->allocator, self->path, self->path_size);
    self->path = NULL;
}

static const char *name_segment(mlops__journal *self, int64_t segment) {
    char *p = self->path + self->dir;
    *p++ = '/';
    mlops__hex_u64(p, (uint64_t)segment);
    return self->path;
}

static const char *name_draft(mlops__journal *self) {
    memcpy(self->path + self->dir, "/new", sizeof "/new");
    return self->path;
}

static mlops_status damaged(const mlops__journal *self, int64_t offset, const char *what,
                            mlops_error *err) {
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, offset, "'%s' at byte %lld: %s", self->path,
                          (long long)offset, what);
}

static mlops_status check_head(mlops__journal *self, int64_t *first_seq, mlops_error *err) {
    uint8_t head[HEAD];
    if (self->size < HEAD) return damaged(self, 0, "the segment is cut short", err);
    MLOPS_TRY(mlops__file_read_at(&self->host->io, self->file, head, HEAD, 0, self->path, err));
    if (memcmp(head, MAGIC, 8) != 0 || mlops__load_u64(head + 56) != mlops__hash_64(head, 56))
        return damaged(self, 0, "the head of the segment is damaged", err);
    if (mlops__load_u32(head + 8) != VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' has version %u, this library knows %d",
                           self->path, mlops__load_u32(head + 8), VERSION);
    if (memcmp(head + 16, self->store_id, 32) != 0)
        return damaged(self, 16, "the segment belongs to another store", err);
    *first_seq = (int64_t)mlops__load_u64(head + 48);
    return MLOPS_OK;
}

/* MLOPS_E_NOT_FOUND if there is none of this number. */
static mlops_status open_segment(mlops__journal *self, int64_t segment, int64_t first_seq,
                                 mlops_error *err) {
    if (self->segment == segment && self->file >= 0) return MLOPS_OK;
    close_segment(self);
    const mlops_io *io = &self->host->io;
    int64_t seq = 0;
    const char *path = name_segment(self, segment);
    self->file = mlops__file_number(io, path, self->writes ? MLOPS_IO_READ_WRITE : MLOPS_IO_READ);
    if (self->file < 0) return mlops__fail_os(err, self->file, "cannot open", path);
    self->size = mlops__file_size(io, self->file);
    if (self->size < 0) return mlops__fail_os(err, self->size, "cannot tell the size of", path);
    MLOPS_TRY(check_head(self, &seq, err));
    if (first_seq && seq != first_seq)
        return damaged(self, 48, "frames are missing ahead of the segment", err);
    self->segment = segment;
    return MLOPS_OK;
}

/* Of a segment that has been there. */
static mlops_status open_known(mlops__journal *self, int64_t segment, mlops_error *err) {
    mlops_status status = open_segment(self, segment, 0, err);
    return status == MLOPS_E_NOT_FOUND ? damaged(self, 0, "the segment is missing", err) : status;
}

static mlops_status write_zeroes(mlops__journal *self, int64_t file, int64_t at, int64_t end,
                                 mlops_error *err) {
    const mlops_io *io = &self->host->io;
    uint8_t *block = mlops__alloc_zero(&self->host->allocator, ZEROES);
    if (!block) return mlops__fail_nomem(err, ZEROES);
    mlops_status status = MLOPS_OK;
    for (; at < end && !status; at += ZEROES) {
        size_t n = end - at < ZEROES ? (size_t)(end - at) : ZEROES;
        status = mlops__file_write_at(io, file, block, n, at, self->path, err);
    }
    mlops__free(&self->host->allocator, block, ZEROES);
    return status;
}

/* What frames are gathered for may have holes until it is whole: they read as zeroes too. */
static mlops_status fill_segment(mlops__journal *self, int64_t file, int64_t size,
                                 int64_t first_seq, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    uint8_t bytes[HEAD];
    mlops__buf head;
    mlops__buf_init_fixed(&head, bytes, HEAD);
    mlops__buf_put(&head, MAGIC, 8);
    mlops__buf_u32(&head, VERSION);
    mlops__buf_u32(&head, 0);
    mlops__buf_put(&head, self->store_id, 32);
    mlops__buf_i64(&head, first_seq);
    mlops__buf_u64(&head, mlops__hash_64(bytes, 56));
    MLOPS_TRY(mlops__file_write_at(io, file, bytes, HEAD, 0, self->path, err));
    MLOPS_TRY(write_zeroes(self, file, self->gathers ? size - 1 : HEAD, size, err));
    return self->gathers ? MLOPS_OK : mlops__file_sync(io, file, self->path, err);
}

static mlops_status publish_segment(mlops__journal *self, int64_t segment, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    size_t size = self->path_size;
    char *draft = mlops__alloc(&self->host->allocator, size);
    if (!draft) return mlops__fail_nomem(err, size);
    memcpy(draft, name_draft(self), self->dir + sizeof "/new");
    int64_t code;
    do code = io->rename(io->ctx, draft, name_segment(self, segment));
    while (code < 0 && mlops__os_kind_of(code) == MLOPS__OS_INTERRUPTED);
    mlops__free(&self->host->allocator, draft, size);
    if (code < 0) return mlops__fail_os(err, code, "cannot name", self->path);
    self->path[self->dir] = 0;
    return mlops__file_sync_dir(io, self->path, err);
}

/* What an earlier attempt left under the draft's name is nobody's: callers hold the lock. */
static mlops_status create_segment(mlops__journal *self, int64_t segment, int64_t size,
                                   int64_t first_seq, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    close_segment(self);
    mlops__file_unlink(io, name_draft(self));
    int64_t file = mlops__file_number(io, self->path, MLOPS_IO_CREATE);
    if (file < 0) return mlops__fail_os(err, file, "cannot create", self->path);
    mlops_status status = fill_segment(self, file, size, first_seq, err);
    int64_t code = mlops__file_end(io, file);
    if (!status && code < 0) status = mlops__fail_os(err, code, "cannot close", self->path);
    if (!status) status = publish_segment(self, segment, err);
    if (status) mlops__file_unlink(io, name_draft(self));
    return status;
}

mlops_status mlops__journal_create(mlops__journal *self, mlops_error *err) {
    return create_segment(self, 1, self->first_bytes, 1, err);
}

/* The n bytes at an offset of the open segment, from the window or read anew with what is wanted
 * ahead; NULL if the segment has not so many, or after an error. */
static const uint8_t *look(mlops__journal *self, int64_t offset, size_t n, int fresh,
                           mlops_status *status, mlops_error *err) {
    mlops__buf *w = &self->window;
    int64_t left = self->size - offset, end = self->window_at + (int64_t)w->size;
    if (left < (int64_t)n) return NULL;
    if (!fresh && offset >= self->window_at && offset + (int64_t)n <= end)
        return w->data + (offset - self->window_at);
    size_t size = n > self->ahead ? n : self->ahead;
    if ((int64_t)size > left) size = (size_t)left;
    w->size = 0;
    uint8_t *data = mlops__buf_extend(w, size);
    if (!data) {
        w->status = MLOPS_OK;
        *status = mlops__fail_nomem(err, size);
        return NULL;
    }
    self->window_at = offset;
    *status = mlops__file_read_at(&self->host->io, self->file, data, size, offset, self->path, err);
    if (*status) w->size = 0;
    return *status ? NULL : data;
}

static int ends_here(const mlops__journal *self, const mlops__place *place, const uint8_t *head) {
    return self->size - place->offset < SEAL_SIZE || (head && mlops__load_u32(head) == SEAL);
}

/* The frame at the place; MLOPS_END if none is whole, or goes on with the chain. */
static mlops_status take_frame(mlops__journal *self, mlops__place *place, mlops__frame *out,
                               int fresh, mlops_error *err) {
    mlops_status status = MLOPS_OK;
    const uint8_t *data = look(self, place->offset, MLOPS__FRAME_HEAD, fresh, &status, err);
    size_t size = data ? mlops__frame_size(data) : 0;
    if (size) data = look(self, place->offset, size, 0, &status, err);
    if (status) return status;
    if (!size || !data) return MLOPS_END;
    mlops__chain chain = place->chain;
    if (mlops__frame_open(out, data, size) || mlops__frame_follow(out, &chain, self->blocks))
        return MLOPS_END;
    place->chain = chain;
    place->offset += (int64_t)size;
    if (out->durable > place->durable) place->durable = out->durable;
    return MLOPS_OK;
}

/* A window holds what was there when it was read: where it shows no frame, the file is asked. */
static mlops_status take_fresh(mlops__journal *self, mlops__place *place, mlops__frame *out,
                               mlops_error *err) {
    int64_t at = place->offset - self->window_at;
    int seen = self->window.size > 0 && at >= 0 && at < (int64_t)self->window.size;
    mlops_status status = take_frame(self, place, out, 0, err);
    if (status == MLOPS_END) self->ahead = MLOPS__FRAME_HEAD;
    if (status == MLOPS_END && seen) status = take_frame(self, place, out, 1, err);
    if (status == MLOPS_OK && self->ahead < AHEAD_MAX) self->ahead *= 2;
    return status;
}

mlops_status mlops__journal_next(mlops__journal *self, mlops__place *place, mlops__frame *out,
                                 mlops_error *err) {
    MLOPS_TRY(open_known(self, place->segment, err));
    for (;;) {
        mlops_status status = take_fresh(self, place, out, err);
        if (status != MLOPS_END) return status;
        const uint8_t *head = look(self, place->offset, SEAL_SIZE, 0, &status, err);
        if (status < 0) return status;
        if (!ends_here(self, place, head)) return MLOPS_END;
        status = open_segment(self, place->segment + 1, place->chain.seq + 1, err);
        if (status == MLOPS_E_NOT_FOUND) return MLOPS_END;
        MLOPS_TRY(status);
        place->segment++;
        place->offset = HEAD;
    }
}

/* The highest seq that a whole frame behind the place has or, after a power cut, speaks of as
 * durable: what it says of itself may not have been told to anybody then. */
static int64_t highest_behind(const uint8_t *data, size_t n, size_t from, int uncut) {
    int64_t highest = 0;
    for (size_t at = from; at + MLOPS__FRAME_LEAST <= n; at += 8) {
        mlops__frame frame;
        size_t size = mlops__frame_size(data + at);
        if (size == 0 || size > n - at || mlops__frame_open(&frame, data + at, size)) continue;
        int64_t said = uncut ? frame.seq : frame.durable;
        if (said > highest) highest = said;
    }
    return highest;
}

/* Is there a segment of a higher number? */
static mlops_status find_later(mlops__journal *self, int64_t segment, int *out, mlops_error *err) {
    mlops__buf names;
    uint8_t bytes[NAME / 2];
    mlops__buf_init(&names, &self->host->allocator);
    self->path[self->dir] = 0;
    *out = 0;
    mlops_status status = mlops__file_list(&self->host->io, self->path, &names, err);
    for (size_t at = 0; !status && at < names.size; at++) {
        const char *name = (const char *)names.data + at;
        mlops__cursor c;
        size_t n = strlen(name);
        mlops__cursor_init(&c, bytes, sizeof bytes);
        if (n == NAME && mlops__hex_parse(bytes, name, sizeof bytes))
            *out |= (int64_t)mlops__cursor_be(&c, sizeof bytes) > segment;
        at += n;
    }
    mlops__buf_free(&names);
    return status;
}

static const uint8_t nothing[4096];

/* Moves the range of bytes that are not zero on over a block of them. */
static void note_rest(const uint8_t *block, size_t n, int64_t at, int64_t *begin, int64_t *end) {
    for (size_t from = 0; from < n; from += sizeof nothing) {
        size_t part = n - from < sizeof nothing ? n - from : sizeof nothing;
        if (memcmp(block + from, nothing, part) == 0) continue;
        size_t first = from, last = from + part;
        while (block[first] == 0) first++;
        while (block[last - 1] == 0) last--;
        if (*begin >= *end) *begin = at + (int64_t)first;
        *end = at + (int64_t)last;
    }
}

/* The range of the segment behind the place that is not zero; none if begin is not below end. */
static mlops_status find_rest(mlops__journal *self, const mlops__place *place, int64_t *begin,
                              int64_t *end, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    const char *path = name_segment(self, place->segment);
    *begin = *end = place->offset;
    uint8_t *block = mlops__alloc(&self->host->allocator, ZEROES);
    if (!block) return mlops__fail_nomem(err, ZEROES);
    int64_t file = mlops__file_number(io, path, MLOPS_IO_READ);
    int64_t size = file < 0 ? file : mlops__file_size(io, file);
    mlops_status status = size < 0 ? mlops__fail_os(err, size, "cannot open", path) : MLOPS_OK;
    for (int64_t at = place->offset; at < size && !status; at += ZEROES) {
        size_t n = size - at < ZEROES ? (size_t)(size - at) : ZEROES;
        status = mlops__file_read_at(io, file, block, n, at, path, err);
        if (!status) note_rest(block, n, at, begin, end);
    }
    if (file >= 0) mlops__file_end(io, file);
    mlops__free(&self->host->allocator, block, ZEROES);
    return status;
}

mlops_status mlops__journal_check_end(mlops__journal *self, const mlops__place *place, int uncut,
                                      mlops_error *err) {
    mlops__file_view view;
    int later = 0;
    close_segment(self);
    MLOPS_TRY(find_later(self, place->segment, &later, err));
    if (later) {
        name_segment(self, place->segment);
        return damaged(self, place->offset, "frames are missing ahead of the next segment", err);
    }
    int64_t begin, end;
    MLOPS_TRY(find_rest(self, place, &begin, &end, err));
    if (begin >= end) return MLOPS_OK; /* nothing follows, as is usual */
    const char *path = name_segment(self, place->segment);
    MLOPS_TRY(mlops__file_open(&view, self->host, path, SIZE_MAX, 0, err));
    int64_t highest = highest_behind(view.data, view.size, (size_t)place->offset, uncut);
    mlops__file_close(&view, self->host);
    if (highest <= place->chain.seq) return MLOPS_OK;
    return damaged(self, place->offset, "a frame is damaged that others behind it build on", err);
}

static mlops_status refuse_broken(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_IO,
                       "an earlier write of this store failed and could not be taken back; close "
                       "the store and open it again");
}

static mlops_status refuse_size(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_LIMIT, "a change of more than %d MiB; split it",
                       MLOPS__FRAME_MAX >> 20);
}

/* The frame shall not be there. If that cannot be had, nobody may write behind it. */
static void take_back(mlops__journal *self, int64_t offset) {
    const mlops_io *io = &self->host->io;
    if (mlops__file_write_at(io, self->file, nothing, 8, offset, self->path, NULL))
        self->broken = 1;
}

void mlops__journal_gather(mlops__journal *self) { self->gathers = 1; }

static mlops_status write_waiting(mlops__journal *self, mlops_error *err) {
    mlops__buf *w = &self->waiting;
    size_t n = w->size;
    w->size = 0;
    if (n == 0) return MLOPS_OK;
    return mlops__file_write_at(&self->host->io, self->file, w->data, n, self->waiting_at,
                                self->path, err);
}

/* All that waits has its place in the open segment, each frame behind the one before. */
static mlops_status write_bytes(mlops__journal *self, const mlops__frame *frame, int64_t at,
                                mlops_error *err) {
    mlops__buf *w = &self->waiting;
    if (!self->gathers)
        return mlops__file_write_at(&self->host->io, self->file, frame->data, frame->size, at,
                                    self->path, err);
    if (w->size + frame->size > GATHER_MAX) MLOPS_TRY(write_waiting(self, err));
    if (w->size == 0) self->waiting_at = at;
    mlops__buf_put(w, frame->data, frame->size);
    return w->status ? mlops__fail_nomem(err, frame->size) : MLOPS_OK;
}

static mlops_status seal_segment(mlops__journal *self, const mlops__place *place,
                                 mlops_error *err) {
    uint8_t seal[SEAL_SIZE] = {SEAL & 255, SEAL >> 8 & 255, SEAL >> 16 & 255, SEAL >> 24};
    const mlops_io *io = &self->host->io;
    MLOPS_TRY(write_waiting(self, err));
    if (self->size - place->offset >= SEAL_SIZE)
        MLOPS_TRY(
            mlops__file_write_at(io, self->file, seal, SEAL_SIZE, place->offset, self->path, err));
    mlops_status status = mlops__file_sync(io, self->file, self->path, err);
    if (status) self->broken = 1;
    return status;
}

/* Opens a segment in which a frame of this size fits at the place, which is the journal's end. */
static mlops_status make_room(mlops__journal *self, mlops__place *place, size_t size,
                              mlops_error *err) {
    MLOPS_TRY(open_segment(self, place->segment, 0, err));
    if ((int64_t)size <= self->size - place->offset) return MLOPS_OK;
    int64_t next = self->size < SEGMENT_MAX / 2 ? self->size * 2 : SEGMENT_MAX;
    if (next < (int64_t)size + HEAD) next = (int64_t)size + HEAD;
    int64_t segment = place->segment + 1, seq = place->chain.seq + 1;
    MLOPS_TRY(seal_segment(self, place, err));
    mlops_status status = open_segment(self, segment, seq, err);
    if (status == MLOPS_E_NOT_FOUND) {
        MLOPS_TRY(create_segment(self, segment, next, seq, err));
        status = open_segment(self, segment, seq, err);
    }
    MLOPS_TRY(status);
    place->segment++;
    place->offset = HEAD;
    place->durable = place->chain.seq;
    return MLOPS_OK;
}

mlops_status mlops__journal_sync(mlops__journal *self, mlops__place *place, mlops_error *err) {
    if (self->broken) return refuse_broken(err);
    MLOPS_TRY(open_segment(self, place->segment, 0, err));
    MLOPS_TRY(write_waiting(self, err));
    if (self->gathers) MLOPS_TRY(write_zeroes(self, self->file, place->offset, self->size, err));
    self->gathers = 0;
    mlops_status status = mlops__file_sync(&self->host->io, self->file, self->path, err);
    if (status) self->broken = 1;
    else place->durable = place->chain.seq;
    return status;
}

int mlops__journal_is_full(mlops__journal *self, const mlops__place *place, size_t size) {
    if (open_segment(self, place->segment, 0, NULL)) return 1;
    return (int64_t)size + MLOPS__FRAME_TAIL + 8 > self->size - place->offset;
}

mlops_status mlops__journal_stage(mlops__journal *self, const mlops__place *place, mlops__buf *buf,
                                  mlops__frame *out, mlops__place *after, mlops_error *err) {
    int64_t now = mlops__host_now(self->host);
    return mlops__journal_stage_at(self, place, buf, now, out, after, err);
}

mlops_status mlops__journal_stage_at(mlops__journal *self, const mlops__place *place,
                                     mlops__buf *buf, int64_t time_ns, mlops__frame *out,
                                     mlops__place *after, mlops_error *err) {
    *after = *place;
    if (self->broken) return refuse_broken(err);
    if (buf->size > MLOPS__FRAME_MAX - MLOPS__FRAME_TAIL) return refuse_size(err);
    MLOPS_TRY(make_room(self, after, buf->size + MLOPS__FRAME_TAIL + 8, err));
    int64_t durable = after->durable;
    mlops_status status = mlops__frame_end(buf, &after->chain, time_ns, durable, self->blocks);
    if (status == MLOPS_E_NOMEM) {
        buf->status = MLOPS_OK;
        return mlops__fail_nomem(err, buf->size);
    }
    if (status) return refuse_size(err);
    after->offset += (int64_t)buf->size;
    return mlops__frame_open(out, buf->data, buf->size)
               ? mlops__fail(err, MLOPS_E_INVALID, "a change holds what no journal takes")
               : MLOPS_OK;
}

mlops_status mlops__journal_write(mlops__journal *self, const mlops__frame *frame,
                                  mlops__place *after, int sync, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t at = after->offset - (int64_t)frame->size;
    if (at == HEAD) { /* whoever made the segment may have failed, or died, before its name was */
        self->path[self->dir] = 0;
        MLOPS_TRY(mlops__file_sync_dir(io, self->path, err));
        name_segment(self, self->segment);
    }
    mlops_status status = write_bytes(self, frame, at, err);
    if (!status && sync) status = write_waiting(self, err);
    if (!status && sync) {
        status = mlops__file_sync(io, self->file, self->path, err);
        if (status) self->broken = 1;
        else after->durable = after->chain.seq;
    }
    if (status) take_back(self, at);
    return status;
}

mlops_status mlops__journal_copy(mlops__journal *self, mlops__place *place,
                                 const mlops__frame *frame, mlops_error *err) {
    mlops__place after = *place;
    MLOPS_TRY(make_room(self, &after, frame->size, err));
    if (mlops__frame_follow(frame, &after.chain, self->blocks))
        return mlops__fail(err, MLOPS_E_CORRUPT, "commit %lld does not go on with the one before",
                           (long long)frame->seq);
    after.offset += (int64_t)frame->size;
    MLOPS_TRY(mlops__journal_write(self, frame, &after, 0, err));
    *place = after;
    return MLOPS_OK;
}

mlops_status mlops__journal_check_place(mlops__journal *self, const mlops__place *place,
                                        mlops_error *err) {
    uint8_t link[32];
    if (place->chain.seq == 0 || place->offset <= HEAD) return MLOPS_OK;
    mlops_status status = open_segment(self, place->segment, 0, err);
    if (status == MLOPS_E_NOT_FOUND || (!status && place->offset > self->size))
        return damaged(self, place->offset, "the journal is cut short: commits are missing", err);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__file_read_at(&self->host->io, self->file, link, sizeof link,
                                  place->offset - MLOPS__FRAME_TAIL, self->path, err));
    if (memcmp(link, place->chain.link, sizeof link) == 0) return MLOPS_OK;
    return damaged(self, place->offset, "the newest commit is damaged", err);
}

mlops_status mlops__journal_find_id(mlops__journal *self, uint8_t id[32], mlops_error *err) {
    const mlops_io *io = &self->host->io;
    for (int64_t i = 1; i <= 64; i++) {
        uint8_t head[HEAD];
        const char *path = name_segment(self, i);
        int64_t file = mlops__file_number(io, path, MLOPS_IO_READ);
        mlops_status status = file < 0 ? mlops__fail_os(err, file, "cannot open", path) : MLOPS_OK;
        if (status == MLOPS_E_NOT_FOUND) continue;
        MLOPS_TRY(status);
        int64_t size = mlops__file_size(io, file);
        if (size < 0) status = mlops__fail_os(err, size, "cannot tell the size of", path);
        if (size >= HEAD) status = mlops__file_read_at(io, file, head, HEAD, 0, path, err);
        mlops__file_end(io, file);
        MLOPS_TRY(status);
        if (size < HEAD || memcmp(head, MAGIC, 8) != 0) continue;
        if (mlops__load_u64(head + 56) != mlops__hash_64(head, 56)) continue;
        memcpy(id, head + 16, 32);
        return MLOPS_OK;
    }
    return MLOPS_E_NOT_FOUND;
}

mlops_status mlops__journal_read(mlops__journal *self, int64_t segment, int64_t offset, void *bytes,
                                 size_t n, mlops_error *err) {
    MLOPS_TRY(open_known(self, segment, err));
    if (offset < 0 || offset > self->size || (int64_t)n > self->size - offset)
        return damaged(self, offset, "the segment is cut short", err);
    return mlops__file_read_at(&self->host->io, self->file, bytes, n, offset, self->path, err);
}

mlops_status mlops__journal_cut(mlops__journal *self, const mlops__place *place, mlops_error *err) {
    const mlops_io *io = &self->host->io;
    int64_t at = 0, end = 0;
    MLOPS_TRY(open_segment(self, place->segment, 0, err));
    MLOPS_TRY(find_rest(self, place, &at, &end, err));
    if (at >= end) return MLOPS_OK;
    while (at < end) {
        size_t n = end - at < (int64_t)sizeof nothing ? (size_t)(end - at) : sizeof nothing;
        MLOPS_TRY(mlops__file_write_at(io, self->file, nothing, n, at, self->path, err));
        at += (int64_t)n;
    }
    return mlops__file_sync(io, self->file, self->path, err);
}
