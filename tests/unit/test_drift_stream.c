/* Drift of sources that are read in passes: the verdicts of the whole tables to the bit, whatever
 * the batches, the bound on memory and the form of the source; what the bound holds; what stops. */
#define _GNU_SOURCE
#include "unit/help_drift.h"
#include "unit/help_stream.h"
#include "unit/help_table.h"

/* ---- comparing ---- */

static char *json_of(const mlops_drift *self) {
    size_t n = 0;
    assert_int_equal(mlops_drift_json(self, NULL, 0, &n), MLOPS_OK);
    char *out = malloc(n + 1);
    assert_non_null(out);
    assert_int_equal(mlops_drift_json(self, out, n + 1, NULL), MLOPS_OK);
    return out;
}

static void same_verdicts(const mlops_drift *want, const mlops_drift *got) {
    int64_t n = mlops_drift_n_columns(want);
    char *all = json_of(want), *others = json_of(got);
    assert_string_equal(all, others);
    free(all);
    free(others);
    assert_int_equal(mlops_drift_n_columns(got), n);
    for (int64_t i = 0; i < n; i++) {
        mlops_drift_column a = column_of(want, i), b = column_of(got, i);
        assert_string_equal(a.name, b.name);
        a.name = b.name = NULL;
        assert_string_equal(a.where, b.where);
        a.where = b.where = NULL;
        assert_memory_equal(&a, &b, sizeof a);
    }
}

