/* Content that comes many at a time: small ones share chunks, and each is read, checked, exported,
 * found again and healed like any other. */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "base/sha256.h"
#include "dataset/dataset.h"

#include <mlops/gc.h>

enum { N = 700, FRAMES = 4000 };

typedef struct shelf {
    place p;
    mlops__keeping items[N];
    mlops_pool *pool;
} shelf;

static mlops_id name_of(const void *bytes, size_t n) {
    mlops__sha256 sha;
    mlops_id id;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, bytes, n);
    mlops__sha256_end(&sha, id.bytes);
    return id;
}

/* Sizes around each border, some content twice, some empty. */
static int begin(void **state) {
    static const size_t SIZES[] = {0, 1, 2047, 2048, 2049, 16383, 16384, 16385, 70000, 300000};
    shelf *s = calloc(1, sizeof *s);
    assert_non_null(s);
    make_place(&s->p);
    seed = 5;
    for (size_t i = 0; i < N; i++) {
        mlops__keeping *it = &s->items[i];
        it->n = i < 20 ? SIZES[i / 2] : draw() % (i % 7 ? 6000 : 40000);
        it->bytes = make_blob(it->n, i % 50 == 49 ? i - 1 : i, i % 3 ? 0 : 300);
        if (i % 50 == 49) {
            free((void *)(uintptr_t)it->bytes);
            it->n = s->items[i - 1].n;
            it->bytes = memcpy(malloc(it->n + 1), s->items[i - 1].bytes, it->n);
        }
        it->id = name_of(it->bytes, it->n);
    }
    assert_int_equal(mlops_pool_new(&s->pool, 2, NULL, NULL), 0);
    *state = s;
    return 0;
}

static int end(void **state) {
    shelf *s = *state;
    for (size_t i = 0; i < N; i++) free((void *)(uintptr_t)s->items[i].bytes);
    mlops_pool_free(s->pool);
    remove_place(&s->p);
    free(s);
    return 0;
}

static int64_t name_all(shelf *s, mlops_store *store) {
    mlops_error e;
    mlops_change *c = new_change(store);
    for (size_t i = 0; i < N; i++)
        works(mlops__change_kept(c, &s->items[i].id, (int64_t)s->items[i].n, &e), &e);
    int64_t seq = commit(c);
    mlops_change_free(c);
    return seq;
}

static void keep_all(shelf *s, mlops_store *store, int threads) {
    mlops__lease lease = {0, 0};
    mlops_error e;
    for (size_t at = 0; at < N; at += 250)
        works(mlops__content_keep(store, &lease, s->items + at, N - at < 250 ? N - at : 250,
                                  threads ? mlops_pool_executor(s->pool) : NULL, &e),
              &e);
    name_all(s, store);
}

static void has_all(const shelf *s, mlops_store *store) {
    for (size_t i = 0; i < N; i++)
        assert_int_equal(reads(store, &s->items[i].id, s->items[i].bytes, s->items[i].n), 0);
}

static int64_t faults_of(const char *path) {
    mlops_check *check;
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    mlops_error e;
    works(mlops_check_store(&check, path, NULL, &e), &e);
    assert_int_equal(mlops_check_count(check, &counts), 0);
    mlops_check_unref(check);
    return counts.n_faults;
}

static void what_is_kept_is_there(void **state) {
    shelf *s = *state;
    for (int k = 0; k < 4; k++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%d", s->p.dir, k);
        mlops_store *store = open_with(path, MLOPS_SYNC_FULL,
                                       k % 2 ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE);
        keep_all(s, store, k / 2);
        has_all(s, store);
        int64_t bytes = stats_of(store).pack_bytes;
        keep_all(s, store, k / 2);
        assert_int_equal(stats_of(store).pack_bytes, bytes); /* nothing twice */
        mlops_store_close(store);
        assert_int_equal(faults_of(path), 0);
        shell("rm -rf '%s/index'", path); /* made anew of packs and journal */
        store = open_store(path, NULL);
        has_all(s, store);
        mlops_store_close(store);
    }
}

