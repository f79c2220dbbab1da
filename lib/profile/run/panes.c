/* Profiles of the newest panes of time, in a ring.
 *
 * Owns the ring. Invariant: the pane of number k lies at k modulo n_panes, and n of them are there,
 * up to newest; those between two that were asked for are there as well, empty.
 * Freestanding: part of the firmware build.
 */
#include "base/calendar.h"
#include "base/opts.h"
#include "base/sealed.h"
#include "base/storage.h"
#include "profile/run/profile_state.h"

#include <mlops/panes.h>

enum { PANES = 4096, MONTHS = 12, HALVINGS = 63 };

static const int64_t HOUR_NS = 3600000000000, DAY_NS = 86400000000000;

struct mlops_panes {
    int64_t pane_ns; /* 0: months */
    int64_t offset_ns;
    int64_t n_panes;
    int64_t newest; /* its number */
    int64_t n;
    uint64_t size; /* of a profile */
    uint32_t fades;
    uint32_t reserved;
    uint64_t data[];
};

static mlops_status with_defaults(mlops_panes_opts *o, const mlops_profile *like,
                                  const mlops_panes_opts *given) {
    MLOPS_TRY(mlops__opts_copy(o, sizeof *o, given, "mlops_panes_opts", NULL));
    int months = (o->flags & MLOPS_PANES_MONTHS) != 0, fades = (o->flags & MLOPS_PANES_FADE) != 0;
    if (!months && !o->pane_ns) o->pane_ns = HOUR_NS;
    if (!o->n_panes) o->n_panes = 1;
    int fits = o->n_panes >= 1 && o->n_panes <= PANES && (months ? !o->pane_ns : o->pane_ns > 0);
    if (o->flags & ~(uint32_t)(MLOPS_PANES_MONTHS | MLOPS_PANES_FADE)) fits = 0;
    if (fades && (o->n_panes > 1 || like->shape.n_edges)) fits = 0;
    return fits ? MLOPS_OK : MLOPS_E_INVALID;
}

/* 0 if no storage is so large. */
static size_t size_with(int64_t n_panes, size_t profile) {
    if (profile > (SIZE_MAX - sizeof(mlops_panes)) / (size_t)n_panes) return 0;
    return sizeof(mlops_panes) + (size_t)n_panes * profile;
}

size_t mlops_panes_size(const mlops_profile *like, const mlops_panes_opts *opts) {
    mlops_panes_opts o;
    if (with_defaults(&o, like, opts) < 0) return 0;
    return size_with(o.n_panes, mlops__profile_bytes(&like->shape));
}

static mlops_profile *profile_at(const mlops_panes *self, int64_t number) {
    int64_t slot = number % self->n_panes;
    if (slot < 0) slot += self->n_panes;
    return (mlops_profile *)(uintptr_t)(self->data + (size_t)slot * (self->size / 8));
}

mlops_status mlops_panes_init(mlops_panes **out, void *mem, size_t size, const mlops_profile *like,
                              const mlops_panes_opts *opts) {
    mlops_panes_opts o;
    *out = NULL;
    MLOPS_TRY(with_defaults(&o, like, opts));
    size_t needed = mlops_panes_size(like, opts);
    MLOPS_TRY(mlops__storage(mem, size, needed ? needed : SIZE_MAX));
    mlops_panes *self = mem;
    memset(self, 0, sizeof *self);
    self->pane_ns = o.pane_ns;
    self->offset_ns = o.offset_ns;
    self->n_panes = o.n_panes;
    self->size = mlops__profile_bytes(&like->shape);
    self->fades = (o.flags & MLOPS_PANES_FADE) != 0;
    for (int64_t i = 0; i < o.n_panes; i++) mlops__profile_like(profile_at(self, i), like);
    *out = self;
    return MLOPS_OK;
}

void mlops_panes_reset(mlops_panes *self) {
    self->n = 0;
    for (int64_t i = 0; i < self->n_panes; i++) mlops_profile_reset(profile_at(self, i));
}

/* ---- time ---- */

static int64_t floored(int64_t value, int64_t by) {
    return value / by - (value % by != 0 && value < 0);
}

