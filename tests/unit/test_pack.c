/* Packs: frames that are there again, and a damaged stretch that hides nothing but itself. Over
 * files in memory. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/pack.h"
#include "sys/host.h"
#include "unit/draw.h"

typedef struct desk {
    mlops__io_memory *memory;
    mlops__io_fault io;
    mlops__alloc_fault alloc;
    mlops__host host;
    mlops__packs packs;
    mlops__buf buf;
} desk;

static const uint8_t ID[32] = "this is the identity of a store";

static int begin_desk(void **state) {
    desk *d = calloc(1, sizeof *d);
    mlops_error e;
    assert_non_null(d);
    assert_int_equal(mlops__io_memory_new(&d->memory, &mlops__heap), 0);
    works(mlops__host_init(&d->host, NULL, &e), &e);
    mlops__io_fault_init(&d->io, mlops__io_memory_table(d->memory));
    mlops__alloc_fault_init(&d->alloc);
    d->host.io = d->io.table;
    d->host.allocator = d->alloc.table;
    mlops__buf_init(&d->buf, &d->host.allocator);
    works(mlops__packs_init(&d->packs, &d->host, "p", ID, &e), &e);
    *state = d;
    return 0;
}

static int end_desk(void **state) {
    desk *d = *state;
    mlops__packs_free(&d->packs);
    mlops__buf_free(&d->buf);
    int bad = d->alloc.n_live || d->alloc.n_misused || mlops__io_memory_n_open(d->memory);
    mlops__io_memory_free(d->memory);
    free(d);
    return bad;
}

static void lease(desk *d, int64_t number, int is_new) {
    mlops_error e;
    works(mlops__packs_lease(&d->packs, number, is_new, &e), &e);
}

/* Frame k: n bytes that tell which it is. */
static mlops__pack_place append(desk *d, uint64_t k, size_t n) {
    mlops__pack_frame frame = {k % 2 ? MLOPS__PACK_CHUNK : MLOPS__PACK_OBJECT,
                               MLOPS__PACK_RAW,
                               (uint32_t)n,
                               (uint32_t)n,
                               {0}};
    mlops__pack_place at;
    mlops_error e;
    memset(frame.key, (int)k, sizeof frame.key);
    uint8_t *payload = make_blob(n, k, 0);
    works(mlops__packs_append(&d->packs, &frame, payload, &at, &e), &e);
    free(payload);
    return at;
}

static void is_frame(desk *d, const mlops__pack_frame *f, uint64_t k, size_t n) {
    uint8_t *payload = make_blob(n, k, 0);
    assert_int_equal(f->kind, k % 2 ? MLOPS__PACK_CHUNK : MLOPS__PACK_OBJECT);
    assert_int_equal(f->codec, MLOPS__PACK_RAW);
    assert_int_equal(f->size, n);
    assert_int_equal(f->stored, n);
    for (size_t i = 0; i < sizeof f->key; i++) assert_int_equal(f->key[i], (uint8_t)k);
    assert_int_equal(d->buf.size, n);
    if (n) assert_memory_equal(d->buf.data, payload, n);
    free(payload);
}

static void reads_frame(desk *d, mlops__pack_place at, uint64_t k, size_t n) {
    mlops__pack_frame f;
    mlops_error e;
    works(mlops__packs_read(&d->packs, at, &f, &d->buf, &e), &e);
    is_frame(d, &f, k, n);
}

static const char *pack_name(int64_t number) {
    static char name[40];
    snprintf(name, sizeof name, "p/%016llx", (long long)number);
    return name;
}

static uint8_t *copy_pack(desk *d, int64_t number, size_t *n) {
    const uint8_t *p = mlops__io_memory_content(d->memory, pack_name(number), n);
    uint8_t *copy = malloc(*n);
    assert_non_null(copy);
    memcpy(copy, p, *n);
    return copy;
}

