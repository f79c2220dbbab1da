/* Drafts: from their begin to the change that they become part of.
 *
 * Owns the entries that wait, and bytes of small ones until the draft is committed; others are in
 * the packs when they have come, where nobody sees them before the change is committed. Invariants:
 * nothing is added to the change before all of the commit is known and sound; a commit's time is
 * later than its parents', so that the order of times is an order of history.
 */
#include "dataset/draft.h"

#include "base/opts.h"
#include "text/utf8.h"

#include <string.h>

static const char MAIN[] = "main";

enum { TEXT_MAX = 65536, VERB_MAX = 300, KEPT_TOGETHER = 256 };

/* ---- beginning ---- */

static mlops_status check_text(const char *what, const char *text, mlops_error *err) {
    if (!text) return MLOPS_OK;
    size_t n = strlen(text);
    if (n > TEXT_MAX)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_draft_opts: %s has %zu bytes; up to %d",
                           what, n, TEXT_MAX);
    if (mlops__utf8_check(text, n) < n)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_draft_opts: %s is no UTF-8", what);
    return MLOPS_OK;
}

/* It becomes a member of a record, which must stay one that can be read. */
static mlops_status check_metadata(const char *text, mlops__arena *arena, mlops_error *err) {
    mlops__buf buf;
    mlops__record record;
    MLOPS_TRY(check_text("metadata", text, err));
    if (!text) return MLOPS_OK;
    mlops__buf_init(&buf, arena->allocator);
    mlops__buf_text(&buf, "{\"m\":");
    mlops__buf_text(&buf, text);
    mlops__buf_u8(&buf, '}');
    mlops_status status = buf.status ? mlops__fail_nomem(err, buf.size) : MLOPS_OK;
    if (!status)
        status = mlops__record_parse(&record, (mlops__bytes){buf.data, buf.size}, arena, err);
    mlops__buf_free(&buf);
    if (status == MLOPS_E_NOMEM) return status;
    if (!status && record.n == 1 && !record.fields[0].text && record.fields[0].json.data[0] == '{')
        return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID,
                       "mlops_draft_opts: metadata is no JSON object, or nests too deep");
}

static mlops_status copy(mlops_draft *self, const char **out, const char *text, mlops_error *err) {
    if (!text) return MLOPS_OK;
    *out = mlops__arena_text(&self->base.arena, text, strlen(text));
    return *out ? MLOPS_OK : mlops__fail_nomem(err, strlen(text));
}

static mlops_status take_call(mlops_draft *self, const mlops_call *opts, mlops_error *err) {
    mlops_call call;
    MLOPS_TRY(mlops__opts_copy(&call, sizeof call, opts, "mlops_call", err));
    if (call.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_call: flags 0x%x", call.flags);
    self->executor = call.executor;
    return MLOPS_OK;
}

static mlops_status take_opts(mlops_draft *self, const char *dataset, const mlops_draft_opts *opts,
                              mlops_error *err) {
    if (opts->flags & ~(uint32_t)MLOPS_DRAFT_EMPTY)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_draft_opts: flags 0x%x", opts->flags);
    const char *branch = opts->branch ? opts->branch : MAIN;
    MLOPS_TRY(take_call(self, opts->call, err));
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    MLOPS_TRY(mlops__ref_check_new("branch", branch, err));
    MLOPS_TRY(check_text("message", opts->message, err));
    MLOPS_TRY(check_text("author", opts->author, err));
    MLOPS_TRY(check_metadata(opts->metadata, &self->base.arena, err));
    MLOPS_TRY(copy(self, &self->dataset, dataset, err));
    MLOPS_TRY(copy(self, &self->branch, branch, err));
    MLOPS_TRY(copy(self, &self->message, opts->message, err));
    MLOPS_TRY(copy(self, &self->author, opts->author, err));
    return copy(self, &self->metadata, opts->metadata, err);
}

/* What a new branch begins at, unless it is said. */
static mlops_status find_main(const char **base, const mlops_draft *self, mlops__view *view) {
    mlops__ref main;
    MLOPS_TRY(mlops__ref_read(&main, view, self->dataset, mlops__ref_branch, MAIN));
    *base = main.is_there ? MAIN : NULL;
    return MLOPS_OK;
}

static mlops_status find_parent(mlops_draft *self, mlops__view *view, const char *base) {
    mlops_id parent;
    MLOPS_TRY(mlops__ref_read(&self->tag, view, self->dataset, mlops__ref_tag, self->branch));
    MLOPS_TRY(mlops__ref_read(&self->ref, view, self->dataset, mlops__ref_branch, self->branch));
    if (self->tag.is_there)
        return mlops__fail(view->err, MLOPS_E_EXISTS,
                           "\"%s\" is a tag of \"%s\", so no branch has the name", self->branch,
                           self->dataset);
    if (self->ref.is_there && base)
        return mlops__fail(view->err, MLOPS_E_EXISTS,
                           "\"%s\" has the branch \"%s\" already; base is for a new one",
                           self->dataset, self->branch);
    if (!self->ref.is_there && !base) MLOPS_TRY(find_main(&base, self, view));
    if (!self->ref.is_there && (!base || !*base)) return MLOPS_OK;
    parent = self->ref.commit;
    if (base) MLOPS_TRY(mlops__ref_resolve(&parent, view, self->dataset, base));
    self->has_parent = 1;
    return mlops__commit_read(&self->base.commit, view, self->dataset, &parent);
}

/* The change may be emptied while the draft lives. */
static int is_pending(const mlops_draft *self) {
    mlops__key key;
    mlops__bytes value;
    mlops__commit_key(&key, self->dataset, &self->base.commit.id);
    return mlops__change_pending(self->change, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key),
                                 &value) == MLOPS_OK;
}

