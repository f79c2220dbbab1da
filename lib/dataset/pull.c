/* Pulling: what the store lacks of some branches and tags of a remote, then these.
 *
 * Owns what is read of the remote for one pull. Invariants: a commit is put after all that it goes
 * back to, and after all content that it names is there and was verified, or is noted as not
 * pulled; so what a pull that was cut short has brought is whole, and is not brought again. Until
 * branches and tags have moved a lease holds all of it, and the commits that it builds on.
 */
#include "base/opts.h"
#include "dataset/erase_adopt.h"
#include "dataset/pull_trail.h"
#include "dataset/remote_links.h"

#include <string.h>

enum { ID = 32, CHANGE_FULL = 4 << 20, VERB_MAX = 700 };

typedef struct pull {
    mlops_store *store;
    const char *dataset;
    mlops_pull_opts opts;
    mlops__remote remote;
    mlops__head head;
    mlops__depot parts;
    mlops__fetcher fetcher;
    mlops__receiver receiver;
    mlops__adoption adoption;
    mlops_change *change;
    mlops__lease lease;
    size_t empty;       /* bytes of a change that does nothing */
    mlops__arena arena; /* of commits */
    mlops__head_ref *wanted;
    size_t n_wanted;
    mlops__trail trail;
    int64_t n_commits, n_refs;
} pull;

/* ---- what is wanted ---- */

/* What follows a remote's under a prefix is none of this remote's that has the same name. */
static mlops_status is_wanted(const pull *p, mlops__view *view, const mlops__head_ref *ref,
                              int *out) {
    const char *list = ref->kind == mlops__ref_tag ? p->opts.tags : p->opts.branches;
    mlops__ref here;
    MLOPS_TRY(mlops__list_has(list, ref->name, 0, p->remote.host, out, view->err));
    if (list || p->opts.prefix) return MLOPS_OK;
    MLOPS_TRY(mlops__ref_read(&here, view, p->dataset, ref->kind, ref->name));
    if (here.follows) *out = 0;
    return MLOPS_OK;
}

static mlops_status find_wanted(pull *p, mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < p->head.n_refs && !status; i++) {
        int is_in = 0;
        status = is_wanted(p, &view, &p->head.refs[i], &is_in);
        if (!status && is_in) p->wanted[p->n_wanted++] = p->head.refs[i];
    }
    mlops__view_end(&view);
    return status;
}

static mlops_status want_refs(pull *p, mlops_error *err) {
    p->wanted = mlops__arena_array(&p->head.arena, p->head.n_refs + 1, sizeof *p->wanted);
    if (!p->wanted) return mlops__fail_nomem(err, p->head.n_refs * sizeof *p->wanted);
    MLOPS_TRY(find_wanted(p, err));
    if (p->n_wanted) return MLOPS_OK;
    if (!p->head.was.data)
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "the remote has no dataset \"%s\"", p->dataset);
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "the remote has no branch or tag of \"%s\" that was asked for", p->dataset);
}

/* ---- content ---- */

static mlops_status commit_change(pull *p, mlops_error *err) {
    char verb[VERB_MAX];
    if (mlops__change_size(p->change) == p->empty) return MLOPS_OK;
    mlops__format(verb, sizeof verb, "dataset pull %s", p->dataset);
    MLOPS_TRY(mlops__change_verb(p->change, verb, err));
    MLOPS_TRY(mlops__adoption_expect(&p->adoption, p->change));
    return mlops_change_commit(p->change, NULL, err);
}

static mlops_status commit_if_full(pull *p, mlops_error *err) {
    if (mlops__change_size(p->change) < CHANGE_FULL) return MLOPS_OK;
    MLOPS_TRY(mlops__receiver_flush(&p->receiver, err));
    return commit_change(p, err);
}

static mlops_status has_part(pull *p, const mlops_id *id, int *out, mlops_error *err) {
    mlops__part part;
    MLOPS_TRY(mlops__depot_find(&p->parts, MLOPS__PART_OBJECT, id->bytes, ID, &part, out, err));
    if (*out) return MLOPS_OK;
    return mlops__depot_find(&p->parts, MLOPS__PART_SMALL, id->bytes, ID, &part, out, err);
}

