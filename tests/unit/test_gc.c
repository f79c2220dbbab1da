/* When services collect garbage, and what statistics say of it, held against sizes that are known.
 */
#define _GNU_SOURCE
#include "unit/help_process.h"
#include "unit/help_search.h"

#include "store/record.h"

#define DAY_NS INT64_C(86400000000000)

enum { SIZE = 300000 };

/* A host whose time is the test's. */
typedef struct timed {
    place p;
    mlops_host host;
    mlops_clock clock;
    int64_t now;
    mlops_store_opts opts;
} timed;

static int64_t tell_time(void *ctx) { return ((const timed *)ctx)->now; }

static int set_up(void **state) {
    static timed t;
    mlops_clock clock = MLOPS_CLOCK_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    make_place(&t.p);
    t.clock = clock;
    t.clock.ctx = &t;
    t.clock.now_ns = t.clock.monotonic_ns = tell_time;
    t.now = 20000 * DAY_NS;
    t.host = host;
    t.host.clock = &t.clock;
    t.opts = opts;
    t.opts.host = &t.host;
    *state = &t;
    return 0;
}

static int tear_down(void **state) {
    remove_place(&((timed *)*state)->p);
    return 0;
}

/* Content that a record names. */
static void name(mlops_store *s, const char *key, const void *bytes, size_t n,
                 const mlops_id *like) {
    mlops_error e;
    char digits[65];
    mlops_id id = mlops__content_id(s, bytes, n);
    mlops_change *c = new_change(s);
    mlops__id_format(digits, &id);
    works(mlops__change_content(c, &id, bytes, n, like, &e), &e);
    add(c, key, digits);
    commit(c);
    mlops_change_free(c);
}

static void unname(mlops_store *s, const char *key) {
    mlops_error e;
    mlops_change *c = new_change(s);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text(key), &e), &e);
    commit(c);
    mlops_change_free(c);
}

static mlops_gc_stat collect(mlops_store *s, uint32_t flags, double min_live) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    opts.keep_ns = 1;
    opts.flags = flags;
    opts.min_live = min_live;
    mlops_status status = mlops_store_gc(s, &opts, NULL, &stat, &e);
    if (status != MLOPS_END) works(status, &e);
    return stat;
}

/* As a program does: until nothing is left to be done. */
static mlops_status serve(mlops_store *s, int64_t budget_ns, mlops_error *e) {
    mlops_status status;
    int calls = 0;
    do status = mlops_store_service(s, budget_ns, e);
    while (status == MLOPS_OK && ++calls < 100000);
    return status;
}

static void make_garbage(timed *t, mlops_store *s) {
    uint8_t *kept = make_blob(SIZE, 1, 0), *dead = make_blob(SIZE, 2, 0);
    name(s, "kept", kept, SIZE, NULL);
    name(s, "dead", dead, SIZE, NULL);
    t->now += DAY_NS;
    unname(s, "dead");
    free(kept);
    free(dead);
}

static int has(mlops_store *s, uint64_t seed) {
    uint8_t *bytes = make_blob(SIZE, seed, 0);
    mlops_id id = mlops__content_id(s, bytes, SIZE);
    mlops_status status = reads(s, &id, bytes, SIZE);
    free(bytes);
    assert_true(status == MLOPS_OK || status == MLOPS_E_NOT_FOUND);
    return status == MLOPS_OK;
}

static void a_service_collects_in_time(void **state) {
    timed *t = *state;
    mlops_error e;
    mlops_store *s = open_store(t->p.path, &t->opts);
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END); /* from when on it counts */
    make_garbage(t, s);
    assert_int_equal(stats_of(s).gc_time_ns, 0);
    assert_int_equal(serve(s, 0, &e), MLOPS_END); /* a day is over: it looks, and keeps two weeks */
    assert_true(stats_of(s).gc_time_ns == t->now);
    assert_true(has(s, 1) && has(s, 2));
    t->now += 14 * DAY_NS + 1;
    assert_int_equal(serve(s, 0, &e), MLOPS_END);
    assert_true(stats_of(s).gc_time_ns == t->now);
    assert_true(has(s, 1) && !has(s, 2));
    assert_true(stats_of(s).pack_bytes < 2 * SIZE); /* half of the pack is not less than half */
    int64_t last = t->now;
    t->now += DAY_NS - 1;
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(stats_of(s).gc_time_ns == last);
    mlops_store_close(s);
    s = open_store(t->p.path, &t->opts); /* the time is the store's, not the process's */
    t->now += 1;
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(stats_of(s).gc_time_ns == t->now);
    mlops_store_close(s);
}

