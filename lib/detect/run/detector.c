/* Detectors: options, values in, and what they tell.
 *
 * Owns the table of parameters. Invariant: a detector that was begun has each parameter of its kind
 * in range, and 0 in those that it does not have. Freestanding: part of the firmware build.
 */
#include "base/bits.h"
#include "base/opts.h"
#include "detect/run/detect.h"

#include <string.h>

enum { N_KINDS = MLOPS_DETECTOR_ECDD + 1 };

static const char kind_names[N_KINDS][13] = {"adwin",  "page_hinkley", "cusum", "ewma", "shewhart",
                                             "kswin",  "ddm",          "rddm",  "eddm", "hddm_a",
                                             "hddm_w", "stepd",        "ecdd"};

static const char param_names[MLOPS__PARAMS][11] = {
    "delta",  "threshold", "warning",  "weight", "slack",   "min_n",     "window",
    "recent", "max_n",     "warnings", "clock",  "buckets", "min_window"};

/* Ranges of parameters. A low of TINY is: above 0. */
#define TINY 1e-300
#define LONG 1e15

enum { SHARE, POSITIVE, FROM_0, FROM_1, FROM_2, TO_32, TO_1022, TO_1024, TO_MILLION };

static const struct {
    double low, high;
} ranges[] = {{TINY, 1}, {TINY, LONG}, {0, LONG}, {1, LONG}, {2, LONG},
              {2, 32},   {2, 1022},    {4, 1024}, {1, 1e6}};