static void set_pack(desk *d, int64_t number, const uint8_t *p, size_t n) {
    assert_int_equal(mlops__io_memory_put(d->memory, pack_name(number), p, n), 0);
}

static const size_t SIZES[] = {0, 1, 7, 8, 9, 4096, 70000, 1};
enum { N = sizeof SIZES / sizeof SIZES[0] };

static void frames_are_there_again(void **state) {
    desk *d = *state;
    mlops__pack_place at[N];
    lease(d, 1, 1);
    for (size_t k = 0; k < N; k++) {
        at[k] = append(d, k, SIZES[k]);
        assert_int_equal(at[k].pack, 1);
        assert_int_equal(at[k].offset % 8, 0);
        reads_frame(d, at[k], k, SIZES[k]);
    }
    mlops__packs_release(&d->packs);
    lease(d, 1, 0); /* and goes on behind */
    mlops__pack_place last = append(d, 99, 5);
    assert_true(last.offset >= at[N - 1].offset + 64);
    for (size_t k = 0; k < N; k++) reads_frame(d, at[N - 1 - k], N - 1 - k, SIZES[N - 1 - k]);
    reads_frame(d, last, 99, 5);
    assert_int_equal(mlops__packs_sync(&d->packs, 1, NULL), 0);
}

static void several_packs_at_once(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__buf numbers;
    for (int64_t p = 9; p > 0; p -= 2) {
        lease(d, p, 1);
        append(d, (uint64_t)p, 100);
    }
    for (int64_t p = 1; p < 10; p += 2)
        reads_frame(d, (mlops__pack_place){p, MLOPS__PACK_HEAD}, (uint64_t)p, 100);
    assert_int_equal(mlops__packs_sync(&d->packs, 5, NULL), 0); /* one that is not leased */
    assert_int_equal(mlops__packs_lease(&d->packs, 1, 1, &e), MLOPS_E_IO);
    assert_int_equal(mlops__packs_lease(&d->packs, 2, 0, &e), MLOPS_E_NOT_FOUND);
    static const char *const OTHERS[] = {"p/lock", "p/000000000000000", "p/00000000000000011",
                                         "p/0000000000000000", "p/000000000000000G"};
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++)
        assert_int_equal(mlops__io_memory_put(d->memory, OTHERS[i], "", 0), 0);
    mlops__buf_init(&numbers, &d->host.allocator);
    works(mlops__packs_list(&d->packs, &numbers, &e), &e);
    assert_int_equal(numbers.size, 5 * sizeof(int64_t));
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(((int64_t *)(void *)numbers.data)[i], 2 * (int64_t)i + 1);
    mlops__buf_free(&numbers);
}

static void a_full_pack_is_refused(void **state) {
    desk *d = *state;
    lease(d, 1, 1);
    append(d, 1, 10);
    size_t n;
    uint8_t *p = copy_pack(d, 1, &n), *large = calloc(1, MLOPS__PACK_FULL);
    assert_non_null(large);
    memcpy(large, p, n);
    set_pack(d, 1, large, MLOPS__PACK_FULL);
    assert_int_equal(mlops__packs_lease(&d->packs, 1, 0, NULL), MLOPS_E_LIMIT);
    reads_frame(d, (mlops__pack_place){1, MLOPS__PACK_HEAD}, 1, 10);
    free(p);
    free(large);
}

/* Scans all of the pack: which of the frames are found, as bits. */
static uint64_t scan(desk *d, const mlops__pack_place at[N], int64_t *n_skipped) {
    mlops__pack_scan s;
    mlops__pack_frame f;
    mlops__pack_place place;
    mlops_error e;
    uint64_t found = 0;
    works(mlops__pack_scan_init(&s, &d->packs, 1, &e), &e);
    mlops_status status;
    int64_t last = 0;
    while (!(status = mlops__pack_scan_next(&s, &d->packs, &f, &place, &d->buf, &e))) {
        size_t k = 0;
        while (k < N && at[k].offset != place.offset) k++;
        assert_true(k < N && place.offset > last);
        last = place.offset;
        is_frame(d, &f, k, SIZES[k]);
        found |= UINT64_C(1) << k;
    }
    works(status == MLOPS_END ? MLOPS_OK : status, &e);
    *n_skipped = s.n_skipped;
    return found;
}

