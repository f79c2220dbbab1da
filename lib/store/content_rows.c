/* Delimited text as rows: groups of columns, and what changes rows of the version before.
 *
 * Owns the rows that are compared. Invariants: what is planned of a base is the same text there, by
 * its hash, or was compared cell by cell; what finds no way back to its base for long is kept as
 * bytes, so that text whose rows come and go everywhere costs no more than other content.
 */
#include "store/packer.h"

#include <string.h>

enum {
    LOST_MAX = 16,       /* times that rows may cease to correspond */
    LOST_TEXT = 1 << 18, /* and once more for so many bytes */
    ROWS_FOUND = 4,      /* in a row that show the way back */
    HASHES_MAX = 1 << 20 /* rows of the base that are looked through for it */
};

void mlops__packer_rows_init(mlops__packer *p) {
    const mlops_allocator *allocator = &p->store->host.allocator;
    mlops__row_planner *rows = &p->rows;
    mlops__grid_init(&rows->grid, allocator);
    mlops__tabular_init(&rows->base, p->store, NULL);
    mlops__patch_init(&rows->patch, allocator);
    mlops__buf_init(&rows->was, allocator);
    mlops__buf_init(&rows->hashes, allocator);
    mlops__buf_init(&rows->zones, allocator);
}

static void drop_slots(mlops__packer *p) {
    mlops__row_planner *rows = &p->rows;
    mlops__free(&p->store->host.allocator, rows->slots, rows->n_slots * sizeof *rows->slots);
    rows->slots = NULL;
    rows->n_slots = 0;
}

void mlops__packer_rows_free(mlops__packer *p) {
    mlops__row_planner *rows = &p->rows;
    drop_slots(p);
    mlops__packer_warm_free(p);
    mlops__buf_free(&rows->hashes);
    mlops__buf_free(&rows->zones);
    mlops__patch_free(&rows->patch);
    mlops__buf_free(&rows->was);
    mlops__tabular_free(&rows->base);
    mlops__grid_free(&rows->grid);
}

/* ---- the base ---- */

static int sniff(mlops__dialect *out, const uint8_t *bytes, size_t n) {
    if (n < MLOPS__CHUNK_NORMAL) return 0;
    return mlops__dialect_sniff(out, bytes, n < MLOPS__SNIFF ? n : MLOPS__SNIFF);
}

int mlops__content_has_rows(const uint8_t *bytes, size_t n) {
    mlops__dialect unused;
    return sniff(&unused, bytes, n);
}

static mlops_status open_base(mlops__row_planner *rows, const uint8_t *id, mlops_error *err) {
    uint8_t name[32];
    memcpy(name, id, sizeof name);
    rows->base.n = 0;
    memcpy(rows->base_id, name, sizeof name);
    return mlops__tabular_open(&rows->base, name, err);
}

/* Version n stands on version n - 8^k, where 8^k is the highest power of 8 that divides n: each
 * edit is told again no more than once a power, and reading leads over few objects. */
static mlops_status choose_base(mlops__row_planner *rows, const mlops_id *like, uint32_t *number,
                                mlops_error *err) {
    uint64_t step = 1;
    mlops_status status = open_base(rows, like->bytes, err);
    if (status) return status;
    const mlops__recipe *recipe = &rows->base.levels[0].recipe;
    if (recipe->number == UINT32_MAX) return MLOPS_E_NOT_FOUND; /* none comes behind it */
    *number = recipe->number + 1;
    while (*number % (step * 8) == 0) step *= 8;
    while (recipe->base && recipe->number > *number - step) {
        uint32_t above = recipe->number;
        status = open_base(rows, recipe->base, err);
        if (status) return MLOPS_E_CORRUPT;
        recipe = &rows->base.levels[0].recipe;
        if (recipe->number >= above) return MLOPS_E_CORRUPT;
    }
    return recipe->depth < MLOPS__ROWS_DEPTH_MAX ? MLOPS_OK : MLOPS_E_NOT_FOUND;
}

