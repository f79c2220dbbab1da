/* Throughput of the hashes, in GB/s. usage: bench_hash sha256|xxh3_128 BLOCK_BYTES SECONDS */
#include "kern/kern.h"
#include "sys/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static unsigned hash(int is_sha, const uint8_t *data, size_t n) {
    if (!is_sha) return (unsigned)mlops__hash_128(data, n).low;
    mlops__sha256 state;
    uint8_t digest[32];
    mlops__sha256_init(&state, mlops__kern_for(mlops_cpu_level(MLOPS_CPU_BEST))->sha256_blocks);
    mlops__sha256_add(&state, data, n);
    mlops__sha256_end(&state, digest);
    return digest[0];
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    size_t n = strtoul(argv[2], NULL, 10);
    double seconds = atof(argv[3]), begun = now(), spent;
    uint8_t *data = malloc(n);
    if (!data) return 1;
    memset(data, 7, n);
    unsigned sum = 0;
    long rounds = 0;
    do {
        for (int i = 0; i < 16; i++, rounds++) {
            data[0] = (uint8_t)sum;
            sum += hash(!strcmp(argv[1], "sha256"), data, n);
        }
        spent = now() - begun;
    } while (spent < seconds);
    printf("%.6f %u\n", (double)n * (double)rounds / spent * 1e-9, sum & 1);
    free(data);
    return 0;
}