typedef struct entry {
    pull *p;
    const mlops__facts *facts;
} entry;

/* What is spelled as an id and is none of the remote's is somebody's text. */
static mlops_status receive_named(void *user, const mlops_id *id, mlops_error *err) {
    const entry *e = user;
    pull *p = e->p;
    int there = 0;
    MLOPS_TRY(mlops__remote_tick(&p->remote, err));
    MLOPS_TRY(has_part(p, id, &there, err));
    int is_own = memcmp(&e->facts->id, id, ID) == 0;
    if (!is_own && (!there || mlops__idset_find(&p->adoption.erased, id->bytes, ID)))
        return MLOPS_OK;
    MLOPS_TRY(mlops__receive_content(&p->receiver, id, err));
    return commit_if_full(p, err);
}

static mlops_status receive_tree(pull *p, const mlops__commit *commit, mlops_error *err) {
    mlops__tree tree;
    mlops__arena arena;
    mlops__facts facts;
    mlops__arena_init(&arena, &p->remote.host->allocator, SIZE_MAX);
    mlops__tree_init(&tree, &arena);
    mlops_status status = mlops__receive_content(&p->receiver, &commit->tree, err);
    if (!status) status = mlops__receiver_flush(&p->receiver, err);
    if (!status) status = mlops__adopt_tree(&p->adoption, p->change, &commit->tree, &tree);
    for (size_t i = 0; i < tree.n && !status; i++) {
        const mlops__entry *e = tree.entries[i];
        entry named = {p, &facts};
        int is_in = 0;
        status = mlops__entry_read(e, &facts, &arena, err);
        if (!status)
            status = mlops__list_has(p->opts.paths, e->path, 1, p->remote.host, &is_in, err);
        if (!status && is_in) status = mlops__entry_names(e, receive_named, &named, err);
    }
    mlops__tree_free(&tree);
    mlops__arena_free(&arena);
    return status ? status : mlops__receiver_flush(&p->receiver, err);
}

static mlops_status receive_commit(pull *p, const mlops__found *f, mlops_error *err) {
    mlops__key key;
    mlops_status status;
    do {
        status = mlops__receiver_begin(&p->receiver, err);
        if (!status) status = receive_tree(p, &f->commit, err);
    } while (status && p->receiver.is_stale);
    MLOPS_TRY(status);
    MLOPS_TRY(
        mlops__receive_verdict(&p->fetcher, &p->parts, p->change, p->dataset, &f->commit.id, err));
    if (!f->record.data) return commit_if_full(p, err);
    mlops__commit_key(&key, p->dataset, &f->commit.id);
    MLOPS_TRY(
        mlops__change_put(p->change, MLOPS__TABLE_COMMITS, mlops__key_bytes(&key), f->record, err));
    p->n_commits++;
    return commit_if_full(p, err);
}

/* ---- links ---- */

typedef struct seen {
    pull *p;
    mlops__view *view;
} seen;

static mlops_status sees_commit(void *user, const mlops_id *id, int *out, mlops_error *err) {
    const seen *s = user;
    (void)err;
    return mlops__trail_has_commit(s->view, s->p->dataset, id, out);
}

static mlops_status put_links(pull *p, mlops__links *links, mlops__key *from, mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    seen s = {p, &view};
    mlops_status status =
        mlops__links_give(links, p->change, CHANGE_FULL, from, &view, sees_commit, &s);
    mlops__view_end(&view);
    return status;
}

/* Those that fit into one change come together with branches and tags. */
static mlops_status receive_links(pull *p, mlops_error *err) {
    mlops__links links;
    mlops__key from;
    mlops__key_init(&from);
    mlops_status status = mlops__links_init(&links, p->dataset, p->remote.host, err);
    if (!status) status = mlops__links_of_head(&links, &p->head, &p->remote, err);
    if (!status) status = put_links(p, &links, &from, err);
    while (!status && from.size) {
        status = commit_change(p, err);
        if (!status) status = put_links(p, &links, &from, err);
    }
    mlops__links_free(&links);
    return status;
}

