/* Counting values in a sketch of frequent ones, and merging sketches.
 *
 * Owns entries and table. Invariant: a value was added between its count and its count and the
 * offset times, one without an entry up to the offset.
 * Freestanding: part of the firmware build.
 */
#include "base/cursor.h"
#include "base/mix.h"
#include "base/opts.h"
#include "base/storage.h"
#include "sketch/run/items_state.h"
#include "sketch/run/sketch.h"

static uint32_t *table_of(const mlops_items *self) {
    size_t at = (size_t)(self->cap + 1) * (self->stride / 8);
    return (uint32_t *)(void *)(uintptr_t)(self->data + at);
}

/* 0 if they are out of range, or more than there can be. */
static size_t bytes_of(int64_t lg_size, int64_t text_max) {
    if (lg_size < MLOPS__ITEMS_LG_MIN || lg_size > MLOPS__ITEMS_LG_MAX) return 0;
    if (text_max < 0 || text_max > MLOPS__ITEMS_TEXT_MAX) return 0;
    uint64_t places = (uint64_t)1 << lg_size, stride = 8 + ((uint64_t)text_max + 8) / 8 * 8;
    uint64_t size = sizeof(mlops_items) + (places * 3 / 4 + 1) * stride + places * 4;
    return size > SIZE_MAX / 2 ? 0 : (size_t)size;
}

void mlops_items_reset(mlops_items *self) {
    self->n_kept = 0;
    self->n = self->offset = 0;
    self->sorted = 1;
    memset(table_of(self), 0, (size_t)4 << self->lg_size);
}

mlops_status mlops__items_begin(mlops_items **out, void *mem, size_t size, int64_t lg_size,
                                int64_t text_max) {
    size_t needed = bytes_of(lg_size, text_max);
    if (!needed) return MLOPS_E_INVALID;
    MLOPS_TRY(mlops__storage(mem, size, needed));
    mlops_items *self = mem;
    memset(self, 0, sizeof *self);
    self->lg_size = (uint32_t)lg_size;
    self->text_max = (uint32_t)text_max;
    self->cap = ((uint32_t)3 << lg_size) / 4;
    self->stride = 8 + ((uint32_t)text_max + 8) / 8 * 8;
    mlops_items_reset(self);
    *out = self;
    return MLOPS_OK;
}

static mlops_status with_defaults(mlops_items_opts *out, const mlops_items_opts *given) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_items_opts", NULL));
    if (!out->lg_size) out->lg_size = 10;
    return out->flags ? MLOPS_E_INVALID : MLOPS_OK;
}

size_t mlops_items_size(const mlops_items_opts *opts) {
    mlops_items_opts o;
    return with_defaults(&o, opts) < 0 ? 0 : bytes_of(o.lg_size, o.text_max);
}

mlops_status mlops_items_init(mlops_items **out, void *mem, size_t size,
                              const mlops_items_opts *opts) {
    *out = NULL;
    mlops_items_opts o;
    MLOPS_TRY(with_defaults(&o, opts));
    return mlops__items_begin(out, mem, size, o.lg_size, o.text_max);
}

/* ---- entries ---- */

static uint32_t hash_of(const mlops_items *self, const void *value, size_t n) {
    uint64_t hash = n, word = 0;
    const uint8_t *p = value;
    if (!self->text_max) n = sizeof word;
    for (; n > 8; n -= 8, p += 8) hash = mlops__mix(hash + MLOPS__MIX_STEP + mlops__load_u64(p));
    memcpy(&word, p, n);
    return (uint32_t)(mlops__mix(hash + MLOPS__MIX_STEP + word) >> 32);
}

static int same(const mlops_items *self, const uint64_t *entry, const void *value, size_t n) {
    if (!self->text_max) return !memcmp(entry + 1, value, 8);
    return !memcmp(entry + 1, value, n) && !mlops__items_text(entry)[n];
}

/* Place of a value in the table, or where it would go. */
static uint32_t place_of(const mlops_items *self, const void *value, size_t n) {
    const uint32_t *table = table_of(self), mask = ((uint32_t)1 << self->lg_size) - 1;
    uint32_t at = hash_of(self, value, n) & mask;
    while (table[at] && !same(self, mlops__items_entry_of(self, table[at] - 1), value, n))
        at = (at + 1) & mask;
    return at;
}

const uint64_t *mlops__items_seek(const mlops_items *self, const void *value, size_t n) {
    uint32_t found = table_of(self)[place_of(self, value, n)];
    return found ? mlops__items_entry_of(self, found - 1) : NULL;
}

