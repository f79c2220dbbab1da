/* The pool: every piece once, valid workers, loops within loops, the lowest error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <mlops/call.h>

#include "sys/io_test.h"

enum { N = 2000, WORKERS = 4 };

static mlops_pool *new_pool(int32_t n_workers) {
    mlops_pool *pool;
    mlops_error err;
    if (mlops_pool_new(&pool, n_workers, NULL, &err)) fail_msg("%s", err.message);
    return pool;
}

static mlops_status run(mlops_pool *pool, int64_t n, mlops_task task, void *user) {
    const mlops_executor *e = mlops_pool_executor(pool);
    return e->parallel_for(e->ctx, n, task, user);
}

/* What one loop keeps: pieces run, and who is inside as which worker. */
typedef struct tally {
    _Atomic(int) runs[N];
    _Atomic(int) inside[WORKERS];
    _Atomic(int) n_wrong;
    _Atomic(int64_t) sum;
} tally;

static void enter(tally *t, int32_t worker) {
    if (worker < 0 || worker >= WORKERS) atomic_fetch_add(&t->n_wrong, 1);
    else if (atomic_fetch_add(&t->inside[worker], 1) != 0)
        atomic_fetch_add(&t->n_wrong, 1); /* two pieces at once under one index */
}

static void leave(tally *t, int32_t worker) { atomic_fetch_sub(&t->inside[worker], 1); }

static mlops_status count(void *user, int64_t index, int32_t worker) {
    tally *t = user;
    enter(t, worker);
    atomic_fetch_add(&t->runs[index], 1);
    if (index % 7 == 0) sched_yield();
    leave(t, worker);
    return MLOPS_OK;
}

static void expect_each_once(const tally *t, int64_t n) {
    for (int64_t i = 0; i < N; i++) assert_int_equal(t->runs[i], i < n);
    assert_int_equal(t->n_wrong, 0);
}

static void test_every_piece_runs_once(void **state) {
    (void)state;
    for (int32_t workers = 1; workers <= WORKERS; workers++) {
        mlops_pool *pool = new_pool(workers);
        assert_int_equal(mlops_pool_executor(pool)->n_workers, workers);
        static const int64_t SIZES[] = {0, 1, 2, 3, WORKERS, 100, N};
        for (size_t i = 0; i < sizeof SIZES / sizeof SIZES[0]; i++) {
            static tally t;
            memset(&t, 0, sizeof t);
            assert_int_equal(run(pool, SIZES[i], count, &t), MLOPS_OK);
            expect_each_once(&t, SIZES[i]);
        }
        mlops_pool_free(pool);
    }
}

/* A task that opens a loop of its own on the same pool, down to a depth. */
typedef struct nest {
    mlops_pool *pool;
    int depth;
    tally *tally;
} nest;

static mlops_status nested(void *user, int64_t index, int32_t worker) {
    nest *n = user;
    enter(n->tally, worker);
    (void)index;
    if (n->depth > 0) {
        tally *inner_tally = calloc(1, sizeof *inner_tally);
        if (!inner_tally) return MLOPS_E_NOMEM;
        nest inner = {n->pool, n->depth - 1, inner_tally};
        mlops_status status = run(n->pool, 5, nested, &inner);
        atomic_fetch_add(&n->tally->sum, atomic_load(&inner_tally->sum));
        atomic_fetch_add(&n->tally->n_wrong, atomic_load(&inner_tally->n_wrong));
        free(inner_tally);
        if (status) return status;
    } else {
        atomic_fetch_add(&n->tally->sum, 1);
    }
    leave(n->tally, worker);
    return MLOPS_OK;
}

static void test_loops_within_loops(void **state) {
    (void)state;
    for (int32_t workers = 1; workers <= WORKERS; workers++) {
        static tally t;
        memset(&t, 0, sizeof t);
        mlops_pool *pool = new_pool(workers);
        nest n = {pool, 4, &t};
        assert_int_equal(run(pool, 5, nested, &n), MLOPS_OK);
        assert_int_equal(t.sum, 5 * 5 * 5 * 5 * 5);
        assert_int_equal(t.n_wrong, 0);
        mlops_pool_free(pool);
    }
}

static mlops_status fail_some(void *user, int64_t index, int32_t worker) {
    tally *t = user;
    (void)worker;
    atomic_fetch_add(&t->runs[index], 1);
    if (index == 40) { /* slow, so that later failures are there first */
        for (int i = 0; i < 200; i++) sched_yield();
        return MLOPS_E_CORRUPT;
    }
    return index > 40 && index % 2 ? MLOPS_E_PARSE : MLOPS_OK;
}

