/* Anomaly scores: options, rows in, and what was learnt.
 *
 * Owns the table of parameters and the layout. Invariant: of each two rows that are not skipped one
 * is learnt from and the other held back, as a coin says that no row can know. Freestanding: part
 * of the firmware build.
 */
#include "anomaly/run/anomaly.h"

#include "base/bits.h"
#include "base/opts.h"

#include <string.h>

enum { N_KINDS = MLOPS_ANOMALY_PCA + 1 };

static const char kind_names[N_KINDS][12] = {"forest", "mahalanobis", "knn", "kmeans", "pca"};

enum { ROWS, TREES, TREE_ROWS, NEIGHBORS, CLUSTERS, COMPONENTS, PARAMS };

static const char param_names[PARAMS][13] = {"n_rows",      "n_trees",    "tree_rows",
                                             "n_neighbors", "n_clusters", "n_components"};

/* What a kind has; a usual of 0 is half of the features. */
static const struct param {
    uint8_t kind, param;
    uint16_t usual;
    uint32_t least, most;
} params[] = {
    {MLOPS_ANOMALY_FOREST, ROWS, 1024, 2, 65536},    {MLOPS_ANOMALY_FOREST, TREES, 100, 1, 1000},
    {MLOPS_ANOMALY_FOREST, TREE_ROWS, 256, 2, 4096}, {MLOPS_ANOMALY_KNN, ROWS, 256, 1, 65536},
    {MLOPS_ANOMALY_KNN, NEIGHBORS, 5, 1, 256},       {MLOPS_ANOMALY_KMEANS, ROWS, 1024, 1, 65536},
    {MLOPS_ANOMALY_KMEANS, CLUSTERS, 8, 1, 1024},    {MLOPS_ANOMALY_PCA, COMPONENTS, 0, 1, 1023},
};

const char *mlops_anomaly_kind_name(mlops_anomaly_kind kind) {
    return (uint32_t)kind < N_KINDS ? kind_names[kind] : NULL;
}

static const struct param *param_of(int32_t kind, uint32_t param) {
    for (size_t i = 0; i < sizeof params / sizeof params[0]; i++)
        if (params[i].kind == kind && params[i].param == param) return &params[i];
    return NULL;
}

static mlops_status in_range(const char *name, int64_t value, int64_t least, int64_t most,
                             mlops_error *err) {
    if (value >= least && value <= most) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "mlops_anomaly_opts.%s is %lld, must be %lld to %lld",
                       name, (long long)value, (long long)least, (long long)most);
}

/* Parameters of the kind: defaults, ranges, and 0 of others. p is theirs. */
static mlops_status check_params(int32_t kind, int64_t d, int64_t *p, mlops_error *err) {
    for (uint32_t i = 0; i < PARAMS; i++) {
        const struct param *of = param_of(kind, i);
        if (!of && p[i])
            return mlops__fail(err, MLOPS_E_INVALID,
                               "mlops_anomaly_opts.%s must be 0: %s has no such parameter",
                               param_names[i], kind_names[kind]);
        if (!of) continue;
        int64_t most = i == COMPONENTS ? d - 1 : of->most;
        if ((i == TREE_ROWS || i == NEIGHBORS || i == CLUSTERS) && p[ROWS] < most) most = p[ROWS];
        if (!p[i]) p[i] = i == COMPONENTS ? d / 2 : of->usual < most ? of->usual : most;
        MLOPS_TRY(in_range(param_names[i], p[i], of->least, most, err));
    }
    return MLOPS_OK;
}

size_t mlops__anomaly_model_size(const mlops_anomaly *self) {
    size_t d = self->d, parts = self->n_parts;
    if (self->kind == MLOPS_ANOMALY_FOREST) return parts + 2 * (size_t)self->n_nodes;
    return self->kind == MLOPS_ANOMALY_MAHALANOBIS ? d * (d + 1) / 2 : parts * d;
}