/* What executors do makes no difference to what is written. */
static void threads_make_no_difference(void **state) {
    shelf *s = *state;
    for (int k = 0; k < 2; k++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%d", s->p.dir, k);
        mlops_store *store = open_store(path, NULL);
        keep_all(s, store, k);
        mlops_store_close(store);
    }
    shell("cd %s && for i in 0 1; do tail -c +65 $i/packs/*1 > p$i; done && cmp p0 p1", s->p.dir);
}

static void small_content_takes_little(void **state) {
    mlops__lease lease = {0, 0};
    shelf *s = *state;
    mlops_store *store = open_store(s->p.path, NULL);
    mlops_error e;
    mlops__keeping items[N];
    uint8_t lines[N][40];
    for (size_t i = 0; i < N; i++) {
        int n =
            snprintf((char *)lines[i], sizeof lines[i], "{\"label\": \"cat\", \"n\": %d}", (int)i);
        items[i] = (mlops__keeping){name_of(lines[i], (size_t)n), lines[i], (size_t)n, NULL};
    }
    works(mlops__content_keep(store, &lease, items, N, NULL, &e), &e);
    assert_true(stats_of(store).pack_bytes < N * 120); /* a name is 32 bytes */
    for (size_t i = 0; i < N; i++)
        assert_int_equal(reads(store, &items[i].id, items[i].bytes, items[i].n), 0);
    mlops_store_close(store);
}

static void it_is_exported_and_imported(void **state) {
    shelf *s = *state;
    mlops_error e;
    char file[128], copy[128], part[128];
    snprintf(file, sizeof file, "%s/out.mlops-export", s->p.dir);
    snprintf(part, sizeof part, "%s/out.mlops-export.part", s->p.dir);
    set_file(part, "mine", 4);
    snprintf(copy, sizeof copy, "%s/copy.mlops", s->p.dir);
    mlops_store *store = open_store(s->p.path, NULL);
    keep_all(s, store, 0);
    int64_t bytes = stats_of(store).pack_bytes;
    works(mlops_store_export(store, file, &e), &e);
    mlops_store_close(store);
    assert_int_equal(size_of(part), 4); /* whatever stands beside it is somebody's */
    assert_true(size_of(file) < bytes * 5 / 4 + 100000); /* each chunk once */
    works(mlops_store_import(copy, file, NULL, &e), &e);
    store = open_store(copy, NULL);
    has_all(s, store);
    mlops_store_close(store);
    assert_int_equal(faults_of(copy), 0);
}

/* Content that the journal has, too. */
static void inline_content_comes_again(void **state) {
    shelf *s = *state;
    mlops_store *store = open_store(s->p.path, NULL);
    for (int again = 0; again < 2; again++) {
        for (size_t i = 0; i < N; i++)
            if (s->items[i].n <= 2048) keep(store, s->items[i].bytes, s->items[i].n);
        keep_all(s, store, 0);
        has_all(s, store);
    }
    mlops_store_close(store);
    assert_int_equal(faults_of(s->p.path), 0);
    shell("rm -rf '%s/index'", s->p.path);
    store = open_store(s->p.path, NULL);
    has_all(s, store);
    mlops_store_close(store);
}

/* Content that packs have, too: commits count on it where it is. */
static void packed_content_comes_inline(void **state) {
    shelf *s = *state;
    mlops_error e;
    char file[100], copy[100];
    snprintf(file, sizeof file, "%s/out.mlops-export", s->p.dir);
    snprintf(copy, sizeof copy, "%s/copy.mlops", s->p.dir);
    mlops_store *store = open_store(s->p.path, NULL);
    keep_all(s, store, 0);
    for (size_t i = 0; i < N; i++)
        if (s->items[i].n <= 2048) keep(store, s->items[i].bytes, s->items[i].n);
    has_all(s, store);
    works(mlops_store_export(store, file, &e), &e);
    mlops_store_close(store);
    works(mlops_store_import(copy, file, NULL, &e), &e);
    const char *paths[] = {s->p.path, copy};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(faults_of(paths[i]), 0);
        shell("rm -rf '%s/index'", paths[i]);
        store = open_store(paths[i], NULL);
        has_all(s, store);
        mlops_store_close(store);
    }
}

