/* From margins to predictions, as XGBoost does it: in float, with the same bits. */
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
    MLOPS__LINKS
} mlops__link;

/* Values that n_groups margins become. */
uint32_t mlops__link_width(mlops__link link, uint32_t n_groups);

/* Writes mlops__link_width() values. Uses margins as room. */
void mlops__link_apply(mlops__link link, float *margins, uint32_t n_groups, double *out);

#endif
