/* Lineage, told: links from one thing on, one farther than the other.
 *
 * Owns what was found. Invariants: a thing is looked at once, at the least number of links that
 * lead to it, so that a circle of links ends; all is of one moment of the store.
 */
#include "base/opts.h"
#include "column/rows.h"
#include "lineage/lineage.h"
#include "sys/hash.h"

#include <string.h>

enum { N_DEFAULT = 10000, N_MOST = 1000000, SLOTS_FIRST = 64 };

/* A link that was found. */
typedef struct found_link {
    mlops__link link;
    int64_t depth, time_ns;
    int exists; /* the far end; -1: who knows */
} found_link;

/* That a commit came after another one. */
typedef struct succession {
    mlops_id parent, commit;
    int64_t time_ns;
} succession;

/* Those of one dataset, by parent. */
typedef struct successions {
    const char *dataset;
    mlops__buf all; /* succession */
} successions;

typedef struct tracing {
    mlops_store *store;
    mlops__index index;
    mlops__arena arena;
    mlops_lineage_opts opts;
    mlops__link_way way;
    found_link *links;
    size_t n_links, cap_links;
    const char **seen; /* slots, by hash; things that were met */
    size_t n_seen, n_slots;
    successions *datasets;
    size_t n_datasets, cap_datasets;
    mlops_error *err;
} tracing;

/* ---- things that were met ---- */

static size_t slot_of(const tracing *self, const char *text) {
    size_t i = (size_t)mlops__hash_64(text, strlen(text)) & (self->n_slots - 1);
    while (self->seen[i] && strcmp(self->seen[i], text) != 0) i = (i + 1) & (self->n_slots - 1);
    return i;
}

static mlops_status grow_seen(tracing *self) {
    size_t before = self->n_slots, n = before ? 2 * before : SLOTS_FIRST;
    const char **old = self->seen;
    self->seen = mlops__arena_array(&self->arena, n, sizeof *self->seen);
    if (!self->seen) return mlops__fail_nomem(self->err, n * sizeof *self->seen);
    self->n_slots = n;
    for (size_t i = 0; i < before; i++)
        if (old[i]) self->seen[slot_of(self, old[i])] = old[i];
    return MLOPS_OK;
}

/* *is_new: it was not met before. */
static mlops_status meet(tracing *self, const char *text, int *is_new) {
    if (2 * (self->n_seen + 1) > self->n_slots) MLOPS_TRY(grow_seen(self));
    size_t slot = slot_of(self, text);
    *is_new = self->seen[slot] == NULL;
    self->seen[slot] = text;
    self->n_seen += (size_t)*is_new;
    return MLOPS_OK;
}

/* ---- links ---- */

static mlops_status note_link(tracing *self, const mlops__link *link, int64_t depth,
                              int64_t time_ns) {
    if ((int64_t)self->n_links == self->opts.n_max)
        return mlops__fail(self->err, MLOPS_E_LIMIT,
                           "there are more than %lld links; mlops_lineage_opts: n_max allows more, "
                           "depth asks for less",
                           (long long)self->opts.n_max);
    self->links = mlops__arena_grow(&self->arena, self->links, (int64_t)self->n_links,
                                    &self->cap_links, sizeof *self->links);
    if (!self->links) return mlops__fail_nomem(self->err, sizeof *self->links);
    self->links[self->n_links++] = (found_link){*link, depth, time_ns, -1};
    return MLOPS_OK;
}