static mlops_status begin_base(mlops__packer *p, const mlops_id *like, uint32_t *number,
                               mlops_error *err) {
    mlops__index index;
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    p->rows.base.index = &index;
    mlops_status status = choose_base(&p->rows, like, number, err);
    mlops__store_read_end(&index);
    p->rows.has_base = status == MLOPS_OK;
    /* damage is found again where the content is read; END: it is kept in another way */
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_E_CORRUPT ? MLOPS_OK : status;
}

mlops_status mlops__packer_rows_begin(mlops__packer *p, const mlops_id *like, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    uint32_t number = 0;
    rows->has_base = 0;
    rows->base_row = rows->same.rows = 0;
    rows->n_lost = 0;
    rows->n_loaded = 0;
    rows->zones.size = 0;
    rows->grid.n = rows->base.grid.n = 0;
    mlops__patch_drop(&rows->patch);
    drop_slots(p);
    mlops__packer_warm_free(p);
    size_t n;
    const uint8_t *bytes = mlops__packer_ahead(p, &n);
    if (!sniff(&rows->dialect, bytes, n)) return MLOPS_END;
    mlops_status status = like ? begin_base(p, like, &number, err) : MLOPS_OK;
    if (status) return status;
    p->kind = rows->has_base ? MLOPS__PACK_ROWS_BASED : MLOPS__PACK_ROWS;
    if (rows->has_base)
        mlops__recipe_begin_based(&p->recipe, p->n, rows->base_id, number,
                                  rows->base.levels[0].recipe.depth + 1);
    else mlops__recipe_begin(&p->recipe, p->n);
    return MLOPS_OK;
}

/* ---- pieces ---- */

static void put_same(mlops__packer *p) {
    if (p->rows.same.rows) mlops__recipe_put_rows(&p->recipe, &p->rows.same);
    p->rows.same.rows = 0;
}

/* Rows of the base that are next in the text, too. */
static mlops_status add_same(mlops__packer *p, uint64_t row, uint64_t n, uint64_t size,
                             mlops_error *err) {
    mlops__piece *same = &p->rows.same;
    if (same->rows && same->base_row + same->rows != row) put_same(p);
    if (same->rows == 0) {
        *same = (mlops__piece){.kind = MLOPS__PIECE_SAME, .base_row = row};
        MLOPS_TRY(mlops__tabular_at(&p->rows.base, row, &same->base_at, err));
    }
    same->rows += n;
    same->size += size;
    return MLOPS_OK;
}

static mlops_status plan_chunk(mlops__packer *p, mlops__index *index,
                               const uint8_t key[MLOPS__CHUNK_KEY], const mlops__buf *bytes,
                               mlops_error *err) {
    mlops__chunk_found found;
    MLOPS_TRY(mlops__content_has_chunk_now(p->store, index, key, bytes->data, &found, err));
    if (found == MLOPS__CHUNK_THERE) return MLOPS_OK;
    return mlops__packer_chunk(p, key, bytes->data, bytes->size, MLOPS__CHUNK_UNPLACED, err);
}

/* What cells of the patch that was put last were. */
static mlops_status put_was(mlops__packer *p, mlops__index *index, mlops_error *err) {
    const mlops__buf *was = &p->rows.was;
    uint8_t key[MLOPS__CHUNK_KEY];
    if (was->size == 0) return MLOPS_OK;
    mlops__chunk_key(key, was->data, was->size);
    mlops__recipe_put_about(&p->recipe, MLOPS__PIECE_WAS, key);
    return plan_chunk(p, index, key, was, err);
}

/* A group or patch, whose bytes are in the buffer of operations. */
static mlops_status put_chunk(mlops__packer *p, mlops__index *index, mlops__piece *piece,
                              mlops_error *err) {
    uint8_t key[MLOPS__CHUNK_KEY];
    mlops__chunk_key(key, p->ops.data, p->ops.size);
    piece->key = key;
    put_same(p);
    mlops__recipe_put_rows(&p->recipe, piece);
    return plan_chunk(p, index, key, &p->ops, err);
}

