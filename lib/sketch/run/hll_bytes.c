/* A sketch of distinct values as bytes: those of Apache DataSketches, by themselves or framed.
 *
 * Owns nothing. Invariant: equal content gives equal bytes, coupons ascending; what is loaded has
 * as many coupons and registers, of values that can be, as it says, and saves to such bytes.
 * Freestanding: part of the firmware build.
 */
#include "sketch/run/hll_state.h"
#include "sketch/run/sketch.h"

/* Bytes of DataSketches, little-endian:
 *
 *     offset  size  what
 *          0     1  words of 4 in front: 2 with a list, 3 with a set, 10 with registers
 *          1     1  version 1
 *          2     1  family 7
 *          3     1  lg_k
 *          4     1  lg of the array of coupons: 3 of a list; of HLL_4 that of exceptions, or 0
 *          5     1  flags: 4 empty, 8 compact, 16 out of order (no history), 32 the count of the
 *                   least registers may be wrong
 *          6     1  coupons of a list; of HLL_4 the least value
 *          7     1  0 list, 1 set, 2 registers; 4 times the type: 0 HLL_4, 1 HLL_6, 2 HLL_8
 *          8     4  coupons of a set, behind which they follow; those of a list follow here
 *          8     8  HIP; then two sums of 2^-value, of values below 32 and the others
 *         32     4  registers of the least value (of HLL_6 and HLL_8: of 0)
 *         36     4  exceptions of HLL_4
 *         40   ...  registers: halves of bytes, less the least value, 15 an exception; six bits
 *                   each and one byte more; a byte each
 *        ...   ...  exceptions: address and value, as coupons
 *
 * What is not compact has arrays of their full size, with zeros where nothing is. The frame has in
 * front of these (HLL_8): u32 flags of the options.
 */
#define MAGIC 0x4c484c4du /* "MLHL" */

enum { FAMILY = 7, EMPTY = 4, COMPACT = 8, OUT_OF_ORDER = 16, STALE = 32 };
enum { LIST = 0, SET = 1, REGISTERS = 2, TYPE_4 = 0, TYPE_6 = 1, TYPE_8 = 2 };
enum { FRAMED = 4, FRONT = 8, FRONT_SET = 12, FRONT_REGISTERS = 40, EXCEPTION = 15 };

static int before(const void *a, const void *b, const void *user) {
    (void)user;
    return mlops__load_u32(a) < mlops__load_u32(b);
}

static uint32_t lg_of_set(uint32_t n) {
    uint32_t lg = 5;
    while (n * 4 > (uint32_t)3 << lg) lg++;
    return lg;
}

static void put_front(const mlops_hll *self, mlops__buf *out, uint32_t words, uint32_t lg,
                      uint32_t flags, uint32_t low, uint32_t mode) {
    mlops__buf_u8(out, (uint8_t)words);
    mlops__buf_u8(out, 1);
    mlops__buf_u8(out, FAMILY);
    mlops__buf_u8(out, (uint8_t)self->lg_k);
    mlops__buf_u8(out, (uint8_t)lg);
    mlops__buf_u8(out, (uint8_t)(flags | COMPACT));
    mlops__buf_u8(out, (uint8_t)low);
    mlops__buf_u8(out, (uint8_t)mode);
}

static void put_coupons(const mlops_hll *self, mlops__buf *out, uint32_t type) {
    uint32_t n = self->n_coupons;
    if (n < MLOPS__HLL_LIST) {
        put_front(self, out, 2, 3, n ? 0 : EMPTY, n, LIST | type << 2);
    } else {
        put_front(self, out, 3, lg_of_set(n), 0, 0, SET | type << 2);
        mlops__buf_u32(out, n);
    }
    uint8_t *first = out->data + out->size;
    for (size_t i = 0; i < (size_t)1 << self->lg_table; i++)
        if (self->data[i]) mlops__buf_u32(out, self->data[i]);
    mlops__sketch_sort(first, n, 4, before, NULL);
}

/* Registers as HLL_4 has them. */
typedef struct quarter {
    uint32_t least, n_exceptions;
} quarter;

static quarter quarter_of(const uint32_t counts[MLOPS__HLL_VALUES]) {
    quarter q = {0, 0};
    while (!counts[q.least]) q.least++;
    for (uint32_t i = q.least + EXCEPTION; i < MLOPS__HLL_VALUES; i++) q.n_exceptions += counts[i];
    return q;
}

static void put_quarters(const mlops_hll *self, mlops__buf *out, quarter q) {
    const uint8_t *r = mlops__hll_registers_of(self);
    uint32_t k = (uint32_t)1 << self->lg_k;
    for (uint32_t i = 0; i < k; i += 2) {
        uint32_t low = r[i] - q.least, high = r[i + 1] - q.least;
        low = low < EXCEPTION ? low : EXCEPTION;
        high = high < EXCEPTION ? high : EXCEPTION;
        mlops__buf_u8(out, (uint8_t)(low | high << 4));
    }
    for (uint32_t i = 0; i < k; i++)
        if (r[i] - q.least >= EXCEPTION)
            mlops__buf_u32(out, (uint32_t)r[i] << MLOPS__COUPON_BITS | i);
}

