/* Files that a reference comes from: its own, bundles and CSV; damage, and memory that runs out. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <unistd.h>

#include "file/container.h"
#include "file/file.h"
#include "sys/io_test.h"
#include "unit/help_reference.h"

typedef struct place {
    char dir[64];
    char path[96];
} place;

static void make_place(place *at) {
    strcpy(at->dir, "/tmp/test_reference_XXXXXX");
    assert_non_null(mkdtemp(at->dir));
    snprintf(at->path, sizeof at->path, "%s/file", at->dir);
}

static void leave_place(const place *at) {
    unlink(at->path);
    assert_int_equal(rmdir(at->dir), 0);
}

static void put_file(const char *path, const void *bytes, size_t n) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
}

static void test_saved_and_loaded(void **state) {
    (void)state;
    place at;
    mlops__buf a, b;
    mlops_reference *r = mixed(), *again;
    mlops_error err;
    make_place(&at);
    payload_of(r, &a);
    if (mlops_reference_save(r, at.path, &err)) fail_msg("%s", err.message);
    mlops_reference_unref(r);
    if (mlops_reference_load(&again, at.path, NULL, &err)) fail_msg("%s", err.message);
    payload_of(again, &b);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    assert_int_equal(mlops_reference_save(again, "/nowhere/at/all", &err), MLOPS_E_NOT_FOUND);
    mlops_reference_unref(again);
    mlops__buf_free(&a);
    mlops__buf_free(&b);
    assert_int_equal(mlops_reference_load(&again, "/nowhere/at/all", NULL, &err),
                     MLOPS_E_NOT_FOUND);
    assert_null(again);
    leave_place(&at);
}

static void test_damaged_files_are_refused(void **state) {
    (void)state;
    place at;
    mlops_reference *r = reference_of(table_of_csv(CSV), NULL);
    mlops__host host = machine();
    mlops__file_view file;
    make_place(&at);
    assert_int_equal(mlops_reference_save(r, at.path, NULL), MLOPS_OK);
    mlops_reference_unref(r);
    assert_int_equal(mlops__file_open(&file, &host, at.path, SIZE_MAX, 0, NULL), MLOPS_OK);
    uint8_t *bytes = malloc(file.size);
    for (size_t i = 8; i < file.size; i++) { /* within the magic it is no container any more */
        memcpy(bytes, file.data, file.size);
        bytes[i] ^= (uint8_t)(1 << i % 8);
        put_file(at.path, bytes, file.size);
        mlops_status status = mlops_reference_load(&r, at.path, NULL, NULL);
        assert_true(status == MLOPS_E_CORRUPT || (i < 10 && status == MLOPS_E_UNSUPPORTED));
        assert_null(r);
        put_file(at.path, file.data, i);
        assert_int_equal(mlops_reference_load(&r, at.path, NULL, NULL), MLOPS_E_CORRUPT);
    }
    free(bytes);
    mlops__file_close(&file, &host);
    leave_place(&at);
}

static void test_found_in_bundles_and_csv(void **state) {
    (void)state;
    place at;
    mlops__buf payload, whole;
    mlops_reference *r = mixed();
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_csv_opts csv = MLOPS_CSV_OPTS_INIT;
    mlops_error err;
    make_place(&at);
    payload_of(r, &payload);
    mlops_reference_unref(r);
    mlops__section sections[] = {{MLOPS__KIND('P', 'L', 'A', 'N'), 0, "plan", 4},
                                 {MLOPS__KIND('R', 'E', 'F', 'R'), 0, payload.data, payload.size}};
    static const uint32_t kinds[] = {MLOPS__KIND('B', 'N', 'D', 'L'),
                                     MLOPS__KIND('B', 'N', 'D', 'L'),
                                     MLOPS__KIND('P', 'L', 'A', 'N')};
    static const mlops_status expected[] = {MLOPS_OK, MLOPS_E_SCHEMA, MLOPS_E_UNSUPPORTED};
    for (size_t i = 0; i < 3; i++) {
        mlops__buf_init(&whole, &mlops__heap);
        assert_int_equal(mlops__container_write(&whole, kinds[i], sections, i == 1 ? 1 : 2,
                                                mlops__sha256_blocks_scalar),
                         MLOPS_OK);
        put_file(at.path, whole.data, whole.size);
        assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), expected[i]);
        assert_int_equal(r != NULL, expected[i] == MLOPS_OK);
        mlops_reference_unref(r);
        mlops__buf_free(&whole);
    }
    mlops__buf_free(&payload);
    put_file(at.path, CSV, strlen(CSV));
    opts.ignore = "id";
    assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_reference_n_columns(r), 4);
    mlops_reference_unref(r);
    put_file(at.path, "1;x\n2;y\n", 8);
    csv.delimiter = ";";
    csv.flags = MLOPS_CSV_NO_HEADER;
    opts.csv = &csv;
    opts.ignore = NULL;
    assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_OK);
    assert_int_equal(mlops_reference_type(r, 1), MLOPS_TYPE_STRING);
    mlops_reference_unref(r);
    put_file(at.path, "a,b\n1\n", 6);
    assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), MLOPS_E_PARSE);
    assert_null(r);
    leave_place(&at);
}