/* Whether a patch without cells changes nothing: it may give the last row a line end. */
static mlops_status is_same(mlops__packer *p, int *out, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    uint64_t from, to;
    *out = 0;
    if (rows->patch.n_cells) return MLOPS_OK;
    MLOPS_TRY(mlops__tabular_at(&rows->base, rows->patch_row, &from, err));
    MLOPS_TRY(mlops__tabular_at(&rows->base, rows->patch_row + rows->patch.n_rows, &to, err));
    *out = to - from == rows->patch.text_size;
    return MLOPS_OK;
}

static mlops_status settle(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    mlops__patch_writer *patch = &rows->patch;
    mlops__piece piece = {.kind = MLOPS__PIECE_PATCH,
                          .size = patch->text_size,
                          .rows = patch->n_rows,
                          .base_row = rows->patch_row};
    int same;
    if (patch->n_rows == 0) return MLOPS_OK;
    MLOPS_TRY(is_same(p, &same, err));
    if (same) {
        mlops__patch_drop(patch);
        return add_same(p, piece.base_row, piece.rows, piece.size, err);
    }
    p->ops.size = rows->was.size = 0;
    MLOPS_TRY(mlops__patch_end(patch, &p->ops, &rows->was, err));
    MLOPS_TRY(put_chunk(p, index, &piece, err));
    return put_was(p, index, err);
}

/* The rows that are next, of n bytes at the most, into the grid: 0 of them if one takes more than
 * the packer looks at so far. MLOPS_END if it takes more than a row may. */
static mlops_status parse(mlops__packer *p, const uint8_t *text, size_t n, size_t *taken,
                          mlops_error *err) {
    mlops_status status = mlops__grid_parse(&p->rows.grid, &p->rows.dialect, text, n,
                                            mlops__packer_is_last(p, n), taken, err);
    if (status) return status == MLOPS_E_LIMIT ? MLOPS_END : status;
    return *taken || mlops__packer_reach_far(p) ? MLOPS_OK : MLOPS_END;
}

/* Rows that were parsed, of n bytes, by themselves. */
static mlops_status put_parsed(mlops__packer *p, mlops__index *index, const uint8_t *text, size_t n,
                               mlops_error *err) {
    mlops__grid *grid = &p->rows.grid;
    uint8_t hash[MLOPS__TEXT_HASH];
    p->ops.size = 0;
    MLOPS_TRY(mlops__group_write(grid, &p->ops, err));
    MLOPS_TRY(mlops__zones_add(grid, &p->rows.zones, err));
    mlops__hash128 h = mlops__hash_128(text, n);
    mlops__store_u64(hash, h.low);
    mlops__store_u64(hash + 8, h.high);
    mlops__piece piece = {.kind = MLOPS__PIECE_GROUP, .size = n, .rows = grid->n, .hash = hash};
    p->at += n;
    return put_chunk(p, index, &piece, err);
}

/* The next n bytes of text, or as many of them as make a group, by themselves. */
static mlops_status put_group(mlops__packer *p, mlops__index *index, const uint8_t *text, size_t n,
                              mlops_error *err) {
    size_t taken;
    mlops_status status = parse(p, text, n, &taken, err);
    return status || taken == 0 ? status : put_parsed(p, index, text, taken, err);
}

/* ---- the way back ---- */

/* Hashes of the rows of the base behind those that are known, a load of them. */
static mlops_status more_hashes(mlops__row_planner *rows, mlops_error *err) {
    uint64_t row = rows->base_row + rows->hashes.size / sizeof(uint64_t);
    if (row >= mlops__tabular_rows(&rows->base) || row - rows->base_row >= HASHES_MAX)
        return MLOPS_OK;
    MLOPS_TRY(mlops__tabular_load(&rows->base, row, MLOPS__GROUP_ROWS, err));
    size_t n = rows->base.grid.n;
    uint8_t *place = mlops__buf_extend(&rows->hashes, n * sizeof(uint64_t));
    if (!place) return mlops__fail_nomem(err, n * sizeof(uint64_t));
    return mlops__grid_hash(&rows->base.grid, 0, n, (uint64_t *)(void *)place, err);
}

static const uint64_t *hashes_of(const mlops__row_planner *rows, size_t *n) {
    *n = rows->hashes.size / sizeof(uint64_t);
    return (const uint64_t *)(const void *)rows->hashes.data;
}

