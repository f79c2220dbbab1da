/* Numbers taken apart and joined.
 *
 * Owns nothing. Invariants: how bytes are taken apart decides how small they get, never what comes
 * back; a number that is spelled in another way is held against its bits when it is taken.
 */
#include "columnar/planes.h"

#include "base/cursor.h"
#include "base/real.h"
#include "base/wide.h"
#include "columnar/packed.h"
#include "columnar/planes_look.h"

#include <string.h>

enum { REPEATED = 8 /* bits of a number from which on its repetition is worth more */ };

static const mlops__numbers_plan AS_THEY_ARE = {.kind = MLOPS__NUMBERS_BYTES};

/* Powers of ten that a double has exactly. */
static const double TENS[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                              1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

static const int64_t WHOLE_TENS[] = {1, 1000, 1000000, 1000000000};

static double real_of(uint64_t bits) {
    double out;
    memcpy(&out, &bits, sizeof out);
    return out;
}

static uint64_t bits_of(double value) {
    uint64_t out;
    memcpy(&out, &value, sizeof out);
    return out;
}

/* ---- numbers of a block ---- */

typedef struct block {
    const uint8_t *bytes;
    size_t n;
    int64_t values[MLOPS__NUMBERS_BLOCK / 4];
} block;

static void load(block *b, unsigned width) {
    if (width == 4)
        for (size_t i = 0; i < b->n / 4; i++) b->values[i] = mlops__load_u32(b->bytes + 4 * i);
    else
        for (size_t i = 0; i < b->n / 8; i++)
            b->values[i] = (int64_t)mlops__load_u64(b->bytes + 8 * i);
}

/* Bits of each number, packed; and whether many are as the one ahead, which compresses better. */
static unsigned packed_bits(const int64_t *values, size_t n, int *repeats) {
    int64_t least = values[0], most = least, low = INT64_MAX, high = INT64_MIN;
    size_t n_same = 0;
    for (size_t i = 1; i < n; i++) {
        int64_t step = (int64_t)((uint64_t)values[i] - (uint64_t)values[i - 1]);
        if (values[i] < least) least = values[i];
        if (values[i] > most) most = values[i];
        if (step < low) low = step;
        if (step > high) high = step;
        n_same += step == 0;
    }
    unsigned all = mlops__packed_width((uint64_t)most - (uint64_t)least);
    unsigned steps = n > 1 ? mlops__packed_width((uint64_t)high - (uint64_t)low) : 0;
    *repeats = 4 * n_same > n && all && steps;
    return steps < all ? steps : all;
}

/* The greatest of the tens that divides all numbers. */
static unsigned find_tens(const int64_t *values, size_t n) {
    for (unsigned tens = 3; tens; tens--) {
        size_t i = 0;
        while (i < n && values[i] % WHOLE_TENS[tens] == 0) i++;
        if (i == n) return tens;
    }
    return 0;
}

static void divide(int64_t *values, size_t n, unsigned tens) {
    for (size_t i = 0; tens && i < n; i++) values[i] /= WHOLE_TENS[tens];
}

static void try_integers(block *b, unsigned width, mlops__numbers_plan *out) {
    size_t n = b->n / width;
    int repeats;
    load(b, width);
    unsigned bits = packed_bits(b->values, n, &repeats), tens = 0;
    if (repeats && bits > REPEATED) {
        *out = AS_THEY_ARE;
        return;
    }
    if (width == 8 && bits) {
        tens = find_tens(b->values, n);
        divide(b->values, n, tens);
        if (tens) bits = packed_bits(b->values, n, &repeats);
    }
    uint32_t cost = bits * (8 / width) * MLOPS__NUMBERS_BIT;
    if (cost >= out->cost) return;
    *out = (mlops__numbers_plan){
        .kind = MLOPS__NUMBERS_INTEGERS, .width = width, .detail = tens, .cost = cost};
}

/* ---- decimals ---- */

/* What number of so many places behind the point a value is; false if it is none. Rounds as the
 * processor does, to nearest; that it may flush subnormals is no matter, since none is one. */
static inline int as_decimal(uint64_t bits, unsigned places, int64_t *out) {
    double x = real_of(bits) * TENS[places];
    if (!(x > -1e15 && x < 1e15)) return 0;
    *out = (int64_t)(x + (x < 0 ? -0.5 : 0.5));
    return bits_of((double)*out / TENS[places]) == bits;
}

/* The fewest places of which most of the sample are; -1 if there are none. NaN says nothing. */
static int find_places(const block *b) {
    size_t n = b->n / 8, n_all = 0, step = n / 32 + 1;
    for (size_t i = 0; i < n; i += step) {
        double x = real_of(mlops__load_u64(b->bytes + 8 * i));
        n_all += x == x;
    }
    for (unsigned places = 0; places < 10 && n_all; places++) {
        size_t n_such = 0;
        int64_t unused;
        for (size_t i = 0; i < n; i += step)
            n_such += (size_t)as_decimal(mlops__load_u64(b->bytes + 8 * i), places, &unused);
        if (8 * n_such >= 7 * n_all) return (int)places;
    }
    return -1;
}

static void try_decimals(block *b, mlops__numbers_plan *out) {
    size_t n = b->n / 8, k = 0, n_nan = 0;
    int places = find_places(b), repeats;
    if (places < 0) return;
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = mlops__load_u64(b->bytes + 8 * i);
        k += (size_t)as_decimal(bits, (unsigned)places, &b->values[k]);
        n_nan += bits << 1 > (uint64_t)0x7ff << 53;
    }
    if (k == 0) return;
    unsigned width = packed_bits(b->values, k, &repeats);
    size_t bits = k * width + (n - k - n_nan) * 64 + (k < n ? n : 0);
    uint32_t cost = (uint32_t)(bits * MLOPS__NUMBERS_BIT / n);
    if (repeats && width > REPEATED) *out = AS_THEY_ARE;
    else if (cost < out->cost)
        *out = (mlops__numbers_plan){
            .kind = MLOPS__NUMBERS_DECIMALS, .width = 8, .detail = (unsigned)places, .cost = cost};
}

