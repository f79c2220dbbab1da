/* What was erased at a remote is erased here.
 *
 * Owns both lists, and what entries became on either side. Invariants: what stands in for a tree
 * follows from its entries and from what is erased, so that all stores come to the same; a
 * tombstone is committed together with what stands in for each tree that it is missing from.
 */
#include "dataset/erase_adopt.h"

#include <string.h>

enum { ID = 32, STEPS_MAX = 1000 /* erasures of one table, one after another */ };

typedef struct mlops__swapped_entry {
    mlops__bytes json;  /* size 0: it went */
    mlops__bytes apart; /* what it became there, if that is another thing; size 0: it is not */
} mlops__swapped_entry;

static mlops_status nomem(mlops__adoption *self) { return mlops__fail_nomem(self->err, 64); }

/* ---- both lists ---- */

static mlops_status number_notes(mlops__adoption *self) {
    self->numbers = mlops__arena_array(&self->arena, self->there.n_notes + 1, sizeof(uint32_t));
    if (!self->numbers) return nomem(self);
    self->n_fresh = 0;
    for (size_t i = 0; i < self->there.n_notes; i++) {
        self->numbers[i] = mlops__erasures_find(&self->here, self->there.notes[i].origin);
        if (!self->numbers[i]) self->numbers[i] = (uint32_t)(self->here.n_notes + ++self->n_fresh);
    }
    return MLOPS_OK;
}

static mlops_status note_erased(mlops__adoption *self) {
    for (size_t i = 0; i < self->here.n_contents; i++) {
        const mlops__erased_content *it = &self->here.contents[i];
        if (!mlops__idset_add(&self->erased, it->id.bytes, ID, it->erasure)) return nomem(self);
    }
    for (size_t i = 0; i < self->there.n_contents; i++) {
        const mlops__erased_content *it = &self->there.contents[i];
        uint32_t number = self->numbers[it->erasure - 1];
        if (!mlops__idset_add(&self->erased, it->id.bytes, ID, number)) return nomem(self);
    }
    return MLOPS_OK;
}

static mlops_status read_here(mlops__adoption *self) {
    mlops__index index;
    mlops__erasures_free(&self->here);
    mlops__erasures_init(&self->here, self->arena.allocator);
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, self->err));
    mlops_status status = mlops__erased_latest_read(&self->latest, &index, &self->arena, self->err);
    mlops__store_read_end(&index);
    return status ? status : mlops__erasures_of_store(&self->here, self->store, self->err);
}

mlops_status mlops__adoption_begin(mlops__adoption *self, mlops_store *store,
                                   const mlops__head *head, mlops__fetcher *fetcher,
                                   mlops__depot *parts, mlops_error *err) {
    const mlops_allocator *allocator = &mlops__store_host(store)->allocator;
    memset(self, 0, sizeof *self);
    self->store = store;
    self->fetcher = fetcher;
    self->parts = parts;
    self->err = err;
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops__erasures_init(&self->there, allocator);
    mlops__idset_init(&self->erased, allocator);
    mlops__idset_init(&self->swaps, allocator);
    mlops__buf_init(&self->swapped, allocator);
    MLOPS_TRY(read_here(self));
    MLOPS_TRY(mlops__erasures_of_head(&self->there, head, fetcher->remote, err));
    MLOPS_TRY(number_notes(self));
    return note_erased(self);
}

void mlops__adoption_free(mlops__adoption *self) {
    if (!self->store) return;
    mlops__erasures_free(&self->here);
    mlops__erasures_free(&self->there);
    mlops__idset_free(&self->erased);
    mlops__idset_free(&self->swaps);
    mlops__buf_free(&self->swapped);
    mlops__arena_free(&self->arena);
}

/* ---- what became of entries ---- */

static mlops_status read_facts(mlops__adoption *self, const char *path, mlops__bytes json,
                               mlops__facts *out) {
    mlops__entry entry = {path, json, {NULL, NULL, NULL}};
    return mlops__entry_read(&entry, out, &self->arena, self->err);
}

static int is_erased(const mlops__adoption *self, const mlops_id *id) {
    return mlops__idset_find(&self->erased, id->bytes, ID) != NULL;
}

