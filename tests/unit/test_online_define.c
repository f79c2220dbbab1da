/* Online views: their definitions, which stand in the journal, and where they are refused. */
#define _GNU_SOURCE
#include "unit/help_online.h"

static const char ROWS[] = "id:s t:i x:f";

static void begin_view(ground *g) {
    make_ground(g);
    define(g->store, "v", ROWS, "id", "t", NULL, 0);
}

static mlops_table *list_of(mlops_store *s) {
    mlops_table *out;
    mlops_error e;
    works(mlops_online_list(&out, s, &e), &e);
    return out;
}

static void lists(mlops_store *s, const char *want) {
    mlops_table *t = list_of(s);
    shows(t, want);
    mlops_table_unref(t);
}

/* ---- the same, and another ---- */

static void the_same_again_is_fine(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    works(try_define(c, "v", ROWS, "id", "t", NULL, 5, &e), &e);
    works(try_define(c, "v", ROWS, "id", "t", NULL, 5, &e), &e);
    refused(try_define(c, "v", ROWS, "id", "t", NULL, 6, &e), &e, MLOPS_E_EXISTS, "\"v\"");
    lists(g.store, ""); /* not before the commit */
    refused(mlops_online_open(&(mlops_online *){0}, g.store, "v", &e), &e, MLOPS_E_NOT_FOUND, "v");
    commit(c);
    mlops_change_free(c);
    g.clocks.now += 1000;
    define(g.store, "v", ROWS, "id", "t", NULL, 5);
    lists(g.store, "v id,t,x id t - 5 1700000000000000000");
    mlops_online *v = open_view(g.store, "v");
    put_rows(v, ROWS, "a 1 2");
    define(g.store, "v", ROWS, "id", "t", NULL, 5);
    gives(v, "id:s", "a", 1, "a 1 2.0 hit 0");
    mlops_online_close(v);
    remove_ground(&g);
}

static void another_is_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    static const char COLUMNS[] = "id:s of:s t:i made:i x:f";
    static const struct {
        const char *columns, *key, *event_time, *created;
        int64_t ttl_ns;
    } OTHERS[] = {
        {"id:s of:s t:i made:i x:f y:f", "id,of", "t", "made", 9},
        {"id:s of:s t:i made:i", "id,of", "t", "made", 9},
        {"id:s of:s t:i made:i x:i", "id,of", "t", "made", 9},
        {"id:s of:s t:i made:i X:f", "id,of", "t", "made", 9},
        {"of:s id:s t:i made:i x:f", "id,of", "t", "made", 9},
        {COLUMNS, "of,id", "t", "made", 9},
        {COLUMNS, "id", "t", "made", 9},
        {COLUMNS, "id,of", "made", "t", 9},
        {COLUMNS, "id,of", "t", NULL, 9},
        {COLUMNS, "id,of", "t", "made", 0},
        {COLUMNS, "id,of", "t", "made", 10},
    };
    make_ground(&g);
    define(g.store, "v", COLUMNS, "id,of", "t", "made", 9);
    for (size_t i = 0; i < sizeof OTHERS / sizeof OTHERS[0]; i++) {
        mlops_change *c = new_change(g.store);
        refused(try_define(c, "v", OTHERS[i].columns, OTHERS[i].key, OTHERS[i].event_time,
                           OTHERS[i].created, OTHERS[i].ttl_ns, &e),
                &e, MLOPS_E_EXISTS, "\"v\"");
        mlops_change_free(c);
    }
    define(g.store, "v", COLUMNS, "id,of", "t", "made", 9);
    define(g.store, "v", COLUMNS, "\"id\",of", "t", "made", 9);
    remove_ground(&g);
}

static void the_first_commit_wins(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_change *one = new_change(g.store), *two = new_change(g.store),
                 *other = new_change(g.store);
    works(try_define(one, "v", ROWS, "id", "t", NULL, 0, &e), &e);
    works(try_define(two, "v", ROWS, "id", "t", NULL, 7, &e), &e);
    works(try_define(other, "w", ROWS, "id", "t", NULL, 0, &e), &e);
    commit(two);
    refused(mlops_change_commit(one, NULL, &e), &e, MLOPS_E_CONFLICT, "");
    refused(mlops_change_commit(other, NULL, &e), &e, MLOPS_E_CONFLICT, "");
    mlops_change_free(one);
    mlops_change_free(two);
    mlops_change_free(other);
    lists(g.store, "v id,t,x id t - 7 1700000000000000000");
    define(g.store, "w", ROWS, "id", "t", NULL, 0); /* and can be said again */
    remove_ground(&g);
}

