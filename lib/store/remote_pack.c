/* Objects of a remote: frames of packs as they are, an index of them behind, and how they are found
 * again.
 *
 * Owns what is being cut, and the ranges that were read last. Invariants: what leads to other parts
 * stands behind them, or in a later object, so that objects that were put one after the other are
 * whole up to any of them; two pushes never make the same object, so that one that is deleted is
 * nobody else's; what is handed out passed its guard, and the bytes of a part have its key.
 */
#include "base/cursor.h"
#include "store/content.h"
#include "store/remote_seam.h"

#include <string.h>

enum { VERSION = 1, HEAD = 32, FOOT = 32, ID = 32, TAIL_READ = 64 << 10 };

static const char MAGIC[] = "MLOPSOBJ", MAGIC_END[] = "MLOPSEND";

/* ---- cutting ---- */

static mlops_status fresh(mlops__cutter *self, mlops_error *err) {
    MLOPS_TRY(mlops__depot_init(&self->open, self->remote->host, err));
    static const uint8_t itself[ID];
    mlops__buf_put(&self->open.names, itself, ID);
    return self->open.names.status ? mlops__fail_nomem(err, ID) : MLOPS_OK;
}

mlops_status mlops__cutter_init(mlops__cutter *self, mlops__remote *remote, mlops__depot *parts,
                                size_t full, mlops_error *err) {
    const mlops_entropy *entropy = &remote->host->entropy;
    memset(self, 0, sizeof *self);
    self->remote = remote;
    self->parts = parts;
    self->full = full;
    mlops__buf_init(&self->data, &remote->host->allocator);
    mlops__buf_init(&self->rest, &remote->host->allocator);
    int64_t code = entropy->fill(entropy->ctx, self->salt, sizeof self->salt);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw a number", NULL);
    return fresh(self, err);
}

void mlops__cutter_free(mlops__cutter *self) {
    mlops__depot_free(&self->open);
    mlops__buf_free(&self->data);
    mlops__buf_free(&self->rest);
}

mlops_status mlops__cutter_has(mlops__cutter *self, mlops__part_kind kind, const uint8_t *key,
                               size_t n_key, mlops__part *out, int *found, mlops_error *err) {
    mlops__part part;
    MLOPS_TRY(mlops__depot_find(&self->open, kind, key, n_key, &part, found, err));
    if (!*found) MLOPS_TRY(mlops__depot_find(self->parts, kind, key, n_key, &part, found, err));
    if (*found && out) *out = part;
    return MLOPS_OK;
}

/* Reading leads over no more bases of a kind than a recipe says, so that each counts one more than
 * the one before it; and what changes rows counts those of its base. */
int mlops__base_will_do(const mlops__recipe *recipe, unsigned base_codec, unsigned base_depth) {
    if (recipe->codec == MLOPS__PACK_BASED)
        return (base_codec == MLOPS__PACK_BASED ? base_depth : 0) < recipe->depth;
    return mlops__recipe_has_rows((mlops__pack_codec)base_codec) && base_depth < recipe->depth;
}

mlops_status mlops__cutter_add(mlops__cutter *self, mlops__part_kind kind, const uint8_t *key,
                               const mlops__pack_frame *frame, const void *payload, unsigned depth,
                               int leads, mlops_error *err) {
    uint8_t head[MLOPS__PACK_FRAME_HEAD];
    mlops__part part = {kind, depth, 0, MLOPS__PACK_FRAME_HEAD + frame->stored, 0, {0}, {0}};
    if (kind == MLOPS__PART_OBJECT) part.codec = frame->codec;
    size_t waiting = self->data.size + self->rest.size;
    if (waiting && waiting + part.size > self->full) MLOPS_TRY(mlops__cutter_flush(self, err));
    mlops__buf *to = leads ? &self->rest : &self->data;
    /* Where it is within its half; the top bit says which. */
    part.offset = to->size | (leads ? UINT64_C(1) << 62 : 0);
    memcpy(part.key, key, ID);
    mlops__pack_head(frame, payload, head);
    mlops__buf_put(to, head, sizeof head);
    mlops__buf_put(to, payload, frame->stored);
    mlops__buf_align(to, 8);
    if (to->status) return mlops__fail_nomem(err, part.size);
    return mlops__depot_add(&self->open, &part, err);
}

