/* Keys of joined names, JSON values, what a change has pending, and tables made row by row. */
#define _GNU_SOURCE
#include "unit/help_store.h"

#include "column/rows.h"
#include "store/record.h"

#include <math.h>

static void parts_of_keys_come_back(void **state) {
    (void)state;
    mlops__key key;
    mlops__key_init(&key);
    mlops__key_text(&key, "fraud");
    mlops__key_text(&key, "");
    mlops__key_number(&key, 42);
    mlops__bytes bytes = mlops__key_bytes(&key);
    assert_int_equal(bytes.size, strlen("fraud\t\t0000000042"));
    assert_memory_equal(bytes.data, "fraud\t\t0000000042", bytes.size);
    assert_true(mlops__key_part_is(bytes, 0, "fraud"));
    assert_true(mlops__key_part_is(bytes, 1, ""));
    assert_int_equal(mlops__key_part_number(bytes, 2), 42);
    assert_int_equal(mlops__key_part(bytes, 3).size, 0);
    assert_int_equal(mlops__key_part_number(bytes, 0), -1);
    bytes = mlops__key_prefix(&key);
    assert_int_equal(bytes.data[bytes.size - 1], '\t');
    for (int i = 0; i < 60; i++) mlops__key_text(&key, "long parts");
    assert_int_equal(mlops__key_bytes(&key).size, 0);
}

static void bad_names_are_refused(void **state) {
    (void)state;
    mlops_error e;
    char longest[MLOPS__NAME_MAX + 2];
    memset(longest, 'a', sizeof longest);
    longest[MLOPS__NAME_MAX + 1] = 0;
    refused(mlops__name_check("model", longest, &e), &e, MLOPS_E_INVALID, "201 bytes");
    longest[MLOPS__NAME_MAX] = 0;
    assert_int_equal(mlops__name_check("model", longest, &e), MLOPS_OK);
    refused(mlops__name_check("model", "", &e), &e, MLOPS_E_INVALID, "0 bytes");
    refused(mlops__name_check("model", NULL, &e), &e, MLOPS_E_INVALID, "NULL");
    refused(mlops__name_check("model", "a\tb", &e), &e, MLOPS_E_INVALID, "byte 1");
    refused(mlops__name_check("model", "\xff", &e), &e, MLOPS_E_INVALID, "UTF-8");
}

static void values_come_back(void **state) {
    (void)state;
    mlops__arena arena;
    mlops__record r, items;
    mlops__buf buf;
    mlops__json_writer w;
    mlops_id id, back;
    mlops_error e;
    mlops__arena_init(&arena, &mlops__heap, SIZE_MAX);
    mlops__buf_init(&buf, &mlops__heap);
    memset(id.bytes, 0xa5, sizeof id.bytes);
    mlops__json_writer_init(&w, &buf, 0);
    mlops__json_open(&w, '{');
    mlops__record_put_text(&w, "text", "a \"quoted\"\n\xc3\xa4");
    mlops__record_put_text(&w, "none", NULL);
    mlops__record_put_i64(&w, "i", INT64_MIN);
    mlops__record_put_f64(&w, "f", 0.1);
    mlops__record_put_f64(&w, "inf", -HUGE_VAL);
    mlops__record_put_id(&w, "id", &id);
    mlops__record_put_json(&w, "list", "[1, \"two\", {\"three\": [3]}]");
    mlops__json_close(&w, '}');
    works(mlops__record_parse(&r, (mlops__bytes){buf.data, buf.size}, &arena, &e), &e);
    mlops__buf_free(&buf);
    assert_string_equal(mlops__record_text(&r, "text"), "a \"quoted\"\n\xc3\xa4");
    assert_null(mlops__record_text(&r, "none"));
    assert_true(mlops__record_i64(&r, "i", 0) == INT64_MIN);
    assert_true(mlops__record_f64(&r, "f", 0) == 0.1);
    assert_true(mlops__record_f64(&r, "inf", 0) == -HUGE_VAL);
    assert_true(mlops__record_f64(&r, "text", 7) == 7);
    assert_true(mlops__record_id(&r, "id", &back));
    assert_memory_equal(&id, &back, sizeof id);
    assert_false(mlops__record_id(&r, "text", &back));
    works(mlops__record_items(&items, mlops__record_json(&r, "list"), &arena, &e), &e);
    assert_int_equal(items.n, 3);
    assert_string_equal(items.fields[1].text, "two");
    works(mlops__record_parse(&r, items.fields[2].json, &arena, &e), &e);
    assert_int_equal(mlops__record_json(&r, "three").size, 3);
    assert_int_equal(mlops__record_parse(&r, text("[1]"), &arena, &e), MLOPS_E_CORRUPT);
    assert_int_equal(mlops__record_parse(&r, text("{} {}"), &arena, &e), MLOPS_E_CORRUPT);
    assert_int_equal(mlops__record_parse(&r, text("{\"a\":"), &arena, &e), MLOPS_E_CORRUPT);
    mlops__arena_free(&arena);
}

