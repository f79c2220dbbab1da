/* MLOPS_STORE_VERIFY_DEDUP: chunks whose hashes were made alike on purpose, and chunks that were
 * forged behind a good guard. XXH3 is no secret: a lane adds the product of its data's two halves,
 * each xored with the secret's, and the data itself to its neighbour. Where the lower halves are
 * the secret's the products are 0, and what one stripe's upper half gains the next one's may lose.
 */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "sys/hash.h"

static const char PACK[] = "packs/0000000000000001";
enum { LANE = 16, NEXT = 64 + LANE, LARGE = 40000 };

static mlops_store *open_flags(const place *p, uint32_t flags) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.sync = MLOPS_SYNC_RELAXED;
    opts.flags = flags;
    return open_store(p->path, &opts);
}

static void craft(uint8_t *bytes, const char *upper, const char *next) {
    static const uint8_t SECRET[] = {0xde, 0xd4, 0x6d, 0xe9}, AFTER[] = {0x72, 0x40, 0xa4, 0xa4};
    memcpy(bytes + LANE, SECRET, 4);
    memcpy(bytes + LANE + 4, upper, 4);
    memcpy(bytes + NEXT, AFTER, 4);
    memcpy(bytes + NEXT + 4, next, 4);
}

/* Two of one hash, from the beginning on, each n bytes. */
static void make_pair(version v[2], size_t n, uint64_t number) {
    for (int i = 0; i < 2; i++) {
        v[i] = (version){make_blob(n, number, 0), n, {{0}}};
        craft(v[i].bytes, i ? "2111" : "1111", i ? "8999" : "9999");
    }
    mlops__hash128 a = mlops__hash_128(v[0].bytes, n), b = mlops__hash_128(v[1].bytes, n);
    assert_true(a.low == b.low && a.high == b.high);
    assert_memory_not_equal(v[0].bytes, v[1].bytes, n);
}

static void read_all(const place *p, const version *v, size_t n) {
    for (int again = 0; again < 2; again++) {
        mlops_store *s = open_file(p);
        for (size_t i = 0; i < n; i++) assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
        mlops_store_close(s);
        assert_int_equal(n_faults(p, NULL), 0);
        shell("rm -r '%s/index'", p->path);
    }
}

static void alike_in_two_contents(void **state) {
    const place *p = *state;
    static const size_t SIZES[] = {4000, 16384, 16385, 60000, 300 * KIB};
    for (size_t k = 0; k < 5; k++) {
        version v[2];
        uint8_t out[4000];
        make_pair(v, SIZES[k], 11 + k);
        mlops_store *s = open_flags(p, 0);
        keep_like(s, &v[0], NULL);
        keep_like(s, &v[1], NULL); /* each is the other's to who does not verify */
        if (k == 0) {
            size_t n;
            assert_int_equal(mlops_store_content(s, &v[1].id, out, sizeof out, &n, NULL), 0);
            assert_memory_equal(out, v[0].bytes, n);
        }
        mlops_store_close(s);
        s = open_flags(p, MLOPS_STORE_VERIFY_DEDUP);
        keep_like(s, &v[1], NULL);
        mlops_store_close(s);
        read_all(p, v, 2);
        shell("rm -r '%s'", p->path);
        s = open_flags(p, MLOPS_STORE_VERIFY_DEDUP);
        keep_like(s, &v[0], NULL);
        keep_like(s, &v[1], &v[0].id);
        mlops_store_close(s);
        read_all(p, v, 2);
        shell("rm -r '%s'", p->path);
        free_all(v, 2);
    }
}

/* Chunks behind each other in one content, which are planned together. */
static void alike_in_one_content(void **state) {
    const place *p = *state;
    version v[2], both = {malloc(4 * LARGE), 0, {{0}}};
    make_pair(v, LARGE, 3);
    size_t n = mlops__gear_cut(mlops__gear_scan_scalar, v[0].bytes, LARGE);
    for (int i = 0; i < 4; i++, both.n += n) memcpy(both.bytes + both.n, v[i % 2].bytes, n);
    mlops_store *s = open_flags(p, MLOPS_STORE_VERIFY_DEDUP);
    keep_like(s, &both, NULL);
    mlops_store_close(s);
    assert_true(size_of(inside(p, PACK)) < (int64_t)(3 * n)); /* each is kept once */
    read_all(p, &both, 1);
    free(both.bytes);
    free_all(v, 2);
}

