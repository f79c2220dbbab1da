/* Making patches: comparing text with rows in memory, and writing the cells that are other.
 *
 * Owns the cells so far and their texts. Invariants: rows that are paired are, with the patch
 * applied, the text byte for byte; what is not paired has left nothing behind.
 */
#include "base/alloc.h"
#include "columnar/grid.h"
#include "columnar/packed.h"
#include "columnar/patch.h"

#include <string.h>

enum {
    CHUNK = 512, /* rows that are rendered together */
    ASTRAY = 4,  /* rows in succession that do not correspond */
    STREAK = 8,  /* rows in succession that are other, behind which shifts are looked for */
    SHIFT = 16,  /* rows that are looked at for that, on each side */
    BLOCK = MLOPS__PATCH_BLOCK
};

/* A cell that is other; its text is in texts, and behind that what it was. */
typedef struct change {
    uint32_t row, column, at, n, n_was;
} change;

void mlops__patch_init(mlops__patch_writer *self, const mlops_allocator *allocator) {
    memset(self, 0, sizeof *self);
    self->allocator = allocator;
    mlops__buf_init(&self->cells, allocator);
    mlops__buf_init(&self->texts, allocator);
    mlops__buf_init(&self->marks, allocator);
    mlops__buf_init(&self->lines, allocator);
}

void mlops__patch_free(mlops__patch_writer *self) {
    mlops__buf_free(&self->cells);
    mlops__buf_free(&self->texts);
    mlops__buf_free(&self->marks);
    mlops__buf_free(&self->lines);
}

void mlops__patch_drop(mlops__patch_writer *self) {
    self->n_rows = self->text_size = self->n_cells = 0;
    self->estimate = 0;
    self->unended = 0;
    self->cells.size = self->texts.size = self->marks.size = 0;
    self->cells.status = self->texts.status = self->marks.status = MLOPS_OK;
}

size_t mlops__patch_bytes(const mlops__patch_writer *self) {
    return self->estimate + 32 + self->marks.size / 4;
}

/* ---- comparing ---- */

/* What is compared, and how far that has come. */
typedef struct walk {
    mlops__patch_writer *patch;
    mlops__grid *base;
    const uint8_t *text;
    size_t n, at;   /* at: where the next row of the text begins */
    size_t row, to; /* rows of the base; row is the next one */
    int ended;
    const uint8_t *lines; /* of rows chunk to chunk + n_chunk - 1 */
    size_t chunk, n_chunk;
    uint32_t ends[CHUNK];
    uint32_t *cells;          /* of a row of the text */
    size_t n_astray, n_other; /* in succession: that do not correspond; that are other */
} walk;

/* What is gone back to. */
typedef struct mark {
    uint64_t n_rows, text_size, n_cells;
    size_t estimate, cells, texts, marks, at, row;
    int unended;
} mark;

static mark mark_of(const walk *w) {
    const mlops__patch_writer *p = w->patch;
    return (mark){p->n_rows,     p->text_size,  p->n_cells, p->estimate, p->cells.size,
                  p->texts.size, p->marks.size, w->at,      w->row,      p->unended};
}

static void go_back(walk *w, const mark *m) {
    mlops__patch_writer *p = w->patch;
    p->n_rows = m->n_rows;
    p->text_size = m->text_size;
    p->n_cells = m->n_cells;
    p->estimate = m->estimate;
    p->cells.size = m->cells;
    p->texts.size = m->texts;
    p->marks.size = m->marks;
    p->unended = m->unended;
    w->at = m->at;
    w->row = m->row;
}

/* Where the text of the next block begins, as numbers of this machine. */
static void put_mark(mlops__patch_writer *p) {
    int64_t at = (int64_t)p->text_size;
    mlops__buf_put(&p->marks, &at, sizeof at);
}

static void pair(walk *w, size_t size) {
    mlops__patch_writer *p = w->patch;
    p->text_size += size;
    w->at += size;
    w->row++;
    p->unended = 0;
    if (++p->n_rows % BLOCK == 0) put_mark(p);
}

