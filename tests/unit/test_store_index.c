/* The index is a cache: lost, spoiled or of another boot, it is made anew, and holds the same. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/core.h"
#include "sys/host.h"
#include "unit/draw.h"

enum { BLOB = 20000, SOME = 300, SNAPSHOT_EVERY = 8192 };

/* A store with records, content and commits in number; what it must hold for ever. */
typedef struct kept {
    place p;
    uint64_t state;
    int64_t seq, n_objects;
    mlops_id id, small;
    uint8_t *blob;
} kept;

static void note(kept *k, mlops_store *s) {
    mlops_store_stats stats = stats_of(s);
    k->state = stats.state;
    k->seq = stats.seq;
    k->n_objects = stats.n_objects;
}

static void fill(kept *k, mlops_store *s, int n) {
    char key[16], value[16];
    for (int i = 0; i < n; i++) {
        snprintf(key, sizeof key, "key %d", i * 37 % 500);
        snprintf(value, sizeof value, "%d", i);
        put(s, key, value);
    }
    k->id = keep(s, k->blob, BLOB);
    k->small = keep(s, k->blob, 100);
    put(s, "last", "1");
    note(k, s);
}

static int begin_kept(void **state) {
    kept *k = calloc(1, sizeof *k);
    assert_non_null(k);
    make_place(&k->p);
    k->blob = make_blob(BLOB, 1, 0);
    *state = k;
    return 0;
}

static int end_kept(void **state) {
    kept *k = *state;
    remove_place(&k->p);
    free(k->blob);
    free(k);
    return 0;
}

static void is_kept(const kept *k, mlops_store *s) {
    mlops_store_stats stats = stats_of(s);
    assert_int_equal(stats.seq, k->seq);
    assert_true(stats.state == k->state);
    assert_int_equal(stats.n_objects, k->n_objects);
    assert_int_equal(reads(s, &k->id, k->blob, BLOB), MLOPS_OK);
    assert_int_equal(reads(s, &k->small, k->blob, 100), MLOPS_OK);
    assert_string_equal(get(s, "last"), "1");
}

/* Opens, looks, writes one more, and looks again after opening once more. */
static void is_there_and_goes_on(kept *k) {
    mlops_store *s = open_store(k->p.path, NULL);
    is_kept(k, s);
    put(s, "one more", "1");
    note(k, s);
    is_kept(k, s);
    mlops_store_close(s);
    s = open_store(k->p.path, NULL);
    is_kept(k, s);
    mlops_store_close(s);
}

static void closed_store(kept *k) {
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    fill(k, s, SOME);
    mlops_store_close(s);
}

static void engines_hold_the_same(void **state) {
    kept *k = *state;
    closed_store(k);
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_MEMORY);
    is_kept(k, s);
    mlops_store_close(s);
    is_there_and_goes_on(k);
}

static void the_index_is_deleted(void **state) {
    kept *k = *state;
    closed_store(k);
    shell("rm -f '%s'/index/*", k->p.path);
    is_there_and_goes_on(k);
    shell("rm -f '%s'/index/boot", k->p.path);
    is_there_and_goes_on(k);
    shell("rm -r '%s'/index", k->p.path);
    is_there_and_goes_on(k);
}

static void another_boot(void **state) {
    kept *k = *state;
    closed_store(k);
    cut_power(&k->p);
    is_there_and_goes_on(k);
    /* What such a map holds is not looked at. */
    int64_t size = size_of(inside(&k->p, "index/data.mdb"));
    for (int64_t cut = 0; cut < size; cut += size / 7 + 1) {
        assert_int_equal(truncate(inside(&k->p, "index/data.mdb"), cut), 0);
        cut_power(&k->p);
        is_there_and_goes_on(k);
    }
    uint8_t *junk = make_blob(65536, 3, 0);
    set_file(inside(&k->p, "index/data.mdb"), junk, 65536);
    set_file(inside(&k->p, "index/data.mdb-lock"), junk, 65536);
    cut_power(&k->p);
    is_there_and_goes_on(k);
    free(junk);
}

static void stamps_that_say_nothing(void **state) {
    kept *k = *state;
    static const char *const STAMPS[] = {
        "",        "open",   "open ",
        "clean",   "clean ", "clean 0123\n",
        "open zz", "\n",     "Clean 00000000000000000000000000000000\n"};
    closed_store(k);
    for (size_t i = 0; i < sizeof STAMPS / sizeof STAMPS[0]; i++) {
        set_file(inside(&k->p, "index/boot"), STAMPS[i], strlen(STAMPS[i]));
        is_there_and_goes_on(k);
    }
    char *large = calloc(1, 100000);
    assert_non_null(large);
    set_file(inside(&k->p, "index/boot"), large, 100000);
    is_there_and_goes_on(k);
    free(large);
}

