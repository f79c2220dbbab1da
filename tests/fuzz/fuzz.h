/* What fuzz targets share. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "unit/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void must(int condition) {
    if (!condition) abort();
}

/* Of just this size, so that a sanitizer sees what goes beyond; to be freed. */
static inline void *room_of(size_t size) {
    void *out = malloc(size ? size : 1);
    must(out != NULL);
    return out;
}

/* A copy whose last four bytes are the CRC-32 of those before, as states end; to be freed. */
static inline uint8_t *sealed_copy(const uint8_t *data, size_t size) {
    uint8_t *out = room_of(size);
    if (size) memcpy(out, data, size);
    seal(out, size);
    return out;
}

#endif