/* ---- what stays away ---- */

static mlops_status note_absent(pull *p, mlops__view *view, const mlops_id *id,
                                mlops__partial *out) {
    int here;
    MLOPS_TRY(mlops__trail_has_commit(view, p->dataset, id, &here));
    if (!here && !mlops__partial_has(out, id)) out->absent[out->n_absent++] = *id;
    return MLOPS_OK;
}

/* Before the first commit that leads to it. */
static mlops_status note_partial(pull *p, mlops__view *view, const mlops__partial *was, int last) {
    mlops__partial next = *was;
    mlops_id id;
    size_t cap = was->n_absent + p->trail.beyond.size / ID + 1;
    next.absent = mlops__arena_array(&p->arena, cap, sizeof *next.absent);
    if (!next.absent) return mlops__fail_nomem(view->err, cap * sizeof *next.absent);
    next.n_absent = 0;
    if (p->opts.paths) next.paths = p->opts.paths;
    int whole = !p->opts.paths && !p->opts.depth && !p->opts.branches && !p->opts.tags;
    if (last && whole) next.paths = NULL;
    for (size_t i = 0; i < was->n_absent; i++)
        MLOPS_TRY(note_absent(p, view, &was->absent[i], &next));
    for (size_t at = 0; at < p->trail.beyond.size; at += ID) {
        memcpy(id.bytes, p->trail.beyond.data + at, ID);
        MLOPS_TRY(note_absent(p, view, &id, &next));
    }
    return mlops__partial_put(p->change, p->dataset, &next, view->err);
}

static mlops_status note_in_view(pull *p, int last, mlops_error *err) {
    mlops__partial was;
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = mlops__partial_read(&was, &view, p->dataset);
    if (!status) status = note_partial(p, &view, &was, last);
    mlops__view_end(&view);
    return status;
}

/* ---- refs ---- */

static mlops_status move_refs(pull *p, mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = MLOPS_OK;
    for (size_t i = 0; i < p->n_wanted && !status; i++) {
        int moves = 0;
        status = mlops__pull_ref(&p->wanted[i], p->dataset, &p->opts, p->change, &view, &moves);
        p->n_refs += moves;
    }
    if (!status && !p->opts.prefix) status = mlops__head_give_suites(&p->head, p->change, &view);
    mlops__view_end(&view);
    return status;
}

/* ---- all of it ---- */

static mlops_status begin(pull *p, mlops_error *err) {
    mlops_change_opts why = MLOPS_CHANGE_OPTS_INIT;
    why.actor = p->remote.call.actor;
    why.trace_id = p->remote.call.trace_id;
    MLOPS_TRY(mlops_change_new(&p->change, p->store, &why, err));
    p->empty = mlops__change_size(p->change);
    p->trail.store = p->store;
    p->trail.dataset = p->dataset;
    p->trail.remote = &p->remote;
    p->trail.parts = &p->parts;
    p->trail.fetcher = &p->fetcher;
    p->trail.lease = &p->lease;
    p->trail.arena = &p->arena;
    p->trail.depth = p->opts.depth;
    MLOPS_TRY(mlops__depot_init(&p->parts, p->remote.host, err));
    return mlops__receiver_init(&p->receiver, p->store, &p->fetcher, &p->parts, p->change,
                                &p->lease, err);
}

/* What was erased there is erased here, before anything comes. */
static mlops_status adopt(pull *p, mlops_error *err) {
    int any = 0, again = 0;
    mlops_status status;
    MLOPS_TRY(mlops__adoption_begin(&p->adoption, p->store, &p->head, &p->fetcher, &p->parts, err));
    MLOPS_TRY(mlops__adoption_join(&p->adoption, &again));
    if (again) {
        mlops__adoption_free(&p->adoption);
        MLOPS_TRY(
            mlops__adoption_begin(&p->adoption, p->store, &p->head, &p->fetcher, &p->parts, err));
    }
    if (mlops__idset_size(&p->adoption.erased)) p->receiver.erased = &p->adoption.erased;
    do {
        do {
            status = mlops__receiver_begin(&p->receiver, err);
            if (!status) status = mlops__adoption_run(&p->adoption, &p->receiver, p->change, &any);
            if (!status) status = mlops__receiver_flush(&p->receiver, err);
        } while (status && p->receiver.is_stale);
        if (status || !any) return status;
        MLOPS_TRY(commit_change(p, err));
        MLOPS_TRY(mlops__adoption_done(&p->adoption));
    } while (p->adoption.again);
    return MLOPS_OK;
}