static void assert_names(const mlops_reference *r, const char *names) {
    char list[128] = "";
    for (int64_t i = 0; i < mlops_reference_n_columns(r); i++) {
        if (i) strcat(list, ",");
        strcat(list, mlops_reference_name(r, i));
        assert_int_equal(mlops__reference_find(r, mlops_reference_name(r, i)), i);
    }
    assert_string_equal(list, names);
}

/* Of a saved reference and of a bundle, columns and ignore leave what they would leave of CSV. */
static void test_columns_of_saved_ones_are_chosen(void **state) {
    (void)state;
    static const struct {
        const char *columns, *ignore, *left;
    } cases[] = {{NULL, NULL, "id,age,city,member,score"},
                 {NULL, "id", "age,city,member,score"},
                 {NULL, "score,city", "id,age,member"},
                 {"score,age", NULL, "score,age"},
                 {"score,age,id", "age", "score,id"}};
    place at;
    mlops_error err;
    mlops_reference *r, *all = reference_of(table_of_csv(CSV), NULL);
    mlops__buf payload, whole;
    make_place(&at);
    payload_of(all, &payload);
    mlops__section section = {MLOPS__KIND_REFERENCE, 0, payload.data, payload.size};
    for (int bundle = 0; bundle < 2; bundle++) {
        mlops__buf_init(&whole, &mlops__heap);
        assert_int_equal(mlops__container_write(&whole,
                                                bundle ? MLOPS__KIND_BUNDLE : MLOPS__KIND_REFERENCE,
                                                &section, 1, mlops__sha256_blocks_scalar),
                         MLOPS_OK);
        put_file(at.path, whole.data, whole.size);
        mlops__buf_free(&whole);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
            mlops__buf got, want;
            opts.columns = cases[i].columns;
            opts.ignore = cases[i].ignore;
            if (mlops_reference_load(&r, at.path, &opts, &err)) fail_msg("%s", err.message);
            assert_names(r, cases[i].left);
            payload_of(r, &got);
            mlops_reference_unref(r);
            r = reference_of(table_of_csv(CSV), &opts);
            payload_of(r, &want);
            assert_int_equal(got.size, want.size);
            assert_memory_equal(got.data, want.data, want.size);
            mlops_reference_unref(r);
            mlops__buf_free(&want);
            mlops__buf_free(&got);
        }
        mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
        opts.ignore = "id,target"; /* it may have been made without */
        assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_OK);
        assert_names(r, "age,city,member,score");
        mlops_reference_unref(r);
        opts.columns = "age,target";
        assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_E_SCHEMA);
        assert_null(r);
        assert_non_null(strstr(err.message, "'target'"));
        opts.columns = "id";
        assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_E_SCHEMA);
        assert_non_null(strstr(err.message, "no column is left"));
        opts.columns = "a,a";
        assert_int_equal(mlops_reference_load(&r, at.path, &opts, &err), MLOPS_E_INVALID);
        assert_null(r);
    }
    mlops__buf_free(&payload);
    mlops_reference_unref(all);
    leave_place(&at);
}

/* What may be saved may be loaded: 4 GiB. The files have a hole of that size behind their end. */
static void test_limit_is_that_of_saving(void **state) {
    (void)state;
    place at;
    mlops_reference *r = reference_of(table_of_csv(CSV), NULL);
    mlops_error err;
    make_place(&at);
    assert_int_equal(mlops_reference_save(r, at.path, NULL), MLOPS_OK);
    mlops_reference_unref(r);
    assert_int_equal(truncate(at.path, UINT32_MAX), 0);
    assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), MLOPS_E_CORRUPT);
    assert_int_equal(truncate(at.path, (off_t)UINT32_MAX + 1), 0);
    assert_int_equal(mlops_reference_load(&r, at.path, NULL, &err), MLOPS_E_LIMIT);
    assert_non_null(strstr(err.message, "4 GiB"));
    assert_non_null(strstr(err.message, at.path));
    leave_place(&at);
}

/* Makes, saves and loads with a host whose k-th allocation fails. */
static mlops_status use(const mlops_host *host, mlops_table *table, const char *path) {
    mlops_reference_opts opts = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference *r, *again = NULL;
    mlops_error err;
    opts.host = host;
    opts.ignore = "id";
    mlops_status status = mlops_reference_new(&r, table, &opts, &err);
    if (status == MLOPS_OK) status = mlops_reference_save(r, path, &err);
    if (status == MLOPS_OK) status = mlops_reference_load(&again, path, &opts, &err);
    mlops_reference_unref(again);
    mlops_reference_unref(r);
    if (status) assert_int_equal(err.code, status);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops_host host = MLOPS_HOST_INIT;
    mlops_table *table = table_of_csv(CSV);
    place at;
    make_place(&at);
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    assert_int_equal(use(&host, table, at.path), MLOPS_OK);
    assert_int_equal(fault.n_live, 0);
    int64_t n = fault.n_calls;
    assert_true(n > 5);
    for (int64_t k = 1; k <= n; k++) {
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        assert_int_equal(use(&host, table, at.path), MLOPS_E_NOMEM);
        assert_int_equal(fault.n_live, 0);
    }
    mlops_table_unref(table);
    leave_place(&at);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_damaged_files_are_refused),
        cmocka_unit_test(test_found_in_bundles_and_csv),
        cmocka_unit_test(test_columns_of_saved_ones_are_chosen),
        cmocka_unit_test(test_limit_is_that_of_saving),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
