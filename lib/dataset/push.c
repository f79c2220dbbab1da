/* Pushing: what the remote lacks of some branches and tags, then these.
 *
 * Owns what is read of the remote for one push. Invariants: the head is swapped only for one that
 * was read whole, with every part that the new commits lead to found in its indexes or in objects
 * of this push, which a lease holds; where the head has changed meanwhile all of that is looked at
 * anew, and what was sent is not sent again.
 */
#include "base/opts.h"
#include "dataset/push_erased.h"
#include "dataset/remote_links.h"

#include <string.h>

enum { ID = 32, ROUNDS = 16, OBJECT_LEAST = 4096 };

typedef struct push {
    mlops_store *store;
    const char *dataset;
    mlops_push_opts opts;
    mlops_id expected;
    mlops__remote remote;
    mlops__depot parts;
    mlops__cutter cutter;
    mlops__push_lease lease; /* at the remote */
    mlops__lease held;       /* here: on the commits that are sent */
    mlops__head head;
    mlops__push_erased erased;
    mlops__arena arena; /* of what is read of the store */
    mlops__head_ref *wanted;
    size_t n_wanted, n_branches;
    const char *passed; /* one that follows a remote's, and was not named; NULL: none */
    int adopted;
    int64_t n_commits, n_contents, n_refs;
} push;

/* ---- what is wanted ---- */

static mlops_status want(push *p, mlops__bytes key, mlops__bytes value, size_t *cap,
                         mlops_error *err) {
    mlops__record record;
    mlops__bytes name = mlops__key_part(key, 2);
    int is_tag = mlops__key_part_is(key, 1, mlops__ref_tag), is_in = 0;
    const char *list = is_tag ? p->opts.tags : p->opts.branches;
    const char *text = mlops__arena_text(&p->arena, (const char *)name.data, name.size);
    if (!text) return mlops__fail_nomem(err, name.size);
    MLOPS_TRY(mlops__list_has(list, text, 0, p->remote.host, &is_in, err));
    if (!is_in) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&record, value, &p->arena, err));
    if (!list && mlops__record_bool(&record, "follows", 0)) {
        p->passed = text;
        return MLOPS_OK;
    }
    mlops__head_ref *refs =
        mlops__arena_grow(&p->arena, p->wanted, (int64_t)p->n_wanted, cap, sizeof *refs);
    if (!refs) return mlops__fail_nomem(err, sizeof *refs);
    p->wanted = refs;
    mlops__head_ref *ref = &p->wanted[p->n_wanted];
    ref->kind = is_tag ? mlops__ref_tag : mlops__ref_branch;
    ref->name = text;
    if (!mlops__record_id(&record, "commit", &ref->commit))
        return mlops__fail(err, MLOPS_E_CORRUPT, "the ref '%s' names no commit", text);
    p->n_wanted++;
    p->n_branches += !is_tag;
    return MLOPS_OK;
}

static mlops_status want_refs(push *p, mlops__view *view) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    size_t cap = 0;
    mlops_error *err = view->err;
    MLOPS_TRY(mlops__ref_dataset(view, p->dataset));
    mlops__key_init(&key);
    mlops__key_text(&key, p->dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_REFS,
                                     mlops__key_prefix(&key), err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &k, &value, err))) {
        status = want(p, k, value, &cap, err);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    if (status < 0) return status;
    if (p->opts.expected && p->n_branches != 1)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_push_opts: expected is of one branch, and %zu are pushed",
                           p->n_branches);
    if (p->n_wanted) return MLOPS_OK;
    if (p->passed)
        return mlops__fail(err, MLOPS_E_NOT_FOUND,
                           "\"%s\" has nothing but what was pulled with a prefix, such as \"%s\", "
                           "which is pushed if it is named",
                           p->dataset, p->passed);
    return mlops__fail(err, MLOPS_E_NOT_FOUND, "\"%s\" has no branch or tag that was asked for",
                       p->dataset);
}

/* MLOPS_END if one may have been collected since. A store that is open for reading alone has no
 * leases to give. */
