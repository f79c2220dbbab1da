/* The index's engines: what kv.h promises, held against each of them, and against a list that is
 * searched from end to end. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/kv.h"
#include "sys/host.h"
#include "unit/draw.h"
#include "unit/skipped.h"

#include <signal.h>
#include <sys/resource.h>

enum { KEY = MLOPS__KV_KEY_MAX };

/* One engine at work, over memory with a ledger. */
typedef struct bench {
    const char *name;
    int in_memory;
    mlops__kv_syncs syncs;
    place p;
    char file[80];
    mlops__alloc_fault alloc;
    mlops__host host;
    mlops__kv *kv;
} bench;

static mlops_status open_kv(bench *b, mlops_error *e) {
    mlops__kv_opts opts = {b->file, "the index", 0, b->in_memory, b->syncs};
    return mlops__kv_open(&b->kv, &b->host, &opts, e);
}

static int begin_bench(void **state) {
    bench *b = *state;
    mlops_error e;
    make_place(&b->p);
    snprintf(b->file, sizeof b->file, "%s/map", b->p.dir);
    mlops__alloc_fault_init(&b->alloc);
    works(mlops__host_init(&b->host, NULL, &e), &e);
    b->host.allocator = b->alloc.table;
    works(open_kv(b, &e), &e);
    return 0;
}

static int end_bench(void **state) {
    bench *b = *state;
    mlops__kv_close(b->kv);
    b->kv = NULL;
    remove_place(&b->p);
    if (b->alloc.n_live || b->alloc.n_misused) print_error("%s: memory is held\n", b->name);
    return b->alloc.n_live != 0 || b->alloc.n_misused != 0;
}

static mlops__kv_txn *begin(bench *b, int writes) {
    mlops__kv_txn *t;
    mlops_error e;
    works(mlops__kv_begin(&t, b->kv, writes, &e), &e);
    return t;
}

static void end(mlops__kv_txn *t) {
    mlops_error e;
    works(mlops__kv_commit(t, &e), &e);
}

static void put_one(mlops__kv_txn *t, const char *key, const char *value) {
    mlops_error e;
    works(mlops__kv_put(t, text(key), text(value), &e), &e);
}

/* The transaction has this value there; NULL: nothing. */
static void holds(mlops__kv_txn *t, const char *key, const char *value) {
    mlops__bytes v = {NULL, 99};
    mlops_status status = mlops__kv_get(t, text(key), &v, NULL);
    assert_int_equal(status, value ? MLOPS_OK : MLOPS_E_NOT_FOUND);
    if (!value) return;
    assert_int_equal(v.size, strlen(value));
    if (v.size) assert_memory_equal(v.data, value, v.size);
}

/* All keys from one on, each with a space behind it. */
static const char *walk(mlops__kv_txn *t, const char *from) {
    static char out[256];
    mlops__kv_cursor *c;
    mlops__bytes k, v;
    size_t n = 0;
    assert_int_equal(mlops__kv_cursor_new(&c, t, NULL), 0);
    mlops_status status = mlops__kv_seek(c, text(from), &k, &v, NULL);
    while (status == MLOPS_OK) {
        memcpy(out + n, k.data, k.size);
        n += k.size;
        out[n++] = ' ';
        status = mlops__kv_next(c, &k, &v, NULL);
    }
    assert_int_equal(status, MLOPS_END);
    mlops__kv_cursor_free(c);
    out[n] = 0;
    return out;
}

static void order_is_of_bytes(void **state) {
    bench *b = *state;
    mlops__kv_txn *t = begin(b, 1);
    assert_string_equal(walk(t, "a"), "");
    const char *keys[] = {"b", "a", "ab", "aa", "\xff", "a\x01", "\x01", "abc", "B", "\x7f\x80"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) put_one(t, keys[i], "v");
    assert_string_equal(walk(t, "\x01"), "\x01 B a a\x01 aa ab abc b \x7f\x80 \xff ");
    end(t);
    t = begin(b, 0);
    assert_string_equal(walk(t, "a"), "a a\x01 aa ab abc b \x7f\x80 \xff ");
    assert_string_equal(walk(t, "ab"), "ab abc b \x7f\x80 \xff ");
    assert_string_equal(walk(t, "abb"), "abc b \x7f\x80 \xff ");
    assert_string_equal(walk(t, "\xff"), "\xff ");
    assert_string_equal(walk(t, "\xff\x01"), "");
    mlops__kv_end(t);
}