static void options_say_when(void **state) {
    timed *t = *state;
    mlops_error e;
    mlops_store *s;
    t->opts.gc_every_ns = -2;
    refused(mlops_store_open(&s, t->p.path, &t->opts, &e), &e, MLOPS_E_INVALID, "gc_every_ns");
    t->opts.gc_every_ns = 1;
    t->opts.gc_keep_ns = -1;
    refused(mlops_store_open(&s, t->p.path, &t->opts, &e), &e, MLOPS_E_INVALID, "gc_keep_ns");
    t->opts.gc_every_ns = -1;
    t->opts.gc_keep_ns = 1;
    s = open_store(t->p.path, &t->opts);
    make_garbage(t, s);
    for (int i = 0; i < 3; i++, t->now += 1000 * DAY_NS)
        assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(has(s, 2));
    assert_int_equal(stats_of(s).gc_time_ns, 0);
    mlops_store_close(s);
    t->opts.gc_every_ns = DAY_NS / 24;
    s = open_store(t->p.path, &t->opts);
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    t->now += DAY_NS / 24 - 1;
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(has(s, 2));
    t->now += 1;
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(has(s, 1) && !has(s, 2));
    mlops_store_close(s);
}

static void a_service_goes_on_with_what_was_left_off(void **state) {
    timed *t = *state;
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_store *s = open_store(t->p.path, &t->opts);
    make_garbage(t, s);
    t->now += DAY_NS;
    opts.keep_ns = 1;
    opts.budget_ns = 1;
    assert_int_equal(mlops_store_gc(s, &opts, NULL, &stat, &e), MLOPS_OK);
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(!has(s, 2));
    assert_true(stats_of(s).gc_time_ns == t->now);
    mlops_store_close(s);
}

