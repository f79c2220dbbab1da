/* Rows of online views whose map is damaged, cut or gone: check tells of it, repair keeps each row
 * that is whole, and what a repair saved outlives one that failed. And rows on their way through
 * exports. */
#define _GNU_SOURCE
#include "unit/help_online.h"
#include "unit/help_swift.h"

#include "base/cursor.h"
#include "sys/host.h"
#include "unit/draw.h"
#include "unit/skipped.h"

enum { ENTITIES = 400, BIG = 9000, PAGE = 4096 };

static const char COLUMNS[] = "id:s t:i x:f word:s";
static const char MAP[] = "online/data.mdb";

/* Each 97th row has pages of its own. */
static size_t spell_row(char *out, int i, int64_t t) {
    size_t n = (size_t)sprintf(out, "e%03d %lld %d.5 ", i, (long long)t, i);
    size_t size = 1 + (size_t)(i % 97 ? i % 30 : BIG);
    memset(out + n, 'a' + i % 26, size);
    out[n + size] = ' ';
    return n + size + 1;
}

static char *spell_rows(int first, int n, int64_t t) {
    size_t size = 0;
    char *out = malloc((size_t)n * 64 + 8 * (BIG + 64));
    assert_non_null(out);
    for (int i = first; i < first + n; i++) size += spell_row(out + size, i, t);
    out[size] = 0;
    return out;
}

static void put_some(mlops_online *v, int first, int n, int64_t t) {
    char *rows = spell_rows(first, n, t);
    assert_int_equal(put_rows(v, COLUMNS, rows), n);
    free(rows);
}

static mlops_store *open_here(const char *path) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    host.io = swift_io();
    opts.host = &host;
    opts.sync = MLOPS_SYNC_RELAXED;
    return open_store(path, &opts);
}

/* All rows at time 7, put in several commits; the first ten once more at time 8, in the newest. */
static void fill(const place *p) {
    mlops_store *s = open_here(p->path);
    define(s, "v", COLUMNS, "id", "t", NULL, 0);
    mlops_online *v = open_view(s, "v");
    for (int i = 0; i < 4; i++) put_some(v, i * ENTITIES / 4, ENTITIES / 4, 7);
    put_some(v, 0, 10, 8);
    mlops_online_close(v);
    mlops_store_close(s);
}

typedef struct counts {
    int64_t n_faults, n_rows;
    char first[512]; /* fault */
} counts;

static counts check(const place *p) {
    counts out = {0};
    mlops_check *c;
    mlops_error e;
    mlops_check_counts all = MLOPS_CHECK_COUNTS_INIT;
    works(mlops_check_store(&c, p->path, NULL, &e), &e);
    assert_int_equal(mlops_check_count(c, &all), 0);
    out.n_faults = mlops_check_n_faults(c);
    out.n_rows = all.n_rows;
    if (out.n_faults) snprintf(out.first, sizeof out.first, "%s", mlops_check_fault(c, 0));
    mlops_check_unref(c);
    return out;
}

static mlops_status try_repair(const place *p, const mlops_io *io, int64_t *n_lost,
                               mlops_error *e) {
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    mlops_host host = MLOPS_HOST_INIT;
    host.io = io;
    opts.host = &host;
    return mlops_store_repair(p->path, &opts, n_lost, e);
}

static int64_t repaired(const place *p) {
    mlops_error e;
    int64_t n_lost = -1;
    works(try_repair(p, swift_io(), &n_lost, &e), &e);
    return n_lost;
}

