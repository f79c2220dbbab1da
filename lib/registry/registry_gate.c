/* Gates: what their names mean, and where they are kept.
 *
 * Owns the expression; names are the arena's. Invariants: a gate is kept in its canonical form,
 * which compiles to the same; slots are numbers of names in the order in which they were first
 * looked up.
 */
#include "registry/registry.h"

#include <string.h>

typedef struct scope {
    mlops__task task;
    mlops__arena *arena;
    mlops__gate_name *names;
    size_t n, cap;
    const char *prefix; /* alias and point of the newest name that was not found; "" */
    char problem[128];
} scope;

/* ---- names ---- */

/* MLOPS_E_NOT_FOUND, or MLOPS_E_SCHEMA for a metric of another task. */
static mlops_status find_metric(scope *self, const char *name, mlops_metric *metric,
                                mlops__expr_symbol *out) {
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    int64_t n = mlops_metric_count(), i = 0;
    while (i < n && (mlops_metric_at(&info, i), strcmp(info.name, name) != 0)) i++;
    if (i == n) return MLOPS_E_NOT_FOUND;
    *metric = info.metric;
    if (mlops__task_has(self->task, &info)) return MLOPS_OK;
    mlops__format(self->problem, sizeof self->problem,
                  "the model's task is %s, which this metric does not judge",
                  mlops__task_name(self->task));
    out->problem = self->problem;
    return MLOPS_E_SCHEMA;
}

static mlops_status add_name(scope *self, const mlops__gate_name *name, mlops__expr_symbol *out) {
    size_t slot = 0;
    while (slot < self->n && strcmp(self->names[slot].name, name->name) != 0) slot++;
    if (slot == self->n) {
        mlops__gate_name *wider = mlops__arena_grow(self->arena, self->names, (int64_t)self->n,
                                                    &self->cap, sizeof *wider);
        if (!wider) return MLOPS_E_NOMEM;
        self->names = wider;
        self->names[self->n++] = *name;
    }
    out->type = name->is_rows ? MLOPS_TYPE_INT64 : MLOPS_TYPE_FLOAT64;
    out->slot = (int32_t)slot;
    return MLOPS_OK;
}

static mlops_status resolve(void *user, const char *text, size_t n, mlops__expr_symbol *out) {
    scope *self = user;
    mlops__gate_name name = {0};
    self->prefix = "";
    name.name = mlops__arena_text(self->arena, text, n);
    const char *point = strrchr(text, '.'), *metric = point ? point + 1 : text;
    if (!name.name) return MLOPS_E_NOMEM;
    name.is_rows = !strcmp(text, "rows");
    if (point) {
        name.alias = mlops__arena_text(self->arena, text, (size_t)(point - text));
        if (!name.alias) return MLOPS_E_NOMEM;
        out->problem = "what stands ahead of the last point is no alias";
        if (mlops__registry_check_alias(name.alias, NULL)) return MLOPS_E_SCHEMA;
    }
    mlops_status status = name.is_rows ? MLOPS_OK : find_metric(self, metric, &name.metric, out);
    if (status == MLOPS_E_NOT_FOUND && point) {
        self->prefix = mlops__arena_text(self->arena, text, (size_t)(metric - text));
        if (!self->prefix) return MLOPS_E_NOMEM;
    }
    return status ? status : add_name(self, &name, out);
}

/* Metrics of the task behind the alias of the name that was not found, then "rows". */
static const char *known(void *user, int64_t i) {
    scope *self = user;
    mlops_metric_info info = MLOPS_METRIC_INFO_INIT;
    int64_t n = mlops_metric_count(), seen = 0, at = 0;
    for (; at < n; at++) {
        mlops_metric_at(&info, at);
        if (mlops__task_has(self->task, &info) && seen++ == i) break;
    }
    if (at == n) return i == seen && !*self->prefix ? "rows" : NULL;
    if (!*self->prefix) return info.name;
    size_t n_prefix = strlen(self->prefix), n_name = strlen(info.name);
    char *name = mlops__arena_alloc(self->arena, n_prefix + n_name + 1);
    if (!name) return NULL;
    memcpy(name, self->prefix, n_prefix);
    memcpy(name + n_prefix, info.name, n_name);
    return name;
}

/* ---- compiling ---- */

mlops_status mlops__gate_compile(mlops__gate *out, const char *text, mlops__task task,
                                 mlops__arena *arena, mlops_error *err) {
    scope s = {.task = task, .arena = arena, .prefix = ""};
    mlops__expr_scope language = {.resolve = resolve,
                                  .known = known,
                                  .user = &s,
                                  .wanted = MLOPS_TYPE_BOOL,
                                  .what = "gate",
                                  .cpu_max = MLOPS_CPU_SCALAR};
    memset(out, 0, sizeof *out);
    MLOPS_TRY(
        mlops__expr_compile(&out->expr, text, strlen(text), &language, arena->allocator, err));
    out->text = mlops__expr_format(out->expr, NULL);
    out->names = s.names;
    out->n_names = (int64_t)s.n;
    return MLOPS_OK;
}