/* The store begins to verify, and gets the other of a pair, while a batch waits to be written. */
typedef struct opening {
    const place *p;
    mlops_store *second;
    version *other;
    int n;
} opening;

static mlops_status open_and_run(void *ctx, int64_t n, mlops_task task, void *user) {
    opening *o = ctx;
    if (++o->n == 2) {
        o->second = open_flags(o->p, MLOPS_STORE_VERIFY_DEDUP);
        keep_like(o->second, o->other, NULL);
    }
    for (int64_t i = 0; i < n; i++) {
        mlops_status status = task(user, i, 0);
        if (status) return status;
    }
    return MLOPS_OK;
}

static void alike_in_a_batch_that_waits(void **state) {
    const place *p = *state;
    enum { ALL = 24 << 20 };
    version v[2], all = {make_blob(ALL, 6, 0), ALL, {{0}}};
    opening o = {p, NULL, &v[0], 0};
    mlops_executor executor = {.struct_size = sizeof executor, .n_workers = 2, .ctx = &o};
    mlops__lease lease = {0, 0};
    mlops_error e;
    executor.parallel_for = open_and_run;
    make_pair(v, 300 * KIB, 3);
    size_t n = v[0].n = mlops__gear_cut(mlops__gear_scan_scalar, v[0].bytes, 300 * KIB);
    memcpy(all.bytes, v[1].bytes, n);
    mlops_store *s = open_flags(p, 0);
    const mlops__source source = {.size = ALL, .bytes = all.bytes};
    works(mlops__content_add_source(s, &lease, &source, NULL, &executor, &all.id, &e), &e);
    assert_non_null(o.second);
    mlops_change *c = new_change(s);
    works(mlops__change_kept(c, &all.id, ALL, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_store_close(o.second);
    mlops_store_close(s);
    read_all(p, v, 1);
    read_all(p, &all, 1);
    free(all.bytes);
    free_all(v, 2);
}

static void name_item(mlops__keeping *out, version *v) {
    mlops__sha256 sha;
    mlops__sha256_init(&sha, mlops__sha256_blocks_scalar);
    mlops__sha256_add(&sha, v->bytes, v->n);
    mlops__sha256_end(&sha, v->id.bytes);
    *out = (mlops__keeping){v->id, v->bytes, v->n, NULL};
}

/* Together, large and small: the small ones begin a chunk that they share, one after the other. */
static void alike_in_many(void **state) {
    const place *p = *state;
    version v[4];
    mlops__keeping items[4];
    mlops__lease lease = {0, 0};
    mlops_error e;
    make_pair(v, 20000, 4);
    make_pair(v + 2, 3000, 5);
    for (int i = 0; i < 4; i++) name_item(&items[i], &v[i]);
    mlops_store *s = open_flags(p, MLOPS_STORE_VERIFY_DEDUP);
    works(mlops__content_keep(s, &lease, items, 3, NULL, &e), &e);
    works(mlops__content_keep(s, &lease, items + 3, 1, NULL, &e), &e);
    mlops_change *c = new_change(s);
    for (int i = 0; i < 4; i++)
        works(mlops__change_kept(c, &items[i].id, (int64_t)items[i].n, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_store_close(s);
    read_all(p, v, 4);
    free_all(v, 4);
}

/* Text of 9,000 rows, whose first 100 bytes are a name. */
static version make_table(void) {
    version v = {malloc(9000 * 40), 100, {{0}}};
    memset(v.bytes, 'x', v.n);
    v.n += (size_t)sprintf((char *)v.bytes + v.n, ",b,c\n");
    for (int i = 0; i < 9000; i++)
        v.n += (size_t)sprintf((char *)v.bytes + v.n, "%d,%d,%d\n", i, (int)(draw() % 1000),
                               (int)(draw() % 1000));
    return v;
}

static version edit_table(const version *v) {
    version out = {malloc(v->n + 8), v->n, {{0}}};
    memcpy(out.bytes, v->bytes, v->n);
    memcpy(out.bytes + out.n, "1,2,3\n", 6);
    out.n += 6;
    return out;
}

/* The same in what groups of rows are found by: the text of one. */
static void alike_rows(void **state) {
    const place *p = *state;
    for (int verifies = 0; verifies < 2; verifies++) {
        version v[2];
        v[0] = make_table();
        v[1] = edit_table(&v[0]);
        for (int i = 0; i < 2; i++) craft(v[i].bytes, i ? "2111" : "1111", i ? "8999" : "9999");
        mlops_store *s = open_flags(p, verifies ? MLOPS_STORE_VERIFY_DEDUP : 0);
        keep_like(s, &v[0], NULL);
        keep_like(s, &v[1], &v[0].id);
        assert_int_equal(depth_of(s, &v[1].id), 1); /* it is kept as rows */
        uint8_t out[100];
        int64_t size;
        mlops_error e;
        works(mlops__content_read(s, &v[1].id, 0, out, sizeof out, &size, &e), &e);
        assert_memory_equal(out, v[verifies].bytes, sizeof out);
        mlops_store_close(s);
        if (verifies) read_all(p, v, 2);
        shell("rm -r '%s'", p->path);
        free_all(v, 2);
    }
}

/* Puts other bytes into the first chunk, whose frame still passes its guard. */
static void forge_chunk(const place *p) {
    size_t size;
    uint8_t *pack = file_bytes(inside(p, PACK), &size), *head = pack + 64;
    uint32_t n = mlops__load_u32(head + 12);
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, n, n, {0}};
    assert_int_equal(head[5], MLOPS__PACK_RAW);
    memcpy(frame.key, head + 16, sizeof frame.key);
    head[64 + 100] ^= 1;
    mlops__pack_head(&frame, head + 64, head);
    set_file(inside(p, PACK), pack, size);
    free(pack);
}

/* Equal content that comes is made whole by who verifies, and the one that had the chunk with it;
 * so is other content that begins alike. */
static void forged_behind_a_good_guard(void **state) {
    const place *p = *state;
    version v[2] = {{make_blob(LARGE, 7, 0), LARGE, {{0}}}, {make_blob(LARGE, 7, 0), 0, {{0}}}};
    v[1].n = mlops__gear_cut(mlops__gear_scan_scalar, v[0].bytes, LARGE);
    for (int other = 0; other < 2; other++) {
        mlops_store *s = open_flags(p, 0);
        keep_like(s, &v[0], NULL);
        mlops_store_close(s);
        forge_chunk(p);
        s = open_flags(p, 0);
        keep_like(s, &v[other], NULL);
        assert_int_equal(reads_version(s, &v[0]), MLOPS_E_CORRUPT);
        assert_int_equal(reads_version(s, &v[other]), MLOPS_E_CORRUPT);
        mlops_store_close(s);
        s = open_flags(p, 0);
        mlops_store *same = open_flags(p, MLOPS_STORE_VERIFY_DEDUP); /* counts for both */
        keep_like(s, &v[other], NULL);
        assert_int_equal(reads_version(s, &v[0]), MLOPS_OK);
        assert_int_equal(reads_version(s, &v[other]), MLOPS_OK);
        mlops_store_close(s);
        mlops_store_close(same);
        shell("rm -r '%s'", p->path);
    }
    free_all(v, 2);
}

/* Versions as ever, and no larger. */
static void versions_are_kept_as_ever(void **state) {
    const place *p = *state;
    for (int rows = 0; rows < 2; rows++) {
        int64_t sizes[2];
        for (int verifies = 0; verifies < 2; verifies++) {
            version v[8];
            seed = 9;
            between = rows ? ',' : '/';
            mlops_store *s = open_flags(p, verifies ? MLOPS_STORE_VERIFY_DEDUP : 0);
            v[0] = make_lines(SMALL);
            keep_like(s, &v[0], NULL);
            for (int i = 1; i < 8; i++) {
                v[i] = edit_lines(&v[i - 1], 20);
                keep_like(s, &v[i], &v[i - 1].id);
            }
            mlops_store_close(s);
            sizes[verifies] = size_of(inside(p, PACK));
            read_all(p, v, 8);
            shell("rm -r '%s'", p->path);
            free_all(v, 8);
        }
        assert_true(sizes[1] <= sizes[0] + sizes[0] / 50);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_place, end_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(alike_in_two_contents),
        TEST(alike_in_one_content),
        TEST(alike_in_a_batch_that_waits),
        TEST(alike_in_many),
        TEST(alike_rows),
        TEST(forged_behind_a_good_guard),
        TEST(versions_are_kept_as_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
