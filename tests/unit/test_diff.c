/* Differences of tables: random edits against what was edited, and the meaning of equal cells. */
#include "unit/help_diff.h"

static mlops_diff *compare(const mlops_table *a, const mlops_table *b, const char *key) {
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_diff *d;
    mlops_error e;
    e.message[0] = 0;
    opts.key = key;
    if (mlops_diff_compare(&d, a, b, &opts, &e)) fail_msg("%s", e.message);
    return d;
}

static mlops_table *cells_of(const mlops_diff *d) {
    mlops_table *t;
    assert_int_equal(mlops_diff_cells(&t, d, NULL), 0);
    return t;
}

/* What differs, by looking for each id in the other grid. */
static void check(const grid *a, const grid *b, const mlops_diff *d, const mlops_table *from,
                  const mlops_table *to, int keyed) {
    int64_t n_cells = 0, n_changed = 0, n_removed = 0, n_pairs = 0;
    mlops_table *cells = cells_of(d);
    for (int64_t i = 0; i < a->n_rows; i++) {
        int64_t other = find_id(b, a->rows[i][0]), here = n_cells;
        if (other < 0) n_removed++;
        n_pairs += other >= 0;
        for (int64_t j = 0; j < a->n_columns && other >= 0; j++) {
            int64_t k = find_name(b, a->names[j]);
            if (k < 0 || strcmp(a->rows[i][j], b->rows[other][k]) == 0) continue;
            assert_true(n_cells < mlops_table_n_rows(cells));
            assert_int_equal(atoll(text_at(cells, "from_row", n_cells)), i);
            assert_int_equal(atoll(text_at(cells, "to_row", n_cells)), other);
            assert_string_equal(text_at(cells, "column", n_cells), a->names[j]);
            assert_string_equal(text_at(cells, "from", n_cells), text_at(from, a->names[j], i));
            assert_string_equal(text_at(cells, "to", n_cells), text_at(to, a->names[j], other));
            assert_string_equal(text_at(cells, "key", n_cells), keyed ? a->rows[i][0] : "\1");
            n_cells++;
        }
        n_changed += n_cells > here;
    }
    assert_int_equal(mlops_diff_n_cells(d), n_cells);
    assert_int_equal(mlops_table_n_rows(cells), n_cells);
    assert_int_equal(mlops_diff_n_changed(d), n_changed);
    assert_int_equal(mlops_diff_n_removed(d), n_removed);
    assert_int_equal(mlops_diff_n_added(d), b->n_rows - n_pairs);
    mlops_table_unref(cells);
}

static void check_rows(const grid *a, const grid *b, const mlops_diff *d) {
    mlops_table *added, *removed, *rows;
    assert_int_equal(mlops_diff_added(&added, d, NULL), 0);
    assert_int_equal(mlops_diff_removed(&removed, d, NULL), 0);
    assert_int_equal(mlops_diff_rows(&rows, d, NULL), 0);
    int64_t at = 0,
            n_rows = mlops_diff_n_changed(d) + mlops_diff_n_added(d) + mlops_diff_n_removed(d);
    for (int64_t i = 0; i < b->n_rows; i++)
        if (find_id(a, b->rows[i][0]) < 0)
            assert_string_equal(text_at(added, "id", at++), b->rows[i][0]);
    assert_int_equal(mlops_table_n_rows(added), at);
    at = 0;
    for (int64_t i = 0; i < a->n_rows; i++)
        if (find_id(b, a->rows[i][0]) < 0)
            assert_string_equal(text_at(removed, "id", at++), a->rows[i][0]);
    assert_int_equal(mlops_table_n_rows(removed), at);
    assert_int_equal(mlops_table_n_rows(rows), n_rows);
    mlops_table_unref(added);
    mlops_table_unref(removed);
    mlops_table_unref(rows);
}

static void random_edits(int64_t rounds, int64_t most_rows, int64_t most_edits) {
    grid a = new_grid(), b = new_grid();
    for (int64_t round = 0; round < rounds; round++) {
        int64_t next_id = 1, keyed = round % 2;
        draw_grid(&a, (int64_t)(draw() % (uint64_t)(most_rows + 1)), &next_id);
        copy_grid(&b, &a);
        edit(&b, (int64_t)(draw() % (uint64_t)(most_edits + 1)), &next_id, round % 3 == 0,
             (int)keyed);
        for (int k = 0; keyed && k < 5 && b.n_rows && round % 4 == 1; k++)
            swap_rows(&b, (int64_t)(draw() % (uint64_t)b.n_rows),
                      (int64_t)(draw() % (uint64_t)b.n_rows));
        mlops_table *from = table_of(&a), *to = table_of(&b);
        mlops_diff *d = compare(from, to, keyed ? "id" : NULL);
        check(&a, &b, d, from, to, (int)keyed);
        check_rows(&a, &b, d);
        mlops_diff_unref(d);
        mlops_table_unref(from);
        mlops_table_unref(to);
    }
    free(a.rows);
    free(b.rows);
}

