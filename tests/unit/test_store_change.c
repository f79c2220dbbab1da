/* Changes: whole or not at all, in order, refused where somebody was faster, and written down. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/journal.h"
#include "sys/host.h"
#include "unit/draw.h"

#include <pthread.h>

/* Each test for both engines and both ways to sync. */
typedef struct kind {
    mlops_sync sync;
    mlops_store_index index;
    place p;
} kind;

static int begin_kind(void **state) {
    kind *k = *state;
    make_place(&k->p);
    return 0;
}

static int end_kind(void **state) {
    kind *k = *state;
    remove_place(&k->p);
    return 0;
}

static mlops_store *open_kind(const kind *k) { return open_with(k->p.path, k->sync, k->index); }

static void is(mlops_store *s, const char *key, const char *value) {
    const char *got = get(s, key);
    if (value) {
        assert_non_null(got);
        assert_string_equal(got, value);
    } else {
        assert_null(got);
    }
}

static void operations_apply_in_order(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_store *s = open_kind(k);
    mlops_change *c = new_change(s);
    add(c, "a", "1");
    add(c, "b", "1");
    add(c, "a", "2");
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text("b"), &e), &e);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text("c"), &e), &e);
    add(c, "c", "");
    is(s, "a", NULL); /* not before the commit */
    assert_int_equal(commit(c), 1);
    is(s, "a", "2");
    is(s, "b", NULL);
    is(s, "c", "");
    add(c, "b", "3"); /* the change is empty, and may be used again */
    assert_int_equal(commit(c), 2);
    is(s, "a", "2");
    is(s, "b", "3");
    add(c, "a", "never");
    mlops_change_free(c);
    mlops_store_close(s);
    s = open_kind(k);
    is(s, "a", "2");
    is(s, "b", "3");
    is(s, "c", "");
    assert_int_equal(stats_of(s).seq, 2);
    mlops_store_close(s);
}

static void nothing_to_do_is_no_commit(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_store *s = open_kind(k);
    put(s, "a", "1");
    mlops_change *c = new_change(s);
    works(mlops_change_commit(c, NULL, &e), &e);
    works(mlops__change_verb(c, "do nothing", &e), &e);
    works(mlops__change_expect(c, MLOPS__TABLE_TEST, text("a"), text("1"), &e), &e);
    works(mlops_change_commit(c, NULL, &e), &e);
    assert_int_equal(stats_of(s).seq, 1);
    mlops_change_free(c);
    mlops_change_free(NULL);
    mlops_store_close(s);
}

static mlops_status try_with(mlops_store *s, const char *key, const char *was, const char *value) {
    mlops_error e;
    mlops__bytes nothing = {NULL, 0};
    mlops_change *c = new_change(s);
    works(mlops__change_expect(c, MLOPS__TABLE_TEST, text(key), was ? text(was) : nothing, &e), &e);
    add(c, "result", value);
    add(c, key, value);
    int64_t seq = -5;
    mlops_status status = mlops_change_commit(c, &seq, &e);
    if (status) {
        refused(status, &e, MLOPS_E_CONFLICT, key);
        assert_int_equal(seq, -5);
        works(mlops_change_commit(c, NULL, &e), &e); /* it is empty now: this does nothing */
    }
    mlops_change_free(c);
    return status;
}

static void conflicts_are_told(void **state) {
    const kind *k = *state;
    mlops_store *s = open_kind(k);
    put(s, "there", "1");
    put(s, "empty", "");
    static const struct {
        const char *key, *was;
        int good;
    } cases[] = {{"there", "2", 0},  {"there", NULL, 0}, {"there", "", 0}, {"there", "11", 0},
                 {"empty", NULL, 0}, {"empty", "x", 0},  {"gone", "", 0},  {"gone", "1", 0},
                 {"there", "1", 1},  {"empty", "", 1},   {"gone", NULL, 1}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t before = stats_of(s).seq;
        mlops_status status = try_with(s, cases[i].key, cases[i].was, "new");
        assert_int_equal(status, cases[i].good ? MLOPS_OK : MLOPS_E_CONFLICT);
        assert_int_equal(stats_of(s).seq, before + cases[i].good);
        is(s, "result", i < 8 ? NULL : "new");
    }
    is(s, "there", "new");
    is(s, "gone", "new");
    mlops_store_close(s);
    s = open_kind(k);
    assert_int_equal(stats_of(s).seq, 5);
    mlops_store_close(s);
}