static void damage_hides_nothing_but_itself(void **state) {
    desk *d = *state;
    mlops__pack_place at[N];
    int64_t skipped;
    mlops_error e;
    lease(d, 1, 1);
    for (size_t k = 0; k < N; k++) at[k] = append(d, k, SIZES[k]);
    assert_int_equal(scan(d, at, &skipped), (1 << N) - 1);
    assert_int_equal(skipped, 0);
    for (size_t k = 0; k < N; k++) {
        size_t whole = 64 + SIZES[k], step = whole > 1000 ? 997 : 1;
        for (size_t i = 0; i < whole; i += i < 64 ? 1 : step) {
            size_t n;
            if (i >= 56 && i < 64) continue; /* nobody's bytes */
            uint8_t *p = copy_pack(d, 1, &n);
            p[(size_t)at[k].offset + i] ^= 0x04;
            set_pack(d, 1, p, n);
            mlops__pack_frame f;
            refused(mlops__packs_read(&d->packs, at[k], &f, &d->buf, &e), &e, MLOPS_E_CORRUPT,
                    "damaged");
            assert_int_equal(e.offset, at[k].offset);
            for (size_t other = 0; other < N; other++)
                if (other != k) reads_frame(d, at[other], other, SIZES[other]);
            assert_int_equal(scan(d, at, &skipped), ((1 << N) - 1) & ~(1 << k));
            assert_true(skipped > 0 || SIZES[k] == 0);
            p[(size_t)at[k].offset + i] ^= 0x04;
            set_pack(d, 1, p, n);
            free(p);
        }
    }
}

static void a_pack_cut_short_keeps_what_is_left(void **state) {
    desk *d = *state;
    mlops__pack_place at[N];
    int64_t skipped;
    mlops_error e;
    size_t n;
    mlops__pack_frame f;
    lease(d, 1, 1);
    for (size_t k = 0; k < N; k++) at[k] = append(d, k, SIZES[k]);
    uint8_t *p = copy_pack(d, 1, &n);
    for (size_t size = MLOPS__PACK_HEAD; size<n; size += size> 5000 ? 1999 : 13) {
        uint64_t want = 0;
        set_pack(d, 1, p, size);
        for (size_t k = 0; k < N; k++) {
            int whole = (size_t)at[k].offset + 64 + SIZES[k] <= size;
            if (whole) reads_frame(d, at[k], k, SIZES[k]), want |= UINT64_C(1) << k;
            else
                assert_int_equal(mlops__packs_read(&d->packs, at[k], &f, &d->buf, &e),
                                 MLOPS_E_CORRUPT);
        }
        assert_int_equal(scan(d, at, &skipped), want);
    }
    free(p);
}

