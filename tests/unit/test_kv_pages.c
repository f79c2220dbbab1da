/* The map's file, read page by page: what LMDB wrote is found, all of it or one record, and a
 * damaged file is refused or read, whatever stands in it. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "base/cursor.h"
#include "store/index.h"
#include "store/kv_pages.h"
#include "sys/host.h"
#include "unit/draw.h"
#include "unit/skipped.h"

#include <inttypes.h>

enum { MANY = 20000, FEW = 600, BIG = 9000, META_DBS = 40, DB = 48 };

typedef struct map {
    place p;
    char file[80];
    mlops__io_fault io; /* counts */
    mlops_host opts;
    mlops__host host;
    int64_t n; /* of the records */
} map;

static mlops__bytes key_of(int64_t i, char out[32]) {
    snprintf(out, 32, "key %08lld", (long long)i);
    return text(out);
}

/* Every hundredth has pages of its own. */
static mlops__bytes value_of(int64_t i, uint8_t out[BIG]) {
    size_t n = i % 100 == 7 ? BIG : (size_t)(i % 90);
    memset(out, (int)(i % 251), n);
    return (mlops__bytes){out, n};
}

/* 0: this build has no LMDB, or the machine another layout. */
static int make_map(map *m, int64_t n) {
    mlops__kv *kv;
    mlops__kv_txn *t;
    mlops_error e;
    make_place(&m->p);
    snprintf(m->file, sizeof m->file, "%s/map", m->p.dir);
    mlops__io_fault_init(&m->io, &mlops__io_posix);
    m->opts = (mlops_host)MLOPS_HOST_INIT;
    m->opts.io = &m->io.table;
    m->n = n;
    works(mlops__host_init(&m->host, &m->opts, &e), &e);
    mlops__kv_opts opts = {m->file, "the index", 0, 0, MLOPS__KV_UNSYNCED};
    mlops_status status = mlops__kv_open(&kv, &m->host, &opts, &e);
    if (status == MLOPS_E_UNSUPPORTED || sizeof(void *) != 8) return 0;
    works(status, &e);
    works(mlops__kv_begin(&t, kv, 1, &e), &e);
    for (int64_t i = 0; i < n; i++) {
        char key[32];
        uint8_t value[BIG];
        works(mlops__kv_put(t, key_of(2 * i, key), value_of(i, value), &e), &e);
    }
    works(mlops__kv_commit(t, &e), &e);
    mlops__kv_close(kv);
    return 1;
}

static void end_map(map *m) { remove_place(&m->p); }

static int64_t number_of(mlops__bytes key) {
    int64_t i = -1;
    char text[16] = {0};
    assert_true(key.size < sizeof text);
    memcpy(text, key.data, key.size);
    assert_int_equal(sscanf(text, "key %8" SCNd64, &i), 1);
    return i / 2;
}

static mlops_status take(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    int64_t *n = user;
    uint8_t want[BIG];
    (void)err;
    mlops__bytes v = value_of(number_of(key), want);
    assert_int_equal(value.size, v.size);
    if (v.size) assert_memory_equal(value.data, v.data, v.size);
    ++*n;
    return MLOPS_OK;
}

static void one_record_takes_a_page_of_each_level(void **state) {
    (void)state;
    map m;
    mlops_error e;
    int64_t n = 0;
    char key[32];
    if (!make_map(&m, MANY)) {
        skipped("no LMDB of this layout");
        return;
    }
    works(mlops__kv_walk(&m.host, m.file, take, &n, &e), &e);
    assert_int_equal(n, MANY);
    int64_t all = m.io.n_calls;
    for (int64_t i = -1; i <= 2 * MANY; i++) {
        if (i % 37 && i > 0 && i < 2 * MANY - 3) continue;
        m.io.n_calls = n = 0;
        mlops__bytes k = i < 0 ? text("a") : key_of(i, key);
        mlops_status status = mlops__kv_find(&m.host, m.file, k, take, &n, &e);
        if (status < 0) works(status, &e);
        assert_int_equal(status, i >= 0 && i % 2 == 0 && i / 2 < MANY ? MLOPS_OK : MLOPS_END);
        assert_int_equal(n, status == MLOPS_OK);
        assert_true(m.io.n_calls < 12 && 20 * m.io.n_calls < all);
    }
    end_map(&m);
}

