/* What still learns as bytes: canonical, little-endian, checked when read.
 *
 * Owns nothing. Invariant: what is loaded saves to the same bytes, and goes on to learn, and to be
 * frozen, to the same bits. Freestanding: part of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/sealed.h"

#include <string.h>

/* The bytes, little-endian:
 *
 *     offset  size  what
 *          0     4  magic "MLAL"
 *          4     4  version, 1
 *          8    32  kind, flags, features d, room for rows held back, for rows that are kept, parts
 *                   (trees, rows of knn, centers or components), part (rows of a tree, or
 *                   neighbours), and whether the last row was held back (u32 each)
 *         40    24  rows, rows skipped, rows learnt from (i64 each)
 *         64     8  state of what is drawn (u64)
 *         72     8  ridge (f64)
 *         80    8d  means of the rows learnt from (f64 each)
 *        ...   ...  sums of their squared deviations, of mahalanobis and pca of all products, rows
 *                   of the lower triangle (f64 each)
 *        ...   ...  rows held back, then those that are kept: d values each (f32 each)
 *        ...     4  CRC-32 of all before it: also of later versions
 */
enum { VERSION = 1, N_WORDS = 8, N_COUNTS = 3 };

/* What no sum of 2^53 squares of float32 reaches, and no mean. */
#define SUM_MAX  1e100
#define MEAN_MAX 0x1.ffffffp127

static size_t n_kept(const mlops_anomaly *self) {
    return self->n_fit < self->n_rows ? (size_t)self->n_fit : self->n_rows;
}

static void put_rows(mlops__buf *out, const float *rows, size_t n) {
    for (size_t i = 0; i < n; i++) mlops__buf_f32(out, rows[i]);
}

static void put_all(const void *of, mlops__buf *out) {
    const mlops_anomaly *self = of;
    const uint32_t words[N_WORDS] = {(uint32_t)self->kind, self->flags,   self->d,    self->n_held,
                                     self->n_rows,         self->n_parts, self->part, self->coin};
    const int64_t counts[N_COUNTS] = {self->n, self->n_skipped, self->n_fit};
    const double *sums = mlops__anomaly_work(self);
    for (size_t i = 0; i < N_WORDS; i++) mlops__buf_u32(out, words[i]);
    for (size_t i = 0; i < N_COUNTS; i++) mlops__buf_i64(out, counts[i]);
    mlops__buf_u64(out, self->random);
    mlops__buf_f64(out, self->ridge);
    for (size_t i = 0; i < mlops__anomaly_n_sums(self); i++) mlops__buf_f64(out, sums[i]);
    put_rows(out, mlops__anomaly_held(self), (size_t)mlops__anomaly_n_held(self) * self->d);
    if (self->n_rows) put_rows(out, mlops__anomaly_rows(self), n_kept(self) * self->d);
}

mlops_status mlops__anomaly_save_learning(const mlops_anomaly *self, void *bytes, size_t cap,
                                          size_t *needed) {
    return mlops__sealed_save(self, put_all, MLOPS__ANOMALY_LEARNING, VERSION, bytes, cap, needed);
}

static int counts_hold(const mlops_anomaly *self) {
    if (self->n < 0 || self->n > (int64_t)1 << 53 || self->n_skipped < 0 ||
        self->n_skipped > self->n || self->n_fit < 0 || self->n_fit > self->n - self->n_skipped ||
        self->coin > 1)
        return 0;
    int64_t taken = self->n - self->n_skipped, more = taken - 2 * self->n_fit;
    if (taken % 2) return more == (self->coin ? 1 : -1);
    return more == 0 && (taken || !self->coin);
}

/* Whether the configuration is one that can be asked for, in full: what is 0 is no default. */
static int configuration_holds(mlops_anomaly *like, const uint32_t *words, double ridge,
                               uint64_t random) {
    mlops_anomaly_opts o = MLOPS_ANOMALY_OPTS_INIT;
    o.kind = (mlops_anomaly_kind)words[0];
    o.flags = words[1];
    o.n_features = words[2];
    o.n_calibration = words[3];
    o.n_rows = words[4];
    if (o.kind == MLOPS_ANOMALY_FOREST) o.n_trees = words[5], o.tree_rows = words[6];
    if (o.kind == MLOPS_ANOMALY_KNN) o.n_neighbors = words[6];
    if (o.kind == MLOPS_ANOMALY_KMEANS) o.n_clusters = words[5];
    if (o.kind == MLOPS_ANOMALY_PCA) o.n_components = words[5];
    o.ridge = ridge;
    o.seed = random;
    if (mlops__anomaly_configure(like, &o, NULL) < 0) return 0;
    const uint32_t made[N_WORDS - 1] = {
        (uint32_t)like->kind, like->flags,   like->d,   like->n_held,
        like->n_rows,         like->n_parts, like->part};
    return memcmp(made, words, sizeof made) == 0 && like->ridge == ridge;
}

