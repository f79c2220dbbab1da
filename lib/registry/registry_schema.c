/* What a version needs of the table that it learned from: the columns that make its rows, and a
 * target that it can read.
 *
 * Owns nothing: the commit is read into the arena. Invariant: only what the commit says of the
 * table is read, none of its rows.
 */
#include "model/model.h"
#include "registry/registry.h"
#include "text/near.h"

#include <mlops/dataset.h>

#include <string.h>

typedef struct schema {
    const mlops__lineage *lineage;
    mlops__arena *arena;
    mlops__record entry;
    mlops__record columns; /* items: name, type */
} schema;

static mlops_status read_commit(mlops__record *out, mlops_store *store,
                                const mlops__lineage *lineage, mlops__arena *arena,
                                mlops_error *err) {
    size_t size = 0;
    MLOPS_TRY(
        mlops_dataset_describe(store, lineage->dataset, lineage->commit, NULL, 0, &size, err));
    char *text = mlops__arena_alloc(arena, size + 1);
    if (!text) return mlops__fail_nomem(err, size + 1);
    MLOPS_TRY(mlops_dataset_describe(store, lineage->dataset, lineage->commit, text, size + 1,
                                     &size, err));
    mlops__record commit;
    MLOPS_TRY(
        mlops__record_parse(&commit, (mlops__bytes){(const uint8_t *)text, size}, arena, err));
    return mlops__record_items(out, mlops__record_json(&commit, "entries"), arena, err);
}

/* The entry of the lineage's table, or of the only one; MLOPS_END if it names none. */
static mlops_status find_entry(schema *self, mlops_store *store, mlops_error *err) {
    mlops__record entries, entry;
    const char *path = self->lineage->path;
    int n = 0;
    MLOPS_TRY(read_commit(&entries, store, self->lineage, self->arena, err));
    for (size_t i = 0; i < entries.n; i++) {
        MLOPS_TRY(mlops__record_parse(&entry, entries.fields[i].json, self->arena, err));
        const char *there = mlops__record_text(&entry, "path");
        if (!there || !mlops__record_json(&entry, "columns").size) continue;
        if (path && strcmp(there, path) != 0) continue;
        self->entry = entry;
        n++;
    }
    if (n != 1) return MLOPS_END;
    return mlops__record_items(&self->columns, mlops__record_json(&self->entry, "columns"),
                               self->arena, err);
}

static mlops_status missing(const schema *self, const char *what, const char *name,
                            const mlops__near *near, mlops_error *err) {
    return mlops__fail(err, MLOPS_E_SCHEMA,
                       "%s '%s' is no column of table '%s' of dataset '%s'%s%.*s%s name the table "
                       "whose columns make the model's rows, or register the features that make "
                       "them of its columns",
                       what, name, mlops__record_text(&self->entry, "path"), self->lineage->dataset,
                       near->found ? "; did you mean '" : "", (int)near->n_found,
                       near->found ? near->found : "", near->found ? "'? Else" : ";");
}

/* The column of a name; *there is 0 if there is none. */
static mlops_status find_column(const schema *self, const char *name, mlops__record *out,
                                int *there, mlops__near *near, mlops_error *err) {
    *there = 0;
    mlops__near_begin(near, name, strlen(name));
    for (size_t i = 0; i < self->columns.n && !*there; i++) {
        MLOPS_TRY(mlops__record_parse(out, self->columns.fields[i].json, self->arena, err));
        const char *column = mlops__record_text(out, "name");
        if (!column) continue;
        *there = !strcmp(column, name);
        mlops__near_consider(near, column, strlen(column));
    }
    return MLOPS_OK;
}

/* Whether a model has names for its features, none of which is a column: its rows were made of the
 * table elsewhere. */
static mlops_status is_derived(const schema *self, const mlops_model *model, int *out,
                               mlops_error *err) {
    *out = mlops_model_feature_name(model, 0) != NULL;
    for (int64_t i = 0; i < mlops_model_n_features(model); i++) {
        mlops__near near;
        mlops__record column;
        int there;
        const char *name = mlops_model_feature_name(model, i);
        if (!name) return MLOPS_OK;
        MLOPS_TRY(find_column(self, name, &column, &there, &near, err));
        if (there) *out = 0;
    }
    return MLOPS_OK;
}

static mlops_status check_inputs(const schema *self, const mlops_model *model,
                                 const mlops_feature *features, mlops_error *err) {
    int64_t n = features ? mlops_feature_n_inputs(features) : mlops_model_n_features(model);
    for (int64_t i = 0; i < n; i++) {
        mlops__near near;
        mlops__record column;
        int there;
        const char *name =
            features ? mlops_feature_input_name(features, i) : mlops_model_feature_name(model, i);
        if (!name) return MLOPS_OK; /* a model without names */
        MLOPS_TRY(find_column(self, name, &column, &there, &near, err));
        if (!there)
            return missing(self, features ? "the features' input" : "the model's feature", name,
                           &near, err);
    }
    return MLOPS_OK;
}

static mlops_status check_target(const schema *self, const mlops_model *model, const char *classes,
                                 mlops_error *err) {
    const char *target = mlops__record_text(&self->entry, "target");
    mlops__task task = mlops__task_of(model);
    mlops__near near;
    mlops__record column;
    int there;
    if (!target || classes || mlops__model_n_classes(model)) return MLOPS_OK;
    if (task != MLOPS__TASK_BINARY && task != MLOPS__TASK_CLASSES) return MLOPS_OK;
    MLOPS_TRY(find_column(self, target, &column, &there, &near, err));
    const char *type = there ? mlops__record_text(&column, "type") : NULL;
    if (!type || strcmp(type, "string") != 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_SCHEMA, "the target '%s' of table '%s' is text; %s", target,
                       mlops__record_text(&self->entry, "path"), mlops__labels_hint);
}

mlops_status mlops__schema_check(mlops_store *store, const mlops__lineage *lineage,
                                 const mlops_model *model, const mlops_feature *features,
                                 const char *classes, mlops__arena *arena, mlops_error *err) {
    schema self = {.lineage = lineage, .arena = arena};
    if (!lineage->dataset || lineage->is_pending) return MLOPS_OK;
    mlops_status status = find_entry(&self, store, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    int derived = 0;
    if (!features) MLOPS_TRY(is_derived(&self, model, &derived, err));
    if (derived) return MLOPS_OK;
    MLOPS_TRY(check_inputs(&self, model, features, err));
    return check_target(&self, model, classes, err);
}
