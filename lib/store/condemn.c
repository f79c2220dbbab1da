/* Taking erased content out of the packs.
 *
 * Owns the sets of what is condemned and of what leans on it. Invariants: nothing is dropped before
 * all that was kept as changes to it, or in a chunk together with it, is kept anew; the tombstone
 * comes first, so that who adds content from then on finds what it may not lean on. Each step
 * leaves a good store, and all of them may be done again.
 */
#include "store/erased.h"

#include "base/hex.h"
#include "file/file.h"
#include "store/content.h"
#include "store/store_walk.h"

#include <string.h>

/* Content that is kept as changes to what is erased. */
typedef struct leaning {
    uint8_t id[32];
    uint8_t root[32]; /* of the chain: those of one root are versions of each other */
    uint32_t number;
} leaning;

typedef struct eraser {
    mlops_store *store;
    const mlops_call *call;
    mlops__erase_work *work;
    mlops__idset condemned; /* objects, and then their chunks: 1 for those that others need */
    mlops__idset based;     /* objects with a base: their places among bases */
    mlops__buf bases;       /* 32 bytes each */
    mlops__buf leaning;
    mlops__buf recipe, bytes;
    mlops__lease lease;
    mlops_error *err;
} eraser;

/* ---- the commit ---- */

static mlops_status refuse_inline(const uint8_t id[32], int64_t size, mlops_error *err) {
    char digits[65];
    mlops__hex_bytes(digits, id, 32);
    return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                       "content %s, of %lld bytes, is in the journal, where it cannot be erased "
                       "without breaking its chain: make a new store of what is to stay",
                       digits, (long long)size);
}

/* The index knows one place of content; the journal may have it beside a pack. */
static mlops_status look_through(mlops__walk *walk, const mlops__idset *content, mlops_error *err) {
    mlops__frame frame;
    mlops__ops ops;
    mlops__op op;
    mlops_status status;
    while (!(status = mlops__walk_next(walk, &frame, err))) {
        mlops__ops_init(&ops, &frame);
        while (!status && mlops__ops_next(&ops, &op))
            if (op.kind == MLOPS__OP_INLINE && mlops__idset_find(content, op.key.data, 32))
                status = refuse_inline(op.key.data, (int64_t)op.value.size, err);
        if (status) break;
    }
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__erase_may(mlops_store *store, const mlops__idset *content, mlops_error *err) {
    mlops__walk walk;
    if (mlops__idset_size(content) == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__walk_begin(&walk, store, 1, err));
    mlops_status status = look_through(&walk, content, err);
    mlops__walk_end(&walk);
    return status;
}

/* Commits since the plan was begun, while nobody makes one. */
static mlops_status look_again(mlops_store *store, mlops__index *index, int64_t from,
                               const mlops__idset *content, mlops_error *err) {
    mlops__walk walk;
    if (from > index->place.chain.seq || mlops__idset_size(content) == 0) return MLOPS_OK;
    MLOPS_TRY(mlops__walk_begin_in(&walk, store, index, from, err));
    mlops_status status = look_through(&walk, content, err);
    mlops__walk_close(&walk);
    return status;
}

mlops_status mlops__erase_look(mlops_store *store, mlops__erase_moment *out, mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_write_begin(store, &index, err)); /* sees what waits for the index */
    out->commits = index.sums[MLOPS__TABLE_COMMITS];
    out->erasures = index.sums[MLOPS__TABLE_ERASURES];
    out->next = index.place.chain.seq + 1;
    mlops_status status = mlops__store_write_commit(store, &index, err);
    mlops__store_write_end(store, &index);
    return status;
}

static int is_same(const mlops__table_sum *a, const mlops__table_sum *b) {
    return a->n == b->n && a->low == b->low && a->high == b->high;
}