/* Those that were put. */
static mlops_status find_links(tracing *self, const char *near, int64_t depth) {
    mlops__key prefix;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops__link link;
    int64_t time_ns;
    mlops__link_key(&prefix, self->way, near, NULL, NULL);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_LINEAGE,
                                     mlops__key_prefix(&prefix), self->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &key, &value, self->err))) {
        status = mlops__link_read(&link, &time_ns, value, &self->arena, self->err);
        if (!status && !link.dropped &&
            !strcmp(self->way == MLOPS__LINK_DOWN ? link.from : link.to, near))
            status = note_link(self, &link, depth, time_ns);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* ---- commits of one dataset ---- */

static const char *keep_commit(tracing *self, const char *dataset, const mlops_id *id) {
    mlops__link_text text;
    char digits[MLOPS__ID_TEXT];
    mlops__id_format(digits, id);
    mlops__link_dataset(&text, dataset, digits);
    return mlops__arena_text(&self->arena, text.text, strlen(text.text));
}

static mlops_status note_parent(tracing *self, const char *dataset, const mlops_id *parent,
                                const mlops_id *commit, int64_t depth, int64_t time_ns) {
    mlops__link link = {keep_commit(self, dataset, parent), keep_commit(self, dataset, commit),
                        "parent", 0, 0};
    if (!link.from || !link.to) return mlops__fail_nomem(self->err, MLOPS__LINK_END);
    return note_link(self, &link, depth, time_ns);
}

/* What is done with each parent of a commit. */
typedef mlops_status each_parent(void *user, const mlops_id *parent, const mlops_id *commit,
                                 int64_t time_ns);

static mlops_status read_parents(tracing *self, mlops__bytes value, const mlops_id *commit,
                                 each_parent *visit, void *user) {
    mlops__arena arena;
    mlops__record record, items;
    mlops_id parent;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops_status status = mlops__record_parse(&record, value, &arena, self->err);
    if (!status)
        status =
            mlops__record_items(&items, mlops__record_json(&record, "parents"), &arena, self->err);
    for (size_t i = 0; !status && i < items.n; i++) {
        if (!items.fields[i].text || !mlops__id_parse(&parent, items.fields[i].text))
            status = mlops__fail(self->err, MLOPS_E_CORRUPT, "a commit has a parent that is no id");
        else status = visit(user, &parent, commit, mlops__record_i64(&record, "time_ns", 0));
    }
    mlops__arena_free(&arena);
    return status;
}

/* Where a commit that is told of stands. */
typedef struct standing {
    tracing *self;
    const char *dataset;
    int64_t depth;
} standing;

static mlops_status tell_parent(void *user, const mlops_id *parent, const mlops_id *commit,
                                int64_t time_ns) {
    const standing *at = user;
    return note_parent(at->self, at->dataset, parent, commit, at->depth, time_ns);
}

static mlops_status find_parents(tracing *self, const mlops__thing *near, int64_t depth) {
    mlops__key key;
    mlops__table table;
    mlops__bytes value;
    mlops_id commit;
    standing at = {self, near->name, depth};
    mlops__thing_key(near, &table, &key);
    mlops_status status =
        mlops__index_get(&self->index, (uint8_t)table, mlops__key_bytes(&key), &value, self->err);
    if (status == MLOPS_E_NOT_FOUND || !mlops__id_parse(&commit, near->id)) return MLOPS_OK;
    MLOPS_TRY(status);
    return read_parents(self, value, &commit, tell_parent, &at);
}

static mlops_status keep_succession(void *user, const mlops_id *parent, const mlops_id *commit,
                                    int64_t time_ns) {
    mlops__buf *all = user;
    succession one = {*parent, *commit, time_ns};
    mlops__buf_put(all, &one, sizeof one);
    return all->status ? MLOPS_E_NOMEM : MLOPS_OK;
}

/* Sinks what is at i among n that are a heap below it. */
static void sink(succession *all, size_t i, size_t n) {
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        succession was = all[i];
        if (child + 1 < n && memcmp(&all[child].parent, &all[child + 1].parent, 32) < 0) child++;
        if (memcmp(&was.parent, &all[child].parent, 32) >= 0) return;
        all[i] = all[child];
        all[child] = was;
    }
}

static void sort_successions(succession *all, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sink(all, i, n);
    for (size_t end = n; end > 1;) {
        succession last = all[--end];
        all[end] = all[0];
        all[0] = last;
        sink(all, 0, end);
    }
}

static mlops_status load_successions(tracing *self, const char *dataset, mlops__buf *all) {
    mlops__key prefix;
    mlops__index_iter iter;
    mlops__bytes key, value;
    mlops_id commit;
    char digits[MLOPS__ID_TEXT];
    mlops__key_init(&prefix);
    mlops__key_text(&prefix, dataset);
    MLOPS_TRY(mlops__index_iter_init(&iter, &self->index, MLOPS__TABLE_COMMITS,
                                     mlops__key_prefix(&prefix), self->err));
    mlops_status status;
    while (!(status = mlops__index_iter_next(&iter, &key, &value, self->err))) {
        mlops__bytes id = mlops__key_part(key, 1);
        mlops__format(digits, sizeof digits, "%.*s", (int)id.size, (const char *)id.data);
        if (!mlops__id_parse(&commit, digits)) continue;
        status = read_parents(self, value, &commit, keep_succession, all);
        if (status) break;
    }
    mlops__index_iter_free(&iter);
    if (all->status) return mlops__fail_nomem(self->err, all->size);
    sort_successions((succession *)(void *)all->data, all->size / sizeof(succession));
    return status == MLOPS_END ? MLOPS_OK : status;
}

