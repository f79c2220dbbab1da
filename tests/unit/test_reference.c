/* References of tables: categories, the choice of columns, and what is refused. */
#include "unit/help_reference.h"

static void test_categories(void **state) {
    (void)state;
    static char text[16384];
    size_t n = (size_t)sprintf(text, "word,flag,void\n");
    for (int i = 0; i < 100; i++) /* w00 three times, w01 to w09 twice, the others once */
        for (int k = 0; k < (i == 0 ? 3 : i < 10 ? 2 : 1); k++)
            n += (size_t)sprintf(text + n, "w%02d,%s,\n", (i * 37 + 90) % 100,
                                 i % 3 ? "true" : "false");
    sprintf(text + n, ",,\n");
    mlops_reference *r = reference_of(table_of_csv(text), NULL);
    const mlops__reference_column *c = mlops__reference_at(r, 0);
    assert_int_equal(c->type, MLOPS_TYPE_STRING);
    assert_int_equal(c->n, 112);
    assert_int_equal(c->n_null, 1);
    assert_int_equal(c->n_categories, 64);
    assert_int_equal(c->n_cells, 65);
    assert_int_equal(c->n_edges, 0);
    assert_false(c->exact);
    assert_string_equal(c->categories[0], "w90");
    assert_int_equal(c->counts[0], 3);
    for (int i = 1; i < 10; i++) assert_int_equal(c->counts[i], 2);
    for (int i = 10; i < 64; i++) assert_int_equal(c->counts[i], 1);
    assert_int_equal(c->counts[64], 36);
    for (int i = 1; i < 64; i++)
        if (c->counts[i] == c->counts[i - 1])
            assert_true(strcmp(c->categories[i - 1], c->categories[i]) < 0);
    for (int64_t i = 0; i < 64; i++)
        assert_int_equal(mlops__reference_category(c, c->categories[i]), i);
    assert_int_equal(mlops__reference_category(c, "none"), 64);
    assert_int_equal(mlops__reference_category(c, ""), 64);
    c = mlops__reference_at(r, 1);
    assert_int_equal(c->type, MLOPS_TYPE_BOOL);
    assert_int_equal(c->n_categories, 2);
    assert_string_equal(c->categories[0], "true");
    assert_int_equal(c->counts[0] + c->counts[1], 111);
    assert_int_equal(c->counts[2], 0);
    assert_true(c->exact && isnan(c->mean) && isnan(c->min));
    c = mlops__reference_at(r, 2);
    assert_int_equal(c->type, MLOPS_TYPE_NULL);
    assert_int_equal(c->n_null, 112);
    assert_int_equal(c->n_cells, 1);
    mlops_reference_unref(r);
}

static void test_columns_and_ignore(void **state) {
    (void)state;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.ignore = "id,score";
    mlops_reference *r = reference_of(table_of_csv(CSV), &opts);
    assert_int_equal(mlops_reference_n_rows(r), 4);
    assert_int_equal(mlops_reference_n_columns(r), 3);
    assert_string_equal(mlops_reference_name(r, 0), "age");
    assert_int_equal(mlops_reference_type(r, 0), MLOPS_TYPE_INT64);
    assert_string_equal(mlops_reference_name(r, 2), "member");
    assert_null(mlops_reference_name(r, 3));
    assert_null(mlops_reference_name(r, -1));
    assert_int_equal(mlops_reference_type(r, 3), MLOPS_TYPE_NULL);
    assert_int_equal(mlops__reference_find(r, "city"), 1);
    assert_int_equal(mlops__reference_find(r, "id"), -1);
    mlops_reference_unref(r);
    opts.columns = "score,\"age\",id";
    r = reference_of(table_of_csv(CSV), &opts);
    assert_int_equal(mlops_reference_n_columns(r), 1);
    opts.ignore = NULL;
    mlops_reference_unref(r);
    r = reference_of(table_of_csv(CSV), &opts);
    assert_string_equal(mlops_reference_name(r, 0), "score");
    assert_string_equal(mlops_reference_name(r, 1), "age");
    assert_string_equal(mlops_reference_name(r, 2), "id");
    assert_ptr_equal(mlops_reference_ref(r), r);
    mlops_reference_unref(r);
    mlops_reference_unref(r);
    mlops_reference_unref(NULL);
}

static void assert_new_fails(const mlops_reference_opts *opts, mlops_status status,
                             const char *word) {
    mlops_table *table = table_of_csv(CSV);
    mlops_reference *r = (mlops_reference *)(void *)table;
    mlops_error err = {0};
    assert_int_equal(mlops_reference_new(&r, table, opts, &err), status);
    assert_null(r);
    assert_int_equal(err.code, status);
    if (!strstr(err.message, word)) fail_msg("'%s' lacks '%s'", err.message, word);
    assert_int_equal(mlops_reference_new(&r, table, opts, NULL), status);
    mlops_table_unref(table);
}

static void test_errors(void **state) {
    (void)state;
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    opts.columns = "age,wage", assert_new_fails(&opts, MLOPS_E_SCHEMA, "wage");
    opts.columns = NULL, opts.ignore = "target", assert_new_fails(&opts, MLOPS_E_SCHEMA, "target");
    opts.columns = "age", opts.ignore = "age", assert_new_fails(&opts, MLOPS_E_SCHEMA, "no column");
    opts.columns = "age,\"id", assert_new_fails(&opts, MLOPS_E_INVALID, "");
    opts.columns = opts.ignore = NULL;
    opts.n_edges = 8, assert_new_fails(&opts, MLOPS_E_INVALID, "n_edges");
    opts.n_edges = 1024, assert_new_fails(&opts, MLOPS_E_INVALID, "n_edges");
    opts.n_edges = 0, opts.flags = 4, assert_new_fails(&opts, MLOPS_E_INVALID, "flags");
    mlops_table *empty;
    mlops_reference *r;
    double none = 0.0;
    mlops_error err;
    assert_int_equal(mlops_table_from_matrix(&empty, &none, 0, 1, NULL, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_new(&r, empty, NULL, &err), MLOPS_E_SCHEMA);
    assert_null(r);
    mlops_table_unref(empty);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_categories),
        cmocka_unit_test(test_columns_and_ignore),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