/* The header; in stands behind it, at as many bytes as that asks for. */
static mlops_status get_header(mlops_anomaly *like, mlops__cursor *in, const void *bytes,
                               size_t n) {
    uint32_t words[N_WORDS];
    int64_t counts[N_COUNTS];
    MLOPS_TRY(mlops__sealed_open(in, bytes, n, MLOPS__ANOMALY_LEARNING, VERSION));
    for (size_t i = 0; i < N_WORDS; i++) words[i] = mlops__cursor_u32(in);
    for (size_t i = 0; i < N_COUNTS; i++) counts[i] = mlops__cursor_i64(in);
    uint64_t random = mlops__cursor_u64(in);
    double ridge = mlops__cursor_f64(in);
    if (in->failed || !configuration_holds(like, words, ridge, random)) return MLOPS_E_CORRUPT;
    like->coin = words[N_WORDS - 1];
    like->n = counts[0];
    like->n_skipped = counts[1];
    like->n_fit = counts[2];
    if (!counts_hold(like)) return MLOPS_E_CORRUPT;
    size_t rows = (size_t)mlops__anomaly_n_held(like) + n_kept(like);
    size_t size = 8 * mlops__anomaly_n_sums(like) + 4 * rows * like->d;
    return mlops__cursor_left(in) == size ? MLOPS_OK : MLOPS_E_CORRUPT;
}

static int get_sums(mlops_anomaly *self, mlops__cursor *in) {
    double *mean = mlops__anomaly_work(self), *s = mean + self->d;
    int holds = 1, products = mlops__anomaly_has_products(self);
    for (uint32_t i = 0; i < self->d; i++) {
        mean[i] = mlops__cursor_f64(in);
        holds &= mean[i] < MEAN_MAX && mean[i] > -MEAN_MAX && (self->n_fit || mean[i] == 0);
    }
    for (uint32_t i = 0; i < self->d; i++)
        for (uint32_t j = products ? 0 : i; j <= i; j++, s++) {
            *s = mlops__cursor_f64(in);
            holds &=
                *s<SUM_MAX && * s> - SUM_MAX && (j < i || *s >= 0) && (self->n_fit > 1 || *s == 0);
        }
    return holds;
}

/* 0 if a value is not finite. */
static int get_rows(float *out, size_t n, mlops__cursor *in) {
    int holds = 1;
    for (size_t i = 0; i < n; i++) {
        out[i] = mlops__cursor_f32(in);
        holds &= out[i] - out[i] == 0;
    }
    return holds;
}

mlops_status mlops__anomaly_learning_load_size(const void *bytes, size_t n, size_t *size) {
    mlops_anomaly like;
    mlops__cursor in;
    MLOPS_TRY(get_header(&like, &in, bytes, n));
    *size = mlops__anomaly_learning_size(&like);
    return MLOPS_OK;
}

mlops_status mlops__anomaly_load_learning(mlops_anomaly **out, void *mem, size_t size,
                                          const void *bytes, size_t n) {
    mlops_anomaly like, *self = mem;
    mlops__cursor in;
    MLOPS_TRY(get_header(&like, &in, bytes, n));
    size_t needed = mlops__anomaly_learning_size(&like);
    if (size < needed) return MLOPS_E_ARENA;
    memset(self, 0, needed);
    memcpy(self, &like, offsetof(mlops_anomaly, words));
    size_t held = (size_t)mlops__anomaly_n_held(self) * self->d;
    int holds = get_sums(self, &in) && get_rows(mlops__anomaly_held(self), held, &in);
    if (holds && self->n_rows)
        holds = get_rows(mlops__anomaly_rows(self), n_kept(self) * self->d, &in);
    if (!holds || in.failed) return MLOPS_E_CORRUPT;
    *out = self;
    return MLOPS_OK;
}
