/* Bases that nothing names: random versions of text and of bytes, of which some stay, held against
 * what they are, and what they take against a store into which only those that stay were put. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "store/record.h"
#include "unit/draw.h"

enum { VERSIONS = 48, ROUNDS = 8, ROWS = 9000, CELLS = 4 };
enum { ENDLESS = 17 << 20, STEPS_MAX = 2000 /* of collecting that, more than enough */ };

typedef struct version {
    uint8_t *bytes;
    size_t n;
    int is_named, like; /* -1: by itself */
} version;

typedef struct world {
    mlops_store *store;
    place p;
    version all[VERSIONS];
    int n, is_text;
    int cells[ROWS][CELLS];
    double remake_max;
} world;

/* ---- versions ---- */

/* Some are quoted, which may change how text is cut. */
static void write_text(world *w, version *v, int quotes) {
    char *out = malloc((size_t)ROWS * CELLS * 14 + 100);
    size_t n = (size_t)sprintf(out, "id,amount,group,rest\n");
    for (int r = 0; r < ROWS; r++)
        n += (size_t)sprintf(out + n,
                             quotes && r % 7 == 0 ? "%d,%d,\"g%d,\",%d\n" : "%d,%d,g%d,%d\n", r * 3,
                             w->cells[r][1], w->cells[r][2], w->cells[r][3]);
    v->bytes = (uint8_t *)out;
    v->n = n;
}

static void add_version(world *w, int like, int quotes) {
    version *v = &w->all[w->n], *base = like < 0 ? NULL : &w->all[like];
    if (w->is_text) {
        for (int i = 0; i < ROWS / 100; i++)
            w->cells[draw() % ROWS][1 + draw() % 3] = (int)(draw() % 100000);
        write_text(w, v, quotes);
    } else {
        v->n = base ? base->n : 300000 + draw() % 100000;
        v->bytes = make_blob(v->n, draw(), 0);
        if (base) memcpy(v->bytes, base->bytes, v->n);
        for (int i = 0; i < 30; i++) v->bytes[draw() % v->n] = (uint8_t)draw();
    }
    v->like = like;
    w->n++;
}

static void put_version(world *w, mlops_store *s, int i, int like) {
    mlops_error e;
    char key[16], digits[65];
    version *v = &w->all[i];
    mlops_change *c = new_change(s);
    mlops_id id = mlops__content_id(s, v->bytes, v->n), base;
    if (like >= 0) base = mlops__content_id(s, w->all[like].bytes, w->all[like].n);
    snprintf(key, sizeof key, "v%d", i);
    mlops__id_format(digits, &id);
    works(mlops__change_content(c, &id, v->bytes, v->n, like < 0 ? NULL : &base, &e), &e);
    add(c, key, digits);
    commit(c);
    mlops_change_free(c);
    v->is_named = 1;
}

static void drop_version(world *w, int i) {
    mlops_error e;
    char key[16];
    mlops_change *c = new_change(w->store);
    snprintf(key, sizeof key, "v%d", i);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text(key), &e), &e);
    commit(c);
    mlops_change_free(c);
    w->all[i].is_named = 0;
}

