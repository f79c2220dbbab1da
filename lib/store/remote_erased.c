/* What a remote still has of content that was erased here, and getting rid of it.
 *
 * Owns the names of the chunks that erased content is made of, and of the patches of it.
 * Invariants: what is kept as changes to erased content, or in a chunk together with it, is never
 * handed on as it is; an object that has any erased bytes is led to no more once a remote was
 * cleaned, so that its gc deletes it.
 */
#include "store/blocks.h"
#include "store/remote_content.h"

#include <string.h>

enum { ID = 32 };

/* ---- reading content of the remote, erased or not ---- */

static mlops_status find_part(mlops__residue *self, mlops__part_kind kind, const uint8_t *key,
                              size_t n, mlops__part *out, mlops_error *err) {
    int found = 0;
    MLOPS_TRY(mlops__depot_find(self->parts, kind, key, n, out, &found, err));
    return found ? MLOPS_OK : MLOPS_E_NOT_FOUND;
}

static mlops_status recipe_there(void *user, const uint8_t id[ID], mlops__buf *buf,
                                 mlops__recipe *out, mlops_error *err) {
    mlops__residue *self = user;
    mlops__part part;
    MLOPS_TRY(find_part(self, MLOPS__PART_OBJECT, id, ID, &part, err));
    return mlops__fetch_recipe(self->fetcher, &part, buf, out, err);
}

static mlops_status chunk_there(void *user, const uint8_t key[MLOPS__CHUNK_KEY], mlops__buf *out,
                                mlops_error *err) {
    mlops__residue *self = user;
    mlops__part part;
    mlops_status status = find_part(self, MLOPS__PART_CHUNK, key, MLOPS__CHUNK_KEY, &part, err);
    if (status == MLOPS_E_NOT_FOUND)
        return mlops__fail(err, MLOPS_E_CORRUPT, "the remote lacks a part of its content");
    return status ? status : mlops__fetch_bytes(self->fetcher, &part, out, err);
}

/* ---- what leans on erased content ---- */

/* What cells were is of the base; all else of what is not erased is its own bytes. */
static mlops_status take_chunks(mlops__residue *self, mlops__recipe recipe, int of_base,
                                mlops_error *err) {
    mlops__piece piece;
    while (mlops__recipe_next(&recipe, &piece)) {
        if (!piece.key || (of_base && piece.kind != MLOPS__PIECE_WAS)) continue;
        if (!mlops__idset_add(&self->chunks, piece.key, MLOPS__CHUNK_KEY, 0))
            return mlops__fail_nomem(err, ID);
    }
    return MLOPS_OK;
}

static int is_erased(const mlops__residue *self, const uint8_t *id) {
    return id && mlops__idset_find(self->erased, id, ID) != NULL;
}

/* Adds the chunks of a part, if it is erased content; its patches, if it changes rows of that. */
static mlops_status take_part(mlops__residue *self, const mlops__part *part, mlops_error *err) {
    mlops__buf bytes;
    mlops__recipe recipe;
    int goes = part->kind == MLOPS__PART_OBJECT && is_erased(self, part->key);
    int may_patch = part->kind == MLOPS__PART_OBJECT && part->codec == MLOPS__PACK_ROWS_BASED;
    if (!goes && !may_patch) return MLOPS_OK;
    mlops__buf_init(&bytes, &self->parts->host->allocator);
    mlops_status status = mlops__fetch_recipe(self->fetcher, part, &bytes, &recipe, err);
    if (!status && (goes || is_erased(self, recipe.base)))
        status = take_chunks(self, recipe, !goes, err);
    mlops__buf_free(&bytes);
    return status;
}

mlops_status mlops__residue_init(mlops__residue *self, const mlops__idset *erased,
                                 mlops__fetcher *fetcher, mlops__depot *parts, mlops_error *err) {
    self->erased = erased;
    self->fetcher = fetcher;
    self->parts = parts;
    self->elsewhere = (mlops__elsewhere){recipe_there, chunk_there, self};
    mlops__idset_init(&self->chunks, &parts->host->allocator);
    for (size_t i = 0; i < mlops__idset_size(erased); i++) {
        mlops__part part;
        mlops_status status =
            find_part(self, MLOPS__PART_OBJECT, mlops__idset_at(erased, i)->key, ID, &part, err);
        if (!status) status = take_part(self, &part, err);
        if (status && status != MLOPS_E_NOT_FOUND) return status;
    }
    return MLOPS_OK;
}

