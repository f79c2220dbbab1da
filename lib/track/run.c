/* Writing of runs: the lock, the change, and the one loop that commits.
 *
 * Owns the run's change. Invariants: outside of the lock the change has no operations; what a verb
 * decides on is read in one moment and expected at the commit, and decided anew after a conflict;
 * points stop waiting only when their commit is made.
 */
#include "track/track.h"

#include "text/utf8.h"

#include <string.h>

enum {
    TRIES = 1000, /* each one that fails is a commit of somebody else's */
    SHOWN = 120
};

mlops_status mlops__run_enter(mlops_run *self, mlops_error *err) {
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the run is NULL");
    MLOPS_TRY(mlops__store_check_fork(self->store, err));
    mlops__lock_take(&self->lock);
    return MLOPS_OK;
}

void mlops__run_leave(mlops_run *self) { mlops__lock_give(&self->lock); }

mlops_status mlops__run_change(mlops_run *self, mlops_error *err) {
    mlops_change_opts opts = MLOPS_CHANGE_OPTS_INIT;
    if (self->change) return MLOPS_OK;
    opts.actor = self->actor;
    return mlops_change_new(&self->change, self->store, &opts, err);
}

mlops_status mlops__run_note(const mlops_run *self, mlops_change *change, const char *what,
                             const char *which, mlops_error *err) {
    char verb[32 + MLOPS__RUN_TEXT + MLOPS__RUN_PATH_MAX];
    mlops__format(verb, sizeof verb, "run %s %s%s%s", what, self->id, which ? " " : "",
                  which ? which : "");
    return mlops__change_verb(change, verb, err);
}

static mlops_status build(mlops_run *self, const mlops__run_verb *verb, mlops_error *err) {
    mlops__index index;
    mlops_status status = MLOPS_END;
    int looks = verb->looks || self->waiting.n_points > 0;
    if (verb->before) MLOPS_TRY(verb->before(self, NULL, self->change, verb->user, err));
    if (looks) MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    if (verb->build)
        status = verb->build(self, looks ? &index : NULL, self->change, verb->user, err);
    if (status == MLOPS_END && self->waiting.n_points > 0)
        status = mlops__run_note(self, self->change, "log", NULL, err);
    if (status >= 0 && self->waiting.n_points > 0)
        status = mlops__waiting_stage(self, &index, self->change, err);
    if (looks) mlops__store_read_end(&index);
    return status < 0 ? status : MLOPS_OK;
}

mlops_status mlops__run_write(mlops_run *self, const mlops__run_verb *verb, mlops_error *err) {
    const mlops_clock *clock = &mlops__store_host(self->store)->clock;
    mlops_status status = MLOPS_E_CONFLICT;
    int64_t seq = 0;
    for (int i = 0; i < TRIES && status == MLOPS_E_CONFLICT; i++) {
        MLOPS_TRY(mlops__run_change(self, err));
        status = build(self, verb, err);
        if (!status) status = mlops_change_commit(self->change, &seq, err);
        if (status) {
            mlops_change_free(self->change);
            self->change = NULL;
        }
    }
    if (!status) mlops__waiting_clear(&self->waiting, &mlops__store_host(self->store)->allocator);
    if (!status && seq) self->committed_ns = clock->monotonic_ns(clock->ctx); /* 0: nothing to do */
    return status;
}

mlops_status mlops__run_enter_to_read(mlops_run *self, mlops_error *err) {
    const mlops__run_verb nothing = {NULL, NULL, 0, NULL};
    MLOPS_TRY(mlops__run_enter(self, err));
    if (self->waiting.n_points == 0) return MLOPS_OK;
    mlops_status status = mlops__run_write(self, &nothing, err);
    if (status) mlops__run_leave(self);
    return status;
}

mlops_status mlops_run_flush(mlops_run *self, mlops_error *err) {
    MLOPS_TRY(mlops__run_enter_to_read(self, err));
    mlops__run_leave(self);
    return MLOPS_OK;
}

const char *mlops_run_id(const mlops_run *self) { return self->id; }

/* ---- params and tags ---- */

typedef struct member {
    const char *key, *value;
} member;

static mlops_status put_value(mlops_change *change, mlops__table table, const mlops__key *key,
                              const char *value, mlops_error *err) {
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "value", value);
    mlops__json_close(&json, '}');
    return mlops__record_put(change, table, key, &buf, err);
}

