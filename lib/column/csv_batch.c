/* Many records at once: those that lie whole in a stretch of the window.
 *
 * Owns the ends of fields and the cells. Invariant: a batch says what the records say one by one.
 * Quotes are paired over the whole stretch, which is right as long as each stands where it may.
 * Where each record is a line of as many fields as are due, the ends say all; else records are
 * looked at one by one, and if the quoted fields have not used up all quotes, and for all that is
 * faulty or not whole, it is csv_read.c that reads: some way on, which grows while stretches give
 * less than it took to look at them, as where stray quotes are in each record.
 */
#include "column/csv_read.h"

#include <string.h>

enum { STRETCH = 16 * 1024, CELLS = 4096, AHEAD = 1 /* entries */ };
/* Finding the ends of a stretch takes as long as reading about LETTERS_MIN bytes by letter. */
enum { LETTERS_MIN = 256 };

void mlops__csv_batch_free(mlops__csv_reader *self) {
    size_t n = AHEAD + self->ends_cap + MLOPS__MARKS_SPARE;
    if (self->ends) mlops__free(self->allocator, self->ends - AHEAD, n * sizeof *self->ends);
    mlops__free(self->allocator, self->cells, (size_t)self->cells_cap * 2 * sizeof *self->cells);
    self->ends = NULL;
    self->cells = NULL;
    self->ends_cap = 0;
    self->cells_cap = 0;
}

static mlops_status begin(mlops__csv_reader *self) {
    size_t cap = self->total < STRETCH ? (size_t)self->total : STRETCH;
    size_t n = AHEAD + cap + MLOPS__MARKS_SPARE;
    uint32_t *ends = mlops__alloc(self->allocator, n * sizeof *ends);
    if (!ends) return MLOPS_E_NOMEM;
    self->ends = ends + AHEAD;
    self->ends_cap = cap;
    self->kern = mlops__kern_for(self->host->cpu);
    return MLOPS_OK;
}

static mlops_status make_cells(mlops__csv_reader *self) {
    int64_t most = (int64_t)self->ends_cap / self->n_columns * self->n_columns;
    int64_t cells = most < CELLS ? most : CELLS / self->n_columns * self->n_columns;
    if (cells < self->n_columns) cells = self->n_columns;
    size_t bytes;
    if (!mlops__mul((size_t)cells, 2 * sizeof *self->cells, &bytes)) return MLOPS_E_NOMEM;
    self->cells = mlops__alloc(self->allocator, bytes);
    if (!self->cells) return MLOPS_E_NOMEM;
    self->cells_cap = cells;
    return MLOPS_OK;
}

static void find_ends(mlops__csv_reader *self) {
    const char *text = self->text + self->pos;
    size_t n = self->size - self->pos;
    if (n > self->ends_cap) n = self->ends_cap;
    self->kern->marks((const uint8_t *)text, n, (uint8_t)self->delimiter, self->ends, &self->found);
    self->ends[-AHEAD] = UINT32_MAX;
    self->next_end = 0;
    self->origin = self->ends_pos = self->pos;
}

/* Each LF ends a record of n_columns fields, none of which is too long, and there is no other line
 * end. */
static int is_plain(const mlops__csv_reader *self) {
    const char *text = self->text + self->origin;
    size_t n = self->found.n_lines, width = (size_t)self->n_columns;
    if (self->found.odd || n > self->found.n / width) return 0;
    const uint32_t *last = self->ends + width - 1;
    int64_t at = 0;
    for (size_t i = 0; i < n; i++, last += width) {
        int64_t next = (int64_t)*last + 1;
        if (text[*last] != '\n' || next - at > self->line_max) return 0;
        at = next;
    }
    return 1;
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

/* How many quotes a field has that begins with one; 0 if they are not where they may be. doubled:
 * there may be more than the two around it. */
static int64_t quotes_of(const char *text, size_t n, int doubled) {
    const char *p = text + 1, *end = text + n - 1;
    if (n < 2 || *end != '"') return 0;
    int64_t count = 2;
    while (doubled && (p = memchr(p, '"', (size_t)(end - p)))) {
        if (p + 1 == end || p[1] != '"') return 0;
        count += 2;
        p += 2;
    }
    return count;
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
        if (w->text[next] == '\n') w->k += w->k + 1 < self->found.n, next++;
    }
    w->k++;
    w->at = next;
    w->n_lines++;
    return 1;
}

