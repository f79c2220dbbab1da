/* Counts as bytes: canonical, little-endian, checked to the last count when read.
 *
 * Owns nothing. Invariant: what is loaded saves to the same bytes. They are
 *
 *     "MLFA", u32 version 1, f64 threshold, i64 rows that were left out, u32 groups; for each
 * group, ascending by name: u32 bytes of the name, the name, and six counts, i64 each: tp, fp, tn,
 * fn, decided positive and negative without a label; and the CRC-32 of all before it
 */
#include "base/sealed.h"
#include "fairness/fairness.h"

#include <string.h>

#define MAGIC 0x41464c4du

enum { VERSION = 1, GROUP_MIN = 4 + 1 + 8 * MLOPS__FAIRNESS_COUNTS };

static void put_all(const void *of, mlops__buf *out) {
    const mlops_fairness *self = of;
    mlops__buf_f64(out, self->threshold);
    mlops__buf_i64(out, self->n_left_out);
    mlops__buf_u32(out, (uint32_t)self->n);
    for (int64_t i = 0; i < self->n; i++) {
        const mlops__fairness_group *group = &self->groups[i];
        mlops__buf_u32(out, (uint32_t)group->size);
        mlops__buf_put(out, group->name, group->size);
        for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) mlops__buf_i64(out, group->counts[k]);
    }
}

mlops_status mlops_fairness_save(const mlops_fairness *self, void *bytes, size_t cap,
                                 size_t *needed) {
    if (!self) return MLOPS_E_INVALID;
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static mlops_status corrupt(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "counts of groups: %s", what);
}

static mlops_status read_group(mlops_fairness *self, mlops__cursor *in, mlops_error *err) {
    uint32_t size = mlops__cursor_u32(in);
    const char *name = (const char *)mlops__cursor_take(in, size);
    int found;
    if (!name || size == 0 || size > MLOPS__FAIRNESS_NAME_MAX || memchr(name, 0, size))
        return corrupt(err, "a name is cut off, empty, too long, or has a NUL");
    int64_t place = mlops__fairness_find(self, name, size, &found);
    if (found || place < self->n) return corrupt(err, "groups do not ascend");
    if (mlops__fairness_insert(self, place, name, size)) return mlops__fail_nomem(err, size);
    for (size_t k = 0; k < MLOPS__FAIRNESS_COUNTS; k++) {
        int64_t count = mlops__cursor_i64(in);
        if (count < 0 || count > MLOPS__FAIRNESS_ROWS_MAX - self->n_rows - self->n_left_out)
            return corrupt(err, "a count is negative, or more than all rows can be");
        self->groups[place].counts[k] = count;
        self->n_rows += count;
    }
    if (!mlops__fairness_rows(&self->groups[place])) return corrupt(err, "a group has no rows");
    return MLOPS_OK;
}

static mlops_status read_all(mlops_fairness *self, mlops__cursor *in, mlops_error *err) {
    self->threshold = mlops__cursor_f64(in);
    self->n_left_out = mlops__cursor_i64(in);
    uint32_t n = mlops__cursor_u32(in);
    if (in->failed || self->threshold != self->threshold) return corrupt(err, "no threshold");
    if (self->n_left_out < 0 || self->n_left_out > MLOPS__FAIRNESS_ROWS_MAX)
        return corrupt(err, "a count is negative, or more than all rows can be");
    if (n > MLOPS__FAIRNESS_GROUPS_MAX || n > mlops__cursor_left(in) / GROUP_MIN)
        return corrupt(err, "more groups than bytes");
    for (uint32_t i = 0; i < n; i++) MLOPS_TRY(read_group(self, in, err));
    return mlops__cursor_left(in) ? corrupt(err, "bytes are left over") : MLOPS_OK;
}

mlops_status mlops_fairness_load(mlops_fairness **out, const void *bytes, size_t n,
                                 const mlops_fairness_opts *opts, mlops_error *err) {
    mlops_fairness *self;
    mlops__cursor in;
    *out = NULL;
    mlops_status status = mlops__sealed_open(&in, bytes, n, MAGIC, VERSION);
    if (status == MLOPS_E_UNSUPPORTED)
        return mlops__fail(err, status, "counts of groups of a later version than %d", VERSION);
    if (status < 0) return corrupt(err, "other bytes, cut off or damaged");
    MLOPS_TRY(mlops_fairness_new(&self, opts, err));
    status = read_all(self, &in, err);
    if (status < 0) mlops_fairness_free(self);
    else *out = self;
    return status;
}
