/* What rows of a reference leave behind: sums of random features of theirs.
 *
 * Owns the sums, and the units that the rows counted in. Invariant: bytes are canonical, and what
 * is loaded gives the results of what was saved, bit for bit, as directions are drawn again from
 * the seed. What is loaded is finite, and no larger than rows could have made it.
 */
#include "base/opts.h"
#include "base/real.h"
#include "base/sealed.h"
#include "column/rows.h"
#include "multivariate/mmd.h"

#include <mlops/imprint.h>

#include <string.h>

#define MAGIC 0x50494c4du /* "MLIP" */

enum {
    VERSION = 1,
    ROWS_MIN = 50,
    ROWS_MAX_BITS = 40,
    COLUMNS_MAX = 65536,
    FREQUENCIES_MIN = 128,
    FREQUENCIES_MAX = 16384
};

struct mlops_imprint {
    mlops_allocator allocator;
    size_t size;
    int64_t n, d, f; /* rows, columns, frequencies */
    int64_t seed;
    double bandwidth;
    mlops__mmd_tail tail;
    double *mean; /* of each column */
    double *scale;
    double *sums; /* cosines of each frequency, then sines */
};

static mlops_status make(mlops_imprint **out, int64_t n, int64_t d, int64_t f,
                         const mlops_allocator *allocator, mlops_error *err) {
    const size_t size = sizeof(mlops_imprint) + (size_t)(d + f) * 2 * sizeof(double);
    mlops_imprint *self = mlops__alloc_zero(allocator, size);
    if (!self) return mlops__fail_nomem(err, size);
    self->allocator = *allocator;
    self->size = size;
    self->n = n, self->d = d, self->f = f;
    self->mean = (double *)(void *)(self + 1);
    self->scale = self->mean + d;
    self->sums = self->scale + d;
    *out = self;
    return MLOPS_OK;
}

void mlops_imprint_free(mlops_imprint *self) {
    if (!self) return;
    const mlops_allocator allocator = self->allocator;
    mlops__free(&allocator, self, self->size);
}

/* ---- fitting ---- */

/* Options as they are for random features; fitting takes some of them, comparing the others. */
static mlops_status read_opts(mlops_mmd_opts *out, const mlops_mmd_opts *given, int fitting,
                              mlops_error *err) {
    MLOPS_TRY(mlops__opts_copy(out, sizeof *out, given, "mlops_mmd_opts", err));
    const int features = out->bandwidth != 0 || out->n_frequencies != 0 || out->seed != 0;
    const int rule = out->alpha != 0 || out->tolerance != 0 || out->rows_min != 0;
    if ((out->method != MLOPS_MMD_AUTO && out->method != MLOPS_MMD_FOURIER) ||
        out->n_permutations != 0 || (fitting ? rule : features))
        return mlops__fail(err, MLOPS_E_INVALID,
                           "imprint: mlops_mmd_opts: fitting takes bandwidth, n_frequencies, seed "
                           "and call, comparing alpha, tolerance, rows_min and call");
    out->method = MLOPS_MMD_FOURIER;
    return mlops__mmd_opts_check(out, 0, err);
}

static mlops_status check_samples(const mlops_multivariate *samples, mlops_error *err) {
    if (!samples) return mlops__fail(err, MLOPS_E_INVALID, "imprint: the samples are NULL");
    if (!samples->words) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "imprint: samples must be matrices, not tables");
}

static mlops_status fit(mlops_imprint *self, mlops__work *work) {
    mlops__frame frame;
    mlops__fourier features;
    work->total = mlops__fourier_steps(self->n);
    MLOPS_TRY(mlops__frame_make(&frame, work, MLOPS__HOT, 1, 1));
    memcpy(self->mean, frame.mean, (size_t)self->d * sizeof(double));
    memcpy(self->scale, frame.scale, (size_t)self->d * sizeof(double));
    MLOPS_TRY(mlops__fourier_look(&self->tail, &self->bandwidth, &frame, work, self->n));
    MLOPS_TRY(mlops__fourier_begin(&features, &frame, work, self->f, self->seed, self->bandwidth));
    MLOPS_TRY(mlops__fourier_add(&features, 0, self->n, self->sums));
    return mlops__work_poll(work);
}

mlops_status mlops_imprint_fit(mlops_imprint **out, const mlops_multivariate *samples,
                               const mlops_mmd_opts *given, mlops_error *err) {
    mlops_mmd_opts opts;
    mlops__work work;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "imprint: out is NULL");
    *out = NULL;
    MLOPS_TRY(check_samples(samples, err));
    MLOPS_TRY(read_opts(&opts, given, 1, err));
    const int64_t n = samples->sides[0].n;
    if (n < ROWS_MIN)
        return mlops__fail(err, MLOPS_E_INVALID, "imprint: %lld rows of reference, less than %d",
                           (long long)n, ROWS_MIN);
    MLOPS_TRY(mlops__work_begin(&work, "imprint", samples, opts.call, err));
    mlops_status status =
        make(out, n, samples->d, opts.n_frequencies, &samples->host.allocator, err);
    if (status == MLOPS_OK) {
        (*out)->seed = opts.seed;
        (*out)->bandwidth = opts.bandwidth;
        status = fit(*out, &work);
    }
    mlops__work_end(&work);
    if (status == MLOPS_OK) return status;
    mlops_imprint_free(*out);
    *out = NULL;
    return status;
}