static mlops_status successions_of(tracing *self, const char *dataset, const mlops__buf **out) {
    for (size_t i = 0; i < self->n_datasets; i++)
        if (!strcmp(self->datasets[i].dataset, dataset)) {
            *out = &self->datasets[i].all;
            return MLOPS_OK;
        }
    successions *grown = mlops__arena_grow(&self->arena, self->datasets, (int64_t)self->n_datasets,
                                           &self->cap_datasets, sizeof *self->datasets);
    const char *name = mlops__arena_text(&self->arena, dataset, strlen(dataset));
    if (!grown || !name) return mlops__fail_nomem(self->err, sizeof *grown);
    self->datasets = grown;
    successions *one = &grown[self->n_datasets++];
    one->dataset = name;
    mlops__buf_init(&one->all, self->arena.allocator);
    *out = &one->all;
    return load_successions(self, dataset, &one->all);
}

static mlops_status find_children(tracing *self, const mlops__thing *near, int64_t depth) {
    const mlops__buf *all = NULL;
    mlops_id parent;
    if (!mlops__id_parse(&parent, near->id)) return MLOPS_OK;
    MLOPS_TRY(successions_of(self, near->name, &all));
    const succession *s = (const succession *)(const void *)all->data;
    size_t n = all->size / sizeof *s, low = 0;
    for (size_t high = n; low < high;) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(&s[middle].parent, &parent, 32) < 0) low = middle + 1;
        else high = middle;
    }
    for (; low < n && !memcmp(&s[low].parent, &parent, 32); low++)
        MLOPS_TRY(note_parent(self, near->name, &parent, &s[low].commit, depth, s[low].time_ns));
    return MLOPS_OK;
}

/* ---- the walk ---- */

static mlops_status look(tracing *self, const char *near, int64_t depth) {
    mlops__thing thing;
    MLOPS_TRY(find_links(self, near, depth));
    if (self->opts.flags & MLOPS_LINEAGE_NO_HISTORY || !mlops__thing_parse(&thing, near) ||
        thing.kind != MLOPS__THING_DATASET)
        return MLOPS_OK;
    return self->way == MLOPS__LINK_DOWN ? find_children(self, &thing, depth)
                                         : find_parents(self, &thing, depth);
}

static const char *far_end(const tracing *self, const mlops__link *link) {
    return self->way == MLOPS__LINK_DOWN ? link->to : link->from;
}

static mlops_status look_whether(tracing *self, found_link *found) {
    mlops__thing thing;
    mlops__key key;
    mlops__table table;
    mlops__bytes value;
    if (!mlops__thing_parse(&thing, far_end(self, &found->link)) ||
        !mlops__thing_key(&thing, &table, &key))
        return MLOPS_OK;
    mlops_status status =
        mlops__index_get(&self->index, (uint8_t)table, mlops__key_bytes(&key), &value, self->err);
    found->exists = status == MLOPS_OK;
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

static int order_of(const found_link *a, const found_link *b) {
    int order = strcmp(a->link.from, b->link.from);
    if (!order) order = strcmp(a->link.to, b->link.to);
    return order ? order : strcmp(a->link.relation, b->link.relation);
}

static void sink_link(found_link *all, size_t i, size_t n) {
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        found_link was = all[i];
        if (child + 1 < n && order_of(&all[child], &all[child + 1]) < 0) child++;
        if (order_of(&was, &all[child]) >= 0) return;
        all[i] = all[child];
        all[child] = was;
    }
}

static void sort_found(found_link *all, size_t n) {
    for (size_t i = n / 2; i-- > 0;) sink_link(all, i, n);
    for (size_t end = n; end > 1;) {
        found_link last = all[--end];
        all[end] = all[0];
        all[0] = last;
        sink_link(all, 0, end);
    }
}