/* What a change expects is looked at when it commits, not when it is built. */
static void a_faster_one_wins(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_store *s = open_kind(k);
    put(s, "a", "1");
    mlops_change *slow = new_change(s);
    works(mlops__change_expect(slow, MLOPS__TABLE_TEST, text("a"), text("1"), &e), &e);
    add(slow, "a", "slow");
    assert_int_equal(try_with(s, "a", "1", "fast"), MLOPS_OK);
    refused(mlops_change_commit(slow, NULL, &e), &e, MLOPS_E_CONFLICT, "'a'");
    is(s, "a", "fast");
    works(mlops__change_expect(slow, MLOPS__TABLE_TEST, text("a"), text("fast"), &e), &e);
    add(slow, "a", "slow");
    commit(slow);
    is(s, "a", "slow");
    mlops_change_free(slow);
    mlops_store_close(s);
}

static void own_commits_are_seen(void **state) {
    const kind *k = *state;
    char value[16];
    mlops_store *s = open_kind(k);
    for (int i = 1; i <= 1300; i++) { /* more than a relaxed writer runs ahead */
        snprintf(value, sizeof value, "%d", i);
        assert_int_equal(put(s, "a", value), i);
        if (i % 7 == 0 || i > 1290) is(s, "a", value);
    }
    is(s, "a", "1300");
    assert_int_equal(stats_of(s).seq, 1300);
    mlops_store_close(s);
    s = open_kind(k);
    is(s, "a", "1300");
    mlops_store_close(s);
}