static mlops_status begin(mlops_draft *self, const char *dataset, const mlops_draft_opts *opts,
                          mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(take_opts(self, dataset, opts, err));
    MLOPS_TRY(mlops__view_begin(&view, self->base.store, self->change, &self->base.arena, err));
    mlops_status status = find_parent(self, &view, opts->base);
    if (!status)
        status = mlops__erased_latest_read(&self->erased, &view.index, &self->base.arena, err);
    mlops__view_end(&view);
    if (status) return status;
    self->is_loaded = !self->has_parent || opts->flags & MLOPS_DRAFT_EMPTY;
    return is_pending(self) ? mlops__draft_load(self, err) : MLOPS_OK;
}

mlops_status mlops_draft_new(mlops_draft **out, mlops_change *change, const char *dataset,
                             const mlops_draft_opts *opts, mlops_error *err) {
    mlops_draft_opts local;
    if (!out || !change) return mlops__fail(err, MLOPS_E_INVALID, "out or the change is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__opts_copy(&local, sizeof local, opts, "mlops_draft_opts", err));
    mlops_store *store = mlops__change_store(change);
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_draft *self = mlops__alloc_zero(allocator, sizeof *self);
    if (!self) return mlops__fail_nomem(err, sizeof *self);
    self->change = change;
    self->base.store = store;
    mlops__arena_init(&self->base.arena, allocator, SIZE_MAX);
    mlops__tree_init(&self->base.tree, &self->base.arena);
    mlops_status status = begin(self, dataset, &local, err);
    if (status) mlops_draft_free(self);
    else *out = self;
    return status;
}

void mlops_draft_free(mlops_draft *self) {
    if (!self) return;
    const mlops_allocator *allocator = self->base.arena.allocator;
    mlops__lease_end(&self->lease, self->base.store);
    mlops__version_close(&self->base);
    mlops__free(allocator, self, sizeof *self);
}

/* ---- entries ---- */

void mlops__draft_blob_free(mlops__blob *blob) {
    if (!blob) return;
    const mlops_allocator *allocator = blob->bytes.allocator;
    mlops__buf_free(&blob->bytes);
    mlops__free(allocator, blob, sizeof *blob);
}

/* What the parent has in the place of a blob; nothing if it is not read. */
static mlops_status note_like(mlops_draft *self, const char *path, mlops__role role,
                              mlops__blob *blob, mlops_error *err) {
    mlops__facts facts;
    const mlops__entry *there = mlops__tree_find(&self->base.tree, path);
    if (!there) return MLOPS_OK;
    const mlops__blob *waits = there->blobs[role];
    mlops_status status = mlops__entry_read(there, &facts, &self->base.arena, err);
    if (status == MLOPS_E_NOMEM) return status;
    if (status || (waits && !waits->has_like)) return MLOPS_OK;
    const mlops_id *ids[3] = {&facts.id, facts.has_profile ? &facts.profile : NULL,
                              facts.has_split ? &facts.rows : NULL};
    blob->has_like = waits || ids[role];
    if (waits) blob->like = waits->like;
    else if (ids[role]) blob->like = *ids[role];
    return MLOPS_OK;
}

/* What is not small goes to the packs. */
static mlops_status fill_blob(mlops_draft *self, mlops__blob *blob, const mlops__source *source,
                              mlops_error *err) {
    mlops_store *store = self->base.store;
    const uint8_t *bytes = source->bytes;
    const mlops_id *like = blob->has_like ? &blob->like : NULL;
    blob->size = (size_t)source->size;
    if (bytes && blob->size <= MLOPS__INLINE_MAX) {
        blob->id = mlops__content_id(store, bytes, blob->size);
        mlops__buf_put(&blob->bytes, bytes, blob->size);
        return blob->bytes.status ? mlops__fail_nomem(err, blob->size) : MLOPS_OK;
    }
    blob->is_kept = 1;
    MLOPS_TRY(mlops__store_check_fork(store, err));
    if (!bytes)
        return mlops__content_add_source(store, &self->lease, source, like, self->executor,
                                         &blob->id, err);
    return mlops__content_add(store, &self->lease, bytes, blob->size, like, self->executor,
                              &blob->id, err);
}

mlops_status mlops__draft_blob_of(mlops_draft *self, const char *path, mlops__role role,
                                  const mlops__source *source, mlops__blob **out,
                                  mlops_error *err) {
    const mlops_allocator *allocator = self->base.arena.allocator;
    mlops__blob *blob = mlops__alloc_zero(allocator, sizeof *blob);
    *out = NULL;
    if (!blob) return mlops__fail_nomem(err, sizeof *blob);
    mlops__buf_init(&blob->bytes, allocator);
    mlops_status status = note_like(self, path, role, blob, err);
    if (!status) status = fill_blob(self, blob, source, err);
    if (status) mlops__draft_blob_free(blob);
    else *out = blob;
    return mlops__erased_name(err, status, path);
}

mlops_status mlops__draft_blob(mlops_draft *self, const char *path, mlops__role role,
                               mlops__bytes bytes, mlops__blob **out, mlops_error *err) {
    static const uint8_t none;
    const mlops__source source = {.size = bytes.size, .bytes = bytes.data ? bytes.data : &none};
    return mlops__draft_blob_of(self, path, role, &source, out, err);
}

mlops_status mlops__draft_load(mlops_draft *self, mlops_error *err) {
    if (self->is_loaded) return MLOPS_OK;
    mlops_status status = mlops__version_load(&self->base, self->change, err);
    if (status) mlops__tree_init(&self->base.tree, &self->base.arena); /* for another try */
    self->is_loaded = !status;
    return status;
}

int mlops__draft_tree_id(const mlops_draft *draft, mlops_id *out) {
    mlops__buf tree;
    mlops__buf_init(&tree, draft->base.arena.allocator);
    mlops__tree_write(&draft->base.tree, &tree);
    int is_whole = !tree.status;
    if (is_whole) *out = mlops__content_id(draft->base.store, tree.data, tree.size);
    mlops__buf_free(&tree);
    return is_whole;
}

mlops_status mlops__draft_check(mlops_draft *self, const char *path, mlops_error *err) {
    if (!self) return mlops__fail(err, MLOPS_E_INVALID, "the draft is NULL");
    if (self->committed)
        return mlops__fail(err, MLOPS_E_INVALID, "the draft was committed; begin a new one");
    if (self->is_broken)
        return mlops__fail(err, MLOPS_E_INVALID, "a merge into the draft failed; begin a new one");
    MLOPS_TRY(mlops__path_check(path, err));
    MLOPS_TRY(mlops__draft_load(self, err));
    return mlops__tree_find(&self->base.tree, path) ? MLOPS_OK : mlops__path_check_new(path, err);
}

mlops_status mlops__draft_put(mlops_draft *self, const char *path, mlops__buf *json,
                              mlops__blob *blobs[3], mlops_error *err) {
    mlops__entry *entry = NULL;
    const char *text = NULL;
    mlops_status status = json->status ? mlops__fail_nomem(err, json->size) : MLOPS_OK;
    if (!status) {
        text = mlops__arena_text(&self->base.arena, (const char *)json->data, json->size);
        if (!text) status = mlops__fail_nomem(err, json->size);
    }
    if (!status) status = mlops__tree_put(&self->base.tree, path, &entry, err);
    if (!status) {
        entry->json = (mlops__bytes){(const uint8_t *)text, json->size};
        memcpy(entry->blobs, blobs, sizeof entry->blobs);
    }
    for (int i = 0; i < 3 && status; i++) mlops__draft_blob_free(blobs[i]);
    mlops__buf_free(json);
    return status;
}

mlops_status mlops_draft_remove(mlops_draft *self, const char *path, mlops_error *err) {
    mlops__facts unused;
    MLOPS_TRY(mlops__draft_check(self, path, err));
    if (mlops__tree_remove(&self->base.tree, path)) return MLOPS_OK;
    return mlops__version_find(&self->base, path, &unused, err); /* says what is near */
}

/* ---- committing ---- */

/* What the draft was begun with must still be so under the change, and its parent a commit. */
static mlops_status check_base(mlops_draft *self, mlops_error *err) {
    mlops__view view;
    mlops__ref ref, tag;
    mlops__commit parent;
    MLOPS_TRY(mlops__view_begin(&view, self->base.store, self->change, &self->base.arena, err));
    mlops_status status =
        mlops__ref_read(&ref, &view, self->dataset, mlops__ref_branch, self->branch);
    if (!status) status = mlops__ref_read(&tag, &view, self->dataset, mlops__ref_tag, self->branch);
    int moved = !status &&
                (ref.is_there != self->ref.is_there || tag.is_there ||
                 (ref.is_there && memcmp(&ref.commit, &self->ref.commit, sizeof ref.commit) != 0));
    if (!status && !moved && self->has_parent)
        status = mlops__commit_read(&parent, &view, self->dataset, &self->base.commit.id);
    if (!status && !moved && self->has_parent)
        status = mlops__commit_expect(self->change, &view, self->dataset, &self->base.commit.id);
    if (!status && !moved && self->has_merged)
        status = mlops__commit_expect(self->change, &view, self->dataset, &self->merged);
    mlops__view_end(&view);
    if (!moved) return status;
    return mlops__fail(err, MLOPS_E_CONFLICT,
                       "branch \"%s\" of \"%s\" has moved since the draft was begun; begin again",
                       self->branch, self->dataset);
}

/* The next blob of the tree; NULL behind the last. */
static mlops__blob *next_blob(const mlops_draft *self, size_t *at) {
    mlops__blob *blob = NULL;
    for (; !blob && *at < 3 * self->base.tree.n; ++*at)
        blob = self->base.tree.entries[*at / 3]->blobs[*at % 3];
    return blob;
}

/* Small ones share chunks. Nothing of an entry goes into the journal, which nothing is erased from.
 */
static mlops_status keep_small(mlops_draft *self, mlops_error *err) {
    mlops__keeping items[KEPT_TOGETHER];
    mlops__blob *blobs[KEPT_TOGETHER], *blob;
    for (size_t at = 0, n = 0;;) {
        blob = next_blob(self, &at);
        if (blob && !blob->is_kept) {
            items[n] = (mlops__keeping){blob->id, blob->bytes.data, blob->bytes.size,
                                        self->base.tree.entries[(at - 1) / 3]->path};
            blobs[n++] = blob;
        }
        if (n && (!blob || n == KEPT_TOGETHER)) {
            MLOPS_TRY(mlops__content_keep(self->base.store, &self->lease, items, n, NULL, err));
            for (size_t i = 0; i < n; i++) blobs[i]->is_kept = 1;
            n = 0;
        }
        if (!blob) return MLOPS_OK;
    }
}

mlops_status mlops__draft_put_blobs(mlops_draft *self, mlops_error *err) {
    const mlops__blob *blob;
    size_t at = 0;
    MLOPS_TRY(keep_small(self, err));
    MLOPS_TRY(mlops__change_adopt(self->change, &self->lease, err));
    while ((blob = next_blob(self, &at)))
        MLOPS_TRY(mlops__change_kept(self->change, &blob->id, (int64_t)blob->size, err));
    return MLOPS_OK;
}

static mlops_status expect(const mlops_draft *self, const char *kind, const mlops__ref *ref,
                           mlops_error *err) {
    mlops__key key;
    mlops__ref_key(&key, self->dataset, kind, self->branch);
    return mlops__change_expect(self->change, MLOPS__TABLE_REFS, mlops__key_bytes(&key), ref->was,
                                err);
}

mlops_status mlops__draft_put_ref(mlops_draft *self, const char *verb, const mlops_id *id,
                                  mlops_error *err) {
    char text[VERB_MAX];
    mlops__key key;
    mlops__format(text, sizeof text, "dataset %s %s", verb, self->dataset);
    MLOPS_TRY(mlops__change_verb(self->change, text, err));
    mlops__erased_latest_key(&key);
    MLOPS_TRY(mlops__change_expect(self->change, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key),
                                   self->erased.was, err));
    MLOPS_TRY(expect(self, mlops__ref_branch, &self->ref, err));
    if (!self->ref.is_there) MLOPS_TRY(expect(self, mlops__ref_tag, &self->tag, err));
    mlops__ref_key(&key, self->dataset, mlops__ref_branch, self->branch);
    return mlops__ref_put(self->change, &key, &self->ref, id, 0, err);
}

