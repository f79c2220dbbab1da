/* Patches: reading them, and changing rows in memory by them.
 *
 * Owns nothing. Invariants: of blocks only those are looked at that have rows of the range; a
 * number goes into a cell only if its form has it.
 */
#include "columnar/patch.h"

#include "base/alloc.h"
#include "columnar/grid.h"
#include "columnar/packed.h"

#include <string.h>

enum { BLOCK = MLOPS__PATCH_BLOCK, SOUGHT = 64 /* blocks that are looked up together */ };

static mlops_status damaged(mlops_error *err) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "content is damaged: its changed cells do not fit");
}

/* ---- opening ---- */

static size_t n_blocks(const mlops__patch *self) { return (self->n_rows + BLOCK - 1u) / BLOCK; }

static void read_head(mlops__patch *out, mlops__cursor *c) {
    unsigned version = mlops__cursor_u8(c), flags = mlops__cursor_u8(c);
    mlops__dialect *d = &out->dialect;
    d->quotes = (flags & MLOPS__PATCH_QUOTES) != 0;
    d->crlf = (flags & MLOPS__PATCH_CRLF) != 0;
    out->unended = (flags & MLOPS__PATCH_UNENDED) != 0;
    d->delimiter = mlops__cursor_u8(c);
    d->n_columns = mlops__cursor_u16(c);
    out->n_columns = mlops__cursor_u16(c);
    out->n_rows = mlops__cursor_u32(c);
    if (version != MLOPS__PATCH_VERSION || flags > 7 || d->n_columns == 0 ||
        d->n_columns > MLOPS__COLUMNS_MAX || out->n_columns > d->n_columns + 1u ||
        out->n_rows == 0 || out->n_rows > MLOPS__PATCH_ROWS)
        c->failed = 1;
}

mlops_status mlops__patch_open(mlops__patch *out, const uint8_t *bytes, size_t n,
                               mlops_error *err) {
    mlops__cursor c;
    memset(out, 0, sizeof *out);
    out->bytes = bytes;
    out->n = n;
    mlops__cursor_init(&c, bytes, n);
    read_head(out, &c);
    if (c.failed) return damaged(err);
    mlops__packed_open(&out->marks, &c, n_blocks(out));
    mlops__packed_open(&out->ends, &c, n_blocks(out));
    uint64_t size = mlops__cursor_varint(&c);
    out->columns_at = c.offset;
    if (size > mlops__cursor_left(&c)) c.failed = 1;
    if (c.failed) return damaged(err);
    out->blocks_at = c.offset + (size_t)size;
    int64_t text_size = mlops__packed_at(&out->marks, n_blocks(out) - 1);
    if (text_size < 0) return damaged(err);
    out->text_size = (uint64_t)text_size;
    return MLOPS_OK;
}

mlops_status mlops__patch_open_was(mlops__patch *self, const uint8_t *bytes, size_t n,
                                   mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, bytes, n);
    if (mlops__cursor_u8(&c) != MLOPS__PATCH_WAS_VERSION) c.failed = 1;
    mlops__packed_open(&self->was_ends, &c, n_blocks(self));
    uint64_t size = mlops__cursor_varint(&c);
    if (size > mlops__cursor_left(&c)) c.failed = 1;
    if (c.failed) return damaged(err);
    self->was = bytes;
    self->n_was = n;
    self->was_columns_at = c.offset;
    self->was_blocks_at = c.offset + (size_t)size;
    return MLOPS_OK;
}

uint64_t mlops__patch_mark(const mlops__patch *self, size_t block) {
    if (block > n_blocks(self)) block = n_blocks(self);
    return block ? (uint64_t)mlops__packed_at(&self->marks, block - 1) : 0;
}

size_t mlops__patch_find(const mlops__patch *self, uint64_t offset) {
    size_t low = 0, high = n_blocks(self);
    while (high - low > 1) {
        size_t mid = (low + high) / 2;
        if (mlops__patch_mark(self, mid) <= offset) low = mid;
        else high = mid;
    }
    return low;
}

