/* Requests and answers of what an oracle asks through a pipe: words and values in, values out. A
 * malformed request ends the program with an error. */
#ifndef TESTS_UNIT_DUMP_H
#define TESTS_UNIT_DUMP_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static inline int64_t word(void) {
    int64_t value;
    if (fread(&value, sizeof value, 1, stdin) != 1) exit(2);
    return value;
}

static inline double *values(int64_t n) {
    double *out = malloc(((size_t)n + 1) * sizeof *out);
    if (!out || fread(out, sizeof *out, (size_t)n, stdin) != (size_t)n) exit(2);
    return out;
}

static inline void answer(const double *out, size_t n) {
    if (fwrite(out, sizeof *out, n, stdout) != n) exit(2);
}

#endif
