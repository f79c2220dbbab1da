/* The journal: frames that are there again, segments that roll, and damage told from where writing
 * stopped. Over files in memory. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/journal.h"
#include "sys/hash.h"
#include "sys/host.h"
#include "unit/draw.h"

enum { FIRST = 4096, HEAD = 64, SEAL = 8 };

typedef struct desk {
    mlops__io_memory *memory;
    mlops__io_fault io;
    mlops__alloc_fault alloc;
    mlops__host host;
    mlops__journal journal;
    mlops__place place; /* its end */
} desk;

static const uint8_t ID[32] = "this is the identity of a store";

static void open_journal(desk *d, mlops__journal *j, int writes) {
    mlops_error e;
    works(mlops__journal_init(j, &d->host, "j", ID, writes, &e), &e);
    j->first_bytes = FIRST;
}

static int64_t now(void *ctx) {
    (void)ctx;
    return 1000;
}

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
    d->host.clock.now_ns = now;
    open_journal(d, &d->journal, 1);
    works(mlops__journal_create(&d->journal, &e), &e);
    mlops__place_init(&d->place);
    *state = d;
    return 0;
}

static int end_desk(void **state) {
    desk *d = *state;
    mlops__journal_free(&d->journal);
    int bad = d->alloc.n_live || d->alloc.n_misused || mlops__io_memory_n_open(d->memory);
    mlops__io_memory_free(d->memory);
    free(d);
    return bad;
}

/* A frame with one record of n bytes that tell which it is. */
static void make_frame(mlops__buf *b, int64_t number, size_t n) {
    uint8_t *value = make_blob(n, (uint64_t)number, 0);
    mlops__frame_begin(b);
    mlops__frame_op(b, MLOPS__OP_PUT, 1, text("key"), (mlops__bytes){value, n});
    free(value);
}

static mlops_status append(desk *d, size_t n, int sync, mlops_error *e) {
    mlops__buf b;
    mlops__frame frame;
    mlops__place after;
    mlops__buf_init(&b, &mlops__heap);
    make_frame(&b, d->place.chain.seq + 1, n);
    mlops_status status = mlops__journal_stage(&d->journal, &d->place, &b, &frame, &after, e);
    if (!status) status = mlops__journal_write(&d->journal, &frame, &after, sync, e);
    if (!status) d->place = after;
    mlops__buf_free(&b);
    return status;
}

static void appends(desk *d, size_t n, int sync) {
    mlops_error e;
    works(append(d, n, sync, &e), &e);
}

/* The next frame is this one. */
static void expect_next(mlops__journal *j, mlops__place *place, int64_t number, size_t n) {
    mlops__frame f;
    mlops__ops ops;
    mlops__op op;
    mlops_error e;
    works(mlops__journal_next(j, place, &f, &e), &e);
    assert_int_equal(f.seq, number);
    uint8_t *value = make_blob(n, (uint64_t)number, 0);
    mlops__ops_init(&ops, &f);
    assert_true(mlops__ops_next(&ops, &op));
    assert_int_equal(op.value.size, n);
    if (n) assert_memory_equal(op.value.data, value, n);
    assert_false(mlops__ops_next(&ops, &op));
    free(value);
}

static void expect_end(mlops__journal *j, mlops__place *place) {
    mlops__frame f;
    mlops_error e;
    for (int i = 0; i < 3; i++) {
        mlops_status status = mlops__journal_next(j, place, &f, &e);
        if (status != MLOPS_END) fail_msg("%s: %s", mlops_status_name(status), e.message);
    }
}

static size_t size_of_frame(int64_t k) { return (size_t)(k * 37 % 900 + (k % 29 == 0) * 20000); }

static void frames_are_there_again(void **state) {
    desk *d = *state;
    enum { N = 400 };
    mlops__journal other;
    mlops__place place;
    for (int64_t k = 1; k <= N; k++) appends(d, size_of_frame(k), k % 3 == 0);
    for (int writes = 0; writes < 2; writes++) {
        open_journal(d, &other, writes);
        mlops__place_init(&place);
        for (int64_t k = 1; k <= N; k++) expect_next(&other, &place, k, size_of_frame(k));
        expect_end(&other, &place);
        assert_memory_equal(&place.chain, &d->place.chain, sizeof place.chain);
        assert_int_equal(place.segment, d->place.segment);
        assert_int_equal(place.offset, d->place.offset);
        assert_true(place.durable <= N && place.durable >= N - 4);
        assert_int_equal(mlops__journal_check_end(&other, &place, 0, NULL), 0);
        mlops__journal_free(&other);
    }
}

