/* The work of one call: memory under its bound, pieces on its executor, progress and deadline.
 *
 * Owns the arena of working memory. Invariant: which pieces there are does not depend on threads,
 * and none of them reads what another one writes.
 */
#include "base/opts.h"
#include "multivariate/multivariate.h"

enum { WIDTH_MAX = 64 };

mlops_status mlops__work_begin(mlops__work *self, const char *name,
                               const mlops_multivariate *samples, const mlops_call *given,
                               mlops_error *err) {
    *self = (mlops__work){.samples = samples, .name = name, .err = err};
    MLOPS_TRY(mlops__opts_copy(&self->call, sizeof self->call, given, "mlops_call", err));
    if (self->call.flags || self->call.memory_max < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_call: flags must be 0, memory_max 0 or more");
    const uint64_t most = (uint64_t)self->call.memory_max;
    mlops__arena_init(&self->arena, &samples->host.allocator,
                      most > 0 && most < SIZE_MAX ? (size_t)most : SIZE_MAX);
    return MLOPS_OK;
}

void mlops__work_end(mlops__work *self) {
    if (self->arena.allocator) mlops__arena_free(&self->arena);
}

void *mlops__work_room(mlops__work *self, int64_t n, size_t size) {
    void *room = mlops__arena_array(&self->arena, (size_t)n, size);
    size_t bytes;
    if (room) return room;
    if (!mlops__mul((size_t)n, size, &bytes)) bytes = SIZE_MAX;
    self->status =
        self->arena.max < SIZE_MAX && bytes > self->arena.max - self->arena.used
            ? mlops__fail(self->err, MLOPS_E_LIMIT,
                          "%s: %zu more bytes of working memory are needed beyond %zu; "
                          "mlops_call.memory_max is %lld",
                          self->name, bytes, self->arena.used, (long long)self->call.memory_max)
            : mlops__fail_nomem(self->err, bytes);
    return NULL;
}

int64_t mlops__work_width(const mlops__work *self, int64_t n) {
    int64_t width = self->call.executor ? self->call.executor->n_workers : 1;
    if (width > WIDTH_MAX) width = WIDTH_MAX;
    if (width > n) width = n;
    return width < 1 ? 1 : width;
}

mlops_status mlops__work_poll(mlops__work *self) {
    const mlops_call *call = &self->call;
    const mlops_clock *clock = &self->samples->host.clock;
    if (call->progress && call->progress(call->progress_user, self->done, self->total) != 0)
        return mlops__fail(self->err, MLOPS_E_CANCELLED, "%s: cancelled after %lld of %lld steps",
                           self->name, (long long)self->done, (long long)self->total);
    if (call->deadline_ns != 0 && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(self->err, MLOPS_E_DEADLINE,
                           "%s: the deadline passed after %lld of %lld steps", self->name,
                           (long long)self->done, (long long)self->total);
    return MLOPS_OK;
}

typedef struct wave {
    mlops_task task;
    void *user;
    int64_t first;
} wave;

static mlops_status run_one(void *user, int64_t index, int32_t worker) {
    const wave *self = user;
    (void)worker;
    return self->task(self->user, self->first + index, (int32_t)index);
}

mlops_status mlops__work_run(mlops__work *self, int64_t n, mlops_task task, void *user) {
    const mlops_executor *executor = self->call.executor;
    const int64_t width = mlops__work_width(self, n);
    for (int64_t i = 0; i < n; i += width) {
        const int64_t some = n - i < width ? n - i : width;
        wave all = {task, user, i};
        MLOPS_TRY(mlops__work_poll(self));
        mlops_status status = some > 1 ? executor->parallel_for(executor->ctx, some, run_one, &all)
                                       : run_one(&all, 0, 0);
        if (status == MLOPS_E_NOMEM) return mlops__fail_nomem(self->err, 0);
        if (status < 0)
            return mlops__fail(self->err, status, "%s: the executor failed", self->name);
        self->done += some;
    }
    return MLOPS_OK;
}
