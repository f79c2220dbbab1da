/* Scores of probabilities and their labels, taken apart: bins, shares, squared errors, losses.
 *
 * A label is 0, 1, or NaN where it is not known; a score is in [0, 1], or NaN where there is none.
 * What else comes, of rows that do not count, leaves anything in the terms, but bins and places
 * that there are.
 */
#ifndef MLOPS_KERN_SCORES_H
#define MLOPS_KERN_SCORES_H

#include "base/real_log.h"

#include <stddef.h>

enum {
    MLOPS__SCORES_ROWS = 64, /* at once, at the most */
    MLOPS__SCORES_STEP = 8,  /* of vectors: they take a multiple of it */
    MLOPS__SCORE_BINS = 1024,
    MLOPS__BIN_BITS = 42 /* units of a score in one bin: 2^42 */
};

typedef struct mlops__scores_rows {
    uint64_t known[MLOPS__SCORES_ROWS]; /* all ones where there is a score */
    uint64_t rest[MLOPS__SCORES_ROWS];  /* the score in units of 2^-52 beyond its bin's least */
    uint64_t bin[MLOPS__SCORES_ROWS];
    uint64_t place[MLOPS__SCORES_ROWS]; /* the label, 2 of one that is not known */
    /* with labels: squared errors of 2^-52, losses of 2^-46 times 64; 0 of rows that have none */
    uint64_t brier[MLOPS__SCORES_ROWS], loss[MLOPS__SCORES_ROWS];
} mlops__scores_rows;

/* labels may be NULL. */
typedef void mlops__scores_apart(mlops__scores_rows *out, const double *scores,
                                 const double *labels, size_t n);

mlops__scores_apart mlops__scores_apart_scalar;

/* Either of two by a mask, all ones or zero, without a branch: labels cannot be foreseen. In this
 * form compilers take several rows at once. */
static inline double mlops__either(uint64_t mask, double a, double b) {
    return mlops__f64_of((mlops__bits_of(a) & mask) | (mlops__bits_of(b) & ~mask));
}

static inline uint64_t mlops__below_zero(double x) { return 0 - (mlops__bits_of(x) >> 63); }

static inline double mlops__held(double x, double least, double most) {
    x = mlops__either(mlops__below_zero(x - least), least, x);
    return mlops__either(mlops__below_zero(most - x), most, x);
}

/* In [2^-52, 1 - 2^-52], as scikit-learn has it. */
static inline double mlops__probability_held(double p) {
    return mlops__held(p, 0x1p-52, 1 - 0x1p-52);
}

/* -ln of p, or where the mask is zero of 1 - p without rounding that first; p held as above. */
static inline double mlops__metric_loss_by(double p, uint64_t positive) {
    p = mlops__probability_held(p);
    double other = 1 - p, kept = mlops__either(positive, p, other);
    double lost = mlops__either(positive, 0, (1 - other) - p);
    return -(mlops__log_normal(kept, 0) + lost / kept);
}

/* Units of 2^-52, which a sum with 1 has in its last bits, of a share; and of a loss, of which one
 * with 64 has those of 2^-46. */
static inline uint64_t mlops__share_units(double share) {
    return mlops__bits_of(1 + share) - mlops__bits_of(1);
}

static inline uint64_t mlops__loss_units(double loss) {
    return (mlops__bits_of(64 + loss) - mlops__bits_of(64)) << 6;
}

/* What all kernels do: compilers make vectors of these loops. Of exponents, 0 has no bit, 1 has bit
 * 61 and not 62, NaN has both, and no share has bit 62. */
static inline void mlops__scores_run(mlops__scores_rows *restrict out,
                                     const double *restrict scores, const double *restrict labels,
                                     size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint64_t missing = mlops__bits_of(scores[i]) >> 62 & 1;
        double p = mlops__held(mlops__f64_of(mlops__bits_of(scores[i]) & (missing - 1)), 0, 1);
        int32_t bin = (int32_t)(p * MLOPS__SCORE_BINS);
        bin = bin < MLOPS__SCORE_BINS ? bin : MLOPS__SCORE_BINS - 1;
        out->known[i] = missing - 1;
        out->bin[i] = (uint64_t)bin;
        out->rest[i] = mlops__share_units(p) - ((uint64_t)bin << MLOPS__BIN_BITS);
        out->place[i] = 2;
    }
    if (!labels) return;
    for (size_t i = 0; i < n; i++) {
        uint64_t label = mlops__bits_of(labels[i]), positive = 0 - (label >> 61 & 1);
        uint64_t missing = (label | ~out->known[i]) >> 62 & 1, known = missing - 1;
        double p = scores[i], error = mlops__either(positive, 1 - p, p);
        out->brier[i] = mlops__share_units(error * error) & known;
        out->loss[i] = mlops__loss_units(mlops__metric_loss_by(p, positive)) & known;
        out->place[i] = (label >> 61 & 1) + (label >> 62 & 1);
    }
}

#endif