/* What is over past the ends of int64 lies there: its pane is the last one, or the first. */
static int64_t less(int64_t a, int64_t b) {
    if (b < 0 && a > INT64_MAX + b) return INT64_MAX;
    return b > 0 && a < INT64_MIN + b ? INT64_MIN : a - b;
}

static int64_t number_of(const mlops_panes *self, int64_t time_ns) {
    int64_t time = less(time_ns, self->offset_ns);
    if (self->pane_ns) return floored(time, self->pane_ns);
    mlops__date date = mlops__date_of(floored(time, DAY_NS));
    return date.year * MONTHS + date.month - 1;
}

static int64_t start_of(const mlops_panes *self, int64_t number) {
    int64_t unit = self->pane_ns, count = number;
    if (!unit) {
        int64_t year = floored(number, MONTHS);
        mlops__date date = {year, number - year * MONTHS + 1, 1};
        unit = DAY_NS;
        count = mlops__date_days(date);
    }
    if (count > INT64_MAX / unit) return INT64_MAX;
    if (count < INT64_MIN / unit) return INT64_MIN;
    return less(count * unit, self->offset_ns == INT64_MIN ? INT64_MAX : -self->offset_ns);
}

int64_t mlops_panes_start_ns(const mlops_panes *self, int64_t age) {
    if (age < -1 || age >= self->n) return INT64_MIN;
    if (age < 0 && self->newest == INT64_MAX) return INT64_MAX;
    return start_of(self, self->newest - age);
}

/* ---- panes ---- */

static void begin_until(mlops_panes *self, int64_t number) {
    uint64_t ahead = (uint64_t)number - (uint64_t)self->newest;
    mlops_profile *one = profile_at(self, 0);
    if (self->fades) {
        if (ahead > HALVINGS) mlops_profile_reset(one);
        else
            for (uint64_t i = 0; i < ahead; i++) mlops__profile_halve(one);
    } else if (ahead >= (uint64_t)self->n_panes) {
        mlops_panes_reset(self);
        self->n = self->n_panes;
    } else {
        for (int64_t i = 0; i < (int64_t)ahead; i++)
            mlops_profile_reset(profile_at(self, number - i));
        self->n += (int64_t)ahead;
        if (self->n > self->n_panes) self->n = self->n_panes;
    }
    self->newest = number;
}

mlops_profile *mlops_panes_at(mlops_panes *self, int64_t time_ns) {
    int64_t number = number_of(self, time_ns);
    if (!self->n) {
        self->n = 1;
        self->newest = number;
    }
    if (number > self->newest) begin_until(self, number);
    uint64_t age = (uint64_t)self->newest - (uint64_t)number;
    if (age >= (uint64_t)self->n_panes) return NULL;
    if (age >= (uint64_t)self->n) self->n = (int64_t)age + 1;
    return profile_at(self, number);
}

mlops_profile *mlops_panes_pane(mlops_panes *self, int64_t age) {
    return age < 0 || age >= self->n ? NULL : profile_at(self, self->newest - age);
}

int64_t mlops_panes_n(const mlops_panes *self) { return self->n; }

mlops_status mlops_panes_merge(const mlops_panes *self, int64_t n, mlops_profile *into) {
    if (n < 1) return MLOPS_E_INVALID;
    if (n > self->n) n = self->n;
    if (!mlops__profile_alike(into, profile_at(self, 0))) return MLOPS_E_INVALID;
    int64_t room = INT64_MAX - into->n;
    for (int64_t i = 0; i < n; i++) {
        const mlops_profile *pane = profile_at(self, self->newest - i);
        if (pane->n > room) return MLOPS_E_LIMIT;
        room -= pane->n;
    }
    for (int64_t i = 0; i < n; i++)
        MLOPS_TRY(mlops_profile_merge(into, profile_at(self, self->newest - i)));
    return MLOPS_OK;
}

/* ---- bytes ---- */

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLPN"
 *          4     4  version, 1
 *          8     4  flags
 *         12    40  what a pane takes (0: months), offset, room for panes, number of the newest
 * pane (0 without one), panes (i64 each) 52   ...  profiles, the oldest first, without a pane an
 * empty one: u32 bytes, and these as mlops_profile_save() writes them
 *        ...     4  CRC-32 of all before it
 */