/* INT64_MIN: there is none. */
static int64_t latest_parent(const mlops_draft *self) {
    int64_t out = self->has_parent ? self->base.commit.time_ns : INT64_MIN;
    return self->has_merged && self->merged_ns > out ? self->merged_ns : out;
}

int64_t mlops__draft_time(const mlops_draft *self) {
    int64_t now = mlops__store_now(self->base.store), last = latest_parent(self);
    return now > last ? now : last + (last < INT64_MAX);
}

/* The commit's record, and its id. */
static mlops_status write_commit(mlops_draft *self, const mlops_id *tree, int64_t time_ns,
                                 mlops__buf *out, mlops_id *id, mlops_error *err) {
    const mlops__commit *parent = &self->base.commit;
    mlops__commit commit = {0};
    commit.tree = *tree;
    commit.time_ns = time_ns;
    commit.author = self->author;
    commit.message = self->message;
    if (self->metadata)
        commit.metadata = (mlops__bytes){(const uint8_t *)self->metadata, strlen(self->metadata)};
    const mlops_id parents[2] = {self->has_parent ? parent->id : self->merged, self->merged};
    commit.parents = parents;
    commit.n_parents = (size_t)self->has_parent + (size_t)self->has_merged;
    mlops__commit_write(&commit, self->dataset, out);
    if (out->status) return mlops__fail_nomem(err, out->size);
    *id = mlops__content_id(self->base.store, out->data, out->size);
    return MLOPS_OK;
}

