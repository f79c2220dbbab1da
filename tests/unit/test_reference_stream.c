/* References of what is read in passes: the bytes of those of whole tables, whatever the batches,
 * the bound on memory and the form of the source; what the bound holds; what stops. */
#define _GNU_SOURCE
#include "file/file.h"
#include "unit/help_path.h"
#include "unit/help_stream.h"
#include "unit/help_table.h"

#include <unistd.h>

static void same_bytes(const mlops_reference *want, const mlops_reference *got) {
    mlops__file_view a, b;
    mlops__host host;
    char saved[2][80];
    snprintf(saved[0], sizeof saved[0], "%s.want", path);
    snprintf(saved[1], sizeof saved[1], "%s.got", path);
    assert_int_equal(mlops__host_init(&host, NULL, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_save(want, saved[0], NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_save(got, saved[1], NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&a, &host, saved[0], SIZE_MAX, 0, NULL), MLOPS_OK);
    assert_int_equal(mlops__file_open(&b, &host, saved[1], SIZE_MAX, 0, NULL), MLOPS_OK);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(a.data, b.data, a.size);
    mlops__file_close(&a, &host);
    mlops__file_close(&b, &host);
    unlink(saved[0]);
    unlink(saved[1]);
}

/* Makes it within ever larger bounds, until one is enough; what is told must hold. */
static mlops_reference *make_within(mlops_reference_stream_opts *opts,
                                    mlops_reference_opts *keep_as, int64_t bound) {
    mlops_host host = MLOPS_HOST_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_reference *out = NULL;
    host.allocator = &counting;
    keep_as->host = &host;
    opts->reference = keep_as;
    opts->call = &call;
    for (mlops_status status = MLOPS_E_LIMIT; status; bound += bound / 2) {
        mlops_error err;
        call.memory_max = bound;
        in_use = most = 0;
        status = mlops_reference_new_stream(&out, opts, &err);
        if (status) refused(status, &err, MLOPS_E_LIMIT, "memory_max");
        if (most > (size_t)bound) fail_msg("%zu bytes of %lld", most, (long long)bound);
        assert_int_equal(n_open, 0);
        if (status) assert_int_equal(n_blocks, 0);
    }
    assert_true(mlops_reference_size(out) >= (int64_t)in_use); /* nothing else is left */
    keep_as->host = NULL;
    opts->call = NULL;
    return out;
}

static void test_streams_and_files(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        seed = (uint64_t)round;
        mlops_table *x = random_table(round % 10 == 0 ? 6000 : 400), *p;
        producer a = producer_of(x);
        mlops_reference_opts keep_as = MLOPS_REFERENCE_OPTS_INIT;
        mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
        mlops_reference *want, *got;
        mlops_error err;
        keep_as.flags = (uint32_t)(round % 4);
        if (round % 3 == 0) {
            assert_int_equal(mlops_table_write(x, path, NULL, NULL), MLOPS_OK);
            if (mlops_table_load(&p, path, NULL, &err)) fail_msg("%s", err.message);
            opts.path = path;
        } else {
            p = whole(&a);
            opts.open = open_producer;
            opts.user = &a;
        }
        if (round % 5 == 0) keep_as.ignore = mlops_table_name(p, 1);
        mlops_status status = mlops_reference_new(&want, p, &keep_as, &err);
        opts.reference = &keep_as;
        if (status) {
            mlops_error other;
            assert_int_equal(mlops_reference_new_stream(&got, &opts, &other), status);
            assert_null(got);
            assert_string_equal(err.message, other.message);
        } else {
            got = make_within(&opts, &keep_as, round % 7 ? 100000 : 1 << 24);
            same_bytes(want, got);
            mlops_reference_unref(want);
            mlops_reference_unref(got);
        }
        mlops_table_unref(x);
        mlops_table_unref(p);
    }
    assert_int_equal(n_blocks, 0);
}

/* Texts that are larger than the bound. */
static void test_texts(void **state) {
    (void)state;
    mlops__buf csv;
    mlops__buf_init(&csv, &mlops__heap);
    mlops__buf_put(&csv, "id,review\n", 10);
    for (int i = 0; i < 4000; i++) {
        char line[400];
        int n = snprintf(line, sizeof line, "%d,order %d %0*d came back late again\n", i, i,
                         (int)(100 + draw() % 200), i);
        mlops__buf_put(&csv, line, (size_t)n);
    }
    mlops__buf_u8(&csv, 0);
    mlops_table *x = parse((const char *)csv.data);
    mlops__buf_free(&csv);
    producer a = producer_of(x);
    mlops_reference_opts keep_as = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    mlops_reference *want, *got;
    keep_as.flags = MLOPS_REFERENCE_TEXTS | MLOPS_REFERENCE_EXACT;
    opts.open = open_producer;
    opts.user = &a;
    a.batch = 97;
    assert_int_equal(mlops_reference_new(&want, x, &keep_as, NULL), MLOPS_OK);
    assert_int_equal(mlops_reference_n_columns(want), 9);
    got = make_within(&opts, &keep_as, 500000);
    assert_true(most < 500000);
    same_bytes(want, got);
    mlops_reference_unref(want);
    mlops_reference_unref(got);
    mlops_table_unref(x);
}

/* 40 columns of 40,000 rows, 13 MB, in 2 MB; the bytes that a message says are enough. */
static void test_bound(void **state) {
    (void)state;
    mlops_table *x = normals(40000, 40, 0);
    producer a = producer_of(x);
    mlops_reference_opts keep_as = MLOPS_REFERENCE_OPTS_INIT;
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_reference *want, *got;
    mlops_error err;
    opts.open = open_producer;
    opts.user = &a;
    assert_int_equal(mlops_reference_new(&want, x, NULL, NULL), MLOPS_OK);
    got = make_within(&opts, &keep_as, 2 << 20);
    assert_true(most < 2 << 20);
    assert_in_range(a.opened, 9, 16);
    same_bytes(want, got);
    mlops_reference_unref(got);
    mlops_reference_unref(want);
    keep_as.flags = MLOPS_REFERENCE_EXACT;
    keep_as.columns = "c0,c1";
    opts.call = &call;
    opts.reference = &keep_as;
    for (int round = 0; round < 2; round++) {
        call.memory_max = round ? 2200000 : 300000;
        keep_as.columns = round ? NULL : "c0";
        refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_LIMIT,
                round ? "column 'c" : "column 'c0' takes ");
        if (round) break;
        call.memory_max = atoll(strstr(err.message, "takes ") + 6);
        assert_in_range(call.memory_max, 40000 * 16, 40000 * 60);
        if (mlops_reference_new_stream(&got, &opts, &err)) fail_msg("%s", err.message);
        mlops_reference_unref(got);
        call.memory_max = 1000;
        refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_LIMIT, "memory_max");
    }
    mlops_table_unref(x);
}

