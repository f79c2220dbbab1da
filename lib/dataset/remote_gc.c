/* What a remote holds: its branches and tags as a table, and gc of what none of them leads to.
 *
 * Owns what was read of the remote for one gc. Invariants: leases are read before heads, so that an
 * object that goes from one to the other is seen; a head names no object that is not needed before
 * that object is noted to be unneeded; an object goes only if an earlier gc, by the time of grace,
 * has noted it, and this one found it still unneeded. docs/format.md has why nothing that is needed
 * can go.
 */
#include "base/opts.h"
#include "column/rows.h"
#include "dataset/remote_erasures.h"

#include <string.h>

enum { FORMAT = 1, ID = 32 };

static const char STATE[] = "state/gc";
static const int64_t MINUTE = INT64_C(60) * 1000000000, WEEK = INT64_C(7) * 86400 * 1000000000;

typedef struct gc {
    mlops__host host;
    mlops_remote_gc_opts opts;
    mlops__remote remote;
    mlops__arena arena; /* of the state */
    mlops__kv *kv;      /* 'o' and an object that is needed; 's' and what was noted, with a time */
    mlops__kv_txn *txn;
    mlops__buf was, next, doomed, dead; /* state; objects, and leases, that go */
    mlops__json_writer json;
    int64_t now;
    mlops_remote_stats stats;
} gc;

/* ---- a set of names ---- */

static mlops_status note(gc *g, char what, const char *name, size_t n, int64_t value,
                         mlops_error *err) {
    uint8_t key[MLOPS__REMOTE_NAME + 1] = {(uint8_t)what}, bytes[8];
    memcpy(key + 1, name, n);
    mlops__store_u64(bytes, (uint64_t)value);
    return mlops__kv_put(g->txn, (mlops__bytes){key, n + 1}, (mlops__bytes){bytes, 8}, err);
}

/* -1: it was not noted. */
static mlops_status noted(gc *g, char what, const char *name, size_t n, int64_t *out,
                          mlops_error *err) {
    uint8_t key[MLOPS__REMOTE_NAME + 1] = {(uint8_t)what};
    mlops__bytes value;
    memcpy(key + 1, name, n);
    mlops_status status = mlops__kv_get(g->txn, (mlops__bytes){key, n + 1}, &value, err);
    *out = status ? -1 : (int64_t)mlops__load_u64(value.data);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static mlops_status need(gc *g, const uint8_t object[ID], mlops_error *err) {
    char name[MLOPS__ID_TEXT];
    mlops_id id;
    memcpy(id.bytes, object, ID);
    mlops__id_format(name, &id);
    return note(g, 'o', name, MLOPS__ID_TEXT - 1, 1, err);
}

/* ---- what an earlier gc has noted ---- */

static mlops_status read_noted(gc *g, const mlops__record *record, const char *what,
                               mlops_error *err) {
    mlops__record items, item;
    mlops__bytes json = mlops__record_json(record, what);
    if (json.size == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__record_items(&items, json, &g->arena, err));
    for (size_t i = 0; i < items.n; i++) {
        MLOPS_TRY(mlops__record_parse(&item, items.fields[i].json, &g->arena, err));
        const char *name = mlops__record_text(&item, "name");
        int64_t since = mlops__record_i64(&item, "since_ns", -1);
        if (!name || strlen(name) >= MLOPS__REMOTE_NAME || since < 0)
            return mlops__fail(err, MLOPS_E_CORRUPT, "'%s' of the remote is damaged", STATE);
        MLOPS_TRY(note(g, 's', name, strlen(name), since, err));
    }
    return MLOPS_OK;
}

static mlops_status read_state(gc *g, mlops_error *err) {
    mlops__record record;
    mlops_status status = mlops__remote_load(&g->remote, STATE, MLOPS__REMOTE_SMALL, &g->was, err);
    if (status == MLOPS_E_NOT_FOUND) return MLOPS_OK;
    MLOPS_TRY(status);
    MLOPS_TRY(
        mlops__record_parse(&record, (mlops__bytes){g->was.data, g->was.size}, &g->arena, err));
    if (mlops__record_i64(&record, "format", 0) != FORMAT)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED, "'%s' of the remote is of a later format",
                           STATE);
    return read_noted(g, &record, "unneeded", err);
}

