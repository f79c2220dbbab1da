/* Content that is kept as changes to other content: read back whole and in parts, in little room,
 * however its history goes. */
#define _GNU_SOURCE
#include "unit/help_version.h"
#include "unit/skipped.h"

#include <pthread.h>

/* ---- many versions ---- */

enum { VERSIONS = 100 };

/* Enough to lead over four. */
static int n_versions(void) { return under_valgrind() ? 12 : VERSIONS; }

static void reads_parts(mlops_store *s, const version *v) {
    static uint8_t part[200 * KIB];
    mlops_error e;
    for (int i = 0; i < 6; i++) {
        size_t at = draw() % (v->n + 1), cap = i % 3 ? draw() % sizeof part : draw() % 50;
        size_t want = cap < v->n - at ? cap : v->n - at;
        int64_t size = 0;
        memset(part, 0xee, want);
        works(mlops__content_read(s, &v->id, (int64_t)at, part, cap, &size, &e), &e);
        assert_int_equal(size, v->n);
        if (want) assert_memory_equal(part, v->bytes + at, want);
    }
}

static void all_are_there(const char *path, const version *v, mlops_store_index engine) {
    mlops_store *s = open_with(path, MLOPS_SYNC_RELAXED, engine);
    for (int i = 0; i < n_versions(); i++) {
        assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
        reads_parts(s, &v[i]);
        assert_true(depth_of(s, &v[i].id) <= MLOPS__DEPTH_MAX);
    }
    mlops_store_close(s);
}

static void export_and_import_are_equal(const place *p, const version *v) {
    char one[100], two[100], path[100];
    mlops_error e;
    snprintf(one, sizeof one, "%s/one", p->dir);
    snprintf(two, sizeof two, "%s/two", p->dir);
    snprintf(path, sizeof path, "%s/again", p->dir);
    mlops_store *s = open_file(p);
    works(mlops_store_export(s, one, &e), &e);
    mlops_store_close(s);
    works(mlops_store_import(path, one, NULL, &e), &e);
    all_are_there(path, v, MLOPS_STORE_INDEX_FILE);
    s = open_store(path, NULL);
    works(mlops_store_export(s, two, &e), &e);
    mlops_store_close(s);
    shell("cmp '%s' '%s'", one, two);
}

static void versions_of(void **state, mlops_sync sync, mlops_store_index engine) {
    const place *p = *state;
    version v[VERSIONS];
    mlops_store *s = open_with(p->path, sync, engine);
    v[0] = make_lines(2 * MIB);
    keep_like(s, &v[0], NULL);
    int64_t first = stats_of(s).pack_bytes;
    for (int i = 1; i < n_versions(); i++) {
        v[i] = edit_lines(&v[i - 1], 200);
        keep_like(s, &v[i], &v[i - 1].id);
        assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
        if (i % 30 == 0) {
            mlops_store_close(s);
            s = open_with(p->path, sync, engine);
        }
    }
    /* An edit costs at most a line and three numbers; a version is up to 4 away from its base. */
    int64_t more = stats_of(s).pack_bytes - first;
    assert_true(more < (n_versions() - 1) * 200 * 4 * 40);
    mlops_store_close(s);
    all_are_there(p->path, v, engine);
    assert_int_equal(n_faults(p, NULL), 0);
    shell("rm -rf '%s/index'", p->path);
    all_are_there(p->path, v, MLOPS_STORE_INDEX_MEMORY);
    all_are_there(p->path, v, MLOPS_STORE_INDEX_FILE);
    export_and_import_are_equal(p, v);
    free_all(v, n_versions());
}

static void a_hundred_versions(void **state) {
    versions_of(state, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
}

static void a_hundred_versions_in_memory(void **state) {
    versions_of(state, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_MEMORY);
}

/* Each of another one of those before: branches, merges of them, and ways back. */
static void branching_histories(void **state) {
    enum { N = 60 };
    const place *p = *state;
    version v[N];
    mlops_store *s = open_file(p);
    v[0] = make_lines(SMALL);
    keep_like(s, &v[0], NULL);
    for (size_t i = 1; i < N; i++) {
        size_t from = draw() % i, like = draw() % 4 ? from : draw() % i;
        v[i] = edit_lines(&v[from], draw() % 3 ? 20 : draw() % 3000);
        keep_like(s, &v[i], &v[like].id);
        keep_like(s, &v[from], &v[i].id); /* back: it is there */
    }
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
        assert_true(depth_of(s, &v[i].id) <= MLOPS__DEPTH_MAX);
    }
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
    free_all(v, N);
}

/* Two keep the same content at once, each beside other content, and one of them goes on at once
 * with a version of it: whichever was first, nothing leads over too many. */
typedef struct keeper {
    mlops_store *s;
    version v, next; /* next: kept like v, if there is one */
    mlops_id like;
} keeper;

static void *keep_both(void *user) {
    keeper *k = user;
    keep_like(k->s, &k->v, &k->like);
    if (k->next.bytes) keep_like(k->s, &k->next, &k->v.id);
    return NULL;
}