mlops_status mlops__erase_commit(mlops_change *change, const mlops__erase_moment *moment,
                                 const mlops__idset *content, mlops_error *err) {
    mlops__index index;
    mlops_store *store = mlops__change_store(change);
    MLOPS_TRY(mlops__store_write_begin(store, &index, err));
    int same = is_same(&index.sums[MLOPS__TABLE_COMMITS], &moment->commits) &&
               is_same(&index.sums[MLOPS__TABLE_ERASURES], &moment->erasures);
    mlops_status status = same ? MLOPS_OK : MLOPS_END;
    if (!status) status = look_again(store, &index, moment->next, content, err);
    if (!status) status = mlops__change_write(change, &index, err);
    mlops__store_write_end(store, &index);
    return status;
}

/* ---- what leans on it ---- */

static mlops_status read_recipe(eraser *e, const uint8_t *id, mlops__pack_place place,
                                mlops__recipe *out) {
    mlops__location at = {place, 0, 0};
    mlops_store *store = e->store;
    e->recipe.size = 0;
    mlops__lock_take(&store->lock);
    mlops_status status = mlops__content_recipe(store, id, &at, &e->recipe, out, e->err);
    mlops__lock_give(&store->lock);
    return status == MLOPS_E_CORRUPT ? MLOPS_END : status;
}

static mlops_status nomem(eraser *e) { return mlops__fail_nomem(e->err, e->leaning.size + 64); }

/* What cells were is of the base; all else of what is not erased is its own bytes. */
static mlops_status condemn_pieces(eraser *e, mlops__recipe pieces, int of_base) {
    mlops__piece piece;
    while (mlops__recipe_next(&pieces, &piece)) {
        if (!piece.key || (of_base && piece.kind != MLOPS__PIECE_WAS)) continue;
        if (!mlops__idset_add(&e->condemned, piece.key, MLOPS__CHUNK_KEY, 0)) return nomem(e);
    }
    return MLOPS_OK;
}

/* The chunks of what is erased: they may hold what others have, too. */
static mlops_status condemn_chunks(eraser *e, mlops__index *index) {
    size_t n = mlops__idset_size(&e->condemned);
    for (size_t i = 0; i < n; i++) {
        uint8_t id[32];
        mlops__location at;
        mlops__recipe pieces;
        memcpy(id, mlops__idset_at(&e->condemned, i)->key, sizeof id);
        mlops_status status =
            mlops__content_find(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, e->err);
        if (status == MLOPS_E_NOT_FOUND || (!status && at.place.pack <= 0)) continue;
        if (!status) status = read_recipe(e, id, at.place, &pieces);
        MLOPS_TRY(status);
        if (!status) MLOPS_TRY(condemn_pieces(e, pieces, 0));
    }
    return MLOPS_OK;
}

static mlops_status note_leaning(eraser *e, const uint8_t *id, const uint8_t *root,
                                 uint32_t number) {
    leaning l;
    memcpy(l.id, id, sizeof l.id);
    memcpy(l.root, root, sizeof l.root);
    l.number = number;
    mlops__buf_put(&e->leaning, &l, sizeof l);
    return e->leaning.status ? nomem(e) : MLOPS_OK;
}

static mlops_status note_based(eraser *e, const uint8_t *id, const mlops__recipe *recipe) {
    uint32_t place = (uint32_t)(e->bases.size / 36);
    mlops__buf_put(&e->bases, recipe->base, 32);
    mlops__buf_u32(&e->bases, recipe->number);
    if (e->bases.status || !mlops__idset_add(&e->based, id, 32, place)) return nomem(e);
    return MLOPS_OK;
}

static mlops_status pass_object(eraser *e, mlops__bytes key, mlops__bytes value) {
    mlops__recipe pieces;
    uint8_t id[32];
    mlops__pack_place place;
    if (key.size != 32 || value.size != 32) return MLOPS_OK;
    place.pack = (int64_t)mlops__load_u64(value.data);
    place.offset = (int64_t)mlops__load_u64(value.data + 16);
    memcpy(id, key.data, sizeof id);
    if (place.pack <= 0 || mlops__idset_find(&e->condemned, id, 32)) return MLOPS_OK;
    mlops_status status = read_recipe(e, id, place, &pieces);
    if (status)
        return status < 0 ? status : MLOPS_OK; /* it is damaged: nothing can be made of it */
    if (pieces.base && mlops__idset_find(&e->condemned, pieces.base, 32))
        MLOPS_TRY(condemn_pieces(e, pieces, 1));
    return pieces.base ? note_based(e, id, &pieces) : MLOPS_OK;
}

