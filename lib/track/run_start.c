/* Beginning, opening, ending and closing runs.
 *
 * Owns the object and its share of the store. Invariants: a run is in RUNS and in RUN_ORDER or in
 * neither, and its experiment is there; its start and experiment never change; members of a record
 * that this library does not know stay as they are.
 */
#include "base/hex.h"
#include "base/opts.h"
#include "store/link_record.h"
#include "track/track.h"

#include <mlops/dataset.h>

#include <string.h>

enum { ID_BYTES = 16, DIGITS_MIN = 8 };

static const char *const STATUSES[] = {"RUNNING", "FINISHED", "FAILED", "KILLED"};

/* ---- the object ---- */

mlops_status mlops__run_new(mlops_run **out, mlops_store *store, const char *id, const char *actor,
                            mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_run *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    memcpy(self->id, id, sizeof self->id);
    self->actor_size = actor ? strlen(actor) + 1 : 0;
    self->actor = actor ? mlops__copy_text(allocator, actor, self->actor_size - 1) : NULL;
    if ((actor && !self->actor) || mlops__lock_init(&self->lock)) {
        mlops__free(allocator, self->actor, self->actor_size);
        mlops__free(allocator, self, sizeof *self);
        return mlops__fail_nomem(err, sizeof *self);
    }
    const mlops_clock *clock = &mlops__store_host(store)->clock;
    self->committed_ns = clock->monotonic_ns(clock->ctx);
    self->store = mlops__store_ref(store);
    *out = self;
    return MLOPS_OK;
}

void mlops_run_close(mlops_run *self) {
    if (!self) return;
    mlops_store *store = self->store;
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_run_flush(self, NULL);
    mlops__waiting_clear(&self->waiting, allocator);
    mlops_change_free(self->change);
    mlops__lock_free(&self->lock);
    mlops__free(allocator, self->actor, self->actor_size);
    mlops__free(allocator, self, sizeof *self);
    mlops_store_close(store);
}

/* ---- opening ---- */

static mlops_status find_longer(char out[MLOPS__RUN_TEXT], mlops__index *index, const char *digits,
                                mlops_error *err) {
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__bytes prefix = {(const uint8_t *)digits, strlen(digits)};
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_RUNS, prefix, err));
    mlops_status status = mlops__index_iter_next(&iter, &key, &value, err);
    if (!status && key.size != MLOPS__RUN_TEXT - 1)
        status = mlops__fail(err, MLOPS_E_CORRUPT, "the id of a run has %zu digits", key.size);
    if (!status) {
        memcpy(out, key.data, MLOPS__RUN_TEXT - 1);
        out[MLOPS__RUN_TEXT - 1] = 0;
        status = mlops__index_iter_next(&iter, &key, &value, err);
        if (status == MLOPS_END) status = MLOPS_OK;
        else if (!status)
            status = mlops__fail(err, MLOPS_E_NOT_FOUND,
                                 "the ids of more than one run begin with '%s'; give more digits",
                                 digits);
    } else if (status == MLOPS_END) {
        status = mlops__fail(err, MLOPS_E_NOT_FOUND, "the store has no run '%s'", digits);
    }
    mlops__index_iter_free(&iter);
    return status;
}

mlops_status mlops__run_find(char out[MLOPS__RUN_TEXT], mlops__index *index, const char *digits,
                             mlops_error *err) {
    size_t n = strlen(digits);
    if (n < DIGITS_MIN || n >= MLOPS__RUN_TEXT || strspn(digits, "0123456789abcdef") < n)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "'%.*s' is no id of a run: 32 digits, 0 to 9 and a to f, or the first 8 "
                           "or more of them",
                           (int)(n < 40 ? n : 40), digits);
    return find_longer(out, index, digits, err);
}

/* The record of a run; in the arena. */
static mlops_status read_run(mlops__record *out, mlops__index *index, const char *id,
                             mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__key_init(&key);
    mlops__key_text(&key, id);
    mlops_status status =
        mlops__record_get(out, index, MLOPS__TABLE_RUNS, mlops__key_bytes(&key), arena, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, status, "the store has no run '%s'", id);
}

mlops_status mlops_run_open(mlops_run **out, mlops_store *store, const char *id, mlops_error *err) {
    mlops__index index;
    mlops__arena arena;
    mlops__record record;
    char whole[MLOPS__RUN_TEXT];
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store || !id) return mlops__fail(err, MLOPS_E_INVALID, "the store or the id is NULL");
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops__arena_init(&arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__run_find(whole, &index, id, err);
    if (!status) status = read_run(&record, &index, whole, &arena, err);
    mlops__store_read_end(&index);
    if (!status)
        status = mlops__run_new(out, store, whole, mlops__record_text(&record, "actor"), err);
    mlops__arena_free(&arena);
    return status;
}