static void values_may_be_empty_and_large(void **state) {
    bench *b = *state;
    static uint8_t large[300000];
    mlops__bytes v;
    memset(large, 7, sizeof large);
    mlops__kv_txn *t = begin(b, 1);
    put_one(t, "empty", "");
    assert_int_equal(mlops__kv_put(t, text("large"), (mlops__bytes){large, sizeof large}, NULL), 0);
    end(t);
    t = begin(b, 0);
    holds(t, "empty", "");
    assert_int_equal(mlops__kv_get(t, text("large"), &v, NULL), 0);
    assert_int_equal(v.size, sizeof large);
    assert_memory_equal(v.data, large, sizeof large);
    mlops__kv_end(t);
}

static void keys_have_up_to_500_bytes(void **state) {
    bench *b = *state;
    uint8_t key[KEY];
    mlops__bytes v, found;
    mlops__kv_cursor *c;
    memset(key, 'k', sizeof key);
    mlops__kv_txn *t = begin(b, 1);
    for (size_t n = 1; n <= KEY; n++) {
        mlops__bytes size = {(const uint8_t *)&n, sizeof n};
        assert_int_equal(mlops__kv_put(t, (mlops__bytes){key, n}, size, NULL), 0);
    }
    end(t);
    t = begin(b, 0);
    assert_int_equal(mlops__kv_cursor_new(&c, t, NULL), 0);
    assert_int_equal(mlops__kv_seek(c, (mlops__bytes){key, 1}, &found, &v, NULL), 0);
    for (size_t n = 1; n <= KEY; n++) { /* the shorter one first */
        assert_int_equal(found.size, n);
        assert_memory_equal(v.data, &n, sizeof n);
        assert_int_equal(mlops__kv_next(c, &found, &v, NULL), n < KEY ? MLOPS_OK : MLOPS_END);
    }
    mlops__kv_cursor_free(c);
    mlops__kv_end(t);
}

static void put_replaces_and_del_removes(void **state) {
    bench *b = *state;
    mlops__kv_txn *t = begin(b, 1);
    assert_int_equal(mlops__kv_del(t, text("a"), NULL), MLOPS_E_NOT_FOUND);
    put_one(t, "a", "1");
    put_one(t, "b", "2");
    put_one(t, "a", "a longer one");
    holds(t, "a", "a longer one"); /* what was written is read */
    end(t);
    t = begin(b, 1);
    put_one(t, "a", "3");
    holds(t, "a", "3");
    assert_int_equal(mlops__kv_del(t, text("b"), NULL), 0);
    holds(t, "b", NULL);
    assert_int_equal(mlops__kv_del(t, text("b"), NULL), MLOPS_E_NOT_FOUND);
    put_one(t, "b", "4");
    end(t);
    t = begin(b, 1);
    holds(t, "a", "3");
    holds(t, "b", "4");
    assert_int_equal(mlops__kv_del(t, text("a"), NULL), 0);
    assert_int_equal(mlops__kv_del(t, text("b"), NULL), 0);
    end(t);
    t = begin(b, 0);
    assert_string_equal(walk(t, "\x01"), "");
    mlops__kv_end(t);
}

static void cursor_seeks_again(void **state) {
    bench *b = *state;
    mlops__kv_cursor *c;
    mlops__bytes k, v;
    mlops__kv_txn *t = begin(b, 1);
    put_one(t, "b", "1");
    put_one(t, "d", "2");
    end(t);
    t = begin(b, 0);
    assert_int_equal(mlops__kv_cursor_new(&c, t, NULL), 0);
    assert_int_equal(mlops__kv_seek(c, text("c"), &k, &v, NULL), 0);
    assert_memory_equal(k.data, "d", 1);
    assert_int_equal(mlops__kv_next(c, &k, &v, NULL), MLOPS_END);
    assert_int_equal(mlops__kv_next(c, &k, &v, NULL), MLOPS_END);
    assert_int_equal(mlops__kv_seek(c, text("a"), &k, &v, NULL), 0);
    assert_memory_equal(k.data, "b", 1);
    assert_int_equal(mlops__kv_seek(c, text("b"), &k, &v, NULL), 0);
    assert_int_equal(mlops__kv_next(c, &k, &v, NULL), 0);
    assert_memory_equal(k.data, "d", 1);
    assert_memory_equal(v.data, "2", 1);
    assert_int_equal(mlops__kv_seek(c, text("e"), &k, &v, NULL), MLOPS_END);
    assert_int_equal(mlops__kv_next(c, &k, &v, NULL), MLOPS_END);
    mlops__kv_cursor_free(c);
    mlops__kv_end(t);
}

