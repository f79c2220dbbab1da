/* The system's clocks.
 *
 * Owns nothing. Invariant: both clocks count nanoseconds; only the monotonic one may be subtracted.
 */
#define _POSIX_C_SOURCE 200809L
#include "sys/host.h"

#include <time.h>

static int64_t read_clock(clockid_t clock) {
    struct timespec now = {0, 0};
    clock_gettime(clock, &now); /* fails for an unknown clock alone */
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t clock_now(void *ctx) {
    (void)ctx;
    return read_clock(CLOCK_REALTIME);
}

static int64_t clock_monotonic(void *ctx) {
    (void)ctx;
    return read_clock(CLOCK_MONOTONIC);
}

const mlops_clock mlops__clock_system = {
    sizeof(mlops_clock), 0, NULL, clock_now, clock_monotonic,
};
