/* Reading what is kept as rows: groups, and through patches the rows of a base.
 *
 * Owns the buffers of a reader, which the store keeps for the next one when it ends. Invariants: a
 * chunk that is used has the hash that it was found by; bases lead no further than
 * MLOPS__ROWS_DEPTH_MAX objects, whatever the bytes say; each load gives a row at the least, so
 * that every read ends.
 */
#include "store/tabular.h"

#include "store/content.h"

#include <string.h>

enum {
    RUN = 2048,         /* rows whose text is made at once, at the most */
    IDLE_MAX = 2 << 20, /* bytes of buffers that are kept */
    LEVEL_BUFS = 5
};

static mlops__tabular_part *parts_of(const mlops__tabular_level *level) {
    return (mlops__tabular_part *)(void *)level->parts.data;
}

/* ---- buffers ---- */

static void list_buffers(mlops__tabular_level *level, mlops__buf *out[LEVEL_BUFS]) {
    out[0] = &level->recipe_bytes;
    out[1] = &level->parts;
    out[2] = &level->chunk;
    out[3] = &level->was;
    out[4] = &level->zones;
}

static void init(mlops__tabular *self, mlops_store *store) {
    const mlops_allocator *allocator = &store->host.allocator;
    memset(self, 0, sizeof *self);
    self->store = store;
    mlops__codec_init(&self->codec, &store->host);
    mlops__buf_init(&self->payload, allocator);
    mlops__grid_init(&self->grid, allocator);
    mlops__buf_init(&self->text, allocator);
}

static void drop(mlops__tabular *self) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    mlops__buf *bufs[LEVEL_BUFS];
    for (int i = 0; i < self->cap; i++) {
        list_buffers(&self->levels[i], bufs);
        for (int k = 0; k < LEVEL_BUFS; k++) mlops__buf_free(bufs[k]);
    }
    mlops__free(allocator, self->levels, (size_t)self->cap * sizeof *self->levels);
    mlops__codec_free(&self->codec);
    mlops__buf_free(&self->payload);
    mlops__grid_free(&self->grid);
    mlops__buf_free(&self->text);
}

