/* Building frames of the journal and taking them apart.
 *
 * Owns nothing. Invariants: a frame that mlops__frame_open() lets pass has a right guard,
 * operations of known kinds that fill it to the last byte, and zeroes behind them; two frames with
 * one link are the same frame. Bytes are read through the cursor alone.
 */
#include "store/frame.h"

#include "sys/hash.h"

#include <string.h>

#define MAGIC 0x31464a4du /* MJF1 */

enum { OP_HEAD = 8, KEY_MAX = UINT16_MAX };

void mlops__frame_begin(mlops__buf *buf) {
    buf->size = 0;
    mlops__buf_zero(buf, MLOPS__FRAME_HEAD);
}

void mlops__frame_op(mlops__buf *buf, mlops__op_kind kind, uint8_t table, mlops__bytes key,
                     mlops__bytes value) {
    if (key.size > KEY_MAX || value.size > MLOPS__FRAME_MAX) {
        if (!buf->status) buf->status = MLOPS_E_LIMIT;
        return;
    }
    mlops__buf_u8(buf, (uint8_t)kind);
    mlops__buf_u8(buf, table);
    mlops__buf_u16(buf, (uint16_t)key.size);
    mlops__buf_u32(buf, (uint32_t)value.size);
    mlops__buf_put(buf, key.data, key.size);
    mlops__buf_put(buf, value.data, value.size);
}

static void find_link(uint8_t link[32], const uint8_t *data, size_t size,
                      mlops__sha256_blocks *blocks) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, blocks);
    mlops__sha256_add(&sha, data, size - MLOPS__FRAME_TAIL);
    mlops__sha256_end(&sha, link);
}

mlops_status mlops__frame_end(mlops__buf *buf, mlops__chain *chain, int64_t time_ns,
                              int64_t durable, mlops__sha256_blocks *blocks) {
    mlops__buf_align(buf, 8);
    mlops__buf_zero(buf, MLOPS__FRAME_TAIL);
    if (buf->status) return buf->status;
    if (buf->size > MLOPS__FRAME_MAX) return MLOPS_E_LIMIT;
    uint8_t *p = buf->data;
    if (time_ns < chain->time_ns) time_ns = chain->time_ns;
    mlops__store_u64(p, MAGIC | (uint64_t)buf->size << 32);
    mlops__store_u64(p + 8, (uint64_t)chain->seq + 1);
    mlops__store_u64(p + 16, (uint64_t)time_ns);
    mlops__store_u64(p + 24, (uint64_t)durable);
    memcpy(p + 32, chain->link, sizeof chain->link);
    find_link(chain->link, p, buf->size, blocks);
    memcpy(p + buf->size - MLOPS__FRAME_TAIL, chain->link, sizeof chain->link);
    mlops__store_u64(p + buf->size - 8, mlops__hash_64(p, buf->size - 8));
    chain->seq++;
    chain->time_ns = time_ns;
    return MLOPS_OK;
}

size_t mlops__frame_size(const uint8_t head[MLOPS__FRAME_HEAD]) {
    size_t size = mlops__load_u32(head + 4);
    if (mlops__load_u32(head) != MAGIC || size % 8 || size < MLOPS__FRAME_LEAST) return 0;
    return size > MLOPS__FRAME_MAX ? 0 : size;
}

void mlops__ops_init(mlops__ops *self, const mlops__frame *frame) {
    mlops__cursor_init(&self->cursor, frame->data + MLOPS__FRAME_HEAD,
                       frame->size - MLOPS__FRAME_LEAST);
}

int mlops__ops_next(mlops__ops *self, mlops__op *out) {
    mlops__cursor *c = &self->cursor;
    if (mlops__cursor_left(c) < OP_HEAD) return 0;
    out->kind = (mlops__op_kind)mlops__cursor_u8(c);
    out->table = mlops__cursor_u8(c);
    out->key.size = mlops__cursor_u16(c);
    out->value.size = mlops__cursor_u32(c);
    if (out->kind == 0) return 0; /* zeroes up to a multiple of 8 */
    out->key.data = mlops__cursor_take(c, out->key.size);
    out->value.data = mlops__cursor_take(c, out->value.size);
    return !c->failed;
}

static int is_sound(const mlops__op *op) {
    switch (op->kind) {
    case MLOPS__OP_NOTE: return op->table == 0 && op->key.size > 0;
    case MLOPS__OP_PUT: return op->table && op->key.size && op->key.size < MLOPS__KV_KEY_MAX;
    case MLOPS__OP_DEL:
        return op->table && op->key.size && op->key.size < MLOPS__KV_KEY_MAX && !op->value.size;
    case MLOPS__OP_INLINE: return op->table == 0 && op->key.size == 32;
    case MLOPS__OP_PACKED: return op->table == 0 && op->key.size == 32 && op->value.size == 8;
    case MLOPS__OP_DROPPED: return op->table == 0 && op->key.size == 32 && op->value.size == 0;
    }
    return 0;
}

static int are_sound(const mlops__frame *frame) {
    mlops__ops ops;
    mlops__op op;
    size_t end = 0;
    mlops__ops_init(&ops, frame);
    while (mlops__ops_next(&ops, &op)) {
        if (!is_sound(&op)) return 0;
        end = ops.cursor.offset;
    }
    for (size_t i = end; i < ops.cursor.size; i++)
        if (ops.cursor.data[i]) return 0;
    return ops.cursor.size - end < 8;
}

void mlops__frame_view(mlops__frame *out, const uint8_t *data, size_t size) {
    out->data = data;
    out->size = size;
    out->seq = (int64_t)mlops__load_u64(data + 8);
    out->time_ns = (int64_t)mlops__load_u64(data + 16);
    out->durable = (int64_t)mlops__load_u64(data + 24);
    out->prev = data + 32;
    out->link = data + size - MLOPS__FRAME_TAIL;
}

mlops_status mlops__frame_open(mlops__frame *out, const uint8_t *data, size_t size) {
    if (size < MLOPS__FRAME_LEAST || mlops__frame_size(data) != size) return MLOPS_E_CORRUPT;
    if (mlops__load_u64(data + size - 8) != mlops__hash_64(data, size - 8)) return MLOPS_E_CORRUPT;
    mlops__frame_view(out, data, size);
    return out->seq > 0 && are_sound(out) ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops__frame_follow(const mlops__frame *self, mlops__chain *chain,
                                 mlops__sha256_blocks *blocks) {
    uint8_t link[32];
    if (self->seq != chain->seq + 1 || memcmp(self->prev, chain->link, sizeof link) != 0)
        return MLOPS_E_CORRUPT;
    find_link(link, self->data, self->size, blocks);
    if (memcmp(link, self->link, sizeof link) != 0) return MLOPS_E_CORRUPT;
    chain->seq = self->seq;
    chain->time_ns = self->time_ns;
    memcpy(chain->link, link, sizeof link);
    return MLOPS_OK;
}
