/* What is to be erased, tree by tree.
 *
 * Owns the plan. Invariants: all trees of all commits are looked at, also of those that nothing
 * reaches; content that goes goes from each tree that names it; a tree that stands in has the
 * entries of the one that it stands in for, but for those that lose something.
 */
#include "dataset/erase.h"

#include <string.h>

enum { ENTRIES_MAX = 1000 /* that the certificate names */, DEPTH_MAX = 64 /* of bases */ };

typedef struct erase_tree {
    mlops_id id;
    int64_t time_ns, n_commits;
    int in_scope;
    const char *dataset; /* the first that has it */
} erase_tree;

void mlops__erasure_init(mlops__erasure *p, mlops_store *store, mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    mlops_erase_stat none = MLOPS_ERASE_STAT_INIT;
    memset(p, 0, sizeof *p);
    p->store = store;
    p->err = err;
    p->stat = none;
    mlops__arena_init(&p->arena, allocator, SIZE_MAX);
    mlops__idset *sets[] = {&p->content, &p->named, &p->derived, &p->seen, &p->like, &p->tree_ids};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) mlops__idset_init(sets[i], allocator);
    mlops__buf *bufs[] = {&p->made,         &p->stand_ins,   &p->trees,
                          &p->entries.json, &p->unread.json, &p->opaque.json};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_init(bufs[i], allocator);
}

void mlops__erasure_free(mlops__erasure *p) {
    mlops__idset *sets[] = {&p->content, &p->named, &p->derived, &p->seen, &p->like, &p->tree_ids};
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) mlops__idset_free(sets[i]);
    mlops__buf *bufs[] = {&p->made,         &p->stand_ins,   &p->trees,
                          &p->entries.json, &p->unread.json, &p->opaque.json};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_free(bufs[i]);
    mlops_draft_free(p->draft);
    mlops_change_free(p->change);
    mlops__arena_free(&p->arena);
}

static mlops_status nomem(mlops__erasure *p) { return mlops__fail_nomem(p->err, 64); }

static mlops_id name_of(const mlops__erasure *p, const char *text, size_t n) {
    return mlops__content_id(p->store, text, n);
}

/* ---- trees ---- */

static erase_tree *trees_of(const mlops__erasure *p, size_t *n) {
    *n = p->trees.size / sizeof(erase_tree);
    return (erase_tree *)(void *)p->trees.data;
}

static mlops_status note_tree(mlops__erasure *p, mlops__bytes dataset, const mlops_id *id,
                              int64_t time_ns) {
    size_t n;
    trees_of(p, &n);
    const uint32_t *place = mlops__idset_add(&p->tree_ids, id->bytes, 32, (uint32_t)n);
    if (!place) return nomem(p);
    if (*place == n) {
        erase_tree tree = {*id, time_ns, 0, 0, NULL};
        tree.dataset = mlops__arena_text(&p->arena, (const char *)dataset.data, dataset.size);
        mlops__buf_put(&p->trees, &tree, sizeof tree);
        if (!tree.dataset || p->trees.status) return nomem(p);
    }
    erase_tree *tree = &trees_of(p, &n)[*place];
    int is_asked = !p->dataset || (strlen(p->dataset) == dataset.size &&
                                   !memcmp(p->dataset, dataset.data, dataset.size));
    tree->n_commits++;
    tree->in_scope |= is_asked;
    if (time_ns < tree->time_ns) tree->time_ns = time_ns;
    return MLOPS_OK;
}

static mlops_status visit_commit(void *user, mlops__index *index, mlops__bytes key,
                                 mlops__bytes value, mlops__arena *arena, mlops_error *err) {
    mlops__erasure *p = user;
    mlops__record record;
    mlops_id tree;
    (void)index;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    if (!mlops__record_id(&record, "tree", &tree))
        return mlops__fail(err, MLOPS_E_CORRUPT, "a commit names no tree");
    return note_tree(p, mlops__key_part(key, 0), &tree, mlops__record_i64(&record, "time_ns", 0));
}

/* The oldest first, so that what stands in is kept as changes to what stood in before. */
static void sort_trees(mlops__erasure *p) {
    size_t n;
    erase_tree *all = trees_of(p, &n);
    for (size_t gap = n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < n; i++) {
            erase_tree it = all[i];
            size_t k = i;
            for (; k >= gap && it.time_ns < all[k - gap].time_ns; k -= gap) all[k] = all[k - gap];
            all[k] = it;
        }
    }
}

static mlops_status open_tree(mlops__erasure *p, const erase_tree *tree, mlops__version *out) {
    memset(out, 0, sizeof *out);
    out->store = p->store;
    out->commit.tree = tree->id;
    mlops__arena_init(&out->arena, p->arena.allocator, SIZE_MAX);
    mlops__tree_init(&out->tree, &out->arena);
    return mlops__version_load(out, NULL, p->err);
}