/* Bytes that a cell is likely to take: a digit is less than half of one. */
static size_t estimate_of(const uint8_t *text, size_t n) {
    int digits = n < 20;
    for (size_t i = 0; i < n && digits; i++) digits = text[i] <= '9';
    return digits ? 1 + n * 7 / 16 : 2 + n;
}

static void put_change(walk *w, size_t column, const uint8_t *text, size_t n, const uint8_t *was,
                       size_t n_was) {
    mlops__patch_writer *p = w->patch;
    change c = {(uint32_t)p->n_rows, (uint32_t)column, (uint32_t)p->texts.size, (uint32_t)n,
                (uint32_t)n_was};
    mlops__buf_put(&p->cells, &c, sizeof c);
    mlops__buf_put(&p->texts, text, n);
    mlops__buf_put(&p->texts, was, n_was);
    p->estimate += estimate_of(text, n) + estimate_of(was, n_was);
    p->n_cells++;
}

static size_t same(const uint8_t *a, const uint8_t *b, size_t n) {
    size_t i = 0;
    for (; i + 64 <= n && memcmp(a + i, b + i, 64) == 0;) i += 64;
    for (; i + 8 <= n; i += 8) {
        uint64_t x = mlops__word(a + i) ^ mlops__word(b + i);
        if (x) return i + (size_t)__builtin_ctzll(x) / 8;
    }
    while (i < n && a[i] == b[i]) i++;
    return i;
}

/* Pairs rows that are the same bytes, line end and all. */
static void pair_same(walk *w) {
    size_t i = w->row - w->chunk, begin = i ? w->ends[i - 1] : 0, last = w->n_chunk;
    if (w->base->unended && w->chunk + last == w->base->n) last--; /* it has no line end */
    if (i >= last) return;
    size_t left = w->ends[last - 1] - begin;
    size_t n = same(w->text + w->at, w->lines + begin, w->n - w->at < left ? w->n - w->at : left);
    for (; i < last && w->ends[i] - begin <= n; i++) {
        size_t size = w->ends[i] - (i ? w->ends[i - 1] : 0);
        pair(w, size);
        w->n_astray = w->n_other = 0;
    }
}

/* A cell of the row of the text that begins at at; of the base's row that was rendered. */
static size_t compare_cells(walk *w, const uint8_t *text, int put) {
    size_t n_columns = w->base->dialect.n_columns, n_other = 0;
    for (size_t c = 0; c < n_columns; c++) {
        uint8_t room[MLOPS__CELL_TEXT];
        size_t n, at = mlops__cut_begin(w->cells, c), size = w->cells[c + 1] - at;
        const uint8_t *was = mlops__grid_cell(w->base, w->row, c, room, &n);
        if (n == size && memcmp(was, text + at, n) == 0) continue;
        n_other++;
        if (put) put_change(w, c, text + at, size, was, n);
    }
    return n_other;
}

/* The row of the text that has been cut, to the next row of the base, which it may be: cells, or
 * all of it. */
static void pair_other(walk *w, const mlops__cut *cut) {
    size_t n_columns = w->base->dialect.n_columns, i = w->row - w->chunk;
    size_t begin = i ? w->ends[i - 1] : 0;
    const uint8_t *text = w->text + w->at;
    int whole = (w->cells[0] & MLOPS__CUT_WHOLE) != 0;
    int alike = !whole && !mlops__grid_is_whole(w->base, w->row) &&
                2 * compare_cells(w, text, 0) <= n_columns;
    if (alike) compare_cells(w, text, 1);
    else put_change(w, n_columns, text, cut->taken, w->lines + begin, w->ends[i] - begin);
    w->n_astray = alike ? 0 : w->n_astray + 1;
    w->n_other++;
    pair(w, cut->taken);
    w->patch->unended = cut->unended;
}

/* Whether the text goes on with rows of the base that are not those it stands at, but near: then
 * rows came or went, and cells are the same by chance alone, as flags are. */