static mlops_status hold_wanted(push *p, mlops_error *err) {
    int held = 1;
    if (p->store->read_only) return MLOPS_OK;
    for (size_t i = 0; i < p->n_wanted && held; i++)
        MLOPS_TRY(mlops__lease_take(&p->held, p->store, p->wanted[i].commit.bytes, &held, err));
    return held ? MLOPS_OK : MLOPS_END;
}

static mlops_status find_wanted(push *p, mlops_error *err) {
    mlops__view view;
    p->n_wanted = p->n_branches = 0;
    p->passed = NULL;
    if (!p->store->read_only) MLOPS_TRY(mlops__lease_begin(&p->held, p->store, err));
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = want_refs(p, &view);
    mlops__view_end(&view);
    return status ? status : hold_wanted(p, err);
}

/* ---- may they move ---- */

static mlops_status refuse(const push *p, const mlops__head_ref *there, const char *why,
                           mlops_error *err) {
    char text[MLOPS__ID_TEXT];
    mlops__id_format(text, &there->commit);
    return mlops__fail(err, MLOPS_E_CONFLICT, "%s \"%s\" of \"%s\" is at %s at the remote: %s",
                       there->kind, there->name, p->dataset, text, why);
}

static mlops_status check_ref(push *p, mlops__view *view, const mlops__head_ref *ours) {
    int leads = 0;
    const mlops__head_ref *there = mlops__head_find(&p->head, ours->kind, ours->name);
    const char *other = ours->kind == mlops__ref_tag ? mlops__ref_branch : mlops__ref_tag;
    const mlops__head_ref *clash = mlops__head_find(&p->head, other, ours->name);
    if (clash) return refuse(p, clash, "the name is taken", view->err);
    if (there && memcmp(&there->commit, &ours->commit, ID) == 0) return MLOPS_OK;
    if (there && ours->kind == mlops__ref_tag)
        return refuse(p, there, "tags do not move", view->err);
    if (p->opts.expected && ours->kind == mlops__ref_branch) {
        if (there && memcmp(&there->commit, &p->expected, ID) == 0) return MLOPS_OK;
        return there ? refuse(p, there, "another commit was expected", view->err)
                     : mlops__fail(view->err, MLOPS_E_CONFLICT,
                                   "the remote has no branch \"%s\" of \"%s\", and a commit of it "
                                   "was expected",
                                   ours->name, p->dataset);
    }
    if (!there) return MLOPS_OK;
    MLOPS_TRY(mlops__line_leads(view, p->dataset, &ours->commit, &there->commit, &leads));
    if (leads) return MLOPS_OK;
    return refuse(p, there, "the branch here does not lead to it; pull, or push what was expected",
                  view->err);
}

/* ---- sending ---- */

static mlops_status tell_object(void *user, const uint8_t id[ID], mlops_error *err) {
    push *p = user;
    return mlops__push_lease_renew(&p->lease, id, err);
}

static mlops_status has_commit(void *user, const mlops_id *id, int *stops, mlops_error *err) {
    push *p = user;
    return mlops__cutter_has(&p->cutter, MLOPS__PART_COMMIT, id->bytes, ID, NULL, stops, err);
}

/* An entry of the commit that is sent. */
typedef struct entry {
    push *p;
    mlops__together *with;
    mlops__facts facts;
} entry;

static int is_needed(const mlops__facts *facts, const mlops_id *id) {
    return memcmp(&facts->id, id, ID) == 0 ||
           (facts->has_profile && memcmp(&facts->profile, id, ID) == 0) ||
           (facts->has_split && memcmp(&facts->rows, id, ID) == 0);
}

static mlops_status weigh_named(void *user, const mlops_id *id, mlops_error *err) {
    const entry *e = user;
    MLOPS_TRY(mlops__remote_tick(&e->p->remote, err));
    return mlops__together_add(e->with, e->p->store, &e->p->cutter, id, err);
}

