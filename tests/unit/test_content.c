/* Content: any bytes, by the hash that everybody gives them, once, whole or in parts; and damage
 * that is told and that spares its neighbours. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "sys/host.h"
#include "unit/draw.h"
#include "unit/skipped.h"

enum { KIB = 1 << 10, CHUNK = 128 * KIB, MIB = 1 << 20 };

static const size_t SIZES[] = {0,     1,         2048,      2049,           4096,    CHUNK - 1,
                               CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17, 5 * MIB, 5 * MIB + 1};
enum { N_SIZES = sizeof SIZES / sizeof SIZES[0], N = 2 * N_SIZES };

/* Every size, as noise and as text that repeats itself. */
typedef struct shelf {
    place p;
    uint8_t *bytes[N];
    size_t size[N];
    mlops_id id[N];
} shelf;

static int begin_shelf(void **state) {
    shelf *s = calloc(1, sizeof *s);
    assert_non_null(s);
    make_place(&s->p);
    for (size_t i = 0; i < N; i++) {
        s->size[i] = SIZES[i / 2];
        s->bytes[i] = make_blob(s->size[i], i + 1, i % 2 ? 50 + i : 0);
    }
    *state = s;
    return 0;
}

static int end_shelf(void **state) {
    shelf *s = *state;
    for (size_t i = 0; i < N; i++) free(s->bytes[i]);
    remove_place(&s->p);
    free(s);
    return 0;
}

static void keep_all(shelf *s, mlops_store *store) {
    for (size_t i = 0; i < N; i++) s->id[i] = keep(store, s->bytes[i], s->size[i]);
}

static void has_all(shelf *s, mlops_store *store) {
    for (size_t i = 0; i < N; i++)
        assert_int_equal(reads(store, &s->id[i], s->bytes[i], s->size[i]), MLOPS_OK);
}

static const mlops_store_index ENGINES[] = {MLOPS_STORE_INDEX_FILE, MLOPS_STORE_INDEX_MEMORY};

static void what_is_kept_is_there(void **state) {
    shelf *s = *state;
    for (size_t k = 0; k < 2; k++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%zu", s->p.dir, k);
        mlops_store *store = open_with(path, MLOPS_SYNC_FULL, ENGINES[k]);
        keep_all(s, store);
        has_all(s, store);
        assert_int_equal(stats_of(store).n_objects, N - 1); /* two are empty */
        mlops_store_close(store);
        store = open_with(path, MLOPS_SYNC_FULL, ENGINES[k]);
        has_all(s, store);
        mlops_store_close(store);
        mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
        opts.flags = MLOPS_STORE_READ_ONLY;
        store = open_store(path, &opts);
        has_all(s, store);
        mlops_store_close(store);
    }
}

static void several_in_one_commit(void **state) {
    shelf *s = *state;
    mlops_error e;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    mlops_change *c = new_change(store);
    for (size_t i = 0; i < N; i++) {
        works(mlops_change_content(c, &s->id[i], s->bytes[i], s->size[i], &e), &e);
        if (s->size[i] <= 2048) /* what is small waits for the commit */
            assert_int_equal(reads(store, &s->id[i], s->bytes[i], s->size[i]), MLOPS_E_NOT_FOUND);
    }
    assert_int_equal(commit(c), 1);
    mlops_change_free(c);
    has_all(s, store);
    mlops_store_close(store);
}

/* ---- read beside writers ---- */

static struct {
    int64_t file;
    int n_looks;
} torn;

static int64_t open_torn(void *ctx, const char *path, mlops_io_mode mode) {
    int64_t file = mlops__io_posix.open(ctx, path, mode);
    if (strstr(path, "/packs/")) torn.file = file;
    return file;
}

/* At first the last frame of a pack is not yet written to its end. */
static int64_t size_torn(void *ctx, int64_t file) {
    int64_t size = mlops__io_posix.size(ctx, file);
    return file == torn.file && torn.n_looks++ < 2 ? size - 8 : size;
}

/* Whoever opens the store for reading alone has an index of his own, in memory, and looks through
 * the packs ahead of the journal. */