static mlops_status put_commit(mlops_draft *self, const mlops_id *tree_id, const mlops__buf *tree,
                               const mlops__buf *record, const mlops_id *id, mlops_error *err) {
    mlops__key key;
    MLOPS_TRY(mlops__draft_put_blobs(self, err));
    MLOPS_TRY(mlops__change_content(self->change, tree_id, tree->data, tree->size,
                                    self->has_parent ? &self->base.commit.tree : NULL, err));
    mlops__commit_key(&key, self->dataset, id);
    MLOPS_TRY(mlops__change_put(self->change, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key),
                                (mlops__bytes){record->data, record->size}, err));
    return mlops__draft_put_ref(self, self->has_merged ? "merge" : "commit", id, err);
}

/* What commits are made of on their way to the change. */
typedef struct committing {
    mlops__buf tree, record, verdict;
    mlops_id tree_id, id;
} committing;

static mlops_status make(mlops_draft *self, committing *out, mlops_error *err) {
    int64_t time_ns = mlops__draft_time(self);
    if (time_ns <= latest_parent(self))
        return mlops__fail(err, MLOPS_E_LIMIT, "the commit before has the last time that there is");
    MLOPS_TRY(mlops__draft_require(self, time_ns, &out->verdict, err));
    mlops__tree_write(&self->base.tree, &out->tree);
    if (out->tree.status) return mlops__fail_nomem(err, out->tree.size);
    out->tree_id = mlops__content_id(self->base.store, out->tree.data, out->tree.size);
    MLOPS_TRY(write_commit(self, &out->tree_id, time_ns, &out->record, &out->id, err));
    MLOPS_TRY(put_commit(self, &out->tree_id, &out->tree, &out->record, &out->id, err));
    return mlops__draft_put_verdict(self, &out->id, &out->verdict, err);
}

mlops_status mlops_draft_commit(mlops_draft *self, mlops_id *out, mlops_error *err) {
    committing m;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    memset(out, 0, sizeof *out);
    MLOPS_TRY(mlops__draft_check(self, "-", err));
    if (self->n_conflicts)
        return mlops__fail(err, MLOPS_E_CONFLICT,
                           "the merge into the draft has left %lld conflict%s: merge again, and "
                           "decide for a side",
                           (long long)self->n_conflicts, mlops__plural(self->n_conflicts));
    MLOPS_TRY(check_base(self, err));
    mlops__buf_init(&m.tree, self->base.arena.allocator);
    mlops__buf_init(&m.record, self->base.arena.allocator);
    mlops__buf_init(&m.verdict, self->base.arena.allocator);
    mlops_status status = make(self, &m, err);
    mlops__buf_free(&m.tree);
    mlops__buf_free(&m.record);
    mlops__buf_free(&m.verdict);
    if (status) return status;
    mlops__tree_free(&self->base.tree);
    self->committed = 1;
    *out = m.id;
    return MLOPS_OK;
}