static mlops__numbers_plan plan_of(block *b) {
    mlops__numbers_plan out = mlops__numbers_look(b->bytes, b->n);
    if (out.kind == MLOPS__NUMBERS_HARD || b->n < 64) return out;
    unsigned few = out.few;
    if (few & 1) try_integers(b, 8, &out);
    if (few & 2) try_integers(b, 4, &out);
    if (few & 4 && mlops__rounds_to_nearest()) try_decimals(b, &out);
    return out;
}

/* ---- taking apart ---- */

/* Compiled once for each width. */
static inline void take_plane(const uint8_t *from, size_t n, size_t width, uint8_t *to) {
    for (size_t i = 0; i < n; i++) to[i] = from[i * width];
}

static void put_planes(const block *b, const mlops__numbers_plan *plan, mlops__buf *soft,
                       mlops__buf *hard) {
    size_t n = b->n / plan->width;
    mlops__buf_u8(soft, (uint8_t)plan->width);
    mlops__buf_u8(soft, (uint8_t)plan->hard);
    for (unsigned k = 0; k < plan->width; k++) {
        uint8_t *to = mlops__buf_extend(plan->hard >> k & 1 ? hard : soft, n);
        if (!to) return;
        if (plan->width == 8) take_plane(b->bytes + k, n, 8, to);
        else if (plan->width == 4) take_plane(b->bytes + k, n, 4, to);
        else take_plane(b->bytes + k, n, 2, to);
    }
}

static void put_integers(block *b, const mlops__numbers_plan *plan, mlops__buf *soft,
                         mlops__buf *hard) {
    size_t n = b->n / plan->width;
    mlops__buf_u8(soft, (uint8_t)plan->width);
    mlops__buf_u8(soft, (uint8_t)plan->detail);
    load(b, plan->width);
    divide(b->values, n, plan->detail);
    mlops__packed_write(hard, b->values, n);
}