/* ---- comparing ---- */

typedef struct comparing {
    const mlops_imprint *imprint;
    mlops_mmd_opts opts;
    mlops__work work;
    mlops__frame frame;
    mlops__fourier features;
    double *sums;
} comparing;

static mlops_status begin(comparing *self, const mlops_imprint *imprint,
                          const mlops_multivariate *samples, const mlops_mmd_opts *given,
                          mlops_error *err) {
    *self = (comparing){.imprint = imprint};
    if (!imprint) return mlops__fail(err, MLOPS_E_INVALID, "imprint: it is NULL");
    MLOPS_TRY(check_samples(samples, err));
    MLOPS_TRY(read_opts(&self->opts, given, 0, err));
    if (samples->d != imprint->d)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "imprint: it is of %lld columns, the rows have %lld",
                           (long long)imprint->d, (long long)samples->d);
    return mlops__work_begin(&self->work, "imprint", samples, self->opts.call, err);
}

static mlops_status prepare(comparing *self) {
    const mlops_imprint *imprint = self->imprint;
    mlops__frame *frame = &self->frame;
    frame->samples = self->work.samples;
    frame->d = imprint->d;
    frame->mean = imprint->mean;
    frame->scale = imprint->scale;
    MLOPS__ROOM(&self->work, frame->places, frame->d);
    MLOPS__ROOM(&self->work, self->sums, 2 * imprint->f);
    for (int64_t c = 0; c < frame->d; c++) frame->places[c] = (mlops__place){c, MLOPS__VALUE};
    return mlops__fourier_begin(&self->features, frame, &self->work, imprint->f, imprint->seed,
                                imprint->bandwidth);
}

static mlops_status compare(comparing *self, int64_t first, int64_t n,
                            mlops_multivariate_result *found) {
    const mlops_imprint *imprint = self->imprint;
    const mlops_multivariate *samples = self->work.samples;
    double chance = 0.0;
    *found = mlops__multivariate_begin(samples, "mmd_fourier");
    found->n_reference = imprint->n;
    found->n_current = n;
    found->tolerance = self->opts.tolerance;
    if (n < self->opts.rows_min || imprint->n < self->opts.rows_min) return MLOPS_OK;
    found->bandwidth = imprint->bandwidth;
    memset(self->sums, 0, (size_t)imprint->f * 2 * sizeof(double));
    MLOPS_TRY(mlops__fourier_add(&self->features, samples->sides[0].n + first, n, self->sums));
    mlops__fourier_conclude(found, &imprint->tail, imprint->sums, self->sums, imprint->f,
                            self->opts.alpha, &chance);
    mlops__mmd_judge(found, &self->opts, chance);
    return MLOPS_OK;
}

mlops_status mlops_imprint_mmd(mlops_multivariate_result *out, const mlops_imprint *self,
                               const mlops_multivariate *samples, const mlops_mmd_opts *opts,
                               mlops_error *err) {
    comparing with;
    mlops_multivariate_result found;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "imprint: the result is NULL");
    MLOPS_TRY(begin(&with, self, samples, opts, err));
    with.work.total = mlops__fourier_steps(samples->sides[1].n);
    mlops_status status = prepare(&with);
    if (status == MLOPS_OK) status = compare(&with, 0, samples->sides[1].n, &found);
    if (status == MLOPS_OK) status = mlops__work_poll(&with.work);
    mlops__work_end(&with.work);
    if (status < 0) return status;
    return mlops__opts_result(out, &found, sizeof found, "mlops_multivariate_result", err);
}

static void put_row(mlops__rows *rows, int64_t first, const mlops_multivariate_result *found) {
    static const char *const verdicts[] = {"not enough data", "no drift", "drift"};
    mlops__rows_i64(rows, first);
    mlops__rows_i64(rows, found->n_current);
    mlops__rows_f64(rows, found->effect);
    mlops__rows_f64(rows, found->effect_low);
    mlops__rows_f64(rows, found->effect_high);
    mlops__rows_f64(rows, found->p_value);
    mlops__rows_text(rows, verdicts[found->verdict]);
}

