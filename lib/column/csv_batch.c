/* Many records at once: those that lie whole in a stretch of the window.
 *
 * Owns the ends of fields and the cells. Invariant: a batch says what the records say one by one.
 * Quotes are paired over the whole stretch, which is right as long as each stands where it may; if
 * the quoted fields have not used up all of them, and for all that is faulty or not whole, it is
 * csv_read.c that reads, one record after the other.
 */
#include "column/csv_read.h"

#include <string.h>

enum { STRETCH = 16 * 1024, CELLS = 4096 };

void mlops__csv_batch_free(mlops__csv_reader *self) {
    mlops__free(self->allocator, self->ends,
                (self->ends_cap + MLOPS__MARKS_SPARE) * sizeof *self->ends);
    mlops__free(self->allocator, self->cells, (size_t)self->cells_cap * sizeof *self->cells);
    self->ends = NULL;
    self->cells = NULL;
    self->ends_cap = 0;
    self->cells_cap = 0;
}

static mlops_status begin(mlops__csv_reader *self) {
    size_t cap = self->total < STRETCH ? (size_t)self->total : STRETCH, bytes;
    int64_t most = (int64_t)cap / self->n_columns * self->n_columns;
    int64_t cells = most < CELLS ? most : CELLS / self->n_columns * self->n_columns;
    if (cells < self->n_columns) cells = self->n_columns;
    if (!mlops__mul((size_t)cells, sizeof *self->cells, &bytes)) return MLOPS_E_NOMEM;
    self->ends = mlops__alloc(self->allocator, (cap + MLOPS__MARKS_SPARE) * sizeof *self->ends);
    if (!self->ends) return MLOPS_E_NOMEM;
    self->ends_cap = cap;
    self->cells = mlops__alloc(self->allocator, bytes);
    if (!self->cells) return MLOPS_E_NOMEM;
    self->cells_cap = cells;
    self->kern = mlops__kern_for(self->host->cpu);
    return MLOPS_OK;
}

static void find_ends(mlops__csv_reader *self) {
    const char *text = self->text + self->pos;
    size_t n = self->size - self->pos;
    if (n > self->ends_cap) n = self->ends_cap;
    uint64_t quoted = 0;
    self->quotes = memchr(text, '"', n) != NULL;
    self->n_ends = self->kern->marks((const uint8_t *)text, n, (uint8_t)self->delimiter,
                                     self->quotes ? '"' : 0, &quoted, self->ends);
    self->next_end = 0;
    self->origin = self->ends_pos = self->pos;
}

static int64_t count_quotes(const char *text, size_t n) {
    int64_t count = 0;
    for (size_t i = 0; i < n;) {
        size_t to = n - i < UINT8_MAX ? n : i + UINT8_MAX;
        uint8_t some = 0;
        for (; i < to; i++) some = (uint8_t)(some + (text[i] == '"'));
        count += some;
    }
    return count;
}

/* Takes the quotes off a cell that begins with one; returns how many there are, 0 if they are not
 * where they may be. doubled: there may be more than the two around it. */
static int64_t strip_quotes(mlops__csv_field *cell, int doubled) {
    const char *p = cell->text + 1, *end = cell->text + cell->n - 1;
    if (cell->n < 2 || *end != '"') return 0;
    *cell = mlops__csv_plain(p, (size_t)(end - p));
    cell->quoted = 1;
    int64_t n = 2;
    while (doubled && (p = memchr(p, '"', (size_t)(end - p)))) {
        if (p + 1 == end || p[1] != '"') return 0;
        cell->doubled = 1;
        n += 2;
        p += 2;
    }
    return n;
}

/* A walk over the ends of a stretch. */
typedef struct walk {
    const char *text; /* at origin */
    size_t k;         /* of ends */
    size_t at;        /* of text: where the next record begins */
    int64_t n_quotes;
    int64_t n_lines;
} walk;

/* Moves on behind the line end that is number k; false if the window does not tell how long it is.
 */
static inline int pass_line_end(const mlops__csv_reader *self, walk *w) {
    size_t next = (size_t)self->ends[w->k] + 1;
    if (w->text[next - 1] == '\r') {
        if (self->origin + next == self->size) return 0;
        if (w->text[next] == '\n') w->k += w->k + 1 < self->n_ends, next++;
    }
    w->k++;
    w->at = next;
    w->n_lines++;
    return 1;
}

