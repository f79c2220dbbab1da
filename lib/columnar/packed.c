/* Packed numbers: writing and reading them.
 *
 * Owns nothing. Invariants: arithmetic is modulo 2^64 throughout, so that any bits are some
 * numbers; what is loaded lies ahead of the end that the cursor had.
 */
#include "columnar/packed.h"

#include <string.h>

enum { DIFFERENCES = 0x80, RUN = MLOPS__PACKED_RUN };

/* ---- single numbers ---- */

void mlops__packed_put_signed(mlops__buf *out, int64_t value) {
    mlops__buf_varint(out, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

int64_t mlops__packed_take_signed(mlops__cursor *c) {
    uint64_t x = mlops__cursor_varint(c);
    return (int64_t)(x >> 1 ^ (x & 1 ? UINT64_MAX : 0));
}

/* ---- writing ---- */

/* The least number, and bits that the greatest is above it. */
typedef struct spread {
    int64_t least;
    unsigned width;
} spread;

static spread spread_of(int64_t least, int64_t most) {
    return (spread){least, mlops__packed_width((uint64_t)most - (uint64_t)least)};
}

static inline int64_t step(const int64_t *values, size_t i) {
    return (int64_t)((uint64_t)values[i] - (uint64_t)values[i - 1]);
}

static spread of_values(const int64_t *values, size_t n) {
    int64_t least = n ? values[0] : 0, most = least;
    for (size_t i = 1; i < n; i++) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    return spread_of(least, most);
}

static spread of_steps(const int64_t *values, size_t n) {
    int64_t least = step(values, 1), most = least;
    for (size_t i = 2; i < n; i++) {
        int64_t d = step(values, i);
        if (d < least) least = d;
        if (d > most) most = d;
    }
    return spread_of(least, most);
}

/* What is written of each: what it is above the least value, or its difference from the one ahead
 * above the least difference; nothing of the first of a run, which is a start. */
typedef enum residual { OF_VALUES, OF_STEPS } residual;

static inline void pack(mlops__buf *out, const int64_t *values, size_t n, size_t stride, spread s,
                        residual kind) {
    uint8_t *p = s.width ? mlops__buf_extend(out, (n * s.width + 7) / 8) : NULL;
    uint64_t word = 0, base = (uint64_t)s.least;
    unsigned fill = 0;
    if (!p) return;
    for (size_t i = 0; i < n; i++) {
        uint64_t x = (uint64_t)values[i * stride];
        if (kind == OF_STEPS) x = i % RUN ? x - (uint64_t)values[i - 1] : base;
        x -= base;
        word |= x << fill;
        fill += s.width;
        if (fill < 64) continue;
        mlops__packed_store(p, word);
        p += 8;
        fill -= 64;
        word = fill ? x >> (s.width - fill) : 0;
    }
    for (; fill; fill = fill > 8 ? fill - 8 : 0, word >>= 8) *p++ = (uint8_t)word;
}

static void write_steps(mlops__buf *out, const int64_t *values, size_t n, spread steps) {
    mlops__buf_u8(out, (uint8_t)(DIFFERENCES | steps.width));
    mlops__packed_put_signed(out, steps.least);
    if (steps.width == 0) {
        mlops__packed_put_signed(out, values[0]);
        return;
    }
    size_t n_runs = (n + RUN - 1) / RUN;
    int64_t least = values[0], most = least;
    for (size_t i = RUN; i < n; i += RUN) {
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
    }
    spread starts = spread_of(least, most);
    mlops__packed_put_signed(out, starts.least);
    mlops__buf_u8(out, (uint8_t)starts.width);
    pack(out, values, n_runs, RUN, starts, OF_VALUES);
    pack(out, values, n, 1, steps, OF_STEPS);
}

void mlops__packed_write(mlops__buf *out, const int64_t *values, size_t n) {
    spread all = of_values(values, n);
    if (all.width && n > 1) {
        spread steps = of_steps(values, n);
        size_t n_starts = steps.width ? (n + RUN - 1) / RUN : 1;
        if (n * steps.width + n_starts * (all.width + 8) < n * all.width) {
            write_steps(out, values, n, steps);
            return;
        }
    }
    mlops__buf_u8(out, (uint8_t)all.width);
    mlops__packed_put_signed(out, all.least);
    pack(out, values, n, 1, all, OF_VALUES);
}

/* ---- reading ---- */

static const uint8_t *take_bits(mlops__cursor *c, size_t n, unsigned width) {
    if (width > 64) c->failed = 1;
    return c->failed ? NULL : mlops__cursor_take(c, (n * width + 7) / 8);
}

void mlops__packed_open(mlops__packed *out, mlops__cursor *c, size_t n) {
    memset(out, 0, sizeof *out);
    unsigned what = mlops__cursor_u8(c);
    out->n = n;
    out->width = what & 0x7f;
    out->differences = (what & DIFFERENCES) != 0;
    out->base = (uint64_t)mlops__packed_take_signed(c);
    out->end = c->data + c->size;
    if (out->differences) {
        out->start_base = (uint64_t)mlops__packed_take_signed(c);
        if (out->width) {
            out->start_width = mlops__cursor_u8(c);
            out->starts = take_bits(c, (n + RUN - 1) / RUN, out->start_width);
        }
    }
    out->bits = take_bits(c, n, out->width);
}

/* Number i of those at bits, where fewer than nine bytes may be left. */
static uint64_t bits_near_end(const uint8_t *bits, const uint8_t *end, unsigned width, size_t i) {
    uint8_t room[9] = {0};
    size_t at = i * width / 8, left = (size_t)(end - bits) - at;
    unsigned skip = i * width % 8;
    memcpy(room, bits + at, left < 9 ? left : 9);
    uint64_t x = mlops__word(room) >> skip;
    if (skip + width > 64) x |= (uint64_t)room[8] << (64 - skip);
    return width < 64 ? x & (((uint64_t)1 << width) - 1) : x;
}

/* How many of the first numbers have nine bytes from where they begin on. */
static size_t count_easy(const uint8_t *bits, const uint8_t *end, unsigned width, size_t to) {
    size_t left = (size_t)(end - bits);
    size_t n = left < 9 ? 0 : (left - 9) * 8 / width + 1;
    return n < to ? n : to;
}

static void unpack(const uint8_t *bits, const uint8_t *end, unsigned width, uint64_t base,
                   size_t from, size_t to, int64_t *out) {
    if (width == 0) {
        for (size_t i = from; i < to; i++) *out++ = (int64_t)base;
        return;
    }
    size_t easy = count_easy(bits, end, width, to), at = from * width;
    if (width <= 56) {
        uint64_t mask = ((uint64_t)1 << width) - 1;
        for (; from < easy; from++, at += width)
            *out++ = (int64_t)((mlops__word(bits + at / 8) >> at % 8 & mask) + base);
    }
    for (; from < to; from++) *out++ = (int64_t)(bits_near_end(bits, end, width, from) + base);
}

/* From the start of the run on, so that up to 511 are added up and not given out. */
static void read_steps(const mlops__packed *self, size_t from, size_t to, int64_t *out) {
    int64_t steps[RUN], start;
    while (from < to) {
        size_t run = from / RUN * RUN, end = run + RUN < to ? run + RUN : to;
        unpack(self->starts, self->end, self->start_width, self->start_base, run / RUN,
               run / RUN + 1, &start);
        unpack(self->bits, self->end, self->width, self->base, run, end, steps);
        uint64_t sum = (uint64_t)start;
        for (size_t i = run; i < end; i++) {
            if (i > run) sum += (uint64_t)steps[i - run];
            if (i >= from) *out++ = (int64_t)sum;
        }
        from = end;
    }
}

void mlops__packed_read(const mlops__packed *self, size_t from, size_t to, int64_t *out) {
    if (!self->differences) unpack(self->bits, self->end, self->width, self->base, from, to, out);
    else if (self->width) read_steps(self, from, to, out);
    else
        for (size_t i = from; i < to; i++) *out++ = (int64_t)(self->start_base + i * self->base);
}

int64_t mlops__packed_at(const mlops__packed *self, size_t i) {
    int64_t out = 0;
    mlops__packed_read(self, i, i + 1, &out);
    return out;
}
