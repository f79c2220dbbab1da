/* Threads that run the pieces of loops.
 *
 * Owns the threads and the list of open loops; a loop lives on its caller's stack. Invariants: a
 * loop's pieces begin in ascending order, so that the lowest failed index is the same in every run;
 * a thread has one worker index (a caller from outside 0), hence no two pieces of one loop run at
 * once under the same; a caller works only on its own loop and then waits only for pieces that
 * are already running, hence loops within loops cannot deadlock.
 */
#define _GNU_SOURCE
#include "base/alloc.h"
#include "base/opts.h"
#include "sys/host.h"

#include <mlops/call.h>

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>
#ifdef __linux__
#include <sched.h>
#endif

enum { WORKERS_MAX = 256 };

typedef struct loop {
    struct loop *older;
    mlops_task task;
    void *user;
    int64_t n;
    _Atomic(int64_t) next;   /* index of the next piece */
    _Atomic(int64_t) failed; /* lowest failed index; INT64_MAX: none */
    mlops_status status;     /* of that piece; under the pool's lock */
    int32_t n_helpers;       /* threads of the pool inside; under the pool's lock */
} loop;

typedef struct worker {
    struct mlops_pool *pool;
    int32_t index;
    pthread_t thread;
} worker;

struct mlops_pool {
    mlops_executor executor;
    mlops_allocator allocator;
    pthread_mutex_t lock;
    pthread_cond_t work; /* a loop was opened, or the pool ends */
    pthread_cond_t left; /* the last helper left a loop */
    loop *newest;        /* under lock */
    int ending;          /* under lock */
    int32_t n_threads;   /* started */
    int32_t n_workers;
    worker workers[]; /* [0] stands for callers from outside */
};

/* Notes the failure of a piece, unless a lower one has failed. */
static void fail_piece(mlops_pool *pool, loop *l, int64_t index, mlops_status status) {
    pthread_mutex_lock(&pool->lock);
    if (index < atomic_load(&l->failed)) {
        atomic_store(&l->failed, index);
        l->status = status;
    }
    pthread_mutex_unlock(&pool->lock);
}

/* Runs pieces until none is left. A piece below a failed one still runs: it may fail too, and then
 * its error is the loop's. */
static void run_pieces(mlops_pool *pool, loop *l, int32_t index) {
    for (;;) {
        int64_t piece = atomic_fetch_add(&l->next, 1);
        if (piece >= l->n || piece > atomic_load(&l->failed)) return;
        mlops_status status = l->task(l->user, piece, index);
        if (status < 0) fail_piece(pool, l, piece, status);
    }
}

/* A loop that has pieces left. The newest comes first: what is nested deepest, others wait for. */
static loop *find_loop(mlops_pool *self) {
    for (loop *l = self->newest; l; l = l->older) {
        int64_t next = atomic_load(&l->next);
        if (next < l->n && next <= atomic_load(&l->failed)) return l;
    }
    return NULL;
}