/* ---- columns ---- */

/* All that is kept of the columns, while cells are read. */
typedef struct reader {
    const mlops__patch *patch;
    mlops__patch_column *columns; /* in memory */
    mlops__buf memory, words;     /* words: spans in text */
    mlops__buf *text;             /* where words go */
} reader;

static void read_spec(mlops__patch_bits *out, mlops__cursor *c) {
    out->width = mlops__cursor_u8(c);
    out->least = mlops__packed_take_signed(c);
    if (out->width > 64) c->failed = 1;
}

static void read_values(reader *r, mlops__cursor *c, mlops__patch_values *out) {
    size_t room = MLOPS__WORDS_MAX * sizeof(mlops__span);
    out->words_at = r->words.size;
    if (mlops__cursor_peek(c) == MLOPS__FORM_WORDS)
        out->form.words = (mlops__span *)(void *)mlops__buf_extend(&r->words, room);
    mlops__form_read(&out->form, c, r->text);
    r->words.size = out->words_at + out->form.n_words * sizeof(mlops__span);
    out->some_raw = mlops__cursor_u8(c);
    if (out->form.kind == MLOPS__FORM_DECIMAL) read_spec(&out->places, c);
    if (out->form.kind != MLOPS__FORM_TEXT) read_spec(&out->digits, c);
    if (out->some_raw) read_spec(&out->sizes, c);
    if (out->some_raw > 1 || (out->form.kind == MLOPS__FORM_TEXT && !out->some_raw)) c->failed = 1;
}

/* Of rows as a whole there is but text. */
static int fits(const reader *r, const mlops__patch_column *column,
                const mlops__patch_values *values) {
    return column->column < r->patch->dialect.n_columns || values->form.kind == MLOPS__FORM_TEXT;
}

static void read_column(reader *r, mlops__cursor *c, mlops__patch_column *out) {
    memset(out, 0, sizeof *out);
    out->column = mlops__cursor_u16(c);
    out->rice = mlops__cursor_u8(c);
    read_values(r, c, &out->is);
    if (out->rice > MLOPS__RICE_MAX || !fits(r, out, &out->is)) c->failed = 1;
}

/* Words stand where they are known to be once there are no more. */
static void find_words(const reader *r, mlops__patch_values *values) {
    if (values->form.words)
        values->form.words = (mlops__span *)(void *)(r->words.data + values->words_at);
}

static void read_was_columns(reader *r, mlops__cursor *c) {
    const mlops__patch *patch = r->patch;
    mlops__cursor_init(c, patch->was, patch->was_blocks_at);
    c->offset = patch->was_columns_at;
    if (!patch->was && patch->n_columns) c->failed = 1;
    for (size_t i = 0; i < patch->n_columns && !c->failed && !r->words.status; i++) {
        read_values(r, c, &r->columns[i].was);
        if (!fits(r, &r->columns[i], &r->columns[i].was)) c->failed = 1;
    }
}

/* What cells were is read if they are to be listed. */
static mlops_status open_reader(reader *r, const mlops__patch *patch, int lists, mlops__buf *text,
                                const mlops_allocator *allocator, mlops_error *err) {
    size_t n = patch->n_columns;
    mlops__cursor c;
    int64_t before = -1;
    r->patch = patch;
    r->text = text;
    mlops__buf_init(&r->memory, allocator);
    mlops__buf_init(&r->words, allocator);
    r->columns =
        (mlops__patch_column *)(void *)mlops__buf_extend(&r->memory, (n + 1) * sizeof *r->columns);
    if (!r->columns) return mlops__fail_nomem(err, n * sizeof *r->columns);
    mlops__cursor_init(&c, patch->bytes, patch->blocks_at);
    c.offset = patch->columns_at;
    for (size_t i = 0; i < n && !c.failed && !r->words.status; i++) {
        read_column(r, &c, &r->columns[i]);
        int64_t column = r->columns[i].column;
        if (column <= before || column > patch->dialect.n_columns) c.failed = 1;
        before = column;
    }
    if (lists && !c.failed) read_was_columns(r, &c);
    if (r->words.status || text->status) return mlops__fail_nomem(err, r->words.size);
    if (c.failed) return damaged(err);
    for (size_t i = 0; i < n; i++) {
        find_words(r, &r->columns[i].is);
        find_words(r, &r->columns[i].was);
    }
    return MLOPS_OK;
}

