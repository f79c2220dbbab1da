/* Branches that are merged: into a draft, and by moving one.
 *
 * Owns the commits that are merged while they are read. Invariants: a draft whose merge has left
 * conflicts is not committed; one whose merge failed half way is not either.
 */
#include "base/opts.h"
#include "dataset/merge_tree.h"

#include <string.h>

static mlops_status take_opts(mlops_dataset_merge_opts *out, const mlops_dataset_merge_opts *given,
                              mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_dataset_merge_opts", err));
    if (!(out->flags & ~(uint32_t)MLOPS_DATASET_MERGE_COMMIT) && !out->reserved &&
        (uint32_t)out->policy <= MLOPS_MERGE_THEIRS)
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_dataset_merge_opts: flags 0x%x, reserved %u or policy %d", out->flags,
                       out->reserved, (int)out->policy);
}

/* ---- what is merged ---- */

static void open_empty(mlops__version *out, const mlops_draft *draft) {
    memset(out, 0, sizeof *out);
    out->store = draft->base.store;
    mlops__arena_init(&out->arena, draft->base.arena.allocator, SIZE_MAX);
    mlops__tree_init(&out->tree, &out->arena);
}

/* Theirs, and what both go back to; *there is 0 if that is nothing. */
static mlops_status find(mlops__tree_merge *self, const char *ref, int *there) {
    mlops_draft *draft = self->draft;
    mlops__view view;
    mlops_id id;
    *there = 0;
    MLOPS_TRY(
        mlops__view_begin(&view, draft->base.store, draft->change, &self->theirs.arena, self->err));
    mlops_status status = mlops__ref_resolve(&id, &view, draft->dataset, ref);
    if (!status) status = mlops__commit_read(&self->theirs.commit, &view, draft->dataset, &id);
    view.arena = &self->base.arena;
    if (!status && draft->has_parent)
        status = mlops__merge_base(&view, draft->dataset, &draft->base.commit.id, &id,
                                   &self->base.commit, there);
    mlops__view_end(&view);
    return status;
}

static mlops_status load(mlops__tree_merge *self, int has_base) {
    MLOPS_TRY(mlops__version_load(&self->theirs, self->draft->change, self->err));
    return has_base ? mlops__version_load(&self->base, self->draft->change, self->err) : MLOPS_OK;
}

static int is_commit(const mlops__commit *a, const mlops__commit *b) {
    return memcmp(&a->id, &b->id, sizeof a->id) == 0;
}

/* ---- into a draft ---- */

static mlops_status apply(mlops__tree_merge *self) {
    mlops_draft *draft = self->draft;
    mlops_status status = mlops__tree_merge_apply(self);
    draft->is_broken = status < 0;
    MLOPS_TRY(status);
    draft->has_merged = 1;
    draft->merged = self->theirs.commit.id;
    draft->merged_ns = self->theirs.commit.time_ns;
    return MLOPS_OK;
}

static mlops_status merge_into(mlops__tree_merge *self, const char *ref) {
    int there;
    MLOPS_TRY(find(self, ref, &there));
    self->draft->n_conflicts = 0;
    if (there && is_commit(&self->base.commit, &self->theirs.commit)) return MLOPS_OK;
    MLOPS_TRY(load(self, there));
    MLOPS_TRY(mlops__tree_merge_plan(self));
    if (self->policy != MLOPS_MERGE_REFUSE || self->conflicts.n_rows == 0) return apply(self);
    self->draft->n_conflicts = self->conflicts.n_rows;
    return MLOPS_OK;
}

static mlops_status begin_conflicts(mlops__tree_merge *self) {
    static const mlops__rows_column columns[] = {
        {"path", MLOPS_TYPE_STRING},      {"kind", MLOPS_TYPE_STRING},
        {"column", MLOPS_TYPE_STRING},    {"key", MLOPS_TYPE_STRING},
        {"base_row", MLOPS_TYPE_INT64},   {"ours_row", MLOPS_TYPE_INT64},
        {"theirs_row", MLOPS_TYPE_INT64}, {"base", MLOPS_TYPE_STRING},
        {"ours", MLOPS_TYPE_STRING},      {"theirs", MLOPS_TYPE_STRING}};
    return mlops__rows_begin(&self->conflicts, mlops__store_host(self->draft->base.store), columns,
                             10, self->err);
}