static void readers_stay_at_their_moment(void **state) {
    bench *b = *state;
    mlops__kv_txn *t = begin(b, 1), *before, *between;
    before = begin(b, 0);
    put_one(t, "a", "1");
    holds(before, "a", NULL);
    end(t);
    between = begin(b, 0);
    t = begin(b, 1);
    put_one(t, "a", "2");
    put_one(t, "b", "1");
    assert_int_equal(mlops__kv_del(t, text("a"), NULL), 0);
    holds(between, "a", "1");
    end(t);
    for (int i = 0; i < 200; i++) { /* what a reader holds is not reused */
        char key[16];
        snprintf(key, sizeof key, "k%d", i % 50);
        t = begin(b, 1);
        put_one(t, key, "some value of some length");
        end(t);
    }
    holds(before, "a", NULL);
    assert_string_equal(walk(before, "\x01"), "");
    holds(between, "a", "1");
    assert_string_equal(walk(between, "\x01"), "a ");
    mlops__kv_end(before);
    t = begin(b, 0);
    holds(t, "a", NULL);
    holds(t, "b", "1");
    mlops__kv_end(t);
    holds(between, "a", "1");
    mlops__kv_end(between);
}

static void what_is_dropped_never_was(void **state) {
    bench *b = *state;
    mlops__kv_txn *t = begin(b, 1);
    put_one(t, "a", "1");
    put_one(t, "b", "1");
    end(t);
    t = begin(b, 1);
    put_one(t, "a", "2");
    put_one(t, "c", "2");
    assert_int_equal(mlops__kv_del(t, text("b"), NULL), 0);
    mlops__kv_end(t);
    t = begin(b, 1);
    holds(t, "a", "1");
    assert_string_equal(walk(t, "\x01"), "a b ");
    end(t); /* nothing written */
    mlops__kv_end(NULL);
    mlops__kv_cursor_free(NULL);
}

static void a_file_is_there_again(void **state) {
    bench *b = *state;
    mlops_error e;
    mlops__kv_txn *t = begin(b, 1);
    put_one(t, "a", "1");
    end(t);
    t = begin(b, 1);
    put_one(t, "a", "2");
    mlops__kv_end(t);
    works(mlops__kv_sync(b->kv, &e), &e);
    mlops__kv_close(b->kv);
    works(open_kv(b, &e), &e);
    t = begin(b, 0);
    holds(t, "a", b->in_memory ? NULL : "1");
    mlops__kv_end(t);
}

static void a_copy_is_of_its_moment(void **state) {
    bench *b = *state;
    char copy[100];
    mlops_error e;
    snprintf(copy, sizeof copy, "%s/copy", b->p.dir);
    mlops__kv_txn *t = begin(b, 1);
    put_one(t, "a", "1");
    end(t);
    mlops_status status = mlops__kv_copy(b->kv, copy, &e);
    if (b->in_memory) {
        refused(status, &e, MLOPS_E_UNSUPPORTED, "memory");
        return;
    }
    works(status, &e);
    t = begin(b, 1);
    put_one(t, "a", "2");
    end(t);
    mlops__kv_close(b->kv);
    snprintf(b->file, sizeof b->file, "%.70s/copy", b->p.dir);
    works(open_kv(b, &e), &e);
    t = begin(b, 0);
    holds(t, "a", "1");
    mlops__kv_end(t);
}

static void size_tells_what_is_used(void **state) {
    bench *b = *state;
    static uint8_t large[100000];
    int64_t used, max, before;
    mlops__kv_size(b->kv, &before, &max);
    assert_true(before >= 0 && max > before);
    mlops__kv_txn *t = begin(b, 1);
    assert_int_equal(mlops__kv_put(t, text("a"), (mlops__bytes){large, sizeof large}, NULL), 0);
    end(t);
    mlops__kv_size(b->kv, &used, &max);
    assert_true(used >= before + (int64_t)sizeof large && used < before + 4 * 100000);
}