static void put_registers(const mlops_hll *self, mlops__buf *out, uint32_t type,
                          const uint32_t counts[MLOPS__HLL_VALUES], quarter q) {
    double inverse[2];
    mlops__hll_inverse(counts, inverse);
    put_front(self, out, 10, 0, self->has_history ? 0 : OUT_OF_ORDER, q.least,
              REGISTERS | type << 2);
    mlops__buf_f64(out, self->has_history ? self->hip : 0.0);
    mlops__buf_f64(out, inverse[0]);
    mlops__buf_f64(out, inverse[1]);
    mlops__buf_u32(out, counts[q.least]);
    mlops__buf_u32(out, q.n_exceptions);
    if (type == TYPE_4) put_quarters(self, out, q);
    else mlops__buf_put(out, mlops__hll_registers_of(self), (size_t)1 << self->lg_k);
}

mlops_status mlops_hll_save(const mlops_hll *self, mlops_hll_form form, void *bytes, size_t cap,
                            size_t *needed) {
    uint32_t counts[MLOPS__HLL_VALUES], n = self->n_coupons;
    if (form != MLOPS_HLL_NATIVE && form != MLOPS_HLL_TYPE_4 && form != MLOPS_HLL_TYPE_8)
        return MLOPS_E_INVALID;
    uint32_t magic = form == MLOPS_HLL_NATIVE ? MAGIC : 0;
    uint32_t type = form == MLOPS_HLL_TYPE_4 ? TYPE_4 : TYPE_8;
    quarter q = {0, 0};
    size_t size = magic ? MLOPS__FRAME + FRAMED : 0;
    if (self->has_registers) {
        mlops__hll_count(self, counts);
        if (type == TYPE_4) q = quarter_of(counts);
        size += FRONT_REGISTERS + ((size_t)1 << (self->lg_k - (type == TYPE_4))) +
                4 * (size_t)q.n_exceptions;
    } else {
        size += (n < MLOPS__HLL_LIST ? FRONT : FRONT_SET) + 4 * (size_t)n;
    }
    mlops__buf out;
    mlops_status status = mlops__sketch_begin(&out, bytes, cap, needed, size, magic);
    if (status) return status == MLOPS_END ? MLOPS_OK : status;
    if (magic) mlops__buf_u32(&out, self->flags);
    if (self->has_registers) put_registers(self, &out, type, counts, q);
    else put_coupons(self, &out, type);
    return mlops__sketch_end(&out, magic);
}

/* ---- reading ---- */

typedef struct front {
    uint32_t words, lg_k, lg, flags, low, mode, type;
} front;

static mlops_status read_front(front *f, mlops__cursor *in) {
    f->words = mlops__cursor_u8(in);
    uint32_t version = mlops__cursor_u8(in), family = mlops__cursor_u8(in);
    f->lg_k = mlops__cursor_u8(in);
    f->lg = mlops__cursor_u8(in);
    f->flags = mlops__cursor_u8(in);
    f->low = mlops__cursor_u8(in);
    uint32_t mode = mlops__cursor_u8(in);
    f->mode = mode & 3;
    f->type = mode >> 2 & 3;
    if (in->failed || family != FAMILY || version < 1) return MLOPS_E_CORRUPT;
    if (version > 1) return MLOPS_E_UNSUPPORTED;
    if (f->lg_k < MLOPS__HLL_LG_MIN || f->lg_k > MLOPS__HLL_LG_MAX) return MLOPS_E_CORRUPT;
    static const uint8_t words[] = {2, 3, 10, 0};
    if (f->words != words[f->mode] || f->type > TYPE_8) return MLOPS_E_CORRUPT;
    return f->flags & EMPTY && (f->mode != LIST || f->low) ? MLOPS_E_CORRUPT : MLOPS_OK;
}

/* n of them, among zeros in an array of the full size if they are not compact. */
static mlops_status read_coupons(mlops_hll *self, const front *f, mlops__cursor *in) {
    uint32_t n = f->mode == SET ? mlops__cursor_u32(in) : f->low;
    if (in->failed || n > mlops__hll_limit(f->lg_k)) return MLOPS_E_CORRUPT;
    if (f->mode == LIST && n >= MLOPS__HLL_LIST) return MLOPS_E_CORRUPT;
    if (f->mode == SET && (f->lg_k < 8 || f->lg > f->lg_k - 3)) return MLOPS_E_CORRUPT;
    uint64_t all = n;
    if (!(f->flags & COMPACT)) all = (uint64_t)1 << (f->mode == SET ? f->lg : 3);
    if (f->flags & EMPTY && mlops__cursor_left(in) == 0) return MLOPS_OK;
    if (mlops__cursor_left(in) != all * 4) return MLOPS_E_CORRUPT;
    for (uint64_t i = 0; i < all; i++) {
        uint32_t coupon = mlops__cursor_u32(in);
        if (!coupon) continue;
        if (!(coupon >> MLOPS__COUPON_BITS) || self->n_coupons == n) return MLOPS_E_CORRUPT;
        mlops__hll_take(self, coupon);
    }
    return self->n_coupons == n ? MLOPS_OK : MLOPS_E_CORRUPT; /* else one was there twice */
}

