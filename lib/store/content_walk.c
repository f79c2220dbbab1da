/* Looking at content without reading it: is it whole, and what is it made of.
 *
 * Owns nothing. Invariant: what is kept as changes to other content is looked at together with it.
 */
#include "store/content.h"

#include <string.h>

/* Each object of a chain, from the one that is asked for to the one without a base. */
typedef mlops_status visit_object(void *user, const uint8_t id[32], const mlops__recipe *recipe,
                                  mlops__bytes bytes, mlops_error *err);

static mlops_status each_object(mlops_store *self, mlops__index *index, const uint8_t *id,
                                visit_object *visit, void *user, mlops_error *err) {
    mlops__buf buf;
    mlops__recipe recipe = {.base = id};
    mlops_status status = MLOPS_OK;
    mlops__buf_init(&buf, &self->host.allocator);
    for (int i = 0; recipe.base && !status; i++) {
        uint8_t name[32];
        mlops__location at;
        memcpy(name, recipe.base, sizeof name);
        status =
            mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){name, 32}, &at, err);
        if (status == MLOPS_E_NOT_FOUND && i) status = mlops__content_damaged(err);
        if (status || (at.place.pack == 0 && i == 0)) break;
        if (at.place.pack <= 0 || i > MLOPS__CHAIN_MAX) status = mlops__content_damaged(err);
        buf.size = 0;
        if (!status) status = mlops__content_recipe(self, name, &at, &buf, &recipe, err);
        if (!status) status = visit(user, name, &recipe, (mlops__bytes){buf.data, buf.size}, err);
    }
    mlops__buf_free(&buf);
    return status;
}

/* True to the index: each frame in it has passed its guard when it was noted. */
static mlops_status check_chunks(void *user, const uint8_t id[32], const mlops__recipe *recipe,
                                 mlops__bytes bytes, mlops_error *err) {
    mlops__recipe pieces = *recipe;
    mlops__piece piece;
    mlops__location at;
    (void)id, (void)bytes;
    while (mlops__recipe_next(&pieces, &piece))
        if (piece.key)
            MLOPS_TRY(mlops__content_find(user, MLOPS__TABLE_CHUNKS,
                                          (mlops__bytes){piece.key, MLOPS__CHUNK_KEY}, &at, err));
    return MLOPS_OK;
}

mlops_status mlops__content_check(mlops_store *self, mlops__index *index, const uint8_t *id,
                                  mlops_error *err) {
    return each_object(self, index, id, check_chunks, index, err);
}

typedef struct walker {
    mlops_store *store;
    mlops__index *index;
    mlops__content_visit *visit;
    void *user;
} walker;

static mlops_status walk_chunk(const walker *w, const uint8_t *key, mlops_error *err) {
    mlops__location at;
    mlops__pack_frame frame;
    mlops_status status = mlops__content_find(w->index, MLOPS__TABLE_CHUNKS,
                                              (mlops__bytes){key, MLOPS__CHUNK_KEY}, &at, err);
    if (status == MLOPS_E_NOT_FOUND) return mlops__content_damaged(err);
    MLOPS_TRY(status);
    mlops__buf *payload = &w->store->payload;
    MLOPS_TRY(mlops__packs_read(&w->store->packs, at.place, &frame, payload, err));
    return w->visit(w->user, &frame, payload->data, err);
}

static mlops_status walk_object(void *user, const uint8_t id[32], const mlops__recipe *recipe,
                                mlops__bytes bytes, mlops_error *err) {
    const walker *w = user;
    mlops__recipe pieces = *recipe;
    mlops__piece piece;
    uint32_t n = (uint32_t)bytes.size;
    mlops__pack_frame object = {MLOPS__PACK_OBJECT, recipe->codec, n, n, {0}};
    while (mlops__recipe_next(&pieces, &piece))
        if (piece.key) MLOPS_TRY(walk_chunk(w, piece.key, err));
    memcpy(object.key, id, sizeof object.key);
    return w->visit(w->user, &object, bytes.data, err);
}

mlops_status mlops__content_walk(mlops_store *self, mlops__index *index, const uint8_t *id,
                                 mlops__content_visit *visit, void *user, mlops_error *err) {
    walker w = {self, index, visit, user};
    return each_object(self, index, id, walk_object, &w, err);
}

/* ---- what rows are read without ---- */

static mlops_status pass_over(void *user, const mlops__pack_frame *frame, const uint8_t *payload,
                              mlops_error *err) {
    (void)user, (void)frame, (void)payload, (void)err;
    return MLOPS_OK;
}

static mlops_status check_about(void *user, const uint8_t id[32], const mlops__recipe *recipe,
                                mlops__bytes bytes, mlops_error *err) {
    mlops__recipe pieces = *recipe;
    mlops__piece piece;
    (void)id, (void)bytes;
    while (mlops__recipe_next(&pieces, &piece))
        if (piece.kind == MLOPS__PIECE_ZONES || piece.kind == MLOPS__PIECE_WAS)
            MLOPS_TRY(walk_chunk(user, piece.key, err));
    return MLOPS_OK;
}

mlops_status mlops__content_check_about(mlops_store *self, mlops__index *index, const uint8_t *id,
                                        mlops_error *err) {
    walker w = {self, index, pass_over, NULL};
    return each_object(self, index, id, check_about, &w, err);
}