void mlops__residue_free(mlops__residue *self) {
    if (self->parts) mlops__idset_free(&self->chunks);
}

/* Is a base on the way from there on erased? */
static mlops_status leans_over(mlops__residue *self, const uint8_t base[ID], int *out,
                               mlops_error *err) {
    uint8_t name[ID];
    mlops_status status = MLOPS_OK;
    int more = 1;
    memcpy(name, base, ID);
    for (int level = 0; more && !*out && level <= MLOPS__CHAIN_MAX; level++) {
        mlops__buf bytes;
        mlops__recipe recipe;
        *out = is_erased(self, name);
        mlops__buf_init(&bytes, &self->parts->host->allocator);
        status = recipe_there(self, name, &bytes, &recipe, err);
        more = !status && recipe.base;
        if (more) memcpy(name, recipe.base, ID);
        mlops__buf_free(&bytes);
    }
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status; /* whoever reads it finds out */
}

mlops_status mlops__residue_leans(mlops__residue *self, const mlops__recipe *recipe, int *out,
                                  mlops_error *err) {
    mlops__recipe pieces = *recipe;
    mlops__piece piece;
    *out = 0;
    if (mlops__idset_size(self->erased) == 0) return MLOPS_OK;
    if (recipe->base) return leans_over(self, recipe->base, out, err);
    if (recipe->codec == MLOPS__PACK_PART && mlops__recipe_next(&pieces, &piece))
        *out = mlops__idset_find(&self->chunks, piece.key, MLOPS__CHUNK_KEY) != NULL;
    return MLOPS_OK;
}

/* ---- cleaning ---- */

typedef struct cleaning {
    mlops_store *store;
    mlops__cutter *cutter;
    mlops__residue residue;
    mlops__fetcher fetcher;
    mlops__depot old;     /* all that there is */
    mlops__depot tails;   /* the indexes of its objects: of what nothing leads to, too */
    mlops__idset dirty;   /* objects that have erased bytes */
    mlops__blocks blocks; /* chunks that contents share, by what stays of them */
    mlops_error *err;
} cleaning;

static int is_dirty(const cleaning *c, const uint8_t object[ID]) {
    return mlops__idset_find(&c->dirty, object, ID) != NULL;
}

static mlops_status read_tails_of(cleaning *c, const uint8_t *names, size_t n, mlops__idset *met) {
    for (size_t i = 0; i < n; i++) {
        mlops__part_index index;
        size_t before = mlops__idset_size(met);
        if (!mlops__idset_add(met, names + i * ID, ID, 0)) return mlops__fail_nomem(c->err, ID);
        if (mlops__idset_size(met) == before) continue;
        MLOPS_TRY(mlops__remote_tail(c->cutter->remote, names + i * ID, &index, c->err));
        MLOPS_TRY(mlops__depot_take(&c->tails, &index, c->err));
    }
    return MLOPS_OK;
}

static mlops_status read_tails(cleaning *c) {
    mlops__idset met;
    mlops_status status = MLOPS_OK;
    mlops__idset_init(&met, &c->old.host->allocator);
    for (size_t i = 0; i < c->old.n && !status; i++)
        status = read_tails_of(c, c->old.indexes[i].names, c->old.indexes[i].n_names, &met);
    if (!status) status = read_tails_of(c, c->old.names.data, c->old.names.size / ID, &met);
    mlops__idset_free(&met);
    return status;
}

typedef mlops_status part_step(cleaning *c, const mlops__part *part);

static mlops_status each_part(cleaning *c, const mlops__part_index *index, part_step *step) {
    for (size_t i = 0; i < index->n; i++) {
        mlops__part part;
        mlops__part_index_at(index, i, &part);
        MLOPS_TRY(step(c, &part));
    }
    return MLOPS_OK;
}

static mlops_status take_residue(cleaning *c, const mlops__part *part) {
    return take_part(&c->residue, part, c->err);
}