static const char *segment(int64_t number) {
    static char name[40];
    snprintf(name, sizeof name, "j/%016llx", (long long)number);
    return name;
}

static const uint8_t *content(desk *d, int64_t number, size_t *n) {
    return mlops__io_memory_content(d->memory, segment(number), n);
}

static uint64_t u64_at(const uint8_t *p) {
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--) value = value << 8 | p[i];
    return value;
}

static void segments_roll_and_grow(void **state) {
    desk *d = *state;
    size_t n, before = 0;
    while (d->place.segment < 8) appends(d, 700, 1);
    assert_int_equal(mlops__io_memory_n_files(d->memory), 8); /* and no draft */
    for (int64_t s = 1; s <= 8; s++, before = n) {
        const uint8_t *p = content(d, s, &n);
        assert_non_null(p);
        assert_int_equal(n, before ? before * 2 : FIRST);
        assert_memory_equal(p, "MLOPSJNL\x01\0\0\0\0\0\0\0", 16);
        assert_memory_equal(p + 16, ID, 32);
        assert_int_equal(u64_at(p + 56), mlops__hash_64(p, 56));
        if (s == 1) assert_int_equal(u64_at(p + 48), 1);
        if (s == 8) break;
        size_t at = HEAD; /* frames up to the seal, or to less than a seal */
        for (size_t size; n - at >= HEAD && (size = mlops__frame_size(p + at)); at += size) {
        }
        if (n - at >= SEAL) assert_memory_equal(p + at, "MJE1\0\0\0\0", SEAL);
    }
}

static void a_large_frame_gets_a_segment_of_its_size(void **state) {
    desk *d = *state;
    size_t n;
    appends(d, 10, 1);
    appends(d, 3 << 20, 1);
    appends(d, 10, 1);
    assert_non_null(content(d, 2, &n));
    assert_true(n > 3 << 20 && n < 4 << 20);
    mlops__place place;
    mlops__place_init(&place);
    expect_next(&d->journal, &place, 1, 10);
    expect_next(&d->journal, &place, 2, 3 << 20);
    expect_next(&d->journal, &place, 3, 10);
    expect_end(&d->journal, &place);
}

/* Segments end with less than a seal, with just a seal, and with more. */
static void every_way_to_end_a_segment(void **state) {
    desk *d = *state;
    int seen = 0;
    for (size_t n = 3650; n < 3880; n++) {
        mlops__place place;
        mlops__io_memory_clear(d->memory);
        mlops__journal_free(&d->journal);
        open_journal(d, &d->journal, 1);
        assert_int_equal(mlops__journal_create(&d->journal, NULL), 0);
        mlops__place_init(&d->place);
        appends(d, n, 1);
        appends(d, 100, 1);
        seen |= 1 << d->place.segment;
        mlops__place_init(&place);
        expect_next(&d->journal, &place, 1, n);
        expect_next(&d->journal, &place, 2, 100);
        expect_end(&d->journal, &place);
    }
    assert_int_equal(seen, 2 | 4);
}

static void full_is_told_ahead(void **state) {
    desk *d = *state;
    seed = 3;
    for (int i = 0; i < 300; i++) {
        mlops__buf b;
        size_t n = draw() % 3000;
        mlops__buf_init(&b, &mlops__heap);
        make_frame(&b, 1, n);
        int full = mlops__journal_is_full(&d->journal, &d->place, b.size);
        int64_t before = d->place.segment;
        appends(d, n, 1);
        assert_int_equal(d->place.segment - before, full);
        mlops__buf_free(&b);
    }
}

