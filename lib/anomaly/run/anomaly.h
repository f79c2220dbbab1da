/* Inside of a mlops_anomaly: what lies in the caller's storage, and what each kind has to give.
 *
 * Behind the header there are floats: mean and scale of each feature, scratch for one row, the
 * model, and the rows that are held back, whose scores take their place when it is frozen. While
 * learning, float64 sums and the rows that are kept follow; loaded, nothing does.
 */
#ifndef MLOPS_ANOMALY_RUN_ANOMALY_H
#define MLOPS_ANOMALY_RUN_ANOMALY_H

#include "base/mix.h"

#include <mlops/anomaly.h>

#include <stddef.h>
#include <stdint.h>

struct mlops_anomaly {
    int32_t kind;
    uint32_t flags;
    uint32_t d;       /* features */
    uint32_t n_held;  /* rows held back, or room for them */
    uint32_t n_parts; /* trees, rows of knn, centers or components, or room for them */
    uint32_t part;    /* rows of a tree; neighbours */
    uint32_t n_rows;  /* room for rows that are kept */
    uint32_t n_nodes; /* of all trees, or room for them */
    uint32_t coin;    /* which of two rows is held back */
    int32_t is_frozen;
    float unit; /* forest: of the summed lengths of paths, to the exponent */
    uint32_t reserved;
    int64_t n;
    int64_t n_skipped;
    int64_t n_fit; /* rows learnt from */
    uint64_t random;
    double ridge;
    size_t held_at; /* where rows held back begin, in floats */
    size_t work_at; /* and the sums, in words */
    uint64_t words[];
};

/* Inner nodes have their left child behind them; feature is MLOPS__LEAF in leaves, whose value is
 * the length of the path. */
typedef struct mlops__anomaly_node {
    uint16_t feature;
    uint16_t right;
    float value;
} mlops__anomaly_node;

enum { MLOPS__LEAF = 0xffff };

/* A standardized value is cut here, so that no sum of products is infinity less infinity. */
#define MLOPS__ANOMALY_FAR 1e15f

/* Floats ahead of the model. */
static inline size_t mlops__anomaly_model_at(const mlops_anomaly *self) {
    return 3 * (size_t)self->d + (self->kind == MLOPS_ANOMALY_KNN ? self->part : 0);
}

/* What may change of an object is for the caller to know: one set of places serves all. */
static inline float *mlops__anomaly_mean(const mlops_anomaly *self) {
    return (float *)(uintptr_t)self->words;
}

static inline float *mlops__anomaly_scale(const mlops_anomaly *self) {
    return mlops__anomaly_mean(self) + self->d;
}

static inline float *mlops__anomaly_scratch(const mlops_anomaly *self) {
    return mlops__anomaly_scale(self) + self->d;
}

static inline float *mlops__anomaly_model(const mlops_anomaly *self) {
    return mlops__anomaly_mean(self) + mlops__anomaly_model_at(self);
}

static inline float *mlops__anomaly_held(const mlops_anomaly *self) {
    return mlops__anomaly_mean(self) + self->held_at;
}

static inline double *mlops__anomaly_work(const mlops_anomaly *self) {
    return (double *)(uintptr_t)(self->words + self->work_at);
}

/* Whether the kind sums products of features, or their squares alone. */
static inline int mlops__anomaly_has_products(const mlops_anomaly *self) {
    return self->kind == MLOPS_ANOMALY_MAHALANOBIS || self->kind == MLOPS_ANOMALY_PCA;
}

/* Means of the features, and behind them the sums of squares or, of i >= j, of products. */
static inline size_t mlops__anomaly_n_sums(const mlops_anomaly *self) {
    size_t d = self->d;
    return d + (mlops__anomaly_has_products(self) ? d * (d + 1) / 2 : d);
}

/* Rows that are held back. */
static inline int64_t mlops__anomaly_n_held(const mlops_anomaly *self) {
    int64_t n = self->n - self->n_skipped - self->n_fit;
    return n < self->n_held ? n : self->n_held;
}

/* Below n. */
static inline uint64_t mlops__anomaly_draw(mlops_anomaly *self, uint64_t n) {
    return mlops__mix_next(&self->random) % n;
}

/* anomaly.c: a configuration as it is begun with, but for rows; and the bytes that learning with it
 * takes, for which it is laid out. */
mlops_status mlops__anomaly_configure(mlops_anomaly *like, const mlops_anomaly_opts *given,
                                      mlops_error *err);
size_t mlops__anomaly_learning_size(mlops_anomaly *like);

/* learning_bytes.c: what is not frozen as bytes, and their magic, "MLAL". */
#define MLOPS__ANOMALY_LEARNING 0x4c414c4du
mlops_status mlops__anomaly_save_learning(const mlops_anomaly *self, void *bytes, size_t cap,
                                          size_t *needed);
mlops_status mlops__anomaly_learning_load_size(const void *bytes, size_t n, size_t *size);
mlops_status mlops__anomaly_load_learning(mlops_anomaly **out, void *mem, size_t size,
                                          const void *bytes, size_t n);

/* Floats of the model. */
size_t mlops__anomaly_model_size(const mlops_anomaly *self);

/* Sets held_at and work_at, and returns the bytes up to the sums, with so many floats for rows held
 * back. */
size_t mlops__anomaly_lay_out(mlops_anomaly *self, size_t held);

/* Where rows that are kept begin; of kinds that keep some. */
float *mlops__anomaly_rows(const mlops_anomaly *self);

/* score.c: in place, if they are the same. NaN is the mean. */
void mlops__anomaly_standardize(const mlops_anomaly *self, const float *row, float *out);
float mlops__anomaly_score_row(const mlops_anomaly *self, const float *row);
float mlops__anomaly_distance(const float *a, const float *b, size_t n); /* squared */

/* What each kind makes of n rows that were learnt from, and m that are kept of them. */
typedef void mlops__anomaly_build(mlops_anomaly *self, int64_t n, uint32_t m);
mlops__anomaly_build mlops__forest_build, mlops__mahalanobis_build, mlops__knn_build,
    mlops__kmeans_build, mlops__pca_build;

/* What follows from the shape of a forest. */
void mlops__forest_prepare(mlops_anomaly *self);

#endif
