/* Where a model file's structure comes from: events, the same for JSON and UBJSON, so that one
 * importer reads both.
 *
 * The reader keeps no tree; nesting is bounded. A run of numbers of one type (UBJSON) can be taken
 * at once.
 */
#ifndef MLOPS_MODEL_SOURCE_H
#define MLOPS_MODEL_SOURCE_H

#include "base/arena.h"
#include "text/json.h"

typedef enum mlops__event {
    MLOPS__EVENT_NULL,
    MLOPS__EVENT_FALSE,
    MLOPS__EVENT_TRUE,
    MLOPS__EVENT_NUMBER,
    MLOPS__EVENT_STRING, /* text, n */
    MLOPS__EVENT_NAME,   /* text, n; its value follows */
    MLOPS__EVENT_ARRAY,
    MLOPS__EVENT_ARRAY_END,
    MLOPS__EVENT_OBJECT,
    MLOPS__EVENT_OBJECT_END,
    MLOPS__EVENT_END /* of the document */
} mlops__event;

/* Numbers of one type that stand behind each other, big-endian, just behind an ARRAY event. */
typedef struct mlops__run {
    const uint8_t *data; /* NULL: there is no run, the items come as events */
    uint64_t n;
    char type; /* UBJSON's letter */
} mlops__run;

typedef struct mlops__source mlops__source;

typedef struct mlops__source_ops {
    mlops_status (*next)(mlops__source *self);
    mlops_status (*skip)(mlops__source *self); /* one value, where one is due */
    int (*f32)(const mlops__source *self, float *out);
    int (*i64)(const mlops__source *self, int64_t *out);
    mlops_status (*fail)(mlops__source *self, mlops_status code, const char *message);
    mlops__run (*take_run)(mlops__source *self, const char *types);
} mlops__source_ops;

struct mlops__source {
    const mlops__source_ops *ops;
    mlops__event event; /* the newest */
    const char *text;   /* of a STRING or NAME; no NUL; valid until the next event */
    size_t n;
    mlops_error *err;
};

/* Goes on to the next event. */
mlops_status mlops__source_next(mlops__source *self);

/* Passes over one value: called where a value is due. */
mlops_status mlops__source_skip(mlops__source *self);

/* Value of the newest NUMBER (a Boolean is 0 or 1); false if it is none of that type. */
int mlops__source_f32(const mlops__source *self, float *out);
int mlops__source_i64(const mlops__source *self, int64_t *out);

/* True if text is that of the newest event. */
int mlops__source_is(const mlops__source *self, const char *text);

/* An error at the newest event, with its place. */
mlops_status mlops__source_fail(mlops__source *self, mlops_status code, const char *format, ...)
    MLOPS__PRINTF(3, 4);

/* The next event must be this one; what names it in the message ("an object"). */
mlops_status mlops__source_expect(mlops__source *self, mlops__event event, const char *what);

/* Just behind an ARRAY event: the whole array as a run, if it is one of these types; ARRAY_END
 * comes next then. */
mlops__run mlops__source_take_run(mlops__source *self, const char *types);

typedef struct mlops__source_json {
    mlops__source base;
    mlops__json json;
} mlops__source_json;

void mlops__source_json_init(mlops__source_json *self, const void *text, size_t n,
                             mlops__arena *arena, mlops_error *err);

#endif
