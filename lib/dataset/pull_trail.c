/* The commits that a pull is to bring.
 *
 * Owns their numbers, and which of those that are here need no look. Invariants: a commit comes
 * behind all that it goes back to; of what comes, each is later than all that it goes back to.
 */
#include "dataset/pull_trail.h"

#include <string.h>

enum { ID = 32 };

/* ---- commits, by number ---- */

/* Or -1. */
static mlops_status number_of(mlops__trail *self, const mlops_id *id, int64_t *out,
                              mlops_error *err) {
    mlops__bytes value;
    mlops_status status = mlops__kv_get(self->txn, (mlops__bytes){id->bytes, ID}, &value, err);
    *out = status ? -1 : (int64_t)mlops__load_u64(value.data);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status add_commit(mlops__trail *self, const mlops_id *id, int64_t level,
                               mlops_error *err) {
    uint8_t number[8];
    mlops__found *more =
        mlops__arena_grow(self->arena, self->commits, (int64_t)self->n, &self->cap, sizeof *more);
    if (!more) return mlops__fail_nomem(err, sizeof *more);
    self->commits = more;
    mlops__store_u64(number, self->n);
    memset(&self->commits[self->n], 0, sizeof *self->commits);
    self->commits[self->n].commit.id = *id;
    self->commits[self->n++].level = level;
    return mlops__kv_put(self->txn, (mlops__bytes){id->bytes, ID},
                         (mlops__bytes){number, sizeof number}, err);
}

mlops_status mlops__trail_has_commit(mlops__view *view, const char *dataset, const mlops_id *id,
                                     int *out) {
    mlops__key key;
    mlops__bytes value;
    mlops__commit_key(&key, dataset, id);
    mlops_status status = mlops__index_get(&view->index, MLOPS__TABLE_COMMITS,
                                           mlops__key_bytes(&key), &value, view->err);
    *out = !status;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* The record of a commit, from here or from there. */
static mlops_status read_commit(mlops__trail *self, mlops__view *view, mlops__found *f, int here) {
    mlops__part part;
    mlops__buf bytes;
    int there = 0;
    mlops_id id = f->commit.id;
    if (here) return mlops__commit_read(&f->commit, view, self->dataset, &id);
    MLOPS_TRY(
        mlops__depot_find(self->parts, MLOPS__PART_COMMIT, id.bytes, ID, &part, &there, view->err));
    if (!there)
        return mlops__fail(view->err, MLOPS_E_CORRUPT,
                           "the remote lacks a commit that its \"%s\" leads to", self->dataset);
    mlops__buf_init(&bytes, &self->remote->host->allocator);
    mlops_status status = mlops__fetch_bytes(self->fetcher, &part, &bytes, view->err);
    if (!status) {
        const char *copy = mlops__arena_text(self->arena, (const char *)bytes.data, bytes.size);
        f->record = (mlops__bytes){(const uint8_t *)copy, bytes.size};
        if (!copy) status = mlops__fail_nomem(view->err, bytes.size);
    }
    mlops__buf_free(&bytes);
    return status ? status : mlops__commit_parse(&f->commit, f->record, view);
}

/* ---- what branches and tags here lead to ---- */

static mlops_status find_tips(mlops__trail *self, mlops__view *view) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    mlops__record record;
    size_t cap = 0;
    self->n_tips = 0;
    mlops__key_init(&key);
    mlops__key_text(&key, self->dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_REFS,
                                     mlops__key_prefix(&key), view->err));
    mlops_status status = MLOPS_OK;
    while (!status && !(status = mlops__index_iter_next(&iter, &k, &value, view->err))) {
        mlops_id *more =
            mlops__arena_grow(self->arena, self->tips, (int64_t)self->n_tips, &cap, sizeof *more);
        if (!more) status = mlops__fail_nomem(view->err, sizeof *more);
        else self->tips = more;
        if (!status) status = mlops__record_parse(&record, value, self->arena, view->err);
        if (!status && mlops__record_id(&record, "commit", &self->tips[self->n_tips]))
            self->n_tips++;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status never(void *user, const mlops_id *id, int *stops, mlops_error *err) {
    (void)user, (void)id, (void)stops, (void)err;
    return MLOPS_OK;
}

/* Where something of it is missing, nothing is taken for whole. */
static mlops_status walk_held(mlops__trail *self, mlops__view *view) {
    self->is_held = 1;
    mlops_status status = mlops__line_init(&self->held, view, self->dataset, view->err);
    for (size_t i = 0; i < self->n_tips && !status; i++)
        status = mlops__line_add(&self->held, &self->tips[i], never, NULL);
    if (status == MLOPS_E_CORRUPT) self->is_held = -1;
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* A commit that nothing leads to may have come with a pull that was cut short, and what it goes
 * back to may have been collected since. Most often it is a tip that is met. */
static mlops_status is_held(mlops__trail *self, mlops__view *view, const mlops_id *id, int *out) {
    *out = 0;
    for (size_t i = 0; i < self->n_tips; i++)
        *out |= memcmp(self->tips[i].bytes, id->bytes, ID) == 0;
    if (!self->is_held && !*out) MLOPS_TRY(walk_held(self, view));
    if (self->is_held <= 0) return MLOPS_OK;
    *out = mlops__line_has(&self->held, id);
    return MLOPS_OK;
}

/* ---- which commits are to come ---- */

/* One step back. A store that has all of what it has needs no look behind a commit that its
 * branches lead to. */
static mlops_status look_at(mlops__trail *self, mlops__view *view, size_t i) {
    int here, held = 0;
    mlops__found f = self->commits[i];
    mlops_id id = f.commit.id;
    MLOPS_TRY(mlops__trail_has_commit(view, self->dataset, &id, &here));
    if (here && !self->is_partial) MLOPS_TRY(is_held(self, view, &id, &held));
    if (held) {
        self->commits[i].placed = 1;
        return MLOPS_OK;
    }
    if (!here && self->depth && f.level >= self->depth) {
        self->commits[i].placed = 1;
        mlops__buf_put(&self->beyond, id.bytes, ID);
        return self->beyond.status ? mlops__fail_nomem(view->err, ID) : MLOPS_OK;
    }
    MLOPS_TRY(read_commit(self, view, &f, here));
    self->commits[i] = f;
    for (size_t k = 0; k < f.commit.n_parents; k++) {
        int64_t number;
        MLOPS_TRY(number_of(self, &f.commit.parents[k], &number, view->err));
        if (number < 0) MLOPS_TRY(add_commit(self, &f.commit.parents[k], f.level + 1, view->err));
    }
    return mlops__remote_tick(self->remote, view->err);
}

/* MLOPS_END if something was collected since the commits were looked for. */
static mlops_status hold_commits(mlops__trail *self, mlops_error *err) {
    mlops__index index;
    int old = 0;
    MLOPS_TRY(mlops__store_write_begin(self->store, &index, err));
    mlops_status status = mlops__lease_is_old(self->lease, &index, &old, err);
    if (!status && old) status = MLOPS_END;
    for (size_t i = 0; i < self->n && !status; i++)
        status = mlops__lease_note(self->lease, &index, self->commits[i].commit.id.bytes, err);
    if (!status) status = mlops__store_write_commit(self->store, &index, err);
    mlops__store_write_end(self->store, &index);
    return status;
}

/* Histories are listed, and bases of merges found, newest first. What is not pulled is looked at
 * when it is. */
static mlops_status check_order(mlops__trail *self, mlops__view *view, const mlops__found *f,
                                const mlops_id *parent) {
    char ids[2][MLOPS__ID_TEXT];
    mlops__commit read;
    int64_t number;
    int here = 1;
    MLOPS_TRY(number_of(self, parent, &number, view->err));
    const mlops__found *g = &self->commits[number];
    const mlops__commit *of = &g->commit;
    if (!f->record.data && !g->record.data) return MLOPS_OK;
    if (g->placed) {
        MLOPS_TRY(mlops__trail_has_commit(view, self->dataset, parent, &here));
        if (!here) return MLOPS_OK;
        MLOPS_TRY(mlops__commit_read(&read, view, self->dataset, parent));
        of = &read;
    }
    if (f->commit.time_ns > of->time_ns) return MLOPS_OK;
    mlops__id_format(ids[0], &f->commit.id);
    mlops__id_format(ids[1], parent);
    return mlops__fail(view->err, MLOPS_E_CORRUPT,
                       "commit %s is not later than %s, which it goes back to", ids[0], ids[1]);
}

static mlops_status check_times(mlops__trail *self, mlops__view *view) {
    for (size_t i = 0; i < self->n; i++) {
        const mlops__found *f = &self->commits[i];
        for (size_t k = 0; k < f->commit.n_parents; k++)
            MLOPS_TRY(check_order(self, view, f, &f->commit.parents[k]));
    }
    return MLOPS_OK;
}

static void forget(mlops__trail *self) {
    mlops__kv_end(self->txn);
    mlops__kv_close(self->known);
    self->txn = NULL;
    self->known = NULL;
    mlops__line_free(&self->held);
    memset(&self->held, 0, sizeof self->held);
    self->n = self->beyond.size = 0;
    self->is_held = 0;
}

static mlops_status look(mlops__trail *self, mlops__view *view, const mlops__head_ref *wanted,
                         size_t n_wanted) {
    mlops__partial partial;
    MLOPS_TRY(mlops__partial_read(&partial, view, self->dataset));
    self->is_partial = partial.is_there;
    MLOPS_TRY(find_tips(self, view));
    for (size_t i = 0; i < n_wanted; i++) {
        int64_t number;
        MLOPS_TRY(number_of(self, &wanted[i].commit, &number, view->err));
        if (number < 0) MLOPS_TRY(add_commit(self, &wanted[i].commit, 0, view->err));
    }
    for (size_t i = 0; i < self->n; i++) MLOPS_TRY(look_at(self, view, i));
    return check_times(self, view);
}

/* MLOPS_END: once more. */
static mlops_status try_to_find(mlops__trail *self, const mlops__head_ref *wanted, size_t n_wanted,
                                mlops_error *err) {
    static const mlops__kv_opts kv = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    mlops__view view;
    forget(self);
    MLOPS_TRY(mlops__kv_open(&self->known, self->remote->host, &kv, err));
    MLOPS_TRY(mlops__kv_begin(&self->txn, self->known, 1, err));
    MLOPS_TRY(mlops__lease_begin(self->lease, self->store, err));
    MLOPS_TRY(mlops__view_begin(&view, self->store, NULL, self->arena, err));
    mlops_status status = look(self, &view, wanted, n_wanted);
    mlops__view_end(&view);
    return status ? status : hold_commits(self, err);
}

/* ---- in which order ---- */

static void put_number(mlops__buf *out, size_t i) { mlops__buf_u64(out, i); }

static size_t top_of(const mlops__buf *stack) {
    return (size_t)mlops__load_u64(stack->data + stack->size - 8);
}

/* Those that a commit goes back to and that have no place yet; 0: there are none. */
static mlops_status put_parents(mlops__trail *self, const mlops__found *f, mlops__buf *stack,
                                int *n, mlops_error *err) {
    *n = 0;
    for (size_t k = 0; k < f->commit.n_parents; k++) {
        int64_t number;
        MLOPS_TRY(number_of(self, &f->commit.parents[k], &number, err));
        if (number < 0 || self->commits[number].placed) continue;
        put_number(stack, (size_t)number);
        ++*n;
    }
    return stack->status ? mlops__fail_nomem(err, stack->size) : MLOPS_OK;
}

/* A commit is met, at the most, once more than it has children; one that leads to itself has no
 * id. */
static mlops_status order_commits(mlops__trail *self, mlops_error *err) {
    mlops__buf stack;
    int n;
    mlops_status status = MLOPS_OK;
    mlops__buf_init(&stack, &self->remote->host->allocator);
    for (size_t i = 0; i < self->n && !status; i++) {
        put_number(&stack, i);
        if (stack.status) status = mlops__fail_nomem(err, stack.size);
        while (!status && stack.size) {
            mlops__found *f = &self->commits[top_of(&stack)];
            n = 0;
            if (!f->placed) status = put_parents(self, f, &stack, &n, err);
            if (status || n) continue;
            if (!f->placed) put_number(&self->order, top_of(&stack));
            f->placed = 1;
            stack.size -= 8;
        }
    }
    mlops__buf_free(&stack);
    if (!status && self->order.status) status = mlops__fail_nomem(err, self->order.size);
    return status;
}

mlops_status mlops__trail_find(mlops__trail *self, const mlops__head_ref *wanted, size_t n_wanted,
                               mlops_error *err) {
    mlops_status status;
    do status = try_to_find(self, wanted, n_wanted, err);
    while (status == MLOPS_END);
    return status ? status : order_commits(self, err);
}

void mlops__trail_init(mlops__trail *self, const mlops__host *host) {
    mlops__buf_init(&self->order, &host->allocator);
    mlops__buf_init(&self->beyond, &host->allocator);
}

void mlops__trail_free(mlops__trail *self) {
    forget(self);
    mlops__buf_free(&self->order);
    mlops__buf_free(&self->beyond);
}
