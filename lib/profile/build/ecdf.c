/* The exact distribution function of a column as bytes, and back.
 *
 * Owns the layout of ecdf.h. Invariant: what is read ascends, adds up to as many values as there
 * must be, and is what writing it would give.
 */
#include "profile/build/ecdf.h"

#include "base/bits.h"
#include "base/cursor.h"

#include <string.h>

#define ZERO       ((uint64_t)1 << 63)
#define LAST       (ZERO + MLOPS__INF_BITS)
#define FIRST      (ZERO - MLOPS__INF_BITS)
#define HEAD       17
#define BITS_BYTES ((size_t)MLOPS__ECDF_BLOCK * 8 + MLOPS__ECDF_BEYOND)

static uint64_t key_of(double value) {
    uint64_t bits = mlops__bits_of(value);
    return bits & ZERO ? ZERO - (bits ^ ZERO) : ZERO + bits;
}

static double value_of(uint64_t key) {
    return mlops__f64_of(key < ZERO ? ZERO | (ZERO - key) : key - ZERO);
}

static uint32_t width_of(uint64_t any) {
    uint32_t width = 0;
    for (; any; any >>= 1) width++;
    return width;
}

static uint64_t ones(uint32_t width) { return width ? ~(uint64_t)0 >> (64 - width) : 0; }

static size_t bytes_of(uint32_t n, uint32_t width) { return ((size_t)n * width + 7) / 8; }

/* ---- writing ---- */

static void put_bits(mlops__buf *out, const uint64_t *numbers, uint32_t n, uint32_t width) {
    uint8_t bytes[BITS_BYTES] = {0};
    size_t at = 0;
    for (uint32_t i = 0; i < n; i++, at += width) {
        uint32_t from = at % 8;
        uint8_t *p = bytes + at / 8;
        mlops__store_u64(p, mlops__load_u64(p) | numbers[i] << from);
        if (from + width > 64) p[8] = (uint8_t)(numbers[i] >> (64 - from));
    }
    mlops__buf_put(out, bytes, bytes_of(n, width));
}

static void put_block(mlops__buf *out, const uint64_t *steps, const uint64_t *counts, uint32_t n) {
    uint64_t step = 0, count = 0;
    for (uint32_t i = 0; i < n; i++) {
        step |= steps[i];
        count |= counts[i];
    }
    uint32_t step_width = width_of(step), count_width = width_of(count);
    mlops__buf_u8(out, (uint8_t)step_width);
    mlops__buf_u8(out, (uint8_t)count_width);
    put_bits(out, steps, n, step_width);
    put_bits(out, counts, n, count_width);
}

void mlops__ecdf_put(mlops__buf *out, const double *values, int64_t n) {
    uint64_t n_distinct = 0, every = 0, key = 0, steps[MLOPS__ECDF_BLOCK],
             counts[MLOPS__ECDF_BLOCK];
    uint32_t zeros = 0, held = 0;
    for (int64_t i = 0; i < n; i++) {
        n_distinct += i == 0 || values[i] != values[i - 1];
        every |= key_of(values[i]);
    }
    while (every && !(every >> zeros & 1)) zeros++;
    if (n) key = key_of(values[0]) >> zeros;
    mlops__buf_u64(out, n_distinct);
    mlops__buf_u64(out, key--);
    mlops__buf_u8(out, (uint8_t)zeros);
    for (int64_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && values[end] == values[i];) end++;
        uint64_t next = key_of(values[i]) >> zeros;
        steps[held] = next - key - 1;
        counts[held++] = (uint64_t)(end - i - 1);
        key = next;
        if (held < MLOPS__ECDF_BLOCK && end < n) continue;
        put_block(out, steps, counts, held);
        held = 0;
    }
}

/* ---- reading ---- */

mlops_status mlops__ecdf_open(mlops__ecdf *self, const uint8_t *data, size_t size, int64_t n) {
    mlops__cursor in;
    mlops__cursor_init(&in, data, size);
    memset(self, 0, sizeof *self);
    self->data = data;
    self->size = size;
    self->offset = HEAD;
    self->n_left = n;
    self->left = mlops__cursor_u64(&in);
    self->key = mlops__cursor_u64(&in);
    self->zeros = mlops__cursor_u8(&in);
    if (in.failed || self->zeros > 63) return MLOPS_E_CORRUPT;
    if (n == 0) return self->left || self->key || self->zeros ? MLOPS_E_CORRUPT : MLOPS_OK;
    uint64_t first = self->key << self->zeros;
    int sound = first >> self->zeros == self->key && first >= FIRST && first <= LAST;
    self->key--; /* the step to the first value is 0, that is 1 */
    return sound && self->left > 0 && self->left <= (uint64_t)n ? MLOPS_OK : MLOPS_E_CORRUPT;
}

/* Numbers of a run that is there; what is behind the last of them is zero. */
static mlops_status take_bits(mlops__ecdf *self, uint64_t *out, uint32_t width) {
    const uint8_t *bytes = self->data + self->offset;
    size_t size = bytes_of(self->n, width), at = 0;
    uint64_t mask = ones(width), any = 0;
    if (size > self->size - self->offset) return MLOPS_E_CORRUPT;
    if (width == 0) {
        memset(out, 0, self->n * sizeof *out);
        return MLOPS_OK;
    }
    for (uint32_t i = 0; i < self->n; i++, at += width) {
        uint32_t from = at % 8;
        const uint8_t *p = bytes + at / 8;
        uint64_t number = mlops__load_u64(p) >> from;
        if (from + width > 64) number |= (uint64_t)p[8] << (64 - from);
        out[i] = number & mask;
        any |= out[i];
    }
    self->offset += size;
    if (at % 8 && bytes[size - 1] >> at % 8) return MLOPS_E_CORRUPT;
    return width_of(any) == width ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops__ecdf_next(mlops__ecdf *self) {
    uint64_t steps[MLOPS__ECDF_BLOCK], last = LAST >> self->zeros;
    self->n = self->left < MLOPS__ECDF_BLOCK ? (uint32_t)self->left : MLOPS__ECDF_BLOCK;
    if (self->n == 0) {
        int least = self->every & 1 || !self->every;
        return self->n_left == 0 && least ? MLOPS_END : MLOPS_E_CORRUPT;
    }
    if (self->size - self->offset < 2) return MLOPS_E_CORRUPT;
    uint32_t step_width = self->data[self->offset], count_width = self->data[self->offset + 1];
    int begins = self->every == 0;
    self->offset += 2;
    if (step_width > 64 || count_width > 63) return MLOPS_E_CORRUPT;
    MLOPS_TRY(take_bits(self, steps, step_width));
    MLOPS_TRY(take_bits(self, self->counts, count_width));
    if (begins && steps[0]) return MLOPS_E_CORRUPT;
    for (uint32_t i = 0; i < self->n; i++) {
        if (steps[i] >= last - self->key) return MLOPS_E_CORRUPT;
        if (self->counts[i] >= (uint64_t)self->n_left) return MLOPS_E_CORRUPT;
        self->key += steps[i] + 1;
        self->every |= self->key;
        self->n_left -= (int64_t)self->counts[i] + 1;
        self->values[i] = value_of(self->key << self->zeros);
    }
    self->left -= self->n;
    return MLOPS_OK;
}
