/* Bases that nothing names any more, and writing anew what leans on them.
 *
 * Owns the table of both. Invariants: what stays, and all that it leads over, is marked before
 * anything is dropped; a base goes only once nothing that stays leads over it, and if something
 * cannot be written anew all that it leads over stays; what the table has no room for stays, too.
 */
#include "store/collect.h"

#include <string.h>

/* What becomes of them is what costs least: bytes that stay are counted as they are, those that are
 * written anew 1/remake_max times. Bases make trees, so that each is looked at twice: those that
 * lean on others first, for what it costs if their base stays, and if it goes; and then the bases
 * first, for what becomes of them. Chunks that something else needs cost nothing, as those do that
 * another base was charged with. */
#define NEVER 1e300

enum {
    NODE = sizeof(mlops__gc_lean) + sizeof(mlops__idset_entry) + 4 * sizeof(uint32_t),
    SHARE = 4, /* of the memory, for the table */
    COUNTED = 8
};

void mlops__gc_bases_init(mlops__gc *self) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    mlops__idset_init(&self->leaning, allocator);
    mlops__buf_init(&self->leans, allocator);
    mlops__buf_init(&self->order, allocator);
}

void mlops__gc_bases_free(mlops__gc *self) {
    mlops__rewrite_end(self->rewrite);
    self->rewrite = NULL;
    mlops__bloom_free(&self->counted);
    mlops__buf_free(&self->order);
    mlops__buf_free(&self->leans);
    mlops__idset_free(&self->leaning);
}

int64_t mlops__gc_bases_memory(const mlops__gc *self) {
    size_t n = self->leans.cap + self->order.cap + self->leaning.entries.cap;
    n += self->leaning.n_slots * sizeof *self->leaning.slots;
    if (self->counted.words) n += mlops__bloom_bytes(&self->counted);
    if (self->rewrite) n += mlops__rewrite_memory(self->rewrite);
    return (int64_t)n;
}

/* ---- the table ---- */

static size_t n_leans(const mlops__gc *self) { return self->leans.size / sizeof(mlops__gc_lean); }

static mlops__gc_lean *lean_at(const mlops__gc *self, size_t i) {
    return (mlops__gc_lean *)(void *)self->leans.data + i;
}

static void name_of(const mlops__gc *self, size_t i, uint8_t out[32]) {
    memcpy(out, mlops__idset_at(&self->leaning, i)->key, 32);
}

/* *out: its place from 1 on; 0 if there is no room. */
static mlops_status find_or_add(mlops__gc *self, const uint8_t id[32], uint32_t *out,
                                mlops_error *err) {
    size_t n = n_leans(self);
    const uint32_t *there = mlops__idset_find(&self->leaning, id, 32);
    *out = there ? *there + 1 : 0;
    if (there || (int64_t)((n + 1) * NODE) > self->memory_max / SHARE) return MLOPS_OK;
    mlops__gc_lean *lean = (mlops__gc_lean *)(void *)mlops__buf_extend(&self->leans, sizeof *lean);
    if (!lean || !mlops__idset_add(&self->leaning, id, 32, (uint32_t)n))
        return mlops__gc_nomem(self, err);
    *lean = (mlops__gc_lean){.is_fixed = 1, .ratio = 1};
    *out = (uint32_t)n + 1;
    return MLOPS_OK;
}

static int is_based(mlops__bytes value) {
    uint64_t codec = mlops__load_u64(value.data + 24);
    return codec == MLOPS__PACK_BASED || codec == MLOPS__PACK_ROWS_BASED;
}

/* Nothing is marked meanwhile, so that a base is found to be marked here just if it is, too, where
 * its own row is passed. */
static mlops_status pass_leaning(mlops__gc *self, mlops__index *index, mlops__bytes key,
                                 mlops__bytes value, mlops_error *err) {
    mlops__pack_place place;
    mlops__recipe recipe;
    uint32_t at;
    (void)index;
    if (!mlops__gc_place(key, 32, value, &place) || place.pack <= 0 || !is_based(value) ||
        !mlops__gc_is_live(self, key, place))
        return MLOPS_OK;
    mlops_status status = mlops__gc_read_recipe(self, key.data, place, &recipe, err);
    if (status) return status < 0 ? status : MLOPS_OK;
    if (!recipe.base || mlops__gc_is_marked(self, recipe.base, 32)) return MLOPS_OK;
    MLOPS_TRY(find_or_add(self, key.data, &at, err));
    if (at) lean_at(self, at - 1)->is_named = 1;
    else self->knows_leaning = 0;
    return MLOPS_OK;
}