static mlops_status count(void *user, mlops__bytes key, mlops__bytes value, mlops_error *err) {
    int64_t *sum = user;
    (void)err;
    for (size_t i = 0; i < key.size; i++) *sum += key.data[i];
    for (size_t i = 0; i < value.size; i++) *sum += value.data[i];
    return MLOPS_OK;
}

/* Either read or refused. */
static void reads_or_refuses(map *m, int64_t i) {
    char key[32];
    int64_t sum = 0;
    mlops_error e;
    mlops_status status = mlops__kv_find(&m->host, m->file, key_of(i, key), count, &sum, &e);
    if (status && status != MLOPS_END) refused(status, &e, MLOPS_E_CORRUPT, "map");
}

static void damage_is_no_danger(void **state) {
    (void)state;
    map m;
    size_t n;
    if (!make_map(&m, FEW)) {
        skipped("no LMDB of this layout");
        return;
    }
    uint8_t *bytes = file_bytes(m.file, &n), *copy = malloc(n);
    size_t size = mlops__load_u32(bytes + META_DBS); /* of a page */
    assert_non_null(copy);
    for (int round = 0; round < 4000; round++) {
        memcpy(copy, bytes, n);
        for (int k = 0; k < 1 + round % 3; k++) {
            size_t at = (size_t)(draw() % n);
            if (round % 2) at = at / size * size + at % 64; /* heads of pages, and their nodes */
            copy[at] = (uint8_t)draw();
        }
        set_file(m.file, copy, n);
        reads_or_refuses(&m, (int64_t)(draw() % (2 * FEW)));
    }
    for (size_t cut = 0; cut < n; cut += 1021) {
        set_file(m.file, bytes, cut);
        reads_or_refuses(&m, 2 * (int64_t)(cut % FEW));
    }
    free(copy);
    free(bytes);
    end_map(&m);
}

/* A branch whose links lead back to itself ends with the depth that the file states, or earlier. */
static void links_in_a_ring(void **state) {
    (void)state;
    map m;
    size_t n;
    if (!make_map(&m, FEW)) {
        skipped("no LMDB of this layout");
        return;
    }
    uint8_t *bytes = file_bytes(m.file, &n);
    size_t size = mlops__load_u32(bytes + META_DBS); /* of a page */
    for (size_t meta = 0; meta < 2; meta++) { /* both say that the tree is deeper, down to itself */
        uint8_t *db = bytes + meta * size + META_DBS + DB;
        uint64_t root = mlops__load_u64(db + 40);
        if (root > n / size) continue;
        db[6] = 31;
        uint8_t *page = bytes + root * size;
        size_t n_links = (size_t)(page[12] | page[13] << 8) / 2 - 8;
        for (size_t i = 0; i < n_links; i++) {
            uint8_t *node = page + (page[16 + 2 * i] | page[17 + 2 * i] << 8);
            node[0] = (uint8_t)root, node[1] = (uint8_t)(root >> 8);
            node[2] = node[3] = node[4] = node[5] = 0;
        }
    }
    set_file(m.file, bytes, n);
    int64_t sum = 0;
    char key[32];
    mlops_error e;
    refused(mlops__kv_find(&m.host, m.file, key_of(4, key), count, &sum, &e), &e, MLOPS_E_CORRUPT,
            "twice");
    refused(mlops__kv_walk(&m.host, m.file, count, &sum, &e), &e, MLOPS_E_CORRUPT, "twice");
    free(bytes);
    end_map(&m);
}

/* LMDB takes the newer meta page: one that is elsewhere, or not of the commit before the other's,
 * would have it read a state of before. */