static void another_reader_follows(void **state) {
    desk *d = *state;
    mlops__journal other;
    mlops__place place;
    open_journal(d, &other, 0);
    mlops__place_init(&place);
    expect_end(&other, &place);
    int64_t k = 1;
    for (int round = 0; round < 60; round++) {
        for (int i = 0; i < round % 5; i++)
            appends(d, size_of_frame(d->place.chain.seq + 1), round % 2);
        for (; k <= d->place.chain.seq; k++) expect_next(&other, &place, k, size_of_frame(k));
        expect_end(&other, &place);
    }
    mlops__journal_free(&other);
}

static void writing_goes_on_after_opening_again(void **state) {
    desk *d = *state;
    for (int64_t k = 1; k <= 60; k++) {
        mlops__place place;
        appends(d, (size_t)k * 20, 0);
        mlops__journal_free(&d->journal);
        open_journal(d, &d->journal, 1);
        mlops__place_init(&place);
        for (int64_t i = 1; i <= k; i++) expect_next(&d->journal, &place, i, (size_t)i * 20);
        expect_end(&d->journal, &place);
        d->place = place;
    }
}

static void bytes_are_read_where_they_are(void **state) {
    desk *d = *state;
    uint8_t bytes[64];
    mlops_error e;
    while (d->place.segment < 3) appends(d, 800, 1);
    works(mlops__journal_read(&d->journal, 1, 0, bytes, 8, &e), &e);
    assert_memory_equal(bytes, "MLOPSJNL", 8);
    works(mlops__journal_read(&d->journal, 3, HEAD, bytes, 4, &e), &e);
    assert_memory_equal(bytes, "MJF1", 4);
    assert_int_equal(mlops__journal_read(&d->journal, 9, 0, bytes, 8, &e), MLOPS_E_CORRUPT);
    assert_true(mlops__journal_read(&d->journal, 1, FIRST - 4, bytes, 8, &e) < 0);
    appends(d, 10, 1); /* reading elsewhere does not lead writing astray */
    mlops__place place;
    mlops__place_init(&place);
    for (int64_t k = 1; k < d->place.chain.seq; k++) expect_next(&d->journal, &place, k, 800);
    expect_next(&d->journal, &place, d->place.chain.seq, 10);
}

/* ---- other people's segments ---- */

static void set_segment(desk *d, int64_t number, const uint8_t *p, size_t n) {
    assert_int_equal(mlops__io_memory_put(d->memory, segment(number), p, n), 0);
}

/* What a fresh journal says to the segments as they are now. */
static mlops_status judge(desk *d, mlops__place *place, mlops_error *e) {
    mlops__journal other;
    mlops__frame f;
    open_journal(d, &other, 0);
    mlops__place_init(place);
    mlops_status status = MLOPS_OK;
    while (!status) status = mlops__journal_next(&other, place, &f, e);
    if (status == MLOPS_END) status = mlops__journal_check_end(&other, place, 0, e);
    mlops__journal_free(&other);
    return status;
}

static uint8_t *copy_segment(desk *d, int64_t number, size_t *n) {
    const uint8_t *p = content(d, number, n);
    uint8_t *copy = malloc(*n);
    assert_non_null(copy);
    memcpy(copy, p, *n);
    return copy;
}

static void repair_head(uint8_t *p) {
    uint64_t guard = mlops__hash_64(p, 56);
    for (int i = 0; i < 8; i++) p[56 + i] = (uint8_t)(guard >> 8 * i);
}

static void heads_are_checked(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    size_t n;
    appends(d, 10, 1);
    uint8_t *p = copy_segment(d, 1, &n);
    for (size_t bit = 0; bit < HEAD * 8; bit++) {
        p[bit / 8] ^= (uint8_t)(1u << bit % 8);
        set_segment(d, 1, p, n);
        refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "head of the segment");
        p[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    for (size_t size = 0; size < HEAD; size++) {
        set_segment(d, 1, p, size);
        refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "cut short");
    }
    p[8] = 2;
    repair_head(p);
    set_segment(d, 1, p, n);
    refused(judge(d, &place, &e), &e, MLOPS_E_UNSUPPORTED, "version 2");
    p[8] = 1;
    p[16] ^= 1;
    repair_head(p);
    set_segment(d, 1, p, n);
    refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "another store");
    p[16] ^= 1;
    repair_head(p);
    set_segment(d, 1, p, n);
    assert_int_equal(judge(d, &place, &e), 0);
    free(p);
}