/* Notes it for the next gc. 1: it has been so for the time of grace. */
static mlops_status keep_note(gc *g, const char *name, int *is_old, mlops_error *err) {
    int64_t since;
    MLOPS_TRY(noted(g, 's', name, strlen(name), &since, err));
    *is_old = since >= 0 && since <= g->now - g->opts.grace_ns;
    mlops__json_open(&g->json, '{');
    mlops__record_put_text(&g->json, "name", name);
    mlops__record_put_i64(&g->json, "since_ns", since < 0 ? g->now : since);
    mlops__json_close(&g->json, '}');
    return g->next.status ? mlops__fail_nomem(err, g->next.size) : MLOPS_OK;
}

/* ---- leases ---- */

/* One that does not change for the time of grace is nobody's. It is known by its bytes. */
static mlops_status visit_lease(void *user, const char *name, mlops_error *err) {
    gc *g = user;
    char key[MLOPS__REMOTE_NAME], text[MLOPS__ID_TEXT];
    mlops__buf bytes, objects;
    mlops_id id;
    mlops__sha256 sha;
    int is_old = 0;
    mlops__format(key, sizeof key, "leases/%s", name);
    mlops__buf_init(&bytes, &g->host.allocator);
    mlops__buf_init(&objects, &g->host.allocator);
    mlops_status status = mlops__remote_load(&g->remote, key, MLOPS__REMOTE_SMALL, &bytes, err);
    int gone = status == MLOPS_E_NOT_FOUND;
    if (!status)
        status =
            mlops__push_lease_read((mlops__bytes){bytes.data, bytes.size}, &objects, &g->host, err);
    for (size_t at = 0; at < objects.size && !status; at += ID)
        status = need(g, objects.data + at, err);
    if (!status) {
        mlops__sha256_init(&sha, g->remote.blocks);
        mlops__sha256_add(&sha, key, strlen(key));
        mlops__sha256_add(&sha, bytes.data, bytes.size);
        mlops__sha256_end(&sha, id.bytes);
        mlops__id_format(text, &id);
        mlops__format(key, sizeof key, "lease.%s", text);
        status = keep_note(g, key, &is_old, err);
    }
    if (!status && is_old) { /* name NUL, u64 size, bytes */
        mlops__buf_put(&g->dead, name, strlen(name) + 1);
        mlops__buf_u64(&g->dead, bytes.size);
        mlops__buf_put(&g->dead, bytes.data, bytes.size);
        if (g->dead.status) status = mlops__fail_nomem(err, g->dead.size);
    }
    mlops__buf_free(&objects);
    mlops__buf_free(&bytes);
    return gone ? MLOPS_OK : status;
}

static mlops_status drop_leases(gc *g, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, g->dead.data, g->dead.size);
    while (mlops__cursor_left(&c)) {
        char key[MLOPS__REMOTE_NAME];
        const char *name = (const char *)c.data + c.offset;
        mlops__format(key, sizeof key, "leases/%s", name);
        mlops__cursor_take(&c, strlen(name) + 1);
        size_t n = (size_t)mlops__cursor_u64(&c);
        mlops__bytes was = {mlops__cursor_take(&c, n), n};
        mlops_status status =
            mlops__remote_swap(&g->remote, key, was, (mlops__bytes){NULL, 0}, err);
        if (status && status != MLOPS_E_CONFLICT) return status; /* it lives after all */
    }
    return MLOPS_OK;
}

/* ---- heads ---- */

/* A head, and what its branches and tags lead to. */
typedef struct marking {
    gc *g;
    mlops__head head;
    mlops__depot parts, live;
    mlops__idset trees; /* whose entries were marked: one may be live as a base alone */
    mlops__erasures erased;
    mlops__fetcher fetcher;
    mlops__buf commits; /* to be looked at, 32 bytes each */
    mlops__arena arena;
} marking;

