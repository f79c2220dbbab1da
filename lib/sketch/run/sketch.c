/* What the sketches share: the frame around bytes of DataSketches, sorting.
 *
 * Owns the frame. Invariant: bytes with a frame are taken only if their CRC holds.
 * Freestanding: part of the firmware build.
 */
#include "sketch/run/sketch.h"

#include "base/crc32.h"
#include "base/sealed.h"

enum { VERSION = 1, FRONT = 8, CRC = 4 };

mlops_status mlops__sketch_begin(mlops__buf *out, void *bytes, size_t cap, size_t *needed,
                                 size_t size, uint32_t magic) {
    if (needed) *needed = size;
    if (!bytes) return MLOPS_END;
    if (cap < size) return MLOPS_E_ARENA;
    mlops__buf_init_fixed(out, bytes, size);
    if (!magic) return MLOPS_OK;
    mlops__buf_u32(out, magic);
    mlops__buf_u32(out, VERSION);
    return MLOPS_OK;
}

mlops_status mlops__sketch_end(mlops__buf *out, uint32_t magic) {
    if (magic) mlops__buf_u32(out, mlops__crc32(0, out->data, out->size));
    return out->status;
}

mlops_status mlops__sketch_open(mlops__cursor *in, const void *bytes, size_t n, uint32_t magic) {
    mlops__cursor_init(in, bytes, n);
    if (n < FRONT || mlops__load_u32(bytes) != magic) return MLOPS_END;
    return mlops__sealed_open(in, bytes, n, magic, VERSION);
}

static void exchange(uint8_t *a, uint8_t *b, size_t size) {
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = a[i];
        a[i] = b[i];
        b[i] = byte;
    }
}

typedef struct order {
    uint8_t *data;
    size_t size;
    int (*before)(const void *a, const void *b, const void *user);
    const void *user;
} order;

static void sink(const order *o, size_t at, size_t n) {
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        uint8_t *p = o->data + child * o->size, *top = o->data + at * o->size;
        if (child + 1 < n && o->before(p, p + o->size, o->user)) {
            child++;
            p += o->size;
        }
        if (!o->before(top, p, o->user)) break;
        exchange(top, p, o->size);
    }
}

/* A heap: no recursion, no room beside it, and no order that it is slow for. */
void mlops__sketch_sort(void *data, size_t n, size_t size,
                        int (*before)(const void *a, const void *b, const void *user),
                        const void *user) {
    order o = {data, size, before, user};
    for (size_t i = n / 2; i-- > 0;) sink(&o, i, n);
    for (size_t left = n; left-- > 1;) {
        exchange(o.data, o.data + left * size, size);
        sink(&o, 0, left);
    }
}
