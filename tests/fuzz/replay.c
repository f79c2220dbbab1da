/* Runs a fuzz target over every file of a corpus folder, so that findings stay found under any
 * compiler. With a number behind the folder it also runs that many mutations of each file (flipped
 * bits, cut tails), which are the same whatever order the files come in.
 */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>

static uint64_t seed;

static uint64_t draw(void) {
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static void mutate(const uint8_t *data, size_t size, long rounds) {
    for (long i = 0; i < rounds && size; i++) {
        size_t n = draw() % 4 ? size : draw() % size;
        uint8_t *copy = malloc(n ? n : 1);
        if (!copy) exit(1);
        memcpy(copy, data, n);
        for (uint64_t flips = draw() % 4; n && flips; flips--)
            copy[draw() % n] ^= (uint8_t)(1u << draw() % 8);
        LLVMFuzzerTestOneInput(copy, n);
        free(copy);
    }
}

static int run(const char *path, long rounds) {
    FILE *file = fopen(path, "rb");
    if (!file) return perror(path), 1;
    size_t size = 0, cap = 1 << 16;
    uint8_t *data = malloc(cap);
    while (data && !feof(file) && !ferror(file)) {
        size += fread(data + size, 1, cap - size, file);
        if (size == cap) data = realloc(data, cap *= 2);
    }
    fclose(file);
    if (!data) return 1;
    uint8_t *exact = malloc(size ? size : 1); /* so that a read beyond the end is seen */
    if (!exact) return 1;
    memcpy(exact, data, size);
    free(data);
    seed = 1 + size;
    LLVMFuzzerTestOneInput(exact, size);
    mutate(exact, size, rounds);
    free(exact);
    return 0;
}

int main(int argc, char **argv) {
    if (argc < 2) return fprintf(stderr, "usage: %s FOLDER [ROUNDS]\n", argv[0]), 2;
    DIR *dir = opendir(argv[1]);
    if (!dir) return perror(argv[1]), 1;
    long rounds = argc > 2 ? atol(argv[2]) : 200, n = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name);
        if (run(path, rounds)) return 1;
        n++;
    }
    closedir(dir);
    printf("%ld files\n", n);
    return n ? 0 : 1;
}