static int is_shifted(const walk *w) {
    size_t here = w->row - w->chunk, first = here > SHIFT ? here - SHIFT : 0;
    for (size_t i = first; i <= here + SHIFT && i + ASTRAY <= w->n_chunk; i++) {
        size_t begin = i ? w->ends[i - 1] : 0, n = w->ends[i + ASTRAY - 1] - begin;
        if (i == here || n > w->n - w->at) continue;
        if (memcmp(w->text + w->at, w->lines + begin, n) == 0) return 1;
    }
    return 0;
}

/* Rows of the chunk that have been rendered with all others. */
static void take_lines(walk *w) {
    const uint32_t *ends = (const uint32_t *)(const void *)w->base->ends.data;
    uint32_t begin = w->chunk ? ends[w->chunk - 1] : 0;
    for (size_t i = 0; i < w->n_chunk; i++) w->ends[i] = ends[w->chunk + i] - begin;
    w->lines = w->base->lines.data + begin;
}

static mlops_status render_chunk(walk *w, mlops_error *err) {
    mlops__buf *lines = &w->patch->lines;
    size_t left = w->to - w->row;
    w->chunk = w->row;
    w->n_chunk = left < CHUNK ? left : CHUNK;
    if (w->base->lined) {
        take_lines(w);
        return MLOPS_OK;
    }
    lines->size = 0;
    lines->status = MLOPS_OK;
    MLOPS_TRY(
        mlops__grid_render(w->base, w->row, w->row + w->n_chunk, UINT32_MAX, lines, w->ends, err));
    w->lines = lines->data;
    return MLOPS_OK;
}

static int told(const mlops__patch_writer *p) {
    return p->cells.status || p->texts.status || p->marks.status;
}

static mlops_status go(walk *w, mlops__patch_stop *stop, mlops_error *err) {
    mark astray = mark_of(w), other = astray;
    for (;;) {
        if (told(w->patch)) return mlops__fail_nomem(err, w->patch->texts.size);
        *stop = MLOPS__PATCH_FULL;
        if (mlops__patch_bytes(w->patch) >= MLOPS__PATCH_BYTES ||
            w->patch->n_rows >= MLOPS__PATCH_ROWS)
            return MLOPS_OK;
        *stop = MLOPS__PATCH_BASE;
        if (w->row == w->to) return MLOPS_OK;
        if (w->row >= w->chunk + w->n_chunk) MLOPS_TRY(render_chunk(w, err));
        pair_same(w);
        if (w->row >= w->chunk + w->n_chunk) continue;
        mlops__cut cut;
        size_t n = w->n - w->at < INT32_MAX ? w->n - w->at : INT32_MAX;
        int cuts = mlops__cut_rows(&w->base->dialect, w->text + w->at, n, w->ended, 1, SIZE_MAX,
                                   w->cells, &cut);
        *stop = cuts ? MLOPS__PATCH_TEXT : MLOPS__PATCH_LOST;
        if (!cuts || cut.n_rows == 0) return MLOPS_OK;
        if (!w->n_astray) astray = mark_of(w);
        if (!w->n_other) other = mark_of(w);
        pair_other(w, &cut);
        int shifted = w->n_other % STREAK == 0 && is_shifted(w);
        if (w->n_astray < ASTRAY && !shifted) continue;
        go_back(w, shifted ? &other : &astray);
        *stop = MLOPS__PATCH_LOST;
        return MLOPS_OK;
    }
}

static int same_dialect(const mlops__dialect *a, const mlops__dialect *b) {
    return a->delimiter == b->delimiter && a->quotes == b->quotes && a->crlf == b->crlf &&
           a->n_columns == b->n_columns;
}