static void close_reader(reader *r) {
    mlops__buf_free(&r->memory);
    mlops__buf_free(&r->words);
}

/* ---- blocks ---- */

typedef struct bit_reader {
    const uint8_t *bytes;
    size_t n, at; /* bits */
    int failed;
} bit_reader;

/* 57 bits or more, zeroes behind the end. */
static inline uint64_t look(const bit_reader *b) {
    size_t at = b->at / 8, left = (b->n + 7) / 8 - at;
    uint8_t room[8] = {0};
    if (left >= 8) return mlops__word(b->bytes + at) >> b->at % 8;
    memcpy(room, b->bytes + at, left);
    return mlops__word(room) >> b->at % 8;
}

static inline uint64_t take_bits(bit_reader *b, unsigned width) {
    uint64_t out = 0;
    if (width > b->n - b->at) b->failed = 1;
    if (b->failed) return 0;
    for (unsigned done = 0, n; done < width; done += n) {
        n = width - done < 56 ? width - done : 56;
        out |= (look(b) & (((uint64_t)1 << n) - 1)) << done;
        b->at += n;
    }
    return out;
}

static inline int64_t take_above(bit_reader *b, const mlops__patch_bits *bits) {
    return (int64_t)(take_bits(b, bits->width) + (uint64_t)bits->least);
}

static inline uint64_t take_gap(bit_reader *b, unsigned rice) {
    uint64_t zeroes = 0;
    while (!b->failed) {
        uint64_t x = look(b) & (UINT64_MAX >> 8);
        size_t n = x ? (size_t)__builtin_ctzll(x) : 56;
        zeroes += n;
        (void)take_bits(b, (unsigned)n + (x != 0));
        if (x || zeroes > BLOCK) break;
    }
    return zeroes << rice | take_bits(b, rice);
}

/* The cells of one column in one block. */
typedef struct block {
    size_t n;
    uint16_t rows[BLOCK]; /* from the block's first on */
    int64_t values[BLOCK];
    uint64_t raw[BLOCK / 64];
    const uint8_t *bytes; /* that texts of raw cells are in */
} block;

/* The texts of raw cells, behind the bits. */
static void read_texts(block *out, mlops__cursor *c) {
    out->bytes = c->data;
    for (size_t i = 0; i < out->n; i++) {
        if (!mlops__bit(out->raw, i)) continue;
        size_t at = c->offset;
        uint64_t n = (uint64_t)out->values[i];
        if (n > mlops__cursor_left(c) || at > UINT32_MAX || n > UINT32_MAX) c->failed = 1;
        if (c->failed) return;
        mlops__cursor_take(c, (size_t)n);
        out->values[i] = mlops__span_pack((uint32_t)at, (uint32_t)n);
    }
}

/* The value of cell i. */
static void take_value(const mlops__patch_values *how, bit_reader *b, size_t i, block *out) {
    int raw = 1, decimal = how->form.kind == MLOPS__FORM_DECIMAL;
    if (how->form.kind != MLOPS__FORM_TEXT) raw = how->some_raw ? (int)take_bits(b, 1) : 0;
    uint64_t places = !raw && decimal ? (uint64_t)take_above(b, &how->places) : 0;
    int64_t value = take_above(b, raw ? &how->sizes : &how->digits);
    if (decimal && !raw) value = (int64_t)((uint64_t)value << 5 | (places & 31));
    if (!raw && how->some_raw && !mlops__form_has(&how->form, &value, 1)) b->failed = 1;
    if (raw) mlops__bit_set(out->raw, i);
    out->values[i] = value;
}