static mlops_status send_named(void *user, const mlops_id *id, mlops_error *err) {
    const entry *e = user;
    push *p = e->p;
    MLOPS_TRY(mlops__remote_tick(&p->remote, err));
    mlops_status status =
        mlops__send_content(p->store, &p->cutter, id, e->with, 0, &p->n_contents, err);
    if (status != MLOPS_E_NOT_FOUND || !is_needed(&e->facts, id))
        return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    MLOPS_TRY(mlops__partial_content(p->store, id, err));
    return mlops__fail(err, MLOPS_E_CORRUPT, "the content of '%s' is missing", e->facts.path);
}

static mlops_status send_record(push *p, const mlops_id *id, mlops__bytes record,
                                mlops_error *err) {
    mlops__pack_frame frame = {MLOPS__PACK_CHUNK, MLOPS__PACK_RAW, 0, 0, {0}};
    frame.size = frame.stored = (uint32_t)record.size;
    mlops__chunk_key(frame.key, record.data, record.size);
    p->n_commits++;
    return mlops__cutter_add(&p->cutter, MLOPS__PART_COMMIT, id->bytes, &frame, record.data, 0, 1,
                             err);
}

static mlops_status send_all(push *p, const mlops_id *id, const mlops__tree *tree,
                             mlops__together *with, mlops__arena *arena, mlops_error *err) {
    for (size_t i = 0; i < tree->n; i++) {
        entry e = {.p = p, .with = with};
        MLOPS_TRY(mlops__entry_names(tree->entries[i], weigh_named, &e, err));
    }
    MLOPS_TRY(mlops__together_add(with, p->store, &p->cutter, id, err));
    for (size_t i = 0; i < tree->n; i++) {
        entry e = {.p = p, .with = with};
        MLOPS_TRY(mlops__entry_read(tree->entries[i], &e.facts, arena, err));
        MLOPS_TRY(mlops__entry_names(tree->entries[i], send_named, &e, err));
    }
    mlops_status status =
        mlops__send_content(p->store, &p->cutter, id, with, 1, &p->n_contents, err);
    if (status != MLOPS_E_NOT_FOUND) return status;
    return mlops__fail(err, MLOPS_E_CORRUPT, "the tree of a commit is missing");
}

/* What the tree names, then the tree. */
static mlops_status send_entries(push *p, const mlops_id *id, const mlops__tree *tree,
                                 mlops__arena *arena, mlops_error *err) {
    mlops__together with;
    mlops__together_init(&with, &p->cutter);
    mlops_status status = send_all(p, id, tree, &with, arena, err);
    mlops__together_free(&with);
    return status;
}

static mlops_status send_tree(push *p, mlops__version *version, mlops_error *err) {
    MLOPS_TRY(mlops__version_load(version, NULL, err));
    return send_entries(p, &version->commit.tree, &version->tree, &version->arena, err);
}

/* A commit, its tree, and all that the tree names; what comes last leads to what came before. */
static mlops_status send_commit(push *p, const mlops_id *id, mlops_error *err) {
    mlops__version version;
    mlops__view view;
    mlops__key key;
    mlops__bytes value, record = {NULL, 0};
    memset(&version, 0, sizeof version);
    version.store = p->store;
    mlops__arena_init(&version.arena, &p->remote.host->allocator, SIZE_MAX);
    mlops__tree_init(&version.tree, &version.arena);
    mlops_status status = mlops__view_begin(&view, p->store, NULL, &version.arena, err);
    if (!status) {
        status = mlops__commit_read(&version.commit, &view, p->dataset, id);
        mlops__commit_key(&key, p->dataset, id);
        if (!status)
            status = mlops__index_get(&view.index, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key),
                                      &value, err);
        if (!status) {
            const char *copy =
                mlops__arena_text(&version.arena, (const char *)value.data, value.size);
            record = (mlops__bytes){(const uint8_t *)copy, value.size};
            if (!copy) status = mlops__fail_nomem(err, value.size);
        }
        if (!status) status = mlops__send_verdict(&p->cutter, &view, p->dataset, id);
        mlops__view_end(&view);
    }
    if (!status) status = send_tree(p, &version, err);
    if (!status) status = send_record(p, id, record, err);
    mlops__version_close(&version);
    return status;
}