/* ---- what goes ---- */

static mlops_status tell_entry(mlops__erasure *p, mlops__erase_names *to, const char *dataset,
                               const char *path) {
    mlops__buf text;
    mlops__json_writer out;
    mlops__buf_init(&text, p->arena.allocator);
    mlops__json_writer_init(&out, &text, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_text(&out, "dataset", dataset);
    mlops__record_put_text(&out, "path", path);
    mlops__json_close(&out, '}');
    mlops_id id = name_of(p, (const char *)text.data, text.size);
    size_t before = mlops__idset_size(&p->like);
    mlops_status status = text.status ? text.status : MLOPS_OK;
    int of = to == &p->entries ? 1 : to == &p->unread ? 2 : 3;
    id.bytes[0] ^= (uint8_t)of; /* beside paths, which are in the same set */
    if (!status && !mlops__idset_add(&p->like, id.bytes, 32, UINT32_MAX)) status = MLOPS_E_NOMEM;
    if (!status && mlops__idset_size(&p->like) > before && to->n++ < ENTRIES_MAX) {
        if (to->json.size) mlops__buf_u8(&to->json, ',');
        mlops__buf_put(&to->json, text.data, text.size);
    }
    mlops__buf_free(&text);
    return status || to->json.status ? nomem(p) : MLOPS_OK;
}

/* n: rows of it that go, if it is not erased whole. */
static mlops_status condemn(mlops__erasure *p, const mlops__facts *facts, uint32_t stand_in,
                            int64_t n) {
    size_t before = mlops__idset_size(&p->content);
    if (facts->size == 0) return MLOPS_OK; /* it holds nothing */
    uint32_t *value = mlops__idset_add(&p->content, facts->id.bytes, 32, stand_in);
    if (!value) return nomem(p);
    if (stand_in && !*value) *value = stand_in;
    if (mlops__idset_size(&p->content) == before) return MLOPS_OK;
    p->stat.n_bytes += facts->size;
    p->stat.n_rows += n;
    *(p->by_rows ? &p->stat.n_tables : &p->stat.n_files) += 1;
    return MLOPS_OK;
}

static mlops_status note_profile(mlops__erasure *p, const mlops__facts *facts, uint32_t what) {
    if (!facts->has_profile) return MLOPS_OK;
    uint32_t *known = mlops__idset_add(&p->derived, facts->profile.bytes, 32, 0);
    if (known) *known |= what;
    return known ? MLOPS_OK : nomem(p);
}

static mlops__erase_made *made_at(const mlops__erasure *p, uint32_t i) {
    return (mlops__erase_made *)(void *)p->made.data + i;
}

/* Of a text in the arena of the scratch draft. */
static mlops_status put_stand_in(mlops__erasure *p, const mlops__facts *facts, mlops__bytes json,
                                 int64_t n) {
    mlops__entry entry = {facts->path, json, {NULL, NULL, NULL}};
    mlops__facts made;
    mlops__erase_stand_in stand_in;
    if (!json.size) return condemn(p, facts, 0, n);
    MLOPS_TRY(mlops__entry_read(&entry, &made, &p->arena, p->err));
    stand_in = (mlops__erase_stand_in){made.id, made.size};
    mlops__buf_put(&p->stand_ins, &stand_in, sizeof stand_in);
    if (p->stand_ins.status) return nomem(p);
    return condemn(p, facts, (uint32_t)(p->stand_ins.size / sizeof stand_in), n);
}

/* Versions that no tree names any more, and that are there since this one is kept as changes to
 * them. Nothing stands in for them, since nobody reads them. */
static mlops_status look_under(mlops__erasure *p, const mlops__facts *facts, int *is_unread) {
    mlops__facts under = *facts;
    mlops_draft *draft = p->draft;
    int has = 1;
    for (int i = 0; i < DEPTH_MAX; i++) {
        mlops__bytes none = {NULL, 0};
        mlops__erase_made made;
        int64_t n;
        MLOPS_TRY(mlops__content_base(p->store, &under.id, &has, p->err));
        if (!has) break;
        if (mlops__idset_find(&p->named, under.id.bytes, 32)) continue;
        p->draft = NULL;
        mlops_status status = mlops__erase_rows(p, &under, none, &made, &n);
        p->draft = draft;
        *is_unread |= made.is_unread;
        if (status < 0 && status != MLOPS_E_CORRUPT && status != MLOPS_E_ERASED) return status;
        if (n) MLOPS_TRY(condemn(p, &under, 0, n));
    }
    return MLOPS_OK;
}

/* What becomes of an entry that may have such rows; entries that are spelled alike become one. */
static mlops_status cut_entry(mlops__erasure *p, const mlops__entry *entry,
                              const mlops__facts *facts, mlops__erase_made *out) {
    mlops_id name = name_of(p, (const char *)entry->json.data, entry->json.size);
    mlops_id path = name_of(p, facts->path, strlen(facts->path));
    const uint32_t *there = mlops__idset_find(&p->seen, name.bytes, 32);
    mlops__erase_made made;
    int64_t n;
    if (there) {
        *out = *made_at(p, *there);
        return MLOPS_OK;
    }
    uint32_t place = (uint32_t)(p->made.size / sizeof made);
    uint32_t *like = mlops__idset_find(&p->like, path.bytes, 32);
    mlops__bytes before = like ? made_at(p, *like)->json : (mlops__bytes){NULL, 0};
    MLOPS_TRY(mlops__erase_rows(p, facts, before, &made, &n));
    MLOPS_TRY(look_under(p, facts, &made.is_unread));
    mlops__buf_put(&p->made, &made, sizeof made);
    if (p->made.status || !mlops__idset_add(&p->seen, name.bytes, 32, place)) return nomem(p);
    *out = made;
    if (n == 0) return MLOPS_OK;
    like = mlops__idset_add(&p->like, path.bytes, 32, place);
    if (!like) return nomem(p);
    *like = place;
    return put_stand_in(p, facts, made.json, n);
}

static int is_asked(const mlops__erasure *p, const erase_tree *tree, const char *path) {
    return tree->in_scope && mlops__globs_take(&p->globs, path);
}

static mlops_status note_names(mlops__erasure *p, const erase_tree *tree, mlops__version *version) {
    (void)tree;
    for (size_t i = 0; i < version->tree.n; i++) {
        mlops__facts facts;
        MLOPS_TRY(mlops__entry_read(version->tree.entries[i], &facts, &version->arena, p->err));
        if (!mlops__idset_add(&p->named, facts.id.bytes, 32, 0)) return nomem(p);
    }
    return MLOPS_OK;
}

static mlops_status select_entries(mlops__erasure *p, const erase_tree *tree,
                                   mlops__version *version) {
    for (size_t i = 0; i < version->tree.n; i++) {
        const mlops__entry *entry = version->tree.entries[i];
        mlops__facts facts;
        mlops__erase_made made = {{NULL, 0}, 1, 0};
        if (!is_asked(p, tree, entry->path)) continue;
        MLOPS_TRY(mlops__entry_read(entry, &facts, &version->arena, p->err));
        if (!p->by_rows) MLOPS_TRY(condemn(p, &facts, 0, 0));
        else if (!mlops__erase_has_rows(&facts))
            MLOPS_TRY(tell_entry(p, &p->opaque, tree->dataset, entry->path));
        else if (facts.size || p->aparts) MLOPS_TRY(cut_entry(p, entry, &facts, &made));
        if (made.is_unread) MLOPS_TRY(tell_entry(p, &p->unread, tree->dataset, entry->path));
    }
    return MLOPS_OK;
}

/* ---- trees that stand in ---- */

/* A file that is the same text as a table, or is read otherwise there. */
static mlops_status replace_file(mlops__erasure *p, const mlops__facts *facts, uint32_t place,
                                 mlops__arena *arena, mlops__bytes *out) {
    const mlops__erase_stand_in *all = (const void *)p->stand_ins.data;
    mlops__buf json;
    mlops__json_writer writer;
    *out = (mlops__bytes){NULL, 0};
    if (place == 0 || mlops__facts_is_table(facts)) return MLOPS_OK;
    mlops__buf_init(&json, p->arena.allocator);
    mlops__json_writer_init(&writer, &json, 0);
    mlops__draft_head(&writer, facts->path, "file", &all[place - 1].id, all[place - 1].size);
    mlops__json_close(&writer, '}');
    const char *text =
        json.status ? NULL : mlops__arena_text(arena, (const char *)json.data, json.size);
    *out = (mlops__bytes){(const uint8_t *)text, json.size};
    mlops__buf_free(&json);
    return text ? MLOPS_OK : nomem(p);
}

/* What becomes of an entry whose content goes; size 0: it goes, too. */
static mlops_status replace_entry(mlops__erasure *p, const mlops__entry *entry,
                                  const mlops__facts *facts, mlops__arena *arena,
                                  mlops__bytes *out) {
    mlops__erase_made made = {{NULL, 0}, 1, 0};
    *out = made.json;
    MLOPS_TRY(note_profile(p, facts, MLOPS__PROFILE_GOES));
    if (!p->by_rows) return MLOPS_OK;
    if (mlops__erase_has_rows(facts)) MLOPS_TRY(cut_entry(p, entry, facts, &made));
    *out = made.json;
    if (!made.stays) return MLOPS_OK;
    const uint32_t *place = mlops__idset_find(&p->content, facts->id.bytes, 32);
    return replace_file(p, facts, place ? *place : 0, arena, out);
}

/* Takes from the tree what goes; *changed if there is any. */
static mlops_status cut_tree(mlops__erasure *p, const erase_tree *tree, mlops__version *version,
                             int *changed) {
    mlops__tree *all = &version->tree;
    size_t n = 0;
    for (size_t i = 0; i < all->n; i++) {
        mlops__entry *entry = all->entries[i];
        mlops__facts facts;
        mlops__bytes json;
        MLOPS_TRY(mlops__entry_read(entry, &facts, &version->arena, p->err));
        int is_empty = !p->by_rows && !facts.size && is_asked(p, tree, entry->path);
        if (!is_empty && !mlops__idset_find(&p->content, facts.id.bytes, 32)) {
            MLOPS_TRY(note_profile(p, &facts, MLOPS__PROFILE_STAYS));
            all->entries[n++] = entry;
            continue;
        }
        *changed = 1;
        MLOPS_TRY(tell_entry(p, &p->entries, tree->dataset, entry->path));
        MLOPS_TRY(replace_entry(p, entry, &facts, &version->arena, &json));
        entry->json = json;
        if (json.size) all->entries[n++] = entry;
    }
    all->n = n;
    return MLOPS_OK;
}

static mlops_status rewrite_tree(mlops__erasure *p, const erase_tree *tree,
                                 mlops__version *version) {
    int changed = 0;
    MLOPS_TRY(cut_tree(p, tree, version, &changed));
    if (!changed) return MLOPS_OK;
    p->stat.n_commits += tree->n_commits;
    if (!p->change) return MLOPS_OK;
    return mlops__erase_put_tree(p->change, p->stat.number, &version->commit.tree, &version->tree,
                                 p->err);
}

/* ---- all of it ---- */

typedef mlops_status tree_visit(mlops__erasure *p, const erase_tree *tree, mlops__version *version);

static mlops_status each_tree(mlops__erasure *p, int all, tree_visit *visit) {
    size_t n;
    erase_tree *trees = trees_of(p, &n);
    for (size_t i = 0; i < n; i++) {
        mlops__version version;
        if (!all && !trees[i].in_scope) continue;
        mlops_status status = open_tree(p, &trees[i], &version);
        if (!status) status = visit(p, &trees[i], &version);
        mlops__version_close(&version);
        MLOPS_TRY(status);
        MLOPS_TRY(mlops__call_poll(&p->call, mlops__store_host(p->store),
                                   (int64_t)(all ? n + i : i), (int64_t)(2 * n + 1), p->err));
    }
    return MLOPS_OK;
}

/* A name or value that is mistyped would erase nothing, and nobody would know. Messages do not have
 * the value: it may be somebody's. */
static mlops_status check_columns(const mlops__erasure *p) {
    if (!p->by_rows || p->aparts) return MLOPS_OK;
    if (p->misfit_path && !p->has_fit)
        return mlops__fail(p->err, MLOPS_E_SCHEMA,
                           "the value is none of type %s, which the column '%s' of '%s' has",
                           p->misfit_type, p->opts.column, p->misfit_path);
    if (p->has_columns) return MLOPS_OK;
    if (p->opts.column)
        return mlops__fail(p->err, MLOPS_E_NOT_FOUND,
                           "no table that was looked through has the column '%s'", p->opts.column);
    return mlops__fail(p->err, MLOPS_E_NOT_FOUND,
                       "no table that was looked through has the columns of the condition");
}

mlops_status mlops__erasure_plan(mlops__erasure *p) {
    size_t n, scope = 0;
    MLOPS_TRY(mlops__record_each(p->store, MLOPS__TABLE_COMMITS, visit_commit, p, p->err));
    sort_trees(p);
    const erase_tree *trees = trees_of(p, &n);
    for (size_t i = 0; i < n; i++) scope += (size_t)trees[i].in_scope;
    if (p->dataset && scope == 0)
        return mlops__fail(p->err, MLOPS_E_NOT_FOUND, "the store has no dataset \"%s\"",
                           p->dataset);
    if (p->by_rows) MLOPS_TRY(each_tree(p, 1, note_names));
    MLOPS_TRY(each_tree(p, 0, select_entries));
    MLOPS_TRY(check_columns(p));
    return each_tree(p, 1, rewrite_tree);
}
