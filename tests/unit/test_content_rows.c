/* Delimited text that is kept as rows: read back whole and in parts, in little room, however it is
 * edited and whatever it is beside. */
#define _GNU_SOURCE
#include "unit/help_version.h"
#include "unit/skipped.h"

#include "store/tabular.h"
#include "sys/io_test.h"

#include <mlops/call.h>

/* ---- a table that is edited ---- */

enum { ROWS_MAX = 40000, LINE_MAX_ = 120 };

typedef struct sheet {
    char (*lines)[LINE_MAX_];
    int n;
} sheet;

static void set_line(char *out, int id) {
    snprintf(out, LINE_MAX_, "%d,%d,u%07d,%s,%d.%02d,0.%06d,%d\n", id, 1700000000 + id / 3,
             (int)(draw() % 3000000), draw() % 3 ? "DE" : "US", (int)(draw() % 200),
             (int)(draw() % 100), (int)(draw() % 1000000), (int)(draw() % 2));
}

static sheet new_sheet(int n) {
    sheet s = {calloc(ROWS_MAX, LINE_MAX_), n};
    assert_non_null(s.lines);
    snprintf(s.lines[0], LINE_MAX_, "id,ts,user,country,amount,score,label\n");
    for (int i = 1; i < n; i++) set_line(s.lines[i], 2 * i);
    return s;
}

/* Another score, of the same width or not; a line that has none stays. */
static void edit_cell(sheet *s, int width) {
    char *line = s->lines[1 + (int)(draw() % (uint64_t)(s->n - 1))], copy[LINE_MAX_];
    char *end = strrchr(line, ',');
    if (!end) return;
    *end = 0;
    char *cell = strrchr(line, ',');
    if (cell) {
        *cell = 0;
        int n =
            snprintf(copy, sizeof copy, "%s,0.%0*d,%s", line, width, (int)(draw() % 100), end + 1);
        *cell = ',';
        *end = ',';
        if (n < LINE_MAX_) memcpy(line, copy, (size_t)n + 1);
    } else *end = ',';
}

static void insert(sheet *s, int at, int n) {
    if (s->n + n > ROWS_MAX) return;
    memmove(s->lines[at + n], s->lines[at], (size_t)(s->n - at) * LINE_MAX_);
    for (int i = 0; i < n; i++) set_line(s->lines[at + i], 1000000 + (int)(draw() % 1000000));
    s->n += n;
}

static void cut(sheet *s, int at, int n) {
    if (at + n > s->n) n = s->n - at;
    memmove(s->lines[at], s->lines[at + n], (size_t)(s->n - at - n) * LINE_MAX_);
    s->n -= n;
}

static void odd_line(sheet *s) {
    static const char *const ODD[] = {"\n",         "a,b\n",          "\"x,\ny\",1,2,3,4,5,6\n",
                                      "# remark\n", "1,2,3,4,5,6,\n", "\xff\xfe,,,,,,\r\n"};
    strcpy(s->lines[1 + (int)(draw() % (uint64_t)(s->n - 1))], ODD[draw() % 6]);
}

static void edit_sheet(sheet *s) {
    int at = 1 + (int)(draw() % (uint64_t)(s->n - 1)), many = (int)(draw() % 300);
    switch (draw() % 10) {
    case 0:
    case 1:
    case 2:
        for (int i = 0; i < many; i++) edit_cell(s, 6);
        break;
    case 3:
        for (int i = 0; i < many; i++) edit_cell(s, 1 + (int)(draw() % 9));
        break;
    case 4: insert(s, at, 1 + many); break;
    case 5: cut(s, at, s->n > 3000 ? 1 + many : 1); break;
    case 6: insert(s, s->n, many); break;
    case 7: odd_line(s); break;
    case 8:
        for (int i = 0; i < many / 4; i++) insert(s, 1 + (int)(draw() % (uint64_t)s->n), 1);
        break;
    default:
        for (int i = at; i < s->n && i < at + 10 * many; i++) set_line(s->lines[i], 2 * i);
    }
}

