/* Records and fields of CSV.
 *
 * Owns the array of fields. Invariant: pos is the start of a record, line its line, whenever a
 * caller can look; a record that the window holds only in part is begun again after more bytes have
 * come, so that fields never point into a window that has moved.
 */
#include "column/csv_read.h"

#include <string.h>

static inline int is_stop(const mlops__csv_reader *self, char c) {
    return c == self->delimiter || c == '\n' || c == '\r';
}

/* What split() found. */
typedef enum found { FOUND_RECORD, FOUND_PART } found;

/* The record of this line goes from byte begin to byte end of the window, at least. */
static mlops_status check_length(const mlops__csv_reader *self, size_t begin, size_t end,
                                 int64_t line) {
    if ((int64_t)(end - begin) <= self->line_max) return MLOPS_OK;
    int64_t n_lines = mlops__csv_count_lines(self, begin, begin + (size_t)self->line_max);
    return mlops__fail_at(self->err, MLOPS_E_LIMIT, line, 0, -1,
                          "the record of line %lld has more than line_max (%lld) bytes%s",
                          (long long)line, (long long)self->line_max,
                          n_lines ? " and goes over several lines: is a quote left open?" : "");
}

/* Something is wrong at byte at of the record, which is known up to byte end. Which of two faults
 * is found does not depend on how much the window holds. */
static mlops_status refuse(const mlops__csv_reader *self, size_t at, size_t end,
                           const char *problem) {
    MLOPS_TRY(check_length(self, self->pos, end, self->line));
    int64_t line = self->line + mlops__csv_count_lines(self, self->pos, at);
    int64_t column = self->n_fields + 1;
    return mlops__fail_at(self->err, MLOPS_E_PARSE, line, column, self->base + (int64_t)at,
                          "line %lld, field %lld: %s", (long long)line, (long long)column, problem);
}

/* Reads the quoted field whose opening quote is at. *end is behind the closing quote; size if it is
 * not known yet where that is. */
static mlops_status read_quoted(mlops__csv_reader *self, size_t at, mlops__csv_field *field,
                                size_t *end) {
    const char *text = self->text;
    size_t size = self->size, i = at + 1;
    int ended = mlops__csv_ended(self);
    *field = (mlops__csv_field){text + i, 0, 1, 0};
    *end = size;
    for (;;) {
        const char *quote = memchr(text + i, '"', size - i);
        if (!quote && ended)
            return refuse(self, at, size, "the quote that opens here is never closed");
        if (!quote) return MLOPS_OK;
        i = (size_t)(quote - text) + 1;
        if (i == size || text[i] != '"') break;
        field->doubled = 1;
        i++;
    }
    if (i == size && !ended) return MLOPS_OK;
    field->n = mlops__csv_plain(text, i - 1 - (at + 1)).n;
    *end = i;
    self->inner_lines += mlops__csv_count_lines(self, at + 1, i - 1);
    char next = i < size ? text[i] : '\n';
    if (next != self->delimiter && next != '\n' && next != '\r')
        return refuse(self, i, i,
                      "only a delimiter or a line end may follow a closing quote; a quote "
                      "inside a quoted field is doubled");
    return MLOPS_OK;
}

static mlops_status grow_fields(mlops__csv_reader *self) {
    int64_t cap = self->fields_cap ? self->fields_cap * 2 : 16;
    size_t old = (size_t)self->fields_cap * sizeof *self->fields, bytes;
    if (!mlops__mul((size_t)cap, sizeof *self->fields, &bytes)) return MLOPS_E_NOMEM;
    const mlops_allocator *a = self->allocator;
    void *fields = self->fields ? a->realloc(a->ctx, self->fields, old, bytes, MLOPS__ALIGN)
                                : mlops__alloc(a, bytes);
    if (!fields) return MLOPS_E_NOMEM;
    self->fields = fields;
    self->fields_cap = cap;
    return MLOPS_OK;
}

static inline mlops_status put_field(mlops__csv_reader *self, mlops__csv_field field) {
    int is_due = !self->n_columns || self->n_fields < self->n_columns;
    if (self->n_fields >= self->fields_cap && is_due) MLOPS_TRY(grow_fields(self));
    if (self->n_fields < self->fields_cap) self->fields[self->n_fields] = field;
    self->n_fields++;
    return MLOPS_OK;
}

/* Moves on behind the line end at end, if the window tells how long that is. */
static found finish(mlops__csv_reader *self, size_t end) {
    size_t next = end;
    int ended = mlops__csv_ended(self);
    if (end == self->size && !ended) return FOUND_PART;
    if (end < self->size) next++;
    if (end < self->size && self->text[end] == '\r') {
        if (next == self->size && !ended) return FOUND_PART;
        if (next < self->size && self->text[next] == '\n') next++;
    }
    self->mark = (mlops__csv_mark){self->base + (int64_t)self->pos, self->line};
    self->line += 1 + self->inner_lines;
    self->pos = next;
    return FOUND_RECORD;
}

static mlops_status split(mlops__csv_reader *self, found *out) {
    size_t at = self->pos, end;
    self->n_fields = 0;
    self->inner_lines = 0;
    for (;; at = end + 1) {
        mlops__csv_field field;
        if (at < self->size && self->text[at] == '"') {
            MLOPS_TRY(read_quoted(self, at, &field, &end));
        } else {
            for (end = at; end < self->size && !is_stop(self, self->text[end]);) end++;
            field = mlops__csv_plain(self->text + at, end - at);
        }
        MLOPS_TRY(put_field(self, field));
        if (end >= self->size || self->text[end] != self->delimiter) break;
    }
    *out = finish(self, end);
    return MLOPS_OK;
}

mlops_status mlops__csv_next(mlops__csv_reader *self) {
    for (;;) {
        if (self->pos == self->size && mlops__csv_ended(self)) return MLOPS_END;
        found what = FOUND_PART;
        if (self->pos < self->size) MLOPS_TRY(split(self, &what));
        if (what == FOUND_PART) {
            MLOPS_TRY(check_length(self, self->pos, self->size, self->line));
            MLOPS_TRY(mlops__csv_fill(self));
            continue;
        }
        size_t begin = (size_t)(self->mark.offset - self->base);
        MLOPS_TRY(check_length(self, begin, self->pos, self->mark.line));
        int blank = self->n_fields == 1 && !self->fields[0].n && !self->fields[0].quoted;
        if (!blank || self->n_columns == 1) return MLOPS_OK;
    }
}

size_t mlops__csv_unquote(const mlops__csv_field *field, char *out) {
    const char *p = field->text, *end = p + field->n, *quote;
    char *to = out;
    while (field->doubled && (quote = memchr(p, '"', (size_t)(end - p)))) {
        size_t n = (size_t)(quote + 1 - p);
        memcpy(to, p, n);
        to += n;
        p = quote + 2; /* the one behind it is the same */
    }
    if (p < end) memcpy(to, p, (size_t)(end - p));
    return (size_t)(to - out) + (size_t)(end - p);
}