static void what_is_written_meanwhile(void **state) {
    shelf *s = *state;
    mlops_io io = mlops__io_posix;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    io.open = open_torn;
    io.size = size_torn;
    host.io = &io;
    opts.host = &host;
    opts.flags = MLOPS_STORE_READ_ONLY;
    mlops_store *writer = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    mlops_id id = keep(writer, s->bytes[10], s->size[10]);
    torn.file = -1, torn.n_looks = 0;
    mlops_store *reader = open_store(s->p.path, &opts);
    assert_true(torn.n_looks > 2);
    assert_int_equal(reads(reader, &id, s->bytes[10], s->size[10]), MLOPS_OK);
    mlops_store_close(reader);
    mlops_store_close(writer);
}

/* ---- names ---- */

static void name_is(const mlops_id *id, const char *hex) {
    char got[65];
    for (size_t i = 0; i < 32; i++) snprintf(got + 2 * i, 3, "%02x", id->bytes[i]);
    assert_string_equal(got, hex);
}

/* FIPS 180-4 and NIST's examples. */
static void names_are_nists(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY);
    char *a = malloc(1000000);
    assert_non_null(a);
    memset(a, 'a', 1000000);
    mlops_id id = keep(store, "", 0);
    name_is(&id, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    id = keep(store, "abc", 3);
    name_is(&id, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    id = keep(store, a, 1000000);
    name_is(&id, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    assert_int_equal(reads(store, &id, a, 1000000), MLOPS_OK);
    free(a);
    mlops_store_close(store);
}

static void names_are_those_of_sha256sum(void **state) {
    shelf *s = *state;
    char file[100], command[160], line[80];
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY);
    snprintf(file, sizeof file, "%s/content", s->p.dir);
    snprintf(command, sizeof command, "sha256sum '%s' 2>&1", file);
    for (size_t i = 0; i < N; i++) {
        mlops_id id = keep(store, s->bytes[i], s->size[i]);
        set_file(file, s->bytes[i], s->size[i]);
        FILE *out = popen(command, "r");
        assert_non_null(out);
        int got = fgets(line, sizeof line, out) != NULL && strlen(line) >= 64;
        if (pclose(out) || !got) {
            skipped("there is no sha256sum");
            break;
        }
        line[64] = 0;
        name_is(&id, line);
    }
    mlops_store_close(store);
}

/* ---- once ---- */

static void content_is_stored_once(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    mlops_store_stats before = stats_of(store);
    for (int k = 0; k < 2; k++) {
        keep_all(s, store);
        assert_int_equal(stats_of(store).pack_bytes, before.pack_bytes);
        assert_int_equal(stats_of(store).n_objects, before.n_objects);
        mlops_store_close(store);
        store = open_with(s->p.path, MLOPS_SYNC_FULL, ENGINES[k]);
    }
    /* A byte that is put in costs the chunk around it, one that follows it perhaps, and a recipe.
     */
    uint8_t *more = malloc(5 * MIB + 1);
    assert_non_null(more);
    for (size_t at = 0; at <= 5 * MIB; at += MIB + 12345) {
        memcpy(more, s->bytes[N - 4], at);
        more[at] = 77;
        memcpy(more + at + 1, s->bytes[N - 4] + at, 5 * MIB - at);
        before = stats_of(store);
        mlops_id id = keep(store, more, 5 * MIB + 1);
        assert_true(stats_of(store).pack_bytes - before.pack_bytes < 3 * 256 * KIB);
        assert_int_equal(reads(store, &id, more, 5 * MIB + 1), MLOPS_OK);
    }
    free(more);
    has_all(s, store);
    mlops_store_close(store);
}

static void text_is_compressed(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep(store, s->bytes[N - 4], 5 * MIB);
    int64_t noise = stats_of(store).pack_bytes;
    assert_true(noise > 5 * MIB && noise < 5 * MIB + 64 * KIB);
    keep(store, s->bytes[N - 3], 5 * MIB);
    int64_t text = stats_of(store).pack_bytes - noise;
    if (text > 5 * MIB) skipped("this build has no zstd");
    else assert_true(text < 5 * MIB / 20);
    mlops_store_close(store);
}

static void large_content_takes_several_packs(void **state) {
    shelf *s = *state;
    enum { LARGE = 140 * MIB };
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    uint8_t *bytes = make_blob(LARGE, 3, 0);
    mlops_id id = keep(store, bytes, LARGE);
    assert_int_equal(reads(store, &id, bytes, LARGE), MLOPS_OK);
    for (int i = 1; i <= 3; i++) {
        char name[40];
        snprintf(name, sizeof name, "packs/%016x", i);
        assert_true(size_of(inside(&s->p, name)) > 0);
    }
    mlops_store_close(store);
    store = open_with(s->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
    assert_int_equal(reads(store, &id, bytes, LARGE), MLOPS_OK);
    mlops_store_close(store);
    free(bytes);
}

/* ---- parts ---- */

static void parts_are_those_of_the_whole(void **state) {
    shelf *s = *state;
    mlops_error e;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    uint8_t *part = malloc(2 * CHUNK + 100);
    assert_non_null(part);
    seed = 11;
    for (size_t i = 0; i < N; i++) {
        size_t n = s->size[i];
        for (int round = 0; round < 60; round++) {
            static const size_t AT[] = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1};
            size_t at = round < 5 ? AT[round] : draw() % (n + 1), cap = draw() % (2 * CHUNK + 99);
            if (round % 10 == 9) cap = n - at % (n + 1) < 2 * CHUNK ? n - at % (n + 1) : 1;
            if (at > n) at = n;
            int64_t size = -1;
            size_t want = cap < n - at ? cap : n - at;
            memset(part, 0xee, want + 1);
            works(mlops__content_read(store, &s->id[i], (int64_t)at, part, cap, &size, &e), &e);
            assert_int_equal(size, n);
            if (want) assert_memory_equal(part, s->bytes[i] + at, want);
            assert_int_equal(part[want], 0xee); /* and nothing behind it */
        }
        static const int64_t OUTSIDE[] = {1, INT64_MAX, INT64_MIN, -1};
        for (size_t k = 0; k < 4; k++) {
            int64_t size, at = k == 0 ? (int64_t)n + 1 : OUTSIDE[k];
            refused(mlops__content_read(store, &s->id[i], at, part, 10, &size, &e), &e,
                    MLOPS_E_INVALID, "outside");
        }
    }
    free(part);
    mlops_store_close(store);
}

static void room_is_asked_for(void **state) {
    shelf *s = *state;
    mlops_error e;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    uint8_t *bytes = malloc(5 * MIB + 1);
    assert_non_null(bytes);
    for (size_t i = 0; i < N; i++) {
        size_t needed = 99, n = s->size[i];
        works(mlops_store_content(store, &s->id[i], NULL, 0, &needed, &e), &e);
        assert_int_equal(needed, n);
        works(mlops_store_content(store, &s->id[i], NULL, 77, NULL, &e), &e);
        if (n > 0) {
            needed = 0;
            refused(mlops_store_content(store, &s->id[i], bytes, n - 1, &needed, &e), &e,
                    MLOPS_E_ARENA, "room");
            assert_int_equal(needed, n);
        }
        works(mlops_store_content(store, &s->id[i], bytes, n, NULL, &e), &e);
        if (n) assert_memory_equal(bytes, s->bytes[i], n);
        memset(bytes, 0, n);
        works(mlops_store_content(store, &s->id[i], bytes, SIZE_MAX, &needed, &e), &e);
        if (n) assert_memory_equal(bytes, s->bytes[i], n);
    }
    mlops_id other = {{1}};
    refused(mlops_store_content(store, &other, bytes, 1, NULL, &e), &e, MLOPS_E_NOT_FOUND, "name");
    refused(mlops_store_content(store, NULL, bytes, 1, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_store_content(NULL, &other, bytes, 1, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    free(bytes);
    mlops_store_close(store);
}

/* ---- damage ---- */

/* Every piece as it was kept, or MLOPS_E_CORRUPT; the number of those that are corrupt. */
static int n_corrupt(shelf *s, mlops_store *store) {
    int n = 0;
    for (size_t i = 0; i < N; i++) {
        mlops_status status = reads(store, &s->id[i], s->bytes[i], s->size[i]);
        if (status) assert_int_equal(status, MLOPS_E_CORRUPT);
        n += status != MLOPS_OK;
    }
    return n;
}

static void a_damaged_pack_is_told_of(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    const char *pack = inside(&s->p, "packs/0000000000000001");
    int64_t size = size_of(pack);
    int told = 0;
    seed = 17;
    for (int i = 0; i < 25; i++) {
        int64_t at = 64 + (int64_t)(draw() % (uint64_t)(size - 64));
        spoil(pack, at);
        int n = n_corrupt(s, store);
        assert_true(n <= 1); /* no two share a chunk */
        told += n;
        spoil(pack, at); /* back again */
    }
    assert_true(told > 20);
    assert_int_equal(n_corrupt(s, store), 0);
    mlops_store_close(store);
}

static void a_damaged_chunk_is_told_of_by_a_new_index(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    put(store, "a", "1");
    put(store, "b", "2");
    mlops_store_close(store);
    spoil(inside(&s->p, "packs/0000000000000001"), 64 + 64 + 5); /* its first chunk */
    store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY);
    assert_int_equal(stats_of(store).seq, N + 2);
    assert_int_equal(n_corrupt(s, store), 1);
    mlops_store_close(store);
}

static void damaged_journal_is_told_of(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    const char *segment = inside(&s->p, "journal/0000000000000001");
    size_t n;
    uint8_t *bytes = file_bytes(segment, &n);
    uint8_t *found = memmem(bytes, n, s->bytes[4], 2048); /* it rides in the journal */
    assert_non_null(found);
    for (int i = 0; i < 2048; i += 97) {
        spoil(segment, found - bytes + i);
        assert_int_equal(n_corrupt(s, store), 1);
        spoil(segment, found - bytes + i);
    }
    assert_int_equal(n_corrupt(s, store), 0);
    free(bytes);
    mlops_store_close(store);
}

static void a_pack_cut_short_or_gone(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep_all(s, store);
    mlops_store_close(store);
    const char *pack = inside(&s->p, "packs/0000000000000001");
    int64_t size = size_of(pack);
    assert_int_equal(truncate(pack, size / 2), 0);
    store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    int n = n_corrupt(s, store);
    assert_true(n > 0 && n < 10);
    mlops_store_close(store);
}

/* Content goes to another pack, and is read. */
static void nothing_is_written_behind_a_damaged_head(void **state) {
    shelf *s = *state;
    mlops_store *store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep(store, s->bytes[8], s->size[8]);
    mlops_store_close(store);
    spoil(inside(&s->p, "packs/0000000000000001"), 20);
    store = open_with(s->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    mlops_id id = keep(store, s->bytes[12], s->size[12]);
    assert_int_equal(reads(store, &id, s->bytes[12], s->size[12]), MLOPS_OK);
    mlops_store_close(store);
    assert_true(size_of(inside(&s->p, "packs/0000000000000002")) > CHUNK);
}

/* After memory was short in one read, the next one is served. */
static void short_of_memory_once(void **state) {
    shelf *s = *state;
    mlops__alloc_fault alloc;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops__alloc_fault_init(&alloc);
    host.allocator = &alloc.table;
    opts.host = &host;
    mlops_store *store = open_store(s->p.path, &opts);
    keep_all(s, store);
    mlops_store_close(store);
    int failures = 0;
    for (int64_t k = 1; k <= 5 * N; k++) {
        store = open_store(s->p.path, &opts);
        size_t i = (size_t)(k % N);
        alloc.n_injected = 0;
        alloc.fail_at = alloc.n_calls + 1 + k / N;
        mlops_status status = reads(store, &s->id[i], s->bytes[i], s->size[i]);
        int64_t injected = alloc.n_injected;
        alloc.fail_at = 0;
        if (injected) assert_int_equal(status, MLOPS_E_NOMEM);
        else assert_int_equal(status, MLOPS_OK);
        assert_int_equal(reads(store, &s->id[i], s->bytes[i], s->size[i]), MLOPS_OK);
        mlops_store_close(store);
        failures += injected != 0;
    }
    assert_true(failures > N);
    assert_int_equal(alloc.n_live, 0);
    assert_int_equal(alloc.n_misused, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_shelf, end_shelf)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(what_is_kept_is_there),
        TEST(several_in_one_commit),
        TEST(what_is_written_meanwhile),
        TEST(names_are_nists),
        TEST(names_are_those_of_sha256sum),
        TEST(content_is_stored_once),
        TEST(text_is_compressed),
        TEST(large_content_takes_several_packs),
        TEST(parts_are_those_of_the_whole),
        TEST(room_is_asked_for),
        TEST(a_damaged_pack_is_told_of),
        TEST(a_damaged_chunk_is_told_of_by_a_new_index),
        TEST(damaged_journal_is_told_of),
        TEST(a_pack_cut_short_or_gone),
        TEST(nothing_is_written_behind_a_damaged_head),
        TEST(short_of_memory_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
