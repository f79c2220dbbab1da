/* Records of CSV from a file that may still grow: each is passed on as soon as it is whole. A line
 * end within quotes does not end a record.
 */
#include "cli.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 1 << 16, RECORD_MAX = 16 << 20 };

void cli_stream_init(cli_stream *self, int file, char delimiter) {
    *self = (cli_stream){.file = file, .delimiter = delimiter, .line = 1};
}

void cli_stream_free(cli_stream *self) { free(self->text); }

/* Reads what there is; waits only if there is nothing. */
static int fill(cli_stream *self) {
    if (self->at) memmove(self->text, self->text + self->at, self->size - self->at);
    self->size -= self->at;
    self->at = 0;
    if (self->cap - self->size < ROOM) {
        if (self->size > RECORD_MAX)
            return cli_complain("standard input, line %lld: a record of more than %d bytes; is a "
                                "quote left open?",
                                (long long)self->line, RECORD_MAX);
        size_t cap = self->cap ? self->cap * 2 : 2 * ROOM;
        char *text = realloc(self->text, cap);
        if (!text) return cli_complain("standard input: out of memory");
        self->text = text;
        self->cap = cap;
    }
    ssize_t n;
    do n = read(self->file, self->text + self->size, self->cap - self->size);
    while (n < 0 && errno == EINTR);
    if (n < 0) return cli_complain("standard input: %s", strerror(errno));
    self->ended = n == 0;
    self->size += (size_t)n;
    return CLI_OK;
}

int cli_stream_ready(const cli_stream *self, int wait_ms) {
    struct pollfd file = {self->file, POLLIN, 0};
    return self->at < self->size || self->ended || poll(&file, 1, wait_ms) != 0;
}

int cli_stream_at_end(cli_stream *self) {
    return self->at == self->size && (self->ended || (!fill(self) && self->at == self->size));
}

/* Where a byte leaves a record; a quote opens only at the beginning of a field. */
typedef enum place { BEGIN, PLAIN, QUOTED, QUOTE_IN_QUOTED, END } place;

static place advance(place at, char c, char delimiter) {
    if (at == QUOTED) return c == '"' ? QUOTE_IN_QUOTED : QUOTED;
    if (c == '\n') return END;
    if (c == delimiter) return BEGIN;
    if (c == '"' && at != PLAIN) return QUOTED;
    return PLAIN;
}

/* The next line, or the next record: CLI_OK with *n 0 at the end. */
static int next(cli_stream *self, int is_line, const char **text, size_t *n) {
    place at = BEGIN;
    size_t i = 0; /* behind self->at */
    while (at != END && !(self->ended && self->at + i == self->size)) {
        if (self->at + i == self->size) {
            int status = fill(self);
            if (status) return status;
            continue;
        }
        char c = self->text[self->at + i++];
        at = is_line ? (c == '\n' ? END : PLAIN) : advance(at, c, self->delimiter);
        self->line += c == '\n';
    }
    *text = self->text ? self->text + self->at : "";
    *n = i;
    self->at += i;
    return CLI_OK;
}

int cli_stream_next(cli_stream *self, const char **record, size_t *n) {
    return next(self, 0, record, n);
}

int cli_stream_skip_line(cli_stream *self) {
    const char *line;
    size_t n;
    return next(self, 1, &line, &n);
}