/* Every register of 15 has its exception, and no other has. */
static mlops_status read_exceptions(uint8_t *registers, const front *f, uint32_t n,
                                    mlops__cursor *in) {
    uint64_t k = (uint64_t)1 << f->lg_k, left = mlops__cursor_left(in);
    if (left % 4 || (f->flags & COMPACT && left != (uint64_t)n * 4)) return MLOPS_E_CORRUPT;
    for (uint64_t i = 0; i < left / 4; i++) {
        uint32_t pair = mlops__cursor_u32(in), value = pair >> MLOPS__COUPON_BITS;
        if (!pair) continue;
        uint64_t slot = (pair & MLOPS__COUPON_ADDRESS) & (k - 1);
        if (!n || registers[slot] != MLOPS__HLL_VALUES) return MLOPS_E_CORRUPT;
        if (value < f->low + EXCEPTION) return MLOPS_E_CORRUPT;
        registers[slot] = (uint8_t)value;
        n--;
    }
    for (uint64_t i = 0; i < k; i++)
        if (registers[i] >= MLOPS__HLL_VALUES) return MLOPS_E_CORRUPT;
    return n ? MLOPS_E_CORRUPT : MLOPS_OK;
}

static mlops_status read_registers(mlops_hll *self, const front *f, mlops__cursor *in) {
    size_t k = (size_t)1 << f->lg_k;
    size_t size = f->type == TYPE_4 ? k / 2 : f->type == TYPE_6 ? k / 4 * 3 + 1 : k;
    double hip = mlops__cursor_f64(in);
    (void)mlops__cursor_take(in, 16);
    uint32_t n_least = mlops__cursor_u32(in), n_exceptions = mlops__cursor_u32(in);
    const uint8_t *p = mlops__cursor_take(in, size);
    if (!p || (f->type != TYPE_4 && (f->low || n_exceptions || mlops__cursor_left(in))))
        return MLOPS_E_CORRUPT;
    uint8_t *registers = mlops__hll_open(self);
    uint32_t counts[MLOPS__HLL_VALUES], any = 0;
    for (size_t i = 0; i < k; i++) {
        uint32_t value;
        if (f->type == TYPE_4) {
            value = (uint32_t)p[i / 2] >> (i & 1) * 4 & 15;
            value = value == EXCEPTION ? MLOPS__HLL_VALUES : value + f->low;
        } else if (f->type == TYPE_6) {
            value = (uint32_t)mlops__load_u16(p + i * 6 / 8) >> (i * 6 % 8) & 63;
        } else {
            value = p[i];
        }
        any |= value;
        registers[i] = (uint8_t)value;
    }
    if (f->type == TYPE_4) {
        if (f->low >= MLOPS__HLL_VALUES - EXCEPTION && any >= MLOPS__HLL_VALUES)
            return MLOPS_E_CORRUPT;
        MLOPS_TRY(read_exceptions(registers, f, n_exceptions, in));
    } else if (any >= MLOPS__HLL_VALUES) {
        return MLOPS_E_CORRUPT;
    }
    mlops__hll_count(self, counts);
    if (!(f->flags & STALE) && counts[f->low] != n_least) return MLOPS_E_CORRUPT;
    if (f->flags & OUT_OF_ORDER) return MLOPS_OK;
    if (!(hip >= 0 && hip - hip == 0)) return MLOPS_E_CORRUPT;
    self->has_history = 1;
    self->hip = hip;
    mlops__hll_inverse(counts, self->inverse);
    return MLOPS_OK;
}

mlops_status mlops_hll_load(mlops_hll **out, void *mem, size_t size, const void *bytes, size_t n) {
    *out = NULL;
    mlops__cursor in;
    uint32_t flags = 0;
    mlops_status status = mlops__sketch_open(&in, bytes, n, MAGIC);
    if (status < 0) return status;
    if (status != MLOPS_END) {
        flags = mlops__cursor_u32(&in);
        if (flags & ~(uint32_t)MLOPS_HLL_WITHOUT_HISTORY) return MLOPS_E_CORRUPT;
    }
    front f;
    mlops_hll *self;
    MLOPS_TRY(read_front(&f, &in));
    MLOPS_TRY(mlops__hll_begin(&self, mem, size, f.lg_k, flags));
    if (f.mode == REGISTERS) MLOPS_TRY(read_registers(self, &f, &in));
    else MLOPS_TRY(read_coupons(self, &f, &in));
    if (flags && f.mode == REGISTERS && self->has_history) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
