/* MurmurHash3 x64 128 of bytes.
 *
 * Owns nothing. Invariant: the numbers of the public algorithm, whatever the byte order.
 * Freestanding: part of the firmware build.
 */
#include "sketch/run/murmur.h"

#include "base/cursor.h"
#include "kern/coupons/coupons.h"

static uint64_t turn(uint64_t x, unsigned by) { return x << by | x >> (64 - by); }

static uint64_t first_of(uint64_t x) { return turn(x * MLOPS__MURMUR_1, 31) * MLOPS__MURMUR_2; }

static uint64_t second_of(uint64_t x) { return turn(x * MLOPS__MURMUR_2, 33) * MLOPS__MURMUR_1; }

void mlops__murmur(const void *bytes, size_t n, uint64_t out[2]) {
    uint64_t a = MLOPS__MURMUR_SEED, b = a, left = n;
    uint8_t tail[16] = {0};
    const uint8_t *p = bytes;
    for (; left >= 16; left -= 16, p += 16) {
        a = turn(a ^ first_of(mlops__load_u64(p)), 27) + b;
        a = a * 5 + 0x52dce729;
        b = turn(b ^ second_of(mlops__load_u64(p + 8)), 31) + a;
        b = b * 5 + 0x38495ab5;
    }
    memcpy(tail, p, (size_t)left);
    a ^= first_of(mlops__load_u64(tail));
    b ^= second_of(mlops__load_u64(tail + 8));
    out[0] = a ^ n;
    out[1] = b ^ n;
}