/* What is none comes behind bits that say which these are. */
static void put_decimals(block *b, const mlops__numbers_plan *plan, mlops__buf *soft,
                         mlops__buf *hard) {
    size_t n = b->n / 8, k = 0;
    uint8_t others[MLOPS__NUMBERS_BLOCK / 64] = {0};
    mlops__buf_u8(soft, (uint8_t)plan->detail);
    for (size_t i = 0; i < n; i++) {
        uint64_t bits = mlops__load_u64(b->bytes + 8 * i);
        if (as_decimal(bits, plan->detail, &b->values[k])) k++;
        else others[i / 8] |= (uint8_t)(1 << i % 8);
    }
    mlops__buf_u16(soft, (uint16_t)(n - k));
    mlops__packed_write(hard, b->values, k);
    if (k == n) return;
    mlops__buf_put(soft, others, (n + 7) / 8);
    for (size_t i = 0; i < n; i++)
        if (others[i / 8] >> i % 8 & 1) mlops__buf_put(soft, b->bytes + 8 * i, 8);
}

static void put_block(block *b, const mlops__numbers_plan *plan, mlops__buf *soft,
                      mlops__buf *hard) {
    size_t rest = plan->width ? b->n % plan->width : 0;
    mlops__buf_u8(soft, (uint8_t)plan->kind);
    switch (plan->kind) {
    case MLOPS__NUMBERS_PLANES: put_planes(b, plan, soft, hard); break;
    case MLOPS__NUMBERS_INTEGERS: put_integers(b, plan, soft, hard); break;
    case MLOPS__NUMBERS_DECIMALS: put_decimals(b, plan, soft, hard); break;
    default: mlops__buf_put(plan->kind == MLOPS__NUMBERS_HARD ? hard : soft, b->bytes, b->n);
    }
    mlops__buf_put(soft, b->bytes + b->n - rest, rest);
}

/* The first, middle or last block, whose numbers are looked at before all are. */
static int is_numbers(const uint8_t *bytes, size_t n) {
    for (size_t i = 0; i < 3; i++) {
        size_t n_blocks = n / MLOPS__NUMBERS_BLOCK + 1, at = i * (n_blocks - 1) / 2;
        size_t left = n - at * MLOPS__NUMBERS_BLOCK;
        block b;
        b.bytes = bytes + at * MLOPS__NUMBERS_BLOCK;
        b.n = left < MLOPS__NUMBERS_BLOCK ? left : MLOPS__NUMBERS_BLOCK;
        if (b.n && plan_of(&b).kind >= MLOPS__NUMBERS_PLANES) return 1;
        if (n_blocks == 1) break;
    }
    return 0;
}

mlops_status mlops__numbers_split(const uint8_t *bytes, size_t n, size_t lead, mlops__buf *soft,
                                  mlops__buf *hard) {
    if (lead > n || !is_numbers(bytes + lead, n - lead)) return MLOPS_END;
    mlops__buf_put(soft, bytes, lead);
    for (size_t at = lead; at < n;) {
        block b;
        b.bytes = bytes + at;
        b.n = n - at < MLOPS__NUMBERS_BLOCK ? n - at : MLOPS__NUMBERS_BLOCK;
        mlops__numbers_plan plan = plan_of(&b);
        put_block(&b, &plan, soft, hard);
        at += b.n;
    }
    return MLOPS_OK;
}

/* ---- joining ---- */

typedef struct joiner {
    mlops__cursor soft, hard;
} joiner;

static void join_bytes(mlops__cursor *from, uint8_t *out, size_t n) {
    const uint8_t *bytes = mlops__cursor_take(from, n);
    if (bytes && n) memcpy(out, bytes, n);
}

static inline void give_planes(const uint8_t *const *planes, size_t n, size_t width, uint8_t *out) {
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < width; k++) out[width * i + k] = planes[k][i];
}

static void join_planes(joiner *j, uint8_t *out, size_t n, size_t *width) {
    const uint8_t *planes[8];
    size_t w = mlops__cursor_u8(&j->soft);
    unsigned hard = mlops__cursor_u8(&j->soft);
    if ((w != 2 && w != 4 && w != 8) || hard >> w) j->soft.failed = 1;
    if (j->soft.failed) return;
    *width = w;
    for (size_t k = 0; k < w; k++) {
        planes[k] = mlops__cursor_take(hard >> k & 1 ? &j->hard : &j->soft, n / w);
        if (!planes[k]) return;
    }
    if (w == 8) give_planes(planes, n / 8, 8, out);
    else if (w == 4) give_planes(planes, n / 4, 4, out);
    else give_planes(planes, n / 2, 2, out);
}

