/* The journal: frames in preallocated segments, one file each. The truth of a store.
 *
 * A segment: 64 bytes of head (magic "MLOPSJNL", u32 version, u32 0, store id, i64 first seq, u64
 * XXH3-64 of all before), then frames; then either zeroes, whatever a power cut left, or the seal
 * (u32 magic "MJE1", u32 0) or less than 8 bytes, and then segment n + 1 goes on. Callers that
 * append hold the store's lock.
 */
#ifndef MLOPS_STORE_JOURNAL_H
#define MLOPS_STORE_JOURNAL_H

#include "store/frame.h"

/* Behind the last frame that is known. */
typedef struct mlops__place {
    int64_t segment; /* from 1 on */
    int64_t offset;
    int64_t durable; /* highest seq that is known to be durable */
    mlops__chain chain;
} mlops__place;

typedef struct mlops__journal {
    const mlops__host *host;
    mlops__sha256_blocks *blocks;
    uint8_t store_id[32];
    int64_t first_bytes; /* size of the first segment */
    int writes;
    char *path; /* of the open segment; the folder's in front */
    size_t path_size;
    size_t dir;        /* bytes of the folder in path */
    int64_t file;      /* -1: none */
    int64_t segment;   /* that is open */
    int64_t size;      /* of it */
    mlops__buf window; /* bytes of it that were read */
    int64_t window_at;
    size_t ahead; /* bytes to read at once */
    int gathers;  /* frames wait in memory, to be written together */
    mlops__buf waiting;
    int64_t waiting_at;
    int broken; /* what is on the device is not known: nothing more is written */
} mlops__journal;

mlops_status mlops__journal_init(mlops__journal *self, const mlops__host *host, const char *dir,
                                 const uint8_t store_id[32], int writes, mlops_error *err);
void mlops__journal_free(mlops__journal *self);

/* Before the first frame. */
void mlops__place_init(mlops__place *self);

/* Makes the first segment. */
mlops_status mlops__journal_create(mlops__journal *self, mlops_error *err);

/* The frame at the place, which lives until the next call, and the place behind it. MLOPS_END if no
 * whole frame that goes on with the chain is there. */
mlops_status mlops__journal_next(mlops__journal *self, mlops__place *place, mlops__frame *out,
                                 mlops_error *err);

/* After MLOPS_END: MLOPS_E_CORRUPT if what follows proves that frames were there once, so that this
 * is damage and not where writing stopped. Where no power was cut, any whole frame proves it. */
mlops_status mlops__journal_check_end(mlops__journal *self, const mlops__place *place, int uncut,
                                      mlops_error *err);

/* True if a frame of about this size would begin a new segment, ahead of which all must be durable.
 */
int mlops__journal_is_full(mlops__journal *self, const mlops__place *place, size_t size);

/* Ends the frame in buf for the place, and says what it is and what will be behind it. */
mlops_status mlops__journal_stage(mlops__journal *self, const mlops__place *place, mlops__buf *buf,
                                  mlops__frame *out, mlops__place *after, mlops_error *err);
mlops_status mlops__journal_stage_at(mlops__journal *self, const mlops__place *place,
                                     mlops__buf *buf, int64_t time_ns, mlops__frame *out,
                                     mlops__place *after, mlops_error *err);

/* Writes a staged frame and, if asked, syncs. After an error the frame is not there, or nobody will
 * know before the next open: then the journal is broken. */
mlops_status mlops__journal_write(mlops__journal *self, const mlops__frame *frame,
                                  mlops__place *after, int sync, mlops_error *err);

/* Up to the next mlops__journal_sync() frames wait in memory, to be written many at once, and new
 * segments have holes. For journals that nobody reads before they are whole. */
void mlops__journal_gather(mlops__journal *self);

/* Writes a frame as it is, if it goes on with the chain at the place. For copies. */
mlops_status mlops__journal_copy(mlops__journal *self, mlops__place *place,
                                 const mlops__frame *frame, mlops_error *err);

/* MLOPS_E_CORRUPT if the frame that should end at the place does not. */
mlops_status mlops__journal_check_place(mlops__journal *self, const mlops__place *place,
                                        mlops_error *err);

/* Whose journal it is, by the first segment that says so; MLOPS_E_NOT_FOUND without a message if
 * none does. */
mlops_status mlops__journal_find_id(mlops__journal *self, uint8_t id[32], mlops_error *err);

/* Bytes of a segment, as they are. */
mlops_status mlops__journal_read(mlops__journal *self, int64_t segment, int64_t offset, void *bytes,
                                 size_t n, mlops_error *err);

/* What lies behind the place in its segment becomes zero, durably: frames that a power cut tore, or
 * that name lost content, or whole ones behind them, which must not come back when the same frame
 * is written again. */
mlops_status mlops__journal_cut(mlops__journal *self, const mlops__place *place, mlops_error *err);

/* Makes all frames up to the place durable. */
mlops_status mlops__journal_sync(mlops__journal *self, mlops__place *place, mlops_error *err);

#endif