static void meta_pages_of_two_commits(void **state) {
    (void)state;
    map m;
    mlops__kv *kv;
    mlops__kv_txn *t;
    mlops_error e;
    size_t n;
    if (!make_map(&m, FEW)) {
        skipped("no LMDB of this layout");
        return;
    }
    mlops__kv_opts opts = {m.file, "the index", 0, 0, MLOPS__KV_UNSYNCED};
    for (int64_t i = 0; i < 3; i++) {
        works(mlops__kv_open(&kv, &m.host, &opts, &e), &e);
        works(mlops__kv_begin(&t, kv, 1, &e), &e);
        works(mlops__kv_put(t, text("key"), text("value"), &e), &e);
        works(mlops__kv_commit(t, &e), &e);
        mlops__kv_close(kv);
        uint8_t *bytes = file_bytes(m.file, &n), *copy = malloc(n);
        size_t size = mlops__load_u32(bytes + META_DBS); /* of a page */
        int64_t sum = 0;
        assert_non_null(copy);
        works(mlops__kv_walk(&m.host, m.file, count, &sum, &e), &e);
        for (size_t page = 0; page < 2; page++) /* the other one in its place, with its number */
            for (size_t kept = 0; kept <= 8; kept += 8) {
                memcpy(copy, bytes, n);
                memcpy(copy + page * size + kept, bytes + (1 - page) * size + kept, size - kept);
                set_file(m.file, copy, n);
                refused(mlops__kv_walk(&m.host, m.file, count, &sum, &e), &e, MLOPS_E_CORRUPT,
                        "commits");
            }
        memcpy(copy, bytes + size, size);
        memcpy(copy + size, bytes, size);
        set_file(m.file, copy, n);
        refused(mlops__kv_walk(&m.host, m.file, count, &sum, &e), &e, MLOPS_E_CORRUPT, "commits");
        set_file(m.file, bytes, n);
        free(copy);
        free(bytes);
    }
    end_map(&m);
}

/* ---- what is left of a damaged map ---- */

/* Adds the records from first on to a map, each guarded, in a commit of its own. */
static void put_guarded(map *m, mlops__kv *kv, int64_t first, int64_t n) {
    mlops__index index;
    mlops_error e;
    works(mlops__index_begin(&index, kv, &m->host, 1, &e), &e);
    for (int64_t i = first; i < first + n; i++) {
        char key[32];
        uint8_t value[BIG];
        works(
            mlops__index_put(&index, MLOPS__TABLE_TEST, key_of(2 * i, key), value_of(i, value), &e),
            &e);
    }
    works(mlops__index_commit(&index, &e), &e);
}

/* FEW records in three commits; the bytes of the file, to be freed; NULL: as make_map(). */
static uint8_t *make_guarded(map *m, size_t *n) {
    mlops__kv *kv;
    mlops_error e;
    if (!make_map(m, 0)) {
        skipped("no LMDB of this layout");
        return NULL;
    }
    mlops__kv_opts opts = {m->file, "the index", 0, 0, MLOPS__KV_UNSYNCED};
    works(mlops__kv_open(&kv, &m->host, &opts, &e), &e);
    for (int64_t i = 0; i < 3; i++) put_guarded(m, kv, i * FEW / 3, FEW / 3);
    mlops__kv_close(kv);
    m->n = FEW;
    return file_bytes(m->file, n);
}

typedef struct found {
    int64_t n, n_spoiled;
    uint8_t seen[FEW];
} found;

/* What has its guard is what was put. */
static mlops_status take_guarded(void *user, mlops__bytes key, mlops__bytes value,
                                 mlops_error *err) {
    found *f = user;
    int64_t n = 0;
    if (!mlops__index_unguard(key, &value)) f->n_spoiled++;
    else if (key.data[0] == MLOPS__TABLE_TEST) {
        mlops__bytes own = {key.data + 1, key.size - 1};
        take(&n, own, value, err);
        int64_t i = number_of(own);
        assert_true(i >= 0 && i < FEW);
        f->n += !f->seen[i]; /* a damaged link may lead to a page of before */
        f->seen[i] = 1;
    } else assert_int_equal(key.data[0], MLOPS__TABLE_HEAD);
    return MLOPS_OK;
}

static found salvage(const map *m) {
    found f = {0};
    mlops_error e;
    mlops_status status = mlops__kv_salvage(&m->host, m->file, take_guarded, &f, &e);
    if (status) refused(status, &e, MLOPS_E_CORRUPT, "map");
    return f;
}

static uint16_t u16_at(const uint8_t *at) { return (uint16_t)(at[0] | at[1] << 8); }

/* The root of the newest state. */
static uint8_t *root_of(uint8_t *bytes, size_t size) {
    size_t meta = mlops__load_u64(bytes + size + 144) > mlops__load_u64(bytes + 144) ? size : 0;
    return bytes + mlops__load_u64(bytes + meta + META_DBS + DB + 40) * size;
}

