/* Online views: what is defined, put and got, one sentence of online.h after the other. */
#define _GNU_SOURCE
#include "unit/help_online.h"

#include <math.h>

static const char USERS[] = "id:s t:i made:i x:f n:i ok:b word:s"; /* key id, times t and made */

/* A view of users, its rows by id. */
static mlops_online *make_users(ground *g, int64_t ttl_ns) {
    make_ground(g);
    define(g->store, "users", USERS, "id", "t", "made", ttl_ns);
    return open_view(g->store, "users");
}

static void end_users(ground *g, mlops_online *view) {
    mlops_online_close(view);
    remove_ground(g);
}

/* ---- putting and getting ---- */

static void rows_come_back(void **state) {
    (void)state;
    ground g;
    mlops_online *v = make_users(&g, 0);
    assert_int_equal(put_rows(v, USERS,
                              "a 10 1 0.5 -7 true \xc3\xa4,\"b\" "
                              "b 20 2 -1e300 9223372036854775807 false '' "
                              "'' -9223372036854775808 3 - - - - "
                              "c 30 4 inf -9223372036854775808 true -"),
                     4);
    gives(v, "id:s", "c '' zz b a b", 40,
          "c 30 4 inf -9223372036854775808 true - hit 10 "
          "'' -9223372036854775808 3 - - - - hit 9223372036854775807 "
          "zz - - - - - - missing - "
          "b 20 2 -1e+300 9223372036854775807 false '' hit 20 "
          "a 10 1 0.5 -7 true \xc3\xa4,\"b\" hit 30 "
          "b 20 2 -1e+300 9223372036854775807 false '' hit 20");
    gives(v, "id:s", "", 40, "");
    open_again(&g, MLOPS_STORE_INDEX_FILE); /* the view keeps the store open */
    gives(v, "id:s", "a", 40, "a 10 1 0.5 -7 true \xc3\xa4,\"b\" hit 30");
    mlops_online_close(v);
    open_again(&g, MLOPS_STORE_INDEX_FILE);
    v = open_view(g.store, "users");
    gives(v, "id:s", "b", 40, "b 20 2 -1e+300 9223372036854775807 false '' hit 20");
    end_users(&g, v);
}

/* Not a number is not null, and zero keeps its sign. */
static void numbers_keep_their_bits(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t;
    double out[3];
    mlops_online *v = make_users(&g, 0);
    put_rows(v, USERS, "a 1 1 nan 1 - - b 1 1 -0 1 - - c 1 1 5e-324 1 - -");
    works(try_get(&t, v, "id:s", "a b c", 1, &e), &e);
    works(mlops_table_values(t, mlops_table_find(t, "x"), out, 3, &e), &e);
    assert_true(isnan(out[0]) && out[1] == 0 && signbit(out[1]) && out[2] == 5e-324);
    assert_string_equal(cell(t, 0, "x"), "nan");
    mlops_table_unref(t);
    end_users(&g, v);
}

