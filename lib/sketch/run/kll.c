/* Adding values to a sketch of quantiles, and merging sketches.
 *
 * Owns the levels. Invariant: the weights of all values sum up to n; beyond the limit there are
 * items only inside of these functions.
 * Freestanding: part of the firmware build.
 */
#include "base/mix.h"
#include "base/opts.h"
#include "base/storage.h"
#include "sketch/run/kll_sort.h"
#include "sketch/run/kll_state.h"
#include "sketch/run/sketch.h"

/* Room of the level that lies so far below the top: k * (2/3)^depth, rounded as DataSketches does
 * it, since its readers count on where the items end. */
static uint32_t room_at(uint32_t k, uint32_t depth) {
    uint64_t twice = (uint64_t)k * 2, power = 1, room;
    if (depth > 30) return MLOPS__KLL_M; /* k is less than 1.5^30 */
    for (uint32_t i = 0; i < depth; i++) power *= 3;
    room = ((twice << depth) / power + 1) / 2;
    return room < MLOPS__KLL_M ? MLOPS__KLL_M : (uint32_t)room;
}

/* Items of so many levels together. */
static uint32_t capacity_of(uint32_t k, uint32_t n_levels) {
    uint32_t sum = 0;
    for (uint32_t i = 0; i < n_levels; i++) sum += room_at(k, i);
    return sum;
}

static uint32_t room_of(const mlops_kll *self, uint32_t level) {
    return room_at(self->k, self->n_levels - 1 - level);
}

static uint32_t buffer_of(uint32_t k) {
    uint32_t room = MLOPS__KLL_BUFFER;
    while (room < k / 4) room *= 2;
    return room;
}

static size_t bytes_of(uint32_t k) {
    return sizeof(mlops_kll) + 8 * (size_t)(capacity_of(k, MLOPS__KLL_LEVELS) + 2 * buffer_of(k));
}

void mlops__kll_grow(mlops_kll *self, uint32_t n_levels) {
    uint32_t end = self->levels[self->n_levels], shrink = 0;
    while (self->n_levels < n_levels) self->levels[++self->n_levels] = end;
    self->limit = capacity_of(self->k, self->n_levels);
    while (shrink + 1 < self->n_levels && room_of(self, shrink) <= self->room >> (shrink + 1) &&
           self->room >> (shrink + 1) >= MLOPS__KLL_RUN)
        shrink++;
    self->shrink = shrink;
}

static void clear(mlops_kll *self) {
    self->min_k = self->k;
    self->state = self->seed;
    self->n = self->n_nan = 0;
    self->min = mlops__f64_of(MLOPS__INF_BITS);
    self->max = -self->min;
    self->n_buffer = self->n_levels = 0;
    self->levels[0] = self->room + capacity_of(self->k, MLOPS__KLL_LEVELS);
    mlops__kll_grow(self, 1);
}

mlops_status mlops__kll_begin(mlops_kll **out, void *mem, size_t size, uint32_t k, uint64_t seed) {
    MLOPS_TRY(mlops__storage(mem, size, bytes_of(k)));
    mlops_kll *self = mem;
    memset(self, 0, sizeof *self);
    self->k = k;
    self->seed = seed;
    self->room = buffer_of(k);
    clear(self);
    *out = self;
    return MLOPS_OK;
}

static mlops_status with_defaults(mlops_kll_opts *out, const mlops_kll_opts *given) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_kll_opts", NULL));
    if (!out->k) out->k = 200;
    int fits = out->k >= MLOPS__KLL_K_MIN && out->k <= MLOPS__KLL_K_MAX && !out->flags;
    return fits ? MLOPS_OK : MLOPS_E_INVALID;
}

size_t mlops_kll_size(const mlops_kll_opts *opts) {
    mlops_kll_opts o;
    return with_defaults(&o, opts) < 0 ? 0 : bytes_of((uint32_t)o.k);
}

mlops_status mlops_kll_init(mlops_kll **out, void *mem, size_t size, const mlops_kll_opts *opts) {
    *out = NULL;
    mlops_kll_opts o;
    MLOPS_TRY(with_defaults(&o, opts));
    return mlops__kll_begin(out, mem, size, (uint32_t)o.k, o.seed);
}

void mlops_kll_reset(mlops_kll *self) { clear(self); }

/* Merges two ascending runs to out, of which b may be the end: then nothing is moved once a is
 * used up. */
static void merge_runs(double *out, const double *a, size_t n_a, const double *b, size_t n_b) {
    const double *a_end = a + n_a, *b_end = b + n_b;
    while (a < a_end && b < b_end) {
        double x = *a, y = *b;
        size_t second = y < x;
        *out++ = second ? y : x;
        b += second;
        a += 1 - second;
    }
    memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
}

/* Gives up every second value of a level to the one above; of an odd number the least stays. */
static void compact(mlops_kll *self, uint32_t level) {
    double *items = mlops__kll_items(self);
    uint32_t begin = self->levels[level], end = self->levels[level + 1];
    uint32_t odd = (end - begin) & 1, half = (end - begin) / 2;
    double *x = items + begin + odd;
    size_t offset = (size_t)(mlops__mix_next(&self->state) >> 63);
    for (size_t i = 0; i < half; i++) x[i] = x[2 * i + offset];
    merge_runs(items + (end - half), x, half, items + end, self->levels[level + 2] - end);
    double *low = items + self->levels[0];
    memmove(low + half, low, (begin + odd - self->levels[0]) * sizeof *low);
    for (uint32_t i = 0; i <= level; i++) self->levels[i] += half;
    self->levels[level + 1] = end - half;
}