/* The rows that are there, each as it was put; out (nullable): the time of each, 0: missing. */
static int64_t rows_there(const char *path, int64_t *out) {
    mlops_error e;
    mlops_table *got;
    char *keys = malloc(ENTITIES * 8), *want = malloc(BIG + 200), *row = malloc(BIG + 200);
    size_t n = 0;
    int64_t n_there = 0;
    assert_true(keys && want && row);
    for (int i = 0; i < ENTITIES; i++) n += (size_t)sprintf(keys + n, "e%03d ", i);
    mlops_store *s = open_here(path);
    mlops_online *v = open_view(s, "v");
    works(try_get(&got, v, "id:s", keys, 10, &e), &e);
    for (int i = 0; i < ENTITIES; i++) {
        int hit = !strcmp(cell(got, i, "status"), "hit");
        int64_t t = hit ? strtoll(cell(got, i, "t"), NULL, 10) : 0;
        if (out) out[i] = t;
        if (!hit) {
            assert_string_equal(cell(got, i, "status"), "missing");
            continue;
        }
        n_there++;
        assert_true(t == 7 || (t == 8 && i < 10));
        want[spell_row(want, i, t) - 1] = 0;
        int64_t column = mlops_table_find(got, "word");
        size_t at = (size_t)sprintf(row, "%s %s %s ", cell(got, i, "id"), cell(got, i, "t"),
                                    cell(got, i, "x"));
        assert_int_equal(mlops_table_text(got, column, i, row + at, BIG + 100, NULL), 0);
        assert_string_equal(row, want);
    }
    mlops_table_unref(got);
    mlops_online_close(v);
    mlops_store_close(s);
    free(keys), free(want), free(row);
    return n_there;
}

/* A store that was repaired is like any other. */
static void goes_on(const place *p) {
    counts c = check(p);
    if (c.n_faults) fail_msg("%s", c.first);
    assert_int_equal(c.n_rows, rows_there(p->path, NULL));
    mlops_store *s = open_here(p->path);
    mlops_online *v = open_view(s, "v");
    put_some(v, 30, 5, 9);
    gives(v, "id:s", "zz", 9, "zz - - - missing -");
    mlops_online_close(v);
    mlops_store_close(s);
    c = check(p);
    assert_int_equal(c.n_faults, 0);
}

static int n_aside(const place *p) {
    char command[200];
    int n = -1;
    snprintf(command, sizeof command, "ls '%s/damaged' 2>/dev/null | grep -c '^online-'", p->path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &n), 1);
    pclose(pipe);
    return n;
}

/* 0: rows are not looked at by their pages on this machine, or there are none. */
static int begin_place(place *p, uint8_t **bytes, size_t *n) {
    if (!has_pages()) {
        skipped("the map has another layout on this machine");
        return 0;
    }
    make_swift_place(p);
    fill(p);
    *bytes = file_bytes(inside(p, MAP), n);
    return 1;
}

static void end_place(const place *p, uint8_t *bytes) {
    free(bytes);
    remove_place(p);
}

/* ---- damage ---- */

static void sound_rows_are_left_alone(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n, again;
    if (!begin_place(&p, &bytes, &n)) return;
    counts c = check(&p);
    assert_true(c.n_faults == 0 && c.n_rows == ENTITIES);
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(n_aside(&p), 0);
    uint8_t *now = file_bytes(inside(&p, MAP), &again);
    assert_int_equal(again, n);
    assert_memory_equal(now, bytes, n);
    free(now);
    assert_int_equal(rows_there(p.path, NULL), ENTITIES);
    goes_on(&p);
    end_place(&p, bytes);
}

/* The newest state's root. */
static uint64_t find_root(const uint8_t *bytes, size_t n) {
    size_t meta = mlops__load_u64(bytes + PAGE + 144) > mlops__load_u64(bytes + 144) ? PAGE : 0;
    uint64_t root = mlops__load_u64(bytes + meta + 40 + 48 + 40);
    assert_true(root > 1 && root < n / PAGE);
    return root;
}

static size_t n_nodes(const uint8_t *page) { return (size_t)(mlops__load_u16(page + 12) - 16) / 2; }

/* The leaf of rows that has most records, one step from the root, and how many. */
static size_t find_leaf(const uint8_t *bytes, size_t n, size_t *records) {
    const uint8_t *root = bytes + find_root(bytes, n) * PAGE;
    size_t best = 0;
    *records = 0;
    for (size_t i = 0; i + 1 < n_nodes(root); i++) { /* the head is in the last */
        size_t page = mlops__load_u32(root + mlops__load_u16(root + 16 + 2 * i));
        assert_int_equal(mlops__load_u16(bytes + page * PAGE + 10), 2);
        if (n_nodes(bytes + page * PAGE) <= *records) continue;
        *records = n_nodes(bytes + page * PAGE);
        best = page;
    }
    return best;
}

