/* What a collection of garbage holds in memory, in a store of N chunks, beside readers and writers.
 *
 * usage: bench_gc DIR N      DIR: of a store that is not there yet
 * The index and what contents are made of are those of a store of N chunks of 64 KiB; the bytes of
 * the chunks are left out, since a collection reads none of them but of packs that it empties. Of
 * the contents three tenths are named by nothing. Prints "name value", a line each: memory, MB of
 * the process that the kernel cannot drop, at most, with its reader and its writer; marks, of it
 * the collection's; seconds; objects, chunks, dropped, deleted of it; reads and commits meanwhile,
 * and of them the slowest, and the one that 99 of 100 are faster than, in microseconds.
 */
#include "store/bench_store.h"
#include "store/content.h"
#include "store/record.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    PER_OBJECT = 1000, /* chunks: content of 64 MB */
    PER_PACK = 1000,
    PER_TURN = 200000, /* of one transaction */
    FIRST_PACK = 1 << 20,
    CHUNK = 64 << 10,
    SAMPLES = 1 << 16,
    PIECE_NS = 20000000
};

/* Ascending with i, as hashes are spread. */
static void chunk_of(long i, long n, uint8_t key[MLOPS__CHUNK_KEY]) {
    uint8_t seed[8];
    mlops__store_u64(seed, (uint64_t)i);
    mlops__key_u64(key, (uint64_t)i * (UINT64_MAX / (uint64_t)n));
    mlops__store_u64(key + 8, mlops__hash_64(seed, sizeof seed));
    mlops__store_u32(key + 16, CHUNK);
}

static mlops_id object_of(long i) {
    mlops_id id;
    uint8_t seed[16] = {0};
    for (int k = 0; k < 4; k++) {
        mlops__store_u64(seed, (uint64_t)i);
        seed[8] = (uint8_t)k;
        mlops__store_u64(id.bytes + 8 * k, mlops__hash_64(seed, sizeof seed));
    }
    return id;
}

/* Files that are there to be listed, whose ends the index knows. */
static void make_packs(mlops__index *index, const char *dir, long n_packs) {
    mlops_error e;
    char path[300];
    for (long i = 0; i < n_packs; i++) {
        snprintf(path, sizeof path, "%s/packs/%016lx", dir, FIRST_PACK + i);
        FILE *file = fopen(path, "wb");
        if (!file) exit(1);
        fclose(file);
        int64_t end = MLOPS__PACK_HEAD + (int64_t)PER_PACK * (MLOPS__PACK_FRAME_HEAD + CHUNK);
        need(mlops__pack_note(index, 's', FIRST_PACK + i, end, &e), &e);
    }
}

static void make_chunks(mlops__index *index, long from, long to, long n) {
    mlops_error e;
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, CHUNK, CHUNK, {0}};
    for (long i = from; i < to; i++) {
        int64_t offset = i % PER_PACK * (MLOPS__PACK_FRAME_HEAD + CHUNK);
        mlops__pack_place place = {FIRST_PACK + i / PER_PACK, MLOPS__PACK_HEAD + offset};
        chunk_of(i, n, frame.key);
        need(mlops__content_note(index, &frame, place, &e), &e);
    }
}

static void make_object(mlops_store *store, mlops__index *index, long i, long n) {
    mlops_error e;
    mlops__buf recipe;
    mlops__buf_init(&recipe, &store->host.allocator);
    mlops__recipe_begin(&recipe, (uint64_t)PER_OBJECT * CHUNK);
    for (long k = 0; k < PER_OBJECT; k++) {
        uint8_t key[MLOPS__CHUNK_KEY];
        mlops__piece piece = {.kind = MLOPS__PIECE_CHUNK, .size = CHUNK, .key = key};
        chunk_of(i + k * (n / PER_OBJECT), n, key);
        mlops__recipe_put(&recipe, 0, &piece);
    }
    mlops__pack_frame frame = {
        MLOPS__PACK_OBJECT, MLOPS__PACK_RAW, (uint32_t)recipe.size, (uint32_t)recipe.size, {0}};
    mlops_id id = object_of(i);
    memcpy(frame.key, id.bytes, sizeof id.bytes);
    need(mlops__content_append(store, index, &frame, recipe.data, &e), &e);
    mlops__buf_free(&recipe);
}

static void name_objects(mlops_store *store, long from, long to) {
    mlops_error e;
    mlops_change *change;
    char key[KEY_ROOM], digits[65];
    need(mlops_change_new(&change, store, NULL, &e), &e);
    for (long i = from; i < to; i++) {
        mlops_id id = object_of(i);
        mlops__id_format(digits, &id);
        mlops__bytes value = {(const uint8_t *)digits, 64};
        need(mlops__change_put(change, MLOPS__TABLE_TEST, make_key(key, i), value, &e), &e);
    }
    need(mlops_change_commit(change, NULL, &e), &e);
    mlops_change_free(change);
}