static void small_edits_are_found(void **state) {
    (void)state;
    seed = 11;
    random_edits(1500, 40, 12);
}

static void edits_of_large_tables_are_found(void **state) {
    (void)state;
    seed = 12;
    random_edits(12, 3000, 150);
}

/* A block of new rows on each side, a block that has moved, and one column that is new in all rows.
 */
static void long_stretches_are_aligned(void **state) {
    (void)state;
    grid a = new_grid(), b = new_grid();
    int64_t next_id = 1;
    seed = 13;
    draw_grid(&a, 4000, &next_id);
    copy_grid(&b, &a);
    for (int64_t i = 0; i < 300; i++) insert_row(&b, 1000 + i, &next_id);
    for (int64_t i = 0; i < 200; i++) remove_row(&b, 2500);
    for (int64_t i = 0; i < b.n_rows; i++)
        snprintf(b.rows[i][3], CELL, b.types[3] == MLOPS_TYPE_STRING ? "z%d" : "%d7", (int)i);
    b.types[3] = a.types[3];
    for (int64_t i = 0; i < a.n_rows; i++)
        if (a.types[3] == MLOPS_TYPE_FLOAT64) snprintf(a.rows[i][3], CELL, "-%d.5", (int)i);
    mlops_table *from = table_of(&a), *to = table_of(&b);
    mlops_diff *d = compare(from, to, NULL);
    assert_int_equal(mlops_diff_n_added(d), 300);
    assert_int_equal(mlops_diff_n_removed(d), 200);
    assert_int_equal(mlops_diff_n_changed(d), 3800);
    check_rows(&a, &b, d);
    mlops_diff_unref(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
    free(a.rows);
    free(b.rows);
}

/* Few values, so that no row stands alone: what is found must still make the one of the other. */
static void rows_that_repeat_are_aligned(void **state) {
    (void)state;
    enum { ROWS = 6000 };
    grid a = new_grid(), b = new_grid();
    seed = 14;
    a.n_columns = 3;
    a.n_rows = ROWS;
    for (int j = 0; j < 3; j++) {
        snprintf(a.names[j], CELL, "c%d", j);
        a.types[j] = MLOPS_TYPE_BOOL;
        for (int i = 0; i < ROWS; i++) draw_cell(a.rows[i][j], MLOPS_TYPE_BOOL, 2);
    }
    copy_grid(&b, &a);
    remove_row(&b, 1000);
    remove_row(&b, 3000);
    memmove(b.rows + 4001, b.rows + 4000, (size_t)(b.n_rows++ - 4000) * sizeof *b.rows);
    mlops_table *from = table_of(&a), *to = table_of(&b);
    mlops_diff *d = compare(from, to, NULL);
    assert_int_equal(mlops_diff_n_removed(d), 2);
    assert_int_equal(mlops_diff_n_added(d), 1);
    assert_int_equal(mlops_diff_n_cells(d), 0);
    mlops_diff_unref(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
    free(a.rows);
    free(b.rows);
}

static void cells_are(const char *a, const char *b, const char *key, const char *want) {
    mlops_table *from = table_from(a), *to = table_from(b);
    mlops_diff *d = compare(from, to, key);
    gives(cells_of(d), want);
    mlops_diff_unref(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
}

#define HEAD "from_row,to_row,key,column,from,to\n"

static void equal_means_equal_to_the_bit(void **state) {
    (void)state;
    cells_are("k,x\na,NAN\nb,0.0\nc,\nd,1.5\n", "k,x\nd,1.5\nc,\nb,-0.0\na,NAN\n", "k",
              HEAD "1,2,b,x,0.0,-0.0\n");
    cells_are("k,x\na,\nb,1.5\n", "k,x\na,NAN\nb,\n", "k", HEAD "0,0,a,x,-,nan\n1,1,b,x,1.5,-\n");
    /* of other types: numbers by value, texts by spelling, a column without values as nulls */
    cells_are("k,x\na,1\nb,2\nc,9007199254740993\n", "k,x\na,1.0\nb,2.5\nc,9007199254740992.0\n",
              "k", HEAD "1,1,b,x,2,2.5\n2,2,c,x,9007199254740993,9007199254740992.0\n");
    cells_are("k,x\na,true\nb,false\n", "k,x\na,1\nb,7\n", "k", HEAD "1,1,b,x,false,7\n");
    cells_are("k,x\na,1\nb,07\n", "k,x\na,\"1\"\nb,\"07\"\n", "k", HEAD "1,1,b,x,7,07\n");
    cells_are("k,x\na,\nb,\n", "k,x\na,\nb,3\n", "k", HEAD "1,1,b,x,-,3\n");
    /* keys: any order, numbers of two types, several columns, a null */
    cells_are("k,x\n1,a\n2,b\n", "k,x\n2.0,B\n1.0,a\n0.5,c\n", "k", HEAD "1,0,2,x,b,B\n");
    cells_are("k,l,x\n1,\"a,b\",1\n1,,2\n,,3\n", "k,l,x\n,,4\n1,,2\n1,\"a,b\",5\n", "k,l",
              HEAD "0,2,1,\"a,b\",x,1,5\n2,0,,,x,3,4\n");
}

static void schema_is(const char *a, const char *b, const char *key, const char *want) {
    mlops_table *from = table_from(a), *to = table_from(b), *t;
    mlops_diff *d = compare(from, to, key);
    assert_int_equal(mlops_diff_schema(&t, d, NULL), 0);
    int64_t n = mlops_table_n_rows(t);
    gives(t, want);
    assert_int_equal(mlops_diff_n_schema(d), n);
    assert_int_equal(mlops_diff_n_cells(d), 0);
    mlops_diff_unref(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
}

#define SCHEMA "change,from,to,from_type,to_type\n"

static void schemas_are_compared(void **state) {
    (void)state;
    schema_is("id,a,b,c\n1,x,2,3\n2,y,4,5\n", "new,c,z,id\n9,3.0,x,1\n9,5.0,y,2\n", "id",
              SCHEMA "renamed,a,z,string,string\nremoved,b,-,int64,-\nretyped,c,c,int64,float64\n"
                     "added,-,new,-,int64\n");
    schema_is("id,a\n1,x\n2,y\n", "id,z\n2,y\n1,X\n", "id",
              SCHEMA "removed,a,-,string,-\nadded,-,z,-,string\n");
    schema_is("a,b\n1,x\n2,y\n", "p,q\n1,x\n2,y\n", NULL,
              SCHEMA "renamed,a,p,int64,int64\nrenamed,b,q,string,string\n");
    schema_is("a,b\n1,1\n2,2\n", "b,p,q\n1,1,1\n2,2,2\n", NULL,
              SCHEMA "renamed,a,p,int64,int64\nadded,-,q,-,int64\n");
    schema_is("a\n", "b\n", NULL, SCHEMA "removed,a,-,null,-\nadded,-,b,-,null\n"); /* no rows */
    schema_is("a,b\n1,2\n", "b,a\n2,1\n", NULL, SCHEMA);
}

static void columns_are_summed_up(void **state) {
    (void)state;
    mlops_table *from = table_from("id,x,s,gone\n1,1.5,a,0\n2,,b,0\n3,2.5,,0\n4,3,d,0\n");
    mlops_table *to = table_from("id,x,s,late\n1,1.5,a,0\n2,4.5,b,0\n3,,c,1\n5,9,,\n"), *t;
    mlops_diff *d = compare(from, to, "id");
    assert_int_equal(mlops_diff_columns(&t, d, NULL), 0);
    gives(t, "column,n_changed,n_filled,n_emptied,from_nulls,to_nulls,from_mean,to_mean,test,"
             "effect,drifted\n"
             "id,0,0,0,0.0,0.0,2.5,2.75,ks,0.25,-\n"
             "x,2,1,1,0.25,0.25,2.3333333333333335,5.0,ks,0.6666666666666666,-\n"
             "s,1,1,0,0.25,0.25,-,-,tv,0.3333333333333333,-\n"
             "gone,-,-,-,0.0,-,0.0,-,-,-,-\n"
             "late,-,-,-,-,0.25,-,0.3333333333333333,-,-,-\n");
    mlops_diff *again = mlops_diff_ref(d);
    mlops_diff_unref(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
    assert_int_equal(mlops_diff_rows(&t, again, NULL), 0); /* it shares the tables */
    gives(t,
          "change,from_row,to_row,key,n_cells\nchanged,1,1,2,1\nchanged,2,2,3,2\nremoved,3,-,4,-\n"
          "added,-,3,5,-\n");
    mlops_diff_unref(again);
}

static void refuses(const char *a, const char *b, mlops_diff_opts opts, mlops_status code,
                    const char *message) {
    mlops_table *from = table_from(a), *to = table_from(b);
    mlops_diff *d;
    mlops_error e;
    assert_int_equal(mlops_diff_compare(&d, from, to, &opts, &e), code);
    assert_int_equal(e.code, code);
    if (!strstr(e.message, message)) fail_msg("'%s' lacks '%s'", e.message, message);
    assert_null(d);
    mlops_table_unref(from);
    mlops_table_unref(to);
}

static void bad_input_is_named(void **state) {
    (void)state;
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    opts.key = "id";
    refuses("id,x\n1,a\n", "no,x\n1,a\n", opts, MLOPS_E_SCHEMA, "newer table has no column 'id'");
    refuses("id\n7\n5\n7\n", "id\n7\n", opts, MLOPS_E_SCHEMA,
            "key id is '7' in rows 0 and 2 (from 0) of the older table");
    refuses("id\n7\n", "id\n7\n5\n7\n", opts, MLOPS_E_SCHEMA, "rows 0 and 2 (from 0) of the newer");
    refuses("id\nb\n", "id\na\nc\nc\n", opts, MLOPS_E_SCHEMA, "'c' in rows 1 and 2");
    refuses("id,x\n,1\n,2\n", "id,x\n,1\n", opts, MLOPS_E_SCHEMA, "'' in rows 0 and 1");
    refuses("id\n1\n", "id\n\"1\"\n", opts, MLOPS_E_SCHEMA,
            "'id' is int64 in the older table and string in the newer table");
    opts.key = "id,x";
    refuses("id,x\n1,\"p,q\"\n1,\"p,q\"\n", "id,x\n1,a\n", opts, MLOPS_E_SCHEMA,
            "key id,x is '1,\"p,q\"'");
    opts.ignore = "x";
    refuses("id,x\n1,1\n", "id,x\n1,1\n", opts, MLOPS_E_INVALID, "'x' is a key and ignored");
    opts.key = NULL;
    opts.ignore = "y";
    refuses("id,x\n1,1\n", "id,x\n1,1\n", opts, MLOPS_E_SCHEMA, "no table has the column 'y'");
    opts.ignore = NULL;
    opts.flags = 1;
    refuses("id\n1\n", "id\n1\n", opts, MLOPS_E_INVALID, "flags 0x1");
    opts.flags = 0;
    opts.n_max = -1;
    refuses("id\n1\n", "id\n1\n", opts, MLOPS_E_INVALID, "n_max");
    opts.n_max = 0;
    opts.key = "\"id";
    refuses("id\n1\n", "id\n1\n", opts, MLOPS_E_INVALID, "");
}

static void options_are_followed(void **state) {
    (void)state;
    mlops_diff_opts opts = MLOPS_DIFF_OPTS_INIT;
    mlops_table *from = table_from("id,x,y\n1,1,1\n2,2,2\n"),
                *to = table_from("id,x,z\n1,8,1\n2,9,2\n");
    mlops_diff *d;
    mlops_table *t;
    opts.key = "id";
    opts.ignore = "y,z";
    opts.n_max = 1;
    assert_int_equal(mlops_diff_compare(&d, from, to, &opts, NULL), 0);
    assert_int_equal(mlops_diff_n_schema(d), 0);
    assert_int_equal(mlops_diff_n_cells(d), 2);
    gives(cells_of(d), HEAD "0,0,1,x,1,8\n");
    assert_int_equal(mlops_diff_rows(&t, d, NULL), 0);
    gives(t, "change,from_row,to_row,key,n_cells\nchanged,0,0,1,1\n");
    mlops_diff_unref(d);
    mlops_diff_unref(NULL);
    mlops_table_unref(from);
    mlops_table_unref(to);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_edits_are_found),
        cmocka_unit_test(edits_of_large_tables_are_found),
        cmocka_unit_test(long_stretches_are_aligned),
        cmocka_unit_test(rows_that_repeat_are_aligned),
        cmocka_unit_test(equal_means_equal_to_the_bit),
        cmocka_unit_test(schemas_are_compared),
        cmocka_unit_test(columns_are_summed_up),
        cmocka_unit_test(bad_input_is_named),
        cmocka_unit_test(options_are_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