/* The index of what waits, with its offsets as they will be. */
static mlops_status close_index(mlops__cutter *self, mlops__part_index *out, mlops_error *err) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, &self->remote->host->allocator);
    mlops_status status = mlops__depot_write(&self->open, &bytes, err);
    if (status) {
        mlops__buf_free(&bytes);
        return status;
    }
    const uint64_t top = UINT64_C(1) << 62;
    uint8_t *parts = bytes.data + 24 + ID; /* behind the head and the one name */
    for (size_t n = (bytes.size - 24 - ID - 8) / MLOPS__PART_SIZE; n > 0; n--) {
        uint64_t at = mlops__load_u64(parts + 8);
        at = at & top ? HEAD + self->data.size + (at & ~top) : HEAD + at;
        mlops__store_u64(parts + 8, at);
        parts += MLOPS__PART_SIZE;
    }
    mlops__store_u64(bytes.data + bytes.size - 8, mlops__hash_64(bytes.data, bytes.size - 8));
    return mlops__part_index_open(out, &bytes, "what was cut", err);
}

static mlops_status put_object(mlops__cutter *self, mlops__part_index *index, mlops_error *err) {
    uint8_t head[HEAD], foot[FOOT], id[ID];
    char name[MLOPS__REMOTE_NAME];
    mlops__buf b;
    mlops__sha256 sha;
    mlops__buf_init_fixed(&b, head, sizeof head);
    mlops__buf_put(&b, MAGIC, 8);
    mlops__buf_u32(&b, VERSION);
    mlops__buf_u32(&b, 0);
    mlops__buf_put(&b, self->salt, sizeof self->salt);
    mlops__buf_init_fixed(&b, foot, sizeof foot);
    mlops__buf_u64(&b, HEAD + self->data.size + self->rest.size);
    mlops__buf_u64(&b, index->bytes.size);
    mlops__buf_put(&b, MAGIC_END, 8);
    mlops__buf_u64(&b, mlops__hash_64(foot, FOOT - 8));
    const mlops__bytes parts[] = {{head, HEAD},
                                  {self->data.data, self->data.size},
                                  {self->rest.data, self->rest.size},
                                  {index->bytes.data, index->bytes.size},
                                  {foot, FOOT}};
    mlops__sha256_init(&sha, self->remote->blocks);
    for (size_t i = 0; i < 5; i++)
        if (parts[i].size) mlops__sha256_add(&sha, parts[i].data, parts[i].size);
    mlops__sha256_end(&sha, id);
    if (self->name) MLOPS_TRY(self->name(self->user, id, err));
    mlops__remote_object_name(name, id);
    MLOPS_TRY(mlops__remote_put(self->remote, name, parts, 5, err));
    memcpy(index->bytes.data + 24, id, ID);
    return mlops__depot_absorb(self->parts, index, 0, err);
}

mlops_status mlops__cutter_flush(mlops__cutter *self, mlops_error *err) {
    mlops__part_index index;
    if (self->data.size + self->rest.size == 0) return MLOPS_OK;
    MLOPS_TRY(close_index(self, &index, err));
    mlops_status status = put_object(self, &index, err);
    mlops__part_index_free(&index);
    if (status) return status;
    mlops__depot_free(&self->open);
    self->data.size = self->rest.size = 0;
    return fresh(self, err);
}

/* ---- the index of an object ---- */

static int foot_ok(const uint8_t *foot, int64_t size, uint64_t *at, uint64_t *n) {
    *at = mlops__load_u64(foot);
    *n = mlops__load_u64(foot + 8);
    return memcmp(foot + 16, MAGIC_END, 8) == 0 &&
           mlops__load_u64(foot + 24) == mlops__hash_64(foot, FOOT - 8) && *at >= HEAD &&
           *at <= (uint64_t)size && *n == (uint64_t)size - FOOT - *at;
}

