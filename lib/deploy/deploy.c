/* Deployments as records: what serves, and to whom.
 *
 * Owns the records. Invariants: a record names a model that is registered, two aliases, a share in
 * millionths and a salt; who holds the aliases is read at the same moment as the record, so that a
 * commit that changes both is seen whole.
 */
#include "deploy/deploy.h"

#include "base/opts.h"
#include "column/rows.h"
#include "registry/registry.h"

#include <string.h>

static const mlops__table TABLE = MLOPS__TABLE_DEPLOYMENTS;

static void key_of(mlops__key *out, const char *name, const char *second) {
    mlops__key_init(out);
    mlops__key_text(out, name);
    if (second) mlops__key_text(out, second);
}

/* ---- reading ---- */

mlops_status mlops__deploy_read(mlops__deploy_plan *out, const mlops__record *record,
                                const char *name, mlops_error *err) {
    memset(out, 0, sizeof *out);
    out->model = mlops__record_text(record, "model");
    out->champion = mlops__record_text(record, "champion");
    out->canary = mlops__record_text(record, "canary");
    out->salt = mlops__record_text(record, "salt");
    out->time_ns = mlops__record_i64(record, "time_ns", 0);
    int64_t ppm = mlops__record_i64(record, "canary_ppm", -1);
    out->ppm = (int32_t)ppm;
    if (out->model && out->champion && out->canary && out->salt && ppm >= 0 &&
        ppm <= MLOPS__ROUTE_BUCKETS)
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the record of deployment \"%s\" is not whole", name);
}

static mlops_status holder(int64_t *out, mlops__index *index, const char *model, const char *alias,
                           mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__record record;
    key_of(&key, model, alias);
    *out = 0;
    mlops_status status =
        mlops__record_get(&record, index, MLOPS__TABLE_ALIASES, mlops__key_bytes(&key), arena, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    *out = mlops__record_i64(&record, "version", 0);
    return MLOPS_OK;
}

mlops_status mlops__deploy_holders(mlops__deploy_plan *self, mlops__index *index,
                                   mlops__arena *arena, mlops_error *err) {
    MLOPS_TRY(holder(&self->versions[0], index, self->model, self->champion, arena, err));
    return holder(&self->versions[1], index, self->model, self->canary, arena, err);
}

static mlops_status find(mlops__deploy_plan *out, mlops__index *index, const char *name,
                         mlops__arena *arena, mlops_error *err) {
    mlops__key key;
    mlops__record record;
    key_of(&key, name, NULL);
    mlops_status status =
        mlops__record_get(&record, index, TABLE, mlops__key_bytes(&key), arena, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__record_missing(index, TABLE, "deployment", name, err);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__deploy_read(out, &record, name, err));
    return mlops__deploy_holders(out, index, arena, err);
}

mlops_status mlops__deploy_find(mlops__deploy_plan *out, mlops_store *store, const char *name,
                                mlops__arena *arena, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(store, &index, err));
    mlops_status status = find(out, &index, name, arena, err);
    mlops__store_read_end(&index);
    return status;
}

/* ---- setting ---- */

/* A deployment that is being set. */
typedef struct setting {
    mlops_change *change;
    const char *name;
    mlops_deploy_opts opts;
    mlops__arena arena;
    mlops__key key;
    mlops__bytes stored;   /* the record as the store has it, in the arena; data NULL: none */
    mlops__record present; /* with what the change has pending */
    mlops__deploy_plan plan;
} setting;

static mlops_status check_opts(const setting *self, mlops_error *err) {
    const mlops_deploy_opts *o = &self->opts;
    MLOPS_TRY(mlops__name_check("deployment", self->name, err));
    if (o->flags & ~(uint32_t)MLOPS_DEPLOY_SET_CANARY_SHARE)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_deploy_opts: unknown flags");
    if (o->model) MLOPS_TRY(mlops__name_check("model", o->model, err));
    if (o->champion) MLOPS_TRY(mlops__registry_check_alias(o->champion, err));
    if (o->canary) MLOPS_TRY(mlops__registry_check_alias(o->canary, err));
    if (o->salt) MLOPS_TRY(mlops__name_check("salt", o->salt, err));
    if (mlops__route_ppm(o->canary_share) < 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_deploy_opts.canary_share must lie between 0 and 1");
    return MLOPS_OK;
}

/* The record that there is, with what the change has pending, as the plan; model NULL: none. */
static mlops_status read_present(setting *self, mlops__index *index, mlops_error *err) {
    mlops__bytes key = mlops__key_bytes(&self->key), value = {NULL, 0};
    mlops_status status = mlops__index_get(index, (uint8_t)TABLE, key, &value, err);
    if (status && status != MLOPS_E_NOT_FOUND) return status;
    if (!status) {
        const char *copy = mlops__arena_text(&self->arena, (const char *)value.data, value.size);
        if (!copy) return mlops__fail_nomem(err, value.size);
        self->stored = (mlops__bytes){(const uint8_t *)copy, value.size};
    }
    value = self->stored;
    (void)mlops__change_pending(self->change, TABLE, key, &value); /* nobody deletes one */
    if (!value.data) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&self->present, value, &self->arena, err));
    return mlops__deploy_read(&self->plan, &self->present, self->name, err);
}