/* ---- beginning ---- */

typedef struct beginning {
    const char *experiment;
    const mlops_run_opts *opts;
    int64_t now, start_ns;
    char parent[MLOPS__RUN_TEXT];
} beginning;

static mlops_status put_experiment(mlops__index *index, mlops_change *change, const beginning *b,
                                   mlops_error *err) {
    mlops__key key;
    mlops__bytes there;
    mlops__buf buf;
    mlops__json_writer json;
    mlops__key_init(&key);
    mlops__key_text(&key, b->experiment);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_EXPERIMENTS, mlops__key_bytes(&key), &there, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_EXPERIMENTS, mlops__key_bytes(&key),
                                   (mlops__bytes){NULL, 0}, err));
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_i64(&json, "created_ns", b->now);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_EXPERIMENTS, &key, &buf, err);
}

static mlops_status put_run(mlops_run *self, mlops_change *change, const beginning *b,
                            mlops_error *err) {
    mlops__key key;
    mlops__buf buf;
    mlops__json_writer json;
    mlops__key_init(&key);
    mlops__key_text(&key, self->id);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_RUNS, mlops__key_bytes(&key),
                                   (mlops__bytes){NULL, 0}, err));
    mlops__buf_init(&buf, &mlops__store_host(self->store)->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "experiment", b->experiment);
    mlops__record_put_text(&json, "name", b->opts->name);
    mlops__record_put_text(&json, "status", STATUSES[MLOPS_RUN_RUNNING]);
    mlops__record_put_i64(&json, "start_ns", b->start_ns);
    mlops__record_put_text(&json, "parent", b->parent[0] ? b->parent : NULL);
    mlops__record_put_text(&json, "actor", b->opts->actor);
    mlops__record_put_text(&json, "source", b->opts->source);
    mlops__record_put_text(&json, "dataset", b->opts->dataset);
    mlops__record_put_text(&json, "commit", b->opts->commit);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, MLOPS__TABLE_RUNS, &key, &buf, err);
}

static mlops_status link_input(const mlops_run *self, mlops_change *change,
                               const mlops_run_opts *opts, mlops_error *err) {
    mlops__link_text from, to;
    mlops__link link = {mlops__link_dataset(&from, opts->dataset, opts->commit),
                        mlops__link_run(&to, self->id), "input", 0, 0};
    return mlops__link_put(change, &link, err);
}

static mlops_status build_start(mlops_run *self, mlops__index *index, mlops_change *change,
                                void *user, mlops_error *err) {
    beginning *b = user;
    mlops__key key;
    char order[MLOPS__RUN_ORDER_TEXT];
    if (b->opts->parent) MLOPS_TRY(mlops__run_find(b->parent, index, b->opts->parent, err));
    MLOPS_TRY(put_experiment(index, change, b, err));
    MLOPS_TRY(put_run(self, change, b, err));
    if (b->opts->dataset) MLOPS_TRY(link_input(self, change, b->opts, err));
    MLOPS_TRY(mlops__run_note(self, change, "start", b->experiment, err));
    mlops__run_order(order, b->start_ns);
    mlops__key_init(&key);
    mlops__key_text(&key, b->experiment);
    mlops__key_text(&key, order);
    mlops__key_text(&key, self->id);
    return mlops__change_put(change, MLOPS__TABLE_RUN_ORDER, mlops__key_bytes(&key),
                             (mlops__bytes){(const uint8_t *)"{}", 2}, err);
}