static mlops_status trace(tracing *self, const char *from) {
    int is_new;
    size_t begin = 0;
    MLOPS_TRY(meet(self, from, &is_new));
    MLOPS_TRY(look(self, from, 1));
    for (int64_t depth = 1; begin < self->n_links; depth++) {
        size_t end = self->n_links;
        sort_found(self->links + begin, end - begin);
        for (size_t i = begin; i < end; i++) {
            MLOPS_TRY(look_whether(self, &self->links[i]));
            const char *far = far_end(self, &self->links[i].link);
            MLOPS_TRY(meet(self, far, &is_new));
            if (is_new && depth != self->opts.depth) MLOPS_TRY(look(self, far, depth + 1));
        }
        begin = end;
    }
    return MLOPS_OK;
}

static void put_found(mlops__rows *rows, const found_link *found) {
    mlops__rows_i64(rows, found->depth);
    mlops__rows_text(rows, found->link.from);
    mlops__rows_text(rows, found->link.relation);
    mlops__rows_text(rows, found->link.to);
    mlops__rows_i64(rows, found->time_ns);
    if (found->exists < 0) mlops__rows_null(rows);
    else mlops__rows_bool(rows, found->exists);
}

static mlops_status tell(tracing *self, mlops_table **out) {
    static const mlops__rows_column columns[] = {
        {"depth", MLOPS_TYPE_INT64}, {"from", MLOPS_TYPE_STRING},   {"relation", MLOPS_TYPE_STRING},
        {"to", MLOPS_TYPE_STRING},   {"time_ns", MLOPS_TYPE_INT64}, {"exists", MLOPS_TYPE_BOOL}};
    mlops__rows rows;
    MLOPS_TRY(mlops__rows_begin(&rows, mlops__store_host(self->store), columns, 6, self->err));
    for (size_t i = 0; i < self->n_links; i++) put_found(&rows, &self->links[i]);
    return mlops__rows_end(&rows, MLOPS_OK, out, self->err);
}

static mlops_status take_opts(tracing *self, const mlops_lineage_opts *opts) {
    mlops_lineage_opts *o = &self->opts;
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, opts, "mlops_lineage_opts", self->err));
    if (o->flags & ~(uint32_t)MLOPS_LINEAGE_NO_HISTORY || o->reserved)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_lineage_opts: flags 0x%x, or reserved is not 0", o->flags);
    if (o->depth < 0 || o->n_max < 0 || o->n_max > N_MOST)
        return mlops__fail(self->err, MLOPS_E_INVALID,
                           "mlops_lineage_opts: depth %d, n_max %lld; 0 or more, n_max up to %d",
                           (int)o->depth, (long long)o->n_max, N_MOST);
    if (o->n_max == 0) o->n_max = N_DEFAULT;
    return MLOPS_OK;
}

static mlops_status lineage_of(mlops_table **out, mlops_store *store, const char *id,
                               mlops__link_way way, const mlops_lineage_opts *opts,
                               mlops_error *err) {
    tracing t = {.store = store, .way = way, .err = err};
    mlops__thing thing;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "out is NULL");
    *out = NULL;
    if (!store) return mlops__fail(err, MLOPS_E_INVALID, "the store is NULL");
    MLOPS_TRY(take_opts(&t, opts));
    MLOPS_TRY(mlops__store_check_fork(store, err));
    MLOPS_TRY(mlops__thing_resolve(&thing, store, NULL, id, 0, err));
    mlops__arena_init(&t.arena, &mlops__store_host(store)->allocator, SIZE_MAX);
    mlops_status status = mlops__store_read_begin(store, &t.index, err);
    if (!status) {
        status = trace(&t, thing.text);
        mlops__store_read_end(&t.index);
    }
    if (!status) status = tell(&t, out);
    for (size_t i = 0; i < t.n_datasets; i++) mlops__buf_free(&t.datasets[i].all);
    mlops__arena_free(&t.arena);
    return status;
}

mlops_status mlops_lineage_upstream(mlops_table **out, mlops_store *store, const char *id,
                                    const mlops_lineage_opts *opts, mlops_error *err) {
    return lineage_of(out, store, id, MLOPS__LINK_UP, opts, err);
}

mlops_status mlops_lineage_downstream(mlops_table **out, mlops_store *store, const char *id,
                                      const mlops_lineage_opts *opts, mlops_error *err) {
    return lineage_of(out, store, id, MLOPS__LINK_DOWN, opts, err);
}