mlops_status mlops__patch_add(mlops__patch_writer *self, mlops__grid *base, size_t from,
                              const uint8_t *text, size_t n, int ended, size_t *n_rows,
                              size_t *n_bytes, mlops__patch_stop *stop, mlops_error *err) {
    size_t size = 4 * (base->dialect.n_columns + 1u), room = MLOPS__PATCH_ROWS - self->n_rows;
    *n_rows = *n_bytes = 0;
    *stop = MLOPS__PATCH_LOST;
    if (self->n_rows == 0) self->dialect = base->dialect;
    if (!same_dialect(&self->dialect, &base->dialect)) return MLOPS_OK;
    walk w = {.patch = self, .base = base, .text = text, .n = n, .ended = ended};
    w.row = from;
    w.to = base->n - from < room ? base->n : from + room;
    w.cells = mlops__alloc(self->allocator, size);
    if (!w.cells) return mlops__fail_nomem(err, size);
    mark begun = mark_of(&w);
    mlops_status status = go(&w, stop, err);
    mlops__free(self->allocator, w.cells, size);
    if (status) go_back(&w, &begun);
    *n_rows = w.row - from;
    *n_bytes = w.at;
    return status;
}

/* ---- writing ---- */

/* Bits, the first as the lowest of a byte. */
typedef struct bit_writer {
    mlops__buf *out;
    uint64_t word;
    unsigned fill; /* below 8 */
} bit_writer;

static void put_bits(bit_writer *self, uint64_t value, unsigned width) {
    for (unsigned n; width; width -= n, value = n < 64 ? value >> n : 0) {
        n = width < 56 ? width : 56;
        self->word |= (value & (((uint64_t)1 << n) - 1)) << self->fill;
        for (self->fill += n; self->fill >= 8; self->fill -= 8, self->word >>= 8)
            mlops__buf_u8(self->out, (uint8_t)self->word);
    }
}

static void put_gap(bit_writer *self, uint64_t gap, unsigned rice) {
    uint64_t zeroes = gap >> rice;
    for (; zeroes >= 32; zeroes -= 32) put_bits(self, 0, 32);
    put_bits(self, (uint64_t)1 << zeroes, (unsigned)zeroes + 1);
    put_bits(self, gap, rice);
}

static void end_bits(bit_writer *self) {
    if (self->fill) mlops__buf_u8(self->out, (uint8_t)self->word);
    self->word = self->fill = 0;
}

static const uint8_t *texts_of(const mlops__patch_writer *p) {
    static const uint8_t NOTHING[1];
    return p->texts.data ? p->texts.data : NOTHING;
}

/* Changes of one column: numbers or spans of what cells are and were, and rows. */
typedef struct list {
    mlops__patch_column how;
    mlops__grid_column is, was;
    uint32_t *rows;
    size_t n, done;
} list;

/* What cells are, or were. */
typedef struct side {
    mlops__buf blocks, columns;
    int64_t *ends; /* of blocks */
} side;

/* All that a patch is made of while it is written; one piece of memory. */
typedef struct writing {
    mlops__patch_writer *patch;
    list *lists; /* of touched columns */
    size_t n_lists;
    mlops__span *words;
    mlops__buf room;
    size_t n_blocks;
    side is, was;
} writing;

static void widen(mlops__patch_bits *bits, int64_t value, int64_t *most, int first) {
    if (first || value < bits->least) bits->least = value;
    if (first || value > *most) *most = value;
    bits->width = mlops__packed_width((uint64_t)*most - (uint64_t)bits->least);
}

static int64_t digits_of(const mlops__form *form, int64_t value) {
    return form->kind == MLOPS__FORM_DECIMAL ? (value - (value & 31)) / 32 : value;
}

static void find_widths(mlops__patch_values *how, const mlops__grid_column *cells, size_t n) {
    int64_t most[3] = {0};
    size_t n_raw = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t value = cells->values[i];
        if (mlops__bit(cells->raw, i)) {
            widen(&how->sizes, mlops__span_of(value).n, &most[0], n_raw++ == 0);
            continue;
        }
        widen(&how->digits, digits_of(&how->form, value), &most[1], i == n_raw);
        widen(&how->places, value & 31, &most[2], i == n_raw);
    }
    how->some_raw = n_raw > 0;
}