static void segments_out_of_order_are_damage(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    size_t n[4];
    uint8_t *p[4];
    while (d->place.segment < 4) appends(d, 800, 1);
    for (int64_t s = 1; s < 4; s++) p[s] = copy_segment(d, s, &n[s]);
    set_segment(d, 2, p[3], n[3]);
    refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "missing");
    set_segment(d, 2, p[1], n[1]);
    refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "missing");
    set_segment(d, 2, p[2], n[2]);
    assert_int_equal(judge(d, &place, &e), 0);
    for (int64_t s = 1; s < 4; s++) free(p[s]);
}

/* ---- where it ends ---- */

/* Sets the bytes of a segment from an offset on to zero, up to an end. */
static void wipe(desk *d, int64_t number, int64_t from, int64_t to) {
    size_t n;
    uint8_t *p = copy_segment(d, number, &n);
    memset(p + from, 0, (size_t)(to < 0 ? (int64_t)n : to) - (size_t)from);
    set_segment(d, number, p, n);
    free(p);
}

static void a_torn_last_frame_is_no_damage(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    size_t n;
    for (int i = 0; i < 3; i++) appends(d, 300, 1);
    mlops__place before = d->place;
    appends(d, 300, 1);
    uint8_t *whole = copy_segment(d, 1, &n);
    for (int64_t from = before.offset; from < d->place.offset; from += 8)
        for (int which = 0; which < 2; which++) { /* its end is lost, or its beginning */
            set_segment(d, 1, whole, n);
            if (which) wipe(d, 1, before.offset, from + 8);
            else wipe(d, 1, from, -1);
            works(judge(d, &place, &e), &e);
            assert_int_equal(place.chain.seq, 3);
            assert_int_equal(place.offset, before.offset);
        }
    free(whole);
}

static void a_hole_ahead_of_durable_frames_is_damage(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    size_t n;
    int64_t ends[8] = {HEAD};
    for (int i = 1; i < 8; i++) {
        appends(d, 300, 1);
        ends[i] = d->place.offset;
    }
    uint8_t *whole = copy_segment(d, 1, &n);
    for (int i = 0; i < 6; i++)
        for (int64_t at = ends[i]; at < ends[i + 1]; at++) {
            set_segment(d, 1, whole, n);
            uint8_t *p = copy_segment(d, 1, &n);
            p[at] ^= 0x10;
            set_segment(d, 1, p, n);
            free(p);
            refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "build on");
            assert_int_equal(e.offset, ends[i]);
            assert_non_null(strstr(e.message, segment(1)));
        }
    free(whole);
}

/* Nobody was promised these frames: what is behind the torn one goes with it. */
static void a_hole_ahead_of_others_is_an_end(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    appends(d, 100, 1);
    int64_t end = d->place.offset;
    for (int i = 0; i < 5; i++) appends(d, 100, 0);
    wipe(d, 1, end, end + 8);
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, 1);
    assert_int_equal(place.offset, end);
}

static void a_hole_ahead_of_the_next_segment_is_damage(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    appends(d, 100, 0);
    int64_t end = d->place.offset;
    while (d->place.segment < 2) appends(d, 500, 0);
    wipe(d, 1, end, end + 8);
    refused(judge(d, &place, &e), &e, MLOPS_E_CORRUPT, "next segment");
}

static void a_seal_without_a_next_segment_is_an_end(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place, before;
    do {
        before = d->place;
        appends(d, 500, 1);
    } while (d->place.segment < 2);
    int64_t code = d->io.table.unlink(d->io.table.ctx, segment(2));
    assert_int_equal(code, 0);
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, before.chain.seq);
    mlops__journal_free(&d->journal);
    open_journal(d, &d->journal, 1);
    d->place = before;
    appends(d, 10, 1); /* small enough to stand where the seal was */
    appends(d, 900, 1);
    appends(d, 10, 1);
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, before.chain.seq + 3);
}

