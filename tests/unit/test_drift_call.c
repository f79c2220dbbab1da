/* What a comparison is given: names, kinds, options, an executor, a stop, memory that runs out. */
#define _GNU_SOURCE
#include "sys/io_test.h"
#include "unit/help_drift.h"

static void test_names(void **state) {
    (void)state;
    mlops_table *x = parse("a,b,\"c,d\"\n1,x,2\n"), *y = parse("\"c,d\",a,e\n1,2,3\n");
    mlops_drift *out = NULL;
    mlops_error err;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    refused(mlops_drift_compare(&out, x, y, NULL, &err), &err, MLOPS_E_SCHEMA, "'b'");
    assert_null(out);
    opts.ignore = "b";
    mlops_drift *drift = compare(x, y, &opts);
    assert_int_equal(mlops_drift_n_columns(drift), 2);
    assert_string_equal(column_of(drift, 0).name, "a");
    assert_string_equal(column_of(drift, 1).name, "c,d");
    mlops_drift_column none = MLOPS_DRIFT_COLUMN_INIT;
    assert_int_equal(mlops_drift_get(drift, 2, &none), MLOPS_E_INVALID);
    assert_int_equal(mlops_drift_get(drift, -1, &none), MLOPS_E_INVALID);
    mlops_drift_unref(drift);
    opts.ignore = "b,e"; /* either side may have it */
    mlops_drift_unref(compare(x, y, &opts));
    opts.ignore = "b,f";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "'f'");
    opts.ignore = NULL;
    opts.columns = "\"c,d\"";
    drift = compare(x, y, &opts);
    assert_int_equal(mlops_drift_n_columns(drift), 1);
    mlops_drift_unref(drift);
    opts.columns = "e";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "'e'");
    opts.columns = "a";
    opts.ignore = "a";
    refused(mlops_drift_compare(&out, x, y, &opts, &err), &err, MLOPS_E_SCHEMA, "no column");
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static void test_kinds(void **state) {
    (void)state;
    static const char *const texts[] = {"a\n1\n", "a\n1.5\n", "a\nx\n", "a\ntrue\n"};
    static const char *const kinds[] = {"numeric", "numeric", "string", "bool"};
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < 4; j++) {
            mlops_table *x = parse(texts[i]), *y = parse(texts[j]);
            mlops_drift *out;
            mlops_error err;
            mlops_status status = mlops_drift_compare(&out, x, y, NULL, &err);
            if (strcmp(kinds[i], kinds[j]) == 0) {
                assert_int_equal(status, MLOPS_OK);
            } else {
                refused(status, &err, MLOPS_E_SCHEMA, kinds[i]);
                refused(status, &err, MLOPS_E_SCHEMA, kinds[j]);
                refused(status, &err, MLOPS_E_SCHEMA, "'a'");
                assert_null(out);
            }
            mlops_drift_unref(out);
            mlops_table_unref(x);
            mlops_table_unref(y);
        }
}

static void test_options(void **state) {
    (void)state;
    mlops_table *x = ramp(100, 0);
    mlops_drift *out;
    mlops_error err;
    mlops_call call = MLOPS_CALL_INIT;
    static const struct {
        double alpha, ks, tv;
        int64_t rows;
        uint32_t flags;
        const char *word;
    } rows[] = {{0.6, 0, 0, 0, 0, "alpha"},         {-0.1, 0, 0, 0, 0, "alpha"},
                {(double)NAN, 0, 0, 0, 0, "alpha"}, {0, 1, 0, 0, 0, "ks_tolerance"},
                {0, -1, 0, 0, 0, "ks_tolerance"},   {0, 0, 1.5, 0, 0, "tv_tolerance"},
                {0, 0, 0, -1, 0, "rows_min"},       {0, 0, 0, 0, 2, "flags"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
        opts.alpha = rows[i].alpha;
        opts.ks_tolerance = rows[i].ks;
        opts.tv_tolerance = rows[i].tv;
        opts.rows_min = rows[i].rows;
        opts.flags = rows[i].flags;
        refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_INVALID, rows[i].word);
    }
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    opts.call = &call;
    call.flags = 1;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_INVALID, "mlops_call");
    call.flags = 0;
    call.memory_max = 100;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_LIMIT, "memory_max");
    refused(mlops_drift_compare(&out, NULL, x, NULL, &err), &err, MLOPS_E_INVALID, "NULL");
    opts.call = NULL;
    opts.ks_tolerance = 0.4; /* what was drift is harmless now */
    mlops_drift_column c = compare_one(ramp(1000, 0), ramp(1000, 0.3), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NO);
    close_to(c.tolerance, 0.4, 0);
    opts.rows_min = 1001;
    c = compare_one(ramp(1000, 0), ramp(1000, 0.9), &opts);
    assert_int_equal(c.verdict, MLOPS_DRIFT_NOT_ENOUGH_DATA);
    mlops_table_unref(x);
}