static mlops__swapped_entry *swap_at(const mlops__adoption *self, uint32_t place) {
    return (mlops__swapped_entry *)(void *)self->swapped.data + place;
}

static int is_same(mlops__bytes a, mlops__bytes b) {
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

static mlops_status copy_json(mlops__adoption *self, mlops__bytes json, mlops__bytes *out) {
    const char *text = "";
    if (json.size) text = mlops__arena_text(&self->arena, (const char *)json.data, json.size);
    *out = (mlops__bytes){(const uint8_t *)text, json.size};
    return text ? MLOPS_OK : nomem(self);
}

/* Was it erased as a whole on one side? Else an entry that went is of who did not know what stands
 * in for it. */
static int went_whole(const mlops__adoption *self, const mlops_id *id) {
    const mlops__erased_content *here = mlops__erasures_content(&self->here, id->bytes);
    const mlops__erased_content *there = mlops__erasures_content(&self->there, id->bytes);
    return (here && !here->has_stand_in) || (there && !there->has_stand_in);
}

static mlops_status note_became(mlops__adoption *self, mlops__bytes was, mlops__bytes is) {
    mlops__swapped_entry fresh = {{NULL, 0}, {NULL, 0}};
    mlops_id name = mlops__content_id(self->store, was.data, was.size);
    uint32_t next = (uint32_t)(self->swapped.size / sizeof fresh);
    const uint32_t *place = mlops__idset_add(&self->swaps, name.bytes, ID, next);
    if (!place) return nomem(self);
    if (*place < next) return MLOPS_OK;
    MLOPS_TRY(copy_json(self, is, &fresh.json));
    mlops__buf_put(&self->swapped, &fresh, sizeof fresh);
    return self->swapped.status ? nomem(self) : MLOPS_OK;
}

/* Of two that stand in the one that was not erased itself, for the other one, too. Where both are
 * the same content the one whose bytes are greater, so that all choose the same. */
static mlops_status join(mlops__adoption *self, const mlops__entry *was, uint32_t place,
                         mlops__bytes other) {
    mlops__swapped_entry *known = swap_at(self, place);
    mlops__bytes here = known->json;
    mlops__facts first, a, b;
    if (is_same(known->json, other)) return MLOPS_OK;
    if (known->json.size == 0 || other.size == 0) {
        MLOPS_TRY(read_facts(self, was->path, was->json, &first));
        int goes = went_whole(self, &first.id);
        return copy_json(self, goes == (other.size == 0) ? other : known->json, &known->json);
    }
    MLOPS_TRY(read_facts(self, was->path, known->json, &a));
    MLOPS_TRY(read_facts(self, was->path, other, &b));
    int is_one = memcmp(&a.id, &b.id, sizeof a.id) == 0;
    size_t n = here.size < other.size ? here.size : other.size;
    if (is_one ? memcmp(here.data, other.data, n) < 0 : is_erased(self, &a.id)) {
        MLOPS_TRY(copy_json(self, other, &known->json));
        return is_one ? MLOPS_OK : note_became(self, here, other);
    }
    if (is_one) return MLOPS_OK;
    if (is_erased(self, &b.id)) return note_became(self, other, here);
    return copy_json(self, other, &known->apart);
}

static mlops_status note_swap(mlops__adoption *self, const mlops__entry *was,
                              const mlops__entry *is) {
    mlops__bytes json = {NULL, 0};
    if (is) json = is->json;
    if (is && is_same(was->json, is->json)) return MLOPS_OK;
    mlops_id name = mlops__content_id(self->store, was->json.data, was->json.size);
    const uint32_t *place = mlops__idset_find(&self->swaps, name.bytes, ID);
    return place ? join(self, was, *place, json) : note_became(self, was->json, json);
}

static mlops_status load_tree(mlops__adoption *self, int is_there, const mlops_id *id,
                              mlops__tree *out) {
    mlops__buf bytes;
    if (!is_there) return mlops__tree_load(out, self->store, NULL, id, self->err);
    mlops__buf_init(&bytes, self->arena.allocator);
    mlops_status status =
        mlops__fetch_content(self->fetcher, self->parts, id, MLOPS__REMOTE_TREE, &bytes, self->err);
    if (!status) status = mlops__tree_parse(out, (mlops__bytes){bytes.data, bytes.size}, self->err);
    mlops__buf_free(&bytes);
    return status;
}

/* A tree that is no more here, or there, tells nothing. */
static mlops_status take_pair(mlops__adoption *self, int is_there, const mlops__erased_pair *pair) {
    mlops__arena arena;
    mlops__tree was, is;
    mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
    mlops__tree_init(&was, &arena);
    mlops__tree_init(&is, &arena);
    mlops_status status = load_tree(self, is_there, &pair->tree, &was);
    if (!status) status = load_tree(self, is_there, &pair->stand_in, &is);
    if (status == MLOPS_E_CORRUPT || status == MLOPS_E_NOT_FOUND) status = was.n = 0;
    for (size_t i = 0; i < was.n && !status; i++)
        status = note_swap(self, was.entries[i], mlops__tree_find(&is, was.entries[i]->path));
    mlops__tree_free(&was);
    mlops__tree_free(&is);
    mlops__arena_free(&arena);
    return status;
}

static mlops_status find_swaps(mlops__adoption *self) {
    if (self->has_swaps) return MLOPS_OK;
    self->has_swaps = 1;
    for (size_t i = 0; i < self->here.n_pairs; i++)
        MLOPS_TRY(take_pair(self, 0, &self->here.pairs[i]));
    for (size_t i = 0; i < self->there.n_pairs; i++)
        MLOPS_TRY(take_pair(self, 1, &self->there.pairs[i]));
    return MLOPS_OK;
}

/* ---- tables that lost rows on both sides ---- */

static mlops_status load_there(void *user, const mlops_id *id, mlops__buf *out, mlops_error *err) {
    mlops__adoption *self = user;
    return mlops__fetch_content(self->fetcher, self->parts, id, SIZE_MAX / 2, out, err);
}

static mlops_status add_apart(mlops__adoption *self, const mlops__swapped_entry *swap,
                              mlops__erase_aparts *out) {
    mlops__facts here, there;
    MLOPS_TRY(read_facts(self, "", swap->json, &here));
    MLOPS_TRY(read_facts(self, "", swap->apart, &there));
    size_t before = mlops__idset_size(&out->ids);
    if (!mlops__idset_add(&out->ids, here.id.bytes, ID, (uint32_t)out->n)) return nomem(self);
    if (mlops__idset_size(&out->ids) == before) return MLOPS_OK;
    mlops__erase_apart *more =
        mlops__arena_grow(&self->arena, out->items, (int64_t)out->n, &out->cap, sizeof *more);
    if (!more) return nomem(self);
    out->items = more;
    more[out->n] = (mlops__erase_apart){here.id, there.id, there.profile, there.has_profile, 0};
    out->n++;
    return MLOPS_OK;
}

/* In the words of the last erasure there that is new here. */
static mlops_status erase_apart(mlops__adoption *self, mlops__erase_aparts *aparts) {
    const char *reason = NULL, *by = NULL;
    for (size_t i = 0; i < self->there.n_notes; i++) {
        if (i && self->numbers[i] <= self->latest.number) continue;
        reason = mlops__record_text(&self->there.notes[i].record, "reason");
        by = mlops__record_text(&self->there.notes[i].record, "by");
    }
    return mlops__erase_join(self->store, aparts, reason, by, &self->fetcher->remote->call,
                             self->err);
}

/* ---- trees ---- */

static mlops_status clash(mlops__adoption *self, const char *path) {
    return mlops__fail(
        self->err, MLOPS_E_CONFLICT,
        "rows of '%s' were erased here, and others of it at the remote, and it is "
        "not known what both have left: erase the same here, or the whole entry, and "
        "pull again",
        path);
}

/* What stands in for an entry whose content is erased; size 0: none. */
static mlops_status swap_entry(mlops__adoption *self, const char *path, mlops__bytes *json) {
    for (int i = 0; i < STEPS_MAX; i++) {
        mlops__facts facts;
        mlops_id name = mlops__content_id(self->store, json->data, json->size);
        const uint32_t *place = mlops__idset_find(&self->swaps, name.bytes, ID);
        mlops__swapped_entry to = {{NULL, 0}, {NULL, 0}};
        if (place) to = *swap_at(self, *place);
        if (to.apart.size) return clash(self, path);
        *json = to.json;
        if (!json->size) return MLOPS_OK;
        MLOPS_TRY(read_facts(self, path, *json, &facts));
        if (!is_erased(self, &facts.id)) return MLOPS_OK;
    }
    json->size = 0;
    return MLOPS_OK;
}

/* Takes from a tree what is erased; *number is that of an erasure, 0 if there is none. */
static mlops_status cut(mlops__adoption *self, mlops__tree *tree, uint32_t *number) {
    size_t n = 0;
    *number = 0;
    if (mlops__idset_size(&self->erased) == 0) return MLOPS_OK;
    for (size_t i = 0; i < tree->n; i++) {
        mlops__entry *entry = tree->entries[i];
        mlops__facts facts;
        MLOPS_TRY(mlops__entry_read(entry, &facts, tree->arena, self->err));
        const uint32_t *erasure = mlops__idset_find(&self->erased, facts.id.bytes, ID);
        if (erasure) {
            mlops__bytes json = entry->json;
            if (*erasure > *number) *number = *erasure;
            MLOPS_TRY(find_swaps(self));
            MLOPS_TRY(swap_entry(self, entry->path, &json));
            if (!json.size) continue;
            const char *copy = mlops__arena_text(tree->arena, (const char *)json.data, json.size);
            if (!copy) return nomem(self);
            entry->json = (mlops__bytes){(const uint8_t *)copy, json.size};
        }
        tree->entries[n++] = entry;
    }
    tree->n = n;
    return MLOPS_OK;
}

static mlops_id id_of_tree(mlops__adoption *self, const mlops__tree *tree, mlops_status *status) {
    mlops__buf bytes;
    mlops__buf_init(&bytes, self->arena.allocator);
    mlops__tree_write(tree, &bytes);
    mlops_id id = mlops__content_id(self->store, bytes.data, bytes.size);
    *status = bytes.status ? nomem(self) : MLOPS_OK;
    mlops__buf_free(&bytes);
    return id;
}

/* *new if the store has another tree, or none, that stands in. */
static mlops_status put_if_new(mlops__adoption *self, mlops_change *change, const mlops_id *tree,
                               const mlops__tree *stand_in, uint32_t number, int *new) {
    mlops_status status;
    const mlops__erased_pair *pair = mlops__erasures_pair(&self->here, tree);
    mlops_id id = id_of_tree(self, stand_in, &status);
    *new = !status && (!pair || memcmp(&pair->stand_in, &id, sizeof id) != 0);
    if (!*new) return status;
    return mlops__erase_put_tree(change, number, tree, stand_in, self->err);
}

mlops_status mlops__adopt_tree(mlops__adoption *self, mlops_change *change, const mlops_id *tree,
                               mlops__tree *out) {
    uint32_t number;
    int new;
    MLOPS_TRY(mlops__tree_load(out, self->store, change, tree, self->err));
    MLOPS_TRY(cut(self, out, &number));
    return number ? put_if_new(self, change, tree, out, number, &new) : MLOPS_OK;
}

/* ---- commits that are here ---- */

static mlops_status receive_named(void *user, const mlops_id *id, mlops_error *err) {
    mlops__adoption *self = user;
    mlops__part part;
    int there = 0;
    if (is_erased(self, id)) return MLOPS_OK;
    MLOPS_TRY(
        mlops__depot_find(self->parts, MLOPS__PART_OBJECT, id->bytes, ID, &part, &there, err));
    if (!there)
        MLOPS_TRY(
            mlops__depot_find(self->parts, MLOPS__PART_SMALL, id->bytes, ID, &part, &there, err));
    return there ? mlops__receive_content(self->receiver, id, err) : MLOPS_OK;
}

static mlops_status cut_here(mlops__adoption *self, const mlops_id *id, mlops__arena *arena) {
    mlops__tree tree;
    uint32_t number = 0;
    int new = 0;
    mlops__tree_init(&tree, arena);
    mlops_status status = mlops__tree_load(&tree, self->store, NULL, id, self->err);
    if (status == MLOPS_E_CORRUPT) return MLOPS_OK; /* it is damaged, and stays so */
    if (!status) status = cut(self, &tree, &number);
    if (!status && number) status = put_if_new(self, self->change, id, &tree, number, &new);
    for (size_t i = 0; i < tree.n && !status && new; i++)
        status = mlops__entry_names(tree.entries[i], receive_named, self, self->err);
    mlops__tree_free(&tree);
    return status;
}

/* In two passes: nothing is received while the commits are read. */
static mlops_status visit_commit(void *user, mlops__index *index, mlops__bytes key,
                                 mlops__bytes value, mlops__arena *arena, mlops_error *err) {
    mlops__idset *trees = user;
    mlops__record record;
    mlops_id tree;
    (void)index, (void)key;
    MLOPS_TRY(mlops__record_parse(&record, value, arena, err));
    if (!mlops__record_id(&record, "tree", &tree)) return MLOPS_OK;
    return mlops__idset_add(trees, tree.bytes, ID, 0) ? MLOPS_OK : mlops__fail_nomem(err, ID);
}

static mlops_status cut_all(mlops__adoption *self) {
    mlops__idset trees;
    mlops__idset_init(&trees, self->arena.allocator);
    mlops_status status =
        mlops__record_each(self->store, MLOPS__TABLE_COMMITS, visit_commit, &trees, self->err);
    for (size_t i = 0; i < mlops__idset_size(&trees) && !status; i++) {
        mlops__arena arena;
        mlops_id id;
        memcpy(id.bytes, mlops__idset_at(&trees, i)->key, ID);
        mlops__arena_init(&arena, self->arena.allocator, SIZE_MAX);
        status = cut_here(self, &id, &arena);
        mlops__arena_free(&arena);
        if (!status) status = mlops__remote_tick(self->fetcher->remote, self->err);
    }
    mlops__idset_free(&trees);
    return status;
}

/* ---- records ---- */

/* Packs may have bytes of what was collected, and was in them with what stays. */
static mlops_status has_packs(mlops__adoption *self, mlops__index *index, int *out) {
    mlops__index_iter iter;
    mlops__bytes key, value, noted = {(const uint8_t *)"s", 1};
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_PACKS, noted, self->err));
    mlops_status status = mlops__index_iter_next(&iter, &key, &value, self->err);
    mlops__index_iter_free(&iter);
    *out = status == MLOPS_OK;
    return status == MLOPS_END ? MLOPS_OK : status;
}