static mlops_status is_live(marking *m, mlops__part_kind kind, const uint8_t *key, int *out,
                            mlops_error *err) {
    mlops__part part;
    return mlops__depot_find(&m->live, kind, key, ID, &part, out, err);
}

static mlops_status mark(void *user, const mlops__part *part, mlops_error *err) {
    marking *m = user;
    int live;
    MLOPS_TRY(is_live(m, part->kind, part->key, &live, err));
    return live ? MLOPS_OK : mlops__depot_add(&m->live, part, err);
}

static mlops_status mark_content(void *user, const mlops_id *id, mlops_error *err) {
    marking *m = user;
    mlops__part part;
    int live = 0, there = 0;
    MLOPS_TRY(mlops__remote_tick(&m->g->remote, err));
    MLOPS_TRY(is_live(m, MLOPS__PART_OBJECT, id->bytes, &live, err));
    if (!live) MLOPS_TRY(is_live(m, MLOPS__PART_SMALL, id->bytes, &live, err));
    if (live) return MLOPS_OK;
    MLOPS_TRY(mlops__depot_find(&m->parts, MLOPS__PART_OBJECT, id->bytes, ID, &part, &there, err));
    if (!there)
        MLOPS_TRY(
            mlops__depot_find(&m->parts, MLOPS__PART_SMALL, id->bytes, ID, &part, &there, err));
    if (!there) return MLOPS_OK; /* spelled as an id, and none */
    return mlops__fetch_parts(&m->fetcher, &m->parts, id, mark, m, err);
}

static mlops_status mark_entries(marking *m, const mlops_id *id, mlops_error *err) {
    mlops__buf bytes;
    mlops__arena arena;
    mlops__tree tree;
    mlops__buf_init(&bytes, &m->g->host.allocator);
    mlops__arena_init(&arena, &m->g->host.allocator, SIZE_MAX);
    mlops__tree_init(&tree, &arena);
    mlops_status status =
        mlops__fetch_content(&m->fetcher, &m->parts, id, MLOPS__REMOTE_TREE, &bytes, err);
    if (!status) status = mlops__tree_parse(&tree, (mlops__bytes){bytes.data, bytes.size}, err);
    for (size_t i = 0; i < tree.n && !status; i++)
        status = mlops__entry_names(tree.entries[i], mark_content, m, err);
    mlops__arena_free(&arena);
    mlops__buf_free(&bytes);
    return status ? status : mark_content(m, id, err);
}

/* The entries of what stands in for it, if some of them were erased. */
static mlops_status mark_tree(marking *m, const mlops_id *id, mlops_error *err) {
    const mlops__erased_pair *pair = mlops__erasures_pair(&m->erased, id);
    size_t before = mlops__idset_size(&m->trees);
    if (!mlops__idset_add(&m->trees, id->bytes, ID, 0)) return mlops__fail_nomem(err, ID);
    if (mlops__idset_size(&m->trees) == before) return MLOPS_OK;
    MLOPS_TRY(mark_entries(m, pair ? &pair->stand_in : id, err));
    return mark_content(m, id, err);
}