static void test_streams_say_what_tables_say(void **state) {
    (void)state;
    for (int round = 0; round < 400; round++) {
        seed = (uint64_t)round;
        mlops_table *all = random_table(round % 10 == 0 ? 6000 : 400), *x, *y, *p, *q;
        int64_t columns[] = {0, 1, 2, 3, 4, 5}, n = mlops_table_n_columns(all);
        int64_t rows = mlops_table_n_rows(all), cut = rows ? (int64_t)(draw() % (uint64_t)rows) : 0;
        assert_int_equal(mlops__table_slice(&x, all, 0, cut, columns, n, NULL), 0);
        assert_int_equal(mlops__table_slice(&y, all, cut, rows - cut, columns, n, NULL), 0);
        producer a = producer_of(x), b = producer_of(y);
        p = whole(&a);
        q = whole(&b);
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        drift.preset = round % 4 == 0 ? (mlops_drift_preset)(draw() % 7) : MLOPS_DRIFT_NATIVE;
        mlops_drift_stream_opts opts = both(&a, &b, &drift);
        mlops_drift *want = compare(p, q, &drift);
        mlops_drift *got = within(&opts, &drift, NULL, round % 3 ? 120000 : 1 << 24);
        same_verdicts(want, got);
        mlops_drift_unref(got);
        if (cut > 0 && drift.preset == MLOPS_DRIFT_NATIVE) {
            mlops_drift *kept_want, *kept_got;
            mlops_reference *kept = keep(p, 0);
            assert_int_equal(mlops_drift_compare_reference(&kept_want, kept, q, NULL, NULL), 0);
            opts.reference_open = NULL;
            opts.reference = kept;
            kept_got = within(&opts, &drift, NULL, 120000);
            same_verdicts(kept_want, kept_got);
            mlops_drift_unref(kept_want);
            mlops_drift_unref(kept_got);
            mlops_reference_unref(kept);
        }
        mlops_drift_unref(want);
        mlops_table_unref(all);
        mlops_table_unref(p);
        mlops_table_unref(q);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
    assert_int_equal(n_blocks, 0);
}

static void test_files_say_what_tables_say(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", a[64], b[64], c[64];
    assert_non_null(mkdtemp(folder));
    make_path(a, sizeof a, folder, "a.csv");
    make_path(b, sizeof b, folder, "b.csv");
    make_path(c, sizeof c, folder, "c.reference");
    for (int round = 0; round < 60; round++) {
        seed = (uint64_t)round;
        mlops_table *all = random_table(round % 10 == 0 ? 6000 : 400), *x, *y;
        int64_t columns[] = {0, 1, 2, 3, 4, 5}, n = mlops_table_n_columns(all);
        int64_t rows = mlops_table_n_rows(all), cut = rows / 3;
        assert_int_equal(mlops__table_slice(&x, all, 0, cut, columns, n, NULL), 0);
        assert_int_equal(mlops__table_slice(&y, all, cut, rows - cut, columns, n, NULL), 0);
        assert_int_equal(mlops_table_write(x, a, NULL, NULL), MLOPS_OK);
        assert_int_equal(mlops_table_write(y, b, NULL, NULL), MLOPS_OK);
        mlops_table_unref(x);
        mlops_table_unref(y);
        assert_int_equal(mlops_table_load(&x, a, NULL, NULL), MLOPS_OK);
        assert_int_equal(mlops_table_load(&y, b, NULL, NULL), MLOPS_OK);
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
        mlops_drift *want, *got;
        mlops_error err, other;
        opts.drift = &drift;
        opts.reference_path = a;
        opts.current_path = b;
        mlops_status status = mlops_drift_compare(&want, x, y, NULL, &err);
        if (status == MLOPS_OK) {
            got = within(&opts, &drift, NULL, round % 3 ? 400000 : 1 << 24);
            same_verdicts(want, got);
            mlops_drift_unref(want);
            mlops_drift_unref(got);
        } else { /* a column turned out as another kind behind the first third */
            assert_int_equal(mlops_drift_compare_stream(&got, &opts, &other), status);
            assert_string_equal(err.message, other.message);
        }
        if (cut > 0 && status == MLOPS_OK) {
            mlops_reference *kept = keep(x, 0);
            assert_int_equal(mlops_reference_save(kept, c, NULL), MLOPS_OK);
            assert_int_equal(mlops_drift_compare_reference(&want, kept, y, NULL, NULL), MLOPS_OK);
            opts.reference_path = c;
            assert_int_equal(mlops_drift_compare_stream(&got, &opts, NULL), MLOPS_OK);
            same_verdicts(want, got);
            mlops_drift_unref(want);
            mlops_drift_unref(got);
            mlops_reference_unref(kept);
        }
        mlops_table_unref(all);
        mlops_table_unref(x);
        mlops_table_unref(y);
    }
    assert_int_equal(n_blocks, 0);
    remove(a);
    remove(b);
    remove(c);
    assert_int_equal(remove(folder), 0);
}

/* 40 columns of 40,000 and 4,000 rows, 14 MB: a bound of 2 MB asks for many passes. */
static void test_bound_holds(void **state) {
    (void)state;
    mlops_table *x = normals(40000, 40, 0), *y = normals(4000, 40, 0.1);
    mlops_pool *pool;
    assert_int_equal(mlops_pool_new(&pool, 2, NULL, NULL), MLOPS_OK);
    mlops_drift *want = compare(x, y, NULL);
    for (int round = 0; round < 4; round++) {
        producer a = producer_of(x), b = producer_of(y);
        a.batch = round % 2 ? 1000 : 40000;
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = both(&a, &b, &drift);
        mlops_drift *got =
            within(&opts, &drift, round / 2 ? mlops_pool_executor(pool) : NULL, 2 << 20);
        same_verdicts(want, got);
        assert_in_range(a.opened, 10, 25); /* 352 KB a column: at the best 4 a pass */
        mlops_drift_unref(got);
    }
    mlops_drift_unref(want);
    mlops_pool_free(pool);
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* The bytes that the message says are enough, and named is the first column that does not fit. */
static void test_column_too_large(void **state) {
    (void)state;
    mlops_table *x = normals(50000, 3, 0), *y = normals(10000, 3, 0);
    for (int round = 0; round < 3; round++) {
        int kept = round == 1;
        producer a = producer_of(x), b = producer_of(y);
        mlops_call call = MLOPS_CALL_INIT;
        mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
        mlops_drift_stream_opts opts = both(kept ? NULL : &a, &b, &drift);
        mlops_reference *reference = keep(x, 0);
        mlops_drift *out;
        mlops_error err;
        opts.reference = kept ? reference : NULL;
        drift.call = &call;
        if (round == 2) drift.preset = MLOPS_DRIFT_EVIDENTLY;
        call.memory_max = 150000;
        mlops_status status = mlops_drift_compare_stream(&out, &opts, &err);
        refused(status, &err, MLOPS_E_LIMIT, "'c0' takes ");
        assert_non_null(strstr(err.message, "10000 to judge"));
        call.memory_max = atoll(strstr(err.message, "takes ") + 6);
        int64_t least = ((const int64_t[]){880000, 160000, 3100000})[round];
        assert_in_range(call.memory_max, least, least + 200000);
        assert_int_equal(mlops_drift_compare_stream(&out, &opts, &err), MLOPS_OK);
        mlops_drift_unref(out);
        call.memory_max = 1000;
        refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_LIMIT, "memory_max");
        mlops_reference_unref(reference);
    }
    mlops_table_unref(x);
    mlops_table_unref(y);
}

/* ---- what stops it ---- */

typedef struct told {
    int64_t calls, last, stop_at;
} told;

static int32_t tell(void *user, int64_t done, int64_t total) {
    told *self = user;
    assert_int_equal(total, 3);
    assert_true(done >= self->last && done <= total);
    self->last = done;
    return ++self->calls == self->stop_at;
}

/* What a bound is enough for a larger one is, too: where one side leaves no room to read the other.
 */
static void test_more_memory_is_enough(void **state) {
    (void)state;
    char folder[] = "/tmp/drift.XXXXXX", a[64], b[64];
    assert_non_null(mkdtemp(folder));
    make_path(a, sizeof a, folder, "a.csv");
    make_path(b, sizeof b, folder, "b.csv");
    mlops_table *x = normals(600, 30, 0);
    assert_int_equal(mlops_table_write(x, a, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_table_write(x, b, NULL, NULL), MLOPS_OK);
    mlops_table_unref(x);
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = MLOPS_DRIFT_STREAM_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    drift.call = &call;
    opts.drift = &drift;
    opts.reference_path = a;
    opts.current_path = b;
    int enough = 0;
    for (call.memory_max = 400 << 10; call.memory_max < 900 << 10; call.memory_max += 4 << 10) {
        mlops_drift *out;
        mlops_status status = mlops_drift_compare_stream(&out, &opts, NULL);
        mlops_drift_unref(out);
        if (status == MLOPS_OK) enough = 1;
        assert_int_equal(status, enough ? MLOPS_OK : MLOPS_E_LIMIT);
    }
    assert_true(enough);
    remove(a);
    remove(b);
    remove(folder);
}

static void test_progress_and_stop(void **state) {
    (void)state;
    mlops_table *x = normals(1000, 3, 0);
    producer a = producer_of(x), b = producer_of(x);
    told progress = {0, 0, 0};
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = both(&a, &b, &drift);
    mlops_drift *out;
    mlops_error err;
    a.batch = b.batch = 10;
    drift.call = &call;
    call.progress = tell;
    call.progress_user = &progress;
    assert_int_equal(mlops_drift_compare_stream(&out, &opts, &err), MLOPS_OK);
    mlops_drift_unref(out);
    assert_int_equal(progress.last, 3);
    assert_true(progress.calls > 200); /* within a pass, too */
    int64_t calls = progress.calls;
    for (int64_t k = 1; k <= calls; k += 7) {
        progress = (told){0, 0, k};
        refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_CANCELLED, "of 3");
        assert_null(out);
        assert_int_equal(n_open, 0);
    }
    call.progress = NULL;
    call.deadline_ns = 1;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_DEADLINE, "0 of 3");
    mlops_table_unref(x);
}

