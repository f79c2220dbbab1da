/* Adding values to a sketch of distinct values, and merging sketches.
 *
 * Owns the table and the registers. Invariant: without history the state is a function of the set
 * of values, whatever their order and however they were merged, up to where coupons lie in the
 * table. Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "base/storage.h"
#include "sketch/run/hll_state.h"
#include "sketch/run/murmur.h"
#include "sketch/run/sketch.h"

enum { LANES = 16 /* coupons that are looked at together */ };

/* As DataSketches: a full list becomes registers where they are few, else a table of up to
 * 2^(lg_k - 3), three quarters full. */
uint32_t mlops__hll_limit(uint32_t lg_k) {
    return lg_k < 8 ? MLOPS__HLL_LIST - 1 : (uint32_t)3 << (lg_k - 5);
}

static uint32_t lg_table_of(uint32_t lg_k) { return lg_k < 8 ? 4 : lg_k - 3; }

static size_t bytes_of(uint32_t lg_k) {
    size_t size = sizeof(mlops_hll) + ((size_t)4 << lg_table_of(lg_k)) + ((size_t)1 << lg_k);
    return (size + 7) / 8 * 8;
}

void mlops_hll_reset(mlops_hll *self) {
    self->has_registers = self->n_coupons = 0;
    self->has_history = !(self->flags & MLOPS_HLL_WITHOUT_HISTORY);
    memset(self->data, 0, (size_t)4 << self->lg_table);
}

mlops_status mlops__hll_begin(mlops_hll **out, void *mem, size_t size, uint32_t lg_k,
                              uint32_t flags) {
    MLOPS_TRY(mlops__storage(mem, size, bytes_of(lg_k)));
    mlops_hll *self = mem;
    memset(self, 0, sizeof *self);
    self->lg_k = lg_k;
    self->lg_table = lg_table_of(lg_k);
    self->flags = flags;
    mlops_hll_reset(self);
    *out = self;
    return MLOPS_OK;
}

static mlops_status with_defaults(mlops_hll_opts *out, const mlops_hll_opts *given) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_hll_opts", NULL));
    if (!out->lg_k) out->lg_k = 12;
    int fits = out->lg_k >= MLOPS__HLL_LG_MIN && out->lg_k <= MLOPS__HLL_LG_MAX &&
               !(out->flags & ~(uint32_t)MLOPS_HLL_WITHOUT_HISTORY);
    return fits ? MLOPS_OK : MLOPS_E_INVALID;
}

size_t mlops_hll_size(const mlops_hll_opts *opts) {
    mlops_hll_opts o;
    return with_defaults(&o, opts) < 0 ? 0 : bytes_of((uint32_t)o.lg_k);
}

mlops_status mlops_hll_init(mlops_hll **out, void *mem, size_t size, const mlops_hll_opts *opts) {
    *out = NULL;
    mlops_hll_opts o;
    MLOPS_TRY(with_defaults(&o, opts));
    return mlops__hll_begin(out, mem, size, (uint32_t)o.lg_k, o.flags);
}

/* ---- registers ---- */

static void raise_register(mlops_hll *self, uint8_t *at, uint32_t value) {
    if (self->has_history) {
        self->hip += (double)((uint64_t)1 << self->lg_k) / (self->inverse[0] + self->inverse[1]);
        self->inverse[*at / 32] -= mlops__hll_power(*at);
        self->inverse[value / 32] += mlops__hll_power(value);
    }
    *at = (uint8_t)value;
}

static void take_all(mlops_hll *self, const uint32_t *coupons, size_t n) {
    uint8_t *registers = mlops__hll_registers(self);
    uint32_t mask = ((uint32_t)1 << self->lg_k) - 1;
    for (size_t i = 0; i < n; i++) {
        uint8_t *at = registers + (coupons[i] & mask);
        uint32_t value = coupons[i] >> MLOPS__COUPON_BITS;
        if (value > *at) raise_register(self, at, value);
    }
}

uint8_t *mlops__hll_open(mlops_hll *self) {
    uint8_t *registers = mlops__hll_registers(self);
    memset(registers, 0, (size_t)1 << self->lg_k);
    self->has_registers = 1;
    self->has_history = 0;
    return registers;
}

/* The history begins with what the coupons tell, as they tell it better. */
static void promote(mlops_hll *self) {
    uint32_t counts[MLOPS__HLL_VALUES];
    mlops__hll_open(self);
    for (size_t i = 0; i < (size_t)1 << self->lg_table; i++)
        if (self->data[i]) take_all(self, self->data + i, 1);
    self->has_history = !(self->flags & MLOPS_HLL_WITHOUT_HISTORY);
    self->hip = mlops__hll_by_coupons(self->n_coupons);
    mlops__hll_count(self, counts);
    mlops__hll_inverse(counts, self->inverse);
}