static void another_process_is_left_alone(void **state) {
    timed *t = *state;
    mlops_error e;
    int told[2], over[2];
    char byte;
    mlops_store *s = open_store(t->p.path, &t->opts);
    make_garbage(t, s);
    mlops_store_close(s);
    assert_true(pipe(told) == 0 && pipe(over) == 0);
    pid_t child = child_begins();
    if (child == 0) {
        mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
        opts.budget_ns = opts.keep_ns = 1;
        mlops_store *mine = open_quietly(t->p.path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
        MUST(mine);
        MUST(mlops_store_gc(mine, &opts, NULL, NULL, NULL) == MLOPS_OK);
        MUST(write(told[1], "", 1) == 1 && read(over[0], &byte, 1) == 1);
        leave(0);
    }
    assert_int_equal(read(told[0], &byte, 1), 1);
    t->opts.gc_every_ns = t->opts.gc_keep_ns = 1;
    s = open_store(t->p.path, &t->opts);
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    t->now += DAY_NS;
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(has(s, 2));
    assert_int_equal(write(over[1], "", 1), 1);
    ends_well(child);
    assert_int_equal(serve(s, INT64_MAX, &e), MLOPS_END);
    assert_true(!has(s, 2));
    mlops_store_close(s);
}

/* The last frame of a pack is not padded yet. */
static int64_t padded(int64_t bytes) { return (bytes + 7) / 8 * 8; }

/* Content, a version of it, and a pattern that compresses. */
static void statistics_tell_what_is_saved(void **state) {
    timed *t = *state;
    mlops_store *s = open_store(t->p.path, &t->opts);
    uint8_t *noise = make_blob(SIZE, 5, 0), *garbage = make_blob(100000, 6, 0);
    uint8_t *version = make_blob(SIZE, 5, 0), *pattern = make_blob(SIZE, 7, 50);
    for (size_t i = 1000; i < SIZE; i += 30000) version[i] ^= 1;
    name(s, "a", noise, SIZE, NULL);
    name(s, "x", garbage, 100000, NULL);
    unname(s, "x");
    t->now += DAY_NS;
    mlops_store_stats none = stats_of(s);
    assert_true(none.live_bytes == 0 && none.dedup_ratio == 0 && none.compression_ratio == 0);
    collect(s, MLOPS_GC_DRY_RUN, 1);
    mlops_store_stats one = stats_of(s);
    assert_true(one.content_bytes == SIZE && one.chunk_bytes == SIZE && one.shared_bytes == 0);
    assert_true(one.live_bytes > SIZE && one.live_bytes < SIZE + 2000);
    assert_true(one.garbage_bytes > 100000 && one.garbage_bytes < 101000);
    assert_int_equal(one.live_bytes + one.garbage_bytes + 64, padded(one.pack_bytes));
    assert_true(one.dedup_ratio == 1);
    assert_true(one.compression_ratio == (double)SIZE / (double)one.live_bytes);
    mlops_id base = mlops__content_id(s, noise, SIZE);
    name(s, "b", version, SIZE, &base);
    name(s, "c", pattern, SIZE, NULL);
    t->now += DAY_NS;
    collect(s, 0, 1);
    mlops_store_stats all = stats_of(s);
    assert_true(all.gc_time_ns == t->now);
    assert_int_equal(all.content_bytes, 3 * SIZE);
    assert_int_equal(all.shared_bytes, SIZE);
    assert_true(all.chunk_bytes > 2 * SIZE && all.chunk_bytes < 2 * SIZE + 2000);
    assert_true(all.live_bytes > SIZE && all.live_bytes < SIZE + 20000);
    assert_int_equal(all.garbage_bytes, 0);
    assert_int_equal(all.live_bytes + 64, padded(all.pack_bytes));
    assert_true(all.dedup_ratio > 1.49 && all.dedup_ratio < 1.5);
    assert_true(all.compression_ratio > 1.85 && all.compression_ratio < 2);
    mlops_store_close(s);
    free(noise), free(garbage), free(version), free(pattern);
}

static void what_a_killed_writer_left_is_garbage(void **state) {
    timed *t = *state;
    mlops_store *s = open_store(t->p.path, &t->opts);
    uint8_t *kept = make_blob(SIZE, 1, 0), *left = make_blob(SIZE, 8, 0);
    name(s, "kept", kept, SIZE, NULL);
    t->now += DAY_NS;
    leave_frame(inside(&t->p, "packs/0000000000000001"), left, SIZE);
    mlops_gc_stat found = collect(s, MLOPS_GC_DRY_RUN, 1);
    assert_int_equal(found.garbage_bytes, 64 + SIZE);
    collect(s, 0, 1);
    assert_true(has(s, 1));
    assert_true(stats_of(s).pack_bytes < SIZE + 2000);
    mlops_store_close(s);
    is_sound(t->p.path);
    free(kept), free(left);
}

/* One commit of a machine whose clock is years ahead: those behind it have its time, too. */
static void a_clock_that_was_ahead_keeps_nothing(void **state) {
    timed *t = *state;
    mlops_store *s = open_store(t->p.path, &t->opts);
    uint8_t *kept = make_blob(SIZE, 1, 0), *dead = make_blob(SIZE, 2, 0);
    t->now += 3000 * DAY_NS;
    name(s, "kept", kept, SIZE, NULL);
    t->now -= 3000 * DAY_NS;
    name(s, "dead", dead, SIZE, NULL);
    unname(s, "dead");
    collect(s, 0, 1); /* how old they are is not known yet */
    assert_true(has(s, 2));
    t->now += 2;
    collect(s, 0, 1);
    assert_true(has(s, 1) && !has(s, 2));
    name(s, "dead", dead, SIZE, NULL);
    unname(s, "dead");
    for (int i = 0; i < 3; i++, t->now += 2) collect(s, 0, 1);
    assert_true(has(s, 1) && !has(s, 2));
    mlops_store_close(s);
    free(kept), free(dead);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_service_collects_in_time, set_up, tear_down),
        cmocka_unit_test_setup_teardown(options_say_when, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_service_goes_on_with_what_was_left_off, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(another_process_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_killed_writer_left_is_garbage, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_was_ahead_keeps_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(statistics_tell_what_is_saved, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