/* What a kind has, and its default in units of 0.0001, which a quotient rounds once. */
static const struct param {
    uint8_t kind, param, range;
    int32_t usual;
} params[] = {
    {MLOPS_DETECTOR_ADWIN, MLOPS__DELTA, SHARE, 20},
    {MLOPS_DETECTOR_ADWIN, MLOPS__MIN_N, FROM_1, 100000},
    {MLOPS_DETECTOR_ADWIN, MLOPS__CLOCK, FROM_1, 320000},
    {MLOPS_DETECTOR_ADWIN, MLOPS__BUCKETS, TO_32, 50000},
    {MLOPS_DETECTOR_ADWIN, MLOPS__MIN_WINDOW, FROM_1, 50000},
    {MLOPS_DETECTOR_PAGE_HINKLEY, MLOPS__DELTA, FROM_0, 50},
    {MLOPS_DETECTOR_PAGE_HINKLEY, MLOPS__THRESHOLD, POSITIVE, 500000},
    {MLOPS_DETECTOR_PAGE_HINKLEY, MLOPS__WEIGHT, SHARE, 9999},
    {MLOPS_DETECTOR_PAGE_HINKLEY, MLOPS__MIN_N, FROM_1, 300000},
    {MLOPS_DETECTOR_CUSUM, MLOPS__THRESHOLD, POSITIVE, 50000},
    {MLOPS_DETECTOR_CUSUM, MLOPS__SLACK, FROM_0, 5000},
    {MLOPS_DETECTOR_CUSUM, MLOPS__MIN_N, FROM_2, 300000},
    {MLOPS_DETECTOR_EWMA, MLOPS__THRESHOLD, POSITIVE, 40000},
    {MLOPS_DETECTOR_EWMA, MLOPS__WEIGHT, SHARE, 1000},
    {MLOPS_DETECTOR_EWMA, MLOPS__MIN_N, FROM_2, 300000},
    {MLOPS_DETECTOR_SHEWHART, MLOPS__THRESHOLD, POSITIVE, 30000},
    {MLOPS_DETECTOR_SHEWHART, MLOPS__MIN_N, FROM_2, 300000},
    {MLOPS_DETECTOR_KSWIN, MLOPS__DELTA, SHARE, 50},
    {MLOPS_DETECTOR_KSWIN, MLOPS__WINDOW, TO_1024, 1000000},
    {MLOPS_DETECTOR_KSWIN, MLOPS__RECENT, TO_1022, 300000},
    {MLOPS_DETECTOR_DDM, MLOPS__THRESHOLD, POSITIVE, 30000},
    {MLOPS_DETECTOR_DDM, MLOPS__WARNING, POSITIVE, 20000},
    {MLOPS_DETECTOR_DDM, MLOPS__MIN_N, FROM_1, 300000},
    {MLOPS_DETECTOR_RDDM, MLOPS__THRESHOLD, POSITIVE, 22580},
    {MLOPS_DETECTOR_RDDM, MLOPS__WARNING, POSITIVE, 17730},
    {MLOPS_DETECTOR_RDDM, MLOPS__MIN_N, FROM_1, 1290000},
    {MLOPS_DETECTOR_RDDM, MLOPS__WINDOW, TO_MILLION, 70000000},
    {MLOPS_DETECTOR_RDDM, MLOPS__MAX_N, FROM_1, 400000000},
    {MLOPS_DETECTOR_RDDM, MLOPS__WARNINGS, FROM_1, 14000000},
    {MLOPS_DETECTOR_EDDM, MLOPS__THRESHOLD, SHARE, 9000},
    {MLOPS_DETECTOR_EDDM, MLOPS__WARNING, SHARE, 9500},
    {MLOPS_DETECTOR_EDDM, MLOPS__MIN_N, FROM_1, 300000},
    {MLOPS_DETECTOR_HDDM_A, MLOPS__DELTA, SHARE, 10},
    {MLOPS_DETECTOR_HDDM_A, MLOPS__WARNING, SHARE, 50},
    {MLOPS_DETECTOR_HDDM_W, MLOPS__DELTA, SHARE, 10},
    {MLOPS_DETECTOR_HDDM_W, MLOPS__WARNING, SHARE, 50},
    {MLOPS_DETECTOR_HDDM_W, MLOPS__WEIGHT, SHARE, 500},
    {MLOPS_DETECTOR_STEPD, MLOPS__DELTA, SHARE, 30},
    {MLOPS_DETECTOR_STEPD, MLOPS__WARNING, SHARE, 500},
    {MLOPS_DETECTOR_STEPD, MLOPS__WINDOW, TO_MILLION, 300000},
    {MLOPS_DETECTOR_ECDD, MLOPS__WEIGHT, SHARE, 2000},
    {MLOPS_DETECTOR_ECDD, MLOPS__WARNING, SHARE, 5000},
    {MLOPS_DETECTOR_ECDD, MLOPS__MIN_N, FROM_1, 300000},
};

const char *mlops_detector_kind_name(mlops_detector_kind kind) {
    return (uint32_t)kind < N_KINDS ? kind_names[kind] : NULL;
}

/* NULL if the kind does not have it. */
static const struct param *param_of(int32_t kind, int param) {
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (params[i].kind == kind && params[i].param == param) return &params[i];
    return NULL;
}

static int has_sides(int32_t kind) {
    return (kind >= MLOPS_DETECTOR_PAGE_HINKLEY && kind <= MLOPS_DETECTOR_SHEWHART) ||
           kind == MLOPS_DETECTOR_HDDM_A || kind == MLOPS_DETECTOR_HDDM_W;
}

static mlops_status out_of_range(const mlops_detector *like, const struct param *of,
                                 mlops_error *err) {
    double low = ranges[of->range].low, high = ranges[of->range].high;
    char most[40] = "";
    if (high < LONG) mlops__format(most, sizeof most, " and at most %lld", (long long)high);
    if (low > 0 && low < 1)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts.%s of %s must be above 0%s",
                           param_names[of->param], kind_names[like->kind], most);
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts.%s of %s must be %lld or more%s",
                       param_names[of->param], kind_names[like->kind], (long long)low, most);
}