static int32_t stop_at(void *user, int64_t done, int64_t total) {
    assert_in_range(done, 0, total);
    return --*(int64_t *)user == 0;
}

static void test_what_stops(void **state) {
    (void)state;
    mlops_table *x = normals(1000, 3, 0);
    producer a = producer_of(x);
    mlops_reference_stream_opts opts = MLOPS_REFERENCE_STREAM_OPTS_INIT;
    mlops_call call = MLOPS_CALL_INIT;
    mlops_reference *got;
    mlops_error err;
    int64_t left = -1;
    a.batch = 10;
    opts.open = open_producer;
    opts.user = &a;
    opts.call = &call;
    call.progress = stop_at;
    call.progress_user = &left;
    assert_int_equal(mlops_reference_new_stream(&got, &opts, &err), MLOPS_OK);
    mlops_reference_unref(got);
    int64_t calls = -1 - left;
    assert_true(calls > 100);
    for (int64_t k = 1; k <= calls; k += 7) {
        left = k;
        refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_CANCELLED, "of 3");
        assert_null(got);
        assert_int_equal(n_open, 0);
    }
    call.progress = NULL;
    call.deadline_ns = 1;
    refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_DEADLINE, "0 of 3");
    call.deadline_ns = 0;
    a.fail_at = 3;
    refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_IO, "the disk is gone");
    opts.open = open_nothing;
    refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_NOT_FOUND, "the stream");
    opts.path = path;
    refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_INVALID, "2 sources");
    refused(mlops_reference_new_stream(&got, NULL, &err), &err, MLOPS_E_INVALID, "0 sources");
    opts.flags = 1;
    refused(mlops_reference_new_stream(&got, &opts, &err), &err, MLOPS_E_INVALID, "flags");
    mlops_table_unref(x);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_streams_and_files),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_what_stops),
    };
    return cmocka_run_group_tests(tests, make_own_path, remove_own_path);
}