static uint32_t gap_at(const list *l, size_t i) {
    uint32_t row = l->rows[i] % BLOCK;
    int first = i == 0 || l->rows[i - 1] / BLOCK != l->rows[i] / BLOCK;
    return first ? row : row - l->rows[i - 1] % BLOCK - 1;
}

static void find_rice(list *l) {
    uint64_t least = UINT64_MAX;
    for (unsigned k = 0; k <= MLOPS__RICE_MAX; k++) {
        uint64_t cost = (uint64_t)l->n * (k + 1);
        for (size_t i = 0; i < l->n; i++) cost += gap_at(l, i) >> k;
        if (cost >= least) continue;
        least = cost;
        l->how.rice = (uint8_t)k;
    }
}

static void put_spec(mlops__buf *out, const mlops__patch_bits *bits) {
    mlops__buf_u8(out, (uint8_t)bits->width);
    mlops__packed_put_signed(out, bits->least);
}

static mlops_status write_values(writing *w, const list *l, mlops__patch_values *how,
                                 mlops__grid_column *cells, mlops__buf *out, mlops_error *err) {
    const uint8_t *texts = texts_of(w->patch);
    cells->words = w->words;
    if (l->how.column < w->patch->dialect.n_columns)
        MLOPS_TRY(mlops__column_take(cells, texts, l->n, &w->room, err));
    else
        for (size_t i = 0; i < l->n; i++) mlops__bit_set(cells->raw, i);
    how->form = cells->form;
    find_widths(how, cells, l->n);
    mlops__form_write(&how->form, texts, out);
    mlops__buf_u8(out, how->some_raw);
    if (how->form.kind == MLOPS__FORM_DECIMAL) put_spec(out, &how->places);
    if (how->form.kind != MLOPS__FORM_TEXT) put_spec(out, &how->digits);
    if (how->some_raw) put_spec(out, &how->sizes);
    return MLOPS_OK;
}

static mlops_status write_column(writing *w, list *l, mlops_error *err) {
    find_rice(l);
    mlops__buf_u16(&w->is.columns, (uint16_t)l->how.column);
    mlops__buf_u8(&w->is.columns, l->how.rice);
    MLOPS_TRY(write_values(w, l, &l->how.is, &l->is, &w->is.columns, err));
    return write_values(w, l, &l->how.was, &l->was, &w->was.columns, err);
}

static void put_above(bit_writer *b, const mlops__patch_bits *bits, int64_t value) {
    put_bits(b, (uint64_t)value - (uint64_t)bits->least, bits->width);
}

static void put_value(bit_writer *b, const mlops__patch_values *how,
                      const mlops__grid_column *cells, size_t i) {
    int raw = mlops__bit(cells->raw, i), spelled = how->form.kind != MLOPS__FORM_TEXT;
    int64_t value = cells->values[i];
    if (spelled && how->some_raw) put_bits(b, (uint64_t)raw, 1);
    if (raw) put_above(b, &how->sizes, mlops__span_of(value).n);
    else if (how->form.kind == MLOPS__FORM_DECIMAL) put_above(b, &how->places, value & 31);
    if (!raw) put_above(b, &how->digits, digits_of(&how->form, value));
}

static void put_texts(const writing *w, const mlops__grid_column *cells, size_t from, size_t to,
                      mlops__buf *out) {
    for (size_t i = from; i < to; i++) {
        mlops__span s = mlops__span_of(cells->values[i]);
        if (mlops__bit(cells->raw, i)) mlops__buf_put(out, texts_of(w->patch) + s.at, s.n);
    }
}

/* Cells from done to end of a column. */
static void write_cells(writing *w, list *l, size_t end) {
    bit_writer b = {&w->is.blocks, 0, 0};
    for (size_t i = l->done; i < end; i++) {
        put_gap(&b, gap_at(l, i), l->how.rice);
        put_value(&b, &l->how.is, &l->is, i);
    }
    end_bits(&b);
    put_texts(w, &l->is, l->done, end, &w->is.blocks);
}

