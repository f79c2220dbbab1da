/* Searching runs: in their order, block by block through the filter, until enough are found.
 *
 * Owns the ids of a search. Invariant: all of it is of one moment of the store.
 */
#include "text/near.h"
#include "track/search.h"

#include <mlops/experiment.h>

#include <string.h>

typedef struct searching {
    mlops__index index;
    mlops__filter filter;
    mlops__run_ids block; /* not yet looked at */
    mlops__run_ids found;
    int64_t n_max;
} searching;

static mlops_status add(mlops__run_ids *self, const char *id, mlops_error *err) {
    if (self->n == self->cap) {
        size_t cap = self->cap ? self->cap * 2 : 64;
        char(*more)[MLOPS__RUN_TEXT] = mlops__alloc_array(self->allocator, cap, sizeof *more);
        if (!more) return mlops__fail_nomem(err, cap * sizeof *more);
        if (self->n) memcpy(more, self->ids, self->n * sizeof *more);
        mlops__free(self->allocator, self->ids, self->cap * sizeof *more);
        self->ids = more;
        self->cap = cap;
    }
    memcpy(self->ids[self->n++], id, MLOPS__RUN_TEXT);
    return MLOPS_OK;
}

static mlops_status look(searching *self, mlops_error *err) {
    uint8_t picked[MLOPS__FILTER_BLOCK];
    size_t n = self->block.n;
    self->block.n = 0;
    if (n == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__filter_pick(&self->filter, &self->index,
                                 (const char(*)[MLOPS__RUN_TEXT])self->block.ids, (int64_t)n,
                                 picked, err));
    for (size_t i = 0; i < n && (int64_t)self->found.n < self->n_max; i++)
        if (picked[i]) MLOPS_TRY(add(&self->found, self->block.ids[i], err));
    return MLOPS_OK;
}

/* The run at a key of the order comes next. MLOPS_END: enough are found. */
static mlops_status take(searching *self, mlops__bytes run, mlops_error *err) {
    char id[MLOPS__RUN_TEXT];
    if (run.size != sizeof id - 1)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the order of runs has an id of %zu digits",
                           run.size);
    memcpy(id, run.data, sizeof id - 1);
    id[sizeof id - 1] = 0;
    MLOPS_TRY(add(&self->block, id, err));
    int64_t room = self->n_max - (int64_t)self->found.n;
    if (self->block.n < MLOPS__FILTER_BLOCK && (self->filter.expr || (int64_t)self->block.n < room))
        return MLOPS_OK;
    MLOPS_TRY(look(self, err));
    return (int64_t)self->found.n < self->n_max ? MLOPS_OK : MLOPS_END;
}

/* No such experiment, and the nearest name that there is. */
static mlops_status unknown(searching *self, const char *experiment, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__near near;
    char found[MLOPS__KV_KEY_MAX] = "";
    mlops__near_begin(&near, experiment, strlen(experiment));
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_EXPERIMENTS,
                                     (mlops__bytes){NULL, 0}, err));
    mlops_status status;
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        const char *before = near.found;
        mlops__near_consider(&near, (const char *)key.data, key.size);
        if (near.found != before)
            mlops__format(found, sizeof found, "%.*s", (int)key.size, (const char *)key.data);
    }
    mlops__index_iter_free(&iter);
    if (status != MLOPS_END) return status;
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "the store has no experiment '%s'%s%s%s", experiment,
                       near.found ? "; did you mean '" : "", found, near.found ? "'?" : "");
}

static mlops_status exists(searching *self, const char *experiment, mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    mlops__key_init(&key);
    mlops__key_text(&key, experiment);
    mlops_status status = mlops__index_get(&self->index, MLOPS__TABLE_EXPERIMENTS,
                                           mlops__key_bytes(&key), &value, err);
    return status == MLOPS_E_NOT_FOUND ? unknown(self, experiment, err) : status;
}

static mlops_status walk_one(searching *self, const char *experiment, mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    MLOPS_TRY(exists(self, experiment, err));
    MLOPS_TRY(mlops__run_iter(&iter, &self->index, MLOPS__TABLE_RUN_ORDER, experiment, err));
    do {
        status = mlops__index_iter_next(&iter, &key, &value, err);
        if (!status) status = take(self, mlops__key_part(key, 2), err);
    } while (!status);
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- all experiments ---- */

/* Order and run of each, NUL-terminated. */
static mlops_status list_all(searching *self, mlops__arena *arena, const char ***out, size_t *n,
                             mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_status status;
    size_t i = 0;
    *n = (size_t)self->index.sums[MLOPS__TABLE_RUN_ORDER].n;
    *out = mlops__arena_array(arena, *n ? *n : 1, sizeof **out);
    if (!*out) return mlops__fail_nomem(err, *n * sizeof **out);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_RUN_ORDER,
                                     (mlops__bytes){NULL, 0}, err));
    while ((status = mlops__index_iter_next(&iter, &key, &value, err)) == MLOPS_OK) {
        mlops__bytes experiment = mlops__key_part(key, 0);
        size_t skip = experiment.size < key.size ? experiment.size + 1 : key.size;
        const char *text = mlops__arena_text(arena, (const char *)key.data + skip, key.size - skip);
        if (!text) status = mlops__fail_nomem(err, key.size);
        else if (i == *n) status = mlops__fail(err, MLOPS_E_CORRUPT, "the count of runs is wrong");
        if (status) break;
        (*out)[i++] = text;
    }
    mlops__index_iter_free(&iter);
    *n = i;
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status walk_all(searching *self, const mlops_allocator *allocator, mlops_error *err) {
    mlops__arena arena;
    const char **order;
    size_t n;
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    mlops_status status = list_all(self, &arena, &order, &n, err);
    if (!status) mlops__sort_texts(order, n);
    for (size_t i = 0; i < n && !status; i++) {
        mlops__bytes key = {(const uint8_t *)order[i], strlen(order[i])};
        status = take(self, mlops__key_part(key, 1), err);
    }
    mlops__arena_free(&arena);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- the verb ---- */

static mlops_status search(searching *self, mlops_table **out, mlops_store *store,
                           const char *experiment, mlops_error *err) {
    const mlops__host *host = mlops__store_host(store);
    MLOPS_TRY(mlops__store_read_begin(store, &self->index, err));
    mlops_status status =
        experiment ? walk_one(self, experiment, err) : walk_all(self, &host->allocator, err);
    if (!status) status = look(self, err);
    if (!status) status = mlops__run_table(out, &self->index, &self->found, host, err);
    mlops__store_read_end(&self->index);
    return status;
}

mlops_status mlops_run_search(mlops_table **out, mlops_store *store, const char *experiment,
                              const char *filter, int64_t n_max, mlops_error *err) {
    searching s;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    if (n_max < 1)
        return mlops__fail(err, MLOPS_E_INVALID, "n_max is %lld; it must be 1 or more",
                           (long long)n_max);
    if (experiment) MLOPS_TRY(mlops__name_check("experiment", experiment, err));
    memset(&s, 0, sizeof s);
    const mlops__host *host = mlops__store_host(store);
    s.block.allocator = s.found.allocator = &host->allocator;
    s.n_max = n_max;
    mlops_status status = mlops__filter_begin(&s.filter, filter, host, err);
    if (!status) status = search(&s, out, store, experiment, err);
    mlops__filter_end(&s.filter);
    mlops__free(&host->allocator, s.block.ids, s.block.cap * sizeof *s.block.ids);
    mlops__free(&host->allocator, s.found.ids, s.found.cap * sizeof *s.found.ids);
    return status;
}
