/* Counts as bytes: canonical, little-endian, checked to the last count when read.
 *
 * Owns nothing. Invariant: what is loaded saves to the same bytes.
 */
#include "base/sealed.h"
#include "fairness/fairness.h"

#include <string.h>

/* The bytes:
 *
 *     "MLFA", u32 version, f64 threshold, i64 rows that were left out, u32 groups; for each group,
 * ascending by name: u32 bytes of the name, the name, and six counts of rows, i64 each: tp, fp, tn,
 * fn, decided positive and negative without a label; in version 2 behind them of each of the six
 * the weight, in units of 2^-20 (i64), and the squares of the weights, in units of 2^-40 (128 bits,
 * the low half first); and the CRC-32 of all before it
 *
 * In version 1 each row weighs 1; version 2 has one that does not.
 */
#define MAGIC 0x41464c4du

enum { PLAIN = 1, WEIGHTED = 2, GROUP_MIN = 4 + 1 + 8 * MLOPS__FAIRNESS_COUNTS };

static uint32_t version_of(const mlops_fairness *self) {
    for (int64_t i = 0; i < self->n; i++)
        for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) {
            const mlops__fairness_cell *cell = &self->groups[i].cells[k];
            mlops__fairness_cell plain = {cell->units >> MLOPS__WEIGHT_BITS, 0, {0, 0}};
            mlops__fairness_weigh(&plain);
            if (memcmp(&plain, cell, sizeof plain)) return WEIGHTED;
        }
    return PLAIN;
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_fairness *self = of;
    const int weighted = version_of(self) == WEIGHTED;
    mlops__buf_f64(out, self->threshold);
    mlops__buf_i64(out, self->n_left_out);
    mlops__buf_u32(out, (uint32_t)self->n);
    for (int64_t i = 0; i < self->n; i++) {
        const mlops__fairness_group *group = &self->groups[i];
        mlops__buf_u32(out, (uint32_t)group->size);
        mlops__buf_put(out, group->name, group->size);
        for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) mlops__buf_i64(out, group->cells[k].n);
        for (size_t k = 0; weighted && k < MLOPS__FAIRNESS_COUNTS; k++) {
            mlops__buf_i64(out, group->cells[k].units);
            mlops__wide_write(out, group->cells[k].squares);
        }
    }
}

mlops_status mlops_fairness_save(const mlops_fairness *self, void *bytes, size_t cap,
                                 size_t *needed) {
    if (!self) return MLOPS_E_INVALID;
    return mlops__sealed_save(self, put_all, MAGIC, version_of(self), bytes, cap, needed);
}

static mlops_status corrupt(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "counts of groups: %s", what);
}

/* What stands behind the counts of rows, or follows from them. */
static int read_weights(mlops__fairness_cell *self, mlops__cursor *in, uint32_t version,
                        int64_t left) {
    if (version == PLAIN) {
        if (self->n < 0 || self->n > left / MLOPS__WEIGHT_ONE) return 0;
        mlops__fairness_weigh(self);
        return 1;
    }
    self->units = mlops__cursor_i64(in);
    self->squares = mlops__wide_read(in);
    return self->units <= left && mlops__weights_agree(self->n, self->units, self->squares);
}

static mlops_status read_group(mlops_fairness *self, mlops__cursor *in, uint32_t version,
                               mlops_error *err) {
    uint32_t size = mlops__cursor_u32(in);
    const char *name = (const char *)mlops__cursor_take(in, size);
    int found;
    if (!name || size == 0 || size > MLOPS__FAIRNESS_NAME_MAX || memchr(name, 0, size))
        return corrupt(err, "a name is cut off, empty, too long, or has a NUL");
    int64_t place = mlops__fairness_find(self, name, size, &found);
    if (found || place < self->n) return corrupt(err, "groups do not ascend");
    if (mlops__fairness_insert(self, place, name, size)) return mlops__fail_nomem(err, size);
    mlops__fairness_group *group = &self->groups[place];
    for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) group->cells[k].n = mlops__cursor_i64(in);
    for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) {
        if (!read_weights(&group->cells[k], in, version, MLOPS__UNITS_MAX - self->units))
            return corrupt(err, "rows and their weights cannot be so many");
        self->units += group->cells[k].units;
    }
    if (!mlops__fairness_sum(group, MLOPS__FAIRNESS_ALL).n)
        return corrupt(err, "a group has no rows");
    return MLOPS_OK;
}

static mlops_status read_all(mlops_fairness *self, mlops__cursor *in, uint32_t version,
                             mlops_error *err) {
    self->threshold = mlops__cursor_f64(in);
    self->n_left_out = mlops__cursor_i64(in);
    uint32_t n = mlops__cursor_u32(in);
    if (in->failed || self->threshold != self->threshold) return corrupt(err, "no threshold");
    if (self->n_left_out < 0 || self->n_left_out > MLOPS__UNITS_MAX)
        return corrupt(err, "the rows that were left out cannot be so many");
    if (n > MLOPS__FAIRNESS_GROUPS_MAX || n > mlops__cursor_left(in) / GROUP_MIN)
        return corrupt(err, "more groups than bytes");
    for (uint32_t i = 0; i < n; i++) MLOPS_TRY(read_group(self, in, version, err));
    if (in->failed) return corrupt(err, "a group is cut off");
    if (mlops__cursor_left(in)) return corrupt(err, "bytes are left over");
    return version_of(self) == version ? MLOPS_OK : corrupt(err, "each row weighs 1");
}

mlops_status mlops_fairness_load(mlops_fairness **out, const void *bytes, size_t n,
                                 const mlops_fairness_opts *opts, mlops_error *err) {
    mlops_fairness *self;
    mlops__cursor in;
    *out = NULL;
    uint32_t version = WEIGHTED;
    mlops_status status = mlops__sealed_open(&in, bytes, n, MAGIC, version);
    if (status == MLOPS_E_UNSUPPORTED)
        status = mlops__sealed_open(&in, bytes, n, MAGIC, version = PLAIN);
    if (status == MLOPS_E_UNSUPPORTED)
        return mlops__fail(err, status, "counts of groups of a later version than %d", WEIGHTED);
    if (status < 0) return corrupt(err, "other bytes, cut off or damaged");
    MLOPS_TRY(mlops_fairness_new(&self, opts, err));
    status = read_all(self, &in, version, err);
    if (status < 0) mlops_fairness_free(self);
    else *out = self;
    return status;
}