static void compress(mlops_kll *self) {
    while (mlops__kll_kept(self) > self->limit) {
        uint32_t level = 0;
        while (self->levels[level + 1] - self->levels[level] < room_of(self, level)) level++;
        if (level + 1 == self->n_levels) mlops__kll_grow(self, self->n_levels + 1);
        compact(self, level);
    }
}

/* Lets an ascending run of up to room values join a level. */
static void join(mlops_kll *self, uint32_t level, const double *run, uint32_t n) {
    double *items = mlops__kll_items(self);
    uint32_t begin = self->levels[level], end = self->levels[level + 1];
    double *low = items + self->levels[0];
    memmove(low - n, low, (begin - self->levels[0]) * sizeof *low);
    for (uint32_t i = 0; i <= level; i++) self->levels[i] -= n;
    merge_runs(items + begin - n, run, n, items + begin, end - begin);
    compress(self);
}

/* The full buffer. The room in front of the levels serves the sorting: as the kept values are
 * within the limit, it is free. */
static void drain(mlops_kll *self) {
    double *run =
        mlops__kll_sort(self->data, mlops__kll_items(self), self->room, self->shrink, &self->state);
    uint32_t n = self->room >> self->shrink;
    if (run != self->data) memcpy(self->data, run, n * sizeof *run);
    self->n_buffer = 0;
    join(self, self->shrink, self->data, n);
}

void mlops__kll_settle(mlops_kll *self) {
    uint32_t n = self->n_buffer, all = MLOPS__KLL_RUN;
    if (!n) return;
    while (all < n) all *= 2;
    for (uint32_t i = n; i < all; i++) self->data[i] = mlops__f64_of(MLOPS__INF_BITS);
    double *run = mlops__kll_sort(self->data, mlops__kll_items(self), all, 0, NULL);
    if (run != self->data) memcpy(self->data, run, n * sizeof *run);
    self->n_buffer = 0;
    join(self, 0, self->data, n);
}

/* Takes n <= room - n_buffer values in, without NaN and without the sign of zeros. */
static void take(mlops_kll *self, const double *values, size_t n) {
    double *out = self->data + self->n_buffer;
    double min = self->min, max = self->max;
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        double x = values[i] + 0.0;
        out[kept] = x;
        kept += x == x;
        min = x < min ? x : min;
        max = x > max ? x : max;
    }
    self->min = min;
    self->max = max;
    self->n += (int64_t)kept;
    self->n_nan += (int64_t)(n - kept);
    self->n_buffer += (uint32_t)kept;
    if (self->n_buffer == self->room) drain(self);
}

static mlops_status check_room(const mlops_kll *self, int64_t n) {
    if (n < 0) return MLOPS_E_INVALID;
    return n > MLOPS__KLL_N_MAX - self->n - self->n_nan ? MLOPS_E_LIMIT : MLOPS_OK;
}

mlops_status mlops_kll_add(mlops_kll *self, const double *values, int64_t n) {
    MLOPS_TRY(check_room(self, n));
    while (n > 0) {
        size_t part = self->room - self->n_buffer;
        if ((uint64_t)n < part) part = (size_t)n;
        take(self, values, part);
        values += part;
        n -= (int64_t)part;
    }
    return MLOPS_OK;
}

mlops_status mlops_kll_add_f32(mlops_kll *self, const float *values, int64_t n, int64_t stride) {
    MLOPS_TRY(check_room(self, n));
    if (stride < 1) return MLOPS_E_INVALID;
    double block[32];
    for (int64_t done = 0; done < n;) {
        size_t part = self->room - self->n_buffer;
        if (part > 32) part = 32;
        if ((uint64_t)(n - done) < part) part = (size_t)(n - done);
        for (size_t i = 0; i < part; i++) block[i] = (double)values[(done + (int64_t)i) * stride];
        take(self, block, part);
        done += (int64_t)part;
    }
    return MLOPS_OK;
}

mlops_status mlops_kll_merge(mlops_kll *self, const mlops_kll *other) {
    if (other == self) return MLOPS_E_INVALID;
    MLOPS_TRY(check_room(self, other->n + other->n_nan));
    int64_t n = self->n + other->n;
    (void)mlops_kll_add(self, other->data, other->n_buffer);
    if (mlops__kll_kept(other)) {
        if (other->n_levels > self->n_levels) mlops__kll_grow(self, other->n_levels);
        if (other->n_levels > 1 && other->min_k < self->min_k) self->min_k = other->min_k;
    }
    for (uint32_t level = other->n_levels; level-- > 0;) {
        const double *run = mlops__kll_items_of(other) + other->levels[level];
        uint32_t left = other->levels[level + 1] - other->levels[level];
        while (left) {
            uint32_t part = left < self->room ? left : self->room;
            join(self, level, run, part);
            run += part;
            left -= part;
        }
    }
    self->n = n;
    self->n_nan += other->n_nan;
    self->min = other->min < self->min ? other->min : self->min;
    self->max = other->max > self->max ? other->max : self->max;
    return MLOPS_OK;
}