static void fill_table(mlops_items *self) {
    uint32_t *table = table_of(self);
    memset(table, 0, (size_t)4 << self->lg_size);
    for (uint32_t i = 0; i < self->n_kept; i++) {
        const uint64_t *entry = mlops__items_entry_of(self, i);
        size_t n = self->text_max ? strlen(mlops__items_text(entry)) : 8;
        table[place_of(self, entry + 1, n)] = i + 1;
    }
}

/* ---- taking off ---- */

/* The median of all counts, exact: found byte by byte. */
static uint64_t median_of(const mlops_items *self) {
    uint64_t any = 0, found = 0;
    uint32_t rank = self->n_kept / 2, shift = 56;
    for (uint32_t i = 0; i < self->n_kept; i++) any |= *mlops__items_entry_of(self, i);
    while (shift && !(any >> shift)) shift -= 8;
    for (;; shift -= 8) {
        uint32_t counts[256] = {0}, digit = 0;
        for (uint32_t i = 0; i < self->n_kept; i++) {
            uint64_t top = *mlops__items_entry_of(self, i) >> shift;
            if (top >> 8 == found) counts[top & 255]++;
        }
        while (rank >= counts[digit]) rank -= counts[digit++];
        found = found << 8 | digit;
        if (!shift) return found;
    }
}

static void take_off(mlops_items *self) {
    uint64_t median = median_of(self);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < self->n_kept; i++) {
        const uint64_t *from = mlops__items_entry_of(self, i);
        if (*from <= median) continue;
        uint64_t *to = mlops__items_entry(self, kept++);
        memmove(to, from, self->stride);
        *to -= median;
    }
    self->n_kept = kept;
    self->offset += (int64_t)median;
    fill_table(self);
}

void mlops__items_take(mlops_items *self, const void *value, size_t n, int64_t times) {
    uint32_t *place = table_of(self) + place_of(self, value, n);
    self->n += times;
    self->sorted = 0;
    if (*place) {
        *mlops__items_entry(self, *place - 1) += (uint64_t)times;
        return;
    }
    uint64_t *entry = mlops__items_entry(self, self->n_kept);
    memset(entry, 0, self->stride);
    *entry = (uint64_t)times;
    memcpy(entry + 1, value, n);
    *place = ++self->n_kept;
    if (self->n_kept > self->cap) take_off(self);
}

/* ---- adding ---- */

static mlops_status check_room(const mlops_items *self, int64_t n) {
    return n > INT64_MAX - self->n ? MLOPS_E_LIMIT : MLOPS_OK;
}

mlops_status mlops_items_add(mlops_items *self, const int64_t *values, int64_t n) {
    if (n < 0 || self->text_max) return MLOPS_E_INVALID;
    MLOPS_TRY(check_room(self, n));
    for (int64_t i = 0; i < n; i++) mlops__items_take(self, values + i, 8, 1);
    return MLOPS_OK;
}

mlops_status mlops_items_add_text(mlops_items *self, const char *text, int64_t times) {
    size_t n = strlen(text);
    if (times < 1 || !self->text_max) return MLOPS_E_INVALID;
    if (n > self->text_max) return MLOPS_E_LIMIT;
    MLOPS_TRY(check_room(self, times));
    mlops__items_take(self, text, n, times);
    return MLOPS_OK;
}

mlops_status mlops_items_merge(mlops_items *self, const mlops_items *other) {
    if (other == self || self->text_max != other->text_max) return MLOPS_E_INVALID;
    MLOPS_TRY(check_room(self, other->n));
    int64_t n = self->n + other->n;
    for (uint32_t i = 0; i < other->n_kept; i++) {
        const uint64_t *entry = mlops__items_entry_of(other, i);
        size_t size = self->text_max ? strlen(mlops__items_text(entry)) : 8;
        mlops__items_take(self, entry + 1, size, (int64_t)*entry);
    }
    self->n = n;
    self->offset += other->offset;
    return MLOPS_OK;
}

/* ---- order ---- */

static int before(const void *a, const void *b, const void *user) {
    const mlops_items *self = user;
    const uint64_t *x = a, *y = b;
    if (*x != *y) return *x > *y;
    if (self->text_max) {
        const char *s = mlops__items_text(x), *t = mlops__items_text(y);
        size_t n = strlen(s), m = strlen(t);
        return memcmp(s, t, (n < m ? n : m) + 1) < 0;
    }
    int64_t value[2];
    memcpy(value, x + 1, 8);
    memcpy(value + 1, y + 1, 8);
    return value[0] < value[1];
}

void mlops__items_order(mlops_items *self) {
    if (self->sorted) return;
    mlops__sketch_sort(self->data, self->n_kept, self->stride, before, self);
    fill_table(self);
    self->sorted = 1;
}
