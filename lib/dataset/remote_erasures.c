/* Lists of erasures, as a store and as a remote has them.
 *
 * Owns the lists. Invariants: content and a tree are in a list once; each names a note that is
 * there; a list that is put has the bytes that it had if nothing came to it. docs/format.md has the
 * object that a head names.
 */
#include "dataset/remote_erasures.h"

#include <string.h>

enum { ID = 32, FORMAT = 1 };

void mlops__erasures_init(mlops__erasures *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    mlops__arena_init(&self->arena, allocator, SIZE_MAX);
    mlops__idset_init(&self->ids, allocator);
    mlops__idset_init(&self->trees, allocator);
}

void mlops__erasures_free(mlops__erasures *self) {
    if (!self->arena.allocator) return;
    mlops__idset_free(&self->ids);
    mlops__idset_free(&self->trees);
    mlops__arena_free(&self->arena);
    memset(self, 0, sizeof *self);
}

static mlops_status nomem(mlops_error *err) { return mlops__fail_nomem(err, 64); }

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "the list of what was erased is damaged");
}

/* ---- adding ---- */

static mlops_status add_note(mlops__erasures *self, const mlops__record *record, mlops_error *err) {
    mlops__erasure_note *more = mlops__arena_grow(&self->arena, self->notes, (int64_t)self->n_notes,
                                                  &self->notes_cap, sizeof *more);
    if (!more) return nomem(err);
    self->notes = more;
    more[self->n_notes].origin = mlops__record_text(record, "origin");
    more[self->n_notes].record = *record;
    return more[self->n_notes++].origin ? MLOPS_OK : damaged(err);
}

static mlops_status add_content(mlops__erasures *self, const mlops__erased_content *content,
                                mlops_error *err) {
    mlops__erased_content *more = mlops__arena_grow(
        &self->arena, self->contents, (int64_t)self->n_contents, &self->contents_cap, sizeof *more);
    if (!more) return nomem(err);
    self->contents = more;
    const uint32_t *place =
        mlops__idset_add(&self->ids, content->id.bytes, ID, (uint32_t)self->n_contents);
    if (!place) return nomem(err);
    if (*place < self->n_contents) return MLOPS_OK;
    more[self->n_contents++] = *content;
    return MLOPS_OK;
}

static mlops_status add_pair(mlops__erasures *self, const mlops__erased_pair *pair,
                             mlops_error *err) {
    mlops__erased_pair *more = mlops__arena_grow(&self->arena, self->pairs, (int64_t)self->n_pairs,
                                                 &self->pairs_cap, sizeof *more);
    if (!more) return nomem(err);
    self->pairs = more;
    const uint32_t *place =
        mlops__idset_add(&self->trees, pair->tree.bytes, ID, (uint32_t)self->n_pairs);
    if (!place) return nomem(err);
    more[*place] = *pair;
    self->n_pairs += *place == self->n_pairs;
    return MLOPS_OK;
}

/* ---- reading ---- */

static mlops_status read_content(mlops__erasures *self, const mlops__record *record,
                                 const mlops_id *id, mlops_error *err) {
    mlops__erased_content content = {.id = *id};
    content.has_stand_in = mlops__record_id(record, "stand_in", &content.stand_in);
    content.erasure = (uint32_t)mlops__record_i64(record, "erasure", 0);
    return add_content(self, &content, err);
}

static mlops_status read_pair(mlops__erasures *self, const mlops__record *record,
                              const mlops_id *id, mlops_error *err) {
    mlops__erased_pair pair = {.tree = *id};
    if (!mlops__record_id(record, "tree", &pair.stand_in)) return damaged(err);
    pair.erasure = (uint32_t)mlops__record_i64(record, "erasure", 0);
    return add_pair(self, &pair, err);
}

static mlops_status visit(void *user, mlops__index *index, mlops__bytes key, mlops__bytes value,
                          mlops__arena *arena, mlops_error *err) {
    mlops__erasures *self = user;
    mlops__record record;
    mlops_id id;
    mlops__bytes name = mlops__key_part(key, 1);
    const char *text = mlops__arena_text(arena, (const char *)name.data, name.size);
    (void)index;
    if (!text) return nomem(err);
    if (mlops__key_part_is(key, 0, "latest")) return MLOPS_OK;
    MLOPS_TRY(mlops__record_parse(&record, value, &self->arena, err));
    if (mlops__key_part_is(key, 0, "erasure")) return add_note(self, &record, err);
    if (!mlops__id_parse(&id, text)) return damaged(err);
    if (mlops__key_part_is(key, 0, "tree")) return read_pair(self, &record, &id, err);
    return read_content(self, &record, &id, err);
}