static void a_change_knows_what_it_has(void **state) {
    (void)state;
    place p;
    mlops_store *s;
    mlops_change *c;
    mlops_error e;
    mlops__bytes value;
    make_place(&p);
    works(mlops_store_open(&s, p.path, NULL, &e), &e);
    works(mlops_change_new(&c, s, NULL, &e), &e);
    assert_int_equal(mlops__change_pending(c, MLOPS__TABLE_TEST, text("k"), &value), MLOPS_END);
    works(mlops__change_put(c, MLOPS__TABLE_TEST, text("k"), text("one"), &e), &e);
    works(mlops__change_put(c, MLOPS__TABLE_MODELS, text("k"), text("other"), &e), &e);
    works(mlops__change_put(c, MLOPS__TABLE_TEST, text("k"), text("two"), &e), &e);
    assert_int_equal(mlops__change_pending(c, MLOPS__TABLE_TEST, text("k"), &value), MLOPS_OK);
    assert_memory_equal(value.data, "two", 3);
    works(mlops__change_del(c, MLOPS__TABLE_TEST, text("k"), &e), &e);
    assert_int_equal(mlops__change_pending(c, MLOPS__TABLE_TEST, text("k"), &value),
                     MLOPS_E_NOT_FOUND);
    works(mlops_change_commit(c, NULL, &e), &e);
    assert_int_equal(mlops__change_pending(c, MLOPS__TABLE_TEST, text("k"), &value), MLOPS_END);
    mlops_change_free(c);
    mlops_store_close(s);
    remove_place(&p);
}

static void rows_make_a_table(void **state) {
    (void)state;
    const mlops__rows_column columns[] = {{"name", MLOPS_TYPE_STRING},
                                          {"n", MLOPS_TYPE_INT64},
                                          {"x", MLOPS_TYPE_FLOAT64},
                                          {"ok", MLOPS_TYPE_BOOL}};
    mlops__host host;
    mlops__rows rows;
    mlops_table *table;
    mlops_error e;
    char cell[64];
    works(mlops__host_init(&host, NULL, &e), &e);
    works(mlops__rows_begin(&rows, &host, columns, 4, &e), &e);
    for (int i = 0; i < 100; i++) {
        mlops__rows_text(&rows, i % 3 ? "a name" : NULL);
        mlops__rows_i64(&rows, (int64_t)i << 55);
        if (i % 2) mlops__rows_f64(&rows, i * 0.5);
        else mlops__rows_null(&rows);
        mlops__rows_bool(&rows, i & 4);
    }
    works(mlops__rows_end(&rows, MLOPS_OK, &table, &e), &e);
    assert_int_equal(mlops_table_n_rows(table), 100);
    assert_int_equal(mlops_table_n_nulls(table, 0), 34);
    assert_int_equal(mlops_table_text(table, 1, 99, cell, sizeof cell, NULL), 0);
    assert_string_equal(cell, "3566850904877432832");
    assert_int_equal(mlops_table_text(table, 2, 99, cell, sizeof cell, NULL), 0);
    assert_string_equal(cell, "49.5");
    mlops_table_unref(table);
    works(mlops__rows_begin(&rows, &host, columns, 4, &e), &e);
    works(mlops__rows_end(&rows, MLOPS_END, &table, &e), &e);
    assert_int_equal(mlops_table_n_rows(table), 0);
    mlops_table_unref(table);
    works(mlops__rows_begin(&rows, &host, columns, 4, &e), &e);
    assert_int_equal(mlops__rows_end(&rows, MLOPS_E_IO, &table, &e), MLOPS_E_IO);
    assert_null(table);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_keys_come_back), cmocka_unit_test(bad_names_are_refused),
        cmocka_unit_test(values_come_back),        cmocka_unit_test(a_change_knows_what_it_has),
        cmocka_unit_test(rows_make_a_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
