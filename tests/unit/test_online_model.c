/* Random use of online views beside plain arrays of the newest rows: after each step both say the
 * same. Stores are opened again, exported and imported, and repaired on the way. */
#define _GNU_SOURCE
#include "unit/help_online.h"
#include "unit/help_swift.h"

#include "unit/draw.h"
#include "unit/skipped.h"

enum { VIEWS = 3, ENTITIES = 12, BATCH = 14, STEPS = 30, WORDS_OF = 4 };

static const char *const WORD[WORDS_OF] = {"''", "\xc3\xa4", "a,b",
                                           "long-long-long-long-long-long"};

/* Keys of one text, of a number, of a text and a bool. */
static const struct {
    const char *columns, *key, *key_columns, *created;
    int64_t ttl_ns;
} KIND[VIEWS] = {
    {"id:s t:i x:f word:s", "id", "id:s", NULL, 0},
    {"x:f made:i n:i word:s t:i", "n", "n:i", "made", 5},
    {"word:s on:b t:i id:s x:f made:i", "id,on", "on:b id:s", "made", 3},
};

typedef struct row {
    int there;
    int64_t t, made;
    int x, word; /* a quarter of it; -1: null */
} row;

static struct world {
    place place;
    int n_stores; /* each import makes another */
    mlops_store *store;
    int64_t now;
    int defined[VIEWS];
    mlops_online *views[VIEWS]; /* NULL: closed */
    row rows[VIEWS][ENTITIES];
} w;

static int pick(int n) { return (int)(draw() % (uint64_t)n); }

static int64_t now_of_test(void *ctx) {
    (void)ctx;
    return w.now;
}

/* ---- spelling ---- */

static void spell(char *out, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsprintf(out + strlen(out), format, args);
    va_end(args);
}

/* The cell of a key, by the first letter of its column; entities of which one is part of the other
 * when their parts are joined. */
static void spell_key(char *out, char column, int entity) {
    static const char *const IDS[] = {"a", "b", "ab", "''", "\xc3\xa4", "a1"};
    if (column == 'n') spell(out, "%d ", entity * 77 - 300);
    else if (column == 'o') spell(out, "%s ", entity % 2 ? "true" : "false");
    else spell(out, "%s ", IDS[entity / 2 % 6]);
}

static void spell_id(char *out, int kind, char column, int entity) {
    if (kind == 0) spell(out, "u%d ", entity);
    else spell_key(out, column, entity);
}

/* Cells of a row, as KIND has its columns; got: as it is shown. */
static void spell_row(char *out, int kind, int entity, const row *r, int got, int hit) {
    char spec[100], *words[WORDS];
    int n = split(strcpy(spec, KIND[kind].columns), words);
    for (int i = 0; i < n; i++) {
        char c = words[i][0];
        if (c == 'n' || c == 'o' || c == 'i') spell_id(out, kind, c, entity);
        else if (!r) spell(out, "- ");
        else if (c == 't') spell(out, "%lld ", (long long)r->t);
        else if (c == 'm') spell(out, "%lld ", (long long)r->made);
        else if (!hit || (c == 'x' ? r->x : r->word) < 0) spell(out, "- ");
        else if (c == 'w') spell(out, "%s ", WORD[r->word]);
        else if (!got || r->x % 4) spell(out, "%.12g ", r->x / 4.0);
        else spell(out, "%d.0 ", r->x / 4);
    }
}

/* ---- steps ---- */

static mlops_host host_of_test(void) {
    static mlops_clock clock;
    mlops_host host = MLOPS_HOST_INIT;
    clock = (mlops_clock){sizeof clock, 0, NULL, now_of_test, now_of_test};
    host.io = swift_io();
    host.clock = &clock;
    return host;
}

static void close_all(void) {
    for (int i = 0; i < VIEWS; i++) {
        mlops_online_close(w.views[i]);
        w.views[i] = NULL;
    }
    mlops_store_close(w.store);
    w.store = NULL;
}

static void open_all(void) {
    mlops_host host = host_of_test();
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &host;
    opts.sync = pick(2) ? MLOPS_SYNC_RELAXED : MLOPS_SYNC_FULL;
    w.store = open_store(w.place.path, &opts);
}

static mlops_online *view_of(int kind) {
    if (!w.views[kind]) w.views[kind] = open_view(w.store, KIND[kind].columns);
    return w.views[kind];
}

static void define_one(int kind) {
    define(w.store, KIND[kind].columns, KIND[kind].columns, KIND[kind].key, "t", KIND[kind].created,
           KIND[kind].ttl_ns);
    w.defined[kind] = 1;
}