/* May the store have some of what is erased by it? */
static mlops_status has_any(mlops__adoption *self, int *out) {
    mlops__index index;
    mlops__bytes value;
    mlops_status status = MLOPS_OK;
    *out = 0;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, self->err));
    for (size_t i = 0; i < self->there.n_contents && !*out && !status; i++) {
        const mlops_id *id = &self->there.contents[i].id;
        status = mlops__index_get(&index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id->bytes, ID},
                                  &value, self->err);
        *out = !status;
        if (status == MLOPS_E_NOT_FOUND) status = MLOPS_OK;
    }
    if (!status && !*out) status = has_packs(self, &index, out);
    mlops__store_read_end(&index);
    return status;
}

static mlops_status put_note(mlops__adoption *self, const mlops__erasure_note *note, int64_t number,
                             int is_finished) {
    mlops__buf buf;
    mlops__json_writer out;
    mlops__key key;
    mlops__buf_init(&buf, self->arena.allocator);
    mlops__json_writer_init(&out, &buf, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "number", number);
    mlops__erasure_note_write(&out, note);
    if (is_finished) mlops__record_put_i64(&out, "finished_ns", mlops__store_now(self->store));
    mlops__json_close(&out, '}');
    mlops__key_init(&key);
    mlops__key_text(&key, "erasure");
    mlops__key_number(&key, number);
    return mlops__record_put(self->change, MLOPS__TABLE_ERASURES, &key, &buf, self->err);
}