/* ---- garbage ---- */

static void name_some(mlops_store *store, const mlops__keeping *items, size_t n, size_t every,
                      int named) {
    mlops_error e;
    mlops_change *c = new_change(store);
    for (size_t i = 0; i < n; i++) {
        char key[24], digits[65];
        if (named ? i % every != 0 : i % every == 0) continue;
        snprintf(key, sizeof key, "k%zu", i);
        mlops__id_format(digits, &items[i].id);
        if (named) add(c, key, digits);
        else works(mlops__change_del(c, MLOPS__TABLE_TEST, text(key), &e), &e);
    }
    commit(c);
    mlops_change_free(c);
}

static mlops_gc_stat collect(mlops_store *store, uint32_t flags) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    opts.keep_ns = 1;
    opts.flags = flags;
    assert_int_equal(mlops_store_gc(store, &opts, NULL, &stat, &e), MLOPS_END);
    return stat;
}

enum { MANY = 1200 };

static mlops__keeping *begin_many(mlops_store *store, size_t every) {
    mlops__lease lease = {0, 0};
    mlops_error e;
    mlops__keeping *items = calloc(MANY, sizeof *items);
    for (size_t i = 0; i < MANY; i++) {
        uint8_t *bytes = make_blob(1000, i + 1, 0);
        items[i] = (mlops__keeping){name_of(bytes, 1000), bytes, 1000, NULL};
    }
    works(mlops__content_keep(store, &lease, items, MANY, NULL, &e), &e);
    mlops__lease_end(&lease, store);
    name_some(store, items, MANY, every, 1);
    return items;
}

static void has_each(mlops_store *store, const mlops__keeping *items, size_t every) {
    for (size_t i = 0; i < MANY; i += every)
        assert_int_equal(reads(store, &items[i].id, items[i].bytes, items[i].n), 0);
}

static void free_many(mlops__keeping *items) {
    for (size_t i = 0; i < MANY; i++) free((void *)(uintptr_t)items[i].bytes);
    free(items);
}

/* Of chunks that many share few contents stay: these are kept anew, and the room comes back. */
static void room_of_what_went_comes_back(void **state) {
    shelf *s = *state;
    enum { EVERY = 50, LEFT = MANY / EVERY };
    for (int in_memory = 0; in_memory < 2; in_memory++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%d", s->p.dir, in_memory);
        mlops_store *store = open_with(
            path, MLOPS_SYNC_FULL, in_memory ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE);
        mlops__keeping *items = begin_many(store, 1);
        mlops_gc_stat stat = collect(store, 0);
        assert_int_equal(stat.n_remade, 0);
        name_some(store, items, MANY, EVERY, 0);
        stat = collect(store, MLOPS_GC_DRY_RUN);
        assert_int_equal(stat.n_remade, LEFT);
        assert_int_equal(stat.remade_bytes, LEFT * 1000);
        assert_true(stat.garbage_bytes > (MANY - LEFT) * 1000);
        stat = collect(store, MLOPS_GC_KEEP_BASES | MLOPS_GC_DRY_RUN);
        assert_int_equal(stat.n_remade, 0);
        assert_true(stat.garbage_bytes > (MANY - LEFT) * 1000); /* it is, though it stays */
        stat = collect(store, 0);
        assert_int_equal(stat.n_remade, LEFT);
        assert_int_equal(stat.n_dropped_objects, MANY - LEFT);
        int64_t bytes = stats_of(store).pack_bytes;
        assert_true(bytes < LEFT * 1000 * 13 / 10);
        has_each(store, items, EVERY);
        stat = collect(store, 0);
        assert_int_equal(stat.n_remade, 0);
        assert_int_equal(stats_of(store).pack_bytes, bytes);
        mlops_store_close(store);
        assert_int_equal(faults_of(path), 0);
        shell("rm -rf '%s/index'", path);
        store = open_store(path, NULL);
        has_each(store, items, EVERY);
        mlops_store_close(store);
        free_many(items);
    }
}