static mlops_status mark_commit(marking *m, const mlops_id *id, mlops_error *err) {
    mlops__part part;
    mlops__buf bytes;
    mlops__record record, items = {NULL, 0};
    mlops_id tree, parent;
    int there = 0;
    MLOPS_TRY(is_live(m, MLOPS__PART_COMMIT, id->bytes, &there, err));
    if (there) return MLOPS_OK;
    MLOPS_TRY(mlops__depot_find(&m->parts, MLOPS__PART_COMMIT, id->bytes, ID, &part, &there, err));
    if (!there)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the remote lacks a commit of \"%s\"",
                           m->head.dataset);
    m->g->stats.n_commits++;
    mlops__buf_init(&bytes, &m->g->host.allocator);
    mlops_status status = mlops__fetch_bytes(&m->fetcher, &part, &bytes, err);
    if (!status)
        status =
            mlops__record_parse(&record, (mlops__bytes){bytes.data, bytes.size}, &m->arena, err);
    mlops__buf_free(&bytes);
    if (!status && !mlops__record_id(&record, "tree", &tree))
        status = mlops__fail(err, MLOPS_E_CORRUPT, "a commit of the remote names no tree");
    if (!status)
        status =
            mlops__record_items(&items, mlops__record_json(&record, "parents"), &m->arena, err);
    if (!status) status = mark_tree(m, &tree, err);
    for (size_t i = 0; i < items.n && !status; i++)
        if (items.fields[i].text && mlops__id_parse(&parent, items.fields[i].text))
            mlops__buf_put(&m->commits, parent.bytes, ID);
    if (!status && m->commits.status) status = mlops__fail_nomem(err, m->commits.size);
    if (!status) status = mark(m, &part, err);
    if (!status)
        status =
            mlops__depot_find(&m->parts, MLOPS__PART_VERDICT, id->bytes, ID, &part, &there, err);
    return status || !there ? status : mark(m, &part, err);
}

static mlops_status mark_all(marking *m, mlops_error *err) {
    for (size_t i = 0; i < m->head.n_refs; i++) {
        mlops__buf_put(&m->commits, m->head.refs[i].commit.bytes, ID);
        if (m->commits.status) return mlops__fail_nomem(err, m->commits.size);
        while (m->commits.size) {
            mlops_id id;
            m->commits.size -= ID;
            memcpy(id.bytes, m->commits.data + m->commits.size, ID);
            MLOPS_TRY(mark_commit(m, &id, err));
        }
    }
    return MLOPS_OK;
}

/* A head that leads past what is needed gets one index of that alone. */
static mlops_status tidy_head(marking *m, mlops_error *err) {
    gc *g = m->g;
    size_t n = 0;
    for (size_t i = 0; i < m->parts.n; i++) n += m->parts.indexes[i].n;
    for (size_t at = 0; at < m->live.names.size; at += ID)
        MLOPS_TRY(need(g, m->live.names.data + at, err));
    if (n > m->live.n_own && !(g->opts.flags & MLOPS_REMOTE_GC_DRY)) {
        m->head.n_indexes = 1;
        MLOPS_TRY(
            mlops__head_put_index(&g->remote, &m->live, &m->head.indexes[0], NULL, NULL, err));
        mlops_status status = mlops__head_swap(&m->head, &g->remote, err);
        if (status == MLOPS_E_CONFLICT)
            return mlops__fail(err, status, "\"%s\" was pushed to meanwhile; run gc again",
                               m->head.dataset);
        MLOPS_TRY(status);
    }
    if (m->head.has_erased) MLOPS_TRY(need(g, m->head.erased.bytes, err));
    if (m->head.has_links) MLOPS_TRY(need(g, m->head.links.bytes, err));
    for (size_t i = 0; i < m->head.n_indexes; i++)
        MLOPS_TRY(need(g, m->head.indexes[i].bytes, err));
    return MLOPS_OK;
}

static mlops_status visit_head(void *user, const char *name, mlops_error *err) {
    gc *g = user;
    marking m = {.g = g};
    mlops__fetcher_init(&m.fetcher, &g->remote);
    mlops__arena_init(&m.arena, &g->host.allocator, SIZE_MAX);
    mlops__buf_init(&m.commits, &g->host.allocator);
    mlops__idset_init(&m.trees, &g->host.allocator);
    mlops_status status = mlops__head_read_key(&m.head, &g->remote, name, err);
    if (!status) status = mlops__depot_init(&m.parts, &g->host, err);
    if (!status) status = mlops__depot_init(&m.live, &g->host, err);
    mlops__erasures_init(&m.erased, &g->host.allocator);
    if (!status) status = mlops__head_parts(&m.head, &g->remote, &m.parts, err);
    if (!status) status = mlops__erasures_of_head(&m.erased, &m.head, &g->remote, err);
    if (!status) status = mark_all(&m, err);
    if (!status) status = tidy_head(&m, err);
    g->stats.n_datasets += m.head.n_refs > 0;
    g->remote.done++;
    mlops__erasures_free(&m.erased);
    mlops__depot_free(&m.live);
    mlops__depot_free(&m.parts);
    mlops__buf_free(&m.commits);
    mlops__idset_free(&m.trees);
    mlops__fetcher_free(&m.fetcher);
    mlops__head_free(&m.head);
    mlops__arena_free(&m.arena);
    return status;
}