mlops_status mlops__detect_check(const mlops_detector *like, mlops_error *err) {
    if ((uint32_t)like->kind >= N_KINDS)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts.kind is %d, which is none",
                           (int)like->kind);
    const char *name = kind_names[like->kind];
    int modes = like->kind == MLOPS_DETECTOR_ADWIN ? MLOPS_DETECTOR_SKMULTIFLOW : 0;
    if ((uint32_t)like->mode > (uint32_t)modes)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts.mode: %s has no mode %d",
                           name, (int)like->mode);
    int sides = has_sides(like->kind);
    if (like->side < sides || like->side > sides * MLOPS_DETECTOR_BOTH)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts.side: %s has no side %d",
                           name, (int)like->side);
    for (int i = 0; i < MLOPS__PARAMS; i++) {
        const struct param *of = param_of(like->kind, i);
        if (!of && like->p[i] != 0)
            return mlops__fail(err, MLOPS_E_INVALID,
                               "mlops_detector_opts.%s must be 0: %s has no such parameter",
                               param_names[i], name);
        if (of && !(like->p[i] >= ranges[of->range].low && like->p[i] <= ranges[of->range].high))
            return out_of_range(like, of, err);
        if (of && i >= MLOPS__MIN_N && !mlops__detect_is_count(like->p[i], LONG))
            return out_of_range(like, of, err);
    }
    if (like->kind == MLOPS_DETECTOR_KSWIN && like->p[MLOPS__RECENT] > like->p[MLOPS__WINDOW] - 2)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_detector_opts.recent of kswin must leave 2 values of window");
    if (like->kind == MLOPS_DETECTOR_RDDM && like->p[MLOPS__WINDOW] > like->p[MLOPS__MAX_N])
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_detector_opts.window of rddm must be at most max_n");
    return MLOPS_OK;
}

/* The configuration alone. */
static mlops_status configure(mlops_detector *like, const mlops_detector_opts *given,
                              mlops_error *err) {
    mlops_detector_opts o;
    memset(like, 0, sizeof *like);
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, given, "mlops_detector_opts", err));
    if (o.flags & ~3u || o.reserved)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_detector_opts: unknown flags");
    like->kind = (int32_t)o.kind;
    like->mode = (int32_t)o.mode;
    like->side = (int32_t)o.side;
    if (!o.side && has_sides(like->kind))
        like->side = like->kind >= MLOPS_DETECTOR_HDDM_A ? MLOPS_DETECTOR_UP : MLOPS_DETECTOR_BOTH;
    const double reals[] = {o.delta, o.threshold, o.warning, o.weight, o.slack};
    const int64_t counts[] = {o.min_n,    o.window, o.recent,  o.max_n,
                              o.warnings, o.clock,  o.buckets, o.min_window};
    for (int i = 0; i < MLOPS__PARAMS; i++) {
        const struct param *of = param_of(like->kind, i);
        like->p[i] = i < MLOPS__MIN_N ? reals[i] : (double)counts[i - MLOPS__MIN_N];
        int is_set = (i == MLOPS__DELTA && o.flags & MLOPS_DETECTOR_SET_DELTA) ||
                     (i == MLOPS__SLACK && o.flags & MLOPS_DETECTOR_SET_SLACK);
        if (of && like->p[i] == 0 && !is_set) like->p[i] = of->usual / 10000.0;
    }
    return mlops__detect_check(like, err);
}

static size_t size_of(const mlops_detector *like) {
    return sizeof(mlops_detector) + mlops__detect_words(like) * 8;
}

mlops_status mlops__detect_begin(mlops_detector **out, void *mem, size_t size,
                                 const mlops_detector *like, mlops_error *err) {
    if (!mem || (uintptr_t)mem % 8)
        return mlops__fail(err, MLOPS_E_INVALID, "storage of a detector must be aligned to 8");
    if (size < size_of(like))
        return mlops__fail(err, MLOPS_E_ARENA, "storage has %zu bytes, the detector needs %zu",
                           size, size_of(like));
    mlops_detector *self = mem;
    *self = *like;
    mlops__detect_prepare(self);
    mlops_detector_reset(self);
    *out = self;
    return MLOPS_OK;
}