mlops_status mlops_draft_merge(mlops_table **out, mlops_draft *self, const char *ref,
                               const mlops_dataset_merge_opts *opts, mlops_error *err) {
    mlops_dataset_merge_opts local;
    mlops__tree_merge work;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__draft_check(self, "-", err));
    MLOPS_TRY(take_opts(&local, opts, err));
    if (self->has_merged)
        return mlops__fail(err, MLOPS_E_INVALID, "the draft has merged a commit; commit it first");
    memset(&work, 0, sizeof work);
    work.draft = self;
    work.policy = local.policy;
    work.key = local.key;
    work.err = err;
    MLOPS_TRY(begin_conflicts(&work));
    open_empty(&work.base, self);
    open_empty(&work.theirs, self);
    mlops_status status = merge_into(&work, ref);
    for (size_t i = 0; i < work.n; i++) mlops_table_unref(work.outcomes[i].table);
    mlops__version_close(&work.base);
    mlops__version_close(&work.theirs);
    return mlops__rows_end(&work.conflicts, status, out, err);
}

/* ---- into a branch ---- */

/* Moves the branch, or does nothing, if that is all there is to do. */
static mlops_status move(mlops_draft *draft, const char *ref, int commits, mlops_id *out, int *done,
                         mlops_error *err) {
    mlops__tree_merge work;
    int there;
    memset(&work, 0, sizeof work);
    work.draft = draft;
    work.err = err;
    open_empty(&work.base, draft);
    open_empty(&work.theirs, draft);
    mlops_status status = find(&work, ref, &there);
    *out = work.theirs.commit.id;
    *done = !status && there && is_commit(&work.base.commit, &work.theirs.commit);
    if (*done) *out = draft->base.commit.id;
    else if (!status && there && !commits && is_commit(&work.base.commit, &draft->base.commit)) {
        *done = 1;
        status = mlops__draft_put_ref(draft, "merge", out, err);
    }
    mlops__version_close(&work.base);
    mlops__version_close(&work.theirs);
    return status;
}

static mlops_status refuse(const mlops_table *conflicts, mlops_error *err) {
    int64_t n = mlops_table_n_rows(conflicts);
    const mlops__column *paths = mlops__table_column(conflicts, 0);
    return mlops__fail(err, MLOPS_E_CONFLICT,
                       "%lld conflict%s, the first one in '%s': mlops_draft_merge() lists them",
                       (long long)n, mlops__plural(n),
                       paths->texts[((const int32_t *)paths->data)[0]]);
}

static mlops_status commit(mlops_draft *draft, const char *ref,
                           const mlops_dataset_merge_opts *opts, mlops_id *out, mlops_error *err) {
    mlops_table *conflicts;
    int done;
    if (!draft->ref.is_there)
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "dataset \"%s\" has no branch \"%s\"",
                           draft->dataset, draft->branch);
    MLOPS_TRY(move(draft, ref, (opts->flags & MLOPS_DATASET_MERGE_COMMIT) != 0, out, &done, err));
    if (done) return MLOPS_OK;
    MLOPS_TRY(mlops_draft_merge(&conflicts, draft, ref, opts, err));
    mlops_status status = draft->n_conflicts ? refuse(conflicts, err) : MLOPS_OK;
    mlops_table_unref(conflicts);
    return status ? status : mlops_draft_commit(draft, out, err);
}

mlops_status mlops_dataset_merge(mlops_id *out, mlops_change *change, const char *dataset,
                                 const char *ref, const mlops_dataset_merge_opts *opts,
                                 mlops_error *err) {
    mlops_dataset_merge_opts local;
    mlops_draft_opts why = MLOPS_DRAFT_OPTS_INIT;
    mlops_draft *draft;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    memset(out, 0, sizeof *out);
    MLOPS_TRY(take_opts(&local, opts, err));
    why.branch = local.branch;
    why.message = local.message;
    why.author = local.author;
    why.metadata = local.metadata;
    MLOPS_TRY(mlops_draft_new(&draft, change, dataset, &why, err));
    mlops_status status = commit(draft, ref, &local, out, err);
    mlops_draft_free(draft);
    if (status) memset(out, 0, sizeof *out);
    return status;
}