/* Behind the bits, and the texts of raw cells. */
static void pass_cells(const mlops__patch_values *how, const bit_reader *b, mlops__cursor *c,
                       block *out) {
    if (b->failed) c->failed = 1;
    if (!c->failed && !how->some_raw && !mlops__form_has(&how->form, out->values, out->n))
        c->failed = 1;
    if (!c->failed) mlops__cursor_take(c, (b->at + 7) / 8);
    if (how->some_raw && !c->failed) read_texts(out, c);
}

static void read_cells(const mlops__patch_column *how, mlops__cursor *c, size_t n_rows,
                       block *out) {
    uint64_t n = mlops__cursor_varint(c), row = 0;
    bit_reader b = {c->data + c->offset, 8 * mlops__cursor_left(c), 0, n > n_rows};
    out->n = (size_t)n;
    memset(out->raw, 0, sizeof out->raw);
    for (size_t i = 0; i < n && !b.failed && !c->failed; i++, row++) {
        row += take_gap(&b, how->rice);
        if (row >= n_rows) b.failed = 1;
        take_value(&how->is, &b, i, out);
        out->rows[i] = (uint16_t)row;
    }
    pass_cells(&how->is, &b, c, out);
}

/* What the n cells of the column were. */
static void read_was(const mlops__patch_column *how, mlops__cursor *c, size_t n, block *out) {
    bit_reader b = {c->data + c->offset, 8 * mlops__cursor_left(c), 0, 0};
    out->n = n;
    memset(out->raw, 0, sizeof out->raw);
    for (size_t i = 0; i < n && !b.failed; i++) take_value(&how->was, &b, i, out);
    pass_cells(&how->was, &b, c, out);
}

/* Where blocks are, as they are asked for from the first on: of what cells are, or were. */
typedef struct seeker {
    const uint8_t *bytes;
    size_t size, blocks_at, n_blocks;
    const mlops__packed *all;
    int64_t ends[SOUGHT + 1]; /* of the block ahead of first, and of those from it on */
    size_t first, n;
} seeker;

static void begin_seek(seeker *s, const mlops__patch *patch, int was) {
    s->bytes = was ? patch->was : patch->bytes;
    s->size = was ? patch->n_was : patch->n;
    s->blocks_at = was ? patch->was_blocks_at : patch->blocks_at;
    s->all = was ? &patch->was_ends : &patch->ends;
    s->n_blocks = n_blocks(patch);
    s->n = 0;
}

/* Where a block is; an empty cursor if it changes nothing. */
static mlops__cursor seek_block(seeker *s, size_t i) {
    mlops__cursor c;
    if (s->n == 0 || i - s->first >= s->n) {
        s->first = i;
        s->n = s->n_blocks - i < SOUGHT ? s->n_blocks - i : SOUGHT;
        s->ends[0] = 0;
        mlops__packed_read(s->all, i ? i - 1 : 0, i + s->n, s->ends + (i == 0));
    }
    int64_t begin = s->ends[i - s->first], end = s->ends[i - s->first + 1];
    mlops__cursor_init(&c, s->bytes, s->size);
    if (begin < 0 || begin > end || end > (int64_t)(s->size - s->blocks_at)) {
        c.failed = 1;
        return c;
    }
    c.size = s->blocks_at + (size_t)end;
    c.offset = s->blocks_at + (size_t)begin;
    return c;
}

static size_t rows_of_block(const mlops__patch *self, size_t i) {
    size_t left = self->n_rows - i * BLOCK;
    return left < BLOCK ? left : BLOCK;
}

/* ---- applying ---- */