void mlops__gate_free(mlops__gate *self) {
    mlops__expr_free(self->expr);
    self->expr = NULL;
}

/* ---- records ---- */

mlops_status mlops__gate_read(mlops__registry *self, const char *model, const char *alias,
                              mlops__registry_record *record, const char **text, mlops_error *err) {
    MLOPS_TRY(mlops__registry_get(self, record, MLOPS__TABLE_GATES, model, alias, -1, err));
    *text = record->there ? mlops__record_text(&record->fields, "gate") : NULL;
    if (record->there && !*text)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the gate of \"%s\" of \"%s\" has no text", alias,
                           model);
    return MLOPS_OK;
}

mlops_status mlops__gate_put(mlops_change *change, const mlops__registry_record *record,
                             const char *text, mlops_error *err) {
    static const char *const known[] = {"gate", NULL};
    mlops__buf buf;
    mlops__json_writer json;
    MLOPS_TRY(mlops__registry_expect(change, record, err));
    if (!text && !record->there) return MLOPS_OK;
    if (!text) return mlops__change_del(change, record->table, mlops__key_bytes(&record->key), err);
    mlops__buf_init(&buf, &mlops__store_host(mlops__change_store(change))->allocator);
    mlops__json_writer_init(&json, &buf, 0);
    mlops__json_open(&json, '{');
    mlops__record_put_text(&json, "gate", text);
    mlops__registry_put_rest(&json, &record->fields, known);
    mlops__json_close(&json, '}');
    return mlops__registry_put(change, record, &buf, err);
}

/* The text is canonical then; NULL stays NULL. */
static mlops_status compile(mlops__registry *state, const char *name, mlops__gate *gate,
                            const char **text, mlops_error *err) {
    mlops__registry_version newest;
    mlops__task task;
    MLOPS_TRY(mlops__registry_find(state, name, "latest", &newest, err));
    if (!*text) return MLOPS_OK;
    MLOPS_TRY(mlops__task_read(state, &newest.record.fields, &task, err));
    MLOPS_TRY(mlops__gate_compile(gate, *text, task, &state->arena, err));
    *text = gate->text;
    return MLOPS_OK;
}

static mlops_status set_gate(mlops__registry *state, mlops_change *change, const char *name,
                             const char *alias, const char *text, mlops__gate *gate,
                             mlops_error *err) {
    mlops__registry_record record;
    const char *old;
    MLOPS_TRY(mlops__registry_begin(state, mlops__change_store(change), change, err));
    MLOPS_TRY(compile(state, name, gate, &text, err));
    MLOPS_TRY(mlops__gate_read(state, name, alias, &record, &old, err));
    mlops__registry_pause(state);
    MLOPS_TRY(mlops__gate_put(change, &record, text, err));
    return mlops__registry_note(change, "gate", name, alias, 0, err);
}

mlops_status mlops_registry_set_gate(mlops_change *change, const char *name, const char *alias,
                                     const char *gate, mlops_error *err) {
    mlops__registry state;
    mlops__gate compiled = {0};
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__name_check("model", name, err));
    MLOPS_TRY(mlops__registry_check_alias(alias, err));
    mlops_status status = set_gate(&state, change, name, alias, gate, &compiled, err);
    mlops__gate_free(&compiled);
    mlops__registry_free(&state);
    return status;
}

static mlops_status write_gate(mlops__registry *state, mlops_store *store, const char *name,
                               const char *alias, mlops__buf *out, mlops_error *err) {
    mlops__registry_record record;
    mlops__registry_version newest;
    const char *text;
    MLOPS_TRY(mlops__registry_begin(state, store, NULL, err));
    MLOPS_TRY(mlops__registry_find(state, name, "latest", &newest, err));
    MLOPS_TRY(mlops__gate_read(state, name, alias, &record, &text, err));
    if (text) mlops__buf_text(out, text);
    return MLOPS_OK;
}

mlops_status mlops_registry_gate(mlops_store *store, const char *name, const char *alias,
                                 char *text, size_t cap, size_t *needed, mlops_error *err) {
    mlops__registry state;
    mlops__buf out;
    memset(&state, 0, sizeof state);
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(mlops__name_check("model", name, err));
    MLOPS_TRY(mlops__registry_check_alias(alias, err));
    mlops__buf_init_fixed(&out, text, cap);
    mlops_status status = write_gate(&state, store, name, alias, &out, err);
    mlops__registry_free(&state);
    if (status) return status;
    if (!mlops__buf_finish_text(&out, needed)) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_ARENA, "the gate takes more than the %zu bytes of room", cap);
}
