/* Cutting content into chunks and hashing each, as it is done for what is put into a store.
 *
 * usage: bench_chunk scalar|avx2|avx512|neon RUNS: a line "gear GB/s" and one "xxh3 GB/s" a run.
 */
#include "kern/kern.h"
#include "sys/cpu.h"
#include "sys/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 256 << 20 };

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* GB/s; the hashes are kept so that they are made. */
static double run(mlops__gear_scan *scan, const uint8_t *bytes, int hash, uint64_t *kept) {
    double begun = now();
    for (size_t at = 0; at < N;) {
        size_t n = mlops__gear_cut(scan, bytes + at, N - at);
        *kept += hash ? mlops__hash_128(bytes + at, n).low : n;
        at += n;
    }
    return N / (now() - begun) / 1e9;
}

int main(int argc, char **argv) {
    uint8_t *bytes = malloc(N);
    uint64_t kept = 0, x = 1;
    if (argc != 3 || !bytes) return 2;
    mlops_cpu level = mlops__cpu_parse(argv[1]);
    if (level == MLOPS_CPU_BEST || mlops_cpu_level(level) != level) return 77;
    for (size_t i = 0; i < N; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(x >> 56);
    }
    mlops__gear_scan *scan = mlops__kern_for(level)->gear_scan;
    for (int i = 0; i < atoi(argv[2]); i++) {
        printf("gear %.3f\n", run(scan, bytes, 0, &kept));
        printf("xxh3 %.3f\n", run(scan, bytes, 1, &kept));
    }
    free(bytes);
    return kept == 0;
}
