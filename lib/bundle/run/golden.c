/* Reading the golden rows of a bundle, in place.
 *
 * Owns nothing: everything points into the bundle. Invariant: an open mlops__golden has n_rows rows
 * and predictions inside the section. Freestanding: part of the firmware build.
 */
#include "bundle/run/golden.h"

#include <string.h>

mlops_status mlops__golden_open(mlops__golden *out, mlops__cursor section, uint32_t n_features,
                                uint32_t width, mlops_error *err) {
    uint32_t version = mlops__cursor_u32(&section);
    uint32_t n_rows = mlops__cursor_u32(&section);
    if (!section.failed && version != MLOPS__GOLDEN_VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "golden rows of version %lu; this library reads version %d",
                           (unsigned long)version, MLOPS__GOLDEN_VERSION);
    *out = (mlops__golden){NULL, NULL, n_rows, mlops__cursor_u32(&section),
                           mlops__cursor_u32(&section)};
    int fits = out->n_features == n_features && out->width == width && n_rows <= MLOPS__GOLDEN_MAX;
    if (section.failed || !fits)
        return mlops__fail(err, MLOPS_E_CORRUPT, "golden rows do not have the model's shape");
    out->rows = mlops__cursor_array(&section, (uint64_t)n_rows * n_features, sizeof(float));
    out->predictions = mlops__cursor_array(&section, (uint64_t)n_rows * width, sizeof(double));
    if (section.failed || mlops__cursor_left(&section))
        return mlops__fail(err, MLOPS_E_CORRUPT, "golden rows are cut short or too long");
    return MLOPS_OK;
}

void mlops__golden_row(const mlops__golden *self, uint32_t index, float *row) {
    const uint8_t *p = self->rows + (size_t)index * self->n_features * sizeof(float);
    for (uint32_t i = 0; i < self->n_features; i++) row[i] = mlops__load_f32(p + 4 * (size_t)i);
}

int mlops__golden_equals(const mlops__golden *self, uint32_t index, const double *predictions) {
    const uint8_t *p = self->predictions + (size_t)index * self->width * sizeof(double);
    for (uint32_t i = 0; i < self->width; i++) {
        uint64_t bits;
        memcpy(&bits, predictions + i, sizeof bits);
        if (bits != mlops__load_u64(p + 8 * (size_t)i)) return 0;
    }
    return 1;
}