/* SIZE_MAX if one of them has failed. */
static size_t memory_of(const mlops__tabular *self) {
    const mlops__buf *others[] = {&self->payload, &self->text, &self->codec.soft};
    mlops__buf *bufs[LEVEL_BUFS];
    size_t out = mlops__grid_memory(&self->grid);
    int failed = out == SIZE_MAX;
    for (int i = 0; i < self->cap; i++) {
        list_buffers(&self->levels[i], bufs);
        for (int k = 0; k < LEVEL_BUFS; k++) {
            out += bufs[k]->cap;
            failed |= bufs[k]->status != MLOPS_OK;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        out += others[i]->cap;
        failed |= others[i]->status != MLOPS_OK;
    }
    return failed ? SIZE_MAX : out;
}

/* Pages that are new to the process take as long as reading a row does. */
static int keep(const mlops__tabular *self) {
    mlops_store *store = self->store;
    int state = MLOPS__IDLE_NONE;
    if (self->cap == 0 || memory_of(self) > IDLE_MAX) return 0;
    if (!atomic_compare_exchange_strong(&store->idle_state, &state, MLOPS__IDLE_MOVES)) return 0;
    *store->idle = *self;
    atomic_store(&store->idle_state, MLOPS__IDLE_THERE);
    return 1;
}

static int take_idle(mlops__tabular *self, mlops_store *store) {
    int state = MLOPS__IDLE_THERE;
    if (!atomic_compare_exchange_strong(&store->idle_state, &state, MLOPS__IDLE_MOVES)) return 0;
    *self = *store->idle;
    atomic_store(&store->idle_state, MLOPS__IDLE_NONE);
    return 1;
}

void mlops__tabular_init(mlops__tabular *self, mlops_store *store, mlops__index *index) {
    if (take_idle(self, store)) {
        self->elsewhere = NULL;
        self->is_locked = self->n = 0;
        self->text.size = self->grid.n = 0;
        self->grid_row = self->text_row = self->text_at = 0;
    } else init(self, store);
    self->index = index;
}

void mlops__tabular_free(mlops__tabular *self) {
    if (!keep(self)) drop(self);
}

void mlops__tabular_drop_idle(mlops_store *store) {
    mlops__tabular idle;
    if (take_idle(&idle, store)) drop(&idle);
}

/* ---- objects ---- */

static mlops_status more_levels(mlops__tabular *self, mlops_error *err) {
    const mlops_allocator *allocator = &self->store->host.allocator;
    int cap = self->cap ? MLOPS__ROWS_DEPTH_MAX + 1 : 4;
    size_t size = (size_t)cap * sizeof *self->levels,
           old = (size_t)self->cap * sizeof *self->levels;
    mlops__buf *bufs[LEVEL_BUFS];
    if (self->n < self->cap) return MLOPS_OK;
    mlops__tabular_level *levels = mlops__alloc_zero(allocator, size);
    if (!levels) return mlops__fail_nomem(err, size);
    if (old) memcpy(levels, self->levels, old);
    mlops__free(allocator, self->levels, old);
    for (int i = self->cap; i < cap; i++) {
        list_buffers(&levels[i], bufs);
        for (int k = 0; k < LEVEL_BUFS; k++) mlops__buf_init(bufs[k], allocator);
    }
    self->levels = levels;
    self->cap = cap;
    return MLOPS_OK;
}

static mlops_status list_parts(mlops__tabular_level *level, mlops_error *err) {
    mlops__recipe pieces = level->recipe;
    mlops__tabular_part part = {.row = 0, .at = 0}, *parts;
    size_t n = 0, most = pieces.n_pieces * sizeof part;
    level->zones_key = NULL;
    level->zones.size = 0;
    level->parts.size = 0;
    parts = (mlops__tabular_part *)(void *)mlops__buf_extend(&level->parts, most);
    if (!parts && most) return mlops__fail_nomem(err, most);
    while (mlops__recipe_next(&pieces, &part.piece)) {
        if (part.piece.kind == MLOPS__PIECE_ZONES) {
            level->zones_key = part.piece.key;
            break; /* it is the last */
        }
        if (part.piece.kind == MLOPS__PIECE_WAS) {
            parts[n - 1].was = part.piece.key;
            continue;
        }
        parts[n++] = part;
        part.row += part.piece.rows; /* no more than bytes, which fit */
        part.at += part.piece.size;
        part.group += part.piece.kind == MLOPS__PIECE_GROUP;
    }
    level->n_groups = part.group;
    level->n_rows = part.row;
    level->n_parts = n;
    level->last = 0;
    return MLOPS_OK;
}

static mlops_status find_recipe(mlops__tabular *self, mlops__tabular_level *level,
                                const uint8_t id[32], mlops_error *err) {
    mlops__location at;
    const mlops__elsewhere *from = self->elsewhere;
    if (from) return from->recipe(from->user, id, &level->recipe_bytes, &level->recipe, err);
    MLOPS_TRY(
        mlops__content_find(self->index, MLOPS__TABLE_OBJECTS, (mlops__bytes){id, 32}, &at, err));
    if (at.place.pack == 0) return MLOPS_END;
    if (at.place.pack < 0) return mlops__content_damaged(err);
    if (!self->is_locked) mlops__lock_take(&self->store->lock);
    mlops_status status =
        mlops__content_recipe(self->store, id, &at, &level->recipe_bytes, &level->recipe, err);
    if (!self->is_locked) mlops__lock_give(&self->store->lock);
    return status;
}

mlops_status mlops__tabular_open(mlops__tabular *self, const uint8_t id[32], mlops_error *err) {
    MLOPS_TRY(more_levels(self, err));
    mlops__tabular_level *level = &self->levels[self->n];
    level->recipe_bytes.size = level->parts.size = level->chunk.size = 0;
    mlops_status status = find_recipe(self, level, id, err);
    if (status || !mlops__recipe_has_rows(level->recipe.codec)) return status ? status : MLOPS_END;
    MLOPS_TRY(list_parts(level, err));
    self->n++;
    return MLOPS_OK;
}

mlops_status mlops__tabular_adopt(mlops__tabular *self, mlops__buf *bytes,
                                  const mlops__recipe *recipe, mlops_error *err) {
    MLOPS_TRY(more_levels(self, err));
    mlops__tabular_level *level = &self->levels[self->n];
    mlops__buf before = level->recipe_bytes;
    level->recipe_bytes = *bytes;
    *bytes = before;
    level->recipe = *recipe;
    level->parts.size = level->chunk.size = 0;
    MLOPS_TRY(list_parts(level, err));
    self->n++;
    return MLOPS_OK;
}

mlops_status mlops__tabular_reach(mlops__tabular *self, int level, mlops_error *err) {
    uint8_t id[32];
    if (level + 1 < self->n) return MLOPS_OK;
    if (level == MLOPS__ROWS_DEPTH_MAX) return mlops__content_damaged(err);
    memcpy(id, self->levels[level].recipe.base, sizeof id);
    mlops_status status = mlops__tabular_open(self, id, err);
    return status == MLOPS_E_NOT_FOUND || status == MLOPS_END ? mlops__content_damaged(err)
                                                              : status;
}

uint64_t mlops__tabular_rows(const mlops__tabular *self) { return self->levels[0].n_rows; }

uint64_t mlops__tabular_size(const mlops__tabular *self) { return self->levels[0].recipe.size; }

/* ---- chunks ---- */

/* The chunk of a group or patch into the level's buffer, unless it is there already. */
mlops_status mlops__tabular_chunk(mlops__tabular *self, mlops__tabular_level *level,
                                  const mlops__piece *piece, mlops_error *err) {
    if (level->chunk.size && memcmp(level->key, piece->key, sizeof level->key) == 0)
        return MLOPS_OK;
    level->chunk.size = 0;
    mlops_status status =
        mlops__content_chunk_of(self->store, self->index, self->elsewhere, &self->codec, piece->key,
                                self->is_locked ? NULL : &self->payload, &level->chunk, err);
    const uint8_t *bytes = level->chunk.data;
    size_t n = level->chunk.size;
    if (!status && piece->kind == MLOPS__PIECE_GROUP) {
        status = mlops__group_open(&level->group, bytes, n, err);
        if (!status &&
            (level->group.n_rows != piece->rows || level->group.text_size != piece->size))
            status = mlops__content_damaged(err);
    } else if (!status) {
        status = mlops__patch_open(&level->patch, bytes, n, err);
        if (!status &&
            (level->patch.n_rows != piece->rows || level->patch.text_size != piece->size))
            status = mlops__content_damaged(err);
    }
    if (status) level->chunk.size = 0;
    else memcpy(level->key, piece->key, sizeof level->key);
    return status;
}

/* ---- rows ---- */

/* The last part that begins at a row or in front of it, or at an offset: one of them is asked. */
static mlops__tabular_part *find_part(mlops__tabular_level *level, const uint64_t *row,
                                      const uint64_t *at) {
    mlops__tabular_part *parts = parts_of(level);
    size_t low = 0, high = level->n_parts;
    const mlops__tabular_part *last = &parts[level->last];
    if (row && *row >= last->row && *row - last->row < last->piece.rows) return &parts[level->last];
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (row ? parts[middle].row <= *row : parts[middle].at <= *at) low = middle;
        else high = middle;
    }
    level->last = low;
    return &parts[low];
}

