/* Keeping new content beside what any such store must do: SHA-256, zstd at level 1, and writing.
 *
 * usage: bench_ingest DIR N FILE SYNC     SYNC: full or relaxed
 * Both take the same N bytes out of memory, in turns: rows of numbers as text. The peer packs them
 * as one zstd frame and writes that to FILE; under full both make it durable. Prints "name value",
 * a line each: seconds of ingest and peer, bytes that the peer wrote.
 */
#include "bench_store.h"

#include "kern/kern.h"
#include "sys/cpu.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

enum { PIECE = 1 << 20 };

/* Rows as of a table: a key, a class, and four numbers of six digits. */
static void fill(char *out, size_t n, uint64_t seed) {
    static const char *const CLASSES[] = {"north", "south", "east", "west"};
    uint64_t x = seed * 2862933555777941757u + 3037000493u;
    char row[160];
    for (size_t at = 0, i = 0; at < n; i++) {
        unsigned v[5];
        for (int k = 0; k < 5; k++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            v[k] = (unsigned)(x >> 33);
        }
        int size =
            snprintf(row, sizeof row, "%zu,%s,0.%06u,-1.%06u,%u.%03u,%u\n", i, CLASSES[v[0] % 4],
                     v[1] % 1000000, v[2] % 1000000, v[3] % 100, v[3] % 1000, v[4] % 5000);
        size_t part = n - at < (size_t)size ? n - at : (size_t)size;
        memcpy(out + at, row, part);
        at += part;
    }
}

static double ingest(mlops_store *store, const char *bytes, size_t n) {
    mlops_error e;
    mlops_change *change;
    mlops_id id;
    double begun = now();
    need(mlops_change_new(&change, store, NULL, &e), &e);
    need(mlops_change_content(change, &id, bytes, n, &e), &e);
    need(mlops_change_commit(change, NULL, &e), &e);
    mlops_change_free(change);
    return now() - begun;
}

static void write_all(int fd, const char *bytes, size_t n) {
    for (size_t at = 0; at < n;) {
        ssize_t put = write(fd, bytes + at, n - at < PIECE ? n - at : PIECE);
        if (put <= 0) exit(1);
        at += (size_t)put;
    }
}

static double peer(const char *bytes, size_t n, const char *file, int sync, char *room,
                   size_t n_room, size_t *packed) {
    mlops__sha256 sha;
    uint8_t digest[32];
    double begun = now();
    mlops__sha256_init(&sha, mlops__kern_for(mlops__cpu_detect())->sha256_blocks);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, digest);
    *packed = ZSTD_compress(room, n_room, bytes, n, 1);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || ZSTD_isError(*packed)) exit(1);
    write_all(fd, room, *packed);
    if (sync && fdatasync(fd)) exit(1);
    close(fd);
    return now() - begun;
}

int main(int argc, char **argv) {
    if (argc != 5) return 2;
    size_t n = (size_t)atol(argv[2]), packed = 0, n_room = ZSTD_compressBound(n);
    int full = strcmp(argv[4], "relaxed") != 0;
    char *bytes = malloc(n), *room = malloc(n_room);
    mlops_store *store = open_store(argv[1], full ? MLOPS_SYNC_FULL : MLOPS_SYNC_RELAXED);
    memset(room, 1, n_room);
    for (int i = 0; i < 3; i++) { /* the first warms up, and is not told */
        fill(bytes, n, (uint64_t)time(NULL) * 8 + (uint64_t)i);
        unlink(argv[3]);
        double theirs = peer(bytes, n, argv[3], full, room, n_room, &packed);
        double mine = ingest(store, bytes, n);
        if (i) printf("ingest %.6g\npeer %.6g\npacked %zu\n", mine, theirs, packed);
    }
    mlops_store_close(store);
    free(bytes);
    free(room);
    return 0;
}