static void test_the_lowest_error_wins(void **state) {
    (void)state;
    for (int round = 0; round < 50; round++) {
        static tally t;
        memset(&t, 0, sizeof t);
        mlops_pool *pool = new_pool(WORKERS);
        assert_int_equal(run(pool, N, fail_some, &t), MLOPS_E_CORRUPT);
        for (int i = 0; i <= 40; i++) assert_int_equal(t.runs[i], 1);
        mlops_pool_free(pool);
    }
}

static mlops_status fail_first(void *user, int64_t index, int32_t worker) {
    tally *t = user;
    (void)worker;
    atomic_fetch_add(&t->runs[index], 1);
    return index == 0 ? MLOPS_E_LIMIT : MLOPS_OK;
}

static void test_what_has_not_begun_is_left_out(void **state) {
    (void)state;
    static tally t;
    memset(&t, 0, sizeof t);
    mlops_pool *pool = new_pool(1);
    assert_int_equal(run(pool, N, fail_first, &t), MLOPS_E_LIMIT);
    expect_each_once(&t, 1);
    memset(&t, 0, sizeof t);
    assert_int_equal(run(pool, N, count, &t), MLOPS_OK); /* the pool is as good as new */
    expect_each_once(&t, N);
    mlops_pool_free(pool);
}

typedef struct caller {
    mlops_pool *pool;
    tally tally;
    mlops_status status;
    pthread_t thread;
} caller;

static void *call(void *arg) {
    caller *c = arg;
    for (int round = 0; round < 20 && !c->status; round++) {
        memset(&c->tally, 0, sizeof c->tally);
        c->status = run(c->pool, N, count, &c->tally);
    }
    return NULL;
}

static void test_several_callers_at_once(void **state) {
    (void)state;
    static caller callers[6];
    mlops_pool *pool = new_pool(WORKERS);
    for (size_t i = 0; i < 6; i++) {
        callers[i].pool = pool;
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call, &callers[i]), 0);
    }
    for (size_t i = 0; i < 6; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].status, MLOPS_OK);
        expect_each_once(&callers[i].tally, N);
    }
    mlops_pool_free(pool);
}

/* All workers meet in one loop: pieces really run side by side. */
static mlops_status wait_for_all(void *user, int64_t index, int32_t worker) {
    tally *t = user;
    (void)index;
    enter(t, worker);
    atomic_fetch_add(&t->sum, 1);
    while (atomic_load(&t->sum) < WORKERS) sched_yield();
    return MLOPS_OK;
}

static void test_all_workers_take_part(void **state) {
    (void)state;
    static tally t;
    mlops_pool *pool = new_pool(WORKERS);
    assert_int_equal(run(pool, WORKERS, wait_for_all, &t), MLOPS_OK);
    for (size_t i = 0; i < WORKERS; i++) assert_int_equal(t.inside[i], 1);
    assert_int_equal(t.n_wrong, 0);
    mlops_pool_free(pool);
}

static void test_bounds(void **state) {
    (void)state;
    mlops_pool *pool = (mlops_pool *)1;
    mlops_error err;
    assert_int_equal(mlops_pool_new(&pool, -1, NULL, &err), MLOPS_E_INVALID);
    assert_null(pool);
    assert_int_equal(mlops_pool_new(&pool, 257, NULL, &err), MLOPS_E_INVALID);
    assert_non_null(strstr(err.message, "256"));
    pool = new_pool(0);
    assert_true(mlops_pool_executor(pool)->n_workers >= 1);
    assert_int_equal(run(pool, 1, NULL, NULL), MLOPS_E_INVALID);
    assert_int_equal(run(pool, -1, count, NULL), MLOPS_E_INVALID);
    mlops_pool_free(pool);
    mlops_pool_free(NULL);
}

static void test_memory_is_the_hosts(void **state) {
    (void)state;
    mlops__alloc_fault fault;
    mlops__alloc_fault_init(&fault);
    mlops_host host = MLOPS_HOST_INIT;
    mlops_pool *pool;
    host.allocator = &fault.table;
    assert_int_equal(mlops_pool_new(&pool, 3, &host, NULL), MLOPS_OK);
    assert_true(fault.n_live > 0);
    mlops_pool_free(pool);
    assert_int_equal(fault.n_live, 0);
    assert_int_equal(fault.n_misused, 0);
    fault.fail_at = fault.n_calls + 1;
    assert_int_equal(mlops_pool_new(&pool, 3, &host, NULL), MLOPS_E_NOMEM);
    assert_null(pool);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_piece_runs_once),
        cmocka_unit_test(test_loops_within_loops),
        cmocka_unit_test(test_the_lowest_error_wins),
        cmocka_unit_test(test_what_has_not_begun_is_left_out),
        cmocka_unit_test(test_several_callers_at_once),
        cmocka_unit_test(test_all_workers_take_part),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_memory_is_the_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