/* The first of equal ones is found. */
static mlops_status make_slots(mlops__packer *p, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    size_t n, n_slots = 64;
    const uint64_t *hashes = hashes_of(rows, &n);
    drop_slots(p);
    while (n_slots < 2 * n) n_slots *= 2;
    rows->slots = mlops__alloc_array(&p->store->host.allocator, n_slots, sizeof *rows->slots);
    if (!rows->slots) return mlops__fail_nomem(err, n_slots * sizeof *rows->slots);
    rows->n_slots = n_slots;
    for (size_t i = 0; i < n; i++) {
        size_t at = (size_t)hashes[i] & (n_slots - 1);
        while (rows->slots[at] && hashes[rows->slots[at] - 1] != hashes[i])
            at = (at + 1) & (n_slots - 1);
        if (!rows->slots[at]) rows->slots[at] = (uint32_t)i + 1;
    }
    return MLOPS_OK;
}

/* Where rows of the text, by their hashes, are rows of the base again: several, or all that are
 * left. False if nowhere. */
static int find_back(const mlops__row_planner *rows, const uint64_t *text, size_t n, size_t *at,
                     size_t *base) {
    size_t n_base;
    const uint64_t *hashes = hashes_of(rows, &n_base);
    for (*at = 0; *at < n; ++*at) {
        size_t slot = (size_t)text[*at] & (rows->n_slots - 1), same = 0;
        while (rows->slots[slot] && hashes[rows->slots[slot] - 1] != text[*at])
            slot = (slot + 1) & (rows->n_slots - 1);
        if (!rows->slots[slot]) continue;
        *base = rows->slots[slot] - 1;
        while (same < ROWS_FOUND && *at + same < n && *base + same < n_base &&
               text[*at + same] == hashes[*base + same])
            same++;
        if (same == ROWS_FOUND || *at + same == n || *base + same == n_base) return 1;
    }
    return 0;
}

/* Rows come until the text is found in the base again, or the base in the text. */
static mlops_status find_way(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    mlops__buf hashes;
    size_t taken, n, at = 0, base = 0;
    const uint8_t *text = mlops__packer_ahead(p, &n);
    MLOPS_TRY(more_hashes(rows, err));
    MLOPS_TRY(make_slots(p, err));
    mlops_status status = parse(p, text, n, &taken, err);
    if (status || taken == 0) return status;
    n = rows->grid.n;
    mlops__buf_init(&hashes, &p->store->host.allocator);
    uint64_t *list = (uint64_t *)(void *)mlops__buf_extend(&hashes, n * sizeof *list);
    if (!list) return mlops__fail_nomem(err, n * sizeof *list);
    status = mlops__grid_hash(&rows->grid, 0, n, list, err);
    int found = !status && find_back(rows, list, n, &at, &base);
    p->ops.size = 0;
    if (found && at) status = mlops__grid_render(&rows->grid, 0, at, taken, &p->ops, NULL, err);
    mlops__buf_free(&hashes);
    MLOPS_TRY(status);
    if (!found) return put_parsed(p, index, text, taken, err);
    if (at) MLOPS_TRY_END(put_group(p, index, text, p->ops.size, err));
    rows->base_row += base;
    rows->base.grid.n = 0;
    drop_slots(p);
    rows->hashes.size = 0;
    return MLOPS_OK;
}

/* ---- planning ---- */

int mlops__packer_rows_are_alone(const mlops__packer *p) {
    const mlops__row_planner *rows = &p->rows;
    if (p->kind == MLOPS__PACK_ROWS) return 1;
    return p->kind == MLOPS__PACK_ROWS_BASED && !rows->slots &&
           rows->base_row == mlops__tabular_rows(&rows->base);
}

/* A group of the base that the text goes on with, by its hash; MLOPS_END if it does not, or cells
 * are to be compared. */