static void refuses(producer *x, producer *y, int64_t memory_max, mlops_status want,
                    const char *word) {
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = both(x, y, &drift);
    mlops_drift *out;
    mlops_error err;
    call.memory_max = memory_max;
    drift.call = &call;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, want, word);
    assert_null(out);
    assert_int_equal(n_open, 0);
}

static void test_sources_that_fail(void **state) {
    (void)state;
    enum { TIGHT = 350000 }; /* the second column takes a second pass */
    mlops_table *x = normals(8000, 3, 0), *y = parse("c0,c1\n1,2\n"),
                *z = parse("c0,c1,c2\n1,x,2\n");
    producer a = producer_of(x), b = producer_of(x), c = producer_of(y), d = producer_of(z);
    refuses(&a, &c, 0, MLOPS_E_SCHEMA, "'c2'");
    refuses(&a, &d, 0, MLOPS_E_SCHEMA, "'c1' is numeric in the reference and string");
    b.batch = 1000;
    b.fail_at = 3;
    refuses(&a, &b, 0, MLOPS_E_IO, "the disk is gone");
    refuses(&b, &a, 0, MLOPS_E_IO, "the reference");
    b.fail_at = 0;
    b.shrunk = 3;
    b.opened = 0;
    refuses(&a, &b, TIGHT, MLOPS_E_IO, "fewer rows");
    b.shrunk = 0;
    b.opened = b.project = 0;
    b.lost = "c2";
    refuses(&a, &b, TIGHT, MLOPS_E_IO, "'c2'");
    mlops_table_unref(x);
    mlops_table_unref(y);
    mlops_table_unref(z);
}

