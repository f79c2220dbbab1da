/* Tables of mlops__exp(), for kernels that do the same. */
#ifndef MLOPS_BASE_REAL_TABLE_H
#define MLOPS_BASE_REAL_TABLE_H

extern const double mlops__exp_powers[32]; /* 2^(i/32), the nearest double */
extern const float mlops__exp_tails[32];   /* what that lacks, over it */

#endif