/* Cell i, as text that is not in the rows' own. */
static const uint8_t *text_of(const reader *r, const mlops__patch_values *how, const block *b,
                              size_t i, uint8_t room[MLOPS__CELL_TEXT], size_t *n) {
    int64_t value = b->values[i];
    mlops__span s = mlops__span_of(value);
    if (!mlops__bit(b->raw, i) && how->form.kind != MLOPS__FORM_WORDS) {
        *n = mlops__form_spell(&how->form, value, room);
        return room;
    }
    *n = s.n;
    if (mlops__bit(b->raw, i)) return b->bytes + s.at;
    s = how->form.words[value];
    *n = s.n;
    return s.n ? r->text->data + s.at : room; /* there may be no text at all */
}

static mlops_status set_cell(const reader *r, const mlops__patch_column *how, const block *b,
                             size_t i, size_t row, mlops__grid *grid, mlops_error *err) {
    uint8_t room[MLOPS__CELL_TEXT];
    size_t n;
    const uint8_t *text = text_of(r, &how->is, b, i, room, &n);
    if (how->column == grid->dialect.n_columns) return mlops__grid_set_row(grid, row, text, n, err);
    if (mlops__grid_is_whole(grid, row)) return damaged(err);
    return mlops__grid_set(grid, row, how->column, text, n, err);
}

/* Cells whose rows, by block from begin on, are rows of the grid. */
static mlops_status set_cells(const reader *r, const mlops__patch_column *how, const block *b,
                              size_t begin, size_t from, mlops__grid *grid, mlops_error *err) {
    mlops__grid_column *column =
        how->column < grid->dialect.n_columns ? &grid->columns[how->column] : NULL;
    int same = column && mlops__form_same(&how->is.form, &column->form);
    for (size_t i = 0; i < b->n; i++) {
        size_t row = begin + b->rows[i];
        if (row < from) continue;
        row -= from;
        if (row >= grid->n) break;
        if (!same || mlops__bit(b->raw, i) || mlops__grid_is_whole(grid, row)) {
            MLOPS_TRY(set_cell(r, how, b, i, row, grid, err));
            continue;
        }
        column->values[row] = b->values[i];
        column->n_raw -= (size_t)mlops__bit(column->raw, row);
        column->raw[row / 64] &= ~((uint64_t)1 << row % 64);
    }
    return MLOPS_OK;
}

static mlops_status apply_blocks(const reader *r, size_t from, mlops__grid *grid,
                                 mlops_error *err) {
    const mlops__patch *patch = r->patch;
    seeker s;
    block b;
    begin_seek(&s, patch, 0);
    for (size_t i = from / BLOCK; i * BLOCK < from + grid->n; i++) {
        mlops__cursor c = seek_block(&s, i);
        for (size_t k = 0; k < patch->n_columns && mlops__cursor_left(&c) && !c.failed; k++) {
            read_cells(&r->columns[k], &c, rows_of_block(patch, i), &b);
            if (!c.failed) MLOPS_TRY(set_cells(r, &r->columns[k], &b, i * BLOCK, from, grid, err));
        }
        if (c.failed) return damaged(err);
    }
    return MLOPS_OK;
}

mlops_status mlops__patch_apply(const mlops__patch *self, size_t from, mlops__grid *grid,
                                mlops_error *err) {
    const mlops__dialect *a = &self->dialect, *b = &grid->dialect;
    reader r;
    mlops__buf words;
    if (a->delimiter != b->delimiter || a->n_columns != b->n_columns || a->quotes != b->quotes ||
        a->crlf != b->crlf || from > self->n_rows || grid->n > self->n_rows - from)
        return damaged(err);
    grid->marked = 0;
    mlops__buf_init(&words, grid->allocator);
    mlops_status status = mlops__grid_own(grid, err);
    if (status) return status;
    status = open_reader(&r, self, 0, &words, grid->allocator, err);
    if (!status) status = apply_blocks(&r, from, grid, err);
    if (!status) grid->unended = self->unended && from + grid->n == self->n_rows;
    close_reader(&r);
    mlops__buf_free(&words);
    return status;
}