/* An erasure has written anew what it had to. */
mlops_status mlops__gc_leaning(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    if (self->store->condemned || self->opts.flags & MLOPS_GC_KEEP_BASES) return MLOPS_END;
    if (self->key.size == 0) self->knows_leaning = 1;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__gc_walk(self, &index, MLOPS__TABLE_OBJECTS, pass_leaning, err);
    mlops__store_read_end(&index);
    return status;
}

/* ---- what they take ---- */

static mlops_status find_row(mlops__index *index, uint8_t table, mlops__bytes key,
                             mlops__bytes *value, mlops__pack_place *place, mlops_error *err) {
    mlops_status status = mlops__index_get(index, table, key, value, err);
    if (status) return status == MLOPS_E_NOT_FOUND ? MLOPS_END : status;
    return mlops__gc_place(key, key.size, *value, place) && place->pack > 0 ? MLOPS_OK : MLOPS_END;
}

/* Bytes of packs for the chunks of a recipe; own: for those that nothing else needs. */
static mlops_status weigh(mlops__gc *self, mlops__index *index, mlops__recipe pieces, double *all,
                          double *own, mlops_error *err) {
    mlops__piece piece;
    mlops__bytes value;
    mlops__pack_place place;
    while (mlops__recipe_next(&pieces, &piece)) {
        mlops__bytes key = {piece.key, MLOPS__CHUNK_KEY};
        if (!piece.key) continue;
        mlops_status status = find_row(index, MLOPS__TABLE_CHUNKS, key, &value, &place, err);
        if (status == MLOPS_END) continue;
        MLOPS_TRY(status);
        uint64_t hash = mlops__hash_64_seeded(key.data, key.size, self->seed);
        double n = (double)mlops__gc_bytes_of(value);
        *all += n;
        if (mlops__gc_is_live(self, key, place) || mlops__bloom_has(&self->counted, hash)) continue;
        mlops__bloom_add(&self->counted, hash);
        *own += n;
    }
    return MLOPS_OK;
}

static mlops_status link_base(mlops__gc *self, mlops__index *index, size_t i,
                              const uint8_t base[32], mlops_error *err) {
    uint32_t at;
    MLOPS_TRY(find_or_add(self, base, &at, err));
    if (at == 0) {
        mlops_status status = mlops__gc_mark_closure(self, index, base, err);
        return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
    }
    lean_at(self, i)->base = at;
    lean_at(self, at - 1)->n_left++;
    return MLOPS_OK;
}