/* ---- coupons ---- */

void mlops__hll_take(mlops_hll *self, uint32_t coupon) {
    if (self->has_registers) {
        take_all(self, &coupon, 1);
        return;
    }
    size_t mask = ((size_t)1 << self->lg_table) - 1, at = coupon & mask;
    while (self->data[at] && self->data[at] != coupon) at = (at + 1) & mask;
    if (self->data[at]) return;
    self->data[at] = coupon;
    if (++self->n_coupons > mlops__hll_limit(self->lg_k)) promote(self);
}

static void find_least(mlops__hll_feed *feed) {
    const uint8_t *registers = mlops__hll_registers_of(feed->self);
    if (feed->least && registers[feed->at] == feed->least) return;
    feed->at = 0;
    for (size_t i = 1; i < (size_t)1 << feed->self->lg_k; i++)
        if (registers[i] < registers[feed->at]) feed->at = i;
    feed->least = registers[feed->at];
}

/* The same of coupons most of which have no more than the least register. */
static void take_some(mlops_hll *self, const uint32_t *coupons, size_t n, uint32_t least) {
    for (; n >= LANES && least > 0; n -= LANES, coupons += LANES) {
        uint32_t more = 0; /* the highest bit, of a difference below 0 */
        for (size_t k = 0; k < LANES; k++) more |= least - (coupons[k] >> MLOPS__COUPON_BITS);
        if (more >> 31) take_all(self, coupons, LANES);
    }
    take_all(self, coupons, n);
}

/* Of many values, most are told to change nothing before their register is looked at. */
void mlops__hll_feed_words(mlops__hll_feed *feed, const void *words, int reals, size_t n) {
    mlops_hll *self = feed->self;
    uint32_t coupons[MLOPS__HLL_PART];
    size_t i = 0;
    mlops__hll_coupons(words, reals, coupons, n);
    if (feed->n >> self->lg_k && self->has_registers) {
        find_least(feed);
        feed->n = 0;
    }
    while (i < n && !self->has_registers) mlops__hll_take(self, coupons[i++]);
    take_some(self, coupons + i, n - i, feed->least);
    feed->n += n;
}

static mlops_status take_words(mlops_hll *self, const void *words, int reals, int64_t n) {
    mlops__hll_feed feed = {self, 0, 0, 0};
    const uint8_t *from = words;
    if (n < 0) return MLOPS_E_INVALID;
    for (int64_t at = 0; at < n; at += MLOPS__HLL_PART) {
        int64_t part = n - at < MLOPS__HLL_PART ? n - at : MLOPS__HLL_PART;
        mlops__hll_feed_words(&feed, from + 8 * at, reals, (size_t)part);
    }
    return MLOPS_OK;
}

mlops_status mlops_hll_add(mlops_hll *self, const double *values, int64_t n) {
    return take_words(self, values, 1, n);
}

mlops_status mlops_hll_add_i64(mlops_hll *self, const int64_t *values, int64_t n) {
    return take_words(self, values, 0, n);
}

void mlops_hll_add_text(mlops_hll *self, const char *text) {
    uint64_t hash[2];
    size_t n = strlen(text);
    if (!n) return;
    mlops__murmur(text, n, hash);
    mlops__hll_take(self, mlops__coupon_of(hash[0], hash[1]));
}

/* ---- merging ---- */

/* Where self has coupons and the other registers, the other's state goes on with the coupons. */
static void adopt(mlops_hll *self, const mlops_hll *other) {
    memcpy(mlops__hll_registers(self), mlops__hll_registers_of(other), (size_t)1 << self->lg_k);
    self->has_registers = 1;
    self->has_history = self->has_history && other->has_history;
    self->hip = other->hip;
    memcpy(self->inverse, other->inverse, sizeof self->inverse);
    for (size_t i = 0; i < (size_t)1 << self->lg_table; i++)
        if (self->data[i]) take_all(self, self->data + i, 1);
}

mlops_status mlops_hll_merge(mlops_hll *self, const mlops_hll *other) {
    if (self->lg_k != other->lg_k) return MLOPS_E_INVALID;
    if (self == other) return MLOPS_OK;
    if (!other->has_registers) {
        for (size_t i = 0; i < (size_t)1 << other->lg_table; i++)
            if (other->data[i]) mlops__hll_take(self, other->data[i]);
        return MLOPS_OK;
    }
    if (!self->has_registers) {
        adopt(self, other);
        return MLOPS_OK;
    }
    uint8_t *mine = mlops__hll_registers(self);
    const uint8_t *more = mlops__hll_registers_of(other);
    for (size_t i = 0; i < (size_t)1 << self->lg_k; i++)
        mine[i] = mine[i] > more[i] ? mine[i] : more[i];
    self->has_history = 0;
    return MLOPS_OK;
}
