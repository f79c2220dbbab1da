/* Content that is kept as changes to other content: read back whole and in parts, in little room,
 * however its history goes; and damage of what it leads over, which is told and can be healed. */
#define _GNU_SOURCE
#include "unit/help_version.h"

#include "store/content.h"
#include "sys/hash.h"

#include <mlops/check.h>

enum { KIB = 1 << 10, MIB = 1 << 20, SMALL = 300 * KIB };

static const char PACK[] = "packs/0000000000000001";

static int begin_place(void **state) {
    place *p = calloc(1, sizeof *p);
    assert_non_null(p);
    make_place(p);
    seed = 5;
    *state = p;
    return 0;
}

static int end_place(void **state) {
    remove_place(*state);
    free(*state);
    return 0;
}

static mlops_store *open_file(const place *p) {
    return open_with(p->path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

static void free_all(version *v, size_t n) {
    for (size_t i = 0; i < n; i++) free(v[i].bytes);
}

static int64_t n_faults(const place *p, const version *named) {
    mlops_check *c;
    mlops_error e;
    char hex[65];
    int found = 0;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    int64_t n = mlops_check_n_faults(c);
    for (int64_t i = 0; named && i < n; i++) {
        for (size_t k = 0; k < 32; k++) snprintf(hex + 2 * k, 3, "%02x", named->id.bytes[k]);
        found |= strstr(mlops_check_fault(c, i), hex) != NULL;
    }
    if (named) assert_true(found);
    mlops_check_unref(c);
    return n;
}

/* ---- the recipe, as it stands in the store ---- */

/* Objects that reading one leads to: no more than its recipe says. */
static int depth_of(mlops_store *s, const mlops_id *id) {
    mlops__index index;
    mlops_error e;
    uint8_t name[32];
    int depth = -1, said = 0;
    memcpy(name, id->bytes, sizeof name);
    works(mlops__store_read_begin(s, &index, &e), &e);
    for (int more = 1; more; depth++) {
        mlops__content_reader reader;
        mlops__reader_init(&reader, s, &index);
        mlops__lock_take(&s->lock);
        works(mlops__reader_open(&reader, name, &e), &e);
        mlops__lock_give(&s->lock);
        const mlops__recipe *recipe = &reader.levels[0].recipe;
        if (depth < 0) said = (int)recipe->depth;
        more = recipe->base != NULL;
        if (more) memcpy(name, recipe->base, sizeof name);
        mlops__reader_free(&reader);
        assert_true(depth < 10);
    }
    mlops__store_read_end(&index);
    assert_true(depth <= said);
    return depth;
}

/* ---- many versions ---- */

enum { VERSIONS = 100 };

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
    for (int i = 0; i < VERSIONS; i++) {
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
    for (int i = 1; i < VERSIONS; i++) {
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
    assert_true(more < (VERSIONS - 1) * 200 * 4 * 40);
    mlops_store_close(s);
    all_are_there(p->path, v, engine);
    assert_int_equal(n_faults(p, NULL), 0);
    shell("rm -rf '%s/index'", p->path);
    all_are_there(p->path, v, MLOPS_STORE_INDEX_MEMORY);
    all_are_there(p->path, v, MLOPS_STORE_INDEX_FILE);
    export_and_import_are_equal(p, v);
    free_all(v, VERSIONS);
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

/* ---- damage ---- */

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
static void damage_is_told_and_healed(void **state) {
    const place *p = *state;
    version v[LINE];
    frame_at f[FRAMES];
    mlops_store *s = make_line_of(p, v);
    mlops_store_close(s);
    size_t n = frames_of(inside(p, PACK), f, FRAMES);
    int most = 0;
    shell("cp -r '%s' '%s/kept'", p->path, p->dir);
    for (size_t k = 0; k < n; k++) {
        shell("rm -r '%s' && cp -r '%s/kept' '%s'", p->path, p->dir, p->path);
        spoil(inside(p, PACK), f[k].at + 64 + (int64_t)(draw() % f[k].frame.stored));
        if (k % 2) shell("rm -r '%s/index'", p->path);
        s = open_file(p);
        int bad = n_corrupt(s, v, LINE);
        assert_true(bad > 0);
        if (bad > most) most = bad;
        mlops_store_close(s);
        const version *named = NULL;
        s = open_file(p);
        for (int i = 0; i < LINE && !named; i++)
            if (reads_version(s, &v[i])) named = &v[i];
        mlops_store_close(s);
        int64_t told = n_faults(p, named);
        assert_true(told >= bad);
        s = open_file(p);
        for (int i = 0; i < LINE; i++)
            keep_like(s, &v[i], k % 3 == 0 ? NULL : k % 3 == 1 ? &v[i].id : &v[(i + 1) % LINE].id);
        assert_int_equal(n_corrupt(s, v, LINE), 0);
        for (int i = 0; i < LINE; i++) assert_true(depth_of(s, &v[i].id) <= MLOPS__DEPTH_MAX);
        mlops_store_close(s);
        assert_int_equal(n_faults(p, NULL), 0);
        shell("rm -r '%s/index'", p->path);
        s = open_file(p);
        assert_int_equal(n_corrupt(s, v, LINE), 0);
        mlops_store_close(s);
    }
    assert_int_equal(most, LINE); /* all of them led over one */
    free_all(v, LINE);
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
    mlops__recipe_put(&b, 1, &(mlops__piece){MLOPS__PIECE_COPY, size, 0, NULL});
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
        TEST(a_hundred_versions),         TEST(a_hundred_versions_in_memory),
        TEST(branching_histories),        TEST(like_anything),
        TEST(damage_is_told_and_healed),  TEST(like_damaged_content),
        TEST(back_to_what_is_damaged),    TEST(healed_beside_something_deep),
        TEST(whole_content_is_preferred), TEST(repair_keeps_what_is_whole),
        TEST(chains_that_nobody_wrote),   TEST(numbers_that_nobody_wrote),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