static mlops_status count_head(void *user, const char *name, mlops_error *err) {
    gc *g = user;
    (void)name, (void)err;
    g->remote.total++;
    return MLOPS_OK;
}

/* ---- objects ---- */

static mlops_status visit_object(void *user, const char *name, mlops_error *err) {
    gc *g = user;
    int64_t needed;
    int is_old = 0;
    mlops_id id;
    g->stats.n_objects++;
    MLOPS_TRY(noted(g, 'o', name, strlen(name), &needed, err));
    if (needed >= 0 || !mlops__id_parse(&id, name)) return MLOPS_OK;
    g->stats.n_unneeded++;
    MLOPS_TRY(keep_note(g, name, &is_old, err));
    if (!is_old) return MLOPS_OK;
    g->stats.n_deleted++;
    mlops__buf_put(&g->doomed, id.bytes, ID);
    return g->doomed.status ? mlops__fail_nomem(err, g->doomed.size) : MLOPS_OK;
}

static mlops_status delete_objects(gc *g, mlops_error *err) {
    char name[MLOPS__REMOTE_NAME];
    for (size_t at = 0; at < g->doomed.size; at += ID) {
        mlops__remote_object_name(name, g->doomed.data + at);
        MLOPS_TRY(mlops__remote_remove(&g->remote, name, err));
    }
    return MLOPS_OK;
}

/* ---- all of it ---- */

static void begin_state(gc *g) {
    mlops__json_writer_init(&g->json, &g->next, 0);
    mlops__json_open(&g->json, '{');
    mlops__record_put_i64(&g->json, "format", FORMAT);
    mlops__record_put_i64(&g->json, "time_ns", g->now);
    mlops__json_name(&g->json, "unneeded");
    mlops__json_open(&g->json, '[');
}

static mlops_status end_state(gc *g, mlops_error *err) {
    mlops__json_close(&g->json, ']');
    mlops__json_close(&g->json, '}');
    if (g->next.status) return mlops__fail_nomem(err, g->next.size);
    mlops__bytes was = {g->was.size ? g->was.data : NULL, g->was.size};
    mlops_status status =
        mlops__remote_swap(&g->remote, STATE, was, (mlops__bytes){g->next.data, g->next.size}, err);
    if (status != MLOPS_E_CONFLICT) return status;
    return mlops__fail(err, status, "another gc of this remote is at work");
}

static mlops_status run_gc(gc *g, mlops_error *err) {
    static const mlops__kv_opts kv = {NULL, "", 0, 1, MLOPS__KV_UNSYNCED};
    MLOPS_TRY(mlops__kv_open(&g->kv, &g->host, &kv, err));
    MLOPS_TRY(mlops__kv_begin(&g->txn, g->kv, 1, err));
    MLOPS_TRY(mlops__remote_tick(&g->remote, err));
    MLOPS_TRY(read_state(g, err));
    begin_state(g);
    MLOPS_TRY(mlops__remote_list(&g->remote, "leases/", visit_lease, g, err));
    MLOPS_TRY(mlops__remote_list(&g->remote, "heads/", count_head, g, err));
    MLOPS_TRY(mlops__remote_list(&g->remote, "heads/", visit_head, g, err));
    MLOPS_TRY(mlops__remote_list(&g->remote, "objects/", visit_object, g, err));
    if (g->opts.flags & MLOPS_REMOTE_GC_DRY) return MLOPS_OK;
    MLOPS_TRY(end_state(g, err));
    MLOPS_TRY(drop_leases(g, err));
    return delete_objects(g, err);
}