static void make_store(const char *dir, long n) {
    mlops_error e;
    mlops__index index;
    mlops_store *store = open_store(dir, MLOPS_SYNC_RELAXED);
    long n_objects = n / PER_OBJECT;
    for (long at = 0; at < n; at += PER_TURN) {
        need(mlops__store_write_begin(store, &index, &e), &e);
        if (at == 0) make_packs(&index, dir, (n + PER_PACK - 1) / PER_PACK);
        make_chunks(&index, at, at + PER_TURN < n ? at + PER_TURN : n, n);
        need(mlops__store_write_commit(store, &index, &e), &e);
        mlops__store_write_end(store, &index);
    }
    for (long at = 0; at < n_objects; at += 1000) {
        need(mlops__store_write_begin(store, &index, &e), &e);
        for (long i = at; i < n_objects && i < at + 1000; i++) make_object(store, &index, i, n);
        need(mlops__content_note_leased(store, &index, &e), &e);
        need(mlops__store_write_commit(store, &index, &e), &e);
        mlops__store_write_end(store, &index);
    }
    name_objects(store, n_objects * 3 / 10, n_objects);
    mlops_store_close(store);
}

/* ---- beside the collection ---- */

typedef struct beside {
    mlops_store *store;
    long n_objects, n;
    double slowest, *samples; /* the last ones, in a ring */
    _Atomic(int) ends;
} beside;

static void note(beside *self, double begun) {
    double seconds = now() - begun;
    if (seconds > self->slowest) self->slowest = seconds;
    self->samples[self->n++ % SAMPLES] = seconds;
}

static void *read_on(void *user) {
    beside *self = user;
    mlops_error e;
    mlops__index index;
    mlops__bytes value;
    char key[KEY_ROOM];
    for (long i = 0; !atomic_load(&self->ends); i++) {
        long record = self->n_objects * 3 / 10 + i % (self->n_objects * 7 / 10);
        double begun = now();
        need(mlops__store_read_begin(self->store, &index, &e), &e);
        mlops__bytes name = make_key(key, record);
        need(mlops__index_get(&index, MLOPS__TABLE_TEST, name, &value, &e), &e);
        mlops__store_read_end(&index);
        note(self, begun);
        usleep(100);
    }
    return NULL;
}

static void *write_on(void *user) {
    beside *self = user;
    mlops_error e;
    mlops_change *change;
    need(mlops_change_new(&change, self->store, NULL, &e), &e);
    for (long i = 0; !atomic_load(&self->ends); i++) {
        put_record(change, self->n_objects + i % 1000);
        double begun = now();
        need(mlops_change_commit(change, NULL, &e), &e);
        note(self, begun);
        usleep(2000);
    }
    mlops_change_free(change);
    return NULL;
}

static void tell(const char *name, beside *self) {
    long n = self->n < SAMPLES ? self->n : SAMPLES;
    qsort(self->samples, (size_t)n, sizeof *self->samples, by_value);
    printf("%s %ld\n%s_p99 %.6g\n%s_max %.6g\n", name, self->n, name,
           1e6 * self->samples[n * 99 / 100], name, 1e6 * self->slowest);
}

/* KiB that this process has of its own. */
static long memory_now(void) {
    char line[200];
    long kib = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "RssAnon: %ld", &kib) == 1) break;
    if (file) fclose(file);
    return kib;
}

static mlops_gc_stat collect(mlops_store *store, long *most) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_status status = MLOPS_OK;
    opts.keep_ns = 1;
    opts.budget_ns = PIECE_NS;
    while (!status) {
        status = mlops_store_gc(store, &opts, NULL, &stat, &e);
        long kib = memory_now();
        if (kib > *most) *most = kib;
    }
    if (status != MLOPS_END) need(status, &e);
    return stat;
}

int main(int argc, char **argv) {
    pthread_t threads[2];
    long n = argc == 3 ? atol(argv[2]) : 0, most = 0;
    if (n < PER_OBJECT * 10) return 2;
    pid_t maker = fork(); /* so that its memory is not this one's */
    int status = 0;
    if (maker == 0) {
        make_store(argv[1], n);
        exit(0);
    }
    if (waitpid(maker, &status, 0) != maker || status) return 1;
    mlops_store *store = open_store(argv[1], MLOPS_SYNC_RELAXED);
    beside reads = {.store = store, .n_objects = n / PER_OBJECT}, commits = reads;
    reads.samples = malloc(SAMPLES * sizeof *reads.samples);
    commits.samples = malloc(SAMPLES * sizeof *commits.samples);
    if (!reads.samples || !commits.samples) return 1;
    if (pthread_create(&threads[0], NULL, read_on, &reads)) return 1;
    if (pthread_create(&threads[1], NULL, write_on, &commits)) return 1;
    double begun = now();
    mlops_gc_stat stat = collect(store, &most);
    double seconds = now() - begun;
    atomic_store(&reads.ends, 1);
    atomic_store(&commits.ends, 1);
    for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
    printf("memory %.6g\nmarks %.6g\nseconds %.3g\n", (double)most * 1024 / 1e6,
           (double)stat.memory_peak / 1e6, seconds);
    printf("objects %lld\nchunks %lld\ndropped %lld\ndeleted %lld\n", (long long)stat.n_objects,
           (long long)stat.n_chunks, (long long)stat.n_dropped_objects, (long long)stat.n_deleted);
    tell("reads", &reads);
    tell("commits", &commits);
    mlops_store_close(store);
    free(reads.samples);
    free(commits.samples);
    return 0;
}