static mlops_status look_at(mlops__gc *self, mlops__index *index, size_t i, mlops_error *err) {
    uint8_t id[32], base[32];
    mlops__bytes value;
    mlops__pack_place place;
    mlops__recipe recipe;
    double all = 0, own;
    name_of(self, i, id);
    mlops__bytes key = {id, sizeof id};
    mlops_status status = find_row(index, MLOPS__TABLE_OBJECTS, key, &value, &place, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status; /* it is lost, or in the journal */
    int is_needed = !lean_at(self, i)->is_named && mlops__gc_is_live(self, key, place);
    own = (double)mlops__gc_bytes_of(value);
    status = mlops__gc_read_recipe(self, id, place, &recipe, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    if (is_needed) mlops__gc_mark_pieces(self, recipe);
    MLOPS_TRY(weigh(self, index, recipe, &all, &own, err));
    mlops__gc_lean *lean = lean_at(self, i);
    lean->is_fixed = (uint8_t)is_needed;
    lean->size = (double)recipe.size;
    lean->own = own;
    self->stat.n_bases += !lean->is_named && !is_needed;
    if (recipe.base) memcpy(base, recipe.base, sizeof base);
    if (recipe.base) return link_base(self, index, i, base, err);
    if (recipe.size) lean->ratio = all / (double)recipe.size;
    return MLOPS_OK;
}

/* ---- what becomes of them ---- */

/* Those on which nothing leans that was not yet counted; a circle is left out, and stays. */
static mlops_status sort(mlops__gc *self, mlops_error *err) {
    size_t n = n_leans(self);
    for (size_t i = 0; i < n; i++)
        if (lean_at(self, i)->n_left == 0) mlops__buf_u32(&self->order, (uint32_t)i);
    for (size_t k = 0; k < self->order.size / 4; k++) {
        const mlops__gc_lean *lean = lean_at(self, mlops__load_u32(self->order.data + k * 4));
        if (lean->base && --lean_at(self, lean->base - 1)->n_left == 0)
            mlops__buf_u32(&self->order, lean->base - 1);
    }
    return self->order.status ? mlops__gc_nomem(self, err) : MLOPS_OK;
}

static mlops__gc_lean *in_order(const mlops__gc *self, size_t k) {
    return lean_at(self, mlops__load_u32(self->order.data + k * 4));
}

/* Something may have come to need it since. */
static void look_again(mlops__gc *self) {
    uint8_t id[32];
    for (size_t i = 0; i < n_leans(self); i++) {
        mlops__gc_lean *lean = lean_at(self, i);
        name_of(self, i, id);
        if (!lean->is_named && mlops__gc_is_marked(self, id, sizeof id)) lean->is_fixed = 1;
    }
}

static double bytes_anew(const mlops__gc_lean *lean) { return lean->size * lean->ratio; }

static double cost_as_is(const mlops__gc_lean *lean) {
    return lean->is_fixed ? lean->kept : lean->own + lean->kept;
}

static double cost_anew(const mlops__gc *self, const mlops__gc_lean *lean) {
    return lean->base ? bytes_anew(lean) / self->opts.remake_max + lean->kept : NEVER;
}

static double cost_of_going(const mlops__gc_lean *lean) {
    return lean->is_named ? NEVER : lean->gone;
}

/* Without its base. */
static double cost_alone(const mlops__gc *self, const mlops__gc_lean *lean) {
    double anew = cost_anew(self, lean), going = cost_of_going(lean);
    if (lean->is_fixed) return NEVER;
    return anew < going ? anew : going;
}

static mlops__gc_fate fate_of(const mlops__gc *self, const mlops__gc_lean *lean) {
    double alone = cost_alone(self, lean);
    int loses = lean->base && lean_at(self, lean->base - 1)->fate == MLOPS__GC_GOES;
    if (!loses && cost_as_is(lean) <= alone) return MLOPS__GC_STAYS;
    return cost_of_going(lean) <= alone ? MLOPS__GC_GOES : MLOPS__GC_REMADE;
}

static void decide(mlops__gc *self) {
    size_t n = self->order.size / 4;
    for (size_t k = n; k-- > 0;) {
        mlops__gc_lean *lean = in_order(self, k);
        if (lean->base) lean->ratio = lean_at(self, lean->base - 1)->ratio;
    }
    for (size_t k = 0; k < n; k++) {
        const mlops__gc_lean *lean = in_order(self, k);
        double as_is = cost_as_is(lean), alone = cost_alone(self, lean);
        if (!lean->base) continue;
        mlops__gc_lean *base = lean_at(self, lean->base - 1);
        base->kept += as_is < alone ? as_is : alone;
        base->gone += alone;
    }
    for (size_t k = n; k-- > 0;) {
        mlops__gc_lean *lean = in_order(self, k);
        lean->fate = (uint8_t)fate_of(self, lean);
        self->stat.n_dead_bases += lean->fate == MLOPS__GC_GOES;
        if (lean->fate != MLOPS__GC_REMADE) continue;
        self->stat.n_remade++;
        self->stat.remade_bytes += (int64_t)bytes_anew(lean);
    }
}

static mlops_status begin_bases(mlops__gc *self, mlops_error *err) {
    size_t bytes = mlops__bloom_bytes(&self->marks) / COUNTED;
    if (self->counted.words) return MLOPS_OK;
    if (mlops__bloom_init(&self->counted, &self->store->host.allocator, bytes)) return MLOPS_OK;
    return mlops__fail_nomem(err, bytes);
}

mlops_status mlops__gc_bases(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    if (n_leans(self) == 0) return MLOPS_END;
    MLOPS_TRY(begin_bases(self, err));
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    while (!status && self->at_lean < n_leans(self)) {
        status = look_at(self, &index, self->at_lean++, err);
        if (mlops__gc_is_late(self)) break;
    }
    mlops__store_read_end(&index);
    if (status || self->at_lean < n_leans(self)) return status;
    self->at_lean = 0;
    look_again(self);
    MLOPS_TRY(sort(self, err));
    decide(self);
    return MLOPS_END;
}

/* ---- what stays ---- */

/* What it leads over is marked by itself, since that may be another object by then. */
static mlops_status keep(mlops__gc *self, mlops__index *index, size_t i, mlops_error *err) {
    uint8_t id[32];
    mlops__bytes value;
    mlops__pack_place place;
    mlops__recipe recipe;
    mlops__gc_fate fate = (mlops__gc_fate)lean_at(self, i)->fate;
    if (fate == MLOPS__GC_GOES) return MLOPS_OK;
    name_of(self, i, id);
    mlops_status status =
        find_row(index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, sizeof id}, &value, &place, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    mlops__gc_mark(self, id, sizeof id);
    if (fate == MLOPS__GC_REMADE) return MLOPS_OK;
    status = mlops__gc_read_recipe(self, id, place, &recipe, err);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    mlops__gc_mark_pieces(self, recipe);
    return MLOPS_OK;
}

mlops_status mlops__gc_kept(mlops__gc *self, mlops_error *err) {
    mlops__index index;
    if (n_leans(self) == 0) return MLOPS_END;
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = MLOPS_OK;
    while (!status && self->at_lean < n_leans(self)) {
        status = keep(self, &index, self->at_lean++, err);
        if (mlops__gc_is_late(self)) break;
    }
    mlops__store_read_end(&index);
    if (status || self->at_lean < n_leans(self)) return status;
    self->at_lean = 0;
    return MLOPS_END;
}

/* ---- writing anew ---- */

static mlops_status mark_all(mlops__gc *self, size_t i, mlops_error *err) {
    uint8_t id[32];
    mlops__index index;
    name_of(self, i, id);
    MLOPS_TRY(mlops__store_read_begin(self->store, &index, err));
    mlops_status status = mlops__gc_mark_closure(self, &index, id, err);
    mlops__store_read_end(&index);
    return status == MLOPS_E_NOT_FOUND ? MLOPS_OK : status;
}

/* It is kept as it is, and so is what it leads over. */
static int stays_so(mlops_status status) {
    return status == MLOPS_E_CORRUPT || status == MLOPS_E_UNSUPPORTED || status == MLOPS_E_BUSY ||
           status == MLOPS_E_ERASED || status == MLOPS_E_NO_SPACE;
}

static mlops_status remake_some(mlops__gc *self, size_t i, mlops_error *err) {
    mlops_id id;
    name_of(self, i, id.bytes);
    if (self->no_space) return MLOPS_E_NO_SPACE;
    if (!self->rewrite) return mlops__rewrite_begin(&self->rewrite, self->store, &id, err);
    return mlops__rewrite_some(self->rewrite, err);
}

mlops_status mlops__gc_remake(mlops__gc *self, mlops_error *err) {
    size_t i = self->at_lean;
    if (self->opts.flags & MLOPS_GC_DRY_RUN || i == n_leans(self)) return MLOPS_END;
    const mlops__gc_lean *lean = lean_at(self, i);
    if (lean->fate == MLOPS__GC_REMADE) {
        mlops_status status = remake_some(self, i, err);
        if (status != MLOPS_END && !stays_so(status)) return status;
        self->no_space |= status == MLOPS_E_NO_SPACE;
        self->stat.n_remade -= status != MLOPS_END;
        self->stat.remade_bytes -= status != MLOPS_END ? (int64_t)bytes_anew(lean) : 0;
        mlops__rewrite_end(self->rewrite);
        self->rewrite = NULL;
        MLOPS_TRY(mark_all(self, i, err));
    }
    self->at_lean++;
    return MLOPS_OK;
}