static void the_same_content_at_once(void **state) {
    enum { ROUNDS = 40 };
    const place *p = *state;
    mlops_store *s = open_file(p);
    for (int round = 0; round < ROUNDS; round++) {
        version line[4];
        pthread_t thread;
        line[0] = make_lines(SMALL);
        keep_like(s, &line[0], NULL);
        for (int i = 1; i < 4; i++) {
            line[i] = edit_lines(&line[i - 1], 20);
            keep_like(s, &line[i], &line[i - 1].id);
        }
        version both = edit_lines(&line[3], 20);
        keeper a = {s, both, edit_lines(&both, 20), line[0].id};
        keeper b = {s, both, {NULL, 0, {{0}}}, line[3].id};
        assert_int_equal(pthread_create(&thread, NULL, keep_both, &b), 0);
        keep_both(&a);
        assert_int_equal(pthread_join(thread, NULL), 0);
        assert_int_equal(reads_version(s, &a.v), MLOPS_OK);
        assert_int_equal(reads_version(s, &a.next), MLOPS_OK);
        assert_true(depth_of(s, &a.next.id) <= MLOPS__DEPTH_MAX);
        free(a.next.bytes);
        free(both.bytes);
        free_all(line, 4);
    }
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
}

/* ---- what it may be like ---- */

static version blob_of(size_t n, uint64_t which) {
    return (version){make_blob(n, which, 0), n, {{0}}};
}

/* Two of a kind: the first is kept plainly, the second like it. Its cost in bytes. */
static int64_t keeps_like(mlops_store *s, version *base, version *v) {
    keep_like(s, base, NULL);
    int64_t before = stats_of(s).pack_bytes;
    keep_like(s, v, &base->id);
    assert_int_equal(reads_version(s, base), MLOPS_OK);
    assert_int_equal(reads_version(s, v), MLOPS_OK);
    int64_t cost = stats_of(s).pack_bytes - before;
    free(base->bytes);
    free(v->bytes);
    return cost;
}

static void like_anything(void **state) {
    const place *p = *state;
    mlops_store *s = open_file(p);
    version a, b;
    static const size_t SIZES[] = {0, 1, 2048, 2049, 16 * KIB, 64 * KIB - 1, 64 * KIB, SMALL};
    enum { N = sizeof SIZES / sizeof SIZES[0] };
    for (size_t i = 0; i < N; i++) /* unrelated, inline, longer and shorter */
        for (size_t k = 0; k < N; k++) {
            a = blob_of(SIZES[i], 2 * (i * N + k) + 1);
            b = blob_of(SIZES[k], 2 * (i * N + k) + 2);
            assert_true(keeps_like(s, &a, &b) <= (int64_t)SIZES[k] + 64 + 2000);
        }
    a = make_lines(SMALL); /* a part of it, and more than it */
    b = (version){malloc(SMALL / 2), SMALL / 2, {{0}}};
    memcpy(b.bytes, a.bytes + SMALL / 3, b.n);
    assert_true(keeps_like(s, &a, &b) < 40 * KIB);
    a = make_lines(SMALL);
    b = make_lines(SMALL);
    b.bytes = realloc(b.bytes, b.n + a.n);
    memcpy(b.bytes + b.n, a.bytes, a.n);
    b.n += a.n;
    assert_true(keeps_like(s, &a, &b) < SMALL * 5 / 4);
    version gone = {NULL, 0, {{7}}}; /* missing */
    a = make_lines(SMALL);
    keep_like(s, &a, &gone.id);
    assert_int_equal(reads_version(s, &a), MLOPS_OK);
    keep_like(s, &a, &a.id); /* itself */
    assert_int_equal(reads_version(s, &a), MLOPS_OK);
    assert_int_equal(depth_of(s, &a.id), 0);
    free(a.bytes);
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
}

/* Of records of 150 bytes one in twelve has other 76 bytes in place of 80 of them, wherever it
 * stands. */
static void records_here_and_there(void **state) {
    enum { RECORD = 150, KEPT = 30, NEW = 76, GONE = 80 };
    const place *p = *state;
    mlops_store *s = open_file(p);
    int64_t more = 0;
    version a = blob_of(RECORD * 6000, 1), b = {malloc(a.n), 0, {{0}}};
    assert_non_null(b.bytes);
    for (size_t at = 0; at < a.n; at += RECORD) {
        const uint8_t *record = a.bytes + at;
        size_t gone = draw() % 12 == 0 ? GONE : 0, put = gone ? NEW : 0;
        memcpy(b.bytes + b.n, record, KEPT);
        for (size_t i = 0; i < put; i++) b.bytes[b.n + KEPT + i] = (uint8_t)draw();
        memcpy(b.bytes + b.n + KEPT + put, record + KEPT + gone, RECORD - KEPT - gone);
        b.n += RECORD - gone + put;
        more += (int64_t)put;
    }
    assert_true(keeps_like(s, &a, &b) < 2 * more);
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_place, end_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_hundred_versions),  TEST(a_hundred_versions_in_memory),
        TEST(branching_histories), TEST(the_same_content_at_once),
        TEST(like_anything),       TEST(records_here_and_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
