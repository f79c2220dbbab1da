/* Pulling: what the store lacks of some branches and tags of a remote, then these.
 *
 * Owns what is read of the remote for one pull. Invariants: a commit is put after all that it goes
 * back to, and after all content that it names is there and was verified, or is noted as not
 * pulled; so what a pull that was cut short has brought is whole, and is not brought again. Until
 * branches and tags have moved a lease holds all of it, and the commits that it builds on.
 */
#include "base/opts.h"
#include "dataset/erase_adopt.h"
#include "dataset/remote_links.h"

#include <string.h>

enum { ID = 32, CHANGE_FULL = 4 << 20, VERB_MAX = 700 };

/* A commit that is wanted. */
typedef struct found {
    mlops__commit commit;
    mlops__bytes record; /* as the remote has it; data NULL: the store has it */
    int64_t level;       /* steps from a branch or tag */
    int placed;
} found;

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
    mlops_id *tips;     /* where branches and tags of this store are */
    size_t n_tips;
    mlops__line held; /* all that they lead to, once is_held */
    int is_held;      /* -1: history here is damaged */
    mlops__partial partial;
    mlops__head_ref *wanted;
    size_t n_wanted;
    found *commits;
    size_t n, cap;
    mlops__kv *known; /* number of a commit, by its id */
    mlops__kv_txn *txn;
    mlops__buf order, beyond; /* numbers, older ones first; ids that stay away */
    int64_t n_commits, n_refs;
} pull;

/* ---- what is wanted ---- */

static mlops_status want_refs(pull *p, mlops_error *err) {
    p->wanted = mlops__arena_array(&p->head.arena, p->head.n_refs + 1, sizeof *p->wanted);
    if (!p->wanted) return mlops__fail_nomem(err, p->head.n_refs * sizeof *p->wanted);
    for (size_t i = 0; i < p->head.n_refs; i++) {
        const mlops__head_ref *ref = &p->head.refs[i];
        const char *list = ref->kind == mlops__ref_tag ? p->opts.tags : p->opts.branches;
        int is_in = 0;
        MLOPS_TRY(mlops__list_has(list, ref->name, 0, p->remote.host, &is_in, err));
        if (is_in) p->wanted[p->n_wanted++] = *ref;
    }
    if (p->n_wanted) return MLOPS_OK;
    if (!p->head.was.data)
        return mlops__fail(err, MLOPS_E_NOT_FOUND, "the remote has no dataset \"%s\"", p->dataset);
    return mlops__fail(err, MLOPS_E_NOT_FOUND,
                       "the remote has no branch or tag of \"%s\" that was asked for", p->dataset);
}

/* ---- commits ---- */

