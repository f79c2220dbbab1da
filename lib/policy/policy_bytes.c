/* A policy as bytes: canonical, little-endian, checked to the last bit when read.
 *
 * Owns nothing. Invariant: what is loaded is a state that some windows lead to, as far as its parts
 * can tell, and saves to the same bytes.
 */
#include "base/bits.h"
#include "base/sealed.h"
#include "policy/policy.h"

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     8  magic "MLPO", version 1 (u32)
 *          8    24  k, n, calm (i64 each)
 *         32    24  over, clear, critical or 0 (f64 each)
 *         56     8  pause_ns
 *         64     8  bit i: the window before i known others was over
 *         72     8  windows known
 *         80     8  calm windows in a row
 *         88    16  time of the newest window, of the newest alarm (i64; -2^63: none)
 *        104    16  severity of the newest window, peak (f64; the one NaN 0x7ff8000000000000)
 *        120     4  event
 *        124     4  bit 0: alarmed; bit 1: critical
 *        128     4  CRC-32 of all before it
 */
#define MAGIC 0x4f504c4du

enum { VERSION = 1, SIZE = 132 };

static void put_all(const void *of, mlops__buf *out) {
    const mlops_policy *self = of;
    const mlops__policy_rules *r = &self->rules;
    const mlops_policy_decision *d = &self->decision;
    mlops__buf_i64(out, r->k);
    mlops__buf_i64(out, r->n);
    mlops__buf_i64(out, r->calm);
    mlops__buf_f64(out, r->over);
    mlops__buf_f64(out, r->clear);
    mlops__buf_f64(out, r->critical);
    mlops__buf_i64(out, r->pause_ns);
    mlops__buf_u64(out, self->over);
    mlops__buf_i64(out, d->n_known);
    mlops__buf_i64(out, d->n_calm);
    mlops__buf_i64(out, d->time_ns);
    mlops__buf_i64(out, d->raised_ns);
    if (d->severity == d->severity) mlops__buf_f64(out, d->severity);
    else mlops__buf_u64(out, MLOPS__NAN_BITS);
    mlops__buf_f64(out, d->peak);
    mlops__buf_u32(out, (uint32_t)d->event);
    mlops__buf_u32(out, (uint32_t)(d->alarmed | d->is_critical << 1));
}

mlops_status mlops_policy_save(const mlops_policy *self, void *bytes, size_t cap, size_t *needed) {
    if (!self) return MLOPS_E_INVALID;
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static mlops__policy_rules read_rules(mlops__cursor *in) {
    mlops__policy_rules out;
    out.k = mlops__cursor_i64(in);
    out.n = mlops__cursor_i64(in);
    out.calm = mlops__cursor_i64(in);
    out.over = mlops__cursor_f64(in);
    out.clear = mlops__cursor_f64(in);
    out.critical = mlops__cursor_f64(in);
    out.pause_ns = mlops__cursor_i64(in);
    return out;
}

static void read_state(mlops_policy *self, mlops__cursor *in) {
    mlops_policy_decision *d = &self->decision;
    self->over = mlops__cursor_u64(in);
    d->n_known = mlops__cursor_i64(in);
    d->n_calm = mlops__cursor_i64(in);
    d->time_ns = mlops__cursor_i64(in);
    d->raised_ns = mlops__cursor_i64(in);
    d->severity = mlops__cursor_f64(in);
    d->peak = mlops__cursor_f64(in);
    uint32_t event = mlops__cursor_u32(in), flags = mlops__cursor_u32(in);
    d->event = event <= MLOPS_POLICY_UNKNOWN ? (mlops_policy_event)event : MLOPS_POLICY_NOTHING;
    d->alarmed = flags & 1;
    d->is_critical = flags >> 1 & 1;
    for (uint64_t bits = self->over; bits; bits &= bits - 1) d->n_over++;
}

static int is_state(const mlops_policy *self) {
    const mlops_policy_decision *d = &self->decision;
    if (d->n_known < 0 || d->n_known > self->rules.n || d->n_calm < 0) return 0;
    if (d->n_known < MLOPS__POLICY_WINDOWS && self->over >> d->n_known) return 0;
    if (d->severity < 0 || !(d->peak >= 0) || d->raised_ns > d->time_ns) return 0;
    return !d->alarmed || (d->raised_ns != INT64_MIN && d->peak > 0);
}

mlops_status mlops_policy_load(mlops_policy **out, void *mem, size_t size, const void *bytes,
                               size_t n) {
    mlops__cursor in;
    uint8_t again[SIZE];
    *out = NULL;
    MLOPS_TRY(mlops__sealed_open(&in, bytes, n, MAGIC, VERSION));
    if (n != SIZE) return MLOPS_E_CORRUPT;
    mlops__policy_rules rules = read_rules(&in);
    if (mlops__policy_check(&rules, NULL)) return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops__policy_place(out, mem, size, &rules, NULL));
    read_state(*out, &in);
    if (is_state(*out) && !mlops_policy_save(*out, again, SIZE, NULL) &&
        !memcmp(again, bytes, SIZE))
        return MLOPS_OK;
    *out = NULL;
    return MLOPS_E_CORRUPT;
}