/* ---- against a list ---- */

enum { MODEL_MAX = 4096, ROUNDS = 300 };

typedef struct pair {
    uint8_t key[KEY];
    size_t n;
    uint64_t value; /* seed of its bytes; its length too */
} pair;

typedef struct model {
    pair *pairs;
    size_t n;
} model;

static pair *look_up(model *m, const uint8_t *key, size_t n) {
    for (size_t i = 0; i < m->n; i++)
        if (m->pairs[i].n == n && memcmp(m->pairs[i].key, key, n) == 0) return &m->pairs[i];
    return NULL;
}

static size_t draw_key(uint8_t *key) {
    size_t n = draw() % 40 ? 1 + draw() % 6 : 1 + draw() % KEY;
    for (size_t i = 0; i < n; i++) key[i] = (uint8_t)(draw() % 4 * 85);
    return n;
}

static mlops__bytes value_of(uint64_t value) {
    static uint8_t bytes[3000];
    size_t n = value % 50 ? value % 90 : value % sizeof bytes;
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)(value >> i % 8 * 8);
    return (mlops__bytes){bytes, n};
}

static void change_both(mlops__kv_txn *t, model *m) {
    uint8_t key[KEY];
    size_t n = draw_key(key);
    pair *there = look_up(m, key, n);
    if (draw() % 3 == 0) {
        mlops_status status = mlops__kv_del(t, (mlops__bytes){key, n}, NULL);
        assert_int_equal(status, there ? MLOPS_OK : MLOPS_E_NOT_FOUND);
        if (there) *there = m->pairs[--m->n];
        return;
    }
    uint64_t value = draw();
    assert_int_equal(mlops__kv_put(t, (mlops__bytes){key, n}, value_of(value), NULL), 0);
    if (!there) there = &m->pairs[m->n++];
    assert_true(m->n < MODEL_MAX);
    memcpy(there->key, key, n);
    there->n = n;
    there->value = value;
}

/* The engine's keys ascend and are those of the list; a seek finds the least that is not below. */
static void same(mlops__kv_txn *t, model *m) {
    mlops__kv_cursor *c;
    mlops__bytes k, v, last = {NULL, 0};
    uint8_t from[KEY], kept[KEY];
    size_t n = draw_key(from), seen = 0, wanted = 0;
    for (size_t i = 0; i < m->n; i++) {
        size_t less = m->pairs[i].n < n ? m->pairs[i].n : n;
        int order = memcmp(m->pairs[i].key, from, less);
        wanted += order > 0 || (order == 0 && m->pairs[i].n >= n);
    }
    assert_int_equal(mlops__kv_cursor_new(&c, t, NULL), 0);
    mlops_status status = mlops__kv_seek(c, (mlops__bytes){from, n}, &k, &v, NULL);
    for (; !status; seen++, status = mlops__kv_next(c, &k, &v, NULL)) {
        size_t less = last.size < k.size ? last.size : k.size;
        int order = last.size ? memcmp(last.data, k.data, less) : -1;
        assert_true(order < 0 || (order == 0 && last.size < k.size));
        const pair *p = look_up(m, k.data, k.size);
        assert_non_null(p);
        mlops__bytes want = value_of(p->value);
        assert_int_equal(v.size, want.size);
        if (v.size) assert_memory_equal(v.data, want.data, v.size);
        memcpy(kept, k.data, k.size);
        last = (mlops__bytes){kept, k.size};
    }
    assert_int_equal(status, MLOPS_END);
    assert_int_equal(seen, wanted);
    mlops__kv_cursor_free(c);
}