mlops_status mlops_imprint_windows(mlops_table **out, const mlops_imprint *self,
                                   const mlops_multivariate *samples, int64_t n_rows,
                                   const mlops_mmd_opts *opts, mlops_error *err) {
    static const mlops__rows_column columns[] = {
        {"first", MLOPS_TYPE_INT64},         {"n", MLOPS_TYPE_INT64},
        {"effect", MLOPS_TYPE_FLOAT64},      {"effect_low", MLOPS_TYPE_FLOAT64},
        {"effect_high", MLOPS_TYPE_FLOAT64}, {"p_value", MLOPS_TYPE_FLOAT64},
        {"verdict", MLOPS_TYPE_STRING}};
    comparing with;
    mlops__rows rows;
    mlops_multivariate_result found;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "imprint: out is NULL");
    *out = NULL;
    if (n_rows < 1) return mlops__fail(err, MLOPS_E_INVALID, "imprint: n_rows must be 1 or more");
    MLOPS_TRY(begin(&with, self, samples, opts, err));
    const int64_t n = samples->sides[1].n, some = n_rows < n ? n_rows : n;
    with.work.total =
        some ? n / some * mlops__fourier_steps(some) + mlops__fourier_steps(n % some) : 0;
    mlops_status status = mlops__rows_begin(&rows, &samples->host, columns, 7, err);
    if (status == MLOPS_OK) {
        status = prepare(&with);
        for (int64_t i = 0; i < n && status == MLOPS_OK; i += some) {
            status = compare(&with, i, n - i < some ? n - i : some, &found);
            if (status == MLOPS_OK) put_row(&rows, i, &found);
        }
        status = mlops__rows_end(&rows, status, out, err);
    }
    mlops__work_end(&with.work);
    return status;
}

/* ---- bytes ---- */

static void put_all(const void *what, mlops__buf *out) {
    const mlops_imprint *self = what;
    mlops__buf_i64(out, self->n);
    mlops__buf_i64(out, self->d);
    mlops__buf_i64(out, self->f);
    mlops__buf_i64(out, self->seed);
    mlops__buf_f64(out, self->bandwidth);
    mlops__buf_f64(out, self->tail.mean);
    mlops__buf_f64(out, self->tail.variance);
    mlops__buf_f64(out, self->tail.dof);
    for (int64_t i = 0; i < 2 * (self->d + self->f); i++) mlops__buf_f64(out, self->mean[i]);
}

mlops_status mlops_imprint_save(const mlops_imprint *self, void *bytes, size_t cap,
                                size_t *needed) {
    if (!self) return MLOPS_E_INVALID;
    return mlops__sealed_save(self, put_all, MAGIC, VERSION, bytes, cap, needed);
}

static mlops_status corrupt(mlops_error *err, const char *what) {
    return mlops__fail(err, MLOPS_E_CORRUPT, "imprint: %s", what);
}

static int within(double x, double low, double high) { return x >= low && x <= high; }

static const char *read_numbers(mlops_imprint *self, mlops__cursor *in) {
    const double most = (double)self->n * (1 + 1e-9);
    self->seed = mlops__cursor_i64(in);
    self->bandwidth = mlops__cursor_f64(in);
    self->tail.mean = mlops__cursor_f64(in);
    self->tail.variance = mlops__cursor_f64(in);
    self->tail.dof = mlops__cursor_f64(in);
    for (int64_t i = 0; i < 2 * (self->d + self->f); i++) self->mean[i] = mlops__cursor_f64(in);
    if (!within(self->bandwidth, 1e-61, 1e64)) return "the bandwidth is out of range";
    if (!within(self->tail.mean, -1, 2) || !within(self->tail.variance, 0, 8) ||
        !within(self->tail.dof, 1e-12, 1e6))
        return "the distribution of chance is out of range";
    for (int64_t c = 0; c < self->d; c++)
        if (self->mean[c] - self->mean[c] != 0 || !within(self->scale[c], 1e-320, 1.7e308))
            return "a unit is out of range";
    for (int64_t i = 0; i < 2 * self->f; i++)
        if (!within(self->sums[i], -most, most)) return "a sum is out of range";
    return NULL;
}

static mlops_status read_all(mlops_imprint **out, mlops__cursor *in, const mlops_host *given,
                             mlops_error *err) {
    mlops__host host;
    MLOPS_TRY(mlops__host_init(&host, given, err));
    const int64_t n = mlops__cursor_i64(in), d = mlops__cursor_i64(in), f = mlops__cursor_i64(in);
    if (n < ROWS_MIN || n >> ROWS_MAX_BITS || d < 1 || d > COLUMNS_MAX || f < FREQUENCIES_MIN ||
        f > FREQUENCIES_MAX)
        return corrupt(err, "a number of rows, columns or frequencies is out of range");
    if (mlops__cursor_left(in) != (size_t)(5 + 2 * (d + f)) * sizeof(double))
        return corrupt(err, "its size is not that of its columns and frequencies");
    MLOPS_TRY(make(out, n, d, f, &host.allocator, err));
    const char *wrong = read_numbers(*out, in);
    if (!wrong) return MLOPS_OK;
    mlops_imprint_free(*out);
    *out = NULL;
    return corrupt(err, wrong);
}

mlops_status mlops_imprint_load(mlops_imprint **out, const void *bytes, size_t n,
                                const mlops_host *host, mlops_error *err) {
    mlops__cursor in;
    if (!out) return mlops__fail(err, MLOPS_E_INVALID, "imprint: out is NULL");
    *out = NULL;
    mlops_status status = mlops__sealed_open(&in, bytes, n, MAGIC, VERSION);
    if (status == MLOPS_E_UNSUPPORTED)
        return mlops__fail(err, status, "imprint of a later version than %d", VERSION);
    if (status < 0) return corrupt(err, "other bytes, cut off or damaged");
    return read_all(out, &in, host, err);
}