/* Now and then without a last line end. */
static version text_of(const sheet *s) {
    version v = {malloc((size_t)s->n * LINE_MAX_ + 1), 0, {{0}}};
    assert_non_null(v.bytes);
    for (int i = 0; i < s->n; i++) {
        size_t n = strlen(s->lines[i]);
        memcpy(v.bytes + v.n, s->lines[i], n);
        v.n += n;
    }
    if (draw() % 8 == 0) v.n--;
    return v;
}

static mlops__pack_codec codec_of(mlops_store *s, const version *v) {
    mlops__index index;
    mlops__location at;
    mlops_error e;
    works(mlops__store_read_begin(s, &index, &e), &e);
    works(
        mlops__content_find(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){v->id.bytes, 32}, &at, &e),
        &e);
    mlops__store_read_end(&index);
    return (mlops__pack_codec)at.size;
}

/* ---- reading ---- */

static void reads_ranges(mlops_store *s, const version *v) {
    static uint8_t part[100 * KIB];
    mlops_error e;
    for (int i = 0; i < 8; i++) {
        size_t at = draw() % (v->n + 1), cap = i % 2 ? draw() % sizeof part : draw() % 80;
        size_t want = cap < v->n - at ? cap : v->n - at;
        int64_t size = 0;
        works(mlops__content_read(s, &v->id, (int64_t)at, part, cap, &size, &e), &e);
        assert_int_equal(size, v->n);
        if (want) assert_memory_equal(part, v->bytes + at, want);
    }
}

static void all_read(const char *path, const version *v, int n, mlops_store_index engine) {
    mlops_store *s = open_with(path, MLOPS_SYNC_RELAXED, engine);
    for (int i = 0; i < n; i++) {
        assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
        reads_ranges(s, &v[i]);
        assert_true(depth_of(s, &v[i].id) <= MLOPS__CHAIN_MAX);
    }
    mlops_store_close(s);
}

static void travels(const place *p, const version *v, int n) {
    char one[100], path[100];
    mlops_error e;
    snprintf(one, sizeof one, "%s/one", p->dir);
    snprintf(path, sizeof path, "%s/again", p->dir);
    mlops_store *s = open_file(p);
    works(mlops_store_export(s, one, &e), &e);
    mlops_store_close(s);
    works(mlops_store_import(path, one, NULL, &e), &e);
    all_read(path, v, n, MLOPS_STORE_INDEX_FILE);
    shell("rm -rf '%s' '%s'", one, path);
}

enum { VERSIONS = 40 };

static void edited_again_and_again(void **state) {
    const place *p = *state;
    version v[VERSIONS];
    int n = under_valgrind() ? 6 : VERSIONS, n_rows = 0;
    for (seed = 1; seed < (under_valgrind() ? 2u : 4u); seed++) {
        uint64_t begun = seed;
        sheet sheet = new_sheet(under_valgrind() ? 2000 : 9000);
        mlops_store *s = open_file(p);
        for (int i = 0; i < n; i++) {
            if (i) edit_sheet(&sheet);
            v[i] = text_of(&sheet);
            const version *like = i == 0 ? NULL : draw() % 6 ? &v[i - 1] : &v[draw() % (uint64_t)i];
            keep_like(s, &v[i], like ? &like->id : NULL);
            assert_int_equal(reads_version(s, &v[i]), MLOPS_OK);
            n_rows += mlops__recipe_has_rows(codec_of(s, &v[i]));
        }
        mlops_store_close(s);
        all_read(p->path, v, n, MLOPS_STORE_INDEX_FILE);
        assert_int_equal(n_faults(p, NULL), 0);
        travels(p, v, n);
        shell("rm -rf '%s/index'", p->path);
        all_read(p->path, v, n, MLOPS_STORE_INDEX_MEMORY);
        free_all(v, (size_t)n);
        free(sheet.lines);
        shell("rm -rf '%s'", p->path);
        seed = begun;
    }
    assert_true(n_rows > n / 2); /* most of them, or nothing is tested */
}

/* ---- what it costs ---- */