static void *work(void *arg) {
    worker *me = arg;
    mlops_pool *pool = me->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        loop *l = find_loop(pool);
        if (!l) {
            pthread_cond_wait(&pool->work, &pool->lock);
            continue;
        }
        l->n_helpers++;
        pthread_mutex_unlock(&pool->lock);
        run_pieces(pool, l, me->index);
        pthread_mutex_lock(&pool->lock);
        if (--l->n_helpers == 0) pthread_cond_broadcast(&pool->left);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* The calling thread's index: its own if it is one of ours. There are no thread-locals. */
static int32_t my_index(const mlops_pool *self) {
    pthread_t me = pthread_self();
    for (int32_t i = 1; i < self->n_workers; i++)
        if (pthread_equal(self->workers[i].thread, me)) return i;
    return 0;
}

static void open_loop(mlops_pool *self, loop *l) {
    pthread_mutex_lock(&self->lock);
    l->older = self->newest;
    self->newest = l;
    pthread_cond_broadcast(&self->work);
    pthread_mutex_unlock(&self->lock);
}

/* Takes the loop off the list and waits for those who are still inside. */
static void close_loop(mlops_pool *self, loop *l) {
    pthread_mutex_lock(&self->lock);
    loop **link = &self->newest;
    while (*link != l) link = &(*link)->older;
    *link = l->older;
    while (l->n_helpers > 0) pthread_cond_wait(&self->left, &self->lock);
    pthread_mutex_unlock(&self->lock);
}

static mlops_status pool_parallel_for(void *ctx, int64_t n, mlops_task task, void *user) {
    mlops_pool *self = ctx;
    if (!task || n < 0) return MLOPS_E_INVALID;
    loop l = {.task = task, .user = user, .n = n, .status = MLOPS_OK};
    atomic_init(&l.next, 0);
    atomic_init(&l.failed, INT64_MAX);
    int shared = n > 1 && self->n_workers > 1;
    if (shared) open_loop(self, &l);
    run_pieces(self, &l, my_index(self));
    if (shared) close_loop(self, &l);
    return l.status;
}

static int32_t count_cpus(void) {
#ifdef __linux__
    cpu_set_t set; /* a container's share, where the machine has more */
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
#endif
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > WORKERS_MAX ? WORKERS_MAX : (int32_t)n;
}

/* The program's signals are not ours to take. */
static int start_thread(worker *w) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code;
}

static mlops_status start_threads(mlops_pool *self, mlops_error *err) {
    for (int32_t i = 1; i < self->n_workers; i++) {
        self->workers[i] = (worker){.pool = self, .index = i};
        int code = start_thread(&self->workers[i]);
        if (code) {
            mlops__fail_os(err, code, "cannot start a thread of the pool", NULL);
            if (err) err->code = MLOPS_E_IO;
            return MLOPS_E_IO;
        }
        self->n_threads++;
    }
    return MLOPS_OK;
}

static size_t pool_size(int32_t n_workers) {
    return sizeof(mlops_pool) + (size_t)n_workers * sizeof(worker);
}

mlops_status mlops_pool_new(mlops_pool **out, int32_t n_workers, const mlops_host *host,
                            mlops_error *err) {
    *out = NULL;
    mlops__host resolved;
    MLOPS_TRY(mlops__host_init(&resolved, host, err));
    if (n_workers < 0 || n_workers > WORKERS_MAX)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "pool: %d workers; take 1 to %d, or 0 for all CPUs", n_workers,
                           WORKERS_MAX);
    if (n_workers == 0) n_workers = count_cpus();
    if (n_workers > WORKERS_MAX) n_workers = WORKERS_MAX;
    mlops_pool *self = mlops__alloc_zero(&resolved.allocator, pool_size(n_workers));
    if (!self) return mlops__fail_nomem(err, pool_size(n_workers));
    self->allocator = resolved.allocator;
    self->n_workers = n_workers;
    self->executor = (mlops_executor){sizeof(mlops_executor), n_workers, self, pool_parallel_for};
    pthread_mutex_init(&self->lock, NULL);
    pthread_cond_init(&self->work, NULL);
    pthread_cond_init(&self->left, NULL);
    mlops_status status = start_threads(self, err);
    if (status) {
        mlops_pool_free(self);
        return status;
    }
    *out = self;
    return MLOPS_OK;
}

void mlops_pool_free(mlops_pool *self) {
    if (!self) return;
    pthread_mutex_lock(&self->lock);
    self->ending = 1;
    pthread_cond_broadcast(&self->work);
    pthread_mutex_unlock(&self->lock);
    for (int32_t i = 1; i <= self->n_threads; i++) pthread_join(self->workers[i].thread, NULL);
    pthread_cond_destroy(&self->left);
    pthread_cond_destroy(&self->work);
    pthread_mutex_destroy(&self->lock);
    mlops_allocator allocator = self->allocator;
    mlops__free(&allocator, self, pool_size(self->n_workers));
}

const mlops_executor *mlops_pool_executor(const mlops_pool *self) { return &self->executor; }