static void join_integers(joiner *j, uint8_t *out, size_t n, size_t *width) {
    int64_t values[MLOPS__NUMBERS_BLOCK / 4];
    size_t w = mlops__cursor_u8(&j->soft);
    unsigned tens = mlops__cursor_u8(&j->soft);
    mlops__packed packed;
    if ((w != 4 && w != 8) || tens > 3) j->soft.failed = 1;
    if (j->soft.failed) return;
    *width = w;
    mlops__packed_open(&packed, &j->hard, n / w);
    if (j->hard.failed) return;
    mlops__packed_read(&packed, 0, n / w, values);
    for (size_t i = 0; i < n / w; i++, out += w) {
        uint64_t x = (uint64_t)values[i] * (uint64_t)WHOLE_TENS[tens];
        if (w == 8) mlops__packed_store(out, x);
        else
            for (size_t k = 0; k < 4; k++) out[k] = (uint8_t)(x >> 8 * k);
    }
}

static inline double divided(int64_t value, unsigned places, int is_nearest) {
    if (is_nearest) return (double)value / TENS[places];
    mlops__i128 wide = {(uint64_t)value, value < 0 ? -1 : 0};
    return mlops__i128_mean(wide, 0, (int64_t)TENS[places]);
}

static void join_decimals(joiner *j, uint8_t *out, size_t n, size_t *width) {
    int64_t values[MLOPS__NUMBERS_BLOCK / 8];
    static const uint8_t NONE[MLOPS__NUMBERS_BLOCK / 64];
    const uint8_t *others = NONE;
    unsigned places = mlops__cursor_u8(&j->soft), n_others = mlops__cursor_u16(&j->soft);
    size_t n_values = n / 8, k = 0;
    int is_nearest = mlops__rounds_to_nearest();
    mlops__packed packed;
    *width = 8;
    if (places >= sizeof TENS / sizeof *TENS || n_others > n_values) j->soft.failed = 1;
    if (j->soft.failed) return;
    mlops__packed_open(&packed, &j->hard, n_values - n_others);
    if (n_others) others = mlops__cursor_take(&j->soft, (n_values + 7) / 8);
    if (j->hard.failed || !others) return;
    mlops__packed_read(&packed, 0, n_values - n_others, values);
    for (size_t i = 0; i < n_values; i++, out += 8) {
        if (others[i / 8] >> i % 8 & 1) join_bytes(&j->soft, out, 8);
        else if (k == n_values - n_others) j->soft.failed = 1;
        else mlops__packed_store(out, bits_of(divided(values[k++], places, is_nearest)));
        if (j->soft.failed) return;
    }
    if (k != n_values - n_others) j->soft.failed = 1;
}

static void join_block(joiner *j, uint8_t *out, size_t n) {
    size_t width = 1;
    switch (mlops__cursor_u8(&j->soft)) {
    case MLOPS__NUMBERS_BYTES: join_bytes(&j->soft, out, n); break;
    case MLOPS__NUMBERS_HARD: join_bytes(&j->hard, out, n); break;
    case MLOPS__NUMBERS_PLANES: join_planes(j, out, n, &width); break;
    case MLOPS__NUMBERS_INTEGERS: join_integers(j, out, n, &width); break;
    case MLOPS__NUMBERS_DECIMALS: join_decimals(j, out, n, &width); break;
    default: j->soft.failed = 1;
    }
    join_bytes(&j->soft, out + n - n % width, n % width);
}

int mlops__numbers_join(const uint8_t *soft, size_t n_soft, const uint8_t *hard, size_t n_hard,
                        size_t lead, uint8_t *out, size_t n) {
    joiner j;
    mlops__cursor_init(&j.soft, soft, n_soft);
    mlops__cursor_init(&j.hard, hard, n_hard);
    if (lead > n) return 0;
    join_bytes(&j.soft, out, lead);
    for (size_t at = lead; at < n && !j.soft.failed && !j.hard.failed;) {
        size_t size = n - at < MLOPS__NUMBERS_BLOCK ? n - at : MLOPS__NUMBERS_BLOCK;
        join_block(&j, out + at, size);
        at += size;
    }
    return !j.soft.failed && !j.hard.failed && !mlops__cursor_left(&j.soft) &&
           !mlops__cursor_left(&j.hard);
}
