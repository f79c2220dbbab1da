/* UBJSON (draft 12) as XGBoost writes it: a source of events over a bounded cursor.
 *
 * Numbers are big-endian. Arrays and objects may carry a count and a type ("[$d#L"); no-ops are
 * passed over; high-precision numbers are refused, since nothing that is read here needs them.
 * Strings must be UTF-8.
 */
#ifndef MLOPS_MODEL_UBJSON_H
#define MLOPS_MODEL_UBJSON_H

#include "base/cursor.h"
#include "model/build/source.h"

enum { MLOPS__UBJSON_DEPTH = 64 };

/* An open array or object. */
typedef struct mlops__ubjson_frame {
    uint64_t left;   /* items to come, if counted */
    uint8_t type;    /* of every item; 0: each says its own */
    uint8_t counted; /* else ended by a bracket */
    uint8_t object;
    uint8_t named; /* object: a name was read, its value is due */
} mlops__ubjson_frame;

typedef struct mlops__ubjson {
    mlops__source base;
    mlops__cursor in;
    size_t place; /* offset where the newest event began */
    uint8_t type; /* of the newest number */
    int64_t integer;
    double real;
    int depth;
    int done; /* the document's value is complete */
    mlops__ubjson_frame stack[MLOPS__UBJSON_DEPTH];
} mlops__ubjson;

void mlops__ubjson_init(mlops__ubjson *self, const void *bytes, size_t n, mlops_error *err);

#endif