static void heads_are_checked(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__pack_frame f;
    mlops__pack_place at = {1, MLOPS__PACK_HEAD};
    size_t n;
    lease(d, 1, 1);
    append(d, 1, 10);
    lease(d, 2, 1);
    append(d, 2, 10);
    uint8_t *p = copy_pack(d, 1, &n);
    for (size_t bit = 0; bit < MLOPS__PACK_HEAD * 8; bit++) {
        reads_frame(d, (mlops__pack_place){2, MLOPS__PACK_HEAD}, 2, 10); /* lets go of pack 1 */
        p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        set_pack(d, 1, p, n);
        refused(mlops__packs_read(&d->packs, at, &f, &d->buf, &e), &e, MLOPS_E_CORRUPT, "head");
        p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    set_pack(d, 1, p, 63);
    refused(mlops__packs_read(&d->packs, at, &f, &d->buf, &e), &e, MLOPS_E_CORRUPT, "short");
    set_pack(d, 3, p, n); /* one pack under another one's name */
    at.pack = 3;
    refused(mlops__packs_read(&d->packs, at, &f, &d->buf, &e), &e, MLOPS_E_CORRUPT, "head");
    set_pack(d, 1, p, n);
    reads_frame(d, (mlops__pack_place){1, MLOPS__PACK_HEAD}, 1, 10);
    free(p);
}

static void places_that_are_none(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__pack_frame f;
    static const int64_t OFFSETS[] = {0, -8, INT64_MIN, INT64_MAX, 72, 1 << 20, 63, 65};
    lease(d, 1, 1);
    append(d, 1, 100);
    for (size_t i = 0; i < sizeof OFFSETS / sizeof OFFSETS[0]; i++) {
        mlops__pack_place at = {1, OFFSETS[i]};
        assert_int_equal(mlops__packs_read(&d->packs, at, &f, &d->buf, &e), MLOPS_E_CORRUPT);
    }
    assert_int_equal(mlops__packs_read(&d->packs, (mlops__pack_place){7, 64}, &f, &d->buf, &e),
                     MLOPS_E_CORRUPT);
    assert_int_equal(mlops__packs_read(&d->packs, (mlops__pack_place){-1, 0}, &f, &d->buf, &e),
                     MLOPS_E_CORRUPT);
}

/* Content that looks like frames is found as content alone, and not a second time behind damage. */
static void frames_within_content_are_content(void **state) {
    desk *d = *state;
    mlops__pack_place outer;
    mlops__pack_scan s;
    mlops__pack_frame f;
    mlops_error e;
    size_t n;
    lease(d, 1, 1);
    for (size_t k = 0; k < 3; k++) append(d, k, SIZES[k]);
    uint8_t *p = copy_pack(d, 1, &n);
    lease(d, 2, 1);
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, (uint32_t)n, (uint32_t)n, {0}};
    works(mlops__packs_append(&d->packs, &frame, p, &outer, &e), &e);
    works(mlops__pack_scan_init(&s, &d->packs, 2, &e), &e);
    works(mlops__pack_scan_next(&s, &d->packs, &f, &outer, &d->buf, &e), &e);
    assert_int_equal(f.size, n);
    assert_memory_equal(d->buf.data, p, n);
    assert_int_equal(mlops__pack_scan_next(&s, &d->packs, &f, &outer, &d->buf, &e), MLOPS_END);
    free(p);
}

static void a_failed_append_leaves_no_trace(void **state) {
    desk *d = *state;
    mlops__pack_place at[N];
    int64_t skipped;
    mlops_error e;
    lease(d, 1, 1);
    at[0] = append(d, 0, SIZES[0]);
    for (int call = 0; call <= 2; call++) { /* a small frame takes one */
        uint32_t n = call ? 7000 : 700;
        mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, n, n, {0}};
        uint8_t *payload = make_blob(n, 5, 0);
        mlops__pack_place place;
        d->io.fail_at = d->io.n_calls + (call ? call : 1);
        d->io.os_code = ENOSPC;
        refused(mlops__packs_append(&d->packs, &frame, payload, &place, &e), &e, MLOPS_E_NO_SPACE,
                "space");
        d->io.fail_at = 0;
        free(payload);
    }
    for (size_t k = 1; k < N; k++) at[k] = append(d, k, SIZES[k]);
    assert_int_equal(scan(d, at, &skipped), (1 << N) - 1);
    for (size_t k = 0; k < N; k++) reads_frame(d, at[k], k, SIZES[k]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_desk, end_desk)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(frames_are_there_again),
        TEST(several_packs_at_once),
        TEST(a_full_pack_is_refused),
        TEST(damage_hides_nothing_but_itself),
        TEST(a_pack_cut_short_keeps_what_is_left),
        TEST(heads_are_checked),
        TEST(places_that_are_none),
        TEST(frames_within_content_are_content),
        TEST(a_failed_append_leaves_no_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