static void a_cut_takes_all_behind_it(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place, at;
    size_t n;
    for (int i = 0; i < 4; i++) appends(d, 100, 0);
    at = d->place;
    for (int i = 0; i < 4; i++) appends(d, 100, 0);
    wipe(d, 1, at.offset, at.offset + 8);
    d->place = at;
    works(mlops__journal_cut(&d->journal, &at, &e), &e);
    const uint8_t *p = content(d, 1, &n);
    for (size_t i = (size_t)at.offset; i < n; i++) assert_int_equal(p[i], 0);
    appends(d, 100, 0); /* the very frame that was lost: those behind it must not come back */
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, 5);
    int64_t syncs = d->io.n_calls;
    works(mlops__journal_cut(&d->journal, &place, &e), &e);
    assert_true(d->io.n_calls - syncs < 8); /* nothing to cut, nothing to write */
    assert_int_equal(judge(d, &place, &e), 0);
}

/* ---- calls that fail ---- */

static void a_write_that_fails_is_taken_back(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    appends(d, 100, 1);
    d->io.fail_at = d->io.n_calls + 1;
    d->io.os_code = ENOSPC;
    refused(append(d, 100, 1, &e), &e, MLOPS_E_NO_SPACE, "space");
    d->io.fail_at = 0;
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, 1);
    appends(d, 200, 1);
    mlops__place_init(&place);
    expect_next(&d->journal, &place, 1, 100);
    expect_next(&d->journal, &place, 2, 200);
    expect_end(&d->journal, &place);
}

static void a_failed_sync_ends_writing(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    appends(d, 100, 1);
    d->io.fail_at = d->io.n_calls + 2;
    d->io.os_code = EIO;
    refused(append(d, 100, 1, &e), &e, MLOPS_E_IO, "sync");
    d->io.fail_at = 0;
    refused(append(d, 100, 1, &e), &e, MLOPS_E_IO, "open it again");
    refused(mlops__journal_sync(&d->journal, &d->place, &e), &e, MLOPS_E_IO, "open it again");
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, 1);
    mlops__journal_free(&d->journal);
    open_journal(d, &d->journal, 1);
    appends(d, 100, 1);
    works(judge(d, &place, &e), &e);
    assert_int_equal(place.chain.seq, 2);
}

static void no_memory_is_told_and_passes(void **state) {
    desk *d = *state;
    mlops_error e;
    mlops__place place;
    for (int i = 0; i < 20; i++) appends(d, 700, 0);
    for (int64_t k = 1; k < 100; k++) {
        mlops__journal other;
        mlops__frame f;
        d->alloc.n_calls = d->alloc.n_injected = 0;
        d->alloc.fail_at = k;
        mlops_status status = mlops__journal_init(&other, &d->host, "j", ID, 0, &e);
        mlops__place_init(&place);
        while (!status) status = mlops__journal_next(&other, &place, &f, &e);
        d->alloc.fail_at = 0;
        if (d->alloc.n_injected) refused(status, &e, MLOPS_E_NOMEM, "memory");
        else assert_int_equal(status, MLOPS_END);
        if (other.path) { /* it goes on where it stood */
            for (status = MLOPS_OK; !status;) status = mlops__journal_next(&other, &place, &f, &e);
            assert_int_equal(status, MLOPS_END);
            assert_int_equal(place.chain.seq, 20);
        }
        mlops__journal_free(&other);
        if (!d->alloc.n_injected) break;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_desk, end_desk)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(frames_are_there_again),
        TEST(segments_roll_and_grow),
        TEST(a_large_frame_gets_a_segment_of_its_size),
        TEST(every_way_to_end_a_segment),
        TEST(full_is_told_ahead),
        TEST(another_reader_follows),
        TEST(writing_goes_on_after_opening_again),
        TEST(bytes_are_read_where_they_are),
        TEST(heads_are_checked),
        TEST(segments_out_of_order_are_damage),
        TEST(a_torn_last_frame_is_no_damage),
        TEST(a_hole_ahead_of_durable_frames_is_damage),
        TEST(a_hole_ahead_of_others_is_an_end),
        TEST(a_hole_ahead_of_the_next_segment_is_damage),
        TEST(a_seal_without_a_next_segment_is_an_end),
        TEST(a_cut_takes_all_behind_it),
        TEST(a_write_that_fails_is_taken_back),
        TEST(a_failed_sync_ends_writing),
        TEST(no_memory_is_told_and_passes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
