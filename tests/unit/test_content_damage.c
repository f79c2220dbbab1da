/* Damage of content that other content is kept as changes to: it is told of, never read as
 * something else, and healed by what is put again; and recipes that nobody wrote. */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "sys/hash.h"

static const char PACK[] = "packs/0000000000000001";

typedef struct frame_at {
    int64_t at; /* in the pack */
    mlops__pack_frame frame;
} frame_at;

/* The frames of a pack, by their heads alone. */
static size_t frames_of(const char *pack, frame_at *out, size_t cap) {
    size_t size, n = 0;
    uint8_t *bytes = file_bytes(pack, &size);
    for (size_t at = 64; at + 64 <= size && n < cap;) {
        assert_memory_equal(bytes + at, "MPF1", 4);
        frame_at *f = &out[n++];
        f->at = (int64_t)at;
        f->frame.kind = (mlops__pack_kind)bytes[at + 4];
        f->frame.codec = (mlops__pack_codec)bytes[at + 5];
        f->frame.stored = mlops__load_u32(bytes + at + 12);
        memcpy(f->frame.key, bytes + at + 16, 32);
        at += 64 + (f->frame.stored + 7) / 8 * 8;
    }
    free(bytes);
    return n;
}

enum { LINE = 9, FRAMES = 400 };

/* A line of versions, each like the one before, and a branch of the first. Commits behind them say
 * that they were durable. */
