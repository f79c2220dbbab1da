/* Cosines and sines of angles, each added to a sum of its own.
 *
 * An angle is given in turns; within 2^50 of them the two are right to 1e-15. Each operation is
 * rounded by itself, so that every kernel gives the same bits.
 */
#ifndef MLOPS_KERN_WAVES_H
#define MLOPS_KERN_WAVES_H

#include <stdint.h>

typedef void mlops__waves_add(double *restrict cosines, double *restrict sines,
                              const double *restrict turns, int64_t n);

mlops__waves_add mlops__waves_add_scalar;

#endif
