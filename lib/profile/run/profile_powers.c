/* A profile as an exponential histogram: its bins, added up to powers of a base.
 *
 * Owns nothing. Invariant: no bin of the profile is cut, since each lies in one power of two, or is
 * as wide as several. Freestanding: part of the firmware build.
 */
#include "base/opts.h"
#include "profile/run/profile_bins.h"

enum { DIGITS = 52, OCTAVES = 1024 /* what indices are raised by */ };

/* Powers of two in a bin, as a power of two. */
static uint32_t wide(const mlops_profile *self) {
    return self->shift > DIGITS ? self->shift - (uint32_t)DIGITS : 0;
}

static int64_t power_of(const mlops_profile *self, uint64_t index) {
    uint32_t by = wide(self);
    return (int64_t)(index << self->shift >> (DIGITS + by)) - (OCTAVES >> by);
}

/* Where values above the windows are. */
static int64_t last_power(const mlops_profile *self) {
    return power_of(self, MLOPS__BINS_END >> self->shift);
}

static void span_of(const mlops_profile *self, int side, int64_t *offset, int64_t *n) {
    const mlops__profile_side *s = &self->sides[side];
    if (!s->n && !s->n_over) return;
    *offset = s->n ? power_of(self, s->low) : last_power(self);
    *n = (s->n_over ? last_power(self) : power_of(self, s->low + s->n - 1)) - *offset + 1;
}

mlops_status mlops_profile_count_powers(const mlops_profile *self, mlops_profile_powers *out) {
    mlops_profile_powers p = MLOPS_PROFILE_POWERS_INIT;
    if (self->shape.n_edges) return MLOPS_E_INVALID;
    p.scale = -(int32_t)wide(self);
    p.n = mlops__profile_values(self);
    p.n_zero = self->totals[MLOPS__TOTAL_ZERO] + self->sides[0].n_tiny + self->sides[1].n_tiny;
    p.zero_threshold = mlops__bins_edge(MLOPS__BINS_FIRST, 0);
    span_of(self, 0, &p.positive_offset, &p.n_positive);
    span_of(self, 1, &p.negative_offset, &p.n_negative);
    return mlops__opts_return(out, &p, sizeof p);
}

int64_t mlops_profile_power(const mlops_profile *self, int32_t sign, int64_t index) {
    if (self->shape.n_edges || (sign != 1 && sign != -1)) return -1;
    int side = sign < 0;
    const mlops__profile_side *s = &self->sides[side];
    int64_t count = index == last_power(self) ? s->n_over : 0;
    for (uint64_t i = 0; i < s->n; i++)
        if (power_of(self, s->low + i) == index) count += (int64_t)mlops__bins_get(self, side, i);
    return count;
}