/* ---- looking at it ---- */

mlops_status mlops__patch_columns(const mlops__patch *self, const mlops_allocator *allocator,
                                  uint8_t *columns, mlops_error *err) {
    mlops__buf words;
    reader r;
    mlops__buf_init(&words, allocator);
    mlops_status status = open_reader(&r, self, 0, &words, allocator, err);
    for (size_t k = 0; k < self->n_columns && !status; k++) columns[r.columns[k].column] = 1;
    close_reader(&r);
    mlops__buf_free(&words);
    return status;
}

static void mark_rows(const block *b, size_t begin, size_t from, size_t n, uint64_t *bits) {
    for (size_t i = 0; i < b->n; i++) {
        size_t row = begin + b->rows[i];
        if (row >= from && row - from < n) mlops__bit_set(bits, row - from);
    }
}

mlops_status mlops__patch_rows(const mlops__patch *self, const mlops_allocator *allocator,
                               size_t from, size_t n, uint64_t *bits, mlops_error *err) {
    mlops__buf words;
    reader r;
    seeker s;
    block b;
    begin_seek(&s, self, 0);
    if (from > self->n_rows || n > self->n_rows - from) return damaged(err);
    mlops__buf_init(&words, allocator);
    mlops_status status = open_reader(&r, self, 0, &words, allocator, err);
    for (size_t i = from / BLOCK; i * BLOCK < from + n && !status; i++) {
        mlops__cursor c = seek_block(&s, i);
        for (size_t k = 0; k < self->n_columns && mlops__cursor_left(&c) && !c.failed; k++) {
            read_cells(&r.columns[k], &c, rows_of_block(self, i), &b);
            if (!c.failed) mark_rows(&b, i * BLOCK, from, n, bits);
        }
        if (c.failed) status = damaged(err);
    }
    close_reader(&r);
    mlops__buf_free(&words);
    return status;
}

/* Cells that are listed: those of a block behind each other by column. */
typedef struct listing {
    reader r;
    mlops__buf words, cells;
    mlops__buf *texts;
    size_t listed; /* bytes of cells in the blocks ahead */
    seeker is, was;
} listing;

static mlops__patch_text put_text(listing *l, const mlops__patch_values *how, const block *b,
                                  size_t i) {
    mlops__patch_text out = {l->texts->size, 0};
    uint8_t *room = mlops__buf_extend(l->texts, MLOPS__CELL_TEXT);
    if (!room) return out;
    const uint8_t *text = text_of(&l->r, how, b, i, room, &out.n);
    l->texts->size = out.at + (text == room ? out.n : 0);
    if (text != room) mlops__buf_put(l->texts, text, out.n);
    return out;
}

static int is_full(const listing *l) {
    size_t most = MLOPS__GROUP_CELLS * sizeof(mlops__patch_cell);
    return l->texts->size > MLOPS__LISTED_TEXT || l->cells.size > most - l->listed;
}

static void list_block(listing *l, size_t index, mlops__cursor *c, mlops__cursor *c_was) {
    const mlops__patch *patch = l->r.patch;
    size_t n_rows = rows_of_block(patch, index), at = 0;
    mlops__patch_cell cell = {0};
    block b;
    if (mlops__cursor_left(c) == 0) return;
    for (size_t k = 0; k < patch->n_columns && !c->failed && !is_full(l); k++) {
        read_cells(&l->r.columns[k], c, n_rows, &b);
        for (size_t i = 0; i < b.n && !c->failed; i++) {
            cell.row = (uint32_t)(index * BLOCK + b.rows[i]);
            cell.column = (uint32_t)k; /* for now */
            cell.is = put_text(l, &l->r.columns[k].is, &b, i);
            mlops__buf_put(&l->cells, &cell, sizeof cell);
        }
    }
    mlops__patch_cell *cells = (mlops__patch_cell *)(void *)l->cells.data;
    size_t n = l->cells.status || l->texts->status ? 0 : l->cells.size / sizeof cell;
    for (size_t k = 0; k < patch->n_columns && n && !c_was->failed && !is_full(l); k++) {
        size_t end = at;
        while (end < n && cells[end].column == k) end++;
        read_was(&l->r.columns[k], c_was, end - at, &b);
        for (size_t i = 0; at < end && !c_was->failed; i++, at++) {
            cells[at].was = put_text(l, &l->r.columns[k].was, &b, i);
            cells[at].column = l->r.columns[k].column;
        }
    }
}