/* Is something on the way from an object to the one without a base condemned? */
static int leans(const eraser *e, size_t i, uint8_t root[32]) {
    int found = 0;
    for (int n = 0; n <= MLOPS__CHAIN_MAX; n++) {
        memcpy(root, e->bases.data + i * 36, 32);
        found |= mlops__idset_find(&e->condemned, root, 32) != NULL;
        const uint32_t *next = mlops__idset_find(&e->based, root, 32);
        if (!next) break;
        i = *next;
    }
    return found;
}

static mlops_status find_leaning(eraser *e, mlops__index *index) {
    mlops__index_iter iter;
    mlops__bytes key, value, all = {NULL, 0};
    uint8_t root[32];
    MLOPS_TRY(condemn_chunks(e, index));
    MLOPS_TRY(mlops__index_iter_init(&iter, index, MLOPS__TABLE_OBJECTS, all, e->err));
    mlops_status status = MLOPS_OK;
    while (!status) {
        status = mlops__index_iter_next(&iter, &key, &value, e->err);
        if (!status) status = pass_object(e, key, value);
    }
    mlops__index_iter_free(&iter);
    if (status != MLOPS_END) return status;
    for (size_t i = 0; i < mlops__idset_size(&e->based); i++)
        if (leans(e, i, root))
            MLOPS_TRY(note_leaning(e, mlops__idset_at(&e->based, i)->key, root,
                                   mlops__load_u32(e->bases.data + i * 36 + 32)));
    return MLOPS_OK;
}

/* ---- keeping it anew ---- */

static int comes_before(const leaning *a, const leaning *b) {
    int order = memcmp(a->root, b->root, sizeof a->root);
    return order ? order < 0 : a->number > b->number;
}

/* By root, then the newest version first: none is written anew before all that is kept as changes
 * to it. */
static void sort(leaning *all, size_t n) {
    for (size_t gap = n / 2; gap; gap /= 2) {
        for (size_t i = gap; i < n; i++) {
            leaning it = all[i];
            size_t k = i;
            for (; k >= gap && comes_before(&it, &all[k - gap]); k -= gap) all[k] = all[k - gap];
            all[k] = it;
        }
    }
}

static mlops_status read_whole(eraser *e, const mlops_id *id) {
    int64_t size = 0;
    MLOPS_TRY(mlops__content_read(e->store, id, 0, NULL, 0, &size, e->err));
    e->bytes.size = 0;
    if ((uint64_t)size > SIZE_MAX || !mlops__buf_extend(&e->bytes, (size_t)size))
        return mlops__fail_nomem(e->err, (size_t)size);
    return mlops__content_read(e->store, id, 0, e->bytes.data, (size_t)size, &size, e->err);
}

/* MLOPS_E_CORRUPT: it was damaged before, and stays so; MLOPS_E_ERASED: it goes meanwhile, too. */
static mlops_status remake(eraser *e, const leaning *it, const leaning *before) {
    mlops_id id, like;
    int has_like = before && memcmp(before->root, it->root, sizeof it->root) == 0;
    memcpy(id.bytes, it->id, sizeof id.bytes);
    if (before) memcpy(like.bytes, before->id, sizeof like.bytes);
    mlops_status status = read_whole(e, &id);
    if (!status) {
        mlops_id is = mlops__content_id(e->store, e->bytes.data, e->bytes.size);
        if (memcmp(&is, &id, sizeof is) != 0) status = mlops__content_damaged(e->err);
    }
    if (!status)
        status = mlops__content_remake(e->store, &e->lease, &id, e->bytes.data, e->bytes.size,
                                       has_like ? &like : NULL, e->err);
    e->work->n_remade += status == MLOPS_OK;
    return status;
}