static void a_cell_costs_a_few_bytes(void **state) {
    const place *p = *state;
    mlops_store *s = open_file(p);
    sheet sheet = new_sheet(20000);
    version v = text_of(&sheet), next;
    keep_like(s, &v, NULL);
    int64_t first = stats_of(s).pack_bytes;
    assert_true(first < (int64_t)(v.n / 4)); /* zstd: a half */
    for (int i = 0; i < 200; i++) edit_cell(&sheet, 6);
    next = text_of(&sheet);
    keep_like(s, &next, &v.id);
    int64_t more = stats_of(s).pack_bytes - first;
    assert_true(more < 200 * 7 + 600); /* the recipe has a piece and a chunk, each in a frame */
    assert_int_equal(codec_of(s, &next), MLOPS__PACK_ROWS_BASED);
    insert(&sheet, sheet.n, 10);
    version last = text_of(&sheet);
    first += more;
    keep_like(s, &last, &next.id);
    assert_true(stats_of(s).pack_bytes - first < 1200);
    assert_int_equal(reads_version(s, &last), MLOPS_OK);
    mlops_store_close(s);
    free(v.bytes), free(next.bytes), free(last.bytes), free(sheet.lines);
}

/* A row may be read of any of them, in a history whose every version changes all groups. */
static void a_long_history(void **state) {
    const place *p = *state;
    enum { N = 70 };
    version v[N];
    int n = under_valgrind() ? 10 : N;
    mlops_store *s = open_file(p);
    sheet sheet = new_sheet(9000);
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 90 && i; k++) edit_cell(&sheet, 6);
        v[i] = text_of(&sheet);
        keep_like(s, &v[i], i ? &v[i - 1].id : NULL);
    }
    assert_true(stats_of(s).pack_bytes < (int64_t)v[0].n);
    for (int i = 0; i < n; i++) {
        assert_true(depth_of(s, &v[i].id) <= 14); /* digits of the number, to the base of 8 */
        reads_ranges(s, &v[i]);
    }
    mlops_store_close(s);
    free_all(v, (size_t)n);
    free(sheet.lines);
}

/* ---- beside other content ---- */

static void beside_anything(void **state) {
    const place *p = *state;
    mlops_store *s = open_file(p);
    sheet sheet = new_sheet(3000);
    version table = text_of(&sheet), noise = {make_blob(SMALL, 9, 0), SMALL, {{0}}};
    between = '/';
    version lines = make_lines(SMALL), edited;
    keep_like(s, &noise, NULL);
    keep_like(s, &lines, NULL);
    keep_like(s, &table, &noise.id);
    edited = edit_lines(&table, 400); /* lines come and go everywhere */
    keep_like(s, &edited, &table.id);
    assert_int_equal(codec_of(s, &edited), MLOPS__PACK_BASED);
    version again = edit_lines(&edited, 3), other = edit_lines(&lines, 3);
    keep_like(s, &again, &edited.id);
    keep_like(s, &other, &table.id);
    const version *all[] = {&table, &noise, &lines, &edited, &again, &other};
    for (int i = 0; i < 6; i++) {
        assert_int_equal(reads_version(s, all[i]), MLOPS_OK);
        reads_ranges(s, all[i]);
    }
    mlops_store_close(s);
    assert_int_equal(n_faults(p, NULL), 0);
    for (int i = 0; i < 6; i++) free(all[i]->bytes);
    free(sheet.lines);
}

/* A row that no group takes: the content is bytes like any other. */
static void a_row_without_end(void **state) {
    const place *p = *state;
    mlops_store *s = open_file(p);
    sheet sheet = new_sheet(3000);
    version v = text_of(&sheet);
    size_t n = v.n, more = 17 * MIB;
    v.bytes = realloc(v.bytes, n + more);
    assert_non_null(v.bytes);
    memset(v.bytes + n, '7', more);
    v.n += more;
    keep_like(s, &v, NULL);
    assert_int_equal(codec_of(s, &v), MLOPS__PACK_RAW);
    assert_int_equal(reads_version(s, &v), MLOPS_OK);
    mlops_store_close(s);
    free(v.bytes);
    free(sheet.lines);
}

/* ---- with threads ---- */