static void no_map_in_its_place(void **state) {
    kept *k = *state;
    closed_store(k);
    uint8_t *junk = make_blob(65536, 3, 0);
    static const size_t SIZES[] = {1, 100, 4096, 8192, 65536};
    for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
        set_file(inside(&k->p, "index/data.mdb"), junk, SIZES[i]);
        is_there_and_goes_on(k);
    }
    free(junk);
}

/* While it is open elsewhere the index is that of all. */
static void the_stamp_says_whether_it_is_in_use(void **state) {
    kept *k = *state;
    size_t n;
    mlops_store *s = open_store(k->p.path, NULL);
    put(s, "a", "1");
    uint8_t *stamp = file_bytes(inside(&k->p, "index/boot"), &n);
    assert_memory_equal(stamp, "open ", 5);
    free(stamp);
    mlops_store_close(s);
    stamp = file_bytes(inside(&k->p, "index/boot"), &n);
    assert_memory_equal(stamp, "clean ", 6);
    free(stamp);
}

/* ---- snapshots ---- */

/* How much is read of the journal, and whether packs were synced. */
static struct {
    char name[256][160];
    int64_t journal_bytes;
    int pack_syncs;
} seen;

static int64_t watch_open(void *ctx, const char *path, mlops_io_mode mode) {
    int64_t file = mlops__io_posix.open(ctx, path, mode);
    if (file >= 0 && file < 256) snprintf(seen.name[file], sizeof seen.name[0], "%s", path);
    return file;
}

static int64_t watch_pread(void *ctx, int64_t file, void *bytes, size_t n, int64_t offset) {
    int64_t got = mlops__io_posix.pread(ctx, file, bytes, n, offset);
    if (got > 0 && file < 256 && strstr(seen.name[file], "/journal/")) seen.journal_bytes += got;
    return got;
}

static int64_t watch_sync(void *ctx, int64_t file) {
    if (file < 256 && strstr(seen.name[file], "/packs/")) seen.pack_syncs++;
    return mlops__io_posix.sync(ctx, file);
}

static mlops_store *open_watched(const kept *k, mlops_sync sync) {
    static mlops_io io;
    static mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    io = mlops__io_posix;
    io.open = watch_open;
    io.pread = watch_pread;
    io.sync = watch_sync;
    host.io = &io;
    opts.host = &host;
    opts.sync = sync;
    seen.journal_bytes = 0;
    return open_store(k->p.path, &opts);
}

static void serve(mlops_store *s) {
    mlops_error e;
    mlops_status status = mlops_store_service(s, INT64_MAX, &e);
    if (status != MLOPS_END) fail_msg("%s: %s", mlops_status_name(status), e.message);
}

static int n_snapshots(const kept *k) {
    char line[200];
    char command[200];
    int n = 0;
    snprintf(command, sizeof command, "ls '%s/index'", k->p.path);
    FILE *out = popen(command, "r");
    assert_non_null(out);
    while (fgets(line, sizeof line, out)) n += strncmp(line, "snapshot-", 9) == 0;
    pclose(out);
    return n;
}

static void a_snapshot_spares_the_journal(void **state) {
    kept *k = *state;
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    fill(k, s, 100);
    serve(s);
    assert_int_equal(n_snapshots(k), 0);
    fill(k, s, SNAPSHOT_EVERY);
    serve(s);
    assert_int_equal(n_snapshots(k), 1);
    fill(k, s, 50); /* and some behind it */
    serve(s);
    assert_int_equal(n_snapshots(k), 1);
    mlops_store_close(s);
    cut_power(&k->p);
    s = open_watched(k, MLOPS_SYNC_FULL);
    int64_t with = seen.journal_bytes;
    is_kept(k, s);
    mlops_store_close(s);
    shell("rm '%s'/index/snapshot", k->p.path);
    cut_power(&k->p);
    s = open_watched(k, MLOPS_SYNC_FULL);
    int64_t without = seen.journal_bytes;
    is_kept(k, s);
    mlops_store_close(s);
    assert_true(without - with > SNAPSHOT_EVERY * 100); /* the frames that it repeats */
    is_there_and_goes_on(k);
}

static void a_later_snapshot_takes_the_place(void **state) {
    kept *k = *state;
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    for (int i = 0; i < 2; i++) {
        fill(k, s, SNAPSHOT_EVERY);
        serve(s);
        assert_int_equal(n_snapshots(k), 1);
    }
    mlops_store_close(s);
    cut_power(&k->p);
    is_there_and_goes_on(k);
}

