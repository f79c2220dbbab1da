/* Tables to Arrow: layout, the way back, and who keeps what alive. */
#include "column/table.h"
#include "sys/io_test.h"

#include <mlops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char csv[] = "b,i,f,s,n,z\n"
                          "true,1,0.5,x,,\"\"\n,,,,,\nfalse,-3,nan,\"\",,y\n"
                          "true,4,inf,\xe2\x82\xac,,y\ntrue,5,1,x,,zz\n";

static mlops_table *sample(const mlops_host *host) {
    mlops_csv_opts opts = MLOPS_CSV_OPTS_INIT;
    mlops_table *t;
    opts.host = host;
    opts.nulls = "";
    assert_int_equal(mlops_table_parse(&t, csv, sizeof csv - 1, &opts, NULL), MLOPS_OK);
    return t;
}

static void assert_same(const mlops_table *a, const mlops_table *b) {
    int64_t n = mlops_table_n_rows(a);
    assert_int_equal(mlops_table_n_rows(b), n);
    assert_int_equal(mlops_table_n_columns(a), mlops_table_n_columns(b));
    for (int64_t j = 0; j < mlops_table_n_columns(a); j++) {
        const mlops__column *x = mlops__table_column(a, j), *y = mlops__table_column(b, j);
        size_t width = (size_t[]){0, 1, 8, 8, 4}[x->type];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->type, y->type);
        assert_int_equal(x->n_nulls, y->n_nulls);
        assert_int_equal(x->n_texts, y->n_texts);
        if (width) assert_memory_equal(x->data, y->data, (size_t)n * width);
        if (x->n_nulls) assert_memory_equal(x->validity, y->validity, (size_t)(n + 7) / 8);
        for (int64_t i = 0; i < x->n_texts; i++) assert_string_equal(x->texts[i], y->texts[i]);
    }
}

static void exports_have_the_layout_of_arrow(void **state) {
    (void)state;
    mlops_table *t = sample(NULL);
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_int_equal(mlops_table_export(t, &schema, &array, NULL), MLOPS_OK);
    assert_string_equal(schema.format, "+s");
    assert_int_equal(schema.n_children, 6);
    assert_int_equal(array.n_children, 6);
    assert_int_equal(array.length, 5);
    assert_int_equal(array.null_count, 0);
    assert_null(array.buffers[0]);
    static const char *const formats[] = {"b", "l", "g", "i", "n", "i"};
    for (int i = 0; i < 6; i++) {
        assert_string_equal(schema.children[i]->format, formats[i]);
        assert_int_equal(array.children[i]->length, 5);
        assert_int_equal(array.children[i]->n_buffers, i == 4 ? 0 : 2);
        assert_int_equal(array.children[i]->null_count, i == 4 ? 5 : 1);
        assert_int_equal(schema.children[i]->flags, ARROW_FLAG_NULLABLE);
    }
    assert_string_equal(schema.children[3]->name, "s");
    assert_int_equal(*(const uint8_t *)array.children[0]->buffers[1], 0x19);
    assert_int_equal(*(const uint8_t *)array.children[0]->buffers[0], 0x1d);
    const struct ArrowArray *texts = array.children[3]->dictionary;
    assert_string_equal(schema.children[3]->dictionary->format, "u");
    assert_int_equal(texts->length, 3);
    assert_int_equal(texts->n_buffers, 3);
    assert_memory_equal(texts->buffers[1], ((const int32_t[]){0, 1, 1, 4}), 16);
    assert_memory_equal(texts->buffers[2], "x\xe2\x82\xac", 4);
    assert_memory_equal(array.children[3]->buffers[1], ((const int32_t[]){0, -1, 1, 2, 0}), 20);
    array.release(&array);
    assert_null(array.release);
    schema.release(&schema);
    assert_null(schema.release);
    mlops_table_unref(t);
}

static void import_of_export_is_the_same_table(void **state) {
    (void)state;
    mlops_table *t = sample(NULL), *back;
    struct ArrowSchema schema;
    struct ArrowArray array;
    assert_int_equal(mlops_table_export(t, &schema, &array, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_import(&back, &schema, &array, NULL, NULL), MLOPS_OK);
    assert_null(schema.release);
    assert_null(array.release);
    assert_same(t, back);
    mlops_table_unref(t);
    mlops_table_unref(back);
    static const char empty[] = "a,b\n";
    assert_int_equal(mlops_table_parse(&t, empty, 4, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_export(t, &schema, &array, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_import(&back, &schema, &array, NULL, NULL), MLOPS_OK);
    assert_same(t, back);
    mlops_table_unref(t);
    mlops_table_unref(back);
}

static void children_may_be_moved_out(void **state) {
    (void)state;
    mlops__alloc_fault counter;
    mlops__alloc_fault_init(&counter);
    mlops_host host = MLOPS_HOST_INIT;
    host.allocator = &counter.table;
    mlops_table *t = sample(&host);
    struct ArrowSchema schema, field, values;
    struct ArrowArray array, column, texts;
    assert_int_equal(mlops_table_export(t, &schema, &array, NULL), MLOPS_OK);
    mlops_table_unref(t); /* what is exported keeps it alive */
    column = *array.children[3];
    array.children[3]->release = NULL;
    array.release(&array);
    field = *schema.children[3];
    schema.children[3]->release = NULL;
    schema.release(&schema);
    assert_string_equal(field.name, "s");
    assert_memory_equal(column.buffers[1], ((const int32_t[]){0, -1, 1, 2, 0}), 20);
    texts = *column.dictionary;
    column.dictionary->release = NULL;
    column.release(&column);
    values = *field.dictionary;
    field.dictionary->release = NULL;
    field.release(&field);
    assert_memory_equal(texts.buffers[2], "x\xe2\x82\xac", 4);
    assert_string_equal(values.format, "u");
    texts.release(&texts);
    assert_true(counter.n_live > 0);
    values.release(&values);
    assert_int_equal(counter.n_live, 0);
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    host.allocator = &fault.table;
    int64_t k = 1;
    for (int done = 0; !done; k++) {
        mlops__alloc_fault_init(&fault);
        mlops_table *t = sample(&host), *back;
        struct ArrowSchema schema;
        struct ArrowArray array;
        mlops_error err = {0};
        fault.fail_at = fault.n_calls + k;
        mlops_status status = mlops_table_export(t, &schema, &array, &err);
        if (status == MLOPS_OK) status = mlops_table_import(&back, &schema, &array, &host, &err);
        else back = NULL;
        assert_null(schema.release);
        assert_null(array.release);
        done = fault.n_calls < fault.fail_at;
        assert_int_equal(status, done ? MLOPS_OK : MLOPS_E_NOMEM);
        assert_int_equal(err.code, status);
        if (done) assert_same(t, back);
        mlops_table_unref(t);
        mlops_table_unref(back);
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.bytes_live, 0);
    }
    assert_true(k > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exports_have_the_layout_of_arrow),
        cmocka_unit_test(import_of_export_is_the_same_table),
        cmocka_unit_test(children_may_be_moved_out),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