size_t mlops__anomaly_lay_out(mlops_anomaly *self, size_t held) {
    self->held_at = mlops__anomaly_model_at(self) + mlops__anomaly_model_size(self);
    self->work_at = (self->held_at + held + 1) / 2;
    return offsetof(mlops_anomaly, words) + self->work_at * 8;
}

/* Words behind the rows held back: the sums, what building takes, and the rows that are kept. */
static size_t work_words(const mlops_anomaly *self) {
    size_t d = self->d, rows = ((size_t)self->n_rows * d + 1) / 2;
    size_t sums = mlops__anomaly_n_sums(self);
    switch (self->kind) {
    case MLOPS_ANOMALY_PCA: return sums + 2 * d * d;
    case MLOPS_ANOMALY_KMEANS: return sums + self->n_parts * (d + 1) + self->n_rows + rows;
    case MLOPS_ANOMALY_FOREST: return sums + (self->n_rows + 1) / 2 + rows;
    default: return sums;
    }
}

float *mlops__anomaly_rows(const mlops_anomaly *self) {
    double *work = mlops__anomaly_work(self) + work_words(self);
    if (self->kind == MLOPS_ANOMALY_KNN) return mlops__anomaly_model(self);
    return (float *)(work - ((size_t)self->n_rows * self->d + 1) / 2);
}

mlops_status mlops__anomaly_configure(mlops_anomaly *like, const mlops_anomaly_opts *given,
                                      mlops_error *err) {
    mlops_anomaly_opts o;
    memset(like, 0, sizeof *like);
    MLOPS_TRY(mlops__opts_copy(&o, sizeof o, given, "mlops_anomaly_opts", err));
    if ((uint32_t)o.kind >= N_KINDS)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_anomaly_opts.kind is %d, which is none",
                           (int)o.kind);
    uint32_t known = o.kind >= MLOPS_ANOMALY_KNN ? MLOPS_ANOMALY_RAW : 0;
    if (o.flags & ~known || o.reserved)
        return mlops__fail(err, MLOPS_E_INVALID, "mlops_anomaly_opts: flags that %s has not",
                           kind_names[o.kind]);
    int64_t p[PARAMS] = {o.n_rows,      o.n_trees,    o.tree_rows,
                         o.n_neighbors, o.n_clusters, o.n_components};
    if (!o.n_features) o.n_features = 1 + (o.kind == MLOPS_ANOMALY_PCA);
    if (!o.n_calibration) o.n_calibration = 512;
    MLOPS_TRY(in_range("n_features", o.n_features, 1 + (o.kind == MLOPS_ANOMALY_PCA), 1024, err));
    MLOPS_TRY(in_range("n_calibration", o.n_calibration, 1, 65536, err));
    MLOPS_TRY(check_params((int32_t)o.kind, o.n_features, p, err));
    int has_ridge = o.kind == MLOPS_ANOMALY_MAHALANOBIS;
    if (has_ridge && o.ridge == 0) o.ridge = 1e-6;
    if (has_ridge ? !(o.ridge >= 1e-12 && o.ridge <= 1) : o.ridge != 0)
        return mlops__fail(err, MLOPS_E_INVALID,
                           "mlops_anomaly_opts.ridge must be 1e-12 to 1, and of mahalanobis");
    like->kind = (int32_t)o.kind;
    like->flags = o.flags;
    like->d = (uint32_t)o.n_features;
    like->n_held = (uint32_t)o.n_calibration;
    like->n_rows = (uint32_t)p[ROWS];
    like->n_parts = (uint32_t)(p[TREES] + p[CLUSTERS] + p[COMPONENTS]);
    if (o.kind == MLOPS_ANOMALY_KNN) like->n_parts = like->n_rows;
    like->part = (uint32_t)(p[TREE_ROWS] + p[NEIGHBORS]);
    if (o.kind == MLOPS_ANOMALY_FOREST) like->n_nodes = like->n_parts * (2 * like->part - 1);
    like->random = o.seed;
    like->ridge = o.ridge;
    return MLOPS_OK;
}

