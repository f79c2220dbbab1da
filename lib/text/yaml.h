/* The part of YAML in which DVC writes: mappings and lists by indentation, scalars plain or quoted.
 *
 * The reader hands out one line after the other and keeps no tree. Flow collections, block scalars
 * and lines that go on are passed over as the value that they are; what reads one of them as a text
 * refuses it.
 */
#ifndef MLOPS_TEXT_YAML_H
#define MLOPS_TEXT_YAML_H

#include "base/arena.h"
#include "base/cursor.h"
#include "base/fail.h"

enum { MLOPS__YAML_DEPTH = 32 };

/* A key with its column, above what is read. */
typedef struct mlops__yaml_key {
    size_t column;
    const char *name;
} mlops__yaml_key;

typedef struct mlops__yaml {
    mlops__cursor text;
    mlops__arena *arena; /* for keys and texts */
    mlops_error *err;
    int64_t line, next; /* of the newest event; that comes */
    mlops__yaml_key keys[MLOPS__YAML_DEPTH];
    int depth; /* keys above the newest, and itself if it is one */
    int is_key;
    int is_item;       /* it begins an item of the list under the key above */
    size_t column;     /* of the key, or of what an item is */
    const char *value; /* behind the key, or the item; n 0: nothing */
    size_t n;
} mlops__yaml;

void mlops__yaml_init(mlops__yaml *self, const void *text, size_t n, mlops__arena *arena,
                      mlops_error *err);

/* The next line: of a key, which is the last of keys then, or of an item that is none. MLOPS_END;
 * MLOPS_E_CORRUPT with the line; MLOPS_E_NOMEM */
mlops_status mlops__yaml_next(mlops__yaml *self);

/* The value as a text in the arena; MLOPS_E_CORRUPT for what is none. */
mlops_status mlops__yaml_text(mlops__yaml *self, const char **out);

/* An error at the newest line. */
mlops_status mlops__yaml_fail(mlops__yaml *self, const char *format, ...) MLOPS__PRINTF(2, 3);

#endif
