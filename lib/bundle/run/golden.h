/* Golden rows: what the model gave where the bundle was made.
 *
 * Section "GOLD", little-endian: version (u32, 1), rows (u32), features (u32), width (u32), the
 * rows (f32 each), the predictions (f64 each); nothing behind them. There are no rows if none that
 * was drawn has a prediction. A row gives an input of texts the number of one among the constants
 * of texts of the graph. Freestanding.
 */
#ifndef MLOPS_BUNDLE_RUN_GOLDEN_H
#define MLOPS_BUNDLE_RUN_GOLDEN_H

#include "base/cursor.h"
#include "base/fail.h"
#include "file/container.h"

enum { MLOPS__GOLDEN_VERSION = 1, MLOPS__GOLDEN_MAX = 4096, MLOPS__GOLDEN_HEAD = 16 };

typedef struct mlops__golden {
    const uint8_t *rows;        /* f32, any alignment */
    const uint8_t *predictions; /* f64, any alignment */
    uint32_t n_rows;
    uint32_t n_features;
    uint32_t width;
} mlops__golden;

/* MLOPS_E_CORRUPT unless the section is whole and has the shape of the model. */
mlops_status mlops__golden_open(mlops__golden *out, mlops__cursor section, uint32_t n_features,
                                uint32_t width, mlops_error *err);

/* Copies one row. */
void mlops__golden_row(const mlops__golden *self, uint32_t index, float *row);

/* True if the predictions of this row have exactly these bits. */
int mlops__golden_equals(const mlops__golden *self, uint32_t index, const double *predictions);

#endif