static mlops_status put_contents(mlops__adoption *self) {
    for (size_t i = 0; i < self->there.n_contents; i++) {
        const mlops__erased_content *it = &self->there.contents[i];
        if (mlops__erasures_content(&self->here, it->id.bytes)) continue;
        MLOPS_TRY(mlops__erase_put_content(self->change, self->numbers[it->erasure - 1], &it->id,
                                           it->has_stand_in ? &it->stand_in : NULL, self->err));
    }
    return MLOPS_OK;
}

static mlops_status put_records(mlops__adoption *self) {
    int64_t newest = self->latest.number + (int64_t)self->n_fresh;
    int pends;
    MLOPS_TRY(has_any(self, &pends));
    pends |= self->latest.finished < self->latest.number;
    for (size_t i = 0; i < self->there.n_notes; i++)
        if (self->numbers[i] > self->latest.number)
            MLOPS_TRY(put_note(self, &self->there.notes[i], self->numbers[i], !pends));
    MLOPS_TRY(put_contents(self));
    return mlops__erase_put_latest(self->change, newest, pends ? self->latest.finished : newest,
                                   self->err);
}

mlops_status mlops__adoption_expect(const mlops__adoption *self, mlops_change *change) {
    mlops__key key;
    mlops__erased_latest_key(&key);
    return mlops__change_expect(change, MLOPS__TABLE_ERASURES, mlops__key_bytes(&key),
                                self->latest.was, self->err);
}

