/* From margins to predictions.
 *
 * XGBoost's links compute in float and give its bits. LightGBM's compute in double, in its order,
 * with our exp and log, each of which is within 1 ULP, where LightGBM has the C library's.
 */
#ifndef MLOPS_MODEL_LINK_H
#define MLOPS_MODEL_LINK_H

#include <stdint.h>

/* Numbers stand in plans: append only. */
typedef enum mlops__link {
    MLOPS__LINK_IDENTITY = 0,
    MLOPS__LINK_SIGMOID = 1,
    MLOPS__LINK_SOFTMAX = 2,
    MLOPS__LINK_ARGMAX = 3, /* one value: the number of the largest margin, the first of equals */
    MLOPS__LINK_EXP = 4,
    MLOPS__LINK_HINGE = 5,    /* 1 above 0, else 0 */
    MLOPS__LINK_EXP_WIDE = 6, /* exp in double, rounded to float */
    /* LightGBM's, in double. */
    MLOPS__LINK_SIGMOID_F64 = 7, /* 1 / (1 + exp(-param x)) */
    MLOPS__LINK_SOFTMAX_F64 = 8,
    MLOPS__LINK_EXP_F64 = 9,
    MLOPS__LINK_SQUARE_F64 = 10, /* x x with the sign of x */
    MLOPS__LINK_LOG1P_EXP_F64 = 11,
    MLOPS__LINKS
} mlops__link;

/* Values that n_groups margins become. */
uint32_t mlops__link_width(mlops__link link, uint32_t n_groups);

/* True if the link is one of margins in double, or else in float. */
int mlops__link_takes(mlops__link link, int f64);

/* Writes mlops__link_width() values. Uses margins as room. */
void mlops__link_apply(mlops__link link, float *margins, uint32_t n_groups, double *out);
void mlops__link_apply_f64(mlops__link link, double param, const double *margins, uint32_t n_groups,
                           double *out);

#endif