static void several_in_one_change(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    works(try_define(c, "b", ROWS, "id", "t", NULL, 0, &e), &e);
    works(try_define(c, "a", "t:i n:i", "n", "t", NULL, 3, &e), &e);
    commit(c);
    mlops_change_free(c);
    define(g.store, "c", "t:i ok:b id:s u:i", "id,ok", "t", "u", 0);
    lists(g.store, "a t,n n t - 3 1700000000000000000 b id,t,x id t - - 1700000000000000000 "
                   "c t,ok,id,u id,ok t u - 1700000000000000000");
    mlops_online *a = open_view(g.store, "a"), *b = open_view(g.store, "b");
    put_rows(a, "t:i n:i", "1 7");
    put_rows(b, ROWS, "a 1 7");
    gives(a, "n:i", "7", 1, "1 7 hit 0");
    gives(b, "id:s", "a", 1, "a 1 7.0 hit 0");
    mlops_online_close(a);
    mlops_online_close(b);
    c = new_change(g.store); /* what is not committed is not there */
    works(try_define(c, "d", ROWS, "id", "t", NULL, 0, &e), &e);
    mlops_change_free(c);
    mlops_online *v = (mlops_online *)&g;
    refused(mlops_online_open(&v, g.store, "d", &e), &e, MLOPS_E_NOT_FOUND, "\"d\"");
    assert_null(v);
    remove_ground(&g);
}

static void lists_spell_names_as_options_do(void **state) {
    (void)state;
    ground g;
    make_ground(&g);
    lists(g.store, "");
    define(g.store, "v", "a,b:s c\"d:i t:i", "c\"d,\"a,b\"", "t", NULL, 0);
    mlops_table *t = list_of(g.store);
    assert_string_equal(cell(t, 0, "columns"), "\"a,b\",\"c\"\"d\",t");
    assert_string_equal(cell(t, 0, "key"), "\"c\"\"d\",\"a,b\"");
    mlops_table_unref(t);
    open_again(&g, MLOPS_STORE_INDEX_FILE);
    mlops_online *v = open_view(g.store, "v");
    put_rows(v, "t:i c\"d:i a,b:s", "1 2 x");
    gives(v, "c\"d:i a,b:s", "2 x", 1, "x 2 1 hit 0");
    mlops_online_close(v);
    remove_ground(&g);
}

/* ---- refusals ---- */

static void definitions_that_are_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    static const char COLUMNS[] = "id:s n:i ok:b x:f t:i u:i w:s";
    static const struct {
        const char *columns, *key, *event_time, *created;
        int64_t ttl_ns;
        const char *word;
    } WRONG[] = {
        {COLUMNS, "who", "t", NULL, 0, "\"who\""},
        {COLUMNS, "id,who", "t", NULL, 0, "\"who\""},
        {COLUMNS, "x", "t", NULL, 0, "\"x\""},
        {COLUMNS, "id,id", "t", NULL, 0, "id"},
        {COLUMNS, "", "t", NULL, 0, "empty"},
        {COLUMNS, NULL, "t", NULL, 0, "key"},
        {COLUMNS, "\"id", "t", NULL, 0, "quote"},
        {COLUMNS, "id", NULL, NULL, 0, "event_time"},
        {COLUMNS, "id", "when", NULL, 0, "\"when\""},
        {COLUMNS, "id", "x", NULL, 0, "\"x\""},
        {COLUMNS, "id", "w", NULL, 0, "\"w\""},
        {COLUMNS, "id,n", "n", NULL, 0, "\"n\""},
        {COLUMNS, "id", "t", "when", 0, "\"when\""},
        {COLUMNS, "id", "t", "ok", 0, "\"ok\""},
        {COLUMNS, "id,n", "t", "n", 0, "\"n\""},
        {COLUMNS, "id", "t", "t", 0, "created"},
        {COLUMNS, "id", "t", NULL, -1, "ttl_ns"},
        {"id:s t:i x:-", "id", "t", NULL, 0, "\"x\""},
        {"id:s t:i status:f", "id", "t", NULL, 0, "\"status\""},
        {"id:s t:i age_ns:i", "id", "t", NULL, 0, "\"age_ns\""},
        {"status:s t:i", "status", "t", NULL, 0, "\"status\""},
    };
    make_ground(&g);
    mlops_change *c = new_change(g.store);
    for (size_t i = 0; i < sizeof WRONG / sizeof WRONG[0]; i++) {
        const char *columns = WRONG[i].columns;
        char full[200];
        snprintf(full, sizeof full, "%s", columns);
        mlops_table *like = strchr(full, '-') ? table_of(full, "a 1 -") : table_of(full, "");
        mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
        opts.created = WRONG[i].created;
        opts.ttl_ns = WRONG[i].ttl_ns;
        refused(mlops_online_define(c, "v", like, WRONG[i].key, WRONG[i].event_time, &opts, &e), &e,
                MLOPS_E_INVALID, WRONG[i].word);
        mlops_table_unref(like);
    }
    works(try_define(c, "v", COLUMNS, "id,n,ok", "t", "u", 0, &e), &e);
    commit(c);
    mlops_change_free(c);
    remove_ground(&g);
}