static mlops_drift *compare_on(const mlops_executor *executor, mlops_table *x, mlops_table *y,
                               int64_t memory_max) {
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    call.executor = executor;
    call.memory_max = memory_max;
    opts.call = &call;
    return compare(x, y, &opts);
}

static void test_executor_changes_nothing(void **state) {
    (void)state;
    mlops_table *x = normals(700, 23, 0), *y = normals(600, 23, 0.2);
    mlops_pool *pool;
    assert_int_equal(mlops_pool_new(&pool, 3, NULL, NULL), MLOPS_OK);
    mlops_drift *want = compare(x, y, NULL);
    for (int round = 0; round < 4; round++) {
        /* the second round has room for two columns at once */
        mlops_drift *got = compare_on(mlops_pool_executor(pool), x, y, round % 2 ? 45000 : 0);
        assert_int_equal(mlops_drift_n_columns(got), 23);
        for (int64_t i = 0; i < 23; i++) {
            mlops_drift_column a = column_of(want, i), b = column_of(got, i);
            assert_string_equal(a.name, b.name);
            assert_string_equal(a.where, b.where);
            a.name = b.name = a.where = b.where = NULL;
            assert_memory_equal(&a, &b, sizeof a);
        }
        mlops_drift_unref(got);
    }
    mlops_drift_unref(want);
    mlops_pool_free(pool);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

static int32_t stop_at(void *user, int64_t done, int64_t total) {
    int64_t *calls = user;
    assert_int_equal(total, 5);
    assert_int_equal(done, *calls);
    return ++*calls == 3;
}

static void test_cancel_and_deadline(void **state) {
    (void)state;
    mlops_table *x = normals(100, 5, 0);
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *out;
    mlops_error err;
    int64_t calls = 0;
    opts.call = &call;
    call.progress = stop_at;
    call.progress_user = &calls;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_CANCELLED, "2 of 5");
    assert_null(out);
    call.progress = NULL;
    call.deadline_ns = 1;
    refused(mlops_drift_compare(&out, x, x, &opts, &err), &err, MLOPS_E_DEADLINE, "0 of 5");
    mlops_table_unref(x);
}

static mlops_status whole_round(const mlops_host *host, const mlops_table *x, const mlops_table *y,
                                const mlops_reference *kept, const char *path, mlops_error *err) {
    mlops_drift_opts opts = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift *a = NULL, *b = NULL;
    opts.host = host;
    mlops_status status = mlops_drift_compare(&a, x, y, &opts, err);
    if (status) assert_null(a);
    if (!status) status = mlops_drift_compare_reference(&b, kept, y, &opts, err);
    if (status) assert_null(b);
    if (!status) status = mlops_drift_save(a, path, err);
    mlops_drift_unref(mlops_drift_ref(a));
    mlops_drift_unref(a);
    mlops_drift_unref(b);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", html[64];
    assert_non_null(mkdtemp(folder));
    make_path(html, sizeof html, folder, "r.html");
    mlops_table *x = parse("a,b,s,t\n1,2,x,true\n2,,y,\n3,4,x,false\n"),
                *y = parse("a,b,s,t\n1,2.5,z,true\n2,9,y,\n3,4,x,false\n");
    mlops_reference *kept = keep(x, 0);
    int64_t k = 1;
    for (mlops_status status = MLOPS_E_NOMEM; status; k++) {
        mlops__alloc_fault fault;
        mlops_host host = MLOPS_HOST_INIT;
        mlops_error err;
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        host.allocator = &fault.table;
        status = whole_round(&host, x, y, kept, html, &err);
        if (status) refused(status, &err, MLOPS_E_NOMEM, "memory");
        assert_int_equal(fault.n_live, 0);
        assert_int_equal(fault.n_misused, 0);
    }
    assert_in_range(k, 15, 200);
    remove(html);
    assert_int_equal(remove(folder), 0);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_executor_changes_nothing),
        cmocka_unit_test(test_cancel_and_deadline),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