/* Of a leaf whose head is damaged the rows are lost, and no others. */
static void a_leaf_is_lost(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n, records;
    mlops_error e;
    mlops_online *v = (mlops_online *)&p;
    if (!begin_place(&p, &bytes, &n)) return;
    size_t leaf = find_leaf(bytes, n, &records);
    assert_true(leaf > 0 && records > 10 && records < ENTITIES / 2);
    set_bytes(inside(&p, MAP), (int64_t)(leaf * PAGE), "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
    counts c = check(&p);
    assert_true(c.n_faults > 0);
    has(c.first, "data.mdb");
    mlops_store *s = open_here(p.path);
    refused(mlops_online_open(&v, s, "v", &e), &e, MLOPS_E_CORRUPT, "repair");
    assert_null(v);
    mlops_store_close(s);
    int64_t n_lost = repaired(&p);
    assert_true(n_lost > 0 && n_lost <= (int64_t)records);
    assert_int_equal(rows_there(p.path, NULL), ENTITIES - n_lost);
    assert_int_equal(n_aside(&p), 1);
    goes_on(&p);
    end_place(&p, bytes);
}

/* Either meta page leads to a state that is whole: without the newer one the newest put is lost. */
static void a_meta_page_is_lost(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    int64_t times[ENTITIES], n_back = 0;
    if (!begin_place(&p, &bytes, &n)) return;
    for (int meta = 0; meta < 2; meta++) {
        set_file(inside(&p, MAP), bytes, n);
        uint8_t nothing[200] = {0};
        set_bytes(inside(&p, MAP), meta * PAGE, nothing, sizeof nothing);
        assert_true(check(&p).n_faults > 0);
        repaired(&p);
        assert_int_equal(rows_there(p.path, times), ENTITIES);
        for (int i = 1; i < 10; i++) assert_int_equal(times[i], times[0]);
        n_back += times[0] == 7;
        goes_on(&p);
    }
    assert_int_equal(n_back, 1);
    end_place(&p, bytes);
}

static void a_root_is_lost(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    int64_t times[ENTITIES];
    if (!begin_place(&p, &bytes, &n)) return;
    uint64_t root = find_root(bytes, n);
    set_bytes(inside(&p, MAP), (int64_t)root * PAGE, "junkjunk", 8);
    assert_true(check(&p).n_faults > 0);
    repaired(&p);
    assert_int_equal(rows_there(p.path, times), ENTITIES);
    assert_int_equal(times[0], 7);
    goes_on(&p);
    end_place(&p, bytes);
}

/* A link that leads to a page of before brings its rows back beside the newest, which stay. */
static void a_link_leads_to_the_past(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n, at = 0;
    int64_t times[ENTITIES];
    if (!begin_place(&p, &bytes, &n)) return;
    uint8_t *root = bytes + find_root(bytes, n) * PAGE, *link = root + mlops__load_u16(root + 18);
    const uint8_t *first = bytes + mlops__load_u32(root + mlops__load_u16(root + 16)) * PAGE;
    const uint8_t *node = first + mlops__load_u16(first + 16);
    for (size_t page = 2; page < n / PAGE; page++) { /* the same first record, but of time 7 */
        const uint8_t *past = bytes + page * PAGE, *record = past + mlops__load_u16(past + 16);
        if (past == first || mlops__load_u64(past) != page || mlops__load_u16(past + 10) != 2 ||
            memcmp(record, node, 8 + mlops__load_u16(node + 6)) != 0)
            continue;
        at = page;
    }
    assert_true(at > 0 && n_nodes(root) > 2);
    link[0] = (uint8_t)at, link[1] = (uint8_t)(at >> 8), link[2] = link[3] = 0;
    set_file(inside(&p, MAP), bytes, n);
    assert_true(check(&p).n_faults > 0);
    int64_t n_lost = repaired(&p);
    assert_int_equal(rows_there(p.path, times), ENTITIES - n_lost);
    assert_true(n_lost > 0);
    for (int i = 0; i < 10; i++) assert_int_equal(times[i], 8);
    goes_on(&p);
    end_place(&p, bytes);
}

static void a_map_is_gone(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    mlops_error e;
    mlops_online *v = (mlops_online *)&p;
    if (!begin_place(&p, &bytes, &n)) return;
    unlink(inside(&p, MAP));
    counts c = check(&p);
    assert_int_equal(c.n_faults, 1);
    has(c.first, "missing");
    mlops_store *s = open_here(p.path);
    refused(mlops_online_open(&v, s, "v", &e), &e, MLOPS_E_CORRUPT, "repair");
    mlops_change *change = new_change(s); /* nobody makes an empty one unasked */
    refused(try_define(change, "w", COLUMNS, "id", "t", NULL, 0, &e), &e, MLOPS_E_CORRUPT,
            "repair");
    mlops_change_free(change);
    char out[100];
    snprintf(out, sizeof out, "%s/out", p.dir);
    refused(mlops_store_export(s, out, &e), &e, MLOPS_E_CORRUPT, "repair");
    assert_int_equal(size_of(out), -1);
    mlops_store_close(s);
    repaired(&p);
    assert_int_equal(rows_there(p.path, NULL), 0);
    goes_on(&p);
    end_place(&p, bytes);
}

static void a_map_is_cut(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    int64_t most = 0;
    if (!begin_place(&p, &bytes, &n)) return;
    seed = 11;
    for (int i = 0; i < 24; i++) {
        size_t cut = i < 6 ? (size_t[]){0, 1, 200, PAGE, 2 * PAGE, n - 1}[i] : draw() % n;
        set_file(inside(&p, MAP), bytes, cut);
        counts c = check(&p);
        int64_t n_lost = repaired(&p), there = rows_there(p.path, NULL);
        if (c.n_faults == 0) assert_true(n_lost == 0 && there == ENTITIES);
        assert_true(there + n_lost <= ENTITIES);
        if (there > most) most = there;
        if (i % 6 == 0) goes_on(&p);
    }
    assert_true(most > ENTITIES / 2);
    end_place(&p, bytes);
}

/* Whatever is flipped: it was told of, or changes nothing. What repair leaves is as it was put, and
 * it tells how much is lost where the head of the map still says how much there was. */
static void bytes_are_flipped(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    int n_told = 0, n_exact = 0;
    int64_t most_lost = 0;
    if (!begin_place(&p, &bytes, &n)) return;
    seed = 12;
    int rounds = under_valgrind() ? 10 : getenv("MLOPS_DEEP") ? 4000 : 250;
    for (int i = 0; i < rounds; i++) {
        size_t at = draw() % n;
        if (i % 2) at = at / PAGE * PAGE + at % 64; /* heads of pages */
        set_file(inside(&p, MAP), bytes, n);
        uint8_t byte = bytes[at] ^ (uint8_t)(1 + draw() % 255);
        set_bytes(inside(&p, MAP), (int64_t)at, &byte, 1);
        counts c = check(&p);
        if (c.n_faults == 0) {
            assert_int_equal(rows_there(p.path, NULL), ENTITIES);
            continue;
        }
        n_told++;
        int64_t n_lost = repaired(&p), there = rows_there(p.path, NULL);
        assert_true(there + n_lost <= ENTITIES);
        n_exact += there + n_lost == ENTITIES;
        if (ENTITIES - there > most_lost) most_lost = ENTITIES - there;
        assert_int_equal(check(&p).n_faults, 0);
    }
    if (rounds >= 250)
        assert_true(n_told > rounds / 4 && n_exact > n_told * 3 / 4 && most_lost > 5);
    end_place(&p, bytes);
}

/* ---- repairs that do not come to their end ---- */

static void a_repair_that_was_cut_off_is_finished(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n;
    if (!begin_place(&p, &bytes, &n)) return;
    shell("cd '%s/online' && rm -f *-lock && mv data.mdb new.mdb",
          p.path); /* the damaged one is aside */
    assert_true(check(&p).n_faults > 0);
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(rows_there(p.path, NULL), ENTITIES);
    assert_int_equal(size_of(inside(&p, "online/new.mdb")), -1);
    goes_on(&p);
    shell("cd '%s/online' && rm -f *-lock && head -c 9000 data.mdb > new.mdb && rm data.mdb",
          p.path);
    repaired(&p); /* what was cut off before it was whole is nothing */
    assert_int_equal(rows_there(p.path, NULL), 0);
    goes_on(&p);
    set_file(inside(&p, "online/new.mdb"), "junk", 4); /* beside a map it is of no account */
    set_file(inside(&p, MAP), bytes, n);
    assert_int_equal(repaired(&p), 0);
    assert_int_equal(rows_there(p.path, NULL), ENTITIES);
    end_place(&p, bytes);
}

/* Fails one I/O call of a repair after the other: what is left, the next repair saves as well as if
 * it had been the first. */
static void a_repair_that_failed_is_done_again(void **state) {
    (void)state;
    place p;
    uint8_t *bytes;
    size_t n, records;
    int n_failed = 0;
    if (!begin_place(&p, &bytes, &n)) return;
    size_t leaf = find_leaf(bytes, n, &records);
    memset(bytes + leaf * PAGE, 0xff, 8);
    set_file(inside(&p, MAP), bytes, n);
    shell("cp -r '%s' '%s/damaged'", p.path, p.dir);
    repaired(&p);
    int64_t kept = rows_there(p.path, NULL);
    assert_true(kept >= ENTITIES - (int64_t)records && kept < ENTITIES);
    for (int64_t k = 1;; k++) {
        mlops__io_fault io;
        mlops_error e;
        shell("rm -r '%s' && cp -r '%s/damaged' '%s'", p.path, p.dir, p.path);
        mlops__io_fault_init(&io, swift_io());
        io.fail_at = k;
        io.os_code = EIO;
        io.kind = k % 2 ? MLOPS__FAULT_ERROR : MLOPS__FAULT_STICKY;
        n_failed += try_repair(&p, &io.table, NULL, &e) != MLOPS_OK;
        if (io.n_injected == 0) break;
        repaired(&p);
        assert_int_equal(rows_there(p.path, NULL), kept);
        assert_int_equal(check(&p).n_faults, 0);
        if (under_valgrind()) k += 20;
    }
    assert_true(n_failed > (under_valgrind() ? 2 : 40));
    end_place(&p, bytes);
}

/* ---- exports ---- */

static void rows_are_exported(void **state) {
    (void)state;
    place p;
    mlops_error e;
    char out[100], again[100], other[100];
    int64_t times[ENTITIES];
    size_t n, m;
    make_swift_place(&p);
    fill(&p);
    snprintf(out, sizeof out, "%s/out", p.dir);
    snprintf(again, sizeof again, "%s/again", p.dir);
    snprintf(other, sizeof other, "%s/o.mlops", p.dir);
    mlops_store *s = open_here(p.path);
    works(mlops_store_export(s, out, &e), &e);
    uint64_t state_there = stats_of(s).state;
    mlops_store_close(s);
    works(mlops_store_import(other, out, NULL, &e), &e);
    assert_int_equal(rows_there(other, times), ENTITIES);
    assert_true(times[0] == 8 && times[10] == 7);
    s = open_store(other, NULL);
    assert_true(stats_of(s).state == state_there);
    works(mlops_store_export(s, again, &e), &e);
    mlops_online *v = open_view(s, "v");
    put_some(v, 30, 5, 9);
    mlops_online_close(v);
    mlops_store_close(s);
    uint8_t *a = file_bytes(out, &n), *b = file_bytes(again, &m);
    assert_int_equal(n, m); /* of one state there is one export */
    assert_memory_equal(a, b, n);
    free(a), free(b);
    mlops_check *c;
    works(mlops_check_store(&c, other, NULL, &e), &e);
    assert_int_equal(mlops_check_n_faults(c), 0);
    mlops_check_unref(c);
    remove_place(&p);
}

static void exports_and_stores_in_memory(void **state) {
    (void)state;
    place p;
    mlops_error e;
    char out[100], other[100];
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    make_swift_place(&p);
    snprintf(out, sizeof out, "%s/out", p.dir);
    snprintf(other, sizeof other, "%s/o.mlops", p.dir);
    opts.index = MLOPS_STORE_INDEX_MEMORY;
    mlops_store *s = open_store(p.path, NULL); /* one without views goes anywhere */
    put(s, "a", "1");
    works(mlops_store_export(s, out, &e), &e);
    mlops_store_close(s);
    works(mlops_store_import(other, out, &opts, &e), &e);
    shell("test ! -e '%s/online/data.mdb' && rm -r '%s'", other, other);
    fill(&p);
    for (int i = 0; i < 3; i++) { /* who keeps away from LMDB exports the rows, too */
        mlops_store_opts how = MLOPS_STORE_OPTS_INIT;
        how.index = i == 1 ? MLOPS_STORE_INDEX_MEMORY : MLOPS_STORE_INDEX_FILE;
        how.flags = i == 2 ? MLOPS_STORE_READ_ONLY : 0;
        s = open_store(p.path, &how);
        works(mlops_store_export(s, out, &e), &e);
        mlops_store_close(s);
        works(mlops_store_import(other, out, NULL, &e), &e);
        assert_int_equal(rows_there(other, NULL), ENTITIES);
        shell("rm -r '%s'", other);
    }
    refused(mlops_store_import(other, out, &opts, &e), &e, MLOPS_E_UNSUPPORTED, "file");
    shell("rm -r '%s/online'", p.path);
    s = open_store(p.path, &opts);
    refused(mlops_store_export(s, out, &e), &e, MLOPS_E_CORRUPT, "missing");
    mlops_store_close(s);
    remove_place(&p);
}

/* An export whose bytes were changed is refused, and leaves no rows. */
static void damaged_exports_are_refused(void **state) {
    (void)state;
    place p;
    mlops_error e;
    char out[100], other[100];
    size_t n;
    make_swift_place(&p);
    fill(&p);
    snprintf(out, sizeof out, "%s/out", p.dir);
    snprintf(other, sizeof other, "%s/o.mlops", p.dir);
    mlops_store *s = open_store(p.path, NULL);
    works(mlops_store_export(s, out, &e), &e);
    mlops_store_close(s);
    uint8_t *bytes = file_bytes(out, &n);
    seed = 13;
    for (int i = 0; i < (under_valgrind() ? 5 : 100); i++) {
        size_t at = draw() % n;
        bytes[at] ^= 1;
        set_file(out, bytes, i % 4 ? n : at);
        bytes[at] ^= 1;
        assert_int_not_equal(mlops_store_import(other, out, NULL, &e), MLOPS_OK);
        shell("test ! -e '%s/online/data.mdb'", other);
    }
    set_file(out, bytes, n);
    works(mlops_store_import(other, out, NULL, &e), &e);
    assert_int_equal(rows_there(other, NULL), ENTITIES);
    free(bytes);
    remove_place(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sound_rows_are_left_alone),
        cmocka_unit_test(a_leaf_is_lost),
        cmocka_unit_test(a_meta_page_is_lost),
        cmocka_unit_test(a_root_is_lost),
        cmocka_unit_test(a_link_leads_to_the_past),
        cmocka_unit_test(a_map_is_gone),
        cmocka_unit_test(a_map_is_cut),
        cmocka_unit_test(bytes_are_flipped),
        cmocka_unit_test(a_repair_that_was_cut_off_is_finished),
        cmocka_unit_test(a_repair_that_failed_is_done_again),
        cmocka_unit_test(rows_are_exported),
        cmocka_unit_test(exports_and_stores_in_memory),
        cmocka_unit_test(damaged_exports_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