size_t mlops__anomaly_learning_size(mlops_anomaly *like) {
    return mlops__anomaly_lay_out(like, (size_t)like->n_held * like->d) + 8 * work_words(like);
}

size_t mlops_anomaly_size(const mlops_anomaly_opts *opts) {
    mlops_anomaly like;
    return mlops__anomaly_configure(&like, opts, NULL) < 0 ? 0
                                                           : mlops__anomaly_learning_size(&like);
}

mlops_status mlops_anomaly_init(mlops_anomaly **out, void *mem, size_t size,
                                const mlops_anomaly_opts *opts, mlops_error *err) {
    mlops_anomaly like;
    *out = NULL;
    MLOPS_TRY(mlops__anomaly_configure(&like, opts, err));
    size_t needed = mlops__anomaly_learning_size(&like);
    if (!mem || (uintptr_t)mem % 8)
        return mlops__fail(err, MLOPS_E_INVALID, "storage must be aligned to 8");
    if (size < needed)
        return mlops__fail(err, MLOPS_E_ARENA, "storage has %zu bytes, %zu are needed", size,
                           needed);
    mlops_anomaly *self = mem;
    memset(self, 0, needed);
    memcpy(self, &like, offsetof(mlops_anomaly, words));
    *out = self;
    return MLOPS_OK;
}

/* Into slot of the n-th row of its kind, or of one that goes: each has the same chance to stay. */
static void keep(mlops_anomaly *self, float *rows, uint32_t room, int64_t n, const float *row) {
    uint64_t slot = (uint64_t)n;
    if (slot >= room) slot = mlops__anomaly_draw(self, slot + 1);
    if (slot < room) memcpy(rows + slot * self->d, row, self->d * sizeof *row);
}

/* Welford's sums, n being the rows before. */
static void sum(mlops_anomaly *self, int64_t n, const float *row) {
    double *mean = mlops__anomaly_work(self), *s = mean + self->d;
    double share = (double)n / (double)(n + 1);
    int products = mlops__anomaly_has_products(self);
    for (uint32_t i = 0; i < self->d; i++) {
        double off = row[i] - mean[i];
        for (uint32_t j = products ? 0 : i; j < i; j++) *s++ += off * (row[j] - mean[j]) * share;
        *s++ += off * off * share;
    }
    for (uint32_t i = 0; i < self->d; i++) mean[i] += (row[i] - mean[i]) / (double)(n + 1);
}

static int is_whole(const float *row, uint32_t d) {
    for (uint32_t i = 0; i < d; i++)
        if (!(row[i] - row[i] == 0)) return 0;
    return 1;
}

int64_t mlops_anomaly_n_features(const mlops_anomaly *self) { return self->d; }

static mlops_status check_shape(const mlops_anomaly *self, int64_t n_rows, int64_t n_features,
                                mlops_error *err) {
    if (n_rows < 0) return mlops__fail(err, MLOPS_E_INVALID, "n_rows is negative");
    if (n_features == self->d) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "rows have %lld features, must have %u",
                       (long long)n_features, (unsigned)self->d);
}

mlops_status mlops_anomaly_add(mlops_anomaly *self, const float *rows, int64_t n_rows,
                               int64_t n_features, mlops_error *err) {
    if (self->is_frozen) return mlops__fail(err, MLOPS_E_INVALID, "is frozen, and learns no more");
    MLOPS_TRY(check_shape(self, n_rows, n_features, err));
    if (n_rows > ((int64_t)1 << 53) - self->n)
        return mlops__fail(err, MLOPS_E_LIMIT, "2^53 rows are the most");
    for (int64_t r = 0; r < n_rows; r++, rows += self->d) {
        int64_t taken = self->n++ - self->n_skipped, held = taken - self->n_fit;
        if (!is_whole(rows, self->d)) {
            self->n_skipped++;
            continue;
        }
        self->coin = taken % 2 ? !self->coin : (uint32_t)mlops__anomaly_draw(self, 2);
        if (self->coin) {
            keep(self, mlops__anomaly_held(self), self->n_held, held, rows);
            continue;
        }
        if (self->n_rows) keep(self, mlops__anomaly_rows(self), self->n_rows, self->n_fit, rows);
        sum(self, self->n_fit++, rows);
    }
    return MLOPS_OK;
}