static mlops_status judge_part(cleaning *c, const mlops__part *part) {
    const mlops__residue *r = &c->residue;
    int named = part->kind == MLOPS__PART_OBJECT || part->kind == MLOPS__PART_SMALL;
    int bad = named && is_erased(r, part->key);
    if (part->kind == MLOPS__PART_CHUNK)
        bad = mlops__idset_find(&r->chunks, part->key, MLOPS__CHUNK_KEY) != NULL;
    if (bad && !mlops__idset_add(&c->dirty, part->object, ID, 0))
        return mlops__fail_nomem(c->err, ID);
    return MLOPS_OK;
}

static mlops_status each_own(cleaning *c, part_step *step);

static mlops_status weigh_part(cleaning *c, const mlops__part *part) {
    mlops__buf bytes;
    mlops__recipe recipe;
    mlops__piece piece;
    int counts = part->kind == MLOPS__PART_OBJECT && part->codec == MLOPS__PACK_PART;
    if (!counts || is_erased(&c->residue, part->key)) return MLOPS_OK;
    mlops__buf_init(&bytes, &c->old.host->allocator);
    mlops_status status = mlops__fetch_recipe(&c->fetcher, part, &bytes, &recipe, c->err);
    if (!status && mlops__recipe_next(&recipe, &piece) && !mlops__blocks_add(&c->blocks, &piece))
        status = mlops__fail_nomem(c->err, ID);
    mlops__buf_free(&bytes);
    return status;
}

/* Of a chunk of which any byte is in nothing that stays it is not known whose that was: other
 * datasets may have sent it, or what was collected. */
static mlops_status take_blocks(cleaning *c) {
    for (size_t i = 0; i < c->old.n; i++) MLOPS_TRY(each_part(c, &c->old.indexes[i], weigh_part));
    MLOPS_TRY(each_own(c, weigh_part));
    for (size_t i = 0; i < mlops__idset_size(&c->blocks.keys); i++) {
        const uint8_t *key = mlops__idset_at(&c->blocks.keys, i)->key;
        if (!mlops__blocks_is_whole(&c->blocks, key) &&
            !mlops__idset_add(&c->residue.chunks, key, MLOPS__CHUNK_KEY, 0))
            return mlops__fail_nomem(c->err, ID);
    }
    return MLOPS_OK;
}

static mlops_status find_dirty(cleaning *c) {
    MLOPS_TRY(read_tails(c));
    MLOPS_TRY(take_blocks(c));
    for (size_t i = 0; i < c->tails.n; i++)
        MLOPS_TRY(each_part(c, &c->tails.indexes[i], take_residue));
    for (size_t i = 0; i < c->tails.n; i++)
        MLOPS_TRY(each_part(c, &c->tails.indexes[i], judge_part));
    return MLOPS_OK;
}

/* Where it is, or in an object of its own. */
static mlops_status keep_part(cleaning *c, const mlops__part *part) {
    mlops__pack_frame frame;
    const uint8_t *payload;
    int found = 0, leads = part->kind != MLOPS__PART_CHUNK;
    MLOPS_TRY(mlops__cutter_has(c->cutter, part->kind, part->key, ID, NULL, &found, c->err));
    if (found) return MLOPS_OK;
    if (!is_dirty(c, part->object)) return mlops__depot_add(c->cutter->parts, part, c->err);
    MLOPS_TRY(mlops__fetch(&c->fetcher, part, &frame, &payload, c->err));
    return mlops__cutter_add(c->cutter, part->kind, part->key, &frame, payload, part->depth, leads,
                             c->err);
}

static mlops_status keep_chunks(cleaning *c, mlops__recipe recipe) {
    mlops__piece piece;
    while (mlops__recipe_next(&recipe, &piece)) {
        mlops__part part;
        int found = 0;
        if (!piece.key) continue;
        MLOPS_TRY(mlops__depot_find(&c->old, MLOPS__PART_CHUNK, piece.key, MLOPS__CHUNK_KEY, &part,
                                    &found, c->err));
        if (found) MLOPS_TRY(keep_part(c, &part)); /* else it is damaged, and stays so */
    }
    return MLOPS_OK;
}

static mlops_status put_frame(void *user, const mlops__pack_frame *frame, const uint8_t *payload,
                              mlops_error *err) {
    cleaning *c = user;
    int found = 0, is_object = frame->kind == MLOPS__PACK_OBJECT;
    mlops__part_kind kind = is_object ? MLOPS__PART_OBJECT : MLOPS__PART_CHUNK;
    MLOPS_TRY(mlops__cutter_has(c->cutter, kind, frame->key, ID, NULL, &found, err));
    if (found) return MLOPS_OK;
    return mlops__cutter_add(c->cutter, kind, frame->key, frame, payload, 0, is_object, err);
}

