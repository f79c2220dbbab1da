/* The frame around bytes of one state.
 *
 * Owns nothing. Invariant: no byte inside is read before the checksum holds. Freestanding: part of
 * the firmware build.
 */
#include "base/sealed.h"

#include "base/crc32.h"

enum { FRONT = 8, CRC = 4 };

mlops_status mlops__sealed_save(const void *self, mlops__sealed_put *put, uint32_t magic,
                                uint32_t version, void *bytes, size_t cap, size_t *needed) {
    mlops__buf out;
    mlops__buf_init_fixed(&out, NULL, 0);
    put(self, &out);
    size_t size = out.size + MLOPS__SEAL;
    if (needed) *needed = size;
    if (!bytes) return MLOPS_OK;
    if (cap < size) return MLOPS_E_ARENA;
    mlops__buf_init_fixed(&out, bytes, size);
    mlops__buf_u32(&out, magic);
    mlops__buf_u32(&out, version);
    put(self, &out);
    mlops__buf_u32(&out, mlops__crc32(0, bytes, size - CRC));
    return out.status;
}

uint8_t *mlops__sealed_room(mlops__buf *out, size_t n) {
    mlops__buf_u32(out, (uint32_t)n);
    return mlops__buf_extend(out, n);
}

mlops_status mlops__sealed_open(mlops__cursor *in, const void *bytes, size_t n, uint32_t magic,
                                uint32_t version) {
    const uint8_t *data = bytes;
    if (!data || n < MLOPS__SEAL || mlops__load_u32(data) != magic) return MLOPS_E_CORRUPT;
    if (mlops__load_u32(data + n - CRC) != mlops__crc32(0, data, n - CRC)) return MLOPS_E_CORRUPT;
    uint32_t found = mlops__load_u32(data + 4);
    if (found != version) return found ? MLOPS_E_UNSUPPORTED : MLOPS_E_CORRUPT;
    mlops__cursor_init(in, data, n - CRC);
    (void)mlops__cursor_take(in, FRONT);
    return MLOPS_OK;
}