static void begin_world(world *w, uint64_t number) {
    memset(w, 0, sizeof *w);
    seed = number;
    w->is_text = number % 2 == 0;
    w->remake_max = 1;
    for (int r = 0; r < ROWS; r++)
        for (int c = 1; c < CELLS; c++) w->cells[r][c] = (int)(draw() % 100000);
    make_place(&w->p);
    w->store = open_with(w->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
}

static void end_world(world *w) {
    mlops_store_close(w->store);
    for (int i = 0; i < w->n; i++) free(w->all[i].bytes);
    remove_place(&w->p);
}

/* Each like the last, so many of them. */
static void put_line(world *w, int n) {
    for (int i = 0; i < n; i++) {
        add_version(w, w->n - 1, 0);
        put_version(w, w->store, w->n - 1, w->n - 2);
    }
}

/* ---- collecting and judging ---- */

static mlops_gc_stat collect(world *w, uint32_t flags) {
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    opts.keep_ns = 1;
    opts.flags = flags;
    opts.min_live = 1;
    opts.remake_max = w->remake_max;
    opts.budget_ns = draw() % 2 ? 1 : 0;
    mlops_status status;
    do status = mlops_store_gc(w->store, &opts, NULL, &stat, &e);
    while (status == MLOPS_OK);
    if (status != MLOPS_END) works(status, &e);
    return stat;
}

static void all_are_there(world *w) {
    for (int i = 0; i < w->n; i++) {
        mlops_id id = mlops__content_id(w->store, w->all[i].bytes, w->all[i].n);
        mlops_status status = reads(w->store, &id, w->all[i].bytes, w->all[i].n);
        if (w->all[i].is_named && status) fail_msg("version %d: %s", i, mlops_status_name(status));
    }
}

static void open_again(world *w, int without_index) {
    mlops_store_close(w->store);
    if (without_index) shell("rm -r '%s/index'", w->p.path);
    w->store = open_with(w->p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    all_are_there(w);
}

/* Bytes of packs of a store with nothing but the versions that are named, each like the last. */
static int64_t fresh_bytes(world *w) {
    place p;
    int like = -1;
    make_place(&p);
    mlops_store *s = open_with(p.path, MLOPS_SYNC_RELAXED, MLOPS_STORE_INDEX_FILE);
    for (int i = 0; i < w->n; i++) {
        if (!w->all[i].is_named) continue;
        put_version(w, s, i, like);
        like = i;
    }
    int64_t bytes = stats_of(s).pack_bytes;
    mlops_store_close(s);
    remove_place(&p);
    return bytes;
}

static void is_small(world *w, double most) {
    double bytes = (double)stats_of(w->store).pack_bytes, fresh = (double)fresh_bytes(w);
    if (bytes > most * fresh + 4096) fail_msg("%.0f bytes, afresh %.0f", bytes, fresh);
}

/* ---- tests ---- */

/* A matrix of numbers, of which one in ten is another one in each version. */
static void add_matrix(world *w, int like) {
    version *v = &w->all[w->n++];
    v->n = like < 0 ? 400000 : w->all[like].n;
    v->bytes = make_blob(v->n, draw(), 0);
    v->like = like;
    if (like < 0) return;
    memcpy(v->bytes, w->all[like].bytes, v->n);
    for (size_t i = 0; i + 4 <= v->n; i += 4)
        for (size_t k = 0; draw() % 10 == 0 && k < 2; k++) v->bytes[i + k] = (uint8_t)draw();
}

/* Beside garbage of about half of the packs, a version that leans on two others that are gone: what
 * is left is near what it takes by itself, with no option given. */
static void the_default_leaves_little(void **state) {
    (void)state;
    for (int n_old = 1; n_old < 5; n_old++) {
        mlops_error e;
        mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
        world *w = calloc(1, sizeof *w);
        mlops_status status;
        begin_world(w, 31);
        add_matrix(w, -1);
        put_version(w, w->store, 0, -1); /* of another dataset, say */
        for (int i = 0; i <= n_old; i++) {
            add_matrix(w, i ? w->n - 1 : -1);
            put_version(w, w->store, w->n - 1, i ? w->n - 2 : -1);
        }
        for (int i = 0; i < w->n - 1; i++) drop_version(w, i);
        opts.keep_ns = 1;
        do status = mlops_store_gc(w->store, &opts, NULL, NULL, &e);
        while (status == MLOPS_OK);
        if (status != MLOPS_END) works(status, &e);
        is_small(w, 1.3);
        open_again(w, 1);
        is_sound(w->p.path);
        end_world(w);
        free(w);
    }
}

static void old_versions_go(void **state) {
    (void)state;
    for (uint64_t kind = 0; kind < 2; kind++) {
        world *w = calloc(1, sizeof *w);
        begin_world(w, 10 + kind);
        put_line(w, VERSIONS - 2);
        for (int i = 0; i < w->n - 5; i++) drop_version(w, i);
        mlops_gc_stat kept = collect(w, MLOPS_GC_KEEP_BASES);
        int64_t before = stats_of(w->store).pack_bytes;
        assert_true(kept.n_remade == 0 && kept.n_bases == 0 && kept.done);
        mlops_gc_stat dry = collect(w, MLOPS_GC_DRY_RUN);
        assert_int_equal(stats_of(w->store).pack_bytes, before);
        assert_true(dry.n_remade > 0 && dry.n_dead_bases > 0 && dry.remade_bytes > 0);
        mlops_gc_stat done = collect(w, 0);
        assert_int_equal(done.n_remade, dry.n_remade);
        assert_int_equal(done.n_bases, dry.n_bases);
        assert_int_equal(done.n_dead_bases, dry.n_dead_bases);
        assert_true(stats_of(w->store).pack_bytes < before);
        all_are_there(w);
        is_small(w, 1.25);
        is_sound(w->p.path);
        open_again(w, 1);
        put_line(w, 2); /* on top of what was written anew */
        drop_version(w, w->n - 4);
        collect(w, 0);
        open_again(w, 0);
        is_small(w, 1.25);
        is_sound(w->p.path);
        end_world(w);
        free(w);
    }
}

/* Where little would be gained nothing is written. */
static void what_is_not_worth_it_stays(void **state) {
    (void)state;
    world *w = calloc(1, sizeof *w);
    begin_world(w, 21);
    w->remake_max = 0; /* the default */
    put_line(w, 2);
    drop_version(w, 0);
    mlops_gc_stat stat = collect(w, 0);
    assert_true(stat.n_bases == 1 && stat.n_dead_bases == 0 && stat.n_remade == 0);
    assert_int_equal(stat.n_dropped_objects, 0);
    all_are_there(w);
    w->remake_max = 1;
    stat = collect(w, 0);
    assert_true(stat.n_bases == 1 && stat.n_dead_bases == 1 && stat.n_remade == 1);
    all_are_there(w);
    is_small(w, 1);
    end_world(w);
    free(w);
}

/* A base that is dead takes the place of another one, since several lean on it. */
static void a_base_is_written_anew_for_many(void **state) {
    (void)state;
    world *w = calloc(1, sizeof *w);
    begin_world(w, 31);
    add_version(w, -1, 0);
    put_version(w, w->store, 0, -1);
    put_line(w, 30);
    for (int i = 0; i < 6; i++) {
        add_version(w, 30, 0);
        put_version(w, w->store, w->n - 1, 30);
    }
    for (int i = 0; i <= 30; i++) drop_version(w, i);
    mlops_gc_stat stat = collect(w, 0);
    assert_true(stat.n_remade >= 1 && stat.n_remade < 6);
    all_are_there(w);
    is_small(w, 1.25);
    end_world(w);
    free(w);
}

/* Larger than what is read together. */
static void large_content_is_written_anew(void **state) {
    (void)state;
    world *w = calloc(1, sizeof *w);
    begin_world(w, 41);
    for (int i = 0; i < 2; i++) {
        w->all[i] = (version){make_blob(20 << 20, 4, 0), 20 << 20, 0, i - 1};
        w->all[i].bytes[9 << 20] ^= (uint8_t)i;
        put_version(w, w->store, w->n++, i - 1);
    }
    drop_version(w, 0);
    assert_int_equal(collect(w, 0).n_remade, 1);
    all_are_there(w);
    is_small(w, 1);
    end_world(w);
    free(w);
}

/* Rows, and behind them a quote that is never closed: a row that is longer than one may be. */
static version make_endless_row(void) {
    version v = {malloc(ENDLESS + 100), 0, 0, -1};
    char *out = (char *)v.bytes;
    assert_non_null(out);
    v.n = (size_t)sprintf(out, "a,b,c\n");
    for (int i = 0; v.n < 300000; i++) v.n += (size_t)sprintf(out + v.n, "%d,%d,x\n", i, i * 7);
    v.n += (size_t)sprintf(out + v.n, "1,\"");
    while (v.n < ENDLESS) v.n += (size_t)sprintf(out + v.n, "%llx ", (unsigned long long)draw());
    return v;
}

/* It begins as rows, and turns out to be none while it is written anew: it is kept as bytes. */
static void what_turns_out_to_be_no_rows_is_written_anew(void **state) {
    (void)state;
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_status status = MLOPS_OK;
    world *w = calloc(1, sizeof *w);
    begin_world(w, 51);
    for (int i = 0; i < 2; i++) {
        seed = 6;
        w->all[i] = make_endless_row();
        w->all[i].bytes[ENDLESS / 2] ^= (uint8_t)i;
        put_version(w, w->store, w->n++, i - 1);
    }
    drop_version(w, 0);
    opts.keep_ns = opts.budget_ns = 1; /* a step a call */
    opts.min_live = opts.remake_max = 1;
    for (int i = 0; !status && i < STEPS_MAX; i++)
        status = mlops_store_gc(w->store, &opts, NULL, &stat, &e);
    if (status != MLOPS_END) fail_msg("no end: %s", status ? e.message : "more steps");
    assert_int_equal(stat.n_remade, 1);
    all_are_there(w);
    is_small(w, 1);
    is_sound(w->p.path);
    end_world(w);
    free(w);
}

static void random_versions(uint64_t number) {
    world *w = calloc(1, sizeof *w);
    begin_world(w, number);
    w->remake_max = number % 3 ? 1 : 0;
    while (w->n < VERSIONS) {
        int like = w->n && draw() % 10 ? w->n - 1 - (int)(draw() % (w->n > 3 ? 3 : w->n)) : -1;
        add_version(w, like, draw() % 12 == 0);
        put_version(w, w->store, w->n - 1, like);
        int old = (int)(draw() % w->n);
        for (int i = 0; i < old && draw() % 3 == 0; i++)
            if (w->all[i].is_named && draw() % 2) drop_version(w, i);
        if (draw() % 8 == 0) collect(w, 0);
        if (draw() % 16 == 0) open_again(w, draw() % 2);
    }
    for (int i = 0; i < w->n; i++)
        if (w->all[i].is_named && draw() % 3) drop_version(w, i);
    collect(w, 0);
    all_are_there(w);
    is_sound(w->p.path);
    open_again(w, 1);
    end_world(w);
    free(w);
}

static void versions_are_read_whatever_goes(void **state) {
    (void)state;
    for (uint64_t i = 0; i < ROUNDS; i++) random_versions(100 + i);
}

static void options_are_held_to_their_range(void **state) {
    (void)state;
    mlops_error e;
    mlops_gc_opts opts = MLOPS_GC_OPTS_INIT;
    world *w = calloc(1, sizeof *w);
    begin_world(w, 1);
    static const double BAD[] = {-1, 1.01, 0.0 / 0.0};
    for (int i = 0; i < 3; i++) {
        opts.remake_max = BAD[i];
        refused(mlops_store_gc(w->store, &opts, NULL, NULL, &e), &e, MLOPS_E_INVALID, "remake_max");
    }
    opts.remake_max = 0;
    opts.flags = 4;
    refused(mlops_store_gc(w->store, &opts, NULL, NULL, &e), &e, MLOPS_E_INVALID, "flags");
    end_world(w);
    free(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_leaves_little),
        cmocka_unit_test(old_versions_go),
        cmocka_unit_test(what_is_not_worth_it_stays),
        cmocka_unit_test(a_base_is_written_anew_for_many),
        cmocka_unit_test(large_content_is_written_anew),
        cmocka_unit_test(what_turns_out_to_be_no_rows_is_written_anew),
        cmocka_unit_test(versions_are_read_whatever_goes),
        cmocka_unit_test(options_are_held_to_their_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
