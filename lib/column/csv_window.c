/* The window over a CSV source: takes bytes from a file or from memory in steps, and looks at each
 * of them once for what no text may hold: records before such a byte are read all the same.
 *
 * Owns the buffer of a file. Invariant: text[0, size) is valid UTF-8 without NUL; a record that is
 * not yet read whole stays in the window, which grows with it up to line_max; between two steps the
 * caller may cancel and time may run out.
 */
#include "column/csv_read.h"
#include "text/utf8.h"

#include <string.h>

enum { STEP = 256 * 1024 /* fits into the second-level cache */ };

static size_t step_of(const mlops__csv_reader *self) { return self->step ? self->step : STEP; }

/* LF and CR without an LF behind it, in steps whose counts fit into a byte: what vectors add. */
int64_t mlops__csv_count_lines(const mlops__csv_reader *self, size_t begin, size_t end) {
    const char *text = self->text;
    int64_t n = 0;
    size_t inner = end < self->raw ? end : end - (end > begin); /* these have a byte behind them */
    for (size_t i = begin; i < inner;) {
        size_t to = inner - i < UINT8_MAX ? inner : i + UINT8_MAX;
        uint8_t some = 0;
        for (; i < to; i++)
            some =
                (uint8_t)(some + ((text[i] == '\n') | ((text[i] == '\r') & (text[i + 1] != '\n'))));
        n += some;
    }
    if (inner < end) n += text[inner] == '\n' || text[inner] == '\r';
    return n;
}

mlops_status mlops__csv_poll(const mlops__csv_reader *self) {
    const mlops_call *call = self->call;
    const mlops_clock *clock = &self->host->clock;
    int64_t now = self->done + self->base + (int64_t)self->size;
    if (call->progress && call->progress(call->progress_user, now, self->done + self->total))
        return mlops__fail(self->err, MLOPS_E_CANCELLED, "cancelled at byte %lld of %lld",
                           (long long)(now - self->done), (long long)self->total);
    if (call->deadline_ns && clock->monotonic_ns(clock->ctx) > call->deadline_ns)
        return mlops__fail(self->err, MLOPS_E_DEADLINE, "the deadline passed at byte %lld of %lld",
                           (long long)(now - self->done), (long long)self->total);
    return MLOPS_OK;
}

/* Moves the unread bytes to the front of the buffer and makes room behind them. */
static mlops_status make_room(mlops__csv_reader *self) {
    size_t unread = self->raw - self->pos;
    if (self->pos && unread) memmove(self->buffer, self->buffer + self->pos, unread);
    self->base += (int64_t)self->pos;
    self->size -= self->pos;
    self->raw = unread;
    self->pos = 0;
    if (unread < self->cap) return MLOPS_OK;
    size_t cap = self->cap ? self->cap * 2 : step_of(self);
    const mlops_allocator *a = self->allocator;
    void *buffer = self->buffer ? a->realloc(a->ctx, self->buffer, self->cap, cap, MLOPS__ALIGN)
                                : mlops__alloc(a, cap);
    if (!buffer) return MLOPS_E_NOMEM;
    self->buffer = buffer;
    self->text = buffer;
    self->cap = cap;
    return MLOPS_OK;
}

static mlops_status take_file(mlops__csv_reader *self) {
    MLOPS_TRY(make_room(self));
    const mlops_io *io = &self->host->io;
    int64_t offset = self->base + (int64_t)self->raw, left = self->total - offset;
    size_t n = self->cap - self->raw;
    if ((uint64_t)left < n) n = (size_t)left;
    int64_t got;
    do got = io->pread(io->ctx, self->file, self->buffer + self->raw, n, offset);
    while (got < 0 && mlops__os_kind_of(got) == MLOPS__OS_INTERRUPTED);
    if (got < 0) return mlops__fail_os(self->err, got, "cannot read", self->path);
    if (got == 0)
        return mlops__fail_at(self->err, MLOPS_E_IO, 0, 0, offset,
                              "this became shorter while it was read");
    self->raw += (size_t)got;
    return MLOPS_OK;
}

static void take_memory(mlops__csv_reader *self) {
    size_t step = step_of(self), unread = self->raw - self->pos;
    if (step < unread) step = unread; /* so that a long record is begun again only log times */
    size_t left = (size_t)self->total - self->raw;
    self->text = self->memory;
    self->raw += step < left ? step : left;
}