size_t mlops_detector_size(const mlops_detector_opts *opts) {
    mlops_detector like;
    return configure(&like, opts, NULL) < 0 ? 0 : size_of(&like);
}

mlops_status mlops_detector_init(mlops_detector **out, void *mem, size_t size,
                                 const mlops_detector_opts *opts, mlops_error *err) {
    mlops_detector like;
    *out = NULL;
    MLOPS_TRY(configure(&like, opts, err));
    return mlops__detect_begin(out, mem, size, &like, err);
}

void mlops_detector_reset(mlops_detector *self) {
    self->signal = MLOPS_DETECTOR_NONE;
    self->n = self->n_skipped = self->n_changes = 0;
    self->last_change = self->last_warning = -1;
    mlops__detect_clear(self);
}

/* Whether one is neither 0 nor 1, or beyond them where those between are taken; told of by bits, as
 * which it is nothing foretells. May tell so of -0. */
static int are_odd(const double *values, int64_t n, int unit) {
    const uint64_t one = (uint64_t)0x3ff << 52, sign = (uint64_t)1 << 63;
    uint64_t odd = 0;
    for (int64_t i = 0; unit && i < n; i++) {
        uint64_t bits = mlops__bits_of(values[i]);
        odd |= bits | (bits + (sign - one - 1));
    }
    if (unit) return odd >> 63 != 0;
    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = mlops__bits_of(values[i]);
        odd |= (bits & ~one) | ((bits ^ bits >> 1) & (one & one >> 1));
    }
    return odd != 0;
}

/* The first value that the kind does not take; n if there is none. */
static int64_t first_bad(const mlops_detector *self, const double *values, int64_t n) {
    int unit = self->kind == MLOPS_DETECTOR_HDDM_A || self->kind == MLOPS_DETECTOR_HDDM_W;
    int64_t i = 0;
    if (self->kind < MLOPS_DETECTOR_DDM || !are_odd(values, n, unit)) return n;
    for (; i < n; i++) {
        double x = values[i];
        if (x != 0 && x != 1 && mlops__detect_is_usable(x) && !(unit && x > 0 && x < 1)) break;
    }
    return i;
}

mlops_status mlops_detector_add(mlops_detector *self, const double *values, int64_t n,
                                int32_t *signals, mlops_error *err) {
    if (n < 0) return mlops__fail(err, MLOPS_E_INVALID, "n is negative");
    if (n > ((int64_t)1 << 53) - self->n)
        return mlops__fail(err, MLOPS_E_LIMIT, "a detector takes 2^53 values");
    int64_t bad = first_bad(self, values, n);
    if (bad < n)
        return mlops__fail(err, MLOPS_E_INVALID, "values[%lld]: %s takes %s", (long long)bad,
                           kind_names[self->kind],
                           self->kind == MLOPS_DETECTOR_HDDM_A ||
                                   self->kind == MLOPS_DETECTOR_HDDM_W
                               ? "numbers from 0 to 1"
                               : "errors: 0 or 1");
    mlops__detect_take(self, values, n, signals);
    return MLOPS_OK;
}

mlops_status mlops_detector_summarize(const mlops_detector *self, mlops_detector_summary *out) {
    mlops_detector_summary s = MLOPS_DETECTOR_SUMMARY_INIT;
    s.mean = s.statistic = mlops__f64_of(MLOPS__NAN_BITS);
    s.signal = (mlops_detector_signal)self->signal;
    s.n = self->n;
    s.n_skipped = self->n_skipped;
    s.n_changes = self->n_changes;
    s.last_change = self->last_change;
    s.last_warning = self->last_warning;
    mlops__detect_tell(self, &s);
    return mlops__opts_return(out, &s, sizeof s);
}
