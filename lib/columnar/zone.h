/* Zones: what is known of each column of a group without reading it. Bytes: docs/format.md. */
#ifndef MLOPS_COLUMNAR_ZONE_H
#define MLOPS_COLUMNAR_ZONE_H

#include "columnar/columnar.h"

typedef enum mlops__zone_kind {
    MLOPS__ZONE_NONE = 0,   /* of its numbers, if it has any, nothing is said */
    MLOPS__ZONE_NUMBER = 1, /* as many places behind the point as it says */
    MLOPS__ZONE_DAY = 2,    /* since 1970 */
    MLOPS__ZONE_TIME = 3    /* parts of a second since 1970: 10^-places */
} mlops__zone_kind;

enum { MLOPS__ZONES_MAX = 1 << 18 /* that are written of an object */ };

/* Cells of a column in a group, in order. Raw ones are no numbers. */
typedef struct mlops__zone {
    int64_t least, most, first, last; /* of its numbers; 0 for ZONE_NONE */
    uint16_t n_raw, n_empty;          /* cells; without any text */
    uint8_t kind, places;
    uint8_t ascends; /* each number is greater than the one ahead of it */
} mlops__zone;

/* Appends those of all columns, unless there are too many already. */
mlops_status mlops__zones_add(const mlops__grid *rows, mlops__buf *zones, mlops_error *err);

/* Writes them: n groups behind each other. */
mlops_status mlops__zones_write(const mlops__dialect *dialect, const mlops__zone *zones, size_t n,
                                mlops__buf *out, mlops_error *err);

/* Those that are read; the bytes are borrowed. */
typedef struct mlops__zones {
    uint8_t delimiter;
    uint16_t n_columns;
    uint32_t n; /* groups */
    const uint8_t *bytes;
    size_t size, columns_at;
    mlops__packed ends;
} mlops__zones;

/* MLOPS_E_CORRUPT for bytes that begin none. */
mlops_status mlops__zones_open(mlops__zones *out, const uint8_t *bytes, size_t n, mlops_error *err);

/* Of a column, all n groups. room is for as many numbers. MLOPS_E_CORRUPT. */
mlops_status mlops__zones_read(const mlops__zones *self, size_t column, int64_t *room,
                               mlops__zone *out, mlops_error *err);

#endif