static void a_sound_map_gives_all(void **state) {
    (void)state;
    map m;
    size_t n;
    mlops_error e;
    found f = {0};
    uint8_t *bytes = make_guarded(&m, &n);
    if (!bytes) return;
    f = salvage(&m);
    assert_true(f.n == FEW && f.n_spoiled == 0);
    memset(&f, 0, sizeof f);
    works(mlops__kv_walk(&m.host, m.file, take_guarded, &f, &e), &e);
    assert_true(f.n == FEW && f.n_spoiled == 0);
    free(bytes);
    end_map(&m);
}

static void a_damaged_leaf_loses_its_own(void **state) {
    (void)state;
    map m;
    size_t n;
    uint8_t *bytes = make_guarded(&m, &n);
    if (!bytes) return;
    size_t size = mlops__load_u32(bytes + META_DBS);
    const uint8_t *root = root_of(bytes, size);
    size_t n_links = (size_t)(u16_at(root + 12) - 16) / 2;
    assert_true(n_links > 5);
    for (size_t i = 0; i < n_links; i++) {
        uint8_t *page = bytes + mlops__load_u32(root + u16_at(root + 16 + 2 * i)) * size;
        int64_t own = (u16_at(page + 12) - 16) / 2 - (i == n_links - 1); /* the head is the last */
        uint8_t kept = page[10];
        page[10] = 0x77; /* no leaf any more */
        set_file(m.file, bytes, n);
        assert_int_equal(salvage(&m).n, FEW - own);
        page[10] = kept;
        uint8_t *node = page + u16_at(page + 16); /* its first record: one byte of the key */
        node[10] ^= 1;
        set_file(m.file, bytes, n);
        found f = salvage(&m);
        assert_true(f.n == FEW - 1 && f.n_spoiled == 1);
        node[10] ^= 1;
    }
    free(bytes);
    end_map(&m);
}

/* Whichever meta page is damaged, the other one leads to what was put, or to all but the newest
 * commit; and so it is where the newest root is damaged. */
static void the_other_meta_page_will_do(void **state) {
    (void)state;
    map m;
    size_t n;
    int64_t sum = 0;
    uint8_t *bytes = make_guarded(&m, &n);
    if (!bytes) return;
    size_t size = mlops__load_u32(bytes + META_DBS);
    for (size_t meta = 0; meta < 2; meta++) {
        uint8_t *page = bytes + meta * size, kept = page[16];
        page[16] ^= 1; /* of its magic */
        set_file(m.file, bytes, n);
        sum += salvage(&m).n;
        page[16] = kept;
    }
    assert_int_equal(sum, FEW + FEW * 2 / 3);
    root_of(bytes, size)[0] ^= 1;
    set_file(m.file, bytes, n);
    assert_int_equal(salvage(&m).n, FEW * 2 / 3);
    bytes[16] ^= 1, bytes[size + 16] ^= 1;
    set_file(m.file, bytes, n);
    assert_int_equal(salvage(&m).n, 0);
    free(bytes);
    end_map(&m);
}

static void damage_is_passed_over(void **state) {
    (void)state;
    map m;
    size_t n;
    int64_t kept = 0;
    uint8_t *bytes = make_guarded(&m, &n);
    if (!bytes) return;
    uint8_t *copy = malloc(n);
    size_t size = mlops__load_u32(bytes + META_DBS);
    int rounds = getenv("MLOPS_DEEP") ? 100000 : under_valgrind() ? 100 : 2000;
    assert_non_null(copy);
    seed = 21;
    for (int round = 0; round < rounds; round++) {
        memcpy(copy, bytes, n);
        for (int k = 0; k < 1 + round % 3; k++) {
            size_t at = (size_t)(draw() % n);
            if (round % 2) at = at / size * size + at % 64; /* heads of pages, and their nodes */
            copy[at] = (uint8_t)draw();
        }
        set_file(m.file, copy, n);
        kept += salvage(&m).n;
    }
    assert_true(kept / rounds > FEW * 3 / 4);
    for (size_t cut = 0; cut < n; cut += 1021) {
        set_file(m.file, bytes, cut);
        salvage(&m);
    }
    free(copy);
    free(bytes);
    end_map(&m);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_record_takes_a_page_of_each_level),
        cmocka_unit_test(damage_is_no_danger),
        cmocka_unit_test(links_in_a_ring),
        cmocka_unit_test(a_sound_map_gives_all),
        cmocka_unit_test(a_damaged_leaf_loses_its_own),
        cmocka_unit_test(the_other_meta_page_will_do),
        cmocka_unit_test(damage_is_passed_over),
        cmocka_unit_test(meta_pages_of_two_commits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