static mlops_status settle(setting *self, mlops_error *err) {
    const mlops_deploy_opts *o = &self->opts;
    mlops__deploy_plan *p = &self->plan;
    int is_new = p->model == NULL;
    if (o->model) p->model = o->model;
    if (o->champion || is_new) p->champion = o->champion ? o->champion : "champion";
    if (o->canary || is_new) p->canary = o->canary ? o->canary : "canary";
    if (o->salt || is_new) p->salt = o->salt ? o->salt : self->name;
    if ((o->flags & MLOPS_DEPLOY_SET_CANARY_SHARE) || o->canary_share != 0)
        p->ppm = mlops__route_ppm(o->canary_share);
    p->time_ns = mlops__store_now(mlops__change_store(self->change));
    if (!p->model)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_deploy_opts.model: the new deployment \"%s\" needs one",
                           self->name);
    if (!strcmp(p->champion, p->canary))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "champion and canary of deployment \"%s\" are both the alias \"%s\"",
                           self->name, p->canary);
    return MLOPS_OK;
}

static mlops_status check_model(const setting *self, mlops__index *index, mlops_error *err) {
    mlops__key key;
    mlops__bytes value;
    key_of(&key, self->plan.model, NULL);
    mlops__bytes bytes = mlops__key_bytes(&key);
    if (!mlops__change_pending(self->change, MLOPS__TABLE_MODELS, bytes, &value)) return MLOPS_OK;
    mlops_status status = mlops__index_get(index, MLOPS__TABLE_MODELS, bytes, &value, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__record_missing(index, MLOPS__TABLE_MODELS, "model", self->plan.model, err);
}

static mlops_status look(setting *self, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(mlops__change_store(self->change), &index, err));
    mlops_status status = read_present(self, &index, err);
    if (!status) status = settle(self, err);
    if (!status) status = check_model(self, &index, err);
    mlops__store_read_end(&index);
    return status;
}

static mlops_status put(const setting *self, mlops_error *err) {
    static const char *const KNOWN[] = {"model", "champion", "canary", "canary_ppm",
                                        "salt",  "time_ns",  NULL};
    const mlops__deploy_plan *p = &self->plan;
    char verb[MLOPS__NAME_MAX + 16];
    mlops__buf buf;
    mlops__json_writer json;
    mlops__buf_init(&buf, self->arena.allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "model", p->model);
    mlops__record_put_text(&json, "champion", p->champion);
    mlops__record_put_text(&json, "canary", p->canary);
    mlops__record_put_i64(&json, "canary_ppm", p->ppm);
    mlops__record_put_text(&json, "salt", p->salt);
    mlops__record_put_i64(&json, "time_ns", p->time_ns);
    mlops__registry_put_rest(&json, &self->present, KNOWN);
    mlops__json_close(&json, '}');
    MLOPS_TRY(mlops__record_put(self->change, TABLE, &self->key, &buf, err));
    MLOPS_TRY(
        mlops__change_expect(self->change, TABLE, mlops__key_bytes(&self->key), self->stored, err));
    mlops__format(verb, sizeof verb, "deploy set %s", self->name);
    return mlops__change_verb(self->change, verb, err);
}

mlops_status mlops_deploy_set(mlops_change *change, const char *name, const mlops_deploy_opts *opts,
                              mlops_error *err) {
    setting self;
    memset(&self, 0, sizeof self);
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__opts_copy(&self.opts, sizeof self.opts, opts, "mlops_deploy_opts", err));
    self.change = change;
    self.name = name;
    MLOPS_TRY(check_opts(&self, err));
    key_of(&self.key, name, NULL);
    mlops__arena_init(&self.arena, &mlops__store_host(mlops__change_store(change))->allocator,
                      SIZE_MAX);
    mlops_status status = look(&self, err);
    if (!status) status = put(&self, err);
    mlops__arena_free(&self.arena);
    return status;
}

/* ---- listing ---- */

static void put_version(mlops__rows *rows, int64_t version) {
    if (version) mlops__rows_i64(rows, version);
    else mlops__rows_null(rows);
}

static mlops_status list_one(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                             mlops__arena *arena, mlops_error *err) {
    mlops__rows *rows = user;
    mlops__deploy_plan plan;
    mlops__record record;
    const char *name = mlops__arena_text(arena, (const char *)key.data, key.size);
    if (!name) return mlops__fail_nomem(err, key.size);
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    MLOPS_TRY(mlops__deploy_read(&plan, &record, name, err));
    MLOPS_TRY(mlops__deploy_holders(&plan, index, arena, err));
    mlops__rows_text(rows, name);
    mlops__rows_text(rows, plan.model);
    mlops__rows_text(rows, plan.champion);
    put_version(rows, plan.versions[0]);
    mlops__rows_text(rows, plan.canary);
    put_version(rows, plan.versions[1]);
    mlops__rows_f64(rows, (double)plan.ppm / MLOPS__ROUTE_BUCKETS);
    mlops__rows_text(rows, plan.salt);
    mlops__rows_i64(rows, plan.time_ns);
    return MLOPS_OK;
}

mlops_status mlops_deploy_list(mlops_table **out, mlops_store *store, mlops_error *err) {
    static const mlops__rows_column COLUMNS[] = {
        {"name", MLOPS_TYPE_STRING},          {"model", MLOPS_TYPE_STRING},
        {"champion", MLOPS_TYPE_STRING},      {"champion_version", MLOPS_TYPE_INT64},
        {"canary", MLOPS_TYPE_STRING},        {"canary_version", MLOPS_TYPE_INT64},
        {"canary_share", MLOPS_TYPE_FLOAT64}, {"salt", MLOPS_TYPE_STRING},
        {"time_ns", MLOPS_TYPE_INT64},
    };
    mlops__rows rows;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(store), COLUMNS,
                                sizeof COLUMNS / sizeof *COLUMNS, err));
    return mlops__rows_end(&rows, mlops__record_each(store, TABLE, list_one, &rows, err), out, err);
}

int64_t mlops_deploy_bucket(const char *salt, const char *key) {
    return mlops__route_bucket(mlops__route_seed(salt), key);
}
