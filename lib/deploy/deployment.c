/* The serving side of a deployment: opening, refreshing, and what it tells of itself.
 *
 * Owns the swap, what is in its slots, and the shape. Invariants: something serves from the opening
 * to the end; a refresh that fails has changed nothing; refreshes come one after another, and wait
 * for predictions only where one still runs on what was swapped out before the last swap.
 */
#include "deploy/deploy.h"

#include "base/opts.h"

#include <string.h>

enum { ALIGN = 64 /* a cache line */ };

/* ---- opening and ending ---- */

static mlops_status open_swap(mlops_deployment *self, mlops__serving *first, mlops_error *err) {
    MLOPS_TRY(mlops__shape_settle(&self->shape, first, &self->arena, err));
    MLOPS_TRY(mlops__serving_fit(first, &self->shape, 0, err));
    self->swap = mlops__alloc_aligned(self->allocator, sizeof *self->swap, ALIGN);
    if (!self->swap) return mlops__fail_nomem(err, sizeof *self->swap);
    mlops__swap_init(self->swap, first);
    return MLOPS_OK;
}

static mlops_status open_first(mlops_deployment *self, const char *name, mlops_error *err) {
    mlops__deploy_plan plan;
    mlops__arena arena;
    mlops__serving *first = NULL;
    self->name = mlops__arena_text(&self->arena, name, strlen(name));
    if (!self->name) return mlops__fail_nomem(err, strlen(name));
    mlops__arena_init(&arena, self->allocator, SIZE_MAX);
    mlops_status status = mlops__deploy_find(&plan, self->store, self->name, &arena, err);
    if (!status) status = mlops__serving_new(&first, self->store, &plan, NULL, err);
    if (!status) status = open_swap(self, first, err);
    if (status) mlops__serving_free(first, self->allocator);
    mlops__arena_free(&arena);
    return status;
}

mlops_status mlops_deployment_open(mlops_deployment **out, mlops_store *store, const char *name,
                                   mlops_error *err) {
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__store_check_fork(store, err));
    MLOPS_TRY(mlops__name_check("deployment", name, err));
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_deployment *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    int code = mlops__lock_init(&self->lock);
    if (code) {
        mlops__free(allocator, self, sizeof *self);
        return mlops__fail_os(err, code, "cannot make a lock", NULL);
    }
    self->store = mlops__store_ref(store);
    self->allocator = allocator;
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops_status status = open_first(self, name, err);
    if (status) mlops_deployment_close(self);
    else *out = self;
    return status;
}

void mlops_deployment_close(mlops_deployment *self) {
    if (!self) return;
    mlops_store *store = self->store;
    if (self->swap)
        for (int i = 0; i < 2; i++) mlops__serving_free(self->swap->served[i], self->allocator);
    mlops__free_aligned(self->allocator, self->swap, sizeof *self->swap, ALIGN);
    mlops__arena_free(&self->arena);
    mlops__lock_free(&self->lock);
    mlops__free(self->allocator, self, sizeof *self);
    mlops_store_close(store);
}

/* ---- refreshing ---- */

/* Versions that keys reach; the canary's is 0 where its share is. */
static int64_t version_of(const mlops__deploy_plan *plan, int arm) {
    return arm == MLOPS__ARM_CANARY && !plan->ppm ? 0 : plan->versions[arm];
}

static int64_t n_other(const mlops__deploy_plan *a, const mlops__deploy_plan *b) {
    int model = strcmp(a->model, b->model) != 0;
    int64_t n = 0;
    for (int i = 0; i < 2; i++)
        n += version_of(a, i) != version_of(b, i) || (model && version_of(a, i));
    return n;
}

static int is_same(const mlops__deploy_plan *a, const mlops__deploy_plan *b) {
    return n_other(a, b) == 0 && a->ppm == b->ppm && !strcmp(a->model, b->model) &&
           !strcmp(a->salt, b->salt);
}

static void publish(mlops_deployment *self, mlops__serving *next) {
    mlops__serving_free(mlops__swap_reclaim_wait(self->swap), self->allocator);
    mlops__swap_publish(self->swap, next);
    atomic_fetch_add(&self->n_swaps, 1);
}

static mlops_status refresh(mlops_deployment *self, int64_t *n_swapped, mlops__arena *arena,
                            mlops_error *err) {
    mlops__deploy_plan plan;
    mlops__serving *next = NULL;
    const mlops__serving *now = mlops__swap_served(self->swap);
    MLOPS_TRY(mlops__deploy_find(&plan, self->store, self->name, arena, err));
    *n_swapped = n_other(&now->plan, &plan);
    if (is_same(&now->plan, &plan)) return MLOPS_OK;
    MLOPS_TRY(mlops__serving_new(&next, self->store, &plan, now, err));
    mlops_status status = mlops__serving_fit(next, &self->shape, atomic_load(&self->used), err);
    if (status) mlops__serving_free(next, self->allocator);
    else publish(self, next);
    return status;
}

mlops_status mlops_deployment_refresh(mlops_deployment *self, int64_t *n_swapped,
                                      mlops_error *err) {
    mlops__arena arena;
    int64_t n = 0;
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the deployment is NULL");
    MLOPS_TRY(mlops__store_check_fork(self->store, err));
    mlops__arena_init(&arena, self->allocator, SIZE_MAX);
    mlops__lock_take(&self->lock);
    mlops_status status = refresh(self, &n, &arena, err);
    mlops__serving_free(mlops__swap_reclaim(self->swap), self->allocator);
    mlops__lock_give(&self->lock);
    mlops__arena_free(&arena);
    if (!status && n_swapped) *n_swapped = n;
    return status;
}

/* ---- what it tells ---- */

int64_t mlops_deployment_width(const mlops_deployment *self) { return self->shape.width; }

int64_t mlops_deployment_n_features(const mlops_deployment *self) { return self->shape.n_features; }

int64_t mlops_deployment_n_inputs(const mlops_deployment *self) { return self->shape.n_inputs; }

const char *mlops_deployment_input_name(const mlops_deployment *self, int64_t index) {
    return index >= 0 && index < self->shape.n_inputs ? self->shape.inputs[index] : NULL;
}

mlops_type mlops_deployment_input_type(const mlops_deployment *self, int64_t index) {
    return index >= 0 && index < self->shape.n_inputs ? self->shape.types[index] : MLOPS_TYPE_NULL;
}

mlops_status mlops_deployment_stat(const mlops_deployment *self, mlops_deployment_stats *out) {
    mlops_deployment_stats stats = MLOPS_DEPLOYMENT_STATS_INIT;
    mlops__swap_count *place;
    const mlops__serving *serving = mlops__swap_enter(self->swap, &place);
    stats.champion_version = serving->arms[MLOPS__ARM_CHAMPION].version;
    stats.canary_version = serving->arms[MLOPS__ARM_CANARY].version;
    stats.canary_share = (double)serving->plan.ppm / MLOPS__ROUTE_BUCKETS;
    mlops__swap_leave(place);
    stats.n_champion = mlops__swap_total(self->swap, MLOPS__ARM_CHAMPION);
    stats.n_canary = mlops__swap_total(self->swap, MLOPS__ARM_CANARY);
    stats.n_swaps = atomic_load(&self->n_swaps);
    return mlops__opts_return(out, &stats, sizeof stats);
}