mlops_status mlops_anomaly_summarize(const mlops_anomaly *self, mlops_anomaly_summary *out) {
    mlops_anomaly_summary s = MLOPS_ANOMALY_SUMMARY_INIT;
    int64_t held = mlops__anomaly_n_held(self);
    s.kind = (mlops_anomaly_kind)self->kind;
    s.n_features = self->d;
    s.n = self->n;
    s.n_skipped = self->n_skipped;
    s.n_calibration = held;
    s.rate_min = 1 / (double)(held + 1);
    s.score_median = s.score_max = mlops__f64_of(MLOPS__NAN_BITS);
    if (self->is_frozen) {
        const float *scores = mlops__anomaly_held(self);
        s.score_median = ((double)scores[(held - 1) / 2] + (double)scores[held / 2]) / 2;
        s.score_max = scores[held - 1];
    }
    s.is_frozen = self->is_frozen;
    return mlops__opts_return(out, &s, sizeof s);
}

static mlops_status scores_rows(const mlops_anomaly *self, mlops_error *err) {
    if (self->is_frozen) return MLOPS_OK;
    return mlops__fail(err, MLOPS_E_INVALID, "is learning: freeze it first");
}

mlops_status mlops_anomaly_score(mlops_anomaly *self, const float *rows, int64_t n_rows,
                                 int64_t n_features, float *out, mlops_error *err) {
    MLOPS_TRY(scores_rows(self, err));
    MLOPS_TRY(check_shape(self, n_rows, n_features, err));
    for (int64_t r = 0; r < n_rows; r++, rows += self->d)
        out[r] = mlops__anomaly_score_row(self, rows);
    return MLOPS_OK;
}

mlops_status mlops_anomaly_p_values(const mlops_anomaly *self, const float *scores, int64_t n,
                                    double *out, mlops_error *err) {
    MLOPS_TRY(scores_rows(self, err));
    if (n < 0) return mlops__fail(err, MLOPS_E_INVALID, "n is negative");
    const float *held = mlops__anomaly_held(self);
    for (int64_t i = 0; i < n; i++) {
        uint32_t low = 0, high = self->n_held;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (held[middle] < scores[i]) low = middle + 1;
            else high = middle;
        }
        out[i] = scores[i] == scores[i]
                     ? (double)(1 + self->n_held - low) / (double)(1 + self->n_held)
                     : mlops__f64_of(MLOPS__NAN_BITS);
    }
    return MLOPS_OK;
}

mlops_status mlops_anomaly_threshold(const mlops_anomaly *self, double rate, double *out,
                                     mlops_error *err) {
    MLOPS_TRY(scores_rows(self, err));
    if (!(rate > 0 && rate < 1))
        return mlops__fail(err, MLOPS_E_INVALID, "rate must be above 0 and below 1");
    double all = (double)self->n_held + 1;
    uint32_t alarms = (uint32_t)(rate * all); /* ranks whose p-value is at most the rate */
    if ((double)(alarms + 1) / all <= rate) alarms++;
    if (alarms && (double)alarms / all > rate) alarms--;
    if (!alarms)
        return mlops__fail(err, MLOPS_E_REFUSED,
                           "%u rows are held back, which tell rates of 1 in %u or more: a lower "
                           "one takes a larger n_calibration, and twice as many rows to learn from",
                           (unsigned)self->n_held, (unsigned)self->n_held + 1);
    *out = mlops__anomaly_held(self)[self->n_held - alarms];
    return MLOPS_OK;
}