/* Rows of the base that a piece asks for must be there. */
static int is_inside(const mlops__tabular *self, int level, const mlops__piece *piece) {
    uint64_t n = self->levels[level + 1].n_rows;
    return piece->base_row <= n && piece->rows <= n - piece->base_row;
}

mlops_status mlops__tabular_base(mlops__tabular *self, int level, const mlops__piece *piece,
                                 mlops_error *err) {
    MLOPS_TRY(mlops__tabular_reach(self, level, err));
    return is_inside(self, level, piece) ? MLOPS_OK : mlops__content_damaged(err);
}

const mlops__tabular_part *mlops__tabular_part_at(mlops__tabular_level *level, uint64_t row) {
    return find_part(level, &row, NULL);
}

/* A patch changes rows that have all of their columns. */
static mlops_status load(mlops__tabular *self, int level, uint64_t row, size_t n,
                         const uint8_t *wanted, mlops_error *err) {
    if (row >= self->levels[level].n_rows) return mlops__content_damaged(err);
    const mlops__tabular_part *part = find_part(&self->levels[level], &row, NULL);
    const mlops__piece *piece = &part->piece;
    uint64_t from = row - part->row;
    if (n > piece->rows - from) n = (size_t)(piece->rows - from);
    if (piece->kind == MLOPS__PIECE_GROUP) {
        MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], piece, err));
        return mlops__group_read(&self->levels[level].group, (size_t)from, (size_t)from + n, wanted,
                                 &self->grid, err);
    }
    MLOPS_TRY(mlops__tabular_base(self, level, piece, err));
    if (piece->kind == MLOPS__PIECE_PATCH) wanted = NULL;
    MLOPS_TRY(load(self, level + 1, piece->base_row + from, n, wanted, err));
    if (piece->kind == MLOPS__PIECE_SAME) return MLOPS_OK;
    MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], piece, err));
    return mlops__patch_apply(&self->levels[level].patch, (size_t)from, &self->grid, err);
}