static void hashed_meanwhile(void **state) {
    mlops__lease lease = {0, 0};
    const place *p = *state;
    mlops_pool *pool;
    mlops_error e;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    mlops_store *s = open_file(p);
    sheet sheet = new_sheet(under_valgrind() ? 20000 : 39000);
    mlops_id before = {{0}};
    for (int i = 0; i < 4; i++) {
        version v = text_of(&sheet);
        v.id = mlops__content_id(s, v.bytes, v.n);
        for (int again = 0; again < 2; again++) {
            mlops_id id;
            works(mlops__content_add(s, &lease, v.bytes, v.n, i ? &before : NULL,
                                     mlops_pool_executor(pool), &id, &e),
                  &e);
            assert_memory_equal(&id, &v.id, sizeof id);
        }
        assert_int_equal(reads_version(s, &v), MLOPS_OK);
        before = v.id;
        free(v.bytes);
        for (int k = 0; k < 100; k++) edit_cell(&sheet, 6);
    }
    mlops_store_close(s);
    mlops_pool_free(pool);
    free(sheet.lines);
}

/* Lines between which one is longer than what is looked at ahead, and one of several lines. */
static version make_odd_lines(void) {
    enum { LINES = 13 * MIB, LONG = 5 * MIB };
    version v = make_lines(LINES);
    size_t half = v.n / 2;
    v.bytes = realloc(v.bytes, v.n + LONG + 200);
    assert_non_null(v.bytes);
    while (v.bytes[half - 1] != '\n') half++;
    memmove(v.bytes + half + LONG, v.bytes + half, v.n - half);
    memset(v.bytes + half, 'x', LONG);
    memcpy(v.bytes + half + LONG / 2, "\n1,\"a\nb\",c,d,0\n", 16);
    v.bytes[half + LONG - 1] = '\n';
    v.n += LONG;
    return v;
}

static mlops_status read_version(void *user, uint64_t offset, uint8_t *out, size_t n,
                                 mlops_error *err) {
    const version *v = user;
    (void)err;
    assert_true(offset <= v->n && n <= v->n - offset);
    memcpy(out, v->bytes + offset, n);
    return MLOPS_OK;
}

static void recipe_of(mlops_store *s, const version *v, mlops__buf *out) {
    mlops__index index;
    mlops__location at;
    mlops__recipe recipe;
    mlops_error e;
    mlops__buf_init(out, &mlops__heap);
    works(mlops__store_read_begin(s, &index, &e), &e);
    works(
        mlops__content_find(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){v->id.bytes, 32}, &at, &e),
        &e);
    works(mlops__content_recipe(s, v->id.bytes, &at, out, &recipe, &e), &e);
    mlops__store_read_end(&index);
}

/* Rows of every group are other, and some come and go between them. */
static version edit_digits(const version *v) {
    version out = edit_lines(v, 3);
    for (size_t i = 2000; i < out.n; i += 2000)
        if (out.bytes[i] >= '0' && out.bytes[i] < '9') out.bytes[i]++;
    return out;
}