static mlops_store *make_line_of(const place *p, version v[LINE]) {
    mlops_store *s = open_with(p->path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    v[0] = make_lines(SMALL);
    keep_like(s, &v[0], NULL);
    for (int i = 1; i < LINE; i++) {
        const version *from = i == LINE - 1 ? &v[0] : &v[i - 1];
        v[i] = edit_lines(from, 60);
        keep_like(s, &v[i], &from->id);
    }
    for (int i = 1; i < LINE; i++) assert_true(depth_of(s, &v[i].id) > 0);
    put(s, "a", "1");
    put(s, "b", "2");
    return s;
}

/* Each is as it was kept, or refused as damaged. */
static int n_corrupt(mlops_store *s, const version *v, size_t n) {
    int out = 0;
    for (size_t i = 0; i < n; i++) {
        mlops_status status = reads_version(s, &v[i]);
        if (status) assert_int_equal(status, MLOPS_E_CORRUPT);
        out += status != MLOPS_OK;
    }
    return out;
}

/* Whatever frame is damaged: nothing wrong is read, check tells as many as reading does, and what
 * is put again, with the same content beside it as then, makes all of it whole. */
static void told_and_healed(const place *p) {
    version v[LINE];
    frame_at f[FRAMES];
    mlops_store *s = make_line_of(p, v);
    mlops_store_close(s);
    size_t n = frames_of(inside(p, PACK), f, FRAMES);
    int most = 0, n_unread = 0;
    shell("cp -r '%s' '%s/kept'", p->path, p->dir);
    for (size_t k = 0; k < n; k++) {
        shell("rm -r '%s' && cp -r '%s/kept' '%s'", p->path, p->dir, p->path);
        spoil(inside(p, PACK), f[k].at + 64 + (int64_t)(draw() % f[k].frame.stored));
        if (k % 2) shell("rm -r '%s/index'", p->path);
        s = open_file(p);
        int bad = n_corrupt(s, v, LINE);
        n_unread += bad == 0;
        if (bad > most) most = bad;
        mlops_store_close(s);
        const version *named = NULL;
        s = open_file(p);
        for (int i = 0; i < LINE && !named; i++)
            if (reads_version(s, &v[i])) named = &v[i];
        mlops_store_close(s);
        int64_t told = n_faults(p, named);
        assert_true(told >= bad && told > 0);
        s = open_file(p);
        for (int i = 0; i < LINE; i++)
            keep_like(s, &v[i], k % 3 == 0 ? NULL : k % 3 == 1 ? &v[i].id : &v[(i + 1) % LINE].id);
        assert_int_equal(n_corrupt(s, v, LINE), 0);
        for (int i = 0; i < LINE; i++) assert_true(depth_of(s, &v[i].id) <= MLOPS__CHAIN_MAX);
        mlops_store_close(s);
        assert_int_equal(n_faults(p, NULL), 0);
        shell("rm -r '%s/index'", p->path);
        s = open_file(p);
        assert_int_equal(n_corrupt(s, v, LINE), 0);
        mlops_store_close(s);
    }
    assert_int_equal(most, LINE);               /* all of them led over one */
    assert_int_equal(n_unread, between == ','); /* zones, without which rows are read */
    free_all(v, LINE);
}

static void damage_is_told_and_healed(void **state) { told_and_healed(*state); }

static void damaged_rows_are_told_and_healed(void **state) {
    between = ',';
    told_and_healed(*state);
}

/* What is kept beside damaged content is kept without it. */
static void like_damaged_content(void **state) {
    const place *p = *state;
    version v[LINE];
    frame_at f[FRAMES];
    mlops_store *s = make_line_of(p, v);
    size_t n = frames_of(inside(p, PACK), f, FRAMES);
    for (size_t k = 0; k < n; k++) {
        int64_t at = f[k].at + 64 + (int64_t)(draw() % f[k].frame.stored);
        spoil(inside(p, PACK), at);
        version next = edit_lines(&v[draw() % LINE], 60);
        keep_like(s, &next, &v[draw() % LINE].id);
        spoil(inside(p, PACK), at); /* what it was: it is new content that is looked at */
        assert_int_equal(reads_version(s, &next), MLOPS_OK);
        free(next.bytes);
    }
    assert_int_equal(n_corrupt(s, v, LINE), 0);
    mlops_store_close(s);
    free_all(v, LINE);
}

/* Content comes back that is damaged, beside its own successor: neither may lead to the other. */
static void back_to_what_is_damaged(void **state) {
    const place *p = *state;
    version v[2];
    frame_at f[FRAMES];
    mlops_store *s = open_file(p);
    v[0] = make_lines(SMALL);
    keep_like(s, &v[0], NULL);
    size_t n = frames_of(inside(p, PACK), f, FRAMES);
    v[1] = edit_lines(&v[0], 0);
    uint8_t *noise = make_blob(200 * KIB, 3, 0); /* the end is all its own */
    memcpy(v[1].bytes + v[1].n - 200 * KIB, noise, 200 * KIB);
    keep_like(s, &v[1], &v[0].id);
    assert_int_equal(depth_of(s, &v[1].id), 1);
    spoil(inside(p, PACK), f[n - 2].at + 70); /* the last chunk of the first */
    assert_int_equal(reads_version(s, &v[0]), MLOPS_E_CORRUPT);
    assert_int_equal(reads_version(s, &v[1]), MLOPS_OK);
    keep_like(s, &v[0], &v[1].id);
    assert_int_equal(n_corrupt(s, v, 2), 0);
    mlops_store_close(s);
    free(noise);
    free_all(v, 2);
}

/* Healing puts content no deeper than it was, since other content counts on its depth. */
static void healed_beside_something_deep(void **state) {
    const place *p = *state;
    version v[LINE], w[6];
    frame_at f[FRAMES];
    mlops_store *s = make_line_of(p, v);
    w[0] = make_lines(SMALL);
    keep_like(s, &w[0], NULL);
    for (int i = 1; i < 6; i++) {
        w[i] = edit_lines(&w[i - 1], 60);
        keep_like(s, &w[i], &w[i - 1].id);
    }
    assert_int_equal(depth_of(s, &w[3].id), 3);
    frames_of(inside(p, PACK), f, FRAMES);
    spoil(inside(p, PACK), f[0].at + 70);
    assert_int_equal(reads_version(s, &v[0]), MLOPS_E_CORRUPT);
    /* Half of it is of the deep one. */
    version both = {malloc(SMALL), SMALL, {{0}}};
    memcpy(both.bytes, w[3].bytes, both.n);
    keep_like(s, &both, &w[3].id);
    keep_like(s, &v[0], &both.id);
    assert_int_equal(n_corrupt(s, v, LINE), 0);
    for (int i = 0; i < LINE; i++) assert_true(depth_of(s, &v[i].id) <= MLOPS__DEPTH_MAX);
    mlops_store_close(s);
    free(both.bytes);
    free_all(v, LINE);
    free_all(w, 6);
}

/* The newest frame of what was healed is not always behind the damaged one: packs of two processes
 * stand in any order. */
static void whole_content_is_preferred(void **state) {
    const place *p = *state;
    version v[2];
    frame_at f[FRAMES];
    mlops_store *s = open_file(p);
    v[0] = make_lines(SMALL);
    keep_like(s, &v[0], NULL);
    v[1] = edit_lines(&v[0], 60);
    keep_like(s, &v[1], &v[0].id);
    spoil(inside(p, PACK), 64 + 70);
    keep_like(s, &v[1], NULL); /* v[0] stays damaged */
    assert_int_equal(reads_version(s, &v[1]), MLOPS_OK);
    mlops_store_close(s);
    /* The frame that leads over the damaged one comes again, in a later pack. */
    size_t n = frames_of(inside(p, PACK), f, FRAMES), size;
    uint8_t *bytes = file_bytes(inside(p, PACK), &size);
    for (size_t k = 0; k < n; k++) {
        if (f[k].frame.kind != MLOPS__PACK_OBJECT || f[k].frame.codec != MLOPS__PACK_BASED)
            continue;
        uint8_t *more = malloc(64 + 64 + f[k].frame.stored);
        memcpy(more, bytes, 64);
        mlops__store_u64(more + 48, 2);
        mlops__store_u64(more + 56, mlops__hash_64(more, 56));
        memcpy(more + 64, bytes + f[k].at, 64 + f[k].frame.stored);
        set_file(inside(p, "packs/0000000000000002"), more, 128 + f[k].frame.stored);
        free(more);
    }
    assert_true(size_of(inside(p, "packs/0000000000000002")) > 128);
    shell("rm -r '%s/index'", p->path);
    s = open_file(p);
    assert_int_equal(reads_version(s, &v[1]), MLOPS_OK);
    assert_int_equal(reads_version(s, &v[0]), MLOPS_E_CORRUPT);
    mlops_store_close(s);
    free(bytes);
    free_all(v, 2);
}

static void repair_keeps_what_is_whole(void **state) {
    const place *p = *state;
    version v[LINE];
    mlops_error e;
    int64_t n_lost = -1;
    mlops_store *s = make_line_of(p, v);
    mlops_store_close(s);
    spoil(inside(p, PACK), 20); /* the head: its frames move to another pack */
    works(mlops_store_repair(p->path, NULL, &n_lost, &e), &e);
    assert_int_equal(n_lost, 0);
    s = open_file(p);
    assert_int_equal(n_corrupt(s, v, LINE), 0);
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
    free_all(v, LINE);
}

/* ---- recipes that nobody wrote ---- */

typedef struct forgery {
    uint8_t bytes[4096];
    size_t n;
} forgery;

static void forge_object(forgery *f, const mlops_id *id, mlops__pack_codec codec,
                         const mlops__buf *recipe) {
    uint32_t n = (uint32_t)recipe->size;
    mlops__pack_frame frame = {MLOPS__PACK_OBJECT, codec, n, n, {0}};
    memcpy(frame.key, id->bytes, 32);
    assert_true(f->n + 64 + n + 8 < sizeof f->bytes);
    mlops__pack_head(&frame, recipe->data, f->bytes + f->n);
    memcpy(f->bytes + f->n + 64, recipe->data, n);
    f->n += 64 + (n + 7) / 8 * 8;
}

/* A copy of all of its base. */
static void forge_copy(forgery *f, const mlops_id *id, const mlops_id *base, uint64_t size,
                       uint32_t number, uint32_t depth) {
    uint8_t bytes[128];
    mlops__buf b;
    mlops__buf_init_fixed(&b, bytes, sizeof bytes);
    mlops__recipe_begin_based(&b, size, base->bytes, number, depth);
    mlops__recipe_put(&b, 1, &(mlops__piece){.kind = MLOPS__PIECE_COPY, .size = size});
    assert_int_equal(b.status, 0);
    forge_object(f, id, MLOPS__PACK_BASED, &b);
}

static mlops_store *open_forged(const place *p, forgery *f) {
    size_t size;
    uint8_t *first = file_bytes(inside(p, PACK), &size);
    memcpy(f->bytes, first, 64);
    mlops__store_u64(f->bytes + 48, 9);
    mlops__store_u64(f->bytes + 56, mlops__hash_64(f->bytes, 56));
    free(first);
    set_file(inside(p, "packs/0000000000000009"), f->bytes, f->n);
    shell("rm -r '%s/index'", p->path);
    return open_file(p);
}

/* A collection leaves frames of what was dropped in packs that it does not empty; the chunks of
 * such a frame may be gone when the same content comes again. */
static void frames_that_are_left(void **state) {
    const place *p = *state;
    version v[3];
    uint8_t bytes[128], gone[MLOPS__CHUNK_KEY] = {7};
    forgery f = {{0}, 64};
    mlops_store *s = open_with(p->path, MLOPS_SYNC_FULL, MLOPS_STORE_INDEX_FILE);
    v[0] = make_lines(SMALL);
    keep_like(s, &v[0], NULL);
    for (int i = 1; i < 3; i++) {
        v[i] = edit_lines(&v[i - 1], 60);
        keep_like(s, &v[i], &v[i - 1].id);
        assert_int_equal(depth_of(s, &v[i].id), i);
    }
    mlops_store_close(s);
    for (int i = 1; i < 3; i++) {
        mlops__buf b;
        mlops__buf_init_fixed(&b, bytes, sizeof bytes);
        mlops__recipe_begin(&b, v[i].n);
        mlops__recipe_put(&b, 0, &(mlops__piece){.kind = MLOPS__PIECE_CHUNK, .key = gone});
        assert_int_equal(b.status, 0);
        forge_object(&f, &v[i].id, MLOPS__PACK_RAW, &b);
    }
    forge_copy(&f, &v[1].id, &v[2].id, v[1].n, 1, 2); /* and two that lead to each other */
    forge_copy(&f, &v[2].id, &v[1].id, v[2].n, 1, 2);
    s = open_forged(p, &f);
    assert_int_equal(n_corrupt(s, v, 3), 0);
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
    free_all(v, 3);
}

static mlops_status status_of(mlops_store *s, const mlops_id *id) {
    static uint8_t out[SMALL];
    mlops_error e;
    size_t size;
    return mlops_store_content(s, id, out, sizeof out, &size, &e);
}

static void chains_that_nobody_wrote(void **state) {
    const place *p = *state;
    static const mlops_id ID[] = {{{1}}, {{2}}, {{3}}, {{4}}, {{5}}, {{6}}, {{7}}, {{8}}};
    mlops_store *s = open_file(p);
    version v = make_lines(SMALL / 2), next;
    keep_like(s, &v, NULL);
    mlops_store_close(s);
    forgery f = {{0}, 64};
    forge_copy(&f, &ID[0], &ID[0], v.n, 1, 1); /* itself */
    forge_copy(&f, &ID[1], &ID[2], v.n, 1, 1); /* a circle of two */
    forge_copy(&f, &ID[2], &ID[1], v.n, 2, 2);
    for (uint32_t i = 3; i < 8; i++) /* one deeper than is allowed, which the last does not say */
        forge_copy(&f, &ID[i], i == 3 ? &v.id : &ID[i - 1], v.n, i, i == 7 ? 4 : i - 2);
    s = open_forged(p, &f);
    for (int i = 0; i < 3; i++) assert_int_equal(status_of(s, &ID[i]), MLOPS_E_CORRUPT);
    for (int i = 3; i < 7; i++) assert_int_equal(reads(s, &ID[i], v.bytes, v.n), MLOPS_OK);
    assert_int_equal(status_of(s, &ID[7]), MLOPS_E_CORRUPT);
    for (int i = 0; i < 8; i++) { /* what is kept beside one of them is there */
        next = edit_lines(&v, 30);
        keep_like(s, &next, &ID[i]);
        assert_int_equal(reads_version(s, &next), MLOPS_OK);
        assert_true(depth_of(s, &next.id) <= MLOPS__DEPTH_MAX);
        free(next.bytes);
    }
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0); /* no commit names them */
    free(v.bytes);
}

