/* Windows of log-linear bins: how they grow, become coarser, get wider counts, and merge.
 *
 * Owns nothing. Invariant: see profile_bins.h. All of it happens rarely: a window grows as often as
 * a stream has a new extreme, and shift and width grow 57 times and twice.
 * Freestanding: part of the firmware build.
 */
#include "profile/run/profile_bins.h"

static size_t place_of(const mlops_profile *self, int side, uint64_t at) {
    size_t width = self->width;
    return side ? self->shape.bins_size - (size_t)(at + 1) * width : (size_t)at * width;
}

uint64_t mlops__bins_get(const mlops_profile *self, int side, uint64_t at) {
    const uint8_t *p = (const uint8_t *)self->data + place_of(self, side, at);
    uint16_t two;
    uint32_t four;
    uint64_t count;
    if (self->width == 2) return memcpy(&two, p, sizeof two), two;
    if (self->width == 4) return memcpy(&four, p, sizeof four), four;
    return memcpy(&count, p, sizeof count), count;
}

void mlops__bins_put(mlops_profile *self, int side, uint64_t at, uint64_t count) {
    uint8_t *p = mlops__profile_window(self) + place_of(self, side, at);
    uint16_t two = (uint16_t)count;
    uint32_t four = (uint32_t)count;
    if (self->width == 2) memcpy(p, &two, sizeof two);
    else if (self->width == 4) memcpy(p, &four, sizeof four);
    else memcpy(p, &count, sizeof count);
}

static mlops__bins_span coarser(mlops__bins_span span, uint32_t by) {
    mlops__bins_span out = {span.low >> by, 0};
    if (span.n) out.n = ((span.low + span.n - 1) >> by) - out.low + 1;
    return out;
}

static void coarsen(mlops_profile *self, int side, uint32_t by) {
    mlops__profile_side *s = &self->sides[side];
    mlops__bins_span span = coarser((mlops__bins_span){s->low, s->n}, by);
    for (uint64_t i = 0; i < s->n; i++) {
        uint64_t to = ((s->low + i) >> by) - span.low, count = mlops__bins_get(self, side, i);
        mlops__bins_put(self, side, i, 0);
        mlops__bins_put(self, side, to, mlops__bins_get(self, side, to) + count);
    }
    s->low = span.low;
    s->n = span.n;
}

void mlops__bins_move(mlops_profile *self, int side, uint64_t at, uint8_t from, uint8_t to) {
    self->width = from;
    uint64_t count = mlops__bins_get(self, side, at);
    mlops__bins_put(self, side, at, 0);
    self->width = to;
    mlops__bins_put(self, side, at, count);
}

/* From the far end on, so that no count is written over before it has been read. */
static void widen(mlops_profile *self, uint32_t width) {
    uint8_t old = self->width;
    for (int side = 0; side < 2; side++)
        for (uint64_t i = self->sides[side].n; i-- > 0;)
            mlops__bins_move(self, side, i, old, (uint8_t)width);
    self->width = (uint8_t)width;
}

static void grow(mlops_profile *self, int side, mlops__bins_span span) {
    mlops__profile_side *s = &self->sides[side];
    uint64_t up = s->n ? s->low - span.low : 0;
    for (uint64_t i = up ? s->n : 0; i-- > 0;) {
        uint64_t count = mlops__bins_get(self, side, i);
        mlops__bins_put(self, side, i, 0);
        mlops__bins_put(self, side, i + up, count);
    }
    s->low = span.low;
    s->n = span.n;
}

/* Makes windows hold at least these, at the present shift, in counts of this width; coarser where
 * they would not fit. */
static void hold(mlops_profile *self, const mlops__bins_span spans[2], uint32_t width) {
    uint32_t by = 0;
    mlops__bins_span above = spans[0], below = spans[1];
    while (above.n + below.n > self->shape.bins_size / width) {
        by++;
        above = coarser(spans[0], by);
        below = coarser(spans[1], by);
    }
    for (int side = 0; by && side < 2; side++) coarsen(self, side, by);
    self->shift = (uint8_t)(self->shift + by);
    if (width > self->width) widen(self, width);
    grow(self, 0, above);
    grow(self, 1, below);
}

static mlops__bins_span span_of(const mlops_profile *self, int side) {
    return (mlops__bins_span){self->sides[side].low, self->sides[side].n};
}

void mlops__bins_widen(mlops_profile *self, uint32_t width) {
    mlops__bins_span spans[2] = {span_of(self, 0), span_of(self, 1)};
    hold(self, spans, width);
}

static mlops__bins_span both(mlops__bins_span a, mlops__bins_span b) {
    if (!a.n || !b.n) return a.n ? a : b;
    uint64_t low = a.low < b.low ? a.low : b.low;
    uint64_t end = a.low + a.n > b.low + b.n ? a.low + a.n : b.low + b.n;
    return (mlops__bins_span){low, end - low};
}

void mlops__bins_other(mlops_profile *self, uint64_t bits) {
    int side = (int)(bits >> 63);
    mlops__profile_side *s = &self->sides[side];
    uint64_t index = mlops__bins_index(bits);
    if (bits == 0) return; /* zeros are a total */
    if (index < MLOPS__BINS_FIRST) {
        s->n_tiny++;
        return;
    }
    if (index >= MLOPS__BINS_END) {
        s->n_over++;
        return;
    }
    mlops__bins_span spans[2] = {span_of(self, 0), span_of(self, 1)};
    spans[side] = both(spans[side], (mlops__bins_span){index >> self->shift, 1});
    hold(self, spans, self->width);
    uint64_t at = (index >> self->shift) - s->low;
    mlops__bins_put(self, side, at, mlops__bins_get(self, side, at) + 1);
}

void mlops__bins_merge(mlops_profile *self, const mlops_profile *other, int64_t n_values) {
    mlops__bins_span spans[2];
    uint32_t mine = self->shift, theirs = other->shift;
    uint32_t by = theirs > mine ? theirs - mine : 0, more = mine > theirs ? mine - theirs : 0;
    for (int side = 0; side < 2; side++) {
        if (by) coarsen(self, side, by);
        spans[side] = both(span_of(self, side), coarser(span_of(other, side), more));
    }
    self->shift = (uint8_t)(mine + by);
    hold(self, spans, mlops__bins_width(n_values));
    uint32_t off = (uint32_t)self->shift - other->shift;
    for (int side = 0; side < 2; side++) {
        const mlops__profile_side *s = &other->sides[side];
        uint64_t low = self->sides[side].low;
        for (uint64_t i = 0; i < s->n; i++) {
            uint64_t at = ((s->low + i) >> off) - low, count = mlops__bins_get(other, side, i);
            mlops__bins_put(self, side, at, mlops__bins_get(self, side, at) + count);
        }
        self->sides[side].n_tiny += s->n_tiny;
        self->sides[side].n_over += s->n_over;
    }
}
