/* JSON (RFC 8259): a pull reader over a bounded cursor, and a writer onto a buffer.
 *
 * The reader hands out one event after the other and keeps no tree; nesting is bounded. Strings and
 * numbers are slices of the input; unescaping copies into an arena only where there is an escape.
 * Text must be UTF-8; names may repeat (readers of a format decide). NaN and Infinity, which
 * XGBoost may write, are taken as numbers.
 */
#ifndef MLOPS_TEXT_JSON_H
#define MLOPS_TEXT_JSON_H

#include "base/arena.h"
#include "base/buf.h"

enum { MLOPS__JSON_DEPTH = 64 };

typedef enum mlops__json_event {
    MLOPS__JSON_NULL,
    MLOPS__JSON_TRUE,
    MLOPS__JSON_FALSE,
    MLOPS__JSON_NUMBER, /* text: its spelling */
    MLOPS__JSON_STRING, /* text: unescaped */
    MLOPS__JSON_NAME,   /* of a member; its value follows. text: unescaped */
    MLOPS__JSON_ARRAY,
    MLOPS__JSON_ARRAY_END,
    MLOPS__JSON_OBJECT,
    MLOPS__JSON_OBJECT_END,
    MLOPS__JSON_END /* of the document */
} mlops__json_event;

typedef struct mlops__json {
    const char *data;
    size_t size;
    size_t offset;
    size_t token;     /* offset where the newest event began */
    const char *text; /* of the newest NUMBER, STRING, NAME; not NUL-terminated */
    size_t n;         /* its length */
    int depth;
    int expect; /* internal */
    uint8_t stack[MLOPS__JSON_DEPTH];
    mlops__arena *arena; /* for unescaped strings */
    mlops_error *err;
} mlops__json;

void mlops__json_init(mlops__json *self, const char *text, size_t n, mlops__arena *arena,
                      mlops_error *err);

/* The next event. MLOPS_E_CORRUPT with line, column and offset for text that is no JSON or goes too
 * deep; MLOPS_E_NOMEM. */
mlops_status mlops__json_next(mlops__json *self, mlops__json_event *event);

/* Passes over one value: called where a value is due. */
mlops_status mlops__json_skip(mlops__json *self);

/* Passes over n bytes that the caller has read: a value, and the comma ahead of it if it is due. */
void mlops__json_pass(mlops__json *self, size_t n);

/* An error at the newest event: line, column and offset are filled in. */
mlops_status mlops__json_fail(mlops__json *self, mlops_status code, const char *format, ...)
    MLOPS__PRINTF(3, 4);

/* True if text is the newest event's. */
int mlops__json_is(const mlops__json *self, const char *text);

/* Writer: commas and quotes are its business; errors stick in the buffer. */
typedef struct mlops__json_writer {
    mlops__buf *out;
    int depth;
    uint8_t filled[MLOPS__JSON_DEPTH]; /* a value stands on this level already */
    int named;                         /* a name was just written */
    int indent;                        /* spaces a level; 0: all on one line */
} mlops__json_writer;

void mlops__json_writer_init(mlops__json_writer *self, mlops__buf *out, int indent);
void mlops__json_open(mlops__json_writer *self, char bracket);  /* '{' or '[' */
void mlops__json_close(mlops__json_writer *self, char bracket); /* '}' or ']' */
void mlops__json_name(mlops__json_writer *self, const char *name);
void mlops__json_string(mlops__json_writer *self, const char *text);
void mlops__json_string_n(mlops__json_writer *self, const char *text, size_t n);
void mlops__json_f64(mlops__json_writer *self, double value); /* null if not finite */
void mlops__json_i64(mlops__json_writer *self, int64_t value);
void mlops__json_bool(mlops__json_writer *self, int value);
void mlops__json_null(mlops__json_writer *self);
void mlops__json_raw(mlops__json_writer *self, const char *json, size_t n);

/* Members of an object. */
void mlops__json_put_f64(mlops__json_writer *self, const char *name, double value);
void mlops__json_put_i64(mlops__json_writer *self, const char *name, int64_t value);
void mlops__json_put_text(mlops__json_writer *self, const char *name, const char *value);

#endif