/* Numbers as high as they go, and depths that are not those of the base. */
static void numbers_that_nobody_wrote(void **state) {
    const place *p = *state;
    static const mlops_id ID[] = {{{1}}, {{2}}, {{3}}, {{4}}, {{5}}};
    mlops_store *s = open_file(p);
    version v = make_lines(SMALL / 2), next;
    keep_like(s, &v, NULL);
    mlops_store_close(s);
    forgery f = {{0}, 64};
    forge_copy(&f, &ID[0], &v.id, v.n, UINT32_MAX, 1);
    forge_copy(&f, &ID[1], &v.id, v.n, UINT32_MAX - 1, 1);
    forge_copy(&f, &ID[2], &v.id, v.n, UINT32_MAX - 1, 4);
    forge_copy(&f, &ID[3], &ID[0], v.n, 1, 1);
    forge_copy(&f, &ID[4], &ID[3], v.n, 2, 1); /* it is 3 */
    s = open_forged(p, &f);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(reads(s, &ID[i], v.bytes, v.n), MLOPS_OK);
        next = edit_lines(&v, 30);
        keep_like(s, &next, &ID[i]);
        assert_int_equal(reads_version(s, &next), MLOPS_OK);
        version after = edit_lines(&next, 30);
        keep_like(s, &after, &next.id);
        assert_int_equal(reads_version(s, &after), MLOPS_OK);
        assert_true(depth_of(s, &after.id) <= MLOPS__DEPTH_MAX);
        free(after.bytes);
        free(next.bytes);
    }
    mlops_store_close(s);
    free(v.bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_place, end_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(damage_is_told_and_healed),    TEST(damaged_rows_are_told_and_healed),
        TEST(like_damaged_content),         TEST(back_to_what_is_damaged),
        TEST(healed_beside_something_deep), TEST(whole_content_is_preferred),
        TEST(repair_keeps_what_is_whole),   TEST(frames_that_are_left),
        TEST(chains_that_nobody_wrote),     TEST(numbers_that_nobody_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