/* The record at the walk, into cells; false if it is for csv_read.c. */
static inline int take_record(const mlops__csv_reader *self, walk *w, mlops__csv_field *cells) {
    const uint32_t *ends = self->ends + w->k;
    const char *text = w->text, delimiter = self->delimiter;
    size_t n = (size_t)self->n_columns, at = w->at, n_delimiters = 0;
    for (size_t i = 0; i < n; i++) {
        size_t end = ends[i];
        n_delimiters += text[end] == delimiter;
        cells[i] = mlops__csv_plain(text + at, end - at);
        at = end + 1;
    }
    if (n_delimiters != n - 1 || text[at - 1] == delimiter) return 0;
    int64_t n_quotes = 0;
    for (size_t i = 0; self->quotes && i < n; i++) {
        if (cells[i].n == 0 || *cells[i].text != '"') continue;
        int64_t some = strip_quotes(&cells[i], self->doubled);
        if (!some) return 0;
        n_quotes += some;
    }
    walk before = *w;
    w->k += n - 1;
    w->n_quotes += n_quotes;
    if (pass_line_end(self, w) && w->at - before.at <= (uint64_t)self->line_max) return 1;
    *w = before;
    return 0;
}

static int64_t take_records(mlops__csv_reader *self, walk *w, int64_t most) {
    size_t width = (size_t)self->n_columns;
    int64_t n = 0;
    while (n < most && w->k < self->n_ends) {
        int blank = self->ends[w->k] == w->at && w->text[w->at] != self->delimiter;
        if (blank && width > 1) {
            if (!pass_line_end(self, w)) break;
            continue;
        }
        if (self->n_ends - w->k < width || !take_record(self, w, self->cells + (size_t)n * width))
            break;
        n++;
    }
    return n;
}

static walk walk_from(const mlops__csv_reader *self) {
    return (walk){self->text + self->origin, self->next_end, self->pos - self->origin, 0, 0};
}

/* All quotes up to where the walk is have been taken off. */
static int is_stripped(const mlops__csv_reader *self, const walk *w) {
    size_t size = self->origin + w->at - self->pos;
    return count_quotes(self->text + self->pos, size) == w->n_quotes;
}

/* Records of the stretch from pos on: none if the next is for csv_read.c. If quoted cells have two
 * quotes each, and all have been found by that, none is doubled. */
static void take_stretch(mlops__csv_reader *self, int64_t most) {
    walk w = walk_from(self);
    int64_t n = take_records(self, &w, most);
    if (self->quotes && n && !self->doubled && !is_stripped(self, &w)) {
        self->doubled = 1;
        w = walk_from(self);
        n = take_records(self, &w, most);
    }
    size_t end = self->origin + w.at;
    if (self->quotes && n && self->doubled && !is_stripped(self, &w)) {
        self->by_letter = end;
        n = 0;
    }
    self->n_batch = n;
    if (!n) return;
    self->mark = (mlops__csv_mark){self->base + (int64_t)self->pos, self->line};
    self->line += self->quotes ? mlops__csv_count_lines(self, self->pos, end) : w.n_lines;
    self->batch = self->cells;
    self->n_fields = self->n_columns;
    self->next_end = w.k;
    self->ends_pos = self->pos = end;
}

mlops_status mlops__csv_next_batch(mlops__csv_reader *self, int64_t most) {
    if (!self->cells) MLOPS_TRY(begin(self));
    if (most > self->cells_cap / self->n_columns) most = self->cells_cap / self->n_columns;
    int fresh = 0;
    self->n_batch = 0;
    while (!self->n_batch && !fresh && self->pos < self->size && self->pos >= self->by_letter) {
        fresh = self->ends_pos != self->pos || self->pos == self->origin;
        if (self->ends_pos != self->pos) find_ends(self);
        take_stretch(self, most);
        if (!self->n_batch) self->ends_pos = SIZE_MAX;
    }
    if (self->n_batch) return MLOPS_OK;
    mlops_status status = mlops__csv_next(self);
    self->batch = self->fields;
    self->n_batch = status == MLOPS_OK;
    return status;
}

int64_t mlops__csv_batch_line(const mlops__csv_reader *self, int64_t record) {
    const char *begin = self->text + (self->mark.offset - self->base);
    const char *at = self->batch[record * self->n_columns].text;
    size_t from = (size_t)(begin - self->text);
    return self->mark.line + mlops__csv_count_lines(self, from, (size_t)(at - self->text));
}