/* Does the remote know of content that this store does not know to be erased? */
static int has_fresh(const mlops__adoption *self) {
    for (size_t i = 0; i < self->there.n_contents; i++)
        if (!mlops__erasures_content(&self->here, self->there.contents[i].id.bytes)) return 1;
    return self->n_fresh > 0;
}

/* Or of something else that stands in for a tree? */
static int has_other(const mlops__adoption *self) {
    for (size_t i = 0; i < self->there.n_pairs; i++) {
        const mlops__erased_pair *ours =
            mlops__erasures_pair(&self->here, &self->there.pairs[i].tree);
        if (ours && memcmp(&ours->stand_in, &self->there.pairs[i].stand_in, ID) != 0) return 1;
    }
    return 0;
}

mlops_status mlops__adoption_join(mlops__adoption *self, int *again) {
    mlops__erase_aparts aparts = {.load = load_there, .user = self};
    mlops_status status = MLOPS_OK;
    *again = 0;
    if (!has_fresh(self) && !has_other(self)) return MLOPS_OK;
    MLOPS_TRY(find_swaps(self));
    mlops__idset_init(&aparts.ids, self->arena.allocator);
    for (size_t i = 0; i < self->swapped.size / sizeof(mlops__swapped_entry) && !status; i++) {
        const mlops__swapped_entry *swap = swap_at(self, (uint32_t)i);
        if (swap->apart.size) status = add_apart(self, swap, &aparts);
    }
    *again = aparts.n > 0;
    if (!status && *again) status = erase_apart(self, &aparts);
    mlops__idset_free(&aparts.ids);
    return status;
}

mlops_status mlops__adoption_run(mlops__adoption *self, mlops__receiver *receiver,
                                 mlops_change *change, int *any) {
    int is_fresh = has_fresh(self);
    self->receiver = receiver;
    self->change = change;
    *any = is_fresh || self->again || has_other(self);
    if (is_fresh) MLOPS_TRY(mlops__erase_may(self->store, &self->there.ids, self->err));
    if (*any) MLOPS_TRY(mlops__erase_look(self->store, &self->moment, self->err));
    if (*any) MLOPS_TRY(cut_all(self));
    return is_fresh ? put_records(self) : MLOPS_OK;
}

/* Commits that came while the trees were read may name what is erased; who commits from now on
 * meets the tombstones. */
mlops_status mlops__adoption_done(mlops__adoption *self) {
    mlops__erase_moment now;
    const mlops__table_sum *was = &self->moment.commits, *is = &now.commits;
    self->n_fresh = 0;
    MLOPS_TRY(read_here(self));
    MLOPS_TRY(mlops__erase_look(self->store, &now, self->err));
    self->again = was->n != is->n || was->low != is->low || was->high != is->high;
    return MLOPS_OK;
}
