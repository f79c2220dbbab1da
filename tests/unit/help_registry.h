/* What the tests of the registry share: a model, data that it is judged on, versions, aliases. */
#ifndef TESTS_UNIT_HELP_REGISTRY_H
#define TESTS_UNIT_HELP_REGISTRY_H

#include "unit/help_run.h"

static inline const char *source_path(const char *name) {
    static char path[4096];
    const char *root = getenv("MLOPS_SOURCE_ROOT");
    snprintf(path, sizeof path, "%s/%s", root ? root : ".", name);
    return path;
}

/* tests/fault/model.json: binary, of x, colour_n and z. */
static inline mlops_model *load_model(void) {
    mlops_model *model;
    mlops_error e;
    works(mlops_model_load(&model, source_path("tests/fault/model.json"), NULL, &e), &e);
    return model;
}

/* The version that a model gets in a commit of its own. */
static inline int64_t register_with(ground *g, const char *name, const mlops_model *model,
                                    const mlops_register_opts *opts) {
    mlops_change *c = new_change(g->store);
    mlops_error e;
    int64_t version = 0;
    works(mlops_registry_register(c, &version, name, model, opts, &e), &e);
    commit(c);
    mlops_change_free(c);
    return version;
}

static inline void register_some(ground *g, const char *name, int n) {
    mlops_model *model = load_model();
    for (int i = 0; i < n; i++) register_with(g, name, model, NULL);
    mlops_model_unref(model);
}

static inline void promote(ground *g, const char *name, const char *which, const char *alias) {
    mlops_change *c = new_change(g->store);
    mlops_error e;
    works(mlops_registry_promote(c, name, which, alias, NULL, &e), &e);
    commit(c);
    mlops_change_free(c);
}

/* The version that holds an alias at a time; 0: none. */
static inline int64_t held_at(ground *g, const char *name, const char *alias, int64_t time_ns) {
    int64_t version = -1;
    mlops_error e;
    mlops_status status = mlops_registry_alias_at(&version, g->store, name, alias, time_ns, &e);
    if (status == MLOPS_E_NOT_FOUND) return 0;
    works(status, &e);
    return version;
}

static inline mlops_table *history(ground *g, const char *name, const char *alias) {
    mlops_table *out;
    mlops_error e;
    works(mlops_registry_history(&out, g->store, name, alias, &e), &e);
    return out;
}

static inline const char *registered(ground *g, const char *name, const char *which) {
    static char text[20000];
    mlops_error e;
    size_t needed = 0;
    works(mlops_registry_describe(g->store, name, which, text, sizeof text, &needed, &e), &e);
    assert_int_equal(strlen(text), needed);
    return text;
}

/* A commit of dataset "points" on branch main: rows of x, colour_n, z and what the target is of
 * them; a fifth is held out unless no_split. Writes the digits of its id. */
static inline const char *commit_points(ground *g, const mlops_table *table, const char *target,
                                        int split) {
    static char digits[MLOPS__ID_TEXT];
    mlops_change *c = new_change(g->store);
    mlops_draft *draft;
    mlops_error e;
    mlops_id id;
    mlops_draft_table_opts opts = MLOPS_DRAFT_TABLE_OPTS_INIT;
    opts.target = target;
    works(mlops_draft_new(&draft, c, "points", NULL, &e), &e);
    works(mlops_draft_add_table(draft, "points.csv", table, &opts, &e), &e);
    if (split) works(mlops_draft_split(draft, "points.csv", NULL, &e), &e);
    works(mlops_draft_commit(draft, &id, &e), &e);
    mlops_draft_free(draft);
    commit(c);
    mlops_change_free(c);
    mlops__id_format(digits, &id);
    return digits;
}

#endif