/* MLOPS_END if it has this value; MLOPS_OK if it has none. */
static mlops_status compare_param(mlops_run *self, mlops__index *index, const mlops__key *key,
                                  const member *param, mlops_error *err) {
    mlops__arena arena;
    mlops__record record;
    mlops__arena_init(&arena, &mlops__store_host(self->store)->allocator, SIZE_MAX);
    mlops_status status =
        mlops__record_get(&record, index, MLOPS__TABLE_PARAMS, mlops__key_bytes(key), &arena, err);
    const char *there = status ? NULL : mlops__record_text(&record, "value");
    if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK;
    else if (!status && !there)
        status = mlops__fail(err, MLOPS_E_CORRUPT, "the param '%s' is damaged", param->key);
    else if (!status && strcmp(there, param->value) == 0) status = MLOPS_END;
    else if (!status)
        status = mlops__fail(err, MLOPS_E_EXISTS,
                             "the param '%.*s' is '%.*s'; it is set once and cannot become '%.*s'",
                             mlops__utf8_shown(param->key, SHOWN), param->key,
                             mlops__utf8_shown(there, SHOWN), there,
                             mlops__utf8_shown(param->value, SHOWN), param->value);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status build_param(mlops_run *self, mlops__index *index, mlops_change *change,
                                void *user, mlops_error *err) {
    const member *param = user;
    mlops__key key;
    mlops__run_key(&key, self->id, param->key);
    mlops_status status = compare_param(self, index, &key, param, err);
    if (status) return status;
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_PARAMS, mlops__key_bytes(&key),
                                   (mlops__bytes){NULL, 0}, err));
    MLOPS_TRY(mlops__run_note(self, change, "param", param->key, err));
    return put_value(change, MLOPS__TABLE_PARAMS, &key, param->value, err);
}

mlops_status mlops_run_param(mlops_run *self, const char *key, const char *value,
                             mlops_error *err) {
    member param = {key, value};
    const mlops__run_verb verb = {NULL, build_param, 1, &param};
    if (!value) return mlops__fail(err, MLOPS_E_INVALID, "the value of a param is NULL");
    MLOPS_TRY(mlops__run_key_check("the name of the param", key, err));
    MLOPS_TRY(mlops__run_text_check("the value of the param", value, MLOPS__RUN_PARAM_MAX, err));
    MLOPS_TRY(mlops__run_enter(self, err));
    mlops_status status = mlops__run_write(self, &verb, err);
    mlops__run_leave(self);
    return status;
}

static mlops_status build_tag(mlops_run *self, mlops__index *index, mlops_change *change,
                              void *user, mlops_error *err) {
    const member *tag = user;
    mlops__key key;
    (void)index;
    mlops__run_key(&key, self->id, tag->key);
    MLOPS_TRY(mlops__run_note(self, change, "tag", tag->key, err));
    return put_value(change, MLOPS__TABLE_TAGS, &key, tag->value, err);
}

static mlops_status build_untag(mlops_run *self, mlops__index *index, mlops_change *change,
                                void *user, mlops_error *err) {
    const member *tag = user;
    mlops__key key;
    mlops__bytes there;
    mlops__run_key(&key, self->id, tag->key);
    mlops_status status =
        mlops__index_get(index, MLOPS__TABLE_TAGS, mlops__key_bytes(&key), &there, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, status, "the run has no tag '%s'", tag->key);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__change_expect(change, MLOPS__TABLE_TAGS, mlops__key_bytes(&key), there, err));
    MLOPS_TRY(mlops__run_note(self, change, "untag", tag->key, err));
    return mlops__change_del(change, MLOPS__TABLE_TAGS, mlops__key_bytes(&key), err);
}

mlops_status mlops_run_tag(mlops_run *self, const char *key, const char *value, mlops_error *err) {
    member tag = {key, value};
    const mlops__run_verb verb = {NULL, value ? build_tag : build_untag, !value, &tag};
    MLOPS_TRY(mlops__run_key_check("the name of the tag", key, err));
    MLOPS_TRY(mlops__run_text_check("the value of the tag", value, MLOPS__RUN_TAG_MAX, err));
    MLOPS_TRY(mlops__run_enter(self, err));
    mlops_status status = mlops__run_write(self, &verb, err);
    mlops__run_leave(self);
    return status;
}