static void test_sources_given(void **state) {
    (void)state;
    mlops_table *x = normals(100, 1, 0);
    producer a = producer_of(x);
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = both(&a, &a, NULL);
    mlops_reference *kept = keep(x, 0);
    mlops_drift *out;
    mlops_error err;
    opts.reference = kept;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_INVALID, "2 sources");
    refused(mlops_drift_compare_stream(&out, NULL, &err), &err, MLOPS_E_INVALID, "0 sources");
    opts = both(&a, &a, NULL);
    opts.current_open = NULL;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_INVALID,
            "the current data");
    opts.current_open = open_nothing;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_NOT_FOUND,
            "the current data");
    opts = both(NULL, &a, &drift);
    opts.reference = kept;
    drift.preset = MLOPS_DRIFT_EVIDENTLY;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_UNSUPPORTED, "preset");
    opts.flags = 1;
    refused(mlops_drift_compare_stream(&out, &opts, &err), &err, MLOPS_E_INVALID, "flags");
    assert_int_equal(n_open, 0);
    mlops_reference_unref(kept);
    mlops_table_unref(x);
}

/* A pass reads what it judges: a producer that can is asked for these columns alone. */
static void test_passes_ask_for_their_columns(void **state) {
    (void)state;
    mlops_table *x = normals(20000, 8, 0);
    producer a = producer_of(x), b = producer_of(x);
    mlops_call call = MLOPS_CALL_INIT;
    mlops_drift_opts drift = MLOPS_DRIFT_OPTS_INIT;
    mlops_drift_stream_opts opts = both(&a, &b, &drift);
    mlops_drift *out;
    drift.call = &call;
    assert_int_equal(mlops_drift_compare_stream(&out, &opts, NULL), MLOPS_OK);
    mlops_drift_unref(out);
    assert_int_equal(a.opened, 2); /* for the names, and for the rows */
    assert_int_equal(a.asked, 8);
    drift.columns = "c3,c5";
    assert_int_equal(mlops_drift_compare_stream(&out, &opts, NULL), MLOPS_OK);
    mlops_drift_unref(out);
    assert_int_equal(a.asked, 2);
    mlops_table_unref(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_say_what_tables_say),
        cmocka_unit_test(test_files_say_what_tables_say),
        cmocka_unit_test(test_bound_holds),
        cmocka_unit_test(test_column_too_large),
        cmocka_unit_test(test_more_memory_is_enough),
        cmocka_unit_test(test_progress_and_stop),
        cmocka_unit_test(test_sources_that_fail),
        cmocka_unit_test(test_sources_given),
        cmocka_unit_test(test_passes_ask_for_their_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
