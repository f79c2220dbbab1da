/* Points of a metric as the store keeps them, in blocks. Format: docs/format.md. */
#ifndef MLOPS_TRACK_POINTS_H
#define MLOPS_TRACK_POINTS_H

#include "base/buf.h"
#include "base/cursor.h"
#include "store/kv.h"

typedef struct mlops__point {
    int64_t step;
    int64_t time_ns;
    double value;
} mlops__point;

enum {
    MLOPS__POINT_SIZE = 24,    /* bytes of an encoded one */
    MLOPS__POINTS_BLOCK = 4096 /* that a block gets at the most; readers do not rely on it */
};

/* One encoded point, and what it encodes. */
void mlops__point_put(mlops__buf *out, const mlops__point *point);
mlops__point mlops__point_load(const uint8_t *bytes);

/* MLflow's rule: the greater (step, time, value) is the later one; NaN counts as 0. Of two that are
 * equal in these neither is. */
int mlops__point_is_later(const mlops__point *a, const mlops__point *b);

/* A block of n encoded points. */
void mlops__points_put(mlops__buf *out, const uint8_t *points, uint32_t n);

/* The points of a block. */
typedef struct mlops__points {
    const uint8_t *data;
    uint32_t n;
} mlops__points;

/* MLOPS_E_CORRUPT; MLOPS_E_UNSUPPORTED for a version that this library does not know. */
mlops_status mlops__points_open(mlops__points *out, mlops__bytes block, mlops_error *err);
mlops__point mlops__points_at(const mlops__points *self, uint32_t i);

#endif