/* The record at the walk, into cells; false if it is for csv_read.c. */
static inline int take_record(const mlops__csv_reader *self, walk *w, uint32_t *cells) {
    const uint32_t *ends = self->ends + w->k;
    const char *text = w->text, delimiter = self->delimiter;
    size_t n = (size_t)self->n_columns, at = w->at, n_delimiters = 0;
    int64_t n_quotes = 0;
    for (size_t i = 0; i < n; i++) {
        size_t end = ends[i];
        n_delimiters += text[end] == delimiter;
        cells[2 * i] = (uint32_t)at - 1;
        cells[2 * i + 1] = (uint32_t)end;
        if (text[at] == '"') {
            int64_t some = quotes_of(text + at, end - at, self->doubled);
            if (!some) return 0;
            n_quotes += some;
        }
        at = end + 1;
    }
    if (n_delimiters != n - 1 || text[at - 1] == delimiter) return 0;
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
    while (n < most && w->k < self->found.n) {
        int blank = self->ends[w->k] == w->at && w->text[w->at] != self->delimiter;
        if (blank && width > 1) {
            if (!pass_line_end(self, w)) break;
            continue;
        }
        if (self->found.n - w->k < width ||
            !take_record(self, w, self->cells + (size_t)n * width * 2))
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

/* Records up to where the walk is make the batch. */
static void put_batch(mlops__csv_reader *self, const walk *w, int64_t n) {
    size_t end = self->origin + w->at;
    self->n_batch = n;
    self->mark = (mlops__csv_mark){self->base + (int64_t)self->pos, self->line};
    self->line += self->found.inner ? mlops__csv_count_lines(self, self->pos, end) : w->n_lines;
    self->n_fields = self->n_columns;
    self->next_end = w->k;
    self->ends_pos = self->pos = end;
}

/* Records of a plain stretch, which may be some already. */
static void take_plain(mlops__csv_reader *self, int64_t most) {
    walk w = walk_from(self);
    size_t width = (size_t)self->n_columns;
    int64_t n = (int64_t)(self->found.n_lines - w.k / width);
    if (n > most) n = most;
    if (!n) return;
    self->batch = self->ends + w.k - AHEAD;
    self->batch_step = 1;
    w.k += (size_t)n * width;
    w.at = (size_t)self->ends[w.k - 1] + 1;
    w.n_lines = n;
    put_batch(self, &w, n);
}

/* Records of any stretch: none if the next is for csv_read.c. If quoted cells have two quotes each,
 * and all have been found by that, none is doubled. */
static void take_stretch(mlops__csv_reader *self, int64_t most) {
    if (most > self->cells_cap / self->n_columns) most = self->cells_cap / self->n_columns;
    walk w = walk_from(self);
    int64_t n = take_records(self, &w, most);
    if (n && !self->doubled && !is_stripped(self, &w)) {
        self->doubled = 1;
        w = walk_from(self);
        n = take_records(self, &w, most);
    }
    if (n && self->doubled && !is_stripped(self, &w)) {
        self->by_letter = self->origin + w.at;
        n = 0;
    }
    if (!n) return;
    self->batch = self->cells;
    self->batch_step = 2;
    put_batch(self, &w, n);
}

/* The stretch gives no more records than it has. False if it was worth finding its ends. */
static int leave_stretch(mlops__csv_reader *self) {
    self->ends_pos = SIZE_MAX;
    if (self->pos - self->origin > LETTERS_MIN) {
        self->letters = 0;
        return 0;
    }
    if (!self->letters) self->letters = LETTERS_MIN;
    else if (self->letters < STRETCH) self->letters *= 2;
    if (self->by_letter < self->pos + self->letters) self->by_letter = self->pos + self->letters;
    return 1;
}

mlops_status mlops__csv_next_batch(mlops__csv_reader *self, int64_t most) {
    if (!self->ends) MLOPS_TRY(begin(self));
    self->n_batch = 0;
    while (self->pos < self->size && self->pos >= self->by_letter) {
        if (self->ends_pos != self->pos) {
            find_ends(self);
            self->plain = is_plain(self);
        }
        if (!self->plain && !self->cells) MLOPS_TRY(make_cells(self));
        if (self->plain) take_plain(self, most);
        else take_stretch(self, most);
        if (self->n_batch) return MLOPS_OK;
        if (leave_stretch(self)) break;
    }
    mlops_status status = mlops__csv_next(self);
    self->batch = NULL;
    self->n_batch = status == MLOPS_OK;
    return status;
}

int64_t mlops__csv_batch_line(const mlops__csv_reader *self, int64_t record) {
    const char *begin = self->text + (self->mark.offset - self->base);
    const char *at = mlops__csv_field_at(self, record, 0).text;
    size_t from = (size_t)(begin - self->text);
    return self->mark.line + mlops__csv_count_lines(self, from, (size_t)(at - self->text));
}
