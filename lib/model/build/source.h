/* Where a model file's structure comes from: events, the same for JSON and UBJSON, so that one
 * importer reads both.
 *
 * The reader keeps no tree; nesting is bounded. Numbers of an array are taken many at once, where
 * they are spelled as usual.
 */
#ifndef MLOPS_MODEL_SOURCE_H
#define MLOPS_MODEL_SOURCE_H

#include "kern/kern.h"
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

/* What the items of an array are to become. */
typedef enum mlops__items {
    MLOPS__ITEMS_NONE, /* nothing: they are passed over */
    MLOPS__ITEMS_I32,
    MLOPS__ITEMS_F32
} mlops__items;

typedef struct mlops__source mlops__source;

typedef struct mlops__source_ops {
    mlops_status (*next)(mlops__source *self);
    int (*f32)(const mlops__source *self, float *out);
    int (*i64)(const mlops__source *self, int64_t *out);
    mlops_status (*fail)(mlops__source *self, mlops_status code, const char *message);
    void (*take)(mlops__source *self, mlops__items items, mlops__buf *out);
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

/* Just behind an ARRAY event: appends to out what can be taken of the array at once, which may be
 * all of it, some or none. What is left comes as events. */
void mlops__source_take(mlops__source *self, mlops__items items, mlops__buf *out);

typedef struct mlops__source_json {
    mlops__source base;
    mlops__json json;
    const mlops__kern *kern;
} mlops__source_json;

void mlops__source_json_init(mlops__source_json *self, const void *text, size_t n,
                             const mlops__kern *kern, mlops__arena *arena, mlops_error *err);

#endif