static mlops_status check_opts(mlops_remote_gc_opts *opts, mlops_error *err) {
    if (opts->flags & ~(uint32_t)MLOPS_REMOTE_GC_DRY)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_remote_gc_opts: unknown flags");
    if (!opts->grace_ns) opts->grace_ns = WEEK;
    if (opts->grace_ns >= 10 * MINUTE) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_remote_gc_opts: grace_ns is below 10 minutes");
}

mlops_status mlops_remote_gc(const mlops_remote *remote, const mlops_remote_gc_opts *opts,
                             mlops_remote_stats *out, mlops_error *err) {
    gc g;
    const mlops_remote_stats none = MLOPS_REMOTE_STATS_INIT;
    memset(&g, 0, sizeof g);
    g.stats = none;
    MLOPS_TRY(mlops__opts_copy(&g.opts, sizeof g.opts, opts, "mlops_remote_gc_opts", err));
    MLOPS_TRY(check_opts(&g.opts, err));
    MLOPS_TRY(mlops__host_init(&g.host, g.opts.host, err));
    MLOPS_TRY(mlops__remote_init(&g.remote, remote, &g.host, g.opts.call, err));
    g.now = mlops__host_now(&g.host);
    mlops__arena_init(&g.arena, &g.host.allocator, SIZE_MAX);
    mlops__buf_init(&g.was, &g.host.allocator);
    mlops__buf_init(&g.next, &g.host.allocator);
    mlops__buf_init(&g.doomed, &g.host.allocator);
    mlops__buf_init(&g.dead, &g.host.allocator);
    mlops_status status = run_gc(&g, err);
    g.stats.n_requests = g.remote.n_requests;
    mlops__kv_end(g.txn);
    mlops__kv_close(g.kv);
    mlops__buf_free(&g.was);
    mlops__buf_free(&g.next);
    mlops__buf_free(&g.doomed);
    mlops__buf_free(&g.dead);
    mlops__arena_free(&g.arena);
    if (!out) return status;
    mlops_status told =
        mlops__opts_result(out, &g.stats, sizeof g.stats, "mlops_remote_stats", err);
    return status ? status : told;
}

/* ---- as a table ---- */

typedef struct listing {
    mlops__remote *remote;
    mlops__rows *rows;
} listing;

static mlops_status list_head(void *user, const char *name, mlops_error *err) {
    const listing *l = user;
    mlops__head head;
    mlops_status status = mlops__head_read_key(&head, l->remote, name, err);
    for (size_t i = 0; i < head.n_refs && !status; i++) {
        char text[MLOPS__ID_TEXT];
        mlops__id_format(text, &head.refs[i].commit);
        mlops__rows_text(l->rows, head.dataset);
        mlops__rows_text(l->rows, head.refs[i].kind);
        mlops__rows_text(l->rows, head.refs[i].name);
        mlops__rows_text(l->rows, text);
    }
    mlops__head_free(&head);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

mlops_status mlops_remote_refs(mlops_table **out, const mlops_remote *remote,
                               const mlops_call *call, const mlops_host *given, mlops_error *err) {
    static const mlops__rows_column columns[] = {{"dataset", MLOPS_TYPE_STRING},
                                                 {"kind", MLOPS_TYPE_STRING},
                                                 {"name", MLOPS_TYPE_STRING},
                                                 {"commit", MLOPS_TYPE_STRING}};
    mlops__host host;
    mlops__remote r;
    mlops__rows rows;
    listing l = {&r, &rows};
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    MLOPS_TRY(mlops__remote_init(&r, remote, &host, call, err));
    MLOPS_TRY(mlops__rows_begin(&rows, &host, columns, 4, err));
    return mlops__rows_end(&rows, mlops__remote_list(&r, "heads/", list_head, &l, err), out, err);
}