/* By row; columns ascend already, and stay as they are. What is of one column is in order. */
static void sort_cells(const listing *l, uint32_t begin, mlops__patch_cell *to) {
    const mlops__patch_cell *from = (const mlops__patch_cell *)(const void *)l->cells.data;
    size_t n = l->cells.size / sizeof *from, n_in_row[BLOCK];
    if (from[0].column == from[n - 1].column) {
        memcpy(to, from, n * sizeof *from);
        return;
    }
    memset(n_in_row, 0, sizeof n_in_row);
    for (size_t i = 0; i < n; i++) n_in_row[from[i].row - begin]++;
    for (size_t i = 0, at = 0, here; i < BLOCK; i++, at += here) {
        here = n_in_row[i];
        n_in_row[i] = at;
    }
    for (size_t i = 0; i < n; i++) to[n_in_row[from[i].row - begin]++] = from[i];
}

static mlops_status put_block(listing *l, size_t index, mlops__buf *out, mlops_error *err) {
    mlops__cursor is = seek_block(&l->is, index), was = is;
    l->cells.size = 0;
    if (mlops__cursor_left(&is)) was = seek_block(&l->was, index);
    if (!is.failed && !was.failed) list_block(l, index, &is, &was);
    if (is.failed || was.failed) return damaged(err);
    if (is_full(l)) return MLOPS_END;
    if (l->cells.status || l->texts->status) return mlops__fail_nomem(err, l->cells.size);
    if (l->cells.size == 0) return MLOPS_OK;
    uint8_t *to = mlops__buf_extend(out, l->cells.size);
    if (!to) return mlops__fail_nomem(err, l->cells.size);
    sort_cells(l, (uint32_t)(index * BLOCK), (mlops__patch_cell *)(void *)to);
    l->listed += l->cells.size;
    return MLOPS_OK;
}

/* Of whole blocks: drops what is not of the rows. */
static void drop_others(mlops__buf *out, size_t begin, size_t from, size_t n) {
    mlops__patch_cell *cells = (mlops__patch_cell *)(void *)(out->data + begin);
    size_t kept = 0, all = (out->size - begin) / sizeof *cells;
    for (size_t i = 0; i < all; i++)
        if (cells[i].row >= from && cells[i].row - from < n) cells[kept++] = cells[i];
    out->size = begin + kept * sizeof *cells;
}

mlops_status mlops__patch_cells(const mlops__patch *self, size_t from, size_t n, mlops__buf *out,
                                mlops__buf *texts, mlops_error *err) {
    size_t begin = out->size;
    listing l = {.texts = texts};
    if (from > self->n_rows || n > self->n_rows - from)
        return mlops__fail(err, MLOPS_E_INVALID, "there are no such rows");
    mlops__buf_init(&l.words, out->allocator);
    mlops__buf_init(&l.cells, out->allocator);
    begin_seek(&l.is, self, 0);
    begin_seek(&l.was, self, 1);
    mlops_status status = open_reader(&l.r, self, 1, &l.words, out->allocator, err);
    for (size_t i = from / BLOCK; i * BLOCK < from + n && !status; i++)
        status = put_block(&l, i, out, err);
    if (!status && out->size > begin) drop_others(out, begin, from, n);
    close_reader(&l.r);
    mlops__buf_free(&l.words);
    mlops__buf_free(&l.cells);
    return status;
}