static void many_keys_are_as_in_a_list(void **state) {
    bench *b = *state;
    static pair now[MODEL_MAX], saved[MODEL_MAX], of_reader[MODEL_MAX];
    model m = {now, 0}, r = {of_reader, 0};
    seed = 7;
    mlops__kv_txn *reader = begin(b, 0);
    for (int round = 0; round < ROUNDS; round++) {
        mlops__kv_txn *t = begin(b, 1);
        size_t n = m.n;
        memcpy(saved, now, n * sizeof now[0]);
        for (uint64_t i = draw() % 60; i > 0; i--) change_both(t, &m);
        same(t, &m);
        same(reader, &r);
        if (draw() % 4) {
            end(t);
        } else {
            mlops__kv_end(t);
            memcpy(now, saved, n * sizeof now[0]);
            m.n = n;
        }
        if (draw() % 8) continue;
        mlops__kv_end(reader);
        reader = begin(b, 0);
        memcpy(of_reader, now, m.n * sizeof now[0]);
        r.n = m.n;
    }
    assert_true(m.n > 500);
    mlops__kv_end(reader);
}

/* ---- without memory ---- */

static mlops_status use(bench *b) {
    mlops__kv_txn *t;
    mlops__kv_cursor *c = NULL;
    mlops__bytes k, v;
    mlops_error e;
    char key[16];
    mlops_status status = mlops__kv_begin(&t, b->kv, 1, &e);
    if (status) return status;
    for (int i = 0; i < 36 && !status; i++) {
        snprintf(key, sizeof key, "k%d", i * 5 % 12);
        status = mlops__kv_put(t, text(key), text("new"), &e);
        if (!status && i % 3 == 2) status = mlops__kv_del(t, text(key), &e);
    }
    int lost = status != MLOPS_OK;
    if (!status) status = mlops__kv_cursor_new(&c, t, &e);
    if (!status) status = mlops__kv_seek(c, text("k"), &k, &v, &e);
    mlops__kv_cursor_free(c);
    if (!status) return mlops__kv_commit(t, &e);
    /* A transaction that lost an operation must not come to be, whether it is ended or committed.
     */
    if (!lost || b->alloc.fail_at % 2) mlops__kv_end(t);
    else assert_int_not_equal(mlops__kv_commit(t, &e), MLOPS_OK);
    return status;
}

static void no_memory_loses_only_the_transaction(void **state) {
    bench *b = *state;
    int64_t k = 0, failures = 0;
    for (k = 1; k < 1000; k++) {
        mlops__kv_txn *t = begin(b, 1);
        for (int i = 0; i < 12; i++) {
            char key[16];
            snprintf(key, sizeof key, "k%d", i);
            put_one(t, key, "old");
        }
        end(t);
        mlops__kv_txn *reader = begin(b, 0);
        b->alloc.n_calls = b->alloc.n_injected = 0;
        b->alloc.fail_at = k;
        b->alloc.sticky = k % 3 == 0;
        mlops_status status = use(b);
        b->alloc.fail_at = 0;
        holds(reader, "k5", "old");
        mlops__kv_end(reader);
        if (b->alloc.n_injected == 0) break;
        failures++;
        if (b->in_memory) assert_int_equal(status, MLOPS_E_NOMEM);
        t = begin(b, 0);
        if (status) assert_string_equal(walk(t, "k"), "k0 k1 k10 k11 k2 k3 k4 k5 k6 k7 k8 k9 ");
        holds(t, "k0", status ? "old" : "new");
        mlops__kv_end(t);
    }
    assert_true(failures > (b->in_memory ? 40 : 1));
}

static void no_memory_at_opening(void **state) {
    bench *b = *state;
    mlops_error e;
    mlops__kv_close(b->kv);
    for (int64_t k = 1; k < 100; k++) {
        b->alloc.n_calls = b->alloc.n_injected = 0;
        b->alloc.fail_at = k;
        mlops_status status = open_kv(b, &e);
        b->alloc.fail_at = 0;
        if (b->alloc.n_injected == 0) break;
        refused(status, &e, MLOPS_E_NOMEM, "memory");
        assert_null(b->kv);
        assert_int_equal(b->alloc.n_live, 0);
    }
    assert_non_null(b->kv);
}

static void no_map_is_refused(void **state) {
    bench *b = *state;
    mlops_error e;
    mlops__kv_close(b->kv);
    static const uint8_t junk[20000] = "this is no map";
    set_file(b->file, junk, sizeof junk);
    refused(open_kv(b, &e), &e, MLOPS_E_CORRUPT, "the index");
    assert_null(b->kv);
}

