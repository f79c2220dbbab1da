/* Branches and tags that are made, moved and deleted.
 *
 * Owns nothing. Invariant: a name is added as a branch or a tag only where the change expects it
 * not to be the other one.
 */
#include "dataset/dataset.h"

#include <string.h>

enum { VERB_MAX = 700 };

/* What a name stands for under the change, and what the store has of it. */
typedef struct move {
    mlops_change *change;
    mlops__arena arena;
    const char *dataset, *name;
    mlops__ref branch, tag;
    mlops_id target;
} move;

static mlops_status check(const mlops_change *change, const char *dataset, const char *name,
                          const char *kind, mlops_error *err) {
    if (!change) return mlops__fail(err, MLOPS_E_INVALID, "the change is NULL");
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    return mlops__ref_check(kind, name, err);
}

static mlops_status look(move *self, mlops__view *view) {
    MLOPS_TRY(mlops__ref_read(&self->branch, view, self->dataset, mlops__ref_branch, self->name));
    return mlops__ref_read(&self->tag, view, self->dataset, mlops__ref_tag, self->name);
}

/* Ends with mlops__arena_free(). */
static mlops_status begin(move *self, mlops_change *change, const char *dataset, const char *name,
                          mlops__view *view, mlops_error *err) {
    mlops_store *store = mlops__change_store(change);
    memset(self, 0, sizeof *self);
    self->change = change;
    self->dataset = dataset;
    self->name = name;
    mlops__arena_init(&self->arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    return mlops__view_begin(view, store, change, &self->arena, err);
}

static mlops_status expect(const move *self, const char *kind, const mlops__ref *ref,
                           mlops_error *err) {
    mlops__key key;
    mlops__ref_key(&key, self->dataset, kind, self->name);
    return mlops__change_expect(self->change, MLOPS__TABLE_REFS, mlops__key_bytes(&key), ref->was,
                                err);
}

static mlops_status say(const move *self, const char *verb, mlops_error *err) {
    char text[VERB_MAX];
    mlops__format(text, sizeof text, "dataset %s %s %s", verb, self->dataset, self->name);
    MLOPS_TRY(mlops__change_verb(self->change, text, err));
    MLOPS_TRY(expect(self, mlops__ref_branch, &self->branch, err));
    return expect(self, mlops__ref_tag, &self->tag, err);
}

static mlops_status set(mlops_change *change, const char *dataset, const char *name,
                        const char *ref, const char *kind, mlops_error *err) {
    move self;
    mlops__view view;
    MLOPS_TRY(check(change, dataset, name, kind, err));
    MLOPS_TRY(mlops__ref_check_new(kind, name, err));
    mlops_status status = begin(&self, change, dataset, name, &view, err);
    if (!status) {
        status = look(&self, &view);
        if (!status) status = mlops__ref_resolve(&self.target, &view, dataset, ref);
        if (!status) status = mlops__commit_expect(change, &view, dataset, &self.target);
        mlops__view_end(&view);
    }
    int is_tag = kind == mlops__ref_tag;
    if (!status && (self.tag.is_there || (is_tag && self.branch.is_there)))
        status = mlops__fail(err, MLOPS_E_EXISTS, "\"%s\" has a %s \"%s\" already", dataset,
                             self.tag.is_there ? "tag" : "branch", name);
    if (!status) status = say(&self, kind, err);
    mlops__key key;
    mlops__ref_key(&key, dataset, kind, name);
    if (!status)
        status =
            mlops__ref_put(change, &key, is_tag ? &self.tag : &self.branch, &self.target, 0, err);
    mlops__arena_free(&self.arena);
    return status;
}

mlops_status mlops_dataset_branch(mlops_change *change, const char *dataset, const char *name,
                                  const char *ref, mlops_error *err) {
    return set(change, dataset, name, ref, mlops__ref_branch, err);
}

mlops_status mlops_dataset_tag(mlops_change *change, const char *dataset, const char *name,
                               const char *ref, mlops_error *err) {
    return set(change, dataset, name, ref, mlops__ref_tag, err);
}

static mlops_status delete (const move *self, mlops_error *err) {
    mlops__key key;
    const char *kind = self->branch.is_there ? mlops__ref_branch : mlops__ref_tag;
    MLOPS_TRY(say(self, "drop", err));
    mlops__ref_key(&key, self->dataset, kind, self->name);
    return mlops__change_del(self->change, MLOPS__TABLE_REFS, mlops__key_bytes(&key), err);
}

mlops_status mlops_dataset_drop(mlops_change *change, const char *dataset, const char *name,
                                mlops_error *err) {
    move self;
    mlops__view view;
    MLOPS_TRY(check(change, dataset, name, mlops__ref_branch, err));
    mlops_status status = begin(&self, change, dataset, name, &view, err);
    if (!status) {
        status = look(&self, &view);
        if (!status && !self.branch.is_there && !self.tag.is_there)
            status = mlops__ref_missing(&view, dataset, name);
        mlops__view_end(&view);
    }
    if (!status) status = delete (&self, err);
    mlops__arena_free(&self.arena);
    return status;
}
