/* Blocks of points.
 *
 * Owns nothing. Invariants: a block that opens holds just as many points as it says, one at the
 * least; a value comes out with the bits that went in, NaN too.
 */
#include "track/points.h"

enum { VERSION = 1, HEAD = 5 };

void mlops__point_put(mlops__buf *out, const mlops__point *point) {
    mlops__buf_i64(out, point->step);
    mlops__buf_i64(out, point->time_ns);
    mlops__buf_f64(out, point->value);
}

mlops__point mlops__point_load(const uint8_t *bytes) {
    return (mlops__point){(int64_t)mlops__load_u64(bytes), (int64_t)mlops__load_u64(bytes + 8),
                          mlops__load_f64(bytes + 16)};
}

int mlops__point_is_later(const mlops__point *a, const mlops__point *b) {
    if (a->step != b->step) return a->step > b->step;
    if (a->time_ns != b->time_ns) return a->time_ns > b->time_ns;
    double x = a->value == a->value ? a->value : 0, y = b->value == b->value ? b->value : 0;
    return x > y;
}

void mlops__points_put(mlops__buf *out, const uint8_t *points, uint32_t n) {
    mlops__buf_u8(out, VERSION);
    mlops__buf_u32(out, n);
    mlops__buf_put(out, points, (size_t)n * MLOPS__POINT_SIZE);
}

mlops_status mlops__points_open(mlops__points *out, mlops__bytes block, mlops_error *err) {
    mlops__cursor c;
    mlops__cursor_init(&c, block.data, block.size);
    uint8_t version = mlops__cursor_u8(&c);
    if (!c.failed && version != VERSION)
        return mlops__fail(err, MLOPS_E_UNSUPPORTED,
                           "a block of points has version %u; this library knows %d",
                           (unsigned)version, VERSION);
    out->n = mlops__cursor_u32(&c);
    out->data = mlops__cursor_array(&c, out->n, MLOPS__POINT_SIZE);
    if (!c.failed && out->n > 0 && mlops__cursor_left(&c) == 0) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_CORRUPT, "a block of points has %zu bytes and says %u points",
                       block.size, (unsigned)out->n);
}

mlops__point mlops__points_at(const mlops__points *self, uint32_t i) {
    return mlops__point_load(self->data + (size_t)i * MLOPS__POINT_SIZE);
}
