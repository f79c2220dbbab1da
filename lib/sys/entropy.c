/* The system's random bytes.
 *
 * Owns nothing. Invariant: fill() is all or nothing to its caller, however few bytes the system
 * hands out at once; it waits for the system's pool to be seeded and never falls back to less.
 */
#define _POSIX_C_SOURCE 200809L
#ifdef __APPLE__
#define _DARWIN_C_SOURCE
#endif
#include "sys/host.h"

#include <errno.h>
#include <sys/random.h>

enum { CHUNK = 256 /* what both calls below give at once, however large the request */ };

static int64_t draw_system(uint8_t *out, size_t n) {
#ifdef __APPLE__
    return getentropy(out, n) ? -(int64_t)errno : (int64_t)n;
#else
    ssize_t got = getrandom(out, n, 0);
    return got < 0 ? -(int64_t)errno : (int64_t)got;
#endif
}

static int64_t entropy_fill(void *ctx, void *bytes, size_t n) {
    (void)ctx;
    uint8_t *out = bytes;
    for (size_t done = 0; done < n;) {
        size_t part = n - done < CHUNK ? n - done : CHUNK;
        int64_t got = draw_system(out + done, part);
        if (got < 0 && got != -EINTR) return got;
        if (got > 0) done += (size_t)got;
    }
    return 0;
}

const mlops_entropy mlops__entropy_system = {sizeof(mlops_entropy), 0, NULL, entropy_fill};