static void names_and_options_that_are_refused(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    char name[203];
    make_ground(&g);
    memset(name, 'n', sizeof name);
    name[201] = 0;
    mlops_change *c = new_change(g.store);
    const char *const BAD[] = {"", NULL, name, "a\nb", "\xff"};
    for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
        mlops_online *v = (mlops_online *)&g;
        refused(try_define(c, BAD[i], ROWS, "id", "t", NULL, 0, &e), &e, MLOPS_E_INVALID, "");
        refused(mlops_online_open(&v, g.store, BAD[i], &e), &e, MLOPS_E_INVALID, "");
        assert_null(v);
    }
    mlops_table *like = table_of(ROWS, "");
    mlops_online_opts opts = MLOPS_ONLINE_OPTS_INIT;
    opts.flags = 1;
    refused(mlops_online_define(c, "v", like, "id", "t", &opts, &e), &e, MLOPS_E_INVALID, "flags");
    opts = (mlops_online_opts)MLOPS_ONLINE_OPTS_INIT;
    opts.struct_size = 0;
    refused(mlops_online_define(c, "v", like, "id", "t", &opts, &e), &e, MLOPS_E_INVALID,
            "struct_size");
    refused(mlops_online_define(NULL, "v", like, "id", "t", NULL, &e), &e, MLOPS_E_INVALID,
            "change");
    refused(mlops_online_define(c, "v", NULL, "id", "t", NULL, &e), &e, MLOPS_E_INVALID, "table");
    refused(mlops_online_open(NULL, g.store, "v", &e), &e, MLOPS_E_INVALID, "out");
    refused(mlops_online_list(NULL, g.store, &e), &e, MLOPS_E_INVALID, "out");
    mlops_online *v = (mlops_online *)&g;
    mlops_table *t = (mlops_table *)&g;
    refused(mlops_online_open(&v, NULL, "v", &e), &e, MLOPS_E_INVALID, "store");
    refused(mlops_online_list(&t, NULL, &e), &e, MLOPS_E_INVALID, "store");
    assert_true(!v && !t);
    name[200] = 0; /* 200 bytes are fine, and no options */
    works(mlops_online_define(c, name, like, "id", "t", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_table_unref(like);
    mlops_online_close(open_view(g.store, name));
    mlops_online_close(NULL);
    remove_ground(&g);
}

/* A table of int64 columns c0, c1, ... */
static mlops_table *wide_table(int n) {
    mlops_table *t;
    mlops_error e;
    char *csv = malloc((size_t)n * 16);
    assert_non_null(csv);
    size_t at = 0;
    for (int i = 0; i < n; i++) at += (size_t)sprintf(csv + at, "%sc%d", i ? "," : "", i);
    for (int i = 0; i < n; i++) at += (size_t)sprintf(csv + at, "%s%d", i ? "," : "\n", i);
    works(mlops_table_parse(&t, csv, at, NULL, &e), &e);
    free(csv);
    return t;
}

static void a_thousand_columns(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    mlops_table *t = wide_table(1001), *got;
    mlops_change *c = new_change(g.store);
    refused(mlops_online_define(c, "v", t, "c7", "c8", NULL, &e), &e, MLOPS_E_LIMIT, "1000");
    mlops_table_unref(t);
    t = wide_table(1000);
    works(mlops_online_define(c, "v", t, "c7", "c8", NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
    mlops_online *v = open_view(g.store, "v");
    works(mlops_online_put(v, t, NULL, &e), &e);
    works(mlops_online_get(&got, v, t, 10, &e), &e);
    assert_int_equal(mlops_table_n_columns(got), 1002);
    assert_string_equal(cell(got, 0, "c999"), "999");
    assert_string_equal(cell(got, 0, "age_ns"), "2");
    mlops_table_unref(got);
    mlops_table_unref(t);
    mlops_online_close(v);
    remove_ground(&g);
}

/* ---- stores ---- */

static void stores_in_memory_have_no_rows(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_online *v = (mlops_online *)&g;
    begin_view(&g);
    open_again(&g, MLOPS_STORE_INDEX_MEMORY);
    refused(mlops_online_open(&v, g.store, "v", &e), &e, MLOPS_E_UNSUPPORTED, "file");
    assert_null(v);
    mlops_change *c = new_change(g.store);
    refused(try_define(c, "w", ROWS, "id", "t", NULL, 0, &e), &e, MLOPS_E_UNSUPPORTED, "file");
    mlops_change_free(c);
    lists(g.store, "v id,t,x id t - - 1700000000000000000"); /* definitions are seen */
    mlops_store_close(g.store);
    mlops_store_opts opts = MLOPS_STORE_OPTS_INIT;
    opts.flags = MLOPS_STORE_READ_ONLY;
    g.store = open_store(g.place.path, &opts);
    refused(mlops_online_open(&v, g.store, "v", &e), &e, MLOPS_E_UNSUPPORTED, "read-only");
    assert_null(v);
    lists(g.store, "v id,t,x id t - - 1700000000000000000");
    open_again(&g, MLOPS_STORE_INDEX_FILE);
    mlops_online_close(open_view(g.store, "v"));
    remove_ground(&g);
}

/* The first definition in a store whose index is in memory leaves nothing behind. */
static void no_map_in_a_store_in_memory(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    make_ground(&g);
    open_again(&g, MLOPS_STORE_INDEX_MEMORY);
    mlops_change *c = new_change(g.store);
    refused(try_define(c, "w", ROWS, "id", "t", NULL, 0, &e), &e, MLOPS_E_UNSUPPORTED, "file");
    mlops_change_free(c);
    assert_int_equal(size_of(inside(&g.place, "online/data.mdb")), -1);
    assert_int_equal(stats_of(g.store).online_bytes, 0);
    remove_ground(&g);
}

static void stores_tell_what_rows_take(void **state) {
    (void)state;
    ground g;
    begin_view(&g);
    mlops_online *v = open_view(g.store, "v");
    char rows[20000];
    size_t n = 0;
    for (int i = 0; i < 1000; i++) n += (size_t)sprintf(rows + n, "user%04d 1 2 ", i);
    put_rows(v, ROWS, rows);
    int64_t bytes = stats_of(g.store).online_bytes;
    assert_true(bytes > 1000 * 40 && bytes < 1 << 20);
    assert_int_equal(bytes, size_of(inside(&g.place, "online/data.mdb")));
    mlops_online_close(v);
    remove_ground(&g);
}

/* A definition that a power cut took, or a repair, leaves rows behind: no view gets them. */
static void no_view_inherits_rows(void **state) {
    (void)state;
    ground g;
    begin_view(&g);
    mlops_online *v = open_view(g.store, "v");
    put_rows(v, ROWS, "a 1 2 b 1 3");
    mlops_online_close(v);
    mlops_store_close(g.store);
    shell("rm '%s'/journal/* '%s'/index/*", g.place.path, g.place.path);
    g.store = NULL;
    mlops_error e;
    works(mlops_store_repair(g.place.path, NULL, NULL, &e), &e);
    open_again(&g, MLOPS_STORE_INDEX_FILE);
    lists(g.store, "");
    define(g.store, "w", "id:s t:i y:i", "id", "t", NULL, 0);
    define(g.store, "z", ROWS, "id", "t", NULL, 0);
    define(g.store, "v", ROWS, "id", "t", NULL, 0);
    mlops_online *w = open_view(g.store, "w"), *z = open_view(g.store, "z");
    v = open_view(g.store, "v");
    gives(w, "id:s", "a b", 1, "a - - missing - b - - missing -");
    gives(z, "id:s", "a b", 1, "a - - missing - b - - missing -");
    gives(v, "id:s", "a b", 1, "a - - missing - b - - missing -");
    put_rows(w, "id:s t:i y:i", "a 1 7");
    put_rows(v, ROWS, "a 1 9");
    gives(w, "id:s", "a b", 1, "a 1 7 hit 0 b - - missing -");
    gives(z, "id:s", "a b", 1, "a - - missing - b - - missing -");
    gives(v, "id:s", "a b", 1, "a 1 9.0 hit 0 b - - missing -");
    mlops_online_close(w);
    mlops_online_close(z);
    mlops_online_close(v);
    remove_ground(&g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_again_is_fine),
        cmocka_unit_test(another_is_refused),
        cmocka_unit_test(the_first_commit_wins),
        cmocka_unit_test(several_in_one_change),
        cmocka_unit_test(lists_spell_names_as_options_do),
        cmocka_unit_test(definitions_that_are_refused),
        cmocka_unit_test(names_and_options_that_are_refused),
        cmocka_unit_test(a_thousand_columns),
        cmocka_unit_test(stores_in_memory_have_no_rows),
        cmocka_unit_test(no_map_in_a_store_in_memory),
        cmocka_unit_test(stores_tell_what_rows_take),
        cmocka_unit_test(no_view_inherits_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