/* The byte at size is the first that must not be there. */
static mlops_status refuse_byte(const mlops__csv_reader *self) {
    size_t at = self->size;
    uint8_t byte = (uint8_t)self->text[at];
    int64_t offset = self->base + (int64_t)at;
    const char *remedy = byte ? "convert it to UTF-8" : "it may be UTF-16, or binary";
    if (offset < 2 && (byte == 0xff || byte == 0xfe)) remedy = "it may be UTF-16";
    return mlops__fail_at(self->err, MLOPS_E_PARSE,
                          self->line + mlops__csv_count_lines(self, self->pos, at), 0, offset,
                          byte ? "byte 0x%x at offset %lld is no UTF-8: %s"
                               : "byte 0x%x at offset %lld: text holds no NUL; %s",
                          byte, (long long)offset, remedy);
}

/* Moves size on to raw, or to a byte that must not be there, or to a character of which the end has
 * not come yet. */
static void check_bytes(mlops__csv_reader *self) {
    const char *fresh = self->text + self->size;
    size_t n = self->raw - self->size;
    size_t good = mlops__utf8_check(fresh, n);
    const char *nul = memchr(fresh, 0, good);
    int more = self->base + (int64_t)self->raw < self->total;
    self->spoiled = nul || (good < n && !(more && n - good < 4));
    self->size += nul ? (size_t)(nul - fresh) : good;
}

mlops_status mlops__csv_fill(mlops__csv_reader *self) {
    if (self->spoiled) return refuse_byte(self);
    MLOPS_TRY(mlops__csv_poll(self));
    if (self->path) MLOPS_TRY(take_file(self));
    if (!self->path) take_memory(self);
    self->ends_pos = SIZE_MAX; /* the window moved or grew */
    self->by_letter = 0;
    check_bytes(self);
    return MLOPS_OK;
}

void mlops__csv_rewind(mlops__csv_reader *self, mlops__csv_mark mark) {
    size_t at = self->path ? 0 : (size_t)mark.offset;
    self->base = self->path ? mark.offset : 0;
    self->pos = self->size = self->raw = at;
    self->line = mark.line;
    self->spoiled = 0;
    self->ends_pos = SIZE_MAX;
    self->by_letter = 0;
}

mlops_status mlops__csv_begin(mlops__csv_reader *self) {
    mlops__csv_rewind(self, (mlops__csv_mark){0, 1});
    self->text = self->memory;
    while (self->size < 3 && !mlops__csv_ended(self)) MLOPS_TRY(mlops__csv_fill(self));
    if (self->size >= 3 && memcmp(self->text, "\xef\xbb\xbf", 3) == 0) self->pos = 3;
    return MLOPS_OK;
}

void mlops__csv_end(mlops__csv_reader *self) {
    mlops__free(self->allocator, self->buffer, self->cap);
    mlops__free(self->allocator, self->fields, (size_t)self->fields_cap * sizeof *self->fields);
    mlops__csv_batch_free(self);
    self->buffer = NULL;
    self->fields = NULL;
    self->fields_cap = 0;
}

/* Bytes of the line at pos with its end; 0 if the window holds only a part of it. */
static size_t line_size(const mlops__csv_reader *self) {
    int ended = mlops__csv_ended(self);
    for (size_t i = self->pos; i < self->size; i++) {
        if (self->text[i] == '\n') return i + 1 - self->pos;
        if (self->text[i] != '\r') continue;
        if (i + 1 < self->size) return i + 1 + (self->text[i + 1] == '\n') - self->pos;
        if (ended) return i + 1 - self->pos;
    }
    return ended ? self->size - self->pos : 0;
}

mlops_status mlops__csv_skip_lines(mlops__csv_reader *self, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
        size_t size = line_size(self);
        while (!size && !mlops__csv_ended(self)) {
            if ((int64_t)(self->size - self->pos) > self->line_max)
                return mlops__fail_at(self->err, MLOPS_E_LIMIT, self->line, 0, -1,
                                      "line %lld has more than line_max (%lld) bytes",
                                      (long long)self->line, (long long)self->line_max);
            MLOPS_TRY(mlops__csv_fill(self));
            size = line_size(self);
        }
        if (!size)
            return mlops__fail_at(self->err, MLOPS_E_PARSE, self->line, 0, -1,
                                  "skip_lines is %lld, but the text has %lld line%s", (long long)n,
                                  (long long)i, mlops__plural(i));
        self->pos += size;
        self->line++;
    }
    return MLOPS_OK;
}