/* However it is read, and by however many threads, content is kept in the same way. */
static void in_the_same_way(void **state) {
    enum { VERSIONS = 3 };
    const place *p = *state;
    mlops_pool *pool;
    mlops_error e;
    between = ',';
    version versions[VERSIONS] = {make_odd_lines()};
    versions[1] = edit_lines(&versions[0], 40);
    versions[2] = edit_digits(&versions[1]);
    mlops__buf recipes[3][VERSIONS];
    works(mlops_pool_new(&pool, 3, NULL, &e), &e);
    for (int way = 0; way < 3; way++) {
        char path[100];
        mlops__lease lease = {0, 0};
        snprintf(path, sizeof path, "%s/%d.mlops", p->dir, way);
        mlops_store *s = open_with(path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
        for (int i = 0; i < VERSIONS; i++) {
            version *v = &versions[i];
            const mlops_id *like = i ? &versions[i - 1].id : NULL, name = v->id;
            const mlops__source source = {.size = v->n, .read = read_version, .user = v};
            if (way == 0)
                works(mlops__content_add(s, &lease, v->bytes, v->n, like, NULL, &v->id, &e), &e);
            else
                works(mlops__content_add_source(s, &lease, &source, like,
                                                way > 1 ? mlops_pool_executor(pool) : NULL, &v->id,
                                                &e),
                      &e);
            if (way) assert_memory_equal(&v->id, &name, sizeof name);
            recipe_of(s, v, &recipes[way][i]);
            assert_int_equal(recipes[way][i].size, recipes[0][i].size);
            assert_memory_equal(recipes[way][i].data, recipes[0][i].data, recipes[0][i].size);
            assert_int_equal(codec_of(s, v), i ? MLOPS__PACK_ROWS_BASED : MLOPS__PACK_ROWS);
            assert_int_equal(reads_version(s, v), MLOPS_OK);
        }
        mlops_store_close(s);
    }
    mlops_pool_free(pool);
    for (int i = 0; i < 3 * VERSIONS; i++) mlops__buf_free(&recipes[i / VERSIONS][i % VERSIONS]);
    for (int i = 0; i < VERSIONS; i++) free(versions[i].bytes);
}

/* Of which the last byte is another when it is read once more. */
typedef struct restless {
    version v;
    int n_times;
} restless;

static mlops_status read_restless(void *user, uint64_t offset, uint8_t *out, size_t n,
                                  mlops_error *err) {
    restless *r = user;
    mlops_status status = read_version(&r->v, offset, out, n, err);
    r->n_times += offset == 0;
    if (offset + n == r->v.n && r->n_times > 1) out[n - 1] ^= 1;
    return status;
}

/* A damaged recipe makes content be read twice: nothing is kept under the name of other bytes. */
static void what_changes_while_it_is_read(void **state) {
    const place *p = *state;
    mlops__lease lease = {0, 0};
    mlops_error e;
    mlops_id id;
    restless r = {{make_blob(3 * MIB, 3, 0), 3 * MIB, {{0}}}, 0};
    const mlops__source twice = {.size = r.v.n, .read = read_restless, .user = &r},
                        once = {.size = r.v.n, .read = read_version, .user = &r.v};
    mlops_store *s = open_file(p);
    keep_like(s, &r.v, NULL);
    mlops_store_close(s);
    const char *pack = inside(p, "packs/0000000000000001");
    spoil(pack, size_of(pack) - 64); /* the recipe is the last one */
    s = open_file(p);
    assert_int_not_equal(reads_version(s, &r.v), MLOPS_OK);
    refused(mlops__content_add_source(s, &lease, &twice, NULL, NULL, &id, &e), &e, MLOPS_E_BUSY,
            "changes");
    assert_int_equal(r.n_times, 2);
    assert_int_not_equal(reads_version(s, &r.v), MLOPS_OK);
    works(mlops__content_add_source(s, &lease, &once, NULL, NULL, &id, &e), &e);
    assert_memory_equal(&id, &r.v.id, sizeof id);
    assert_int_equal(reads_version(s, &r.v), MLOPS_OK);
    mlops_store_close(s);
    free(r.v.bytes);
}

/* Wherever it breaks off, also where what is next is read while others pack and hash. */
typedef struct broken {
    version v;
    uint64_t at;
} broken;

static mlops_status read_broken(void *user, uint64_t offset, uint8_t *out, size_t n,
                                mlops_error *err) {
    broken *b = user;
    if (offset + n > b->at) return mlops__fail(err, MLOPS_E_IO, "the tape is torn");
    return read_version(&b->v, offset, out, n, err);
}

static void what_cannot_be_read(void **state) {
    const place *p = *state;
    static const uint64_t BREAKS[] = {0, 7 * MIB, 11 * MIB, 13 * MIB, 21 * MIB, 30 * MIB - 1};
    mlops_pool *pool;
    mlops_error e;
    works(mlops_pool_new(&pool, 2, NULL, &e), &e);
    mlops_store *s = open_file(p);
    for (int rows = 0; rows < 2; rows++) {
        broken b = {
            rows ? make_lines(30 * MIB) : (version){make_blob(30 * MIB, 5, 0), 30 * MIB, {{0}}}, 0};
        const mlops__source source = {.size = b.v.n, .read = read_broken, .user = &b};
        for (size_t i = 0; i < 12; i++) {
            const mlops_executor *executor = i % 2 ? mlops_pool_executor(pool) : NULL;
            mlops__lease lease = {0, 0};
            mlops_id id;
            b.at = BREAKS[i / 2];
            refused(mlops__content_add_source(s, &lease, &source, NULL, executor, &id, &e), &e,
                    MLOPS_E_IO, "torn");
            mlops__lease_end(&lease, s);
        }
        free(b.v.bytes);
    }
    mlops_store_close(s);
    mlops_pool_free(pool);
}

/* What an open store keeps of who read last: enough that the next allocates little, no more than it
 * says, and nothing when it is closed. */
static void what_a_reader_leaves(void **state) {
    const place *p = *state;
    static uint8_t part[100];
    mlops__alloc_fault memory;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_error e;
    int64_t size = 0;
    sheet s = new_sheet(ROWS_MAX);
    version v = text_of(&s);
    mlops__alloc_fault_init(&memory);
    host.allocator = &memory.table;
    opts.host = &host;
    mlops_store *store = open_store(p->path, &opts);
    keep_like(store, &v, NULL);
    int64_t before = atomic_load(&memory.bytes_live);
    for (int i = 0; i < 2; i++)
        works(mlops__content_read(store, &v.id, 500 * KIB, part, 60, &size, &e), &e);
    int64_t kept = atomic_load(&memory.bytes_live), calls = atomic_load(&memory.n_calls);
    works(mlops__content_read(store, &v.id, 500 * KIB, part, 60, &size, &e), &e);
    assert_int_equal(atomic_load(&memory.bytes_live), kept);
    assert_true(atomic_load(&memory.n_calls) - calls < 8);
    for (int i = 0; i < 20; i++) reads_ranges(store, &v);
    assert_true(atomic_load(&memory.bytes_live) - before < 2 * MIB + 64 * KIB);
    mlops_store_close(store);
    assert_int_equal(atomic_load(&memory.n_live), 0);
    assert_int_equal(atomic_load(&memory.n_misused), 0);
    free(v.bytes);
    free(s.lines);
}

static version wide_text(int n_rows, int n_columns) {
    static const char *const WORDS[] = {"red", "blue", "green"};
    version v = {malloc((size_t)n_rows * (size_t)n_columns * 8), 0, {{0}}};
    assert_non_null(v.bytes);
    for (int row = 0; row < n_rows; row++)
        for (int i = 0; i < n_columns; i++) {
            char *at = (char *)v.bytes + v.n, end = i + 1 < n_columns ? ',' : '\n';
            v.n += row ? (size_t)sprintf(at, "%s%c", WORDS[draw() % 3], end)
                       : (size_t)sprintf(at, "c%d%c", i, end);
        }
    return v;
}

/* No more than of other tables, also where each of many columns has words. */
static void what_a_reader_of_many_columns_leaves(void **state) {
    const place *p = *state;
    uint8_t part[60];
    mlops__alloc_fault memory;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_error e;
    int64_t size = 0;
    version v = wide_text(100, 500);
    mlops__alloc_fault_init(&memory);
    host.allocator = &memory.table;
    opts.host = &host;
    mlops_store *store = open_store(p->path, &opts);
    keep_like(store, &v, NULL);
    assert_int_equal(codec_of(store, &v), MLOPS__PACK_ROWS);
    works(mlops__content_read(store, &v.id, 100 * KIB, part, 60, &size, &e), &e);
    assert_memory_equal(part, v.bytes + 100 * KIB, sizeof part);
    int64_t before = atomic_load(&memory.bytes_live);
    mlops__tabular_drop_idle(store);
    assert_true(before - atomic_load(&memory.bytes_live) < 2 * MIB + 512 * KIB);
    mlops_store_close(store);
    assert_int_equal(atomic_load(&memory.n_live), 0);
    free(v.bytes);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin_place, end_place)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(edited_again_and_again),
        TEST(a_cell_costs_a_few_bytes),
        TEST(a_long_history),
        TEST(beside_anything),
        TEST(a_row_without_end),
        TEST(hashed_meanwhile),
        TEST(in_the_same_way),
        TEST(what_changes_while_it_is_read),
        TEST(what_cannot_be_read),
        TEST(what_a_reader_leaves),
        TEST(what_a_reader_of_many_columns_leaves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
