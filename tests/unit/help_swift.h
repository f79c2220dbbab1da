/* Stores that sync nothing and have the index in memory: for tests that open hundreds of them. */
#ifndef TESTS_UNIT_HELP_SWIFT_H
#define TESTS_UNIT_HELP_SWIFT_H

#include "sys/host.h"
#include "unit/help_store.h"

static inline int64_t sync_nothing(void *ctx, int64_t file) {
    (void)ctx, (void)file;
    return 0;
}

static inline int64_t sync_no_name(void *ctx, const char *path) {
    (void)ctx, (void)path;
    return 0;
}

/* The machine's files, without syncing. */
static inline const mlops_io *swift_io(void) {
    static mlops_io io;
    io = mlops__io_posix;
    io.sync = sync_nothing;
    io.sync_dir = sync_no_name;
    return &io;
}

/* In memory where the machine has files there: LMDB syncs whatever the table says. */
static inline void make_swift_place(place *p) {
    make_place_in(p, access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline mlops_store *open_swift(const char *path) {
    static mlops_host host;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    host = (mlops_host)MLOPS_HOST_INIT;
    host.io = swift_io();
    opts.host = &host;
    opts.sync = MLOPS_SYNC_RELAXED;
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    opts.journal_bytes = 65536;
    return open_store(path, &opts);
}

#endif