static mlops_status send_commits(push *p, mlops_error *err) {
    mlops__arena arena;
    mlops__view view;
    mlops__line line;
    mlops__arena_init(&arena, &p->remote.host->allocator, SIZE_MAX);
    mlops_status status = mlops__view_begin(&view, p->store, NULL, &arena, err);
    if (status) return status;
    status = mlops__line_init(&line, &view, p->dataset, err);
    for (size_t i = 0; i < p->n_wanted && !status; i++) status = check_ref(p, &view, &p->wanted[i]);
    for (size_t i = 0; i < p->n_wanted && !status; i++)
        status = mlops__line_add(&line, &p->wanted[i].commit, has_commit, p);
    mlops__view_end(&view);
    mlops__arena_free(&arena);
    p->remote.total = p->remote.done + (int64_t)(line.ids.size / ID);
    for (size_t at = 0; at < line.ids.size && !status; at += ID, p->remote.done++) {
        mlops_id id;
        memcpy(id.bytes, line.ids.data + at, ID);
        status = send_commit(p, &id, err);
    }
    mlops__line_free(&line);
    return status ? status : mlops__cutter_flush(&p->cutter, err);
}

/* ---- what was erased ---- */

/* With what stands in for a tree that the remote has. */
static mlops_status send_stand_in(void *user, const mlops_id *stand_in, mlops_error *err) {
    push *p = user;
    mlops__tree tree;
    mlops__arena arena;
    mlops__arena_init(&arena, &p->remote.host->allocator, SIZE_MAX);
    mlops__tree_init(&tree, &arena);
    mlops_status status = mlops__tree_load(&tree, p->store, NULL, stand_in, err);
    if (!status) status = send_entries(p, stand_in, &tree, &arena, err);
    mlops__tree_free(&tree);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status send_erased(push *p, int *changed, mlops_error *err) {
    MLOPS_TRY(mlops__push_erased_pairs(&p->erased, &p->cutter, send_stand_in, p, err));
    MLOPS_TRY(mlops__cutter_flush(&p->cutter, err));
    return mlops__erasures_put(&p->erased.there, &p->head, &p->remote, tell_object, p, changed,
                               err);
}

/* ---- indexes ---- */

static int is_named(const mlops__depot *parts, const uint8_t object[ID]) {
    for (size_t i = 0; i < parts->n; i++)
        for (size_t k = 0; k < parts->indexes[i].n_names; k++)
            if (memcmp(parts->indexes[i].names + k * ID, object, ID) == 0) return 1;
    return 0;
}

/* What one that was cut short has put, as far as it leads nowhere: what leads on is small, and may
 * lead to what is gone. */
static mlops_status adopt(push *p, mlops_error *err) {
    mlops__buf had = p->lease.objects;
    mlops_status status = MLOPS_OK;
    p->adopted = 1;
    mlops__buf_init(&p->lease.objects, &p->remote.host->allocator);
    if (p->erased.here.n_contents) had.size = 0; /* it may have some of that */
    for (size_t at = 0; at < had.size && !status; at += ID) {
        mlops__part_index index;
        const uint8_t *object = had.data + at;
        if (is_named(&p->parts, object)) continue;
        status = mlops__remote_tail(&p->remote, object, &index, err);
        if (status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT) {
            status = MLOPS_OK; /* it never came, or is an index */
            continue;
        }
        if (status) break;
        status = mlops__depot_absorb(&p->parts, &index, 1, err);
        mlops__buf_put(&p->lease.objects, object, ID);
        mlops__part_index_free(&index);
    }
    mlops__buf_free(&had);
    return status;
}

/* What is own already, and leads nowhere, in parts that are new otherwise. */
static mlops_status read_parts(push *p, mlops_error *err) {
    mlops__depot fresh;
    MLOPS_TRY(mlops__depot_init(&fresh, p->remote.host, err));
    mlops_status status = mlops__head_parts(&p->head, &p->remote, &fresh, err);
    for (size_t at = 0; p->parts.host && at < p->parts.names.size && !status; at += ID) {
        mlops__part_index index;
        status = mlops__remote_tail(&p->remote, p->parts.names.data + at, &index, err);
        if (status) break;
        status = mlops__depot_absorb(&fresh, &index, 1, err);
        mlops__part_index_free(&index);
    }
    if (status) {
        mlops__depot_free(&fresh);
        return status;
    }
    mlops__depot_free(&p->parts);
    p->parts = fresh;
    return p->adopted ? MLOPS_OK : adopt(p, err);
}

/* The smaller indexes become one with ours, so that there are few of them in the end. */
static mlops_status merge_indexes(push *p, mlops__depot *all, mlops_error *err) {
    mlops__part_index own;
    mlops__buf bytes;
    mlops__buf_init(&bytes, &p->remote.host->allocator);
    mlops_status status = mlops__depot_write(&p->parts, &bytes, err);
    if (status) {
        mlops__buf_free(&bytes);
        return status;
    }
    MLOPS_TRY(mlops__part_index_open(&own, &bytes, "this push", err));
    status = mlops__depot_absorb(all, &own, 0, err);
    mlops__part_index_free(&own);
    p->head.n_indexes = 0;
    for (size_t i = p->parts.n; i > 0 && !status; i--) {
        const mlops__part_index *index = &p->parts.indexes[i - 1];
        if (index->n <= 2 * all->n_own) status = mlops__depot_absorb(all, index, 0, err);
        else memcpy(p->head.indexes[p->head.n_indexes++].bytes, index->id, ID);
    }
    return status;
}

static mlops_status put_index(push *p, mlops_error *err) {
    mlops__depot all;
    mlops_id *more;
    if (p->parts.n_own == 0) return MLOPS_OK;
    more = mlops__arena_array(&p->head.arena, p->head.n_indexes + 1, sizeof *more);
    if (!more) return mlops__fail_nomem(err, (p->head.n_indexes + 1) * sizeof *more);
    p->head.indexes = more;
    MLOPS_TRY(mlops__depot_init(&all, p->remote.host, err));
    mlops_status status = merge_indexes(p, &all, err);
    if (!status)
        status =
            mlops__head_put_index(&p->remote, &all, &more[p->head.n_indexes], tell_object, p, err);
    if (!status) p->head.n_indexes++;
    mlops__depot_free(&all);
    return status;
}

/* ---- all of it ---- */

static mlops_status set_refs(push *p, mlops_error *err) {
    p->n_refs = 0;
    for (size_t i = 0; i < p->n_wanted; i++) {
        const mlops__head_ref *ours = &p->wanted[i];
        const mlops__head_ref *there = mlops__head_find(&p->head, ours->kind, ours->name);
        if (there && memcmp(&there->commit, &ours->commit, ID) == 0) continue;
        MLOPS_TRY(mlops__head_set(&p->head, ours->kind, ours->name, &ours->commit, err));
        p->n_refs++;
    }
    return MLOPS_OK;
}

static mlops_status set_suites(push *p, int *changed, mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = mlops__head_take_suites(&p->head, &view, changed);
    mlops__view_end(&view);
    return status;
}

static mlops_status set_links(push *p, int *changed, mlops_error *err) {
    mlops__links links;
    mlops__view view;
    mlops_status status = mlops__links_init(&links, p->dataset, p->remote.host, err);
    if (!status) status = mlops__links_of_head(&links, &p->head, &p->remote, err);
    if (!status) status = mlops__view_begin(&view, p->store, NULL, &p->arena, err);
    if (!status) {
        status = mlops__links_take(&links, &view, has_commit, p);
        mlops__view_end(&view);
    }
    if (!status)
        status = mlops__links_put(&links, &p->head, &p->remote, tell_object, p, changed, err);
    mlops__links_free(&links);
    return status;
}

/* MLOPS_END if the head has changed meanwhile. */
static mlops_status run_round(push *p, mlops_error *err) {
    int changed, erased, cleaned, linked;
    mlops__head_free(&p->head);
    MLOPS_TRY(mlops__remote_tick(&p->remote, err));
    MLOPS_TRY(mlops__head_read(&p->head, &p->remote, p->dataset, err));
    MLOPS_TRY(mlops__push_erased_begin(&p->erased, p->store, &p->head, &p->remote, err));
    MLOPS_TRY(read_parts(p, err));
    MLOPS_TRY(mlops__push_erased_clean(&p->erased, &p->cutter, &cleaned, err));
    MLOPS_TRY(send_commits(p, err));
    MLOPS_TRY(send_erased(p, &erased, err));
    MLOPS_TRY(set_refs(p, err));
    MLOPS_TRY(set_suites(p, &changed, err));
    MLOPS_TRY(set_links(p, &linked, err));
    if (p->n_refs == 0 && !changed && !erased && !linked) return MLOPS_OK;
    MLOPS_TRY(put_index(p, err));
    if (p->parts.n_own || erased || linked)
        MLOPS_TRY(mlops__push_lease_renew(&p->lease, NULL, err));
    mlops_status status = mlops__head_swap(&p->head, &p->remote, err);
    if (status == MLOPS_E_CONFLICT && cleaned)
        mlops__depot_free(&p->parts); /* all is looked at anew */
    return status == MLOPS_E_CONFLICT ? MLOPS_END : status;
}

static mlops_status run_push(push *p, mlops_error *err) {
    size_t full = p->opts.object_bytes ? (size_t)p->opts.object_bytes : MLOPS__REMOTE_OBJECT;
    mlops_status status;
    MLOPS_TRY(mlops__erased_settled(p->store, err));
    do status = find_wanted(p, err);
    while (status == MLOPS_END);
    MLOPS_TRY(status);
    MLOPS_TRY(mlops__push_lease_take(&p->lease, &p->remote, p->store, p->dataset, err));
    MLOPS_TRY(mlops__cutter_init(&p->cutter, &p->remote, &p->parts, full, err));
    p->cutter.name = tell_object;
    p->cutter.user = p;
    for (int i = 0; i < ROUNDS; i++) {
        status = run_round(p, err);
        if (status != MLOPS_END) return status;
    }
    return mlops__fail(err, MLOPS_E_CONFLICT,
                       "the remote's \"%s\" changes faster than it can be pushed to", p->dataset);
}

static mlops_status check_opts(push *p, mlops_error *err) {
    if (p->opts.flags) return mlops__fail(err, MLOPS_E_INVALID, "mlops_push_opts: unknown flags");
    if (p->opts.object_bytes &&
        (p->opts.object_bytes < OBJECT_LEAST || p->opts.object_bytes > MLOPS__REMOTE_OBJECT))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_push_opts: object_bytes is %d bytes to 64 MiB", OBJECT_LEAST);
    if (p->opts.expected && !mlops__id_parse(&p->expected, p->opts.expected))
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_push_opts: expected has no 64 digits");
    return MLOPS_OK;
}

mlops_status mlops_dataset_push(mlops_store *store, const mlops_remote *remote, const char *dataset,
                                const mlops_push_opts *opts, mlops_transfer *out,
                                mlops_error *err) {
    push p;
    mlops_transfer done = MLOPS_TRANSFER_INIT;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    memset(&p, 0, sizeof p);
    p.store = store;
    p.dataset = dataset;
    const mlops__host *host = mlops__store_host(store);
    MLOPS_TRY(mlops__opts_copy(&p.opts, sizeof p.opts, opts, "mlops_push_opts", err));
    MLOPS_TRY(check_opts(&p, err));
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    MLOPS_TRY(mlops__remote_init(&p.remote, remote, host, p.opts.call, err));
    mlops__arena_init(&p.arena, &host->allocator, SIZE_MAX);
    mlops_status status = run_push(&p, err);
    mlops__cutter_free(&p.cutter);
    mlops__depot_free(&p.parts);
    mlops__push_lease_free(&p.lease);
    mlops__lease_end(&p.held, store);
    mlops__push_erased_free(&p.erased);
    mlops__head_free(&p.head);
    mlops__arena_free(&p.arena);
    done.n_requests = p.remote.n_requests;
    done.bytes = p.remote.bytes;
    done.n_commits = p.n_commits;
    done.n_contents = p.n_contents;
    done.n_refs = status ? 0 : p.n_refs;
    if (!out) return status;
    mlops_status told = mlops__opts_result(out, &done, sizeof done, "mlops_transfer", err);
    return status ? status : told;
}
