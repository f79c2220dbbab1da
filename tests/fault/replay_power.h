/* What a power cut can leave of files, from the record of what was done to them.
 *
 * The replayer cuts behind each record of a log (mlops__io_record) that began with no files, and
 * builds images in memory that the cut may leave:
 * - what stands before a file's sync is durable; of what was written to it since then, each write
 *   is there whole, not at all, or torn at sectors; a file may have grown or been cut without its
 *   data having followed, the hole then reads as zeros;
 * - a write that was synced by itself (O_DSYNC) is there whole, whatever becomes of those before;
 * - names made, replaced or removed are durable once their directory was synced, and until then
 *   each change is there or not, in whatever order.
 * At each cut: everything, nothing, names without data, data without names, then random choices.
 */
#ifndef TESTS_FAULT_REPLAY_POWER_H
#define TESTS_FAULT_REPLAY_POWER_H

#include "sys/io_test.h"

typedef struct power_cut {
    const mlops_io *io;             /* the image, as files to open */
    const mlops__io_memory *memory; /* the same, to look at */
    int64_t acknowledged;           /* the last mark before the cut; 0: none */
    int64_t record;                 /* number of records before the cut */
    int64_t state;                  /* number of the state, for messages */
} power_cut;

typedef struct power_opts {
    /* 0 if the image is what the caller's promises allow. It may write to the image. */
    int (*judge)(void *user, const power_cut *cut);
    void *user;
    uint64_t seed;
    int32_t n_random; /* random states at each cut */
} power_opts;

typedef struct power_totals {
    int64_t n_records;
    int64_t n_states;
    int64_t n_bad;
    int64_t first_bad; /* record behind which the first bad state was cut; -1: none */
} power_totals;

/* 0, or -1 if the log is none (then nothing is counted). */
int power_replay(power_totals *totals, const void *log, size_t n, const power_opts *opts);

#endif