static mlops_status check_opts(const mlops_run_opts *opts, mlops_error *err) {
    if (opts->flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_run_opts: unknown flags");
    if (opts->start_ns < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_run_opts: start_ns lies before 1970");
    if (opts->commit && !opts->dataset)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_run_opts: a commit without its dataset; name that too");
    MLOPS_TRY(mlops__run_text_check("the name of the run", opts->name, MLOPS__RUN_TAG_MAX, err));
    MLOPS_TRY(mlops__run_text_check("the actor", opts->actor, MLOPS__RUN_TAG_MAX, err));
    return mlops__run_text_check("the source", opts->source, MLOPS__RUN_TAG_MAX, err);
}

/* The id of the commit of the dataset, if there is one; the digits live in the caller's text. */
static mlops_status resolve(mlops_run_opts *opts, mlops_store *store, char digits[MLOPS__ID_TEXT],
                            mlops_error *err) {
    mlops_id commit;
    if (!opts->dataset) return MLOPS_OK;
    MLOPS_TRY(mlops_dataset_resolve(&commit, store, opts->dataset, opts->commit, err));
    mlops__id_format(digits, &commit);
    opts->commit = digits;
    return MLOPS_OK;
}

static mlops_status make_id(char out[MLOPS__RUN_TEXT], const mlops__host *host, mlops_error *err) {
    uint8_t bytes[ID_BYTES];
    int64_t code = host->entropy.fill(host->entropy.ctx, bytes, sizeof bytes);
    if (code < 0) return mlops__fail_os(err, code, "cannot draw random bytes", NULL);
    mlops__hex_bytes(out, bytes, sizeof bytes);
    return MLOPS_OK;
}

mlops_status mlops_run_start(mlops_run **out, mlops_store *store, const char *experiment,
                             const mlops_run_opts *opts, mlops_error *err) {
    mlops_run_opts local;
    mlops_run *self;
    char id[MLOPS__RUN_TEXT], commit[MLOPS__ID_TEXT];
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_run_opts", err));
    MLOPS_TRY(check_opts(&local, err));
    MLOPS_TRY(mlops__name_check("experiment", experiment, err));
    MLOPS_TRY(mlops__store_check_fork(store, err));
    MLOPS_TRY(resolve(&local, store, commit, err));
    int64_t now = mlops__store_now(store);
    beginning b = {experiment, &local, now, local.start_ns ? local.start_ns : now, {0}};
    if (b.start_ns < 0) b.start_ns = 0; /* of a clock that is not set */
    const mlops__run_verb verb = {NULL, build_start, 1, &b};
    MLOPS_TRY(make_id(id, mlops__store_host(store), err));
    MLOPS_TRY(mlops__run_new(&self, store, id, local.actor, err));
    mlops_status status = mlops__run_write(self, &verb, err);
    if (status) mlops_run_close(self);
    else *out = self;
    return status;
}

/* ---- ending ---- */

static void put_members(mlops__json_writer *json, const mlops__record *record,
                        mlops_run_status status, int64_t now) {
    mlops__json_open(json, '{');
    for (size_t i = 0; i < record->n; i++) {
        const mlops__field *field = &record->fields[i];
        if (strcmp(field->name, "end_ns") == 0) continue;
        if (strcmp(field->name, "status") == 0)
            mlops__record_put_text(json, "status", STATUSES[status]);
        else mlops__record_put_json(json, field->name, (const char *)field->json.data);
    }
    if (status != MLOPS_RUN_RUNNING) mlops__record_put_i64(json, "end_ns", now);
    mlops__json_close(json, '}');
}

static mlops_status build_end(mlops_run *self, mlops__index *index, mlops_change *change,
                              void *user, mlops_error *err) {
    mlops__key key;
    mlops__arena arena;
    mlops__record record;
    mlops__buf buf;
    mlops__json_writer json;
    mlops__bytes there;
    const mlops_run_status *to = user;
    const mlops_allocator *allocator = &mlops__store_host(self->store)->allocator;
    mlops__key_init(&key);
    mlops__key_text(&key, self->id);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_RUNS, mlops__key_bytes(&key), &there, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the store has no run '%s'", self->id);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_RUNS, mlops__key_bytes(&key), there, err));
    MLOPS_TRY(mlops__run_note(self, change, "end", STATUSES[*to], err));
    mlops__arena_init(&arena, allocator, SIZE_MAX);
    status = mlops__record_parse(&record, there, &arena, err);
    mlops__buf_init(&buf, allocator);
    mlops__json_writer_init(&json, &buf, 0);
    if (!status) put_members(&json, &record, *to, mlops__store_now(self->store));
    mlops__arena_free(&arena);
    if (!status) return mlops__record_put(change, MLOPS__TABLE_RUNS, &key, &buf, err);
    mlops__buf_free(&buf);
    return status;
}

mlops_status mlops_run_end(mlops_run *self, mlops_run_status status, mlops_error *err) {
    mlops_run_status to = status;
    const mlops__run_verb verb = {NULL, build_end, 1, &to};
    if ((int)status < 0 || (size_t)status >= sizeof STATUSES / sizeof STATUSES[0])
        return mlops__fail(err, MLOPS_E_INVALID, "status %d is none of mlops_run_status",
                           (int)status);
    MLOPS_TRY(mlops__run_enter(self, err));
    mlops_status done = mlops__run_write(self, &verb, err);
    mlops__run_leave(self);
    return done;
}