static void write_was(writing *w, list *l, size_t end) {
    bit_writer b = {&w->was.blocks, 0, 0};
    for (size_t i = l->done; i < end; i++) put_value(&b, &l->how.was, &l->was, i);
    end_bits(&b);
    put_texts(w, &l->was, l->done, end, &w->was.blocks);
    l->done = end;
}

static size_t end_of_block(const list *l, size_t block) {
    size_t end = l->done;
    while (end < l->n && l->rows[end] / BLOCK == block) end++;
    return end;
}

static void write_block(writing *w, size_t block) {
    size_t at = w->is.blocks.size, n_cells = 0;
    for (size_t i = 0; i < w->n_lists; i++) {
        list *l = &w->lists[i];
        size_t end = end_of_block(l, block);
        n_cells += end - l->done;
        mlops__buf_varint(&w->is.blocks, end - l->done);
        write_cells(w, l, end);
        write_was(w, l, end);
    }
    if (n_cells == 0) w->is.blocks.size = at;
    w->is.ends[block] = (int64_t)w->is.blocks.size;
    w->was.ends[block] = (int64_t)w->was.blocks.size;
}

static void write_head(const mlops__patch_writer *p, size_t n_lists, mlops__buf *out) {
    const mlops__dialect *d = &p->dialect;
    mlops__buf_u8(out, MLOPS__PATCH_VERSION);
    mlops__buf_u8(out, (uint8_t)((d->quotes ? MLOPS__PATCH_QUOTES : 0) |
                                 (d->crlf ? MLOPS__PATCH_CRLF : 0) |
                                 (p->unended ? MLOPS__PATCH_UNENDED : 0)));
    mlops__buf_u8(out, d->delimiter);
    mlops__buf_u16(out, d->n_columns);
    mlops__buf_u16(out, (uint16_t)n_lists);
    mlops__buf_u32(out, (uint32_t)p->n_rows);
}

/* Cells by column: as many lists as columns are touched. */
static void deal(writing *w, const uint32_t *counts, list **by_column, uint8_t *memory) {
    const mlops__patch_writer *p = w->patch;
    const change *changes = (const change *)(const void *)p->cells.data;
    for (size_t c = 0; c <= p->dialect.n_columns; c++) {
        if (!counts[c]) continue;
        list *l = by_column[c] = &w->lists[w->n_lists++];
        memset(l, 0, sizeof *l);
        l->how.column = (uint32_t)c;
        size_t n = counts[c], n_words = (n + 63) / 64;
        l->is.values = (int64_t *)(void *)memory;
        l->was.values = l->is.values + n;
        l->is.raw = (uint64_t *)(void *)(l->was.values + n);
        l->was.raw = l->is.raw + n_words;
        l->rows = (uint32_t *)(void *)(l->was.raw + n_words);
        memset(l->is.raw, 0, 2 * n_words * 8);
        memory += 8 * (2 * n + 2 * n_words + (n + 1) / 2);
    }
    for (size_t i = 0; i < p->n_cells; i++) {
        list *l = by_column[changes[i].column];
        l->rows[l->n] = changes[i].row;
        l->was.values[l->n] = mlops__span_pack(changes[i].at + changes[i].n, changes[i].n_was);
        l->is.values[l->n++] = mlops__span_pack(changes[i].at, changes[i].n);
    }
}

static void put_side(const side *s, size_t n_blocks, mlops__buf *out) {
    mlops__packed_write(out, s->ends, n_blocks);
    mlops__buf_varint(out, s->columns.size);
    mlops__buf_put(out, s->columns.data, s->columns.size);
    mlops__buf_put(out, s->blocks.data, s->blocks.size);
}

