/* Walking deep trees: 64 walks side by side, so that the machine waits for none of them.
 *
 * Owns nothing. Invariant: leaves are added in the order of the trees. All rows go through a tree
 * while it is in the cache, and nothing branches on data but how many walks are left.
 */
#include "kern/tree/walks.h"

#include <string.h>

enum { LANES = MLOPS__FOREST_LANES, STEPS = 2 /* in a line of the cache */ };

#define INLINE static inline __attribute__((always_inline))

#define REAL    float
#define KEY     int32_t
#define LEAST   INT32_MIN
#define MOST    INT32_MAX
#define NAME(x) x##_f32
#define FIELD   f32
#define OTHER   f64
#include "kern/tree/walks_type.inc"
#undef REAL
#undef KEY
#undef LEAST
#undef MOST
#undef NAME
#undef FIELD
#undef OTHER
#define REAL    double
#define KEY     int64_t
#define LEAST   INT64_MIN
#define MOST    INT64_MAX
#define NAME(x) x##_f64
#define FIELD   f64
#define OTHER   f32
#include "kern/tree/walks_type.inc"

void mlops__walks_row(const mlops__walks *self, mlops__forest_rows row, void *keys,
                      mlops__forest_reals sums) {
    if (self->f64) walk_row_f64(self, row, keys, sums.f64);
    else walk_row_f32(self, row, keys, sums.f32);
}

void mlops__walks_rows(const mlops__walks *self, mlops__forest_rows rows, size_t n, void *keys,
                       mlops__forest_reals sums) {
    if (self->f64) walk_rows_f64(self, rows, n, keys, sums.f64);
    else walk_rows_f32(self, rows, n, keys, sums.f32);
}