static mlops_status check(const mlops__erasures *self, mlops_error *err) {
    for (size_t i = 0; i < self->n_contents; i++)
        if (self->contents[i].erasure - 1 >= self->n_notes) return damaged(err);
    for (size_t i = 0; i < self->n_pairs; i++)
        if (self->pairs[i].erasure - 1 >= self->n_notes) return damaged(err);
    return MLOPS_OK;
}

mlops_status mlops__erasures_of_store(mlops__erasures *self, mlops_store *store, mlops_error *err) {
    MLOPS_TRY(mlops__record_each(store, MLOPS__TABLE_ERASURES, visit, self, err));
    return check(self, err);
}

typedef mlops_status item_step(mlops__erasures *self, const mlops__record *record,
                               const mlops_id *id, mlops_error *err);

static mlops_status each_item(mlops__erasures *self, const mlops__record *list, const char *name,
                              item_step *step, mlops_error *err) {
    mlops__record items, item;
    mlops_id id;
    MLOPS_TRY(mlops__record_items(&items, mlops__record_json(list, name), &self->arena, err));
    for (size_t i = 0; i < items.n; i++) {
        MLOPS_TRY(mlops__record_parse(&item, items.fields[i].json, &self->arena, err));
        if (!step) MLOPS_TRY(add_note(self, &item, err));
        else if (!mlops__record_id(&item, "id", &id)) return damaged(err);
        else MLOPS_TRY(step(self, &item, &id, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__erasures_parse(mlops__erasures *self, mlops__bytes json, mlops_error *err) {
    mlops__record list;
    MLOPS_TRY(mlops__record_parse(&list, json, &self->arena, err));
    if (mlops__record_i64(&list, "format", 0) != FORMAT)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "the remote's list of what was erased is of a later format");
    MLOPS_TRY(each_item(self, &list, "erasures", NULL, err));
    MLOPS_TRY(each_item(self, &list, "content", read_content, err));
    MLOPS_TRY(each_item(self, &list, "trees", read_pair, err));
    return check(self, err);
}

mlops_status mlops__erasures_of_head(mlops__erasures *self, const mlops__head *head,
                                     mlops__remote *remote, mlops_error *err) {
    mlops__buf bytes;
    if (!head->has_erased) return MLOPS_OK;
    mlops__buf_init(&bytes, &remote->host->allocator);
    mlops_status status = mlops__head_load_list(remote, &head->erased, &bytes, err);
    if (!status) status = mlops__erasures_parse(self, (mlops__bytes){bytes.data, bytes.size}, err);
    mlops__buf_free(&bytes);
    return status;
}

/* ---- two of them ---- */

const mlops__erased_content *mlops__erasures_content(const mlops__erasures *self,
                                                     const uint8_t id[ID]) {
    const uint32_t *place = mlops__idset_find(&self->ids, id, ID);
    return place ? &self->contents[*place] : NULL;
}

mlops__erased_pair *mlops__erasures_pair(const mlops__erasures *self, const mlops_id *tree) {
    const uint32_t *place = mlops__idset_find(&self->trees, tree->bytes, ID);
    return place ? &self->pairs[*place] : NULL;
}

uint32_t mlops__erasures_find(const mlops__erasures *self, const char *origin) {
    for (size_t i = 0; i < self->n_notes; i++)
        if (strcmp(self->notes[i].origin, origin) == 0) return (uint32_t)i + 1;
    return 0;
}

mlops_status mlops__erasures_merge(mlops__erasures *self, const mlops__erasures *other,
                                   mlops_error *err) {
    for (size_t i = 0; i < other->n_notes; i++)
        if (!mlops__erasures_find(self, other->notes[i].origin))
            MLOPS_TRY(add_note(self, &other->notes[i].record, err));
    for (size_t i = 0; i < other->n_contents; i++) {
        mlops__erased_content content = other->contents[i];
        content.erasure = mlops__erasures_find(self, other->notes[content.erasure - 1].origin);
        MLOPS_TRY(add_content(self, &content, err));
    }
    return MLOPS_OK;
}

mlops_status mlops__erasures_set_pair(mlops__erasures *self, const mlops__erasures *other,
                                      const mlops__erased_pair *pair, mlops_error *err) {
    mlops__erased_pair ours = *pair;
    ours.erasure = mlops__erasures_find(self, other->notes[pair->erasure - 1].origin);
    return add_pair(self, &ours, err);
}

mlops_status mlops__erasures_known(const mlops__erasures *here, const mlops__erasures *there,
                                   const char *dataset, mlops_error *err) {
    for (size_t i = 0; i < there->n_contents; i++) {
        if (mlops__erasures_content(here, there->contents[i].id.bytes)) continue;
        const mlops__record *note = &there->notes[there->contents[i].erasure - 1].record;
        const char *date = mlops__record_text(note, "date"), *by = mlops__record_text(note, "by");
        return mlops__fail(
            err, MLOPS_E_CONFLICT,
            "the remote knows of data of \"%s\" that was erased on %s by %s, and this "
            "store does not: pull, so that none of it comes back",
            dataset, date ? date : "a day", by ? by : "somebody");
    }
    return MLOPS_OK;
}

/* ---- writing ---- */

void mlops__erasure_note_write(mlops__json_writer *out, const mlops__erasure_note *note) {
    static const char *const own[] = {"number", "finished_ns", "n_remade", "n_packs"};
    for (size_t i = 0; i < note->record.n; i++) {
        const mlops__field *field = &note->record.fields[i];
        int is_own = 0;
        for (size_t k = 0; k < 4; k++) is_own |= strcmp(field->name, own[k]) == 0;
        if (is_own) continue;
        mlops__json_name(out, field->name);
        mlops__json_raw(out, (const char *)field->json.data, field->json.size);
    }
}

static void write_list(const mlops__erasures *self, mlops__buf *bytes) {
    mlops__json_writer out;
    mlops__json_writer_init(&out, bytes, 0);
    mlops__json_open(&out, '{');
    mlops__record_put_i64(&out, "format", FORMAT);
    mlops__json_name(&out, "erasures");
    mlops__json_open(&out, '[');
    for (size_t i = 0; i < self->n_notes; i++) {
        mlops__json_open(&out, '{');
        mlops__erasure_note_write(&out, &self->notes[i]);
        mlops__json_close(&out, '}');
    }
    mlops__json_close(&out, ']');
    mlops__json_name(&out, "content");
    mlops__json_open(&out, '[');
    for (size_t i = 0; i < self->n_contents; i++) {
        const mlops__erased_content *it = &self->contents[i];
        mlops__json_open(&out, '{');
        mlops__record_put_id(&out, "id", &it->id);
        mlops__record_put_i64(&out, "erasure", it->erasure);
        mlops__record_put_id(&out, "stand_in", it->has_stand_in ? &it->stand_in : NULL);
        mlops__json_close(&out, '}');
    }
    mlops__json_close(&out, ']');
    mlops__json_name(&out, "trees");
    mlops__json_open(&out, '[');
    for (size_t i = 0; i < self->n_pairs; i++) {
        mlops__json_open(&out, '{');
        mlops__record_put_id(&out, "id", &self->pairs[i].tree);
        mlops__record_put_i64(&out, "erasure", self->pairs[i].erasure);
        mlops__record_put_id(&out, "tree", &self->pairs[i].stand_in);
        mlops__json_close(&out, '}');
    }
    mlops__json_close(&out, ']');
    mlops__json_close(&out, '}');
}

mlops_status mlops__erasures_put(const mlops__erasures *self, mlops__head *head,
                                 mlops__remote *remote, mlops__cutter_name *tell, void *user,
                                 int *changed, mlops_error *err) {
    mlops__buf bytes;
    *changed = 0;
    if (self->n_contents == 0) return MLOPS_OK;
    mlops__buf_init(&bytes, &remote->host->allocator);
    write_list(self, &bytes);
    mlops_status status = mlops__head_put_list(remote, &bytes, &head->erased, &head->has_erased,
                                               tell, user, changed, err);
    mlops__buf_free(&bytes);
    return status;
}