static mlops_status take_group(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    mlops__piece group;
    size_t n;
    const uint8_t *text = mlops__packer_ahead(p, &n);
    if (p->store->verifies) return MLOPS_END;
    mlops_status status = mlops__tabular_group(&rows->base, rows->base_row, &group, err);
    if (status || group.size > p->n - p->at) return status ? status : MLOPS_END;
    if (group.size > n) return mlops__packer_reach_far(p) ? MLOPS_OK : MLOPS_END;
    mlops__hash128 h = mlops__hash_128(text, (size_t)group.size);
    if (h.low != mlops__load_u64(group.hash) || h.high != mlops__load_u64(group.hash + 8))
        return MLOPS_END;
    MLOPS_TRY(settle(p, index, err));
    MLOPS_TRY(add_same(p, rows->base_row, group.rows, group.size, err));
    rows->base_row += group.rows;
    p->at += group.size;
    return MLOPS_OK;
}

static mlops_status compare(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    mlops__tabular *base = &rows->base;
    mlops__patch_stop stop;
    size_t n_rows, n_bytes, left;
    const uint8_t *text = mlops__packer_ahead(p, &left);
    int is_last = mlops__packer_is_last(p, left);
    if (rows->base_row < base->grid_row || rows->base_row - base->grid_row >= base->grid.n) {
        if (!mlops__packer_warm_take(p, rows->base_row))
            MLOPS_TRY(mlops__tabular_load(base, rows->base_row, MLOPS__GROUP_ROWS, err));
        rows->n_loaded += base->grid.n;
    }
    if (rows->patch.n_rows == 0) rows->patch_row = rows->base_row;
    MLOPS_TRY(mlops__patch_add(&rows->patch, &base->grid, (size_t)(rows->base_row - base->grid_row),
                               text, left, is_last, &n_rows, &n_bytes, &stop, err));
    rows->base_row += n_rows;
    p->at += n_bytes;
    if (stop == MLOPS__PATCH_FULL) return settle(p, index, err);
    if (stop == MLOPS__PATCH_BASE && n_rows) return MLOPS_OK;
    if (p->at == p->n) return MLOPS_OK;
    if (stop == MLOPS__PATCH_TEXT && !is_last && (n_rows || mlops__packer_reach_far(p)))
        return MLOPS_OK;
    MLOPS_TRY(settle(p, index, err));
    if (++rows->n_lost > LOST_MAX + (int64_t)(p->at / LOST_TEXT)) return MLOPS_END;
    return find_way(p, index, err);
}

static mlops_status plan(mlops__packer *p, mlops__index *index, mlops_error *err) {
    mlops__row_planner *rows = &p->rows;
    size_t n;
    const uint8_t *text = mlops__packer_ahead(p, &n);
    if (mlops__packer_rows_are_alone(p)) return put_group(p, index, text, n, err);
    if (rows->slots) return find_way(p, index, err);
    mlops_status status = take_group(p, index, err);
    return status == MLOPS_END ? compare(p, index, err) : status;
}

mlops_status mlops__packer_rows_plan(mlops__packer *p, mlops__index *index, mlops_error *err) {
    p->rows.base.index = index;
    mlops_status status = plan(p, index, err);
    if (status || (p->at < p->n && !mlops__packer_rows_are_alone(p))) return status;
    MLOPS_TRY(settle(p, index, err));
    put_same(p);
    return MLOPS_OK;
}

mlops_status mlops__packer_rows_end(mlops__packer *p, mlops_error *err) {
    uint8_t key[MLOPS__CHUNK_KEY];
    mlops__index index;
    const mlops__buf *zones = &p->rows.zones;
    size_t n = zones->size / sizeof(mlops__zone), n_columns = p->rows.dialect.n_columns;
    if (n == 0 || n > MLOPS__ZONES_MAX) return MLOPS_OK;
    p->ops.size = 0;
    MLOPS_TRY(mlops__zones_write(&p->rows.dialect, (const mlops__zone *)(const void *)zones->data,
                                 n / n_columns, &p->ops, err));
    mlops__chunk_key(key, p->ops.data, p->ops.size);
    mlops__recipe_put_about(&p->recipe, MLOPS__PIECE_ZONES, key);
    if (p->recipe.status) return mlops__fail_nomem(err, p->recipe.size);
    MLOPS_TRY(mlops__store_read_begin(p->store, &index, err));
    mlops_status status = plan_chunk(p, &index, key, &p->ops, err);
    mlops__store_read_end(&index);
    return status;
}