#define MAGIC 0x4e504c4du

enum { VERSION = 1, FLAGS = MLOPS_PANES_MONTHS | MLOPS_PANES_FADE };

static void put_all(const void *of, mlops__buf *out) {
    const mlops_panes *self = of;
    mlops__buf_u32(out, (self->pane_ns ? 0 : (uint32_t)MLOPS_PANES_MONTHS) |
                            (self->fades ? (uint32_t)MLOPS_PANES_FADE : 0));
    mlops__buf_i64(out, self->pane_ns);
    mlops__buf_i64(out, self->offset_ns);
    mlops__buf_i64(out, self->n_panes);
    mlops__buf_i64(out, self->n ? self->newest : 0);
    mlops__buf_i64(out, self->n);
    for (int64_t age = self->n; age-- > 0;)
        mlops__profile_put(profile_at(self, self->newest - age), out);
    if (!self->n) mlops__profile_put(profile_at(self, 0), out);
}

mlops_status mlops_panes_save(const mlops_panes *self, void *bytes, size_t cap, size_t *needed) {
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

/* The header, and the storage that it asks for; in stands behind it. */
static mlops_status get_header(mlops_panes *like, size_t *needed, mlops__cursor *in,
                               const void *bytes, size_t n) {
    size_t profile;
    memset(like, 0, sizeof *like);
    MLOPS_TRY(mlops__sealed_open(in, bytes, n, MAGIC, VERSION));
    uint32_t flags = mlops__cursor_u32(in), months = flags & MLOPS_PANES_MONTHS;
    like->pane_ns = mlops__cursor_i64(in);
    like->offset_ns = mlops__cursor_i64(in);
    like->n_panes = mlops__cursor_i64(in);
    like->newest = mlops__cursor_i64(in);
    like->n = mlops__cursor_i64(in);
    like->fades = (flags & MLOPS_PANES_FADE) != 0;
    if (in->failed || flags & ~(uint32_t)FLAGS ||
        (months ? like->pane_ns != 0 : like->pane_ns < 1) || like->n_panes < 1 ||
        like->n_panes > (like->fades ? 1 : PANES) || like->n < 0 || like->n > like->n_panes)
        return MLOPS_E_CORRUPT;
    uint64_t first = (uint64_t)number_of(like, INT64_MIN);
    if (like->n ? like->newest > number_of(like, INT64_MAX) || like->newest < (int64_t)first ||
                      (uint64_t)like->newest - first < (uint64_t)like->n - 1
                : like->newest != 0)
        return MLOPS_E_CORRUPT;
    MLOPS_TRY(mlops__profile_peek(in, &profile));
    like->size = profile;
    *needed = size_with(like->n_panes, profile);
    return *needed ? MLOPS_OK : MLOPS_E_CORRUPT;
}

mlops_status mlops_panes_load_size(const void *bytes, size_t n, size_t *size) {
    mlops_panes like;
    mlops__cursor in;
    return get_header(&like, size, &in, bytes, n);
}

mlops_status mlops_panes_load(mlops_panes **out, void *mem, size_t size, const void *bytes,
                              size_t n) {
    mlops_panes *self = mem, like;
    mlops__cursor in;
    size_t needed;
    *out = NULL;
    MLOPS_TRY(get_header(&like, &needed, &in, bytes, n));
    MLOPS_TRY(mlops__storage(mem, size, needed));
    *self = like;
    int64_t oldest = self->newest - (self->n ? self->n - 1 : 0), n_saved = self->n ? self->n : 1;
    const mlops_profile *first = profile_at(self, oldest);
    for (int64_t i = 0; i < self->n_panes; i++) {
        int64_t ahead = i >= n_saved && oldest > 0 ? i - self->n_panes : i; /* of the same slot */
        mlops_profile *one = profile_at(self, oldest + ahead);
        if (i >= n_saved) mlops__profile_like(one, first);
        else MLOPS_TRY(mlops__profile_take(&in, one, (size_t)self->size));
        if (!mlops__profile_alike(one, first)) return MLOPS_E_CORRUPT;
    }
    if (mlops__cursor_left(&in) || (self->fades && first->shape.n_edges) || (!self->n && first->n))
        return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
