/* Frames of the journal: one whole change each, chained by hash. Format: docs/format.md.
 *
 *   0  u32 magic "MJF1"          64  operations, zeroes up to a multiple of 8
 *   4  u32 size of the frame     -40 u8[32] SHA-256 of all before: the link that the next frame
 *   8  i64 seq, from 1 on            names in prev
 *   16 i64 time, UTC ns          -8  u64 XXH3-64 of all before
 *   24 i64 highest seq that was known to be durable when this frame was written
 *   32 u8[32] prev: link of the frame before; zeroes for the first
 *
 * All numbers are little-endian. An operation: u8 kind, u8 table, u16 key size, u32 value size,
 * key, value.
 */
#ifndef MLOPS_STORE_FRAME_H
#define MLOPS_STORE_FRAME_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/sha256.h"
#include "store/kv.h"

enum {
    MLOPS__FRAME_HEAD = 64,
    MLOPS__FRAME_TAIL = 40,
    MLOPS__FRAME_LEAST = MLOPS__FRAME_HEAD + MLOPS__FRAME_TAIL,
    MLOPS__FRAME_MAX = 64 << 20
};

typedef enum mlops__op_kind {
    MLOPS__OP_NOTE = 1,   /* of the change itself: key is "actor", "trace", "verb"; value is text */
    MLOPS__OP_PUT = 2,    /* the record at key becomes value */
    MLOPS__OP_DEL = 3,    /* the record at key goes away; no value */
    MLOPS__OP_INLINE = 4, /* content: key is its SHA-256, value its bytes */
    MLOPS__OP_PACKED = 5, /* content in the packs: key is its SHA-256, value its size, u64 */
    MLOPS__OP_DROPPED = 6 /* content that the packs need not have any more: key is its SHA-256 */
} mlops__op_kind;

typedef struct mlops__op {
    mlops__op_kind kind;
    uint8_t table;
    mlops__bytes key;
    mlops__bytes value;
} mlops__op;

/* How far a chain of frames goes. */
typedef struct mlops__chain {
    int64_t seq;     /* of its last frame; 0: none */
    int64_t time_ns; /* of that frame */
    uint8_t link[32];
} mlops__chain;

typedef struct mlops__frame {
    const uint8_t *data;
    size_t size;
    int64_t seq;
    int64_t time_ns;
    int64_t durable;
    const uint8_t *prev; /* 32 bytes */
    const uint8_t *link; /* 32 bytes */
} mlops__frame;

/* A frame that is being built: room for the head, then operations. The buffer's status sticks. */
void mlops__frame_begin(mlops__buf *buf);
void mlops__frame_op(mlops__buf *buf, mlops__op_kind kind, uint8_t table, mlops__bytes key,
                     mlops__bytes value);

/* Fills head and tail in and moves the chain on. time_ns is raised to that of the chain. */
mlops_status mlops__frame_end(mlops__buf *buf, mlops__chain *chain, int64_t time_ns,
                              int64_t durable, mlops__sha256_blocks *blocks);

/* Size of the frame that begins with these 64 bytes; 0 if none does. */
size_t mlops__frame_size(const uint8_t head[MLOPS__FRAME_HEAD]);

/* Takes a frame apart: its guard and its operations hold, whatever its place in a chain.
 * MLOPS_E_CORRUPT without a message. */
mlops_status mlops__frame_open(mlops__frame *out, const uint8_t *data, size_t size);

/* The same without a look at guard and operations: for bytes that were whole before. */
void mlops__frame_view(mlops__frame *out, const uint8_t *data, size_t size);

/* MLOPS_OK and the chain moved on if the frame is the next of the chain; verifies SHA-256 too. */
mlops_status mlops__frame_follow(const mlops__frame *self, mlops__chain *chain,
                                 mlops__sha256_blocks *blocks);

/* Walks over the operations; 0 at the end. */
typedef struct mlops__ops {
    mlops__cursor cursor;
} mlops__ops;
void mlops__ops_init(mlops__ops *self, const mlops__frame *frame);
int mlops__ops_next(mlops__ops *self, mlops__op *out);

#endif
