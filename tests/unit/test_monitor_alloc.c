/* Adding and exposing allocate nothing; where a monitor does allocate, each allocation may fail. */
#define _GNU_SOURCE
#include "sys/io_test.h"
#include "unit/help_monitor.h"
#include "unit/skipped.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Where the C library lets us, every allocation of the process is seen, not only the host's. */
static volatile int64_t n_mallocs;
#if defined(__GLIBC__) && !defined(SANITIZED)
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size) {
    n_mallocs++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size) {
    n_mallocs++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size) {
    n_mallocs++;
    return __libc_realloc(p, size);
}
#endif

/* Else the next test would hold whatever is allocated. Sanitizers and valgrind hide it from us. */
static void test_allocations_are_seen(void **state) {
    (void)state;
    int64_t before = n_mallocs;
    void *volatile p = malloc(10);
    free(p);
    if (n_mallocs == before) skipped("a tool owns malloc");
    else assert_int_equal(n_mallocs, before + 1);
}

static void test_adding_and_exposing_allocate_nothing(void **state) {
    (void)state;
    static char text[1 << 16];
    mlops__alloc_fault fault;
    mlops_host host = at_noon();
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    char *train = rows_of(500, 0.0, 0), *live = rows_of(700, 0.8, 1);
    mlops_table *table = table_of(live);
    mlops_reference *reference = reference_of(train);
    mlops_monitor *m;
    float rows[5 * 130];
    double p[130];
    for (int i = 0; i < 650; i++) rows[i] = (float)uniform();
    for (int i = 0; i < 130; i++) p[i] = uniform();
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    opts.host = &host;
    opts.window_rows = 100;
    assert_int_equal(mlops_monitor_new_reference(&m, NULL, reference, &opts, NULL), MLOPS_OK);
    mlops_monitor_labels_opts remember = MLOPS_MONITOR_LABELS_OPTS_INIT;
    mlops_monitor_labels told = MLOPS_MONITOR_LABELS_INIT;
    mlops_performance *counts;
    int64_t ids[130];
    double y[130];
    remember.rows_max = 300;
    assert_int_equal(mlops_performance_new(&counts, NULL, NULL), MLOPS_OK);
    for (int i = 0; i < 130; i++) y[i] = i % 2;
    assert_int_equal(mlops_performance_add(counts, p, y, NULL, 130, NULL), MLOPS_OK);
    assert_int_equal(mlops_monitor_expect_labels(m, counts, NULL, &remember, NULL), MLOPS_OK);
    mlops_performance_free(counts);
    mlops_monitor_segments_opts few = MLOPS_MONITOR_SEGMENTS_OPTS_INIT;
    static const char *const keys[] = {"a", "b", "c", "d"};
    int64_t segments[130];
    few.n_segments = 2;
    assert_int_equal(mlops_monitor_expect_segments(m, &few, NULL), MLOPS_OK);
    int64_t mallocs = n_mallocs, calls = fault.n_calls, n_yes = 0;
    size_t needed;
    for (int i = 0; i < 20; i++) {
        mlops_monitor_add(m, rows, 1, 5, p, 1);
        for (int k = 0; k < 130; k++) ids[k] = 100 * i + k;
        for (int k = 0; k < 130; k++) segments[k] = mlops_monitor_segment(m, keys[k % 4]);
        mlops_monitor_enter_segment(m, segments[1]);
        mlops_monitor_add_segments(m, rows, 130, 5, segments, p, 1, ids, y, NULL);
        mlops_monitor_add_labels(m, ids, y, NULL, 130, NULL);
        mlops_monitor_summarize_labels(m, &told);
        mlops_monitor_add_table(m, table, NULL);
        mlops_monitor_add_latency(m, i * 1000);
        mlops_monitor_metrics(m, text, sizeof text, NULL);
        mlops_monitor_metrics(m, NULL, 0, &needed);
        n_yes += mlops_monitor_verdict(m) == MLOPS_DRIFT_YES && mlops_monitor_n_drifted(m) > 0;
    }
    int64_t mallocs_after = n_mallocs;
    assert_int_equal(fault.n_calls, calls);
    assert_int_equal(mallocs_after, mallocs);
    assert_int_equal(mlops_monitor_n_windows(m), 20 * 831 / 100);
    assert_int_equal(needed, strlen(text));
    assert_non_null(strstr(text, "mlops_feature_drifted{"));
    assert_true(told.n_joined >= 20 * 100);
    assert_true(n_yes > 0); /* windows were judged, not only counted */
    mlops_monitor_free(m);
    assert_int_equal(fault.n_live, 0);
    mlops_reference_unref(reference);
    mlops_table_unref(table);
    free(train);
    free(live);
}

/* Begins, feeds, asks for verdicts; the k-th allocation fails. */
static mlops_status use(const mlops_host *host, mlops_model *model, mlops_reference *reference) {
    static const float rows[] = {1, 2};
    mlops_monitor_opts opts = MLOPS_MONITOR_OPTS_INIT;
    mlops_monitor *m;
    mlops_drift *drift = NULL;
    mlops_error err;
    opts.host = host;
    mlops_status status = mlops_monitor_new_reference(&m, model, reference, &opts, &err);
    if (status == MLOPS_OK) status = mlops_monitor_add(m, rows, 1, 2, NULL, 0);
    if (status == MLOPS_OK) status = mlops_monitor_drift(&drift, m, &err);
    assert_int_equal(drift != NULL, status == MLOPS_OK);
    mlops_drift_unref(drift);
    mlops_monitor_free(m);
    return status;
}

static void test_every_allocation_may_fail(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops_host host = at_noon();
    mlops_model *model = model_with("\"b\",\"a\"");
    mlops_reference *reference = reference_of("a,b\n1,2\n3,4\n");
    mlops__alloc_fault_init(&fault);
    host.allocator = &fault.table;
    assert_int_equal(use(&host, model, reference), MLOPS_OK);
    int64_t n = fault.n_calls;
    for (int64_t k = 1; k <= n; k++) {
        mlops__alloc_fault_init(&fault);
        fault.fail_at = k;
        assert_int_equal(use(&host, model, reference), MLOPS_E_NOMEM);
        assert_int_equal(fault.n_live, 0);
    }
    mlops_reference_unref(reference);
    mlops_model_unref(model);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations_are_seen),
        cmocka_unit_test(test_adding_and_exposing_allocate_nothing),
        cmocka_unit_test(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