static void each_order_leaves_the_newest(void **state) {
    (void)state;
    static const char *const ROWS[] = {"a 2 2 0.25 - - - ", "a 1 1 0.5 - - - ",
                                       "a 2 3 0.75 - - - "};
    static const int ORDERS[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                     {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    static const int PUT[6] = {2, 2, 3, 2, 1, 1}; /* that were newest when they came */
    for (int i = 0; i < 6; i++) {
        ground g;
        char all[200] = "";
        int64_t n = 0;
        mlops_online *v = make_users(&g, 0);
        for (int k = 0; k < 3; k++) {
            n += put_rows(v, USERS, ROWS[ORDERS[i][k]]);
            strcat(all, ROWS[ORDERS[i][k]]);
        }
        assert_int_equal(n, PUT[i]);
        gives(v, "id:s", "a", 9, "a 2 3 0.75 - - - hit 7");
        define(g.store, "again", USERS, "id", "t", "made", 0);
        mlops_online *at_once = open_view(g.store, "again");
        gives(at_once, "id:s", "a", 9, "a - - - - - - missing -"); /* views do not share rows */
        assert_int_equal(put_rows(at_once, USERS, all), PUT[i]);
        gives(at_once, "id:s", "a", 9, "a 2 3 0.75 - - - hit 7");
        mlops_online_close(at_once);
        end_users(&g, v);
    }
}

static void of_equal_times_the_last_put_stays(void **state) {
    (void)state;
    ground g;
    mlops_online *v = make_users(&g, 0);
    assert_int_equal(put_rows(v, USERS, "a 5 5 1 - - x a 5 5 2 - - y"), 2);
    gives(v, "id:s", "a", 5, "a 5 5 2.0 - - y hit 0");
    assert_int_equal(put_rows(v, USERS, "a 5 5 - 3 - -"), 1); /* whole rows, with their nulls */
    gives(v, "id:s", "a", 5, "a 5 5 - 3 - - hit 0");
    assert_int_equal(put_rows(v, USERS, "a 5 4 7 - - - a 4 9 7 - - -"), 0);
    gives(v, "id:s", "a", 5, "a 5 5 - 3 - - hit 0");
    define(g.store, "plain", "id:s t:i x:f", "id", "t", NULL, 0);
    mlops_online *plain = open_view(g.store, "plain");
    assert_int_equal(put_rows(plain, "id:s t:i x:f", "a 5 1 a 5 2 a 4 3"), 2);
    gives(plain, "id:s", "a", 5, "a 5 2.0 hit 0");
    mlops_online_close(plain);
    end_users(&g, v);
}

static void nothing_is_put(mlops_online *v, const char *columns, const char *rows,
                           mlops_status want, const char *word) {
    mlops_error e;
    int64_t n = 77;
    mlops_status status = try_put(v, columns, rows, &n, &e);
    refused(status, &e, want, word);
    assert_int_equal(n, 77);
}

static void all_or_none(void **state) {
    (void)state;
    ground g;
    char row[600];
    mlops_error e;
    mlops_online *v = make_users(&g, 0);
    put_rows(v, USERS, "a 5 5 1 - - -");
    nothing_is_put(v, USERS, "a 6 6 2 - - - - 6 6 2 - - -", MLOPS_E_INVALID, "row 1 (from 0)");
    nothing_is_put(v, USERS, "a 6 6 2 - - - - 6 6 2 - - -", MLOPS_E_INVALID, "\"id\"");
    nothing_is_put(v, USERS, "a 6 6 2 - - - b - 6 2 - - -", MLOPS_E_INVALID, "\"t\"");
    nothing_is_put(v, USERS, "a 6 6 2 - - - b 6 - 2 - - -", MLOPS_E_INVALID, "\"made\"");
    snprintf(row, sizeof row, "a 6 6 2 - - - %0396d 6 6 2 - - - c 6 6 2 - - -", 0);
    nothing_is_put(v, USERS, row, MLOPS_E_LIMIT, "row 1 (from 0)");
    gives(v, "id:s", "a b c", 9,
          "a 5 5 1.0 - - - hit 4 b - - - - - - missing - c - - - - - - missing -");
    assert_int_equal(put_rows(v, USERS, ""), 0);
    works(try_put(v, USERS, "a 6 6 2 - - -", NULL, &e), &e);
    gives(v, "id:s", "a", 9, "a 6 6 2.0 - - - hit 3");
    assert_int_equal(mlops_online_put(NULL, NULL, NULL, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_online_put(v, NULL, NULL, &e), MLOPS_E_INVALID);
    end_users(&g, v);
}

static void columns_are_found_by_name(void **state) {
    (void)state;
    ground g;
    mlops_online *v = make_users(&g, 0);
    assert_int_equal(put_rows(v, "word:s more:f ok:b n:i x:f made:i status:s t:i id:s",
                              "w 9 true 3 0.5 1 s 10 a"),
                     1);
    gives(v, "z:f id:s", "1 a", 10, "a 10 1 0.5 3 true w hit 0");
    put_rows(v, "id:s t:i made:i x:- n:- ok:- word:-", "b 10 1 - - - -");
    gives(v, "id:s", "b", 10, "b 10 1 - - - - hit 0");
    nothing_is_put(v, "id:s t:i made:i x:f n:i ok:b", "a 11 1 - - -", MLOPS_E_SCHEMA, "\"word\"");
    nothing_is_put(v, "id:s t:i made:i x:s n:i ok:b word:s", "a 11 1 1 - - -", MLOPS_E_SCHEMA,
                   "\"x\"");
    nothing_is_put(v, "id:s t:i made:i x:f n:f ok:b word:s", "a 11 1 1 1 - -", MLOPS_E_SCHEMA,
                   "\"n\"");
    nothing_is_put(v, "id:s t:f made:i x:f n:i ok:b word:s", "a 11 1 1 1 - -", MLOPS_E_SCHEMA,
                   "\"t\"");
    nothing_is_put(v, "id:i t:i made:i x:f n:i ok:b word:s", "1 11 1 1 1 - -", MLOPS_E_SCHEMA,
                   "\"id\"");
    nothing_is_put(v, "id:s t:i made:i x:f n:i ok:i word:s", "a 11 1 1 1 1 -", MLOPS_E_SCHEMA,
                   "\"ok\"");
    nothing_is_put(v, "id:- t:i made:i x:f n:i ok:b word:s", "- 11 1 1 1 - -", MLOPS_E_INVALID,
                   "\"id\"");
    nothing_is_put(v, "id:s t:- made:i x:f n:i ok:b word:s", "a - 1 1 1 - -", MLOPS_E_INVALID,
                   "\"t\"");
    gives(v, "id:s", "a", 10, "a 10 1 0.5 3 true w hit 0");
    end_users(&g, v);
}

static void integers_do_for_reals_where_exact(void **state) {
    (void)state;
    ground g;
    static const char INTS[] = "id:s t:i made:i x:i n:i ok:b word:s";
    mlops_online *v = make_users(&g, 0);
    put_rows(v, INTS,
             "a 1 1 -3 - - - b 1 1 9007199254740992 - - - c 1 1 - - - - "
             "d 1 1 1152921504606846976 - - - e 1 1 -9223372036854775808 - - -");
    gives(v, "id:s", "a b c d e", 1,
          "a 1 1 -3.0 - - - hit 0 b 1 1 9007199254740992.0 - - - hit 0 c 1 1 - - - - hit 0 "
          "d 1 1 1.152921504606847e+18 - - - hit 0 e 1 1 -9.223372036854776e+18 - - - hit 0");
    nothing_is_put(v, INTS, "a 2 1 1 - - - b 2 1 9007199254740993 - - -", MLOPS_E_SCHEMA, "\"x\"");
    nothing_is_put(v, INTS, "a 2 1 1 - - - b 2 1 9223372036854775807 - - -", MLOPS_E_SCHEMA,
                   "\"x\"");
    gives(v, "id:s", "a", 1, "a 1 1 -3.0 - - - hit 0");
    end_users(&g, v);
}

/* ---- keys ---- */

static void keys_of_several_columns(void **state) {
    (void)state;
    ground g;
    static const char BOTH[] = "p:s q:s t:i x:i";
    make_ground(&g);
    define(g.store, "both", BOTH, "p,q", "t", NULL, 0);
    mlops_online *v = open_view(g.store, "both");
    assert_int_equal(put_rows(v, BOTH,
                              "a bc 1 1 ab c 1 2 '' abc 1 3 abc '' 1 4 '' '' 1 5 "
                              "b a 1 6 a b 1 7 a\x01 b 1 8 a \x01"
                              "b 1 9"),
                     9);
    gives(v, "q:s p:s",
          "bc a c ab abc '' '' abc '' '' a b b a b a\x01 \x01"
          "b a",
          1,
          "a bc 1 1 hit 0 ab c 1 2 hit 0 '' abc 1 3 hit 0 abc '' 1 4 hit 0 '' '' 1 5 hit 0 "
          "b a 1 6 hit 0 a b 1 7 hit 0 a\x01 b 1 8 hit 0 a \x01"
          "b 1 9 hit 0");
    gives(v, "p:s q:s", "a - - a - - bc a", 1,
          "a - - - null - - a - - null - - - - - null - bc a - - missing -");
    mlops_online_close(v);
    remove_ground(&g);
}

static void keys_of_each_type(void **state) {
    (void)state;
    ground g;
    static const char MIXED[] = "t:i x:i on:b n:i s:s";
    make_ground(&g);
    define(g.store, "mixed", MIXED, "s,on,n", "t", NULL, 0);
    mlops_online *v = open_view(g.store, "mixed");
    assert_int_equal(put_rows(v, MIXED,
                              "1 1 true -1 s 1 2 false -1 s 1 3 true 1 s 1 4 true 0 s "
                              "1 5 true -9223372036854775808 s 1 6 true 9223372036854775807 s "
                              "1 7 true 256 s 1 8 true 1 S"),
                     8);
    gives(v, "on:b n:i s:s",
          "true 1 S true 256 s true 9223372036854775807 s true -9223372036854775808 s true 0 s "
          "true 1 s false -1 s true -1 s true 2 s",
          1,
          "1 8 true 1 S hit 0 1 7 true 256 s hit 0 1 6 true 9223372036854775807 s hit 0 "
          "1 5 true -9223372036854775808 s hit 0 1 4 true 0 s hit 0 1 3 true 1 s hit 0 "
          "1 2 false -1 s hit 0 1 1 true -1 s hit 0 - - true 2 s missing -");
    gives(v, "on:b n:- s:s", "true - s", 1, "- - true - s null -");
    mlops_online_close(v);
    remove_ground(&g);
}

static void keys_that_are_too_long(void **state) {
    (void)state;
    ground g;
    char row[600], key[400];
    mlops_online *v = make_users(&g, 0);
    snprintf(key, sizeof key, "%0395d", 7); /* and five bytes for its type and length */
    snprintf(row, sizeof row, "%s 1 1 2 - - -", key);
    assert_int_equal(put_rows(v, USERS, row), 1);
    snprintf(row, sizeof row, "%s 1 1 2.0 - - - hit 0", key);
    gives(v, "id:s", key, 1, row);
    snprintf(key, sizeof key, "%0396d", 7);
    snprintf(row, sizeof row, "%s 1 1 2 - - -", key);
    nothing_is_put(v, USERS, row, MLOPS_E_LIMIT, "400");
    snprintf(row, sizeof row, "%s - - - - - - missing -", key);
    gives(v, "id:s", key, 1, row);
    end_users(&g, v);
}

/* What is put can be exported and imported again. */
static void rows_that_are_too_long(void **state) {
    (void)state;
    ground g;
    mlops_online *v = make_users(&g, 0);
    static const char HEAD[] = "a 9 9 - - - ";
    size_t most = 33 << 20, n = sizeof HEAD - 1;
    char *row = malloc(most + n + 1);
    assert_non_null(row);
    memcpy(row, HEAD, n);
    memset(row + n, 'w', most);
    row[n + most] = 0;
    put_rows(v, USERS, "a 1 1 - - - -");
    nothing_is_put(v, USERS, row, MLOPS_E_LIMIT, "row 0 (from 0)");
    gives(v, "id:s", "a", 1, "a 1 1 - - - - hit 0");
    row[n + (31 << 20)] = 0;
    assert_int_equal(put_rows(v, USERS, row), 1);
    free(row);
    end_users(&g, v);
}

/* ---- time ---- */

static void rows_expire(void **state) {
    (void)state;
    ground g;
    mlops_online *v = make_users(&g, 100);
    put_rows(v, USERS, "a 1000 7 1 2 true w");
    gives(v, "id:s", "a", 1000, "a 1000 7 1.0 2 true w hit 0");
    gives(v, "id:s", "a", 1100, "a 1000 7 1.0 2 true w hit 100");
    gives(v, "id:s", "a", 1101, "a 1000 7 - - - - expired 101");
    gives(v, "id:s", "a", 900, "a 1000 7 1.0 2 true w hit -100");
    end_users(&g, v);
}

static void zero_is_now(void **state) {
    (void)state;
    ground g;
    char row[200];
    mlops_online *v = make_users(&g, 100);
    g.clocks.now = 5000;
    put_rows(v, USERS, "a 4950 1 1 - - -");
    gives(v, "id:s", "a", 0, "a 4950 1 1.0 - - - hit 50");
    g.clocks.now = 5051;
    gives(v, "id:s", "a", 0, "a 4950 1 - - - - expired 101");
    gives(v, "id:s", "a", -1, "a 4950 1 1.0 - - - hit -4951");
    snprintf(row, sizeof row, "b %lld 1 - - - - c %lld 1 - - - -", (long long)INT64_MIN,
             (long long)INT64_MAX);
    put_rows(v, USERS, row);
    gives(v, "id:s", "b c", INT64_MAX,
          "b -9223372036854775808 1 - - - - expired 9223372036854775807 "
          "c 9223372036854775807 1 - - - - hit 0");
    gives(v, "id:s", "b c", INT64_MIN,
          "b -9223372036854775808 1 - - - - hit 0 "
          "c 9223372036854775807 1 - - - - hit -9223372036854775808");
    gives(v, "id:s", "b c", -1,
          "b -9223372036854775808 1 - - - - expired 9223372036854775807 "
          "c 9223372036854775807 1 - - - - hit -9223372036854775808");
    end_users(&g, v);
}

static void keys_that_get_refuses(void **state) {
    (void)state;
    ground g;
    mlops_error e;
    mlops_table *t = (mlops_table *)&g;
    mlops_online *v = make_users(&g, 0);
    refused(try_get(&t, v, "word:s", "a", 1, &e), &e, MLOPS_E_SCHEMA, "\"id\"");
    assert_null(t);
    t = (mlops_table *)&g;
    refused(try_get(&t, v, "id:i", "1", 1, &e), &e, MLOPS_E_SCHEMA, "\"id\"");
    assert_null(t);
    gives(v, "id:-", "- -", 1, "- - - - - - - null - - - - - - - - null -");
    mlops_table *keys = table_of("id:s", "a");
    assert_int_equal(mlops_online_get(NULL, v, keys, 1, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_online_get(&t, NULL, keys, 1, &e), MLOPS_E_INVALID);
    assert_int_equal(mlops_online_get(&t, v, NULL, 1, &e), MLOPS_E_INVALID);
    assert_null(t);
    mlops_table_unref(keys);
    end_users(&g, v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_back),
        cmocka_unit_test(numbers_keep_their_bits),
        cmocka_unit_test(each_order_leaves_the_newest),
        cmocka_unit_test(of_equal_times_the_last_put_stays),
        cmocka_unit_test(all_or_none),
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(integers_do_for_reals_where_exact),
        cmocka_unit_test(keys_of_several_columns),
        cmocka_unit_test(keys_of_each_type),
        cmocka_unit_test(keys_that_are_too_long),
        cmocka_unit_test(rows_that_are_too_long),
        cmocka_unit_test(rows_expire),
        cmocka_unit_test(zero_is_now),
        cmocka_unit_test(keys_that_get_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