static mlops_status recut_part(cleaning *c, const mlops__part *part) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(c->store, &index, c->err));
    mlops_status status = mlops__content_recut(c->store, &index, &c->residue.elsewhere, part->key,
                                               put_frame, c, c->err);
    mlops__store_read_end(&index);
    return status;
}

static mlops_status keep_object(cleaning *c, const mlops__part *part) {
    mlops__buf bytes;
    mlops__recipe recipe;
    int found = 0, leans = 0;
    MLOPS_TRY(mlops__cutter_has(c->cutter, part->kind, part->key, ID, NULL, &found, c->err));
    if (found) return MLOPS_OK;
    mlops__buf_init(&bytes, &c->old.host->allocator);
    mlops_status status = mlops__fetch_recipe(&c->fetcher, part, &bytes, &recipe, c->err);
    if (!status) status = mlops__residue_leans(&c->residue, &recipe, &leans, c->err);
    if (!status && !leans) status = keep_chunks(c, recipe);
    if (!status) status = leans ? recut_part(c, part) : keep_part(c, part);
    mlops__buf_free(&bytes);
    return status;
}

static mlops_status keep_clean(cleaning *c, const mlops__part *part) {
    int named = part->kind == MLOPS__PART_OBJECT || part->kind == MLOPS__PART_SMALL;
    MLOPS_TRY(mlops__remote_tick(c->cutter->remote, c->err));
    if (part->kind == MLOPS__PART_CHUNK) return MLOPS_OK; /* with what leads to it */
    if (named && is_erased(&c->residue, part->key)) return MLOPS_OK;
    return part->kind == MLOPS__PART_OBJECT ? keep_object(c, part) : keep_part(c, part);
}

/* What was put by this call and is in no index yet. */
static mlops_status each_own(cleaning *c, part_step *step) {
    mlops__buf bytes;
    mlops__part_index own;
    mlops__buf_init(&bytes, &c->old.host->allocator);
    mlops_status status = mlops__depot_write(&c->old, &bytes, c->err);
    if (status) {
        mlops__buf_free(&bytes);
        return status;
    }
    MLOPS_TRY(mlops__part_index_open(&own, &bytes, "this push", c->err));
    status = each_part(c, &own, step);
    mlops__part_index_free(&own);
    return status;
}

/* The cutter's parts become those that stay. */
static mlops_status leave_clean(cleaning *c) {
    mlops__depot fresh;
    MLOPS_TRY(mlops__depot_init(&fresh, c->old.host, c->err));
    *c->cutter->parts = fresh;
    for (size_t i = 0; i < c->old.n; i++) MLOPS_TRY(each_part(c, &c->old.indexes[i], keep_clean));
    return each_own(c, keep_clean);
}

static mlops_status clean(cleaning *c, const mlops__idset *erased, int *changed) {
    MLOPS_TRY(mlops__depot_init(&c->tails, c->old.host, c->err));
    MLOPS_TRY(mlops__residue_init(&c->residue, erased, &c->fetcher, &c->old, c->err));
    MLOPS_TRY(find_dirty(c));
    *changed = mlops__idset_size(&c->dirty) > 0;
    return *changed ? leave_clean(c) : MLOPS_OK;
}

mlops_status mlops__remote_clean(mlops__cutter *cutter, mlops_store *store,
                                 const mlops__idset *erased, int *changed, mlops_error *err) {
    cleaning c = {.store = store, .cutter = cutter, .err = err};
    *changed = 0;
    c.old = *cutter->parts;
    mlops__fetcher_init(&c.fetcher, cutter->remote);
    mlops__idset_init(&c.dirty, &c.old.host->allocator);
    mlops__blocks_init(&c.blocks, &c.old.host->allocator, mlops__load_u64(cutter->salt));
    mlops_status status = clean(&c, erased, changed);
    mlops__residue_free(&c.residue);
    mlops__idset_free(&c.dirty);
    mlops__blocks_free(&c.blocks);
    mlops__depot_free(&c.tails);
    mlops__fetcher_free(&c.fetcher);
    if (cutter->parts->own != c.old.own) mlops__depot_free(&c.old);
    return status;
}
