/* e^x of many doubles, with the bits of mlops__exp(). */
#ifndef MLOPS_KERN_EXP_H
#define MLOPS_KERN_EXP_H

#include <stdint.h>

/* x[i] becomes e^(scale * x[i]). */
typedef void mlops__exp_all(double *x, int64_t n, double scale);

mlops__exp_all mlops__exp_all_scalar;

#endif
