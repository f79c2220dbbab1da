/* Packs: append-only files of content, in frames that tell what they are.
 *
 * A pack: 64 bytes of head (magic "MLOPSPCK", u32 version, u32 0, store id, i64 number, u64 XXH3-64
 * of all before), then frames at multiples of 8. A frame:
 *
 *   0  u32 magic "MPF1"         16 u8[32] key: of a chunk XXH3-128 and u32 size, zeroes; of an
 *   4  u8 kind, u8 codec, u16 0       object its SHA-256
 *   8  u32 size of what it holds 48 u64 guard: XXH3-64 of bytes 0 to 47, xor that of the payload
 *   12 u32 size as it is stored     with its halves exchanged
 *                               56 u64 0
 *                               64 payload
 *
 * One writer appends to a pack at a time, under a lock on its byte 0. What is no frame is skipped.
 */
#ifndef MLOPS_STORE_PACK_H
#define MLOPS_STORE_PACK_H

#include "base/buf.h"
#include "sys/hash.h"
#include "sys/host.h"

enum {
    MLOPS__PACK_HEAD = 64,
    MLOPS__PACK_FULL = 64 << 20, /* sealed beyond */
    MLOPS__PACK_FRAME_HEAD = 64,
    MLOPS__PACK_PAYLOAD_MAX = 64 << 20
};

typedef enum mlops__pack_kind { MLOPS__PACK_CHUNK = 1, MLOPS__PACK_OBJECT = 2 } mlops__pack_kind;
typedef enum mlops__pack_codec {
    MLOPS__PACK_RAW = 0,
    MLOPS__PACK_ZSTD = 1,
    MLOPS__PACK_BASED = 2,
    MLOPS__PACK_PART = 3,
    MLOPS__PACK_ROWS = 4,
    MLOPS__PACK_ROWS_BASED = 5,
    MLOPS__PACK_NUMBERS = 6 /* of chunks */
} mlops__pack_codec;

typedef struct mlops__pack_frame {
    mlops__pack_kind kind;
    mlops__pack_codec codec;
    uint32_t size;   /* of what it holds */
    uint32_t stored; /* of the payload */
    uint8_t key[32];
} mlops__pack_frame;

typedef struct mlops__pack_place {
    int64_t pack;
    int64_t offset;
} mlops__pack_place;

/* The packs of a store: one that this process appends to, one that it reads. */
typedef struct mlops__packs {
    const mlops__host *host;
    uint8_t store_id[32];
    char *path; /* of one pack; the folder's in front */
    size_t path_size;
    size_t dir;
    int64_t leased; /* number of the pack to append to; 0: none */
    int64_t leased_file;
    int64_t end; /* of it */
    int64_t reading;
    int64_t reading_file;
    int64_t reading_size; /* that it has, or more */
    int heads_only; /* scans leave out what chunks hold, whose guards are not looked at then */
} mlops__packs;

mlops_status mlops__packs_init(mlops__packs *self, const mlops__host *host, const char *dir,
                               const uint8_t store_id[32], mlops_error *err);
void mlops__packs_free(mlops__packs *self);

/* Leases the pack of this number, or makes it if it is new. MLOPS_E_BUSY if another one has it,
 * MLOPS_E_LIMIT if it is full. */
mlops_status mlops__packs_lease(mlops__packs *self, int64_t number, int is_new, mlops_error *err);
void mlops__packs_release(mlops__packs *self);

/* The 64 bytes in front of a payload. */
void mlops__pack_head(const mlops__pack_frame *frame, const void *payload,
                      uint8_t head[MLOPS__PACK_FRAME_HEAD]);

/* A frame out of bytes that begin with its head. MLOPS_E_CORRUPT without a message. */
mlops_status mlops__pack_open(mlops__pack_frame *out, const uint8_t *bytes, size_t n);

/* Appends to the leased pack. */
mlops_status mlops__packs_append(mlops__packs *self, const mlops__pack_frame *frame,
                                 const void *payload, mlops__pack_place *out, mlops_error *err);

/* One that nothing leads to; who has it open goes on reading it. */
void mlops__packs_delete(mlops__packs *self, int64_t number);

/* Makes what a pack holds durable. */
mlops_status mlops__packs_sync(mlops__packs *self, int64_t number, mlops_error *err);

/* The frame at a place and its payload, into buf; MLOPS_E_CORRUPT if none is there. */
mlops_status mlops__packs_read(mlops__packs *self, mlops__pack_place place, mlops__pack_frame *out,
                               mlops__buf *buf, mlops_error *err);

/* Walks over a pack's frames, skipping what is none. */
typedef struct mlops__pack_scan {
    mlops__pack_place place; /* of the next frame */
    int64_t size;
    int64_t n_skipped; /* bytes that are no frame and not zero */
} mlops__pack_scan;

mlops_status mlops__pack_scan_init(mlops__pack_scan *self, mlops__packs *packs, int64_t number,
                                   mlops_error *err);
mlops_status mlops__pack_scan_next(mlops__pack_scan *self, mlops__packs *packs,
                                   mlops__pack_frame *out, mlops__pack_place *place,
                                   mlops__buf *buf, mlops_error *err); /* MLOPS_END */

/* A file that is no pack of this store, though it stands among them: MLOPS_E_CORRUPT, and what it
 * is. */
mlops_status mlops__packs_judge(mlops__packs *self, const char *name, mlops_error *err);

/* Numbers of the packs that there are, ascending, as i64 in buf; none where the folder is missing.
 */
mlops_status mlops__packs_list(mlops__packs *self, mlops__buf *numbers, mlops_error *err);

#endif