mlops_status mlops__tabular_load_base(mlops__tabular *self, int level, uint64_t row, size_t n,
                                      const uint8_t *wanted, mlops_error *err) {
    self->grid_row = row;
    mlops_status status = load(self, level, row, n, wanted, err);
    if (!status && self->grid.n == 0) status = mlops__content_damaged(err);
    if (status) self->grid.n = 0;
    return status;
}

mlops_status mlops__tabular_load_some(mlops__tabular *self, uint64_t row, size_t n,
                                      const uint8_t *wanted, mlops_error *err) {
    return mlops__tabular_load_base(self, 0, row, n, wanted, err);
}

mlops_status mlops__tabular_load(mlops__tabular *self, uint64_t row, size_t n, mlops_error *err) {
    return mlops__tabular_load_some(self, row, n, NULL, err);
}

mlops_status mlops__tabular_group(mlops__tabular *self, uint64_t row, mlops__piece *out,
                                  mlops_error *err) {
    uint64_t room = UINT64_MAX; /* rows from there on that all levels so far agree about */
    for (int level = 0;; level++) {
        if (row >= self->levels[level].n_rows) return MLOPS_END;
        const mlops__tabular_part *part = find_part(&self->levels[level], &row, NULL);
        uint64_t from = row - part->row;
        if (part->piece.rows - from < room) room = part->piece.rows - from;
        *out = part->piece;
        if (out->kind == MLOPS__PIECE_PATCH) return MLOPS_END;
        if (out->kind == MLOPS__PIECE_GROUP)
            return from == 0 && room == out->rows ? MLOPS_OK : MLOPS_END;
        MLOPS_TRY(mlops__tabular_base(self, level, out, err));
        row = out->base_row + from;
    }
}

/* ---- text ---- */

/* A row at which text is known to begin, as near as can be before an offset. */
static mlops_status locate(mlops__tabular *self, int level, uint64_t offset, uint64_t *row,
                           uint64_t *at, mlops_error *err) {
    if (self->levels[level].n_parts == 0) return mlops__content_damaged(err);
    const mlops__tabular_part part = *find_part(&self->levels[level], NULL, &offset);
    uint64_t from = offset - part.at, base_row = 0, base_at = 0;
    *row = part.row;
    *at = part.at;
    if (from >= part.piece.size) return mlops__content_damaged(err);
    if (part.piece.kind != MLOPS__PIECE_SAME)
        MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], &part.piece, err));
    const mlops__tabular_level *here = &self->levels[level];
    if (part.piece.kind == MLOPS__PIECE_GROUP) {
        size_t step = mlops__group_find(&here->group, (uint32_t)from);
        *row += (uint64_t)step * MLOPS__GROUP_STEP;
        *at += mlops__group_mark(&here->group, step);
        return MLOPS_OK;
    }
    if (part.piece.kind == MLOPS__PIECE_PATCH) {
        size_t block = mlops__patch_find(&here->patch, from);
        *row += (uint64_t)block * MLOPS__PATCH_BLOCK;
        *at += mlops__patch_mark(&here->patch, block);
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__tabular_reach(self, level, err));
    if (part.piece.base_at > UINT64_MAX - from) return mlops__content_damaged(err);
    MLOPS_TRY(locate(self, level + 1, part.piece.base_at + from, &base_row, &base_at, err));
    if (base_row <= part.piece.base_row || base_at <= part.piece.base_at) return MLOPS_OK;
    *row += base_row - part.piece.base_row;
    *at += base_at - part.piece.base_at;
    return MLOPS_OK;
}

/* The text of the rows that are next. */
static mlops_status next_text(mlops__tabular *self, mlops_error *err) {
    self->text_at += self->text.size;
    self->text.size = 0;
    MLOPS_TRY(mlops__tabular_load(self, self->text_row, self->run, err));
    self->run = 2 * self->run < RUN ? 2 * self->run : RUN;
    uint64_t left = mlops__tabular_size(self) - self->text_at;
    size_t max = left > SIZE_MAX ? SIZE_MAX : (size_t)left, n = self->grid.n;
    MLOPS_TRY(mlops__grid_render(&self->grid, 0, n, max, &self->text, NULL, err));
    self->text_row += n;
    return self->text.size ? MLOPS_OK : mlops__content_damaged(err);
}