static mlops_status write_all(writing *w, mlops__buf *out, mlops__buf *was, mlops_error *err) {
    mlops__patch_writer *p = w->patch;
    for (size_t i = 0; i < w->n_lists; i++) MLOPS_TRY(write_column(w, &w->lists[i], err));
    for (size_t i = 0; i < w->n_blocks; i++) write_block(w, i);
    if (w->is.columns.status || w->is.blocks.status || w->was.columns.status ||
        w->was.blocks.status)
        return mlops__fail_nomem(err, p->cells.size);
    write_head(p, w->n_lists, out);
    mlops__packed_write(out, (const int64_t *)(const void *)p->marks.data, w->n_blocks);
    put_side(&w->is, w->n_blocks, out);
    if (w->n_lists) mlops__buf_u8(was, MLOPS__PATCH_WAS_VERSION);
    if (w->n_lists) put_side(&w->was, w->n_blocks, was);
    return out->status || was->status ? mlops__fail_nomem(err, out->size) : MLOPS_OK;
}

/* One piece of memory for lists, their cells, words and ends of blocks. */
static mlops_status write_patch(writing *w, mlops__buf *memory, mlops_error *err) {
    const mlops__patch_writer *p = w->patch;
    const change *changes = (const change *)(const void *)p->cells.data;
    size_t n_columns = p->dialect.n_columns + 1u, n_touched = 0;
    size_t size = n_columns * (sizeof(list *) + 8);
    if (!mlops__buf_extend(memory, size)) return mlops__fail_nomem(err, size);
    uint32_t *counts = (uint32_t *)(void *)(memory->data + n_columns * sizeof(list *));
    memset(memory->data, 0, size);
    for (size_t i = 0; i < p->n_cells; i++) n_touched += counts[changes[i].column]++ == 0;
    size_t cells = 8 * (p->n_cells * 3 + 3 * n_touched + p->n_cells / 32);
    size_t words = MLOPS__WORDS_MAX * sizeof(mlops__span);
    size_t lists_at = (size + 15) / 16 * 16, more = n_touched * sizeof(list) + cells + words;
    if (!mlops__buf_extend(memory, lists_at - size + more + 16 * w->n_blocks))
        return mlops__fail_nomem(err, more);
    counts = (uint32_t *)(void *)(memory->data + n_columns * sizeof(list *));
    uint8_t *at = memory->data + lists_at;
    w->is.ends = (int64_t *)(void *)at;
    w->was.ends = w->is.ends + w->n_blocks;
    at += 16 * w->n_blocks;
    w->words = (mlops__span *)(void *)at;
    w->lists = (list *)(void *)(at + words);
    deal(w, counts, (list **)(void *)memory->data, (uint8_t *)(w->lists + n_touched));
    return MLOPS_OK;
}

static void begin_side(side *s, const mlops_allocator *allocator) {
    mlops__buf_init(&s->blocks, allocator);
    mlops__buf_init(&s->columns, allocator);
}

static void end_side(side *s) {
    mlops__buf_free(&s->blocks);
    mlops__buf_free(&s->columns);
}

mlops_status mlops__patch_end(mlops__patch_writer *self, mlops__buf *out, mlops__buf *was,
                              mlops_error *err) {
    writing w = {.patch = self};
    mlops__buf memory;
    size_t begin = out->size, begin_was = was->size;
    if (self->n_rows == 0) return mlops__fail(err, MLOPS_E_INVALID, "there are no rows");
    if (self->n_rows % BLOCK) put_mark(self);
    w.n_blocks = (size_t)((self->n_rows + BLOCK - 1) / BLOCK);
    mlops__buf_init(&memory, self->allocator);
    begin_side(&w.is, self->allocator);
    begin_side(&w.was, self->allocator);
    mlops__buf_init(&w.room, self->allocator);
    mlops_status status = told(self) ? mlops__fail_nomem(err, 0) : write_patch(&w, &memory, err);
    if (!status) status = write_all(&w, out, was, err);
    if (status) out->size = begin, was->size = begin_was;
    mlops__buf_free(&memory);
    end_side(&w.is);
    end_side(&w.was);
    mlops__buf_free(&w.room);
    mlops__patch_drop(self);
    return status;
}