static void collect_all(mlops_store *s) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    opts.keep_ns = 1;
    opts.min_live = 1;
    mlops_status status = mlops_store_gc(s, &opts, NULL, NULL, &e);
    if (status != MLOPS_END) works(status, &e);
}

/* Neither of one that a collection forgets is anything left, nor of one whose writer died. */
static void no_snapshot_is_left_behind(void **state) {
    kept *k = *state;
    mlops_error e;
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    fill(k, s, 10);
    set_file(inside(&k->p, "index/snapshot-0000000000000001"), "left", 4);
    works(mlops__snapshot_write(s, k->seq, &e), &e);
    assert_int_equal(n_snapshots(k), 1);
    assert_true(size_of(inside(&k->p, "index/snapshot")) > 0);
    mlops_change *c = new_change(s);
    mlops_id id;
    uint8_t *dead = make_blob(BLOB, 99, 0);
    works(mlops_change_content(c, &id, dead, BLOB, &e), &e);
    mlops_change_free(c);
    free(dead);
    collect_all(s);
    assert_int_equal(n_snapshots(k), 0);
    mlops_store_close(s);
    is_sound(k->p.path);
}

static void a_spoiled_snapshot_is_not_used(void **state) {
    kept *k = *state;
    char copy[200];
    size_t n;
    mlops_store *s = open_with(k->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    fill(k, s, SNAPSHOT_EVERY);
    int64_t seq = k->seq;
    serve(s);
    mlops_store_close(s);
    snprintf(copy, sizeof copy, "%s/index/snapshot-%016llx", k->p.path, (long long)seq);
    uint8_t *line = file_bytes(inside(&k->p, "index/snapshot"), &n);
    for (size_t i = 0; i < n; i++) { /* the line that names it */
        spoil(inside(&k->p, "index/snapshot"), (int64_t)i);
        cut_power(&k->p);
        is_there_and_goes_on(k);
        set_file(inside(&k->p, "index/snapshot"), line, n);
    }
    free(line);
    int64_t size = size_of(copy);
    assert_true(size > 0);
    seed = 9;
    for (int i = 0; i < 20; i++) {
        int64_t at = (int64_t)(draw() % (uint64_t)size);
        spoil(copy, at);
        cut_power(&k->p);
        is_there_and_goes_on(k);
        spoil(copy, at);
    }
    assert_int_equal(truncate(copy, size / 2), 0);
    cut_power(&k->p);
    is_there_and_goes_on(k);
    assert_int_equal(truncate(copy, 0), 0);
    cut_power(&k->p);
    is_there_and_goes_on(k);
    assert_int_equal(unlink(copy), 0);
    cut_power(&k->p);
    is_there_and_goes_on(k);
}

/* A snapshot knows content that no commit names yet: it must be durable with it, or after a power
 * cut the store would believe that it has what it lost. */
static void a_snapshot_syncs_what_it_knows(void **state) {
    kept *k = *state;
    mlops_error e;
    mlops_id id;
    mlops_store *s = open_watched(k, MLOPS_SYNC_RELAXED);
    for (int i = 0; i <= SNAPSHOT_EVERY; i++) put(s, "key", "value");
    works(mlops_store_flush(s, &e), &e);
    mlops_change *c = new_change(s);
    works(mlops_change_content(c, &id, k->blob, BLOB, &e), &e);
    int before = seen.pack_syncs;
    serve(s);
    assert_true(seen.pack_syncs > before);
    mlops_change_free(c);
    mlops_store_close(s);
}

/* What one handle acknowledges is durable if that is what it was opened for. */
static void who_opens_it_again_for_full_syncs_has_them(void **state) {
    kept *k = *state;
    mlops_store *s = open_watched(k, MLOPS_SYNC_RELAXED);
    keep(s, k->blob, BLOB);
    int before = seen.pack_syncs;
    mlops_store *full = open_with(k->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    keep(full, k->blob + 1, BLOB - 1);
    assert_true(seen.pack_syncs > before);
    mlops_store_close(full);
    mlops_store_close(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_kept, end_kept)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(engines_hold_the_same),
        TEST(the_index_is_deleted),
        TEST(another_boot),
        TEST(stamps_that_say_nothing),
        TEST(no_map_in_its_place),
        TEST(the_stamp_says_whether_it_is_in_use),
        TEST(a_snapshot_spares_the_journal),
        TEST(a_later_snapshot_takes_the_place),
        TEST(no_snapshot_is_left_behind),
        TEST(a_spoiled_snapshot_is_not_used),
        TEST(a_snapshot_syncs_what_it_knows),
        TEST(who_opens_it_again_for_full_syncs_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