static mlops_status run_pull(pull *p, mlops_error *err) {
    MLOPS_TRY(begin(p, err));
    MLOPS_TRY(mlops__head_read(&p->head, &p->remote, p->dataset, err));
    MLOPS_TRY(want_refs(p, err));
    MLOPS_TRY(mlops__head_parts(&p->head, &p->remote, &p->parts, err));
    MLOPS_TRY(adopt(p, err));
    MLOPS_TRY(mlops__trail_find(&p->trail, p->wanted, p->n_wanted, err));
    if (p->opts.paths || p->trail.beyond.size) {
        MLOPS_TRY(note_in_view(p, 0, err));
        MLOPS_TRY(commit_change(p, err));
    }
    const mlops__buf *order = &p->trail.order;
    p->remote.total = (int64_t)(order->size / 8);
    for (size_t at = 0; at < order->size; at += 8, p->remote.done++)
        MLOPS_TRY(receive_commit(p, &p->trail.commits[mlops__load_u64(order->data + at)], err));
    MLOPS_TRY(mlops__receiver_flush(&p->receiver, err));
    MLOPS_TRY(commit_change(p, err));
    MLOPS_TRY(receive_links(p, err));
    MLOPS_TRY(note_in_view(p, 1, err));
    MLOPS_TRY(move_refs(p, err));
    return commit_change(p, err);
}

static void end(pull *p) {
    mlops__receiver_free(&p->receiver);
    mlops__adoption_free(&p->adoption);
    mlops__fetcher_free(&p->fetcher);
    mlops__depot_free(&p->parts);
    mlops__head_free(&p->head);
    mlops__trail_free(&p->trail);
    mlops__arena_free(&p->arena);
    mlops_change_free(p->change);
    mlops__lease_end(&p->lease, p->store);
}

static mlops_status check_opts(const mlops_pull_opts *opts, mlops_error *err) {
    if (opts->flags & ~(uint32_t)MLOPS_PULL_FORCE)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_pull_opts: unknown flags");
    if (opts->depth < 0)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_pull_opts: depth is negative");
    return MLOPS_OK;
}

mlops_status mlops_dataset_pull(mlops_store *store, const mlops_remote *remote, const char *dataset,
                                const mlops_pull_opts *opts, mlops_transfer *out,
                                mlops_error *err) {
    pull p;
    mlops_transfer done = MLOPS_TRANSFER_INIT;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    memset(&p, 0, sizeof p);
    p.store = store;
    p.dataset = dataset;
    const mlops__host *host = mlops__store_host(store);
    MLOPS_TRY(mlops__opts_copy(&p.opts, sizeof p.opts, opts, "mlops_pull_opts", err));
    MLOPS_TRY(check_opts(&p.opts, err));
    MLOPS_TRY(mlops__name_check("dataset", dataset, err));
    MLOPS_TRY(mlops__remote_init(&p.remote, remote, host, p.opts.call, err));
    mlops__arena_init(&p.arena, &host->allocator, SIZE_MAX);
    mlops__trail_init(&p.trail, host);
    mlops__fetcher_init(&p.fetcher, &p.remote);
    mlops_status status = run_pull(&p, err);
    done.n_requests = p.remote.n_requests;
    done.bytes = p.remote.bytes;
    done.n_commits = p.n_commits;
    done.n_contents = p.receiver.n;
    done.n_refs = status ? 0 : p.n_refs;
    end(&p);
    if (!out) return status;
    mlops_status told = mlops__opts_result(out, &done, sizeof done, "mlops_transfer", err);
    return status ? status : told;
}