static void a_full_map_says_so(void **state) {
    bench *b = *state;
    mlops_error e;
    static uint8_t large[200000];
    mlops__kv_close(b->kv);
    mlops__kv_opts opts = {b->file, "the index", 1 << 20, 0, b->syncs};
    works(mlops__kv_open(&b->kv, &b->host, &opts, &e), &e);
    mlops_status status = MLOPS_OK;
    int n = 0;
    for (; !status && n < 10; n++) {
        char key[16];
        snprintf(key, sizeof key, "k%d", n);
        mlops__kv_txn *t = begin(b, 1);
        status = mlops__kv_put(t, text(key), (mlops__bytes){large, sizeof large}, &e);
        if (status) mlops__kv_end(t);
        else status = mlops__kv_commit(t, &e);
    }
    refused(status, &e, MLOPS_E_NO_SPACE, "map_max");
    mlops__kv_close(b->kv);
    opts.map_max = 1 << 24;
    works(mlops__kv_open(&b->kv, &b->host, &opts, &e), &e); /* and goes on with more room */
    mlops__kv_txn *t = begin(b, 1);
    assert_int_equal(mlops__kv_put(t, text("x"), (mlops__bytes){large, sizeof large}, NULL), 0);
    end(t);
}

/* A write that is cut short by a limit of the process is what a full disk gives. */
static void a_full_disk_says_so(void **state) {
    bench *b = *state;
    mlops_error e;
    static uint8_t large[200000];
    struct rlimit was, is;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    is = (struct rlimit){100000, was.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &is), 0);
    mlops__kv_txn *t = begin(b, 1);
    mlops_status status = mlops__kv_put(t, text("x"), (mlops__bytes){large, sizeof large}, &e);
    if (status) mlops__kv_end(t);
    else status = mlops__kv_commit(t, &e);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    signal(SIGXFSZ, handler);
    refused(status, &e, MLOPS_E_IO, "the disk may be full");
}

#define ON(engine, test)                                                                           \
    { #test " (" #engine ")", test, begin_bench, end_bench, &engine }

/* What kv.h promises. */
#define ON_EACH(engine)                                                                            \
    ON(engine, order_is_of_bytes), ON(engine, values_may_be_empty_and_large),                      \
        ON(engine, keys_have_up_to_500_bytes), ON(engine, put_replaces_and_del_removes),           \
        ON(engine, cursor_seeks_again), ON(engine, readers_stay_at_their_moment),                  \
        ON(engine, what_is_dropped_never_was), ON(engine, a_file_is_there_again),                  \
        ON(engine, a_copy_is_of_its_moment), ON(engine, size_tells_what_is_used),                  \
        ON(engine, many_keys_are_as_in_a_list), ON(engine, no_memory_loses_only_the_transaction),  \
        ON(engine, no_memory_at_opening)
#define OF_FILES(engine)                                                                           \
    ON_EACH(engine), ON(engine, no_map_is_refused), ON(engine, a_full_map_says_so),                \
        ON(engine, a_full_disk_says_so)

/* Nothing of LMDB is run where the build has none. */
static int has_lmdb(bench *b) {
    void *state = b;
    mlops__kv_opts opts = {b->file, "the index", 0, 0, MLOPS__KV_UNSYNCED};
    begin_bench(&state);
    mlops__kv_close(b->kv);
    mlops_status status = mlops__kv_open(&b->kv, &b->host, &opts, NULL);
    end_bench(&state);
    if (status == MLOPS_E_UNSUPPORTED) skipped("this build has no LMDB");
    return status != MLOPS_E_UNSUPPORTED;
}

int main(void) {
    static bench memory = {.name = "memory", .in_memory = 1}, lmdb = {.name = "lmdb"};
    static bench ordered = {.name = "lmdb, ordered", .syncs = MLOPS__KV_ORDERED};
    static bench durable = {.name = "lmdb, durable", .syncs = MLOPS__KV_DURABLE};
    static bench probe = {.name = "memory", .in_memory = 1};
    const struct CMUnitTest tests[] = {ON_EACH(memory), OF_FILES(lmdb), OF_FILES(ordered),
                                       OF_FILES(durable)};
    const size_t n = sizeof tests / sizeof tests[0], of_memory = 13;
    return _cmocka_run_group_tests("kv", tests, has_lmdb(&probe) ? n : of_memory, NULL, NULL);
}