/* Who reads in one place alone is given little more: about as many rows as the bytes take. */
static size_t rows_of(const mlops__tabular *self, uint64_t size) {
    uint64_t rows = size / (mlops__tabular_size(self) / mlops__tabular_rows(self));
    rows += rows / 8 + 16;
    return rows < RUN ? (size_t)rows : RUN;
}

static mlops_status go_to(mlops__tabular *self, uint64_t offset, size_t n, mlops_error *err) {
    if (offset >= self->text_at && offset - self->text_at <= self->text.size && self->text_row)
        return MLOPS_OK;
    self->text.size = 0;
    MLOPS_TRY(locate(self, 0, offset, &self->text_row, &self->text_at, err));
    self->run = rows_of(self, offset - self->text_at + n);
    return MLOPS_OK;
}

mlops_status mlops__tabular_read(mlops__tabular *self, uint64_t offset, uint8_t *out, size_t n,
                                 mlops_error *err) {
    if (n == 0) return MLOPS_OK;
    mlops_status status = go_to(self, offset, n, err);
    while (n && !status) {
        uint64_t from = offset - self->text_at;
        if (from < self->text.size) {
            size_t part = self->text.size - (size_t)from;
            if (part > n) part = n;
            memcpy(out, self->text.data + from, part);
            out += part;
            offset += part;
            n -= part;
        } else status = next_text(self, err);
    }
    if (status) self->text.size = self->text_row = self->text_at = 0;
    return status;
}

/* Text of rows that are loaded for their size alone. */
static mlops_status size_of(mlops__tabular *self, int level, uint64_t row, uint64_t end,
                            uint64_t *size, mlops_error *err) {
    self->text_row = 0; /* what is there is overwritten */
    for (*size = 0; row < end; row += self->grid.n) {
        self->text.size = 0;
        MLOPS_TRY(load(self, level, row, (size_t)(end - row), NULL, err));
        if (self->grid.n == 0) return mlops__content_damaged(err);
        MLOPS_TRY(
            mlops__grid_render(&self->grid, 0, self->grid.n, SIZE_MAX, &self->text, NULL, err));
        *size += self->text.size;
    }
    self->text.size = 0;
    return MLOPS_OK;
}

static mlops_status at_of(mlops__tabular *self, int level, uint64_t row, uint64_t *at,
                          mlops_error *err) {
    *at = self->levels[level].recipe.size;
    if (row >= self->levels[level].n_rows) return MLOPS_OK;
    const mlops__tabular_part *part = find_part(&self->levels[level], &row, NULL);
    uint64_t from = row - part->row, mark = 0, step = 0, size;
    *at = part->at;
    if (from == 0) return MLOPS_OK;
    if (part->piece.kind == MLOPS__PIECE_SAME) {
        MLOPS_TRY(mlops__tabular_reach(self, level, err));
        MLOPS_TRY(at_of(self, level + 1, part->piece.base_row + from, &size, err));
        if (size < part->piece.base_at) return mlops__content_damaged(err);
        *at += size - part->piece.base_at;
        return MLOPS_OK;
    }
    MLOPS_TRY(mlops__tabular_chunk(self, &self->levels[level], &part->piece, err));
    if (part->piece.kind == MLOPS__PIECE_GROUP) {
        step = from / MLOPS__GROUP_STEP * MLOPS__GROUP_STEP;
        mark = mlops__group_mark(&self->levels[level].group, (size_t)(from / MLOPS__GROUP_STEP));
    } else {
        step = from / MLOPS__PATCH_BLOCK * MLOPS__PATCH_BLOCK;
        mark = mlops__patch_mark(&self->levels[level].patch, (size_t)(from / MLOPS__PATCH_BLOCK));
    }
    MLOPS_TRY(size_of(self, level, part->row + step, row, &size, err));
    *at += mark + size;
    return MLOPS_OK;
}

mlops_status mlops__tabular_at(mlops__tabular *self, uint64_t row, uint64_t *at, mlops_error *err) {
    mlops_status status = at_of(self, 0, row, at, err);
    self->grid.n = 0;
    return status;
}