static void flush_makes_durable(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_store *s = open_kind(k);
    for (int i = 0; i < 10; i++) put(s, "a", "1");
    assert_true(stats_of(s).durable <= 10);
    if (k->sync == MLOPS_SYNC_FULL) assert_int_equal(stats_of(s).durable, 10);
    works(mlops_store_flush(s, &e), &e);
    assert_int_equal(stats_of(s).durable, 10);
    works(mlops_store_flush(s, &e), &e);
    put(s, "a", "2");
    assert_int_equal(mlops_store_service(s, INT64_MAX, &e), MLOPS_END);
    assert_int_equal(stats_of(s).durable, 11);
    assert_int_equal(mlops_store_service(s, -1, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_store_service(NULL, 1, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_store_flush(NULL, &e), MLOPS_E_INVALID);
    mlops_store_close(s);
}

static void a_reader_keeps_its_moment(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops__index index;
    mlops__bytes v;
    mlops_store *s = open_kind(k);
    put(s, "a", "1");
    works(mlops__store_read_begin(s, &index, &e), &e);
    for (int i = 0; i < 100; i++) put(s, i % 2 ? "a" : "b", "2");
    works(mlops__index_get(&index, MLOPS__TABLE_TEST, text("a"), &v, &e), &e);
    assert_memory_equal(v.data, "1", 1);
    assert_int_equal(mlops__index_get(&index, MLOPS__TABLE_TEST, text("b"), &v, &e),
                     MLOPS_E_NOT_FOUND);
    mlops__store_read_end(&index);
    is(s, "a", "2");
    mlops_store_close(s);
}

static void records_of_a_prefix(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops__index index;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_store *s = open_kind(k);
    static const char *const KEYS[] = {"a", "b", "ba", "baa", "bb", "c", "b\xff"};
    for (size_t i = 0; i < 7; i++) put(s, KEYS[i], KEYS[i]);
    works(mlops__store_read_begin(s, &index, &e), &e);
    static const struct {
        const char *prefix, *found;
    } cases[] = {{"", "a b ba baa bb b\xff c "},
                 {"b", "b ba baa bb b\xff "},
                 {"ba", "ba baa "},
                 {"baab", ""},
                 {"d", ""},
                 {"b\xff", "b\xff "}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char found[64] = "";
        size_t n = 0;
        works(mlops__index_iter_init(&iter, &index, MLOPS__TABLE_TEST, text(cases[i].prefix), &e),
              &e);
        mlops_status status;
        while (!(status = mlops__index_iter_next(&iter, &key, &value, &e))) {
            assert_int_equal(key.size, value.size);
            assert_memory_equal(key.data, value.data, key.size);
            n += (size_t)snprintf(found + n, sizeof found - n, "%.*s ", (int)key.size, key.data);
        }
        assert_int_equal(status, MLOPS_END);
        mlops__index_iter_free(&iter);
        assert_string_equal(found, cases[i].found);
    }
    mlops__store_read_end(&index);
    mlops_store_close(s);
}

/* ---- limits ---- */

static void limits_are_told(void **state) {
    const kind *k = *state;
    mlops_error e;
    static uint8_t key[600];
    enum { MIB = 1 << 20 };
    uint8_t *value = calloc(1, 65 * MIB);
    assert_non_null(value);
    memset(key, 'k', sizeof key);
    mlops_store *s = open_kind(k);
    mlops_change *c = new_change(s);
    for (size_t n = 0; n <= 600; n++) {
        mlops__bytes name = {key, n};
        mlops_status status = mlops__change_put(c, MLOPS__TABLE_TEST, name, text("v"), &e);
        if (n == 0 || n > 498) refused(status, &e, MLOPS_E_LIMIT, "1 to 498");
        else works(status, &e);
    }
    assert_int_equal(commit(c), 1);
    assert_int_equal(stats_of(s).n_records, 498);
    refused(mlops__change_put(c, MLOPS__TABLE_TEST, text("k"), (mlops__bytes){value, 65 * MIB}, &e),
            &e, MLOPS_E_LIMIT, "too long");
    refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_LIMIT, "too long"); /* nothing half */
    mlops_change_free(c);
    c = new_change(s);
    for (int i = 0; i < 65; i++) /* each is small enough, their sum is not */
        works(mlops__change_put(c, MLOPS__TABLE_TEST, text("k"), (mlops__bytes){value, MIB}, &e),
              &e);
    int64_t before = stats_of(s).journal_bytes;
    for (int i = 0; i < 2; i++)
        refused(mlops_change_commit(c, NULL, &e), &e, MLOPS_E_LIMIT, "64 MiB");
    assert_int_equal(stats_of(s).journal_bytes, before);
    mlops_change_free(c);
    c = new_change(s);
    works(mlops__change_put(c, MLOPS__TABLE_TEST, text("large"),
                            (mlops__bytes){value, 64 * MIB - 4096}, &e),
          &e);
    assert_int_equal(commit(c), 2);
    mlops_change_free(c);
    put(s, "a", "1");
    assert_int_equal(stats_of(s).seq, 3);
    mlops_store_close(s);
    s = open_kind(k);
    is(s, "a", "1");
    assert_int_equal(stats_of(s).n_records, 500);
    mlops_store_close(s);
    free(value);
}

static void misuse_is_told(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_id id;
    mlops_store *s = open_kind(k);
    mlops_change *c = NULL;
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    opts.flags = 1;
    refused(mlops_change_new(&c, s, &opts, &e), &e, MLOPS_E_INVALID, "flags");
    opts.flags = 0;
    opts.struct_size = 2;
    refused(mlops_change_new(&c, s, &opts, &e), &e, MLOPS_E_INVALID, "mlops_change_opts");
    refused(mlops_change_new(&c, NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_change_new(NULL, s, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_change_commit(NULL, NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    c = new_change(s);
    refused(mlops_change_content(c, &id, NULL, 1, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_change_content(c, NULL, "x", 1, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops_change_content(NULL, &id, "x", 1, &e), &e, MLOPS_E_INVALID, "NULL");
    works(mlops_change_content(c, &id, NULL, 0, &e), &e);
    assert_int_equal(commit(c), 1);
    mlops_change_free(c);
    mlops_store_close(s);
}

/* ---- the trail ---- */

static int64_t backwards(void *ctx) { return *(int64_t *)ctx -= 1000; }

/* Reads the journal without the store: who, what, when. */
static void every_commit_is_written_down(void **state) {
    const kind *k = *state;
    mlops_error e;
    int64_t now = INT64_C(1700000000) * 1000000000;
    mlops_clock clock = {sizeof clock, 0, &now, backwards, backwards};
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_change_opts who = {sizeof who, 0, "a person", "4bf92f3577b34da6a3ce929d0e0e4736",
                             "because"};
    host.clock = &clock;
    opts.host = &host;
    opts.sync = k->sync;
    opts.index = k->index;
    mlops_store *s = open_store(k->p.path, &opts);
    mlops_change *c;
    works(mlops_change_new(&c, s, &who, &e), &e);
    for (int i = 0; i < 3; i++) {
        works(mlops__change_verb(c, "test", &e), &e);
        add(c, "key", "value");
        commit(c);
    }
    mlops_change_free(c);
    assert_true(stats_of(s).time_ns > now); /* time goes back, the trail does not */
    mlops_store_close(s);

    static const struct {
        mlops__op_kind kind;
        const char *key, *value;
    } want[] = {{MLOPS__OP_NOTE, "actor", "a person"},
                {MLOPS__OP_NOTE, "trace", "4bf92f3577b34da6a3ce929d0e0e4736"},
                {MLOPS__OP_NOTE, "note", "because"},
                {MLOPS__OP_NOTE, "verb", "test"},
                {MLOPS__OP_PUT, "key", "value"}};
    size_t n;
    uint8_t *segment = file_bytes(inside(&k->p, "journal/0000000000000001"), &n);
    int64_t last = 0;
    size_t at = 64;
    for (int i = 0; i < 3; i++) {
        mlops__frame f;
        mlops__ops ops;
        mlops__op op;
        assert_int_equal(mlops__frame_open(&f, segment + at, mlops__frame_size(segment + at)), 0);
        assert_int_equal(f.seq, i + 1);
        assert_true(f.time_ns >= last && f.time_ns > 0);
        last = f.time_ns;
        mlops__ops_init(&ops, &f);
        for (size_t w = 0; w < sizeof want / sizeof want[0]; w++) {
            assert_true(mlops__ops_next(&ops, &op));
            assert_int_equal(op.kind, want[w].kind);
            assert_int_equal(op.key.size, strlen(want[w].key));
            assert_memory_equal(op.key.data, want[w].key, op.key.size);
            assert_int_equal(op.value.size, strlen(want[w].value));
            assert_memory_equal(op.value.data, want[w].value, op.value.size);
        }
        assert_false(mlops__ops_next(&ops, &op));
        at += f.size;
    }
    free(segment);
}

/* ---- failures ---- */

/* A commit that fails does nothing, and the change is as it was: the next try succeeds. */
static void a_failed_commit_may_be_tried_again(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops__alloc_fault alloc;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops__alloc_fault_init(&alloc);
    host.allocator = &alloc.table;
    opts.host = &host;
    opts.sync = k->sync;
    opts.index = k->index;
    mlops_store *s = open_store(k->p.path, &opts);
    put(s, "other", "1");
    int64_t seq = 1, failures = 0;
    for (int64_t i = 1; i < 300; i++) {
        static uint8_t value[3000];
        char key[16];
        snprintf(key, sizeof key, "k%d", (int)i);
        mlops_change *c = new_change(s);
        works(mlops__change_expect(c, MLOPS__TABLE_TEST, text(key), (mlops__bytes){NULL, 0}, &e),
              &e);
        works(mlops__change_put(c, MLOPS__TABLE_TEST, text(key), (mlops__bytes){value, 3000}, &e),
              &e);
        alloc.n_injected = 0;
        alloc.fail_at = alloc.n_calls + 1 + i % 40;
        mlops_status status = mlops_change_commit(c, NULL, &e);
        int64_t injected = alloc.n_injected;
        alloc.fail_at = 0;
        if (status) {
            refused(status, &e, MLOPS_E_NOMEM, "memory");
            assert_true(injected > 0);
            failures++;
            is(s, key, NULL);
            assert_int_equal(stats_of(s).seq, seq);
            works(mlops_change_commit(c, NULL, &e), &e);
        }
        assert_int_equal(stats_of(s).seq, ++seq);
        mlops_change_free(c);
    }
    assert_true(failures >= 7);
    mlops_store_close(s);
    assert_int_equal(alloc.n_live, 0);
    assert_int_equal(alloc.n_misused, 0);
}

/* Content that could not be kept is not committed in name either. */
static void content_that_fails_commits_nothing(void **state) {
    const kind *k = *state;
    mlops_error e;
    mlops_id id;
    mlops__io_fault io;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops__io_fault_init(&io, &mlops__io_posix);
    host.io = &io.table;
    opts.host = &host;
    opts.sync = k->sync;
    opts.index = k->index;
    mlops_store *s = open_store(k->p.path, &opts);
    uint8_t *blob = make_blob(9000, 1, 0);
    put(s, "a", "1");
    mlops_change *c = new_change(s);
    io.os_code = ENOSPC;
    io.kind = MLOPS__FAULT_STICKY;
    io.fail_at = io.n_calls + 2;
    refused(mlops_change_content(c, &id, blob, 9000, &e), &e, MLOPS_E_NO_SPACE, "space");
    io.fail_at = 0;
    works(mlops_change_commit(c, NULL, &e), &e);
    assert_int_equal(stats_of(s).seq, 1);
    works(mlops_change_content(c, &id, blob, 9000, &e), &e);
    assert_int_equal(commit(c), 2);
    assert_int_equal(reads(s, &id, blob, 9000), MLOPS_OK);
    mlops_change_free(c);
    mlops_store_close(s);
    free(blob);
}

/* ---- threads ---- */

enum { THREADS = 4, PER_THREAD = 60 };

typedef struct worker {
    mlops_store *s;
    int number;
    int64_t last;
    int bad;
} worker;

/* No asserts: they jump, and only on the main thread. */
static void *work(void *user) {
    worker *w = user;
    char key[16], value[16];
    for (int i = 0; i < PER_THREAD; i++) {
        mlops_change *c;
        mlops_id id;
        uint8_t blob[5000];
        int64_t seq = 0;
        size_t size;
        snprintf(key, sizeof key, "%d/%d", w->number, i);
        snprintf(value, sizeof value, "%d", i);
        memset(blob, w->number * 16 + i % 16, sizeof blob);
        if (mlops_change_new(&c, w->s, NULL, NULL)) return w->bad = 1, NULL;
        w->bad |= mlops__change_put(c, MLOPS__TABLE_TEST, text(key), text(value), NULL) != 0;
        w->bad |= mlops_change_content(c, &id, blob, sizeof blob, NULL) != 0;
        w->bad |= mlops_change_commit(c, &seq, NULL) != 0;
        w->bad |= seq <= w->last; /* each later than its last one */
        w->last = seq;
        mlops_change_free(c);
        w->bad |= mlops_store_content(w->s, &id, blob, sizeof blob, &size, NULL) != 0;
    }
    return NULL;
}

static void threads_take_turns(void **state) {
    const kind *k = *state;
    mlops_store *s = open_kind(k);
    worker w[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++) {
        w[i] = (worker){s, i, 0, 0};
        assert_int_equal(pthread_create(&thread[i], NULL, work, &w[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) assert_int_equal(pthread_join(thread[i], NULL), 0);
    for (int i = 0; i < THREADS; i++) assert_false(w[i].bad);
    assert_int_equal(stats_of(s).seq, THREADS * PER_THREAD);
    assert_int_equal(stats_of(s).n_records, THREADS * PER_THREAD);
    assert_int_equal(stats_of(s).n_objects, THREADS * 16);
    mlops_store_close(s);
    s = open_kind(k);
    assert_int_equal(stats_of(s).n_records, THREADS * PER_THREAD);
    mlops_store_close(s);
}

#define ON(name, k)                                                                                \
    { #name " (" #k ")", name, begin_kind, end_kind, &k }
#define TEST(name)                                                                                 \
    ON(name, full), ON(name, relaxed), ON(name, full_memory), ON(name, relaxed_memory)

int main(void) {
    static kind full = {.sync = MLOPS_SYNC_FULL, .index = MLOPS_STORE_INDEX_FILE},
                relaxed = {.sync = MLOPS_SYNC_RELAXED, .index = MLOPS_STORE_INDEX_FILE},
                full_memory = {.sync = MLOPS_SYNC_FULL, .index = MLOPS_STORE_INDEX_MEMORY},
                relaxed_memory = {.sync = MLOPS_SYNC_RELAXED, .index = MLOPS_STORE_INDEX_MEMORY};
    const struct CMUnitTest tests[] = {
        TEST(operations_apply_in_order),
        TEST(nothing_to_do_is_no_commit),
        TEST(conflicts_are_told),
        TEST(a_faster_one_wins),
        TEST(own_commits_are_seen),
        TEST(flush_makes_durable),
        TEST(a_reader_keeps_its_moment),
        TEST(records_of_a_prefix),
        ON(limits_are_told, full),
        ON(limits_are_told, relaxed_memory),
        TEST(misuse_is_told),
        TEST(every_commit_is_written_down),
        TEST(a_failed_commit_may_be_tried_again),
        TEST(content_that_fails_commits_nothing),
        TEST(threads_take_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