static mlops_status damaged(const char *name, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", name);
}

/* The index alone goes into bytes. */
static mlops_status read_tail(mlops__remote *remote, const char *name, mlops__buf *bytes,
                              mlops_error *err) {
    int64_t size;
    uint64_t at, n;
    MLOPS_TRY(mlops__remote_size(remote, name, &size, err));
    if (size < HEAD + FOOT) return damaged(name, err);
    size_t some = size < TAIL_READ ? (size_t)size : TAIL_READ;
    uint8_t *tail = mlops__buf_extend(bytes, some);
    if (!tail) return mlops__fail_nomem(err, some);
    MLOPS_TRY(mlops__remote_read(remote, name, size - (int64_t)some, tail, some, NULL, err));
    if (!foot_ok(tail + some - FOOT, size, &at, &n) || n > SIZE_MAX - FOOT)
        return damaged(name, err);
    if (n + FOOT <= some) {
        memmove(tail, tail + some - FOOT - n, (size_t)n);
        bytes->size = (size_t)n;
        return MLOPS_OK;
    }
    bytes->size = 0;
    tail = mlops__buf_extend(bytes, (size_t)n);
    if (!tail) return mlops__fail_nomem(err, (size_t)n);
    return mlops__remote_read(remote, name, (int64_t)at, tail, (size_t)n, NULL, err);
}

mlops_status mlops__remote_tail(mlops__remote *self, const uint8_t id[ID], mlops__part_index *out,
                                mlops_error *err) {
    mlops__buf bytes;
    char name[MLOPS__REMOTE_NAME];
    mlops__remote_object_name(name, id);
    mlops__buf_init(&bytes, &self->host->allocator);
    mlops_status status = read_tail(self, name, &bytes, err);
    if (status) {
        mlops__buf_free(&bytes);
        return status;
    }
    MLOPS_TRY(mlops__part_index_open(out, &bytes, name, err));
    if (out->n_names != 1) {
        mlops__part_index_free(out);
        return damaged(name, err);
    }
    memcpy(out->bytes.data + 24, id, ID);
    return MLOPS_OK;
}

/* ---- fetching ---- */

void mlops__fetcher_init(mlops__fetcher *self, mlops__remote *remote) {
    memset(self, 0, sizeof *self);
    self->remote = remote;
    mlops__codec_init(&self->codec, remote->host);
    for (int i = 0; i < MLOPS__WINDOWS; i++)
        mlops__buf_init(&self->windows[i].bytes, &remote->host->allocator);
}

void mlops__fetcher_free(mlops__fetcher *self) {
    for (int i = 0; i < MLOPS__WINDOWS; i++) mlops__buf_free(&self->windows[i].bytes);
    mlops__codec_free(&self->codec);
}

/* The window that is to be filled, and how far: one that is read on grows. */
static int pick_window(mlops__fetcher *self, const mlops__part *part, size_t *n) {
    int oldest = 0;
    *n = MLOPS__WINDOW_LEAST;
    for (int i = 0; i < MLOPS__WINDOWS; i++) {
        uint64_t end = self->windows[i].offset + self->windows[i].bytes.size;
        if (self->windows[i].used < self->windows[oldest].used) oldest = i;
        if (self->windows[i].bytes.size == 0 || part->offset < self->windows[i].offset ||
            memcmp(self->windows[i].object, part->object, ID) != 0)
            continue;
        if (part->offset > end + MLOPS__WINDOW_LEAST) continue;
        *n = self->windows[i].bytes.size * 4;
        if (*n > MLOPS__WINDOW_MOST) *n = MLOPS__WINDOW_MOST;
        oldest = i;
        break;
    }
    if (*n < part->size) *n = part->size;
    return oldest;
}