static mlops_status poll(eraser *e, int64_t done, int64_t total) {
    const mlops_call *call = e->call;
    const mlops_clock *clock = &e->store->host.clock;
    if (call->progress && call->progress(call->progress_user, done, total))
        return mlops__fail(e->err, MLOPS_E_CANCELLED,
                           "cancelled: the erasure is to be gone on with");
    if (call->deadline_ns && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(e->err, MLOPS_E_DEADLINE,
                           "the deadline passed: the erasure is to be gone on with");
    return MLOPS_OK;
}

static mlops_status remake_all(eraser *e) {
    mlops__index index;
    size_t n;
    const leaning *before = NULL;
    MLOPS_TRY(mlops__lease_begin(&e->lease, e->store, e->err)); /* one owner, whose rows end */
    MLOPS_TRY(mlops__store_read_begin(e->store, &index, e->err));
    mlops_status status = find_leaning(e, &index);
    mlops__store_read_end(&index);
    leaning *all = (leaning *)(void *)e->leaning.data;
    n = e->leaning.size / sizeof *all;
    if (!status) sort(all, n);
    if (!status) status = poll(e, 0, (int64_t)n + 1);
    for (size_t i = 0; i < n && !status; i++) {
        status = remake(e, &all[i], before);
        before = status ? NULL : &all[i];
        if (status == MLOPS_E_CORRUPT || status == MLOPS_E_ERASED) status = MLOPS_OK;
        if (!status) status = poll(e, (int64_t)i + 1, (int64_t)n + 1);
    }
    return status;
}

/* ---- dropping it ---- */

static int is_clean(const mlops_gc_stat *stat) {
    int64_t emptied = stat->freed_bytes - stat->copied_bytes - stat->n_emptied * MLOPS__PACK_HEAD;
    return emptied >= stat->garbage_bytes && stat->n_deleted == stat->n_emptied;
}

/* So that no pack that was deleted is back when the power comes back. */
static mlops_status sync_deletions(mlops_store *store, mlops_error *err) {
    mlops__lock_take(&store->lock);
    mlops_status status =
        mlops__file_sync_dir(&store->host.io, mlops__store_path(store, "packs"), err);
    mlops__lock_give(&store->lock);
    return status;
}

static mlops_status collect(eraser *e) {
    mlops_gc_stat stat = MLOPS_GC_STAT_INIT;
    mlops_status status = mlops__gc_condemn(e->store, &e->condemned, e->call, &stat, e->err);
    e->work->n_remade += stat.n_remade;
    e->work->n_deleted = stat.n_deleted;
    e->work->n_waiting = stat.n_waiting;
    e->work->done = status == MLOPS_END && is_clean(&stat);
    if (e->work->done) MLOPS_TRY(sync_deletions(e->store, e->err));
    return status == MLOPS_END ? MLOPS_OK : status;
}

mlops_status mlops__erase_content(mlops_store *store, const mlops_call *call,
                                  mlops__erase_work *out, mlops_error *err) {
    const mlops_allocator *allocator = &store->host.allocator;
    eraser e = {.store = store, .call = call, .work = out, .err = err};
    memset(out, 0, sizeof *out);
    mlops__idset_init(&e.condemned, allocator);
    mlops__idset_init(&e.based, allocator);
    mlops__buf *bufs[] = {&e.bases, &e.leaning, &e.recipe, &e.bytes};
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_init(bufs[i], allocator);
    mlops_status status = mlops__erased_all(store, &e.condemned, err);
    if (!status) status = remake_all(&e);
    mlops__lease_end(&e.lease, store);
    if (!status) status = collect(&e);
    for (size_t i = 0; i < sizeof bufs / sizeof *bufs; i++) mlops__buf_free(bufs[i]);
    mlops__idset_free(&e.based);
    mlops__idset_free(&e.condemned);
    return status;
}