/* Not worth to be written anew: it is told of. */
static void what_is_dead_of_a_chunk_is_garbage(void **state) {
    shelf *s = *state;
    mlops_error e;
    mlops_store *store = open_store(s->p.path, NULL);
    mlops__keeping *items = begin_many(store, 1);
    mlops_change *c = new_change(store);
    for (int i = 0; i < MANY; i += 25) {
        char key[16];
        snprintf(key, sizeof key, "k%d", i);
        works(mlops__change_del(c, MLOPS__TABLE_TEST, text(key), &e), &e);
    }
    commit(c);
    mlops_change_free(c);
    mlops_gc_stat stat = collect(store, 0);
    assert_int_equal(stat.n_remade, 0);
    assert_int_equal(stat.n_dropped_objects, MANY / 25);
    assert_in_range(stat.garbage_bytes, MANY / 25 * 1000, MANY / 25 * 1300);
    assert_int_equal(stat.chunk_bytes, (MANY - MANY / 25) * 1000);
    free_many(items);
    mlops_store_close(store);
}

/* ---- damage ---- */

typedef struct found {
    mlops__pack_frame frame;
    mlops__pack_place at;
} found;

/* Each chunk in turn: what is in it is refused, what is not is read; and all of it, put in again,
 * is whole from then on, also where the index is made anew. */
static void damage_is_told_and_healed(void **state) {
    shelf *s = *state;
    static found f[FRAMES];
    size_t n = 0;
    mlops_error e;
    mlops_store *store = open_store(s->p.path, NULL);
    keep_all(s, store, 0);
    mlops__pack_scan scan;
    mlops__buf buf;
    mlops__buf_init(&buf, &mlops__heap);
    works(mlops__pack_scan_init(&scan, &store->packs, 1, &e), &e);
    while (n < FRAMES &&
           !mlops__pack_scan_next(&scan, &store->packs, &f[n].frame, &f[n].at, &buf, &e))
        n++;
    mlops__buf_free(&buf);
    mlops_store_close(store);
    int tried = 0;
    for (size_t k = 0; k < n; k++) {
        if (f[k].frame.kind != MLOPS__PACK_CHUNK || f[k].frame.size < 200000 || tried == 3)
            continue;
        tried++;
        spoil(inside(&s->p, "packs/0000000000000001"), f[k].at.offset + 70);
        store = open_store(s->p.path, NULL);
        int lost = 0;
        for (size_t i = 0; i < N; i++) {
            mlops_status status = reads(store, &s->items[i].id, s->items[i].bytes, s->items[i].n);
            if (status) assert_int_equal(status, MLOPS_E_CORRUPT);
            lost += status != 0;
        }
        assert_in_range(lost, 1, 400);
        mlops_store_close(store);
        assert_true(faults_of(s->p.path) >= lost / 2);
        store = open_store(s->p.path, NULL);
        keep_all(s, store, 0);
        has_all(s, store);
        mlops_store_close(store);
        shell("rm -rf '%s/index'", s->p.path);
        store = open_store(s->p.path, NULL);
        has_all(s, store);
        mlops_store_close(store);
    }
    assert_int_equal(tried, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_kept_is_there, begin, end),
        cmocka_unit_test_setup_teardown(threads_make_no_difference, begin, end),
        cmocka_unit_test_setup_teardown(small_content_takes_little, begin, end),
        cmocka_unit_test_setup_teardown(it_is_exported_and_imported, begin, end),
        cmocka_unit_test_setup_teardown(inline_content_comes_again, begin, end),
        cmocka_unit_test_setup_teardown(packed_content_comes_inline, begin, end),
        cmocka_unit_test_setup_teardown(room_of_what_went_comes_back, begin, end),
        cmocka_unit_test_setup_teardown(what_is_dead_of_a_chunk_is_garbage, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_told_and_healed, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