/* Their numbers, or -1. */
static mlops_status number_of(pull *p, const mlops_id *id, int64_t *out, mlops_error *err) {
    mlops__bytes value;
    mlops_status status = mlops__kv_get(p->txn, (mlops__bytes){id->bytes, ID}, &value, err);
    *out = status ? -1 : (int64_t)mlops__load_u64(value.data);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status add_commit(pull *p, const mlops_id *id, int64_t level, mlops_error *err) {
    uint8_t number[8];
    found *more = mlops__arena_grow(&p->arena, p->commits, (int64_t)p->n, &p->cap, sizeof *more);
    if (!more) return mlops__fail_nomem(err, sizeof *more);
    p->commits = more;
    mlops__store_u64(number, p->n);
    memset(&p->commits[p->n], 0, sizeof *p->commits);
    p->commits[p->n].commit.id = *id;
    p->commits[p->n++].level = level;
    return mlops__kv_put(p->txn, (mlops__bytes){id->bytes, ID},
                         (mlops__bytes){number, sizeof number}, err);
}

static mlops_status is_here(const pull *p, mlops__view *view, const mlops_id *id, int *out) {
    mlops__key key;
    mlops__bytes value;
    mlops__commit_key(&key, p->dataset, id);
    mlops_status status = mlops__index_get(&view->index, MLOPS__TABLE_COMMITS,
                                           mlops__key_bytes(&key), &value, view->err);
    *out = !status;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* The record of a commit, from here or from there. */
static mlops_status read_commit(pull *p, mlops__view *view, found *f, int here) {
    mlops__part part;
    mlops__buf bytes;
    int there = 0;
    mlops_id id = f->commit.id;
    if (here) return mlops__commit_read(&f->commit, view, p->dataset, &id);
    MLOPS_TRY(
        mlops__depot_find(&p->parts, MLOPS__PART_COMMIT, id.bytes, ID, &part, &there, view->err));
    if (!there)
        return mlops__fail(view->err, MLOPS_E_CORRUPT,
                           "the remote lacks a commit that its \"%s\" leads to", p->dataset);
    mlops__buf_init(&bytes, &p->remote.host->allocator);
    mlops_status status = mlops__fetch_bytes(&p->fetcher, &part, &bytes, view->err);
    if (!status) {
        const char *copy = mlops__arena_text(&p->arena, (const char *)bytes.data, bytes.size);
        f->record = (mlops__bytes){(const uint8_t *)copy, bytes.size};
        if (!copy) status = mlops__fail_nomem(view->err, bytes.size);
    }
    mlops__buf_free(&bytes);
    return status ? status : mlops__commit_parse(&f->commit, f->record, view);
}

/* ---- what branches and tags here lead to ---- */

static mlops_status find_tips(pull *p, mlops__view *view) {
    mlops__key key;
    mlops__index_iter iter;
    mlops__bytes k, value;
    mlops__record record;
    size_t cap = 0;
    p->n_tips = 0;
    mlops__key_init(&key);
    mlops__key_text(&key, p->dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &view->index, MLOPS__TABLE_REFS,
                                     mlops__key_prefix(&key), view->err));
    mlops_status status = MLOPS_OK;
    while (!status && !(status = mlops__index_iter_next(&iter, &k, &value, view->err))) {
        mlops_id *more =
            mlops__arena_grow(&p->arena, p->tips, (int64_t)p->n_tips, &cap, sizeof *more);
        if (!more) status = mlops__fail_nomem(view->err, sizeof *more);
        else p->tips = more;
        if (!status) status = mlops__record_parse(&record, value, &p->arena, view->err);
        if (!status && mlops__record_id(&record, "commit", &p->tips[p->n_tips])) p->n_tips++;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status never(void *user, const mlops_id *id, int *stops, mlops_error *err) {
    (void)user, (void)id, (void)stops, (void)err;
    return MLOPS_OK;
}

/* Where something of it is missing, nothing is taken for whole. */
static mlops_status walk_held(pull *p, mlops__view *view) {
    p->is_held = 1;
    mlops_status status = mlops__line_init(&p->held, view, p->dataset, view->err);
    for (size_t i = 0; i < p->n_tips && !status; i++)
        status = mlops__line_add(&p->held, &p->tips[i], never, NULL);
    if (status == MLOPS_E_CORRUPT) p->is_held = -1;
    return status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

/* A commit that nothing leads to may have come with a pull that was cut short, and what it goes
 * back to may have been collected since. Most often it is a tip that is met. */
static mlops_status is_held(pull *p, mlops__view *view, const mlops_id *id, int *out) {
    *out = 0;
    for (size_t i = 0; i < p->n_tips; i++) *out |= memcmp(p->tips[i].bytes, id->bytes, ID) == 0;
    if (!p->is_held && !*out) MLOPS_TRY(walk_held(p, view));
    if (p->is_held <= 0) return MLOPS_OK;
    *out = mlops__line_has(&p->held, id);
    return MLOPS_OK;
}

/* ---- which commits are to come ---- */

/* One step back. A store that has all of what it has needs no look behind a commit that its
 * branches lead to. */
static mlops_status look_at(pull *p, mlops__view *view, size_t i) {
    int here, held = 0;
    found f = p->commits[i];
    mlops_id id = f.commit.id;
    MLOPS_TRY(is_here(p, view, &id, &here));
    if (here && !p->partial.is_there) MLOPS_TRY(is_held(p, view, &id, &held));
    if (held) {
        p->commits[i].placed = 1;
        return MLOPS_OK;
    }
    if (!here && p->opts.depth && f.level >= p->opts.depth) {
        p->commits[i].placed = 1;
        mlops__buf_put(&p->beyond, id.bytes, ID);
        return p->beyond.status ? mlops__fail_nomem(view->err, ID) : MLOPS_OK;
    }
    MLOPS_TRY(read_commit(p, view, &f, here));
    p->commits[i] = f;
    for (size_t k = 0; k < f.commit.n_parents; k++) {
        int64_t number;
        MLOPS_TRY(number_of(p, &f.commit.parents[k], &number, view->err));
        if (number < 0) MLOPS_TRY(add_commit(p, &f.commit.parents[k], f.level + 1, view->err));
    }
    return mlops__remote_tick(&p->remote, view->err);
}

/* MLOPS_END if something was collected since the commits were looked for. */
static mlops_status hold_commits(pull *p, mlops_error *err) {
    mlops__index index;
    int old = 0;
    MLOPS_TRY(mlops__store_write_begin(p->store, &index, err));
    mlops_status status = mlops__lease_is_old(&p->lease, &index, &old, err);
    if (!status && old) status = MLOPS_END;
    for (size_t i = 0; i < p->n && !status; i++)
        status = mlops__lease_note(&p->lease, &index, p->commits[i].commit.id.bytes, err);
    if (!status) status = mlops__store_write_commit(p->store, &index, err);
    mlops__store_write_end(p->store, &index);
    return status;
}

static void forget_commits(pull *p) {
    mlops__kv_end(p->txn);
    mlops__kv_close(p->known);
    p->txn = NULL;
    p->known = NULL;
    mlops__line_free(&p->held);
    memset(&p->held, 0, sizeof p->held);
    p->n = p->beyond.size = 0;
    p->is_held = 0;
}

static mlops_status look_for_commits(pull *p, mlops_error *err) {
    static const mlops__kv_opts kv = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    mlops__view view;
    forget_commits(p);
    MLOPS_TRY(mlops__kv_open(&p->known, p->remote.host, &kv, err));
    MLOPS_TRY(mlops__kv_begin(&p->txn, p->known, 1, err));
    MLOPS_TRY(mlops__lease_begin(&p->lease, p->store, err));
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = mlops__partial_read(&p->partial, &view, p->dataset);
    if (!status) status = find_tips(p, &view);
    for (size_t i = 0; i < p->n_wanted && !status; i++) {
        int64_t number;
        status = number_of(p, &p->wanted[i].commit, &number, err);
        if (!status && number < 0) status = add_commit(p, &p->wanted[i].commit, 0, err);
    }
    for (size_t i = 0; i < p->n && !status; i++) status = look_at(p, &view, i);
    mlops__view_end(&view);
    return status ? status : hold_commits(p, err);
}

static mlops_status find_commits(pull *p, mlops_error *err) {
    mlops_status status;
    do status = look_for_commits(p, err);
    while (status == MLOPS_END);
    return status;
}

static void put_number(mlops__buf *out, size_t i) { mlops__buf_u64(out, i); }

static size_t top_of(const mlops__buf *stack) {
    return (size_t)mlops__load_u64(stack->data + stack->size - 8);
}

/* Those that a commit goes back to and that have no place yet; 0: there are none. */
static mlops_status put_parents(pull *p, const found *f, mlops__buf *stack, int *n,
                                mlops_error *err) {
    *n = 0;
    for (size_t k = 0; k < f->commit.n_parents; k++) {
        int64_t number;
        MLOPS_TRY(number_of(p, &f->commit.parents[k], &number, err));
        if (number < 0 || p->commits[number].placed) continue;
        put_number(stack, (size_t)number);
        ++*n;
    }
    return stack->status ? mlops__fail_nomem(err, stack->size) : MLOPS_OK;
}

/* A commit is met, at the most, once more than it has children; one that leads to itself has no
 * id. */
static mlops_status order_commits(pull *p, mlops_error *err) {
    mlops__buf stack;
    int n;
    mlops_status status = MLOPS_OK;
    mlops__buf_init(&stack, &p->remote.host->allocator);
    for (size_t i = 0; i < p->n && !status; i++) {
        put_number(&stack, i);
        if (stack.status) status = mlops__fail_nomem(err, stack.size);
        while (!status && stack.size) {
            found *f = &p->commits[top_of(&stack)];
            n = 0;
            if (!f->placed) status = put_parents(p, f, &stack, &n, err);
            if (status || n) continue;
            if (!f->placed) put_number(&p->order, top_of(&stack));
            f->placed = 1;
            stack.size -= 8;
        }
    }
    mlops__buf_free(&stack);
    if (!status && p->order.status) status = mlops__fail_nomem(err, p->order.size);
    return status;
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

static mlops_status receive_commit(pull *p, const found *f, mlops_error *err) {
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
    return is_here(s->p, s->view, id, out);
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
    MLOPS_TRY(is_here(p, view, id, &here));
    if (!here && !mlops__partial_has(out, id)) out->absent[out->n_absent++] = *id;
    return MLOPS_OK;
}

/* Before the first commit that leads to it. */
static mlops_status note_partial(pull *p, mlops__view *view, int last) {
    mlops__partial next = p->partial;
    mlops_id id;
    size_t cap = p->partial.n_absent + p->beyond.size / ID + 1;
    next.absent = mlops__arena_array(&p->arena, cap, sizeof *next.absent);
    if (!next.absent) return mlops__fail_nomem(view->err, cap * sizeof *next.absent);
    next.n_absent = 0;
    if (p->opts.paths) next.paths = p->opts.paths;
    int whole = !p->opts.paths && !p->opts.depth && !p->opts.branches && !p->opts.tags;
    if (last && whole) next.paths = NULL;
    for (size_t i = 0; i < p->partial.n_absent; i++)
        MLOPS_TRY(note_absent(p, view, &p->partial.absent[i], &next));
    for (size_t at = 0; at < p->beyond.size; at += ID) {
        memcpy(id.bytes, p->beyond.data + at, ID);
        MLOPS_TRY(note_absent(p, view, &id, &next));
    }
    return mlops__partial_put(p->change, p->dataset, &next, view->err);
}

static mlops_status note_in_view(pull *p, int last, mlops_error *err) {
    mlops__view view;
    MLOPS_TRY(mlops__view_begin(&view, p->store, NULL, &p->arena, err));
    mlops_status status = mlops__partial_read(&p->partial, &view, p->dataset);
    if (!status) status = note_partial(p, &view, last);
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
    MLOPS_TRY(find_commits(p, err));
    MLOPS_TRY(order_commits(p, err));
    if (p->opts.paths || p->beyond.size) {
        MLOPS_TRY(note_in_view(p, 0, err));
        MLOPS_TRY(commit_change(p, err));
    }
    p->remote.total = (int64_t)(p->order.size / 8);
    for (size_t at = 0; at < p->order.size; at += 8, p->remote.done++)
        MLOPS_TRY(receive_commit(p, &p->commits[mlops__load_u64(p->order.data + at)], err));
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
    forget_commits(p);
    mlops__buf_free(&p->order);
    mlops__buf_free(&p->beyond);
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
    mlops__buf_init(&p.order, &host->allocator);
    mlops__buf_init(&p.beyond, &host->allocator);
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
