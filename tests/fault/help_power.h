/* What tests of power cuts under stores share: a host that is the same in each run. */
#ifndef TESTS_FAULT_HELP_POWER_H
#define TESTS_FAULT_HELP_POWER_H

#include <mlops.h>

#include <string.h>

/* A host over files in memory: its bytes are counted on, its time stands where it is put. */
typedef struct stage {
    mlops_host host;
    mlops_entropy entropy;
    mlops_clock clock;
    uint8_t next;
    int64_t now;
} stage;

static inline int64_t next_bytes(void *ctx, void *bytes, size_t n) {
    memset(bytes, (*(uint8_t *)ctx)++, n);
    return 0;
}

static inline int64_t still(void *ctx) { return *(int64_t *)ctx; }

static inline void set_stage(stage *s, const mlops_io *io) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_entropy entropy = MLOPS_ENTROPY_INIT;
    mlops_clock clock = MLOPS_CLOCK_INIT;
    s->next = 1;
    s->now = INT64_C(1700000000) * 1000000000;
    s->entropy = entropy;
    s->entropy.ctx = &s->next;
    s->entropy.fill = next_bytes;
    s->clock = clock;
    s->clock.ctx = &s->now;
    s->clock.now_ns = s->clock.monotonic_ns = still;
    s->host = host;
    s->host.io = io;
    s->host.entropy = &s->entropy;
    s->host.clock = &s->clock;
}

#endif