static void export_and_import(void) {
    char out[100];
    mlops_error e;
    mlops_host host = host_of_test();
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &host;
    snprintf(out, sizeof out, "%s/out", w.place.dir);
    works(mlops_store_export(w.store, out, &e), &e);
    close_all();
    snprintf(w.place.path, sizeof w.place.path, "%.60s/%d.mlops", w.place.dir, ++w.n_stores);
    works(mlops_store_import(w.place.path, out, &opts, &e), &e);
    open_all();
}

static void repair(void) {
    mlops_error e;
    int64_t n_lost = -1;
    mlops_host host = host_of_test();
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.host = &host;
    close_all();
    works(mlops_store_repair(w.place.path, &opts, &n_lost, &e), &e);
    assert_int_equal(n_lost, 0);
    open_all();
}

static row draw_row(void) {
    row r = {1, pick(12) - 3, pick(4), pick(9) - 1, pick(WORDS_OF + 1) - 1};
    return r;
}

static int is_newer_or_same(const row *a, const row *b, int kind) {
    if (a->t != b->t) return a->t > b->t;
    return !KIND[kind].created || a->made >= b->made;
}

/* Now and then one of the rows lacks its time, and none of them is put. */
static void put_batch(int kind) {
    static char text[BATCH * 120];
    row next[ENTITIES];
    mlops_error e;
    int64_t n = -1, n_put = 0;
    int size = pick(BATCH + 1), bad = size && pick(8) == 0 ? pick(size) : -1;
    memcpy(next, w.rows[kind], sizeof next);
    text[0] = 0;
    for (int i = 0; i < size; i++) {
        int entity = pick(ENTITIES);
        row r = draw_row();
        spell_row(text, kind, entity, i == bad ? NULL : &r, 0, 1);
        if (next[entity].there && !is_newer_or_same(&r, &next[entity], kind)) continue;
        next[entity] = r;
        n_put++;
    }
    mlops_status status = try_put(view_of(kind), KIND[kind].columns, text, &n, &e);
    if (bad >= 0) {
        refused(status, &e, MLOPS_E_INVALID, "is null");
        return;
    }
    works(status, &e);
    assert_int_equal(n, n_put);
    memcpy(w.rows[kind], next, sizeof next);
}

/* Keys in any order, and some of them twice. */
static void compare(int kind) {
    static char keys[3000], want[12000];
    int64_t as_of = pick(3) ? pick(20) - 5 : 0, at = as_of ? as_of : w.now;
    keys[0] = want[0] = 0;
    for (int n = pick(2 * ENTITIES); n > 0; n--) {
        int entity = pick(ENTITIES);
        const row *r = &w.rows[kind][entity];
        char spec[100], *words[WORDS];
        int n_keys = split(strcpy(spec, KIND[kind].key_columns), words);
        for (int i = 0; i < n_keys; i++) spell_id(keys, kind, words[i][0], entity);
        int64_t age = at - r->t;
        int expired = KIND[kind].ttl_ns && age > KIND[kind].ttl_ns;
        spell_row(want, kind, entity, r->there ? r : NULL, 1, !expired);
        if (!r->there) spell(want, "missing - ");
        else spell(want, "%s %lld ", expired ? "expired" : "hit", (long long)age);
    }
    gives(view_of(kind), KIND[kind].key_columns, keys, as_of, want);
}

static void step(void) {
    int kind = pick(VIEWS);
    w.now += pick(3) == 0;
    if (!w.defined[kind] || pick(20) == 0) define_one(kind);
    switch (pick(24)) {
    case 0: close_all(), open_all(); break;
    case 1: export_and_import(); break;
    case 2: repair(); break;
    case 3: mlops_online_close(w.views[kind]), w.views[kind] = NULL; break;
    default: put_batch(kind); break;
    }
    for (int i = 0; i < VIEWS; i++)
        if (w.defined[i] && pick(2)) compare(i);
}

static void check_whole(void) {
    mlops_check *c;
    mlops_error e;
    mlops_check_counts counts = MLOPS_CHECK_COUNTS_INIT;
    int64_t n = 0;
    for (int i = 0; i < VIEWS; i++)
        for (int k = 0; k < ENTITIES; k++) n += w.rows[i][k].there;
    works(mlops_check_store(&c, w.place.path, NULL, &e), &e);
    assert_int_equal(mlops_check_count(c, &counts), 0);
    if (counts.n_faults) fail_msg("%s", mlops_check_fault(c, 0));
    if (has_pages()) assert_int_equal(counts.n_rows, n);
    mlops_check_unref(c);
}

static void as_arrays_have_it(void **state) {
    (void)state;
    int seeds = under_valgrind() ? 4 : getenv("MLOPS_DEEP") ? 10000 : 300;
    for (int i = 0; i < seeds; i++) {
        seed = (uint64_t)i;
        memset(&w, 0, sizeof w);
        w.now = 7;
        make_swift_place(&w.place);
        open_all();
        for (int k = 0; k < STEPS; k++) step();
        close_all();
        check_whole();
        remove_place(&w.place);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(as_arrays_have_it)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