static mlops_status fill(mlops__fetcher *self, const mlops__part *part, int *out,
                         mlops_error *err) {
    size_t n, got = 0;
    char name[MLOPS__REMOTE_NAME];
    int i = pick_window(self, part, &n);
    mlops__buf *bytes = &self->windows[i].bytes;
    bytes->size = 0;
    bytes->status = MLOPS_OK;
    uint8_t *room = mlops__buf_extend(bytes, n);
    bytes->size = 0;
    if (!room) return mlops__fail_nomem(err, n);
    mlops__remote_object_name(name, part->object);
    MLOPS_TRY(mlops__remote_read(self->remote, name, (int64_t)part->offset, room, n, &got, err));
    if (got < part->size)
        return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is cut short", name);
    bytes->size = got;
    memcpy(self->windows[i].object, part->object, ID);
    self->windows[i].offset = part->offset;
    *out = i;
    return MLOPS_OK;
}

static mlops_status find_window(mlops__fetcher *self, const mlops__part *part, int *out,
                                mlops_error *err) {
    for (int i = 0; i < MLOPS__WINDOWS; i++) {
        uint64_t from = self->windows[i].offset, n = self->windows[i].bytes.size;
        if (part->offset < from || part->offset - from > n ||
            part->size > n - (part->offset - from))
            continue;
        if (memcmp(self->windows[i].object, part->object, ID) != 0) continue;
        *out = i;
        return MLOPS_OK;
    }
    return fill(self, part, out, err);
}

static mlops_status damaged_part(const mlops__part *part, mlops_error *err) {
    char name[MLOPS__REMOTE_NAME];
    mlops__remote_object_name(name, part->object);
    return mlops__fail_at(err, MLOPS_E_CORRUPT, 0, 0, (int64_t)part->offset,
                          "'%s' of the remote at byte %lld is damaged", name,
                          (long long)part->offset);
}

mlops_status mlops__fetch(mlops__fetcher *self, const mlops__part *part, mlops__pack_frame *frame,
                          const uint8_t **payload, mlops_error *err) {
    int i = 0;
    MLOPS_TRY(find_window(self, part, &i, err));
    self->windows[i].used = ++self->clock;
    const uint8_t *bytes = self->windows[i].bytes.data + (part->offset - self->windows[i].offset);
    int is_object = part->kind == MLOPS__PART_OBJECT, keyed = part->kind <= MLOPS__PART_OBJECT;
    if (mlops__pack_open(frame, bytes, part->size) ||
        (frame->kind == MLOPS__PACK_OBJECT) != is_object ||
        (keyed && memcmp(frame->key, part->key, ID) != 0))
        return damaged_part(part, err);
    *payload = bytes + MLOPS__PACK_FRAME_HEAD;
    return MLOPS_OK;
}

mlops_status mlops__fetch_bytes(mlops__fetcher *self, const mlops__part *part, mlops__buf *out,
                                mlops_error *err) {
    mlops__pack_frame frame;
    const uint8_t *payload;
    uint8_t key[ID] = {0};
    mlops__sha256 sha;
    MLOPS_TRY(mlops__fetch(self, part, &frame, &payload, err));
    int by_name = part->kind == MLOPS__PART_COMMIT || part->kind == MLOPS__PART_SMALL;
    out->size = 0;
    uint8_t *bytes = mlops__buf_extend(out, frame.size ? frame.size : 1);
    if (!bytes) return mlops__fail_nomem(err, frame.size);
    out->size = frame.size;
    mlops_status status = mlops__chunk_unpack(&self->codec, &frame, payload, bytes, err);
    if (status == MLOPS_E_NOMEM) return status;
    if (!by_name) {
        mlops__chunk_key(key, bytes, frame.size);
    } else {
        mlops__sha256_init(&sha, self->remote->blocks);
        mlops__sha256_add(&sha, bytes, frame.size);
        mlops__sha256_end(&sha, key);
    }
    if (status || memcmp(key, by_name ? part->key : frame.key, ID) != 0)
        return damaged_part(part, err);
    return MLOPS_OK;
}
