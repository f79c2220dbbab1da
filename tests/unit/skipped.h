/* For a test that cannot run here: it says why and returns. tests/count.py counts these lines;
 * cmocka's own skip() prints "not ok", which harnesses take for a failure. */
#ifndef TESTS_UNIT_SKIPPED_H
#define TESTS_UNIT_SKIPPED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void skipped(const char *why) {
    printf("# SKIP %s\n", why);
    fflush(stdout);
}

/* Valgrind owns malloc, knows no seccomp, and computes long double as double. */
static inline int under_valgrind(void) {
    const char *preloaded = getenv("LD_PRELOAD");
    return preloaded && strstr(preloaded, "vgpreload");
}

#endif
